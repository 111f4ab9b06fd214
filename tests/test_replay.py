"""After a backup was restored, what had been destroyed since is destroyed again (threat 31)."""

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.dumps import Backup, rows
from tests.packs import put_packs
from tests.retention import RECORDS, faults, ledger_ids, record_ids, seal, sweep
from tests.world import ident

#: Where packs of documents went, came back.
SUPPRESSED = "insert into app.suppressed_addresses (organisation_id, address, because) select id, 'sister@example.net', 'bounced' from app.organisations"


def suppress(world) -> None:
    """E-mails with documents came back from their recipient's address, in each organisation."""
    with psycopg.connect(world.conninfo) as connection:
        connection.execute(SUPPRESSED)


LEDGER = "select coalesce(jsonb_agg(to_jsonb(l) order by l.id), '[]') from app.retention_ledger as l where l.id > %s"
REPLAY = "select app.replay_destructions(%s)"
#: Columns that say when something was erased: that it was is compared.
WHEN_ERASED = {"app.outbox": ("copy_erased_at",), "app.subject_access_requests": ("unhidden_at", "words_erased_at"), "app.subject_access_bundles": ("erased_at",)}


@pytest.fixture
def purged(fresh_world):
    """A world, a backup of it, and what the ledger has written since: cases that went whole and one that went in part; its log was sealed before."""
    with psycopg.connect(fresh_world.conninfo) as connection:
        # A note that was deleted while the case was open, and an invitation that nobody followed.
        connection.execute("delete from app.support_notes where id = %s", [fresh_world.note["ida/professional/moor_admin"]])
        connection.execute("insert into vault.links (token_hash, purpose, collaborator_id, expires_at) values (sha256('x'), 'invitation', %s, now())",
                           [fresh_world.collaborator["ida/both_worker"]])
        connection.execute("delete from app.legal_holds where lifted_at is null")
        connection.execute("update app.organisations set support_retention_years = '{\"case\": 1, \"safeguarding\": 1}'")
        connection.execute("update app.support_notes set safeguarding_flagged_at = now() where id = %s", [fresh_world.note["eve/professional/disabled_admin!"]])
        # What a digest said of the case that goes in part.
        connection.execute("insert into app.digest_entries (organisation_id, landlord_id, digest_id, case_id, content)"
                           " select organisation_id, landlord_id, %s, id, jsonb_build_object('tenant', 'Eve') from app.support_cases where id = %s",
                           [ident("digest", "harbour/officer_open"), fresh_world.case["eve"]])
    # Documents and files of a case that goes whole and of the one that goes in part; of one that has nothing else besides.
    put_packs(fresh_world, fresh_world.case["ida"], fresh_world.case["eve"])
    suppress(fresh_world)
    seal(fresh_world)
    backup = Backup(fresh_world)
    with psycopg.connect(fresh_world.conninfo) as connection:
        # What people remove between a backup and a purge is in no line of the ledger by its id.
        connection.execute("delete from app.support_uploads where case_id = %s and document_id is null", [fresh_world.case["eve"]])
    sweep(fresh_world)
    with fresh_world.owner() as owner:
        lines = owner.execute(LEDGER, [backup.last]).fetchone()[0]
        assert {line["case_id"] for line in lines if line["table_name"] == "support_cases"} == {str(fresh_world.case[name]) for name in ("ann_before", "ida", "joe")}
        assert str(fresh_world.case["eve"]) in {line["case_id"] for line in lines}
    yield fresh_world, backup, lines
    backup.drop()


def contents(conninfo: str) -> dict[str, list]:
    """Every row of every table, but for the log's facts and seals, runs, and when things were sealed or copies of an e-mail erased."""
    found = {table: found for table, found in rows(conninfo).items()
             if not table.startswith(("vault.audit_", "app.audit_log")) and table != "app.retention_runs"}
    for table, moments in WHEN_ERASED.items():
        found[table] = sorted((row | {moment: row[moment] is not None for moment in moments} for row in found[table]), key=lambda row: row["id"])
    return found


def known(content: dict, last: int) -> dict:
    """The same without payloads of what was written after a number of the log."""
    return content | {"app.audit_payloads": [row for row in content["app.audit_payloads"] if row["audit_id"] <= last]}


def test_a_restored_backup_is_purged_again(purged):
    """The same rows as where the purge ran, the same ledger, an intact chain; and a second replay finds nothing."""
    world, backup, lines = purged
    restored = backup.restore()
    assert known(contents(restored), backup.last) != known(contents(world.conninfo), backup.last)
    with psycopg.connect(restored) as connection:
        connection.execute("set role keywork_owner")
        assert connection.execute(REPLAY, [Jsonb(lines)]).fetchone()[0] >= sum(line["row_count"] for line in lines if line["table_name"] in RECORDS)
    assert known(contents(restored), backup.last) == known(contents(world.conninfo), backup.last)
    with psycopg.connect(restored) as connection, psycopg.connect(world.conninfo) as original:
        here, there = ledger_ids(connection), ledger_ids(original)
        removed = [row[0] for row in original.execute("select row_id from app.audit_log where action = 'delete' and table_name = 'support_uploads'")]
        assert len(removed) == 2
        assert {table: sorted(here[table]) for table in RECORDS} == {table: sorted(there[table] + removed * (table == "support_uploads")) for table in RECORDS}
        assert connection.execute(REPLAY, [Jsonb(lines)]).fetchone() == (0,)
        assert connection.execute("select count(*) from app.cases_due_now").fetchone() == (0,)
        connection.execute("select app.seal_audit_log()")
        assert faults(connection) == []


def test_what_the_backup_had_besides_goes_as_well(purged):
    """A backup from before a note was deleted by hand, say: a case that went takes along all that is under it now."""
    world, backup, lines = purged
    restored = backup.restore()
    with psycopg.connect(restored) as connection:
        for table, column in (("support_notes", "body"), ("support_goal_progress", "body"), ("support_documents", "title"), ("support_uploads", "title")):
            connection.execute(f"insert into app.{table} select (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), '{column}', 'Only here'))).*"
                               f" from app.{table} as t where case_id = %s limit 1", [world.case["ida"]])
        connection.execute(REPLAY, [Jsonb(lines)])
        assert record_ids(connection) == {table: ids for table, ids in record_ids_of(world).items()}
        connection.execute("select app.seal_audit_log()")
        assert faults(connection) == []


def record_ids_of(world) -> dict[str, set]:
    """tests.retention.record_ids() of a world."""
    with world.owner() as owner:
        return record_ids(owner)


def test_a_replay_touches_what_the_ledger_names(purged):
    """Nothing of another organisation, whatever a line says; and nothing at all for no line."""
    world, backup, lines = purged
    restored = backup.restore()
    with psycopg.connect(restored) as connection:
        before = record_ids(connection)
        elsewhere = [line | {"organisation_id": str(world.organisation["small"])} for line in lines if line["table_name"] in ("support_notes", "support_goals")
                     and line["organisation_id"] != str(world.organisation["small"])]
        assert elsewhere
        assert connection.execute(REPLAY, [Jsonb(elsewhere)]).fetchone() == (0,)
        assert connection.execute(REPLAY, [Jsonb([])]).fetchone() == (0,)
        assert record_ids(connection) == before


def test_a_replay_leaves_what_came_after_the_destruction(purged):
    """A ledger holds all of it: a case that was reopened since keeps what was written under it then, when a later backup is restored."""
    world, _, lines = purged
    with psycopg.connect(world.conninfo) as connection:
        values = {"case": world.case["eve"], "author": world.user["worker"]}
        connection.execute("update app.support_cases set closed_at = null where id = %(case)s", values)
        connection.execute("with goal as (insert into app.support_goals (case_id, title, author_id, author_name) values (%(case)s, 'Swim', %(author)s, 'Worker') returning id)"
                           " select set_config('tests.goal', id::text, true) from goal", values)
        connection.execute("insert into app.support_goal_progress (case_id, goal_id, body, author_id, author_name)"
                           " values (%(case)s, current_setting('tests.goal')::uuid, 'Deeper', %(author)s, 'Worker')", values)
        connection.execute("insert into app.digest_entries (organisation_id, landlord_id, digest_id, case_id, content)"
                           " select organisation_id, landlord_id, %s, id, '{}' from app.support_cases where id = %s",
                           [ident("digest", "harbour/officer_open"), world.case["eve"]])
    put_packs(world, world.case["eve"], words="Written since")
    with psycopg.connect(world.conninfo) as connection:
        # Small's was never a document's.
        assert connection.execute("delete from app.suppressed_addresses where address = 'sister@example.net' returning organisation_id").fetchall() == [(world.organisation["small"],)]
    suppress(world)
    before = rows(world.conninfo)
    with psycopg.connect(world.conninfo) as connection:
        connection.execute("set role keywork_owner")
        assert connection.execute(REPLAY, [Jsonb(lines)]).fetchone() == (0,)
    assert rows(world.conninfo) == before
