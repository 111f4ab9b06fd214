"""The one command and the server it starts: a fresh machine, odd paths, kills, and files left behind by the dead."""

import contextlib
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from db.local import postmaster, secret_store, web_server
from db.local.server import LocalServer
from db.local.binaries import STATE_FOLDER, ServerError, server_account

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "a 'pass\\word"


@pytest.fixture
def make_server():
    """A function that gives a LocalServer over a folder; every one of them is gone after the test."""
    made = []

    def make(folder, **options):
        server = LocalServer(folder, PASSWORD, **({"settings": {"fsync": "off"}} | options))
        made.append(server)
        return server

    yield make
    for server in made:
        server.destroy()


def query(server, statement):
    """The first value of the first row of `statement`, as the superuser; None when it returns no rows."""
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def kill(server):
    """Kill the server as a power cut would, leaving its children to find out by themselves."""
    os.kill(postmaster.live_pid(server.folder), signal.SIGKILL)
    watchdog = time.monotonic() + 10
    while server.is_running():
        assert time.monotonic() < watchdog
        time.sleep(0.001)


#: The embedded server is what is tested here, whatever database the caller uses.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "KEYWORK_DEMO")}


def run(*arguments, cwd=ROOT):
    """The finished process of `./run` with these arguments."""
    return subprocess.run([sys.executable, "run", *arguments], cwd=cwd, env=ENVIRONMENT, check=False,
                          capture_output=True, text=True, timeout=120)


def test_a_server_is_made_stopped_and_found_again_with_its_rows(make_server, tmp_path):
    server = make_server(tmp_path / "data")
    server.start()
    assert server.version >= 15 and (server.bindir / "psql").exists()
    query(server, "create table kept (n int)")
    query(server, "insert into kept values (7)")
    server.stop()
    assert not server.is_running()
    with pytest.raises(ServerError):
        server.conninfo()
    server.start()
    assert query(server, "select n from kept") == 7


def test_starting_twice_gives_one_server_and_a_second_object_finds_it(make_server, tmp_path):
    first, second = make_server(tmp_path / "data"), make_server(tmp_path / "data")
    first.start()
    pid = postmaster.live_pid(first.folder)
    first.start()
    second.start()
    assert postmaster.live_pid(second.folder) == pid
    second.stop()
    assert not first.is_running()


def test_nothing_listens_on_the_network_and_everyone_needs_a_password(make_server, tmp_path):
    server = make_server(tmp_path / "data")
    server.start()
    assert query(server, "show listen_addresses") == ""
    assert query(server, "select array_agg(distinct auth_method) from pg_hba_file_rules") == ["scram-sha-256"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.conninfo(password="wrong"))
    socket_folder = Path(postmaster.read_lines(server.folder)[4])
    assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["with some blanks", "a,comma and 'quotes'", "long-" * 30, "kéy-wörk"])
def test_odd_folder_names_work(make_server, tmp_path, name):
    server = make_server(tmp_path / name / "data")
    server.start()
    assert query(server, "select 1") == 1
    assert "@/postgres?host=" in server.sqlalchemy_url("postgres", "keywork_super", PASSWORD)


def test_the_machines_locale_and_postgres_variables_change_nothing(make_server, tmp_path, monkeypatch):
    for name, value in {"LC_ALL": "xx_XX.UTF-8", "LANG": "de_DE", "PGPORT": "1", "PGDATA": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    server = make_server(tmp_path / "data")
    server.start()
    monkeypatch.delenv("PGPORT")
    assert query(server, "select lower('É') || pg_encoding_to_char(encoding) from pg_database limit 1") == "éUTF8"
    assert query(server, "show timezone") == "UTC"


def test_a_killed_server_keeps_what_was_committed(make_server, tmp_path):
    server = make_server(tmp_path / "data", settings={})
    server.start()
    query(server, "create table kept as select generate_series(1, 1000) as n")
    with contextlib.closing(psycopg.connect(server.conninfo())) as open_transaction:
        open_transaction.execute("delete from kept")
        kill(server)
        server.start()
    assert query(server, "select count(*) from kept") == 1000


def test_a_pid_file_whose_number_now_belongs_to_a_stranger_does_not_keep_the_server_down(make_server, tmp_path):
    server = make_server(tmp_path / "data")
    server.start()
    query(server, "create table kept (n int)")
    server.stop("immediate")
    account = server_account(server.folder.stat().st_uid)
    stranger = subprocess.Popen(["sleep", "60"], cwd="/", **(account.popen_arguments() if account else {}))
    try:
        lines = [str(stranger.pid), str(server.folder.resolve()), "1", "5432", str(tmp_path), "", "1 1", "ready"]
        pid_file = server.folder / "postmaster.pid"
        pid_file.write_text("\n".join(lines) + "\n")
        shutil.chown(pid_file, server.folder.stat().st_uid)
        assert not server.is_running()
        server.start()
        assert query(server, "select count(*) from kept") == 0
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_empty_pid_file_does_not_keep_the_server_down(make_server, tmp_path):
    server = make_server(tmp_path / "data")
    server.start()
    server.stop()
    (server.folder / "postmaster.pid").touch(mode=0o600)
    server.start()
    assert server.is_running()


def test_a_folder_with_something_else_in_it_is_refused_and_left_alone(make_server, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ServerError, match="not empty"):
        LocalServer(tmp_path / "mine", PASSWORD).start()
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def test_an_initialisation_that_was_killed_is_not_taken_for_a_database(make_server, tmp_path):
    half = tmp_path / "data.making-x"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = make_server(tmp_path / "data")
    server.start()
    assert query(server, "select 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
def test_root_runs_the_server_as_another_account_and_opens_no_folder(make_server, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = make_server(closed / "data")
    server.start()
    pid = postmaster.live_pid(server.folder)
    assert Path(f"/proc/{pid}").stat().st_uid != 0
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700 and closed.stat().st_uid == 0
    assert server.folder.is_symlink() and server.folder.resolve().parent == STATE_FOLDER


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path):
    path = tmp_path / "secrets.json"
    made = secret_store.load_or_make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(bytes.fromhex(made.token_key)) == 32
    assert secret_store.load_or_make(path) == made
    values = list(vars(made).values())
    assert len(set(values)) == len(values) and all(len(value) >= 32 for value in values)
    path.write_text('{"app_password": "x"}')
    with pytest.raises(ValueError):
        secret_store.load_or_make(path)
    assert path.read_text() == '{"app_password": "x"}', "damaged secrets are reported, never replaced"


def test_an_orphaned_web_server_is_ended_and_a_stranger_with_its_number_is_not(tmp_path):
    pid_file = tmp_path / "gunicorn.pid"
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    for arguments, ended in (([str(pid_file)], True), ([], False)):
        with subprocess.Popen(sleep + arguments) as process:
            try:
                pid_file.write_text(str(process.pid))
                # For a moment after its start a process shows no command line; an orphan is long past that.
                deadline = time.monotonic() + 5
                while not web_server.command_line(process.pid) and time.monotonic() < deadline:
                    time.sleep(0.01)
                web_server.end_orphan(pid_file)
                assert process.wait(10) < 0 if ended else process.poll() is None
                assert not pid_file.exists()
            finally:
                process.kill()


def test_help_lists_the_commands_and_mistakes_get_a_sentence():
    answer = run("help")
    assert answer.returncode == 0
    for command in ("./run [--port N]", "./run test", "./run psql", "./run upgrade", "./run serve [--port N]", "./run bench"):
        assert command in answer.stdout
    for wrong in (["nonsense"], ["--port", "x"], ["--port", "70000"], ["serve", "--port", "x"], ["upgrade", "all"], ["bench", "../../etc"], ["bench"]):
        answer = run(*wrong)
        assert answer.returncode == 2 and answer.stderr.count("\n") == 1 and "Traceback" not in answer.stderr


def test_lock_files_name_no_host_and_no_folder_and_every_package_has_its_hash():
    pins = {}
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text()
        assert not re.search(r"://|^\s*--(?!hash=)|\s/\w|@ |\.(org|com|io|net)\b", text, re.MULTILINE)
        entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
        assert len(entries) > 30 and all("--hash=sha256:" in entry for entry in entries)
        pins[name] = {entry.split(" ")[0] for entry in entries}
    assert pins["requirements.lock"] < pins["requirements-test.lock"]


def free_port():
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(folder, port):
    """A `./run` of `folder` that has printed its address."""
    process = subprocess.Popen([sys.executable, "run", "--port", str(port)], cwd=folder, env=ENVIRONMENT,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    said = ""
    for line in process.stdout:
        said += line
        if "is ready" in line:
            return process
    process.kill()
    raise AssertionError(f"./run did not get ready:\n{said}")


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / "var" / "venv" / ".keywork-app").exists(), reason="needs the environment of ./run test")
def test_a_killed_run_loses_nothing_and_the_next_one_works(tmp_path):
    folder = tmp_path / "my copy"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns("var", ".git", "__pycache__"))
    (folder / "var").mkdir()
    (folder / "var" / "venv").symlink_to(ROOT / "var" / "venv")
    port = free_port()
    page = f"http://127.0.0.1:{port}/"
    processes = []
    try:
        processes.append(started(folder, port))
        assert urllib.request.urlopen(page, timeout=30).status == 200
        if sys.platform == "linux":
            web = (folder / "var" / "gunicorn.pid").read_text().strip()
            assert f"KEYWORK_BASE_URL={page.rstrip('/')}\0" in Path(f"/proc/{web}/environ").read_text()
        assert stat.S_IMODE((folder / "var" / "secrets.json").stat().st_mode) == 0o600
        assert run(cwd=folder).stderr.strip() == f"Keywork already runs from this folder: http://127.0.0.1:{port}"
        made = run("psql", "-qAtc", "select current_user; set role none; create schema kept; "
                   "create table kept.number as select 5 as n", cwd=folder)
        assert (made.stdout, made.stderr) == ("keywork_owner\n", "")
        processes[0].kill()
        processes[0].wait(30)

        processes.append(started(folder, port))
        assert urllib.request.urlopen(page, timeout=30).status == 200
        assert run("psql", "-qAtc", "set role none; select n from kept.number", cwd=folder).stdout == "5\n"
        processes[1].terminate()
        assert processes[1].wait(30) == 0
        assert postmaster.live_pid(folder / "var" / "postgres") is None
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            busy = run("--port", str(holder.getsockname()[1]), cwd=folder)
        assert busy.returncode == 2 and "--port" in busy.stderr and busy.stderr.count("\n") == 1
    finally:
        for process in processes:
            process.kill()
            process.wait(30)
            process.stdout.close()
        web_server.end_orphan(folder / "var" / "gunicorn.pid")
        LocalServer(folder / "var" / "postgres", "").destroy()
