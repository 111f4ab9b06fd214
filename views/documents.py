"""Documents tab: what waits for the person, the pack of the case, and beginning a document from a template."""

import uuid
from collections.abc import Sequence
from itertools import groupby

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import ColumnElement, and_, or_, select

from db.models import CaseWorkspace
from db.models_documents import DocumentEvent, DocumentRow, SupportDocument, TemplateRow
from views.case import CaseTab, CollaboratorSide, OperatorSide
from views.document_form import as_uuid, questions
from views.document_words import KINDS, STATES, STEPS
from views.forms import Line, NewRow
from views.frame import acting_identity
from views.mends import Rows
from views.rows import find, keep, session
from views.screen import Link, asked_page, here, pages_around
from views.searching import asked_search, holds
from views.uploads import files_of
from views.words import count

PAGE = 30
#: What waits for one person in one case; the chip "Waiting" has the others.
MOST_WAITING = 10
#: A shorter list is read faster than it is searched.
WORTH_SEARCHING = 8

#: Chips that narrow the list: `show` in the address -> words, and the states.
SHOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "all": ("All", ()),
    "drafts": ("Drafts", ("draft",)),
    "waiting": ("Waiting", ("submitted",)),
    "approved": ("Approved", ("approved",)),
    "sent": ("Sent", ("sent",)),
    "ended": ("Withdrawn or replaced", ("withdrawn", "superseded")),
}


class NewDocument(NewRow):
    title = Line("Title", required=True, description="What it is called on the list and on paper. It can be changed until it is handed in.")


class DocumentTab(CaseTab):
    """Base of the screens that documents have."""

    tab = "Documents"
    datamodel = Rows(SupportDocument)

    def document(self, case_id: uuid.UUID, pk: uuid.UUID) -> DocumentRow:
        """A document of the case with the steps that the person may take, or 404 where they see none."""
        return find(DocumentRow, pk, case_id=case_id)

    def to(self, screen: str, case_id: uuid.UUID, pk: uuid.UUID | None = None, **more: object) -> str:
        """The address of another screen on this side: "Page.show", "Steps.approve", "s.show" (the tab itself)."""
        return url_for(f"{self.prefix}Document{screen}", case_id=case_id, **({"pk": pk} if pk else {}), **more)

    def done(self, said: str, url: str):
        """After a step: a flash, and the page that shows what came of it."""
        flash(said, "success")
        return redirect(url, 303)


class Documents(DocumentTab):
    template = "documents.html"
    include_route_methods = {"show", "new"}

    @expose("/<uuid:case_id>/documents")
    @has_access
    def show(self, case_id):
        """What waits for the person first, then the documents that they may read, newest change first."""
        case = self.case(case_id)
        if not case.may_read_documents:
            return self.page(case)
        show = request.args.get("show") if request.args.get("show") in SHOWN else "all"
        search, number = asked_search(), asked_page()
        narrowed = [DocumentRow.state.in_(SHOWN[show][1])] if SHOWN[show][1] else []
        if search:
            narrowed.append(holds(DocumentRow, ("title",), search))
        rows = self._rows(case, *narrowed, offset=(number - 1) * PAGE, most=PAGE + 1)
        waiting = self._rows(case, WAITS_FOR_ME, most=MOST_WAITING)
        latest = _latest_events([row.id for row in rows])
        for row in {*rows, *waiting}:
            row.url, row.kind_words, row.badge = self.to("Page.show", case.id, row.id), KINDS[row.kind], STATES[row.state]
            row.last = _last(row, latest.get(row.id))
        for row in waiting:
            row.action = _next(row, self.to("Filling.edit", case.id, row.id), self.to("Steps.approve", case.id, row.id) if self.side == "operator" else "")
        return self.page(
            case, rows=rows[:PAGE], waiting=waiting, pages=pages_around(number, len(rows) > PAGE), q=search, kept={"show": show} if show != "all" else {},
            chips=[Link(words, here(show=name if name != "all" else None, page=None), name == show) for name, (words, _) in SHOWN.items()],
            searched=bool(search or number > 1 or len(rows) > WORTH_SEARCHING), narrowed=show != "all",
            new_url=self.to("s.new", case.id) if case.may_write else None, **files_of(case, self.prefix),
        )

    @expose("/<uuid:case_id>/documents/new", methods=["GET", "POST"])
    @has_access
    def new(self, case_id):
        """Begins a document: the templates to choose from, then (`template` in the address) what the new one is called."""
        case = self.case(case_id)
        self.require(case.may_write)
        chosen = as_uuid(request.args.get("template"))
        if chosen is None:
            return self._templates_page(case)
        template = find(TemplateRow, chosen, organisation_id=case.organisation_id)
        self.require(template.retired_at is None)
        form = NewDocument(data={"title": template.name})
        if form.validate_on_submit():
            # Without answers: the form that comes once more says nothing about those that were given since.
            made = SupportDocument(id=form.id.data, case_id=case_id, template_version_id=template.version_id, title=form.title.data)
            if keep(form, made):
                return redirect(self.to("Filling.edit", case_id, form.id.data), 303)
            case, template = self.case(case_id), find(TemplateRow, chosen)
        asks = count(len(questions(template.parts)), "question")
        return self.form_page(
            f"Begin: {template.name}", form, "Begin", self.to("s.new", case_id), back=Link("Templates", self.to("s.new", case_id)),
            lead=f"{KINDS[template.kind]} with {asks}, about {case.tenant_name}. It is a draft of yours until you hand it in.",
        )

    def _templates_page(self, case: CaseWorkspace):
        templates = session().scalars(
            select(TemplateRow).where(TemplateRow.organisation_id == case.organisation_id, TemplateRow.retired_at.is_(None)).order_by(TemplateRow.name)).all()
        for template in templates:
            template.url = self.to("s.new", case.id, template=template.id)
            template.asks = count(len(questions(template.parts)), "question")
        order = list(KINDS)
        by_kind = groupby(sorted(templates, key=lambda template: order.index(template.kind)), key=lambda template: template.kind)
        identity = acting_identity()
        return self.render_template(
            "document_new.html", case=case, kinds=[(KINDS[kind], list(group)) for kind, group in by_kind], back=Link("Documents", self.to("s.show", case.id)),
            # The screen of templates is the org-admins'.
            templates_url=url_for("Templates.list") if identity and identity.hat == "org_admin" else None,
        )

    def _rows(self, case: CaseWorkspace, *narrowed: ColumnElement[bool], most: int, offset: int = 0) -> Sequence[DocumentRow]:
        return session().scalars(
            select(DocumentRow).where(DocumentRow.case_id == case.id, *narrowed).order_by(DocumentRow.changed_at.desc(), DocumentRow.id)
            .offset(offset).limit(most)).all()


#: To be approved or returned by the person, or returned to them.
WAITS_FOR_ME = or_(DocumentRow.steps.contains(["approve"]), and_(DocumentRow.may_edit, DocumentRow.returned_because.is_not(None)))


def _latest_events(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, DocumentEvent]:
    """The latest line of the trail of each of these documents."""
    return {event.document_id: event for event in session().scalars(
        select(DocumentEvent).where(DocumentEvent.document_id.in_(ids)).distinct(DocumentEvent.document_id)
        .order_by(DocumentEvent.document_id, DocumentEvent.happened_at.desc()))}


def _last(row: DocumentRow, event: DocumentEvent | None) -> str:
    """Who changed a document last, and how: 'Approved by Olive O'Neil'. What is typed into a draft is on no trail."""
    if event is None or (row.state == "draft" and event.step == "begin"):
        return f"Written by {row.author_name}"
    if event.step == "supersede":
        return STEPS["supersede"].done
    return f"{STEPS[event.step].done} by {event.actor_name}"


def _next(row: DocumentRow, edit_url: str, approve_url: str) -> tuple[str, Link]:
    """What a document waits for, in a sentence, and the way there."""
    if "approve" in row.steps:
        return f"{row.author_name} has handed it in and waits for your word.", Link("Read and approve", approve_url)
    return f"It came back to you: “{row.returned_because}”", Link("Go on writing", edit_url)


class OperatorDocuments(OperatorSide, Documents):
    """Documents for operators."""


class CollaboratorDocuments(CollaboratorSide, Documents):
    """Documents for collaborators: nothing with context only, because the database shows them none."""
