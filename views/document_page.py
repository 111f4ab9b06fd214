"""One document: what it says, where it stands, what may be done with it, its trail, to whom it went, and its PDF."""

from flask import Response, abort
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select

from db.models_documents import DeliveryRow, DocumentEvent, DocumentPdf, DocumentRow
from views.case import CollaboratorSide, OperatorSide
from views.digest_words import STATES as EMAIL_STATES
from views.digest_words import Badge
from views.document_words import KINDS, STATES, STEPS, blocks
from views.documents import DocumentTab
from views.rows import find, keep, run, session, step
from views.screen import Link
from views.uploads import files_of
from views.words import LONDON, day

#: Step -> the method of the screen of steps (views/document_steps.py), in the order of the quiet menu.
METHODS = {"submit": "submit", "approve": "approve", "return": "give_back", "send": "send", "hand_over": "hand_over", "withdraw": "withdraw"}
#: What somebody who may take them most likely comes for; the rest is in the quiet menu.
FIRST = {"submitted": "approve", "approved": "send"}
HANDED_OVER = Badge("Handed over", "good", "check")


class DocumentPage(DocumentTab):
    default_view = "show"
    include_route_methods = {"show", "pdf"}

    @expose("/<uuid:case_id>/documents/<uuid:pk>")
    @has_access
    def show(self, case_id, pk):
        """The whole document with everything about it."""
        case = self.case(case_id)
        row = self.document(case_id, pk)
        events = session().scalars(
            select(DocumentEvent).where(DocumentEvent.document_id == pk).order_by(DocumentEvent.happened_at, DocumentEvent.id)).all()
        content = run(select(func.app.document_content(pk))).scalar_one()
        primary, others = self._ways(row)
        returned = next((event for event in reversed(events) if event.step == "return"), None) if row.returned_because else None
        return self.render_template(
            "document.html", case=case, document=row, kind=KINDS[row.kind], badge=STATES[row.state], states=STATES, steps=STEPS, events=events,
            body=blocks(content["parts"], content["kind"]), files=files_of(case, self.prefix, pk) if row.approved_at else None,
            primary=primary, others=others, returned=returned, deliveries=self._deliveries(row), newer=self._newer(row),
            older_url=self.to("Page.show", case_id, row.supersedes_id) if row.supersedes_id else None,
            pdf_url=self.to("Page.pdf", case_id, pk) if row.pdf_sha256 else None, back=Link(case.tenant_name, self.to("s.show", case_id)),
        )

    @expose("/<uuid:case_id>/documents/<uuid:pk>/pdf")
    @has_access
    def pdf(self, case_id, pk):
        """The PDF that was fixed by the approval. That it was taken out is in the audit log before it is given."""
        fixed = find(DocumentPdf, pk, case_id=case_id).pdf
        row = self.document(case_id, pk)
        name = f"{row.kind.replace('_', '-')}-version-{row.version}-{row.approved_at.astimezone(LONDON):%Y-%m-%d}.pdf"
        if step(None, func.app.record_export("document_pdf", case_id, pk)) is None or not keep():
            abort(409)
        # Its name is ours, without anybody's: names of tenants stay out of download folders.
        return Response(fixed, mimetype="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def _ways(self, row: DocumentRow) -> tuple[Link | None, list[Link]]:
        """The one button, and the quiet menu."""
        at = (row.case_id, row.id)
        ways = {name: Link(STEPS[name].button, self.to(f"Steps.{method}", *at), danger=name == "withdraw", post=name == "submit")
                for name, method in METHODS.items() if name in row.steps}
        if row.may_edit:
            ways = {"edit": Link("Go on writing", self.to("Filling.edit", *at)), **ways}
        if row.may_have_new_version:
            withdraw = {"withdraw": ways.pop("withdraw")} if "withdraw" in ways else {}
            ways |= {"new_version": Link(STEPS["supersede"].button, self.to("Steps.new_version", *at)), **withdraw}
        primary = ways.pop("edit" if row.may_edit else FIRST.get(row.state, ""), None)
        return primary, list(ways.values())

    def _deliveries(self, row: DocumentRow) -> list[DeliveryRow]:
        if self.side != "operator" or row.sent_at is None:
            return []
        deliveries = session().scalars(
            select(DeliveryRow).where(DeliveryRow.document_id == row.id).order_by(DeliveryRow.created_at.desc(), DeliveryRow.id)).all()
        for each in deliveries:
            each.badge = HANDED_OVER if each.way == "by_hand" else EMAIL_STATES[each.state] if each.state else Badge("Sent")
            each.on_day = day(each.handed_over_on) if each.handed_over_on else None
        return list(deliveries)

    def _newer(self, row: DocumentRow) -> Link | None:
        if row.superseded_by_id is None:
            return None
        newer = find(DocumentRow, row.superseded_by_id)
        said = f"Version {newer.version} has taken its place." if row.state == "superseded" else f"Version {newer.version} is being written: {STATES[newer.state].word.lower()}."
        return Link(said, self.to("Page.show", row.case_id, newer.id))


class OperatorDocumentPage(OperatorSide, DocumentPage):
    """A document for operators, with its deliveries."""


class CollaboratorDocumentPage(CollaboratorSide, DocumentPage):
    """A document for collaborators in full participation."""
