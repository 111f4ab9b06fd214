"""What happened to subject access requests, in words: entered, stopped, extended, closed; what was hidden; files that were made."""

from db.models_record import AuditEntry
from views.history_terms import MOVED, Change, Told, in_words, name_of, payload
from views.words import LABELS

OUTCOMES = {"answered": "answered", "refused": "refused", "withdrawn": "withdrawn"}


def _request(entry: AuditEntry) -> str:
    name = name_of(entry)
    return f"the subject access request of {name}" if name else "a subject access request"


def _closed(entry: AuditEntry) -> str:
    return f"noted {_request(entry)} as {OUTCOMES.get((entry.after or {}).get('outcome'), 'closed')}"


def _of(entry: AuditEntry) -> str:
    return f" of the subject access request of {entry.row_name}" if entry.row_name else " of a subject access request"


def _stopped(entry: AuditEntry) -> str:
    why = LABELS["pause"].get(entry.row_kind)
    return f"stopped the clock{_of(entry)}" + (f" ({in_words(entry.row_kind, 'pause')})" if why else "")


def _hidden(entry: AuditEntry) -> str:
    what = "a passage" if payload(entry).get("passage") else "something"
    return f"{what} from the files{_of(entry)}"


TOLD = {
    "subject_access_requests": Told(
        _request, "entered {it}",
        (
            Change("outcome", _closed, to=True), Change("extension_reason", "took two more months for {it}", to=True),
            Change("words_erased_at", "erased names and reasons of {it}", to=True), Change("unhidden_at", "erased what was to be hidden from the files of {it}", to=True), MOVED,
        ),
    ),
    "subject_access_pauses": Told(
        lambda entry: f"a stop of the clock{_of(entry)}", _stopped,
        (Change("ended_on", lambda entry: f"started the clock{_of(entry)} again", to=True), Change("reason", lambda entry: f"erased why the clock{_of(entry)} was stopped", to=False)),
    ),
    "subject_access_redactions": Told(lambda entry: _hidden(entry), lambda entry: f"hid {_hidden(entry)}", (), lambda entry: f"no longer hides {_hidden(entry)}"),
    "subject_access_bundles": Told(
        lambda entry: f"the files{_of(entry)}", lambda entry: f"had the files{_of(entry)} made",
        (Change("state", lambda entry: _became(entry)),),
    ),
}


def _became(entry: AuditEntry) -> str:
    files = f"the files{_of(entry)}"
    return {"making": f"began to make {files}", "ready": f"made {files}", "failed": f"could not make {files}", "erased": f"erased {files}",
            "waiting": f"put {files} back in the queue"}.get((entry.after or {}).get("state"), f"changed {files}")
