"""What Keywork does by itself, for the platform-admin: /jobs. Times, codes and numbers, in words; nothing of any firm's."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select

from db.models_digest import JobRow, JobRun
from views import job_words
from views.job_words import JOBS
from views.mends import Rows
from views.rows import run, session
from views.screen import Link, Screen
from views.words import LONDON, count, when

#: The newest lines of a job's ledger.
MOST_LINES = 100


@dataclass(frozen=True)
class Line:
    """A job, or one period of it, in words; `badge`: a state's word and tone."""

    name: str
    done_at: datetime | None
    did: str
    attempts: str
    went_wrong: str
    badge: tuple[str, str]
    began_at: datetime | None = None
    does: str = ""
    how_often: str = ""
    next_due: str = ""
    url: str = ""


class Jobs(Screen):
    """The jobs, and the ledger of each."""

    side = "platform_admin"
    route_base = "/jobs"
    datamodel = Rows(JobRow)
    include_route_methods = {"list", "ledger"}

    @expose("")
    @has_access
    def list(self):
        """Each job as it is now, whether the service runs at all, and how many e-mails wait."""
        now = datetime.now(LONDON)
        found = {job.job: job for job in session().scalars(select(JobRow))}
        idle_since, outbox = run(select(func.app.jobs_idle_since())).scalar_one(), run(select(func.app.outbox_health().table_valued(
            "waiting", "oldest_waiting_at", "unsure"))).one()
        return self.render_template(
            "jobs.html", jobs=[_line(name, found[name], now) for name in JOBS if name in found], idle_since=idle_since, emails=_emails(outbox, now))

    @expose("/<name>")
    @has_access
    def ledger(self, name):
        """The newest periods of one job."""
        # Whatever else an address may hold is no job's name.
        job = session().get(JobRow, name) if name in JOBS else None
        if job is None:
            abort(404)
        found = session().scalars(select(JobRun).where(JobRun.job == name).order_by(JobRun.period.desc()).limit(MOST_LINES)).all()
        return self.render_template(
            "job.html", job=_line(name, job, datetime.now(LONDON)), lines=[_period(job, line) for line in found],
            full=len(found) == MOST_LINES, back=Link("Jobs", url_for("Jobs.list")))


def _line(name: str, job: JobRow, now: datetime) -> Line:
    words = JOBS[name]
    return Line(
        words.name, job.done_at, job_words.did(name, job), job_words.attempts(job.cadence, job), job_words.went_wrong(job.error),
        job_words.STATES[job_words.state(job, late=job.is_late)], job.began_at, words.does, job_words.how_often(job), job_words.next_due(job, now),
        url_for("Jobs.ledger", name=name))


def _period(job: JobRow, line: JobRun) -> Line:
    return Line(
        job_words.period_name(job.cadence, line.period), line.finished_at, job_words.did(job.job, line), job_words.attempts(job.cadence, line),
        job_words.went_wrong(line.error), job_words.STATES[job_words.state(line)], line.began_at)


def _emails(outbox, now: datetime) -> list[str]:
    """How many e-mails wait, and about how many somebody must decide, in sentences."""
    said = ["No e-mail waits to be sent."]
    if outbox.waiting:
        said = [f"{count(outbox.waiting, 'e-mail').capitalize()} {'waits' if outbox.waiting == 1 else 'wait'} to be sent, the oldest since {when(outbox.oldest_waiting_at, now)}."]
    if outbox.unsure:
        said.append(f"Of {count(outbox.unsure, 'e-mail')} nobody knows whether {'it' if outbox.unsure == 1 else 'they'} arrived: "
                    "the org-admins of the organisations concerned decide, in their outbox.")
    return said
