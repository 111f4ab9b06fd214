"""Tenants of the firm: /tenants, for its org-admins."""

from flask import url_for
from flask_appbuilder.models.sqla.filters import FilterEqual
from sqlalchemy import select

from db.models_set_up import Organisation, PropertyRow, Tenant, TenantRow
from views.choosing import Catalogue, Choosing, OneOf
from views.forms import Day, Line, NewRow, Radio
from views.mends import CappedRows
from views.records import Column, Records
from views.rows import find, only
from views.screen import Link
from views.sign_in import signed_in_person
from views.words import day, label

PROPERTIES = Catalogue(PropertyRow, ("property_address",), "There are no properties yet. Add one first.")


class NewTenant(NewRow):
    full_name = Line("Full name", required=True)
    date_of_birth = Day("Date of birth")
    property_id = OneOf("Property", of=PROPERTIES, screen="Tenants", sentence="Choose one of your properties.", required=True)
    housing_officer_note_visibility = Radio(
        "Shared notes and housing officers", default="inherit",
        description="Support workers on the case always read Shared notes. Nobody outside your firm ever reads Professional ones.",
    )


class EditTenant(NewTenant):
    id = None


def note_visibility(code: str) -> str:
    """The words of the list: nothing where the organisation decides."""
    return "" if code == "inherit" else label(code, "note_visibility")


def case_url(row: TenantRow) -> str | None:
    """The open case of a tenant, or where one is opened for them."""
    if row.open_case_id:
        return url_for("OperatorNotes.workspace", case_id=row.open_case_id)
    return url_for("CaseSteps.open", tenant_id=row.id)


NAME = Column("full_name", "Tenant", sorts="asc", under="property_address")
SHARED_NOTES = Column("note_visibility", "Shared notes", note_visibility)
CASE = Column("case_opened_at", "Case", lambda at: f"Open since {day(at)}", none="Open a case", link=case_url)


class Tenants(Choosing, Records):
    """The people who rent the homes."""

    side = "org_admin"
    route_base = "/tenants"
    datamodel = CappedRows(TenantRow)
    record = Tenant
    offers = PROPERTIES
    include_route_methods = Records.include_route_methods | {"choices"}
    noun = "tenant"
    list_title = "Tenants"
    list_lead = "The people who rent from you."
    add_title, add_label, edit_title = "Add a tenant", "Add tenant", "Change tenant"
    empty_sentence = "There are no tenants yet. Add the first one when they move in."
    delete_sentences = ("Their name, date of birth and settings go for good. A tenant with a case, open or closed, stays.",)
    add_form, edit_form = NewTenant, EditTenant
    base_order = ("full_name", "asc")
    searched = ("full_name", "property_address")
    search_label = "Tenant or address"
    columns = (NAME, SHARED_NOTES, CASE)
    narrowed = {
        "all": ("All", []),
        "visible": ("Notes visible", [("note_visibility", FilterEqual, "visible")]),
        "hidden": ("Notes hidden", [("note_visibility", FilterEqual, "hidden")]),
    }

    def shown(self):
        """Cases only where the plan has them."""
        return self.columns if signed_in_person().has_support_cases else (NAME, SHARED_NOTES)

    def form(self, shown, row=None):
        """Each choice of visibility says what it does; the first one what the organisation has chosen."""
        form = super().form(shown, row)
        visible = only(select(Organisation.support_notes_visible_to_housing_officer))
        form.housing_officer_note_visibility.choices = [
            ("inherit", f"As the organisation: Shared notes are now {'shown to' if visible else 'not shown to'} housing officers"),
            ("visible", "Visible: housing officers on the case read Shared notes, whatever the organisation has chosen"),
            ("hidden", "Hidden: housing officers read no Shared notes; also left out of every digest"),
        ]
        return form

    def quiet_menu(self, pk):
        """The case as well, where the plan has them."""
        case = []
        if signed_in_person().has_support_cases:
            row = find(TenantRow, pk)
            case = [Link("Go to the open case" if row.open_case_id else "Open a case", case_url(row))]
        return [*case, *super().quiet_menu(pk)]
