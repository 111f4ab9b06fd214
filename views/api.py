"""The API for programs: /api/v1/, the records of cases under the same policies as the screens.

A resource is a declaration: which view of the database it shows, which fields, what may be asked for and sent. Who sees and does what is
not here. Signing in: api_sign_in.py; who calls: api_tokens.py; what is refused, in words: api_answers.py; the document: api_docs.py.
"""

import uuid
from collections.abc import Sequence

from flask import Response, abort, g, request
from flask_appbuilder.api import BaseApi, expose
from flask_appbuilder.security.decorators import permission_name
from marshmallow import Schema, ValidationError, fields
from sqlalchemy.orm.exc import StaleDataError

from db.models import Workspace
from views import api_answers
from views.api_answers import Problem
from views.api_fields import Body
from views.api_query import Asked, asked_of, filters_of, query_schema
from views.mends import COUNT_CAP, RestApi
from views.rows import find, session

PK = {"in": "path", "name": "pk", "required": True, "schema": {"type": "string", "format": "uuid"}, "description": "Its id."}
#: What any call with a token may be told.
ALWAYS = (401, 403, 429)


def asked_body(schema: Body) -> dict[str, object]:
    """What was sent, read by a schema. Ends the call with 400, 413 or 415 for what cannot be read."""
    if not request.is_json:
        abort(415)
    try:
        return schema.load(request.get_json())
    except ValidationError as error:
        abort(api_answers.of_validation(error))
    except RecursionError:
        # Brackets in brackets.
        abort(400)


def ref(name: str) -> dict[str, str]:
    """A schema of the OpenAPI document by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


class Described(BaseApi):
    """Base of what is at /api/v1/: says in the OpenAPI document what each method takes and gives."""

    responses = {
        str(status): {"description": message, "content": {"application/json": {"schema": ref("Problem")}}}
        for status, message in api_answers.MESSAGES.items()
    } | {"414": {"description": "The address is longer than 4,000 characters. The server says so before Keywork reads it, and not in JSON."}}
    #: Method -> parameters, body (the name of a schema), answers (status: schema, name of one, or None), problems (statuses), security.
    said: dict[str, dict] = {}
    token: dict[str, str | None] = {}

    def add_apispec_components(self, api_spec) -> None:
        """The schemas that are named and what they are made of, each with its words. Problem is in every answer that is a refusal."""
        super().add_apispec_components(api_spec)
        if "Problem" not in api_spec.components.schemas:
            api_spec.components.schema("Problem", schema=Problem)
        for schema in (Problem, *self.openapi_spec_component_schemas):
            for each in (schema, *(field.inner.schema.__class__ for field in schema().fields.values() if isinstance(getattr(field, "inner", None), fields.Nested))):
                api_spec.components.schemas[each.__name__]["description"] = each.__doc__

    def operation_helper(self, path=None, operations=None, methods=None, func=None, **kwargs) -> None:
        """Called by Flask-AppBuilder for each address. Stock reads YAML out of docstrings."""
        said, name = self.said[func.__name__], func.__name__
        summary, _, more = (func.__doc__ or "").partition("\n")
        operation = {
            "operationId": f"{self.resource_name}_{name}".replace("-", "_"), "summary": said.get("summary", summary), "description": said.get("more", " ".join(more.split())),
            "parameters": said.get("parameters", []), "security": said.get("security", [{"jwt": []}]),
            "responses": {str(status): _answer(schema) for status, schema in said["answers"].items()}
            | {str(status): {"$ref": f"#/components/responses/{status}"} for status in (*said["problems"], 500, 503)},
        }
        if "body" in said:
            operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": ref(said["body"])}}}
        for method in methods:
            operations[method.lower()] = operation


def _answer(schema: dict | str | None) -> dict[str, object]:
    if schema is None:
        return {"description": "Done; there is nothing to say."}
    return {"description": "Done.", "content": {"application/json": {"schema": ref(schema) if isinstance(schema, str) else schema}}}


class Resource(Described, RestApi):
    """Base of the resources: a list, one row, and where a resource says so adding, changing and removing one."""

    #: In the singular, as the OpenAPI document names its schema: "Note".
    noun: str
    #: What a list shows of a row, and what one row shows (the same unless said otherwise).
    list_model_schema: Schema
    #: What is sent for a new one, and to change one.
    add_model_schema: Body | None = None
    edit_model_schema: Body | None = None
    #: The table that is written; the datamodel, what is shown, is often a view over it.
    record: type[Workspace] | None = None
    #: The view that one row is shown from, where it is another than that of lists.
    one: type[Workspace] | None = None
    ordered: tuple[str, ...]
    filtered: tuple[str, ...]
    base_order: tuple[str, str]

    def __init__(self) -> None:
        self.show_model_schema = self.show_model_schema or self.list_model_schema
        self._query = query_schema(self.noun, self.list_model_schema, self.ordered, self.filtered)
        shown = type(self.show_model_schema).__name__
        one = {"type": "object", "required": ["id", "result"], "properties": {"id": PK["schema"], "result": ref(shown)}}
        self.said = {
            "get_list": {"parameters": [{"in": "query", "name": "q", "description": "What is asked for, as JSON or in Rison.",
                                         "content": {"application/json": {"schema": ref(type(self._query).__name__)}}}],
                         "answers": {200: _list_of(type(self.list_model_schema).__name__)}, "problems": (400, *ALWAYS, 414)},
            "get": {"parameters": [PK], "answers": {200: one}, "problems": (*ALWAYS, 404)},
            "post": {"body": type(self.add_model_schema).__name__, "answers": {201: one}, "problems": (400, *ALWAYS, 404, 409, 413, 415)},
            "put": {"parameters": [PK], "body": type(self.edit_model_schema).__name__, "answers": {200: one},
                    "problems": (400, *ALWAYS, 404, 409, 413, 415)},
            "delete": {"parameters": [PK], "answers": {204: None}, "problems": (*ALWAYS, 404, 409)},
            "step": {"parameters": [PK], "answers": {200: one}, "problems": (400, *ALWAYS, 404, 409, 413, 415)},
        }
        schemas = (self._query, self.list_model_schema, self.show_model_schema, self.add_model_schema, self.edit_model_schema)
        self.openapi_spec_component_schemas = tuple({type(each).__name__: type(each) for each in schemas if each is not None}.values())
        super().__init__()

    @expose("", methods=["GET"])
    @permission_name("get")
    def get_list(self, **_) -> Response:
        """A page of those that the caller may see.

        count is how many there are, 1001 standing for more than 1,000.
        """
        asked = asked_of(self._query, self.list_model_schema, self.base_order)
        count, rows = self.datamodel.query(filters_of(asked, self.datamodel), *asked.order, page=asked.page, page_size=asked.page_size)
        self.about_to_show(rows, asked)
        result = self.list_model_schema.dump(rows, many=True)
        session().commit()
        return self.response(200, count=min(count, COUNT_CAP + 1), ids=[each["id"] for each in result], result=result)

    @expose("/<uuid:pk>", methods=["GET"])
    @permission_name("get")
    def get(self, pk: uuid.UUID) -> Response:
        """One by its id."""
        return self.shown(pk)

    @expose("", methods=["POST"])
    @permission_name("post")
    def post(self) -> Response:
        """Adds one. With an id of your own in it, what is sent twice is added once: the second call answers 409."""
        row = self.made(asked_body(self.add_model_schema))
        session().add(row)
        session().flush()
        return self.shown(row.id, 201)

    @expose("/<uuid:pk>", methods=["PUT"])
    @permission_name("put")
    def put(self, pk: uuid.UUID) -> Response:
        """Changes one: the fields that are sent, and no others."""
        given = asked_body(self.edit_model_schema)
        row = find(self.record, pk)
        for name, value in given.items():
            setattr(row, name, value)
        try:
            session().flush()
        except StaleDataError:
            # A policy hides a row from an UPDATE instead of refusing it.
            session().rollback()
            abort(404)
        return self.shown(pk)

    def shown(self, pk: uuid.UUID, status: int = 200) -> Response:
        """The answer that shows one row as it is now, once everything of this call is kept."""
        row = session().get(self.one or self.datamodel.obj, pk, populate_existing=True)
        if row is None:
            abort(404)
        self.about_to_show([row])
        result = self.show_model_schema.dump(row)
        session().commit()
        return self.response(status, id=str(pk), result=result)

    def made(self, given: dict[str, object]) -> Workspace:
        """The new row of what was sent."""
        return self.record(**{"id": uuid.uuid4(), **given})

    def about_to_show(self, rows: Sequence[Workspace], asked: Asked | None = None) -> None:
        """Before rows are shown: what else belongs to them, and what must be written down first. `asked`: of a list."""


def _list_of(name: str) -> dict[str, object]:
    return {"type": "object", "required": ["count", "ids", "result"], "properties": {
        "count": {"type": "integer", "minimum": 0, "maximum": COUNT_CAP + 1, "description": f"How many there are; {COUNT_CAP + 1} stands for more than {COUNT_CAP:,}."},
        "ids": {"type": "array", "items": {"type": "string", "format": "uuid"}}, "result": {"type": "array", "items": ref(name)}}}


def acts_as_operator() -> bool:
    """Whether the caller acts under an operator's hat in this call."""
    return g.identity.hat != "collaborator"
