"""/healthz: what watches over an installation asks it, without signing in."""

import contextlib
import json
import re
import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url

from app import create_app
from config import from_environment
from tests.conftest import World
from tests.outbox import put_message
from tests.web.conftest import environment_of
from tests.web.visitor import token_in
from views.health import JOBS


WELL = {"database": "ok", "schema": "current"}
#: What is told of each job, and of the outbox.
OF_A_JOB = {"status", "late", "attempts", "error", "began_at", "done_at", "due_at"}
OF_THE_OUTBOX = {"waiting", "oldest_seconds", "unsure"}
LONG_AGO = "update app.jobs set since = now() - interval '60 days' where cadence <> 'monthly'"
ALL_DONE = """
    insert into app.job_runs (job, period, status, finished_at)
        select j.name, app.due_period(j.name, now()), 'done', now() from app.jobs as j where app.due_period(j.name, now()) is not null
"""


def without_jobs(answer: dict) -> dict:
    """What is said of the database itself; of the jobs and the outbox there is to be something."""
    assert answer["jobs"].keys() == {"keep_audit_months", "seal_audit_log", "sweep_retention", "sweep_retention_asked", "compose_digests",
                                     "send_outbox", "erase_old_digests", "clear_mail_folder", "make_bundles", "erase_old_bundles", "work_on_imports", "erase_old_imports"}
    assert all(job.keys() == OF_A_JOB for job in answer["jobs"].values()) and answer["outbox"].keys() == OF_THE_OUTBOX
    return {name: value for name, value in answer.items() if name not in ("jobs", "outbox")}


@pytest.fixture
def watched(server):
    """(a client of the application that has not signed in, its world, which a test may break)."""
    world = World(server, server.create("world"))
    app = create_app(from_environment(environment_of(world)))
    yield app.test_client(), world
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()
    world.close()
    server.drop(world.database)


def test_well(site):
    """JSON, for anybody, and no cookie for it; a reference and the headers as everywhere."""
    with site.visited_by() as visitor:
        answer = visitor.get("/healthz")
        assert (answer.status_code, without_jobs(answer.json())) == (200, WELL)
        assert answer.headers["content-type"] == "application/json" and answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        assert visitor.client.post("/healthz").status_code in (400, 405)
    with site.visited_by("worker") as visitor:
        assert without_jobs(visitor.get("/healthz").json()) == WELL


def set_up(world, *statements):
    """Statements of the owner."""
    with world.owner() as owner:
        for statement in statements:
            owner.execute(statement)


def test_a_job_that_is_late(watched):
    """The web server is well all the same: /healthz says which job it is, and /healthz/jobs answers 503."""
    client, world = watched
    set_up(world, LONG_AGO, ALL_DONE)
    for path in ("/healthz", "/healthz/jobs"):
        answer = client.get(path)
        assert answer.status_code == 200 and not any(job["late"] for job in answer.json["jobs"].values())
    set_up(world, "update app.job_runs set finished_at = now() - interval '1 hour', attempts = 7, status = 'failed', error = '57014' where job = 'seal_audit_log'")
    answers = [client.get(path) for path in ("/healthz", "/healthz/jobs")]
    assert [answer.status_code for answer in answers] == [200, 503] and answers[0].json == answers[1].json
    assert [name for name, job in answers[0].json["jobs"].items() if job["late"]] == ["seal_audit_log"]
    told = answers[0].json["jobs"]["seal_audit_log"]
    assert (told["status"], told["attempts"], told["error"], told["due_at"]) == ("failed", 7, "57014", None)
    assert answers[0].json["jobs"]["sweep_retention"]["due_at"] is not None


def test_the_outbox_is_told_of_in_numbers(watched):
    """Its age and how many wait or need somebody; nothing of whom they are for."""
    client, world = watched
    assert client.get("/healthz").json["outbox"] == {"waiting": 0, "oldest_seconds": None, "unsure": 0}
    for number, state in enumerate(("waiting", "sending", "unsure", "failed"), start=1):
        put_message(world, number, state=state)
    set_up(world, "update app.outbox set created_at = now() - interval '2 hours' where state = 'sending'")
    told = client.get("/healthz").json["outbox"]
    assert (told["waiting"], told["unsure"]) == (2, 1) and 7200 <= told["oldest_seconds"] < 7300


def test_nothing_but_codes_times_and_numbers(watched):
    """Whatever the ledger and the outbox hold: no count of what was done, no name, no address, no id."""
    client, world = watched
    set_up(world, ALL_DONE, """update app.job_runs set counts = '{"kanarienvogel": 4711}'""")
    put_message(world, 1, state="unsure")
    said = json.dumps(client.get("/healthz").json)
    assert "4711" not in said and "@" not in said and "fficer" not in said
    for value in re.findall(r'": ("[^"]*")', said):
        assert re.fullmatch(r'"(ok|current|done|running|failed|[\w-]{1,60}|\d{4}-\d\d-\d\dT[\d:.+]+)"', value), value
        assert not re.fullmatch(r'"[0-9a-f]{8}-.*"', value)


def test_it_needs_the_sign_in_login_only(watched):
    """Without the workspace login all is well here; without the sign-in login it is not. Nothing of the database is told."""
    client, world = watched
    database = sql.Identifier(world.database)
    world.server.run(sql.SQL("revoke connect on database {} from keywork_app").format(database))
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        world.connect()
    assert client.get("/healthz").status_code == 200
    world.server.run(sql.SQL("revoke connect on database {} from keywork_signin").format(database))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"database": "unreachable"})
    world.server.run(sql.SQL("grant connect on database {} to keywork_signin").format(database))
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("change", [
    "update app.installation set schema_version = 'another'", "update app.installation set rules_version = 'another'",
    "delete from app.installation", "revoke execute on function app.installed_versions() from keywork_signin",
    "drop function app.installed_versions()", "drop function app.job_health()", "alter schema app rename to another",
])  # fmt: skip
def test_a_database_made_by_other_rules_is_not_well(watched, change):
    """It answers, and the code that asks does not go with it."""
    client, world = watched
    assert without_jobs(client.get("/healthz").json) == WELL
    with world.owner() as owner:
        owner.execute("reset role")
        owner.execute(change)
    for path in ("/healthz", "/healthz/jobs"):
        answer = client.get(path)
        assert (answer.status_code, answer.json) == (503, {"database": "ok", "schema": "other"})


def test_a_page_about_a_database_that_is_gone(watched):
    """Asked for by somebody who is signed in: a page of ours with a reference, which asks the database for nothing."""
    client, world = watched
    token = token_in(client.get("/login/").text)
    client.post("/login/", data={"csrf_token": token, "username": "worker@example.org", "password": world.password})
    assert "Ann Tenant" in client.get("/support/tenants").text
    database = sql.Identifier(world.database)
    world.server.run(sql.SQL("revoke connect on database {} from keywork_signin, keywork_app").format(database))
    world.server.run(sql.SQL("select pg_terminate_backend(pid) from pg_stat_activity where datname = {}").format(sql.Literal(world.database)))
    for address, status in (("/support/tenants", 503), ("/nothing", 404)):
        answer = client.get(address)
        assert answer.status_code == status
        assert f"reference {answer.headers['X-Request-Id']}" in answer.text and "worker@" not in answer.text


def test_connections_that_were_cut_are_made_anew(watched):
    """A server that was started again, or a bouncer: the next page comes as if nothing had been, over both logins' connections."""
    client, world = watched
    token = token_in(client.get("/login/").text)
    client.post("/login/", data={"csrf_token": token, "username": "worker@example.org", "password": world.password})
    assert "Ann Tenant" in client.get("/support/tenants").text
    with psycopg.connect(world.conninfo, autocommit=True) as connection:
        cut = connection.execute("select usename, pg_terminate_backend(pid, 10000) from pg_stat_activity"
                                 " where datname = current_database() and pid <> pg_backend_pid()").fetchall()
    assert sorted(cut) == [("keywork_app", True), ("keywork_signin", True)]
    assert "Ann Tenant" in client.get("/support/tenants").text


@pytest.fixture
def relay(server):
    """A function that listens on a port and passes everything on to the test server, up to a message of the client's that
    begins as given: from then on it is silent, like a server that hangs. b"" is silent from the start."""
    listeners = []

    def listen(until):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=accept, args=(listener, until), daemon=True).start()
        return listener.getsockname()[1]

    def accept(listener, until):
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                behind = socket.socket(socket.AF_UNIX)
                behind.connect(conninfo_to_dict(server.conninfo())["host"] + "/.s.PGSQL.5432")
                threading.Thread(target=pass_on, args=(client, behind, until), daemon=True).start()
                threading.Thread(target=pass_on, args=(behind, client, None), daemon=True).start()

    def pass_on(source, target, until):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if until is not None and data.startswith(until):
                    return
                target.sendall(data)

    yield listen
    for each in listeners:
        each.close()


#: The message that asks for the jobs, as it goes over the wire.
ASKS_FOR_JOBS = b"Q" + struct.pack("!i", len(JOBS) + 5) + JOBS
NO_ANSWER = {"database": "unreachable"}


@pytest.mark.parametrize(("until", "status", "said"), [(b"no message", 200, WELL), (ASKS_FOR_JOBS, 200, WELL), (b"Q", 503, NO_ANSWER), (b"", 503, NO_ANSWER)],
                         ids=["well", "hangs after that", "hangs later", "hangs at once"])  # fmt: skip
def test_a_database_that_hangs_is_answered_for(server, shared_world, relay, until, status, said):
    """It takes the connection and then says nothing, or only signs in: no time limit of the server's would end that. Pages can be had where the
    jobs alone are not told of (somebody holds their table, say); that nobody knows of the jobs is a monitor's trouble.
    """
    # The template that its database is a copy of may be older than a job may wait.
    set_up(shared_world, "update app.jobs set since = now()")
    environment = environment_of(shared_world)
    address = make_url(environment["KEYWORK_SIGNIN_URL"]).set(host="127.0.0.1", port=relay(until), query={})
    environment["KEYWORK_SIGNIN_URL"] = address.render_as_string(hide_password=False)
    client = create_app(from_environment(environment)).test_client()
    with ThreadPoolExecutor(1) as pool:
        # The limit makes a test that hangs fail; how long an answer takes is not measured.
        answer, of_jobs = pool.map(client.get, ("/healthz", "/healthz/jobs"), timeout=30)
    assert answer.status_code == status
    assert (without_jobs(answer.json) if until == b"no message" else answer.json) == said
    assert of_jobs.status_code == (200 if until == b"no message" else 503)
