"""What the platform-admin sees of the jobs: /jobs and the ledger of each. Words, times and numbers; nothing of any firm's."""

import psycopg
import pytest

from tests.outbox import put_message
from tests.web.pages import Page
from views.job_words import JOBS

OTHERS = ("harbour_admin", "quay_manager", "worker", "officer_open")
IDLE = "Nothing has been done since"
ALIVE = "update app.job_runs set began_at = now() where job = 'seal_audit_log'"
TODAY = "(now() at time zone 'Europe/London')::date"


@pytest.fixture
def platform(site):
    """A visitor with the platform-admin's hat; an installation of two months ago, whose ledger is empty."""
    site.as_owner("delete from app.job_runs")
    site.as_owner("update app.jobs set since = now() - interval '60 days' where cadence <> 'monthly'")
    return site.visitor("platform")


def ledger(site, job: str, *, status: str = "done", days_ago: int = 0, attempts: int = 1, counts: str = "{}", error: str | None = None, ago: str = "1 minute"):
    """A line of the ledger: begun and, unless it failed or is at it, done so long ago."""
    site.as_owner(
        f"insert into app.job_runs (job, period, status, attempts, counts, error, began_at, finished_at) values (%(job)s, {TODAY} - %(days)s::integer,"
        " %(status)s, %(attempts)s, %(counts)s::jsonb, %(error)s, now() - %(ago)s::interval, case when %(status)s = 'done' then now() - %(ago)s::interval end)",
        job=job, days=days_ago, status=status, attempts=attempts, counts=counts, error=error, ago=ago)


def rows_of(visitor, path: str = "/jobs") -> dict[str, str]:
    """What each row of a page says, by its first words."""
    text = visitor.page(path).text
    names = sorted((text.index(job.name + " " + job.does), job.name) for job in JOBS.values()) if path == "/jobs" else []
    ends = [start for start, _ in names[1:]] + [text.index("E-mails", names[-1][0] + 20)] if names else []
    return {name: text[start:end] for (start, name), end in zip(names, ends, strict=True)}


def test_the_jobs_are_the_platform_admins(site, platform):
    """In their menu; for everybody else there is no such address, nor is there a job of another name."""
    assert 'href="/jobs"' in platform.get("/organisations").text
    for path in ("/jobs", "/jobs/seal_audit_log"):
        assert platform.get(path).status_code == 200
        for persona in OTHERS:
            assert site.visitor(persona).get(path).status_code == 404
    for name in ("nothing", "%00", "seal_audit_log'", "a" * 3000):
        assert platform.get(f"/jobs/{name}").status_code == 404
    for persona in OTHERS:
        assert 'href="/jobs"' not in site.visitor(persona).get("/", follow_redirects=True).text


def test_each_job_in_each_state(site, platform):
    """Done, at it, failed, late and never yet, each with its word and what goes with it."""
    ledger(site, "seal_audit_log", attempts=4320, counts='{"sealed": 1234}')
    ledger(site, "send_outbox", status="failed", error="401", attempts=3)
    ledger(site, "sweep_retention", status="running", ago="1 minute")
    ledger(site, "erase_old_digests", days_ago=9, counts='{"digests": 2}', ago="9 days")
    said = rows_of(platform)
    assert said.keys() == {job.name for job in JOBS.values()}
    assert said["Sealing the audit log"].rstrip().endswith("1,234 lines sealed Begun 4,320 times that day Done") and "Several times a minute" in said["Sealing the audit log"]
    assert "Resend does not take our key." in said["Sending e-mails"] and said["Sending e-mails"].rstrip().endswith("Failed, tried again")
    assert "Never" in said["Sending e-mails"]
    assert "Every day at 03:30" in said["Erasing old digests"] and said["Erasing old digests"].rstrip().endswith("2 digests erased 1 attempt Late")
    assert said["Composing digests"].rstrip().endswith("Never yet") and "Every month, on the 1st at 07:00" in said["Composing digests"]
    assert said["Retention when asked"].rstrip().endswith("Late")


def test_at_it(site, platform):
    """Begun, and neither done nor late."""
    site.as_owner("update app.jobs set since = now() where name = 'sweep_retention'")
    ledger(site, "sweep_retention", status="running")
    assert rows_of(platform)["Retention"].rstrip().endswith("At it")


@pytest.mark.parametrize(("code", "said"), [
    ("57014", "It was broken off"), ("KW450", "The clocks of the database and of the jobs service differ"), ("ZX81", "Code ZX81: ask whoever looks after the server."),
])  # fmt: skip
def test_what_went_wrong(site, platform, code, said):
    """In words, on both pages; a code that nobody knows as it is."""
    ledger(site, "sweep_retention", status="failed", error=code)
    assert said in rows_of(platform)["Retention"] and said in platform.page("/jobs/sweep_retention").text


def test_a_service_that_does_not_run_is_said_first(site, platform):
    """What the last sign of it was, and what to do; with the first job that is begun it is gone."""
    page = platform.page("/jobs")
    assert IDLE in page.alerts and "start it again on the server" in page.alerts
    ledger(site, "seal_audit_log", ago="11 minutes")
    assert IDLE in platform.page("/jobs").alerts
    with psycopg.connect(site.world.jobs_conninfo, autocommit=True) as jobs:
        jobs.execute("select app.begin_job('seal_audit_log', now())")
    assert IDLE not in platform.page("/jobs").text


def test_the_outbox_is_told_of_in_numbers(site, platform):
    """How many wait, since when, and about how many somebody must decide; no name, no address."""
    assert "No e-mail waits to be sent." in platform.page("/jobs").text
    for number, state in enumerate(("waiting", "sending", "unsure"), start=1):
        put_message(site.world, number, state=state)
    text = platform.get("/jobs").text
    assert "2 e-mails wait to be sent, the oldest since Today" in Page(text).text
    assert "Of 1 e-mail nobody knows whether it arrived" in Page(text).text
    assert "fficer.1@" not in text and "Harbour" not in Page(text).text


def test_the_ledger_of_a_job(site, platform):
    """The newest hundred periods, newest first, a failure among them."""
    site.as_owner(f"insert into app.job_runs (job, period, status, finished_at, counts) select 'erase_old_digests', {TODAY} - n, 'done',"
                  " now() - n * interval '1 day', jsonb_build_object('digests', n) from generate_series(1, 150) as n")
    ledger(site, "erase_old_digests", status="failed", error="53100", attempts=2)
    page = platform.get("/jobs/erase_old_digests")
    assert page.text.count('<th scope="row">') == 100
    text = Page(page.text).text
    assert text.index("The disk of the database is full. 2 attempts Failed, tried again") < text.index("1 digest erased") < text.index("99 digests erased")
    assert "100 digests erased" not in text and "These are the newest" in text
    site.as_owner("delete from app.job_runs")
    assert "It has not been begun yet." in platform.page("/jobs/erase_old_digests").text


def test_a_monthly_jobs_ledger_names_the_month(site, platform):
    """That it is about, not the one it was done in."""
    site.as_owner("insert into app.job_runs (job, period, status, finished_at, counts) values ('compose_digests', '2026-10-01', 'done', '2026-11-01 07:00:20Z', '{\"composed\": 7}')")
    text = platform.page("/jobs/compose_digests").text
    assert "October 2026" in text and "7 digests composed" in text
