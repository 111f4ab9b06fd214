"""The Documents tab and the form of a draft: who reads which document, beginning, writing, and handing in."""

import re
import uuid

import pytest

from tests import world_documents
from tests.web import oracle
from tests.web.documents import CO, ENOUGH, OP, answers_of, at, every_answer, field, form_of, kept, made, part, state_of, typed
from tests.web.pages import Page
from tests.web.test_rights_on_screens import VISITORS, masked

NOBODY = uuid.UUID("3f0c6f2e-8a52-4a3e-9f3e-0f4c7f1d9a11")


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
    assert "Agreement Harbour agreement 8 questions" in page.text and "Recurring assessment Harbour review 2 questions, every 6 months" in page.text
    assert "Harbour old" not in page.text
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
        site.as_owner("update app.document_templates set retired_at = null where name <> 'Harbour old'")
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
    assert form.controls["title"].value == "An agreement"
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


def test_a_number_without_end_is_refused_at_its_question(site):
    """Thousands of zeros are few digits to a decimal, and more than Python turns into text."""
    its_id = made(site, "worker")
    answer = site.visitor("worker").post(at(site, CO, its_id, "edit"), **{field("hours"): "1" + "0" * 4400, field("wishes"): "To cook"})
    form = Page(answer.text).form_with("title")
    assert answer.status_code == 409 and form.controls[field("hours")].invalid and form.controls[field("wishes")].value == "To cook"


def test_a_file_where_text_belongs_is_none(site):
    """A form that is sent as files are: what is text in it counts, the rest is not there."""
    its_id = made(site, "worker")
    address, visitor = at(site, CO, its_id, "edit"), site.visitor("worker")
    fields = {"csrf_token": visitor.token(), "title": "With a file", "revision": "1"}
    answer = visitor.client.post(address, data=fields, files={field("wishes"): ("planted", b"planted")})
    assert answer.status_code == 303 and answers_of(site, its_id) == kept(ENOUGH)


def test_beginning_once_more_takes_no_answer_back(site):
    """The form came again, from a tab that went back: its document is there, with what was typed since."""
    address = at(site, CO, "new") + f"?template={site.world.template['harbour/agreement']}"
    form, visitor = form_of(site, "worker", address, "title"), site.visitor("worker")
    edit = visitor.fill(form, address, title="Mine").headers["location"]
    assert visitor.post(edit, **{field("wishes"): "To cook"}).status_code == 303
    again = visitor.fill(form, address, title="Mine")
    assert (again.status_code, again.headers["location"]) == (303, edit)
    assert answers_of(site, uuid.UUID(edit.split("/")[-2])) == kept({"wishes": "To cook"})


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
