-- Keywork: who sees what. Applied whole at every installation and upgrade, as keywork_owner, in one transaction.
--
-- How to read it: a person acts under one hat (roles.sql). For each table, grants say which columns a hat may touch at
-- all, and policies say in which rows. Nothing is granted to PUBLIC, to keywork_app or to a sign-in login here, but what
-- "Doors" lists. A missing command is meant to be missing: "-- no delete" marks where one might expect it.
--
-- Each customer table has two kinds of policy, and a row must pass both:
--   wall_<hat>            restrictive: what the hat is bounded by, whatever else is allowed. Org-admins and
--                         property managers by their organisation, collaborators by their live assignments
--   <command>_<hat>       permissive: what the hat may do inside the wall; where that is everything, the policy repeats
--                         the wall word for word, and Postgres evaluates the two as one
-- The helpers (functions.sql, "What a hat may see") verify the signed token and its hat themselves, and stand in
-- sub-selects, so that each runs once in a query (threat 21).


------------------------------------------------------------------------------------------------------------------------
-- Begin from nothing: what is not said below does not hold
------------------------------------------------------------------------------------------------------------------------

do $clean$
declare
    ours oid[] := array['app'::regnamespace, 'vault'::regnamespace, 'fab'::regnamespace, 'reporting'::regnamespace];
    it record;
begin
    for it in select schemaname, tablename, policyname from pg_catalog.pg_policies where schemaname in ('app', 'vault') loop
        execute format('drop policy %I on %I.%I', it.policyname, it.schemaname, it.tablename);
    end loop;
    -- Whoever was given anything: our own roles, and strangers.
    for it in
        select distinct grantee::regrole as name
        from (
            select (aclexplode(relacl)).grantee from pg_catalog.pg_class where relnamespace = any (ours)
            union all
            select (aclexplode(a.attacl)).grantee
            from pg_catalog.pg_attribute as a join pg_catalog.pg_class as c on c.oid = a.attrelid where c.relnamespace = any (ours)
            union all
            select (aclexplode(proacl)).grantee from pg_catalog.pg_proc where pronamespace = any (ours)
            union all
            select (aclexplode(nspacl)).grantee from pg_catalog.pg_namespace where oid = any (ours)
        ) as given
        where grantee <> 0 and grantee <> 'keywork_owner'::regrole
    loop
        execute format('revoke all on all tables in schema app, vault, fab, reporting from %s', it.name);
        execute format('revoke all on all sequences in schema app, vault, fab, reporting from %s', it.name);
        execute format('revoke all on all routines in schema app, vault, fab, reporting from %s', it.name);
        execute format('revoke all on schema app, vault, fab, reporting from %s', it.name);
    end loop;
    for it in
        select d.defaclnamespace::regnamespace as schema, acl.grantee::regrole as name,
               case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' else 'types' end as kind
        from pg_catalog.pg_default_acl as d, aclexplode(d.defaclacl) as acl
        where d.defaclrole = 'keywork_owner'::regrole and d.defaclnamespace = any (ours) and acl.grantee <> 0
          and acl.grantee <> d.defaclrole
    loop
        execute format('alter default privileges in schema %s revoke all on %s from %s', it.schema, it.kind, it.name);
    end loop;
end
$clean$;
revoke all on all tables in schema app, vault, fab, reporting from public;
revoke all on all sequences in schema app, vault, fab, reporting from public;
revoke all on all routines in schema app, vault, fab, reporting from public;
revoke all on schema app, vault, fab, reporting from public;
alter default privileges revoke execute on functions from public;
alter default privileges in schema app, vault, fab, reporting revoke all on tables from public;

-- Every table of ours, those of tomorrow too: no policy, no row (threat 1).
do $enable$
declare
    it record;
begin
    for it in select schemaname, tablename from pg_catalog.pg_tables where schemaname in ('app', 'vault') loop
        execute format('alter table %I.%I enable row level security', it.schemaname, it.tablename);
    end loop;
end
$enable$;

-- vault (keys, links, tries, calls of the API, seals and months of the audit log, BI logins), app.installation and app.sign_ins: no grant and no policy for anybody; the functions under "Doors" reach what they need.


------------------------------------------------------------------------------------------------------------------------
-- Doors: schemas, functions, the sign-in login
------------------------------------------------------------------------------------------------------------------------

grant usage on schema app to keywork_org_admin, keywork_property_manager, keywork_collaborator, keywork_platform_admin;

-- Helpers of policies and views.
grant execute on function
    app.acting_as(text), app.acting_hat(), app.a_person_acts(), app.link_lifetime(text),
    app.notes_are_visible_to_housing_officers(text, boolean),
    app.org_admin_organisation(), app.org_admin_case_organisation(), app.manager_organisation(), app.manager_landlord_ids(),
    app.manager_case_landlord_ids(), app.manager_case_ids(), app.manager_case_organisation(), app.my_case_ids(), app.my_full_case_ids(), app.my_shared_note_case_ids(), app.my_tenant_ids(),
    app.my_property_ids(), app.my_organisation_ids(), app.my_colleague_ids(), app.my_document_ids(), app.my_upload_ids(), app.my_document_organisation_ids()
    to keywork_org_admin, keywork_property_manager, keywork_collaborator, keywork_platform_admin;

-- Steps of a case.
grant execute on function
    app.close_case(uuid, text, boolean), app.reopen_case(uuid), app.end_assignment(uuid), app.end_assignments(uuid[]), app.invite_again(uuid)
    to keywork_org_admin, keywork_property_manager;

-- Steps of a document, and what one says. judge_step is asked by the functions, which run as the person.
grant execute on function
    app.judge_step(text, text, uuid), app.steps_open(text, uuid), app.require_step(uuid, text), app.take_step(uuid, text, text),
    app.submit_document(uuid), app.withdraw_document(uuid, text), app.new_version_of(uuid, uuid),
    app.return_document(uuid, text), app.approve_document(uuid, bytea, bytea), app.send_document(uuid, uuid, text, text), app.hand_over_document(uuid, uuid, text, date),
    app.document_content(uuid), app.content_of(uuid, uuid, text, jsonb, text, integer), app.merged(text, jsonb), app.said_day(date), app.answer_fits(jsonb, jsonb),
    app.keep_upload(uuid, uuid, uuid, text, date, text, bytea)
    to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant execute on function app.delivery_state(uuid) to keywork_org_admin, keywork_property_manager;
grant execute on function app.add_starter_templates(), app.starters_to_add(), app.preview_of_template(jsonb), app.is_question(text), app.options_fit(jsonb) to keywork_org_admin;

-- Inviting: the account of an address, and an operator's invitation.
grant execute on function app.account_for(text, text) to keywork_org_admin, keywork_property_manager, keywork_platform_admin;
grant execute on function app.invite_operator_again(uuid, uuid) to keywork_org_admin, keywork_platform_admin;

-- The sign-in login: Flask-AppBuilder's tables, and the functions that limit tries, keep links, sign people in and out, and
-- say which hats they may wear. No table of schema app.
grant usage on schema fab, app to keywork_signin;
grant select on all tables in schema fab to keywork_signin;
grant execute on function
    app.begin_password_try(text, inet), app.sign_in_by_password(bigint, integer, text), app.ask_for_link(text, text, bytea, inet),
    app.link_to_assignment(uuid, bytea), app.link_to_membership(uuid, uuid, bytea), app.look_at_link(bytea, inet), app.use_link(bytea, inet),
    app.org_admins_to_tell(uuid), app.end_sign_in(uuid), app.may_set_password(uuid), app.set_password(uuid, text), app.person_at_sign_in(integer, uuid),
    app.take_api_calls(integer), app.take_bad_api_token(inet)
    to keywork_signin;
grant execute on function app.installed_versions() to keywork_signin, keywork_jobs;

-- The audit log: what changed no row is written down through these.
grant execute on function app.record_view(uuid) to keywork_org_admin, keywork_property_manager;
grant execute on function app.record_export(text, uuid, uuid, date, date), app.record_case_export(uuid, text, text, date, date)
    to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant execute on function app.audit_head(), app.verify_my_audit_log() to keywork_org_admin;

-- Subject access: an org-admin's, whatever the plan of the organisation: the law asks for it.
grant execute on function
    app.subject_access_items(uuid, text, text, integer, integer), app.subject_access_parts(uuid), app.record_subject_access_look(uuid), app.subject_access_tables(), app.subject_access_position(text),
    app.subject_access_due_on(date, integer, boolean), app.next_working_day(date), app.paused_days(uuid), app.bundle_chunk(uuid, integer)
    to keywork_org_admin;
grant execute on function
    app.claim_bundle(), app.bundle_items(uuid, integer), app.bundle_redactions(uuid, integer), app.bundle_file(uuid, integer, text, uuid),
    app.bundle_progress(uuid, integer, text, integer, integer), app.keep_chunk(uuid, integer, integer, bytea), app.bundle_is_made(uuid, integer, bigint, bytea),
    app.bundle_was_not_made(uuid, integer, text), app.erase_old_bundles(), app.subject_access_tables()
    to keywork_jobs;

-- Retention: an org-admin's steps, and the rule itself for the views that show what falls due.
grant execute on function
    app.ask_for_run(), app.lift_hold(uuid, text), app.remove_safeguarding_flag(uuid, text), app.due_at(timestamptz, timestamptz, jsonb, boolean),
    app.years_after(timestamptz, integer)
    to keywork_org_admin;

-- Imports: an org-admin's steps.
grant execute on function app.ask_for_import_check(uuid, jsonb), app.ask_for_import(uuid), app.discard_import(uuid), app.import_fields() to keywork_org_admin;

-- The jobs login: these, and no table.
grant usage on schema app to keywork_jobs;
grant execute on procedure app.sweep_retention(integer, boolean), app.sweep_retention_asked() to keywork_jobs;
grant execute on function app.organisations_to_sweep(boolean), app.purge_batch(uuid, integer, timestamptz, uuid[]), app.seal_audit_log(integer), app.keep_audit_months()
    to keywork_jobs;
grant execute on procedure app.compose_digests(date, bigint) to keywork_jobs;
grant execute on function
    app.begin_job(text, timestamptz), app.finish_job(text, date, jsonb), app.fail_job(text, timestamptz, date, text),
    app.compose_chunk(date, uuid, uuid, integer), app.erase_old_digests(), app.files_to_erase(uuid[]),
    app.claim_message(), app.digest_to_send(uuid), app.document_to_send(uuid), app.message_was_sent(uuid, text), app.message_was_not_sent(uuid, integer, text, text, integer),
    app.pause_couriers(integer, text), app.couriers_refused(),
    app.claim_import(uuid[]), app.carry_out_import(uuid), app.import_failed(uuid, text), app.erase_old_imports()
    to keywork_jobs;
grant execute on procedure app.work_on_imports() to keywork_jobs;

-- Digests: what an org-admin may look at and decide, and the answer to "why did they not get it?". What the provider of e-mail
-- tells comes in without a person (the signature is the web server's to check).
grant execute on function app.preview_digest(uuid, date), app.retry_message(uuid), app.message_arrived(uuid), app.message_did_not_arrive(uuid), app.clear_suppression(uuid),
    app.officers_not_listed(), app.told_state(text, text, timestamptz, timestamptz), app.may_go_again(uuid, uuid) to keywork_org_admin;
grant execute on function app.why_no_digest(uuid, date, uuid) to keywork_org_admin, keywork_property_manager;
grant execute on function app.record_delivery(text, text, text, timestamptz), app.job_health(), app.outbox_health() to keywork_signin;


------------------------------------------------------------------------------------------------------------------------
-- Walls: the tables of a case
------------------------------------------------------------------------------------------------------------------------

-- Where the plan has no support cases the helpers of org-admins and collaborators answer null here, and the landlords of
-- property managers do below: nothing is left inside (spec 2, tier gate). For property managers the organisation makes the
-- wall although the landlords are tighter: an equality lets the planner walk an index in order, an array does not.

do $walls$
declare
    it record;
begin
    for it in
        select * from (values
            ('support_cases',         'id'),
            ('support_collaborators', 'case_id'),
            ('support_notes',         'case_id'),
            ('support_goals',         'case_id'),
            ('support_goal_progress', 'case_id'),
            ('support_sessions',      'case_id'),
            ('support_documents',     'case_id'),
            ('support_document_events', 'case_id'),
            ('support_document_pdfs', 'case_id'),
            ('support_document_deliveries', 'case_id'),
            ('support_uploads',       'case_id'),
            ('support_upload_files',  'case_id')
        ) as of_a_case (name, case_column)
    loop
        execute format('create policy wall_org_admin on app.%I as restrictive to keywork_org_admin
            using (organisation_id = (select app.org_admin_case_organisation()))', it.name);
        execute format('create policy wall_property_manager on app.%I as restrictive to keywork_property_manager
            using (organisation_id = (select app.manager_organisation()))', it.name);
        execute format('create policy wall_collaborator on app.%I as restrictive to keywork_collaborator
            using (%I = any ((select app.my_case_ids())::uuid[]))', it.name, it.case_column);
        execute format('comment on policy wall_org_admin on app.%I is ''Own organisation only, whatever else is allowed.''', it.name);
        execute format('comment on policy wall_property_manager on app.%I is ''Own organisation only, whatever else is allowed.''', it.name);
        execute format('comment on policy wall_collaborator on app.%I is ''Live assignments only, whatever else is allowed.''', it.name);
    end loop;
end
$walls$;


------------------------------------------------------------------------------------------------------------------------
-- Walls: what operators set up
------------------------------------------------------------------------------------------------------------------------

do $walls$
declare
    it record;
begin
    for it in
        select * from (values
            ('landlords',  'organisation_id = any ((select app.my_organisation_ids())::uuid[])'),
            ('properties', 'id = any ((select app.my_property_ids())::uuid[])'),
            ('tenants',    'id = any ((select app.my_tenant_ids())::uuid[])'),
            ('property_manager_landlords', 'organisation_id = any ((select app.my_organisation_ids())::uuid[])')
        ) as set_up (name, of_collaborators)
    loop
        execute format('create policy wall_org_admin on app.%I as restrictive to keywork_org_admin
            using (organisation_id = (select app.org_admin_organisation()))', it.name);
        execute format('create policy wall_property_manager on app.%I as restrictive to keywork_property_manager
            using (organisation_id = (select app.manager_organisation()))', it.name);
        execute format('comment on policy wall_org_admin on app.%I is ''Own organisation only, whatever else is allowed.''', it.name);
        execute format('comment on policy wall_property_manager on app.%I is ''Own organisation only, whatever else is allowed.''', it.name);
        execute format('create policy wall_collaborator on app.%I as restrictive to keywork_collaborator
            using (%s)', it.name, it.of_collaborators);
        execute format('comment on policy wall_collaborator on app.%I is ''Live assignments only, whatever else is allowed.''', it.name);
    end loop;
end
$walls$;


------------------------------------------------------------------------------------------------------------------------
-- Price list: open to everyone who has signed in
------------------------------------------------------------------------------------------------------------------------

grant select on app.plans, app.feature_gates, app.feature_offers
    to keywork_org_admin, keywork_property_manager, keywork_collaborator, keywork_platform_admin;
grant insert, update, delete on app.plans, app.feature_gates to keywork_platform_admin;
grant select on app.features, app.plan_list to keywork_platform_admin;
-- no write on features: what Keywork can do comes with a release

create policy select_everyone on app.plans for select
    to keywork_org_admin, keywork_property_manager, keywork_collaborator, keywork_platform_admin
    using ((select app.acting_as('any')) is not null);
comment on policy select_everyone on app.plans is 'Whoever has signed in reads the price list.';
create policy write_platform_admin on app.plans for all to keywork_platform_admin
    using ((select app.acting_as('platform_admin')) is not null);
comment on policy write_platform_admin on app.plans is 'The platform-admin keeps the price list.';

create policy select_everyone on app.feature_gates for select
    to keywork_org_admin, keywork_property_manager, keywork_collaborator, keywork_platform_admin
    using ((select app.acting_as('any')) is not null);
comment on policy select_everyone on app.feature_gates is 'Whoever has signed in reads which plan includes what.';
create policy write_platform_admin on app.feature_gates for all to keywork_platform_admin
    using ((select app.acting_as('platform_admin')) is not null);
comment on policy write_platform_admin on app.feature_gates is 'The platform-admin decides which plan includes what.';

create policy select_platform_admin on app.features for select to keywork_platform_admin
    using ((select app.acting_as('platform_admin')) is not null);
comment on policy select_platform_admin on app.features is 'What the gates of a plan can be set for.';


------------------------------------------------------------------------------------------------------------------------
-- Organisations: settings are the org-admin's, the plan is the platform's
------------------------------------------------------------------------------------------------------------------------

grant select on app.organisations to keywork_org_admin;
-- Platform-admins: which firms there are and what they pay for. No setting: how a firm keeps and shares its notes is its own.
grant select (id, name, plan_code, created_at) on app.organisations to keywork_platform_admin;
grant select on app.organisation_list to keywork_platform_admin;
-- Property managers and collaborators: the name, the plan, and what decides who reads Shared notes. No other setting.
grant select (id, name, plan_code, support_notes_visible_to_housing_officer) on app.organisations
    to keywork_property_manager, keywork_collaborator;
-- no name for org-admins: it is unique over all firms, and "taken" would tell one firm of another (threat 6)
grant update (support_retention_years, support_notes_visible_to_housing_officer, housing_officer_emails)
    on app.organisations to keywork_org_admin;
grant insert (id, name, plan_code), update (name, plan_code) on app.organisations to keywork_platform_admin;
-- no delete: an organisation with any row under it cannot go, and removing one is a DBA's work

create policy select_org_admin on app.organisations for select to keywork_org_admin
    using (id = (select app.org_admin_organisation()));
comment on policy select_org_admin on app.organisations is 'Their own organisation with all its settings.';
create policy update_org_admin on app.organisations for update to keywork_org_admin
    using (id = (select app.org_admin_organisation()));
comment on policy update_org_admin on app.organisations is 'The settings of their own organisation.';
create policy select_property_manager on app.organisations for select to keywork_property_manager
    using (id = (select app.manager_organisation()));
comment on policy select_property_manager on app.organisations is 'Their own organisation; the grant leaves the settings out.';
create policy select_collaborator on app.organisations for select to keywork_collaborator
    using (id = any ((select app.my_organisation_ids())::uuid[]));
comment on policy select_collaborator on app.organisations is 'Organisations of their live assignments, by name.';
create policy write_platform_admin on app.organisations for all to keywork_platform_admin
    using ((select app.acting_as('platform_admin')) is not null);
comment on policy write_platform_admin on app.organisations is 'Every organisation and its plan; the grant leaves the settings to the org-admin.';


------------------------------------------------------------------------------------------------------------------------
-- People and memberships
------------------------------------------------------------------------------------------------------------------------

grant select (id, email, full_name, disabled_at) on app.users to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant select on app.users to keywork_platform_admin;
grant insert (id, email, full_name, is_platform_admin), update (email, full_name, is_platform_admin, disabled_at)
    on app.users to keywork_platform_admin;
grant select on app.people_list, app.operator_list to keywork_platform_admin;
grant execute on function app.organisations_supported_by(uuid, text), app.last_sign_in_of(uuid) to keywork_platform_admin;
-- no delete: what a person wrote names them

create policy select_org_admin on app.users for select to keywork_org_admin
    using (id = any ((select app.my_colleague_ids())::uuid[]));
comment on policy select_org_admin on app.users is 'Colleagues in the own organisation.';
create policy select_property_manager on app.users for select to keywork_property_manager
    using (id = any ((select app.my_colleague_ids())::uuid[]));
comment on policy select_property_manager on app.users is 'Colleagues in the own organisation.';
create policy select_collaborator on app.users for select to keywork_collaborator
    using (id = (select app.acting_as('collaborator')));
comment on policy select_collaborator on app.users is 'Oneself.';
create policy write_platform_admin on app.users for all to keywork_platform_admin
    using ((select app.acting_as('platform_admin')) is not null);
comment on policy write_platform_admin on app.users is 'Every account: names, addresses, disabling.';

grant select on app.memberships to keywork_org_admin, keywork_property_manager, keywork_platform_admin;
grant insert (user_id, organisation_id, role, invited_name, invited_email), update (role, invitation_sent_at), delete
    on app.memberships to keywork_platform_admin;
grant insert (user_id, role, invited_name, invited_email), update (invitation_sent_at), delete
    on app.memberships to keywork_org_admin;
-- no accepted_at for anybody: only the person accepts, by the link that was sent to them

create policy select_org_admin on app.memberships for select to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()));
comment on policy select_org_admin on app.memberships is 'Who operates for the own organisation.';
create policy insert_org_admin on app.memberships for insert to keywork_org_admin
    with check (organisation_id = (select app.org_admin_organisation()) and role = 'property_manager');
comment on policy insert_org_admin on app.memberships is 'Property managers, invited into the own organisation. Org-admins are the platform''s to appoint.';
create policy update_org_admin on app.memberships for update to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()) and role = 'property_manager');
comment on policy update_org_admin on app.memberships is 'Invitations of property managers, sent again; the grant leaves the role out.';
create policy delete_org_admin on app.memberships for delete to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()) and role = 'property_manager');
comment on policy delete_org_admin on app.memberships is 'Property managers of the own organisation; their landlords'' assignments go along.';
create policy select_property_manager on app.memberships for select to keywork_property_manager
    using (user_id = (select app.acting_as('property_manager')));
comment on policy select_property_manager on app.memberships is 'Their own membership.';
create policy write_platform_admin on app.memberships for all to keywork_platform_admin
    using ((select app.acting_as('platform_admin')) is not null);
comment on policy write_platform_admin on app.memberships is 'Who operates for which organisation.';


------------------------------------------------------------------------------------------------------------------------
-- Landlords, properties, tenants: set up by the org-admin, read along the landlords by property managers
------------------------------------------------------------------------------------------------------------------------

grant select, delete on app.landlords, app.properties, app.tenants, app.property_manager_landlords to keywork_org_admin;
grant insert (id, organisation_id, name), update (name) on app.landlords to keywork_org_admin;
grant insert (id, organisation_id, landlord_id, address, town, postcode), update (landlord_id, address, town, postcode)
    on app.properties to keywork_org_admin;
grant insert (id, property_id, full_name, date_of_birth, housing_officer_note_visibility),
      update (property_id, full_name, date_of_birth, housing_officer_note_visibility) on app.tenants to keywork_org_admin;
grant insert (organisation_id, user_id, landlord_id) on app.property_manager_landlords to keywork_org_admin;
grant select on app.landlord_list, app.property_list, app.tenant_list, app.colleague_list to keywork_org_admin;
grant select on app.landlords, app.properties, app.tenants, app.property_manager_landlords to keywork_property_manager;
grant select (id, organisation_id, address, town, postcode) on app.properties to keywork_collaborator;
-- no date of birth for collaborators: nothing of theirs needs it
grant select (id, organisation_id, property_id, full_name, housing_officer_note_visibility) on app.tenants to keywork_collaborator;

create policy all_org_admin on app.landlords for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()));
comment on policy all_org_admin on app.landlords is 'Every landlord inside the wall.';
create policy select_property_manager on app.landlords for select to keywork_property_manager
    using (id = any ((select app.manager_landlord_ids())::uuid[]));
comment on policy select_property_manager on app.landlords is 'Landlords assigned to them.';
-- no landlords for collaborators

create policy all_org_admin on app.properties for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()));
comment on policy all_org_admin on app.properties is 'Every property inside the wall.';
create policy select_property_manager on app.properties for select to keywork_property_manager
    using (landlord_id = any ((select app.manager_landlord_ids())::uuid[]));
comment on policy select_property_manager on app.properties is 'Properties of landlords assigned to them.';
create policy select_collaborator on app.properties for select to keywork_collaborator
    using (id = any ((select app.my_property_ids())::uuid[]));
comment on policy select_collaborator on app.properties is 'Homes of tenants they are assigned to.';

create policy all_org_admin on app.tenants for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()));
comment on policy all_org_admin on app.tenants is 'Every tenant inside the wall.';
create policy select_property_manager on app.tenants for select to keywork_property_manager
    using (landlord_id = any ((select app.manager_landlord_ids())::uuid[]));
comment on policy select_property_manager on app.tenants is 'Tenants at properties of landlords assigned to them.';
create policy select_collaborator on app.tenants for select to keywork_collaborator
    using (id = any ((select app.my_tenant_ids())::uuid[]));
comment on policy select_collaborator on app.tenants is 'Tenants with a live assignment of theirs.';

create policy all_org_admin on app.property_manager_landlords for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()));
comment on policy all_org_admin on app.property_manager_landlords is 'Who looks after which landlord, inside the wall.';
create policy select_property_manager on app.property_manager_landlords for select to keywork_property_manager
    using (user_id = (select app.acting_as('property_manager')));
comment on policy select_property_manager on app.property_manager_landlords is 'Their own assignments to landlords.';


------------------------------------------------------------------------------------------------------------------------
-- Support cases: nothing below here for the platform-admin, and nothing where the plan has no support cases
------------------------------------------------------------------------------------------------------------------------

grant select on app.support_cases to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant insert (id, tenant_id, context_summary), update (context_summary, closed_at, closing_reason)
    on app.support_cases to keywork_org_admin, keywork_property_manager;
-- no delete: a case goes by retention only
grant select on app.tenants_without_case, app.collaborator_list to keywork_org_admin, keywork_property_manager;
grant select on app.caseload to keywork_collaborator;
-- To collaborators too, for the API: it lists the same columns to everybody.
grant select on app.case_list to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant select on app.case_workspace, app.note_feed, app.session_list, app.team_members
    to keywork_org_admin, keywork_property_manager, keywork_collaborator;

create policy all_org_admin on app.support_cases for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy all_org_admin on app.support_cases is 'Every case inside the wall, where the plan has support cases.';
create policy all_property_manager on app.support_cases for all to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy all_property_manager on app.support_cases is 'Cases of tenants along their landlords, where the plan has support cases.';
create policy select_collaborator on app.support_cases for select to keywork_collaborator
    using (id = any ((select app.my_case_ids())::uuid[]));
comment on policy select_collaborator on app.support_cases is 'Cases with a live assignment of theirs.';


------------------------------------------------------------------------------------------------------------------------
-- Team
------------------------------------------------------------------------------------------------------------------------

grant select on app.support_collaborators to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant insert (id, case_id, user_id, full_name, kind, participation_mode, email, phone, works_for, role_label),
      update (ended_at, invitation_sent_at)
    on app.support_collaborators to keywork_org_admin, keywork_property_manager;
-- no delete: an ended assignment stays on the record

create policy all_org_admin on app.support_collaborators for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy all_org_admin on app.support_collaborators is 'Every team inside the wall: read, invite, end.';
create policy all_property_manager on app.support_collaborators for all to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy all_property_manager on app.support_collaborators is 'Teams along their landlords: read, invite, end.';
-- Their own row; in full also the rest of the team, but never the cards of external contacts.
create policy select_collaborator on app.support_collaborators for select to keywork_collaborator
    using (user_id = (select app.acting_as('collaborator'))
           or (kind <> 'external_contact' and case_id = any ((select app.my_full_case_ids())::uuid[])));
comment on policy select_collaborator on app.support_collaborators is 'Their own row; in full also the rest of the team, never the cards of external contacts.';


------------------------------------------------------------------------------------------------------------------------
-- Notes
------------------------------------------------------------------------------------------------------------------------

grant select, delete on app.support_notes to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant insert (id, case_id, stream, body, safeguarding), update (body, safeguarding)
    on app.support_notes to keywork_org_admin, keywork_property_manager;
grant insert (id, case_id, stream, body), update (body) on app.support_notes to keywork_collaborator;

-- Org-admins: read both streams, write in both, delete any Shared note and their own Professional ones (a note posted in
-- the wrong stream is deleted and written again). Updates: their own text, or a safeguarding flag on any Professional
-- note; which of the two is the trigger's business (note_keeps_its_stream_and_author).
create policy select_org_admin on app.support_notes for select to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy select_org_admin on app.support_notes is 'Both streams inside the wall.';
create policy insert_org_admin on app.support_notes for insert to keywork_org_admin
    with check (author_id = (select app.acting_as('org_admin')));
comment on policy insert_org_admin on app.support_notes is 'Both streams, signed by themselves.';
create policy update_org_admin on app.support_notes for update to keywork_org_admin
    using ((select app.acting_as('org_admin')) is not null
           and (stream = 'professional' or author_id = (select app.acting_as('org_admin'))));
comment on policy update_org_admin on app.support_notes is 'Their own text, and safeguarding flags on Professional notes.';
create policy delete_org_admin on app.support_notes for delete to keywork_org_admin
    using ((select app.acting_as('org_admin')) is not null
           and (stream = 'shared' or author_id = (select app.acting_as('org_admin'))));
comment on policy delete_org_admin on app.support_notes is 'Any Shared note, and Professional ones of their own.';

-- Property managers: the same along their landlords, but they delete only what they wrote.
create policy select_property_manager on app.support_notes for select to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy select_property_manager on app.support_notes is 'Both streams along their landlords.';
create policy insert_property_manager on app.support_notes for insert to keywork_property_manager
    with check (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[])
           and author_id = (select app.acting_as('property_manager')));
comment on policy insert_property_manager on app.support_notes is 'Both streams, signed by themselves.';
create policy update_property_manager on app.support_notes for update to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[])
           and (stream = 'professional' or author_id = (select app.acting_as('property_manager'))));
comment on policy update_property_manager on app.support_notes is 'Their own text, and safeguarding flags on Professional notes.';
create policy delete_property_manager on app.support_notes for delete to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[])
           and author_id = (select app.acting_as('property_manager')));
comment on policy delete_property_manager on app.support_notes is 'Notes of their own.';

-- Collaborators: Shared notes, never a Professional one. Housing officers by effective visibility; authors always see
-- their own while assigned. Writing is for full participation.
create policy select_collaborator on app.support_notes for select to keywork_collaborator
    using (stream = 'shared'
           and (case_id = any ((select app.my_shared_note_case_ids())::uuid[])
                or author_id = (select app.acting_as('collaborator'))));
comment on policy select_collaborator on app.support_notes is 'Shared notes: all for support workers, by effective visibility for housing officers, their own always.';
create policy insert_collaborator on app.support_notes for insert to keywork_collaborator
    with check (stream = 'shared' and case_id = any ((select app.my_full_case_ids())::uuid[])
                and author_id = (select app.acting_as('collaborator')));
comment on policy insert_collaborator on app.support_notes is 'Shared notes, in full participation, signed by themselves.';
create policy update_collaborator on app.support_notes for update to keywork_collaborator
    using (stream = 'shared' and case_id = any ((select app.my_full_case_ids())::uuid[])
           and author_id = (select app.acting_as('collaborator')));
comment on policy update_collaborator on app.support_notes is 'Their own Shared notes, in full participation.';
create policy delete_collaborator on app.support_notes for delete to keywork_collaborator
    using (stream = 'shared' and case_id = any ((select app.my_full_case_ids())::uuid[])
           and author_id = (select app.acting_as('collaborator')));
comment on policy delete_collaborator on app.support_notes is 'Their own Shared notes, in full participation.';


------------------------------------------------------------------------------------------------------------------------
-- Goals and progress: everyone on the case reads, operators and full collaborators write
------------------------------------------------------------------------------------------------------------------------

grant select on app.support_goals, app.support_goal_progress
    to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant insert (id, case_id, title, description, target_date), update (title, description, target_date, status)
    on app.support_goals to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant insert (id, case_id, goal_id, body), update (body)
    on app.support_goal_progress to keywork_org_admin, keywork_property_manager, keywork_collaborator;
-- no delete: a goal is closed, a progress entry is corrected by its author

create policy all_org_admin on app.support_goals for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy all_org_admin on app.support_goals is 'Every goal inside the wall.';
create policy all_property_manager on app.support_goals for all to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy all_property_manager on app.support_goals is 'Goals along their landlords.';
create policy select_collaborator on app.support_goals for select to keywork_collaborator
    using (case_id = any ((select app.my_case_ids())::uuid[]));
comment on policy select_collaborator on app.support_goals is 'Goals of the cases they are assigned to.';
create policy insert_collaborator on app.support_goals for insert to keywork_collaborator
    with check (case_id = any ((select app.my_full_case_ids())::uuid[]));
comment on policy insert_collaborator on app.support_goals is 'New goals, in full participation.';
create policy update_collaborator on app.support_goals for update to keywork_collaborator
    using (case_id = any ((select app.my_full_case_ids())::uuid[]));
comment on policy update_collaborator on app.support_goals is 'Any goal of the case, in full participation.';

create policy select_org_admin on app.support_goal_progress for select to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy select_org_admin on app.support_goal_progress is 'All progress inside the wall.';
create policy insert_org_admin on app.support_goal_progress for insert to keywork_org_admin
    with check ((select app.acting_as('org_admin')) is not null);
comment on policy insert_org_admin on app.support_goal_progress is 'Progress on any goal inside the wall.';
create policy update_org_admin on app.support_goal_progress for update to keywork_org_admin
    using (author_id = (select app.acting_as('org_admin')));
comment on policy update_org_admin on app.support_goal_progress is 'Entries of their own.';
create policy select_property_manager on app.support_goal_progress for select to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy select_property_manager on app.support_goal_progress is 'Progress along their landlords.';
create policy insert_property_manager on app.support_goal_progress for insert to keywork_property_manager
    with check (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy insert_property_manager on app.support_goal_progress is 'Progress along their landlords.';
create policy update_property_manager on app.support_goal_progress for update to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[])
           and author_id = (select app.acting_as('property_manager')));
comment on policy update_property_manager on app.support_goal_progress is 'Entries of their own.';
create policy select_collaborator on app.support_goal_progress for select to keywork_collaborator
    using (case_id = any ((select app.my_case_ids())::uuid[]));
comment on policy select_collaborator on app.support_goal_progress is 'Progress in the cases they are assigned to.';
create policy insert_collaborator on app.support_goal_progress for insert to keywork_collaborator
    with check (case_id = any ((select app.my_full_case_ids())::uuid[]));
comment on policy insert_collaborator on app.support_goal_progress is 'Progress, in full participation.';
create policy update_collaborator on app.support_goal_progress for update to keywork_collaborator
    using (case_id = any ((select app.my_full_case_ids())::uuid[]) and author_id = (select app.acting_as('collaborator')));
comment on policy update_collaborator on app.support_goal_progress is 'Entries of their own, in full participation.';


------------------------------------------------------------------------------------------------------------------------
-- Sessions: context_only collaborators record and see their own
------------------------------------------------------------------------------------------------------------------------

grant select on app.support_sessions to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant insert (id, case_id, scheduled_at, duration_minutes, type, attendees, status, outcome_note),
      update (scheduled_at, duration_minutes, type, attendees, status, outcome_note)
    on app.support_sessions to keywork_org_admin, keywork_property_manager, keywork_collaborator;
-- no delete: a session is cancelled

create policy all_org_admin on app.support_sessions for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy all_org_admin on app.support_sessions is 'Every session inside the wall.';
create policy all_property_manager on app.support_sessions for all to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy all_property_manager on app.support_sessions is 'Sessions along their landlords.';
create policy select_collaborator on app.support_sessions for select to keywork_collaborator
    using (author_id = (select app.acting_as('collaborator')) or case_id = any ((select app.my_full_case_ids())::uuid[]));
comment on policy select_collaborator on app.support_sessions is 'All sessions in full participation, else those they recorded.';
create policy insert_collaborator on app.support_sessions for insert to keywork_collaborator
    with check (author_id = (select app.acting_as('collaborator')));
comment on policy insert_collaborator on app.support_sessions is 'Sessions they record, in any participation.';
create policy update_collaborator on app.support_sessions for update to keywork_collaborator
    using (author_id = (select app.acting_as('collaborator')) or case_id = any ((select app.my_full_case_ids())::uuid[]));
comment on policy update_collaborator on app.support_sessions is 'All sessions in full participation, else those they recorded.';

------------------------------------------------------------------------------------------------------------------------
-- Documents: operators all of it; full collaborators draft, submit, and read what was approved; nothing in context only
------------------------------------------------------------------------------------------------------------------------

-- The life of a document is the same for everybody.
grant select on app.document_transitions to keywork_org_admin, keywork_property_manager, keywork_collaborator;
create policy select_everyone on app.document_transitions for select to keywork_org_admin, keywork_property_manager, keywork_collaborator
    using ((select app.acting_as('any')) is not null);
comment on policy select_everyone on app.document_transitions is 'Which step leads where, for whoever works with documents.';

grant select on app.document_templates, app.document_template_versions, app.template_list to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant insert (id, kind, name, repeats_every_months, starter_key), update (name, repeats_every_months, retired_at) on app.document_templates to keywork_org_admin;
grant insert (id, template_id, parts) on app.document_template_versions to keywork_org_admin;
grant select on app.document_template_list to keywork_org_admin;
-- no delete: a template is retired, and each wording stays for the documents that were made from it

do $walls$
declare
    it text;
begin
    foreach it in array array['document_templates', 'document_template_versions'] loop
        execute format('create policy wall_org_admin on app.%I as restrictive to keywork_org_admin
            using (organisation_id = (select app.org_admin_case_organisation()))', it);
        execute format('create policy wall_property_manager on app.%I as restrictive to keywork_property_manager
            using (organisation_id = (select app.manager_organisation()))', it);
        execute format('create policy wall_collaborator on app.%I as restrictive to keywork_collaborator
            using (organisation_id = any ((select app.my_organisation_ids())::uuid[]))', it);
        execute format('comment on policy wall_org_admin on app.%I is ''Own organisation only, whatever else is allowed.''', it);
        execute format('comment on policy wall_property_manager on app.%I is ''Own organisation only, whatever else is allowed.''', it);
        execute format('comment on policy wall_collaborator on app.%I is ''Organisations of live assignments only, whatever else is allowed.''', it);
        execute format('create policy select_org_admin on app.%I for select to keywork_org_admin
            using (organisation_id = (select app.org_admin_case_organisation()))', it);
        execute format('create policy insert_org_admin on app.%I for insert to keywork_org_admin
            with check (organisation_id = (select app.org_admin_case_organisation()))', it);
        execute format('create policy select_property_manager on app.%I for select to keywork_property_manager
            using (organisation_id = (select app.manager_case_organisation()))', it);
        execute format('create policy select_collaborator on app.%I for select to keywork_collaborator
            using (organisation_id = any ((select app.my_document_organisation_ids())::uuid[]))', it);
        execute format('comment on policy select_org_admin on app.%I is ''Templates of their own organisation, with every wording.''', it);
        execute format('comment on policy insert_org_admin on app.%I is ''New ones, and new wordings, of their own organisation.''', it);
        execute format('comment on policy select_property_manager on app.%I is ''What documents of their organisation are made from.''', it);
        execute format('comment on policy select_collaborator on app.%I is ''What they draft from: organisations in which they take part in full.''', it);
    end loop;
end
$walls$;
create policy update_org_admin on app.document_templates for update to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy update_org_admin on app.document_templates is 'Name, interval, and whether it makes new documents.';

-- What belongs to a document shows with it (app.my_document_ids): one rule for all of it.
grant select on app.support_documents, app.support_document_events, app.support_document_pdfs, app.support_uploads, app.support_upload_files,
                app.document_list, app.upload_list, app.assessments_due
    to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant insert (id, case_id, template_version_id, title, answers, supersedes_id), update (title, answers, revision, step, step_reason)
    on app.support_documents to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant insert (document_id, content_sha256, pdf) on app.support_document_pdfs to keywork_org_admin, keywork_property_manager;
grant select, insert (id, document_id, way, to_name, to_address, handed_over_on) on app.support_document_deliveries to keywork_org_admin, keywork_property_manager;
grant select on app.delivery_list to keywork_org_admin, keywork_property_manager;
grant insert (id, case_id, document_id, title, received_on) on app.support_uploads to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant delete on app.support_uploads to keywork_org_admin, keywork_property_manager, keywork_collaborator;
grant insert (upload_id, media_type, bytes) on app.support_upload_files to keywork_org_admin, keywork_property_manager, keywork_collaborator;
-- no delete of documents: one that is not gone on with is withdrawn
-- no write on trails: the steps write them
-- no update of uploads: what was put wrong is removed and added again

create policy all_org_admin on app.support_documents for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy all_org_admin on app.support_documents is 'Every document inside the wall; what each step may be is the life''s to say (app.judge_step).';
create policy all_property_manager on app.support_documents for all to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy all_property_manager on app.support_documents is 'Documents along their landlords.';
create policy select_collaborator on app.support_documents for select to keywork_collaborator
    using (id = any ((select app.my_document_ids())::uuid[]));
comment on policy select_collaborator on app.support_documents is 'In full participation: approved and sent ones, and their own in any state.';
create policy insert_collaborator on app.support_documents for insert to keywork_collaborator
    with check (case_id = any ((select app.my_full_case_ids())::uuid[]) and author_id = (select app.acting_as('collaborator'))
                and (supersedes_id is null or supersedes_id = any ((select app.my_document_ids())::uuid[])));
comment on policy insert_collaborator on app.support_documents is 'Drafts, in full participation, signed by themselves; new versions only of documents that they read.';
create policy update_collaborator on app.support_documents for update to keywork_collaborator
    using (case_id = any ((select app.my_full_case_ids())::uuid[]) and author_id = (select app.acting_as('collaborator')));
comment on policy update_collaborator on app.support_documents is 'Their own drafts, and the steps of an author.';

create policy select_org_admin on app.support_document_events for select to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy select_org_admin on app.support_document_events is 'Every trail inside the wall.';
create policy select_property_manager on app.support_document_events for select to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy select_property_manager on app.support_document_events is 'Trails along their landlords.';
create policy select_collaborator on app.support_document_events for select to keywork_collaborator
    using (document_id = any ((select app.my_document_ids())::uuid[]));
comment on policy select_collaborator on app.support_document_events is 'The trails of documents that they read.';

create policy select_org_admin on app.support_document_pdfs for select to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy select_org_admin on app.support_document_pdfs is 'Every PDF inside the wall.';
create policy insert_org_admin on app.support_document_pdfs for insert to keywork_org_admin
    with check (organisation_id = (select app.org_admin_case_organisation()));
comment on policy insert_org_admin on app.support_document_pdfs is 'With the PDF they approve; the author of a document does not (approvers_are_not_the_author).';
create policy select_property_manager on app.support_document_pdfs for select to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy select_property_manager on app.support_document_pdfs is 'PDFs along their landlords.';
create policy insert_property_manager on app.support_document_pdfs for insert to keywork_property_manager
    with check (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy insert_property_manager on app.support_document_pdfs is 'With the PDF they approve, along their landlords.';
create policy select_collaborator on app.support_document_pdfs for select to keywork_collaborator
    using (document_id = any ((select app.my_document_ids())::uuid[]));
comment on policy select_collaborator on app.support_document_pdfs is 'The PDFs of documents that they read.';

create policy select_org_admin on app.support_document_deliveries for select to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy select_org_admin on app.support_document_deliveries is 'To whom documents went, inside the wall.';
create policy insert_org_admin on app.support_document_deliveries for insert to keywork_org_admin
    with check (organisation_id = (select app.org_admin_case_organisation()));
comment on policy insert_org_admin on app.support_document_deliveries is 'Sending, inside the wall.';
create policy select_property_manager on app.support_document_deliveries for select to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy select_property_manager on app.support_document_deliveries is 'To whom documents went, along their landlords.';
create policy insert_property_manager on app.support_document_deliveries for insert to keywork_property_manager
    with check (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy insert_property_manager on app.support_document_deliveries is 'Sending, along their landlords.';
-- no recipients for collaborators: the trail says that a document was sent

create policy select_org_admin on app.support_uploads for select to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy select_org_admin on app.support_uploads is 'Every file inside the wall.';
create policy insert_org_admin on app.support_uploads for insert to keywork_org_admin
    with check (organisation_id = (select app.org_admin_case_organisation()));
comment on policy insert_org_admin on app.support_uploads is 'Files for any case inside the wall.';
create policy delete_org_admin on app.support_uploads for delete to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy delete_org_admin on app.support_uploads is 'Any file that should not be there.';
create policy select_property_manager on app.support_uploads for select to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy select_property_manager on app.support_uploads is 'Files along their landlords.';
create policy insert_property_manager on app.support_uploads for insert to keywork_property_manager
    with check (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy insert_property_manager on app.support_uploads is 'Files along their landlords.';
create policy delete_property_manager on app.support_uploads for delete to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]) and author_id = (select app.acting_as('property_manager')));
comment on policy delete_property_manager on app.support_uploads is 'Files that they added.';
create policy select_collaborator on app.support_uploads for select to keywork_collaborator
    using (id = any ((select app.my_upload_ids())::uuid[]));
comment on policy select_collaborator on app.support_uploads is 'In full participation: files that they added, and scans of documents that they read.';
create policy insert_collaborator on app.support_uploads for insert to keywork_collaborator
    with check (case_id = any ((select app.my_full_case_ids())::uuid[]) and author_id = (select app.acting_as('collaborator'))
                and (document_id is null or document_id = any ((select app.my_document_ids())::uuid[])));
comment on policy insert_collaborator on app.support_uploads is 'Files, in full participation, and only to documents that they read.';
create policy delete_collaborator on app.support_uploads for delete to keywork_collaborator
    using (case_id = any ((select app.my_full_case_ids())::uuid[]) and author_id = (select app.acting_as('collaborator')));
comment on policy delete_collaborator on app.support_uploads is 'Files that they added, in full participation.';

create policy select_org_admin on app.support_upload_files for select to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy select_org_admin on app.support_upload_files is 'Every file inside the wall.';
create policy insert_org_admin on app.support_upload_files for insert to keywork_org_admin
    with check (organisation_id = (select app.org_admin_case_organisation()));
comment on policy insert_org_admin on app.support_upload_files is 'The file of an upload inside the wall.';
create policy select_property_manager on app.support_upload_files for select to keywork_property_manager
    using (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy select_property_manager on app.support_upload_files is 'Files along their landlords.';
create policy insert_property_manager on app.support_upload_files for insert to keywork_property_manager
    with check (landlord_id = any ((select app.manager_case_landlord_ids())::uuid[]));
comment on policy insert_property_manager on app.support_upload_files is 'The file of an upload along their landlords.';
create policy select_collaborator on app.support_upload_files for select to keywork_collaborator
    using (upload_id = any ((select app.my_upload_ids())::uuid[]));
comment on policy select_collaborator on app.support_upload_files is 'The files of uploads that they see.';
create policy insert_collaborator on app.support_upload_files for insert to keywork_collaborator
    with check (upload_id = any ((select app.my_upload_ids())::uuid[]) and case_id = any ((select app.my_full_case_ids())::uuid[]));
comment on policy insert_collaborator on app.support_upload_files is 'The file of an upload of theirs.';

------------------------------------------------------------------------------------------------------------------------
-- Audit log: facts and payloads, for operators to read
------------------------------------------------------------------------------------------------------------------------

-- No hat writes, changes or deletes here: triggers write (functions.sql, "The audit log"), and retention erases payloads.
grant select on app.audit_log, app.audit_payloads, app.audit_trail, app.audit_people to keywork_org_admin, keywork_property_manager;

create policy wall_org_admin on app.audit_log as restrictive to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()));
comment on policy wall_org_admin on app.audit_log is 'Own organisation only, whatever else is allowed.';
create policy wall_property_manager on app.audit_log as restrictive to keywork_property_manager
    using (organisation_id = (select app.manager_organisation()));
comment on policy wall_property_manager on app.audit_log is 'Own organisation only, whatever else is allowed.';
create policy wall_collaborator on app.audit_log as restrictive to keywork_collaborator
    using (case_id = any ((select app.my_case_ids())::uuid[]));
comment on policy wall_collaborator on app.audit_log is 'Live assignments only, whatever else is allowed; and nothing is granted.';
create policy select_org_admin on app.audit_log for select to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation())
           and (case_id is null or organisation_id = (select app.org_admin_case_organisation())));
comment on policy select_org_admin on app.audit_log is 'Their own organisation; of cases where the plan has support cases.';
create policy select_property_manager on app.audit_log for select to keywork_property_manager
    using ((case_id = any ((select app.manager_case_ids())::uuid[]) and table_name <> 'legal_holds')
           or (actor_id = (select app.acting_as('property_manager'))
               and (case_id is null or organisation_id = (select app.manager_case_organisation()))));
comment on policy select_property_manager on app.audit_log is 'Cases that they see, without their holds, and their own actions; of cases where the plan has support cases.';

create policy wall_org_admin on app.audit_payloads as restrictive to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()));
comment on policy wall_org_admin on app.audit_payloads is 'Own organisation only, whatever else is allowed.';
create policy wall_property_manager on app.audit_payloads as restrictive to keywork_property_manager
    using (organisation_id = (select app.manager_organisation()));
comment on policy wall_property_manager on app.audit_payloads is 'Own organisation only, whatever else is allowed.';
create policy wall_collaborator on app.audit_payloads as restrictive to keywork_collaborator
    using (case_id = any ((select app.my_case_ids())::uuid[]));
comment on policy wall_collaborator on app.audit_payloads is 'Live assignments only, whatever else is allowed; and nothing is granted.';
create policy select_org_admin on app.audit_payloads for select to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation())
           and (case_id is null or organisation_id = (select app.org_admin_case_organisation())));
comment on policy select_org_admin on app.audit_payloads is 'Their own organisation; of cases where the plan has support cases.';
-- What was said follows the rights of what it is about (threat 28): of their own actions elsewhere they keep the facts alone.
create policy select_property_manager on app.audit_payloads for select to keywork_property_manager
    using (case_id = any ((select app.manager_case_ids())::uuid[]) and table_name <> 'legal_holds');
comment on policy select_property_manager on app.audit_payloads is 'Cases that they see, without the words of holds, which are the org-admin''s.';


------------------------------------------------------------------------------------------------------------------------
-- Retention: holds and runs are the org-admin's
------------------------------------------------------------------------------------------------------------------------

grant select on app.legal_holds, app.retention_runs, app.closed_cases, app.cases_due_now, app.records_due, app.forecast, app.retention_ledger, app.retention_run_list to keywork_org_admin;
grant insert (id, case_id, reason), update (lifted_at, lift_reason) on app.legal_holds to keywork_org_admin;
grant insert (organisation_id) on app.retention_runs to keywork_org_admin;
-- no delete: a hold is lifted, a run is on the record

do $walls$
declare
    it text;
begin
    foreach it in array array['legal_holds', 'retention_runs'] loop
        execute format('create policy wall_org_admin on app.%I as restrictive to keywork_org_admin
            using (organisation_id = (select app.org_admin_case_organisation()))', it);
        execute format('create policy wall_property_manager on app.%I as restrictive to keywork_property_manager
            using (organisation_id = (select app.manager_organisation()))', it);
        execute format('create policy wall_collaborator on app.%I as restrictive to keywork_collaborator
            using (organisation_id = any ((select app.my_organisation_ids())::uuid[]))', it);
        execute format('comment on policy wall_org_admin on app.%I is ''Own organisation only, whatever else is allowed.''', it);
        execute format('comment on policy wall_property_manager on app.%I is ''Own organisation only, whatever else is allowed; and nothing is granted.''', it);
        execute format('comment on policy wall_collaborator on app.%I is ''Own organisations only, whatever else is allowed; and nothing is granted.''', it);
    end loop;
end
$walls$;

create policy all_org_admin on app.legal_holds for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy all_org_admin on app.legal_holds is 'Holds inside the wall: read, set, lift.';
create policy all_org_admin on app.retention_runs for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_case_organisation()));
comment on policy all_org_admin on app.retention_runs is 'Runs of their own organisation: read, ask for one.';


------------------------------------------------------------------------------------------------------------------------
-- Digests and the outbox: the org-admin's to read; jobs and the provider write
------------------------------------------------------------------------------------------------------------------------

-- Property managers and collaborators read none of it: app.why_no_digest() answers for a case that they see.
grant select on app.digests, app.digest_entries, app.outbox, app.suppressed_addresses, app.digest_list, app.digest_page, app.digest_officers, app.outbox_list
    to keywork_org_admin;
-- app.audit_trail names this table, whoever reads it; no policy of theirs shows a row.
grant select on app.suppressed_addresses to keywork_property_manager;

do $walls$
declare
    it text;
begin
    foreach it in array array['digests', 'digest_entries', 'outbox', 'suppressed_addresses'] loop
        execute format('create policy wall_org_admin on app.%I as restrictive to keywork_org_admin
            using (organisation_id = (select app.org_admin_case_organisation()))', it);
        execute format('create policy wall_property_manager on app.%I as restrictive to keywork_property_manager
            using (organisation_id = (select app.manager_organisation()))', it);
        execute format('create policy wall_collaborator on app.%I as restrictive to keywork_collaborator
            using (organisation_id = any ((select app.my_organisation_ids())::uuid[]))', it);
        execute format('comment on policy wall_org_admin on app.%I is ''Own organisation only, whatever else is allowed.''', it);
        execute format('comment on policy wall_property_manager on app.%I is ''Own organisation only, whatever else is allowed; and nothing is granted.''', it);
        execute format('comment on policy wall_collaborator on app.%I is ''Own organisations only, whatever else is allowed; and nothing is granted.''', it);
        execute format('create policy select_org_admin on app.%I for select to keywork_org_admin
            using (organisation_id = (select app.org_admin_case_organisation()))', it);
        execute format('comment on policy select_org_admin on app.%I is ''Everything inside the wall, where the plan has support cases.''', it);
    end loop;
end
$walls$;


------------------------------------------------------------------------------------------------------------------------
-- Imports: the org-admin's, and the jobs service's work
------------------------------------------------------------------------------------------------------------------------

grant select on app.imports, app.import_lines, app.import_faults to keywork_org_admin;
grant insert (id, kind, file_name, encoding, delimiter, header), update (mapping, state) on app.imports to keywork_org_admin;
grant insert (organisation_id, import_id, line, cells) on app.import_lines to keywork_org_admin;
grant insert (organisation_id, import_id, line, place, code, said, hint, of_reading) on app.import_faults to keywork_org_admin;
-- no delete: an import is given up, and what it says goes then (app.imports_let_go)
-- no external_id on any table for anybody: what has one came in by an import, and screens say so

do $walls$
declare
    it text;
begin
    foreach it in array array['imports', 'import_lines', 'import_faults'] loop
        execute format('create policy wall_org_admin on app.%I as restrictive to keywork_org_admin
            using (organisation_id = (select app.org_admin_case_organisation()))', it);
        execute format('create policy wall_property_manager on app.%I as restrictive to keywork_property_manager
            using (organisation_id = (select app.manager_organisation()))', it);
        execute format('create policy wall_collaborator on app.%I as restrictive to keywork_collaborator
            using (organisation_id = any ((select app.my_organisation_ids())::uuid[]))', it);
        execute format('comment on policy wall_org_admin on app.%I is ''Own organisation only, whatever else is allowed.''', it);
        execute format('comment on policy wall_property_manager on app.%I is ''Own organisation only, whatever else is allowed; and nothing is granted.''', it);
        execute format('comment on policy wall_collaborator on app.%I is ''Own organisations only, whatever else is allowed; and nothing is granted.''', it);
        execute format('create policy all_org_admin on app.%I for all to keywork_org_admin
            using (organisation_id = (select app.org_admin_case_organisation()))', it);
        execute format('comment on policy all_org_admin on app.%I is ''Everything inside the wall, where the plan has support cases; the grants say what of it may be written.''', it);
    end loop;
end
$walls$;


------------------------------------------------------------------------------------------------------------------------
-- Jobs: the platform-admin's to look at
------------------------------------------------------------------------------------------------------------------------

grant select on app.jobs, app.job_runs, app.job_list to keywork_platform_admin;
grant execute on function app.job_due_at(text, date), app.due_period(text, timestamptz), app.next_due_at(text), app.jobs_idle_since(), app.outbox_health() to keywork_platform_admin;
-- no write: the ledger is kept by the jobs, and when they are due is the owner's to say

create policy select_platform_admin on app.jobs for select to keywork_platform_admin
    using ((select app.acting_as('platform_admin')) is not null);
comment on policy select_platform_admin on app.jobs is 'What the jobs service does, and when.';
create policy select_platform_admin on app.job_runs for select to keywork_platform_admin
    using ((select app.acting_as('platform_admin')) is not null);
comment on policy select_platform_admin on app.job_runs is 'The whole job ledger: codes, times and numbers.';


------------------------------------------------------------------------------------------------------------------------
-- Subject access: the org-admin's; bundles are made by the jobs
------------------------------------------------------------------------------------------------------------------------

-- With the plan or without it: app.org_admin_organisation(), not app.org_admin_case_organisation().
grant select on app.subject_access_requests, app.subject_access_pauses, app.subject_access_redactions, app.subject_access_bundles, app.subject_access_chunks, app.bank_holidays,
                app.subject_access_list
    to keywork_org_admin;
grant insert (id, tenant_id, received_on, way, asked_by, asked_by_name), update (extension_reason, outcome, outcome_on, outcome_reason)
    on app.subject_access_requests to keywork_org_admin;
grant insert (id, request_id, began_on, why, reason), update (ended_on) on app.subject_access_pauses to keywork_org_admin;
grant insert (id, request_id, case_id, item_table, item_id, passage, because, note), delete on app.subject_access_redactions to keywork_org_admin;
grant insert (id, request_id) on app.subject_access_bundles to keywork_org_admin;
-- app.audit_trail names these tables, whoever reads it; under this hat no policy shows a row (select_property_manager, below).
grant select on app.subject_access_requests, app.subject_access_pauses, app.subject_access_redactions, app.subject_access_bundles to keywork_property_manager;
-- no delete of requests: the register stays
-- no update of what is hidden: it is shown again, or hidden anew

do $walls$
declare
    it text;
begin
    foreach it in array array['subject_access_requests', 'subject_access_pauses', 'subject_access_redactions', 'subject_access_bundles', 'subject_access_chunks'] loop
        execute format('create policy wall_org_admin on app.%I as restrictive to keywork_org_admin
            using (organisation_id = (select app.org_admin_organisation()))', it);
        execute format('create policy wall_property_manager on app.%I as restrictive to keywork_property_manager
            using (organisation_id = (select app.manager_organisation()))', it);
        execute format('create policy wall_collaborator on app.%I as restrictive to keywork_collaborator
            using (organisation_id = any ((select app.my_organisation_ids())::uuid[]))', it);
        execute format('comment on policy wall_org_admin on app.%I is ''Own organisation only, whatever else is allowed.''', it);
        execute format('comment on policy wall_property_manager on app.%I is ''Own organisation only, whatever else is allowed; and nothing is granted.''', it);
        execute format('comment on policy wall_collaborator on app.%I is ''Own organisations only, whatever else is allowed; and nothing is granted.''', it);
    end loop;
end
$walls$;

do $none$
declare
    it text;
begin
    foreach it in array array['subject_access_requests', 'subject_access_pauses', 'subject_access_redactions', 'subject_access_bundles'] loop
        execute format('create policy select_property_manager on app.%I for select to keywork_property_manager
            using (organisation_id = (select app.org_admin_organisation()))', it);
        execute format('comment on policy select_property_manager on app.%I is ''None: under this hat there is no organisation that one is org-admin of.''', it);
    end loop;
end
$none$;

create policy all_org_admin on app.subject_access_requests for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()));
comment on policy all_org_admin on app.subject_access_requests is 'The register of their own organisation: read, enter, go on with.';
create policy all_org_admin on app.subject_access_pauses for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()));
comment on policy all_org_admin on app.subject_access_pauses is 'When a clock stands still: read, stop, start again.';
create policy all_org_admin on app.subject_access_redactions for all to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()));
comment on policy all_org_admin on app.subject_access_redactions is 'What is hidden: read, hide, show again.';
create policy select_org_admin on app.subject_access_bundles for select to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()));
comment on policy select_org_admin on app.subject_access_bundles is 'What was made for the requests of their own organisation.';
create policy insert_org_admin on app.subject_access_bundles for insert to keywork_org_admin
    with check (organisation_id = (select app.org_admin_organisation()));
comment on policy insert_org_admin on app.subject_access_bundles is 'Asking for one; the jobs service makes it.';
create policy select_org_admin on app.subject_access_chunks for select to keywork_org_admin
    using (organisation_id = (select app.org_admin_organisation()));
comment on policy select_org_admin on app.subject_access_chunks is 'Downloading what was made.';

create policy select_org_admin on app.bank_holidays for select to keywork_org_admin
    using ((select app.org_admin_organisation()) is not null);
comment on policy select_org_admin on app.bank_holidays is 'The calendar, for the day on which a request is due.';


------------------------------------------------------------------------------------------------------------------------
-- Reporting: what BI logins read, and the dashboard
------------------------------------------------------------------------------------------------------------------------

-- A BI login (vault.bi_logins) inherits keywork_bi, and has no right on schema app: it names the views of schema reporting and nothing
-- below them. The columns here are those that the views read, with no word about a tenant in them. Nothing is written.
grant usage on schema reporting to keywork_bi, keywork_org_admin, keywork_property_manager;
grant select on all tables in schema reporting to keywork_bi, keywork_org_admin;
grant select on reporting.caseload, reporting.activity, reporting.goals_outcome, reporting.time_to_first_session to keywork_property_manager;
-- no retention, digests or log for property managers: those are the org-admin's (spec 2)
grant execute on function app.bi_organisation(), app.due_at(timestamptz, timestamptz, jsonb, boolean), app.told_state(text, text, timestamptz, timestamptz) to keywork_bi;
grant select on app.forecast, app.closed_cases to keywork_bi;

do $reporting$
declare
    it record;
begin
    -- On each table that there is, whether anything of it is granted or not.
    for it in
        select c.relname as name, a.attname as firm
        from pg_catalog.pg_class as c
        join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = case c.relname when 'organisations' then 'id' else 'organisation_id' end
        where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p')
    loop
        execute format('create policy wall_bi on app.%I as restrictive to keywork_bi using (%I = (select app.bi_organisation()))', it.name, it.firm);
        execute format('comment on policy wall_bi on app.%I is ''The organisation that the BI login is bound to, whatever else is allowed.''', it.name);
    end loop;
    for it in
        select * from (values
            ('organisations',         'id',              'id, support_retention_years'),
            ('landlords',             'organisation_id', 'id, name'),
            ('properties',            'organisation_id', 'id, address, town, postcode'),
            -- neither name nor date of birth
            ('tenants',               'organisation_id', 'id, property_id'),
            ('support_cases',         'organisation_id', 'id, organisation_id, landlord_id, tenant_id, opened_at, closed_at, closing_reason'),
            ('support_collaborators', 'organisation_id', 'case_id, kind, participation_mode, ended_at'),
            -- when, never what
            ('support_notes',         'organisation_id', 'case_id, created_at, safeguarding, safeguarding_flagged_at'),
            ('support_goals',         'organisation_id', 'case_id, landlord_id, status, target_date, created_at'),
            ('support_goal_progress', 'organisation_id', 'case_id'),
            ('support_sessions',      'organisation_id', 'id, case_id, scheduled_at, duration_minutes, status, author_id, author_name, created_at'),
            ('support_documents',     'organisation_id', 'case_id, state'),
            ('support_uploads',       'organisation_id', 'case_id'),
            ('legal_holds',           'organisation_id', 'case_id, lifted_at'),
            ('digests',               'organisation_id', 'id, organisation_id, period, reason'),
            ('outbox',                'organisation_id', 'organisation_id, digest_id, state, provider_id, claimed_at, sent_at'),
            ('audit_log',             'organisation_id', 'happened_at, action, table_name')
        ) as read_by_views (name, firm, columns)
    loop
        execute format('grant select (%s) on app.%I to keywork_bi', it.columns, it.name);
        execute format('create policy select_bi on app.%I for select to keywork_bi using (%I = (select app.bi_organisation()))', it.name, it.firm);
        execute format('comment on policy select_bi on app.%I is ''Everything inside the wall, of the columns that the reporting views read.''', it.name);
    end loop;
end
$reporting$;
