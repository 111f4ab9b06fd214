"""What tests of retention share: the sweep and the sealing as the jobs service calls them, and many closed cases at once."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

#: In the order in which the sweep destroys them; copies apart.
RECORDS = ("support_goal_progress", "support_goals", "support_sessions", "support_notes", "support_uploads", "support_documents", "support_collaborators", "legal_holds",
           "support_cases")


def as_job(world, statement: str):
    """Carries out one statement as the login of the jobs, outside a transaction; the first value of its row, if it has one."""
    with psycopg.connect(world.jobs_conninfo, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def sweep(world) -> None:
    """A whole sweep without pauses, as the daily job."""
    as_job(world, "call app.sweep_retention(0)")


def seal(world) -> int:
    """Seals what there is to seal; how many rows."""
    return as_job(world, "select app.seal_audit_log()")


def faults(connection: psycopg.Connection, *printed) -> list[tuple]:
    """What the verifier names in any chain: (problem, number); `printed`: a place and hash of Harbour's chain, kept elsewhere."""
    if printed:
        return connection.execute("select v.problem, v.audit_id from app.verify_audit_log(%s, %s, %s) as v", printed).fetchall()
    return connection.execute(
        "select v.problem, v.audit_id from (select id from app.organisations union all select app.installation_chain()) as o (id),"
        " app.verify_audit_log(o.id) as v order by 2").fetchall()


def record_ids(connection: psycopg.Connection, tables=RECORDS) -> dict[str, set]:
    """The ids of every record there is, by table."""
    return {table: {row[0] for row in connection.execute(sql.SQL("select id from app.{}").format(sql.Identifier(table)))} for table in tables}


def ledger_ids(connection: psycopg.Connection) -> dict[str, list]:
    """The ids that the ledger says were destroyed, by table, each as often as it says so."""
    found: dict[str, list] = {table: [] for table in RECORDS}
    for table, ids in connection.execute("select table_name, row_ids from app.retention_ledger order by id"):
        found.setdefault(table, []).extend(ids)
    return found


@dataclass(frozen=True)
class Crowd:
    """So many closed cases of Harbour, with notes, two goals with progress, two sessions, a document and a file each; of each ten closed `years_ago`
    one has a flagged note that stays, and one was closed yesterday."""

    cases: int
    notes: int = 12
    years_ago: int = 10


FILLING = """
insert into app.tenants (id, organisation_id, landlord_id, property_id, full_name)
select md5('tenant-' || n)::uuid, p.organisation_id, p.landlord_id, p.id, 'Tenant ' || n
from generate_series(1, {cases}) as n, app.properties as p where p.id = {home};

insert into app.support_cases (id, organisation_id, landlord_id, tenant_id, opened_at, closed_at, closing_reason)
select md5('case-' || n)::uuid, t.organisation_id, t.landlord_id, t.id, now() - interval '30 years',
       case when n % 10 = 0 then now() - interval '1 day' else now() - make_interval(years => {years_ago}, mins => n) end, 'moved_on'
from generate_series(1, {cases}) as n join app.tenants as t on t.id = md5('tenant-' || n)::uuid;

insert into app.support_notes (organisation_id, landlord_id, case_id, stream, body, author_id, author_name, safeguarding, safeguarding_flagged_at)
select c.organisation_id, c.landlord_id, c.id, 'professional', 'Note ' || k, {author}, 'Worker', n % 10 = 1 and k = 1, case when n % 10 = 1 and k = 1 then c.closed_at end
from generate_series(1, {cases}) as n join app.support_cases as c on c.id = md5('case-' || n)::uuid, generate_series(1, {notes}) as k;

insert into app.support_goals (id, organisation_id, landlord_id, case_id, title, author_id, author_name)
select md5('goal-' || n || '-' || k)::uuid, c.organisation_id, c.landlord_id, c.id, 'Goal ' || k, {author}, 'Worker'
from generate_series(1, {cases}) as n join app.support_cases as c on c.id = md5('case-' || n)::uuid, generate_series(1, 2) as k;

insert into app.support_goal_progress (organisation_id, landlord_id, case_id, goal_id, body, author_id, author_name)
select g.organisation_id, g.landlord_id, g.case_id, g.id, 'One step on', {author}, 'Worker'
from app.support_goals as g where g.title like 'Goal _';

insert into app.support_sessions (organisation_id, landlord_id, case_id, scheduled_at, type, author_id, author_name)
select c.organisation_id, c.landlord_id, c.id, '2010-01-01', 'home_visit', {author}, 'Worker'
from generate_series(1, {cases}) as n join app.support_cases as c on c.id = md5('case-' || n)::uuid, generate_series(1, 2) as k;

insert into app.document_templates (id, organisation_id, kind, name)
select md5('crowd')::uuid, p.organisation_id, 'letter', 'Letter' from app.properties as p where p.id = {home};

insert into app.document_template_versions (id, organisation_id, template_id, version, parts, author_name)
select t.id, t.organisation_id, t.id, 1, '[]', 'Admin' from app.document_templates as t where t.name = 'Letter';

insert into app.support_documents (id, organisation_id, landlord_id, case_id, template_version_id, template_id, kind, title, author_id, author_name)
select md5('document-' || n)::uuid, c.organisation_id, c.landlord_id, c.id, md5('crowd')::uuid, md5('crowd')::uuid, 'letter', 'Letter', {author}, 'Worker'
from generate_series(1, {cases}) as n join app.support_cases as c on c.id = md5('case-' || n)::uuid;

insert into app.support_document_events (organisation_id, landlord_id, case_id, document_id, step, to_state, actor_name)
select d.organisation_id, d.landlord_id, d.case_id, d.id, 'begin', 'draft', d.author_name from app.support_documents as d where d.title = 'Letter';

insert into app.support_uploads (id, organisation_id, landlord_id, case_id, document_id, title, author_id, author_name)
select d.id, d.organisation_id, d.landlord_id, d.case_id, d.id, 'Scan', d.author_id, d.author_name from app.support_documents as d where d.title = 'Letter';

insert into app.support_upload_files (upload_id, organisation_id, landlord_id, case_id, media_type, bytes)
select u.id, u.organisation_id, u.landlord_id, u.case_id, 'application/pdf', '%PDF-' from app.support_uploads as u where u.title = 'Scan';

insert into app.support_collaborators (organisation_id, landlord_id, case_id, full_name, kind, participation_mode, phone, invited_by_name)
select c.organisation_id, c.landlord_id, c.id, 'Doctor', 'external_contact', 'reference_only', '0113 496 0000', 'Operator'
from generate_series(1, {cases}) as n join app.support_cases as c on c.id = md5('case-' || n)::uuid;
"""


def fill(world, crowd: Crowd) -> None:
    """Puts them into the world, without triggers: nothing is written down of them."""
    with psycopg.connect(world.conninfo, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        values = {name: sql.Literal(number) for name, number in vars(crowd).items()}
        connection.execute(sql.SQL(FILLING).format(home=sql.Literal(world.property["dock_1"]), author=sql.Literal(world.user["worker"]), **values))
        connection.execute("set session_replication_role = origin")
        connection.execute("analyze")
