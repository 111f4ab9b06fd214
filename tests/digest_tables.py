"""Random worlds of digests as tables: how they get there, and what is found there afterwards, to be compared with the second reckoning."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import psycopg
from psycopg import sql

from tests.digest_oracle import Digest, Entry
from tests.digest_worlds import MAY_BE_SAID, TABLES, World


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


#: As many as there are, a few at a time, each rechecked by itself.
CLAIM = "select (it.m).* from (select app.claim_message() as m from generate_series(1, 100)) as it"
TO_SEND = """
    select d.place, s.case_id::text, s.content::text from unnest(%s::uuid[]) with ordinality as d (id, place), app.digest_to_send(d.id) with ordinality as s (case_id, content, n)
    order by d.place, s.n"""
SENT = "select app.message_was_sent(m, 'provider-' || m) from unnest(%s::uuid[]) as m"


def hand_over(jobs: psycopg.Connection) -> list[tuple]:
    """Claims everything and says that it was sent: rows of app.claim_message() with the parts that belong to them, cases and what is said of each."""
    handed = []
    while claimed := jobs.execute(CLAIM).fetchall():
        parts: list[list] = [[] for _ in claimed]
        for place, case, content in jobs.execute(TO_SEND, [[row[6] for row in claimed]]):
            parts[place - 1].append((case, plain(json.loads(content))))
        jobs.execute(SENT, [[row[0] for row in claimed]])
        handed += [(*row, said) for row, said in zip(claimed, parts, strict=True)]
    return handed


OUTBOX = """
    select d.organisation_id::text, d.officer_id::text, d.period, d.id, o.state, o.to_name, o.to_address
    from app.outbox as o join app.digests as d on d.organisation_id = o.organisation_id and d.id = o.digest_id"""


def messages(connection: psycopg.Connection, handed: list[tuple]) -> dict[tuple[str, str, date], Message]:
    """What is in the outbox after that, by organisation, officer and month. Nothing was handed over twice."""
    by_digest = {row[6]: row for row in handed}
    assert len(by_digest) == len(handed)
    made = {}
    for firm, officer, period, digest, state, name, address in connection.execute(OUTBOX):
        made[firm, officer, period] = Message(state, name, address)
        if digest in by_digest:
            _, attempt, _, to_name, to_address, firm_name, _, of_period, parts = by_digest[digest]
            assert (attempt, to_name, to_address, of_period) == (1, name, address, period)
            made[firm, officer, period].firm, made[firm, officer, period].parts = firm_name, parts
    return made


# ---- tokens ----------------------------------------------------------------------------------------------------------

#: A telephone number holds no words: theirs begin like this.
TOKEN = r"zq_([a-z]+)_(\d+)_(h?)|[+]44 00990"
#: Everything that a digest leaves in the tables, with the number of the organisation that it is of.
KEPT = f"""
    with kept as (
        select d.organisation_id, d::text as words, 'digests' as place from app.digests as d union all
        select e.organisation_id, e::text, 'entries' from app.digest_entries as e union all
        select o.organisation_id, o::text, 'outbox' from app.outbox as o
    )
    select distinct k.place, coalesce(t.token[1], 'phone'), t.token[2] = substring(o.name from 'zq_organisation_(\\d+)_'), t.token[3] = 'h'
    from kept as k join app.organisations as o on o.id = k.organisation_id, regexp_matches(k.words, '{TOKEN}', 'g') as t (token)"""


def leaks(connection: psycopg.Connection) -> list[str]:
    """The kinds of words that stand in a digest, its entries or the outbox and must not: of a kind that may never, about a hidden tenant, or of another organisation."""
    found_there = []
    for place, kind, of_the_firm, hidden in connection.execute(KEPT).fetchall():
        # Officers are shared by organisations, and a digest is addressed.
        of_the_person = kind == "person" or (kind == "mail" and place != "entries")
        if not of_the_person and (kind not in MAY_BE_SAID or hidden or not of_the_firm):
            found_there.append(f"{kind} in {place}" + " about a hidden tenant" * bool(hidden) + " of another organisation" * (of_the_firm is False))
    return sorted(found_there)


def words(connection: psycopg.Connection) -> dict[str, int]:
    """How often each kind of token stands in the records; those about hidden tenants once more, as "hidden"."""
    counts: dict[str, int] = {}
    for table in ("users", "organisations", *TABLES.values()):
        for kind, hidden, often in connection.execute(f"select coalesce(t.token[1], 'phone'), t.token[3] = 'h', count(*) from app.{table} as r, regexp_matches(r::text, '{TOKEN}', 'g') as t (token) group by 1, 2"):
            counts[kind] = counts.get(kind, 0) + often
            counts["hidden"] = counts.get("hidden", 0) + often * bool(hidden)
    return counts
