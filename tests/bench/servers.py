"""A server of a benchmark's own: in a temporary folder, gone afterwards, come what may."""

import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from db.install import install
from db.local.server import LocalServer

#: Nothing here must survive a power cut, and no vacuum may start in the middle of a measurement.
SETTINGS = {
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off", "max_wal_size": "8GB",
    "shared_buffers": "1GB", "work_mem": "16MB", "maintenance_work_mem": "256MB",
}  # fmt: skip


@dataclass(frozen=True)
class Installed:
    """A database `keywork` with Keywork in it and no row of a customer; `key` signs identities, logins share a password."""

    local: LocalServer
    key: bytes
    password: str
    database: str = "keywork"

    def conninfo(self, user: str | None = None, database: str | None = None) -> str:
        """How a login of ours connects; the superuser without a name."""
        named = (user, self.password) if user else ()
        return self.local.conninfo(database or self.database, *named)

    def copy(self, name: str) -> None:
        """A copy of the database under another name; nobody may be connected to it."""
        with psycopg.connect(self.local.conninfo(), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            connection.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(self.database)))
            connection.execute("checkpoint")
        with psycopg.connect(self.conninfo(database=name), autocommit=True) as connection:
            # Rights on a database itself are not copied with it.
            for login in ("keywork_app", "keywork_jobs"):
                connection.execute(sql.SQL("grant connect on database {} to {}").format(sql.Identifier(name), sql.Identifier(login)))


@contextmanager
def installed_server(settings: Mapping[str, str] = SETTINGS) -> Iterator[Installed]:
    """Starts one with Keywork installed."""
    with ExitStack() as afterwards:
        folder = Path(tempfile.mkdtemp(prefix="keywork-bench-"))
        afterwards.callback(shutil.rmtree, folder, ignore_errors=True)
        server = LocalServer(folder / "data", secrets.token_hex(16), settings=dict(settings))
        afterwards.callback(server.destroy)
        server.start()
        with psycopg.connect(server.conninfo(), autocommit=True) as connection:
            connection.execute("create database keywork")
        made = Installed(server, secrets.token_bytes(32), secrets.token_hex(16))
        install(made.conninfo(), app_password=made.password, signin_password=made.password, jobs_password=made.password, token_key=made.key)
        yield made


def end_when_told() -> None:
    """Whoever ends the run, the server goes with it."""
    # A shell starts background jobs deaf to Ctrl-C; a benchmark with a server of its own must hear it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
