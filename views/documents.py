"""Documents tab: says plainly that documents are not there yet."""

from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from db.models import SupportCase
from views.case import CaseTab, CollaboratorSide, OperatorSide
from views.mends import Rows


class Documents(CaseTab):
    tab = "Documents"
    template = "documents.html"
    datamodel = Rows(SupportCase)
    include_route_methods = {"show"}

    @expose("/<uuid:case_id>/documents")
    @has_access
    def show(self, case_id):
        """The page of the tab."""
        return self.page(self.case(case_id))


class OperatorDocuments(OperatorSide, Documents):
    """Documents for operators."""


class CollaboratorDocuments(CollaboratorSide, Documents):
    """Documents for collaborators."""
