"""Steps of a document's life: each asks the database, which knows who may take it and where it leads (app.document_transitions)."""

import uuid
from dataclasses import replace
from datetime import datetime

from flask import request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import ColumnElement, func, select
from wtforms import HiddenField

from db.models import TeamMember, Workspace
from db.models_documents import DeliveryRow, DocumentRow, SupportDocument
from views.case import CollaboratorSide, OperatorSide
from views.document_filling import DraftTab, parts_of
from views.document_form import as_uuid, filling_form
from views.document_pdf import document_pdf
from views.document_words import KINDS, blocks
from views.forms import Agreed, Day, Form, Line, NewRow, Paragraphs
from views.printing import PrintFailed
from views.rows import find, keep, session, step
from views.screen import Link, Question
from views.sentences import STATES, Refusal
from views.sign_in import signed_in_person
from views.words import LONDON

#: A field of HTML for e-mail addresses refuses some that are good, and says so in words of its own: a plain line asks.
AN_ADDRESS = {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}


class Because(Form):
    """Why a step is taken."""

    def refuse(self, refusal: Refusal) -> None:
        """The reason is the column step_reason of the document."""
        super().refuse(replace(refusal, field="reason") if refusal.field == "step_reason" else refusal)


class Return(Because):
    reason = Paragraphs("What is to be changed?", required=True, description="The author reads it above the draft, and it stays in the trail.")


class Withdraw(Because):
    reason = Paragraphs("Why?", description="It stays in the trail.", rows=3)


class WithdrawApproved(Because):
    reason = Paragraphs("Why?", required=True, description="It stays in the trail.", rows=3)


class Approve(Form):
    seen = HiddenField()


class Send(NewRow):
    to_name = Line("To whom", required=True)
    to_address = Line("E-mail address", required=True, render_kw=AN_ADDRESS)
    agreed = Agreed()


class HandOver(NewRow):
    to_name = Line("To whom", required=True)
    handed_over_on = Day("On which day", required=True)


class DocumentSteps(DraftTab):
    default_view = "submit"
    include_route_methods = {"submit", "withdraw", "new_version", "approve", "give_back", "send", "hand_over"}

    @expose("/<uuid:case_id>/documents/<uuid:pk>/submit", methods=["POST"])
    @has_access
    def submit(self, case_id, pk):
        """Hands a draft in as it was saved. Where an answer is missing, the form shows at which question."""
        self.case(case_id)
        row = self.document(case_id, pk)
        parts = parts_of(row)
        # What stands in the form is what was saved: nothing of it came with this request.
        form = filling_form(parts, row.title, row.revision, formdata=None)
        if self.hand_in(case_id, pk, form, parts):
            return self.handed_in(case_id, pk)
        return self.filling_page(self.document(case_id, pk), parts, form)

    @expose("/<uuid:case_id>/documents/<uuid:pk>/return", methods=["GET", "POST"])
    @has_access
    def give_back(self, case_id, pk):
        """Returns a document to its author, saying what is to be changed."""
        row = self._may(case_id, pk, "return")
        form, title, author = Return(), row.title, row.author_name
        if form.validate_on_submit() and self._taken(form, func.app.return_document(pk, form.reason.data)):
            return self._done(case_id, pk, f"Returned to {author}.")
        return self._form_page(f"Return “{title}”", form, "Return to the author", case_id, pk,
                               lead=f"It becomes a draft of {author}'s again, who reads here what you write.")

    @expose("/<uuid:case_id>/documents/<uuid:pk>/withdraw", methods=["GET", "POST"])
    @has_access
    def withdraw(self, case_id, pk):
        """Does not go on with a document. It stays on the list, and nothing more can be done with it."""
        row = self._may(case_id, pk, "withdraw")
        form, title = WithdrawApproved() if row.state == "approved" else Withdraw(), row.title
        if form.validate_on_submit() and self._taken(form, func.app.withdraw_document(pk, form.reason.data)):
            return self._done(case_id, pk, "Withdrawn.")
        return self._form_page(f"Withdraw “{title}”", form, "Withdraw", case_id, pk, danger=True,
                               lead="It stays in the case, marked as withdrawn, and cannot be taken up again.")

    @expose("/<uuid:case_id>/documents/<uuid:pk>/approve", methods=["GET", "POST"])
    @has_access
    def approve(self, case_id, pk):
        """Shows the whole document, and fixes it with its PDF."""
        self._may(case_id, pk, "approve")
        form = Approve()
        if form.validate_on_submit() and self._approved(case_id, pk, form):
            return self._done(case_id, pk, "Approved. The PDF is fixed, and the document can be sent.")
        row = self.document(case_id, pk)
        # None where it was returned meanwhile: the sentence above the button says so.
        content = find(SupportDocument, pk).content or {"kind": row.kind, "parts": []}
        # What is shown now is what the button is about; after a refusal it may be something else than before.
        form.seen.raw_data, form.seen.data = None, row.content_sha256.hex() if row.content_sha256 else ""
        body = self.render_template(
            "document_approve.html", case=self.case(case_id), document=row, kind=KINDS[row.kind], body=blocks(content["parts"], content["kind"]), form=form,
            return_url=self.to("Steps.give_back", case_id, pk) if "return" in row.steps else None,
            may_approve="approve" in row.steps, back=Link(row.title, self.to("Page.show", case_id, pk)),
        )
        return body, 409 if form.form_errors else 200

    @expose("/<uuid:case_id>/documents/<uuid:pk>/send", methods=["GET", "POST"])
    @has_access
    def send(self, case_id, pk):
        """Sends the PDF by e-mail, after saying to whom. `to` in the address: somebody of the team, whose name and address are filled in."""
        row = self._may(case_id, pk, "send")
        case = self.case(case_id)
        team = session().scalars(
            select(TeamMember).where(TeamMember.case_id == case_id, TeamMember.ended_at.is_(None), TeamMember.email.is_not(None))
            .order_by(TeamMember.full_name)).all()
        chosen = next((member for member in team if member.id == as_uuid(request.args.get("to"))), None)
        form = Send(data={"to_name": chosen.full_name, "to_address": chosen.email} if chosen else {"to_name": case.tenant_name})
        people = [Link(member.full_name, self.to("Steps.send", case_id, pk, to=member.id), member is chosen) for member in team]
        title, back = row.title, Link(row.title, self.to("Page.show", case_id, pk))
        if form.validate_on_submit():
            name, address = form.to_name.data, form.to_address.data
            question = Question(
                f"Send “{title}” to {name}?",
                [f"The PDF goes to {address} as an attachment, within a few minutes.", "It cannot be called back. That it was sent, to whom and by whom, stays on the record."],
                "Send")
            call = func.app.send_document(pk, form.id.data, name, address)
            if form.agreed.to(question.sentences):
                if self._once(form, call, DeliveryRow, document_id=pk):
                    return self._done(case_id, pk, f"On its way to {name}.")
            elif step(form, call) is not None:
                # The database would take it. Nothing is sent before somebody has said yes.
                session().rollback()
                return self.ask(question, form, self.to("Steps.send", case_id, pk), back, danger=False)
        return self._form_page(f"Send “{title}”", form, "Go on", case_id, pk, template="document_send.html", people=people,
                               lead="The PDF goes by e-mail as an attachment. You are asked once more before it goes.")

    @expose("/<uuid:case_id>/documents/<uuid:pk>/hand-over", methods=["GET", "POST"])
    @has_access
    def hand_over(self, case_id, pk):
        """Notes that the document was handed to somebody."""
        row = self._may(case_id, pk, "hand_over")
        title = row.title
        form = HandOver(data={"to_name": self.case(case_id).tenant_name, "handed_over_on": datetime.now(LONDON).date()})
        if form.validate_on_submit():
            call = func.app.hand_over_document(pk, form.id.data, form.to_name.data, form.handed_over_on.data)
            name = form.to_name.data
            if self._once(form, call, DeliveryRow, document_id=pk):
                return self._done(case_id, pk, f"Noted: handed to {name}.")
        return self._form_page(f"“{title}” was handed over", form, "Save", case_id, pk, lead="For a document that somebody was given on paper.")

    @expose("/<uuid:case_id>/documents/<uuid:pk>/new-version", methods=["GET", "POST"])
    @has_access
    def new_version(self, case_id, pk):
        """Begins the next version as a draft of the person's own."""
        self.case(case_id)
        row = self.document(case_id, pk)
        self.require(row.may_have_new_version)
        form, title, version = NewRow(), row.title, row.version
        if form.validate_on_submit() and self._once(form, func.app.new_version_of(pk, form.id.data), SupportDocument, supersedes_id=pk):
            return self.done(f"This is version {version + 1}, a draft of yours.", self.to("Filling.edit", case_id, form.id.data))
        return self.confirm_page(
            f"Write a new version of “{title}”?",
            ["It begins as a draft of yours, with the answers of this version and what the template says today.",
             f"Version {version} stays as it is, and is marked as replaced when the new one is approved."],
            "Begin the new version", self.to("Page.show", case_id, pk), form=form, danger=False, quote=None, back=Link(title, self.to("Page.show", case_id, pk)))

    # ---- what they share ---------------------------------------------------------------------------------------------

    def _may(self, case_id: uuid.UUID, pk: uuid.UUID, name: str) -> DocumentRow:
        self.case(case_id)
        row = self.document(case_id, pk)
        self.require(name in row.steps)
        return row

    def _taken(self, form: Form, call: ColumnElement) -> bool:
        return step(form, call) is not None and keep(form)

    def _once(self, form: NewRow, call: ColumnElement, made: type[Workspace], **of: object) -> bool:
        """Whether the step is taken, by this request or by the same form that came before: its id names the row that it makes."""
        if self._taken(form, call):
            return True
        there = session().get(made, form.id.data)
        return there is not None and all(getattr(there, name) == value for name, value in of.items())

    def _approved(self, case_id: uuid.UUID, pk: uuid.UUID, form: Approve) -> bool:
        """Whether it is approved as it was seen. Raises nothing: what is refused stands on the form."""
        if step(form, func.app.require_step(pk, "approve")) is None:
            return _approved_it(pk, form)
        document = find(SupportDocument, pk)
        content, hashed = document.content, document.content_sha256
        if hashed is None or hashed.hex() != form.seen.data:
            form.refuse(Refusal(*STATES["KW467"]))
            return False
        # Printing takes a while, for which nobody's connection is kept; the database takes the PDF of this very content only.
        session().rollback()
        try:
            pdf = document_pdf(content, case_reference=str(case_id)[:8], approved_by=signed_in_person().full_name, approved_at=datetime.now(LONDON),
                               content_sha256=hashed)
        except PrintFailed as failed:
            form.refuse(Refusal(None, failed.sentence, 503))
            return False
        return self._taken(form, func.app.approve_document(pk, hashed, pdf)) or _approved_it(pk, form)

    def _form_page(self, title: str, form: Form, submit_label: str, case_id: uuid.UUID, pk: uuid.UUID, **context: object):
        url = self.to("Page.show", case_id, pk)
        return self.form_page(title, form, submit_label, url, back=Link("The document", url), **context)

    def _done(self, case_id: uuid.UUID, pk: uuid.UUID, said: str):
        return self.done(said, self.to("Page.show", case_id, pk))


def _approved_it(pk: uuid.UUID, form: Approve) -> bool:
    """Whether the same person has approved it as it was seen: the answer to their first click was lost on the way, or they clicked twice."""
    there = find(SupportDocument, pk)
    return there.approved_by_id == as_uuid(str(signed_in_person().user_id)) and there.content_sha256.hex() == form.seen.data


class OperatorDocumentSteps(OperatorSide, DocumentSteps):
    """Steps for operators."""


class CollaboratorDocumentSteps(CollaboratorSide, DocumentSteps):
    """Steps for collaborators: those of an author, and a new version."""

    include_route_methods = {"submit", "withdraw", "new_version"}
