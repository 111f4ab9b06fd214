"""Words that are hidden are found exactly: against a second, naive search, and in the spellings that people and programs have for them."""

import json
import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.bundle_files import Contents
from jobs.bundle_paper import About
from views.subject_redaction import MARKS, Hidden, Hiding, Item, _mapped, folded, mark, redacted, redacted_value, segments
from views.words import LABELS

#: Few letters, so that passages are found; with capitals, accents in both forms, letters that fold to two, blanks, signs that look alike, and what nobody sees.
LETTERS = st.text("aAbBsSßſeéE\u0301\u0327oOöÖ\u0308ﬁfiIİı .-\u2013'\u2019\u00a0\n\u200b\u00ad\ufe0f\u0345ωΩῼ가\u1100\u1161ﾞ", max_size=24)
#: text as it stands, what is hidden, what is left.
SPELLINGS = [
    ("Spoke with MARY  Jones\nabout it", "Mary Jones", "Spoke with #\nabout it"),
    ("Mary\u00a0Jones, Mary\nJones, Ma\u00adry\u200b Jones", "mary jones", "#, #, #"),
    ("José and Jose\u0301 and JOSÉ", "José", "# and # and #"),
    ("O\u2019Brien and O'Brien and o\u02bcbrien", "O'Brien", "# and # and #"),
    ("Anne\u2013Marie", "anne-marie", "#"),
    ("Straße 1, STRASSE 1", "strasse 1", "#, #"),
    ("ＭＡＲＹ", "Mary", "#"),
    ("banana", "ana", "b#"),  # both that overlap
    ("xanax", "ana", "x#x"),
    ("nothing of it", "Mary", "nothing of it"),
    ("+44 7700 900123", "7700 900123", "+44 #"),
]


def passages(*words: str) -> list[tuple[str, str]]:
    return Hidden([Hiding(None, None, each, "third_party") for each in words]).everywhere()


@pytest.mark.parametrize("text, hidden, left", SPELLINGS)
def test_spellings(text, hidden, left):
    assert redacted(text, passages(hidden)) == left.replace("#", "[redacted: third party]")


@settings(max_examples=300, deadline=None)
@given(LETTERS, st.lists(LETTERS, min_size=1, max_size=3))
def test_two_searches_agree(text, wanted):
    """What is hidden are just the letters that lie in a stretch which reads as one of the passages; the rest stays as it was, in its order."""
    sought = [words for words in (folded(each).strip() for each in wanted) if words]
    pieces = segments(text, passages(*wanted))
    assert "".join(piece.text for piece in pieces) == text
    naive = _hidden_letters(text, sought)
    place, ours = 0, set()
    for piece in pieces:
        if piece.because:
            ours |= set(range(place, place + len(piece.text)))
        place += len(piece.text)
    # A stretch may begin or end in the middle of what belongs to one letter (ß, an accent): then all of that letter goes.
    assert naive <= ours
    left = redacted(text, passages(*wanted)).replace(mark("third_party"), "\ufffc")
    assert not any(words in folded(left) for words in sought)
    if not naive:
        assert not ours or any(words in folded(text) for words in sought)


def _hidden_letters(text: str, sought: list[str]) -> set[int]:
    """Letters of every stretch of the text that reads as a passage: all stretches are tried, one after another."""
    found: set[int] = set()
    for begin in range(len(text)):
        for end in range(begin + 1, len(text) + 1):
            if folded(text[begin:end]) in sought and folded(text[begin]) and folded(text[end - 1]):
                found |= {place for place in range(begin, end) if folded(text[place]) != ""}
    return found - _at_edges(text)


def _at_edges(text: str) -> set[int]:
    """Marks that reorder with others when a stretch is taken out of its text: they are compared as they stand in the whole."""
    return {place for place, letter in enumerate(text) if unicodedata.combining(unicodedata.normalize("NFKD", letter)[0])}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_a_text_letter_by_letter_reads_as_the_whole(text):
    """The place of each letter is told of just the text that is compared."""
    compared, origin = _mapped(text)
    assert compared == folded(text) and len(origin) == len(compared)
    assert all(0 <= begin < end <= len(text) for begin, end in origin)


JSON = st.recursive(st.none() | st.booleans() | st.integers(0, 999) | LETTERS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8)


@settings(max_examples=200, deadline=None)
@given(JSON, st.lists(LETTERS, min_size=1, max_size=2))
def test_nothing_is_left_in_json(value, wanted):
    """In lists and objects, in texts and numbers; the shape stays."""
    sought = passages(*wanted)
    left = redacted_value(value, sought)

    def leaves(it):
        return [leaf for each in (it.values() if isinstance(it, dict) else it) for leaf in leaves(each)] if isinstance(it, (dict, list)) else [it]

    for leaf in leaves(left):
        if leaf is not None and not isinstance(leaf, bool):
            assert not any(words in folded(str(leaf).replace(mark("third_party"), "\ufffc")) for words, _ in sought)
    assert len(leaves(left)) == len(leaves(value))
    assert json.loads(json.dumps(left)) == left


def item(table: str, its_id: str, *about: str, **content: object) -> Item:
    return Item("notes", table, its_id, None, None, about, content)


def test_what_is_hidden_of_a_record_is_hidden_of_its_copies():
    """In a line of the history about it; not in another note with the same words. What is withheld takes its copies along."""
    note, line, other = item("support_notes", "1", body="Seen by Aunt May"), item("audit_log", "9", "support_notes:1", after={"body": "Seen by Aunt May"}), item("support_notes", "2", body="Aunt May")
    hidden = Hidden([Hiding("support_notes", "1", "aunt may", "third_party")])
    assert hidden.shown(note) == {"body": "Seen by [redacted: third party]"}
    assert hidden.shown(line) == {"after": {"body": "Seen by [redacted: third party]"}}
    assert hidden.shown(other) == other.content and hidden.withheld(line) is None
    hidden = Hidden([Hiding("support_notes", "1", None, "crime")])
    assert (hidden.withheld(note), hidden.withheld(line), hidden.withheld(other)) == ("crime", "crime", None)


def test_the_pdf_and_the_scans_of_a_document_with_hidden_words_are_left_out():
    """Nobody can hide words inside them; the document's text stands for them. Those of others are given as they are."""
    about = About("Firm", "Tenant", "ref", date(2026, 1, 2), "Maker", datetime(2026, 1, 2, tzinfo=UTC))
    items = [
        item("support_documents", "1", content={"parts": [{"answer": "Seen with Aunt May"}]}, version=1), item("support_documents", "2", content={"parts": []}, version=3),
        item("support_document_pdfs", "1", "support_documents:1", size_bytes=9), item("support_document_pdfs", "2", "support_documents:2", size_bytes=9),
        item("support_uploads", "3", "support_documents:1", document_id="1"), item("support_upload_files", "3", "support_uploads:3", "support_documents:1", media_type="image/png"),
        item("support_uploads", "4", document_id=None), item("support_upload_files", "4", "support_uploads:4", media_type="image/png"),
    ]
    contents = Contents.of(about, items, Hidden([Hiding(None, None, "aunt may", "serious_harm")]), [], lambda *_: None)
    assert contents.files() == [("documents/document-2-version-3.pdf", "support_document_pdfs", "2"), ("files/file-4.png", "support_upload_files", "4")]
    withheld = {(row["table"], row["id"]): row["withheld"] for row in contents.rows() if "withheld" in row}
    assert withheld == {("support_document_pdfs", "1"): "serious harm", ("support_upload_files", "3"): "serious harm"}
    assert contents.places() == {"serious_harm": 1}


def test_keys_of_rows_stay():
    """They tie the files together, and are nobody's words."""
    key = "fe4a1cdc-a88a-5768-a4af-66ba256d7773"
    assert redacted_value({"id": key, "note": f"see {key}"}, passages("a4af")) == {"id": key, "note": f"see {key}".replace("a4af", mark("third_party"))}


def test_every_reason_has_its_words():
    assert set(MARKS) == set(LABELS["redaction"])
