"""Goals of the API with their progress: /api/v1/goals and /api/v1/goal-progress."""

import uuid
from collections import defaultdict

from marshmallow import Schema, fields
from sqlalchemy import select

from db.models import GoalProgress, SupportGoal
from views.api import Resource
from views.api_fields import Body, Code, Day, Id, Moment, Words, YesNo, given
from views.mends import CappedRows
from views.rows import find, session
from views.words import LABELS

STATES = LABELS["goal_status"]
#: Entries in one answer of goals; the rest of them is at goal-progress.
MOST_ENTRIES = 300


class Progress(Schema):
    """What has changed towards a goal."""

    id = given(Id, "The entry.")
    case_id = given(Id, "The case it is on.")
    goal_id = given(Id, "The goal it is about.")
    body = given(Words, "What has changed.")
    author_id = given(Id, "Who wrote it.")
    author_name = given(Words, "Their name, as it was then.")
    noted_at = given(Moment, "When.")


class Goal(Schema):
    """A goal of a case."""

    id = given(Id, "The goal.")
    case_id = given(Id, "The case it is on.")
    title = given(Words, "What is worked towards.")
    description = given(Words, "How to get there.")
    target_date = given(Day, "By when; null without a date.", nullable=True)
    status = given(Code, "How it stands.", STATES)
    author_id = given(Id, "Who wrote it; null for somebody of a former system who has no account.", nullable=True)
    author_name = given(Words, "Their name, as it was then.")
    is_imported = given(YesNo, "Whether it came from a former system.")
    created_at = given(Moment, "When it was written.")
    progress = fields.List(fields.Nested(Progress), required=True, metadata={
        "description": f"What has changed, newest first: the newest {MOST_ENTRIES} entries of the goals in the answer. All of them are at /api/v1/goal-progress."})


class NewGoal(Body):
    """A new goal of a case."""

    id = Id("An id of your own making.")
    case_id = Id("The case it is on.", required=True)
    title = Words("What is worked towards.", most=160, required=True)
    description = Words("How to get there.", most=4000, load_default="")
    target_date = Day("By when.", allow_none=True)


class GoalChange(Body):
    """What can be changed of a goal."""

    title = Words("What is worked towards.", most=160)
    description = Words("How to get there.", most=4000)
    target_date = Day("By when; null takes the date away.", allow_none=True)
    status = Code("How it stands.", STATES)


class NewProgress(Body):
    """What has changed towards a goal."""

    id = Id("An id of your own making.")
    goal_id = Id("The goal it is about.", required=True)
    body = Words("What has changed.", most=4000, required=True)


class GoalApi(Resource):
    """Goals with their progress."""

    resource_name = "goals"
    openapi_spec_tag = "Goals"
    noun = "Goal"
    datamodel = CappedRows(SupportGoal)
    record = SupportGoal
    list_model_schema, add_model_schema, edit_model_schema = Goal(), NewGoal(), GoalChange()
    ordered = ("created_at", "target_date")
    filtered = ("case_id", "status", "target_date", "created_at")
    base_order = ("created_at", "desc")
    include_route_methods = {"get_list", "get", "post", "put"}

    def about_to_show(self, rows, asked=None) -> None:
        """Reads the progress of all of them at once."""
        entries = defaultdict(list)
        for entry in session().scalars(
            select(GoalProgress).where(GoalProgress.goal_id.in_([row.id for row in rows])).order_by(GoalProgress.noted_at.desc(), GoalProgress.id).limit(MOST_ENTRIES)
        ):
            entries[entry.goal_id].append(entry)
        for row in rows:
            row.progress = entries[row.id]


class ProgressApi(Resource):
    """Progress towards goals."""

    resource_name = "goal-progress"
    openapi_spec_tag = "Goals"
    noun = "Progress"
    datamodel = CappedRows(GoalProgress)
    record = GoalProgress
    list_model_schema, add_model_schema = Progress(), NewProgress()
    ordered = ("noted_at",)
    filtered = ("case_id", "goal_id", "noted_at")
    base_order = ("noted_at", "desc")
    include_route_methods = {"get_list", "get", "post"}

    def made(self, given: dict[str, object]) -> GoalProgress:
        """On the case of its goal."""
        return GoalProgress(**{"id": uuid.uuid4(), **given, "case_id": find(SupportGoal, given["goal_id"]).case_id})
