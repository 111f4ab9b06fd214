"""Composing and sending meet whoever destroys or moves a case in the same moment: who waits, and what is left of what either wrote."""

import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from jobs.couriers import EmlFolder
from jobs.outbox import Mail, clear_mail_folder, send_outbox
from tests import digests
from tests.digests import NAMES
from tests.retention import as_job
from tests.test_case_races import in_background
from tests.test_digest_sending import CLOSED, GATE

#: The locks that somebody waits for.
WAITING = "select true from pg_locks as l join pg_stat_activity as a using (pid) where a.datname = current_database() and not l.granted"
COMPOSE = f"call app.compose_digests('{digests.MONTH}')"
#: A case that was closed in the month and is past its time; `whole`: nothing of it stays.
DUE = ("update app.organisations set support_retention_years = '{\"case\": 1, \"safeguarding\": 25}'", digests.CHANGES["closed"])
MOVE = "update app.tenants set property_id = (select property_id from app.tenants where id = %(tom)s) where id = %(tess)s"
WHOLE = "update app.support_notes set safeguarding = false, safeguarding_flagged_at = null where safeguarding"

PURGE = (*DUE, "select app.purge_batch(%(firm)s)")
#: Whether what an e-mail said counts as erased.
ERASED = "select copy_erased_at is not null from app.outbox"


@pytest.fixture
def olives(world):
    """A world with Olive and Tess, about whom nothing was told yet, and the superuser's connection to it."""
    with psycopg.connect(world.conninfo, autocommit=True) as connection:
        digests.set_up(connection)
        connection.execute("delete from app.outbox; delete from app.digests; delete from app.job_runs")
        yield world, connection


def run(connection: psycopg.Connection, *statements: str) -> list[tuple]:
    """The rows of the last statement, which may name people and things as %(name)s."""
    for statement in statements:
        cursor = connection.execute(statement, NAMES)
    return cursor.fetchall() if cursor.description else []


def meeting(world, connection: psycopg.Connection, job: str | Callable[[], object]):
    """A job (a statement, or what it is in Python) in the background that has come to wait for somebody: its thread, and what it returned or raised."""
    thread, came = in_background(job if callable(job) else lambda: as_job(world, job))
    while thread.is_alive() and not connection.execute(WAITING).fetchone():
        thread.join(0.01)
    assert thread.is_alive(), came
    return thread, came


@pytest.mark.parametrize("whole", [False, True])
def test_what_is_destroyed_while_it_is_composed_is_not_told(olives, whole):
    """The job that was away catches up on a month of which the sweep destroys a case just now: it waits, and no word of it comes back with the digest."""
    world, connection = olives
    run(connection, *DUE, *[WHOLE] * whole)
    assert run(connection, "select count(*) from app.support_notes where case_id = %(case)s and stream = 'shared'") == [(4,)]
    with psycopg.connect(world.conninfo) as sweep:
        assert sweep.execute("select taken from app.purge_batch(%s)", [NAMES["firm"]]).fetchone()[0] > 0
        thread, came = meeting(world, connection, COMPOSE)
        sweep.commit()
        thread.join(30)
    assert came == [0]
    assert run(connection, "select count(*) from app.digests where officer_id = %(olive)s") == [(1 - whole,)]
    assert run(connection, "select reason, content from app.digest_entries where case_id = %(case)s") == [("nothing_to_report", None)] * (1 - whole)


def test_what_is_being_composed_is_destroyed_afterwards(olives):
    """The other way round: the sweep leaves a case that is being told of, comes back to it, and erases what was told."""
    world, connection = olives
    run(connection, *DUE)
    with psycopg.connect(world.conninfo) as composing:
        assert composing.execute("select composed from app.compose_chunk(%s)", [digests.MONTH]).fetchone() == (1,)
        assert "Rent paid" in str(composing.execute("select content from app.digest_entries where case_id = %(case)s", NAMES).fetchall())
        thread, came = meeting(world, connection, "call app.sweep_retention(0)")
        composing.commit()
        thread.join(30)
    assert came == [None]
    assert run(connection, "select count(*) from app.support_notes where case_id = %(case)s") == [(1,)]
    assert run(connection, "select count(*) from app.digest_entries where case_id = %(case)s") == [(0,)]


def test_a_case_that_moves_while_it_is_composed(olives):
    """Somebody gives its home another landlord: waited for, rather than failed over, and the part is the new landlord's."""
    world, connection = olives
    with psycopg.connect(world.conninfo) as moving:
        moving.execute(MOVE, NAMES)
        thread, came = meeting(world, connection, COMPOSE)
        moving.commit()
        thread.join(30)
    assert came == [1]
    assert run(connection, "select e.landlord_id = t.landlord_id from app.digest_entries as e, app.tenants as t where e.case_id = %(case)s and t.id = %(tom)s") == [(True,)]


# ---- sending ---------------------------------------------------------------------------------------------------------


def sent(world, folder: Path) -> dict[str, int]:
    """What the job did that hands over what is due, into files; the one that clears the folder comes after it."""
    mail = Mail(EmlFolder(folder), folder, "no-reply@example.org", "https://keywork.example.org")
    with psycopg.connect(world.jobs_conninfo, autocommit=True) as connection:
        did = send_outbox(connection, mail, threading.Event())
        clear_mail_folder(connection, mail)
        return did


@pytest.mark.parametrize("erasing, state", [
    ((WHOLE, *PURGE), ("withdrawn", None)),
    (("update app.outbox set created_at = now() - interval '91 days'", "update app.digests set composed_at = now() - interval '91 days'",
      "select app.erase_old_digests()"), ("unsure", "too_old")),
], ids=["purged", "too old"])
def test_an_e_mail_that_says_nothing_any_more_does_not_go(olives, tmp_path, erasing, state):
    """All of it is erased between the moment in which a courier claims it and that in which it reads what it says."""
    world, connection = olives
    as_job(world, COMPOSE)
    run(connection, *GATE)
    with psycopg.connect(world.conninfo) as gate:
        gate.execute(CLOSED)
        thread, came = meeting(world, connection, lambda: sent(world, tmp_path))
        assert run(connection, "select state from app.outbox") == [("sending",)]
        run(connection, *erasing)
        gate.rollback()
        thread.join(30)
    assert came == [{"not_sent": 1}]
    run(connection, "update app.outbox set next_attempt_at = clock_timestamp() where state = 'waiting'")
    assert sent(world, tmp_path) == {}
    assert list(tmp_path.iterdir()) == []
    assert run(connection, "select state, error from app.outbox") == [state]


def test_a_part_that_is_destroyed_beforehand_takes_no_file_with_it(olives, tmp_path):
    """What is destroyed before an e-mail goes is not in its file, which stays; what is destroyed afterwards is, and the file goes."""
    world, connection = olives
    digests.change(connection, "with Tom")
    as_job(world, COMPOSE)
    run(connection, *PURGE)
    assert run(connection, ERASED) == [(False,)]
    assert sent(world, tmp_path) == {"sent": 1}
    assert "A job" in (said := next(tmp_path.iterdir()).read_text()) and "Rent" not in said
    assert run(connection, ERASED) == [(False,)]
    run(connection, "update app.support_cases set opened_at = '2001-01-01', closed_at = '2002-01-01', closing_reason = 'died' where id = %(other)s", "select app.purge_batch(%(firm)s)")
    assert run(connection, ERASED) == [(True,)]
    assert sent(world, tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_written_of_what_is_destroyed_meanwhile_goes(olives):
    """The courier has read what it says, and a part of it is destroyed before it reports: there may be a file of it."""
    world, connection = olives
    digests.change(connection, "with Tom")
    as_job(world, COMPOSE)
    message = digests.claim(connection)
    run(connection, *PURGE)
    with digests.acting(connection, "keywork_jobs"):
        connection.execute("select app.message_was_sent(%s, null)", [message.message_id])
    assert run(connection, ERASED) == [(True,)]


def test_who_was_left_out_takes_no_file_with_them(olives, tmp_path):
    """A case that had been closed before the month is in the digest as one that is left out: nothing was said of it that could be erased."""
    world, connection = olives
    digests.change(connection, "with Tom", "closed long ago")
    as_job(world, COMPOSE)
    assert sent(world, tmp_path) == {"sent": 1}
    run(connection, WHOLE, DUE[0], "select app.purge_batch(%(firm)s)")
    assert run(connection, "select count(*) from app.digest_entries where case_id = %(case)s") == [(0,)]
    assert run(connection, ERASED) == [(False,)]


def test_what_is_left_of_a_refused_e_mail_may_be_sent_again(olives, tmp_path):
    """A part of it was destroyed: the org-admin sends the rest; what was erased as a whole, or may not be said any more, they do not."""
    world, connection = olives
    digests.change(connection, "with Tom")
    as_job(world, COMPOSE)
    run(connection, "update app.outbox set state = 'failed'", *PURGE)
    [message] = run(connection, "select id from app.outbox")[0]
    for change, may in (("select", True), ("update app.digests set erased_at = now()", False), ("update app.digests set erased_at = null, reason = 'plan'", False)):
        run(connection, change)
        with world.as_("harbour_admin") as person:
            assert person.execute("select may_be_sent_again from app.outbox_list where id = %s", [message]).fetchone() == (may,)
            if may:
                person.execute("select app.retry_message(%s)", [message])
            else:
                with pytest.raises(psycopg.Error) as refused:
                    person.execute("select app.retry_message(%s)", [message])
                assert refused.value.sqlstate == "KW404"


def test_e_mails_are_erased_in_one_order(olives):
    """Whoever erases several takes the lowest id first: of two that both have cases of one officer, none waits for the other for ever."""
    world, connection = olives
    as_job(world, COMPOSE)
    as_job(world, "call app.compose_digests('2024-05-01')")
    # The one that was made last, and lies last, has the lowest id.
    run(connection, "update app.outbox as o set id = (case d.period when %(month)s then 'ffffffff' else '00000000' end || substr(o.id::text, 9))::uuid"
        " from app.digests as d where d.id = o.digest_id")

    def erasing():
        with psycopg.connect(world.conninfo) as other:
            run(other, "select app.erase_told(array[%(case)s::uuid])")

    with psycopg.connect(world.conninfo) as holding:
        holding.execute("select from app.outbox order by id limit 1 for update")
        thread, came = meeting(world, connection, erasing)
        assert connection.execute("select count(*) from (select from app.outbox for update skip locked) as free").fetchone() == (1,)
        holding.rollback()
        thread.join(30)
    assert came == [None]


def test_what_is_erased_while_somebody_has_it_sent_again(olives):
    """They wait, and are told that it is not there any more: nothing is left of it that could go."""
    world, connection = olives
    as_job(world, COMPOSE)
    run(connection, "update app.outbox set state = 'failed', created_at = now() - interval '91 days'", "update app.digests set composed_at = now() - interval '91 days'")
    [message] = run(connection, "select id from app.outbox")[0]

    def retrying():
        with world.acting("harbour_admin") as person:
            person.execute("select app.retry_message(%s)", [message])

    with psycopg.connect(world.conninfo) as erasing:
        assert erasing.execute("select app.erase_old_digests()").fetchone() > (0,)
        thread, came = meeting(world, connection, retrying)
        erasing.commit()
        thread.join(30)
    assert came == ["KW404"]
    assert run(connection, "select state from app.outbox") == [("failed",)]


def test_what_is_written_down_of_a_sending_meanwhile_goes_with_its_case(olives):
    """The courier reports an e-mail while one of its cases is destroyed: to whom it told of it stays in no payload."""
    world, connection = olives
    as_job(world, COMPOSE)
    message = digests.claim(connection)
    run(connection, WHOLE, *DUE)
    with psycopg.connect(world.conninfo) as courier:
        with digests.acting(courier, "keywork_jobs"):
            courier.execute("select app.message_was_sent(%s, null)", [message.message_id])
        written = courier.execute("select count(*) from app.audit_payloads where case_id = %(case)s and table_name = 'digests'", NAMES).fetchone()
        thread, came = meeting(world, connection, "call app.sweep_retention(0)")
        courier.commit()
        thread.join(30)
    assert (written, came) == ((1,), [None])
    assert run(connection, "select count(*) from app.support_cases where id = %(case)s") == [(0,)]
    assert run(connection, "select count(*) from app.audit_payloads where case_id = %(case)s") == [(0,)]
