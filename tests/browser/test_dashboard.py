"""The dashboard in a browser: charts drawn from the tables in the page, in light and dark, and the tables alone without a script."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_set_up import to_place
from tests.browser.test_walk import ADMIN, account

pytestmark = pytest.mark.browser

MANAGER = account("Property manager")
SECTIONS = ["Cases by landlord", "What became of goals", "Sessions by month", "Time to the first session", "What retention deletes", "What the audit log wrote down", "Digests to housing officers"]
#: How many pixels of a canvas are not the ground.
INK = """canvas => { const at = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data; let inked = 0;
                     for (let i = 3; i < at.length; i += 4) inked += at[i] > 0; return inked; }"""


def test_figures_and_charts(desk, demo_site):
    page = desk.page
    desk.sign_in(*ADMIN)
    to_place(desk, "Dashboard")
    assert page.locator("main h2").all_inner_texts() == SECTIONS
    tables = page.locator("table[data-chart]")
    expect(page.locator(".chart-frame canvas")).to_have_count(tables.count())
    assert tables.count() >= 5
    for canvas in page.locator(".chart-frame canvas").all():
        assert canvas.evaluate(INK) > 500
        assert canvas.evaluate("canvas => canvas.closest('[aria-hidden=true]') !== null")
    desk.look("light")
    shut = page.locator(".dashboard details")
    assert shut.count() == tables.count() and shut.evaluate_all("all => all.every(each => !each.open)")
    for summary in page.locator(".dashboard summary").all():
        summary.click()
    desk.look("tables")
    before = page.locator("#sessions canvas").evaluate("canvas => canvas.toDataURL()")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_function("before => document.querySelector('#sessions canvas').toDataURL() !== before", arg=before)
    desk.look("dark")
    page.get_by_role("link", name="See which assessments are due").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Assessments due")
    page.go_back()
    desk.sign_out()
    desk.sign_in(*MANAGER)
    to_place(desk, "Dashboard")
    assert page.locator("main h2").all_inner_texts() == SECTIONS[:4]
    desk.look("manager")


def test_without_a_script(browser, demo_site):
    """Every number stands in a table, no canvas is there, and nothing is said to be missing."""
    context = browser.new_context(base_url=demo_site.address, java_script_enabled=False, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("E-mail").fill(ADMIN[0])
    page.get_by_label("Password").fill(ADMIN[1])
    page.get_by_role("button", name="Sign in").click()
    page.goto("/dashboard")
    assert page.locator("main h2").all_inner_texts() == SECTIONS and page.locator("canvas").count() == 0
    rows = page.locator("#sessions tbody tr")
    assert rows.count() == 12 and sum(int(cell.replace(",", "")) for cell in page.locator("#sessions tbody td:nth-child(2)").all_inner_texts()) > 10
    context.close()
