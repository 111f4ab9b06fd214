"""Words that are hidden are found exactly: against a second, naive search, and in the spellings that people and programs have for them."""

import json
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.bundle_files import Contents, LeftSomething
from jobs.bundle_paper import About
from views.subject_redaction import MARKS, Hidden, Hiding, Item, _mapped, folded, mark, redacted, redacted_value, segments
from views.subject_shown import content_shown, left_over
from views.subject_words import entry_of
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
    assert content_shown(note, hidden.passages(note)) == {"body": "Seen by [redacted: third party]"}
    assert content_shown(line, hidden.passages(line)) == {"after": {"body": "Seen by [redacted: third party]"}}
    assert content_shown(other, hidden.passages(other)) == other.content and hidden.withheld(line) is None
    hidden = Hidden([Hiding("support_notes", "1", None, "crime")])
    assert (hidden.withheld(note), hidden.withheld(line), hidden.withheld(other)) == ("crime", "crime", None)


def test_the_pdf_and_the_scans_of_a_document_with_hidden_words_are_left_out():
    """Nobody can hide words inside them; the document's text stands for them. Those of others are given as they are."""
    items = [
        item("support_documents", "1", content={"parts": [{"answer": "Seen with Aunt May"}]}, version=1), item("support_documents", "2", content={"parts": []}, version=3),
        item("support_document_pdfs", "1", "support_documents:1", size_bytes=9), item("support_document_pdfs", "2", "support_documents:2", size_bytes=9),
        item("support_uploads", "3", "support_documents:1", document_id="1"), item("support_upload_files", "3", "support_uploads:3", "support_documents:1", media_type="image/png"),
        item("support_uploads", "4", document_id=None), item("support_upload_files", "4", "support_uploads:4", media_type="image/png"),
    ]
    contents = Contents.of(ABOUT, items, Hidden([Hiding(None, None, "aunt may", "serious_harm")]), [], lambda *_: None)
    assert contents.files() == [("documents/document-2-version-3.pdf", "support_document_pdfs", "2"), ("files/file-4.png", "support_upload_files", "4")]
    withheld = {(row["table"], row["id"]): row["withheld"] for row in contents.rows() if "withheld" in row}
    assert withheld == {("support_document_pdfs", "1"): "serious harm", ("support_upload_files", "3"): "serious harm"}
    assert contents.places() == {"serious_harm": 1}


M = mark("third_party")
#: (table, what it says, words as the page shows them, what is left of it)
WORDED = [
    ("tenants", {"date_of_birth": "1990-02-03", "full_name": "Ann"}, "3 feb 1990", {"date_of_birth": M, "full_name": "Ann"}),
    ("tenants", {"date_of_birth": "1990-02-03"}, "Feb", {"date_of_birth": M}),
    ("support_sessions", {"scheduled_at": "2026-07-03T13:05:00+00:00", "type": "home_visit", "status": "missed"}, "14:05 BST", {"scheduled_at": M, "type": "home_visit", "status": "missed"}),
    ("support_sessions", {"type": "home_visit", "status": "missed", "duration_minutes": 90}, "1 h 30 min", {"type": "home_visit", "status": "missed", "duration_minutes": M}),
    ("support_sessions", {"type": "home_visit", "status": "missed"}, "home visit", {"type": M, "status": "missed"}),
    ("support_sessions", {"type": "no_such"}, "such", {"type": f"no_{M}"}),
    ("support_notes", {"safeguarding": True, "body": "Yes, seen"}, "yes", {"safeguarding": M, "body": f"{M}, seen"}),
    ("support_document_events", {"step": "hand_over"}, "handed over", {"step": M}),
    ("support_documents", {"title": "About May", "kind": "intake_assessment"}, "intake assessment", {"title": "About May", "kind": M}),
    ("audit_log", {"action": "update", "table_name": "tenants", "before": {"date_of_birth": "1990-02-03"}, "after": {"date_of_birth": "1990-02-04"}}, "3 Feb 1990",
     {"action": "update", "table_name": "tenants", "before": {"date_of_birth": M}, "after": {"date_of_birth": "1990-02-04"}}),
    ("audit_log", {"action": "update", "table_name": "support_notes", "before": {"safeguarding": True}, "after": {"body": "x"}}, "Nothing",
     {"action": "update", "table_name": "support_notes", "before": {"safeguarding": True}, "after": {"body": "x"}}),
    ("audit_log", {"action": "purge", "actor_hat": "job", "row_ids": [], "rule": "case"}, "Case window", {"action": "purge", "actor_hat": "job", "row_ids": [], "rule": M}),
    ("digest_entries", {"content": {"sessions": [{"at": "2026-07-03T13:05:00+00:00", "type": "home_visit", "status": "missed"}], "goals": [{"title": "A", "target_date": "1990-02-03"}]}}, "3 July 2026",
     {"content": {"sessions": [{"at": M, "type": "home_visit", "status": "missed"}], "goals": [{"title": "A", "target_date": "1990-02-03"}]}}),
    ("digest_entries", {"content": {"notes": [{"author": "Jo", "body": "Hello"}], "goals": [{"title": "A", "target_date": "1990-02-03"}]}}, "3 Feb 1990",
     {"content": {"notes": [{"author": "Jo", "body": "Hello"}], "goals": [{"title": "A", "target_date": M}]}}),
    # Texts of ours, of what is not there, are nobody's words.
    ("support_documents", {"title": "A", "answers": {"q1": None}}, "None", {"title": "A", "answers": {"q1": None}}),
    ("audit_log", {"action": "purge", "actor_hat": "job", "row_ids": []}, "None", {"action": "purge", "actor_hat": "job", "row_ids": []}),
    ("audit_log", {"action": "purge", "actor_hat": "job", "row_ids": []}, "scheduled", {"action": "purge", "actor_hat": M, "row_ids": []}),
    ("support_notes", {"body": "One\r\nwith May"}, "may", {"body": f"One\r\nwith {M}"}),
    # What reads as one and is kept as two.
    ("digest_entries", {"content": {"notes": [{"author": "Jo", "body": "May"}]}}, "Jo: May", {"content": {"notes": [{"author": M, "body": M}]}}),
]


@pytest.mark.parametrize("table, content, words, left", WORDED)
def test_what_is_hidden_as_it_reads_is_hidden_as_it_is_kept(table, content, words, left):
    """A day, a moment, a code or a yes: struck out on the page, it stands in no file, in words or in figures. The second look would have seen it."""
    this, sought = item(table, "1", **content), passages(words)
    shown = content_shown(this, sought)
    assert shown == left and not left_over(this, shown, sought)
    assert words.lower() not in str([line.words for line in entry_of(this, shown).lines]).lower().replace("(nothing)", "")
    if shown != content:
        assert left_over(this, content, sought) or table == "digest_entries"


QUESTIONS = [
    ("date", "1990-02-03", "3 February 1990", M), ("date", "1990-02-03", "3 Feb 1990", M), ("yes_no", False, "no", M), ("yes_no", True, "yes", M), ("number", 12.50, "12.5", M),
    ("choices", ["Aunt", "May"], "aunt and may", M), ("choices", ["Aunt", "May"], "may", ["Aunt", M]), ("short_text", "With May", "may", f"With {M}"),
]  # fmt: skip


@pytest.mark.parametrize("handed_in", [True, False])
@pytest.mark.parametrize("kind, answer, words, left", QUESTIONS)
def test_an_answer_is_hidden_as_it_is_kept_and_the_pdf_that_says_it_left_out(kind, answer, words, left, handed_in):
    """In what the document says, in what was typed, and in what the history has of both; its PDF says it too."""
    asked = {"id": "q1", "type": kind, "words": "What?"}
    said = {"answers": {"q1": answer}, **({"content": {"parts": [{**asked, "answer": answer}]}} if handed_in else {"questions": [asked]})}
    gone = {"answers": {"q1": left}, **({"content": {"parts": [{**asked, "answer": left}]}} if handed_in else {"questions": [asked]})}
    items = [item("support_documents", "1", title="Plan", version=1, **said), item("support_document_pdfs", "1", "support_documents:1", size_bytes=1),
             item("audit_log", "9", "support_documents:1", action="insert", table_name="support_documents", after={k: v for k, v in said.items() if k != "questions"})]
    hidden = Hidden([Hiding("support_documents", "1", words, "third_party")])
    contents = Contents.of(ABOUT, items, hidden, [], lambda *_: None)
    assert {name: contents.rows()[0]["content"][name] for name in gone} == gone
    assert contents.rows()[1]["withheld"] == "third party" and contents.files() == []
    assert words.lower() not in str([line.words for line in contents.entries()[0][1].lines]).lower().replace("not answered", "")
    if handed_in:
        assert contents.rows()[2]["content"]["after"] == gone


ABOUT = About("Firm", "Tenant", "ref", date(2026, 1, 2), "Maker", datetime(2026, 1, 2, tzinfo=UTC))


def test_a_moment_that_is_hidden_stands_in_no_heading():
    """Nor in the index, nor in the head of its row in data.json."""
    moment = datetime(2026, 7, 3, 13, 5, tzinfo=UTC)
    items = [Item("sessions", "support_sessions", its_id, None, moment, (), {"scheduled_at": moment.isoformat()}) for its_id in "12"]
    contents = Contents.of(ABOUT, items, Hidden([Hiding("support_sessions", "1", "Friday 3 July 2026", "other")]), [], lambda *_: None)
    assert [row["moment"] for row in contents.rows()] == [None, moment.isoformat()]
    assert [entry.moment for _, entry in contents.entries()] == ["", "Friday 3 July 2026, 14:05 BST"]


@pytest.mark.parametrize("name", ["organisation", "tenant", "made_by"])
def test_no_file_begins_with_a_name_that_is_hidden_everywhere(name):
    """The second look sees what stands on every file, too."""
    hidden = Hidden([Hiding(None, None, "aunt may", "third_party")])
    Contents.of(ABOUT, [], hidden, [], lambda *_: None)
    with pytest.raises(LeftSomething):
        Contents.of(replace(ABOUT, **{name: "Aunt May Homes"}), [], hidden, [], lambda *_: None)


def test_keys_of_rows_stay():
    """They tie the files together, and are nobody's words."""
    key = "fe4a1cdc-a88a-5768-a4af-66ba256d7773"
    assert redacted_value({"id": key, "note": f"see {key}"}, passages("a4af")) == {"id": key, "note": f"see {key}".replace("a4af", mark("third_party"))}


def test_every_reason_has_its_words():
    assert set(MARKS) == set(LABELS["redaction"])
