"""A world of the digest as plain rows, in the columns of the tables; columns that nothing here is about keep their defaults."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple


class User(NamedTuple):
    """Somebody with an account."""

    id: str
    email: str
    full_name: str
    disabled_at: datetime | None = None


class Organisation(NamedTuple):
    """The firm of a world."""

    id: str
    name: str
    plan_code: str
    support_notes_visible_to_housing_officer: bool
    housing_officer_emails: list[str]


class Landlord(NamedTuple):
    """A landlord."""

    id: str
    organisation_id: str
    name: str


class Property(NamedTuple):
    """A home."""

    id: str
    organisation_id: str
    landlord_id: str
    address: str
    town: str
    postcode: str


class Tenant(NamedTuple):
    """A tenant."""

    id: str
    organisation_id: str
    landlord_id: str
    property_id: str
    full_name: str
    housing_officer_note_visibility: str


class Case(NamedTuple):
    """A case."""

    id: str
    organisation_id: str
    landlord_id: str
    tenant_id: str
    context_summary: str
    opened_at: datetime
    closed_at: datetime | None
    closing_reason: str | None


class Part(NamedTuple):
    """Somebody's part in a case, or a contact card."""

    id: str
    organisation_id: str
    landlord_id: str
    case_id: str
    user_id: str | None
    full_name: str
    kind: str
    participation_mode: str
    email: str | None
    phone: str | None
    works_for: str | None
    role_label: str | None
    invited_by_name: str
    assigned_at: datetime
    ended_at: datetime | None
    accepted_at: datetime | None


class Note(NamedTuple):
    """A note of either stream."""

    id: str
    organisation_id: str
    landlord_id: str
    case_id: str
    stream: str
    body: str
    author_id: str
    author_name: str
    safeguarding: bool
    safeguarding_flagged_at: datetime | None
    created_at: datetime


class Goal(NamedTuple):
    """A goal."""

    id: str
    organisation_id: str
    landlord_id: str
    case_id: str
    title: str
    description: str
    target_date: date | None
    status: str
    author_id: str
    author_name: str
    created_at: datetime


class Progress(NamedTuple):
    """A progress entry."""

    id: str
    organisation_id: str
    landlord_id: str
    case_id: str
    goal_id: str
    body: str
    author_id: str
    author_name: str
    noted_at: datetime


class Session(NamedTuple):
    """A session."""

    id: str
    organisation_id: str
    landlord_id: str
    case_id: str
    scheduled_at: datetime
    duration_minutes: int
    type: str
    attendees: str
    status: str
    outcome_note: str | None
    author_id: str
    author_name: str


class Suppressed(NamedTuple):
    """An address that nothing is sent to, or was not for a time."""

    id: str
    organisation_id: str
    address: str
    because: str
    cleared_at: datetime | None
    cleared_by_name: str | None


#: Which list of a world belongs to which table.
TABLES = {"landlords": "landlords", "properties": "properties", "tenants": "tenants", "cases": "support_cases", "team": "support_collaborators",
          "notes": "support_notes", "goals": "support_goals", "progress": "support_goal_progress", "sessions": "support_sessions",
          "suppressed": "suppressed_addresses"}


@dataclass
class World:
    """One organisation and all that it has; `people` by id, those whom it shares with other worlds too; most happens around the month `period`."""

    number: int
    period: date
    organisation: Organisation
    people: dict[str, User] = field(default_factory=dict)
    landlords: list[Landlord] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)
    tenants: list[Tenant] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    team: list[Part] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
