"""Fixtures of the web tests: `site` is gunicorn over a world of its own, `console` the application in this process."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app import create_app
from config import from_environment
from db.local import children, web_server
from tests.conftest import World
from tests.servers import TOKEN_KEY
from tests.web.programs import program_of
from tests.web.resend_news import SECRET
from tests.web.visitor import Visitor, visiting

#: Kinds of rows whose ids tests write by name.
NAMED = ("case", "tenant", "user", "note", "goal", "session", "collaborator", "organisation", "landlord", "property", "run", "template", "document", "upload", "request",
         "redaction")

SECRET_KEY = "only for tests " * 3


def mail_folder(world: World) -> Path:
    """Where an application over this world writes its e-mails; it goes with the server."""
    return world.server.folder / f"mail-{world.database}"


def environment_of(world: World) -> dict[str, str]:
    """The settings of an application over a world's database."""
    workspace, sign_in = world.server.urls(world.database)
    return {
        "KEYWORK_WORKSPACE_URL": workspace,
        "KEYWORK_SIGNIN_URL": sign_in,
        "KEYWORK_SECRET_KEY": SECRET_KEY,
        "KEYWORK_TOKEN_KEY": TOKEN_KEY.hex(),
        "KEYWORK_DEMO": "0",
        "KEYWORK_MAIL_FOLDER": str(mail_folder(world)),
        "KEYWORK_RESEND_WEBHOOK_SECRET": SECRET,
    }


@dataclass
class Site:
    """A served console: its address and the world behind it."""

    address: str
    world: World
    mail: Path
    _visitors: dict[str, Visitor] = field(default_factory=dict)
    _connection: psycopg.Connection | None = None
    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @contextlib.contextmanager
    def visited_by(self, persona: str | None = None) -> Iterator[Visitor]:
        """A visitor, signed in as a persona of the world if one is named."""
        with visiting(self.address) as visitor:
            if persona is not None:
                answer = visitor.sign_in(self.world.personas[persona].email, self.world.password)
                assert answer.status_code == 303, f"{persona} could not sign in: {answer.status_code}"
            yield visitor

    def visitor(self, persona: str) -> Visitor:
        """A visitor signed in as a persona, the same one for the whole module."""
        if persona not in self._visitors:
            self._visitors[persona] = self._stack.enter_context(self.visited_by(persona))
        return self._visitors[persona]

    def at(self, text: str) -> str:
        """An address (or a field) with ids of the world in place of their names: "/support/cases/{case[ann]}"."""
        return text.format(**{kind: getattr(self.world, kind) for kind in NAMED})

    def as_owner(self, statement: str, **values: object) -> list[tuple]:
        """Runs a statement as keywork_owner, committed; returns its rows, if it has any."""
        cursor = self._owner().execute(statement, values)
        return cursor.fetchall() if cursor.description else []

    def forget(self, table: str, its_id: str) -> None:
        """Deletes a row for good, as retention does: nobody else deletes what hangs on a document."""
        with self.world.owner() as connection:
            connection.execute("select set_config('app.purging', 'yes', true)")
            connection.execute(f"delete from app.{table} where id = %s", [its_id])

    def content(self) -> dict[str, list[str]]:
        """Every row of schema app but who signed in and looked, read as the owner: to show that something changed nothing."""
        names = [name for (name,) in self._owner().execute(
            "select tablename from pg_tables where schemaname = 'app' and tablename <> 'sign_ins' order by 1")]
        of_changes = {"audit_log": "where action not in ('sign_in', 'view')"}
        # One statement for all tables: hundreds of tests ask for this twice.
        found = {name: [] for name in names}
        for name, row in self._owner().execute(" union all ".join(
                f"select '{name}', t::text from app.{name} as t {of_changes.get(name, '')}" for name in names)):
            found[name].append(row)
        return {name: sorted(rows) for name, rows in found.items()}

    def _owner(self) -> psycopg.Connection:
        """One connection of keywork_owner for as long as the site is there, which commits each statement."""
        if self._connection is None:
            self._connection = self._stack.enter_context(contextlib.closing(psycopg.connect(self.world.conninfo, autocommit=True)))
            self._connection.execute("set role keywork_owner")
        return self._connection

    def close(self) -> None:
        """Ends the visits that are still open."""
        self._stack.close()


def free_port(folder) -> int:
    """A port of the loopback address that nobody listens on, different for each temporary folder."""
    start = 20_000 + hash(str(folder)) % 30_000
    return next(port for port in range(start, start + 1000) if web_server.is_free(port))


@contextlib.contextmanager
def served(world: World, folder) -> Iterator[Site]:
    """Runs gunicorn as `./run` does over a world, and stops it again."""
    port = free_port(folder)
    process = web_server.start(port, environment_of(world), folder / "gunicorn.pid")
    try:
        web_server.wait_for_page(process, port)
        running = Site(f"http://{web_server.HOST}:{port}", world, mail_folder(world))
        yield running
        running.close()
    finally:
        children.stop(process)
        assert isinstance(process, subprocess.Popen) and process.poll() is not None


def _world_of_its_own(server) -> Iterator[World]:
    made = World(server, server.create("world"))
    yield made
    made.close()
    server.drop(made.database)


@pytest.fixture(scope="session")
def web(server, tmp_path_factory):
    """A function that makes the database behind the session's one web server anew from a template, gives the served console for as
    long as its context lasts, and drops the database. To start a web server costs far more, and it keeps nothing of what it read.
    """
    @contextlib.contextmanager
    def over(template: str) -> Iterator[Site]:
        shutil.rmtree(mail_folder(world), ignore_errors=True)
        server.create(template, world.database)
        running = Site(started.address, World(server, world.database), started.mail)
        try:
            yield running
        finally:
            running.close()
            running.world.close()
            server.drop(world.database)

    folder = tmp_path_factory.mktemp("web")
    world = World(server, f"behind_{folder.name}")
    with served(world, folder) as started:
        yield over


@pytest.fixture(scope="module")
def site(web):
    """A served console over a world of the module's own; tests may write into it."""
    with web("world") as running:
        yield running


@pytest.fixture(scope="module")
def programs(site):
    """A function that gives a program signed in as a persona, the same one for the whole module."""
    made, contexts = {}, contextlib.ExitStack()

    def of(persona):
        if persona not in made:
            made[persona] = contexts.enter_context(program_of(site, persona))
        return made[persona]

    with contexts:
        yield of


@dataclass
class Console:
    """The application in this process, with every SQL statement it sends."""

    app: Flask
    world: World
    statements: list[str] = field(default_factory=list)

    def client(self, persona: str) -> FlaskClient:
        """A client signed in as a persona."""
        client = self.app.test_client()
        answer = client.post("/login/", data={"username": self.world.personas[persona].email, "password": self.world.password})
        assert answer.status_code == 303, f"{persona} could not sign in: {answer.status_code}"
        return client

    def statements_of(self, client: FlaskClient, path: str) -> list[str]:
        """What a page asks of the database, as sent; the page must answer 200."""
        self.statements.clear()
        assert client.get(path).status_code == 200, path
        return list(self.statements)


@pytest.fixture(scope="module")
def console(server):
    """The application over a world of the module's own; CSRF is off here, its tests use `site`."""
    for world in _world_of_its_own(server):
        app = create_app(from_environment(environment_of(world)) | {"WTF_CSRF_ENABLED": False, "TESTING": True})
        made = Console(app, world)
        with app.app_context():
            engines = app.extensions["sqlalchemy"].engines.values()
            for engine in engines:
                event.listen(engine, "before_cursor_execute", lambda *call: made.statements.append(call[2]))
        yield made
        for engine in engines:
            engine.dispose()
