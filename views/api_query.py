"""What a list is asked for: the parameter q, as Flask-AppBuilder's API takes it (Rison, or JSON), read so that nothing in it is a fault.

    q=(page:0,page_size:25,order_column:created_at,order_direction:desc,filters:!((col:case_id,opr:eq,value:'...')))

Orders and filters are for columns that the resource lists, and no others (threat 49).
"""

import json
import operator
from collections.abc import Sequence
from dataclasses import dataclass

import prison
from flask import abort, request
from flask_appbuilder.models.filters import BaseFilter, Filters
from flask_appbuilder.models.sqla.interface import SQLAInterface
from marshmallow import Schema, ValidationError, fields, validate

from views import api_answers
from views.api_fields import Body, Code, Day, Moment, Whole

PAGE, MOST_ON_A_PAGE = 25, 100
#: Beyond so many pages, a filter by time leads on; pages that far back cost more and more.
LAST_PAGE = 1000
#: Characters of q, and filters in it.
LONGEST, MOST_FILTERS = 2000, 10
SAY_WHICH, CONDITIONS = "Say which value.", "Send a list of conditions."
NOT_READ = "Write it in Rison, such as (page:0,page_size:25), or in JSON."
VALUES = [{"type": "string", "maxLength": 64}, {"type": "boolean"}]


@dataclass(frozen=True)
class Asked:
    """A page of a list. `filters`: (column, operator, value)."""

    page: int
    page_size: int
    order: tuple[str, str]
    filters: list[tuple[str, str, object]]

    def value_of(self, column: str) -> object | None:
        """What a column must be, where that was asked for."""
        return next((value for name, compared, value in self.filters if (name, compared) == (column, "eq")), None)


class _Compared(BaseFilter):
    def apply(self, query, value):
        return query.filter(self.by(getattr(self.model, self.column_name), value))


#: Flask-AppBuilder makes a filter anew from its class and a column: a class for each operator.
COMPARED = {name: type(f"Compared{name.capitalize()}", (_Compared,), {"by": staticmethod(by)})
            for name, by in (("eq", operator.eq), ("gt", operator.gt), ("lt", operator.lt))}


def query_schema(name: str, row: Schema, ordered: Sequence[str], filtered: Sequence[str]) -> Body:
    """What q may hold for a resource whose rows have the schema `row`: the class is called `name` in the OpenAPI document."""
    a_filter = type(f"{name}Filter", (Body,), {
        "__doc__": "One condition; a row is shown that fits all of them.",
        "col": Code("The column.", filtered, required=True),
        "opr": Code("eq: is the value. gt and lt, for moments and days: after it and before it.", COMPARED, required=True),
        "value": fields.Raw(required=True, error_messages={"required": SAY_WHICH, "null": SAY_WHICH}, metadata={"description": "An id, code, moment or day as the answers have it, or true or false.", "anyOf": VALUES}),
    })
    return type(f"{name}Query", (Body,), {
        "__doc__": "Which rows, in which order, which page of them.",
        "page": Whole("Which page, from 0. Where more is needed, go on by a filter on the time.", 0, LAST_PAGE),
        "page_size": Whole(f"How many rows, {PAGE} unless asked otherwise. {MOST_ON_A_PAGE} at most: more than that stands for {MOST_ON_A_PAGE}.", 1, MOST_ON_A_PAGE, capped=True),
        "order_column": Code("The column to order by.", ordered),
        "order_direction": Code("Smallest first, or largest.", ("asc", "desc")),
        "filters": fields.List(fields.Nested(a_filter, error_messages={"null": CONDITIONS}), validate=validate.Length(max=MOST_FILTERS, error=f"Ask for {MOST_FILTERS} conditions at most."),
                               metadata={"description": "Conditions that all hold."}, error_messages={"invalid": CONDITIONS, "null": CONDITIONS}),
    })()


def asked_of(query: Body, row: Schema, order: tuple[str, str]) -> Asked:
    """What this call asks of a list; `order` where it says none. Ends the call with 400 and a sentence for what cannot be read."""
    others = set(request.args) - {"q"}
    if others or len(request.args.getlist("q")) > 1:
        abort(api_answers.refused(400, errors=[(sorted(others)[0][:100] if others else "q", "Say what you ask for in one parameter q.")]))
    try:
        given = query.load(_parsed(request.args.get("q", "")))
        filters = [_read(row, place, each) for place, each in enumerate(given.get("filters", []))]
    except ValidationError as error:
        abort(api_answers.of_validation(error, within="q"))
    column = given.get("order_column", order[0])
    direction = given.get("order_direction", order[1] if column == order[0] else "asc")
    return Asked(given.get("page", 0), given.get("page_size", PAGE), (column, direction), filters)


def filters_of(asked: Asked, datamodel: SQLAInterface) -> Filters:
    """The filters of one call: Flask-AppBuilder keeps them on the view, which all threads share (upstream issue 2366)."""
    made = datamodel.get_filters()
    for column, compared, value in asked.filters:
        made.add_filter(column, COMPARED[compared], value)
    return made


def _parsed(q: str) -> object:
    if len(q) > LONGEST:
        raise ValidationError(f"Use {LONGEST:,} characters at most.")
    try:
        return json.loads(q) if q.lstrip().startswith("{") else prison.loads(q) if q else {}
    except (prison.decoder.ParserException, LookupError, TypeError, ValueError, RecursionError):
        # The parser of Rison raises what it stumbles over: an unhashable key, a sign at the end, brackets in brackets.
        raise ValidationError(NOT_READ) from None


def _read(row: Schema, place: int, each: dict[str, object]) -> tuple[str, str, object]:
    field = row.fields[each["col"]]
    if each["opr"] != "eq" and not isinstance(field, (Moment, Day)):
        raise ValidationError({"filters": {place: {"opr": ["Use eq for this column."]}}})
    try:
        return each["col"], each["opr"], field.deserialize(each["value"])
    except ValidationError as error:
        raise ValidationError({"filters": {place: {"value": error.messages}}}) from None
