"""Properties of the firm: /properties, for its org-admins."""

from db.models_set_up import Landlord, Property, PropertyRow
from views.choosing import Catalogue, Choosing, OneOf
from views.forms import Line, NewRow, Postcode
from views.mends import CappedRows
from views.records import Column, Records
from views.words import number

LANDLORDS = Catalogue(Landlord, ("name",), "There are no landlords yet. Add one first.")


class NewProperty(NewRow):
    address = Line("Number and street", required=True)
    town = Line("Town", required=True)
    postcode = Postcode("Postcode", required=True)
    landlord_id = OneOf("Landlord", of=LANDLORDS, screen="Properties", sentence="Choose one of your landlords.", required=True)


class EditProperty(NewProperty):
    id = None


class Properties(Choosing, Records):
    """The homes that the firm runs."""

    side = "org_admin"
    route_base = "/properties"
    datamodel = CappedRows(PropertyRow)
    record = Property
    offers = LANDLORDS
    include_route_methods = Records.include_route_methods | {"choices"}
    noun = "property"
    list_title = "Properties"
    list_lead = "The homes you run. Each tenant lives at one of them."
    add_title, add_label, edit_title = "Add a property", "Add property", "Change property"
    empty_sentence = "There are no properties yet. Add the first one, then the tenants who live there."
    delete_sentences = ("This cannot be undone. A property with tenants stays: move them to another one first.",)
    add_form, edit_form = NewProperty, EditProperty
    base_order = ("address", "asc")
    searched = ("property_address", "landlord_name")
    search_label = "Address or landlord"
    columns = (
        Column("address", "Property", sorts="asc", under="town_and_postcode"),
        Column("landlord_name", "Landlord", sorts="asc"),
        Column("tenant_count", "Tenants", number, sorts="desc"),
    )
