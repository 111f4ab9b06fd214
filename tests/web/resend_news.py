"""Resend, as it tells of e-mails: events as its documentation has them, signed as it signs them."""

import base64
import hashlib
import hmac
import itertools
import json
import time
from datetime import datetime, timezone

SECRET = "whsec_" + base64.b64encode(b"only for tests, 24 bytes").decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"another one for the tests").decode()
_NUMBERS = itertools.count(1)


def event(what: str, email_id: str, *, bounce: object = None, **changes: object) -> dict[str, object]:
    """An event of this kind about this e-mail; `bounce` is its type where it came back, `changes` replace parts of it."""
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = {"broadcast_id": None, "created_at": now, "email_id": email_id, "from": "Keywork <no-reply@example.org>",
            "to": ["officer@example.org"], "subject": "Your digest of kanarienvogel"}
    if what == "email.bounced":
        data["bounce"] = {"message": "The mailbox of kanarienvogel is full", "diagnosticCode": ["smtp; 552 kanarienvogel"], "subType": "General", "type": bounce or "Permanent"}
    return {"type": what, "created_at": now, "data": data, **changes}


def new_number() -> str:
    """A number for an event."""
    return f"msg_{next(_NUMBERS):027}"


def signed(body: bytes, number: str | None = None, *, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers of a request with this body, `at` a moment (seconds since 1970), by default now. Written from the description of the format."""
    number = number or new_number()
    stamp = str(int(time.time() if at is None else at))
    mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), b".".join((number.encode(), stamp.encode(), body)), hashlib.sha256)
    return {"svix-id": number, "svix-timestamp": stamp, "svix-signature": "v1," + base64.b64encode(mac.digest()).decode(), "content-type": "application/json"}


def body_of(told: object) -> bytes:
    """As Resend writes it."""
    return json.dumps(told).encode()
