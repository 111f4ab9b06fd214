"""What an export of a case holds: the records that the person's own screen shows, column by column, of the days that were asked for.

Nothing here narrows by who asks. The views and policies behind the screens do that for the file as well; the rights of a case's
header (app.case_workspace) only word what the file holds and leave out columns that are empty on that person's screen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, DateTime, Row, Select, cast, func, literal, select

from db.models import CaseWorkspace, NoteEntry, SessionRow
from views.notes import STREAMS
from views.words import LABELS, day, label

#: What is exported, by the code that the form sends, and what one of its records is called.
RECORDS = {"notes": "note", "shared_notes": "note", "sessions": "session"}
#: Rights of a case's header that decide what a person reads of it, its existence apart.
RIGHTS = (CaseWorkspace.may_read_professional, CaseWorkspace.may_read_shared, CaseWorkspace.sees_whole_team)


@dataclass(frozen=True)
class Asked:
    """What somebody asked for: a key of RECORDS of one case, from the first to the last of these days in London; None: without an end."""

    case_id: UUID
    what: str
    since: date | None
    until: date | None

    def written_down(self, file_type: str) -> ColumnElement:
        """The call that writes down in the audit log that this is taken out as such a file, or refuses what makes no sense (KW482 to KW484, KW404)."""
        return func.app.record_case_export(self.case_id, self.what, file_type, self.since, self.until)

    @property
    def days(self) -> str:
        """'all days', '1 Nov 2026 to 3 Nov 2026', 'from 1 Nov 2026', 'up to 3 Nov 2026'."""
        if self.since and self.until:
            return f"{day(self.since)} to {day(self.until)}" if self.since != self.until else day(self.since)
        return f"from {day(self.since)}" if self.since else f"up to {day(self.until)}" if self.until else "all days"


@dataclass(frozen=True)
class Column:
    """A column of a CSV file: its heading, and its cell of one record."""

    heading: str
    cell: Callable[[Row], object]


WRITTEN, EDITED = Column("Written", lambda note: note.created_at), Column("Edited", lambda note: note.edited_at)
AUTHOR, STREAM = Column("Written by", lambda note: by(note)), Column("Stream", lambda note: STREAMS[note.stream])
FLAGGED = (Column("Safeguarding", lambda note: "Safeguarding" if note.safeguarding else ""), Column("Flagged", lambda note: note.safeguarding_flagged_at))
BODY = Column("Note", lambda note: note.body)
SESSION = (
    Column("Begins", lambda it: it.scheduled_at), Column("Ends", lambda it: it.ends_at), Column("Minutes", lambda it: it.duration_minutes),
    Column("Type", lambda it: LABELS["session_type"][it.type]), Column("With", lambda it: it.attendees), Column("State", lambda it: state_of(it)),
    Column("Outcome", lambda it: it.outcome_note), Column("Recorded by", lambda it: by(it)),
)  # fmt: skip


def state_of(session: Any) -> str:
    """The state of a session as its tab says it: one that is over without anybody having said how it went needs an outcome."""
    return "Needs an outcome" if session.needs_outcome else label(session.status, "session_status")


def by(record: Any) -> str:
    """Whose a record is, and whether it came from a former system, as the tabs say it."""
    return f"{record.author_name}, imported" if record.is_imported else record.author_name


def columns(asked: Asked, case: CaseWorkspace) -> Sequence[Column]:
    """The columns of the file. Marks of safeguarding are on Professional notes alone, and so in files alone that hold those."""
    if asked.what == "sessions":
        return SESSION
    return (WRITTEN, AUTHOR, STREAM, *(FLAGGED if holds_professional(asked, case) else ()), EDITED, BODY)


def holds_professional(asked: Asked, case: CaseWorkspace) -> bool:
    """Whether Professional notes are among what was asked for."""
    return asked.what == "notes" and case.may_read_professional


def records(asked: Asked) -> Select:
    """The query for the records, oldest first. It shows what the person who acts may see, like that of the tab."""
    if asked.what == "sessions":
        return _of_days(select(
            SessionRow.id, SessionRow.scheduled_at, SessionRow.ends_at, SessionRow.duration_minutes, SessionRow.type, SessionRow.attendees,
            SessionRow.status, SessionRow.outcome_note, SessionRow.author_name, SessionRow.is_imported, SessionRow.needs_outcome,
        ).where(SessionRow.case_id == asked.case_id), SessionRow.scheduled_at, asked).order_by(SessionRow.scheduled_at, SessionRow.id)
    query = select(
        NoteEntry.id, NoteEntry.stream, NoteEntry.body, NoteEntry.author_name, NoteEntry.is_imported, NoteEntry.created_at, NoteEntry.edited_at, NoteEntry.safeguarding,
        NoteEntry.safeguarding_flagged_at,
    ).where(NoteEntry.case_id == asked.case_id)
    if asked.what == "shared_notes":
        query = query.where(NoteEntry.stream == "shared")
    return _of_days(query, NoteEntry.created_at, asked).order_by(NoteEntry.created_at, NoteEntry.id)


def _of_days(query: Select, moment: ColumnElement[datetime], asked: Asked) -> Select:
    if asked.since:
        query = query.where(moment >= _begins(asked.since))
    # The last day is in it, whole.
    return query.where(moment < _begins(asked.until, 1)) if asked.until else query


def _begins(of_day: date, later: int = 0) -> ColumnElement[datetime]:
    """When a day begins in London, or the one so many days later; asked of Postgres, whose calendar does not end in the year 9999."""
    return func.timezone("Europe/London", cast(literal(of_day, Date) + later, DateTime))


def rights(case_id: UUID) -> Select:
    """The query for what the person who acts may read of a case now: no row where they see it no longer."""
    return select(*RIGHTS).where(CaseWorkspace.id == case_id)


def is_less(before: Row, now: Row | None) -> bool:
    """Whether a person may no longer read something of a case (`rights`) that they could before."""
    return now is None or any(had and not has for had, has in zip(before, now, strict=True))


def holding(what: str, case: CaseWorkspace, reader: str | None = None) -> str:
    """What a file of this kind holds for the person who asks, in a sentence: to them, or on paper by their name."""
    who = reader or "you"
    if what == "sessions":
        return "Every session of this case." if case.sees_whole_team else f"The sessions that {who} recorded."
    if what == "notes" and case.may_read_professional:
        return f"Shared notes, and Professional notes with their safeguarding flags: only for {'the' if reader else 'your'} firm's operators."
    if case.may_read_professional:
        return "Every Shared note of this case, and no Professional note."
    return "Every Shared note of this case." if case.may_read_shared else f"The Shared notes that {who} wrote."
