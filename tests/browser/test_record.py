"""The record by clicking: the history of a case, a line of the audit log before and after, narrowing it, and the check."""

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser.test_set_up import to_place
from tests.browser.test_walk import ADMIN, WORKER, case_with

pytestmark = pytest.mark.browser


def test_what_was_done_is_told(desk, demo_site):
    page = desk.page
    case_id, tenant, _ = case_with(demo_site, WORKER[0])
    desk.sign_in(*ADMIN)
    page.goto(f"/support-cases/{case_id}/summary")
    page.get_by_label("Context summary").fill(f"Moved in from the night shelter. Cooks well, sleeps badly.\n\nWritten at a {desk.width} window.")
    page.get_by_role("button", name="Save summary").click()
    page.goto(f"/support-cases/{case_id}/notes/professional")
    page.get_by_label("New Professional note").fill(f"A worry about the visitor downstairs. Written at a {desk.width} window.")
    page.get_by_label("Safeguarding", exact=True).check()
    page.get_by_role("button", name="Add Professional note").click()
    expect(page.locator(".flash-success")).to_contain_text("Professional note added.")

    page.get_by_text("More", exact=True).first.click()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", name="History", exact=True)).to_be_visible()
    lines = page.locator(".row-link")
    expect(lines.first).to_contain_text("looked at the Professional notes")
    desk.look("history")
    lines.filter(has_text="changed the summary").first.click()
    expect(page.locator("main")).to_contain_text("Cooks well, sleeps badly.")
    expect(page.get_by_role("heading", level=1)).to_contain_text("changed the summary")
    desk.look("line")
    page.go_back()
    lines.filter(has_text="wrote a Professional note and flagged it for safeguarding").first.click()
    expect(page.locator("main")).to_contain_text("Only your firm's operators.")
    desk.look("professional-line")

    to_place(desk, "Audit log")
    desk.look("audit")
    page.get_by_label("What happened").select_option("Looked at")
    page.get_by_role("button", name="Show").click()
    expect(lines.first).to_contain_text("looked at the Professional notes")
    page.get_by_role("link", name="Case: all").click()
    page.get_by_role("searchbox").fill(tenant)
    desk.look("one-case")
    page.get_by_label(tenant).first.check()
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name=f"Case: {tenant}")).to_be_visible()
    expect(page.get_by_label("What happened")).to_have_value("view")
    desk.look("narrowed")

    with psycopg.connect(demo_site.world.conninfo) as connection:
        connection.execute("select app.seal_audit_log(100000)")
    to_place(desk, "Audit log")
    page.get_by_role("link", name="Check the log").click()
    page.get_by_role("button", name="Check now").click()
    expect(page.locator("main")).to_contain_text("Nothing was changed since it was written")
    desk.look("check")
