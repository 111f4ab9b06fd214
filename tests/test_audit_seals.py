"""The audit log is only ever added to, and whoever gets around that is found out (threats 16, 29)."""

import os
import subprocess
import threading

import psycopg
import pytest

from tests.conftest import take_hat
from tests.retention import as_job, faults, record_ids, seal, sweep
from tests.world import PERSONAS

RECORD = ("app.audit_log", "app.audit_payloads", "vault.audit_seals")

# ---- only ever added to ----------------------------------------------------------------------------------------------


def refusal(connection, statement: str) -> str | None:
    """The SQLSTATE that a statement is refused with; None when it is carried out. Undone either way."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except psycopg.Error as error:
        return error.sqlstate
    return None


def partitions(world) -> list[str]:
    """The tables that the facts lie in."""
    with world.owner() as owner:
        found = [row[0] for row in owner.execute("select inhrelid::regclass::text from pg_inherits where inhparent = 'app.audit_log'::regclass order by 1")]
    assert "vault.audit_log_elsewhen" in found and len(found) >= 4
    return found


def test_nobody_changes_the_record(each_world):
    """Neither the owner nor a superuser: KW440, by whichever name. Payloads go, by retention, and are not rewritten."""
    for table in (*RECORD, *partitions(each_world)):
        with psycopg.connect(each_world.conninfo) as connection:
            # Something to try it on, in each.
            connection.execute("set session_replication_role = replica")
            if "elsewhen" in table:
                connection.execute("insert into app.audit_log (happened_at, organisation_id, actor_name, actor_hat, action, table_name)"
                                   " values ('2001-01-01', app.installation_chain(), 'x', 'owner', 'view', 'x')")
            elif "audit_log_" in table:
                connection.execute(f"insert into app.audit_log (happened_at, organisation_id, actor_name, actor_hat, action, table_name)"
                                   f" values (to_date(right('{table}', 7), 'YYYY_MM') + interval '5 days', app.installation_chain(), 'x', 'owner', 'view', 'x')")
            elif "seals" in table:
                connection.execute(f"insert into {table} values (app.installation_chain(), 1, 1, sha256('a'), sha256('b'))")
            connection.execute("set session_replication_role = origin")
            assert connection.execute(f"select count(*) from {table}").fetchone()[0] > 0
            for role in ("none", "keywork_owner"):
                connection.execute(f"set local role {role}")
                assert refusal(connection, f"update {table} set organisation_id = organisation_id") == "KW440", table
                assert refusal(connection, f"truncate {table}") == "KW440", table
                assert refusal(connection, f"delete from {table}") == (None if table == "app.audit_payloads" else "KW440"), table
            connection.rollback()


@pytest.mark.parametrize("login", [*PERSONAS, "sign-in login", "jobs login"])
def test_no_hat_and_no_login_writes_the_record(each_world, login):
    """No right at all, on the tables and on the months; those who may read, read through the table with the policies (threat 16)."""
    conninfo = {"sign-in login": each_world.signin_conninfo, "jobs login": each_world.jobs_conninfo}.get(login, each_world.app_conninfo)
    with psycopg.connect(conninfo) as connection:
        if login in PERSONAS:
            take_hat(connection, each_world.identity(login))
        for table in (*RECORD, "vault.audit_heads", "vault.audit_sealing", *partitions(each_world)):
            for statement in (f"update {table} set organisation_id = null", f"delete from {table}", f"truncate {table}", f"insert into {table} default values"):
                assert refusal(connection, statement) == "42501", (login, statement)
            if table.startswith("vault."):
                assert refusal(connection, f"select from {table}") == "42501", (login, table)
        for call in ("app.write_down_event('view', null, null, 'x', null, null, null)", "app.keep_head(null, 1, '')",
                     "app.purge_cases(null, '{}', '{}')", "app.replay_destructions('[]')", "app.erase_copies(null, '{}', '{}')"):
            assert refusal(connection, f"select {call}") == "42501", (login, call)
        connection.rollback()


# ---- honest rows -----------------------------------------------------------------------------------------------------


def write(connection, world, persona: str = "harbour_admin", case: str = "ann") -> None:
    """Somebody adds a note; not committed."""
    take_hat(connection, world.identity(persona))
    connection.execute("insert into app.support_notes (case_id, stream, body) values (%s, 'shared', 'New')", [world.case[case]])


def unsealed(world) -> int:
    """How many rows of the log are not sealed."""
    with world.owner() as owner:
        return owner.execute("select count(*) from app.audit_log as a where not exists (select from vault.audit_seals as s where s.audit_id = a.id)").fetchone()[0]


def is_intact(world) -> bool:
    """Whether everything is sealed and the verifier names nothing."""
    seal(world)
    with world.owner() as owner:
        assert faults(owner) == []
    return unsealed(world) == 0


@pytest.mark.parametrize("others", [0, 3])
def test_a_long_transaction_is_sealed_when_it_ends(fresh_world, others):
    """However often the log is sealed meanwhile, and whether or not others begin and end: its rows are neither forgotten nor suspect."""
    seal(fresh_world)
    with fresh_world.connect() as slow, fresh_world.connect() as quick:
        write(slow, fresh_world)
        for _ in range(4):
            for _ in range(others):
                write(quick, fresh_world, "quay_manager")
                quick.commit()
            seal(fresh_world)
        write(slow, fresh_world, case="ben")
        seal(fresh_world)
        slow.commit()
    # Whatever began after it waits with it.
    assert unsealed(fresh_world) == 2 + 4 * others
    assert is_intact(fresh_world)


def test_numbers_that_were_rolled_back_are_missed_by_nobody(fresh_world):
    """Nor are those of a transaction that ran while the log was sealed."""
    with fresh_world.connect() as connection:
        for turn in range(6):
            write(connection, fresh_world)
            seal(fresh_world) if turn % 2 else None
            connection.rollback() if turn % 3 else connection.commit()
    assert is_intact(fresh_world) and is_intact(fresh_world)


def test_a_sealing_within_a_transaction_settles_nothing(fresh_world):
    """Whoever seals by hand, in a transaction that has written already, may be older than others who write: they are not passed over."""
    with fresh_world.owner() as owner, fresh_world.connect() as other:
        owner.execute("update app.tenants set full_name = full_name || '.'")
        write(other, fresh_world)
        owner.execute("select app.seal_audit_log()")
        owner.commit()
        seal(fresh_world)
        seal(fresh_world)
        other.commit()
    assert is_intact(fresh_world)


def test_two_seal_at_once(fresh_world):
    """While people write: each row is sealed once, and the chain is whole."""
    stop, failed = threading.Event(), []

    def until_told(work) -> None:
        try:
            while not stop.is_set():
                work()
        except psycopg.Error as error:
            failed.append(error)

    with fresh_world.connect() as connection:
        sealing = [threading.Thread(target=until_told, args=[lambda: seal(fresh_world)]) for _ in range(2)]
        for thread in sealing:
            thread.start()
        for turn in range(60):
            write(connection, fresh_world, case="ann" if turn % 2 else "ben")
            connection.commit()
        stop.set()
        for thread in sealing:
            thread.join()
    assert not failed
    assert is_intact(fresh_world)


def test_sealing_in_small_portions(fresh_world):
    """A backlog is worked off portion by portion; what is left over is not taken for settled."""
    total, portions = unsealed(fresh_world), 0
    while as_job(fresh_world, "select app.seal_audit_log(40)"):
        portions += 1
        with fresh_world.owner() as owner:
            assert faults(owner) == []
    assert portions == -(-total // 40) > 3
    assert is_intact(fresh_world)


def test_rows_of_a_month_that_nobody_made(fresh_world):
    """They are kept beside the months, sealed and verified like the rest; the month is not made over them, later ones are."""
    with fresh_world.owner() as owner:
        owner.execute("drop table " + ", ".join(name for name in partitions(fresh_world) if "elsewhen" not in name))
        owner.execute("truncate vault.audit_heads")
        owner.execute("alter table vault.audit_seals disable trigger user; truncate vault.audit_seals; alter table vault.audit_seals enable trigger user")
        # Those in the log went with the months, and their words do now.
        owner.execute("delete from app.audit_payloads")
    with fresh_world.connect() as connection:
        write(connection, fresh_world)
        connection.commit()
    with fresh_world.owner() as owner:
        assert owner.execute("select count(*) from vault.audit_log_elsewhen").fetchone()[0] == 1
    assert as_job(fresh_world, "select app.keep_audit_months()") == 2
    assert as_job(fresh_world, "select app.keep_audit_months()") == 0
    assert is_intact(fresh_world)


def test_making_a_month_waits_for_nobody_for_long(fresh_world):
    """A backup reads the log: making a month gives up before people's writes, which wait behind it, do."""
    with fresh_world.owner() as owner:
        owner.execute("drop table " + partitions(fresh_world)[-2])
    with psycopg.connect(fresh_world.conninfo) as backup, fresh_world.connect() as person:
        backup.execute("lock table app.audit_log, vault.audit_log_elsewhen in access share mode")
        failed = []
        making = threading.Thread(target=lambda: failed.append(pytest.raises(psycopg.errors.LockNotAvailable, as_job, fresh_world, "select app.keep_audit_months()")))
        making.start()
        with psycopg.connect(fresh_world.conninfo, autocommit=True) as watching:
            while making.is_alive() and not watching.execute("select true from pg_locks where not granted").fetchone():
                making.join(0.01)
        write(person, fresh_world)
        person.commit()
        making.join()
    assert failed
    assert as_job(fresh_world, "select app.keep_audit_months()") == 1


def test_a_dump_restored_elsewhere_is_intact(fresh_world):
    """In another database of a cluster whose transaction numbers have nothing to do with it, a transaction was open and some rows were not sealed."""
    server = fresh_world.server
    with fresh_world.connect() as connection, fresh_world.connect() as slow:
        write(slow, fresh_world)
        seal(fresh_world)
        for _ in range(3):
            write(connection, fresh_world, "quay_manager")
            connection.commit()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        dumped = subprocess.run([server.local.bindir / "pg_dump", "--dbname", fresh_world.conninfo], capture_output=True, check=True, timeout=60, env=environment).stdout
        slow.rollback()
    name = server.create()
    try:
        subprocess.run([server.local.bindir / "psql", "-qX", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-d", server.conninfo(name)], input=dumped,
                       check=True, timeout=60, env=environment)
        # As in a cluster that is much younger, or much older: numbers of transactions to come, and long past.
        for shift in (10**6, -10**6, 0):
            with psycopg.connect(server.conninfo(name)) as connection:
                connection.execute("set session_replication_role = replica")
                connection.execute("update app.audit_log set transaction_id = (greatest(transaction_id::text::bigint + %s, 3))::text::xid8"
                                   " where id > (select coalesce(max(audit_id), 0) from vault.audit_seals)", [shift])
                connection.execute("update vault.audit_sealing set once_before = (greatest(once_before::text::bigint + %s, 3))::text::xid8", [shift])
                connection.commit()
                connection.execute("set session_replication_role = origin")
                for _ in range(3):
                    connection.execute("update app.tenants set full_name = full_name || '.' where full_name like 'Ann%'")
                    connection.commit()
                    connection.execute("select app.seal_audit_log()")
                    connection.commit()
                assert faults(connection) == []
                left = "select count(*) from app.audit_log as a where not exists (select from vault.audit_seals as s where s.audit_id = a.id)"
                assert connection.execute(left).fetchone()[0] == 0
    finally:
        server.drop(name)


def test_a_purge_leaves_the_chain_whole(fresh_world):
    """Payloads and salts are gone, facts stay, and the verifier names nothing; not before it is sealed and not after."""
    is_intact(fresh_world)
    with fresh_world.owner() as owner:
        before = record_ids(owner)["support_cases"]
        owner.execute("delete from app.legal_holds where lifted_at is null")
        owner.execute("update app.organisations set support_retention_years = '{\"case\": 1, \"safeguarding\": 1}'")
    sweep(fresh_world)
    with fresh_world.owner() as owner:
        assert len(record_ids(owner)["support_cases"]) < len(before)
        assert faults(owner) == []
    assert is_intact(fresh_world)
