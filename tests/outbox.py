"""E-mails in the outbox of a world, put there by hand, and what the provider tells of them."""

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import psycopg

#: What the provider can tell, from what counts least to what counts most.
NEWS = ("bounced_for_now", "delivered", "failed", "bounced", "complained")
MESSAGE = """
    with digest as (
        insert into app.digests (organisation_id, officer_id, officer_name, address, period)
        values (%(firm)s, %(officer)s, 'Officer', %(address)s, date '1950-01-01' + (%(number)s || ' months')::interval) returning id, organisation_id
    )
    insert into app.outbox (organisation_id, kind, digest_id, dedup_key, to_name, to_address, state, sent_at, provider_id)
    select d.organisation_id, 'digest', d.id, d.id::text, 'Officer', %(address)s, %(state)s, %(sent_at)s, %(provider_id)s from digest as d
    returning id
"""


def put_message(world, number: int, *, provider_id: str | None = None, state: str | None = None) -> uuid.UUID:
    """An e-mail about month `number` to an address of its own: sent, where the provider's id is given, else on its way to it."""
    state = state or ("sent" if provider_id else "sending")
    values = {"firm": world.organisation["harbour"], "officer": world.user["officer_open"], "address": address(number), "number": number,
              "state": state, "sent_at": datetime.now(timezone.utc) if state == "sent" else None, "provider_id": provider_id}
    with world.owner() as owner:
        return owner.execute(MESSAGE, values).fetchone()[0]


def address(number: int) -> str:
    """Where the e-mail about a month goes."""
    return f"Officer.{number}@example.org"


@contextlib.contextmanager
def on_one_connection(world) -> Iterator[SimpleNamespace]:
    """The world for put_message() and became(), for hundreds of them: on one connection of the superuser, each statement committed by itself."""
    with psycopg.connect(world.conninfo, autocommit=True) as connection:
        yield SimpleNamespace(organisation=world.organisation, user=world.user, owner=lambda: contextlib.nullcontext(connection))


@contextlib.contextmanager
def both(world) -> Iterator["Both"]:
    """The web server and the courier, each under its login; every statement is committed by itself."""
    with (psycopg.connect(world.signin_conninfo, autocommit=True) as web_server, psycopg.connect(world.jobs_conninfo, autocommit=True) as courier):
        yield Both(web_server, courier)


@dataclass
class Both:
    """Who hears of e-mails."""

    web_server: psycopg.Connection
    courier: psycopg.Connection

    def tell(self, event: str, provider_id: str, what: str, minute: int = 0) -> bool:
        """The web server hands one piece of news on; whether it was new."""
        return self.web_server.execute("select app.record_delivery(%s, %s, %s, %s)", [event, provider_id, what, moment(minute)]).fetchone()[0]

    def report(self, message: uuid.UUID, provider_id: str) -> None:
        """The courier says that it handed an e-mail over."""
        self.courier.execute("select app.message_was_sent(%s, %s)", [message, provider_id])


def moment(minute: int) -> datetime:
    """So many minutes after the news began."""
    return datetime.now(timezone.utc).replace(second=0, microsecond=0) - timedelta(hours=1) + timedelta(minutes=minute)


def became(world, message: uuid.UUID) -> tuple[str, str | None]:
    """The state of an e-mail, and why its address is suppressed (None: it is not)."""
    with world.owner() as owner:
        return owner.execute(
            "select o.state, s.because from app.outbox as o left join app.suppressed_addresses as s"
            " on s.organisation_id = o.organisation_id and s.address = lower(o.to_address) and s.cleared_at is null where o.id = %s", [message]).fetchone()
