"""CSV files as they come: in which encoding, with what between cells, and what cannot be read. No database: the reader asks for none."""

import csv
import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from views import import_reading
from views.import_reading import Fault, Line, Unreadable, read

#: (how a file is written, the encoding that is told)
ENCODINGS = [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16"), ("utf-16-be", "utf-16"), ("cp1252", "windows-1252")]
TEXT = "Name{0}Note\r\nZoë{0}“Café”, she said – £5\r\nJosé{0}\"two\r\nlines{0}\"\"quoted\"\"\"\r\n"


def lines_of(file: bytes) -> list:
    """What a file holds below its header."""
    return [*read(io.BytesIO(file)).lines]


def refusal(file: bytes) -> str:
    """The sentence with which a file is refused, wherever in it."""
    with pytest.raises(Unreadable) as refused:
        lines_of(file)
    assert refused.value.sentence[0].isupper() and refused.value.sentence.endswith(".") and "!" not in refused.value.sentence
    return refused.value.sentence


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(("codec", "told"), ENCODINGS)
def test_encodings_and_delimiters_are_told(codec, told, delimiter):
    """Each of them with each of the others, to the letter; line ends inside a cell become plain ones."""
    text = TEXT.format(delimiter) if delimiter != "," else TEXT.format(",").replace("“Café”, she", "“Café” she")
    reading = read(io.BytesIO(text.encode(codec)))
    assert (reading.encoding, reading.delimiter, reading.header) == (told, delimiter, ["Name", "Note"])
    said = "“Café” she said – £5" if delimiter == "," else "“Café”, she said – £5"
    assert [*reading.lines] == [Line(2, ["Zoë", said]), Line(3, ["José", f'two\nlines{delimiter}"quoted"'])]


def test_plain_ascii_is_utf_8():
    """The most common file; cells lose blanks at their ends, and the mark that some programs put into the first one."""
    reading = read(io.BytesIO(b"a,b\n 1 ,\xc2\xa02\xef\xbb\xbf\n"))
    assert reading.encoding == "utf-8" and [*reading.lines] == [Line(2, ["1", "2"])]


@pytest.mark.parametrize(("file", "part"), [
    (b"", "is empty"), (b" \r\n\r\n", "is empty"), (b"\xef\xbb\xbf", "is empty"), (b"\xff\xfe", "is empty"),
    (b"PK\x03\x04" + b"x" * 99, "an Excel workbook"), (b"\xd0\xcf\x11\xe0\xa1\xb1", "an Excel workbook"), (b"%PDF-1.7", "a PDF"), (b"\x89PNG\r\n", "a picture"),
    (b"\xff\xd8\xff\xe0", "a picture"), (b"{\\rtf1 x", "a text with formatting"), (b"\x1f\x8b\x08", "a packed file"),
    (b"\xff\xfe\x00\x00a\x00\x00\x00", "UTF-32"), (bytes(range(1, 9)) * 40, "no text"),
    (b"a,b\n", "nothing below"), (b"a,b\n,\n ,\n", "nothing below"), (b"12,03/04/2024\n1,2\n", "first line must hold the names"), (b"jo@example.org,x\n1,2\n", "first line must hold the names"),
    (b"N-1,C-0,shared,Words,Jo,3 Nov 2024 14:05,no\nN-2,C-0,shared,Words,Jo,4 Nov 2024,no\n", "It holds “3 Nov 2024 14:05”"), (b"a,3rd November 2024\n1,2\n", "first line must hold the names"),
    (b"a,2024-07-01T10:00:30.5Z\n1,2\n", "first line must hold the names"),
    (b"a,,c\n1,2,3\n", "Column 2 has no name"), (b"a,B,b\n1,2,3\n", "Two columns are called “b”"), (b"x" * 101 + b",b\n1,2\n", "longer than 100 characters"),
    (",".join(f"c{n}" for n in range(101)).encode() + b"\n1\n", "101 columns"), (b"a,b\x00\n1,2\n", "something that is no text"), (b'"a"x,b\n1,2\n', "do not fit together"),
    (b'a,b\n1,2\n"3,4\n5,6\n', "In line 3 a quotation mark opens"),
    (b"a,b\n1,2\n\n3," + b"x" * 10_000_000 + b"\n5,6\n", "Line 4 has a cell of more than 1,000,000"), (b'a,b\n1,"' + b"x\n" * 1_000_000 + b'"\n', "Line 2 has a cell"),
    (b"a,b\n" + b"x" * 5_000_000, "Line 2 has a cell"),
], ids=lambda value: value[:24] if isinstance(value, str) else "")  # fmt: skip
def test_what_cannot_be_read_is_refused_in_a_sentence(file, part):
    """Other kinds of files, headers that are none, quotation marks and cells without end: with the line, where there is one."""
    assert part in refusal(file)


@pytest.mark.parametrize(("file", "found"), [
    (b"a,b\n1\n3,4\n", [Fault(2, 0, "cells_few", "1 of 2"), Line(3, ["3", "4"])]),
    (b"a,b\n1,2,3\n3,4,,\n", [Fault(2, 0, "cells_many", "3 instead of 2"), Line(3, ["3", "4"])]),
    (b'a,b\n"x"y,2\n3,4\n', [Fault(2, 0, "quotes"), Line(3, ["3", "4"])]),
    (b"a,b\n1," + b"\x00x" + b" and words" * 20 + b"\n", [Fault(2, 2, "nul", ("\ufffdx" + " and words" * 20)[:60]), Line(2, ["1", "\ufffdx" + " and words" * 20])]),
    # Letters of several bytes that are whole, and then one that is not: broken UTF-8, and no Windows-1252.
    ("a,b\nZoë,2\n".encode() + b"Jos\xe9,4\n", [Line(2, ["Zoë", "2"]), Fault(3, 1, "encoding", "Jos\ufffd"), Line(3, ["Jos\ufffd", "4"])]),
    # A byte that Windows-1252 does not know.
    (b"a,b\nJos\xe9,\x81\n", [Fault(2, 2, "encoding", "\ufffd"), Line(2, ["José", "\ufffd"])]),
    ("a,b\nx,2\n".encode("utf-16") + b"\x00\xd8" + "y,4\n".encode("utf-16-le"), [Line(2, ["x", "2"]), Fault(3, 1, "encoding", "\ufffdy"), Line(3, ["\ufffdy", "4"])]),
    (b"\n\na,b\n\n1,2\n\n3,4", [Line(5, ["1", "2"]), Line(7, ["3", "4"])]),
    (b"a,b,,\n1,2,,\n", [Line(2, ["1", "2"])]),
    # Names that look a little like days are names.
    (b"Nov 2024,Week 3,2 May,May,3 Nov 2024 total\n1,2,3,4,5\n", [Line(2, ["1", "2", "3", "4", "5"])]),
    (b"a,b\r1,2\r3,4\r", [Line(2, ["1", "2"]), Line(3, ["3", "4"])]),
    (b"a,b\n1,=2+3\n", [Line(2, ["1", "=2+3"])]),
    (b"a,b\n1," + b"x" * 40_000 + b"\n", [Line(2, ["1", "x" * 30_000])]),
])  # fmt: skip
def test_what_is_wrong_with_one_line_is_a_fault_of_it(file, found):
    """The others are read; lines are counted as spreadsheets count them; a formula is text like any other."""
    assert lines_of(file) == found


def test_too_many_lines_and_too_large_a_file(monkeypatch):
    """Both are told; nothing is read by halves."""
    monkeypatch.setattr(import_reading, "MOST_LINES", 3)
    assert len(lines_of(b"a\n1\n2\n3\n")) == 3 and "more than 3 lines" in refusal(b"a\n1\n2\n3\n4\n")
    monkeypatch.setattr(import_reading, "MOST_BYTES", 10)
    assert "larger than 100 MB" in refusal(b"a\n1\n2\n3\n4\n5\n")


def test_memory_stays_flat():
    """Six times as long a file takes no more of it."""
    row = b"N-1,C-1," + b"words and " * 40 + b"\r\n"
    peaks = []
    for times in (10_000, 60_000):
        file = io.BytesIO(b"id,case,body\r\n" + row * times)
        tracemalloc.start()
        assert sum(1 for _ in read(file).lines) == times
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] < 6_000_000


#: What a spreadsheet can hold in a cell, but for what is cut off its ends.
CELLS = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters=" \u00a0\ufeff"), min_size=1, max_size=12)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8), codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), delimiter=st.sampled_from([",", ";", "\t"]))
def test_what_was_written_is_read(rows, codec, delimiter):
    """Any texts, in any of these encodings, with quotation marks where they must be."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows([["first", "second", "third"], *rows])
    assert [line.cells for line in lines_of(file.getvalue().encode(codec))] == [[cell.strip(import_reading.BLANKS) for cell in row] for row in rows]
