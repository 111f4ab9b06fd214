"""Every kind of fault that a file can have: each is found in its line and column and nowhere else, and nothing of the file is written."""

import io

import pytest

from tests.imports import ROWS, apply, check, csv_of, faults, ready, stage, state
from views.import_kinds import KINDS
from views.import_reading import Unreadable, read
from views.import_words import REASONS

#: Tables that an import writes to, and the log of it.
WRITTEN = ("properties", "tenants", "support_cases", "support_notes", "support_goals", "support_sessions")

#: (kind, what the third line says instead, the column that is at fault, the code)
FAULTS = [
    # ids
    *[(kind, {"external_id": ""}, "external_id", "empty") for kind in KINDS],
    *[(kind, {"external_id": "x" * 101}, "external_id", "long") for kind in KINDS],
    *[(kind, {"external_id": wrong}, "external_id", "unprintable") for kind in ("tenants", "notes") for wrong in ("N\n2", "N\u200b2", "N\u00ad2", "N\u20602")],
    *[(kind, {"external_id": ROWS[kind]["external_id"]}, "external_id", "doubled") for kind in KINDS],
    # what a line hangs under: one that is not here, one of another organisation, in the same words (threat 6)
    *[("properties", {"landlord": wrong}, "landlord", code) for wrong, code in (("", "empty"), ("Nobody", "unknown"), ("Heath", "unknown"))],
    *[("tenants", {"property": wrong}, "property", code) for wrong, code in (("", "empty"), ("P-none", "unknown"), ("P-moor", "unknown"))],
    *[("cases", {"tenant": wrong}, "tenant", code) for wrong, code in (("", "empty"), ("T-none", "unknown"), ("T-moor", "unknown"), ("T-2", "open_already"), ("T-0", "open_doubled"))],
    *[(kind, {"case": wrong}, "case", code) for kind in ("notes", "goals", "sessions")
      for wrong, code in (("", "empty"), ("C-none", "unknown"), ("C-moor", "unknown"), ("C-9", "closed"))],
    # who wrote it
    *[(kind, {"author": wrong}, "author", code) for kind in ("notes", "goals", "sessions")
      for wrong, code in (("", "empty"), ("nobody@example.org", "nobody"), ("moor.admin@example.org", "nobody"), ("x" * 121, "long"))],
    # days and times
    *[("notes", {"created_at": wrong}, "created_at", code) for wrong, code in (
        ("", "empty"), ("yesterday", "date"), ("3/11/24", "date"), ("2024-11-03T25:00", "date"), ("2024-11-03 10:61", "date"), ("2024-11-03 13:00 pm", "date"), ("2024-11-03Z", "date"),
        ("3 Foo 2024", "date"), ("3 Decembre 2024", "date"), ("0001-01-01", "date"), ("2024-11-03 10:00+15:00", "date"), ("45000", "date"),
        ("11/25/2024", "month_first"), ("31/02/2024", "no_such_day"), ("2023-02-29", "no_such_day"), ("00/11/2024", "no_such_day"), ("31 Nov 2024", "no_such_day"), ("13/13/2024", "no_such_day"),
        ("2024-03-31 01:30", "clocks_skip"), ("31/03/2024 1:30 am", "clocks_skip"), ("2099-01-01", "future"), ("2024-01-14", "before_case"), ("2024-01-15 08:59", "before_case"))],
    *[("goals", {"created_at": wrong}, "created_at", code) for wrong, code in (("", "empty"), ("31/02/2024", "no_such_day"), ("2099-01-01", "future"), ("2024-01-14", "before_case"))],
    *[("goals", {"target_date": wrong}, "target_date", code) for wrong, code in (("soon", "date"), ("1999-12-31", "out_of_range"), ("2101-01-01", "out_of_range"), ("30/02/2027", "no_such_day"))],
    *[("sessions", {"scheduled_at": wrong}, "scheduled_at", code) for wrong, code in (
        ("", "empty"), ("2024-03-31 01:00", "clocks_skip"), ("1999-06-01", "out_of_range"), ("2090-01-01 10:00", "future"), ("2024-01-15 08:00", "before_case"))],
    *[("cases", {"opened_at": wrong}, "opened_at", code) for wrong, code in (("", "empty"), ("31/04/2024", "no_such_day"), ("2099-01-01", "future"), ("6th May", "date"))],
    *[("cases", {"closed_at": wrong, "closing_reason": "Moved on"}, "closed_at", code) for wrong, code in (
        ("", "empty"), ("2099-01-01", "future"), ("2024-05-06 10:29", "before_opening"), ("31/02/2024", "no_such_day"))],
    *[("cases", {"closed_at": "2024-06-07", "closing_reason": wrong}, "closing_reason", code) for wrong, code in (("", "empty"), ("Moved", "not_a_choice"))],
    *[("tenants", {"date_of_birth": wrong}, "date_of_birth", code) for wrong, code in (("2099-01-01", "future"), ("1899-12-31", "date"), ("30/02/1990", "no_such_day"), ("02/28/1990", "month_first"))],
    # choices
    *[("notes", {"stream": wrong}, "stream", code) for wrong, code in (("", "empty"), ("Profesional", "not_a_choice"), ("private", "not_a_choice"))],
    ("notes", {"stream": "shared"}, "safeguarding", "shared"),
    ("notes", {"safeguarding": "perhaps"}, "safeguarding", "not_yes_or_no"),
    ("tenants", {"note_visibility": "secret"}, "note_visibility", "not_a_choice"),
    ("goals", {"status": "done"}, "status", "not_a_choice"),
    *[("sessions", {"type": wrong}, "type", code) for wrong, code in (("", "empty"), ("visit", "not_a_choice"))],
    *[("sessions", {"status": wrong}, "status", code) for wrong, code in (("", "empty"), ("attended", "not_a_choice"))],
    # texts and numbers
    *[("notes", {"body": wrong}, "body", code) for wrong, code in (("", "empty"), (" \t\n ", "empty"), ("x" * 20_001, "long"), ("x" * 40_000, "long"))],
    *[("notes", {"body": wrong}, "body", code) for wrong, code in (("a\x07b", "control"), ("a\x9fb", "control"), ("a\u202eb", "turned"), ("a\u2067b", "turned"), ("a\x00b", "nul"))],
    *[("goals", {"title": wrong}, "title", code) for wrong, code in (("", "empty"), ("x" * 161, "long"), ("a\u202eb", "turned"))],
    ("goals", {"description": "x" * 4001}, "description", "long"),
    ("cases", {"context_summary": "x" * 4001}, "context_summary", "long"),
    *[("sessions", {"duration_minutes": wrong}, "duration_minutes", code) for wrong, code in (
        ("an hour", "not_a_number"), ("1.5", "not_a_number"), ("-60", "not_a_number"), ("9" * 30, "not_a_number"), ("4", "duration"), ("721", "duration"))],
    ("sessions", {"attendees": "x" * 301}, "attendees", "long"),
    *[("sessions", wrong, "outcome_note", code) for wrong, code in (
        ({"outcome_note": "x" * 8001}, "long"), ({"outcome_note": ""}, "no_outcome"), ({"status": "scheduled"}, "outcome_too_early"))],
    *[("properties", {"address": wrong}, "address", code) for wrong, code in (("", "empty"), ("x" * 201, "long"))],
    ("properties", {"address": "Dock 1 Street", "postcode": "LS7 1AA"}, "address", "home_is_here"),
    *[("properties", {"town": wrong}, "town", code) for wrong, code in (("", "empty"), ("x" * 101, "long"))],
    *[("properties", {"postcode": wrong}, "postcode", code) for wrong, code in (("", "empty"), ("75001", "postcode"), ("LS6", "postcode"), ("ＬＳ６２ＡＢ", "postcode"))],
    *[("tenants", {"full_name": wrong}, "full_name", code) for wrong, code in (("", "empty"), ("x" * 121, "long"))],
]  # fmt: skip


@pytest.fixture
def owner(shared_world):
    """The owner, in a transaction that is rolled back, with something in Harbour that files can name."""
    with shared_world.owner() as connection:
        ready(connection, shared_world)
        yield connection
        connection.rollback()


def counted(connection) -> dict[str, int]:
    """How many rows the tables have that an import writes to, and the audit log but for the import itself."""
    found = {table: connection.execute(f"select count(*) from app.{table}").fetchone()[0] for table in WRITTEN}
    return found | {"audit_log": connection.execute("select count(*) from app.audit_log where table_name <> 'imports'").fetchone()[0]}


def other(kind: str) -> dict[str, str]:
    """A second row of a kind that is right beside the first."""
    more = {"properties": {"address": "10 New Row"}, "cases": {"closed_at": "2024-06-07", "closing_reason": "moved_on"}}
    return ROWS[kind] | {"external_id": ROWS[kind]["external_id"] + "b"} | more.get(kind, {})


def brought_in(owner, world, kind: str, *rows: dict[str, str]):
    """A file of these rows, staged and checked."""
    this = stage(owner, world.organisation["harbour"], kind, csv_of([*rows]), asked_by=world.user["harbour_admin"])
    check(owner, this)
    return this


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_without_faults(owner, shared_world, kind):
    """Two rows that are right: no fault, and both would be added."""
    this = brought_in(owner, shared_world, kind, ROWS[kind], other(kind))
    assert faults(owner, this) == set() and state(owner, this) == ("checked", 0, 2, 0, 0)


@pytest.mark.parametrize(("kind", "wrong", "column", "code"), FAULTS, ids=[f"{kind} {column} {code} {number}" for number, (kind, _, column, code) in enumerate(FAULTS)])
def test_each_fault_is_found_where_it_is(owner, shared_world, kind, wrong, column, code):
    """In its line and column, with its reason in words; the line above is right; and the file is not brought in, whoever says so."""
    row = other(kind) | wrong
    if code in ("open_doubled", "open_already"):
        row |= {"closed_at": "", "closing_reason": ""}
    before = counted(owner)
    this = brought_in(owner, shared_world, kind, ROWS[kind], row)
    assert faults(owner, this) == {(3, column, code)}
    assert code in REASONS
    said = owner.execute("select said, length(said) from app.import_faults where import_id = %s", [this]).fetchone()
    assert said[1] is None or said[1] <= 60
    # Even where the screens are gone around.
    apply(owner, this)
    assert state(owner, this)[0] == "checked" and faults(owner, this) == {(3, column, code)}
    assert counted(owner) == before


def test_every_code_is_tried():
    """Every reason that there is words for is one of those above, or one of reading (tests/test_import_reading.py) or tried below."""
    of_reading = {"cells_few", "cells_many", "quotes", "encoding"}
    assert {code for *_, code in FAULTS} | of_reading | {"home_doubled", "before_records"} == set(REASONS)


def test_faults_of_the_same_home_and_of_late_records(owner, shared_world):
    """Two lines with one home; a closing before the latest record of its case, or before its opening day."""
    home = ROWS["properties"]
    assert faults(owner, brought_in(owner, shared_world, "properties", home, home | {"external_id": "P-2", "postcode": "LS62XX"})) == {(3, "address", "home_doubled")}
    case = opened(owner, shared_world)
    owner.execute("insert into app.support_notes (case_id, stream, body, author_id, author_name, created_at) values (%s, 'shared', 'Words', %s, 'A', '2024-07-01 12:00+00')",
                  [case, shared_world.user["worker"]])
    closing = ROWS["cases"] | {"closing_reason": "died"}
    for closed_at, expected in (("2024-06-30", {(2, "closed_at", "before_records")}), ("2024-07-01 12:59", {(2, "closed_at", "before_records")}), ("2024-07-01", set()), ("2024-07-01 13:00", set())):
        assert faults(owner, brought_in(owner, shared_world, "cases", closing | {"closed_at": closed_at})) == expected, closed_at


#: What people do in a case here, after whatever its former system knows of it.
DONE_HERE = {
    "a note": ["insert into app.support_notes (case_id, stream, body, author_id, author_name) values (%(case)s, 'shared', 'Words', %(user)s, 'A')"],
    "a change of a note": ["insert into app.support_notes (case_id, stream, body, author_id, author_name, created_at, edited_at)"
                           " values (%(case)s, 'shared', 'Words', %(user)s, 'A', '2024-06-01', now())"],
    "a goal": ["insert into app.support_goals (case_id, title, author_id, author_name) values (%(case)s, 'Keys', %(user)s, 'A')"],
    "a session": ["insert into app.support_sessions (case_id, scheduled_at, duration_minutes, type, status, outcome_note, author_id, author_name)"
                  " values (%(case)s, now() - interval '1 day', 30, 'appointment', 'delivered', 'Met', %(user)s, 'A')"],
    "a document": ["insert into app.support_documents (case_id, template_version_id, title, author_id, author_name) values (%(case)s, %(wording)s, 'Letter', %(user)s, 'A')"],
    "a file": ["insert into app.support_uploads (id, case_id, title, author_id, author_name) values (gen_random_uuid(), %(case)s, 'Scan', %(user)s, 'A')"],
    "somebody on the team": ["insert into app.support_collaborators (case_id, full_name, kind, participation_mode, email, invited_by_name)"
                             " values (%(case)s, 'Card', 'external_contact', 'reference_only', 'card@example.org', 'A')"],
    "a hold": ["insert into app.legal_holds (case_id, reason, author_id, author_name) values (%(case)s, 'A claim', %(user)s, 'A')"],
    "reopening it": ["update app.support_cases set closed_at = '2024-08-01', closing_reason = 'died' where id = %(case)s",
                     "update app.support_cases set closed_at = null where id = %(case)s"],
}  # fmt: skip


def opened(owner, world):
    """The id of a case that came in by a file of ROWS, with nothing in it."""
    this = brought_in(owner, world, "cases", ROWS["cases"])
    apply(owner, this)
    return owner.execute("select id from app.support_cases where external_id = %s", [ROWS["cases"]["external_id"]]).fetchone()[0]


def test_no_case_is_closed_before_what_was_done_in_it_here(owner, shared_world):
    """Retention counts from the closing: a file that closes a case long ago would destroy what people here have done since, or undo that they reopened it."""
    values = {"case": opened(owner, shared_world), "user": shared_world.user["worker"], "wording": shared_world.wording["harbour/letter/1"]}
    closing = ROWS["cases"] | {"closed_at": "2024-07-02 12:00", "closing_reason": "died"}
    assert faults(owner, brought_in(owner, shared_world, "cases", closing)) == set()
    for done, statements in DONE_HERE.items():
        owner.execute("savepoint before")
        for statement in statements:
            owner.execute(statement, values)
        assert faults(owner, brought_in(owner, shared_world, "cases", closing)) == {(2, "closed_at", "before_records")}, done
        owner.execute("rollback to savepoint before")


def test_many_faults_are_all_found(owner, shared_world):
    """Of several lines and several columns of one, reading's among them; blank lines count."""
    lines = csv_of([ROWS["notes"], ROWS["notes"] | {"external_id": "N-2", "stream": "x", "body": "", "author": ""}]).decode()
    file = (lines + ",,,,,,\r\n" + "N-3,C-0\r\n" + "N-4,C-0,shared,Words,Jo,2024-11-03,no,more\r\n" + 'N-5,"C"-0,x\r\n' + "N-6,C-none,shared,W\x81rds,Jo,tomorrow,\r\n").encode("latin-1")
    this = stage(owner, shared_world.organisation["harbour"], "notes", file, asked_by=shared_world.user["harbour_admin"])
    check(owner, this)
    assert faults(owner, this) == {
        (4, "stream", "not_a_choice"), (4, "body", "empty"), (4, "author", "empty"), (6, "", "cells_few"), (7, "", "cells_many"), (8, "", "quotes"),
        (9, "body", "encoding"), (9, "case", "unknown"), (9, "created_at", "date")} or faults(owner, this) == {
        (3, "stream", "not_a_choice"), (3, "body", "empty"), (3, "author", "empty"), (5, "", "cells_few"), (6, "", "cells_many"), (7, "", "quotes"),
        (8, "body", "encoding"), (8, "case", "unknown"), (8, "created_at", "date")}


DATES = [
    ("2024-11-03", "2024-11-03 00:00:00+00"), ("3/11/2024", "2024-11-03 00:00:00+00"), ("03.11.2024 14:05", "2024-11-03 14:05:00+00"), ("3 Nov 2024", "2024-11-03 00:00:00+00"),
    ("3rd November 2024, 2:05 pm", "2024-11-03 14:05:00+00"), ("03-Nov-2024 12:00 AM", "2024-11-03 00:00:00+00"), ("2024-07-01 10:00", "2024-07-01 09:00:00+00"), ("2024-07-01T10:00:30.5Z", "2024-07-01 10:00:30+00"),
    ("2024-07-01 10:00+05:30", "2024-07-01 04:30:00+00"), ("2024-07-01 10:00-0400", "2024-07-01 14:00:00+00"), ("2024-07-01 10:00 +01", "2024-07-01 09:00:00+00"),
    # The hour that comes twice: the later one. Days first, whatever else might be meant.
    ("2024-10-27 01:30", "2024-10-27 01:30:00+00"), ("05/04/2024", "2024-04-04 23:00:00+00"), ("29/02/2024", "2024-02-29 00:00:00+00"), ("1 Sept 2024", "2024-08-31 23:00:00+00"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "moment"), DATES)
def test_days_and_times_are_read_as_london_says_them(owner, cell, moment):
    """Each way of writing that Keywork reads, and what it takes it for."""
    assert owner.execute("select moment is not distinct from %s::timestamptz, fault from app.read_moment(%s)", [moment, cell]).fetchone() == (True, None)
    # Such a cell is no name of a column: a file that begins with it has no line of names.
    with pytest.raises(Unreadable, match="must hold the names"):
        read(io.BytesIO(f'"id","{cell}"\n1,2\n'.encode()))
