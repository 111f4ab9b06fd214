"""An org-admin answers a tenant who asks what is held about them: enters the request, hides a name, has the files made and takes them out."""

import io
import re
import threading
import zipfile
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import expect

from jobs.bundles import make_bundles
from tests.browser.test_retention import ask
from tests.browser.test_set_up import to_place
from tests.browser.test_walk import ADMIN

pytestmark = pytest.mark.browser

#: A tenant of Thornbeck's with the shortest record of those with notes: files of it are quickly made.
TENANT = ("select t.full_name, n.author_name from app.tenants t join app.support_cases c on c.tenant_id = t.id join app.support_notes n on n.case_id = c.id"
          " join app.organisations o on o.id = t.organisation_id where o.name like 'Thornbeck%' group by t.id, t.full_name, n.author_name having count(*) > 1"
          " and not exists (select from app.subject_access_requests r where r.tenant_id = t.id)"
          " order by (select count(*) from app.audit_log a join app.support_cases k on k.id = a.case_id where k.tenant_id = t.id), t.full_name limit 1")


def test_what_is_held_about_a_tenant(desk, demo_site):
    page = desk.page
    tenant, author = ask(demo_site, TENANT)
    desk.sign_in(*ADMIN)
    to_place(desk, "Subject access")
    desk.look("register")
    page.get_by_role("link", name="Enter request").first.click()
    page.get_by_role("searchbox", name="Tenant").fill(tenant)
    page.get_by_role("radio", name=re.compile(re.escape(tenant))).check()
    page.get_by_label("How did it come?").select_option("letter")
    page.get_by_label("Somebody for the tenant").check()
    page.get_by_label("Name of whoever asks for the tenant").fill("Lowe and Lowe, solicitors")
    desk.look("enter")
    page.get_by_role("button", name="Enter request").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(tenant)
    expect(page.get_by_role("heading", name=re.compile("^Answer by"))).to_be_visible()
    desk.look("request")

    page.locator("summary", has_text="More").first.click()
    page.get_by_role("link", name="Stop the clock").click()
    page.get_by_label("What did you ask?").fill("A copy of the tenant's authority.")
    page.get_by_role("button", name="Stop the clock").click()
    expect(page.get_by_role("heading", name="The clock stands still")).to_be_visible()
    desk.look("stopped")
    page.locator("summary", has_text="More").first.click()
    page.get_by_role("link", name="Start the clock again").click()
    page.get_by_role("button", name="Start the clock").click()

    page.get_by_role("link", name="Look through it").click()
    desk.look("items")
    page.get_by_role("link", name=re.compile("^Notes")).click()
    first = page.locator(".held-item").first
    first.get_by_role("link", name=re.compile("^Hide words")).click()
    page.get_by_label("Words to hide").fill(author)
    page.get_by_label("In every entry").check()
    page.get_by_label("Why?").select_option("third_party")
    desk.look("hide")
    page.get_by_role("button", name="Hide").click()
    expect(page.locator("mark.hidden-words").first).to_contain_text(author)
    page.locator(".held-item").first.get_by_role("link", name=re.compile("^Withhold")).click()
    page.get_by_label("Why?").select_option("legal_privilege")
    page.get_by_role("button", name="Withhold").click()
    expect(page.locator(".held-item").first.get_by_text("Withheld: advice of a lawyer")).to_be_visible()
    desk.look("hidden-in-items")
    page.get_by_role("link", name="What is hidden").click()
    desk.look("hidden")
    page.locator(".back").click()

    page.get_by_role("link", name="Make the files").click()
    desk.look("make")
    page.get_by_role("button", name="Make the files").click()
    expect(page.locator("[data-under-way]")).to_contain_text("Waiting for its turn")
    desk.look("waiting")
    with psycopg.connect(demo_site.world.jobs_conninfo, autocommit=True, prepare_threshold=None) as jobs:
        assert make_bundles(jobs, threading.Event()) == {"made": 1}
    # By itself.
    expect(page.get_by_role("link", name="Download the files")).to_be_visible()
    desk.look("ready")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the files").click()
    assert download.value.suggested_filename.startswith("subject-access-")
    archive = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    data = archive.read("data.json").decode()
    assert author not in data and "[redacted: third party]" in data and '"withheld": "legal privilege"' in data

    # As it is opened from a disk: without the site around it.
    desk.page = page.context.new_page()
    desk.page.set_content(archive.read("index.html").decode())
    desk.look("index")
    desk.page.close()
    desk.page = page
    page.goto("/subject-access")
    page.get_by_role("link", name=tenant).first.click()
    page.locator("summary", has_text="More").first.click()
    page.get_by_role("link", name="Close the request").click()
    desk.look("close")
    page.get_by_role("button", name="Close the request").click()
    expect(page.get_by_role("heading", name=re.compile("^Answered on"))).to_be_visible()
    desk.look("closed")
