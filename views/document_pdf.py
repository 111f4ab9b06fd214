"""A document as its PDF: what was approved, made of the frozen content alone, once and for good."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from views.document_words import KINDS, MARKS, blocks, legible, long_day
from views.printing import FAILURES, TOO_LARGE, TOO_LONG, Imprint, Limits, PrintFailed, print_document

#: Somebody waits for it with a button pressed. 100 pages take half of this time where the machine has nothing else to do.
LIMITS = Limits(turn=3, seconds=10)
#: What to do is told to who approves: nobody can change the words any more but by returning them to their author.
SHORTER = "return it to its author, to be made shorter or parted into several documents."
TOO_MUCH = {
    TOO_LONG[0]: f"The PDF took too long to make, so nothing was approved. Please try again in a while. If it happens again, {SHORTER}",
    TOO_LARGE[0]: f"This document is too large for a PDF, so nothing was approved. Please {SHORTER}",
    FAILURES[5][0]: f"This document is too large for a PDF, so nothing was approved. Please {SHORTER}",
}

#: A word so long that its line takes much longer to break than to read: somebody leant on a key.
ENDLESS_WORD = re.compile(r"\S{200,}")
#: A piece of it, ending before a letter: not before an accent, or what belongs to the character before.
PIECE = re.compile(rf"(\S{{20}})(?=\S)(?!{MARKS}|[\u200b-\u200d\ufe00-\ufe0f])")


def document_pdf(content: Mapping[str, Any], *, case_reference: str, approved_by: str, approved_at: datetime, content_sha256: bytes) -> bytes:
    """The PDF of a document's frozen content. Needs the application, but no request. Raises views.printing.PrintFailed."""
    shown = for_paper(content)
    imprint = Imprint(shown["organisation"], shown["author"], approved_at)
    try:
        return print_document(
            "print/document.html", imprint, LIMITS, content=shown, blocks=blocks(shown["parts"], content["kind"]), kind=KINDS[content["kind"]],
            dated=long_day(date.fromisoformat(content["dated"])), case_reference=case_reference, approved_by=for_paper(approved_by),
            content_hash=content_sha256.hex()[:12])
    except PrintFailed as failed:
        raise PrintFailed(str(failed), TOO_MUCH.get(str(failed), failed.sentence)) from None


def for_paper(value: Any) -> Any:
    """A value of JSON whose texts are legible, and have a place in each endless word where a line may end."""
    if isinstance(value, str):
        return ENDLESS_WORD.sub(lambda word: PIECE.sub("\\1\u200b", word[0]), legible(value))
    if isinstance(value, Mapping):
        return {key: for_paper(each) for key, each in value.items()}
    return [for_paper(each) for each in value] if isinstance(value, list) else value
