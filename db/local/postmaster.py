"""What `postmaster.pid` says about a data folder, and whether to believe it.

After a `kill -9` or a power cut the file stays behind, and its process number may by then belong to a stranger.
"""

import os
import subprocess
from pathlib import Path

PROC = Path("/proc")


def read_lines(data: Path) -> list[str]:
    """The lines of `postmaster.pid` (pid, data folder, start, port, socket folder, address, shared memory, status)."""
    try:
        return (data / "postmaster.pid").read_text(errors="replace").splitlines()
    except (FileNotFoundError, PermissionError):
        return []


def live_pid(data: Path) -> int | None:
    """The process number of the server that runs over `data`, or None when none does."""
    lines = read_lines(data)
    pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
    return pid if pid and is_server_of(pid, data) else None


def is_server_of(pid: int, data: Path) -> bool:
    """Whether the process `pid` lives and is a PostgreSQL server over `data`, not a stranger with its number."""
    if not is_alive(pid):
        return False
    if (PROC / "self" / "cwd").exists():
        try:
            # A server makes its data folder the current one; only it and its children do.
            return os.path.samefile(PROC / str(pid) / "cwd", data)
        except OSError:
            return False
    answer = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, timeout=30,
                            check=False)
    return "postgres" in answer.stdout and str(data.resolve()) in answer.stdout


def is_alive(pid: int) -> bool:
    """Whether the process `pid` exists and has not merely been left unreaped by its parent."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def disarm_stale_files(data: Path, sockets: Path, port: str) -> None:
    """Make files left by a dead server harmless for the next start over `data`.

    The caller has made sure that no server runs. The process number in `postmaster.pid` is replaced by the caller's
    own: PostgreSQL takes its parent's number for stale, whatever lives under the old one now. The file itself stays,
    because its shared memory key is what keeps a new server out while children of the dead one are still writing.
    """
    pid_file = data / "postmaster.pid"
    lines = read_lines(data)
    if lines and lines[0].strip().isdigit():
        stat = pid_file.stat()
        fresh = data / "postmaster.pid.stale"
        fresh.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
        os.chown(fresh, stat.st_uid, stat.st_gid)
        fresh.chmod(0o600)
        fresh.replace(pid_file)
    elif pid_file.exists():
        # Killed before the number was written: nothing had been started.
        pid_file.unlink()
    lock = sockets / f".s.PGSQL.{port}.lock"
    try:
        owner = lock.read_text(errors="replace").splitlines()[1:2]
    except OSError:
        return
    if owner == [str(data)]:
        lock.unlink(missing_ok=True)
