"""PDFs are made without a way out, within bounds, and read back as what was meant (threat 56)."""

import functools
import io
import json
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from app import create_app
from config import FOLDER, from_environment
from tests.apart import children, listening
from tests.web.conftest import environment_of
from views.printing import AT_ONCE, BUSY, CRASHED, FAILURES, MOST_BYTES, TOO_LARGE, TOO_LONG, Limits, PrintFailed, print_pdf

#: In every document that is refused here, and nowhere else.
CANARY = "kanarienvogel"
#: What WeasyPrint does by itself, without anything of ours.
PLAIN = "import sys, weasyprint; sys.stdout.buffer.write(weasyprint.HTML(string=sys.stdin.read()).write_pdf())"
#: Our renderer over a list of documents in one process: which of them it refused for an address.
RENDER_EACH = """
import json, sys
from views.renderer import FatalURLFetchingError, render

def refused(html):
    try:
        return not render(html)
    except FatalURLFetchingError:
        return True

print(json.dumps([refused(html) for html in json.load(sys.stdin)]))
"""
#: Every way in which a document can ask for an address.
ASKING = {
    "img": "<img src='{url}'>",
    "object": "<object data='{url}'></object>",
    "embed": "<embed src='{url}'>",
    "base": "<base href='{url}'><img src='base'>",
    "stylesheet": "<link rel='stylesheet' href='{url}'>",
    "import": "<style>@import url({url});</style>",
    "background": "<p style='background: url({url})'>x",
    "list-style": "<ul style='list-style-image: url({url})'><li>x</ul>",
    "content": "<style>b::before {{ content: url({url}) }}</style><b>x</b>",
    "page": "<style>@page {{ background: url({url}) }}</style>",
    "font-face": "<style>@font-face {{ font-family: f; src: url({url}) }}</style>",
    "color-profile": "<style>@color-profile --x {{ src: url({url}) }}</style>",
    "svg-image": "<svg width='9' height='9'><image width='9' height='9' href='{url}'/></svg>",
    "attachment": "<link rel='attachment' href='{url}'>",
    "attached-link": "<a rel='attachment' href='{url}'>x</a>",
}
#: Takes twice as long for each level.
ENDLESS = "<div style='display: flex'>" * 40 + CANARY
#: One word of 1.9 billion letters, from a line of CSS.
HUGE = ("<style>@counter-style tally { system: symbolic; symbols: 'x' 'y'; range: 0 infinite }"
        f" p {{ counter-reset: n 1900000000 }} p::before {{ content: counter(n, tally) }}</style><p>{CANARY}")


def text_of(pdf: bytes) -> list[str]:
    """What each page says, in one line."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def fonts_of(pdf: bytes) -> set[str]:
    """The names of the fonts in a PDF, without the mark of a subset."""
    resources = [page["/Resources"]["/Font"] for page in PdfReader(io.BytesIO(pdf)).pages]
    return {font.get_object()["/BaseFont"].partition("+")[2] for each in resources for font in each.values()}


def failure_of(html: str, limits: Limits = Limits()) -> tuple[str, str]:
    """(reason, sentence) of a document that is not printed."""
    with pytest.raises(PrintFailed) as failed:
        print_pdf(html, limits)
    return str(failed.value), failed.value.sentence


def plain(html: str, **environment: str) -> subprocess.CompletedProcess:
    """The finished process of WeasyPrint by itself."""
    return subprocess.run([sys.executable, "-c", PLAIN], input=html.encode(), capture_output=True, check=False, timeout=60, env=environment)


@pytest.fixture
def listener():
    """(address of a server on the loopback interface, the paths that were asked of it)."""
    with listening() as server:
        yield server


@pytest.fixture
def no_fonts(monkeypatch, tmp_path):
    """A machine without any font: the system's configuration is an empty one."""
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_PATH", str(tmp_path))
    return tmp_path / "fonts.conf"


# ---- what a document says --------------------------------------------------------------------------------------------


def test_a_pdf_says_what_the_document_does_where_no_font_is_installed(no_fonts):
    """Text, title, author, language, tags, links and page numbers; and WeasyPrint by itself ends by a signal there."""
    words = "Siân Ŵyn a'i thŷ; Świętosława Żółć i Łódź; £5 – “ten” of 12"
    html = (f"<html lang='en-GB'><title>Tŷ Łódź</title><meta name='author' content='Harbour & Łąka'><p>{words}"
            "<p style='break-before: page'><a href='https://keywork.example/'>A link</a>")
    assert plain(html, FONTCONFIG_FILE=str(no_fonts)).returncode < 0
    pdf = print_pdf(html)
    first, second = text_of(pdf)
    assert words in first and "Page 1 of 2" in first and "A link" in second and "Page 2 of 2" in second
    assert {name.replace("-", " ") for name in fonts_of(pdf)} == {"Keywork Text"}
    read = PdfReader(io.BytesIO(pdf))
    assert (read.metadata.title, read.metadata.author) == ("Tŷ Łódź", "Harbour & Łąka")
    assert read.root_object["/Lang"] == "en-GB" and read.root_object["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in read.root_object
    assert b'pdfuaid:part="1"' in read.root_object["/Metadata"].get_data()


def test_characters_without_a_font_are_put_in_words(no_fonts):
    """Never boxes, which look the same whatever they stand for, and make a mess of what is copied or read out."""
    pdf = print_pdf("<html lang='en-GB'><p>well \U0001f642\U0001f44d done; before سلام عليكم after; はい中; \U0001d5db\U0001d5f2llo; a \ue000 \x01 b")
    [page] = text_of(pdf)
    assert ("well [slightly smiling face][thumbs up sign] done; before [words in Arabic that cannot be printed] after;"
            " [words in Japanese and Chinese characters that cannot be printed]; Hello; a [U+E000] [U+0001] b") in page
    assert {name.replace("-", " ") for name in fonts_of(pdf)} == {"Keywork Text"}


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_the_font_has_every_letter_that_names_here_are_written_with(weight):
    """Welsh, Polish, Romanian, Turkish, Vietnamese and their neighbours; Greek and Cyrillic; and it is small."""
    path = FOLDER / "static" / "fonts" / f"KeyworkText-{weight}.ttf"
    letters = ("ÂÊÎÔÛŴŶâêîôûŵŷÁÉÍÓÚẂÝáéíóúẃýÀÈÌÒÙẀỲàèìòùẁỳÄËÏÖÜẄŸäëïöüẅÿ" "ĄĆĘŁŃÓŚŹŻąćęłńóśźż" "ĂÂÎȘȚăâîșțŞŢşţ" "ÇĞİÖŞÜçğıöşü"
               "ÆØÅæøåÐÞðþßÑñÃÕãõČĎĚŇŘŠŤŮŽčďěňřšťůžĐđŐŰőűĀĒĢĪĶĻŅŪāēģīķļņūĖĮŲėįų" "ẠẢẤẦẨẪẬẮẰƠƯạảấầơưỳỹỵ" "ΑΩΆώ" "АЯЁЇЄҐаяёїєґ"
               "£€–—‘’“”…•½§°·")
    missing = [letter for letter in letters if ord(letter) not in TTFont(path).getBestCmap()]
    assert len(letters) > 200 and missing == []
    assert path.stat().st_size < 200_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in path.with_name("OFL.txt").read_text()


def test_paper_has_the_colours_of_the_screens():
    """Each token of print.css is the one of that name in keywork.css, in the light."""
    tokens = functools.partial(re.findall, r"^  (--[a-z-]+): (#[0-9a-f]{6});", flags=re.M)
    screen, paper = ((FOLDER / "static" / f"{name}.css").read_text().partition("@media (prefers-color-scheme: dark)")[0] for name in ("keywork", "print"))
    assert len(tokens(paper)) >= 6 and set(tokens(paper)) <= set(tokens(screen))
    assert {name for name, _ in tokens(paper)} == set(re.findall(r"var\((--[a-z-]+)\)", paper))


# ---- no way out ------------------------------------------------------------------------------------------------------


def test_a_document_that_asks_for_an_address_is_refused_and_nothing_is_fetched(listener):
    """WeasyPrint by itself fetches each of these. Here none is, and nothing is left behind of a font that was asked for."""
    address, asked = listener
    documents = {name: html.format(url=f"{address}/{name}") + CANARY for name, html in ASKING.items()}
    # It gives up over a colour profile that it cannot have, so that goes alone.
    plain(documents["color-profile"])
    plain("".join(html for name, html in documents.items() if name != "color-profile"))
    assert asked == {f"/{name}" for name in ASKING}
    asked.clear()
    left = set(Path(tempfile.gettempdir()).glob("weasyprint-*"))
    done = subprocess.run([sys.executable, "-c", RENDER_EACH], input=json.dumps([*documents.values(), "<p>asks for nothing"]), cwd=FOLDER,
                          capture_output=True, text=True, check=True, timeout=60, env={})
    assert json.loads(done.stdout) == [True] * len(documents) + [False]
    assert asked == set()
    assert set(Path(tempfile.gettempdir()).glob("weasyprint-*")) <= left


@pytest.mark.parametrize("way", ["file", "attached", "data"])
def test_no_file_and_no_data_is_in_a_document(tmp_path, way):
    """A file that this account may read, and content that is in the address itself: both stay out."""
    css, path = f"p::after {{ content: '{CANARY}' }}", tmp_path / "readable.css"
    path.write_text(css)
    html = {
        "file": f"<link rel='stylesheet' href='{path.as_uri()}'><p>x",
        "attached": f"<link rel='attachment' href='{path.as_uri()}'><p>x",
        "data": f"<style>@import url(\"data:text/css,{css.replace(' ', '%20').replace(chr(39), '%27')}\");</style><p>x",
    }[way]
    let_in = plain(html).stdout
    attached = b"".join(content for contents in PdfReader(io.BytesIO(let_in)).attachments.values() for content in contents)
    assert CANARY in "".join(text_of(let_in)) + attached.decode()
    assert failure_of(html) == FAILURES[3]


# ---- within bounds ---------------------------------------------------------------------------------------------------


def test_endless_documents_are_ended_and_one_too_many_is_told_to_wait(monkeypatch, capfd):
    """Each of AT_ONCE places is held until its time is over; whoever comes then is not kept. No secret of ours is with a child."""
    monkeypatch.setenv("KEYWORK_SECRET_KEY", CANARY)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        endless = [pool.submit(failure_of, ENDLESS, Limits(seconds=4)) for _ in range(AT_ONCE)]
        while len(running := children("views.renderer")) < AT_ONCE:
            assert not any(each.done() for each in endless)
        assert failure_of("<p>short", Limits(turn=0.01)) == BUSY
        environments = [Path(f"/proc/{pid}/environ") for pid in running]
        assert [CANARY in path.read_text() for path in environments if path.exists()] == [False] * sum(path.exists() for path in environments)
        assert [each.result() for each in endless] == [TOO_LONG] * AT_ONCE
    assert children("views.renderer") == []
    assert "short" in text_of(print_pdf("<p>short"))[0]
    assert CANARY not in "".join(capfd.readouterr())


def test_a_document_that_takes_too_much_memory_is_ended(capfd):
    """A gigabyte is the limit; this one asks for two."""
    assert failure_of(HUGE) == FAILURES[5]
    assert CANARY not in "".join(capfd.readouterr())


def test_a_crash_is_told_in_a_sentence(capfd):
    """Deeper than any page: WeasyPrint ends with a long complaint, of which nobody here reads a word."""
    deep = f"<div title='{CANARY}'>" * 400
    assert (control := plain(deep)).returncode == 1 and b"RecursionError" in control.stderr
    assert failure_of(deep) == CRASHED
    assert "RecursionError" not in (shown := "".join(capfd.readouterr())) and CANARY not in shown


def test_a_document_too_large_to_begin_with_is_not_begun():
    """As large as is taken, and a byte more: only the first one has a process, which is told to end at once."""
    assert failure_of("x" * MOST_BYTES, Limits(seconds=0.01)) == TOO_LONG
    assert failure_of("x" * MOST_BYTES + "x", Limits(seconds=0.01)) == TOO_LARGE


def test_a_machine_without_its_library_says_so(monkeypatch, tmp_path):
    """Pango cannot be loaded: only printing fails."""
    (tmp_path / "libpango-1.0.so.0").write_text("no library")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    assert failure_of("<p>x") == FAILURES[4]


def test_a_person_reads_a_sentence(shared_world):
    """A page with the sentence and a reference, 503, whatever went wrong; and each sentence is one."""
    app = create_app(from_environment(environment_of(shared_world)))
    app.add_url_rule("/planted", view_func=lambda: print_pdf(f"<img src='data:,{CANARY}'>"))
    answer = app.test_client().get("/planted")
    assert answer.status_code == 503 and FAILURES[3][1] in answer.text and re.search("Code 503, reference [0-9a-f]{10}", answer.text)
    assert CANARY not in answer.text and "Traceback" not in answer.text
    for _, sentence in (*FAILURES.values(), CRASHED, TOO_LONG, TOO_LARGE, BUSY):
        assert re.fullmatch(r"[A-Z][^!]+\.", sentence)
