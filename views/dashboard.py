"""/dashboard: how the work goes, in figures. Org-admins see their organisation, property managers what belongs to their landlords.

The figures are those of the reporting views, read under the person's own hat; retention, digests and the log are the org-admin's.
"""

from flask import url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from db.models_reporting import CaseFigures
from views import dashboard_figures as figures
from views.assessments import today
from views.frame import acting_identity
from views.mends import Rows
from views.screen import Link, Screen
from views.sign_in import signed_in_person
from views.upgrade import upgrade_page


class Dashboard(Screen):
    """One page of charts, each with its table."""

    side = "operator"
    route_base = "/dashboard"
    datamodel = Rows(CaseFigures)
    default_view = "show_all"
    include_route_methods = {"show_all"}

    @expose("")
    @has_access
    def show_all(self):
        """Everything at once; the upgrade page where the organisation's plan has no support cases."""
        if not signed_in_person().has_support_cases:
            return upgrade_page(self, "support_cases")
        on = today()
        charts = [figures.caseload(), figures.goals(), figures.sessions(on), figures.first_sessions(on)]
        ways = {"caseload": Link("All cases", url_for("Cases.list", state="all"))}
        if acting_identity().hat == "org_admin":
            charts += [figures.retention(on), figures.log(on), figures.digests(on)]
            ways |= {"retention": Link("Retention", url_for("Retention.overview")), "digests": Link("Digests", url_for("Digests.list")), "log": Link("Audit log", url_for("Audit.list"))}
        return self.render_template("dashboard.html", charts=charts, ways=ways, assessments_url=url_for("OperatorAssessments.list"),
                                    whole=acting_identity().hat == "org_admin", organisation_name=signed_in_person().organisation_name)
