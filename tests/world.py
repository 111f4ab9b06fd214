"""A small hand-made world: three organisations, their people and cases, with something in it for every rule of rights.

Harbour and Moor are on Enterprise (Harbour shows Shared notes to housing officers, Moor does not). Small is on Business
and has cases left from before a downgrade. Every id follows from a name, so that tests name rows: `ident("case", "ann")`.
"""

import hashlib
import uuid
from dataclasses import dataclass

import psycopg
from werkzeug.security import generate_password_hash

from tests import world_digests, world_documents, world_imports, world_requests

#: Everybody's password in the sign-in of this world.
PASSWORD = "seven grey herons"

_NAMESPACE = uuid.UUID("5e1f7a52-6a0f-4a7d-9a57-8e3a44f0c8b1")


def ident(kind: str, name: str) -> uuid.UUID:
    """The id of the row called `name` among rows of this kind ("case", "tenant", "user", "note", ...)."""
    return uuid.uuid5(_NAMESPACE, f"{kind}/{name}")


@dataclass(frozen=True)
class Persona:
    """Somebody under one hat; `email` is what they sign in with (password PASSWORD)."""

    user: str
    hat: str

    @property
    def user_id(self) -> uuid.UUID:
        """Their row in app.users."""
        return ident("user", self.user)

    @property
    def email(self) -> str:
        """Their address in app.users and fab.ab_user."""
        return email_of(self.user)


def email_of(user: str) -> str:
    """The address of a user of this world."""
    return f"{user.replace('_', '.')}@example.org"


def full_name(user: str) -> str:
    """The full name of a user of this world."""
    return user.replace("_", " ").title()


PERSONAS = {
    "harbour_admin": Persona("harbour_admin", "org_admin"),
    "moor_admin": Persona("moor_admin", "org_admin"),
    "small_admin": Persona("small_admin", "org_admin"),
    "disabled_admin": Persona("disabled_admin", "org_admin"),
    "two_hats_admin": Persona("two_hats", "org_admin"),
    "quay_manager": Persona("quay_manager", "property_manager"),
    "idle_manager": Persona("idle_manager", "property_manager"),
    "heath_manager": Persona("heath_manager", "property_manager"),
    "small_manager": Persona("small_manager", "property_manager"),
    "worker": Persona("worker", "collaborator"),
    "both_worker": Persona("both_worker", "collaborator"),
    "watcher": Persona("watcher", "collaborator"),
    "officer_open": Persona("officer_open", "collaborator"),
    "officer_shut": Persona("officer_shut", "collaborator"),
    "officer_context": Persona("officer_context", "collaborator"),
    "gone": Persona("gone", "collaborator"),
    "small_worker": Persona("small_worker", "collaborator"),
    "two_hats_worker": Persona("two_hats", "collaborator"),
    "platform": Persona("platform", "platform_admin"),
}

#: Correctly signed tokens for a hat that the person does not hold: good for nothing.
WRONG_HATS = {
    "worker_as_admin": Persona("worker", "org_admin"),
    "quay_manager_as_admin": Persona("quay_manager", "org_admin"),
    "harbour_admin_as_manager": Persona("harbour_admin", "property_manager"),
    "harbour_admin_as_worker": Persona("harbour_admin", "collaborator"),
    "harbour_admin_as_platform": Persona("harbour_admin", "platform_admin"),
    "platform_as_admin": Persona("platform", "org_admin"),
    "invited_as_manager": Persona("invited", "property_manager"),
    "invited_as_admin": Persona("invited", "org_admin"),
    "worker_as_manager": Persona("worker", "property_manager"),
}

USERS = list(dict.fromkeys(each.user for each in (PERSONAS | WRONG_HATS).values()))

# name: plan, visible to housing officers
ORGANISATIONS = {"harbour": ("enterprise", True), "moor": ("enterprise", False), "small": ("business", True)}

MEMBERS = {
    "harbour_admin": ("harbour", "org_admin"), "disabled_admin": ("harbour", "org_admin"),
    "quay_manager": ("harbour", "property_manager"), "idle_manager": ("harbour", "property_manager"),
    "moor_admin": ("moor", "org_admin"), "two_hats": ("moor", "org_admin"), "heath_manager": ("moor", "property_manager"),
    "small_admin": ("small", "org_admin"), "small_manager": ("small", "property_manager"),
}

#: Invited to operate and not yet there: user -> organisation, role. Two firms may wait for one person.
INVITED = [("invited", "harbour", "property_manager"), ("invited", "moor", "org_admin"), ("worker", "moor", "property_manager")]

LANDLORDS = {"quay": "harbour", "dock": "harbour", "heath": "moor", "fell": "moor", "mill": "small"}

MANAGERS = {"quay_manager": ["quay"], "heath_manager": ["heath"], "small_manager": ["mill"], "invited": ["quay"]}

# name: landlord, postcode
PROPERTIES = {
    "quay_1": ("quay", "LS6 2AB"), "quay_2": ("quay", "LS6 2AC"), "dock_1": ("dock", "LS7 1AA"),
    "heath_1": ("heath", "YO1 7HH"), "fell_1": ("fell", "YO1 7HJ"), "mill_1": ("mill", "BD1 1AA"),
}

# name: property, housing_officer_note_visibility
TENANTS = {
    "ann": ("quay_1", "inherit"), "ben": ("quay_1", "hidden"), "cora": ("quay_2", "visible"),
    "dan": ("dock_1", "inherit"), "eve": ("dock_1", "hidden"), "fay": ("dock_1", "inherit"),
    "gus": ("heath_1", "inherit"), "hal": ("heath_1", "visible"), "ida": ("fell_1", "inherit"),
    "jon": ("mill_1", "visible"), "joe": ("mill_1", "inherit"),
}

# name: tenant, opened, closed
CASES = {
    "ann_before": ("ann", "2018-02-01", "2019-03-01"), "ann": ("ann", "2024-01-10", None), "ben": ("ben", "2024-02-11", None),
    "cora": ("cora", "2024-03-12", None), "dan": ("dan", "2024-04-13", None), "eve": ("eve", "2023-01-14", "2024-05-01"),
    "gus": ("gus", "2024-05-15", None), "hal": ("hal", "2024-06-16", None), "ida": ("ida", "2022-07-17", "2023-08-01"),
    "jon": ("jon", "2024-08-18", None), "joe": ("joe", "2021-09-19", "2022-10-01"),
}

# case, user, kind, mode, ended
WORKER, OFFICER = "support_worker", "housing_officer"
ASSIGNMENTS = [
    ("ann", "worker", WORKER, "full", None), ("ann", "both_worker", WORKER, "full", None),
    ("ann", "watcher", WORKER, "context_only", None), ("ann", "gone", WORKER, "full", "2024-02-01"),
    ("ann", "officer_open", OFFICER, "full", None), ("ann", "officer_context", OFFICER, "context_only", None),
    ("ann_before", "gone", WORKER, "full", "2019-03-01"), ("ann_before", "worker", WORKER, "full", "2019-03-01"),
    ("ben", "worker", WORKER, "full", None), ("ben", "officer_open", OFFICER, "full", None),
    ("ben", "officer_shut", OFFICER, "full", None),
    ("cora", "officer_open", OFFICER, "full", None), ("cora", "officer_context", OFFICER, "context_only", None),
    ("cora", "worker", WORKER, "full", "2024-04-01"), ("cora", "invited", WORKER, "context_only", None),
    ("dan", "watcher", WORKER, "context_only", None), ("dan", "two_hats", WORKER, "full", None),
    ("eve", "worker", WORKER, "full", None), ("eve", "officer_open", OFFICER, "full", None),
    ("gus", "both_worker", WORKER, "full", None), ("gus", "officer_shut", OFFICER, "full", None),
    ("gus", "officer_context", OFFICER, "context_only", None),
    ("hal", "watcher", WORKER, "context_only", None), ("hal", "officer_context", OFFICER, "context_only", None),
    ("ida", "both_worker", WORKER, "full", "2023-08-01"),
    ("jon", "small_worker", WORKER, "full", None), ("joe", "small_worker", WORKER, "full", None),
]

#: Assignments whose invitation waits: the person has not signed in since. They are live all the same.
WAITING = {("cora", "invited")}

# case, card, kind
CARDS = [
    ("ann", "gp", "external_contact"), ("ann", "council", OFFICER), ("dan", "sister", "external_contact"),
    ("eve", "nurse", "external_contact"), ("gus", "probation", "external_contact"), ("jon", "gp", "external_contact"),
]

# case: who wrote Shared notes; who wrote Professional ones ("!" = flagged for safeguarding). Some wrote in a part that
# they no longer have: a former manager's Professional note must stay out of their sight as a worker.
NOTES = {
    "ann_before": (["gone", "quay_manager"], ["harbour_admin", "quay_manager!"]),
    "ann": (["worker", "both_worker", "watcher", "gone", "officer_open", "officer_context", "quay_manager", "harbour_admin"],
            ["quay_manager", "harbour_admin", "worker", "harbour_admin!"]),
    "ben": (["worker", "officer_open", "officer_shut", "harbour_admin"], ["quay_manager"]),
    "cora": (["officer_open", "quay_manager", "worker"], ["harbour_admin", "quay_manager!"]),
    "dan": (["two_hats", "watcher"], ["harbour_admin", "two_hats"]),
    "eve": (["worker", "harbour_admin"], ["harbour_admin", "disabled_admin!"]),
    "gus": (["both_worker", "officer_shut", "officer_context", "moor_admin"], ["moor_admin", "heath_manager", "heath_manager!"]),
    "hal": (["watcher", "officer_context", "two_hats"], ["two_hats"]),
    "ida": (["both_worker"], ["moor_admin"]),
    "jon": (["small_worker", "small_admin"], ["small_admin", "small_manager!"]),
    "joe": (["small_worker"], ["small_manager"]),
}

#: Legal holds: name -> case, who set it, lifted.
HOLDS = {"eve": ("eve", "harbour_admin", False), "ann_before": ("ann_before", "harbour_admin", True), "ida": ("ida", "moor_admin", False),
         "joe": ("joe", "small_admin", False)}

#: Acts of people in cases, as the audit log has them: case, who, under which hat. One manager's case is none of theirs any more.
ACTS = [
    ("dan", "quay_manager", "property_manager"), ("ann", "quay_manager", "property_manager"), ("ann", "worker", "collaborator"),
    ("gus", "moor_admin", "org_admin"), ("jon", "small_manager", "property_manager"),
]


def firm_of(case: str) -> str:
    """The organisation of a case of this world."""
    return LANDLORDS[PROPERTIES[TENANTS[CASES[case][0]][0]][0]]


def load(connection: psycopg.Connection) -> None:
    """Writes the whole world, acting as the owner; the caller commits."""
    connection.execute("set local role keywork_owner")
    put = Writer(connection)
    # Cheap to compare with: the tests sign in a thousand times. tests/web/test_limits.py times hashes of the full cost.
    hashed = generate_password_hash(PASSWORD, "scrypt:128:8:1")
    for number, user in enumerate(USERS, start=1):
        put("fab.ab_user", id=number, first_name=full_name(user), last_name="Test", username=email_of(user),
            password=hashed, active=True, email=email_of(user))
        put("app.users", id=ident("user", user), email=email_of(user), full_name=full_name(user), ab_user_id=number,
            is_platform_admin=user == "platform", disabled_at="2025-01-01" if user.startswith("disabled") else None)
        put("app.sign_ins", id=ident("sign_in", user), user_id=ident("user", user), began_at="2024-01-01")
    connection.execute("select setval('fab.ab_user_id_seq', %s)", [len(USERS)])
    _set_up_organisations(put)
    for name, (tenant, opened, closed) in CASES.items():
        put("app.support_cases", id=ident("case", name), tenant_id=ident("tenant", tenant), opened_at=opened, closed_at=closed,
            closing_reason="moved_on" if closed else None, context_summary=f"Summary of {name}")
        _fill_case(put, name, opened)
    for case, user, kind, mode, ended in ASSIGNMENTS:
        put("app.support_collaborators", id=ident("collaborator", f"{case}/{user}"), case_id=ident("case", case),
            user_id=ident("user", user), full_name=full_name(user), kind=kind, participation_mode=mode,
            invited_by_name="Somebody", assigned_at=CASES[case][1], ended_at=ended,
            accepted_at=None if (case, user) in WAITING else CASES[case][1], invitation_sent_at=CASES[case][1])
    for case, card, kind in CARDS:
        put("app.support_collaborators", id=ident("collaborator", f"{case}/{card}"), case_id=ident("case", case),
            full_name=card.title(), kind=kind, participation_mode="reference_only", email=f"{card}@example.net",
            invited_by_name="Somebody", assigned_at=CASES[case][1])
    for name, (case, user, lifted) in HOLDS.items():
        put("app.legal_holds", id=ident("hold", name), case_id=ident("case", case), reason=f"Why {case} is kept",
            author_id=ident("user", user), author_name=full_name(user), created_at="2024-06-01",
            lifted_at="2024-07-01" if lifted else None, lifted_by_name=full_name(user) if lifted else None, lift_reason="Over" if lifted else None)
    for organisation in ORGANISATIONS:
        put("app.retention_runs", id=ident("run", organisation), organisation_id=ident("organisation", organisation),
            began_at="2024-08-01", finished_at="2024-08-01 00:01")
    _write_acts_down(put)
    world_digests.load(put, ident, email_of, full_name)
    world_imports.load(put, ident, ORGANISATIONS)
    world_documents.load(put, ident, full_name, CASES, {case: firm_of(case) for case in CASES})
    world_requests.load(put, ident, full_name)


def _write_acts_down(put: "Writer") -> None:
    payload = {"before": '{"body": "before"}', "after": '{"body": "after"}'}
    salt = b"0" * 16
    payload_hash = hashlib.sha256(salt + b'[null, {"body": "before"}, {"body": "after"}]').digest()
    for case, user, hat in ACTS:
        place = {"organisation_id": ident("organisation", firm_of(case)), "case_id": ident("case", case)}
        row = {"table_name": "support_notes", "row_id": ident("note", f"{case}/shared/{NOTES[case][0][0]}")}
        number = put.number("vault.audit_ids")
        put("app.audit_log", id=number, actor_id=ident("user", user), actor_name=full_name(user), actor_hat=hat, action="update",
            row_kind="shared", payload_hash=payload_hash, **place, **row)
        put("app.audit_payloads", audit_id=number, salt=salt, **payload, **place, **row)


class Writer:
    """Puts rows in by their columns, as whoever the connection acts as."""

    def __init__(self, connection: psycopg.Connection):
        self.connection = connection

    def __call__(self, table: str, **values: object) -> None:
        marks = ", ".join(f"%({name})s" for name in values)
        self.connection.execute(f"insert into {table} ({', '.join(values)}) values ({marks})", values)

    def number(self, sequence: str) -> int:
        """The next number of a sequence."""
        return self.one("select nextval(%s)", sequence)

    def one(self, query: str, *values: object):
        """The only value of a query."""
        return self.connection.execute(query, values).fetchone()[0]

    def row(self, query: str, *values: object) -> dict:
        """The only row of a query, by its columns."""
        return self.connection.cursor(row_factory=psycopg.rows.dict_row).execute(query, values).fetchone()


def _set_up_organisations(put: Writer) -> None:
    for name, (plan, visible) in ORGANISATIONS.items():
        put("app.organisations", id=ident("organisation", name), name=f"{name.title()} Homes", plan_code=plan,
            support_notes_visible_to_housing_officer=visible, housing_officer_emails=[email_of("officer_open")])
    for user, (organisation, role) in MEMBERS.items():
        put("app.memberships", user_id=ident("user", user), organisation_id=ident("organisation", organisation), role=role,
            accepted_at="2024-01-01")
    for user, organisation, role in INVITED:
        put("app.memberships", user_id=ident("user", user), organisation_id=ident("organisation", organisation), role=role,
            invited_name=f"{full_name(user)} as typed", invited_email=email_of(user), invitation_sent_at="2024-01-01")
    for name, organisation in LANDLORDS.items():
        put("app.landlords", id=ident("landlord", name), organisation_id=ident("organisation", organisation), name=name.title())
    for user, landlords in MANAGERS.items():
        for landlord in landlords:
            put("app.property_manager_landlords", user_id=ident("user", user), landlord_id=ident("landlord", landlord),
                organisation_id=ident("organisation", LANDLORDS[landlord]))
    for name, (landlord, postcode) in PROPERTIES.items():
        put("app.properties", id=ident("property", name), organisation_id=ident("organisation", LANDLORDS[landlord]),
            landlord_id=ident("landlord", landlord), address=f"{name.replace('_', ' ').title()} Street", town="Leeds",
            postcode=postcode)
    for name, (home, visibility) in TENANTS.items():
        put("app.tenants", id=ident("tenant", name), property_id=ident("property", home), full_name=f"{name.title()} Tenant",
            date_of_birth="1980-01-01", housing_officer_note_visibility=visibility)


def _fill_case(put: Writer, case: str, opened: str) -> None:
    """Notes as NOTES says; two goals with progress; for each author of a Shared note one session held, one planned."""
    shared, professional = NOTES[case]
    for stream, authors in (("shared", shared), ("professional", professional)):
        for author in authors:
            flagged = author.endswith("!")
            user = author.rstrip("!")
            put("app.support_notes", id=ident("note", f"{case}/{stream}/{author}"), case_id=ident("case", case), stream=stream,
                body=f"{stream} note of {author} about {case}", author_id=ident("user", user), author_name=full_name(user),
                safeguarding=flagged, safeguarding_flagged_at=opened if flagged else None, created_at=opened)
    for status, author in (("active", shared[0]), ("achieved", shared[-1])):
        place = {"case_id": ident("case", case), "author_id": ident("user", author), "author_name": full_name(author)}
        goal = ident("goal", f"{case}/{status}")
        put("app.support_goals", id=goal, title=f"{status} goal of {case}", status=status, created_at=opened, **place)
        put("app.support_goal_progress", id=ident("progress", f"{case}/{status}/{author}"), goal_id=goal, body="Some progress",
            noted_at=opened, **place)
    for author in shared:
        place = {"case_id": ident("case", case), "author_id": ident("user", author), "author_name": full_name(author)}
        put("app.support_sessions", id=ident("session", f"{case}/{author}"), scheduled_at=opened, type="home_visit",
            status="delivered", outcome_note="We talked.", created_at=opened, **place)
        put("app.support_sessions", id=ident("session", f"{case}/{author}/next"), scheduled_at="2090-01-01 10:00+00",
            type="appointment", created_at=opened, **place)
