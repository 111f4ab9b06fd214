"""The customer base of rights_data.py with closed cases long enough ago, and everything in them written down as it would be."""

import psycopg
from psycopg import sql

from tests.bench.rights_data import Size, fill

#: Three cases of ten are closed; these many years ago, which is past every window.
YEARS_AGO = 30
CONTENT = ("support_notes", "support_goals", "support_goal_progress", "support_sessions")

FILLING = (
    f"update app.support_notes set safeguarding_flagged_at = safeguarding_flagged_at - interval '{YEARS_AGO} years' where safeguarding",
    f"""update app.support_cases set opened_at = opened_at - interval '{YEARS_AGO + 10} years', closed_at = closed_at - interval '{YEARS_AGO} years'
    where closed_at is not null""",
    """insert into app.support_goals (organisation_id, landlord_id, case_id, title, description, author_id, author_name)
    select c.organisation_id, c.landlord_id, c.id, 'Goal ' || n, 'In three steps, by the summer.', md5('worker-0')::uuid, 'Worker'
    from app.support_cases as c, generate_series(1, 2) as n where c.closed_at is not null""",
    """insert into app.support_goal_progress (organisation_id, landlord_id, case_id, goal_id, body, author_id, author_name)
    select g.organisation_id, g.landlord_id, g.case_id, g.id, 'One step on: the form was sent, and the answer came.', g.author_id, 'Worker'
    from app.support_goals as g, generate_series(1, 2)""",
    """insert into app.support_sessions (organisation_id, landlord_id, case_id, scheduled_at, type, author_id, author_name)
    select c.organisation_id, c.landlord_id, c.id, timestamptz '2001-01-01 10:00+00' + n * interval '1 week', 'home_visit', md5('worker-0')::uuid, 'Worker'
    from app.support_cases as c, generate_series(1, 8) as n where c.closed_at is not null""",
)

#: One insert for each row of a case, as app.write_down() would have written it.
WRITTEN_DOWN = """
with source as (
    select r.organisation_id, r.case_id, r.id, nextval('vault.audit_ids') as audit_id, decode('{zeros}', 'hex') as salt, to_jsonb(r) as after
    from app.{table} as r join app.support_cases as c on c.id = r.case_id where c.closed_at is not null
), facts as (
    insert into app.audit_log (id, organisation_id, case_id, actor_id, actor_name, actor_hat, action, table_name, row_id, payload_hash)
    select audit_id, organisation_id, case_id, null, 'Worker', 'collaborator', 'insert', {name}, id,
           sha256(salt || convert_to(jsonb_build_array(null, null, after)::text, 'UTF8'))
    from source
)
insert into app.audit_payloads (audit_id, organisation_id, case_id, table_name, row_id, salt, after)
select audit_id, organisation_id, case_id, {name}, id, salt, after from source
"""


def fill_with_due_cases(connection: psycopg.Connection, size: Size) -> float:
    """Fills an installed, empty database; returns the seconds that the customer base took.

    `connection`: of a superuser, in autocommit mode.
    """
    seconds = fill(connection, size)
    connection.execute("set session_replication_role = replica")
    for statement in FILLING:
        connection.execute(statement)
    for table in (*CONTENT, "support_collaborators"):
        connection.execute(sql.SQL(WRITTEN_DOWN.replace("{zeros}", "00" * 16)).format(table=sql.Identifier(table), name=sql.Literal(table)))
    connection.execute("set session_replication_role = origin")
    connection.execute("vacuum (analyze)")
    return seconds
