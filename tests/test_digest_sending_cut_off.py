"""Each housing officer gets exactly one digest: whoever sends is cut off, or stands still for minutes, a day, or longer than Resend remembers."""

import signal
import threading

import psycopg
import pytest

from tests.conftest import World
from tests.fake_resend import Answer, fake_resend
from tests.sending import CANARY, CLOSED, GATE, NO_GATE, Sending, sending  # noqa: F401  (the last one is a fixture)
from tests.servers import TestServer
from tests.test_jobs import wait_until


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_postgres_restarts_amid_sending(server, tmp_path, how):
    """Threat 59: the e-mail that was out when the database went is out once; the service goes on by itself when it is back."""
    own = TestServer(server.local.bindir)
    try:
        with fake_resend() as fake:
            sending = Sending(World(own, own.create("world")), fake, tmp_path)
            sending.compose()
            answer = threading.Event()
            fake.script.append(Answer(after=answer))
            service = sending.service("clock.AGAIN_AFTER = timedelta(seconds=0.3)")
            try:
                wait_until(lambda: len(fake.arrived) == 1)
                own.local.stop(how)
                answer.set()
                wait_until(lambda: '"job failed"' in sending.output())
                own.local.start()
                sending.until_all_sent(claims_too=True)
                sending.assert_each_got_one()
                assert service.poll() is None
            finally:
                sending.end()
    finally:
        own.stop()


def test_a_service_that_stands_still_while_resend_answers(sending):
    """Threat 62: another one takes over after two minutes, under the same key; what the first one then reports is old news."""
    sending.compose()
    answer = threading.Event()
    sending.fake.script.append(Answer(after=answer))
    still = sending.service()
    wait_until(lambda: len(sending.fake.arrived) == 1)
    still.send_signal(signal.SIGSTOP)
    answer.set()
    sending.service()
    sending.until_all_sent(claims_too=True)
    before = sending.run("select id, sent_at, provider_id, attempts from app.outbox order by id")
    still.send_signal(signal.SIGCONT)
    still.terminate()
    assert still.wait(30) == 0
    assert sending.run("select id, sent_at, provider_id, attempts from app.outbox order by id") == before
    sending.assert_each_got_one()


def test_a_service_that_stands_still_with_an_e_mail_in_its_hands(sending):
    """Threat 62: for a day, after which Resend has forgotten the key. It does not hand over what it claimed so long ago (here: half a second)."""
    sending.compose()
    sending.run(*GATE)
    with sending.locked(CLOSED):
        still = sending.service("outbox.MOST_SECONDS_UNTIL_HANDED_OVER = 0.5")
        wait_until(sending.waits_for_lock)
        still.send_signal(signal.SIGSTOP)
        sending.run(NO_GATE)
        sending.service()
        sending.until_all_sent(claims_too=True)
    sending.fake.clock += 25 * 60 * 60
    requests = sending.fake.requests
    still.send_signal(signal.SIGCONT)
    wait_until(lambda: '"too_late"' in sending.output())
    still.terminate()
    assert still.wait(30) == 0
    assert sending.fake.requests == requests
    sending.assert_each_got_one()


def test_after_23_hours_a_person_decides(sending):
    """Threat 40: nobody asks again under a key that Resend may have forgotten. Sent again, it goes under another one."""
    sending.compose()
    sending.fake.usual = Answer(drops=True)
    sending.service()
    # The courier writes down that there was no answer, and then that couriers rest: until both are there it is amid reporting.
    wait_until(lambda: sending.states()["waiting"] == 3 and sending.run("select paused_until > clock_timestamp() from vault.couriers") == [(True,)])
    assert sending.run("select count(*) from app.outbox where error = 'no_answer'") == [(1,)]
    sending.run("update app.outbox set unanswered_since = unanswered_since - interval '23 hours'")
    sending.fake.usual = Answer()
    sending.minutes_pass()
    wait_until(lambda: sending.states() == {"sent": 2, "unsure": 1})
    # It had arrived; who decides otherwise knows that it may come twice.
    assert len(sending.fake.arrived) == 3
    [(message,)] = sending.run("select id from app.outbox where state = 'unsure'")
    with sending.world.acting("harbour_admin") as connection:
        connection.execute("select app.retry_message(%s)", [message])
    wait_until(lambda: sending.states() == {"sent": 3})
    keys = [each.key for each in sending.fake.arrived]
    assert len(keys) == len(set(keys)) == 4 and sum(key.endswith("/2") for key in keys) == 1
    assert CANARY not in sending.output()
    with pytest.raises(psycopg.DatabaseError), sending.world.acting("harbour_admin") as connection:
        connection.execute("select app.retry_message(%s)", [message])
