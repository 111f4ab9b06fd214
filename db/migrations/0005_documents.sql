-- The document pack: templates, documents with their trail, PDFs and deliveries, uploads; e-mails that carry a document.
--
-- Tables, constraints and triggers word for word as schema.sql has them. An organisation has no templates until its org-admin adds some.


------------------------------------------------------------------------------------------------------------------------
-- Documents: what they are made from
------------------------------------------------------------------------------------------------------------------------

create table app.document_templates (
    id                   uuid primary key default gen_random_uuid(),
    organisation_id      uuid not null default app.org_admin_organisation() references app.organisations,
    kind                 text not null,
    name                 text not null,
    repeats_every_months integer,
    starter_key          text,
    created_at           timestamptz not null default now(),
    retired_at           timestamptz,
    constraint template_kinds_are_known check (kind in (
        'letter', 'agreement', 'acknowledgement', 'intake_assessment', 'recurring_assessment', 'event_form', 'session_log', 'checklist', 'reference')),
    constraint template_names_are_filled check (length(btrim(name)) between 1 and 120),
    constraint template_names_are_unique_in_an_organisation unique (organisation_id, name),
    -- A recurring assessment says when the next is due (spec 5); nothing else does.
    constraint recurring_assessments_have_an_interval check ((kind = 'recurring_assessment') = (repeats_every_months is not null)),
    constraint assessments_repeat_within_5_years check (repeats_every_months between 1 and 60),
    constraint starter_keys_are_plain_words check (starter_key ~ '^[a-z_]{2,60}$'),
    constraint starters_are_added_once unique (organisation_id, starter_key),
    constraint templates_in_their_organisation unique (organisation_id, id)
);
comment on table app.document_templates is
    'What an organisation''s documents are made from (spec 5); what they say is in app.document_template_versions. A retired one (retired_at) makes no new documents.';
comment on column app.document_templates.starter_key is 'Which template of the starter pack it began as (app.starter_templates); null for the organisation''s own.';

create table app.document_template_versions (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null,
    template_id     uuid not null,
    version         integer not null,
    parts           jsonb not null,
    author_id       uuid references app.users,
    author_name     text not null,
    created_at      timestamptz not null default now(),
    constraint template_versions_count_from_1 check (version > 0),
    constraint template_versions_are_numbered_once unique (template_id, version),
    constraint template_versions_in_their_organisation unique (organisation_id, id),
    constraint template_versions_are_of_a_template foreign key (organisation_id, template_id)
        references app.document_templates (organisation_id, id)
);
comment on table app.document_template_versions is
    'Each wording of a template. Never changed: a document keeps the version that it was made from, and the newest makes new ones.';
comment on column app.document_template_versions.parts is
    '[{"id", "type", "words", "hint", "options", "required"}] in the order on paper. Types heading and text; questions of the types short_text, long_text, date, number, choice, choices, yes_no, signature. '
    'Ids stay from version to version, so that answers carry over. Words may hold {{tenant}}, {{property}}, {{organisation}}, {{date}}, {{case_opened}}, {{author}}.';
create index template_versions_by_template on app.document_template_versions (organisation_id, template_id, version desc);
create index template_versions_by_author on app.document_template_versions (author_id);
create trigger template_versions_take_their_place before insert on app.document_template_versions
    for each row execute function app.template_versions_take_their_place();
create trigger template_parts_fit before insert on app.document_template_versions
    for each row execute function app.template_parts_fit();
create trigger template_versions_stay before update or delete on app.document_template_versions
    for each row execute function app.template_versions_stay();

create table app.document_transitions (
    step             text not null,
    from_state       text not null,
    to_state         text not null,
    by_collaborators boolean not null,
    by_author        text not null,
    asks_reason      boolean not null,
    follows_from     text,
    position         smallint not null,
    constraint document_transitions_pkey primary key (step, from_state),
    constraint transition_steps_are_plain_words check (step ~ '^[a-z_]{2,20}$'),
    constraint transition_states_are_known check (
        from_state in ('draft', 'submitted', 'approved', 'sent') and to_state in ('draft', 'submitted', 'approved', 'sent', 'withdrawn', 'superseded')),
    constraint transitions_say_about_the_author check (by_author in ('only', 'never', 'any'))
);
comment on table app.document_transitions is
    'THE life of a document (spec 5): which step leads from which state to which, and who may take it. Operators may take each, collaborators where it says so. No row, no step.';
comment on column app.document_transitions.by_author is 'only: nobody but the author. never: anybody but the author (four eyes). any: both.';
comment on column app.document_transitions.follows_from is 'The table in which a new row takes this step: the PDF that approves, the delivery that sends, the newer version that supersedes. Nobody takes it otherwise.';
insert into app.document_transitions (step, from_state, to_state, by_collaborators, by_author, asks_reason, follows_from, position) values
    ('submit',    'draft',     'submitted',  true,  'only',  false, null,                          1),
    ('withdraw',  'draft',     'withdrawn',  true,  'any',   false, null,                          7),
    ('approve',   'submitted', 'approved',   false, 'never', false, 'support_document_pdfs',       2),
    ('return',    'submitted', 'draft',      false, 'never', true,  null,                          3),
    ('withdraw',  'submitted', 'withdrawn',  true,  'only',  false, null,                          7),
    ('send',      'approved',  'sent',       false, 'any',   false, 'support_document_deliveries', 4),
    ('hand_over', 'approved',  'sent',       false, 'any',   false, 'support_document_deliveries', 5),
    ('withdraw',  'approved',  'withdrawn',  false, 'any',   true,  null,                          7),
    ('supersede', 'approved',  'superseded', false, 'any',   false, 'support_documents',           6),
    ('send',      'sent',      'sent',       false, 'any',   false, 'support_document_deliveries', 4),
    ('hand_over', 'sent',      'sent',       false, 'any',   false, 'support_document_deliveries', 5),
    ('supersede', 'sent',      'superseded', false, 'any',   false, 'support_documents',           6);


------------------------------------------------------------------------------------------------------------------------
-- Documents of a case
------------------------------------------------------------------------------------------------------------------------

create table app.support_documents (
    id                   uuid primary key default gen_random_uuid(),
    organisation_id      uuid not null,
    landlord_id          uuid not null,
    case_id              uuid not null,
    template_version_id  uuid not null,
    template_id          uuid not null,
    kind                 text not null,
    title                text not null,
    answers              jsonb not null default '{}',
    revision             integer not null default 1,
    state                text not null default 'draft',
    step                 text,
    step_reason          text,
    content              jsonb,
    content_sha256       bytea,
    version              integer not null default 1,
    supersedes_id        uuid,
    author_id            uuid not null references app.users,
    author_name          text not null,
    created_at           timestamptz not null default now(),
    changed_at           timestamptz not null default now(),
    submitted_at         timestamptz,
    approved_at          timestamptz,
    approved_by_id       uuid references app.users,
    approved_by_name     text,
    pdf_sha256           bytea,
    sent_at              timestamptz,
    repeats_every_months integer,
    next_due_on          date,
    constraint document_kinds_are_known check (kind in (
        'letter', 'agreement', 'acknowledgement', 'intake_assessment', 'recurring_assessment', 'event_form', 'session_log', 'checklist', 'reference')),
    constraint document_titles_are_filled check (length(btrim(title)) between 1 and 160),
    constraint document_states_are_known check (state in ('draft', 'submitted', 'approved', 'sent', 'withdrawn', 'superseded')),
    constraint document_reasons_fit check (length(step_reason) <= 1000),
    constraint document_versions_count_from_1 check (version > 0 and (version > 1) = (supersedes_id is not null)),
    constraint document_revisions_count_from_1 check (revision > 0),
    -- About 70 pages, which are laid out in some seconds (views/document_pdf.py).
    constraint document_answers_fit_on_paper check (length(answers::text) <= 300000),
    -- From submission on there is what was submitted, word for word; a draft has none, and what was withdrawn may have.
    constraint submitted_documents_have_their_content check (
        state = 'withdrawn' or (state = 'draft') = (content is null) and (content is null) = (submitted_at is null)),
    constraint document_content_fits_its_hash check (
        (content is null) = (content_sha256 is null) and content_sha256 = sha256(convert_to(content::text, 'UTF8'))),
    -- Spec 5: an approver is never the author.
    constraint approvers_are_not_the_author check (approved_by_id <> author_id),
    -- Approval fixes the PDF; from then on the four stay together.
    constraint approved_documents_have_their_pdf check (
        (approved_at is null) = (pdf_sha256 is null) and (approved_at is null) = (approved_by_id is null) and (approved_at is null) = (approved_by_name is null)
        and case when state in ('approved', 'sent', 'superseded') then approved_at is not null when state in ('draft', 'submitted') then approved_at is null else true end),
    constraint sent_documents_have_their_moment check (state <> 'sent' or sent_at is not null),
    constraint documents_in_their_case unique (organisation_id, case_id, id, landlord_id),
    constraint documents_are_on_a_case foreign key (organisation_id, case_id, landlord_id)
        references app.support_cases (organisation_id, id, landlord_id) on update cascade,
    constraint documents_are_made_from_a_template foreign key (organisation_id, template_version_id)
        references app.document_template_versions (organisation_id, id),
    constraint documents_supersede_one_of_their_case foreign key (organisation_id, case_id, supersedes_id, landlord_id)
        references app.support_documents (organisation_id, case_id, id, landlord_id) on update cascade
);
comment on table app.support_documents is
    'The document pack (spec 5). A step is taken by setting `step` (and step_reason): app.document_transitions says where it leads and who may, a trigger moves the state, and app.support_document_events is the trail.';
comment on column app.support_documents.answers is 'Answers of a draft, by the id of the question in the template''s parts. Questions not answered are not there.';
comment on column app.support_documents.revision is 'Counts the changes of a draft: whoever changes it says which one they saw.';
comment on column app.support_documents.content is
    'What was submitted, with the names and dates of that day: {"organisation", "tenant", "property", "title", "kind", "template", "template_version", "version", "author", "dated", "parts": [{"id", "type", "words", "hint", "options", "answer"}]}. The PDF is made of this alone.';
comment on column app.support_documents.pdf_sha256 is 'Of the PDF in app.support_document_pdfs.';
comment on column app.support_documents.step_reason is 'Why the latest step was taken, where somebody said so.';
comment on column app.support_documents.next_due_on is 'Of an approved recurring assessment: the day (Europe/London) by which the next one is due.';
-- A document has one successor at a time. Looked at before the keys: with its case, so that a document of another place is refused as one that is not there.
create unique index one_new_version_at_a_time on app.support_documents (supersedes_id, case_id) where supersedes_id is not null and state <> 'withdrawn';
create index documents_by_case on app.support_documents (case_id, created_at desc) include (organisation_id, landlord_id, state, author_id);
create index documents_by_case_key on app.support_documents (organisation_id, case_id, landlord_id);
create index documents_by_superseded on app.support_documents (organisation_id, case_id, supersedes_id, landlord_id);
create index documents_by_landlord on app.support_documents (landlord_id);
create index documents_by_template on app.support_documents (organisation_id, template_version_id);
create index documents_by_author on app.support_documents (author_id);
create index documents_by_approver on app.support_documents (approved_by_id);
-- What waits for an operator, and which assessments are due.
create index submitted_documents on app.support_documents (organisation_id, submitted_at) where state = 'submitted';
create index recurring_documents on app.support_documents (case_id, template_id, approved_at desc) where next_due_on is not null and state in ('approved', 'sent', 'superseded');
create index assessments_by_day on app.support_documents (organisation_id, next_due_on) where next_due_on is not null and state in ('approved', 'sent', 'superseded');
-- By name, in this order: what is written into a row must be allowed to change, and only then is a step taken.
create trigger content_is_frozen_from_submission before update on app.support_documents
    for each row execute function app.content_is_frozen_from_submission();
create trigger document_takes_place_from_case before insert on app.support_documents
    for each row execute function app.content_takes_place_from_case();
create trigger documents_begin_as_drafts before insert on app.support_documents
    for each row execute function app.documents_begin_as_drafts();
-- Of the reason too: one that comes without its step is judged as if the latest step were taken again, and that leads nowhere.
create trigger documents_take_steps before update of step, step_reason on app.support_documents
    for each row execute function app.documents_take_steps();
-- What may refuse because of what one does not see comes after the policies.
create trigger answers_fit_their_questions after insert or update of answers, template_version_id on app.support_documents
    for each row execute function app.answers_fit_their_questions();
create trigger documents_begin_from_what_is_live after insert on app.support_documents
    for each row execute function app.documents_begin_from_what_is_live();
create trigger documents_of_a_closed_case_are_read_only after insert or update or delete on app.support_documents
    for each row execute function app.closed_case_is_read_only();
create trigger steps_are_written_down after insert or update of step on app.support_documents
    for each row execute function app.steps_are_written_down();

create table app.support_document_events (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null,
    landlord_id     uuid not null,
    case_id         uuid not null,
    document_id     uuid not null,
    step            text not null,
    from_state      text,
    to_state        text not null,
    actor_id        uuid references app.users,
    actor_name      text not null,
    happened_at     timestamptz not null default clock_timestamp(),
    reason          text,
    constraint document_events_are_plain_words check (step ~ '^[a-z_]{2,20}$'),
    constraint document_events_are_on_a_document foreign key (organisation_id, case_id, document_id, landlord_id)
        references app.support_documents (organisation_id, case_id, id, landlord_id) on update cascade on delete cascade
);
comment on table app.support_document_events is
    'The trail of each document: who took which step when, from which state to which, and why (spec 5). Written by a trigger, changed by nobody; goes with its document.';
create index document_events_by_document on app.support_document_events (organisation_id, case_id, document_id, landlord_id);
create index document_events_by_document_alone on app.support_document_events (document_id, happened_at);
create index document_events_by_landlord on app.support_document_events (landlord_id);
create index document_events_by_actor on app.support_document_events (actor_id);
create trigger the_trail_stays before update or delete on app.support_document_events
    for each row execute function app.what_was_fixed_stays();
create trigger the_trail_is_not_emptied before truncate on app.support_document_events
    for each statement execute function app.what_was_fixed_stays();

create table app.support_document_pdfs (
    document_id     uuid primary key,
    organisation_id uuid not null,
    landlord_id     uuid not null,
    case_id         uuid not null,
    content_sha256  bytea not null,
    pdf             bytea not null,
    sha256          bytea not null generated always as (sha256(pdf)) stored,
    made_at         timestamptz not null default now(),
    constraint pdfs_are_pdfs check (substring(pdf from 1 for 5) = '\x255044462d'),
    -- In bytes: what mail servers take.
    constraint pdfs_can_be_sent check (octet_length(pdf) <= 15000000),
    constraint pdfs_are_of_a_document foreign key (organisation_id, case_id, document_id, landlord_id)
        references app.support_documents (organisation_id, case_id, id, landlord_id) on update cascade on delete cascade
);
comment on table app.support_document_pdfs is
    'The PDF of each approved document: adding it is the approval. Never changed; goes with its document. Not in the audit log byte by byte: the document''s row there has its SHA-256.';
comment on column app.support_document_pdfs.content_sha256 is 'Of the content that it was made of: that of the document, or it is not taken.';
create index pdfs_by_document on app.support_document_pdfs (organisation_id, case_id, document_id, landlord_id);
create index pdfs_by_landlord on app.support_document_pdfs (landlord_id);
create trigger pdf_takes_place_from_document before insert on app.support_document_pdfs
    for each row execute function app.pdf_takes_place_from_document();
create trigger pdf_approves_its_document after insert on app.support_document_pdfs
    for each row execute function app.pdf_approves_its_document();
-- Compared here: turning a file into text for the comparison would cost a move to another landlord seconds.
create trigger pdfs_are_not_changed before update on app.support_document_pdfs for each row
    when ((old.document_id, old.organisation_id, old.case_id, old.content_sha256, old.pdf, old.made_at)
          is distinct from (new.document_id, new.organisation_id, new.case_id, new.content_sha256, new.pdf, new.made_at))
    execute function app.what_was_fixed_stays();
create trigger pdfs_stay before delete on app.support_document_pdfs
    for each row execute function app.what_was_fixed_stays();
create trigger pdfs_are_not_emptied before truncate on app.support_document_pdfs
    for each statement execute function app.what_was_fixed_stays();

create table app.support_document_deliveries (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null,
    landlord_id     uuid not null,
    case_id         uuid not null,
    document_id     uuid not null,
    way             text not null,
    to_name         text not null,
    to_address      text,
    handed_over_on  date,
    author_id       uuid not null references app.users,
    author_name     text not null,
    created_at      timestamptz not null default now(),
    constraint delivery_ways_are_known check (way in ('email', 'by_hand')),
    constraint delivery_names_are_filled check (length(btrim(to_name)) between 1 and 120),
    -- Typed for this one e-mail: without the signs by which a mail program would read another address out of it.
    constraint delivery_addresses_look_like_addresses check (
        to_address ~ '^[^@\s,;:<>()"]+@([^@\s,.;:<>()"]{1,63}\.)+[^@\s,.;:<>()"]{1,63}$' and length(to_address) <= 254),
    constraint documents_by_email_have_an_address check ((way = 'email') = (to_address is not null)),
    constraint documents_by_hand_have_a_day check ((way = 'by_hand') = (handed_over_on is not null)),
    constraint hand_over_days_are_plausible check (handed_over_on >= date '2000-01-01'),
    constraint deliveries_in_their_organisation unique (organisation_id, id),
    constraint deliveries_are_of_a_document foreign key (organisation_id, case_id, document_id, landlord_id)
        references app.support_documents (organisation_id, case_id, id, landlord_id) on update cascade on delete cascade
);
comment on table app.support_document_deliveries is
    'To whom an approved document went: by e-mail with its PDF (app.outbox), or by hand. Adding one is sending; what became of the e-mail is the outbox''s to say (app.delivery_state).';
create index deliveries_by_document on app.support_document_deliveries (organisation_id, case_id, document_id, landlord_id);
create index deliveries_by_address on app.support_document_deliveries (organisation_id, lower(to_address)) where to_address is not null;
create index deliveries_by_document_alone on app.support_document_deliveries (document_id, created_at);
create index deliveries_by_landlord on app.support_document_deliveries (landlord_id);
create index deliveries_by_author on app.support_document_deliveries (author_id);
create trigger delivery_takes_place_from_document before insert on app.support_document_deliveries
    for each row execute function app.delivery_takes_place_from_document();
create trigger delivery_sends_its_document after insert on app.support_document_deliveries
    for each row execute function app.delivery_sends_its_document();
create trigger deliveries_stay before update or delete on app.support_document_deliveries
    for each row execute function app.what_was_fixed_stays();
create trigger deliveries_are_not_emptied before truncate on app.support_document_deliveries
    for each statement execute function app.what_was_fixed_stays();


------------------------------------------------------------------------------------------------------------------------
-- Uploads: a signed scan, a letter received
------------------------------------------------------------------------------------------------------------------------

-- The bytes are apart from what is said of them: the audit log copies rows, and a row with a file in it would be copied whole.

create table app.support_uploads (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null,
    landlord_id     uuid not null,
    case_id         uuid not null,
    document_id     uuid,
    title           text not null,
    received_on     date,
    author_id       uuid not null references app.users,
    author_name     text not null,
    created_at      timestamptz not null default now(),
    constraint upload_titles_are_filled check (length(btrim(title)) between 1 and 160),
    constraint upload_days_are_plausible check (received_on between date '2000-01-01' and date '2100-12-31'),
    constraint uploads_in_their_case unique (organisation_id, case_id, id, landlord_id),
    constraint uploads_are_on_a_case foreign key (organisation_id, case_id, landlord_id)
        references app.support_cases (organisation_id, id, landlord_id) on update cascade,
    constraint uploads_belong_to_a_document_of_the_case foreign key (organisation_id, case_id, document_id, landlord_id)
        references app.support_documents (organisation_id, case_id, id, landlord_id) on update cascade
);
comment on table app.support_uploads is 'Files that somebody added to a case: a signed scan of one of its documents (document_id), or something received. The file is in app.support_upload_files.';
create index uploads_by_case on app.support_uploads (case_id, created_at desc) include (organisation_id, landlord_id, author_id);
create index uploads_by_case_key on app.support_uploads (organisation_id, case_id, landlord_id);
create index uploads_by_document on app.support_uploads (organisation_id, case_id, document_id, landlord_id);
create index uploads_by_landlord on app.support_uploads (landlord_id);
create index uploads_by_author on app.support_uploads (author_id);
create trigger upload_takes_place_from_case before insert on app.support_uploads
    for each row execute function app.content_takes_place_from_case();
create trigger uploads_of_a_closed_case_are_read_only after insert or update or delete on app.support_uploads
    for each row execute function app.closed_case_is_read_only();
create constraint trigger uploads_come_with_their_file after insert on app.support_uploads deferrable initially deferred
    for each row execute function app.uploads_come_with_their_file();

create table app.support_upload_files (
    upload_id       uuid primary key,
    organisation_id uuid not null,
    landlord_id     uuid not null,
    case_id         uuid not null,
    media_type      text not null,
    bytes           bytea not null,
    sha256          bytea not null generated always as (sha256(bytes)) stored,
    size_bytes      integer not null generated always as (octet_length(bytes)) stored,
    constraint upload_types_are_accepted check (media_type in (
        'application/pdf', 'image/png', 'image/jpeg', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document')),
    -- By their first bytes; whoever takes them in has looked at all of them (views/upload_check.py).
    constraint upload_files_are_of_their_type check (case media_type
        when 'application/pdf' then substring(bytes from 1 for 5) = '\x255044462d'
        when 'image/png' then substring(bytes from 1 for 8) = '\x89504e470d0a1a0a'
        when 'image/jpeg' then substring(bytes from 1 for 3) = '\xffd8ff'
        else substring(bytes from 1 for 4) = '\x504b0304' end),
    constraint upload_files_fit check (octet_length(bytes) <= 10000000),
    constraint files_are_of_an_upload foreign key (organisation_id, case_id, upload_id, landlord_id)
        references app.support_uploads (organisation_id, case_id, id, landlord_id) on update cascade on delete cascade
);
comment on table app.support_upload_files is 'The file of each upload, as it came. Never changed; goes with its upload.';
create index upload_files_by_upload on app.support_upload_files (organisation_id, case_id, upload_id, landlord_id);
create index upload_files_by_landlord on app.support_upload_files (landlord_id);
create trigger file_takes_place_from_upload before insert on app.support_upload_files
    for each row execute function app.file_takes_place_from_upload();
create trigger upload_files_are_not_changed before update on app.support_upload_files for each row
    when ((old.upload_id, old.organisation_id, old.case_id, old.media_type, old.bytes)
          is distinct from (new.upload_id, new.organisation_id, new.case_id, new.media_type, new.bytes))
    execute function app.what_was_fixed_stays();


------------------------------------------------------------------------------------------------------------------------
-- The outbox takes documents
------------------------------------------------------------------------------------------------------------------------

alter table app.outbox
    alter column digest_id drop not null,
    add column delivery_id uuid,
    drop constraint message_kinds_are_known,
    add constraint message_kinds_are_known check (kind in ('digest', 'document')),
    add constraint messages_carry_what_their_kind_says check ((kind = 'digest') = (digest_id is not null) and (kind = 'document') = (delivery_id is not null)),
    add constraint messages_carry_a_document foreign key (organisation_id, delivery_id)
        references app.support_document_deliveries (organisation_id, id) on delete cascade;
comment on table app.outbox is
    'E-mails that go out of the house through a courier. They hold no words: what a digest says is rendered from its entries when it is handed over, a document''s PDF is attached then. States: waiting (for its turn, next_attempt_at), '
    'sending (a courier has it, until next_attempt_at), sent (handed over), delivered, bounced_for_now (a full mailbox, say: the address is good), bounced, complained (the provider says), failed (refused for good), '
    'unsure (nobody knows whether it was taken: a person decides), withdrawn (nothing of it may be said any more).';
create index outbox_by_delivery on app.outbox (organisation_id, delivery_id);
-- What the audit log says of an address goes with the last document that was sent there (app.erase_recipients).
create index audit_payloads_by_suppression on app.audit_payloads (row_id) where table_name = 'suppressed_addresses';


------------------------------------------------------------------------------------------------------------------------
-- What is audited
------------------------------------------------------------------------------------------------------------------------

do $audited$
declare
    it record;
begin
    for it in
        select * from (values
            ('document_templates',         'id',      '',        'kind',               'created_at'),
            ('document_template_versions', 'id',      '',        '',                   'created_at'),
            ('support_documents',          'id',      'case_id', 'kind',               'created_at'),
            ('support_document_deliveries','id',      'case_id', 'way',                'created_at'),
            ('support_uploads',            'id',      'case_id', '',                   'created_at')
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
