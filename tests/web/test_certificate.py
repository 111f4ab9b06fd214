"""The destruction certificate: what it says of a run, on how many pages, and that it names no tenant."""

import hashlib
import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app import create_app
from config import from_environment
from db.models_record import Destruction
from tests.web.conftest import environment_of
from tests.web.test_printing import text_of
from views.certificate import COPIES, MOST_LINES, RECORDS, Certificate, ChainHead, Destroyed, DestroyedCase, certificate_pdf, from_ledger, sha256_of_ids

ORGANISATION = "Harbour & Łąka Housing Association of Ŵyn, Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch <b>and</b> Świętochłowice"
BEGAN = datetime(2026, 7, 15, 1, 0, tzinfo=UTC)


def ident(number: int) -> uuid.UUID:
    """The same id for the same number."""
    return uuid.UUID(bytes=hashlib.md5(str(number).encode(), usedforsecurity=False).digest())


def cases(number: int) -> tuple[DestroyedCase, ...]:
    """Cases of which every third stays; every fifth lost flagged notes too."""
    return tuple(DestroyedCase(ident(each), {"support_notes": 12, "support_goals": 1, "support_goal_progress": 2},
                               ("case",) if each % 5 else ("case", "safeguarding"), bool(each % 3)) for each in range(number))


CERTIFICATE = Certificate(
    ORGANISATION, ident(-1), None, BEGAN, BEGAN + timedelta(minutes=9), 7, 25,
    (Destroyed("support_notes", "case", 1200), Destroyed("support_notes", "safeguarding", 34), Destroyed("support_cases", "case", 60),
     Destroyed("support_goal_progress", "case", 1), Destroyed("support_documents", "case", 7), Destroyed("support_uploads", "case", 2), Destroyed("audit_payloads", "case", 1180)),
    cases(90), sha256_of_ids([ident(1)]), ChainHead(184213, bytes(range(32)).hex(), BEGAN), "Siân Ŵyn-Żółkiewska", BEGAN + timedelta(days=2),
)  # fmt: skip


@pytest.fixture(scope="module")
def printed(shared_world):
    """A function from a certificate to what each of its pages says."""
    app = create_app(from_environment(environment_of(shared_world)))

    def pages_of(certificate: Certificate) -> list[str]:
        with app.app_context():
            return text_of(certificate_pdf(certificate))

    return pages_of


def test_a_certificate_says_what_went_under_which_rule(printed):
    """In words, figures and ids, on each page whose it is and who made it; the heads of the long table on each of its pages."""
    pages = printed(CERTIFICATE)
    whole = " ".join(pages)
    assert len(pages) >= 3
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Made with Keywork by Siân Ŵyn-Żółkiewska, Friday 17 July 2026, 02:00 BST" in page and ORGANISATION in page
    for said in (
        "Certificate of destruction", "1,244 records of 90 closed cases were destroyed in Keywork, and 60 cases with all that belonged to them", f"Run {ident(-1)}", "Asked for by The nightly run",
        "Began Wednesday 15 July 2026, 02:00 BST", "Finished Wednesday 15 July 2026, 02:09 BST", "Notes 1,200 34 1,234", "Progress entries 1 0 1", "Documents 7 0 7", "Files 2 0 2", "with a document its PDF, the record of its steps, and to whom it was sent",
        "Cases 60 0 60", "7 years after the case was last closed", "25 years after the case was last closed",
        "what the audit log had kept of it included", "Backups of the database lie outside Keywork", CERTIFICATE.ids_sha256,
        bytes(range(32)).hex(), "Seal of line 184,213",
    ):
        assert said in whole, said
    # In the order given, and each on one line with its counts, rule and fate.
    lines = re.findall(r"([0-9a-f]{8}) 12 notes, 1 goal and 2 progress entries (Case window|Both windows) (Destroyed|Stays)", whole)
    assert lines == [(case.reference, "Case window" if each % 5 else "Both windows", "Destroyed" if each % 3 else "Stays")
                     for each, case in enumerate(CERTIFICATE.cases)]
    with_lines = [page for page in pages if "12 notes" in page]
    assert len(with_lines) > 1 and all("Case Destroyed Rule The case itself" in page for page in with_lines)


def test_a_small_one_speaks_of_one(printed):
    """Singular; a person who asked; an audit log of which nothing is sealed; a case that had nothing left but itself."""
    whole = " ".join(printed(replace(
        CERTIFICATE, asked_by="Olive O'Neil", totals=(Destroyed("support_cases", "case", 1),), case_years=1, chain_head=None,
        cases=(DestroyedCase(ident(1), {"support_cases": 1}, ("safeguarding",), True),))))
    for said in ("1 closed case was destroyed in Keywork with all that belonged to it, because the time", "Asked for by Olive O'Neil", "1 year after the case was last closed", "Cases 1 0 1",
                 "No line of it had been sealed yet", f"{ident(1)!s:.8} Nothing was left under it Safeguarding window Destroyed"):
        assert said in whole, said


def test_words_of_the_audit_log_alone_are_said_to_be_erased(printed):
    """A case that stays, and whose deleted records had their words in the log: nothing is said to be destroyed, nor to have been empty; beside others too."""
    stays = DestroyedCase(ident(1), {"audit_payloads": 2}, ("case",), False)
    page = " ".join(printed(replace(CERTIFICATE, organisation="Harbour", totals=(Destroyed("audit_payloads", "case", 2),), cases=(stays,))))
    assert ("What the audit log had kept of the deleted records of 1 closed case was erased in Keywork, because the time for which Harbour keeps it was over."
            " Keywork cannot bring it back.") in page
    assert f"{ident(1)!s:.8} What the audit log had kept of its deleted records was erased Case window Stays" in page
    assert "No records" not in page and "Nothing was" not in page and "What was destroyed" not in page
    whole = " ".join(printed(replace(CERTIFICATE, cases=(*CERTIFICATE.cases, stays))))
    assert "1,244 records of 90 closed cases were destroyed" in whole
    assert "Of 1 other closed case what the audit log had kept of deleted records was erased." in whole


def test_a_run_that_found_nothing_due_says_so(printed):
    """One page, no table."""
    [page] = printed(replace(CERTIFICATE, organisation="Harbour", totals=(), cases=(), ids_sha256=sha256_of_ids([])))
    assert "Nothing was due in this run, so nothing was destroyed." in page and "Case by case" not in page and "What was destroyed" not in page


@pytest.mark.slow
def test_a_very_long_list_is_told_to_be_longer(printed):
    """The longest list that is printed whole is printed in time; what is left out is said, and counted all the same."""
    whole = " ".join(printed(replace(CERTIFICATE, cases=cases(MOST_LINES + 1))))
    assert f"The first {MOST_LINES:,} of {MOST_LINES + 1:,} cases" in whole and f"records of {MOST_LINES + 1:,} closed cases" in whole
    assert whole.count("12 notes, 1 goal") == MOST_LINES
    assert f"{ident(MOST_LINES - 1)!s:.8}" in whole and f"{ident(MOST_LINES)!s:.8}" not in whole


def test_the_ledger_gives_totals_cases_and_hash():
    """Rows of every table of the ledger. A case whose flagged note was the last to go went under that window, though its team has no other rule than cases."""
    def line(case, table, rule, *rows):
        return Destruction(case_id=ident(case), table_name=table, rule=rule, row_ids=[ident(row) for row in rows])

    totals, made, digest = from_ledger([
        line(1, "support_notes", "case", 10, 11), line(1, "support_notes", "safeguarding", 12), line(1, "audit_payloads", "case", 10, 11, 12),
        line(2, "support_notes", "safeguarding", 20), line(2, "support_collaborators", "case", 21), line(2, "support_cases", "case", 2),
        line(3, "support_cases", "case", 3), line(1, "support_goals", "case", 13), line(1, "support_uploads", "case", 14), line(1, "support_documents", "case", 15, 16)])
    assert set(totals) == {
        Destroyed("support_notes", "case", 2), Destroyed("support_notes", "safeguarding", 2), Destroyed("support_goals", "case", 1), Destroyed("support_uploads", "case", 1), Destroyed("support_documents", "case", 2),
        Destroyed("support_collaborators", "case", 1), Destroyed("support_cases", "case", 2), Destroyed("audit_payloads", "case", 3)}
    assert [(each.case_id, each.content, each.under, each.itself) for each in made] == [
        (ident(1), "3 notes, 1 goal, 2 documents and 1 file", "Both windows", False),
        (ident(2), "1 note and 1 team assignment", "Safeguarding window", True),
        (ident(3), "", "Case window", True)]
    assert digest == sha256_of_ids(map(ident, (10, 11, 12, 13, 14, 15, 16, 20, 21, 2, 3)))
    assert from_ledger([]) == ((), (), sha256_of_ids([]))


def test_every_record_that_retention_destroys_has_its_words(shared_world):
    """The database's own registry of records, and its copies that the ledger lists."""
    with shared_world.owner() as connection:
        records = {name for (name,) in connection.execute("select table_name from app.kept_texts() where kept_as = 'record'")}
        copies = {name for (name,) in connection.execute("select table_name from app.kept_texts() where kept_as = 'copy'")}
    assert records == set(RECORDS) and COPIES in copies


def test_the_hash_over_ids_can_be_made_by_anybody():
    """The order in which they come does not matter; here is how it is made by hand."""
    ids = [uuid.UUID("ffffffff-0000-4000-8000-000000000002"), uuid.UUID("0000000A-0000-4000-8000-000000000001")]
    by_hand = b"0000000a-0000-4000-8000-000000000001\nffffffff-0000-4000-8000-000000000002\n"
    assert sha256_of_ids(ids) == sha256_of_ids([*reversed(ids), *ids]) == hashlib.sha256(by_hand).hexdigest()
    assert sha256_of_ids([]) == hashlib.sha256(b"").hexdigest()
