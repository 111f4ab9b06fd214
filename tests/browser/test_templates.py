"""Wording a template by clicking: the starter pack, parts moved and added, the preview that follows, a wording saved; nothing typed is lost."""

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser.test_set_up import to_place
from tests.browser.test_walk import ADMIN

pytestmark = pytest.mark.browser

#: What is there is retired, under another name, and so is one that is made for this: nobody may delete a template.
PUT_AWAY = """
    update app.document_templates set name = left(gen_random_uuid() || name, 120), starter_key = null, retired_at = now();
    with firm as (select m.organisation_id from app.memberships as m join app.users as u on u.id = m.user_id where u.email = 'ADMIN'),
         made as (insert into app.document_templates (organisation_id, kind, name, retired_at) select organisation_id, 'letter', 'Old letter ' || gen_random_uuid(), now() from firm returning id)
    insert into app.document_template_versions (template_id, parts, author_name)
        select id, jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'type', 'text', 'words', 'Old words')), 'Somebody' from made
""".replace("ADMIN", ADMIN[0])


@pytest.fixture
def no_templates(demo_site):
    """A firm that has only retired ones."""
    with psycopg.connect(demo_site.world.conninfo, autocommit=True) as connection:
        connection.execute(PUT_AWAY)


def part(page, words: str):
    """The part that says or asks this."""
    return page.locator(".template-part").filter(has=page.locator("textarea[name$=-words]", has_text=words))


def legends(page) -> list[str]:
    """The words of each part, in their order."""
    return [each.input_value() for each in page.locator("textarea[name$=-words]").all()]


def test_wording_a_template(desk, demo_site, no_templates):
    page = desk.page
    desk.sign_in(*ADMIN)
    to_place(desk, "Templates")
    expect(page.locator(".empty")).to_contain_text("None of your templates is in use")
    page.get_by_text("More", exact=True).first.click()
    page.get_by_role("button", name="Add the starter pack").click()
    expect(page.locator(".flash-success")).to_contain_text("12 templates added.")
    desk.look("list")

    page.get_by_role("link", name="Support agreement").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Support agreement")
    expect(page.locator("#preview-page")).to_contain_text("This is an agreement between you, Sam Example, and Thornbeck Supported Housing")
    assert len(legends(page)) == 25
    desk.look("editor")

    # The preview follows while somebody types; what fills itself in goes where the cursor is.
    first = page.get_by_label("Words", exact=True).first
    first.fill("Hello ")
    page.locator("[data-insert] summary").click()
    page.get_by_role("button", name="Tenant", exact=True).click()
    expect(first).to_have_value("Hello {{tenant}}")
    expect(first).to_be_focused()
    expect(page.locator("#preview-page .prose").first).to_have_text("Hello Sam Example")

    # A question below the first one; moved; removed and put back. What was typed stays, and so does the place.
    worker = part(page, "Your support worker").first
    worker.get_by_role("button", name="Add below").click()
    added = page.locator("textarea:focus")
    expect(added).to_have_value("")
    added.fill("Your two keys")
    box = page.locator(".template-part").filter(has=page.locator(":focus"))
    box.get_by_label("Kind of part").select_option("Several choices")
    box.get_by_label("Choices", exact=True).fill("Front door\nLetter box")
    expect(page.locator("#preview-page .answers")).to_contain_text(["Front door"])
    assert legends(page)[3] == "Your two keys"
    up = box.get_by_role("button", name="Up")
    up.evaluate("button => button.scrollIntoView({block: 'center'})")
    before = up.bounding_box()["y"]
    up.click()
    expect(page.locator("#announcement")).to_have_text("Moved up")
    assert legends(page)[2] == "Your two keys" and legends(page)[0] == "Hello {{tenant}}"
    assert abs(page.locator("button:focus").bounding_box()["y"] - before) < 8, "the part moved away from the pointer"
    part(page, "How to reach your support worker").get_by_role("button", name="Remove").click()
    expect(page.locator(".part-removed")).to_be_visible()
    assert len(legends(page)) == 25
    page.get_by_role("button", name="Put it back").click()
    expect(part(page, "How to reach your support worker")).to_be_visible()

    # A refusal stands at its part, and the page that is loaded again has all of it.
    part(page, "How often we meet").get_by_label("Choices", exact=True).fill("Only one")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".error-summary")).to_contain_text("Part 7: Give 2 to 20 different choices")
    desk.look("refused")
    page.reload()
    expect(page.locator(".draft-note")).to_contain_text("What you typed and did not save is back.")
    assert legends(page)[2] == "Your two keys"
    part(page, "How often we meet").get_by_label("Choices", exact=True).fill("Often\nNow and then")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".flash-success")).to_contain_text("Wording 2 saved.")
    expect(page.locator(".draft-note")).to_have_count(0)
    assert legends(page)[2] == "Your two keys"

    page.get_by_text("More", exact=True).first.click()
    page.get_by_role("link", name="Earlier wordings").click()
    page.get_by_role("link", name="Wording 1").click()
    expect(page.locator(".wording")).to_contain_text("This is an agreement between you, Sam Example")
    desk.look("wording")


def test_a_lost_connection_loses_no_template(desk, demo_site, no_templates):
    """Saving and moving without a connection say so; the text goes later."""
    page = desk.page
    desk.sign_in(*ADMIN)
    page.goto("/templates/add")
    expect(page.get_by_label("Due again after, in months")).to_be_hidden()
    page.get_by_label("Kind").select_option("Recurring assessment")
    expect(page.get_by_label("Due again after, in months")).to_be_visible()
    page.get_by_label("Kind").select_option("Letter")
    page.get_by_label("Name").fill(f"Letter at a {desk.width} window")
    desk.look("new")
    page.get_by_role("button", name="Add template").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Letter at a {desk.width} window")
    page.get_by_label("Words", exact=True).fill("Dear {{tenant}}, written on the bus")
    page.context.set_offline(True)
    page.get_by_role("button", name="Add below").click()
    expect(page.locator(".send-problem")).to_contain_text("No connection.")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".send-problem")).to_contain_text("Not saved: no connection.")
    desk.look("no-connection")
    page.context.set_offline(False)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".flash-success")).to_contain_text("Wording 2 saved.")
    expect(page.get_by_label("Words", exact=True)).to_have_value("Dear {{tenant}}, written on the bus")
