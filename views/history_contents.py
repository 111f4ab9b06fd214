"""What a line of the audit log says of a document or a template, as a person reads it: never as it is stored."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from db.models_documents import SupportDocument, TemplateVersion
from db.models_record import AuditEntry
from views.document_words import UNREADABLE, answer_words, legible
from views.rows import session
from views.words import count, listed


def answers_changed(entry: AuditEntry) -> list[tuple[str, str | None, str | None]]:
    """(question, before, after) for each answer that the line says something new of, in the order of the questions; how many answers where nobody knows the questions."""
    before, after = ((said or {}).get("answers") or {} for said in (entry.before, entry.after))
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return [("Answers", UNREADABLE, UNREADABLE)]
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if not changed:
        return []
    asked = {part["id"]: part for part in _parts(entry)}
    if not all(key in asked for key in changed):
        return [("Answers", *(count(len(said), "answer") if said else None for said in (before, after)))]
    return [(legible(part["words"]), _answer(part, before), _answer(part, after)) for key, part in asked.items() if key in changed]


def _answer(part: Mapping[str, Any], answers: Mapping[str, Any]) -> str | None:
    try:
        return listed(answer_words(part["type"], answers.get(part["id"]))) or None
    except (TypeError, ValueError, ArithmeticError):
        return UNREADABLE


def _parts(entry: AuditEntry) -> Sequence[Mapping[str, Any]]:
    """The wording that a document was made from, as far as the reader sees it."""
    named = {**(entry.before or {}), **(entry.after or {})}.get("template_version_id")
    version = UUID(named) if named else select(SupportDocument.template_version_id).where(SupportDocument.id == entry.row_id).scalar_subquery()
    return session().scalar(select(TemplateVersion.parts).where(TemplateVersion.id == version)) or ()
