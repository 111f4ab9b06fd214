"""Filling in a draft: one form made from its template's parts, saved as often as one likes, then handed in."""

import uuid
from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select, update

from db.models_documents import DocumentRow, SupportDocument, TemplateVersion
from views.case import CollaboratorSide, OperatorSide
from views.document_form import Filling, answers_in, field_of, filling_form, mark_open_questions
from views.document_words import STEPS, legible
from views.documents import DocumentTab
from views.rows import find, keep, run, step, write
from views.screen import Link

#: Fewer headings than these need no list of them.
WORTH_LISTING = 3


def parts_of(row: DocumentRow) -> list[dict[str, Any]]:
    """The parts of a document as they read today, with their answers, and which questions must be answered."""
    asked = {part["id"]: part for part in find(TemplateVersion, row.template_version_id).parts}
    content = run(select(func.app.document_content(row.id))).scalar_one()
    return [{**part, "words": legible(part["words"]), "required": asked[part["id"]].get("required", False)} for part in content["parts"]]


class DraftTab(DocumentTab):
    """Base of the screens that may show the form of a draft: this one, and handing in without it (views/document_steps.py)."""

    def filling_page(self, row: DocumentRow, parts: list[dict[str, Any]], form: Filling):
        """The form, with what was refused; 409 then."""
        headings = [part for part in parts if part["type"] == "heading"]
        body = self.render_template(
            "document_filling.html", case=self.case(row.case_id), document=row, parts=parts, form=form, field_of=field_of,
            form_url=self.to("Filling.edit", row.case_id, row.id), headings=headings if len(headings) >= WORTH_LISTING else [], submit=STEPS["submit"].button,
            back=Link(row.title, self.to("Page.show", row.case_id, row.id)),
        )
        return body, 409 if form.errors or form.form_errors else 200

    def hand_in(self, case_id: uuid.UUID, pk: uuid.UUID, form: Filling, parts: list[dict[str, Any]]) -> bool:
        """Submits a draft that is saved; False where the database refuses, and the form says at which questions."""
        if step(form, func.app.submit_document(pk)) is not None and keep(form):
            return True
        if form.errors and not form.form_errors:
            mark_open_questions(form, parts)
        return False

    def handed_in(self, case_id: uuid.UUID, pk: uuid.UUID):
        """The page of a document that was just submitted."""
        return self.done("Handed in. What it says is fixed now, and somebody else reads and approves it.", self.to("Page.show", case_id, pk))


class DocumentFilling(DraftTab):
    default_view = "edit"
    include_route_methods = {"edit"}

    @expose("/<uuid:case_id>/documents/<uuid:pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, case_id, pk):
        """Title and answers of one's own draft. What was typed stays on the page, whatever is refused."""
        self.case(case_id)
        row = self.document(case_id, pk)
        self.require(row.may_edit)
        parts = parts_of(row)
        form = filling_form(parts, row.title, row.revision)
        if form.validate_on_submit():
            answers = answers_in(form, parts)
            saved = write(form, update(SupportDocument).where(SupportDocument.id == pk, SupportDocument.case_id == case_id)
                          .values(title=form.title.data, answers=answers, revision=form.revision.data))
            if saved and request.form.get("then") != "submit":
                return self.done("Draft saved.", self.to("Filling.edit", case_id, pk))
            if saved and self.hand_in(case_id, pk, form, parts):
                return self.handed_in(case_id, pk)
            row = self.document(case_id, pk)
            if saved:
                # It is a draft that was saved: the next attempt goes on from there.
                form.revision.raw_data, form.revision.data = None, row.revision
        return self.filling_page(row, parts, form)


class OperatorDocumentFilling(OperatorSide, DocumentFilling):
    """The form for operators."""


class CollaboratorDocumentFilling(CollaboratorSide, DocumentFilling):
    """The form for collaborators in full participation."""
