"""What composing digests costs: `./run bench digest --officers 10000 [--json]`.

A server of its own is filled with housing officers and their cases (digest_data.py), a tenth as many first and then all. On each, in turn: the job
as the jobs service calls it; the barest set-based SQL that yields the same words (one statement for each table, into tables without keys, no right
asked, nothing restartable); and, for as many officers as 10 seconds allow, what an application with an object-relational mapper does: queries for
each officer, tenant and goal. What they say is compared, letter for letter. Figures are medians of one run.
"""

import statistics
import sys
import time
from datetime import UTC, datetime

import psycopg

from tests.bench import report
from tests.bench.digest_data import CASES_EACH, MONTH, fill_with_officers
from tests.bench.digest_objects import composed_by_objects
from tests.bench.report import Figure
from tests.bench.servers import Installed, end_when_told, installed_server

BENCH = "digest"
MOST_OF_BARE, LEAST_OF_ORM, MOST_OF_SMALL = 1.3, 5, 1.2
ORM_SECONDS = 10

MONTH_BEGINS, MONTH_ENDS = datetime(2026, 9, 30, 23, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)

PLAIN_TABLES = (
    "create table plain_digests (id uuid, organisation_id uuid, officer_id uuid, officer_name text, address text, period date)",
    "create table plain_entries (organisation_id uuid, landlord_id uuid, digest_id uuid, case_id uuid, content jsonb)",
    "create table plain_outbox (id uuid, organisation_id uuid, kind text, digest_id uuid, dedup_key text, to_name text, to_address text, created_at timestamptz)",
)
BARE = (
    """insert into plain_digests
    select gen_random_uuid(), a.organisation_id, u.id, u.full_name, u.email, %(month)s::date
    from (select distinct m.organisation_id, m.user_id from app.support_collaborators as m where m.kind = 'housing_officer' and m.ended_at is null) as a
    join app.users as u on u.id = a.user_id""",
    """insert into plain_entries
    select d.organisation_id, c.landlord_id, d.id, c.id,
           jsonb_build_object('tenant', t.full_name, 'closed_at', c.closed_at, 'notes_are_shown', true, 'all_sessions_are_shown', true, 'goals', g.said, 'sessions', s.said, 'notes', n.said)
    from plain_digests as d
    join app.support_collaborators as m on m.organisation_id = d.organisation_id and m.user_id = d.officer_id and m.kind = 'housing_officer' and m.ended_at is null
    join app.support_cases as c on c.id = m.case_id
    join app.tenants as t on t.id = c.tenant_id
    cross join lateral (
        select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'title', g.title, 'target_date', g.target_date, 'progress', p.latest) order by g.created_at, g.id), '[]') as said
        from app.support_goals as g
        left join lateral (select jsonb_build_object('body', p.body, 'author', p.author_name, 'at', p.noted_at) as latest
                           from app.support_goal_progress as p where p.goal_id = g.id order by p.noted_at desc limit 1) as p on true
        where g.case_id = c.id and g.status = 'active') as g
    cross join lateral (
        select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'at', s.scheduled_at, 'minutes', s.duration_minutes, 'type', s.type, 'status', s.status) order by s.scheduled_at, s.id), '[]') as said
        from app.support_sessions as s
        where s.case_id = c.id and s.status in ('delivered', 'scheduled') and s.scheduled_at >= %(begins)s and s.scheduled_at < %(ends)s) as s
    cross join lateral (
        select coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'body', n.body, 'author', n.author_name, 'at', n.created_at) order by n.created_at, n.id), '[]') as said
        from app.support_notes as n
        where n.case_id = c.id and n.stream = 'shared' and n.created_at >= %(begins)s and n.created_at < %(ends)s) as n""",
    """insert into plain_outbox
    select gen_random_uuid(), d.organisation_id, 'digest', d.id, 'digest/' || d.organisation_id || '/' || d.officer_id || '/' || to_char(d.period, 'YYYY-MM'), d.officer_name, d.address, now()
    from plain_digests as d""",
)

def composed_by_the_job(server: Installed) -> float:
    """Seconds that the job takes on the copy."""
    with psycopg.connect(server.conninfo("keywork_jobs", "tried"), autocommit=True) as connection:
        began = time.perf_counter()
        connection.execute("call app.compose_digests(%s)", [MONTH])
        return time.perf_counter() - began


def composed_barely(server: Installed) -> float:
    """Seconds that the barest SQL takes on the copy, one transaction."""
    with psycopg.connect(server.conninfo(database="tried")) as connection:
        for statement in PLAIN_TABLES:
            connection.execute(statement)
        connection.commit()
        began = time.perf_counter()
        for statement in BARE:
            connection.execute(statement, {"month": MONTH, "begins": MONTH_BEGINS, "ends": MONTH_ENDS})
        connection.commit()
        return time.perf_counter() - began


def same_words(server: Installed) -> bool:
    """Whether every entry of the plain tables says what the job's entry of that case says, letter for letter."""
    with psycopg.connect(server.conninfo(database="tried")) as connection:
        total, same = connection.execute("""
            select count(*), count(*) filter (where e.content = p.content)
            from plain_entries as p left join app.digest_entries as e on e.case_id = p.case_id""").fetchone()
    return total > 0 and total == same


def measured(server: Installed, officers: int, rounds: int) -> dict[str, float]:
    """Officers a second by each way, each on a fresh copy in turn. Raises RuntimeError where two ways say different things."""
    seconds: dict[str, list[float]] = {"job": [], "bare": []}
    for turn in range(rounds):
        server.copy("tried")
        ways = {"job": composed_by_the_job, "bare": composed_barely}
        for way in list(ways)[turn % 2:] + list(ways)[:turn % 2]:
            report.say(f"{officers:,} officers, round {turn + 1}: {way} ...")
            seconds[way].append(ways[way](server))
        if not same_words(server) or entries_of_the_job(server) != officers * CASES_EACH:
            raise RuntimeError("the job and the bare SQL say different things")
    report.say(f"{officers:,} officers: objects ...")
    with psycopg.connect(server.conninfo(database="tried")) as connection:
        connection.execute("truncate plain_digests, plain_entries")
    made, took = composed_by_objects(server.conninfo(database="tried"), MONTH, MONTH_BEGINS, MONTH_ENDS, ORM_SECONDS)
    if not same_words(server):
        raise RuntimeError("the job and the objects say different things")
    return {way: officers / statistics.median(times) for way, times in seconds.items()} | {"objects": made / took, "objects_made": made}


def entries_of_the_job(server: Installed) -> int:
    """How many cases its digests tell of."""
    with psycopg.connect(server.conninfo(database="tried")) as connection:
        return connection.execute("select count(*) from app.digest_entries where content is not null").fetchone()[0]


def figures_of(small: int, few: dict[str, float], many: dict[str, float], officers: int) -> list[Figure]:
    """The job against the bare SQL, against objects, and against itself with fewer officers."""
    rate = {way: round(per_second, 1) for way, per_second in many.items()}
    bare, objects, flat = many["bare"] / many["job"], many["job"] / many["objects"], few["job"] / many["job"]
    return [
        Figure(BENCH, "composing against the bare SQL", round(bare, 3), {"officers": officers, "job_officers_s": rate["job"], "bare_officers_s": rate["bare"]},
               f"at most {MOST_OF_BARE} times its time", bare <= MOST_OF_BARE),
        Figure(BENCH, "objects against composing", round(objects, 3), {"officers_tried": int(many["objects_made"]), "objects_officers_s": rate["objects"]},
               f"at least {LEAST_OF_ORM} times the time of composing", objects >= LEAST_OF_ORM),
        Figure(BENCH, "an officer among many against one among few", round(flat, 3),
               {"few": small, "few_officers_s": round(few["job"], 1), "many": officers, "many_officers_s": rate["job"]},
               f"at most {MOST_OF_SMALL} times", flat <= MOST_OF_SMALL),
    ]  # fmt: skip


def main() -> int:
    """Runs the benchmark; returns 0, or raises where two ways say different things."""
    parser = report.options(__doc__.split("\n")[0])
    parser.add_argument("--officers", type=int, default=10_000, help="how many housing officers (default: 10,000); a tenth of them is tried first")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is tried (default: 3)")
    asked = parser.parse_args()
    if not 20 <= asked.officers <= 100_000 or not 1 <= asked.rounds <= 20:
        parser.error("--officers takes 20 to 100,000, --rounds 1 to 20")
    end_when_told()
    found = {}
    small = asked.officers // 10
    for officers in (small, asked.officers):
        with installed_server() as server:
            report.say(f"Filling PostgreSQL {server.local.version} with {officers:,} housing officers ...")
            with psycopg.connect(server.conninfo(), autocommit=True) as connection:
                seconds = fill_with_officers(connection, officers)
                version, notes = connection.execute("select current_setting('server_version'), (select count(*) from app.support_notes)").fetchone()
            found[officers] = measured(server, officers, asked.rounds)
    filling = Figure(BENCH, "filling", None, {"server_version": version, "seconds": round(seconds, 1), "officers": asked.officers, "cases_each": CASES_EACH, "notes": notes})
    figures = figures_of(small, found[small], found[asked.officers], asked.officers)
    if asked.json:
        report.print_json([filling, *figures])
    else:
        report.print_figures(f"Digests on PostgreSQL {version}: {asked.officers:,} housing officers with {CASES_EACH} cases each, {notes:,} notes.", figures)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
