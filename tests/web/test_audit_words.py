"""The words of the audit log: every table, column, action and hat has some, and they read as people speak."""

import re
from datetime import UTC, datetime

import pytest

from db.models_record import AuditEntry
from tests.web.form_table import FORMS, NOBODY
from tests.web.lines import HARBOUR, at, clients
from views.history_events import who
from views.field_words import FIELDS, UNSAID
from views.history_words import TOLD, deed, sentence
from views.words import LABELS


AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


def line(table: str, action: str, **values: object) -> AuditEntry:
    """A line as the database gives it, without words where none are given."""
    given = {"row_kind": None, "row_at": None, "actor_id": None, "before": None, "after": None, "reason": None, "row_name": None, "rule": None, "row_count": None}
    return AuditEntry(id=1, happened_at=AT, table_name=table, action=action, **{**given, "actor_name": "Maya Patel", "actor_hat": "org_admin", **values})


def test_every_audited_table_and_column_has_its_words(shared_world):
    """As the catalogue has them: tables with the trigger, their columns, actions and hats."""
    with shared_world.owner() as connection:
        tables = {name for (name,) in connection.execute(
            "select relname from pg_trigger join pg_class on pg_class.oid = tgrelid where tgname = 'written_down'")} - {"sign_ins"}
        columns = connection.execute("select table_name, column_name from information_schema.columns where table_schema in ('app', 'vault')").fetchall()
        checks = dict(connection.execute("select conname, pg_get_constraintdef(oid) from pg_constraint where conname like 'audit_a%%'"))
    assert len(tables) > 10 and set(TOLD) == set(FIELDS) == tables
    assert {(table, column) for table, column in columns if table in tables and column not in FIELDS[table]} == {
        (table, column) for table, column in columns if table in tables and column in UNSAID}
    assert set(re.findall(r"'(\w+)'::text", checks["audit_actions_are_known"])) == set(LABELS["event"])
    assert set(re.findall(r"'(\w+)'::text", checks["audit_actors_are_hats_or_logins"])) == (set(LABELS["hat"]) | set(LABELS["actor"]))


@pytest.mark.parametrize("table", TOLD)
@pytest.mark.parametrize("action", ["insert", "update", "delete", "purge"])
def test_a_line_says_something_when_its_words_are_gone(table, action):
    """A whole sentence without payload, name, kind and day; no table, no code, no blank left open."""
    kinds = {"support_documents": "checklist", "support_document_deliveries": "email", "support_notes": "shared", "memberships": "org_admin", "support_collaborators": "support_worker", "support_sessions": "home_visit"}
    said = sentence(line(table, action, row_kind=kinds.get(table), row_count=3, rule="case"))
    assert re.fullmatch(r"Maya Patel [a-z]+( [^ {}]+)+", said), said
    assert not re.search(r"None|_|support_|\bsaid\b.*\bsaid\b", said) and "a record" not in said.replace("3 records", ""), said


@pytest.mark.parametrize("table", FIELDS)
def test_a_change_of_each_column_is_told(table):
    """Also of several at once, and of what a later rule of ours would not let through."""
    for column in FIELDS[table]:
        for before, after in ((None, "x"), ("x", None), ("x", "y")):
            said = deed(line(table, "update", before={column: before}, after={column: after}))
            assert len(said.split()) > 1 and "None" not in said and "_" not in said, (column, said)


SAID = [
    (line("support_notes", "delete", row_kind="shared", row_at=datetime(2026, 11, 3, 9, tzinfo=UTC)), "Maya Patel deleted a Shared note of 3 Nov"),
    (line("support_notes", "delete", row_kind="shared", row_at=datetime(2024, 6, 30, 23, 30, tzinfo=UTC)), "Maya Patel deleted a Shared note of 1 Jul 2024"),
    (line("support_notes", "insert", row_kind="professional", row_at=AT, after={"safeguarding": True}),
     "Maya Patel wrote a Professional note and flagged it for safeguarding"),
    (line("support_notes", "update", row_kind="professional", row_at=AT, after={"safeguarding": False, "safeguarding_flagged_at": None}),
     "Maya Patel took the safeguarding flag back from a Professional note of 25 Nov"),
    (line("support_cases", "update", after={"closed_at": "2026-11-25T12:00:00+00:00", "closing_reason": "moved_on"}), "Maya Patel closed the case (moved on)"),
    (line("support_cases", "update", after={"closed_at": None, "closing_reason": None}), "Maya Patel reopened the case"),
    (line("support_collaborators", "update", row_kind="support_worker", row_name="Tom Reed", after={"ended_at": "2026-11-25T12:00:00+00:00"}),
     "Maya Patel ended Tom Reed's assignment"),
    (line("support_goals", "insert", after={"title": "{it} {name} %s"}), "Maya Patel added the goal “{it} {name} %s”"),
    (line("organisations", "update", before={"name": "A", "plan_code": "starter"}, after={"name": "B", "plan_code": "landlord"}),
     "Maya Patel changed the organisation: name and plan"),
    (line("support_notes", "update", row_kind="shared", row_at=AT, after={"landlord_id": NOBODY}),
     "Maya Patel moved a Shared note of 25 Nov with the home to another landlord"),
    (line("support_notes", "purge", rule="safeguarding", row_count=2, actor_hat="job", actor_name="keywork_jobs"),
     "Retention deleted 2 notes flagged for safeguarding for good"),
    (line("audit_payloads", "purge", rule="case", row_count=1200, actor_hat="owner", actor_name="keywork_owner"),
     "Retention deleted for good what this log said about 1,200 records"),
    (line("tenants", "insert", actor_hat="owner", actor_name="postgres", after={"full_name": "Ann Lee"}), "Whoever runs Keywork added the tenant Ann Lee"),
    (line("sign_ins", "sign_in", row_kind="link", actor_hat="sign_in"), "Maya Patel signed in by a link from an e-mail"),
    (line("support_notes", "view", row_kind="professional"), "Maya Patel looked at the Professional notes"),
    (line("suppressed_addresses", "insert", row_kind="bounced", actor_hat="sign_in", actor_name="keywork_signin", after={"address": "jo@example.org"}),
     "The e-mail service stopped e-mails to jo@example.org (an e-mail came back)"),
    (line("suppressed_addresses", "update", row_kind="bounced", row_name="jo@example.org", after={"cleared_at": "2026-11-25T12:00:00+00:00"}),
     "Maya Patel had e-mails sent to jo@example.org again"),
    (line("bi_logins", "insert", actor_hat="owner", actor_name="postgres", after={"login": "bi_finance"}),
     "Whoever runs Keywork let the reporting login bi_finance read the organisation's figures"),
    (line("bi_logins", "delete", actor_hat="owner", actor_name="postgres"), "Whoever runs Keywork took a reporting login away, which reads no figures any more"),
    (line("digests", "export", row_kind="digest", actor_hat="job", actor_name="keywork_jobs",
          after={"sent_to": "Jo Lamb", "address": "jo@example.org", "month": "2026-10-01"}),
     "A scheduled job sent the digest for October 2026 to Jo Lamb (jo@example.org)"),
    (line("digests", "export", row_kind="digest", actor_hat="job", actor_name="keywork_jobs"), "A scheduled job sent a digest to a housing officer"),
    (line("digests", "export", row_kind="digest_file", actor_hat="job", actor_name="keywork_jobs",
          after={"sent_to": "Jo Lamb", "address": "jo@example.org", "month": "2026-10-01"}),
     "A scheduled job wrote the digest for October 2026 to Jo Lamb (jo@example.org) into a file, from which it was sent to nobody"),
    (line("outbox", "update", row_kind="sent_again"), "Maya Patel had a digest sent again"),
    (line("outbox", "update", row_kind="document_arrived"), "Maya Patel noted that a document had arrived"),
    (line("document_templates", "insert", row_kind="letter", after={"name": "Welcome"}), "Maya Patel added the template “Welcome”"),
    (line("document_templates", "update", row_kind="letter", row_name="Welcome", after={"retired_at": None}), "Maya Patel brought the template “Welcome” back"),
    (line("document_templates", "update", row_kind="letter", before={"name": "Hello"}, after={"name": "Welcome"}), "Maya Patel renamed the template “Hello”"),
    (line("document_template_versions", "insert", row_name="Welcome", after={"version": 1}), "Maya Patel gave the template “Welcome” its first wording"),
    (line("document_template_versions", "insert", row_name="Welcome", after={"version": 3}), "Maya Patel gave the template “Welcome” a new wording"),
    (line("support_documents", "insert", row_kind="event_form", row_at=AT, after={"title": "The {it} heron"}), "Maya Patel began the document “The {it} heron”"),
    (line("support_documents", "insert", row_kind="event_form", after={"title": "Heron", "supersedes_id": NOBODY}), "Maya Patel began a new version of the document “Heron”"),
    (line("support_documents", "update", row_kind="event_form", row_name="Heron", before={"title": "Hern"}, after={"title": "Heron", "answers": {}, "revision": 2, "changed_at": "x"}),
     "Maya Patel changed the document “Hern”: title and answers"),
    *((line("support_documents", "update", row_kind="event_form", row_name="The {it} heron", after={"state": state, "step": step, "changed_at": "x"}), f"Maya Patel {told}") for state, step, told in (
        ("submitted", "submit", "handed in the document “The {it} heron” for approval"), ("draft", "return", "returned the document “The {it} heron” to its author"),
        ("approved", "approve", "approved the document “The {it} heron”"), ("sent", "send", "marked the document “The {it} heron” as sent"),
        ("sent", "hand_over", "marked the document “The {it} heron” as handed over"), ("withdrawn", "withdraw", "withdrew the document “The {it} heron”"),
        ("superseded", "supersede", "replaced the document “The {it} heron” with a newer version"))),
    (line("support_documents", "update", row_kind="letter", row_at=AT, after={"step": "hand_over", "changed_at": "x"}), "Maya Patel marked a letter of 25 Nov as handed over too"),
    (line("support_documents", "update", row_kind="letter", row_at=AT, after={"changed_at": "x"}), "Maya Patel marked a letter of 25 Nov as sent once more"),
    (line("support_documents", "update", row_kind="letter", row_at=AT, after={"landlord_id": NOBODY}), "Maya Patel moved a letter of 25 Nov with the home to another landlord"),
    (line("support_documents", "purge", rule="case", row_count=2, actor_hat="job", actor_name="keywork_jobs"), "Retention deleted 2 documents for good"),
    (line("support_document_deliveries", "insert", row_kind="email", after={"to_name": "Jo Lamb", "to_address": "jo@example.org"}),
     "Maya Patel had a document sent to Jo Lamb (jo@example.org) by e-mail"),
    (line("support_document_deliveries", "insert", row_kind="by_hand", row_name="Jo Lamb"), "Maya Patel noted that a document was handed to Jo Lamb"),
    (line("support_uploads", "insert", after={"title": "Passport"}), "Maya Patel added the file “Passport”"),
    (line("support_uploads", "delete", before={"title": "Passport"}), "Maya Patel removed the file “Passport”"),
    (line("support_uploads", "purge", rule="case", row_count=1, actor_hat="job", actor_name="keywork_jobs"), "Retention deleted 1 file for good"),
    (line("support_documents", "export", row_kind="document_pdf", row_name="Heron"), "Maya Patel took a copy out of Keywork: a document as a PDF, “Heron”"),
    (line("support_documents", "export", row_kind="document_pdf"), "Maya Patel took a copy out of Keywork: a document as a PDF"),
    (line("support_uploads", "export", row_kind="uploaded_file", row_name="Heron"), "Maya Patel took a copy out of Keywork: a file of the case, “Heron”"),
    *((line("support_cases", "export", row_kind=kind, after=after), f"Maya Patel took a copy out of Keywork: {told}") for kind, after, told in (
        ("notes_csv", None, "notes as a CSV file"), ("shared_notes_pdf", {"since": "2026-11-03"}, "Shared notes as a PDF, from 3 Nov 2026"),
        ("sessions_csv", {"until": "2026-11-03"}, "sessions as a CSV file, up to 3 Nov 2026"),
        ("sessions_pdf", {"since": "2026-11-03", "until": "2026-12-01"}, "sessions as a PDF, 3 Nov 2026 to 1 Dec 2026"),
        ("notes_pdf", {"since": "2026-11-03", "until": "2026-11-03"}, "notes as a PDF, 3 Nov 2026"))),
    (line("support_documents", "export", row_kind="document", row_name="Heron", actor_hat="job", actor_name="keywork_jobs", after={"sent_to": "Jo Lamb", "address": "jo@example.org"}),
     "A scheduled job sent the document “Heron” to Jo Lamb (jo@example.org)"),
    (line("support_documents", "export", row_kind="document_file", actor_hat="job", actor_name="keywork_jobs"),
     "A scheduled job wrote a document to somebody into a file, from which it was sent to nobody"),
    (line("outbox", "update", row_kind="not_arrived"), "Maya Patel noted that a digest had not arrived"),
    (line("made_up", "update", after={"status": 7}), "Maya Patel changed a record"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "said"), SAID, ids=[said for _, said in SAID])
def test_sentences(entry, said):
    """Word for word; days by London's calendar, logins never by name."""
    assert sentence(entry) == said and who(entry) in said


WRITTEN_BY = {
    "note edit": "support_notes", "goal edit": "support_goals", "session edit": "support_sessions", "summary": "support_cases", "close": "support_cases",
    "collaborator": "support_collaborators", "contact card": "support_collaborators", "landlord edit": "landlords", "property edit": "properties",
    "tenant edit": "tenants", "property manager": "memberships",
}  # fmt: skip


@pytest.mark.parametrize("form", WRITTEN_BY)
def test_labels_are_those_of_the_forms(console, clients, form):
    """Whoever reads of a change finds the words that stood on the form."""
    page = clients[HARBOUR].get(at(console, FORMS[form].address)).text
    fields = FIELDS[WRITTEN_BY[form]]
    known = [name for name in FORMS[form].fields if name in fields]
    assert known
    for name in known:
        assert re.search(rf">{re.escape(fields[name].label)}( |<)", page), name
