"""What /dashboard shows: each chart with its table, counted by the database (reporting.sql) and put in order here.

A month is one of London's, said as "Nov 2026". What has no place of its own is added up in a last line, so that each table is
the whole.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from db.models_reporting import ActivityFigures, AuditFigures, CaseFigures, DigestFigures, FirstSession, GoalFigures, RetentionFigures
from views.rows import session
from views.words import count, day

MONTHS = 12
#: So many landlords have a line of their own.
MOST_LANDLORDS = 10
#: So many months of digests, and days of the log.
DIGEST_MONTHS, LOG_DAYS = 6, 14
#: How long a case waited for its first session: words, and from how many days on.
WAITS = (("The same day", 0), ("1 to 3 days", 1), ("4 to 7 days", 4), ("8 to 14 days", 8), ("15 to 28 days", 15), ("More than 28 days", 29))
#: Ends of a digest by what they come to: the states of an e-mail and the reasons why there is none (reporting.digest_delivery).
# One that was marked as spam has arrived.
SENT, ON_ITS_WAY = ("sent", "delivered", "complained"), ("waiting", "sending", "unsure")
FAILED = ("bounced_for_now", "bounced", "failed")
#: What happens in the audit log by what it comes to.
CHANGES, LOOKED, TAKEN = ("insert", "update", "delete"), ("view",), ("export",)


@dataclass(frozen=True)
class Line:
    """A line of a table: what it is about, and a number for each column."""

    label: str
    numbers: Sequence[int]


@dataclass(frozen=True)
class Chart:
    """A chart and its table: `first` heads what the lines are about, `columns` the numbers, of which the first `drawn` are drawn.

    kind: 'bars' (one bar a line, its numbers side by side in it) or 'lines' (one line a column).
    """

    id: str
    title: str
    summary: str
    first: str
    columns: Sequence[str]
    lines: Sequence[Line]
    empty: str
    kind: str = "bars"
    drawn: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(any(line.numbers) for line in self.lines)


def month_words(first: date) -> str:
    """'Nov 2026'."""
    return f"{first:%b %Y}"


def months_around(today: date, before: int, after: int) -> list[date]:
    """The first days of so many months before that of `today`, of that month itself, and of so many after it."""
    number = today.year * 12 + today.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(number - before, number + after + 1)]


def by_landlord(counted: Iterable[tuple[str, Sequence[int]]], order: int = 0) -> list[Line]:
    """A line for each landlord, most in column `order` first; those beyond MOST_LANDLORDS together in the last."""
    lines = [Line(name or "No landlord", [int(number) for number in numbers]) for name, numbers in counted]
    lines.sort(key=lambda line: (-line.numbers[order], line.label))
    rest = lines[MOST_LANDLORDS:]
    if len(rest) > 1:
        together = [sum(column) for column in zip(*(line.numbers for line in rest), strict=True)]
        lines[MOST_LANDLORDS:] = [Line(f"{len(rest):,} other landlords", together)]
    return lines


def caseload() -> Chart:
    """Cases by landlord, open and closed."""
    counted = session().execute(
        select(CaseFigures.landlord_name, func.count().filter(CaseFigures.state == "open"), func.count().filter(CaseFigures.state == "closed"))
        .group_by(CaseFigures.landlord_id, CaseFigures.landlord_name)).all()
    lines = by_landlord((name, numbers) for name, *numbers in counted)
    open_now, closed = (sum(line.numbers[column] for line in lines) for column in (0, 1))
    summary = f"{count(open_now, 'open case').capitalize()}, and {count(closed, 'closed case')} that {'is' if closed == 1 else 'are'} still kept."
    return Chart("caseload", "Cases by landlord", summary, "Landlord", ("Open", "Closed"), lines, "There is no case yet.")


def sessions(today: date) -> Chart:
    """Sessions of the last twelve months, this one included."""
    months = months_around(today, MONTHS - 1, 0)
    counted = {month: [int(number) for number in numbers] for month, *numbers in session().execute(
        select(ActivityFigures.month, func.sum(ActivityFigures.delivered), func.sum(ActivityFigures.missed),
               func.sum(ActivityFigures.minutes_delivered))
        .where(ActivityFigures.month.between(months[0], months[-1])).group_by(ActivityFigures.month))}
    lines = [Line(month_words(month), counted.get(month, [0, 0, 0])) for month in months]
    delivered, missed, minutes = (sum(line.numbers[column] for line in lines) for column in range(3))
    hours = [Line(line.label, (*line.numbers[:2], round(line.numbers[2] / 60))) for line in lines]
    summary = (f"In {MONTHS} months {count(delivered, 'session')} took place, {count(round(minutes / 60), 'hour')} together;"
               f" {missed:,} {'was' if missed == 1 else 'were'} missed.")
    return Chart("sessions", "Sessions by month", summary, "Month", ("Delivered", "Missed", "Hours"), hours,
                 f"No session of the last {MONTHS} months has been recorded as delivered or missed.", drawn=2)


def goals() -> Chart:
    """What became of goals, by landlord."""
    counted = session().execute(
        select(GoalFigures.landlord_name, func.sum(GoalFigures.achieved), func.sum(GoalFigures.active), func.sum(GoalFigures.closed),
               func.sum(GoalFigures.active_past_target))
        .group_by(GoalFigures.landlord_id, GoalFigures.landlord_name)).all()
    lines = by_landlord(((name, numbers) for name, *numbers in counted), order=0)
    achieved, active, _, late = (sum(line.numbers[column] for line in lines) for column in range(4))
    lines = [Line(line.label, line.numbers[:3]) for line in lines]
    summary = f"{count(achieved, 'goal').capitalize()} achieved, {active:,} being worked on; the target date of {late:,} of those is over."
    return Chart("goals", "What became of goals", summary, "Landlord", ("Achieved", "Active", "Closed"), lines, "No goal has been set yet.")


def first_sessions(today: date) -> Chart:
    """How long the cases opened in the last twelve months waited for their first session."""
    since = months_around(today, MONTHS - 1, 0)[0]
    counted = dict(session().execute(
        select(FirstSession.days, func.count()).where(FirstSession.opened_on >= since).group_by(FirstSession.days)).all())
    none_yet = counted.pop(None, 0)
    waited: Counter[str] = Counter()
    for days, number in counted.items():
        waited[next(words for words, least in reversed(WAITS) if days >= least)] += number
    lines = [*(Line(words, (waited[words],)) for words, _ in WAITS), Line("None yet", (none_yet,))]
    half = median(counted)
    within = "on the day on which the case was opened" if half == 0 else f"within {count(half or 0, 'day')}"
    summary = "" if half is None else f"Half of them were seen {within}. "
    total = sum(counted.values()) + none_yet
    waiting = f"{none_yet:,} {'waits' if none_yet == 1 else 'wait'} for their first." if none_yet else "None is waiting for its first."
    summary = f"{count(total, 'case').capitalize()} opened since {day(since)}. {summary}{waiting}"
    return Chart("first-sessions", "Time to the first session", summary, "Waited", ("Cases",), lines, f"No case has been opened since {day(since)}.")


def median(counted: dict[int, int]) -> int | None:
    """The number of days within which half of the cases were seen, of cases by days; None for none."""
    total = sum(counted.values())
    seen = 0
    for days in sorted(counted):
        seen += counted[days]
        if 2 * seen >= total:
            return days
    return None


def retention(today: date) -> Chart:
    """What falls due in the months ahead; what is due already stands in this one."""
    months = months_around(today, 0, MONTHS - 1)
    fallen: dict[date | None, list[int]] = {month: [0, 0, 0] for month in (*months, date.max)}
    held = 0
    for month, rule, records, cases in session().execute(
            select(RetentionFigures.month, RetentionFigures.rule, RetentionFigures.records, RetentionFigures.cases)):
        if month is None:
            held += records
            continue
        line = fallen[date.max if month > months[-1] else max(month, months[0])]
        line[("case", "safeguarding").index(rule)] += records
        line[2] += cases
    lines = [Line("To " + month_words(month) if month == months[0] else month_words(month), fallen[month]) for month in months]
    later = fallen[date.max]
    ahead = sum(line.numbers[0] + line.numbers[1] for line in lines)
    summary = f"{count(ahead, 'record').capitalize()} {'falls' if ahead == 1 else 'fall'} due in these 12 months, {later[0] + later[1]:,} later."
    if held:
        summary += f" {count(held, 'record').capitalize()} under a legal hold {'is' if held == 1 else 'are'} left out."
    return Chart("retention", "What retention deletes", summary, "Month", ("Records", "Flagged notes", "Cases that go"), lines,
                 f"Nothing falls due in the next {MONTHS} months.", drawn=2)


def digests(today: date) -> Chart:
    """What became of the digests of the last months."""
    months = months_around(today, DIGEST_MONTHS, -1)
    ends: dict[date, Counter[str]] = {month: Counter() for month in months}
    for month, outcome, number in session().execute(
            select(DigestFigures.month, DigestFigures.outcome, DigestFigures.digests).where(DigestFigures.month.between(months[0], months[-1]))):
        ends[month][outcome] += number
    lines = [Line(month_words(month), _digest_numbers(ends[month])) for month in months]
    sent = sum(line.numbers[0] for line in lines)
    return Chart("digests", "Digests to housing officers", f"{count(sent, 'digest').capitalize()} sent in {DIGEST_MONTHS} months.", "About",
                 ("Sent", "Failed", "On its way", "None sent"), lines, f"No digest was due in the last {DIGEST_MONTHS} months.")


def _digest_numbers(ends: Counter[str]) -> list[int]:
    told = [sum(ends[end] for end in known) for known in (SENT, FAILED, ON_ITS_WAY)]
    return [*told, ends.total() - sum(told)]


def log(today: date) -> Chart:
    """The audit log of the last days by what was done."""
    days = [today - timedelta(days=ago) for ago in range(LOG_DAYS - 1, -1, -1)]
    done: dict[date, Counter[str]] = {each: Counter() for each in days}
    for when, kind, number in session().execute(
            select(AuditFigures.day, AuditFigures.kind, func.sum(AuditFigures.events))
            .where(AuditFigures.day.between(days[0], days[-1])).group_by(AuditFigures.day, AuditFigures.kind)):
        done[when][kind] += int(number)
    lines = [Line(f"{each.day} {each:%b}", _log_numbers(done[each])) for each in days]
    entries = sum(sum(line.numbers) for line in lines)
    return Chart("log", "What the audit log wrote down", f"{count(entries, 'entry').capitalize()} in {LOG_DAYS} days.", "Day",
                 ("Changes", "Looks at Professional notes", "Taken out", "Other"), lines, f"Nothing was written down in the last {LOG_DAYS} days.",
                 kind="lines", drawn=3)


def _log_numbers(done: Counter[str]) -> list[int]:
    told = [sum(done[kind] for kind in known) for known in (CHANGES, LOOKED, TAKEN)]
    return [*told, done.total() - sum(told)]
