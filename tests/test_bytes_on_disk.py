"""What is destroyed can be cleared from the disk as well: the files under var/ hold no byte of it (threat 30, README "The record")."""

import secrets
from pathlib import Path

import psycopg
import pytest

from db.local.server import LocalServer
from tests import world
from tests.packs import FILLING, values_for
from tests.servers import install_here

CANARY = "the heron stood in the kitchen until the kettle sang"


@pytest.fixture
def server(tmp_path):
    """A server of the test's own, as `./run` starts it, with its log beside its data."""
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents:
        if folder.stat().st_uid == tmp_path.stat().st_uid and "pytest" in folder.name:
            folder.chmod(0o755)
    made = LocalServer(tmp_path / "postgres", secrets.token_urlsafe(16))
    made.start()
    yield made
    made.destroy()


def files_that_hold(folder: Path, words: str) -> list[str]:
    """The files under a folder in whose bytes the words are."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes())


def test_no_byte_is_left_under_var(server):
    """Written, edited, deleted and purged; then vacuumed and checkpointed as the README says: in no file of the folder."""
    folder = server.folder.resolve().parent
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute("create database keywork")
    install_here(server.conninfo("keywork"))
    with psycopg.connect(server.conninfo("keywork")) as connection:
        world.load(connection)
        case = world.ident("case", "joe")
        connection.execute("delete from app.legal_holds where case_id = %s", [case])
        connection.execute("insert into app.support_notes (case_id, stream, body, author_id, author_name) values (%s, 'shared', %s, %s, 'Worker')",
                           [case, CANARY, world.ident("user", "worker")])
        connection.execute("update app.support_notes set body = body || ', or so ' || %s where body = %s", [CANARY, CANARY])
        connection.execute("update app.support_cases set context_summary = %s, opened_at = '2009-01-01', closed_at = '2010-01-01' where id = %s", [CANARY, case])
        connection.execute("update app.digest_entries set reason = null, content = jsonb_build_object('tenant', %s::text) where case_id = %s", [CANARY, case])
    with psycopg.connect(server.conninfo("keywork"), autocommit=True) as connection:
        # Documents in each state, their PDFs, and files.
        connection.execute("set session_replication_role = replica")
        psycopg.ClientCursor(connection).execute(FILLING, values_for(case, words=CANARY))
        connection.execute("set session_replication_role = origin")
        connection.execute("checkpoint")
        # In tables and in the WAL, as the table of the case and that of the payloads hold it.
        before = files_that_hold(folder, CANARY)
        assert any("base/" in name for name in before) and any("pg_wal/" in name for name in before), before
        connection.execute("call app.sweep_retention(0)")
        assert connection.execute("select count(*) from app.support_cases where id = %s", [case]).fetchone() == (0,)
        connection.execute("vacuum full")
        connection.execute("select pg_switch_wal()")
        connection.execute("checkpoint")
    assert files_that_hold(folder, CANARY) == []
