"""Who acts: signs a token for one person and hat, and puts it at the start of every transaction of the workspace engine.

The database verifies the token (db/functions.sql, "Identity"); nothing here decides what the person may do.
"""

import hmac
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Callable

from sqlalchemy import Connection, Engine, event, text

#: Seconds that a token is good for. A token serves one request; this leaves room for clocks that differ a little.
TOKEN_LIFETIME = 120

HATS = ("org_admin", "property_manager", "collaborator", "platform_admin")

#: A reason that an earlier transaction left on the connection is nobody's here.
_TAKE_HAT = text("select set_config('app.token', :token, true), set_config('role', :role, true), set_config('app.reason', '', true)")


@dataclass(frozen=True)
class Identity:
    """A person (uuid as text) under one hat, with the token that proves it."""

    user_id: str
    hat: str
    # Kept out of repr(): a token must not reach a log (threat 25).
    token: str = field(repr=False)

    @property
    def role(self) -> str:
        """The database role of the hat."""
        return f"keywork_{self.hat}"


def sign(user_id: str, hat: str, key: bytes, *, now: float | None = None) -> Identity:
    """The identity of `user_id` under `hat`, signed with `key` (HMAC-SHA256, engineering of `app.acting_as`).

    `now` is seconds since 1970 UTC, by default the clock's; the token expires TOKEN_LIFETIME seconds later.
    Raises ValueError for a hat that does not exist.
    """
    if hat not in HATS:
        raise ValueError(f"no such hat: {hat}")
    expiry = int(time.time() if now is None else now) + TOKEN_LIFETIME
    message = f"{user_id}.{hat}.{expiry}"
    return Identity(user_id, hat, f"{message}.{hmac.new(key, message.encode(), sha256).hexdigest()}")


def act_in_each_transaction(engine: Engine, who: Callable[[], Identity | None]) -> None:
    """Makes every transaction of `engine` begin as whoever `who()` names at that moment.

    On the engine's `begin` event, so that raw connections are covered like sessions. Both settings are local to the
    transaction: after commit or rollback the pooled connection is nobody again (threat 24). Where `who()` is None the
    transaction is made nobody's, in case an injected statement left a role or token on the session.
    """

    @event.listens_for(engine, "begin")
    def take_hat(connection: Connection) -> None:
        identity = who()
        token, role = (identity.token, identity.role) if identity else ("", "none")
        connection.execute(_TAKE_HAT, {"token": token, "role": role})
