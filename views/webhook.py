"""/webhooks/resend: what the provider tells of e-mails. Its signature is checked here; what the news come to is the database's.

Nobody signs in for it: no cookie is read or set. Whatever is wrong, the answer is the same, and no line of the log holds a word of it.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import resend
from flask import Flask, current_app, request
from sqlalchemy import func, literal, select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

import log_lines
from db.models import Moment

ADDRESS = "/webhooks/resend"
#: News are a kilobyte or two.
MOST_BYTES = 100_000
#: An event of Resend's -> what app.record_delivery() takes. `suppressed`: Resend itself sends nothing there after an earlier bounce.
KINDS = {
    "email.delivered": "delivered", "email.bounced": "bounced", "email.suppressed": "bounced", "email.complained": "complained", "email.failed": "failed",
}  # fmt: skip
#: Kinds of a bounce (data.bounce.type) after which the same address may take the next e-mail: a full mailbox, a mail too large, a note of
#: absence. Resend's page on bounces and its own figures say Transient, its SDK Temporary. Permanent is for good, and so is taken to be what
#: it calls Undetermined: an org-admin can clear the address.
FOR_NOW = ("Transient", "Temporary")
#: What Resend numbers its events and e-mails with.
_NUMBER = re.compile(r"[!-~]{1,200}")
ACCEPTED = {"news": "taken"}, 200
REFUSED = {"news": "not taken"}, 400
#: Resend tells it again, for more than a day.
NOT_NOW = {"news": "not now"}, 503


class NotNews(ValueError):
    """It is not signed, not of now, or does not say what it should."""


@dataclass(frozen=True)
class News:
    """One piece of news: the event's number, the e-mail's, what became of it (as app.record_delivery() takes it) and when."""

    event: str
    email: str
    what: str
    at: datetime


def register(app: Flask) -> None:
    """Adds the route where there is a secret; elsewhere the address does not exist. The signature stands where forms have their token."""
    if app.config["WEBHOOK_SECRETS"]:
        app.add_url_rule(ADDRESS, "webhook", receive, methods=["POST"])
        app.extensions["csrf"].exempt(receive)


def receive():
    """200 for news that were kept, known already, or are of a kind that nobody keeps; 400 for anything else, 503 while they cannot be kept."""
    try:
        news = read(_body(), request.headers, current_app.config["WEBHOOK_SECRETS"])
    except NotNews:
        log_lines.write("webhook refused", logging.WARNING)
        return REFUSED
    if news is None:
        return ACCEPTED
    try:
        with current_app.extensions["sqlalchemy"].engines[None].begin() as connection:
            connection.execute(select(func.app.record_delivery(news.event, news.email, news.what, literal(news.at, Moment))))
    except SQLAlchemyError as error:
        log_lines.write("webhook not kept", logging.ERROR, error=error)
        return NOT_NOW
    return ACCEPTED


def _body() -> bytes:
    request.max_content_length = MOST_BYTES
    try:
        return request.get_data(cache=False)
    except HTTPException as error:
        # Too long, or broken off.
        raise NotNews from error


def read(body: bytes, headers, secrets: Iterable[str]) -> News | None:
    """What a request says, if one of the secrets signed it within the last five minutes; None for news of a kind that nobody keeps.

    Raises NotNews.
    """
    event = _verified(body, headers, secrets)
    try:
        what = KINDS.get(event["type"])
        if what is None:
            return None
        if event["type"] == "email.bounced" and _kind_of_bounce(event["data"]) in FOR_NOW:
            what = "bounced_for_now"
        news = News(headers["svix-id"], event["data"]["email_id"], what, datetime.fromisoformat(event["created_at"]))
        if not (_NUMBER.fullmatch(news.event) and _NUMBER.fullmatch(news.email) and news.at.tzinfo):
            raise NotNews
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NotNews from error
    return news


def _kind_of_bounce(data: dict[str, object]) -> object:
    bounce = data.get("bounce")
    return bounce.get("type") if isinstance(bounce, dict) else None


def _verified(body: bytes, headers, secrets: Iterable[str]):
    signed = {"id": headers.get("svix-id"), "timestamp": headers.get("svix-timestamp"), "signature": headers.get("svix-signature")}
    for secret in secrets:
        try:
            return resend.Webhooks.verify({"payload": body.decode(), "headers": signed, "webhook_secret": secret})
        except (ValueError, RecursionError):
            # Another secret's, perhaps. (JSON that is nested too deep for Python is a RecursionError.)
            continue
    raise NotNews
