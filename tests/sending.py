"""A world whose housing officers are due a digest, the server that plays Resend, and the jobs service as processes of its own.

The database's clock is this machine's and cannot be set. Instead the rows move: `app.jobs.since` back by months stands for a service that
stood still so long, `app.outbox.next_attempt_at` to now for the minutes in between, `vault.couriers.paused_until` for the end of a pause.
"""

import contextlib
import copy
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from tests.conftest import World
from tests.fake_resend import API_KEY, FakeResend, fake_resend
from tests.servers import JOBS_PASSWORD

ROOT = Path(__file__).resolve().parent.parent
#: Names as people could have, which no line of a log may hold.
CANARY = "kanarienvogel"
#: As many officers as are asked for, on the team of ann, and listed.
_OFFICERS = f"""
    with person as (
        insert into app.users (email, full_name)
            select '{CANARY}.' || n || '@example.org', '{CANARY} ' || n from generate_series(1, %(many)s) as n returning id, full_name, email
    ), assigned as (
        insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, invited_by_name, accepted_at)
            select %(case)s, p.id, p.full_name, 'housing_officer', 'full', 'Somebody', now() from person as p
    )
    update app.organisations set housing_officer_emails = (select array_agg(email) from person) where id = %(firm)s
"""
#: The service with something of it set shorter, or with a clock that goes wrong: what `./run jobs` does, from the same environment.
_ANOTHER = """
import os, sys
from datetime import timedelta
import log_lines
from db import serving
from db.addresses import for_libpq
from db.local import ending
from jobs import clock, outbox
from jobs.couriers import courier_for
{change}
ending.end_in_order_when_told()
settings = serving.jobs_settings_from(os.environ)
log_lines.configure(log_lines.JsonLines())
mail = outbox.Mail(courier_for(settings.resend_key, settings.folder), settings.folder, settings.sent_from, settings.base_url)
clock.run(for_libpq(os.environ[serving.JOBS_URL]), mail, now=lambda: clock.utc_now() + timedelta(hours={hours}))
"""


#: app.digest_to_send() waits for whoever holds this lock: the moment between claiming an e-mail and handing it over.
GATE = ("alter function app.digest_to_send(uuid) rename to digest_behind_gate", """
    create function app.digest_to_send(of_digest uuid) returns table (case_id uuid, content jsonb)
    language plpgsql security definer as $$ begin perform pg_advisory_xact_lock_shared(62); return query select * from app.digest_behind_gate(of_digest); end $$""",
    "grant execute on function app.digest_to_send(uuid) to keywork_jobs")
#: Whoever comes now does not wait; whoever does goes on waiting.
NO_GATE = GATE[1].replace("create", "create or replace").replace("perform pg_advisory_xact_lock_shared(62);", "")
CLOSED = "select pg_advisory_xact_lock(62)"


class Sending:
    """A world with officers, and services over it."""

    def __init__(self, world: World, fake: FakeResend, folder: Path, officers: int = 3) -> None:
        self.world, self.fake, self.folder = world, fake, folder
        self.addresses = [f"{CANARY}.{number}@example.org" for number in range(1, officers + 1)]
        self.processes: list[subprocess.Popen] = []
        self._asking: psycopg.Connection | None = None
        # Nothing of the world's own past is counted with what is sent here.
        self.run("delete from app.outbox", "delete from app.digests", "delete from app.job_runs")
        # Nobody else's digest goes out: no other address is listed.
        self.run("update app.organisations set housing_officer_emails = '{}'")
        with world.owner() as connection:
            connection.execute(_OFFICERS, {"many": officers, "case": world.case["ann"], "firm": world.organisation["harbour"]})
        # At any moment of the month, the one before it is due.
        self.run("update app.jobs set due_time = '00:00' where name = 'compose_digests'")
        self.stood_still(months=1)

    def over(self, world: World) -> "Sending":
        """The same officers and server over another database."""
        other = copy.copy(self)
        other.world, other.processes, other._asking = world, [], None
        return other

    def run(self, *statements: str, **values: object) -> list[tuple]:
        """The rows of the last statement, as the superuser."""
        connection = self._connection()
        for statement in statements:
            cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []

    def _connection(self) -> psycopg.Connection:
        """Always the same, for whoever waits asks often; another one after a restart of the server."""
        with contextlib.suppress(psycopg.OperationalError):
            if self._asking:
                self._asking.execute("select")
                return self._asking
        self._asking = psycopg.connect(self.world.conninfo, autocommit=True)
        return self._asking

    def stood_still(self, months: int) -> None:
        """No digest was composed for so many months."""
        self.run("update app.jobs set since = (date_trunc('month', now() at time zone 'Europe/London') - make_interval(months => %(months)s - 1))"
                 " at time zone 'Europe/London' - interval '1 second' where name = 'compose_digests'", months=months)

    def compose(self) -> None:
        """Composes what is due, as the clock does."""
        with psycopg.connect(self.world.jobs_conninfo, autocommit=True) as connection:
            while period := connection.execute("select app.begin_job('compose_digests', now())").fetchone()[0]:
                [composed] = connection.execute("call app.compose_digests(%s)", [period]).fetchone()
                assert composed == len(self.addresses)
                connection.execute("""select app.finish_job('compose_digests', %s, '{"composed": 1}')""", [period])

    def service(self, change: str = "", *, hours: int = 0, **environment: str) -> subprocess.Popen:
        """`./run jobs` on this world; or, with lines that change something in it or a clock ahead by some hours, its like."""
        command = ["-c", _ANOTHER.format(change=change, hours=hours)] if change or hours else ["-m", "jobs"]
        given = {name: value for name, value in os.environ.items() if not name.startswith(("KEYWORK_", "DATABASE_URL", "RESEND_"))} | {
            "KEYWORK_JOBS_URL": self.world.server.local.sqlalchemy_url(self.world.database, "keywork_jobs", JOBS_PASSWORD),
            "KEYWORK_BASE_URL": "https://keywork.example.org", "KEYWORK_MAIL_FOLDER": str(self.folder / "mail"),
            "KEYWORK_RESEND_KEY": API_KEY, "RESEND_API_URL": self.fake.address} | environment
        with open(self.folder / "output", "ab") as output:
            self.processes.append(subprocess.Popen([sys.executable, *command], cwd=ROOT, env=given, stdout=output, stderr=output))
        return self.processes[-1]

    def end(self) -> None:
        """Ends every service, however it is."""
        for process in self.processes:
            process.kill()
            process.wait(30)
        if self._asking:
            self._asking.close()

    def output(self) -> str:
        """What all services have said, each line of which is JSON."""
        said = (self.folder / "output").read_text()
        assert [json.loads(line) for line in said.splitlines()]
        return said

    def cut_off(self) -> None:
        """Ends the backends of killed services: a statement that waits would go on by itself, and its client is not there."""
        self.run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'keywork_jobs' and datname = current_database()")

    def waits_for_lock(self, job: str = "send_outbox") -> bool:
        """Whether a statement of that job waits for somebody's lock."""
        return self.run("select count(*) > 0 from pg_stat_activity where application_name = %(name)s and datname = current_database() and wait_event_type = 'Lock'",
                        name=f"keywork {job}") == [(True,)]

    def minutes_pass(self, *, claims_too: bool = False) -> None:
        """What waits for its next attempt need not any more, nor do the couriers; with `claims_too` those who died hold nothing any more."""
        self.run("update vault.couriers set paused_until = '-infinity'",
                 f"update app.outbox set next_attempt_at = clock_timestamp() where state in ('waiting'{', ' + repr('sending') if claims_too else ''})")

    def states(self) -> Counter:
        """How many e-mails are in which state."""
        return Counter(state for state, in self.run("select state from app.outbox"))

    def ledger(self, job: str) -> list[tuple]:
        """Each period of a job with its status and attempts, oldest first."""
        return self.run("select status, attempts from app.job_runs where job = %(job)s order by period", job=job)

    @contextlib.contextmanager
    def locked(self, statement: str):
        """Somebody's open transaction, in which this was done; rolled back at the end."""
        with psycopg.connect(self.world.conninfo) as connection:
            connection.execute(statement)
            yield
            connection.rollback()

    def until_all_sent(self, months: int = 1, *, claims_too: bool = False) -> None:
        """Waits until every officer's digest is sent, while minutes pass as if they were moments. Fails after 60 seconds."""
        deadline = time.monotonic() + 60
        while self.states() != {"sent": months * len(self.addresses)}:
            assert time.monotonic() < deadline, (self.states(), self.output())
            self.minutes_pass(claims_too=claims_too)
            time.sleep(0.05)

    def assert_each_got_one(self, months: int = 1) -> None:
        """One e-mail for each officer and month, as Resend and as the outbox know it; and no name or address in what the services said."""
        assert Counter(each.payload["to"][0] for each in self.fake.arrived) == dict.fromkeys(self.addresses, months)
        assert len({each.key for each in self.fake.arrived}) == months * len(self.addresses)
        assert {each.id for each in self.fake.arrived} == {number for number, in self.run("select provider_id from app.outbox")}
        said = self.output()
        assert '"jobs began"' in said and CANARY not in said and "example.org" not in said


@pytest.fixture
def sending(world, tmp_path):
    """Three officers are due last month's digest; no service yet."""
    with fake_resend() as fake:
        made = Sending(world, fake, tmp_path)
        yield made
        made.end()
