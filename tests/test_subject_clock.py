"""When a subject access request is to be answered: the law's clock, against a second reckoning, and the steps that move it."""

from datetime import date, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

#: Day received, days that the clock stood still, extended or not, day due: worked out by hand.
CASES = [
    ("2026-09-03", 0, False, "2026-10-05"),  # the 3rd of October is a Saturday
    ("2026-03-31", 0, False, "2026-04-30"),  # April has no 31st
    ("2027-01-29", 0, False, "2027-03-01"),  # February ends on the 28th, a Sunday
    ("2028-01-31", 0, False, "2028-02-29"),  # a leap year
    ("2026-11-25", 0, False, "2026-12-29"),  # Christmas, then Saturday, Sunday, and the substitute for Boxing Day
    ("2026-12-01", 0, False, "2027-01-04"),  # New Year's Day, a Friday
    ("2026-03-03", 0, False, "2026-04-07"),  # Good Friday to Easter Monday
    ("2026-10-01", 2, False, "2026-11-03"),  # stood still for two days: from Sunday the 1st
    ("2026-10-05", 0, True, "2027-01-05"),
    ("2026-11-30", 0, True, "2027-03-01"),  # three months on is Sunday the 28th
]
FIRST, LAST = date(2025, 1, 1), date(2028, 8, 31)


def easter(year: int) -> date:
    """Easter Sunday (the anonymous Gregorian reckoning)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    m = (a + 11 * h) // 319
    j, k = c // 4, c % 4
    r = (2 * e + 2 * j - k - h + m + 32) % 7
    month = (h - m + r + 90) // 25
    return date(year, month, (h - m + r + month + 19) % 32)


def bank_holidays(year: int) -> set[date]:
    """Bank holidays of England and Wales by the rules for them, substitute days among them."""

    def monday(month: int, last: bool = False) -> date:
        day = date(year, month + 1, 1) - timedelta(days=7) if last else date(year, month, 1)
        return day + timedelta(days=-day.weekday() % 7)

    found = {easter(year) - timedelta(days=2), easter(year) + timedelta(days=1), monday(5), monday(5, last=True), monday(8, last=True)}
    for day in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while day.weekday() >= 5 or day in found:
            day += timedelta(days=1)
        found.add(day)
    return found


def due_on(received: date, paused: int, extended: bool) -> date:
    """The day due, reckoned a second time."""
    month = received.month - 1 + (3 if extended else 1)
    year, month = received.year + month // 12, month % 12 + 1
    for day in range(received.day, 0, -1):
        try:
            due = date(year, month, day) + timedelta(days=paused)
            break
        except ValueError:
            continue
    while due.weekday() >= 5 or due in bank_holidays(due.year):
        due += timedelta(days=1)
    return due


@pytest.mark.parametrize("received, paused, extended, due", CASES)
def test_worked_out_by_hand(shared_world, received, paused, extended, due):
    with shared_world.owner() as owner:
        assert owner.execute("select app.subject_access_due_on(%s, %s, %s)", [received, paused, extended]).fetchone()[0] == date.fromisoformat(due)
    assert due_on(date.fromisoformat(received), paused, extended) == date.fromisoformat(due)


def test_the_calendar_is_that_of_england_and_wales(shared_world):
    """Every bank holiday of the years that Keywork knows, by the rules for them; 2026 as it was announced, so that the rules are none of ours alone."""
    days = {row["day"] for row in shared_world.rows("bank_holidays")}
    assert days == set().union(*(bank_holidays(year) for year in range(2025, 2029)))
    assert {day for day in days if day.year == 2026} == {date(2026, *each) for each in ((1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28))}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.dates(FIRST, LAST - timedelta(days=150)), st.integers(0, 60), st.booleans()), min_size=20, max_size=60))
def test_two_reckonings_agree(shared_world, asked):
    """Any day, any stop of the clock, extended or not; and it is always a working day, never early."""
    with shared_world.owner() as owner:
        answered = [row[0] for row in owner.execute(
            "select app.subject_access_due_on(a.received, a.paused, a.extended) from unnest(%s::date[], %s::integer[], %s::boolean[]) with ordinality"
            " as a (received, paused, extended, place) order by a.place", [list(each) for each in zip(*asked, strict=True)])]
    assert answered == [due_on(*each) for each in asked]
    assert all(due.weekday() < 5 and due >= received + timedelta(days=28 + paused) for due, (received, paused, _) in zip(answered, asked, strict=True))


# ---- the steps -------------------------------------------------------------------------------------------------------

TODAY = "(now() at time zone 'Europe/London')::date"
NEW = f"insert into app.subject_access_requests (tenant_id, received_on, way, asked_by) values (%s, {TODAY} - %s::integer, 'letter', 'tenant') returning id"
PAUSE = f"insert into app.subject_access_pauses (request_id, began_on, why) values (%s, {TODAY} - %s::integer, 'identity')"
RESUME = f"update app.subject_access_pauses set ended_on = {TODAY} - %s::integer where request_id = %s and ended_on is null"
EXTEND = "update app.subject_access_requests set extension_reason = 'Ten years of records' where id = %s"
CLOSE = f"update app.subject_access_requests set outcome = 'answered', outcome_on = {TODAY} where id = %s"


@pytest.fixture
def admin(shared_world):
    """A connection of Harbour's org-admin, rolled back at the end."""
    with shared_world.as_("harbour_admin") as connection:
        yield connection


def refused(connection, statement, values) -> tuple:
    """(SQLSTATE, field) of a refusal; the transaction goes on."""
    with pytest.raises(psycopg.Error) as error, connection.transaction():
        connection.execute(statement, values)
    return error.value.sqlstate, error.value.diag.column_name


def entered(connection, world, days_ago: int):
    """A new request about Fay, received so many days ago: its id."""
    return connection.execute(NEW, [world.tenant["fay"], days_ago]).fetchone()[0]


def test_a_stop_moves_the_day_by_its_days(shared_world, admin):
    """Twice; the clock stands still once at a time, between the request and today, one stop after another, and ends once."""
    request = entered(admin, shared_world, 20)
    assert refused(admin, PAUSE, [request, 21]) == refused(admin, PAUSE, [request, -1]) == ("KW489", "began_on")
    admin.execute(PAUSE, [request, 18])
    assert refused(admin, PAUSE, [request, 10])[0] == "23505"
    assert refused(admin, RESUME, [-1, request]) == ("KW489", "ended_on")
    assert refused(admin, RESUME, [19, request])[0] == "23514"
    admin.execute(RESUME, [15, request])
    assert refused(admin, PAUSE, [request, 16]) == ("KW489", "began_on")
    admin.execute(PAUSE, [request, 10])
    # Still waiting: counted up to today.
    state, days = admin.execute("select state, paused_days from app.subject_access_list where id = %s", [request]).fetchone()
    assert (state, days) == ("waiting", 13)
    admin.execute(RESUME, [8, request])
    received, days, due, state = admin.execute("select received_on, paused_days, due_on, state from app.subject_access_list where id = %s", [request]).fetchone()
    assert (days, state) == (5, "open") and due == due_on(received, 5, False)
    assert refused(admin, f"update app.subject_access_pauses set ended_on = {TODAY} where request_id = %s", [request]) == ("KW489", "ended_on")


def test_two_more_months_are_taken_once_and_in_time(shared_world, admin):
    """With a reason; on the day on which it is due still, after that no more. Who says when is the database."""
    request = entered(admin, shared_world, 3)
    assert refused(admin, "update app.subject_access_requests set extension_reason = ' ' where id = %s", [request])[0] == "23514"
    admin.execute(EXTEND, [request])
    received, due, first, on, again = admin.execute(
        f"select received_on, due_on, first_due_on, extended_on = {TODAY}, may_be_extended from app.subject_access_list where id = %s", [request]).fetchone()
    assert (due, first, on, again) == (due_on(received, 0, True), due_on(received, 0, False), True, False)
    assert refused(admin, EXTEND, [request]) == ("KW486", None)
    late = entered(admin, shared_world, 60)
    assert admin.execute("select days_left < 0, may_be_extended from app.subject_access_list where id = %s", [late]).fetchone() == (True, False)
    assert refused(admin, EXTEND, [late]) == ("KW486", None)
    # One whose clock stood still for a month of it is in time yet.
    admin.execute(PAUSE, [late, 55])
    admin.execute(RESUME, [10, late])
    admin.execute(EXTEND, [late])
    with pytest.raises(psycopg.errors.InsufficientPrivilege), admin.transaction():
        admin.execute("update app.subject_access_requests set extended_on = '2020-01-01' where id = %s", [request])


def test_what_is_closed_stays_closed(shared_world, admin):
    """Nothing comes or is answered tomorrow; a refusal says why; then neither clock nor files nor what is hidden are touched."""
    assert refused(admin, NEW, [shared_world.tenant["fay"], -1]) == ("KW485", "received_on")
    request = entered(admin, shared_world, 1)
    assert refused(admin, f"update app.subject_access_requests set outcome = 'answered', outcome_on = {TODAY} + 1 where id = %s", [request]) == ("KW485", "outcome_on")
    assert refused(admin, f"update app.subject_access_requests set outcome = 'answered', outcome_on = {TODAY} - 2 where id = %s", [request])[0] == "23514"
    assert refused(admin, f"update app.subject_access_requests set outcome = 'refused', outcome_on = {TODAY} where id = %s", [request])[0] == "23514"
    assert refused(admin, "update app.subject_access_requests set outcome = 'answered' where id = %s", [request])[0] == "23514"
    admin.execute(CLOSE, [request])
    for statement in (PAUSE, EXTEND, CLOSE.replace("answered", "withdrawn")):
        values = [request, 0] if statement == PAUSE else [request]
        assert refused(admin, statement, values)[0] in ("KW487", "KW486"), statement
    assert refused(admin, "insert into app.subject_access_bundles (request_id) values (%s)", [request])[0] == "KW487"
    assert refused(admin, "insert into app.subject_access_redactions (request_id, passage, because) values (%s, 'words', 'crime')", [request])[0] == "KW487"
