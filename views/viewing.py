"""Looking at Professional notes is written down before they are shown (spec 7)."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select

from views.rows import run, session

Answer = TypeVar("Answer")


def after_record(case_id: UUID, answer: Answer) -> Answer:
    """The answer of a page that quotes Professional notes of a case, once the look at them is on the record.

    The page is made, in the same transaction, and kept back until the commit; where that is refused (an error page, or 404) nobody
    sees it. Each look is a line of its own, also a second one within the minute: a log that leaves some out says less than it
    seems to, and a line costs a fraction of the page.
    """
    run(select(func.app.record_view(case_id)))
    session().commit()
    return answer
