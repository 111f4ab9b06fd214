"""Which recurring assessments are due and overdue: on the lists of cases and on a list of their own, for whoever reads the assessment."""

import uuid
from datetime import timedelta

import pytest

from views.assessments import SOON, due_badge, today
from views.words import day

NEWEST = "select next_due_on from app.support_documents where id = %(id)s"


@pytest.fixture
def due(site):
    """A function: from now on, the next review of Ann is due in so many days. Its own day comes back afterwards."""
    review = site.world.document["ann/quay_manager/approved"]
    [(before,)] = site.as_owner(NEWEST, id=review)

    def set_due(on) -> None:
        site.as_owner("alter table app.support_documents disable trigger content_is_frozen_from_submission")
        site.as_owner("update app.support_documents set next_due_on = %(day)s where id = %(id)s", day=on, id=review)
        site.as_owner("alter table app.support_documents enable trigger content_is_frozen_from_submission")

    yield lambda days: set_due(today() + timedelta(days=days))
    set_due(before)


@pytest.mark.parametrize("days, words, shown", [
    (-1, "Assessment overdue", "Overdue"), (0, "Assessment due", "Due"), (SOON, "Assessment due", "Due"), (SOON + 1, None, None)])
def test_operators_and_collaborators_are_told_alike(site, due, days, words, shown):
    """From 30 days before; overdue from the day after. On the list of cases, on the caseload, and on the list of what is due."""
    due(days)
    for persona, cases, assessments in (("quay_manager", "/support-cases?q=Ann", "/assessments?q=Ann"), ("worker", "/support/tenants?q=Ann", "/support/assessments?q=Ann")):
        visitor = site.visitor(persona)
        listed, page = visitor.page(cases).text, visitor.page(assessments).text
        assert (words in listed) if words else ("Assessment overdue" not in listed and "Assessment due" not in listed)
        if shown:
            assert "Ann Tenant" in page and shown in page and day(today() + timedelta(days=days)) in page
        else:
            assert "No assessment matches “Ann”" in page and "Ann Tenant" in visitor.page(assessments + "&show=all").text
        assert ("overdue. See what is due" in listed) == ("Overdue" in visitor.page(assessments.split("?")[0] + "?show=overdue").text.split("All ")[-1])


def test_the_newest_of_its_template_counts(site, due):
    """A draft of the next review is said to be begun, to whoever sees it; once that is approved, it says when the next is due."""
    due(-10)
    world, newer = site.world, uuid.uuid4()
    manager, both_worker = site.visitor("quay_manager"), site.visitor("both_worker")
    assert "Begun" not in manager.page("/assessments?q=Ann").text
    with world.acting("worker") as worker:
        worker.execute("insert into app.support_documents (id, case_id, template_version_id, title, answers) select %s, case_id, template_version_id, 'Newer review', answers"
                       " from app.support_documents where id = %s", [newer, world.document["ann/quay_manager/approved"]])
        worker.execute("select app.submit_document(%s)", [newer])
    assert "Overdue Begun" in manager.page("/assessments?q=Ann").text
    # Another worker does not see the draft, and so nothing of it.
    theirs = both_worker.page("/support/assessments?q=Ann").text
    assert "Overdue" in theirs and "Begun" not in theirs
    with world.acting("harbour_admin") as admin:
        admin.execute("select app.approve_document(id, content_sha256, %s) from app.support_documents where id = %s", [b"%PDF-1.7", newer])
    assert "No assessment matches “Ann”" in manager.page("/assessments?q=Ann").text
    everything = manager.page("/assessments?q=Ann&show=all").text
    assert everything.count("Ann Tenant") == 1 and "Newer review" in everything


def test_closed_cases_other_firms_and_context_show_nothing(site, due):
    """What is hidden is there: the org-admins of both firms read theirs, Eve's case is closed."""
    due(-10)
    assert site.as_owner("select count(*) from app.support_documents where id = %(id)s and next_due_on is not null", id=site.world.document["eve/disabled_admin/sent"]) == [(1,)]
    harbour, moor = site.visitor("harbour_admin").page("/assessments?show=all").text, site.visitor("moor_admin").page("/assessments?show=all").text
    assert "Ann Tenant" in harbour and "Ben Tenant" in harbour and "Eve Tenant" not in harbour and "Gus Tenant" not in harbour
    assert "Gus Tenant" in moor and "Ann Tenant" not in moor
    context = site.visitor("officer_context").page("/support/assessments?show=all").text
    assert "Ann Tenant" not in context and "No recurring assessment has been approved" in context


@pytest.mark.parametrize("persona, path, status", [
    ("worker", "/assessments", 404), ("quay_manager", "/support/assessments", 404), ("small_admin", "/assessments", 404), ("platform", "/assessments", 404)])
def test_elsewhere_there_is_no_such_page(site, persona, path, status):
    """For the other side, for a firm whose plan has no support cases, and for whoever runs the installation."""
    answer = site.visitor(persona).get(path)
    assert answer.status_code == status


def test_badges():
    """Nothing without a day, and nothing that is far off."""
    assert due_badge(None) is None and due_badge(today() + timedelta(days=SOON + 1)) is None
    assert due_badge(today() - timedelta(days=1))["tone"] == "attention" and due_badge(today())["tone"] == "calm"
