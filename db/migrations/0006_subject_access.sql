-- Subject access: the register of requests and the clock of each, what is hidden, the bundles, and two jobs that make and erase them.
--
-- Tables, constraints and triggers word for word as schema.sql has them.

create table app.bank_holidays (
    day  date primary key,
    name text not null,
    constraint bank_holiday_names_are_filled check (length(btrim(name)) between 1 and 60)
);
comment on table app.bank_holidays is
    'Bank holidays of England and Wales: what is due on one is due on the next working day. The owner adds those of further years as they are announced; the screens say until which year they are known.';
insert into app.bank_holidays (day, name) values
    ('2025-01-01', 'New Year''s Day'), ('2025-04-18', 'Good Friday'), ('2025-04-21', 'Easter Monday'), ('2025-05-05', 'Early May bank holiday'),
    ('2025-05-26', 'Spring bank holiday'), ('2025-08-25', 'Summer bank holiday'), ('2025-12-25', 'Christmas Day'), ('2025-12-26', 'Boxing Day'),
    ('2026-01-01', 'New Year''s Day'), ('2026-04-03', 'Good Friday'), ('2026-04-06', 'Easter Monday'), ('2026-05-04', 'Early May bank holiday'),
    ('2026-05-25', 'Spring bank holiday'), ('2026-08-31', 'Summer bank holiday'), ('2026-12-25', 'Christmas Day'), ('2026-12-28', 'Boxing Day (substitute day)'),
    ('2027-01-01', 'New Year''s Day'), ('2027-03-26', 'Good Friday'), ('2027-03-29', 'Easter Monday'), ('2027-05-03', 'Early May bank holiday'),
    ('2027-05-31', 'Spring bank holiday'), ('2027-08-30', 'Summer bank holiday'), ('2027-12-27', 'Christmas Day (substitute day)'), ('2027-12-28', 'Boxing Day (substitute day)'),
    ('2028-01-03', 'New Year''s Day (substitute day)'), ('2028-04-14', 'Good Friday'), ('2028-04-17', 'Easter Monday'), ('2028-05-01', 'Early May bank holiday'),
    ('2028-05-29', 'Spring bank holiday'), ('2028-08-28', 'Summer bank holiday'), ('2028-12-25', 'Christmas Day'), ('2028-12-26', 'Boxing Day');

create table app.subject_access_requests (
    id               uuid primary key default gen_random_uuid(),
    organisation_id  uuid not null,
    landlord_id      uuid not null,
    tenant_id        uuid not null,
    received_on      date not null,
    way              text not null,
    asked_by         text not null,
    asked_by_name    text,
    author_id        uuid not null references app.users,
    author_name      text not null,
    created_at       timestamptz not null default now(),
    extended_on      date,
    extension_reason text,
    outcome          text,
    outcome_on       date,
    outcome_reason   text,
    unhidden_at      timestamptz,
    words_erased_at  timestamptz,
    constraint requests_come_in_a_known_way check (way in ('letter', 'email', 'phone', 'in_person', 'other')),
    constraint requests_are_asked_by_somebody check (asked_by in ('tenant', 'representative')),
    -- Who speaks for a tenant is named: whether they may is to be looked at.
    constraint representatives_are_named check (
        case when asked_by_name is null then asked_by = 'tenant' or words_erased_at is not null else asked_by = 'representative' and length(btrim(asked_by_name)) between 1 and 120 end),
    constraint request_days_are_plausible check (received_on >= date '2018-05-25'),
    -- The law asks to tell the person why it takes longer.
    constraint extensions_say_why check (
        case when extended_on is null then extension_reason is null else words_erased_at is not null or length(btrim(coalesce(extension_reason, ''), E' \t\r\n')) >= 1 end),
    constraint extension_reasons_fit check (length(extension_reason) <= 1000),
    constraint request_outcomes_are_known check (outcome in ('answered', 'refused', 'withdrawn')),
    constraint request_outcomes_have_their_day check ((outcome is null) = (outcome_on is null) and outcome_on >= received_on),
    constraint refusals_say_why check (
        outcome is distinct from 'refused' or words_erased_at is not null or length(btrim(coalesce(outcome_reason, ''), E' \t\r\n')) >= 1),
    constraint outcome_reasons_fit check (length(outcome_reason) <= 1000 and (outcome is not null or outcome_reason is null)),
    constraint requests_in_their_organisation unique (organisation_id, id),
    constraint requests_are_about_a_tenant foreign key (organisation_id, tenant_id, landlord_id)
        references app.tenants (organisation_id, id, landlord_id) on update cascade
);
comment on table app.subject_access_requests is
    'The register of subject access requests (UK GDPR, article 15): a tenant, or somebody for them, asks for everything that is held about them. When the answer is due is app.subject_access_due_on(); states are those of app.subject_access_list. '
    'It stays as the firm''s proof, with dates and codes; its names and reasons go with the tenant''s last case (words_erased_at).';
comment on column app.subject_access_requests.received_on is 'The day (Europe/London) on which it came in, a working day or not: the clock begins with it.';
comment on column app.subject_access_requests.unhidden_at is 'When retention last destroyed records of the tenant, and with them what was to be hidden: it is to be looked through anew.';
create index requests_by_tenant on app.subject_access_requests (organisation_id, tenant_id, landlord_id);
create index requests_by_landlord on app.subject_access_requests (landlord_id);
create index requests_by_author on app.subject_access_requests (author_id);
create trigger request_takes_place_from_tenant before insert on app.subject_access_requests
    for each row execute function app.request_takes_place_from_tenant();
create trigger requests_keep_their_clock after insert or update on app.subject_access_requests
    for each row execute function app.requests_keep_their_clock();
create trigger extensions_are_of_today before update of extension_reason on app.subject_access_requests
    for each row execute function app.extensions_are_of_today();

create table app.subject_access_pauses (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null,
    request_id      uuid not null,
    began_on        date not null,
    ended_on        date,
    why             text not null,
    reason          text,
    author_id       uuid not null references app.users,
    author_name     text not null,
    created_at      timestamptz not null default now(),
    constraint pauses_wait_for_something_known check (why in ('identity', 'clarification')),
    constraint pauses_end_after_they_begin check (ended_on >= began_on),
    constraint pause_reasons_fit check (length(reason) <= 1000),
    constraint pauses_are_of_a_request foreign key (organisation_id, request_id) references app.subject_access_requests (organisation_id, id)
);
comment on table app.subject_access_pauses is
    'When the clock of a request stood still: from the day on which proof of identity or a clarification was asked for (began_on) to the day on which it came (ended_on; null: not yet). The day that it is due moves by the days between.';
-- The clock stops once at a time.
create unique index one_live_pause_for_each_request on app.subject_access_pauses (request_id) where ended_on is null;
create index pauses_by_request on app.subject_access_pauses (organisation_id, request_id, began_on);
create index pauses_by_author on app.subject_access_pauses (author_id);
create trigger part_takes_place_from_request before insert on app.subject_access_pauses
    for each row execute function app.part_takes_place_from_request();
create trigger pauses_follow_one_another after insert or update on app.subject_access_pauses
    for each row execute function app.pauses_follow_one_another();

create table app.subject_access_redactions (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null,
    request_id      uuid not null,
    case_id         uuid,
    item_table      text,
    item_id         text,
    passage         text,
    because         text not null,
    note            text,
    author_id       uuid not null references app.users,
    author_name     text not null,
    created_at      timestamptz not null default now(),
    constraint redactions_have_a_known_reason check (because in (
        'third_party', 'legal_privilege', 'serious_harm', 'crime', 'confidential_reference', 'management_forecast', 'not_about_them', 'other')),
    -- A passage is hidden everywhere or in one item; without a passage, an item is withheld whole.
    constraint redactions_are_of_a_passage_or_an_item check (
        (item_table is null) = (item_id is null) and (passage is not null or item_table is not null)),
    -- One letter would hide half of every page.
    constraint hidden_passages_are_2_to_500_characters check (length(btrim(passage, E' \t\r\n')) between 2 and 500),
    constraint redaction_notes_fit check (length(note) <= 1000),
    constraint redactions_are_of_a_request foreign key (organisation_id, request_id) references app.subject_access_requests (organisation_id, id)
);
comment on table app.subject_access_redactions is
    'What is left out of the bundle of a request, and why: a passage, wherever it stands (item_table null) or in one item and what copies it, or an item whole (passage null). Records themselves are never changed. Goes with the records that it is about.';
comment on column app.subject_access_redactions.case_id is 'The case of the item; of what is not of one case null.';
comment on column app.subject_access_redactions.note is 'Why, in the org-admin''s own words: for the firm, and in no bundle.';
create unique index items_are_withheld_once on app.subject_access_redactions (request_id, item_table, item_id) where passage is null;
create index redactions_by_request on app.subject_access_redactions (organisation_id, request_id, created_at);
create index redactions_by_author on app.subject_access_redactions (author_id);
create trigger part_takes_place_from_request before insert on app.subject_access_redactions
    for each row execute function app.part_takes_place_from_request();
create trigger what_is_hidden_is_held after insert on app.subject_access_redactions
    for each row execute function app.what_is_hidden_is_held();
create trigger what_is_hidden_stays_while_a_bundle_is_made before delete on app.subject_access_redactions
    for each row execute function app.what_is_hidden_stays_while_a_bundle_is_made();

create table app.subject_access_bundles (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null,
    request_id      uuid not null,
    state           text not null default 'waiting',
    author_id       uuid not null references app.users,
    author_name     text not null,
    created_at      timestamptz not null default now(),
    attempts        integer not null default 0,
    next_attempt_at timestamptz not null default now(),
    step            text,
    done            integer not null default 0,
    total           integer not null default 0,
    made_at         timestamptz,
    size_bytes      bigint,
    sha256          bytea,
    error           text,
    erased_at       timestamptz,
    constraint bundle_states_are_known check (state in ('waiting', 'making', 'ready', 'failed', 'erased')),
    constraint bundle_steps_are_known check (step in ('reading', 'printing', 'packing')),
    constraint bundle_errors_are_codes check (error ~ '^[A-Za-z0-9_]{1,60}$'),
    constraint bundle_hashes_are_sha256 check (octet_length(sha256) = 32),
    constraint ready_bundles_say_what_they_are check (state <> 'ready' or (made_at is not null and size_bytes is not null and sha256 is not null)),
    constraint bundles_in_their_organisation unique (organisation_id, id),
    constraint bundles_are_of_a_request foreign key (organisation_id, request_id) references app.subject_access_requests (organisation_id, id)
);
comment on table app.subject_access_bundles is
    'Each making of the files of a request: waiting (for the jobs service), making, ready, failed (five attempts), erased (its time was over, or a record in it was destroyed: the fact that it was made stays). The bytes are in app.subject_access_chunks.';
comment on column app.subject_access_bundles.sha256 is 'Of the whole file as it is downloaded.';
create unique index one_bundle_at_a_time on app.subject_access_bundles (request_id) where state in ('waiting', 'making');
create index bundles_by_request on app.subject_access_bundles (organisation_id, request_id, created_at desc);
create index bundles_by_author on app.subject_access_bundles (author_id);
create index bundles_to_make on app.subject_access_bundles (state, created_at) where state in ('waiting', 'making');
create trigger part_takes_place_from_request before insert on app.subject_access_bundles
    for each row execute function app.part_takes_place_from_request();
create trigger bundles_are_made_for_open_requests after insert on app.subject_access_bundles
    for each row execute function app.bundles_are_made_for_open_requests();

create table app.subject_access_chunks (
    bundle_id       uuid not null,
    organisation_id uuid not null,
    number          integer not null,
    bytes           bytea not null,
    constraint subject_access_chunks_pkey primary key (bundle_id, number),
    constraint chunks_fit check (octet_length(bytes) between 1 and 4000000),
    constraint chunks_are_of_a_bundle foreign key (organisation_id, bundle_id) references app.subject_access_bundles (organisation_id, id) on delete cascade
);
comment on table app.subject_access_chunks is 'The bytes of a bundle, in pieces that are read one after another. They go after 30 days, when the request is closed, and at once when a record in them is destroyed.';
create index chunks_by_bundle on app.subject_access_chunks (organisation_id, bundle_id);
-- What the log knows of a tenant by the row alone, because it is of no case (app.held_items).
create index audit_besides_cases on app.audit_log (row_id)
    where case_id is null and table_name in ('tenants', 'suppressed_addresses', 'subject_access_requests', 'subject_access_pauses', 'subject_access_bundles');
-- And with what was to be hidden in a bundle (app.erase_subject_access).
create index audit_payloads_by_request on app.audit_payloads ((coalesce(before, after) ->> 'request_id')) where table_name = 'subject_access_redactions';
insert into app.jobs (name, cadence, due_time, late_after, destroys) values
    ('make_bundles',          'often',   null,    '2 hours',    false),
    ('erase_old_bundles',     'daily',   '03:40', '12 hours',   true);


------------------------------------------------------------------------------------------------------------------------
-- What is audited
------------------------------------------------------------------------------------------------------------------------

do $audited$
declare
    it record;
begin
    for it in
        select * from (values
            ('subject_access_requests',    'id',      '',        '',                   'created_at'),
            ('subject_access_pauses',      'id',      '',        'why',                'created_at'),
            ('subject_access_redactions',  'id',      '',        'because',            'created_at')
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
-- Bundles by their state alone: how far one is changes all the time.
create trigger written_down after insert or update of state on app.subject_access_bundles
    for each row execute function app.write_down('id', '', '', 'created_at');
create trigger written_down_when_deleted after delete on app.subject_access_bundles
    for each row when (session_user = 'keywork_app' or current_setting('app.purging', true) is distinct from 'yes')
    execute function app.write_down('id', '', '', 'created_at');
