"""The texts of the demonstration data read like somebody's work: varied, complete, and hardly ever twice the same."""

import re
from datetime import date, datetime, timedelta
from random import Random

import pytest

from db import demo
from db.demo import words
from db.demo.timeline import LONDON

TODAY = date(2026, 7, 15)
PLACEHOLDERS = re.compile(
    r"lorem|ipsum|placeholder|\btodo\b|\btbc\b|\bxxx|asdf|\bfoo\b|\btest note|example note|dummy"
    r"|[{}\[\]|]|//| {2}|\.\.|(?-i:\bNone\b(?! of))",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def rows():
    """Table -> rows as of TODAY, each a dictionary by column."""
    made = demo.make_rows(TODAY, datetime(2026, 7, 16, tzinfo=LONDON))
    return {
        table: [dict(zip(columns.split(", "), row, strict=True)) for row in made[table]]
        for table, columns in demo.COLUMNS.items()
    }


def test_about_fifteen_hundred_notes_of_which_hardly_two_read_the_same(rows):
    notes = rows["app.support_notes"]
    assert 1350 <= len(notes) <= 1850
    assert len({note["body"] for note in notes}) >= 0.95 * len(notes)
    streams = [note["stream"] for note in notes]
    assert streams.count("shared") > 900 and streams.count("professional") > 250
    assert 25 < sum(note["safeguarding"] for note in notes) < 120


def test_notes_are_of_every_length(rows):
    bodies = [note["body"] for note in rows["app.support_notes"]]
    lengths = sorted(map(len, bodies))
    assert lengths[len(lengths) // 20] < 115
    assert lengths[-len(lengths) // 20] > 400
    assert sum("\n\n" in body for body in bodies) > 100


def test_two_cases_never_tell_a_story_in_the_same_words_throughout(rows):
    """Also without the tenant's name most notes differ: it is not the name alone that makes them distinct."""
    names = {name.split()[0] for name in (tenant["full_name"] for tenant in rows["app.tenants"])}
    pattern = re.compile(r"\b(" + "|".join(sorted(names)) + r")\b")
    nameless = [pattern.sub("-", note["body"]) for note in rows["app.support_notes"]]
    assert len(set(nameless)) > 0.8 * len(nameless)


@pytest.mark.parametrize("table", [table for table in demo.COLUMNS if table.startswith("app.")])
def test_nothing_reads_like_a_placeholder(rows, table):
    for row in rows[table]:
        for column, value in row.items():
            if isinstance(value, str):
                assert not PLACEHOLDERS.search(value), (column, value)
                assert value == value.strip(), (column, value)


def test_what_is_for_operators_alone_is_not_in_the_shared_stream(rows):
    private = re.compile(r"safeguarding|MARAC|MAPPA|LADO|section 42|self-harm|supervision with", re.IGNORECASE)
    found = {
        stream: [n["body"] for n in rows["app.support_notes"] if n["stream"] == stream and private.search(n["body"])]
        for stream in ("shared", "professional")
    }
    assert len(found["professional"]) > 20
    assert found["shared"] == []


def test_days_that_a_note_announces_are_working_days():
    for offset in range(400):
        facts = words.facts_of_day(Random(offset), TODAY + timedelta(days=offset))
        assert not {facts["next_day"], facts["last_day"], facts["next_date"].split()[0]} & {"Saturday", "Sunday"}


def test_every_telling_of_every_story_can_be_told():
    """Also those that chance did not choose: each fact that a text names exists, and every bracket closes."""
    chance = Random("all of them")
    facts = words.facts_of_tenant(
        chance, first_name="Ruth", pronoun="she", town="Leeds", council="the council", areas=("Armley",)
    )
    facts |= words.facts_of_day(chance, TODAY) | {"worker": "Grace", "surname": "Ashworth"}
    texts = [text for group in (*words.MOMENTS.values(), *words.CLOSING.values()) for text in group]
    for story in words.SHARED + words.PROFESSIONAL:
        texts += [telling for step in story.steps for telling in step]
        texts += [story.goal, story.description, story.summary, *story.agreed, *story.progress, *story.outcomes]
    assert len(texts) > 550
    for text in texts:
        for _ in range(4):
            told = words.tell(text, facts, chance).removeprefix(words.SAFEGUARDING)
            assert not PLACEHOLDERS.search(told), told
            assert told == told.strip()
