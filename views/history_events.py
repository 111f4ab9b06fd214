"""What the audit log says of what changed no row by anybody's hand, in words: looks, exports, sign-ins, and what retention destroyed."""

from collections.abc import Callable

from db.models_record import AuditEntry
from views.certificate import COPIES, RECORDS
from views.words import count

#: What somebody looked at or came in by, by the code that the line holds.
VIEWED = {"professional": "the Professional notes"}
SIGNED_IN = {"password": "signed in with a password", "link": "signed in by a link from an e-mail"}


def _viewed(entry: AuditEntry) -> str:
    return f"looked at {VIEWED.get(entry.row_kind, 'the case')}"


def _exported(entry: AuditEntry) -> str:
    return f"took a copy out of Keywork: {str(entry.row_kind).replace('_', ' ')}"


def _signed_in(entry: AuditEntry) -> str:
    return SIGNED_IN.get(entry.row_kind, "signed in")


def _destroyed(entry: AuditEntry) -> str:
    if entry.table_name == COPIES:
        return f"erased what this log said about {count(entry.row_count, 'record')}"
    if entry.table_name == "support_cases":
        return "destroyed the case itself"
    flagged = " flagged for safeguarding" if entry.rule == "safeguarding" else ""
    return f"destroyed {count(entry.row_count, RECORDS.get(entry.table_name, 'record'))}{flagged}"


EVENTS: dict[str, Callable[[AuditEntry], str]] = {"view": _viewed, "export": _exported, "sign_in": _signed_in, "purge": _destroyed}
