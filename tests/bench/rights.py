"""What row-level security costs: `./run bench rights --notes 1000000 [--json]`.

A server of its own is filled (rights_data.py). Each question of each hat is asked in turn as the application asks it
(login keywork_app, signed token, hat, policies) and as the owner without policies, with the rights written by hand into
the WHERE as constants (rights_queries.py). Both must give the same rows, or the run ends with status 1. The figures
are medians of one run, taken in turn, so that what else the machine does touches both alike.
"""

import gc
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Callable, Iterator

import psycopg

from db.identity import Identity, sign
from tests.bench import report
from tests.bench.report import Column, Figure, median, number
from tests.bench.rights_data import fill, size_of
from tests.bench.rights_queries import Person, Query, people, queries_of
from tests.bench.servers import end_when_told, installed_server

BENCH = "rights"
MOST_TIMES, MORE_MS = 1.3, 0.3
AIM = f"at most {MOST_TIMES} times the owner's time, or within {MORE_MS} ms of it"
#: Pairs of measurements for one figure: enough for a median, and no more than tells something new.
FEWEST_PAIRS, MOST_PAIRS = 5, 1000
ROUNDS = 3
#: Sub-selects in one query, so that what one of them costs stands out from the query around them.
CALLS_OF_A_HELPER = 50
CHEAP_CALL = "pg_catalog.pg_backend_pid()"

HELPERS = {
    "org_admin": ("acting_as('org_admin')", "org_admin_organisation()", "org_admin_case_organisation()", "my_colleague_ids()"),
    "property_manager": ("manager_organisation()", "manager_landlord_ids()", "manager_case_landlord_ids()"),
    "collaborator": ("my_organisation_ids()", "my_case_ids()", "my_full_case_ids()", "my_shared_note_case_ids()",
                     "my_tenant_ids()", "my_property_ids()"),
}  # fmt: skip


class Desk:
    """The two connections that are compared, and the key that signs who acts on the application's one."""

    def __init__(self, hat: psycopg.Connection, owner: psycopg.Connection, key: bytes):
        self.hat, self.owner, self._key = hat, owner, key

    def take_hat(self, person: Person) -> None:
        """Begin the application's transaction as `person`, as every request does."""
        identity: Identity = sign(person.user_id, person.hat, self._key)
        self.hat.execute(
            "select set_config('app.token', %s, true), set_config('role', %s, true)", [identity.token, identity.role]
        )

    @contextmanager
    def acting(self, person: Person) -> Iterator[None]:
        """Both connections in a transaction, the application's as `person`; rolled back afterwards."""
        self.take_hat(person)
        try:
            yield
        finally:
            self.hat.rollback()
            self.owner.rollback()


@contextmanager
def server_with(notes: int) -> Iterator[tuple[Desk, Figure]]:
    """A server in a temporary folder with so many notes, and the figure of filling it; gone afterwards, come what may."""
    with ExitStack() as afterwards:
        server = afterwards.enter_context(installed_server())
        size = size_of(notes)
        report.say(f"Filling PostgreSQL {server.local.version} with {notes:,} notes ...")
        with psycopg.connect(server.conninfo(), autocommit=True) as connection:
            seconds = fill(connection, size)
            version = connection.execute("show server_version").fetchone()[0]
        figures = {"server_version": version, "seconds": round(seconds, 1)} | vars(size)
        # The application keeps no prepared statements (config.py), so planning is part of every query here as there.
        plain = {"prepare_threshold": None, "cursor_factory": psycopg.ClientCursor}
        hat = afterwards.enter_context(psycopg.connect(server.conninfo("keywork_app"), **plain))
        owner = afterwards.enter_context(psycopg.connect(server.conninfo(), **plain))
        owner.execute("set role keywork_owner")
        owner.commit()
        yield Desk(hat, owner, server.key), Figure(BENCH, "filling", None, figures)


def milliseconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def in_turn(owner: Callable[[], object], hat: Callable[[], object], seconds: float) -> tuple[float, float, int]:
    """Median milliseconds of both, run in turn for about so many seconds, each going first as often; and the pairs run."""
    times: dict[Callable, list[float]] = {owner: [], hat: []}
    for work in (owner, hat):
        work()
    until = time.monotonic() + seconds
    pairs = 0
    while pairs < FEWEST_PAIRS or (pairs < MOST_PAIRS and time.monotonic() < until):
        for work in (owner, hat) if pairs % 2 else (hat, owner):
            times[work].append(milliseconds(work))
        pairs += 1
    return median(times[owner]), median(times[hat]), pairs


def compared(name: str, owner: Callable[[], object], hat: Callable[[], object], seconds: float, **more: object) -> Figure:
    """The figure of one comparison; without an aim."""
    owner_ms, hat_ms, pairs = in_turn(owner, hat, seconds)
    figures = {"owner_ms": owner_ms, "hat_ms": hat_ms, "pairs": pairs} | more
    return Figure(BENCH, name, round(hat_ms / owner_ms, 3), figures)


def judged(figure: Figure) -> Figure:
    """The same figure under the aim."""
    owner_ms, hat_ms = figure.figures["owner_ms"], figure.figures["hat_ms"]
    return replace(figure, aim=AIM, ok=hat_ms <= MOST_TIMES * owner_ms or hat_ms - owner_ms <= MORE_MS)


def buffers(connection: psycopg.Connection, query: str) -> int:
    """Pages that one run of the query touched, in shared memory or not."""
    plan = connection.execute(f"explain (analyze, buffers, format json) {query}").fetchone()[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def query_figure(desk: Desk, person: Person, query: Query, seconds: float) -> Figure:
    """One question of one person, in the middle of a transaction."""
    def ask(connection: psycopg.Connection, text: str) -> Callable[[], list]:
        return lambda: connection.execute(text).fetchall()

    owner, hat = ask(desk.owner, query.owner_sql), ask(desk.hat, query.hat_sql)
    with desk.acting(person):
        expected = owner()
        rows_agree = hat() == expected
        return judged(compared(
            f"{person.label}: {query.name}", owner, hat, seconds, person=person.label, query=query.name,
            owner_buffers=buffers(desk.owner, query.owner_sql), hat_buffers=buffers(desk.hat, query.hat_sql),
            # Nothing equals nothing: an empty answer would compare no rights at all.
            rows=len(expected), rows_agree=bool(expected) and rows_agree,
        ))


def transaction_figure(desk: Desk, person: Person, query: Query, seconds: float) -> Figure:
    """One question as a whole request asks it: begin, sign and set the identity, query, commit."""
    def as_owner() -> None:
        desk.owner.execute(query.owner_sql).fetchall()
        desk.owner.commit()

    def as_hat() -> None:
        desk.take_hat(person)
        desk.hat.execute(query.hat_sql).fetchall()
        desk.hat.commit()

    name = f"whole transaction, {query.name}"
    return compared(f"{person.label}: {name}", as_owner, as_hat, seconds, person=person.label, query=name)


def helper_figures(desk: Desk, persons: list[Person]) -> list[Figure]:
    """What each helper of the policies adds to a query, as a sub-select of its own: microseconds, planning included.

    A policy names its helpers in that form, and Postgres runs each once in a query for each table that it guards.
    """
    def spent(call: str) -> float:
        statement = "select " + ", ".join([f"(select {call})"] * CALLS_OF_A_HELPER)
        desk.hat.execute(statement)
        return median([milliseconds(lambda: desk.hat.execute(statement)) for _ in range(4 * FEWEST_PAIRS)])

    found = []
    for hat, helpers in HELPERS.items():
        with desk.acting(next(person for person in persons if person.hat == hat)):
            # What any sub-select costs, taken off the helper's figure and told beside it.
            bare = spent(CHEAP_CALL)
            for helper in helpers:
                microseconds = {
                    "helper_us": round((spent(f"app.{helper}") - bare) * 1000 / CALLS_OF_A_HELPER, 1),
                    "bare_subselect_us": round(bare * 1000 / CALLS_OF_A_HELPER, 1),
                }
                found.append(Figure(BENCH, f"helper: {helper}", None, microseconds))
    return found


def one_round(desk: Desk, questions: dict[Person, list[Query]], seconds: float) -> list[Figure]:
    """Every figure but the filling's, once, in about so many seconds."""
    share = seconds / sum(len(queries) + 1 for queries in questions.values())
    found = []
    for person, queries in questions.items():
        report.say(f"Asking as {person.label} ...")
        found += [query_figure(desk, person, query, share) for query in queries]
        found.append(transaction_figure(desk, person, queries[1], share))
    return found + helper_figures(desk, list(questions))


def cost(figure: Figure) -> float:
    """How much time a figure saw, whoever's it was: by this the calmest round is chosen, for both sides alike."""
    return figure.figures.get("helper_us", 0) + figure.figures.get("owner_ms", 0) + figure.figures.get("hat_ms", 0)


def measure(desk: Desk, seconds: float) -> list[Figure]:
    """Every figure but the filling's, each from the calmest of its rounds, in about so many seconds.

    A difference of 0.3 ms is lost in what else a machine does; it seldom does it in every round.
    """
    questions = {person: queries_of(person, desk.owner) for person in people(desk.owner)}
    desk.owner.rollback()
    gc.disable()
    rounds = [one_round(desk, questions, seconds / ROUNDS) for _ in range(ROUNDS)]
    gc.enable()
    wrong = {figure.name for found in rounds for figure in found if not figure.figures.get("rows_agree", True)}
    calmest = [min(same, key=cost) for same in zip(*rounds)]
    return [replace(figure, figures=figure.figures | {"rows_agree": False}) if figure.name in wrong else figure for figure in calmest]


def print_tables(filling: Figure, figures: list[Figure]) -> None:
    """Everything for people."""
    def cell(key: str, digits: int | None = None) -> Callable[[Figure], str]:
        return lambda figure: str(figure.figures[key]) if digits is None else number(figure.figures.get(key), digits)

    columns = [
        Column("hat", cell("person")), Column("query", cell("query")), Column("owner ms", cell("owner_ms", 3)),
        Column("hat ms", cell("hat_ms", 3)), Column("ratio", lambda figure: number(figure.ratio)),
        Column("buffers owner", cell("owner_buffers", 0)), Column("buffers hat", cell("hat_buffers", 0)),
        Column("", lambda figure: report.verdict(figure) if figure.figures.get("rows_agree", True) else "OTHER ROWS"),
    ]  # fmt: skip
    made = filling.figures
    report.print_table(
        f"Rights on PostgreSQL {made['server_version']}: {made['notes']:,} notes, {made['cases']:,} cases,"
        f" {made['organisations']} organisations, filled in {made['seconds']} s. Aim: {AIM}.",
        columns, [figure for figure in figures if "owner_ms" in figure.figures],
    )
    report.print_table(
        "Helpers of the policies: microseconds that each adds to a query, and what the sub-select around it costs",
        [Column("helper", lambda figure: figure.name.removeprefix("helper: ")), Column("µs", cell("helper_us", 1)),
         Column("sub-select µs", cell("bare_subselect_us", 1))],
        [figure for figure in figures if "helper_us" in figure.figures],
    )
    print(f"\n{report.summary(figures)}")


def main() -> int:
    """Runs the benchmark; 1 where a hat and the owner saw different rows, or none, else 0."""
    parser = report.options(__doc__.split("\n")[0])
    parser.add_argument("--notes", type=int, default=1_000_000, help="how many notes to fill in (default: a million)")
    parser.add_argument("--seconds", type=float, default=60, help="about how long to measure, without filling (default: 60)")
    asked = parser.parse_args()
    if not 2_000 <= asked.notes <= 100_000_000:
        parser.error("--notes takes a number from 2,000 to 100,000,000")
    end_when_told()
    with server_with(asked.notes) as (desk, filling):
        figures = measure(desk, asked.seconds)
    report.print_json([filling, *figures]) if asked.json else print_tables(filling, figures)
    return 0 if all(figure.figures.get("rows_agree", True) for figure in figures) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
