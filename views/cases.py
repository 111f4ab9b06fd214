"""The operators' list of support cases: /support-cases."""

from flask import request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.models.sqla.filters import FilterEqual

from db.models import CaseRow
from views.assessments import due_badge, overdue_notice
from views.mends import COUNT_CAP, CappedRows
from views.screen import Link, Screen, here
from views.searching import TENANT_OR_ADDRESS, asked_search
from views.sign_in import signed_in_person
from views.upgrade import upgrade_page

STATES = {"open": "Open", "closed": "Closed", "all": "All"}


class Cases(Screen):
    """Open cases by default; chips show the closed ones."""

    side = "operator"
    route_base = "/support-cases"
    datamodel = CappedRows(CaseRow)
    include_route_methods = {"list"}
    base_order = ("opened_at", "desc")
    sortable = {"tenant_name": "asc", "last_note_at": "desc", "opened_at": "desc"}

    @expose("")
    @has_access
    def list(self):
        """The list, or the upgrade page where the organisation's plan has no support cases."""
        if not signed_in_person().has_support_cases:
            return upgrade_page(self, "support_cases")
        state = request.args.get("state") if request.args.get("state") in STATES else "open"
        search = asked_search()
        filters = [] if state == "all" else [("is_open", FilterEqual, state == "open")]
        if search:
            filters.append(("tenant_name", TENANT_OR_ADDRESS, search))
        count, rows, sort_links, pages = self.rows(*filters)
        for row in rows:
            row.url, row.due = url_for("OperatorNotes.workspace", case_id=row.id), due_badge(row.assessment_due_on)
        return self.render_template(
            "cases.html", rows=rows, count=count, count_capped=count > COUNT_CAP, state=state, q=search, pages=pages, sort_links=sort_links,
            chips=[Link(words, here(state=name, page=None), name == state) for name, words in STATES.items()],
            open_case_url=url_for("CaseSteps.open"), overdue=overdue_notice("Operator"),
        )
