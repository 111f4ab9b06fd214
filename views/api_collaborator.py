"""Teams in the API: /api/v1/collaborators. Inviting somebody is for the screens."""

from flask import Response
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name
from marshmallow import Schema
from sqlalchemy import func, select

from db.models import TeamMember
from views.api import Resource
from views.api_fields import Code, Id, Moment, Words, YesNo, given
from views.mends import CappedRows
from views.rows import run
from views.words import LABELS

KINDS, MODES = LABELS["kind"], LABELS["mode"]


class Collaborator(Schema):
    """Somebody on a team, now or earlier: with an account, or a contact card."""

    id = given(Id, "The assignment.")
    case_id = given(Id, "The case whose team it is.")
    full_name = given(Words, "Who they are.")
    kind = given(Code, "What they are.", KINDS)
    mode = given(Code, "Their part: reference_only is a contact card, somebody without an account.", MODES)
    email = given(Words, "Their e-mail address; null where none is known.", nullable=True)
    phone = given(Words, "Their telephone; null where none is known.", nullable=True)
    works_for = given(Words, "For whom they work, of a contact card; null where it is not known.", nullable=True)
    role_label = given(Words, "As what, of a contact card; null where it is not known.", nullable=True)
    invited_by_name = given(Words, "Who put them on the team.")
    assigned_at = given(Moment, "Since when.")
    ended_at = given(Moment, "Until when; null while they are on the team.", nullable=True)
    has_account = given(YesNo, "Whether they have an account.")
    is_me = given(YesNo, "Whether it is you.")
    is_waiting = given(YesNo, "Whether they are invited and have not signed in since.")
    may_end = given(YesNo, "Whether you may end it.")


class CollaboratorApi(Resource):
    """Who is on the teams of cases."""

    resource_name = "collaborators"
    openapi_spec_tag = "Collaborators"
    noun = "Collaborator"
    datamodel = CappedRows(TeamMember)
    list_model_schema = Collaborator()
    ordered = ("assigned_at", "full_name")
    filtered = ("case_id", "kind", "mode", "assigned_at", "ended_at", "is_waiting")
    base_order = ("assigned_at", "desc")
    include_route_methods = {"get_list", "get", "end"}

    def __init__(self) -> None:
        super().__init__()
        self.said["end"] = self.said["step"]

    @expose("/<uuid:pk>/end", methods=["POST"])
    @permission_name("put")
    def end(self, pk) -> Response:
        """Ends an assignment: they lose sight of the case at once. What they wrote stays."""
        run(select(func.app.end_assignment(pk)))
        return self.shown(pk)
