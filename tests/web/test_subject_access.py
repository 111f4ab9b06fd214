"""A subject access request on the screens: its clock, looking through it, what is hidden, and its files; for org-admins, with the plan or without."""

import hashlib
from datetime import date, timedelta

import pytest

from tests.web.pages import Page
from tests.web.visitor import new_id
from tests.world_requests import BYTES

REQUEST = "/subject-access/{request[ann]}"


@pytest.fixture
def admin(site):
    return site.visitor("harbour_admin")


def entered(site, admin, **changes) -> str:
    """A request about Fay: the address of its page."""
    fields = {"tenant_id": str(site.world.tenant["fay"]), "received_on": str(date.today()), "way": "email", "asked_by": "tenant", "asked_by_name": "", "id": new_id(), **changes}
    answer = admin.fill(admin.page("/subject-access/add").form_with("received_on"), "/subject-access/add", **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_the_register_begins_with_what_is_due_next(site, admin):
    """Overdue in words, with its badge; closed ones are under their own chip."""
    late = entered(site, admin, received_on=str(date.today() - timedelta(days=70)))
    soon = entered(site, admin)
    page = admin.page("/subject-access")
    assert page.text.index("Overdue by ") < page.text.index("The clock has stood still since") and "Overdue" in page.text
    assert "Answer it now" in admin.page(late).text and "Answer it now" not in admin.page(soon).text
    assert admin.post(f"{soon}/close", outcome="refused", outcome_on=str(date.today()), outcome_reason="").status_code == 409
    assert admin.post(f"{soon}/close", outcome="refused", outcome_on=str(date.today()), outcome_reason="The same as last week.").status_code == 303
    said = admin.page(soon).text
    assert "Refused on" in said and "The same as last week." in said
    assert "Refused on" in admin.page("/subject-access?show=closed").text and "Refused on" not in admin.page("/subject-access").text
    for step in ("pause", "resume", "extend", "close", "files"):
        assert admin.get(f"{soon}/{step}").status_code == 404, step


def test_the_clock_is_stopped_started_and_extended(site, admin):
    """Each refusal stands by its field."""
    page = entered(site, admin, received_on=str(date.today() - timedelta(days=10)))
    answer = admin.post(f"{page}/pause", why="clarification", began_on=str(date.today() - timedelta(days=11)), reason="Which years?")
    assert answer.status_code == 409 and "after any earlier stop" in answer.text
    assert admin.post(f"{page}/pause", why="clarification", began_on=str(date.today() - timedelta(days=5)), reason="Which years?").status_code == 303
    assert "The clock stands still" in admin.page(page).text and admin.get(f"{page}/pause").status_code == 404
    assert admin.post(f"{page}/resume", ended_on="").status_code == 409
    assert admin.post(f"{page}/resume", ended_on=str(date.today() - timedelta(days=2))).status_code == 303
    assert "The clock stood still for 3 days." in admin.page(page).text
    assert admin.post(f"{page}/extend", extension_reason=" ").status_code == 409
    assert admin.post(f"{page}/extend", extension_reason="Ten years of records.").status_code == 303
    assert "Two more months were taken on" in admin.page(page).text and admin.get(f"{page}/extend").status_code == 404


def test_looking_through_it_is_on_the_record(site, admin):
    """Professional notes among it; a line before it is shown. Hidden words are marked in the copy too, and shown again when asked."""
    looks = "select count(*) from app.audit_log where action = 'view' and row_kind = 'held_items' and row_id = %(id)s"
    [(before,)] = site.as_owner(looks, id=site.world.request["ann"])
    page = admin.get(site.at(REQUEST + "/items?part=notes")).text
    assert "professional note of harbour_admin about ann" in page
    assert site.as_owner(looks, id=site.world.request["ann"]) == [(before + 1,)]
    # The pages on which words or an entry are hidden show the entry too.
    for place, step in enumerate(("hide", "withhold"), start=2):
        page = admin.get(site.at(REQUEST + f"/{step}?item=support_notes:{{note[ann/professional/harbour_admin]}}")).text
        assert "professional note of harbour_admin about ann" in page
        assert site.as_owner(looks, id=site.world.request["ann"]) == [(before + place,)]
    item = site.at("?item=support_notes:{note[ann/shared/worker]}")
    address = site.at(REQUEST + "/hide") + item
    assert admin.get(site.at(REQUEST + "/hide?item=support_notes:{note[gus/shared/both_worker]}")).status_code == 404
    assert admin.post(address, passage="SHARED  note", scope="item", because="third_party", note="").status_code == 303
    assert '<mark class="hidden-words"' in admin.get(site.at(REQUEST + "/items?part=notes")).text
    hidden = admin.page(site.at(REQUEST + "/hidden"))
    assert "“SHARED  note”" in hidden.text or "“SHARED note”" in hidden.text
    [(row,)] = site.as_owner("select id from app.subject_access_redactions where request_id = %(id)s and passage like 'SHARED%%'", id=site.world.request["ann"])
    assert admin.post(site.at(REQUEST) + f"/hidden/{row}/show").status_code == 303
    # Words that stand nowhere are kept, and told of.
    answer = admin.post(address, passage="No such words", scope="item", because="third_party", note="")
    assert "do not stand in this entry" in Page(admin.get(answer.headers["location"]).text).text


def test_files_are_agreed_to_asked_for_and_taken_out(site, admin):
    """The question holds the figures; while files are made nothing is hidden. A download is the bytes as they were kept, and is written down first."""
    exported = "select count(*) from app.audit_log where action = 'export' and row_kind = 'subject_access_bundle'"
    answer = admin.get(site.at(REQUEST + "/download"))
    assert answer.status_code == 200 and answer.content == BYTES and answer.headers["content-length"] == str(len(BYTES))
    assert answer.headers["content-type"] == "application/zip" and answer.headers["cache-control"] == "no-store" and "attachment" in answer.headers["content-disposition"]
    assert site.as_owner(exported) == [(1,)]
    assert hashlib.sha256(answer.content).hexdigest() in admin.page(site.at(REQUEST)).text
    form = admin.page(site.at(REQUEST + "/files")).form_with("agreed")
    assert admin.post(site.at(REQUEST + "/hide?item=tenants:{tenant[ann]}"), passage="Leeds", scope="everywhere", because="other", note="").status_code == 303
    assert "has changed meanwhile" in admin.fill(form, site.at(REQUEST + "/files")).text
    form = admin.page(site.at(REQUEST + "/files")).form_with("agreed")
    assert admin.fill(form, site.at(REQUEST + "/files")).status_code == 303
    assert "Waiting for its turn" in admin.page(site.at(REQUEST)).text
    answer = admin.post(site.at(REQUEST + "/hide?item=tenants:{tenant[ann]}"), passage="York", scope="everywhere", because="other", note="")
    assert answer.status_code == 409 and "The files are being made." in Page(answer.text).text
    assert admin.get(site.at("/subject-access/{request[gus]}/download")).status_code == 404 and site.as_owner(exported) == [(1,)]


def test_with_the_plan_or_without(site):
    """Small's org-admin has the menu entry and all of it, though no case shows."""
    admin = site.visitor("small_admin")
    assert "Subject access" in admin.page("/tenants").text
    assert "professional note of small_manager! about jon" in admin.get(site.at("/subject-access/{request[jon]}/items?part=notes")).text
    assert admin.get(site.at("/subject-access/{request[jon]}/download")).content == BYTES
    for persona in ("quay_manager", "worker", "platform", "moor_admin"):
        assert site.visitor(persona).get(site.at(REQUEST)).status_code == 404
