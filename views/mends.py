"""Flask-AppBuilder's behaviour that we change, all of it here, each with its reason."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request
from flask_appbuilder import AppBuilder, ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_wtf import FlaskForm
from sqlalchemy import Uuid
from sqlalchemy.orm import Query

#: Rows that a list counts; beyond it says "1,000+". An exact count of everything costs more than the page.
COUNT_CAP = 1000


class Console(AppBuilder):
    """AppBuilder without the routes that nobody decided on (threat 48)."""

    def _add_admin_views(self) -> None:
        # Stock: also /back, locale, OpenAPI, menu API and the users and roles screens.
        self._indexview = self.add_view_no_menu(self.indexview)
        self.sm.register_views()

    def _add_global_static(self) -> None:
        # Stock: serves Bootstrap, jQuery and select2, none of which our templates use.
        return None


class Rows(SQLAInterface):
    """Rows of one of our models."""

    def get_columns_list(self) -> list[str]:
        """Columns that filters and labels are made for. Stock tries uuid columns as well, and logs a warning for each."""
        return [name for name in super().get_columns_list() if not isinstance(self.list_columns[name].type, Uuid)]


class CappedRows(Rows):
    """Rows counted up to COUNT_CAP + 1. Stock counts every row, 2 s at a million."""

    def query_count(self, query: Query, filters=None, select_columns=None) -> int:
        """How many rows pass the filters, COUNT_CAP + 1 standing for more than that."""
        return self._apply_inner_all(query, filters, aliases_mapping={}).limit(COUNT_CAP + 1).count()


class NoForm(FlaskForm):
    """Stands where a view has no such form, so that Flask-AppBuilder does not generate one with every related table in it."""


@dataclass(frozen=True)
class Pages:
    number: int
    last: int | None
    previous_url: str | None
    next_url: str | None


@dataclass(frozen=True)
class SortLink:
    url: str
    direction: str | None


def asked_page() -> int:
    """The `page` of the address, from 1; what is not a sensible number is 1. Stock answers 500 to page=abc."""
    asked = request.args.get("page", "1")
    return min(int(asked), 10_000) if asked.isascii() and asked.isdigit() and int(asked) > 0 else 1


def here(**changes: object) -> str:
    """This address with some of its query changed; None takes a part away."""
    query = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    return request.path + ("?" + urlencode(kept) if kept else "")


def pages_around(number: int, more: bool, last: int | None = None) -> Pages:
    """Links from page `number` to the one before and, where there are `more` rows, the one after; `last` if it is known."""
    before = here(page=number - 1 if number > 2 else None) if number > 1 else None
    return Pages(number, last, before, here(page=number + 1) if more else None)


class Screen(ModelView):
    """Base of our model views: no stock route, form or filter that the screen did not ask for.

    Stock ModelViews keep the filters of a request on the view object itself, which all threads share: four threads
    posting notes put 22 of 404 on the wrong case (upstream issue 2366). Nothing here writes to `self` in a request.
    """

    #: Under which hat the screen is used (views.sign_in.SIDES).
    side: str
    search_form = add_form = edit_form = NoForm
    page_size = 25
    #: column -> direction it is first sorted in
    sortable: dict[str, str] = {}

    def rows(self, *filters: tuple[str, type, object]) -> tuple[int, list, dict[str, SortLink], Pages]:
        """One page of the datamodel's rows that pass `filters` ((column, filter class, value)).

        Order and page come from the address, and only over `sortable` columns. Returns how many rows there are (capped),
        the rows, links that sort them, and links to the pages around.
        """
        active = self.datamodel.get_filters().add_filter_list(list(filters))
        column, direction = self.base_order
        if request.args.get("sort") in self.sortable:
            column = request.args["sort"]
            direction = request.args.get("way") if request.args.get("way") in ("asc", "desc") else self.sortable[column]
        number = asked_page()
        count, rows = self.datamodel.query(active, column, direction, page=number - 1, page_size=self.page_size)
        links = {
            name: SortLink(
                here(sort=name, way=("desc" if direction == "asc" else "asc") if name == column else first, page=None),
                direction if name == column else None,
            )
            for name, first in self.sortable.items()
        }
        last = None if count > COUNT_CAP else max(1, -(-count // self.page_size))
        more = len(rows) == self.page_size and (last is None or number < last)
        return count, rows, links, pages_around(number, more, last)
