"""Document packs of closed cases: a document in each state with all that hangs on it, and files; put in past the triggers, as years ago."""

import psycopg

from tests.world import ident

#: What goes with a document or a file by its key, and is no record of its own.
PARTS = ("support_document_events", "support_document_pdfs", "support_document_deliveries", "support_upload_files")
#: State -> how it came there: version, what it supersedes, whether it was submitted, approved, sent.
STATES = {
    "draft": (1, None, False, False, False), "submitted": (1, None, True, False, False), "approved": (1, None, True, True, False),
    "sent": (1, None, True, True, True), "withdrawn": (1, None, True, True, False), "superseded": (1, None, True, True, True),
    "newer": (2, "superseded", True, True, False),
}
_MADE = ", ".join(f"('{name}', {version}, {before and repr(before) or 'null'}, {submitted}, {approved}, {sent})"
                  for name, (version, before, submitted, approved, sent) in STATES.items())

FILLING = f"""
insert into app.document_templates (id, organisation_id, kind, name, repeats_every_months)
select md5('template ' || o.id)::uuid, o.id, 'recurring_assessment', 'Review of old', 6 from app.organisations as o on conflict do nothing;

insert into app.document_template_versions (id, organisation_id, template_id, version, parts, author_name)
select md5('wording ' || t.organisation_id)::uuid, t.organisation_id, t.id, 1,
       jsonb_build_array(jsonb_build_object('id', '00000000-0000-4000-8000-000000000001', 'type', 'long_text', 'words', 'How are things?')), 'Somebody'
from app.document_templates as t where t.name = 'Review of old' on conflict do nothing;

insert into app.support_documents (id, organisation_id, landlord_id, case_id, template_version_id, template_id, kind, title, answers, state, step, step_reason,
                                   content, content_sha256, version, supersedes_id, author_id, author_name, submitted_at,
                                   approved_at, approved_by_id, approved_by_name, pdf_sha256, sent_at, repeats_every_months, next_due_on)
select md5(c.id || m.name || %(words)s)::uuid, c.organisation_id, c.landlord_id, c.id, v.id, v.template_id, 'recurring_assessment', %(words)s,
       jsonb_build_object('00000000-0000-4000-8000-000000000001', %(words)s), case m.name when 'newer' then 'approved' else m.name end,
       case m.name when 'withdrawn' then 'withdraw' end, case m.name when 'withdrawn' then %(words)s end,
       said.content, sha256(convert_to(said.content::text, 'UTF8')), m.version, md5(c.id || m.before || %(words)s)::uuid, %(author)s, 'Worker',
       case when m.submitted then now() end, case when m.approved then now() end, case when m.approved then %(approver)s::uuid end,
       case when m.approved then 'Admin' end, case when m.approved then sha256(%(pdf)s) end, case when m.sent then now() end, 6,
       case when m.approved then '2030-01-01'::date end
from app.support_cases as c
join app.document_template_versions as v on v.id = md5('wording ' || c.organisation_id)::uuid
cross join (values {_MADE}) as m (name, version, before, submitted, approved, sent)
cross join lateral (select case when m.submitted then jsonb_build_object('title', %(words)s) end as content) as said
where c.id = any (%(cases)s);

insert into app.support_document_events (organisation_id, landlord_id, case_id, document_id, step, to_state, actor_name, reason)
select d.organisation_id, d.landlord_id, d.case_id, d.id, 'begin', 'draft', d.author_name, %(words)s
from app.support_documents as d where d.case_id = any (%(cases)s) and d.title = %(words)s;

insert into app.support_document_pdfs (document_id, organisation_id, landlord_id, case_id, content_sha256, pdf)
select d.id, d.organisation_id, d.landlord_id, d.case_id, d.content_sha256, %(pdf)s
from app.support_documents as d where d.case_id = any (%(cases)s) and d.title = %(words)s and d.pdf_sha256 is not null;

insert into app.support_document_deliveries (organisation_id, landlord_id, case_id, document_id, way, to_name, to_address, handed_over_on, author_id, author_name)
select d.organisation_id, d.landlord_id, d.case_id, d.id, w.way, %(words)s,
       case w.way when 'email' then 'sister@example.net' end, case w.way when 'by_hand' then '2020-01-01'::date end, d.author_id, 'Worker'
from app.support_documents as d, unnest(array['email', 'by_hand']) as w (way) where d.case_id = any (%(cases)s) and d.title = %(words)s and d.sent_at is not null;

insert into app.outbox (organisation_id, kind, delivery_id, dedup_key, to_name, to_address, state, attempts, claimed_at, sent_at)
select v.organisation_id, 'document', v.id, 'document/' || v.id, v.to_name, v.to_address, 'sent', 1, now(), now()
from app.support_document_deliveries as v where v.case_id = any (%(cases)s) and v.to_name = %(words)s and v.way = 'email';

insert into app.support_uploads (organisation_id, landlord_id, case_id, document_id, title, author_id, author_name)
select c.organisation_id, c.landlord_id, c.id, u.document_id, %(words)s, %(author)s, 'Worker'
from app.support_cases as c cross join lateral (values (md5(c.id || 'sent' || %(words)s)::uuid), (null)) as u (document_id) where c.id = any (%(cases)s);

insert into app.support_upload_files (upload_id, organisation_id, landlord_id, case_id, media_type, bytes)
select u.id, u.organisation_id, u.landlord_id, u.case_id, 'application/pdf', %(pdf)s
from app.support_uploads as u where u.case_id = any (%(cases)s) and u.title = %(words)s;
"""


def values_for(*cases, words: str = "Words of a document") -> dict[str, object]:
    """What FILLING is told. PDFs and files hold the words as they stand."""
    return {"cases": list(cases), "author": ident("user", "worker"), "approver": ident("user", "harbour_admin"), "words": words, "pdf": b"%PDF-1.7 " + words.encode()}


def put_packs(world, *cases, words: str = "Words of a document") -> None:
    """Gives each of these cases (ids) that has none of these words one, whose every text they are; nothing is written down of it. As the superuser."""
    with psycopg.connect(world.conninfo) as connection:
        there = {row[0] for row in connection.execute("select case_id from app.support_documents where title = %s", [words])}
        connection.execute("set session_replication_role = replica")
        # Several statements with values: bound by the client.
        psycopg.ClientCursor(connection).execute(FILLING, values_for(*(case for case in cases if case not in there), words=words))
