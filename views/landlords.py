"""Landlords of the firm: /landlords, for its org-admins."""

from db.models_set_up import Landlord, LandlordRow
from views.forms import Line, NewRow
from views.mends import CappedRows
from views.records import Column, Records
from views.words import number


class NewLandlord(NewRow):
    name = Line("Name", required=True)


class EditLandlord(NewLandlord):
    id = None


class Landlords(Records):
    """Owners of the properties that the firm runs."""

    side = "org_admin"
    route_base = "/landlords"
    datamodel = CappedRows(LandlordRow)
    record = Landlord
    noun = "landlord"
    list_title = "Landlords"
    list_lead = "The owners of the homes you run. A property manager sees the tenants of the landlords you assign to them."
    add_title, add_label, edit_title = "Add a landlord", "Add landlord", "Change landlord"
    empty_sentence = "There are no landlords yet. Add the first one, then the homes you run for them."
    add_form, edit_form = NewLandlord, EditLandlord
    base_order = ("name", "asc")
    searched = ("name",)
    search_label = "Name"
    columns = (
        Column("name", "Landlord", sorts="asc"),
        Column("property_count", "Properties", number, sorts="desc"),
        Column("tenant_count", "Tenants", number, sorts="desc"),
    )
