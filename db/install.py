"""Installs the SQL files of this folder into a database, or carries an installed one forward, as its owner.

All of it is one transaction under an advisory lock, so that several installers at once are safe and a half-made database
cannot be. Order:

1. roles.sql and bi_logins.sql, and the schemas;
2. what is made anew each time goes: policies, views, and the functions that nothing else hangs on. A function whose
   arguments or result have changed could not be replaced, and with its policies and views gone it need not be;
3. functions.sql and starter_pack.sql. The rest (functions that a trigger or a default names) are replaced in place;
4. on an empty database Flask-AppBuilder's tables and schema.sql; on an installed one the migrations that it does not
   carry yet. They come after the functions, because a migration attaches triggers to them;
5. functions that these files no longer hold go: their triggers went with a migration;
6. views.sql, reporting.sql, rls.sql.
"""

from pathlib import Path

import psycopg
from flask_appbuilder import Model
from flask_appbuilder.security.sqla import models as _ab_tables  # noqa: F401  (puts the ab_* tables into Model.metadata)
from psycopg import sql
from sqlalchemy import create_mock_engine

from db import versions
from db.versions import InstallError

#: Any number, so long as every installer asks for the same one.
INSTALL_LOCK = 5_917_230_114
#: How often an installer gives way to others on the same server before it gives up.
MEETINGS = 50
#: How long it waits for a table that people are using, and how often it lets them go first. Together longer than the minute
#: after which Postgres ends a person's forgotten transaction (roles.sql).
LOCK_TIMEOUT, LOCK_TRIES = "10s", 7
TOKEN_KEY_ID = "current"
#: What signs in, each with a password of its own.
LOGINS = ("keywork_app", "keywork_signin", "keywork_jobs")
#: What may connect: those, and BI logins by the role that they belong to (db/bi_logins.py).
MAY_CONNECT = (*LOGINS, "keywork_bi")
SCHEMAS = ("app", "vault", "fab", "reporting")

_NAMES = str(SCHEMAS)


class MayNotInstall(InstallError):
    """The login lacks a right that an installation needs."""


class DatabaseBusy(InstallError):
    """Other connections kept something locked all the time."""


class SqlRefused(InstallError):
    """Postgres refused one of the SQL files, or what it left behind."""


def install(conninfo: str, *, app_password: str | None = None, signin_password: str | None = None,
            jobs_password: str | None = None, token_key: bytes | None = None, always: bool = False) -> bool:
    """Brings a database to the state of these SQL files.

    conninfo names a superuser, or a login that may create roles and own the database. Passwords are those of the three
    logins, token_key signs identity tokens (32 bytes or more); None leaves what the database has. Rules are applied when
    they are others than the database's, and with `always` in any case, which takes back what was planted by hand.
    Returns True when SQL was applied, False when there was nothing to do (passwords and key are set in both cases).
    Raises InstallError (one of its kinds) with the database as it was, ValueError for a short key, and
    psycopg.OperationalError when the database cannot be reached.
    """
    if token_key is not None and len(token_key) < 32:
        raise ValueError("the token key needs 32 bytes or more")
    passwords = dict(zip(LOGINS, (app_password, signin_password, jobs_password), strict=True))
    given_way = kept_waiting = 0
    while True:
        try:
            return _install(conninfo, {login: word for login, word in passwords.items() if word is not None}, token_key, always)
        except psycopg.errors.InternalError_ as error:
            # Roles belong to the whole cluster, the lock below to one database: an installer of another database may
            # be changing the same role. Everything here is one transaction, so it is simply done again.
            given_way += 1
            if "concurrently updated" not in str(error) or given_way == MEETINGS:
                raise
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
            kept_waiting += 1
            if kept_waiting == LOCK_TRIES:
                raise DatabaseBusy(
                    "Other connections keep parts of this database locked, so nothing was changed. Try again when they have ended"
                    " (pg_stat_activity lists them)."
                ) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise MayNotInstall(
                f"This login may not install Keywork here ({error.diag.message_primary}): it must be a superuser, or be able to"
                " create roles and own the database."
            ) from error


def is_installed(conninfo: str) -> bool:
    """Whether the database holds an installation, of whatever version."""
    with psycopg.connect(conninfo) as connection:
        return _carried_versions(connection) is not None


def _install(conninfo: str, passwords: dict[str, str], token_key: bytes | None, always: bool) -> bool:
    with psycopg.connect(conninfo) as connection:
        # Whatever the login or the database sets for everyday work: each statement sees what another installer, waited for
        # here, has committed, and a migration takes its time.
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        connection.execute("set local statement_timeout = 0")
        connection.execute("set local lock_timeout = 0")
        connection.execute("select pg_advisory_xact_lock(%s)", [INSTALL_LOCK])
        connection.execute(sql.SQL("set local lock_timeout = {}").format(LOCK_TIMEOUT))
        carried, wanted = _carried_versions(connection), versions.current_versions()
        # Asked in any case: an unknown schema is refused before anything is touched.
        pending = versions.pending_migrations(carried)
        changed = always or carried != wanted
        if changed:
            _apply(connection, pending if carried else None)
            connection.execute(
                "insert into app.installation (schema_version, rules_version) values (%s, %s)"
                " on conflict (only_row) do update set schema_version = excluded.schema_version,"
                " rules_version = excluded.rules_version",
                wanted,
            )
            connection.execute("reset role")
        for login, password in passwords.items():
            # Hashed on this side: a server that logs statements must not write the password down.
            verifier = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
            connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(login), sql.Literal(verifier)))
        if token_key is not None:
            if _is_superuser(connection):
                connection.execute("set local log_parameter_max_length = 0")
            connection.execute("set local role keywork_owner")
            connection.execute("select app.add_signing_key(%s, %s)", [TOKEN_KEY_ID, token_key])
    return changed


def _carried_versions(connection: psycopg.Connection) -> tuple[str, str] | None:
    """Schema and rules that the database says it carries; None for one without an installation."""
    if connection.execute("select to_regclass('app.installation')").fetchone()[0] is None:
        return None
    return connection.execute("select schema_version, rules_version from app.installation").fetchone() or ("", "")


def _apply(connection: psycopg.Connection, pending: list[str] | None) -> None:
    """Applies everything; `pending` lists the migrations to run, None stands for an empty database."""
    for name in ("roles.sql", "bi_logins.sql"):
        _run_file(connection, versions.FOLDER / name)
    if _is_superuser(connection):
        # Where people and the installation wait for each other crosswise, the installation gives way and is done again.
        connection.execute("set local deadlock_timeout = '100ms'")
    else:
        # An installer without superuser rights acts as the owner by membership.
        connection.execute("grant keywork_owner to current_user")
    database, logins = sql.Identifier(connection.info.dbname), sql.SQL(", ").join(map(sql.Identifier, MAY_CONNECT))
    connection.execute(sql.SQL("revoke all on database {} from public, {}").format(database, logins))
    connection.execute(sql.SQL("grant connect on database {} to {}").format(database, logins))
    connection.execute(sql.SQL("revoke all on schema public from public, {}").format(logins))
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema} authorization keywork_owner")
    connection.execute("set local role keywork_owner")
    _drop_what_is_made_anew(connection)
    # Functions come before the tables they read: triggers and defaults name them.
    connection.execute("set local check_function_bodies = off")
    connection.execute("alter default privileges revoke execute on functions from public")
    if pending is None:
        connection.execute("set local search_path = fab")
        connection.execute(_fab_ddl())
    connection.execute("set local search_path = public")
    _run_file(connection, versions.FOLDER / "functions.sql")
    _run_file(connection, versions.FOLDER / "starter_pack.sql")
    if pending is None:
        _run_file(connection, versions.FOLDER / "schema.sql")
    for name in pending or []:
        _run_file(connection, versions.MIGRATIONS / f"{name}.sql")
    _drop_functions_of_the_past(connection)
    connection.execute("select app.keep_audit_months()")
    for name in ("views.sql", "reporting.sql", "rls.sql"):
        _run_file(connection, versions.FOLDER / name)


def _drop_what_is_made_anew(connection: psycopg.Connection) -> None:
    """Drops policies, views, and functions that nothing else hangs on; in an empty database there are none."""
    for names in connection.execute(f"select policyname, schemaname, tablename from pg_policies where schemaname in {_NAMES}"):
        connection.execute(sql.SQL("drop policy {} on {}.{}").format(*map(sql.Identifier, names)))
    for names in connection.execute(f"select schemaname, viewname from pg_views where schemaname in {_NAMES}"):
        # With those that were built upon it, which may be next in the list.
        connection.execute(sql.SQL("drop view if exists {}.{} cascade").format(*map(sql.Identifier, names)))
    _drop_functions(connection, "not exists (select from pg_depend as d"
                                " where d.refclassid = 'pg_proc'::regclass and d.refobjid = p.oid)")


def _drop_functions_of_the_past(connection: psycopg.Connection) -> None:
    """Drops what no file wrote in this transaction. Raises SqlRefused when something still uses it."""
    try:
        _drop_functions(connection, "p.xmin <> pg_current_xact_id()::xid")
    except psycopg.errors.DependentObjectsStillExist as error:
        raise SqlRefused(
            "Something in this database still uses a function that Keywork does not have (any more), so nothing was changed: "
            + " ".join((error.diag.message_detail or "").split("\n"))
        ) from error


def _drop_functions(connection: psycopg.Connection, condition: str) -> None:
    found = connection.execute("select p.oid::regprocedure::text from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace"
                               f" where n.nspname in {_NAMES} and {condition}")
    names = ", ".join(name for (name,) in found)
    if names:
        connection.execute(f"drop routine {names}")


def _run_file(connection: psycopg.Connection, path: Path) -> None:
    """Runs an SQL file. Raises SqlRefused naming file and line where the file itself is at fault."""
    text = path.read_text(encoding="utf-8")
    try:
        connection.execute(text)
    except (psycopg.OperationalError, psycopg.errors.InternalError_, psycopg.errors.InsufficientPrivilege):
        # Locked, met by another installer, a login without rights: says nothing about the file.
        raise
    except psycopg.Error as error:
        position = error.diag.statement_position
        line = f", line {text[:int(position)].count(chr(10)) + 1}" if position else ""
        raise SqlRefused(
            f"Postgres refused db/{path.relative_to(versions.FOLDER)}{line}, so nothing was changed: {error.diag.message_primary}"
        ) from error


def _is_superuser(connection: psycopg.Connection) -> bool:
    return connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()[0]


def _fab_ddl() -> str:
    """Flask-AppBuilder's own CREATE statements for its ab_* tables, as one script."""
    statements = []
    engine = create_mock_engine(
        "postgresql+psycopg://", lambda ddl, *_, **__: statements.append(str(ddl.compile(dialect=engine.dialect)))
    )
    tables = [table for table in Model.metadata.sorted_tables if table.name.startswith("ab_")]
    Model.metadata.create_all(engine, tables=tables, checkfirst=False)
    return ";\n".join(statements)
