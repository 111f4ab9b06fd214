"""The ledger of destructions as a file: kept apart from backups, replayed after one was restored (threat 31)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from db.ledger import LedgerDamaged, ledger_lines, replay
from tests.conftest import World
from tests.packs import put_packs

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ("support_notes", "support_goals", "support_goal_progress", "support_sessions", "support_documents", "support_uploads", "support_collaborators", "support_cases",
           "legal_holds")


def sweep(world: World) -> None:
    """A run of the sweep, to its end."""
    with psycopg.connect(world.conninfo, autocommit=True) as connection:
        connection.execute("set session authorization keywork_jobs")
        connection.execute("call app.sweep_retention(0)")


@pytest.fixture
def purged(world, server):
    """(the world after a purge, a backup from before it in which a note was added to what was purged)."""
    with world.owner() as owner:
        owner.execute("update app.support_notes set safeguarding = false, safeguarding_flagged_at = null where case_id = %s", [world.case["ann_before"]])
        owner.execute("update app.support_cases set opened_at = '2009-01-01', closed_at = '2010-01-01' where id = %s", [world.case["ann_before"]])
    put_packs(world, world.case["ann_before"])
    name = f"{world.database}_backup"
    server.run(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(world.database)))
    backup = World(server, name)
    with backup.owner() as owner:
        owner.execute("insert into app.support_notes (case_id, stream, body, author_id, author_name) values (%s, 'shared', 'Deleted before the purge', %s, 'Worker')",
                      [backup.case["ann_before"], backup.user["worker"]])
    sweep(world)
    yield world, backup
    server.drop(name)


def ids(world: World) -> dict[str, list]:
    """The ids of every row of content."""
    return {table: sorted(row["id"] for row in world.rows(table)) for table in CONTENT}


def test_what_a_backup_brings_back_goes_again(purged):
    """After the replay the backup holds what the purged database holds: nothing more, and what was not due is all there."""
    world, backup = purged
    lines = list(ledger_lines(world.conninfo))
    assert {json.loads(line)["table_name"] for line in lines} >= {
        "support_notes", "support_sessions", "support_documents", "support_uploads", "support_cases", "support_collaborators"}
    assert set(ids(backup)["support_notes"]) > set(ids(world)["support_notes"])
    assert replay(backup.conninfo, lines) > 0
    assert ids(backup) == ids(world) and ids(world)["support_notes"]
    # The run is there again as well: its page and its certificate go by it.
    assert {row["id"]: (row["began_at"], row["windows"]) for row in backup.rows("retention_runs")} == {
        row["id"]: (row["began_at"], row["windows"]) for row in world.rows("retention_runs")}
    with backup.owner() as owner:
        assert owner.execute("select count(*) from app.audit_payloads where case_id = %s", [backup.case["ann_before"]]).fetchone() == (0,)
        # Done once, there is nothing left to do; and the chain knows why payloads are missing.
        assert replay(backup.conninfo, lines) == 0
        owner.execute("select app.seal_audit_log()")
        assert owner.execute("select * from app.verify_audit_log(%s)", [backup.organisation["harbour"]]).fetchall() == []


def test_no_word_of_anybody_is_in_it(purged):
    """Codes and ids: the lines hold none of the texts that were destroyed."""
    world, backup = purged
    text = "\n".join(ledger_lines(world.conninfo))
    said = [row["body"] for row in backup.rows("support_notes") if row["case_id"] == backup.case["ann_before"]] + ["Words of a document", "sister@example.net"]
    assert len(said) > 5 and not [body for body in said if body in text]


FOREIGN = {"id": 9, "happened_at": "2026-01-01", "organisation_id": str(World.organisation["harbour"]), "case_id": None, "table_name": "users",
           "row_ids": [str(World.user["worker"])], "rule": "case", "run_id": str(World.user["worker"])}


@pytest.mark.parametrize("line", ["What is this?", "[]", '{"id": 1}', json.dumps(FOREIGN), json.dumps(FOREIGN | {"row_ids": "everything"})])
def test_a_damaged_file_destroys_nothing(purged, line):
    world, backup = purged
    before = ids(backup)
    with pytest.raises(LedgerDamaged, match="Line 2|not a ledger of ours"):
        replay(backup.conninfo, [*list(ledger_lines(world.conninfo))[:1], line])
    assert ids(backup) == before


def test_the_commands(purged, tmp_path):
    """`./run ledger` prints the lines, `./run replay FILE` says what it found; a file that is none is refused in a sentence."""
    world, backup = purged

    def command(database: str, *arguments: str) -> subprocess.CompletedProcess:
        known = conninfo_to_dict(world.conninfo)
        address = world.server.local.sqlalchemy_url(database, known["user"], known["password"]).replace("postgresql+psycopg", "postgresql")
        return subprocess.run([sys.executable, "-m", "db.local.serve", *arguments], cwd=ROOT, env=os.environ | {"DATABASE_URL": address},
                              capture_output=True, text=True, timeout=60, check=False)

    printed = command(world.database, "ledger")
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout.splitlines() == list(ledger_lines(world.conninfo))
    kept = tmp_path / "ledger.jsonl"
    kept.write_text(printed.stdout)
    replayed = command(backup.database, "replay", str(kept))
    assert replayed.returncode == 0 and "had come back were destroyed again" in replayed.stdout, replayed.stderr
    assert "nothing of it had come back" in command(backup.database, "replay", str(kept)).stdout
    refused = command(backup.database, "replay", str(tmp_path / "nowhere"))
    assert refused.returncode == 2 and "cannot be read as a ledger" in refused.stderr
