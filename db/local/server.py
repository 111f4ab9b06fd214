"""A PostgreSQL server over one data folder: made when empty, started when stopped, found when it already runs.

Nothing listens on the network unless `settings` asks for it: clients use a Unix socket in a folder of mode 0700, and
everyone signs in with a password (scram-sha-256), the superuser too.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlencode

from db.local import postmaster
from db.local.binaries import (
    STATE_FOLDER, ServerError, can_enter, clean_environment, find_binaries, make_state_folder, readable_binaries,
    server_account,
)

SUPERUSER = "keywork_super"
# A Unix socket's path must fit 104 bytes on macOS and 108 on Linux, the socket's own name included.
LONGEST_SOCKET_FOLDER = 100 - len("/.s.PGSQL.65535")
TEMPORARY = "keywork-socket-"
START_SECONDS = 60
STOP_SECONDS = 30


class LocalServer:
    """A server of its own for `folder`; usable as a context manager that starts and stops it.

    `folder`: the data folder, made when it does not exist. `superuser_password`: the password of `keywork_super`, set
    when the data folder is made. `settings`: PostgreSQL settings for this start, e.g. {"fsync": "off"}.
    `socket_folder`: where the socket lies; by default beside the data folder, or in the system's temporary folder when
    that path is too long for a socket or out of reach for the server's account.
    """

    def __init__(self, folder: Path, superuser_password: str, *, settings: dict[str, str] | None = None,
                 socket_folder: Path | None = None):
        self.folder = Path(os.path.abspath(folder))
        self.settings = dict(settings or {})
        self._password = superuser_password
        self._socket_folder = Path(os.path.abspath(socket_folder)) if socket_folder else None
        self._process: subprocess.Popen | None = None
        self._found: tuple[Path, int] | None = None

    def __enter__(self) -> "LocalServer":
        self.start()
        return self

    def __exit__(self, *exception) -> None:
        self.stop()

    @property
    def bindir(self) -> Path:
        """The folder of PostgreSQL's programs (postgres, psql, pg_dump...) that fit this data folder."""
        return self._binaries()[0]

    @property
    def version(self) -> int:
        """The server's major version, e.g. 18."""
        return self._binaries()[1]

    def is_running(self) -> bool:
        """Whether a server runs over this folder, whoever started it."""
        self._reap()
        return postmaster.live_pid(self.folder) is not None

    def start(self) -> None:
        """Start the server, making the data folder first when it is empty; does nothing when it already runs.

        Raises ServerError, with the server's own last words, when it does not accept connections within 60 seconds.
        """
        deadline = time.monotonic() + START_SECONDS
        while True:
            found = self.is_running()
            if not found:
                if not (self.folder / "PG_VERSION").exists():
                    self._make_data_folder()
                self._launch()
            if self._wait_until_ready(deadline):
                return
            # Tried again when the server found was on its way out, or when children of one that was killed live on
            # for a moment and hold its shared memory.
            if not found and "shared memory" not in self._last_words():
                raise ServerError(f"PostgreSQL did not start over {self.folder}:\n{self._last_words()}")
            time.sleep(0.1)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server and wait until it is gone; does nothing when it does not run.

        `mode`: "smart" waits for clients to leave, "fast" (the default) rolls their transactions back and writes a
        checkpoint, "immediate" stops like a power cut. A server that is not gone after 30 seconds is stopped at once;
        what was committed is kept in every case.
        """
        self._reap()
        pid = postmaster.live_pid(self.folder)
        if pid is None:
            return
        sockets = self._noted_socket_folder()
        how = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode]
        for name in (how, signal.SIGQUIT, signal.SIGKILL):
            try:
                os.kill(pid, name)
            except ProcessLookupError:
                break
            if self._wait_until_gone(pid):
                break
        self._reap()
        forget_socket_folder(sockets)

    def destroy(self) -> None:
        """Stop the server at once and delete the data folder, wherever it really lies: for tests."""
        self.stop("immediate")
        forget_socket_folder(self._noted_socket_folder())
        real = self.folder.resolve()
        for path in (real, self._socket_folder or self._near_socket_folder(), self._log_file):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        self.folder.unlink(missing_ok=True)

    def conninfo(self, dbname: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """The libpq connection string for a database of the running server; the superuser's password by default.

        Raises ServerError when the server does not run (its socket is not known before).
        """
        values = self._address() | {"dbname": dbname, "user": user, "password": self._secret(user, password)}
        return " ".join(f"{key}='{escape(value)}'" for key, value in values.items())

    def sqlalchemy_url(self, dbname: str, user: str, password: str) -> str:
        """The SQLAlchemy address (driver psycopg 3) of a database of the running server. Raises as `conninfo`."""
        return (f"postgresql+psycopg://{quote(user, safe='')}:{quote(password, safe='')}@/{quote(dbname, safe='')}"
                f"?{urlencode(self._address(), quote_via=quote, safe='')}")

    def _secret(self, user: str, password: str | None) -> str:
        return self._password if password is None and user == SUPERUSER else password or ""

    def _address(self) -> dict[str, str]:
        lines = postmaster.read_lines(self.folder)
        if not self.is_running() or len(lines) < 5:
            raise ServerError(f"No server runs over {self.folder}.")
        return {"host": lines[4], "port": lines[3]}

    def _noted_socket_folder(self) -> Path | None:
        lines = postmaster.read_lines(self.folder)
        return Path(lines[4]) if len(lines) > 4 and lines[4] else None

    def _account(self):
        exists = (self.folder / "PG_VERSION").exists()
        return server_account(self.folder.stat().st_uid if exists else None)

    def _binaries(self) -> tuple[Path, int]:
        if self._found is None:
            version_file = self.folder / "PG_VERSION"
            wanted = int(version_file.read_text().strip()) if version_file.exists() else None
            bindir, major = find_binaries(wanted)
            self._found = (readable_binaries(bindir, self._account()), major)
        return self._found

    @property
    def _log_file(self) -> Path:
        return self.folder.parent / f"{self.folder.name}.log"

    def _run_as(self, account) -> dict:
        return {"cwd": "/", "env": clean_environment(), "stdin": subprocess.DEVNULL, "umask": 0o077,
                "start_new_session": True, **(account.popen_arguments() if account else {})}

    def _make_data_folder(self) -> None:
        """Run initdb in a folder beside the right place and rename it: a half-made data folder is never met again."""
        account = self._account()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        if self.folder.is_dir() and any(self.folder.iterdir()):
            raise ServerError(f"{self.folder} is not empty and holds no PostgreSQL data.")
        home = self.folder
        if not can_enter(self.folder.parent, account):
            # The server's account cannot get here (root's home, say), and folders of others are not ours to open up.
            make_state_folder()
            home = STATE_FOLDER / f"data-{secrets.token_hex(8)}"
        making = Path(tempfile.mkdtemp(dir=home.parent, prefix=f"{home.name}.making-"))
        password_file = making.with_name(making.name + "-password")
        try:
            password_file.touch(mode=0o600)
            password_file.write_text(self._password + "\n")
            if account:
                os.chown(making, account.uid, account.gid)
                os.chown(password_file, account.uid, account.gid)
            self._initdb(making, password_file, account)
            if self.folder.is_dir() and not self.folder.is_symlink():
                self.folder.rmdir()
            making.rename(home)
        finally:
            password_file.unlink(missing_ok=True)
            shutil.rmtree(making, ignore_errors=True)
        if home != self.folder:
            self.folder.unlink(missing_ok=True)
            self.folder.symlink_to(home)

    def _initdb(self, making: Path, password_file: Path, account) -> None:
        # One behaviour of text everywhere: UTF-8, compared by code point, whatever locales the machine has.
        locales = (["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],) if self.version >= 17 \
            else (["--locale=C.UTF-8"], ["--locale=C"])
        command = [str(self.bindir / "initdb"), "-D", str(making), "-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8",
                   f"--pwfile={password_file}", "--no-instructions", "--data-checksums"]
        command += ["--no-sync"] if self.settings.get("fsync") == "off" else []
        for locale in locales:
            answer = subprocess.run(command + locale, check=False, timeout=300, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, text=True, **self._run_as(account))
            if answer.returncode == 0:
                return
        raise ServerError(f"The database could not be made:\n{answer.stdout.strip()}")

    def _near_socket_folder(self) -> Path:
        return self.folder.parent / f"{self.folder.name}-socket"

    def _make_socket_folder(self, account) -> Path:
        """A folder of mode 0700 of the server's account whose path a socket can have and libpq can be told."""
        near = self._socket_folder or self._near_socket_folder()
        fits = len(os.fsencode(near)) <= LONGEST_SOCKET_FOLDER and not set(str(near)) & set(",\"'\\\n@")
        if not fits or not can_enter(near.parent, account):
            near = Path(tempfile.mkdtemp(prefix=TEMPORARY))
        elif not near.exists():
            near.mkdir(mode=0o700)
        if account and near.stat().st_uid == 0:
            os.chown(near, account.uid, account.gid)
        return near

    def _launch(self) -> None:
        account = self._account()
        data = self.folder.resolve()
        forget_socket_folder(self._noted_socket_folder())
        sockets = self._make_socket_folder(account)
        values = {"listen_addresses": "", "port": "5432", "timezone": "UTC", "log_timezone": "UTC",
                  "unix_socket_permissions": "0700",
                  # Old WAL goes at a checkpoint instead of lying about with what retention destroyed until it is written over.
                  "wal_recycle": "off"}
        values |= self.settings | {"unix_socket_directories": f'"{sockets}"'}
        postmaster.disarm_stale_files(data, sockets, values["port"])
        command = [str(self.bindir / "postgres"), "-D", str(data)]
        for name, value in values.items():
            command += ["-c", f"{name}={value}"]
        with open(self._log_file, "wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._run_as(account))

    def _wait_until_ready(self, deadline: float) -> bool:
        """Wait for the line `ready` in postmaster.pid; False when the server that was to say it has ended instead."""
        while time.monotonic() < deadline:
            lines = postmaster.read_lines(self.folder)
            running = postmaster.live_pid(self.folder)
            if running and len(lines) > 7 and lines[7].strip() == "ready" and accepts(lines[4], lines[3]):
                return True
            self._reap()
            if not running and self._process is None:
                return False
            time.sleep(0.01)
        raise ServerError(f"PostgreSQL over {self.folder} was not ready in time:\n{self._last_words()}")

    def _wait_until_gone(self, pid: int) -> bool:
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            self._reap()
            if not postmaster.is_server_of(pid, self.folder):
                return True
            time.sleep(0.01)
        return False

    def _reap(self) -> None:
        """Take the exit status of the process we started, so that a dead server does not stay as a zombie."""
        if self._process is not None and self._process.poll() is not None:
            self._process = None

    def _last_words(self) -> str:
        try:
            return "\n".join(self._log_file.read_text(errors="replace").splitlines()[-12:])
        except OSError:
            return "(it left no log)"


def forget_socket_folder(folder: Path | None) -> None:
    """Delete a stopped server's socket folder when it is one of those made in the system's temporary folder."""
    if folder and folder.parent == Path(tempfile.gettempdir()) and folder.name.startswith(TEMPORARY):
        shutil.rmtree(folder, ignore_errors=True)


def accepts(folder: str, port: str) -> bool:
    """Whether a server answers on its socket: one that is being killed may still have "ready" in its file."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(os.path.join(folder, f".s.PGSQL.{port}"))
        except OSError:
            return False
    return True


def escape(value: str) -> str:
    """`value` for use between single quotes in a libpq connection string."""
    return value.replace("\\", "\\\\").replace("'", "\\'")
