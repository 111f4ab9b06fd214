"""Threat 55: no cell of a CSV file is run by a spreadsheet, and every cell says what it said. LibreOffice, where it is, opens the files."""

import csv
import io
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from views.csv_out import CHUNK, csv_lines, defused

#: What has been used to make spreadsheets run something, and what comes close to it.
DANGEROUS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1,1)", "=cmd|'/C calc'!A0", "=HYPERLINK(\"http://127.0.0.1:9/?\"&A1,\"Open\")", "=WEBSERVICE(\"http://127.0.0.1:9/\")",
    "=DDE(\"soffice\",\"/etc/passwd\",\"x\")", "  =1+1", "\u00a0=1+1", "\u3000=1+1", "\t=1+1", "\r=1+1", "\n=1+1", "\r\n=1+1", "\ufeff=1+1", "\u200b=1+1", "\u202e=1+1",
    "＝1+1", "＋1", "－1", "＠SUM(1)", "﹣1", "﹢1", "﹦1", "₌1", "\u22121+1", "\x0b=1+1", "\x1f=1+1", "'=1+1", "''=1+1", "' =1+1", "'", "=", "-", "\t", "\n", "\tharmless", "-5", "+44 7700 900123",
]  # fmt: skip
#: Dangerous only to a program that parts cells elsewhere: quotes keep each whole.
PARTED = ["x;=1+1", "x\t=1+1", "x,=1+1", "x\n=1+1", 'x";=1+1;"', 'x","=1+1', "x|=1+1", 'a "quoted" word', "line\n- item\n- item"]
HARMLESS = ["", "Met at home.", "1-2", "a=b", "£5", "(07700) 900123", "'quoted'", "Zoë’s naïve café", "🙂", "قابلت سارة", "#1", "½", "\u0301a"]

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
NASTY = st.lists(st.sampled_from(["=", "+", "-", "@", "'", '"', ",", ";", "\t", "\r", "\n", " ", "\ufeff", "\u00a0", "＝", "－", "1", "a", "\u200b"]), max_size=8).map("".join)


def taken_back(cell: str) -> str:
    """A cell as it was: without the apostrophe that was put before it."""
    return cell[1:] if cell != defused(cell) and cell.startswith("'") else cell


def read(file: bytes) -> list[list[str]]:
    """The rows of a file, by the standard library's reader."""
    assert file.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_cell_that_a_spreadsheet_might_run_begins_with_an_apostrophe(text):
    """Whatever stands before the sign unseen; a lone apostrophe is no formula."""
    assert defused(text) == (text if text == "'" else f"'{text}")


@pytest.mark.parametrize("text", HARMLESS + PARTED)
def test_other_cells_stay_as_they_are(text):
    assert defused(text) == text


@given(st.one_of(TEXTS, NASTY))
def test_no_cell_begins_like_a_formula_and_each_can_be_had_back(text):
    """Of any text: no blank or unseen character hides a sign, and the apostrophe can be told from one that was typed."""
    cell = defused(text)
    assert cell in (text, f"'{text}")
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) and not cell.startswith(("\t", "\r", "\n"))
    assert taken_back(cell) == text


@given(st.lists(st.tuples(st.one_of(TEXTS, NASTY), st.one_of(TEXTS, NASTY)), max_size=6))
def test_a_file_is_read_as_it_was_written(rows):
    """Quotes, commas, line ends of every kind: the same rows and cells, all lines ended by CR LF, text always quoted."""
    file = b"".join(csv_lines(["First", "Second"], rows))
    assert read(file) == [["First", "Second"], *([defused(cell) for cell in row] for row in rows)]
    assert file.endswith(b'"\r\n') and file.removeprefix(b"\xef\xbb\xbf").startswith(b'"First","Second"\r\n')


def test_numbers_stay_numbers_and_times_are_londons():
    """Ours alone: a number that somebody typed is text, and a negative one of theirs no formula."""
    at = datetime(2026, 7, 1, 22, 59, 59, 999999, tzinfo=UTC)
    row = [-5, 2.5, Decimal("-0.10"), "-5", None, True, False, date(2026, 11, 3), at, at.astimezone(timezone(timedelta(hours=-5))), datetime(2026, 12, 1, 9, tzinfo=UTC)]
    said = b"".join(csv_lines(["n"] * len(row), [row])).decode("utf-8-sig").split("\r\n")[1]
    assert said == ('-5,2.5,-0.10,"\'-5","","Yes","No","2026-11-03","2026-07-01T23:59:59+01:00","2026-07-01T23:59:59+01:00","2026-12-01T09:00:00+00:00"')


def test_headings_are_defused_too():
    assert read(b"".join(csv_lines(["=1+1"], []))) == [["'=1+1"]]


def test_a_long_file_comes_in_pieces():
    """None much larger than one line and CHUNK; the mark stands once, at the beginning."""
    pieces = list(csv_lines(["a"], (["x" * 1000] for _ in range(1000))))
    assert len(pieces) > 20 and max(map(len, pieces)) < CHUNK + 2000
    assert len(read(b"".join(pieces))) == 1001 and b"".join(pieces).count(b"\xef\xbb\xbf") == 1


# ---- LibreOffice opens it --------------------------------------------------------------------------------------------

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
#: How it is opened: separated by commas, or by whatever looks like it (comma, semicolon, tab); quoted by ", UTF-8, formulas of any kind let through.
WAYS = {"commas": "44,34,76,1,,1033,false,true", "whatever looks like it": "44/59/9,34,76,1,,1033,false,true"}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A function from a CSV file and a way of WAYS to the cells that LibreOffice makes of it: (formula, kind, text) each."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("no LibreOffice on this machine: apt-get install libreoffice-calc-nogui")
    folder = tmp_path_factory.mktemp("office")

    def cells(file: bytes, way: str) -> list[list[tuple]]:
        (folder / "export.csv").write_bytes(file)
        subprocess.run(
            [program, "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile", f"--infilter=Text - txt - csv (StarCalc):{WAYS[way]}",
             "--convert-to", "ods", "--outdir", str(folder), str(folder / "export.csv")],
            check=True, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            # No way out: what a cell asks of the network fails at once.
            env={"HOME": str(folder), "PATH": os.environ["PATH"], "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"})
        with zipfile.ZipFile(folder / "export.ods") as archive:
            content = ET.fromstring(archive.read("content.xml"))
        (folder / "export.ods").unlink()
        return [[_cell(each) for each in row.iter(f"{TABLE}table-cell")] for row in content.iter(f"{TABLE}table-row")]

    return cells


def _cell(element) -> tuple:
    lines = []
    for paragraph in element.iter(f"{TEXT}p"):
        words = paragraph.text or ""
        for child in paragraph:
            words += {f"{TEXT}s": " " * int(child.get(f"{TEXT}c", "1")), f"{TEXT}tab": "\t"}.get(child.tag, "".join(child.itertext())) + (child.tail or "")
        lines.append(words)
    return element.get(f"{TABLE}formula"), element.get(f"{OFFICE}value-type"), "\n".join(lines)


def as_shown(text: str) -> str:
    """What of a text a spreadsheet's file can hold: one kind of line ends, and no control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in text if each in "\t\n" or each >= " ")


@pytest.mark.parametrize("way", WAYS)
def test_libreoffice_runs_no_cell_and_shows_what_was_written(opened, way):
    """Every dangerous text in a line of its own: no formula, no result, a text, and the one that was typed once the apostrophe is taken away."""
    texts = DANGEROUS + PARTED
    found = opened(b"".join(csv_lines(["Text", "After"], ([each, "end"] for each in texts))), way)[1:len(texts) + 1]
    assert len(found) == len(texts)
    for typed, cells in zip(texts, found, strict=True):
        (formula, kind, shown), after = cells[0], cells[1]
        assert formula is None and kind == "string", (typed, cells)
        assert shown == as_shown(defused(typed)), (typed, cells)
        assert taken_back(shown) == as_shown(typed) or as_shown(typed) != typed, (typed, cells)
        assert after == (None, "string", "end"), (typed, cells)


@pytest.mark.parametrize("way", WAYS)
def test_libreoffice_would_have_run_them(opened, way):
    """So that the test above can fail: the same texts as they were typed become formulas, some in cells of their own."""
    raw = "\ufeffText,After\r\n=1+1,end\r\n" + ("x;=2+2,end\r\n" if way != "commas" else "")
    formulas = [cell[0] for row in opened(raw.encode(), way) for cell in row if cell[0]]
    assert len(formulas) == (1 if way == "commas" else 2)
