-- Keywork: figures for BI tools and for /dashboard. Applied whole at every installation and upgrade, after views.sql, as keywork_owner.
--
-- These views are an interface: names, columns and what they mean stay from release to release, and new columns come last. They are
-- security_invoker: a BI login reads its organisation (rls.sql, "Reporting"), an org-admin theirs, a property manager what belongs
-- to their landlords. No view holds a word that somebody wrote about a tenant, or a tenant's name: ids let a firm join its own
-- lists. Months and days are those of London, a month by its first day.
--
-- Ids are given through nullif, which changes none of them. A plain column would be searched in its index before the policy looks at what
-- is found, and EXPLAIN ANALYZE counts what the policy removes: it would tell whether another firm has a row with an id that one knows,
-- or how many sessions a worker of two firms had at the other (threat 11).


create view reporting.caseload with (security_invoker = true) as
select nullif(c.id, '00000000-0000-0000-0000-000000000000') as case_id,
       nullif(c.tenant_id, '00000000-0000-0000-0000-000000000000') as tenant_id,
       nullif(p.id, '00000000-0000-0000-0000-000000000000') as property_id,
       p.address || ', ' || p.town || ' ' || p.postcode as property_address,
       nullif(c.landlord_id, '00000000-0000-0000-0000-000000000000') as landlord_id, l.name as landlord_name,
       case when c.closed_at is null then 'open' else 'closed' end as state,
       c.opened_at, c.closed_at, c.closing_reason,
       (select count(*) from app.support_collaborators as m
        where m.case_id = c.id and m.ended_at is null and m.kind = 'support_worker' and m.participation_mode <> 'reference_only') as support_workers,
       (select count(*) from app.support_collaborators as m
        where m.case_id = c.id and m.ended_at is null and m.kind = 'housing_officer' and m.participation_mode <> 'reference_only') as housing_officers,
       (select count(*) from app.support_collaborators as m
        where m.case_id = c.id and m.ended_at is null and m.participation_mode = 'reference_only') as contact_cards,
       (select count(*) from app.support_notes as n where n.case_id = c.id) as notes,
       (select count(*) from app.support_goals as g where g.case_id = c.id and g.status = 'active') as active_goals,
       (select count(*) from app.support_goals as g where g.case_id = c.id and g.status = 'achieved') as achieved_goals,
       (select count(*) from app.support_sessions as s where s.case_id = c.id and s.status = 'delivered') as sessions_delivered,
       (select count(*) from app.support_sessions as s where s.case_id = c.id and s.status = 'missed') as sessions_missed,
       (select count(*) from app.support_documents as d where d.case_id = c.id and d.state in ('approved', 'sent')) as documents,
       (select max(n.created_at) from app.support_notes as n where n.case_id = c.id) as last_note_at,
       (select max(s.scheduled_at) from app.support_sessions as s where s.case_id = c.id and s.status = 'delivered') as last_contact_at,
       (select min(s.scheduled_at) from app.support_sessions as s where s.case_id = c.id and s.status = 'scheduled' and s.scheduled_at >= now()) as next_session_at
from app.support_cases as c
left join app.tenants as t on t.id = c.tenant_id
left join app.properties as p on p.id = t.property_id
left join app.landlords as l on l.id = c.landlord_id;
comment on view reporting.caseload is 'A row for each support case, open and closed, with what is in it and who is on it now, in numbers.';
comment on column reporting.caseload.case_id is 'The case. Joins with the other views, and with addresses of the console (/support-cases/<case_id>).';
comment on column reporting.caseload.tenant_id is 'The tenant, for joining with the firm''s own list: the name is not here.';
comment on column reporting.caseload.property_id is 'Where the tenant lives now.';
comment on column reporting.caseload.property_address is 'Address, town and postcode of that home.';
comment on column reporting.caseload.landlord_id is 'Whose property it is.';
comment on column reporting.caseload.landlord_name is 'That landlord by name.';
comment on column reporting.caseload.state is 'open or closed.';
comment on column reporting.caseload.opened_at is 'When the case was opened.';
comment on column reporting.caseload.closed_at is 'When it was closed most recently; null while it is open.';
comment on column reporting.caseload.closing_reason is 'Why it was closed: moved_on, support_no_longer_needed, transferred, disengaged, tenancy_ended, died, opened_in_error; null while it is open.';
comment on column reporting.caseload.support_workers is 'Support workers assigned now.';
comment on column reporting.caseload.housing_officers is 'Housing officers assigned now.';
comment on column reporting.caseload.contact_cards is 'People on the team who are named on a contact card and have no account.';
comment on column reporting.caseload.notes is 'Notes of both streams. What they say is in no view.';
comment on column reporting.caseload.active_goals is 'Goals that are being worked on.';
comment on column reporting.caseload.achieved_goals is 'Goals that were achieved.';
comment on column reporting.caseload.sessions_delivered is 'Sessions that took place.';
comment on column reporting.caseload.sessions_missed is 'Sessions that the tenant missed.';
comment on column reporting.caseload.documents is 'Documents that are approved or sent, without those that a newer version took the place of.';
comment on column reporting.caseload.last_note_at is 'When the latest note was written; null without one.';
comment on column reporting.caseload.last_contact_at is 'When the latest session that took place began; null without one.';
comment on column reporting.caseload.next_session_at is 'When the next planned session begins; null without one.';


create view reporting.activity with (security_invoker = true) as
select nullif(s.author_id, '00000000-0000-0000-0000-000000000000') as worker_id,
       -- As they were called most recently.
       (array_agg(s.author_name order by s.created_at desc, s.id))[1] as worker_name,
       date_trunc('month', s.scheduled_at at time zone 'Europe/London')::date as month,
       count(*) filter (where s.status = 'scheduled') as scheduled,
       count(*) filter (where s.status = 'delivered') as delivered,
       count(*) filter (where s.status = 'missed') as missed,
       count(*) filter (where s.status = 'cancelled') as cancelled,
       coalesce(sum(s.duration_minutes) filter (where s.status = 'delivered'), 0) as minutes_delivered
from app.support_sessions as s
group by 1, 3, case when s.author_id is null then s.author_name end;
comment on view reporting.activity is 'Sessions by who recorded them and by the month in which they take place.';
comment on column reporting.activity.worker_id is 'Who recorded the sessions; null for somebody of a former system without an account here, who is told apart by name.';
comment on column reporting.activity.worker_name is 'By name, as it stands on the session recorded last that month.';
comment on column reporting.activity.month is 'The first day of the month, Europe/London.';
comment on column reporting.activity.scheduled is 'Sessions still to come, and those that are over without anybody having said how they went.';
comment on column reporting.activity.delivered is 'Sessions that took place.';
comment on column reporting.activity.missed is 'Sessions that the tenant missed.';
comment on column reporting.activity.cancelled is 'Sessions that were called off.';
comment on column reporting.activity.minutes_delivered is 'How long those that took place were, in minutes, together.';


create view reporting.goals_outcome with (security_invoker = true) as
select date_trunc('month', g.created_at at time zone 'Europe/London')::date as month,
       nullif(g.landlord_id, '00000000-0000-0000-0000-000000000000') as landlord_id, l.name as landlord_name,
       count(*) as goals_set,
       count(*) filter (where g.status = 'achieved') as achieved,
       count(*) filter (where g.status = 'closed') as closed,
       count(*) filter (where g.status = 'active') as active,
       count(*) filter (where g.status = 'active' and g.target_date < (now() at time zone 'Europe/London')::date) as active_past_target
from app.support_goals as g
left join app.landlords as l on l.id = g.landlord_id
group by 1, 2, 3;
comment on view reporting.goals_outcome is 'What became of goals, by the month in which they were set and by landlord.';
comment on column reporting.goals_outcome.month is 'The first day of the month in which the goals were set, Europe/London.';
comment on column reporting.goals_outcome.landlord_id is 'Whose property the tenant lives in.';
comment on column reporting.goals_outcome.landlord_name is 'That landlord by name.';
comment on column reporting.goals_outcome.goals_set is 'Goals set in the month: achieved, closed and active ones together.';
comment on column reporting.goals_outcome.achieved is 'Those that were achieved.';
comment on column reporting.goals_outcome.closed is 'Those that were closed without being achieved.';
comment on column reporting.goals_outcome.active is 'Those that are being worked on.';
comment on column reporting.goals_outcome.active_past_target is 'Active ones whose target date is over.';


create view reporting.time_to_first_session with (security_invoker = true) as
select nullif(c.id, '00000000-0000-0000-0000-000000000000') as case_id,
       nullif(c.landlord_id, '00000000-0000-0000-0000-000000000000') as landlord_id, l.name as landlord_name,
       (c.opened_at at time zone 'Europe/London')::date as opened_on,
       (s.first_at at time zone 'Europe/London')::date as first_session_on,
       case when s.first_at is not null then
           greatest((s.first_at at time zone 'Europe/London')::date - (c.opened_at at time zone 'Europe/London')::date, 0) end as days
from app.support_cases as c
cross join lateral (select min(d.scheduled_at) as first_at from app.support_sessions as d where d.case_id = c.id and d.status = 'delivered') as s
left join app.landlords as l on l.id = c.landlord_id;
comment on view reporting.time_to_first_session is 'How long each case waited for its first session that took place.';
comment on column reporting.time_to_first_session.case_id is 'The case.';
comment on column reporting.time_to_first_session.landlord_id is 'Whose property the tenant lives in.';
comment on column reporting.time_to_first_session.landlord_name is 'That landlord by name.';
comment on column reporting.time_to_first_session.opened_on is 'The day on which the case was opened, Europe/London.';
comment on column reporting.time_to_first_session.first_session_on is 'The day of the first session that took place, Europe/London; null while there was none.';
comment on column reporting.time_to_first_session.days is 'Days from the one to the other: 0 on the same day, and where the session came before the case was opened. Null while there was none.';


create view reporting.retention_forecast with (security_invoker = true) as
select date_trunc('month', f.due_at at time zone 'Europe/London')::date as month, f.rule,
       sum(f.records)::bigint as records, sum(f.cases)::bigint as cases
from app.forecast as f
where f.records > 0 or f.cases > 0
group by 1, 2;
comment on view reporting.retention_forecast is
    'How many records of closed cases fall due in which month, under which rule, as things stand: what /retention shows. Open cases never fall due.';
comment on column reporting.retention_forecast.month is
    'The first day of the month, Europe/London. A month that is over: due, and destroyed by the next run. Null: under a legal hold, and due when that is lifted.';
comment on column reporting.retention_forecast.rule is 'case, or safeguarding for notes that are flagged and kept for longer.';
comment on column reporting.retention_forecast.records is 'Notes, goals, progress entries, sessions, documents and files.';
comment on column reporting.retention_forecast.cases is 'Cases that go altogether, with the last of their records.';


create view reporting.digest_delivery with (security_invoker = true) as
select d.period as month, coalesce(d.reason, app.told_state(o.state, o.provider_id, o.claimed_at, o.sent_at), 'waiting') as outcome, count(*) as digests
from app.digests as d
left join app.outbox as o on o.organisation_id = d.organisation_id and o.digest_id = d.id
group by 1, 2;
comment on view reporting.digest_delivery is 'What became of the monthly digests to housing officers, by the month that they are about.';
comment on column reporting.digest_delivery.month is 'The first day of the month that the digests are about.';
comment on column reporting.digest_delivery.outcome is
    'Of an e-mail: waiting, sending, sent, filed (written to a file, Keywork is not set up to send), delivered, bounced_for_now, bounced, complained, failed, unsure, withdrawn. '
    'Where none was made, why: plan, account_disabled, assignment_ended, address_not_listed, suppressed, tenant_hidden, nothing_to_report.';
comment on column reporting.digest_delivery.digests is 'How many housing officers.';


create view reporting.audit_activity with (security_invoker = true) as
select (a.happened_at at time zone 'Europe/London')::date as day, a.action as kind, a.table_name, count(*) as events
from app.audit_log as a
-- Whole months of the log are left out by this before they are read.
where a.happened_at >= now() - interval '25 months'
group by 1, 2, 3;
comment on view reporting.audit_activity is 'How much was done, by day, in the last 25 months: rows of the audit log, counted. What was said and who did it is not here.';
comment on column reporting.audit_activity.day is 'The day, Europe/London.';
comment on column reporting.audit_activity.kind is 'insert, update, delete, purge (by retention, one row for each case, table and rule), view (of Professional notes), export, sign_in.';
comment on column reporting.audit_activity.table_name is 'What it was done to.';
comment on column reporting.audit_activity.events is 'How many rows of the log.';
