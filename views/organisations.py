"""The platform-admin's list of organisations: names and plans, no case content."""

from db.models import Organisation
from views.mends import CappedRows
from views.records import Column, Records
from views.words import day


class Organisations(Records):
    side = "platform_admin"
    route_base = "/organisations"
    datamodel = CappedRows(Organisation)
    record = Organisation
    noun = "organisation"
    list_title = "Organisations"
    add_label = "Add an organisation"
    empty_sentence = "There are no organisations yet."
    base_order = ("name", "asc")
    columns = (Column("name", "Organisation", sorts="asc"), Column("plan_code", "Plan", str.capitalize), Column("created_at", "Since", day))
    include_route_methods = {"list"}

    def url_of(self, row):
        """No page of its own."""
        return None
