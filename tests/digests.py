"""What tests of digests share: one housing officer with two tenants, a month of theirs in which there is something of every kind,
changes by name, and the steps of the jobs service in one transaction.

The officer is Olive. Tess has everything; Tom has one active goal, and is another landlord's. What a test changes, it changes in a
transaction of the superuser, who takes the place of each login in turn.
"""

from contextlib import contextmanager
from datetime import datetime, timezone

import psycopg
from psycopg import sql

from tests.conftest import take_hat
from tests.world import ident

#: The month that digests are about here: begins at 23:00 of 31 May and ends at 23:00 of 30 June, UTC.
MONTH = "2024-06-01"

#: What the people and things of these tests are called in statements, as %(name)s.
NAMES = {
    "firm": ident("organisation", "harbour"), "elsewhere": ident("organisation", "moor"), "olive": ident("user", "olive"), "month": MONTH,
    "tess": ident("tenant", "tess"), "case": ident("case", "tess"), "tom": ident("tenant", "tom"), "other": ident("case", "tom"),
    "on_tess": ident("collaborator", "tess/olive"), "on_tom": ident("collaborator", "tom/olive"), "worker": ident("user", "worker"),
}
#: Items of Tess's case by a short name; Tom's is called "his".
ITEMS = {name: ident("item", name) for name in (
    "goal", "achieved", "dropped", "held", "planned", "missed", "cancelled", "mine", "earlier", "later", "shared", "own", "professional", "flagged", "before", "after", "his")}
_NAME_OF = {str(item): name for name, item in ITEMS.items()}

_BEGINNING = """
insert into app.users (id, email, full_name) values (%(olive)s, 'olive@example.org', 'Olive Officer');
update app.organisations set housing_officer_emails = '{{olive@example.org}}' where id = %(firm)s;
insert into app.property_manager_landlords (user_id, landlord_id, organisation_id) values ({idle_manager}, {dock}, %(firm)s);
insert into app.tenants (id, property_id, full_name) values (%(tess)s, {quay_1}, 'Tess Tenant'), (%(tom)s, {dock_1}, 'Tom Tenant');
insert into app.support_cases (id, tenant_id, opened_at) values (%(case)s, %(tess)s, '2024-01-02'), (%(other)s, %(tom)s, '2024-01-02');
insert into app.support_collaborators (id, case_id, user_id, full_name, kind, participation_mode, invited_by_name, assigned_at)
    values (%(on_tess)s, %(case)s, %(olive)s, 'Olive', 'housing_officer', 'full', 'Somebody', '2024-01-02');
insert into app.support_goals (id, case_id, title, target_date, status, author_id, author_name, created_at) values
    ({goal}, %(case)s, 'Rent paid', '2024-09-01', 'active', %(worker)s, 'Worker', '2024-01-03'), ({his}, %(other)s, 'A job', null, 'active', %(worker)s, 'Worker', '2024-01-03'),
    ({achieved}, %(case)s, 'Achieved', null, 'achieved', %(worker)s, 'Worker', '2024-01-03'), ({dropped}, %(case)s, 'Dropped', null, 'closed', %(worker)s, 'Worker', '2024-01-03');
insert into app.support_goal_progress (case_id, goal_id, body, author_id, author_name, noted_at) values
    (%(case)s, {goal}, 'First step', %(worker)s, 'Worker', '2024-02-01'), (%(case)s, {goal}, 'Latest step', %(olive)s, 'Olive', '2024-07-02');
insert into app.support_sessions (id, case_id, scheduled_at, duration_minutes, type, status, attendees, outcome_note, author_id, author_name) values
    ({held}, %(case)s, '2024-06-10 10:00+01', 45, 'home_visit', 'delivered', 'Aunt May', 'What was said', %(worker)s, 'Worker'),
    ({planned}, %(case)s, '2024-06-20 10:00+01', 60, 'appointment', 'scheduled', 'Aunt May', null, %(worker)s, 'Worker'),
    ({missed}, %(case)s, '2024-06-11 10:00+01', 60, 'appointment', 'missed', '', null, %(worker)s, 'Worker'),
    ({cancelled}, %(case)s, '2024-06-12 10:00+01', 60, 'appointment', 'cancelled', '', null, %(worker)s, 'Worker'),
    ({mine}, %(case)s, '2024-06-05 10:00+01', 30, 'phone_call', 'delivered', '', 'What was said', %(olive)s, 'Olive'),
    ({earlier}, %(case)s, '2024-05-20 10:00+01', 60, 'appointment', 'delivered', '', 'What was said', %(worker)s, 'Worker'),
    ({later}, %(case)s, '2024-07-20 10:00+01', 60, 'appointment', 'scheduled', '', null, %(worker)s, 'Worker');
insert into app.support_notes (id, case_id, stream, body, author_id, author_name, safeguarding, safeguarding_flagged_at, created_at) values
    ({shared}, %(case)s, 'shared', 'A shared note', %(worker)s, 'Worker', false, null, '2024-06-15 12:00+01'),
    ({own}, %(case)s, 'shared', 'A note of hers', %(olive)s, 'Olive', false, null, '2024-06-14 12:00+01'),
    ({professional}, %(case)s, 'professional', 'Between us', %(worker)s, 'Worker', false, null, '2024-06-15 12:00+01'),
    ({flagged}, %(case)s, 'professional', 'Grave', %(worker)s, 'Worker', true, '2024-06-15 12:00+01', '2024-06-15 12:00+01'),
    ({before}, %(case)s, 'shared', 'Of May', %(worker)s, 'Worker', false, null, '2024-05-15 12:00+01'),
    ({after}, %(case)s, 'shared', 'Of July', %(worker)s, 'Worker', false, null, '2024-07-15 12:00+01');
update app.jobs set since = '2024-01-01' where name = 'compose_digests';
"""

_REJOIN = ("insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, invited_by_name, assigned_at)"
           " values (%(case)s, %(olive)s, 'Olive', 'housing_officer', '{}', 'Somebody', '2024-06-25')")
_CLOSE = "update app.support_cases set closing_reason = 'moved_on', closed_at = '{}' where id = %(case)s"

#: Changes by name.
CHANGES = {
    "plan": "update app.organisations set plan_code = 'business' where id = %(firm)s",
    "disabled": "update app.users set disabled_at = now() where id = %(olive)s",
    "ended long ago": "update app.support_collaborators set ended_at = '2024-05-31 22:59:59.999999+00' where id = %(on_tess)s",
    "ended at its start": "update app.support_collaborators set ended_at = '2024-05-31 23:00+00' where id = %(on_tess)s",
    "ended": "update app.support_collaborators set ended_at = '2024-06-15' where id = %(on_tess)s",
    "ended after": "update app.support_collaborators set ended_at = '2024-07-10' where id = %(on_tess)s",
    "never": "delete from app.support_collaborators where id = %(on_tess)s",
    "again": _REJOIN.format("full"), "again in context": _REJOIN.format("context_only"),
    "in context": "update app.support_collaborators set participation_mode = 'context_only' where id = %(on_tess)s",
    "in full": "update app.support_collaborators set participation_mode = 'full' where id = %(on_tess)s",
    "as a worker": "update app.support_collaborators set kind = 'support_worker' where id = %(on_tess)s",
    "as a card": "update app.support_collaborators set user_id = null, participation_mode = 'reference_only', email = 'olive@example.org' where id = %(on_tess)s",
    "with Tom": "insert into app.support_collaborators (id, case_id, user_id, full_name, kind, participation_mode, invited_by_name, assigned_at)"
                " values (%(on_tom)s, %(other)s, %(olive)s, 'Olive', 'housing_officer', 'full', 'Somebody', '2024-01-02')",
    "Tom leaves": "update app.support_collaborators set ended_at = '2024-06-15' where id = %(on_tom)s",
    "Tom has nothing": "update app.support_goals set status = 'achieved' where case_id = %(other)s",
    "unlisted": "update app.organisations set housing_officer_emails = '{{somebody@example.org}}' where id = %(firm)s",
    "listed elsewhere": "update app.organisations set housing_officer_emails = '{{olive@example.org}}' where id = %(elsewhere)s",
    "in capitals": "update app.organisations set housing_officer_emails = '{{somebody@example.org,OLIVE@Example.ORG,olive@example.org}}' where id = %(firm)s",
    "another address": "update app.users set email = 'other@example.org' where id = %(olive)s",
    "another listed address": "update app.organisations set housing_officer_emails = housing_officer_emails || '{{Other@example.org}}' where id = %(firm)s",
    "suppressed": "insert into app.suppressed_addresses (organisation_id, address, because) values (%(firm)s, 'olive@example.org', 'bounced')",
    "cleared": "update app.suppressed_addresses set cleared_at = now(), cleared_by_name = 'Somebody' where address = 'olive@example.org'",
    "suppressed elsewhere": "insert into app.suppressed_addresses (organisation_id, address, because) values (%(elsewhere)s, 'olive@example.org', 'complained')",
    "inherit": "update app.tenants set housing_officer_note_visibility = 'inherit' where id = %(tess)s",
    "visible": "update app.tenants set housing_officer_note_visibility = 'visible' where id = %(tess)s",
    "hidden": "update app.tenants set housing_officer_note_visibility = 'hidden' where id = %(tess)s",
    "firm shows": "update app.organisations set support_notes_visible_to_housing_officer = true where id = %(firm)s",
    "firm does not": "update app.organisations set support_notes_visible_to_housing_officer = false where id = %(firm)s",
    "no goal": "update app.support_goals set status = 'closed' where case_id = %(case)s",
    "no session": "delete from app.support_sessions where case_id = %(case)s",
    "no note": "delete from app.support_notes where case_id = %(case)s and stream = 'shared'",
    "closed long ago": _CLOSE.format("2024-05-31 22:59:59.999999+00"), "closed at its start": _CLOSE.format("2024-05-31 23:00+00"),
    "closed": _CLOSE.format("2024-06-15"), "closed after": _CLOSE.format("2024-07-10"),
    "reopened": "update app.support_cases set closing_reason = null, closed_at = null where id = %(case)s",
}
CHANGES["empty"] = "; ".join(CHANGES[name] for name in ("no goal", "no session", "no note"))


def set_up(connection: psycopg.Connection) -> None:
    """Puts Olive, Tess and Tom into the world; the caller commits. As the superuser."""
    places = {name: sql.Literal(ident(kind, name)) for kind, name in (
        ("user", "idle_manager"), ("landlord", "dock"), ("property", "quay_1"), ("property", "dock_1"))}
    _execute(connection, _BEGINNING, **places)


def change(connection: psycopg.Connection, *names: str) -> None:
    """Carries out these of CHANGES, one after the other. As the superuser."""
    for name in names:
        _execute(connection, CHANGES[name])


def _execute(connection: psycopg.Connection, statements: str, **places: sql.Composable) -> None:
    # Several statements in one take no parameters.
    for name, value in NAMES.items():
        statements = statements.replace(f"%({name})s", f"'{value}'")
    connection.execute(sql.SQL(statements).format(**places, **{name: sql.Literal(item) for name, item in ITEMS.items()}))


@contextmanager
def acting(connection: psycopg.Connection, login: str, identity=None):
    """Inside, the superuser's open transaction goes on as this login, and under a hat if an identity is given."""
    connection.execute(sql.SQL("set local session authorization {}").format(sql.Identifier(login)))
    if identity is not None:
        take_hat(connection, identity)
    yield connection
    connection.execute("reset role; reset session authorization")


def compose(connection: psycopg.Connection, month: str = MONTH) -> int:
    """Composes a month as the jobs service does, and notes it in the ledger; how many e-mails. In one transaction."""
    with acting(connection, "keywork_jobs"):
        made = connection.execute("select composed from app.compose_chunk(%s)", [month]).fetchone()[0]
    connection.execute("insert into app.job_runs (job, period, status, finished_at) values ('compose_digests', %s, 'done', now())", [month])
    return made


@contextmanager
def olives_alone(world):
    """The superuser's open transaction on a world, rolled back at the end, in which Olive's digest is composed and there is no other."""
    with psycopg.connect(world.conninfo) as connection:
        set_up(connection)
        connection.execute("delete from app.outbox; delete from app.digests")
        compose(connection)
        connection.execute("delete from app.digests where officer_id <> %s", [NAMES["olive"]])
        yield connection
        connection.rollback()


def claim(connection: psycopg.Connection):
    """What a courier gets: its message, or None."""
    with acting(connection, "keywork_jobs"):
        return connection.cursor(row_factory=psycopg.rows.namedtuple_row).execute("select * from app.claim_message()").fetchone()


def said_by(content: dict | None) -> str | None:
    """The short names of what a part tells: goals; sessions; notes, in their order. None where nothing is told."""
    return content and "; ".join(" ".join(_NAME_OF[item["id"]] for item in content[part]) for part in ("goals", "sessions", "notes"))


def digest_of_olive(connection: psycopg.Connection, month: str = MONTH) -> tuple | None:
    """(reason, {"case": (reason, what it tells), "other": ...}) of her digest in Harbour; None where there is none."""
    found = connection.execute("select id, reason from app.digests where organisation_id = %s and officer_id = %s and period = %s",
                               [NAMES["firm"], NAMES["olive"], month]).fetchone()
    if found is None:
        return None
    entries = connection.execute("select case_id, reason, content from app.digest_entries where digest_id = %s", [found[0]]).fetchall()
    return found[1], {"case" if case == NAMES["case"] else "other": (reason, said_by(content)) for case, reason, content in entries}


def message_of_olive(connection: psycopg.Connection):
    """Her e-mail's row in the outbox; None where there is none."""
    return connection.cursor(row_factory=psycopg.rows.namedtuple_row).execute(
        "select o.* from app.outbox as o join app.digests as d on d.id = o.digest_id where d.officer_id = %s", [NAMES["olive"]]).fetchone()


def answer(connection: psycopg.Connection, identity, case=None, month: str = MONTH) -> str:
    """What app.why_no_digest() answers somebody about Olive, or the SQLSTATE of its refusal."""
    try:
        with connection.transaction(force_rollback=True), acting(connection, "keywork_app", identity):
            return connection.execute("select answer from app.why_no_digest(%s, %s, %s)", [NAMES["olive"], month, case]).fetchone()[0]
    except psycopg.Error as error:
        return error.sqlstate


def moment(text: str) -> datetime:
    """A moment written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
