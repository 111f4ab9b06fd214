"""Exports by clicking: from the menu of a case to a file on the disk, for an operator and for a worker, and what is said of days that make no sense."""

import csv
import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.test_walk import ADMIN, WORKER, case_with

pytestmark = pytest.mark.browser


def taken(page, **chosen: str) -> tuple[str, bytes]:
    """The name and the bytes of the file that the form on the page makes."""
    for label, value in chosen.items():
        if label in ("first", "last"):
            page.get_by_label(f"{label.capitalize()} day").fill(value)
        else:
            page.get_by_label(value).check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def rows_of(file: bytes) -> list[list[str]]:
    """The rows of a CSV file."""
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def to_export(page) -> None:
    """Through the quiet menu of the case."""
    page.get_by_text("More", exact=True).first.click()
    page.get_by_role("link", name="Export", exact=True).click()
    expect(page.get_by_role("heading", name="Export", exact=True)).to_be_visible()


def test_a_copy_is_taken_out(desk, demo_site):
    page = desk.page
    case_id, tenant, _ = case_with(demo_site, WORKER[0])
    shared, professional, sessions = counts(demo_site, case_id)
    assert shared and professional and sessions
    desk.sign_in(*ADMIN)
    page.goto(f"/support-cases/{case_id}/notes")
    to_export(page)
    desk.look("operator")
    name, file = taken(page, what="Shared and Professional notes", file="CSV, for a spreadsheet")
    assert name.startswith(f"notes-case-{str(case_id)[:8]}-") and name.endswith(".csv")
    *header, last = rows_of(file)
    assert len(header) == 1 + shared + professional and last[0].startswith(f"End of export: {shared + professional} note")
    name, file = taken(page, file="PDF, to print or to hand on")
    pages = [each.extract_text() for each in PdfReader(io.BytesIO(file)).pages]
    assert name.endswith(".pdf") and tenant in pages[0] and "only for the operators of" in pages[0] and f"Page 1 of {len(pages)}" in pages[0]
    page.get_by_label("First day").fill("2026-03-02")
    page.get_by_label("Last day").fill("2026-03-01")
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a last day that is not before the first one.")
    expect(page.get_by_label("First day")).to_have_value("2026-03-02")
    expect(page.get_by_label("PDF, to print or to hand on")).to_be_checked()
    desk.look("refused")
    desk.sign_out()

    desk.sign_in(*WORKER)
    page.goto(f"/support/cases/{case_id}/sessions")
    to_export(page)
    expect(page.get_by_label("Sessions")).to_be_checked()
    expect(page.locator("main")).not_to_contain_text("Professional")
    desk.look("worker")
    _, file = taken(page, file="CSV, for a spreadsheet")
    assert rows_of(file)[-1][0].startswith(f"End of export: {sessions} session")
    name, file = taken(page, file="PDF, to print or to hand on")
    assert name.startswith("sessions-case-") and tenant in PdfReader(io.BytesIO(file)).pages[0].extract_text()
    _, file = taken(page, what="Shared notes", file="CSV, for a spreadsheet")
    assert len(rows_of(file)) == shared + 2 and b"Professional" not in file

    desk.sign_out()
    desk.sign_in(*ADMIN)
    page.goto(f"/support-cases/{case_id}/history")
    expect(page.locator("main")).to_contain_text("took a copy out of Keywork: sessions as a PDF")
    expect(page.locator("main")).to_contain_text("took a copy out of Keywork: notes as a CSV file")


def counts(site, case_id) -> tuple[int, int, int]:
    """How many Shared notes, Professional notes and sessions a case has."""
    return site.as_owner("select count(*) filter (where stream = 'shared'), count(*) filter (where stream = 'professional'),"
                         " (select count(*) from app.support_sessions as s where s.case_id = %(id)s) from app.support_notes as n where n.case_id = %(id)s", id=case_id)[0]
