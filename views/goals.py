"""Goals tab: care-plan goals with their progress entries."""

from collections import defaultdict

from flask import url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import case as sql_case
from sqlalchemy import select

from db.models import CaseWorkspace, GoalProgress, SupportGoal
from views.case import CaseTab, CollaboratorSide, OperatorSide
from views.forms import Day, Line, NewRow, Paragraphs, Radio
from views.mends import Rows
from views.rows import find, keep, session
from views.words import choices

#: Progress entries shown for one case; a goal rarely has more than a dozen.
MOST_ENTRIES = 300


class NewGoal(NewRow):
    title = Line("What are we working towards?", required=True)
    description = Paragraphs("How will we get there?")
    target_date = Day("Target date")


class EditGoal(NewGoal):
    id = None
    status = Radio("State", choices=choices("goal_status"))


class NewProgress(NewRow):
    body = Paragraphs("What has changed?", required=True, rows=3)


class Goals(CaseTab):
    """Active goals first, each with its progress, newest first."""

    tab = "Goals"
    template = "goals.html"
    datamodel = Rows(SupportGoal)
    include_route_methods = {"show", "edit", "progress"}

    @expose("/<uuid:case_id>/goals", methods=["GET", "POST"])
    @has_access
    def show(self, case_id):
        """All goals of the case, and the form for a new one."""
        case = self.case(case_id)
        form = self.offered(NewGoal, case.may_write)
        if form and form.validate_on_submit():
            goal = SupportGoal(case_id=case_id)
            form.populate_obj(goal)
            if keep(form, goal):
                return self.back_to(case_id, "Goal added.")
        return self._goals_page(case, form)

    @expose("/<uuid:case_id>/goals/<uuid:pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, case_id, pk):
        """Words, target and state of a goal."""
        case = self.case(case_id)
        goal = find(SupportGoal, pk, case_id=case_id)
        self.require(case.may_write)
        form = EditGoal(obj=goal)
        if form.validate_on_submit():
            form.populate_obj(goal)
            if keep(form):
                return self.back_to(case_id, "Goal changed.")
        return self.form_page("Change goal", form, "Save goal", url_for(f"{self.endpoint}.show", case_id=case_id), case=self.case(case_id))

    @expose("/<uuid:case_id>/goals/<uuid:pk>/progress", methods=["POST"])
    @has_access
    def progress(self, case_id, pk):
        """Adds a progress entry; refused, it is shown again in its place on the tab."""
        case = self.case(case_id)
        find(SupportGoal, pk, case_id=case_id)
        form = NewProgress()
        if form.validate_on_submit():
            entry = GoalProgress(id=form.id.data, case_id=case_id, goal_id=pk, body=form.body.data)
            if keep(form, entry):
                return self.back_to(case_id, "Progress added.", _anchor=f"goal-{pk}")
        page, _ = self._goals_page(case, NewGoal(formdata=None) if case.may_write else None, {pk: form})
        return page, 409

    def _goals_page(self, case: CaseWorkspace, form, progress_forms=None):
        active_first = sql_case((SupportGoal.status == "active", 0), (SupportGoal.status == "achieved", 1), else_=2)
        goals = session().scalars(
            select(SupportGoal).where(SupportGoal.case_id == case.id).order_by(active_first, SupportGoal.target_date, SupportGoal.created_at)
        ).all()
        entries = defaultdict(list)
        for entry in session().scalars(
            select(GoalProgress).where(GoalProgress.case_id == case.id).order_by(GoalProgress.noted_at.desc()).limit(MOST_ENTRIES)
        ):
            entries[entry.goal_id].append(entry)
        for goal in goals:
            takes_progress = case.may_write and goal.status == "active"
            at = {"case_id": case.id, "pk": goal.id}
            goal.progress = entries[goal.id]
            goal.edit_url = url_for(f"{self.endpoint}.edit", **at) if case.may_write else None
            goal.progress_url = url_for(f"{self.endpoint}.progress", **at)
            goal.progress_form = (progress_forms or {}).get(goal.id) or (NewProgress(formdata=None) if takes_progress else None)
        return self.page(case, form, goals=goals, form_url=url_for(f"{self.endpoint}.show", case_id=case.id))


class OperatorGoals(OperatorSide, Goals):
    """Goals for operators."""


class CollaboratorGoals(CollaboratorSide, Goals):
    """Goals for collaborators."""
