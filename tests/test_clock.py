"""The clock of the jobs: its schedule as data, and how it ticks, with quick jobs of the tests' own, also while the database is away."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import psycopg
import pytest

from jobs import clock
from jobs.clock import SCHEDULE, Call, Clock, Job, Statement
from jobs.couriers import EmlFolder
from jobs.outbox import Mail
from log_lines import LOG
from tests.servers import JOBS_PASSWORD, TestServer
from tests.test_jobs import ROOT, wait_until

# ---- the schedule ----------------------------------------------------------------------------------------------------


def test_what_is_called_and_how_often(empty_database):
    """One statement each, or a function of jobs/outbox.py or jobs/bundles.py; every job of the database is there, and none that it does not know."""
    assert [(job.name, getattr(job.work, "sql", None), job.seconds) for job in SCHEDULE] == [
        ("keep_audit_months", "select app.keep_audit_months() as months", 60),
        ("seal_audit_log", "select app.seal_audit_log() as sealed", 20),
        ("sweep_retention", "call app.sweep_retention()", 60),
        ("sweep_retention_asked", "call app.sweep_retention_asked()", 10),
        ("compose_digests", "call app.compose_digests(%(period)s)", 60),
        ("send_outbox", None, 5),
        ("erase_old_digests", "select digests from app.erase_old_digests()", 60),
        ("make_bundles", None, 5),
        ("erase_old_bundles", "select bundles from app.erase_old_bundles()", 60),
        ("work_on_imports", "call app.work_on_imports()", 5),
        ("erase_old_imports", "select imports from app.erase_old_imports()", 60),
        ("clear_mail_folder", None, 20),
    ]
    with psycopg.connect(empty_database) as connection:
        known = dict(connection.execute("select name, cadence from app.jobs").fetchall())
    assert {job.name for job in SCHEDULE} == set(known)
    # A dated one may be late by its interval; one that runs often is what somebody waits for.
    assert {job.seconds for job in SCHEDULE if known[job.name] != "often"} == {60}
    assert all(5 <= job.seconds <= 20 for job in SCHEDULE if known[job.name] == "often")


def test_ticks_mind_no_time_zone(server, empty_database, nobody):
    """London's clocks go forward and back without a tick more or less (threat 35): what is due by them is the database's to say."""
    ticking = Clock(empty_database, nobody, SCHEDULE)
    for job in ticking._scheduler.get_jobs():
        assert job.trigger.timezone == timezone.utc and job.trigger.interval == timedelta(seconds={each.name: each.seconds for each in SCHEDULE}[job.id])


# ---- quick jobs ------------------------------------------------------------------------------------------------------

#: What quick jobs count with, how long slow ones take, and the ledger's word for both.
COUNTERS = """
    create sequence app.slow;
    create sequence app.quick;
    create table app.patience as select 600 as seconds;
    grant usage on sequence app.slow, app.quick to keywork_jobs;
    grant select on app.patience to keywork_jobs;
    insert into app.jobs (name, cadence, due_time, late_after)
        values ('slow', 'often', null, '1 day'), ('quick', 'often', null, '1 day'), ('night', 'daily', '00:00', '1 day');
"""
SLOW = Statement("select nextval('app.slow') as slow, pg_sleep((select seconds from app.patience))")
QUICK = Statement("select nextval('app.quick') as quick, 'a word' as word")


@contextlib.contextmanager
def ticking(conninfo: str, mail: Mail, *schedule: Job):
    """A clock of this process with a schedule of the test's own."""
    made = Clock(conninfo, mail, schedule)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def counted(conninfo: str, name: str) -> int:
    """How often jobs have counted."""
    with psycopg.connect(conninfo) as connection:
        return connection.execute(f"select case when is_called then last_value else 0 end from app.{name}").fetchone()[0]


def ledger(conninfo: str, name: str) -> tuple:
    """The newest line of a job: status, attempts, counts, error; nothing where there is none."""
    with psycopg.connect(conninfo) as connection:
        return connection.execute("select status, attempts, counts, error from app.job_runs where job = %s order by period desc limit 1", [name]).fetchone() or ()


@pytest.fixture
def nobody(tmp_path):
    """Mail that none of these jobs sends."""
    return Mail(EmlFolder(tmp_path), tmp_path, "no-reply@example.org", "https://keywork.example.org")


@pytest.fixture
def counters(server, empty_database):
    """How the jobs connect to a database with counters."""
    with psycopg.connect(empty_database) as connection:
        connection.execute(COUNTERS)
    return server.jobs_conninfo(psycopg.conninfo.conninfo_to_dict(empty_database)["dbname"])


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


def test_a_job_is_begun_once_at_a_time(counters, empty_database, nobody, told):
    """However often it is due while it is still at it; others go on meanwhile, and nothing is told of it."""
    with ticking(counters, nobody, Job("slow", SLOW, 0.05), Job("quick", QUICK, 0.05)):
        wait_until(lambda: counted(empty_database, "quick") > 10)
        assert counted(empty_database, "slow") == 1
        assert ledger(empty_database, "slow") == ("running", 1, {}, None)
    assert told == []
    # What was cancelled did not fail: it is gone on with.
    assert ledger(empty_database, "slow") == ("running", 1, {}, None)
    status, attempts, counts, error = ledger(empty_database, "quick")
    assert status in ("done", "running") and attempts >= 10 and error is None
    # The numbers of its row, each attempt's added up; other columns are none of what it did.
    assert set(counts) == {"quick"} and counts["quick"] >= sum(range(1, 11))


def test_a_daily_job_is_done_once_by_however_many(counters, empty_database, nobody, told):
    """Four services ask for it again and again: it is done for one day, at once by one (threat 33)."""
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(ticking(counters, nobody, Job("night", SLOW, 0.05), Job("quick", QUICK, 0.05)))
        wait_until(lambda: counted(empty_database, "quick") > 40)
        assert counted(empty_database, "slow") == 1
        with psycopg.connect(empty_database, autocommit=True) as connection:
            connection.execute("update app.patience set seconds = 0")
            # Whoever was at it goes: another one begins it anew.
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'keywork night' and query like '%%pg_sleep%%'")
        wait_until(lambda: ledger(empty_database, "night")[0] == "done")
        before = counted(empty_database, "quick")
        wait_until(lambda: counted(empty_database, "quick") > before + 40)
        assert counted(empty_database, "slow") == 2
        assert ledger(empty_database, "night") == ("done", 2, {"slow": 2}, None)
    assert told.count(("job failed", "night")) == 1


@pytest.mark.parametrize("work, code", [
    (Statement("select 1 / 0 as nothing"), "22012"), (lambda call: {}["word"], "KeyError"), (lambda call: call.connection.close(), "OperationalError"),
], ids=["sql", "python", "connection"])
def test_a_failure_is_noted_by_its_code(counters, empty_database, nobody, told, monkeypatch, work, code):
    """The SQLSTATE or the class, also where the connection that it was done on is gone; then it rests, and is tried again."""
    monkeypatch.setattr(clock, "AGAIN_AFTER", timedelta(seconds=0.5))
    broken = [True]

    def sometimes(call: Call) -> dict[str, int]:
        return work(call) if broken else {"mended": 1}

    with ticking(counters, nobody, Job("quick", sometimes, 0.05)):
        wait_until(lambda: ledger(empty_database, "quick")[:1] == ("failed",))
        assert ledger(empty_database, "quick")[2:] == ({}, code)
        broken.clear()
        wait_until(lambda: ledger(empty_database, "quick")[2:] == ({"mended": 1}, None) or told[-1] == ("job works again", "quick"))
    assert told[0] == ("job failed", "quick") and told.count(("job failed", "quick")) < 4


def test_a_database_that_is_away_for_a_while(server, nobody, told, monkeypatch):
    """Stopped under a call and started again: the next calls are made, and a job of the day need not wait for the next one."""
    monkeypatch.setattr(clock, "AGAIN_AFTER", timedelta(seconds=0.1))
    own = TestServer(server.local.bindir)
    try:
        database = own.create("installed")
        conninfo, jobs = own.conninfo(database), own.jobs_conninfo(database)
        with psycopg.connect(conninfo) as connection:
            connection.execute(COUNTERS)
        with ticking(jobs, nobody, Job("night", SLOW, 60), Job("quick", QUICK, 0.1)):
            wait_until(lambda: counted(conninfo, "slow") == 1 and counted(conninfo, "quick") > 1)
            with psycopg.connect(conninfo) as connection:
                connection.execute("update app.patience set seconds = 0")
            own.local.stop()
            wait_until(lambda: min(told.count(("job failed", name)) for name in ("night", "quick")) > 2)
            own.local.start()
            wait_until(lambda: {("job works again", name) for name in ("night", "quick")} <= set(told))
            before = counted(conninfo, "quick")
            wait_until(lambda: counted(conninfo, "quick") > before)
            assert counted(conninfo, "slow") == 2
            # Begun twice: no failure of an attempt can be noted while the database is away.
            assert ledger(conninfo, "night") == ("done", 2, {"slow": 2}, None)
    finally:
        own.stop()


def test_a_machine_whose_clock_was_set_back(counters, empty_database, nobody):
    """Ticks that seem a day away now are made at once, and the day after is not waited for (threat 38)."""
    with ticking(counters, nobody, Job("quick", QUICK, 60)) as made:
        wait_until(lambda: counted(empty_database, "quick") == 1)
        tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
        made._scheduler.get_job("quick").modify(next_run_time=tomorrow)
        made.catch_up()
        wait_until(lambda: counted(empty_database, "quick") == 2)
        soon = made._scheduler.get_job("quick").next_run_time
        assert soon < tomorrow - timedelta(hours=23)
        made.catch_up()
        assert made._scheduler.get_job("quick").next_run_time == soon


def test_a_service_that_stands_still_lets_go(counters, empty_database, nobody, monkeypatch):
    """Stopped between two statements, it keeps a dated job for a while and no longer (threat 62): the server ends its connection."""
    monkeypatch.setattr(clock, "IDLE_SECONDS", 1)
    begun = []

    def stand_still(call: Call) -> dict[str, int]:
        begun.append(call)
        if len(begun) == 1:
            call.ending.wait(30)
        return {}

    with ticking(counters, nobody, Job("night", stand_still, 0.1)), ticking(counters, nobody, Job("night", stand_still, 0.1)):
        wait_until(lambda: ledger(empty_database, "night")[:1] == ("done",))
        assert ledger(empty_database, "night") == ("done", 2, {}, None) and len(begun) == 2


# ---- told to end -----------------------------------------------------------------------------------------------------

#: `./run jobs`, which looks at the machine's clock once an hour and no sooner. When its standard input ends, a thread of it is given a signal.
_GIVEN_TO_ANOTHER_THREAD = """
import signal, sys, threading
from jobs import __main__ as service, clock
clock.WATCH_SECONDS = 3600
def told():
    sys.stdin.read()
    signal.pthread_kill(threading.get_ident(), {number})
threading.Thread(target=told, daemon=True).start()
sys.exit(service.main([]))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_sleeping_clock_hears_a_signal_whichever_thread_has_it(server, empty_database, tmp_path, number):
    """The kernel may give it to any of them, and the main one, which does what it means, sleeps: it ends all the same, not an hour later."""
    database = psycopg.conninfo.conninfo_to_dict(empty_database)["dbname"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KEYWORK_", "DATABASE_URL", "RESEND_"))} | {
        "KEYWORK_JOBS_URL": server.local.sqlalchemy_url(database, "keywork_jobs", JOBS_PASSWORD),
        "KEYWORK_BASE_URL": "https://keywork.example.org", "KEYWORK_MAIL_FOLDER": str(tmp_path)}
    service = subprocess.Popen([sys.executable, "-c", _GIVEN_TO_ANOTHER_THREAD.format(number=int(number))], cwd=ROOT, env=environment,
                               stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert b'"jobs began"' in service.stderr.readline()
        # Each job was begun and is done, so nothing but the clock is left to wait for.
        wait_until(all_done, empty_database)
        _, said = service.communicate(timeout=30)
    finally:
        service.kill()
    assert service.wait(30) == 0 and b'"jobs ended"' in said


def all_done(conninfo: str) -> bool:
    """Whether each job was done that a new installation is due: all but the monthly one."""
    with psycopg.connect(conninfo) as connection:
        return connection.execute("select bool_and(exists (select from app.job_runs as r where r.job = j.name and r.status = 'done'))"
                                  " from app.jobs as j where j.cadence <> 'monthly'").fetchone()[0]
