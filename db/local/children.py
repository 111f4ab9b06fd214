"""Processes that `./run` starts beside itself: they end with it, and one that a killed run left behind is ended by the next."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

GRACE_SECONDS = 5
PR_SET_PDEATHSIG = 1


def start(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen:
    """Start a child with just this environment; the caller stops it."""
    # A session of its own: Ctrl-C at the terminal reaches us alone, and we stop things in the right order.
    return subprocess.Popen(command, env=environment, start_new_session=True, preexec_fn=die_with_parent())


def die_with_parent():
    """A function for the child to call before it becomes another program: on Linux it then ends when we are killed.

    The library is loaded here, before the fork. Elsewhere None: `end_orphan` does the work at the next start.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop(child: subprocess.Popen) -> None:
    """Let a child end what it is at (5 seconds), then end it with all its own children."""
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(GRACE_SECONDS + 3)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(GRACE_SECONDS)


def end_orphan(pid_file: Path) -> None:
    """End a child that a killed run left behind and that wrote its number into `pid_file`.

    The caller holds the serving lock, so no living run owns it. The process must carry our own pid file in its command
    line: a stranger with a reused number is left alone.
    """
    try:
        pid = int(pid_file.read_text())
    except (OSError, ValueError):
        return
    for how in (signal.SIGTERM, signal.SIGKILL):
        if str(pid_file) in command_line(pid):
            with contextlib.suppress(ProcessLookupError):
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
