"""10,000 random worlds: what each housing officer is told, and what nobody is, against a second reckoning (spec 6, threat 44)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from random import Random

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.digest_changes import change
from tests.digest_oracle import Digest, digests, handed_over
from tests.digest_tables import Message, compose, found, hand_over, leaks, load, messages, overwrite, words
from tests.digest_worlds import MAY_BE_SAID, MONTHS, Maker, World

WORLDS = 10_000

Found = dict[date, dict[str, dict[str, Digest]]]


@dataclass
class Lives:
    """Worlds, what was composed of them, what became of them afterwards, and what was sent then."""

    worlds: list[World]
    later: list[World]
    composed: Found
    left: Found
    messages: dict[tuple[str, str, date], Message]
    words: dict[str, int]
    leaks: tuple[list[str], list[str]]


@pytest.fixture(scope="module")
def lives(server):
    """10,000 worlds in one database, composed and sent by the login of the jobs."""
    maker = Maker(Random(44), 2)
    worlds = [maker.world(number) for number in range(WORLDS)]
    later = change(maker, worlds)
    database = server.create("installed")
    with psycopg.connect(server.conninfo(database), autocommit=True) as connection, psycopg.connect(server.jobs_conninfo(database), autocommit=True) as jobs:
        load(connection, worlds)
        for period in MONTHS:
            jobs.execute("call app.compose_digests(%s)", [period])
        composed = {period: found(connection, period) for period in MONTHS}
        counts, before = words(connection), leaks(connection)
        overwrite(connection, worlds, later)
        handed = hand_over(jobs)
        yield Lives(worlds, later, composed, {period: found(connection, period) for period in MONTHS}, messages(connection, handed), counts, (before, leaks(connection)))
    server.drop(database)


def badly_composed(worlds: list[World], composed: Found) -> list[tuple]:
    """The digests that are not what the second reckoning says, with both: world, month, officer."""
    wrong = []
    for period in MONTHS:
        for world in worlds:
            due, came = digests(world, period), composed[period].get(world.organisation.id, {})
            if due != came:
                wrong += [(world.number, period, officer, due.get(officer), came.get(officer)) for officer in due.keys() | came.keys() if due.get(officer) != came.get(officer)]
    return wrong


def badly_sent(lives: Lives) -> list[tuple]:
    """Likewise of the messages, and of what stays of the digests: `lives.composed` is taken as it is."""
    wrong = []
    for period in MONTHS:
        for world in lives.later:
            firm = world.organisation
            now, left = digests(world, period), lives.left[period].get(firm.id, {})
            for officer, composed in lives.composed[period].get(firm.id, {}).items():
                due = composed if composed.reason else handed_over(composed, now.get(officer))
                if left.get(officer) != due:
                    wrong.append((world.number, period, officer, due, left.get(officer)))
                message = None if composed.reason else as_message(due, world.people[officer], world, now.get(officer) is not None)
                if lives.messages.get((firm.id, officer, period)) != message:
                    wrong.append((world.number, period, officer, message, lives.messages.get((firm.id, officer, period))))
    return wrong


def as_message(due: Digest, officer, world: World, is_there: bool) -> Message:
    """The e-mail that a digest makes, to whom the officer is today; who is on no team any more is not looked up again."""
    made = Message("withdrawn", officer.full_name, officer.email) if is_there else Message("withdrawn", due.officer_name, due.address)
    if due.reason is None:
        made.state, made.firm = "sent", world.organisation.name
        made.parts = sorted(((case, each.content) for case, each in due.entries.items() if each.content), key=lambda part: (part[1]["tenant"], part[0]))
    return made


def test_each_digest_is_as_reckoned(lives):
    """For three months, each organisation and officer: goes out or why not, each case, each goal, session and note, word for word."""
    assert badly_composed(lives.worlds, lives.composed) == []
    assert sum(len(theirs) for of_month in lives.composed.values() for theirs in of_month.values()) > 3 * WORLDS


def test_what_is_handed_over_is_what_was_composed_and_is_allowed_now(lives):
    """After rights ended, words were corrected and records came and went; what is withdrawn stays with its reason and without its words."""
    b = badly_sent(lives)
    for x in b: print(*x[:3], '\n  due', x[3], '\n  came', x[4])
    assert b == []
    states = [message.state for message in lives.messages.values()]
    assert min(states.count("sent"), states.count("withdrawn")) > WORLDS / 20


EVERY_REASON = {None, "plan", "account_disabled", "assignment_ended", "address_not_listed", "suppressed", "tenant_hidden", "nothing_to_report"}


def test_the_worlds_hold_what_they_are_about(lives):
    """Each reason is there often, of digests and of cases, before and after; so is each part of what is said, in months with either change of the clocks."""
    for of_months in (lives.composed, lives.left):
        for period in MONTHS:
            all_digests = [digest for theirs in of_months[period].values() for digest in theirs.values()]
            for rows in (all_digests, [entry for digest in all_digests for entry in digest.entries.values()]):
                reasons = Counter(row.reason for row in rows)
                assert reasons.keys() == EVERY_REASON and min(reasons.values()) > 50
            contents = [entry.content for digest in all_digests for entry in digest.entries.values() if entry.content]
            assert min(sum(len(content[part]) for content in contents) for part in ("goals", "sessions", "notes")) > 200
            assert min(sum(content["notes_are_shown"] is shown for content in contents) for shown in (False, True)) > 200


def test_no_word_that_may_not_be_said(lives):
    """Raw text search over digests, entries and outbox: only words that may be there, of the own organisation, of no hidden tenant; the others were in the records, often."""
    assert lives.leaks == ([], [])
    forbidden = {"professional", "safeguarding", "cardname", "cardmail", "cardfirm", "cardrole", "phone", "outcome", "attendees", "summary", "description",
                 "achieved", "closed", "stale", "inviter", "landlord", "address", "town", "clearer", "hidden"}
    assert lives.words.keys() == forbidden | MAY_BE_SAID | {"mail"}
    assert min(lives.words.values()) > 200


# ---- small worlds, one after another ---------------------------------------------------------------------------------

def live_through(connection: psycopg.Connection, worlds: list[World], later: list[World]) -> tuple[list, list, list]:
    """Composes worlds that are in the tables, lets them change, and sends, all in the transaction that there is: what is wrong with
    what was composed, with what was sent, and which words stand where they must not."""
    connection.execute("set local role keywork_jobs")
    for period in MONTHS:
        compose(connection, period)
    connection.execute("reset role")
    composed = {period: found(connection, period) for period in MONTHS}
    there = leaks(connection)
    overwrite(connection, worlds, later)
    connection.execute("set local role keywork_jobs")
    handed = hand_over(connection)
    connection.execute("reset role")
    left = {period: found(connection, period) for period in MONTHS}
    lived = Lives(worlds, later, composed, left, messages(connection, handed), {}, (there, leaks(connection)))
    return badly_composed(worlds, composed), badly_sent(lived), [*lived.leaks[0], *lived.leaks[1]]


@pytest.fixture(scope="module")
def own_database(each_server):
    """A connection of the superuser to a database without customers, on every server there is."""
    database = each_server.create("installed")
    with psycopg.connect(each_server.conninfo(database)) as connection:
        yield connection
    each_server.drop(database)


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large])
@given(chance=st.randoms(use_true_random=False), size=st.integers(1, 3), count=st.integers(1, 3))
def test_small_worlds(own_database, chance, size, count):
    """The same for a few worlds by themselves: what hypothesis finds is as small as it gets."""
    maker = Maker(chance, size)
    worlds = [maker.world(number) for number in range(count)]
    later = change(maker, worlds)
    load(own_database, worlds)
    wrong = live_through(own_database, worlds, later)
    own_database.rollback()
    assert wrong == ([], [], [])
