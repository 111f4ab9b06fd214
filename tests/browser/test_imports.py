"""An org-admin brings in the homes of a former system by clicking: a file with faults, then one without; looked at wide and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WIDTHS
from tests.browser.test_set_up import to_place
from tests.browser.test_walk import ADMIN
from tests.retention import as_job

pytestmark = pytest.mark.browser


def file_of(landlord: str, mark: str, *rows: str) -> dict[str, object]:
    """A CSV file as Excel in Britain saves it: Windows-1252, with a column that Keywork does not need."""
    lines = [f"Unit {mark},Landlord name,Address 1,Town,Post code,Tenure", *(row.format(landlord=landlord) for row in rows)]
    return {"name": "homes from the old system.csv", "mimeType": "text/csv", "buffer": "\r\n".join(lines).encode("cp1252")}


def upload(page, file: dict[str, object]) -> None:
    """From the list to the columns, matched as they are guessed, but for the one that has another name here; and to the check."""
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("What does it hold?").select_option("properties")
    page.get_by_label("File", exact=True).set_input_files(files=[file])


@pytest.fixture
def landlord(demo_site) -> str:
    """A landlord of the demo's firm, by name."""
    return demo_site.as_owner("select l.name from app.landlords as l join app.memberships as m on m.organisation_id = l.organisation_id join app.users as u on u.id = m.user_id"
                              " where u.email = %(admin)s order by l.name limit 1", admin=ADMIN[0])[0][0]


def test_bringing_in_homes(desk, demo_site, landlord):
    page, mark = desk.page, "W" if desk.width == "wide" else "P"
    desk.sign_in(*ADMIN)
    to_place(desk, "Import")
    desk.look("list")
    right = [f"{mark}-{number},{{landlord}},{number} Café Row {mark},Leeds,ls6 3a{letter},Assured" for number, letter in ((1, "a"), (2, "b"), (3, "d"))]
    upload(page, file_of(landlord, mark, right[0], f"{mark}-1,Nobody's Homes,,Leeds,LS6,Assured", f"{mark}-2,{{landlord}}"))
    page.locator("summary", has_text="Notes").click()
    desk.look("upload")
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which column is which?")
    expect(page.get_by_label("Its id")).to_have_value("")
    # Nothing is lost where one is forgotten.
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose where this stands in the file.")
    page.get_by_label("Its id").select_option(f"Unit {mark}")
    desk.look("columns")
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("[data-under-way]")).to_contain_text("Every line is being checked.")
    desk.look("checking")
    as_job(demo_site.world, "call app.work_on_imports()")
    # The page looks again by itself.
    expect(page.get_by_role("heading", level=2)).to_have_text("5 faults", timeout=20_000)
    expect(page.get_by_role("row", name="Line 3").first).to_be_visible()
    desk.look("faults")
    page.get_by_role("link", name="Import", exact=True).last.click()
    upload(page, file_of(landlord, mark, *right))
    page.get_by_role("button", name="Read the file").click()
    # As for the file before.
    expect(page.get_by_label("Its id")).to_have_value(f"Unit {mark}")
    page.get_by_role("button", name="Check the file").click()
    as_job(demo_site.world, "call app.work_on_imports()")
    expect(page.get_by_role("heading", level=2)).to_have_text("What importing it does", timeout=20_000)
    expect(page.locator("main")).to_contain_text("3 properties will be added.")
    desk.look("checked")
    page.get_by_role("link", name="Import", exact=True).last.click()
    desk.look("question")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("[data-under-way]")).to_contain_text("all of it, or nothing")
    as_job(demo_site.world, "call app.work_on_imports()")
    expect(page.get_by_role("heading", level=2)).to_have_text("What it did", timeout=20_000)
    desk.look("done")
    to_place(desk, "Import")
    expect(page.get_by_role("row").filter(has_text="3 added").first).to_be_visible()
    desk.look("list-filled")
    to_place(desk, "Properties")
    page.get_by_role("searchbox").first.fill(f"Café Row {mark}")
    page.get_by_role("searchbox").first.press("Enter")
    expect(page.get_by_role("row", name=f"2 Café Row {mark}")).to_contain_text("LS6 3AB")


def test_bringing_in_homes_without_a_script(browser, demo_site, landlord):
    """The whole way on a phone whose browser runs none: the page says how to look again, and does so by itself."""
    width, height = WIDTHS["phone"]
    context = browser.new_context(base_url=demo_site.address, viewport={"width": width, "height": height}, java_script_enabled=False, locale="en-GB")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("E-mail").fill(ADMIN[0])
    page.get_by_label("Password").fill(ADMIN[1])
    page.get_by_role("button", name="Sign in").click()
    page.goto("/imports")
    upload(page, file_of(landlord, "S", "S-1,{landlord},1 Script Row,Leeds,ls6 4aa,"))
    page.get_by_role("button", name="Read the file").click()
    page.get_by_label("Its id").select_option("Unit S")
    page.get_by_role("button", name="Check the file").click()
    as_job(demo_site.world, "call app.work_on_imports()")
    page.get_by_role("link", name="Look again").click()
    expect(page.locator("main")).to_contain_text("1 property will be added.")
    page.get_by_role("link", name="Import", exact=True).last.click()
    page.get_by_role("button", name="Import", exact=True).click()
    as_job(demo_site.world, "call app.work_on_imports()")
    page.get_by_role("link", name="Look again").click()
    expect(page.locator("main")).to_contain_text("1 property was added.")
    context.close()
