"""Installing: whole or not at all, once or ten times at once, and what was planted by hand is taken back."""

import threading

import psycopg
import pytest

from db.install import install
from db.versions import InstallError
from tests.conftest import World
from tests.dumps import difference, dump
from tests.servers import APP_PASSWORD, JOBS_PASSWORD, SIGNIN_PASSWORD, TOKEN_KEY, TestServer, install_here

#: Makes the next installation believe that the rules have changed.
FORGET_RULES = "update app.installation set rules_version = 'other'"


def run(conninfo: str, *statements: str) -> None:
    """Runs statements as the superuser, each committed."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_installing_again_changes_nothing(each_server):
    """A second time is told by the fingerprint; a forced second time applies every rule anew and ends in the same state."""
    name = each_server.create()
    conninfo = each_server.conninfo(name)
    assert install_here(conninfo) is True
    first = dump(each_server, conninfo)
    assert first.count("CREATE POLICY") > 60 and "GRANT SELECT" in first and "COMMENT ON" in first
    assert install_here(conninfo) is False
    assert dump(each_server, conninfo) == first
    run(conninfo, FORGET_RULES)
    assert install_here(conninfo) is True
    assert dump(each_server, conninfo) == first
    each_server.drop(name)


def test_data_outlives_a_new_set_of_rules(world):
    """Applying the rules anew keeps every row, and everybody sees what they saw."""
    before = {table: len(world.rows(table)) for table in ("support_notes", "users", "support_collaborators")}
    run(world.conninfo, FORGET_RULES)
    assert install_here(world.conninfo) is True
    assert {table: len(world.rows(table)) for table in before} == before
    with world.as_("worker") as connection:
        assert connection.execute("select count(*) from app.support_notes").fetchone()[0] > 5


def installed_at_once(conninfos: list[str]) -> list:
    """Installs into each at the same moment; what each call returned or raised."""
    gate = threading.Barrier(len(conninfos))
    came = []

    def work(conninfo):
        gate.wait(20)
        try:
            came.append(install_here(conninfo))
        except psycopg.Error as error:
            came.append(error)

    threads = [threading.Thread(target=work, args=[each]) for each in conninfos]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return came


def test_ten_installers_at_once(server, bare_database):
    """One of ten makes the database, nine find it made; no error."""
    assert sorted(map(str, installed_at_once([bare_database] * 10))) == ["False"] * 9 + ["True"]


def test_several_databases_of_one_cluster_at_once(server):
    """Roles belong to the cluster: installers of different databases meet there, and none fails."""
    names = [server.create() for _ in range(6)]
    came = installed_at_once([server.conninfo(name) for name in names])
    for name in names:
        server.drop(name)
    assert came == [True] * 6


def test_first_installers_of_one_cluster_at_once(server):
    """The same where the roles are not there yet."""
    fresh = TestServer(server.local.bindir)
    try:
        assert installed_at_once([fresh.conninfo(fresh.create()) for _ in range(4)]) == [True] * 4
    finally:
        fresh.stop()


def test_a_failed_installation_leaves_nothing(server, bare_database):
    """Stopped half way (here at its first view), the database is as it was."""
    before = dump(server, bare_database)
    run(bare_database, "create function public.stop() returns event_trigger language plpgsql as $$ begin raise 'stopped'; end $$",
        "create event trigger stop on ddl_command_end when tag in ('CREATE VIEW') execute function public.stop()")
    with pytest.raises(InstallError, match=r"db/views\.sql.*stopped"):
        install_here(bare_database)
    run(bare_database, "drop event trigger stop", "drop function public.stop()")
    assert dump(server, bare_database) == before


#: What somebody may have left in psql; after the rules are applied anew the database is as they say.
PLANTED = {
    "policy": ["create policy planted on app.support_notes to keywork_collaborator using (true)"],
    "policy changed": ["alter policy select_collaborator on app.support_notes using (true)"],
    "policy dropped": ["drop policy wall_collaborator on app.support_notes"],
    "security switched off": ["alter table app.support_notes disable row level security"],
    "grant on a table": ["grant all on app.support_notes to keywork_collaborator"],
    "grant on a column": ["grant update (author_id), references (id) on app.support_notes to keywork_org_admin"],
    "grant to everybody": ["grant select on app.support_notes to public", "grant usage on schema app, vault, public to public"],
    "grant of the keys": ["grant usage on schema vault to keywork_signin", "grant select on vault.signing_keys to keywork_signin"],
    "grant on a function": ["grant execute on function app.add_signing_key(text, bytea) to keywork_collaborator, public"],
    "grant on the database": ["do $$ begin execute format('grant create, temporary on database %I to public, keywork_app',"
                              " current_database()); end $$"],
    "function rewritten": ["create or replace function app.a_person_acts() returns boolean language sql as 'select false'"],
    "view rewritten": ["alter view app.note_feed set (security_invoker = false)"],
    "attributes of a login": ["alter role keywork_app superuser bypassrls createrole createdb replication inherit"],
    "attributes of a hat": ["alter role keywork_collaborator login bypassrls"],
    "login becomes the owner": ["grant keywork_owner to keywork_app"],
    "hat becomes another": ["grant keywork_org_admin to keywork_collaborator"],
    "jobs read and take a hat": ["grant select on app.support_notes to keywork_jobs", "grant keywork_org_admin to keywork_jobs"],
    "jobs are given little time": ["alter role keywork_jobs set statement_timeout = '1s'", "alter role keywork_jobs reset lock_timeout"],
    "sign-in takes a hat": ["grant keywork_org_admin to keywork_signin"],
    "settings of a login": ["alter role keywork_app set statement_timeout = 0"],
    "further settings of a login": ["alter role keywork_app set search_path = app", "alter role keywork_signin set role = 'none'"],
    "settings of a login in this database": ["do $$ begin execute format('alter role keywork_app in database %I set row_security = off',"
                                             " current_database()); end $$"],
    "function added": ["create function app.planted() returns integer language sql as 'select 1'",
                       "create function app.planted(integer) returns integer language sql begin atomic select app.planted(); end"],
    "function that stays behind": ["create function vault.planted() returns trigger language plpgsql as 'begin return new; end'",
                                   "create view app.planted as select 1 as n"],
    "default rights": ["alter default privileges for role keywork_owner in schema app grant select on tables to keywork_collaborator"],
    "grant to a stranger": ["create role planted_login", "grant usage on schema app to planted_login",
                            "grant select on app.support_notes to planted_login"],
}


@pytest.fixture(scope="module")
def untouched(server):
    """The dump of a fresh installation."""
    name = server.create("installed")
    yield dump(server, server.conninfo(name))
    server.drop(name)


@pytest.mark.parametrize("name", PLANTED)
def test_planted_by_hand_and_taken_back(server, empty_database, untouched, name):
    """Strays go when the rules are applied anew (and the dump does show them before)."""
    run(empty_database, *PLANTED[name])
    try:
        assert dump(server, empty_database) != untouched
        run(empty_database, FORGET_RULES)
        install_here(empty_database)
        assert difference(dump(server, empty_database), untouched) == []
    finally:
        # Roles are the cluster's: other tests must not meet them.
        for hat in ("org_admin", "property_manager", "collaborator", "platform_admin"):
            run(empty_database, f"alter role keywork_{hat} nologin nosuperuser nobypassrls noinherit")
        run(empty_database, "alter role keywork_app nosuperuser nobypassrls nocreaterole nocreatedb noreplication noinherit",
            "alter role keywork_app set statement_timeout = '30s'", "alter role keywork_app reset search_path",
            "alter role keywork_signin reset role", "revoke keywork_owner from keywork_app",
            "revoke keywork_org_admin from keywork_collaborator, keywork_signin, keywork_jobs",
            "alter role keywork_jobs set statement_timeout = 0", "alter role keywork_jobs set lock_timeout = '60s'")
        if name == "grant to a stranger":
            run(empty_database, "drop owned by planted_login", "drop role planted_login")


@pytest.mark.parametrize("key", [b"", b"k" * 31])
def test_short_keys_are_refused(bare_database, key):
    """A token key has 32 bytes or more; nothing is made with a shorter one."""
    with pytest.raises(ValueError, match="32"):
        install(bare_database, app_password=APP_PASSWORD, signin_password=SIGNIN_PASSWORD, token_key=key)
    with psycopg.connect(bare_database) as connection:
        assert connection.execute("select to_regclass('app.installation')").fetchone() == (None,)


def test_a_new_key_and_new_passwords(server):
    """They are set at every installation, whether or not SQL is applied; the old key is good no longer."""
    world = World(server, server.create("world"))
    old = world.identity("harbour_admin")
    try:
        install(world.conninfo, app_password="another pass phrase", signin_password=SIGNIN_PASSWORD, token_key=b"n" * 32)
        with pytest.raises(psycopg.OperationalError):
            world.connect()
        with psycopg.connect(server.local.conninfo(world.database, "keywork_app", "another pass phrase")) as connection:
            connection.execute("select set_config('app.token', %s, true), set_config('role', %s, true)", [old.token, old.role])
            with pytest.raises(psycopg.Error) as refused:
                connection.execute("select count(*) from app.support_notes")
            assert refused.value.sqlstate == "KW002"
    finally:
        install_here(world.conninfo)
        server.drop(world.database)


def test_secrets_stay_out_of_the_log(server, empty_database):
    """A server that logs every statement writes down neither the logins' passwords nor the key (threat 25)."""
    run(empty_database, "do $$ begin execute format('alter database %I set log_statement = ''all''', current_database()); end $$")
    install_here(empty_database)
    log = server.log.read_text()
    assert "alter role" in log and not any(password in log for password in (APP_PASSWORD, SIGNIN_PASSWORD, JOBS_PASSWORD))
    assert TOKEN_KEY.hex() not in log
