-- Invitations, links that sign in, limits on signing in, and what org-admins set up on the screens.
--
-- Runs once, as keywork_owner, in the transaction of db/install.py: after functions.sql, before views.sql and rls.sql.

comment on table app.installation is
    'The newest migration that this database carries, and the fingerprint of its rules; db/install.py compares them with the code''s.';
alter table app.installation add column account_key bytea not null default uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
comment on column app.installation.account_key is
    'What ids of accounts are made with (app.account_id), never changed: with another key, the id of an address that has an account would be the one that stays.';


------------------------------------------------------------------------------------------------------------------------
-- Plans, feature gates, accounts: what the platform-admin keeps
------------------------------------------------------------------------------------------------------------------------

alter table app.plans
    drop constraint plan_prices_are_not_negative,
    drop constraint plan_caps_are_positive,
    add constraint plan_names_are_filled check (length(btrim(name)) between 1 and 120),
    add constraint plan_names_are_unique unique (name),
    add constraint plan_monthly_prices_are_not_negative check (monthly_pounds >= 0),
    add constraint plan_yearly_prices_are_not_negative check (yearly_pounds >= 0),
    add constraint plans_allow_a_tenancy check (tenancies > 0),
    add constraint plans_allow_a_user check (users > 0),
    add constraint plan_positions_are_positive check (position > 0);

create table app.features (
    feature_key text primary key,
    constraint feature_keys_are_plain_words check (feature_key ~ '^[a-z_]{2,40}$')
);
comment on table app.features is 'What a plan can include: the features that this version of Keywork knows. Their words are in views/words.py.';
insert into app.features (feature_key) values ('support_cases');

-- A gate to something that Keywork does not know opened nothing.
delete from app.feature_gates where feature_key not in (select feature_key from app.features);
alter table app.feature_gates
    drop constraint feature_keys_are_plain_words,
    drop constraint feature_gates_plan_code_fkey,
    -- A gate is part of its plan, and goes with it.
    add constraint feature_gates_plan_code_fkey foreign key (plan_code) references app.plans on delete cascade,
    add constraint feature_gates_feature_key_fkey foreign key (feature_key) references app.features;

-- Two dots in a row passed, and one at an end: no mail went there.
update app.users
set email = split_part(email, '@', 1) || '@' || btrim(regexp_replace(split_part(email, '@', 2), '\.+', '.', 'g'), '.')
where split_part(email, '@', 2) ~ '^\.|\.\.|\.$';
update app.support_collaborators
set email = split_part(email, '@', 1) || '@' || btrim(regexp_replace(split_part(email, '@', 2), '\.+', '.', 'g'), '.')
where split_part(email, '@', 2) ~ '^\.|\.\.|\.$';
alter table app.users
    drop constraint user_emails_look_like_addresses,
    add constraint user_emails_look_like_addresses check (email ~ '^[^@\s,]+@([^@\s,.]{1,63}\.)+[^@\s,.]{1,63}$' and length(email) <= 254);
alter table app.support_collaborators
    drop constraint collaborator_emails_look_like_addresses,
    add constraint collaborator_emails_look_like_addresses check (email ~ '^[^@\s,]+@([^@\s,.]{1,63}\.)+[^@\s,.]{1,63}$' and length(email) <= 254);

create trigger a_platform_admin_stays before update of disabled_at, is_platform_admin on app.users
    for each row execute function app.a_platform_admin_stays();
create trigger no_operator_is_platform_admin before update of is_platform_admin on app.users
    for each row when (new.is_platform_admin) execute function app.no_operator_is_platform_admin();
create trigger ways_in_end_with_the_account after update of email, disabled_at on app.users
    for each row when (old.email <> new.email or (old.disabled_at is null and new.disabled_at is not null))
    execute function app.ways_in_end_with_the_account();


------------------------------------------------------------------------------------------------------------------------
-- What operators set up
------------------------------------------------------------------------------------------------------------------------

alter table app.landlords alter organisation_id set default app.org_admin_organisation();
alter table app.properties alter organisation_id set default app.org_admin_organisation();
alter table app.property_manager_landlords alter organisation_id set default app.org_admin_organisation();

alter table app.tenants add constraint tenants_are_born_already check (date_of_birth <= current_date);

-- A refusal names the field that it is about: one rule for each.
alter table app.organisations
    drop constraint retention_windows_are_1_to_100_whole_years,
    add constraint case_window_is_1_to_100_whole_years check (
        support_retention_years ->> 'case' ~ '^[0-9]{1,3}$' and support_retention_years -> 'case' between '1' and '100'),
    add constraint safeguarding_window_is_1_to_100_whole_years check (
        support_retention_years ->> 'safeguarding' ~ '^[0-9]{1,3}$'
        and support_retention_years -> 'safeguarding' between '1' and '100');
-- An address with a comma in it passed for two; it is taken for the two that it holds.
update app.organisations set housing_officer_emails = string_to_array(array_to_string(housing_officer_emails, ','), ',')
    where array_to_string(housing_officer_emails, ' ') ~ ',';
update app.organisations set housing_officer_emails = array(
    select split_part(each, '@', 1) || '@' || btrim(regexp_replace(split_part(each, '@', 2), '\.+', '.', 'g'), '.')
    from unnest(housing_officer_emails) with ordinality as listed (each, place) order by place)
where array_to_string(housing_officer_emails, ',') ~ '@\.|\.\.|\.(,|$)';
alter table app.organisations
    drop constraint housing_officer_emails_look_like_addresses,
    add constraint housing_officer_emails_look_like_addresses check (
        array_position(housing_officer_emails, null) is null
        and array_to_string(housing_officer_emails, ' ') !~ ','
        and array_to_string(housing_officer_emails, ',') ~ '^([^@\s,]+@([^@\s,.]{1,63}\.)+[^@\s,.]{1,63}(,(?!$)|$))*$');
alter table app.properties
    drop constraint property_addresses_are_filled,
    add constraint property_addresses_are_filled check (length(btrim(address)) between 1 and 200),
    add constraint property_towns_are_filled check (length(btrim(town)) between 1 and 100);

------------------------------------------------------------------------------------------------------------------------
-- People
------------------------------------------------------------------------------------------------------------------------

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

alter table app.sign_ins add column way text not null default 'password',
    add constraint people_sign_in_by_password_or_link check (way in ('password', 'link'));

alter table app.property_manager_landlords drop constraint assigned_managers_are_members;
alter table app.memberships drop constraint memberships_pkey, drop constraint memberships_in_their_organisation;
alter table app.memberships
    alter organisation_id set default app.org_admin_organisation(),
    add column accepted_at timestamptz,
    add column invitation_sent_at timestamptz,
    add column invited_name text,
    add column invited_email text,
    add constraint memberships_pkey primary key (organisation_id, user_id),
    add constraint invited_operators_have_a_name check (length(btrim(invited_name)) between 1 and 120),
    add constraint invited_operators_have_an_address check (invited_email ~ '^[^@\s,]+@([^@\s,.]{1,63}\.)+[^@\s,.]{1,63}$' and length(invited_email) <= 254);
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
-- Whoever operated already had been appointed by the platform. One who runs the installation as well does so from here on,
-- and no more.
update app.memberships as m set accepted_at = m.created_at
where not exists (select from app.users as u where u.id = m.user_id and u.is_platform_admin);
create trigger no_platform_admin_is_operator before insert or update of user_id, accepted_at on app.memberships
    for each row when (new.accepted_at is not null) execute function app.no_platform_admin_is_operator();
alter table app.property_manager_landlords add constraint assigned_managers_are_members
    foreign key (organisation_id, user_id) references app.memberships (organisation_id, user_id) on delete cascade;

alter table app.support_collaborators add column invitation_sent_at timestamptz, add column accepted_at timestamptz;
-- Whoever has a way to sign in has found it.
update app.support_collaborators as c set accepted_at = c.assigned_at
from app.users as u where u.id = c.user_id and u.ab_user_id is not null;
create trigger invitations_are_sent_now before update of invitation_sent_at on app.support_collaborators
    for each row execute function app.invitations_are_sent_now();
create trigger invitations_are_counted after insert or update of invitation_sent_at on app.support_collaborators
    for each row execute function app.invitations_are_counted('case_id');

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
