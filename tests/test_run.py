"""The one command: its secrets, its help, its lock files, and a `./run` that is killed."""

import contextlib
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from db import serving
from db.local import children, postmaster, secret_store
from db.local.server import LocalServer

ROOT = Path(__file__).resolve().parent.parent
#: The embedded server is what is tested here, whatever database the caller uses.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "KEYWORK_DEMO")}


def run(*arguments, cwd=ROOT):
    """The finished process of `./run` with these arguments."""
    return subprocess.run([sys.executable, "run", *arguments], cwd=cwd, env=ENVIRONMENT, check=False,
                          capture_output=True, text=True, timeout=120)


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


def test_secrets_from_before_the_jobs_had_a_login_get_its_password(tmp_path):
    """The others stay as they are, and the new one does from then on; a file that lacks more is damaged."""
    path = tmp_path / "secrets.json"
    whole = vars(secret_store.load_or_make(path))
    older = {name: value for name, value in whole.items() if name != "jobs_password"}
    path.write_text(json.dumps(older))
    mended = secret_store.load_or_make(path)
    assert vars(mended) == older | {"jobs_password": mended.jobs_password} and len(mended.jobs_password) >= 32
    assert mended.jobs_password not in whole.values() and secret_store.load_or_make(path) == mended
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and list(tmp_path.iterdir()) == [path]
    for damaged in (older | {"token_key": None, "session_keys": ""}, dict(list(older.items())[1:]), [], None, "words", 7):
        path.write_text(json.dumps(damaged))
        with pytest.raises(ValueError):
            secret_store.load_or_make(path)
        assert json.loads(path.read_text()) == damaged


def test_an_orphaned_child_is_ended_and_a_stranger_with_its_number_is_not(tmp_path):
    pid_file = tmp_path / "child.pid"
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    for arguments, ended in (([str(pid_file)], True), ([], False)):
        with subprocess.Popen(sleep + arguments) as process:
            try:
                pid_file.write_text(str(process.pid))
                # For a moment after its start a process shows no command line; an orphan is long past that.
                deadline = time.monotonic() + 5
                while not children.command_line(process.pid) and time.monotonic() < deadline:
                    time.sleep(0.01)
                children.end_orphan(pid_file)
                assert process.wait(10) < 0 if ended else process.poll() is None
                assert not pid_file.exists()
            finally:
                process.kill()


def test_help_lists_the_commands_and_mistakes_get_a_sentence():
    answer = run("help")
    assert answer.returncode == 0
    for command in ("./run [--port N]", "./run test", "./run psql", "./run upgrade", "./run serve [--port N]", "./run jobs", "./run bench"):
        assert command in answer.stdout
    for wrong in (["nonsense"], ["--port", "x"], ["--port", "70000"], ["serve", "--port", "x"], ["upgrade", "all"], ["jobs", "all"], ["bench", "../../etc"], ["bench"]):
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


def jobs_of(folder):
    """The process number of the jobs beside the web server, once they have begun."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            pid = int((folder / "var" / "jobs.pid").read_text())
            if postmaster.is_alive(pid):
                return pid
        time.sleep(0.02)
    raise AssertionError("the jobs did not begin")


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
            inside = Path(f"/proc/{web}/environ").read_text()
            assert f"KEYWORK_BASE_URL={page.rstrip('/')}\0" in inside and "KEYWORK_JOBS_URL=" not in inside
        assert stat.S_IMODE((folder / "var" / "secrets.json").stat().st_mode) == 0o600
        assert run(cwd=folder).stderr.strip() == f"Keywork already runs from this folder: http://127.0.0.1:{port}"
        made = run("psql", "-qAtc", "select current_user; set role none; create schema kept; "
                   "create table kept.number as select 5 as n", cwd=folder)
        assert (made.stdout, made.stderr) == ("keywork_owner\n", "")
        jobs_file = folder / "var" / "jobs.pid"
        jobs = jobs_of(folder)
        if sys.platform == "linux":
            inside = {line.split("=")[0] for line in Path(f"/proc/{jobs}/environ").read_text().split("\0")}
            assert set(serving.NEEDED_BY_JOBS) <= inside and not ({"DATABASE_URL", *serving.NEEDED} - set(serving.NEEDED_BY_JOBS)) & inside
        processes[0].kill()
        processes[0].wait(30)
        # What a killed run leaves behind where the kernel does not tell children of their parent's end.
        processes.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(jobs_file)], stdout=subprocess.PIPE))
        children.end_orphan(jobs_file)
        jobs_file.write_text(str(processes[1].pid))

        processes.append(started(folder, port))
        assert urllib.request.urlopen(page, timeout=30).status == 200
        assert run("psql", "-qAtc", "set role none; select n from kept.number", cwd=folder).stdout == "5\n"
        assert processes[1].wait(30) < 0
        assert jobs_of(folder) not in (jobs, processes[1].pid)
        jobs = jobs_of(folder)
        processes[2].terminate()
        assert processes[2].wait(30) == 0
        assert not postmaster.is_alive(jobs) and not jobs_file.exists()
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
        for name in ("gunicorn.pid", "jobs.pid"):
            children.end_orphan(folder / "var" / name)
        LocalServer(folder / "var" / "postgres", "").destroy()
