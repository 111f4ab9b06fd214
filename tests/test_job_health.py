"""Whether a job is late, when it is due, and whether anything is done at all: app.job_list, under made-up times."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

LONDON = ZoneInfo("Europe/London")


def list_of(world) -> dict[str, dict]:
    """The jobs by their names, as the platform-admin sees them."""
    with world.as_("platform") as connection:
        rows = connection.cursor(row_factory=psycopg.rows.dict_row).execute("select * from app.job_list").fetchall()
    return {row["job"]: row for row in rows}


def idle_since(world) -> datetime | None:
    """What the platform-admin is told of the service as a whole."""
    with world.as_("platform") as connection:
        return connection.execute("select app.jobs_idle_since()").fetchone()[0]


def set_up(world, *statements: str) -> None:
    """Statements of the owner."""
    with world.owner() as owner:
        for statement in statements:
            owner.execute(statement)


def call(world, *statements: str) -> None:
    """Statements of the jobs service, each in a transaction of its own."""
    with psycopg.connect(world.jobs_conninfo, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


LONG_AGO = "update app.jobs set since = now() - interval '60 days'"


def run_of(job: str, period: str, *, done: str | None, status: str = "done", began: str = "now()") -> str:
    """A line of the ledger, times in SQL."""
    error = "'57014'" if status == "failed" else "null"
    return (f"insert into app.job_runs (job, period, status, began_at, finished_at, error)"
            f" values ('{job}', {period}, '{status}', {began}, {done or 'null'}, {error})")


TODAY, YESTERDAY, WEEK_AGO = (f"(now() at time zone 'Europe/London')::date - {days}" for days in (0, 1, 7))


def test_a_new_installation_owes_nothing(world):
    """Nothing was ever done, and nothing is late; a clock that never comes is noticed later."""
    set_up(world, "delete from app.job_runs", "update app.jobs set since = now()")
    jobs = list_of(world)
    assert len(jobs) == 12 and not any(job["is_late"] or job["status"] for job in jobs.values())
    assert idle_since(world) is None
    set_up(world, LONG_AGO)
    assert all(job["is_late"] for job in list_of(world).values())
    assert idle_since(world) is not None


@pytest.mark.parametrize(("done", "status", "late"), [
    ("now() - interval '1 minute'", "done", False), ("now() - interval '11 minutes'", "done", True),
    # It fails just now; what counts is when it was last done.
    ("now() - interval '1 minute'", "failed", False), ("now() - interval '11 minutes'", "failed", True),
    ("now() - interval '11 minutes'", "running", True),
])  # fmt: skip
def test_a_job_that_runs_often(world, done, status, late):
    """Late when it was not done for longer than it may wait, whatever it is at now."""
    set_up(world, LONG_AGO, run_of("seal_audit_log", TODAY, done=done, status=status))
    assert list_of(world)["seal_audit_log"]["is_late"] is late
    assert list_of(world)["seal_audit_log"]["next_due_at"] is None


def test_failing_again_and_again_does_not_look_like_work(world):
    """Between two attempts and in the middle of one: it was last done when it was last done."""
    set_up(world, LONG_AGO, run_of("seal_audit_log", TODAY, done="now() - interval '1 hour'"))
    last = list_of(world)["seal_audit_log"]["done_at"]
    for statement, status in (("select app.begin_job('seal_audit_log', now())", "running"),
                              (f"select app.fail_job('seal_audit_log', now(), {TODAY}, '57014')", "failed"),
                              ("select app.begin_job('seal_audit_log', now())", "running")):
        call(world, statement)
        job = list_of(world)["seal_audit_log"]
        assert (job["status"], job["done_at"], job["is_late"]) == (status, last, True)
    call(world, f"select app.finish_job('seal_audit_log', {TODAY}, '{{}}')")
    assert not list_of(world)["seal_audit_log"]["is_late"]


@pytest.mark.parametrize(("last", "late"), [(TODAY, False), (YESTERDAY, False), (WEEK_AGO, True)])
def test_a_daily_job_stays_late_until_it_is_done(world, last, late):
    """At whatever hour one looks: a week without it is late in the hours after it was due, too."""
    set_up(world, LONG_AGO, "update app.jobs set due_time = '00:00', late_after = '25 hours' where cadence = 'daily'",
           run_of("sweep_retention", last, done="now()"))
    job = list_of(world)["sweep_retention"]
    assert job["is_late"] is late
    midnight = datetime.now(LONDON).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = (midnight + timedelta(days=1, hours=3)).replace(hour=0)
    assert job["next_due_at"] == (tomorrow if last == TODAY else midnight)


def test_a_monthly_job_is_late_about_its_oldest_month(world):
    """Due on the 1st, 07:00; the month before the last was never done."""
    first = date.today().replace(day=1)
    earlier = [(first - timedelta(days=1)).replace(day=1)]
    earlier.append((earlier[0] - timedelta(days=1)).replace(day=1))
    set_up(world, "update app.jobs set since = now() - interval '70 days'", run_of("compose_digests", f"date '{earlier[0]}'", done="now()"))
    with world.owner() as owner:
        due = owner.execute("select app.due_period('compose_digests', now())").fetchone()[0]
    assert due is not None and due < earlier[0]
    assert list_of(world)["compose_digests"]["is_late"]


def test_the_service_as_a_whole(world):
    """One job that is begun is a sign of life, be it that it fails; without one for ten minutes there is none."""
    set_up(world, LONG_AGO, run_of("send_outbox", TODAY, done=None, status="failed", began="now() - interval '9 minutes'"),
           run_of("seal_audit_log", TODAY, done="now() - interval '3 hours'", began="now() - interval '3 hours'"))
    assert idle_since(world) is None
    set_up(world, "update app.job_runs set began_at = now() - interval '11 minutes' where job = 'send_outbox'")
    with world.owner() as owner:
        assert owner.execute("select max(began_at) from app.job_runs").fetchone()[0] == idle_since(world)


def test_the_login_that_watches_sees_the_same_jobs(world):
    """app.job_health() by the sign-in login, which reads no table."""
    set_up(world, LONG_AGO, run_of("seal_audit_log", TODAY, done="now()"))
    with psycopg.connect(world.signin_conninfo) as connection:
        seen = connection.cursor(row_factory=psycopg.rows.dict_row).execute("select * from app.job_health()").fetchall()
        assert {row["job"]: row for row in seen}.keys() == list_of(world).keys()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from app.job_runs")
