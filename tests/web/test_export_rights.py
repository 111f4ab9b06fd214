"""A file holds what its reader's own screens show, record by record, no more and no less: for everybody, every case, any days.

Three ways to the same records are compared: the screens (pages read as people do), the oracle of the rights (tests/rights.py over the
owner's rows, with days counted in Python), and the file. Threats 28 and 44 for exports.
"""

import csv
import io
from datetime import date, datetime

import pytest
from flask import g
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy.exc import DBAPIError

from tests.rights import Facts, Oracle
from tests.web.pages import Page
from tests.world import PERSONAS, WRONG_HATS
from views import exports
from views.export_pdf import export_pdf
from views.export_rows import Asked, records
from views.rows import run
from views.words import LONDON

WHAT = ("notes", "shared_notes", "sessions")
SIDES = {"operator": "/support-cases", "collaborator": "/support/cases"}
#: Everybody who can sign in under the hat of a persona.
VISITORS = {name: who for name, who in PERSONAS.items() if not who.user.startswith("disabled") and who.hat != "platform_admin"}
#: Moments that a day of London has and one of UTC has not, on both sides of midnight and of both changes of the clocks.
EDGES = ("2024-06-01 22:59:59+00", "2024-06-01 23:00:00+00", "2024-12-01 23:59:59+00", "2024-12-02 00:00:00+00", "2024-03-31 00:30:00+00", "2024-03-31 01:00:00+00",
         "2024-03-31 22:59:59.999999+00", "2024-10-26 23:00:00+00", "2024-10-27 00:30:00+00", "2024-10-27 23:59:59.999999+00")  # fmt: skip


def moment(table):
    """The column of a record's day."""
    return "scheduled_at" if table == "support_sessions" else "created_at"


@pytest.fixture(scope="module")
def facts(console):
    """Every row of the world as the owner reads it, after its notes and sessions got moments at the edges of days, and words that name each."""
    with console.world.owner() as connection:
        connection.execute("reset role")
        connection.execute("set session_replication_role = replica")
        edges = list(EDGES)
        for table, column in (("support_notes", "created_at"), ("support_sessions", "scheduled_at")):
            connection.execute(f"update app.{table} as t set {column} = (%s::timestamptz[])[1 + numbered.n %% %s]"
                               f" from (select id, row_number() over (order by id) as n from app.{table}) as numbered where t.id = numbered.id and t.{column} < now()",
                               [edges, len(edges)])
        connection.execute("update app.support_sessions set attendees = 'session ' || id")
    return Facts(console.world)


def expected(facts, persona, case, what, since=None, until=None):
    """The ids of the records that the oracle says somebody reads of a case, of these days in London."""
    oracle, table = Oracle(facts, (PERSONAS | WRONG_HATS)[persona]), "support_sessions" if what == "sessions" else "support_notes"
    return {row["id"] for row in facts[table] if row["case_id"] == case and oracle.reads(table, row)
            and (what != "shared_notes" or row["stream"] == "shared") and _of_days(row[moment(table)], since, until)}


def _of_days(at: datetime, since: date | None, until: date | None) -> bool:
    day = at.astimezone(LONDON).date()
    return (since is None or day >= since) and (until is None or day <= until)


@pytest.fixture(scope="module")
def printed(console):
    """A function to the ids of the records that the PDF of a persona would be made of, in the order of the pages."""
    def ids(persona, case, what, since=None, until=None):
        with console.app.test_request_context():
            g.identity = console.world.identity(persona)
            try:
                return [record.id for record in run(records(Asked(case, what, since, until)))]
            except DBAPIError as error:
                # A platform-admin is granted nothing of a case.
                assert error.orig.sqlstate == "42501" and g.identity.hat == "platform_admin"
                return []
    return ids


@pytest.fixture(scope="module")
def clients(console):
    """Everybody, signed in."""
    return {persona: console.client(persona) for persona in VISITORS}


def export(clients, persona, case, what, since=None, until=None, file_type="csv"):
    """The answer to the form."""
    form = {"what": what, "file_type": file_type, "since": since or "", "until": until or ""}
    return clients[persona].post(f"{SIDES['collaborator' if VISITORS[persona].hat == 'collaborator' else 'operator']}/{case}/export", data=form)


def words_of(answer):
    """The rows of a CSV file without its heading and last line, which are checked: each by what names it (the note, the people of a session)."""
    heading, *rows, last = csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), strict=True)
    named = heading.index("Note" if "Note" in heading else "With")
    noun = "note" if "Note" in heading else "session"
    assert last == [f"End of export: {'no' if not rows else len(rows)} {noun}{'' if len(rows) == 1 else 's'}", *[""] * (len(heading) - 1)]
    return [row[named] for row in rows]


def named(facts, ids):
    """What names the records with these ids in a file."""
    return sorted(facts.row(each).get("body") or facts.row(each)["attendees"] for each in ids)


@pytest.mark.parametrize("persona", PERSONAS | WRONG_HATS)
def test_the_records_of_every_export_are_those_of_the_oracle(facts, printed, persona):
    """Every persona, under hats that they do not hold too, every case, every kind of export; each record once."""
    seen = 0
    for case in facts["support_cases"]:
        for what in WHAT:
            found = printed(persona, case["id"], what)
            assert len(found) == len(set(found)) and set(found) == expected(facts, persona, case["id"], what), (case["id"], what)
            seen += len(found)
    assert bool(seen) == any(Oracle(facts, (PERSONAS | WRONG_HATS)[persona]).reads("support_cases", case) for case in facts["support_cases"])


def shown(clients, persona, case):
    """The texts of the notes of each stream, and the names of the sessions, on the pages of a case as somebody reads them; None where there is no case."""
    workspace = f"{SIDES['collaborator' if VISITORS[persona].hat == 'collaborator' else 'operator']}/{case}"
    client = clients[persona]
    pages = {path: client.get(f"{workspace}{path}") for path in ("/notes/shared", "/notes/professional", "/sessions")}
    if pages["/sessions"].status_code == 404:
        return None
    notes = [" ".join(each.split()) for path in ("/notes/shared", "/notes/professional") if pages[path].status_code == 200
             for each in _texts(pages[path].text, '<div class="prose">', "</div>")]
    sessions = [each.removeprefix("With ") for each in _texts(pages["/sessions"].text, '<p class="session-with">', "</p>")]
    return sorted(notes), sorted(sessions)


def _texts(markup, start, end):
    listed = markup.split('<ol class="notes"')[-1] if '<ol class="notes"' in markup else markup if "session-with" in start else ""
    return [Page(each.split(end)[0]).text for each in listed.split(start)[1:]]


@pytest.mark.parametrize("persona", VISITORS)
def test_the_file_is_the_screen(facts, clients, persona):
    """Every case: notes and sessions as the tabs show them, and 404 for the form and the file where there are no tabs."""
    for case in (each["id"] for each in facts["support_cases"]):
        found = shown(clients, persona, case)
        answers = {what: export(clients, persona, case, what) for what in ("notes", "sessions")}
        if found is None:
            assert {each.status_code for each in answers.values()} == {404}
            continue
        assert {each.status_code for each in answers.values()} == {200}
        assert (sorted(words_of(answers["notes"])), sorted(words_of(answers["sessions"]))) == found
        assert found == (named(facts, expected(facts, persona, case, "notes")), named(facts, expected(facts, persona, case, "sessions")))


def test_there_was_something_to_be_kept_from_most_of_them(facts):
    """Neither does everybody see all notes of a case that they see, nor nobody: Professional ones, notes hidden from housing officers, others' sessions."""
    case = {name: facts.row(key) for name, key in _cases(facts).items()}
    all_notes = len([row for row in facts["support_notes"] if row["case_id"] == case["ben"]["id"]])
    assert [len(expected(facts, persona, case["ben"]["id"], "notes")) for persona in ("harbour_admin", "worker", "officer_shut")] == [all_notes, all_notes - 1, 1]
    assert 0 < len(expected(facts, "watcher", case["ann"]["id"], "sessions")) < len(expected(facts, "worker", case["ann"]["id"], "sessions"))
    assert expected(facts, "harbour_admin", case["eve"]["id"], "notes") and case["eve"]["closed_at"]


def _cases(facts):
    tenants = {row["id"]: row["full_name"].split()[0].lower() for row in facts["tenants"]}
    return {tenants[row["tenant_id"]]: row["id"] for row in facts["support_cases"]}


DAYS = st.one_of(st.none(), st.sampled_from([date(2024, 6, 1), date(2024, 6, 2), date(2024, 12, 1), date(2024, 12, 2), date(2024, 3, 31), date(2024, 4, 1),
                                             date(2024, 10, 26), date(2024, 10, 27), date(2024, 10, 28), date(1, 1, 1), date(9999, 12, 31), date(2090, 1, 1)]),
                 st.dates(date(2024, 1, 1), date(2024, 12, 31)))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(persona=st.sampled_from(sorted(VISITORS)), case=st.integers(0, 10), what=st.sampled_from(WHAT), since=DAYS, until=DAYS)
def test_any_days_of_anybody(facts, clients, printed, persona, case, what, since, until):
    """CSV, the rows of the PDF and the oracle agree, both ends included, as London counts days; an empty range is a file without records, not an error."""
    case = facts["support_cases"][case]["id"]
    answer = export(clients, persona, case, what, since, until)
    if not Oracle(facts, VISITORS[persona]).reads("support_cases", facts.row(case)):
        assert answer.status_code == 404
    elif since and until and until < since:
        assert answer.status_code == 409
    else:
        ids = expected(facts, persona, case, what, since, until)
        assert sorted(words_of(answer)) == named(facts, ids)
        assert set(printed(persona, case, what, since, until)) == ids


@pytest.mark.parametrize("persona", ["worker", "watcher", "officer_open", "officer_shut", "officer_context", "both_worker"])
def test_no_word_of_a_professional_note_is_in_a_collaborators_files(facts, clients, persona):
    """Threat 44 for exports: in no CSV or PDF of theirs, nor that there are any; and none of how safeguarding is marked."""
    files = 0
    for case in (each["id"] for each in facts["support_cases"]):
        for what in WHAT:
            answer = export(clients, persona, case, what)
            if answer.status_code == 404:
                continue
            files += 1
            # One of them printed: a PDF is made of the same records.
            pdf = export(clients, persona, case, what, file_type="pdf") if files == 1 else answer
            said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.data)).pages) if pdf is not answer else ""
            for text in (answer.data.decode(), said):
                assert "rofessional" not in text and "afeguarding" not in text and "lagged" not in text
            assert any(row["stream"] == "professional" for row in facts["support_notes"] if row["case_id"] == case)
    assert files


@pytest.mark.parametrize(("persona", "case", "what"), [("harbour_admin", "ann", "notes"), ("harbour_admin", "eve", "notes"), ("officer_shut", "ben", "notes"), ("watcher", "ann", "sessions")])
def test_the_pdf_says_every_record_that_it_was_made_of(facts, clients, persona, case, what):
    """Printed, read back: each record's words, author and mark, how many there are, who took them, and no record of anybody else's."""
    case = _cases(facts)[case]
    pdf = export(clients, persona, case, what, file_type="pdf")
    assert pdf.status_code == 200 and pdf.mimetype == "application/pdf"
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf.data)).pages]
    whole, ids = " ".join(pages), expected(facts, persona, case, what)
    assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, start=1))
    table = "support_sessions" if what == "sessions" else "support_notes"
    for row in facts[table]:
        words = row["attendees"].split()[-1] if what == "sessions" else row["body"]
        assert (words in whole.replace("- ", "-")) == (row["id"] in ids), words
    assert whole.count("flagged") == sum(bool(facts.row(each).get("safeguarding")) for each in ids)
    assert f"Records {len(ids)} {'note' if what == 'notes' else 'session'}" in pages[0]
    assert f"Exported by {' '.join(VISITORS[persona].user.split('_')).title()}, " in pages[0]


#: What a person loses while their PDF is printed: the change, and the change back.
LOST = {
    "worker": "update app.support_collaborators set ended_at = {} where case_id = %(case)s and user_id = %(person)s",
    "officer_open": "update app.organisations set support_notes_visible_to_housing_officer = {} where id = %(firm)s",
}


@pytest.mark.parametrize(("persona", "lost", "kept"), [("worker", "now()", "null"), ("officer_open", "false", "true")])
def test_a_right_that_ends_while_a_pdf_is_printed_gives_no_pdf(facts, console, clients, monkeypatch, persona, lost, kept):
    """Threat 20: printing takes seconds, at whose end the rights are looked at again; nothing is given, and nothing written down."""
    world = console.world
    values = {"case": world.case["ann"], "person": VISITORS[persona].user_id, "firm": world.organisation["harbour"]}

    def change(to):
        with world.owner() as connection:
            connection.execute(LOST[persona].format(to), values)

    def print_and_lose(*given):
        pdf = export_pdf(*given)
        change(lost)
        return pdf

    def lines():
        with world.owner() as connection:
            return connection.execute("select count(*) from app.audit_log where action = 'export'").fetchone()

    before = lines()
    with monkeypatch.context() as between:
        between.setattr(exports, "export_pdf", print_and_lose)
        try:
            answer = export(clients, persona, world.case["ann"], "notes", file_type="pdf")
        finally:
            change(kept)
    assert answer.status_code == 404 and lines() == before
    assert export(clients, persona, world.case["ann"], "notes", file_type="pdf").status_code == 200 and lines() == (before[0] + 1,)


def test_days_are_londons(facts):
    """The edges above are what they are said to be: the same moment is one day in London and another in UTC."""
    london = {datetime.fromisoformat(each).astimezone(LONDON).date() for each in EDGES}
    utc = {datetime.fromisoformat(each).date() for each in EDGES}
    assert london != utc and {row["created_at"] for row in facts["support_notes"]} >= {datetime.fromisoformat(each) for each in EDGES}
