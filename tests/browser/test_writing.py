"""No note is lost: drafts, lost connections and lost answers, in a real browser."""

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser.test_walk import ADMIN, WORKER, case_with

pytestmark = pytest.mark.browser

BOX = "New Shared note"


def notes_holding(site, words: str) -> list[str]:
    """Bodies of the notes that hold these words, as the database has them."""
    with psycopg.connect(site.world.conninfo) as connection:
        return [body for (body,) in connection.execute("select body from app.support_notes where body like %s", [f"%{words}%"])]


@pytest.fixture
def case_page(desk, demo_site):
    """The Shared notes of a case, open in front of an org-admin; yields the desk and the case's address."""
    case_id, _, _ = case_with(demo_site, WORKER[0])
    desk.sign_in(*ADMIN)
    address = f"/support-cases/{case_id}"
    desk.page.goto(address)
    return desk, address


def test_draft_survives_a_reload_and_stays_in_its_stream(case_page):
    desk, address = case_page
    page = desk.page
    page.get_by_label(BOX).fill("Half a sentence")
    page.reload()
    expect(page.get_by_label(BOX)).to_have_value("Half a sentence")
    page.goto(f"{address}/notes/professional")
    expect(page.get_by_label("New Professional note")).to_have_value("")
    page.goto(address)
    expect(page.get_by_label(BOX)).to_have_value("Half a sentence")
    desk.sign_out()
    desk.sign_in(*ADMIN)
    page.goto(address)
    expect(page.get_by_label(BOX)).to_have_value("")


def test_without_a_connection_the_text_stays_and_goes_later(case_page, demo_site):
    desk, _ = case_page
    page, words = desk.page, f"Written on the bus at a {desk.width} window"
    page.get_by_label(BOX).fill(words)
    page.context.set_offline(True)
    page.get_by_role("button", name="Add Shared note").click()
    expect(page.locator("main")).to_contain_text("Not saved: no connection")
    expect(page.get_by_label(BOX)).to_have_value(words)
    assert notes_holding(demo_site, words) == []
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".note").first).to_contain_text(words)
    expect(page.get_by_label(BOX)).to_have_value("")
    assert notes_holding(demo_site, words) == [words]


def test_a_lost_answer_makes_one_note_with_the_latest_words(case_page, demo_site):
    desk, _ = case_page
    page, words = desk.page, f"The answer got lost at a {desk.width} window"
    page.get_by_label(BOX).fill(words)

    def lose_the_answer(route):
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    page.route("**/notes/shared", lose_the_answer)
    page.get_by_role("button", name="Add Shared note").click()
    expect(page.locator("main")).to_contain_text("Not saved: no connection")
    assert notes_holding(demo_site, words) == [words]
    page.unroute("**/notes/shared")
    page.get_by_label(BOX).fill(words + ", and was then put better")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".note").first).to_contain_text(words + ", and was then put better")
    assert notes_holding(demo_site, words) == [words + ", and was then put better"]
