"""The workspace of a case: the frame that every tab stands in, for operators and for collaborators.

Both see the same tabs at addresses of their own (spec 3). What a person may not see is not there because the database
does not show it; the `may_...` columns of app.case_workspace only say which forms and buttons to draw.
"""

import uuid

from flask import abort, flash, redirect, request, url_for

from db.models import CaseWorkspace
from views.forms import Form
from views.keeping import Keeping, keeping_of
from views.rows import find
from views.screen import Link, Screen

TABS = ("Notes", "Goals", "Sessions", "Team", "Documents")


class OperatorSide:
    """For org-admins and property managers: /support-cases/<id>."""

    side = "operator"
    route_base = "/support-cases"
    prefix = "Operator"


class CollaboratorSide:
    """For support workers and housing officers: /support/cases/<id>."""

    side = "collaborator"
    route_base = "/support/cases"
    prefix = "Collaborator"


class CaseTab(Screen):
    """Base of the tabs. A tab names itself, its template, and has a `show` method at its own address."""

    default_view = "show"
    tab: str
    template: str
    prefix: str

    def case(self, case_id: uuid.UUID) -> CaseWorkspace:
        """Header and rights of a case, or 404 where the person sees none."""
        return find(CaseWorkspace, case_id)

    def offered(self, form: type[Form], right: bool) -> Form | None:
        """The form where the person has the right to use it, and whenever one was sent.

        A right that ended since then is the database's to refuse, with what was typed still on the page.
        """
        return form() if right or request.method == "POST" else None

    def require(self, right: bool) -> None:
        """404 for the page of a form that the person may not use; a form that was sent is the database's to refuse."""
        if not right and request.method != "POST":
            abort(404)

    def page(self, case: CaseWorkspace, form: Form | None = None, **context: object):
        """The whole page of this tab. A form with refusals in it answers 409, so that a script can tell."""
        tabs = [Link(tab, url_for(f"{self.prefix}{tab}.show", case_id=case.id), tab == self.tab) for tab in TABS]
        refused = form is not None and (form.errors or form.form_errors)
        keeping = keeping_of(case)
        body = self.render_template(
            self.template, case=case, tabs=tabs, back=self._back(), actions=self._actions(case, keeping), keeping=keeping, form=form, **context
        )
        return body, 409 if refused else 200

    def back_to(self, case: CaseWorkspace | uuid.UUID, said: str, **where: object):
        """After a change: a flash, and this tab again by GET, so that a reload repeats nothing."""
        flash(said, "success")
        case_id = case if isinstance(case, uuid.UUID) else case.id
        return redirect(url_for(f"{self.endpoint}.show", case_id=case_id, **where), 303)

    def _back(self) -> Link:
        if self.side == "operator":
            return Link("Support cases", url_for("Cases.list"))
        return Link("Your tenants", url_for("Caseload.list"))

    def _actions(self, case: CaseWorkspace, keeping: Keeping | None) -> list[Link]:
        # What is on the tab is what somebody most likely wants a copy of.
        export = Link("Export", url_for(f"{self.prefix}Exports.show", case_id=case.id, what="sessions" if self.tab == "Sessions" else None))
        if not case.may_manage:
            return [export]
        history = Link("History", url_for("CaseHistory.show", case_id=case.id))
        holding = [_holding(case, keeping)] if keeping else []
        if not case.is_open:
            return [history, export, Link("Reopen case", url_for("CaseSteps.reopen", case_id=case.id)), *holding]
        return [
            history,
            export,
            Link("Edit summary", url_for("CaseSteps.summary", case_id=case.id)),
            *holding,
            Link("Close case", url_for("CaseSteps.close", case_id=case.id), danger=True),
        ]


def _holding(case: CaseWorkspace, keeping: Keeping) -> Link:
    if keeping.hold is not None:
        return Link("Lift legal hold", url_for("RetentionSteps.lift", case_id=case.id))
    return Link("Put under legal hold", url_for("RetentionSteps.hold", case_id=case.id))
