"""The installation's passwords and keys: made once, kept in one file that only its owner may read."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Secrets:
    """What the installation must remember: losing it means losing access to the embedded database."""

    superuser_password: str
    app_password: str
    signin_password: str
    jobs_password: str
    session_key: str
    #: Hex, 32 bytes: signs the identity token of each transaction.
    token_key: str


def load_or_make(path: Path) -> Secrets:
    """The secrets kept in `path`, made there (mode 600) when the file does not exist.

    A file from before the jobs had a login gets the password of theirs. The caller holds the start lock, so that two
    processes never make two sets. Raises ValueError for a damaged file.
    """
    if not path.exists():
        write(path, Secrets(*(secrets.token_urlsafe(32) for _ in range(5)), token_key=secrets.token_hex(32)))
    path.chmod(0o600)
    kept = json.loads(path.read_text(encoding="utf-8"))
    try:
        if "jobs_password" not in kept:
            values = Secrets(**kept, jobs_password=secrets.token_urlsafe(32))
            write(path, values)
            return values
        return Secrets(**kept)
    except TypeError as error:
        raise ValueError(f"{path} does not hold what it should: {error}") from error


def write(path: Path, values: Secrets) -> None:
    """Write the secrets so that the file is whole or absent, whatever happens on the way."""
    making = path.with_name(f"{path.name}.making")
    making.unlink(missing_ok=True)
    with open(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        json.dump(asdict(values), handle, indent=1)
        handle.flush()
        os.fsync(handle.fileno())
    making.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
