"""The rules of a case, kept by triggers and constraints whoever the client is."""

import psycopg
import pytest
from psycopg import errors

CLOSE = "update app.support_cases set closed_at = %s, closing_reason = 'died' where id = %s returning closed_at, now()"
LONG_AGO = "2001-01-01 00:00+00"


def refusal(connection, statement, values=()) -> str | None:
    """The SQLSTATE that a statement is refused with, None when it is carried out; undone either way."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement, values)
    except psycopg.Error as error:
        return error.sqlstate
    return None


def one(connection, statement, *values):
    """The first value of the first row."""
    return connection.execute(statement, values).fetchone()[0]


# ---- opening and closing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("persona", ["harbour_admin", "quay_manager"])
@pytest.mark.parametrize("given_moment", [LONG_AGO, "2090-01-01 00:00+00", "-infinity", "infinity"])
def test_closing_is_stamped_now(shared_world, persona, given_moment):
    """Nobody backdates or postdates a closing: retention counts from it."""
    with shared_world.as_(persona) as connection:
        closed_at, now = connection.execute(CLOSE, [given_moment, shared_world.case["ann"]]).fetchone()
    assert closed_at == now


def test_the_moment_of_closing_stays(shared_world):
    """A closed case is not edited, its moment not moved, its reason not changed; by nobody."""
    with shared_world.as_("harbour_admin") as connection:
        case = [shared_world.case["eve"]]
        assert refusal(connection, "update app.support_cases set closed_at = now() where id = %s", case) == "KW414"
        assert refusal(connection, "update app.support_cases set closing_reason = 'died' where id = %s", case) == "KW410"
        assert refusal(connection, "update app.support_cases set context_summary = 'x' where id = %s", case) == "KW410"
        assert refusal(connection, "update app.support_cases set context_summary = 'x', closed_at = now() where id = %s", case) == "KW414"


def test_reopening_clears_the_reason_and_the_clock(shared_world):
    """The next closing is counted from its own moment, and gives its own reason."""
    case = shared_world.case["eve"]
    with shared_world.as_("harbour_admin") as connection:
        connection.execute("select app.reopen_case(%s)", [case])
        assert connection.execute("select closed_at, closing_reason from app.support_cases where id = %s", [case]).fetchone() == (None, None)
        assert refusal(connection, "select app.reopen_case(%s)", [case]) == "KW404"
        assert refusal(connection, "update app.support_cases set closed_at = now() where id = %s", [case]) == "23514"
        connection.execute("select app.close_case(%s, 'transferred', false)", [case])
        assert one(connection, "select closed_at = now() from app.support_cases where id = %s", case)


def test_closing_offers_to_end_all_assignments(shared_world):
    """close_case() says how many it ended; contact cards end too; without the offer they stay."""
    case = shared_world.case["ann"]
    live = "select count(*) from app.support_collaborators where case_id = %s and ended_at is null"
    with shared_world.as_("quay_manager") as connection:
        before = one(connection, live, case)
        assert one(connection, "select app.close_case(%s, 'moved_on', false)", case) == 0
        assert one(connection, live, case) == before > 5
        connection.execute("select app.reopen_case(%s)", [case])
        assert one(connection, "select app.close_case(%s, 'moved_on', true)", case) == before
        assert one(connection, live, case) == 0


def test_a_tenant_has_one_open_case(shared_world):
    """A second is refused, and so is reopening an earlier one beside an open one."""
    with shared_world.as_("harbour_admin") as connection:
        with pytest.raises(errors.UniqueViolation) as refused, connection.transaction():
            connection.execute("insert into app.support_cases (tenant_id) values (%s)", [shared_world.tenant["ann"]])
        assert refused.value.diag.constraint_name == "one_open_case_for_each_tenant"
        assert refusal(connection, "select app.reopen_case(%s)", [shared_world.case["ann_before"]]) == "23505"


def test_opened_author_and_inviter_are_given_by_the_database(shared_world):
    """Forged ones are refused by the columns' grants; what is stored is the person who acts, now."""
    me = shared_world.user["quay_manager"]
    case = shared_world.case["ann"]
    other = shared_world.user["worker"]
    with shared_world.as_("quay_manager") as connection:
        forged = [
            ("insert into app.support_cases (tenant_id, opened_at) values (%s, '2001-01-01')", [shared_world.tenant["ben"]]),
            ("insert into app.support_notes (case_id, stream, body, author_id) values (%s, 'shared', 'x', %s)", [case, other]),
            ("insert into app.support_notes (case_id, stream, body, author_name) values (%s, 'shared', 'x', 'Somebody')", [case]),
            ("insert into app.support_notes (case_id, stream, body, created_at) values (%s, 'shared', 'x', '2001-01-01')", [case]),
            ("insert into app.support_notes (case_id, stream, body, safeguarding_flagged_at) values (%s, 'professional', 'x', now())", [case]),
            ("insert into app.support_sessions (case_id, scheduled_at, type, author_id) values (%s, now(), 'appointment', %s)", [case, other]),
            ("insert into app.support_goals (case_id, title, created_at) values (%s, 'x', '2001-01-01')", [case]),
            ("insert into app.support_collaborators (case_id, full_name, kind, participation_mode, phone, invited_by_id)"
             " values (%s, 'x', 'external_contact', 'reference_only', '0113 496 0000', %s)", [case, other]),
            ("insert into app.support_collaborators (case_id, full_name, kind, participation_mode, phone, assigned_at)"
             " values (%s, 'x', 'external_contact', 'reference_only', '0113 496 0000', '2001-01-01')", [case]),
        ]
        for statement, values in forged:
            assert refusal(connection, statement, values) == "42501", statement
        connection.execute("insert into app.support_notes (case_id, stream, body, safeguarding) values (%s, 'professional', 'Mine', true)", [case])
        assert connection.execute("select author_id, author_name, created_at = now(), safeguarding_flagged_at = now()"
                                  " from app.support_notes where body = 'Mine'").fetchone() == (me, "Quay Manager", True, True)
        connection.execute("insert into app.support_collaborators (case_id, full_name, kind, participation_mode, phone)"
                           " values (%s, 'New Card', 'external_contact', 'reference_only', '0113 496 0000')", [case])
        assert connection.execute("select invited_by_id, invited_by_name, assigned_at = now(), ended_at from app.support_collaborators"
                                  " where full_name = 'New Card'").fetchone() == (me, "Quay Manager", True, None)


# ---- notes -----------------------------------------------------------------------------------------------------------


def test_a_stream_never_changes(world):
    """Not by people (no grant), nor by the owner (KW411): it is deleted and written again."""
    with world.as_("harbour_admin") as connection:
        assert refusal(connection, "update app.support_notes set stream = 'shared'") == "42501"
    with world.owner() as owner:
        for old, new in (("professional", "shared"), ("shared", "professional")):
            assert refusal(owner, "update app.support_notes set stream = %s where stream = %s and not safeguarding", [new, old]) == "KW411"


def test_only_the_author_edits(shared_world):
    """An operator may flag another's Professional note, and not touch its text, in one statement or two."""
    theirs = [shared_world.note["ann/professional/quay_manager"]]
    with shared_world.as_("harbour_admin") as connection:
        assert refusal(connection, "update app.support_notes set body = 'x' where id = %s", theirs) == "KW412"
        assert refusal(connection, "update app.support_notes set body = 'x', safeguarding = true where id = %s", theirs) == "KW412"
        assert refusal(connection, "update app.support_notes set safeguarding = true where id = %s", theirs) is None
        mine = shared_world.note["ann/professional/harbour_admin"]
        connection.execute("update app.support_notes set body = 'Corrected' where id = %s", [mine])
        assert one(connection, "select edited_at = now() from app.support_notes where id = %s", mine)


def test_flags_stay(shared_world):
    """Safeguarding is stamped, is not taken back by a plain update, and keeps its note from being deleted."""
    flagged = [shared_world.note["ann/professional/harbour_admin!"]]
    plain = shared_world.note["ann/professional/harbour_admin"]
    with shared_world.as_("harbour_admin") as connection:
        moment = one(connection, "select safeguarding_flagged_at from app.support_notes where id = %s", *flagged)
        assert refusal(connection, "update app.support_notes set safeguarding = false where id = %s", flagged) == "KW413"
        assert refusal(connection, "delete from app.support_notes where id = %s", flagged) == "KW417"
        connection.execute("update app.support_notes set safeguarding = true, body = 'Corrected' where id = %s", flagged)
        assert one(connection, "select safeguarding_flagged_at from app.support_notes where id = %s", *flagged) == moment
        connection.execute("update app.support_notes set safeguarding = true where id = %s", [plain])
        assert one(connection, "select safeguarding_flagged_at = now() from app.support_notes where id = %s", plain)
        assert refusal(connection, "update app.support_notes set safeguarding = true where id = %s",
                       [shared_world.note["ann/shared/harbour_admin"]]) == "23514"


def test_closed_cases_are_read_only_but_for_the_flag(shared_world):
    """Flagging in a closed case works for the operator side, changes nothing else, and nothing else works."""
    note = shared_world.note["eve/professional/harbour_admin"]
    with shared_world.as_("harbour_admin") as connection:
        assert refusal(connection, "update app.support_notes set body = 'x' where id = %s", [note]) == "KW410"
        assert refusal(connection, "update app.support_notes set body = 'x', safeguarding = true where id = %s", [note]) == "KW410"
        assert refusal(connection, "delete from app.support_notes where id = %s", [note]) == "KW410"
        connection.execute("update app.support_notes set safeguarding = true where id = %s", [note])
        assert one(connection, "select safeguarding and safeguarding_flagged_at = now() from app.support_notes where id = %s", note)


# ---- assignments and sessions ----------------------------------------------------------------------------------------


def test_ended_assignments_stay_ended(shared_world):
    """An ending is stamped now, is not moved or taken back, and the person may be invited anew."""
    ended = [shared_world.collaborator["ann/gone"]]
    live = shared_world.collaborator["ann/worker"]
    with shared_world.as_("quay_manager") as connection:
        assert refusal(connection, "update app.support_collaborators set ended_at = null where id = %s", ended) == "KW415"
        assert refusal(connection, "update app.support_collaborators set ended_at = now() where id = %s", ended) == "KW415"
        assert refusal(connection, "select app.end_assignment(%s)", ended) == "KW404"
        connection.execute("update app.support_collaborators set ended_at = %s where id = %s", [LONG_AGO, live])
        assert one(connection, "select ended_at = now() from app.support_collaborators where id = %s", live)
        again = ("insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode)"
                 " values (%s, %s, 'Again', 'support_worker', 'full')")
        assert refusal(connection, again, [shared_world.case["ann"], shared_world.user["gone"]]) is None
        assert refusal(connection, again, [shared_world.case["ann"], shared_world.user["both_worker"]]) == "23505"


def test_outcomes_wait_for_the_session(shared_world):
    """KW416 before it began; delivered needs words, scheduled must have none; a cancellation may come early."""
    coming = [shared_world.session["ann/worker/next"]]
    with shared_world.as_("worker") as connection:
        change = "update app.support_sessions set {} where id = %s"
        assert refusal(connection, change.format("status = 'delivered', outcome_note = 'Went well'"), coming) == "KW416"
        assert refusal(connection, change.format("status = 'missed'"), coming) == "KW416"
        assert refusal(connection, change.format("status = 'cancelled'"), coming) is None
        assert refusal(connection, change.format("outcome_note = 'x'"), coming) == "23514"
        assert refusal(connection, change.format("scheduled_at = now() - interval '1 hour', status = 'delivered'"), coming) == "23514"
        assert refusal(connection, change.format("scheduled_at = now(), status = 'delivered', outcome_note = 'x'"), coming) is None


# ---- places ----------------------------------------------------------------------------------------------------------


def landlords_below(connection, property_id) -> set:
    """Every landlord_id found on a home, its tenants, and everything of their cases."""
    return {row[0] for row in connection.execute(
        """with t as (select id, landlord_id from app.tenants where property_id = %s),
                c as (select id, landlord_id from app.support_cases where tenant_id in (select id from t))
           select landlord_id from t union select landlord_id from c
           union select landlord_id from app.support_notes where case_id in (select id from c)
           union select landlord_id from app.support_goals where case_id in (select id from c)
           union select landlord_id from app.support_goal_progress where case_id in (select id from c)
           union select landlord_id from app.support_sessions where case_id in (select id from c)
           union select landlord_id from app.support_collaborators where case_id in (select id from c)""", [property_id])}


@pytest.mark.parametrize("home, landlord", [("quay_1", "dock"), ("dock_1", "quay"), ("quay_2", "dock")])
def test_a_home_changes_its_landlord(world, home, landlord):
    """An org-admin gives a home to another landlord: all below it follows at once, content of closed cases too."""
    with world.as_("harbour_admin") as connection:
        connection.execute("update app.properties set landlord_id = %s where id = %s", [world.landlord[landlord], world.property[home]])
        assert landlords_below(connection, world.property[home]) == {world.landlord[landlord]}
    with world.owner() as owner:
        owner.execute("update app.properties set landlord_id = %s where id = %s", [world.landlord[landlord], world.property[home]])
        assert landlords_below(owner, world.property[home]) == {world.landlord[landlord]}
    with world.as_("quay_manager") as connection:
        seen = connection.execute("select count(*) from app.tenants where property_id = %s", [world.property[home]]).fetchone()[0]
        assert (seen > 0) == (landlord == "quay")


@pytest.mark.parametrize("tenant, home", [("cora", "dock_1"), ("ann", "dock_1"), ("eve", "quay_2")])
def test_a_tenant_moves_home(world, tenant, home):
    """A tenant with cases, open and closed, moves to a home of another landlord of the same organisation."""
    with world.as_("harbour_admin") as connection:
        connection.execute("update app.tenants set property_id = %s where id = %s", [world.property[home], world.tenant[tenant]])
        assert len(landlords_below(connection, world.property[home])) == 1
