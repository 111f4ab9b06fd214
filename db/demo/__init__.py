"""Loads the demonstration data: three invented firms, their homes, tenants, cases and the people who work there.

The same day gives the same rows: ids come from uuid5, everything else from seeded random numbers. Only the password's
hash differs, for it is salted.
"""

from datetime import date, datetime, timedelta
from random import Random

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from werkzeug.security import generate_password_hash

from db.demo import documents, history, requests
from db.demo.care import PlanWriter
from db.demo.cases import Homes, people_by_pronoun
from db.demo.notes import NoteWriter
from db.demo.people import INVITED, OPERATORS, ORGANISATIONS, PASSWORD, PLATFORM_ADMIN, SHOWN, WORKERS
from db.demo.timeline import LONDON, at, uid
from db.demo.voice import Voice

SEED = "keywork demonstration"
PLACE = "organisation_id, landlord_id"
UNDER_CASE = f"id, {PLACE}, case_id"
AUTHOR = "author_id, author_name"
#: table: columns, in the order in which rows can be put in
COLUMNS = {
    "fab.ab_user": "id, first_name, last_name, username, password, active, email, login_count, fail_login_count, created_on, changed_on",
    "app.users": "id, email, full_name, ab_user_id, is_platform_admin, created_at",
    "app.organisations": "id, name, plan_code, support_retention_years, support_notes_visible_to_housing_officer, housing_officer_emails, created_at",
    "app.memberships": "user_id, organisation_id, role, created_at, accepted_at",
    "app.landlords": "id, organisation_id, name, created_at",
    "app.property_manager_landlords": "organisation_id, user_id, landlord_id, assigned_at",
    "app.properties": f"id, {PLACE}, address, town, postcode, created_at",
    "app.tenants": f"id, {PLACE}, property_id, full_name, date_of_birth, housing_officer_note_visibility, created_at",
    "app.support_cases": f"id, {PLACE}, tenant_id, context_summary, opened_at, closed_at, closing_reason",
    "app.support_collaborators": f"{UNDER_CASE}, user_id, full_name, kind, participation_mode, email, phone, works_for, role_label,"
    " invited_by_id, invited_by_name, assigned_at, ended_at, invitation_sent_at, accepted_at",
    "app.support_notes": f"{UNDER_CASE}, stream, body, {AUTHOR}, safeguarding, safeguarding_flagged_at, created_at, edited_at",
    "app.support_goals": f"{UNDER_CASE}, title, description, target_date, status, {AUTHOR}, created_at",
    "app.support_goal_progress": f"{UNDER_CASE}, goal_id, body, {AUTHOR}, noted_at",
    "app.support_sessions": f"{UNDER_CASE}, scheduled_at, duration_minutes, type, attendees, status, outcome_note, {AUTHOR}, created_at",
    "app.legal_holds": f"{UNDER_CASE}, reason, {AUTHOR}, created_at",
}

#: Why a firm keeps a case for longer than its time.
HOLDS = {
    "thornbeck": "Claim for disrepair against the landlord. Their solicitors asked us to keep the whole file until the appeal is decided.",
}


def _address(login: str) -> str:
    """The e-mail address of a login: operators have their firm's, everyone else one at example.org."""
    firms = {row[0]: row[2] for row in OPERATORS}
    return f"{login}@{firms[login]}.example" if login in firms else f"{login}@example.org"


#: (e-mail address, password, what the account shows) of the accounts that people are told about.
ACCOUNTS: list[tuple[str, str, str]] = [(_address(login), PASSWORD, shown) for login, shown in SHOWN.items()]


def is_empty(conninfo: str) -> bool:
    """Whether the installed database has no organisation yet. conninfo: a login that may act as keywork_owner."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("set local role keywork_owner")
        return not connection.execute("select exists (select from app.organisations)").fetchone()[0]


def load(conninfo: str, *, today: date | None = None) -> None:
    """Fills an empty, installed database in one transaction. conninfo: a login that may act as keywork_owner.

    Without today the data is as of this moment in London: notes that would be written later today are left out. With
    today it is as of the end of that day (in London). Raises psycopg.errors.UniqueViolation where the data is there already.
    """
    now = datetime.now(LONDON)
    until = now if today is None else at(today + timedelta(days=1), 0)
    rows = make_rows(today or now.date(), until)
    with psycopg.connect(conninfo) as connection:
        connection.execute("set local role keywork_owner")
        # One installation at a time: the ids of ab_user below are the next ones.
        connection.execute("lock table fab.ab_user in share row exclusive mode")
        _give_sign_in_ids(connection, rows)
        with history.put_in_quietly(connection, [*COLUMNS, *history.DOCUMENTS, *requests.TABLES]), connection.cursor() as cursor:
            for table, columns in COLUMNS.items():
                into = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(*table.split(".")), sql.SQL(columns))
                with cursor.copy(into) as copy:
                    for row in rows[table]:
                        copy.write_row(row)
            documents.put_in(connection, until)
            requests.put_in(connection, until)
        history.write(connection)
        # The firms have been at it for years: the jobs send the digests of last month, too.
        this_month = (today or now.date()).replace(day=1)
        connection.execute("update app.jobs set since = %s where name = 'compose_digests'", [at(this_month, 0)])


def make_rows(today: date, until: datetime) -> dict[str, list[tuple]]:
    """Table name -> rows in the order of COLUMNS, as of that day; no note is later than until. Needs no database.

    Ids of fab.ab_user count from 1; load() moves them behind those that the database already gave out.
    """
    # Homes and teams draw apart from texts: which weekday today is changes what is written, not who lives where.
    chance, settling = Random(SEED), Random(f"{SEED}: homes")
    people = people_by_pronoun()
    settling.shuffle(people)
    voice = Voice(chance, today)
    plans, notes = PlanWriter(voice), NoteWriter(voice)
    rows: dict[str, list[tuple]] = {table: [] for table in COLUMNS}
    _add_people(rows, at(today - timedelta(days=4400), 9))
    for key, about in ORGANISATIONS.items():
        homes = Homes(key, [people.pop() for _ in range(about["tenants"])], settling, today)
        for case in homes.cases:
            plans.choose_stories(case)
            notes.write(case)
            plans.write(case)
        rows["app.organisations"].append(
            (
                homes.id,
                about["name"],
                about["plan"],
                Jsonb(about["retention"]),
                about["visible"],
                list(about["officer_emails"]),
                homes.founded,
            )
        )
        rows["app.landlords"] += homes.landlords
        rows["app.properties"] += homes.properties
        rows["app.tenants"] += homes.tenants
        rows["app.support_collaborators"] += homes.teams.rows
        _add_operators(rows, key, homes)
        _add_hold(rows, key, homes)
    rows["app.support_cases"] = plans.cases
    rows["app.support_notes"] = [note for note in notes.rows if note[10] <= until]
    rows["app.support_goals"] = plans.goals
    rows["app.support_goal_progress"] = plans.progress
    rows["app.support_sessions"] = plans.sessions
    return rows


def _add_people(rows: dict[str, list[tuple]], since: datetime) -> None:
    hashed = generate_password_hash(PASSWORD)  # once: a hash takes a tenth of a second by design
    invited = {row[:2] for row in INVITED}
    logins = [row[:2] for row in OPERATORS] + [row[:2] for row in WORKERS + INVITED] + [PLATFORM_ADMIN]
    for number, (login, name) in enumerate(logins, start=1):
        address = _address(login)
        first, _, last = name.partition(" ")
        signs_in = (login, name) not in invited
        if signs_in:
            naive = since.replace(tzinfo=None)  # Flask-AppBuilder's columns are without a time zone
            rows["fab.ab_user"].append((number, first, last, address, hashed, True, address, 0, 0, naive, naive))
        rows["app.users"].append(
            (uid("user", login), address, name, number if signs_in else None, login == PLATFORM_ADMIN[0], since)
        )


def _add_operators(rows: dict[str, list[tuple]], key: str, homes: Homes) -> None:
    for login, _, organisation, role, landlords in OPERATORS:
        if organisation == key:
            person = uid("user", login)
            rows["app.memberships"].append((person, homes.id, role, homes.founded, homes.founded))
            rows["app.property_manager_landlords"] += [
                (homes.id, person, homes.landlords[i][0], homes.founded) for i in landlords
            ]


def _add_hold(rows: dict[str, list[tuple]], key: str, homes: Homes) -> None:
    """Where the firm has a reason: one case that is past its time and kept all the same."""
    if key in HOLDS:
        login, name, *_ = next(row for row in OPERATORS if row[2:4] == (key, "org_admin"))
        held = next(case for case in homes.cases if case.history == "past")
        since = held.windows[-1].end + timedelta(days=6 * 365 + 40)
        rows["app.legal_holds"].append((uid("hold", held.key), *held.place, HOLDS[key], uid("user", login), name, since))


def _give_sign_in_ids(connection: psycopg.Connection, rows: dict[str, list[tuple]]) -> None:
    """Moves the numbers of fab.ab_user behind those given out, and its sequence behind ours."""
    last = connection.execute("select greatest(max(id), 0) from fab.ab_user").fetchone()[0] or 0
    rows["fab.ab_user"] = [(row[0] + last, *row[1:]) for row in rows["fab.ab_user"]]
    rows["app.users"] = [(*row[:3], row[3] and row[3] + last, *row[4:]) for row in rows["app.users"]]
    connection.execute("select setval('fab.ab_user_id_seq', %s)", [last + len(rows["app.users"])])
