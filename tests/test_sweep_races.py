"""The sweep among people who close, reopen, flag, hold, lift and change the windows at the same time (threat 32)."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.conftest import take_hat
from tests.retention import as_job, sweep
from tests.test_retention_rule import years_later

#: So many cases, each with somebody at it in each round: a thousand transactions, each beside seven others and two sweepers.
CASES, ROUNDS = 8, 125

#: What purges erase from the log is kept here, to judge them by.
WITNESS = """
    create table public.witness as select * from app.audit_payloads;
    create function public.see() returns trigger language plpgsql security definer as
        $$ begin insert into public.witness select new.*; return null; end $$;
    create trigger witnessed after insert on app.audit_payloads for each row execute function public.see();
"""

#: Steps of people, by the screens' functions; and of a DBA, whose moments are long ago. %(case)s is the case of the step.
PEOPLE = {
    "reopen": "select app.reopen_case(%(case)s)",
    "flag": "update app.support_notes set safeguarding = true where id = (select id from app.support_notes where case_id = %(case)s and stream = 'professional' limit 1)",
    "unflag": "select app.remove_safeguarding_flag(id, 'By mistake') from app.support_notes where case_id = %(case)s and safeguarding limit 1",
    "hold": "insert into app.legal_holds (case_id, reason) values (%(case)s, 'A claim')",
    "lift": "select app.lift_hold(id, 'Settled') from app.legal_holds where case_id = %(case)s and lifted_at is null",
    "close": "select app.close_case(%(case)s, 'moved_on', true)",
    "shorter": """update app.organisations set support_retention_years = '{"case": 5, "safeguarding": 10}'""",
    "longer": """update app.organisations set support_retention_years = '{"case": 9, "safeguarding": 40}'""",
    "withdraw": "select app.withdraw_document(id, 'Not needed') from app.support_documents where case_id = %(case)s and state = 'draft'",
    "end the team": "select app.end_assignment(id) from app.support_collaborators where case_id = %(case)s and ended_at is null",
}
DBA = {
    "closed 8 years ago": "update app.support_cases set closed_at = now() - interval '8 years', closing_reason = 'died' where id = %(case)s",
    "closed 30 years ago": "update app.support_cases set closed_at = now() - interval '30 years', closing_reason = 'died' where id = %(case)s",
    "flagged 20 years ago": "update app.support_notes set safeguarding = true, safeguarding_flagged_at = now() - interval '20 years'"
                            " where id = (select id from app.support_notes where case_id = %(case)s and stream = 'professional' limit 1)",
}
STEPS = [*PEOPLE, *DBA, *list(DBA)[:2] * 5]
#: The case has gone, is closed, or is not as it was; never a deadlock, never a lock that was waited for too long.
REFUSED = ("KW404", "KW410", "42501", "23505")

FRESH = """
with made as (
    insert into app.support_cases (tenant_id, opened_at) select t.id, now() - interval '40 years' from unnest(%(tenants)s::uuid[]) as t (id)
    where not exists (select from app.support_cases as c where c.tenant_id = t.id) returning id
), notes as (
    insert into app.support_notes (case_id, stream, body, author_id, author_name)
    select m.id, s.stream, 'Words', %(author)s, 'Worker' from made as m, unnest(array['shared', 'professional', 'professional']) as s (stream)
), sessions as (
    insert into app.support_sessions (case_id, scheduled_at, type, author_id, author_name) select m.id, '2010-01-01', 'home_visit', %(author)s, 'Worker' from made as m
), cards as (
    insert into app.support_collaborators (case_id, full_name, kind, participation_mode, phone, invited_by_name)
    select m.id, 'Doctor', 'external_contact', 'reference_only', '0113 496 0000', 'Admin' from made as m
)
insert into app.support_goals (case_id, title, author_id, author_name) select m.id, 'Swim', %(author)s, 'Worker' from made as m
"""


#: Cases without a document pack, which nobody else has now; then a draft and a file for each, apart: triggers do not see what another part of their statement adds.
BARE = ("select array(select c.id from app.support_cases as c where c.tenant_id = any (%(tenants)s)"
        " and not exists (select from app.support_documents as d where d.case_id = c.id) for no key update skip locked)")
FRESH_PACKS = (
    "insert into app.support_documents (case_id, template_version_id, title, author_id, author_name) select c, %(wording)s, 'Letter', %(author)s, 'Worker' from unnest(%(bare)s::uuid[]) as c",
    "insert into app.support_uploads (case_id, title, author_id, author_name) select c, 'Scan', %(author)s, 'Worker' from unnest(%(bare)s::uuid[]) as c",
    "insert into app.support_upload_files (upload_id, media_type, bytes) select u.id, 'application/pdf', '%%PDF-' from app.support_uploads as u where u.case_id = any (%(bare)s)",
)
#: What retention destroys by the rule alone.
CONTENT = ("support_notes", "support_goals", "support_goal_progress", "support_sessions", "support_documents", "support_uploads")


@dataclass
class Oracle:
    """What the log says happened, line by line, judged by the specification alone."""

    windows: dict = field(default_factory=dict)
    closed: dict = field(default_factory=dict)
    held: set = field(default_factory=set)
    #: Record -> table and case; flagged note -> moment.
    records: dict = field(default_factory=dict)
    flagged: dict = field(default_factory=dict)
    purged: Counter = field(default_factory=Counter)

    def learn(self, table: str, row_id, row: dict, case) -> None:
        """A row as it is, or what changed of it."""
        if table == "organisations" and "support_retention_years" in row:
            self.windows[row_id] = row["support_retention_years"]
        if table.startswith("support_") or table == "legal_holds":
            self.records.setdefault(row_id, (table, case))
        if table == "support_cases" and "closed_at" in row:
            self.closed[row_id] = row["closed_at"] and datetime.fromisoformat(row["closed_at"])
        if table == "support_notes" and "safeguarding_flagged_at" in row:
            self.flagged[row_id] = row["safeguarding_flagged_at"] and datetime.fromisoformat(row["safeguarding_flagged_at"])
        if table == "legal_holds" and "lifted_at" in row:
            (self.held.discard if row["lifted_at"] else self.held.add)(case)

    def is_due(self, row_id, firm, at: datetime) -> bool:
        """Whether a note, goal, progress entry, session, document or file is due by now."""
        closed, flagged = self.closed[self.records[row_id][1]], self.flagged.get(row_id)
        if closed is None or self.records[row_id][1] in self.held:
            return False
        years = self.windows[firm]["safeguarding" if flagged else "case"]
        return years_later(max(closed, flagged) if flagged else closed, years) <= at

    def judge(self, table: str, firm, case, row_ids, rule: str, at: datetime) -> None:
        """Asserts that a purge was right at its moment."""
        if table == "audit_payloads":
            return
        for row_id in row_ids:
            assert self.records[row_id] == (table, case), "there is no such record, or not any more"
            if table in ("support_cases", "support_collaborators", "legal_holds"):
                assert not [each for each, (kind, of_case) in self.records.items() if of_case == case and kind == "support_notes"]
                assert self.closed[case] and case not in self.held and years_later(self.closed[case], self.windows[firm]["case"]) <= at
            else:
                assert self.is_due(row_id, firm, at), (table, row_id)
                assert rule == ("safeguarding" if self.flagged.get(row_id) else "case")
            del self.records[row_id]
            self.purged[table, rule] += 1

    def read(self, owner, after: int) -> None:
        """Follows the log from a line on."""
        lines = owner.execute(
            "select a.action, a.table_name, a.organisation_id, a.case_id, a.row_id, w.after, a.row_ids, a.rule, a.happened_at"
            " from app.audit_log as a left join public.witness as w on w.audit_id = a.id where a.id > %s order by a.id", [after])
        for action, table, firm, case, row_id, became, row_ids, rule, at in lines:
            if action == "purge":
                self.judge(table, firm, case, row_ids, rule, at)
            elif became is not None:
                self.learn(table, row_id, became, case)


@pytest.fixture
def busy_world(fresh_world):
    """Harbour with eight tenants more; the number of the log's last line before anything happens; and an oracle that knows what is there."""
    with psycopg.connect(fresh_world.conninfo) as connection:
        connection.execute(WITNESS)
        tenants = [connection.execute("insert into app.tenants (property_id, full_name) values (%s, %s) returning id",
                                      [fresh_world.property["quay_1"], f"Tenant {number}"]).fetchone()[0] for number in range(CASES)]
        oracle = Oracle()
        for table in ("organisations", "support_cases", *CONTENT, "support_collaborators", "legal_holds"):
            for row_id, row in connection.execute(f"select t.id, to_jsonb(t) from app.{table} as t"):
                case = row.get("case_id") or row["id"]
                oracle.learn(table, row_id, row, type(row_id)(case))
        template = connection.execute("insert into app.document_templates (organisation_id, kind, name) values (%s, 'letter', 'Letter') returning id",
                                      [fresh_world.organisation["harbour"]]).fetchone()[0]
        wording = connection.execute("insert into app.document_template_versions (template_id, parts, author_name) values (%s, %s, 'Admin') returning id",
                                     [template, Jsonb([{"id": str(template), "type": "text", "words": "Hello"}])]).fetchone()[0]
        last = connection.execute("select max(id) from app.audit_log").fetchone()[0]
    return fresh_world, {"tenants": tenants, "wording": wording, "author": fresh_world.user["worker"]}, oracle, last


def step(connection, identity, statement: str, case, chance: random.Random) -> str | None:
    """One transaction, kept open for a moment and sometimes taken back; the SQLSTATE that it was refused with."""
    try:
        if identity:
            take_hat(connection, identity)
        connection.execute(statement, {"case": case})
        connection.execute("select pg_sleep(%s)", [chance.random() / 200])
        connection.rollback() if chance.random() < 0.15 else connection.commit()
    except psycopg.Error as error:
        connection.rollback()
        return error.sqlstate
    return None


def test_a_thousand_interleavings(busy_world):
    """Nothing is destroyed early, nothing twice, nothing that is due is left behind by the last sweep, and nobody meets a deadlock."""
    world, values, oracle, last = busy_world
    tenants = values["tenants"]
    chance, refusals, sweeping, cases = random.Random(4), Counter(), [], {}
    with ExitStack() as stack, ThreadPoolExecutor(CASES + 2) as pool:
        people = [stack.enter_context(world.connect()) for _ in range(CASES)]
        dbas = [stack.enter_context(psycopg.connect(world.conninfo)) for _ in range(CASES)]
        owner = stack.enter_context(psycopg.connect(world.conninfo, autocommit=True))
        for number in range(ROUNDS):
            owner.execute(FRESH, values)
            with owner.transaction():
                bare = {"bare": owner.execute(BARE, values).fetchone()[0]}
                for statement in FRESH_PACKS:
                    owner.execute(statement, values | bare)
            # One that a sweeper has just destroyed again is still tried.
            cases |= dict(owner.execute("select tenant_id, id from app.support_cases where tenant_id = any (%s)", [tenants]).fetchall())
            admin = world.identity("harbour_admin")
            # Two sweepers at all times; a round does not wait for them.
            sweeping = [each for each in sweeping if not each.done() or each.result()]
            sweeping += [pool.submit(as_job, world, "call app.sweep_retention(0)") for _ in range(2 - len(sweeping))]
            doing = []
            for place, tenant in enumerate(tenants):
                name = chance.choice(STEPS)
                connection, who, statement = (people[place], admin, PEOPLE[name]) if name in PEOPLE else (dbas[place], None, DBA[name])
                doing.append(pool.submit(step, connection, who, statement, cases.get(tenant), random.Random(number * CASES + place)))
            refusals.update(each.result() for each in doing)
        for each in sweeping:
            each.result()
    assert set(refusals) <= {None, *REFUSED}, refusals
    sweep(world)
    with psycopg.connect(world.conninfo) as owner:
        oracle.read(owner, last)
        now = owner.execute("select now()").fetchone()[0]
        left = {row[0]: row[1:] for table in CONTENT
                for row in owner.execute(f"select id, organisation_id, '{table}' from app.{table}").fetchall()}
        # Words go with their record, and no sooner: of none that is left, of each that a purge took.
        erased_early = owner.execute(
            "select count(*) from public.witness as w join app.audit_log as a on a.id = w.audit_id"
            " where a.row_id = any (%s) and not exists (select from app.audit_payloads as p where p.audit_id = w.audit_id)", [list(oracle.records)]).fetchone()[0]
        left_behind = owner.execute(
            "select count(*) from app.audit_payloads as p"
            " where p.row_id in (select unnest(l.row_ids) from app.retention_ledger as l where l.table_name <> 'audit_payloads')").fetchone()[0]
        witnessed = owner.execute("select count(*) from public.witness").fetchone()[0]
    assert (erased_early, left_behind) == (0, 0) and witnessed > 1000
    assert {row_id for row_id, (table, _) in oracle.records.items() if table in CONTENT} == set(left)
    assert [row_id for row_id, (firm, _) in left.items() if oracle.is_due(row_id, firm, now)] == []
    # There was something to get wrong.
    assert oracle.purged["support_notes", "case"] > 60 and oracle.purged["support_notes", "safeguarding"] > 3 and oracle.purged["support_cases", "case"] > 20
    assert oracle.purged["support_documents", "case"] > 20 and oracle.purged["support_uploads", "case"] > 20
    assert refusals[None] > CASES * ROUNDS / 3
