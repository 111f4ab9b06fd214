"""Ending several assignments at once on /collaborators: what is said before and afterwards. Whose they may be: test_guessed_writes.py."""

import pytest

from tests.web.pages import Page

ACCESS = "This removes their access to these cases at once."
CARDS = "to the earlier assignments. Nobody on a contact card has access to anything here."


@pytest.fixture
def asked(site):
    """What is said before these assignments of Harbour are ended."""
    return lambda *names: site.visitor("harbour_admin").get("/collaborators/end", params={"chosen": [str(site.world.collaborator[name]) for name in names]})


def test_contact_cards_have_no_access_to_lose(asked):
    """Each kind is told what happens to it, and both are when both are ticked."""
    people, card, cards, mixed = (Page(asked(*names).text).text for names in (
        ["ann/worker", "cora/invited"], ["ann/gp"], ["ann/gp", "ann/council"], ["ann/gp", "ann/worker"]))
    assert ACCESS in people and CARDS not in people and "(invited)" in people
    assert f"The contact card moves {CARDS}" in card and ACCESS not in card and "external contact for Ann Tenant (contact card)" in card
    assert f"The contact cards move {CARDS}" in cards and ACCESS not in cards
    assert ACCESS in mixed and f"The contact card moves {CARDS}" in mixed


def test_nobody_ticked_and_everybody_ended_meanwhile_are_told_apart(site, asked):
    """Ended between ticking and asking, and between asking and agreeing; nothing more is written."""
    visitor, ticked = site.visitor("harbour_admin"), {"chosen": str(site.world.collaborator["ben/worker"])}
    form = Page(asked("ben/worker").text).form_with("chosen")
    assert visitor.send("/collaborators/end", confirmed="y", **ticked).status_code == 303
    assert "1 assignment ended." in visitor.page("/collaborators").text
    before = site.content()
    for meet in (lambda: visitor.get("/collaborators/end", params=ticked), lambda: visitor.fill(form, "/collaborators/end")):
        answer = meet()
        assert (answer.status_code, answer.headers["location"]) == (303, "/collaborators")
        assert "Those assignments have ended already." in visitor.page("/collaborators").text
    assert asked().status_code == 303 and "Tick the assignments that should end first." in visitor.page("/collaborators").text
    assert site.content() == before
