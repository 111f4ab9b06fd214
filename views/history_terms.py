"""What sentences of the audit log are made of: how what happens to the rows of a table is told, and what a line is about."""

from collections.abc import Callable
from dataclasses import dataclass

from db.models_record import AuditEntry
from views.words import LABELS, LONDON, inside

#: Words for a line: as they stand, with {it} for what the line is about, or worked out from the line.
Phrase = str | Callable[[AuditEntry], str]


@dataclass(frozen=True)
class Change:
    """That a column changed; `to`: only where it was filled in (True), or emptied or switched off (False)."""

    column: str
    said: Phrase
    to: bool | None = None
    #: Whether it is said only where nothing else changed.
    alone: bool = False

    def fits(self, after: dict) -> bool:
        """Whether this is what the change was: `after` holds the columns that changed, as they became."""
        if self.column not in after or (self.alone and len(after) > 1):
            return False
        return self.to is None or (after[self.column] not in (None, False)) is self.to


@dataclass(frozen=True)
class Told:
    """How what happens to the rows of one table is told."""

    it: Callable[[AuditEntry], str]
    insert: Phrase
    changes: tuple[Change, ...] = ()
    delete: Phrase = "deleted {it}"


def payload(entry: AuditEntry) -> dict:
    """What the line says of its row: of a change only the columns that changed, as they were before; empty where it is gone."""
    return {**(entry.after or {}), **(entry.before or {})}


def name_of(entry: AuditEntry, *columns: str) -> str | None:
    """What the row was called then, or is now."""
    said = payload(entry)
    return next((said[column] for column in columns if said.get(column)), entry.row_name)


def day_of(entry: AuditEntry) -> str:
    """' of 3 Nov', with its year where that is not the year of the line; nothing for a row without a day."""
    if entry.row_at is None:
        return ""
    at, now = entry.row_at.astimezone(LONDON), entry.happened_at.astimezone(LONDON)
    return f" of {at.day} {at:%b}" + (f" {at.year}" if at.year != now.year else "")


def new_day(entry: AuditEntry) -> str:
    """The same for what was written just then: only where it was dated back."""
    same = entry.row_at is not None and entry.row_at.astimezone(LONDON).date() == entry.happened_at.astimezone(LONDON).date()
    return "" if same else day_of(entry)


def with_article(thing: str) -> str:
    """'a goal', 'an appointment'."""
    return f"{'an' if thing[:1] in 'aeiou' else 'a'} {thing}"


def in_words(code: str, of: str) -> str:
    """A code as it stands inside a sentence."""
    # A code without words was written past the database's rules: it reads as it stands.
    return inside(LABELS[of].get(code, str(code)))


def called(noun: str, *columns: str) -> Callable[[AuditEntry], str]:
    """'the tenant Ann Lee', or 'a tenant' where nobody knows the name any more."""

    def words(entry: AuditEntry) -> str:
        name = name_of(entry, *columns)
        return f"the {noun} {name}" if name else with_article(noun)

    return words


#: A home that changes its landlord takes along everything that hangs under it.
MOVED = Change("landlord_id", "moved {it} with the home to another landlord", alone=True)
