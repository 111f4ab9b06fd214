"""/healthz: what watches over an installation asks it, without signing in."""

import contextlib
import socket
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
from tests.web.conftest import environment_of
from tests.web.visitor import token_in


WELL = {"database": "ok", "schema": "current"}


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
        assert (answer.status_code, answer.json()) == (200, WELL)
        assert answer.headers["content-type"] == "application/json" and answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        assert visitor.client.post("/healthz").status_code in (400, 405)
    with site.visited_by("worker") as visitor:
        assert visitor.get("/healthz").json() == WELL


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
    "drop function app.installed_versions()", "alter schema app rename to another",
])  # fmt: skip
def test_a_database_made_by_other_rules_is_not_well(watched, change):
    """It answers, and the code that asks does not go with it."""
    client, world = watched
    assert client.get("/healthz").json == WELL
    with world.owner() as owner:
        owner.execute("reset role")
        owner.execute(change)
    answer = client.get("/healthz")
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


@pytest.mark.parametrize(("until", "status"), [(b"no message", 200), (b"Q", 503), (b"", 503)], ids=["well", "hangs later", "hangs at once"])
def test_a_database_that_hangs_is_answered_for(server, shared_world, relay, until, status):
    """It takes the connection and then says nothing, or only signs in: no time limit of the server's would end that."""
    environment = environment_of(shared_world)
    address = make_url(environment["KEYWORK_SIGNIN_URL"]).set(host="127.0.0.1", port=relay(until), query={})
    environment["KEYWORK_SIGNIN_URL"] = address.render_as_string(hide_password=False)
    client = create_app(from_environment(environment)).test_client()
    with ThreadPoolExecutor(1) as pool:
        # The limit makes a test that hangs fail; how long an answer takes is not measured.
        answer = pool.submit(client.get, "/healthz").result(20)
    assert answer.status_code == status
    assert answer.json == (WELL if status == 200 else {"database": "unreachable"})
