"""The people of the world on the real site: 200 exactly where spec section 2 says so, and 404 without a difference elsewhere."""

import re
import uuid

import pytest

from tests import world as made
from tests.web import oracle
from tests.web.pages import Page

#: Everybody who can sign in, by the name of a persona of theirs.
VISITORS = {who.user: name for name, who in made.PERSONAS.items() if not who.user.startswith("disabled")}
OPERATOR, COLLABORATOR = "/support-cases/", "/support/cases/"
#: Cases for which every tab is opened by everybody; for the others the workspace and the Professional stream.
SAMPLE = ("ann", "eve", "gus", "jon")
NOWHERE = [uuid.UUID(int=0), uuid.UUID("3f0c6f2e-8a52-4a3e-9f3e-0f4c7f1d9a11")]

# A CSRF token and the reference of an error page are drawn anew for every page; the address itself is nowhere on the page.
_DRAWN = re.compile(r'name="csrf_token"[^>]*value="[^"]+"|, reference [0-9a-f]{10}')


def masked(markup: str) -> str:
    """A page without its CSRF token and its reference."""
    return _DRAWN.sub("", markup)


def may_open(user: str, side: str, case: str, tab: str) -> bool:
    """The oracle for one address."""
    if side == OPERATOR:
        return oracle.operates(user, case)
    return oracle.part_of(user, case) is not None and tab != oracle.PROFESSIONAL


@pytest.mark.parametrize("user", VISITORS)
def test_every_case_answers_as_the_specification_says(site, user):
    """Every case from both sides, by its real id: 200 where the oracle says so; else the very page of an id that is nobody's."""
    visitor = site.visitor(VISITORS[user])
    wrong = []
    for side in (OPERATOR, COLLABORATOR):
        missing = visitor.get(f"{side}{NOWHERE[0]}")
        assert missing.status_code == 404
        assert masked(visitor.get(f"{side}{NOWHERE[1]}/goals").text) == masked(missing.text)
        for case in made.CASES:
            tabs = (*oracle.COMMON_TABS, oracle.PROFESSIONAL) if case in SAMPLE else ("", oracle.PROFESSIONAL)
            for tab in tabs:
                answer = visitor.get(f"{side}{site.world.case[case]}{tab}")
                expected = may_open(user, side, case, tab)
                if answer.status_code != (200 if expected else 404):
                    wrong.append(f"{side}{case}{tab}: {answer.status_code}")
                elif not expected and masked(answer.text) != masked(missing.text):
                    wrong.append(f"{side}{case}{tab}: its 404 differs from that of an id that does not exist")
                elif side == COLLABORATOR and "professional note of" in answer.text:
                    wrong.append(f"{side}{case}{tab}: shows a Professional note")
    assert not wrong, wrong


def test_there_is_something_to_be_kept_from_each_visitor(site):
    """The world of these tests: every case exists, with Shared and Professional notes in it, read as the owner."""
    with site.world.owner() as connection:
        found = dict(connection.execute(
            "select case_id, array_agg(distinct stream order by stream) from app.support_notes group by case_id").fetchall())
    assert found == {site.world.case[case]: ["professional", "shared"] for case in made.CASES}


def test_nobody_sees_everything_and_everybody_sees_something_but_those_without_a_part():
    """The oracle itself tells people apart: it is no list of yes or of no."""
    seen = {user: {case for case in made.CASES if oracle.operates(user, case) or oracle.part_of(user, case)} for user in VISITORS}
    assert seen["harbour_admin"] == {"ann_before", "ann", "ben", "cora", "dan", "eve"}
    assert seen["quay_manager"] == {"ann_before", "ann", "ben", "cora"}
    assert seen["heath_manager"] == {"gus", "hal"}
    assert seen["worker"] == {"ann", "ben", "eve"}
    assert seen["two_hats"] == {"gus", "hal", "ida", "dan"}
    for nothing in ("small_admin", "small_manager", "small_worker", "gone", "idle_manager", "platform"):
        assert seen[nothing] == set(), nothing


def test_operators_read_both_streams(site):
    """So that "no Professional note on a collaborator's page" means something."""
    for persona, cases in (("harbour_admin", ("ann", "eve")), ("quay_manager", ("ann", "cora")), ("two_hats_admin", ("hal",))):
        for case in cases:
            workspace = f"{OPERATOR}{site.world.case[case]}/notes"
            shared = site.visitor(persona).get(f"{workspace}/shared").text
            professional = site.visitor(persona).get(f"{workspace}/professional").text
            assert all(oracle.shared_text(author, case) in shared for author in made.NOTES[case][0])
            assert all(text in professional for text in oracle.professional_texts(case))
            assert "professional note of" not in shared and "shared note of" not in professional


@pytest.mark.parametrize("user", [user for user in VISITORS if any(who == user for _, who, *_ in made.ASSIGNMENTS)])
def test_shared_notes_reach_collaborators_only_where_allowed(site, user):
    """Every Shared note the oracle allows and no other, on each tab; a housing officer's by the effective visibility."""
    visitor = site.visitor(VISITORS[user])
    for case in made.CASES:
        part = oracle.part_of(user, case)
        if part is None:
            continue
        workspace = f"{COLLABORATOR}{site.world.case[case]}"
        notes = visitor.get(workspace).text
        for author in made.NOTES[case][0]:
            text = oracle.shared_text(author, case)
            assert (text in notes) == (text in oracle.shared_notes_for(user, case)), (case, text)
        for tab in ("/goals", "/sessions", "/team", "/documents"):
            assert "note of" not in visitor.get(workspace + tab).text, tab


@pytest.mark.parametrize("user", [user for user in VISITORS if any(who == user for _, who, *_ in made.ASSIGNMENTS)])
def test_team_and_sessions_of_a_collaborator(site, user):
    """Context only: their own assignment and sessions. In full: the team without external contacts, and every session."""
    visitor = site.visitor(VISITORS[user])
    for case in made.CASES:
        part = oracle.part_of(user, case)
        if part is None:
            continue
        workspace = f"{COLLABORATOR}{site.world.case[case]}"
        team = Page(visitor.get(f"{workspace}/team").text).text
        for its_case, card, kind in made.CARDS:
            shown = its_case == case and part.mode == "full" and kind != "external_contact"
            assert (f"{card}@example.net" in team) == shown, (case, card)
        for colleague in {who for its_case, who, *_ in made.ASSIGNMENTS if its_case == case} - {user}:
            assert (made.full_name(colleague) in team) == (part.mode == "full"), (case, colleague)
        sessions = Page(visitor.get(f"{workspace}/sessions").text).text
        for author in made.NOTES[case][0]:
            shown = part.mode == "full" or author == user
            assert (f"Recorded by {made.full_name(author)}" in sessions) == shown, (case, author)


def test_lists_hold_the_same_cases_as_the_workspaces(site):
    """The operators' list and the caseload: a tenant's case is in it exactly where its workspace opens."""
    for user, persona in VISITORS.items():
        visitor = site.visitor(persona)
        cases = visitor.get("/support-cases?state=all")
        caseload = visitor.get("/support/tenants")
        for case in made.CASES:
            its_id = str(site.world.case[case])
            assert (its_id in cases.text) == oracle.operates(user, case), (user, case)
            assert (its_id in caseload.text) == (oracle.part_of(user, case) is not None), (user, case)
        has_operator_hat = user in made.MEMBERS
        assert cases.status_code == (200 if has_operator_hat else 404), user


@pytest.mark.parametrize("search", ["Tenant", "%", "_", "Street", "'", "\\", "Ann' or true--"])
def test_searching_finds_no_more(site, search):
    """A search narrows what one may see and never widens it."""
    for persona, user in (("quay_manager", "quay_manager"), ("worker", "worker")):
        for path in ("/support-cases", "/support/tenants"):
            answer = site.visitor(persona).get(path, params={"q": search, "state": "all"})
            assert answer.status_code in (200, 404)
            for case in made.CASES:
                if not (oracle.operates(user, case) or oracle.part_of(user, case)):
                    assert str(site.world.case[case]) not in answer.text
    for path, parameter in (("/support-cases/open", "tenant_id-q"), ("/support-cases/choices", "q")):
        tenants = site.visitor("quay_manager").get(path, params={parameter: search})
        assert tenants.status_code == 200
        assert str(site.world.tenant["fay"]) not in tenants.text and str(site.world.tenant["ida"]) not in tenants.text


@pytest.mark.parametrize("address", [
    "/support-cases?page=abc", "/support-cases?page=-1", "/support-cases?page=99999999999999999999", "/support-cases?page=²",
    "/support-cases?sort=landlord_id&way=asc", "/support-cases?sort=tenant_name&way=;drop", "/support-cases?state=hidden",
    "/support-cases?_flt_0_organisation_id=1", "/support-cases?psize_Cases=100000", "/support-cases?q=%00", "/support-cases?q=" + "x" * 3000,
])  # fmt: skip
def test_addresses_with_nonsense_in_their_query_show_the_list(site, address):
    """Threat 49: only listed columns sort, nothing filters but the search, and nothing of it is an error."""
    answer = site.visitor("quay_manager").get(address)
    assert answer.status_code == 200
    for case in made.CASES:
        if not oracle.operates("quay_manager", case):
            assert str(site.world.case[case]) not in answer.text


@pytest.mark.parametrize("address", ["not-a-uuid", "1", "%00", "..%2f..%2fetc", "A" * 500])
def test_ids_that_are_no_ids_answer_404(site, address):
    """What is no id at all does not exist either."""
    for side in (OPERATOR, COLLABORATOR):
        assert site.visitor("two_hats_admin").get(side + address).status_code == 404
