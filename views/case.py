"""The workspace of a case: the frame that every tab stands in, for operators and for collaborators.

Both see the same tabs at addresses of their own (spec 3). What a person may not see is not there because the database
does not show it; the `may_...` columns of app.case_workspace only say which forms and buttons to draw.
"""

import uuid
from dataclasses import dataclass

from flask import abort, current_app, flash, redirect, request, url_for
from sqlalchemy import ColumnElement, Executable, Result, Row, select
from sqlalchemy import inspect as sa_inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from db.models import CaseWorkspace, Workspace
from views.forms import Form
from views.mends import Screen
from views.sentences import Refusal, explain

NO_LONGER = "You cannot write this here, or no longer. Nothing was saved; copy your text if you still need it."
EARLIER_WORDING = "An earlier wording of this was saved already. Load the page again to see it."

TABS = ("Notes", "Goals", "Sessions", "Team", "Documents")


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    current: bool = False
    danger: bool = False


def session() -> Session:
    """The request's database session; models of the schema `app` go to the workspace engine."""
    return current_app.extensions["sqlalchemy"].session


def run(statement: Executable) -> Result:
    """Executes a statement without a model (a function call, an UPDATE) on the workspace engine."""
    return session().execute(statement, bind_arguments={"mapper": CaseWorkspace})


def find(model: type[Workspace], pk: uuid.UUID, **at: object) -> Workspace:
    """The row of `model` with this key and these column values, or 404 where the person sees none."""
    row = session().get(model, pk)
    if row is None or any(getattr(row, name) != value for name, value in at.items()):
        abort(404)
    return row


def keep(form: Form | None = None, *new: Workspace, guessed: bool = False) -> bool:
    """Commits what has been changed, adding `new` rows first.

    True when it is kept. A refusal of the database is shown on the form and answers False, with everything typed still
    there, a right that ended since the form was shown too; without a form it becomes a flash. Where the form names rows
    of other places (`guessed`), what the person may not do answers 404 instead, as if it were not there.
    """
    try:
        session().add_all(new)
        session().commit()
        return True
    except StaleDataError:
        session().rollback()
        abort(404)
    except DBAPIError as error:
        session().rollback()
        refusal = explain(error)
        if refusal is None:
            raise
        if refusal.hidden and form is not None and not guessed:
            refusal = Refusal(None, NO_LONGER, 409)
        return _refused(refusal, form, new)


def _refused(refusal: Refusal, form: Form | None, new: tuple[Workspace, ...]) -> bool:
    if refusal.sent_twice and new:
        # The form came again after its answer got lost on the way. Its row is there, perhaps in an earlier wording.
        there = session().get(type(new[0]), new[0].id)
        if there is not None:
            return _keep_latest_wording(there, new[0], form)
    if refusal.hidden:
        abort(404)
    _say(refusal, form)
    return False


def _say(refusal: Refusal, form: Form | None) -> None:
    if form is None:
        flash(refusal.sentence, "danger")
    else:
        form.refuse(refusal)


def step(form: Form | None, call: ColumnElement) -> Row | None:
    """Calls a step function of the database; its answer as a row, not yet committed.

    None where the database refused, and the form (or a flash) says why. What the person may not do answers 404.
    """
    try:
        return run(select(call)).one()
    except DBAPIError as error:
        session().rollback()
        refusal = explain(error)
        if refusal is None or refusal.hidden:
            raise
        _say(refusal, form)
        return None


def _keep_latest_wording(there: Workspace, sent: Workspace, form: Form | None) -> bool:
    """A repeat changes nothing; one that was edited before it was sent again is an edit of the row that is there."""
    for name in sa_inspect(type(there)).columns.keys():
        value = sa_inspect(sent).dict.get(name)
        if name in sa_inspect(sent).dict and value != getattr(there, name):
            setattr(there, name, value)
    try:
        session().commit()
        return True
    except (StaleDataError, DBAPIError) as error:
        session().rollback()
        refusal = explain(error) if isinstance(error, DBAPIError) else None
        if refusal is None or refusal.hidden:
            refusal = Refusal(None, EARLIER_WORDING, 409)
        if form is not None:
            form.refuse(refusal)
        return False


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
        body = self.render_template(
            self.template, case=case, tabs=tabs, back=self._back(), actions=self._actions(case), form=form, **context
        )
        return body, 409 if refused else 200

    def form_page(self, title: str, form: Form, submit_label: str, cancel_url: str, **context: object):
        """A page that holds one form and a way back."""
        body = self.render_template(
            "form_page.html", title=title, form=form, submit_label=submit_label, cancel_url=cancel_url, **context
        )
        return body, 409 if form.errors or form.form_errors else 200

    def confirm_page(self, title: str, sentences: list[str], submit_label: str, cancel_url: str, **context: object):
        """Asks before what cannot be undone, naming the thing."""
        return self.render_template(
            "confirm.html", title=title, sentences=sentences, submit_label=submit_label, cancel_url=cancel_url,
            form=Form(), **{"danger": True, **context},
        )

    def back_to(self, case: CaseWorkspace | uuid.UUID, said: str, **where: object):
        """After a change: a flash, and this tab again by GET, so that a reload repeats nothing."""
        flash(said, "success")
        case_id = case if isinstance(case, uuid.UUID) else case.id
        return redirect(url_for(f"{self.endpoint}.show", case_id=case_id, **where), 303)

    def _back(self) -> Link:
        if self.side == "operator":
            return Link("Support cases", url_for("Cases.list"))
        return Link("Your tenants", url_for("Caseload.list"))

    def _actions(self, case: CaseWorkspace) -> list[Link]:
        if not case.may_manage:
            return []
        if not case.is_open:
            return [Link("Reopen case", url_for("CaseSteps.reopen", case_id=case.id))]
        return [
            Link("Edit summary", url_for("CaseSteps.summary", case_id=case.id)),
            Link("Close case", url_for("CaseSteps.close", case_id=case.id), danger=True),
        ]
