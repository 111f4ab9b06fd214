"""The walk of a firm's first case: set up by an org-admin, joined by a worker through the e-mail's link, and ended again."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_walk import ADMIN
from tests.mail import letters, link_in, next_letter

pytestmark = pytest.mark.browser


def add(page, place: str, button: str, **answers: str) -> None:
    """Opens a list, fills in its form for a new one and sends it."""
    page.goto(place)
    page.get_by_role("link", name=button).click()
    for label, answer in answers.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(answer)


def test_a_case_from_nothing_to_the_end_of_an_assignment(desk, demo_site):
    page, width = desk.page, desk.width
    landlord, street = f"Kirkstall {width} Trust", f"{len(width)} Abbey {width} Walk"
    tenant, worker, address = f"Nora {width} Field", f"Iris {width} Lowe", f"iris.{width}@example.org"
    desk.sign_in(*ADMIN)

    add(page, "/landlords", "Add landlord", Name=landlord)
    page.get_by_role("button", name="Add landlord").click()
    expect(page.locator("main")).to_contain_text("Landlord added.")

    add(page, "/properties", "Add property", Number_and_street=street, Town="Leeds", Postcode="ls5 3ab")
    page.get_by_role("searchbox", name="Search").last.fill(landlord)
    page.get_by_role("radio", name=landlord).check()
    desk.look("property")
    page.get_by_role("button", name="Add property").click()
    expect(page.locator("main")).to_contain_text("Property added.")

    add(page, "/tenants", "Add tenant", Full_name=tenant)
    page.get_by_role("searchbox", name="Search").last.fill(street)
    page.get_by_role("radio", name=re.compile(street)).check()
    page.get_by_role("button", name="Add tenant").click()
    expect(page.locator("main")).to_contain_text("Tenant added.")

    page.goto("/support-cases/open")
    page.get_by_role("searchbox", name="Search").last.fill(tenant)
    page.get_by_role("radio", name=re.compile(tenant)).check()
    page.get_by_label("Context summary").fill("Moves in this week.")
    page.get_by_role("button", name="Open case").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(tenant)
    case_id = re.search(r"/support-cases/([0-9a-f-]{36})", page.url)[1]

    page.get_by_role("link", name="Team").click()
    page.get_by_role("link", name="Invite a support worker").first.click()
    page.get_by_label("Full name").fill(worker)
    page.get_by_label("E-mail address").fill(address)
    desk.look("invite")
    page.get_by_role("button", name="Send invitation").click()
    expect(page.locator(".member", has_text=worker)).to_contain_text("Invited")
    desk.look("invited")
    desk.sign_out()

    letter = next_letter(demo_site.mail, address, after=0)
    assert tenant not in letter.as_string() and letters(demo_site.mail, address) != []
    page.goto(link_in(letter))
    expect(page.locator("main")).to_contain_text(worker)
    desk.look("link")
    page.get_by_role("button", name="Accept and sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a password")
    desk.look("password")
    page.get_by_label("New password").fill("quiet otters paint at noon")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(tenant)

    page.goto("/support/tenants")
    expect(page.locator("main tbody tr")).to_have_count(1)
    expect(page.locator("main tbody tr")).to_contain_text(tenant)
    desk.look("caseload-of-one")
    page.get_by_role("link", name=tenant).click()
    said = f"First visit, at a {width} window."
    page.get_by_label("New Shared note").fill(said)
    page.get_by_role("button", name="Add Shared note").click()
    expect(page.locator(".note").first).to_contain_text(said)
    desk.sign_out()

    desk.sign_in(*ADMIN)
    page.goto(f"/support-cases/{case_id}")
    expect(page.locator(".note").first).to_contain_text(said)
    page.goto("/collaborators")
    page.get_by_role("searchbox", name="Name, address or tenant").fill(worker)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Tick all on this page").click()
    expect(page.get_by_role("checkbox", name=re.compile(worker))).to_be_checked()
    expect(page.get_by_role("checkbox")).to_have_count(1)
    desk.look("collaborators")
    page.get_by_role("button", name="End the ticked ones").click()
    expect(page.locator("main")).to_contain_text(f"{worker}, support worker for {tenant}")
    desk.look("end-several")
    page.get_by_role("button", name="End 1 assignment").click()
    expect(page.locator(".flash-success")).to_contain_text("1 assignment ended.")
    desk.sign_out()

    # The password chosen above lets them in, and there is nothing left to see.
    desk.sign_in(address, "quiet otters paint at noon")
    expect(page.locator("main")).not_to_contain_text(tenant)
    assert page.goto(f"/support/cases/{case_id}").status == 404
