"""Every job of the database, and every code that is known to stop one, has its words."""

import re
from datetime import date, datetime, timedelta

import pytest

from db.models_digest import JobRow, JobRun
from views import job_words
from views.words import LONDON

NOW = datetime(2026, 11, 3, 14, 5, tzinfo=LONDON)


def test_every_job_has_its_words(shared_world):
    """A new one without them fails here, and words without a job do."""
    assert {row["name"] for row in shared_world.rows("jobs")} == set(job_words.JOBS)


def test_every_state_has_its_word(shared_world):
    """Those of the ledger, and what follows from there being no line or from its age."""
    with shared_world.owner() as owner:
        rule = owner.execute("select pg_get_constraintdef(oid) from pg_constraint where conname = 'job_statuses_are_known'").fetchone()[0]
    assert set(re.findall(r"'(\w+)'", rule)) | {"late", "never"} == set(job_words.STATES)
    words = [word for word, _ in job_words.STATES.values()]
    assert len(set(words)) == len(words)


#: What a person reads of the jobs.
SENTENCES = [*job_words.CODES.values(), *(job.does for job in job_words.JOBS.values()), job_words.went_wrong("XX000")]


@pytest.mark.parametrize("said", dict.fromkeys(SENTENCES))
def test_sentences_are_plain(said):
    """A capital, a full stop, no shouting."""
    assert said[0].isupper() and said.endswith(".") and "!" not in said and "  " not in said
    assert not re.search(r"\b(invalid|illegal|null|SQLSTATE)\b", said, re.IGNORECASE)
    assert len(said) <= 130


def test_a_code_that_nobody_knows_is_said_as_it_is():
    """For whoever looks after the server."""
    assert job_words.went_wrong("XX000") == "Code XX000: ask whoever looks after the server."
    assert job_words.went_wrong(None) == ""
    assert all(re.fullmatch("[A-Za-z0-9_]{1,60}", code) for code in job_words.CODES)


def test_errors_of_our_own_have_words(shared_world):
    """Those that functions raise which the jobs login may call, whatever they call in turn: KW codes about retention and the clocks."""
    with shared_world.owner() as owner:
        sources = [source for source, in owner.execute(
            "select prosrc from pg_proc where pronamespace = 'app'::regnamespace and (has_function_privilege('keywork_jobs', oid, 'execute'))")]
    raised = {code for source in sources for code in re.findall(r"'(KW\d{3})'", source)}
    assert raised and raised <= set(job_words.CODES)


@pytest.mark.parametrize(("status", "late", "state"), [
    (None, False, "never"), (None, True, "late"), ("done", False, "done"), ("done", True, "late"), ("running", False, "running"),
    ("running", True, "late"), ("failed", False, "failed"), ("failed", True, "failed"),
])  # fmt: skip
def test_states(status, late, state):
    """A failure says most, then that it is late."""
    assert job_words.state(JobRow(status=status), late=late) == state


@pytest.mark.parametrize(("job", "counts", "status", "said"), [
    ("seal_audit_log", {"sealed": 1234}, "done", "1,234 lines sealed"), ("seal_audit_log", {"sealed": 1}, "running", "1 line sealed"),
    ("seal_audit_log", {"sealed": 0}, "done", "Nothing was to be done"), ("seal_audit_log", {}, "failed", ""), ("seal_audit_log", {}, None, ""),
    ("send_outbox", {"sent": 2, "not_sent": 1}, "done", "2 e-mails sent and 1 attempt in vain"),
    ("sweep_retention", {}, "done", job_words.IN_RUNS), ("sweep_retention", {"odd_things": 3}, "done", "3 odd things"),
])  # fmt: skip
def test_what_it_did(job, counts, status, said):
    """Counts with their nouns; one that nobody has named is told all the same."""
    assert job_words.did(job, JobRun(status=status, counts=counts)) == said


@pytest.mark.parametrize(("cadence", "due_time", "due", "often", "said"), [
    ("often", None, None, "Several times a minute", "Within a minute"),
    ("daily", "02:30", NOW + timedelta(hours=12, minutes=25), "Every day at 02:30", "Tomorrow 02:30"),
    ("daily", "02:30", NOW - timedelta(hours=11, minutes=35), "Every day at 02:30", "Due since Today 02:30"),
    ("monthly", "07:00", datetime(2026, 12, 1, 7, tzinfo=LONDON), "Every month, on the 1st at 07:00", "Tue 1 Dec, 07:00"),
])  # fmt: skip
def test_how_often_and_when_next(cadence, due_time, due, often, said):
    """In London's time."""
    job = JobRow(cadence=cadence, due_time=due_time, next_due_at=due)
    assert (job_words.how_often(job), job_words.next_due(job, NOW)) == (often, said)


def test_periods_and_attempts():
    """A month by its name, a day by its date; what runs often is begun many times a day."""
    assert job_words.period_name("monthly", date(2026, 10, 1)) == "October 2026" and job_words.period_name("daily", date(2026, 10, 1)) == "1 Oct 2026"
    assert job_words.attempts("daily", JobRun(attempts=2)) == "2 attempts" and job_words.attempts("often", JobRun(attempts=4320)) == "Begun 4,320 times that day"
    assert job_words.attempts("often", JobRun(attempts=1)) == "Begun once that day"
    assert job_words.attempts("daily", JobRun(attempts=None)) == ""
