"""What falls due and when: the figures of /retention, counted by the database, and the bars of its chart."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select

from db.models_record import CaseDueNow, ForecastLine, RecordDue
from views.certificate import CONTENT, RECORDS
from views.rows import only, session
from views.words import LONDON, count, plural

MONTHS = 12
CASES = "support_cases"
#: What a run would delete now.
DUE = RecordDue.due_at <= func.now()


@dataclass(frozen=True)
class DueNow:
    """How many cases lose something in a run now, and how many rows of each table go."""

    cases: int
    numbers: Mapping[str, int]

    @property
    def lines(self) -> list[tuple[str, int]]:
        """('Notes', 12) for each kind of record that goes, cases apart."""
        kinds = [(noun, self.numbers.get(table, 0)) for table, noun in RECORDS.items() if table != CASES]
        return [((noun if number == 1 else plural(noun)).capitalize(), number) for noun, number in kinds if number]

    @property
    def whole(self) -> int:
        """How many of the cases go altogether."""
        return self.numbers.get(CASES, 0)

    @property
    def records(self) -> int:
        """How many records of a case's content go."""
        return sum(self.numbers.get(table, 0) for table in CONTENT)

    @property
    def otherwise(self) -> str:
        """What goes where no record does."""
        return "what is left" if self.whole == self.cases else "what the audit log keeps of deleted records"


def cases_due_now() -> int:
    """How many cases lose something in a run now: records, themselves, or only what the audit log keeps of records deleted earlier."""
    return only(select(func.count()).select_from(CaseDueNow))


def due_now() -> DueNow:
    """What a run would delete now in the acting org-admin's organisation, as the transaction sees it."""
    return DueNow(cases_due_now(), dict(session().execute(select(RecordDue.table_name, func.count()).where(DUE).group_by(RecordDue.table_name)).all()))


@dataclass
class Span:
    """A month or a year: how many records fall due in it under each rule, and how many cases go. Widths are percents of the longest bar."""

    label: str
    records: Counter[str] = field(default_factory=Counter)
    cases: int = 0
    widths: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Records under both rules."""
        return self.records.total()

    @property
    def words(self) -> str:
        """'12', '12 + 1 case', 'none'."""
        cases = [count(self.cases, "case")] if self.cases else []
        return " + ".join([f"{self.total:,}", *cases]) if self.total or cases else "none"


@dataclass(frozen=True)
class Forecast:
    """What is due already, the next twelve months one by one, and each year after them in which something falls due."""

    now: Span
    months: list[Span]
    years: list[Span]

    @property
    def year_ahead(self) -> Span:
        """The twelve months together."""
        return _together("The next 12 months", self.months)


def forecast() -> Forecast:
    """The forecast of the acting org-admin's organisation, in calendar months of London. Cases under a legal hold are not in it."""
    month = func.date_trunc("month", func.timezone("Europe/London", ForecastLine.due_at)).label("month")
    is_past = (ForecastLine.due_at <= func.now()).label("is_past")
    counted = session().execute(
        select(month, is_past, ForecastLine.rule, func.sum(ForecastLine.records), func.sum(ForecastLine.cases))
        .where(ForecastLine.due_at.is_not(None)).group_by("month", "is_past", ForecastLine.rule)
    ).all()
    return arranged(counted, datetime.now(LONDON).date())


def arranged(counted: Iterable[tuple[datetime, bool, str, int, int]], today: date) -> Forecast:
    """The forecast of figures (first of a month in London, past already, rule, records, cases that go), as of `today`."""
    ahead = [_month_after(today, number) for number in range(MONTHS + 1)]
    end = ahead.pop()
    now, months, years = Span("Now"), {month: Span(f"{month:%b %Y}") for month in ahead}, {}
    for month, is_past, rule, records, cases in counted:
        if not records and not cases:
            continue
        first = month.date()
        if is_past:
            span = now
        elif first in months:
            span = months[first]
        else:
            # The year that the twelve months end in has a part of it in them, unless they end with it.
            rest = first.year == end.year and end.month > 1
            span = years.setdefault(first.year, Span(f"{first.year}, rest" if rest else str(first.year)))
        span.records[rule] += int(records)
        span.cases += int(cases)
    made = Forecast(now, list(months.values()), [years[year] for year in sorted(years)])
    for spans in (made.months, made.years):
        _measure(spans)
    return made


def _month_after(day: date, number: int) -> date:
    years, month = divmod(day.month - 1 + number, 12)
    return date(day.year + years, month + 1, 1)


def _measure(spans: list[Span]) -> None:
    longest = max((span.total for span in spans), default=0)
    for span in spans:
        # Something is always to be seen of a small number.
        span.widths = {rule: max(100 * number / longest, 2) for rule, number in span.records.items() if number}


def _together(label: str, spans: list[Span]) -> Span:
    return Span(label, sum((span.records for span in spans), Counter()), sum(span.cases for span in spans))
