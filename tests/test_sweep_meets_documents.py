"""The sweep meets somebody who is at a document, a file, or an e-mail with a document: nobody meets a deadlock, and no word is left."""

import uuid
from dataclasses import dataclass

import psycopg
import pytest

from tests.conftest import World, take_hat
from tests.packs import PARTS, put_packs
from tests.retention import faults, seal
from tests.test_canary import CANARY, found_in
from tests.test_case_races import in_background, waits
from tests.test_sweep_meets import sweeping

#: What a case can hold of documents.
PACK = ("support_documents", "support_uploads", *PARTS)
FILE = "insert into app.support_upload_files (upload_id, media_type, bytes) values (%(upload)s, 'application/pdf', convert_to('%%PDF-' || %(words)s, 'UTF8'))"
UPLOAD = "insert into app.support_uploads (id, case_id, title, author_id, author_name) values (%(upload)s, %(case)s, %(words)s, %(author)s, 'Worker')"


@dataclass(frozen=True)
class Due:
    """A case of Moor that is due and has a document pack, every text of which is the sentence of the canary; one of its e-mails waits."""

    world: World
    case: uuid.UUID

    def run(self, statement: str, **values: object) -> list[tuple]:
        """The rows of a statement about it, as the superuser; committed."""
        with psycopg.connect(self.world.conninfo) as connection:
            return self.execute(connection, statement, **values)

    def execute(self, connection: psycopg.Connection, statement: str, **values: object) -> list[tuple]:
        """The same on a connection of the caller's."""
        cursor = connection.execute(statement, {"case": self.case, "words": CANARY, "author": self.world.user["worker"]} | values)
        return cursor.fetchall() if cursor.description else []

    @property
    def message(self) -> uuid.UUID:
        """The e-mail that waits."""
        return self.run("select o.id from app.outbox as o join app.support_document_deliveries as v on v.id = o.delivery_id"
                        " where v.case_id = %(case)s and o.state in ('waiting', 'sending')")[0][0]

    def document(self, state: str) -> uuid.UUID:
        """The newest of its documents in a state."""
        return self.run("select id from app.support_documents where case_id = %(case)s and state = %(state)s order by version desc limit 1", state=state)[0][0]

    def is_gone(self) -> bool:
        """Whether neither it nor a word of it is anywhere, and the log is intact."""
        seal(self.world)
        with psycopg.connect(self.world.conninfo) as connection:
            left = [table for table in ("audit_payloads", *PACK) if self.execute(connection, f"select true from app.{table} where case_id = %(case)s")]
            return (left, found_in(connection), self.execute(connection, "select true from app.support_cases where id = %(case)s"), faults(connection)) == ([], set(), [], [])


def put_due(shared_world) -> Due:
    """A new one."""
    with shared_world.owner() as owner:
        case = owner.execute("insert into app.support_cases (tenant_id, opened_at, closed_at, closing_reason) values (%s, now() - interval '40 years', now() - interval '30 years',"
                             " 'died') returning id", [shared_world.tenant["ida"]]).fetchone()[0]
        owner.execute("delete from app.outbox where state in ('waiting', 'sending')")
    put_packs(shared_world, case, words=CANARY)
    made = Due(shared_world, case)
    made.run("update app.outbox set state = 'waiting', sent_at = null, claimed_at = null, attempts = 0, next_attempt_at = '-infinity'"
             " where delivery_id = (select id from app.support_document_deliveries where document_id = %(sent)s and way = 'email')", sent=made.document("sent"))
    return made


@pytest.fixture
def due(shared_world):
    """A new one each time; nothing else of Moor is due by then."""
    yield put_due(shared_world)
    # Whatever a test that failed left.
    with shared_world.owner() as owner:
        owner.execute("update app.support_cases set closed_at = now() where closed_at < now() - interval '20 years'")


@pytest.fixture
def courier(shared_world):
    """A connection of the jobs login, each statement committed by itself."""
    with psycopg.connect(shared_world.jobs_conninfo, autocommit=True) as connection:
        yield connection


def purging(due: Due) -> psycopg.Connection:
    """A connection of the jobs login that has destroyed the case and not yet committed."""
    job = psycopg.connect(due.world.jobs_conninfo)
    assert job.execute("select taken from app.purge_batch(%s)", [due.world.organisation["moor"]]).fetchone()[0] >= 1
    return job


# ---- e-mails ---------------------------------------------------------------------------------------------------------


def test_a_courier_has_the_email(due, courier):
    """Claimed, then destroyed: it is given nothing any more, what it reports is nobody's, and the file that it may have written is to be erased."""
    message, delivery = courier.execute("select message_id, delivery_id from app.claim_message()").fetchone()
    assert message == due.message and courier.execute("select title from app.document_to_send(%s)", [delivery]).fetchone() == (CANARY,)
    with purging(due):
        pass
    assert courier.execute("select from app.document_to_send(%s)", [delivery]).fetchall() == []
    courier.execute("select app.message_was_sent(%s, 'provider-1')", [message])
    assert due.is_gone()
    assert courier.execute("select app.files_to_erase(%s)", [[message]]).fetchone() == ([message],)
    assert courier.execute("select message_id from app.claim_message()").fetchone() is None


@pytest.mark.parametrize("how", ["sent", "refused"])
def test_a_courier_reports_first(due, courier, how):
    """It is waited for, and what it wrote down of who got the document goes with the rest; that somebody did stays."""
    message, attempt = courier.execute("select message_id, attempt from app.claim_message()").fetchone()
    with psycopg.connect(due.world.jobs_conninfo) as reporting:
        if how == "sent":
            reporting.execute("select app.message_was_sent(%s, 'provider-2')", [message])
        else:
            reporting.execute("select app.message_was_not_sent(%s, %s, 'refused', '422')", [message, attempt])
        thread, came = sweeping(due.world)
        reporting.commit()
        thread.join(30)
    assert came == [None] and due.is_gone()
    assert due.run("select row_kind from app.audit_log where case_id = %(case)s and action = 'export'") == [("document",)] * (how == "sent")


def test_a_courier_reports_meanwhile(due, courier):
    """It waits, finds nothing, and writes nothing down."""
    message = courier.execute("select message_id from app.claim_message()").fetchone()[0]
    with purging(due) as job:
        thread, came = in_background(lambda: courier.execute("select app.message_was_sent(%s, 'provider-3')", [message]).rowcount)
        assert waits(due.world, courier.info.backend_pid)
        job.commit()
        thread.join(30)
    assert came == [1] and due.is_gone()
    assert due.run("select true from app.audit_log where case_id = %(case)s and action = 'export'") == []


def test_no_courier_takes_it_meanwhile(due, courier):
    """What is being destroyed is claimed by nobody, and nobody waits for it."""
    with purging(due):
        assert courier.execute("select message_id from app.claim_message()").fetchone() is None
    assert due.is_gone()


@pytest.mark.parametrize("kept_by", [None, "account", "list"])
def test_two_sweepers_leave_no_address_to_each_other(due, kept_by):
    """Documents of two cases went to one address, which is suppressed: whoever destroys the second forgets it. Of people who work here it is kept."""
    other, [(home,)] = put_due(due.world), due.run("select organisation_id from app.support_cases where id = %(case)s")
    due.run("insert into app.suppressed_addresses (organisation_id, address, because) values (%(home)s, 'sister@example.net', 'bounced')", home=home)
    if kept_by == "account":
        due.run("insert into app.users (email, full_name) values ('sister@example.net', 'Sister')")
    elif kept_by == "list":
        due.run("update app.organisations set housing_officer_emails = housing_officer_emails || '{Sister@Example.net}' where id = %(home)s", home=home)
    with psycopg.connect(due.world.jobs_conninfo) as one, psycopg.connect(due.world.jobs_conninfo) as two:
        assert one.execute("select taken from app.purge_batch(%s, 1)", [home]).fetchone() == (1,)
        thread, came = in_background(lambda: two.execute("select taken from app.purge_batch(%s, 1)", [home]).rowcount)
        assert waits(due.world, two.info.backend_pid)
        one.commit()
        thread.join(30)
        two.commit()
    left = due.run("delete from app.suppressed_addresses where address = 'sister@example.net' returning organisation_id = %(home)s", home=home)
    due.run("delete from app.users where email = 'sister@example.net'")
    due.run("update app.organisations set housing_officer_emails = array_remove(housing_officer_emails, 'Sister@Example.net')")
    assert came == [1] and left == [(True,)] * (kept_by is not None)
    assert due.is_gone() and other.is_gone()


# ---- documents and files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", [
    "update app.support_documents set title = title || '!' where case_id = %(case)s and state = 'draft'",
    "update app.support_documents set step = 'withdraw', step_reason = %(words)s where case_id = %(case)s and state = 'submitted'",
    "insert into app.support_document_deliveries (document_id, way, to_name, to_address, author_id, author_name)"
    " select id, 'email', %(words)s, 'aunt@example.net', author_id, 'Worker' from app.support_documents where case_id = %(case)s and state = 'approved' limit 1",
    "delete from app.support_uploads where case_id = %(case)s and document_id is not null",
    UPLOAD,
], ids=lambda deed: " ".join(deed.split()[:2] + deed.split()[3:6]))
def test_what_is_written_meanwhile_goes_too(due, deed):
    """A closed case takes nothing from people, but from whoever maintains the database: waited for, and no word of it stays, in the log neither."""
    with psycopg.connect(due.world.conninfo) as dba:
        upload = uuid.uuid4()
        due.execute(dba, deed, upload=upload)
        if deed == UPLOAD:
            due.execute(dba, FILE, upload=upload)
        thread, came = sweeping(due.world)
        dba.commit()
        thread.join(30)
    assert came == [None] and due.is_gone()


def test_nobody_meets_a_deadlock_over_versions(due):
    """Whoever approves a new version takes it first, and then the one before: the sweep takes them in the same order."""
    with psycopg.connect(due.world.conninfo) as dba:
        newer = due.execute(dba, "select id, supersedes_id from app.support_documents where case_id = %(case)s and version = 2 for update")[0]
        thread, came = sweeping(due.world)
        due.execute(dba, "select from app.support_documents where id = %(older)s for update", older=newer[1])
        dba.commit()
        thread.join(30)
    assert came == [None] and due.is_gone()


@pytest.mark.parametrize("step, refusal", [
    ("select app.approve_document(%(submitted)s, sha256(''), convert_to('%%PDF-' || %(words)s, 'UTF8'))", "42501"),
    ("select app.withdraw_document(%(approved)s, %(words)s)", "KW404"),
    ("select app.send_document(%(approved)s, gen_random_uuid(), %(words)s, 'aunt@example.net')", "42501"),
    ("select app.keep_upload(gen_random_uuid(), %(case)s, null, %(words)s, null, 'application/pdf', convert_to('%%PDF-' || %(words)s, 'UTF8'))", "42501"),
    ("select app.reopen_case(%(case)s)", "KW404"),
], ids=lambda step: step.split("(")[0].rsplit(".")[-1])
def test_a_person_comes_meanwhile(due, step, refusal):
    """They wait, and find that it is gone."""
    submitted, approved = due.document("submitted"), due.document("approved")
    with purging(due) as job, due.world.connect() as person:
        take_hat(person, due.world.identity("moor_admin"))
        thread, came = in_background(lambda: due.execute(person, step, submitted=submitted, approved=approved))
        waited = waits(due.world, person.info.backend_pid)
        job.commit()
        thread.join(30)
        person.rollback()
    assert waited and came == [refusal] and due.is_gone()


def test_whoever_reopens_first_keeps_the_pack(due):
    """Nothing of it goes, with whatever it holds; and what is closed again is destroyed in its time."""
    def held() -> list:
        return [due.run(f"select count(*) from app.{table} where case_id = %(case)s") for table in PACK]

    before = held()
    with due.world.connect() as person:
        take_hat(person, due.world.identity("moor_admin"))
        due.execute(person, "select app.reopen_case(%(case)s)")
        thread, came = sweeping(due.world)
        person.commit()
        thread.join(30)
    assert came == [None] and held() == before
    due.run("update app.support_cases set closed_at = now() - interval '8 years', closing_reason = 'died' where id = %(case)s")
    with purging(due):
        pass
    assert due.is_gone()


def test_a_hold_keeps_the_pack(due):
    """Documents, files, what hangs on them and the e-mails, until it is lifted."""
    before = {table: due.run(f"select count(*) from app.{table}") for table in ("outbox", *PACK)}
    due.run("insert into app.legal_holds (case_id, reason, author_id, author_name) values (%(case)s, %(words)s, %(author)s, 'Worker')")
    with psycopg.connect(due.world.jobs_conninfo, autocommit=True) as job:
        job.execute("call app.sweep_retention(0)")
    assert {table: due.run(f"select count(*) from app.{table}") for table in before} == before
    due.run("update app.legal_holds set lifted_at = now(), lifted_by_name = 'Admin', lift_reason = %(words)s where case_id = %(case)s")
    with purging(due):
        pass
    assert due.is_gone()
