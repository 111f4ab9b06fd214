"""The platform-admin's organisations: /organisations. Their names, plans and operators, nothing that they write or set."""

from flask import flash, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select

from db.models_platform import OperatorRow, OrganisationRow
from db.models_set_up import Organisation
from views.forms import Agreed, Line, NewRow, Radio
from views.gates import hidden, offered, price_list, without
from views.mends import CappedRows
from views.operators import operator_menu
from views.records import Column, Records
from views.rows import find, session
from views.screen import Link, Question
from views.words import day, number


class NewOrganisation(NewRow):
    name = Line("Name", required=True)
    plan_code = Radio("Plan")


class EditOrganisation(NewOrganisation):
    id = None
    agreed = Agreed()


class Organisations(Records):
    """The customer firms."""

    side = "platform_admin"
    route_base = "/organisations"
    datamodel = CappedRows(OrganisationRow)
    record = Organisation
    include_route_methods = {"list", "show", "add", "edit"}
    noun = "organisation"
    list_title = "Organisations"
    add_title, add_label, edit_title = "Add an organisation", "Add organisation", "Change organisation"
    empty_sentence = "There are no organisations yet. Add the first firm that works with Keywork."
    add_form, edit_form = NewOrganisation, EditOrganisation
    base_order = ("name", "asc")
    searched = ("name",)
    search_label = "Name"
    columns = (
        Column("name", "Organisation", sorts="asc"),
        Column("plan_name", "Plan", sorts="asc"),
        Column("operator_count", "Operators", number, sorts="desc"),
        Column("created_at", "Since", day, sorts="desc"),
    )

    @expose("/<uuid:pk>")
    @has_access
    def show(self, pk):
        """One organisation with its operators."""
        organisation = find(OrganisationRow, pk)
        operators = session().scalars(
            select(OperatorRow).where(OperatorRow.organisation_id == pk).order_by(OperatorRow.full_name, OperatorRow.id)
        ).all()
        for person in operators:
            person.url = url_for("People.edit", pk=person.id)
            person.menu = operator_menu(person)
        return self.render_template(
            "organisation.html", organisation=organisation, operators=operators, edit_url=self._url("edit", pk=pk),
            invite_url=url_for("Operators.invite", organisation_id=pk), back=self._back(),
        )

    def url_of(self, row):
        """To the page of the organisation."""
        return self._url("show", pk=row.id)

    def back_from(self, pk):
        """The page of the organisation."""
        return Link(self.name_of(find(Organisation, pk)), self._url("show", pk=pk))

    def changed(self, pk):
        """Back to the page of the organisation."""
        flash("Organisation changed.", "success")
        return redirect(self._url("show", pk=pk), 303)

    def form(self, shown, row=None):
        """Each plan says what it brings or hides."""
        form = shown(obj=row)
        plans = price_list()
        form.plan_code.choices = [(plan.code, offered(plan, plans[row.plan_code] if row else None)) for plan in plans.values()]
        return form

    def question(self, row, form):
        """A plan with fewer features hides them from a whole firm."""
        plans = price_list()
        now, then = plans[row.plan_code], plans.get(form.plan_code.data)
        lost = without(now.features, then.features) if then else []
        if not lost:
            return None
        return Question(f"Move {row.name} to {then.name}?", hidden(lost, f"at {row.name}", f"going back to {now.name}"), f"Move to {then.name}")
