"""A made-up customer base for the benchmark of rights: as large as asked for, in the proportions of a real one.

For each 10 million notes: 250,000 cases in 400 organisations, that is 40 notes a case and 625 cases an organisation. Each
organisation has ten landlords; its first property manager looks after six of them (about 375 cases), the second after four.
Every worker, housing officer and context-only collaborator has eight cases: six in one organisation, two in another.
People, cases and what lies above them have the same ids on every server, and each case the same notes.
"""

import time
from dataclasses import dataclass

import psycopg
from psycopg import sql

NOTES_IN_A_CASE = 40
NOTES_IN_AN_ORGANISATION = 25_000
CASES_OF_A_COLLABORATOR = 8

WORDS = (
    "Met at home as agreed. Talked through the letter about the benefit review and filled in the first part together. "
    "Rang the surgery and moved the appointment to a morning. Rent is up to date and the payment plan for the water bill "
    "holds. Agreed to look at the college courses next week and to bring the bank statements. The flat was warm and tidy; "
    "the window in the kitchen still sticks and has been reported again. In good spirits, a little worried about the "
    "hearing. Next visit on Thursday."
)


@dataclass(frozen=True)
class Size:
    """How many of each there are; made by `size_of`."""

    notes: int
    cases: int
    organisations: int
    workers: int


def size_of(notes: int) -> Size:
    """The proportions for so many notes; small numbers are rounded up to what still has every kind of person."""
    organisations = max(3, round(notes / NOTES_IN_AN_ORGANISATION))
    workers = max(2 * organisations, round(notes / NOTES_IN_A_CASE / CASES_OF_A_COLLABORATOR))
    return Size(notes, workers * CASES_OF_A_COLLABORATOR, organisations, workers)


#: Where each case is and who works on it, once, for everything below. Temporary, made anew for each filling.
PLACES = """
create temporary table place as
select n, ('case-' || n) as words, md5('case-' || n)::uuid as case_id, md5('tenant-' || n)::uuid as tenant_id,
       md5('property-' || n)::uuid as property_id, md5('landlord-' || org || '-' || n % 10)::uuid as landlord_id,
       org, md5('organisation-' || org)::uuid as organisation_id,
       md5('manager-' || org || '-' || (n % 10 >= 6)::int)::uuid as manager_id,
       person, md5('worker-' || person)::uuid as worker_id, md5('officer-' || person)::uuid as officer_id,
       md5('guest-' || person)::uuid as guest_id,
       -- Openings are spread over eight years in an order of their own, no two at the same moment.
       timestamptz '2018-01-01 09:00+00' + (n::bigint * 7919 % {cases}) * (interval '8 years' / {cases}) as opened_at,
       n % 10 >= 7 as closed
from (select n, (n::bigint * {organisations} / {cases})::int as org,
             (n / 8 + case when n % 8 >= 6 then {workers} / 2 else 0 end) % {workers} as person
      from generate_series(0, {cases} - 1) as n) as numbered
"""

FILLING = (
    """insert into app.organisations (id, name, plan_code, support_notes_visible_to_housing_officer)
    select md5('organisation-' || n)::uuid, 'Organisation ' || n, 'enterprise', n % 2 = 0
    from generate_series(0, {organisations} - 1) as n""",
    """insert into app.users (id, email, full_name)
    select md5(kind || '-' || n)::uuid, kind || '-' || n || '@example.org', initcap(kind) || ' ' || n
    from generate_series(0, {workers} - 1) as n, unnest(array['worker', 'officer', 'guest']) as kind
    union all
    select md5(kind || n)::uuid, kind || n || '@example.org', 'Operator ' || n
    from generate_series(0, {organisations} - 1) as org, unnest(array['admin-', 'manager-']) as kind,
         unnest(array[org || '-0', org || '-1']) as n""",
    """insert into app.memberships (user_id, organisation_id, role, accepted_at)
    select md5(kind || org || '-' || n)::uuid, md5('organisation-' || org)::uuid,
           case kind when 'admin-' then 'org_admin' else 'property_manager' end, now()
    from generate_series(0, {organisations} - 1) as org, unnest(array['admin-', 'manager-']) as kind, generate_series(0, 1) as n""",
    """insert into app.landlords (id, organisation_id, name)
    select md5('landlord-' || org || '-' || n)::uuid, md5('organisation-' || org)::uuid, 'Landlord ' || n
    from generate_series(0, {organisations} - 1) as org, generate_series(0, 9) as n""",
    """insert into app.property_manager_landlords (organisation_id, user_id, landlord_id)
    select md5('organisation-' || org)::uuid, md5('manager-' || org || '-' || (n >= 6)::int)::uuid,
           md5('landlord-' || org || '-' || n)::uuid
    from generate_series(0, {organisations} - 1) as org, generate_series(0, 9) as n""",
    """insert into app.properties (id, organisation_id, landlord_id, address, town, postcode)
    select property_id, organisation_id, landlord_id, n || ' Long Lane', 'Leeds', 'LS6 2AB' from place""",
    """insert into app.tenants (id, organisation_id, landlord_id, property_id, full_name, housing_officer_note_visibility)
    select tenant_id, organisation_id, landlord_id, property_id, 'Tenant ' || n,
           case when n % 10 = 0 then 'hidden' when n % 10 < 4 then 'visible' else 'inherit' end from place""",
    """insert into app.support_cases (id, organisation_id, landlord_id, tenant_id, context_summary, opened_at, closed_at, closing_reason)
    select case_id, organisation_id, landlord_id, tenant_id, left({words}, 300), opened_at,
           case when closed then opened_at + interval '1 year' end, case when closed then 'moved_on' end from place""",
    """insert into app.support_collaborators (organisation_id, landlord_id, case_id, user_id, full_name, kind, participation_mode,
                                           email, invited_by_name, assigned_at, ended_at)
    select organisation_id, landlord_id, case_id, user_id, 'Person', kind, mode, email, 'Operator', opened_at,
           case when ended then opened_at + interval '1 month' end
    from place, lateral (values
        (worker_id, 'support_worker', 'full', null, false),
        (officer_id, 'housing_officer', 'full', null, false),
        (guest_id, 'support_worker', 'context_only', null, false),
        (md5('worker-' || (person + 1) % {workers})::uuid, 'support_worker', 'full', null, true),
        (null::uuid, 'external_contact', 'reference_only', 'contact@example.org', false)
    ) as member (user_id, kind, mode, email, ended)""",
    """insert into app.support_sessions (organisation_id, landlord_id, case_id, scheduled_at, type, author_id, author_name)
    select organisation_id, landlord_id, case_id, date_trunc('hour', now()) + ahead * interval '1 day', 'home_visit',
           case when ahead < 25 then worker_id else guest_id end, 'Worker'
    from place, unnest(array[-30, 1 + n % 20, 25 + n % 20]) as ahead where not closed""",
    # Notes come in the order in which they were written, as in life: those of one case lie far apart.
    """insert into app.support_notes (organisation_id, landlord_id, case_id, stream, body, author_id, author_name,
                                   safeguarding, safeguarding_flagged_at, created_at)
    select organisation_id, landlord_id, case_id, case when professional then 'professional' else 'shared' end,
           left({words}, (80 + note.n * 37 % 420)::int),
           case when professional then manager_id when note.n % 5 = 0 then officer_id else worker_id end, 'Person ' || person,
           flagged, case when flagged then written_at end, written_at
    from (select n, abs(hashint8(n)::bigint) % {cases} as case_number, n % 5 in (1, 3) as professional, n % 50 = 1 as flagged,
                 timestamptz '2022-01-01 09:00+00' + n * (interval '4 years' / {notes}) as written_at
          from generate_series(1::bigint, {notes}) as n) as note
    join place on place.n = case_number""",
)

#: As the owner would be told by the composite foreign keys, which a filling without triggers does not ask.
MISPLACED = """
select count(*) from app.support_notes as n
where not exists (select from app.support_cases as c
                  where c.organisation_id = n.organisation_id and c.id = n.case_id and c.landlord_id = n.landlord_id)
"""


def fill(connection: psycopg.Connection, size: Size) -> float:
    """Fill an installed, empty database; returns the seconds it took, statistics and visibility map included.

    `connection`: of a superuser, in autocommit mode (triggers are off while it fills, which no other login may do).
    Raises RuntimeError when a note does not lie under its case.
    """
    began = time.monotonic()
    values = {name: sql.Literal(number) for name, number in vars(size).items()} | {"words": sql.Literal(WORDS)}
    connection.execute("set session_replication_role = replica")
    for statement in (PLACES, *FILLING):
        connection.execute(sql.SQL(statement).format(**values))
    connection.execute("drop table place")
    connection.execute("set session_replication_role = origin")
    connection.execute("vacuum (analyze)")
    if connection.execute(MISPLACED).fetchone() != (0,):
        raise RuntimeError("the filling put notes where their cases are not")
    return time.monotonic() - began
