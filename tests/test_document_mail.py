"""A document goes by e-mail with its PDF as it was approved: to Resend or into a file, once, and only while it may."""

import base64
import threading
import uuid
from email import message_from_bytes
from email.policy import default

import psycopg
import pytest
import resend
from psycopg.types.json import Jsonb

from jobs import document_mail
from jobs.couriers import EmlFolder, Resend
from jobs.outbox import Mail, clear_mail_folder, send_outbox
from tests.conftest import World
from tests.fake_resend import API_KEY, Answer, fake_resend

PDF = b"%PDF-1.7 " + bytes(range(256)) * 40
#: Stands in the title and in the answer: what is in the PDF alone, and in no letter, subject or name of a file.
SECRET = "Kanarienvogel"
QUESTION = str(uuid.uuid4())
NEW_TEMPLATE = "insert into app.document_templates (kind, name) values ('agreement', 'Agreement') returning id"
NEW_VERSION = "insert into app.document_template_versions (template_id, parts) values (%s, %s) returning id"
NEW_DOCUMENT = "insert into app.support_documents (id, case_id, template_version_id, title, answers) values (%s, %s, %s, %s, %s)"


class Post:
    """A world whose org-admin has sent one agreement of the worker's to somebody, and the server that speaks like Resend."""

    def __init__(self, world: World, fake, folder) -> None:
        self.world, self.fake, self.folder = world, fake, folder
        self.document, self.delivery = uuid.uuid4(), uuid.uuid4()
        self.as_owner("delete from app.outbox")
        with world.acting("harbour_admin") as admin:
            [template] = admin.execute(NEW_TEMPLATE).fetchone()
            [version] = admin.execute(NEW_VERSION, [template, Jsonb([{"id": QUESTION, "type": "long_text", "words": "What is agreed?"}])]).fetchone()
        with world.acting("worker") as worker:
            worker.execute(NEW_DOCUMENT, [self.document, world.case["ann"], version, f"Agreement about {SECRET}", Jsonb({QUESTION: SECRET})])
            worker.execute("select app.submit_document(%s)", [self.document])
        with world.acting("harbour_admin") as admin:
            [seen] = admin.execute("select content_sha256 from app.support_documents where id = %s", [self.document]).fetchone()
            admin.execute("select app.approve_document(%s, %s, %s)", [self.document, seen, PDF])
            admin.execute("select app.send_document(%s, %s, 'Ann Tenant', 'ann@example.org')", [self.document, self.delivery])

    def as_owner(self, statement: str, *values: object) -> list[tuple]:
        """The rows of a statement, as keywork_owner."""
        with self.world.owner() as owner:
            cursor = owner.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def hand_over(self, courier=None) -> dict[str, int]:
        """What the job that sends does."""
        mail = Mail(courier or Resend(API_KEY), self.folder, "no-reply@keywork.example.org", "https://keywork.example.org")
        with psycopg.connect(self.world.jobs_conninfo, autocommit=True) as connection:
            return send_outbox(connection, mail, threading.Event())

    @property
    def message(self) -> tuple:
        """State and error of its e-mail."""
        [row] = self.as_owner("select state, error from app.outbox where delivery_id = %s", self.delivery)
        return row


@pytest.fixture
def post(world, tmp_path):
    """An agreement that waits in the outbox."""
    with fake_resend() as fake, pytest.MonkeyPatch.context() as patch:
        patch.setattr(resend, "api_url", fake.address)
        yield Post(world, fake, tmp_path)


def test_it_goes_with_the_pdf_as_it_was_approved(post):
    """To the one address, byte by byte; what it is about stands in the PDF alone. And it is on the record of the case."""
    assert post.hand_over() == {"sent": 1} and post.hand_over() == {}
    [arrived] = post.fake.arrived
    assert arrived.payload["to"] == ["ann@example.org"] and arrived.payload["subject"] == "Harbour Homes sends you an agreement"
    [attached] = arrived.payload["attachments"]
    assert attached["filename"] == "agreement-version-1.pdf" and attached["content_type"] == "application/pdf"
    assert base64.b64decode(attached["content"]) == PDF
    letter = arrived.payload["text"] + arrived.payload["html"]
    assert "Hello Ann Tenant," in letter and "Harbour Admin of Harbour Homes sends you an agreement. It is attached" in letter and "None" not in letter
    assert SECRET not in str({name: value for name, value in arrived.payload.items() if name != "attachments"}) + attached["filename"]
    assert post.message == ("sent", None)
    assert post.as_owner("select a.actor_hat, a.row_kind, p.after from app.audit_log as a join app.audit_payloads as p on p.audit_id = a.id"
                         " where a.action = 'export' and a.row_id = %s and a.case_id = %s", post.document, post.world.case["ann"]) == [
        ("job", "document", {"sent_to": "Ann Tenant", "address": "ann@example.org"})]
    with post.world.as_("quay_manager") as manager:
        assert manager.execute("select to_name, state from app.delivery_list where document_id = %s", [post.document]).fetchall() == [("Ann Tenant", "sent")]


def test_a_courier_that_dies_after_it_was_taken_sends_it_no_second_time(post):
    """Threat 39: the same key with the same payload, the PDF included."""
    post.fake.usual = Answer(drops=True, accepts=True)
    assert post.hand_over() == {"not_sent": 1} and post.message == ("waiting", "no_answer") and len(post.fake.arrived) == 1
    post.fake.usual = Answer()
    post.as_owner("update vault.couriers set paused_until = '-infinity'")
    post.as_owner("update app.outbox set next_attempt_at = clock_timestamp()")
    assert post.hand_over() == {"sent": 1} and post.fake.requests == 2 and len(post.fake.arrived) == 1


def test_without_a_key_it_is_a_file_for_90_days(post):
    """Which any mail program opens; then the file goes, the document stays with its case."""
    folder = post.folder / "mail"
    assert post.hand_over(EmlFolder(folder)) == {"sent": 1}
    [file] = folder.glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=default)
    [attached] = message.iter_attachments()
    assert attached.get_content() == PDF and attached.get_filename() == "agreement-version-1.pdf"
    assert "sends you an agreement" in message.get_body(("plain",)).get_content()
    assert post.as_owner("select row_kind from app.audit_log where action = 'export' and row_id = %s", post.document) == [("document_file",)]
    clearing = Mail(EmlFolder(folder), folder, "", "")
    for sent_before, files in (("89 days", 0), ("91 days", 1)):
        post.as_owner("update app.outbox set sent_at = now() - %s::interval", sent_before)
        with psycopg.connect(post.world.jobs_conninfo, autocommit=True) as jobs:
            jobs.execute("select app.erase_old_digests()")
            assert clear_mail_folder(jobs, clearing) == {"files": files}
    assert not list(folder.iterdir()) and post.as_owner("select pdf from app.support_document_pdfs where document_id = %s", post.document) == [(PDF,)]


#: What may happen between sending and the e-mail's turn, and what is then written down as the reason.
MEANWHILE = {
    "superseded": None,
    "suppressed": "insert into app.suppressed_addresses (organisation_id, address, because) select organisation_id, 'ann@example.org', 'bounced' from app.outbox",
    "plan": "update app.organisations set plan_code = 'business' where id = (select organisation_id from app.outbox)",
}


@pytest.mark.parametrize("reason", MEANWHILE)
def test_rights_are_checked_again_at_its_turn(post, reason):
    """Nothing leaves the house of what may not any more, and the outbox says why."""
    if reason == "superseded":
        newer = uuid.uuid4()
        with post.world.acting("worker") as worker:
            worker.execute("select app.new_version_of(%s, %s)", [post.document, newer])
            worker.execute("select app.submit_document(%s)", [newer])
        with post.world.acting("harbour_admin") as admin:
            [seen] = admin.execute("select content_sha256 from app.support_documents where id = %s", [newer]).fetchone()
            admin.execute("select app.approve_document(%s, %s, %s)", [newer, seen, PDF])
    else:
        post.as_owner(MEANWHILE[reason])
    assert post.hand_over() == {} and post.fake.requests == 0 and post.message == ("withdrawn", reason)


def test_nothing_is_sent_to_an_address_that_is_suppressed(post):
    """The step itself is refused, at the address, and nothing of it stays."""
    post.as_owner(MEANWHILE["suppressed"])
    before = post.as_owner("select count(*) from app.support_document_deliveries")
    with pytest.raises(psycopg.Error) as refused, post.world.acting("harbour_admin") as admin:
        admin.execute("select app.send_document(%s, %s, 'Ann Tenant', 'ANN@example.org')", [post.document, uuid.uuid4()])
    assert (refused.value.sqlstate, refused.value.diag.column_name) == ("KW451", "to_address")
    assert post.as_owner("select count(*) from app.support_document_deliveries") == before


#: None of these is one address, whatever a mail program makes of it.
NO_ADDRESSES = ("ann@b;c.example", "ann@example.org>", "<ann@example.org", "a:b@example.org;", "ann(x)@example.org", 'ann"@example.org', "ann@example.org,b@example.org",
                "ann@example", "ann@@example.org", "ann @example.org", "ann@example.org\nBcc: b@example.org", "")


def test_an_address_is_one_address(post):
    """Not two, nor one that a mail program reads as another."""
    for address in NO_ADDRESSES:
        with pytest.raises(psycopg.errors.CheckViolation) as refused, post.world.acting("harbour_admin") as admin:
            admin.execute("select app.send_document(%s, %s, 'Ann Tenant', %s)", [post.document, uuid.uuid4(), address])
        assert refused.value.diag.constraint_name == "delivery_addresses_look_like_addresses", address


def test_an_org_admin_has_it_sent_again(post):
    """One of which nobody knows: by their decision, under another key; not once a newer version is there."""
    post.as_owner("update app.outbox set state = 'unsure', error = 'no_answer', claimed_at = now()")
    [(message,)] = post.as_owner("select id from app.outbox")
    with post.world.acting("harbour_admin") as admin:
        assert admin.execute("select may_be_sent_again, may_be_given_up, document_title from app.outbox_list where id = %s", [message]).fetchone() == (
            True, False, f"Agreement about {SECRET}")
        admin.execute("select app.retry_message(%s)", [message])
    assert post.hand_over() == {"sent": 1} and [each.key for each in post.fake.arrived] == [f"document/{post.delivery}/2"]
    post.as_owner("update app.outbox set state = 'unsure', sent_at = null")
    post.as_owner("alter table app.support_documents disable trigger user; update app.support_documents set state = 'superseded' where step = 'send'; alter table app.support_documents enable trigger user")
    with post.world.acting("harbour_admin") as admin:
        assert admin.execute("select may_be_sent_again, may_be_given_up from app.outbox_list where id = %s", [message]).fetchone() == (False, True)
        admin.execute("select app.message_did_not_arrive(%s)", [message])
    assert post.message == ("withdrawn", None)


def test_an_e_mail_whose_case_is_purged_meanwhile(post):
    """Claimed, and then its document goes by retention: what the courier reports afterwards is about nothing, and says nothing."""
    with psycopg.connect(post.world.jobs_conninfo, autocommit=True) as jobs:
        claimed = jobs.cursor(row_factory=psycopg.rows.namedtuple_row).execute("select * from app.claim_message()").fetchone()
        assert claimed.delivery_id == post.delivery and jobs.execute("select count(*) from app.document_to_send(%s)", [post.delivery]).fetchone() == (1,)
        post.as_owner("update app.support_cases set opened_at = now() - interval '9 years', closed_at = now() - interval '8 years', closing_reason = 'died' where id = %s",
                      post.world.case["ann"])
        assert post.as_owner("select count(*) > 3 from app.audit_payloads where case_id = %s and table_name like 'support_document%%' or after::text like %s",
                         post.world.case["ann"], f"%{SECRET}%") == [(True,)]
        jobs.execute("call app.sweep_retention()")
        assert jobs.execute("select count(*) from app.document_to_send(%s)", [post.delivery]).fetchone() == (0,)
        jobs.execute("select app.message_was_sent(%s, 'provider-1')", [claimed.message_id])
        assert jobs.execute("select app.files_to_erase(%s)", [[claimed.message_id]]).fetchone() == ([claimed.message_id],)
    assert post.as_owner("select count(*) from app.outbox") == [(0,)]
    assert post.as_owner("select count(*) from app.audit_payloads where case_id = %s and table_name like 'support_document%%' or after::text like %s",
                         post.world.case["ann"], f"%{SECRET}%") == [(0,)]


def test_each_kind_has_its_words(shared_world):
    """As the constraint lists them."""
    with shared_world.owner() as owner:
        [listed] = owner.execute("select pg_get_constraintdef(oid) from pg_constraint where conname = 'document_kinds_are_known'").fetchone()
    assert set(document_mail.A_KIND) == {each.partition("'")[0] for each in listed.split("'")[1::2]}
