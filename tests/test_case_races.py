"""The rules of a case under attack: from within a statement, from two connections at once, and in any order of steps."""

import threading
from datetime import datetime, timedelta, timezone

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import take_hat
from tests.test_case_rules import one

# ---- nobody sheds their identity -------------------------------------------------------------------------------------

SHED = "set_config('app.token', '', true)"


@pytest.mark.parametrize("attempt", [
    f"delete from app.support_notes where id = %(flagged)s and {SHED} = ''",
    f"delete from app.support_notes where id = %(closed)s and {SHED} = ''",
    f"insert into app.support_notes (case_id, stream, body) values (%(closed_case)s, 'shared', 'Late') returning {SHED}",
    f"insert into app.support_goals (case_id, title) values (%(closed_case)s, 'Late') returning {SHED}",
    f"update app.support_cases set closed_at = case when id = %(ann)s then null else ('2025-01-01 00:00+00' || {SHED})::timestamptz end,"
    " closing_reason = case when id = %(ann)s then null else 'died' end where id in (%(ann)s, %(ben)s)",
    f"update app.support_notes set body = case when id = %(own)s then body else 'Forged' || {SHED} end where id in (%(own)s, %(theirs)s)",
    f"update app.support_notes set safeguarding = case when id = %(own)s then false else {SHED} <> '' end where id in (%(own)s, %(flagged)s)",
    f"update app.support_collaborators set ended_at = case when id = %(live)s then null else nullif({SHED}, '')::timestamptz end"
    " where id in (%(live)s, %(ended)s)",
    f"update app.support_sessions set status = case when id = %(past)s then status else 'missed' || {SHED} end where id in (%(past)s, %(coming)s)",
], ids=lambda text: " ".join(text.split()[:4]))
@pytest.mark.parametrize("shed", [SHED, "set_config('role', 'none', true)", "set_config('role', 'keywork_platform_admin', true)"],
                         ids=["token", "role", "other role"])
def test_nobody_sheds_their_identity_within_a_statement(world, attempt, shed):
    """Rules that bind people bind them to the end of the statement, whatever setting it changes half way (threat 26)."""
    values = {"flagged": world.note["ann/professional/harbour_admin!"], "closed": world.note["eve/professional/harbour_admin"],
              "own": world.note["ann/professional/harbour_admin"], "theirs": world.note["ann/professional/worker"],
              "closed_case": world.case["eve"], "ann": world.case["ann"], "ben": world.case["ben"],
              "live": world.collaborator["ann/worker"], "ended": world.collaborator["ann/gone"],
              "past": world.session["ann/worker"], "coming": world.session["ann/worker/next"]}

    def state():
        # A closing stamped with this very moment is one that anybody could have made.
        recent = datetime.now(timezone.utc) - timedelta(minutes=5)
        content = [sorted(map(str, world.rows(table)))
                   for table in ("support_notes", "support_goals", "support_sessions", "support_collaborators")]
        return content, sorted(row["closed_at"] for row in world.rows("support_cases") if row["closed_at"] and row["closed_at"] < recent)

    before = state()
    # A harmless empty string instead of a setting's new value, so that each attempt stays the same statement.
    statement = attempt.replace(SHED, SHED if shed == SHED else f"replace({shed}, {shed}, '')")
    with world.connect() as connection:
        take_hat(connection, world.identity("harbour_admin"))
        try:
            connection.execute(statement, values)
            connection.commit()
        except psycopg.Error as error:
            assert error.sqlstate in ("KW001", "KW410", "KW412", "KW413", "KW414", "KW415", "KW416", "KW417", "42501", "23502", "23514")
    assert state() == before


# ---- two at once -----------------------------------------------------------------------------------------------------


def in_background(work) -> tuple[threading.Thread, list]:
    """Runs `work()` in a thread; its result or the SQLSTATE that it failed with goes into the list."""
    came = []

    def run():
        try:
            came.append(work())
        except psycopg.Error as error:
            came.append(error.sqlstate)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, came


def waits(world, pid: int) -> bool:
    """Whether a backend comes to wait for a lock within two seconds."""
    with psycopg.connect(world.conninfo, autocommit=True) as watcher:
        for _ in range(100):
            if one(watcher, "select count(*) from pg_locks where pid = %s and not granted", pid):
                return True
            watcher.execute("select pg_sleep(0.02)")
    return False


@pytest.mark.parametrize("note_first", [True, False])
def test_a_note_races_with_the_closing(world, note_first):
    """Whoever comes second waits: a note gets in before the closing, or is refused after it; never under a closed case."""
    case = world.case["ann"]
    add = ("insert into app.support_notes (case_id, stream, body) values (%s, 'shared', 'Racing')", [case])
    close = ("select app.close_case(%s, 'moved_on', false)", [case])
    first, second = (add, close) if note_first else (close, add)
    with world.connect() as one_of_them, world.connect() as other:
        take_hat(one_of_them, world.identity("worker" if note_first else "quay_manager"))
        take_hat(other, world.identity("quay_manager" if note_first else "worker"))
        one_of_them.execute(*first)
        thread, came = in_background(lambda: other.execute(*second).rowcount)
        assert waits(world, other.info.backend_pid)
        one_of_them.commit()
        thread.join(10)
        assert came == ([1] if note_first else ["KW410"])
        other.commit() if note_first else other.rollback()
    with world.owner() as owner:
        assert one(owner, "select count(*) from app.support_notes where body = 'Racing'") == int(note_first)
        assert one(owner, "select count(*) from app.support_cases where id = %s and closed_at is not null", case) == 1


def test_two_open_a_case_at_once(world):
    """Two operators open a case for the same tenant: one of them is told that there is one."""
    open_one = ("insert into app.support_cases (tenant_id) values (%s)", [world.tenant["fay"]])
    with world.connect() as first, world.connect() as second:
        take_hat(first, world.identity("harbour_admin"))
        take_hat(second, world.identity("harbour_admin"))
        first.execute(*open_one)
        thread, came = in_background(lambda: second.execute(*open_one).rowcount)
        assert waits(world, second.info.backend_pid)
        first.commit()
        thread.join(10)
        second.rollback()
    assert came == ["23505"]


def test_two_close_a_case_at_once(world):
    """The second closing finds nothing open and changes neither moment nor reason."""
    close = "select app.close_case(%s, %s, false)"
    with world.connect() as first, world.connect() as second:
        take_hat(first, world.identity("harbour_admin"))
        take_hat(second, world.identity("quay_manager"))
        first.execute(close, [world.case["ann"], "died"])
        thread, came = in_background(lambda: second.execute(close, [world.case["ann"], "moved_on"]).rowcount)
        assert waits(world, second.info.backend_pid)
        first.commit()
        thread.join(10)
        second.rollback()
    assert came == ["KW404"]
    with world.owner() as owner:
        assert one(owner, "select closing_reason from app.support_cases where id = %s", world.case["ann"]) == "died"


# ---- any order of steps ----------------------------------------------------------------------------------------------

STEPS = {
    "close": "update app.support_cases set closed_at = '2001-01-01', closing_reason = 'died' where id = %(case)s",
    "close by function": "select app.close_case(%(case)s, 'moved_on', true)",
    "move closing": "update app.support_cases set closed_at = closed_at - interval '1 year' where id = %(case)s",
    "reopen": "update app.support_cases set closed_at = null where id = %(case)s",
    "reopen by function": "select app.reopen_case(%(case)s)",
    "flag": "update app.support_notes set safeguarding = true where case_id = %(case)s and stream = 'professional'",
    "take the flag back": "update app.support_notes set safeguarding = false where case_id = %(case)s",
    "add a note": "insert into app.support_notes (case_id, stream, body, safeguarding) values (%(case)s, 'professional', 'x', true)",
    "delete notes": "delete from app.support_notes where case_id = %(case)s and not safeguarding",
    "look": "select 1 from app.support_cases where id = %(case)s",
    "rewrite the summary": "update app.support_cases set context_summary = context_summary || '.' where id = %(case)s",
}


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(["harbour_admin", "quay_manager", "worker"])), max_size=12))
def test_any_order_of_steps_keeps_the_clock_honest(shared_world, steps):
    """After any steps of people: closed_at is this transaction's moment or null, reasons and flags are whole, flagged notes stay."""
    case = shared_world.case["ann"]
    with shared_world.connect() as connection:
        take_hat(connection, shared_world.identity("harbour_admin"))
        flagged = {row[0] for row in connection.execute("select id from app.support_notes where safeguarding and case_id = %s", [case])}
        assert flagged
        for step, persona in [*steps, ("look", "harbour_admin")]:
            take_hat(connection, shared_world.identity(persona))
            try:
                with connection.transaction():
                    connection.execute(STEPS[step], {"case": case})
            except psycopg.Error as error:
                assert error.sqlstate.startswith("KW4") or error.sqlstate in ("42501", "23514"), step
        closed_at, reason, now = connection.execute(
            "select closed_at, closing_reason, now() from app.support_cases where id = %s", [case]).fetchone()
        assert closed_at in (None, now) and (closed_at is None) == (reason is None)
        notes = connection.execute("select id, safeguarding, safeguarding_flagged_at, stream from app.support_notes"
                                   " where case_id = %s", [case]).fetchall()
        assert all(flag == (moment is not None) and (not flag or stream == "professional") for _, flag, moment, stream in notes)
        assert flagged <= {key for key, flag, *_ in notes if flag}
        connection.rollback()
