"""What the audit log costs those who write: `./run bench audit [--seconds 5] [--json]`.

One person after another adds a note: a whole transaction as the console makes it (begin, sign and set the identity, insert,
commit), with the triggers that write it down and, in turn with that, without them. With one writer and with eight at once, each
a process of its own, on a server that waits for its disk as in real life; and the bare INSERT as the owner, which is there to be
known. Then rows of the log are sealed and verified. Figures are medians of the turns of one run.
"""

import multiprocessing
import statistics
import sys
import time
from dataclasses import dataclass

import psycopg

from db.identity import sign
from tests.bench import report
from tests.bench.report import Figure
from tests.bench.rights_data import WORDS, fill, size_of
from tests.bench.servers import SETTINGS, Installed, end_when_told, installed_server

BENCH = "audit"
LEAST = 0.75
AIM = f"at least {LEAST} of the transactions a second without"
#: As installed for real: a commit waits for the disk.
DURABLE = SETTINGS | {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "max_connections": "50"}
TRIGGERS = ("written_down", "written_down_when_deleted")
ADD_NOTE = "insert into app.support_notes (case_id, stream, body) values (%s, 'shared', %s)"
CASES_OF = """
select array_agg(c.id) from app.support_cases as c join app.support_collaborators as m on m.case_id = c.id
where m.user_id = md5('worker-' || %s)::uuid and m.ended_at is null and c.closed_at is null"""


@dataclass(frozen=True)
class Task:
    """What one writer does, and where: `as_owner` without identity and policies."""

    app: str
    owner: str
    key: bytes
    number: int
    seconds: float
    as_owner: bool = False


def write(task: Task) -> float:
    """Adds notes for so many seconds; returns transactions a second."""
    with psycopg.connect(task.owner) as owner:
        worker = str(owner.execute("select md5('worker-' || %s)::uuid", [task.number]).fetchone()[0])
        cases = owner.execute(CASES_OF, [task.number]).fetchone()[0]
    with psycopg.connect(task.owner if task.as_owner else task.app, prepare_threshold=None) as connection:
        if task.as_owner:
            connection.execute("set role keywork_owner")
            connection.commit()
        statement = ADD_NOTE if not task.as_owner else ADD_NOTE.replace("body)", "body, author_id, author_name)").replace(
            "%s)", f"%s, '{worker}', 'Worker')")
        done = 0
        began = time.perf_counter()
        while time.perf_counter() - began < task.seconds:
            if not task.as_owner:
                identity = sign(worker, "collaborator", task.key)
                connection.execute("select set_config('app.token', %s, true), set_config('role', %s, true)", [identity.token, identity.role])
            connection.execute(statement, [cases[done % len(cases)], WORDS[:300]])
            connection.commit()
            done += 1
        return done / (time.perf_counter() - began)


def set_triggers(server: Installed, on: bool) -> None:
    """Switches the writing down of notes on or off."""
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        for trigger in TRIGGERS:
            connection.execute(f"alter table app.support_notes {'enable' if on else 'disable'} trigger {trigger}")


def writers_figure(server: Installed, writers: int, seconds: float, rounds: int, pool, as_owner: bool = False) -> Figure:
    """So many writers at once, with and without the audit log, in turn."""
    rates: dict[bool, list[float]] = {True: [], False: []}
    tasks = [Task(server.conninfo("keywork_app"), server.conninfo(), server.key, number, seconds, as_owner) for number in range(writers)]
    for turn in range(2 * rounds):
        audited = turn % 4 in (0, 3)
        set_triggers(server, audited)
        with psycopg.connect(server.conninfo(), autocommit=True) as connection:
            connection.execute("checkpoint")
        rates[audited].append(sum(pool.map(write, tasks, chunksize=1)))
    set_triggers(server, True)
    audited, bare = statistics.median(rates[True]), statistics.median(rates[False])
    name = f"{writers} writer{'s' if writers > 1 else ''}" + (", the owner's bare INSERT" if as_owner else ", a person's transaction")
    figures = {"without_per_s": round(bare), "with_per_s": round(audited), "turns": rounds}
    ratio = audited / bare
    return Figure(BENCH, name, round(ratio, 3), figures, None if as_owner else AIM, None if as_owner else ratio >= LEAST)


def sealing_figures(server: Installed) -> list[Figure]:
    """How fast the rows of this run are sealed and verified."""
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute("set role keywork_owner")
        began = time.perf_counter()
        sealed = 0
        while batch := connection.execute("select app.seal_audit_log()").fetchone()[0]:
            sealed += batch
        took = time.perf_counter() - began
        found = [Figure(BENCH, "sealing", None, {"rows": sealed, "rows_s": round(sealed / took)})]
        began = time.perf_counter()
        faults = connection.execute("select count(*) from vault.audit_heads as h, app.verify_audit_log(h.organisation_id) as v").fetchone()[0]
        took = time.perf_counter() - began
        if faults or not sealed:
            raise RuntimeError(f"{faults} faults in a log of {sealed} rows that nobody touched")
        return [*found, Figure(BENCH, "verifying", None, {"rows": sealed, "rows_s": round(sealed / took)})]


def main() -> int:
    """Runs the benchmark; returns 0, or raises where the sealed log does not verify."""
    parser = report.options(__doc__.split("\n")[0])
    parser.add_argument("--notes", type=int, default=50_000, help="how many notes there are already (default: 50,000)")
    parser.add_argument("--seconds", type=float, default=4, help="how long each turn lasts (default: 4)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each way (default: 3)")
    asked = parser.parse_args()
    if not 5_000 <= asked.notes <= 10_000_000 or not 0 < asked.seconds <= 60 or not 1 <= asked.rounds <= 20:
        parser.error("--notes takes 5,000 to 10,000,000, --seconds up to 60, --rounds 1 to 20")
    end_when_told()
    with multiprocessing.get_context("spawn").Pool(8) as pool, installed_server(DURABLE) as server:
        report.say(f"Filling PostgreSQL {server.local.version} with {asked.notes:,} notes ...")
        with psycopg.connect(server.conninfo(), autocommit=True) as connection:
            fill(connection, size_of(asked.notes))
            version = connection.execute("show server_version").fetchone()[0]
        filling = Figure(BENCH, "filling", None, {"server_version": version, "notes": asked.notes})
        figures = []
        for writers, as_owner in ((1, False), (8, False), (1, True), (8, True)):
            report.say(f"{writers} at once{' as the owner' if as_owner else ''} ...")
            figures.append(writers_figure(server, writers, asked.seconds, asked.rounds, pool, as_owner))
        figures += sealing_figures(server)
    if asked.json:
        report.print_json([filling, *figures])
    else:
        made = filling.figures
        report.print_figures(f"Audit log on PostgreSQL {made['server_version']}, beside {made['notes']:,} notes; commits wait for the disk.", figures)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
