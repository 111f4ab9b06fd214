"""What a CSV file of a long case costs: `./run bench export --notes 100000 [--json]`.

A server of its own is filled with one case of a tenth as many notes and one of all, half of them Professional, and an org-admin takes the notes of
each out of a real web server, as a browser does. In turn with that, in one run: the same query as the same person with a cursor of the
database's (the SQL alone), and a bare `copy (select ...) to stdout` of the same columns as the owner, without policies. What the three ways give
is compared, record by record. Memory is the highest mark of the web server's process. Figures are medians of the rounds of one run.
"""

import csv
import io
import re
import secrets
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
from sqlalchemy.dialects import postgresql
from werkzeug.security import generate_password_hash

from db.identity import sign
from db.local import children, web_server
from tests.bench import report
from tests.bench.report import Figure
from tests.bench.rights_data import fill, size_of
from tests.bench.servers import Installed, end_when_told, installed_server
from tests.web.visitor import Visitor, visiting
from views.export_csv import FETCHED
from views.export_rows import Asked, records

BENCH = "export"
MOST_OF_SQL, MOST_OF_MEMORY = 1.5, 1.5
ADMIN, PASSWORD = "admin-0-0@example.org", "seven grey herons"
#: The notes of one case, a second apart, with words of some hundred characters.
NOTES = """
insert into app.support_notes (organisation_id, landlord_id, case_id, stream, body, author_id, author_name, created_at, safeguarding, safeguarding_flagged_at)
select c.organisation_id, c.landlord_id, c.id, case when n %% 2 = 0 then 'shared' else 'professional' end, 'note ' || n || ' ' || left(s.body, 80 + n * 37 %% 420),
       s.author_id, s.author_name, timestamptz '2024-01-01' + n * interval '1 second', n %% 50 = 1, case when n %% 50 = 1 then timestamptz '2024-06-01' end
from app.support_cases as c, generate_series(1, %(notes)s) as n,
     (select max(repeat(body, 10)) as body, max(author_id::text)::uuid as author_id, max(author_name) as author_name from app.support_notes) as s
where c.id = md5('case-' || %(case)s)::uuid"""
BARE = """copy (select created_at, author_name, stream, safeguarding, safeguarding_flagged_at, edited_at, body from app.support_notes
where case_id = '{case}' order by created_at, id) to stdout"""


@dataclass(frozen=True)
class Served:
    """A web server of one process over the database, and somebody signed in there."""

    visitor: Visitor
    process: int

    def peak_bytes(self) -> int:
        """The most memory that the process has had."""
        return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{self.process}/status").read_text())[1]) * 1024


@contextmanager
def served(server: Installed) -> Iterator[Served]:
    """Starts one; an org-admin has an account there."""
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute("insert into fab.ab_user (id, first_name, last_name, username, password, active, email) values (1, 'Org', 'Admin', %(email)s, %(hash)s, true, %(email)s)",
                           {"email": ADMIN, "hash": generate_password_hash(PASSWORD)})
        connection.execute("update app.users set ab_user_id = 1 where email = %s", [ADMIN])
    with ExitStack() as afterwards:
        folder = Path(afterwards.enter_context(tempfile.TemporaryDirectory(prefix="keywork-bench-web-")))
        with socket.socket() as probe:
            probe.bind((web_server.HOST, 0))
            port = probe.getsockname()[1]
        address = f"http://{web_server.HOST}:{port}"
        environment = {f"KEYWORK_{name}_URL": server.local.sqlalchemy_url(server.database, login, server.password)
                       for name, login in (("WORKSPACE", "keywork_app"), ("SIGNIN", "keywork_signin"))}
        started = web_server.start(port, environment | {
            "KEYWORK_SECRET_KEY": secrets.token_hex(32), "KEYWORK_TOKEN_KEY": server.key.hex(), "KEYWORK_DEMO": "0", "KEYWORK_BASE_URL": address,
            "KEYWORK_MAIL_FOLDER": str(folder)}, folder / "gunicorn.pid", workers=1)
        afterwards.callback(children.stop, started)
        web_server.wait_for_page(started, port)
        visitor = afterwards.enter_context(visiting(address))
        if visitor.sign_in(ADMIN, PASSWORD).status_code != 303:
            raise RuntimeError("the org-admin could not sign in")
        yield Served(visitor, int(Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().split()[0]))


def taken_as_file(running: Served, case: UUID) -> tuple[float, bytes]:
    """Seconds that the file takes until its last byte is here, and the file. Raises RuntimeError where it is not given whole."""
    form = {"csrf_token": running.visitor.token(), "what": "notes", "file_type": "csv"}
    began = time.perf_counter()
    answer = running.visitor.client.post(f"/support-cases/{case}/export", data=form, timeout=600)
    took = time.perf_counter() - began
    if answer.status_code != 200 or not answer.content.rsplit(b"\r\n", 2)[-2].startswith(b'"End of export: '):
        raise RuntimeError(f"no whole file came ({answer.status_code})")
    return took, answer.content


def read_by_sql(server: Installed, case: UUID) -> tuple[float, list[tuple]]:
    """Seconds that the query takes as the same person with a cursor, as many records at once as the file takes, and the records."""
    query = str(records(Asked(case, "notes", None, None)).compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))
    with psycopg.connect(server.conninfo("keywork_app"), prepare_threshold=None) as connection:
        admin = connection.execute("select md5('admin-0-0')::uuid::text").fetchone()[0]
        identity = sign(admin, "org_admin", server.key)
        connection.commit()
        began = time.perf_counter()
        connection.execute("select set_config('app.token', %s, true), set_config('role', %s, true)", [identity.token, identity.role])
        found = []
        with connection.cursor(name="export") as cursor:
            cursor.execute(query)
            while some := cursor.fetchmany(FETCHED):
                found += some
        return time.perf_counter() - began, found


def copied_barely(server: Installed, case: UUID) -> tuple[float, bytes]:
    """Seconds that the bare COPY takes as the owner, and what it gives."""
    with psycopg.connect(server.conninfo()) as connection:
        connection.execute("set role keywork_owner")
        connection.commit()
        began = time.perf_counter()
        with connection.cursor().copy(BARE.format(case=case)) as copy:
            given = b"".join(copy)
        return time.perf_counter() - began, given


def compare(file: bytes, found: list[tuple], given: bytes, notes: int) -> None:
    """Raises RuntimeError where the three ways do not give the same notes in the same order."""
    _, *rows, _ = csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""))
    bodies = [row[-1] for row in rows]
    # The id, the stream, the words; and no line end or tab is in these words that COPY would write otherwise.
    if not bodies == [row[2] for row in found] == [line.rsplit("\t", 1)[1] for line in given.decode().splitlines()]:
        raise RuntimeError("the file, the SQL and the bare copy do not give the same notes")
    if len(bodies) != notes:
        raise RuntimeError(f"{len(bodies)} notes came of {notes}")


def measured(server: Installed, running: Served, case: UUID, notes: int, rounds: int) -> dict[str, float]:
    """Seconds of each way, each in turn, the bytes of the file, and how far the memory of the web server's process rose above where it was."""
    seconds: dict[str, list[float]] = {"file": [], "sql": [], "bare": []}
    before = running.peak_bytes()
    for turn in range(rounds):
        report.say(f"{notes:,} notes, round {turn + 1} ...")
        took, file = taken_as_file(running, case)
        seconds["file"].append(took)
        took, found = read_by_sql(server, case)
        seconds["sql"].append(took)
        took, given = copied_barely(server, case)
        seconds["bare"].append(took)
        compare(file, found, given, notes)
    return {way: statistics.median(times) for way, times in seconds.items()} | {"bytes": len(file), "grown": running.peak_bytes() - before}


def figures_of(small: int, few: dict[str, float], notes: int, many: dict[str, float], warm: int) -> list[Figure]:
    """The file against the SQL alone and the bare copy, the SQL against the bare copy, and the memory for many against that for few."""
    rates = {f"{way}_notes_s": round(notes / many[way]) for way in ("file", "sql", "bare")}
    memory = (warm + few["grown"] + many["grown"]) / (warm + few["grown"])
    return [
        Figure(BENCH, "the file against the bare copy", round(many["file"] / many["bare"], 2), {"notes": notes, "file_mb": round(many["bytes"] / 1e6, 1), **rates}),
        Figure(BENCH, "the SQL alone against the bare copy", round(many["sql"] / many["bare"], 2), {"sql_notes_s": rates["sql_notes_s"], "bare_notes_s": rates["bare_notes_s"]}),
        Figure(BENCH, "a note of many against one of few", round((many["file"] / notes) / (few["file"] / small), 2),
               {"few": small, "few_notes_s": round(small / few["file"]), "many": notes, "many_notes_s": rates["file_notes_s"]}, f"at most {MOST_OF_SQL} times",
               (many["file"] / notes) / (few["file"] / small) <= MOST_OF_SQL),
        Figure(BENCH, "memory for many against few", round(memory, 3),
               {"few_peak_mb": round((warm + few["grown"]) / 1e6, 1), "many_peak_mb": round((warm + few["grown"] + many["grown"]) / 1e6, 1), "file_mb": round(many["bytes"] / 1e6, 1)},
               f"at most {MOST_OF_MEMORY} times", memory <= MOST_OF_MEMORY),
    ]  # fmt: skip


def main() -> int:
    """Runs the benchmark; returns 0, or raises where the ways give different records."""
    parser = report.options(__doc__.split("\n")[0])
    parser.add_argument("--notes", type=int, default=100_000, help="how many notes the long case has (default: 100,000); a tenth of them is tried first")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is tried (default: 3)")
    asked = parser.parse_args()
    if not 1000 <= asked.notes <= 2_000_000 or not 1 <= asked.rounds <= 20:
        parser.error("--notes takes 1,000 to 2,000,000, --rounds 1 to 20")
    end_when_told()
    small = asked.notes // 10
    with installed_server() as server, ExitStack() as afterwards:
        report.say(f"Filling PostgreSQL {server.local.version} with cases of {small:,} and {asked.notes:,} notes ...")
        with psycopg.connect(server.conninfo(), autocommit=True) as connection:
            seconds = fill(connection, size_of(2000))
            began = time.perf_counter()
            connection.execute("set session_replication_role = replica")
            connection.execute("delete from app.support_notes where case_id in (md5('case-0')::uuid, md5('case-1')::uuid)")
            cases = []
            for number, notes in enumerate((small, asked.notes)):
                connection.execute(NOTES, {"notes": notes, "case": number})
                cases += connection.execute("select md5('case-' || %s)::uuid", [number]).fetchone()
            connection.execute("vacuum (analyze) app.support_notes")
            version = connection.execute("select current_setting('server_version')").fetchone()[0]
            seconds += time.perf_counter() - began
        running = afterwards.enter_context(served(server))
        # Everything that a process loads once is loaded.
        running.visitor.get(f"/support-cases/{cases[0]}/export")
        warm = running.peak_bytes()
        few = measured(server, running, cases[0], small, asked.rounds)
        many = measured(server, running, cases[1], asked.notes, asked.rounds)
    filling = Figure(BENCH, "filling", None, {"server_version": version, "seconds": round(seconds, 1), "notes": asked.notes})
    figures = figures_of(small, few, asked.notes, many, warm)
    if asked.json:
        report.print_json([filling, *figures])
    else:
        report.print_figures(f"Exports as CSV on PostgreSQL {version}: a case of {asked.notes:,} notes, half of them Professional.", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
