"""A month of digests by clicking: preview, made and sent by the jobs' login, what became of them, one that came back, why, cleared, and sent again."""

import re
from pathlib import Path
from threading import Event

import httpx
import psycopg
import pytest
from playwright.sync_api import expect

from jobs.couriers import EmlFolder
from jobs.outbox import Mail, send_outbox
from tests.browser.test_set_up import choice, to_place
from tests.browser.test_walk import ADMIN
from tests.web.planted_digests import last_month
from tests.web.resend_news import body_of, event, signed
from views.words import month

pytestmark = pytest.mark.browser

HELEN, IMRAN = "Helen Marsden", "Imran Qureshi"
#: Nothing waits for anybody's lock here for longer.
BOUNDED = "-c statement_timeout=20s -c lock_timeout=10s"
#: Nothing of an earlier walk, and of Helen's many tenants four (long pages take long to look at) besides those who are hidden.
AS_BEFORE = """
    delete from app.support_collaborators where id in (
        select m.id from (select m.id, row_number() over (order by t.full_name) as place
                          from app.support_collaborators as m join app.support_cases as c on c.id = m.case_id join app.tenants as t on t.id = c.tenant_id
                          where m.full_name = 'Helen Marsden' and t.housing_officer_note_visibility <> 'hidden' and c.closed_at is null) as m where m.place > 4);
    delete from app.outbox; delete from app.digests; delete from app.job_runs where job = 'compose_digests'; delete from app.suppressed_addresses;
    update app.organisations set housing_officer_emails = '{helen.marsden@example.org,imran.qureshi@example.org}' where name like 'Thornbeck%'
"""


@pytest.fixture
def hands(demo_site):
    """The superuser and the jobs, each on a connection on which no statement lasts for ever."""
    with (psycopg.connect(demo_site.world.conninfo, autocommit=True, connect_timeout=10, options=BOUNDED) as superuser,
          psycopg.connect(demo_site.world.jobs_conninfo, autocommit=True, connect_timeout=10, options=BOUNDED) as jobs):
        superuser.execute(AS_BEFORE)
        yield superuser, jobs


def compose(jobs: psycopg.Connection) -> None:
    """As the clock does it; the demo's firms have had no digest yet, so last month's is due."""
    [period] = jobs.execute("select app.begin_job('compose_digests', now())").fetchone()
    assert period == last_month()
    [composed] = jobs.execute("call app.compose_digests(%s)", [period]).fetchone()
    assert composed >= 2
    jobs.execute("select app.finish_job('compose_digests', %s, '{}')", [period])


def send(superuser: psycopg.Connection, jobs: psycopg.Connection, folder: Path, provider_id: str) -> None:
    """Helen's through a provider, which knows it by this id; all others into files, by the courier that is there without one."""
    superuser.execute("update app.outbox set next_attempt_at = now() + interval '1 hour' where to_name <> %s", [HELEN])
    [message] = jobs.execute("select message_id from app.claim_message()").fetchone()
    jobs.execute("select app.message_was_sent(%s, %s)", [message, provider_id])
    superuser.execute("update app.outbox set next_attempt_at = now() where state = 'waiting'")
    assert into_files(jobs, folder) >= 1


def into_files(jobs: psycopg.Connection, folder: Path) -> int:
    """Hands over what is due; how many files that made."""
    before = len(list(folder.glob("*.eml")))
    told = send_outbox(jobs, Mail(EmlFolder(folder), folder, "no-reply@example.org", "https://keywork.example.org"), Event())
    assert len(list(folder.glob("*.eml"))) - before == told["sent"] and "not_sent" not in told
    return told["sent"]


def comes_back(site, provider_id: str) -> None:
    """The provider says so, signed, over HTTP."""
    body = body_of(event("email.bounced", provider_id))
    answer = httpx.post(f"{site.address}/webhooks/resend", content=body, headers=signed(body), timeout=20, trust_env=False)
    assert (answer.status_code, answer.json()) == (200, {"news": "taken"})


def choose_helen(desk, button: str) -> None:
    """The form that asks for an officer and a month, as it stands."""
    choice(desk.page, "Housing officer").get_by_label(re.compile(HELEN)).check()
    desk.page.get_by_role("button", name=button, exact=True).click()


def row(page, name: str):
    """The line of a list about somebody."""
    return page.get_by_role("row").filter(has_text=name)


def expect_email(page, twin: str, said: str, bring_into_view) -> None:
    """The e-mail in its frame, once something brought it into view. A frame out of view loads nothing and, since it runs no script, cannot be asked:
    whoever looks into it before it is there waits without end, whatever their time limit."""
    bring_into_view()
    for _ in range(100):
        if page.frame(url=re.compile(rf"/{twin}(\?|$)")):
            break
        page.wait_for_timeout(100)
    else:
        pytest.fail("the e-mail never came")
    expect(page.frame_locator(f'.email[src*="/{twin}"]').locator("body")).to_contain_text(said)


def test_a_month_of_digests(desk, demo_site, hands, tmp_path):
    page, of_last_month, provider_id = desk.page, month(last_month()), f"walk-{desk.width}"
    superuser, jobs = hands
    desk.sign_in(*ADMIN)
    to_place(desk, "Digests")
    expect(page.locator(".empty")).to_contain_text("No digest has been made yet.")
    desk.look("none-yet")
    page.get_by_role("link", name="Preview a digest").first.click()
    desk.look("choosing")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#chosen-error")).to_contain_text("Choose a housing officer from the list.")
    choose_helen(desk, "Show")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Would be sent")
    expect_email(page, "email", "Thornbeck Supported Housing", page.locator(".email").first.scroll_into_view_if_needed)
    told = page.locator(".told h3").all_inner_texts()
    desk.look("preview")

    compose(jobs)
    send(superuser, jobs, tmp_path, provider_id)
    to_place(desk, "Digests")
    expect(page.locator(".page-count")).to_contain_text(f"{of_last_month}. 2 housing officers: 1 sent, 1 in a file")
    desk.look("sent")
    row(page, HELEN).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sent")
    assert page.locator(".told h3").all_inner_texts() == told and len(told) == 4
    expect_email(page, "email", of_last_month, page.get_by_role("link", name="The e-mail", exact=True).click)
    expect_email(page, "text", "Thornbeck Supported Housing", page.get_by_text("The same as plain text").click)
    desk.look("digest")

    to_place(desk, "Digests")
    page.get_by_text("More", exact=True).first.click()
    page.get_by_role("link", name="Outbox").click()
    expect(row(page, IMRAN)).to_contain_text("it was written to a file on the server")
    desk.look("outbox")
    comes_back(demo_site, provider_id)
    page.reload()
    expect(row(page, HELEN)).to_contain_text("Came back")
    desk.look("outbox-came-back")
    row(page, HELEN).get_by_role("link", name="Send again").click()
    expect(page.get_by_text("clear that address first")).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("alert")).to_contain_text("Clear the address first.")
    desk.look("send-again-refused")

    to_place(desk, "Digests")
    page.get_by_text("More", exact=True).first.click()
    page.get_by_role("link", name="Why did they not get it?").click()
    choose_helen(desk, "Show")
    expect(page.locator(".became")).to_contain_text("Nothing more is sent to that address.")
    desk.look("why")
    page.get_by_role("link", name="Go to this digest").click()
    expect(page.locator(".happened")).to_contain_text("Came back")
    desk.look("digest-that-came-back")
    page.get_by_role("link", name="Clear the address").click()
    expect(row(page, "helen.marsden@example.org")).to_contain_text("An e-mail came back")
    desk.look("suppressed")
    page.get_by_role("link", name="Clear helen.marsden@example.org").click()
    desk.look("clearing")
    page.get_by_role("button", name="Clear the address").click()
    expect(page.locator(".flash-success")).to_contain_text("helen.marsden@example.org is cleared")
    desk.look("cleared")
    page.get_by_role("link", name="Cleared", exact=True).click()
    expect(row(page, "helen.marsden@example.org")).to_contain_text("by Priya Raman")

    page.get_by_role("link", name="Outbox", exact=True).click()
    row(page, HELEN).get_by_role("link", name="Send again").click()
    desk.look("send-again")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator(".flash-success")).to_contain_text(f"The e-mail to {HELEN} goes out again")
    expect(row(page, HELEN)).to_contain_text("Its turn comes within minutes.")
    assert into_files(jobs, tmp_path) == 1
    page.reload()
    expect(row(page, HELEN)).to_contain_text("In a file")


def test_an_officer_who_is_not_listed(desk, demo_site, hands):
    """In the settings, in the preview, in the list and on the team of a case: the same reason, and the way to the list."""
    page, (_, jobs) = desk.page, hands
    desk.sign_in(*ADMIN)
    to_place(desk, "Settings")
    page.get_by_label("E-mail addresses of housing officers").fill("imran.qureshi@example.org")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_role("region", name="Housing officers who are not")).to_contain_text("helen.marsden@example.org")
    desk.look("settings")
    to_place(desk, "Digests")
    page.get_by_role("link", name="Preview a digest").first.click()
    choose_helen(desk, "Show")
    expect(page.locator(".became")).to_contain_text("is not on the list of housing officers of Thornbeck Supported Housing.")
    desk.look("preview-of-nothing")
    compose(jobs)
    to_place(desk, "Digests")
    expect(row(page, HELEN)).to_contain_text("Address not listed")
    page.get_by_role("link", name="Not sent or not arrived").click()
    desk.look("not-sent")
    row(page, HELEN).get_by_role("link").click()
    desk.look("digest-not-sent")
    page.locator(".row-link").first.click()
    page.get_by_role("navigation", name="Parts of this case").get_by_role("link", name="Team").click()
    page.get_by_role("listitem").filter(has_text=HELEN).get_by_role("link", name="Why did they not get the digest?").first.click()
    expect(page.locator(".became")).to_contain_text("You can add the address to the list.")
    desk.look("why-on-case")
    page.get_by_role("link", name="Go to the list of addresses").click()
    expect(page.get_by_label("E-mail addresses of housing officers")).to_have_value("imran.qureshi@example.org")
