"""What the API answers when something does not go: one shape, whatever went wrong and wherever.

    {"message": "...", "errors": [{"field": "body", "sentence": "..."}], "reference": "0123456789"}

The sentences are those that people read on screens (views/sentences.py). What somebody may not see and what is not there answer
alike, but for the reference, which leads to the lines of the log.
"""

import math
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from flask import Response, jsonify, request
from marshmallow import Schema, ValidationError, fields
from werkzeug.exceptions import HTTPException

from views import logs
from views.sentences import Refusal

#: Below this everything is answered in JSON, but the page for people (PAGE).
PREFIX, PAGE = "/api/", "/api/v1/docs"
MESSAGES = {
    400: "What was sent could not be read.",
    401: "Sign in first, at /api/v1/security/login, and send the access token in the header Authorization.",
    403: "Your account has no part in support cases of this kind.",
    404: "There is nothing here that you can see, or nothing that you may do this with.",
    405: "This address cannot be used that way.",
    409: "That could not be done.",
    413: "What was sent is larger than Keywork takes.",
    415: "Send JSON, and say so in the header Content-Type: application/json.",
    429: "That was too often. Wait as long as the header Retry-After says.",
    500: "Something went wrong on our side. The last change may not have been saved: please look before you try again.",
    503: "Keywork is busy. Please try again in a moment; nothing was saved.",
}
#: Of a field in what was sent, where its place says nothing more exact.
WHOLE = "_schema"


class FieldError(Schema):
    """One thing that is wrong with what was sent."""

    field = fields.String(required=True, metadata={"description": "The field of the body it is about, or q and the place in it: q.page."})
    sentence = fields.String(required=True, metadata={"description": "What to do, in a sentence."})


class Problem(Schema):
    """Why a call was refused."""

    message = fields.String(required=True, metadata={"description": "What went wrong, in a sentence."})
    errors = fields.List(fields.Nested(FieldError), required=True, metadata={"description": "What is wrong with which field; empty where it is about no field."})
    reference = fields.String(required=True, metadata={"description": "Name it to whoever runs Keywork: it leads to the lines of the log. Also in the header X-Request-Id."})


def is_asked() -> bool:
    """Whether this request is a program's, and is answered in JSON."""
    return request.path.startswith(PREFIX) and request.path.rstrip("/") != PAGE


def refused(status: int, message: str | None = None, errors: Iterable[tuple[str, str]] = (), retry_after: float | None = None) -> Response:
    """The answer to what does not go. `errors`: (field, sentence); `retry_after`: seconds."""
    answer = jsonify(message=message or MESSAGES[status], errors=[{"field": field, "sentence": sentence} for field, sentence in errors],
                     reference=logs.request_id())
    answer.status_code = status
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if retry_after is not None:
        answer.headers["Retry-After"] = str(math.ceil(retry_after))
    return answer


def of_http(error: HTTPException) -> Response:
    """The answer to an error of HTTP."""
    answer = refused(error.code if error.code in MESSAGES else 400 if error.code < 500 else 500)
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def of_refusal(refusal: Refusal) -> Response:
    """The answer to what the database refused, in the words of views/sentences.py."""
    if refusal.hidden:
        return refused(404)
    return refused(refusal.status, refusal.sentence, [(refusal.field, refusal.sentence)] if refusal.field else ())


def of_validation(error: ValidationError, within: str = "") -> Response:
    """The answer to what cannot be read: each field with its sentence. `within`: what all of it is part of ("q")."""
    errors = list(_flat(error.messages, within))
    return refused(400, MESSAGES[400] if errors else None, errors)


def _flat(messages: object, place: str) -> Iterable[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _flat(inner, place if name == WHOLE else f"{place}.{name}" if place else str(name))
    elif isinstance(messages, list):
        for sentence in messages:
            yield from _flat(sentence, place)
    else:
        yield place or "body", str(messages)
