"""CSV as people's spreadsheets read it, and nothing in it that one would run (threat 55).

UTF-8 with a byte order mark (without it Excel takes the file for an old code page), lines ended by CR LF, times as London has them.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from views.words import LONDON

#: Bytes that are gathered before they are handed on: a line each would cost more than what it says.
CHUNK = 32_768
#: What a formula begins with. Spreadsheets take look-alikes for the same, which NFKC finds; the minus sign of typesetters it leaves as it is.
FORMULA = frozenset("=+-@\u2212")
#: Begin a cell with one of these and a program that does not know quotes begins another cell, or line.
NEW_CELL = frozenset("\t\r\n")
#: Categories of characters that are not seen: blanks, what joins and turns letters, the byte order mark.
UNSEEN = frozenset(("Zs", "Zl", "Zp", "Cc", "Cf"))


def defused(cell: object) -> str:
    """A cell as text, with an apostrophe before it where a spreadsheet would take it for a formula, also behind blanks or apostrophes.

    A cell that this would give one more apostrophe was given its first one here; all others are as they were.
    """
    text = _as_text(cell)
    return f"'{text}" if _is_dangerous(text) else text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """A CSV file in pieces of some lines: the mark, the header, the rows. Numbers stay numbers; all else is quoted, and so one cell
    also for a program that takes semicolons or tabs for the end of a cell.
    """
    lines = io.StringIO(newline="")
    write = csv.writer(lines, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerow
    lines.write("\ufeff")
    write([defused(name) for name in header])
    for row in rows:
        write([cell if _is_number(cell) else defused(cell) for cell in row])
        if lines.tell() >= CHUNK:
            yield _emptied(lines)
    yield _emptied(lines)


def _emptied(lines: io.StringIO) -> bytes:
    said = lines.getvalue().encode()
    lines.seek(0)
    lines.truncate()
    return said


def _is_number(cell: object) -> bool:
    return isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool)


def _as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, datetime):
        return cell.astimezone(LONDON).isoformat(timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _is_dangerous(text: str) -> bool:
    # Whatever holds of a text holds of it behind an apostrophe: so one that was put there can be told from one that was typed.
    text = text.lstrip("'")
    if text[:1] in NEW_CELL:
        return True
    for character in text:
        if unicodedata.category(character) not in UNSEEN:
            return unicodedata.normalize("NFKC", character)[0] in FORMULA
    return False
