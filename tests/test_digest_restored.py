"""A backup from before e-mails went, or from amid their going, is restored: nobody gets a second one (threats 39, 40, 61; README, Backups)."""

import re
import secrets
import threading
from pathlib import Path

import psycopg
import pytest
import resend
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from jobs.couriers import Resend
from jobs.outbox import Mail, send_outbox
from tests.conftest import World
from tests.dumps import Backup
from tests.fake_resend import API_KEY, Answer, fake_resend
from tests.sending import Sending
from tests.test_jobs import wait_until

README = Path(__file__).parent.parent / "README.md"
#: A little longer than Resend knows a key for.
DAY = 24 * 60 * 60 + 60
#: The database's clock cannot be set: what the backup knows of was done a day earlier.
A_DAY_LATER = """
    update app.outbox set created_at = created_at - interval '1 day', next_attempt_at = next_attempt_at - interval '1 day',
                          claimed_at = claimed_at - interval '1 day', unanswered_since = unanswered_since - interval '1 day'"""


def hand_over(sending: Sending) -> dict[str, int]:
    """What the job that sends does when it is begun, in this process."""
    mail = Mail(Resend(API_KEY), sending.folder, "no-reply@keywork.example.org", "https://keywork.example.org")
    with psycopg.connect(sending.world.jobs_conninfo, autocommit=True) as connection:
        return send_outbox(connection, mail, threading.Event())


@pytest.fixture(scope="module")
def lost(server, tmp_path_factory):
    """What three officers were sent before the database was lost, and by backup a database that it was restored into.

    One backup is from before anything was composed. At the time of the other there had been no answer about one e-mail, Resend had just
    taken the second, and the third waited for its turn.
    """
    world = World(server, server.create("world"))
    with fake_resend() as fake, pytest.MonkeyPatch.context() as patch:
        patch.setattr(resend, "api_url", fake.address)
        sending = Sending(world, fake, tmp_path_factory.mktemp("restored"))
        backups = {"before composing": Backup(world)}
        sending.compose()
        answer = threading.Event()
        fake.script.extend((Answer(500, accepts=True), Answer(after=answer)))
        assert hand_over(sending) == {"not_sent": 1}
        sending.run("update vault.couriers set paused_until = '-infinity'")
        courier = threading.Thread(target=hand_over, args=[sending])
        courier.start()
        wait_until(lambda: len(fake.arrived) == 2)
        backups["amid sending"] = Backup(world)
        answer.set()
        courier.join(30)
        sending.minutes_pass()
        assert hand_over(sending) == {"sent": 1} and sending.states() == {"sent": 3} and len(fake.arrived) == 3
        yield sending, {name: conninfo_to_dict(backup.restore())["dbname"] for name, backup in backups.items()}
        for backup in backups.values():
            backup.drop()
    server.drop(world.database)


@pytest.fixture
def restored(lost, server, request):
    """A copy of the database that the backup of this test's parameter was restored into."""
    sending, databases = lost
    name = f"restored_{secrets.token_hex(4)}"
    server.run(sql.SQL("create database {} template {} strategy file_copy").format(sql.Identifier(name), sql.Identifier(databases[request.param])))
    server.let_in(name)
    with sending.fake.for_a_while():
        yield sending.over(World(server, name))
    server.drop(name)


def waiting(sending: Sending) -> int:
    """How many e-mails a courier would take, sooner or later."""
    return sending.states()["waiting"] + sending.states()["sending"]


def as_owner(sending: Sending, *statements: str) -> None:
    """What somebody types in `./run psql`."""
    with sending.world.owner() as owner:
        for statement in statements:
            owner.execute(statement)


BOTH = pytest.mark.parametrize("restored", ["before composing", "amid sending"], indirect=True)


@BOTH
def test_within_a_day_the_keys_see_to_it(restored):
    """All is composed and sent anew, under the keys of before, which Resend knows: nothing arrives, and each e-mail has its id of before."""
    requests, arrived = restored.fake.requests, list(restored.fake.arrived)
    restored.compose()
    assert waiting(restored) == len(arrived) == 3
    restored.minutes_pass(claims_too=True)
    assert hand_over(restored) == {"sent": 3}
    assert restored.fake.requests == requests + 3 and restored.fake.arrived == arrived
    assert {number for number, in restored.run("select provider_id from app.outbox")} == {each.id for each in arrived}


@pytest.mark.parametrize("restored", ["amid sending"], indirect=True)
def test_a_day_later_a_person_is_asked_about_what_was_tried(restored):
    """Resend has forgotten the keys: what it may have taken before the backup nobody sends."""
    # Of what was never tried before the backup, no rule can say whether it went afterwards: see below.
    restored.run("delete from app.outbox where attempts = 0", A_DAY_LATER)
    restored.fake.clock += DAY
    assert restored.states() == {"waiting": 1, "sending": 1}
    requests = restored.fake.requests
    assert hand_over(restored) == {} and restored.states() == {"unsure": 2} and restored.fake.requests == requests


@BOTH
def test_a_day_later_nothing_goes_before_somebody_said_so(restored):
    """What the README has a person type before the jobs are started and afterwards, word for word."""
    hold, ask, go_on = re.findall(r"^    (update (?:vault\.couriers|app\.outbox) .*);$", README.read_text(), re.MULTILINE)
    restored.run(A_DAY_LATER)
    restored.fake.clock += DAY
    requests, arrived = restored.fake.requests, len(restored.fake.arrived)
    as_owner(restored, hold)
    restored.compose()
    assert waiting(restored) == 3 and hand_over(restored) == {} and waiting(restored) == 3
    as_owner(restored, ask, go_on)
    assert hand_over(restored) == {} and restored.states() == {"unsure": 3} and restored.fake.requests == requests
    # An org-admin decides about each: two had arrived, the third goes once more.
    with restored.world.acting("harbour_admin") as connection:
        for step, (message,) in zip(("message_arrived", "message_arrived", "retry_message"), restored.run("select id from app.outbox order by to_address"), strict=True):
            connection.execute(sql.SQL("select app.{}(%s)").format(sql.Identifier(step)), [message])
    assert hand_over(restored) == {"sent": 1} and restored.states() == {"sent": 3}
    [once_more] = restored.fake.arrived[arrived:]
    assert once_more.key.endswith("/2") and once_more.payload["to"] == [restored.addresses[-1]]
