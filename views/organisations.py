"""The platform-admin's list of organisations: names and plans, no case content."""

from dataclasses import dataclass

from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select

from db.models import Organisation, Plan
from views.mends import CappedRows
from views.rows import session
from views.screen import Screen
from views.words import day


@dataclass(frozen=True)
class Column:
    name: str
    label: str


class Organisations(Screen):
    side = "platform_admin"
    route_base = "/organisations"
    datamodel = CappedRows(Organisation)
    include_route_methods = {"list"}
    base_order = ("name", "asc")

    @expose("")
    @has_access
    def list(self):
        """Every organisation of the installation."""
        count, rows, _, pages = self.rows()
        plans = {plan.code: plan for plan in session().scalars(select(Plan))}
        return self.render_template(
            "list.html", title="Organisations", count=count, count_noun="organisation", pages=pages,
            empty_sentence="There are no organisations yet.",
            columns=[Column("name", "Organisation"), Column("plan", "Plan"), Column("since", "Since")],
            rows=[{"name": row.name, "plan": plans[row.plan_code].name, "since": day(row.created_at)} for row in rows],
        )
