"""Upgrading: what the first release installed becomes what a fresh installation is, with every row, once or ten times at once.

Each module's server is its own: roles belong to a whole cluster, and these tests begin with those of the first release.
"""

import os
import secrets
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from db import versions
from db.addresses import AddressError
from db.identity import sign
from db.install import install
from db.versions import InstallError
from db.local import serve
from db.serving import NotFit
from tests import world as hand_made
from tests.conftest import take_hat
from tests.dumps import difference, dump, rows
from tests.servers import TestServer, install_here

ROOT = Path(__file__).resolve().parent.parent
#: The token key of the fixture.
FIRST_KEY = bytes(range(32))
#: Tables whose rows people see or do not; in these, an upgrade takes nothing from anybody's sight and shows nobody more.
SEEN = ("support_cases", "support_collaborators", "support_notes", "support_goals", "support_goal_progress", "support_sessions",
        "tenants", "properties", "landlords")
UPGRADE = [sys.executable, "-m", "db.local.serve", "upgrade"]


@dataclass(frozen=True)
class Cluster:
    """A server, and the dump of a fresh installation on another one of its version."""

    server: TestServer
    fresh: str

    def first_release(self) -> str:
        """How the superuser connects to a new database as the first release left it."""
        return self.server.conninfo(self.server.create("first_release"))

    def current(self) -> str:
        """How the superuser connects to a new database of this code's."""
        return self.server.conninfo(self.server.create("installed"))


@pytest.fixture(scope="module")
def cluster(each_server):
    """A server whose roles are the first release's, until something is upgraded there."""
    running = TestServer(each_server.local.bindir)
    name = each_server.create("installed")
    yield Cluster(running, dump(each_server, each_server.conninfo(name)))
    each_server.drop(name)
    running.stop()


def run(conninfo: str, *statements: str) -> None:
    """Runs statements as the superuser, each committed."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def upgrade(address: str | None, **further: str) -> subprocess.CompletedProcess:
    """The finished process of `./run upgrade` with this DATABASE_URL and further variables."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KEYWORK_", "DATABASE_URL"))}
    environment |= {"DATABASE_URL": address} if address else {}
    return subprocess.run(UPGRADE, cwd=ROOT, env=environment | further, capture_output=True, text=True, check=False, timeout=60)


def address_of(server: TestServer, conninfo: str, user: str = "keywork_super", password: str | None = None) -> str:
    """The address of the database that a superuser's conninfo names, for another login if one is given."""
    known = psycopg.conninfo.conninfo_to_dict(conninfo)
    return server.local.sqlalchemy_url(known["dbname"], user, password or known["password"])


def seen_by_each(conninfo: str) -> dict[tuple[str, str], list]:
    """Which rows each person sees, by person and table, over the workspace login and the fixture's key."""
    seen = {}
    for name, persona in (hand_made.PERSONAS | hand_made.WRONG_HATS).items():
        with psycopg.connect(conninfo) as connection:
            connection.execute("set session authorization keywork_app")
            take_hat(connection, sign(str(persona.user_id), persona.hat, FIRST_KEY))
            for table in SEEN:
                try:
                    with connection.transaction():
                        seen[name, table] = connection.execute(f"select id from app.{table} order by id").fetchall()
                except psycopg.errors.InsufficientPrivilege:
                    seen[name, table] = ["refused"]
            connection.rollback()
    return seen


def test_a_fresh_database_and_an_upgraded_one_are_alike(cluster):
    """Tables, columns in their order, rules, comments, rights and roles; and a second time changes nothing."""
    upgraded = cluster.first_release()
    assert difference(dump(cluster.server, upgraded), cluster.fresh)
    assert install_here(upgraded) is True
    assert difference(dump(cluster.server, upgraded), cluster.fresh) == []
    content = rows(upgraded)
    assert content["app.installation"][0]["schema_version"] == versions.current_versions()[0]
    assert install_here(upgraded) is False
    assert install(upgraded, always=True) is True
    assert difference(dump(cluster.server, upgraded), cluster.fresh) == []
    assert rows(upgraded) == content


def test_an_upgrade_keeps_every_row(cluster):
    """Each row of the first release is there afterwards, with each of its values; only the installation's own row moves on."""
    conninfo = cluster.first_release()
    before = rows(conninfo)
    assert len(before["app.support_notes"]) > 40 and len(before["fab.ab_user"]) > 15 and len(before["vault.signing_keys"]) == 1
    install(conninfo)
    after = rows(conninfo)
    for table, old in before.items():
        if table != "app.installation":
            kept = [{name: row[name] for name in old[0]} for row in after[table]] if old else []
            assert [row for row in old if row not in kept] == [], table


def test_what_no_longer_stands_is_mended(cluster):
    """Addresses with a dot too many lose it; whoever operated and ran the installation as well goes on running it, and no more."""
    conninfo = cluster.first_release()
    run(conninfo, "update app.users set email = 'gone@.example..org.' where email = 'gone@example.org'",
        "update app.support_collaborators set email = 'gp@example..net' where full_name = 'Gp'",
        "update app.organisations set housing_officer_emails = array['b@x..org', 'a@y.org.', 'c@z.org'] where name = 'Moor Homes'",
        "update app.users set is_platform_admin = true where email = 'moor.admin@example.org'")
    install(conninfo)
    with psycopg.connect(conninfo) as connection:
        assert connection.execute("select count(*) from app.users where email = 'gone@example.org'").fetchone() == (1,)
        assert set(connection.execute("select email from app.support_collaborators where full_name = 'Gp'")) == {("gp@example.net",)}
        assert connection.execute("select housing_officer_emails from app.organisations where name = 'Moor Homes'").fetchone() == (
            ["b@x.org", "a@y.org", "c@z.org"],)
        assert connection.execute(
            "select array_agg(u.email) filter (where m.accepted_at is null), count(m.accepted_at) > 5 from app.memberships as m"
            " join app.users as u on u.id = m.user_id").fetchone() == (["moor.admin@example.org"], True)


def test_everybody_sees_the_same_rows_after_an_upgrade(cluster):
    """Over the key that the database has: passwords and key are left alone where none are given."""
    conninfo = cluster.first_release()
    before = seen_by_each(conninfo)
    assert len(before["worker", "support_notes"]) > 5 and len(before["harbour_admin", "support_notes"]) > 20
    assert before["platform", "support_notes"] in ([], ["refused"])
    install(conninfo)
    assert seen_by_each(conninfo) == before


@pytest.mark.parametrize("made", ["first_release", "current"])
def test_ten_upgrades_at_once(cluster, made):
    """None fails, and the database ends as one upgrade leaves it."""
    conninfo = getattr(cluster, made)()
    gate, came = threading.Barrier(10), []

    def work(always):
        gate.wait(20)
        try:
            came.append(install(conninfo, always=always))
        except Exception as error:  # pylint: disable=broad-exception-caught  (whatever it is, the test must tell of it)
            came.append(error)

    threads = [threading.Thread(target=work, args=[number % 2 == 0]) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(came) == 10 and set(came) <= {True, False} and came.count(True) >= 5
    assert difference(dump(cluster.server, conninfo), cluster.fresh) == []


#: What somebody may have left, and how a dump tells of it.
PLANTED = {
    "create policy planted on app.support_notes to keywork_collaborator using (true)": "planted ON app.support_notes",
    "grant select on app.support_notes to keywork_signin": "app.support_notes TO keywork_signin",
    "create function app.planted() returns integer language sql security definer as 'select 1'": "FUNCTION app.planted()",
    "create view app.planted as select * from app.support_notes": "VIEW app.planted",
    "alter role keywork_app set idle_in_transaction_session_timeout = 0": "idle_in_transaction_session_timeout=0",
    "alter role keywork_signin set session_replication_role = replica": "session_replication_role",
    "alter role keywork_app bypassrls": "('keywork_app', False, False, False, False, True, False, True",
}


def test_what_was_planted_is_seen_and_taken_back(cluster):
    """Each stray makes the comparison fail, whatever the database says of its rules; `./run upgrade` takes all of them back."""
    conninfo = cluster.current()
    assert difference(dump(cluster.server, conninfo), cluster.fresh) == []
    for statement, sign_of_it in PLANTED.items():
        run(conninfo, statement)
        assert sign_of_it in "\n".join(difference(cluster.fresh, dump(cluster.server, conninfo)))
    answer = upgrade(address_of(cluster.server, conninfo))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert difference(dump(cluster.server, conninfo), cluster.fresh) == []


def test_upgrade_says_what_it_did_and_sets_only_what_it_is_given(cluster):
    """Passwords come from the three addresses, the key from its variable; where they are missing, the database's stay."""
    conninfo = cluster.first_release()
    mine = {"KEYWORK_WORKSPACE_URL": address_of(cluster.server, conninfo, "keywork_app", secrets.token_urlsafe(32)),
            "KEYWORK_SIGNIN_URL": address_of(cluster.server, conninfo, "keywork_signin", secrets.token_urlsafe(32)),
            "KEYWORK_JOBS_URL": address_of(cluster.server, conninfo, "keywork_jobs", secrets.token_urlsafe(32)),
            "KEYWORK_TOKEN_KEY": secrets.token_hex(32)}
    up_to_date = f"The database is up to date: schema {versions.current_versions()[0]}, rules applied.\n"
    for given in (mine, {}):
        answer = upgrade(address_of(cluster.server, conninfo), **given)
        assert (answer.returncode, answer.stderr) == (0, "") and answer.stdout.startswith(up_to_date)
        assert answer.stdout.count(": set") == len(given) and answer.stdout.count(": left as it was") == 4 - len(given)
        for variable in ("KEYWORK_SIGNIN_URL", "KEYWORK_JOBS_URL"):
            with psycopg.connect(mine[variable].replace("+psycopg", "")):
                pass
        with psycopg.connect(mine["KEYWORK_WORKSPACE_URL"].replace("+psycopg", "")) as connection:
            take_hat(connection, sign(str(hand_made.PERSONAS["worker"].user_id), "collaborator", bytes.fromhex(mine["KEYWORK_TOKEN_KEY"])))
            assert connection.execute("select count(*) from app.support_notes").fetchone()[0] > 5


def test_upgrade_refuses_with_a_reason(cluster, monkeypatch):
    """What is missing or will not do is named, without a word of a password, and nothing is touched."""
    conninfo = cluster.first_release()
    database = psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"]
    run(conninfo, "create role nobody_special login password 'words'", f"grant connect on database {database} to nobody_special")
    newer = cluster.current()
    run(newer, "update app.installation set schema_version = '9999_tomorrow'")
    here = address_of(cluster.server, conninfo)
    before = dump(cluster.server, conninfo)
    for name in [name for name in os.environ if name.startswith("KEYWORK_")]:
        monkeypatch.delenv(name)
    for address, variables, words in (
        ("", {}, "Set DATABASE_URL"),
        ("postgresql://someone:my-pass-word%zz@127.0.0.1/keywork", {}, "DATABASE_URL is not an address"),
        ("mysql://someone:my-pass-word@127.0.0.1/keywork", {}, "must name a PostgreSQL database"),
        (address_of(cluster.server, conninfo, "nobody_special", "words"), {}, "may not install Keywork here"),
        (address_of(cluster.server, newer), {}, "carries the schema 9999_tomorrow, which is newer than this code"),
        (here, {"KEYWORK_TOKEN_KEY": secrets.token_hex(31)}, "KEYWORK_TOKEN_KEY must be 64 hex digits or more"),
        (here, {"KEYWORK_TOKEN_KEY": "my-pass-word" * 9}, "KEYWORK_TOKEN_KEY looks like an example"),
        (here, {"KEYWORK_TOKEN_KEY": "my-pass-word"}, "KEYWORK_TOKEN_KEY is too short"),
        (here, {"KEYWORK_WORKSPACE_URL": "postgresql://keywork_app:my-pass-word@127.0.0.1/k"}, "The password in KEYWORK_WORKSPACE_URL is too short"),
        (here, {"KEYWORK_WORKSPACE_URL": here}, "KEYWORK_WORKSPACE_URL must be an address of the login keywork_app"),
        (here, {"KEYWORK_SIGNIN_URL": "my-pass-word"}, "KEYWORK_SIGNIN_URL is not an address"),
    ):
        with monkeypatch.context() as environment, pytest.raises((serve.Refusal, NotFit, AddressError, InstallError)) as refused:
            for name, value in {"DATABASE_URL": address, **variables}.items():
                environment.setenv(name, value)
            serve.upgrade()
        assert words in str(refused.value) and "my-pass-word" not in str(refused.value)
    assert dump(cluster.server, conninfo) == before


@pytest.mark.parametrize("address, words", [
    (None, "Set DATABASE_URL"), ("postgresql://someone:my-pass-word@127.0.0.1:1/keywork", "The database cannot be reached"),
])
def test_a_refusal_is_one_line_and_status_2(address, words):
    """Nothing of Python's, and nothing of a password."""
    answer = upgrade(address)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith(words) and answer.stderr.count("\n") == 1 and "my-pass-word" not in answer.stderr
