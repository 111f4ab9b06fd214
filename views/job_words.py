"""The jobs in words: what each does and how often, its state, what it did, and what went wrong. A test walks app.jobs and the codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from db.models_digest import JobRow, JobRun
from views.words import count, day, listed, when


@dataclass(frozen=True)
class Job:
    """A job of app.jobs in words. `counts`: a number that it notes in the ledger -> (the noun, what became of them); `uncounted`: where its doings are told instead."""

    name: str
    does: str
    counts: Mapping[str, tuple[str, str]]
    uncounted: str = ""


IN_RUNS = "What went is in each organisation's list of runs"
#: In the order of the screen.
JOBS = {
    "compose_digests": Job("Composing digests", "Puts together each housing officer's digest of the month that has ended.", {"composed": ("digest", "composed")}),
    "send_outbox": Job("Sending e-mails", "Hands over the e-mails whose turn it is.", {"sent": ("e-mail", "sent"), "not_sent": ("attempt", "in vain")}),
    "erase_old_digests": Job("Erasing old digests", "Erases what digests said 90 days after they were sent.", {"digests": ("digest", "erased")}),
    "clear_mail_folder": Job("Clearing the mail folder", "Erases files of e-mails that may not be kept any longer.", {"files": ("file", "erased")}),
    "make_bundles": Job("Making subject access files", "Makes the files of subject access requests that org-admins ask for.", {"made": ("bundle", "made"), "not_made": ("attempt", "in vain")}),
    "erase_old_bundles": Job("Erasing subject access files", "Erases the files of subject access requests that were answered, or made 30 days ago.", {"bundles": ("bundle", "erased")}),
    "seal_audit_log": Job("Sealing the audit log", "Puts a seal on each new line, so that nobody can change it unseen.", {"sealed": ("line", "sealed")}),
    "keep_audit_months": Job("Room for the audit log", "Makes room in the audit log for the months to come.", {"months": ("month", "made ready")}),
    "sweep_retention": Job("Retention", "Deletes for good what is past its time, at every organisation.", {}, IN_RUNS),
    "work_on_imports": Job("Imports", "Checks and imports the files that org-admins bring in.", {}, "What came of it is in each organisation's list of imports"),
    "erase_old_imports": Job("Erasing old imports", "Deletes files that wait to be imported a week after they were uploaded.", {"imports": ("import", "deleted")}),
    "sweep_retention_asked": Job("Retention when asked", "Does the runs that org-admins ask for, and goes on with those that were broken off.", {}, IN_RUNS),
}

#: State -> its word and its tone (parts/bits.html, badge).
STATES = {
    "never": ("Never yet", "calm"), "running": ("At it", "calm"), "done": ("Done", "good"), "late": ("Late", "attention"), "failed": ("Failed, tried again", "danger"),
}  # fmt: skip

OTHER_RULES = "The database is not at this code's schema and rules. Run ./run upgrade."
AWAY = "The database could not be reached, or the connection to it broke off."
IN_USE = "Somebody else was at the same records for too long."
KEY = "Resend does not take our key. Look at KEYWORK_RESEND_KEY of the jobs service."
SENDER = "Resend does not take the address that our e-mails are from. Look at KEYWORK_MAIL_FROM."
#: A code of the ledger -> what went wrong, and what to do where something is to be done.
CODES = {
    "KW442": "A case could not be deleted; the others were. The log of the PostgreSQL server names it.",
    "KW490": "Files of a subject access request were erased while they were made, or made by somebody else.",
    "KW499": "A line of an import was not written, so nothing of that file was. Please tell us about it.",
    "KW450": "The clocks of the database and of the jobs service differ by more than an hour. Set them right: nothing is deleted until then.",
    "08000": AWAY, "08001": AWAY, "08003": AWAY, "08006": AWAY, "57P01": AWAY, "57P02": AWAY, "57P03": AWAY, "57P05": AWAY, "25P03": AWAY, "OperationalError": AWAY,
    "ConnectionTimeout": AWAY,
    "28000": "The database refuses the login of the jobs. Look at KEYWORK_JOBS_URL.", "28P01": "The database does not take the password of the jobs. Look at KEYWORK_JOBS_URL.",
    "3D000": "There is no such database. Look at KEYWORK_JOBS_URL.",
    "3F000": OTHER_RULES, "42501": OTHER_RULES, "42883": OTHER_RULES, "42P01": OTHER_RULES, "42703": OTHER_RULES,
    "40001": IN_USE, "40P01": IN_USE, "55P03": IN_USE,
    "57014": "It was broken off, because the jobs service was told to end or because it took too long.",
    "53100": "The disk of the database is full.", "53200": "The database has no memory left.", "53300": "The database has no connection left.",
    "25006": "The database takes no changes at the moment: it is a copy, or it was set to be read only.",
    "401": KEY, "key_refused": KEY, "402": "Resend wants something settled in our account there before it sends on.", "403": "Resend does not let us send: the key, or the domain of KEYWORK_MAIL_FROM, is not allowed to.",
    "404": "Resend does not know the address that we call. Look at RESEND_API_URL.", "405": "Resend does not know the address that we call. Look at RESEND_API_URL.",
    "sender_refused": SENDER, "422": SENDER,
    "folder": "The folder for e-mails cannot be written to. Look at KEYWORK_MAIL_FOLDER.",
    "PermissionError": "A file or folder may not be written to. Look at KEYWORK_MAIL_FOLDER.",
}  # fmt: skip


def how_often(job: JobRow) -> str:
    """'Every day at 02:30', London's time."""
    if job.cadence == "often":
        return "Several times a minute"
    return f"Every day at {job.due_time}" if job.cadence == "daily" else f"Every month, on the 1st at {job.due_time}"


def state(line: JobRow | JobRun, *, late: bool = False) -> str:
    """One of STATES. That it is late counts more than all but a failure, which says why."""
    if line.status == "failed":
        return "failed"
    return "late" if late else line.status or "never"


def next_due(job: JobRow, now: datetime) -> str:
    """'Tomorrow 02:30', 'Due since Today 02:30', 'Within a minute'."""
    if job.next_due_at is None:
        return "Within a minute"
    return when(job.next_due_at, now) if job.next_due_at > now else f"Due since {when(job.next_due_at, now)}"


def did(job: str, line: JobRow | JobRun) -> str:
    """What it did in a period: '12 e-mails sent and 1 attempt in vain', or nothing where that is not known."""
    words = JOBS[job]
    if not line.status:
        return ""
    # What nobody has named is told as the ledger has it, last.
    names = [*words.counts, *sorted(line.counts.keys() - words.counts.keys())]
    told = [_counted(line.counts[name], *words.counts.get(name, (name.replace("_", " "), ""))) for name in names if line.counts.get(name)]
    return listed(told) or words.uncounted or ("Nothing was to be done" if line.status == "done" else "")


def attempts(cadence: str, line: JobRow | JobRun) -> str:
    """'2 attempts', or of a job that runs often 'Begun 4,320 times that day'."""
    if not line.attempts:
        return ""
    return f"Begun {'once' if line.attempts == 1 else count(line.attempts, 'time')} that day" if cadence == "often" else count(line.attempts, "attempt")


def went_wrong(code: str | None) -> str:
    """What a code of the ledger means; nothing where there is none."""
    if not code:
        return ""
    return CODES.get(code, f"Code {code}: ask whoever looks after the server.")


def period_name(cadence: str, period: date) -> str:
    """'3 Nov 2026', of a monthly job 'October 2026'."""
    return f"{period:%B %Y}" if cadence == "monthly" else day(period)


def _counted(number: int, noun: str, became: str) -> str:
    return f"{count(number, noun)} {became}" if became else f"{number:,} {noun}"
