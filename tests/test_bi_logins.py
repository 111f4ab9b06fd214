"""Logins of BI tools: made, renewed, listed and dropped at the prompt, kept by upgrades, and held to what they are (threats 2, 10, 20)."""

import secrets

import psycopg
import pytest
from psycopg import errors, sql

from db import bi_logins
from db.bi_logins import NoSuchLogin
from db.install import install
from tests.servers import TestServer

#: What somebody may do to a login by hand, and what then must hold again after an upgrade.
STRAYS = [
    "alter role {} bypassrls", "alter role {} superuser", "alter role {} createrole createdb replication", "alter role {} noinherit", "alter role {} nologin",
    "alter role {} connection limit 50", "alter role {} set statement_timeout = 0", "alter role {} in database {database} set role = 'keywork_bi'",
    "alter role {} reset search_path", "grant keywork_org_admin to {}", "grant keywork_owner to {}", "grant pg_read_all_data to {}", "grant keywork_bi to {} with admin option",
    "grant select on app.support_notes to {}", "grant usage on schema app to {}", "grant usage on schema app to keywork_bi", "grant select on app.support_notes to keywork_bi",
]
STATE = """
    select r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication, r.rolbypassrls, r.rolconnlimit, r.rolconfig::text,
           (select string_agg(g.rolname || m.admin_option || coalesce(to_jsonb(m) ->> 'inherit_option', 'true'), ' ' order by g.rolname) from pg_auth_members as m join pg_roles as g on g.oid = m.roleid where m.member = r.oid),
           (select count(*) from pg_db_role_setting as s where s.setrole = r.oid and s.setdatabase <> 0),
           (select string_agg(g.name, ' ' order by g.name) from (
               select a.grantee::regrole || ' on ' || c.oid::regclass as name from pg_class as c, aclexplode(c.relacl) as a where a.grantee in (r.oid, 'keywork_bi'::regrole)
               union select a.grantee::regrole || ' on ' || n.nspname from pg_namespace as n, aclexplode(n.nspacl) as a where a.grantee in (r.oid, 'keywork_bi'::regrole)) as g)
    from pg_roles as r where r.rolname = %s"""


@pytest.fixture(scope="module")
def own_server(each_server):
    """A server of the module's own, since these tests change roles."""
    running = TestServer(each_server.local.bindir)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def database(own_server):
    """The name of a world's database on it."""
    return own_server.create("world")


@pytest.fixture
def name():
    """A name that no login has yet."""
    return f"figures_{secrets.token_hex(4)}"


def read(own_server, database: str, login: str, password: str) -> int:
    """How many cases somebody reads who signs in with this password."""
    with psycopg.connect(own_server.local.conninfo(database, login, password)) as connection:
        return connection.execute("select count(*) from caseload").fetchone()[0]


def test_making_renewing_listing_dropping(own_server, database, name):
    """A password each time; the one before and what is open with it are worth nothing; what is dropped is gone."""
    here = own_server.conninfo(database)
    login, first, organisation, is_new = bi_logins.make(here, name, "Harbour Homes")
    assert (login, organisation, is_new) == (f"bi_{name}", "Harbour Homes", True)
    assert read(own_server, database, login, first) == 6
    with psycopg.connect(own_server.local.conninfo(database, login, first), autocommit=True) as open_session, psycopg.connect(here) as owner:
        (organisation_id,) = owner.execute("select id from app.organisations where name = 'Harbour Homes'").fetchone()
        _, second, _, is_new = bi_logins.make(here, name, str(organisation_id))
        assert not is_new and second != first and len(second) >= 32
        with pytest.raises(psycopg.OperationalError):
            open_session.execute("select count(*) from caseload")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        read(own_server, database, login, first)
    assert read(own_server, database, login, second) == 6
    assert [(each.login, each.organisation, each.may_sign_in) for each in bi_logins.all_logins(here) if each.login == login] == [(login, "Harbour Homes", True)]
    with psycopg.connect(own_server.local.conninfo(database, login, second), autocommit=True) as open_session:
        assert bi_logins.drop(here, name) == login
        with pytest.raises(psycopg.OperationalError):
            open_session.execute("select count(*) from caseload")
    with pytest.raises(psycopg.OperationalError):
        read(own_server, database, login, second)
    assert login not in [each.login for each in bi_logins.all_logins(here)]
    with psycopg.connect(here) as owner:
        assert owner.execute("select count(*) from pg_roles where rolname = %s", [login]).fetchone() == (0,)
        log = owner.execute("select action, actor_hat from app.audit_log where table_name = 'bi_logins' and organisation_id = %s order by id desc limit 2", [organisation_id]).fetchall()
    assert log == [("delete", "owner"), ("insert", "owner")]
    with pytest.raises(NoSuchLogin, match="no BI login"):
        bi_logins.drop(here, name)


def test_names_that_will_not_do(own_server, database):
    """Each is refused in a sentence before anything is made."""
    here = own_server.conninfo(database)
    for given in ("", "Finance", "fin-ance", "1st", "fi nance", "bi_finance", "x" * 51, "x\n", "\ufb01nance", "x; drop role keywork_owner", 'a"b'):
        for attempt in (lambda wrong=given: bi_logins.make(here, wrong, "Harbour Homes"), lambda wrong=given: bi_logins.drop(here, wrong)):
            with pytest.raises(NoSuchLogin, match="Give a name of small letters"):
                attempt()
    assert bi_logins.login_of("x" * 50) == "bi_" + "x" * 50


def test_what_belongs_to_somebody_else_is_left_alone(own_server, database, name):
    """An unknown organisation, a login that reads another one's figures, and a role that is no BI login of this database."""
    here = own_server.conninfo(database)
    for organisation in ("Nobody Homes", "harbour homes", "00000000-0000-0000-0000-000000000000", "", "%"):
        with pytest.raises(NoSuchLogin, match="There is no organisation"):
            bi_logins.make(here, name, organisation)
    login, password, *_ = bi_logins.make(here, name, "Harbour Homes")
    with pytest.raises(NoSuchLogin, match="of another organisation"):
        bi_logins.make(here, name, "Moor Homes")
    assert read(own_server, database, login, password) == 6
    other = own_server.create("world")
    with pytest.raises(NoSuchLogin, match="knows nothing of"):
        bi_logins.make(own_server.conninfo(other), name, "Moor Homes")
    with pytest.raises(NoSuchLogin, match="no BI login"):
        bi_logins.drop(own_server.conninfo(other), name)
    # It may connect there, and is nobody's.
    assert (read(own_server, database, login, password), read(own_server, other, login, password)) == (6, 0)
    own_server.drop(other)
    bi_logins.drop(here, name)


def test_an_upgrade_keeps_a_login_and_takes_back_what_strays(own_server, database, name):
    """Attributes, settings, memberships and grants, all of them at once; the password stays."""
    here = own_server.conninfo(database)
    login, password, *_ = bi_logins.make(here, name, "Harbour Homes")
    with psycopg.connect(here, autocommit=True) as owner:
        meant = owner.execute(STATE, [login]).fetchone()
        assert meant[:8] == (False, True, False, False, True, False, False, 5) and meant[9] == "keywork_bifalsetrue"
        before = meant
        strays = STRAYS if own_server.version < 16 else [*STRAYS, "grant keywork_bi to {} with inherit false"]
        for stray in strays:
            owner.execute(sql.SQL(stray.replace("{database}", '"' + database + '"')).format(sql.Identifier(login)))
            after = owner.execute(STATE, [login]).fetchone()
            assert after != before, f"{stray} would not be seen"
            before = after
        install(here, always=True)
        assert owner.execute(STATE, [login]).fetchone() == meant
    assert read(own_server, database, login, password) == 6
    bi_logins.drop(here, name)


def test_a_login_left_behind_blocks_nothing(own_server, database, name):
    """What a login can leave here goes with it: a default right; and the role may have gone by hand already."""
    here = own_server.conninfo(database)
    login, password, *_ = bi_logins.make(here, name, "Moor Homes")
    with psycopg.connect(own_server.local.conninfo(database, login, password), autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        connection.execute("alter default privileges grant select on tables to public")
    bi_logins.drop(here, name)
    login, *_ = bi_logins.make(here, name, "Moor Homes")
    with psycopg.connect(here, autocommit=True) as owner:
        owner.execute(sql.SQL("drop role {}").format(sql.Identifier(login)))
    assert [each.may_sign_in for each in bi_logins.all_logins(here) if each.login == login] == [False]
    bi_logins.drop(here, name)


def test_an_installer_without_superuser_rights(each_server, name):
    """Whoever may create roles and owns the database makes, renews and drops them, and upgrades over them."""
    running = TestServer(each_server.local.bindir)
    try:
        with psycopg.connect(running.conninfo(), autocommit=True) as superuser:
            superuser.execute("create role keywork_install login createrole password 'words'")
            superuser.execute("create database plain owner keywork_install template template0")
        mine = running.local.conninfo("plain", "keywork_install", "words")
        install(mine)
        with psycopg.connect(mine) as owner:
            owner.execute("set role keywork_owner")
            owner.execute("insert into app.organisations (name, plan_code) values ('Firm', 'enterprise')")
        login, first, *_ = bi_logins.make(mine, name, "Firm")
        with psycopg.connect(running.local.conninfo("plain", login, first), autocommit=True) as session:
            assert session.execute("select count(*) from caseload").fetchone() == (0,)
            _, second, *_ = bi_logins.make(mine, name, "Firm")
            with pytest.raises(psycopg.OperationalError):
                session.execute("select 1")
        install(mine, always=True)
        with psycopg.connect(running.local.conninfo("plain", login, second), autocommit=True) as session:
            assert session.execute("select count(*) > 0 from audit_activity").fetchone() == (True,)
            # Made without superuser rights, the installation cannot keep a login from this: it goes with the login.
            session.execute("set default_transaction_read_only = off")
            session.execute("select lo_from_bytea(0, 'kept')")
            bi_logins.drop(mine, name)
        with psycopg.connect(mine) as owner:
            assert owner.execute("select count(*) from pg_largeobject_metadata").fetchone() == (0,)
            assert owner.execute("select count(*) from pg_auth_members as m where m.member = 'keywork_install'::regrole"
                                 " and not exists (select from pg_roles as r where r.oid = m.roleid and r.rolname like 'keywork%')").fetchone() == (0,)
    finally:
        running.stop()


def test_a_login_cannot_let_itself_in_elsewhere(own_server, database, name):
    """It changes neither itself into something more, nor what it belongs to."""
    here = own_server.conninfo(database)
    login, password, *_ = bi_logins.make(here, name, "Harbour Homes")
    with psycopg.connect(own_server.local.conninfo(database, login, password), autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        for statement in ("alter role {} createrole", "alter role {} bypassrls", "alter role {} connection limit 100", "grant keywork_org_admin to {}", "alter role {} rename to bi_other",
                          "create role bi_other", "grant {} to keywork_app", "update vault.bi_logins set login = 'x'", "insert into vault.bi_logins (login) values ('x')"):
            with pytest.raises((errors.InsufficientPrivilege, errors.FeatureNotSupported, errors.InvalidGrantOperation)):
                connection.execute(sql.SQL(statement).format(sql.Identifier(login)))
    bi_logins.drop(here, name)
