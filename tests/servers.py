"""A PostgreSQL server for tests, and fresh databases on it copied from templates.

`installed` holds the tables, functions and policies; `world` holds the people of tests/world.py as well, `demo` the demo data;
`first_release` is what the first release made of that world (tests/upgrades/). A copy takes a few hundredths of a second.
"""

import itertools
import os
import secrets
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from db import demo
from db.install import LOGINS, MAY_CONNECT, install
from db.local.server import LocalServer
from tests import world as hand_made

APP_PASSWORD = secrets.token_urlsafe(32)
SIGNIN_PASSWORD = secrets.token_urlsafe(32)
JOBS_PASSWORD = secrets.token_urlsafe(32)
TOKEN_KEY = secrets.token_bytes(32)

#: The first release's database, as pg_dump wrote it.
FIRST_RELEASE = Path(__file__).parent / "upgrades" / "first_release.sql"
#: The logins that it had.
FIRST_LOGINS = LOGINS[:2]

#: Older servers of the system, newest first: the SQL must run there as on the embedded one.
OTHER_SERVERS = [Path(f"/usr/lib/postgresql/{major}/bin") for major in (17, 16, 15)]
OLDEST_SERVER = OTHER_SERVERS[-1]

#: Where Linux keeps files in memory, and how many bytes the servers of three test processes may come to need there.
IN_MEMORY, ROOM = Path("/dev/shm"), 5 * 2**30

def roomy_memory() -> Path | None:
    """The folder of this machine that lies in memory, where a few hundred copies of a database cost a tenth of what they do on a
    disk; None where there is none, or too little room in it.
    """
    with suppress(OSError):
        if shutil.disk_usage(IN_MEMORY).free >= ROOM and os.access(IN_MEMORY, os.W_OK):
            return IN_MEMORY
    return None


class TestServer:
    """A running server with the template databases, made when first asked for."""

    __test__ = False

    def __init__(self, bindir: Path | None):
        self.folder = Path(tempfile.mkdtemp(prefix="keywork-tests-", dir=roomy_memory()))
        self.folder.chmod(0o755)
        with pytest.MonkeyPatch.context() as environment:
            if bindir:
                environment.setenv("KEYWORK_PG_BINDIR", str(bindir))
            # Nothing here outlives the tests, so nothing waits for a disk.
            self.local = LocalServer(self.folder / "data", secrets.token_urlsafe(16), settings={
                "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200",
                "autovacuum": "off", "shared_buffers": "64MB", "max_wal_size": "256MB"})
            self.local.start()
        self._templates: set[str] = set()
        self._numbers = itertools.count(1)

    @property
    def version(self) -> int:
        """The server's major version."""
        return self.local.version

    @property
    def log(self) -> Path:
        """The server's own log file."""
        return self.folder / "data.log"

    def conninfo(self, database: str = "postgres") -> str:
        """How the superuser connects to one of its databases."""
        return self.local.conninfo(database)

    def app_conninfo(self, database: str) -> str:
        """How the workspace login connects, with its real password over the socket."""
        return self.local.conninfo(database, "keywork_app", APP_PASSWORD)

    def signin_conninfo(self, database: str) -> str:
        """How the sign-in login connects."""
        return self.local.conninfo(database, "keywork_signin", SIGNIN_PASSWORD)

    def jobs_conninfo(self, database: str) -> str:
        """How the login of the jobs connects."""
        return self.local.conninfo(database, "keywork_jobs", JOBS_PASSWORD)

    def urls(self, database: str) -> tuple[str, str]:
        """The SQLAlchemy addresses of the workspace login and of the sign-in login."""
        return (self.local.sqlalchemy_url(database, "keywork_app", APP_PASSWORD),
                self.local.sqlalchemy_url(database, "keywork_signin", SIGNIN_PASSWORD))

    def run(self, statement: sql.Composable) -> None:
        """Runs one statement on the database `postgres` as the superuser, outside a transaction."""
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, template: str = "template0", name: str | None = None) -> str:
        """A fresh database, copied from "template0", "installed", "world", "demo" or "first_release"; returns its name, by default
        one that nobody had before."""
        if template not in ("template0", *self._templates):
            self._make_template(template)
        name = name or f"test_{next(self._numbers)}"
        # File by file: half the work of writing every page to the log as well.
        self.run(sql.SQL("create database {} template {} strategy file_copy").format(sql.Identifier(name), sql.Identifier(template)))
        if template != "template0":
            # Rights on a database itself are not copied with it.
            self.let_in(name, FIRST_LOGINS if template == "first_release" else MAY_CONNECT)
        return name

    def let_in(self, name: str, logins=MAY_CONNECT) -> None:
        """Gives a database the rights on itself that installing gives: these logins may connect, and nobody anything else."""
        for line in ("revoke all on database {} from public", f"grant connect on database {{}} to {', '.join(logins)}"):
            self.run(sql.SQL(line).format(sql.Identifier(name)))

    def drop(self, name: str) -> None:
        """Drops a database, whoever is still connected."""
        self.run(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Stops the server and deletes everything of it."""
        self.local.destroy()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make_template(self, name: str) -> None:
        made = self.create("installed" if name in ("world", "demo") else "template0")
        if name == "installed":
            install_here(self.conninfo(made))
        elif name == "first_release":
            self._run_file(made, FIRST_RELEASE)
        elif name == "demo":
            demo.load(self.conninfo(made))
        else:
            with psycopg.connect(self.conninfo(made)) as connection:
                hand_made.load(connection)
        with psycopg.connect(self.conninfo(made), autocommit=True) as connection:
            connection.execute("vacuum analyze")
        self.run(sql.SQL("alter database {} rename to {}").format(sql.Identifier(made), sql.Identifier(name)))
        self._templates.add(name)

    def _run_file(self, database: str, path: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        subprocess.run([self.local.bindir / "psql", "-qX", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-o", os.devnull,
                        "-f", path, "-d", self.conninfo(database)], check=True, timeout=60, env=environment)


def install_here(conninfo: str) -> bool:
    """db.install.install() with the passwords and key of these tests."""
    return install(conninfo, app_password=APP_PASSWORD, signin_password=SIGNIN_PASSWORD, jobs_password=JOBS_PASSWORD, token_key=TOKEN_KEY)
