"""The platform-admin in a real browser: a downgrade hides every case of a firm at once, an upgrade brings all of it back."""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser.test_set_up import to_place
from tests.browser.test_walk import account

pytestmark = pytest.mark.browser

PLATFORM = account("Platform-admin")
ADMIN = account("Org-admin of Thornbeck")

#: A case of the org-admin's firm with a note and a live collaborator who works for no other firm.
CASE_OF_ONE_FIRM = """
    select o.name, c.id::text, t.full_name, u.email
    from app.users as a join app.memberships as m on m.user_id = a.id join app.organisations as o on o.id = m.organisation_id
    join app.support_cases as c on c.organisation_id = o.id and c.closed_at is null join app.tenants as t on t.id = c.tenant_id
    join app.support_collaborators as k on k.case_id = c.id and k.ended_at is null and k.kind = 'support_worker' and k.participation_mode = 'full'
    join app.users as u on u.id = k.user_id and u.ab_user_id is not null
    where a.email = %s and exists (select from app.support_notes as n where n.case_id = c.id and n.stream = 'shared')
      and not exists (select from app.support_collaborators as other
                      where other.user_id = u.id and other.ended_at is null and other.organisation_id <> o.id)
    order by t.full_name, u.email limit 1
"""


def menu(desk) -> str:
    """The words of the menu, which a phone keeps folded."""
    return desk.page.locator(".places").inner_text() if desk.width == "wide" else desk.page.locator(".places").text_content()


def change_plan(desk, organisation: str, plan: str) -> None:
    """Through the list and the organisation's page to the form; chooses a plan and sends it."""
    page = desk.page
    desk.sign_in(*PLATFORM)
    expect(page.get_by_role("heading", level=1)).to_have_text("Organisations")
    page.get_by_role("link", name=organisation).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(organisation)
    desk.look(f"organisation-before-{plan.lower()}")
    page.get_by_role("link", name="Change name or plan").click()
    page.get_by_label(re.compile(f"^{plan},")).check()
    desk.look(f"choosing-{plan.lower()}")
    page.get_by_role("button", name="Save").click()


def notes_at(desk, address: str) -> list[str]:
    """The Shared notes that the page at this address shows."""
    desk.page.goto(address)
    expect(desk.page.locator(".note").first).to_be_visible()
    return desk.page.locator(".note .prose").all_inner_texts()


def test_a_downgrade_and_an_upgrade(desk, demo_site):
    page = desk.page
    with psycopg.connect(demo_site.world.conninfo) as connection:
        firm, case_id, tenant, worker = connection.execute(CASE_OF_ONE_FIRM, [ADMIN[0]]).fetchone()
    of_operator, of_worker = f"/support-cases/{case_id}", f"/support/cases/{case_id}"

    desk.sign_in(*ADMIN)
    operator_notes = notes_at(desk, of_operator)
    assert operator_notes and "Support cases" in menu(desk)
    desk.sign_out()
    desk.sign_in(worker, PLATFORM[1])
    expect(page.locator("main")).to_contain_text(tenant)
    worker_notes = notes_at(desk, of_worker)
    assert worker_notes
    desk.sign_out()

    change_plan(desk, firm, "Business")
    expect(page.locator("main")).to_contain_text(f"Support cases will be hidden from everybody at {firm} at once.")
    expect(page.locator("main")).to_contain_text("Nothing is deleted, retention goes on, and going back to Enterprise brings everything back.")
    desk.look("asked-before-the-downgrade")
    page.get_by_role("button", name="Move to Business").click()
    expect(page.locator(".flash-success")).to_contain_text("Organisation changed.")
    expect(page.locator(".facts")).to_contain_text("Business")
    desk.sign_out()

    desk.sign_in(*ADMIN)
    expect(page.get_by_role("heading", level=1)).to_have_text("Support cases")
    expect(page.locator("main")).to_contain_text("£199 a month or £1,910 a year")
    expect(page.locator("main")).not_to_contain_text(tenant)
    assert "Support cases" not in menu(desk)
    assert page.goto(of_operator).status == 404
    desk.sign_out()
    desk.sign_in(worker, PLATFORM[1])
    expect(page.get_by_role("heading", level=1)).to_have_text("Your tenants")
    expect(page.locator("main")).to_contain_text("You are not assigned to a tenant")
    expect(page.locator(".row-link")).to_have_count(0)
    desk.look("caseload-after-the-downgrade")
    assert page.goto(of_worker).status == 404
    desk.sign_out()

    change_plan(desk, firm, "Enterprise")
    expect(page.locator(".flash-success")).to_contain_text("Organisation changed.")
    desk.sign_out()
    desk.sign_in(*ADMIN)
    assert "Support cases" in menu(desk)
    assert notes_at(desk, of_operator) == operator_notes
    desk.sign_out()
    desk.sign_in(worker, PLATFORM[1])
    expect(page.locator("main")).to_contain_text(tenant)
    assert notes_at(desk, of_worker) == worker_notes


def test_the_platform_admins_screens(desk):
    page = desk.page
    desk.sign_in(*PLATFORM)
    for path, heading in (
        ("/organisations", "Organisations"), ("/organisations/add", "Add an organisation"), ("/plans", "Plans"), ("/plans/add", "Add a plan"),
        ("/plans/enterprise/edit", "Change Enterprise"), ("/plans/starter/delete", "Remove Starter?"), ("/people", "People"),
        ("/people?show=disabled", "People"), ("/people?q=zzz", "People"),
    ):  # fmt: skip
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        desk.look(re.sub(r"\W+", "-", path.strip("/")))
    page.goto("/plans/enterprise/edit")
    page.get_by_label("Support cases").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("will be hidden from everybody at the")
    desk.look("asked-about-a-switch")
    page.goto("/plans/enterprise/edit")
    page.get_by_label("Tenancies").fill("0")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field-error")).to_have_text("Allow at least one tenancy.")
    desk.look("plan-refused")

    page.goto("/people?show=operators")
    page.locator(".row-link").first.click()
    name = page.get_by_role("heading", level=1).inner_text()
    page.locator("summary", has_text="More").click()
    desk.look("person")
    page.get_by_role("link", name="Disable account").click()
    expect(page.locator("main")).to_contain_text(f"{name} is signed out with their next click")
    desk.look("asked-before-disabling")
    page.get_by_role("button", name="Disable account").click()
    expect(page.locator(".lead")).to_contain_text("Disabled since")
    page.goto("/people?show=disabled")
    expect(page.locator(".rows")).to_contain_text(name)
    desk.look("people-with-one-disabled")
    page.locator(".row-link").first.click()
    page.locator("summary", has_text="More").click()
    page.get_by_role("link", name="Enable account").click()
    page.get_by_role("button", name="Enable account").click()
    expect(page.locator(".flash-success")).to_contain_text("account is enabled.")


#: A ledger with every state in it: done, at it, failed (of a code that is known, and of one that is not), late, never yet.
LEDGER = """
    delete from app.job_runs;
    update app.jobs set since = now() - case when cadence = 'monthly' or name = 'sweep_retention' then interval '0' else interval '60 days' end;
    insert into app.job_runs (job, period, status, attempts, began_at, finished_at, counts, error) values
        ('seal_audit_log', current_date, 'done', 1840, now() - interval '20 seconds', now() - interval '19 seconds', '{"sealed": 12345}', null),
        ('send_outbox', current_date, 'failed', 96, now() - interval '1 minute', now() - interval '9 minutes', '{"sent": 41, "not_sent": 3}', '401'),
        ('sweep_retention', current_date, 'running', 2, now() - interval '2 hours', null, '{}', null),
        ('sweep_retention_asked', current_date, 'failed', 7, now() - interval '1 minute', now() - interval '20 minutes', '{}', 'ZX81'),
        ('clear_mail_folder', current_date, 'done', 1840, now() - interval '20 seconds', now() - interval '19 seconds', '{"files": 0}', null);
    insert into app.job_runs (job, period, status, attempts, began_at, finished_at, counts)
        select 'erase_old_digests', current_date - n, 'done', 1, now() - n * interval '1 day', now() - n * interval '1 day', jsonb_build_object('digests', n % 4)
        from generate_series(3, 120) as n
"""


def test_the_jobs(desk, demo_site):
    page = desk.page
    with psycopg.connect(demo_site.world.conninfo) as connection:
        connection.execute(LEDGER)
    desk.sign_in(*PLATFORM)
    to_place(desk, "Jobs")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jobs")
    expect(page.get_by_role("alert")).to_have_count(0)
    for word in ("Done", "At it", "Failed, tried again", "Late", "Never yet"):
        expect(page.locator(".row-state", has_text=word).first).to_be_visible()
    desk.look("in-every-state")
    page.get_by_role("link", name="Sending e-mails").click()
    expect(page.locator(".band")).to_contain_text("Resend does not take our key.")
    desk.look("one-that-failed")
    page.get_by_role("link", name="Jobs").last.click()
    page.get_by_role("link", name="Erasing old digests").click()
    expect(page.locator("tbody tr")).to_have_count(100)
    desk.look("a-long-ledger")
    page.goto("/jobs/compose_digests")
    expect(page.locator("main")).to_contain_text("It has not been begun yet.")
    desk.look("one-that-never-was-begun")
    with psycopg.connect(demo_site.world.conninfo) as connection:
        connection.execute("update app.job_runs set began_at = now() - interval '3 hours'")
    page.goto("/jobs")
    expect(page.get_by_role("alert")).to_contain_text("The jobs service seems not to run")
    desk.look("when-nothing-is-done")
