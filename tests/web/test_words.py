"""The words of views/words.py: times in London, counts, durations, paragraphs."""

from datetime import UTC, date, datetime

import pytest

from views import words


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("moment", "now", "said"), [
    ("2026-11-03 14:05", "2026-11-03 20:00", "Today 14:05"),
    ("2026-11-03 00:00", "2026-11-03 23:59", "Today 00:00"),
    ("2026-11-02 23:59", "2026-11-03 00:00", "Yesterday 23:59"),
    ("2026-11-04 00:00", "2026-11-03 23:59", "Tomorrow 00:00"),
    ("2026-11-05 00:00", "2026-11-03 23:59", "Thu 5 Nov, 00:00"),
    ("2026-11-03 14:05", "2026-11-20 10:00", "Tue 3 Nov, 14:05"),
    # a year later, and on either side of New Year
    ("2025-11-03 14:05", "2026-11-20 10:00", "3 Nov 2025, 14:05"),
    ("2025-12-31 23:30", "2026-01-01 00:30", "Yesterday 23:30"),
    ("2025-12-30 23:30", "2026-01-01 00:30", "30 Dec 2025, 23:30"),
    ("2027-01-01 00:00", "2026-12-31 12:00", "Tomorrow 00:00"),
    # summer time: one hour ahead of UTC, so the day changes at 23:00 UTC
    ("2026-07-01 22:59", "2026-07-01 12:00", "Today 23:59"),
    ("2026-07-01 23:00", "2026-07-01 12:00", "Tomorrow 00:00"),
    ("2026-07-01 23:30", "2026-07-01 23:45", "Today 00:30"),
    # it ends on 25 October 2026 at 01:00 UTC: 01:30 comes twice
    ("2026-10-25 00:30", "2026-10-25 12:00", "Today 01:30"),
    ("2026-10-25 01:30", "2026-10-25 12:00", "Today 01:30"),
    ("2026-10-24 22:59", "2026-10-25 12:00", "Yesterday 23:59"),
    ("2026-10-24 23:00", "2026-10-25 12:00", "Today 00:00"),
    # and begins on 29 March 2026: 01:30 never is
    ("2026-03-29 00:59", "2026-03-29 12:00", "Today 00:59"),
    ("2026-03-29 01:00", "2026-03-29 12:00", "Today 02:00"),
])  # fmt: skip
def test_when(moment, now, said):
    """As people say it, by the calendar of London."""
    assert words.when(at(moment), at(now)) == said


@pytest.mark.parametrize(("moment", "said"), [
    ("2026-11-03 14:05", "Tuesday 3 November 2026, 14:05 GMT"),
    ("2026-07-01 23:30", "Thursday 2 July 2026, 00:30 BST"),
    ("2026-10-25 00:30", "Sunday 25 October 2026, 01:30 BST"),
    ("2026-10-25 01:30", "Sunday 25 October 2026, 01:30 GMT"),
])  # fmt: skip
def test_when_full_names_the_zone(moment, said):
    """The hour that comes twice is told apart."""
    assert words.when_full(at(moment)) == said


@pytest.mark.parametrize(("moment", "said"), [
    (date(2024, 11, 3), "3 Nov 2024"), (at("2024-11-03 23:59"), "3 Nov 2024"), (at("2024-06-30 23:00"), "1 Jul 2024"),
    (at("2024-12-31 23:59"), "31 Dec 2024"), (at("2024-10-26 23:00"), "27 Oct 2024"),
])  # fmt: skip
def test_day(moment, said):
    """A date as it is, a moment by London's calendar."""
    assert words.day(moment) == said


@pytest.mark.parametrize(("now", "said"), [
    ("2024-11-03 23:58", "Link good until 3 Nov 2024"), ("2024-11-03 23:59", "Link expired 3 Nov 2024"), ("2025-01-01 00:00", "Link expired 3 Nov 2024")])
def test_link_until(now, said):
    """Good to the moment itself."""
    assert words.link_until(at("2024-11-03 23:59"), at(now)) == said


@pytest.mark.parametrize(("duration", "said"), [
    (0, "0 min"), (5, "5 min"), (45, "45 min"), (60, "1 h"), (61, "1 h 1 min"), (90, "1 h 30 min"), (720, "12 h")])  # fmt: skip
def test_minutes(duration, said):
    """Hours and minutes."""
    assert words.minutes(duration) == said


@pytest.mark.parametrize(("number", "noun", "said"), [
    (0, "open case", "no open cases"), (1, "open case", "1 open case"), (2, "open case", "2 open cases"),
    (1234, "case", "1,234 cases"), (1, "person", "1 person"), (3, "person", "3 people"), (2, "progress entry", "2 progress entries"),
    (0, "tenant", "no tenants"),
])  # fmt: skip
def test_count(number, noun, said):
    """Singular, plural, none, thousands."""
    assert words.count(number, noun) == said


@pytest.mark.parametrize(("text", "markup"), [
    ("", ""),
    ("one", "<p>one</p>"),
    ("one\ntwo", "<p>one<br>two</p>"),
    ("one\r\ntwo\r\n\r\nthree", "<p>one<br>two</p><p>three</p>"),
    ("one\n\n\n\ntwo", "<p>one</p><p>two</p>"),
    ("\n\n", ""),
    ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    ("a & b \"c\" 'd'\n\n<b>", "<p>a &amp; b &#34;c&#34; &#39;d&#39;</p><p>&lt;b&gt;</p>"),
    ("{{ 7*7 }}", "<p>{{ 7*7 }}</p>"),
])  # fmt: skip
def test_paragraphs_escape_everything(text, markup):
    """Threat 57b: only <p> and <br> are ours."""
    assert str(words.paragraphs(text)) == markup


def test_labels_and_choices_have_words_for_every_code():
    """No raw code reaches a person, and choices keep their order."""
    for kind, codes in words.LABELS.items():
        assert words.choices(kind) == list(codes.items())
        for code, said in codes.items():
            assert words.label(code, kind) == said and said != code and "_" not in said
    assert words.choices("kind", only=("housing_officer",)) == [("housing_officer", "Housing officer")]
    with pytest.raises(KeyError):
        words.label("unknown", "kind")


def test_iso_is_what_a_time_element_takes():
    """With its zone for a moment, a plain date for a day."""
    assert words.iso(at("2026-11-03 14:05")) == "2026-11-03T14:05:00+00:00"
    assert words.iso(date(2026, 11, 3)) == "2026-11-03"
