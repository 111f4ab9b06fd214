"""The outbox: what an org-admin reads of e-mails and decides about them, addresses that nothing is sent to, and clearing those (spec 6)."""

import pytest

from tests.web.planted_digests import MESSAGES, THEN_IN_WORDS, email_of, last_month, name_of, put_digest, suppress
from tests.web.test_rights_on_screens import NOWHERE, masked
from views.digest_words import as_code, first_of
from views.words import month

MONTH = last_month()
SUPPRESSED = "/outbox/suppressed"
#: State -> what stands in its row between the month and the moment, with what may be done.
ROWS = {
    "waiting": "Tried once. Next try 1 Jan 2090, 10:00. Send now", "sending": "Tried once.", "sent": "–", "delivered": "–",
    "filed": "Keywork is not set up to send e-mails, so it was written to a file on the server.",
    "bounced_for_now": "The mail system there could not take it for the time being. Send again",
    "bounced": "The mail system there did not take it. Send again", "complained": "They, or their mail program, marked it as spam.", "failed": "The e-mail service did not accept it as it was. Often the address is mistyped. Tried once. Send again",
    "unsure": "The e-mail service did not answer, so it may have gone out. Tried once. It arrived Send again",
    "withdrawn": "When its turn came, nothing of what it said might be said any more."}
BADGES = {"waiting": "Waiting", "sending": "Being sent", "sent": "Sent", "delivered": "Delivered", "filed": "In a file", "bounced_for_now": "Came back for now", "bounced": "Came back", "complained": "Marked as spam",
          "failed": "Refused", "unsure": "Unsure", "withdrawn": "Withdrawn"}
ERRORS = {"failed": "422", "unsure": "no_answer"}
#: What may be sent again, and of that what is asked about first.
AGAIN = {"waiting": "", "failed": "", "unsure": "Nobody knows whether it went out. Sent again, it may arrive twice.",
         "bounced_for_now": "It came back for now. Where the mail system there kept a copy, it may arrive twice.",
         "bounced": "It came back. Where a mail system only said so for a while, it may arrive twice."}


@pytest.fixture(scope="module")
def planted(site):
    """State -> (officer, digest, message), one of each in Harbour, all of last month."""
    return {what: put_digest(site, what, error=ERRORS.get(what)) for what in MESSAGES}


@pytest.fixture
def admin(site, planted):
    """Harbour's org-admin."""
    return site.visitor("harbour_admin")


@pytest.fixture
def fresh(site, planted):
    """A function that makes another e-mail in a state, of an earlier month for each, to the officer of that state."""
    def make(what: str) -> str:
        back = site.as_owner("select count(*) from app.digests where officer_id = %(id)s", id=planted[what][0])[0][0]
        return str(put_digest(site, what, officer=planted[what][0], month=first_of(MONTH, back), error=ERRORS.get(what))[2])
    return make


def message(site, its_id) -> tuple:
    """State, attempts, number of its key and error of an e-mail."""
    return site.as_owner("select state, attempts, key_number, error from app.outbox where id = %(id)s", id=its_id)[0]


def lines_about(site, its_id) -> list[str]:
    """What the audit log has of a person's decisions about it."""
    return [kind for kind, in site.as_owner("select row_kind from app.audit_log where table_name = 'outbox' and row_id = %(id)s and actor_hat = 'org_admin' order by id", id=its_id)]


def test_each_e_mail_with_its_state(admin):
    """To whom, what, what happened, what may be done, since when; 14 with the one of July 2024 and those of two documents."""
    page = admin.page("/outbox")
    assert "Outbox 14 e-mails Digests and documents as e-mails" in page.text
    for what, said in ROWS.items():
        row = page.text.split(email_of(what))[1].split("Officer")[0]
        assert row.split() == f"Digest of {month(MONTH)} {said} {THEN_IN_WORDS} {BADGES[what]}".split(), what


@pytest.mark.parametrize(("show", "shown"), [
    ("undecided", {"unsure", "failed", "bounced_for_now", "bounced"}), ("waiting", {"waiting", "sending"}), ("sent", {"sent", "delivered"}), ("complained", {"complained"}),
    ("withdrawn", {"withdrawn"}), ("nonsense", set(MESSAGES)), ("", set(MESSAGES)), ("%00", set(MESSAGES))])
def test_chips_narrow_the_list(admin, show, shown):
    """And a search narrows it further."""
    text = admin.get(f"/outbox?show={show}").text
    assert {what for what in MESSAGES if email_of(what) in text} == shown
    found = admin.get(f"/outbox?show={show}&q=officer.unsure").text
    assert {what for what in MESSAGES if email_of(what) in found} == shown & {"unsure"}


@pytest.mark.parametrize("query", ["page=abc", "page=-1", f"page={10**30}", "page=99", "q=%00", "q=%25_'", "q=" + "x" * 2000, "psize_X=100000", "show=all&show=sent"])
def test_nonsense_in_the_address_is_borne(admin, query):
    """On both lists."""
    assert [admin.get(f"{path}?{query}").status_code for path in ("/outbox", SUPPRESSED)] == [200, 200]


# ---- sending again, and taking somebody's word -----------------------------------------------------------------------


@pytest.mark.parametrize("state", AGAIN)
def test_sending_again(site, admin, fresh, state):
    """Asked about first where it may arrive twice; under a new key unless it never was tried to the end; and written down."""
    its_id = fresh(state)
    path = f"/outbox/{its_id}/send-again"
    before = message(site, its_id)
    question = admin.page(path)
    assert f"Send the digest to {name_of(state)} again? {AGAIN[state] or 'It goes out within a few minutes.'} Send again Cancel" in question.text
    assert message(site, its_id) == before
    answer = admin.post(path)
    assert answer.status_code == 303 and answer.headers["location"] == "/outbox"
    assert f"The e-mail to {name_of(state)} goes out again within a few minutes." in admin.page("/outbox").text
    assert message(site, its_id) == ("waiting", before[1], before[2] + (state != "waiting"), None)
    assert lines_about(site, its_id) == ["sent_again"]
    assert site.as_owner("select next_attempt_at <= clock_timestamp() from app.outbox where id = %(id)s", id=its_id) == [(True,)]


def test_from_the_page_of_a_digest_one_comes_back_to_it(site, admin, planted, fresh):
    """By the button there, which says where it stands."""
    its_id = fresh("failed")
    digest = site.as_owner("select digest_id from app.outbox where id = %(id)s", id=its_id)[0][0]
    page = admin.page(f"/digests/{digest}")
    [form] = [form for form in page.forms if form.action.startswith("/outbox")]
    assert form.action == f"/outbox/{its_id}/send-again?at=digest" and form.method == "post"
    assert "The e-mail service did not accept it as it was. Often the address is mistyped. Tried once." in page.text
    assert admin.fill(form, form.action).headers["location"] == f"/digests/{digest}"
    assert "It is written and waits for its turn to be sent." in admin.page(f"/digests/{digest}").text


@pytest.mark.parametrize("state", [state for state in MESSAGES if state not in AGAIN])
def test_what_went_or_may_not_go_is_not_sent_again(site, admin, planted, state):
    """No question, and a guessed post changes nothing."""
    its_id = planted[state][2]
    before = message(site, its_id)
    assert admin.get(f"/outbox/{its_id}/send-again").status_code == admin.send(f"/outbox/{its_id}/send-again").status_code == 404
    assert message(site, its_id) == before and lines_about(site, its_id) == []


def test_what_was_erased_is_not_sent_again(site, admin, fresh):
    """Nothing is left to send after 90 days, whatever became of it."""
    its_id = fresh("failed")
    assert admin.get(f"/outbox/{its_id}/send-again").status_code == 200
    site.as_owner("update app.digests set erased_at = now() where id = (select o.digest_id from app.outbox as o where o.id = %(id)s)", id=its_id)
    assert admin.get(f"/outbox/{its_id}/send-again").status_code == admin.send(f"/outbox/{its_id}/send-again").status_code == 404
    assert message(site, its_id)[0] == "failed"


def test_it_arrived(site, admin, fresh):
    """What that means is said first; then it is sent, and in the history of the tenant it tells of."""
    its_id = fresh("unsure")
    path = f"/outbox/{its_id}/arrived"
    assert "Did it arrive? Say so once Officer Unsure has told you. It is then kept as sent" in admin.page(path).text and message(site, its_id)[0] == "unsure"
    assert admin.post(path).headers["location"] == "/outbox"
    assert "Noted: the e-mail to Officer Unsure arrived." in admin.page("/outbox").text
    assert message(site, its_id) == ("sent", 1, 1, None) and lines_about(site, its_id) == ["arrived"]
    # Somebody's word, and no file: nobody has said that Keywork cannot send.
    assert "In a file" not in admin.page("/outbox?q=officer.unsure").text
    assert site.as_owner("select count(*) from app.audit_log as a join app.outbox as o on o.digest_id = a.row_id where o.id = %(id)s and a.action = 'export' and a.case_id = %(case)s",
                         id=its_id, case=site.world.case["ann"]) == [(1,)]
    assert admin.get(path).status_code == admin.send(path).status_code == 404


@pytest.mark.parametrize("state", [state for state in MESSAGES if state != "unsure"])
def test_only_of_what_nobody_knows_one_can_say_that_it_arrived(site, admin, planted, state):
    """Not of what is known."""
    its_id = planted[state][2]
    before = message(site, its_id)
    assert admin.get(f"/outbox/{its_id}/arrived").status_code == admin.send(f"/outbox/{its_id}/arrived").status_code == 404
    assert message(site, its_id) == before


# ---- suppressed addresses --------------------------------------------------------------------------------------------


def test_a_suppressed_address_is_cleared_before_anything_is_sent_there_again(site, admin, fresh):
    """Refused in words, with the way there; cleared by name, once; then it goes."""
    its_id, suppressed = fresh("bounced"), suppress(site, "bounced")
    path, clear = f"/outbox/{its_id}/send-again", f"{SUPPRESSED}/{suppressed}/clear"
    row = admin.page("/outbox?q=officer.bounced")
    assert "Clear the address Send again" in row.text and f"{SUPPRESSED}?q=officer.bounced@example.org" in {each.get("href") for _, each in row.tags}
    assert "Nothing is sent to officer.bounced@example.org at the moment: clear that address first." in admin.page(path).text
    before = message(site, its_id)
    answer = admin.send(path)
    assert answer.status_code == 409 and "so nothing is sent there. Clear the address first." in answer.text and message(site, its_id) == before

    assert "officer.bounced@example.org An e-mail came back 3 Mar 2020 Clear officer.bounced@example.org" in admin.page(SUPPRESSED).text
    question = admin.page(clear).text
    assert "Send e-mails to officer.bounced@example.org again? An e-mail there came back on 3 Mar 2020. Clear it once you know" in question
    assert site.as_owner("select cleared_at from app.suppressed_addresses where id = %(id)s", id=suppressed) == [(None,)]
    assert admin.post(clear).headers["location"] == SUPPRESSED
    page = admin.page(SUPPRESSED)
    assert "officer.bounced@example.org is cleared: the next e-mail goes there." in page.text and "No addresses" in page.text and "No address is suppressed at the moment." in page.text
    cleared = admin.page(f"{SUPPRESSED}?show=cleared").text
    assert "officer.bounced@example.org An e-mail came back 3 Mar 2020" in cleared and "by Harbour Admin" in cleared
    assert admin.get(clear).status_code == admin.send(clear).status_code == 404

    assert admin.post(path).status_code == 303 and message(site, its_id) == ("waiting", before[1], before[2] + 1, None)


def test_why_and_when_an_address_is_suppressed(site, admin):
    """A complaint in other words than a bounce; what is said where nothing is found."""
    suppressed = suppress(site, "complained", "complained")
    assert "officer.complained@example.org An e-mail was marked as spam 3 Mar 2020" in admin.page(f"{SUPPRESSED}?q=complained").text
    assert "Its owner marked an e-mail as spam on 3 Mar 2020." in admin.page(f"{SUPPRESSED}/{suppressed}/clear").text
    assert "No address here matches “nobody at all”." in admin.page(f"{SUPPRESSED}?q=nobody+at+all").text
    assert "Nothing here matches “nobody at all”." in admin.page("/outbox?q=nobody+at+all").text


def test_an_outbox_without_a_line(site, planted):
    """And a firm without a suppressed address: each in a sentence."""
    site.as_owner("delete from app.outbox where organisation_id = %(moor)s", moor=site.world.organisation["moor"])
    site.as_owner("delete from app.digests where organisation_id = %(moor)s", moor=site.world.organisation["moor"])
    site.as_owner("delete from app.suppressed_addresses where organisation_id = %(moor)s", moor=site.world.organisation["moor"])
    moor = site.visitor("moor_admin")
    assert "No e-mails" in moor.page("/outbox").text and "No e-mail has been made yet." in moor.page("/outbox").text
    assert "None of these at the moment." in moor.page("/outbox?show=sent").text
    assert "No address is suppressed at the moment." in moor.page(SUPPRESSED).text and "No address has been cleared." in moor.page(f"{SUPPRESSED}?show=cleared").text
    assert "No digest has been made yet. Those of a month are made on the 1st of the next one." in moor.page("/digests").text
    assert moor.get(f"/digests?month={as_code(MONTH)}&show=unsent").status_code == 200


OTHERS = ("moor_admin", "two_hats_admin", "small_admin", "quay_manager", "idle_manager", "heath_manager", "worker", "officer_open", "gone", "small_worker", "platform")


@pytest.mark.parametrize("persona", OTHERS)
def test_nobody_else_reads_or_decides(site, planted, fresh, persona):
    """Whatever is Harbour's: each address answers as one that is nobody's, and a guessed post changes nothing."""
    visitor, its_id = site.visitor(persona), fresh("unsure")
    suppressed = site.as_owner("select id from app.suppressed_addresses where address = %(address)s", address="worker@example.org")[0][0]
    site.as_owner("update app.suppressed_addresses set cleared_at = null, cleared_by_name = null where id = %(id)s", id=suppressed)
    paths = (f"/outbox/{its_id}/send-again", f"/outbox/{its_id}/arrived", f"{SUPPRESSED}/{suppressed}/clear")
    assert [site.visitor("harbour_admin").get(path).status_code for path in paths] == [200, 200, 200]
    before = message(site, its_id)
    for path in paths:
        missing = path.replace(str(its_id), str(NOWHERE[0])).replace(str(suppressed), str(NOWHERE[0]))
        for answer, nothing in ((visitor.get(path), visitor.get(missing)), (visitor.send(path), visitor.send(missing))):
            assert answer.status_code == nothing.status_code == 404 and masked(answer.text) == masked(nothing.text), path
    assert message(site, its_id) == before and lines_about(site, its_id) == []
    assert site.as_owner("select cleared_at from app.suppressed_addresses where id = %(id)s", id=suppressed) == [(None,)]
    for path in ("/outbox", SUPPRESSED):
        answer = visitor.get(path)
        assert answer.status_code == (200 if persona in ("moor_admin", "two_hats_admin") else 404) and "officer.unsure@" not in answer.text, path
