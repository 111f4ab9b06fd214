"""Files of a former system for tests: written, read as the screens read them, staged, checked and applied."""

import csv
import io
import uuid

from psycopg.types.json import Jsonb

from views.import_kinds import KINDS, guessed
from views.import_reading import Fault, Line, read

#: A file of each kind that Harbour can bring in (`ready` makes what it names), by the fields that Keywork has: one row each.
ROWS = {
    "properties": {"external_id": "P-1", "landlord": "Quay", "address": "9 New Row", "town": "Leeds", "postcode": "ls6 2xx"},
    "tenants": {"external_id": "T-1", "property": "P-0", "full_name": "Nell Newcome", "date_of_birth": "03/02/1990", "note_visibility": "Visible"},
    "cases": {"external_id": "C-1", "tenant": "T-0", "opened_at": "2024-05-06 10:30", "context_summary": "Came from elsewhere.", "closed_at": "", "closing_reason": ""},
    "notes": {"external_id": "N-1", "case": "C-0", "stream": "Professional", "body": "First line.\nSecond line.", "author": "Jo Former", "created_at": "3 Nov 2024 14:05", "safeguarding": "yes"},
    "goals": {"external_id": "G-1", "case": "C-0", "title": "Keys of her own", "description": "", "target_date": "2027-01-31", "status": "achieved", "author": "Jo Former", "created_at": "2024-11-03"},
    "sessions": {"external_id": "S-1", "case": "C-0", "scheduled_at": "03/11/2024 10:00", "duration_minutes": "45", "type": "Key-work meeting", "attendees": "Her sister", "status": "Delivered",
                 "outcome_note": "We talked.", "author": "quay.manager@example.org"},
}  # fmt: skip


def ready(owner, world) -> None:
    """Gives Harbour what files can name: the home P-0, the tenants T-0 (no case) and T-2 (an open one), the cases C-0 (open since January 2024) and C-9 (closed)."""
    owner.execute("update app.properties set external_id = 'P-0' where id = %s", [world.property["dock_1"]])
    owner.execute("update app.tenants set external_id = 'T-0' where id = %s", [world.tenant["fay"]])
    owner.execute("update app.tenants set external_id = 'T-2' where id = %s", [world.tenant["ann"]])
    owner.execute("update app.support_cases set external_id = 'C-0', opened_at = '2024-01-15 09:00+00' where id = %s", [world.case["ann"]])
    owner.execute("update app.support_cases set external_id = 'C-9', opened_at = '2023-01-15 09:00+00', closed_at = '2024-06-01', closing_reason = 'moved_on' where id = %s", [world.case["dan"]])
    # Another organisation's, by ids that a file of ours may name.
    owner.execute("update app.properties set external_id = 'P-moor' where id = %s", [world.property["heath_1"]])
    owner.execute("update app.tenants set external_id = 'T-moor' where id = %s", [world.tenant["gus"]])
    owner.execute("update app.support_cases set external_id = 'C-moor' where id = %s", [world.case["gus"]])


def csv_of(rows: list[dict[str, str]], *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A CSV file of rows, with the names of their fields."""
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, list(rows[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return lines.getvalue().encode(encoding)


def stage(connection, firm, kind: str, file: bytes, *, asked_by=None) -> uuid.UUID:
    """Puts a file into the database as the screens do, as whoever the connection acts as; `asked_by` for the owner, whom no trigger signs."""
    reading = read(io.BytesIO(file))
    this = uuid.uuid4()
    columns = {"id": this, "kind": kind, "file_name": f"{kind}.csv", "encoding": reading.encoding, "delimiter": reading.delimiter, "header": reading.header}
    if asked_by:
        columns |= {"organisation_id": firm, "author_id": asked_by, "author_name": "Harbour Admin", "asked_by_id": asked_by, "asked_by_name": "Harbour Admin"}
    connection.execute(f"insert into app.imports ({', '.join(columns)}) values ({', '.join(['%s'] * len(columns))})", [*columns.values()])
    for each in reading.lines:
        if isinstance(each, Line):
            connection.execute("insert into app.import_lines (organisation_id, import_id, line, cells) values (%s, %s, %s, %s)", [firm, this, each.number, each.cells])
        elif isinstance(each, Fault):
            connection.execute("insert into app.import_faults (organisation_id, import_id, line, place, code, said, of_reading) values (%s, %s, %s, %s, %s, %s, true)",
                               [firm, this, each.number, each.place, each.code, each.said])
    return this


def matched(connection, this: uuid.UUID) -> Jsonb:
    """Which column is which, as the screen would guess it."""
    kind, header = connection.execute("select kind, header from app.imports where id = %s", [this]).fetchone()
    return Jsonb(guessed(kind, header, {}))


def check(owner, this: uuid.UUID) -> None:
    """Has a staged file checked, in this transaction of the owner."""
    owner.execute("update app.imports set mapping = %s, state = 'checking' where id = %s", [matched(owner, this), this])
    owner.execute("select app.carry_out_import(%s)", [this])


def apply(owner, this: uuid.UUID) -> None:
    """Has a checked file applied, in this transaction of the owner."""
    owner.execute("insert into vault.import_work (import_id, attempts) values (%s, 1) on conflict do nothing", [this])
    owner.execute("update app.imports set state = 'applying' where id = %s", [this])
    owner.execute("select app.carry_out_import(%s)", [this])


def faults(connection, this: uuid.UUID) -> set[tuple[int, str, str]]:
    """(line, column, code) of each fault; the column is '' for a line as a whole."""
    return {(line, column or "", code) for line, column, code in connection.execute(
        "select f.line, i.header[f.place], f.code from app.import_faults as f join app.imports as i on i.id = f.import_id where i.id = %s", [this])}


def state(connection, this: uuid.UUID) -> tuple:
    """(state, faults, to add, already here, to close)."""
    return connection.execute("select state, fault_count, to_add, already_here, to_close from app.imports where id = %s", [this]).fetchone()


assert ROWS.keys() == KINDS.keys()
