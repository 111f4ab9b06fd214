"""The demonstration data keeps its promises: accounts for every part, histories of every kind, authors and times that hold.

Days are in Europe/London. "As of" is one fixed day, so that the same rows are read on every machine.
"""

import hashlib
import re
import time
from datetime import date, datetime, timedelta

import psycopg
import pytest
from psycopg import sql
from werkzeug.security import check_password_hash

from db import demo
from db.demo.people import ORGANISATIONS
from db.demo.timeline import LONDON

TODAY = date(2026, 7, 15)


@pytest.fixture(scope="module")
def demo_database(server):
    """The superuser's conninfo of a database with the demonstration data as of TODAY; its tests only read."""
    name = server.create("installed")
    demo.load(server.conninfo(name), today=TODAY)
    yield server.conninfo(name)
    server.drop(name)


@pytest.fixture
def ask(demo_database):
    """A function: SQL text and parameters -> all rows, read by the superuser."""
    with psycopg.connect(demo_database) as connection:
        yield lambda query, *parameters: connection.execute(query, parameters or None).fetchall()


def _digests(conninfo: str) -> dict[str, str]:
    """A digest of each table's rows in the order of their text, but for the salted password hashes."""
    found = {}
    with psycopg.connect(conninfo) as connection:
        for table, columns in demo.COLUMNS.items():
            kept = ", ".join(column for column in columns.split(", ") if column != "password")
            query = sql.SQL("select row({})::text from {} order by 1").format(sql.SQL(kept), sql.Identifier(*table.split(".")))
            rows = connection.execute(query).fetchall()
            assert rows, table
            found[table] = hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()
    return found


def test_the_same_day_gives_the_same_rows(demo_database, empty_database):
    demo.load(empty_database, today=TODAY)
    assert _digests(empty_database) == _digests(demo_database)


def test_loading_takes_little_time_and_fills_an_empty_database_once(empty_database):
    assert demo.is_empty(empty_database)
    began = time.monotonic()
    demo.load(empty_database, today=TODAY)
    assert time.monotonic() - began < 10
    assert not demo.is_empty(empty_database)
    with pytest.raises(psycopg.errors.UniqueViolation):
        demo.load(empty_database, today=TODAY)


@pytest.mark.parametrize(
    "day", [date(2024, 2, 29), date(2027, 1, 1), date(2026, 3, 29), date(2026, 10, 25), date(2030, 12, 31)]
)
def test_every_day_gives_rows_that_the_database_takes(empty_database, day):
    """Leap day, New Year and both clock changes: load() would raise on any CHECK, key or trigger."""
    demo.load(empty_database, today=day)
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("select count(*) from app.support_notes").fetchone()[0] > 1300


def test_without_a_day_nothing_is_written_in_the_future(empty_database):
    demo.load(empty_database)
    with psycopg.connect(empty_database) as connection:
        times = (
            "select max(created_at) from app.support_notes union all select max(noted_at) from app.support_goal_progress"
            " union all select max(created_at) from app.support_sessions union all select max(assigned_at) from app.support_collaborators"
            " union all select max(scheduled_at) from app.support_sessions where status in ('delivered', 'missed')"
        )
        for (latest,) in connection.execute(times).fetchall():
            assert latest <= datetime.now(LONDON)


def test_two_firms_on_enterprise_and_one_on_business_with_cases_to_hide(ask):
    firms = ask(
        "select o.plan_code, o.support_notes_visible_to_housing_officer, count(c.id), count(c.id) filter (where c.closed_at is null)"
        " from app.organisations o join app.support_cases c on c.organisation_id = o.id group by o.id, 1, 2 order by 1, 2"
    )
    assert [firm[:2] for firm in firms] == [("business", False), ("enterprise", False), ("enterprise", True)]
    assert all(cases >= 12 and still_open >= 5 for _, _, cases, still_open in firms)
    ((tenants, distinct_names),) = ask("select count(*), count(distinct full_name) from app.tenants")
    assert tenants == distinct_names == sum(about["tenants"] for about in ORGANISATIONS.values())
    assert 110 <= tenants <= 130


def test_every_listed_account_signs_in_with_its_printed_password(ask):
    addresses = [address for address, _, _ in demo.ACCOUNTS]
    assert len(set(addresses)) == len(addresses) >= 12
    for address, password, shown in demo.ACCOUNTS:
        assert re.search(r"@([a-z]+\.example|example\.org)$", address)
        assert shown
        ((stored, active, username),) = ask(
            "select a.password, a.active, a.username from app.users u join fab.ab_user a on a.id = u.ab_user_id where u.email = %s",
            address,
        )
        assert active and username == address
        assert check_password_hash(stored, password)


def test_there_is_a_listed_account_for_every_hat_and_part(ask):
    listed = [address for address, _, _ in demo.ACCOUNTS]
    roles = ask(
        "select m.role, o.plan_code from app.users u join app.memberships m on m.user_id = u.id"
        " join app.organisations o on o.id = m.organisation_id where u.email = any(%s)",
        listed,
    )
    assert roles.count(("org_admin", "enterprise")) == 2
    assert roles.count(("org_admin", "business")) == 1
    assert roles.count(("property_manager", "enterprise")) == 2
    assert ask("select email from app.users where is_platform_admin") == [("platform@example.org",)]
    parts = set(
        ask(
            "select c.kind, c.participation_mode from app.support_collaborators c join app.users u on u.id = c.user_id"
            " where c.ended_at is null and u.email = any(%s)",
            listed,
        )
    )
    assert parts == {(kind, mode) for kind in ("support_worker", "housing_officer") for mode in ("full", "context_only")}


def test_the_two_listed_property_managers_look_after_different_landlords(ask):
    listed = [address for address, _, _ in demo.ACCOUNTS]
    landlords = ask(
        "select l.landlord_id, count(*), count(distinct c.id) from app.property_manager_landlords l join app.users u on u.id = l.user_id"
        " left join app.support_cases c on c.landlord_id = l.landlord_id where u.email = any(%s) group by 1",
        listed,
    )
    assert len(landlords) == 4
    assert all(cases > 3 for _, _, cases in landlords)


def test_one_worker_is_assigned_in_both_enterprise_organisations(ask):
    ((both,),) = ask(
        "select count(distinct c.organisation_id) from app.support_collaborators c join app.users u on u.id = c.user_id"
        " join app.organisations o on o.id = c.organisation_id"
        " where u.email = 'daniel.oconnell@example.org' and c.ended_at is null and o.plan_code = 'enterprise'"
    )
    assert both == 2


def test_housing_officers_where_shared_notes_are_visible_and_where_not_with_overrides_both_ways(ask):
    found = dict(
        ask(
            "select u.email, array_agg(distinct t.housing_officer_note_visibility || ' ' || o.support_notes_visible_to_housing_officer)"
            " from app.support_collaborators c join app.users u on u.id = c.user_id join app.support_cases s on s.id = c.case_id"
            " join app.tenants t on t.id = s.tenant_id join app.organisations o on o.id = c.organisation_id"
            " where c.kind = 'housing_officer' and c.ended_at is null group by 1"
        )
    )
    assert {"inherit true", "hidden true"} <= set(found["helen.marsden@example.org"])
    assert {"inherit false", "visible false"} <= set(found["colin.trevanion@example.org"])
    ((listed,),) = ask("select array_agg(lower(e)) from app.organisations, unnest(housing_officer_emails) e")
    assert set(found) & set(listed) and set(found) - set(listed)


def test_cases_are_open_closed_reopened_due_soon_and_past_their_retention(ask):
    due = TODAY - timedelta(days=int(7 * 365.25))
    ((still_open, closed, past, soon),) = ask(
        "select count(*) filter (where closed_at is null), count(*) filter (where closed_at is not null),"
        " count(*) filter (where closed_at < %s), count(*) filter (where closed_at between %s and %s) from app.support_cases",
        due,
        due,
        due + timedelta(days=90),
    )
    assert still_open >= 60 and closed >= 30 and past >= 8 and soon >= 3
    months = ask("select count(distinct date_trunc('month', due_at)) from app.closed_cases where due_at between %s and %s group by organisation_id",
                 TODAY, TODAY + timedelta(days=365))
    assert sum(number >= 4 for (number,) in months) >= 2, "a forecast with several months in it, in both firms that have cases"
    assert ask("select count(*) from app.legal_holds h join app.support_cases c on c.id = h.case_id where h.lifted_at is null and c.closed_at < %s"
               " and h.created_at > c.closed_at", due) == [(1,)]
    ((kept,),) = ask(
        "select count(distinct c.id) from app.support_cases c join app.support_notes n on n.case_id = c.id"
        " where c.closed_at < %s and n.safeguarding",
        due,
    )
    assert 2 <= kept < past
    ((reopened,),) = ask(
        "select count(*) from app.support_cases c where closed_at is null and exists (select from app.support_collaborators m"
        " where m.case_id = c.id and m.ended_at is not null) and exists (select from app.support_notes n where n.case_id = c.id"
        " and n.body ~ '^(Reopened|Case reopened|Closed too soon)')"
    )
    assert reopened >= 4


def test_teams_have_contact_cards_and_ended_assignments(ask):
    kinds = dict(ask("select participation_mode, count(*) from app.support_collaborators group by 1"))
    assert kinds["reference_only"] > 60
    assert {
        label
        for (label,) in ask("select role_label from app.support_collaborators where participation_mode = 'reference_only'")
    } >= {"GP", "Social worker", "Mother"}
    ((ended,),) = ask(
        "select count(*) from app.support_collaborators where ended_at is not null and participation_mode <> 'reference_only'"
    )
    assert ended > 50
    assert (
        ask(
            "select 1 from app.support_cases c where not exists (select from app.support_collaborators m where m.case_id = c.id)"
        )
        == []
    )


def test_authors_were_on_the_team_or_are_operators(ask):
    """Shared notes come from live full members or operators, Professional ones from operators of that landlord alone."""
    operates = (
        "exists (select from app.memberships m where m.user_id = n.author_id and m.organisation_id = n.organisation_id and (m.role = 'org_admin'"
        " or exists (select from app.property_manager_landlords l where l.user_id = n.author_id and l.landlord_id = n.landlord_id)))"
    )
    takes_part = (
        "exists (select from app.support_collaborators c where c.case_id = n.case_id and c.user_id = n.author_id"
        " and c.participation_mode = 'full' and n.created_at >= c.assigned_at and (c.ended_at is null or n.created_at <= c.ended_at))"
    )
    wrong = ask(
        f"select stream, author_name, created_at, body from app.support_notes n where not ({operates} or stream = 'shared' and {takes_part})"
    )
    assert wrong == []
    ((by_members,),) = ask(f"select count(*) from app.support_notes n where stream = 'shared' and {takes_part}")
    assert by_members > 700


def test_content_lies_within_its_case_and_mostly_in_working_hours(ask):
    outside = ask(
        "select s.id, x.what, x.at from app.support_cases s join ("
        " select case_id, 'note' what, created_at at from app.support_notes union all select case_id, 'edit', edited_at from app.support_notes"
        " union all select case_id, 'goal', created_at from app.support_goals union all select case_id, 'progress', noted_at from app.support_goal_progress"
        " union all select case_id, 'session', created_at from app.support_sessions"
        " union all select case_id, 'meeting', scheduled_at from app.support_sessions"
        ") x on x.case_id = s.id where x.at < s.opened_at or x.at > s.closed_at"
    )
    assert outside == []
    ((in_hours,),) = ask(
        "select avg((extract(isodow from l) < 6 and extract(hour from l) between 8 and 18)::int)"
        " from (select created_at at time zone 'Europe/London' l from app.support_notes) n"
    )
    assert in_hours > 0.93
    ((today_notes, recent),) = ask(
        "select count(*) filter (where created_at >= %s), count(*) filter (where created_at >= %s) from app.support_notes",
        datetime.combine(TODAY, datetime.min.time(), LONDON),
        datetime.combine(TODAY - timedelta(days=4), datetime.min.time(), LONDON),
    )
    assert today_notes >= 4 and recent >= 40


def test_goals_and_sessions_are_in_every_state(ask):
    goals = dict(ask("select status, count(*) from app.support_goals group by 1"))
    assert all(goals[status] >= 10 for status in ("active", "achieved", "closed"))
    assert ask("select count(distinct goal_id) > 200 from app.support_goal_progress") == [(True,)]
    begun = datetime.combine(TODAY, datetime.min.time(), LONDON)
    sessions = dict(
        ask(
            "select case when status = 'scheduled' and scheduled_at < %s then 'needs an outcome' else status end, count(*)"
            " from app.support_sessions group by 1",
            begun,
        )
    )
    assert set(sessions) == {"scheduled", "delivered", "missed", "cancelled", "needs an outcome"}
    assert min(sessions.values()) >= 5
    assert ask("select 1 from app.support_sessions where status in ('delivered', 'missed') and scheduled_at >= %s", begun) == []
    ((by_themselves,),) = ask(
        "select count(*) from app.support_sessions s join app.support_collaborators c on c.case_id = s.case_id and c.user_id = s.author_id"
        " where c.participation_mode = 'context_only'"
    )
    assert by_themselves > 0


def test_the_audit_log_tells_it_as_it_happened(ask, demo_database):
    """A line for each row, in its time and by its author; oldest first, none left out, sound once sealed; and the log watches on."""
    written = dict(ask("select table_name, count(*) from app.audit_log where action = 'insert' group by 1"))
    for table in demo.COLUMNS:
        if table.startswith("app."):
            assert written[table.removeprefix("app.")] == ask(f"select count(*) from {table}")[0][0] > 0, table
    assert ask("select count(*) from app.audit_log where happened_at > now()")[0][0] == 0
    assert ask("select count(*) from app.audit_log as l join app.support_notes as n on n.id = l.row_id"
               " where l.action = 'insert' and (l.actor_id, l.happened_at) is distinct from (n.author_id, n.created_at)")[0][0] == 0
    assert ask("select count(*) from app.audit_log where case_id is not null and actor_hat not in ('org_admin', 'property_manager', 'collaborator')")[0][0] == 0
    assert ask("select count(*) from app.audit_log where row_id is not null and action <> 'insert' and action <> 'update'")[0][0] == 0
    with psycopg.connect(demo_database) as connection:
        sealed = 0
        while some := connection.execute("select app.seal_audit_log()").fetchone()[0]:
            sealed += some
        assert sealed == connection.execute("select count(*) from app.audit_log").fetchone()[0]
        for (firm,) in connection.execute("select id from app.organisations union all select app.installation_chain()").fetchall():
            assert connection.execute("select * from app.verify_audit_log(%s)", [firm]).fetchall() == []
        connection.rollback()
    assert ask("select count(*) from pg_trigger where tgenabled <> 'O' and not tgisinternal")[0][0] == 0
