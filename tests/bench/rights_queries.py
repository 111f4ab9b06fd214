"""Who is measured, and each query twice: as a hat asks it, and as a good DBA writes it for the owner without any policy."""

from dataclasses import dataclass
from typing import Callable

import psycopg


@dataclass(frozen=True)
class Person:
    """Somebody under a hat, and their rights as constants in a WHERE over c (cases), n (notes) or m (assignments)."""

    label: str
    hat: str
    user_id: str
    cases: str
    notes: str


@dataclass(frozen=True)
class Query:
    """One question in two wordings that must give the same rows in the same order."""

    name: str
    hat_sql: str
    owner_sql: str


NEWEST_CASES = """
select c.id, c.tenant_id, c.opened_at, c.closed_at
from app.support_cases as c{where} order by c.opened_at desc limit 25"""
NOTES = """
select n.id, n.case_id, n.stream, n.body, n.author_name, n.created_at
from app.support_notes as n{where} order by n.created_at desc limit {limit}"""
COUNT = "select count(*) from app.support_notes as n{where}"

OPEN_CASES = """
select id, tenant_name, property_address, opened_at, last_note_at, team_count
from app.case_list where is_open order by opened_at desc limit 25"""
OPEN_CASES_BY_HAND = """
select c.id, t.full_name, p.address || ', ' || p.town || ' ' || p.postcode, c.opened_at,
       (select max(n.created_at) from app.support_notes as n where n.case_id = c.id),
       (select count(*) from app.support_collaborators as m where m.case_id = c.id and m.ended_at is null)
from app.support_cases as c
left join app.tenants as t on t.id = c.tenant_id
left join app.properties as p on p.id = t.property_id
where {person.cases} and c.closed_at is null order by c.opened_at desc limit 25"""

CASELOAD = """
select id, tenant_name, property_address, organisation_name, kind, mode, assigned_at, is_open, last_note_at, next_session_at
from app.caseload order by tenant_name, id"""
CASELOAD_BY_HAND = """
select c.id, t.full_name, p.address || ', ' || p.town || ' ' || p.postcode, o.name, m.kind, m.participation_mode, m.assigned_at,
       c.closed_at is null,
       (select max(n.created_at) from app.support_notes as n where n.case_id = c.id and {person.notes}),
       (select min(s.scheduled_at) from app.support_sessions as s
        where s.case_id = c.id and s.status = 'scheduled' and s.scheduled_at >= now(){sessions})
from app.support_collaborators as m
join app.support_cases as c on c.id = m.case_id
join app.tenants as t on t.id = c.tenant_id
join app.properties as p on p.id = t.property_id
join app.organisations as o on o.id = c.organisation_id
where m.user_id = '{person.user_id}' and m.ended_at is null order by t.full_name, c.id"""
OWN_SESSIONS = " and s.author_id = '{person.user_id}'"


def people(owner: psycopg.Connection) -> list[Person]:
    """Five people of the filling (rights_data.py), one for each hat and part, with what they may see read as the owner."""
    def ids(table: str, key: str, where: str) -> str:
        found = owner.execute(f"select array_agg({key} order by {key})::text from {table} where {where}").fetchone()[0]
        return f"'{found}'::uuid[]"

    def user(words: str) -> str:
        return str(owner.execute("select md5(%s)::uuid", [words]).fetchone()[0])

    def collaborator(label: str, words: str, readable: str = "true") -> Person:
        me = user(words)
        live = ("app.support_collaborators as m join app.support_cases as c on c.id = m.case_id"
                " join app.tenants as t on t.id = c.tenant_id join app.organisations as o on o.id = c.organisation_id")
        mine = ids(live, "m.case_id", f"m.user_id = '{me}' and m.ended_at is null")
        seen = ids(live, "m.case_id", f"m.user_id = '{me}' and m.ended_at is null and {readable}")
        notes = f"n.case_id = any ({mine}) and n.stream = 'shared'"
        if seen != mine:
            notes += f" and (n.case_id = any ({seen}) or n.author_id = '{me}')"
        return Person(label, "collaborator", me, f"c.id = any ({mine})", notes)

    def operator(label: str, hat: str, words: str, right: Callable[[str], str]) -> Person:
        return Person(label, hat, user(words), right("c"), right("n"))

    def of_organisation(alias: str) -> str:
        return f"{alias}.organisation_id = '{user('organisation-0')}'"

    manager = user("manager-0-0")
    landlords = ids("app.property_manager_landlords", "landlord_id", f"user_id = '{manager}'")
    visible = ("(t.housing_officer_note_visibility = 'visible' or t.housing_officer_note_visibility = 'inherit'"
               " and o.support_notes_visible_to_housing_officer)")
    return [
        operator("org-admin", "org_admin", "admin-0-0", of_organisation),
        operator("property manager", "property_manager", "manager-0-0",
                 lambda alias: f"{of_organisation(alias)} and {alias}.landlord_id = any ({landlords})"),
        collaborator("support worker", "worker-1"),
        collaborator("housing officer", "officer-1", visible),
        collaborator("context only", "guest-1"),
    ]


def queries_of(person: Person, owner: psycopg.Connection) -> list[Query]:
    """The questions that this person's screens ask; the one case is the one with most notes that they may read."""
    case_id = owner.execute(
        f"select n.case_id from app.support_notes as n where {person.notes} group by 1 order by count(*) desc, 1 limit 1"
    ).fetchone()[0]
    one_case = f" where n.case_id = '{case_id}'"
    if person.hat == "collaborator":
        # In context-only cases the person sees no sessions but their own.
        sessions = OWN_SESSIONS.format(person=person) if person.label == "context only" else ""
        caseload = Query("caseload", CASELOAD, CASELOAD_BY_HAND.format(person=person, sessions=sessions))
    else:
        caseload = Query("open cases", OPEN_CASES, OPEN_CASES_BY_HAND.format(person=person))
    by_right = f" where {person.notes}"
    return [
        Query("newest cases", NEWEST_CASES.format(where=""), NEWEST_CASES.format(where=f" where {person.cases}")),
        Query("one case's notes", NOTES.format(where=one_case, limit=30),
              NOTES.format(where=f"{one_case} and {person.notes}", limit=30)),
        caseload,
        Query("count of notes", COUNT.format(where=""), COUNT.format(where=by_right)),
        Query("newest notes", NOTES.format(where="", limit=25), NOTES.format(where=by_right, limit=25)),
    ]
