"""A document's PDF says what its content does, whatever was typed into it, asks for nothing, and is made in time (threats 56, 57b)."""

import functools
import io
import re
import threading
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask
from pypdf import PdfReader

from config import FOLDER
from tests.web.pages import Page
from tests.web.test_printing import fonts_of, text_of
from views import document_pdf as documents
from views import words
from views.document_words import QUESTIONS, answer_words, blocks, decimal, legible
from views.printing import MOST_BYTES, TOO_LARGE, TOO_LONG, Limits, PrintFailed

HASH = bytes(range(0xA0, 0xC0))
#: What every page says at its foot.
FOOT = "Case 1a2b3c4d · Version 2 · Content a0a1a2a3a4a5"
ANSWERS = {
    "short_text": ("Siân Ŵyn-Żółkiewska", "Siân Ŵyn-Żółkiewska"),
    "long_text": ("She said:\n“It is warm.”\n\nWe look again in May.", "She said: “It is warm.” We look again in May."),
    "date": ("2026-11-03", "3 November 2026"),
    "number": (12.50, "12.5"),
    "choice": ("Once a week", "Once a week"),
    "choices": (["Money, and benefits", "Health"], "• Money, and benefits • Health"),
    "yes_no": (False, "No"),
    "signature": ("Ann Łącka", "Ann Łącka Signed (typed name)"),
}  # fmt: skip


def part(kind: str, words: str, **more: object) -> dict:
    """One part of a content."""
    return {"id": str(uuid.uuid4()), "type": kind, "words": words} | more


def content(parts: list[dict], **other: object) -> dict:
    """A document's content as Postgres freezes it."""
    return {"organisation": "Harbour & Łąka Housing", "tenant": "Ann O’Łącka", "property": "1 Dock Road, Hull, HU1 1AA", "title": "Support agreement",
            "kind": "agreement", "template": "Agreement", "template_version": 3, "version": 2, "author": "Wyn Żak", "dated": "2026-11-03",
            "parts": parts} | other  # fmt: skip


@pytest.fixture(scope="module")
def app():
    """Flask with our templates and their filters: nothing here asks a database."""
    app = Flask("documents", template_folder=FOLDER / "templates")
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    words.register(app)
    with app.app_context():
        yield app


@pytest.fixture
def pdf_of(app, monkeypatch):
    """A function from a content to its PDF, which waits longer than people do: tests run beside others."""
    monkeypatch.setattr(documents, "LIMITS", Limits())
    return functools.partial(documents.document_pdf, case_reference="1a2b3c4d", approved_by="Olive O'Neil",
                             approved_at=datetime(2026, 11, 4, 9, 30, tzinfo=UTC), content_sha256=HASH)


@pytest.fixture(scope="module")
def listener():
    """(address of a server on the loopback interface, the requests that it saw)."""
    asked = []

    class Listen(BaseHTTPRequestHandler):
        def handle(self):
            asked.append(self.client_address)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listen)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def squeezed(text: str) -> str:
    """Text without blanks: lines end where they will."""
    return "".join(text.replace("\u200b", "").split())


def bodies_of(pdf: bytes) -> list[str]:
    """What each page says above its foot, which every one of them has."""
    pages = text_of(pdf)
    feet = [f"Harbour & Łąka Housing {FOOT} Page {number} of {len(pages)}" for number in range(1, len(pages) + 1)]
    assert [page.endswith(foot) for page, foot in zip(pages, feet, strict=True)] == [True] * len(pages)
    return [page.removesuffix(foot).rstrip() for page, foot in zip(pages, feet, strict=True)]


# ---- what it says ----------------------------------------------------------------------------------------------------


def test_a_document_says_what_its_content_does(pdf_of):
    """Whose, what, about whom, by whom; then each part with its answer, in their order, without hints; tags, language and our font."""
    parts = [part("heading", "Your support"), part("text", "First paragraph\nof two lines.\n\nSecond one."),
             *(part(kind, f"What about {kind}?", answer=answer, hint="For example: nothing") for kind, (answer, _) in ANSWERS.items())]
    pdf = pdf_of(content(parts))
    whole, after = " ".join(bodies_of(pdf)), 0
    said = ["Harbour & Łąka Housing", "Support agreement", "Document Agreement, version 2", "Tenant Ann O’Łącka", "Home 1 Dock Road, Hull, HU1 1AA",
            "Date 3 November 2026", "Written by Wyn Żak", "Approved by Olive O'Neil, Wednesday 4 November 2026, 09:30 GMT",
            "Your support First paragraph of two lines. Second one.",
            *(f"What about {kind}? {answer}" for kind, (_, answer) in ANSWERS.items())]  # fmt: skip
    for each in said:
        assert (after := whole.find(each, after)) >= 0, each
    assert "For example" not in whole
    read = PdfReader(io.BytesIO(pdf))
    assert (read.metadata.title, read.metadata.author) == ("Support agreement - Harbour & Łąka Housing", "Harbour & Łąka Housing")
    assert read.root_object["/Lang"] == "en-GB" and read.root_object["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in read.root_object
    assert {name.replace("-", " ").removesuffix(" Bold") for name in fonts_of(pdf)} == {"Keywork Text"}


NO_ANSWERS = [*(part(kind, f"What about {kind}?") for kind in QUESTIONS), part("short_text", "Blank?", answer=" \u202e"), part("choices", "None?", answer=[])]


def test_a_record_without_answers_says_so(pdf_of):
    """Each kind of question says that it was not answered; an empty or blank answer is none; where to sign there is a line for a pen."""
    whole = " ".join(text_of(pdf_of(content(NO_ANSWERS, kind="checklist"))))
    assert whole.count("Not answered") == len(NO_ANSWERS) - 1 and "Signed" not in whole and re.search(r"What about signature\? +Signature", whole)
    for each in NO_ANSWERS:
        assert each["type"] == "signature" or f"{each['words']} Not answered" in whole


@pytest.mark.parametrize("kind", ["letter", "agreement", "reference"])
def test_what_is_written_to_somebody_leaves_out_what_nobody_answered(pdf_of, kind):
    """A letter that says "Not answered" says nothing to whoever reads it. Answers are there, and a place to sign."""
    whole = " ".join(text_of(pdf_of(content([*NO_ANSWERS, part("short_text", "And then?", answer="We meet.")], kind=kind))))
    assert "Not answered" not in whole and "What about date?" not in whole and "Blank?" not in whole
    assert "And then? We meet." in whole and re.search(r"What about signature\? +Signature", whole)


def test_long_answers_run_over_pages_with_their_question_beside_them(pdf_of):
    """Nothing of them is lost, no page ends with a heading or a question, and each page has its foot."""
    long = " ".join(f"word{number}" for number in range(2400))[:20_000]
    parts = [part("long_text", "What happened?", answer=long)]
    for number in range(60):
        parts += [part("heading", f"Heading {number}")] * (number % 4 == 0)
        parts.append(part("long_text", f"Question {number}?", answer="So it was. " * (number * 7 % 45 + 1)))
    bodies = bodies_of(pdf_of(content(parts)))
    assert len(bodies) >= 8 and sum("word" in body for body in bodies) >= 3
    assert squeezed(long) in squeezed("".join(bodies))
    assert [body[-30:] for body in bodies if re.search(r"(\?|Heading \d+)$", body)] == []
    # Not only by luck: many pages end within an answer.
    assert sum(body.endswith(("was.", "it", "So")) for body in bodies) > 3


def test_words_longer_than_a_line_are_broken_where_they_must(pdf_of):
    """They stay within the page, and are the same words when they are copied from it."""
    word, accented, address = "abcdefghij" * 2000, "ź\u0323" * 150, "https://keywork.example/" + "path/" * 30
    bodies = bodies_of(pdf_of(content([part("long_text", word[:300], answer=word), part("short_text", accented, answer=address)], title=word[:200])))
    whole = squeezed("".join(bodies))
    assert word[:200] in whole and word in whole and accented in whole and address in whole
    assert len(bodies) >= 4


# ---- every letter ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fonts", ["of the system", "none but ours"])
def test_letters_of_every_kind_are_shown_or_said_in_words(pdf_of, monkeypatch, tmp_path, fonts):
    """Accents by themselves and on letters; emoji and other scripts, for which there may be no font: no box is on any page."""
    if fonts == "none but ours":
        (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
        monkeypatch.setenv("FONTCONFIG_PATH", str(tmp_path))
    pdf = pdf_of(content([part("short_text", "Accents?", answer="Żo\u0301łc\u0301 ŵ Ệ ŝ"),
                          part("short_text", "Emoji?", answer="well \U0001f642 \U0001f468\u200d\U0001f469\u200d\U0001f467 done"),
                          part("short_text", "Arabic?", answer="before زيد سلام after"), part("short_text", "Bold?", answer="\U0001d5db\U0001d5f2llo"),
                          part("short_text", "Private?", answer="a \ue000 b")], tenant="Ann זיד"))
    whole = " ".join(text_of(pdf))
    assert "Żo\u0301łc\u0301 ŵ Ệ ŝ" in whole
    assert "[U+E000]" in whole
    if fonts == "none but ours":
        for said in ("well [slightly smiling face] [man][woman][girl] done", "before [words in Arabic that cannot be printed] after",
                     "Bold? Hello", "Tenant Ann [words in Hebrew that cannot be printed]"):
            assert squeezed(said) in squeezed(whole), said
        assert {name.replace("-", " ").removesuffix(" Bold") for name in fonts_of(pdf)} == {"Keywork Text"}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            # Only a font with boxes in the place of characters is encoded otherwise.
            assert font.get_object()["/Encoding"] == "/Identity-H"


@pytest.mark.parametrize(("typed", "shown"), [
    ("pay \u202e001\u202c now", "pay 001 now"), ("\u202a+44 7700 900123\u202c", "+44 7700 900123"), ("a\u2066b\u2069c", "abc"),
    ("a\x01b\x7f\x9fc\ufffe", "a\ufffdb\ufffd\ufffdc\ufffd"), ("a\x00b\ud800", "a\ufffdb\ufffd"), ("a\u2400b", "a\u2400b"),
    ("one\r\ntwo\rthree\u2028four\x85five\x0csix", "one\ntwo\nthree\nfour\nfive\nsix"), ("tab\there", "tab\there"),
    ("e" + "\u0301" * 4, "e" + "\u0301" * 4), ("e" + "\u0301" * 5000 + "x", "e" + "\u0301" * 4 + "\ufffdx"),
    ("می\u200cخواهم \U0001f468\u200d\U0001f469 \u200e\u200f\u200b\ufeff", "می\u200cخواهم \U0001f468\u200d\U0001f469 \u200e\u200f\u200b\ufeff"),
])  # fmt: skip
def test_what_is_no_letter_turns_and_covers_nothing(typed, shown):
    """What would show words in another order than they are stored in is left out; what is no character says so."""
    assert legible(typed) == shown


def test_unseen_characters_change_nothing_on_paper(pdf_of):
    """In every text of a document: the words stand in the order in which they were typed."""
    said = "pay \u202e100\u202c p\x01ounds\u200b now\u200f\ufeff"
    parts = [part("heading", said), part("text", said), part("short_text", said, answer=said)]
    whole = squeezed(" ".join(text_of(pdf_of(content(parts, title=said, tenant=said, author=said, organisation=said)))))
    # The organisation stands in its place, and at the foot of the page.
    assert whole.count("pay100p\ufffdoundsnow") >= 9 and "\u202e" not in whole


# ---- no way out ------------------------------------------------------------------------------------------------------

ATTACKS = [
    "<script>alert(1)</script>", "<b>bold</b></dd></dl></main>", "<style>@import url(http://{at}/import);</style>", "<link rel=stylesheet href=http://{at}/link>",
    "<img src=http://{at}/img width=99999 height=99999>", "<img src=file:///etc/passwd>", "<img src='data:image/png;base64,iVBORw0KGgo='>",
    "<svg xmlns='http://www.w3.org/2000/svg' width='9'><image href='http://{at}/svg'/></svg>", "<object data='http://{at}/object'></object>",
    "'\" style=\"background: url(http://{at}/style)\" x='", "*/ } @page { background: url(http://{at}/page) } /*", "</title><base href=http://{at}/>",
    "\\3c script\\3e url\\28 http://{at}/escape\\29", "{{ 7*7 }}{% include 'base.html' %}{# gone #}", "{{tenant}} {{ config }}", "&lt;img&gt; &#60;b&#62; &amp;amp;",
    "<!--", "]]><![CDATA[", "<a rel=attachment href=file:///etc/hostname>x</a>", "-->", "<math><mtext><table><style>", "javascript:alert(1)", "http://{at}/plain",
]  # fmt: skip


def test_nothing_that_was_typed_is_more_than_its_words(pdf_of, listener):
    """In every text of a content: the page says what was typed, letter for letter, has no link or file, and nothing is asked for."""
    at, asked = listener
    for typed in (" ".join(attack.replace("{at}", at) for attack in some) for some in (ATTACKS[:8], ATTACKS[8:16], ATTACKS[16:])):
        pdf = pdf_of(content([
            part("heading", typed), part("text", typed), part("short_text", typed, hint=typed, answer=typed), part("long_text", typed, answer=f"{typed}\n\n{typed}"),
            part("choice", typed, options=[typed, "x"], answer=typed), part("choices", typed, options=[typed, "x"], answer=[typed, "x"]),
            part("signature", typed, answer=typed)], title=typed, organisation=typed, tenant=typed, property=typed, author=typed), approved_by=typed)
        read = PdfReader(io.BytesIO(pdf))
        # Its pages' feet fall in between, and say it themselves.
        assert squeezed(" ".join(text_of(pdf))).count(squeezed(typed)) >= 18
        assert read.metadata.title == f"{typed} - {typed}" and read.attachments == {}
        for page in read.pages:
            assert not page.get("/Annots") and not page["/Resources"].get("/XObject")
        assert not {"/OpenAction", "/AA", "/AcroForm"} & set(read.root_object)
    assert asked == []


def test_deeply_nested_characters_are_no_depth(pdf_of):
    """As many of them as an answer and a title take: long words on paper, no crash."""
    bodies = bodies_of(pdf_of(content([part("long_text", "What?", answer="<div>[({" * 2500)], title="<div>[({" * 20)))
    assert squeezed("".join(bodies)).count("<div>[({") == 2520


# ---- in time ---------------------------------------------------------------------------------------------------------


def test_a_document_that_takes_too_long_is_refused_with_what_to_do(pdf_of, monkeypatch):
    """Who approves is told to try again, and to return it; one that cannot be made at all is not tried again."""
    monkeypatch.setattr(documents, "LIMITS", Limits(seconds=0.01))
    for parts, (reason, _), said in (([part("text", "Short.")], TOO_LONG, "Please try again in a while. If it happens again, return it to its author"),
                                     ([part("text", "x" * MOST_BYTES)], TOO_LARGE, "Please return it to its author")):  # fmt: skip
        with pytest.raises(PrintFailed) as failed:
            pdf_of(content(parts))
        assert str(failed.value) == reason and said in failed.value.sentence and "nothing was approved" in failed.value.sentence


def test_who_approves_does_not_wait_for_long():
    """Not even where others are being made."""
    assert documents.LIMITS.turn + documents.LIMITS.seconds < 15


# ---- the same on the screen ------------------------------------------------------------------------------------------


def test_the_screen_says_the_same_as_paper(app, pdf_of):
    """The very same body: its words, in their order, and no element of what was typed."""
    typed = "</dd><script>planted</script>{{ 7*7 }}"
    parts = [part("heading", typed), part("text", f"Words\n\n{typed}"), *(part(kind, f"{kind}? {typed}", answer=answer) for kind, (answer, _) in ANSWERS.items()),
             part("short_text", "Why?", hint=typed), part("short_text", "Then?", answer=typed)]
    template = "{% from 'parts/document.html' import document_body %}<main id=main>{{ document_body(blocks, 3) }}</main>"
    shown = app.jinja_env.from_string(template).render(blocks=blocks(parts, "checklist"))
    page = Page(shown)
    assert {tag for tag, _ in page.tags} == {"main", "h3", "div", "p", "br", "dl", "dt", "dd", "ul", "li"}
    assert {name for _, attributes in page.tags for name in attributes} <= {"id", "class", "dir"}
    paper = squeezed(" ".join(bodies_of(pdf_of(content(parts, kind="checklist")))).replace("•", ""))
    assert squeezed(page.ids["main"]) in paper


# ---- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "said"), [
    (12.50, "12.5"), (1000, "1000"), (0.1, "0.1"), (-3, "-3"), (0, "0"), (-0.0, "0"), (1e20, "100000000000000000000"), (1e-7, "0.0000001"),
    (Decimal("7.500"), "7.5"), (Decimal("1E+3"), "1000"), (100.0, "100"), (2026, "2026"),
])  # fmt: skip
def test_numbers_are_said_as_they_were_typed(number, said):
    """Without zeros that say nothing, and never with an exponent."""
    assert decimal(number) == said


def test_answers_are_said_by_their_kind():
    """Nothing is no answer; false is."""
    assert set(ANSWERS) == set(QUESTIONS)
    assert [answer_words(kind, answer) for kind, answer in (
        ("date", "2024-02-29"), ("yes_no", True), ("yes_no", False), ("number", 0), ("choices", ["a", "b"]), ("short_text", "x"), ("short_text", None), ("choices", []),
    )] == [("29 February 2024",), ("Yes",), ("No",), ("0",), ("a", "b"), ("x",), (), ()]  # fmt: skip
