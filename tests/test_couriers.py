"""Couriers: what each answer of Resend means, over real HTTP, and that no word of an e-mail comes into an error. Files, and the postbox's second tries."""

import json
import re
import socket
import threading
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
import resend
from hypothesis import HealthCheck, given, settings, strategies

import log_lines
from jobs import couriers, envelope
from jobs.couriers import EmlFolder, NotSent, Receipt, Resend
from jobs.outbox import MOST_SECONDS_UNTIL_HANDED_OVER
from jobs.postbox import Postbox
from tests.fake_resend import API_KEY, Answer, fake_resend
from tests.mail import letters
from tests.test_jobs import wait_until

CANARY = "kanarienvogel"


@pytest.fixture
def fake(monkeypatch):
    """The server, which this process's SDK talks to."""
    with fake_resend() as made:
        monkeypatch.setattr(resend, "api_url", made.address)
        yield made


def message(words: str = "Hello", to: str = f"{CANARY}@example.org"):
    """An e-mail, with the canary in all of its parts."""
    return envelope.as_message(
        sender=f'Harbour, "{CANARY}"', sent_from="no-reply@keywork.example.org", to_name=CANARY, to_address=to,
        subject=f"{CANARY} ü", text=f"{words} {CANARY}\n", html=f"<p>{words} {CANARY}</p>\n")


def refused(courier, **arguments) -> NotSent:
    """Why a message was not sent."""
    with pytest.raises(NotSent) as error:
        courier.deliver(message(), "digest/1/2/2026-10/1", **arguments)
    return error.value


# ---- Resend ----------------------------------------------------------------------------------------------------------


def test_what_resend_is_told(fake):
    """Who, to whom, both twins, and that a machine wrote it; the key in its header."""
    receipt = Resend(API_KEY).deliver(message(), "digest/1/2/2026-10/1")
    [arrived] = fake.arrived
    assert receipt == Receipt(arrived.id) and arrived.key == "digest/1/2/2026-10/1"
    assert arrived.payload == {
        "from": f'"Harbour, \\"{CANARY}\\"" <no-reply@keywork.example.org>', "to": [f"{CANARY}@example.org"], "subject": f"{CANARY} ü",
        "text": f"Hello {CANARY}\n", "html": f"<p>Hello {CANARY}</p>\n", "headers": {"Auto-Submitted": "auto-generated"}}


def test_the_same_e_mail_made_anew_is_the_same_to_resend(fake):
    """Date and Message-ID differ, the payload does not: one arrives, both times under one id (threat 39)."""
    first, second = message(), message()
    assert first["Message-ID"] != second["Message-ID"]
    receipts = {Resend(API_KEY).deliver(each, "k").provider_id for each in (first, second)}
    assert len(receipts) == len(fake.arrived) == 1
    with pytest.raises(NotSent) as error:
        Resend(API_KEY).deliver(message("Good bye"), "k")
    assert (error.value.outcome, error.value.code) == ("unsure", "key_was_used") and len(fake.arrived) == 1
    # A day later the key is new again: whoever asks by then must not have been without an answer.
    fake.clock += 24 * 60 * 60
    Resend(API_KEY).deliver(message(), "k")
    assert len(fake.arrived) == 2


#: An answer -> outcome, code, seconds that this one waits, seconds that all wait, whether it is about us.
ANSWERS = {
    "too many": (Answer(429, "rate_limit_exceeded", {"retry-after": "7"}), "not_now", "429", 7, 7, False),
    "too many, in parts of a second": (Answer(429, "rate_limit_exceeded", {"retry-after": "0.2"}), "not_now", "429", 1, 1, False),
    "too many, until a moment": (Answer(429, "rate_limit_exceeded", {"retry-after": "Wed, 21 Oct 2015 07:29:30 GMT", "date": "Wed, 21 Oct 2015 07:28:00 GMT"}), "not_now", "429", 90, 90, False),
    "too many, until long ago": (Answer(429, "rate_limit_exceeded", {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}), "not_now", "429", 30, 30, False),
    "too many, until reset": (Answer(429, "rate_limit_exceeded", {"ratelimit-remaining": "0", "ratelimit-reset": "3"}), "not_now", "429", 3, 3, False),
    "too many, without a word": (Answer(429, "rate_limit_exceeded"), "not_now", "429", 30, 30, False),
    "too many, nonsense": (Answer(429, "rate_limit_exceeded", {"retry-after": "soon"}), "not_now", "429", 30, 30, False),
    "too many, for ever": (Answer(429, "rate_limit_exceeded", {"retry-after": "999999999"}), "not_now", "429", 86400, 86400, False),
    "too many today": (Answer(429, "daily_quota_exceeded", {"retry-after": "3600"}), "not_now", "daily_quota_exceeded", 3600, 3600, False),
    "too many this month": (Answer(429, "monthly_quota_exceeded"), "not_now", "monthly_quota_exceeded", 30, 30, False),
    "bad request": (Answer(400, "validation_error"), "refused", "400", 0, 0, False),
    "bad field": (Answer(422, "validation_error"), "refused", "422", 0, 0, False),
    "missing field": (Answer(422, "missing_required_field"), "refused", "422", 0, 0, False),
    "too large": (Answer(413, "", body=b"<html>", headers={"content-type": "text/html"}), "refused", "413", 0, 0, False),
    "unsafe": (Answer(451, "security_error"), "refused", "451", 0, 0, False),
    "our address": (Answer(422, "invalid_from_address"), "not_now", "sender_refused", 0, 60, True),
    "a key that is none": (Answer(400, "validation_error", body=b'{"name": "validation_error", "message": "API key is invalid"}'), "not_now", "key_refused", 0, 60, True),
    "a bad request without a word": (Answer(400, body=b'{"name": "validation_error", "message": {}}'), "refused", "400", 0, 0, False),
    "no key": (Answer(401, "missing_api_key"), "not_now", "401", 0, 60, True),
    "wrong key": (Answer(403, "invalid_api_key"), "not_now", "403", 0, 60, True),
    "wrong domain": (Answer(403, "validation_error"), "not_now", "403", 0, 60, True),
    "a wall in front of it": (Answer(403, "", body=b"<html>", headers={"content-type": "text/html"}), "not_now", "403", 0, 60, True),
    "wrong place": (Answer(404, "not_found"), "not_now", "404", 0, 60, True),
    "wrong method": (Answer(405, "method_not_allowed"), "not_now", "405", 0, 60, True),
    "still at it": (Answer(409, "concurrent_idempotent_requests"), "no_answer", "under_way", 0, 0, False),
    "somebody at it": (Answer(409, "resource_locked"), "no_answer", "under_way", 0, 0, False),
    "key of another": (Answer(409, "invalid_idempotent_request"), "unsure", "key_was_used", 0, 0, False),
    "broken": (Answer(500, "application_error"), "no_answer", "500", 0, 30, False),
    "broken after all": (Answer(500, "application_error", accepts=True), "no_answer", "500", 0, 30, False),
    "broken in html": (Answer(502, "", body=b"<html>", headers={"content-type": "text/html"}), "no_answer", "502", 0, 30, False),
    "down for a while": (Answer(503, "application_error", {"retry-after": "120"}), "no_answer", "503", 120, 120, False),
    "slow": (Answer(408, "timeout"), "no_answer", "408", 0, 30, False),
    "dropped": (Answer(drops=True, accepts=False), "no_answer", "no_answer", 0, 30, False),
    "accepted and dropped": (Answer(drops=True), "no_answer", "no_answer", 0, 30, False),
    "garbage": (Answer(body=b"\x00\xff{"), "no_answer", "500", 0, 30, False),
    "html for success": (Answer(body=b"<html>", headers={"content-type": "text/html"}), "no_answer", "500", 0, 30, False),
    "nothing": (Answer(body=b"null"), "no_answer", "unreadable", 0, 30, False),
    "a list": (Answer(body=b"[]"), "no_answer", "unreadable", 0, 30, False),
    "a word": (Answer(body=b'"ok"'), "no_answer", "unreadable", 0, 30, False),
    "no id": (Answer(body=b"{}"), "no_answer", "unreadable", 0, 30, False),
    "an id of other kind": (Answer(body=b'{"id": 5}'), "no_answer", "unreadable", 0, 30, False),
    "an id that no database takes": (Answer(body=b'{"id": "\\u0000"}'), "no_answer", "unreadable", 0, 30, False),
    "an error that is none": (Answer(422, body=b'{"name": ["?"], "message": {}}'), "no_answer", "unreadable", 0, 30, False),
    "cut off": (Answer(headers={"content-length": "5000"}), "no_answer", "no_answer", 0, 30, False),
}  # fmt: skip


@pytest.mark.parametrize("answer, outcome, code, wait, pause, about_us", ANSWERS.values(), ids=ANSWERS)
def test_what_an_answer_means(fake, answer, outcome, code, wait, pause, about_us):
    """Threat 41: sent is what was answered so; what cannot have been taken waits or is given up, what may have been is asked again under its key."""
    fake.script.append(answer)
    failure = refused(Resend(API_KEY))
    assert (failure.outcome, failure.code, failure.wait_seconds, failure.pause_seconds, failure.is_about_us) == (outcome, code, wait, pause, about_us)
    assert fake.requests == 1
    # Whatever it was: with an answer that is one, it arrives once.
    if outcome == "no_answer":
        Resend(API_KEY).deliver(message(), "digest/1/2/2026-10/1")
        assert len(fake.arrived) == 1
    else:
        assert fake.arrived == []


def test_nobody_answers(fake, monkeypatch):
    """Nobody listens; somebody listens and never says a word."""
    fake.script.append(Answer(before=threading.Event(), accepts=False))
    monkeypatch.setattr(couriers, "ANSWER_SECONDS", 0.3)
    hung = refused(Resend(API_KEY))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setattr(resend, "api_url", f"http://127.0.0.1:{unused.getsockname()[1]}")
        dead = refused(Resend(API_KEY))
    monkeypatch.setattr(resend, "api_url", "http://nowhere.invalid")
    nameless = refused(Resend(API_KEY))
    assert {(each.outcome, each.code, each.pause_seconds) for each in (hung, dead, nameless)} == {("no_answer", "no_answer", 30)}


def test_an_answer_is_waited_for_less_long_than_a_claim_lasts():
    """Of the two minutes: half for getting there, and then each step of the answer (connecting, reading)."""
    assert MOST_SECONDS_UNTIL_HANDED_OVER + 2 * couriers.ANSWER_SECONDS < 120


def test_resend_asks_for_a_rest(fake):
    """None left in this window: whoever comes next waits until it is over."""
    for headers, rest in (({"ratelimit-remaining": "0", "ratelimit-reset": "1"}, 1), ({"RateLimit-Remaining": "0", "RateLimit-Reset": "2"}, 2),
                          ({"ratelimit-remaining": "4", "ratelimit-reset": "1"}, 0), ({"ratelimit-remaining": "0"}, 0), ({}, 0)):
        fake.script.append(Answer(headers=headers))
        assert Resend(API_KEY).deliver(message()).rest_seconds == rest


def test_a_moment_without_the_servers_date_is_taken_by_ours(fake):
    """Where a proxy answers that does not say what time it is."""
    headers = {"Retry-After": format_datetime(datetime.now(timezone.utc) + timedelta(seconds=100), usegmt=True)}
    assert 98 <= couriers._asked_to_wait({name.lower(): value for name, value in headers.items()}) <= 101


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=strategies.integers(200, 599).filter(lambda each: each not in (204, 304) and not 300 <= each < 400),
       body=strategies.one_of(strategies.binary(max_size=40), strategies.recursive(
           strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(max_size=10),
           lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(strategies.sampled_from(["id", "name", "statusCode", "message"]), inner, max_size=4),
           max_leaves=6).map(lambda value: json.dumps(value).encode())),
       retry=strategies.text("0123456789.-einfa GMT:,", max_size=20))
def test_whatever_is_answered_has_a_meaning(fake, status, body, retry):
    """It was sent, or it was not, with an outcome, a code and seconds that the database takes."""
    fake.script.clear()
    fake.script.append(Answer(status, headers={"retry-after": retry}, body=body, accepts=False))
    try:
        receipt = Resend(API_KEY).deliver(message())
    except NotSent as failure:
        assert failure.outcome in ("not_now", "no_answer", "refused", "unsure")
        assert re.fullmatch("[A-Za-z0-9_]{1,60}", failure.code) and all(0 <= each <= 86400 for each in (failure.wait_seconds, failure.pause_seconds))
    else:
        assert 200 <= status < 300 and json.loads(body)["id"] == receipt.provider_id


def test_no_word_comes_into_an_error_or_a_log_line(fake, capfd):
    """Neither of the e-mail nor of the key nor of what Resend answers, which repeats both."""
    log_lines.configure(log_lines.JsonLines())
    for answer in (Answer(422, "validation_error"), Answer(403, "invalid_api_key"), Answer(drops=True), Answer(body=CANARY.encode())):
        fake.script.append(answer)
        failure = refused(Resend(API_KEY))
        assert CANARY not in f"{failure} {failure!r} {failure.code}"
        log_lines.write("an e-mail was not delivered", error=failure)
    said = capfd.readouterr().err
    # There was something to say, and each error was followed to what caused it.
    assert said.count("an e-mail was not delivered") == 4 and "resend.exceptions" in said and CANARY not in said


# ---- files -----------------------------------------------------------------------------------------------------------


def test_a_file_of_the_outbox_is_written_once_whatever_is_tried(tmp_path):
    """It is called after its message, and a second attempt replaces the first."""
    for words in ("first", "second"):
        assert EmlFolder(tmp_path).deliver(message(words), "key", "0b1d").provider_id is None
    assert [file.name for file in tmp_path.iterdir()] == ["0b1d.eml"]
    assert "second" in letters(tmp_path)[0].get_body(("plain",)).get_content()


def test_a_folder_that_cannot_be_written(tmp_path):
    """It is about us: no other e-mail would go either."""
    (tmp_path / "file").write_text("no folder")
    failure = refused(EmlFolder(tmp_path / "file"))
    assert (failure.outcome, failure.code, failure.is_about_us, failure.pause_seconds) == ("not_now", "folder", True, 60)


# ---- the postbox -----------------------------------------------------------------------------------------------------


def posted(fake, *answers: Answer, again_after=(0.05, 0.05, 0.05)) -> list[BaseException]:
    """Posts a letter, with these answers to come; returns what was complained about, once that many requests came."""
    complaints = []
    fake.script.extend(answers)
    box = Postbox(Resend(API_KEY), complaints.append, again_after)
    box.post(message)
    wait_until(lambda: fake.requests >= len(answers) and len(complaints) >= sum(each.status != 200 or each.drops for each in answers))
    box.empty()
    return complaints


def test_a_letter_is_tried_again_and_arrives_once(fake):
    """Under one key of its own, whatever became of the first attempts."""
    complaints = posted(fake, Answer(500), Answer(drops=True), Answer(503, accepts=True), Answer())
    assert [each.code for each in complaints] == ["500", "no_answer", "503"] and fake.requests == 4
    posted(fake, Answer())
    keys = [each.key for each in fake.arrived]
    assert len(keys) == len(set(keys)) == 2 and None not in keys


@pytest.mark.parametrize("answers, requests", [
    ([Answer(422)], 1), ([Answer(500)] * 4, 4), ([Answer(429, headers={"retry-after": "3600"})], 1),
], ids=["refused for good", "again and again", "later than its link lives"])
def test_a_letter_is_given_up(fake, answers, requests):
    """Each time that it did not go is told; then the next letter has its turn."""
    assert len(posted(fake, *answers)) == requests
    fake.usual = Answer()
    posted(fake)
    wait_until(lambda: len(fake.arrived) == 1)
    assert fake.requests == requests + 1


def test_letters_wait_for_no_other(fake):
    """One that is to be tried again in five minutes keeps none that comes after it."""
    posted(fake, Answer(500), again_after=(300,))
    posted(fake, Answer())
    assert len(fake.arrived) == 1
