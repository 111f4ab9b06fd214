"""A collaborator's tenants across all organisations: /support/tenants, where they land after signing in."""

from flask import url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from db.models import CaseloadRow
from views.assessments import due_badge, overdue_notice
from views.mends import CappedRows
from views.screen import Screen
from views.searching import TENANT_OR_ADDRESS, asked_search


class Caseload(Screen):
    """Tenants with a live assignment of the person who has signed in."""

    side = "collaborator"
    route_base = "/support/tenants"
    datamodel = CappedRows(CaseloadRow)
    include_route_methods = {"list"}
    base_order = ("tenant_name", "asc")

    @expose("")
    @has_access
    def list(self):
        """The caseload, by tenant's name."""
        search = asked_search()
        count, rows, _, pages = self.rows(*([("tenant_name", TENANT_OR_ADDRESS, search)] if search else []))
        for row in rows:
            row.case_url, row.due = url_for("CollaboratorNotes.workspace", case_id=row.id), due_badge(row.assessment_due_on)
        return self.render_template("caseload.html", rows=rows, count=count, pages=pages, q=search, overdue=overdue_notice("Collaborator"))
