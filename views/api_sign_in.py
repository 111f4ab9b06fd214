"""Signing in to the API by password, getting new tokens, and signing out: /api/v1/security/."""

from flask import Response, current_app, g
from flask_appbuilder.api import expose
from marshmallow import Schema, fields

from views import api_answers
from views.api import Described, asked_body
from views.api_fields import Body, Code, Words, YesNo
from views.api_tokens import SIDE, SIDES, SIGN_IN, new_tokens
from views.sign_in import TOO_OFTEN, TooOften

WRONG = "That e-mail address and password do not go together. Please try again."
#: Seconds: after that long tries are forgotten (app.count_try).
LOCKED_FOR = 15 * 60


class SignInBody(Body):
    """How a program signs somebody in."""

    username = Words("Their e-mail address.", required=True)
    password = Words("Their password.", required=True, exact=True)
    provider = Code("How they are known; db is all there is.", ["db"])
    refresh = YesNo("Whether a refresh token is wanted as well.")
    side = Code("On which side they act where they have both: operator (org-admins and property managers, their organisation's cases), "
                "or collaborator (cases that they are assigned to). Without it, operator where they are one.", SIDES)


class Tokens(Schema):
    """What signing in gives."""

    access_token = fields.String(required=True, metadata={"description": "For the header Authorization: Bearer ... of each call. Good for 15 minutes."})
    refresh_token = fields.String(metadata={"description": "Gets new access tokens for 8 hours. Only where it was asked for."})


class SecurityApi(Described):
    """The way in. Limits, words and times are those of the sign-in page (threats 45 and 46)."""

    resource_name = "security"
    openapi_spec_tag = "Signing in"
    token = {"login": None, "refresh": "refresh"}
    openapi_spec_component_schemas = (SignInBody, Tokens)

    @expose("/login", methods=["POST"])
    def login(self) -> Response:
        """Signs somebody in by e-mail address and password."""
        given = asked_body(SignInBody())
        security = current_app.appbuilder.sm
        try:
            begun = security.try_password(given["username"], given["password"])
        except TooOften:
            return api_answers.refused(429, TOO_OFTEN, retry_after=LOCKED_FOR)
        if begun is None:
            return api_answers.refused(401, WRONG)
        sign_in, ab_user_id = begun
        return self.response(200, **new_tokens(ab_user_id, str(sign_in), given.get("side"), refresh=given.get("refresh", False)))

    @expose("/refresh", methods=["POST"])
    def refresh(self) -> Response:
        """Gives a new access token for a refresh token, which stands in the header Authorization."""
        claims = g.claims
        return self.response(200, **new_tokens(int(claims["sub"]), claims[SIGN_IN], claims[SIDE], refresh=False))

    @expose("/logout", methods=["POST"])
    def logout(self) -> Response:
        """Signs out: every token of this sign-in is worth nothing from here on."""
        current_app.appbuilder.sm.end(g.claims[SIGN_IN])
        return Response(status=204)

    said = {
        "login": {"body": "SignInBody", "answers": {200: "Tokens"}, "problems": (400, 401, 413, 415, 429), "security": []},
        "refresh": {"answers": {200: "Tokens"}, "problems": (401, 429), "security": [{"jwt_refresh": []}]},
        "logout": {"answers": {204: None}, "problems": (401, 429)},
    }
