"""Sessions tab: what is planned, what has been, and recording how each one went."""

from flask import url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select

from db.models import CaseWorkspace, SessionRow, SupportSession
from views.case import CaseTab, CollaboratorSide, OperatorSide
from views.forms import Choice, Form, Line, LondonMoment, NewRow, OptionalParagraphs, Radio, WholeNumber
from views.mends import Rows
from views.rows import find, keep, session
from views.screen import asked_page, pages_around
from views.words import choices, label, when

PAGE = 50


class NewSession(NewRow):
    scheduled_at = LondonMoment("When", required=True)
    duration_minutes = WholeNumber("Minutes", default=60, required=True)
    type = Choice("Type", choices=choices("session_type"))
    attendees = Line("Who takes part", description="For example: Amira, her sister, Dr Lee.")


class EditSession(NewSession):
    id = None


class Outcome(Form):
    status = Radio("How did it go?", choices=choices("session_status", only=("delivered", "missed", "cancelled")))
    outcome_note = OptionalParagraphs("Outcome", description="What was talked about, what was agreed, what comes next.")


class Sessions(CaseTab):
    """Upcoming sessions, soonest first, then past ones, newest first."""

    tab = "Sessions"
    template = "sessions.html"
    datamodel = Rows(SupportSession)
    include_route_methods = {"show", "edit", "outcome"}

    @expose("/<uuid:case_id>/sessions", methods=["GET", "POST"])
    @has_access
    def show(self, case_id):
        """The sessions one may see, and the form for a new one."""
        case = self.case(case_id)
        form = self.offered(NewSession, case.may_record_sessions)
        if form and form.validate_on_submit():
            new = SupportSession(case_id=case_id)
            form.populate_obj(new)
            if keep(form, new):
                return self.back_to(case_id, "Session added.")
        return self._sessions_page(case, form)

    @expose("/<uuid:case_id>/sessions/<uuid:pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, case_id, pk):
        """Time, length, type and people of a session."""
        row = self._row(case_id, pk)
        form = EditSession(obj=row)
        if form.validate_on_submit():
            form.populate_obj(row)
            if keep(form):
                return self.back_to(case_id, "Session changed.")
        return self.form_page("Change session", form, "Save session", self._url(case_id), case=self.case(case_id))

    @expose("/<uuid:case_id>/sessions/<uuid:pk>/outcome", methods=["GET", "POST"])
    @has_access
    def outcome(self, case_id, pk):
        """How a session went: delivered, missed or cancelled, with a note."""
        row = self._row(case_id, pk)
        form = Outcome(obj=None if row.status == "scheduled" else row)
        if form.validate_on_submit():
            form.populate_obj(row)
            if keep(form):
                return self.back_to(case_id, "Outcome recorded.")
            row = self._row(case_id, pk)
        return self.form_page(
            "Record outcome", form, "Save outcome", self._url(case_id), case=self.case(case_id),
            lead=f"{label(row.type, 'session_type')}, {when(row.scheduled_at)}",
        )

    def _row(self, case_id, pk) -> SupportSession:
        self.require(self.case(case_id).may_record_sessions)
        return find(SupportSession, pk, case_id=case_id)

    def _url(self, case_id) -> str:
        return url_for(f"{self.endpoint}.show", case_id=case_id)

    def _sessions_page(self, case: CaseWorkspace, form):
        number = asked_page()
        rows = session().scalars(
            select(SessionRow)
            .where(SessionRow.case_id == case.id)
            .order_by(SessionRow.scheduled_at.desc(), SessionRow.id)
            .offset((number - 1) * PAGE)
            .limit(PAGE + 1)
        ).all()
        for row in rows:
            at = {"case_id": case.id, "pk": row.id}
            row.outcome_url = url_for(f"{self.endpoint}.outcome", **at) if case.may_record_sessions and row.status == "scheduled" else None
            row.edit_url = url_for(f"{self.endpoint}.edit", **at) if case.may_record_sessions and row.status == "scheduled" else None
        shown = rows[:PAGE]
        return self.page(
            case, form, form_url=self._url(case.id), pages=pages_around(number, len(rows) > PAGE),
            upcoming=[row for row in reversed(shown) if row.is_upcoming], past=[row for row in shown if not row.is_upcoming],
        )


class OperatorSessions(OperatorSide, Sessions):
    """Sessions for operators."""


class CollaboratorSessions(CollaboratorSide, Sessions):
    """Sessions for collaborators; with context only, those they recorded themselves."""
