"""The page about the API, as an org-admin finds it."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_walk import account

pytestmark = pytest.mark.browser


def test_an_org_admin_finds_out_how_programs_call(desk):
    """From Settings, and on to what a note is made of."""
    page = desk.page
    desk.sign_in(*account("Org-admin of Thornbeck"))
    page.goto("/settings")
    desk.look("settings-programs")
    page.get_by_role("link", name="How programs call Keywork").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The API")
    desk.look("api")
    page.get_by_role("link", name="NewNote", exact=True).click()
    # It stood folded, and opens where a link leads.
    expect(page.get_by_text("It stays in its stream.")).to_be_in_viewport()
    desk.look("api-unfolded")
