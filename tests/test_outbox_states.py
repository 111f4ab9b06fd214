"""The outbox as a table: what each step makes of an e-mail in each state, or which SQLSTATE it raises, and who may take it (db/functions.sql, The outbox).

Steps are those of a courier (claiming, and what it reports), of the provider (what it tells, as /webhooks/resend hands it on), and of an org-admin.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import namedtuple_row

from tests import digests
from tests.digests import NAMES
from views.digest_words import ANSWERS, STATES

SENT = "sent_at = now(), provider_id = 'one/1', attempts = 1, claimed_at = now()"
#: Ways for an e-mail to be in a state: assignments of app.outbox.
WAYS = {
    "waiting": "state = 'waiting'",
    "waiting for later": "state = 'waiting', attempts = 3, next_attempt_at = now() + interval '1 hour'",
    "waiting after no answer": "state = 'waiting', attempts = 3, unanswered_since = now() - interval '1 hour'",
    "in somebody's hands": "state = 'sending', attempts = 1, claimed_at = now(), next_attempt_at = now() + interval '2 minutes'",
    "in dead hands": "state = 'sending', attempts = 1, claimed_at = now() - interval '3 minutes', next_attempt_at = now() - interval '1 minute'",
    "in other hands after no answer": "state = 'sending', attempts = 2, claimed_at = now(), next_attempt_at = now() + interval '2 minutes', unanswered_since = now() - interval '3 minutes'",
    "unanswered for a day": "state = 'waiting', attempts = 9, unanswered_since = now() - interval '23 hours 1 second'",
    "tried too often": "state = 'waiting', attempts = 100",
    "sent": f"state = 'sent', {SENT}", "delivered": f"state = 'delivered', {SENT}", "came back for now": f"state = 'bounced_for_now', {SENT}",
    "came back": f"state = 'bounced', {SENT}", "marked as spam": f"state = 'complained', {SENT}", "not passed on": f"state = 'failed', error = 'provider_failed', {SENT}",
    "refused": "state = 'failed', error = '422', attempts = 1", "unsure": "state = 'unsure', attempts = 9, claimed_at = now(), unanswered_since = now()", "withdrawn": "state = 'withdrawn'",
}
STEPS = "claim sent not_now no_answer refused unsure delivered bounced_for_now bounced complained failed retry arrived".split()
_TABLE = """
    way                            | claim   sent not_now no_answer refused unsure | delivered bounced_for_now bounced complained failed | retry   arrived
    waiting                        | sending sent .       .         .       .      | .         .               .       .          .      | waiting KW404
    waiting for later              | .       sent .       .         .       .      | .         .               .       .          .      | waiting KW404
    waiting after no answer        | sending sent .       .         .       .      | .         .               .       .          .      | waiting KW404
    in somebody's hands            | .       sent waiting waiting   failed  unsure | .         .               .       .          .      | KW404   KW404
    in dead hands                  | sending sent waiting waiting   failed  unsure | .         .               .       .          .      | KW404   KW404
    in other hands after no answer | .       sent waiting waiting   unsure  unsure | .         .               .       .          .      | KW404   KW404
    unanswered for a day           | unsure  sent .       .         .       .      | .         .               .       .          .      | waiting KW404
    tried too often                | failed  sent .       .         .       .      | .         .               .       .          .      | waiting KW404
    sent                           | .       .    .       .         .       .      | delivered bounced_for_now bounced complained failed | KW404   KW404
    delivered                      | .       .    .       .         .       .      | .         .               bounced complained failed | KW404   KW404
    came back for now              | .       .    .       .         .       .      | delivered .               bounced complained failed | waiting KW404
    came back                      | .       .    .       .         .       .      | .         .               .       complained .      | waiting KW404
    marked as spam                 | .       .    .       .         .       .      | .         .               .       .          .      | KW404   KW404
    not passed on                  | .       .    .       .         .       .      | .         .               bounced complained .      | waiting KW404
    refused                        | .       sent .       .         .       .      | .         .               .       .          .      | waiting KW404
    unsure                         | .       sent .       .         .       .      | .         .               .       .          .      | waiting sent
    withdrawn                      | .       .    .       .         .       .      | .         .               .       .          .      | KW404   KW404
"""
#: way -> step -> what comes of it; "." nothing.
TABLE = {way.strip(): dict(zip(STEPS, " ".join(cells).split(), strict=True)) for way, *cells in (line.split("|") for line in _TABLE.strip().splitlines()[1:])}


def taken(connection, world, message, step: str) -> str:
    """Takes a step as whoever takes it; "done", or the SQLSTATE that it raises."""
    statements = {
        "claim": ("keywork_jobs", None, "select app.claim_message()"), "sent": ("keywork_jobs", None, "select app.message_was_sent(%(id)s, %(provider_id)s)"),
        "retry": ("keywork_app", "harbour_admin", "select app.retry_message(%(id)s)"), "arrived": ("keywork_app", "harbour_admin", "select app.message_arrived(%(id)s)"),
    } | {outcome: ("keywork_jobs", None, f"select app.message_was_not_sent(%(id)s, %(attempt)s, '{outcome}', '500')") for outcome in ("not_now", "no_answer", "refused", "unsure")
    } | {what: ("keywork_signin", None, f"select app.record_delivery(gen_random_uuid()::text, %(provider_id)s, '{what}', now())")
         for what in ("delivered", "bounced_for_now", "bounced", "complained", "failed")}  # fmt: skip
    login, persona, statement = statements[step]
    # The provider gives another id to what comes under another key.
    attempt, provider_id = connection.execute("select attempts, 'one/' || key_number from app.outbox where id = %s", [message]).fetchone()
    try:
        with connection.transaction(), digests.acting(connection, login, persona and world.identity(persona)):
            connection.execute(statement, {"id": message, "attempt": attempt, "provider_id": provider_id})
    except psycopg.Error as error:
        return error.sqlstate
    return "done"


def row(connection):
    """Olive's e-mail."""
    return connection.cursor(row_factory=namedtuple_row).execute("select * from app.outbox").fetchone()


def written_down(connection) -> int:
    """How often the history says that the digest left Keywork."""
    return connection.execute("select count(*) from app.audit_log where table_name = 'digests' and action = 'export'").fetchone()[0]


@pytest.fixture(scope="module")
def composed(shared_world):
    """The superuser's open transaction with Olive's digest in the outbox and no other."""
    with digests.olives_alone(shared_world) as connection:
        assert row(connection).state == "waiting"
        yield connection


@pytest.fixture
def outbox(composed):
    """The same for each test."""
    with composed.transaction(force_rollback=True):
        yield composed


def test_the_table_is_whole(outbox):
    """A line for each way, a way for each state that there is, and words for each."""
    [rule] = outbox.execute("select pg_get_constraintdef(oid) from pg_constraint where conname = 'message_states_are_known'").fetchone()
    assert TABLE.keys() == WAYS.keys()
    # `filed` is how app.told_state() calls what was sent to nobody.
    states = STATES.keys() - {"filed"}
    for state in states:
        assert f"'{state}'::text" in rule and state in ANSWERS and any(way.startswith(f"state = '{state}'") for way in WAYS.values())
    assert rule.count("::text") == len(states)


@pytest.mark.parametrize("way", WAYS)
def test_what_each_step_makes_of_it(outbox, shared_world, way):
    """The state afterwards; where nothing comes of it, not a column has changed. Each time that it becomes sent, and only then, the history says so."""
    outbox.execute("update app.outbox set next_attempt_at = now()")
    outbox.execute(f"update app.outbox set {WAYS[way]}")
    if way == "withdrawn":
        outbox.execute("update app.digests set reason = 'plan'")
    before, said = row(outbox), written_down(outbox)
    came = {}
    for step in STEPS:
        with outbox.transaction(force_rollback=True):
            answer = taken(outbox, shared_world, before.id, step)
            after = row(outbox)
            came[step] = answer if answer != "done" else "." if after == before else after.state
            assert written_down(outbox) - said == (came[step] == "sent")
            # Only a person's decision makes another key, and never for what waits under its own; attempts only ever grow.
            assert after.key_number - before.key_number == (step == "retry" and answer == "done" and before.state != "waiting")
            assert after.attempts - before.attempts == (step == "claim" and came[step] == "sending")
    assert came == TABLE[way]


@pytest.mark.parametrize("way", [way for way in WAYS if TABLE[way]["retry"] == "waiting"])
def test_what_may_not_be_sent_again(outbox, shared_world, way):
    """An address that is suppressed first needs clearing (KW451); what was erased, or may not be said any more, is not there (KW404)."""
    outbox.execute(f"update app.outbox set {WAYS[way]}")
    for change, answer in (("insert into app.suppressed_addresses (organisation_id, address, because) values (%(firm)s, 'olive@example.org', 'bounced')", "KW451"),
                           ("update app.digests set erased_at = now()", "KW404"), ("update app.digests set reason = 'tenant_hidden'", "KW404"),
                           ("insert into app.suppressed_addresses (organisation_id, address, because) values (%(elsewhere)s, 'olive@example.org', 'bounced')", "done")):
        with outbox.transaction(force_rollback=True):
            outbox.execute(change, NAMES if "%(" in change else None)
            before = row(outbox)
            assert taken(outbox, shared_world, before.id, "retry") == answer
            assert (row(outbox) == before) == (answer != "done")


def test_many_that_are_set_aside_are_let_go_on_the_way(outbox):
    """Whoever waits for one of them (to move its case, say) need not wait for all: a hundred at once."""
    outbox.execute("insert into app.outbox (organisation_id, kind, digest_id, dedup_key, to_name, to_address, attempts, next_attempt_at)"
                   " select organisation_id, kind, digest_id, n::text, to_name, to_address, 100, now() - interval '1 day' from app.outbox, generate_series(1, 150) as n")
    assert digests.claim(outbox).message_id is None
    assert outbox.execute("select state, count(*) from app.outbox group by state order by state").fetchall() == [("failed", 100), ("waiting", 51)]
    assert digests.claim(outbox).to_address == "olive@example.org" and digests.claim(outbox) is None


def test_what_a_courier_is_given_to_say(outbox, shared_world):
    """What a digest says, of one that is in somebody's hands; of no other, whoever asks."""
    [digest] = outbox.execute("select id from app.digests").fetchone()
    given = {}
    for way in WAYS:
        with outbox.transaction(force_rollback=True):
            outbox.execute(f"update app.outbox set {WAYS[way]}")
            with digests.acting(outbox, "keywork_jobs"):
                given[way] = len(outbox.execute("select * from app.digest_to_send(%s)", [digest]).fetchall())
    assert given == {way: int("state = 'sending'" in made) for way, made in WAYS.items()}


# ---- couriers at once ----------------------------------------------------------------------------------------------------


def claim(connection):
    """What a courier gets."""
    return connection.cursor(row_factory=namedtuple_row).execute("select * from app.claim_message()").fetchone()


def waiting_for(connection, many: int) -> None:
    """So many digests of Olive's wait, of as many months."""
    connection.execute("delete from app.job_runs where job = 'compose_digests' and period > %s", [digests.MONTH])
    for month in range(1, many):
        digests.compose(connection, f"2024-{month + 6:02}-01")
    connection.execute("delete from app.digests where officer_id <> %s", [NAMES["olive"]])
    assert connection.execute("select count(*) from app.outbox where state = 'waiting'").fetchone() == (many,)
    connection.commit()


def test_couriers_at_once_never_hold_one_e_mail(fresh_world):
    """One whose claim is not committed yet is passed over and not waited for; of eight couriers each e-mail is one's (threat 33)."""
    with psycopg.connect(fresh_world.conninfo) as connection:
        digests.set_up(connection)
        connection.execute("delete from app.outbox; delete from app.digests")
        digests.compose(connection)
        waiting_for(connection, 4)
    first, second = (psycopg.connect(fresh_world.jobs_conninfo) for _ in range(2))
    with first, second:
        second.execute("set lock_timeout = '5s'")
        held = {claim(each).message_id for each in (first, second)}
        assert len(held) == 2
        first.rollback()
        second.rollback()
    start = threading.Barrier(8)

    def courier(_) -> list:
        with psycopg.connect(fresh_world.jobs_conninfo, autocommit=True) as mine:
            start.wait(30)
            return [got.message_id for got in iter(lambda: claim(mine), None)]

    with ThreadPoolExecutor(8) as pool:
        claimed = [message for got in pool.map(courier, range(8)) for message in got]
    assert len(claimed) == len(set(claimed)) == 4 and held <= set(claimed)


def minutes_pass(connection) -> None:
    """Nobody holds a claim any more, and whatever waits is due."""
    connection.execute("update app.outbox set next_attempt_at = now(), claimed_at = claimed_at - interval '3 minutes'")


def reported(connection, message, attempt: int, outcome: str = "refused") -> str:
    """What is there after a courier has said why an attempt of its own failed."""
    with digests.acting(connection, "keywork_jobs"):
        connection.execute("select app.message_was_not_sent(%s, %s, %s, '422')", [message, attempt, outcome])
    return row(connection).state


def test_a_report_of_an_earlier_claim_marks_no_later_one(outbox, shared_world):
    """After its two minutes, and after a person had it sent again: the number of an attempt is never another's."""
    first = digests.claim(outbox)
    assert digests.claim(outbox) is None
    minutes_pass(outbox)
    second = digests.claim(outbox)
    assert (second.message_id, second.idempotency_key) == (first.message_id, first.idempotency_key) and second.attempt > first.attempt
    assert reported(outbox, first.message_id, first.attempt) == "sending"
    assert reported(outbox, second.message_id, second.attempt, "not_now") == "waiting"
    # An org-admin presses "Send now", and then "Send again" after nobody knew: those of before may still be at it.
    earlier = [first.attempt, second.attempt]
    for key in ("/1", "/2"):
        assert taken(outbox, shared_world, first.message_id, "retry") == "done"
        again = digests.claim(outbox)
        assert again.idempotency_key.endswith(key)
        assert {reported(outbox, first.message_id, attempt) for attempt in earlier} == {"sending"}
        assert reported(outbox, first.message_id, again.attempt, "unsure") == "unsure"
        earlier.append(again.attempt)
    # What is out is out, whoever says so.
    assert taken(outbox, shared_world, first.message_id, "retry") == "done" and digests.claim(outbox)
    assert taken(outbox, shared_world, first.message_id, "sent") == "done" and row(outbox).state == "sent"


def test_a_pause_holds_every_courier(outbox):
    """For the longest that anybody asked for, an hour at most at once; then all goes on. A code stays until an e-mail goes again."""
    with digests.acting(outbox, "keywork_jobs"):
        outbox.execute("select app.pause_couriers(600, '401'), app.pause_couriers(1), app.pause_couriers(999999)")
        assert outbox.execute("select app.couriers_refused()").fetchone() == ("401",)
    assert outbox.execute("select paused_until between clock_timestamp() + interval '59 minutes' and clock_timestamp() + interval '1 hour' from vault.couriers").fetchone() == (True,)
    assert digests.claim(outbox) is None and row(outbox).state == "waiting"
    outbox.execute("update vault.couriers set paused_until = clock_timestamp()")
    claimed = digests.claim(outbox)
    with digests.acting(outbox, "keywork_jobs"):
        outbox.execute("select app.message_was_sent(%s, null)", [claimed.message_id])
        assert outbox.execute("select app.couriers_refused()").fetchone() == (None,)
    assert outbox.execute("select refused_with from vault.couriers").fetchone() == (None,)


# ---- any story --------------------------------------------------------------------------------------------------------------

#: From state to state, in one step.
WAYS_ON = {(made.split("'")[1], to) for way, made in WAYS.items() for to in TABLE[way].values() if to != "." and not to.startswith("KW")}


@given(st.lists(st.sampled_from([*STEPS, *["claim"] * 4, "minutes", "minutes", "a day"]), min_size=3, max_size=14))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_it_goes_from_state_to_state_as_the_table_says(outbox, shared_world, story):
    """And in no story is a case's history told twice of one sending, or a key used that a person had given up."""
    with outbox.transaction(force_rollback=True):
        before, sendings, said = row(outbox), 0, written_down(outbox)
        for step in story:
            if step == "minutes":
                minutes_pass(outbox)
            elif step == "a day":
                outbox.execute("update app.outbox set unanswered_since = unanswered_since - interval '1 day'")
            else:
                taken(outbox, shared_world, before.id, step)
            after = row(outbox)
            assert after.state == before.state or (before.state, after.state) in WAYS_ON or {(before.state, "sent"), ("sent", after.state)} <= WAYS_ON, (story, step)
            assert after.attempts >= before.attempts and after.key_number >= before.key_number
            sendings += before.sent_at is None and after.sent_at is not None
            before = after
        assert written_down(outbox) - said == sendings


# ---- who may ------------------------------------------------------------------------------------------------------------------

JOBS, SIGN_IN, ADMIN = {"keywork_jobs"}, {"keywork_signin"}, {"keywork_org_admin"}
MAY = {
    "claim_message": JOBS, "digest_to_send": JOBS, "document_to_send": JOBS, "message_was_sent": JOBS, "message_was_not_sent": JOBS, "pause_couriers": JOBS, "couriers_refused": JOBS,
    "files_to_erase": JOBS, "erase_old_digests": JOBS, "record_delivery": SIGN_IN, "retry_message": ADMIN, "message_arrived": ADMIN, "clear_suppression": ADMIN,
    "apply_deliveries": set(), "refresh_digest": set(), "write_message_down": set(), "one_at_a_time": set(), "delivery_rank": set(), "erase_told": set(), "states_are_stamped": set(), "why_not_send": set(), "may_go_again": ADMIN,
}


def test_who_may_call_what(outbox):
    """Each is for one login or hat; the inner ones are for none. As the catalogue has it; tests of doors and of jobs try it."""
    found = {}
    for name, role in outbox.execute("select p.proname, r.rolname from pg_proc as p cross join pg_roles as r where p.pronamespace = 'app'::regnamespace and p.proname = any (%s)"
                                     " and r.rolname like 'keywork\\_%%' and r.rolname <> 'keywork_owner' and not r.rolsuper and has_function_privilege(r.oid, p.oid, 'execute')", [list(MAY)]):
        found.setdefault(name, set()).add(role)
    assert found == {name: roles for name, roles in MAY.items() if roles}


@pytest.mark.parametrize("persona, answer", [("moor_admin", "KW404"), ("quay_manager", "42501"), ("officer_open", "42501"), ("platform", "42501"), ("harbour_admin", "done")])
def test_what_an_org_admin_decides_is_theirs_alone(outbox, shared_world, persona, answer):
    """Another firm's org-admin finds nothing, everybody else may not ask; the one whose it is can."""
    outbox.execute(f"update app.outbox set {WAYS['unsure']}")
    [suppressed] = outbox.execute("insert into app.suppressed_addresses (organisation_id, address, because) values (%(firm)s, 'one@example.org', 'bounced') returning id", NAMES).fetchone()
    message, answers = row(outbox).id, []
    for statement, its_id in (("select app.retry_message(%s)", message), ("select app.message_arrived(%s)", message), ("select app.clear_suppression(%s)", suppressed)):
        try:
            with outbox.transaction(force_rollback=True), digests.acting(outbox, "keywork_app", shared_world.identity(persona)):
                outbox.execute(statement, [its_id])
                answers.append("done")
        except psycopg.Error as error:
            answers.append(error.sqlstate)
    assert answers == [answer] * 3
