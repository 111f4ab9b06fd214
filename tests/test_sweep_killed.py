"""The sweep of 100,000 records, four times at once, killed in every way in the middle: each is gone exactly once."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import Counter

import psycopg
import pytest

from db.local import postmaster
from tests.conftest import World
from tests.retention import RECORDS, Crowd, as_job, faults, fill, ledger_ids, record_ids, seal
from tests.servers import TestServer

CROWD = Crowd(cases=5000, notes=12)
#: A job as a process of its own.
JOB = "import psycopg, sys; psycopg.connect(sys.argv[1], autocommit=True).execute('call app.sweep_retention(0)')"


@pytest.fixture
def doomed_world():
    """A world on a server of its own, which is killed; 100,000 records under closed cases."""
    server = TestServer(None)
    world = World(server, server.create("world"))
    fill(world, CROWD)
    yield world
    server.stop()


class Sweepers:
    """Two threads and two processes that sweep until they are done or their server is gone."""

    def __init__(self, world):
        # What a thread meets when its server is killed is what this test does to it.
        self._threads = [threading.Thread(target=self._until_cut_off, args=[world]) for _ in range(2)]
        for thread in self._threads:
            thread.start()
        self.processes = [subprocess.Popen([sys.executable, "-c", JOB, world.jobs_conninfo], stderr=subprocess.DEVNULL) for _ in range(2)]
        self.failed: list = []

    def _until_cut_off(self, world) -> None:
        try:
            as_job(world, "call app.sweep_retention(0)")
        except psycopg.OperationalError as error:
            self.failed.append(error)

    def wait(self) -> list[int]:
        """Until all have ended; what the processes ended with."""
        for thread in self._threads:
            thread.join()
        return [process.wait() for process in self.processes]


def until_left(world, cases: int) -> None:
    """Waits until no more than so many cases are left."""
    with psycopg.connect(world.conninfo, autocommit=True) as watching:
        while watching.execute("select count(*) from app.support_cases").fetchone()[0] > cases:
            watching.execute("select pg_sleep(0.005)")


def until_it_answers(world) -> None:
    """Waits until the server has recovered from the loss of a backend."""
    while True:
        try:
            psycopg.connect(world.conninfo).close()
            return
        except psycopg.OperationalError:
            continue


def backend_of_a_sweeper(world) -> int:
    """The process of one that is at work now."""
    with psycopg.connect(world.conninfo, autocommit=True) as watching:
        while True:
            found = watching.execute("select pid from pg_stat_activity where usename = 'keywork_jobs' and state = 'active' and wait_event_type is null").fetchone()
            if found:
                return found[0]
            watching.execute("select pg_sleep(0.001)")


def kill_the_server(world) -> None:
    """kill -9 of the postmaster, and of its sweeping backends with it: a busy one might reach its end before it looks for its parent."""
    with psycopg.connect(world.conninfo, autocommit=True) as watching:
        busy = [pid for (pid,) in watching.execute("select pid from pg_stat_activity where usename = 'keywork_jobs'")]
        for pid in (postmaster.live_pid(world.server.local.folder), *busy):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
def test_killed_in_every_way(doomed_world):
    """A job's process, a backend (which takes all others with it) and the whole server, one after the other; then once more to the end."""
    world = doomed_world
    with psycopg.connect(world.conninfo) as owner:
        before = record_ids(owner)
        due = {table: set() for table in RECORDS}
        for table, record in owner.execute("select table_name, id from app.records_due where due_at <= now()"):
            due[table].add(record)
    assert sum(map(len, before.values())) > 100_000 and sum(map(len, due.values())) > 80_000
    # Of each ten cases one was closed yesterday, and one has a note that stays.
    assert len(due["support_cases"]) >= CROWD.cases * 0.8 and len(before["support_notes"] - due["support_notes"]) >= CROWD.cases * (CROWD.notes + 1) / 10

    until_killed = Sweepers(world)
    until_left(world, CROWD.cases - 400)
    until_killed.processes[0].kill()
    until_left(world, CROWD.cases - 1200)
    os.kill(backend_of_a_sweeper(world), signal.SIGKILL)
    ended = until_killed.wait()
    assert until_killed.failed and ended[0] == -signal.SIGKILL and ended[1] != 0
    until_it_answers(world)

    until_killed = Sweepers(world)
    until_left(world, CROWD.cases - 2600)
    kill_the_server(world)
    until_killed.wait()
    assert until_killed.failed
    world.server.local.start()

    with psycopg.connect(world.conninfo) as owner:
        # In the middle, and true at each moment.
        left, written = record_ids(owner), ledger_ids(owner)
        assert 1000 < len(left["support_cases"]) < CROWD.cases - 2000
        assert {table: set(written[table]) for table in RECORDS} == {table: before[table] - left[table] for table in RECORDS}
    assert Sweepers(world).wait() == [0, 0]

    with psycopg.connect(world.conninfo) as owner:
        left, written = record_ids(owner), ledger_ids(owner)
        assert {table: before[table] - left[table] for table in RECORDS} == due
        assert {table: Counter(written[table]) for table in RECORDS} == {table: Counter(due[table]) for table in RECORDS}
        assert owner.execute("select count(*) from app.retention_runs where finished_at is null").fetchone() == (0,)
        assert owner.execute("select count(*) from app.cases_due_now").fetchone() == (0,)
    while seal(world):
        pass
    with psycopg.connect(world.conninfo) as owner:
        assert faults(owner) == []
