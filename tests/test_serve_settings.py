"""The settings of serving for real: what is missing or will not do is named in a sentence, before any database is asked."""

import re
import secrets
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import pytest

from config import from_environment, mail_settings
from db.serving import NEEDED, NEEDED_BY_JOBS, NotFit, given_secrets, jobs_settings_from, settings_from

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()

#: The same in every process, since it stands in the names of tests.
TOKEN_KEY = sha256(b"a token key of tests").hexdigest()


def variables(workspace: str = "postgresql://keywork_app@127.0.0.1/k", sign_in: str = "postgresql://keywork_signin@127.0.0.1/k") -> dict:
    """The environment of an installation, with these addresses of its database."""
    return {"KEYWORK_WORKSPACE_URL": workspace, "KEYWORK_SIGNIN_URL": sign_in, "KEYWORK_SECRET_KEY": secrets.token_hex(32),
            "KEYWORK_TOKEN_KEY": TOKEN_KEY, "KEYWORK_BASE_URL": "https://keywork.example.org"}


def refusal(check, *arguments) -> str:
    """The sentence of a check that must refuse."""
    with pytest.raises(NotFit) as refused:
        check(*arguments)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_good_settings_are_taken_and_the_owners_address_is_not_passed_on():
    """Defaults where nothing is said; never demo data, never DATABASE_URL, never the login of the jobs."""
    settings = settings_from(variables() | {"DATABASE_URL": "postgresql://owner@127.0.0.1/k", "KEYWORK_DEMO": "1",
                                            "KEYWORK_JOBS_URL": "postgresql://keywork_jobs@127.0.0.1/k"})
    assert (settings.host, settings.workers, settings.base_url) == ("127.0.0.1", 2, "https://keywork.example.org")
    assert not {"DATABASE_URL", "KEYWORK_JOBS_URL"} & settings.environment.keys() and settings.environment["KEYWORK_DEMO"] == "0"
    settings = settings_from(variables() | {"KEYWORK_HOST": "0.0.0.0", "KEYWORK_WORKERS": "5"})
    assert (settings.host, settings.workers) == ("0.0.0.0", 5)
    for secret in (secrets.token_urlsafe(32), secrets.token_hex(16), "correct horse battery staple, they said"):
        assert settings_from(variables() | {"KEYWORK_SECRET_KEY": secret}).environment["KEYWORK_SECRET_KEY"] == secret


@pytest.mark.parametrize("name", ["KEYWORK_WORKSPACE_URL", "KEYWORK_SIGNIN_URL", "KEYWORK_SECRET_KEY", "KEYWORK_TOKEN_KEY",
                                  "KEYWORK_BASE_URL"])
def test_a_missing_variable_is_named(name):
    """Absent or empty."""
    for environment in (variables() | {name: ""}, {key: value for key, value in variables().items() if key != name}):
        assert refusal(settings_from, environment).startswith(f"Set {name} in the environment")


JOBS = {"KEYWORK_JOBS_URL": "postgresql://keywork_jobs@127.0.0.1/k", "KEYWORK_BASE_URL": "https://keywork.example.org"}


@pytest.mark.parametrize("name", JOBS)
def test_the_jobs_need_two_variables_alone(name):
    """Absent or empty, whatever else is there; a secret of the web server's is no business of theirs."""
    assert jobs_settings_from(JOBS).sent_from == "no-reply@keywork.example.org"
    for environment in (variables() | JOBS | {name: ""}, {key: value for key, value in JOBS.items() if key != name}):
        assert refusal(jobs_settings_from, environment).startswith(f"Set {name} in the environment")
    said = refusal(jobs_settings_from, JOBS | {"KEYWORK_JOBS_URL": "postgresql://keywork_jobs:SECRET-5@127.0.0.1/k"})
    assert said.startswith("The password in KEYWORK_JOBS_URL is too short") and "SECRET-5" not in said


@pytest.mark.parametrize("settings", [lambda environment: settings_from(variables() | environment), lambda environment: jobs_settings_from(JOBS | environment)])
@pytest.mark.parametrize("name, value, words", [
    ("KEYWORK_BASE_URL", "keywork.example.org", "KEYWORK_BASE_URL must be an address"),
    ("KEYWORK_MAIL_FROM", "Keywork", "KEYWORK_MAIL_FROM must be an e-mail address"),
    ("KEYWORK_RESEND_KEY", "re_key of\nmine", "KEYWORK_RESEND_KEY must be a key as Resend gives it"),
    ("KEYWORK_RESEND_KEY", "ключ", "KEYWORK_RESEND_KEY must be a key as Resend gives it"),
    ("RESEND_API_URL", "http://resend.example.org", "RESEND_API_URL must begin with https://"),
    ("RESEND_API_URL", "http://127.0.0.1.example.org", "RESEND_API_URL must begin with https://"),
    ("RESEND_API_URL", "http://localhost:8@resend.example.org", "RESEND_API_URL must begin with https://"),
])
def test_how_e_mails_leave_is_judged_for_both_services(settings, name, value, words):
    """In a sentence that does not repeat the key."""
    said = refusal(settings, {name: value})
    assert said.startswith(words) and (name != "KEYWORK_RESEND_KEY" or value not in said)


def test_the_demo_sends_nothing():
    """Its people are made up, and somebody may own their addresses: a key in the environment is not used."""
    environment = JOBS | {"KEYWORK_RESEND_KEY": "re_123", "RESEND_API_URL": "http://127.0.0.1:9/"}
    assert mail_settings(environment).resend_key == "re_123" and "re_123" not in repr(mail_settings(environment))
    assert mail_settings(environment | {"KEYWORK_DEMO": "1"}).resend_key is None
    assert from_environment(variables() | environment)["RESEND_KEY"] == "re_123"
    assert from_environment(variables() | environment | {"KEYWORK_DEMO": "1"})["RESEND_KEY"] is None


PASSWORD_OF = {"KEYWORK_WORKSPACE_URL": "keywork_app", "KEYWORK_SIGNIN_URL": "keywork_signin", "KEYWORK_JOBS_URL": "keywork_jobs"}


@pytest.mark.parametrize("check", [settings_from, given_secrets])
@pytest.mark.parametrize("variable, login", PASSWORD_OF.items())
@pytest.mark.parametrize("password, words", [
    ("SECRET-1", "is too short"), ("x" * 64, "has hardly any different characters"),
    ("change-me-0f3a9b1c27d4e5f60718293ab", "looks like an example"), ("change%2Dme%2D0f3a9b1c27d4e5f60718293ab", "looks like an example"),
    (TOKEN_KEY, "must not be the same"),
])
def test_a_password_is_judged_as_every_secret_is(check, variable, login, password, words):
    """In the addresses of all logins, before serving and before upgrading; none at all is no weak one."""
    given = variables()
    check(given)
    said = refusal(check, given | {variable: f"postgresql://{login}:{password}@127.0.0.1/k"})
    assert f"he password in {variable}" in said and words in said and password not in said


@pytest.mark.parametrize("check", [settings_from, given_secrets])
@pytest.mark.parametrize("one, other", list(combinations(PASSWORD_OF, 2)))
def test_two_logins_with_one_password_are_refused(check, one, other):
    """Whoever learns of one must not have the other."""
    password = secrets.token_hex(32)
    addresses = {variable: f"postgresql://{PASSWORD_OF[variable]}:{password}@127.0.0.1/k" for variable in (one, other)}
    assert refusal(check, variables() | addresses).startswith(f"The password in {one} and the password in {other} must not be the same")


def test_an_upgrade_sets_what_it_is_given():
    """Passwords as they are meant, not as an address writes them; what is not given is left."""
    password = secrets.token_urlsafe(32)
    nothing = {"app_password": None, "signin_password": None, "jobs_password": None, "token_key": None}
    assert given_secrets({}) == nothing
    assert given_secrets({"KEYWORK_WORKSPACE_URL": f"postgresql://keywork_app:%40{password}@127.0.0.1/k"}) == nothing | {"app_password": f"@{password}"}
    assert given_secrets({"KEYWORK_JOBS_URL": f"postgresql://keywork_jobs:{password}@127.0.0.1/k"}) == nothing | {"jobs_password": password}
    assert given_secrets({"KEYWORK_TOKEN_KEY": TOKEN_KEY}) == nothing | {"token_key": bytes.fromhex(TOKEN_KEY)}


@pytest.mark.parametrize("name, value, words", [
    ("KEYWORK_SECRET_KEY", "f3a9" * 7 + "b1c", "KEYWORK_SECRET_KEY is too short"),
    ("KEYWORK_SECRET_KEY", "x" * 64, "KEYWORK_SECRET_KEY has hardly any different characters"),
    ("KEYWORK_SECRET_KEY", "f3a9b1c27d" * 6, "KEYWORK_SECRET_KEY has hardly any different characters"),
    ("KEYWORK_SECRET_KEY", "please-Change_me-0f3a9b1c27d4e5f60718293", "KEYWORK_SECRET_KEY looks like an example"),
    ("KEYWORK_SECRET_KEY", "\2\1thisismyscretkey\1\2\\e\\y\\y\\h\\SECRET", "KEYWORK_SECRET_KEY looks like an example"),
    ("KEYWORK_SECRET_KEY", TOKEN_KEY, "KEYWORK_SECRET_KEY and KEYWORK_TOKEN_KEY must not be the same"),
    ("KEYWORK_SECRET_KEY", TOKEN_KEY.upper(), "KEYWORK_SECRET_KEY and KEYWORK_TOKEN_KEY must not be the same"),
    ("KEYWORK_TOKEN_KEY", "f3a9b1c2", "KEYWORK_TOKEN_KEY is too short"),
    ("KEYWORK_TOKEN_KEY", "00" * 32, "KEYWORK_TOKEN_KEY has hardly any different characters"),
    ("KEYWORK_TOKEN_KEY", "0123456789abcdef" * 4, "KEYWORK_TOKEN_KEY looks like an example"),
    ("KEYWORK_TOKEN_KEY", TOKEN_KEY[:62], "KEYWORK_TOKEN_KEY must be 64 hex digits or more"),
    ("KEYWORK_TOKEN_KEY", "zq" + TOKEN_KEY, "KEYWORK_TOKEN_KEY must be 64 hex digits or more"),
    ("KEYWORK_BASE_URL", "http://keywork.example.org", "KEYWORK_BASE_URL must begin with https://"),
    ("KEYWORK_BASE_URL", "http://127.0.0.1.example.org", "KEYWORK_BASE_URL must begin with https://"),
    ("KEYWORK_BASE_URL", "keywork.example.org", "KEYWORK_BASE_URL must be an address"),
    ("KEYWORK_PROXIES", "some", "KEYWORK_PROXIES must be a number"),
    ("KEYWORK_HOST", "here", "KEYWORK_HOST must be a numeric address"),
    ("KEYWORK_WORKERS", "0", "KEYWORK_WORKERS must be a number from 1 to 64"),
    ("KEYWORK_WORKERS", "many", "KEYWORK_WORKERS must be a number from 1 to 64"),
    ("KEYWORK_WORKERS", "²", "KEYWORK_WORKERS must be a number from 1 to 64"),
])
def test_a_setting_that_will_not_do_is_named(name, value, words):
    """In a sentence that never repeats a secret."""
    said = refusal(settings_from, variables() | {name: value})
    assert said.startswith(words)
    assert name not in ("KEYWORK_SECRET_KEY", "KEYWORK_TOKEN_KEY") or value not in said


@pytest.mark.parametrize("address", ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:8080", "https://keywork.example.org"])
def test_this_machine_alone_may_do_without_encryption(address):
    """http is for loopback addresses."""
    assert settings_from(variables() | {"KEYWORK_BASE_URL": address}).base_url == address


def named_after(words: str) -> set[str]:
    """The variables of the indented lines that follow some words of the README."""
    [block] = re.findall(re.escape(words) + r"\n\n((?: {4}.*\n)+)", README)
    return set(re.findall(r"^ {4}(\w+)=", block, re.MULTILINE))


def test_the_readme_names_what_must_be_set():
    """In the files of both services, which refuse to start otherwise."""
    assert named_after("in `/etc/keywork.env`:") >= set(NEEDED)
    assert named_after("`/etc/keywork-jobs.env`:") == set(NEEDED_BY_JOBS)


def test_the_readme_lists_every_variable():
    """That the code reads, and none besides."""
    files = [ROOT / "run", ROOT / "config.py", ROOT / "app.py", *(file for folder in ("db", "jobs", "views") for file in (ROOT / folder).rglob("*.py"))]
    read = {name for file in files for name in re.findall(r"\b(KEYWORK_[A-Z_]+|RESEND_API_URL|DATABASE_URL)\b", file.read_text())}
    assert set(re.findall(r"^\| `(\w+)` \|", README[README.index("## Settings"):], re.MULTILINE)) == read
