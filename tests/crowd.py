"""Many rows of other people around the world's few: in tables of eleven rows the planner reads everything."""

import psycopg

#: Written as the owner, all of it in Moor Homes and under landlords of nobody.
FILL = """
    with landlords as (insert into app.landlords (organisation_id, name)
            select %(moor)s, 'Landlord ' || n from generate_series(1, 100) as n returning id, organisation_id),
        homes as (insert into app.properties (organisation_id, landlord_id, address, town, postcode)
            select organisation_id, id, id::text, 'Leeds', 'LS1 1AA' from landlords returning id, organisation_id, landlord_id)
    insert into app.tenants (organisation_id, landlord_id, property_id, full_name)
        select organisation_id, landlord_id, id, 'Crowd' from homes;
    insert into app.support_cases (tenant_id, opened_at, closed_at, closing_reason)
        select id, '2020-01-01', '2021-01-01', 'moved_on' from app.tenants, generate_series(1, 20) where full_name = 'Crowd';
    create temporary table crowd on commit drop as
        select c.id from app.support_cases as c join app.tenants as t on t.id = c.tenant_id where t.full_name = 'Crowd';
    insert into app.support_collaborators (case_id, full_name, kind, participation_mode, email, invited_by_name)
        select id, 'Card', 'external_contact', 'reference_only', 'card@example.net', 'Somebody' from crowd;
    insert into app.support_goals (case_id, title, author_id, author_name) select id, 'Crowd', %(author)s, 'A' from crowd;
    insert into app.support_goal_progress (case_id, goal_id, body, author_id, author_name)
        select case_id, id, 'Some', author_id, author_name from app.support_goals where title = 'Crowd';
    insert into app.support_sessions (case_id, scheduled_at, type, author_id, author_name)
        select id, '2020-02-01', 'home_visit', %(author)s, 'A' from crowd;
    insert into app.support_documents (case_id, template_version_id, title, author_id, author_name)
        select id, %(wording)s, 'Crowd', %(author)s, 'A' from crowd;
    insert into app.support_uploads (id, case_id, title, author_id, author_name) select id, id, 'Crowd', %(author)s, 'A' from crowd;
    insert into app.support_upload_files (upload_id, media_type, bytes) select id, 'application/pdf', '%%PDF-' from crowd;
    insert into app.support_notes (case_id, stream, body, author_id, author_name) select id, 'shared', 'Note', %(author)s, 'A' from crowd;
"""


def crowd(world) -> None:
    """Adds 2,000 cases with something in each, and has the planner look at them."""
    with psycopg.connect(world.conninfo, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(FILL, {"moor": world.organisation["moor"], "author": world.user["moor_admin"], "wording": world.wording["moor/agreement/1"]})
    with psycopg.connect(world.conninfo, autocommit=True) as connection:
        connection.execute("vacuum analyze")
