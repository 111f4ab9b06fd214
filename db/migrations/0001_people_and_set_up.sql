-- Invitations, links that sign in, limits on signing in, and what org-admins set up on the screens.


------------------------------------------------------------------------------------------------------------------------
-- What operators set up
------------------------------------------------------------------------------------------------------------------------

alter table app.landlords alter organisation_id set default app.org_admin_organisation();
alter table app.properties alter organisation_id set default app.org_admin_organisation();
alter table app.property_manager_landlords alter organisation_id set default app.org_admin_organisation();
