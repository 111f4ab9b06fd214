"""What was approved is fixed: documents, PDFs and files have the hashes that are kept of them after the server's restart and in a restored backup."""

import hashlib
import secrets
import uuid
from datetime import datetime, timezone

import psycopg
import pytest
from psycopg.types.json import Jsonb

from app import create_app
from config import from_environment
from tests.conftest import World, take_hat
from tests.dumps import Backup
from tests.servers import TestServer
from tests.web.conftest import environment_of
from views.document_pdf import document_pdf

DOCUMENT = uuid.uuid4()
#: Ids of a question of each kind, and an answer in letters of many scripts, of decimals, and of nothing.
ANSWERS = {"long_text": "Łódź & Ŵyn’s kitchen:\n\n“the heron”\u00a0— 鷺 \U0001f426", "number": 12.50, "choices": ["b", "ä"], "yes_no": False, "date": "2026-02-28",
           "signature": "Siân"}
PARTS = [{"id": str(uuid.uuid4()), "type": kind, "words": f"{kind} for {{{{tenant}}}}?"} | ({"options": ["ä", "b"]} if kind == "choices" else {}) for kind in ANSWERS]
#: What stands in the table, and what is kept of it; a document whose hash does not fit is found.
HASHES = """
    select f.pdf, f.sha256, d.pdf_sha256, f.content_sha256, d.content_sha256, d.content::text, d.content -> 'parts'
    from app.support_documents as d join app.support_document_pdfs as f on f.document_id = d.id where d.id = %s"""
#: Checks are not looked at again by themselves when rows are loaded past them.
CHECK_AGAIN = ("select conrelid::regclass::text, conname from pg_constraint where contype in ('c', 'f') and connamespace = 'app'::regnamespace"
               " and conrelid::regclass::text ~ 'support_(document|upload)'")


@pytest.fixture(scope="module")
def fixed():
    """A world on a server of its own, with an approved document and an uploaded file of random bytes; the PDF and the file."""
    server = TestServer(None)
    world = World(server, server.create("world"))
    file = b"%PDF-" + secrets.token_bytes(300_000)

    def does(persona: str, statement: str, *values) -> list[tuple]:
        with world.acting(persona) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    template = does("harbour_admin", "insert into app.document_templates (kind, name) values ('event_form', 'Incident') returning id")[0][0]
    wording = does("harbour_admin", "insert into app.document_template_versions (template_id, parts) values (%s, %s) returning id", template, Jsonb(PARTS))[0][0]
    does("worker", "insert into app.support_documents (id, case_id, template_version_id, title, answers) values (%s, %s, %s, 'The heron', %s)",
         DOCUMENT, world.case["ann"], wording, Jsonb({part["id"]: ANSWERS[part["type"]] for part in PARTS}))
    does("worker", "select app.submit_document(%s)", DOCUMENT)
    [(content, sha256)] = does("harbour_admin", "select content, content_sha256 from app.support_documents where id = %s", DOCUMENT)
    with create_app(from_environment(environment_of(world))).app_context():
        pdf = document_pdf(content, case_reference=str(world.case["ann"])[:8], approved_by="Harbour Admin", approved_at=datetime.now(timezone.utc),
                           content_sha256=sha256)
    does("harbour_admin", "select app.approve_document(%s, %s, %s)", DOCUMENT, sha256, pdf)
    does("worker", "select app.keep_upload(gen_random_uuid(), %s, %s, 'Scan', null, 'application/pdf', %s)", world.case["ann"], DOCUMENT, file)
    yield world, pdf, file
    world.close()
    server.stop()


def assert_as_it_was(conninfo: str, pdf: bytes, file: bytes) -> None:
    """To the byte, by every hash that is kept, and by every constraint when it is looked at again."""
    with psycopg.connect(conninfo) as connection:
        found, *of_pdf, made_of, of_content, said, parts = connection.execute(HASHES, [DOCUMENT]).fetchone()
        assert found == pdf and of_pdf == [hashlib.sha256(pdf).digest()] * 2
        assert made_of == of_content == hashlib.sha256(said.encode()).digest()
        assert {part["type"]: part["answer"] for part in parts} == ANSWERS
        assert connection.execute("select bytes, sha256, size_bytes from app.support_upload_files where upload_id in"
                                  " (select u.id from app.support_uploads as u where u.document_id = %s)", [DOCUMENT]).fetchall() == [(file, hashlib.sha256(file).digest(), len(file))]
        for table, constraint in connection.execute(CHECK_AGAIN).fetchall():
            definition = connection.execute("select pg_get_constraintdef(oid) from pg_constraint where conname = %s and conrelid = %s::regclass",
                                            [constraint, table]).fetchone()[0]
            connection.execute(f"alter table {table} add constraint looked_at_again {definition} not valid")
            connection.execute(f"alter table {table} validate constraint looked_at_again")
            connection.execute(f"alter table {table} drop constraint looked_at_again")
        connection.rollback()


def test_nothing_is_changed_by_a_restart_or_a_restore(fixed):
    """The server stopped, killed and started again; then dumped and restored."""
    world, pdf, file = fixed
    assert pdf.startswith(b"%PDF-") and len(pdf) > 5000
    assert_as_it_was(world.conninfo, pdf, file)
    world.server.local.stop()
    world.server.local.start()
    assert_as_it_was(world.conninfo, pdf, file)
    backup = Backup(world)
    try:
        assert_as_it_was(backup.restore(), pdf, file)
    finally:
        backup.drop()


CHANGES = {
    "content": "update app.support_documents set content = content || '{\"tenant\": \"Another\"}' where id = %(id)s",
    "content and its hash": "update app.support_documents set content = '{}', content_sha256 = sha256('{}') where id = %(id)s",
    "title": "update app.support_documents set title = 'Another' where id = %(id)s",
    "answers": "update app.support_documents set answers = '{}' where id = %(id)s",
    "hash of the PDF": "update app.support_documents set pdf_sha256 = sha256('a') where id = %(id)s",
    "author": "update app.support_documents set author_name = 'Another' where id = %(id)s",
    "approver": "update app.support_documents set approved_by_name = 'Another' where id = %(id)s",
    "PDF": "update app.support_document_pdfs set pdf = pdf || 'x' where document_id = %(id)s",
    "PDF gone": "delete from app.support_document_pdfs where document_id = %(id)s",
    "trail": "update app.support_document_events set reason = 'Another' where document_id = %(id)s",
    "trail gone": "delete from app.support_document_events where document_id = %(id)s",
    "all gone": "delete from app.support_documents where id = %(id)s",
    "file": "update app.support_upload_files set bytes = bytes || 'x'",
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("who", ["owner", "superuser", "org-admin"])
def test_nobody_changes_it(fixed, change, who):
    """Refused, and not for want of a right alone: what maintains the database meets the rule as well."""
    world, _, _ = fixed
    with psycopg.connect(world.app_conninfo if who == "org-admin" else world.conninfo) as connection:
        if who == "org-admin":
            take_hat(connection, world.identity("harbour_admin"))
        elif who == "owner":
            connection.execute("set role keywork_owner")
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(CHANGES[change], {"id": DOCUMENT})
        assert refused.value.sqlstate in (("42501", "KW464") if who == "org-admin" else ("KW464", "KW469", "23503", "23001"))
