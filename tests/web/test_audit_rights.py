"""Who reads which line of the audit log and which words, and that looking at Professional notes is on the record (threat 28)."""

import pytest

from tests import world as made
from tests.web import oracle
from tests.web.lines import HARBOUR, LINK, OPERATORS, at, clients, owner, text_of, views_of
from tests.web.pages import Page
from tests.web.test_rights_on_screens import masked


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
    """Threat 28: the fact for an org-admin of the firm, a manager of the case, and whoever acted; the words for the first two alone.
    Of holds both for org-admins only. For others the page is the very 404 of a line that does not exist."""
    user = console.world.personas[persona].user
    firm, role = made.MEMBERS[user]
    names = {console.world.case[case]: case for case in made.CASES}
    missing, seen, withheld = clients[persona].get("/audit/999999999"), 0, 0
    assert missing.status_code == 404
    for its_id, organisation, case, table, actor, has_words, words in some_lines:
        own_firm = organisation == console.world.organisation[firm]
        operates = case in names and oracle.operates(user, names[case])
        shown = own_firm and (role == "org_admin" or (operates and table != "legal_holds") or actor == console.world.user[user])
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
