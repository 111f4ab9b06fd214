"""Limits over two servers on one database (threat 45), and no telling known addresses from unknown ones by the clock (threat 46).

No time is asserted. Two samples, taken in turns in random order, are told apart by their ranks (Mann-Whitney): honest ones fail
the test once in ten thousand runs. The same file shows that the statistic finds what a careless server would give away.
"""

import math
import random
import statistics
import time

import httpx
import pytest
from werkzeug.security import generate_password_hash

from app import create_app
from config import from_environment
from tests.mail import letters, link_in, next_letter
from tests.web.conftest import environment_of, served
from tests.web.visitor import Visitor, visiting
from views.sign_in import TOO_OFTEN

#: Beyond this many standard deviations two samples are told apart: once in ten thousand runs of honest ones.
APART = 3.9
#: Measured of each kind.
EACH = 200
#: A hash of about 12 ms, four times the difference that must not go unseen: 400 at the full cost would take most of a minute.
HASH = "scrypt:4096:8:1"
EMAIL, PASSWORD = "worker@example.org", "seven grey herons"


@pytest.fixture(scope="module")
def other(site, tmp_path_factory):
    """A second server over the world of `site`, with two processes of its own."""
    with served(site.world, tmp_path_factory.mktemp("other")) as running:
        yield running


@pytest.fixture(autouse=True)
def fresh(site):
    """No try of another test counts."""
    site.as_owner("delete from vault.sign_in_tries")


def test_the_eleventh_try_is_refused_on_each_of_two_servers(site, other):
    """Ten wrong ones spread over both; then the right password is refused on both, with a sentence, and others get in."""
    with site.visited_by() as here, other.visited_by() as there:
        assert [visitor.sign_in(EMAIL, "wrong").status_code for visitor in (here, there) * 5] == [401] * 10
        for visitor in (here, there):
            answer = visitor.sign_in(EMAIL, PASSWORD)
            assert answer.status_code == 429 and TOO_OFTEN in answer.text and visitor.get("/support/tenants").status_code == 302
    for running in (site, other):
        with running.visited_by() as visitor:
            assert visitor.sign_in("both.worker@example.org", PASSWORD).status_code == 303


def test_a_locked_address_and_an_unknown_one_read_the_same(site, other):
    """The lock tells no more than the refusal did."""
    answers = []
    for email in (EMAIL, "nobody@example.org", "disabled.admin@example.org"):
        with site.visited_by() as here, other.visited_by() as there:
            came = [visitor.sign_in(email, "wrong") for visitor in (here, there) * 6]
        answers.append([(each.status_code, TOO_OFTEN in each.text) for each in came])
    assert answers == [[(401, False)] * 10 + [(429, True)] * 2] * 3


def test_a_lock_never_keeps_a_link_from_working(site, other):
    """Whoever is locked out by a stranger's guesses asks for a link on either server, and is in."""
    there = len(letters(site.mail, EMAIL))
    with site.visited_by() as visitor:
        assert [visitor.sign_in(EMAIL, "wrong").status_code for _ in range(11)][-1] == 429
    with other.visited_by() as visitor:
        assert visitor.post("/login/link", email=EMAIL).status_code == 200
        assert visitor.post(link_in(next_letter(site.mail, EMAIL, after=there))).status_code == 303
        assert "Ann Tenant" in visitor.page("/support/tenants").text


def test_asking_for_links_is_limited_over_both_servers(site, other):
    """Five an hour for an address, whether or not anybody has it; nobody's mailbox is filled."""
    for email in (EMAIL, "nobody@example.org"):
        there = len(letters(site.mail, email))
        with site.visited_by() as here, other.visited_by() as elsewhere:
            came = [visitor.post("/login/link", email=email) for visitor in (here, elsewhere) * 4]
            assert [each.status_code for each in came] == [200] * 5 + [429] * 3
            assert "Please wait an hour" in came[-1].text
        if email == EMAIL:
            next_letter(site.mail, email, after=there + 4)
            assert len(letters(site.mail, email)) == there + 5


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", "fe80::1%eth0", "192.0.2.7:5678", "unknown", "", "' or true--"])
def test_a_try_is_counted_wherever_it_comes_from(console, address):
    """Addresses as sockets and proxies write them, with a zone, a port, or none at all: limited, and no error of ours."""
    client = console.app.test_client()

    def tried():
        return client.post("/login/", data={"username": "nobody@example.org", "password": "x"}, environ_base={"REMOTE_ADDR": address}).status_code

    with console.world.owner() as owner:
        owner.execute("delete from vault.sign_in_tries")
    assert [tried() for _ in range(11)] == [401] * 10 + [429]
    assert client.get("/link/never-made", environ_base={"REMOTE_ADDR": address}).status_code == 404


def test_huge_answers_are_refused_like_small_ones(site):
    """Hashing, searching and writing back an address or a password of 400,000 characters is no error, and little work."""
    with site.visited_by() as visitor:
        for email, password in (("a" * 400_000 + "@example.org", "x"), (EMAIL, "x" * 400_000), (EMAIL, "🦢" * 20_000)):
            assert visitor.sign_in(email, password).status_code in (401, 413)
        assert visitor.send("/login/link", email="a" * 400_000 + "@example.org").status_code in (200, 413)
        assert visitor.sign_in(EMAIL, PASSWORD).status_code == 303


# ---- the clock -------------------------------------------------------------------------------------------------------

def deviations(first: list[float], second: list[float]) -> float:
    """How many standard deviations the ranks of the first sample are from what chance gives (Mann-Whitney's U)."""
    ranks = {value: rank for rank, value in enumerate(sorted(first + second), start=1)}
    n, m = len(first), len(second)
    u = sum(ranks[value] for value in first) - n * (n + 1) / 2
    return (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)


@pytest.fixture(scope="module")
def people(site):
    """Addresses that nobody has tried: EACH of people with a password, and EACH that nobody has."""
    hashed = generate_password_hash("nine white geese", HASH)
    site.as_owner("""
        with accounts as (
            insert into fab.ab_user (id, first_name, last_name, username, email, password, active)
            select nextval('fab.ab_user_id_seq'), '', '', 'known' || n, 'known' || n, %(hashed)s, true
            from generate_series(1, %(each)s) as n returning id, username)
        insert into app.users (email, full_name, ab_user_id) select username || '@example.org', 'Known Person', id from accounts""", each=EACH, hashed=hashed)
    return [f"known{n}@example.org" for n in range(1, EACH + 1)], [f"guess{n}@example.org" for n in range(1, EACH + 1)]


@pytest.fixture
def from_outside(site):
    """A visitor of `site`: an answer is there when it has gone over the wire, whatever the server still writes afterwards."""
    with visiting(site.address) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def hashing_less(site):
    """A visitor of the application over the world of `site`, in this process: it hashes for known and unknown addresses by HASH."""
    app = create_app(from_environment(environment_of(site.world)) | {"FAB_PASSWORD_HASH_METHOD": HASH})
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url=site.address) as client:
        yield Visitor(client)
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()


def timed(site, visitor: Visitor, samples: list[list[str]], request) -> list[list[float]]:
    """Seconds of each request, sample by sample; the order is drawn, and no limit is near."""
    site.as_owner("delete from vault.sign_in_tries")
    order = [(kind, value) for kind, sample in enumerate(samples) for value in sample]
    random.shuffle(order)
    times: list[list[float]] = [[] for _ in samples]
    # The first answers of each process take longer.
    for sample in samples * 5:
        request(visitor, sample[0])
    site.as_owner("delete from vault.sign_in_tries")
    for number, (kind, value) in enumerate(order):
        if number % 40 == 0:
            site.as_owner("delete from vault.sign_in_tries")
        began = time.perf_counter()
        request(visitor, value)
        times[kind].append(time.perf_counter() - began)
    return times


def wrong_password(visitor, email):
    """A try that is refused."""
    assert visitor.sign_in(email, "wrong").status_code == 401


def ask_for_a_link(visitor, email):
    """A question whose answer is the same for everybody."""
    answer = visitor.client.post("/login/link", data={"csrf_token": visitor.token(), "email": email})
    assert answer.status_code == 200


@pytest.mark.parametrize(("visitor", "ask"), [("hashing_less", wrong_password), ("from_outside", ask_for_a_link)], ids=["password", "link"])
def test_known_and_unknown_addresses_cannot_be_told_apart_by_the_clock(site, people, request, visitor, ask):
    """Threat 46, n = 200 of each. The very same measurements would tell a server whose answers differ by 3 ms, or on a machine so
    busy that its answers differ by more anyhow, by half of what the middle half of them do.
    """
    known, unknown = timed(site, request.getfixturevalue(visitor), people, ask)
    assert len(known) == len(unknown) == EACH
    assert abs(deviations(known, unknown)) < APART
    low, _, high = statistics.quantiles(known + unknown)
    assert deviations([each + max(0.003, (high - low) / 2) for each in known], unknown) > APART


def test_a_server_that_hashes_nothing_for_unknown_addresses_would_be_found_out(site, people, hashing_less):
    """The power of the statistic on a real difference: a page that compares no password, against one that does."""
    def careless(visitor, email):
        if email in people[0]:
            wrong_password(visitor, email)
        else:
            ask_for_a_link(visitor, email)

    known, unknown = timed(site, hashing_less, [sample[:EACH // 4] for sample in people], careless)
    assert deviations(known, unknown) > APART


def test_what_is_served_hashes_at_the_full_cost(console):
    """For a person's password and for nobody's alike; HASH is for measuring only."""
    full = generate_password_hash("x").split("$")[0]
    assert full == "scrypt:32768:8:1" != HASH
    assert console.app.appbuilder.sm._nobodys_hash.split("$")[0] == full
    assert generate_password_hash("x", console.app.config["FAB_PASSWORD_HASH_METHOD"]).split("$")[0] == full


def test_the_statistic_is_what_it_says():
    """Of 2,000 pairs of honest samples about one in twenty is beyond 1.96 deviations, and next to none beyond ours."""
    rng = random.Random(5)
    found = [abs(deviations([rng.gauss(0, 1) for _ in range(50)], [rng.gauss(0, 1) for _ in range(50)])) for _ in range(2000)]
    assert 0.03 < sum(each > 1.96 for each in found) / 2000 < 0.07
    assert sum(each > APART for each in found) <= 2
