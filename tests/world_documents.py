"""Documents of the hand-made world: templates, documents in every state by many authors, what was sent to whom, files.

They are put in as an import would put them in: with their own days, and with the triggers off that would take each step now.
Nothing is on its way: a jobs service finds nothing to send.
"""

import hashlib
import json
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta, timezone

#: Triggers that would take the steps of today, and write a trail of today, while history is put in.
OF_TODAY = [("support_documents", "steps_are_written_down"), ("support_document_pdfs", "pdf_approves_its_document"),
            ("support_document_deliveries", "delivery_sends_its_document")]

#: What templates ask and say: label -> a part without its id, which follows from the template's name and the label (part_of).
AGREEMENT = {
    "about": {"type": "text", "words": "Between {{tenant}} of {{property}} and {{organisation}}.\n\nWritten by {{author}} on {{date}}; your support began on {{case_opened}}."},
    "part": {"type": "heading", "words": "What {{tenant}} wants"},
    "name": {"type": "short_text", "words": "Name of your worker", "hint": "First name and surname", "required": True},
    "wishes": {"type": "long_text", "words": "What do you want to work on?"},
    "from": {"type": "date", "words": "From which day?"},
    "hours": {"type": "number", "words": "Hours a week"},
    "place": {"type": "choice", "words": "Where do we meet?", "options": ["At home", "At the office", "Elsewhere"]},
    "topics": {"type": "choices", "words": "What is it about?", "options": ["Money", "Health", "Home"]},
    "agreed": {"type": "yes_no", "words": "Do you agree?", "required": True},
    "signed": {"type": "signature", "words": "Signed by {{tenant}}"},
}
REVIEW = {"part": {"type": "heading", "words": "How are things?"}, "well": {"type": "yes_no", "words": "Is the home in order?", "required": True},
          "more": {"type": "long_text", "words": "Anything else?"}}
LETTER = {"dear": {"type": "text", "words": "Dear {{tenant}},"}, "body": {"type": "long_text", "words": "What do you want to say?", "required": True}}

#: name ("organisation/..."): kind, months between two, parts, who worded each version (all say the same), whether it is retired.
TEMPLATES = {
    "harbour/agreement": ("agreement", None, AGREEMENT, ["harbour_admin", "harbour_admin"], False),
    "harbour/review": ("recurring_assessment", 6, REVIEW, ["harbour_admin"], False),
    "harbour/letter": ("letter", None, LETTER, ["harbour_admin"], False),
    "harbour/old": ("reference", None, LETTER, ["disabled_admin"], True),
    "moor/agreement": ("agreement", None, AGREEMENT, ["moor_admin"], False),
    "moor/review": ("recurring_assessment", 12, REVIEW, ["two_hats"], False),
    "small/letter": ("letter", None, LETTER, ["small_admin"], False),
}

#: Label of a question -> what every document answers.
ANSWERS = {"name": "Wendy Work", "wishes": "To cook.\nTo sleep.", "from": "2024-02-29", "hours": 2.5, "place": "At home", "topics": ["Money", "Home"],
           "agreed": True, "signed": "A. Tenant", "well": False, "more": "The tap drips.", "body": "We meet on Tuesday."}

#: case -> (author, state, template without its organisation). "returned" is a draft that was handed in once.
DOCUMENTS = {
    "ann": [("worker", "draft", "agreement"), ("worker", "returned", "letter"), ("worker", "withdrawn", "letter"), ("worker", "approved", "agreement"),
            ("both_worker", "submitted", "agreement"), ("both_worker", "sent", "letter"), ("watcher", "draft", "letter"), ("watcher", "sent", "letter"),
            ("gone", "draft", "letter"), ("gone", "approved", "old"), ("officer_open", "submitted", "letter"), ("officer_context", "submitted", "letter"),
            ("quay_manager", "draft", "letter"), ("quay_manager", "submitted", "letter"), ("quay_manager", "approved", "review"),
            ("harbour_admin", "superseded", "agreement"), ("harbour_admin", "approved", "agreement"), ("harbour_admin", "draft", "letter")],
    "ben": [("worker", "submitted", "letter"), ("officer_shut", "draft", "letter"), ("harbour_admin", "sent", "review")],
    "cora": [("worker", "draft", "letter"), ("worker", "sent", "letter"), ("officer_open", "draft", "letter"), ("quay_manager", "withdrawn", "letter")],
    "dan": [("two_hats", "draft", "letter"), ("two_hats", "submitted", "agreement"), ("harbour_admin", "sent", "letter"), ("watcher", "draft", "letter")],
    "eve": [("worker", "draft", "letter"), ("worker", "submitted", "letter"), ("harbour_admin", "approved", "agreement"), ("disabled_admin", "sent", "review")],
    "gus": [("both_worker", "draft", "agreement"), ("officer_shut", "submitted", "agreement"), ("moor_admin", "approved", "review"),
            ("heath_manager", "sent", "agreement"), ("heath_manager", "submitted", "agreement")],
    "hal": [("watcher", "draft", "agreement"), ("two_hats", "submitted", "agreement"), ("moor_admin", "sent", "agreement")],
    "ida": [("both_worker", "approved", "agreement"), ("moor_admin", "draft", "agreement")],
    "jon": [("small_worker", "draft", "letter"), ("small_admin", "approved", "letter")],
    "joe": [("small_worker", "sent", "letter")],
}
#: The document (by its name) -> the one that it is a new version of.
SUCCESSORS = {"ann/harbour_admin/approved": "ann/harbour_admin/superseded"}

#: Whoever of these did not write a document has approved it.
APPROVERS = {"harbour": ("harbour_admin", "disabled_admin"), "moor": ("moor_admin", "two_hats"), "small": ("small_admin", "small_manager")}

#: Sent document -> what became of the e-mail; the others were handed over.
BY_EMAIL = {"ann/both_worker/sent": "delivered", "gus/heath_manager/sent": "bounced", "ben/harbour_admin/sent": "delivered", "joe/small_worker/sent": "delivered"}

#: Files of cases: case -> (author, media type, the document that it is a scan of).
UPLOADS = {
    "ann": [("worker", "pdf", None), ("worker", "png", "ann/worker/approved"), ("quay_manager", "jpeg", None), ("harbour_admin", "docx", "ann/harbour_admin/draft"),
            ("harbour_admin", "png", "ann/both_worker/sent"), ("gone", "pdf", None), ("watcher", "pdf", None), ("officer_open", "pdf", None)],
    "dan": [("two_hats", "pdf", None)], "eve": [("worker", "pdf", None), ("harbour_admin", "pdf", "eve/harbour_admin/approved")],
    "gus": [("both_worker", "pdf", None), ("moor_admin", "png", "gus/moor_admin/approved")], "hal": [("watcher", "pdf", None)],
    "ida": [("moor_admin", "pdf", None)], "jon": [("small_worker", "pdf", None)], "joe": [("small_admin", "pdf", None)],
}
MEDIA = {"pdf": ("application/pdf", b"%PDF-1.7\n"), "png": ("image/png", b"\x89PNG\r\n\x1a\n"), "jpeg": ("image/jpeg", b"\xff\xd8\xff\xe0"),
         "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04")}

#: The steps that lead to a state.
WAYS = {
    "draft": [], "returned": ["submit", "return"], "submitted": ["submit"], "approved": ["submit", "approve"], "sent": ["submit", "approve", "send"],
    "withdrawn": ["submit", "withdraw"], "superseded": ["submit", "approve", "supersede"],
}
LEADS_TO = {"submit": "submitted", "return": "draft", "approve": "approved", "send": "sent", "hand_over": "sent", "withdraw": "withdrawn", "supersede": "superseded"}

#: When each step was taken, and why one was returned.
NOON, WHY = time(12, tzinfo=timezone.utc), "Please say more"

#: What a document says, frozen on a day, and its hash.
CONTENT = """
    select c.said::text, sha256(convert_to(c.said::text, 'UTF8'))
    from (select app.content_of(%s, %s, %s, %s, %s, %s) || jsonb_build_object('dated', %s::date) as said) as c"""


def parts_of(ident, template: str) -> list[dict]:
    """The parts of a template of this world, with their ids."""
    return [{"id": str(part_of(ident, template, label)), **part} for label, part in TEMPLATES[template][2].items()]


def part_of(ident, template: str, label: str):
    """The id of one part of a template of this world."""
    return ident("part", f"{template}/{label}")


def answers_of(ident, template: str) -> dict:
    """What every document of this template answers, by the ids of its questions."""
    return {str(part_of(ident, template, label)): ANSWERS[label] for label in TEMPLATES[template][2] if label in ANSWERS}


def pdf_of(name: str) -> bytes:
    """The PDF of the approved document called `name`."""
    return b"%PDF-1.7\n% " + name.encode() + b"\n%%EOF\n"


@contextmanager
def put_in_as_history(connection):
    """Documents, PDFs and deliveries that are put in meanwhile, as the owner, are in the state that they are given: no step is taken."""
    for table, trigger in OF_TODAY:
        connection.execute(f"alter table app.{table} disable trigger {trigger}")
    yield
    for table, trigger in OF_TODAY:
        connection.execute(f"alter table app.{table} enable trigger {trigger}")


class Documents:
    """Puts documents in with their trail; `put`, `ident` and `full_name` are those of tests/world.py."""

    def __init__(self, put, ident, full_name) -> None:
        self._put, self._ident, self._full_name = put, ident, full_name

    def _who(self, user: str, role: str = "author") -> dict:
        return {f"{role}_id": self._ident("user", user), f"{role}_name": self._full_name(user)}

    def template(self, name: str) -> None:
        """A template with its wordings."""
        kind, months, _, authors, retired = TEMPLATES[name]
        firm = self._ident("organisation", name.split("/")[0])
        self._put("app.document_templates", id=self._ident("template", name), organisation_id=firm, kind=kind, name=name.replace("/", " ").capitalize(),
                  repeats_every_months=months, created_at="2018-01-01", retired_at="2024-06-01" if retired else None)
        for number, author in enumerate(authors, start=1):
            self._put("app.document_template_versions", id=self._ident("wording", f"{name}/{number}"), template_id=self._ident("template", name),
                      parts=json.dumps(parts_of(self._ident, name)), created_at="2018-01-01", **self._who(author))

    def document(self, case: str, author: str, state: str, template: str, *, begun: date, approver: str, name: str | None = None,
                 supersedes: str | None = None, by_email: str | None = None) -> str:
        """A document in this state (or "returned") with the trail, PDF and delivery that belong to it; its name. The case has to be there."""
        name = name or f"{case}/{author}/{state}"
        version = 2 if supersedes else 1
        key, wording = self._ident("document", name), self._ident("wording", f"{template}/{len(TEMPLATES[template][3])}")
        answers = json.dumps(answers_of(self._ident, template))
        steps = ["hand_over" if step == "send" and not by_email else step for step in WAYS[state]]
        days = {step: datetime.combine(begun + timedelta(days=number), NOON) for number, step in enumerate(["begin", *steps])}
        sent_at = days.get("send", days.get("hand_over"))
        content, content_sha256 = None, None
        if state not in ("draft", "returned"):
            content, content_sha256 = self._put.connection.execute(CONTENT, [
                self._ident("case", case), wording, f"Document {name}", answers, self._full_name(author), version, days["submit"].date()]).fetchone()
        self._put("app.support_documents", id=key, case_id=self._ident("case", case), template_version_id=wording, title=f"Document {name}",
                  answers=answers, revision=2 if state == "returned" else 1, state="draft" if state == "returned" else state,
                  step=steps[-1] if steps else None, step_reason=WHY if state == "returned" else None, content=content,
                  content_sha256=content_sha256, version=version, supersedes_id=supersedes and self._ident("document", supersedes),
                  created_at=days["begin"], changed_at=max(days.values()), submitted_at=days["submit"] if content else None, sent_at=sent_at,
                  **self._who(author), **self._approval(name, days.get("approve"), approver, TEMPLATES[template][1]))
        place = {"document_id": key, **self._put.row("select organisation_id, landlord_id, case_id from app.support_documents where id = %s", key)}
        was = None
        for step, moment in days.items():
            now = LEADS_TO.get(step, "draft")
            self._put("app.support_document_events", id=self._ident("event", f"{name}/{step}"), step=step, from_state=was, to_state=now,
                      happened_at=moment, reason=WHY if step == "return" else None,
                      **self._who(author if step in ("begin", "submit", "withdraw") else approver, "actor"), **place)
            was = now
        if "approve" in days:
            self._put("app.support_document_pdfs", document_id=key, pdf=pdf_of(name), made_at=days["approve"], content_sha256=content_sha256)
        if sent_at:
            self._delivery(name, sent_at, approver, by_email, place["organisation_id"])
        return name

    def _approval(self, name: str, moment: datetime | None, approver: str, months: int | None) -> dict:
        if not moment:
            return {}
        due = self._put.one("select (%s::date + make_interval(months => %s))::date", moment.date(), months)
        return {"approved_at": moment, "pdf_sha256": hashlib.sha256(pdf_of(name)).digest(), "next_due_on": due, **self._who(approver, "approved_by")}

    def _delivery(self, name: str, moment: datetime, sender: str, by_email: str | None, firm) -> None:
        key, to_name = self._ident("delivery", name), "A Recipient"
        address = f"{name.replace('/', '.')}@example.net" if by_email else None
        self._put("app.support_document_deliveries", id=key, document_id=self._ident("document", name), way="email" if by_email else "by_hand", to_name=to_name,
                  to_address=address, handed_over_on=None if by_email else moment.date(), created_at=moment, **self._who(sender))
        if by_email:
            self._put("app.outbox", id=self._ident("message", name), organisation_id=firm, kind="document", delivery_id=key, dedup_key=f"document/{key}",
                      to_name=to_name, to_address=address, state=by_email, attempts=1, provider_id=name.replace("/", "-"), created_at=moment, sent_at=moment,
                      state_at=moment)

    def upload(self, case: str, author: str, kind: str, document: str | None, received: date) -> None:
        """A file of a case."""
        media_type, begins = MEDIA[kind]
        key = self._ident("upload", f"{case}/{author}/{kind}")
        self._put("app.support_uploads", id=key, case_id=self._ident("case", case), document_id=document and self._ident("document", document),
                  title=f"File of {author} about {case}", received_on=received, created_at=received, **self._who(author))
        self._put("app.support_upload_files", upload_id=key, media_type=media_type, bytes=begins + f"{case}/{author}/{kind}".encode())


def load(put, ident, full_name, cases: dict, firm_of: dict) -> None:
    """Writes them; cases: name -> (tenant, day opened, day closed); firm_of: case -> organisation."""
    documents = Documents(put, ident, full_name)
    for name in TEMPLATES:
        documents.template(name)
    with put_in_as_history(put.connection):
        for case, lines in DOCUMENTS.items():
            begun = date.fromisoformat(cases[case][1]) + timedelta(days=3)
            for author, state, template in lines:
                name = f"{case}/{author}/{state}"
                approver = next(who for who in APPROVERS[firm_of[case]] if who != author)
                documents.document(case, author, state, f"{firm_of[case]}/{template}", begun=begun, approver=approver,
                                   supersedes=SUCCESSORS.get(name), by_email=BY_EMAIL.get(name))
    for case, files in UPLOADS.items():
        for author, kind, document in files:
            documents.upload(case, author, kind, document, date.fromisoformat(cases[case][1]) + timedelta(days=7))
