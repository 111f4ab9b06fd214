"""Which schema and rules this code goes with, and what a database that carries others needs. It reads files only.

Apart from install.py, because whoever merely serves a database need not load what makes one.
"""

import hashlib
import re
from pathlib import Path

FOLDER = Path(__file__).parent
MIGRATIONS = FOLDER / "migrations"
RULES = ("roles.sql", "bi_logins.sql", "functions.sql", "starter_pack.sql", "views.sql", "reporting.sql", "rls.sql")
#: How the first release named its schema: the SHA-256 of its schema.sql. Such a database carries no migration yet.
FIRST_RELEASE = "4dd5b82143d254e0eebf109547f6c1b8f5f2661d6565b12533ca4f95b0d521d6"


class InstallError(RuntimeError):
    """Why nothing was changed, in a sentence or two for the person at the prompt."""


class SchemaOutdated(InstallError):
    """The database carries a schema from which no migration leads to this code's."""


def current_versions() -> tuple[str, str]:
    """What app.installed_versions() answers in a database that is up to date with this code: schema and rules."""
    digest = hashlib.sha256()
    for name in RULES:
        digest.update((FOLDER / name).read_bytes())
    return _migration_names()[-1], digest.hexdigest()


def pending_migrations(carried: tuple[str, str] | None) -> list[str]:
    """The migrations that an installation with these versions does not carry yet, in order; none for an empty database.

    Raises SchemaOutdated when its schema is none that this code knows.
    """
    names = _migration_names()
    schema = carried[0] if carried else names[-1]
    if schema == FIRST_RELEASE:
        return names
    if schema in names:
        return names[names.index(schema) + 1:]
    if re.fullmatch(r"\d{4}_\w+", schema) and schema[:4] > names[-1][:4]:
        raise SchemaOutdated(
            f"This database carries the schema {schema}, which is newer than this code ({names[-1]}): use the newer code."
        )
    raise SchemaOutdated(
        f"This database says that it carries the schema '{schema}', which no release of Keywork knows: no migration leads from"
        f" there to {names[-1]}. Restore it from a backup, or begin with an empty database."
    )


def _migration_names() -> list[str]:
    return sorted(path.stem for path in MIGRATIONS.glob("*.sql"))
