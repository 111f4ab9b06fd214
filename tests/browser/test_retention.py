"""An org-admin looks at what falls due, holds a case, tries a run dry and has it done; the page of the run follows it by itself."""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser.test_set_up import to_place
from tests.browser.test_walk import ADMIN

pytestmark = pytest.mark.browser

#: Two of Thornbeck's closed cases, closed ten years earlier than they were: id and tenant of the one closed first.
PAST = """
    with aged as (
        update app.support_cases set opened_at = opened_at - interval '10 years', closed_at = closed_at - interval '10 years' where id in (
            select c.id from app.support_cases c join app.organisations o on o.id = c.organisation_id
            where o.name like 'Thornbeck%' and c.closed_at > now() - interval '6 years' order by c.closed_at limit 2)
        returning id, tenant_id, closed_at)
    select a.id::text, t.full_name from aged a join app.tenants t on t.id = a.tenant_id order by a.closed_at limit 1"""
#: A case of theirs with a flagged note, still open.
FLAGGED = ("select n.case_id::text from app.support_notes n join app.support_cases c on c.id = n.case_id join app.organisations o on o.id = c.organisation_id"
           " where o.name like 'Thornbeck%' and n.safeguarding and c.closed_at is null order by n.created_at desc limit 1")


def ask(site, query: str) -> tuple:
    """The first row of a statement of the superuser."""
    with psycopg.connect(site.world.conninfo) as connection:
        return connection.execute(query).fetchone()


def test_what_falls_due_and_what_a_run_deletes(desk, demo_site):
    page = desk.page
    case_id, tenant = ask(demo_site, PAST)
    desk.sign_in(*ADMIN)
    to_place(desk, "Retention")
    expect(page.get_by_role("img", name="What falls due in each of the next 12 months")).to_be_visible()
    desk.look("overview")
    page.get_by_text("The same as a table").click()
    desk.look("overview-table")

    page.goto(f"/support-cases/{case_id}")
    page.locator("summary", has_text="More").first.click()
    page.get_by_role("link", name="Put under legal hold").click()
    page.get_by_label("Why must it be kept?").fill("Subject access request of the family, still open.")
    desk.look("hold")
    page.get_by_role("button", name="Put under legal hold").click()
    expect(page.locator(".band-held")).to_contain_text("Under legal hold since")
    desk.look("held")
    page.locator("summary", has_text="More").first.click()
    page.get_by_role("link", name="Lift legal hold").click()
    page.get_by_label("Why is the hold lifted?").fill("Answered.")
    desk.look("lift")
    page.get_by_role("button", name="Lift legal hold").click()
    expect(page.locator(".band-held")).to_have_count(0)

    to_place(desk, "Retention")
    page.get_by_role("link", name="See what a run would delete").click()
    expect(page.get_by_role("link", name=tenant)).to_be_visible()
    desk.look("dry-run")
    page.get_by_role("link", name="Run now").click()
    desk.look("run-now")
    page.get_by_role("button", name="Delete now").click()
    expect(page.locator("[data-under-way]")).to_contain_text("Waiting for its turn")
    desk.look("waiting")
    # One case at a time and longer apart than people's machines would be, so that something is seen of it.
    with psycopg.connect(demo_site.world.jobs_conninfo, autocommit=True) as jobs:
        firm = ask(demo_site, "select organisation_id from app.retention_runs where finished_at is null")[0]
        jobs.execute("select app.purge_batch(%s, 1)", [firm])
        expect(page.locator("[data-under-way]")).to_contain_text("so far")
        jobs.execute("call app.sweep_retention_asked()")
    expect(page.get_by_role("link", name=re.compile("Destruction certificate"))).to_be_visible()
    expect(page.get_by_text("Finished", exact=True)).to_be_visible()
    assert tenant not in page.locator("main").inner_text()
    desk.look("run")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Destruction certificate")).click()
    assert download.value.suggested_filename.startswith("destruction-certificate-")


def test_taking_a_flag_back_and_a_shorter_time(desk, demo_site):
    page = desk.page
    (case_id,) = ask(demo_site, FLAGGED)
    desk.sign_in(*ADMIN)
    page.goto(f"/support-cases/{case_id}/notes/professional")
    page.locator(".note-safeguarding summary").first.click()
    page.get_by_role("link", name="Remove safeguarding flag").first.click()
    page.get_by_label("Why is the flag taken back?").fill("Flagged by mistake.")
    desk.look("unflag")
    page.get_by_role("button", name="Remove flag").click()
    expect(page.locator(".flash-success")).to_contain_text("The safeguarding flag is taken back.")

    page.goto("/settings")
    page.get_by_label("Years that closed cases are kept").fill("3")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Keep records for a shorter time?")
    desk.look("shorter")
