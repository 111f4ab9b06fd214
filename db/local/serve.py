"""The commands of `./run` that need the environment: serving, upgrading, the owner's prompt (`python -m db.local.serve`)."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from config import SettingWrong, base_url_of
from db import bi_logins, demo, install, ledger, serving
from db.addresses import AddressError, for_libpq, postgres_url
from db.appointing import appoint_platform_admin
from db.local import children, ending, secret_store, web_server
from db.local.binaries import ServerError, find_binaries
from db.local.opening import VAR, Database, Refusal, installed_database, known_secrets, lock_file, opened_database, set_up, start_lock
from db.versions import InstallError, current_versions

OWNER = "keywork_owner"
PID_FILE = VAR / "gunicorn.pid"
JOBS_PID_FILE = VAR / "jobs.pid"


def main(arguments: list[str]) -> int:
    """Run `local PORT`, `serve PORT`, `upgrade`, `platform-admin E-MAIL NAME`, `bi-login ...`, `ledger`, `replay FILE` or `psql ARGUMENTS...`; returns the exit status."""
    ending.end_in_order_when_told()
    command, rest = arguments[0], arguments[1:]
    try:
        if command == "psql":
            return prompt(rest)
        if command == "upgrade":
            return upgrade()
        if command == "platform-admin":
            return appoint(*rest)
        if command == "bi-login":
            return bi_login(*rest)
        if command in ("ledger", "replay"):
            return print_ledger() if command == "ledger" else replay_ledger(Path(*rest))
        return serve_locally(int(rest[0])) if command == "local" else serve(int(rest[0]))
    except psycopg.OperationalError as error:
        print("The database cannot be reached:", *str(error).split(), file=sys.stderr)
    except (Refusal, ServerError, web_server.WebServerError, InstallError, serving.NotFit, AddressError, SettingWrong, ledger.LedgerDamaged,
            bi_logins.NoSuchLogin) as error:
        print(error, file=sys.stderr)
    return 2


def serve_locally(port: int) -> int:
    """Set up whatever is missing and serve on the loopback address, with demo data and the jobs, until stopped."""
    with serving_lock(port), contextlib.ExitStack() as stack:
        children.end_orphan(JOBS_PID_FILE)
        refuse_busy_port(port, web_server.HOST)
        with start_lock():
            secrets = known_secrets()
            database = stack.enter_context(opened_database(secrets))
            set_up(database, secrets)
            has_demo = with_demo(database)
        server = web_server.start(port, application_environment(port, database, secrets, has_demo), PID_FILE)
        stack.callback(children.stop, server)
        web_server.wait_for_page(server, port)
        announce(port, has_demo)
        command = [sys.executable, "-m", "jobs", str(JOBS_PID_FILE)]
        stack.callback(children.stop, children.start(command, jobs_environment(port, database, secrets, has_demo)))
        return server.wait()


def serve(port: int) -> int:
    """Serve for real, from environment variables alone, until stopped. Raises serving.NotFit before anything is started."""
    settings = serving.settings_from(os.environ)
    with serving_lock(port), contextlib.ExitStack() as stack:
        refuse_busy_port(port, settings.host)
        serving.check_database(settings.environment)
        server = web_server.start(port, settings.environment, PID_FILE, host=settings.host, workers=settings.workers)
        stack.callback(children.stop, server)
        web_server.wait_for_page(server, port, settings.host)
        print(f"Keywork is ready: {settings.base_url}   (listens on {settings.host}, port {port})", flush=True)
        return server.wait()


def upgrade() -> int:
    """Install into DATABASE_URL, or bring it up to date, and apply every rule anew in any case."""
    address = os.environ.get("DATABASE_URL")
    if not address:
        raise Refusal("Set DATABASE_URL to the address of the database, with a login that may create roles and owns it"
                      " (README, Installing for real).")
    postgres_url("DATABASE_URL", address)
    secrets = serving.given_secrets(os.environ)
    install.install(for_libpq(address), always=True, **secrets)
    print(f"The database is up to date: schema {current_versions()[0]}, rules applied.")
    names = {"app_password": "the password of keywork_app", "signin_password": "the password of keywork_signin",
             "jobs_password": "the password of keywork_jobs", "token_key": "the token key"}
    for what, name in names.items():
        print(f"  {name}: {'set' if secrets[what] else 'left as it was'}")
    return 0


def appoint(email: str, full_name: str) -> int:
    """Make somebody a platform-admin and print the link that signs them in."""
    if os.environ.get("DATABASE_URL") and not os.environ.get("KEYWORK_BASE_URL"):
        raise Refusal("Set KEYWORK_BASE_URL: the link begins with it.")
    base_url = base_url_of(os.environ)
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(installed_database())
        try:
            name, path = appoint_platform_admin(database.conninfo, email, full_name)
        except psycopg.errors.CheckViolation as error:
            raise Refusal("Give an e-mail address, such as name@example.org, and a name of up to 120 characters.") from error
        except psycopg.DatabaseError as error:
            if error.sqlstate != "KW432":
                raise
            raise Refusal("This account works for an organisation, so it cannot run the installation: give another e-mail address.") from error
    print(f"{name} is a platform-admin. This link signs them in once, within the next 7 days; give it to nobody else:\n  {base_url}{path}")
    return 0


def bi_login(first: str, second: str | None = None) -> int:
    """`NAME ORGANISATION` makes or renews a BI login, `--list` shows all, `--drop NAME` ends one."""
    with installed_database() as database:
        try:
            if first == "--list":
                for each in bi_logins.all_logins(database.conninfo):
                    print(f"{each.login:<30} {each.organisation}, since {each.created_at:%Y-%m-%d}{'' if each.may_sign_in else '; it cannot sign in any more'}")
                return 0
            if first == "--drop":
                print(f"{bi_logins.drop(database.conninfo, second)} is gone. Whatever was connected with it is connected no longer.")
                return 0
            login, password, organisation, is_new = bi_logins.make(database.conninfo, first, second)
        except psycopg.errors.InsufficientPrivilege as error:
            raise Refusal(f"This login may not do that here ({error.diag.message_primary}): it must be the one that made this BI login, or a superuser.") from error
        except psycopg.errors.DependentObjectsStillExist as error:
            raise Refusal("The login reads nothing any more and cannot sign in, but it cannot be dropped: another database of this server still"
                          " holds something of it.") from error
    print(f"{login} {'reads' if is_new else 'has a new password, and still reads'} the figures of {organisation}. This address signs it in and is shown this once:")
    print(f"  {for_libpq(database.url_for(login, password))}")
    return 0


def print_ledger() -> int:
    """Print every destruction, one JSON object a line, to be kept where no backup of the database is."""
    with installed_database() as database:
        for line in ledger.ledger_lines(database.conninfo):
            print(line)
    return 0


def replay_ledger(path: Path) -> int:
    """Destroy again what a kept ledger says was destroyed, after a backup was restored. Raises Refusal for a file that cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{path} cannot be read as a ledger.") from error
    with installed_database() as database:
        found = ledger.replay(database.conninfo, lines)
    print(f"{len(lines):,} lines replayed: {found:,} rows that had come back were destroyed again." if found else
          f"{len(lines):,} lines replayed: nothing of it had come back.")
    return 0


def prompt(arguments: list[str]) -> int:
    """The owner's psql on the database, set up first when it is not there yet; returns psql's exit status."""
    with installed_database() as database:
        # Ctrl-C belongs to psql, which cancels the statement.
        signal.signal(signal.SIGINT, lambda number, frame: None)
        program = (database.bindir or find_binaries()[0]) / "psql"
        return subprocess.call([str(program), *arguments], env=owner_environment(database.conninfo))


def owner_environment(conninfo: str) -> dict[str, str]:
    """The environment that makes psql connect with `conninfo` as the owner of all objects.

    The password goes this way because an argument could be read in the process list.
    """
    names = {"dbname": "PGDATABASE"}
    values = {names.get(key, f"PG{key.upper()}"): str(value) for key, value in conninfo_to_dict(conninfo).items()}
    values["PGOPTIONS"] = f"{values.get('PGOPTIONS', '')} -c role={OWNER}".strip()
    return os.environ | {"PGCLIENTENCODING": "UTF8"} | values


def refuse_busy_port(port: int, host: str) -> None:
    """End a web server that a killed run left behind, and raise Refusal when the port is still taken."""
    children.end_orphan(PID_FILE)
    if not web_server.is_free(port, host):
        raise Refusal(f"Port {port} of {host} cannot be had, another program may hold it; choose another: --port {port + 1}")


@contextlib.contextmanager
def serving_lock(port: int) -> Iterator[None]:
    """Be the only server of this folder; the kernel frees the lock even after a kill -9. Raises Refusal if not."""
    with lock_file("serving.lock") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            raise Refusal(f"Keywork already runs from this folder: http://{web_server.HOST}:{handle.read()}") from error
        handle.truncate(0)
        handle.write(str(port))
        handle.flush()
        yield


def with_demo(database: Database) -> bool:
    """Load the demo data into an empty database; returns whether the demo accounts are to be shown.

    KEYWORK_DEMO=0 never loads it. A database of DATABASE_URL gets it only with KEYWORK_DEMO=1: accounts with known
    passwords have no place in a real one.
    """
    if os.environ.get("KEYWORK_DEMO", "1" if database.embedded else "0") != "1":
        return False
    if demo.is_empty(database.conninfo):
        print("Loading the demo data ...", flush=True)
        demo.load(database.conninfo)
    return True


def application_environment(port: int, database: Database, secrets: secret_store.Secrets, has_demo: bool) -> Mapping[str, str]:
    """The environment of the web server: its two logins and the keys, and never an address that may do more."""
    return serving.without(serving.NOT_FOR_THE_WEB, os.environ) | {
        "KEYWORK_WORKSPACE_URL": database.url_for("keywork_app", secrets.app_password),
        "KEYWORK_SIGNIN_URL": database.url_for("keywork_signin", secrets.signin_password),
        "KEYWORK_SECRET_KEY": secrets.session_key,
        "KEYWORK_TOKEN_KEY": secrets.token_key,
        "KEYWORK_BASE_URL": f"http://{web_server.HOST}:{port}",
        "KEYWORK_DEMO": "1" if has_demo else "0",
    }


def jobs_environment(port: int, database: Database, secrets: secret_store.Secrets, has_demo: bool) -> Mapping[str, str]:
    """The environment of the jobs: their login and how e-mails leave, and no login or secret of the web server's."""
    return serving.without(("DATABASE_URL", *serving.NEEDED), os.environ) | {
        serving.JOBS_URL: database.url_for("keywork_jobs", secrets.jobs_password),
        "KEYWORK_BASE_URL": f"http://{web_server.HOST}:{port}",
        "KEYWORK_DEMO": "1" if has_demo else "0",
    }


def announce(port: int, has_demo: bool) -> None:
    """Print the address, and the demo accounts when there are any."""
    print(f"\nKeywork is ready: http://{web_server.HOST}:{port}   (Ctrl-C stops it)")
    if has_demo:
        print("\nDemo accounts (e-mail, password, who they are):")
        widths = [max(len(account[column]) for account in demo.ACCOUNTS) for column in (0, 1)]
        for email, password, who in demo.ACCOUNTS:
            print(f"  {email:<{widths[0]}}  {password:<{widths[1]}}  {who}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
