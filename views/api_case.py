"""Cases of the API: /api/v1/cases. Opening one is for the screens, which find its tenant."""

from flask import Response
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name
from marshmallow import Schema
from sqlalchemy import func, select

from db.models import CaseRow, CaseWorkspace, SupportCase
from views.api import Resource, asked_body
from views.api_fields import Body, Code, Day, Id, Moment, Whole, Words, YesNo, given
from views.mends import CappedRows
from views.rows import run
from views.words import LABELS

REASONS = LABELS["closing_reason"]


class CaseLine(Schema):
    """A case in a list."""

    id = given(Id, "The case.")
    organisation_id = given(Id, "The organisation whose case it is.")
    tenant_name = given(Words, "Whose case it is.")
    property_address = given(Words, "Where they live.")
    opened_at = given(Moment, "When it was opened.")
    closed_at = given(Moment, "When it was closed; null while it is open.", nullable=True)
    closing_reason = given(Code, "Why it was closed; null while it is open.", REASONS, nullable=True)
    is_open = given(YesNo, "Whether it is open. A closed case takes nothing new.")
    last_note_at = given(Moment, "When the latest note that you see was written; null without one.", nullable=True)
    assessment_due_on = given(Day, "By when the next recurring assessment is due; null where none is.", nullable=True)


class Case(Schema):
    """A case, and what you may do in it."""

    id = given(Id, "The case.")
    organisation_id = given(Id, "The organisation whose case it is.")
    organisation_name = given(Words, "Its name.")
    tenant_id = given(Id, "Whose case it is.")
    tenant_name = given(Words, "Their name.")
    property_address = given(Words, "Where they live.")
    opened_at = given(Moment, "When it was opened.")
    closed_at = given(Moment, "When it was closed; null while it is open.", nullable=True)
    closing_reason = given(Code, "Why it was closed; null while it is open.", REASONS, nullable=True)
    is_open = given(YesNo, "Whether it is open. A closed case takes nothing new.")
    context_summary = given(Words, "Why they receive support, and what matters most.")
    may_manage = given(YesNo, "Whether you close and reopen it, and change its summary while it is open.")
    may_write = given(YesNo, "Whether you write Shared notes, goals and progress.")
    may_record_sessions = given(YesNo, "Whether you record sessions.")
    may_read_shared = given(YesNo, "Whether you read Shared notes of others.")
    may_read_professional = given(YesNo, "Whether you read Professional notes. Each look at them is written down.")
    may_read_documents = given(YesNo, "Whether you read documents.")
    live_support_workers = given(Whole, "How many support workers are on the team now, as far as you see it.", 0, 10_000)
    live_housing_officers = given(Whole, "How many housing officers are on the team now, as far as you see it.", 0, 10_000)


class CaseChange(Body):
    """What can be changed of an open case."""

    context_summary = Words("Why they receive support, and what matters most. Everybody on the case reads it.", most=4000)


class CaseClosing(Body):
    """How a case is closed."""

    closing_reason = Code("Why.", REASONS, required=True)
    end_assignments = YesNo("Whether every assignment ends: support workers and housing officers lose access at once. True unless you say otherwise.")


class CaseApi(Resource):
    """Cases: operators see those of their organisation or their landlords, collaborators those that they are assigned to."""

    resource_name = "cases"
    openapi_spec_tag = "Cases"
    noun = "Case"
    datamodel = CappedRows(CaseRow)
    one, record = CaseWorkspace, SupportCase
    list_model_schema, show_model_schema = CaseLine(), Case()
    edit_model_schema = CaseChange()
    ordered = ("opened_at", "tenant_name", "last_note_at")
    filtered = ("is_open", "opened_at", "closed_at", "closing_reason", "assessment_due_on")
    base_order = ("opened_at", "desc")
    include_route_methods = {"get_list", "get", "put", "close", "reopen"}

    def __init__(self) -> None:
        super().__init__()
        self.openapi_spec_component_schemas += (CaseClosing,)
        self.said |= {"close": self.said["step"] | {"body": "CaseClosing"}, "reopen": self.said["step"]}

    @expose("/<uuid:pk>/close", methods=["POST"])
    @permission_name("put")
    def close(self, pk) -> Response:
        """Closes a case: it is read-only from here on, and the time that it is kept for begins."""
        body = asked_body(CaseClosing())
        run(select(func.app.close_case(pk, body["closing_reason"], body.get("end_assignments", True))))
        return self.shown(pk)

    @expose("/<uuid:pk>/reopen", methods=["POST"])
    @permission_name("put")
    def reopen(self, pk) -> Response:
        """Reopens a closed case. Assignments that have ended stay ended."""
        run(select(func.app.reopen_case(pk)))
        return self.shown(pk)
