"""How an upgrade goes about it: migrations and functions that change, what it refuses, and people who are at work meanwhile."""

import re
import shutil
import threading

import psycopg
import pytest

from db import install as installer, versions
from db.install import DatabaseBusy, MayNotInstall, SqlRefused, install
from db.versions import SchemaOutdated
from tests.dumps import MEMBERS, difference, dump, rows
from tests.servers import FIRST_RELEASE, TestServer
from tests.test_upgrades import FIRST_KEY, cluster, run  # noqa: F401  (cluster is a fixture)


@pytest.mark.parametrize("version, words", [
    ("9999_tomorrow", "newer than this code"), ("0000_never", "no release of Keywork knows"), ("f" * 64, "no release of Keywork knows"),
])
def test_an_unknown_schema_is_not_touched(cluster, version, words):
    """Older code on a newer database, and a database of nobody's: each is told in its own words, and left alone."""
    conninfo = cluster.current()
    run(conninfo, f"update app.installation set schema_version = '{version}'", "drop policy wall_collaborator on app.support_notes")
    before = dump(cluster.server, conninfo), rows(conninfo)
    for always in (False, True):
        with pytest.raises(SchemaOutdated, match=words):
            install(conninfo, always=always)
    assert (dump(cluster.server, conninfo), rows(conninfo)) == before


def test_an_installation_that_lost_its_row_is_not_touched(cluster):
    """Tables without a word about their version are nobody's either."""
    conninfo = cluster.current()
    run(conninfo, "delete from app.installation")
    with pytest.raises(SchemaOutdated, match="no release of Keywork knows"):
        install(conninfo, always=True)


@pytest.fixture
def code(cluster, tmp_path, monkeypatch):
    """A copy of the SQL files that the installer uses instead of db/; a function that changes a file of it."""
    # The first one makes the template that others are copied from, which is to be of our own files.
    cluster.current()
    folder = tmp_path / "db"
    shutil.copytree(versions.FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "local", "demo", "__pycache__"))
    monkeypatch.setattr(versions, "FOLDER", folder)
    monkeypatch.setattr(versions, "MIGRATIONS", folder / "migrations")

    def change(name: str, *replacements: tuple[str, str], end: str = "") -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for old, new in replacements:
            assert re.search(old, text, re.DOTALL), old
            text = re.sub(old, new, text, flags=re.DOTALL)
        path.write_text(text + end, encoding="utf-8")

    return change


def test_a_failing_migration_leaves_the_database_as_it_was(cluster, code):
    """What it did before it failed is undone, and the sentence says where it failed."""
    code("migrations/9998_broken.sql", end="create table app.half (id integer);\ndelete from app.sign_ins;\nselect no_such_column;\n")
    for conninfo in (cluster.first_release(), cluster.current()):
        before = dump(cluster.server, conninfo), rows(conninfo)
        with pytest.raises(SqlRefused, match=r'db/migrations/9998_broken\.sql, line 3, .*"no_such_column"'):
            install(conninfo)
        assert (dump(cluster.server, conninfo), rows(conninfo)) == before


#: A function that triggers use, with its comment, and the attachment of it.
FLAGGED = r"create or replace function app\.flagged_notes_are_not_deleted.*?comment on function app\.flagged_notes_are_not_deleted.*?;\n"
FLAGGED_TRIGGER = r"create trigger flagged_notes_are_not_deleted.*?;\n"


def test_functions_come_change_and_go(cluster, code):
    """A result of another type, a new trigger, a trigger that goes with its function: upgraded and fresh stay alike."""
    stamped = ("create or replace function app.sign_in_is_stamped() returns trigger language plpgsql set search_path = '' as\n"
               "$$ begin new.stamp := 'new'; return new; end $$;\n"
               "comment on function app.sign_in_is_stamped() is 'For this test.';\n")
    trigger = ("create trigger sign_in_is_stamped before insert on app.sign_ins for each row execute function app.sign_in_is_stamped();\n")
    code("functions.sql", (r"(function app\.close_case\([^)]*\)) returns integer", r"\1 returns bigint"),
         (r"(function app\.my_case_ids\(\)) returns uuid\[\]", r"\1 returns table (first uuid[], second uuid[])"), (FLAGGED, ""), end=stamped)
    code("schema.sql", (FLAGGED_TRIGGER, ""), (r"(create table app\.sign_ins .*?)(\n    constraint)", r"\1\n    stamp text,\2"), end=trigger)
    code("rls.sql", (r"\(select app\.my_case_ids\(\)\)", "(select first from app.my_case_ids())"))
    code("migrations/9998_stamps.sql", end="drop trigger flagged_notes_are_not_deleted on app.support_notes;\n"
         f"alter table app.sign_ins add column stamp text;\n{trigger}update app.sign_ins set stamp = 'old';\n")
    released, current = cluster.first_release(), cluster.server.conninfo(cluster.server.create("world"))
    for conninfo in (released, current):
        install(conninfo)
        assert {row["stamp"] for row in rows(conninfo)["app.sign_ins"]} == {"old"}
    fresh = cluster.server.conninfo(cluster.server.create())
    install(fresh)
    made = dump(cluster.server, fresh)
    assert "FUNCTION app.sign_in_is_stamped()" in made and "RETURNS bigint" in made and "flagged_notes_are_not_deleted" not in made
    assert difference(dump(cluster.server, released), made) == []
    assert difference(dump(cluster.server, current), made) == []


def test_a_function_that_is_still_in_use_does_not_go_silently(cluster, code):
    """Taken out of functions.sql, but no migration takes its trigger away: refused, naming the trigger."""
    code("functions.sql", (FLAGGED, ""))
    conninfo = cluster.current()
    before = dump(cluster.server, conninfo)
    with pytest.raises(SqlRefused, match="trigger flagged_notes_are_not_deleted on table app.support_notes depends"):
        install(conninfo)
    assert dump(cluster.server, conninfo) == before


def test_a_mistake_in_the_rules_is_told_with_its_line(cluster, code):
    """Whoever changes a policy reads where Postgres stumbled; the policies of before still hold."""
    code("rls.sql", (r"\A", "\n\ncreate policy mistaken on app.support_notes for selct to keywork_org_admin using (true);\n"))
    conninfo = cluster.current()
    with pytest.raises(SqlRefused, match=r'db/rls\.sql, line 3, .*"selct"'):
        install(conninfo)
    assert difference(dump(cluster.server, conninfo), cluster.fresh) == []


def test_a_database_in_use_is_left_and_told(cluster, monkeypatch):
    """Somebody holds a table all the time: after some tries nothing is changed, in a sentence."""
    monkeypatch.setattr(installer, "LOCK_TIMEOUT", "50ms")
    conninfo = cluster.current()
    with psycopg.connect(conninfo) as person:
        person.execute("select from app.support_notes")
        with pytest.raises(DatabaseBusy, match="locked, so nothing was changed"):
            install(conninfo, always=True)
    assert difference(dump(cluster.server, conninfo), cluster.fresh) == []


def test_an_upgrade_lets_people_finish(cluster, monkeypatch):
    """Kept waiting by a person's transaction, it gives way, and is done once that has ended."""
    monkeypatch.setattr(installer, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(installer, "LOCK_TRIES", 1000)
    conninfo = cluster.first_release()
    came = []
    with psycopg.connect(conninfo) as person, psycopg.connect(conninfo, autocommit=True) as observer:
        person.execute("select from app.support_notes")
        waiting = threading.Thread(target=lambda: came.append(install(conninfo)))
        waiting.start()
        # At least twice: it has given up its locks in between, and come back.
        for pid in (set(), set()):
            while not pid:
                pid = {row[0] for row in observer.execute("select pid from pg_locks where not granted and database = (select oid"
                                                          " from pg_database where datname = current_database())")}
                assert waiting.is_alive()
        assert person.execute("select count(*) from app.support_notes").fetchone()[0] > 40
        person.commit()
        waiting.join(60)
    assert came == [True]
    assert difference(dump(cluster.server, conninfo), cluster.fresh) == []


@pytest.fixture
def by_login(each_server):
    """A server of the test's own, and how its login keywork_install reaches a database that it owns there."""
    own = TestServer(each_server.local.bindir)
    database = own.create()
    run(own.conninfo(), "create role keywork_install login createrole password 'words'",
        f"alter database {database} owner to keywork_install", "create role visiting login password 'words'")
    yield own, database, own.local.conninfo(database, "keywork_install", "words")
    own.stop()


def test_an_installer_without_superuser_rights(by_login):
    """A login that may create roles and owns the database installs and upgrades; one that may not is told so."""
    own, database, mine = by_login
    with pytest.raises(MayNotInstall, match="permission denied"):
        install(own.local.conninfo(database, "visiting", "words"))
    assert install(mine, app_password="a", signin_password="b", token_key=FIRST_KEY) is True
    made = dump(own, own.conninfo(database))
    assert made.count("CREATE POLICY") > 60
    assert install(mine) is False and install(mine, always=True) is True
    assert difference(dump(own, own.conninfo(database)), made) == []


#: Memberships that nobody should have. The installer may give the first, a superuser both.
STRAYS = ("grant keywork_org_admin to keywork_signin", "grant pg_read_all_data to keywork_app with admin option")


def members(conninfo: str) -> list[tuple]:
    """Who belongs to which role."""
    with psycopg.connect(conninfo) as connection:
        return connection.execute(MEMBERS).fetchall()


def test_strays_go_whoever_granted_them_and_whoever_upgrades(by_login):
    """The installer and a superuser upgrade in turn, each after strays; the installer's own memberships stay."""
    own, database, mine = by_login
    here = own.conninfo(database)
    install(mine)
    made = members(here)
    assert ("keywork_org_admin", "keywork_app", False) in made and [row for row in made if row[:2] == ("keywork_owner", "keywork_install")]
    for upgrading, planting in ((mine, {mine: STRAYS[:1]}), (here, {mine: STRAYS[:1], here: STRAYS}), (mine, {mine: STRAYS[:1]})):
        for conninfo, statements in planting.items():
            run(conninfo, *statements)
        assert len(members(here)) == len(made) + len({each for statements in planting.values() for each in statements})
        install(upgrading, always=True)
        assert members(here) == made


def test_a_stray_that_only_a_superuser_takes_back_is_told(by_login):
    """Since PostgreSQL 16 a grant belongs to whoever gave it: the installer's upgrade names this one, and changes nothing."""
    own, database, mine = by_login
    here = own.conninfo(database)
    install(mine)
    made = members(here)
    run(here, STRAYS[1], "create policy planted on app.support_notes to keywork_collaborator using (true)")
    planted = dump(own, here)
    if own.version >= 16:
        with pytest.raises(MayNotInstall, match=r"keywork_app belongs to pg_read_all_data by a grant of keywork_super"):
            install(mine, always=True)
        assert dump(own, here) == planted
        install(here, always=True)
    else:
        install(mine, always=True)
    assert members(here) == made and "planted" in planted and "planted" not in dump(own, here)


def test_migrations_are_numbered_and_the_first_release_is_known():
    """File names give an order without gaps, and the fixture is of the release that code calls the first."""
    names = [path.stem for path in sorted(versions.MIGRATIONS.glob("*.sql"))]
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+", name) for name in names)
    assert f"t\t{versions.FIRST_RELEASE}\t" in FIRST_RELEASE.read_text(encoding="utf-8")
