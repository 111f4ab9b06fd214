-- Imports: what a firm brings from its former system, with the ids that it had there.
--
-- Tables, constraints and comments word for word as schema.sql has them.

------------------------------------------------------------------------------------------------------------------------
-- What a former system called things
------------------------------------------------------------------------------------------------------------------------

alter table app.properties
    add column external_id text,
    add constraint property_external_ids_are_printable check (
        length(external_id) between 1 and 100 and external_id = btrim(external_id)
        and external_id !~ '[\x01-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]');
comment on column app.properties.external_id is 'What a former system called it; null where it was made here (app.imports).';
create unique index properties_by_external_id on app.properties (organisation_id, external_id) where external_id is not null;

alter table app.tenants
    add column external_id text,
    add constraint tenant_external_ids_are_printable check (
        length(external_id) between 1 and 100 and external_id = btrim(external_id)
        and external_id !~ '[\x01-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]');
comment on column app.tenants.external_id is 'What a former system called it; null where it was made here (app.imports).';
create unique index tenants_by_external_id on app.tenants (organisation_id, external_id) where external_id is not null;

alter table app.support_cases
    add column external_id text,
    add constraint case_external_ids_are_printable check (
        length(external_id) between 1 and 100 and external_id = btrim(external_id)
        and external_id !~ '[\x01-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]');
comment on column app.support_cases.external_id is 'What a former system called it; null where it was made here (app.imports).';
create unique index cases_by_external_id on app.support_cases (organisation_id, external_id) where external_id is not null;

alter table app.support_notes
    add column external_id text,
    alter column author_id drop not null,
    add constraint note_external_ids_are_printable check (
        length(external_id) between 1 and 100 and external_id = btrim(external_id)
        and external_id !~ '[\x01-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'),
    add constraint note_authors_have_an_account_or_are_imported check (author_id is not null or external_id is not null);
comment on column app.support_notes.external_id is 'What a former system called it; null where it was made here (app.imports).';
create unique index notes_by_external_id on app.support_notes (organisation_id, external_id) where external_id is not null;

alter table app.support_goals
    add column external_id text,
    alter column author_id drop not null,
    add constraint goal_external_ids_are_printable check (
        length(external_id) between 1 and 100 and external_id = btrim(external_id)
        and external_id !~ '[\x01-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'),
    add constraint goal_authors_have_an_account_or_are_imported check (author_id is not null or external_id is not null);
comment on column app.support_goals.external_id is 'What a former system called it; null where it was made here (app.imports).';
create unique index goals_by_external_id on app.support_goals (organisation_id, external_id) where external_id is not null;

alter table app.support_sessions
    add column external_id text,
    alter column author_id drop not null,
    add constraint session_external_ids_are_printable check (
        length(external_id) between 1 and 100 and external_id = btrim(external_id)
        and external_id !~ '[\x01-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'),
    add constraint session_authors_have_an_account_or_are_imported check (author_id is not null or external_id is not null);
comment on column app.support_sessions.external_id is 'What a former system called it; null where it was made here (app.imports).';
create unique index sessions_by_external_id on app.support_sessions (organisation_id, external_id) where external_id is not null;


------------------------------------------------------------------------------------------------------------------------
-- Imports: what a firm brings from its former system
------------------------------------------------------------------------------------------------------------------------

-- A file is read into staged lines by the web server, as the org-admin; matched, checked and applied by the rules under "Imports"
-- in functions.sql. Lines and faults are copies of people's words: they go when the import is done, given up, or a week old.

create table app.imports (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null default app.org_admin_organisation() references app.organisations,
    kind            text not null,
    file_name       text not null,
    encoding        text not null,
    delimiter       text not null,
    header          text[] not null,
    line_count      integer,
    mapping         jsonb,
    state           text not null default 'uploaded',
    fault_count     integer,
    to_add          integer,
    already_here    integer,
    to_close        integer,
    due_at_once     integer,
    error           text,
    author_id       uuid references app.users,
    author_name     text not null,
    asked_by_id     uuid references app.users,
    asked_by_name   text,
    created_at      timestamptz not null default now(),
    state_at        timestamptz not null default now(),
    constraint import_kinds_are_known check (kind in ('properties', 'tenants', 'cases', 'notes', 'goals', 'sessions')),
    constraint import_states_are_known check (state in (
        'uploaded', 'checking', 'checked', 'applying', 'done', 'discarded', 'expired', 'refused', 'failed')),
    constraint import_file_names_fit check (length(file_name) between 1 and 200),
    constraint import_encodings_are_known check (encoding in ('utf-8', 'utf-16', 'windows-1252')),
    constraint import_delimiters_are_known check (delimiter in (',', ';', E'\t')),
    -- A file of spreadsheets' width; each name once, or nobody could say which is meant. None of one that is over.
    constraint import_headers_fit check (
        array_position(header, null) is null
        and case when state in ('done', 'discarded', 'expired', 'refused', 'failed') then cardinality(header) = 0 else cardinality(header) between 1 and 100 end),
    -- A file whose first line is no line of names would leave words of a record here. One that is done may suggest the next one's columns.
    constraint import_mappings_go check (state not in ('discarded', 'expired', 'refused', 'failed') or mapping is null),
    -- Codes, never words: an SQLSTATE, or why it was refused.
    constraint import_errors_are_codes check (error ~ '^[A-Za-z0-9_]{1,60}$'),
    constraint imports_in_their_organisation unique (organisation_id, id)
);
comment on table app.imports is
    'A file that an org-admin brings in, of one kind. States: uploaded (its columns are to be matched), checking (the jobs service looks for faults), checked, applying (the jobs service brings it in, '
    'whole or not at all), done; discarded (by an org-admin), expired (a week old, or retention destroyed something that it names), refused (who asked may no longer), failed.';
comment on column app.imports.header is 'What its first line says: the names of its columns. Empty of an import that is over, and in no payload of the audit log: in a file without names it is a record.';
comment on column app.imports.mapping is '{field: name of a column}: which column of the file is which field (app.import_fields). The last one of a kind is suggested for the next file: of an import that is done it stays for 90 days, '
    'of others that are over it is null. In no payload of the audit log.';
comment on column app.imports.fault_count is 'Of the latest check, as are the numbers beside it; of an import that is done, what it did.';
comment on column app.imports.due_at_once is 'How many cases would come, or be closed, so long after their closing that retention destroys them in its next run.';
comment on column app.imports.asked_by_id is 'Who asked for the check or import that is waiting, under way or was last done: the person that its rows are written down for.';
create index imports_by_organisation on app.imports (organisation_id, created_at desc);
create index imports_by_author on app.imports (author_id);
create index imports_by_asker on app.imports (asked_by_id);
-- The jobs service's way to what waits, oldest first.
create index imports_by_turn on app.imports (state, state_at) where state in ('checking', 'applying');
create trigger imports_take_their_steps before insert or update on app.imports
    for each row execute function app.imports_take_their_steps();
create trigger imports_let_go after update of state on app.imports
    for each row when (new.state in ('done', 'discarded', 'expired', 'refused', 'failed')) execute function app.imports_let_go();

create table app.import_lines (
    organisation_id uuid not null,
    import_id       uuid not null,
    line            integer not null,
    cells           text[] not null,
    constraint import_lines_pkey primary key (organisation_id, import_id, line),
    -- What Keywork reads of one file; the reader says so before (views/import_reading.py).
    constraint import_lines_are_counted check (line between 2 and 600000),
    constraint import_lines_are_of_an_import foreign key (organisation_id, import_id)
        references app.imports (organisation_id, id) on delete cascade
);
comment on table app.import_lines is 'The staged lines of a file, as it has them. Goes when the import is done or given up, a week after it was uploaded at the latest.';
comment on column app.import_lines.line is 'As spreadsheets count: the names of the columns are line 1, blank lines count.';
create trigger import_lines_come_with_the_file after insert on app.import_lines
    referencing new table as came for each statement execute function app.import_lines_come_with_the_file();

create table app.import_faults (
    organisation_id uuid not null,
    import_id       uuid not null,
    line            integer not null,
    place           integer not null default 0,
    code            text not null,
    said            text,
    hint            text,
    of_reading      boolean not null default false,
    constraint import_faults_pkey primary key (organisation_id, import_id, line, place, code),
    constraint import_fault_codes_are_plain_words check (code ~ '^[a-z_]{2,40}$'),
    constraint import_faults_quote_little check (length(said) <= 200 and length(hint) <= 200),
    constraint import_faults_are_of_an_import foreign key (organisation_id, import_id)
        references app.imports (organisation_id, id) on delete cascade
);
comment on table app.import_faults is 'What keeps a file from being brought in: which line, which column, why (a code; views/import_words.py words it), and how the cell begins. Goes with the lines.';
comment on column app.import_faults.place is 'Which column of the file, from 1; 0: the line as a whole.';
comment on column app.import_faults.of_reading is 'Found while the file was read, and stays; the others are found anew by each check.';

create table vault.import_work (
    import_id  uuid primary key references app.imports on delete cascade,
    attempts   integer not null,
    began_at   timestamptz not null default clock_timestamp(),
    applied_in xid8,
    constraint import_attempts_count_from_1 check (attempts > 0)
);
comment on table vault.import_work is 'How often the jobs service began what was last asked of an import: one that ends it each time is given up.';
comment on column vault.import_work.applied_in is 'The transaction that writes what it brings, by which app.who_acts() knows for whom the jobs service writes.';


------------------------------------------------------------------------------------------------------------------------
-- What is audited
------------------------------------------------------------------------------------------------------------------------

-- But for the words of the file, which are not kept.
create trigger written_down after insert or update on app.imports for each row execute function app.write_down('id', '', 'kind', 'created_at', 'header', 'mapping');
create trigger written_down_when_deleted after delete on app.imports for each row
    when (session_user = 'keywork_app' or current_setting('app.purging', true) is distinct from 'yes')
    execute function app.write_down('id', '', 'kind', 'created_at', 'header', 'mapping');


------------------------------------------------------------------------------------------------------------------------
-- Jobs
------------------------------------------------------------------------------------------------------------------------

insert into app.jobs (name, cadence, due_time, late_after, destroys) values
    ('work_on_imports',       'often',   null,    '1 hour',     false),
    ('erase_old_imports',     'daily',   '03:45', '12 hours',   true);
