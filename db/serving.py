"""What must hold before Keywork serves for real: the settings in the environment, and the database behind them.

Every refusal is one sentence that names the variable. `./run upgrade` takes back the rights that are refused here.
"""

import ipaddress
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations

import psycopg

from config import REQUIRED, MailSettings, SettingWrong, from_environment, mail_settings, token_key_of
from db import demo, versions
from db.addresses import AddressError, for_libpq, postgres_url
from db.identity import HATS, sign

#: Trying Keywork does without the last one; serving for real does not.
NEEDED = (*REQUIRED, "KEYWORK_BASE_URL")
JOBS_URL = "KEYWORK_JOBS_URL"
#: What the jobs need, for real and beside a trial.
NEEDED_BY_JOBS = (JOBS_URL, "KEYWORK_BASE_URL")
LOGINS = {"KEYWORK_WORKSPACE_URL": "keywork_app", "KEYWORK_SIGNIN_URL": "keywork_signin", JOBS_URL: "keywork_jobs"}
#: Addresses that may do more than a console, or other things: not for the web server.
NOT_FOR_THE_WEB = ("DATABASE_URL", JOBS_URL)
SECRETS = ("KEYWORK_SECRET_KEY", "KEYWORK_TOKEN_KEY")
SHORTEST_SECRET = 32
#: A random secret of 32 characters has some 20 different ones, one of 64 hex digits nearly always 15 or 16.
FEWEST_CHARACTERS = 8
#: Words of examples and templates; in a random secret they do not occur.
KNOWN_WORDS = ("changeme", "secret", "password", "default", "example", "insecure", "keywork", "yourkey", "qwerty",
               "0123456789", "1234567890", "abcdefgh")
HOW_TO_MAKE = "make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
MOST_WORKERS = 64
CONNECT_SECONDS = 10
NOBODY = uuid.UUID(int=0)

#: What a login has too much, and what to do about it; the worst first.
_TOO_MUCH = """
    with me as (select * from pg_roles where rolname = session_user)
    select what, remedy from (
        select 1, 'is a superuser', null from me where rolsuper
        union all select 2, 'goes around row-level security (BYPASSRLS)', null from me where rolbypassrls
        union all select 3, 'may create roles', null from me where rolcreaterole
        union all select 4, 'may create databases', null from me where rolcreatedb
        union all select 5, 'may replicate', null from me where rolreplication
        union all select 6, 'owns something on this server', 'give it to keywork_owner' from me
            where exists (select from pg_shdepend as d
                          where d.refclassid = 'pg_authid'::regclass and d.refobjid = me.oid and d.deptype = 'o')
        union all select 7, 'belongs to the role ' || role.rolname, null from me join pg_roles as role
            on role.oid <> me.oid and pg_has_role(me.oid, role.oid, 'member') and role.rolname <> all (%(hats)s)
        union all select 8, 'may create schemas in this database', null where has_database_privilege(current_database(), 'create')
        union all select 9, 'may create temporary tables', null where has_database_privilege(current_database(), 'temporary')
        union all select 10, 'may create things in the schema ' || nspname, 'revoke that'
            from pg_namespace where nspname !~ '^pg_' and has_schema_privilege(oid, 'create')
    ) as offence (step, what, remedy) order by step, what limit 1
"""


class NotFit(RuntimeError):
    """Why Keywork does not start, for the person at the prompt."""


@dataclass(frozen=True)
class Settings:
    """How to serve; `environment` is the web server's whole environment."""

    base_url: str
    host: str
    workers: int
    environment: Mapping[str, str] = field(repr=False)


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The settings for serving for real. Raises NotFit naming the variable that is missing or will not do."""
    absent = [name for name in NEEDED if not environment.get(name)]
    if absent:
        raise NotFit(f"Set {', '.join(absent)} in the environment (README, Installing for real).")
    _judge_secrets(environment)
    host = environment.get("KEYWORK_HOST") or "127.0.0.1"
    try:
        ipaddress.ip_address(host)
    except ValueError as error:
        raise NotFit("KEYWORK_HOST must be a numeric address to listen on, like 127.0.0.1 or 0.0.0.0.") from error
    workers = environment.get("KEYWORK_WORKERS") or "2"
    if not (workers.isascii() and workers.isdecimal() and 1 <= int(workers) <= MOST_WORKERS):
        raise NotFit(f"KEYWORK_WORKERS must be a number from 1 to {MOST_WORKERS}.")
    # Demo accounts do not reach it either.
    passed_on = without(NOT_FOR_THE_WEB, environment) | {"KEYWORK_DEMO": "0"}
    try:
        base_url = from_environment(passed_on)["BASE_URL"]
    except SettingWrong as error:
        raise NotFit(str(error)) from error
    return Settings(base_url, host, int(workers), passed_on)


def without(names: tuple[str, ...], environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for a process that must not know these variables."""
    return {name: value for name, value in environment.items() if name not in names}


def check_database(environment: Mapping[str, str]) -> None:
    """Look at the database through both of its logins, as the web server will.

    Raises NotFit for a login that is another one or may do too much, a database that cannot be reached or is not at this
    code's schema and rules, or that holds the demo's accounts, and a token key that is not the database's; versions.SchemaOutdated for a newer database.
    """
    with _signed_in("KEYWORK_SIGNIN_URL", environment) as connection:
        _judge_rights(connection, "KEYWORK_SIGNIN_URL", ())
        _judge_versions(connection, "KEYWORK_SIGNIN_URL")
        _judge_accounts(connection)
        place = _place(connection)
    with _signed_in("KEYWORK_WORKSPACE_URL", environment) as connection:
        _judge_rights(connection, "KEYWORK_WORKSPACE_URL", tuple(f"keywork_{hat}" for hat in HATS))
        if _place(connection) != place:
            raise NotFit("KEYWORK_WORKSPACE_URL and KEYWORK_SIGNIN_URL name two different databases.")
        _judge_token_key(connection, token_key_of(environment))


def jobs_settings_from(environment: Mapping[str, str]) -> MailSettings:
    """The settings of the jobs. Raises NotFit naming the variable that is missing or will not do."""
    absent = [name for name in NEEDED_BY_JOBS if not environment.get(name)]
    if absent:
        raise NotFit(f"Set {', '.join(absent)} in the environment (README, Installing for real).")
    _judge_secrets(environment)
    try:
        return mail_settings(environment)
    except SettingWrong as error:
        raise NotFit(str(error)) from error


def check_jobs_database(environment: Mapping[str, str]) -> None:
    """Look at the database through the login of the jobs, before the first of them. Raises NotFit and others as check_database does."""
    with _signed_in(JOBS_URL, environment) as connection:
        _judge_rights(connection, JOBS_URL, ())
        _judge_versions(connection, JOBS_URL)


def given_secrets(environment: Mapping[str, str]) -> dict[str, str | bytes | None]:
    """What an upgrade is to set, as install.install() takes it: three passwords and token_key; None for what is not given.

    Raises NotFit for an address that is not of the login it should be, and for a secret that will not do.
    """
    _judge_secrets(environment)
    return {
        "app_password": _password_in("KEYWORK_WORKSPACE_URL", environment),
        "signin_password": _password_in("KEYWORK_SIGNIN_URL", environment),
        "jobs_password": _password_in(JOBS_URL, environment),
        "token_key": token_key_of(environment) if environment.get("KEYWORK_TOKEN_KEY") else None,
    }


def _password_in(variable: str, environment: Mapping[str, str]) -> str | None:
    """The password in the address that `variable` holds; None without either."""
    address = environment.get(variable)
    if not address:
        return None
    try:
        url = postgres_url(variable, address)
    except AddressError as error:
        raise NotFit(str(error)) from error
    if url.username != LOGINS[variable]:
        raise NotFit(f"{variable} must be an address of the login {LOGINS[variable]}.")
    return url.password


def _judge_secrets(environment: Mapping[str, str]) -> None:
    """Whichever of the secrets are given must be long, unknown to others, and no two of them the same."""
    passwords = {f"The password in {variable}": _password_in(variable, environment) for variable in LOGINS}
    given = {name: secret for name, secret in ({name: environment.get(name) for name in SECRETS} | passwords).items() if secret}
    for name, secret in given.items():
        plain = "".join(filter(str.isalnum, secret.lower()))
        if len(secret) < SHORTEST_SECRET:
            raise NotFit(f"{name} is too short, it needs {SHORTEST_SECRET} characters or more; {HOW_TO_MAKE}")
        if any(word in plain for word in KNOWN_WORDS):
            raise NotFit(f"{name} looks like an example that others know too; {HOW_TO_MAKE}")
        # A text that occurs in its own double, both ends cut off, is some shorter text repeated.
        if len(set(secret)) < FEWEST_CHARACTERS or secret in (secret + secret)[1:-1]:
            raise NotFit(f"{name} has hardly any different characters, so it could be guessed; {HOW_TO_MAKE}")
    if "KEYWORK_TOKEN_KEY" in given:
        try:
            token_key_of(environment)
        except SettingWrong as error:
            raise NotFit(f"{str(error).rstrip('.')}; {HOW_TO_MAKE}") from error
    for (one, its), (other, others) in combinations(given.items(), 2):
        if its.lower() == others.lower():
            raise NotFit(f"{one} and {other.replace('The', 'the')} must not be the same; {HOW_TO_MAKE}")


@contextmanager
def _signed_in(variable: str, environment: Mapping[str, str]) -> Iterator[psycopg.Connection]:
    try:
        postgres_url(variable, environment[variable])
        connection = psycopg.connect(for_libpq(environment[variable]), connect_timeout=CONNECT_SECONDS, prepare_threshold=None)
    except AddressError as error:
        raise NotFit(str(error)) from error
    except psycopg.OperationalError as error:
        raise NotFit(f"The database of {variable} cannot be reached: {str(error).splitlines()[0]}") from error
    with connection:
        name = connection.execute("select session_user").fetchone()[0]
        if name != LOGINS[variable]:
            raise NotFit(f"{variable} signs in as {name}; it must be an address of the login {LOGINS[variable]}.")
        yield connection


def _judge_rights(connection: psycopg.Connection, variable: str, hats: tuple[str, ...]) -> None:
    offence = connection.execute(_TOO_MUCH, {"hats": list(hats)}).fetchone()
    if offence:
        login = connection.execute("select session_user").fetchone()[0]
        what, remedy = offence
        raise NotFit(f"{variable}: the login {login} {what}, which is more than it needs:"
                     f" {remedy or 'run ./run upgrade as a superuser, which takes it back'}.")


def _judge_versions(connection: psycopg.Connection, variable: str) -> None:
    try:
        carried = connection.execute("select schema_version, rules_version from app.installed_versions()").fetchone()
    except (psycopg.errors.UndefinedFunction, psycopg.errors.InvalidSchemaName, psycopg.errors.InsufficientPrivilege):
        carried = None
    if carried != versions.current_versions():
        if carried:
            versions.pending_migrations(carried)
        raise NotFit(f"The database of {variable} is not at this code's schema and rules: run ./run upgrade.")


def _judge_accounts(connection: psycopg.Connection) -> None:
    emails = [email for email, _, _ in demo.ACCOUNTS]
    # Keywork itself never names an account of Flask-AppBuilder's by an address.
    if connection.execute("select exists (select from fab.ab_user where username = any(%s))", [emails]).fetchone()[0]:
        raise NotFit("The database holds the demo's accounts, whose passwords everybody knows: begin with an empty database.")


def _place(connection: psycopg.Connection) -> tuple:
    """What tells one database of one server from others, also behind a pooler."""
    return connection.execute(
        "select oid, pg_postmaster_start_time() from pg_database where datname = current_database()").fetchone()


def _judge_token_key(connection: psycopg.Connection, key: bytes) -> None:
    nobody = sign(str(NOBODY), "collaborator", key)
    try:
        connection.execute("select set_config('app.token', %s, true), set_config('role', %s, true)", [nobody.token, nobody.role])
        connection.execute("select app.acting_as('any')")
    except psycopg.Error as error:
        if error.sqlstate == "KW002":
            raise NotFit("KEYWORK_TOKEN_KEY is not the key that this database has: give the right one, or run ./run upgrade"
                         " with it, which sets it.") from error
        if error.sqlstate == "KW003":
            raise NotFit("The clocks of this machine and of the database's differ by more than two minutes.") from error
        raise NotFit(f"KEYWORK_WORKSPACE_URL: the login cannot act for people ({error.diag.message_primary}):"
                     " run ./run upgrade.") from error
