"""Installs the SQL files of this folder into a database, as its owner.

Order: roles, schemas and Flask-AppBuilder's own tables, functions, tables (only once), views, policies. All of it is one
transaction under an advisory lock, so that several installers at once are safe and a half-made database cannot be.
"""

import hashlib
from pathlib import Path

import psycopg
from flask_appbuilder import Model
from flask_appbuilder.security.sqla import models as _ab_tables  # noqa: F401  (puts the ab_* tables into Model.metadata)
from psycopg import sql
from sqlalchemy import create_mock_engine

FOLDER = Path(__file__).parent
RULES = ("roles.sql", "functions.sql", "views.sql", "rls.sql")
#: Any number, so long as every installer asks for the same one.
INSTALL_LOCK = 5_917_230_114
#: How often an installer gives way to others on the same server before it gives up.
MEETINGS = 50
TOKEN_KEY_ID = "current"


class SchemaOutdated(RuntimeError):
    """The database was made by another schema.sql, and no migration leads from that one to this one."""


def _digest(*names: str) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()


def _applied_versions(connection: psycopg.Connection) -> tuple[str, str] | None:
    if connection.execute("select to_regclass('app.installation')").fetchone()[0] is None:
        return None
    return connection.execute("select schema_version, rules_version from app.installation").fetchone()


def _is_superuser(connection: psycopg.Connection) -> bool:
    return connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()[0]


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _fab_ddl() -> str:
    """Flask-AppBuilder's own CREATE statements for its ab_* tables, as one script."""
    statements = []
    engine = create_mock_engine(
        "postgresql+psycopg://", lambda ddl, *_, **__: statements.append(str(ddl.compile(dialect=engine.dialect)))
    )
    tables = [table for table in Model.metadata.sorted_tables if table.name.startswith("ab_")]
    Model.metadata.create_all(engine, tables=tables, checkfirst=False)
    return ";\n".join(statements)


def install(conninfo: str, *, app_password: str, signin_password: str, token_key: bytes) -> bool:
    """Brings a database to the state of these SQL files.

    conninfo names a superuser, or a login that may create roles and own the database. Passwords are those of the two
    logins, token_key signs identity tokens (32 bytes or more). Returns True when SQL was applied, False when the
    database already carried the fingerprint of these files (passwords and key are set in both cases).
    Raises SchemaOutdated when the tables were made by another schema.sql.
    """
    if len(token_key) < 32:
        raise ValueError("the token key needs 32 bytes or more")
    for _ in range(MEETINGS):
        try:
            return _install(conninfo, {"keywork_app": app_password, "keywork_signin": signin_password}, token_key)
        except psycopg.errors.InternalError_ as error:
            # Roles belong to the whole cluster, the lock below to one database: an installer of another database may
            # be changing the same role. Everything here is one transaction, so it is simply done again.
            if "concurrently updated" not in str(error):
                raise
    raise RuntimeError("other installations on this server kept changing the same roles")


def _install(conninfo: str, passwords: dict[str, str], token_key: bytes) -> bool:
    schema_version, rules_version = _digest("schema.sql"), _digest(*RULES)
    with psycopg.connect(conninfo) as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", [INSTALL_LOCK])
        applied = _applied_versions(connection)
        if applied is not None and applied[0] != schema_version:
            raise SchemaOutdated(
                "This database was made by another version of db/schema.sql, and there is no migration between the two."
                " Go on with the version that made it, or begin with an empty database."
            )
        changed = applied != (schema_version, rules_version)
        if changed:
            _apply(connection, fresh=applied is None)
            connection.execute(
                "insert into app.installation (schema_version, rules_version) values (%s, %s)"
                " on conflict (only_row) do update set schema_version = excluded.schema_version,"
                " rules_version = excluded.rules_version",
                [schema_version, rules_version],
            )
            connection.execute("reset role")
        for login, password in passwords.items():
            # Hashed on this side: a server that logs statements must not write the password down.
            verifier = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
            connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(login), sql.Literal(verifier)))
        if _is_superuser(connection):
            connection.execute("set local log_parameter_max_length = 0")
        connection.execute("set local role keywork_owner")
        connection.execute("select app.add_signing_key(%s, %s)", [TOKEN_KEY_ID, token_key])
    return changed


def _apply(connection: psycopg.Connection, *, fresh: bool) -> None:
    connection.execute(_read("roles.sql"))
    if not _is_superuser(connection):
        # An installer without superuser rights acts as the owner by membership.
        connection.execute("grant keywork_owner to current_user")
    database = connection.info.dbname
    connection.execute(
        sql.SQL("revoke all on database {} from public, keywork_app, keywork_signin").format(sql.Identifier(database))
    )
    connection.execute(
        sql.SQL("grant connect on database {} to keywork_app, keywork_signin").format(sql.Identifier(database))
    )
    connection.execute("revoke all on schema public from public")
    for schema in ("app", "vault", "fab"):
        connection.execute(f"create schema if not exists {schema} authorization keywork_owner")
    connection.execute("set local role keywork_owner")
    # Functions come before the tables they read: triggers and a CHECK name them.
    connection.execute("set local check_function_bodies = off")
    connection.execute("alter default privileges revoke execute on functions from public")
    if fresh:
        connection.execute("set local search_path = fab")
        connection.execute(_fab_ddl())
        connection.execute("set local search_path = public")
    connection.execute(_read("functions.sql"))
    if fresh:
        connection.execute(_read("schema.sql"))
    for (view,) in connection.execute("select viewname from pg_views where schemaname = 'app'").fetchall():
        connection.execute(sql.SQL("drop view app.{} cascade").format(sql.Identifier(view)))
    connection.execute(_read("views.sql"))
    connection.execute(_read("rls.sql"))
