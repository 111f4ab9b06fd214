"""Recurring assessments and by which day the next one is due: /assessments, /support/assessments, and a line above the lists of cases.

What is due when is the database's (app.assessments_due); a day is one of London's.
"""

from datetime import date, datetime, timedelta

from flask import request, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select

from db.models_documents import AssessmentDue
from views.mends import COUNT_CAP, CappedRows
from views.rows import session
from views.screen import Link, Screen, here
from views.searching import TENANT_OR_ADDRESS, asked_search
from views.upgrade import require_support_cases
from views.words import LONDON, count

#: So many days before it is due, an assessment is on the list that people see first.
SOON = 30
#: Chips that narrow the list: `show` in the address -> words.
SHOWN = {"soon": "Overdue and within 30 days", "overdue": "Overdue", "all": "All"}


class DueWithin(BaseFilter):
    """Rows that are due within so many days."""

    name = "Due within"
    arg_name = "within"

    def apply(self, query, value):
        """Narrows `query` to them."""
        return query.filter(self.model.next_due_on <= today() + timedelta(days=value))


class Assessments(Screen):
    """The list, what is overdue for longest first."""

    datamodel = CappedRows(AssessmentDue)
    base_order = ("next_due_on", "asc")
    include_route_methods = {"list"}
    prefix: str

    @expose("")
    @has_access
    def list(self):
        """Narrowed by what the address says."""
        if self.side == "operator":
            require_support_cases()
        show = request.args.get("show") if request.args.get("show") in SHOWN else "soon"
        search = asked_search()
        filters = {"soon": [("next_due_on", DueWithin, SOON)], "overdue": [("is_overdue", FilterEqual, True)], "all": []}[show]
        if search:
            filters = [*filters, ("tenant_name", TENANT_OR_ADDRESS, search)]
        number, rows, _, pages = self.rows(*filters)
        for row in rows:
            row.url = url_for(f"{self.prefix}Documents.show", case_id=row.case_id)
        return self.render_template(
            "assessments.html", rows=rows, count=number, count_capped=number > COUNT_CAP, pages=pages, q=search, kept={"show": show} if show != "soon" else {},
            chips=[Link(words, here(show=name if name != "soon" else None, page=None), name == show) for name, words in SHOWN.items()],
            back=Link("Support cases", url_for("Cases.list")) if self.side == "operator" else Link("Your tenants", url_for("Caseload.list")))


class OperatorAssessments(Assessments):
    """For org-admins and property managers."""

    side = "operator"
    route_base = "/assessments"
    prefix = "Operator"


class CollaboratorAssessments(Assessments):
    """For support workers and housing officers."""

    side = "collaborator"
    route_base = "/support/assessments"
    prefix = "Collaborator"


def today() -> date:
    """The day that it is in London."""
    return datetime.now(LONDON).date()


def overdue_notice(prefix: str) -> dict[str, str] | None:
    """A line for the top of a list of cases: how many assessments are overdue, and where they are; None where none is."""
    some = select(AssessmentDue.id).where(AssessmentDue.is_overdue).limit(COUNT_CAP + 1).subquery()
    number = session().execute(select(func.count()).select_from(some), bind_arguments={"mapper": AssessmentDue}).scalar_one()
    if not number:
        return None
    told = "More than 1,000 assessments are overdue" if number > COUNT_CAP else f"{count(number, 'assessment')} {'is' if number == 1 else 'are'} overdue"
    return {"words": told, "url": url_for(f"{prefix}Assessments.list", show="overdue")}


def due_badge(due_on: date | None) -> dict[str, str] | None:
    """The badge of a case whose assessment is overdue, or due within SOON days; None for any other. The list of what is due says when."""
    if due_on is None or due_on > today() + timedelta(days=SOON):
        return None
    if due_on < today():
        return {"word": "Assessment overdue", "tone": "attention", "symbol": "clock"}
    return {"word": "Assessment due", "tone": "calm", "symbol": "clock"}
