"""Whoever approves at the same time as others gets the PDF of that document: every answer of it, and nothing of another case (threat 24)."""

import hashlib
import io
import json
import uuid
from concurrent.futures import ThreadPoolExecutor

from psycopg.types.json import Jsonb
from pypdf import PdfReader

from tests.web.documents import every_answer, kept

#: Whose documents these are: the case, and who approves there.
CASES = (("ann", "harbour_admin"), ("ben", "harbour_admin"), ("ann", "quay_manager"), ("ben", "harbour_admin"))


def handed_in(site, case: str, canary: str) -> uuid.UUID:
    """A document of a case with an answer to each question, each of which a person typed says the canary."""
    its_id = uuid.uuid4()
    answers = every_answer() | {"name": f"{canary} name", "wishes": f"{canary} wishes for the year\n\nand {canary} more", "signed": f"{canary} signed"}
    with site.world.acting("worker") as worker:
        worker.execute("insert into app.support_documents (id, case_id, template_version_id, title, answers) values (%s, %s, %s, %s, %s)",
                       [its_id, site.world.case[case], site.world.wording["harbour/agreement/2"], f"{canary} title", Jsonb(kept(answers), dumps=json.dumps)])
        worker.execute("select app.submit_document(%s)", [its_id])
    return its_id


def test_each_pdf_holds_its_own_answers_and_nobody_elses(site):
    """Four at once, of two cases; what is stored is what was given out, by its hash."""
    planted = [(case, persona, f"canary{number}x", handed_in(site, case, f"canary{number}x")) for number, (case, persona) in enumerate(CASES)]

    def approve(line) -> bytes:
        case, persona, _, its_id = line
        with site.visited_by(persona) as visitor:
            path = f"/support-cases/{site.world.case[case]}/documents/{its_id}"
            answer = visitor.fill(visitor.page(f"{path}/approve").form_with("seen"), f"{path}/approve")
            assert answer.status_code == 303
            return visitor.get(f"{path}/pdf").content

    with ThreadPoolExecutor(len(planted)) as pool:
        # Two are made at a time, and each waits its turn for some seconds.
        pdfs = list(pool.map(approve, planted[:2])) + list(pool.map(approve, planted[2:]))
    names = {case: site.as_owner("select t.full_name from app.support_cases as c join app.tenants as t on t.id = c.tenant_id where c.id = %(id)s", id=site.world.case[case])[0][0]
             for case in ("ann", "ben")}
    for (case, _, canary, its_id), pdf in zip(planted, pdfs, strict=True):
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
        for said in (f"{canary} title", f"{canary} name", f"{canary} wishes for the year", f"and {canary} more", f"{canary} signed", "29 February 2024", "2.5", "At home", "Money", "Home", "Yes", names[case]):
            assert said in text, said
        for other_case, _, other, _ in planted:
            assert other == canary or other not in text
            assert other_case == case or names[other_case] not in text
        assert site.as_owner("select f.pdf = %(pdf)s, encode(d.pdf_sha256, 'hex') from app.support_documents as d join app.support_document_pdfs as f on f.document_id = d.id where d.id = %(id)s",
                             pdf=pdf, id=its_id) == [(True, hashlib.sha256(pdf).hexdigest())]
