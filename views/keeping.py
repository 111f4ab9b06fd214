"""Until when a case and what is in it are kept, in words: for org-admins, whose business holds and retention are."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from db.models import CaseWorkspace
from db.models_record import ClosedCase, LegalHold, RecordDue
from db.models_set_up import Organisation
from views.frame import acting_identity
from views.rows import find, only, session
from views.words import LONDON, count, day, listed


@dataclass(frozen=True)
class Keeping:
    """The live hold on a case, if there is one, and the band about it or about when the case is deleted."""

    hold: LegalHold | None
    band: str


def keeping_of(case: CaseWorkspace) -> Keeping | None:
    """What an org-admin is told about how long a case is kept; None for everybody else, to whom the database shows no holds."""
    identity = acting_identity()
    if identity is None or identity.hat != "org_admin":
        return None
    hold = live_hold(case.id)
    if hold is not None:
        return Keeping(hold, f"Under legal hold since {day(hold.created_at)}, put there by {hold.author_name}. Retention deletes nothing of it.")
    closed = None if case.is_open else session().get(ClosedCase, case.id)
    return Keeping(None, "" if closed is None or closed.due_at is None else _until(closed))


def live_hold(case_id: uuid.UUID) -> LegalHold | None:
    """The legal hold that is on a case now."""
    return session().scalars(select(LegalHold).where(LegalHold.case_id == case_id, LegalHold.lifted_at.is_(None))).one_or_none()


def _until(closed: ClosedCase) -> str:
    if is_past(closed.gone_at):
        return "It is past its time: tonight's run deletes it for good."
    if closed.gone_at == closed.due_at:
        return f"Its notes, goals, sessions, documents and files are deleted for good on {day(closed.due_at)}, and the case with them."
    flagged = "notes flagged for safeguarding, and the case itself,"
    if is_past(closed.due_at):
        return f"Whatever else it held is past its time; {flagged} are deleted for good on {day(closed.gone_at)}."
    return f"Its notes, goals, sessions, documents and files are deleted for good on {day(closed.due_at)}; {flagged} on {day(closed.gone_at)}."


def without_flag(case: CaseWorkspace, note_id: uuid.UUID) -> list[str]:
    """What becomes of a flagged note when its flag is taken back: how much shorter it is kept, in sentences."""
    closed = session().get(ClosedCase, case.id)
    if closed is not None and closed.due_at is not None:
        later = f"instead of on {day(find(RecordDue, ('support_notes', note_id)).due_at)}"
        if is_past(closed.due_at):
            return [f"Without the flag the note is due at once: tonight's run deletes it for good, {later}.", "Nothing brings it back then."]
        return [f"Without the flag the note is deleted for good on {day(closed.due_at)}, with the rest of the case, {later}."]
    years = only(select(Organisation.support_retention_years))
    sentence = (f"Without the flag the note is kept for {count(years['case'], 'year')} after the case {'closed' if closed else 'closes'}, like the rest of"
                f" it, and no longer for {count(years['safeguarding'], 'year')}.")
    return [sentence, "While the legal hold is on this case, retention deletes nothing of it."] if live_hold(case.id) else [sentence]


def is_past(moment: datetime) -> bool:
    """Whether a moment has come; only for the wording, since the sweep asks the database."""
    return moment <= datetime.now(LONDON)


def windows_in_words(windows: dict[str, int]) -> str:
    """'closed cases for 7 years, safeguarding notes for 25 years'."""
    return listed([f"closed cases for {count(windows['case'], 'year')}", f"safeguarding notes for {count(windows['safeguarding'], 'year')}"])
