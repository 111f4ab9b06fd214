"""Every persona, every view: it shows what its tables show, and says what the policies and triggers do. The oracle is that of the matrix."""

import psycopg
import pytest
from psycopg import errors, sql

from tests.rights import TAKEN, YES, Facts, Oracle
from tests.world import PERSONAS, WRONG_HATS

EVERYBODY = PERSONAS | WRONG_HATS


@pytest.fixture(scope="module")
def facts(each_world):
    """Every row of the world, as the owner reads it."""
    return Facts(each_world)


@pytest.fixture(params=EVERYBODY)
def act(request, each_world, facts):
    """(connection, oracle) of one persona, in a transaction that is rolled back."""
    with each_world.as_(request.param) as connection:
        yield connection, Oracle(facts, EVERYBODY[request.param])


def test_views_show_what_their_tables_show(act, facts):
    """A view adds no row (threat 3), and its may_... columns say what the policies and triggers do."""
    connection, oracle = act
    operates = oracle.hat in ("org_admin", "property_manager")
    cases = {row["id"] for row in facts["support_cases"] if oracle.reads("support_cases", row)}
    opened = {row["tenant_id"] for row in facts["support_cases"] if row["id"] in cases and row["closed_at"] is None}
    expected = {
        **{view: {row["id"] for row in facts[table] if oracle.hat == "org_admin" and oracle.reads(table, row)} for view, table in (
            ("landlord_list", "landlords"), ("property_list", "properties"), ("tenant_list", "tenants"),
            ("digest_list", "digests"), ("outbox_list", "outbox"))},
        "digest_officers": {row["user_id"] for row in facts["support_collaborators"] if oracle.hat == "org_admin" and row["kind"] == "housing_officer"
                            and row["user_id"] and oracle.reads("support_collaborators", row)},
        "case_list": cases, "case_workspace": cases,
        "caseload": cases if oracle.hat == "collaborator" else set(),
        "tenants_without_case": {t["id"] for t in facts["tenants"] if operates and oracle.reads("tenants", t) and t["id"] not in opened},
        "collaborator_list": {row["id"] for row in facts["support_collaborators"] if operates and oracle.reads("support_collaborators", row)},
        "colleague_list": {row["user_id"] for row in facts["memberships"] if oracle.hat == "org_admin" and oracle.reads("memberships", row)},
        **{view: {row["id"] for row in facts[table] if oracle.reads(table, row)} for view, table in (
            ("note_feed", "support_notes"), ("session_list", "support_sessions"), ("team_members", "support_collaborators"),
            ("document_list", "support_documents"), ("upload_list", "support_uploads"), ("delivery_list", "support_document_deliveries"),
            ("template_list", "document_templates"))},
        "document_template_list": {row["id"] for row in facts["document_templates"] if oracle.hat == "org_admin" and oracle.reads("document_templates", row)},
        "assessments_due": {row["id"] for row in facts["support_documents"] if oracle.reads("support_documents", row) and row["next_due_on"]
                            and row["state"] in ("approved", "sent") and facts.row(row["case_id"])["closed_at"] is None},
    }
    shown = {}
    for view in expected:
        try:
            with connection.transaction():
                cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
                shown[view] = {row["id"]: row for row in cursor.execute(sql.SQL("select * from app.{}").format(sql.Identifier(view)))}
        except errors.InsufficientPrivilege:
            shown[view] = {}
        assert set(shown[view]) == expected[view], view
        with pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)), connection.transaction():
            connection.execute(sql.SQL("delete from app.{}").format(sql.Identifier(view)))
    for tenant in (facts.row(key) for key in shown["tenant_list"]):
        its_case = next((row for row in facts["support_cases"] if row["tenant_id"] == tenant["id"] and row["id"] in cases and row["closed_at"] is None), {})
        row = shown["tenant_list"][tenant["id"]]
        assert (row["open_case_id"], row["case_opened_at"]) == (its_case.get("id"), its_case.get("opened_at"))
    for home in (facts.row(key) for key in shown["property_list"]):
        row = shown["property_list"][home["id"]]
        assert row["tenant_count"] == sum(tenant["property_id"] == home["id"] for tenant in facts["tenants"])
        assert row["landlord_name"] == facts.row(home["landlord_id"])["name"]
    for note in (facts.row(key) for key in shown["note_feed"]):
        row = shown["note_feed"][note["id"]]
        assert row["may_edit"] == (oracle.changes("support_notes", note) == YES), row
        assert row["may_delete"] == (oracle.deletes("support_notes", note) == YES), row
        assert row["may_flag"] == (oracle.flags(note) == YES and not note["safeguarding"]), row
        assert row["may_unflag"] == (oracle.hat == "org_admin" and note["safeguarding"]), row
    for case in (facts.row(key) for key in cases):
        row = shown["case_workspace"][case["id"]]
        assert row["may_manage"] == (oracle.closes(case) in (YES, TAKEN)), row
        assert row["may_write"] == (oracle.adds("shared", case) == oracle.adds("goals", case) == YES), row
        assert row["may_write_professional"] == (oracle.adds("professional", case) == YES), row
        assert row["may_record_sessions"] == (oracle.adds("sessions", case) == YES), row
        assert row["may_read_documents"] == bool(oracle.rights("documents", case)), row
    for document in (facts.row(key) for key in shown["document_list"]):
        row = shown["document_list"][document["id"]]
        assert row["may_edit"] == (oracle.changes("support_documents", document) == YES), row
        successors = [each for each in facts["support_documents"] if each["supersedes_id"] == document["id"] and oracle.reads("support_documents", each)]
        assert row["superseded_by_id"] == (successors[0]["id"] if successors else None)
        assert row["returned_because"] == (document["step_reason"] if document["step"] == "return" else None)
    for upload in (facts.row(key) for key in shown["upload_list"]):
        row = shown["upload_list"][upload["id"]]
        assert row["may_delete"] == (oracle.deletes("support_uploads", upload) == YES), row
        scan = upload["document_id"] and facts.row(upload["document_id"])
        assert row["document_title"] == (scan["title"] if scan and oracle.reads("support_documents", scan) else None)
    for delivery in (facts.row(key) for key in shown["delivery_list"]):
        message = next((each for each in facts["outbox"] if each["delivery_id"] == delivery["id"]), None)
        assert (shown["delivery_list"][delivery["id"]]["state"], delivery["way"]) == ((message["state"], "email") if message else (None, "by_hand"))
    for member in (facts.row(key) for key in shown["team_members"]):
        assert shown["team_members"][member["id"]]["may_end"] == (oracle.changes("support_collaborators", member) == YES)


def test_what_the_platform_admin_reads_of_organisations_and_people(act, facts):
    """Firms, plans, accounts and operators for this hat alone; the other hats are refused or, by the policies, shown nothing."""
    connection, oracle = act
    expected = {
        "organisation_list": {(row["id"],) for row in facts["organisations"]}, "people_list": {(row["id"],) for row in facts["users"]},
        "operator_list": {(row["user_id"],) for row in facts["memberships"]}, "plan_list": {(row["code"],) for row in facts["plans"]},
        "job_list": {(row["name"],) for row in facts["jobs"]},
    }
    for view, rows in expected.items():
        key = {"plan_list": "code", "job_list": "job"}.get(view, "id")
        try:
            with connection.transaction():
                seen = set(connection.execute(sql.SQL("select {} from app.{}").format(sql.Identifier(key), sql.Identifier(view))))
        except errors.InsufficientPrivilege:
            seen = set()
        assert seen == (rows if oracle.platform else set()) and rows, view


def test_what_a_digest_said_is_shown_to_its_own_org_admins(act, facts):
    """Case by case with the tenant's name, to whoever reads the entries themselves."""
    connection, oracle = act
    tenants = {case["id"]: facts.row(case["tenant_id"])["full_name"] for case in facts["support_cases"]}
    expected = {(row["digest_id"], row["case_id"], tenants[row["case_id"]], row["reason"]) for row in facts["digest_entries"]
                if oracle.reads("digest_entries", row)}
    try:
        with connection.transaction():
            seen = set(connection.execute("select digest_id, case_id, tenant_name, reason from app.digest_page"))
    except errors.InsufficientPrivilege:
        seen = set()
    assert seen == expected
