"""The API: who sees and does what through it, how it is asked, and what it answers to what does not go."""

import json
import threading
import uuid
from collections import Counter

import pytest

from tests.rights import Facts, Oracle
from tests.web.programs import RESOURCES, TABLES, filters, program_of
from tests.web.test_headers import faults_of
from views import api_answers
from views.api_query import LAST_PAGE, LONGEST

#: Everybody who signs in at all, and the platform-admin.
CALLERS = ["harbour_admin", "moor_admin", "small_admin", "two_hats_admin", "quay_manager", "idle_manager", "heath_manager", "small_manager", "worker", "both_worker",
           "watcher", "officer_open", "officer_shut", "officer_context", "gone", "small_worker", "two_hats_worker"]
NOBODYS = "3f0c6f2e-8a52-4a3e-9f3e-0f4c7f1d9a11"


@pytest.fixture(scope="module")
def programs(site):
    """A function that gives a program signed in as a persona, the same one for the whole module."""
    made, contexts = {}, []

    def of(persona):
        if persona not in made:
            contexts.append(program_of(site, persona))
            made[persona] = contexts[-1].__enter__()
        return made[persona]

    yield of
    for context in contexts:
        context.__exit__(None, None, None)


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
    "(order_direction:up)": "q.order_direction", "(columns:!(id))": "q.columns", "(filters:x)": "q.filters", "(filters:!(x))": "q.filters.0",
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
    assert set(told) == {"message", "errors", "reference"} and told["reference"] == answer.headers["x-request-id"]


def test_other_parameters_are_refused_and_not_passed_over(programs):
    """?page=2 would show page 1 and say nothing; a token in an address lies in logs."""
    program = programs("harbour_admin")
    for query, field in (("page=2", "page"), ("q=(page:1)&q=(page:2)", "q"), ("jwt=x", "jwt")):
        answer = program.call("GET", f"notes?{query}")
        assert answer.status_code == 400 and answer.json()["errors"][0]["field"] == field


# ---- writing ---------------------------------------------------------------------------------------------------------


def test_what_is_written_is_kept_and_signed(site, programs):
    """Notes, goals, progress, sessions and the summary; the audit log says who and under which hat."""
    program, ann = programs("quay_manager"), str(site.world.case["ann"])
    its_id = str(uuid.uuid4())
    note = program.call("POST", "notes", {"id": its_id, "case_id": ann, "stream": "professional", "body": "  Two\r\nlines ", "safeguarding": True})
    assert note.status_code == 201 and note.json()["id"] == its_id
    shown = note.json()["result"]
    assert (shown["body"], shown["author_name"], shown["safeguarding"], shown["may_edit"]) == ("Two\nlines", "Quay Manager", True, True)
    assert program.call("POST", "notes", {"id": its_id, "case_id": ann, "stream": "professional", "body": "again"}).status_code == 409
    assert program.call("PUT", f"notes/{its_id}", {"body": "Other words"}).json()["result"]["body"] == "Other words"
    goal = program.call("POST", "goals", {"case_id": ann, "title": "A goal", "target_date": "2030-05-01"}).json()["result"]
    assert (goal["title"], goal["target_date"], goal["status"], goal["progress"]) == ("A goal", "2030-05-01", "active", [])
    step = program.call("POST", "goal-progress", {"goal_id": goal["id"], "body": "A step"})
    assert step.status_code == 201 and step.json()["result"]["case_id"] == ann
    changed = program.call("PUT", f"goals/{goal['id']}", {"status": "achieved", "target_date": None}).json()["result"]
    assert (changed["status"], changed["target_date"], changed["title"], changed["progress"][0]["body"]) == ("achieved", None, "A goal", "A step")
    session = program.call("POST", "sessions", {"case_id": ann, "scheduled_at": "2026-07-01T10:00:00+01:00", "duration_minutes": 45, "type": "phone_call"}).json()["result"]
    assert (session["scheduled_at"], session["ends_at"], session["needs_outcome"]) == ("2026-07-01T09:00:00+00:00", "2026-07-01T09:45:00+00:00", True)
    held = program.call("PUT", f"sessions/{session['id']}", {"status": "delivered", "outcome_note": "We talked."}).json()["result"]
    assert (held["status"], held["outcome_note"]) == ("delivered", "We talked.")
    assert program.call("PUT", f"cases/{ann}", {"context_summary": "What matters"}).json()["result"]["context_summary"] == "What matters"
    written = site.as_owner("select distinct table_name, action, actor_id, actor_hat from app.audit_log where row_id = any (%(ids)s)",
                            ids=[uuid.UUID(each) for each in (its_id, goal["id"], step.json()["id"], session["id"], ann)])
    mine = {(table, action) for table, action, actor, hat in written if (actor, hat) == (site.world.user["quay_manager"], "property_manager")}
    assert mine >= {("support_notes", "insert"), ("support_notes", "update"), ("support_goals", "insert"), ("support_goal_progress", "insert"),
                    ("support_goals", "update"), ("support_sessions", "insert"), ("support_sessions", "update"), ("support_cases", "update")}


def test_a_note_is_deleted_by_whom_may(site, programs):
    """Its author, or for a Shared one an org-admin; what a policy hides answers 404 and stays."""
    worker, ann = programs("worker"), str(site.world.case["ann"])
    its_id = worker.call("POST", "notes", {"case_id": ann, "stream": "shared", "body": "Of mine"}).json()["id"]
    there = "select count(*) from app.support_notes where id = %(id)s"
    for persona in ("quay_manager", "both_worker", "watcher", "moor_admin"):
        assert programs(persona).call("DELETE", f"notes/{its_id}").status_code == 404
    assert site.as_owner(there, id=its_id) == [(1,)]
    gone = programs("harbour_admin").call("DELETE", f"notes/{its_id}")
    assert (gone.status_code, gone.content) == (204, b"") and site.as_owner(there, id=its_id) == [(0,)]
    flagged = str(site.world.note["eve/professional/disabled_admin!"])
    assert site.as_owner(there, id=flagged) == [(1,)]
    assert programs("harbour_admin").call("DELETE", f"notes/{flagged}").status_code in (404, 409) and site.as_owner(there, id=flagged) == [(1,)]


REFUSED = [
    ("worker", "POST", "notes", {"case_id": "{case[ann]}", "stream": "professional", "body": "x"}, 404, None),
    ("watcher", "POST", "notes", {"case_id": "{case[ann]}", "stream": "shared", "body": "x"}, 404, None),
    ("watcher", "POST", "goals", {"case_id": "{case[ann]}", "title": "x"}, 404, None),
    ("worker", "PUT", "cases/{case[ann]}", {"context_summary": "x"}, 404, None),
    ("worker", "POST", "cases/{case[ann]}/close", {"closing_reason": "moved_on"}, 404, None),
    ("worker", "POST", "collaborators/{collaborator[ann/watcher]}/end", None, 404, None),
    ("worker", "PUT", "notes/{note[ann/shared/quay_manager]}", {"body": "x"}, 404, None),
    ("worker", "POST", "goal-progress", {"goal_id": "{goal[gus/active]}", "body": "x"}, 404, None),
    ("quay_manager", "PUT", "notes/{note[ann/professional/harbour_admin]}", {"body": "x"}, 409, "body"),
    ("harbour_admin", "POST", "notes", {"case_id": "{case[ann]}", "stream": "shared", "body": " "}, 409, "body"),
    ("harbour_admin", "POST", "notes", {"case_id": "{case[ann]}", "stream": "shared", "body": "x", "safeguarding": True}, 409, "safeguarding"),
    ("harbour_admin", "POST", "notes", {"case_id": "{case[ann]}", "stream": "shared", "body": "x" * 20_001}, 409, "body"),
    ("harbour_admin", "POST", "notes", {"case_id": "{case[ann]}", "stream": "shared", "body": "\x00"}, 400, "body"),
    ("harbour_admin", "POST", "notes", {"case_id": "{case[ann]}", "stream": "shared", "body": "\ud800"}, 400, "body"),
    ("harbour_admin", "POST", "notes", {"case_id": "{case[ann]}", "stream": "shared", "body": "x", "author_name": "Somebody"}, 400, "author_name"),
    ("harbour_admin", "POST", "notes", {"case_id": "no id", "stream": "shared", "body": 5}, 400, "case_id body"),
    ("harbour_admin", "POST", "goals", {"case_id": "{case[ann]}", "title": "x", "target_date": "1999-01-01"}, 409, "target_date"),
    ("harbour_admin", "POST", "goals", {"case_id": "{case[ann]}", "title": "x", "target_date": "2026-02-30"}, 400, "target_date"),
    ("harbour_admin", "POST", "sessions", {"case_id": "{case[ann]}", "scheduled_at": "2026-07-01T10:00", "duration_minutes": 45, "type": "phone_call"}, 400, "scheduled_at"),
    ("harbour_admin", "POST", "sessions", {"case_id": "{case[ann]}", "scheduled_at": "9999-12-31T23:59:59-14:00", "duration_minutes": 45, "type": "phone_call"}, 400, "scheduled_at"),
    ("harbour_admin", "POST", "sessions", {"case_id": "{case[ann]}", "scheduled_at": "2026-07-01T10:00Z", "duration_minutes": 10**20, "type": "phone_call"}, 400, "duration_minutes"),
    ("harbour_admin", "PUT", "notes/{note[ann/shared/harbour_admin]}", {"stream": "professional"}, 400, "stream"),
    ("harbour_admin", "PUT", "notes/{note[ann/shared/harbour_admin]}", [], 400, "body"),
    ("harbour_admin", "PUT", "notes/{note[ann/shared/harbour_admin]}", {"body": None}, 400, "body"),
    ("harbour_admin", "POST", "cases/{case[ann]}/close", {"closing_reason": "bored"}, 400, "closing_reason"),
    ("harbour_admin", "DELETE", "cases/{case[ann]}", None, 405, None),
    ("harbour_admin", "POST", "documents", {"title": "x"}, 405, None),
    ("harbour_admin", "GET", "notes/abc", None, 404, None),
    ("harbour_admin", "GET", "notes/1", None, 404, None),
    ("harbour_admin", "GET", "nothing", None, 404, None),
]  # fmt: skip


@pytest.mark.parametrize(("persona", "method", "path", "body", "status", "fields"), REFUSED, ids=[f"{each[0]} {each[1]} {each[2]} {each[4]} {each[5]}" for each in REFUSED])
def test_what_does_not_go_is_told_and_changes_nothing(site, programs, persona, method, path, body, status, fields):
    """The database's refusal as a sentence at its field; what may not be seen or done as what is not there."""
    program = programs(persona)
    sent = {name: site.at(value) if isinstance(value, str) else value for name, value in body.items()} if isinstance(body, dict) else body
    before = site.content()
    # As JSON may write it: httpx would refuse half of a pair by itself.
    answer = program.call(method, site.at(path), content=json.dumps(sent), headers={"Content-Type": "application/json"}) if sent is not None else program.call(method, site.at(path))
    told = answer.json()
    assert answer.status_code == status, told
    assert sorted(error["field"] for error in told["errors"]) == sorted((fields or "").split())
    assert all(error["sentence"].endswith(".") for error in told["errors"]) and told["message"].endswith(".")
    assert site.content() == before


def test_a_closed_case_takes_nothing_new(site, programs):
    """Closed through the API, with a sentence for what comes afterwards; reopened, and open again."""
    program = programs("harbour_admin")
    case = str(site.world.case["dan"])
    closed = program.call("POST", f"cases/{case}/close", {"closing_reason": "moved_on", "end_assignments": False}).json()["result"]
    assert (closed["is_open"], closed["closing_reason"], closed["may_write"]) == (False, "moved_on", False)
    refused = program.call("POST", "goals", {"case_id": case, "title": "x"})
    assert (refused.status_code, refused.json()["message"]) == (409, "This case is closed, so it takes nothing new. Reopen it first.")
    assert program.call("POST", f"cases/{case}/reopen").json()["result"]["is_open"] is True
    assert program.call("POST", "goals", {"case_id": case, "title": "x"}).status_code == 201


def test_bodies_that_are_none(programs):
    """Wrong kinds, too large, brackets in brackets, and what is no JSON at all."""
    program = programs("harbour_admin")
    kinds = {"Content-Type": "application/json"}
    for content, headers, status in (
        (b"{}", {"Content-Type": "text/plain"}, 415), (b"body=x", {"Content-Type": "application/x-www-form-urlencoded"}, 415), (b"", {}, 415), (b"", kinds, 400), (b"{", kinds, 400),
        (b"\xff\xfe", kinds, 400), (b"[" * 500_000, kinds, 400), (b'{"a":' * 100_000, kinds, 400),
        (b'{"duration_minutes":' + b"9" * 100_000 + b"}", kinds, 400), (b"null", kinds, 400), (b'"x"', kinds, 400),
        # The last: the server reads no more of it, and closes the connection.
        (b'{"body":"' + b"x" * 1_100_000 + b'"}', kinds, 413),
    ):  # fmt: skip
        answer = program.call("POST", "sessions", content=content, headers=headers)
        assert answer.status_code == status and set(answer.json()) == {"message", "errors", "reference"}, (content[:20], answer.text[:200])


def test_every_answer_carries_the_headers_and_no_cookie(programs):
    """Threats 51 and 52: no cache, no sniffing, nothing else that nobody decided on; refusals too."""
    program = programs("worker")
    answers = [program.call("GET", resource) for resource in (*RESOURCES, "nothing", "notes/abc", "openapi.json")]
    answers += [program.call("PATCH", "notes"), program.call("GET", "notes", token="x"), program.call("POST", "security/login", {}), program.call("OPTIONS", "notes"), program.call("HEAD", "notes")]
    assert {answer.status_code for answer in answers} >= {200, 400, 401, 404, 405}
    for answer in answers:
        answer.headers.getlist = answer.headers.get_list
        # What gunicorn says of the connection aside.
        assert [fault for fault in faults_of("http", answer) if fault.split()[0] not in ("server", "date", "connection")] == []
        assert "set-cookie" not in answer.headers


def test_four_threads_write_each_on_their_own_case(site):
    """Upstream issue 2366: filters kept on the view put notes on the wrong case. Two cases, four threads, reading and writing at once."""
    ann, eve = str(site.world.case["ann"]), str(site.world.case["dan"])
    wrong = []

    def work(number):
        case = (ann, eve)[number % 2]
        with program_of(site, "harbour_admin") as program:
            for turn in range(15):
                made = program.call("POST", "notes", {"case_id": case, "stream": "shared", "body": f"thread {number} turn {turn}"})
                listed = program.list("notes", filters=filters(case_id=case, stream="shared"), page_size=100)["result"]
                wrong.extend(row for row in [made.json()["result"], *listed] if row["case_id"] != case)

    threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    written = site.as_owner("select case_id::text, body from app.support_notes where body like 'thread %%'")
    assert len(written) == 60 and wrong == []
    assert all(case == (ann, eve)[int(body.split()[1]) % 2] for case, body in written)
