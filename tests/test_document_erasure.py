"""Files of e-mails with documents go 90 days after they were sent, as those of digests do; the documents stay with their case (app.erase_old_digests)."""

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.digests import acting
from tests.packs import PARTS, put_packs
from tests.test_digest_erasure import FATES, OLD, YOUNG, ago, clear, erase
from tests.world import ident

EMAIL = "select id, state, error, to_name, to_address, delivery_id, copy_erased_at is not null as copy_erased from app.outbox where kind = 'document'"
KEPT = ("support_documents", "support_uploads", *PARTS)


@pytest.fixture(scope="module")
def packed(shared_world):
    """The superuser's open transaction, with a document pack on ann's open case, of which one document went by e-mail, and no other did."""
    put_packs(shared_world, shared_world.case["ann"])
    with psycopg.connect(shared_world.conninfo) as connection:
        connection.execute("delete from app.outbox where delivery_id in (select v.id from app.support_document_deliveries as v"
                           " join app.support_documents as d on d.id = v.document_id where d.state <> 'sent' or d.title <> 'Words of a document')")
        yield connection
        connection.rollback()


@pytest.fixture
def sent(packed):
    """The same for each test."""
    with packed.transaction(force_rollback=True):
        yield packed


def email(connection) -> dict:
    """The only one with a document."""
    [it] = connection.cursor(row_factory=dict_row).execute(EMAIL).fetchall()
    return it


def kept(connection) -> list:
    """Every row of the documents of ann's case."""
    return [connection.execute(f"select t::text from app.{table} as t where case_id = %s order by 1", [ident("case", "ann")]).fetchall() for table in KEPT]


@pytest.mark.parametrize("name", FATES)
def test_files_go_after_90_days(sent, name):
    """Not a second before, whatever became of the e-mail; not a letter of the documents is changed, and a second run finds nothing."""
    fate, pack = FATES[name], kept(sent)
    sent.execute("update app.outbox set state = 'waiting' where kind = 'document'")
    sent.execute(f"update app.outbox set {fate.made} where kind = 'document'")
    for age in (*YOUNG, OLD):
        moment = ago(sent, age)
        sent.execute("update app.outbox set created_at = %s, sent_at = %s where kind = 'document'", [moment, moment if fate.sent else None])
        before = email(sent)
        assert not before["copy_erased"]
        if age in YOUNG:
            erase(sent)
            assert email(sent) == before
    erase(sent)
    assert email(sent) == before | {"copy_erased": True, "state": fate.becomes, "error": fate.error}
    after = sent.execute("select o::text from app.outbox as o order by 1").fetchall()
    assert erase(sent) == 0 and sent.execute("select o::text from app.outbox as o order by 1").fetchall() == after
    assert kept(sent) == pack


MANY = """
    set local session_replication_role = replica;
    insert into app.outbox (organisation_id, kind, digest_id, dedup_key, to_name, to_address, state)
        select organisation_id, 'digest', gen_random_uuid(), 'many ' || n, 'Somebody', n || '@example.net', 'withdrawn' from app.outbox, generate_series(1, 3000) as n where kind = 'document';
    insert into app.support_document_deliveries (organisation_id, landlord_id, case_id, document_id, way, to_name, to_address, author_id, author_name)
        select organisation_id, landlord_id, gen_random_uuid(), document_id, way, to_name, n || '@example.net', author_id, author_name
        from app.support_document_deliveries, generate_series(1, 3000) as n where way = 'email' limit 3000;
    insert into app.suppressed_addresses (organisation_id, address, because) select organisation_id, to_address, 'bounced' from app.outbox where kind = 'document' or state = 'withdrawn';
    set local session_replication_role = origin;
    analyze app.outbox, app.support_document_deliveries, app.suppressed_addresses, app.support_cases"""


def test_a_purge_reads_its_own_alone(sent, shared_world):
    """Of e-mails, deliveries and suppressed addresses it looks up those of its cases, however many there are of others."""
    read = ("select coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::integer from pg_stat_xact_user_tables"
            " where relname in ('outbox', 'support_document_deliveries', 'suppressed_addresses')")
    sent.execute(MANY)
    before, cases = sent.execute(read).fetchone()[0], [shared_world.case["ann"], shared_world.case["ben"]]
    sent.execute("select app.erase_told(%s)", [cases])
    told = sent.execute(read).fetchone()[0]
    sent.execute("select app.erase_recipients(%s, %s)", [shared_world.run["harbour"], cases])
    recipients = sent.execute(read).fetchone()[0]
    assert sent.execute("select address from app.suppressed_addresses where address = 'sister@example.net'").fetchall() == []
    assert (told - before, recipients - told) < (100, 100)


def test_one_that_waited_too_long_can_be_sent_again(sent, shared_world):
    """Unlike what a digest said, the document is there: it goes once more, its new file is kept, and goes 90 days later."""
    message = email(sent)["id"]
    sent.execute("update app.outbox set state = 'waiting', sent_at = null, created_at = %s, next_attempt_at = '-infinity' where id = %s", [ago(sent, OLD), message])
    erase(sent)
    assert (email(sent)["state"], email(sent)["error"]) == ("failed", "too_old")
    with acting(sent, "keywork_app", shared_world.identity("harbour_admin")):
        sent.execute("select app.retry_message(%s)", [message])
    # The next day nobody has sent it yet.
    erase(sent)
    with acting(sent, "keywork_jobs"):
        claimed, delivery = sent.execute("select message_id, delivery_id from app.claim_message()").fetchone()
        assert claimed == message and sent.execute("select title, substring(pdf from 1 for 5) from app.document_to_send(%s)", [delivery]).fetchone() == ("Words of a document", b"%PDF-")
        sent.execute("select app.message_was_sent(%s, null)", [message])
    assert (email(sent)["state"], email(sent)["copy_erased"]) == ("sent", False)
    erase(sent)
    assert not email(sent)["copy_erased"]
    sent.execute("update app.outbox set sent_at = %s where id = %s", [ago(sent, OLD), message])
    erase(sent)
    assert email(sent)["copy_erased"]


def test_the_file_of_a_purged_document_goes_at_once(sent, shared_world, tmp_path):
    """By the job that clears the folder: no e-mail of ours has its name any more."""
    case, others = shared_world.case["ann"], tmp_path / "01754000000000000000-0a1b2c3d.eml"
    for file in (others, tmp_path / f"{email(sent)['id']}.eml"):
        file.write_text("of a document")
    assert clear(sent, tmp_path) == 0
    sent.execute("update app.support_cases set opened_at = '2001-01-01', closed_at = '2002-01-01', closing_reason = 'died' where id = %s", [case])
    sent.execute("update app.support_notes set safeguarding_flagged_at = now() where case_id = %s and safeguarding", [case])
    sent.execute("select * from app.purge_batch(%s)", [shared_world.organisation["harbour"]])
    assert kept(sent) == [[] for _ in KEPT] and sent.execute(EMAIL).fetchall() == []
    # A flagged note keeps the case, and nothing else of it.
    assert sent.execute("select count(*) filter (where safeguarding), count(*) from app.support_notes where case_id = %s", [case]).fetchone() == (1, 1)
    assert clear(sent, tmp_path) == 1 and list(tmp_path.iterdir()) == [others]
