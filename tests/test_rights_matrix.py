"""Every persona, every table and view, select / insert / update / delete, in SQL under the signed identity.

What each must come to is the oracle's word (tests/rights.py), which reads the rows as owner: whatever is to stay hidden
is there first. Threats 6, 14 and the matrix of "who may do what".
"""

import json

import psycopg
import pytest
from psycopg import errors, sql

from tests.rights import CLOSED, FROZEN, NO, NOT_AUTHOR, NOT_ITS_AUTHOR, TAKEN, WITHOUT_FILE, YES, Facts, Oracle
from tests.world import PERSONAS, WRONG_HATS, ident

EVERYBODY = PERSONAS | WRONG_HATS

KEYS = {"plans": ("code",), "features": ("feature_key",), "feature_gates": ("plan_code", "feature_key"), "memberships": ("organisation_id", "user_id"),
        "property_manager_landlords": ("user_id", "landlord_id"), "installation": ("only_row",), "audit_payloads": ("audit_id",),
        "digest_entries": ("digest_id", "case_id"), "jobs": ("name",), "job_runs": ("job", "period"), "document_transitions": ("step", "from_state"),
        "support_document_pdfs": ("document_id",), "support_upload_files": ("upload_id",), "subject_access_chunks": ("bundle_id", "number"), "bank_holidays": ("day",),
        "import_lines": ("import_id", "line"), "import_faults": ("import_id", "line", "place", "code")}

#: What an honest change of each table sets.
CHANGES = {
    "organisations": "housing_officer_emails = '{}'", "users": "full_name = full_name || '.'", "memberships": "role = role",
    "landlords": "name = name || '.'", "properties": "town = 'York'", "tenants": "full_name = full_name || '.'",
    "property_manager_landlords": "assigned_at = now()", "support_cases": "context_summary = 'Changed'", "support_collaborators": "ended_at = now()",
    "support_notes": "body = body || '.'", "support_goals": "title = title || '.'", "support_goal_progress": "body = body || '.'",
    "support_sessions": "attendees = 'Somebody'", "plans": "monthly_pounds = monthly_pounds + 1", "feature_gates": "feature_key = feature_key",
    "features": "feature_key = feature_key", "installation": "rules_version = ''", "sign_ins": "ended_at = now()",
    "audit_log": "action = 'view'", "audit_payloads": "reason = 'Another'", "legal_holds": "lifted_at = now(), lift_reason = 'Over'",
    "retention_runs": "finished_at = now()",
    "digests": "reason = 'plan'", "digest_entries": "content = null", "outbox": "state = 'waiting'",
    "suppressed_addresses": "cleared_at = now(), cleared_by_name = 'Me'", "jobs": "due_time = '03:00'", "job_runs": "counts = '{}'",
    "document_templates": "name = name || '.'", "document_template_versions": "parts = parts", "document_transitions": "by_author = 'any'",
    "support_documents": "title = title || '.'", "support_document_events": "reason = 'Another'", "support_document_pdfs": "pdf = pdf || 'x'",
    "support_document_deliveries": "to_name = 'Another'", "support_uploads": "title = 'Another'", "support_upload_files": "bytes = bytes || 'x'",
    "subject_access_requests": "extension_reason = 'They asked for ten years'", "subject_access_pauses": "ended_on = began_on", "subject_access_redactions": "note = 'Another'",
    "subject_access_bundles": "state = 'ready'", "subject_access_chunks": "bytes = bytes || 'x'", "bank_holidays": "name = name || '.'",
    "imports": "state = 'discarded'", "import_lines": "cells = '{x}'", "import_faults": "code = 'another'",
}
#: The platform runs organisations by their name and plan; their settings are the org-admin's.
PLATFORM_CHANGES = CHANGES | {"organisations": "plan_code = 'business'"}


@pytest.fixture(scope="module")
def facts(each_world):
    """Every row of the world, as the owner reads it."""
    return Facts(each_world)


@pytest.fixture(params=EVERYBODY)
def act(request, each_world, facts):
    """(connection, oracle) of one persona, in a transaction that is rolled back."""
    with each_world.as_(request.param) as connection:
        yield connection, Oracle(facts, EVERYBODY[request.param])


#: One row of the matrix: tried, its constraints checked, and undone, in one trip to the server.
TRY = sql.SQL("savepoint trying; {}; set constraints all immediate; rollback to savepoint trying; release savepoint trying")


def outcome(connection, statement, values=()) -> str:
    """What a statement comes to: "yes" (one row), "no" (no row, or 42501), or another SQLSTATE. Undone again."""
    statement = sql.SQL(statement) if isinstance(statement, str) else statement
    cursor = psycopg.ClientCursor(connection)
    try:
        cursor.execute(TRY.format(statement), values)
    except psycopg.Error as error:
        connection.execute("rollback to savepoint trying; release savepoint trying")
        return NO if isinstance(error, errors.InsufficientPrivilege) else error.sqlstate
    # The first answer is the savepoint's.
    cursor.nextset()
    assert cursor.rowcount in (0, 1)
    return YES if cursor.rowcount == 1 else NO


def insert(connection, table: str, **values) -> str:
    """What adding this row comes to."""
    return outcome(connection, sql.SQL("insert into app.{} ({}) values ({})").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values))), list(values.values()))


def at(table: str, row: dict) -> tuple[sql.Composed, list]:
    """A condition on exactly this row, and its values."""
    keys = KEYS.get(table, ("id",))
    condition = sql.SQL(" and ").join(sql.SQL("{} = %s").format(sql.Identifier(key)) for key in keys)
    return condition, [row[key] for key in keys]


def name_of(table: str, row: dict) -> str:
    """How a row is named when the matrix fails."""
    said = row.get("body") or row.get("full_name") or row.get("name") or row.get("context_summary") or row.get("title")
    return f"{table}: {said or tuple(row[key] for key in KEYS.get(table, ('id',)))}"


def test_the_matrix_covers_every_table(each_world, facts):
    """A table added later must be decided on here too; each has rows, so that "sees nothing" means something."""
    with each_world.owner() as owner:
        tables = {name for (name,) in owner.execute("select tablename from pg_tables where schemaname = 'app'")}
    assert tables == set(facts.tables) == set(CHANGES)
    assert all(facts.tables.values())


def test_select(act, facts):
    """Each table shows exactly the oracle's rows; the hidden ones are there (`facts` were read as owner)."""
    connection, oracle = act
    wrong = []
    for table, rows in facts.tables.items():
        keys = KEYS.get(table, ("id",))
        query = sql.SQL("select {} from app.{}").format(sql.SQL(", ").join(map(sql.Identifier, keys)), sql.Identifier(table))
        try:
            with connection.transaction():
                seen = set(connection.execute(query))
        except errors.InsufficientPrivilege:
            seen = set()
        for row in rows:
            if oracle.reads(table, row) != (tuple(row[key] for key in keys) in seen):
                wrong.append(("hidden" if oracle.reads(table, row) else "shown", name_of(table, row)))
        assert len(seen) <= len(rows)
    assert not wrong


def test_update(act, facts):
    """Each row is changed exactly where the oracle says; elsewhere no row or 42501, or the error that says why."""
    connection, oracle = act
    wrong = []
    changes = PLATFORM_CHANGES if oracle.platform else CHANGES
    for table, rows in facts.tables.items():
        for row in rows:
            condition, values = at(table, row)
            came = outcome(connection, sql.SQL("update app.{} set {} where ").format(
                sql.Identifier(table), sql.SQL(changes[table])) + condition, values)
            if came != oracle.changes(table, row):
                wrong.append((name_of(table, row), "came", came, "expected", oracle.changes(table, row)))
    assert not wrong


def test_delete(act, facts):
    """Each row goes exactly where the oracle says."""
    connection, oracle = act
    wrong = []
    for table, rows in facts.tables.items():
        for row in rows:
            condition, values = at(table, row)
            came = outcome(connection, sql.SQL("delete from app.{} where ").format(sql.Identifier(table)) + condition, values)
            if came != oracle.deletes(table, row):
                wrong.append((name_of(table, row), "came", came, "expected", oracle.deletes(table, row)))
    assert not wrong


def test_insert_into_every_case(act, facts):
    """Content and people are added exactly where the oracle says; a refusal is 42501, or KW410 for a closed case."""
    connection, oracle = act
    wrong = []
    for case in facts["support_cases"]:
        here = {"case_id": case["id"]}
        goal = next(g["id"] for g in facts["support_goals"] if g["case_id"] == case["id"])
        attempts = [
            ("shared", "support_notes", {"stream": "shared", "body": "New"}),
            ("professional", "support_notes", {"stream": "professional", "body": "New"}),
            ("professional", "support_notes", {"stream": "professional", "body": "New", "safeguarding": True}),
            ("goals", "support_goals", {"title": "New"}),
            ("progress", "support_goal_progress", {"goal_id": goal, "body": "New"}),
            ("sessions", "support_sessions", {"scheduled_at": "2030-01-01 10:00+00", "type": "appointment"}),
            ("team", "support_collaborators", {"user_id": ident("user", "platform"), "full_name": "New", "kind": "support_worker",
                                               "participation_mode": "full"}),
            ("team", "support_collaborators", {"full_name": "New", "kind": "external_contact", "phone": "0113 496 0000",
                                               "participation_mode": "reference_only"}),
        ]
        came = insert(connection, "legal_holds", reason="Why", **here)
        if came != oracle.holds(case):
            wrong.append((case["context_summary"], "hold", "came", came, "expected", oracle.holds(case)))
        for line, table, values in attempts:
            came = insert(connection, table, **here, **values)
            if came != oracle.adds(line, case):
                wrong.append((case["context_summary"], line, "came", came, "expected", oracle.adds(line, case)))
    assert not wrong


FILE = {"media_type": "application/pdf", "bytes": b"%PDF-1.7"}
KEEP = "select app.keep_upload(gen_random_uuid(), %s, %s, 'New', null, %s, %s)"


def test_insert_documents_and_files_into_every_case(act, facts):
    """Documents from every template, files for every case and as scans of every document, exactly where the oracle says."""
    connection, oracle = act
    wrong = []

    def attempt(expected, came, *what):
        if came != expected:
            wrong.append((*what, "came", came, "expected", expected))

    newest = {row["template_id"]: row for row in sorted(facts["document_template_versions"], key=lambda row: row["version"])}
    for case in facts["support_cases"]:
        for template in facts["document_templates"]:
            came = insert(connection, "support_documents", case_id=case["id"], template_version_id=newest[template["id"]]["id"], title="New")
            attempt(oracle.begins(case, template), came, case["context_summary"], template["name"])
        came = insert(connection, "support_uploads", case_id=case["id"], title="New")
        attempt(WITHOUT_FILE if oracle.adds("files", case) == YES else oracle.adds("files", case), came, case["context_summary"], "a file without its bytes")
        came = outcome(connection, KEEP, [case["id"], None, *FILE.values()])
        attempt(oracle.adds("files", case), came, case["context_summary"], "a file")
    for document in facts["support_documents"]:
        came = outcome(connection, KEEP, [document["case_id"], document["id"], *FILE.values()])
        attempt(oracle.scans(document), came, document["title"], "a scan")
        # The steps themselves have tests of their own (test_document_life.py).
        attempt(NO, insert(connection, "support_document_events", organisation_id=document["organisation_id"], landlord_id=document["landlord_id"],
                           case_id=document["case_id"], document_id=document["id"], step="approve", to_state="approved", actor_name="Me"), document["title"], "an event")
    for upload in facts["support_uploads"]:
        # One that is there has its file.
        came = insert(connection, "support_upload_files", upload_id=upload["id"], **FILE)
        attempt(TAKEN if oracle.adds("files", facts.row(upload["case_id"])) != NO and oracle.reads("support_uploads", upload) else NO, came, upload["title"])
    for template in facts["document_templates"]:
        came = insert(connection, "document_template_versions", template_id=template["id"], parts=json.dumps(newest[template["id"]]["parts"]))
        attempt(oracle.keeps_templates(template["organisation_id"]), came, template["name"], "a wording")
    for firm in {row["organisation_id"] for row in facts["support_cases"]}:
        # Whose it is follows from who adds it; nobody says.
        attempt(NO, insert(connection, "document_templates", organisation_id=firm, kind="letter", name="New"), firm)
    came = insert(connection, "document_templates", kind="letter", name="New")
    attempt(oracle.keeps_templates(oracle.organisation) if oracle.organisation else NO, came, "a template")
    attempt(NO, insert(connection, "document_transitions", step="shred", from_state="sent", to_state="withdrawn", by_collaborators=True, by_author="any",
                       asks_reason=False, position=9), "a step")
    assert not wrong


def test_insert_into_what_operators_set_up(act, facts):
    """Cases, landlords, properties, tenants and managers' landlords, each in every place there is."""
    connection, oracle = act
    wrong = []

    def attempt(expected, table, **values):
        came = insert(connection, table, **values)
        if came != expected:
            wrong.append((table, values, "came", came, "expected", expected))

    for tenant in facts["tenants"]:
        attempt(oracle.opens(tenant), "support_cases", tenant_id=tenant["id"], context_summary="New")
    for organisation in facts["organisations"]:
        attempt(oracle.sets_up(organisation["id"]), "landlords", organisation_id=organisation["id"], name="New")
    for landlord in facts["landlords"]:
        attempt(oracle.sets_up(landlord["organisation_id"]), "properties", organisation_id=landlord["organisation_id"],
                landlord_id=landlord["id"], address="1 New Street", town="Leeds", postcode="LS1 1AA")
        for member in facts["memberships"]:
            if member["organisation_id"] == landlord["organisation_id"]:
                taken = any(row["user_id"] == member["user_id"] and row["landlord_id"] == landlord["id"]
                            for row in facts["property_manager_landlords"])
                may = oracle.sets_up(landlord["organisation_id"])
                attempt(TAKEN if may == YES and taken else may, "property_manager_landlords", user_id=member["user_id"],
                        landlord_id=landlord["id"], organisation_id=landlord["organisation_id"])
    for home in facts["properties"]:
        attempt(oracle.sets_up(home["organisation_id"]), "tenants", property_id=home["id"], full_name="New")
    platform = YES if oracle.platform else NO
    attempt(platform, "organisations", name="New", plan_code="starter")
    attempt(platform, "users", email="new@example.org", full_name="New")
    attempt(platform, "memberships", user_id=ident("user", "gone"), organisation_id=ident("organisation", "moor"), role="org_admin")
    if oracle.hat == "org_admin":
        # Property managers of their own organisation, and no fellow org-admin.
        attempt(YES, "memberships", user_id=ident("user", "gone"), role="property_manager", invited_name="Gone")
        attempt(NO, "memberships", user_id=ident("user", "gone"), role="org_admin", invited_name="Gone")
        attempt(NO, "memberships", user_id=ident("user", "gone"), role="property_manager", accepted_at="2024-01-01")
    attempt(platform, "plans", code="new", name="New", position=9, monthly_pounds=0, yearly_pounds=0, tenancies=1)
    attempt(platform, "feature_gates", plan_code="business", feature_key="support_cases")
    attempt(NO, "features", feature_key="everything")
    attempt(NO, "installation", schema_version="", rules_version="")
    attempt(NO, "sign_ins", user_id=ident("user", "worker"))
    for organisation in facts["organisations"]:
        attempt(oracle.asks_for_run(organisation["id"]), "retention_runs", organisation_id=organisation["id"])
    for firm in facts["imports"]:
        here = {"organisation_id": firm["organisation_id"], "import_id": firm["id"]}
        # It has been checked: too late, whoever may.
        attempt("KW495" if oracle.brings_in(firm["organisation_id"]) == YES else NO, "import_lines", **here, line=9, cells=["N-9"])
        attempt(oracle.brings_in(firm["organisation_id"]), "import_faults", **here, line=9, code="nul", of_reading=True)
        # Whose it is follows from who uploads it; nobody says.
        attempt(NO, "imports", organisation_id=firm["organisation_id"], kind="notes", file_name="n.csv", encoding="utf-8", delimiter=",", header=["id"])
    attempt(oracle.brings_in(oracle.organisation) if oracle.organisation else NO, "imports", kind="notes", file_name="n.csv", encoding="utf-8", delimiter=",", header=["id"])
    attempt(NO, "audit_log", organisation_id=ident("organisation", "harbour"), actor_name="Me", actor_hat="org_admin", action="view", table_name="support_notes")
    harbour = ident("organisation", "harbour")
    attempt(NO, "digests", organisation_id=harbour, officer_id=ident("user", "officer_open"), officer_name="Officer", address="officer@example.org", period="2024-06-01")
    attempt(NO, "digest_entries", organisation_id=harbour, landlord_id=ident("landlord", "quay"), digest_id=ident("digest", "harbour/officer_shut"), case_id=ident("case", "ann"))
    attempt(NO, "outbox", organisation_id=harbour, kind="digest", digest_id=ident("digest", "harbour/officer_open"), dedup_key="again", to_name="Me", to_address="me@example.org")
    attempt(NO, "suppressed_addresses", organisation_id=harbour, address="me@example.org", because="bounced")
    attempt(NO, "jobs", name="another", cadence="often", late_after="1 hour")
    attempt(NO, "job_runs", job="send_outbox", period="2024-08-01")
    attempt(NO, "audit_payloads", audit_id=1, organisation_id=ident("organisation", "harbour"), table_name="x", row_id=ident("user", "worker"), salt=b"0" * 16)
    assert not wrong


def test_insert_subject_access(act, facts):
    """Requests about every tenant, and whatever hangs on one: an org-admin's of that organisation, with its plan or without."""
    connection, oracle = act
    wrong = []

    def attempt(expected, table, **values):
        came = insert(connection, table, **values)
        if came != expected:
            wrong.append((table, values, "came", came, "expected", expected))

    for tenant in facts["tenants"]:
        attempt(oracle.sets_up(tenant["organisation_id"]), "subject_access_requests", tenant_id=tenant["id"], received_on="2024-06-03", way="letter", asked_by="tenant")
    for request in facts["subject_access_requests"]:
        may, here = oracle.sets_up(request["organisation_id"]), {"request_id": request["id"]}
        # The clock of each stands still already.
        attempt(TAKEN if may == YES else NO, "subject_access_pauses", **here, began_on=request["received_on"], why="identity")
        attempt(may, "subject_access_redactions", **here, passage="Somebody", because="third_party")
        attempt(may, "subject_access_redactions", **here, item_table="tenants", item_id=str(request["tenant_id"]), because="other")
        attempt("KW404" if may == YES else NO, "subject_access_redactions", **here, item_table="support_notes", item_id="made up", because="other")
        attempt(may, "subject_access_bundles", **here)
    for bundle in facts["subject_access_bundles"]:
        attempt(NO, "subject_access_chunks", bundle_id=bundle["id"], organisation_id=bundle["organisation_id"], number=2, bytes=b"more")
    attempt(NO, "bank_holidays", day="2030-01-01", name="New Year's Day")
    assert not wrong


def test_flag_close_and_reopen(act, facts):
    """Safeguarding on every note; closing every open case and reopening every closed one, by table and by function."""
    connection, oracle = act
    wrong = []
    for note in facts["support_notes"]:
        came = outcome(connection, "update app.support_notes set safeguarding = true where id = %s", [note["id"]])
        if came != oracle.flags(note):
            wrong.append((note["body"], "came", came, "expected", oracle.flags(note)))
    for case in facts["support_cases"]:
        if case["closed_at"] is None:
            ways = ("update app.support_cases set closed_at = now(), closing_reason = 'died' where id = %s",
                    "select app.close_case(%s, 'died', true)")
        else:
            ways = "update app.support_cases set closed_at = null where id = %s", "select app.reopen_case(%s)"
        came = {outcome(connection, way, [case["id"]]) for way in ways}
        expected = oracle.closes(case)
        if not came <= ({expected} if expected != NO else {NO, "KW404"}):
            wrong.append((case["context_summary"], "came", came, "expected", expected))
    assert not wrong


def test_the_oracle_is_not_empty(facts):
    """Each answer the oracle can give occurs, so that no line of the matrix is there for nothing."""
    came = {oracle.changes(table, row) for oracle in (Oracle(facts, each) for each in PERSONAS.values())
            for table, rows in facts.tables.items() for row in rows}
    assert came == {YES, NO, CLOSED, NOT_AUTHOR, NOT_ITS_AUTHOR, FROZEN, "KW415", "KW441"}
    came = {oracle.deletes(table, row) for oracle in (Oracle(facts, each) for each in PERSONAS.values())
            for table, rows in facts.tables.items() for row in rows}
    assert came == {YES, NO, CLOSED, "KW417", "23503"}
