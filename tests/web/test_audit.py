"""The audit log on the screens: what was done, before and after, narrowed, page by page, erased, and checked (threat 29)."""

import re

import psycopg
import pytest

from tests.web.form_table import NOBODY
from tests.web.lines import HARBOUR, LINK, at, clients, newest, owner, text_of, views_of
from tests.web.pages import Page
from views import audit
from views.audit import PAGE, PROBLEMS


# ---- what people do, as the history of the case tells it -------------------------------------------------------------


def test_the_history_of_a_case_tells_what_was_done(console):
    """Step by step on the screens, read from the newest down; the reason of a step stands with it."""
    client, worker = console.client(HARBOUR), console.client("worker")
    case = at(console, "/support-cases/{case[ben]}")
    steps = [
        (f"{case}/notes/shared", {"body": "Tea and a talk."}, "Harbour Admin wrote a Shared note"),
        (f"{case}/notes/professional", {"body": "Between us.", "safeguarding": "y"}, "Harbour Admin wrote a Professional note and flagged it for safeguarding"),
        (at(console, f"{case}/notes/{{note[ben/professional/quay_manager]}}/flag"), {}, "Harbour Admin flagged a Professional note of 11 Feb 2024 for safeguarding"),
        (at(console, f"{case}/notes/{{note[ben/shared/worker]}}/delete"), {}, "Harbour Admin deleted a Shared note of 11 Feb 2024"),
        (f"{case}/summary", {"context_summary": "Another"}, "Harbour Admin changed the summary"),
        (f"{case}/goals", {"title": "Cook on Sundays", "description": "", "target_date": ""}, "Harbour Admin added the goal “Cook on Sundays”"),
        (at(console, f"{case}/goals/{{goal[ben/active]}}/edit"), {"title": "A goal", "description": "", "target_date": "", "status": "achieved"},
         "Harbour Admin marked the goal “active goal of ben” as achieved"),
        (at(console, f"{case}/goals/{{goal[ben/active]}}/edit"), {"title": "A goal", "description": "Slowly", "target_date": "", "status": "achieved"},
         "Harbour Admin changed the goal “A goal”: how will we get there?"),
        (f"{case}/sessions", {"scheduled_at": "2030-05-01T10:30", "duration_minutes": "45", "type": "appointment", "attendees": ""},
         "Harbour Admin added an appointment of 1 May 2030"),
        (f"{case}/team/add-contact-card", {"full_name": "Dr Lee", "kind": "external_contact", "phone": "0113 496 0000"},
         "Harbour Admin added a contact card for Dr Lee"),
        (f"{case}/team/add", {"full_name": "Ann Lee", "email": "ann.lee@example.org", "kind": "support_worker", "participation_mode": "full"},
         "Harbour Admin invited Ann Lee as support worker"),
        (at(console, f"{case}/team/{{collaborator[ben/officer_open]}}/end"), {}, "Harbour Admin ended Officer Open's assignment"),
        (f"{case}/close", {"closing_reason": "moved_on"}, "Harbour Admin closed the case (moved on)"),
        (f"{case}/reopen", {}, "Harbour Admin reopened the case"),
    ]
    assert worker.post(f"/support/cases/{console.world.case['ben']}/notes/shared", data={"body": "From the worker."}).status_code == 303
    for address, fields, _ in steps:
        assert client.post(address, data=fields).status_code == 303, address
    with console.world.acting(HARBOUR) as connection:
        connection.execute("select app.remove_safeguarding_flag(%s, 'It was about <another> case')", [console.world.note["ben/professional/quay_manager"]])
        connection.execute("insert into app.legal_holds (case_id, reason) values (%s, 'A claim')", [console.world.case["ben"]])
    said = text_of(client, f"{case}/history")
    expected = ["Harbour Admin put the case under a legal hold Reason: “A claim”",
                "Harbour Admin took the safeguarding flag back from a Professional note of 11 Feb 2024 Reason: “It was about <another> case”",
                *(sentence for *_, sentence in reversed(steps)), "Worker wrote a Shared note"]
    assert [sentence for sentence in expected if sentence not in said] == []
    places = [said.index(sentence) for sentence in expected]
    assert places == sorted(places)
    manager = text_of(console.client("quay_manager"), f"{case}/history")
    assert "closed the case (moved on)" in manager and "legal hold" not in manager and "A claim" not in manager
    assert "History" in text_of(client, case) and f'href="{case}/history"' in client.get(case).text


def test_a_line_shows_before_and_after_in_words(console, clients):
    """Codes, days and ids of other rows in words, Professional ones marked; a look at their words is on the record."""
    client = clients[HARBOUR]
    tenant = at(console, "/tenants/{tenant[fay]}/edit")
    fields = {"full_name": "Fay Tenant", "date_of_birth": "1990-02-03",
              "property_id": console.world.property["quay_2"], "housing_officer_note_visibility": "visible"}
    assert client.post(tenant, data=fields).status_code == 303
    said = text_of(client, f"/audit/{newest(console, table_name='tenants', action='update')}")
    for words in ("Harbour Admin moved the tenant Fay Tenant to another home", "Org-admin", "Date of birth Before 1 Jan 1980 After 3 Feb 1990",
                  "Property Before Dock 1 Street After Quay 2 Street", "Landlord Before Dock After Quay",
                  "Shared notes and housing officers Before As the organisation After Visible"):  # fmt: skip
        assert words in said
    assert not re.search(r"[0-9a-f]{8}-|tenants\b|property_id|\{", said.replace("Tenants Properties", ""))
    body = "Only for operators. <b>Really</b>"
    assert client.post(at(console, "/support-cases/{case[ann]}/notes/professional"), data={"body": body}).status_code == 303
    line_of_note = f"/audit/{newest(console, table_name='support_notes', action='insert', row_kind='professional')}"
    before = views_of(console)
    page = client.get(line_of_note).text
    assert body in Page(page).text and "page-professional" in page and "Only your firm's operators" in Page(page).text
    assert views_of(console) == before + 1
    shared = client.get(f"/audit/{newest(console, table_name='support_notes', row_kind='shared', action='update')}").text
    assert "page-professional" not in shared and views_of(console) == before + 1


# ---- narrowing and pages ---------------------------------------------------------------------------------------------


def all_lines(client, path: str) -> list[int]:
    """The ids of every line, page after page."""
    ids = []
    while path:
        page = Page(client.get(path).text)
        ids += [int(attributes["href"].rpartition("/")[2]) for tag, attributes in page.tags if attributes.get("class") == "row-link"]
        path = next((attributes["href"] for tag, attributes in page.tags if attributes.get("rel") == "next"), None)
    return ids


def test_every_line_is_on_one_page_and_only_once(console, clients):
    """Newest first, to the very first, with lines of the same moment among them."""
    case = console.world.case["cora"]
    owner(console, "insert into app.support_notes (case_id, stream, body, author_id, author_name)"
                   " select %(case)s, 'shared', 'Many', %(user)s, 'W' from generate_series(1, 100)",
          case=case, user=console.world.user["worker"])
    owner(console, "insert into app.audit_log (organisation_id, case_id, actor_name, actor_hat, action, table_name, happened_at)"
                   " select %(firm)s, %(case)s, 'A', 'org_admin', 'view', 'support_notes', '2024-02-03 04:05' from generate_series(1, 70)",
          firm=console.world.organisation["harbour"], case=case)
    expected = [row[0] for row in owner(console, "select id from app.audit_log where case_id = %(case)s order by happened_at desc, id desc", case=case)]
    assert len(expected) > 5 * PAGE
    for path in (f"/audit?case={case}", f"/support-cases/{case}/history"):
        assert all_lines(clients[HARBOUR], path) == expected
    assert all_lines(clients["quay_manager"], f"/support-cases/{case}/history") == expected


NARROWED = [
    ("since=2024-07-01&until=2024-07-01", {2, 3}), ("until=2024-06-30&since=2024-06-30", {1}), ("since=2024-06-30&until=2024-07-02", {1, 2, 3, 4}),
    ("since=2024-07-02&until=2024-07-01", set()), ("since=2024-07-01&until=2024-07-01&event=export", {3}), ("until=0001-01-01", set()),
    ("since=9999-12-31&until=9999-12-31", set()),
]  # fmt: skip


@pytest.mark.parametrize(("query", "found"), NARROWED)
def test_days_are_those_of_london(console, clients, query, found):
    """In summer a day begins at 23:00 UTC; the last day is whole."""
    if not owner(console, "select 1 from app.audit_log where actor_name = 'Four'"):
        owner(console, "insert into app.audit_log (organisation_id, actor_name, actor_hat, action, table_name, row_kind, happened_at)"
                       " select %(firm)s, name, 'org_admin', action, 'support_notes', 'notes_csv', at::timestamptz from (values"
                       " ('One', 'view', '2024-06-30 22:59:59+00'), ('Two', 'view', '2024-06-30 23:00+00'), ('Three', 'export', '2024-07-01 22:59:59+00'),"
                       " ('Four', 'view', '2024-07-01 23:00+00')) as l (name, action, at)", firm=console.world.organisation["harbour"])
    page = clients[HARBOUR].get(f"/audit?{query}").text
    assert {number for number, name in enumerate(("One", "Two", "Three", "Four"), start=1) if f"{name} " in Page(page).ids["main"]} == found
    assert ("Nothing like this has happened" in page) == (not found)


def test_one_case_one_person_one_kind(console, clients):
    """Chosen on pages of their own, and kept in the address beside each other; a chip leads back out."""
    client = clients[HARBOUR]
    case, person = console.world.case["ann"], console.world.user["quay_manager"]
    answer = client.post("/audit/case?event=update", data={"chosen": case})
    assert answer.status_code == 303 and answer.headers["location"] == f"/audit?event=update&case={case}"
    answer = client.post(f"/audit/person?event=update&case={case}", data={"chosen": person})
    page = client.get(answer.headers["location"])
    said = Page(page.text).text
    assert "Case: Ann Tenant, Quay 1 Street, Leeds LS6 2AB, opened 10 Jan 2024" in said and "Person: Quay Manager" in said
    ids = [int(each) for each in LINK.findall(page.text)]
    assert ids and owner(console, "select distinct case_id, actor_id, action from app.audit_log where id = any (%(ids)s)", ids=ids) == [(case, person, "update")]
    assert f'href="/audit?event=update&amp;person={person}"' in page.text
    assert client.post("/audit/case", data={"chosen-q": ""}).status_code == 409
    assert client.get(f"/audit?case={NOBODY}").status_code == 200


def test_choices_are_cases_and_people_that_one_sees(console, clients):
    """A manager finds their cases, colleagues and the people on their teams, and nobody of another firm."""
    def labels(persona: str, what: str) -> set[str]:
        return {each["label"] for each in clients[persona].get(f"/audit/{what}/choices").json}

    assert {each.split(",")[0] for each in labels("quay_manager", "case")} == {"Ann Tenant", "Ben Tenant", "Cora Tenant"}
    people = labels("quay_manager", "person")
    assert {"Harbour Admin", "Worker", "Gone"} <= people and not people & {"Moor Admin", "Two Hats", "Platform"}
    assert "Two Hats" in labels(HARBOUR, "person") and "Moor Admin" not in labels(HARBOUR, "person")


@pytest.mark.parametrize("query", ["case=x", "person=%00", "event=secret", "since=31/12/2024", "until=2024-02-30", "older=x", "older=-1", "older=999999999999999999999",
                                   "older=99999999", "_external=1&case=x", "table_name=users", "q=%00"])  # fmt: skip
def test_nonsense_in_the_address_narrows_nothing(clients, query):
    """Threat 49."""
    assert LINK.search(clients[HARBOUR].get(f"/audit?{query}").text)


# ---- what has gone, and the check ------------------------------------------------------------------------------------


def test_erased_words_are_said_to_be_deleted_for_good(console, clients):
    """As retention leaves it: the line stays, in words, and says that it says no more."""
    note = console.world.note["cora/shared/worker"]
    with console.world.acting(HARBOUR) as connection:
        connection.execute("delete from app.support_notes where id = %s", [note])
    path = f"/audit/{newest(console, row_id=note, action='delete')}"
    assert "shared note of worker about cora" in text_of(clients[HARBOUR], path)
    owner(console, "delete from app.audit_payloads where row_id = %(note)s", note=note)
    said = text_of(clients[HARBOUR], path)
    assert "Harbour Admin deleted a Shared note of 12 Mar 2024" in said and "shared note of worker" not in said and "has been deleted for good" in said
    assert "What it said has been deleted for good" in text_of(clients["quay_manager"], f"/support-cases/{console.world.case['cora']}/history")


def test_every_problem_of_the_verifier_has_words(shared_world):
    """As its source has them."""
    with shared_world.owner() as connection:
        source = connection.execute("select prosrc from pg_proc where proname = 'verify_audit_log'").fetchone()[0]
    found = set(re.findall(r"(?:problem := |then |else |query values \(|select )'([a-z ]+)'", source))
    assert found == set(PROBLEMS)


def test_an_org_admin_checks_the_log(console, clients):
    """Threat 29, on the screen: sound, then with what was altered named; the end of the chain to note. For org-admins only."""
    client, firm = clients["moor_admin"], console.world.organisation["moor"]
    assert "Nothing is sealed yet" in text_of(client, "/audit/check")
    owner(console, "select app.seal_audit_log()")
    position, head = owner(console, "select position, encode(hash, 'hex') from vault.audit_heads where organisation_id = %(firm)s", firm=firm)[0]
    assert head in text_of(client, "/audit/check") and position > 20
    said = Page(client.post("/audit/check").text).text
    assert f"Nothing was changed since it was written: {position} lines, sealed up to " in said
    victim = owner(console, "select min(id) from app.audit_log where organisation_id = %(firm)s and table_name = 'support_cases'", firm=firm)[0][0]
    with psycopg.connect(console.world.conninfo) as superuser:
        superuser.execute("set session_replication_role = replica")
        superuser.execute("update app.audit_log set actor_name = 'Somebody else' where id = %s", [victim])
    answer = Page(client.post("/audit/check").text)
    assert "The log is not as it was written: 1 fault" in answer.text and "This line was altered. Whoever runs Keywork opened the case" in answer.text
    assert "Nothing was changed" not in answer.text
    assert clients["quay_manager"].get("/audit/check").status_code == clients["quay_manager"].post("/audit/check").status_code == 404


def test_a_log_too_long_to_wait_for_says_who_can_check_it(clients, monkeypatch):
    """In a sentence, and without a word that all is well."""
    monkeypatch.setattr(audit, "PATIENCE", "1ms")
    answer = clients["moor_admin"].post("/audit/check")
    said = Page(answer.text).text
    assert answer.status_code == 503 and "too long to be checked while you wait" in said and "Nothing was changed" not in said
