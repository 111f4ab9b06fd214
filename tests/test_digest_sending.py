"""Each housing officer gets exactly one digest: the real jobs service against a server that speaks like Resend, killed, doubled and late."""

import signal
import threading
from datetime import timedelta

import pytest

from tests.fake_resend import Answer, fake_resend
from tests.sending import CLOSED, GATE, Sending, sending  # noqa: F401  (the last one is a fixture)
from tests.test_jobs import wait_until


def test_what_is_due_is_composed_and_sent(sending):
    """By one service that begins with every job; told to end, it ends."""
    service = sending.service()
    sending.until_all_sent()
    sending.assert_each_got_one()
    wait_until(lambda: sending.ledger("compose_digests") == [("done", 1)])
    [arrived] = sending.fake.to(sending.addresses[0])
    assert "Ann Tenant" in arrived.payload["text"] and "Ann Tenant" in arrived.payload["html"] and "Ann" not in arrived.payload["subject"]
    assert arrived.payload["from"] == '"Harbour Homes (Keywork)" <no-reply@keywork.example.org>'
    assert not (sending.folder / "mail").exists()
    service.terminate()
    assert service.wait(30) == 0


# ---- killed ----------------------------------------------------------------------------------------------------------


def killed_when(sending: Sending, question, how: signal.Signals = signal.SIGKILL) -> None:
    """`kill -9`, once something is so, or told to end; its backends have heard of it."""
    wait_until(question)
    sending.processes[-1].send_signal(how)
    assert sending.processes[-1].wait(30) == (-how if how == signal.SIGKILL else 0)
    sending.cut_off()


def claimed(sending: Sending) -> None:
    """It has claimed an e-mail and has not asked Resend yet."""
    sending.run(*GATE)
    with sending.locked(CLOSED):
        sending.service()
        killed_when(sending, sending.waits_for_lock)
    assert (sending.fake.requests, sending.states()["sending"]) == (0, 1)


def asked(sending: Sending) -> None:
    """Resend has the request, and has not taken it."""
    request = threading.Event()
    sending.fake.script.append(Answer(before=request, accepts=False))
    sending.service()
    killed_when(sending, lambda: sending.fake.requests == 1)
    request.set()
    assert (sending.fake.arrived, sending.states()["sending"]) == ([], 1)


def accepted(sending: Sending) -> None:
    """Resend has taken it, and the answer was not read."""
    sending.fake.script.append(Answer(after=threading.Event()))
    sending.service()
    killed_when(sending, lambda: len(sending.fake.arrived) == 1)
    assert sending.states()["sending"] == 1


def answered(sending: Sending) -> None:
    """It has read the answer, and what it tells the database is not done."""
    answer = threading.Event()
    sending.fake.script.append(Answer(after=answer))
    sending.service()
    wait_until(lambda: len(sending.fake.arrived) == 1)
    with sending.locked("select from app.outbox where state = 'sending' for update"):
        answer.set()
        killed_when(sending, sending.waits_for_lock)
    assert sending.states()["sending"] == 1


def reported(sending: Sending) -> None:
    """All are sent and reported, and the job is not finished."""
    answer = threading.Event()
    sending.fake.script.append(Answer(after=answer))
    sending.service()
    wait_until(lambda: len(sending.fake.arrived) == 1)
    with sending.locked("select from app.job_runs where job = 'send_outbox' for update"):
        answer.set()
        killed_when(sending, lambda: sending.states() == {"sent": 3} and sending.waits_for_lock())
    assert sending.ledger("send_outbox") == [("running", 1)]


@pytest.mark.parametrize("step", [claimed, asked, accepted, answered, reported], ids=lambda step: step.__name__)
def test_killed_at_each_step(sending, step):
    """Threats 39 and 58: whoever begins anew goes on with what was claimed, two minutes later, under the same key; it arrives once."""
    sending.compose()
    step(sending)
    sending.service()
    # Nobody takes what another may still be at: the others go first.
    wait_until(lambda: sending.states()["sent"] >= 2)
    assert step is reported or sending.states() == {"sent": 2, "sending": 1}
    sending.until_all_sent(claims_too=True)
    sending.assert_each_got_one()
    wait_until(lambda: sending.ledger("send_outbox")[0][0] == "done")
    assert sending.ledger("send_outbox")[0][1] >= 2


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=lambda how: how.name)
def test_killed_amid_composing(sending, how):
    """Threat 36: begun twice, composed once, also where the first one was told to end. What it committed stays as it is."""
    with sending.world.owner() as connection:
        # Enough for two transactions: the second one waits for a digest that somebody else is writing.
        connection.execute("with person as (insert into app.users (email, full_name) select 'many.' || n || '@example.net', 'Many' from generate_series(1, 600) as n returning id)"
                           " insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, invited_by_name)"
                           f" select '{sending.world.case['ann']}', id, 'Many', 'housing_officer', 'full', 'Somebody' from person")
    last = ("select organisation_id, user_id from app.support_collaborators where kind = 'housing_officer' and user_id is not null"
            f" and organisation_id = '{sending.world.organisation['harbour']}' order by 1, 2 desc limit 1")
    period = "(date_trunc('month', now() at time zone 'Europe/London') - interval '1 month')::date"
    with sending.locked(f"insert into app.digests (organisation_id, officer_id, officer_name, address, period) select d.*, '', '', {period} from ({last}) as d"):
        sending.service()
        killed_when(sending, lambda: sending.waits_for_lock("compose_digests") and sending.run("select count(*) >= 500 from app.digests") == [(True,)], how)
    before = set(sending.run("select id from app.digests"))
    assert sending.ledger("compose_digests") == [("running", 1)]
    sending.service()
    wait_until(lambda: sending.ledger("compose_digests") == [("done", 2)])
    assert before < set(sending.run("select id from app.digests"))
    assert sending.run("select count(*), count(distinct (organisation_id, officer_id)) from app.digests where address like '%%@example.net'") == [(600, 600)]
    sending.until_all_sent()
    sending.assert_each_got_one()


def test_told_to_end_while_resend_answers(sending):
    """An answer that comes is waited for and reported; nothing else is begun."""
    sending.compose()
    answer = threading.Event()
    sending.fake.script.append(Answer(after=answer))
    service = sending.service()
    wait_until(lambda: len(sending.fake.arrived) == 1)
    service.terminate()
    wait_until(lambda: sending.run("select count(*) from pg_stat_activity where application_name like 'keywork %%' and datname = current_database()") == [(1,)])
    answer.set()
    assert service.wait(30) == 0
    assert sending.states() == {"sent": 1, "waiting": 2} and sending.fake.requests == 1


# ---- several, and late -----------------------------------------------------------------------------------------------


def test_four_services(world, tmp_path):
    """Threat 33: all begin at once, one composes, all send, under every kind of answer; each officer gets one."""
    with fake_resend() as fake:
        sending = Sending(world, fake, tmp_path, officers=24)
        trouble = [Answer(429, "rate_limit_exceeded", {"retry-after": "1"}), Answer(500), Answer(500, accepts=True), Answer(drops=True),
                   Answer(drops=True, accepts=False), Answer(body=b"{"), Answer(409, "concurrent_idempotent_requests")]
        fake.script.extend(answer for each in trouble for answer in (each, Answer()))
        try:
            for _ in range(4):
                sending.service()
            sending.until_all_sent()
            sending.assert_each_got_one()
            assert sending.ledger("compose_digests") == [("done", 1)] and fake.requests > 24
        finally:
            sending.end()


def test_four_couriers_with_one_e_mail(sending):
    """Claims that run out while their couriers are still at it: all ask under one key, Resend takes one, and each of their answers is right."""
    sending.compose()
    answer = threading.Event()
    sending.fake.usual = Answer(after=answer)
    services = [sending.service() for _ in range(4)]
    for number in range(1, 5):
        wait_until(lambda: sending.fake.requests >= number)
        sending.minutes_pass(claims_too=True)
    answer.set()
    sending.until_all_sent(claims_too=True)
    sending.assert_each_got_one()
    assert all(service.poll() is None for service in services)


def test_months_that_nobody_was_there_for(sending):
    """Threat 34: stopped over two ends of a month and started later, it does one after the other, once each, and says which month each is about."""
    sending.stood_still(months=2)
    sending.service()
    # The second one is begun at the next tick of the clock; here, of another service.
    wait_until(lambda: sending.ledger("compose_digests") == [("done", 1)])
    sending.service()
    sending.until_all_sent(months=2)
    sending.assert_each_got_one(months=2)
    assert sending.ledger("compose_digests") == [("done", 1), ("done", 1)]
    assert len({each.payload["subject"] for each in sending.fake.to(sending.addresses[0])}) == 2


@pytest.mark.parametrize("hours", [24, -24], ids=["ahead", "behind"])
def test_a_service_whose_clock_is_a_day_wrong(sending, hours):
    """Threat 38, and the same as a database whose clock is wrong the other way: each gets one, nothing is begun for a day that has not come,
    and a database that seems to be ahead destroys nothing."""
    [(today,)] = sending.run("select (now() at time zone 'Europe/London')::date")
    sending.run("update app.jobs set due_time = '00:00' where cadence = 'daily'")
    # Composed a day ago, by both clocks: on the 1st of a month, the one behind is still in the month before.
    sending.compose()
    sending.service(hours=hours)
    sending.until_all_sent()
    sending.assert_each_got_one()
    wait_until(lambda: sending.run("select count(*) from app.job_runs where status <> 'running'")[0][0] >= 11)
    periods = {job: period for job, period in sending.run("select job, max(period) from app.job_runs group by job")}
    errors = dict(sending.run("select job, error from app.job_runs where error is not null"))
    if hours > 0:
        assert periods["sweep_retention"] == periods["send_outbox"] == today and errors == {}
    else:
        assert periods["keep_audit_months"] == periods["send_outbox"] == today - timedelta(days=1)
        assert errors == dict.fromkeys(
                ("sweep_retention", "sweep_retention_asked", "erase_old_digests", "erase_old_bundles", "erase_old_imports"), "KW450")
