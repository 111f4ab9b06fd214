"""Serving for real: what the database must be, each refusal by its sentence, and no demo account shown (tests/test_commands.py starts it)."""

import secrets

import psycopg
import pytest

from app import create_app
from config import from_environment
from db import demo, versions
from db.demo import ACCOUNTS
from db.install import install
from db.versions import SchemaOutdated
from db.serving import check_database, check_jobs_database, jobs_settings_from, settings_from
from tests.dumps import dump, rows
from tests.servers import APP_PASSWORD, JOBS_PASSWORD, SIGNIN_PASSWORD, TestServer
from tests.test_serve_settings import TOKEN_KEY, refusal, variables

LOGINS = {"keywork_app": "KEYWORK_WORKSPACE_URL", "keywork_signin": "KEYWORK_SIGNIN_URL", "keywork_jobs": "KEYWORK_JOBS_URL"}
PASSWORDS = (APP_PASSWORD, SIGNIN_PASSWORD, JOBS_PASSWORD)


@pytest.fixture(scope="module")
def own_server(each_server):
    """A server of the module's own, since these tests change roles."""
    running = TestServer(each_server.local.bindir)
    yield running
    running.stop()


@pytest.fixture
def database(own_server):
    """The name of a freshly installed database whose token key is TOKEN_KEY."""
    name = own_server.create("installed")
    install(own_server.conninfo(name), token_key=bytes.fromhex(TOKEN_KEY))
    yield name
    own_server.drop(name)


@pytest.fixture
def environment(own_server, database):
    """What an installation that may start has in its environments, those of its two services together."""
    workspace, sign_in = own_server.urls(database)
    return variables(workspace, sign_in) | {"KEYWORK_JOBS_URL": own_server.local.sqlalchemy_url(database, "keywork_jobs", JOBS_PASSWORD)}


def check_all(environment: dict[str, str]) -> None:
    """What both services look at before they start."""
    check_database(environment)
    jobs_settings_from(environment)
    check_jobs_database(environment)


def run(conninfo: str, *statements: str) -> None:
    """Runs statements as the superuser, each committed."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_database_that_is_as_it_should_be_is_looked_at_and_left(own_server, database, environment):
    """Nothing is refused, and everything below begins from here."""
    here = own_server.conninfo(database)
    before = dump(own_server, here), rows(here)
    check_all(environment)
    assert (dump(own_server, here), rows(here)) == before


def test_a_database_with_the_demos_accounts_is_refused(own_server, database, environment):
    """Everybody knows their passwords; other people's accounts do no harm."""
    here = own_server.conninfo(database)
    run(here, "insert into fab.ab_user (id, first_name, last_name, username, email, active)"
        " values (nextval('fab.ab_user_id_seq'), '', '', 'worker@example.org', 'worker@example.org', true)")
    check_database(environment)
    demo.load(here)
    assert refusal(check_database, environment) == (
        "The database holds the demo's accounts, whose passwords everybody knows: begin with an empty database.")


#: What makes a login too powerful, what takes it back, and how it is told.
TOO_MUCH = [
    ("alter role {login} superuser", "alter role {login} nosuperuser", "is a superuser"),
    ("alter role {login} bypassrls", "alter role {login} nobypassrls", "goes around row-level security"),
    ("alter role {login} createrole", "alter role {login} nocreaterole", "may create roles"),
    ("alter role {login} createdb", "alter role {login} nocreatedb", "may create databases"),
    ("alter role {login} replication", "alter role {login} noreplication", "may replicate"),
    ("grant keywork_owner to {login}", "revoke keywork_owner from {login}", "belongs to the role keywork_owner"),
    ("grant pg_read_all_data to {login}", "revoke pg_read_all_data from {login}", "belongs to the role pg_read_all_data"),
    ("alter table app.plans owner to {login}", "alter table app.plans owner to keywork_owner", "owns something on this server"),
    ("alter database {database} owner to {login}",
     "alter database {database} owner to keywork_super; grant connect on database {database} to {login}", "owns something on this server"),
    ("grant create on database {database} to {login}", "revoke create on database {database} from {login}",
     "may create schemas in this database"),
    ("grant temporary on database {database} to {login}", "revoke temporary on database {database} from {login}",
     "may create temporary tables"),
    ("grant create on schema app to {login}", "revoke create on schema app from {login}", "may create things in the schema app"),
    ("grant create on schema public to {login}", "revoke create on schema public from {login}",
     "may create things in the schema public"),
]


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("given, taken, words", TOO_MUCH)
def test_a_login_with_too_many_rights_is_refused(own_server, database, environment, login, given, taken, words):
    """The sentence names the variable, the login and the right."""
    here = own_server.conninfo(database)
    run(here, given.format(login=login, database=database))
    try:
        assert refusal(check_all, environment).startswith(f"{LOGINS[login]}: the login {login} {words}")
    finally:
        run(here, taken.format(login=login, database=database))
    check_all(environment)


@pytest.mark.parametrize("login", ["keywork_signin", "keywork_jobs"])
def test_another_login_that_wears_a_hat_is_refused(own_server, database, environment, login):
    """What the workspace login must have, the others must not."""
    run(own_server.conninfo(database), f"grant keywork_org_admin to {login}")
    try:
        assert f"{LOGINS[login]}: the login {login} belongs to the role keywork_org_admin" in refusal(check_all, environment)
    finally:
        run(own_server.conninfo(database), f"revoke keywork_org_admin from {login}")


def test_an_upgrade_cures_what_the_sentences_say_it_does(own_server, database, environment):
    """Every right but ownership, all at once."""
    for login in LOGINS:
        for given, _, words in TOO_MUCH:
            if "owns" not in words:
                run(own_server.conninfo(database), given.format(login=login, database=database))
    assert "run ./run upgrade" in refusal(check_database, environment)
    install(own_server.conninfo(database), always=True)
    check_all(environment)


@pytest.mark.parametrize("variable", LOGINS.values())
def test_another_login_is_refused(own_server, database, environment, variable):
    """A superuser's address, and the addresses mixed up."""
    for login, password in (("keywork_super", own_server.local._password), *zip(LOGINS, PASSWORDS)):
        if LOGINS.get(login) != variable:
            said = refusal(check_all, environment | {variable: own_server.local.sqlalchemy_url(database, login, password)})
            # The jobs have one address, which is judged as a whole before anybody connects.
            assert said.startswith(f"{variable} {'must be an address of' if variable == LOGINS['keywork_jobs'] else f'signs in as {login}'}")


@pytest.mark.parametrize("variable", LOGINS.values())
def test_a_database_that_cannot_be_reached(environment, variable):
    """Nobody listens, a wrong password, no address at all; no password is repeated."""
    wrong, word = environment[variable], "my-pass-w0rd-1c27d4e5f60718293ab0f3a9"
    for password in PASSWORDS:
        wrong = wrong.replace(password, word)
    [login] = [login for login, its in LOGINS.items() if its == variable]
    for address, words in ((wrong, f"The database of {variable} cannot be reached"),
                           (f"postgresql://{login}:{word}@127.0.0.1:1/k", f"The database of {variable} cannot be reached"),
                           (word, f"{variable} is not an address like"), (f"mysql://{word}@h/k", f"{variable} must name")):
        said = refusal(check_all, environment | {variable: address})
        assert said.startswith(words) and word not in said


@pytest.mark.parametrize("statement", [
    "update app.installation set rules_version = 'other'", f"update app.installation set schema_version = '{versions.FIRST_RELEASE}'",
    "delete from app.installation", "revoke execute on function app.installed_versions() from keywork_signin, keywork_jobs",
    "drop function app.installed_versions()", "drop schema app cascade",
])
def test_a_database_of_other_rules_is_refused(own_server, database, environment, statement):
    """Older, changed by hand, or not there."""
    run(own_server.conninfo(database), statement)
    assert "run ./run upgrade" in refusal(check_database, environment)
    assert refusal(check_jobs_database, environment) == (
        "The database of KEYWORK_JOBS_URL is not at this code's schema and rules: run ./run upgrade.")


def test_a_newer_database_is_refused_in_its_own_words(own_server, database, environment):
    """An upgrade would not help there."""
    run(own_server.conninfo(database), "update app.installation set schema_version = '9999_tomorrow'")
    for check in (check_database, check_jobs_database):
        with pytest.raises(SchemaOutdated, match="newer than this code"):
            check(environment)


def test_two_different_databases_are_refused(own_server, environment):
    """A sign-in beside another database's workspace would mix up two installations."""
    other = own_server.create("installed")
    said = refusal(check_database, environment | {"KEYWORK_WORKSPACE_URL": own_server.urls(other)[0]})
    own_server.drop(other)
    assert said == "KEYWORK_WORKSPACE_URL and KEYWORK_SIGNIN_URL name two different databases."


def test_another_token_key_is_refused(own_server, database, environment):
    """Also one that the database had before, and a login whose hats were taken away is told apart from it."""
    said = refusal(check_database, environment | {"KEYWORK_TOKEN_KEY": secrets.token_hex(32)})
    assert said.startswith("KEYWORK_TOKEN_KEY is not the key that this database has")
    run(own_server.conninfo(database), "revoke keywork_collaborator from keywork_app")
    try:
        assert "cannot act for people" in refusal(check_database, environment)
    finally:
        run(own_server.conninfo(database), "grant keywork_collaborator to keywork_app")


def test_demo_accounts_are_never_shown(environment):
    """Whatever KEYWORK_DEMO says outside (the page does show them with the same variable set inside)."""
    inside = settings_from(environment | {"KEYWORK_DEMO": "1"}).environment
    for demo, expected in (("1", len(ACCOUNTS)), (inside["KEYWORK_DEMO"], 0)):
        page = create_app(from_environment(inside | {"KEYWORK_DEMO": demo})).test_client().get("/login/").text
        assert len([email for email, _, _ in ACCOUNTS if email in page]) == expected
