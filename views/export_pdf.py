"""The PDF of an export: a cover that says what it holds, for whom and until when, then each record whole."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row

from db.models import CaseWorkspace
from views.document_pdf import for_paper
from views.export_rows import RECORDS, Asked, by, holding, holds_professional, state_of
from views.notes import STREAMS
from views.printing import FAILURES, TOO_LARGE, TOO_LONG, Imprint, PrintFailed, print_document
from views.words import label, number

#: The longest PDF that is begun: how many records, and how many characters of words in them. Either makes some 120 pages, for which a
#: processor needs 10 to 20 of the 50 seconds that there are: a note on each day of a year, and room for a slow machine.
MOST_RECORDS, MOST_CHARACTERS = 500, 500_000
SHORTER = "Choose fewer days, or take a CSV file, which has no limit."
TOO_MANY = f"A PDF holds {number(MOST_RECORDS)} records at most, and there are more in these days. {SHORTER}"
TOO_MUCH = f"There is more to read in these days than one PDF holds. {SHORTER}"
SENTENCES = {TOO_LONG[0]: f"The PDF took too long to make. {SHORTER}", TOO_LARGE[0]: TOO_MUCH, FAILURES[5][0]: TOO_MUCH}


class TooMuch(Exception):
    """More than one PDF holds. `sentence` is for the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def export_pdf(asked: Asked, case: CaseWorkspace, found: Sequence[Row], made_by: str, made_at: datetime) -> bytes:
    """The PDF of the records that were found. Needs the application, but no request.

    Raises TooMuch for what cannot be printed in one piece, views.printing.PrintFailed for what cannot be printed now.
    """
    if len(found) > MOST_RECORDS:
        raise TooMuch(TOO_MANY)
    if sum(map(_length, found)) > MOST_CHARACTERS:
        raise TooMuch(TOO_MUCH)
    try:
        return print_document(
            "print/export.html", Imprint(for_paper(case.organisation_name), for_paper(made_by), made_at), asked=asked, noun=RECORDS[asked.what],
            case=case_facts(case), holds=holding(asked.what, case, for_paper(made_by)), professional=holds_professional(asked, case),
            records=[_shown(asked, record) for record in found])
    except PrintFailed as failed:
        if str(failed) in SENTENCES:
            raise TooMuch(SENTENCES[str(failed)]) from None
        raise


def case_facts(case: CaseWorkspace) -> dict[str, object]:
    """What the cover says of the case: its tenant and home, since when it is open, and its reference (the first eight digits of its id)."""
    return {"tenant": for_paper(case.tenant_name), "home": for_paper(case.property_address), "opened_at": case.opened_at, "closed_at": case.closed_at,
            "reference": str(case.id)[:8]}


def _length(record: Row) -> int:
    return sum(len(value) for value in record if isinstance(value, str))


def _shown(asked: Asked, record: Row) -> dict[str, object]:
    """A record with its codes in words, and with texts that paper can hold."""
    shown = {name: for_paper(value) if isinstance(value, str) else value for name, value in record._mapping.items()} | {"by": for_paper(by(record))}
    if asked.what == "sessions":
        return shown | {"type": label(record.type, "session_type"), "state": state_of(record)}
    return shown | {"stream_name": STREAMS[record.stream]}
