"""Choices among many rows (views/choosing.py): what is offered, to whom, with and without a script; and the lists and settings around them."""

import re
import uuid

import pytest
from flask import g
from werkzeug.datastructures import MultiDict

from tests import world as made
from tests.web.pages import Page
from views.choosing import OneOf, SeveralOf
from views.forms import Form
from views.properties import LANDLORDS
from views.settings import addresses

HOME = {"address": "12 Station Road", "town": "Leeds", "postcode": "ls62xy"}


def labels(answer) -> list[str]:
    """What an answer to the script offers."""
    assert answer.status_code == 200
    assert all(set(each) == {"id", "label"} and uuid.UUID(each["id"]) for each in answer.json())
    return [each["label"] for each in answer.json()]


def of(organisation: str, landlords=made.LANDLORDS) -> set[str]:
    """The landlords of an organisation of the world."""
    return {name for name, its in landlords.items() if its == organisation}


@pytest.mark.parametrize(("persona", "firm"), [("harbour_admin", "harbour"), ("two_hats_admin", "moor"), ("small_admin", "small")])
def test_org_admins_choose_among_their_own(site, persona, firm):
    """Every landlord and property of the firm, by name, and nothing of another one."""
    homes = sorted(f"{name.replace('_', ' ').title()} Street, Leeds {code}" for name, (landlord, code) in made.PROPERTIES.items() if landlord in of(firm))
    assert labels(site.visitor(persona).get("/properties/choices")) == sorted(name.title() for name in of(firm))
    assert labels(site.visitor(persona).get("/tenants/choices")) == homes != []


@pytest.mark.parametrize(("persona", "tenants"), [
    ("harbour_admin", ["Eve Tenant", "Fay Tenant"]), ("two_hats_admin", ["Ida Tenant"]), ("quay_manager", []), ("idle_manager", [])])
def test_operators_choose_among_tenants_without_an_open_case(site, persona, tenants):
    """Along the rights of whoever asks; who has an open case, or lives with another landlord, is not offered."""
    assert [label.split(",")[0] for label in labels(site.visitor(persona).get("/support-cases/choices"))] == tenants


def test_a_manager_is_offered_a_tenant_of_theirs(site):
    """So that the empty list above says something."""
    site.as_owner("insert into app.tenants (property_id, full_name) values (%(home)s, 'Gil Tenant')", home=site.world.property["quay_2"])
    for persona, offered in (("quay_manager", True), ("idle_manager", False), ("two_hats_admin", False)):
        assert ("Gil Tenant, Quay 2 Street, Leeds LS6 2AC" in labels(site.visitor(persona).get("/support-cases/choices", params={"q": "gil"}))) == offered
    site.as_owner("delete from app.tenants where full_name = 'Gil Tenant'")


@pytest.mark.parametrize("path", ["/properties/choices", "/tenants/choices", "/support-cases/choices"])
def test_nobody_else_is_answered(site, path):
    """404 for people without that side or plan; a way to sign in for strangers."""
    others = ["worker", "officer_open", "platform"] + (["small_admin", "small_manager"] if "cases" in path else ["quay_manager", "small_manager"])
    for persona in others:
        assert site.visitor(persona).get(path).status_code == 404, persona
    with site.visited_by() as stranger:
        assert stranger.get(path).status_code == 302


@pytest.mark.parametrize(("words", "found"), [
    ("dock", 1), ("DOCK", 1), (" street, leeds ls7", 1), ("LS6", 2), ("%", 0), ("_", 0), ("\x00", 3), ("x" * 3000, 0), ("' or true--", 0), ("", 3)])
def test_a_search_takes_what_is_typed_literally(site, words, found):
    """Any case, part of the address; nothing is a pattern."""
    assert len(labels(site.visitor("harbour_admin").get("/tenants/choices", params={"q": words}))) == found


def test_without_a_script_the_search_button_gives_the_form_back(site):
    """Everything typed still there, the matches shown, the chosen one first, nothing saved and nothing called wrong."""
    before = site.content()
    visitor = site.visitor("harbour_admin")
    typed = {**HOME, "landlord_id": str(site.world.landlord["quay"])}
    served = visitor.page("/properties/add").form_with("landlord_id")
    answer = visitor.fill(served, "/properties/add", **typed, **{"landlord_id-q": "doc", "find": "landlord_id"})
    assert answer.status_code == 200 and site.content() == before
    page = Page(answer.text)
    form = page.form_with("address", "landlord_id")
    assert {name: form.controls[name].value for name in typed} == typed
    assert form.controls["landlord_id"].choices == [str(site.world.landlord[name]) for name in ("quay", "dock")]
    assert form.controls["landlord_id-q"].value == "doc" and "1 found" in page.text
    assert not page.alerts and not any(control.invalid for control in form.controls.values())
    nothing = visitor.fill(served, "/properties/add", **HOME, **{"landlord_id-q": "zzz", "find": "landlord_id"})
    assert nothing.status_code == 200 and "Nothing matches “zzz”." in Page(nothing.text).text
    assert site.content() == before


def test_enter_keeps_the_form_and_in_the_search_box_searches(site):
    """The first button is what Enter presses: unseen, and a search only where the words are others than the form came with."""
    visitor, typed = site.visitor("harbour_admin"), {**HOME, "landlord_id": str(site.world.landlord["quay"])}
    markup = visitor.get("/properties/add").text.split('<form class="card"')[1]
    assert [re.search('name="(.*?)"', button + 'name=""')[1] for button in re.findall("<button.*?>", markup)] == ["enter", "find", ""]
    served, before = visitor.page("/properties/add?landlord_id-q=quay").form_with("landlord_id"), site.content()
    searched = visitor.fill(served, "/properties/add", **typed, **{"landlord_id-q": "doc", "enter": "y"})
    assert searched.status_code == 200 and site.content() == before
    page = Page(searched.text)
    assert "1 found" in page.text and page.form_with("address").controls["address"].value == HOME["address"] and not page.alerts
    assert visitor.fill(page.form_with("address"), "/properties/add", enter="y").status_code == 303
    assert site.as_owner("delete from app.properties where address = '12 Station Road' returning 1") == [(1,)]
    # The button that people see keeps the form, whatever stands in the search box.
    assert visitor.fill(served, "/properties/add", **typed, **{"landlord_id-q": "doc"}).status_code == 303
    assert site.as_owner("delete from app.properties where address = '12 Station Road' returning 1") == [(1,)]


def test_the_search_button_of_open_a_case(site):
    """The same for property managers and org-admins; a search that finds nobody keeps the form and its text."""
    for persona in ("harbour_admin", "quay_manager"):
        answer = site.visitor(persona).send("/support-cases/open", **{"tenant_id-q": "zzz", "find": "tenant_id", "context_summary": "Half a sentence"})
        assert answer.status_code == 200
        form = Page(answer.text).form_with("context_summary")
        assert form.controls["context_summary"].value == "Half a sentence" and form.controls["tenant_id-q"].value == "zzz"


@pytest.mark.parametrize(("persona", "tenant", "chosen"), [
    ("harbour_admin", "fay", True), ("harbour_admin", "ann", False), ("harbour_admin", "ida", False), ("two_hats_admin", "fay", False),
    ("two_hats_admin", "ida", True)])
def test_a_tenant_named_by_the_address_is_chosen(site, persona, tenant, chosen):
    """From their line in the list of tenants; one with an open case, or of another firm, is simply not offered."""
    its_id = str(site.world.tenant[tenant])
    form = Page(site.visitor(persona).get(f"/support-cases/open?tenant_id={its_id}").text).form_with("tenant_id")
    assert (form.controls["tenant_id"].value == its_id) == chosen
    assert (form.controls["tenant_id"].choices[0] == its_id) == chosen and (its_id in form.controls["tenant_id"].choices) == chosen
    assert site.visitor(persona).get("/support-cases/open?tenant_id=nonsense").status_code == 200


def test_the_list_of_tenants_leads_to_cases(site):
    """An open one, and opening one; neither where the plan has no support cases."""
    links = {attributes["href"] for tag, attributes in Page(site.visitor("harbour_admin").get("/tenants").text).tags if tag == "a" and "href" in attributes}
    assert f"/support-cases/{site.world.case['ann']}" in links
    assert f"/support-cases/open?tenant_id={site.world.tenant['fay']}" in links
    assert f"/support-cases/{site.world.case['eve']}" not in links
    page = site.visitor("small_admin").get("/tenants").text
    assert "Jon Tenant" in page and "support-cases" not in page
    edit = site.visitor("small_admin").get(site.at("/tenants/{tenant[jon]}/edit")).text
    assert "Jon Tenant" in edit and "support-cases" not in edit


@pytest.mark.parametrize(("address", "shown"), [
    ("/tenants", "ann ben cora dan eve fay"), ("/tenants?show=visible", "cora"), ("/tenants?show=hidden", "ben eve"),
    ("/tenants?show=nonsense", "ann ben cora dan eve fay"),
    ("/tenants?show=hidden&q=dock", "eve"), ("/tenants?q=LS7", "dan eve fay"), ("/tenants?sort=full_name&way=desc", "fay eve dan cora ben ann")])
def test_tenants_by_their_override_and_a_search(site, address, shown):
    """Chips and search narrow together; own firm only."""
    page = site.visitor("harbour_admin").get(address).text
    names = [attributes["href"].split("/")[2] for tag, attributes in Page(page).tags if tag == "a" and attributes.get("class") == "row-link"]
    assert names == [str(site.world.tenant[name]) for name in shown.split()]


def test_a_search_keeps_the_chip_and_an_empty_list_says_so(site):
    """A hidden field carries the override; none of these is not "no tenants yet"."""
    form = Page(site.visitor("harbour_admin").get("/tenants?show=hidden").text).form_with("q")
    assert form.controls["show"].value == "hidden"
    page = site.visitor("small_admin").get("/tenants?show=hidden").text
    assert "None of these at the moment." in page and "Add tenant" in page and "There are no tenants yet" not in page


@pytest.mark.parametrize(("typed", "kept"), [
    ("ls62xy", "LS6 2XY"), ("LS6 2XY", "LS6 2XY"), (" l s 6 2 x y ", "LS6 2XY"), ("sw1a1aa", "SW1A 1AA"), ("m1 1ae", "M1 1AE"), ("ls6\u00a02xy", "LS6 2XY")])
def test_postcodes_are_put_right(site, typed, kept):
    """Small letters, a missing blank, blanks too many."""
    answer = site.visitor("harbour_admin").post("/properties/add", **{**HOME, "postcode": typed, "landlord_id": str(site.world.landlord["dock"])})
    assert answer.status_code == 303
    assert site.as_owner("delete from app.properties where address = '12 Station Road' returning postcode") == [(kept,)]


def test_what_a_tenant_s_visibility_does_is_said(site):
    """With what the organisation has chosen now: Harbour shows Shared notes, Moor does not."""
    for persona, said in (("harbour_admin", "now shown to"), ("moor_admin", "now not shown to")):
        assert f"As the organisation: Shared notes are {said} housing officers" in site.visitor(persona).page("/tenants/add").text


def test_a_tenant_s_move_takes_their_case_along(site):
    """To a property of another landlord: that landlord's manager sees the case, the other one no longer does."""
    visitor, case = site.visitor("harbour_admin"), site.at("/support-cases/{case[ann]}")
    assert site.visitor("quay_manager").get(case).status_code == 200
    for home, status in (("dock_1", 404), ("quay_1", 200)):
        assert visitor.post(site.at("/tenants/{tenant[ann]}/edit"), property_id=str(site.world.property[home])).status_code == 303
        assert site.visitor("quay_manager").get(case).status_code == status


def test_settings_are_kept_for_the_own_firm_alone(site):
    """Both windows, the switch and the addresses; another firm keeps its own."""
    others = site.as_owner("select * from app.organisations where name <> 'Harbour Homes' order by id")
    asked = site.visitor("harbour_admin").post(
        "/settings", support_retention_years_case="3", support_retention_years_safeguarding="40", support_notes_visible_to_housing_officer=False,
        housing_officer_emails=" A@example.org \n\na@EXAMPLE.org\nb@example.org, c@example.org;")
    answer = site.visitor("harbour_admin").fill(Page(asked.text).form_with("agreed"), "/settings")
    assert (asked.status_code, answer.status_code) == (409, 303)
    assert site.as_owner(
        "select support_retention_years, support_notes_visible_to_housing_officer, housing_officer_emails from app.organisations where name = 'Harbour Homes'"
    ) == [({"case": 3, "safeguarding": 40}, False, ["A@example.org", "b@example.org", "c@example.org"])]
    assert site.as_owner("select * from app.organisations where name <> 'Harbour Homes' order by id") == others
    page = site.visitor("harbour_admin").page("/settings")
    assert "Settings saved." in page.text
    assert page.form_with("housing_officer_emails").values() == {
        "support_retention_years_case": "3", "support_retention_years_safeguarding": "40", "support_notes_visible_to_housing_officer": False,
        "housing_officer_emails": "A@example.org\nb@example.org\nc@example.org", "agreed": ""}


@pytest.mark.parametrize(("typed", "kept"), [
    (None, []), ("", []), (" \n ", []), ("B@x.org\nb@X.org\na@x.org", ["B@x.org", "a@x.org"]), ("a@x.org\r\nb@x.org", ["a@x.org", "b@x.org"])])
def test_addresses_are_kept_as_typed_but_for_blanks_and_doubles(typed, kept):
    """The first spelling of each, in the order they came in."""
    assert addresses(typed) == kept


class Both(Form):
    one = OneOf("One", of=LANDLORDS, screen="Properties", sentence="Choose one of your landlords.")
    several = SeveralOf("Several", of=LANDLORDS, screen="Properties", sentence="Choose your landlords.")


@pytest.fixture
def both(console):
    """Makes a form with both fields, filled in and acted on by Harbour's org-admin."""
    with console.app.test_request_context("/properties", method="POST"):
        g.identity = console.world.identity("harbour_admin")
        yield lambda **typed: Both(formdata=MultiDict([(name, value) for name, values in typed.items() for value in values]))


def test_several_are_read_and_offered_ticked(console, both):
    """Each id once; the ticked ones first, others behind; an id of another firm is not offered, nor is nobody's."""
    quay, dock, heath = (str(console.world.landlord[name]) for name in ("quay", "dock", "heath"))
    form = both(several=[quay, quay, heath, str(uuid.uuid4())])
    assert [str(each) for each in form.several.data][:2] == [quay, heath] and len(form.several.data) == 3
    assert [(each.value, each.selected) for each in form.several.iter_choices()] == [(quay, True), (dock, False)]
    assert [field.widget.input_type for field in form.several] == ["checkbox", "checkbox"]
    assert both(several=[]).several.data == []


def test_what_is_no_id_gets_the_field_s_sentence(both):
    """Nothing chosen is a refusal for one, and an answer for several."""
    form = both(one=[], several=["nonsense", "1"])
    assert not form.validate()
    assert form.errors == {"one": ["Choose one of your landlords."], "several": ["Choose your landlords."]}
    assert (form.one.data, form.several.data) == (None, [])
