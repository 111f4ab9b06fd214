"""Who acted, by the audit log, and what changed no row by anybody's hand, in words: looks, exports, sign-ins, e-mails, and what
retention deleted."""

from collections.abc import Callable
from datetime import date

from db.models_record import AuditEntry
from views.certificate import COPIES, RECORDS
from views.words import count, day

#: Whoever acts through no screen.
UNNAMED = {"job": "A scheduled job", "owner": "Whoever runs Keywork"}
#: Whoever asked for the run.
RETENTION = "Retention"
#: What tells of bounces and complaints comes in through the login that signs people in, and is about nobody.
PROVIDER = "The e-mail service"
#: What an org-admin decided about an e-mail of the outbox, by the code that the line holds.
DECIDED = {
    "sent_again": "had a digest sent again", "arrived": "noted that a digest had arrived", "not_arrived": "noted that a digest had not arrived",
    "document_sent_again": "had a document sent again", "document_arrived": "noted that a document had arrived", "document_not_arrived": "noted that a document had not arrived",
}  # fmt: skip
#: What somebody looked at or came in by, by the code that the line holds.
VIEWED = {"professional": "the Professional notes", "held_items": "everything that is held about a tenant, for a subject access request"}
#: What was taken out of Keywork, by the code that the line holds.
EXPORTED = {
    "document_pdf": "a document as a PDF", "uploaded_file": "a file of the case", "subject_access_bundle": "the files of a subject access request",
    **{f"{what}_{ending}": f"{words} as {form}" for what, words in (("notes", "notes"), ("shared_notes", "Shared notes"), ("sessions", "sessions"))
       for ending, form in (("csv", "a CSV file"), ("pdf", "a PDF"))},
}  # fmt: skip
SIGNED_IN = {"password": "signed in with a password", "link": "signed in by a link from an e-mail"}


def who(entry: AuditEntry) -> str:
    """The name of the person who acted, or what acted; never the name of a login."""
    if entry.actor_hat == "sign_in" and entry.actor_id is None and entry.action != "sign_in":
        return PROVIDER
    if entry.actor_hat not in UNNAMED:
        return entry.actor_name
    return RETENTION if entry.action == "purge" or entry.table_name == "retention_runs" else UNNAMED[entry.actor_hat]


def _viewed(entry: AuditEntry) -> str:
    return f"looked at {VIEWED.get(entry.row_kind, 'the case')}"


def _digest(after: dict) -> str:
    if not after.get("month"):
        return "a digest to a housing officer"
    return f"the digest for {date.fromisoformat(after['month']):%B %Y} to {after.get('sent_to')} ({after.get('address')})"


def _sent(entry: AuditEntry) -> str:
    after = entry.after or {}
    if entry.row_kind.startswith("digest"):
        what = _digest(after)
    else:
        what = f"the document “{entry.row_name}”" if entry.row_name else "a document"
        what += f" to {after['sent_to']} ({after.get('address')})" if after.get("sent_to") else " to somebody"
    # Where Keywork is not set up to send e-mails.
    return f"sent {what}" if not entry.row_kind.endswith("_file") else f"wrote {what} into a file, from which it was sent to nobody"


def _exported(entry: AuditEntry) -> str:
    if entry.row_kind in ("digest", "digest_file", "document", "document_file"):
        return _sent(entry)
    what = EXPORTED.get(entry.row_kind, str(entry.row_kind).replace("_", " "))
    name = f", “{entry.row_name}”" if entry.row_kind in EXPORTED and entry.row_name else ""
    return f"took a copy out of Keywork: {what}{name}{_of_days(entry.after or {})}"


def _of_days(after: dict) -> str:
    since, until = (after.get(end) and day(date.fromisoformat(after[end])) for end in ("since", "until"))
    return (f", {since} to {until}" if since != until else f", {since}") if since and until else f", from {since}" if since else f", up to {until}" if until else ""


def _signed_in(entry: AuditEntry) -> str:
    return SIGNED_IN.get(entry.row_kind, "signed in")


def _destroyed(entry: AuditEntry) -> str:
    if entry.table_name == COPIES:
        return f"deleted for good what this log said about {count(entry.row_count, 'record')}"
    if entry.table_name == "support_cases":
        return "deleted the case itself for good"
    flagged = " flagged for safeguarding" if entry.rule == "safeguarding" else ""
    return f"deleted {count(entry.row_count, RECORDS.get(entry.table_name, 'record'))}{flagged} for good"


def decided(entry: AuditEntry) -> str:
    """What somebody decided about an e-mail of the outbox."""
    return DECIDED.get(entry.row_kind, "changed an e-mail")


EVENTS: dict[str, Callable[[AuditEntry], str]] = {"view": _viewed, "export": _exported, "sign_in": _signed_in, "purge": _destroyed}
