-- The audit log, legal holds and retention runs.
--
-- Constraints and triggers word for word as schema.sql has them. What was written before this release has no audit rows.


------------------------------------------------------------------------------------------------------------------------
-- The audit log
------------------------------------------------------------------------------------------------------------------------

-- Two tables: what happened (facts, which nobody changes or deletes) and what it said (payloads, which retention erases).
-- Each fact holds the hash of its payload, and sealing chains the facts, so that tampering shows after an erasure too.

create sequence vault.audit_ids;
comment on sequence vault.audit_ids is 'Numbers of the audit log, in the order in which things were written down.';

create table app.audit_log (
    -- Before the number: app.seal_audit_log() relies on a transaction having its own number before it takes one here.
    transaction_id  xid8 not null default pg_current_xact_id(),
    id              bigint not null default nextval('vault.audit_ids'),
    happened_at     timestamptz not null default clock_timestamp(),
    organisation_id uuid not null,
    case_id         uuid,
    actor_id        uuid,
    actor_name      text not null,
    actor_hat       text not null,
    action          text not null,
    table_name      text not null,
    row_id          uuid,
    row_kind        text,
    row_at          timestamptz,
    row_ids         uuid[],
    rule            text,
    run_id          uuid,
    payload_hash    bytea,
    constraint audit_log_pkey primary key (id, happened_at),
    constraint audit_actors_are_hats_or_logins check (actor_hat in (
        'org_admin', 'property_manager', 'collaborator', 'platform_admin', 'sign_in', 'job', 'owner')),
    constraint audit_actions_are_known check (action in ('insert', 'update', 'delete', 'purge', 'view', 'export', 'sign_in')),
    -- Codes, never people's words: facts outlive what they are about.
    constraint audit_kinds_are_codes check (row_kind ~ '^[a-z_]{2,40}$'),
    constraint audit_hashes_are_sha256 check (octet_length(payload_hash) = 32),
    -- What was destroyed, under which rule, by which run (spec 4): said of a purge, and of nothing else.
    constraint purges_say_what_rule_and_run check (
        (action = 'purge') = (row_ids is not null and rule is not null and run_id is not null)),
    constraint purge_rules_are_known check (rule in ('case', 'safeguarding'))
) partition by range (happened_at);
comment on table app.audit_log is
    'What happened: one row for each insert, update and delete of customer data, written in the same transaction, for each sign-in, export and look at Professional notes, '
    'and for what retention purged (one row for each case, table and rule). Append-only for everybody. Months are partitions in schema vault.';
comment on column app.audit_log.organisation_id is 'Zeros: the installation itself (accounts, and sign-ins of people of no organisation). No foreign key: facts outlive what they are about.';
comment on column app.audit_log.row_kind is 'A code of the row: the stream of a note, the kind of a collaborator, the role of a member, what was exported.';
comment on column app.audit_log.row_at is 'The moment that people know the row by: when a note was written, a session takes place, a case was opened.';
comment on column app.audit_log.payload_hash is 'sha256(salt, payload), which stays when retention erases the payload.';
-- The operators' list, a case's history, what somebody did, what a run destroyed.
create index audit_by_organisation on app.audit_log (organisation_id, happened_at desc, id desc);
create index audit_by_case on app.audit_log (case_id, happened_at desc, id desc) where case_id is not null;
create index audit_by_actor on app.audit_log (actor_id, happened_at desc) where actor_id is not null;
create index audit_by_run on app.audit_log (run_id) where run_id is not null;
-- Who deleted, looked, exported or signed in: few among many changes.
create index audit_by_rarer_action on app.audit_log (organisation_id, action, happened_at desc, id desc) where action not in ('insert', 'update');
create trigger audit_facts_stay before update or delete on app.audit_log
    for each row execute function app.the_record_stays();
create trigger audit_facts_are_not_emptied before truncate on app.audit_log
    for each statement execute function app.the_record_stays();
create table vault.audit_log_elsewhen partition of app.audit_log default;
comment on table vault.audit_log_elsewhen is 'Where a row of the audit log goes whose month nobody has made (app.keep_audit_months): no write may fail for want of one.';
create trigger audit_facts_are_not_emptied before truncate on vault.audit_log_elsewhen
    for each statement execute function app.the_record_stays();

create table app.audit_payloads (
    audit_id        bigint primary key,
    organisation_id uuid not null,
    case_id         uuid,
    table_name      text not null,
    row_id          uuid not null,
    salt            bytea not null,
    reason          text,
    before          jsonb,
    after           jsonb,
    constraint audit_salts_are_16_bytes check (octet_length(salt) = 16),
    constraint audit_reasons_fit check (length(reason) between 1 and 1000)
);
comment on table app.audit_payloads is
    'What a change said: the row before and after (of an update only what changed), and the reason where one was asked for. Goes with the record that it is about (spec 4); never changed.';
-- What goes with a case.
create index audit_payloads_by_case on app.audit_payloads (case_id) where case_id is not null;
create trigger payloads_are_not_rewritten before update on app.audit_payloads
    for each row execute function app.the_record_stays();
create trigger payloads_are_not_emptied before truncate on app.audit_payloads
    for each statement execute function app.the_record_stays();

create table vault.audit_seals (
    organisation_id uuid not null,
    position        bigint not null,
    audit_id        bigint not null,
    facts_hash      bytea not null,
    hash            bytea not null,
    constraint audit_seals_pkey primary key (organisation_id, position),
    constraint audit_rows_are_sealed_once unique (audit_id),
    constraint seal_hashes_are_sha256 check (octet_length(facts_hash) = 32 and octet_length(hash) = 32)
);
comment on table vault.audit_seals is
    'One chain for each organisation (the installation''s own has an organisation_id of zeros): hash = sha256(hash before, number, hash of the facts). app.seal_audit_log() writes it, app.verify_audit_log() compares.';
create trigger seals_stay before update or delete on vault.audit_seals
    for each row execute function app.the_record_stays();
create trigger seals_are_not_emptied before truncate on vault.audit_seals
    for each statement execute function app.the_record_stays();

create table vault.audit_heads (
    organisation_id uuid primary key,
    position        bigint not null,
    hash            bytea not null,
    sealed_at       timestamptz not null default now()
);
comment on table vault.audit_heads is 'The end of each chain. Printed and kept elsewhere, it shows later that nothing up to it was rewritten.';

create table vault.audit_sealing (
    only_row       boolean primary key default true,
    settled_to     bigint not null default 0,
    next_settled   bigint not null default 0,
    once_before    xid8 not null default '0',
    constraint audit_sealing_has_one_row check (only_row)
);
comment on table vault.audit_sealing is
    'Every number of the audit log up to settled_to is sealed or was rolled back: what turns up there unsealed was put there by hand. next_settled follows once no transaction before once_before runs.';
insert into vault.audit_sealing default values;


------------------------------------------------------------------------------------------------------------------------
-- Retention
------------------------------------------------------------------------------------------------------------------------

create table app.legal_holds (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null,
    landlord_id     uuid not null,
    case_id         uuid not null,
    reason          text not null,
    author_id       uuid not null references app.users,
    author_name     text not null,
    created_at      timestamptz not null default now(),
    lifted_at       timestamptz,
    lifted_by_id    uuid references app.users,
    lifted_by_name  text,
    lift_reason     text,
    constraint hold_reasons_are_filled check (length(btrim(reason, E' \t\r\n')) between 1 and 1000),
    constraint lift_reasons_are_filled check (length(btrim(lift_reason, E' \t\r\n')) between 1 and 1000),
    -- Who lifts a hold says why, in the same step.
    constraint lifted_holds_say_who_and_why check (
        (lifted_at is null) = (lift_reason is null) and (lifted_at is null) = (lifted_by_name is null)),
    constraint holds_are_lifted_after_they_were_set check (lifted_at >= created_at),
    constraint holds_are_on_a_case foreign key (organisation_id, case_id, landlord_id)
        references app.support_cases (organisation_id, id, landlord_id) on update cascade
);
comment on table app.legal_holds is 'A live hold (lifted_at null) stops every purge of its case (spec 4).';
create unique index one_live_hold_for_each_case on app.legal_holds (case_id) where lifted_at is null;
create index holds_by_case_key on app.legal_holds (organisation_id, case_id, landlord_id);
create index holds_by_landlord on app.legal_holds (landlord_id);
create index holds_by_author on app.legal_holds (author_id);
create index holds_by_lifter on app.legal_holds (lifted_by_id);
create index holds_by_case on app.legal_holds (case_id);
create trigger hold_takes_place_from_case before insert on app.legal_holds
    for each row execute function app.content_takes_place_from_case();
create trigger holds_are_lifted_once before insert or update on app.legal_holds
    for each row execute function app.holds_are_lifted_once();

create table app.retention_runs (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null default app.org_admin_organisation() references app.organisations,
    asked_by_id     uuid references app.users,
    asked_by_name   text,
    began_at        timestamptz not null default now(),
    finished_at     timestamptz,
    windows         jsonb not null,
    constraint runs_finish_after_they_begin check (finished_at >= began_at)
);
comment on table app.retention_runs is
    'Each run of the sweep in each organisation: by the daily job (asked_by null) or asked for by an org-admin. What it destroyed is in app.retention_ledger.';
comment on column app.retention_runs.windows is 'The retention windows of the organisation when it began, in years.';
-- A run that was killed is gone on with; several sweepers share it.
create unique index one_live_run_for_each_organisation on app.retention_runs (organisation_id) where finished_at is null;
create index runs_by_organisation on app.retention_runs (organisation_id, began_at desc);
create index runs_by_asker on app.retention_runs (asked_by_id);
create trigger runs_name_who_asked before insert on app.retention_runs
    for each row execute function app.runs_name_who_asked();
-- The sweep's way to the closed cases of an organisation, oldest closing first.
create index flagged_notes_by_case on app.support_notes (case_id, safeguarding_flagged_at) where safeguarding;
create index closed_cases_by_organisation on app.support_cases (organisation_id, closed_at) where closed_at is not null;


------------------------------------------------------------------------------------------------------------------------
-- What is audited
------------------------------------------------------------------------------------------------------------------------

-- After everything else that watches a table, so that what is written down is what was kept. The arguments: which column
-- holds the id, which the case, which a code that says what kind of row it is, which the moment that people know it by.
-- Deletes have a trigger of their own: a purge writes itself down, one row for each case and table, without the words
-- (app.purge_cases). No person can claim to be one.

do $audited$
declare
    it record;
begin
    for it in
        select * from (values
            ('organisations',              'id',      '',        '',                   'created_at'),
            ('users',                      'id',      '',        '',                   'created_at'),
            ('memberships',                'user_id', '',        'role',               'created_at'),
            ('landlords',                  'id',      '',        '',                   'created_at'),
            ('property_manager_landlords', 'user_id', '',        '',                   'assigned_at'),
            ('properties',                 'id',      '',        '',                   'created_at'),
            ('tenants',                    'id',      '',        '',                   'created_at'),
            ('support_cases',              'id',      'id',      '',                   'opened_at'),
            ('support_collaborators',      'id',      'case_id', 'kind',               'assigned_at'),
            ('support_notes',              'id',      'case_id', 'stream',             'created_at'),
            ('support_goals',              'id',      'case_id', '',                   'created_at'),
            ('support_goal_progress',      'id',      'case_id', '',                   'noted_at'),
            ('support_sessions',           'id',      'case_id', 'type',               'scheduled_at'),
            ('legal_holds',                'id',      'case_id', '',                   'created_at'),
            ('retention_runs',             'id',      '',        '',                   'began_at')
        ) as audited (name, id_column, case_column, kind_column, moment_column)
    loop
        execute format('create trigger written_down after insert or update on app.%I for each row execute function app.write_down(%L, %L, %L, %L)',
                       it.name, it.id_column, it.case_column, it.kind_column, it.moment_column);
        execute format('create trigger written_down_when_deleted after delete on app.%I for each row
                            when (session_user = ''keywork_app'' or current_setting(''app.purging'', true) is distinct from ''yes'')
                            execute function app.write_down(%L, %L, %L, %L)',
                       it.name, it.id_column, it.case_column, it.kind_column, it.moment_column);
    end loop;
end
$audited$;
create trigger written_down after insert on app.sign_ins
    for each row execute function app.write_down_sign_in();
