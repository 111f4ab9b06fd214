"""What a line of the audit log says of its row, field by field: labels as on the forms, codes, times and ids in words."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from db.models import Workspace
from db.models_documents import DocumentTemplate, SupportDocument
from db.models_record import AuditEntry
from db.models_set_up import Landlord, Property
from views.field_words import BESIDE, FIELDS, OWN_LANDLORD, Field
from views.history_contents import answers_changed
from views.rows import session

#: Whose columns say what an id stands for.
NAMED: dict[str, type[Workspace]] = {"landlords": Landlord, "properties": Property, "document_templates": DocumentTemplate, "support_documents": SupportDocument}
#: Said where a row that a field names is no longer there, or not for the reader.
UNSEEN = "One that has gone, or that you cannot see"


@dataclass(frozen=True)
class Said:
    """A field before and after; None where it said nothing."""

    label: str
    before: str | None
    after: str | None


def fields_of(entry: AuditEntry) -> dict[str, Field]:
    """The fields that the line speaks of: filled in before or after, in their order."""
    before, after = entry.before or {}, entry.after or {}
    is_change = entry.action == "update"
    empty = () if is_change else (None, "", [], False)
    return {column: field for column, field in FIELDS.get(entry.table_name, {}).items()
            if any(column in said and said[column] not in empty for said in (before, after))
            and (is_change or column != "landlord_id" or entry.table_name in OWN_LANDLORD)}


def changed_labels(entry: AuditEntry) -> list[str]:
    """Labels of what a change changed."""
    return [field.label for column, field in fields_of(entry).items() if column not in BESIDE]


def before_and_after(entry: AuditEntry) -> list[Said]:
    """The fields that the line speaks of, in words; of a document's answers one for each question."""
    said = []
    for column, field in fields_of(entry).items():
        if column == "answers":
            said += [Said(*each) for each in answers_changed(entry)]
        else:
            said.append(Said(field.label, *(_words(field, (side or {}).get(column)) for side in (entry.before, entry.after))))
    return said


def _words(field: Field, value: Any) -> str | None:
    if value in (None, "", []):
        return None
    try:
        if field.of is None:
            return field.words(value)
        table, column = field.of
        model = NAMED[table]
        return session().scalar(select(getattr(model, column)).where(model.id == UUID(value))) or UNSEEN
    except (KeyError, TypeError, ValueError, AttributeError):
        # No value that the table could have held: somebody wrote it past the database's rules. It reads as it stands.
        return str(value)
