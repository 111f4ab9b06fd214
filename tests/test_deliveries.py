"""What the provider tells of e-mails, in the database: once, in any order, beside the courier that is just reporting (threats 42, 43)."""

import itertools
import threading

import psycopg
import pytest

from tests.outbox import NEWS, address, became, both, moment, on_one_connection, put_message

WAITS = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


def waiting(world) -> bool:
    """Whether somebody waits for a lock here."""
    with psycopg.connect(world.conninfo) as connection:
        return connection.execute(WAITS).fetchone()[0] > 0


def wait_until(question, *arguments) -> None:
    """Returns once `question(*arguments)` is true; the tests' own limit ends one that never is."""
    pause = threading.Event()
    for _ in range(1500):
        if question(*arguments):
            return
        pause.wait(0.02)
    pytest.fail("it never came to that")


def expected(news) -> tuple[str, str | None]:
    """State and cause of suppression, from the order in which news count."""
    gravest = max(news, key=NEWS.index)
    return gravest, gravest if gravest in ("bounced", "complained") else None


#: Of those that stand by themselves every order of every choice; of coming back for now, which only one of the others follows, the pairs.
ORDERS = [order for length in range(1, 5) for order in itertools.permutations(NEWS, length) if length < 3 or "bounced_for_now" not in order]


def test_news_count_by_what_they_say_in_every_order(shared_world):
    """Threat 43: each order of a choice of news, the courier's own report before, between and after them."""
    assert len(ORDERS) == 64 + 9
    numbers = itertools.count(1)
    wrong = []
    with both(shared_world) as they, on_one_connection(shared_world) as there:
        for order, place in ((order, place) for order in ORDERS for place in range(len(order) + 1)):
            number = next(numbers)
            message, provider_id = put_message(there, number), f"email-{number}"
            steps = [*order[:place], None, *order[place:]]
            for minute, what in enumerate(steps):
                if what is None:
                    they.report(message, provider_id)
                else:
                    assert they.tell(f"{provider_id}-{what}", provider_id, what, minute)
            if became(there, message) != expected(order):
                wrong.append((steps, became(there, message)))
    assert wrong == []


def test_news_told_twice_count_once(world):
    """Threat 42: the same event again says no, and changes nothing."""
    message = put_message(world, 1, provider_id="one")
    with both(world) as they:
        assert they.tell("event", "one", "bounced")
        before = world.rows("outbox"), world.rows("suppressed_addresses"), world.rows("audit_log")
        assert before[1] and not they.tell("event", "one", "bounced")
        assert not they.tell("event", "one", "complained")
    assert (world.rows("outbox"), world.rows("suppressed_addresses"), world.rows("audit_log")) == before
    assert became(world, message) == ("bounced", "bounced")


@pytest.mark.parametrize("first", ["provider", "courier"])
def test_news_that_come_while_the_courier_reports_are_not_lost(fresh_world, first):
    """Neither transaction sees the other's rows: whoever comes second waits for the first, and then does see them."""
    world = fresh_world
    message = put_message(world, 1)
    courier, provider = psycopg.connect(world.jobs_conninfo), psycopg.connect(world.signin_conninfo)
    steps = {"courier": lambda: courier.execute("select app.message_was_sent(%s, 'one')", [message]),
             "provider": lambda: provider.execute("select app.record_delivery('event', 'one', 'bounced', %s)", [moment(0)])}
    with courier, provider:
        steps.pop(first)()
        [second] = steps.values()
        late = threading.Thread(target=second)
        late.start()
        wait_until(waiting, world)
        (courier if first == "courier" else provider).commit()
        late.join(30)
    assert became(world, message) == ("bounced", "bounced")


def test_old_news_do_not_suppress_an_address_again_that_was_cleared(world):
    """What happened before an org-admin cleared it is known; what happens afterwards counts."""
    first, second = put_message(world, 1, provider_id="one"), put_message(world, 2, provider_id="two")
    with world.owner() as owner:
        owner.execute("update app.outbox set to_address = %s", [address(1)])
    with both(world) as they:
        they.tell("1", "one", "bounced", minute=0)
        with world.owner() as owner:
            owner.execute("update app.suppressed_addresses set cleared_at = %s, cleared_by_name = 'Admin'", [moment(10)])
        they.tell("2", "one", "complained", minute=5)
        assert became(world, first) == ("complained", None)
        they.tell("3", "two", "bounced", minute=20)
    assert became(world, second) == ("bounced", "bounced")


def test_news_of_nobodys_e_mail_are_kept_and_change_nothing(world):
    """Letters with sign-in links go the same way and are in no outbox."""
    put_message(world, 1, provider_id="one")
    before = world.rows("outbox"), world.rows("suppressed_addresses")
    with both(world) as they:
        assert they.tell("event", "another", "bounced")
    assert (world.rows("outbox"), world.rows("suppressed_addresses")) == before
