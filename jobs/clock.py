"""The clock: which call the database gets when. It only ticks; what is due, and that it happens once, is the database's.

Each job is one call under the login keywork_jobs, on a connection of its own. Several of these services at once do no harm,
and nothing is kept here that could be lost: whoever starts again after a kill -9 begins with every job.
"""

import contextlib
import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from log_lines import write

LONDON = ZoneInfo("Europe/London")
#: Half past two comes once in every night: the clocks change between one and two.
AT_NIGHT = CronTrigger(hour=2, minute=30, timezone=LONDON)


@dataclass(frozen=True)
class Job:
    """One call of the database: at the start, and then when its trigger says."""

    name: str
    statement: str
    trigger: BaseTrigger


#: The month's partitions come before the sweep, which may take hours and writes into them.
SCHEDULE = (
    Job("keep_audit_months", "select app.keep_audit_months()", AT_NIGHT),
    Job("seal_audit_log", "select app.seal_audit_log()", IntervalTrigger(seconds=20, timezone=LONDON)),
    Job("sweep_retention_asked", "call app.sweep_retention_asked()", IntervalTrigger(seconds=10, timezone=LONDON)),
    Job("sweep_retention", "call app.sweep_retention()", AT_NIGHT),
)
#: A job that failed is tried again after this time, or when it is due if that is sooner.
AGAIN_AFTER = timedelta(minutes=1)
#: A database that went without a word is noticed within a minute. No prepared statements: PgBouncer's transactions.
CONNECTION = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
              "autocommit": True, "prepare_threshold": None}
#: How long a call that was cancelled has to end, before it is cancelled once more.
CANCEL_SECONDS = 0.5


def run(conninfo: str, schedule: tuple[Job, ...] = SCHEDULE) -> None:
    """Call the database as the schedule says, until a signal raises SystemExit here. Calls under way are cancelled then.

    A job that fails is logged and tried again, whatever the reason: a database may be away for a while.
    """
    clock = Clock(conninfo, schedule)
    try:
        clock.start()
        write("jobs began")
        # Here rather than in the scheduler's own loop (BlockingScheduler), which would take SystemExit for a job that it
        # could not submit, were it at that just then.
        threading.Event().wait()
    finally:
        clock.stop()
        write("jobs ended")


class Clock:
    """APScheduler, and the calls under way. Whoever started it stops it."""

    def __init__(self, conninfo: str, schedule: tuple[Job, ...]) -> None:
        self._conninfo = conninfo
        # Each job once at a time, however long it takes, and late rather than never (a machine that slept).
        self._scheduler = BackgroundScheduler(
            timezone=LONDON, executors={"default": ThreadPoolExecutor(len(schedule))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
        # It warns each time that a job is still at it.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        now = datetime.now(LONDON)
        for job in schedule:
            self._scheduler.add_job(self._work, job.trigger, [job], id=job.name, next_run_time=now)
        self._failing: set[str] = set()
        self._ending = False
        self._under_way: set[psycopg.Connection] = set()
        self._changed = threading.Condition()

    def start(self) -> None:
        """Begins to tick, in a thread of its own; every job is due at once."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ends the ticking, and every call under way; returns when none is."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        with self._changed:
            self._ending = True
            while self._under_way:
                for connection in self._under_way:
                    # One that comes between two statements is not heard: hence the loop.
                    with contextlib.suppress(psycopg.Error):
                        connection.cancel_safe(timeout=CANCEL_SECONDS)
                self._changed.wait(CANCEL_SECONDS)

    def _work(self, job: Job) -> None:
        try:
            with psycopg.connect(self._conninfo, application_name=f"keywork {job.name}", **CONNECTION) as connection:
                self._call(connection, job)
        except psycopg.Error as error:
            if not self._ending:
                write("job failed", logging.ERROR, error=error, job=job.name)
                self._failing.add(job.name)
                self._try_again(job)
            return
        if job.name in self._failing:
            self._failing.remove(job.name)
            write("job works again", job=job.name)

    def _call(self, connection: psycopg.Connection, job: Job) -> None:
        with self._changed:
            if self._ending:
                return
            self._under_way.add(connection)
        try:
            connection.execute(job.statement)
        finally:
            with self._changed:
                self._under_way.remove(connection)
                self._changed.notify()

    def _try_again(self, job: Job) -> None:
        soon = datetime.now(LONDON) + AGAIN_AFTER
        # It is gone where the clock has ended meanwhile.
        scheduled = self._scheduler.get_job(job.name)
        if scheduled and scheduled.next_run_time > soon:
            scheduled.modify(next_run_time=soon)
