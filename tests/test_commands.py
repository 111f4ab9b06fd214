"""The commands of `./run` on a real installation: serving until told to end, the first platform-admin, the owner's prompt, refusals."""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg
import pytest

from db.demo import ACCOUNTS
from db.link_tokens import hash_of
from db.local import children, web_server
from db.serving import check_database
from tests.test_serve import database, environment, own_server, run  # noqa: F401  (three of them are fixtures)
from tests.test_serve_settings import variables

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def folder(tmp_path):
    """A copy of the project whose var/ holds nothing but the environment."""
    if not (ROOT / "var" / "venv" / ".keywork-app").exists():
        pytest.skip("needs the environment of ./run test")
    copy = tmp_path / "copy"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("var", ".git", "__pycache__"))
    (copy / "var").mkdir()
    (copy / "var" / "venv").symlink_to(ROOT / "var" / "venv")
    return copy


def outside(**further: str) -> dict[str, str]:
    """The environment of the tests without Keywork's variables, and with some further ones."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("KEYWORK_", "DATABASE_URL"))} | further


def command(folder: Path, *arguments: str, **further: str) -> subprocess.CompletedProcess:
    """The finished process of `./run` in a folder, with some variables."""
    return subprocess.run([sys.executable, "run", *arguments], cwd=folder, env=outside(**further), capture_output=True, text=True,
                          check=False, timeout=60)


def served(folder: Path, port: int, **further: str) -> subprocess.Popen:
    """`./run serve` in a folder, once it has said its address."""
    process = subprocess.Popen([sys.executable, "run", "serve", "--port", str(port)], cwd=folder, env=outside(**further),
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("Keywork is ready: "):
            return process
    raise AssertionError(f"./run serve ended with status {process.wait(30)}:\n{said}")


def test_a_real_start_answers_and_ends_when_told(environment, folder):
    """It answers on its port, knows no demo account and no owner's address; a second one is refused; SIGTERM ends it, status 0."""
    port = next(each for each in range(23_000, 24_000) if web_server.is_free(each))
    variables_given = environment | {"KEYWORK_BASE_URL": f"http://127.0.0.1:{port}", "KEYWORK_DEMO": "1",
                                     "DATABASE_URL": "postgresql://owner@h/k"}
    process = served(folder, port, **variables_given)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=30) as answer:
            page = answer.read().decode()
        assert answer.status == 200 and "Sign in" in page
        assert not [email for email, _, _ in ACCOUNTS if email in page]
        pid = int((folder / "var" / "gunicorn.pid").read_text())
        assert "gunicorn" in children.command_line(pid)
        if sys.platform == "linux":
            inside = Path(f"/proc/{pid}/environ").read_text()
            assert "KEYWORK_DEMO=0\0" in inside and "DATABASE_URL=" not in inside and "KEYWORK_JOBS_URL=" not in inside
        assert not (folder / "var" / "jobs.pid").exists()
        second = command(folder, "serve", **variables_given)
        assert (second.returncode, second.stdout) == (2, "") and "already runs from this folder" in second.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert web_server.is_free(port) and children.command_line(pid) == ""
        assert not (folder / "var" / "secrets.json").exists() and not (folder / "var" / "postgres").exists()
    finally:
        process.kill()
        process.wait(30)
        process.stdout.close()
        children.end_orphan(folder / "var" / "gunicorn.pid")


def test_a_platform_admin_is_appointed_at_the_prompt(own_server, database, environment, folder):
    """The command prints one link of the public address, whose hash the database has, and what the account is called.

    What is no address gets a sentence, and so does a public address that nobody has given.
    """
    owner = own_server.conninfo(database)
    address = {"DATABASE_URL": own_server.local.sqlalchemy_url(database, "keywork_super", own_server.local._password), "KEYWORK_BASE_URL": "https://keywork.example.org"}
    done = command(folder, "platform-admin", "first@example.org", "First Person", **address)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("First Person is a platform-admin.")
    assert command(folder, "platform-admin", "First@example.org", "Other Name", **address).stdout.startswith("First Person is a platform-admin.")
    token = re.search(r"https://keywork\.example\.org/link/(\S+)", done.stdout)[1]
    with psycopg.connect(owner) as connection:
        assert connection.execute("select u.email, u.is_platform_admin from vault.links l join app.users u on u.id = l.user_id"
                                  " where l.token_hash = %s", [hash_of(token)]).fetchall() == [("first@example.org", True)]
    with psycopg.connect(owner) as connection:
        connection.execute("with firm as (insert into app.organisations (name, plan_code) values ('Firm', 'starter') returning id),"
                           " person as (insert into app.users (email, full_name) values ('operator@example.org', 'Operator') returning id)"
                           " insert into app.memberships (user_id, organisation_id, role, accepted_at) select person.id, firm.id, 'org_admin', now() from person, firm")
    for wrong in (["nobody", "Name"], ["operator@example.org", "Operator"], ["first@example.org"], []):
        refused = command(folder, "platform-admin", *wrong, **address)
        assert refused.returncode == 2 and refused.stderr.count("\n") == 1 and "Traceback" not in refused.stderr
    with psycopg.connect(owner) as connection:
        made = connection.execute("select count(*) from vault.links").fetchone()
    refused = command(folder, "platform-admin", "first@example.org", "First Person", DATABASE_URL=address["DATABASE_URL"])
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", "Set KEYWORK_BASE_URL: the link begins with it.\n")
    with psycopg.connect(owner) as connection:
        assert connection.execute("select count(*) from vault.links").fetchone() == made == (2,)


def test_a_bi_login_is_made_at_the_prompt(own_server, database, environment, folder):
    """The command prints the one line that signs it in, lists and drops it; what it is not given, and whom it does not know, gets a sentence."""
    owner = own_server.conninfo(database)
    address = {"DATABASE_URL": own_server.local.sqlalchemy_url(database, "keywork_super", own_server.local._password)}
    with psycopg.connect(owner) as connection:
        connection.execute("insert into app.organisations (name, plan_code) values ('Firm', 'enterprise')")
    made = command(folder, "bi-login", "figures", "Firm", **address)
    assert (made.returncode, made.stderr) == (0, "") and made.stdout.startswith("bi_figures reads the figures of Firm.")
    line = made.stdout.splitlines()[1].strip()
    assert line.startswith("postgresql://bi_figures:")
    with psycopg.connect(line) as connection:
        assert connection.execute("select count(*) from reporting.audit_activity").fetchone()[0] > 0
    assert command(folder, "bi-login", "figures", "Firm", **address).stdout.startswith("bi_figures has a new password, and still reads the figures of Firm.")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(line)
    assert re.fullmatch(r"bi_figures +Firm, since \d{4}-\d\d-\d\d\n", command(folder, "bi-login", "--list", **address).stdout)
    for wrong in (["Figures", "Firm"], ["figures", "Nobody"], ["figures"], [], ["--drop"], ["--drop", "nobody"], ["--wrong", "x"], ["figures", "Firm", "more"], ["--list", "more"]):
        refused = command(folder, "bi-login", *wrong, **address)
        assert (refused.returncode, refused.stdout) == (2, "") and refused.stderr.count("\n") == 1 and "Traceback" not in refused.stderr, wrong
    assert command(folder, "bi-login", "--drop", "figures", **address).stdout.startswith("bi_figures is gone.")
    assert command(folder, "bi-login", "--list", **address).stdout == ""


def test_the_owners_prompt_changes_no_password(own_server, environment, folder):
    """`./run psql` on a database that is served looks, and sets nothing; on an empty one it says what to do first."""
    database = psycopg.conninfo.conninfo_to_dict(environment["KEYWORK_SIGNIN_URL"].replace("+psycopg", ""))["dbname"]
    empty = own_server.create()
    for name, words in ((database, ("keywork_owner\n", "")), (empty, ("", "./run upgrade does that."))):
        address = own_server.local.sqlalchemy_url(name, "keywork_super", own_server.local._password)
        answer = command(folder, "psql", "-qAtc", "select current_user", DATABASE_URL=address)
        assert answer.stdout == words[0] and answer.stderr.strip().endswith(words[1])
    own_server.drop(empty)
    check_database(environment)


@pytest.mark.parametrize("file, arguments", [
    ("environment.lock", ["serve"]), ("serving.lock", ["serve"]), ("start.lock", ["psql"]), ("secrets.json", ["psql"]), ("users.lock", ["psql"]),
])
def test_an_account_that_may_not_write_the_folder_is_told(folder, file, arguments):
    """Here a folder stands where the file should be, which stops every account, root too."""
    (folder / "var" / file).mkdir()
    refused = command(folder, *arguments, **variables())
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert f"This account cannot write {folder / 'var' / file} (" in refused.stderr and "Traceback" not in refused.stderr


@pytest.mark.parametrize("what, variable", [("serve", "KEYWORK_WORKSPACE_URL, KEYWORK_SIGNIN_URL"), ("jobs", "KEYWORK_JOBS_URL, KEYWORK_BASE_URL in")])
def test_a_refusal_is_one_line_and_status_2(what, variable):
    """Nothing of Python's; the command that the person typed says what is missing."""
    answer = command(ROOT, what)
    assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (2, "", 1)
    assert answer.stderr.startswith(f"Set {variable}")
