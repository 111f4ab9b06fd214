"""An attacker with a BI login of one firm: no row, id or word of another, and no body of any note, comes back by any way
(threats 3, 4, 7 to 13, 16, 17, 20, 22, 26).

What does come back, and is written in the README: how large tables are over all firms together, and what other BI logins are called.
"""

import re
import subprocess
import threading
import uuid

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import MetaData, Table, create_engine, inspect, select

from tests.bi_attacks import REFUSED, SEARCHED, SHOWN, canary, everything, ids_of_others, plant_canaries
from tests.reporting import VIEWS, Reported, rows_of

FIRMS = ("harbour", "moor")


@pytest.fixture(scope="module")
def reported(each_server):
    """A world whose every text is a canary, with BI logins on it; tests commit nothing but what they put back."""
    made = Reported(each_server)
    made.planted = plant_canaries(made.world, FIRMS)
    yield made
    made.close()


def worded(reported: Reported, firm: str, statement: str) -> str:
    """A statement with the names of the attacker, the other firm's login, and the database in it."""
    other = next(each for each in FIRMS if each != firm)
    return statement.format(me=reported.login(firm), other=reported.login(other), database=f'"{reported.world.database}"', foreign=reported.world.user[f"{other}_admin"])


def test_canaries_stand_everywhere(reported):
    """In every text column of both firms but codes and addresses; and the owner finds them."""
    for column in ("support_notes.body", "support_goals.title", "support_goals.description", "support_goal_progress.body", "support_sessions.outcome_note", "support_sessions.attendees",
                   "support_cases.context_summary", "tenants.full_name", "landlords.name", "properties.address", "support_documents.title", "support_documents.answers",
                   "audit_payloads.after", "digest_entries.content", "legal_holds.reason", "support_uploads.title", "support_collaborators.full_name", "digests.officer_name",
                   "support_document_events.actor_name", "document_template_versions.parts", "audit_log.actor_name"):
        assert {f"{firm} {column}" for firm in FIRMS} <= reported.planted, column
    with psycopg.connect(reported.world.conninfo) as owner:
        found = "\n".join(everything(owner, "select * from app.support_notes"))
        assert all(canary(firm, "support_notes.body") in found for firm in FIRMS)
        assert owner.execute("select count(*) from pg_stats where schemaname = 'app'").fetchone()[0] > 50


@pytest.mark.parametrize("firm", FIRMS)
def test_what_is_refused(reported, firm):
    """Objects, roles, tables, files, settings: each statement of the list fails, with the read-only default switched off first."""
    allowed = []
    with psycopg.connect(reported.conninfo(firm), autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        for statement in REFUSED:
            try:
                connection.execute(worded(reported, firm, statement))
            except (errors.InsufficientPrivilege, errors.InvalidSchemaName, errors.UndefinedTable, errors.UndefinedObject, errors.UndefinedFile, errors.FeatureNotSupported, errors.WrongObjectType,
                    errors.ObjectNotInPrerequisiteState, errors.InvalidGrantOperation, errors.CantChangeRuntimeParam, errors.InvalidParameterValue, errors.UndefinedFunction, errors.CheckViolation) as refusal:
                assert "kanari" not in f"{refusal} {refusal.diag.message_detail}"
                connection.rollback()
                connection.execute("set row_security = on")
                continue
            allowed.append(statement)
    assert allowed == []


@pytest.mark.parametrize("firm", FIRMS)
def test_what_is_let_through_shows_ones_own_alone(reported, firm):
    """Every value, notice and error of every statement: no canary and no id of the other firm, and of one's own only what the views are there to show."""
    other = next(each for each in FIRMS if each != firm)
    theirs = ids_of_others(reported.facts, reported.world.organisation[firm])
    assert len(theirs) > 150 and str(reported.world.case["ann" if firm == "moor" else "gus"]) in theirs
    shown, seen = tuple(canary(firm, column) for column in SHOWN), set()
    for statement in SEARCHED:
        with psycopg.connect(reported.conninfo(firm), autocommit=True) as connection:
            came = "\n".join(everything(connection, worded(reported, firm, statement)))
        assert canary(other) not in came, statement
        assert not theirs & set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", came)), statement
        rest = came
        for words in shown:
            seen |= {words} if words in rest else set()
            rest = rest.replace(words, "")
        assert "kanari" not in rest, statement
    assert seen == set(shown)


def test_only_settings_of_ones_own_login_change(reported):
    """What a BI login can set for itself (time limits, read-only) is no wall: with all of it off, it sees and changes the same."""
    with psycopg.connect(reported.conninfo("harbour"), autocommit=True) as connection:
        before = [sorted(map(str, rows_of(connection, view))) for view in VIEWS]
        for setting in ("default_transaction_read_only", "statement_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout", "lock_timeout"):
            connection.execute(f"set {setting} = 0")
        assert [sorted(map(str, rows_of(connection, view))) for view in VIEWS] == before and all(before)
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("insert into app.landlords (name) values ('x')")


def test_statistics_say_nothing(reported):
    """Threat 12: not of the tables, whose columns are granted in part, nor of the views."""
    with reported.as_bi("harbour") as connection:
        assert connection.execute("select count(*) from pg_stats where schemaname in ('app', 'vault', 'fab', 'reporting')").fetchone() == (0,)
        assert connection.execute("select count(*) from pg_stat_activity where query not in ('', '<insufficient privilege>') and usename <> current_user").fetchone() == (0,)
    with psycopg.connect(reported.conninfo("moor"), autocommit=True) as other, reported.as_bi("harbour") as connection:
        other.execute("select 'spoken aloud'")
        assert connection.execute("select count(*) from pg_stat_activity where usename = %s", [reported.login("moor")]).fetchone() == (1,)
        assert connection.execute("select count(*) from pg_stat_activity where query like '%%spoken aloud%%' and usename <> current_user").fetchone() == (0,)
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [reported.login("moor")])


def test_a_right_that_ends_in_the_middle(reported):
    """Threat 20: the next statement after it sees nothing, a cursor gives no row that was not asked for before, and nothing waits for the reader."""
    login = reported.login("moor")
    with psycopg.connect(reported.conninfo("moor")) as reader, psycopg.connect(reported.world.conninfo, autocommit=True) as owner:
        reader.execute("declare held cursor for select case_id from reporting.caseload")
        first = reader.execute("fetch 1 from held").fetchall()
        owner.execute("update vault.bi_logins set login = 'bi_nobody' where login = %s", [login])
        try:
            assert rows_of(reader, "caseload") == []
            rest = reader.execute("fetch all from held").fetchall()
            # What it may still read is what its one statement read when it began: its own rows, and no newer ones.
            assert {row[0] for row in first + rest} <= {case["id"] for case in reported.facts["support_cases"] if case["organisation_id"] == reported.world.organisation["moor"]}
            reader.rollback()
            assert rows_of(reader, "caseload") == []
        finally:
            owner.execute("update vault.bi_logins set login = %s where login = 'bi_nobody'", [login])
        assert rows_of(reader, "caseload")


def test_six_connections_are_one_too_many(reported):
    """The limit is the role's, which it cannot raise."""
    opened = [psycopg.connect(reported.conninfo("harbour")) for _ in range(5)]
    try:
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            psycopg.connect(reported.conninfo("harbour"))
    finally:
        for connection in opened:
            connection.close()


def test_what_a_bi_login_holds_up_others_do_not_wait_for(reported):
    """A transaction that has read and stays open keeps nobody from writing; it may take advisory locks, and is ended by its owner."""
    with psycopg.connect(reported.conninfo("harbour")) as reader:
        for view in VIEWS:
            rows_of(reader, view)
        done = []

        def write() -> None:
            with reported.world.as_("harbour_admin") as connection:
                connection.execute("set local lock_timeout = '5s'")
                connection.execute("update app.support_cases set context_summary = 'x' where closed_at is null")
                done.append(True)

        writer = threading.Thread(target=write)
        writer.start()
        writer.join(20)
    assert done == [True]


def test_reflecting_and_reading_as_a_bi_tool_does(reported):
    """SQLAlchemy finds the views and their columns with their comments, and reads each by its reflection."""
    engine = create_engine(reported.url("harbour"))
    try:
        found = inspect(engine)
        assert sorted(found.get_view_names(schema="reporting")) == sorted(VIEWS) and found.get_table_names(schema="reporting") == []
        for view in VIEWS:
            table = Table(view, MetaData(), schema="reporting", autoload_with=engine)
            assert all(column.comment for column in table.columns)
            with engine.connect() as connection:
                rows = connection.execute(select(table)).mappings().all()
            with reported.as_bi("harbour") as connection:
                assert sorted(map(str, map(dict, rows))) == sorted(map(str, rows_of(connection, view))) and rows
    finally:
        engine.dispose()


def test_reading_with_psql(reported):
    """psql finds the views by their short names, counts a firm's own cases in them, tells what a column means, and shows no table below."""
    with reported.as_bi("harbour") as connection:
        own = len(rows_of(connection, "caseload"))
    program = reported.world.server.local.bindir / "psql"

    def told(*commands: str) -> str:
        options = [part for command in commands for part in ("-c", command)]
        return subprocess.run([program, "-XqAt", "-v", "ON_ERROR_STOP=1", *options, reported.conninfo("harbour")], capture_output=True, text=True, timeout=30, check=True).stdout

    assert own and told("select count(*) from caseload") == f"{own}\n"
    assert "Goals that are being worked on." in told("\\d+ caseload") and sorted(line.split("|")[1] for line in told("\\dv").splitlines()) == sorted(VIEWS)
    with pytest.raises(subprocess.CalledProcessError) as refused:
        told("select count(*) from app.support_notes")
    assert "permission denied" in refused.value.stderr


# ---- what plans tell (threat 11) -------------------------------------------------------------------------------------


#: 60 further firms, each with 30 cases and something in each.
MANY_FIRMS = """
    with firms as (insert into app.organisations (name, plan_code) select 'Firm ' || n, 'enterprise' from generate_series(1, 60) as n returning id),
        landlords as (insert into app.landlords (organisation_id, name) select id, 'Landlord' from firms returning id, organisation_id)
    insert into app.properties (organisation_id, landlord_id, address, town, postcode)
        select organisation_id, id, n || ' Firm Street', 'Leeds', 'LS1 1AA' from landlords, generate_series(1, 30) as n;
    insert into app.tenants (property_id, full_name) select id, 'Firm tenant' from app.properties where address like '%Firm Street';
    insert into app.support_cases (tenant_id, opened_at) select id, '2020-01-01' from app.tenants where full_name = 'Firm tenant';
    create temporary table added on commit drop as
        select c.id, u.id as author from app.support_cases as c join app.tenants as t on t.id = c.tenant_id, app.users as u where t.full_name = 'Firm tenant' and u.email = 'both.worker@example.org';
    insert into app.support_goals (case_id, title, author_id, author_name) select id, 'Firm', author, 'A' from added;
    insert into app.support_notes (case_id, stream, body, author_id, author_name) select id, 'shared', 'Firm', author, 'A' from added;
    insert into app.support_sessions (case_id, scheduled_at, type, status, outcome_note, author_id, author_name)
        select id, timestamptz '2024-01-01' + n * interval '9 days', 'phone_call', 'delivered', 'Talked', author, 'A' from added, generate_series(1, 3) as n;
    update app.support_cases set closed_at = '2024-06-01', closing_reason = 'moved_on' where id in (select id from added)"""


@pytest.fixture(scope="module")
def crowded(each_server):
    """The same without canaries, among 60 other firms, which the planner has looked at."""
    made = Reported(each_server)
    with psycopg.connect(made.world.conninfo) as connection:
        connection.execute(MANY_FIRMS)
    with psycopg.connect(made.world.conninfo, autocommit=True) as connection:
        connection.execute("vacuum analyze")
    yield made
    made.close()


def explained(connection: psycopg.Connection, query: str, *values: object, options: str = "analyze, costs off, timing off, summary off") -> str:
    """The plan of a query as text, without what differs each time."""
    text = psycopg.ClientCursor(connection).mogrify(query, values)
    lines = [line for (line,) in connection.execute(f"explain ({options}) {text}")]
    return "\n".join(line for line in lines if not re.search(r"Memory|Planning|Execution|Buffers|Worker|Heap Fetches|Disabled|Index Searches", line))


def test_plans_read_ones_own_rows(crowded):
    """The organisation, or a case of its own, is what content is searched by: nothing is read and removed that belongs to others."""
    with crowded.world.owner() as owner:
        (others,) = owner.execute("select count(*) from app.support_sessions where organisation_id <> %s", [crowded.world.organisation["harbour"]]).fetchone()
        (this_month,) = owner.execute("select to_char(now(), 'YYYY_MM')").fetchone()
    assert others > 5000
    scans = 0
    for view in VIEWS:
        with crowded.as_bi("harbour") as connection:
            plan = explained(connection, f"select * from reporting.{view}")
        big = f"(?:support_(?:cases|notes|goals|sessions)|audit_log_{this_month}) "
        assert not re.search(f"Seq Scan on {big}", plan), plan
        for scan, rest in re.findall(rf"(Scan (?:Backward )?(?:using \w+ )?on {big})[^\n]*\n((?:(?! *->)[^\n]*\n?)*)", plan):
            scans += 1
            assert re.search(r"(Index|Recheck) Cond: .*(organisation_id = |case_id = )", rest), (view, scan, rest)
    assert scans > 12


WAYS = ["", "set local enable_seqscan = off", "set local enable_indexscan = off; set local enable_bitmapscan = off; set local enable_indexonlyscan = off",
        "set local enable_hashjoin = off; set local enable_mergejoin = off", "set local enable_nestloop = off; set local enable_sort = off"]
#: View, column, and what of Moor's stands in it (a kind of row and its name): a person who works for both firms as well.
GUESSED = [("caseload", "case_id", "case", "gus"), ("caseload", "tenant_id", "tenant", "gus"), ("caseload", "property_id", "property", "heath_1"), ("caseload", "landlord_id", "landlord", "heath"),
           ("activity", "worker_id", "user", "moor_admin"), ("goals_outcome", "landlord_id", "landlord", "heath"), ("time_to_first_session", "case_id", "case", "hal"),
           ("time_to_first_session", "landlord_id", "landlord", "fell")]


@pytest.mark.parametrize("way", WAYS)
def test_plans_do_not_tell_a_hidden_id_from_an_absent_one(crowded, way):
    """Whatever way the planner is made to take: rows counted, and estimated, are the same for another firm's id as for nobody's."""
    absent = uuid.uuid4()
    with crowded.as_bi("harbour") as connection:
        connection.execute(way or "select 1")
        for view, column, kind, name in GUESSED:
            hidden = getattr(crowded.world, kind)[name]
            query = f"select * from reporting.{view} where {column} = %s"
            assert connection.execute(query, [hidden]).fetchall() == []
            for options in ("analyze, costs off, timing off, summary off", "costs on"):
                plans = [explained(connection, query, value, options=options).replace(str(value), "it") for value in (hidden, absent)]
                assert plans[0] == plans[1], (view, column)


def test_plans_do_not_tell_what_a_worker_of_two_firms_did_elsewhere(crowded):
    """Both firms know the person by the same id: the rows that a plan counts follow one firm's sessions alone."""
    person = crowded.world.user["both_worker"]
    with psycopg.connect(crowded.world.conninfo) as owner:
        assert {row[0] for row in owner.execute("select distinct organisation_id from app.support_sessions where author_id = %s", [person])} > {
            crowded.world.organisation[firm] for firm in FIRMS}
    for way in WAYS:
        with crowded.as_bi("harbour") as connection:
            connection.execute(way or "select 1")
            plans = [explained(connection, "select * from reporting.activity where worker_id = %s", value).replace(str(value), "it") for value in (person, uuid.uuid4())]
        removed = [re.findall(r"Rows Removed by Filter: (\d+)", plan) for plan in plans]
        scanned = [re.findall(r"Scan.*?rows=([\d.]+)", plan) for plan in plans]
        with crowded.world.owner() as owner:
            mine = owner.execute("select count(*) from app.support_sessions where author_id = %s and organisation_id = %s", [person, crowded.world.organisation["harbour"]]).fetchone()[0]
        assert mine and "Index Cond: (author_id" not in plans[0]
        # Found instead of removed, one for one.
        assert abs(sum(map(int, removed[0])) - sum(map(int, removed[1]))) == mine, (way, plans, scanned)
