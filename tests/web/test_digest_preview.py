"""What a digest would say if it went out now (spec 6): the same as it then says, or why nothing would go; and nothing is written by looking."""

import psycopg
import pytest

from tests import digests
from tests.digests import NAMES
from tests.web.planted_digests import last_month
from tests.web.test_rights_on_screens import masked
from views.digest_words import as_code, first_of
from views.words import month

MONTH = last_month()
OLIVE = f"officer={NAMES['olive']}"
IN_WORDS = month(MONTH)

#: Reason -> what is done to Olive's digest (None: the assignment ends now), and what is then said.
KEPT_BACK = {
    "account_disabled": ("disabled", "The account of Olive Officer is disabled."),
    "assignment_ended": (None, "All assignments of Olive Officer with Harbour Homes have ended. You can add them to the team again."),
    "address_not_listed": ("unlisted", "The e-mail address of Olive Officer is not on the list of housing officers of Harbour Homes. You can add the address to the list."),
    "suppressed": ("suppressed", "An earlier e-mail to Olive Officer came back, or was marked as spam. Since then nothing is sent to their address."
                   " You can clear the address, once you know that e-mails arrive there."),
    "tenant_hidden": ("hidden", "The tenants of Olive Officer are hidden from housing officers, so no digest tells of them. You can change that on the tenant's page."),
    "nothing_to_report": ("empty", f"There is nothing to report: for none of the tenants of Olive Officer an active goal, a session in {IN_WORDS} or a Shared note that they may read."),
    "not_on_team": ("ended long ago", f"Olive was on no team of Harbour Homes in {IN_WORDS}."),
}


@pytest.fixture
def firm(web):
    """A site over a world of the test's own."""
    with web("world") as site:
        yield site


@pytest.fixture(autouse=True)
def by_hand(firm):
    """The superuser, who has put Olive's tenants into it, with something that happened last month."""
    with psycopg.connect(firm.world.conninfo, autocommit=True) as connection:
        digests.set_up(connection)
        middle = NAMES | {"at": f"{MONTH:%Y-%m}-14 12:00+00"}
        connection.execute("update app.support_sessions set scheduled_at = %(at)s where case_id = %(case)s", middle)
        connection.execute("update app.support_notes set created_at = %(at)s where case_id = %(case)s", middle)
        yield connection


def test_it_says_what_the_digest_then_says(firm, by_hand):
    """Each tenant, each left out with the reason, and the very e-mail; never a Professional note; and nothing was written until it was composed."""
    digests.change(by_hand, "with Tom", "Tom has nothing")
    admin = firm.visitor("harbour_admin")
    before = firm.content()
    answer = admin.post("/digests/preview", chosen=str(NAMES["olive"]), month=as_code(MONTH))
    assert answer.status_code == 303
    page = admin.page(answer.headers["location"])
    previewed = [admin.get(f"/digests/preview/{twin}?{OLIVE}&month={as_code(MONTH)}") for twin in ("email", "text")]
    assert admin.page(f"/digests/preview?{OLIVE}&month={as_code(first_of(MONTH, -1))}").text.count("so far")
    assert firm.content() == before
    assert f"Olive Officer Would be sent Digest of {IN_WORDS}, if it went out now To olive@example.org" in page.text
    assert "What it would say Tess Tenant Active goals Rent paid" in page.text and "A shared note" in page.text and "Tom Tenant Nothing to report" in page.text
    assert "Between us" not in page.text and "Grave" not in page.text and "What was said" not in page.text

    digests.compose(by_hand, f"{MONTH}")
    (digest,) = by_hand.execute("select id from app.digests where officer_id = %(olive)s and period = %(of)s", NAMES | {"of": MONTH}).fetchone()
    for twin, seen in zip(("email", "text"), previewed, strict=True):
        assert admin.get(f"/digests/{digest}/{twin}").text == seen.text and "Rent paid" in seen.text
    composed = admin.page(f"/digests/{digest}").text
    assert page.text.split("What it would say")[1] == composed.split("What it says")[1]


@pytest.mark.parametrize("reason", KEPT_BACK)
def test_why_nothing_would_go_out(firm, by_hand, reason):
    """Each reason in words of now; no e-mail is shown, and what is said agrees with what is then composed."""
    how, said = KEPT_BACK[reason]
    admin = firm.visitor("harbour_admin")
    path = f"/digests/preview?{OLIVE}&month={as_code(MONTH)}"
    assert "Would be sent" in admin.page(path).text
    if how:
        digests.change(by_hand, how)
    else:
        by_hand.execute("update app.support_collaborators set ended_at = now() where id = %(on_tess)s", NAMES)
    before = firm.content()
    page = admin.page(path)
    assert f"Why nothing would go out {said}" in page.text and "Not sent" in page.text and "Would be sent" not in page.text
    assert not any(tag == "iframe" for tag, _ in page.tags)
    assert [admin.get(f"/digests/preview/{twin}?{OLIVE}&month={as_code(MONTH)}").status_code for twin in ("email", "text")] == [404, 404]
    assert firm.content() == before
    digests.compose(by_hand, f"{MONTH}")
    found = digests.digest_of_olive(by_hand, f"{MONTH}")
    assert found is None if reason == "not_on_team" else found[0] == reason


def test_the_preview_of_another_firm_s_officer(firm):
    """Whoever asks from elsewhere sees what they would of an officer that there is not, though her firm's org-admin sees her."""
    assert firm.visitor("harbour_admin").get(f"/digests/preview?{OLIVE}").status_code == 200
    for persona in ("moor_admin", "small_admin", "quay_manager", "platform"):
        visitor = firm.visitor(persona)
        answer, missing = visitor.get(f"/digests/preview?{OLIVE}"), visitor.get(f"/digests/preview?officer={NAMES['case']}")
        assert answer.status_code == 404 and masked(answer.text) == masked(missing.text), persona


def test_an_empty_firm_is_told_whom_to_invite(firm, by_hand):
    """No housing officer on any team: a sentence that says what to do, on both forms."""
    admin = firm.visitor("moor_admin")
    by_hand.execute("delete from app.support_collaborators where kind = 'housing_officer' and organisation_id = %(elsewhere)s", NAMES)
    for path in ("/digests/preview", "/digests/why"):
        assert "There is no housing officer on a team yet. Invite one on the Team tab of a case." in admin.page(path).text
        assert admin.send(path, chosen="", month="").status_code == 409
