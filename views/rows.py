"""Reading and keeping rows on behalf of the person who acts: every screen writes through here.

The database decides; a refusal comes back as a sentence on the form, with everything typed still there.
"""

import uuid
from collections.abc import Callable

from flask import abort, current_app, flash
from sqlalchemy import ColumnElement, Executable, Result, Row, Select, select
from sqlalchemy import inspect as sa_inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from db.models import CaseWorkspace, Workspace
from views.forms import Form
from views.sentences import Refusal, explain

NO_LONGER = "You cannot write this here, or no longer. Nothing was saved; copy your text if you still need it."
EARLIER_WORDING = "An earlier wording of this was saved already. Load the page again to see it."


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


def only(query: Select) -> object:
    """What the one row of a query holds, or 404 where the person sees it no longer."""
    found = session().scalars(query).one_or_none()
    if found is None:
        abort(404)
    return found


def keep(form: Form | None = None, *new: Workspace, guessed: bool = False, trying: Callable[[], object] | None = None) -> bool:
    """Commits what has been changed, adding `new` rows first; when only `trying`, calls that with the change made and takes it back.

    True when it is kept, or would be. A refusal of the database is shown on the form and answers False, with everything typed still
    there, a right that ended since the form was shown too; without a form it becomes a flash. Where the form names rows
    of other places (`guessed`), what the person may not do answers 404 instead, as if it were not there.
    """
    try:
        for row in new:
            session().add(row)
            # In the order given: a row may hang on the one before it.
            session().flush()
        if trying:
            session().flush()
            trying()
            session().rollback()
        else:
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
            refusal = form.when_not_there() or Refusal(None, NO_LONGER, 409)
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


def write(form: Form | None, statement: Executable) -> bool:
    """Executes an UPDATE or DELETE of a row and commits; False where the database refused, which the form then says.

    404 where no row was touched: row-level security hides a row from a statement instead of refusing it.
    """
    result = _attempt(form, statement)
    if result is None:
        return False
    if not result.rowcount:
        session().rollback()
        abort(404)
    return keep(form)


def step(form: Form | None, call: ColumnElement) -> Row | None:
    """Calls a step function of the database; its answer as a row, not yet committed.

    None where the database refused, and the form (or a flash) says why. What the person may not do answers 404.
    """
    result = _attempt(form, select(call))
    return None if result is None else result.one()


def _attempt(form: Form | None, statement: Executable) -> Result | None:
    try:
        return run(statement)
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
