"""The walk of a first day: an org-admin writes in both streams and ends an assignment; the worker's view is gone."""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from db import demo

pytestmark = pytest.mark.browser

def account(what: str) -> tuple[str, str]:
    """E-mail address and password of the first demo account whose description holds these words."""
    return next((email, password) for email, password, words in demo.ACCOUNTS if what in words)


ADMIN = account("Org-admin of Thornbeck")
WORKER = account("Support worker at Thornbeck, full")


def case_with(site, email: str) -> tuple[str, str, str]:
    """Id, tenant and the worker's name of an open case on which the account is live, as the database has it."""
    with psycopg.connect(site.world.conninfo) as connection:
        return connection.execute(
            "select c.id::text, t.full_name, m.full_name from app.support_collaborators m join app.support_cases c on c.id = m.case_id"
            " join app.tenants t on t.id = c.tenant_id join app.users u on u.id = m.user_id"
            " where u.email = %s and m.ended_at is null and c.closed_at is null order by t.full_name limit 1",
            [email],
        ).fetchone()


def test_first_day(desk, demo_site):
    page = desk.page
    case_id, tenant, worker = case_with(demo_site, WORKER[0])
    page.goto("/login/")
    desk.look("sign-in")
    desk.sign_in(*ADMIN)
    expect(page.get_by_role("heading", level=1)).to_have_text("Support cases")
    desk.look("cases")

    page.get_by_label("Tenant or address").fill(tenant)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=tenant).first.click()
    expect(page).to_have_url(re.compile(rf"/support-cases/{case_id}$"))

    said = f"Met {tenant} at home, kettle on. Written at a {desk.width} window."
    page.get_by_label("New Shared note").fill(said)
    page.get_by_role("button", name="Add Shared note").click()
    expect(page.locator(".note").first).to_contain_text(said)
    expect(page.get_by_label("New Shared note")).to_have_value("")
    desk.look("shared-notes")

    page.get_by_role("link", name="Professional").click()
    expect(page.get_by_label("New Professional note")).to_have_value("")
    worry = f"Disclosure today, passed on to the safeguarding lead. Written at a {desk.width} window."
    page.get_by_label("New Professional note").fill(worry)
    page.get_by_label("Safeguarding", exact=True).check()
    page.get_by_role("button", name="Add Professional note").click()
    newest = page.locator(".note").first
    expect(newest).to_contain_text(worry)
    expect(newest).to_contain_text("Safeguarding")
    desk.look("professional-notes")
    # The safeguarding switch belongs to Professional notes alone.
    page.get_by_role("link", name="Shared").click()
    expect(page.get_by_role("heading", name="Shared notes")).to_be_visible()
    expect(page.get_by_label("Safeguarding", exact=True)).to_have_count(0)
    expect(page.locator("main")).not_to_contain_text(worry)

    # The worker sees the Shared note, and only that, before the assignment ends.
    desk.sign_out()
    desk.sign_in(*WORKER)
    page.goto(f"/support/cases/{case_id}")
    expect(page.locator(".note").first).to_contain_text(said)
    expect(page.locator("main")).not_to_contain_text("Professional")
    desk.look("as-worker")
    desk.sign_out()

    desk.sign_in(*ADMIN)
    page.goto(f"/support-cases/{case_id}/team")
    desk.look("team")
    page.locator(".member", has_text=worker).locator("summary").click()
    page.locator(".member", has_text=worker).get_by_role("link", name="End assignment").click()
    expect(page.locator("main")).to_contain_text(f"Ending this removes {worker}'s access at once.")
    desk.look("end-assignment")
    page.get_by_role("button", name="End assignment").click()
    expect(page.locator(".flash-success")).to_contain_text("assignment has ended")
    desk.sign_out()

    desk.sign_in(*WORKER)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your tenants")
    expect(page.locator("main")).not_to_contain_text(tenant)
    desk.look("caseload-after")
    gone = page.goto(f"/support/cases/{case_id}")
    assert gone.status == 404
    expect(page.locator("main")).to_contain_text("There is nothing here")
    desk.look("gone")


SCREENS = {
    "operator": (ADMIN, ["goals", "sessions", "documents", "team/add", "team/add-contact-card", "close", "summary"], "/support-cases"),
    "worker": (WORKER, ["goals", "sessions", "team", "documents"], "/support/cases"),
}


@pytest.mark.parametrize("who", SCREENS)
def test_every_screen(desk, demo_site, who):
    who_signs_in, tabs, base = SCREENS[who]
    case_id, tenant, _ = case_with(demo_site, WORKER[0])
    desk.sign_in(*who_signs_in)
    for tab in tabs:
        desk.page.goto(f"{base}/{case_id}/{tab}")
        expect(desk.page.locator("main")).to_contain_text(tenant)
        desk.look(f"{who}-{tab.replace('/', '-')}")
    if who == "operator":
        desk.page.goto("/support-cases/open")
        expect(desk.page.get_by_role("heading", level=1)).to_have_text("Open a case")
        desk.look("operator-open-case")
        desk.page.goto("/support-cases?state=closed")
        desk.page.locator("a.row-link").first.click()
        expect(desk.page.locator("main")).to_contain_text("It is read-only.")
        desk.look("operator-closed-case")


def test_other_landings(desk):
    """The upgrade page, the platform-admin's list and a housing officer's caseload."""
    for start, heading, name in (
        ("Org-admin of Alder Row", "Support cases", "upgrade"),
        ("Platform-admin", "Organisations", "organisations"),
        ("Housing officer at Saltmarsh", "Your tenants", "officer"),
    ):
        desk.sign_in(*account(start))
        expect(desk.page.get_by_role("heading", level=1)).to_have_text(heading)
        if name == "upgrade":
            expect(desk.page.locator("main")).to_contain_text("£199 a month or £1,910 a year")
            expect(desk.page.locator("nav.sidebar")).not_to_contain_text("Support cases")
        desk.look(name)
        desk.sign_out()
