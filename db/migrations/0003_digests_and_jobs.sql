-- The job ledger, the housing officer digest, the outbox.
--
-- Tables, constraints and triggers word for word as schema.sql has them. No digest is sent about months before this release.


------------------------------------------------------------------------------------------------------------------------
-- Jobs
------------------------------------------------------------------------------------------------------------------------

create table app.jobs (
    name       text primary key,
    cadence    text not null,
    due_time   time,
    late_after interval not null,
    destroys   boolean not null default false,
    since      timestamptz not null default now(),
    constraint job_names_are_plain_words check (name ~ '^[a-z_]{2,40}$'),
    constraint job_cadences_are_known check (cadence in ('often', 'daily', 'monthly')),
    constraint dated_jobs_have_their_time check ((cadence = 'often') = (due_time is null))
);
comment on table app.jobs is 'What the jobs service does, and when (app.due_period). The owner may change due_time and late_after; no upgrade sets them back.';
comment on column app.jobs.cadence is 'often: whenever the clock calls; daily: once for each day from due_time on; monthly: once for each calendar month, on the 1st of the next one from due_time on.';
comment on column app.jobs.due_time is 'Europe/London.';
comment on column app.jobs.late_after is 'How long after it was due, or last done, a job that is not done counts as late (app.health).';
comment on column app.jobs.destroys is 'Not done while the clock of the database is ahead of that of the jobs service (KW450): nothing goes a day early.';
comment on column app.jobs.since is 'A monthly job is not done for months that fell due before this moment: a new installation sends nothing about its past.';
insert into app.jobs (name, cadence, due_time, late_after, destroys) values
    ('keep_audit_months',     'daily',   '02:00', '12 hours',   false),
    ('seal_audit_log',        'often',   null,    '10 minutes', false),
    ('sweep_retention',       'daily',   '02:30', '18 hours',   true),
    ('sweep_retention_asked', 'often',   null,    '12 hours',   true),
    ('compose_digests',       'monthly', '07:00', '3 hours',    false),
    ('send_outbox',           'often',   null,    '10 minutes', false),
    ('erase_old_digests',     'daily',   '03:30', '12 hours',   true),
    ('clear_mail_folder',     'often',   null,    '1 hour',     false);

create table app.job_runs (
    job         text not null references app.jobs,
    period      date not null,
    status      text not null default 'running',
    attempts    integer not null default 1,
    began_at    timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    counts      jsonb not null default '{}',
    error       text,
    constraint job_runs_pkey primary key (job, period),
    constraint job_statuses_are_known check (status in ('running', 'done', 'failed')),
    constraint job_attempts_count_from_1 check (attempts > 0),
    -- Codes, never words: whoever runs the installation reads no case.
    constraint job_errors_are_codes check (error ~ '^[A-Za-z0-9_]{1,60}$'),
    constraint failed_jobs_say_why check (status <> 'failed' or error is not null)
);
comment on table app.job_runs is
    'The job ledger: one row for each job and period. Periods are days (Europe/London), of a monthly job the first day of the month that it is about; of a job that runs often, the day.';
comment on column app.job_runs.attempts is 'How often it was begun: 2 where the first was killed or failed; of a job that runs often, how often that day.';
comment on column app.job_runs.finished_at is 'When it was last done; a failure leaves it as it was.';
comment on column app.job_runs.counts is 'What it did, by name; added up over the attempts.';


------------------------------------------------------------------------------------------------------------------------
-- The housing officer digest
------------------------------------------------------------------------------------------------------------------------

-- Not audited row by row: they are copies of records, made by a job. What is written down is that a case's part was sent to
-- somebody, in that case's history (app.message_was_sent).

create table app.digests (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null references app.organisations,
    officer_id      uuid not null references app.users,
    officer_name    text not null,
    address         text not null,
    period          date not null,
    composed_at     timestamptz not null default clock_timestamp(),
    reason          text,
    erased_at       timestamptz,
    -- Whatever crashes or runs twice (spec 6).
    constraint one_digest_for_each_officer_and_month unique (organisation_id, officer_id, period),
    constraint digests_in_their_organisation unique (organisation_id, id),
    constraint digests_are_of_a_calendar_month check (extract(day from period) = 1),
    constraint digest_reasons_are_known check (reason in (
        'plan', 'account_disabled', 'assignment_ended', 'address_not_listed', 'suppressed', 'tenant_hidden', 'nothing_to_report'))
);
comment on table app.digests is
    'What became of the digest of each housing officer, organisation and month (spec 6): reason null, and it goes out through app.outbox; else why it does not. What it says is in app.digest_entries.';
comment on column app.digests.period is 'The first day of the month that it is about.';
comment on column app.digests.address is 'Where it went, or would have gone.';
comment on column app.digests.erased_at is 'When what it said was erased, 90 days after it was sent.';
create index digests_by_officer on app.digests (officer_id);
create index digests_by_month on app.digests (organisation_id, period desc, officer_name);

create table app.digest_entries (
    organisation_id uuid not null,
    landlord_id     uuid not null,
    digest_id       uuid not null,
    case_id         uuid not null,
    reason          text,
    content         jsonb,
    handed_over     boolean not null default false,
    constraint digest_entries_pkey primary key (digest_id, case_id),
    constraint entry_reasons_are_known check (reason in (
        'plan', 'account_disabled', 'assignment_ended', 'address_not_listed', 'suppressed', 'tenant_hidden', 'nothing_to_report')),
    constraint entries_left_out_say_nothing check (reason is null or content is null),
    constraint entries_are_of_a_digest foreign key (organisation_id, digest_id)
        references app.digests (organisation_id, id) on delete cascade,
    constraint entries_are_of_a_case foreign key (organisation_id, case_id, landlord_id)
        references app.support_cases (organisation_id, id, landlord_id) on update cascade
);
comment on table app.digest_entries is
    'One case in a digest: what it says, frozen when it was composed and never more afterwards, or why the case is left out. Goes with the case, and with its records; what it says goes 90 days after sending in any case.';
comment on column app.digest_entries.content is
    '{"tenant", "closed_at", "notes_are_shown", "goals": [{"id", "title", "target_date", "progress": {"body", "author", "at"}}], "sessions": [{"id", "at", "minutes", "type", "status"}], "notes": [{"id", "body", "author", "at"}]}: goals by age, sessions and notes by time.';
comment on column app.digest_entries.handed_over is 'A courier had it to send, and it was not told for sure that this was not taken: it may be out.';
create index entries_by_digest_key on app.digest_entries (organisation_id, digest_id);
create index entries_by_case_key on app.digest_entries (organisation_id, case_id, landlord_id);
create index entries_by_case on app.digest_entries (case_id);
create index entries_by_landlord on app.digest_entries (landlord_id);
-- Which officers of which organisation, and what is theirs: composing, month by month.
create index housing_officers on app.support_collaborators (organisation_id, user_id) include (case_id, participation_mode, ended_at)
    where kind = 'housing_officer' and user_id is not null;


------------------------------------------------------------------------------------------------------------------------
-- The outbox
------------------------------------------------------------------------------------------------------------------------

create table app.outbox (
    id               uuid primary key default gen_random_uuid(),
    organisation_id  uuid not null references app.organisations,
    kind             text not null,
    digest_id        uuid not null,
    dedup_key        text not null,
    key_number       integer not null default 1,
    to_name          text not null,
    to_address       text not null,
    state            text not null default 'waiting',
    attempts         integer not null default 0,
    next_attempt_at  timestamptz not null default clock_timestamp(),
    claimed_at       timestamptz,
    unanswered_since timestamptz,
    error            text,
    provider_id      text,
    created_at       timestamptz not null default clock_timestamp(),
    sent_at          timestamptz,
    state_at         timestamptz not null default clock_timestamp(),
    copy_erased_at   timestamptz,
    constraint message_kinds_are_known check (kind in ('digest')),
    constraint message_states_are_known check (state in (
        'waiting', 'sending', 'sent', 'delivered', 'bounced', 'complained', 'failed', 'unsure', 'withdrawn')),
    constraint messages_are_kept_once unique (dedup_key),
    constraint provider_ids_are_unique unique (provider_id),
    constraint message_errors_are_codes check (error ~ '^[A-Za-z0-9_]{1,60}$'),
    constraint sent_messages_have_their_moment check (state not in ('sent', 'delivered', 'bounced', 'complained') or sent_at is not null),
    constraint messages_carry_a_digest foreign key (organisation_id, digest_id) references app.digests (organisation_id, id) on delete cascade
);
comment on table app.outbox is
    'E-mails that go out of the house through a courier. They hold no words: what a digest says is rendered from its entries when it is handed over. States: waiting (for its turn, next_attempt_at), '
    'sending (a courier has it, until next_attempt_at), sent (handed over), delivered, bounced, complained (the provider says), failed (refused for good), unsure (nobody knows whether it was taken: a person decides), '
    'withdrawn (nothing of it may be said any more).';
comment on column app.outbox.dedup_key is 'The same however often it is composed, after a restored backup too; with key_number it is the provider''s idempotency key.';
comment on column app.outbox.key_number is 'Counts the times that a person decided to send it again.';
comment on column app.outbox.unanswered_since is 'When the first attempt under this key was made that nobody heard the end of: it may be out. The provider knows a key for 24 hours.';
comment on column app.outbox.copy_erased_at is 'When what it said was erased here, in whole or in part: the file of it goes as well.';
create index outbox_by_turn on app.outbox (state, next_attempt_at) where state in ('waiting', 'sending');
create index outbox_by_organisation on app.outbox (organisation_id, created_at desc);
create index outbox_by_digest on app.outbox (organisation_id, digest_id);
create trigger states_are_stamped before update of state on app.outbox
    for each row when (old.state <> new.state) execute function app.states_are_stamped();

create table app.suppressed_addresses (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null references app.organisations,
    address         text not null,
    because         text not null,
    since           timestamptz not null default now(),
    cleared_at      timestamptz,
    cleared_by_name text,
    constraint suppressed_addresses_are_lower_case check (address = lower(address)),
    constraint suppressions_have_a_known_cause check (because in ('bounced', 'complained')),
    constraint cleared_addresses_say_by_whom check ((cleared_at is null) = (cleared_by_name is null)),
    constraint one_suppression_for_each_address unique (organisation_id, address)
);
comment on table app.suppressed_addresses is
    'Addresses that an organisation''s e-mails came back from, or whose owner complained: nothing is sent there until an org-admin clears it (cleared_at).';

create table vault.delivery_events (
    event_id    text primary key,
    provider_id text not null,
    kind        text not null,
    happened_at timestamptz not null,
    received_at timestamptz not null default now(),
    constraint delivery_events_are_known check (kind in ('delivered', 'bounced', 'complained', 'failed'))
);
comment on table vault.delivery_events is
    'What the provider told of e-mails, by its own number of the event: told twice, it counts once. Those that are about no message of the outbox go after 30 days.';
create index delivery_events_by_message on vault.delivery_events (provider_id);

create table vault.couriers (
    only_row     boolean primary key default true,
    paused_until timestamptz not null default '-infinity',
    refused_with text,
    constraint couriers_have_one_row check (only_row),
    constraint refusals_are_codes check (refused_with ~ '^[A-Za-z0-9_]{1,60}$')
);
comment on table vault.couriers is 'Until when all couriers wait, and whether they are refused altogether.';
comment on column vault.couriers.refused_with is 'The code with which our key, domain or folder was refused; null once an e-mail went again.';
insert into vault.couriers default values;


------------------------------------------------------------------------------------------------------------------------
-- What is audited
------------------------------------------------------------------------------------------------------------------------

create trigger written_down after insert or update on app.suppressed_addresses
    for each row execute function app.write_down('id', '', 'because', 'since');
create trigger written_down_when_deleted after delete on app.suppressed_addresses
    for each row when (session_user = 'keywork_app' or current_setting('app.purging', true) is distinct from 'yes')
    execute function app.write_down('id', '', 'because', 'since');
