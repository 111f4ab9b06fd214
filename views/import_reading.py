"""A CSV file, read line by line: in what it is written, what its columns are called, and each line's cells, in little memory however large it is.

What cannot be read any further is refused as a whole (Unreadable), in a sentence that names the line; what is wrong with one line alone is a
Fault among the lines. Lines are counted as spreadsheets count them: blank ones too, and one with line ends inside a cell as one.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST_BYTES, MOST_LINES, MOST_COLUMNS = 100_000_000, 500_000, 100
#: In characters. A note has 20,000 at most; longer cells are a fault, of which no more than this is kept (app.notes_to_import).
KEPT_OF_A_CELL = 30_000
LONGEST_CELL, LONGEST_LINE, LONGEST_NAME = 1_000_000, 4_000_000, 100
#: How much of a cell a fault quotes.
QUOTED = 60

DELIMITERS = (",", ";", "\t")
#: What a file begins with -> what it is.
OTHER_FILES = {
    b"PK\x03\x04": "an Excel workbook or another packed file", b"\xd0\xcf\x11\xe0": "an Excel workbook", b"%PDF": "a PDF",
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture", b"{\\rtf": "a text with formatting", b"\x1f\x8b": "a packed file",
}  # fmt: skip
#: Of codecs that are not called as people call them.
TOLD_AS = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16", "cp1252": "windows-1252"}
#: Stands for a byte that means nothing, until it is told as a fault: no decoder gives it.
MARK, REPLACEMENT = "\udc80", "\ufffd"
BLANKS = " \t\r\n\u00a0\ufeff"
#: Every way to write a day, with or without a time, that app.read_moment() reads; and more, such as days that no month has.
MOMENT = (
    r"(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}|[0-9]{1,2}(?:st|nd|rd|th)?[ -][A-Za-z]{3,9}\.?,?[ -][0-9]{4})"
    r"(?:(?:T|,? +)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)? ?(?:[AaPp][Mm])?)?(?: ?(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?))?"
)
#: A first line with one of these holds data: a number, a day, an address.
DATA = re.compile(rf"\d[\d/.:, -]*|{MOMENT}|[^@\s]+@[^@\s]+\.[^@\s]+")
CHUNK = 1 << 20

# The module's own, and for all of the process; nothing else here reads CSV.
csv.field_size_limit(LONGEST_CELL)


def _mark(error: UnicodeError) -> tuple[str, int]:
    return MARK, error.end


codecs.register_error("keywork_mark", _mark)


class Unreadable(Exception):
    """Nothing of the file is taken. `sentence` says why, and in which line."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Line:
    number: int
    cells: list[str]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one line. `place`: the number of the column, 0 for the line as a whole; `said`: how the cell begins."""

    number: int
    place: int
    code: str
    said: str | None = None


@dataclass(frozen=True)
class Reading:
    """A file whose names of columns have been read. `lines`, to be walked once, may raise Unreadable yet."""

    encoding: str
    delimiter: str
    header: list[str]
    lines: Iterator[Line | Fault]


def read(file: BinaryIO) -> Reading:
    """Begins to read `file`, which can seek and stays open. Raises Unreadable."""
    codec = _codec(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=codec, errors="keywork_mark", newline="")
    records = _Records(text)
    try:
        header = records.header()
    except BaseException:
        text.detach()
        raise
    return Reading(TOLD_AS.get(codec, codec), records.delimiter, header, _lines(records, header, text))


def _codec(file: BinaryIO) -> str:
    """In what the file is written: by its mark, else by looking at all of it."""
    file.seek(0, io.SEEK_END)
    size = file.tell()
    if size > MOST_BYTES:
        raise Unreadable("The file is larger than 100 MB. Split it, and bring the parts in one after the other.")
    file.seek(0)
    start = file.read(1 << 16)
    if not start.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unreadable("The file is empty.")
    for beginning, what in OTHER_FILES.items():
        if start.startswith(beginning):
            raise Unreadable(f"This is {what}, not a CSV file. Open it in the program that made it, and save it as CSV there.")
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Unreadable("The file is written in UTF-32. Save it as CSV in UTF-8.")
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark, UTF-16 shows by the zeros beside each letter.
    pairs = max(1, len(start) // 2)
    if start[1::2].count(0) > 0.4 * pairs > start[0::2].count(0) * 4:
        return "utf-16-le"
    if start[0::2].count(0) > 0.4 * pairs > start[1::2].count(0) * 4:
        return "utf-16-be"
    if len(re.findall(rb"[\x00-\x08\x0e-\x1f]", start)) > max(10, len(start) / 50):
        raise Unreadable("This is no text. Open it in the program that made it, and save it as CSV there.")
    return _utf8_or_windows(file)


def _utf8_or_windows(file: BinaryIO) -> str:
    # UTF-8 with a broken place has letters of several bytes that are whole; Windows-1252 has, by all odds, none that look like it.
    decoder = codecs.getincrementaldecoder("utf-8")("keywork_mark")
    whole = broken = 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(chunk)
        here = text.count(MARK)
        broken += here
        whole += len(text) - len(text.encode("ascii", "ignore")) - here
    broken += decoder.decode(b"", True).count(MARK)
    return "cp1252" if broken and not whole else "utf-8"


class _Records:
    """The records of a text, each with its number; what csv refuses becomes an Unreadable or a Fault."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._in_record = 0
        self.number = 0
        first = self._line()
        self.delimiter = max(DELIMITERS, key=lambda each: _outside_quotes(first, each))
        self._first: list[str] = [first]
        self._reader = csv.reader(iter(self._next_line, ""), delimiter=self.delimiter, strict=True)

    def _next_line(self) -> str:
        return self._first.pop() if self._first else self._line()

    def _line(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        self._in_record += len(line)
        if self._in_record >= LONGEST_LINE:
            raise Unreadable(_too_long(self.number + 1))
        return line

    def next(self) -> list[str] | Fault | None:
        """The next record, a Fault for one that cannot be told apart, or None at the end. Raises Unreadable."""
        self._in_record = 0
        try:
            record = next(self._reader)
        except StopIteration:
            return None
        except csv.Error as error:
            if str(error).startswith("field larger"):
                raise Unreadable(_too_long(self.number + 1)) from None
            if str(error).startswith("unexpected end"):
                raise Unreadable(f"In line {self.number + 1:,} a quotation mark opens a cell that nothing closes. Look at the line, and close it.") from None
            record = None
        self.number += 1
        return Fault(self.number, 0, "quotes") if record is None else record

    def header(self) -> list[str]:
        """The names of the columns. Raises Unreadable."""
        record: list[str] | Fault | None = []
        while record == [] or (isinstance(record, list) and not any(map(_tidy, record))):
            record = self.next()
        if record is None:
            raise Unreadable("The file is empty.")
        if isinstance(record, Fault):
            raise Unreadable(f"The quotation marks in line {record.number} do not fit together. It must hold the names of the columns.")
        if any(MARK in name or "\0" in name for name in record):
            raise Unreadable("The names of the columns hold something that is no text. Save the file as CSV in UTF-8.")
        names = [_tidy(name) for name in record]
        while not names[-1]:
            names.pop()
        if len(names) > MOST_COLUMNS:
            raise Unreadable(f"The file has {len(names):,} columns. Keywork reads up to {MOST_COLUMNS}: leave out those that are not needed.")
        data = next((name for name in names if DATA.fullmatch(name)), None)
        if data:
            raise Unreadable(f"The first line must hold the names of the columns. It holds “{data[:QUOTED]}”, which looks like what stands below them.")
        if "" in names:
            raise Unreadable(f"Column {names.index('') + 1} has no name in the first line. Give it one.")
        long = next((name for name in names if len(name) > LONGEST_NAME), None)
        if long:
            raise Unreadable(f"A name of a column is longer than {LONGEST_NAME} characters: “{long[:QUOTED]}”.")
        folded = [name.casefold() for name in names]
        twice = next((name for place, name in enumerate(names) if folded.index(name.casefold()) < place), None)
        if twice:
            raise Unreadable(f"Two columns are called “{twice}”. Give each its own name, so that nobody takes one for the other.")
        return names


def _outside_quotes(line: str, delimiter: str) -> int:
    return re.sub(r'"[^"]*"', "", line).count(delimiter)


def _too_long(number: int) -> str:
    return (f"Line {number:,} has a cell of more than {LONGEST_CELL:,} characters, so reading stopped there."
            " Perhaps a quotation mark opens it and nothing closes it.")


def _tidy(cell: str) -> str:
    # As forms do (views/forms.py), and without what spreadsheets put around cells.
    return cell.strip(BLANKS).replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell.strip(BLANKS)


def _lines(records: _Records, header: list[str], text: io.TextIOWrapper) -> Iterator[Line | Fault]:
    width, read_lines = len(header), 0
    try:
        while (record := records.next()) is not None:
            number = records.number
            if isinstance(record, Fault):
                read_lines += 1
                yield record
                continue
            cells = [_tidy(cell) for cell in record]
            if not any(cells):
                continue
            read_lines += 1
            if read_lines > MOST_LINES:
                raise Unreadable(f"The file has more than {MOST_LINES:,} lines. Split it, and bring the parts in one after the other.")
            if len(cells) < width:
                yield Fault(number, 0, "cells_few", f"{len(cells)} of {width}")
                continue
            if any(cells[width:]):
                yield Fault(number, 0, "cells_many", f"{len(cells)} instead of {width}")
                continue
            yield from _cleaned(number, cells[:width])
    finally:
        text.detach()
    if not read_lines:
        raise Unreadable("There is nothing below the names of the columns.")


def _cleaned(number: int, cells: list[str]) -> Iterator[Line | Fault]:
    """The line as it can be kept, and a fault for each cell with something in it that is no text."""
    for place, cell in enumerate(cells, 1):
        if len(cell) > KEPT_OF_A_CELL:
            cell = cells[place - 1] = cell[:KEPT_OF_A_CELL]
        if "\0" in cell or MARK in cell:
            clean = cell.replace("\0", REPLACEMENT).replace(MARK, REPLACEMENT)
            yield Fault(number, place, "nul" if "\0" in cell else "encoding", clean[:QUOTED])
            cells[place - 1] = clean
    yield Line(number, cells)
