"""What templates may ask and say, what answers fit, what words come to, and the starter pack: all in SQL, each refusal naming its part."""

import json
import uuid

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sqlalchemy.exc import DBAPIError

from tests import world_documents
from tests.conftest import take_hat
from tests.test_case_races import in_background, waits
from tests.test_case_rules import one, refusal
from tests.world import ident
from views.sentences import explain

WORDING = "insert into app.document_template_versions (template_id, parts) values (%s, %s)"
DOCUMENT = "insert into app.support_documents (id, case_id, template_version_id, title, answers) values (%s, %s, %s, 'New', %s)"
A, B = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"


def part(kind: str = "short_text", words: object = "What?", **more: object) -> dict:
    """A part of a template."""
    return {"id": A, "type": kind, "words": words, **more}


def told(connection, statement: str, values: list) -> tuple[str, str | None]:
    """(SQLSTATE, the field that the sentence stands by) of a refusal; ("passed", None). Undone."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement, values)
    except psycopg.Error as error:
        said = explain(DBAPIError(statement, None, error))
        assert said and said.sentence
        return error.sqlstate, said.field
    return "passed", None


GOOD_PARTS = [
    [part("heading", "x" * 300)], [part("text", "x" * 4000)], [part("text", "One.\n\nTwo.")], [part("text", "{{tenant}}{{property}}{{organisation}}{{date}}{{case_opened}}{{author}}")],
    [part(words="Who is {tenant}?")], [part(words="{{tenant}}: {x} } { {{{date}}}")], [part(required=True, hint="")], [part(required=False, hint="x" * 300)],
    [part("choice", options=["a", "b"])], [part("choices", options=[str(number) for number in range(20)])], [part("choice", options=["x" * 100, "y"])],
    *([part(kind)] for kind in ("long_text", "date", "number", "yes_no", "signature")),
    [part("yes_no", required=True, words="Ünï ćødé, مرحبا, 你好")],
    [{**part("heading"), "id": str(uuid.uuid4())} for _ in range(100)],
]
BAD_PARTS = [
    ([], "KW470", "parts"), ({}, "KW470", "parts"), ("parts", "KW470", "parts"), (None, "23502", "parts"), ([{**part(), "id": str(uuid.uuid4())} for _ in range(101)], "KW470", "parts"),
    ([part(), "more"], "KW470", "parts.1"), ([None], "KW470", "parts.0"), ([[]], "KW470", "parts.0"),
    ([part(), part()], "KW470", "parts.1"), ([part("essay")], "KW470", "parts.0"), ([part(None)], "KW470", "parts.0"), ([part("text", required=True)], "KW470", "parts.0"),
    ([part("heading", hint="x")], "KW470", "parts.0"), ([part("text", options=["a", "b"])], "KW470", "parts.0"), ([part(colour="red")], "KW470", "parts.0"),
    ([part(required="yes")], "KW470", "parts.0"), ([part(required=None)], "KW470", "parts.0"), ([{"type": "text", "words": "No id"}], "KW470", "parts.0"),
    ([{**part(), "id": "1"}], "KW470", "parts.0"), ([{**part(), "id": A.upper()}], "KW470", "parts.0"), ([{**part(), "id": 1}], "KW470", "parts.0"),
    ([{**part(), "id": f"{A}\n"}], "KW470", "parts.0"), ([{"id": A, "words": "No type"}], "KW470", "parts.0"),
    ([{"id": A, "type": "text"}], "KW471", "parts.0.words"), ([part(words="")], "KW471", "parts.0.words"), ([part(words=" \t\r\n ")], "KW471", "parts.0.words"),
    ([part(words=None)], "KW471", "parts.0.words"), ([part(words=["x"])], "KW471", "parts.0.words"), ([part(words=7)], "KW471", "parts.0.words"),
    ([part(words="x" * 301)], "KW471", "parts.0.words"), ([part("heading", "x" * 301)], "KW471", "parts.0.words"), ([part("text", "x" * 4001)], "KW471", "parts.0.words"),
    *(([{**part(), "id": B}, part("text", words)], "KW472", "parts.1.words") for words in (
        "{{name}}", "{{ tenant }}", "{{Tenant}}", "{{tenant", "tenant}}", "{{}}", "{{ten{{tenant}}ant}}", "{{tenant}}}}", "{{__class__}}", "{{tenant.name}}")),
    ([part(hint="x" * 301)], "KW473", "parts.0.hint"), ([part(hint=None)], "KW473", "parts.0.hint"), ([part(hint=["x"])], "KW473", "parts.0.hint"),
    ([part("choice")], "KW474", "parts.0.options"), ([part("short_text", options=["a", "b"])], "KW474", "parts.0.options"),
    *(([part("choices", options=options)], "KW474", "parts.0.options") for options in (
        None, [], ["a"], ["a", "a"], ["a", " a "], ["a", ""], ["a", "  "], ["a", 1], ["a", None], ["a", ["b"]], {"a": 1}, "ab", ["a", "x" * 101], [str(number) for number in range(21)])),
]


def test_parts_that_fit(shared_world):
    """Each is taken as it is; the database numbers and signs it."""
    template = shared_world.template["harbour/letter"]
    with shared_world.as_("harbour_admin") as connection:
        for number, parts in enumerate(GOOD_PARTS, start=2):
            connection.execute(WORDING, [template, Jsonb(parts)])
            assert connection.execute("select version, parts, author_id, author_name, created_at = now(), organisation_id from app.document_template_versions"
                                      " where template_id = %s order by version desc limit 1", [template]).fetchone() == (
                number, parts, shared_world.user["harbour_admin"], "Harbour Admin", True, shared_world.organisation["harbour"])


def test_parts_that_do_not_fit(shared_world):
    """Each is refused with its code, by the part that it is about; an import's too."""
    template = shared_world.template["harbour/letter"]
    wrong = []
    with shared_world.as_("harbour_admin") as connection, psycopg.connect(shared_world.conninfo) as superuser:
        for parts, code, field in BAD_PARTS:
            came = told(connection, WORDING, [template, None if parts is None else Jsonb(parts)])
            if came != (code, field):
                wrong.append((str(parts)[:200], "came", came, "expected", (code, field)))
            assert refusal(superuser, "insert into app.document_template_versions (template_id, parts, author_name) values (%s, %s, 'Me')",
                           [template, None if parts is None else Jsonb(parts)]) == code
    assert not wrong


ANSWERS = {
    "name": (["Wendy", "x" * 500, " x ", "0", "<script>", "{{tenant}}"], ["", " \n", "x" * 501, 1, True, None, ["x"], {"x": 1}], "KW475"),
    "wishes": (["x" * 20000, "One.\nTwo."], ["", " ", "x" * 20001, 1, None, ["x"]], "KW475"),
    "signed": (["A. Tenant", "x" * 120], ["", " ", "x" * 121, True, None], "KW475"),
    "from": (["2024-02-29", "1900-01-01", "2100-12-31"],
             ["2023-02-29", "2024-02-30", "2024-13-01", "2024-1-1", "01/02/2024", "1899-12-31", "2101-01-01", "today", "infinity", "", "2024-02-29 ", "2024-02-29T00:00", 20240229,
              None, "0000-00-00", "２０２４-02-29"], "KW476"),
    "hours": ([0, -1, 2.5, 7.5001, 99999999999.5, 1e3], ["2", "", True, None, [1], 1e11, -1e11, 1e15, 0.00001, 12345678901234567890], "KW477"),
    "place": (["At home", "Elsewhere"], ["At sea", "", "at home", ["At home"], None, 0, {}], "KW478"),
    "topics": ([["Money"], ["Home", "Money"], ["Money", "Health", "Home"]], [[], ["Money", "Money"], ["Love"], "Money", [["Money"]], None, [None], {}], "KW478"),
    "agreed": ([True, False], ["yes", "true", 1, 0, None, [], ""], "KW478"),
}


def test_answers(shared_world):
    """Good ones of every type are taken, bad ones refused by their question: when a document is begun, when it is changed, and for imports."""
    case, wording, draft = shared_world.case["ann"], shared_world.wording["harbour/agreement/2"], shared_world.document["ann/worker/draft"]
    change = "update app.support_documents set answers = %s where id = %s"
    wrong = []
    with shared_world.as_("worker") as connection, psycopg.connect(shared_world.conninfo) as superuser:
        for label, (good, bad, code) in ANSWERS.items():
            key = str(shared_world.part[f"harbour/agreement/{label}"])
            for answer in [*good, *bad]:
                expected = ("passed", None) if any(answer is each for each in good) else (code, f"answers.{key}")
                begun = told(connection, DOCUMENT, [uuid.uuid4(), case, wording, Jsonb({key: answer})])
                changed = told(connection, change, [Jsonb({key: answer}), draft])
                imported = refusal(superuser, change, [Jsonb({key: answer}), draft]) or "passed"
                if (begun, changed, imported) != (expected, expected, expected[0]):
                    wrong.append((label, str(answer)[:60], "came", begun, changed, imported, "expected", expected))
        for answers, field in (({A: "x"}, f"answers.{A}"), ({str(shared_world.part["harbour/agreement/part"]): "x"}, None), ({"": 1}, "answers."), ([], "answers"), ("x", "answers"),
                               ({str(shared_world.part["moor/agreement/name"]): "x"}, None)):
            came = told(connection, change, [Jsonb(answers), draft])
            assert came[0] == "KW475" and field in (came[1], None), (answers, came)
    assert not wrong


FIELDS = {"tenant": "{{organisation}} \\1 & <b>", "property": "1 {{tenant}} Street", "organisation": "Firm {{date}}", "date": "1 May 2024", "case_opened": "2 May 2023",
          "author": "{{author}}"}


@pytest.mark.parametrize("words, said", [
    ("Dear {{tenant}},", f"Dear {FIELDS['tenant']},"), ("{{tenant}}", FIELDS["tenant"]), ("{{tenant}}{{tenant}}", FIELDS["tenant"] * 2), ("No field", "No field"),
    ("{{author}} {{date}} {{case_opened}} {{organisation}} {{property}}", "{{author}} 1 May 2024 2 May 2023 Firm {{date}} 1 {{tenant}} Street"),
    ("{{date}}\n\n{{date}}", "1 May 2024\n\n1 May 2024"), ("{ {tenant} } {tenant}", "{ {tenant} } {tenant}"),
])
def test_words_are_merged_in_one_pass(shared_world, words, said):
    """What a field comes to is not looked at for fields again, nor for signs of the pattern language."""
    with shared_world.as_("worker") as connection:
        assert one(connection, "select app.merged(%s, %s)", words, Jsonb(FIELDS)) == said


def test_what_a_document_says(shared_world):
    """Names, home, firm and days filled in, hints and options kept, answers by their questions, nothing else of the template."""
    with shared_world.as_("worker") as connection:
        says = one(connection, "select app.document_content(%s)", shared_world.document["ann/worker/draft"])
        today, = connection.execute("select (now() at time zone 'Europe/London')::date").fetchone()
    assert says.pop("dated") == today.isoformat()
    parts = {part["id"]: part for part in says.pop("parts")}
    assert says == {"organisation": "Harbour Homes", "tenant": "Ann Tenant", "property": "Quay 1 Street, Leeds LS6 2AB", "title": "Document ann/worker/draft",
                    "kind": "agreement", "template": "Harbour agreement", "template_version": 2, "version": 1, "author": "Worker"}
    assert list(parts) == [each["id"] for each in world_documents.parts_of(ident, "harbour/agreement")]
    about, name = (parts[str(shared_world.part[f"harbour/agreement/{label}"])] for label in ("about", "name"))
    assert about["words"] == (f"Between Ann Tenant of Quay 1 Street, Leeds LS6 2AB and Harbour Homes.\n\nWritten by Worker on {today.day} {today:%B} {today.year};"
                              " your support began on 10 January 2024.")
    assert name == {"id": name["id"], "type": "short_text", "words": "Name of your worker", "hint": "First name and surname", "answer": "Wendy Work"}
    assert {part["id"]: part["answer"] for part in parts.values() if "answer" in part} == world_documents.answers_of(ident, "harbour/agreement")


# ---- wordings --------------------------------------------------------------------------------------------------------


def test_a_wording_never_changes(shared_world):
    """Not by hats (no grant), nor by the owner (KW464), by whatever statement."""
    wording = shared_world.wording["harbour/agreement/1"]
    changes = ("update app.document_template_versions set parts = parts where id = %s", "update app.document_template_versions set version = 9 where id = %s",
               "update app.document_template_versions set author_name = 'Me' where id = %s", "delete from app.document_template_versions where id = %s",
               "merge into app.document_template_versions as v using (select %s::uuid as id) as w on v.id = w.id when matched then update set parts = '[]'",
               "merge into app.document_template_versions as v using (select %s::uuid as id) as w on v.id = w.id when matched then delete")
    for statement in changes:
        for persona in ("harbour_admin", "quay_manager", "worker"):
            with shared_world.as_(persona) as connection:
                assert refusal(connection, statement, [wording]) == "42501"
        with shared_world.owner() as owner:
            assert refusal(owner, statement, [wording]) == "KW464"
    with shared_world.as_("harbour_admin") as connection:
        # Whose, which one and when is not the writer's to say.
        for column, value in (("version", 7), ("author_name", "Me"), ("organisation_id", shared_world.organisation["moor"])):
            assert refusal(connection, f"insert into app.document_template_versions (template_id, parts, {column}) values (%s, '[]', %s)",
                           [shared_world.template["harbour/letter"], value]) == "42501"


def test_what_was_reworded_or_retired_meanwhile(shared_world):
    """KW468 for a document from an older wording or a retired template; documents that were begun go on as they are."""
    case, letter, wording = shared_world.case["ann"], shared_world.template["harbour/letter"], shared_world.wording["harbour/letter/1"]
    with shared_world.as_("worker") as connection:
        assert refusal(connection, DOCUMENT, [uuid.uuid4(), case, wording, "{}"]) is None
        assert refusal(connection, DOCUMENT, [uuid.uuid4(), case, shared_world.wording["harbour/agreement/1"], "{}"]) == "KW468"
        assert refusal(connection, DOCUMENT, [uuid.uuid4(), case, shared_world.wording["harbour/old/1"], "{}"]) == "KW468"
        take_hat(connection, shared_world.identity("harbour_admin"))
        kept = world_documents.parts_of(ident, "harbour/letter")[1]
        newest = [{**kept, "words": "Say it otherwise"}, {"id": A, "type": "yes_no", "words": "More?", "required": True}]
        connection.execute(WORDING, [letter, Jsonb(newest)])
        take_hat(connection, shared_world.identity("worker"))
        assert refusal(connection, DOCUMENT, [uuid.uuid4(), case, wording, "{}"]) == "KW468"
        # One that was begun keeps its wording, and what it does not ask it does not take.
        old = shared_world.document["ann/worker/returned"]
        assert refusal(connection, "update app.support_documents set answers = jsonb_build_object(%s::text, true) where id = %s", [A, old]) == "KW475"
        assert refusal(connection, "select app.submit_document(%s)", [old]) is None
        # A new version is in the newest wording, with the answers that still fit.
        new = shared_world.document["reworded"]
        connection.execute("select app.new_version_of(%s, %s)", [shared_world.document["ann/both_worker/sent"], new])
        assert connection.execute("select t.version, d.answers from app.support_documents as d join app.document_template_versions as t on t.id = d.template_version_id"
                                  " where d.id = %s", [new]).fetchone() == (2, {kept["id"]: "We meet on Tuesday."})
        take_hat(connection, shared_world.identity("harbour_admin"))
        connection.execute("update app.document_templates set retired_at = now() where id = %s", [letter])
        assert refusal(connection, "select app.new_version_of(%s, %s)", [shared_world.document["ann/watcher/sent"], uuid.uuid4()]) is None
        newest_id = one(connection, "select version_id from app.template_list where id = %s", letter)
        assert refusal(connection, DOCUMENT, [uuid.uuid4(), case, newest_id, "{}"]) == "KW468"
        connection.execute("update app.document_templates set retired_at = null where id = %s", [letter])
        assert refusal(connection, DOCUMENT, [uuid.uuid4(), case, newest_id, "{}"]) is None


@pytest.mark.parametrize("kind, months, code", [
    ("letter", None, None), ("letter", 6, "23514"), ("recurring_assessment", 6, None), ("recurring_assessment", None, "23514"), ("recurring_assessment", 0, "23514"),
    ("recurring_assessment", 61, "23514"), ("poem", None, "23514"), (None, None, "23502")])
def test_templates(shared_world, kind, months, code):
    """Kinds are known, and what recurs says how often, and nothing else does."""
    with shared_world.as_("harbour_admin") as connection:
        assert refusal(connection, "insert into app.document_templates (kind, name, repeats_every_months) values (%s, 'New', %s)", [kind, months]) == code
        for name in ("Harbour letter", " ", "", "x" * 121):
            assert refusal(connection, "insert into app.document_templates (kind, name) values ('letter', %s)", [name]) == ("23505" if name == "Harbour letter" else "23514")
        # Its kind stays: documents were made as that.
        assert refusal(connection, "update app.document_templates set kind = 'letter'") == "42501"
        # A name of another firm's is free.
        connection.execute("insert into app.document_templates (kind, name) values ('letter', 'Heath letter')")
        take_hat(connection, shared_world.identity("moor_admin"))
        assert refusal(connection, "insert into app.document_templates (kind, name) values ('letter', 'Heath letter')") is None


def test_two_who_word_a_template_at_once(world):
    """The second waits, and gets the next number; begun meanwhile, a document is from one or the other, never from none."""
    template, parts = world.template["harbour/letter"], Jsonb([part("text")])
    with world.connect() as first, world.connect() as second:
        for connection in (first, second):
            take_hat(connection, world.identity("harbour_admin"))
        first.execute(WORDING, [template, parts])
        thread, came = in_background(lambda: second.execute(WORDING, [template, parts]).rowcount)
        assert waits(world, second.info.backend_pid)
        with world.as_("worker") as meanwhile:
            assert refusal(meanwhile, DOCUMENT, [uuid.uuid4(), world.case["ann"], world.wording["harbour/letter/1"], "{}"]) is None
        first.commit()
        thread.join(10)
        second.commit()
    assert came == [1]
    with world.owner() as owner:
        assert owner.execute("select array_agg(version order by version) from app.document_template_versions where template_id = %s", [template]).fetchone() == ([1, 2, 3],)


# ---- the starter pack ------------------------------------------------------------------------------------------------


def test_the_starter_pack_is_added_once(shared_world):
    """By key and by name: what was renamed is not added again, nor what somebody has made under the same name."""
    add = "select app.add_starter_templates()"
    with shared_world.as_("moor_admin") as connection:
        names = [name for (name,) in connection.execute("select name from app.starters_to_add()")]
        assert len(names) == 12
        connection.execute("insert into app.document_templates (kind, name) values ('letter', %s)", [names[0]])
        assert (one(connection, add), one(connection, add)) == (11, 0)
        connection.execute("update app.document_templates set name = 'Ours' where name = %s", [names[1]])
        assert one(connection, add) == 0
        connection.execute("update app.document_templates set name = 'Theirs' where name = %s", [names[0]])
        assert (one(connection, add), one(connection, add)) == (1, 0)
        assert one(connection, "select count(*) from app.document_templates as t where t.starter_key is not null"
                               " and (select count(*) from app.document_template_versions as v where v.template_id = t.id) = 1") == 12
        # Another firm's pack is its own.
        take_hat(connection, shared_world.identity("harbour_admin"))
        assert one(connection, "select count(*) from app.starters_to_add()") == 12
    for persona, expected in (("small_admin", (0,)), ("quay_manager", "42501"), ("worker", "42501"), ("platform", "42501")):
        with shared_world.as_(persona) as connection:
            assert (refusal(connection, add) or connection.execute(add).fetchone()) == expected, persona


def test_a_preview_needs_no_whole_template(shared_world):
    """What is half worded shows all the same, with an invented tenant; nobody but an org-admin asks."""
    parts = [part("text", "Dear {{tenant}} of {{organisation}}, {{nonsense}}"), {"id": B, "type": "short_text"}, {}]
    with shared_world.as_("harbour_admin") as connection:
        said = one(connection, "select app.preview_of_template(%s)", Jsonb(parts))
        assert said["parts"][0]["words"] == "Dear Sam Example of Harbour Homes, {{nonsense}}" and len(said["parts"]) == 3
    for persona in ("quay_manager", "worker", "platform"):
        with shared_world.as_(persona) as connection:
            assert refusal(connection, "select app.preview_of_template('[]')") == "42501"


# ---- when the next is due --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("approved, months, due", [
    ("2024-01-31 12:00+00", 1, "2024-02-29"), ("2023-01-31 12:00+00", 1, "2023-02-28"), ("2024-02-29 12:00+00", 12, "2025-02-28"), ("2024-02-29 12:00+00", 48, "2028-02-29"),
    ("2023-08-31 12:00+00", 6, "2024-02-29"), ("2024-08-31 12:00+00", 6, "2025-02-28"), ("2024-12-31 12:00+00", 2, "2025-02-28"), ("2024-10-31 12:00+00", 60, "2029-10-31"),
    # London's day, not the server's: summer time, the hour before and after midnight, and the nights when clocks change.
    ("2024-07-31 22:59:59+00", 1, "2024-08-31"), ("2024-07-31 23:00:00+00", 1, "2024-09-01"), ("2024-12-31 23:59:59+00", 1, "2025-01-31"), ("2025-01-01 00:00:00+00", 1, "2025-02-01"),
    ("2024-03-31 00:30:00+00", 6, "2024-09-30"), ("2024-03-31 23:30:00+00", 6, "2024-10-01"), ("2024-10-27 00:30:00+00", 1, "2024-11-27"), ("2024-07-01 12:00+00", None, None),
])
def test_when_the_next_is_due(shared_world, approved, months, due):
    """So many months after the day of approval in London, on the last day of a shorter month; whatever zone the session is in."""
    with shared_world.owner() as owner:
        for zone in ("UTC", "America/Los_Angeles", "Pacific/Kiritimati"):
            owner.execute(f"set time zone '{zone}'")
            day = one(owner, "select app.next_due_on(%s::timestamptz, %s)", approved, months)
            assert (day and day.isoformat()) == due
        owner.rollback()


def test_an_approved_assessment_says_when_the_next_is_due(shared_world):
    """By the interval that the template had when it was begun; shown as due until a newer one of the same template is approved."""
    case, wording, document = shared_world.case["gus"], shared_world.wording["moor/review/1"], shared_world.document["assessed"]
    with shared_world.as_("both_worker") as connection:
        connection.execute(DOCUMENT, [document, case, wording, json.dumps({str(shared_world.part["moor/review/well"]): True})])
        mine = "select count(*) filter (where is_under_way), count(*) from app.assessments_due where case_id = %s"
        assert connection.execute(mine, [case]).fetchone() == (1, 1)
        connection.execute("select app.submit_document(%s)", [document])
        take_hat(connection, shared_world.identity("moor_admin"))
        connection.execute("update app.document_templates set repeats_every_months = 1 where id = %s", [shared_world.template["moor/review"]])
        connection.execute("select app.approve_document(%s, (select content_sha256 from app.support_documents where id = %s), '\\x255044462d31')", [document, document])
        assert connection.execute("select id, next_due_on = app_due, is_overdue, is_under_way from app.assessments_due, (select (now() at time zone 'Europe/London')::date"
                                  " + interval '12 months' as app_due) as d where case_id = %s", [case]).fetchall() == [(document, True, False, False)]


def test_an_assessment_is_due_though_its_newer_version_was_withdrawn(shared_world):
    """What was assessed before stays assessed, and the next is due by the day that it said."""
    case, newer = shared_world.case["gus"], shared_world.document["assessed"]
    due = "select id, next_due_on from app.assessments_due where case_id = %s"
    with shared_world.as_("moor_admin") as connection:
        before = connection.execute(due, [case]).fetchone()
        take_hat(connection, shared_world.identity("both_worker"))
        connection.execute("select app.new_version_of(%s, %s)", [before[0], newer])
        connection.execute("select app.submit_document(%s)", [newer])
        take_hat(connection, shared_world.identity("moor_admin"))
        connection.execute("select app.approve_document(%s, (select content_sha256 from app.support_documents where id = %s), '\\x255044462d31')", [newer, newer])
        assert [each[0] for each in connection.execute(due, [case])] == [newer]
        connection.execute("select app.withdraw_document(%s, 'Approved by mistake.')", [newer])
        assert connection.execute(due, [case]).fetchall() == [before]
