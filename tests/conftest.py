"""Fixtures: one PostgreSQL server for each test process, and worlds on it (tests/servers.py, tests/world.py).

`--postgres=FOLDER` (or KEYWORK_PG_BINDIR) chooses the programs of another server.
"""

from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from db.identity import Identity, sign
from db.local.binaries import major_version
from tests import world as hand_made
from tests.doors import Doors
from tests.servers import OTHER_SERVERS, TOKEN_KEY, TestServer

_TAKE_HAT = "select set_config('app.token', %s, true), set_config('role', %s, true), set_config('app.reason', '', true)"


def pytest_addoption(parser):
    """`--postgres=FOLDER`: run every test on the PostgreSQL whose programs are in FOLDER."""
    parser.addoption("--postgres", metavar="FOLDER", help="the bin folder of the PostgreSQL to test on")
    parser.addoption("--rest", action="store_true", help="only tests that do not run on every server anyway (fixture each_server)")


def pytest_collection_modifyitems(config, items):
    """`--rest`: a second run on another server need not repeat what the first one tried there."""
    if config.getoption("--rest"):
        left_out = [item for item in items if "each_server" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


class _Ids:
    """Ids of one kind of row by name: `world.case["ann"]`."""

    def __init__(self, kind: str):
        self._kind = kind

    def __getitem__(self, name: str):
        return hand_made.ident(self._kind, name)


class World:
    """A database with the people of tests/world.py in it, and ways to act in it."""

    case, tenant, user, note, goal, progress, session, collaborator, organisation, landlord, property, run = map(_Ids, (
        "case", "tenant", "user", "note", "goal", "progress", "session", "collaborator", "organisation", "landlord", "property", "run"))
    template, wording, part, document, delivery, upload = map(_Ids, ("template", "wording", "part", "document", "delivery", "upload"))
    request, pause, redaction, bundle = map(_Ids, ("request", "pause", "redaction", "bundle"))
    personas = hand_made.PERSONAS | hand_made.WRONG_HATS
    password = hand_made.PASSWORD

    def __init__(self, server: TestServer, database: str):
        self.server = server
        self.database = database
        self.conninfo = server.conninfo(database)
        self.app_conninfo = server.app_conninfo(database)
        self.signin_conninfo = server.signin_conninfo(database)
        self.jobs_conninfo = server.jobs_conninfo(database)
        self._idle: list[psycopg.Connection] = []

    def identity(self, persona: str, hat: str | None = None, **options) -> Identity:
        """The signed identity of a persona, under another hat if one is given; `options` go to db.identity.sign."""
        who = self.personas[persona]
        return sign(str(who.user_id), hat or who.hat, TOKEN_KEY, **options)

    def connect(self) -> psycopg.Connection:
        """A new connection of the workspace login, nobody yet; the caller closes it."""
        return psycopg.connect(self.app_conninfo)

    @contextmanager
    def owner(self):
        """A connection acting as keywork_owner, which no policy binds; commits at the end."""
        with psycopg.connect(self.conninfo) as connection:
            connection.execute("set role keywork_owner")
            yield connection

    @contextmanager
    def as_(self, persona: str, hat: str | None = None):
        """A connection of keywork_app in a transaction that acts as this persona; always rolled back."""
        connection = self._idle.pop() if self._idle else self.connect()
        try:
            take_hat(connection, self.identity(persona, hat))
            yield connection
        finally:
            connection.rollback()
            self._idle.append(connection)

    @contextmanager
    def acting(self, persona: str):
        """A connection of keywork_app in a transaction that acts as this persona; committed at the end."""
        with self.connect() as connection:
            take_hat(connection, self.identity(persona))
            yield connection

    def rows(self, table: str) -> list[dict]:
        """Every row of a table of schema app, read as the owner."""
        with self.owner() as connection:
            cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
            return cursor.execute(sql.SQL("select * from app.{}").format(sql.Identifier(table))).fetchall()

    def close(self) -> None:
        """Closes the connections kept for reuse."""
        for connection in self._idle:
            connection.close()


def take_hat(connection: psycopg.Connection, identity: Identity) -> None:
    """Begins a transaction as somebody, the way the application does."""
    connection.execute(_TAKE_HAT, [identity.token, identity.role])


@pytest.fixture(scope="session")
def server(request):
    """The server that the tests run on: the embedded one unless another was chosen."""
    chosen = request.config.getoption("--postgres")
    running = TestServer(Path(chosen) if chosen else None)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def older_server(server):
    """The oldest server of the system that differs from `server`; skips where there is none."""
    for bindir in reversed(OTHER_SERVERS):
        if (bindir / "postgres").exists() and major_version(bindir) not in (None, server.version):
            running = TestServer(bindir)
            yield running
            running.stop()
            return
    pytest.skip("no other PostgreSQL is installed on this machine")


@pytest.fixture(scope="session", params=["server", "older_server"])
def each_server(request):
    """Every server there is to test on, in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def bare_database(server):
    """The superuser's conninfo of a database with nothing in it."""
    name = server.create()
    yield server.conninfo(name)
    server.drop(name)


@pytest.fixture
def empty_database(server):
    """The superuser's conninfo of a freshly installed database without customers."""
    name = server.create("installed")
    yield server.conninfo(name)
    server.drop(name)


def _world(server: TestServer):
    made = World(server, server.create("world"))
    yield made
    made.close()
    server.drop(made.database)


@pytest.fixture
def world(server):
    """A world of its own for one test, which may change it."""
    yield from _world(server)


@pytest.fixture(scope="module")
def shared_world(server):
    """One world for a module, for tests that commit nothing."""
    yield from _world(server)


@pytest.fixture(scope="module")
def each_world(each_server):
    """One world for a module on every server there is, for tests that commit nothing."""
    yield from _world(each_server)


@pytest.fixture
def fresh_world(each_server):
    """A world of its own for one test on every server there is, which it may change."""
    yield from _world(each_server)


@pytest.fixture
def doors(fresh_world):
    """The doors of the sign-in login over a world of the test's own, on every server there is."""
    made = Doors(fresh_world)
    yield made
    made.close()
