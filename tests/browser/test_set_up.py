"""An org-admin's own data by clicking: landlord, property, tenant, case; and the choice that searches, with and without a script."""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WIDTHS, Desk
from tests.browser.test_walk import ADMIN

pytestmark = pytest.mark.browser

#: Thirty tenants without a case before everybody else by name, in a street of their own: no list of twenty holds them all.
CROWD = """
    with landlord as (select id, organisation_id from app.landlords where organisation_id = (
             select m.organisation_id from app.memberships m join app.users u on u.id = m.user_id where u.email = %(admin)s) order by name limit 1),
         homes as (insert into app.properties (organisation_id, landlord_id, address, town, postcode)
             select organisation_id, id, to_char(n, 'FM00') || ' Aardvark Row', 'Leeds', 'LS1 1AA' from landlord, generate_series(1, 30) as n
             returning id, organisation_id, landlord_id, address)
    insert into app.tenants (organisation_id, landlord_id, property_id, full_name) select organisation_id, landlord_id, id, 'Aaron ' || address from homes
"""


@pytest.fixture(scope="module")
def crowded(demo_site):
    """The demo site with the crowd in it."""
    with psycopg.connect(demo_site.world.conninfo) as connection:
        connection.execute(CROWD, {"admin": ADMIN[0]})
    return demo_site


@pytest.fixture(params=WIDTHS)
def plain_desk(request, browser, crowded):
    """A window whose browser runs no script."""
    width, height = WIDTHS[request.param]
    context = browser.new_context(base_url=crowded.address, viewport={"width": width, "height": height}, java_script_enabled=False, locale="en-GB")
    context.set_default_timeout(10_000)
    yield Desk(context.new_page(), request.node.originalname.removeprefix("test_"), request.param)
    context.close()


def to_place(desk, name: str) -> None:
    """Through the menu, which a phone opens first."""
    if desk.width == "phone":
        desk.page.get_by_role("button", name="Menu", exact=True).click()
    desk.page.get_by_role("navigation", name="Main menu").get_by_role("link", name=name, exact=True).click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(name)


def choice(page, legend: str):
    """The field that searches."""
    return page.get_by_role("group", name=legend)


def test_setting_up_a_home_and_opening_a_case(desk, demo_site):
    page, landlord, tenant = desk.page, f"Hollin Estates, {desk.width}", f"Winifred Ackroyd-{desk.width}"
    desk.sign_in(*ADMIN)
    to_place(desk, "Landlords")
    page.get_by_role("link", name="Add landlord").click()
    page.get_by_label("Name").fill(landlord)
    page.get_by_role("button", name="Add landlord").click()
    expect(page.locator(".flash-success")).to_contain_text("Landlord added.")

    to_place(desk, "Properties")
    desk.look("properties")
    page.get_by_role("link", name="Add property").click()
    page.get_by_label("Number and street").fill(f"9 Hollin Lane, {desk.width}")
    page.get_by_label("Town").fill("Leeds")
    page.get_by_label("Postcode").fill("ls165nd")
    choice(page, "Landlord").get_by_role("searchbox").fill("hollin")
    page.get_by_label(landlord).check()
    desk.look("add-property")
    page.get_by_role("button", name="Add property").click()
    expect(page.locator(".flash-success")).to_contain_text("Property added.")
    expect(page.get_by_role("row", name=f"9 Hollin Lane, {desk.width}")).to_contain_text("LS16 5ND")

    to_place(desk, "Tenants")
    desk.look("tenants")
    page.get_by_role("link", name="Add tenant").click()
    page.get_by_label("Full name").fill(tenant)
    page.get_by_label("Date of birth").fill("1961-04-30")
    choice(page, "Property").get_by_role("searchbox").fill(f"hollin lane, {desk.width}")
    page.get_by_label(f"9 Hollin Lane, {desk.width}").check()
    page.get_by_label("Hidden:").check()
    desk.look("add-tenant")
    page.get_by_role("button", name="Add tenant").click()
    expect(page.locator(".flash-success")).to_contain_text("Tenant added.")

    page.get_by_label("Tenant or address").fill(tenant)
    page.get_by_role("button", name="Search").click()
    line = page.get_by_role("row", name=tenant)
    expect(line).to_contain_text("Hidden")
    desk.look("tenants-found")
    line.get_by_role("link", name="Open a case").click()
    expect(page.get_by_label(tenant)).to_be_checked()
    page.get_by_label("Context summary").fill("Moved in last week, knows nobody here.")
    desk.look("open-case")
    page.get_by_role("button", name="Open case").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(tenant)
    desk.look("case")

    to_place(desk, "Tenants")
    page.get_by_label("Tenant or address").fill(tenant)
    page.get_by_role("button", name="Search").click()
    expect(line.get_by_role("link", name="Open since")).to_be_visible()
    page.get_by_role("link", name=tenant).click()
    page.locator(".form-head summary").click()
    page.get_by_role("link", name="Remove this tenant").click()
    page.get_by_role("button", name="Remove tenant").click()
    expect(page.locator(".error-summary")).to_contain_text("A tenant with a case, open or closed, cannot be removed.")
    desk.look("not-removed")


def test_settings(desk, demo_site):
    page = desk.page
    desk.sign_in(*ADMIN)
    to_place(desk, "Settings")
    page.get_by_label("Years that closed cases are kept").fill("30")
    page.get_by_label("Years that safeguarding notes are kept").fill("20")
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator(".error-summary")).to_contain_text("Keep safeguarding notes at least as long as cases.")
    page.locator(".error-summary a").click()
    expect(page).to_have_url(re.compile("#support_retention_years_safeguarding$"))
    desk.look("refused")
    page.get_by_label("Years that safeguarding notes are kept").fill("30")
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator(".flash-success")).to_contain_text("Settings saved.")
    expect(page.get_by_label("Years that closed cases are kept")).to_have_value("30")
    desk.look("saved")
    addresses = page.get_by_label("E-mail addresses of housing officers")
    addresses.fill("first@example.org\nsecond@example.org")
    page.get_by_label("Years that closed cases are kept").fill("7")
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator("main")).to_contain_text("Closed cases will be kept for 7 years instead of 30.")
    desk.look("asked-before-shortening")
    page.get_by_role("button", name="Shorten and save").click()
    expect(page.locator(".flash-success")).to_contain_text("Settings saved.")
    expect(page.get_by_label("Years that closed cases are kept")).to_have_value("7")
    expect(addresses).to_have_value("first@example.org\nsecond@example.org")


def test_a_choice_searches_while_somebody_types(desk, crowded):
    page = desk.page
    desk.sign_in(*ADMIN)
    page.goto("/support-cases/open")
    field, button = choice(page, "Tenant"), page.get_by_role("button", name="Open case")
    options, said = field.get_by_role("radio"), field.get_by_role("status")
    expect(options).to_have_count(20)
    expect(said).to_have_text("The first 20. Search to find others.")
    desk.look("first-twenty")
    field.get_by_label("Aaron 03 Aardvark Row").check()
    place = button.bounding_box()["y"]

    box = field.get_by_role("searchbox")
    box.press_sequentially("27 aard")
    expect(said).to_have_text("1 found")
    expect(options).to_have_count(2)
    expect(options.first).to_be_checked()
    expect(field.get_by_label("Aaron 03 Aardvark Row")).to_be_checked()
    assert button.bounding_box()["y"] == place
    expect(box).to_be_focused()
    desk.look("found")

    # By keyboard: Enter searches and sends nothing; the radios are one stop after the button, arrows go through them.
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Open a case")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(options.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(field.get_by_label("Aaron 27 Aardvark Row")).to_be_checked()

    box.fill("nobody of that name")
    expect(said).to_have_text("Nothing matches “nobody of that name”.")
    expect(options).to_have_count(1)
    expect(field.get_by_label("Aaron 27 Aardvark Row")).to_be_checked()
    page.route("**/choices?**", lambda route: route.abort())
    box.fill("aaron")
    expect(said).to_have_text("The search did not answer. Try again, or load the page again.")
    page.unroute("**/choices?**")
    field.get_by_role("button", name="Search").click()
    expect(said).to_have_text("The first 20. Type more to find others.")
    expect(field.get_by_label("Aaron 27 Aardvark Row")).to_be_checked()


def test_an_answer_that_comes_late_changes_nothing(desk, crowded):
    page, held = desk.page, []
    desk.sign_in(*ADMIN)
    page.goto("/support-cases/open")
    field = choice(page, "Tenant")
    page.route(re.compile(r"choices\?q=aaron%2005"), lambda route: held.append(route))
    with page.expect_request(re.compile("aaron%2005")):
        field.get_by_role("searchbox").fill("aaron 05")
    with page.expect_event("requestfailed", lambda request: "aaron%2005" in request.url):
        field.get_by_role("searchbox").fill("aaron 06")
    expect(field.get_by_label("Aaron 06 Aardvark Row")).to_be_visible()
    expect(field.get_by_role("radio")).to_have_count(1)
    expect(field.get_by_role("status")).to_have_text("1 found")


def test_an_answer_takes_nobody_s_place_away(desk, crowded):
    """Somebody who is among the choices already, by keyboard, stays where they are when the answer comes."""
    page, held = desk.page, []
    desk.sign_in(*ADMIN)
    page.goto("/support-cases/open")
    field = choice(page, "Tenant")
    page.route(re.compile(r"choices\?q=aaron%2007"), lambda route: held.append(route))
    with page.expect_request(re.compile("aaron%2007")):
        field.get_by_role("searchbox").fill("aaron 07")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(field.get_by_role("radio").first).to_be_focused()
    held[0].continue_()
    expect(field.get_by_role("status")).to_have_text("1 found")
    expect(field.get_by_role("radio")).to_have_count(2)
    expect(field.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(field.get_by_label("Aaron 07 Aardvark Row")).to_be_checked()


def test_a_draft_keeps_whoever_was_found(desk, crowded):
    page = desk.page
    desk.sign_in(*ADMIN)
    page.goto("/support-cases/open")
    field = choice(page, "Tenant")
    expect(field.get_by_label("Aaron 28 Aardvark Row")).to_have_count(0)
    field.get_by_role("searchbox").fill("aaron 28")
    field.get_by_label("Aaron 28 Aardvark Row").check()
    page.get_by_label("Context summary").fill("Half a sentence")
    page.reload()
    expect(field.get_by_label("Aaron 28 Aardvark Row")).to_be_checked()
    expect(page.get_by_label("Context summary")).to_have_value("Half a sentence")
    expect(field.get_by_role("searchbox")).to_have_value("")
    desk.look("draft")
    page.get_by_role("button", name="Discard it").click()
    expect(field.get_by_role("radio", checked=True)).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Context summary")).to_have_value("")
    expect(field.get_by_role("radio", checked=True)).to_have_count(0)
    # Somebody named by the address is chosen, whoever an unsent text on the plain page is about.
    field.get_by_label("Aaron 04 Aardvark Row").check()
    page.goto("/tenants?q=aaron 05")
    page.get_by_role("link", name="Open a case").click()
    expect(page.get_by_label("Aaron 05 Aardvark Row")).to_be_checked()


def test_enter_without_a_script(plain_desk):
    """In a text line it saves, in the search box it searches; what only the script can do is not offered."""
    page, width = plain_desk.page, plain_desk.width
    plain_desk.sign_in(*ADMIN)
    page.goto("/tenants/add")
    page.get_by_label("Full name").fill(f"Edna {width}")
    field = choice(page, "Property")
    field.get_by_role("searchbox").fill("04 aardvark")
    field.get_by_role("searchbox").press("Enter")
    expect(field.get_by_role("radio")).to_have_count(1)
    expect(page.get_by_label("Full name")).to_have_value(f"Edna {width}")
    expect(page.locator(".error-summary")).to_have_count(0)
    field.get_by_role("radio").check()
    page.get_by_label("Full name").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tenants")
    expect(page.locator(".flash-success")).to_contain_text("Tenant added.")
    page.goto("/collaborators")
    expect(page.get_by_role("button", name="End the ticked ones")).to_be_visible()
    expect(page.locator("[data-tick-all]")).to_be_hidden()


def test_without_a_script(plain_desk):
    page = plain_desk.page
    plain_desk.sign_in(*ADMIN)
    page.goto("/support-cases/open")
    field = choice(page, "Tenant")
    field.get_by_label("Aaron 03 Aardvark Row").check()
    page.get_by_label("Context summary").fill("Needs help with the council.")
    field.get_by_role("searchbox").fill(f"aaron {21 if plain_desk.width == 'wide' else 22}")
    field.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile("/support-cases/open#tenant_id$"))
    expect(field.get_by_role("radio")).to_have_count(2)
    expect(field.get_by_role("radio").first).to_be_checked()
    expect(page.get_by_label("Context summary")).to_have_value("Needs help with the council.")
    expect(page.locator(".error-summary")).to_have_count(0)
    chosen = field.get_by_role("radio").nth(1)
    chosen.check()
    page.get_by_role("button", name="Open case").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Aaron 2")
    expect(page.locator("main")).to_contain_text("Needs help with the council.")
