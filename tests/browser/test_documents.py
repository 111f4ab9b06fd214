"""A document's life: a support worker writes it, an org-admin returns it, then approves and sends it, and everybody reads the trail; files of a case; what is due."""

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser.test_walk import ADMIN, WORKER, case_with
from tests.upload_corpus import picture

pytestmark = pytest.mark.browser

TEMPLATES = """
    with firm as (select organisation_id as id from app.support_cases where id = %(case)s),
    added as (insert into app.document_templates (organisation_id, kind, name, repeats_every_months, starter_key)
              select firm.id, s.kind, s.name, s.repeats_every_months, s.starter_key from app.starter_templates() as s, firm
              on conflict do nothing returning id, starter_key)
    insert into app.document_template_versions (template_id, parts, author_name)
    select a.id, s.parts, 'Somebody' from added as a join app.starter_templates() as s using (starter_key)"""


@pytest.fixture
def case(demo_site):
    """An open case of the worker's, whose organisation has the starter pack: (id, tenant, worker)."""
    found = case_with(demo_site, WORKER[0])
    with psycopg.connect(demo_site.world.conninfo) as connection:
        connection.execute("set role keywork_owner")
        connection.execute(TEMPLATES, {"case": found[0]})
    return found


def test_documents(desk, case):
    page = desk.page
    case_id, tenant, worker = case
    title = f"Support agreement, written at a {desk.width} window"
    workers, operators = f"/support/cases/{case_id}/documents", f"/support-cases/{case_id}/documents"
    badge = page.locator("h1 .badge")

    # The worker begins, and learns at each question what is missing; nothing typed is lost by a reload.
    desk.sign_in(*WORKER)
    page.goto(workers)
    page.get_by_role("link", name="Write a document").click()
    desk.look("templates")
    page.get_by_role("link", name="Support agreement").click()
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Your support worker", exact=False).first.fill(worker)
    page.reload()
    expect(page.get_by_label("Your support worker", exact=False).first).to_have_value(worker)
    hand_in = page.locator("button[name=then]")
    hand_in.click()
    expect(page.locator(".error-summary")).to_contain_text("Please look at 7 things below")
    expect(page.get_by_label("Your support worker", exact=False).first).to_have_value(worker)
    desk.look("missing")
    page.get_by_label("How to reach your support worker").fill("0113 496 0000, weekdays 9 to 5")
    page.get_by_label("Once a week").check()
    page.get_by_label("What you want to change or keep").fill("To keep the flat, and to see my sister more often.")
    page.get_by_label("What we work on first").fill("The rent arrears.")
    page.get_by_label(f"Signed by {tenant}").fill(tenant)
    page.get_by_label("Signed for").fill(worker)
    page.get_by_label("Date of signing").fill("2026-03-04")
    # Whoever reads the last question has the buttons in view, above the edge of the window.
    expect(hand_in).to_be_in_viewport()
    hand_in.click()
    expect(badge).to_have_text("Waiting for approval")
    expect(page.get_by_role("link", name="Go on writing")).to_have_count(0)
    desk.sign_out()

    # An org-admin reads the whole of it and returns it.
    desk.sign_in(*ADMIN)
    page.goto(operators)
    desk.look("tab-waiting")
    page.locator(".for-you-item", has_text=title).get_by_role("link", name="Read and approve").click()
    expect(page.locator("main")).to_contain_text("What you approve is fixed.")
    desk.look("approve")
    page.get_by_role("link", name="Return to the author").click()
    page.get_by_label("What is to be changed?").fill("Which arrears, and since when?")
    desk.look("return")
    page.get_by_role("button", name="Return to the author").click()
    expect(badge).to_have_text("Draft")
    desk.sign_out()

    desk.sign_in(*WORKER)
    page.goto(workers)
    page.locator(".for-you-item", has_text=title).get_by_role("link", name="Go on writing").click()
    expect(page.locator("main")).to_contain_text("Which arrears, and since when?")
    page.get_by_label("What we work on first").fill("The rent arrears of £312, since last spring.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".flash-success")).to_contain_text("Draft saved.")
    hand_in.click()
    expect(badge).to_have_text("Waiting for approval")
    desk.sign_out()

    # Approved by somebody else than the author, sent after one question, and the trail says all of it.
    desk.sign_in(*ADMIN)
    page.goto(operators)
    page.locator(".for-you-item", has_text=title).get_by_role("link", name="Read and approve").click()
    page.get_by_role("button", name="Approve").click()
    expect(badge).to_have_text("Approved")
    page.get_by_role("link", name="Send by e-mail").click()
    page.get_by_label("E-mail address").fill("tenant@example.org")
    desk.look("send")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Send “{title}” to {tenant}?")
    desk.look("send-question")
    page.get_by_role("button", name="Send").click()
    expect(badge).to_have_text("Sent")
    expect(page.locator("main")).to_contain_text("tenant@example.org")
    desk.look("sent")
    desk.sign_out()

    desk.sign_in(*WORKER)
    page.goto(workers)
    page.get_by_role("link", name=title, exact=True).click()
    trail = page.locator(".trail > li")
    for line, said in enumerate(("Begun", "Handed in", "Returned", "Handed in", "Approved", "Sent")):
        expect(trail.nth(line)).to_contain_text(said)
    expect(trail.nth(2)).to_contain_text("Which arrears, and since when?")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download PDF").click()
    assert download.value.suggested_filename.startswith("agreement-version-1-")
    desk.look("as-worker")


def test_a_draft_that_was_typed_on_is_not_sent_over_what_was_saved_since(desk, case):
    """Boxes of one question are kept apart; text from before another tab saved comes back, is refused, and can be let go."""
    page = desk.page
    desk.sign_in(*WORKER)
    page.goto(f"/support/cases/{case[0]}/documents/new")
    page.get_by_role("link", name="Key-work session log").click()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/edit")
    question = page.locator("fieldset:has(input[type=checkbox])").first
    boxes = question.get_by_role("checkbox")
    boxes.nth(1).check()
    page.reload()
    expect(boxes.nth(1)).to_be_checked()
    expect(question.locator("input:checked")).to_have_count(1)

    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Title").fill("Named in another tab")
    other.get_by_role("button", name="Save draft").click()
    expect(other.locator(".flash-success")).to_contain_text("Draft saved.")
    other.close()

    page.reload()
    expect(boxes.nth(1)).to_be_checked()
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".error-summary")).to_contain_text("Somebody changed this document meanwhile.")
    expect(boxes.nth(1)).to_be_checked()
    page.reload()
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_label("Title")).to_have_value("Named in another tab")
    boxes.nth(0).check()
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".flash-success")).to_contain_text("Draft saved.")
    expect(question.locator("input:checked")).to_have_count(1)


def test_what_handing_in_saved_is_no_older_than_itself(desk, case):
    """Refused for an open question it is a draft that was saved: whoever comes back later goes on from there."""
    page = desk.page
    desk.sign_in(*WORKER)
    page.goto(f"/support/cases/{case[0]}/documents/new")
    page.get_by_role("link", name="Support agreement").click()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/edit")
    page.get_by_label("What we work on first").fill("The rent arrears.")
    page.locator("button[name=then]").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.reload()
    expect(page.get_by_label("What we work on first")).to_have_value("The rent arrears.")
    page.get_by_label("How to reach your support worker").fill("0113 496 0000")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".flash-success")).to_contain_text("Draft saved.")


OVERDUE = """
    alter table app.support_documents disable trigger steps_are_written_down;
    insert into app.support_documents (case_id, template_version_id, title, state, step, content, content_sha256, submitted_at, approved_at, approved_by_id, approved_by_name,
                                       pdf_sha256, next_due_on, author_id, author_name)
    select '{case}', v.id, 'Six-monthly review', 'approved', 'approve', '{{}}', sha256('{{}}'), now(), now(), a.id, a.full_name, sha256('x'), current_date - 3, m.user_id, m.full_name
    from app.document_templates as t join app.document_template_versions as v on v.template_id = t.id
    join app.support_cases as c on c.id = '{case}' and c.organisation_id = t.organisation_id
    join app.support_collaborators as m on m.case_id = c.id and m.user_id is not null and m.ended_at is null and m.kind = 'support_worker'
    join app.memberships as o on o.organisation_id = c.organisation_id and o.role = 'org_admin' join app.users as a on a.id = o.user_id
    where t.starter_key = 'support_review' limit 1;
    alter table app.support_documents enable trigger steps_are_written_down"""


def test_files_and_what_is_due(desk, case, demo_site):
    """A worker adds a photo and gets it back; whoever opens their list of cases is told what is overdue."""
    page = desk.page
    case_id, tenant, _ = case
    with psycopg.connect(demo_site.world.conninfo) as connection:
        connection.execute("set role keywork_owner")
        connection.execute(OVERDUE.format(case=case_id))
    desk.sign_in(*WORKER)
    page.goto("/support/tenants")
    expect(page.locator(".notice")).to_contain_text("overdue. See what is due")
    desk.look("caseload-overdue")
    page.get_by_role("link", name="See what is due").click()
    expect(page.locator("tbody tr").filter(has_text=tenant).first).to_contain_text("Overdue")
    desk.look("due")
    page.goto(f"/support/cases/{case_id}/documents")
    page.get_by_role("link", name="Add a file").click()
    page.get_by_label("What is it?").fill(f"Letter, photographed on a {desk.width} screen")
    page.get_by_label("File", exact=True).set_input_files({"name": "notes.txt", "mimeType": "image/png", "buffer": b"Dear Ann"})
    page.get_by_role("button", name="Add file").click()
    expect(page.locator(".error-summary")).to_contain_text("this is something else")
    expect(page.get_by_label("What is it?")).to_have_value(f"Letter, photographed on a {desk.width} screen")
    desk.look("file-refused")
    page.get_by_label("File", exact=True).set_input_files({"name": "IMG_0001.png", "mimeType": "image/png", "buffer": picture("PNG")})
    page.get_by_role("button", name="Add file").click()
    added = page.locator(".files tbody tr").filter(has_text=f"Letter, photographed on a {desk.width} screen")
    expect(added).to_contain_text("PNG picture")
    added.scroll_into_view_if_needed()
    desk.look("files")
    with page.expect_download() as download:
        added.get_by_role("link").first.click()
    assert download.value.suggested_filename.startswith("file-") and download.value.path().read_bytes() == picture("PNG")
