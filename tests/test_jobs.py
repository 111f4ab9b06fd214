"""The jobs service: the real process on a real database, told to end, killed, doubled, and refused by the database."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.conftest import World
from tests.servers import JOBS_PASSWORD

ROOT = Path(__file__).resolve().parent.parent
#: In what a database says when it refuses, and nowhere else.
CANARY = "kanarienvogel"

#: Short windows, and no case is held: everything that was ever closed is due.
ALL_IS_DUE = (
    """update app.organisations set support_retention_years = '{"case": 1, "safeguarding": 1}'""",
    "update app.legal_holds set lifted_at = now(), lifted_by_name = 'Somebody', lift_reason = 'Over' where lifted_at is null",
)
DUE = "select distinct case_id from app.records_due where due_at <= now()"
SWEEP = "select status, attempts from app.job_runs where job = 'sweep_retention'"
MONTHS = "select count(*) from pg_inherits where inhparent = 'app.audit_log'::regclass"


class Watched:
    """A world that the jobs work in, and their processes."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.processes: list[subprocess.Popen] = []

    def run(self, *statements: str) -> list[tuple]:
        """The rows of the last statement, as the superuser."""
        with psycopg.connect(self.world.conninfo, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def connected(self, condition: str = "true") -> int:
        """How many connections of the login there are."""
        return self.run("select count(*) from pg_stat_activity where usename = 'keywork_jobs'"
                        f" and datname = current_database() and {condition}")[0][0]

    def waiting(self) -> int:
        """How many daily sweeps wait for somebody's lock (where a run is unfinished, the one for runs that are asked for does too)."""
        return self.connected("wait_event_type = 'Lock' and application_name = 'keywork sweep_retention'")

    def service(self) -> subprocess.Popen:
        """`./run jobs` on this world; what it writes goes into output()."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("KEYWORK_", "DATABASE_URL"))}
        environment |= {"KEYWORK_JOBS_URL": self.world.server.local.sqlalchemy_url(self.world.database, "keywork_jobs", JOBS_PASSWORD),
                        "KEYWORK_BASE_URL": "https://keywork.example.org", "KEYWORK_MAIL_FOLDER": str(self.folder / "mail")}
        with open(self.folder / "output", "ab") as output:
            process = subprocess.Popen([sys.executable, "-m", "jobs"], cwd=ROOT, env=environment, stdout=output, stderr=output)
        self.processes.append(process)
        return process

    def output(self) -> list[dict]:
        """Each line that the services have written: all of them are JSON."""
        return [json.loads(line) for line in (self.folder / "output").read_text().splitlines()]

    def events(self) -> list[str]:
        """What the services have told of."""
        return [line["event"] for line in self.output()]

    @contextlib.contextmanager
    def held(self, case: str):
        """Somebody's open transaction holds this case: a sweep does all others, and then waits for it."""
        with psycopg.connect(self.world.conninfo) as connection:
            connection.execute("select from app.support_cases where id = %s for update", [self.world.case[case]])
            yield
            connection.rollback()

    def destroyed_once(self) -> set:
        """The cases that the ledger says were destroyed; no record of any table is in it twice."""
        [(entries, different)] = self.run("select count(*), count(distinct (table_name, row_id)) from app.retention_ledger"
                                          " cross join unnest(row_ids) as row_id where table_name <> 'audit_payloads'")
        assert entries == different > 10
        return {case for case, in self.run("select case_id from app.retention_ledger where table_name = 'support_cases'")}


def wait_until(question, *arguments) -> None:
    """Returns once `question(*arguments)` is true. Fails after 30 seconds."""
    deadline = time.monotonic() + 30
    while not question(*arguments):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def watched(world, tmp_path):
    """A world in which four cases of three firms are due, and no service yet."""
    made = Watched(world, tmp_path)
    made.run(*ALL_IS_DUE)
    assert {case for case, in made.run(DUE)} == {world.case[name] for name in ("ann_before", "eve", "ida", "joe")}
    yield made
    for process in made.processes:
        process.kill()
        process.wait(30)


def test_the_login_may_call_these_and_nothing_else(watched):
    """No table, no view, no sequence, no schema but one."""
    with psycopg.connect(watched.world.jobs_conninfo) as connection:
        assert {name for name, in connection.execute(
            "select proname from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace where nspname in ('app', 'vault', 'fab')"
            " and has_function_privilege(p.oid, 'execute')")} == {
            "installed_versions", "keep_audit_months", "seal_audit_log", "sweep_retention", "sweep_retention_asked",
            "organisations_to_sweep", "purge_batch", "begin_job", "finish_job", "fail_job",
            "compose_digests", "compose_chunk", "claim_message", "digest_to_send", "document_to_send", "message_was_sent", "message_was_not_sent", "pause_couriers",
            "erase_old_digests", "files_to_erase", "couriers_refused",
            "claim_bundle", "bundle_items", "bundle_redactions", "bundle_file", "bundle_progress", "keep_chunk", "bundle_is_made", "bundle_was_not_made", "erase_old_bundles",
            "subject_access_tables",
            "work_on_imports", "claim_import", "carry_out_import", "import_failed", "erase_old_imports"}
        assert connection.execute("select c.oid::regclass::text from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
                                  " where nspname in ('app', 'vault', 'fab') and relkind in ('r', 'p', 'v', 'm')"
                                  " and has_any_column_privilege(c.oid, 'select, insert, update, references')").fetchall() == []
        assert connection.execute("select nspname from pg_namespace where nspname in ('app', 'vault', 'fab')"
                                  " and has_schema_privilege(oid, 'usage')").fetchall() == [("app",)]


def test_it_begins_with_every_job_and_then_waits_for_its_time(watched):
    """Months are made, rows sealed and what is due destroyed, by the jobs; what an org-admin asks for later is done within seconds."""
    [(months,)] = watched.run(MONTHS)
    [(newest,)] = watched.run("select max(inhrelid::regclass::text) from pg_inherits where inhparent = 'app.audit_log'::regclass"
                              " and inhrelid::regclass::text ~ '[0-9]$'")
    watched.run(f"drop table {newest}")
    due = {case for case, in watched.run(DUE)}
    service = watched.service()
    wait_until(lambda: watched.run(MONTHS) == [(months,)])
    wait_until(lambda: watched.run("select count(*) > 0 from vault.audit_seals") == [(True,)])
    wait_until(lambda: watched.run(DUE) == [])
    assert watched.destroyed_once() == due
    assert watched.run("select distinct actor_hat, actor_name from app.audit_log where action = 'purge'") == [("job", "keywork_jobs")]
    with watched.world.acting("harbour_admin") as connection:
        [run] = connection.execute("select app.ask_for_run()").fetchone()
    wait_until(lambda: watched.run(f"select count(*) from app.retention_runs where id = '{run}' and finished_at is not null") == [(1,)])
    service.terminate()
    assert service.wait(30) == 0
    assert watched.events() == ["jobs began", "jobs ended"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_told(watched, how):
    """In the middle of a sweep too, whose statement ends with it: what was committed stays."""
    with watched.held("eve"):
        service = watched.service()
        wait_until(lambda: watched.waiting() == 1)
        service.send_signal(how)
        assert service.wait(30) == 0
        wait_until(lambda: watched.connected() == 0)
    assert watched.world.case["ann_before"] in watched.destroyed_once()
    assert (watched.world.case["eve"],) in watched.run(DUE)
    assert watched.events() == ["jobs began", "jobs ended"]


def test_one_that_was_killed_is_gone_on_with(watched):
    """`kill -9` in the middle of a sweep (threat 58): the next service does the rest, and nothing is done twice."""
    due = {case for case, in watched.run(DUE)}
    with watched.held("eve"):
        killed = watched.service()
        wait_until(lambda: watched.waiting() == 1)
        killed.kill()
        killed.wait(30)
        # Its statement would go on by itself: the backend has not heard. Here that ends as well.
        watched.run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'keywork_jobs' and datname = current_database()")
        watched.service()
        wait_until(lambda: watched.waiting() == 1)
    wait_until(lambda: watched.run(DUE) == [])
    wait_until(lambda: watched.run(SWEEP) == [("done", 2)])
    assert watched.destroyed_once() == due
    assert "job failed" not in watched.events()


def test_a_second_one_beside_it_does_no_harm(watched):
    """One of them sweeps, the other finds that somebody does; everything happens once, and each ends by itself (threat 33)."""
    due = {case for case, in watched.run(DUE)}
    with watched.held("eve"):
        services = [watched.service(), watched.service()]
        wait_until(lambda: watched.waiting() == 1 and watched.run("select max(attempts) > 3 from app.job_runs where job = 'send_outbox'") == [(True,)])
        assert watched.waiting() == 1
    wait_until(lambda: watched.run(DUE) == [])
    wait_until(lambda: watched.run(SWEEP) == [("done", 1)])
    assert watched.destroyed_once() == due
    for service in services:
        assert service.poll() is None
        service.terminate()
        assert service.wait(30) == 0
    assert sorted(watched.events()) == ["jobs began"] * 2 + ["jobs ended"] * 2


def test_a_job_that_fails_is_told_of_without_a_word_of_its_error(watched):
    """Its name, class and SQLSTATE, in the log and in the ledger, and nothing that a row may hold; the others go on."""
    watched.run("create or replace function app.seal_audit_log(most integer default 20000) returns bigint language plpgsql as"
                f" $$ begin raise '{CANARY}' using detail = '{CANARY}', errcode = 'KW999'; end $$",
                "drop function app.keep_audit_months()")
    watched.service()
    wait_until(lambda: watched.events().count("job failed") == 2)
    wait_until(lambda: watched.run(DUE) == [])
    failures = {line["job"]: (line["level"], line["error"][0]["class"], line["error"][0]["sqlstate"])
                for line in watched.output() if line["event"] == "job failed"}
    assert failures == {"seal_audit_log": ("error", "psycopg.DatabaseError", "KW999"),
                        "keep_audit_months": ("error", "psycopg.errors.UndefinedFunction", "42883")}
    assert watched.run("select job, status, error from app.job_runs where error is not null and began_at > now() - interval '1 hour' order by 1") == [
        ("keep_audit_months", "failed", "42883"), ("seal_audit_log", "failed", "KW999")]
    assert CANARY in watched.world.server.log.read_text() and CANARY not in json.dumps(watched.output())
