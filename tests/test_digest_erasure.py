"""What digests said is gone 90 days after it was sent, and at once where its case is purged: from the tables and from the folder of
e-mails. The facts stay: who was told in which month, and where it went (spec 4, 6; app.erase_old_digests, app.erase_told).

Ages are counted from the moment of sending by the days and the clock of London, not from midnight: an e-mail of the 1st, 07:12, goes
with the first run of the daily job after 07:12 of the 90th day. The database's clock cannot be set, so the rows move into the past.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from threading import Event
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg.rows import dict_row

from jobs import clock, outbox
from jobs.couriers import EmlFolder
from tests import digests
from tests.digests import NAMES
from tests.test_canary import CANARY, found_in

SECOND = timedelta(seconds=1)
#: Ages at which everything stays, and the first at which it goes.
YOUNG, OLD = (timedelta(days=89), timedelta(days=90) - SECOND), timedelta(days=90) + SECOND
ERASE = next(job for job in clock.SCHEDULE if job.name == "erase_old_digests")
CLEAR = next(job for job in clock.SCHEDULE if job.name == "clear_mail_folder")
PURGE = ("update app.support_cases set opened_at = '2001-01-01', closed_at = '2002-01-01', closing_reason = 'died' where id = %(case)s;"
         " update app.support_notes set safeguarding = false, safeguarding_flagged_at = null where case_id = %(case)s; select * from app.purge_batch(%(firm)s)")


@pytest.fixture(scope="module")
def composed(shared_world):
    """The superuser's open transaction, rolled back at the end: Olive's digest about Tess is composed, and nobody else has an old one."""
    with psycopg.connect(shared_world.conninfo) as connection:
        digests.set_up(connection)
        connection.execute("delete from app.outbox; delete from app.digests")
        compose(connection)
        assert digests.message_of_olive(connection).state == "waiting"
        yield connection
        connection.rollback()


@pytest.fixture
def told(composed):
    """The same for each test."""
    with composed.transaction(force_rollback=True):
        yield composed


def compose(connection, month: str = digests.MONTH) -> None:
    """Composes a month of Olive's."""
    digests.compose(connection, month)
    connection.execute("delete from app.digests where officer_id <> %s", [NAMES["olive"]])


def erase(connection) -> int:
    """Erases what is due as the jobs do; how many digests."""
    with digests.acting(connection, "keywork_jobs"):
        return connection.execute("select digests from app.erase_old_digests()").fetchone()[0]


def ago(connection, age: timedelta) -> datetime:
    """The moment that is so old now by the calendar and the clock of London."""
    [now] = connection.execute("select now()").fetchone()
    return (now.astimezone(ZoneInfo("Europe/London")).replace(tzinfo=None) - age).replace(tzinfo=ZoneInfo("Europe/London")).astimezone(timezone.utc)


def kept(connection) -> list[dict]:
    """Each digest with what is left of it and of its e-mail, without what says since when it is so."""
    return connection.cursor(row_factory=dict_row).execute(
        "select d.officer_name, d.address, d.period, d.reason, d.erased_at is not null as erased, o.to_address, o.state, o.error, o.copy_erased_at is not null as copy_erased,"
        " array(select e.content is not null from app.digest_entries as e where e.digest_id = d.id order by e.case_id) as said,"
        " array(select e.reason from app.digest_entries as e where e.digest_id = d.id order by e.case_id) as reasons"
        " from app.digests as d left join app.outbox as o on o.digest_id = d.id order by d.id").fetchall()


def one(connection) -> dict:
    """What is left of the only digest."""
    [it] = kept(connection)
    return it


@dataclass(frozen=True)
class Fate:
    """How an e-mail came to be what it is (an assignment of app.outbox), and what it is afterwards; `sent`: its age counts from then."""

    made: str
    becomes: str
    error: str | None = None
    sent: bool = False


FATES = {
    "sent": Fate("state = 'sent'", "sent", sent=True),
    "delivered": Fate("state = 'delivered'", "delivered", sent=True),
    "came back": Fate("state = 'bounced'", "bounced", sent=True),
    "marked as spam": Fate("state = 'complained'", "complained", sent=True),
    "not passed on": Fate("state = 'failed', error = 'provider_failed'", "failed", "provider_failed", sent=True),
    # Never sent: what waits is not sent any more, and what may have gone is a person's to find out.
    "waiting": Fate("attempts = 3, claimed_at = now(), error = '429'", "failed", "too_old"),
    "waiting after no answer": Fate("attempts = 3, claimed_at = now(), unanswered_since = now(), error = 'no_answer'", "unsure", "too_old"),
    "being sent": Fate("state = 'sending', attempts = 1, claimed_at = now()", "unsure", "too_old"),
    "refused": Fate("state = 'failed', error = '422'", "failed", "422"),
    "unsure": Fate("state = 'unsure', error = 'no_answer', unanswered_since = now()", "unsure", "no_answer"),
}


@pytest.mark.parametrize("name", FATES)
def test_what_was_said_goes_after_90_days(told, name):
    """Not a second before; then in whatever state the e-mail is. Who was told, when and where stays, and a second run finds nothing."""
    fate = FATES[name]
    told.execute(f"update app.outbox set sent_at = now(), {fate.made}")
    for age in (*YOUNG, OLD):
        moment = ago(told, age)
        # Of one that was sent the moment of composing makes no difference.
        told.execute("update app.digests set composed_at = %s", [moment - timedelta(days=60) if fate.sent else moment])
        told.execute("update app.outbox set created_at = %s, sent_at = %s", [moment, moment if fate.sent else None])
        before = one(told)
        assert before["said"] == [True] and not before["erased"] and not before["copy_erased"]
        if age in YOUNG:
            assert erase(told) == 0 and one(told) == before
    assert erase(told) == 1
    assert one(told) == before | {"said": [False], "erased": True, "copy_erased": True, "state": fate.becomes, "error": fate.error}
    # Nothing of it comes back, and nothing more is done.
    after = told.execute("select d::text || o::text from app.digests as d, app.outbox as o").fetchall()
    assert erase(told) == 0 and told.execute("select d::text || o::text from app.digests as d, app.outbox as o").fetchall() == after
    told.execute("update app.outbox set next_attempt_at = '-infinity'")
    assert digests.claim(told) is None


@pytest.mark.parametrize("change, reason", [("unlisted", "address_not_listed"), ("hidden", "tenant_hidden"), ("empty", "nothing_to_report"), ("suppressed", "suppressed")])
def test_of_one_that_never_went_the_reason_stays(told, change, reason):
    """Withdrawn at its turn, or never made: it says nothing by then, is done with after 90 days, and the answer is the same as before."""
    digests.change(told, change)
    assert digests.claim(told) is None
    withdrawn = one(told)
    assert (withdrawn["state"], withdrawn["reason"], withdrawn["said"]) == ("withdrawn", reason, [False])
    told.execute("update app.jobs set since = '2024-01-01' where name = 'compose_digests'")
    compose(told, "2024-05-01")
    told.execute("update app.digests set composed_at = %s", [ago(told, OLD)])
    told.execute("update app.outbox set created_at = %s", [ago(told, OLD)])
    before = kept(told)
    assert len(before) == 2 and erase(told) == 2
    assert kept(told) == [each | {"erased": True, "copy_erased": each["state"] is not None} for each in before]
    assert erase(told) == 0


def test_days_are_those_of_london_whatever_the_session_says(told):
    """A zone that put its clocks forward or back a month ago counts other days of 24 hours; the rule does not."""
    [now] = told.execute("select now()").fetchone()
    changed, back = ((now + timedelta(days=days)).timetuple().tm_yday for days in (-30, 100))
    for zone in (f"AAA0BBB,J{min(changed, 365)},J{min(back, 365)}", f"AAA0BBB,J{min(back, 365)},J{min(changed, 365)}", "America/New_York", "UTC"):
        with told.transaction(force_rollback=True):
            told.execute("select set_config('timezone', %s, true)", [zone])
            told.execute("update app.outbox set state = 'sent', sent_at = %s", [ago(told, YOUNG[1])])
            assert erase(told) == 0 and one(told)["said"] == [True], zone
            told.execute("update app.outbox set sent_at = %s", [ago(told, OLD)])
            assert erase(told) == 1 and one(told)["said"] == [False], zone


# ---- the job ---------------------------------------------------------------------------------------------------------


def due(connection) -> None:
    """Olive's digest was sent more than 90 days ago."""
    connection.execute("update app.outbox set state = 'sent', sent_at = %s", [ago(connection, OLD)])


def test_the_ledger_says_how_many_went_and_the_day_is_done_once(told):
    """Begun, done and finished as the clock does it (jobs/clock.py); begun again on that day, there is nothing to do."""
    due(told)
    with digests.acting(told, "keywork_jobs"):
        [period] = told.execute("select app.begin_job('erase_old_digests', clock_timestamp())").fetchone()
        counts = ERASE.work(clock.Call(told, period, None, Event()))
        told.execute("select app.finish_job('erase_old_digests', %s, %s)", [period, psycopg.types.json.Jsonb(counts)])
        assert told.execute("select app.begin_job('erase_old_digests', clock_timestamp())").fetchone() == (None,)
    assert counts == {"digests": 1} and one(told)["erased"]
    assert told.execute("select status, attempts, counts from app.job_runs where job = 'erase_old_digests' and period = %s", [period]).fetchone() == ("done", 1, {"digests": 1})


def test_clocks_that_differ_destroy_nothing(told):
    """Threat 38: the database's a day ahead, and the job is not begun (KW450); the service's a day ahead, and it is the database's that counts."""
    due(told)
    with pytest.raises(psycopg.Error) as refused, told.transaction(), digests.acting(told, "keywork_jobs"):
        told.execute("select app.begin_job('erase_old_digests', clock_timestamp() - interval '1 day')")
    assert refused.value.sqlstate == "KW450"
    assert one(told)["said"] == [True]
    told.execute("update app.outbox set sent_at = %s", [ago(told, YOUNG[1])])
    with digests.acting(told, "keywork_jobs"):
        [period] = told.execute("select app.begin_job('erase_old_digests', clock_timestamp() + interval '1 day')").fetchone()
        assert period <= told.execute("select (now() at time zone 'Europe/London')::date").fetchone()[0]
        assert ERASE.work(clock.Call(told, period, None, Event())) == {"digests": 0}
    assert one(told)["said"] == [True]


# ---- purged cases ----------------------------------------------------------------------------------------------------


@pytest.fixture
def two(told):
    """The same for a digest about Tess and Tom."""
    told.execute("delete from app.outbox; delete from app.digests")
    told.execute("delete from app.job_runs where job = 'compose_digests'")
    digests.change(told, "with Tom")
    compose(told)
    assert [len(each["said"]) for each in kept(told)] == [2]
    return told


def purge(connection) -> None:
    """Retention destroys Tess's case."""
    for statement in PURGE.split(";"):
        connection.execute(statement.replace("%(case)s", f"'{NAMES['case']}'").replace("%(firm)s", f"'{NAMES['firm']}'"))
    assert connection.execute("select count(*) from app.support_cases where id = %s", [NAMES["case"]]).fetchone() == (0,)


def mail_in(folder) -> outbox.Mail:
    """E-mails that are written into a folder."""
    return outbox.Mail(EmlFolder(folder), folder, "no-reply@keywork.example.org", "https://keywork.example.org")


def send(connection, folder) -> None:
    """The courier writes what waits into files."""
    with digests.acting(connection, "keywork_jobs"):
        assert outbox.send_outbox(connection, mail_in(folder), Event()) == {"sent": 1}


def clear(connection, folder) -> int:
    """The job that erases files; how many."""
    with digests.acting(connection, "keywork_jobs"):
        return CLEAR.work(clock.Call(connection, None, mail_in(folder), Event()))["files"]


def test_a_purged_case_leaves_digest_and_file_at_once(two, tmp_path):
    """However young the digest is. What it says of the other tenant stays in the table; the file, which told of both, goes whole."""
    send(two, tmp_path)
    assert b"Tess Tenant" in b"".join(file.read_bytes() for file in tmp_path.iterdir()) and clear(two, tmp_path) == 0
    purge(two)
    it = one(two)
    assert (it["said"], it["erased"], it["copy_erased"], it["state"]) == ([True], False, True, "sent")
    assert two.execute("select case_id from app.digest_entries").fetchall() == [(NAMES["other"],)]
    assert clear(two, tmp_path) == 1 and list(tmp_path.iterdir()) == []
    assert clear(two, tmp_path) == 0


def test_what_waits_while_a_case_is_purged_goes_without_it_and_its_file_stays(two, tmp_path):
    """No courier had it, so nothing of the purged case is in any file: what is written later is as good as any."""
    purge(two)
    send(two, tmp_path)
    [file] = tmp_path.iterdir()
    assert b"Tom Tenant" in file.read_bytes() and b"Tess Tenant" not in file.read_bytes()
    assert clear(two, tmp_path) == 0 and [each.name for each in tmp_path.iterdir()] == [file.name]


# ---- files, and what the provider told ----------------------------------------------------------------------------------


def test_files_go_with_what_they_said(told, tmp_path):
    """The one that is due, and one of no message of ours (a restored backup does not know it); letters and strangers' files stay."""
    send(told, tmp_path)
    unknown = tmp_path / f"{uuid.uuid4()}.eml"
    others = {tmp_path / name for name in ("01754000000000000000-0a1b2c3d.eml", "notes.txt")}
    for file in (unknown, *others):
        file.write_text("of another")
    assert clear(told, tmp_path) == 1 and not unknown.exists()
    due(told)
    assert clear(told, tmp_path) == 0 and len(list(tmp_path.iterdir())) == 3
    assert erase(told) == 1
    assert clear(told, tmp_path) == 1 and {*tmp_path.iterdir()} == others
    assert clear(told, tmp_path) == 0


def test_a_file_that_cannot_go_keeps_no_other_and_is_tried_again(told, tmp_path):
    """The job fails, as it should; what was left goes the next time."""
    stuck = [tmp_path / f"{uuid.UUID(int=number)}.eml" for number in range(1, 9)]
    for place in stuck[::2]:
        # No file, so no unlink() takes it away.
        place.mkdir()
    for place in stuck[1::2]:
        place.write_text("of nobody's")
    with pytest.raises(OSError), digests.acting(told, "keywork_jobs"):
        outbox.clear_mail_folder(told, mail_in(tmp_path))
    assert {*tmp_path.iterdir()} == {*stuck[::2]}
    told.execute("reset role; reset session authorization")
    for place in stuck[::2]:
        place.rmdir()
        place.write_text("of nobody's")
    assert clear(told, tmp_path) == 4 and list(tmp_path.iterdir()) == []


def test_of_what_the_provider_told_nothing_but_codes_is_kept(told):
    """No body of a webhook, no address, no reason in words. News about no e-mail of ours go after 30 days, those of ours stay with it."""
    assert [name for name, in told.execute("select attname from pg_attribute where attrelid = 'vault.delivery_events'::regclass and attnum > 0 order by 1")] == [
        "event_id", "happened_at", "kind", "provider_id", "received_at"]
    told.execute("update app.outbox set state = 'sent', sent_at = now(), provider_id = 'ours'")
    told.execute("delete from vault.delivery_events")
    told.execute("insert into vault.delivery_events (event_id, provider_id, kind, happened_at, received_at) select e || d, e, 'delivered', now(), now() - d * interval '1 day'"
                 " from unnest(array['ours', 'a letter']) as e, unnest(array[29, 31, 200]) as d")
    erase(told)
    assert {event for event, in told.execute("select event_id from vault.delivery_events")} == {"ours29", "ours31", "ours200", "a letter29"}


# ---- the registry of copies -----------------------------------------------------------------------------------------------


def test_no_word_of_it_is_left_anywhere(told, tmp_path):
    """Threat 44: a sentence in each part of a digest stands where it was written and in no copy; the registry of kept texts says so."""
    told.execute("update app.support_goals set title = %s where case_id = %s", [CANARY, NAMES["case"]])
    told.execute("update app.support_notes set body = %s where case_id = %s and stream = 'shared'", [CANARY, NAMES["case"]])
    told.execute("update app.support_goal_progress set body = %s where case_id = %s", [CANARY, NAMES["case"]])
    written = found_in(told)
    assert written and not any(column.startswith(("digest", "outbox")) for column in written)
    send(told, tmp_path)
    assert found_in(told) - written == {"digest_entries.content"}
    due(told)
    assert erase(told) == 1 and clear(told, tmp_path) == 1
    assert found_in(told) == written and list(tmp_path.iterdir()) == []
    kept_as = dict(told.execute("select table_name, kept_as from app.kept_texts() where table_name in ('digests', 'digest_entries', 'outbox', 'delivery_events')").fetchall())
    assert kept_as == {"digest_entries": "copy", "digests": "fact", "outbox": "fact", "delivery_events": "fact"}
