"""What is hidden answers exactly as what does not exist: the same SQLSTATE, the same words (threat 6)."""

import re
import uuid

import psycopg
import pytest

from tests.world import ident

ABSENT = uuid.UUID("00000000-0000-4000-8000-000000000000")
A_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

NOTE = "insert into app.support_notes (case_id, stream, body) values (%s, 'shared', 'x')"
PROFESSIONAL = "insert into app.support_notes (case_id, stream, body) values (%s, 'professional', 'x')"
GOAL = "insert into app.support_goals (case_id, title) values (%s, 'x')"
SESSION = "insert into app.support_sessions (case_id, scheduled_at, type) values (%s, now(), 'appointment')"
CARD = ("insert into app.support_collaborators (case_id, full_name, kind, participation_mode, phone)"
        " values (%s, 'x', 'external_contact', 'reference_only', '0113 496 0000')")
PROGRESS = "insert into app.support_goal_progress (case_id, goal_id, body) values (%s, %s, 'x')"
CASE = "insert into app.support_cases (tenant_id) values (%s)"
TENANT = "insert into app.tenants (property_id, full_name) values (%s, 'x')"
#: From a template of Harbour's, whose wording anybody might have seen once; with an answer that is none, so that nothing but the case is told of.
DOCUMENT = "insert into app.support_documents (case_id, template_version_id, title, answers) values (%s, {wording}, 'x', '{{\"what\": 1}}')"
UPLOAD = "select app.keep_upload(gen_random_uuid(), %s, null, 'x', null, 'application/pdf', '\\x255044462d')"
STEPS = ["select app.close_case(%s, 'died', true)", "select app.reopen_case(%s)"]

#: Persona -> cases hidden from them (open and closed; another organisation's and their own's).
HIDDEN_CASES = {
    "harbour_admin": ["gus", "ida", "jon"], "quay_manager": ["dan", "eve", "gus", "ida"], "idle_manager": ["ann", "eve", "gus"],
    "heath_manager": ["ida", "ann", "eve"], "small_admin": ["jon", "joe", "ann"], "worker": ["cora", "dan", "ann_before", "gus", "joe"],
    "both_worker": ["ida", "ben", "eve"], "watcher": ["ben", "eve", "gus"], "gone": ["ann", "ann_before", "ida"],
    "small_worker": ["jon", "joe", "ann"], "two_hats_worker": ["hal", "gus", "ann"], "platform": ["ann", "eve"],
}


def said(world, persona, statement, values) -> tuple:
    """(SQLSTATE, words) of a statement's refusal, ids left out; ("00000", row count) when it is carried out."""
    with world.as_(persona) as connection:
        try:
            return "00000", connection.execute(statement, values).rowcount
        except psycopg.Error as error:
            diag = error.diag
            words = [diag.message_primary, diag.message_detail, diag.message_hint, diag.constraint_name, diag.table_name, diag.context]
            return error.sqlstate, *(A_UUID.sub("<id>", word) if word else None for word in words)


@pytest.mark.parametrize("persona", HIDDEN_CASES)
def test_hidden_cases_answer_as_absent_ones(shared_world, persona):
    """Adding anything to a hidden case, open or closed, and every step of one."""
    wordings = [f"'{shared_world.wording[name]}'::uuid" for name in ("harbour/agreement/2", "harbour/agreement/1", "harbour/old/1")]
    statements = [NOTE, PROFESSIONAL, GOAL, SESSION, CARD, UPLOAD, *(DOCUMENT.format(wording=each) for each in wordings), *STEPS, "update app.support_cases set context_summary = 'x' where id = %s",
                  "update app.support_notes set body = 'x' where case_id = %s", "delete from app.support_notes where case_id = %s",
                  "select * from app.case_workspace where id = %s"]
    for statement in statements:
        absent = said(shared_world, persona, statement, [ABSENT])
        assert absent[0] in ("00000", "42501", "KW404")
        for name in HIDDEN_CASES[persona]:
            assert said(shared_world, persona, statement, [shared_world.case[name]]) == absent, (name, statement)


@pytest.mark.parametrize("persona, case", [("harbour_admin", "ann"), ("quay_manager", "ann"), ("worker", "ann"), ("both_worker", "ann")])
def test_hidden_goals_answer_as_absent_ones(shared_world, persona, case):
    """Progress under a goal of a hidden case: from one's own case, and from the hidden one."""
    for place in (shared_world.case[case], shared_world.case["hal"], ABSENT):
        absent = said(shared_world, persona, PROGRESS, [place, ABSENT])
        for goal in ("hal/active", "ida/active", "jon/achieved"):
            assert said(shared_world, persona, PROGRESS, [place, shared_world.goal[goal]]) == absent


OF_A_DOCUMENT = [
    "select app.submit_document(%s)", "select app.return_document(%s, 'Why')", "select app.withdraw_document(%s, 'Why')",
    "select app.approve_document(%s, '\\x00', '\\x255044462d')", "select app.send_document(%s, gen_random_uuid(), 'A', 'a@example.net')",
    "select app.hand_over_document(%s, gen_random_uuid(), 'A', '2024-01-01')", "select app.new_version_of(%s, gen_random_uuid())", "select app.document_content(%s)",
    "select app.require_step(%s, 'submit')", "update app.support_documents set step = 'withdraw', step_reason = 'x' where id = %s",
    "update app.support_documents set title = 'x' where id = %s", "delete from app.support_documents where id = %s",
    "insert into app.support_document_pdfs (document_id, content_sha256, pdf) values (%s, '\\x00', '\\x255044462d')",
    "insert into app.support_document_deliveries (document_id, way, to_name, handed_over_on) values (%s, 'by_hand', 'x', '2024-01-01')",
    *(f"select * from app.{name} where {key} = %s" for name, key in (
        ("support_documents", "id"), ("document_list", "id"), ("support_document_events", "document_id"), ("support_document_pdfs", "document_id"),
        ("support_document_deliveries", "document_id"), ("delivery_list", "document_id"), ("support_uploads", "document_id"))),
]
#: Persona -> (a case of theirs, documents hidden from them: of other firms, landlords, people).
HIDDEN_DOCUMENTS = {
    "harbour_admin": ("ann", ["gus/heath_manager/submitted", "gus/moor_admin/approved", "ida/moor_admin/draft", "jon/small_admin/approved"]),
    "quay_manager": ("ann", ["dan/two_hats/submitted", "eve/harbour_admin/approved", "gus/heath_manager/sent"]),
    "worker": ("ann", ["ann/both_worker/submitted", "ann/harbour_admin/draft", "cora/worker/draft", "cora/worker/sent", "gus/moor_admin/approved"]),
    "both_worker": ("ann", ["ann/worker/draft", "gus/heath_manager/submitted", "ida/both_worker/approved"]),
    "watcher": ("ann", ["ann/watcher/draft", "ann/watcher/sent", "ann/worker/approved", "dan/harbour_admin/sent"]),
    "gone": ("ann", ["ann/gone/draft", "ann/gone/approved"]), "small_admin": ("jon", ["jon/small_admin/approved", "joe/small_worker/sent"]),
    "platform": ("ann", ["ann/worker/approved"]),
    # Of a hidden one, too, that has a newer version: there is one at a time.
    "moor_admin": ("gus", ["ann/harbour_admin/superseded"]), "heath_manager": ("gus", ["ann/harbour_admin/superseded"]),
}


@pytest.mark.parametrize("persona", HIDDEN_DOCUMENTS)
def test_hidden_documents_answer_as_absent_ones(shared_world, persona):
    """Every step, by function and by statement, what belongs to one, and beginning something under it."""
    case, names = HIDDEN_DOCUMENTS[persona]
    under = ["select app.keep_upload(gen_random_uuid(), %(case)s, %(it)s, 'x', null, 'application/pdf', '\\x255044462d')",
             "insert into app.support_documents (case_id, template_version_id, title, supersedes_id) values (%(case)s, %(wording)s, 'x', %(it)s)"]
    for statement in OF_A_DOCUMENT:
        absent = said(shared_world, persona, statement, [ABSENT])
        assert absent[0] in ("00000", "42501", "KW404")
        for name in names:
            assert said(shared_world, persona, statement, [shared_world.document[name]]) == absent, (name, statement)
    for statement in under:
        for place in (shared_world.case[case], ABSENT):
            values = {"case": place, "wording": shared_world.wording["harbour/letter/1"]}
            absent = said(shared_world, persona, statement, values | {"it": ABSENT})
            assert absent[0] in ("42501", "23503")
            for name in names:
                assert said(shared_world, persona, statement, values | {"it": shared_world.document[name]}) == absent, (name, statement)


@pytest.mark.parametrize("persona, case", [("harbour_admin", "ann"), ("quay_manager", "ann"), ("worker", "ann"), ("officer_context", "ann")])
def test_hidden_templates_answer_as_absent_ones(shared_world, persona, case):
    """Beginning a document from another firm's template, with answers to its questions too; rewording one; reading one."""
    answer = '{"%s": "Mine"}' % shared_world.part["moor/agreement/name"]
    attempts = [("insert into app.support_documents (case_id, template_version_id, title) values (%s, %s, 'x')", [shared_world.case[case]], shared_world.wording),
                ("insert into app.support_documents (case_id, answers, title, template_version_id) values (%s, %s, 'x', %s)", [shared_world.case[case], answer],
                 shared_world.wording),
                ("select * from app.document_template_versions where id = %s", [], shared_world.wording),
                ("select * from app.template_list where version_id = %s", [], shared_world.wording),
                ("update app.document_templates set name = 'x' where id = (%s)", [], shared_world.template),
                ("insert into app.document_template_versions (parts, template_id) values ('[]', %s)", [], shared_world.template)]
    for statement, fixed, ids in attempts:
        absent = said(shared_world, persona, statement, [*fixed, ABSENT])
        for name in ("moor/agreement", "moor/review", "small/letter"):
            assert said(shared_world, persona, statement, [*fixed, ids[name if ids is shared_world.template else f"{name}/1"]]) == absent, statement


@pytest.mark.parametrize("persona", ["worker", "gone", "watcher"])
def test_hidden_rows_answer_as_absent_ones(shared_world, persona):
    """Changing or deleting a hidden note, session, goal or assignment: no row, whatever it is."""
    rows = [("support_notes", "body = 'x'", shared_world.note["gus/professional/heath_manager!"]),
            ("support_notes", "body = 'x'", shared_world.note["ann/professional/harbour_admin"]),
            ("support_sessions", "attendees = 'x'", shared_world.session["ida/both_worker"]),
            ("support_goals", "title = 'x'", shared_world.goal["ida/active"]),
            ("support_goal_progress", "body = 'x'", shared_world.progress["ida/active/both_worker"])]
    for table, change, hidden in rows:
        for statement in (f"update app.{table} set {change} where id = %s", f"delete from app.{table} where id = %s",
                          f"select id from app.{table} where id = %s"):
            assert said(shared_world, persona, statement, [hidden]) == said(shared_world, persona, statement, [ABSENT])


@pytest.mark.parametrize("persona", ["harbour_admin", "quay_manager", "heath_manager", "small_admin", "idle_manager", "worker"])
def test_hidden_tenants_and_homes_answer_as_absent_ones(shared_world, persona):
    """Opening a case for a hidden tenant, with or without an open one; giving a hidden home a tenant; assignments."""
    hidden = {"harbour_admin": ["gus", "ida", "jon"], "quay_manager": ["dan", "fay", "gus"], "heath_manager": ["ida", "ann"],
              "small_admin": ["ann", "fay"], "idle_manager": ["ann", "fay"], "worker": ["cora", "dan"]}[persona]
    for name in hidden:
        assert said(shared_world, persona, CASE, [shared_world.tenant[name]]) == said(shared_world, persona, CASE, [ABSENT]), name
    homes = ["fell_1", "heath_1"] if persona != "heath_manager" else ["quay_1", "fell_1"]
    for home in homes:
        for statement in (TENANT, "update app.tenants set property_id = %s where id = (select id from app.tenants limit 1)"):
            assert said(shared_world, persona, statement, [shared_world.property[home]]) == said(shared_world, persona, statement, [ABSENT])


def test_hidden_landlords_and_people_answer_as_absent_ones(shared_world):
    """Foreign keys of the org-admin's own rows: another organisation's landlord or member does not exist for them."""
    ours = shared_world.organisation["harbour"]
    attempts = [
        ("insert into app.properties (organisation_id, landlord_id, address, town, postcode) values (%s, %s, 'x', 'x', 'LS1 1AA')",
         [ours], [shared_world.landlord["heath"]]),
        ("insert into app.properties (organisation_id, landlord_id, address, town, postcode) values (%s, %s, 'x', 'x', 'LS1 1AA')",
         [shared_world.organisation["moor"]], [shared_world.landlord["heath"]]),
        ("insert into app.property_manager_landlords (organisation_id, user_id, landlord_id) values (%s, %s, %s)",
         [ours], [shared_world.user["heath_manager"], shared_world.landlord["quay"]]),
        ("insert into app.property_manager_landlords (organisation_id, user_id, landlord_id) values (%s, %s, %s)",
         [ours], [shared_world.user["heath_manager"], shared_world.landlord["heath"]]),
        ("insert into app.property_manager_landlords (organisation_id, landlord_id, user_id) values (%s, %s, %s)",
         [ours], [shared_world.landlord["heath"], shared_world.user["quay_manager"]]),
    ]
    for statement, fixed, hidden in attempts:
        absent = said(shared_world, "harbour_admin", statement, [*fixed, ABSENT, *hidden[1:]])
        assert absent[0] in ("42501", "23503")
        assert said(shared_world, "harbour_admin", statement, [*fixed, *hidden]) == absent, statement


UNIQUE_VALUES = [
    ("harbour_admin", "update app.organisations set name = %s", "Moor Homes", "Nobody Homes"),
    ("harbour_admin", "update app.landlords set name = %s where name = 'Quay'", "Heath", "Nobody"),
    ("harbour_admin", "update app.properties set address = %s, postcode = 'YO1 7HH' where postcode = 'LS6 2AB'", "Heath 1 Street", "1 Nowhere"),
    ("harbour_admin", "select length(app.account_for(%s, 'Somebody')::text)", "heath.manager@example.org", "nobody.yet@example.org"),
    ("quay_manager", "select length(app.account_for(%s, 'Somebody')::text)", "disabled.admin@example.org", "nobody.yet@example.org"),
]


@pytest.mark.parametrize("persona, statement, taken, free", UNIQUE_VALUES)
def test_values_taken_elsewhere_answer_as_free_ones(shared_world, persona, statement, taken, free):
    """A unique key must not tell one customer about another."""
    assert said(shared_world, persona, statement, [taken]) == said(shared_world, persona, statement, [free])


def test_the_hidden_rows_are_there(shared_world):
    """Everything called hidden above exists, so that the comparisons mean something."""
    with shared_world.owner() as owner:
        for name in {name for names in HIDDEN_CASES.values() for name in names}:
            assert owner.execute("select count(*) from app.support_cases where id = %s", [ident("case", name)]).fetchone() == (1,)
        for kind, names in (("goal", ["hal/active", "ida/active", "jon/achieved"]), ("progress", ["ida/active/both_worker"])):
            table = {"goal": "support_goals", "progress": "support_goal_progress"}[kind]
            for name in names:
                assert owner.execute(f"select count(*) from app.{table} where id = %s", [ident(kind, name)]).fetchone() == (1,)
        for name in ("gus/professional/heath_manager!", "ann/professional/harbour_admin"):
            assert owner.execute("select count(*) from app.support_notes where id = %s", [ident("note", name)]).fetchone() == (1,)
        for name in {name for _, names in HIDDEN_DOCUMENTS.values() for name in names}:
            assert owner.execute("select count(*) from app.support_documents where id = %s", [ident("document", name)]).fetchone() == (1,), name
        for name in ("moor/agreement/1", "moor/review/1", "small/letter/1"):
            assert owner.execute("select count(*) from app.document_template_versions where id = %s", [ident("wording", name)]).fetchone() == (1,)
        assert owner.execute("select count(*) from app.support_sessions where id = %s", [ident("session", "ida/both_worker")]).fetchone() == (1,)
