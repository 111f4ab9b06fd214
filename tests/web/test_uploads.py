"""Files of a case: added by whoever may, told by their content, given out as downloads alone, removed by whoever may (threats 57, 57b)."""

import io
import uuid

import pytest
from PIL import Image

from tests.web.documents import made
from tests.web.pages import Page
from tests.web.visitor import Visitor
from views import uploads
from views.uploads import size

TAB = "/support-cases/{case[ann]}/documents"
THEIRS = "/support/cases/{case[ann]}/documents"
NEW, THEIR_NEW = TAB + "/files/new", THEIRS + "/files/new"
UPLOADED = "select title, author_name, document_id from app.support_uploads where id = %(id)s"


def picture() -> bytes:
    """A small PNG that is whole."""
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(made, "PNG")
    return made.getvalue()


PNG = picture()


def add(visitor: Visitor, path: str, file: bytes | None = PNG, **fields: str):
    """Fills in the form at this address and sends it with a file, as a browser does; the answer, and the id of the row."""
    controls = {name: each.value for name, each in visitor.page(path).form_with("title").controls.items() if name and name != "file"}
    data = controls | {"title": "A letter", "received_on": "2024-03-01"} | fields
    files = {"file": ("passwd; ../../Ann Tenant.html", file, "text/html")} if file is not None else {"file": ("", b"")}
    return visitor.client.post(path, data=data, files=files), data["id"]


def test_a_file_is_added_seen_given_out_and_removed(site):
    """By an operator: on the tab with what it is; as a download with a name of ours and its type by content; on the record throughout."""
    admin = site.visitor("harbour_admin")
    answer, pk = add(admin, site.at(NEW), title="Letter from the council")
    assert answer.status_code == 303 and answer.headers["location"].endswith("/documents#files")
    page = admin.page(site.at(TAB)).text
    assert "File added." in page and "Letter from the council PNG picture, " in page and "1 Mar 2024" in page
    given = admin.get(site.at(TAB + f"/files/{pk}"))
    assert given.status_code == 200 and given.content == PNG and given.headers["content-type"] == "image/png"
    assert given.headers["content-disposition"] == f'attachment; filename="file-{pk[:8]}.png"'
    assert given.headers["x-content-type-options"] == "nosniff" and given.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in given.headers["content-security-policy"]
    assert site.as_owner("select action, row_kind, actor_name from app.audit_log where case_id = %(case)s order by id desc limit 1", case=site.world.case["ann"]) == [
        ("export", "uploaded_file", "Harbour Admin")]
    question = admin.page(site.at(TAB + f"/files/{pk}/remove")).text
    assert "Remove this file? “Letter from the council”, added by Harbour Admin, is deleted for good." in question
    assert admin.post(site.at(TAB + f"/files/{pk}/remove")).status_code == 303
    assert site.as_owner("select count(*) from app.support_upload_files where upload_id = %(id)s", id=pk) == [(0,)]
    assert admin.get(site.at(TAB + f"/files/{pk}")).status_code == 404
    # What was said of it is there for the operators; the file itself is in no line.
    [(before,)] = site.as_owner("select p.before from app.audit_log as a join app.audit_payloads as p on p.audit_id = a.id where a.row_id = %(id)s and a.action = 'delete'", id=pk)
    assert before["title"] == "Letter from the council" and "bytes" not in before


def test_the_signed_copy_stays_with_its_document(site):
    """Whoever reads the document reads the copy; a collaborator adds one to what they read, and to nothing else."""
    approved, hidden = site.world.document["ann/worker/approved"], site.world.document["ann/both_worker/submitted"]
    with site.visited_by("worker") as worker, site.visited_by("watcher") as watcher, site.visited_by("officer_context") as context:
        path = site.at(THEIR_NEW) + f"?document={approved}"
        assert "Add the signed copy" in worker.page(path).text and worker.get(site.at(THEIR_NEW) + f"?document={hidden}").status_code == 404
        answer, pk = add(worker, path, title="Signed agreement")
        assert answer.status_code == 303 and site.as_owner(UPLOADED, id=pk) == [("Signed agreement", "Worker", approved)]
        assert "Signed agreement" in worker.page(site.at(THEIRS) + f"/{approved}").text
        assert worker.get(site.at(THEIRS) + f"/files/{pk}").content == PNG
        # One who takes part in full reads it with the document, and does not remove it; one with context alone sees neither.
        for other, status in ((site.visitor("both_worker"), 200), (context, 404)):
            assert other.get(site.at(THEIRS) + f"/files/{pk}").status_code == status
            assert other.get(site.at(THEIRS) + f"/files/{pk}/remove").status_code == 404
            assert other.send(site.at(THEIRS) + f"/files/{pk}/remove").status_code == 404
        assert context.get(site.at(THEIR_NEW)).status_code == 404
        assert watcher.get(site.at(THEIRS) + f"/files/{pk}").status_code in (200, 404)
        assert worker.post(site.at(THEIRS) + f"/files/{pk}/remove").status_code == 303
        assert site.as_owner(UPLOADED, id=pk) == []


def test_of_others_files_a_collaborator_sees_none(site):
    """What the operators added by themselves is theirs; it is there."""
    theirs = site.world.upload["ann/quay_manager/jpeg"]
    with site.visited_by("worker") as worker, site.visited_by("quay_manager") as manager, site.visited_by("moor_admin") as stranger:
        assert manager.get(site.at(TAB) + f"/files/{theirs}").status_code == 200
        assert "File of quay_manager about ann" in manager.page(site.at(TAB)).text
        assert worker.get(site.at(THEIRS) + f"/files/{theirs}").status_code == 404 and "File of quay_manager" not in worker.page(site.at(THEIRS)).text
        assert stranger.get(site.at(TAB) + f"/files/{theirs}").status_code == 404
        # The address of another case shows it to nobody.
        assert manager.get(site.at("/support-cases/{case[eve]}/documents") + f"/files/{theirs}").status_code == 404


REFUSED = {
    "nothing chosen": (None, "Choose a file."),
    "empty": (b"", "There is nothing in this file."),
    "a page": (b"<html><script>alert(1)</script></html>", "this is something else"),
    "a picture with a program behind": (PNG + b"PK\x03\x04#!/bin/sh", "something else in this file"),
    "too large": (PNG + b"\0" * 10_000_000, "larger than 10 MB"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_accepted_is_said_at_the_field(site, what):
    """Everything else that was typed is still there, and nothing is kept."""
    file, sentence = REFUSED[what]
    admin = site.visitor("harbour_admin")
    before = site.as_owner("select count(*) from app.support_uploads")
    answer, _ = add(admin, site.at(NEW), file, title="What I <b>typed</b>")
    page = Page(answer.text)
    assert answer.status_code == 409 and sentence in page.text and "What I &lt;b&gt;typed&lt;/b&gt;" in answer.text
    assert site.as_owner("select count(*) from app.support_uploads") == before


def test_a_title_and_a_day_are_the_databases_to_judge(site):
    """At their fields; a script in a title stays words on every screen."""
    admin = site.visitor("harbour_admin")
    answer, _ = add(admin, site.at(NEW), title=" ")
    assert answer.status_code == 409 and "Say what this is, in up to 160 characters." in Page(answer.text).text
    answer, _ = add(admin, site.at(NEW), received_on="1999-12-31")
    assert answer.status_code == 409 and "Give a date between 2000 and 2100." in Page(answer.text).text
    answer, pk = add(admin, site.at(NEW), title="<script>alert(1)</script>")
    assert answer.status_code == 303 and "<script>alert(1)" not in admin.get(site.at(TAB)).text
    site.as_owner("delete from app.support_uploads where id = %(id)s", id=pk)


def test_a_form_that_comes_twice_adds_one_file(site):
    """After a lost answer the same form is sent again."""
    admin = site.visitor("harbour_admin")
    first, pk = add(admin, site.at(NEW))
    again, _ = add(admin, site.at(NEW), id=pk)
    assert first.status_code == again.status_code == 303 and len(site.as_owner(UPLOADED, id=pk)) == 1
    site.as_owner("delete from app.support_uploads where id = %(id)s", id=pk)


def test_far_too_much_is_not_read(site):
    """Beyond what is read at all, no form; and other forms do not grow by it."""
    with site.visited_by("harbour_admin") as admin:
        answer, _ = add(admin, site.at(NEW), b"\0" * 31_000_000)
        assert answer.status_code == 413
    with site.visited_by("harbour_admin") as admin:
        assert admin.send(site.at("/support-cases/{case[ann]}/goals"), id=str(uuid.uuid4()), title="x" * 1_100_000).status_code == 413


def test_a_closed_case_takes_no_file_and_loses_none(site):
    """It is read-only; its files are given out."""
    closed = site.at("/support-cases/{case[eve]}/documents/files")
    admin = site.visitor("harbour_admin")
    pk = site.world.upload["eve/worker/pdf"]
    assert admin.get(f"{closed}/{pk}").status_code == 200
    assert admin.get(f"{closed}/new").status_code == 404 and admin.get(f"{closed}/{pk}/remove").status_code == 404
    answer = admin.client.post(f"{closed}/new", data={"csrf_token": admin.token(), "id": str(uuid.uuid4()), "title": "Late"}, files={"file": ("a.png", PNG)})
    assert answer.status_code == 409 and "This case is closed" in Page(answer.text).text
    assert admin.send(f"{closed}/{pk}/remove").status_code == 409 and len(site.as_owner(UPLOADED, id=pk)) == 1


@pytest.mark.parametrize("of_bytes, words", [(1, "1 byte"), (999, "999 bytes"), (1000, "1 KB"), (45_400, "45 KB"), (999_499, "999 KB"), (999_500, "1.0 MB"), (9_960_000, "10.0 MB")])
def test_sizes_are_said_as_people_say_them(of_bytes, words):
    """By thousands, as file managers count."""
    assert size(of_bytes) == words


def test_a_document_that_is_withdrawn_while_its_scan_is_looked_at(console, monkeypatch):
    """Whoever may not read it any more is told about their file, on their form: nothing reads the document again."""
    its_id = made(console, "both_worker", ("both_worker", "submit"), ("harbour_admin", "approve"))

    def meanwhile(_):
        with console.world.acting("harbour_admin") as admin:
            admin.execute("select app.withdraw_document(%s, 'It was wrong.')", [its_id])
        raise uploads.NotAccepted("damaged")

    monkeypatch.setattr(uploads, "judge", meanwhile)
    client = console.client("worker")
    address = f"/support/cases/{console.world.case['ann']}/documents/files/new?document={its_id}"
    answer = client.post(address, data={"title": "Signed", "file": (io.BytesIO(b"%PDF-1.7\n"), "scan.pdf")})
    assert answer.status_code == 409 and "cannot read this file" in Page(answer.text).alerts
