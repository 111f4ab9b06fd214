"""Steps of a case's life, for operators: open, edit the summary, close, reopen."""

import uuid

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func
from wtforms import BooleanField

from db.models import SupportCase, TenantWithoutCase
from views.case import CaseTab, OperatorSide
from views.choosing import Catalogue, Choosing, OneOf
from views.forms import Choice, Form, NewRow, Paragraphs
from views.mends import Rows
from views.rows import find, keep, step
from views.sign_in import signed_in_person
from views.words import choices, count

SUMMARY_HINT = "Why this person receives support and what matters most. Everybody on the case reads it."


#: Also what the choice of a tenant offers: those without an open case.
TENANTS = Catalogue(TenantWithoutCase, ("full_name", "property_address"), "Every tenant you look after has an open case already.")


class OpenCase(NewRow):
    tenant_id = OneOf("Tenant", of=TENANTS, screen="CaseSteps", sentence="Choose one of your tenants.", required=True)
    context_summary = Paragraphs("Context summary", description=SUMMARY_HINT, rows=6)


class EditSummary(Form):
    context_summary = Paragraphs("Context summary", description=SUMMARY_HINT, rows=10)


class CloseCase(Form):
    closing_reason = Choice("Why is it being closed?", choices=[("", "Choose a reason"), *choices("closing_reason")], required=True)
    end_assignments = BooleanField(
        "End all assignments", default=True,
        description="Support workers and housing officers lose access at once. Leave it on unless somebody still has to read the case.",
    )


class CaseSteps(Choosing, OperatorSide, CaseTab):
    tab = ""
    datamodel = Rows(SupportCase)
    default_view = "open"
    offers = TENANTS
    include_route_methods = {"open", "choices", "summary", "close", "reopen"}

    @expose("/open", methods=["GET", "POST"])
    @has_access
    def open(self):
        """Opens a case for a tenant who has none open; tenants are found by name or address, or named by the address (tenant_id)."""
        if not signed_in_person().has_support_cases:
            abort(404)
        asked_for = request.args.get("tenant_id", type=uuid.UUID)
        form = OpenCase(data={"tenant_id": asked_for})
        if form.validate_on_submit():
            case = SupportCase(id=form.id.data, tenant_id=form.tenant_id.data, context_summary=form.context_summary.data)
            if keep(form, case, guessed=True):
                flash("Case opened.", "success")
                return redirect(url_for("OperatorNotes.workspace", case_id=form.id.data), 303)
        page = self.render_template("open_case.html", form=form, asked_for=asked_for, cancel_url=url_for("Cases.list"))
        return page, 409 if form.errors or form.form_errors else 200

    @expose("/choices")
    @has_access
    def choices(self):
        """Tenants without an open case, where the plan has support cases."""
        if not signed_in_person().has_support_cases:
            abort(404)
        return super().choices()

    @expose("/<uuid:case_id>/summary", methods=["GET", "POST"])
    @has_access
    def summary(self, case_id):
        """The words everybody on the case reads first."""
        case = self._managed(case_id, is_open=True)
        form = EditSummary(obj=case)
        if form.validate_on_submit():
            find(SupportCase, case_id).context_summary = form.context_summary.data
            if keep(form):
                return self._to_case(case_id, "Summary changed.")
        return self.form_page("Edit summary", form, "Save summary", self._case_url(case_id), case=self.case(case_id))

    @expose("/<uuid:case_id>/close", methods=["GET", "POST"])
    @has_access
    def close(self, case_id):
        """Closes the case for a reason and, unless unticked, ends every assignment."""
        self._managed(case_id, is_open=True)
        form = CloseCase()
        if form.validate_on_submit():
            closed = step(form, func.app.close_case(case_id, form.closing_reason.data or None, form.end_assignments.data))
            if closed is not None and keep(form):
                ended = closed[0]
                return self._to_case(case_id, "Case closed." + (f" {count(ended, 'assignment').capitalize()} ended." if ended else ""))
        return self.form_page(
            "Close case", form, "Close case", self._case_url(case_id), case=self.case(case_id), danger=True,
            lead="A closed case is read-only. It can be reopened; the time it is kept for is counted from its latest closing.",
        )

    @expose("/<uuid:case_id>/reopen", methods=["GET", "POST"])
    @has_access
    def reopen(self, case_id):
        """Reopens a closed case: a case closed by mistake loses nothing."""
        self._managed(case_id, is_open=False)
        form = Form()
        if form.validate_on_submit() and step(None, func.app.reopen_case(case_id)) is not None and keep():
            return self._to_case(case_id, "Case reopened.")
        return self.confirm_page(
            "Reopen this case?",
            ["It takes notes, goals, sessions and documents again, and retention deletes nothing of it while it is open.",
             "Assignments that have ended stay ended: add people to the team again."],
            "Reopen case", self._case_url(case_id), danger=False, quote=None, case=self.case(case_id),
        )

    def _managed(self, case_id, *, is_open: bool):
        case = self.case(case_id)
        self.require(case.may_manage and case.is_open == is_open)
        return case

    def _case_url(self, case_id) -> str:
        return url_for("OperatorNotes.workspace", case_id=case_id)

    def _to_case(self, case_id, said: str):
        flash(said, "success")
        return redirect(self._case_url(case_id), 303)
