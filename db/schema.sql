-- Keywork: tables, constraints, indexes, and where triggers are attached.
--
-- Applied once, as keywork_owner, to a database that has functions.sql already (triggers and defaults name functions).
-- Read rls.sql for who sees what, functions.sql for the rules, views.sql for what the screens read.
--
-- An installed database gets there by db/migrations/: whatever changes here is written there as well, and
-- tests/test_upgrades.py compares the two. A new column goes last in its table, since there `alter table` puts it.
--
-- Three habits run through every customer table:
--   * organisation_id is in the row and in every foreign key between customer tables, so that no row can hang under
--     another organisation's parent: foreign-key checks do not ask row-level security (spec 1).
--   * landlord_id is copied from the property down to each note, so that a property manager's policy is one comparison.
--     The copies cannot drift: each is part of a composite foreign key with ON UPDATE CASCADE.
--   * the name of whoever wrote a row is copied beside their id: the record reads as it was signed, and no policy has
--     to open the table of people for it.
-- Indexes that begin with a policy's column INCLUDE the columns of the other policies: counts stay index-only.


------------------------------------------------------------------------------------------------------------------------
-- The installation
------------------------------------------------------------------------------------------------------------------------

create table app.installation (
    only_row       boolean primary key default true,
    schema_version text not null,
    rules_version  text not null,
    installed_at   timestamptz not null default now(),
    account_key    bytea not null default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
    -- One row at most.
    constraint installation_has_one_row check (only_row)
);
comment on table app.installation is
    'The newest migration that this database carries, and the fingerprint of its rules; db/install.py compares them with the code''s.';
comment on column app.installation.account_key is
    'What ids of accounts are made with (app.account_id), never changed: with another key, the id of an address that has an account would be the one that stays.';

create table vault.signing_keys (
    key_id     text primary key,
    inner_pad  bytea not null,
    outer_pad  bytea not null,
    created_at timestamptz not null default now(),
    -- Pads are the key padded to SHA-256's block of 64 bytes, then xor ipad and opad (RFC 2104).
    constraint pads_fill_one_block check (octet_length(inner_pad) = 64 and octet_length(outer_pad) = 64)
);
comment on table vault.signing_keys is
    'Keys that sign identity tokens, as HMAC pads. Two may be live at once, so that a key is changed without a stop. Only the owner reads it.';

create table vault.sign_in_tries (
    id       bigint generated always as identity primary key,
    way      text not null,
    subject  bytea not null,
    network  inet not null,
    tried_at timestamptz not null default now(),
    constraint sign_in_ways_are_known check (way in ('password', 'ask', 'link', 'invite')),
    constraint tried_subjects_are_sha256 check (octet_length(subject) = 32)
);
comment on table vault.sign_in_tries is
    'Tries to sign in by password, to ask for a link and to use one, and invitations: app.count_try() limits them over all processes. A link that was used forgets those at its '
    'person''s address, the right password those by password. Older than a day, they go when the next try comes.';
comment on column vault.sign_in_tries.subject is
    'SHA-256 of the address that was typed, in small letters, of the link, or of who is invited to what: what strangers type is kept by nobody.';
create index tries_by_subject on vault.sign_in_tries (subject, way, tried_at);
create index tries_by_network on vault.sign_in_tries (network, way, tried_at);

-- Unlogged: what is lost with it in a crash is a minute's counting, and no call of the API waits for a disk.
create unlogged table vault.api_calls (
    minute  bigint not null,
    subject bytea not null,
    calls   integer not null,
    primary key (minute, subject),
    constraint callers_are_sha256 check (octet_length(subject) = 32)
);
comment on table vault.api_calls is
    'How often the API was called in a minute, or with a token that is no good: app.take_calls() limits it over all processes. Rows of earlier minutes go when the next one begins.';
comment on column vault.api_calls.minute is 'Minutes since 1970 UTC.';
comment on column vault.api_calls.subject is 'SHA-256 of which person, or of which network.';


------------------------------------------------------------------------------------------------------------------------
-- Plans and feature gates: the price list, no customer data
------------------------------------------------------------------------------------------------------------------------

create table app.plans (
    code           text primary key,
    name           text not null,
    position       smallint not null,
    monthly_pounds integer not null,
    yearly_pounds  integer not null,
    tenancies      integer not null,
    users          integer,
    constraint plan_codes_are_plain_words check (code ~ '^[a-z]{2,30}$'),
    constraint plan_names_are_filled check (length(btrim(name)) between 1 and 120),
    constraint plan_names_are_unique unique (name),
    constraint plan_monthly_prices_are_not_negative check (monthly_pounds >= 0),
    constraint plan_yearly_prices_are_not_negative check (yearly_pounds >= 0),
    constraint plans_allow_a_tenancy check (tenancies > 0),
    constraint plans_allow_a_user check (users > 0),
    constraint plan_positions_are_positive check (position > 0),
    constraint plan_positions_are_unique unique (position)
);
comment on table app.plans is 'Price list (spec 2). Prices in whole pounds; users null = unlimited.';

create table app.features (
    feature_key text primary key,
    constraint feature_keys_are_plain_words check (feature_key ~ '^[a-z_]{2,40}$')
);
comment on table app.features is 'What a plan can include: the features that this version of Keywork knows. Their words are in views/words.py.';

create table app.feature_gates (
    -- A gate is part of its plan, and goes with it.
    plan_code   text not null references app.plans on delete cascade,
    feature_key text not null references app.features,
    primary key (plan_code, feature_key)
);
comment on table app.feature_gates is 'Which plan includes which feature. No row, no feature.';
-- "Which plan unlocks this feature?" on the upgrade page.
create index feature_gates_by_feature on app.feature_gates (feature_key, plan_code);

insert into app.plans (code, name, position, monthly_pounds, yearly_pounds, tenancies, users) values
    ('starter',      'Starter',      1,   0,    0,   5,    1),
    ('landlord',     'Landlord',     2,  19,  182,  15,    2),
    ('professional', 'Professional', 3,  49,  470,  75,    5),
    ('business',     'Business',     4,  99,  950, 250,   15),
    ('enterprise',   'Enterprise',   5, 199, 1910, 750, null);
insert into app.features (feature_key) values ('support_cases');
insert into app.feature_gates (plan_code, feature_key) values ('enterprise', 'support_cases');


------------------------------------------------------------------------------------------------------------------------
-- People
------------------------------------------------------------------------------------------------------------------------

create table app.users (
    id                uuid primary key default gen_random_uuid(),
    email             text not null,
    full_name         text not null,
    ab_user_id        integer,
    is_platform_admin boolean not null default false,
    disabled_at       timestamptz,
    created_at        timestamptz not null default now(),
    -- One spelling for each address: sign-in and invitations compare without asking for the locale.
    constraint user_emails_are_lower_case check (email = lower(email)),
    -- The parts of a domain are 1 to 63 letters long: what mail does not take would be lost without a word.
    constraint user_emails_look_like_addresses check (email ~ '^[^@\s,]+@([^@\s,.]{1,63}\.)+[^@\s,.]{1,63}$' and length(email) <= 254),
    constraint user_names_are_filled check (length(btrim(full_name)) between 1 and 120),
    constraint user_emails_are_unique unique (email),
    constraint users_have_one_sign_in_each unique (ab_user_id)
);
comment on table app.users is 'Everyone with an account. Passwords live in the schema fab, out of reach of the hats.';
comment on column app.users.ab_user_id is 'fab.ab_user.id; null until the person has set up a way to sign in.';

create table app.sign_ins (
    id       uuid primary key default gen_random_uuid(),
    user_id  uuid not null references app.users,
    began_at timestamptz not null default now(),
    ended_at timestamptz,
    way      text not null default 'password',
    constraint sign_ins_end_after_they_begin check (ended_at >= began_at),
    constraint people_sign_in_by_password_or_link check (way in ('password', 'link'))
);
comment on table app.sign_ins is 'Who signed in and out when. A session of the console names its row here, so that signing out ends it everywhere.';
create index sign_ins_by_person on app.sign_ins (user_id, began_at desc);

create trigger a_platform_admin_stays before update of disabled_at, is_platform_admin on app.users
    for each row execute function app.a_platform_admin_stays();
create trigger no_operator_is_platform_admin before update of is_platform_admin on app.users
    for each row when (new.is_platform_admin) execute function app.no_operator_is_platform_admin();
create trigger ways_in_end_with_the_account after update of email, disabled_at on app.users
    for each row when (old.email <> new.email or (old.disabled_at is null and new.disabled_at is not null))
    execute function app.ways_in_end_with_the_account();


------------------------------------------------------------------------------------------------------------------------
-- Organisations and what operators set up
------------------------------------------------------------------------------------------------------------------------

create table app.organisations (
    id         uuid primary key default gen_random_uuid(),
    name       text not null,
    plan_code  text not null references app.plans,
    support_retention_years jsonb not null default '{"case": 7, "safeguarding": 25}',
    support_notes_visible_to_housing_officer boolean not null default false,
    housing_officer_emails text[] not null default '{}',
    created_at timestamptz not null default now(),
    constraint organisation_names_are_filled check (length(btrim(name)) between 1 and 160),
    constraint organisation_names_are_unique unique (name),
    -- Exactly the two windows of spec 1; each a whole number.
    constraint retention_windows_are_case_and_safeguarding check (
        support_retention_years ?& array['case', 'safeguarding']
        and support_retention_years - array['case', 'safeguarding'] = '{}'),
    -- One rule for each window, so that a refusal names the one that it is about.
    constraint case_window_is_1_to_100_whole_years check (
        support_retention_years ->> 'case' ~ '^[0-9]{1,3}$' and support_retention_years -> 'case' between '1' and '100'),
    constraint safeguarding_window_is_1_to_100_whole_years check (
        support_retention_years ->> 'safeguarding' ~ '^[0-9]{1,3}$'
        and support_retention_years -> 'safeguarding' between '1' and '100'),
    constraint safeguarding_window_is_not_the_shorter check (
        support_retention_years -> 'safeguarding' >= support_retention_years -> 'case'),
    -- No address holds a comma (the second line), so that the joined list can be checked with one expression.
    constraint housing_officer_emails_look_like_addresses check (
        array_position(housing_officer_emails, null) is null
        and array_to_string(housing_officer_emails, ' ') !~ ','
        and array_to_string(housing_officer_emails, ',') ~ '^([^@\s,]+@([^@\s,.]{1,63}\.)+[^@\s,.]{1,63}(,(?!$)|$))*$')
);
comment on table app.organisations is 'The customer firms, with their plan and settings (spec 1).';
-- Plans are listed with their organisations; keeps the foreign key's check cheap.
create index organisations_by_plan on app.organisations (plan_code);

create table app.memberships (
    user_id         uuid not null references app.users,
    organisation_id uuid not null default app.org_admin_organisation() references app.organisations,
    role            text not null,
    created_at      timestamptz not null default now(),
    accepted_at     timestamptz,
    invitation_sent_at timestamptz,
    invited_name    text,
    invited_email   text,
    constraint memberships_pkey primary key (organisation_id, user_id),
    constraint membership_roles_are_operator_roles check (role in ('org_admin', 'property_manager')),
    constraint invited_operators_have_a_name check (length(btrim(invited_name)) between 1 and 120),
    constraint invited_operators_have_an_address check (invited_email ~ '^[^@\s,]+@([^@\s,.]{1,63}\.)+[^@\s,.]{1,63}$' and length(invited_email) <= 254)
);
comment on table app.memberships is
    'Operator role of a person in an organisation. It counts from accepted_at: until the person has followed the invitation, nothing opens.';
comment on column app.memberships.invited_name is
    'Name and address as they were typed: whoever invites learns nothing of an account that the person may have already.';
-- A person operates for at most one organisation, and may collaborate anywhere. Invitations by several may wait side by
-- side, so that none of them tells one firm of another (threat 6).
create unique index one_organisation_for_each_operator on app.memberships (user_id) where accepted_at is not null;
create index memberships_by_person on app.memberships (user_id);
create trigger invitations_are_sent_now before insert or update of invitation_sent_at on app.memberships
    for each row execute function app.invitations_are_sent_now();
create trigger invitations_are_counted after insert or update of invitation_sent_at on app.memberships
    for each row execute function app.invitations_are_counted('organisation_id');
create trigger no_platform_admin_is_operator before insert or update of user_id, accepted_at on app.memberships
    for each row when (new.accepted_at is not null) execute function app.no_platform_admin_is_operator();

create table app.landlords (
    id              uuid primary key default gen_random_uuid(),
    -- Whoever sets something up does so for their own firm; the policy judges the row all the same.
    organisation_id uuid not null default app.org_admin_organisation() references app.organisations,
    name            text not null,
    created_at      timestamptz not null default now(),
    constraint landlord_names_are_filled check (length(btrim(name)) between 1 and 160),
    constraint landlord_names_are_unique_in_an_organisation unique (organisation_id, name),
    constraint landlords_in_their_organisation unique (organisation_id, id)
);
comment on table app.landlords is 'Owners of the properties that an organisation runs.';

create table app.property_manager_landlords (
    organisation_id uuid not null default app.org_admin_organisation(),
    user_id         uuid not null,
    landlord_id     uuid not null,
    assigned_at     timestamptz not null default now(),
    -- The organisation is part of the key: "taken" must not tell of an assignment in another one (threat 6).
    primary key (organisation_id, user_id, landlord_id),
    constraint assigned_managers_are_members foreign key (organisation_id, user_id)
        references app.memberships (organisation_id, user_id) on delete cascade,
    constraint assigned_landlords_are_of_the_organisation foreign key (organisation_id, landlord_id)
        references app.landlords (organisation_id, id) on delete cascade
);
comment on table app.property_manager_landlords is 'Which landlords a property manager looks after: the whole of what they may see.';
create index property_manager_landlords_by_landlord on app.property_manager_landlords (organisation_id, landlord_id);

create table app.properties (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null default app.org_admin_organisation(),
    landlord_id     uuid not null,
    address         text not null,
    town            text not null,
    postcode        text not null,
    created_at      timestamptz not null default now(),
    external_id     text,
    -- One line that one sees, the same from file to file.
    constraint property_external_ids_are_printable check (
        length(external_id) between 1 and 100 and external_id = btrim(external_id)
        and external_id !~ '[\x01-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'),
    constraint property_addresses_are_filled check (length(btrim(address)) between 1 and 200),
    constraint property_towns_are_filled check (length(btrim(town)) between 1 and 100),
    constraint postcodes_are_british check (postcode ~ '^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$'),
    constraint properties_are_unique_in_an_organisation unique (organisation_id, postcode, address),
    constraint properties_in_their_organisation unique (organisation_id, id, landlord_id),
    constraint properties_belong_to_a_landlord foreign key (organisation_id, landlord_id)
        references app.landlords (organisation_id, id)
);
comment on table app.properties is 'Homes. landlord_id may change: tenants, cases and their content follow by cascade.';
comment on column app.properties.external_id is 'What a former system called it; null where it was made here (app.imports).';
create unique index properties_by_external_id on app.properties (organisation_id, external_id) where external_id is not null;
create index properties_by_landlord on app.properties (landlord_id);
create index properties_by_organisation_and_landlord on app.properties (organisation_id, landlord_id);

create table app.tenants (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null,
    landlord_id     uuid not null,
    property_id     uuid not null,
    full_name       text not null,
    date_of_birth   date,
    housing_officer_note_visibility text not null default 'inherit',
    created_at      timestamptz not null default now(),
    external_id     text,
    -- One line that one sees, the same from file to file.
    constraint tenant_external_ids_are_printable check (
        length(external_id) between 1 and 100 and external_id = btrim(external_id)
        and external_id !~ '[\x01-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'),
    constraint tenant_names_are_filled check (length(btrim(full_name)) between 1 and 120),
    constraint tenant_birthdays_are_plausible check (date_of_birth >= date '1900-01-01'),
    -- Looks at the clock, which a check may where what is true once stays true: a dump fits when it is restored.
    constraint tenants_are_born_already check (date_of_birth <= current_date),
    constraint note_visibility_is_inherit_visible_or_hidden check (
        housing_officer_note_visibility in ('inherit', 'visible', 'hidden')),
    constraint tenants_in_their_organisation unique (organisation_id, id, landlord_id),
    constraint tenants_live_at_a_property foreign key (organisation_id, property_id, landlord_id)
        references app.properties (organisation_id, id, landlord_id) on update cascade
);
comment on table app.tenants is 'People who rent. organisation_id and landlord_id follow the property (trigger).';
comment on column app.tenants.external_id is 'What a former system called it; null where it was made here (app.imports).';
create unique index tenants_by_external_id on app.tenants (organisation_id, external_id) where external_id is not null;
create index tenants_by_name on app.tenants (organisation_id, full_name);
create index tenants_by_landlord on app.tenants (organisation_id, landlord_id);
create index tenants_by_property on app.tenants (organisation_id, property_id, landlord_id);
create trigger tenant_takes_place_from_property before insert or update of property_id on app.tenants
    for each row execute function app.tenant_takes_place_from_property();


------------------------------------------------------------------------------------------------------------------------
-- Support cases
------------------------------------------------------------------------------------------------------------------------

create table app.support_cases (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null,
    landlord_id     uuid not null,
    tenant_id       uuid not null,
    context_summary text not null default '',
    opened_at       timestamptz not null default now(),
    closed_at       timestamptz,
    closing_reason  text,
    external_id     text,
    -- One line that one sees, the same from file to file.
    constraint case_external_ids_are_printable check (
        length(external_id) between 1 and 100 and external_id = btrim(external_id)
        and external_id !~ '[\x01-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'),
    constraint context_summaries_fit check (length(context_summary) <= 4000),
    -- The closing's reason is asked for once and cleared by a reopening, with closed_at (spec 2).
    constraint closed_cases_have_a_reason check ((closed_at is null) = (closing_reason is null)),
    constraint closing_reasons_are_known check (closing_reason in (
        'moved_on', 'support_no_longer_needed', 'transferred', 'disengaged', 'tenancy_ended', 'died', 'opened_in_error')),
    constraint cases_close_after_they_open check (closed_at >= opened_at),
    constraint cases_in_their_organisation unique (organisation_id, id, landlord_id),
    constraint cases_are_of_a_tenant foreign key (organisation_id, tenant_id, landlord_id)
        references app.tenants (organisation_id, id, landlord_id) on update cascade
);
comment on table app.support_cases is 'One support case of one tenant; closed_at null = open. The retention clock starts at closed_at (spec 4).';
comment on column app.support_cases.external_id is 'What a former system called it; null where it was made here (app.imports).';
create unique index cases_by_external_id on app.support_cases (organisation_id, external_id) where external_id is not null;
-- A tenant has at most one open case (spec 1).
create unique index one_open_case_for_each_tenant on app.support_cases (tenant_id) where closed_at is null;
create index cases_by_tenant on app.support_cases (organisation_id, tenant_id, landlord_id);
-- The operators' lists, newest first.
create index cases_by_organisation on app.support_cases (organisation_id, opened_at desc) include (landlord_id, closed_at, tenant_id);
create index cases_by_landlord on app.support_cases (organisation_id, landlord_id, opened_at desc) include (closed_at, tenant_id);
create trigger case_takes_place_from_tenant before insert on app.support_cases
    for each row execute function app.case_takes_place_from_tenant();
create trigger case_keeps_its_closing before update on app.support_cases
    for each row execute function app.case_keeps_its_closing();


------------------------------------------------------------------------------------------------------------------------
-- The team of a case
------------------------------------------------------------------------------------------------------------------------

create table app.support_collaborators (
    id                 uuid primary key default gen_random_uuid(),
    organisation_id    uuid not null,
    landlord_id        uuid not null,
    case_id            uuid not null,
    user_id            uuid references app.users,
    full_name          text not null,
    kind               text not null,
    participation_mode text not null,
    email              text,
    phone              text,
    works_for          text,
    role_label         text,
    invited_by_id      uuid references app.users,
    invited_by_name    text not null,
    assigned_at        timestamptz not null default now(),
    ended_at           timestamptz,
    invitation_sent_at timestamptz,
    accepted_at        timestamptz,
    constraint collaborator_names_are_filled check (length(btrim(full_name)) between 1 and 120),
    constraint collaborator_kinds_are_known check (kind in ('support_worker', 'housing_officer', 'external_contact')),
    constraint participation_modes_are_known check (participation_mode in ('full', 'context_only', 'reference_only')),
    -- A contact card has no account; everyone else has one (spec 2).
    constraint contact_cards_have_no_account check ((participation_mode = 'reference_only') = (user_id is null)),
    -- People outside the two professions are named on a card, never let in.
    constraint external_contacts_are_contact_cards check (kind <> 'external_contact' or participation_mode = 'reference_only'),
    constraint contact_cards_say_how_to_reach_them check (
        participation_mode <> 'reference_only' or email is not null or phone is not null),
    constraint collaborator_emails_look_like_addresses check (email ~ '^[^@\s,]+@([^@\s,.]{1,63}\.)+[^@\s,.]{1,63}$' and length(email) <= 254),
    constraint collaborator_phones_look_like_numbers check (phone ~ '^\+?[0-9 ()-]{6,24}$'),
    constraint contact_card_organisations_fit check (length(works_for) <= 120),
    constraint contact_card_roles_fit check (length(role_label) <= 120),
    constraint assignments_end_after_they_begin check (ended_at >= assigned_at),
    constraint collaborators_are_on_a_case foreign key (organisation_id, case_id, landlord_id)
        references app.support_cases (organisation_id, id, landlord_id) on update cascade
);
comment on table app.support_collaborators is 'Who works with a tenant, in which part, since when. ended_at removes them at once (spec 2).';
-- Nobody is on the same team twice at the same time.
create unique index one_live_assignment_for_each_person on app.support_collaborators (case_id, user_id)
    where ended_at is null and user_id is not null;
-- "Which cases are mine?", asked by every collaborator's policy.
create index live_assignments_by_person on app.support_collaborators (user_id)
    include (case_id, organisation_id, kind, participation_mode) where ended_at is null;
create index collaborators_by_person on app.support_collaborators (user_id);
create index collaborators_by_case on app.support_collaborators (organisation_id, case_id, landlord_id);
create index collaborators_by_case_alone on app.support_collaborators (case_id, assigned_at);
create index collaborators_by_landlord on app.support_collaborators (landlord_id);
create index collaborators_by_inviter on app.support_collaborators (invited_by_id);
create trigger collaborator_takes_place_from_case before insert on app.support_collaborators
    for each row execute function app.collaborator_takes_place_from_case();
create trigger ended_assignments_stay_ended before update on app.support_collaborators
    for each row execute function app.ended_assignments_stay_ended();
create trigger closed_case_takes_nobody_new after insert on app.support_collaborators
    for each row execute function app.closed_case_is_read_only();
create trigger invitations_are_sent_now before update of invitation_sent_at on app.support_collaborators
    for each row execute function app.invitations_are_sent_now();
create trigger invitations_are_counted after insert or update of invitation_sent_at on app.support_collaborators
    for each row execute function app.invitations_are_counted('case_id');


------------------------------------------------------------------------------------------------------------------------
-- Links that sign in
------------------------------------------------------------------------------------------------------------------------

create table vault.links (
    id              bigint generated always as identity primary key,
    token_hash      bytea not null,
    purpose         text not null,
    user_id         uuid references app.users,
    -- No foreign key: a link whose assignment has gone is good for nothing, and goes by itself.
    collaborator_id uuid,
    organisation_id uuid,
    made_at         timestamptz not null default now(),
    expires_at      timestamptz not null,
    used_at         timestamptz,
    constraint link_hashes_are_unique unique (token_hash),
    constraint link_hashes_are_sha256 check (octet_length(token_hash) = 32),
    constraint link_purposes_are_known check (purpose in ('sign_in', 'password', 'invitation')),
    constraint links_are_used_in_time check (used_at <= expires_at),
    -- A link to a firm's operator role goes with the invitation that it belongs to.
    constraint operator_links_are_of_a_membership foreign key (organisation_id, user_id)
        references app.memberships (organisation_id, user_id) on delete cascade
);
comment on table vault.links is
    'Single-use links, by the SHA-256 of their token: a copy of this table signs nobody in. user_id null: asked for an address that nobody has, kept so that the answer costs the same.';
create index links_by_person on vault.links (user_id);
create index links_by_collaborator on vault.links (collaborator_id);
create index links_by_membership on vault.links (organisation_id, user_id);


------------------------------------------------------------------------------------------------------------------------
-- Notes
------------------------------------------------------------------------------------------------------------------------

create table app.support_notes (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null,
    landlord_id     uuid not null,
    case_id         uuid not null,
    stream          text not null,
    body            text not null,
    author_id       uuid references app.users,
    author_name     text not null,
    safeguarding    boolean not null default false,
    safeguarding_flagged_at timestamptz,
    created_at      timestamptz not null default now(),
    edited_at       timestamptz,
    external_id     text,
    -- One line that one sees, the same from file to file.
    constraint note_external_ids_are_printable check (
        length(external_id) between 1 and 100 and external_id = btrim(external_id)
        and external_id !~ '[\x01-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'),
    -- Somebody of the former system who has no account here.
    constraint note_authors_have_an_account_or_are_imported check (author_id is not null or external_id is not null),
    constraint note_streams_are_shared_or_professional check (stream in ('shared', 'professional')),
    constraint note_bodies_are_filled check (length(btrim(body, E' \t\r\n')) >= 1),
    constraint note_bodies_fit check (length(body) <= 20000),
    -- Spec 2: safeguarding only on Professional notes.
    constraint safeguarding_notes_are_professional check (not safeguarding or stream = 'professional'),
    -- The longer retention window runs from this moment (spec 4), so it is there exactly when the flag is.
    constraint safeguarding_has_its_moment check (safeguarding = (safeguarding_flagged_at is not null)),
    constraint notes_are_on_a_case foreign key (organisation_id, case_id, landlord_id)
        references app.support_cases (organisation_id, id, landlord_id) on update cascade
);
comment on table app.support_notes is
    'Two streams, separate by design: shared (the whole team may read) and professional (operators only). A stream never changes.';
comment on column app.support_notes.external_id is 'What a former system called it; null where it was made here (app.imports).';
create unique index notes_by_external_id on app.support_notes (organisation_id, external_id) where external_id is not null;
-- One case's notes, newest first, with every column that a policy asks for.
create index notes_by_case on app.support_notes (case_id, created_at desc) include (organisation_id, landlord_id, stream, author_id);
create index notes_by_organisation on app.support_notes (organisation_id, created_at desc);
create index notes_by_landlord on app.support_notes (organisation_id, landlord_id, created_at desc);
create index notes_by_case_key on app.support_notes (organisation_id, case_id, landlord_id);
create index notes_by_author on app.support_notes (author_id);
-- The few that retention keeps for longer.
create index flagged_notes_by_case on app.support_notes (case_id, safeguarding_flagged_at) where safeguarding;
create trigger note_takes_place_from_case before insert on app.support_notes
    for each row execute function app.content_takes_place_from_case();
create trigger note_keeps_its_stream_and_author before insert or update on app.support_notes
    for each row execute function app.note_keeps_its_stream_and_author();
create trigger flagged_notes_are_not_deleted before delete on app.support_notes
    for each row execute function app.flagged_notes_are_not_deleted();
create trigger notes_of_a_closed_case_are_read_only after insert or update or delete on app.support_notes
    for each row execute function app.closed_case_is_read_only();


------------------------------------------------------------------------------------------------------------------------
-- Goals and their progress
------------------------------------------------------------------------------------------------------------------------

create table app.support_goals (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null,
    landlord_id     uuid not null,
    case_id         uuid not null,
    title           text not null,
    description     text not null default '',
    target_date     date,
    status          text not null default 'active',
    author_id       uuid references app.users,
    author_name     text not null,
    created_at      timestamptz not null default now(),
    external_id     text,
    -- One line that one sees, the same from file to file.
    constraint goal_external_ids_are_printable check (
        length(external_id) between 1 and 100 and external_id = btrim(external_id)
        and external_id !~ '[\x01-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'),
    -- Somebody of the former system who has no account here.
    constraint goal_authors_have_an_account_or_are_imported check (author_id is not null or external_id is not null),
    constraint goal_titles_are_filled check (length(btrim(title)) between 1 and 160),
    constraint goal_descriptions_fit check (length(description) <= 4000),
    constraint goal_statuses_are_known check (status in ('active', 'achieved', 'closed')),
    constraint goal_target_dates_are_plausible check (target_date between date '2000-01-01' and date '2100-12-31'),
    constraint goals_in_their_case unique (organisation_id, case_id, id, landlord_id),
    constraint goals_are_on_a_case foreign key (organisation_id, case_id, landlord_id)
        references app.support_cases (organisation_id, id, landlord_id) on update cascade
);
comment on table app.support_goals is 'Care-plan goals of a case.';
comment on column app.support_goals.external_id is 'What a former system called it; null where it was made here (app.imports).';
create unique index goals_by_external_id on app.support_goals (organisation_id, external_id) where external_id is not null;
create index goals_by_case on app.support_goals (case_id, created_at) include (organisation_id, landlord_id, status);
-- The digest asks for the active ones.
create index active_goals_by_case on app.support_goals (case_id) where status = 'active';
create index goals_by_landlord on app.support_goals (landlord_id);
create index goals_by_case_key on app.support_goals (organisation_id, case_id, landlord_id);
create index goals_by_author on app.support_goals (author_id);
create trigger goal_takes_place_from_case before insert on app.support_goals
    for each row execute function app.content_takes_place_from_case();
create trigger goals_of_a_closed_case_are_read_only after insert or update or delete on app.support_goals
    for each row execute function app.closed_case_is_read_only();

create table app.support_goal_progress (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null,
    landlord_id     uuid not null,
    case_id         uuid not null,
    goal_id         uuid not null,
    body            text not null,
    author_id       uuid not null references app.users,
    author_name     text not null,
    noted_at        timestamptz not null default now(),
    constraint progress_entries_are_filled check (length(btrim(body, E' \t\r\n')) between 1 and 4000),
    constraint progress_is_on_a_goal_of_the_case foreign key (organisation_id, case_id, goal_id, landlord_id)
        references app.support_goals (organisation_id, case_id, id, landlord_id) on update cascade
);
comment on table app.support_goal_progress is 'Progress entries; the digest quotes the latest of each active goal.';
create index progress_by_goal on app.support_goal_progress (goal_id, noted_at desc);
create index progress_by_case on app.support_goal_progress (case_id, noted_at desc) include (organisation_id, landlord_id);
create index progress_by_landlord on app.support_goal_progress (landlord_id);
create index progress_by_goal_key on app.support_goal_progress (organisation_id, case_id, goal_id, landlord_id);
create index progress_by_author on app.support_goal_progress (author_id);
create trigger progress_takes_place_from_case before insert on app.support_goal_progress
    for each row execute function app.content_takes_place_from_case();
create trigger progress_of_a_closed_case_is_read_only after insert or update or delete on app.support_goal_progress
    for each row execute function app.closed_case_is_read_only();


------------------------------------------------------------------------------------------------------------------------
-- Sessions
------------------------------------------------------------------------------------------------------------------------

create table app.support_sessions (
    id               uuid primary key default gen_random_uuid(),
    organisation_id  uuid not null,
    landlord_id      uuid not null,
    case_id          uuid not null,
    scheduled_at     timestamptz not null,
    duration_minutes integer not null default 60,
    type             text not null,
    attendees        text not null default '',
    status           text not null default 'scheduled',
    outcome_note     text,
    author_id        uuid references app.users,
    author_name      text not null,
    created_at       timestamptz not null default now(),
    external_id      text,
    -- One line that one sees, the same from file to file.
    constraint session_external_ids_are_printable check (
        length(external_id) between 1 and 100 and external_id = btrim(external_id)
        and external_id !~ '[\x01-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'),
    -- Somebody of the former system who has no account here.
    constraint session_authors_have_an_account_or_are_imported check (author_id is not null or external_id is not null),
    constraint session_times_are_plausible check (
        scheduled_at >= timestamptz '2000-01-01 00:00+00' and scheduled_at < timestamptz '2100-01-01 00:00+00'),
    constraint sessions_last_5_minutes_to_12_hours check (duration_minutes between 5 and 720),
    constraint session_types_are_known check (type in (
        'appointment', 'key_work_meeting', 'accompaniment', 'home_visit', 'phone_call', 'group_session')),
    constraint session_statuses_are_known check (status in ('scheduled', 'delivered', 'missed', 'cancelled')),
    constraint session_attendees_fit check (length(attendees) <= 300),
    constraint outcome_notes_fit check (length(outcome_note) <= 8000),
    -- A session says how it went exactly from the moment it is over: the digest counts on it.
    constraint delivered_sessions_have_an_outcome check (
        status <> 'delivered' or length(btrim(coalesce(outcome_note, ''), E' \t\r\n')) >= 1),
    constraint scheduled_sessions_have_no_outcome_yet check (status <> 'scheduled' or outcome_note is null),
    constraint sessions_are_on_a_case foreign key (organisation_id, case_id, landlord_id)
        references app.support_cases (organisation_id, id, landlord_id) on update cascade
);
comment on table app.support_sessions is 'Scheduled and recorded sessions. Duration in minutes.';
comment on column app.support_sessions.external_id is 'What a former system called it; null where it was made here (app.imports).';
create unique index sessions_by_external_id on app.support_sessions (organisation_id, external_id) where external_id is not null;
create index sessions_by_case on app.support_sessions (case_id, scheduled_at) include (organisation_id, landlord_id, author_id);
create index sessions_by_landlord on app.support_sessions (landlord_id);
create index sessions_by_case_key on app.support_sessions (organisation_id, case_id, landlord_id);
create index sessions_by_author on app.support_sessions (author_id);
create trigger session_takes_place_from_case before insert on app.support_sessions
    for each row execute function app.content_takes_place_from_case();
create trigger outcomes_are_recorded_after_the_session_began before insert or update on app.support_sessions
    for each row execute function app.outcomes_are_recorded_after_the_session_began();
create trigger sessions_of_a_closed_case_are_read_only after insert or update or delete on app.support_sessions
    for each row execute function app.closed_case_is_read_only();


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
-- What the log knows of a tenant by the row alone, because it is of no case (app.held_items).
create index audit_besides_cases on app.audit_log (row_id)
    where case_id is null and table_name in ('tenants', 'suppressed_addresses', 'subject_access_requests', 'subject_access_pauses', 'subject_access_bundles');
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
-- And with the last document that was sent to an address (app.erase_recipients).
create index audit_payloads_by_suppression on app.audit_payloads (row_id) where table_name = 'suppressed_addresses';
-- And with what was to be hidden in a bundle (app.erase_subject_access).
create index audit_payloads_by_request on app.audit_payloads ((coalesce(before, after) ->> 'request_id')) where table_name = 'subject_access_redactions';
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
create index closed_cases_by_organisation on app.support_cases (organisation_id, closed_at) where closed_at is not null;


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
    ('clear_mail_folder',     'often',   null,    '1 hour',     false),
    ('make_bundles',          'often',   null,    '2 hours',    false),
    ('erase_old_bundles',     'daily',   '03:40', '12 hours',   true),
    ('work_on_imports',       'often',   null,    '1 hour',     false),
    ('erase_old_imports',     'daily',   '03:45', '12 hours',   true);

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
    '{"tenant", "closed_at", "notes_are_shown", "all_sessions_are_shown" (else those of the officer''s own), "goals": [{"id", "title", "target_date", "progress": {"body", "author", "at"}}], "sessions": [{"id", "at", "minutes", "type", "status"}], "notes": [{"id", "body", "author", "at"}]}: goals by age, sessions and notes by time.';
comment on column app.digest_entries.handed_over is 'A courier had it to send, and it was not told for sure that this was not taken: it may be out.';
create index entries_by_digest_key on app.digest_entries (organisation_id, digest_id);
-- For those who know the case alone, and for its key: one index less to write to for each case of each digest.
create index entries_by_case on app.digest_entries (case_id, landlord_id, organisation_id);
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
    digest_id        uuid,
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
    delivery_id      uuid,
    constraint message_kinds_are_known check (kind in ('digest', 'document')),
    constraint messages_carry_what_their_kind_says check ((kind = 'digest') = (digest_id is not null) and (kind = 'document') = (delivery_id is not null)),
    constraint message_states_are_known check (state in (
        'waiting', 'sending', 'sent', 'delivered', 'bounced_for_now', 'bounced', 'complained', 'failed', 'unsure', 'withdrawn')),
    constraint messages_are_kept_once unique (dedup_key),
    constraint provider_ids_are_unique unique (provider_id),
    constraint message_errors_are_codes check (error ~ '^[A-Za-z0-9_]{1,60}$'),
    constraint sent_messages_have_their_moment check (
        state not in ('sent', 'delivered', 'bounced_for_now', 'bounced', 'complained') or sent_at is not null),
    constraint messages_carry_a_digest foreign key (organisation_id, digest_id) references app.digests (organisation_id, id) on delete cascade,
    constraint messages_carry_a_document foreign key (organisation_id, delivery_id)
        references app.support_document_deliveries (organisation_id, id) on delete cascade
);
comment on table app.outbox is
    'E-mails that go out of the house through a courier. They hold no words: what a digest says is rendered from its entries when it is handed over, a document''s PDF is attached then. States: waiting (for its turn, next_attempt_at), '
    'sending (a courier has it, until next_attempt_at), sent (handed over), delivered, bounced_for_now (a full mailbox, say: the address is good), bounced, complained (the provider says), failed (refused for good), '
    'unsure (nobody knows whether it was taken: a person decides), withdrawn (nothing of it may be said any more).';
comment on column app.outbox.dedup_key is 'The same however often it is composed, after a restored backup too; with key_number it is the provider''s idempotency key.';
comment on column app.outbox.key_number is 'Counts the times that a person decided to send it again.';
comment on column app.outbox.unanswered_since is 'When the first attempt under this key was made that nobody heard the end of: it may be out. The provider knows a key for 24 hours.';
comment on column app.outbox.copy_erased_at is 'When what it said was erased here, in whole or in part: the file of it goes as well.';
create index outbox_by_turn on app.outbox (state, next_attempt_at) where state in ('waiting', 'sending');
create index outbox_by_organisation on app.outbox (organisation_id, created_at desc);
create index outbox_by_digest on app.outbox (organisation_id, digest_id);
create index outbox_by_delivery on app.outbox (organisation_id, delivery_id);
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
    constraint delivery_events_are_known check (kind in ('delivered', 'bounced_for_now', 'bounced', 'complained', 'failed'))
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
-- Subject access
------------------------------------------------------------------------------------------------------------------------

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
            ('retention_runs',             'id',      '',        '',                   'began_at'),
            ('suppressed_addresses',       'id',      '',        'because',            'since'),
            ('document_templates',         'id',      '',        'kind',               'created_at'),
            ('document_template_versions', 'id',      '',        '',                   'created_at'),
            ('support_documents',          'id',      'case_id', 'kind',               'created_at'),
            ('support_document_deliveries','id',      'case_id', 'way',                'created_at'),
            ('support_uploads',            'id',      'case_id', '',                   'created_at'),
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
-- Imports but for the words of the file, which are not kept.
create trigger written_down after insert or update on app.imports for each row execute function app.write_down('id', '', 'kind', 'created_at', 'header', 'mapping');
create trigger written_down_when_deleted after delete on app.imports for each row
    when (session_user = 'keywork_app' or current_setting('app.purging', true) is distinct from 'yes')
    execute function app.write_down('id', '', 'kind', 'created_at', 'header', 'mapping');
create trigger written_down after insert on app.sign_ins
    for each row execute function app.write_down_sign_in();


------------------------------------------------------------------------------------------------------------------------
-- BI logins
------------------------------------------------------------------------------------------------------------------------

create table vault.bi_logins (
    id              uuid primary key default gen_random_uuid(),
    organisation_id uuid not null references app.organisations,
    login           text not null,
    created_at      timestamptz not null default now(),
    constraint bi_logins_are_bound_once unique (login),
    -- The beginning tells them from every other role of the server, the length is what Postgres takes for a name.
    constraint bi_logins_are_plain_words check (login ~ '^bi_[a-z][a-z0-9_]{0,49}$')
);
comment on table vault.bi_logins is
    'Which organisation''s figures a login of a BI tool reads: by the name that it signs in with, so that nothing which a client can set changes it (app.bi_organisation). `./run bi-login` writes it. No row, no figure.';
create index bi_logins_by_organisation on vault.bi_logins (organisation_id);
-- Who may read a firm's figures is written down in that firm's log.
create trigger written_down after insert or update on vault.bi_logins
    for each row execute function app.write_down('id', '', '', 'created_at');
create trigger written_down_when_deleted after delete on vault.bi_logins
    for each row execute function app.write_down('id', '', '', 'created_at');
