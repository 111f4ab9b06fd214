"""What operators read of documents in the audit log: each step in a sentence with its reason, answers by their questions, and nothing as it is stored."""

import re
import uuid

import pytest
from psycopg.types.json import Jsonb

from tests.web.lines import at, clients, text_of
from tests.web.pages import Page

PARTS = [{"id": str(uuid.uuid4()), "type": "heading", "words": "About {{tenant}}"}] + [
    {"id": str(uuid.uuid4()), "type": kind, "words": words} | more for kind, words, more in (
        ("long_text", "How is <b>home</b>?", {"required": True, "hint": "In their words"}), ("choices", "What helps?", {"options": ["Talking", "A walk"]}),
        ("date", "When do we meet?", {}), ("yes_no", "May we share it?", {}))]
_, HOME, HELPS, MEET, SHARE = (part["id"] for part in PARTS)
#: Whatever is stored: objects, ids, hashes as bytes, moments.
STORED = re.compile(r"\{\"|[0-9a-f]{8}-[0-9a-f]{4}-|\\x|\d{4}-\d\d-\d\dT|null|_\w")
PDF = b"%PDF-1.7 of the heron"


@pytest.fixture(scope="module")
def life(console):
    """The id of a document of ann's that went through every step, with a scan that was added and one that was removed."""
    world, document, newer = console.world, uuid.uuid4(), uuid.uuid4()

    def does(persona: str, statement: str, *values):
        with world.acting(persona) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchone()[0] if cursor.description else None

    template = does("harbour_admin", "insert into app.document_templates (kind, name, repeats_every_months) values ('recurring_assessment', 'Review of the heron', 6) returning id")
    wording = does("harbour_admin", "insert into app.document_template_versions (template_id, parts) values (%s, %s) returning id", template, Jsonb(PARTS))
    does("worker", "insert into app.support_documents (id, case_id, template_version_id, title, answers) values (%s, %s, %s, 'First heron', %s)",
         document, world.case["ann"], wording, Jsonb({HOME: "Cold", SHARE: False}))
    does("worker", "update app.support_documents set title = 'Heron', answers = %s where id = %s", Jsonb({HOME: "Warm\nand <i>dry</i>", HELPS: ["A walk", "Talking"], SHARE: False}), document)
    does("worker", "select app.submit_document(%s)", document)
    does("quay_manager", "select app.return_document(%s, 'When do you meet?')", document)
    does("worker", "update app.support_documents set answers = answers || %s where id = %s", Jsonb({MEET: "2026-11-03"}), document)
    does("worker", "select app.submit_document(%s)", document)
    does("quay_manager", "select app.approve_document(id, content_sha256, %s) from app.support_documents where id = %s", PDF, document)
    does("quay_manager", "select app.send_document(%s, gen_random_uuid(), 'Aunt May', 'may@example.net')", document)
    does("quay_manager", "select app.hand_over_document(%s, gen_random_uuid(), 'Ann', '2024-01-02')", document)
    does("quay_manager", "select app.new_version_of(%s, %s)", document, newer)
    does("harbour_admin", "select app.withdraw_document(%s, 'Begun by mistake')", newer)
    for title in ("Scan", "Wrong scan"):
        does("worker", "select app.keep_upload(gen_random_uuid(), %s, %s, %s, '2024-01-02', 'application/pdf', %s)", world.case["ann"], document, title, PDF)
    does("worker", "delete from app.support_uploads where title = 'Wrong scan'")
    return document


TOLD = (
    "Worker began the document “First heron”", "Worker changed the document “First heron”: title and answers", "Worker handed in the document “Heron” for approval",
    "Quay Manager returned the document “Heron” to its author Reason: “When do you meet?”", "Worker changed the document “Heron”: answers",
    "Quay Manager approved the document “Heron”", "Quay Manager had a document sent to Aunt May (may@example.net) by e-mail", "Quay Manager marked the document “Heron” as sent",
    "Quay Manager noted that a document was handed to Ann", "Quay Manager marked the document “Heron” as handed over too", "Quay Manager began a new version of the document “Heron”",
    "Harbour Admin withdrew the document “Heron” Reason: “Begun by mistake”", "Worker added the file “Scan”", "Worker added the file “Wrong scan”", "Worker removed the file “Wrong scan”",
)


@pytest.mark.parametrize("persona", ["harbour_admin", "quay_manager"])
def test_the_history_of_a_case_tells_a_documents_life(console, life, clients, persona):
    """Each step in words, with the reason where one was asked for."""
    said = text_of(clients[persona], at(console, "/support-cases/{case[ann]}/history"))
    assert [sentence for sentence in TOLD if sentence not in said] == []


def test_lines_say_what_changed_and_nothing_as_it_is_stored(console, life, clients):
    """Every line about documents, templates and files: fields in words, answers by their questions, what was handed in as it reads."""
    with console.world.owner() as owner:
        lines = owner.execute("select id, table_name, action from app.audit_log where table_name ~ '^(document|support_document|support_upload)' and actor_hat <> 'owner' order by id").fetchall()
    pages = {number: Page(clients["harbour_admin"].get(f"/audit/{number}").text) for number, *_ in lines}
    assert len(pages) > 15
    assert {number: found[0] for number, page in pages.items() if (found := STORED.search(page.text.replace("{{case_opened}}", "")))} == {}
    said = [page.text for page in pages.values()]

    def some(*words: str) -> bool:
        return any(all(each in page for each in words) for page in said)

    assert some("What it says and asks", "How is <b>home</b>?", "Longer text, must be answered", "In their words", "Several choices: Talking and A walk")
    assert some("Repeats Every 6 months", "Name Review of the heron", "Kind Recurring assessment")
    assert some("How is <b>home</b>? Cold", "May we share it? No", "Made from Review of the heron")
    assert some("How is <b>home</b>? Before Cold After Warm and <i>dry</i>", "What helps? Before Nothing After A walk and Talking") and not some("May we share it? Before")
    assert some("When do we meet? Before Nothing After 3 November 2026")
    assert some("State Before Draft After", "About Ann Tenant", "When do we meet? 3 November 2026", "What helps? A walk and Talking")
    assert some("Approved by Before Nothing After Quay Manager", "The next one is due", "SHA-256 of its PDF")
    assert some("How By hand", "To Ann", "Handed over 2 Jan 2024", "Document Heron") and some("Belongs to Heron", "Received 2 Jan 2024")


def test_a_property_manager_reads_no_more_than_their_cases(console, life, clients):
    """Another landlord's manager finds no line about it, and of templates nobody but the org-admin reads anything."""
    with console.world.owner() as owner:
        numbers = [row[0] for row in owner.execute("select id from app.audit_log where row_id = %s or table_name ~ '^document_template'", [life])]
    answers = {persona: {clients[persona].get(f"/audit/{number}").status_code for number in numbers} for persona in ("heath_manager", "idle_manager")}
    assert answers == {"heath_manager": {404}, "idle_manager": {404}}
