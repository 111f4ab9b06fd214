"""Imports in the audit log: what happened to a file that somebody brought in, and its fields."""

from db.models_record import AuditEntry
from views.history_terms import Change, Told, name_of
from views.import_kinds import KINDS
from views.import_words import ENCODINGS, STATES, kind_words
from views.words import plural

#: State that an import came to -> how that is told.
STEPS = {
    "checking": "asked for the check of {it}", "checked": "found the faults of {it}, or none",
    "applying": "asked for the import of {it}", "done": "imported {it}",
    "discarded": "gave up {it}", "expired": "let {it} go, which was too old", "refused": "refused {it}", "failed": "could not import {it}",
}  # fmt: skip


def _file(entry: AuditEntry) -> str:
    kind = f" of {plural(KINDS[entry.row_kind].noun)}" if entry.row_kind in KINDS else ""
    name = name_of(entry, "file_name")
    return f"the file “{name}”{kind}" if name else f"a file{kind}"


def _step(entry: AuditEntry) -> str:
    return STEPS.get(str(entry.after["state"]), "changed {it}").replace("{it}", _file(entry))


def kind_in_words(kind: str) -> str:
    """'Properties'; a code without words as it stands."""
    return kind_words(kind) if kind in KINDS else kind


TOLD = {"imports": Told(_file, "uploaded {it} to import", (Change("state", _step),))}
#: Column -> its label and words.
FIELDS = {
    "file_name": ("File", str), "kind": ("What it holds", kind_in_words), "state": ("State", lambda state: STATES.get(state, state)),
    "encoding": ("Written in", lambda code: ENCODINGS.get(code, code)),
    "line_count": ("Lines", str), "fault_count": ("Faults", str), "to_add": ("To add", str), "already_here": ("Here already", str),
    "to_close": ("To close", str), "due_at_once": ("Deleted by the next run of retention", str), "asked_by_name": ("Asked for by", str),
}  # fmt: skip
