"""Threat 57b: markup in every text that a screen shows stays text, on every screen and for everybody.

Every text column is filled with plain words, and the shape of each page is kept (its elements with the names of their
attributes); then with markup, and each page must have the very same shape.
"""

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.web.form_table import FORMS
from tests.web.pages import Page
from tests.web.test_forms import A_ROW
from tests.world import ident

PLAIN = "plain words "
MARKUP = "'\"></textarea></title></option><script>planted</script><img class=planted onerror=x>{{707*707}} "
#: Without blanks, for columns that hold an e-mail address.
PLAIN_ADDRESS, MARKUP_ADDRESS = "plain", "\"'></a><img/class=planted/onerror=x>"

#: Text columns whose constraints let no markup in: codes, postcodes, telephone numbers.
CODES = {
    "plans.code", "organisations.plan_code", "features.feature_key", "feature_gates.plan_code", "feature_gates.feature_key", "memberships.role",
    "properties.postcode", "tenants.housing_officer_note_visibility", "support_cases.closing_reason", "support_collaborators.kind",
    "support_collaborators.participation_mode", "support_collaborators.phone", "support_notes.stream", "support_goals.status",
    "support_sessions.type", "support_sessions.status", "sign_ins.way", "audit_log.actor_hat", "audit_log.action", "audit_log.row_kind", "audit_log.rule",
    "digests.reason", "digest_entries.reason", "outbox.kind", "outbox.state", "outbox.error", "suppressed_addresses.because",
    "jobs.name", "jobs.cadence", "job_runs.job", "job_runs.status", "job_runs.error",
    "document_templates.kind", "document_templates.starter_key", "document_transitions.step", "document_transitions.from_state", "document_transitions.to_state",
    "document_transitions.by_author", "support_documents.kind", "support_documents.state", "support_document_events.step",
    "subject_access_requests.way", "subject_access_requests.asked_by", "subject_access_requests.outcome", "subject_access_pauses.why", "subject_access_redactions.because",
    "subject_access_bundles.state", "subject_access_bundles.step", "subject_access_bundles.error",
    # No sign of markup is in such an address (delivery_addresses_look_like_addresses).
    "imports.kind", "imports.encoding", "imports.delimiter", "imports.state", "imports.error", "import_faults.code",
    "support_document_deliveries.way", "support_document_deliveries.to_address", "support_upload_files.media_type",
}  # fmt: skip
ADDRESSES = {"users.email", "support_collaborators.email", "memberships.invited_email", "organisations.housing_officer_emails",
             "digests.address", "outbox.to_address", "suppressed_addresses.address"}
#: Columns that hold several texts.
LISTS = {"organisations.housing_officer_emails", "imports.header", "import_lines.cells"}
#: Fingerprints of the SQL and names of tables, on no screen.
INTERNAL = {"installation.schema_version", "installation.rules_version", "audit_log.table_name", "audit_payloads.table_name", "outbox.dedup_key", "outbox.provider_id",
            "document_transitions.follows_from", "subject_access_redactions.item_table", "subject_access_redactions.item_id", "bank_holidays.name", "support_documents.step", "support_document_events.from_state", "support_document_events.to_state"}
#: E-mails name the whole address of a case.
IN_E_MAILS = "http://127.0.0.1:8080/support/cases/"
#: Nobody changes these, not even their owner: the words are put in past the triggers that say so.
FACTS = ("audit_log", "audit_payloads", "document_template_versions", "support_documents", "support_document_events", "support_document_deliveries",
         "support_upload_files")

ROW = {"note": "ann/shared/harbour_admin", "manager": "ann/shared/quay_manager", "mine": "ann/shared/worker", "flag": "ann/professional/quay_manager"}
SCREENS = [
    *[("harbour_admin", path) for path in ("/support-cases", "/support-cases?state=all", "/support-cases/open", "/support-cases?q=nothing")],
    *[("harbour_admin", f"/support-cases/{{case[{case}]}}{tab}") for case in ("ann", "eve")
      for tab in ("", "/notes/professional", "/goals", "/sessions", "/team", "/documents")],
    *[("harbour_admin", "/support-cases/{case[ann]}" + step) for step in (
        f"/notes/{{note[{ROW['note']}]}}/edit", f"/notes/{{note[{ROW['mine']}]}}/delete", f"/notes/{{note[{ROW['flag']}]}}/flag",
        "/goals/{goal[ann/active]}/edit", "/sessions/{session[ann/worker/next]}/edit", "/sessions/{session[ann/worker/next]}/outcome",
        "/team/add", "/team/add-contact-card", "/team/{collaborator[ann/worker]}/end", "/team/{collaborator[ann/gp]}/end", "/summary", "/close")],
    *[("harbour_admin", "/support-cases/{case[ann]}/documents" + step) for step in (
        "/files/new", "/files/new?document={document[ann/worker/approved]}", "/files/{upload[ann/worker/pdf]}/remove", "/{document[ann/worker/approved]}")],
    ("worker", "/support/cases/{case[ann]}/documents/files/{upload[ann/worker/pdf]}/remove"),
    ("harbour_admin", "/support-cases/{case[eve]}/export"), ("worker", "/support/cases/{case[ann]}/export?what=sessions"),
    ("harbour_admin", "/dashboard"), ("quay_manager", "/dashboard"),
    ("harbour_admin", "/assessments?show=all"), ("worker", "/support/assessments?show=all"),
    ("harbour_admin", "/support-cases/{case[eve]}/reopen"),
    ("harbour_admin", "/nothing"),
    ("quay_manager", "/support-cases/{case[ann]}/notes/professional"),
    *[("harbour_admin", "/support-cases/{case[ann]}/documents" + path) for path in (
        "/new", "/new?template={template[harbour/letter]}", "/{document[ann/worker/returned]}", "/{document[ann/both_worker/sent]}", "/{document[ann/harbour_admin/superseded]}",
        "/{document[ann/harbour_admin/draft]}/edit", *(f"/{{document[ann/both_worker/submitted]}}/{step}" for step in ("approve", "return")),
        *(f"/{{document[ann/worker/approved]}}/{step}" for step in ("send", "hand-over", "withdraw", "new-version")))],
    *[("worker", "/support/cases/{case[ann]}/documents" + path) for path in (
        "/new", "/{document[ann/worker/draft]}", "/{document[ann/worker/draft]}/edit", "/{document[ann/worker/returned]}/edit", "/{document[ann/worker/draft]}/withdraw",
        "/{document[ann/both_worker/sent]}")],
    *[(persona, path) for persona in ("worker", "watcher", "officer_open", "officer_shut", "two_hats_worker") for path in ("/support/tenants",)],
    *[(persona, f"/support/cases/{{case[{case}]}}{tab}") for persona, case in (("worker", "ann"), ("watcher", "ann"), ("officer_shut", "ben"))
      for tab in ("", "/goals", "/sessions", "/team", "/documents")],
    ("worker", f"/support/cases/{{case[ann]}}/notes/{{note[{ROW['mine']}]}}/edit"),
    ("worker", f"/support/cases/{{case[ann]}}/notes/{{note[{ROW['mine']}]}}/delete"),
    *[("harbour_admin", path) for path in (
        "/landlords", "/properties", "/tenants", "/tenants?show=hidden", "/tenants?q=nothing", "/landlords/add", "/properties/add", "/tenants/add", "/settings",
        "/landlords/{landlord[quay]}/edit", "/landlords/{landlord[quay]}/delete", "/properties/{property[dock_1]}/edit",
        "/properties/{property[dock_1]}/delete", "/tenants/{tenant[fay]}/edit", "/tenants/{tenant[fay]}/delete",
        "/support-cases/open?tenant_id={tenant[fay]}", "/tenants/add?property_id-q=nothing")],
    *[("harbour_admin", path) for path in (
        "/support-cases/{case[cora]}/team", "/support-cases/{case[cora]}/team/{collaborator[cora/invited]}/end",
        "/collaborators", "/collaborators?show=all", "/collaborators?q=nothing", "/collaborators/end?chosen={collaborator[ann/worker]}",
        "/property-managers", "/property-managers?q=nothing", "/property-managers/add",
        *(f"/property-managers/{{user[{manager}]}}/{step}" for manager in ("quay_manager", "invited") for step in ("edit", "delete")))],
    *[("harbour_admin", path) for path in (
        "/retention", "/retention/dry-run", "/retention/run", "/retention/runs/{run[harbour]}", "/support-cases/{case[ann]}/hold",
        "/support-cases/{case[eve]}/hold/lift", "/support-cases/{case[eve]}/notes/{note[eve/professional/disabled_admin!]}/unflag")],
    *[("harbour_admin", path) for path in (
        "/subject-access", "/subject-access?show=all", "/subject-access?q=nothing", "/subject-access/add", "/subject-access/{request[ann]}",
        *(f"/subject-access/{{request[ann]}}/{path}" for path in (
            "items", "items?part=notes", "items?part=documents", "items?part=history", "hidden", "resume", "extend", "close", "files", "hide?item=tenants:{tenant[ann]}",
            "withhold?item=tenants:{tenant[ann]}", "hidden/{redaction[ann]}/show")))],
    ("small_admin", "/subject-access/{request[jon]}"), ("small_admin", "/subject-access/{request[jon]}/items"),
    ("quay_manager", "/support-cases/open"),
    *[(persona, path) for persona in ("harbour_admin", "quay_manager") for path in (
        "/audit?event=update&case={case[ben]}", "/audit?event=insert", "/audit?case={case[ann]}&person={user[worker]}", "/audit/case", "/audit/person", "/support-cases/{case[ann]}/history")],
    ("harbour_admin", "/audit/check"),
    *[("harbour_admin", path) for path in (
        "/digests?month=2024-07", f"/digests/{ident('digest', 'harbour/officer_open')}", f"/digests/{ident('digest', 'harbour/officer_shut')}",
        f"/digests/{ident('digest', 'harbour/officer_open')}/email", "/digests/preview?officer={user[officer_open]}",
        "/digests/why", "/outbox", "/outbox/suppressed", "/support-cases/{case[ann]}/team/{collaborator[ann/officer_open]}/digest")],
    *[("harbour_admin", f"/imports{path}") for path in ("", "/new", *(f"/{ident('import', 'harbour')}{step}" for step in ("", "/columns", "/discard")))],
    *[("harbour_admin", path) for path in ("/templates", "/templates?show=retired", "/templates?q=nothing", "/templates/add")],
    ("small_admin", "/tenants"),
    ("small_admin", "/support-cases"),
    *[("platform", path) for path in (
        "/organisations", "/organisations?q=nothing", "/organisations/add", "/organisations/{organisation[harbour]}",
        "/organisations/{organisation[harbour]}/edit", "/plans", "/plans/add", "/plans/enterprise/edit", "/plans/business/delete",
        "/organisations/{organisation[harbour]}/invite",
        *(f"/organisations/{{organisation[harbour]}}/operators/{{user[{operator}]}}/remove" for operator in ("quay_manager", "invited")),
        "/people", "/people?show=disabled", "/people/{user[quay_manager]}/edit", "/people/{user[worker]}/disable",
        "/people/{user[disabled_admin]}/enable", "/people/{user[worker]}/make-platform-admin", "/people/{user[platform]}/end-platform-admin")],
]  # fmt: skip


def text_columns(site) -> list[str]:
    """Every column of the tables of schema app that holds a text, or several, as table.column."""
    return [name for (name,) in site.as_owner(
        "select table_name || '.' || column_name from information_schema.columns join pg_tables on schemaname = 'app' and tablename = table_name"
        " where table_schema = 'app' and (data_type = 'text' or udt_name = '_text') order by 1")]


def plant(site, name: str, words: str) -> None:
    """Puts words into a text column of every row, told apart by a number at the end that keeps the rows' order."""
    table, column = name.split(".")
    key = {"plans": "code", "memberships": "user_id", "features": "feature_key", "feature_gates": "feature_key", "audit_payloads": "audit_id",
           "digest_entries": "case_id", "jobs": "name", "job_runs": "job",
           "document_transitions": "step", "support_upload_files": "upload_id", "import_lines": "import_id", "import_faults": "import_id"}.get(table, "id")
    which = {"outcome_note": "t.status <> 'scheduled'", "lift_reason": "t.lifted_at is not null", "lifted_by_name": "t.lifted_at is not null",
             "extension_reason": "t.extended_on is not null", "outcome_reason": "t.outcome is not null", "cleared_by_name": "t.cleared_at is not null", "approved_by_name": "t.approved_at is not null"}.get(column, "true")
    statement = sql.SQL(
        "update app.{0} as t set {1} = {4}"
        " from (select tableoid as part, ctid as at, row_number() over (order by {2}) as n from app.{0}) as numbered"
        " where t.tableoid = part and t.ctid = at and {3}").format(
        sql.Identifier(table), sql.Identifier(column), sql.Identifier(key), sql.SQL(which),
        sql.SQL("array[%(words)s || n || %(end)s]" if name in LISTS else "%(words)s || n || %(end)s"))
    with site.world.owner() as connection:
        if table in FACTS:
            connection.execute("reset role")
            connection.execute("set session_replication_role = replica")
        connection.execute(statement, {"words": words, "end": "@evil.example" if name in ADDRESSES else ""})


def plant_in_digests(site, words: str) -> None:
    """Puts words into every text of what digests say."""
    by = "'body', %(words)s::text, 'author', %(words)s::text, 'at', now()"
    site.as_owner(
        "update app.digest_entries set content = content || jsonb_build_object('tenant', %(words)s::text, 'goals', jsonb_build_array(jsonb_build_object("
        f"'id', case_id, 'title', %(words)s::text, 'target_date', null, 'progress', jsonb_build_object({by}))), 'notes', jsonb_build_array(jsonb_build_object('id', case_id, {by})))"
        " where content is not null", words=words)


def _worded(part: dict, words: str) -> dict:
    """A part of a template or of a document with these words in every text of it, its answer among them."""
    options = {"options": [f"{number} {words}" for number in range(2)]} if "options" in part else {}
    answer = {"choices": options.get("options"), "choice": options.get("options", [None])[0], **dict.fromkeys(("short_text", "long_text", "signature"), words)}
    answered = {"answer": answer.get(part["type"]) or part["answer"]} if "answer" in part else {}
    return {**part, "words": words, **({"hint": words} if "hint" in part else {}), **options, **answered}


def plant_in_documents(site, words: str) -> None:
    """Puts words into every text of what templates and documents say, past the triggers that keep them as they are."""
    with site.world.owner() as connection:
        connection.execute("reset role")
        connection.execute("set session_replication_role = replica")
        for key, parts in connection.execute("select id, parts from app.document_template_versions").fetchall():
            connection.execute("update app.document_template_versions set parts = %s where id = %s", [Jsonb([_worded(part, words) for part in parts]), key])
        for key, answers, content, parts in connection.execute(
                "select d.id, d.answers, d.content, v.parts from app.support_documents as d join app.document_template_versions as v on v.id = d.template_version_id").fetchall():
            given = {part["id"]: _worded({**part, "answer": answers[part["id"]]}, words)["answer"] for part in parts if part["id"] in answers}
            said = content and {**content, "title": words, "tenant": words, "author": words, "parts": [_worded(part, words) for part in content["parts"]]}
            connection.execute("update app.support_documents set answers = %s, content = c.said, content_sha256 = sha256(convert_to(c.said::text, 'UTF8'))"
                               " from (select %s::jsonb as said) as c where id = %s", [Jsonb(given), said and Jsonb(said), key])


def shape(markup: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page with the names of their attributes, in order."""
    return [(tag, tuple(attributes)) for tag, attributes in Page(markup).tags]


def assert_harmless(markup: str) -> None:
    """No element or attribute of the payload, no script but ours, no address that runs one."""
    for tag, attributes in Page(markup).tags:
        assert tag != "img" and (tag != "script" or attributes.get("src", "").startswith("/static/")), (tag, attributes)
        assert attributes.get("class") != "planted" and not any(name.startswith("on") for name in attributes), (tag, attributes)
        for name in ("href", "src", "action"):
            assert attributes.get(name, "/")[:1] in "/#?" or attributes[name].startswith(("mailto:", "tel:", IN_E_MAILS)), attributes


def newest_line(site, name: str) -> int | None:
    """The newest line of the audit log about a change of this column, in the firm of the org-admin who looks."""
    table, column = name.split(".")
    return site.as_owner(
        "select max(l.id) from app.audit_log as l join app.audit_payloads as p on p.audit_id = l.id"
        " where l.organisation_id = %(firm)s and l.table_name = %(table)s and l.action = 'update' and p.after ? %(column)s",
        firm=site.world.organisation["harbour"], table=table, column=column)[0][0]


@pytest.fixture(scope="module")
def shapes(site):
    """Pages of every screen with plain words and with markup: (persona, path) -> (page, page)."""
    for persona, _ in SCREENS:
        site.visitor(persona)
    pages = {}
    for words, address in ((PLAIN, PLAIN_ADDRESS), (MARKUP, MARKUP_ADDRESS)):
        for name in text_columns(site):
            if name not in CODES | INTERNAL:
                plant(site, name, address if name in ADDRESSES else words)
        plant_in_digests(site, words)
        plant_in_documents(site, words)
        for persona, path in SCREENS:
            answer = site.visitor(persona).get(site.at(path))
            pages.setdefault((persona, path), []).append(answer)
        for name in text_columns(site):
            if (line := newest_line(site, name)) is not None:
                pages.setdefault(("audit line", name), []).append(site.visitor("harbour_admin").get(f"/audit/{line}"))
    return pages


def test_every_text_column_is_either_planted_or_takes_no_markup(site):
    """A new text column is covered here at once; the constraints of the others refuse markup."""
    columns = set(text_columns(site))
    assert CODES | ADDRESSES | INTERNAL <= columns and len(columns) > 30, sorted((CODES | ADDRESSES | INTERNAL) - columns)
    for name in sorted(CODES):
        with pytest.raises(psycopg.DatabaseError) as refused:
            plant(site, name, MARKUP)
        assert refused.value.sqlstate in ("23514", "23503", "KW411"), name


@pytest.mark.parametrize(("persona", "path"), SCREENS, ids=[f"{persona} {path}" for persona, path in SCREENS])
def test_markup_in_the_data_changes_no_screen(shapes, persona, path):
    """The same elements and attributes as with plain words, and the words themselves on the page."""
    plain, markup = shapes[persona, path]
    assert plain.status_code == markup.status_code == (404 if path == "/nothing" else 200)
    assert_harmless(markup.text)
    assert shape(markup.text) == shape(plain.text)
    assert "planted" in markup.text and "plain" in plain.text and "499849" not in markup.text


def test_markup_in_each_text_field_stays_text_in_the_audit_log(site, shapes):
    """A line for each text that somebody can change, before and after side by side: plain words became markup."""
    lines = {name: pages for (which, name), pages in shapes.items() if which == "audit line"}
    assert {"support_notes.body", "tenants.full_name", "legal_holds.reason", "support_sessions.outcome_note", "organisations.housing_officer_emails",
            "memberships.invited_name", "landlords.name", "properties.address", "support_goals.title"} <= set(lines) and len(lines) > 25  # fmt: skip
    for name, (plain, markup) in lines.items():
        assert plain.status_code == markup.status_code == 200
        assert_harmless(markup.text)
        said = Page(markup.text).ids["main"]
        assert "planted" in said and "plain" in said, name
        # Where there were no words yet, the first ones stand beside none.
        assert shape(markup.text) == shape(plain.text) or "Nothing" in Page(plain.text).ids["main"], name


@pytest.mark.parametrize("name", FORMS)
def test_markup_typed_into_a_form_comes_back_as_text(site, shapes, name):
    """A refused form shows what was typed: the same shape as with plain words."""
    form, refused = FORMS[name], []
    for words in (PLAIN, MARKUP):
        fields = {field: (site.at(value) if A_ROW.match(value) else words + "\x00") if isinstance(value, str) else value
                  for field, value in form.fields.items()}
        served = site.visitor(form.persona).page(site.at(form.page or form.address)).form_with(*form.fields)
        refused.append(site.visitor(form.persona).fill(served, site.at(form.address), **fields))
    plain, markup = refused
    assert plain.status_code == markup.status_code == 409
    assert_harmless(markup.text)
    assert shape(markup.text) == shape(plain.text)


@pytest.mark.parametrize(("persona", "path"), [
    ("harbour_admin", "/support-cases"), ("harbour_admin", "/support-cases/open"), ("harbour_admin", "/tenants"), ("harbour_admin", "/tenants/add"),
    ("harbour_admin", "/audit"), ("harbour_admin", "/audit/case"), ("worker", "/support/tenants"), (None, "/login/")])  # fmt: skip
@pytest.mark.parametrize("parameter", ["q", "next", "state", "sort", "page", "tenant_id", "tenant_id-q", "property_id-q", "show", "case", "event", "since", "older", "chosen-q"])
def test_markup_in_the_address_changes_no_screen(site, shapes, persona, path, parameter):
    """Reflected text: the search box above all."""
    with site.visited_by() as stranger:
        visitor = site.visitor(persona) if persona else stranger
        plain, markup = (visitor.get(path, params={parameter: words, "state" if parameter != "state" else "x": "all"})
                         for words in ("zzz nothing", "zzz" + MARKUP))
    assert_harmless(markup.text)
    assert shape(markup.text) == shape(plain.text)


def test_markup_in_what_is_said_after_a_change_is_text(site, shapes):
    """Flashes name people: somebody added to the team, and taken off it again."""
    visitor = site.visitor("harbour_admin")
    team = site.at("/support-cases/{case[ann]}/team")
    answer = visitor.post(f"{team}/add-contact-card", full_name=MARKUP, phone="01234 567890", works_for=MARKUP, role_label=MARKUP, email="")
    assert answer.status_code == 303
    said = visitor.get(team).text
    assert "planted" in Page(said).ids["main"] and "added." in said
    assert_harmless(said)
    row = site.as_owner("select id from app.support_collaborators where phone = '01234 567890'")[0][0]
    confirm = visitor.get(f"{team}/{row}/end")
    assert_harmless(confirm.text)
    assert visitor.post(f"{team}/{row}/end").status_code == 303
    assert_harmless(visitor.get(team).text)


def test_markup_in_choices_is_no_page(site, shapes):
    """What the script reads: JSON that no browser takes for a page, with the words as they are."""
    for path in ("/properties/choices", "/tenants/choices", "/support-cases/choices"):
        answer = site.visitor("harbour_admin").get(path)
        assert answer.headers["content-type"] == "application/json" and answer.headers["x-content-type-options"] == "nosniff"
        assert any("<script>planted</script>" in each["label"] for each in answer.json())
    visitor = site.visitor("harbour_admin")
    answer = visitor.post("/landlords/add", name=MARKUP)
    assert answer.status_code == 303
    row = site.as_owner("select id from app.landlords where name = %(name)s", name=MARKUP.strip())[0][0]
    assert_harmless(visitor.get(f"/landlords/{row}/delete").text)
    assert visitor.post(f"/landlords/{row}/delete").status_code == 303
    said = visitor.get("/landlords").text
    assert "planted" in Page(said).ids["main"] and "removed." in said
    assert_harmless(said)


def test_a_wrong_sign_in_shows_the_address_as_text(site):
    """The address that was typed comes back in its field."""
    with site.visited_by() as visitor:
        plain, markup = (visitor.sign_in(words, "wrong") for words in ("nobody", MARKUP))
    assert_harmless(markup.text)
    assert shape(markup.text) == shape(plain.text)


def test_markup_in_the_page_of_a_link_is_text(site, shapes):
    """Whose link it is and who invited them, for somebody signed in as another, and the password page behind it."""
    token = "planted-by-a-test"
    site.as_owner("insert into vault.links (token_hash, purpose, user_id, collaborator_id, expires_at)"
                  " values (sha256(convert_to(%(token)s, 'UTF8')), 'invitation', %(user)s, %(member)s, now() + interval '1 hour')",
                  token=token, user=site.world.user["worker"], member=site.world.collaborator["ann/worker"])
    site.as_owner("update fab.ab_user set password = null where id = (select ab_user_id from app.users where id = %(user)s)", user=site.world.user["worker"])
    looked = site.visitor("harbour_admin").get(f"/link/{token}")
    assert looked.status_code == 200 and looked.text.count("<script>planted") == 0 and "planted" in Page(looked.text).ids["main"]
    assert_harmless(looked.text)
    with site.visited_by() as visitor:
        answer = visitor.send(f"/link/{token}")
        assert answer.status_code == 303
        assert_harmless(visitor.get(answer.headers["location"]).text)
