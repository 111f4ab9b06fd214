"""Who calls the API: a bearer token names a sign-in of somebody, and is worth as much as that sign-in at this moment.

A token holds no right. With each call Postgres says who the sign-in is of and which hats they have now (app.person_at_sign_in): once
they sign out, are disabled (threat 54) or lose a role, the next call is refused. Cookies are not looked at (threat 50).
"""

from dataclasses import dataclass

from flask import Flask, Response, current_app, g, request
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_jwt_extended import create_access_token, create_refresh_token, verify_jwt_in_request

from db.identity import sign
from views import api_answers
from views.api_limits import BAD_TOKENS, CALLS, Limit
from views.sign_in import Person, network

#: On which side somebody may act through the API, the first that they have unless they chose one at sign-in.
SIDES = ("operator", "collaborator")
#: Claims of a token besides the standard ones: the sign-in it is of, and the side that was chosen, if one was.
SIGN_IN, SIDE = "sign_in", "side"
#: Where an application keeps its limits.
LIMITS = "keywork-api-limits"
NO_GOOD = "This token is no good, or no longer. Sign in again."


@dataclass
class Caller:
    """Whoever calls, in the form that Flask-AppBuilder and Flask-Login ask about."""

    id: int
    person: Person
    is_authenticated = is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """For Flask-Login."""
        return str(self.id)


def new_tokens(ab_user_id: int, sign_in: str, side: str | None, *, refresh: bool) -> dict[str, str]:
    """Tokens of a sign-in: one for calls, good for 15 minutes, and if asked for one that gets others like it, good for 8 hours."""
    claims = {SIGN_IN: sign_in, SIDE: side}
    made = {"access_token": create_access_token(str(ab_user_id), additional_claims=claims)}
    if refresh:
        made["refresh_token"] = create_refresh_token(str(ab_user_id), additional_claims=claims)
    return made


def take_token():
    """Before each call: who calls, how often, and under which hat.

    Views say `token`: the kind that they take ("access" unless they say otherwise), or by the name of the method, None for the door itself.
    """
    if not api_answers.is_asked():
        return None
    # Nobody by a cookie, whatever is asked for.
    g._login_user, g.person = current_app.login_manager.anonymous_user(), None
    view = next((view for view in current_app.appbuilder.baseviews if view.endpoint == request.blueprint), None)
    method = (request.endpoint or "").rpartition(".")[2]
    kind = getattr(view, "token", {}).get(method, "access")
    if view is None or kind is None or request.method == "OPTIONS":
        return None
    try:
        _, claims = verify_jwt_in_request(refresh=kind == "refresh")
    except RecursionError:
        # Parts of a token are read before its signature is looked at, and they may be brackets in brackets.
        return _no_good()
    security, ab_user_id = current_app.appbuilder.sm, int(claims["sub"])
    # Counted before anything is looked up: the name is right, for we signed it.
    wait = current_app.extensions[LIMITS]["calls"].wait(ab_user_id, security.ask)
    if wait is not None:
        return api_answers.refused(429, retry_after=wait)
    person = security.person_at(ab_user_id, claims[SIGN_IN])
    # The sign-in login's connection goes back before the workspace's is waited for (frame.end_sign_in_transaction).
    security.session.rollback()
    if person is None:
        return _no_good()
    g.person, g.claims, g._login_user = person, claims, Caller(ab_user_id, person)
    permission = view.get_method_permission(method)
    if permission is None:
        return None
    hats = [hat for side in ([claims[SIDE]] if claims[SIDE] else SIDES) if (hat := person.hat_on(side))]
    if not hats or not security.has_access(PERMISSION_PREFIX + permission, view.class_permission_name):
        return api_answers.refused(403)
    g.identity = sign(person.user_id, hats[0], current_app.config["TOKEN_KEY"])
    return None


def _no_good(*_: object) -> Response:
    wait = current_app.extensions[LIMITS]["bad_tokens"].wait(network(), current_app.appbuilder.sm.ask)
    return api_answers.refused(401, NO_GOOD) if wait is None else api_answers.refused(429, retry_after=wait)


def register(app: Flask) -> None:
    """Puts this before the calls of an application whose AppBuilder exists already."""
    app.extensions[LIMITS] = {"calls": Limit(CALLS), "bad_tokens": Limit(BAD_TOKENS)}
    manager = app.extensions["flask-jwt-extended"]
    # Stock: looks an account up by its number, whatever became of the sign-in.
    manager.user_lookup_loader(lambda _, claims: claims)
    manager.unauthorized_loader(lambda _: api_answers.refused(401))
    for loader in (manager.invalid_token_loader, manager.expired_token_loader):
        loader(_no_good)
    app.before_request(take_token)
