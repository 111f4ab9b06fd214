"""What is written down: one row for each row that a commit changed, of whoever changed it, and nothing of what was rolled back."""

import json
from collections import Counter

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import doors as doors_module
from tests.conftest import take_hat
from tests.packs import put_packs
from tests.retention import as_job
from tests.world import PERSONAS, email_of, full_name

#: Tables of schema app that no trigger writes down, and why.
NOT_WRITTEN_DOWN = {
    "audit_log": "the log itself", "audit_payloads": "the log itself", "installation": "versions of the installation",
    "plans": "the price list", "features": "the price list", "feature_gates": "the price list",
    "sign_ins": "each sign-in is an event of its own, in the log of every firm that the person works for",
    "jobs": "what the jobs service does", "job_runs": "a log itself",
    "digests": "made by a job; what left Keywork is an event in the log of each case", "digest_entries": "copies of records",
    "outbox": "kept by couriers; what operators decide is an event of its own",
    "document_transitions": "the life of documents, the same for everybody",
    "support_document_events": "a log itself", "support_document_pdfs": "the document's line has its hash", "support_upload_files": "the upload's line names it",
    "import_lines": "staged; what comes of a line is written down", "import_faults": "staged; they go with the lines",
    "subject_access_chunks": "the bundle's line has its hash", "bank_holidays": "the calendar, the same for everybody",
}

WATCHED = """
    select c.relname, array_agg(t.tgname::text order by t.tgname) from pg_class as c
    left join pg_trigger as t on t.tgrelid = c.oid and t.tgfoid = 'app.write_down'::regproc and t.tgenabled = 'O'
    where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p') group by 1"""


#: Columns of which the log says nothing, and why.
#: The words of a file that is brought in may be those of a record, and are not kept.
LEFT_OUT = {"imports": ["header", "mapping"]}


def unwatched(connection) -> set[str]:
    """Tables of schema app whose inserts, updates or deletes nobody writes down."""
    return {table for table, triggers in connection.execute(WATCHED).fetchall() if triggers != ["written_down", "written_down_when_deleted"]}


def test_every_table_is_written_down(each_world):
    """Each table of schema app has its triggers, or stands above with the reason; a new one without them is found."""
    with each_world.owner() as owner:
        assert unwatched(owner) == set(NOT_WRITTEN_DOWN)
        owner.execute("create table app.planted (id uuid, organisation_id uuid, words text)")
        owner.execute("drop trigger written_down_when_deleted on app.tenants")
        assert unwatched(owner) == set(NOT_WRITTEN_DOWN) | {"planted", "tenants"}
        owner.rollback()


# ---- whatever anybody does -------------------------------------------------------------------------------------------


class Diary:
    """What the tables held and how far the log went when last looked at, to compare with what they hold and what the log says now."""

    def __init__(self, world):
        self._owner = psycopg.connect(world.conninfo, autocommit=True)
        tables = sorted(table for table, triggers in self._owner.execute(WATCHED).fetchall() if triggers != [None])
        self._everything = " union all ".join(f"select '{table}', to_jsonb(t) - array{LEFT_OUT.get(table, [])}::text[] from app.{table} as t" for table in tables)
        self.look()

    def __enter__(self) -> "Diary":
        return self

    def __exit__(self, *exception) -> None:
        self._owner.close()

    def look(self) -> None:
        """Begins anew from here."""
        self._rows, self._last = self._read(), self._owner.execute("select max(id) from app.audit_log").fetchone()[0]

    def _read(self) -> dict[tuple, dict]:
        return {(table, *[row[name] for name in ("id", "organisation_id", "user_id", "landlord_id") if name in row and (name == "id" or "id" not in row)]): row
                for table, row in self._owner.execute(self._everything)}

    def name_of(self, user_id) -> str:
        """What somebody's account is called."""
        return self._owner.execute("select full_name from app.users where id = %s", [user_id]).fetchone()[0]

    def changes(self, now: dict[tuple, dict]) -> Counter:
        """(action, table, row, before, after) of each row that differs by now, of updates only the columns that do."""
        found: Counter = Counter()
        for key in self._rows.keys() | now.keys():
            before, after = self._rows.get(key), now.get(key)
            if before == after:
                continue
            row = after or before
            action = "update" if before and after else "insert" if after else "delete"
            if action == "update":
                before, after = ({name: each[name] for name in row if before[name] != after[name]} for each in (before, after))
            found[action, key[0], row.get("id") or row["user_id"], *(json.dumps(each, sort_keys=True) for each in (before, after))] += 1
        return found

    def compare(self, who: tuple) -> Counter:
        """Asserts that the log says what has changed, no more and no less, of this actor (id, name, hat); the actions by table."""
        now = self._read()
        rows = self._owner.execute(
            "select l.action, l.table_name, l.row_id::text, p.before, p.after, l.actor_id, l.actor_name, l.actor_hat, l.transaction_id::text"
            " from app.audit_log as l join app.audit_payloads as p on p.audit_id = l.id where l.id > %s", [self._last]).fetchall()
        changed = self.changes(now)
        assert Counter((*row[:3], *(json.dumps(each, sort_keys=True) for each in row[3:5])) for row in rows) == changed
        assert {row[5:8] for row in rows} <= {who}
        assert len({row[8] for row in rows}) <= 1, "one transaction"
        self.look()
        return Counter((action, table) for action, table, *_ in changed.elements())


ADMIN, OPERATOR, STAFF, PLATFORM = ("harbour_admin",), ("harbour_admin", "quay_manager"), ("harbour_admin", "quay_manager", "worker", "both_worker"), ("platform",)

#: What people do, and who mostly does it; %(pick)s chooses among the rows that they see.
DEEDS = {
    "add a note": (STAFF, "insert into app.support_notes (case_id, stream, body) select id, 'shared', 'New' from app.support_cases {one}"),
    "add a flagged note": (OPERATOR, "insert into app.support_notes (case_id, stream, body, safeguarding) select id, 'professional', 'New', true from app.support_cases {one}"),
    "rewrite notes": (STAFF, "update app.support_notes set body = body || '.' where author_id = (select app.acting_as('any')) and case_id in (select id from app.support_cases where closed_at is null)"),
    "change nothing": (STAFF, "update app.support_notes set body = body where author_id = (select app.acting_as('any'))"),
    "delete a note": (STAFF, "delete from app.support_notes where id in (select id from app.support_notes where not safeguarding {one_more})"),
    "flag": (OPERATOR, "update app.support_notes set safeguarding = true where id in (select id from app.support_notes where stream = 'professional' {one_more})"),
    "take a flag back": (ADMIN, "select app.remove_safeguarding_flag(id, 'By mistake') from app.support_notes where safeguarding {one_more}"),
    "add a goal": (STAFF, "insert into app.support_goals (case_id, title) select id, 'Swim' from app.support_cases {one}"),
    "change goals": (STAFF, "update app.support_goals set status = 'closed', title = title || '!' where case_id in (select id from app.support_cases where closed_at is null)"),
    "note progress": (STAFF, "insert into app.support_goal_progress (case_id, goal_id, body) select case_id, id, 'Better' from app.support_goals {one}"),
    "plan a session": (STAFF, "insert into app.support_sessions (case_id, scheduled_at, type) select id, '2090-01-01', 'phone_call' from app.support_cases {one}"),
    "cancel a session": (STAFF, "update app.support_sessions set status = 'cancelled' where id in (select id from app.support_sessions where status = 'scheduled' {one_more})"),
    "open a case": (OPERATOR, "insert into app.support_cases (tenant_id, context_summary) select id, 'Summary' from app.tenants_without_case {one}"),
    "rewrite a summary": (OPERATOR, "update app.support_cases set context_summary = 'Other' where id in (select id from app.support_cases where closed_at is null {one_more})"),
    "close a case": (OPERATOR, "select app.close_case(id, 'moved_on', true) from app.support_cases where closed_at is null {one_more}"),
    "reopen a case": (OPERATOR, "select app.reopen_case(id) from app.support_cases where closed_at is not null {one_more}"),
    "add a card": (OPERATOR, "insert into app.support_collaborators (case_id, full_name, kind, participation_mode, phone) select id, 'Aunt', 'external_contact', 'reference_only', '0113 496 0000' from app.support_cases {one}"),
    "end an assignment": (OPERATOR, "select app.end_assignment(id) from app.support_collaborators where ended_at is null {one_more}"),
    "hold": (ADMIN, "insert into app.legal_holds (case_id, reason) select id, 'A claim' from app.support_cases {one}"),
    "lift": (ADMIN, "select app.lift_hold(id, 'Settled') from app.legal_holds where lifted_at is null {one_more}"),
    "ask for a run": (ADMIN, "select app.ask_for_run()"),
    "change settings": (ADMIN, "update app.organisations set support_notes_visible_to_housing_officer = not support_notes_visible_to_housing_officer"),
    "add a tenant": (ADMIN, "insert into app.tenants (property_id, full_name) select id, 'Kim' from app.properties {one}"),
    "move a tenant": (ADMIN, "update app.tenants set property_id = (select p.id from app.properties as p {one}) where id in (select id from app.tenants {one})"),
    "move a home": (ADMIN, "update app.properties set landlord_id = (select l.id from app.landlords as l {one}) where id in (select id from app.properties {one})"),
    "add a landlord": (ADMIN, "insert into app.landlords (name) select max(name) || 'a' from app.landlords"),
    "delete a landlord": (ADMIN, "delete from app.landlords where id in (select id from app.landlord_list where property_count = 0 {one_more})"),
    "assign a landlord": (ADMIN, "insert into app.property_manager_landlords (user_id, landlord_id) select m.user_id, l.id from app.memberships as m, app.landlords as l"
                                 " where m.role = 'property_manager' and not exists (select from app.property_manager_landlords as a where a.user_id = m.user_id and a.landlord_id = l.id) {one_more}"),
    "remove a manager": (ADMIN, "delete from app.memberships where user_id in (select user_id from app.memberships where role = 'property_manager' and accepted_at is null {one_more})"),
    "disable somebody": (PLATFORM, "update app.users set disabled_at = now() where id in (select id from app.users where full_name in ('Gone', 'Watcher', 'Two Hats') and disabled_at is null {one_more})"),
    "rename somebody": (PLATFORM, "update app.users set full_name = full_name || 'a' where id in (select id from app.users where full_name like 'Idle%' {one_more})"),
    "add a firm": (PLATFORM, "insert into app.organisations (name, plan_code) select max(name) || 'a', 'starter' from app.organisations"),
    "add the starter pack": (ADMIN, "select app.add_starter_templates()"),
    "word a template anew": (ADMIN, "insert into app.document_template_versions (template_id, parts) select id, parts from app.template_list {one}"),
    "retire a template": (ADMIN, "update app.document_templates set retired_at = now() where id in (select id from app.document_templates where retired_at is null {one_more})"),
    "begin a document": (STAFF, "insert into app.support_documents (id, case_id, template_version_id, title) select gen_random_uuid(), c.id,"
                                " (select t.version_id from app.template_list as t where t.organisation_id = c.organisation_id and t.retired_at is null limit 1), 'New'"
                                " from app.support_cases as c {one}"),
    "fill documents in": (("worker", "harbour_admin"), "update app.support_documents set title = title || '.' where state = 'draft' and author_id = (select app.acting_as('any'))"),
    "hand a document in": (("worker",), "select app.submit_document(id) from app.support_documents where state = 'draft' {one_more}"),
    "return a document": (OPERATOR, "select app.return_document(id, 'Once more') from app.support_documents where state = 'submitted' {one_more}"),
    "approve a document": (OPERATOR, r"select app.approve_document(id, content_sha256, '\x255044462d') from app.support_documents where state = 'submitted' {one_more}"),
    "send a document": (OPERATOR, "select app.send_document(id, gen_random_uuid(), 'Aunt', 'aunt@example.net') from app.support_documents where state in ('approved', 'sent') {one_more}"),
    "hand a document over": (OPERATOR, "select app.hand_over_document(id, gen_random_uuid(), 'Aunt', '2024-01-01') from app.support_documents where state = 'approved' {one_more}"),
    "withdraw a document": (OPERATOR, "select app.withdraw_document(id, 'Not needed') from app.support_documents where state in ('draft', 'approved') {one_more}"),
    "begin a new version": (OPERATOR, "select app.new_version_of(id, gen_random_uuid()) from app.support_documents where state = 'sent' {one_more}"),
    "add a file": (STAFF, r"select app.keep_upload(gen_random_uuid(), id, null, 'Scan', null, 'application/pdf', '\x255044462d') from app.support_cases {one}"),
    "remove a file": (ADMIN, "delete from app.support_uploads where id in (select id from app.support_uploads {one})"),
    "look": (OPERATOR, "select app.record_view(id) from app.support_cases {one}"),
}
ENDINGS = ("commit", "commit", "commit", "roll back", "roll back to a savepoint")


def do(world, connection, persona: str, deed: str, pick: int, ending: str) -> None:
    """One transaction of somebody, who may be refused."""
    order = "limit 1" if "user_id" in DEEDS[deed][1] else f"order by md5(id::text || '{pick}') limit 1"
    statement = DEEDS[deed][1].format(one=order, one_more=order)
    take_hat(connection, world.identity(persona))
    try:
        if ending == "roll back to a savepoint":
            with connection.transaction(force_rollback=True):
                connection.execute(statement)
        else:
            connection.execute(statement)
    except psycopg.Error as error:
        assert error.sqlstate.startswith("KW") or error.sqlstate in ("42501", "23505", "23514", "23503", "23502"), (deed, error)
        ending = "roll back"
    connection.rollback() if ending == "roll back" else connection.commit()


def test_every_commit_is_written_down(fresh_world):
    """Random deeds of random people, kept or taken back: the log has a row for each row that changed, with what changed of it."""
    seen: Counter = Counter()
    put_packs(fresh_world, *(fresh_world.case[name] for name in ("ann", "ben", "cora")))

    with Diary(fresh_world) as diary, fresh_world.connect() as connection:

        @settings(max_examples=24, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 9), st.sampled_from(ENDINGS), st.sampled_from(sorted(PERSONAS))),
                        min_size=9, max_size=15, unique_by=lambda each: each[0]))
        def in_any_order(deeds):
            for deed, pick, ending, somebody in deeds:
                # Now and then somebody who may not.
                persona = somebody if pick == 9 else DEEDS[deed][0][pick % len(DEEDS[deed][0])]
                do(fresh_world, connection, persona, deed, pick, ending)
                who = PERSONAS[persona]
                changed = diary.compare((who.user_id, diary.name_of(who.user_id), who.hat))
                assert not changed or ending == "commit"
                seen.update(changed)

        in_any_order()
    inserts = {table for action, table in seen if action == "insert"}
    assert inserts >= {"support_notes", "support_goals", "support_goal_progress", "support_sessions", "support_cases", "support_collaborators", "tenants",
                       "support_documents", "support_document_deliveries", "support_uploads", "document_templates", "document_template_versions"}
    assert {("update", "support_documents"), ("delete", "support_uploads"), ("update", "document_templates")} <= set(seen)
    assert {("delete", "support_notes"), ("update", "support_notes"), ("update", "support_cases"), ("update", "properties")} <= set(seen)
    assert sum(seen.values()) > 100


def test_the_sign_in_login_is_written_down(doors):
    """Whoever follows an invitation gets an account and accepts it: in the log as their own doing."""
    world = doors.world
    _, link = doors.invite("harbour_admin", "ben", "nia@example.org")
    with Diary(world) as diary:
        assert doors.ask(doors_module.USE, hash=link).purpose == "invitation"
        person = doors.as_owner("select id from app.users where email = 'nia@example.org'")[0][0]
        assert diary.compare((person, "Nia New", "sign_in")) == {("update", "users"): 1, ("update", "support_collaborators"): 1}
        organisation, user, link = doors.invite_to_operate("moor_admin", "omar@example.org", "Omar New")
        diary.look()
        doors.ask(doors_module.USE, hash=link)
        assert diary.compare((user, "Omar New", "sign_in")) == {("update", "users"): 1, ("update", "memberships"): 1}
    firms = doors.as_owner("select organisation_id, actor_hat, row_kind from app.audit_log where action = 'sign_in' and actor_id = %(user)s", user=user)
    assert firms == [(organisation, "sign_in", "link")]


@pytest.mark.parametrize("user, firms", [
    ("both_worker", {"harbour", "moor"}), ("harbour_admin", {"harbour"}), ("two_hats", {"harbour", "moor"}), ("platform", {None}),
    # Of no organisation any more, and of none yet.
    ("gone", {None}), ("heath_manager", {"moor"})])
def test_sign_ins_are_in_the_log_of_each_firm(doors, user, firms):
    """One row for each organisation that the person works for or with; where there is none, in the installation's own."""
    doors.signed_in_by_link(email_of(user))
    rows = doors.as_owner("select organisation_id, actor_id, actor_name, case_id from app.audit_log where action = 'sign_in' and actor_hat = 'sign_in'")
    place = [doors.world.organisation[firm] if firm else doors.as_owner("select app.installation_chain()")[0][0] for firm in firms]
    assert sorted(rows) == sorted((each, doors.world.user[user], full_name(user), None) for each in place)


def test_dbas_and_jobs_are_named_by_their_login(fresh_world):
    """What a DBA changes by hand is written down like anything else; so is what a job does."""
    with Diary(fresh_world) as diary, psycopg.connect(fresh_world.conninfo, autocommit=True) as dba:
        login = dba.execute("select session_user").fetchone()[0]
        dba.execute("update app.support_notes set body = body || '.' where stream = 'shared'")
        assert diary.compare((None, login, "owner"))["update", "support_notes"] > 10
        dba.execute("delete from app.support_notes where body like 'shared note of watcher%'")
        assert diary.compare((None, login, "owner")) == {("delete", "support_notes"): 3}
    with fresh_world.owner() as owner:
        owner.execute("update app.organisations set support_retention_years = '{\"case\": 1, \"safeguarding\": 1}'")
    before = fresh_world.rows("audit_log")
    as_job(fresh_world, "call app.sweep_retention(0)")
    new = [row for row in fresh_world.rows("audit_log") if row["id"] > max(each["id"] for each in before)]
    assert {(row["actor_id"], row["actor_name"], row["actor_hat"]) for row in new} == {(None, "keywork_jobs", "job")}
    # What it changes in registers that stay is a line each, like anything else; records that go are told by case.
    registers = {"retention_runs", "imports", "subject_access_requests", "subject_access_pauses", "subject_access_redactions", "subject_access_bundles"}
    assert {row["action"] for row in new if row["table_name"] not in registers} == {"purge"}


# ---- what changes no row ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("persona, case, view, export", [
    ("harbour_admin", "ann", True, True), ("quay_manager", "ann", True, True), ("worker", "ann", False, True), ("harbour_admin", "gus", False, False),
    ("quay_manager", "dan", False, False), ("both_worker", "dan", False, False), ("platform", "ann", False, False), ("small_admin", "jon", False, False)])
def test_views_and_exports(each_world, persona, case, view, export):
    """Written down where the person may, KW404 (or no such door) where not."""
    for call, allowed in (("app.record_view(%s)", view), ("app.record_export('notes_csv', %s)", export)):
        with each_world.as_(persona) as connection:
            try:
                connection.execute(f"select {call}", [each_world.case[case]])
                came = True
            except psycopg.Error as error:
                assert error.sqlstate in ("KW404", "42501")
                came = False
            assert came == allowed
            if came:
                connection.execute("reset role")
                take_hat(connection, each_world.identity("harbour_admin"))
                row = connection.execute("select actor_id, actor_hat, action, case_id, row_kind from app.audit_log order by id desc limit 1").fetchone()
                assert row == (PERSONAS[persona].user_id, PERSONAS[persona].hat, "view" if "view" in call else "export", each_world.case[case],
                               "professional" if "view" in call else "notes_csv")


@pytest.mark.parametrize("reason", ["", "   ", "\n\t ", None])
def test_a_flag_is_taken_back_with_a_reason(each_world, reason):
    """Blanks and line breaks are none; a reason is written down with the change, and with no later one."""
    note = each_world.note["ann/professional/harbour_admin!"]
    with each_world.as_("harbour_admin") as admin:
        with pytest.raises(psycopg.Error) as refused, admin.transaction():
            admin.execute("select app.remove_safeguarding_flag(%s, %s)", [note, reason])
        assert refused.value.sqlstate == "KW413"
        admin.execute("select app.remove_safeguarding_flag(%s, ' By mistake. ')", [note])
        admin.execute("update app.support_notes set body = 'Other' where id = %s", [note])
        assert admin.execute("select reason, after - 'edited_at' from app.audit_trail where row_id = %s order by id", [note]).fetchall()[-2:] == [
            ("By mistake.", {"safeguarding": False, "safeguarding_flagged_at": None}), (None, {"body": "Other"})]


@pytest.mark.parametrize("what", ["ann_has_a_criminal_record", None])
def test_an_export_is_a_code_that_we_know(shared_world, what):
    """A fact is kept for good: nobody writes words of theirs into it."""
    with shared_world.as_("worker") as connection:
        connection.execute("select app.record_export('notes_csv', %s)", [shared_world.case["ann"]])
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            connection.execute("select app.record_export(%s, %s)", [what, shared_world.case["ann"]])


@pytest.mark.parametrize("persona, what, kind, row, came", [
    ("worker", "document_pdf", "document", "ann/worker/approved", True), ("harbour_admin", "document_pdf", "document", "ann/worker/approved", True),
    ("worker", "document_pdf", "document", "ann/worker/draft", False), ("watcher", "document_pdf", "document", "ben/harbour_admin/sent", False),
    ("officer_context", "document_pdf", "document", "ann/worker/approved", False), ("worker", "document_pdf", "upload", "ann/worker/pdf", False),
    ("worker", "uploaded_file", "upload", "ann/worker/pdf", True), ("quay_manager", "uploaded_file", "upload", "ann/worker/pdf", True),
    ("worker", "uploaded_file", "upload", "ann/quay_manager/jpeg", False), ("officer_context", "uploaded_file", "upload", "ann/worker/pdf", False)])
def test_documents_and_files_that_are_taken_out_are_named(shared_world, persona, what, kind, row, came):
    """Which one, in the log; only one that is there, is of that case, and that the person reads."""
    its_id = getattr(shared_world, kind)[row]
    with shared_world.as_(persona) as connection:
        call = "select app.record_export(%s, %s, %s)", [what, shared_world.case["ann"], its_id]
        if not came:
            with pytest.raises(psycopg.Error) as refused:
                connection.execute(*call)
            assert refused.value.sqlstate == "KW404"
            return
        connection.execute(*call)
        take_hat(connection, shared_world.identity("harbour_admin"))
        assert connection.execute("select action, row_kind, table_name, row_id from app.audit_log order by id desc limit 1").fetchone() == (
            "export", what, f"support_{kind}s", its_id)


def test_a_reason_is_not_left_to_the_next_person(world):
    """What somebody set for the whole connection is nobody's reason in the next transaction."""
    with world.connect() as connection:
        take_hat(connection, world.identity("harbour_admin"))
        connection.execute("set app.reason = 'Left behind'")
        connection.commit()
        take_hat(connection, world.identity("harbour_admin"))
        assert connection.execute("select current_setting('app.reason')").fetchone() == ("",)
        with pytest.raises(psycopg.Error) as refused:
            connection.execute("update app.support_notes set safeguarding = false where safeguarding")
        assert refused.value.sqlstate == "KW413"
