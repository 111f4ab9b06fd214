"""The clock of the jobs: its schedule as data, and how it ticks, with quicker schedules, also while the database is away."""

import contextlib
import logging
from datetime import datetime, timedelta, timezone

import psycopg
import pytest
from apscheduler.triggers.interval import IntervalTrigger

from jobs import clock
from jobs.clock import AT_NIGHT, LONDON, SCHEDULE, Clock, Job
from log_lines import LOG
from tests.conftest import TestServer
from tests.test_jobs import wait_until

# ---- the schedule ----------------------------------------------------------------------------------------------------


def fire_times(trigger, after: str, how_many: int) -> list[datetime]:
    """When a trigger fires next, and then again, seen from a moment: in UTC."""
    now, previous, found = datetime.fromisoformat(after).astimezone(LONDON), None, []
    for _ in range(how_many):
        previous = trigger.get_next_fire_time(previous, now)
        now = previous + timedelta(microseconds=1)
        found.append(previous.astimezone(timezone.utc))
    return found


def test_what_is_called_and_when():
    """One call each; the database knows the rest."""
    assert [(job.name, job.statement, str(job.trigger)) for job in SCHEDULE] == [
        ("keep_audit_months", "select app.keep_audit_months()", "cron[hour='2', minute='30']"),
        ("seal_audit_log", "select app.seal_audit_log()", "interval[0:00:20]"),
        ("sweep_retention_asked", "call app.sweep_retention_asked()", "interval[0:00:10]"),
        ("sweep_retention", "call app.sweep_retention()", "cron[hour='2', minute='30']"),
    ]
    assert {str(job.trigger.timezone) for job in SCHEDULE} == {"Europe/London"}


@pytest.mark.parametrize("after, expected", [
    # The clocks go forward at one in the morning of 28 March 2027, and back at two of 31 October.
    ("2027-03-26T12:00Z", ["2027-03-27T02:30Z", "2027-03-28T01:30Z", "2027-03-29T01:30Z"]),
    ("2027-03-28T00:59:59Z", ["2027-03-28T01:30Z", "2027-03-29T01:30Z"]),
    ("2027-03-28T01:30:01Z", ["2027-03-29T01:30Z"]),
    ("2027-10-29T12:00Z", ["2027-10-30T01:30Z", "2027-10-31T02:30Z", "2027-11-01T02:30Z"]),
    ("2027-10-31T00:30Z", ["2027-10-31T02:30Z", "2027-11-01T02:30Z"]),
    ("2027-10-31T01:30Z", ["2027-10-31T02:30Z", "2027-11-01T02:30Z"]),
    ("2027-10-31T02:30:01Z", ["2027-11-01T02:30Z"]),
])  # fmt: skip
def test_no_night_is_left_out_or_done_twice(after, expected):
    """Half past two by the clocks of London, in summer and in winter, seen from before, amid and after both switches (threat 35)."""
    assert fire_times(AT_NIGHT, after, len(expected)) == [datetime.fromisoformat(each) for each in expected]
    for job in SCHEDULE:
        if job.trigger is AT_NIGHT:
            # A try in between (after a failure, at a start) moves nothing.
            tried = datetime.fromisoformat(after).astimezone(LONDON)
            assert job.trigger.get_next_fire_time(tried, tried) == datetime.fromisoformat(expected[0])


def test_a_year_has_as_many_nights_as_days():
    """One for each date, in every year until the rules of summer time are changed."""
    nights = [each.astimezone(LONDON) for each in fire_times(AT_NIGHT, "2026-01-01T00:00Z", 365 * 3)]
    assert [each.date() for each in nights] == [nights[0].date() + timedelta(days=number) for number in range(365 * 3)]
    assert {(each.hour, each.minute) for each in nights} == {(2, 30)}


@pytest.mark.parametrize("after", ["2027-03-28T00:58Z", "2027-10-31T00:58Z", "2027-10-31T01:58Z"])
@pytest.mark.parametrize("seconds", [10, 20])
def test_seconds_are_the_same_in_every_hour(after, seconds):
    """Whatever the clocks of London show meanwhile."""
    [trigger] = [job.trigger for job in SCHEDULE if str(job.trigger) == f"interval[0:00:{seconds}]"]
    times = fire_times(trigger, after, 1000)
    assert {later - earlier for earlier, later in zip(times, times[1:], strict=False)} == {timedelta(seconds=seconds)}


# ---- quicker schedules -----------------------------------------------------------------------------------------------

#: What quick jobs count with, and how long slow ones take.
COUNTERS = """
    create sequence app.slow;
    create sequence app.quick;
    create table app.patience as select 600 as seconds;
    grant usage on sequence app.slow, app.quick to keywork_jobs;
    grant select on app.patience to keywork_jobs;
"""
SLOW = "select nextval('app.slow'), pg_sleep((select seconds from app.patience))"
QUICK = "select nextval('app.quick')"


@contextlib.contextmanager
def ticking(conninfo: str, *schedule: Job):
    """A clock of this process with a schedule of the test's own."""
    made = Clock(conninfo, schedule)
    made.start()
    try:
        yield
    finally:
        made.stop()


def counted(conninfo: str, name: str) -> int:
    """How often jobs have counted."""
    with psycopg.connect(conninfo) as connection:
        return connection.execute(f"select case when is_called then last_value else 0 end from app.{name}").fetchone()[0]


@pytest.fixture
def told():
    """What this process's clocks tell of: (event, job)."""
    found = []

    class Keep(logging.Handler):
        def emit(self, record):
            found.append((record.msg, record.keywork_fields.get("job")))

    keep, level = Keep(), LOG.level
    LOG.addHandler(keep)
    LOG.setLevel(logging.INFO)
    yield found
    LOG.setLevel(level)
    LOG.removeHandler(keep)


def test_a_job_is_begun_once_at_a_time(server, empty_database, told):
    """However often it is due while it is still at it; others go on meanwhile, and nothing is told of it."""
    often = IntervalTrigger(seconds=0.05, timezone=LONDON)
    with psycopg.connect(empty_database) as connection:
        connection.execute(COUNTERS)
    jobs = server.jobs_conninfo(psycopg.conninfo.conninfo_to_dict(empty_database)["dbname"])
    with ticking(jobs, Job("slow", SLOW, often), Job("quick", QUICK, often)):
        wait_until(lambda: counted(empty_database, "quick") > 10)
        assert counted(empty_database, "slow") == 1
    assert told == []


def test_a_database_that_is_away_for_a_while(server, told, monkeypatch):
    """Stopped under a call and started again: the next calls are made, and a job of the night need not wait for the next one."""
    monkeypatch.setattr(clock, "AGAIN_AFTER", timedelta(seconds=0.1))
    own = TestServer(server.local.bindir)
    try:
        database = own.create("installed")
        conninfo, jobs = own.conninfo(database), own.jobs_conninfo(database)
        with psycopg.connect(conninfo) as connection:
            connection.execute(COUNTERS)
        with ticking(jobs, Job("night", SLOW, AT_NIGHT), Job("often", QUICK, IntervalTrigger(seconds=0.1, timezone=LONDON))):
            wait_until(lambda: counted(conninfo, "slow") == 1 and counted(conninfo, "quick") > 1)
            with psycopg.connect(conninfo) as connection:
                connection.execute("update app.patience set seconds = 0")
            own.local.stop()
            wait_until(lambda: min(told.count(("job failed", name)) for name in ("night", "often")) > 2)
            own.local.start()
            wait_until(lambda: {("job works again", name) for name in ("night", "often")} <= set(told))
            before = counted(conninfo, "quick")
            wait_until(lambda: counted(conninfo, "quick") > before)
            assert counted(conninfo, "slow") == 2
    finally:
        own.stop()
