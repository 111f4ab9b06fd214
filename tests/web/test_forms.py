"""Forms that the database refuses come back with a sentence by the field and with everything that was typed."""

import re

import pytest

from tests.web.form_table import FORMS, REFUSED, UNUSUAL, WORDS
from tests.web.pages import Page
from tests.web.visitor import new_id
from views.sentences import CONSTRAINTS

INTERNALS = re.compile(
    r"psycopg|sqlalchemy|SQLSTATE|Traceback|violates|constraint|null value|DETAIL|INSERT INTO|UPDATE app|\bNone\b|KW4\d\d|_pkey|_fkey|"
    + "|".join(CONSTRAINTS), re.I)  # fmt: skip


#: An answer that names a row of the world.
A_ROW = re.compile(r"\{(tenant|landlord|property)\[\w+\]\}")


def read_form(site, name):
    """The form as its page serves it, and where it goes."""
    form = FORMS[name]
    served = site.visitor(form.persona).page(site.at(form.page or form.address)).form_with(*form.fields)
    return served, site.at(form.address)


def answers_of(site, name, /, **changes):
    """The right answers of a form, some of them changed."""
    return {field: site.at(value) if isinstance(value, str) and A_ROW.match(value) else value
            for field, value in {**FORMS[name].fields, **changes}.items()}


def fill_in(site, name, changes=None, its_id=None):
    """Reads a form, fills it in and sends it; returns what was sent and the answer."""
    served, address = read_form(site, name)
    fields = answers_of(site, name, **(changes or {}))
    extra = {"id": its_id} if its_id else {}
    return fields, site.visitor(FORMS[name].persona).fill(served, address, **fields, **extra)


def as_kept(value):
    """Typed text as a form keeps it: line ends made one kind, no blanks around; NUL itself cannot stand in a page."""
    return value if isinstance(value, bool) else value.replace("\r\n", "\n").strip().replace("\x00", "")


def assert_kept(page, sent, wrong=()):
    """Everything that was typed stands in the form again; `wrong` codes of a list cannot."""
    form = page.form_with(*sent)
    for field, value in sent.items():
        control = form.controls[field]
        if field in wrong and control.choices and value not in control.choices:
            continue
        shown = control.value if isinstance(control.value, bool) else control.value.replace("\x00", "").replace("\ufffd", "").strip()
        assert shown == as_kept(value), field
    return form


@pytest.mark.parametrize(("name", "changes", "field", "sentence"), REFUSED, ids=[
    f"{name}: {', '.join(f'{key}={ascii(value)[:24]}' for key, value in changes.items())}" for name, changes, *_ in REFUSED])
def test_a_refused_form_keeps_what_was_typed_and_says_why(site, name, changes, field, sentence):
    """409, the sentence by its field (or above the form), every other answer in place, nothing of the inside, nothing written."""
    before = site.content()
    sent, answer = fill_in(site, name, changes)
    assert site.content() == before
    assert answer.status_code == 409
    page = Page(answer.text)
    form = assert_kept(page, sent, wrong=changes)
    assert not INTERNALS.search(page.text), INTERNALS.search(page.text)
    assert "None" not in [each.value for each in form.controls.values()]
    assert sentence in page.alerts
    if field is not None:
        control = form.controls[field]
        assert control.invalid and sentence in page.error_of(control) and page.error_of(control)
    for other, control in form.controls.items():
        assert other == field or not control.invalid, f"{other} is marked as wrong too"


@pytest.mark.parametrize("name", FORMS)
def test_a_form_without_any_field_is_no_error_of_ours(site, name):
    """A forged post with nothing but the token: refused in words, or nothing to change."""
    form = FORMS[name]
    before = site.content()
    answer = site.visitor(form.persona).send(site.at(form.address))
    assert answer.status_code in (303, 404, 409)
    assert not INTERNALS.search(Page(answer.text).text)
    if answer.status_code != 303:
        assert site.content() == before


@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form.makes])
def test_an_id_that_is_none_asks_to_load_again_and_keeps_the_text(site, name):
    """The hidden id of a new row, broken: the form comes back with a sound one, and can be sent."""
    before = site.content()
    sent, answer = fill_in(site, name, its_id="not-an-id")
    assert answer.status_code == 409 and site.content() == before
    form = assert_kept(Page(answer.text), sent)
    assert re.fullmatch("[0-9a-f-]{36}", form.controls["id"].value)


@pytest.mark.parametrize("kind", UNUSUAL)
def test_unusual_text_is_kept_to_the_letter(site, kind):
    """Stored as typed, shown as typed."""
    its_id = new_id()
    _, answer = fill_in(site, "shared note", {"body": UNUSUAL[kind]}, its_id)
    assert answer.status_code == 303
    assert site.as_owner("select body from app.support_notes where id = %(id)s", id=its_id) == [(UNUSUAL[kind],)]
    workspace = site.at("/support-cases/{case[ann]}/notes")
    assert " ".join(UNUSUAL[kind].split()) in site.visitor("harbour_admin").page(f"{workspace}/shared").text
    edited = site.visitor("harbour_admin").page(f"{workspace}/{its_id}/edit").form_with("body")
    assert edited.controls["body"].value == UNUSUAL[kind]
    site.as_owner("delete from app.support_notes where id = %(id)s", id=its_id)


@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form.makes])
def test_a_form_sent_twice_makes_one_row_and_answers_alike(site, name):
    """The same id again, after a lost answer: one row, the same redirect."""
    table, its_id = FORMS[name].makes, new_id()
    served, address = read_form(site, name)
    fields = answers_of(site, name)
    answers = [site.visitor(FORMS[name].persona).fill(served, address, **fields, id=its_id) for _ in range(2)]
    try:
        assert [(each.status_code, each.headers.get("location")) for each in answers] == [(303, answers[0].headers["location"])] * 2
        rows = [row for row in site.world.rows(table) if str(row["id"]) == its_id]
        assert len(rows) == 1
    finally:
        site.forget(table, its_id)


@pytest.mark.parametrize("name", ["shared note", "worker's note", "goal", "session", "progress"])
def test_a_form_edited_before_it_is_sent_again_loses_neither_wording(site, name):
    """After a lost answer people go on typing: the last wording is kept, or the form says so and still holds it."""
    table, its_id = FORMS[name].makes, new_id()
    column = next(field for field in ("body", "title", "attendees") if field in FORMS[name].fields)
    served, address = read_form(site, name)
    visitor = site.visitor(FORMS[name].persona)
    try:
        visitor.fill(served, address, **answers_of(site, name), id=its_id)
        answer = visitor.fill(served, address, **answers_of(site, name, **{column: "Longer now"}), id=its_id)
        stored = next(row[column] for row in site.world.rows(table) if str(row["id"]) == its_id)
        if answer.status_code == 303:
            assert stored == "Longer now"
        else:
            assert answer.status_code == 409 and Page(answer.text).form_with(column).controls[column].value == "Longer now"
    finally:
        site.as_owner(f"delete from app.{table} where id = %(id)s", id=its_id)


#: Closing twice has nothing typed to lose; a closed case takes holds.
IN_A_CASE = [name for name, form in FORMS.items() if "{case[ann]" in form.address and name not in ("close", "hold")]


@pytest.mark.parametrize("name", IN_A_CASE)
def test_a_case_closed_in_the_meantime_keeps_what_was_typed(site, name):
    """Closed by somebody else between reading and sending: 409, a sentence that says so, the text still there, nothing written."""
    served, address = read_form(site, name)
    fields = answers_of(site, name)
    site.as_owner("update app.support_cases set closed_at = now(), closing_reason = 'moved_on' where id = %(id)s", id=site.world.case["ann"])
    try:
        before = site.content()
        answer = site.visitor(FORMS[name].persona).fill(served, address, **fields)
        assert site.content() == before
    finally:
        site.as_owner("update app.support_cases set closed_at = null where id = %(id)s", id=site.world.case["ann"])
    assert answer.status_code == 409
    page = Page(answer.text)
    assert "closed" in page.alerts
    assert_kept(page, fields)


def test_a_closed_case_has_no_forms(site):
    """Read-only on every tab for both sides: the only form is the one to sign out."""
    for persona, side in (("harbour_admin", "/support-cases"), ("worker", "/support/cases")):
        for tab in ("", "/notes/professional", "/goals", "/sessions", "/team", "/documents"):
            if persona == "worker" and tab == "/notes/professional":
                continue
            page = site.visitor(persona).page(site.at(f"{side}/{{case[eve]}}{tab}"))
            assert [form.action for form in page.forms] == ["/logout/"], tab
            assert "It is read-only." in page.text


def test_a_note_of_a_closed_case_is_still_flagged(site):
    """The operator side flags safeguarding on a closed case (spec 2)."""
    step = site.at("/support-cases/{case[eve]}/notes/{note[eve/professional/harbour_admin]}/flag")
    visitor = site.visitor("harbour_admin")
    assert "professional note of harbour_admin about eve" in visitor.page(step).text
    assert visitor.post(step).status_code == 303
    found = site.as_owner("select safeguarding, safeguarding_flagged_at is not null from app.support_notes where id = %(id)s",
                          id=site.world.note["eve/professional/harbour_admin"])
    assert found == [(True, True)]
    assert visitor.get(step).status_code == 404


def test_a_refused_invitation_leaves_no_account_behind(site):
    """The account is made with the assignment or not at all."""
    _, answer = fill_in(site, "collaborator", {"kind": "secret", "email": "left.behind@example.org"})
    assert answer.status_code == 409
    assert site.as_owner("select count(*) from app.users where email = 'left.behind@example.org'") == [(0,)]


def test_a_body_too_large_is_refused_with_a_sentence(site):
    """A megabyte and more: 413, our own page, nothing written."""
    before = site.content()
    answer = site.visitor("harbour_admin").send(site.at(FORMS["shared note"].address), id=new_id(), body="x" * 1_200_000)
    assert answer.status_code == 413 and "too long" in Page(answer.text).text
    assert site.content() == before


def test_a_long_note_in_any_alphabet_gets_a_sentence_and_not_a_wall(site):
    """20,001 characters that take four bytes each, twelve as sent: the form, with the text, not the page of 413."""
    sent, answer = fill_in(site, "shared note", {"body": "🙂" * 20_001})
    assert answer.status_code == 409
    assert_kept(Page(answer.text), sent)


def test_a_delivered_session_needs_an_outcome(site):
    """Once it has begun: the sentence stands by the outcome, the choice stays."""
    its_id = new_id()
    site.as_owner(
        "insert into app.support_sessions (id, case_id, scheduled_at, type, author_id, author_name)"
        " values (%(id)s, %(case)s, now() - interval '1 day', 'appointment', %(user)s, 'Worker')",
        id=its_id, case=site.world.case["ann"], user=site.world.user["worker"])
    step = site.at("/support-cases/{case[ann]}/sessions/") + f"{its_id}/outcome"
    visitor = site.visitor("harbour_admin")
    answer = visitor.post(step, status="delivered", outcome_note="  ")
    form = assert_kept(Page(answer.text), {"status": "delivered", "outcome_note": ""})
    assert answer.status_code == 409
    assert "Write what came out" in Page(answer.text).error_of(form.controls["outcome_note"])
    assert visitor.post(step, status="delivered", outcome_note=WORDS["body"]).status_code == 303
    assert WORDS["body"].split("\n")[0] in visitor.page(site.at("/support-cases/{case[ann]}/sessions")).text
