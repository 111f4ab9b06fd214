"""Housing officers with their cases: what one month's digests are composed from.

Each officer looks after 5 cases of a firm of 100 officers. A case has 3 active goals and one achieved, each with 2 progress entries; in the month
4 sessions and 3 Shared notes, and outside it, or not to be told, 2 sessions, 2 Shared and 2 Professional notes. As many open cases again have no
housing officer.
"""

import time
from datetime import date

import psycopg

MONTH = date(2026, 10, 1)
CASES_EACH, FIRM = 5, 100

FILLING = (
    """insert into app.users (id, email, full_name)
    select md5('officer-' || n)::uuid, 'officer.' || n || '@example.org', 'Officer ' || n from generate_series(0, {officers} - 1) as n""",
    """insert into app.organisations (id, name, plan_code, support_notes_visible_to_housing_officer, housing_officer_emails)
    select md5('organisation-' || f)::uuid, 'Organisation ' || f, 'enterprise', true,
           array(select 'Officer.' || n || '@example.org' from generate_series(f * {firm}, least((f + 1) * {firm}, {officers}) - 1) as n)
    from generate_series(0, ({officers} - 1) / {firm}) as f""",
    "insert into app.landlords (id, organisation_id, name) select md5('landlord-' || o.id)::uuid, o.id, 'Landlord' from app.organisations as o",
    """insert into app.properties (id, organisation_id, landlord_id, address, town, postcode)
    select md5('property-' || l.id)::uuid, l.organisation_id, l.id, '1 Any Street', 'Leeds', 'LS1 1AA' from app.landlords as l""",
    # Cases 0 to officers * cases_each - 1 have an officer each, as many after them have none.
    """insert into app.tenants (id, organisation_id, landlord_id, property_id, full_name)
    select md5('tenant-' || n)::uuid, p.organisation_id, p.landlord_id, p.id, 'Tenant ' || n
    from generate_series(0, 2 * {officers} * {cases_each} - 1) as n
    join app.properties as p on p.organisation_id = md5('organisation-' || n / {cases_each} % {officers} / {firm})::uuid""",
    """insert into app.support_cases (id, organisation_id, landlord_id, tenant_id, opened_at)
    select t.id, t.organisation_id, t.landlord_id, t.id, '2026-01-05' from app.tenants as t""",
    """insert into app.support_collaborators (organisation_id, landlord_id, case_id, user_id, full_name, kind, participation_mode, invited_by_name, assigned_at)
    select c.organisation_id, c.landlord_id, c.id, md5('officer-' || n / {cases_each})::uuid, 'Officer', 'housing_officer', 'full', 'Somebody', '2026-01-05'
    from generate_series(0, {officers} * {cases_each} - 1) as n join app.support_cases as c on c.id = md5('tenant-' || n)::uuid""",
    """insert into app.support_goals (organisation_id, landlord_id, case_id, title, target_date, status, author_id, author_name, created_at)
    select c.organisation_id, c.landlord_id, c.id, 'Keep the tenancy, step ' || n, '2027-03-01', case n when 4 then 'achieved' else 'active' end,
           md5('officer-0')::uuid, 'Worker', '2026-02-01'::timestamptz + n * interval '1 day'
    from app.support_cases as c, generate_series(1, 4) as n""",
    """insert into app.support_goal_progress (organisation_id, landlord_id, case_id, goal_id, body, author_id, author_name, noted_at)
    select g.organisation_id, g.landlord_id, g.case_id, g.id, 'The form was sent, and the answer came: one step on.', g.author_id, 'Worker',
           '2026-09-20'::timestamptz + n * interval '10 days'
    from app.support_goals as g, generate_series(1, 2) as n""",
    """insert into app.support_sessions (organisation_id, landlord_id, case_id, scheduled_at, type, status, outcome_note, author_id, author_name)
    select c.organisation_id, c.landlord_id, c.id, '2026-09-24 10:00+01'::timestamptz + n * interval '1 week', 'home_visit',
           case n when 4 then 'missed' else 'delivered' end, 'We talked it over.', md5('officer-0')::uuid, 'Worker'
    from app.support_cases as c, generate_series(0, 5) as n""",
    """insert into app.support_notes (organisation_id, landlord_id, case_id, stream, body, author_id, author_name, created_at)
    select c.organisation_id, c.landlord_id, c.id, case when n < 5 then 'shared' else 'professional' end,
           'We met at the flat as agreed. The letter about the arrears was read together, and a plan made for the next two weeks. ' || n,
           md5('officer-0')::uuid, 'Worker', '2026-09-22 12:00+01'::timestamptz + n % 5 * interval '9 days'
    from app.support_cases as c, generate_series(0, 6) as n""",
)


def fill_with_officers(connection: psycopg.Connection, officers: int) -> float:
    """Fills an installed, empty database; returns the seconds it took.

    `connection`: of a superuser, in autocommit mode. Triggers are off: nothing of it is written down in the audit log.
    """
    began = time.perf_counter()
    connection.execute("set session_replication_role = replica")
    for statement in FILLING:
        connection.execute(statement.format(officers=officers, cases_each=CASES_EACH, firm=FIRM))
    connection.execute("set session_replication_role = origin")
    connection.execute("vacuum (analyze)")
    return time.perf_counter() - began
