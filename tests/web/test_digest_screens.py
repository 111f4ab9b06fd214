"""What became of each housing officer's digest, as org-admins read it: the list, one digest, and "why did they not get it?" (spec 6)."""

import uuid
from datetime import datetime

import pytest

from tests.web.pages import Page
from tests.web.planted_digests import MESSAGES, REASONS, THEN_IN_WORDS, email_of, last_month, name_of, put_digest, put_officer
from tests.web.test_rights_on_screens import NOWHERE, masked
from tests.world import ident
from views.digest_words import ANSWERS, as_code, first_of
from views.words import LONDON, month

MONTH = last_month()
CODE, IN_WORDS = as_code(MONTH), month(MONTH)
THEN = f"on {THEN_IN_WORDS}"
NEXT_TIME = f"The digest of {IN_WORDS} is not made again; the next one then goes out."
NOT_SENT = "Not sent"

#: Answer -> badge, what is said, what may be done, what is said besides, where the button leads. {it} is the officer's name.
WHY = {
    "plan": (NOT_SENT, f"When it was made, {THEN}, the plan of Harbour Homes did not include support cases.", "",
             "Digests go out for as long as the plan includes them. Whoever runs Keywork can change the plan.", None),
    "account_disabled": (NOT_SENT, f"When it was made, {THEN}, the account of {{it}} was disabled.", "", "Whoever runs Keywork can enable it again.", None),
    "assignment_ended": (NOT_SENT, f"When it was made, {THEN}, all assignments of {{it}} with Harbour Homes had ended.", "You can add them to the team again.", NEXT_TIME,
                         ("Go to the team", "/collaborators?show=all&q=Officer+Assignment+Ended")),
    "address_not_listed": (NOT_SENT, f"When it was made, {THEN}, the e-mail address of {{it}} was not on the list of housing officers of Harbour Homes.",
                           "You can add the address to the list.", NEXT_TIME, ("Go to the list of addresses", "/settings#housing_officer_emails")),
    "suppressed": (NOT_SENT, "An earlier e-mail to {it} came back, or was marked as spam. Since then nothing is sent to their address.",
                   "You can clear the address, once you know that e-mails arrive there.", NEXT_TIME, ("Go to suppressed addresses", "/outbox/suppressed")),
    "tenant_hidden": (NOT_SENT, f"When it was made, {THEN}, the tenants of {{it}} were hidden from housing officers, so no digest tells of them.",
                      "You can change that on the tenant's page.", NEXT_TIME, ("Go to the hidden tenants", "/tenants?show=hidden")),
    "nothing_to_report": (NOT_SENT, f"There was nothing to report in {IN_WORDS}: for none of the tenants of {{it}} an active goal, a session or a Shared note that they may read.",
                          "", "", None),
    "waiting": ("Waiting", "It is written and waits for its turn to be sent.", "You can see when it is tried next.", "", ("Go to this digest", "digest")),
    "sending": ("Being sent", "It is being sent at this moment.", "", "", None),
    "sent": ("Sent", f"It was sent {THEN}. Nobody has told yet whether it arrived.", "", "If {it} does not find it, it may lie in their spam folder.", None),
    "filed": ("In a file", f"It was written to a file on the server {THEN}, and went to nobody: Keywork is not set up to send e-mails.", "",
              "Whoever runs Keywork finds the file in its folder of e-mails, and can set up the sending of the next ones.", None),
    "delivered": ("Delivered", f"It was delivered {THEN}.", "", "If {it} does not find it, it may lie in their spam folder.", None),
    "bounced_for_now": ("Came back for now", f"It was sent, and came back {THEN}, only for the time being: the mailbox may be full."
                        " The next digest goes to that address all the same.", "You can send it again.", "", ("Go to this digest", "digest")),
    "bounced": ("Came back", f"It was sent, and came back {THEN}: the mailbox does not exist, or takes no e-mails. Nothing more is sent to that address.",
                "You can clear the address and send it again, once you know that e-mails arrive there.", "", ("Go to this digest", "digest")),
    "complained": ("Marked as spam", f"It arrived, and {THEN} {{it}} or their mail program marked it as spam. Nothing more is sent to that address.",
                   "You can clear the address, once {it} agrees.", "", ("Go to suppressed addresses", "/outbox/suppressed")),
    "failed": ("Refused", f"The e-mail service refused it {THEN}.", "You can see why, and send it again.", "", ("Go to this digest", "digest")),
    "unsure": ("Unsure", "Nobody knows whether it went out: the e-mail service did not say.", "You can ask {it} whether it arrived, and then decide what becomes of it.", "",
               ("Go to this digest", "digest")),
    "withdrawn": ("Withdrawn", f"When its turn came, {THEN}, nothing of what it said might be said any more.", "", "", None),
}
#: What the list says under a state, beside "Told of" or "Nobody told of".
REASONS_IN_SHORT = {
    "plan": "Plan without support cases", "account_disabled": "Account disabled", "assignment_ended": "Assignment ended", "address_not_listed": "Address not listed",
    "suppressed": "Suppressed after a bounce or a complaint", "tenant_hidden": "Tenant hidden", "nothing_to_report": "Nothing to report"}


@pytest.fixture(scope="module")
def planted(site):
    """What became of it -> (officer, digest, message), one of each in Harbour."""
    site.as_owner("update app.jobs set since = '2019-01-01' where name = 'compose_digests'")
    return {what: put_digest(site, what) for what in (*REASONS, *MESSAGES)}


@pytest.fixture
def admin(site, planted):
    """Harbour's org-admin."""
    return site.visitor("harbour_admin")


def links_of(page: Page) -> set[str]:
    """Where the page's links lead."""
    return {attributes.get("href") for tag, attributes in page.tags if tag == "a"}


def test_the_words_of_every_answer_are_looked_at(site):
    """Those of the database: every state and reason that its constraints know, and the answers about months without a digest."""
    known = set()
    for name in ("message_states_are_known", "digest_reasons_are_known"):
        known |= {code for code, in site.as_owner(
            "select m[1] from pg_constraint, regexp_matches(pg_get_constraintdef(oid), '''(\\w+)''', 'g') as m where conname = %(name)s", name=name)}
    assert known | {"filed"} == WHY.keys() == set(REASONS) | set(MESSAGES)
    assert WHY.keys() | {"not_on_team", "not_due", "before_digests", "not_composed"} == ANSWERS.keys()


def test_the_list_tells_each_officer_s_state_or_reason(admin):
    """One row each, and how many there are of a kind in the summary above."""
    page = admin.page(f"/digests?month={CODE}")
    assert f"{IN_WORDS}. 18 housing officers: " in page.text and ", 7 not sent" in page.text and "1 came back" in page.text and "1 in a file" in page.text
    for what, (badge, *_) in WHY.items():
        row = page.text.split(email_of(what))[1].split("Officer")[0]
        told = "Nobody told of 1 tenant left out" if what in REASONS else "Told of 1 tenant"
        assert row.split() == f"{told} {THEN_IN_WORDS} {badge} {REASONS_IN_SHORT.get(what, '')}".split(), what


@pytest.mark.parametrize(("show", "shown"), [
    ("unsent", {*REASONS, "filed", "bounced_for_now", "bounced", "failed", "unsure", "withdrawn"}), ("waiting", {"waiting", "sending"}), ("nonsense", set(WHY))])
def test_chips_narrow_the_list(admin, show, shown):
    """To what did not go or arrive, or to what is on its way; anything else in the address is everything."""
    text = admin.get(f"/digests?month={CODE}&show={show}").text
    assert {what for what in WHY if email_of(what) in text} == shown
    assert email_of("bounced") not in admin.get(f"/digests?month={CODE}&show={show}&q=nobody+at+all").text


def test_what_is_not_there_is_said(admin):
    """A search, a chip and a month without a digest, each in a sentence."""
    assert "matches “nobody at all”." in admin.page(f"/digests?month={CODE}&q=nobody+at+all").text
    july = admin.page("/digests?month=2024-07&show=waiting").text
    assert "No digest of July 2024 is on its way." in july and "2 housing officers: 1 delivered, 1 not sent" in july
    assert "There are no digests of August 2024." in admin.page("/digests?month=2024-08").text


@pytest.mark.parametrize("what", WHY)
def test_why_they_did_not_get_it(admin, planted, what):
    """In the words of each state and reason, with the way to what may be done about it and to the digest itself."""
    officer, digest, _ = planted[what]
    badge, said, do, besides, way = WHY[what]
    page = admin.page(f"/digests/why?officer={officer}&month={CODE}")
    sentences = " ".join(filter(None, (each.format(it=name_of(what)) for each in (said, do, besides))))
    buttons = " ".join(filter(None, (way and way[0], "See this digest" if not way or way[1] != "digest" else "")))
    assert page.text.endswith(f"Show {IN_WORDS} {badge} {sentences} {buttons}")
    assert f"The digest for {name_of(what)}." in page.text
    wanted = {f"/digests/{digest}"} | ({way[1]} if way and way[1] != "digest" else set())
    assert wanted <= links_of(page), links_of(page)


@pytest.mark.parametrize("what", WHY)
def test_the_page_of_a_digest(admin, planted, what):
    """It says the same of what became of it; whom it told of, or left out; and its e-mail is there where there is one."""
    _, digest, _ = planted[what]
    badge, said, *_ = WHY[what]
    page = admin.page(f"/digests/{digest}")
    assert page.text.index(f"{name_of(what)} {badge} Digest of {IN_WORDS} To {email_of(what)}") < page.text.index(said.format(it=name_of(what)))
    framed = f"/digests/{digest}/email" in {attributes.get("src") for tag, attributes in page.tags if tag == "iframe"}
    if what in REASONS:
        assert f"Left out Tenants that it leaves out, and why Tenant Why Ann Tenant {REASONS_IN_SHORT[what]}" in page.text and "What it" not in page.text and not framed
        assert admin.get(f"/digests/{digest}/email").status_code == admin.get(f"/digests/{digest}/text").status_code == 404
    else:
        assert "Left out" not in page.text and framed
        assert "Ann Tenant" in admin.page(f"/digests/{digest}/email").text
        text = admin.get(f"/digests/{digest}/text")
        assert "Ann Tenant" in text.text and text.headers["content-type"].startswith("text/plain")


def test_a_digest_whose_words_were_erased(site, admin, planted):
    """When they went is said; the e-mail is not there any more."""
    _, digest, _ = put_digest(site, "delivered", officer=planted["delivered"][0], month=first_of(MONTH, 5))
    assert admin.get(f"/digests/{digest}/email").status_code == 200
    site.as_owner("update app.digest_entries set content = null where digest_id = %(id)s", id=digest)
    site.as_owner("update app.digests set erased_at = '2020-06-03 10:00+01' where id = %(id)s", id=digest)
    page = admin.page(f"/digests/{digest}")
    assert "What it said was deleted on 3 Jun 2020 : nothing of a digest is kept for longer than 90 days." in page.text
    assert not any(tag == "iframe" for tag, _ in page.tags)
    assert admin.get(f"/digests/{digest}/email").status_code == 404


def test_months_without_a_digest(site, admin):
    """Somebody who is on a team now: a month that is not over, one that is not made, one made before they came, and those before digests."""
    officer = put_officer(site, "of_ben", "ben")
    this, earlier = first_of(datetime.now(LONDON).date()), first_of(MONTH, 3)
    due = first_of(this, -1)
    said = admin.page(f"/digests/why?officer={officer}&month={as_code(this)}").text
    assert f"The digest of {month(this)} goes out on" in said or f"The digest of {month(this)} goes out tomorrow at" in said
    assert "07:00" in said and "You can look at what it would say now. Preview it" in said and "Not due yet" in said and due.day == 1
    late = f"/digests/why?officer={officer}&month={as_code(earlier)}"
    assert f"The digest of {month(earlier)} was due on" in admin.page(late).text and "has not been made yet. It is made as soon as Keywork's scheduled jobs run." in admin.page(late).text
    site.as_owner("insert into app.job_runs (job, period, status, finished_at) values ('compose_digests', %(month)s, 'done', now())", month=earlier)
    assert f"{NOT_SENT} Officer Of Ben was on no team of Harbour Homes in {month(earlier)}." in admin.page(late).text
    site.as_owner("update app.jobs set since = now() where name = 'compose_digests'")
    said = admin.page(f"/digests/why?officer={officer}&month={as_code(first_of(MONTH, 4))}").text
    assert "None made Keywork began to make digests today at" in said and "Those that were due before that were not made." in said
    site.as_owner("update app.jobs set since = '2019-01-01' where name = 'compose_digests'")


# ---- on the team of a case -------------------------------------------------------------------------------------------


def test_operators_are_told_on_the_team_of_a_case(site, admin, planted):
    """Of that case alone; a property manager hears who can do something about it, and sees no digest."""
    officer, digest, _ = planted["address_not_listed"]
    member = site.as_owner("select id from app.support_collaborators where user_id = %(id)s", id=officer)[0][0]
    path = f"/support-cases/{site.world.case['ann']}/team/{member}/digest"
    assert path in links_of(admin.page(f"/support-cases/{site.world.case['ann']}/team"))
    said = f"When it was made, {THEN}, the e-mail address of {name_of('address_not_listed')} was not on the list of housing officers of Harbour Homes."
    page = admin.page(f"{path}?month={CODE}")
    assert "as far as it is about Ann Tenant." in page.text and f"{said} You can add the address to the list." in page.text and f"/digests/{digest}" in links_of(page)
    manager = site.visitor("quay_manager")
    page = manager.page(f"{path}?month={CODE}")
    assert f"{said} An org-admin can add the address to the list." in page.text
    assert not {link for link in links_of(page) if link.startswith(("/digests", "/settings", "/outbox"))}
    hidden = site.as_owner("select id from app.support_collaborators where user_id = %(id)s", id=planted["tenant_hidden"][0])[0][0]
    assert (f"When it was made, {THEN}, Ann Tenant was hidden from housing officers, so no digest tells of them. You can change that on the tenant's page."
            in admin.page(path.replace(str(member), str(hidden)) + f"?month={CODE}").text)


@pytest.mark.parametrize("persona", ["harbour_admin", "quay_manager"])
def test_only_housing_officers_with_an_account_are_asked_about(site, persona):
    """A support worker, a contact card, somebody on another case's team: as if there were no such person."""
    visitor, case = site.visitor(persona), site.world.case["ann"]
    missing = visitor.get(f"/support-cases/{case}/team/{NOWHERE[0]}/digest")
    assert missing.status_code == 404 and visitor.get(f"/support-cases/{case}/team/{site.world.collaborator['ann/officer_open']}/digest").status_code == 200
    for other in ("ann/worker", "ann/council", "ann/gp", "ben/officer_open", "gus/officer_shut"):
        answer = visitor.get(f"/support-cases/{case}/team/{site.world.collaborator[other]}/digest")
        assert answer.status_code == 404 and masked(answer.text) == masked(missing.text), other


# ---- who may, and what is asked wrongly ------------------------------------------------------------------------------

OTHERS = ("moor_admin", "two_hats_admin", "quay_manager", "idle_manager", "heath_manager", "worker", "officer_open", "officer_shut", "gone", "small_worker", "platform")


@pytest.mark.parametrize("persona", OTHERS)
def test_nobody_else_learns_of_harbour_s_digests(site, persona):
    """Other firms' org-admins and every other hat: each address answers as one that is nobody's does."""
    visitor, its_id, officer = site.visitor(persona), ident("digest", "harbour/officer_open"), site.world.user["officer_open"]
    assert site.visitor("harbour_admin").get(f"/digests/{its_id}").status_code == 200
    missing = visitor.get(f"/digests/{NOWHERE[0]}")
    assert missing.status_code == 404
    for path in (f"/digests/{its_id}", f"/digests/{its_id}/email", f"/digests/{its_id}/text", f"/digests/why?officer={officer}",
                 f"/digests/preview?officer={officer}", f"/digests/preview/email?officer={officer}", f"/digests/preview/text?officer={officer}"):
        answer = visitor.get(path)
        assert answer.status_code == 404 and masked(answer.text) == masked(missing.text), path
    for path in ("/digests", "/digests?month=2024-07", "/digests/choices", "/digests/preview", "/digests/why"):
        answer = visitor.get(path)
        if persona.endswith("_admin"):
            assert answer.status_code == 200 and "officer.open@" not in answer.text and "Officer Open" not in answer.text, path
        else:
            assert answer.status_code == 404 and masked(answer.text) == masked(missing.text), path


def test_a_plan_without_support_cases_shows_the_upgrade_page(site):
    """And no digest of the time before."""
    visitor = site.visitor("small_admin")
    answer = visitor.get("/digests")
    assert answer.status_code == 200 and "Enterprise" in answer.text and "Gone" not in answer.text
    for path in ("/digests/preview", "/digests/why", f"/digests/{ident('digest', 'small/gone')}", f"/digests/{ident('digest', 'small/gone')}/email"):
        assert visitor.get(path).status_code == 404, path


ASKED_WRONGLY = ["abc", "", "2999-01", "2024-13", "-0001-01", "2024-07-01", "%00", "9" * 400, "٢٠٢٤-٠٧"]


@pytest.mark.parametrize("asked", ASKED_WRONGLY)
def test_a_month_that_there_is_not_is_the_last_one(admin, planted, asked):
    """On each screen that takes one."""
    officer = planted["bounced"][0]
    assert f"Digests {IN_WORDS}. 18 housing officers" in admin.page(f"/digests?month={asked}").text
    for path in (f"/digests/why?officer={officer}&month={asked}", f"/digests/preview?officer={officer}&month={asked}"):
        assert IN_WORDS in admin.page(path).text, path
    for path in ("/digests/why", "/digests/preview"):
        assert admin.page(f"{path}?month={asked}").form_with("chosen", "month").controls["month"].value == CODE


@pytest.mark.parametrize("asked", ["abc", "", "%00", str(uuid.UUID(int=0)), "{", "1"])
def test_an_officer_that_there_is_not_is_not_found(admin, asked):
    """In the address."""
    for path in ("/digests/why", "/digests/preview", "/digests/preview/email", "/digests/preview/text"):
        assert admin.get(f"{path}?officer={asked}").status_code == 404, path


@pytest.mark.parametrize("path", ["/digests/why", "/digests/preview"])
def test_a_choice_that_there_is_not_is_asked_for_again(site, admin, path):
    """Nobody chosen, nonsense, a worker, another firm's officer: a sentence by the field, and the month is kept. A month that is not offered
    leads to the last one."""
    this = as_code(first_of(MONTH, -1))
    for chosen in ("", "abc", str(NOWHERE[0]), str(site.world.user["worker"]), str(put_officer(site, f"of_gus_{path[9:]}", "gus"))):
        page = Page((answer := admin.send(path, chosen=chosen, month=this)).text)
        form = page.form_with("chosen", "month")
        assert answer.status_code == 409 and "Choose a housing officer from the list." in page.error_of(form.controls["chosen"]), chosen
        assert form.controls["month"].value == this
    for month_asked in (CODE, "abc", "2999-01"):
        answer = admin.send(path, chosen=str(officer := site.world.user["officer_open"]), month=month_asked)
        assert answer.status_code == 303 and answer.headers["location"] == f"{path}?officer={officer}&month={month_asked}"


@pytest.mark.parametrize("query", ["page=abc", "page=-1", "page=0", "page=99", f"page={10**30}", "q=%00", "q=" + "x" * 2000, "q=%25_'", "show=%00", "page=1&page=2"])
def test_nonsense_in_the_address_of_a_list_is_borne(admin, planted, query):
    """A page that says something, and no fault."""
    for path in (f"/digests?month={CODE}&{query}", f"/digests/{planted['sent'][1]}?{query}"):
        assert admin.get(path).status_code == 200, path
