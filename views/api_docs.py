"""What the API is, for programs (/api/v1/openapi.json) and, made of the same document, for people (/api/v1/docs)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Response, current_app, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.api import BaseApi
from flask_appbuilder.api.manager import resolver
from flask_appbuilder.baseviews import BaseView

from views.api import Described
from views.frame import end_sign_in_transaction
from views.sign_in import signed_in_person

VERSION = "v1"
INTRODUCTION = """\
The records of support cases, for programs that act for one person: with their rights, and no more.

Sign in with e-mail address and password at /api/v1/security/login, and send the access token in the header Authorization: Bearer ... of each \
call. It is good for 15 minutes; a refresh token, which is given where it is asked for, gets new ones for 8 hours. A token is worth what the \
person's sign-in is worth: it ends when they sign out, are disabled or lose their part, at the next call. Cookies are not looked at.

Somebody who is an operator and is assigned to cases as well acts as an operator, unless "side": "collaborator" is sent when signing in.

Lists take one parameter q, in Rison or JSON: page, page_size (100 at most), order_column, order_direction and filters. Moments are in ISO 8601 with \
their offset. What one may not see and what is not there answer alike, with 404. What goes wrong is told in one shape: a message, errors by their \
fields, and a reference that leads to the lines of the log.

A person may call 600 times a minute, and sign in wrongly as often as on the sign-in page; beyond that the answer is 429, with the header Retry-After. \
Each look at Professional notes and each change is in the audit log, with who it was."""
#: In the order of the page.
METHODS = ("get", "post", "put", "delete")
#: Where an application keeps its document.
DOCUMENT = "keywork-api-document"


def document() -> dict:
    """The OpenAPI document of this application, made once."""
    kept = current_app.extensions.get(DOCUMENT)
    if kept is None:
        spec = APISpec(
            title=f"{current_app.config['APP_NAME']} API", version=VERSION, openapi_version="3.0.3", info={"description": INTRODUCTION},
            plugins=[MarshmallowPlugin(schema_name_resolver=resolver)], servers=[{"url": current_app.config["BASE_URL"]}])
        bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        spec.components.security_scheme("jwt", bearer | {"description": "The access token that signing in gave."})
        spec.components.security_scheme("jwt_refresh", bearer | {"description": "The refresh token that signing in gave."})
        for view in current_app.appbuilder.baseviews:
            if isinstance(view, BaseApi):
                view.add_api_spec(spec)
        kept = current_app.extensions[DOCUMENT] = spec.to_dict()
    return kept


class OpenApi(Described):
    """The document. It holds nothing of anybody's, and programs read it before they can sign in: it asks for no token."""

    route_base = "/api/v1"
    resource_name = "openapi"
    openapi_spec_tag = "This document"
    token = {"json": None}
    said = {"json": {"answers": {200: {"type": "object"}}, "problems": (), "security": []}}

    @expose("/openapi.json")
    def json(self) -> Response:
        """What the API is, as OpenAPI 3.0."""
        return Response(json.dumps(document(), separators=(",", ":")), mimetype="application/json")


@dataclass(frozen=True)
class Field:
    """A field of a schema, as the page shows it. `kind`: what stands in it; `link`: the schema that it is made of."""

    name: str
    kind: str
    link: str | None
    required: bool
    words: str


class ApiPage(BaseView):
    """The page for people."""

    route_base = "/api/v1"
    default_view = "show"

    @expose("/docs")
    def show(self):
        """How to call the API, for whoever is signed in."""
        if signed_in_person() is None:
            return redirect(url_for("SignIn.login", next=url_for("ApiPage.show")))
        end_sign_in_transaction()
        told = document()
        groups: dict[str, list] = {}
        # Signing in comes first.
        for path, operations in sorted(told["paths"].items(), key=lambda each: ("/security/" not in each[0], each[0])):
            for method, operation in sorted(operations.items(), key=lambda each: METHODS.index(each[0])):
                groups.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
        schemas = {name: (schema.get("description", ""), list(_fields(schema))) for name, schema in sorted(told["components"]["schemas"].items())}
        return self.render_template(
            "api_docs.html", introduction=INTRODUCTION.split("\n\n"), groups=groups, schemas=schemas, base_url=current_app.config["BASE_URL"],
            document_url=url_for("OpenApi.json"), link_of=lambda content: _kind(next(iter(content.values()))["schema"]))


def _fields(schema: dict) -> Iterator[Field]:
    needed = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        kind, link = _kind(each)
        yield Field(name, kind, link, name in needed, each.get("description", ""))


def _kind(schema: dict) -> tuple[str, str | None]:
    """What stands in a field, in words, and the name of the schema that it is made of."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name, name
    if schema.get("allOf"):
        return _kind(schema["allOf"][0])
    if schema.get("type") == "array":
        kind, link = _kind(schema["items"])
        return f"list of {kind}", link
    if "result" in schema.get("properties", {}):
        kind, link = _kind(schema["properties"]["result"])
        return kind, link
    if "enum" in schema:
        return ", ".join(each for each in schema["enum"] if each is not None), None
    formats = {"uuid": "id", "date-time": "moment", "date": "day"}
    kinds = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "object"}
    kind = formats.get(schema.get("format", ""), kinds.get(schema.get("type", ""), "text, or true or false"))
    bounds = f", at most {schema['maxLength']:,} characters" if "maxLength" in schema else ""
    if "minimum" in schema and "maximum" in schema and schema["maximum"] < 10_000:
        bounds = f", {schema['minimum']} to {schema['maximum']}"
    return kind + bounds + (", or null" if schema.get("nullable") else ""), None
