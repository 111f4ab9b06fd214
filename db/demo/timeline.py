"""Demo data: what a case is made of in time: stretches, assignments, and the case itself."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random
from zoneinfo import ZoneInfo

from db.demo import words

LONDON = ZoneInfo("Europe/London")
NAMESPACE = uuid.UUID("6e2f1c0a-5d0b-5c7e-9d57-3b1f7a4c9e10")


def uid(*parts: object) -> uuid.UUID:
    """The same id for the same words, on every machine."""
    return uuid.uuid5(NAMESPACE, "/".join(str(part) for part in parts))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """That time of the day in London."""
    return datetime.combine(day, time(hour, minute), LONDON)


def working_moment(chance: Random, day: date) -> datetime:
    """Some time between 8:45 and 17:30 in London; now and then in the early evening."""
    minutes = (
        chance.randint(8 * 60 + 45, 17 * 60 + 30)
        if chance.random() < 0.94
        else chance.randint(17 * 60 + 30, 19 * 60 + 20)
    )
    return at(day, minutes // 60, minutes % 60)


@dataclass
class Window:
    """A stretch of time in which a case was open. end is None while it still is."""

    start: datetime
    end: datetime | None
    reason: str | None = None


@dataclass
class Member:
    """An assignment of an account: enough of it to know who could write what at a time."""

    user_id: uuid.UUID
    name: str
    kind: str
    mode: str
    since: datetime
    until: datetime | None

    def is_on_the_team(self, moment: datetime) -> bool:
        """Whether the assignment is live at the moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass
class Case:
    """A case with what its content is written from."""

    key: str
    history: str
    id: uuid.UUID
    organisation_id: uuid.UUID
    landlord_id: uuid.UUID
    tenant_id: uuid.UUID
    tenant_name: str
    facts: dict[str, str]
    windows: list[Window]
    operators: list[tuple[uuid.UUID, str]]
    stories: list[words.Story] = field(default_factory=list)
    team: list[Member] = field(default_factory=list)

    @property
    def place(self) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
        """organisation_id, landlord_id, case_id: how every row under a case begins."""
        return self.organisation_id, self.landlord_id, self.id
