"""History of a case, for operators: the lines of the audit log that are about it."""

from flask import request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from db.models_record import AuditEntry
from views.audit import lines
from views.case import CaseTab, OperatorSide
from views.mends import Rows
from views.screen import here


class CaseHistory(OperatorSide, CaseTab):
    """What happened in a case, newest first: no tab, but an entry of the case's quiet menu."""

    tab = ""
    template = "history.html"
    datamodel = Rows(AuditEntry)
    include_route_methods = {"show"}

    @expose("/<uuid:case_id>/history")
    @has_access
    def show(self, case_id):
        """The lines of this case."""
        case = self.case(case_id)
        found, older_url = lines(AuditEntry.case_id == case_id)
        return self.page(case, lines=found, older_url=older_url, newest_url=here(older=None) if "older" in request.args else None)
