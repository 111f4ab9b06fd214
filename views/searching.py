"""What people type into search boxes, and the filters that narrow a list by it."""

from flask import request
from flask_appbuilder.models.filters import BaseFilter
from sqlalchemy import ColumnElement, or_

from db.models import Workspace


def asked_search(parameter: str = "q") -> str:
    """What was typed into the search box, at most 100 characters of it."""
    return request.values.get(parameter, "").replace("\x00", "").strip()[:100]


def holds(model: type[Workspace], columns: tuple[str, ...], words: str) -> ColumnElement[bool]:
    """A condition: one of these columns holds the words as typed (% and _ are letters like others), in any case."""
    return or_(*(getattr(model, column).icontains(words, autoescape=True) for column in columns))


def contains(*columns: str) -> type[BaseFilter]:
    """A filter for Screen.rows(): one of these columns holds the words that were typed."""

    class Contains(BaseFilter):
        name = "Contains"
        arg_name = "contains"

        def apply(self, query, value):
            """Narrows `query` to rows that hold `value`."""
            return query.filter(holds(self.model, columns, value))

    return Contains


#: What the search box above a list of cases looks into.
TENANT_OR_ADDRESS = contains("tenant_name", "property_address")
