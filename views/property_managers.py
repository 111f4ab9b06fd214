"""Property managers of the firm and the landlords they look after: /property-managers, for its org-admins."""

from datetime import datetime, timezone

from flask import flash, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import delete, func, select

from db.models import ManagedLandlord, Membership, OperatorRow
from views.forms import Form, Line
from views.links import send_operator_invitation
from views.mends import CappedRows
from views.records import Column, Records
from views.rows import find, keep, session, step
from views.screen import Link
from views.words import day

ROLE = "property_manager"


class NewPropertyManager(Form):
    invited_name = Line("Full name", required=True)
    invited_email = Line("E-mail address", required=True, description="The invitation goes there, and they sign in with it.")


class PropertyManagers(Records):
    """Invited by the org-admin; each sees the tenants of the landlords assigned to them, and no others."""

    side = "org_admin"
    route_base = "/property-managers"
    datamodel = CappedRows(OperatorRow)
    record = Membership
    noun = "property manager"
    list_title = "Property managers"
    list_lead = "They run cases like you, for the tenants of the landlords you assign to them. Your settings stay yours."
    add_title, add_label, edit_title = "Invite a property manager", "Invite a property manager", "Change property manager"
    empty_sentence = "There are no property managers yet. Invite one, then say which landlords they look after."
    add_form = NewPropertyManager
    base_order = ("full_name", "asc")
    searched = ("full_name", "email")
    search_label = "Name or e-mail address"
    columns = (
        Column("full_name", "Name", sorts="asc", under="email"),
        Column("landlord_names", "Landlords"),
        Column("accepted_at", "Since", day, sorts="desc"),
    )
    include_route_methods = {"list", "add", "edit", "invite", "delete"}
