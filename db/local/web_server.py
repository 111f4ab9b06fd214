"""The web server process (gunicorn): start it, wait for its first page, stop it, and end one left by a killed run."""

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

HOST = "127.0.0.1"
#: Where a server answers that listens on every address.
ANY_OF_THIS_MACHINE = {"0.0.0.0": HOST, "::": "::1"}
FIRST_PAGE_SECONDS = 60
GRACE_SECONDS = 5
PR_SET_PDEATHSIG = 1


class WebServerError(RuntimeError):
    """The web server cannot start; the text is for the person at the prompt."""


def start(port: int, environment: Mapping[str, str], pid_file: Path, *, host: str = HOST,
          workers: int = 2) -> subprocess.Popen:
    """Start gunicorn on `host` with the application's `environment`; the caller stops it."""
    command = [
        sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", str(workers), "--threads", "8",
        "--bind", f"{in_address(host)}:{port}", "--pid", str(pid_file), "--graceful-timeout", str(GRACE_SECONDS), "--timeout", "60",
        "--log-level", "warning", "--logger-class", "views.logs.ServerLog", "--no-control-socket",
        # gunicorn trusts headers of proxies on this machine by itself (SCRIPT_NAME among them): KEYWORK_PROXIES decides.
        "--forwarded-allow-ips", "", "app:create_app()",
    ]
    # A session of its own: Ctrl-C at the terminal reaches us alone, and we stop things in the right order.
    return subprocess.Popen(command, env=environment, start_new_session=True, preexec_fn=die_with_parent())


def die_with_parent():
    """A function for the child to call before it becomes gunicorn: on Linux it then ends when we are killed.

    The library is loaded here, before the fork. Elsewhere None: `end_orphan` does the work at the next start.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_for_page(server: subprocess.Popen, port: int, host: str = HOST) -> None:
    """Return once a page answers. Raises WebServerError when it fails, or when nothing answers for 60 seconds."""
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise WebServerError("The web server stopped while starting (its words are above).")
        status = page_status(port, host)
        if status is not None and status < 500:
            return
        if status is not None:
            raise WebServerError(f"The first page answered with status {status} (the reason is above).")
        time.sleep(0.05)
    raise WebServerError(f"No page answered within {FIRST_PAGE_SECONDS} seconds.")


def page_status(port: int, host: str = HOST) -> int | None:
    """The HTTP status of the first page, or None while nothing answers."""
    connection = http.client.HTTPConnection(ANY_OF_THIS_MACHINE.get(host, host), port, timeout=FIRST_PAGE_SECONDS)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def stop(server: subprocess.Popen) -> None:
    """Let running requests end (5 seconds), then stop the server with all its workers."""
    if server.poll() is not None:
        return
    server.terminate()
    try:
        server.wait(GRACE_SECONDS + 3)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(GRACE_SECONDS)


def end_orphan(pid_file: Path) -> None:
    """End a gunicorn that a killed run left behind. The caller holds the serving lock, so no living run owns it.

    The process must carry our own pid file in its command line: a stranger with a reused number is left alone.
    """
    try:
        pid = int(pid_file.read_text())
    except (OSError, ValueError):
        return
    for how in (signal.SIGTERM, signal.SIGKILL):
        if str(pid_file) in command_line(pid):
            os.kill(pid, how)
        deadline = time.monotonic() + GRACE_SECONDS + 3
        while str(pid_file) in command_line(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def command_line(pid: int) -> str:
    """The command line of the process `pid`; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        pass
    if Path("/proc/self").exists():
        return ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False,
                          timeout=30).stdout


def in_address(host: str) -> str:
    """`host` as it stands before a colon and a port: IPv6 addresses have colons of their own."""
    return f"[{host}]" if ":" in host else host


def is_free(port: int, host: str = HOST) -> bool:
    """Whether the port can be listened on."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
