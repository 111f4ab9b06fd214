"""The jobs service: its schedule as data, and the real thing on a real database, told to end, killed, doubled, left without one."""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from apscheduler.triggers.interval import IntervalTrigger

from jobs import clock
from jobs.clock import AT_NIGHT, LONDON, SCHEDULE, Clock, Job
from log_lines import LOG
from tests.conftest import JOBS_PASSWORD, TestServer

ROOT = Path(__file__).resolve().parent.parent
#: In what a database says when it refuses, and nowhere else.
CANARY = "kanarienvogel"

#: Stand-ins for what the jobs call: each leaves a row before it may take its time, and another one afterwards.
CALLS = """
    create table app.calls (id bigint generated always as identity, name text, stage text, login text default session_user);
    create table app.pauses (name text, seconds integer);
    grant all on app.calls, app.pauses to keywork_jobs;
"""
FUNCTION = """
    drop routine if exists app.{name};
    create function app.{name}() returns integer language sql as $$
        insert into app.calls (name, stage) values ('{name}', 'begun'), ('{name}', 'done') returning 1
    $$;
    grant execute on function app.{name}() to keywork_jobs;
"""
PROCEDURE = """
    drop routine if exists app.{name};
    create procedure app.{name}(pause_ms integer default 50) language plpgsql as $$
    begin
        insert into app.calls (name, stage) values ('{name}', 'begun');
        commit;
        perform pg_sleep(seconds) from app.pauses as p where p.name = '{name}';
        insert into app.calls (name, stage) values ('{name}', 'done');
    end
    $$;
    grant execute on procedure app.{name}(integer) to keywork_jobs;
"""


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


# ---- the service -----------------------------------------------------------------------------------------------------


def prepare(conninfo: str) -> None:
    """Puts the stand-ins into a database."""
    with psycopg.connect(conninfo) as connection:
        connection.execute(CALLS)
        for job in SCHEDULE:
            connection.execute((PROCEDURE if job.statement.startswith("call") else FUNCTION).format(name=job.name))


class Watched:
    """A database that is called, and the processes that call it."""

    def __init__(self, server: TestServer, database: str, folder: Path) -> None:
        self.server, self.database, self.folder = server, database, folder
        self.conninfo = server.conninfo(database)
        self.processes: list[subprocess.Popen] = []

    def run(self, statement: str) -> list[tuple]:
        """The rows of a statement, as the superuser."""
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def calls(self, name: str, stage: str = "done") -> int:
        """How often a stand-in has come that far."""
        return self.run(f"select count(*) from app.calls where name = '{name}' and stage = '{stage}'")[0][0]

    def connected(self) -> int:
        """How many connections of the login there are."""
        return self.run(f"select count(*) from pg_stat_activity where usename = 'keywork_jobs' and datname = '{self.database}'")[0][0]

    def service(self) -> subprocess.Popen:
        """`./run jobs` on this database; what it writes goes into output()."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("KEYWORK_", "DATABASE_URL"))}
        environment["KEYWORK_JOBS_URL"] = self.server.local.sqlalchemy_url(self.database, "keywork_jobs", JOBS_PASSWORD)
        with open(self.folder / "output", "ab") as output:
            process = subprocess.Popen([sys.executable, "-m", "db.local.serve", "jobs"], cwd=ROOT, env=environment, stdout=output, stderr=output)
        self.processes.append(process)
        return process

    def output(self) -> list[dict]:
        """Each line that the services have written: all of them are JSON."""
        return [json.loads(line) for line in (self.folder / "output").read_text().splitlines()]

    def events(self) -> list[str]:
        """What the services have told of."""
        return [line["event"] for line in self.output()]


def wait_until(question, *arguments) -> None:
    """Returns once `question(*arguments)` is true. Fails after 30 seconds."""
    deadline = time.monotonic() + 30
    while not question(*arguments):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def watched(server, tmp_path):
    """A database with the stand-ins in it, and no service yet."""
    made = Watched(server, server.create("installed"), tmp_path)
    prepare(made.conninfo)
    yield made
    for process in made.processes:
        process.kill()
        process.wait(30)
    server.drop(made.database)


@contextlib.contextmanager
def ticking(conninfo: str, *schedule: Job):
    """A clock of this process with a schedule of the test's own."""
    made = Clock(conninfo, schedule)
    made.start()
    try:
        yield
    finally:
        made.stop()


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


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_begins_with_every_job_and_ends_when_told(watched, how):
    """In the middle of a sweep too, whose statement ends with it: what was committed stays. Nothing but its two lines is written."""
    watched.run("insert into app.pauses values ('sweep_retention', 600)")
    service = watched.service()
    for job in SCHEDULE:
        wait_until(watched.calls, job.name, "begun" if job.name == "sweep_retention" else "done")
    assert watched.run("select distinct login from app.calls") == [("keywork_jobs",)]
    assert watched.connected() == 1 and service.poll() is None
    service.send_signal(how)
    assert service.wait(30) == 0
    wait_until(lambda: watched.connected() == 0)
    assert (watched.calls("sweep_retention", "begun"), watched.calls("sweep_retention")) == (1, 0)
    assert watched.events() == ["jobs began", "jobs ended"]


def test_one_that_was_killed_is_begun_anew(watched):
    """`kill -9` in the middle of a sweep (threat 58): what was committed stays, and the next service begins with every job."""
    watched.run("insert into app.pauses values ('sweep_retention', 600)")
    killed = watched.service()
    wait_until(watched.calls, "sweep_retention", "begun")
    killed.kill()
    killed.wait(30)
    watched.run("delete from app.pauses")
    watched.service()
    for job in SCHEDULE:
        wait_until(watched.calls, job.name)
    assert (watched.calls("sweep_retention", "begun"), watched.calls("sweep_retention")) == (2, 1)
    assert "job failed" not in watched.events()


def test_a_second_one_beside_it_does_no_harm(watched):
    """Both call, neither minds the other, and each ends by itself (threat 33; that things happen once is the functions' part)."""
    watched.run("insert into app.pauses values ('sweep_retention', 600)")
    services = [watched.service(), watched.service()]
    for job in SCHEDULE:
        wait_until(lambda job=job: watched.calls(job.name, "begun") >= 2)
    for left, service in ((1, services[0]), (0, services[1])):
        assert service.poll() is None and watched.connected() >= left + 1
        service.terminate()
        assert service.wait(30) == 0
        wait_until(lambda left=left: watched.run(
            "select count(*) from pg_stat_activity where usename = 'keywork_jobs' and wait_event = 'PgSleep'") == [(left,)])
    assert sorted(watched.events()) == ["jobs began"] * 2 + ["jobs ended"] * 2


def test_a_job_that_fails_is_told_of_without_a_word_of_its_error(watched):
    """Its name, class and SQLSTATE, and nothing that a row may hold; the others go on."""
    watched.run(f"create or replace function app.seal_audit_log() returns integer language plpgsql as"
                f" $$ begin raise '{CANARY}' using detail = '{CANARY}', errcode = 'KW999'; end $$")
    watched.run("drop function app.keep_audit_months()")
    watched.service()
    wait_until(lambda: watched.events().count("job failed") == 2)
    for name in ("sweep_retention", "sweep_retention_asked"):
        wait_until(watched.calls, name)
    failures = {line["job"]: (line["level"], line["error"][0]["class"], line["error"][0]["sqlstate"])
                for line in watched.output() if line["event"] == "job failed"}
    assert failures == {"seal_audit_log": ("error", "psycopg.DatabaseError", "KW999"),
                        "keep_audit_months": ("error", "psycopg.errors.UndefinedFunction", "42883")}
    assert CANARY in watched.server.log.read_text() and CANARY not in json.dumps(watched.output())


def test_a_job_is_begun_once_at_a_time(watched, told):
    """However often it is due while it is still at it; others go on meanwhile, and nothing is told of it."""
    often = IntervalTrigger(seconds=0.05, timezone=LONDON)
    watched.run("insert into app.pauses values ('sweep_retention', 600)")
    with ticking(watched.server.jobs_conninfo(watched.database), Job("slow", "call app.sweep_retention()", often),
                 Job("quick", "select app.seal_audit_log()", often)):
        wait_until(lambda: watched.calls("seal_audit_log") > 10)
        assert watched.calls("sweep_retention", "begun") == 1
    assert (watched.connected(), told) == (0, [])


def test_a_database_that_is_away_for_a_while(server, tmp_path, told, monkeypatch):
    """Stopped under a call and started again: the next calls are made, and a job of the night need not wait for the next one."""
    monkeypatch.setattr(clock, "AGAIN_AFTER", timedelta(seconds=0.1))
    own = TestServer(server.local.bindir)
    try:
        away = Watched(own, own.create("installed"), tmp_path)
        prepare(away.conninfo)
        away.run("insert into app.pauses values ('sweep_retention', 600)")
        conninfo = own.jobs_conninfo(away.database)
        with ticking(conninfo, Job("night", "call app.sweep_retention()", AT_NIGHT),
                     Job("often", "select app.seal_audit_log()", IntervalTrigger(seconds=0.1, timezone=LONDON))):
            wait_until(away.calls, "sweep_retention", "begun")
            wait_until(away.calls, "seal_audit_log")
            own.local.stop("fast")
            wait_until(lambda: told.count(("job failed", "night")) > 2 and told.count(("job failed", "often")) > 2)
            own.local.start()
            away.run("delete from app.pauses")
            wait_until(away.calls, "sweep_retention")
            for name in ("night", "often"):
                wait_until(lambda name=name: told.count(("job works again", name)) == 1)
            made = away.calls("seal_audit_log")
            wait_until(lambda: away.calls("seal_audit_log") > made)
            assert away.calls("sweep_retention") == 1
    finally:
        own.stop()
