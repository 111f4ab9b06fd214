"""Couriers take e-mails out of the house: to Resend, or into files that any mail program opens.

No error of theirs says a word of an e-mail, of an address or of the key: what went wrong has a code.
"""

import base64
import os
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import parsedate_to_datetime
from math import ceil
from pathlib import Path
from typing import Protocol

import resend
from resend.exceptions import ResendError

#: How long Resend has for each step of an answer. Far below the two minutes after which somebody else tries (app.claim_message).
ANSWER_SECONDS = 20
#: What all couriers wait when Resend does not answer, or asks to wait without saying for how long; and when it does not take us.
#: Without it each e-mail of a long queue would be tried in vain, and each one once too often is one more that a person must decide on.
PAUSE_SECONDS, REFUSED_SECONDS = 30, 60
#: No answer makes an e-mail wait for longer than this at once.
LONGEST_WAIT = 24 * 60 * 60

#: Statuses about our key, domain or account rather than about an e-mail. Two errors that have those of bad e-mails are about us as well: the address
#: that ours are from has a name of its own, a key that is none at all is told from a bad e-mail by the beginning of its message alone.
_ABOUT_US, _OUR_ADDRESS, _OUR_KEY = (401, 402, 403, 404, 405), "invalid_from_address", re.compile(r"API key\b")
#: Statuses below 500 that leave open whether the e-mail was taken.
_NO_ANSWER = (408, 425)
#: Of the 429s, those that waiting for some seconds does not mend.
_QUOTAS = ("daily_quota_exceeded", "monthly_quota_exceeded")
#: Of the 409s, those that are over in a moment: our own attempt of before, still under way there.
_UNDER_WAY = ("concurrent_idempotent_requests", "resource_locked")
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?")
_PROVIDER_ID = re.compile(r"[\w-]{1,100}", re.ASCII)


class NotSent(Exception):
    """An e-mail was not handed over; `outcome`, `code` and `wait_seconds` are what app.message_was_not_sent() takes.

    For `pause_seconds` no courier should try another one. `is_about_us`: none will go before somebody puts our settings right.
    """

    def __init__(self, outcome: str, code: str, wait_seconds: int = 0, *, pause_seconds: int = 0, is_about_us: bool = False) -> None:
        super().__init__(outcome, code)
        self.outcome, self.code, self.wait_seconds = outcome, code, wait_seconds
        self.pause_seconds, self.is_about_us = pause_seconds, is_about_us


@dataclass(frozen=True)
class Receipt:
    """An e-mail was handed over: the provider's id of it (None: a file), and for how many seconds it asks all couriers to rest."""

    provider_id: str | None
    rest_seconds: int = 0


class Courier(Protocol):
    """Somebody who delivers e-mails."""

    def deliver(self, message: EmailMessage, key: str | None = None, name: str | None = None) -> Receipt:
        """Hands a message over. Of all with one `key` at most one arrives; `name` is what a file of it is called. Raises NotSent."""


class EmlFolder:
    """Writes each message into a folder as an .eml file, readable by the server's own account alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, message: EmailMessage, key: str | None = None, name: str | None = None) -> Receipt:
        """Writes one file, whole or not at all, in place of an earlier one of that name; names of letters sort by time. Raises NotSent."""
        file_name = f"{name or f'{time.time_ns():020}-{secrets.token_hex(4)}'}.eml"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            making = self.folder / f"{file_name}.{secrets.token_hex(4)}.making"
            # Only an address with other than ASCII letters before its @ needs the newer form (RFC 6532).
            policy = SMTP if message["To"].addresses[0].addr_spec.isascii() else SMTPUTF8
            with open(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(message.as_bytes(policy=policy))
                file.flush()
                os.fsync(file.fileno())
            making.rename(self.folder / file_name)
        except OSError as error:
            raise NotSent("not_now", "folder", pause_seconds=REFUSED_SECONDS, is_about_us=True) from error
        return Receipt(None)


class Resend:
    """Hands each message to Resend (RESEND_API_URL, if that is set, to another server that speaks like it), by its official SDK."""

    def __init__(self, key: str) -> None:
        # Of these the SDK has one in a process.
        resend.api_key = key
        resend.default_http_client = resend.RequestsClient(timeout=ANSWER_SECONDS)

    def deliver(self, message: EmailMessage, key: str | None = None, name: str | None = None) -> Receipt:
        """Hands a message over, once for each `key` in 24 hours. Raises NotSent, with what the answer (or its absence) means."""
        params = _as_params(message)
        try:
            answer = resend.Emails.send(params, {"idempotency_key": key} if key else None)
        except ResendError as error:
            raise _judged(error) from error
        # What the SDK cannot read makes it raise all kinds of errors, after the message went out.
        except Exception as error:
            raise NotSent("no_answer", "unreadable", pause_seconds=PAUSE_SECONDS) from error
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), str) or not _PROVIDER_ID.fullmatch(answer["id"]):
            raise NotSent("no_answer", "unreadable", pause_seconds=PAUSE_SECONDS)
        headers = _lowered(answer["http_headers"])
        return Receipt(answer["id"], _seconds(headers.get("ratelimit-reset", "")) if headers.get("ratelimit-remaining") == "0" else 0)


def courier_for(resend_key: str | None, folder: Path) -> Courier:
    """Resend where there is a key of it, else files."""
    return Resend(resend_key) if resend_key else EmlFolder(folder)


def _as_params(message: EmailMessage) -> dict:
    """What Resend is told. The same message makes the same: with Date or Message-ID in it, a second attempt would be another payload under one key."""
    attached = [{"filename": part.get_filename(), "content": base64.b64encode(part.get_content()).decode(), "content_type": part.get_content_type()}
                for part in message.iter_attachments()]
    return {
        "from": str(message["From"].addresses[0]),
        # Without the name: no sign in it can keep an e-mail from whom it is for.
        "to": [message["To"].addresses[0].addr_spec],
        "subject": str(message["Subject"]),
        "text": message.get_body(("plain",)).get_content(),
        "html": message.get_body(("html",)).get_content(),
        "headers": {"Auto-Submitted": str(message["Auto-Submitted"])},
    } | ({"attachments": attached} if attached else {})


def _judged(error: ResendError) -> NotSent:
    """What an answer that is none of success means."""
    status = int(error.code) if re.fullmatch(r"[1-9]\d\d", str(error.code)) else 500
    headers = _lowered(error.headers)
    asked = _asked_to_wait(headers)
    if status == 429:
        wait = asked or _seconds(headers.get("ratelimit-reset", "")) or PAUSE_SECONDS
        return NotSent("not_now", error.error_type if error.error_type in _QUOTAS else "429", wait, pause_seconds=wait)
    refused = "sender_refused" if error.error_type == _OUR_ADDRESS else "key_refused" if status == 400 and _OUR_KEY.match(str(error.message)) else None
    if refused or status in _ABOUT_US:
        return NotSent("not_now", refused or str(status), asked, pause_seconds=max(asked, REFUSED_SECONDS), is_about_us=True)
    if status == 409:
        # If not that, then another message went under this key.
        return NotSent("no_answer", "under_way") if error.error_type in _UNDER_WAY else NotSent("unsure", "key_was_used")
    if 400 <= status < 500 and status not in _NO_ANSWER:
        return NotSent("refused", str(status))
    code = "no_answer" if error.error_type == "HttpClientError" else str(status)
    return NotSent("no_answer", code, asked, pause_seconds=max(asked, PAUSE_SECONDS))


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _asked_to_wait(headers: Mapping[str, str]) -> int:
    """The seconds of a retry-after header, which may also name a moment by the clock of its server; 0 without a sensible one."""
    given = headers.get("retry-after", "")
    if _SECONDS.fullmatch(given):
        return _seconds(given)
    try:
        now = parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(timezone.utc)
        return min(max(ceil((parsedate_to_datetime(given) - now).total_seconds()), 0), LONGEST_WAIT)
    except (TypeError, ValueError):
        return 0


def _seconds(given: str) -> int:
    return min(ceil(float(given)), LONGEST_WAIT) if _SECONDS.fullmatch(given) else 0
