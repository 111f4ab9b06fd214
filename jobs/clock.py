"""The clock: it asks the database at short intervals whether a job is due, and does it then. What is due, and that it happens once, is the database's.

Each tick is begun, done and finished on one connection of the login keywork_jobs, which the lock of a dated job belongs to.
Several of these services at once do no harm, and nothing is kept here that could be lost: whoever starts again after a kill -9
begins with every job.
"""

import contextlib
import logging
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import psycopg
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from psycopg.types.json import Jsonb

from jobs.bundles import make_bundles
from jobs.couriers import ANSWER_SECONDS
from jobs.outbox import CouriersRefused, Mail, clear_mail_folder, send_outbox
from log_lines import write


@dataclass(frozen=True)
class Call:
    """What a job has to hand when it is done."""

    connection: psycopg.Connection
    period: date
    mail: Mail
    #: Set when the service is to end.
    ending: threading.Event


@dataclass(frozen=True)
class Statement:
    """A job that is one statement of SQL, which may take the period; the numbers in its row are what it did."""

    sql: str

    def __call__(self, call: Call) -> dict[str, int]:
        """Runs it; returns the columns of its row that are numbers."""
        cursor = call.connection.execute(self.sql, {"period": call.period})
        if cursor.description is None:
            return {}
        return {column.name: value for column, value in zip(cursor.description, cursor.fetchone(), strict=True) if isinstance(value, int)}


@dataclass(frozen=True)
class Job:
    """How a job of app.jobs is done, and how many seconds lie between two questions whether it is due.

    Told to end, the service cancels its statement after `patience` seconds, or lets it come to its own end in them.
    """

    name: str
    work: Callable[[Call], dict[str, int]]
    seconds: float
    patience: float = 0


#: Dated ones are asked for each minute: that is how late they may be.
SCHEDULE = (
    Job("keep_audit_months", Statement("select app.keep_audit_months() as months"), 60),
    Job("seal_audit_log", Statement("select app.seal_audit_log() as sealed"), 20),
    Job("sweep_retention", Statement("call app.sweep_retention()"), 60),
    Job("sweep_retention_asked", Statement("call app.sweep_retention_asked()"), 10),
    Job("compose_digests", Statement("call app.compose_digests(%(period)s)"), 60),
    # An e-mail that is under way is waited for: it would be asked for once more otherwise, in vain.
    Job("send_outbox", lambda call: send_outbox(call.connection, call.mail, call.ending), 5, patience=ANSWER_SECONDS + 5),
    Job("erase_old_digests", Statement("select digests from app.erase_old_digests()"), 60),
    # Cancelled wherever it is: an attempt that was broken off is made again.
    Job("make_bundles", lambda call: make_bundles(call.connection, call.ending), 5),
    Job("erase_old_bundles", Statement("select bundles from app.erase_old_bundles()"), 60),
    Job("work_on_imports", Statement("call app.work_on_imports()"), 5),
    Job("erase_old_imports", Statement("select imports from app.erase_old_imports()"), 60),
    Job("clear_mail_folder", lambda call: clear_mail_folder(call.connection, call.mail), 20),
)
#: A database that went without a word is noticed within a minute. No prepared statements: a pooler may stand in between.
CONNECTION = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
              "autocommit": True, "prepare_threshold": None}
#: A service that was stopped (SIGSTOP, a sleeping machine) keeps a dated job to itself no longer than this: the server then ends its
#: connection, and another one begins anew. None of ours is idle for half as long: an e-mail takes ANSWER_SECONDS.
IDLE_SECONDS = 120
#: How long a job that failed rests.
AGAIN_AFTER = timedelta(minutes=1)
#: How long a call that was cancelled has to end, before it is cancelled once more.
CANCEL_SECONDS = 0.5
#: How often the clock looks whether the machine's was set back.
WATCH_SECONDS = 30


def utc_now() -> datetime:
    """This machine's clock."""
    return datetime.now(timezone.utc)


def run(conninfo: str, mail: Mail, schedule: tuple[Job, ...] = SCHEDULE, now: Callable[[], datetime] = utc_now) -> None:
    """Do the jobs that are due, until a signal raises SystemExit here. Calls under way are cancelled then.

    `now` is what the database is told of this machine's clock. A job that fails is logged, noted in the ledger and tried again,
    whatever the reason: a database may be away for a while.
    """
    clock = Clock(conninfo, mail, schedule, now)
    with _sleep_that_signals_end() as sleep:
        try:
            clock.start()
            write("jobs began")
            # Here rather than in the scheduler's own loop (BlockingScheduler), which would take SystemExit for a job that it
            # could not submit, were it at that just then.
            while True:
                sleep(WATCH_SECONDS)
                clock.catch_up()
        finally:
            clock.stop()
            write("jobs ended")


@contextlib.contextmanager
def _sleep_that_signals_end() -> Iterator[Callable[[float], None]]:
    """A way for the main thread to sleep for so many seconds, or until a signal comes, whichever thread the kernel gives it to.

    Python's handlers run in the main thread alone, and nothing wakes it from waiting for a lock (Event.wait) when another one was given
    the signal: now and then a service would be told to end and sleep on. What always comes is the byte that Python writes here first.
    """
    heard, told = socket.socketpair()
    with heard, told:
        heard.setblocking(False)
        told.setblocking(False)

        def sleep(seconds: float) -> None:
            if select.select([heard], [], [], seconds)[0]:
                heard.recv(4096)

        before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        try:
            yield sleep
        finally:
            signal.set_wakeup_fd(before)


class Clock:
    """APScheduler, and the calls under way. Whoever started it stops it."""

    def __init__(self, conninfo: str, mail: Mail, schedule: tuple[Job, ...], now: Callable[[], datetime] = utc_now) -> None:
        self._conninfo, self._mail, self._schedule, self._now = conninfo, mail, schedule, now
        # Each job once at a time, however long it takes, and late rather than never (a machine that slept).
        self._scheduler = BackgroundScheduler(
            timezone=timezone.utc, executors={"default": ThreadPoolExecutor(len(schedule))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
        # It warns each time that a job is still at it.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        for job in schedule:
            trigger = IntervalTrigger(seconds=job.seconds, timezone=timezone.utc)
            self._scheduler.add_job(self._work, trigger, [job], id=job.name, next_run_time=utc_now())
        self._failing: set[str] = set()
        self._ending = threading.Event()
        #: Connections, and the patience of what they are at.
        self._under_way: dict[psycopg.Connection, float] = {}
        self._changed = threading.Condition()

    def start(self) -> None:
        """Begins to tick, in a thread of its own; every job is asked for at once."""
        self._scheduler.start()

    def catch_up(self) -> None:
        """Asks at once for jobs whose next tick has moved far away, because this machine's clock was set back: by a day, they would rest a day."""
        now = utc_now()
        for job in self._schedule:
            # It is gone where the clock has ended meanwhile.
            scheduled = self._scheduler.get_job(job.name)
            if scheduled and scheduled.next_run_time > now + max(timedelta(seconds=job.seconds), AGAIN_AFTER) + timedelta(seconds=1):
                scheduled.modify(next_run_time=now)

    def stop(self) -> None:
        """Ends the ticking, and every call under way; returns when none is."""
        self._ending.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        told_at = time.monotonic()
        with self._changed:
            while self._under_way:
                for connection, patience in self._under_way.items():
                    if time.monotonic() >= told_at + patience:
                        # One that comes between two statements is not heard: hence the loop.
                        with contextlib.suppress(psycopg.Error):
                            connection.cancel_safe(timeout=CANCEL_SECONDS)
                self._changed.wait(CANCEL_SECONDS)

    def _work(self, job: Job) -> None:
        period = None
        try:
            with self._connection(job) as connection:
                [period] = connection.execute("select app.begin_job(%s, %s)", [job.name, self._now()]).fetchone()
                if period is not None:
                    counts = job.work(Call(connection, period, self._mail, self._ending))
                    connection.execute("select app.finish_job(%s, %s, %s)", [job.name, period, Jsonb(counts)])
        # Whatever it was: the other jobs go on, and this one is tried again.
        except Exception as error:
            if not self._ending.is_set():
                self._note_failure(job, period, error)
            return
        if job.name in self._failing:
            self._failing.remove(job.name)
            write("job works again", job=job.name)

    @contextlib.contextmanager
    def _connection(self, job: Job) -> Iterator[psycopg.Connection]:
        """A connection that is cancelled when the service ends. Raises psycopg.OperationalError where it ends already."""
        with psycopg.connect(self._conninfo, application_name=f"keywork {job.name}", **CONNECTION) as connection:
            with self._changed:
                if self._ending.is_set():
                    raise psycopg.OperationalError("the service ends")
                self._under_way[connection] = job.patience
            try:
                connection.execute(f"set idle_session_timeout = '{IDLE_SECONDS}s'")
                yield connection
            finally:
                with self._changed:
                    del self._under_way[connection]
                    self._changed.notify()

    def _note_failure(self, job: Job, period: date | None, error: Exception) -> None:
        write("job failed", logging.ERROR, error=error, job=job.name, code=code_of(error))
        self._failing.add(job.name)
        if scheduled := self._scheduler.get_job(job.name):
            scheduled.modify(next_run_time=utc_now() + AGAIN_AFTER)
        # On another connection: the first may be what failed. Where there is none, the line above has to do.
        with contextlib.suppress(psycopg.Error), psycopg.connect(self._conninfo, application_name="keywork ledger", **CONNECTION) as connection:
            connection.execute("select app.fail_job(%s, %s, %s, %s)", [job.name, self._now(), period, code_of(error)])


def code_of(error: Exception) -> str:
    """What the ledger says of an error: the SQLSTATE, what the provider answered, or else the name of its class. Never its text."""
    if isinstance(error, CouriersRefused):
        return error.code
    return getattr(error, "sqlstate", None) or type(error).__name__
