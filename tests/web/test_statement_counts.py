"""How many SQL statements each page sends: few, and the same number whatever the number of rows."""

import psycopg
import pytest
from psycopg import sql

from tests.conftest import take_hat
from tests.web.planted_digests import last_month
from tests.web.planted_templates import TEMPLATE, plant
from tests.world import ident
from views.digest_words import as_code

LIST, TAB, FORM = 9, 12, 9
#: Calls of the API: who it is, a transaction's begin, and what is asked.
CALL = 6
#: A digest that tells of some tenants and leaves others out, and the month of many more (not of its own: their words are another matter).
DIGEST, MONTH = ident("digest", "harbour/officer_open"), as_code(last_month())
#: Pages that offer some of many rows, and what their scripts ask: persona, address.
OFFERING = [
    ("harbour_admin", "/properties/add"), ("harbour_admin", "/tenants/add"), ("harbour_admin", "/tenants/add?property_id-q=many"),
    ("harbour_admin", "/properties/choices?q=many"), ("harbour_admin", "/tenants/choices?q=many"),
    *[(persona, f"/support-cases/{path}") for persona in ("harbour_admin", "quay_manager") for path in ("open", "choices", "choices?q=many")],
    *[(persona, f"/audit/{what}{path}") for persona in ("harbour_admin", "quay_manager") for what in ("case", "person") for path in ("", "/choices", "/choices?q=many")],
]  # fmt: skip
#: persona, address, most statements
PAGES = [
    *[(persona, address, LIST) for persona in ("harbour_admin", "quay_manager") for address in ("/support-cases", "/support-cases?state=all&q=a")],
    *[("platform", address, LIST) for address in ("/organisations", "/organisations?q=a&sort=operator_count", "/plans", "/people", "/people?q=a",
                                                  "/people?show=operators", "/people?show=disabled")],
    ("harbour_admin", "/dashboard", TAB), ("quay_manager", "/dashboard", LIST),
    ("platform", "/organisations/{organisation[harbour]}", LIST), ("platform", "/organisations/{organisation[harbour]}/edit", LIST),
    ("platform", "/plans/enterprise/edit", LIST), ("platform", "/people/{user[worker]}/edit", LIST),
    ("platform", "/jobs", LIST), ("platform", "/jobs/seal_audit_log", LIST),
    *[(persona, f"/api/v1/{path}", CALL) for persona in ("harbour_admin", "quay_manager", "worker", "officer_open") for path in (
        "cases", "cases/{case[ann]}", 'notes?q={{"filters":[{{"col":"stream","opr":"eq","value":"shared"}}]}}', "goals", "goals/{goal[ann/active]}", "goal-progress",
        "sessions", "collaborators", "documents", "notes/{note[ann/shared/worker]}")],
    ("worker", "/support/tenants", LIST), ("worker", "/support/tenants?q=a", LIST), ("officer_open", "/support/tenants", LIST),
    *[(persona, "/support-cases/{case[ann]}" + tab, TAB) for persona in ("harbour_admin", "quay_manager")
      for tab in ("", "/notes/professional", "/goals", "/sessions", "/team", "/documents")],
    *[(persona, "/support/cases/{case[ann]}" + tab, TAB) for persona in ("worker", "watcher", "officer_open")
      for tab in ("", "/goals", "/sessions", "/team", "/documents")],
    *[(persona, f"/support-cases/{{case[ann]}}/documents{path}", TAB) for persona in ("harbour_admin", "quay_manager") for path in (
        "?show=drafts&q=a", "/new", "/{document[ann/worker/approved]}", "/{document[ann/both_worker/sent]}", "/{document[ann/both_worker/submitted]}/approve",
        "/{document[ann/worker/approved]}/send")],
    *[("worker", f"/support/cases/{{case[ann]}}/documents{path}", TAB) for path in (
        "?show=approved", "/new", "/{document[ann/worker/draft]}", "/{document[ann/worker/draft]}/edit", "/{document[ann/both_worker/sent]}")],
    *[(persona, f"{side}/{{case[ann]}}/export", FORM) for persona, side in (("harbour_admin", "/support-cases"), ("quay_manager", "/support-cases"), ("worker", "/support/cases"))],
    *[("harbour_admin", f"/{screen}{query}", LIST) for screen in ("landlords", "properties", "tenants") for query in ("", "?q=many")],
    ("harbour_admin", "/tenants?show=visible", LIST),
    *[("harbour_admin", f"/templates{path}", LIST) for path in (
        "", "?q=many", "?page=2", "?show=retired", "/add", f"/{TEMPLATE}/edit", f"/{TEMPLATE}/edit?wording=1", f"/{TEMPLATE}/wordings", f"/{TEMPLATE}/wordings/1")],
    *[(persona, address, LIST) for persona in ("harbour_admin", "quay_manager") for address in (
        "/audit", "/audit?event=insert", "/audit?case={case[ann]}&person={user[worker]}", "/support-cases/{case[ann]}/history")],
    ("harbour_admin", "/audit/check", LIST),
    *[(persona, f"/collaborators{query}", LIST) for persona in ("harbour_admin", "quay_manager") for query in ("", "?q=many", "?show=all")],
    *[("harbour_admin", f"/property-managers{path}", LIST) for path in ("", "?q=many", "/add", "/{user[quay_manager]}/edit")],
    *[("harbour_admin", address, FORM) for address in (
        "/landlords/add", "/properties/{property[quay_1]}/edit", "/tenants/{tenant[ann]}/edit", "/settings")],
    *[(*each, FORM) for each in OFFERING],
    *[("harbour_admin", address, LIST) for address in (
        "/retention", "/retention?page=2", "/retention/dry-run", "/retention/run", "/retention/runs/{run[harbour]}")],
    *[("harbour_admin", f"/imports{path}", LIST) for path in ("", "?page=2", "/new", *(f"/{ident('import', 'harbour')}{step}" for step in ("", "?page=2", "/columns", "/discard", "/faults.csv")))],
    ("harbour_admin", "/support-cases/{case[eve]}", TAB), ("harbour_admin", "/support-cases/{case[eve]}/hold/lift", FORM),
    *[("harbour_admin", address, LIST) for address in (
        f"/digests?month={MONTH}", f"/digests?month={MONTH}&show=unsent&q=many", f"/digests?month={MONTH}&page=2", f"/digests/{DIGEST}", f"/digests/{DIGEST}/email",
        f"/digests/{DIGEST}/text", "/digests/choices?q=many", "/digests/preview", "/digests/preview?officer={user[officer_context]}", "/digests/preview/email?officer={user[officer_context]}",
        "/digests/why", "/digests/why?officer={user[officer_context]}", "/outbox", "/outbox?q=many&show=undecided", "/outbox?page=2", "/outbox/suppressed", "/outbox/suppressed?q=many&show=cleared")],
    *[("harbour_admin", f"/subject-access{path}", TAB) for path in (
        "", "?q=many", "?show=all", "/add", "/choices?q=many", "/{request[ann]}", "/{request[ann]}/items", "/{request[ann]}/items?part=notes&page=2", "/{request[ann]}/hidden",
        "/{request[ann]}/hide?item=tenants:{tenant[ann]}", "/{request[ann]}/files")],
    *[(persona, "/support-cases/{case[ann]}/team/{collaborator[ann/officer_open]}/digest", TAB) for persona in ("harbour_admin", "quay_manager")],
]  # fmt: skip

MANY = """
    with homes as (
        insert into app.tenants (property_id, full_name) select %(home)s, 'Many ' || n from generate_series(1, 200) as n returning id
    ), cases as (insert into app.support_cases (tenant_id) select id from homes returning id)
    select array_agg(id) from cases
"""
ROWS = [
    """with landlords as (insert into app.landlords (organisation_id, name)
           select %(harbour)s, 'Many ' || n from generate_series(1, 200) as n returning id, organisation_id),
       homes as (insert into app.properties (organisation_id, landlord_id, address, town, postcode)
           select organisation_id, id, id || ' Many Street', 'Leeds', 'LS1 1AA' from landlords)
       insert into app.property_manager_landlords (organisation_id, user_id, landlord_id) select organisation_id, %(manager)s, id from landlords""",
    """insert into app.tenants (property_id, full_name, housing_officer_note_visibility)
       select %(home)s, 'Many without a case ' || n, 'visible' from generate_series(1, 200) as n""",
    """insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, invited_by_name)
       select unnest(%(cases)s::uuid[]), unnest(%(people)s::uuid[]), 'Many', 'support_worker', 'full', 'Somebody'""",
    """insert into app.support_notes (case_id, stream, body, author_id, author_name)
       select %(ann)s, (array['shared', 'professional'])[1 + n %% 2], 'note ' || n, %(worker)s, 'Worker' from generate_series(1, 500) as n""",
    """with goals as (insert into app.support_goals (case_id, title, author_id, author_name)
           select %(ann)s, 'goal ' || n, %(worker)s, 'Worker' from generate_series(1, 100) as n returning id)
       insert into app.support_goal_progress (case_id, goal_id, body, author_id, author_name)
       select %(ann)s, id, 'progress', %(worker)s, 'Worker' from goals""",
    """insert into app.support_sessions (case_id, scheduled_at, type, author_id, author_name)
       select %(ann)s, now() + n * interval '1 day', 'appointment', %(watcher)s, 'Watcher' from generate_series(-50, 49) as n""",
    """with people as (insert into app.users (email, full_name)
           select 'many' || n || '@example.org', 'Many ' || n from generate_series(1, 50) as n returning id)
       insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, invited_by_name)
       select %(ann)s, id, 'Many', 'support_worker', 'full', 'Somebody' from people""",
    """with many as (insert into app.imports (organisation_id, kind, file_name, encoding, delimiter, header, author_name, state)
           select %(harbour)s, 'notes', 'many.csv', 'utf-8', ',', '{a}', 'Somebody', 'uploaded' from generate_series(1, 200))
       insert into app.import_faults (organisation_id, import_id, line, code) select %(harbour)s, %(import)s, n, 'quotes' from generate_series(10, 209) as n""",
    "insert into app.organisations (name, plan_code) select 'Many ' || n, 'enterprise' from generate_series(1, 100) as n",
    "insert into app.job_runs (job, period, status, finished_at) select j.name, current_date - n, 'done', now() from app.jobs as j, generate_series(1, 200) as n",
    """with people as (insert into app.users (email, full_name, disabled_at)
           select 'operator' || n || '@example.org', 'Operator ' || n, now() from generate_series(1, 100) as n returning id)
       insert into app.memberships (user_id, organisation_id, role) select id, %(harbour)s, 'property_manager' from people""",
    """with people as (insert into app.users (email, full_name)
           select 'manyofficer' || n || '@example.org', 'Many Officer ' || n from generate_series(1, 200) as n returning id, email, full_name),
       on_team as (insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, invited_by_name)
           select %(ann)s, id, full_name, 'housing_officer', 'full', 'Somebody' from people),
       digests as (insert into app.digests (organisation_id, officer_id, officer_name, address, period)
           select %(harbour)s, id, full_name, email, %(month)s::date from people returning id, organisation_id, officer_name, address),
       messages as (insert into app.outbox (organisation_id, kind, digest_id, dedup_key, to_name, to_address, state, error)
           select organisation_id, 'digest', id, id::text, officer_name, address, 'failed', '422' from digests)
       insert into app.suppressed_addresses (organisation_id, address, because, cleared_at, cleared_by_name)
           select organisation_id, prefix || address, 'bounced', case prefix when 'cleared' then now() end, case prefix when 'cleared' then 'Somebody' end
           from digests, unnest(array['', 'cleared']) as prefix""",
    """with templates as (insert into app.document_templates (organisation_id, kind, name, retired_at)
           select %(harbour)s, 'letter', 'Many ' || n, case when n > 100 then now() end from generate_series(1, 200) as n returning id)
       insert into app.document_template_versions (template_id, parts, author_name) select templates.id, v.parts, 'Somebody'
       from templates, generate_series(1, 2), app.document_template_versions as v where v.template_id = %(template)s""",
    """insert into app.document_template_versions (template_id, parts, author_name)
       select v.template_id, v.parts, 'Somebody' from app.document_template_versions as v, generate_series(1, 60) where v.template_id = %(template)s""",
    """insert into app.digest_entries (organisation_id, landlord_id, digest_id, case_id, content)
       select c.organisation_id, c.landlord_id, %(digest)s, c.id, jsonb_build_object('tenant', 'Many ' || c.id, 'closed_at', null, 'notes_are_shown', true,
           'goals', '[]'::jsonb, 'sessions', '[]'::jsonb, 'notes', '[]'::jsonb) from app.support_cases as c where c.id = any (%(cases)s::uuid[])""",
    # So that a preview has as many tenants to tell of.
    """insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, invited_by_name)
       select unnest(%(cases)s::uuid[]), %(officer)s, 'Officer Context', 'housing_officer', 'full', 'Somebody'""",
    """insert into app.support_goals (case_id, title, author_id, author_name) select unnest(%(cases)s::uuid[]), 'goal', %(worker)s, 'Worker'""",
    """with requests as (insert into app.subject_access_requests (tenant_id, received_on, way, asked_by, author_id, author_name)
           select c.tenant_id, '2024-06-03', 'letter', 'tenant', %(worker)s, 'Many' from app.support_cases as c where c.id = any (%(cases)s::uuid[]) returning id)
       insert into app.subject_access_redactions (request_id, passage, because, author_id, author_name)
       select %(request)s, 'Many ' || n, 'third_party', %(worker)s, 'Many' from generate_series(1, 200) as n""",
    """insert into app.support_documents (case_id, template_version_id, title, author_id, author_name)
       select %(ann)s, %(wording)s, 'document ' || n, %(worker)s, 'Worker' from generate_series(1, 200) as n""",
]


def at(console, address):
    """An address with ids of the world in place of their names."""
    return address.format(**{kind: getattr(console.world, kind) for kind in ("case", "tenant", "property", "organisation", "user", "run", "collaborator", "document", "note", "goal", "request")})


def counted(console):
    """The number of statements of each page, after one request that fills caches."""
    clients = {persona: console.client(persona) for persona, *_ in PAGES}
    counts = {}
    bearers = {}
    for persona, address, _ in PAGES:
        path = at(console, address)
        if path.startswith("/api/"):
            if persona not in bearers:
                who = {"username": console.world.personas[persona].email, "password": console.world.password}
                bearers[persona] = console.app.test_client()
                token = bearers[persona].post("/api/v1/security/login", json=who).json["access_token"]
                bearers[persona].environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        client = bearers[persona] if path.startswith("/api/") else clients[persona]
        console.statements_of(client, path)
        counts[persona, address] = console.statements_of(client, path)
    return counts


def fill(world):
    """200 landlords, homes, tenants and cases, and in one case 500 notes, 100 goals with progress, 100 sessions and 50 people more."""
    with world.owner() as connection:
        cases = connection.execute(MANY, {"home": world.property["quay_1"]}).fetchone()[0]
        people = [world.user["worker"]] * len(cases)
        for statement in ROWS:
            connection.execute(statement, {
                "cases": cases, "people": people, "ann": world.case["ann"], "harbour": world.organisation["harbour"],
                "manager": world.user["quay_manager"], "home": world.property["quay_1"], "worker": world.user["worker"], "watcher": world.user["watcher"],
                "officer": world.user["officer_context"], "month": last_month(), "digest": DIGEST, "template": TEMPLATE,
                "wording": world.wording["harbour/letter/1"], "import": ident("import", "harbour"),
                "request": world.request["ann"]})


#: What the pages of each hat begin with.
VIEWS = {"harbour_admin": ("audit_people", "audit_trail", "case_list", "case_workspace", "digest_list", "digest_officers", "digest_page", "document_list",
                           "document_template_list", "landlord_list", "outbox_list", "property_list", "subject_access_list", "tenant_list", "tenants_without_case"),
         "quay_manager": ("audit_people", "audit_trail", "case_list", "case_workspace", "document_list", "tenants_without_case"), "platform": ("organisation_list",),
         "worker": ("caseload", "case_workspace", "document_list"), "officer_open": ("caseload", "case_workspace")}  # fmt: skip


def helper_calls(world):
    """How often the functions of schema app run while a persona reads a view: the sum over all of them."""
    with psycopg.connect(world.conninfo, autocommit=True) as connection:
        connection.execute(sql.SQL("alter database {} set track_functions = 'all'").format(sql.Identifier(world.database)))
    calls = {}
    for persona, views in VIEWS.items():
        for view in views:
            with world.connect() as connection:
                take_hat(connection, world.identity(persona))
                connection.execute(sql.SQL("select * from app.{} limit 1").format(sql.Identifier(view)))
                calls[persona, view] = connection.execute(
                    "select sum(calls) from pg_stat_xact_user_functions where schemaname = 'app'").fetchone()[0]
    return calls


@pytest.fixture(scope="module")
def counts(console):
    """Statements of each page with few rows, and with many."""
    with console.world.owner() as connection:
        connection.execute("update app.organisations set housing_officer_emails = '{officer.context@example.org}' where id = %s", [console.world.organisation["harbour"]])
    plant(console.world)
    few = counted(console)
    few_calls = helper_calls(console.world)
    fill(console.world)
    return few, counted(console), few_calls, helper_calls(console.world)


@pytest.mark.parametrize(("persona", "address", "most"), PAGES, ids=[f"{persona} {address}" for persona, address, _ in PAGES])
def test_a_page_sends_few_statements_however_many_rows_there_are(counts, persona, address, most):
    """The figure itself, and no growth with the rows."""
    few, many = (each[persona, address] for each in counts[:2])
    assert 2 <= len(few) <= most, few
    assert len(many) == len(few), (few, many)


@pytest.mark.parametrize(("persona", "view"), [(persona, view) for persona, views in VIEWS.items() for view in views])
def test_helpers_of_the_policies_do_not_run_for_each_row(counts, persona, view):
    """Threat 21, inside the helpers' own bodies too: 200 cases more make no more than a few calls more."""
    few, many = (each[persona, view] for each in counts[2:])
    assert few > 0
    assert many <= few + 50, f"{few} calls of functions became {many}"


def test_the_pages_were_really_long_the_second_time(console, counts):
    """Otherwise the same number twice would say nothing."""
    client = console.client("harbour_admin")
    workspace = f"/support-cases/{console.world.case['ann']}"
    assert b"Page 1 of 9" in client.get("/support-cases?state=all").data
    assert client.get(workspace).data.count(b'<article class="note') == 30
    assert client.get(f"{workspace}/goals").data.count(b'<article class="card goal') == 102
    assert client.get(f"{workspace}/team").data.count(b'<li class="member">') >= 50
    assert client.get(f"{workspace}/sessions").data.count(b'<li class="session"') == 50
    assert client.get(f"{workspace}/documents").data.count(b'class="row-link"') == 30
    for address in (f"/digests?month={MONTH}", "/outbox", "/templates?q=many", f"/templates/{TEMPLATE}/wordings"):
        assert client.get(address).data.count(b'class="row-link"') == 25, address
    assert client.get("/outbox/suppressed?q=many").data.count(b'<th scope="row">') == client.get("/outbox/suppressed?show=cleared").data.count(b'<th scope="row">') == 25
    for address in (f"/digests/{DIGEST}", f"/digests/preview?officer={console.world.user['officer_context']}"):
        assert client.get(address).data.count(b'<article class="card told">') == 25, address
    assert client.get("/digests/why").data.count(CHOICE) == 20
    platform = console.client("platform")
    for address, rows in (("/organisations", 25), ("/people", 25), ("/people?show=disabled", 25)):
        assert platform.get(address).data.count(b'class="row-link"') == rows, address
    assert platform.get(f"/organisations/{console.world.organisation['harbour']}").data.count(b'<li class="member">') > 100


#: What somebody may choose, and a line of a list, as they stand in a page.
CHOICE, LINE = b'<label class="choice"', b'<th scope="row">'


LONG_LISTS = [("harbour_admin", f"/{screen}{query}") for screen in ("landlords", "properties", "tenants", "support-cases")
              for query in ("", "?q=many", "?page=2")]  # fmt: skip


@pytest.mark.parametrize(("persona", "address"), OFFERING + LONG_LISTS)
def test_no_page_ships_a_table(console, counts, persona, address):
    """With hundreds of rows behind it a page holds 25 choices or lines at most, and a list or a choice is really long."""
    body = console.client(persona).get(at(console, address)).data
    offered = body.count(CHOICE) + body.count(LINE) + body.count(b'"label"')
    fixed = 3 if "/tenants/" in address and "/choices" not in address else 0     # the three of note visibility
    assert 20 <= offered - fixed <= 25


def test_the_chosen_one_is_shown_besides_the_first(console, counts):
    """A property that no page of choices would come to: first, ticked, and 20 others."""
    body = console.client("harbour_admin").get(at(console, "/tenants/{tenant[ann]}/edit")).data.decode()
    choices = body.split('class="choosing-list"')[1].split("</fieldset>")[0].split('<label class="choice"')[1:]
    assert len(choices) == 21 and "Quay 1 Street" in choices[0] and "checked" in choices[0]
    assert not any("checked" in each for each in choices[1:])
