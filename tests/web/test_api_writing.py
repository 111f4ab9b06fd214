"""What is written through the API, what does not go and how that is told, and what every answer carries."""

import json
import threading
import uuid

import pytest

from tests.web.programs import RESOURCES, filters, program_of
from tests.web.test_headers import faults_of


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
