"""Sessions of the API: /api/v1/sessions."""

from marshmallow import Schema

from db.models import SessionRow, SupportSession
from views.api import Resource
from views.api_fields import Body, Code, Id, Moment, Whole, Words, YesNo, given
from views.forms import LARGEST
from views.mends import CappedRows
from views.words import LABELS

TYPES, STATES = LABELS["session_type"], LABELS["session_status"]


class Session(Schema):
    """A session, planned or past."""

    id = given(Id, "The session.")
    case_id = given(Id, "The case it is on.")
    scheduled_at = given(Moment, "When it begins.")
    ends_at = given(Moment, "When it ends.")
    duration_minutes = given(Whole, "How long it is, in minutes.", 0, LARGEST)
    type = given(Code, "What kind it is.", TYPES)
    attendees = given(Words, "Who takes part.")
    status = given(Code, "How it went; scheduled until somebody says.", STATES)
    outcome_note = given(Words, "What was talked about; null without a note.", nullable=True)
    author_name = given(Words, "Who recorded it.")
    is_imported = given(YesNo, "Whether it came from a former system.")
    is_upcoming = given(YesNo, "Whether it is still to come, or going on.")
    needs_outcome = given(YesNo, "Whether it is over and nobody has said how it went.")


class NewSession(Body):
    """A new session of a case."""

    id = Id("An id of your own making.")
    case_id = Id("The case it is on.", required=True)
    scheduled_at = Moment("When it begins.", required=True)
    duration_minutes = Whole("How long it is, in minutes.", 5, 720, required=True)
    type = Code("What kind it is.", TYPES, required=True)
    attendees = Words("Who takes part.", most=300, load_default="")


class SessionChange(Body):
    """What can be changed of a session: what is planned, or how it went."""

    scheduled_at = Moment("When it begins.")
    duration_minutes = Whole("How long it is, in minutes.", 5, 720)
    type = Code("What kind it is.", TYPES)
    attendees = Words("Who takes part.", most=300)
    status = Code("How it went. A delivered one says what came of it in outcome_note.", STATES)
    outcome_note = Words("What was talked about, what was agreed, what comes next.", most=8000, emptied=True, allow_none=True)


class SessionApi(Resource):
    """Sessions; with context only, collaborators see and record their own."""

    resource_name = "sessions"
    openapi_spec_tag = "Sessions"
    noun = "Session"
    datamodel = CappedRows(SessionRow)
    record = SupportSession
    list_model_schema, add_model_schema, edit_model_schema = Session(), NewSession(), SessionChange()
    ordered = ("scheduled_at",)
    filtered = ("case_id", "status", "type", "scheduled_at")
    base_order = ("scheduled_at", "desc")
    include_route_methods = {"get_list", "get", "post", "put"}
