"""How often the API may be called: over several processes, for each person and each network (threat 45)."""

import functools
import threading
import time

import jwt
import pytest

from app import create_app
from config import from_environment
from tests.web.conftest import environment_of
from views.api_limits import MOST_REMEMBERED, Limit

PERSONS, NETWORKS, LOT = 600, 60, 20


@pytest.fixture(scope="module")
def processes(shared_world):
    """Three applications over one world, as so many processes of servers are; each holds lots of its own."""
    made = [create_app(from_environment(environment_of(shared_world))) for _ in range(3)]
    yield made
    for app in made:
        with app.app_context():
            for engine in app.extensions["sqlalchemy"].engines.values():
                engine.dispose()


def within_a_minute(test):
    """Begins with nothing counted; what fails because the clock went on to the next minute is tried once more."""
    @functools.wraps(test)
    def tried(shared_world, processes):
        for _ in range(3):
            with shared_world.owner() as connection:
                connection.execute("delete from vault.api_calls; delete from vault.sign_in_tries")
            for app in processes:
                for limit in app.extensions["keywork-api-limits"].values():
                    limit._lots.clear()
            minute = time.time() // 60
            try:
                return test(shared_world, processes)
            except AssertionError:
                if time.time() // 60 == minute:
                    raise
        raise AssertionError("the test takes longer than a minute")
    return tried


def token_of(app, world, persona):
    """An access token of a persona."""
    answer = app.test_client().post("/api/v1/security/login", json={"username": world.personas[persona].email, "password": world.password})
    return answer.json["access_token"]


def calls(app, token, number, address="203.0.113.1"):
    """The statuses of so many calls, from a network."""
    client = app.test_client()
    return [client.get("/api/v1/cases?q=(page_size:1)", headers={"Authorization": f"Bearer {token}"}, environ_base={"REMOTE_ADDR": address}) for _ in range(number)]


def spent(app, token, number):
    """How many of so many calls of a person's are let through, counted as for calls and without making them."""
    of = int(jwt.decode(token, options={"verify_signature": False})["sub"])
    with app.app_context():
        return sum(app.extensions["keywork-api-limits"]["calls"].wait(of, app.appbuilder.sm.ask) is None for _ in range(number))


@within_a_minute
def test_a_person_calls_six_hundred_times_a_minute_over_all_processes(shared_world, processes):
    """Never more, and less only by what other processes hold; Retry-After leads into the next minute; others go on calling."""
    token = token_of(processes[0], shared_world, "worker")
    came = [[answer.status_code for answer in calls(app, token, 3)] for app in processes]
    assert came == [[200] * 3] * 3
    most = spent(processes[0], token, PERSONS - 4 * LOT)
    last = calls(processes[0], token, 3 * LOT)
    let_through = sum(answer.status_code == 200 for answer in last) + most + 9
    assert most == PERSONS - 4 * LOT and PERSONS - 2 * LOT <= let_through <= PERSONS and {answer.status_code for answer in last} == {200, 429}
    refused = last[-1]
    assert 1 <= int(refused.headers["Retry-After"]) <= 60 and refused.json["message"].endswith("Retry-After says.")
    # The other two have what is left of their lots, and then nothing either.
    others = [sum(answer.status_code == 200 for answer in calls(app, token, LOT + 1)) for app in processes[1:]]
    assert let_through + sum(others) == PERSONS
    # Another token of theirs, and the way to get others, count as well; other people do not.
    assert calls(processes[2], token_of(processes[2], shared_world, "worker"), 1)[0].status_code == 429
    assert calls(processes[2], token_of(processes[2], shared_world, "watcher"), 1)[0].status_code == 200
    with shared_world.owner() as connection:
        assert connection.execute("select max(calls) from vault.api_calls").fetchone() == (PERSONS,)


@within_a_minute
def test_bad_tokens_are_counted_by_network(shared_world, processes):
    """Sixty a minute: a /64 of IPv6 is one; a good token from there goes on, and so does a bad one from elsewhere."""
    good = token_of(processes[0], shared_world, "worker")
    statuses = [calls(processes[turn % 3], "x.y.z", 1, f"2001:db8::{turn + 1:x}")[0].status_code for turn in range(NETWORKS + 6)]
    assert statuses == [401] * NETWORKS + [429] * 6
    assert calls(processes[0], good, 1, "2001:db8::1")[0].status_code == 200
    assert calls(processes[0], "x.y.z", 1, "2001:db8:0:1::1")[0].status_code == 401
    assert [calls(processes[0], "x.y.z", 1, address)[0].status_code for address in ("::ffff:203.0.113.9", "203.0.113.9", "203.0.113.10")] == [401] * 3
    with shared_world.owner() as connection:
        counted = sorted(row[0] for row in connection.execute("select calls from vault.api_calls"))
    # The person's lot, one network of three addresses that are two, the /64, and the other one.
    assert counted == [1, 1, 2, LOT, NETWORKS]


@within_a_minute
def test_a_call_writes_no_row_but_one_in_twenty(shared_world, processes):
    """What counting costs: one write in an unlogged table for twenty calls."""
    token = token_of(processes[1], shared_world, "watcher")
    with shared_world.owner() as connection:
        assert {answer.status_code for answer in calls(processes[1], token, 1)} == {200}
        assert connection.execute("select calls from vault.api_calls").fetchall() == [(LOT,)]
        assert {answer.status_code for answer in calls(processes[1], token, LOT - 1)} == {200}
        assert connection.execute("select calls from vault.api_calls").fetchall() == [(LOT,)]
        assert {answer.status_code for answer in calls(processes[1], token, 1)} == {200}
        assert connection.execute("select calls from vault.api_calls").fetchall() == [(2 * LOT,)]
        assert connection.execute("select relpersistence from pg_class where relname = 'api_calls'").fetchone() == ("u",)


@within_a_minute
def test_parallel_calls_take_no_more_than_there_is(shared_world, processes):
    """Twelve threads in three processes at once: six hundred in all."""
    limits = [app.extensions["keywork-api-limits"]["calls"] for app in processes]
    let_through, lock = [], threading.Lock()

    def work(number):
        app = processes[number % 3]
        with app.app_context():
            mine = sum(limits[number % 3].wait(7, app.appbuilder.sm.ask) is None for _ in range(80))
        with lock:
            let_through.append(mine)

    threads = [threading.Thread(target=work, args=[number]) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(let_through) == 12 and sum(let_through) == PERSONS


def test_earlier_minutes_are_forgotten(shared_world):
    """Whoever begins a minute deletes rows of earlier ones."""
    with shared_world.owner() as connection:
        connection.execute("delete from vault.api_calls")
        connection.execute("insert into vault.api_calls select n, sha256(n::text::bytea), 1 from generate_series(1, 150) as n")
        connection.execute("select app.take_api_calls(1)")
        assert connection.execute("select count(*) from vault.api_calls").fetchone() == (51,)
        connection.execute("select app.take_api_calls(2)")
        assert connection.execute("select count(*), min(calls) from vault.api_calls").fetchone() == (2, LOT)


def test_what_a_process_remembers_is_bounded():
    """Strangers come from any number of networks."""
    asked = []

    class Answer:
        taken, seconds_left = 1, 60.0

    limit = Limit("question")
    for number in range(MOST_REMEMBERED + 5):
        assert limit.wait(number, lambda question, of: asked.append(of) or Answer) is None
    assert len(asked) == MOST_REMEMBERED + 5 and len(limit._lots) <= MOST_REMEMBERED
