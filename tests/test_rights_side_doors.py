"""Ways around a policy: other statements than the four, columns nobody may write, statistics, plans, made objects.

Threats 7 to 12, 14 and 17. Who may read what is the oracle's word, as in the matrix.
"""

import itertools

import psycopg
import pytest
from psycopg import errors, sql

from tests.conftest import World, take_hat
from tests.crowd import crowd
from tests.rights import YES, Facts, Oracle
from tests.world import PERSONAS, ident

HATS = ("org_admin", "property_manager", "collaborator", "platform_admin")
OPERATORS, STAFF = HATS[:2], HATS[:3]

#: Table -> (hats, columns they may give in an INSERT, columns they may change, whether they may delete). No line, no right.
WRITABLE = {
    "plans": [(("platform_admin",), "*", "*", True)],
    "feature_gates": [(("platform_admin",), "*", "*", True)],
    "organisations": [
        (("org_admin",), "", "support_retention_years support_notes_visible_to_housing_officer housing_officer_emails", False),
        (("platform_admin",), "id name plan_code", "name plan_code", False)],
    "users": [(("platform_admin",), "id email full_name is_platform_admin", "email full_name is_platform_admin disabled_at", False)],
    "memberships": [
        (("org_admin",), "user_id role invited_name invited_email", "invitation_sent_at", True),
        (("platform_admin",), "user_id organisation_id role invited_name invited_email", "role invitation_sent_at", True)],
    "landlords": [(("org_admin",), "id organisation_id name", "name", True)],
    "properties": [
        (("org_admin",), "id organisation_id landlord_id address town postcode", "landlord_id address town postcode", True)],
    "tenants": [
        (("org_admin",), "id property_id full_name date_of_birth housing_officer_note_visibility",
         "property_id full_name date_of_birth housing_officer_note_visibility", True)],
    "property_manager_landlords": [(("org_admin",), "organisation_id user_id landlord_id", "", True)],
    "support_cases": [(OPERATORS, "id tenant_id context_summary", "context_summary closed_at closing_reason", False)],
    "support_collaborators": [
        (OPERATORS, "id case_id user_id full_name kind participation_mode email phone works_for role_label",
         "ended_at invitation_sent_at", False)],
    "support_notes": [
        (OPERATORS, "id case_id stream body safeguarding", "body safeguarding", True),
        (("collaborator",), "id case_id stream body", "body", True)],
    "support_goals": [(STAFF, "id case_id title description target_date", "title description target_date status", False)],
    "support_goal_progress": [(STAFF, "id case_id goal_id body", "body", False)],
    "support_sessions": [
        (STAFF, "id case_id scheduled_at duration_minutes type attendees status outcome_note",
         "scheduled_at duration_minutes type attendees status outcome_note", False)],
    "legal_holds": [(("org_admin",), "id case_id reason", "lifted_at lift_reason", False)],
    "retention_runs": [(("org_admin",), "organisation_id", "", False)],
    "document_templates": [(("org_admin",), "id kind name repeats_every_months starter_key", "name repeats_every_months retired_at", False)],
    "document_template_versions": [(("org_admin",), "id template_id parts", "", False)],
    "support_documents": [(STAFF, "id case_id template_version_id title answers supersedes_id", "title answers revision step step_reason", False)],
    "support_document_pdfs": [(OPERATORS, "document_id content_sha256 pdf", "", False)],
    "support_document_deliveries": [(OPERATORS, "id document_id way to_name to_address handed_over_on", "", False)],
    "support_uploads": [(STAFF, "id case_id document_id title received_on", "", True)],
    "imports": [(("org_admin",), "id kind file_name encoding delimiter header", "mapping state", False)],
    "import_lines": [(("org_admin",), "organisation_id import_id line cells", "", False)],
    "import_faults": [(("org_admin",), "organisation_id import_id line place code said hint of_reading", "", False)],
    "support_upload_files": [(STAFF, "upload_id media_type bytes", "", False)],
    "subject_access_requests": [
        (("org_admin",), "id tenant_id received_on way asked_by asked_by_name", "extension_reason outcome outcome_on outcome_reason", False)],
    "subject_access_pauses": [(("org_admin",), "id request_id began_on why reason", "ended_on", False)],
    "subject_access_redactions": [(("org_admin",), "id request_id case_id item_table item_id passage because note", "", True)],
    "subject_access_bundles": [(("org_admin",), "id request_id", "", False)],
}

#: Function of the document pack -> hats that may call it. Those of triggers and couriers, and what only these use, nobody may (tests/doors.py).
MAY_CALL = {
    **{name: STAFF for name in (
        "judge_step", "steps_open", "require_step", "take_step", "submit_document", "return_document", "withdraw_document", "approve_document", "send_document",
        "hand_over_document", "new_version_of", "document_content", "content_of", "merged", "said_day", "answer_fits", "keep_upload")},
    "delivery_state": OPERATORS,
    **{name: OPERATORS[:1] for name in ("add_starter_templates", "starters_to_add", "preview_of_template", "is_question", "options_fit")},
    **{name: HATS for name in ("my_document_ids", "my_upload_ids", "my_document_organisation_ids")},
    **{name: () for name in ("next_due_on", "starter_templates", "document_to_send", "why_not_send", "template_versions_take_their_place", "template_versions_stay",
                             "template_parts_fit", "answers_fit_their_questions", "documents_begin_as_drafts", "documents_begin_from_what_is_live",
                             "content_is_frozen_from_submission", "documents_take_steps", "steps_are_written_down", "what_was_fixed_stays",
                             "pdf_takes_place_from_document", "pdf_approves_its_document", "delivery_takes_place_from_document", "delivery_sends_its_document",
                             "file_takes_place_from_upload", "uploads_come_with_their_file")},
}

#: What makes or takes something that no hat and no login may make or take (threats 7, 10).
FORBIDDEN = [
    "truncate app.support_notes",
    "create trigger t before insert on app.support_notes for each row execute function app.acting_hat()",
    "create table app.t (n integer)", "create table public.t (note uuid references app.support_notes)",
    "create temporary table t (n integer)", "create function pg_temp.f() returns integer language sql as 'select 1'",
    "create function app.f() returns integer language sql as 'select 1'", "create view app.v as select 1",
    "create schema s", "create type app.t as enum ('a')", "create sequence app.s", "create role r",
    "create publication p", "create policy p on app.support_notes using (true)",
    "alter table app.support_notes disable row level security", "drop policy wall_org_admin on app.support_notes",
    "create index on app.support_notes (body)", "copy (select 1) to program 'true'",
    "copy app.support_notes to '/tmp/notes'", "set role keywork_owner", "set session authorization keywork_owner",
    "select pg_read_file('/etc/hostname')", "set log_statement = 'none'",
    "reassign owned by keywork_owner to keywork_app", "security label on table app.support_notes is 'x'",
    "set row_security = off; select * from app.support_notes", "set session_replication_role = replica",
]


@pytest.fixture(scope="module")
def facts(each_world):
    """Every row of the world, as the owner reads it."""
    return Facts(each_world)


@pytest.fixture(params=PERSONAS)
def act(request, each_world, facts):
    """(connection, oracle) of one persona, in a transaction that is rolled back."""
    with each_world.as_(request.param) as connection:
        yield connection, Oracle(facts, PERSONAS[request.param])


def test_columns_that_each_hat_may_write(each_world):
    """Exactly the columns above: never a row's place, its author, its times (threat 14), nothing for a login itself."""
    expected = set()
    with each_world.owner() as owner:
        for table, lines in WRITABLE.items():
            columns = [name for (name,) in owner.execute(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0", [f"app.{table}"])]
            for hats, insert, update, _ in lines:
                for command, names in (("INSERT", insert), ("UPDATE", update)):
                    expected |= {(table, f"keywork_{hat}", command, column) for hat in hats
                                 for column in (columns if names == "*" else names.split())}
        granted = set(owner.execute(
            "select table_name, grantee, privilege_type, column_name from information_schema.column_privileges"
            " where table_schema in ('app', 'vault') and grantee <> 'keywork_owner' and privilege_type <> 'SELECT'"))
        deleting = set(owner.execute(
            "select table_name, grantee from information_schema.table_privileges"
            " where table_schema in ('app', 'vault') and grantee <> 'keywork_owner' and privilege_type = 'DELETE'"))
    assert granted == expected
    assert deleting == {(table, f"keywork_{hat}") for table, lines in WRITABLE.items() for hats, *_, may in lines if may for hat in hats}


def test_functions_of_documents_that_each_hat_may_call(each_world):
    """Exactly those above; the sign-in login none; couriers what they send."""
    with each_world.owner() as owner:
        called = {}
        for name, role in owner.execute(
                "select p.proname, r.rolname from pg_proc as p cross join pg_roles as r where p.pronamespace = 'app'::regnamespace and p.proname = any (%s)"
                " and r.rolname like 'keywork\\_%%' and r.rolname <> 'keywork_owner' and not r.rolsuper and has_function_privilege(r.oid, p.oid, 'execute')", [list(MAY_CALL)]):
            called.setdefault(name, set()).add(role.removeprefix("keywork_"))
        known = {name for (name,) in owner.execute("select proname from pg_proc where pronamespace = 'app'::regnamespace")}
    assert called == {name: set(hats) for name, hats in MAY_CALL.items() if hats} | {"document_to_send": {"jobs"}}
    assert known >= MAY_CALL.keys()


def test_select_is_all_that_is_left(each_world):
    """No TRUNCATE, REFERENCES, TRIGGER or MAINTAIN for anybody but the owner (threat 7)."""
    with each_world.owner() as owner:
        rights = {right for (right,) in owner.execute(
            "select distinct a.privilege_type from pg_class c, aclexplode(c.relacl) a where c.relnamespace in"
            " ('app'::regnamespace, 'vault'::regnamespace, 'fab'::regnamespace) and a.grantee <> c.relowner")}
    assert rights <= {"SELECT", "INSERT", "UPDATE", "DELETE"}


@pytest.mark.parametrize("persona", ["harbour_admin", "quay_manager", "worker", "platform", "nobody", "signin", "jobs"])
def test_nobody_makes_or_takes_anything(each_world, persona):
    """Threats 7 and 10: as every hat, as the workspace login without a hat, and as the two other logins."""
    allowed = []
    addresses = {"signin": each_world.signin_conninfo, "jobs": each_world.jobs_conninfo}
    with psycopg.connect(addresses.get(persona, each_world.app_conninfo)) as connection:
        if persona not in ("nobody", *addresses):
            take_hat(connection, each_world.identity(persona))
        for statement in FORBIDDEN:
            try:
                with connection.transaction(force_rollback=True):
                    connection.execute(statement)
            except (errors.InsufficientPrivilege, errors.InvalidSchemaName, errors.FeatureNotSupported, errors.InvalidParameterValue):
                continue
            allowed.append(statement)
    assert not allowed


def test_nobody_keeps_large_objects(each_world):
    """They belong to the hat, so every organisation's people could read what one of them put there (threat 10)."""
    for persona in ("harbour_admin", "worker"):
        with each_world.as_(persona) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute("select lo_from_bytea(0, 'kept')")


def test_locks_on_whole_tables(each_world):
    """LOCK TABLE needs a right on the whole table: only where rows may be deleted, so nowhere beyond WRITABLE."""
    for persona in ("harbour_admin", "quay_manager", "worker", "platform"):
        hat = each_world.personas[persona].hat
        for table in [*WRITABLE, "installation", "sign_ins"]:
            whole = any(hat in hats and (may_delete or columns == "*") for hats, columns, _, may_delete in WRITABLE.get(table, ()))
            with each_world.as_(persona) as connection:
                if not whole:
                    with pytest.raises(errors.InsufficientPrivilege):
                        connection.execute(f"lock table app.{table} in access exclusive mode")


def test_other_schemas_are_out_of_reach(each_world):
    """Signing keys for every hat and login; fab's password hashes for every hat (threats 17, 27)."""
    with each_world.owner() as owner:
        relations = owner.execute("select c.oid::regclass::text, c.relkind::text from pg_class c where c.relkind in ('r', 'S', 'v')"
                                  " and c.relnamespace in ('vault'::regnamespace, 'fab'::regnamespace)").fetchall()
        assert owner.execute("select count(*) from vault.signing_keys").fetchone()[0] and len(relations) > 10
    for persona in ("harbour_admin", "quay_manager", "worker", "platform"):
        for name, kind in relations:
            with each_world.as_(persona) as connection, pytest.raises(errors.InsufficientPrivilege):
                connection.execute(f"select {'last_value' if kind == 'S' else 'count(*)'} from {name}")
    with each_world.owner() as owner:
        app_tables = [f"app.{name}" for (name,) in owner.execute("select relname from pg_class where relkind in ('r', 'v')"
                                                                 " and relnamespace = 'app'::regnamespace")]
    for table in [*app_tables, "vault.signing_keys"]:
        for address in (each_world.signin_conninfo, each_world.app_conninfo, each_world.jobs_conninfo):
            with psycopg.connect(address) as connection, pytest.raises(errors.InsufficientPrivilege):
                connection.execute(f"select count(*) from {table}")


def test_a_hat_without_a_token(each_world):
    """The workspace login that takes a hat by itself is told KW001 by every table it may ask at all."""
    for hat in HATS:
        for table in WRITABLE:
            with each_world.connect() as connection:
                connection.execute(f"set local role keywork_{hat}")
                with pytest.raises(psycopg.Error) as refusal:
                    connection.execute(f"select organisation_id from app.{table}" if table.startswith("support") else f"select 1 from app.{table}")
                assert refusal.value.sqlstate in ("KW001", "42501")


def test_copy_and_tablesample(act, facts):
    """COPY TO and TABLESAMPLE show what SELECT shows; COPY FROM is refused (threat 14)."""
    connection, oracle = act
    if oracle.hat == "platform_admin":
        pytest.skip("reads no case content")
    for table in ("support_cases", "support_collaborators", "support_notes", "support_goals", "support_sessions", "support_documents",
                  "support_document_events", "support_uploads", "document_templates", "document_template_versions"):
        seen = {row["id"] for row in facts[table] if oracle.reads(table, row)}
        for source in (f"(select id from app.{table})", f"app.{table} (id)"):
            with connection.cursor().copy(f"copy {source} to stdout") as copy:
                copy.set_types(["uuid"])
                assert {row[0] for row in copy.rows()} == seen
        for method in ("system", "bernoulli"):
            rows = connection.execute(f"select id from app.{table} tablesample {method} (100)").fetchall()
            assert {row[0] for row in rows} == seen
    with pytest.raises((errors.FeatureNotSupported, errors.InsufficientPrivilege)), connection.transaction():
        with connection.cursor().copy("copy app.support_notes (case_id, stream, body) from stdin") as copy:
            copy.write_row((ident("case", "ann"), "shared", "Slipped in"))


def test_merge_and_on_conflict(act, facts):
    """A row that UPDATE or DELETE would not reach is not reached by MERGE or ON CONFLICT either (threat 14)."""
    connection, oracle = act
    ways = {
        "changes": ["merge into app.support_notes as n using (select %s::uuid as id) as w on n.id = w.id"
                    " when matched then update set body = n.body || '.'",
                    "insert into app.support_notes as n (id, case_id, stream, body)"
                    " select %s, id, 'shared', 'New' from app.support_cases limit 1 on conflict (id) do update set body = 'Taken over'"],
        "deletes": ["merge into app.support_notes as n using (select %s::uuid as id) as w on n.id = w.id when matched then delete"],
    }
    of_documents = {
        "changes": ["merge into app.support_documents as d using (select %s::uuid as id) as w on d.id = w.id"
                    " when matched then update set title = d.title || '.'",
                    "insert into app.support_documents as d (id, case_id, template_version_id, title)"
                    " select %s, c.id, t.version_id, 'New' from app.support_cases as c join app.template_list as t using (organisation_id) limit 1"
                    " on conflict (id) do update set title = 'Taken over'"],
        "deletes": ["merge into app.support_documents as d using (select %s::uuid as id) as w on d.id = w.id when matched then delete"],
    }
    of_files = {"deletes": ["merge into app.support_uploads as u using (select %s::uuid as id) as w on u.id = w.id when matched then delete"]}
    for table, its_ways in (("support_notes", ways), ("support_documents", of_documents), ("support_uploads", of_files)):
        for row, (right, statements) in itertools.product(facts[table], its_ways.items()):
            may = getattr(oracle, right)(table, row)
            for statement in statements:
                try:
                    with connection.transaction(force_rollback=True):
                        came = connection.execute(statement, [row["id"]]).rowcount
                except psycopg.Error:
                    came = 0
                assert may == YES or not came, (table, row["id"], statement)


def test_moving_rows(each_world):
    """Nothing moves into another organisation: neither by its own columns nor by way of a parent (threats 5, 14)."""
    absent = ident("nothing", "here")
    attempts = {
        "landlord_id": "update app.properties set landlord_id = %s where id = %s",
        "property_id": "update app.tenants set property_id = %s where id = %s",
    }
    theirs = {"landlord_id": (each_world.landlord["heath"], each_world.property["quay_1"]),
              "property_id": (each_world.property["heath_1"], each_world.tenant["fay"])}
    for column, statement in attempts.items():
        came = []
        for target in (theirs[column][0], absent):
            with each_world.as_("harbour_admin") as connection, pytest.raises(psycopg.Error) as refusal:
                connection.execute(statement, [target, theirs[column][1]])
            came.append((refusal.value.sqlstate, refusal.value.diag.message_primary))
        assert came[0] == came[1] and came[0][0] in ("42501", "23503")
    for table in ("support_cases", "support_notes", "support_goals", "support_sessions", "support_collaborators", "tenants", "landlords",
                  "support_documents", "support_uploads", "support_document_pdfs", "support_document_deliveries", "document_templates"):
        for persona in ("harbour_admin", "quay_manager", "worker"):
            with each_world.as_(persona) as connection, pytest.raises(errors.InsufficientPrivilege):
                connection.execute(sql.SQL("update app.{} set organisation_id = %s").format(sql.Identifier(table)),
                                   [each_world.organisation["moor"]])


def test_statistics_say_nothing(each_world):
    """pg_stats holds sampled values: as owner there are some, for the hats none (threat 12)."""
    query = "select count(*) from pg_stats where schemaname in ('app', 'vault', 'fab')"
    with each_world.owner() as owner:
        assert owner.execute(query).fetchone()[0] > 50
    for persona in ("harbour_admin", "quay_manager", "worker", "platform"):
        with each_world.as_(persona) as connection:
            assert connection.execute(query).fetchone()[0] == 0
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute("select * from pg_statistic")


@pytest.fixture(scope="module")
def crowded_world(each_server):
    """The world with 2,000 more cases in an organisation of nobody below."""
    crowded = World(each_server, each_server.create("world"))
    crowd(crowded)
    yield crowded
    crowded.close()
    each_server.drop(crowded.database)


@pytest.mark.parametrize("persona", ["harbour_admin", "quay_manager", "worker", "officer_open", "small_admin", "gone"])
def test_explain_analyze_counts_nobody_elses_rows(crowded_world, facts, persona):
    """The organisation (or landlord, or case) is an index condition: rows of others are not even filtered (threat 11)."""
    oracle = Oracle(facts, PERSONAS[persona])
    organisations = {oracle.organisation} | {row["organisation_id"] for row in oracle.assignments.values()}
    for table in ("support_cases", "support_collaborators", "support_notes", "support_goals", "support_goal_progress", "support_sessions",
                  "support_documents", "support_document_events", "support_uploads"):
        with crowded_world.as_(persona) as connection:
            connection.execute("set local enable_seqscan = off")
            plan = connection.execute(f"explain (analyze, format json) select id from app.{table}").fetchone()[0][0]["Plan"]
        own = sum(row["organisation_id"] in organisations or oracle.me in (row.get("author_id"), row.get("user_id")) for row in facts[table])
        assert rows_touched(plan) <= own < len(facts[table]), plan


def rows_touched(plan: dict) -> int:
    """Rows that the scans of a plan returned or filtered away."""
    below = [rows_touched(each) for each in plan.get("Plans", ()) if each.get("Parent Relationship") != "InitPlan"]
    if not plan["Node Type"].endswith("Scan") or plan["Node Type"] == "Bitmap Index Scan":
        return sum(below)
    removed = sum(plan.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
    return int(removed + plan["Actual Rows"] * plan["Actual Loops"])


def test_error_messages_show_no_hidden_value(act, facts):
    """A condition that fails on a value is asked only about rows that one sees anyway (threats 8, 9)."""
    connection, oracle = act
    hidden = [row["body"] for row in facts["support_notes"] if not oracle.reads("support_notes", row)]
    assert hidden or oracle.hat == "none"
    hidden_titles = [row["title"] for row in facts["support_documents"] if not oracle.reads("support_documents", row)]
    for relation, column, unseen in (("support_notes", "body", hidden), ("note_feed", "body", hidden), ("support_documents", "title", hidden_titles),
                                     ("document_list", "title", hidden_titles)):
        try:
            with connection.transaction():
                connection.execute(f"select count(*) from app.{relation} where cast({column} as integer) > 0")
        except errors.InvalidTextRepresentation as error:
            assert not any(f'"{words}"' in str(error) for words in unseen)
        except errors.InsufficientPrivilege:
            assert oracle.hat == "platform_admin"
