"""Demo data: a subject access request of Thornbeck's, some days old, whose clock stood still while its tenant showed who they are."""

from datetime import datetime, timedelta

import psycopg

from db.demo.timeline import uid

TABLES = ("app.subject_access_requests", "app.subject_access_pauses")
#: A tenant whose case is open, by name; entered by the firm's org-admin.
PUT_IN = """
    with admin as (
        select m.organisation_id, u.id, u.full_name from app.memberships as m join app.users as u on u.id = m.user_id join app.organisations as o on o.id = m.organisation_id
        where m.role = 'org_admin' and o.name like 'Thornbeck%%' order by u.email limit 1
    ), asks as (
        select t.id, a.id as author_id, a.full_name from admin as a join app.tenants as t on t.organisation_id = a.organisation_id
        where exists (select from app.support_cases as c where c.tenant_id = t.id and c.closed_at is null) order by t.full_name, t.id limit 1
    ), request as (
        insert into app.subject_access_requests (id, tenant_id, received_on, way, asked_by, author_id, author_name, created_at)
        select %(request)s, id, %(received)s, 'letter', 'tenant', author_id, full_name, %(entered)s from asks
        returning id, organisation_id, author_id, author_name
    )
    select * from request"""
PAUSE = """
    insert into app.subject_access_pauses (id, request_id, began_on, ended_on, why, reason, author_id, author_name, created_at)
    values (%s, %s, %s, %s, 'identity', 'A copy of a passport or driving licence.', %s, %s, %s)"""


def put_in(connection: psycopg.Connection, until: datetime) -> None:
    """Writes it, as of that moment."""
    entered = until - timedelta(days=12)
    key = uid("request", "thornbeck")
    its_id, _, author_id, author = connection.execute(PUT_IN, {"request": key, "received": entered.date(), "entered": entered}).fetchone()
    connection.execute(PAUSE, [uid("pause", "thornbeck"), its_id, entered.date() + timedelta(days=1), entered.date() + timedelta(days=4), author_id, author, entered + timedelta(days=1)])
