"""Rights that end while somebody is at work: the very next request of the open session shows nothing any more."""

import contextlib
import re

import pytest
from sqlalchemy import event

from tests.web import oracle
from tests.web.pages import Page
from tests.web.visitor import new_id

WORKER_TABS = [f"/support/cases/{{case[ann]}}{tab}" for tab in oracle.COMMON_TABS]
OPERATOR_TABS = [f"/support-cases/{{case[ann]}}{tab}" for tab in (*oracle.COMMON_TABS, oracle.PROFESSIONAL)]


@contextlib.contextmanager
def changed(site, change, back, **values):
    """The world with one thing changed by the owner, and changed back afterwards."""
    site.as_owner(change, **values)
    try:
        yield
    finally:
        site.as_owner(back, **values)


def ended(site, name):
    """With the assignment of this name ended."""
    return changed(site, "update app.support_collaborators set ended_at = now() where id = %(row)s",
                   "update app.support_collaborators set ended_at = null where id = %(row)s", row=site.world.collaborator[name])


def statuses(site, visitor, addresses):
    """The statuses of these addresses, each once."""
    return {visitor.get(site.at(address)).status_code for address in addresses}


def menu(visitor, address="/", **options):
    """The labels of the menu, as the page at this address shows them."""
    page = visitor.get(address, follow_redirects=True, **options).text
    places = page.split('<ul class="places">')[1].split("</ul>")[0] if '<ul class="places">' in page else ""
    return Page(places).text


def test_an_ended_assignment_ends_every_page_at_once(site):
    """List, workspace and each tab, in an open session."""
    with site.visited_by("worker") as worker:
        assert statuses(site, worker, WORKER_TABS) == {200}
        assert "Ann Tenant" in worker.get("/support/tenants").text
        with ended(site, "ann/worker"):
            caseload = worker.get("/support/tenants").text
            assert "Ann Tenant" not in caseload and "Ben Tenant" in caseload
            assert statuses(site, worker, WORKER_TABS) == {404}
        assert statuses(site, worker, WORKER_TABS) == {200}


def test_an_assignment_ended_on_the_screen_ends_at_once(site):
    """The same by an operator's own hands, with the confirmation that names the person."""
    with site.visited_by("both_worker") as worker:
        assert worker.get(site.at("/support/cases/{case[gus]}")).status_code == 200
        step = site.at("/support-cases/{case[gus]}/team/{collaborator[gus/both_worker]}/end")
        assert "Both Worker" in site.visitor("moor_admin").page(step).text
        assert site.visitor("moor_admin").post(step).status_code == 303
        assert worker.get(site.at("/support/cases/{case[gus]}")).status_code == 404
        assert "Gus Tenant" not in worker.get("/support/tenants").text
        assert site.as_owner("select count(*) from app.support_notes where id = %(id)s", id=site.world.note["gus/shared/both_worker"]) == [(1,)]


def test_an_assignment_that_ends_while_a_note_is_written_lets_nothing_in(site):
    """The form was served while it was live; what comes afterwards is not kept."""
    with site.visited_by("worker") as worker:
        address = site.at("/support/cases/{case[ben]}/notes/shared")
        form = worker.page(address).form_with("body")
        with ended(site, "ben/worker"):
            assert worker.fill(form, address, body="too late").status_code == 404
        assert site.as_owner("select count(*) from app.support_notes where body = 'too late'") == [(0,)]
        assert worker.fill(form, address, body="in time").status_code == 303
        assert site.as_owner("select count(*) from app.support_notes where body = 'in time'") == [(1,)]


def test_a_part_changed_to_context_only_holds_from_the_next_request(site):
    """No forms, no team, only sessions of one's own; Shared notes stay readable."""
    with site.visited_by("worker") as worker:
        address = site.at("/support/cases/{case[ann]}")
        form = worker.page(f"{address}/notes/shared").form_with("body")
        assert "Both Worker" in worker.page(f"{address}/team").text
        assert "Recorded by Watcher" in worker.page(f"{address}/sessions").text
        with changed(site, "update app.support_collaborators set participation_mode = 'context_only' where id = %(row)s",
                     "update app.support_collaborators set participation_mode = 'full' where id = %(row)s",
                     row=site.world.collaborator["ann/worker"]):
            notes = worker.page(address)
            assert [each.action for each in notes.forms] == ["/logout/"]
            assert "shared note of both_worker about ann" in notes.text
            assert "Both Worker" not in worker.page(f"{address}/team").text
            sessions = worker.page(f"{address}/sessions").text
            assert "Recorded by Watcher" not in sessions and "Recorded by Worker" in sessions
            assert worker.fill(form, f"{address}/notes/shared", body="no longer").status_code in (404, 409)
        assert site.as_owner("select count(*) from app.support_notes where body = 'no longer'") == [(0,)]


def test_notes_hidden_from_housing_officers_are_gone_at_the_next_request(site):
    """The tenant's setting changes while the officer reads: only their own notes stay."""
    with site.visited_by("officer_open") as officer:
        address = site.at("/support/cases/{case[cora]}")
        assert "shared note of quay_manager about cora" in officer.get(address).text
        with changed(site, "update app.tenants set housing_officer_note_visibility = 'hidden' where id = %(row)s",
                     "update app.tenants set housing_officer_note_visibility = 'visible' where id = %(row)s",
                     row=site.world.tenant["cora"]):
            page = officer.get(address).text
            assert "shared note of quay_manager about cora" not in page
            assert "shared note of officer_open about cora" in page


@pytest.mark.parametrize(("persona", "address"), [
    ("worker", "/support/cases/{case[ann]}"), ("quay_manager", "/support-cases/{case[ann]}"), ("platform", "/organisations")])  # fmt: skip
def test_a_disabled_person_is_signed_out_by_the_next_request(site, persona, address):
    """Threat 54: pages lead to the sign-in page, forms write nothing, and the start page knows nobody."""
    with site.visited_by(persona) as visitor:
        address = site.at(address)
        assert visitor.get(address).status_code == 200
        visitor.token()
        with changed(site, "update app.users set disabled_at = now() where id = %(row)s",
                     "update app.users set disabled_at = null where id = %(row)s", row=site.world.personas[persona].user_id):
            for answer in (visitor.get(address), visitor.send(f"{address}/notes/shared", id=new_id(), body="disabled"), visitor.get("/")):
                assert (answer.status_code, answer.headers.get("location", "").split("?")[0]) in ((302, "/login/"), (404, ""))
                assert "Ann" not in answer.text
            assert visitor.get(address).headers["location"].startswith("/login/")
            assert menu(visitor) == ""
        assert site.as_owner("select count(*) from app.support_notes where body = 'disabled'") == [(0,)]


def test_a_lower_plan_closes_the_door_and_a_higher_one_opens_it_again(site):
    """Tier gate: upgrade page with both prices, no menu entry, no case for anybody; and everything back afterwards."""
    with site.visited_by("harbour_admin") as admin, site.visited_by("quay_manager") as manager, site.visited_by("worker") as worker:
        assert statuses(site, admin, OPERATOR_TABS) == statuses(site, manager, OPERATOR_TABS) == statuses(site, worker, WORKER_TABS) == {200}
        with changed(site, "update app.organisations set plan_code = 'business' where id = %(row)s",
                     "update app.organisations set plan_code = 'enterprise' where id = %(row)s",
                     row=site.world.organisation["harbour"]):
            for operator in (admin, manager):
                upgrade = operator.page("/support-cases").text
                assert "£199 a month" in upgrade and "£1,910 a year" in upgrade and "Business" in upgrade and "Enterprise" in upgrade
                assert not re.search(r"\w+ Tenant\b", upgrade) and "Support cases" not in menu(operator)
                collaborators = operator.page("/collaborators").text
                assert "£199 a month" in collaborators and "Nobody is on a team" not in collaborators and "Worker" not in collaborators
                assert statuses(site, operator, OPERATOR_TABS) == {404}
                closed = ("/support-cases/open", "/support-cases/choices", "/collaborators/end", "/collaborators/end?chosen={collaborator[ann/worker]}")
                assert statuses(site, operator, closed) == {404}
                assert operator.send(site.at("/support-cases/{case[ann]}/notes/shared"), id=new_id(), body="unpaid").status_code == 404
            assert statuses(site, worker, WORKER_TABS) == {404}
            caseload = worker.page("/support/tenants").text
            assert "not assigned to a tenant" in caseload and "Ann Tenant" not in caseload
        assert "Support cases" in menu(admin) and "Ann Tenant" in admin.page("/support-cases").text
        assert "Ann Tenant" in worker.page("/support/tenants").text
        assert statuses(site, admin, OPERATOR_TABS) == statuses(site, worker, WORKER_TABS) == {200}
        assert site.as_owner("select count(*) from app.support_notes where body = 'unpaid'") == [(0,)]


def test_a_removed_membership_ends_the_operator_side(site):
    """No list, no case, no menu entry; the person stays signed in as whatever else they are."""
    with site.visited_by("two_hats_admin") as person:
        addresses = [address.replace("ann", "hal") for address in OPERATOR_TABS]
        assert statuses(site, person, addresses) == {200} and "Support cases" in menu(person)
        with changed(site, "delete from app.memberships where user_id = %(user)s",
                     "insert into app.memberships (user_id, organisation_id, role, accepted_at) values (%(user)s, %(firm)s, 'org_admin', now())",
                     user=site.world.user["two_hats"], firm=site.world.organisation["moor"]):
            assert statuses(site, person, ["/support-cases", "/support-cases/open", *addresses]) == {404}
            assert "Support cases" not in menu(person) and "Your tenants" in menu(person)
            assert person.get(site.at("/support/cases/{case[dan]}")).status_code == 200
        assert statuses(site, person, addresses) == {200}


@pytest.mark.parametrize("address", ["/settings", "/tenants", "/tenants/add", "/support-cases", "/collaborators", "/property-managers/add"])
def test_a_membership_that_ends_while_a_page_is_made_is_no_fault_of_ours(console, address):
    """Removed after the request was let in, before its first row is read: there is nothing to see, or 404."""
    client, workspace = console.client("small_admin"), console.app.extensions["sqlalchemy"]
    gone = {"user": console.world.user["small_admin"]}
    assert client.get(address).status_code == 200
    with console.app.app_context():
        engine = workspace.engines["workspace"]
    removed = []

    def remove(*_):
        with console.world.owner() as owner:
            removed.extend(owner.execute("delete from app.memberships where user_id = %(user)s returning organisation_id", gone).fetchall())

    event.listen(engine, "begin", remove)
    try:
        answer = client.get(address)
    finally:
        event.remove(engine, "begin", remove)
        with console.world.owner() as owner:
            owner.execute("insert into app.memberships (user_id, organisation_id, role, accepted_at) values (%(user)s, %(firm)s, 'org_admin', now())",
                          {**gone, "firm": removed[0][0]})
    assert answer.status_code == (200 if address in ("/tenants", "/property-managers/add") else 404)


def test_a_feature_that_no_plan_has_is_not_offered(site):
    """Switched off in every plan: the page says so, and names no price."""
    gate = "insert into app.feature_gates (plan_code, feature_key) values ('enterprise', 'support_cases')"
    with changed(site, "delete from app.feature_gates", gate):
        page = site.visitor("small_admin").page("/support-cases").text
        assert "Small Homes is on Business. No plan has support cases at the moment." in page and "£" not in page
    assert "Support cases come with Enterprise." in site.visitor("small_admin").page("/support-cases").text


def test_a_landlord_taken_from_a_manager_takes_its_cases_along(site):
    """A property manager sees along the landlords assigned at this moment."""
    with site.visited_by("heath_manager") as manager:
        addresses = [address.replace("ann", "gus") for address in OPERATOR_TABS]
        assert statuses(site, manager, addresses) == {200}
        with changed(site, "delete from app.property_manager_landlords where user_id = %(user)s",
                     "insert into app.property_manager_landlords (user_id, landlord_id, organisation_id) values (%(user)s, %(landlord)s, %(firm)s)",
                     user=site.world.user["heath_manager"], landlord=site.world.landlord["heath"], firm=site.world.organisation["moor"]):
            assert statuses(site, manager, addresses) == {404}
            assert "Gus Tenant" not in manager.page("/support-cases?state=all").text


def test_an_org_admin_made_property_manager_keeps_only_that_hat(site):
    """The role is read for each request, not once at sign-in."""
    with site.visited_by("harbour_admin") as admin:
        assert statuses(site, admin, OPERATOR_TABS) == {200}
        with changed(site, "update app.memberships set role = 'property_manager' where user_id = %(user)s",
                     "update app.memberships set role = 'org_admin' where user_id = %(user)s", user=site.world.user["harbour_admin"]):
            assert statuses(site, admin, OPERATOR_TABS) == {404}
            assert "Ann Tenant" not in admin.page("/support-cases").text
