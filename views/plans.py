"""The platform-admin's price list: /plans. What each plan costs, allows and includes."""

from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select
from wtforms import BooleanField

from db.models_platform import Feature, FeatureGate, Plan, PlanRow
from views.forms import LARGEST_SMALL, Agreed, Form, Line, OptionalWholeNumber, WholeNumber
from views.gates import hidden, named, without
from views.mends import CappedRows
from views.records import Column, Records
from views.rows import find, session
from views.screen import Question
from views.words import count, inside, label, number, price

#: Before the key of a feature, in the name of its switch.
SWITCH = "includes_"
PART = "Part of this plan, for every organisation on it."


class NewPlan(Form):
    name = Line("Name", required=True)
    code = Line("Code", required=True, description="One short word in small letters, such as starter. It stays the same for good.")
    position = WholeNumber(
        "Place in the price list", required=True, largest=LARGEST_SMALL,
        description="An upgrade page offers the first plan in the list that has what is missing.",
    )
    monthly_pounds = WholeNumber("Price for a month, in pounds", required=True)
    yearly_pounds = WholeNumber("Price for a year, in pounds", required=True)
    tenancies = WholeNumber("Tenancies", required=True)
    users = OptionalWholeNumber("Users", description="Leave it empty for any number.")


class EditPlan(NewPlan):
    code = None
    agreed = Agreed()


class Plans(Records):
    """The plans with their feature gates, kept in one transaction."""

    side = "platform_admin"
    route_base = "/plans"
    datamodel = CappedRows(PlanRow)
    record = Plan
    key = "code"
    noun = "plan"
    list_title = "Plans"
    add_title, add_label, edit_title = "Add a plan", "Add plan", "Change plan"
    empty_sentence = "There are no plans yet. Add one before the first organisation."
    add_form, edit_form = NewPlan, EditPlan
    base_order = ("position", "asc")
    columns = (
        Column("name", "Plan", under="includes"),
        Column("monthly_price", "Price", under="yearly_price"),
        Column("allowed_tenancies", "Allows", under="allowed_users"),
        Column("organisation_count", "Organisations", number),
    )

    @expose("/<pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        """The form that changes a plan, by its code."""
        return super().edit(pk)

    @expose("/<pk>/delete", methods=["GET", "POST"])
    @has_access
    def delete(self, pk):
        """Removes a plan that no organisation is on; its gates go along."""
        return super().delete(pk)

    def word(self, row):
        """Prices, caps and features."""
        row.monthly_price = price(row.monthly_pounds, "month").capitalize()
        row.yearly_price = price(row.yearly_pounds, "year") if row.yearly_pounds else ""
        row.allowed_tenancies = count(row.tenancies, "tenancy")
        row.allowed_users = count(row.users, "user") if row.users else "any number of users"
        row.includes = f"With {inside(named(row.features))}" if row.features else ""

    def heading(self, row):
        """The plan by its name."""
        return f"Change {row.name}"

    def lead(self, pk):
        """How many firms a change reaches."""
        reached = find(PlanRow, pk).organisation_count
        return f"{count(reached, 'organisation').capitalize()} {'is' if reached == 1 else 'are'} on this plan."

    def form(self, shown, row=None):
        """Below the plan's own fields a switch for each feature that there is."""
        features = session().scalars(select(Feature.feature_key).order_by(Feature.feature_key)).all()
        switches = {SWITCH + feature: BooleanField(label(feature, "feature"), description=PART) for feature in features}
        if row is None:
            served = {"position": (session().scalar(select(func.max(Plan.position))) or 0) + 1}
        else:
            served = {SWITCH + gate.feature_key: True for gate in row.gates}
        return type(shown.__name__, (shown,), switches)(obj=row, **served)

    def fill(self, row, form):
        """Takes the switches into gates as well. The gates are read first: reading sends what has been changed by then."""
        there, wanted = {gate.feature_key for gate in row.gates}, self._wanted(form)
        row.gates = [gate for gate in row.gates if gate.feature_key in wanted]
        row.gates += [FeatureGate(feature_key=feature) for feature in wanted if feature not in there]
        super().fill(row, form)

    def question(self, row, form):
        """A feature that is switched off is hidden from every firm on the plan."""
        lost = without([gate.feature_key for gate in row.gates], self._wanted(form))
        reached = find(PlanRow, row.code).organisation_count
        if not lost or not reached:
            return None
        where = f"at the {count(reached, 'organisation')} on {row.name}" if reached > 1 else f"at the one organisation on {row.name}"
        back = f"switching {'it' if len(lost) == 1 else 'them'} on again"
        return Question(f"Take {inside(named(lost))} out of {row.name}?", hidden(lost, where, back), "Take out and save")

    @staticmethod
    def _wanted(form) -> list[str]:
        return [name.removeprefix(SWITCH) for name, switch in form._fields.items() if name.startswith(SWITCH) and switch.data]
