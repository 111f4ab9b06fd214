"""Templates of documents: the list, the starter pack, and the editor without a script."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.web.pages import Page
from tests.web.planted_templates import PARTS, TEMPLATE, plant
from tests.web.test_escaping import MARKUP, PLAIN, assert_harmless, shape
from tests.web.test_rights_on_screens import masked
from tests.world import ident

EDIT = f"/templates/{TEMPLATE}/edit"


@pytest.fixture(scope="module")
def admin(site):
    """Harbour's org-admin, with a template of every type of part."""
    plant(site.world)
    return site.visitor("harbour_admin")


@pytest.fixture
def fresh(site, admin):
    """A template of the test's own; its id."""
    return plant(site.world, uuid.uuid4(), f"Fresh {uuid.uuid4()}")


def editor(visitor, its_id, query=""):
    """The form of the editor as it is served."""
    return visitor.page(f"/templates/{its_id}/edit{query}").form_with("loaded", "parts-0-words")


def words_of(form):
    """The words of each part, in their order."""
    return [each.value for name, each in form.controls.items() if name.startswith("parts-") and name.endswith("-words")]


def sent(visitor, its_id, form, **fields):
    """The form sent with some fields changed ("parts_3_words"): the answer."""
    return visitor.fill(form, f"/templates/{its_id}/edit", **{name.replace("_", "-") if name.startswith(("parts_", "removed_")) else name: value for name, value in fields.items()})


def after(visitor, its_id, form, do, **fields):
    """The form as it comes back after one of its buttons."""
    answer = sent(visitor, its_id, form, do=do, **fields)
    assert answer.status_code == 200
    return Page(answer.text).form_with("loaded")


def versions(site, its_id):
    """Every wording of a template, oldest first."""
    return [parts for (parts,) in site.as_owner("select parts from app.document_template_versions where template_id = %(id)s order by version", id=its_id)]


# ---- the list --------------------------------------------------------------------------------------------------------


def test_the_starter_pack_is_added_once(site):
    """From the empty list; a second time says that it is there, and another firm has none of it."""
    moor, harbour = site.visitor("moor_admin"), site.visitor("harbour_admin")
    page = moor.page("/templates")
    if "There are no templates yet." not in page.text:
        # Nobody deletes a template: only past the triggers does the firm have none.
        with psycopg.connect(site.world.conninfo) as superuser:
            superuser.execute("set session_replication_role = replica")
            for table in ("document_template_versions", "document_templates"):
                superuser.execute(f"delete from app.{table} where organisation_id = %s", [site.world.organisation["moor"]])
        page = moor.page("/templates")
    assert "There are no templates yet." in page.text and "Add the starter pack" in page.text
    assert moor.send("/templates/starter-pack").headers["location"] == "/templates"
    page = moor.page("/templates")
    assert "12 templates added." in page.text and "12 templates" in page.text and "Add the starter pack" not in page.text
    assert "Every 6 months" in page.text and "Recurring assessment" in page.text and "by Moor Admin" in page.text
    assert moor.send("/templates/starter-pack").status_code == 303 and "there already" in moor.page("/templates").text
    assert site.as_owner("select count(*) from app.document_templates where organisation_id = %(id)s", id=site.world.organisation["moor"]) == [(12,)]
    assert "Welcome letter" not in harbour.page("/templates").text
    its_id, = site.as_owner("select id from app.document_templates where starter_key = 'support_agreement'")[0]
    before = site.content()
    # Every part of the pack comes through the form unchanged.
    assert sent(moor, its_id, editor(moor, its_id)).status_code == 303 and site.content() == before
    assert "Nothing was changed, so nothing was saved." in moor.page(f"/templates/{its_id}/edit").text


def test_retired_ones_stand_behind_a_chip_and_come_back(site, admin, fresh):
    """Retiring says how many documents stay; the other button undoes it."""
    name, = site.as_owner("select name from app.document_templates where id = %(id)s", id=fresh)[0]
    for stay in ("No document was made from it.", "1 document made from it stays as it is.", "2 documents made from it stay as they are."):
        assert admin.send(f"/templates/{fresh}/retire").status_code == 303
        page = admin.page(f"/templates/{fresh}/edit")
        assert f"{name} is retired: nobody begins a new document from it. {stay}" in page.text and "Bring this template back" in page.text
        assert name not in admin.page("/templates").text and name in admin.page("/templates?show=retired").text
        assert admin.send(f"/templates/{fresh}/bring-back").status_code == 303
        assert f"{name} is in use again." in admin.page(f"/templates/{fresh}/edit").text
        assert name in admin.page("/templates").text and name not in admin.page("/templates?show=retired").text
        with site.world.acting("harbour_admin") as acting:
            acting.execute("insert into app.support_documents (case_id, template_version_id, title, answers) select %s, version_id, 'One', '{}' from app.template_list where id = %s",
                           [site.world.case["ann"], fresh])


def test_a_new_template_is_made_once_and_can_be_a_copy(site, admin):
    """Sent twice: one row. A copy has the same parts under ids of their own."""
    its_id, name = str(uuid.uuid4()), f"New {uuid.uuid4()}"
    answers = [admin.post("/templates/add", id=its_id, name=name, kind="recurring_assessment", repeats_every_months="12") for _ in range(2)]
    assert {(each.status_code, each.headers["location"]) for each in answers} == {(303, f"/templates/{its_id}/edit")}
    assert [part["type"] for part in versions(site, its_id)[0]] == ["text"] and len(versions(site, its_id)) == 1
    assert editor(admin, its_id).controls["repeats_every_months"].value == "12"
    taken = admin.post("/templates/add", name="All types", kind="letter")
    assert taken.status_code == 409 and "You have a template with this name already." in Page(taken.text).alerts
    page = f"/templates/add?copy={TEMPLATE}"
    served = admin.page(page).form_with("name", "kind")
    assert (served.controls["name"].value, served.controls["kind"].value) == ("Copy of All types", "intake_assessment")
    copy = admin.fill(served, page).headers["location"].split("/")[2]
    parts, = versions(site, copy)
    assert [{**part, "id": None} for part in parts] == [{**part, "id": None} for part in PARTS]
    assert not {part["id"] for part in parts} & {part["id"] for part in PARTS}
    for asked in ("abc", str(uuid.uuid4()), ""):
        assert admin.page(f"/templates/add?copy={asked}").form_with("name").controls["name"].value == ""


# ---- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("persona", ["moor_admin", "small_admin", "quay_manager", "worker", "officer_open", "platform", "gone"])
def test_nobody_else_reaches_a_template(site, admin, persona):
    """Other firms' org-admins and every other hat: as one that is nobody's, and nothing is written."""
    visitor = site.visitor(persona)
    before = site.content()
    for way in ("get", "send"):
        for path in ("edit", "preview", "wordings", "wordings/1", "retire", "bring-back"):
            theirs, nobodys = (getattr(visitor, way)(f"/templates/{its_id}/{path}") for its_id in (TEMPLATE, uuid.uuid4()))
            assert theirs.status_code == nobodys.status_code and theirs.status_code in (404, 405), path
            assert masked(theirs.text) == masked(nobodys.text)
    assert "All types" not in visitor.get(f"/templates/add?copy={TEMPLATE}").text + visitor.get("/templates?show=retired").text + visitor.get("/templates").text
    if persona != "moor_admin":
        assert visitor.send("/templates/starter-pack").status_code == visitor.send("/templates/add", name="planted", kind="letter").status_code == 404
    assert site.content() == before


def test_a_plan_without_support_cases_shows_the_upgrade_page(site):
    """And no menu entry."""
    answer = site.visitor("small_admin").get("/templates")
    assert answer.status_code == 200 and "Enterprise" in answer.text and "starter pack" not in answer.text
    assert 'href="/templates"' not in answer.text and 'href="/templates"' in site.visitor("harbour_admin").get("/").text + site.visitor("harbour_admin").get("/support-cases").text


# ---- the editor without a script -------------------------------------------------------------------------------------


def test_every_type_of_part_comes_through_the_form(site, admin):
    """What was kept, as fields; saved untouched it is no new wording."""
    form = editor(admin, TEMPLATE)
    values = form.values()
    assert words_of(form) == [part["words"] for part in PARTS]
    assert [values[f"parts-{at}-type"] for at in range(len(PARTS))] == [part["type"] for part in PARTS]
    assert values["parts-6-options"] == "By letter\nBy phone" and values["parts-2-required"] is True and values["parts-3-required"] is False
    before = site.content()
    assert sent(admin, TEMPLATE, form).status_code == 303 and site.content() == before


def test_parts_are_moved_added_removed_and_put_back_without_saving(site, admin, fresh):
    """Each button gives the form back changed, with what was typed; then one wording holds all of it."""
    before = site.content()
    form = after(admin, fresh, editor(admin, fresh), "down:0", parts_0_words="Hello {{tenant}}")
    assert words_of(form)[:2] == ["About you", "Hello {{tenant}}"]
    form = after(admin, fresh, form, "up:2")
    assert words_of(form)[:3] == ["About you", "What should we call you?", "Hello {{tenant}}"]
    form = after(admin, fresh, form, "add:1", name="Another name")
    assert words_of(form)[:2] == ["About you", ""] and form.controls["parts-1-type"].value == "text" and form.controls["name"].value == "Another name"
    form = after(admin, fresh, form, "remove:2", parts_1_words="In between")
    assert words_of(form)[:3] == ["About you", "In between", "Hello {{tenant}}"] and len(words_of(form)) == len(PARTS)
    back = after(admin, fresh, form, "back")
    assert words_of(back)[:4] == ["About you", "In between", "What should we call you?", "Hello {{tenant}}"]
    assert (back.controls["parts-2-hint"].value, back.controls["parts-2-required"].value) == ("A first name is enough", True)
    for nonsense in ("up:0", "down:10", "remove:99", "up:-1", "add:99999", "secret", "up:", "\x00", "preview"):
        assert words_of(after(admin, fresh, back, nonsense)) == words_of(back), nonsense
    assert site.content() == before
    assert sent(admin, fresh, back).status_code == 303
    old, new = versions(site, fresh)
    assert [part["words"] for part in new] == words_of(back)
    # Answers carry over: parts that were there keep their ids.
    assert {part["words"]: part["id"] for part in new}["What should we call you?"] == old[2]["id"] and new[1]["id"] not in {part["id"] for part in old}
    page = admin.page(f"/templates/{fresh}/edit")
    assert "Wording 2 saved." in page.text and "Another name" in page.text and "by Harbour Admin" in page.text


def test_a_form_with_no_part_can_get_one_again(site, admin, fresh):
    """The last part can be removed; saving then says why not."""
    form = editor(admin, fresh)
    for _ in PARTS:
        form = after(admin, fresh, form, "remove:0")
    answer = sent(admin, fresh, form)
    assert answer.status_code == 409 and "Give the template at least one part" in Page(answer.text).alerts
    assert words_of(after(admin, fresh, form, "add:0")) == [""]
    assert words_of(after(admin, fresh, form, "back")) == [PARTS[-1]["words"]]


def test_what_does_not_belong_to_a_type_is_kept_in_the_form_and_not_saved(site, admin, fresh):
    """Hint, choices and "must be answered" of what became text; a heading typed on two lines is one."""
    form = after(admin, fresh, editor(admin, fresh), "preview", parts_6_type="text", parts_6_hint="Not for text", parts_1_words="About\nyou   now")
    assert form.controls["parts-6-options"].value == "By letter\nBy phone" and form.controls["parts-6-hint"].value == "Not for text"
    assert sent(admin, fresh, form).status_code == 303
    new = versions(site, fresh)[-1]
    assert new[6] == {"id": PARTS[6]["id"], "type": "text", "words": PARTS[6]["words"]} and new[1]["words"] == "About you now"


@pytest.mark.parametrize(("changes", "field", "sentence"), [
    ({"parts_3_words": " \r\n "}, "parts-3-words", "Give the words"), ({"parts_3_words": "x" * 301}, "parts-3-words", "300 characters for a heading"),
    ({"parts_0_words": "x" * 4001}, "parts-0-words", "4,000 for text"), ({"parts_0_words": "Dear {{tennant}}"}, "parts-0-words", "Use the fields as they are listed"),
    ({"parts_0_words": "Dear {{ tenant }}"}, "parts-0-words", "Use the fields"), ({"parts_9_words": "}} and {{"}, "parts-9-words", "Use the fields"),
    ({"parts_2_hint": "x" * 301}, "parts-2-hint", "Keep the hint"), ({"parts_6_options": "Only one"}, "parts-6-options", "2 to 20 different choices"),
    ({"parts_6_options": ""}, "parts-6-options", "2 to 20"), ({"parts_7_options": "Same\n Same "}, "parts-7-options", "2 to 20"),
    ({"parts_7_options": "\n".join(map(str, range(21)))}, "parts-7-options", "2 to 20"), ({"parts_6_options": "a\n" + "x" * 101}, "parts-6-options", "2 to 20"),
    ({"parts_3_type": "choice"}, "parts-3-options", "2 to 20"), ({"name": " "}, "name", "120 characters"), ({"parts_4_words": "a\x00b"}, None, "cannot be stored"),
])
def test_refusals_stand_at_their_part_and_nothing_is_lost(site, admin, changes, field, sentence):
    """409, the sentence at the field, everything that was typed, nothing written."""
    before = site.content()
    form = editor(admin, TEMPLATE)
    answer = sent(admin, TEMPLATE, form, parts_8_words="Typed besides", parts_8_hint="And a hint", **changes)
    assert answer.status_code == 409 and site.content() == before
    page = Page(answer.text)
    again = page.form_with("loaded")
    assert sentence in page.alerts
    invalid = [name for name, each in again.controls.items() if each.invalid]
    assert invalid == ([field] if field else [])
    assert field is None or sentence in page.error_of(again.controls[field])
    typed = form.values() | {"parts-8-words": "Typed besides", "parts-8-hint": "And a hint"} | {
        name.replace("_", "-") if name.startswith("parts_") else name: value for name, value in changes.items()}
    for name, value in typed.items():
        shown = again.controls[name].value
        assert shown == value if isinstance(value, bool) else " ".join(shown.split()) == " ".join(value.replace("\x00", "\ufffd").split()) or "\x00" in value, name


def test_two_people_at_once_lose_nothing(site, admin, fresh):
    """The second to save is told, keeps what they typed, and may save it after all."""
    first, second = editor(admin, fresh), editor(admin, fresh)
    assert sent(admin, fresh, first, parts_1_words="The first wording").status_code == 303
    answer = sent(admin, fresh, second, parts_1_words="The second wording")
    page = Page(answer.text)
    assert answer.status_code == 409 and "This template was reworded while you were writing: wording 2 is by Harbour Admin, today" in page.alerts
    assert len(versions(site, fresh)) == 2
    assert sent(admin, fresh, page.form_with("loaded")).status_code == 303
    assert [parts[1]["words"] for parts in versions(site, fresh)] == ["About you", "The first wording", "The second wording"]
    # The very same moment: one of them is the first.
    together = editor(admin, fresh)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda at: sent(admin, fresh, together, parts_1_words=f"Together {at}").status_code, range(6)))
    assert sorted(answers) == [303, *[409] * 5] and len(versions(site, fresh)) == 4
    # A new name is not undone by who did not see it.
    stale = editor(admin, fresh)
    assert sent(admin, fresh, editor(admin, fresh), name="Renamed meanwhile").status_code == 303
    page = Page(sent(admin, fresh, stale, parts_1_words="Mine").text)
    assert "was changed while you were writing: it is now Renamed meanwhile." in page.alerts and page.form_with("loaded").controls["parts-1-words"].value == "Mine"


def test_a_new_name_alone_is_no_new_wording(site, admin, fresh):
    """Nor is a new interval; and another's name is refused at its field."""
    form = editor(admin, fresh)
    assert sent(admin, fresh, form, name="Renamed").status_code == 303 and len(versions(site, fresh)) == 1
    assert "Renamed" in admin.page("/templates").text
    answer = sent(admin, fresh, editor(admin, fresh), name="All types", parts_0_words="Other words")
    form = Page(answer.text).form_with("loaded")
    assert answer.status_code == 409 and form.controls["name"].invalid and form.controls["parts-0-words"].value == "Other words" and len(versions(site, fresh)) == 1
    yearly = plant(site.world, uuid.uuid4(), f"Yearly {uuid.uuid4()}", kind="recurring_assessment", months=12)
    for wrong in ("", "0", "61", "abc"):
        answer = sent(admin, yearly, editor(admin, yearly), repeats_every_months=wrong)
        assert answer.status_code == 409 and Page(answer.text).form_with("loaded").controls["repeats_every_months"].invalid
    assert sent(admin, yearly, editor(admin, yearly), repeats_every_months="6").status_code == 303
    assert site.as_owner("select repeats_every_months from app.document_templates where id = %(id)s", id=yearly) == [(6,)] and len(versions(site, yearly)) == 1


def test_a_hundred_parts_and_no_more(site, admin):
    """The page stays of a size; the button for one more says why not, and a forged form is refused."""
    many = [{"id": str(uuid.uuid4()), "type": "choice", "words": f"Question {at}", "options": ["One", "Two"]} for at in range(100)]
    its_id = plant(site.world, uuid.uuid4(), f"Hundred {uuid.uuid4()}", many)
    form = editor(admin, its_id)
    assert words_of(form) == [part["words"] for part in many]
    answer = sent(admin, its_id, form, do="add:50")
    assert answer.status_code == 409 and "100 parts at most" in Page(answer.text).alerts and len(words_of(Page(answer.text).form_with("loaded"))) == 100
    answer = sent(admin, its_id, form, **{"parts-100-type": "text", "parts-100-words": "One more", "parts-200-type": "text"})
    assert answer.status_code == 409 and "100 at most" in Page(answer.text).alerts and len(versions(site, its_id)) == 1
    assert sent(admin, its_id, form, parts_99_words="The last one").status_code == 303
    assert versions(site, its_id)[-1][99]["words"] == "The last one"


def test_ids_that_are_forged_are_drawn_anew(site, admin, fresh):
    """Two parts with one id, and an id that is none."""
    form = editor(admin, fresh)
    assert sent(admin, fresh, form, parts_1_id=PARTS[0]["id"], parts_2_id="nonsense", parts_3_type="secret").status_code == 303
    new = versions(site, fresh)[-1]
    assert len({part["id"] for part in new}) == len(PARTS) and new[0]["id"] == PARTS[0]["id"] and new[3]["type"] == "text"


# ---- preview and earlier wordings ------------------------------------------------------------------------------------


def test_the_preview_follows_what_is_typed_complete_or_not(site, admin):
    """On the page, by its button, and as the script asks for it; with names filled in, and nothing saved."""
    before = site.content()
    form = editor(admin, TEMPLATE)
    page = admin.page(EDIT)
    assert "Dear Sam Example," in page.ids["preview-page"] and "this is Harbour Homes." in page.ids["preview-page"] and "By letter" in page.ids["preview-page"]
    changed = {"parts-0-words": "Now {{property}} and {{nonsense}} \x00", "parts-6-options": "", "parts-1-words": "", "name": "Typed name"}
    answers = [admin.fill(form, EDIT, do="preview", **changed), admin.fill(form, f"/templates/{TEMPLATE}/preview", **changed)]
    for answer in answers:
        assert answer.status_code == 200 and "Now 1 Example Street, Leeds LS1 1AA and {{nonsense}}" in Page(answer.text).text and "Typed name" in answer.text
    assert answers[1].text.lstrip().startswith("<article") and "<main" not in answers[1].text
    empty = admin.send(f"/templates/{TEMPLATE}/preview")
    assert empty.status_code == 200 and "All types" in empty.text
    assert site.content() == before


def test_earlier_wordings_stay_readable_and_can_be_begun_from(site, admin, fresh):
    """Who and when, the words as they were, and the editor filled with them."""
    assert sent(admin, fresh, editor(admin, fresh), parts_1_words="About us all").status_code == 303
    page = admin.page(f"/templates/{fresh}/wordings")
    assert "Wording 2 Now Harbour Admin" in page.text and "Wording 1 Harbour Admin" in page.text
    assert "About you" in admin.page(f"/templates/{fresh}/wordings/1").text and "About us all" in admin.page(f"/templates/{fresh}/wordings/2").text
    assert "Begin again from this wording" in admin.page(f"/templates/{fresh}/wordings/1").text
    for missing in ("0", "3", "99999999999999999999", "abc"):
        assert admin.get(f"/templates/{fresh}/wordings/{missing}").status_code == 404
    again = editor(admin, fresh, "?wording=1")
    assert words_of(again)[1] == "About you"
    for nonsense in ("9", "abc", "99999999999999", "-1", ""):
        assert words_of(editor(admin, fresh, f"?wording={nonsense}"))[1] == "About us all", nonsense
    assert sent(admin, fresh, again).status_code == 303 and [parts[1]["words"] for parts in versions(site, fresh)] == ["About you", "About us all", "About you"]


def test_markup_is_text_on_every_screen_of_templates(site, admin):
    """Threat 57b: in names, words, hints, choices and names of people; kept, typed, and previewed."""
    pages = []
    for words in (PLAIN, MARKUP):
        said = [{"id": str(ident("part", f"markup {at}")), "type": kind, "words": words.replace("{{", "{ {").replace("}}", "} }"), **more}
                for at, (kind, more) in enumerate([("heading", {}), ("text", {}), ("short_text", {"hint": words}),
                                                   ("choices", {"options": [f"{words[:80]}1", f"{words[:80]}2"], "hint": words})])]
        its_id = plant(site.world, uuid.uuid4(), f"{words[:100]}x", said)
        with site.world.owner() as owner:
            owner.execute("insert into app.document_template_versions (template_id, parts, author_name) values (%s, %s, %s)", [its_id, json.dumps(said), words])
        form = editor(admin, its_id)
        answers = [admin.get(f"/templates{path}") for path in (
            f"?q={words[:20]}", f"/{its_id}/edit", f"/{its_id}/wordings", f"/{its_id}/wordings/1", f"/add?copy={its_id}", f"/{its_id}/edit?wording=1")]
        answers += [sent(admin, its_id, form, do="remove:3"), sent(admin, its_id, form, do="add:1", parts_0_words=words), sent(admin, its_id, form, parts_1_words="{{" + words),
                    admin.fill(form, f"/templates/{its_id}/preview", name=words)]
        assert admin.send(f"/templates/{its_id}/retire").status_code == 303
        answers.append(admin.get(f"/templates/{its_id}/edit"))
        pages.append(answers)
    for plain, markup in zip(*pages, strict=True):
        assert plain.status_code == markup.status_code and plain.status_code in (200, 409)
        assert_harmless(markup.text)
        assert shape(markup.text) == shape(plain.text)
        assert "499849" not in markup.text
