"""The web server process (gunicorn): start it, and wait for its first page."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from db.local import children

HOST = "127.0.0.1"
#: Where a server answers that listens on every address.
ANY_OF_THIS_MACHINE = {"0.0.0.0": HOST, "::": "::1"}
FIRST_PAGE_SECONDS = 60


class WebServerError(RuntimeError):
    """The web server cannot start; the text is for the person at the prompt."""


def start(port: int, environment: Mapping[str, str], pid_file: Path, *, host: str = HOST,
          workers: int = 2) -> subprocess.Popen:
    """Start gunicorn on `host` with the application's `environment`; the caller stops it."""
    command = [
        sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", str(workers), "--threads", "8",
        "--bind", f"{in_address(host)}:{port}", "--pid", str(pid_file), "--graceful-timeout", str(children.GRACE_SECONDS), "--timeout", "60",
        "--log-level", "warning", "--logger-class", "views.logs.ServerLog", "--no-control-socket",
        # gunicorn trusts headers of proxies on this machine by itself (SCRIPT_NAME among them): KEYWORK_PROXIES decides.
        "--forwarded-allow-ips", "", "app:create_app()",
    ]
    return children.start(command, environment)


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
