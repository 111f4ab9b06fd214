"""Lints over the catalogue: each is one query that names what breaks it, and one violation that shows it can fail.

Schemas app, vault and reporting are Keywork's; fab holds Flask-AppBuilder's own tables, which only the sign-in login reaches.
"""

from dataclasses import dataclass

OURS = "('app'::regnamespace, 'vault'::regnamespace, 'reporting'::regnamespace)"

#: SECURITY DEFINER is for these alone. Helpers read the tables that the policies guard; triggers find a parent whether or
#: not the person may see it, or carry a change on to where no hat writes; doors do for a login or an operator the one thing
#: that their own rights cannot.
DEFINERS = {
    "acting_as": "helper", "acting_hat": "helper", "org_admin_organisation": "helper",
    "org_admin_case_organisation": "helper", "manager_organisation": "helper", "manager_landlord_ids": "helper",
    "manager_case_landlord_ids": "helper", "manager_case_ids": "helper", "manager_case_organisation": "helper", "my_case_ids": "helper", "my_full_case_ids": "helper", "my_shared_note_case_ids": "helper",
    "my_tenant_ids": "helper", "my_property_ids": "helper", "my_organisation_ids": "helper", "my_colleague_ids": "helper",
    "organisations_supported_by": "helper", "last_sign_in_of": "helper",
    "tenant_takes_place_from_property": "trigger", "case_takes_place_from_tenant": "trigger",
    "collaborator_takes_place_from_case": "trigger", "content_takes_place_from_case": "trigger", "closed_case_is_read_only": "trigger",
    "ways_in_end_with_the_account": "trigger", "no_operator_is_platform_admin": "trigger", "no_platform_admin_is_operator": "trigger",
    "invitations_are_counted": "trigger", "write_down": "trigger", "write_down_sign_in": "trigger",
    "begin_password_try": "door", "sign_in_by_password": "door", "ask_for_link": "door", "link_to_assignment": "door",
    "link_to_membership": "door", "look_at_link": "door", "use_link": "door", "end_sign_in": "door", "may_set_password": "door",
    "set_password": "door", "person_at_sign_in": "door", "account_for": "door",
    "org_admins_to_tell": "door", "installed_versions": "door", "take_api_calls": "door", "take_bad_api_token": "door",
    "record_view": "door", "record_export": "door", "audit_head": "door", "verify_my_audit_log": "door",
    "keep_audit_months": "door", "seal_audit_log": "door", "purge_batch": "door", "organisations_to_sweep": "door",
    "begin_job": "door", "finish_job": "door", "fail_job": "door", "job_health": "door", "outbox_health": "door",
    "compose_chunk": "door", "erase_old_digests": "door", "files_to_erase": "door", "claim_message": "door", "digest_to_send": "door",
    "message_was_sent": "door", "message_was_not_sent": "door", "pause_couriers": "door", "couriers_refused": "door", "record_delivery": "door",
    "preview_digest": "door", "why_no_digest": "door", "retry_message": "door", "message_arrived": "door", "message_did_not_arrive": "door",
    "clear_suppression": "door",
    "officers_not_listed": "door",
    "my_document_ids": "helper", "my_upload_ids": "helper", "my_document_organisation_ids": "helper", "judge_step": "helper", "delivery_state": "helper",
    "template_versions_take_their_place": "trigger", "answers_fit_their_questions": "trigger", "documents_begin_as_drafts": "trigger", "documents_begin_from_what_is_live": "trigger",
    "documents_take_steps": "trigger", "steps_are_written_down": "trigger", "pdf_takes_place_from_document": "trigger",
    "pdf_approves_its_document": "trigger", "delivery_takes_place_from_document": "trigger", "delivery_sends_its_document": "trigger",
    "file_takes_place_from_upload": "trigger", "uploads_come_with_their_file": "trigger",
    "starters_to_add": "door", "document_to_send": "door",
    "bi_organisation": "helper", "due_at": "helper",
    # Subject access: what is held lies in tables that no hat reads whole, and is to be had without the plan; bundles are made by the jobs.
    "request_takes_place_from_tenant": "trigger", "part_takes_place_from_request": "trigger", "subject_access_items": "door", "record_subject_access_look": "door", "subject_access_parts": "door",
    "claim_bundle": "door", "bundle_items": "door", "bundle_redactions": "door", "bundle_file": "door", "bundle_progress": "door", "keep_chunk": "door",
    "bundle_is_made": "door", "bundle_was_not_made": "door", "erase_old_bundles": "door",
    "imports_let_go": "trigger", "claim_import": "door", "carry_out_import": "door", "import_failed": "door", "erase_old_imports": "door",
}

#: Tables of the installation itself; every other one is a customer's and carries organisation_id.
NO_CUSTOMER_DATA = ("installation", "plans", "features", "feature_gates", "users", "sign_ins", "organisations", "jobs", "job_runs", "document_transitions", "bank_holidays")

_IN_LIST = ", ".join(f"'{name}'" for name in DEFINERS)
_INSTALLATION = ", ".join(f"'{name}'" for name in NO_CUSTOMER_DATA)

#: The condition of each policy, without the sub-selects that call a helper once in a query.
_POLICY_REST = """
    select p.polrelid::regclass || '.' || p.polname as name, condition,
           regexp_replace(condition, E'\\\\( SELECT app\\\\.[a-z_]+\\\\([^()]*\\\\) AS [a-z_]+\\\\)', '', 'g') as rest
    from pg_policy as p
    cross join lateral (values (pg_get_expr(p.polqual, p.polrelid)), (pg_get_expr(p.polwithcheck, p.polrelid))) as c (condition)
    where condition is not null
"""


@dataclass(frozen=True)
class Lint:
    """`query` names offenders, one a row; `planted` makes one, and `offender` is how it is then named."""

    query: str
    planted: str
    offender: str


LINTS = {
    "row-level security is off": Lint(
        f"select oid::regclass::text from pg_class where relnamespace in {OURS} and relkind in ('r', 'p') and not relrowsecurity",
        "create table app.planted (id integer)", "app.planted"),
    "a policy without any helper": Lint(
        f"select name from ({_POLICY_REST}) as p where condition = rest",
        "create policy planted on app.support_notes for select to keywork_collaborator using (true)", "app.support_notes.planted"),
    "a policy that calls a function for each row": Lint(
        f"select name from ({_POLICY_REST}) as p where rest ~ '[a-z_]\\('",
        "create policy planted on app.support_notes for select to keywork_org_admin using (organisation_id = app.org_admin_organisation())",
        "app.support_notes.planted"),
    "a policy for everybody": Lint(
        "select polrelid::regclass || '.' || polname from pg_policy where polroles @> '{0}'",
        "create policy planted on app.support_notes using ((select app.acting_as('any')) is not null)", "app.support_notes.planted"),
    "a customer table without walls": Lint(
        f"""select c.oid::regclass || ': ' || hat from pg_class c cross join unnest(array['org_admin', 'property_manager', 'collaborator', 'bi']) hat
            where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p') and c.relname not in ({_INSTALLATION}, 'memberships')
              and not exists (select from pg_policy p where p.polrelid = c.oid and not p.polpermissive and p.polcmd = '*'
                              and p.polroles = array[('keywork_' || hat)::regrole::oid])""",
        "drop policy wall_collaborator on app.support_notes", "app.support_notes: collaborator"),
    "a definer function without a fixed search_path": Lint(
        f"""select oid::regprocedure::text from pg_proc where pronamespace in {OURS} and prosecdef
            and not coalesce(proconfig, '{{}}') && array['search_path=""', 'search_path=pg_catalog, pg_temp']""",
        "alter function app.my_case_ids() reset search_path", "app.my_case_ids()"),
    # A procedure that commits may have no setting; it qualifies its names.
    "a function with a mutable search_path": Lint(
        f"""select oid::regprocedure::text from pg_proc where pronamespace in {OURS} and prokind <> 'p'
            and not exists (select from unnest(proconfig) c where c like 'search_path=%')""",
        "create function app.planted() returns integer language sql as 'select 1'", "app.planted()"),
    "a definer function that nobody decided on": Lint(
        f"select oid::regprocedure::text from pg_proc where pronamespace in {OURS} and prosecdef and proname not in ({_IN_LIST})",
        "create function app.planted() returns integer language sql security definer set search_path = '' as 'select 1'", "app.planted()"),
    "a function that everybody may run": Lint(
        "select p.oid::regprocedure::text from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
        f" where p.pronamespace in {OURS} and a.grantee = 0",
        "grant execute on function app.my_case_ids() to public", "app.my_case_ids()"),
    "a view that runs as its owner": Lint(
        f"select oid::regclass::text from pg_class where relnamespace in {OURS} and relkind = 'v'"
        " and not coalesce(reloptions, '{}') && array['security_invoker=true', 'security_invoker=on']",
        "create view app.planted as select * from app.support_notes", "app.planted"),
    "a materialised view": Lint(
        f"select oid::regclass::text from pg_class where relnamespace in {OURS} and relkind = 'm'",
        "create materialized view app.planted as select * from app.support_notes", "app.planted"),
    "something granted to everybody": Lint(
        """select c.oid::regclass::text from pg_class c, aclexplode(c.relacl) a
             where c.relnamespace in ('app'::regnamespace, 'vault'::regnamespace, 'fab'::regnamespace, 'reporting'::regnamespace) and a.grantee = 0
           union all select t.attrelid::regclass || '.' || t.attname from pg_attribute t, aclexplode(t.attacl) a
             where a.grantee = 0 and t.attrelid::regclass::text ~ '^(app|vault|fab|reporting)\\.'
           union all select n.nspname from pg_namespace n, aclexplode(n.nspacl) a
             where n.nspname in ('app', 'vault', 'fab', 'reporting', 'public') and a.grantee = 0
           union all select d.datname from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
             where d.datname = current_database() and a.grantee = 0""",
        "grant select on app.plans to public", "app.plans"),
    "a right that skips policies": Lint(
        "select c.oid::regclass || ': ' || a.privilege_type from pg_class c, aclexplode(c.relacl) a where a.grantee <> c.relowner"
        " and c.relnamespace in ('app'::regnamespace, 'vault'::regnamespace, 'fab'::regnamespace, 'reporting'::regnamespace)"
        " and a.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')",
        "grant references on app.support_notes to keywork_org_admin", "app.support_notes: REFERENCES"),
    "a right that can be passed on": Lint(
        "select c.oid::regclass::text from pg_class c, aclexplode(c.relacl) a where a.grantee <> c.relowner and a.is_grantable"
        f" and c.relnamespace in {OURS}",
        "grant select on app.support_notes to keywork_org_admin with grant option", "app.support_notes"),
    "a login with attributes": Lint(
        "select rolname from pg_roles where rolname like 'keywork\\_%' and rolname <> 'keywork_super'"
        " and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or rolinherit"
        " or rolcanlogin <> (rolname in ('keywork_app', 'keywork_signin', 'keywork_jobs')))",
        "alter role keywork_app bypassrls", "keywork_app"),
    "a login that can become the owner": Lint(
        "select rolname from pg_roles where pg_has_role(oid, 'keywork_owner', 'member') and not rolsuper and rolname <> 'keywork_owner'",
        "grant keywork_owner to keywork_collaborator", "keywork_app"),
    "something that a login or hat owns": Lint(
        """select coalesce((select oid::regclass::text from pg_class where oid = d.objid and d.classid = 'pg_class'::regclass), d.objid::text)
           from pg_shdepend d join pg_roles r on r.oid = d.refobjid
           where d.deptype = 'o' and r.rolname like 'keywork\\_%' and r.rolname not in ('keywork_owner', 'keywork_super')
             and d.dbid = (select oid from pg_database where datname = current_database())""",
        "alter table app.plans owner to keywork_app", "app.plans"),
    "something of ours that the owner does not own": Lint(
        f"""select oid::regclass::text from pg_class where relnamespace in {OURS} and relowner <> 'keywork_owner'::regrole
            union all select oid::regprocedure::text from pg_proc where pronamespace in {OURS} and proowner <> 'keywork_owner'::regrole""",
        "set local role none; create table app.planted (id integer)", "app.planted"),
    "a foreign key without an index": Lint(
        f"""select k.conname from pg_constraint k where k.contype = 'f' and k.connamespace in {OURS} and not exists (
              select from pg_index i where i.indrelid = k.conrelid and i.indpred is null and i.indnkeyatts >= cardinality(k.conkey)
                and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)""",
        "drop index app.notes_by_author", "support_notes_author_id_fkey"),
    "a customer table without its organisation": Lint(
        f"""select c.oid::regclass::text from pg_class c where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p')
            and c.relname not in ({_INSTALLATION})
            and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organisation_id' and a.attnotnull)""",
        "create table app.planted (id uuid)", "app.planted"),
    "a key that could cross into another organisation": Lint(
        f"""select k.conname from pg_constraint k
            join pg_attribute here on here.attrelid = k.conrelid and here.attname = 'organisation_id'
            join pg_attribute there on there.attrelid = k.confrelid and there.attname = 'organisation_id'
            where k.contype = 'f' and k.connamespace in {OURS}
              and (array_position(k.conkey, here.attnum) is null
                   or array_position(k.conkey, here.attnum) is distinct from array_position(k.confkey, there.attnum))""",
        "alter table app.tenants add constraint planted_unique unique (id);"
        " alter table app.support_cases add constraint planted foreign key (tenant_id) references app.tenants (id)", "planted"),
    "a key that lets a landlord drift": Lint(
        f"""select k.conname from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attname = 'landlord_id'
            join pg_attribute b on b.attrelid = k.confrelid and b.attname = 'landlord_id'
            where k.contype = 'f' and k.connamespace in {OURS} and (not k.conkey @> array[a.attnum] or k.confupdtype <> 'c')""",
        "alter table app.support_notes drop constraint notes_are_on_a_case, add constraint notes_are_on_a_case foreign key"
        " (organisation_id, case_id, landlord_id) references app.support_cases (organisation_id, id, landlord_id)", "notes_are_on_a_case"),
    "two indexes alike": Lint(
        f"""select min(i.indexrelid::regclass::text) from pg_index i join pg_class c on c.oid = i.indrelid where c.relnamespace in {OURS}
            group by i.indrelid, i.indkey::text, i.indoption::text, i.indclass::text, coalesce(pg_get_expr(i.indpred, i.indrelid), ''),
                     coalesce(pg_get_expr(i.indexprs, i.indrelid), ''), i.indnkeyatts having count(*) > 1""",
        "create index a_planted on app.support_notes (author_id)", "app.a_planted"),
    "an index of dates alone": Lint(
        f"""select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0] and a.atttypid = 'timestamptz'::regtype
            where c.relnamespace in {OURS}""",
        "create index planted on app.support_notes (created_at)", "app.planted"),
    "a table or view without a comment": Lint(
        f"select oid::regclass::text from pg_class where relnamespace in {OURS} and relkind in ('r', 'p', 'v')"
        " and coalesce(obj_description(oid, 'pg_class'), '') = ''",
        "comment on table app.support_notes is null", "app.support_notes"),
    "a column of the reporting views without a comment": Lint(
        "select c.oid::regclass || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
        " where c.relnamespace = 'reporting'::regnamespace and coalesce(col_description(c.oid, a.attnum), '') = ''",
        "comment on column reporting.caseload.notes is null", "reporting.caseload.notes"),
    "something in schema reporting that is no view": Lint(
        "select oid::regclass::text from pg_class where relnamespace = 'reporting'::regnamespace and relkind <> 'v'",
        "create table reporting.planted (id integer)", "reporting.planted"),
    # Names are found in a schema that one may use; a BI login may use the one of the reporting views alone.
    "a right of BI logins on more than the reporting views": Lint(
        """select nspname from pg_namespace where nspname in ('app', 'vault', 'fab', 'public') and has_schema_privilege('keywork_bi', oid, 'usage, create')
           union all select c.oid::regclass || ': ' || a.privilege_type from pg_class c, aclexplode(c.relacl) a
             where a.grantee = 'keywork_bi'::regrole and a.privilege_type <> 'SELECT'
           union all select t.attrelid::regclass || '.' || t.attname from pg_attribute t, aclexplode(t.attacl) a
             where a.grantee = 'keywork_bi'::regrole and t.attname ~ 'body|full_name|title|description|summary|outcome|address_|email|phone|birth|reason$|content|answers|bytes|pdf|before|after|actor'
               and t.attrelid::regclass::text || '.' || t.attname not in ('app.support_cases.closing_reason', 'app.digests.reason')""",
        "grant select (body) on app.support_notes to keywork_bi", "app.support_notes.body"),
    "a function without a comment": Lint(
        f"select oid::regprocedure::text from pg_proc where pronamespace in {OURS} and coalesce(obj_description(oid, 'pg_proc'), '') = ''",
        "comment on function app.my_case_ids() is null", "app.my_case_ids()"),
    "a policy without a comment": Lint(
        "select polrelid::regclass || '.' || polname from pg_policy where coalesce(obj_description(oid, 'pg_policy'), '') = ''",
        "comment on policy wall_org_admin on app.support_notes is null", "app.support_notes.wall_org_admin"),
    "a disabled or unnamed trigger": Lint(
        f"""select t.tgrelid::regclass || '.' || t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
            where c.relnamespace in {OURS} and not t.tgisinternal and t.tgenabled = 'D'""",
        "alter table app.support_notes disable trigger flagged_notes_are_not_deleted", "app.support_notes.flagged_notes_are_not_deleted"),
}
