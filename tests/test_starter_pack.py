"""The starter pack as Postgres hands it out: every template can be filled in, and is written as a person would want to be written to.

What a part may be is worded here a second time, apart from the rules in SQL that judge templates which people write.
"""

import re

import psycopg
import pytest
from psycopg.rows import dict_row

from db import versions

KINDS = {"letter", "agreement", "acknowledgement", "intake_assessment", "recurring_assessment", "event_form", "session_log",
         "checklist", "reference"}
#: Types of parts, and the most characters of their words.
WORDS = {"heading": 300, "text": 4000}
OF_OPTIONS = {"choice", "choices"}
QUESTIONS = {"short_text", "long_text", "date", "number", "yes_no", "signature", *OF_OPTIONS}
MERGE_FIELDS = {"tenant", "property", "organisation", "date", "case_opened", "author"}
MERGED = re.compile(r"\{\{(" + "|".join(MERGE_FIELDS) + r")\}\}")
#: As gen_random_uuid() makes them.
ID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

#: Spelt otherwise in Britain.
AMERICAN = (
    r"\b\w+(?<!pr)(?<!se)(?<!\bs)iz(?:e[sd]?|ing|ation)\b|behavior|color|favor|honor\b|neighbor|\blabor\b|\bcenter|license|\bprogram\b"
    r"|counsel(?:ed|or|ing)\b|\benroll\b|\bfulfill\b|judgment|catalog\b|apartment|zip code|cell ?phone|\bmom\b|\bgotten\b|\btrash\b"
    r"|\bgarbage\b|drug ?store")
#: Not how we speak of people and to them, nor what a letter of ours does to somebody who owes rent.
OF_OFFICES = (
    r"service user|\bclients?\b|\busers?\b|vulnerab|challenging|complian|(?:failed|did not|refus\w+) to engage|engage with|hard to reach"
    r"|addict|abuser|substance|\bsuffer|victim|commit(?:ted)? suicide|attention.seeking|manipulat|\bdisclos|pursuant|\bhere(?:in|by|with)"
    r"|henceforth|aforementioned|utilis|in order to|prior to|commence|regarding|\bensure|\bwhom (?:to|we|you)\b|\be\.g\.|\bi\.e\.|\betc\b"
    r"|and/or|\bs?he/|\bhis/|\(s\)|asap|invalid|evict|bailiff|legal action|prosecut|penalt|\bfine[sd]?\b|\bor else\b")
SIGNS = r"[!—–“”‘’…\t<>&*_#]|  |\.\.|\bTODO\b|lorem|\bxxx"


@pytest.fixture(scope="module")
def installed(server):
    """The superuser's conninfo of a database for all of these tests, which change nothing."""
    name = server.create("installed")
    yield server.conninfo(name)
    server.drop(name)


@pytest.fixture(scope="module")
def templates(installed):
    """The templates as the owner reads them."""
    with psycopg.connect(installed, row_factory=dict_row) as connection:
        connection.execute("set role keywork_owner")
        return connection.execute("select * from app.starter_templates()").fetchall()


@pytest.fixture(scope="module")
def parts(templates):
    """Every part with the key of its template."""
    return [(template["starter_key"], part) for template in templates for part in template["parts"]]


def said(part: dict) -> list[str]:
    """What people read of a part."""
    return [part["words"], *part.get("options", []), *([part["hint"]] if "hint" in part else [])]


def of_length(text, most: int) -> bool:
    """Whether this is a text of one to so many characters, with no blanks around."""
    return isinstance(text, str) and 1 <= len(text) <= most and text == text.strip()


def faults(part: dict) -> list[str]:
    """What is wrong with a part, in a word or two each; nothing for one that can be filled in."""
    kind = part.get("type")
    allowed = {"id", "type", "words"}
    if kind in QUESTIONS:
        allowed |= {"hint", "required"}
    if kind in OF_OPTIONS:
        allowed |= {"options"}
    words, hint, options = part.get("words"), part.get("hint", "-"), part.get("options", [])
    found = {
        "type": kind not in WORDS and kind not in QUESTIONS,
        "keys": not {"id", "type", "words"} <= set(part) <= allowed,
        "id": not ID.fullmatch(str(part.get("id"))),
        "words": not of_length(words, WORDS.get(kind, 300)),
        "hint": not of_length(hint, 300),
        "options": kind in OF_OPTIONS
        and not (2 <= len(set(options)) == len(options) <= 20 and all(of_length(each, 100) for each in options)),
        "required": not isinstance(part.get("required", False), bool),
        "merge fields": re.search("[{}]", MERGED.sub("", str(words))) is not None,
        "braces outside words": any(re.search("[{}]", text) for text in (str(hint), *options)),
    }
    return [name for name, wrong in found.items() if wrong]


GOOD = {"id": "8d1c1f0e-0a53-4d5b-9a3c-0d6a8f6b7c21", "type": "choice", "words": "How is {{tenant}}?", "hint": "Ask",
        "options": ["Well", "Not so well"]}


@pytest.mark.parametrize("change, fault", [
    ({}, None), ({"type": "essay"}, "type"), ({"more": 1}, "keys"), ({"type": "date"}, "keys"), ({"id": "1" * 36}, "id"),
    ({"words": ""}, "words"), ({"words": "w" * 301}, "words"), ({"words": " w"}, "words"), ({"hint": "h" * 301}, "hint"),
    ({"options": ["One"]}, "options"), ({"options": ["One", "One"]}, "options"), ({"options": ["One", "o" * 101]}, "options"),
    ({"required": "yes"}, "required"), ({"words": "{{landlord}}"}, "merge fields"), ({"words": "{tenant}}"}, "merge fields"),
    ({"hint": "{{tenant}}"}, "braces outside words"),
])
def test_the_check_finds_faults(change, fault):
    """Each way in which a part can be wrong is found."""
    found = faults(GOOD | change)
    assert found == [] if fault is None else fault in found


def test_every_part_can_be_filled_in(parts):
    """Each is what the contract of templates allows, nothing else."""
    assert [(key, part["words"], found) for key, part in parts if (found := faults(part))] == []


def test_there_is_a_template_of_every_kind(templates):
    """Twelve in all, each under a key and a name of its own, none of them a stub and none too long for a meeting."""
    assert len(templates) == 12 and {template["kind"] for template in templates} == KINDS
    for column in ("starter_key", "name"):
        assert len({template[column] for template in templates}) == 12
    for template in templates:
        assert re.fullmatch("[a-z_]{4,40}", template["starter_key"]) and of_length(template["name"], 60)
        assert 8 <= len(template["parts"]) <= 45, template["starter_key"]


def test_ids_are_distinct_over_the_pack(parts):
    """An answer carries over by the part's id: no two may ever be taken for one."""
    ids = [part["id"] for _, part in parts]
    assert len(set(ids)) == len(ids)


def test_recurring_ones_alone_come_round_again(templates):
    """Half a year and a quarter."""
    recurring = {template["starter_key"] for template in templates if template["kind"] == "recurring_assessment"}
    months = {template["starter_key"]: template["repeats_every_months"] for template in templates if template["repeats_every_months"]}
    assert months == {"support_review": 6, "risk_review": 3} and set(months) == recurring


def test_every_type_and_merge_field_but_the_author_is_used(parts):
    """The pack shows what templates can do. Who wrote a document stands on it anyway."""
    assert {part["type"] for _, part in parts} == QUESTIONS | set(WORDS)
    assert set(re.findall(r"\{\{(\w+)\}\}", " ".join(part["words"] for _, part in parts))) == MERGE_FIELDS - {"author"}


def test_no_document_asks_the_same_twice(templates):
    """Within a section, that is: 'How likely it is' stands once in each."""
    for template in templates:
        section, seen = "", set()
        for part in template["parts"]:
            section = part["words"] if part["type"] == "heading" else section
            assert (section, part["words"]) not in seen, (template["starter_key"], part["words"])
            seen.add((section, part["words"]))


def test_headings_have_something_below(templates):
    """A heading never stands last or before another."""
    for template in templates:
        types = [part["type"] for part in template["parts"]] + ["heading"]
        assert ("heading", "heading") not in zip(types, types[1:], strict=False), template["starter_key"]


def test_each_is_signed_by_somebody_of_the_firm_and_what_is_agreed_by_the_tenant_too(templates):
    """An agreement of one is none; nobody is made to sign what others think of them."""
    for template in templates:
        signed = {part["words"]: part.get("required", False) for part in template["parts"] if part["type"] == "signature"}
        by_tenant = signed.pop("Signed by {{tenant}}", False)
        assert by_tenant is (template["kind"] in ("agreement", "acknowledgement", "checklist")), template["starter_key"]
        assert list(signed.values()) == [True], template["starter_key"]


def test_the_lists_of_words_find_theirs():
    """And leave alone what only looks alike."""
    for pattern, found, left in (
        (AMERICAN, ("Organize it", "Your neighbors", "Trash"), ("What size is the prize", "All is forgotten", "Seized")),
        (OF_OFFICES, ("The service user", "You may be evicted", "He/she", "Whom to call"), ("Finely cut", "With whom", "Here in the hall")),
        (SIGNS, ("Stop!", "Yes \u2013 no", "So  far"), ("Well, so far: yes. It's 14:05",)),
    ):
        assert all(re.search(pattern, text, re.IGNORECASE) for text in found), pattern
        assert not any(re.search(pattern, text, re.IGNORECASE) for text in left), pattern


@pytest.mark.parametrize("pattern", [AMERICAN, OF_OFFICES, SIGNS], ids=["American", "of offices", "signs"])
def test_the_words_are_ours(parts, pattern):
    """Plain British English, in the signs of a plain keyboard; an arrears letter threatens nobody."""
    found = [(key, text, match[0]) for key, part in parts for text in said(part)
             if (match := re.search(pattern, MERGED.sub("N", text), re.IGNORECASE))]
    assert found == []


def test_sentences_begin_and_end_as_such(parts):
    """Paragraphs are sentences; headings and questions have no full stop; nothing is in title case."""
    for key, part in parts:
        for text in said(part):
            assert re.match(r"[A-Z0-9]|\{\{", text), (key, text)
        for paragraph in part["words"].split("\n\n"):
            if paragraph not in ("Dear {{tenant}},", "Yours sincerely"):
                assert paragraph.endswith((".", "?", ":")) is (part["type"] == "text"), (key, paragraph)
            assert not re.search("[A-Z][a-z]+ [A-Z][a-z]+", paragraph.replace("Northern Ireland", "")), (key, paragraph)


def test_nobody_but_the_owner_reads_it_directly(installed):
    """Templates reach an organisation by a copy of its own."""
    with psycopg.connect(installed) as connection:
        found = connection.execute("select rolname from pg_roles where not rolsuper and rolname not like 'pg\\_%'"
                                   " and has_function_privilege(oid, 'app.starter_templates()', 'execute')").fetchall()
    assert found == [("keywork_owner",)]


def test_every_file_that_is_applied_whole_is_in_the_fingerprint():
    """A change of any of them makes a database out of date, this pack's too."""
    assert {path.name for path in versions.FOLDER.glob("*.sql")} - {"schema.sql"} == set(versions.RULES)
