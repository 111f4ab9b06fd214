"""Who may see what in the world of tests/world.py, worked out in plain Python from its tables and spec section 2.

Written from the specification and not from the SQL: where the two disagree, a test fails.
"""

from dataclasses import dataclass

from tests import world, world_documents

#: Plans whose organisations have support cases (spec 2).
PLANS_WITH_CASES = {"enterprise"}
#: Parts of a workspace that everybody on the case can open, as the end of an address.
COMMON_TABS = ("", "/notes", "/notes/shared", "/goals", "/sessions", "/team", "/documents")
PROFESSIONAL = "/notes/professional"


@dataclass(frozen=True)
class Part:
    """A live assignment: who somebody is in a case, and how far they take part."""

    kind: str
    mode: str


def landlord_of(case: str) -> str:
    """The landlord of the home of a case's tenant."""
    return world.PROPERTIES[world.TENANTS[world.CASES[case][0]][0]][0]


def organisation_of(case: str) -> str:
    """The organisation of a case."""
    return world.LANDLORDS[landlord_of(case)]


def has_plan(organisation: str) -> bool:
    """Whether the plan of an organisation includes support cases."""
    return world.ORGANISATIONS[organisation][0] in PLANS_WITH_CASES


def operates(user: str, case: str) -> bool:
    """Whether somebody sees a case from the operator side."""
    organisation, role = world.MEMBERS.get(user, (None, None))
    if organisation != organisation_of(case) or not has_plan(organisation) or user.startswith("disabled"):
        return False
    return role == "org_admin" or landlord_of(case) in world.MANAGERS.get(user, [])


def part_of(user: str, case: str) -> Part | None:
    """Somebody's live assignment in a case whose organisation has the plan for it, or None."""
    for its_case, who, kind, mode, ended in world.ASSIGNMENTS:
        if (its_case, who) == (case, user) and ended is None and has_plan(organisation_of(case)):
            return Part(kind, mode)
    return None


def officers_read_notes(case: str) -> bool:
    """The effective visibility of Shared notes for housing officers."""
    setting = world.TENANTS[world.CASES[case][0]][1]
    return setting == "visible" or (setting == "inherit" and world.ORGANISATIONS[organisation_of(case)][1])


def shared_notes_for(user: str, case: str) -> set[str]:
    """The Shared notes of a case that its collaborator may read: their texts."""
    part = part_of(user, case)
    if part is None:
        return set()
    authors = set(world.NOTES[case][0])
    if part.kind == world.OFFICER and not officers_read_notes(case):
        authors &= {user}
    return {shared_text(author, case) for author in authors}


def shared_text(author: str, case: str) -> str:
    """The words of a Shared note of the world."""
    return f"shared note of {author} about {case}"


def professional_texts(case: str) -> set[str]:
    """The words of a case's Professional notes."""
    return {f"professional note of {author} about {case}" for author in world.NOTES[case][1]}


def documents_for(user: str, case: str) -> set[str]:
    """Titles of the documents of a case that somebody may read: operators all; in full participation what was approved, and their own."""
    part = part_of(user, case)
    found = set()
    for author, state, _ in world_documents.DOCUMENTS.get(case, []):
        if operates(user, case) or (part and part.mode == "full" and (state in ("approved", "sent", "superseded") or author == user)):
            found.add(f"Document {case}/{author}/{state}")
    return found


def is_open(case: str) -> bool:
    """Whether a case takes new content."""
    return world.CASES[case][2] is None
