"""What is held about a tenant in words: each item with a heading and its fields, as the page of a request shows it and as its bundle prints it.

It reads nothing and asks nobody: an item says all that is to be said of it (app.held_items), whole or with words hidden.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from views.document_words import KINDS, STEPS, WORDS, answer_words, legible
from views.field_words import FIELDS, UNSAID
from views.subject_redaction import MARKS, Item, mark
from views.words import LABELS, day, label, listed, month, when_full

#: Parts of a bundle, in their order (app.subject_access_position), with what stands in each.
PARTS = {
    "tenant": ("Tenant and home", "Name, date of birth, and where they live."),
    "cases": ("Cases", "When support began and ended, and the summary."),
    "notes": ("Notes", "Shared and Professional notes."),
    "goals": ("Goals", "Goals, and what was noted of their progress."),
    "sessions": ("Sessions", "Sessions that were planned or took place."),
    "documents": ("Documents", "Letters, assessments and other documents, the steps they took, and to whom they went."),
    "files": ("Files", "Files that somebody added."),
    "team": ("Team", "Who worked with them, and whom to call."),
    "emails": ("E-mails", "What was told to housing officers about them, and e-mails on the way."),
    "keeping": ("Legal holds", "Why something was kept for longer."),
    "requests": ("Subject access requests", "Requests to see what is held."),
    "history": ("History", "Who did what when, what it said before and after, and what retention deleted."),
}
#: Table -> what one row of it is.
NOUNS = {
    "tenants": "Tenant", "properties": "Home", "support_cases": "Case", "support_collaborators": "Somebody on the team", "support_goals": "Goal", "support_goal_progress": "Progress",
    "support_sessions": "Session", "support_documents": "Document", "support_document_events": "Step of a document", "support_document_pdfs": "PDF of a document",
    "support_document_deliveries": "A document's way to somebody", "support_uploads": "File", "support_upload_files": "What the file is", "digest_entries": "What a digest said", "outbox": "E-mail",
    "suppressed_addresses": "An address that takes no e-mail", "legal_holds": "Legal hold", "subject_access_requests": "Subject access request",
    "subject_access_pauses": "Stop of a request's clock", "subject_access_bundles": "Files made for a request", "support_notes": "Note", "audit_log": "History",
    "digests": "Digest", "retention_runs": "Retention", "audit_payloads": "History",
}  # fmt: skip
STREAMS = {"shared": "Shared note", "professional": "Professional note"}
#: Said elsewhere, or by the heading.
LEFT_OUT = UNSAID | {"landlord_id", "property_id", "template_id", "document_id", "content_sha256", "pdf_sha256", "answers", "content", "parts", "questions"}
#: Columns of tables that the audit log does not word.
MORE_LABELS = {
    "from_state": "From", "to_state": "To", "actor_name": "By", "happened_at": "When", "reason": "Why", "made_at": "Made", "size_bytes": "Size in bytes", "media_type": "Kind of file",
    "to_name": "To", "to_address": "E-mail address", "state": "State", "sent_at": "Sent", "created_at": "Added", "author_name": "By", "kind": "Kind", "goal": "Goal",
    "officer_name": "Housing officer", "address": "E-mail address", "period": "Month", "composed_at": "Composed", "title": "Title", "attempts": "Attempts", "erased_at": "Erased",
    "sha256": "SHA-256", "handed_over": "Sent",
}  # fmt: skip
#: Values that are hidden whole: no number, code or answer any more.
WHOLE = [mark(because) for because in MARKS]


class Said(NamedTuple):
    """A value of an item in words: where it stands in its content, and how it reads."""

    path: tuple[str | int, ...]
    words: str


@dataclass(frozen=True)
class Line:
    """A field of an item: what it is called, and what it says; `of`: the values that it says."""

    label: str
    words: str
    of: tuple[Said, ...] = ()

    @property
    def is_short(self) -> bool:
        """Whether it fits beside its name."""
        return len(self.words) <= 160 and len(self.label) <= 60 and "\n" not in self.words


#: Said by us where a record says nothing, and between what it said before and after.
NOTHING, NOT_ANSWERED, ARROW = "(nothing)", "Not answered", "\u2192"


@dataclass(frozen=True)
class Entry:
    """An item as people read it; `moment` is when it is from, in full."""

    title: str
    moment: str
    lines: tuple[Line, ...]


def entry_of(item: Item, content: Mapping[str, Any] | None = None) -> Entry:
    """An item in words; `content`: what of it is shown, without what is hidden."""
    said = item.content if content is None else content
    return Entry(title_of(item, said), when_full(item.moment) if item.moment else "", tuple(line for line in _lines(item.table, said) if line.words.strip()))


def title_of(item: Item, content: Mapping[str, Any] | None = None) -> str:
    """'Professional note', 'Session: key-work meeting'; of what is withheld (no content) only what kind of thing it is."""
    said = content or {}
    if item.table == "support_notes":
        return STREAMS.get(item.content.get("stream"), "Note")
    if item.table == "audit_log":
        what = NOUNS.get(str(item.content.get("table_name")), "Record")
        done = LABELS["event"].get(item.content.get("action"), "Changed")
        return f"{done}: {what[:1].lower()}{what[1:]}"
    if item.table == "support_sessions" and said:
        return f"Session: {_code('session_type', said.get('type'))}"
    if item.table == "support_documents" and said:
        return f"{KINDS.get(said.get('kind'), 'Document')}: {legible(str(said.get('title')))}"
    if item.table == "support_document_events" and said:
        step = said.get("step")
        return f"Step of a document: {STEPS[step].done.lower() if step in STEPS else step}"
    return NOUNS.get(item.table, "Record")


def said_by_title(table: str, said: Mapping[str, Any]) -> list[Said]:
    """The values that title_of() says."""
    if table == "support_sessions" and said.get("type"):
        return [Said(("type",), _code("session_type", said.get("type")))]
    if table == "support_documents" and said.get("title"):
        return [Said(("kind",), KINDS.get(said.get("kind"), "")), Said(("title",), legible(str(said.get("title"))))]
    if table == "support_document_events" and said.get("step"):
        step = said["step"]
        return [Said(("step",), STEPS[step].done if step in STEPS else str(step))]
    return []


def _code(of: str, code: Any) -> str:
    words = LABELS[of].get(code, str(code))
    return f"{words[:1].lower()}{words[1:]}"


def _lines(table: str, said: Mapping[str, Any]) -> Iterator[Line]:
    if table == "audit_log":
        yield from _history(said)
        return
    yield from _fields(table, said)
    if table == "support_documents":
        yield from _answers(said)
    elif table == "digest_entries" and isinstance(said.get("content"), Mapping):
        yield from _digest(said["content"])


def _fields(table: str, said: Mapping[str, Any], at: tuple[str | int, ...] = ()) -> Iterator[Line]:
    fields = FIELDS.get(table, {})
    ordered = [*(name for name in fields if name in said), *(name for name in said if name not in fields and name in MORE_LABELS)]
    for name in ordered:
        if name not in LEFT_OUT and said[name] not in (None, "", [], False):
            words = fields[name].words if name in fields else _plain(name)
            yield _line(fields[name].label if name in fields else MORE_LABELS[name], _in_words(words, said[name]), (*at, name))


def _line(label: str, words: str, *paths: tuple[str | int, ...]) -> Line:
    return Line(label, words, tuple(Said(path, words) for path in paths))


def _plain(name: str) -> Callable[[Any], str]:
    if name.endswith("_at"):
        return lambda value: when_full(datetime.fromisoformat(value))
    if name == "period":
        return lambda value: month(date.fromisoformat(value))
    return str


def _in_words(words: Callable[[Any], str], value: Any) -> str:
    if value in WHOLE:
        return value
    try:
        return legible(str(words(value)))
    except (KeyError, TypeError, ValueError, AttributeError):
        # Words are hidden in it, or it was written past the database's rules: it reads as it stands.
        return legible(str(value))


def _answers(said: Mapping[str, Any], at: tuple[str | int, ...] = ()) -> Iterator[Line]:
    """What a document says, question by question: as it was handed in, or what a draft has so far."""
    content = said.get("content")
    if isinstance(content, Mapping):
        for name, words in (("tenant", "Tenant"), ("property", "Home"), ("organisation", "Organisation"), ("author", "Written by"), ("dated", "Date")):
            if content.get(name):
                yield _line(words, _in_words(str, content[name]), (*at, "content", name))
    answers = said.get("answers") if isinstance(said.get("answers"), Mapping) else {}
    parts, of_parts = (content.get("parts"), (*at, "content", "parts")) if isinstance(content, Mapping) else (said.get("questions"), (*at, "questions"))
    known = set()
    for number, part in enumerate(parts if isinstance(parts, list) else ()):
        if not isinstance(part, Mapping):
            continue
        known.add(part.get("id"))
        if part.get("type") in WORDS:
            yield _line(WORDS[part["type"]], _in_words(str, part.get("words", "")), (*of_parts, number, "words"))
        else:
            # What was handed in stands twice: as it was typed, and in what the document says.
            answered = ((*of_parts, number, "answer"), (*at, "answers", part.get("id")))
            yield _line(_in_words(str, part.get("words", "")), _answer(part, part.get("answer", answers.get(part.get("id")))), *answered)
    # What the form asks no longer, and what was typed again after it was returned.
    for key, answer in answers.items():
        if key not in known and answer is not None:
            words = listed(list(map(str, answer))) if isinstance(answer, list) else ("Yes" if answer else "No") if isinstance(answer, bool) else answer
            yield _line("Answer to a question of an earlier form", _in_words(str, words), (*at, "answers", key))


def _answer(part: Mapping[str, Any], answer: Any) -> str:
    if answer in WHOLE:
        return answer
    try:
        return listed(answer_words(part["type"], answer)) or NOT_ANSWERED
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return legible(str(answer))


def _digest(content: Mapping[str, Any]) -> Iterator[Line]:
    """What a digest told a housing officer about the tenant."""
    for number, goal in enumerate(content.get("goals") or ()):
        progress, at = goal.get("progress") or {}, ("content", "goals", number)
        told = (Said((*at, "title"), legible(str(goal.get("title") or ""))), Said((*at, "progress", "body"), legible(str(progress.get("body") or ""))))
        yield Line("Goal", "\n".join(each.words for each in told if each.words), told)
    for number, session in enumerate(content.get("sessions") or ()):
        at = ("content", "sessions", number)
        told = (Said((*at, "at"), _in_words(_plain("at_at"), session.get("at"))), Said((*at, "type"), legible(_code("session_type", session.get("type")))),
                Said((*at, "status"), legible(_code("session_status", session.get("status")))))
        yield Line("Session", ", ".join(each.words for each in told), told)
    for number, note in enumerate(content.get("notes") or ()):
        told = tuple(Said(("content", "notes", number, name), legible(str(note.get(name)))) for name in ("author", "body"))
        yield Line("Shared note", ": ".join(each.words for each in told), told)


def _history(said: Mapping[str, Any]) -> Iterator[Line]:
    """A line of the audit log: who, and what it said before and after."""
    hat = said.get("actor_hat")
    ours = {"job": "A scheduled job", "owner": "Whoever runs Keywork"}.get(hat)
    yield _line("By", ours or legible(str(said.get("actor_name") or hat or "")), ("actor_hat",) if ours else ("actor_name",))
    if said.get("reason"):
        yield _line("Why", legible(str(said["reason"])), ("reason",))
    if said.get("action") == "purge":
        rows = said.get("row_ids") or ()
        yield _line("How many", rows if isinstance(rows, str) else str(len(rows)), ("row_ids",))
        yield _line("Rule", {"case": "Case window", "safeguarding": "Safeguarding window"}.get(said.get("rule"), str(said.get("rule") or "")), ("rule",))
        return
    sides = [_said(said, side) for side in ("before", "after")]
    before, after = ({line.label: line.words for line in side} for side in sides)
    for name in {**before, **after}:
        of = tuple(each for side in sides for line in side if line.label == name for each in line.of)
        if said.get("action") == "update":
            yield Line(name, f"{before.get(name, NOTHING)}\n{ARROW} {after.get(name, NOTHING)}", of)
        else:
            yield Line(name, after.get(name) or before.get(name, ""), of)


def _said(said: Mapping[str, Any], side: str) -> list[Line]:
    payload = said.get(side)
    if not isinstance(payload, Mapping):
        return []
    lines = list(_fields(str(said.get("table_name")), payload, (side,)))
    if isinstance(payload.get("answers"), Mapping) or isinstance(payload.get("content"), Mapping):
        lines += _answers(payload, (side,))
    if said.get("action") == "export":
        lines += [_line(words, legible(str(payload[name])), (side, name)) for name, words in (("sent_to", "Sent to"), ("month", "Month")) if payload.get(name)]
    return lines


def reason_words(because: str) -> str:
    """Why something is hidden, in words."""
    return label(because, "redaction")


def short_day(item: Item) -> str:
    """'3 Nov 2024', or nothing for an item without a moment."""
    return day(item.moment) if item.moment else ""
