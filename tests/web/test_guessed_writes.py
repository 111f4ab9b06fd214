"""Forged requests: right addresses with wrong ids, wrong people and wrong fields. They answer 404 and change nothing."""

import uuid

import pytest

from tests.web.pages import Page
from tests.web.planted_templates import TEMPLATE, plant
from tests.web.test_rights_on_screens import masked
from tests.web.visitor import new_id

NOTE = {"body": "planted"}
GOAL = {"title": "planted", "description": "planted"}
SESSION = {"scheduled_at": "2030-01-01T10:00", "duration_minutes": "60", "type": "appointment", "attendees": "planted"}
OUTCOME = {"status": "cancelled", "outcome_note": "planted"}
PERSON = {"full_name": "Planted", "email": "planted@example.org", "kind": "support_worker", "participation_mode": "full"}
MANAGER = {"invited_name": "Planted", "invited_email": "planted@example.org"}
CARD = {"full_name": "Planted", "kind": "external_contact", "phone": "01234 567890"}
CLOSE = {"closing_reason": "died", "end_assignments": "y"}
SUMMARY = {"context_summary": "planted"}
OP, CO = "/support-cases", "/support/cases"
LANDLORD = {"name": "Planted"}
HOME = {"address": "1 Planted Street", "town": "Leeds", "postcode": "LS1 1AA", "landlord_id": "{landlord[quay]}"}
TENANT = {"full_name": "Planted", "property_id": "{property[quay_1]}", "housing_officer_note_visibility": "visible"}
SETTINGS = {"support_retention_years_case": "1", "support_retention_years_safeguarding": "1"}

# persona, address (with ids of the world by name), fields
FORGED = [
    # notes into cases that are not theirs
    *[("worker", f"{CO}/{{case[gus]}}{tab}", NOTE) for tab in ("/notes", "/notes/shared", "/notes/professional")],
    ("worker", CO + "/{case[cora]}/notes", NOTE),
    ("worker", CO + "/{case[ann_before]}/notes", NOTE),
    ("worker", OP + "/{case[ann]}/notes", NOTE),
    ("worker", OP + "/{case[ann]}/notes/professional", NOTE),
    ("gone", CO + "/{case[ann]}/notes", NOTE),
    ("quay_manager", OP + "/{case[dan]}/notes", NOTE),
    ("quay_manager", OP + "/{case[dan]}/notes/professional", NOTE),
    ("quay_manager", OP + "/{case[gus]}/notes", NOTE),
    ("quay_manager", CO + "/{case[ann]}/notes", NOTE),
    ("harbour_admin", OP + "/{case[gus]}/notes", NOTE),
    ("harbour_admin", CO + "/{case[ann]}/notes", NOTE),
    ("two_hats_admin", OP + "/{case[dan]}/notes", NOTE),
    ("two_hats_admin", OP + "/{case[dan]}/notes/professional", NOTE),
    ("small_admin", OP + "/{case[jon]}/notes", NOTE),
    ("small_worker", CO + "/{case[jon]}/notes", NOTE),
    ("platform", OP + "/{case[ann]}/notes", NOTE),
    ("platform", CO + "/{case[ann]}/notes", NOTE),
    # a crafted stream
    ("worker", CO + "/{case[ann]}/notes/professional", NOTE),
    ("two_hats_worker", CO + "/{case[dan]}/notes/professional", NOTE),
    ("worker", CO + "/{case[ann]}/notes/secret", NOTE),
    # notes of hidden cases, of other visible cases, of other people, of the other stream
    *[("quay_manager", f"{OP}/{{case[ann]}}/notes/{{note[dan/shared/two_hats]}}/{step}", NOTE) for step in ("edit", "delete", "flag")],
    *[("quay_manager", f"{OP}/{{case[dan]}}/notes/{{note[dan/professional/harbour_admin]}}/{step}", NOTE) for step in ("edit", "delete", "flag")],
    *[("quay_manager", f"{OP}/{{case[ann]}}/notes/{{note[cora/shared/quay_manager]}}/{step}", NOTE) for step in ("edit", "delete")],
    *[("quay_manager", f"{OP}/{{case[ann]}}/notes/{{note[ben/professional/quay_manager]}}/{step}", NOTE) for step in ("edit", "delete", "flag")],
    *[("quay_manager", f"{OP}/{{case[ann]}}/notes/{{note[ann/shared/worker]}}/{step}", NOTE) for step in ("edit", "delete", "flag")],
    ("quay_manager", OP + "/{case[ann]}/notes/{note[ann/professional/harbour_admin]}/delete", NOTE),
    ("harbour_admin", OP + "/{case[ann]}/notes/{note[ann/professional/quay_manager]}/delete", NOTE),
    ("harbour_admin", OP + "/{case[ann]}/notes/{note[ann/shared/worker]}/edit", NOTE),
    ("harbour_admin", OP + "/{case[ann]}/notes/{note[ann/shared/worker]}/flag", {}),
    ("harbour_admin", OP + "/{case[gus]}/notes/{note[gus/professional/moor_admin]}/flag", {}),
    ("harbour_admin", OP + "/{case[ann]}/notes/{note[gus/professional/moor_admin]}/flag", {}),
    *[("worker", f"{CO}/{{case[ann]}}/notes/{{note[ann/professional/worker]}}/{step}", NOTE) for step in ("edit", "delete", "flag")],
    *[("worker", f"{CO}/{{case[ann]}}/notes/{{note[ann/shared/both_worker]}}/{step}", NOTE) for step in ("edit", "delete")],
    *[("worker", f"{CO}/{{case[ann]}}/notes/{{note[ben/shared/worker]}}/{step}", NOTE) for step in ("edit", "delete")],
    *[("worker", f"{CO}/{{case[cora]}}/notes/{{note[cora/shared/worker]}}/{step}", NOTE) for step in ("edit", "delete")],
    *[("worker", f"{CO}/{{case[ann]}}/notes/{{note[cora/shared/worker]}}/{step}", NOTE) for step in ("edit", "delete")],
    *[("watcher", f"{CO}/{{case[ann]}}/notes/{{note[ann/shared/watcher]}}/{step}", NOTE) for step in ("edit", "delete")],
    *[("officer_shut", f"{CO}/{{case[ben]}}/notes/{{note[ben/shared/worker]}}/{step}", NOTE) for step in ("edit", "delete")],
    # goals and progress
    *[("quay_manager", f"{OP}/{{case[{case}]}}/goals/{{goal[dan/active]}}/edit", GOAL) for case in ("ann", "dan")],
    *[("quay_manager", f"{OP}/{{case[{case}]}}/goals/{{goal[dan/active]}}/progress", NOTE) for case in ("ann", "dan")],
    ("quay_manager", OP + "/{case[ann]}/goals/{goal[cora/active]}/edit", GOAL),
    ("quay_manager", OP + "/{case[ann]}/goals/{goal[cora/active]}/progress", NOTE),
    ("worker", CO + "/{case[gus]}/goals", GOAL),
    ("worker", CO + "/{case[gus]}/goals/{goal[gus/active]}/edit", GOAL),
    ("worker", CO + "/{case[ann]}/goals/{goal[gus/active]}/progress", NOTE),
    ("watcher", CO + "/{case[ann]}/goals/{goal[ann/active]}/edit", GOAL),
    # sessions
    ("worker", CO + "/{case[gus]}/sessions", SESSION),
    ("worker", CO + "/{case[ann]}/sessions/{session[gus/both_worker/next]}/edit", SESSION),
    ("watcher", CO + "/{case[ann]}/sessions/{session[ann/worker/next]}/edit", SESSION),
    ("watcher", CO + "/{case[ann]}/sessions/{session[ann/worker/next]}/outcome", OUTCOME),
    ("quay_manager", OP + "/{case[dan]}/sessions/{session[dan/watcher/next]}/outcome", OUTCOME),
    ("quay_manager", OP + "/{case[ann]}/sessions/{session[dan/watcher/next]}/outcome", OUTCOME),
    ("quay_manager", OP + "/{case[ann]}/sessions/{session[cora/worker/next]}/edit", SESSION),
    # the team
    *[("quay_manager", f"{OP}/{{case[{case}]}}/team/{{collaborator[dan/watcher]}}/end", {}) for case in ("ann", "dan")],
    ("quay_manager", OP + "/{case[ann]}/team/{collaborator[cora/officer_open]}/end", {}),
    ("quay_manager", OP + "/{case[dan]}/team/add", PERSON),
    ("quay_manager", OP + "/{case[gus]}/team/add-contact-card", CARD),
    ("harbour_admin", OP + "/{case[ann]}/team/{collaborator[ann/gone]}/end", {}),
    ("harbour_admin", OP + "/{case[gus]}/team/{collaborator[gus/both_worker]}/end", {}),
    ("worker", OP + "/{case[ann]}/team/{collaborator[ann/both_worker]}/end", {}),
    ("worker", CO + "/{case[ann]}/team/{collaborator[ann/both_worker]}/end", {}),
    ("worker", CO + "/{case[ann]}/team/add", PERSON),
    # steps of a case
    ("quay_manager", OP + "/{case[dan]}/summary", SUMMARY),
    ("quay_manager", OP + "/{case[dan]}/close", CLOSE),
    ("quay_manager", OP + "/{case[eve]}/reopen", {}),
    ("quay_manager", OP + "/{case[ida]}/reopen", {}),
    ("worker", OP + "/{case[ann]}/close", CLOSE),
    ("worker", CO + "/{case[ann]}/close", CLOSE),
    ("worker", CO + "/{case[ann]}/summary", SUMMARY),
    ("harbour_admin", OP + "/{case[eve]}/close", CLOSE),
    ("harbour_admin", OP + "/{case[ann]}/reopen", {}),
    ("small_admin", OP + "/{case[joe]}/reopen", {}),
    *[("quay_manager", OP + "/open", {"tenant_id": f"{{tenant[{tenant}]}}", **SUMMARY}) for tenant in ("fay", "ida", "eve")],
    ("harbour_admin", OP + "/open", {"tenant_id": "{tenant[ida]}", **SUMMARY}),
    ("small_admin", OP + "/open", {"tenant_id": "{tenant[joe]}", **SUMMARY}),
    ("worker", OP + "/open", {"tenant_id": "{tenant[fay]}", **SUMMARY}),
    # what org-admins set up: nobody else's screens, and no other firm's rows
    *[(persona, f"/{address}", fields) for persona in ("quay_manager", "worker", "platform") for address, fields in (
        ("landlords/add", LANDLORD), ("landlords/{landlord[quay]}/edit", LANDLORD), ("landlords/{landlord[quay]}/delete", {}),
        ("properties/add", HOME), ("properties/{property[quay_1]}/edit", HOME), ("properties/{property[quay_1]}/delete", {}),
        ("tenants/add", TENANT), ("tenants/{tenant[ann]}/edit", TENANT), ("tenants/{tenant[fay]}/delete", {}), ("settings", SETTINGS))],
    *[("moor_admin", f"/{address}", fields) for address, fields in (
        ("landlords/{landlord[quay]}/edit", LANDLORD), ("landlords/{landlord[quay]}/delete", {}),
        ("properties/{property[quay_1]}/edit", HOME), ("properties/{property[quay_1]}/delete", {}),
        ("tenants/{tenant[fay]}/edit", TENANT), ("tenants/{tenant[fay]}/delete", {}))],
    # invitations: nobody else's, of another firm or case, and none that was accepted
    *[(persona, f"/property-managers/{address}", MANAGER) for persona in ("quay_manager", "worker", "platform")
      for address in ("add", *(f"{{user[quay_manager]}}/{step}" for step in ("edit", "invite", "delete")))],
    *[("moor_admin", f"/property-managers/{{user[{who}]}}/{step}", {}) for who in ("quay_manager", "invited", "moor_admin")
      for step in ("edit", "invite", "delete")],
    ("harbour_admin", "/property-managers/{user[quay_manager]}/invite", {}),
    *[(persona, f"{OP}/{{case[cora]}}/team/{{collaborator[cora/invited]}}/invite", {}) for persona in ("moor_admin", "worker", "platform")],
    ("harbour_admin", OP + "/{case[ann]}/team/{collaborator[cora/invited]}/invite", {}),
    ("harbour_admin", OP + "/{case[ann]}/team/{collaborator[ann/worker]}/invite", {}),
    ("harbour_admin", OP + "/{case[ann]}/team/{collaborator[ann/gone]}/invite", {}),
    ("harbour_admin", OP + "/{case[ann]}/team/{collaborator[ann/gp]}/invite", {}),
    ("small_admin", OP + "/{case[jon]}/team/{collaborator[jon/small_worker]}/invite", {}),
    *[(persona, f"/organisations/{{organisation[harbour]}}/{step}", MANAGER | {"role": "org_admin"}) for persona in ("harbour_admin", "worker")
      for step in ("invite", "operators/{user[invited]}/invite", "operators/{user[quay_manager]}/remove")],
    *[("platform", f"/organisations/{{organisation[small]}}/operators/{{user[quay_manager]}}/{step}", {}) for step in ("invite", "remove")],
    # retention: property managers have none of it, and org-admins none of another firm's or case's
    *[(persona, "/retention/run", {"agreed": "yes"}) for persona in ("quay_manager", "worker", "platform", "small_admin")],
    *[(persona, f"{OP}/{{case[{case}]}}/{step}", {"reason": "planted"}) for persona, case in (("quay_manager", "ann"), ("worker", "ann"), ("moor_admin", "eve"))
      for step in ("hold", "hold/lift")],
    ("harbour_admin", OP + "/{case[gus]}/hold", {"reason": "planted"}), ("small_admin", OP + "/{case[joe]}/hold/lift", {"reason": "planted"}),
    *[(persona, f"{OP}/{{case[{case}]}}/notes/{{note[{note}]}}/unflag", {"reason": "planted"}) for persona, case, note in (
        ("quay_manager", "cora", "cora/professional/quay_manager!"), ("harbour_admin", "ann", "eve/professional/disabled_admin!"),
        ("harbour_admin", "ann", "ann/professional/quay_manager"), ("harbour_admin", "gus", "gus/professional/heath_manager!"))],
    # templates of another firm, and by those who have none to word
    *[(persona, f"/templates/{TEMPLATE}/{step}", {"name": "Planted", "parts-0-type": "text", "parts-0-words": "planted"})
      for persona in ("moor_admin", "small_admin", "quay_manager", "worker", "platform") for step in ("edit", "preview", "retire", "bring-back")],
    *[(persona, f"/templates/{step}", {"name": "Planted", "kind": "letter"}) for persona in ("small_admin", "quay_manager", "worker", "platform") for step in ("add", "starter-pack")],
    *[(persona, "/collaborators/end", {"chosen": "{collaborator[ann/worker]}", "confirmed": "yes"}) for persona in ("worker", "platform")],
]  # fmt: skip

#: What the person may see but not do: the page may say why (409), and again nothing is written.
NOT_THEIRS_TO_DO = [
    ("quay_manager", OP + "/{case[ann]}/notes/{note[ann/professional/harbour_admin]}/edit", NOTE),
    ("harbour_admin", OP + "/{case[ann]}/notes/{note[ann/professional/quay_manager]}/edit", NOTE),
    ("harbour_admin", OP + "/{case[ann]}/notes/{note[ann/professional/harbour_admin!]}/delete", {}),
    ("watcher", CO + "/{case[ann]}/goals/{goal[ann/active]}/progress", NOTE),
    ("watcher", CO + "/{case[ann]}/notes/shared", NOTE),
    ("watcher", CO + "/{case[ann]}/goals", GOAL),
    ("officer_context", CO + "/{case[gus]}/notes/shared", NOTE),
    ("worker", CO + "/{case[eve]}/notes/shared", NOTE),
    ("worker", CO + "/{case[eve]}/goals", GOAL),
    ("worker", CO + "/{case[eve]}/goals/{goal[eve/active]}/progress", NOTE),
    ("worker", CO + "/{case[eve]}/sessions", SESSION),
    ("worker", CO + "/{case[eve]}/sessions/{session[eve/worker/next]}/outcome", OUTCOME),
    ("worker", CO + "/{case[eve]}/notes/{note[eve/shared/worker]}/edit", NOTE),
    ("worker", CO + "/{case[eve]}/notes/{note[eve/shared/worker]}/delete", {}),
    ("harbour_admin", OP + "/{case[eve]}/notes/shared", NOTE),
    ("harbour_admin", OP + "/{case[eve]}/notes/professional", NOTE),
    ("harbour_admin", OP + "/{case[eve]}/notes/{note[eve/shared/worker]}/delete", {}),
    ("harbour_admin", OP + "/{case[eve]}/goals", GOAL),
    ("harbour_admin", OP + "/{case[eve]}/goals/{goal[eve/active]}/edit", GOAL),
    ("harbour_admin", OP + "/{case[eve]}/sessions", SESSION),
    ("harbour_admin", OP + "/{case[eve]}/summary", SUMMARY),
    ("harbour_admin", OP + "/{case[eve]}/team/add", PERSON),
    ("harbour_admin", OP + "/{case[eve]}/team/add-contact-card", CARD),
    ("moor_admin", "/property-managers/add", MANAGER | {"landlord_ids": "{landlord[quay]}"}),
    ("harbour_admin", "/property-managers/{user[invited]}/edit", {"landlord_ids": "{landlord[heath]}"}),
    # parents of another firm, and what is still used
    *[("moor_admin", f"/{address}", fields) for address, fields in (
        ("properties/add", HOME), ("properties/{property[heath_1]}/edit", HOME), ("tenants/add", TENANT), ("tenants/{tenant[ida]}/edit", TENANT),
        ("landlords/{landlord[heath]}/delete", {}), ("properties/{property[heath_1]}/delete", {}), ("tenants/{tenant[ida]}/delete", {}))],
]  # fmt: skip


def named(table):
    """Test ids that say who does what where."""
    return [f"{persona} {address} {' '.join(fields.get('tenant_id', '').split())}".strip() for persona, address, fields in table]


def sent(site, persona, address, fields):
    """The answer to a forged request."""
    return site.visitor(persona).send(site.at(address), **{"id": new_id()} | {
        name: site.at(value) for name, value in fields.items()})


@pytest.mark.parametrize(("persona", "address", "fields"), FORGED, ids=named(FORGED))
def test_a_forged_write_answers_404_and_changes_nothing(site, persona, address, fields):
    """Guessed ids of rows that exist: the owner sees the same rows before and after."""
    plant(site.world)
    before = site.content()
    answer = sent(site, persona, address, fields)
    assert answer.status_code == 404
    assert site.content() == before


@pytest.mark.parametrize(("persona", "address", "fields"), NOT_THEIRS_TO_DO, ids=named(NOT_THEIRS_TO_DO))
def test_what_one_may_only_read_is_not_written(site, persona, address, fields):
    """Context only, and closed cases: refused in so many words or not there, never as if it had worked."""
    before = site.content()
    answer = sent(site, persona, address, fields)
    assert site.content() == before
    assert answer.status_code in (404, 409), f"answered {answer.status_code} as if nothing had been sent"


def test_a_case_for_a_hidden_tenant_answers_like_one_for_nobody(site):
    """Threat 6: no difference between a tenant of somebody else and none at all."""
    hidden = sent(site, "quay_manager", OP + "/open", {"tenant_id": "{tenant[fay]}", **SUMMARY})
    nobody = sent(site, "quay_manager", OP + "/open", {"tenant_id": str(uuid.uuid4()), **SUMMARY})
    assert hidden.status_code == nobody.status_code == 404
    assert masked(hidden.text) == masked(nobody.text)


@pytest.mark.parametrize(("address", "field", "fields", "sentence"), [
    ("/properties/add", "landlord_id", HOME, "Choose one of your landlords."),
    ("/properties/{property[heath_1]}/edit", "landlord_id", HOME, "Choose one of your landlords."),
    ("/tenants/add", "property_id", TENANT, "Choose one of your properties."),
    ("/tenants/{tenant[ida]}/edit", "property_id", TENANT, "Choose one of your properties."),
])
def test_a_row_of_another_firm_is_refused_like_one_that_is_nobody_s(site, address, field, fields, sentence):
    """Threat 6: the same page for both, with the field's sentence and everything typed."""
    its_id = new_id()
    theirs, nobodys = (sent(site, "moor_admin", address, {**fields, field: value, "id": its_id}) for value in (fields[field], str(uuid.uuid4())))
    assert theirs.status_code == nobodys.status_code == 409
    assert masked(theirs.text) == masked(nobodys.text)
    page = Page(theirs.text)
    form = page.form_with(field)
    assert form.controls[field].invalid and sentence in page.error_of(form.controls[field])
    assert all(form.controls[name].value == value for name, value in fields.items() if name != field)


@pytest.mark.parametrize(("address", "sentence"), [
    ("/landlords/{landlord[quay]}", "A landlord with properties cannot be removed."),
    ("/properties/{property[quay_1]}", "A property with tenants cannot be removed."),
    ("/tenants/{tenant[ann]}", "A tenant with a case, open or closed, cannot be removed."),
])
def test_what_is_still_used_says_so_and_nothing_else(site, address, sentence):
    """A removal that the database refuses: the reason above the question, and no word about choosing."""
    before = site.content()
    answer = site.visitor("harbour_admin").post(site.at(address) + "/delete")
    assert answer.status_code == 409 and site.content() == before
    page = Page(answer.text)
    assert sentence in page.alerts and "Choose" not in page.alerts and "saved" not in page.alerts


def test_fields_that_a_form_does_not_have_are_not_read(site):
    """Author, case, stream, time and flag of a note come from the address and the database, whatever is sent along."""
    world, its_id = site.world, new_id()
    answer = sent(site, "worker", CO + "/{case[ann]}/notes/shared", {
        "id": its_id, "body": "mine", "case_id": "{case[gus]}", "organisation_id": str(world.organisation["moor"]),
        "author_id": str(world.user["harbour_admin"]), "author_name": "Somebody else", "stream": "professional",
        "created_at": "2001-01-01", "safeguarding": "y"})
    assert answer.status_code == 303
    note = next(row for row in world.rows("support_notes") if str(row["id"]) == its_id)
    assert (note["case_id"], note["stream"], note["author_id"], note["author_name"], note["safeguarding"]) == (
        world.case["ann"], "shared", world.user["worker"], "Worker", False)
    assert note["organisation_id"] == world.organisation["harbour"] and note["created_at"].year >= 2024


def test_a_new_row_with_the_id_of_a_hidden_one_writes_nothing(site):
    """The id in a form, replaced by that of a Professional note and by that of another firm's note."""
    before = site.content()
    for name in ("ann/professional/harbour_admin", "gus/shared/both_worker"):
        answer = sent(site, "worker", CO + "/{case[ann]}/notes/shared", {"id": str(site.world.note[name]), **NOTE})
        assert answer.status_code == 409 and "planted" in answer.text and "professional note" not in answer.text
    assert site.content() == before


@pytest.mark.parametrize(("persona", "chosen"), [
    ("moor_admin", ["ann/worker", "eve/worker"]), ("quay_manager", ["dan/watcher"]), ("heath_manager", ["ann/worker"]), ("harbour_admin", ["ann/gone"])])
def test_assignments_that_one_does_not_see_are_not_ended(site, persona, chosen):
    """Alone: as if nobody had been ticked. Beside one's own: only that one ends, and the page named no other."""
    before = site.content()
    foreign = [str(site.world.collaborator[name]) for name in chosen]
    answer = site.visitor(persona).send("/collaborators/end", chosen=foreign, confirmed="yes")
    assert (answer.status_code, answer.headers["location"]) == (303, "/collaborators") and site.content() == before
    assert "Those assignments have ended already." in site.visitor(persona).page("/collaborators").text
    if persona == "moor_admin":
        own = str(site.world.collaborator["hal/watcher"])
        named = site.visitor(persona).get("/collaborators/end", params={"chosen": [own, *foreign, "nonsense"]}).text
        assert "Hal Tenant" in named and "Ann Tenant" not in named
        assert site.visitor(persona).send("/collaborators/end", chosen=[own, *foreign], confirmed="yes").status_code == 303
        ended = {row["id"] for row in site.world.rows("support_collaborators") if row["ended_at"]}
        assert site.world.collaborator["hal/watcher"] in ended and not ended & {site.world.collaborator[name] for name in chosen}
