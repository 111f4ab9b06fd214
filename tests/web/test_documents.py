"""Documents on the screens: who reads which, writing and handing in, each step, sending once, and the PDF."""

import re
import uuid

import pytest

from tests import world as people
from tests import world_documents
from tests.web import oracle
from tests.web.documents import CO, ENOUGH, OP, answers_of, every_answer, field, kept, made, part, state_of, take, typed
from tests.web.pages import Page
from tests.web.test_escaping import MARKUP, PLAIN, assert_harmless, shape
from tests.web.test_printing import text_of
from tests.web.test_rights_on_screens import VISITORS, masked
from tests.web.visitor import new_id

NOBODY = uuid.UUID("3f0c6f2e-8a52-4a3e-9f3e-0f4c7f1d9a11")
APPROVED = ("worker", "submit"), ("harbour_admin", "approve")


def at(site, side: str, its_id: object = "", step: str = "") -> str:
    """The address of the tab, of a document (by its id or its name in the world), or of a screen of it."""
    its_id = site.world.document[its_id] if isinstance(its_id, str) and "/" in its_id else its_id
    return "/".join(str(each) for each in (site.at(side), its_id, step) if each)


def form_of(site, persona: str, address: str, *names: str):
    """A form as its page serves it."""
    return site.visitor(persona).page(address).form_with(*names)


# ---- who reads which -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", VISITORS)
def test_everybody_reads_the_documents_that_they_may_and_no_other(site, user):
    """On the tab of every case, and each by its own address and its PDF's: 200 or the page of an id that is nobody's."""
    visitor = site.visitor(VISITORS[user])
    for case, documents in world_documents.DOCUMENTS.items():
        side = "/support-cases" if oracle.operates(user, case) else "/support/cases"
        titles = oracle.documents_for(user, case)
        base = f"{side}/{site.world.case[case]}/documents"
        if oracle.operates(user, case) or oracle.part_of(user, case):
            shown = visitor.get(base).text + visitor.get(f"{base}?page=2").text
            assert {f"Document {case}/{author}/{state}" for author, state, _ in documents if f"Document {case}/{author}/{state}<" in shown} == titles, case
        missing = masked(visitor.get(f"{base}/{NOBODY}").text)
        # Every state, once for each case; all of them where somebody reads some.
        for author, state, _ in documents if titles else documents[:3]:
            name = f"{case}/{author}/{state}"
            readable = f"Document {name}" in titles
            for path, there in (("", readable), ("/pdf", readable and state in ("approved", "sent", "superseded"))):
                answer = visitor.get(f"{base}/{site.world.document[name]}{path}")
                assert answer.status_code == (200 if there else 404), (name, path)
                assert there or masked(answer.text) == missing, (name, path)


def test_somebody_with_context_only_is_told_that_documents_are_not_theirs(site):
    """In words, with no way to write one; officers too."""
    for persona in ("watcher", "officer_context"):
        page = site.visitor(persona).page(at(site, CO))
        assert "documents are not part of that" in page.text and "Write a document" not in page.text
        assert site.visitor(persona).get(at(site, CO, "new")).status_code == 404


def test_what_waits_for_somebody_stands_first(site):
    """For an operator what others handed in, never their own; for an author what came back, with the reason."""
    def waiting(persona, side):
        text = site.visitor(persona).page(at(site, side)).text
        return text.split("Waiting for you")[1].split("Last change")[0] if "Waiting for you" in text else ""

    for persona, own in (("harbour_admin", "harbour_admin"), ("quay_manager", "quay_manager")):
        for author in ("both_worker", "officer_open", "officer_context", "quay_manager"):
            assert (f"Document ann/{author}/submitted" in waiting(persona, OP)) == (author != own), (persona, author)
    mine = waiting("worker", CO)
    assert "Document ann/worker/returned" in mine and f"“{world_documents.WHY}”" in mine and "Document ann/worker/draft" not in mine
    assert waiting("both_worker", CO) == ""


@pytest.mark.parametrize(("show", "states"), [("drafts", {"draft", "returned"}), ("waiting", {"submitted"}), ("approved", {"approved"}), ("sent", {"sent"}),
                                              ("ended", {"withdrawn", "superseded"}), ("nonsense", None)])
def test_chips_narrow_the_list(site, show, states):
    """By state; what is no chip shows all."""
    markup = site.visitor("harbour_admin").get(at(site, OP), params={"show": show}).text
    rows = set(re.findall(r'class="row-link"[^>]*>Document ann/\w+/(\w+)<', markup))
    assert rows == (states or {state for _, state, _ in world_documents.DOCUMENTS["ann"]})


def test_searching_finds_titles(site):
    """And says where nothing matches."""
    visitor = site.visitor("harbour_admin")
    found = visitor.get(at(site, OP), params={"q": "OFFICER_open"}).text
    assert re.findall(r'class="row-link"[^>]*>([^<]*)<', found) == ["Document ann/officer_open/submitted"]
    assert "No document matches “100%”." in visitor.page(at(site, OP) + "?q=100%25").text


def test_a_closed_case_has_documents_to_read_and_nothing_to_do(site):
    """No button, no step, no form but the one to sign out; a forged step is refused in words."""
    for persona, side in (("harbour_admin", "/support-cases/{case[eve]}/documents"), ("worker", "/support/cases/{case[eve]}/documents")):
        tab = site.visitor(persona).page(site.at(side))
        assert "Write a document" not in tab.text and "Waiting for you" not in tab.text
        for author, state, _ in world_documents.DOCUMENTS["eve"]:
            if f"Document eve/{author}/{state}" not in oracle.documents_for(persona, "eve"):
                continue
            address = f"{site.at(side)}/{site.world.document[f'eve/{author}/{state}']}"
            page = site.visitor(persona).page(address)
            assert [form.action for form in page.forms] == ["/logout/"] and "read-only" in page.text
            for step in ("edit", "withdraw", "new-version", *(("return", "approve", "send", "hand-over") if persona == "harbour_admin" else ())):
                assert site.visitor(persona).get(f"{address}/{step}").status_code == 404, step
    its_own = site.at("/support/cases/{case[eve]}/documents/{document[eve/worker/draft]}")
    before = site.content()
    for step in ("edit", "submit", "withdraw"):
        answer = site.visitor("worker").send(f"{its_own}/{step}", title="planted", revision="1")
        assert answer.status_code == 409 and "This case is closed" in Page(answer.text).alerts, step
    assert site.content() == before


# ---- beginning and writing -------------------------------------------------------------------------------------------


def test_templates_to_begin_with_are_the_organisation_s_live_ones(site):
    """By kind, with how many questions; no retired one, none of another firm, which answers as one that is nobody's."""
    page = site.visitor("worker").page(at(site, CO, "new"))
    assert "Agreement Agreement 8 questions" in page.text and "Recurring assessment Review 2 questions, every 6 months" in page.text
    assert "Old" not in page.text
    visitor = site.visitor("both_worker")
    foreign, nobodys, retired = (visitor.get(f"{at(site, CO, 'new')}?template={each}")
                                 for each in (site.world.template["moor/agreement"], NOBODY, site.world.template["harbour/old"]))
    assert foreign.status_code == nobodys.status_code == retired.status_code == 404
    assert masked(foreign.text) == masked(nobodys.text) == masked(retired.text)


def test_where_there_are_no_templates_the_page_says_who_adds_them(site):
    """The org-admin is led to them; nobody else can add one."""
    site.as_owner("update app.document_templates set retired_at = now() where retired_at is null")
    try:
        admins, managers, workers = (site.visitor(persona).get(at(site, side, "new")).text
                                     for persona, side in (("harbour_admin", OP), ("quay_manager", OP), ("worker", CO)))
    finally:
        site.as_owner("update app.document_templates set retired_at = null where name <> 'Old'")
    assert 'href="/templates"' in admins and 'href="/templates"' not in managers + workers
    assert all("An org-admin of Harbour Homes adds them." in Page(each).text for each in (managers, workers))


def test_a_template_retired_meanwhile_is_refused_in_words(site):
    """Between choosing it and pressing the button; the title stays."""
    address = f"{at(site, CO, 'new')}?template={site.world.template['harbour/letter']}"
    form = form_of(site, "worker", address, "title")
    site.as_owner("update app.document_templates set retired_at = now() where id = %(id)s", id=site.world.template["harbour/letter"])
    try:
        answer = site.visitor("worker").fill(form, address, title="My letter")
    finally:
        site.as_owner("update app.document_templates set retired_at = null where id = %(id)s", id=site.world.template["harbour/letter"])
    page = Page(answer.text)
    assert answer.status_code == 409 and "retired meanwhile" in page.alerts and page.form_with("title").controls["title"].value == "My letter"


def test_each_kind_of_answer_is_kept_and_shown_again(site):
    """As JSON of its type; open questions have no key, an answer can be taken back, and texts read as they will."""
    its_id = made(site, "worker", answers={})
    address = at(site, CO, its_id, "edit")
    visitor, answers = site.visitor("worker"), every_answer()
    served = visitor.get(address)
    said = Page(served.text).text
    assert "Between Ann Tenant of Quay 1 Street, Leeds" in said and "What Ann Tenant wants" in said and "{{" not in said
    assert said.count("must be answered") == 2 and "optional" not in said
    shown = {**typed(answers), field("hours"): "2.50", field("agreed"): "yes"}
    answer = visitor.fill(Page(served.text).form_with(field("name")), address, title=" An agreement ", **shown)
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert answers_of(site, its_id) == kept(answers)
    assert isinstance(answers_of(site, its_id)[part("hours")], float)
    form = form_of(site, "worker", address, "title")
    assert {**form.values(), field("topics"): answers["topics"]} | {"title": "An agreement"} == {**form.values()}
    assert {name: form.controls[name].value for name in shown} == {**shown, field("hours"): "2.5"}
    answer = visitor.fill(form, address, **{field(label): "" for label in ("wishes", "from", "hours", "place", "agreed", "signed")}, **{field("topics"): []})
    assert answer.status_code == 303 and answers_of(site, its_id) == kept({"name": answers["name"]})


@pytest.mark.parametrize(("typed_in", "number"), [("12", 12), ("-3", -3), (" £1,250.5 ", 1250.5), ("0", 0), ("0.0001", 0.0001), ("99999999999.1234", 99999999999.1234)])
def test_numbers_are_read_as_people_write_them(site, typed_in, number):
    """And kept exactly."""
    its_id = made(site, "worker")
    answer = site.visitor("worker").post(at(site, CO, its_id, "edit"), **{field("hours"): typed_in})
    assert answer.status_code == 303
    assert site.as_owner("select answers ->> %(part)s from app.support_documents where id = %(id)s", part=part("hours"), id=its_id) == [(f"{number}",)]


def test_choices_that_are_none_of_the_question_s_are_refused_at_it(site):
    """Several at once; the others stay ticked."""
    its_id = made(site, "worker")
    answer = site.visitor("worker").post(at(site, CO, its_id, "edit"), **{field("topics"): ["Money", "secret"]})
    page = Page(answer.text)
    control = page.form_with("title").controls[field("topics")]
    assert answer.status_code == 409 and control.invalid and "Choose from the list." in page.error_of(control) and control.value == ["Money"]


def test_two_tabs_do_not_write_over_each_other(site):
    """The second is told, with everything typed; a repeat of what was saved already changes nothing and is no fault."""
    its_id = made(site, "worker")
    address, visitor = at(site, CO, its_id, "edit"), site.visitor("worker")
    first, second = (form_of(site, "worker", address, "title") for _ in range(2))
    for _ in range(2):
        assert visitor.fill(first, address, **{field("wishes"): "From the first tab"}).status_code == 303
    answer = visitor.fill(second, address, **{field("wishes"): "From the second tab"})
    page = Page(answer.text)
    assert answer.status_code == 409 and "Somebody changed this document meanwhile." in page.alerts
    assert page.form_with("title").controls[field("wishes")].value == "From the second tab"
    assert answers_of(site, its_id)[part("wishes")] == "From the first tab"
    broken = visitor.fill(first, address, revision="nonsense", **{field("wishes"): "Broken"})
    assert broken.status_code == 409 and "Please load the page again." in Page(broken.text).alerts


def test_handing_in_says_at_each_question_what_is_missing_and_loses_nothing(site):
    """What was typed is saved as a draft; once answered it is handed in, and then nobody changes it."""
    its_id = made(site, "worker", answers={})
    address, visitor = at(site, CO, its_id, "edit"), site.visitor("worker")
    answer = visitor.fill(form_of(site, "worker", address, "title"), address, then="submit", **{field("wishes"): "To cook"})
    page = Page(answer.text)
    form = page.form_with("title")
    assert answer.status_code == 409
    for label in ("name", "agreed"):
        assert "Please answer this before you hand it in." in page.error_of(form.controls[field(label)]) and form.controls[field(label)].invalid
    assert not form.controls[field("hours")].invalid and form.controls[field("wishes")].value == "To cook"
    assert state_of(site, its_id) == "draft" and answers_of(site, its_id) == kept({"wishes": "To cook"})
    answer = visitor.fill(form, address, then="submit", **{field("name"): "Wendy", field("agreed"): "no"})
    assert (answer.status_code, answer.headers["location"]) == (303, at(site, CO, its_id))
    assert state_of(site, its_id) == "submitted" and answers_of(site, its_id)[part("agreed")] is False
    assert visitor.get(address).status_code == 404
    late = visitor.fill(form, address, **{field("name"): "Planted"})
    assert late.status_code == 409 and "What was handed in stays as it is." in Page(late.text).alerts and "Planted" in late.text
    page = visitor.page(at(site, CO, its_id))
    assert "Waiting for approval" in page.text and "other than Worker" in page.text and "To cook" in page.text


def test_handing_in_from_the_menu_shows_the_form_where_something_is_missing(site):
    """The button of the quiet menu sends no answers: the form shows those that were saved."""
    its_id = made(site, "worker", answers={"wishes": "To cook"})
    answer = site.visitor("worker").send(at(site, CO, its_id, "submit"))
    page = Page(answer.text)
    form = page.form_with("title")
    assert answer.status_code == 409 and form.action == at(site, CO, its_id, "edit") and form.controls[field("wishes")].value == "To cook"
    assert form.controls[field("name")].invalid and form.controls[field("agreed")].invalid
    ready = made(site, "worker")
    assert site.visitor("worker").send(at(site, CO, ready, "submit")).status_code == 303 and state_of(site, ready) == "submitted"


def test_a_draft_is_changed_by_nobody_but_its_author(site):
    """An operator reads it, and a forged form is refused in words."""
    its_id = made(site, "worker")
    address = at(site, OP, its_id, "edit")
    assert site.visitor("harbour_admin").get(address).status_code == 404
    answer = site.visitor("harbour_admin").send(address, title="Planted", revision="1")
    assert answer.status_code == 409 and "Only the person who began this document can do this." in Page(answer.text).alerts
    assert site.as_owner("select title from app.support_documents where id = %(id)s", id=its_id) == [("Agreement of a test",)]


# ---- the steps -------------------------------------------------------------------------------------------------------


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
    page = site.visitor("harbour_admin").page(at(site, OP, its_id))
    assert "Approve" not in page.text.split("What it says")[0] or "Approved" in page.text
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
    from views import document_steps
    from views.printing import PrintFailed

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
