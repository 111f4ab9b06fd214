"""The database that a command of `./run` works on: the one of DATABASE_URL, or the embedded server's while it is used."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import psycopg
from psycopg import sql

from db import install
from db.addresses import for_libpq, postgres_url
from db.local import secret_store
from db.local.server import LocalServer

VAR = Path(__file__).resolve().parents[2] / "var"
DATABASE = "keywork"


class Refusal(Exception):
    """Why the command cannot go on, for the person at the prompt."""


@dataclass(frozen=True)
class Database:
    """Where the workspace's database is: `conninfo` for a login that may install, `url_for` for the three logins.

    `bindir` holds the programs of the embedded server's version; None for a server of someone else's.
    """

    conninfo: str
    url_for: Callable[[str, str], str]
    embedded: bool
    bindir: Path | None


@contextlib.contextmanager
def installed_database() -> Iterator[Database]:
    """The database with something installed in it: the embedded one is set up first. Raises Refusal for another empty one."""
    with contextlib.ExitStack() as stack:
        with start_lock():
            secrets = known_secrets()
            database = stack.enter_context(opened_database(secrets))
            if database.embedded:
                set_up(database, secrets)
            elif not install.is_installed(database.conninfo):
                # Looking into a database must not give its logins the passwords of this folder.
                raise Refusal("Nothing is installed in the database of DATABASE_URL yet: ./run upgrade does that.")
        yield database


def lock_file(name: str) -> TextIO:
    """A file of var/ to hold as a lock, open for reading and for writing at its end. Raises Refusal where it cannot be written."""
    try:
        return open(VAR / name, "a+", encoding="utf-8")
    except OSError as error:
        raise not_writable(VAR / name, error) from error


def not_writable(path: Path, error: OSError) -> Refusal:
    """What to tell an account that may not write a file of this folder."""
    return Refusal(f"This account cannot write {path} ({error.strerror}); use the one that Keywork's folder belongs to.")


@contextlib.contextmanager
def start_lock() -> Iterator[None]:
    """Let one process at a time start, set up or stop the database server. Raises Refusal as lock_file does."""
    with lock_file("start.lock") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def known_secrets() -> secret_store.Secrets:
    """The installation's secrets, made at the first start. Raises Refusal when they are lost but data is there, or not ours to read."""
    path = VAR / "secrets.json"
    if not path.exists() and (VAR / "postgres" / "PG_VERSION").exists() and not os.environ.get("DATABASE_URL"):
        raise Refusal("var/postgres holds data, but var/secrets.json with its passwords is missing: put it back.")
    try:
        return secret_store.load_or_make(path)
    except ValueError as error:
        raise Refusal(f"var/secrets.json is damaged, put back a good copy: {error}") from error
    except OSError as error:
        raise not_writable(path, error) from error


@contextlib.contextmanager
def opened_database(secrets: secret_store.Secrets) -> Iterator[Database]:
    """The database of DATABASE_URL, or the embedded server's, which runs until its last user leaves.

    Entered while the start lock is held; left without it.
    """
    address = os.environ.get("DATABASE_URL")
    if address:
        yield given_database(address)
        return
    server = LocalServer(VAR / "postgres", secrets.superuser_password)
    with lock_file("users.lock") as users:
        # Every user of the server holds this lock shared: whoever can have it alone is the last one and stops it.
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            server.start()
            make_database(server)
            yield Database(server.conninfo(DATABASE), lambda user, password: server.sqlalchemy_url(
                DATABASE, user, password), True, server.bindir)
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                server.stop()


def given_database(address: str) -> Database:
    """The database that a DATABASE_URL names. Raises AddressError when it is not the address of a PostgreSQL database."""
    driven = postgres_url("DATABASE_URL", address).set(drivername="postgresql+psycopg")
    return Database(
        for_libpq(address),
        lambda user, password: driven.set(username=user, password=password).render_as_string(hide_password=False),
        False, None,
    )


def make_database(server: LocalServer) -> None:
    """Create the database on the embedded server when it is not there yet."""
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(DATABASE)))


def set_up(database: Database, secrets: secret_store.Secrets) -> None:
    """Bring the database's schema, rules and logins up to date; milliseconds when they are."""
    if install.install(database.conninfo, app_password=secrets.app_password, signin_password=secrets.signin_password,
                       jobs_password=secrets.jobs_password, token_key=bytes.fromhex(secrets.token_key)):
        print("The database's tables and rules are installed.", flush=True)
