"""Everybody on the team of any case: /collaborators, for operators, who end several assignments at once here."""

import uuid

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select

from db.models import CollaboratorRow, SupportCollaborator
from views.forms import Form
from views.mends import CappedRows
from views.records import Column, Records
from views.rows import keep, session, step
from views.sign_in import signed_in_person
from views.upgrade import upgrade_page
from views.words import count, day, label

#: More are ended in a second go; a page holds fewer.
MOST_AT_ONCE = 200


class Collaborators(Records):
    """Support workers, housing officers and contact cards across the cases that the acting operator sees."""

    side = "operator"
    route_base = "/collaborators"
    datamodel = CappedRows(CollaboratorRow)
    record = SupportCollaborator
    noun = "assignment"
    list_title = "Collaborators"
    list_lead = "Support workers and housing officers on your cases. Somebody who works with several tenants stands here once for each."
    list_page = "collaborators.html"
    empty_sentence = "Nobody is on a team. Invite a support worker on the Team tab of a case."
    base_order = ("full_name", "asc")
    searched = ("full_name", "reach", "tenant_name")
    search_label = "Name, address or tenant"
    columns = (
        Column("full_name", "Name", sorts="asc", under="reach"),
        Column("tenant_name", "Tenant", sorts="asc", under="property_address"),
        Column("kind", "Who they are", lambda kind: label(kind, "kind")),
        Column("mode", "Part", lambda mode: label(mode, "mode")),
        Column("assigned_at", "Since", day, sorts="desc"),
    )
    narrowed = {
        "live": ("On a team now", [("is_live", FilterEqual, True)]),
        "waiting": ("Invited", [("is_waiting", FilterEqual, True)]),
        "ended": ("Ended", [("is_live", FilterEqual, False)]),
        "all": ("All", []),
    }
    include_route_methods = {"list", "end"}

    @expose("")
    @has_access
    def list(self):
        """The list, or the upgrade page where the organisation's plan has no support cases."""
        return super().list() if signed_in_person().has_support_cases else upgrade_page(self, "support_cases")

    @expose("/end", methods=["GET", "POST"])
    @has_access
    def end(self):
        """Ends the ticked assignments, after naming them."""
        if not signed_in_person().has_support_cases:
            abort(404)
        ticked = self._ticked()
        chosen = self._live(ticked)
        if not chosen:
            # Also for ids that one does not see: they are as good as gone.
            flash("Those assignments have ended already." if ticked else "Tick the assignments that should end first.", "warning")
            return redirect(url_for(f"{self.endpoint}.list"), 303)
        form = Form()
        if request.form.get("confirmed") and form.validate_on_submit():
            ended = step(form, func.app.end_assignments([row.id for row in chosen]))
            if ended is not None and keep(form):
                flash(f"{count(ended[0], 'assignment').capitalize()} ended.", "success")
                return redirect(url_for(f"{self.endpoint}.list"), 303)
        body = self.render_template("end_assignments.html", form=form, rows=chosen, cancel_url=url_for(f"{self.endpoint}.list"), back=self._back())
        return body, 409 if form.errors or form.form_errors else 200

    def url_of(self, row):
        """The team that they are on."""
        return url_for("OperatorTeam.show", case_id=row.case_id)

    def _ticked(self):
        ids = []
        for value in request.values.getlist("chosen")[:MOST_AT_ONCE]:
            try:
                ids.append(uuid.UUID(value))
            except ValueError:
                continue
        return ids

    def _live(self, ids):
        query = select(CollaboratorRow).where(CollaboratorRow.id.in_(ids), CollaboratorRow.is_live)
        return session().scalars(query.order_by(CollaboratorRow.full_name, CollaboratorRow.tenant_name)).all()
