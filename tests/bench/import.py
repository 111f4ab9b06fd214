"""What it costs to bring a file in: `./run bench import --notes 100000 [--json]`.

A server of its own holds the hand-made world of the tests, in which one organisation has a few cases with ids of a former system. In each round
a CSV file of so many notes is uploaded through the web application (in this process), checked and imported by the jobs service's own call; and,
on a copy of the same database, the same rows go into app.support_notes by a bare COPY of the owner, with no trigger, no key and no line of the
audit log. Memory is what the process and the server's backend come to need on top of what they had (Linux only, else 0); the process holds the file itself
as well, which in earnest is the browser's. Figures are medians of one run.
"""

import contextlib
import io
import os
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from flask.testing import FlaskClient

from app import create_app
from config import from_environment
from tests import world as hand_made
from tests.bench import report
from tests.bench.report import Figure, median
from tests.bench.rights_data import WORDS
from tests.bench.servers import Installed, end_when_told, installed_server

BENCH = "import"
ADMIN = hand_made.PERSONAS["harbour_admin"]
#: On two cores; a slower machine takes longer for both.
MOST_OF_BARE = 30
AIM = f"at most {MOST_OF_BARE} times a bare COPY"
STEPS = ("upload", "check", "import")
#: Open cases of the organisation get ids, and the notes are shared out among them.
NAMED = """update app.support_cases set external_id = 'C-' || id, opened_at = '2020-01-01' where organisation_id = %s and closed_at is null
           returning external_id, id, landlord_id"""
COPY = """copy app.support_notes (organisation_id, landlord_id, case_id, stream, body, author_name, created_at, external_id) from stdin"""


def write_file(path: Path, notes: int, cases: list[str]) -> None:
    """A CSV file of notes of about 400 characters, as a former system would give it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("id,case,stream,body,author,date\r\n")
        for number in range(notes):
            file.write(f'N-{number},{cases[number % len(cases)]},{"Professional" if number % 3 else "Shared"},"{WORDS} No. {number}, ""done""",Jo Former,{1 + number % 28:02}/03/2024 14:{number % 60:02}\r\n')


def rss_of(pid: int) -> int:
    """What a process has in memory of its own, in kB; 0 where nobody can tell."""
    with contextlib.suppress(OSError):
        found = re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        return int(found[1]) if found else 0
    return 0


@contextlib.contextmanager
def watched(pid: int) -> Iterator[list[int]]:
    """The memory of a process while something is done, looked at often."""
    seen, stop = [rss_of(pid)], threading.Event()

    def look() -> None:
        while not stop.wait(0.02):
            seen.append(rss_of(pid))

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield seen
    finally:
        stop.set()
        watching.join()


def signed_in(server: Installed, folder: Path) -> FlaskClient:
    """The org-admin at the web application, in this process."""
    def url(login: str) -> str:
        return server.local.sqlalchemy_url("tried", login, server.password)

    app = create_app(from_environment({
        "KEYWORK_WORKSPACE_URL": url("keywork_app"), "KEYWORK_SIGNIN_URL": url("keywork_signin"), "KEYWORK_SECRET_KEY": "only for benchmarks " * 3,
        "KEYWORK_TOKEN_KEY": server.key.hex(), "KEYWORK_DEMO": "0", "KEYWORK_MAIL_FOLDER": str(folder)}) | {"WTF_CSRF_ENABLED": False})
    client = app.test_client()
    if client.post("/login/", data={"username": ADMIN.email, "password": hand_made.PASSWORD}).status_code != 303:
        raise RuntimeError("the org-admin could not sign in")
    return client


def sent(client: FlaskClient, path: str, data: dict[str, object]) -> str:
    """Where a form leads. Raises RuntimeError where it is refused."""
    answer = client.post(path, data=data)
    if answer.status_code != 303:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return answer.headers["location"]


def job(server: Installed) -> tuple[float, int]:
    """Seconds that the jobs service's call takes, and how much memory its backend comes to need, in MB."""
    with psycopg.connect(server.conninfo("keywork_jobs", "tried"), autocommit=True) as connection, watched(connection.info.backend_pid) as seen:
        began = time.perf_counter()
        connection.execute("call app.work_on_imports()")
        took = time.perf_counter() - began
    return took, round((max(seen) - seen[0]) / 1000)


def bring_in(server: Installed, file: Path, folder: Path, notes: int) -> dict[str, float]:
    """Seconds of each step, and memory in MB, on a fresh copy. Raises RuntimeError where a note is missing in the end."""
    client = signed_in(server, folder)
    found: dict[str, float] = {}
    began = time.perf_counter()
    with file.open("rb") as sending, watched(os.getpid()) as seen:
        columns = sent(client, "/imports/new", {"kind": "notes", "file": (sending, "notes.csv")})
    found["upload"] = time.perf_counter() - began
    found["upload_mb"] = round((max(seen) - seen[0]) / 1000)
    page = sent(client, columns, {"external_id": "id", "case": "case", "stream": "stream", "body": "body", "author": "author", "created_at": "date", "safeguarding": ""})
    found["check"], checking = job(server)
    sent(client, f"{page}/apply", {})
    found["import"], importing = job(server)
    found["backend_mb"] = max(checking, importing)
    with psycopg.connect(server.conninfo(database="tried")) as connection:
        if connection.execute("select count(*) from app.support_notes where external_id is not null").fetchone()[0] != notes:
            raise RuntimeError("not every note came in")
    return found


def bare_copy(server: Installed, notes: int, cases: list[tuple]) -> float:
    """Seconds that the barest way takes, on a fresh copy."""
    firm = str(hand_made.ident("organisation", "harbour"))
    lines = io.StringIO()
    for number in range(notes):
        _, case, landlord = cases[number % len(cases)]
        stream = "professional" if number % 3 else "shared"
        lines.write(f"{firm}\t{landlord}\t{case}\t{stream}\t{WORDS} No. {number}\tJo Former\t2024-03-{1 + number % 28:02} 14:{number % 60:02}\tN-{number}\n")
    with psycopg.connect(server.conninfo(database="tried")) as connection:
        connection.execute("set session_replication_role = replica")
        began = time.perf_counter()
        with connection.cursor().copy(COPY) as copy:
            copy.write(lines.getvalue())
        connection.commit()
        return time.perf_counter() - began


def figures_of(server: Installed, notes: int, rounds: int) -> list[Figure]:
    """The import against the bare COPY, each on a fresh copy in turn."""
    with psycopg.connect(server.conninfo()) as connection:
        hand_made.load(connection)
        cases = connection.execute(NAMED, [hand_made.ident("organisation", "harbour")]).fetchall()
    bare, steps = [], []
    with tempfile.TemporaryDirectory(prefix="keywork-bench-") as name:
        folder = Path(name)
        write_file(folder / "notes.csv", notes, [case for case, *_ in cases])
        size = (folder / "notes.csv").stat().st_size
        for turn in range(rounds):
            report.say(f"Round {turn + 1}: bare COPY ...")
            server.copy("tried")
            bare.append(bare_copy(server, notes, cases))
            report.say(f"Round {turn + 1}: import ...")
            server.copy("tried")
            with psycopg.connect(server.local.conninfo(), autocommit=True) as connection:
                connection.execute("grant connect on database tried to keywork_signin")
            steps.append(bring_in(server, folder / "notes.csv", folder, notes))
    quickest = statistics.median(bare)
    whole = [sum(each[step] for step in STEPS) for each in steps]
    took = statistics.median(whole)
    figures = {"notes": notes, "file_mb": round(size / 1e6, 1), "bare_rows_s": round(notes / quickest), "import_rows_s": round(notes / took), "seconds": median(whole, 1), "rounds": rounds}
    found = [Figure(BENCH, "an import against a bare COPY", round(took / quickest, 2), figures, AIM, took / quickest <= MOST_OF_BARE)]
    for step in STEPS:
        seconds = statistics.median([each[step] for each in steps])
        found.append(Figure(BENCH, f"{step} against a bare COPY", round(seconds / quickest, 2), {"rows_s": round(notes / seconds), "seconds": round(seconds, 2)}))
    memory = {name: round(max(each[name] for each in steps), 1) for name in ("upload_mb", "backend_mb")}
    return [*found, Figure(BENCH, "peak memory", None, memory)]


def main() -> int:
    """Runs the benchmark; returns 0, or raises where a note is missing in the end."""
    parser = report.options(__doc__.split("\n")[0])
    parser.add_argument("--notes", type=int, default=100_000, help="how many notes the file has (default: 100,000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is tried (default: 3)")
    asked = parser.parse_args()
    if not 1_000 <= asked.notes <= 500_000 or not 1 <= asked.rounds <= 20:
        parser.error("--notes takes 1,000 to 500,000, --rounds 1 to 20")
    end_when_told()
    with installed_server() as server:
        figures = figures_of(server, asked.notes, asked.rounds)
    if asked.json:
        report.print_json(figures)
    else:
        report.print_figures(f"Importing {asked.notes:,} notes.", figures)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
