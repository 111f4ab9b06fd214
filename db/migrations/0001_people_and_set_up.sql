-- Invitations, links that sign in, limits on signing in, and what org-admins set up on the screens.


------------------------------------------------------------------------------------------------------------------------
-- Plans, feature gates, accounts: what the platform-admin keeps
------------------------------------------------------------------------------------------------------------------------

alter table app.plans
    drop constraint plan_prices_are_not_negative,
    drop constraint plan_caps_are_positive,
    add constraint plan_names_are_filled check (length(btrim(name)) between 1 and 60),
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

create trigger a_platform_admin_stays before update of disabled_at, is_platform_admin on app.users
    for each row execute function app.a_platform_admin_stays();
create trigger sign_in_follows_the_person after update of email, disabled_at on app.users
    for each row execute function app.sign_in_follows_the_person();


------------------------------------------------------------------------------------------------------------------------
-- What operators set up
------------------------------------------------------------------------------------------------------------------------

alter table app.landlords alter organisation_id set default app.org_admin_organisation();
alter table app.properties alter organisation_id set default app.org_admin_organisation();
alter table app.property_manager_landlords alter organisation_id set default app.org_admin_organisation();
