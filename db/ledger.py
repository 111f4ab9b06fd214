"""The ledger of destructions outside the database: kept as a file, and replayed after a backup was restored.

A backup that is older than a purge brings back what the purge destroyed, and knows nothing of it. So the ledger is kept
elsewhere as well: one JSON object a line: ids and codes, and who asked for a run; no word about a tenant.
"""

import json
from collections.abc import Iterable, Iterator

import psycopg
from psycopg.types.json import Jsonb

_LINES = """
select jsonb_build_object('id', l.id, 'happened_at', l.happened_at, 'organisation_id', l.organisation_id, 'case_id', l.case_id,
                          'table_name', l.table_name, 'row_ids', to_jsonb(l.row_ids), 'rule', l.rule, 'run_id', l.run_id,
                          'began_at', r.began_at, 'finished_at', r.finished_at, 'asked_by_name', r.asked_by_name, 'windows', r.windows)::text
from app.retention_ledger as l left join app.retention_runs as r on r.id = l.run_id order by l.id
"""
#: Lines for one call: all at once, a large ledger would be too long for one value of Postgres.
_CHUNK = 1000
_FIELDS = {"id", "happened_at", "organisation_id", "case_id", "table_name", "row_ids", "rule", "run_id"}


class LedgerDamaged(ValueError):
    """A line is not one of a ledger. The text names which."""


def ledger_lines(conninfo: str) -> Iterator[str]:
    """Every destruction, oldest first, as lines of JSON. `conninfo`: of a login that may act as the owner."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("set role keywork_owner")
        with connection.cursor("ledger") as cursor:
            for (line,) in cursor.execute(_LINES):
                yield line


def replay(conninfo: str, lines: Iterable[str]) -> int:
    """Destroys again what these lines of a ledger say was destroyed, all or nothing; returns how many rows were found.

    Raises LedgerDamaged, with nothing done, for a line that is not one of a ledger.
    """
    read = [_checked(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    with psycopg.connect(conninfo) as connection:
        connection.execute("set role keywork_owner")
        try:
            return sum(connection.execute("select app.replay_destructions(%s)", [Jsonb(read[start:start + _CHUNK])]).fetchone()[0]
                       for start in range(0, len(read), _CHUNK))
        except psycopg.DataError as error:
            raise LedgerDamaged(f"This is not a ledger of ours ({error.diag.message_primary}): nothing was destroyed.") from error


def _checked(number: int, line: str) -> dict[str, object]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise LedgerDamaged(f"Line {number} is not a line of a ledger: nothing was destroyed.") from error
    if not isinstance(found, dict) or not _FIELDS <= set(found):
        raise LedgerDamaged(f"Line {number} is not a line of a ledger: nothing was destroyed.")
    return found
