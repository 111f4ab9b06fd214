"""The console behind PgBouncer in transaction mode: three server connections for twelve people at once, and no row goes astray.

Threat 24: whatever a transaction says of who acts ends with it, because the next one on the connection is somebody else's.
"""

import contextlib
import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db.local.binaries import clean_environment, server_account
from tests import world as made
from tests.conftest import World, take_hat
from tests.servers import APP_PASSWORD, SIGNIN_PASSWORD
from tests.rights import Facts, Oracle
from tests.web import oracle
from tests.web.conftest import served
from tests.web.programs import program_of
from tests.web.visitor import Visitor, new_id, visiting

SERVER_CONNECTIONS = 3
REQUESTS = 2000
PEOPLE = (
    "harbour_admin", "moor_admin", "small_admin", "two_hats_admin", "quay_manager", "heath_manager", "worker", "both_worker", "watcher",
    "officer_open", "officer_shut", "platform",
)  # fmt: skip
#: Programs that ask for the cases of theirs meanwhile, and how often each: fewer than 600 a minute.
PROGRAMS, CALLS_EACH = ("harbour_admin", "worker", "two_hats_worker"), 150
#: The words of every note that tests/world.py wrote.
A_NOTE = re.compile(r"(?:shared|professional) note of [\w!]+ about \w+")
#: One pool for each login, and together never more than SERVER_CONNECTIONS. Either pool may take all of them: requests that
#: held a connection of one login while they wait for the other's would stand still.
SETTINGS = """
[databases]
{database} = host={host} port={port}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = 6432
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {connections}
max_db_connections = {connections}
max_client_conn = 200
stats_users = keywork_app
logfile = {folder}/log
"""


@pytest.fixture(scope="module")
def program():
    """The bouncer's program; a machine without one fails here, saying what to install."""
    found = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if found is None:
        pytest.fail("no PgBouncer on this machine: apt-get install pgbouncer")
    return found


@pytest.fixture(scope="module")
def bounced(server, program):
    """(a world of the module's own, the folder of the socket of a bouncer before its database)."""
    world = World(server, server.create("world"))
    address = conninfo_to_dict(world.app_conninfo)
    # The account of the server runs it: PgBouncer refuses root, and the server's socket is for that account alone.
    account = server_account(server.local.folder.stat().st_uid)
    folder = Path(tempfile.mkdtemp(prefix="keywork-bouncer-"))
    (folder / "settings").write_text(SETTINGS.format(
        database=world.database, host=address["host"], port=address["port"], folder=folder, connections=SERVER_CONNECTIONS))
    (folder / "users").write_text(f'"keywork_app" "{APP_PASSWORD}"\n"keywork_signin" "{SIGNIN_PASSWORD}"\n')
    if account:
        for path in (folder, *folder.iterdir()):
            os.chown(path, account.uid, account.gid)
    process = subprocess.Popen([program, "-q", str(folder / "settings")], cwd="/", env=clean_environment(), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **(account.popen_arguments() if account else {}))
    try:
        wait_for(folder / ".s.PGSQL.6432", process, folder / "log")
        yield world, folder
    finally:
        process.terminate()
        process.wait(30)
        world.close()
        server.drop(world.database)
        shutil.rmtree(folder)


def wait_for(path, process, log):
    """Returns once somebody listens on the socket; fails with the bouncer's own words when it ended instead."""
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(path))
            return
        if process.poll() is not None:
            break
        time.sleep(0.02)
    pytest.fail(f"PgBouncer did not start: {log.read_text() if log.exists() else process.returncode}")


class Bounced(World):
    """A world whose console is told the bouncer's address instead of the server's."""

    def __init__(self, world: World, folder: Path):
        super().__init__(world.server, world.database)
        self._folder = folder
        self.folder = world.server.folder
        self.server = self

    def urls(self, database: str) -> tuple[str, str]:
        """As tests.conftest.TestServer.urls, through the bouncer."""
        at = f"@/{database}?host={self._folder}&port=6432"
        return f"postgresql+psycopg://keywork_app:{APP_PASSWORD}{at}", f"postgresql+psycopg://keywork_signin:{SIGNIN_PASSWORD}{at}"


def through(world, folder):
    """A connection of the workspace login through the bouncer."""
    return psycopg.connect(make_conninfo(world.app_conninfo, host=str(folder), port=6432), prepare_threshold=None)


# ---- the bouncer does what it is there for ---------------------------------------------------------------------------


BACKEND = "select pg_backend_pid(), current_user, nullif(current_setting('app.token', true), '')"


def test_what_is_set_for_the_session_reaches_the_next_client(bounced):
    """So that the tests below can fail: connections are shared, and one who sets an identity without `is_local` lends it on."""
    world, folder = bounced
    identity = world.identity("harbour_admin")
    with through(world, folder) as first, through(world, folder) as second:
        backend = first.execute("select pg_backend_pid(), set_config('app.token', %s, false), set_config('role', %s, false)",
                                [identity.token, identity.role]).fetchone()[0]
        first.commit()
        assert second.execute(BACKEND).fetchone() == (backend, "keywork_org_admin", identity.token)
        assert second.execute("select count(*) from app.support_notes").fetchone()[0] > 0
        second.execute("select set_config('app.token', '', false), set_config('role', 'none', false)")
        second.commit()


def test_what_the_console_sets_reaches_nobody(bounced):
    """The same connection of the server, the next client: nobody, who is refused."""
    world, folder = bounced
    with through(world, folder) as first, through(world, folder) as second:
        take_hat(first, world.identity("harbour_admin"))
        backend = first.execute("select pg_backend_pid()").fetchone()[0]
        assert first.execute("select count(*) from app.support_notes").fetchone()[0] > 0
        first.commit()
        assert second.execute(BACKEND).fetchone() == (backend, "keywork_app", None)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            second.execute("select count(*) from app.support_notes")


# ---- twelve people at once -------------------------------------------------------------------------------------------


@dataclass
class Person:
    """Somebody at work on the site, what they saw that was wrong, and how it was answered."""

    name: str
    visitor: Visitor
    world: World
    dice: random.Random

    def __post_init__(self):
        self.user = made.PERSONAS[self.name].user
        self.answers = Counter()
        self.wrong: list[str] = []
        self.written: list[tuple[str, str, str]] = []

    def work(self, requests: int) -> "Person":
        """Opens pages of every kind, and now and then writes."""
        while self.answers.total() < requests:
            self.dice.choice((self.open_a_tab, self.open_a_tab, self.open_a_tab, self.open_a_list, self.open_the_firms_lists, self.write_a_note))()
        return self

    def ask(self, method: str, path: str, **fields: str):
        """One request, counted."""
        form = {"csrf_token": self.visitor.token(), **fields} if method == "POST" else None
        answer = self.visitor.client.request(method, path, data=form)
        self.answers[answer.status_code] += 1
        return answer

    def open_a_list(self) -> None:
        """The lists hold the cases the oracle says, and no other."""
        for path, sees in (("/support-cases?state=all", oracle.operates), ("/support/tenants", oracle.part_of)):
            text = self.ask("GET", path).text
            for case in made.CASES:
                if (str(self.world.case[case]) in text) != bool(sees(self.user, case)):
                    self.wrong.append(f"{path}: {case}")

    def open_the_firms_lists(self) -> None:
        """An org-admin's tenants are those of their firm; nobody else opens that list, or the next."""
        organisation, role = made.MEMBERS.get(self.user, (None, None))
        answer = self.ask("GET", "/tenants")
        for tenant, (home, _) in made.TENANTS.items():
            mine = role == "org_admin" and made.LANDLORDS[made.PROPERTIES[home][0]] == organisation
            if (f"{tenant.title()} Tenant" in answer.text) != mine:
                self.wrong.append(f"/tenants ({answer.status_code}): {tenant}")
        everybodys = self.ask("GET", "/organisations").text
        if ("Moor Homes" in everybodys and "Small Homes" in everybodys) != (self.user == "platform"):
            self.wrong.append("/organisations")

    def open_a_tab(self) -> None:
        """A tab of any case there is, from either side: 404 or its own notes, as the oracle says."""
        case = self.dice.choice(list(made.CASES))
        side = self.dice.choice(("/support-cases", "/support/cases"))
        tab = self.dice.choice((*oracle.COMMON_TABS, "/notes/shared", oracle.PROFESSIONAL))
        path = f"{side}/{self.world.case[case]}{tab}"
        answer = self.ask("GET", path)
        operator = side == "/support-cases"
        allowed = oracle.operates(self.user, case) if operator else oracle.part_of(self.user, case) and tab != oracle.PROFESSIONAL
        if answer.status_code != (200 if allowed else 404):
            self.wrong.append(f"{path} ({case}): {answer.status_code}")
        expected: set[str] = set()
        if allowed and tab in ("", "/notes", "/notes/shared"):
            expected = {oracle.shared_text(who, case) for who in made.NOTES[case][0]} if operator else oracle.shared_notes_for(self.user, case)
        elif allowed and tab == oracle.PROFESSIONAL:
            expected = oracle.professional_texts(case)
        found = set(A_NOTE.findall(answer.text))
        if expected != found:
            self.wrong.append(f"{path} ({case}): {found} instead of {expected}")
        if "written by" in answer.text:
            self.check_the_written(path, case, answer.text)

    def check_the_written(self, path: str, case: str, text: str) -> None:
        """Notes written meanwhile name their case, so that one on another's page is noticed."""
        strangers = [other for other in made.CASES if other != case and f"about {other}, by " in text]
        if strangers:
            self.wrong.append(f"{path} ({case}): shows what was written about {strangers}")

    def write_a_note(self) -> None:
        """In one of one's open cases: it is kept, or where one may not write nothing is."""
        case = self.dice.choice([case for case in made.CASES if oracle.is_open(case)])
        side = self.dice.choice(("/support-cases", "/support/cases"))
        part = oracle.part_of(self.user, case)
        if side == "/support-cases":
            expected = 303 if oracle.operates(self.user, case) else 404
        else:
            # Who takes part without writing is told so.
            expected = 404 if part is None else 303 if part.mode == "full" else 409
        its_id = new_id()
        answer = self.ask("POST", f"{side}/{self.world.case[case]}/notes/shared", id=its_id, body=f"written about {case}, by {self.user}")
        if answer.status_code != expected:
            self.wrong.append(f"a note on {case} from {side}: {answer.status_code}")
        if answer.status_code == 303:
            self.written.append((its_id, case, self.user))


def ask_for_cases(program, expected: set[str]) -> list[str]:
    """Calls the API again and again; what came that was not exactly the cases of its caller."""
    answers = [program.call("GET", "cases", params={"q": '{"page_size": 100}'}) for _ in range(CALLS_EACH)]
    return [answer.text[:200] for answer in answers if answer.status_code != 200 or set(answer.json()["ids"]) != expected]


def test_twelve_people_on_three_connections(bounced, tmp_path):
    """2,000 requests, and three programs at the API meanwhile: none fails, each page holds what the oracle says, and what was written is under its own name and case."""
    world, folder = bounced
    facts = Facts(world)
    most = [0]
    over = threading.Event()

    def count_connections():
        # The bouncer's own figure: Postgres still lists one that the bouncer has just closed to open another login's.
        bouncer = make_conninfo(world.app_conninfo, host=str(folder), port=6432, dbname="pgbouncer")
        with contextlib.closing(psycopg.connect(bouncer, autocommit=True)) as connection:
            while not over.wait(0.05):
                # Its prompt knows the plain protocol only, which psycopg's cursors do not speak.
                answer = connection.pgconn.exec_(b"show databases")
                column = next(n for n in range(answer.nfields) if answer.fname(n) == b"current_connections")
                most[0] = max(most[0], *(int(answer.get_value(row, column)) for row in range(answer.ntuples)))

    with contextlib.ExitStack() as stack:
        site = stack.enter_context(served(Bounced(world, folder), tmp_path))
        people = []
        for number, name in enumerate(PEOPLE):
            visitor = stack.enter_context(visiting(site.address))
            assert visitor.sign_in(made.PERSONAS[name].email, world.password).status_code == 303, name
            people.append(Person(name, visitor, world, random.Random(number)))
        pool = stack.enter_context(ThreadPoolExecutor(len(PEOPLE) + len(PROGRAMS) + 1))
        counting = pool.submit(count_connections)
        calls = {name: pool.submit(ask_for_cases, stack.enter_context(program_of(site, name)), {
            str(case["id"]) for case in facts["support_cases"] if Oracle(facts, made.PERSONAS[name]).reads("support_cases", case)}) for name in PROGRAMS}
        try:
            list(pool.map(lambda person: person.work(-(-REQUESTS // len(PEOPLE))), people))
        finally:
            over.set()
        counting.result()
        assert {name: call.result()[:5] for name, call in calls.items()} == dict.fromkeys(PROGRAMS, [])

    answers = sum((person.answers for person in people), Counter())
    assert {person.name: person.wrong[:5] for person in people if person.wrong} == {}
    assert answers.total() >= REQUESTS and answers.keys() == {200, 303, 404, 409}, answers
    assert 2 <= most[0] <= SERVER_CONNECTIONS
    with world.owner() as connection:
        found = set(connection.execute("select id::text, case_id, author_id, body from app.support_notes where body like 'written about %'").fetchall())
    written = [each for person in people for each in person.written]
    assert found == {(its_id, world.case[case], world.user[who], f"written about {case}, by {who}") for its_id, case, who in written}
    assert len(written) > 20


# ---- files that are read for a long time -----------------------------------------------------------------------------


def test_exports_on_three_connections(bounced, tmp_path):
    """A file has a server connection for itself while it is read, with its cursor in it: six people export at once while others open pages, and
    each gets their own records, whole. What one of them is in the middle of when they hang up is over.
    """
    world, folder = bounced
    case = world.case["ann"]
    with world.owner() as owner:
        owner.execute("insert into app.support_notes (case_id, stream, body, author_id, author_name) select %s, 'shared', 'long note ' || n || repeat(' x', 200), %s, 'Worker'"
                      " from generate_series(1, 3000) as n", [case, world.user["worker"]])
    with contextlib.ExitStack() as stack:
        site = stack.enter_context(served(Bounced(world, folder), tmp_path))

        def export(persona: str) -> list[str]:
            side = "support/cases" if made.PERSONAS[persona].hat == "collaborator" else "support-cases"
            visitor = site.visitor(persona)
            while True:
                answer = visitor.send(f"/{side}/{case}/export", what="notes", file_type="csv")
                # All places of a process may be taken: then one is asked to come again.
                if answer.status_code != 409:
                    assert answer.status_code == 200
                    return answer.text.split("\r\n")

        people = ("harbour_admin", "quay_manager", "worker", "both_worker", "watcher", "officer_open")
        for persona in people:
            assert site.visitor(persona).token()
        with site.visitor("harbour_admin").client.stream("POST", f"/support-cases/{case}/export", data={
                "csrf_token": site.visitor("harbour_admin").token(), "what": "notes", "file_type": "csv"}) as given_up:
            assert next(given_up.iter_raw())
        pool = stack.enter_context(ThreadPoolExecutor(len(people)))
        for persona, lines in zip(people, pool.map(export, people), strict=True):
            *rows, last, _ = lines
            assert sum("long note" in row for row in rows) == 3000, persona
            assert any("professional note of" in row for row in rows) == (made.PERSONAS[persona].hat != "collaborator"), persona
            assert last.startswith(f'"End of export: {len(rows) - 1:,} notes"')
