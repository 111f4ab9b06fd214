"""Files of any shape: those without a fault come in as the model says, twice is once, and of those with faults exactly the planted ones are found."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.imports import apply, check, csv_of, faults, ready, stage, state
from views.import_reading import BLANKS, DATA
from views.words import LONDON

FILE = settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])

#: What may stand in a note: whatever can be seen, formulas and quotation marks too, and line ends.
WORDS = st.text(st.one_of(st.characters(blacklist_categories=("Cs", "Cc", "Cf")), st.sampled_from('\n\t,;"=+-@\'')), min_size=1, max_size=60).filter(lambda words: words.strip(BLANKS))
NAMES = st.text(st.characters(whitelist_categories=("Lu", "Ll", "Lo")), min_size=1, max_size=20)
MOMENTS = st.datetimes(datetime(2024, 2, 1), datetime(2026, 6, 1)).map(lambda moment: moment.replace(second=0, microsecond=0))
PEOPLE = {"quay.manager@example.org": "Quay Manager", "WORKER@example.org": "Worker"}


@st.composite
def notes(draw):
    """A note of a file, and what it must become."""
    # Of two moments that look alike the later one; none that the clocks skip.
    wall = draw(MOMENTS.filter(lambda each: each.replace(tzinfo=LONDON).astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) == each))
    moment = max(wall.replace(tzinfo=LONDON, fold=fold).astimezone(UTC) for fold in (0, 1))
    stream, flag = draw(st.sampled_from([("shared", "no"), ("shared", ""), ("professional", "yes"), ("professional", "")]))
    author = draw(st.one_of(NAMES, st.sampled_from(sorted(PEOPLE))))
    body = draw(WORDS)
    written = draw(st.sampled_from(["%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%d %b %Y %I:%M %p", "%Y-%m-%dT%H:%M:%S"]))
    row = {"case": "C-0", "stream": draw(st.sampled_from([stream, stream.upper(), f" {stream} "])), "body": body, "author": author, "created_at": wall.strftime(written), "safeguarding": flag}
    became = (stream, body.replace("\r\n", "\n").strip(BLANKS), PEOPLE.get(author, author), moment, flag == "yes", moment if flag == "yes" else None)
    return row, became


#: What can be wrong with a cell: column -> (what it says then, the code).
PLANTS = [
    ("case", "", "empty"), ("case", "C-none", "unknown"), ("case", "C-moor", "unknown"), ("case", "C-9", "closed"), ("stream", "", "empty"), ("stream", "Profesional", "not_a_choice"),
    ("body", " \t", "empty"), ("body", "y" * 20_001, "long"), ("body", "a\x07", "control"), ("body", "a\u202e", "turned"), ("body", "a\x00b", "nul"), ("author", "", "empty"),
    ("author", "x@example.net", "nobody"), ("created_at", "31/02/2024", "no_such_day"), ("created_at", "02/25/2024", "month_first"), ("created_at", "2099-01-01", "future"),
    ("created_at", "2023-12-31", "before_case"), ("created_at", "2024-03-31 01:15", "clocks_skip"), ("created_at", "soon", "date"), ("safeguarding", "perhaps", "not_yes_or_no"),
]  # fmt: skip


@pytest.fixture
def owner(shared_world):
    """The owner, in a transaction that is rolled back, with something in Harbour that files can name."""
    with shared_world.owner() as connection:
        ready(connection, shared_world)
        yield connection
        connection.rollback()


def numbered(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows with an id each."""
    return [{"external_id": f"N-{number}"} | row for number, row in enumerate(rows)]


def brought_in(owner, world, rows):
    """A checked file of notes."""
    this = stage(owner, world.organisation["harbour"], "notes", csv_of(rows), asked_by=world.user["harbour_admin"])
    check(owner, this)
    return this


@FILE
@given(file=st.lists(notes(), min_size=1, max_size=12))
def test_a_file_without_faults_becomes_what_the_model_says(owner, shared_world, file):
    """Every note to the letter and to the minute; a second time nothing changes, not even the log."""
    with owner.transaction(force_rollback=True):
        rows = numbered([row for row, _ in file])
        this = brought_in(owner, shared_world, rows)
        assert (faults(owner, this), state(owner, this)) == (set(), ("checked", 0, len(rows), 0, 0))
        apply(owner, this)
        there = ("select stream, body, author_name, created_at, safeguarding, safeguarding_flagged_at from app.support_notes where external_id is not null"
                 " order by substr(external_id, 3)::integer")
        assert owner.execute(there).fetchall() == [became for _, became in file]
        logged = owner.execute("select count(*) from app.audit_log where table_name <> 'imports'").fetchone()
        again = brought_in(owner, shared_world, rows)
        assert state(owner, again) == ("checked", 0, 0, len(rows), 0)
        apply(owner, again)
        assert owner.execute(there).fetchall() == [became for _, became in file] and state(owner, again)[0] == "done"
        assert owner.execute("select count(*) from app.audit_log where table_name <> 'imports'").fetchone() == logged


@FILE
@given(file=st.lists(notes(), min_size=1, max_size=10), data=st.data())
def test_the_faults_that_are_found_are_those_that_were_planted(owner, shared_world, file, data):
    """Any of them in any lines; ids that are there twice among them."""
    with owner.transaction(force_rollback=True):
        rows = numbered([row for row, _ in file])
        planted = set()
        for place in data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=1)):
            column, says, code = data.draw(st.sampled_from(PLANTS))
            rows[place][column] = says
            planted.add((place + 2, column, code))
        if len(rows) > 1 and data.draw(st.booleans()):
            rows[-1]["external_id"] = rows[0]["external_id"]
            planted.add((len(rows) + 1, "external_id", "doubled"))
        # A note that is flagged must be Professional: a stream that nobody can read says nothing of it.
        this = brought_in(owner, shared_world, rows)
        assert faults(owner, this) == planted
        before = owner.execute("select count(*) from app.support_notes").fetchone()
        apply(owner, this)
        assert state(owner, this)[0] == "checked" and owner.execute("select count(*) from app.support_notes").fetchone() == before


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.one_of(
    st.text(max_size=20), st.from_regex(r"[0-9]{1,4}[-/. ][0-9A-Za-z]{1,4}[-/. ][0-9]{1,4}( [0-9]{1,2}:[0-9]{1,2}( ?[aApP][mM])?)?", fullmatch=True),
    st.from_regex(r"[0-9]{1,2}(st|nd|rd|th)?[ -](jan|Feb|MARCH|may|June|Sept)\.?,?[ -](19|20)[0-9]{2}((T|, |  )[0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)? ?(am|PM)?)?", fullmatch=True),
    st.from_regex(r"20[0-9]{2}-[0-9]-[0-9]T[0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?( ?[aP]m)?( ?(Z|[+-]0[0-9](:?[0-5][0-9])?))?", fullmatch=True),
    st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1)).map(lambda moment: moment.isoformat(sep=" ", timespec="seconds"))), min_size=1, max_size=20))
def test_no_cell_is_more_than_a_moment_can_be_read_from(owner, cells):
    """Whatever a cell says, it is a moment or a fault, never both and never an error; what is a moment is one that London's clocks showed, and no name of a column."""
    cells = [cell.replace("\x00", "").encode("utf-8", "ignore").decode() for cell in cells]
    for cell, moment, local, by_day, fault in owner.execute("select c, m.* from unnest(%s::text[]) as c, app.read_moment(c) as m", [cells]):
        assert (moment is None) == (fault is not None)
        if moment is not None:
            assert abs(moment.astimezone(LONDON).replace(tzinfo=None) - local) < timedelta(hours=15) and by_day is not None
            assert DATA.fullmatch(cell)
