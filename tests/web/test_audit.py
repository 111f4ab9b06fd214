"""The audit log on the screens: in words for whoever may read them, and no word for others (threats 28 and 29)."""

import re
from datetime import UTC, datetime

import psycopg
import pytest

from db.models_record import AuditEntry
from tests import world as made
from tests.web import oracle
from tests.web.form_table import FORMS, NOBODY
from tests.web.pages import Page
from tests.web.test_rights_on_screens import masked
from views import audit
from views.audit import PAGE, PROBLEMS
from views.history_events import who
from views.history_fields import FIELDS, UNSAID
from views.history_words import TOLD, deed, sentence
from views.words import LABELS

HARBOUR = "harbour_admin"
OPERATORS = {"harbour_admin": "org_admin", "moor_admin": "org_admin", "two_hats_admin": "org_admin", "quay_manager": "property_manager",
             "heath_manager": "property_manager", "idle_manager": "property_manager"}  # fmt: skip
LINK = re.compile(r'class="row-link" href="/audit/(\d+)"')


@pytest.fixture(scope="module")
def clients(console):
    """Clients of the operators, by persona."""
    return {persona: console.client(persona) for persona in OPERATORS}


def owner(console, statement: str, **values: object) -> list[tuple]:
    """Runs a statement as keywork_owner, committed."""
    with console.world.owner() as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def text_of(client, path: str) -> str:
    """What a page that answers 200 says."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return Page(answer.text).text


def newest(console, **where: object) -> int:
    """The id of the newest line with these values."""
    conditions = " and ".join(f"{name} = %({name})s" for name in where)
    return owner(console, f"select max(id) from app.audit_log where {conditions}", **where)[0][0]


def views_of(console, case: str = "ann") -> int:
    """How many looks at the Professional notes of a case are on the record."""
    return owner(console, "select count(*) from app.audit_log where action = 'view' and case_id = %(case)s", case=console.world.case[case])[0][0]


# ---- words -----------------------------------------------------------------------------------------------------------


AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


def line(table: str, action: str, **values: object) -> AuditEntry:
    """A line as the database gives it, without words where none are given."""
    given = {"row_kind": None, "row_at": None, "actor_id": None, "before": None, "after": None, "reason": None, "row_name": None, "rule": None, "row_count": None}
    return AuditEntry(id=1, happened_at=AT, table_name=table, action=action, **{**given, "actor_name": "Maya Patel", "actor_hat": "org_admin", **values})


def test_every_audited_table_and_column_has_its_words(shared_world):
    """As the catalogue has them: tables with the trigger, their columns, actions and hats."""
    with shared_world.owner() as connection:
        tables = {name for (name,) in connection.execute(
            "select relname from pg_trigger join pg_class on pg_class.oid = tgrelid where tgname = 'written_down'")} - {"sign_ins"}
        columns = connection.execute("select table_name, column_name from information_schema.columns where table_schema = 'app'").fetchall()
        checks = dict(connection.execute("select conname, pg_get_constraintdef(oid) from pg_constraint where conname like 'audit_a%%'"))
    assert len(tables) > 10 and set(TOLD) == set(FIELDS) == tables
    assert {(table, column) for table, column in columns if table in tables and column not in FIELDS[table]} == {
        (table, column) for table, column in columns if table in tables and column in UNSAID}
    assert set(re.findall(r"'(\w+)'::text", checks["audit_actions_are_known"])) == set(LABELS["event"])
    assert set(re.findall(r"'(\w+)'::text", checks["audit_actors_are_hats_or_logins"])) == (set(LABELS["hat"]) | set(LABELS["actor"]))


@pytest.mark.parametrize("table", TOLD)
@pytest.mark.parametrize("action", ["insert", "update", "delete", "purge"])
def test_a_line_says_something_when_its_words_are_gone(table, action):
    """A whole sentence without payload, name, kind and day; no table, no code, no blank left open."""
    kinds = {"support_notes": "shared", "memberships": "org_admin", "support_collaborators": "support_worker", "support_sessions": "home_visit"}
    said = sentence(line(table, action, row_kind=kinds.get(table), row_count=3, rule="case"))
    assert re.fullmatch(r"Maya Patel [a-z]+( [^ {}]+)+", said), said
    assert not re.search(r"None|_|support_|\bsaid\b.*\bsaid\b", said) and "a record" not in said.replace("3 records", ""), said


@pytest.mark.parametrize("table", FIELDS)
def test_a_change_of_each_column_is_told(table):
    """Also of several at once, and of what a later rule of ours would not let through."""
    for column in FIELDS[table]:
        for before, after in ((None, "x"), ("x", None), ("x", "y")):
            said = deed(line(table, "update", before={column: before}, after={column: after}))
            assert len(said.split()) > 1 and "None" not in said and "_" not in said, (column, said)


SAID = [
    (line("support_notes", "delete", row_kind="shared", row_at=datetime(2026, 11, 3, 9, tzinfo=UTC)), "Maya Patel deleted a Shared note of 3 Nov"),
    (line("support_notes", "delete", row_kind="shared", row_at=datetime(2024, 6, 30, 23, 30, tzinfo=UTC)), "Maya Patel deleted a Shared note of 1 Jul 2024"),
    (line("support_notes", "insert", row_kind="professional", row_at=AT, after={"safeguarding": True}),
     "Maya Patel wrote a Professional note and flagged it for safeguarding"),
    (line("support_notes", "update", row_kind="professional", row_at=AT, after={"safeguarding": False, "safeguarding_flagged_at": None}),
     "Maya Patel took the safeguarding flag back from a Professional note of 25 Nov"),
    (line("support_cases", "update", after={"closed_at": "2026-11-25T12:00:00+00:00", "closing_reason": "moved_on"}), "Maya Patel closed the case (moved on)"),
    (line("support_cases", "update", after={"closed_at": None, "closing_reason": None}), "Maya Patel reopened the case"),
    (line("support_collaborators", "update", row_kind="support_worker", row_name="Tom Reed", after={"ended_at": "2026-11-25T12:00:00+00:00"}),
     "Maya Patel ended Tom Reed's assignment"),
    (line("support_goals", "insert", after={"title": "{it} {name} %s"}), "Maya Patel added the goal “{it} {name} %s”"),
    (line("organisations", "update", before={"name": "A", "plan_code": "starter"}, after={"name": "B", "plan_code": "landlord"}),
     "Maya Patel changed the organisation: name and plan"),
    (line("support_notes", "update", row_kind="shared", row_at=AT, after={"landlord_id": NOBODY}),
     "Maya Patel moved a Shared note of 25 Nov with the home to another landlord"),
    (line("support_notes", "purge", rule="safeguarding", row_count=2, actor_hat="job", actor_name="keywork_jobs"),
     "The retention sweep destroyed 2 notes flagged for safeguarding"),
    (line("audit_payloads", "purge", rule="case", row_count=1200, actor_hat="owner", actor_name="keywork_owner"),
     "The retention sweep erased what this log said about 1,200 records"),
    (line("tenants", "insert", actor_hat="owner", actor_name="postgres", after={"full_name": "Ann Lee"}), "Whoever runs Keywork added the tenant Ann Lee"),
    (line("sign_ins", "sign_in", row_kind="link", actor_hat="sign_in"), "Maya Patel signed in by a link from an e-mail"),
    (line("support_notes", "view", row_kind="professional"), "Maya Patel looked at the Professional notes"),
    (line("made_up", "update", after={"status": 7}), "Maya Patel changed a record"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "said"), SAID, ids=[said for _, said in SAID])
def test_sentences(entry, said):
    """Word for word; days by London's calendar, logins never by name."""
    assert sentence(entry) == said and who(entry) in said


WRITTEN_BY = {
    "note edit": "support_notes", "goal edit": "support_goals", "session edit": "support_sessions", "summary": "support_cases", "close": "support_cases",
    "collaborator": "support_collaborators", "contact card": "support_collaborators", "landlord edit": "landlords", "property edit": "properties",
    "tenant edit": "tenants", "property manager": "memberships",
}  # fmt: skip


@pytest.mark.parametrize("form", WRITTEN_BY)
def test_labels_are_those_of_the_forms(console, clients, form):
    """Whoever reads of a change finds the words that stood on the form."""
    page = clients[HARBOUR].get(at(console, FORMS[form].address)).text
    fields = FIELDS[WRITTEN_BY[form]]
    known = [name for name in FORMS[form].fields if name in fields]
    assert known
    for name in known:
        assert re.search(rf">{re.escape(fields[name].label)}( |<)", page), name


# ---- what people do, as the history of the case tells it -------------------------------------------------------------


def at(console, address: str) -> str:
    """An address with ids of the world in place of their names."""
    return address.format(**{kind: getattr(console.world, kind) for kind in (
        "case", "tenant", "user", "note", "goal", "session", "collaborator", "organisation", "landlord", "property")})


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
        (at(console, f"{case}/goals/{{goal[ben/active]}}/edit"), {"title": "A goal", "description": "", "target_date": "", "status": "achieved"}, "Harbour Admin marked the goal “active goal of ben” as achieved"),
        (at(console, f"{case}/goals/{{goal[ben/active]}}/edit"), {"title": "A goal", "description": "Slowly", "target_date": "", "status": "achieved"},
         "Harbour Admin changed the goal “A goal”: how will we get there?"),
        (f"{case}/sessions", {"scheduled_at": "2030-05-01T10:30", "duration_minutes": "45", "type": "appointment", "attendees": ""}, "Harbour Admin added an appointment of 1 May 2030"),
        (f"{case}/team/add-contact-card", {"full_name": "Dr Lee", "kind": "external_contact", "phone": "0113 496 0000"}, "Harbour Admin added a contact card for Dr Lee"),
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
    assert "put the case under a legal hold" in manager and "A claim" not in manager
    assert "History" in text_of(client, case) and f'href="{case}/history"' in client.get(case).text


def test_a_line_shows_before_and_after_in_words(console, clients):
    """Codes, days and ids of other rows in words, Professional ones marked; a look at their words is on the record."""
    client = clients[HARBOUR]
    tenant = at(console, "/tenants/{tenant[fay]}/edit")
    fields = {"full_name": "Fay Tenant", "date_of_birth": "1990-02-03", "property_id": console.world.property["quay_2"], "housing_officer_note_visibility": "visible"}
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


# ---- rights ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def some_lines(console):
    """Of each organisation, case, table and action one line, as the owner sees it, and every line that somebody other than the owner wrote."""
    return owner(console, """
        select distinct on (a.organisation_id, a.case_id, a.table_name, a.action, case when a.actor_hat <> 'owner' then a.id end)
               a.id, a.organisation_id, a.case_id, a.table_name, a.actor_id, p.audit_id is not null,
               coalesce(p.after ->> 'body', p.after ->> 'reason', p.after ->> 'context_summary', p.before ->> 'body')
        from app.audit_log as a left join app.audit_payloads as p on p.audit_id = a.id where a.action <> 'sign_in'""")


@pytest.mark.parametrize("persona", OPERATORS)
def test_lines_and_their_words_are_for_whom_the_specification_says(console, clients, some_lines, persona):
    """Threat 28: the fact for an org-admin of the firm, a manager of the case, and whoever acted; the words for the first two alone,
    and those of holds for org-admins only. For others the page is the very 404 of a line that does not exist."""
    user = console.world.personas[persona].user
    firm, role = made.MEMBERS[user]
    names = {console.world.case[case]: case for case in made.CASES}
    missing, seen, withheld = clients[persona].get("/audit/999999999"), 0, 0
    assert missing.status_code == 404
    for its_id, organisation, case, table, actor, has_words, words in some_lines:
        own_firm = organisation == console.world.organisation[firm]
        operates = case in names and oracle.operates(user, names[case])
        shown = own_firm and (role == "org_admin" or operates or actor == console.world.user[user])
        answer = clients[persona].get(f"/audit/{its_id}")
        assert answer.status_code == (200 if shown else 404), (table, names.get(case))
        if not shown:
            assert masked(answer.text) == masked(missing.text)
            continue
        seen += 1
        reads = role == "org_admin" or (operates and table != "legal_holds")
        if has_words:
            assert ("What it said is not shown to you" in answer.text) == (not reads), (table, names.get(case))
            withheld += not reads
            assert not words or (words in Page(answer.text).text) == reads, (table, words)
    assert seen > 10 or persona == "idle_manager"
    assert bool(withheld) == (persona == "quay_manager")


@pytest.mark.parametrize("persona", OPERATORS)
def test_lists_and_histories_hold_the_same_lines(console, clients, persona):
    """The history of a case answers where the case does. The list has lines of the own firm only; a manager's no word of other cases."""
    user = console.world.personas[persona].user
    for case in made.CASES:
        answer = clients[persona].get(at(console, f"/support-cases/{{case[{case}]}}/history"))
        assert answer.status_code == (200 if oracle.operates(user, case) else 404), case
    ids = [int(each) for each in LINK.findall(clients[persona].get("/audit").text)]
    assert ids and {row[0] for row in owner(console, "select organisation_id from app.audit_log where id = any (%(ids)s)", ids=ids)} == {
        console.world.organisation[made.MEMBERS[user][0]]}
    if persona == "quay_manager":
        said = text_of(clients[persona], f"/audit?event=update&person={console.world.user['quay_manager']}")
        assert "Quay Manager changed a Shared note" in said and "Ann Tenant" in said and "Dan Tenant" not in said and "Eve Tenant" not in said


@pytest.mark.parametrize("number", ["0", "999999999", "9223372036854775807", "9223372036854775808", "9" * 40, "-1", "x", "1.5"])
def test_a_number_that_no_line_has_is_not_there(clients, number):
    """However large."""
    assert clients[HARBOUR].get(f"/audit/{number}").status_code == 404


@pytest.mark.parametrize("persona", ["worker", "officer_open", "platform"])
def test_nobody_else_finds_a_log(console, persona):
    """Not the log, a line, the check or a history, nor in the menu."""
    client = console.client(persona)
    for path in ("/audit", "/audit/1", "/audit/check", "/audit/case", "/audit/person/choices", "/support-cases/{case[ann]}/history", "/support/cases/{case[ann]}/history"):
        assert client.get(at(console, path)).status_code == 404, path
    assert "Audit log" not in client.get("/", follow_redirects=True).text


# ---- looks at Professional notes -------------------------------------------------------------------------------------


QUOTING = [
    "/notes/professional", "/notes/{note[ann/professional/quay_manager]}/edit", "/notes/{note[ann/professional/quay_manager]}/delete",
    "/notes/{note[ann/professional/harbour_admin]}/flag",
]  # fmt: skip


@pytest.mark.parametrize("page", QUOTING)
def test_looking_at_professional_notes_is_on_the_record(console, clients, page):
    """Each look, by whom and under which hat, before anything is shown: refused, the page shows no note."""
    path, client = at(console, "/support-cases/{case[ann]}" + page), clients["quay_manager"]
    before = views_of(console)
    for _ in range(2):
        assert "professional note of" in client.get(path).text
    assert views_of(console) == before + 2
    assert owner(console, "select actor_name, actor_hat, row_kind from app.audit_log order by id desc limit 1") == [("Quay Manager", "property_manager", "professional")]
    owner(console, "revoke execute on function app.record_view(uuid) from keywork_property_manager")
    try:
        answer = client.get(path)
        assert answer.status_code == 404 and "professional note of" not in answer.text
    finally:
        owner(console, "grant execute on function app.record_view(uuid) to keywork_property_manager")
    assert views_of(console) == before + 2


def test_a_refused_professional_note_shows_the_others_and_is_a_look(console, clients):
    """The form comes back with what was typed, and the notes under it."""
    before = views_of(console)
    answer = clients[HARBOUR].post(at(console, "/support-cases/{case[ann]}/notes/professional"), data={"body": " "})
    assert answer.status_code == 409 and "professional note of" in answer.text and views_of(console) == before + 1


def test_other_pages_are_no_look(console, clients):
    """Shared notes, their forms, other tabs, and the page of a case that one does not see."""
    before = owner(console, "select count(*) from app.audit_log where action = 'view'")
    for page in ("", "/goals", "/team", "/history", "/notes/{note[ann/shared/quay_manager]}/edit", "/notes/{note[ann/shared/quay_manager]}/delete"):
        assert clients["quay_manager"].get(at(console, "/support-cases/{case[ann]}" + page)).status_code == 200, page
    for case in ("dan", "gus"):
        assert clients["quay_manager"].get(at(console, f"/support-cases/{{case[{case}]}}/notes/professional")).status_code == 404
    assert console.client("worker").get(at(console, "/support/cases/{case[ann]}")).status_code == 200
    assert owner(console, "select count(*) from app.audit_log where action = 'view'") == before


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
    owner(console, "insert into app.support_notes (case_id, stream, body, author_id, author_name) select %(case)s, 'shared', 'Many', %(user)s, 'W' from generate_series(1, 100)",
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


def test_erased_words_are_said_to_be_destroyed(console, clients):
    """As retention leaves it: the line stays, in words, and says that it says no more."""
    note = console.world.note["cora/shared/worker"]
    with console.world.acting(HARBOUR) as connection:
        connection.execute("delete from app.support_notes where id = %s", [note])
    path = f"/audit/{newest(console, row_id=note, action='delete')}"
    assert "shared note of worker about cora" in text_of(clients[HARBOUR], path)
    owner(console, "delete from app.audit_payloads where row_id = %(note)s", note=note)
    said = text_of(clients[HARBOUR], path)
    assert "Harbour Admin deleted a Shared note of 12 Mar 2024" in said and "shared note of worker" not in said and "has been destroyed" in said
    assert "What it said has been destroyed" in text_of(clients["quay_manager"], f"/support-cases/{console.world.case['cora']}/history")


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
