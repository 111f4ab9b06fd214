"""The platform-admin's screens: plans that say what they do before they are saved, accounts that end at once, no case content.

Threat 54 through the screens; the rules themselves are in tests/test_platform_rules.py.
"""

import contextlib
import re

import pytest

from tests import world as made
from tests.mail import link_in, next_letter
from tests.web.form_table import NOBODY
from tests.web.pages import Page
from tests.web.test_rights_end import menu
from tests.web.visitor import new_id

HARBOUR = "/organisations/{organisation[harbour]}/edit"
HIDDEN = "Support cases will be hidden from everybody"
PAGES = [
    "/organisations", "/organisations?q=o", "/organisations/add", "/organisations/{organisation[harbour]}", "/organisations/{organisation[moor]}",
    HARBOUR, "/plans", "/plans/add", "/plans/enterprise/edit", "/plans/enterprise/delete", "/people", "/people?show=operators", "/people?q=worker",
    *[f"/people/{{user[{user}]}}/edit" for user in ("worker", "officer_open", "quay_manager", "harbour_admin", "two_hats")],
    "/people/{user[worker]}/disable", "/people/{user[worker]}/make-platform-admin", "/jobs", "/jobs/send_outbox",
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def estates(site):
    """Names of landlords that are no part of anybody's name."""
    site.as_owner("update app.landlords set name = name || ' Estates'")


@pytest.fixture
def platform(site):
    """A visitor with the platform-admin's hat."""
    return site.visitor("platform")


def plan_of(site, organisation: str) -> str:
    """The plan that an organisation is on, as the owner reads it."""
    return site.as_owner("select plan_code from app.organisations where id = %(id)s", id=site.world.organisation[organisation])[0][0]


def agree(visitor, asked, path: str, **changes):
    """Sends the question's own form: what was typed, and what was agreed to."""
    form = Page(asked.text).form_with("agreed")
    return visitor.fill(form, path, **changes)


@contextlib.contextmanager
def also_platform_admin(site, user: str):
    """The world with one more platform-admin."""
    for value in (True, False):
        site.as_owner("update app.users set is_platform_admin = %(value)s where id = %(id)s", value=value, id=site.world.user[user])
        if value:
            yield


# ---- no case content -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_anything_of_a_case_or_a_firms_own(site, platform, path):
    """No tenant, landlord, address, note, setting; no id of a case, tenant, landlord or property."""
    text = platform.get(site.at(path)).text
    assert "<h1>" in text
    words = ["Tenant", "Street", "note of", "goal of", "Summary of", "retention_years",
             *(row["address"] for row in site.world.rows("properties")), *(row["name"] for row in site.world.rows("landlords")),
             *(row["full_name"] for row in site.world.rows("tenants"))]
    said = Page(text).text.replace("Tenancies", "").replace("tenancies", "")
    assert [word for word in words if re.search(rf"\b{re.escape(word)}\b", said)] == []
    for table in ("support_cases", "tenants", "landlords", "properties", "support_notes", "support_collaborators"):
        rows = site.world.rows(table)
        assert rows and not [row["id"] for row in rows if str(row["id"]) in text], table


# ---- organisations ---------------------------------------------------------------------------------------------------


def test_an_organisations_page_names_its_operators(site, platform):
    """Name, role and address, the disabled and the invited one marked; nobody of another firm, no collaborator, nothing to fill in."""
    page = platform.page(site.at("/organisations/{organisation[harbour]}"))
    for user, (organisation, role) in made.MEMBERS.items():
        assert (made.email_of(user) in page.text) == (organisation == "harbour"), user
    assert "4 operators" in page.text and "Disabled Admin Disabled" in page.text and page.text.count("Disabled") == 2
    assert "Property manager" in page.text and "Org-admin" in page.text and "worker@example.org" not in page.text
    assert {name for form in page.forms for name in form.controls} <= {"csrf_token", ""}


def test_the_list_finds_organisations_by_name(platform):
    """With plan and operators; a search narrows it, the letters % and _ as typed."""
    page = platform.page("/organisations")
    assert "3 organisations" in page.text and "Harbour Homes Enterprise 4" in page.text and "Business" in page.text
    assert "Moor" not in platform.page("/organisations?q=harb").text
    assert "Nothing here matches" in platform.page("/organisations?q=%25").text


def test_a_downgrade_says_what_it_does_and_is_saved_once_agreed_to(site, platform):
    """Words of the gates; until then nothing changes, and what was typed goes along."""
    path, before = site.at(HARBOUR), site.content()
    labels = platform.page(path).text
    assert "Business, £99 a month: hides support cases" in labels and "Enterprise, £199 a month: the plan now" in labels
    asked = platform.post(path, plan_code="business", name="Harbour and Quay")
    page = Page(asked.text)
    assert asked.status_code == 409 and site.content() == before
    assert (f"{HIDDEN} at Harbour Homes at once. Nothing is deleted, retention goes on, and going back to Enterprise brings everything back."
            in page.text)
    assert "Move to Business" in page.text
    answer = agree(platform, asked, path)
    assert answer.status_code == 303 and answer.headers["location"] == site.at("/organisations/{organisation[harbour]}")
    assert plan_of(site, "harbour") == "business" and "Harbour and Quay" in platform.page("/organisations").text
    # Back again: nobody is asked, since nothing is hidden; the choice said so.
    assert "Enterprise, £199 a month: brings support cases" in platform.page(path).text
    assert platform.post(path, plan_code="enterprise", name="Harbour Homes").status_code == 303
    # There and back, with nothing else left of it than what was written down.
    after = site.content()
    assert {table for table in after if after[table] != before[table]} == {"audit_log", "audit_payloads"}


def test_what_was_agreed_to_must_be_what_would_happen(site, platform):
    """A forged, an absent and an outdated agreement are asked about anew; between plans that have the same nobody is asked."""
    path, before = site.at(HARBOUR), site.content()
    asked = platform.post(path, plan_code="business")
    for stale in ({"agreed": ""}, {"agreed": "y"}, {"agreed": HIDDEN}):
        assert agree(platform, asked, path, **stale).status_code == 409
    other = site.at("/organisations/{organisation[moor]}/edit")
    assert agree(platform, asked, other, name="Moor Homes").status_code == 409
    assert site.content() == before
    small = site.at("/organisations/{organisation[small]}/edit")
    assert platform.post(small, plan_code="starter").status_code == 303
    assert platform.post(small, plan_code="business").status_code == 303


@pytest.mark.parametrize("path", ["/plans/nothing/edit", "/plans/nothing/delete", "/plans/%00/edit", "/plans/" + "x" * 500 + "/edit", "/plans/'/delete",
                                  f"/organisations/{NOBODY}", f"/organisations/{NOBODY}/edit", f"/people/{NOBODY}/edit",
                                  f"/people/{NOBODY}/disable", "/people/x/edit", "/organisations/x", "/people/{user[worker]}/destroy",
                                  "/people/{user[worker]}/enable", "/people/{user[worker]}/end-platform-admin",
                                  "/people/{user[disabled_admin]}/disable", "/people/{user[platform]}/make-platform-admin",
                                  "/organisations/{organisation[harbour]}/delete", "/people/{user[worker]}/delete"])  # fmt: skip
def test_what_does_not_exist_or_does_not_fit_answers_404(site, platform, path):
    """Guessed codes and ids, and steps that an account is past already; posts to them write nothing."""
    before = site.content()
    assert platform.get(site.at(path)).status_code == (400 if "%00" in path else 404)
    assert platform.send(site.at(path), name="planted").status_code in (400, 404, 405)
    assert site.content() == before


@pytest.mark.parametrize("persona", ["harbour_admin", "quay_manager", "worker", "officer_open", "two_hats_admin"])
def test_other_hats_change_nothing_here(site, persona):
    """404 for every form, sent right."""
    before = site.content()
    visitor = site.visitor(persona)
    for path, fields in (
        (HARBOUR, {"name": "planted", "plan_code": "enterprise"}), ("/organisations/add", {"name": "planted", "plan_code": "enterprise"}),
        ("/plans/business/edit", {"name": "planted", "includes_support_cases": "y"}), ("/plans/business/delete", {}),
        ("/people/{user[worker]}/edit", {"full_name": "planted"}), ("/people/{user[gone]}/disable", {}),
        (f"/people/{{user[{made.PERSONAS[persona].user}]}}/make-platform-admin", {}),
    ):  # fmt: skip
        assert visitor.send(site.at(path), id=new_id(), **fields).status_code == 404, path
    assert site.content() == before


# ---- people ----------------------------------------------------------------------------------------------------------


def test_the_list_says_what_people_are(site, platform):
    """Operators of which firm, collaborators of how many; when they were last here; disabled ones marked."""
    page = platform.page("/people").text
    for said in ("both.worker@example.org Support worker in 2 organisations", "officer.context@example.org Housing officer in 2 organisations",
                 "heath.manager@example.org Property manager of Moor Homes 1 Jan 2024", "platform@example.org Platform-admin Today",
                 "gone@example.org No role at the moment", "two.hats@example.org Org-admin of Moor Homes, support worker in 1 organisation"):
        assert said in page, said
    assert page.count("Disabled") == 3  # the chip, the person of that name, the badge


@pytest.mark.parametrize(("query", "there", "absent"), [
    ("show=operators", "quay.manager", "officer.open"), ("show=platform", "platform@", "quay.manager"), ("show=disabled", "disabled.admin", "worker@"),
    ("q=QUAY", "quay.manager", "heath.manager"), ("q=officer.open@", "officer.open", "officer.shut"), ("show=disabled&q=worker", "", "worker@"),
    ("show=nonsense", "worker@", "nobody@"), ("sort=email&way=;drop", "worker@", "nobody@"), ("sort=last_signed_in_at", "worker@", "nobody@"),
])  # fmt: skip
def test_chips_and_search_narrow_the_list(platform, query, there, absent):
    """Alone and together; the search keeps the chip."""
    page = platform.page(f"/people?{query}")
    assert there in page.text and absent not in page.text
    kept = page.form_with("q").controls.get("show")
    assert (kept and kept.value) == (re.search("show=(operators|platform|disabled)", query) or [None, None])[1]


def test_a_person_signs_in_with_the_new_address(site, platform):
    """Name and address changed on the screen, the address kept in small letters; the old one is nobody's."""
    path = site.at("/people/{user[officer_shut]}/edit")
    assert platform.post(path, full_name="Officer Shute", email=" Officer.Shute@Example.org ").status_code == 303
    try:
        with site.visited_by() as visitor:
            assert visitor.sign_in("officer.shut@example.org", site.world.password).status_code == 401
            assert visitor.sign_in("officer.shute@example.org", site.world.password).status_code == 303
            assert "Officer Shute" in visitor.page("/support/tenants").text
    finally:
        assert platform.post(path, full_name="Officer Shut", email="officer.shut@example.org").status_code == 303


@pytest.mark.parametrize(("persona", "address"), [
    ("worker", "/support/cases/{case[ann]}"), ("quay_manager", "/support-cases/{case[ann]}"), ("harbour_admin", "/landlords"),
    ("gone", "/organisations")])  # fmt: skip
def test_a_person_disabled_on_the_screen_is_out_with_the_next_click(site, platform, persona, address):
    """Threat 54, for a collaborator, operators and another platform-admin; enabled again they sign in anew."""
    user, address = site.world.personas[persona].user, site.at(address)
    with also_platform_admin(site, "gone"), site.visited_by(persona) as visitor:
        assert visitor.get(address).status_code == 200
        step = site.at(f"/people/{{user[{user}]}}/")
        sentence = f"{made.full_name(user)} is signed out with their next click"
        assert sentence in platform.page(f"{step}disable").text
        assert platform.post(f"{step}disable").status_code == 303
        try:
            assert visitor.get(address).headers["location"].startswith("/login/")
            assert visitor.sign_in(made.email_of(user), site.world.password).status_code == 401
            assert "Disabled since" in platform.page(f"{step}edit").text
        finally:
            assert platform.post(f"{step}enable").status_code == 303
        assert visitor.get(address).headers["location"].startswith("/login/")
        assert visitor.sign_in(made.email_of(user), site.world.password).status_code == 303
        assert visitor.get(address).status_code == 200


def test_the_last_platform_admin_stays(site, platform):
    """Sentences, and nothing changed: neither disabled nor made an ordinary person by themselves."""
    before, me = site.content(), site.at("/people/{user[platform]}/")
    assert "Disable account" not in platform.page(f"{me}edit").text
    for step, sentence in (("disable", "You cannot disable your own account."), ("end-platform-admin", "They are the only platform-admin left.")):
        answer = platform.post(me + step)
        assert answer.status_code == 409 and sentence in Page(answer.text).alerts
    assert site.content() == before


def test_the_hat_is_given_and_taken(site, platform):
    """With a confirmation each; whoever gives their own away is led elsewhere."""
    step = site.at("/people/{user[watcher]}/")
    with site.visited_by("watcher") as other:
        assert other.get("/people").status_code == 404
        assert "Watcher will see and change every organisation" in platform.page(f"{step}make-platform-admin").text
        assert platform.post(f"{step}make-platform-admin").status_code == 303
        assert menu(other) == "Your tenants Organisations Plans People Jobs"
        assert "Platform-admin, support worker in 2 organisations" in other.page("/people").text
        answer = other.post(f"{step}end-platform-admin")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert other.get("/people").status_code == 404 and menu(other) == "Your tenants"


def test_a_changed_address_is_told_at_the_old_one_and_takes_its_links_along(site):
    """An account does not move to another mailbox unnoticed, and a link that waits in the old one is good no longer."""
    address = "officer.context@example.org"
    with site.visited_by() as visitor:
        visitor.post("/login/link", email=address)
        link = link_in(next_letter(site.mail, address, after=0))
        assert visitor.get(link).status_code == 200
        site.visitor("platform").post(f"/people/{site.world.user['officer_context']}/edit", email="moved@example.org")
        told = next_letter(site.mail, address, after=1)
        assert "changed" in told["Subject"] and "moved@example.org" not in told.as_string()
        assert visitor.get(link).status_code == 404
        assert visitor.sign_in("moved@example.org", site.world.password).status_code == 303
