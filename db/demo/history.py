"""Demo data: what the audit log says of it, as if the people in it had done it all, each thing in its time.

The rows are put in with the log's triggers off (put_in_quietly), which would call it all the loading of today; the lines and
their payloads are made from the rows here, oldest first, with hashes as the triggers make them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

#: Tables of documents, which are put in by statements (db/demo/documents.py).
DOCUMENTS = ("app.document_templates", "app.document_template_versions", "app.support_documents")
TRIGGERS = "select tgrelid::regclass::text from pg_trigger where tgname = 'written_down' and tgrelid::regclass::text = any (%s) order by 1"

#: Events as (happened_at, organisation_id, case_id, actor_id, actor_name, action, table_name, row_id, row_kind, row_at, before, after).
#: Whoever opened and closed a case is who invited its first collaborator, or the firm's first org-admin; set-up is the org-admin's.
EVENTS = """
    with admins as (
        select distinct on (m.organisation_id) m.organisation_id, u.id, u.full_name
        from app.memberships as m join app.users as u on u.id = m.user_id where m.role = 'org_admin' order by m.organisation_id, u.email
    ), runners as (
        select distinct on (c.id) c.id as case_id, coalesce(m.invited_by_id, a.id) as id, coalesce(m.invited_by_name, a.full_name) as full_name
        from app.support_cases as c join admins as a on a.organisation_id = c.organisation_id
        left join app.support_collaborators as m on m.case_id = c.id and m.invited_by_id is not null
        order by c.id, m.assigned_at, m.id
    )
    select u.created_at, app.installation_chain(), null::uuid, null::uuid, null, 'insert', 'users', u.id, null, u.created_at, null::jsonb, to_jsonb(u) from app.users as u
    union all
    select o.created_at, o.id, null, null, null, 'insert', 'organisations', o.id, null, o.created_at, null, to_jsonb(o) from app.organisations as o
    union all
    select m.created_at, m.organisation_id, null, null, null, 'insert', 'memberships', m.user_id, m.role, m.created_at, null, to_jsonb(m) from app.memberships as m
    union all
    select l.created_at, l.organisation_id, null, a.id, a.full_name, 'insert', 'landlords', l.id, null, l.created_at, null, to_jsonb(l)
    from app.landlords as l join admins as a using (organisation_id)
    union all
    select l.assigned_at, l.organisation_id, null, a.id, a.full_name, 'insert', 'property_manager_landlords', l.user_id, null, l.assigned_at, null, to_jsonb(l)
    from app.property_manager_landlords as l join admins as a using (organisation_id)
    union all
    select p.created_at, p.organisation_id, null, a.id, a.full_name, 'insert', 'properties', p.id, null, p.created_at, null, to_jsonb(p)
    from app.properties as p join admins as a using (organisation_id)
    union all
    select t.created_at, t.organisation_id, null, a.id, a.full_name, 'insert', 'tenants', t.id, null, t.created_at, null, to_jsonb(t)
    from app.tenants as t join admins as a using (organisation_id)
    union all
    select c.opened_at, c.organisation_id, c.id, r.id, r.full_name, 'insert', 'support_cases', c.id, null, c.opened_at, null,
           to_jsonb(c) || '{"closed_at": null, "closing_reason": null}'
    from app.support_cases as c join runners as r on r.case_id = c.id
    union all
    select c.closed_at, c.organisation_id, c.id, r.id, r.full_name, 'update', 'support_cases', c.id, null, c.opened_at,
           '{"closed_at": null, "closing_reason": null}', jsonb_build_object('closed_at', c.closed_at, 'closing_reason', c.closing_reason)
    from app.support_cases as c join runners as r on r.case_id = c.id where c.closed_at is not null
    union all
    select m.assigned_at, m.organisation_id, m.case_id, coalesce(m.invited_by_id, r.id), m.invited_by_name, 'insert', 'support_collaborators', m.id, m.kind, m.assigned_at,
           null, to_jsonb(m) || '{"accepted_at": null, "ended_at": null}'
    from app.support_collaborators as m join runners as r on r.case_id = m.case_id
    union all
    select m.accepted_at, m.organisation_id, m.case_id, m.user_id, m.full_name, 'update', 'support_collaborators', m.id, m.kind, m.assigned_at,
           '{"accepted_at": null}', jsonb_build_object('accepted_at', m.accepted_at)
    from app.support_collaborators as m where m.accepted_at is not null and m.user_id is not null
    union all
    select m.ended_at, m.organisation_id, m.case_id, r.id, r.full_name, 'update', 'support_collaborators', m.id, m.kind, m.assigned_at,
           '{"ended_at": null}', jsonb_build_object('ended_at', m.ended_at)
    from app.support_collaborators as m join runners as r on r.case_id = m.case_id where m.ended_at is not null
    union all
    select n.created_at, n.organisation_id, n.case_id, n.author_id, n.author_name, 'insert', 'support_notes', n.id, n.stream, n.created_at, null,
           to_jsonb(n) || '{"edited_at": null}' || case when n.safeguarding_flagged_at > n.created_at then '{"safeguarding": false, "safeguarding_flagged_at": null}' else '{}' end::jsonb
    from app.support_notes as n
    union all
    -- Whoever writes there sees what others wrote.
    select n.created_at - interval '2 minutes', n.organisation_id, n.case_id, n.author_id, n.author_name, 'view', 'support_notes', null, 'professional', null, null, null
    from app.support_notes as n where n.stream = 'professional'
    union all
    select n.safeguarding_flagged_at, n.organisation_id, n.case_id, n.author_id, n.author_name, 'update', 'support_notes', n.id, n.stream, n.created_at,
           '{"safeguarding": false, "safeguarding_flagged_at": null}', jsonb_build_object('safeguarding', true, 'safeguarding_flagged_at', n.safeguarding_flagged_at)
    from app.support_notes as n where n.safeguarding_flagged_at > n.created_at
    union all
    -- The wording of before is not told: nobody ever wrote one.
    select n.edited_at, n.organisation_id, n.case_id, n.author_id, n.author_name, 'update', 'support_notes', n.id, n.stream, n.created_at,
           '{"edited_at": null}', jsonb_build_object('edited_at', n.edited_at)
    from app.support_notes as n where n.edited_at is not null
    union all
    select g.created_at, g.organisation_id, g.case_id, g.author_id, g.author_name, 'insert', 'support_goals', g.id, null, g.created_at, null,
           to_jsonb(g) || '{"status": "active"}' from app.support_goals as g
    union all
    select coalesce((select max(p.noted_at) from app.support_goal_progress as p where p.goal_id = g.id), g.created_at), g.organisation_id, g.case_id,
           g.author_id, g.author_name, 'update', 'support_goals', g.id, null, g.created_at, '{"status": "active"}', jsonb_build_object('status', g.status)
    from app.support_goals as g where g.status <> 'active'
    union all
    select p.noted_at, p.organisation_id, p.case_id, p.author_id, p.author_name, 'insert', 'support_goal_progress', p.id, null, p.noted_at, null, to_jsonb(p)
    from app.support_goal_progress as p
    union all
    select s.created_at, s.organisation_id, s.case_id, s.author_id, s.author_name, 'insert', 'support_sessions', s.id, s.type, s.scheduled_at, null,
           to_jsonb(s) || '{"status": "scheduled", "outcome_note": null}' from app.support_sessions as s
    union all
    select s.scheduled_at + make_interval(mins => s.duration_minutes), s.organisation_id, s.case_id, s.author_id, s.author_name, 'update', 'support_sessions',
           s.id, s.type, s.scheduled_at, '{"status": "scheduled", "outcome_note": null}', jsonb_build_object('status', s.status, 'outcome_note', s.outcome_note)
    from app.support_sessions as s where s.status <> 'scheduled'
    union all
    select t.created_at, t.organisation_id, null, a.id, a.full_name, 'insert', 'document_templates', t.id, t.kind, t.created_at, null, to_jsonb(t) || '{"retired_at": null}'
    from app.document_templates as t join admins as a using (organisation_id)
    union all
    select v.created_at, v.organisation_id, null, coalesce(v.author_id, a.id), v.author_name, 'insert', 'document_template_versions', v.id, null, v.created_at, null, to_jsonb(v)
    from app.document_template_versions as v join admins as a using (organisation_id)
    union all
    -- As it was begun, with the answers that it has by now; each step of its trail after that.
    select d.created_at, d.organisation_id, d.case_id, d.author_id, d.author_name, 'insert', 'support_documents', d.id, d.kind, d.created_at, null,
           to_jsonb(d) || '{"state": "draft"}' || (
               select jsonb_object_agg(later, null) from unnest(array['step', 'step_reason', 'content', 'content_sha256', 'submitted_at', 'approved_at', 'approved_by_id',
                                                                      'approved_by_name', 'pdf_sha256', 'sent_at', 'next_due_on']) as later)
    from app.support_documents as d
    union all
    select e.happened_at, e.organisation_id, e.case_id, e.actor_id, e.actor_name, 'update', 'support_documents', d.id, d.kind, d.created_at,
           jsonb_build_object('state', e.from_state) || case when e.reason is not null then '{"step_reason": null}' else '{}' end::jsonb,
           jsonb_build_object('state', e.to_state, 'step', e.step) || case when e.reason is not null then jsonb_build_object('step_reason', e.reason) else '{}' end
           || case e.step when 'approve' then jsonb_build_object('approved_at', d.approved_at, 'approved_by_name', d.approved_by_name, 'pdf_sha256', d.pdf_sha256) else '{}' end
    from app.support_document_events as e join app.support_documents as d on d.id = e.document_id where e.step <> 'begin'
    union all
    select v.created_at, v.organisation_id, v.case_id, v.author_id, v.author_name, 'insert', 'support_document_deliveries', v.id, v.way, v.created_at, null, to_jsonb(v)
    from app.support_document_deliveries as v
    union all
    select u.created_at, u.organisation_id, u.case_id, u.author_id, u.author_name, 'insert', 'support_uploads', u.id, null, u.created_at, null, to_jsonb(u)
    from app.support_uploads as u
    union all
    select r.created_at, r.organisation_id, null, r.author_id, r.author_name, 'insert', 'subject_access_requests', r.id, null, r.created_at, null, to_jsonb(r)
    from app.subject_access_requests as r
    union all
    select p.created_at, p.organisation_id, null, p.author_id, p.author_name, 'insert', 'subject_access_pauses', p.id, p.why, p.created_at, null, to_jsonb(p) || '{"ended_on": null}'
    from app.subject_access_pauses as p
    union all
    select (p.ended_on + time '09:00') at time zone 'Europe/London', p.organisation_id, null, p.author_id, p.author_name, 'update', 'subject_access_pauses', p.id, p.why, p.created_at,
           '{"ended_on": null}', jsonb_build_object('ended_on', p.ended_on)
    from app.subject_access_pauses as p where p.ended_on is not null
    union all
    select h.created_at, h.organisation_id, h.case_id, h.author_id, h.author_name, 'insert', 'legal_holds', h.id, null, h.created_at, null, to_jsonb(h)
    from app.legal_holds as h
"""

#: Each event with its number and salt, then its line and what it said.
WRITE = f"""
    with events (happened_at, organisation_id, case_id, actor_id, actor_name, action, table_name, row_id, row_kind, row_at, before, after) as ({EVENTS}),
    numbered as materialized (
        select nextval('vault.audit_ids') as id, uuid_send(gen_random_uuid()) as salt, e.*
        from (select least(happened_at, now()) as at, e.* from events as e order by 1, e.table_name = 'support_collaborators', e.action, e.row_id) as e
    ), facts as (
        insert into app.audit_log (id, happened_at, organisation_id, case_id, actor_id, actor_name, actor_hat, action, table_name, row_id, row_kind, row_at, payload_hash)
        select n.id, n.at, n.organisation_id, n.case_id, n.actor_id, coalesce(n.actor_name, session_user),
               case when n.actor_id is null then 'owner'
                    else coalesce((select m.role from app.memberships as m where m.user_id = n.actor_id and m.organisation_id = n.organisation_id), 'collaborator') end,
               n.action, n.table_name, n.row_id, n.row_kind, n.row_at,
               case when n.row_id is not null then sha256(n.salt || convert_to(jsonb_build_array(null::text, n.before, n.after)::text, 'UTF8')) end
        from numbered as n order by n.id
    )
    insert into app.audit_payloads (audit_id, organisation_id, case_id, table_name, row_id, salt, before, after)
        select n.id, n.organisation_id, n.case_id, n.table_name, n.row_id, n.salt, n.before, n.after from numbered as n where n.row_id is not null
"""


@contextmanager
def put_in_quietly(connection: psycopg.Connection, tables: list[str]) -> Iterator[None]:
    """Rows that are put into these tables meanwhile, as the owner and in this transaction, have no line in the audit log."""
    watched = [name for (name,) in connection.execute(TRIGGERS, [tables])]
    _switch(connection, watched, "disable")
    yield
    _switch(connection, watched, "enable")


def _switch(connection: psycopg.Connection, watched: list[str], way: str) -> None:
    for name in watched:
        connection.execute(sql.SQL("alter table {} {} trigger written_down").format(sql.Identifier(*name.split(".")), sql.SQL(way)))


def write(connection: psycopg.Connection) -> None:
    """Writes the lines about everything that is there, as the owner. For a database with nothing else in it."""
    connection.execute(WRITE)
