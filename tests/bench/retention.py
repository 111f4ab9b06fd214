"""What the sweep costs, and what it costs those who read meanwhile: `./run bench retention --notes 250000 [--json]`.

A server of its own is filled with cases that are long due (retention_data.py). In each round two copies of it are emptied of
them: one by the barest DELETE that takes the same rows away (records, teams, cases, and the payloads of the audit log: one
statement for each table, one transaction, no lock taken, no rule asked, nothing written down), one by the sweep as the jobs
service calls it. Then readers ask for pages while nothing happens and while the sweep runs. Figures are medians of one run.
"""

import statistics
import sys
import threading
import time

import psycopg

from db.identity import sign
from tests.bench import report
from tests.bench.report import Figure, median
from tests.bench.retention_data import CONTENT, fill_with_due_cases
from tests.bench.rights_data import size_of
from tests.bench.rights_queries import NOTES, OPEN_CASES
from tests.bench.servers import Installed, end_when_told, installed_server

BENCH = "retention"
LEAST_OF_BARE, MOST_OF_IDLE = 0.6, 1.5
SWEEP_AIM = f"at least {LEAST_OF_BARE} of the bare DELETE's rows a second"
READ_AIM = f"95 of 100 reads within {MOST_OF_IDLE} times of idle"
#: Between the batches, in milliseconds, as the jobs service leaves it.
PAUSE = 5

DUE = "(select c.id from app.support_cases as c where c.closed_at is not null)"
#: In an order that foreign keys allow.
BARE = (
    f"delete from app.audit_payloads where case_id in {DUE}",
    *(f"delete from app.{table} where case_id in {DUE}"
      for table in ("support_goal_progress", "support_goals", "support_sessions", "support_notes", "support_collaborators")),
    "delete from app.support_cases where closed_at is not null",
)

#: An org-admin, and an open case of theirs.
WHO_AND_WHERE = """
select md5('admin-0-0')::uuid, (select id from app.support_cases where closed_at is null and organisation_id = md5('organisation-0')::uuid limit 1)"""


def connected(server: Installed, database: str, user: str | None = None) -> psycopg.Connection:
    """A connection in autocommit mode."""
    return psycopg.connect(server.conninfo(user, database), autocommit=True)


def rows_left(server: Installed, database: str) -> int:
    """Rows of closed cases, wherever they are, with the cases and the payloads."""
    with connected(server, database) as connection:
        return sum(connection.execute(statement.replace("delete from", "select count(*) from")).fetchone()[0] for statement in BARE)


def bare_delete(server: Installed, database: str) -> float:
    """Seconds that the barest way takes."""
    with psycopg.connect(server.conninfo(database=database)) as connection:
        # What the sweep says of itself, so that no trigger writes down each row.
        connection.execute("select set_config('app.purging', 'yes', true)")
        began = time.perf_counter()
        for statement in BARE:
            connection.execute(statement)
        connection.commit()
        return time.perf_counter() - began


def sweep(server: Installed, database: str, pause: int) -> float:
    """Seconds that the sweep takes."""
    with connected(server, database, "keywork_jobs") as connection:
        began = time.perf_counter()
        connection.execute("call app.sweep_retention(%s)", [pause])
        return time.perf_counter() - began


def sweep_figures(server: Installed, rounds: int) -> list[Figure]:
    """The sweep, without and with its pauses, against the bare DELETE, each on a fresh copy in turn."""
    rows = rows_left(server, server.database)
    seconds: dict[str, list[float]] = {"bare": [], "sweep": [], "sweep with pauses": []}
    ways = {"bare": lambda name: bare_delete(server, name), "sweep": lambda name: sweep(server, name, 0),
            "sweep with pauses": lambda name: sweep(server, name, PAUSE)}
    for turn in range(rounds):
        for way in list(ways)[turn % 3:] + list(ways)[:turn % 3]:
            report.say(f"Round {turn + 1}: {way} ...")
            server.copy("tried")
            seconds[way].append(ways[way]("tried"))
            if rows_left(server, "tried"):
                raise RuntimeError(f"{way} left rows behind")
    bare = statistics.median(seconds["bare"])
    found = []
    for way in ("sweep", "sweep with pauses"):
        took = statistics.median(seconds[way])
        figures = {"rows": rows, "bare_rows_s": round(rows / bare), "sweep_rows_s": round(rows / took), "rounds": rounds}
        found.append(Figure(BENCH, f"{way} against a bare DELETE", round(bare / took, 3), figures, SWEEP_AIM, bare / took >= LEAST_OF_BARE))
    return found


def reading(server: Installed, database: str, stop: threading.Event, times: list[float]) -> None:
    """Asks for an org-admin's pages as the console does, until told to stop; what each took goes into `times`, in ms."""
    with psycopg.connect(server.conninfo("keywork_app", database), prepare_threshold=None) as connection:
        with connected(server, database) as owner:
            user_id, case_id = owner.execute(WHO_AND_WHERE).fetchone()
        pages = (OPEN_CASES, NOTES.format(where=f" where n.case_id = '{case_id}'", limit=30))
        while not stop.is_set():
            for page in pages:
                began = time.perf_counter()
                identity = sign(str(user_id), "org_admin", server.key)
                connection.execute("select set_config('app.token', %s, true), set_config('role', %s, true)", [identity.token, identity.role])
                connection.execute(page).fetchall()
                connection.commit()
                times.append((time.perf_counter() - began) * 1000)
                # As people do: nobody asks without looking.
                stop.wait(0.01)


def p95(times: list[float]) -> float:
    """What 95 of 100 stay under."""
    return statistics.quantiles(times, n=20)[-1]


def readers_figure(server: Installed, seconds: float) -> Figure:
    """Reads while nothing happens, and while the sweep runs with its pauses, in turn."""
    idle: list[float] = []
    busy: list[float] = []
    swept = 0.0
    while swept < seconds:
        server.copy("tried")
        took = while_reading(server, busy, lambda: sweep(server, "tried", PAUSE))
        while_reading(server, idle, lambda: time.sleep(took))
        swept += took
    figures = {"idle_p95_ms": round(p95(idle), 3), "sweep_p95_ms": round(p95(busy), 3), "idle_median_ms": median(idle, 3),
               "sweep_median_ms": median(busy, 3), "idle_reads": len(idle), "sweep_reads": len(busy)}
    ratio = p95(busy) / p95(idle)
    return Figure(BENCH, "readers during the sweep", round(ratio, 3), figures, READ_AIM, ratio <= MOST_OF_IDLE)


def while_reading(server: Installed, times: list[float], work) -> float:
    """Does `work` while a reader reads; what `work` returns."""
    stop = threading.Event()
    reader = threading.Thread(target=reading, args=(server, "tried", stop, times))
    reader.start()
    try:
        return work()
    finally:
        stop.set()
        reader.join()


def main() -> int:
    """Runs the benchmark; returns 0, or raises where a way of deleting left something behind."""
    parser = report.options(__doc__.split("\n")[0])
    parser.add_argument("--notes", type=int, default=250_000, help="how many notes to fill in, three of ten of them due (default: 250,000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is tried (default: 3)")
    parser.add_argument("--seconds", type=float, default=20, help="about how long to read during sweeps (default: 20)")
    asked = parser.parse_args()
    if not 2_000 <= asked.notes <= 10_000_000 or not 1 <= asked.rounds <= 20 or not 0 < asked.seconds <= 600:
        parser.error("--notes takes 2,000 to 10,000,000, --rounds 1 to 20, --seconds up to 600")
    end_when_told()
    with installed_server() as server:
        size = size_of(asked.notes)
        report.say(f"Filling PostgreSQL {server.local.version} with {asked.notes:,} notes ...")
        with connected(server, server.database) as connection:
            seconds = fill_with_due_cases(connection, size)
            version, due_cases = connection.execute(
                "select current_setting('server_version'), (select count(*) from app.support_cases where closed_at is not null)").fetchone()
        filling = Figure(BENCH, "filling", None, {
            "server_version": version, "seconds": round(seconds, 1), "due_cases": due_cases, "due_rows": rows_left(server, server.database)} | vars(size))
        figures = [*sweep_figures(server, asked.rounds), readers_figure(server, asked.seconds)]
    if asked.json:
        report.print_json([filling, *figures])
    else:
        made = filling.figures
        report.print_figures(f"Retention on PostgreSQL {made['server_version']}: {made['due_rows']:,} rows due in {made['due_cases']:,} cases,"
            f" among {made['notes']:,} notes. Content: {', '.join(CONTENT)}.", figures)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
