"""What the audit log says of digests and of their e-mails: one fact for each thing that happens, without a word of anybody's, for those to read whose it is (spec 7)."""

from dataclasses import dataclass

import psycopg
import pytest
from psycopg.rows import dict_row

from tests import digests
from tests.digests import ITEMS, NAMES

#: In no fact: names of tenant and officer, the address, and what the digest says.
PERSONAL = ("Tess", "Tenant", "Olive", "olive@", "Rent paid", "Latest step", "shared note")
FACT = "select a.action, a.table_name, a.row_kind, a.actor_name, a.actor_hat, a.case_id, a.row_id, a.payload_hash is not null as says_more from app.audit_log as a where a.id > %s order by a.id"
#: Everybody who might look; who reads facts of Harbour that are about no case, and who those about Tess's.
PERSONAS = ("harbour_admin", "quay_manager", "idle_manager", "moor_admin", "heath_manager", "small_admin", "worker", "officer_open", "platform")
ADMIN, OF_THE_CASE = {"harbour_admin"}, {"harbour_admin", "quay_manager"}


@pytest.fixture(scope="module")
def composed(shared_world):
    """The superuser's open transaction in which Olive's digest alone is composed."""
    with digests.olives_alone(shared_world) as connection:
        yield connection


@pytest.fixture
def log(composed):
    """The same for each test."""
    with composed.transaction(force_rollback=True):
        yield composed


@dataclass(frozen=True)
class Step:
    """What is done, by whom, after what (as the superuser); the fact that it leaves (action, table, kind), under which name and hat; who reads it."""

    before: str
    login: str
    persona: str | None
    statement: str
    fact: tuple[str, str, str]
    actor: tuple[str, str]
    readers: set[str]
    #: What is kept beside it, as long as its record is.
    says: tuple[str, ...] = ()


_SENDING = "update app.outbox set state = 'sending', attempts = 1, claimed_at = now()"
_UNSURE = "update app.outbox set state = 'unsure', attempts = 1, claimed_at = now(), unanswered_since = now()"
_SENT = "update app.outbox set state = 'sent', sent_at = now(), provider_id = 'one'"
_SUPPRESSED = "insert into app.suppressed_addresses (organisation_id, address, because) select organisation_id, 'olive@example.org', 'bounced' from app.outbox"
_EXPORT, _TOLD = ("export", "digests", "digest"), ("address", "month", "sent_to")
_SAID = ("address", "because", "cleared_at", "cleared_by_name", "id", "organisation_id", "since")
STEPS = {
    "sending": Step(_SENDING, "keywork_jobs", None, "select app.message_was_sent((select id from app.outbox), 'one')", _EXPORT, ("keywork_jobs", "job"), OF_THE_CASE, _TOLD),
    "writing into a file": Step(_SENDING, "keywork_jobs", None, "select app.message_was_sent((select id from app.outbox), null)", ("export", "digests", "digest_file"),
                                ("keywork_jobs", "job"), OF_THE_CASE, _TOLD),
    "saying that it arrived": Step(_UNSURE, "keywork_app", "harbour_admin", "select app.message_arrived(%(message)s)", ("update", "outbox", "arrived"), ("Harbour Admin", "org_admin"), ADMIN),
    "sending again": Step(_UNSURE, "keywork_app", "harbour_admin", "select app.retry_message(%(message)s)", ("update", "outbox", "sent_again"), ("Harbour Admin", "org_admin"), ADMIN),
    "suppressing": Step(
        _SENT, "keywork_signin", None, "select app.record_delivery('1', 'one', 'bounced', now())", ("insert", "suppressed_addresses", "bounced"), ("keywork_signin", "sign_in"), ADMIN, _SAID),
    "suppressing for a complaint": Step(f"{_SUPPRESSED}; {_SENT}", "keywork_signin", None, "select app.record_delivery('1', 'one', 'complained', now())",
                                        ("update", "suppressed_addresses", "complained"), ("keywork_signin", "sign_in"), ADMIN, ("because",)),
    "suppressing, when the courier reports after the provider": Step(
        _SENDING + "; insert into vault.delivery_events (event_id, provider_id, kind, happened_at) values ('1', 'one', 'bounced', now())", "keywork_jobs", None,
        "select app.message_was_sent((select id from app.outbox), 'one')", ("insert", "suppressed_addresses", "bounced"), ("keywork_jobs", "job"), ADMIN, _SAID),
    "clearing": Step(_SUPPRESSED, "keywork_app", "harbour_admin", "select app.clear_suppression(%(address)s)", ("update", "suppressed_addresses", "bounced"), ("Harbour Admin", "org_admin"), ADMIN,
                     ("cleared_at", "cleared_by_name")),
}


def done(log, world, step: Step) -> list[dict]:
    """The facts that a step leaves, each with its `id`."""
    for statement in step.before.split("; "):
        log.execute(statement)
    ids = {"message": log.execute("select id from app.outbox").fetchone()[0],
           "address": (log.execute("select id from app.suppressed_addresses where address = 'olive@example.org'").fetchone() or [None])[0]}
    [newest] = log.execute("select max(id) from app.audit_log").fetchone()
    statement = step.statement.replace("(select id from app.outbox)", f"'{ids['message']}'")
    with digests.acting(log, step.login, step.persona and world.identity(step.persona)):
        log.execute(statement, ids)
    return log.cursor(row_factory=dict_row).execute(FACT.replace("select ", "select a.id, ", 1), [newest]).fetchall()


@pytest.mark.parametrize("name", STEPS)
def test_it_is_written_down(log, shared_world, name):
    """Who, when and what, on the row and (where it left Keywork) on the case; beside it no more than the columns that it says."""
    step = STEPS[name]
    facts = [fact for fact in done(log, shared_world, step) if (fact["action"], fact["table_name"], fact["row_kind"]) == step.fact]
    [fact] = facts
    assert (fact["actor_name"], fact["actor_hat"]) == step.actor
    assert fact["case_id"] == (NAMES["case"] if step.fact[0] == "export" else None)
    [its_row] = log.execute({"digests": "select id from app.digests", "outbox": "select id from app.outbox",
                             "suppressed_addresses": "select id from app.suppressed_addresses where address = 'olive@example.org'"}[step.fact[1]]).fetchone()
    assert fact["row_id"] == its_row and fact["says_more"] == bool(step.says)
    payload = log.execute("select coalesce(p.after, p.before), p.reason from app.audit_payloads as p where p.audit_id = %s", [fact["id"]]).fetchone()
    assert payload is None if not step.says else (tuple(sorted(payload[0])), payload[1]) == (step.says, None)
    [line] = log.execute("select a::text from app.audit_log as a where a.id = %s", [fact["id"]]).fetchone()
    assert str(its_row) in line and [word for word in PERSONAL if word in line] == []
    assert payload is None or [word for word in ("Rent paid", "Latest step", "shared note", "Tess") if word in str(payload)] == []


@pytest.mark.parametrize("name", STEPS)
def test_whose_it_is_reads_it_and_nobody_else(log, shared_world, name):
    """In the log and in the trail that the screens show; the words beside it follow."""
    step = STEPS[name]
    [fact] = [fact["id"] for fact in done(log, shared_world, step) if (fact["action"], fact["table_name"], fact["row_kind"]) == step.fact]
    read = {"app.audit_log": set(), "app.audit_trail": set(), "app.audit_payloads": set()}
    for persona in PERSONAS:
        for place in read:
            column = "audit_id" if place == "app.audit_payloads" else "id"
            try:
                with log.transaction(), digests.acting(log, "keywork_app", shared_world.identity(persona)):
                    if log.execute(f"select count(*) from {place} where {column} = %s", [fact]).fetchone() == (1,):
                        read[place].add(persona)
            except psycopg.errors.InsufficientPrivilege:
                continue
    assert read == {"app.audit_log": step.readers, "app.audit_trail": step.readers, "app.audit_payloads": step.readers if step.says else set()}


def test_what_the_jobs_do_by_themselves_leaves_no_fact(log, shared_world):
    """Copies are made, claimed and put off: nothing left Keywork, and the ledger of jobs says what was done. A change of the records does leave one."""
    [newest] = log.execute("select max(id) from app.audit_log").fetchone()
    log.execute("delete from app.outbox; delete from app.digests")
    log.execute("delete from app.job_runs where job = 'compose_digests'")
    assert digests.compose(log) > 0
    claimed = digests.claim(log)
    with digests.acting(log, "keywork_jobs"):
        log.execute("select app.message_was_not_sent(%s, %s, 'not_now', '429'), app.pause_couriers(1)", [claimed.message_id, claimed.attempt])
    assert log.execute(FACT, [newest]).fetchall() == []
    log.execute("update app.support_goals set title = 'Rent is paid' where id = %s", [ITEMS["goal"]])
    assert len(log.execute(FACT, [newest]).fetchall()) == 1


def test_one_fact_for_each_case_of_a_digest(log, shared_world):
    """Of two tenants each has it in their own history; whoever reads one of the cases does not read of the other."""
    log.execute("delete from app.outbox; delete from app.digests")
    log.execute("delete from app.job_runs where job = 'compose_digests'")
    digests.change(log, "with Tom")
    digests.compose(log)
    log.execute("delete from app.digests where officer_id <> %s", [NAMES["olive"]])
    facts = done(log, shared_world, STEPS["sending"])
    assert [(fact["table_name"], fact["action"]) for fact in facts] == [("digests", "export")] * 2 and {fact["case_id"] for fact in facts} == {NAMES["case"], NAMES["other"]}
    seen = {}
    for persona in ("harbour_admin", "quay_manager", "idle_manager"):
        with digests.acting(log, "keywork_app", shared_world.identity(persona)):
            seen[persona] = {case for case, in log.execute("select case_id from app.audit_trail where table_name = 'digests' and row_id = %s", [facts[0]["row_id"]])}
    assert seen == {"harbour_admin": {NAMES["case"], NAMES["other"]}, "quay_manager": {NAMES["case"]}, "idle_manager": {NAMES["other"]}}
