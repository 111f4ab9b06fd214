"""What stands around every screen: under which hat a request acts, the menu, and pages for what went wrong."""

import logging
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, abort, current_app, g, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

import log_lines
from db.identity import Identity, sign
from views import api_answers, logs
from views.printing import PrintFailed
from views.sentences import explain
from views.sign_in import hat_label, signed_in_person

ERROR_PAGES = {
    400: ("That did not work", "What was sent could not be read. Go back, and please try again."),
    404: ("There is nothing here", "The address may be mistyped, or it leads to something you cannot see."),
    405: ("That did not work", "This address cannot be used that way."),
    409: ("That could not be done", "Something changed meanwhile. Go back, look again, and please try once more."),
    413: ("That is too long", "What was sent is larger than Keywork takes. Please shorten it."),
    500: ("Something went wrong on our side", "It is not your fault. Your last change may not have been saved: please look before you try again."),
    503: ("Keywork is busy", "Please try again in a moment. What you typed has not been saved."),
}
#: Addresses that do not begin with that of their place in the menu: a case opened from the caseload stays in the caseload.
PLACES = {"/support/cases": "/support/tenants"}
SIGNED_OUT = ("Please sign in again", "You have been away for a while. Sign in again to go on.")
#: Forms that people meet before they sign in, perhaps for the first time; nobody there has been signed out.
AT_THE_DOOR = ("SignIn.login", "Links.ask", "Links.forgotten", "Links.follow")
ONCE_MORE = ("Please try once more", "This page was open for a long time. Please load the page again, and press the button once more.")


@dataclass(frozen=True)
class Me:
    full_name: str
    email: str
    hat_label: str
    organisation_name: str | None


@dataclass(frozen=True)
class Place:
    label: str
    url: str
    current: bool


def acting_identity() -> Identity | None:
    """Who the workspace engine acts as in this request: None before sign-in and on pages without case data."""
    return g.get("identity")


def take_hat():
    """Before each request: signs the identity for the hat that the asked-for screen is used under.

    Screens say `side` (views.sign_in.SIDES). Somebody without a hat on that side gets 404, as for an address that does
    not exist. People who have not signed in are sent to the sign-in page, and from there to where they were heading.
    """
    view = next((view for view in current_app.appbuilder.baseviews if view.endpoint == request.blueprint), None)
    side = getattr(view, "side", None)
    if side is None:
        return None
    g.side = side
    person = signed_in_person()
    if person is None:
        heading_for = {"next": request.full_path.rstrip("?")} if request.method == "GET" else {}
        return redirect(url_for("SignIn.login", **heading_for))
    end_sign_in_transaction()
    hat = person.hat_on(side)
    if hat is None:
        abort(404)
    g.identity = sign(person.user_id, hat, current_app.config["TOKEN_KEY"])
    return None


def end_sign_in_transaction() -> None:
    """Gives the sign-in login's connection back, now that the person is known.

    Requests that kept it while they wait for one of the workspace login would wait for each other for ever, once they are
    as many as a PgBouncer with one limit for both logins has connections.
    """
    session = current_app.extensions["sqlalchemy"].session
    # The account stays readable for whoever asks after current_user: outside, no end of a transaction makes it stale.
    session.expunge(current_user._get_current_object())
    session.rollback()


def plan_has_support_cases() -> bool:
    """Whether the menu shows support cases: the organisation's plan includes them (spec 2, tier gate)."""
    person = signed_in_person()
    return bool(person and person.has_support_cases)


def _places() -> list[Place]:
    here = next((place for start, place in PLACES.items() if request.path.startswith(start)), request.path)
    # Flask-AppBuilder's menu asks g.user, which it sets in a hook that a refused token (CSRF, size) never reaches.
    g.setdefault("user", current_user)
    return [Place(item["label"], item["url"], f"{here}/".startswith(item["url"] + "/")) for item in current_app.appbuilder.menu.get_data()]


def around_every_screen() -> dict[str, object]:
    """Template context: `me`, `menu`, `sign_out_url` (named in the base template)."""
    person = signed_in_person()
    if person is None:
        return {"me": None, "menu": []}
    identity = acting_identity()
    hat = identity.hat if identity else None
    # A collaborator works for several firms: each tenant names theirs, the frame names none.
    organisation = None if hat == "collaborator" else person.organisation_name
    me = Me(person.full_name, person.email, hat_label(person, hat), organisation)
    return {"me": me, "menu": _places(), "sign_out_url": url_for("SignIn.logout")}


def _page(code: int, heading: str, sentence: str, again_url: str | None = None):
    try:
        signed_in_person()
    except SQLAlchemyError:
        # The page about a database that does not answer must not ask it for somebody's name.
        current_app.extensions["sqlalchemy"].session.rollback()
        g.person = None
        # Flask-Login puts current_user into every template, and would look for it there again.
        g._login_user = current_app.login_manager.anonymous_user()
    body = render_template("error.html", code=code, heading=heading, sentence=sentence, again_url=again_url, reference=logs.request_id())
    return body, code


def _http_error(error: HTTPException):
    if api_answers.is_asked():
        return api_answers.of_http(error)
    # What one may not see and what does not exist answer alike (spec 3).
    code = HTTPStatus.NOT_FOUND if error.code == HTTPStatus.FORBIDDEN else error.code
    return _page(code, *ERROR_PAGES.get(code, ERROR_PAGES[400 if code < 500 else 500]))


def _lost_form(_: CSRFError):
    if request.endpoint in AT_THE_DOOR:
        return _page(400, *ONCE_MORE, again_url=request.full_path.rstrip("?"))
    return _page(400, *SIGNED_OUT)


def _database_error(error: DBAPIError):
    current_app.extensions["sqlalchemy"].session.rollback()
    refusal = explain(error)
    if refusal is None:
        log_lines.write("database error", logging.ERROR, error=error)
    if api_answers.is_asked():
        return api_answers.of_refusal(refusal) if refusal else api_answers.refused(500)
    if refusal is None:
        return _page(500, *ERROR_PAGES[500])
    if refusal.hidden:
        return _page(404, *ERROR_PAGES[404])
    return _page(refusal.status, ERROR_PAGES[409][0], refusal.sentence)


def _not_printed(failure: PrintFailed):
    return _page(503, "There is no PDF this time", failure.sentence)


def register(app: Flask) -> None:
    """Puts the frame around an application whose AppBuilder exists already."""
    app.before_request(take_hat)
    app.context_processor(around_every_screen)
    app.register_error_handler(CSRFError, _lost_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(PrintFailed, _not_printed)
