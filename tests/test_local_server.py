"""The server that `./run` starts: made, stopped, killed and found again, in odd folders and with files left behind by the dead."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from db.local import postmaster
from db.local.server import LocalServer
from db.local.binaries import STATE_FOLDER, ServerError, server_account

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
