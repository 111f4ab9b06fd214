"""Logins of BI tools, made, listed and dropped from the owner's prompt (`./run bi-login`).

Each is a login of Postgres of its own, inside keywork_bi. Whose figures it reads is a row of vault.bi_logins; how it is to be
otherwise says bi_logins.sql, which is applied to it here and at each upgrade.
"""

import re
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from db import versions

NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
GROUP = "keywork_bi"


class NoSuchLogin(RuntimeError):
    """Why there is nothing to make or to drop, in a sentence for the person at the prompt."""


@dataclass(frozen=True)
class BiLogin:
    """A login with the organisation that it reads; `may_sign_in` is False where the role has gone or was shut."""

    login: str
    organisation: str
    created_at: datetime
    may_sign_in: bool


def make(conninfo: str, name: str, organisation: str) -> tuple[str, str, str, bool]:
    """Makes the login bi_<name> for an organisation (its name or id), or gives it a new password, which ends its sessions.

    conninfo: a login that may create roles and act as keywork_owner. Returns the login, its password, the organisation's name, and
    whether the login is new. Raises NoSuchLogin for a name that will not do or is taken, and for an unknown organisation.
    """
    login = login_of(name)
    password = secrets.token_urlsafe(32)
    with psycopg.connect(conninfo) as connection:
        its_id, called = _organisation(connection, organisation)
        bound = _bound(connection, login)
        if bound not in (None, its_id):
            # Reports that are set up with it would show another firm's figures without a word.
            raise NoSuchLogin(f"{login} reads the figures of another organisation: drop it first, or choose another name.")
        exists = _exists(connection, login)
        if exists and bound is None:
            raise NoSuchLogin(f"There is a role {login} on this server that this database knows nothing of: choose another name.")
        if not exists:
            connection.execute(sql.SQL("create role {} login inherit").format(sql.Identifier(login)))
        if not _is_in_group(connection, login):
            connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(GROUP), sql.Identifier(login)))
        # Hashed on this side: a server that logs statements must not write the password down.
        verifier = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
        connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(login), sql.Literal(verifier)))
        connection.execute((versions.FOLDER / "bi_logins.sql").read_text(encoding="utf-8"))
        if bound is None:
            _as_owner(connection, "insert into vault.bi_logins (organisation_id, login) values (%s, %s)", its_id, login)
        connection.commit()
        if exists:
            _end_sessions(connection, login)
    return login, password, called, not exists


def drop(conninfo: str, name: str) -> str:
    """Drops the login bi_<name>: it reads nothing from this moment on, and its sessions end. Returns the login.

    Raises NoSuchLogin where this database has none of that name.
    """
    login = login_of(name)
    with psycopg.connect(conninfo) as connection:
        if _bound(connection, login) is None:
            raise NoSuchLogin(f"There is no BI login {login} in this database: ./run bi-login --list shows them.")
        _as_owner(connection, "delete from vault.bi_logins where login = %s", login)
        exists = _exists(connection, login)
        if exists:
            connection.execute(sql.SQL("alter role {} nologin").format(sql.Identifier(login)))
        # What it could read is over before its sessions are, and nobody signs in anew.
        connection.commit()
        if exists:
            _end_sessions(connection, login)
            with _in_its_place(connection, login):
                # It owns nothing here but, where no superuser installed, what large objects it made.
                connection.execute(sql.SQL("drop owned by {}").format(sql.Identifier(login)))
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(login)))
    return login


def all_logins(conninfo: str) -> list[BiLogin]:
    """Every BI login of this database, by organisation and name."""
    with psycopg.connect(conninfo) as connection:
        return [BiLogin(*row) for row in _as_owner(
            connection, "select b.login, o.name, b.created_at, coalesce(r.rolcanlogin, false) from vault.bi_logins as b join app.organisations as o on o.id = b.organisation_id"
                        " left join pg_roles as r on r.rolname = b.login order by o.name, b.login")]


def login_of(name: str) -> str:
    """'bi_finance' of 'finance'. Raises NoSuchLogin for what is no plain word."""
    if not NAME.fullmatch(name) or name.startswith("bi_"):
        raise NoSuchLogin("Give a name of small letters, digits and underscores that begins with a letter, 50 at most, such as finance;"
                          " the login is called bi_finance then.")
    return f"bi_{name}"


def _organisation(connection: psycopg.Connection, given: str) -> tuple[uuid.UUID, str]:
    try:
        found = _as_owner(connection, "select id, name from app.organisations where id = %s", uuid.UUID(given))
    except ValueError:
        found = _as_owner(connection, "select id, name from app.organisations where name = %s", given)
    if not found:
        raise NoSuchLogin(f"There is no organisation '{given}': give its name as it is written on its page, or its id.")
    return found[0]


def _bound(connection: psycopg.Connection, login: str) -> uuid.UUID | None:
    found = _as_owner(connection, "select organisation_id from vault.bi_logins where login = %s", login)
    return found[0][0] if found else None


def _exists(connection: psycopg.Connection, login: str) -> bool:
    return connection.execute("select exists (select from pg_roles where rolname = %s)", [login]).fetchone()[0]


def _is_in_group(connection: psycopg.Connection, login: str) -> bool:
    return connection.execute("select exists (select from pg_auth_members where roleid = %s::regrole and member = %s::regrole)", [GROUP, login]).fetchone()[0]


def _as_owner(connection: psycopg.Connection, statement: str, *values: object) -> list[tuple]:
    connection.execute("set local role keywork_owner")
    cursor = connection.execute(statement, values)
    rows = cursor.fetchall() if cursor.description else []
    connection.execute("reset role")
    return rows


def _end_sessions(connection: psycopg.Connection, login: str) -> None:
    with _in_its_place(connection, login):
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [login])


@contextmanager
def _in_its_place(connection: psycopg.Connection, login: str) -> Iterator[None]:
    """For what is done to another role's sessions and things by a superuser, or by whoever belongs to that role."""
    if connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()[0]:
        yield
        return
    connection.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(login)))
    yield
    connection.execute(sql.SQL("revoke {} from current_user").format(sql.Identifier(login)))
