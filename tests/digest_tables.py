"""Random worlds of digests as tables: how they get there, and what is found there afterwards, to be compared with the second reckoning."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import psycopg
from psycopg import sql

from tests.digest_oracle import Digest, Entry
from tests.digest_rows import TABLES, World
from tests.digest_worlds import MAY_BE_SAID


def load(connection: psycopg.Connection, worlds: list[World]) -> None:
    """Puts worlds into the tables as the superuser, row for row as they are: without triggers, so that nothing is stamped or refused."""
    connection.execute("set session_replication_role = replica")
    for table, rows in tables(worlds).items():
        copy(connection, table, rows.values())
    connection.execute("set session_replication_role = origin")
    connection.execute("analyze")


def overwrite(connection: psycopg.Connection, before: list[World], after: list[World]) -> None:
    """Makes of worlds that were loaded what they are later."""
    connection.execute("set session_replication_role = replica")
    for (table, old), new in zip(tables(before).items(), tables(after).values(), strict=True):
        gone = [row.id for row in old.values() if new.get(row.id) != row]
        connection.execute(sql.SQL("delete from app.{} where id = any (%s::uuid[])").format(sql.Identifier(table)), [gone])
        copy(connection, table, [row for row in new.values() if old.get(row.id) != row])
    connection.execute("set session_replication_role = origin")


def tables(worlds: list[World]) -> dict[str, dict[str, tuple]]:
    """The rows of all worlds by table and id."""
    made = {table: {row.id: row for world in worlds for row in getattr(world, name)} for name, table in TABLES.items()}
    return {"users": {person.id: person for world in worlds for person in world.people.values()},
            "organisations": {world.organisation.id: world.organisation for world in worlds}} | made


def copy(connection: psycopg.Connection, table: str, rows: Iterable[tuple]) -> None:
    """Copies rows into a table of schema app; their fields are its columns."""
    rows = list(rows)
    if rows:
        columns = sql.SQL(", ").join(map(sql.Identifier, rows[0]._fields))
        with connection.cursor().copy(sql.SQL("copy app.{} ({}) from stdin").format(sql.Identifier(table), columns)) as into:
            for row in rows:
                into.write_row(row)


def compose(jobs: psycopg.Connection, period: date) -> None:
    """Composes a month's digests within the transaction that there is, as app.compose_digests() does in many."""
    walked: tuple = ()
    while True:
        *walked, officers, _ = jobs.execute(f"select * from app.compose_chunk(%s{', %s::uuid' * len(walked)})", [period, *walked]).fetchone()
        if not officers:
            return


FOUND = """
    select d.organisation_id::text, d.officer_id::text, d.officer_name, d.address, d.reason,
           (select json_object_agg(e.case_id, json_build_array(e.reason, e.content)) from app.digest_entries as e where e.digest_id = d.id)::text
    from app.digests as d where d.period = %s"""


def found(connection: psycopg.Connection, period: date) -> dict[str, dict[str, Digest]]:
    """The digests of a month as the tables hold them, by organisation and officer."""
    made: dict[str, dict[str, Digest]] = {}
    for firm, officer, name, address, reason, entries in connection.execute(FOUND, [period]):
        made.setdefault(firm, {})[officer] = Digest(name, address, reason, {
            case: Entry(why, content and plain(content)) for case, (why, content) in json.loads(entries).items()})
    return made


def plain(content: dict) -> dict:
    """What a digest says of a case with its moments and days as such: in which zone they are written is no matter."""
    content["closed_at"] = content["closed_at"] and datetime.fromisoformat(content["closed_at"])
    for goal in content["goals"]:
        goal["target_date"] = goal["target_date"] and date.fromisoformat(goal["target_date"])
    for item in [*content["sessions"], *content["notes"], *(goal["progress"] for goal in content["goals"] if goal["progress"])]:
        item["at"] = datetime.fromisoformat(item["at"])
    return content


@dataclass
class Message:
    """One e-mail of a digest: what became of it and, if a courier had it, what it was told."""

    state: str
    to_name: str
    to_address: str
    firm: str | None = None
    parts: list[tuple[str, dict]] = field(default_factory=list)


@dataclass
class Handed:
    """What a courier is told when it claims a message, in the order of app.claim_message(), and the parts of its digest: cases, and jsonb as it came."""

    message_id: UUID
    attempt: int
    idempotency_key: str
    to_name: str
    to_address: str
    organisation_name: str
    digest_id: UUID
    period: date
    kind: str
    delivery_id: UUID | None
    parts: list[tuple[str, str]] = field(default_factory=list)


#: As many as there are, a few at a time, each rechecked by itself.
CLAIM = "select (it.m).* from (select app.claim_message() as m from generate_series(1, 100)) as it"
TO_SEND = """
    select d.place, s.case_id::text, s.content::text
    from unnest(%s::uuid[]) with ordinality as d (id, place), app.digest_to_send(d.id) with ordinality as s (case_id, content, n)
    order by d.place, s.n"""
SENT = "select app.message_was_sent(m, 'provider-' || m) from unnest(%s::uuid[]) as m"


def put_off(connection: psycopg.Connection, period: date) -> None:
    """No e-mail of this month is due."""
    connection.execute("update app.outbox as o set next_attempt_at = 'infinity' from app.digests as d where d.id = o.digest_id and d.period = %s", [period])


def hand_over(jobs: psycopg.Connection) -> list[Handed]:
    """Claims everything and says that it was sent, as a courier does."""
    handed = []
    while claimed := [Handed(*row) for row in jobs.execute(CLAIM)]:
        for place, case, content in jobs.execute(TO_SEND, [[each.digest_id for each in claimed]]):
            claimed[place - 1].parts.append((case, content))
        jobs.execute(SENT, [[each.message_id for each in claimed]])
        handed += claimed
    return handed


OUTBOX = """
    select d.organisation_id::text, d.officer_id::text, d.period, d.id, o.state, o.to_name, o.to_address
    from app.outbox as o join app.digests as d on d.organisation_id = o.organisation_id and d.id = o.digest_id"""


def messages(connection: psycopg.Connection, handed: list[Handed]) -> dict[tuple[str, str, date], Message]:
    """What is in the outbox after that, by organisation, officer and month. Nothing was handed over twice, nor otherwise than the outbox says."""
    by_digest = {each.digest_id: each for each in handed}
    assert len(by_digest) == len(handed)
    made = {}
    for firm, officer, period, digest, state, name, address in connection.execute(OUTBOX):
        made[firm, officer, period] = message = Message(state, name, address)
        if it := by_digest.get(digest):
            assert (it.attempt, it.to_name, it.to_address, it.period) == (1, name, address, period)
            message.firm, message.parts = it.organisation_name, [(case, plain(json.loads(content))) for case, content in it.parts]
    return made


# ---- tokens ----------------------------------------------------------------------------------------------------------

#: A telephone number holds no words: theirs begin like this.
TOKEN = re.compile(r"zq_([a-z]+)_([0-9]+)_(h?)|[+]44 00990")
#: Everything that a digest leaves in the tables, after the name of its organisation.
KEPT = """
    select o.name, 'digests', d.* from app.digests as d join app.organisations as o on o.id = d.organisation_id;
    select o.name, 'entries', e.* from app.digest_entries as e join app.organisations as o on o.id = e.organisation_id;
    select o.name, 'outbox', m.* from app.outbox as m join app.organisations as o on o.id = m.organisation_id"""


def copied(connection: psycopg.Connection, what: str) -> str:
    """What COPY says of a table or query: one line for each row."""
    with connection.cursor().copy(f"copy {what} to stdout") as out:
        return b"".join(out).decode()


def leaks(connection: psycopg.Connection) -> set[str]:
    """The kinds of words that stand in a digest, its entries or the outbox and must not."""
    lines = [line for query in KEPT.split(";") for line in copied(connection, f"({query})").split("\n")[:-1]]
    return {leak for line in lines for name, place, said in [line.split("\t", 2)] for leak in forbidden(said, int(name.split("_")[2]), place)}


def forbidden(text: str, world: int, place: str) -> set[str]:
    """What must not stand in a text of this world, in words: of a kind that may stand in none, about a hidden tenant, or of another organisation."""
    bad = set()
    for kind, number, hidden in TOKEN.findall(text):
        # A person may work for several organisations; an address is that of the digest's own officer, in its head.
        if kind != "person" and (kind != "mail" or place == "entries") and (kind not in MAY_BE_SAID or hidden or int(number) != world):
            bad.add(f"{kind or 'phone'} in {place}" + " about a hidden tenant" * bool(hidden) + " of another organisation" * (number != str(world)))
    return bad


def words(connection: psycopg.Connection) -> Counter[str]:
    """How often each kind of token stands in the records; those about hidden tenants once more, as "hidden"."""
    there = [token for table in ("users", "organisations", *TABLES.values()) for token in TOKEN.findall(copied(connection, f"app.{table}"))]
    return Counter(kind or "phone" for kind, _, _ in there) + Counter("hidden" for _, _, hidden in there if hidden)
