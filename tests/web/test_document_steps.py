"""Steps of a document on the screens: each by whom it is offered and refused, once however often it is sent, the PDF, and markup in all of it."""

import re
import uuid

import pytest

from tests.web.documents import CO, OP, answers_of, at, every_answer, field, form_of, kept, made, state_of, take
from tests.web.pages import Page
from tests.web.test_escaping import MARKUP, PLAIN, assert_harmless, shape
from tests.web.test_printing import text_of
from tests.web.visitor import new_id
from views import document_steps
from views.printing import PrintFailed

APPROVED = ("worker", "submit"), ("harbour_admin", "approve")


def test_a_document_is_returned_with_a_reason_and_the_author_reads_it(site):
    """On the tab, above the form, on the page, and in the trail of everybody who reads it."""
    its_id = made(site, "worker", ("worker", "submit"))
    answer = site.visitor("quay_manager").post(at(site, OP, its_id, "return"), reason="More about\nthe hours")
    assert (answer.status_code, answer.headers["location"]) == (303, at(site, OP, its_id)) and state_of(site, its_id) == "draft"
    for page in (at(site, CO), at(site, CO, its_id), at(site, CO, its_id, "edit")):
        assert "More about the hours" in site.visitor("worker").page(page).text, page
    trail = site.visitor("worker").page(at(site, CO, its_id)).text.split("What happened")[1]
    for said in ("Begun by Worker", "by Quay Manager", "From “Waiting for approval” to “Draft”"):
        assert said in trail


def test_nobody_approves_what_they_wrote(site):
    """No button and no page; a forged approval is refused in words, and makes no PDF."""
    its_id = made(site, "harbour_admin", ("harbour_admin", "submit"))
    ways = {attributes.get("href", "").rsplit("/")[-1] for _, attributes in site.visitor("harbour_admin").page(at(site, OP, its_id)).tags}
    assert "withdraw" in ways and not ways & {"approve", "return"}
    assert site.visitor("harbour_admin").get(at(site, OP, its_id, "approve")).status_code == 404
    hashed = site.as_owner("select encode(content_sha256, 'hex') from app.support_documents where id = %(id)s", id=its_id)[0][0]
    answer = site.visitor("harbour_admin").send(at(site, OP, its_id, "approve"), seen=hashed)
    assert answer.status_code == 409 and "Somebody else has to look at a document that you wrote." in Page(answer.text).alerts
    assert state_of(site, its_id) == "submitted"


def test_an_approval_fixes_the_pdf_of_what_was_seen(site):
    """Made of the content alone; pressed twice it is approved once; what changed after the page was read is refused."""
    its_id = made(site, "worker", ("worker", "submit"), answers=every_answer())
    address, visitor = at(site, OP, its_id, "approve"), site.visitor("harbour_admin")
    page = visitor.page(address)
    assert "What you approve is fixed." in page.text and "Written by Worker" in page.text and "To cook." in page.text
    seen = page.form_with("seen")
    # Returned and handed in again with another answer, while the page was open.
    for who, step in (("quay_manager", "return"), ("worker", "submit")):
        take(site, its_id, who, step)
        if step == "return":
            assert site.visitor("worker").post(at(site, CO, its_id, "edit"), **{field("wishes"): "To sing."}).status_code == 303
    answer = visitor.fill(seen, address)
    page = Page(answer.text)
    assert answer.status_code == 409 and "Somebody changed this document meanwhile." in page.alerts and "To sing." in page.text
    assert state_of(site, its_id) == "submitted"
    seen = page.form_with("seen")
    for _ in range(2):
        answer = visitor.fill(seen, address)
        assert (answer.status_code, answer.headers["location"]) == (303, at(site, OP, its_id))
    assert site.as_owner("select count(*) from app.support_document_events where document_id = %(id)s and step = 'approve'", id=its_id) == [(1,)]
    pdf = visitor.get(at(site, OP, its_id, "pdf"))
    said = " ".join(text_of(pdf.content))
    assert "To sing." in said and "Harbour Admin" in said and "Agreement of a test" in said
    # Somebody else is told that it went further.
    answer = site.visitor("quay_manager").send(address, seen="x")
    assert answer.status_code == 409 and "taken this document further meanwhile" in Page(answer.text).alerts


def test_an_approval_after_a_return_is_refused_in_words(site):
    """It says nothing any more by then: a draft has no content."""
    its_id = made(site, "worker", ("worker", "submit"))
    address = at(site, OP, its_id, "approve")
    seen = form_of(site, "harbour_admin", address, "seen")
    take(site, its_id, "quay_manager", "return")
    answer = site.visitor("harbour_admin").fill(seen, address)
    assert answer.status_code == 409 and "taken this document further meanwhile" in Page(answer.text).alerts
    assert state_of(site, its_id) == "draft"


def test_a_pdf_is_given_as_it_was_fixed_and_the_taking_is_on_record(site):
    """As a file with a name that names nobody, never shown in a page, kept by no cache; a line in the audit log for each."""
    its_id = made(site, "worker", *APPROVED)
    taken = "select actor_name from app.audit_log where action = 'export' and row_kind = 'document_pdf' and case_id = %(case)s order by id"
    before = len(site.as_owner(taken, case=site.world.case["ann"]))
    for persona, side in (("harbour_admin", OP), ("both_worker", CO)):
        answer = site.visitor(persona).get(at(site, side, its_id, "pdf"))
        assert answer.content == b"%PDF-1.7 fixed" and answer.headers["content-type"] == "application/pdf"
        assert re.fullmatch(r'attachment; filename="agreement-version-1-\d{4}-\d\d-\d\d\.pdf"', answer.headers["content-disposition"])
        assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["cache-control"] == "no-store"
    assert site.as_owner(taken, case=site.world.case["ann"])[before:] == [("Harbour Admin",), ("Both Worker",)]
    for persona, side in (("watcher", CO), ("moor_admin", OP), ("gone", CO)):
        assert site.visitor(persona).get(at(site, side, its_id, "pdf")).status_code == 404
    # By the address of another case that one sees as well.
    assert site.visitor("harbour_admin").get(site.at("/support-cases/{case[ben]}/documents/") + f"{its_id}/pdf").status_code == 404


def mails_of(site, its_id):
    """E-mails that carry a document."""
    return site.as_owner("select o.to_name, o.to_address from app.outbox o join app.support_document_deliveries d on d.id = o.delivery_id"
                         " where d.document_id = %(id)s", id=its_id)


def test_a_document_is_sent_once_after_a_question(site):
    """The question names it, who gets it and where; nothing goes before; yes pressed twice sends once."""
    its_id = made(site, "worker", *APPROVED)
    address, visitor = at(site, OP, its_id, "send"), site.visitor("quay_manager")
    form = form_of(site, "quay_manager", address, "to_address")
    assert form.controls["to_name"].value == "Ann Tenant"
    asked = visitor.fill(form, address, to_address="ann@example.net")
    page = Page(asked.text)
    assert asked.status_code == 409 and "Send “Agreement of a test” to Ann Tenant?" in page.text
    assert "The PDF goes to ann@example.net as an attachment" in page.text and mails_of(site, its_id) == [] and state_of(site, its_id) == "approved"
    agreed = page.form_with("agreed")
    # Another address than the one that was asked about is asked about.
    assert visitor.fill(agreed, address, to_address="other@example.net").status_code == 409 and mails_of(site, its_id) == []
    for _ in range(2):
        answer = visitor.fill(agreed, address)
        assert (answer.status_code, answer.headers["location"]) == (303, at(site, OP, its_id))
    assert mails_of(site, its_id) == [("Ann Tenant", "ann@example.net")] and state_of(site, its_id) == "sent"
    page = visitor.page(at(site, OP, its_id)).text
    assert "Support cases" in page.split("Sign out")[0] and "Ann Tenant ann@example.net" in page and "Waiting" in page.split("To whom it went")[-1]
    workers = site.visitor("worker").page(at(site, CO, its_id)).text
    assert "ann@example.net" not in workers and "Sent by e-mail" in workers


def test_an_address_that_gets_nothing_is_refused_at_its_field(site):
    """Suppressed after a bounce: before the question, with everything typed."""
    site.as_owner("insert into app.suppressed_addresses (organisation_id, address, because) values (%(firm)s, 'back@example.net', 'bounced')",
                  firm=site.world.organisation["harbour"])
    its_id = made(site, "worker", *APPROVED)
    answer = site.visitor("harbour_admin").post(at(site, OP, its_id, "send"), to_name="Ann", to_address="Back@example.net")
    page = Page(answer.text)
    control = page.form_with("to_address").controls["to_address"]
    assert answer.status_code == 409 and control.invalid and "nothing is sent there" in page.error_of(control) and control.value == "Back@example.net"
    assert mails_of(site, its_id) == []


def test_somebody_of_the_team_is_one_click_away(site):
    """Name and address of whoever has one there; nobody of another case, and nobody who has left."""
    its_id = made(site, "worker", *APPROVED)
    address = at(site, OP, its_id, "send")
    page = site.visitor("harbour_admin").page(address).text
    assert "Gp" in page and "Both Worker" not in page
    form = form_of(site, "harbour_admin", f"{address}?to={site.world.collaborator['ann/gp']}", "to_name")
    assert (form.controls["to_name"].value, form.controls["to_address"].value) == ("Gp", "gp@example.net")
    for foreign in (site.world.collaborator["dan/sister"], site.world.collaborator["ann/gone"], "nonsense"):
        assert form_of(site, "harbour_admin", f"{address}?to={foreign}", "to_name").controls["to_address"].value == ""


def test_a_document_is_handed_over_once(site):
    """Noted with the day; by default to the tenant, today."""
    its_id = made(site, "worker", *APPROVED)
    address, visitor = at(site, OP, its_id, "hand-over"), site.visitor("harbour_admin")
    form = form_of(site, "harbour_admin", address, "handed_over_on")
    today = site.as_owner("select (now() at time zone 'Europe/London')::date::text")[0][0]
    assert (form.controls["to_name"].value, form.controls["handed_over_on"].value) == ("Ann Tenant", today)
    for _ in range(2):
        assert visitor.fill(form, address, handed_over_on="2026-01-02").status_code == 303
    assert site.as_owner("select way, handed_over_on::text from app.support_document_deliveries where document_id = %(id)s", id=its_id) == [("by_hand", "2026-01-02")]
    assert "By hand 2 Jan 2026" in visitor.page(at(site, OP, its_id)).text


def test_a_document_is_withdrawn(site):
    """By its author without a reason, by an operator with one where it was approved."""
    mine, theirs = made(site, "worker"), made(site, "worker", *APPROVED)
    assert site.visitor("worker").post(at(site, CO, mine, "withdraw")).status_code == 303 and state_of(site, mine) == "withdrawn"
    assert site.visitor("worker").get(at(site, CO, theirs, "withdraw")).status_code == 404
    assert site.visitor("harbour_admin").post(at(site, OP, theirs, "withdraw"), reason="Wrong home").status_code == 303
    assert state_of(site, theirs) == "withdrawn" and "Wrong home" in site.visitor("harbour_admin").page(at(site, OP, theirs)).text


def test_a_new_version_takes_the_place_of_the_old_one_when_it_is_approved(site):
    """Begun once however often the button is pressed; both say which is which; a second one at a time is refused."""
    its_id = made(site, "worker", *APPROVED, answers=every_answer())
    address, visitor = at(site, CO, its_id, "new-version"), site.visitor("both_worker")
    form, other = (form_of(site, "both_worker", address, "id") for _ in range(2))
    answers = [visitor.fill(form, address) for _ in range(2)]
    newer = uuid.UUID(form.controls["id"].value)
    assert [(each.status_code, each.headers["location"]) for each in answers] == [(303, at(site, CO, newer, "edit"))] * 2
    second = visitor.fill(other, address)
    assert second.status_code == 409 and "under way already" in Page(second.text).alerts
    assert answers_of(site, newer) == kept(every_answer())
    assert "Version 2 is being written" in visitor.page(at(site, CO, its_id)).text
    # Of a draft that they do not read the others learn nothing.
    assert "Version 2" not in site.visitor("worker").page(at(site, CO, its_id)).text
    for who, step in (("both_worker", "submit"), ("harbour_admin", "approve")):
        take(site, newer, who, step)
    assert state_of(site, its_id) == "superseded"
    assert "Version 2 has taken its place." in site.visitor("worker").page(at(site, CO, its_id)).text
    assert "Read version 1" in site.visitor("worker").page(at(site, CO, newer)).text


#: persona, side, document, step, fields: what they see none of answers 404; what they see and may not do is refused in words (409).
FORGED = [
    *[(persona, side, document, step, 404)
      for persona, side, document in (("moor_admin", OP, "ann/worker/draft"), ("watcher", CO, "ann/watcher/draft"), ("gone", CO, "ann/gone/draft"),
                                      ("worker", CO, "ann/both_worker/submitted"), ("worker", OP, "ann/worker/draft"), ("platform", OP, "ann/worker/draft"))
      for step in ("edit", "submit", "withdraw", "new-version")],
    *[("worker", CO, "ann/worker/draft", step, 404) for step in ("return", "approve", "send", "hand-over")],
    *[("moor_admin", OP, "ann/both_worker/submitted", step, 404) for step in ("return", "approve", "send", "hand-over")],
    *[("harbour_admin", OP, "gus/officer_shut/submitted", step, 404) for step in ("return", "approve", "withdraw")],
    *[("harbour_admin", OP, "ann/worker/draft", step, 409) for step in ("submit", "edit", "return", "approve", "send", "hand-over", "new-version")],
    *[("quay_manager", OP, "ann/quay_manager/submitted", step, 409) for step in ("return", "approve", "send", "submit")],
    *[("harbour_admin", OP, "ann/both_worker/sent", step, 409) for step in ("approve", "return", "withdraw", "submit", "edit")],
    *[("harbour_admin", OP, "ann/worker/withdrawn", step, 409) for step in ("approve", "return", "withdraw", "submit", "edit", "send", "new-version")],
    *[("worker", CO, "ann/both_worker/sent", step, 409) for step in ("submit", "withdraw")],
]


@pytest.mark.parametrize(("persona", "side", "document", "step", "status"), FORGED, ids=[" ".join(map(str, each[:1] + each[2:])) for each in FORGED])
def test_a_forged_step_changes_nothing(site, persona, side, document, step, status):
    """Guessed addresses and fields: not there, or refused in a sentence; the same rows before and after."""
    before = site.content()
    answer = site.visitor(persona).send(at(site, side, document, step), id=new_id(), title="planted", revision="1", reason="planted", seen="00",
                                        to_name="Planted", to_address="planted@example.org", handed_over_on="2026-01-02")
    assert site.content() == before
    assert answer.status_code == status
    assert status == 404 or Page(answer.text).alerts


# ---- threat 57b ------------------------------------------------------------------------------------------------------


def test_markup_in_a_document_stays_text(site):
    """Typed as title, answers, reason and recipient: the same shape of each page as with plain words, and the words are there."""
    pages = {}
    for words in (PLAIN, MARKUP):
        answers = {"name": words, "wishes": f"{words}\n\n{words}", "signed": words[:100], "agreed": True}
        its_id = made(site, "worker", ("worker", "submit"), ("quay_manager", "return"), answers=answers, title=words)
        visit = {"tab": ("worker", at(site, CO)), "form": ("worker", at(site, CO, its_id, "edit")), "draft": ("worker", at(site, CO, its_id))}
        reason = site.visitor("worker").send(at(site, CO, its_id, "submit"))
        assert reason.status_code == 303
        site.visitor("quay_manager").post(at(site, OP, its_id, "return"), reason=words)
        found = {name: site.visitor(persona).get(address).text for name, (persona, address) in visit.items()}
        site.visitor("worker").send(at(site, CO, its_id, "submit"))
        for step in ("", "approve", "return"):
            found[f"submitted {step}"] = site.visitor("harbour_admin").get(at(site, OP, its_id, step)).text
        address = at(site, OP, its_id, "approve")
        approved = site.visitor("harbour_admin").fill(form_of(site, "harbour_admin", address, "seen"), address)
        assert approved.status_code == 303, Page(approved.text).alerts
        found["approved withdraw"] = site.visitor("harbour_admin").get(at(site, OP, its_id, "withdraw")).text
        found["asked"] = site.visitor("harbour_admin").post(at(site, OP, its_id, "send"), to_name=words[:100], to_address="a@example.net").text
        assert site.visitor("harbour_admin").post(at(site, OP, its_id, "hand-over"), to_name=words[:100]).status_code == 303
        for step in ("", "send", "hand-over", "new-version"):
            found[f"sent {step}"] = site.visitor("harbour_admin").get(at(site, OP, its_id, step)).text
        pages[words] = found
    for name, plain in pages[PLAIN].items():
        markup = pages[MARKUP][name]
        assert_harmless(markup)
        assert "planted" in markup and "499849" not in markup, name
        if name != "tab":
            assert shape(markup) == shape(plain), name


# ---- when there is no PDF --------------------------------------------------------------------------------------------


def test_without_a_pdf_nothing_is_approved(console, monkeypatch):
    """The sentence stands above the button, and the document waits as before."""
    def fails(*_, **__):
        raise PrintFailed("too much time", "This document took too long to make.")

    monkeypatch.setattr(document_steps, "document_pdf", fails)
    client = console.client("harbour_admin")
    address = f"/support-cases/{console.world.case['ann']}/documents/{console.world.document['ann/both_worker/submitted']}/approve"
    seen = Page(client.get(address).text).form_with("seen").controls["seen"].value
    answer = client.post(address, data={"seen": seen})
    assert answer.status_code == 409 and "took too long" in Page(answer.text).alerts
    with console.world.owner() as connection:
        assert connection.execute("select state from app.support_documents where id = %s", [console.world.document["ann/both_worker/submitted"]]).fetchone() == ("submitted",)


@pytest.mark.parametrize(("approver", "status"), [("harbour_admin", 303), ("quay_manager", 409)])
def test_a_second_click_while_the_pdf_is_made(console, monkeypatch, approver, status):
    """Whoever clicked twice is led to what they approved; whoever was second is told."""
    its_id = made(console, "worker", ("worker", "submit"))

    def meanwhile(*_, **__):
        take(console, its_id, approver, "approve")
        return b"%PDF-1.7 second"

    monkeypatch.setattr(document_steps, "document_pdf", meanwhile)
    client = console.client("harbour_admin")
    address = f"/support-cases/{console.world.case['ann']}/documents/{its_id}/approve"
    answer = client.post(address, data={"seen": Page(client.get(address).text).form_with("seen").controls["seen"].value})
    assert answer.status_code == status
    assert status == 303 or "taken this document further meanwhile" in Page(answer.text).alerts
