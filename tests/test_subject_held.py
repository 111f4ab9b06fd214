"""Everything that is held about a tenant is in the bundle, nothing about anybody else is, and nothing that is hidden is (threats 44, 55).

One bundle is made for the module, by the job itself, over a world in which every text of every other tenant says so.
"""

import contextlib
import csv
import io
import json
import re
import threading
import zipfile
from dataclasses import dataclass
from functools import cached_property

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from pypdf import PdfReader

from jobs.bundles import make_bundles
from tests.conftest import World
from tests.rights import DOCUMENTS

#: Stands in every text of every row of other tenants; and in texts of this tenant's that are hidden everywhere, in one item, or withheld.
OTHERS, EVERYWHERE, ONCE, WITHHELD = "Kolibri Nachbarin", "Zilpzalp Vogler", "Eisvogel Teich", "Rohrdommel Schilf"
HIDDEN_DAY = "3 Feb 1990"
OTHERS_ADDRESS = "kolibri@example.net"
#: Texts of people, which must take the sentence; codes, numbers and postcodes refuse it.
WORDS_OF_PEOPLE = {
    "support_notes.body", "support_notes.author_name", "support_goals.title", "support_goals.description", "support_goal_progress.body", "support_sessions.attendees", "support_sessions.outcome_note",
    "support_collaborators.full_name", "support_collaborators.email", "support_cases.context_summary", "support_documents.title", "support_documents.answers", "support_document_events.reason",
    "support_document_deliveries.to_name", "support_document_deliveries.to_address", "support_uploads.title", "legal_holds.reason", "legal_holds.lift_reason", "audit_payloads.after", "audit_payloads.reason",
    "digest_entries.content", "tenants.full_name", "properties.address", "subject_access_requests.asked_by_name", "subject_access_redactions.passage", "subject_access_redactions.note",
}  # fmt: skip

#: Tables whose rows hang on a case or a tenant, and the column that says on whose.
OF_A_CASE = ("support_collaborators", "support_notes", "support_goals", "support_goal_progress", "support_sessions", *DOCUMENTS, "legal_holds", "audit_payloads", "digest_entries")


@dataclass(frozen=True)
class Made:
    """A world and the bundle that was made in it, unpacked; the request was about Ann."""

    world: World
    names: list[str]
    files: dict[str, bytes]
    data: dict

    @cached_property
    def texts(self) -> dict[str, str]:
        """What can be read in each file, PDFs by their words and their properties."""
        said = {}
        for name, content in self.files.items():
            if name.startswith("readable"):
                reader = PdfReader(io.BytesIO(content))
                said[name] = " ".join("\n".join([*(page.extract_text() for page in reader.pages), str(dict(reader.metadata))]).split())
            else:
                said[name] = content.decode("utf-8-sig" if name.endswith(".csv") else "utf-8", "replace")
        return said


def make(world: World, request) -> bytes:
    """Asks for a bundle as Harbour's org-admin, has the job make it, and takes it out."""
    with world.acting("harbour_admin") as connection:
        bundle = connection.execute("insert into app.subject_access_bundles (request_id) values (%s) returning id", [request]).fetchone()[0]
    with psycopg.connect(world.jobs_conninfo, autocommit=True, prepare_threshold=None) as jobs:
        assert make_bundles(jobs, threading.Event()) == {"made": 1}
    with world.acting("harbour_admin") as connection:
        pieces, number = [], 1
        while piece := connection.execute("select app.bundle_chunk(%s, %s)", [bundle, number]).fetchone()[0]:
            pieces.append(piece)
            number += 1
    return b"".join(pieces)


@pytest.fixture(scope="module")
def made(server):
    """The bundle of Ann's request, in a world of its own."""
    world = World(server, server.create("world"))
    with world.acting("harbour_admin") as connection:
        write_about_ann(world, connection)
    with world.owner() as owner:
        plant_in_others(world, owner)
        put_into_a_digest(world, owner)
        # Names that stand on every file; and why the request's clock stopped.
        owner.execute("update app.users set full_name = %s where email = 'harbour.admin@example.org'", [f"Admin {EVERYWHERE}"])
        owner.execute("update app.subject_access_pauses set reason = %s where request_id = %s", [f"Who is {WITHHELD}?", world.request["ann"]])
        owner.execute("update app.organisations set name = %s where id = (select organisation_id from app.tenants where id = %s)", [f"{EVERYWHERE} Homes", world.tenant["ann"]])
    with world.acting("harbour_admin") as connection:
        hide(world, connection)
    unpacked = zipfile.ZipFile(io.BytesIO(make(world, world.request["ann"])))
    assert unpacked.testzip() is None
    files = {name: unpacked.read(name) for name in unpacked.namelist()}
    yield Made(world, unpacked.namelist(), files, json.loads(files["data.json"]))
    world.close()
    server.drop(world.database)


def write_about_ann(world: World, connection) -> None:
    """What is to be hidden of it later: in notes that are changed afterwards, so that the history has it too, in goals that a digest quotes."""
    case = world.case["ann"]
    for name, words in (("everywhere", EVERYWHERE), ("once", ONCE), ("withheld", WITHHELD)):
        note = connection.execute("insert into app.support_notes (case_id, stream, body) values (%s, 'shared', %s) returning id", [case, f"With {words.upper()} at the shop, {name}."]).fetchone()[0]
        connection.execute("update app.support_notes set body = body || ' Later on.' where id = %s", [note])
    goal = connection.execute("insert into app.support_goals (case_id, title) values (%s, %s) returning id", [case, f"Meet {ONCE}"]).fetchone()[0]
    connection.execute("insert into app.support_goal_progress (case_id, goal_id, body) values (%s, %s, %s)", [case, goal, f"Met {ONCE}"])
    # Of this one the goal alone will be withheld: its title stands with its progress too.
    whole = connection.execute("insert into app.support_goals (case_id, title) values (%s, %s) returning id", [case, f"Keep away from {WITHHELD}"]).fetchone()[0]
    connection.execute("insert into app.support_goal_progress (case_id, goal_id, body) values (%s, %s, %s)", [case, whole, f"{WITHHELD} has moved away"])
    for day in ("1990-02-03", "1991-12-11"):
        connection.execute("update app.tenants set date_of_birth = %s where id = %s", [day, world.tenant["ann"]])
    connection.execute("insert into app.support_notes (case_id, stream, body) values (%s, 'professional', '=HYPERLINK(\"https://evil.example\") and what is hers')", [case])
    connection.execute("insert into app.support_collaborators (case_id, full_name, kind, participation_mode, phone, works_for) values (%s, %s, 'external_contact', 'reference_only', '0113 496 0000', 'A clinic')",
                       [case, f"Dr {EVERYWHERE.lower()}"])


def plant_in_others(world: World, owner) -> None:
    """Puts the sentence into every text column of every row that is another tenant's: of the same house, of the same digest, of other firms."""
    owner.execute("reset role")
    owner.execute("set session_replication_role = replica")
    columns = owner.execute("select table_name, column_name, data_type from information_schema.columns where table_schema = 'app' and table_name = any (%s)"
                            " and data_type in ('text', 'jsonb')", [[*OF_A_CASE, "support_cases", "tenants", "properties", "subject_access_requests", "subject_access_redactions"]]).fetchall()
    mine = [world.case["ann"], world.case["ann_before"]]
    planted = set()
    for table, column, kind in columns:
        whose = {"support_cases": "t.id <> all (%(mine)s)", "tenants": "t.id <> %(ann)s", "properties": "t.id <> %(home)s", "subject_access_requests": "t.tenant_id <> %(ann)s",
                 "subject_access_redactions": "t.request_id <> %(request)s"}.get(table, "t.case_id is not null and t.case_id <> all (%(mine)s)")
        values = ["jsonb_build_object('planted', %(words)s::text)"] if kind == "jsonb" else ["'Of ' || %(words)s", "%(address)s"]
        for value in values:
            # A column that takes neither is one of codes.
            with contextlib.suppress(psycopg.errors.CheckViolation, psycopg.errors.UniqueViolation), owner.transaction():
                owner.execute(sql.SQL("update app.{} as t set {} = {} where ({} is not null or {}) and {}").format(
                    sql.Identifier(table), sql.Identifier(column), sql.SQL(value), sql.Identifier(column), sql.Literal(column == "reason" and table == "audit_payloads"), sql.SQL(whose)),
                    {"mine": mine, "ann": world.tenant["ann"], "home": world.property["quay_1"], "request": world.request["ann"], "words": OTHERS, "address": OTHERS_ADDRESS})
                planted.add(f"{table}.{column}")
                break
    assert planted >= WORDS_OF_PEOPLE, WORDS_OF_PEOPLE - planted
    owner.execute("update app.support_documents as d set content = c.said, content_sha256 = sha256(convert_to(c.said::text, 'UTF8')) from (select jsonb_build_object('planted', %s::text) as said) as c"
                  " where d.content is not null and d.case_id <> all (%s)", [OTHERS, mine])
    owner.execute("set session_replication_role = origin")
    owner.execute("set role keywork_owner")


def put_into_a_digest(world: World, owner) -> None:
    """The digest that tells of Ann tells of others of the same house too, and quotes what is to be hidden."""
    [goal] = owner.execute("select id from app.support_goals where title = %s", [f"Meet {ONCE}"]).fetchone()
    notes = owner.execute("select id, body from app.support_notes where body ~* %s or body ~* %s", [ONCE, EVERYWHERE]).fetchall()
    said = {"tenant": "Ann Tenant", "closed_at": None, "notes_are_shown": True, "sessions": [],
            "goals": [{"id": str(goal), "title": f"Meet {ONCE}", "target_date": None, "progress": {"body": f"Met {ONCE}", "author": "Worker", "at": "2024-07-01T10:00:00+00:00"}}],
            "notes": [{"id": str(its_id), "body": body, "author": "Worker", "at": "2024-07-01T10:00:00+00:00"} for its_id, body in notes]}
    told = owner.execute("update app.digest_entries set content = %s where case_id = %s and content is not null returning digest_id", [Jsonb(said), world.case["ann"]]).fetchall()
    [others] = owner.execute("select count(*) from app.digest_entries where digest_id = %s and case_id <> %s and content::text ~ %s", [told[0][0], world.case["ann"], OTHERS]).fetchone()
    assert len(told) == 1 and others > 0


def hide(world: World, connection) -> None:
    """One passage everywhere; one in each of the three items that have it; a note and a goal whole."""
    request = world.request["ann"]
    connection.execute("insert into app.subject_access_redactions (request_id, passage, because) values (%s, %s, 'third_party')", [request, EVERYWHERE.title()])
    items = connection.execute("select table_name, item_id, case_id, content::text from app.subject_access_items(%s, null, null, 0, 100) where content::text ~* %s"
                               " union select table_name, item_id, case_id, content::text from app.subject_access_items(%s, 'goals', null, 0, 100) where content::text ~* %s"
                               " union select table_name, item_id, case_id, content::text from app.subject_access_items(%s, 'notes', null, 0, 100) where content::text ~* %s",
                               [request, ONCE, request, f"{ONCE}|{WITHHELD}", request, f"{ONCE}|{WITHHELD}"]).fetchall()
    for table, its_id, case, content in items:
        if table in ("support_notes", "support_goals", "support_goal_progress"):
            whole = WITHHELD.lower() in content.lower()
            if whole and table == "support_goal_progress":
                continue
            connection.execute("insert into app.subject_access_redactions (request_id, case_id, item_table, item_id, passage, because) values (%s, %s, %s, %s, %s, %s)",
                               [request, case, table, its_id, None if whole else ONCE, "crime" if whole else "serious_harm"])
    # A day as the page shows it, and a request whose clock stopped for a reason.
    for table, its_id, passage, because in (("tenants", world.tenant["ann"], HIDDEN_DAY, "other"), ("subject_access_requests", request, None, "legal_privilege")):
        connection.execute("insert into app.subject_access_redactions (request_id, item_table, item_id, passage, because) values (%s, %s, %s, %s, %s)", [request, table, its_id, passage, because])
    [hidden] = connection.execute("select count(*) from app.subject_access_redactions where request_id = %s", [request]).fetchone()
    assert hidden == 9  # that of the world, one everywhere, three of a passage, two whole, and these


# ---- all of it -------------------------------------------------------------------------------------------------------

KEYS = """
    select child.relname as child, parent.relname as parent, child.relnamespace::regnamespace::text as schema,
           (select array_agg(a.attname order by k.place) from unnest(c.conkey) with ordinality as k (number, place) join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = k.number) as here,
           (select array_agg(a.attname order by k.place) from unnest(c.confkey) with ordinality as k (number, place) join pg_attribute as a on a.attrelid = c.confrelid and a.attnum = k.number) as there
    from pg_constraint as c join pg_class as child on child.oid = c.conrelid join pg_class as parent on parent.oid = c.confrelid
    where c.contype = 'f' and c.conparentid = 0 and child.relnamespace in ('app'::regnamespace, 'vault'::regnamespace)"""
PRIMARY = """
    select a.attname from pg_constraint as c cross join unnest(c.conkey) with ordinality as k (number, place)
    join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = k.number where c.contype = 'p' and c.conrelid = %s::regclass order by k.place"""
#: Ties that no foreign key makes: (table, its rows that are about rows found so far).
SOFT = [
    # Up to the moment at which it was read; not the home's, which others live in, nor what is hidden.
    ("app.audit_log", "(t.case_id = any (%(support_cases)s) or t.row_id = any (%(any)s) and t.table_name not in ('properties', 'subject_access_redactions')) and t.happened_at <= %(made_at)s"),
    ("app.audit_payloads", "t.audit_id::text = any (%(audit_log)s)"),
    ("app.outbox", "t.digest_id in (select e.digest_id from app.digest_entries as e where e.case_id = any (%(support_cases)s) and (e.content is not null or e.handed_over))"),
    ("vault.delivery_events", "t.provider_id in (select o.provider_id from app.outbox as o where o.id = any (%(outbox)s))"),
    ("app.suppressed_addresses", "exists (select from app.support_document_deliveries as v where v.id = any (%(support_document_deliveries)s) and t.address = lower(v.to_address))"),
    ("vault.links", "t.collaborator_id = any (%(support_collaborators)s)"),
]


def reachable(world: World, made_at: str) -> dict[str, set[tuple]]:
    """The keys of every row that hangs on Ann's row, by foreign keys towards it and by the soft ties, however far."""
    with psycopg.connect(world.conninfo, row_factory=dict_row) as owner:
        keys = owner.execute(KEYS).fetchall()
        primary: dict[str, list[str]] = {}

        def key_of(schema: str, table: str) -> list[str]:
            name = f"{schema}.{table}"
            if name not in primary:
                primary[name] = [row["attname"] for row in owner.execute(PRIMARY, [name])]
            return primary[name]

        rows: dict[str, dict[tuple, dict]] = {}
        fresh: list[tuple[str, dict]] = []

        def add(schema: str, table: str, found) -> bool:
            mine, columns = rows.setdefault(table, {}), key_of(schema, table)
            before = len(mine)
            for row in found:
                key = tuple(row[column] for column in columns)
                if key not in mine:
                    mine[key] = row
                    fresh.append((table, row))
            return len(mine) > before

        add("app", "tenants", owner.execute("select * from app.tenants where id = %s", [world.tenant["ann"]]).fetchall())
        more = True
        while more:
            more = False
            while fresh:
                parent, row = fresh.pop()
                for child, schema, here, there in ((key["child"], key["schema"], key["here"], key["there"]) for key in keys if key["parent"] == parent):
                    condition = sql.SQL(" and ").join(sql.SQL("{} = {}").format(sql.Identifier(a), sql.Literal(row[b])) for a, b in zip(here, there, strict=True))
                    add(schema, child, owner.execute(sql.SQL("select * from {}.{} where ").format(sql.Identifier(schema), sql.Identifier(child)) + condition).fetchall())
            said = {table: [next(iter(key)) for key in found] for table, found in rows.items()}
            said = {name: said.get(name, []) for name in ("support_cases", "outbox", "support_document_deliveries", "support_collaborators")} | {
                "made_at": made_at, "audit_log": [str(next(iter(key))) for key in rows.get("audit_log", {})],
                "any": [key[0] for table, found in rows.items() for key in found if table not in ("audit_log", "digest_entries", "subject_access_chunks", "audit_payloads", "delivery_events", "links")]}
            for name, condition in SOFT:
                schema, table = name.split(".")
                casts = re.sub(r"%\((support_cases|outbox|support_document_deliveries|support_collaborators|any)\)s", r"%(\1)s::uuid[]", condition)
                more |= add(schema, table, owner.execute(f"select t.* from {name} as t where {casts}", said).fetchall())
        return {table: set(found) for table, found in rows.items() if found}


def test_every_row_that_hangs_on_the_tenant_is_in_it(made):
    """Walked by the catalogue's foreign keys and by what else ties rows; or its table is left out for a reason, which the index says."""
    with made.world.owner() as owner:
        decided = {table: (part, why) for table, part, why in owner.execute("select table_name, part, why from app.subject_access_tables()")}
    held: dict[str, set[str]] = {}
    for each in made.data["items"]:
        held.setdefault(each["table"], set()).add(each["id"])
    found = reachable(made.world, made.data["made_at"])
    assert len(found) > 15 and sum(map(len, found.values())) > 250
    for table, keys in found.items():
        part, why = decided[table]
        if part is None:
            assert why, table
            continue
        # Said with the line, or the e-mail, that they belong to.
        if table == "audit_payloads":
            lines = {each["id"]: each for each in made.data["items"] if each["table"] == "audit_log"}
            assert {str(key[0]) for key in keys} <= lines.keys()
            continue
        if table == "delivery_events":
            told = [event["event_id"] for each in made.data["items"] if each["table"] == "outbox" and "content" in each for event in each["content"]["events"]]
            assert {key[0] for key in keys} <= set(told)
            continue
        names = {str(key[0]) if table in ("audit_log",) else ":".join(map(str, key)) for key in keys}
        assert names == held.get(table, set()), table
    # Of what is there, something of each part: "all of it" was not all of nothing.
    assert {table for table, (part, _) in decided.items() if part and table not in ("audit_payloads", "delivery_events", "suppressed_addresses")} <= held.keys()


def test_every_table_is_decided_on(made):
    """Each is in a part, or left out for a reason; a new one that nobody decided on fails here."""
    with made.world.owner() as owner:
        there = {name for (name,) in owner.execute("select relname from pg_class where relnamespace in ('app'::regnamespace, 'vault'::regnamespace) and relkind in ('r', 'p') and not relispartition")}
        decided = owner.execute("select table_name, part, why from app.subject_access_tables()").fetchall()
    assert there - {"audit_log_elsewhen"} == {table for table, _, _ in decided} and len(decided) == len(there - {"audit_log_elsewhen"})
    assert all((part is None) != (why is None) for _, part, why in decided)
    index = made.texts["index.html"]
    assert all(table in index for table, part, _ in decided if part is None)


def test_what_a_record_says_is_all_there(made):
    """Every column of a note, a goal and the tenant, as it stands; the words of PDFs' documents; files byte by byte."""
    with made.world.owner() as owner:
        note = owner.cursor(row_factory=dict_row).execute("select * from app.support_notes where body like '=HYPERLINK%%'").fetchone()
        pdfs = {str(its_id): bytes(pdf) for its_id, pdf in owner.execute("select document_id, pdf from app.support_document_pdfs where case_id = %s", [made.world.case["ann"]])}
        uploads = {str(its_id): bytes(content) for its_id, content in owner.execute("select upload_id, bytes from app.support_upload_files where case_id = %s", [made.world.case["ann"]])}
    [told] = [each["content"] for each in made.data["items"] if each["id"] == str(note["id"])]
    assert told["body"] == note["body"] and told.keys() == note.keys() and told["created_at"][:19] == note["created_at"].isoformat()[:19]
    assert len(pdfs) > 3 and len(uploads) > 3
    assert sorted(content for name, content in made.files.items() if name.startswith("documents/")) == sorted(pdfs.values())
    assert sorted(content for name, content in made.files.items() if name.startswith("files/")) == sorted(uploads.values())
    said = made.texts
    readable = " ".join(words for name, words in said.items() if name.startswith("readable"))
    assert "what is hers" in readable and "The tap drips." in readable and "Quay 1 Street" in readable
    # In order: what to begin with first, then by name.
    assert made.names[0] == "index.html" and made.names == ["index.html", *(name for name in made.names if name.startswith("readable")), "data.json",
                                                            *sorted(name for name in made.names if name.startswith("csv/")), *sorted(name for name in made.names if name[:4] in ("docu", "file"))]


# ---- nothing of anybody else, nothing that is hidden -------------------------------------------------------------------


def everything(made: Made) -> list[tuple[str, str]]:
    """(file, what it says) of every file, as text, as bytes, and names of files."""
    return [*made.texts.items(), *((name, content.decode("latin-1")) for name, content in made.files.items()), *((name, name) for name in made.names)]


def test_nothing_about_another_tenant_is_in_it(made):
    """The sentence stands in hundreds of rows of theirs, some in the same digest and the same house; no byte of the bundle has it, nor an id of theirs."""
    with made.world.owner() as owner:
        [notes] = owner.execute("select count(*) from app.support_notes where body ~ %s", [OTHERS]).fetchone()
        tenants = owner.execute("select id, property_id from app.tenants where full_name ~ %s", [OTHERS]).fetchall()
        cases = [str(its_id) for (its_id,) in owner.execute("select id from app.support_cases where tenant_id <> %s", [made.world.tenant["ann"]])]
    assert notes > 20 and len(cases) == 9 and any(home == made.world.property["quay_1"] for _, home in tenants)
    for name, said in everything(made):
        assert OTHERS.lower() not in said.lower() and OTHERS.split()[0].lower() not in said.lower() and OTHERS_ADDRESS not in said.lower(), name
        for its_id in (*cases, *(str(each) for each, _ in tenants)):
            assert its_id not in said, name


@pytest.mark.parametrize("words", [EVERYWHERE, ONCE, WITHHELD])
def test_nothing_that_is_hidden_is_in_it(made, words):
    """Neither in the records, nor in their history, nor in the digest that quoted them, nor in a contact card: in no file, in capitals or small letters."""
    with made.world.owner() as owner:
        before = owner.execute("select (select count(*) from app.support_notes as n where n.body ~* %(w)s) + (select count(*) from app.audit_payloads as p where p.after::text ~* %(w)s)",
                               {"w": words}).fetchone()[0]
    assert before >= 3
    for name, said in everything(made):
        assert words.lower() not in said.lower() and words.split()[0].lower() not in said.lower() and words.split()[1].lower() not in said.lower(), name


def test_a_day_that_is_hidden_as_it_reads_is_in_no_file(made):
    """The page says '3 Feb 1990', the record and its history '1990-02-03': neither is there, and the day that took its place is."""
    with made.world.owner() as owner:
        assert owner.execute("select count(*) from app.audit_payloads as p where concat(p.before, p.after) ~ '1990-02-03'").fetchone()[0] >= 2
    for name, said in everything(made):
        assert "1990-02-03" not in said and HIDDEN_DAY not in said and "3 February 1990" not in said, name
    assert "1991-12-11" in made.texts["data.json"] and made.texts["data.json"].count("[redacted: exemption]") == 2


def test_the_pauses_of_a_request_are_withheld_with_it(made):
    """Why its clock stopped, and what the history says of that; the words themselves are looked for above."""
    withheld = [each["table"] for each in made.data["items"] if each.get("withheld") == "legal privilege"]
    assert {"subject_access_requests", "subject_access_pauses", "audit_log"} == set(withheld)
    lines = [each for each in made.data["items"] if each["table"] == "audit_log" and "content" in each and each["content"]["table_name"] == "subject_access_pauses"]
    with made.world.owner() as owner:
        assert owner.execute("select count(*) from app.audit_log where table_name = 'subject_access_pauses' and row_id in (select id from app.subject_access_pauses where request_id = %s)",
                             [made.world.request["ann"]]).fetchone()[0] >= 1
    assert not lines


def test_what_stands_in_its_place(made):
    """The reason, alike in the PDF, JSON, CSV and in the index, which counts; the records themselves are as they were."""
    said = made.texts
    readable = " ".join(words for name, words in said.items() if name.startswith("readable"))
    for mark in ("[redacted: third party]", "[redacted: serious harm]"):
        assert mark in readable and mark in said["data.json"] and mark in said["csv/support_notes.csv"] and mark in said["index.html"]
    assert "[redacted: crime]" in readable and "Could hinder the prevention or detection of crime" in said["index.html"]
    withheld = [each for each in made.data["items"] if each.get("withheld") == "crime"]
    # The note with both lines of its history; the goal, its progress, and a line of the history of each.
    assert sorted(each["table"] for each in withheld) == [*["audit_log"] * 4, "support_goal_progress", "support_goals", "support_notes"] and not any("content" in each for each in withheld)
    [digest] = [each["content"] for each in made.data["items"] if each["table"] == "digest_entries"]
    assert digest["content"]["goals"][0]["title"] == "Meet [redacted: serious harm]" and digest["content"]["goals"][0]["progress"]["body"] == "Met [redacted: serious harm]"
    with made.world.owner() as owner:
        assert owner.execute("select count(*) from app.support_notes where body ~* %s", [EVERYWHERE]).fetchone() == (1,)


def test_no_cell_is_run_by_a_spreadsheet(made):
    """Threat 55: each has an apostrophe before it; every CSV is read whole, with as many cells in each line."""
    for name in made.names:
        if name.startswith("csv/"):
            content = made.files[name]
            assert content.startswith(b"\xef\xbb\xbf") and b"\r\n" in content
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
            assert len(rows) > 1 and {len(row) for row in rows} == {len(rows[0])}, name
            assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r\n")], name
    assert "'=HYPERLINK" in made.texts["csv/support_notes.csv"]


def test_the_index_asks_for_nothing(made):
    """It is opened from a disk: no script, no address outside; and it tells where to complain."""
    index = made.texts["index.html"]
    assert not re.search(r"<script|https?://|<img|<link|url\(", index) and "Information Commissioner" in index
    assert set(re.findall(r'href="([^"]+)"', index)) == set(made.names) - {"index.html"}
