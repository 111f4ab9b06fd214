"""Importing, as an org-admin meets it: upload, columns, check, import; refusals in words, nothing to run in a spreadsheet, and nobody else."""

import csv
import io

import pytest

from tests.imports import ROWS, csv_of, ready
from tests.retention import as_job
from tests.web.pages import Page
from views.import_kinds import KINDS, guessed

FIRST = {"Note ref": "N-1", "Case": "C-0", "Stream": "Shared", "Text": "=1+1 and <b>bold</b>", "Worker": "Jo Former", "Date": "03/11/2024 14:05", "Flag": ""}


@pytest.fixture(scope="module")
def firm(site):
    """The site, with something in Harbour that files can name."""
    with site.world.owner() as owner:
        ready(owner, site.world)
    return site


def upload(visitor, file: bytes, kind: str = "notes", name: str = "../notes <1>.csv"):
    """Sends the form of the upload with a file, as a browser does; the answer, and the id of the import."""
    controls = {name: each.value for name, each in visitor.page("/imports/new").form_with("kind").controls.items() if name and name != "file"}
    data = controls | {"kind": kind}
    return visitor.client.post("/imports/new", data=data, files={"file": (name, file, "text/csv")}), data["id"]


def columns(visitor, pk: str, **chosen: str):
    """Sends the form of the columns, as it was served but for these."""
    return visitor.post(f"/imports/{pk}/columns", **chosen)


def work(site) -> None:
    """What the jobs service does."""
    as_job(site.world, "call app.work_on_imports()")


def checked(site, visitor, *rows: dict[str, str], kind: str = "notes") -> str:
    """A file, uploaded, its columns as they were guessed, checked: the id of the import."""
    answer, pk = upload(visitor, csv_of([*rows]), kind)
    assert answer.status_code == 303
    # Not as for a file of before, where that was matched oddly.
    chosen = {"case": "Case", "safeguarding": ""} if "Case" in rows[0] else {}
    assert columns(visitor, pk, **chosen).status_code == 303
    work(site)
    return pk


def test_a_file_is_brought_in_step_by_step(firm):
    """Columns guessed by their names; waiting; what it would do; the question; done; and the note shows as imported, for everybody who reads it."""
    admin = firm.visitor("harbour_admin")
    answer, pk = upload(admin, csv_of([FIRST]))
    assert answer.status_code == 303 and answer.headers["location"] == f"/imports/{pk}/columns"
    page = admin.page(f"/imports/{pk}/columns")
    assert "notes 1.csv, read as UTF-8 with commas between cells." in page.text and "03/11/2024 14:05" in page.text
    assert page.form_with("body").values() == {
        "external_id": "Note ref", "case": "Case", "stream": "Stream", "body": "Text", "author": "Worker", "created_at": "Date", "safeguarding": ""}
    # The flag is not called as anything that Keywork knows.
    assert columns(admin, pk, safeguarding="Flag").status_code == 303
    waiting = admin.get(f"/imports/{pk}").text
    assert "Every line is being checked." in Page(waiting).text and "data-under-way" in waiting and 'http-equiv="refresh"' in waiting
    work(firm)
    page = admin.page(f"/imports/{pk}").text
    assert "1 note will be added." in page and "here already" not in page
    assert "All of it is imported, or nothing." in admin.page(f"/imports/{pk}/apply").text
    assert admin.post(f"/imports/{pk}/apply").headers["location"] == f"/imports/{pk}"
    assert "It is being imported" in admin.page(f"/imports/{pk}").text
    work(firm)
    page = admin.page(f"/imports/{pk}").text
    assert "1 note was added." in page and "by Harbour Admin" in page and "Give this import up" not in page
    for persona, path in (("harbour_admin", "/support-cases/{case[ann]}"), ("worker", "/support/cases/{case[ann]}")):
        shown = firm.visitor(persona).page(firm.at(path)).text
        assert "Jo Former , imported 3 Nov 2024, 14:05" in shown and "=1+1 and <b>bold</b>" in shown
    assert "1 added" in admin.page("/imports").text
    history = admin.page(firm.at("/audit?case={case[ann]}&event=insert")).text
    assert "Harbour Admin wrote a Shared note of 3 Nov 2024" in history
    assert "Harbour Admin imported a file of notes" in admin.page("/audit?event=update").text
    # The next file's columns are those of this one, the flag too.
    _, following = upload(admin, csv_of([FIRST]))
    assert admin.page(f"/imports/{following}/columns").form_with("body").values()["safeguarding"] == "Flag"
    columns(admin, following)
    work(firm)
    page = admin.page(f"/imports/{following}").text
    assert "1 note is here already, by its id, and left as it is. So there is nothing to import." in page
    assert admin.post(f"/imports/{following}/discard").status_code == 303
    assert "Given up. What was read of the file is deleted." in admin.page("/imports").text


def test_goals_and_sessions_show_as_imported(firm):
    """On their tabs, with the name of whoever wrote them."""
    admin = firm.visitor("harbour_admin")
    for kind in ("goals", "sessions"):
        pk = checked(firm, admin, ROWS[kind], kind=kind)
        assert admin.post(f"/imports/{pk}/apply").status_code == 303
        work(firm)
    assert "Set by Jo Former, imported, 3 Nov 2024" in admin.page(firm.at("/support-cases/{case[ann]}/goals")).text
    assert "Recorded by Quay Manager, imported" in admin.page(firm.at("/support-cases/{case[ann]}/sessions")).text


def test_faults_are_listed_in_words_and_as_csv(firm):
    """By line and column, with what was probably meant; 120 of them on three pages and in one file, of which a spreadsheet runs nothing (threat 55)."""
    admin = firm.visitor("harbour_admin")
    wrong = {"Stream": "Profesional", "Case": "=cmd|' /C calc'!A1"}
    pk = checked(firm, admin, *[FIRST | wrong | {"Note ref": f"F-{number}"} for number in range(60)])
    page = admin.page(f"/imports/{pk}")
    assert "120 things must be put right in the file before it can be imported." in page.text and "Nothing has changed so far." in page.text
    assert "Line 2 Case There is none of this name or id here. =cmd|' /C calc'!A1" in page.text
    assert "Line 2 Stream This is none of the choices. Did you mean “Professional”? Profesional" in page.text
    assert "Line 61" not in page.text and "Line 61" in admin.page(f"/imports/{pk}?page=3").text
    assert admin.get(f"/imports/{pk}/apply").status_code == 404 and admin.send(f"/imports/{pk}/apply").status_code == 404
    answer = admin.get(f"/imports/{pk}/faults.csv")
    assert answer.headers["content-type"].startswith("text/csv") and answer.headers["content-disposition"] == f'attachment; filename="import-faults-{pk[:8]}.csv"'
    assert answer.headers["cache-control"] == "no-store"
    rows = [*csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))]
    assert rows[0] == ["Line", "Column", "What is wrong", "The cell begins with"] and len(rows) == 121
    assert ["2", "Case", "There is none of this name or id here.", "'=cmd|' /C calc'!A1"] in rows
    # Matched anew, to something else.
    assert columns(admin, pk, case="Note ref").status_code == 409
    assert columns(admin, pk, case="Flag", safeguarding="").status_code == 303
    work(firm)
    assert "It must be filled in." in admin.page(f"/imports/{pk}").text


def test_a_field_without_its_column_says_so(firm):
    """By the field; what was chosen stays."""
    admin = firm.visitor("harbour_admin")
    _, pk = upload(admin, csv_of([FIRST]))
    for chosen, sentence in (({"body": ""}, "Choose where this stands in the file."), ({"body": "Nothing of the kind"}, "Choose something that is in the file"), ({"safeguarding": "Text"}, "nothing twice")):
        answer = columns(admin, pk, **chosen)
        page = Page(answer.text)
        form = page.form_with("body")
        assert answer.status_code == 409
        faulty = [name for name, each in form.controls.items() if each.invalid]
        assert len(faulty) == 1 and sentence in page.error_of(form.controls[faulty[0]])
    assert firm.as_owner("select state from app.imports where id = %(id)s", id=pk) == [("uploaded",)]


@pytest.mark.parametrize(("file", "sentence"), [
    (b"", "The file is empty."), (b"PK\x03\x04xx", "This is an Excel workbook"), (b"a,b\n", "nothing below"), (b"a,a\n1,2\n", "Two columns are called"),
    (b'a,b\n1,2\n"3,4\n', "In line 3 a quotation mark opens"), (b"a,b\n1,2\n3," + b"x" * 10_000_000, "Line 3 has a cell of more than"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_is_told_by_its_field(firm, file, sentence):
    """In a sentence, with nothing kept."""
    admin = firm.visitor("harbour_admin")
    before = firm.content()
    answer, _ = upload(admin, file)
    page = Page(answer.text)
    assert answer.status_code == 409 and sentence in page.error_of(page.form_with("kind").controls["file"])
    assert firm.content() == before


def test_without_a_file_or_a_kind(firm):
    """Each says so by its field; sent twice, the same import."""
    admin = firm.visitor("harbour_admin")
    form = admin.page("/imports/new").form_with("kind")
    sent = {name: each.value for name, each in form.controls.items() if name}
    page = Page(admin.client.post("/imports/new", data=sent, files={"file": ("", b"")}).text)
    assert "Choose a file." in page.error_of(page.form_with("kind").controls["file"])
    assert "Choose what the file holds." in upload(admin, csv_of([FIRST]), kind="secrets")[0].text
    for _ in range(2):
        answer = admin.client.post("/imports/new", data=sent | {"kind": "notes"}, files={"file": ("n.csv", csv_of([FIRST]), "text/csv")})
        assert answer.status_code == 303 and answer.headers["location"] == f"/imports/{sent['id']}/columns"
    assert firm.as_owner("select count(*) from app.import_lines where import_id = %(id)s", id=sent["id"]) == [(1,)]


def test_steps_that_are_over_lead_to_where_the_import_is(firm):
    """A page of before: no error, and nothing is done twice."""
    admin = firm.visitor("harbour_admin")
    pk = checked(firm, admin, FIRST | {"Note ref": "N-late"})
    admin.post(f"/imports/{pk}/apply")
    for step in ("columns", "apply"):
        assert admin.get(f"/imports/{pk}/{step}").headers["location"] == f"/imports/{pk}"
    assert "This import is at another step by now." in admin.page(f"/imports/{pk}").text
    assert admin.send(f"/imports/{pk}/apply").headers["location"] == f"/imports/{pk}"
    work(firm)
    assert admin.get(f"/imports/{pk}/discard").headers["location"] == f"/imports/{pk}"


def test_nobody_elses_and_no_plan(firm):
    """Threat 6: another firm's org-admin finds nothing of it; without the plan there is the upgrade page, and no step."""
    admin, stranger, small = (firm.visitor(persona) for persona in ("harbour_admin", "moor_admin", "small_admin"))
    pk = checked(firm, admin, FIRST | {"Note ref": "N-theirs"})
    for step in ("", "/columns", "/apply", "/discard", "/faults.csv"):
        assert admin.get(f"/imports/{pk}{step}").status_code == 200, step
        for other in (stranger, small):
            assert other.get(f"/imports/{pk}{step}").status_code == 404, step
            assert step in ("", "/faults.csv") or other.send(f"/imports/{pk}{step}").status_code == 404, step
    assert "N-theirs" not in stranger.page("/imports").text
    assert "Enterprise" in small.page("/imports").text and small.get("/imports/new").status_code == 404
    assert "/imports" in admin.get("/imports").text and 'href="/imports"' not in small.get("/tenants").text


def test_fields_are_those_of_the_database(firm):
    """Kinds and fields of the screens, in their order, and which must be there."""
    assert firm.as_owner("select kind, field from app.import_fields()") == [(kind, field) for kind, its in KINDS.items() for field in its.fields]
    # A file that is called as Keywork calls things needs no choosing.
    for kind, its in KINDS.items():
        header = list(its.fields)
        assert guessed(kind, header, {}) == dict(zip(header, header, strict=True))
        assert guessed(kind, [field.label for field in its.fields.values()], {}).keys() == its.fields.keys()
