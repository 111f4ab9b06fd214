"""A sentence put into every text of a case is found nowhere once retention has destroyed it (threat 30)."""

import os
import subprocess
import uuid

import psycopg
import pytest

from psycopg.types.json import Jsonb

from tests import doors as doors_module
from tests.packs import PARTS
from tests.retention import RECORDS, as_job, faults, seal, sweep

CANARY = "zwitschernder Kanarienvogel"
#: Where a document about the case is sent, and comes back from.
ADDRESS = "Kanarienvogel@example.net"

#: Texts that are codes, hashes, names of people with accounts, or where to reach somebody: what cannot hold a sentence.
NO_SENTENCES = {
    "closing_reason", "stream", "status", "type", "kind", "participation_mode", "email", "phone", "author_name", "invited_by_name", "lifted_by_name",
    "state", "step", "from_state", "to_state", "way", "to_address", "media_type", "actor_name", "approved_by_name", "content_sha256", "pdf_sha256", "sha256",
}
#: Each column of each table, partition and materialised view, whatever its type.
COLUMNS = """
    select n.nspname, c.relname, a.attname, format_type(a.atttypid, null) from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'm')"""


def found_in(connection, words: str = CANARY) -> set[str]:
    """The columns in which the sentence stands, as text or as bytes, in capitals or small letters."""
    spellings = [f"%{words}%", f"%{words.encode().hex()}%"]
    return {f"{table}.{column}" for schema, table, column, _ in connection.execute(COLUMNS).fetchall()
            if connection.execute(f'select exists (select from "{schema}"."{table}" where "{column}"::text ilike any (%s))', [spellings]).fetchone()[0]}


def text_columns(connection) -> set[str]:
    """Every column of a table of records, or of what is part of one, that can hold a sentence."""
    return {f"{table}.{column}" for schema, table, column, kind in connection.execute(COLUMNS).fetchall()
            if schema == "app" and table in (*RECORDS, *PARTS) and kind in ("text", "text[]", "jsonb", "bytea") and column not in NO_SENTENCES}


def dumped(world) -> bytes:
    """All that a fresh pg_dump holds."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return subprocess.run([world.server.local.bindir / "pg_dump", "--dbname", world.conninfo], capture_output=True, check=True, timeout=60, env=environment).stdout


def live_a_case(world, doors) -> str:
    """Opens a case for Fay and puts the sentence wherever people can: records, what was changed or deleted of them, reasons. The case's id."""
    say = {"canary": CANARY, "tenant": world.tenant["fay"]}

    def as_admin(statement: str, **values):
        with world.acting("harbour_admin") as connection:
            cursor = connection.execute(statement, say | values)
            return cursor.fetchone()[0] if cursor.description else None

    case = as_admin("insert into app.support_cases (tenant_id, context_summary) values (%(tenant)s, 'Before: ' || %(canary)s) returning id")
    say["case"] = case
    as_admin("update app.support_cases set context_summary = 'After: ' || %(canary)s where id = %(case)s")
    kept, wrong, flagged = (as_admin("insert into app.support_notes (case_id, stream, body) values (%(case)s, %(stream)s, %(canary)s || ' ' || %(stream)s) returning id", stream=stream)
                        for stream in ("shared", "shared", "professional"))
    as_admin("update app.support_notes set body = 'Nothing now' where id = %(note)s", note=kept)
    as_admin("update app.support_notes set body = %(canary)s || ' again' where id = %(note)s", note=kept)
    as_admin("delete from app.support_notes where id = %(note)s", note=wrong)
    as_admin("update app.support_notes set safeguarding = true where id = %(note)s", note=flagged)
    as_admin("select app.remove_safeguarding_flag(%(note)s, 'Flagged by mistake, ' || %(canary)s)", note=flagged)
    goal = as_admin("insert into app.support_goals (case_id, title, description) values (%(case)s, %(canary)s, %(canary)s) returning id")
    as_admin("insert into app.support_goal_progress (case_id, goal_id, body) values (%(case)s, %(goal)s, %(canary)s)", goal=goal)
    as_admin("insert into app.support_sessions (case_id, scheduled_at, type, attendees, status, outcome_note)"
             " values (%(case)s, '2020-01-01', 'home_visit', %(canary)s, 'delivered', %(canary)s)")
    as_admin("insert into app.support_collaborators (case_id, full_name, kind, participation_mode, phone, works_for, role_label)"
             " values (%(case)s, %(canary)s, 'external_contact', 'reference_only', '0113 496 0000', %(canary)s, %(canary)s)")
    hold = as_admin("insert into app.legal_holds (case_id, reason) values (%(case)s, %(canary)s) returning id")
    as_admin("select app.lift_hold(%(hold)s, %(canary)s)", hold=hold)
    as_admin("select app.record_view(%(case)s)")
    as_admin("select app.record_case_export(%(case)s, 'notes', 'csv', '2024-01-01', '2024-01-31')")
    # A reason that nobody asked for, and an invitation that waits.
    with world.acting("harbour_admin") as connection:
        connection.execute("select set_config('app.reason', %s, true)", [CANARY])
        connection.execute("update app.support_goals set status = 'achieved' where id = %s", [goal])
    with world.acting("harbour_admin") as connection:
        member = connection.execute("insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, email)"
                                    " values (%s, %s, %s, 'support_worker', 'full', 'gone@example.org') returning id", [case, world.user["gone"], CANARY]).fetchone()[0]
    assert doors.ask(doors_module.TO_ASSIGNMENT, collaborator=member, hash=doors_module.new_hash()).full_name == CANARY
    write_documents(world, case)
    tell(world, case)
    bring_in(world, case)
    as_admin("select app.close_case(%(case)s, 'moved_on', true)")
    return case


def bring_in(world, case) -> None:
    """What the case and its records were called in a former system, and a file without names of columns that waits to be imported and names the case."""
    with world.owner() as owner:
        for table, column in (("support_cases", "id"), ("support_notes", "case_id"), ("support_goals", "case_id"), ("support_sessions", "case_id")):
            owner.execute(f"update app.{table} set external_id = %s || ' ' || id where {column} = %s", [CANARY, case])
    with world.acting("harbour_admin") as connection:
        this, firm = connection.execute("insert into app.imports (kind, file_name, encoding, delimiter, header) values ('notes', 'n.csv', 'utf-8', ',', %s)"
                                        " returning id, organisation_id", [["N-0", f"{CANARY} {case}", f"{CANARY} in its first line"]]).fetchone()
        connection.execute("insert into app.import_lines (organisation_id, import_id, line, cells) values (%s, %s, 2, %s)",
                           [firm, this, ["N-1", f"{CANARY} {case}", f"{CANARY} in a file"]])
        connection.execute("insert into app.import_faults (organisation_id, import_id, line, code, said) values (%s, %s, 3, 'nul', %s)", [firm, this, CANARY])
    # Matched, and back from a check.
    with world.owner() as owner:
        owner.execute("update app.imports set mapping = %s, state = 'checked' where id = %s", [Jsonb({"body": f"{CANARY} in its first line"}), this])


def write_documents(world, case) -> None:
    """A worker joins the team; a document that is returned with a reason, approved, sent and handed over, a newer one that is withdrawn, and files, one of them removed."""
    question = str(case)
    pdf = f"%PDF-1.7 {CANARY}".encode()

    def does(persona: str, statement: str, *values):
        with world.acting(persona) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchone()[0] if cursor.description else None

    does("harbour_admin", "insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode) values (%s, %s, 'Worker', 'support_worker', 'full')",
         case, world.user["worker"])
    template = does("harbour_admin", "insert into app.document_templates (kind, name) values ('event_form', 'Incident') returning id")
    wording = does("harbour_admin", "insert into app.document_template_versions (template_id, parts) values (%s, %s) returning id", template,
                   Jsonb([{"id": question, "type": "long_text", "words": "What happened?"}]))
    document, newer = uuid.uuid4(), uuid.uuid4()
    does("worker", "insert into app.support_documents (id, case_id, template_version_id, title) values (%s, %s, %s, %s)", document, case, wording, f"Before: {CANARY}")
    does("worker", "update app.support_documents set title = %s, answers = %s where id = %s", CANARY, Jsonb({question: CANARY}), document)
    does("worker", "select app.submit_document(%s)", document)
    does("harbour_admin", "select app.return_document(%s, %s)", document, CANARY)
    does("worker", "select app.submit_document(%s)", document)
    does("harbour_admin", "select app.approve_document(d.id, d.content_sha256, %s) from app.support_documents as d where d.id = %s", pdf, document)
    does("harbour_admin", "select app.send_document(%s, gen_random_uuid(), %s, %s)", document, CANARY, ADDRESS)
    as_job(world, "select app.message_was_sent((select message_id from app.claim_message()), 'provider-1')")
    with psycopg.connect(world.signin_conninfo) as web_server:
        web_server.execute("select app.record_delivery('event-1', 'provider-1', 'bounced', now())")
    does("harbour_admin", "select app.hand_over_document(%s, gen_random_uuid(), %s, '2024-01-01')", document, CANARY)
    does("harbour_admin", "select app.new_version_of(%s, %s)", document, newer)
    does("harbour_admin", "select app.withdraw_document(%s, %s)", newer, CANARY)
    for name in ("Kept", "Removed"):
        does("worker", "select app.keep_upload(gen_random_uuid(), %s, %s, %s, null, 'application/pdf', %s)", case, document, f"{name}: {CANARY}", pdf)
    does("worker", "delete from app.support_uploads where title like 'Removed%%'")


def tell(world, case) -> None:
    """A housing officer joins the team, and gets the month's digest about the case."""
    with world.acting("harbour_admin") as connection:
        connection.execute("insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode)"
                           " values (%s, %s, 'Officer', 'housing_officer', 'full')", [case, world.user["officer_open"]])
        # That one achieved before; this one is told.
        connection.execute("update app.support_goals set status = 'active' where case_id = %s", [case])
    as_job(world, "call app.compose_digests(date_trunc('month', now() at time zone 'Europe/London')::date)")
    with psycopg.connect(world.jobs_conninfo, autocommit=True) as connection:
        digests = []
        while claimed := connection.execute("select message_id, digest_id from app.claim_message()").fetchone():
            digests += connection.execute("select case_id, content::text from app.digest_to_send(%s)", [claimed[1]]).fetchall()
            connection.execute("select app.message_was_sent(%s, null)", [claimed[0]])
    [said] = [content for told, content in digests if told == case]
    assert said.count(CANARY) == 3 and f"{CANARY} professional" not in said  # title, progress, Shared note


def let_time_pass(world, case) -> None:
    """The case closed thirty years ago."""
    with psycopg.connect(world.conninfo) as connection:
        connection.execute("update app.support_cases set opened_at = opened_at - interval '40 years', closed_at = closed_at - interval '30 years' where id = %s", [case])


def test_nothing_of_it_survives(doors):
    """It stands in every text of the case, in the log and in a dump; after the sweep it is in no column of any table, and in no dump."""
    world = doors.world
    case = live_a_case(world, doors)
    with psycopg.connect(world.conninfo) as connection:
        assert found_in(connection) == text_columns(connection) | {"audit_payloads.before", "audit_payloads.after", "audit_payloads.reason", "digest_entries.content",
                                                                         "outbox.to_name", "import_lines.cells", "import_faults.said", "imports.header", "imports.mapping"}
        # The log of an import has no words of its file.
        assert connection.execute("select count(*), count(*) filter (where p::text like %s) from app.audit_payloads as p"
                                  " where p.row_id = (select i.id from app.imports as i where i.file_name = 'n.csv')", [f"%{CANARY}%"]).fetchone() == (2, 0)
        # Files are in no line of the log, by their bytes.
        assert connection.execute("select count(*) from app.audit_payloads as p where p::text like %s", [f"%{CANARY.encode().hex()}%"]).fetchone() == (0,)
        assert {"suppressed_addresses.address", "support_document_deliveries.to_address", "outbox.to_address"} <= found_in(connection, ADDRESS)
        emails = [row[0] for row in connection.execute("select id from app.outbox where to_name = %s", [CANARY])]
        assert connection.execute("select count(*) from vault.links as l join app.support_collaborators as m on m.id = l.collaborator_id where m.case_id = %s",
                                  [case]).fetchone() == (1,)
    assert CANARY.encode() in dumped(world)
    seal(world)
    let_time_pass(world, case)
    with world.owner() as owner:
        facts = owner.execute("select count(*) from app.audit_log where case_id = %s", [case]).fetchone()[0]
    sweep(world)
    with psycopg.connect(world.conninfo) as connection:
        assert found_in(connection) == found_in(connection, ADDRESS) == set()
        # Of what the officer was told the fact stays; the files of the e-mail go.
        assert connection.execute("select count(*), count(o.copy_erased_at) from app.audit_log as a join app.outbox as o on o.digest_id = a.row_id where a.case_id = %s"
                                  " and a.action = 'export'", [case]).fetchone() == (1, 1)
        # Those of the document's e-mail, which is gone itself, too.
        assert connection.execute("select app.files_to_erase(%s)", [emails]).fetchone() == (emails,) and len(emails) == 1
        # The facts stay, and say which went; not even a hash of a link is left of the case itself.
        assert connection.execute("select count(*) from app.audit_log where case_id = %s and action <> 'purge'", [case]).fetchone()[0] == facts > 20
        assert connection.execute("select count(*) from app.audit_payloads where case_id = %s", [case]).fetchone() == (0,)
        assert connection.execute("select count(*) from vault.links as l where not exists (select from app.support_collaborators as m where m.id = l.collaborator_id)"
                                  " and l.collaborator_id is not null").fetchone() == (0,)
    left = dumped(world)
    assert CANARY.encode() not in left and ADDRESS.encode() not in left and ADDRESS.lower().encode() not in left
    seal(world)
    with psycopg.connect(world.conninfo) as connection:
        assert faults(connection) == []


def test_a_flagged_note_keeps_its_own_words_alone(doors):
    """Where one note stays for longer, its text and its earlier texts stay, and the case's header; all other words go when they are due."""
    world = doors.world
    case = live_a_case(world, doors)
    with world.acting("harbour_admin") as connection:
        kept = connection.execute("update app.support_notes set safeguarding = true where case_id = %s and stream = 'professional' returning id", [case]).fetchone()[0]
    let_time_pass(world, case)
    sweep(world)
    with psycopg.connect(world.conninfo) as connection:
        assert [row[0] for row in connection.execute("select id from app.support_notes where case_id = %s", [case])] == [kept]
        words = connection.execute("select distinct table_name, row_id = %s from app.audit_payloads as p where case_id = %s and p::text like %s",
                                   [kept, case, f"%{CANARY}%"]).fetchall()
    assert sorted(words) == [("legal_holds", False), ("support_cases", False), ("support_collaborators", False), ("support_notes", True)]


# ---- the registry ----------------------------------------------------------------------------------------------------

HOLD_TEXT = """
    select distinct c.relname::text from pg_class as c join pg_attribute as a on a.attrelid = c.oid
    where c.relnamespace in ('app'::regnamespace, 'vault'::regnamespace) and c.relkind in ('r', 'p', 'm') and not c.relispartition and a.attnum > 0 and not a.attisdropped
      and a.atttypid in ('text'::regtype, 'text[]'::regtype, 'json'::regtype, 'jsonb'::regtype, 'bytea'::regtype, 'varchar'::regtype, 'tsvector'::regtype, 'xml'::regtype)"""

#: (table, the one that its rows go with).
CASCADING = """
    select part.relname::text, whole.relname::text
    from pg_constraint as k join pg_class as part on part.oid = k.conrelid join pg_class as whole on whole.oid = k.confrelid
    where k.connamespace = 'app'::regnamespace and k.contype = 'f' and k.confdeltype = 'c'"""


def left_out(connection) -> set[str]:
    """What the registry of kept texts lacks, has too much, or promises without keeping it."""
    kept = dict(connection.execute("select table_name, kept_as from app.kept_texts()").fetchall())
    there = {row[0] for row in connection.execute(HOLD_TEXT).fetchall()}
    erasing, = connection.execute("select string_agg(prosrc, '') from pg_proc where oid in ('app.erase_copies'::regproc, 'app.erase_told'::regproc, 'app.erase_recipients'::regproc, 'app.erase_subject_access'::regproc)").fetchone()
    due, = connection.execute("select pg_get_viewdef('app.records_due'::regclass)").fetchone()
    wanting = {table for table, how in kept.items()
               if (how == "copy" and f".{table} as" not in erasing) or (how == "record" and f"app.{table} " not in due.replace("\n", " ").replace(";", " "))}
    goes_along = {part for part, whole in connection.execute(CASCADING).fetchall() if kept.get(whole) == "record"}
    wanting |= {table for table, how in kept.items() if how == "part" and table not in goes_along}
    return (there ^ kept.keys()) | wanting | {table for table, how in kept.items() if how not in ("record", "part", "copy", "fact", "set-up")}


@pytest.mark.parametrize("planted, table", [
    ("create table app.planted (id uuid, words text)", "planted"), ("create table vault.planted (words jsonb)", "planted"),
    ("create table app.planted (words text[])", "planted"), ("create table app.planted (file bytea)", "planted"),
    ("create materialized view app.planted as select body from app.support_notes", "planted"),
    ("alter table app.support_upload_files drop constraint files_are_of_an_upload", "support_upload_files"),
    ("drop function app.erase_recipients(uuid, uuid[]); create function app.erase_recipients() returns void language sql begin atomic; end", "suppressed_addresses"),
    ("drop function app.erase_copies(uuid, uuid[], uuid[]); create function app.erase_copies() returns void language sql begin atomic; end;"
     " drop function app.erase_recipients(uuid, uuid[]); create function app.erase_recipients() returns void language sql begin atomic; end;"
     " drop function app.erase_subject_access(uuid, uuid[], uuid[]); create function app.erase_subject_access() returns void language sql begin atomic; end", "audit_payloads"),
    ("drop function app.erase_subject_access(uuid, uuid[], uuid[]); create function app.erase_subject_access() returns void language sql begin atomic; end", "subject_access_chunks"),
])
def test_every_table_with_words_is_in_the_registry(each_world, planted, table):
    """Each is a record, a copy that is erased, a fact or set-up; a new table that nobody decided on is found, and a copy without its statement."""
    with each_world.owner() as owner:
        assert left_out(owner) == set()
        owner.execute(planted)
        assert table in left_out(owner)
        owner.rollback()
