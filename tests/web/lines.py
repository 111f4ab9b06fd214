"""What the tests of the audit log share: operators' clients, addresses by name, and lines looked up as the owner."""

import re

import pytest

from tests.web.pages import Page

HARBOUR = "harbour_admin"
OPERATORS = {"harbour_admin": "org_admin", "moor_admin": "org_admin", "two_hats_admin": "org_admin", "quay_manager": "property_manager",
             "heath_manager": "property_manager", "idle_manager": "property_manager"}  # fmt: skip
LINK = re.compile(r'class="row-link" href="/audit/(\d+)"')


@pytest.fixture(scope="module")
def clients(console):
    """Clients of the operators, by persona."""
    return {persona: console.client(persona) for persona in OPERATORS}


def owner(console, statement: str, **values: object) -> list[tuple]:
    """Runs a statement as keywork_owner, committed."""
    with console.world.owner() as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def text_of(client, path: str) -> str:
    """What a page that answers 200 says."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return Page(answer.text).text


def newest(console, **where: object) -> int:
    """The id of the newest line with these values."""
    conditions = " and ".join(f"{name} = %({name})s" for name in where)
    return owner(console, f"select max(id) from app.audit_log where {conditions}", **where)[0][0]


def views_of(console, case: str = "ann") -> int:
    """How many looks at the Professional notes of a case are on the record."""
    return owner(console, "select count(*) from app.audit_log where action = 'view' and case_id = %(case)s", case=console.world.case[case])[0][0]


def at(console, address: str) -> str:
    """An address with ids of the world in place of their names."""
    return address.format(**{kind: getattr(console.world, kind) for kind in (
        "case", "tenant", "user", "note", "goal", "session", "collaborator", "organisation", "landlord", "property")})
