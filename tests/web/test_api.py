"""The API: who sees what through it, and how it is asked. What is written: test_api_writing.py; who calls: test_api_tokens.py."""

import uuid
from collections import Counter

import pytest

from tests.rights import Facts, Oracle
from tests.web.programs import RESOURCES, TABLES, filters, program_of
from views import api_answers
from views.api_query import LAST_PAGE, LONGEST

#: Everybody who signs in at all, and the platform-admin.
CALLERS = ["harbour_admin", "moor_admin", "small_admin", "two_hats_admin", "quay_manager", "idle_manager", "heath_manager", "small_manager", "worker", "both_worker",
           "watcher", "officer_open", "officer_shut", "officer_context", "gone", "small_worker", "two_hats_worker"]
NOBODYS = "3f0c6f2e-8a52-4a3e-9f3e-0f4c7f1d9a11"


@pytest.fixture(scope="module")
def facts(site):
    """The rows of the world before anybody writes: the tests that read come first."""
    return Facts(site.world)


# ---- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("persona", CALLERS)
def test_lists_and_rows_are_those_that_one_may_see(site, facts, programs, persona):
    """Every resource, all pages: exactly the rows that the table of rights says, and each of the others answers 404."""
    oracle, program = Oracle(facts, site.world.personas[persona]), programs(persona)
    for resource, table in TABLES.items():
        readable = {str(row["id"]) for row in facts[table] if oracle.reads(table, row)}
        assert program.all_ids(resource) == readable, resource
        hidden = [str(row["id"]) for row in facts[table] if str(row["id"]) not in readable]
        assert hidden
        for its_id in [*sorted(readable)[:3], *sorted(hidden)[:3]]:
            answer = program.call("GET", f"{resource}/{its_id}")
            assert answer.status_code == (200 if its_id in readable else 404)
            assert its_id not in readable or answer.json()["result"]["id"] == its_id


def test_there_is_something_to_see_and_to_be_kept_from(facts, site):
    """What the test above counts: rows of every table, of which an org-admin sees some and nobody all."""
    for table in TABLES.values():
        seen = {persona: sum(Oracle(facts, site.world.personas[persona]).reads(table, row) for row in facts[table]) for persona in CALLERS}
        assert seen["harbour_admin"] > 0 and seen["worker"] > 0 and seen["gone"] == 0 and max(seen.values()) < len(facts[table])


def test_the_platform_admin_and_other_sides_have_no_part(site):
    """403 under every resource: no case content for whoever runs the installation, nor on a side that somebody does not have."""
    for persona, more in (("platform", {}), ("worker", {"side": "operator"}), ("platform", {"side": "collaborator"})):
        with program_of(site, persona, **more) as program:
            for resource in RESOURCES:
                answer = program.call("GET", resource)
                assert answer.status_code == 403 and answer.json()["message"] == api_answers.MESSAGES[403]


def test_somebody_with_two_hats_acts_on_the_side_that_they_chose(site):
    """As an operator unless they said otherwise; never as both."""
    with program_of(site, "two_hats_admin", side="operator") as chosen, program_of(site, "two_hats_worker") as worker:
        operates, works = chosen.all_ids("cases"), worker.all_ids("cases")
        assert operates and works and not operates & works
        answer = worker.call("POST", "security/login", {"username": site.world.personas["two_hats_admin"].email, "password": site.world.password})
        assert {row["id"] for row in worker.call("GET", "cases", token=answer.json()["access_token"]).json()["result"]} == operates


def test_hidden_and_absent_answer_alike(site, programs):
    """Threat 6: the same bytes but for the reference, whatever is tried with it."""
    stored = {resource: site.world.rows(TABLES[resource]) for resource in ("cases", "notes", "goals", "sessions")}
    gus = site.world.case["gus"]
    hidden = {resource: next(row["id"] for row in rows if row.get("case_id", row["id"]) == gus) for resource, rows in stored.items()}
    program = programs("worker")
    for resource, its_id in hidden.items():
        bodies = {"cases": {"context_summary": "x"}, "notes": {"body": "x"}, "goals": {"title": "x"}, "sessions": {"attendees": "x"}}
        for method, path, body in [("GET", "", None), ("PUT", "", bodies[resource]), *([("DELETE", "", None)] if resource == "notes" else [])]:
            answers = [program.call(method, f"{resource}/{each}{path}", body) for each in (its_id, NOBODYS)]
            texts = [answer.text.replace(answer.json()["reference"], "") for answer in answers]
            assert texts[0] == texts[1] and {answer.status_code for answer in answers} == {404}
    answers = [program.call("POST", "notes", {"case_id": str(each), "stream": "shared", "body": "x"}) for each in (site.world.case["gus"], NOBODYS)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text.replace(answer.json()["reference"], "") for answer in answers}) == 1


def test_a_look_at_professional_notes_is_written_down(site, programs):
    """Spec 7: one line for each case in the answer, before it is given; also for a question about one case; none for Shared notes."""
    def looks():
        return Counter(case for case, in site.as_owner("select case_id from app.audit_log where action = 'view'"))

    program, ann = programs("quay_manager"), site.world.case["ann"]
    before = looks()
    program.list("notes", filters=filters(stream="shared"))
    program.list("notes", filters=filters(stream="shared", case_id=ann))
    assert looks() == before
    shown = program.list("notes", filters=filters(stream="professional"), page_size=100)["result"]
    assert looks() - before == Counter({uuid.UUID(case): 1 for case in {row["case_id"] for row in shown}}) and shown
    before = looks()
    program.list("notes", filters=filters(case_id=ann, safeguarding=True), page=50)
    program.call("GET", f"notes/{site.world.note['ann/professional/quay_manager']}")
    assert looks() - before == Counter({ann: 2})
    # About a case that they do not see there is nothing to write.
    assert program.list("notes", filters=filters(case_id=site.world.case["gus"]))["count"] == 0
    assert looks() - before == Counter({ann: 2})


# ---- asking ----------------------------------------------------------------------------------------------------------


def test_pages_are_capped_and_in_order(programs):
    """25 rows unless asked otherwise, 100 at most, whatever number is sent; Rison and JSON say the same."""
    program = programs("harbour_admin")
    whole = program.list("sessions", page_size=100_000)
    assert whole["count"] == len(whole["result"]) == len(whole["ids"]) > 25 and len(program.list("sessions")["result"]) == 25
    assert program.list("sessions", page_size=10**30)["ids"] == whole["ids"]
    times = [row["scheduled_at"] for row in whole["result"]]
    assert times == sorted(times, reverse=True)
    upwards = program.call("GET", "sessions", params={"q": "(order_column:scheduled_at,order_direction:asc,page:1,page_size:10)"}).json()
    assert [row["scheduled_at"] for row in upwards["result"]] == sorted(times)[10:20]
    paged = [its_id for page in range(5) for its_id in program.list("sessions", page=page, page_size=10)["ids"]]
    assert paged == whole["ids"][:50]


def test_a_hundred_rows_at_most(site, programs):
    """More rows than a page takes: the cap holds, and what is counted is all of them."""
    with site.world.owner() as connection:
        connection.execute("insert into app.support_goals (case_id, title, author_id, author_name) select %s, 'Goal ' || n, %s, 'x' from generate_series(1, 120) as n"
                           " on conflict do nothing", [site.world.case["ann"], site.world.user["harbour_admin"]])
    program = programs("harbour_admin")
    answer = program.list("goals", page_size=100_000)
    assert len(answer["result"]) == 100 and answer["count"] > 120
    site.as_owner("delete from app.support_goals where title like 'Goal %%'")


def test_filters_hold_together(site, programs):
    """Ids, codes, moments and days; all of them at once."""
    program, ann = programs("harbour_admin"), str(site.world.case["ann"])
    notes = program.list("notes", filters=filters(case_id=ann, stream="shared"), page_size=100)["result"]
    assert notes and all((note["case_id"], note["stream"]) == (ann, "shared") for note in notes)
    later = program.list("sessions", page_size=100, filters=[{"col": "scheduled_at", "opr": "gt", "value": "2080-01-01T00:00:00+01:00"}])["result"]
    assert later and all(row["scheduled_at"] > "2080" for row in later)
    assert program.list("cases", filters=filters(is_open=False))["count"] + program.list("cases", filters=filters(is_open=True))["count"] == program.list("cases")["count"]


BAD_QUESTIONS = {
    "(page:abc)": "q.page", "(page:-1)": "q.page", f"(page:{LAST_PAGE + 1})": "q.page", "(page:!t)": "q.page", "(page:1.5)": "q.page", "(page_size:0)": "q.page_size",
    "(page_size:!n)": "q.page_size", "(order_column:body)": "q.order_column", "(order_column:author_name)": "q.order_column", "(order_column:!())": "q.order_column",
    "(order_direction:up)": "q.order_direction", "(columns:!(id))": "q.columns", "(filters:x)": "q.filters", "(filters:!(x))": "q.filters.0", "(filters:!n)": "q.filters", "(filters:!(!n))": "q.filters.0",
    "(filters:!((col:body,opr:eq,value:x)))": "q.filters.0.col", "(filters:!((col:stream,opr:ct,value:s)))": "q.filters.0.opr",
    "(filters:!((col:stream,opr:gt,value:shared)))": "q.filters.0.opr", "(filters:!((col:stream,opr:eq,value:other)))": "q.filters.0.value",
    "(filters:!((col:case_id,opr:eq,value:abc)))": "q.filters.0.value", "(filters:!((col:case_id,opr:eq,value:!(a,b))))": "q.filters.0.value",
    "(filters:!((col:created_at,opr:gt,value:'2026-01-01')))": "q.filters.0.value", "(filters:!((col:created_at,opr:gt,value:'0001-01-01T00:00%2b23:00')))": "q.filters.0.value",
    "(filters:!((col:case_id,opr:eq,value:!n)))": "q.filters.0.value", "(filters:!((col:stream,opr:eq)))": "q.filters.0.value",
    "(filters:!(" + ",".join(["(col:stream,opr:eq,value:shared)"] * 11) + "))": "q.filters",
    "!": "q", "(": "q", "!(": "q", "(a": "q", "(!():1)": "q", "1-": "q", "'": "q", "'!": "q", "-": "q", "x": "q", "!n": "q", "!(1)": "q", "1e999": "q", "\x00": "q", "{": "q", "{\"page\":": "q",
    "!(" * 350: "q", "(a:" * 490: "q", "{\"a\":" * 300: "q", "{\"page\":" + "[" * 1100: "q", "{\"page\":" + "9" * 1900 + "}": "q.page", "(page:" + "9" * 1900 + ")": "q.page", "x" * (LONGEST + 1): "q",
    '{"filters":[{"col":"stream","opr":"eq","value":"\\ud800"}]}': "q.filters.0.value", '{"page":NaN}': "q.page", '{"page_size":1e400}': "q.page_size",
}  # fmt: skip


@pytest.mark.parametrize("q", BAD_QUESTIONS, ids=[ascii(each[:40]) for each in BAD_QUESTIONS])
def test_a_question_that_cannot_be_read_gets_a_sentence(programs, q):
    """Threat 49: unlisted columns, wrong values and bombs answer 400 and name the place; nothing is a fault of ours."""
    answer = programs("harbour_admin").call("GET", "notes", params={"q": q})
    assert answer.status_code == 400, answer.text
    told = answer.json()
    assert [error["field"] for error in told["errors"]] == [BAD_QUESTIONS[q]] and told["errors"][0]["sentence"].endswith(".")
    # None of the words that the library has for programmers.
    assert not any(stock in told["errors"][0]["sentence"] for stock in ("may not be", "Missing data", "Not a valid"))
    assert set(told) == {"message", "errors", "reference"} and told["reference"] == answer.headers["x-request-id"]


def test_other_parameters_are_refused_and_not_passed_over(programs):
    """?page=2 would show page 1 and say nothing; a token in an address lies in logs."""
    program = programs("harbour_admin")
    for query, field in (("page=2", "page"), ("q=(page:1)&q=(page:2)", "q"), ("jwt=x", "jwt")):
        answer = program.call("GET", f"notes?{query}")
        assert answer.status_code == 400 and answer.json()["errors"][0]["field"] == field
