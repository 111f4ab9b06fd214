"""Steps of an org-admin that change how long a case is kept: a legal hold, and taking a safeguarding flag back."""

from flask import flash, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func

from db.models import NoteEntry
from db.models_record import LegalHold
from views.case import CaseTab
from views.forms import Form, NewRow, Paragraphs
from views.keeping import live_hold, without_flag
from views.mends import Rows
from views.rows import find, keep, step
from views.words import day, when

HELD = "Retention deletes nothing of a case under legal hold, however old it is, until the hold is lifted. Only org-admins see the hold."
ALREADY_LIFTED = "This hold has been lifted already."


class PutUnderHold(NewRow):
    reason = Paragraphs("Why must it be kept?", required=True, rows=4, description="For example: a claim, an inquest, or a subject access request that is under way.")


class LiftHold(Form):
    reason = Paragraphs("Why is the hold lifted?", required=True, rows=4)


class Unflag(Form):
    reason = Paragraphs("Why is the flag taken back?", required=True, rows=4, description="It is kept in the audit log beside your name.")


class RetentionSteps(CaseTab):
    """On open and closed cases alike; a property manager finds nothing at these addresses."""

    tab = ""
    side = "org_admin"
    route_base = "/support-cases"
    prefix = "Operator"
    datamodel = Rows(LegalHold)
    default_view = "hold"
    include_route_methods = {"hold", "lift", "unflag"}

    @expose("/<uuid:case_id>/hold", methods=["GET", "POST"])
    @has_access
    def hold(self, case_id):
        """Puts a case under a legal hold, for a reason."""
        case = self.case(case_id)
        self.require(live_hold(case_id) is None)
        form = PutUnderHold()
        if form.validate_on_submit() and keep(form, LegalHold(id=form.id.data, case_id=case_id, reason=form.reason.data)):
            return self._to_case(case_id, "The case is under a legal hold. Retention deletes nothing of it.")
        return self._asking("Put under legal hold", form, "Put under legal hold", case_id, lead=HELD)

    @expose("/<uuid:case_id>/hold/lift", methods=["GET", "POST"])
    @has_access
    def lift(self, case_id):
        """Lifts the hold, for a reason; what is past its time goes with the next run."""
        self.case(case_id)
        hold = live_hold(case_id)
        self.require(hold is not None)
        form = LiftHold()
        if form.validate_on_submit():
            if hold is None:
                form.form_errors = [ALREADY_LIFTED]
            elif step(form, func.app.lift_hold(hold.id, form.reason.data)) is not None and keep(form):
                return self._to_case(case_id, "The legal hold is lifted.")
        hold = live_hold(case_id)
        shown = {"quote": hold.reason, "quote_by": f"{hold.author_name}, {day(hold.created_at)}"} if hold else {}
        return self._asking(
            "Lift legal hold", form, "Lift legal hold", case_id, danger=True, **shown,
            lead="The case is then kept as long as every other: what is past its time by now is deleted for good by tonight's run.",
        )

    @expose("/<uuid:case_id>/notes/<uuid:pk>/unflag", methods=["GET", "POST"])
    @has_access
    def unflag(self, case_id, pk):
        """Takes a safeguarding flag back, for a reason, after saying how much shorter the note is kept; which note, not what it says."""
        entry = find(NoteEntry, pk, case_id=case_id)
        self.require(entry.may_unflag)
        which = f"This is about {entry.author_name}'s Professional note of {when(entry.created_at)}."
        form = Unflag()
        if form.validate_on_submit():
            if step(form, func.app.remove_safeguarding_flag(pk, form.reason.data)) is not None and keep(form):
                flash("The safeguarding flag is taken back.", "success")
                return redirect(self._notes_url(case_id), 303)
        return self._asking(
            "Remove safeguarding flag", form, "Remove flag", case_id, danger=True, stream="professional", cancel_url=self._notes_url(case_id),
            lead=" ".join([which, *without_flag(self.case(case_id), pk)]))

    def _asking(self, title: str, form: Form, button: str, case_id, *, cancel_url: str | None = None, **context: object):
        return self.form_page(
            title, form, button, cancel_url or url_for("OperatorNotes.workspace", case_id=case_id), case=self.case(case_id), **context)

    def _notes_url(self, case_id) -> str:
        return url_for("OperatorNotes.show", case_id=case_id, stream="professional")

    def _to_case(self, case_id, said: str):
        flash(said, "success")
        return redirect(url_for("OperatorNotes.workspace", case_id=case_id), 303)
