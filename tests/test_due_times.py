"""When each job is due, as data: job, moment, period. What is asked is app.due_period(), and app.begin_job() where one period follows another (spec 6, threats 34, 35)."""

from datetime import date, time

import psycopg
import pytest

#: What a new installation does when: job -> cadence, time in London.
DEFAULTS = {
    "keep_audit_months": ("daily", time(2)), "sweep_retention": ("daily", time(2, 30)), "erase_old_digests": ("daily", time(3, 30)), "erase_old_bundles": ("daily", time(3, 40)),
    "erase_old_imports": ("daily", time(3, 45)), "compose_digests": ("monthly", time(7)), "work_on_imports": ("often", None),
    "seal_audit_log": ("often", None), "sweep_retention_asked": ("often", None), "send_outbox": ("often", None), "clear_mail_folder": ("often", None), "make_bundles": ("often", None),
}  # fmt: skip

#: The digest of each month. Name -> since when there are digests, months that are done, and then moments (UTC) with the month due at each, or -.
#: London has summer time from 31 March 2024, 01:00 UTC, to 27 October 2024, 01:00 UTC.
MONTHLY = {
    "winter": ("2024-01-15", "", "2024-01-31 23:59 -, 2024-02-01 06:59 -, 2024-02-01 07:00 2024-01, 2024-02-01 07:01 2024-01"),
    "to the second": ("2024-01-15", "", "2024-02-01 06:59:59.999 -, 2024-02-01 07:00:00.001 2024-01"),
    "summer": ("2024-06-15", "", "2024-06-30 23:30 -, 2024-07-01 05:59 -, 2024-07-01 06:00 2024-06, 2024-07-01 06:01 2024-06"),
    "after the clocks went forward": ("2024-03-15", "", "2024-04-01 05:59 -, 2024-04-01 06:00 2024-03"),
    "after the clocks went back": ("2024-10-15", "", "2024-11-01 06:00 -, 2024-11-01 06:59 -, 2024-11-01 07:00 2024-10"),
    "on the nights of both": ("2024-03-15", "2024-03 2024-04 2024-05 2024-06 2024-07 2024-08 2024-09",
                              "2024-03-31 00:59 -, 2024-03-31 01:00 -, 2024-10-27 00:59 -, 2024-10-27 01:00 -, 2024-10-27 07:00 -"),
    "a leap year": ("2024-02-15", "", "2024-02-29 07:00 -, 2024-03-01 06:59 -, 2024-03-01 07:00 2024-02"),
    "no leap year": ("2025-02-15", "", "2025-02-28 07:00 -, 2025-03-01 06:59 -, 2025-03-01 07:00 2025-02"),
    "a month of 31 days": ("2024-05-15", "", "2024-05-31 06:00 -, 2024-05-31 23:30 -, 2024-06-01 06:00 2024-05"),
    "the end of a year": ("2024-12-15", "", "2024-12-31 23:59 -, 2025-01-01 00:00 -, 2025-01-01 06:59 -, 2025-01-01 07:00 2024-12"),
    "for the whole of the next month": ("2024-01-15", "", "2024-02-15 12:00 2024-01, 2024-02-29 23:59 2024-01"),
    "done": ("2024-01-15", "2024-01", "2024-02-01 07:00 -, 2024-02-29 23:59 -, 2024-03-01 06:59 -, 2024-03-01 07:00 2024-02"),
    # Begun, or failed: still due.
    "begun": ("2024-01-15", "running:2024-01", "2024-02-01 07:01 2024-01"),
    "failed": ("2024-01-15", "failed:2024-01", "2024-02-01 07:01 2024-01"),
    # Down over two ends of a month: the oldest one first.
    "down for two months": ("2024-01-15", "2024-01", "2024-04-10 12:00 2024-02"),
    "down for two months, one done since": ("2024-01-15", "2024-01 2024-02", "2024-04-10 12:00 2024-03"),
    "down for two months, both done since": ("2024-01-15", "2024-01 2024-02 2024-03", "2024-04-10 12:00 -, 2024-05-01 05:59 -, 2024-05-01 06:00 2024-04"),
    "one left out": ("2024-01-15", "2024-01 2024-03", "2024-04-10 12:00 2024-02"),
    "down for a year": ("2024-01-15", "", "2025-02-10 12:00 2024-01"),
    # A new installation tells nothing of its past: not of what fell due before it was there.
    "begun on the 3rd": ("2024-09-03 09:00", "", "2024-09-03 09:00 -, 2024-09-30 23:59 -, 2024-10-01 05:59 -, 2024-10-01 06:00 2024-09"),
    "begun on the 1st, an hour before": ("2024-09-01 05:00", "", "2024-09-01 05:59 -, 2024-09-01 06:00 2024-08"),
    "begun at that moment": ("2024-09-01 06:00", "", "2024-09-01 06:00 -, 2024-09-30 23:59 -, 2024-10-01 06:00 2024-09"),
    "begun a minute after": ("2024-09-01 06:01", "", "2024-09-01 06:02 -, 2024-10-01 06:00 2024-09"),
    "not begun yet": ("2024-09-03 09:00", "", "2024-07-01 06:00 -, 2024-08-31 23:59 -"),
    "begun on the 31st, which is the 1st in London": ("2024-05-31 23:30", "", "2024-06-01 06:00 2024-05"),
}

#: Jobs of a day. Name -> job, days that are done, and then moments (UTC) with the day due at each, or -.
DAILY = {
    "02:00 in winter": ("keep_audit_months", "2024-01-09", "2024-01-10 01:59 -, 2024-01-10 02:00 2024-01-10, 2024-01-10 02:01 2024-01-10"),
    "02:00 in summer": ("keep_audit_months", "2024-07-09", "2024-07-10 00:59 -, 2024-07-10 01:00 2024-07-10, 2024-07-10 01:01 2024-07-10"),
    "02:30 in winter": ("sweep_retention", "2024-01-09", "2024-01-10 02:29 -, 2024-01-10 02:30 2024-01-10, 2024-01-10 02:31 2024-01-10"),
    "02:30 in summer": ("sweep_retention", "2024-07-09", "2024-07-10 01:29 -, 2024-07-10 01:30 2024-07-10, 2024-07-10 01:31 2024-07-10"),
    "03:30 in winter": ("erase_old_digests", "2024-01-09", "2024-01-10 03:29 -, 2024-01-10 03:30 2024-01-10, 2024-01-10 03:31 2024-01-10"),
    "03:30 in summer": ("erase_old_digests", "2024-07-09", "2024-07-10 02:29 -, 2024-07-10 02:30 2024-07-10, 2024-07-10 02:31 2024-07-10"),
    "03:40 in winter": ("erase_old_bundles", "2024-01-09", "2024-01-10 03:39 -, 2024-01-10 03:40 2024-01-10, 2024-01-10 03:41 2024-01-10"),
    "03:40 in summer": ("erase_old_bundles", "2024-07-09", "2024-07-10 02:39 -, 2024-07-10 02:40 2024-07-10, 2024-07-10 02:41 2024-07-10"),
    "03:45 in winter": ("erase_old_imports", "2024-01-09", "2024-01-10 03:44 -, 2024-01-10 03:45 2024-01-10, 2024-01-10 03:46 2024-01-10"),
    "03:45 in summer": ("erase_old_imports", "2024-07-09", "2024-07-10 02:44 -, 2024-07-10 02:45 2024-07-10, 2024-07-10 02:46 2024-07-10"),
    # The clock jumps from 01:00 to 02:00, at 01:00 UTC.
    "02:00 as the clocks go forward": ("keep_audit_months", "2024-03-30", "2024-03-31 00:59 -, 2024-03-31 01:00 2024-03-31"),
    "02:30 as the clocks go forward": ("sweep_retention", "2024-03-30", "2024-03-31 01:00 -, 2024-03-31 01:29 -, 2024-03-31 01:30 2024-03-31"),
    "03:30 as the clocks go forward": ("erase_old_digests", "2024-03-30", "2024-03-31 02:29 -, 2024-03-31 02:30 2024-03-31"),
    "and on the day after": ("sweep_retention", "2024-03-31", "2024-04-01 01:29 -, 2024-04-01 01:30 2024-04-01"),
    # It shows 01:00 to 02:00 twice, until 02:00 UTC.
    "02:00 as the clocks go back": ("keep_audit_months", "2024-10-26", "2024-10-27 00:59 -, 2024-10-27 01:00 -, 2024-10-27 01:59 -, 2024-10-27 02:00 2024-10-27"),
    "02:30 as the clocks go back": ("sweep_retention", "2024-10-26", "2024-10-27 01:30 -, 2024-10-27 02:29 -, 2024-10-27 02:30 2024-10-27"),
    "03:30 as the clocks go back": ("erase_old_digests", "2024-10-26", "2024-10-27 02:30 -, 2024-10-27 03:29 -, 2024-10-27 03:30 2024-10-27"),
    "and on the day after that": ("sweep_retention", "2024-10-27", "2024-10-28 02:29 -, 2024-10-28 02:30 2024-10-28"),
    "done for the day": ("sweep_retention", "2024-01-10", "2024-01-10 02:30 -, 2024-01-10 23:59 -, 2024-01-11 02:29 -, 2024-01-11 02:30 2024-01-11"),
    "begun": ("sweep_retention", "running:2024-01-10", "2024-01-10 02:31 2024-01-10"),
    "failed": ("sweep_retention", "failed:2024-01-10", "2024-01-10 02:31 2024-01-10"),
    "before its time it is still yesterday's": ("sweep_retention", "2024-01-08", "2024-01-10 02:29 2024-01-09, 2024-01-10 02:30 2024-01-10"),
    "a leap day": ("sweep_retention", "2024-02-28", "2024-02-29 02:29 -, 2024-02-29 02:30 2024-02-29, 2024-03-01 02:29 2024-02-29, 2024-03-01 02:30 2024-03-01"),
    "the end of a year": ("erase_old_digests", "2024-12-31", "2024-12-31 23:59 -, 2025-01-01 03:29 -, 2025-01-01 03:30 2025-01-01"),
    # Each of these does all there is to do: the days in between are not made up for.
    "down for two months": ("sweep_retention", "2024-01-10", "2024-03-10 12:00 2024-03-10"),
    "down for two months, and done": ("sweep_retention", "2024-01-10 2024-03-10", "2024-03-10 12:00 -, 2024-03-11 02:30 2024-03-11"),
}  # fmt: skip

#: At any moment, and done as often as one likes: the day in London.
OFTEN = ("2024-01-10 23:59 2024-01-10, 2024-01-11 00:00 2024-01-11, 2024-07-10 22:59 2024-07-10, 2024-07-10 23:00 2024-07-11, 2024-02-29 12:00 2024-02-29,"
         " 2024-03-31 00:59 2024-03-31, 2024-03-31 01:00 2024-03-31, 2024-10-27 00:59 2024-10-27, 2024-10-27 01:00 2024-10-27,"
         " 2024-12-31 23:59 2024-12-31, 2025-01-01 00:00 2025-01-01")

#: Where the owner has set another time. Name -> job, time, done, moments.
OTHER_TIMES = {
    "the 1st, 00:00, in summer": ("compose_digests", "00:00", "", "2024-06-30 22:59 -, 2024-06-30 23:00 2024-06"),
    "the 1st, 23:59, in winter": ("compose_digests", "23:59", "", "2024-12-01 23:58 -, 2024-12-01 23:59 2024-11"),
    # 01:30 is not on the clock that night: due as soon as it is later than that. And it is there twice: due the first time, and not once more.
    "01:30 as the clocks go forward": ("sweep_retention", "01:30", "2024-03-30", "2024-03-31 00:59 -, 2024-03-31 01:00 2024-03-31"),
    "01:30 as the clocks go back": ("sweep_retention", "01:30", "2024-10-26", "2024-10-27 00:29 -, 2024-10-27 00:30 2024-10-27"),
    "01:30 once more": ("sweep_retention", "01:30", "2024-10-26 2024-10-27", "2024-10-27 00:31 -, 2024-10-27 01:00 -, 2024-10-27 01:30 -, 2024-10-28 01:29 -, 2024-10-28 01:30 2024-10-28"),
}  # fmt: skip


@pytest.fixture(scope="module")
def ledger(shared_world):
    """A connection of the owner to the one world of this module."""
    with psycopg.connect(shared_world.conninfo) as connection:
        connection.execute("set role keywork_owner")
        connection.commit()
        yield connection
        connection.rollback()


@pytest.fixture
def jobs(ledger):
    """The same with an empty ledger; nothing of it is kept."""
    ledger.execute("delete from app.job_runs")
    yield ledger
    ledger.rollback()


def as_done(connection, job: str, done: str) -> None:
    """Writes periods into the ledger: `2024-01`, `2024-01-09`, or with another status `failed:2024-01`."""
    for each in done.split():
        status, _, period = each.rpartition(":")
        connection.execute("insert into app.job_runs (job, period, status, error) values (%s, %s, %s, %s)",
                           [job, as_period(period), status or "done", "57014" if status == "failed" else None])


def as_period(written: str) -> date | None:
    """A period as the tables write it."""
    return None if written == "-" else date.fromisoformat(written if len(written) == 10 else f"{written}-01")


def expected(line: str) -> dict[str, date | None]:
    """Moments of a line, with the period that is due at each."""
    return {moment: as_period(period) for moment, _, period in (each.strip().rpartition(" ") for each in line.split(","))}


def found(connection, job: str, moments) -> dict[str, date | None]:
    """What the database says is due at each moment (UTC)."""
    return {moment: connection.execute("select app.due_period(%s, %s::timestamp at time zone 'UTC')", [job, moment]).fetchone()[0] for moment in moments}


def test_what_a_new_installation_does_when(jobs):
    """By default; each of them is in one of the tables below."""
    assert {name: (cadence, at) for name, cadence, at in jobs.execute("select name, cadence, due_time from app.jobs")} == DEFAULTS
    assert {job for job, *_ in DAILY.values()} == {job for job, (cadence, _) in DEFAULTS.items() if cadence == "daily"}
    assert [job for job, (cadence, _) in DEFAULTS.items() if cadence == "monthly"] == ["compose_digests"]


@pytest.mark.parametrize("since, done, line", MONTHLY.values(), ids=MONTHLY)
def test_the_digest_of_a_month(jobs, since, done, line):
    """On the 1st, 07:00 London, for the month before: not a moment earlier, and for the oldest month that is not done."""
    jobs.execute("update app.jobs set since = %s::timestamp at time zone 'UTC' where name = 'compose_digests'", [since])
    as_done(jobs, "compose_digests", done)
    assert found(jobs, "compose_digests", expected(line)) == expected(line)


@pytest.mark.parametrize("job, done, line", DAILY.values(), ids=DAILY)
def test_a_job_of_a_day(jobs, job, done, line):
    """Once from its time on, by London's clock; since when the installation is there is nothing to it."""
    jobs.execute("update app.jobs set since = '2100-01-01' where name = %s", [job])
    as_done(jobs, job, done)
    assert found(jobs, job, expected(line)) == expected(line)


@pytest.mark.parametrize("job", [job for job, (cadence, _) in DEFAULTS.items() if cadence == "often"])
def test_a_job_that_is_always_due(jobs, job):
    """Done or not."""
    assert found(jobs, job, expected(OFTEN)) == expected(OFTEN)
    as_done(jobs, job, " ".join(sorted({str(period) for period in expected(OFTEN).values()})))
    assert found(jobs, job, expected(OFTEN)) == expected(OFTEN)


@pytest.mark.parametrize("job, due_time, done, line", OTHER_TIMES.values(), ids=OTHER_TIMES)
def test_another_time_that_the_owner_set(jobs, job, due_time, done, line):
    """It holds from then on, also in the hour that a night leaves out, or has twice."""
    jobs.execute("update app.jobs set due_time = %s, since = (select min(m)::timestamp at time zone 'UTC' - interval '20 days' from unnest(%s::text[]) as m) where name = %s",
                 [due_time, list(expected(line)), job])
    as_done(jobs, job, done)
    assert found(jobs, job, expected(line)) == expected(line)


def test_there_is_no_such_job(jobs):
    """Then nothing is due."""
    assert found(jobs, "brew_tea", ["2024-02-01 07:00"]) == {"2024-02-01 07:00": None}


@pytest.mark.parametrize("job, since, done, now, periods", [
    ("compose_digests", "2024-01-15", "2024-01", "2024-04-10 12:00", "2024-02 2024-03"),
    ("compose_digests", "2024-11-15", "2024-11", "2025-02-01 07:00", "2024-12 2025-01"),
    ("compose_digests", "2024-01-15", "2024-01", "2024-04-01 05:59", "2024-02"),
    ("compose_digests", "2024-03-03", "", "2024-05-10 12:00", "2024-03 2024-04"),
    ("keep_audit_months", "2024-01-15", "2024-01-16", "2024-03-16 12:00", "2024-03-16"),
])
def test_what_is_made_up_for_after_a_long_stop(jobs, job, since, done, now, periods):
    """One period after the other, the oldest first, each once; then nothing is left (threat 34)."""
    jobs.execute("update app.jobs set since = %s::timestamp at time zone 'UTC' where name = %s", [since, job])
    as_done(jobs, job, done)
    begun = []
    while period := jobs.execute("select app.begin_job(%s, %s::timestamp at time zone 'UTC')", [job, now]).fetchone()[0]:
        jobs.execute("select app.finish_job(%s, %s, '{}')", [job, period])
        begun.append(period)
        assert len(begun) < 10
    assert begun == [as_period(each) for each in periods.split()]
