-- Invitations, links that sign in, limits on signing in, and what org-admins set up on the screens.


------------------------------------------------------------------------------------------------------------------------
-- What operators set up
------------------------------------------------------------------------------------------------------------------------

alter table app.landlords alter organisation_id set default app.org_admin_organisation();
alter table app.properties alter organisation_id set default app.org_admin_organisation();
alter table app.property_manager_landlords alter organisation_id set default app.org_admin_organisation();

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
alter table app.organisations
    drop constraint housing_officer_emails_look_like_addresses,
    add constraint housing_officer_emails_look_like_addresses check (
        array_position(housing_officer_emails, null) is null
        and array_to_string(housing_officer_emails, ' ') !~ ','
        and array_to_string(housing_officer_emails, ',') ~ '^([^@\s,]+@[^@\s,]+\.[^@\s,]+(,(?!$)|$))*$');
alter table app.properties
    drop constraint property_addresses_are_filled,
    add constraint property_addresses_are_filled check (length(btrim(address)) between 1 and 200),
    add constraint property_towns_are_filled check (length(btrim(town)) between 1 and 100);
