"""What happened to templates, documents and files, in words: a step of a document's life for each change of its state."""

from db.models_record import AuditEntry
from views.document_words import KINDS
from views.history_terms import MOVED, Change, Told, called, day_of, name_of, payload, with_article
from views.words import inside

#: What a document became: how it is told that somebody took it there.
BECAME = {
    "submitted": "handed in {it} for approval", "draft": "returned {it} to its author", "approved": "approved {it}", "sent": "marked {it} as sent", "withdrawn": "withdrew {it}",
    "superseded": "replaced {it} with a newer version",
}


def _template(entry: AuditEntry) -> str:
    name = name_of(entry, "name")
    return f"the template “{name}”" if name else f"a template{day_of(entry)}"


def _reworded(entry: AuditEntry) -> str:
    template = f"the template “{entry.row_name}”" if entry.row_name else "a template"
    return f"gave {template} {'its first' if payload(entry).get('version') == 1 else 'a new'} wording"


def _document(entry: AuditEntry) -> str:
    title = name_of(entry, "title")
    return f"the document “{title}”" if title else with_article(inside(KINDS.get(entry.row_kind, "document"))) + day_of(entry)


def _begun(entry: AuditEntry) -> str:
    return f"began {'a new version of ' if payload(entry).get('supersedes_id') else ''}{_document(entry)}"


def _became(entry: AuditEntry) -> str:
    after = entry.after or {}
    if after.get("step") == "hand_over":
        return f"marked {_document(entry)} as handed over"
    # Our own texts alone are searched for {it}.
    return BECAME.get(after["state"], "changed {it}").replace("{it}", _document(entry))


def _went_too(entry: AuditEntry) -> str:
    return f"marked {_document(entry)} as {'handed over' if entry.after.get('step') == 'hand_over' else 'sent'} too"


def _whom(entry: AuditEntry) -> str:
    name, address = name_of(entry, "to_name") or "somebody", payload(entry).get("to_address")
    return f"{name} ({address})" if address else name


def _delivered(entry: AuditEntry) -> str:
    return f"noted that a document was handed to {_whom(entry)}" if entry.row_kind == "by_hand" else f"had a document sent to {_whom(entry)} by e-mail"


def _file(entry: AuditEntry) -> str:
    title = name_of(entry, "title")
    return f"the file “{title}”" if title else f"a file{day_of(entry)}"


TOLD = {
    "document_templates": Told(
        _template, "added {it}", (Change("retired_at", "retired {it}", to=True), Change("retired_at", "brought {it} back", to=False), Change("name", "renamed {it}", alone=True))),
    "document_template_versions": Told(lambda entry: f"a wording of {called('template')(entry)}", _reworded),
    "support_documents": Told(
        _document, _begun,
        (
            Change("state", _became),
            # What has gone out before goes out once more, in another way or in the same.
            Change("step", _went_too, to=True), Change("changed_at", "marked {it} as sent once more", alone=True),
            MOVED,
        ),
    ),
    "support_document_deliveries": Told(lambda entry: f"what is noted of a document's way to {_whom(entry)}", _delivered, (MOVED,)),
    "support_uploads": Told(_file, "added {it}", (MOVED,), "removed {it}"),
}  # fmt: skip
