"""The webhook over real HTTP: who may tell it what, how often, and in which order (threats 42, 43)."""

import base64
import itertools
import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from app import create_app
from config import SettingWrong, from_environment, webhook_secrets_of
from tests.conftest import World
from tests.outbox import NEWS, became, both, put_message
from tests.web.conftest import environment_of, served
from tests.web.resend_news import OTHER_SECRET, SECRET, body_of, event, new_number, signed
from tests.web.test_logs import stderr_into
from views import webhook

ADDRESS = "/webhooks/resend"
TAKEN, NOT_TAKEN, NOT_NOW = (200, {"news": "taken"}), (400, {"news": "not taken"}), (503, {"news": "not now"})
CANARY = "kanarienvogel"
MONTHS = itertools.count(1)


def answered(answer) -> tuple[int, object]:
    """Status and words of an answer, which sets no cookie."""
    assert "set-cookie" not in answer.headers and answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


def post(site, body: bytes, headers: dict[str, str]) -> tuple[int, object]:
    """A request to the webhook by somebody without a cookie."""
    with site.visited_by() as visitor:
        return answered(visitor.client.post(ADDRESS, content=body, headers=headers))


def tell(site, what: str, email_id: str, number: str | None = None, **changes: object) -> tuple[int, object]:
    """Resend tells of an e-mail."""
    body = body_of(event(what, email_id, **changes))
    return post(site, body, signed(body, number))


def heard(site) -> list[tuple]:
    """The news that are kept, read as the owner."""
    return site.as_owner("select event_id, provider_id, kind, happened_at from vault.delivery_events order by received_at, event_id")


@pytest.fixture
def message(site):
    """(an e-mail that was sent, the provider's id of it)."""
    provider_id = str(uuid.uuid4())
    return put_message(site.world, next(MONTHS), provider_id=provider_id), provider_id


# ---- what is taken ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "state", "because"), [
    ("email.delivered", "delivered", None), ("email.bounced", "bounced", "bounced"), ("email.suppressed", "bounced", "bounced"),
    ("email.complained", "complained", "complained"), ("email.failed", "failed", None),
])  # fmt: skip
def test_what_resend_tells_is_kept(site, message, kind, state, because):
    """With the moment that it says, in whatever zone."""
    its_id, provider_id = message
    assert tell(site, kind, provider_id, created_at="2026-03-04T05:06:07.089+02:00") == TAKEN
    assert became(site.world, its_id) == (state, because)
    assert heard(site)[-1][1:] == (provider_id, webhook.KINDS[kind], datetime(2026, 3, 4, 3, 6, 7, 89000, timezone.utc))


@pytest.mark.parametrize("kind", ["email.sent", "email.opened", "email.delivery_delayed", "contact.created", "suppression.added", "something.new", ""])
def test_news_that_nobody_keeps_are_answered_well(site, message, kind):
    """Or Resend would tell them again for days."""
    before = heard(site)
    assert tell(site, kind, message[1]) == TAKEN
    assert heard(site) == before and became(site.world, message[0]) == ("sent", None)


def test_an_e_mail_that_nobody_knows(site):
    """A letter with a sign-in link, or another installation's under the same account."""
    outbox = site.world.rows("outbox")
    assert tell(site, "email.bounced", str(uuid.uuid4())) == TAKEN
    assert site.world.rows("outbox") == outbox


def test_no_cookie_and_no_token_is_asked_for_or_looked_at(site, message):
    """Somebody's session makes no difference, and is as it was."""
    body = body_of(event("email.delivered", message[1]))
    visitor = site.visitor("worker")
    assert answered(visitor.client.post(ADDRESS, content=body, headers=signed(body))) == TAKEN
    assert visitor.get("/support/tenants").status_code == 200
    assert visitor.client.post(ADDRESS, data={"csrf_token": visitor.token()}).json() == NOT_TAKEN[1]
    assert visitor.client.get(ADDRESS).status_code == 405


# ---- what is not -----------------------------------------------------------------------------------------------------


def without(name: str, headers: dict[str, str]) -> dict[str, str]:
    """Headers but for one."""
    return {each: value for each, value in headers.items() if each != name}


def forgeries(body: bytes) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Requests that Resend did not send, or not like this, or not now."""
    good, now = signed(body), time.time()
    mac = good["svix-signature"].removeprefix("v1,")
    return {
        "another's secret": (body, signed(body, secret=OTHER_SECRET)),
        "no secret": (body, signed(body, secret="whsec_")),
        "another body": (body.replace(b"delivered", b"bounced"), good),
        "one blank more": (body + b" ", good),
        "another number": (body, good | {"svix-id": new_number()}),
        "a later moment": (body, good | {"svix-timestamp": str(int(now) + 1)}),
        "stale": (body, signed(body, at=now - 302)),
        "from the future": (body, signed(body, at=now + 310)),
        "no moment at all": (body, good | {"svix-timestamp": "now"}),
        "a moment without end": (body, good | {"svix-timestamp": "9" * 5000}),
        "half a signature": (body, good | {"svix-signature": f"v1,{mac[:20]}"}),
        "no version": (body, good | {"svix-signature": mac}),
        "no signature in it": (body, good | {"svix-signature": "v1,"}),
        "not of ASCII": (body, good | {"svix-signature": "v1,\u00e9\u00e9"}),
        "no body": (b"", signed(b"")),
        "too long": (body + b" " * 100_000, signed(body + b" " * 100_000)),
        **{f"without {name}": (body, without(name, good)) for name in ("svix-id", "svix-timestamp", "svix-signature")},
        "without any": (body, {}),
    }


@pytest.mark.parametrize("what", forgeries(b"{}"))
def test_what_resend_did_not_sign_changes_nothing(site, message, what):
    """Threat 42: always the same answer; the very body is taken when it is signed."""
    its_id, provider_id = message
    body = body_of(event("email.delivered", provider_id))
    sent, headers = forgeries(body)[what]
    before = site.content(), heard(site)
    assert post(site, sent, {name: value.encode("latin-1") for name, value in headers.items()}) == NOT_TAKEN
    assert (site.content(), heard(site)) == before
    assert post(site, body, signed(body)) == TAKEN and became(site.world, its_id) == ("delivered", None)


def test_a_body_without_an_end_is_not_read_to_it(site):
    """In pieces, with no length said."""
    pieces = (b" " * 10_000 for _ in range(50))
    with site.visited_by() as visitor:
        assert answered(visitor.client.post(ADDRESS, content=pieces, headers=signed(b""))) == NOT_TAKEN


@pytest.mark.parametrize("body", [
    b"kanarienvogel", b"[]", b"null", b"7", b'"email.bounced"', b"{}", b"\xff\xfe", b"[" * 50_000, b'{"type": "email.bounced"}', b'{"type": ["email.bounced"]}',
    *(body_of(event("email.bounced", "id", **changes)) for changes in (
        {"data": None}, {"data": []}, {"data": {}}, {"data": {"email_id": 7}}, {"data": {"email_id": ""}}, {"data": {"email_id": "a\0b"}},
        {"data": {"email_id": "\ud800"}}, {"data": {"email_id": "x" * 3000}}, {"created_at": None}, {"created_at": 7}, {"created_at": "yesterday"},
        {"created_at": "2026-03-04T05:06:07"}, {"created_at": "20260-03-04T05:06:07Z"})),
], ids=lambda body: f"{len(body)} bytes")  # fmt: skip
def test_garbage_with_a_good_signature(site, body):
    """Never an error of ours, and nothing is kept."""
    before = heard(site)
    assert post(site, body, signed(body)) == NOT_TAKEN
    assert heard(site) == before


def test_a_moment_that_is_still_to_come_is_now(site, message):
    """Else nobody could clear the address before then."""
    assert tell(site, "email.bounced", message[1], created_at="9999-12-31T23:59:59Z") == TAKEN
    assert heard(site)[-1][3] <= datetime.now(timezone.utc)


def test_the_number_of_an_event_that_is_no_number(site, message):
    """It would not fit the index of the table, or not the database."""
    body = body_of(event("email.bounced", message[1]))
    for number in ("x" * 3000, "a b"):
        assert post(site, body, signed(body, number)) == NOT_TAKEN


# ---- how often, and in which order --------------------------------------------------------------------------------------


def test_told_twice_it_counts_once(site, message):
    """Threat 42: a repeat of Resend's, later and signed anew, and the very same request."""
    its_id, provider_id = message
    body, number = body_of(event("email.bounced", provider_id)), new_number()
    headers = signed(body, number, at=time.time() - 200)
    assert post(site, body, headers) == TAKEN
    before = site.content(), heard(site)
    assert post(site, body, headers) == TAKEN
    assert post(site, body, signed(body, number)) == TAKEN
    assert (site.content(), heard(site)) == before and became(site.world, its_id) == ("bounced", "bounced")


def test_ten_at_once_count_once(site, message):
    """Threat 42: they meet in the database."""
    its_id, provider_id = message
    body, number = body_of(event("email.bounced", provider_id)), new_number()
    start = threading.Barrier(10)

    def one(_):
        start.wait(30)
        return post(site, body, signed(body, number))

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(one, range(10))) == [TAKEN] * 10
    assert [row[0] for row in heard(site)].count(number) == 1
    assert became(site.world, its_id) == ("bounced", "bounced")
    kept = site.as_owner("select count(*) from app.audit_log where table_name = 'suppressed_addresses' and row_id = (select s.id from"
                         " app.suppressed_addresses as s join app.outbox as o on lower(o.to_address) = s.address where o.id = %(id)s)", id=its_id)
    assert kept == [(1,)]


@pytest.mark.parametrize(("bounce", "state", "because"), [
    ("Permanent", "bounced", "bounced"), ("Undetermined", "bounced", "bounced"), ("Something new", "bounced", "bounced"), (["Transient"], "bounced", "bounced"),
    ("Transient", "bounced_for_now", None), ("Temporary", "bounced_for_now", None),
], ids=str)  # fmt: skip
def test_a_bounce_for_now_suppresses_nobody(site, message, bounce, state, because):
    """A full mailbox may take the next one; whatever is not said to pass is for good."""
    assert tell(site, "email.bounced", message[1], bounce=bounce) == TAKEN
    assert became(site.world, message[0]) == (state, because)


@pytest.mark.parametrize("data", [{}, {"bounce": None}, {"bounce": "Transient"}, {"bounce": ["Transient"]}, {"bounce": {}}, {"bounce": {"type": None}}], ids=str)
def test_a_bounce_without_its_type_is_for_good(site, message, data):
    """As it was before Resend told types."""
    whole = event("email.bounced", message[1])
    del whole["data"]["bounce"]
    assert tell(site, "email.bounced", message[1], data=whole["data"] | data) == TAKEN
    assert became(site.world, message[0]) == ("bounced", "bounced")


#: Some of the news about one e-mail, perhaps twice, and the courier's report (None) somewhere among them, in any order.
STORIES = st.lists(st.tuples(st.sampled_from(sorted(webhook.KINDS)), st.integers(0, 50)), min_size=1, max_size=5).flatmap(
    lambda news: st.permutations([*news, *news[:1], None]))


@given(STORIES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_whatever_order(site, story):
    """Threat 43: the order in which they are told makes no difference, nor does it whether the courier has reported yet. Some stories
    over HTTP; test_deliveries.py tells all of them to the database.
    """
    provider_id, numbers = str(uuid.uuid4()), {}
    its_id = put_message(site.world, next(MONTHS))
    for told in story:
        if told is None:
            with both(site.world) as they:
                they.report(its_id, provider_id)
        else:
            at = datetime.now(timezone.utc) - timedelta(minutes=told[1])
            assert tell(site, told[0], provider_id, numbers.setdefault(told, new_number()), created_at=at.isoformat()) == TAKEN
    gravest = max((webhook.KINDS[told[0]] for told in story if told), key=NEWS.index)
    assert became(site.world, its_id) == (gravest, gravest if gravest in ("bounced", "complained") else None)


# ---- the database, the log, the secret --------------------------------------------------------------------------------------


@pytest.fixture
def apart(server, tmp_path):
    """(a served console, a function that gives what its server has written): over a world that a test may break."""
    world = World(server, server.create("world"))
    with stderr_into(tmp_path / "stderr"):
        serving = served(world, tmp_path)
        running = serving.__enter__()
    try:
        yield running, (tmp_path / "stderr").read_text
    finally:
        serving.__exit__(None, None, None)
        world.close()
        server.drop(world.database)


def test_a_database_that_is_away(apart):
    """Resend tells it again later, and then it is kept; nothing of it is in the log, nor of what was refused."""
    site, written = apart
    message = put_message(site.world, 1, provider_id="one")
    body, number = body_of(event("email.bounced", "one")), new_number()
    assert post(site, body_of(event("email.bounced", "one", type=CANARY)), signed(body, number)) == NOT_TAKEN
    database = sql.Identifier(site.world.database)
    site.world.server.run(sql.SQL("revoke connect on database {} from keywork_signin").format(database))
    site.world.server.run(sql.SQL("select pg_terminate_backend(pid) from pg_stat_activity where datname = {}").format(sql.Literal(site.world.database)))
    assert post(site, body, signed(body, number)) == NOT_NOW
    site.world.server.run(sql.SQL("grant connect on database {} to keywork_signin").format(database))
    assert post(site, body, signed(body, number)) == TAKEN
    assert became(site.world, message) == ("bounced", "bounced")
    lines = [json.loads(line) for line in written().splitlines()]
    assert [line["event"] for line in lines if line["event"].startswith("webhook")] == ["webhook refused", "webhook not kept"]
    assert [line["route"] for line in lines if line["event"] == "request"].count(ADDRESS) == 3
    for secret in (CANARY, "officer", number, SECRET, "msg_", signed(body, number)["svix-signature"]):
        assert secret not in written()


def test_without_a_secret_there_is_no_such_address(shared_world):
    """Nobody could be told from anybody."""
    environment = environment_of(shared_world)
    client = create_app(from_environment(environment)).test_client()
    body = body_of(event("email.bounced", "one"))
    assert client.post(ADDRESS, data=body, headers=signed(body)).status_code == 200
    client = create_app(from_environment(environment | {"KEYWORK_RESEND_WEBHOOK_SECRET": ""})).test_client()
    answer, nothing = (client.post(path, data=body, headers=signed(body, secret="whsec_")) for path in (ADDRESS, "/nothing"))
    assert answer.status_code == nothing.status_code == client.get(ADDRESS).status_code == 404


def test_two_secrets_while_one_is_changed():
    """The old one and the new one are both good; and Resend, while it changes one, signs with both of its own."""
    body = body_of(event("email.bounced", "one"))
    old, new = (signed(body, "number", secret=secret) for secret in (SECRET, OTHER_SECRET))
    both_at_once = new | {"svix-signature": f"{old['svix-signature']} {new['svix-signature']}"}
    for headers, secrets in ((old, (SECRET, OTHER_SECRET)), (new, (SECRET, OTHER_SECRET)), (both_at_once, (SECRET,)), (both_at_once, (OTHER_SECRET,))):
        assert webhook.read(body, headers, secrets).email == "one"
    for headers, secrets in ((old, (OTHER_SECRET,)), (new, (SECRET,)), (new, ())):
        with pytest.raises(webhook.NotNews):
            webhook.read(body, headers, secrets)


@pytest.mark.parametrize(("given", "read"), [("", ()), ("  ", ()), (SECRET, (SECRET,)), (f" {SECRET}  {OTHER_SECRET}\n", (SECRET, OTHER_SECRET))])
def test_secrets_as_they_are_set(given, read):
    """None, one, or two with a blank between."""
    assert webhook_secrets_of({"KEYWORK_RESEND_WEBHOOK_SECRET": given}) == read


@pytest.mark.parametrize("given", ["whsec_", "whsec_c2hvcnQ=", "kanarienvogel", SECRET.removeprefix("whsec_"), SECRET + "*", f"{SECRET},{OTHER_SECRET}",
                                   f"{SECRET} whsec_", "whsec_" + base64.b64encode(b"\0" * 15).decode()])  # fmt: skip
def test_secrets_that_are_none_are_refused(given):
    """An empty one above all: anybody can sign with it. The sentence does not repeat what was given."""
    with pytest.raises(SettingWrong, match="KEYWORK_RESEND_WEBHOOK_SECRET") as refusal:
        webhook_secrets_of({"KEYWORK_RESEND_WEBHOOK_SECRET": given})
    assert given.removeprefix("whsec_")[:9] not in str(refusal.value) or given == "whsec_"
