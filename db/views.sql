-- Keywork: what the screens read. Applied whole at every installation and upgrade, after schema.sql, as keywork_owner.
--
-- Every view is security_invoker: it shows what the person who asks may see in the tables below it, no more (threat 3).
-- The may_... columns tell a screen which buttons to draw. They repeat no policy for safety's sake: a forged request
-- meets the policies and triggers themselves.


------------------------------------------------------------------------------------------------------------------------
-- What operators set up
------------------------------------------------------------------------------------------------------------------------

create view app.landlord_list with (security_invoker = true) as
select l.id, l.name, l.created_at,
       (select count(*) from app.properties as p where p.landlord_id = l.id) as property_count,
       (select count(*) from app.tenants as t where t.organisation_id = l.organisation_id and t.landlord_id = l.id) as tenant_count
from app.landlords as l;
comment on view app.landlord_list is 'Landlords with how many homes and tenants each has: /landlords.';

create view app.property_list with (security_invoker = true) as
select p.id, p.address, p.town || ' ' || p.postcode as town_and_postcode, p.address || ', ' || p.town || ' ' || p.postcode as property_address,
       l.name as landlord_name,
       (select count(*) from app.tenants as t where t.organisation_id = p.organisation_id and t.property_id = p.id) as tenant_count
from app.properties as p
left join app.landlords as l on l.id = p.landlord_id;
comment on view app.property_list is 'Properties with their landlord and how many tenants each has: /properties.';

create view app.tenant_list with (security_invoker = true) as
select t.id, t.full_name, p.address || ', ' || p.town || ' ' || p.postcode as property_address,
       t.housing_officer_note_visibility as note_visibility, c.id as open_case_id, c.opened_at as case_opened_at
from app.tenants as t
left join app.properties as p on p.id = t.property_id
left join app.support_cases as c on c.tenant_id = t.id and c.closed_at is null;
comment on view app.tenant_list is 'Tenants with their home and their open case, where they have one and the plan has support cases: /tenants.';

create view app.colleague_list with (security_invoker = true) as
select m.organisation_id, m.user_id as id, m.role, m.accepted_at, m.accepted_at is null as is_waiting,
       coalesce(u.full_name, m.invited_name) as full_name, coalesce(u.email, m.invited_email) as email,
       m.invitation_sent_at + app.link_lifetime('invitation') as invitation_expires_at,
       (select string_agg(l.name, ', ' order by l.name)
        from app.property_manager_landlords as a join app.landlords as l on l.id = a.landlord_id
        where a.organisation_id = m.organisation_id and a.user_id = m.user_id) as landlord_names
from app.memberships as m
-- Whoever is only invited stands here as they were invited: their account, if they have one, is nobody's business yet.
left join app.users as u on u.id = m.user_id and m.accepted_at is not null;
comment on view app.colleague_list is
    'Who operates for the own organisation, those who are invited too, and property managers with the landlords they look after: /property-managers.';


------------------------------------------------------------------------------------------------------------------------
-- What the platform-admin keeps
------------------------------------------------------------------------------------------------------------------------

create view app.organisation_list with (security_invoker = true) as
select o.id, o.name, o.plan_code, p.name as plan_name, o.created_at,
       (select count(*) from app.memberships as m where m.organisation_id = o.id and m.accepted_at is not null) as operator_count
from app.organisations as o
left join app.plans as p on p.code = o.plan_code;
comment on view app.organisation_list is 'Organisations with their plan and how many operators each has: /organisations.';

create view app.operator_list with (security_invoker = true) as
select m.organisation_id, u.id, u.full_name, u.email, m.role, u.disabled_at is not null as is_disabled,
       m.accepted_at is null as is_waiting, m.invitation_sent_at + app.link_lifetime('invitation') as invitation_expires_at
from app.memberships as m
join app.users as u on u.id = m.user_id;
comment on view app.operator_list is 'Who operates for which organisation, or is invited to: the page of an organisation.';

create view app.people_list with (security_invoker = true) as
select u.id, u.full_name, u.email, m.role as operator_role, m.role is not null as is_operator, o.name as organisation_name,
       u.is_platform_admin, u.disabled_at, u.disabled_at is not null as is_disabled,
       app.organisations_supported_by(u.id, 'support_worker') as support_worker_in,
       app.organisations_supported_by(u.id, 'housing_officer') as housing_officer_in,
       app.last_sign_in_of(u.id) as last_signed_in_at
from app.users as u
left join app.memberships as m on m.user_id = u.id and m.accepted_at is not null
left join app.organisations as o on o.id = m.organisation_id;
comment on view app.people_list is
    'Everybody with an account and what they are: /people. Never sort or filter by the columns that call a function: they are for the rows of one page.';


------------------------------------------------------------------------------------------------------------------------
-- Documents
------------------------------------------------------------------------------------------------------------------------

create view app.template_list with (security_invoker = true) as
select t.id, t.organisation_id, t.kind, t.name, t.repeats_every_months, t.retired_at, v.id as version_id, v.version, v.parts, v.created_at as worded_at, v.author_name
from app.document_templates as t
join lateral (select * from app.document_template_versions as w where w.template_id = t.id and w.organisation_id = t.organisation_id
              order by w.version desc limit 1) as v on true;
comment on view app.template_list is 'Templates in their newest wording: what a new document is made from.';

create view app.document_template_list with (security_invoker = true) as
select t.id, t.organisation_id, t.kind, t.name, t.repeats_every_months, t.retired_at, t.retired_at is null as is_live, t.version, t.worded_at, t.author_name,
       (select count(*) from jsonb_array_elements(t.parts) as p (part) where app.is_question(p.part ->> 'type')) as question_count
from app.template_list as t;
comment on view app.document_template_list is 'Templates as the org-admin keeps them: /templates.';

create view app.assessments_due with (security_invoker = true) as
select d.id, d.organisation_id, d.case_id, d.template_id, d.title, d.next_due_on, d.approved_at, t.full_name as tenant_name,
       p.address || ', ' || p.town || ' ' || p.postcode as property_address, d.next_due_on < (now() at time zone 'Europe/London')::date as is_overdue,
       exists (select from app.support_documents as n
               where n.case_id = d.case_id and n.template_id = d.template_id and n.created_at > d.created_at and n.state in ('draft', 'submitted')) as is_under_way
from app.support_documents as d
join app.support_cases as c on c.id = d.case_id and c.closed_at is null
left join app.tenants as t on t.id = c.tenant_id
left join app.properties as p on p.id = t.property_id
where d.next_due_on is not null and d.state in ('approved', 'sent', 'superseded')
  -- What came before the newest of its template is done. One whose newer version was withdrawn is the newest again.
  and not exists (select from app.support_documents as l
                  where l.case_id = d.case_id and l.template_id = d.template_id and l.next_due_on is not null and l.state in ('approved', 'sent', 'superseded')
                    and (l.approved_at, l.id) > (d.approved_at, d.id));
comment on view app.assessments_due is
    'Recurring assessments of open cases and by which day (Europe/London) the next one is due; overdue from the day after. is_under_way: somebody has begun it, as far as the person sees.';

create view app.document_list with (security_invoker = true) as
select d.id, d.organisation_id, d.case_id, d.kind, d.title, d.state, d.version, d.revision, d.author_id, d.author_name, d.created_at, d.changed_at, d.submitted_at,
       d.approved_at, d.approved_by_name, d.sent_at, d.next_due_on, d.supersedes_id, d.content_sha256, d.pdf_sha256, d.template_id, d.template_version_id,
       case when d.state = 'draft' then e.reason end as returned_because, d.step_reason,
       case when c.closed_at is null then app.steps_open(d.state, d.author_id) else '{}' end as steps,
       c.closed_at is null and d.state = 'draft' and d.author_id = me.person as may_edit,
       c.closed_at is null and d.state in ('approved', 'sent')
           and not exists (select from app.support_documents as n where n.supersedes_id = d.id and n.state <> 'withdrawn') as may_have_new_version,
       (select n.id from app.support_documents as n where n.supersedes_id = d.id and n.state <> 'withdrawn') as superseded_by_id
from app.support_documents as d
join app.support_cases as c on c.id = d.case_id
left join lateral (select v.reason from app.support_document_events as v where v.document_id = d.id order by v.happened_at desc limit 1) as e on d.step = 'return'
cross join (select app.acting_as('any') as person offset 0) as me;
comment on view app.document_list is 'Documents of a case with the steps that the acting person may take with each.';

create view app.delivery_list with (security_invoker = true) as
select v.id, v.case_id, v.document_id, v.way, v.to_name, v.to_address, v.handed_over_on, v.author_name, v.created_at, told.state, told.state_at
from app.support_document_deliveries as v
cross join lateral app.delivery_state(v.id) as told;
comment on view app.delivery_list is 'To whom a document went, and what became of the e-mail. For the deliveries of one document.';

create view app.upload_list with (security_invoker = true) as
select u.id, u.case_id, u.document_id, d.title as document_title, u.title, u.received_on, u.author_id, u.author_name, u.created_at, f.media_type, f.size_bytes, f.sha256,
       c.closed_at is null and (me.hat = 'org_admin' or u.author_id = me.person) as may_delete
from app.support_uploads as u
join app.support_upload_files as f on f.upload_id = u.id
join app.support_cases as c on c.id = u.case_id
left join app.support_documents as d on d.id = u.document_id
cross join (select app.acting_as('any') as person, app.acting_hat() as hat offset 0) as me;
comment on view app.upload_list is 'Files of a case, without their bytes.';


------------------------------------------------------------------------------------------------------------------------
-- Cases
------------------------------------------------------------------------------------------------------------------------

create view app.case_list with (security_invoker = true) as
select c.id, c.organisation_id, t.full_name as tenant_name,
       p.address || ', ' || p.town || ' ' || p.postcode as property_address,
       c.opened_at, c.closed_at, c.closing_reason, c.closed_at is null as is_open,
       (select max(n.created_at) from app.support_notes as n where n.case_id = c.id) as last_note_at,
       (select count(*) from app.support_collaborators as m where m.case_id = c.id and m.ended_at is null) as team_count,
       (select min(a.next_due_on) from app.assessments_due as a where a.case_id = c.id) as assessment_due_on
from app.support_cases as c
-- Outer joins, though each case has its tenant and home: the planner then knows that they take no row away, and that
-- the newest 25 cases are enough to look at.
left join app.tenants as t on t.id = c.tenant_id
left join app.properties as p on p.id = t.property_id;
comment on view app.case_list is 'A list of cases: the operators'' at /support-cases, and the API''s for everybody on a case.';

create view app.caseload with (security_invoker = true) as
select c.id, t.full_name as tenant_name,
       p.address || ', ' || p.town || ' ' || p.postcode as property_address,
       o.name as organisation_name, mine.kind, mine.participation_mode as mode, mine.assigned_at,
       c.closed_at is null as is_open, c.closed_at,
       (select max(n.created_at) from app.support_notes as n where n.case_id = c.id) as last_note_at,
       (select min(s.scheduled_at) from app.support_sessions as s
        where s.case_id = c.id and s.status = 'scheduled' and s.scheduled_at >= now()) as next_session_at,
       (select min(a.next_due_on) from app.assessments_due as a where a.case_id = c.id) as assessment_due_on
from app.support_collaborators as mine
join app.support_cases as c on c.id = mine.case_id
join app.tenants as t on t.id = c.tenant_id
join app.properties as p on p.id = t.property_id
join app.organisations as o on o.id = c.organisation_id
where mine.user_id = (select app.acting_as('collaborator')) and mine.ended_at is null;
comment on view app.caseload is 'The acting collaborator''s tenants across all organisations: /support/tenants.';

create view app.case_workspace with (security_invoker = true) as
select c.id, c.organisation_id, c.tenant_id, t.full_name as tenant_name,
       p.address || ', ' || p.town || ' ' || p.postcode as property_address, o.name as organisation_name,
       c.opened_at, c.closed_at, c.closing_reason, c.context_summary, c.closed_at is null as is_open,
       me.operates as may_manage,
       c.closed_at is null and (me.operates or coalesce(mine.participation_mode = 'full', false)) as may_write,
       c.closed_at is null and me.operates as may_write_professional,
       me.operates as may_read_professional,
       c.closed_at is null and (me.operates or mine.participation_mode is not null) as may_record_sessions,
       -- Whoever reads Shared notes nowhere has no array to compare with.
       me.operates or coalesce(c.id = any ((select app.my_shared_note_case_ids())::uuid[]), false) as may_read_shared,
       me.operates or coalesce(mine.participation_mode = 'full', false) as sees_whole_team,
       app.notes_are_visible_to_housing_officers(
           t.housing_officer_note_visibility, o.support_notes_visible_to_housing_officer) as housing_officers_read_notes,
       (select count(*) from app.support_collaborators as m
        where m.case_id = c.id and m.ended_at is null and m.kind = 'support_worker' and m.user_id is not null) as live_support_workers,
       (select count(*) from app.support_collaborators as m
        where m.case_id = c.id and m.ended_at is null and m.kind = 'housing_officer' and m.user_id is not null) as live_housing_officers,
       me.operates or coalesce(mine.participation_mode = 'full', false) as may_read_documents
from app.support_cases as c
join app.tenants as t on t.id = c.tenant_id
join app.properties as p on p.id = t.property_id
join app.organisations as o on o.id = c.organisation_id
-- offset 0 keeps the token's check to once in a query.
cross join (select app.acting_as('any') as person, app.acting_hat() in ('org_admin', 'property_manager') as operates offset 0) as me
left join app.support_collaborators as mine
       on mine.case_id = c.id and mine.user_id = me.person and mine.ended_at is null and not me.operates;
comment on view app.case_workspace is 'Header of one case and what the acting person may do in it.';


create view app.tenants_without_case with (security_invoker = true) as
select t.id, t.organisation_id, t.full_name, p.address || ', ' || p.town || ' ' || p.postcode as property_address
from app.tenants as t
-- Outer, as above: the first 21 by name are found without reading everybody's home and cases.
left join app.properties as p on p.id = t.property_id
where not exists (select from app.support_cases as c where c.tenant_id = t.id and c.closed_at is null);
comment on view app.tenants_without_case is 'Tenants for whom a case can be opened.';


------------------------------------------------------------------------------------------------------------------------
-- What is in a case
------------------------------------------------------------------------------------------------------------------------

create view app.note_feed with (security_invoker = true) as
select n.id, n.case_id, n.stream, n.body, n.author_id, n.author_name, n.external_id is not null as is_imported, n.created_at, n.edited_at, n.safeguarding, n.safeguarding_flagged_at,
       c.closed_at is null and n.author_id is not distinct from me.person and (me.operates or me.takes_part_in_full) as may_edit,
       c.closed_at is null and not n.safeguarding
           and ((n.author_id is not distinct from me.person and (me.operates or me.takes_part_in_full))
                or (n.stream = 'shared' and me.hat = 'org_admin')) as may_delete,
       n.stream = 'professional' and not n.safeguarding and me.operates as may_flag,
       n.safeguarding and me.hat = 'org_admin' as may_unflag
from app.support_notes as n
join app.support_cases as c on c.id = n.case_id
cross join lateral (
    select acting.*, c.id = any (acting.full_case_ids) as takes_part_in_full
    from (select app.acting_as('any') as person, app.acting_hat() as hat,
                 app.acting_hat() in ('org_admin', 'property_manager') as operates,
                 coalesce(app.my_full_case_ids(), '{}') as full_case_ids offset 0) as acting
) as me;
comment on view app.note_feed is 'Notes with what the acting person may do to each.';

create view app.session_list with (security_invoker = true) as
select s.id, s.case_id, s.scheduled_at, s.scheduled_at + make_interval(mins => s.duration_minutes) as ends_at,
       s.duration_minutes, s.type, s.attendees, s.status, s.outcome_note, s.author_name, s.external_id is not null as is_imported,
       s.status = 'scheduled' and s.scheduled_at + make_interval(mins => s.duration_minutes) > now() as is_upcoming,
       s.status = 'scheduled' and s.scheduled_at + make_interval(mins => s.duration_minutes) <= now() as needs_outcome
from app.support_sessions as s;
comment on view app.session_list is 'Sessions with their end, and whether one is over without anybody having said how it went.';

create view app.team_members with (security_invoker = true) as
select m.id, m.case_id, m.full_name, m.kind, m.participation_mode as mode, m.email, m.phone, m.works_for, m.role_label,
       m.invited_by_name, m.assigned_at, m.ended_at, m.user_id is not null as has_account,
       m.user_id is not distinct from me.person as is_me,
       m.kind = 'support_worker'
           or app.notes_are_visible_to_housing_officers(
                  t.housing_officer_note_visibility, o.support_notes_visible_to_housing_officer) as reads_shared_notes,
       me.operates and m.ended_at is null as may_end,
       m.invitation_sent_at, m.invitation_sent_at + app.link_lifetime('invitation') as invitation_expires_at,
       m.user_id is not null and m.accepted_at is null and m.ended_at is null as is_waiting
from app.support_collaborators as m
join app.support_cases as c on c.id = m.case_id
join app.tenants as t on t.id = c.tenant_id
join app.organisations as o on o.id = c.organisation_id
cross join (select app.acting_as('any') as person, app.acting_hat() in ('org_admin', 'property_manager') as operates offset 0) as me;
comment on view app.team_members is 'The team of a case, past members too.';


create view app.collaborator_list with (security_invoker = true) as
select m.id, m.case_id, m.full_name, m.kind, m.participation_mode as mode, coalesce(m.email, m.phone) as reach, t.full_name as tenant_name,
       p.address || ', ' || p.town || ' ' || p.postcode as property_address, m.assigned_at, m.ended_at, m.ended_at is null as is_live,
       m.user_id is not null as has_account, m.user_id is not null and m.accepted_at is null and m.ended_at is null as is_waiting
from app.support_collaborators as m
left join app.support_cases as c on c.id = m.case_id
left join app.tenants as t on t.id = c.tenant_id
left join app.properties as p on p.id = t.property_id;
comment on view app.collaborator_list is 'Everybody on the team of any case that the acting operator sees: /collaborators.';


------------------------------------------------------------------------------------------------------------------------
-- The price list
------------------------------------------------------------------------------------------------------------------------

create view app.feature_offers with (security_invoker = true) as
select distinct on (gate.feature_key)
       gate.feature_key, plan.code as plan_code, plan.name, plan.monthly_pounds, plan.yearly_pounds, plan.tenancies, plan.users
from app.feature_gates as gate
join app.plans as plan on plan.code = gate.plan_code
order by gate.feature_key, plan.position;
comment on view app.feature_offers is 'For each feature the first plan that includes it: what the upgrade page offers.';

create view app.plan_list with (security_invoker = true) as
select p.code, p.name, p.position, p.monthly_pounds, p.yearly_pounds, p.tenancies, p.users,
       array(select gate.feature_key from app.feature_gates as gate where gate.plan_code = p.code order by gate.feature_key) as features,
       (select count(*) from app.organisations as o where o.plan_code = p.code) as organisation_count
from app.plans as p;
comment on view app.plan_list is 'The price list with what each plan includes and how many organisations are on it: /plans.';

------------------------------------------------------------------------------------------------------------------------
-- The audit log
------------------------------------------------------------------------------------------------------------------------

create view app.audit_trail with (security_invoker = true) as
select a.id, a.happened_at, a.organisation_id, a.case_id, t.full_name as tenant_name, a.actor_id, a.actor_name, a.actor_hat, a.action, a.table_name,
       a.row_id, a.row_kind, a.row_at, cardinality(a.row_ids) as row_count, a.rule, a.run_id, p.reason, p.before, p.after,
       -- What it said has gone with the record; or it is there, and not this property manager's to read (rls.sql, audit_payloads).
       a.payload_hash is not null and p.audit_id is null and not not_theirs as is_erased,
       a.payload_hash is not null and p.audit_id is null and not_theirs as is_withheld,
       -- What people call the row, where they see it still: of an update the payload has no name.
       case a.table_name
           when 'tenants' then (select r.full_name from app.tenants as r where r.id = a.row_id)
           when 'landlords' then (select r.name from app.landlords as r where r.id = a.row_id)
           when 'properties' then (select r.address from app.properties as r where r.id = a.row_id)
           when 'support_collaborators' then (select r.full_name from app.support_collaborators as r where r.id = a.row_id)
           when 'support_goals' then (select r.title from app.support_goals as r where r.id = a.row_id)
           when 'support_documents' then (select r.title from app.support_documents as r where r.id = a.row_id)
           when 'support_document_deliveries' then (select r.to_name from app.support_document_deliveries as r where r.id = a.row_id)
           when 'support_uploads' then (select r.title from app.support_uploads as r where r.id = a.row_id)
           when 'document_templates' then (select r.name from app.document_templates as r where r.id = a.row_id)
           when 'document_template_versions' then (select r.name from app.document_template_versions as v join app.document_templates as r on r.id = v.template_id where v.id = a.row_id)
           when 'suppressed_addresses' then (select r.address from app.suppressed_addresses as r where r.id = a.row_id)
           when 'subject_access_requests' then (select t.full_name from app.subject_access_requests as r join app.tenants as t on t.id = r.tenant_id where r.id = a.row_id)
           when 'subject_access_pauses' then (
               select t.full_name from app.subject_access_pauses as x join app.subject_access_requests as r on r.id = x.request_id join app.tenants as t on t.id = r.tenant_id where x.id = a.row_id)
           when 'subject_access_redactions' then (
               select t.full_name from app.subject_access_redactions as x join app.subject_access_requests as r on r.id = x.request_id join app.tenants as t on t.id = r.tenant_id where x.id = a.row_id)
           when 'subject_access_bundles' then (
               select t.full_name from app.subject_access_bundles as x join app.subject_access_requests as r on r.id = x.request_id join app.tenants as t on t.id = r.tenant_id where x.id = a.row_id)
           when 'support_goal_progress' then (select g.title from app.support_goal_progress as r join app.support_goals as g on g.id = r.goal_id where r.id = a.row_id)
           -- memberships and property_manager_landlords, by the person.
           else (select coalesce(u.full_name, r.invited_name) from app.memberships as r left join app.users as u on u.id = r.user_id
                 where a.table_name in ('memberships', 'property_manager_landlords') and r.organisation_id = a.organisation_id and r.user_id = a.row_id)
       end as row_name
from app.audit_log as a
left join app.audit_payloads as p on p.audit_id = a.id
left join app.support_cases as c on c.id = a.case_id
left join app.tenants as t on t.id = c.tenant_id
-- The role that reads: the owner reads this view as well, and has no token.
cross join lateral (select current_user = 'keywork_property_manager' and (c.id is null or a.table_name = 'legal_holds') as not_theirs) as n;
comment on view app.audit_trail is 'What happened, with what it said where that is still kept: /audit and the history of a case.';

create view app.audit_people with (security_invoker = true) as
select u.id, u.full_name from app.users as u
union
-- The name of the newest assignment: they are typed anew for each.
(select distinct on (m.user_id) m.user_id, m.full_name from app.support_collaborators as m
 where m.user_id is not null and not exists (select from app.users as u where u.id = m.user_id)
 order by m.user_id, m.assigned_at desc);
comment on view app.audit_people is 'Whose actions an operator may look for in the audit log: colleagues, and everybody with an account on a team that they see.';


------------------------------------------------------------------------------------------------------------------------
-- Retention
------------------------------------------------------------------------------------------------------------------------

create view app.closed_cases with (security_invoker = true) as
select c.id as case_id, c.organisation_id, c.landlord_id, c.tenant_id, c.closed_at, o.support_retention_years as windows, h.held,
       app.due_at(c.closed_at, null, o.support_retention_years, h.held) as due_at,
       -- The case row, its team and the holds on it go with the last record.
       greatest(app.due_at(c.closed_at, null, o.support_retention_years, h.held),
                (select max(app.due_at(c.closed_at, n.safeguarding_flagged_at, o.support_retention_years, h.held))
                 from app.support_notes as n where n.case_id = c.id and n.safeguarding)) as gone_at
from app.support_cases as c
join app.organisations as o on o.id = c.organisation_id
cross join lateral (select exists (select from app.legal_holds as l where l.case_id = c.id and l.lifted_at is null) as held) as h
where c.closed_at is not null;
comment on view app.closed_cases is 'Closed cases with when their records fall due and when the last of them does; null under a legal hold (app.due_at).';

create view app.cases_due_now with (security_invoker = true) as
select c.case_id, c.organisation_id, c.closed_at, c.due_at
from app.closed_cases as c
-- Flagged notes never fall due before the rest (safeguarding_window_is_not_the_shorter): a case that is not due has nothing due.
where c.due_at <= now()
  -- Without a flagged note everything goes, the case too.
  and (not exists (select from app.support_notes as n where n.case_id = c.case_id and n.safeguarding)
       or exists (select from app.support_notes as n where n.case_id = c.case_id
                  and app.due_at(c.closed_at, n.safeguarding_flagged_at, c.windows, c.held) <= now())
       or exists (select from app.support_goals as g where g.case_id = c.case_id)
       or exists (select from app.support_sessions as s where s.case_id = c.case_id)
       or exists (select from app.support_documents as d where d.case_id = c.case_id)
       or exists (select from app.support_uploads as u where u.case_id = c.case_id)
       -- Words of notes that people deleted while the case was open.
       or exists (select from app.audit_payloads as p
                  where p.case_id = c.case_id and p.table_name in ('support_notes', 'support_goals', 'support_goal_progress', 'support_sessions', 'support_documents', 'support_document_deliveries', 'support_uploads')
                    and not exists (select from app.support_notes as n where n.id = p.row_id)));
comment on view app.cases_due_now is
    'Cases in which retention has something to destroy now: a record, a copy of one, or the case itself with nothing left under it. The sweep goes by it.';

create view app.records_due with (security_invoker = true) as
select r.table_name, r.id, r.case_id, c.organisation_id, r.rule,
       case r.goes when 'last' then c.gone_at
                   when 'flagged' then app.due_at(c.closed_at, r.flagged_at, c.windows, c.held)
                   else c.due_at end as due_at
from app.closed_cases as c
join (
    select 'support_notes' as table_name, n.id, n.case_id, case when n.safeguarding then 'safeguarding' else 'case' end as rule,
           n.safeguarding_flagged_at as flagged_at, case when n.safeguarding then 'flagged' else 'rest' end as goes
    from app.support_notes as n
    union all select 'support_goals', g.id, g.case_id, 'case', null, 'rest' from app.support_goals as g
    union all select 'support_goal_progress', p.id, p.case_id, 'case', null, 'rest' from app.support_goal_progress as p
    union all select 'support_sessions', s.id, s.case_id, 'case', null, 'rest' from app.support_sessions as s
    union all select 'support_documents', d.id, d.case_id, 'case', null, 'rest' from app.support_documents as d
    union all select 'support_uploads', u.id, u.case_id, 'case', null, 'rest' from app.support_uploads as u
    union all select 'support_collaborators', m.id, m.case_id, 'case', null, 'last' from app.support_collaborators as m
    union all select 'legal_holds', l.id, l.case_id, 'case', null, 'last' from app.legal_holds as l
    union all select 'support_cases', i.id, i.id, 'case', null, 'last' from app.support_cases as i
) as r on r.case_id = c.case_id;
comment on view app.records_due is
    'Every record of a closed case and from when on it is to be destroyed, under which rule (null: held). The forecast and the dry run: rows with due_at <= now() are what a run would destroy now.';

create view app.forecast with (security_invoker = true) as
select c.organisation_id, c.case_id, 'case' as rule, c.due_at,
       (select count(*) from app.support_notes as n where n.case_id = c.case_id and not n.safeguarding)
           + (select count(*) from app.support_goals as g where g.case_id = c.case_id)
           + (select count(*) from app.support_goal_progress as p where p.case_id = c.case_id)
           + (select count(*) from app.support_sessions as s where s.case_id = c.case_id)
           + (select count(*) from app.support_documents as d where d.case_id = c.case_id)
           + (select count(*) from app.support_uploads as u where u.case_id = c.case_id) as records,
       0::bigint as cases
from app.closed_cases as c
union all
select c.organisation_id, c.case_id, 'safeguarding', app.due_at(c.closed_at, n.safeguarding_flagged_at, c.windows, c.held), 1, 0
from app.closed_cases as c
join app.support_notes as n on n.case_id = c.case_id and n.safeguarding
union all
select c.organisation_id, c.case_id, 'case', c.gone_at, 0, 1
from app.closed_cases as c;
comment on view app.forecast is
    'How many records (notes, goals, progress entries, sessions, documents, files) of each closed case fall due when, under which rule, and when the case goes itself (null: held). What app.records_due says '
    'row by row, asked once for each case: /retention.';

create view app.retention_ledger with (security_invoker = true) as
select a.id, a.happened_at, a.organisation_id, a.case_id, a.table_name, a.row_ids, cardinality(a.row_ids) as row_count, a.rule, a.run_id
from app.audit_log as a
where a.action = 'purge';
comment on view app.retention_ledger is 'What was destroyed: which records, under which rule, when, by which run. Rows of the audit log, sealed like the rest.';

create view app.retention_run_list with (security_invoker = true) as
select r.id, r.organisation_id, r.asked_by_id, r.asked_by_name, r.began_at, r.finished_at, r.finished_at is null as is_live, r.windows,
       (select coalesce(sum(l.row_count), 0)::bigint from app.retention_ledger as l
        where l.run_id = r.id and l.table_name in ('support_notes', 'support_goals', 'support_goal_progress', 'support_sessions', 'support_documents', 'support_uploads')) as record_count,
       (select coalesce(sum(l.row_count), 0)::bigint from app.retention_ledger as l where l.run_id = r.id and l.table_name = 'support_cases') as case_count
from app.retention_runs as r;
comment on view app.retention_run_list is 'Runs of the sweep with how many records (notes, goals, progress entries, sessions, documents, files) and cases each destroyed: /retention.';


------------------------------------------------------------------------------------------------------------------------
-- Digests, the outbox, jobs
------------------------------------------------------------------------------------------------------------------------

create view app.digest_list with (security_invoker = true) as
select d.id, d.organisation_id, d.officer_id, d.officer_name, d.address, d.period, d.composed_at, d.reason, d.erased_at,
       o.id as message_id, app.told_state(o.state, o.provider_id, o.claimed_at, o.sent_at) as state, o.state_at, o.sent_at,
       (select count(*) from app.digest_entries as e where e.digest_id = d.id and e.reason is null) as tenant_count,
       (select count(*) from app.digest_entries as e where e.digest_id = d.id and e.reason is not null) as left_out_count
from app.digests as d
left join app.outbox as o on o.organisation_id = d.organisation_id and o.digest_id = d.id;
comment on view app.digest_list is 'What became of each housing officer''s digest, month by month: /digests.';

create view app.digest_page with (security_invoker = true) as
select e.digest_id, e.organisation_id, e.case_id, t.full_name as tenant_name, e.reason, e.content
from app.digest_entries as e
left join app.support_cases as c on c.id = e.case_id
left join app.tenants as t on t.id = c.tenant_id;
comment on view app.digest_page is 'The cases of a digest: what it says of each, or why it is left out.';

create view app.digest_officers with (security_invoker = true) as
select distinct on (m.organisation_id, m.user_id) m.user_id as id, m.organisation_id, m.full_name, m.email
from app.support_collaborators as m
where m.kind = 'housing_officer' and m.user_id is not null
order by m.organisation_id, m.user_id, m.assigned_at desc;
comment on view app.digest_officers is 'Housing officers who are or were on a team, each once, by their newest assignment.';

create view app.outbox_list with (security_invoker = true) as
select o.id, o.organisation_id, o.kind, o.digest_id, d.period, o.to_name, o.to_address,
       app.told_state(o.state, o.provider_id, o.claimed_at, o.sent_at) as state, o.state_at, o.attempts, o.next_attempt_at, o.error, o.created_at, o.sent_at,
       o.state in ('waiting', 'failed', 'unsure', 'bounced_for_now', 'bounced') and again.may as may_be_sent_again,
       o.state = 'unsure' as may_have_arrived,
       o.state = 'unsure' and not again.may as may_be_given_up,
       exists (select from app.suppressed_addresses as s
               where s.organisation_id = o.organisation_id and s.address = lower(o.to_address) and s.cleared_at is null) as is_suppressed,
       v.document_id, v.case_id, p.title as document_title
from app.outbox as o
left join app.digests as d on d.organisation_id = o.organisation_id and d.id = o.digest_id
left join app.support_document_deliveries as v on v.organisation_id = o.organisation_id and v.id = o.delivery_id
left join app.support_documents as p on p.id = v.document_id
cross join lateral (select app.may_go_again(o.digest_id, o.delivery_id) as may offset 0) as again;
comment on view app.outbox_list is 'E-mails on their way, and what became of the others: /outbox.';

create view app.job_list with (security_invoker = true) as
select j.name as job, j.cadence, r.period, r.status, r.attempts, r.began_at, done.at as done_at, r.error, coalesce(r.counts, '{}') as counts,
       case when j.cadence <> 'often' then coalesce(due.at, app.next_due_at(j.name)) end as next_due_at,
       -- Of a dated job: the first period that is not done was due so long ago, and this installation is not younger than that.
       case j.cadence when 'often' then coalesce(done.at, j.since) < now() - j.late_after
            else due.at is not null and greatest(case j.cadence when 'daily' then app.job_due_at(j.name, done.period + 1) else due.at end, j.since) < now() - j.late_after
       end as is_late,
       to_char(j.due_time, 'HH24:MI') as due_time
from app.jobs as j
left join lateral (select * from app.job_runs as l where l.job = j.name order by l.period desc limit 1) as r on true
left join lateral (
    select l.period, l.finished_at as at from app.job_runs as l where l.job = j.name and l.finished_at is not null order by l.period desc limit 1
) as done on true
cross join lateral (select app.job_due_at(j.name, app.due_period(j.name, now())) as at) as due;
comment on view app.job_list is
    'Each job with its newest line of the ledger, when it was last done, when it is due next (in the past: it is due now), and whether it is late: not done for longer than app.jobs.late_after. /jobs.';


------------------------------------------------------------------------------------------------------------------------
-- Subject access
------------------------------------------------------------------------------------------------------------------------

create view app.subject_access_list with (security_invoker = true) as
select r.id, r.organisation_id, r.tenant_id, t.full_name as tenant_name, r.received_on, r.way, r.asked_by, r.asked_by_name, r.author_name, r.created_at,
       r.extended_on, r.extension_reason, r.outcome, r.outcome_on, r.outcome_reason, r.unhidden_at, r.words_erased_at,
       case when r.outcome is not null then r.outcome when b.state in ('waiting', 'making') then 'being_made' when p.id is not null then 'waiting'
            when b.state = 'ready' then 'ready' else 'open' end as state,
       r.outcome is null as is_open, p.id as pause_id, p.began_on as paused_since, p.why as paused_why, d.paused_days,
       due.first_due_on, due.due_on, due.due_on - today.day as days_left,
       extract(year from due.due_on) > (select max(extract(year from h.day)) from app.bank_holidays as h) as is_beyond_calendar,
       r.outcome is null and r.extended_on is null and today.day <= due.first_due_on as may_be_extended
from app.subject_access_requests as r
join app.tenants as t on t.id = r.tenant_id
left join app.subject_access_pauses as p on p.request_id = r.id and p.ended_on is null
left join lateral (
    select x.state from app.subject_access_bundles as x where x.organisation_id = r.organisation_id and x.request_id = r.id and x.state in ('waiting', 'making', 'ready')
    order by x.state = 'ready', x.created_at desc limit 1) as b on true
cross join lateral (select app.paused_days(r.id) as paused_days) as d
cross join lateral (select (now() at time zone 'Europe/London')::date as day) as today
cross join lateral (
    select app.subject_access_due_on(r.received_on, d.paused_days, false) as first_due_on,
           app.subject_access_due_on(r.received_on, d.paused_days, r.extended_on is not null) as due_on offset 0) as due;
comment on view app.subject_access_list is
    'The register with the state of each request and the day on which it is due, as of today (Europe/London): /subject-access. States: open, waiting (its clock stands still), being_made, ready (files can be downloaded), answered, refused, withdrawn.';
