"""Whoever words templates, writes answers or uploads files means harm: on the way from the form to the PDF nothing is fetched or run (threats 56, 57, 57b).

Over a real server, whose answers come within the time that the visitor's client waits. What each part refuses by itself is in
test_document_pdf.py and tests/test_upload_check.py; a browser looks at the same screens in tests/browser/test_documents.py.
"""

import io
import json
import uuid

import pytest
from psycopg.types.json import Jsonb
from pypdf import PdfReader

from tests.apart import listening
from tests.upload_corpus import PHP, docx, docx_with_deflated, jpeg_of, pdf, pdf_action, picture, relationships, zeros
from tests.web.pages import Page
from tests.web.test_document_pdf import ATTACKS

#: Seconds for any answer.
MOST = 10
TAB = "/support-cases/{case[ann]}/documents"
#: Elements that no page of ours has, or has with what was typed.
ACTING = {"object", "embed", "iframe", "base", "math", "style", "applet"}


@pytest.fixture(scope="module")
def planted(site):
    """(what was typed, the paths that were asked of a listener): a template and a document full of it, handed in by the worker."""
    with listening() as (address, asked):
        at = address.removeprefix("http://")
        typed = [attack.replace("{at}", at) for attack in ATTACKS]
        words = [each for each in typed if "{{" not in each]
        parts = [{"id": str(uuid.uuid4()), "type": "heading" if number % 3 == 0 else "text", "words": each[:300]} for number, each in enumerate(words)]
        parts += [{"id": str(uuid.uuid4()), "type": "long_text", "words": each[:300], "hint": each[:300]} for each in words]
        parts += [{"id": str(uuid.uuid4()), "type": "choice", "words": "One", "options": [each[:100] for each in words[:5]]}]
        questions = [part for part in parts if part["type"] == "long_text"]
        document = uuid.uuid4()
        with site.world.acting("harbour_admin") as admin:
            [template] = admin.execute("insert into app.document_templates (kind, name) values ('checklist', %s) returning id", [typed[0]]).fetchone()
            [wording] = admin.execute("insert into app.document_template_versions (template_id, parts) values (%s, %s) returning id", [template, Jsonb(parts)]).fetchone()
        with site.world.acting("worker") as worker:
            answers = {part["id"]: typed[number % len(typed)] for number, part in enumerate(questions)} | {parts[-1]["id"]: words[1][:100]}
            worker.execute("insert into app.support_documents (id, case_id, template_version_id, title, answers) values (%s, %s, %s, %s, %s)",
                           [document, site.world.case["ann"], wording, typed[2][:160], Jsonb(answers, dumps=json.dumps)])
            worker.execute("select app.submit_document(%s)", [document])
        yield document, template, list(answers.values()), asked


def assert_words(page: Page) -> None:
    """No element of the page is of what was typed, and no attribute leads or runs anywhere that is not ours."""
    for tag, attributes in page.tags:
        assert tag not in ACTING
        assert not any(name.startswith("on") or name == "style" for name in attributes), (tag, attributes)
        for name in ("src", "href", "action", "formaction"):
            assert (attributes.get(name) or "/").startswith(("/", "#", "?", "mailto:")), (tag, attributes)


def test_every_screen_on_the_way_shows_words(site, planted):
    """The editor, its preview, the list of templates, beginning, filling in, the tab, the page and the approval."""
    document, template, _, asked = planted
    admin = site.visitor("harbour_admin")
    for path in ("/templates", f"/templates/{template}/edit", f"/templates/{template}/wordings/1", site.at(TAB), site.at(TAB) + "/new",
                 site.at(TAB) + f"/new?template={template}", site.at(TAB) + f"/{document}", site.at(TAB) + f"/{document}/approve",
                 site.at("/support-cases/{case[ann]}/history"), "/audit"):
        answer = admin.get(path, timeout=MOST)
        assert answer.status_code == 200, path
        assert "<script>alert(1)" not in answer.text
        assert_words(Page(answer.text))
    assert not asked


def test_approved_it_is_a_pdf_of_those_words(site, planted):
    """Made within the time; each answer is in it, letter for letter, and nothing that acts."""
    document, _, answers, asked = planted
    admin = site.visitor("harbour_admin")
    admin.client.timeout = MOST
    path = site.at(TAB) + f"/{document}/approve"
    answer = admin.fill(admin.page(path).form_with("seen"), path)
    assert answer.status_code == 303, Page(answer.text).alerts
    given = admin.get(site.at(TAB) + f"/{document}/pdf")
    assert given.status_code == 200 and given.headers["content-disposition"].startswith("attachment; filename=\"checklist-version-1-")
    read = PdfReader(io.BytesIO(given.content))
    whole = "".join("".join(page.extract_text() for page in read.pages).split())
    for each in answers:
        assert "".join(each.split()) in whole, each
    assert read.attachments == {} and not {"/OpenAction", "/AA", "/AcroForm"} & set(read.root_object)
    assert not any(page.get("/Annots") for page in read.pages) and not asked


def uploads(address: str) -> dict[str, bytes]:
    """Files that mean harm, each of a kind that is taken, or as if."""
    return {
        "picture with PHP behind": picture("PNG") + PHP, "page before a PDF": b"<html><script>fetch('/')</script>" + pdf(), "picture of a billion pixels": jpeg_of(60_000, 60_000),
        "PDF with JavaScript": pdf_action(b"JavaScript/JS(app.alert\\(1\\))"), "PDF that starts a program": pdf_action(b"Launch/F(calc.exe)"),
        "PDF that asks": pdf_action(b"SubmitForm/F(" + address.encode() + b"/submit)"),
        "letter with a template elsewhere": docx({"word/_rels/settings.xml.rels": relationships(("attachedTemplate", f"{address}/template.dotm", "External"))}),
        "letter of 300 MB": docx_with_deflated(zeros(300), 300_000_000),
        "SVG": f"<svg xmlns='http://www.w3.org/2000/svg'><image href='{address}/svg'/></svg>".encode(), "a page": b"<!doctype html><script>alert(1)</script>",
    }


def test_no_such_file_is_taken(site):
    """Each is answered in time, with a sentence at the field; none is kept, and nobody was asked for anything."""
    admin = site.visitor("harbour_admin")
    admin.client.timeout = MOST
    before = site.as_owner("select count(*) from app.support_upload_files")
    with listening() as (address, asked):
        for what, file in uploads(address).items():
            controls = {name: each.value for name, each in admin.page(site.at(TAB) + "/files/new").form_with("title").controls.items() if name and name != "file"}
            answer = admin.client.post(site.at(TAB) + "/files/new", data=controls | {"title": what}, files={"file": ("scan.pdf", file)})
            assert answer.status_code == 409 and 'class="field-error"' in answer.text, what
        assert not asked
    assert site.as_owner("select count(*) from app.support_upload_files") == before
