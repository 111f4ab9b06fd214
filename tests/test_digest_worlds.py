"""10,000 random worlds: what each housing officer is told, and what nobody is, against a second reckoning (spec 6, threat 44)."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from random import Random

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs import digest_mail
from jobs.digest_mail import Part, as_message
from tests.digest_changes import change
from tests.digest_oracle import Digest, digests, handed_over
from tests.digest_rows import World
from tests.digest_tables import TOKEN, Handed, Message, compose, forbidden, found, hand_over, leaks, load, messages, overwrite, put_off, words
from tests.digest_worlds import MAY_BE_SAID, MONTHS, Maker

pytestmark = pytest.mark.slow

WORLDS = 10_000

Found = dict[date, dict[str, dict[str, Digest]]]


@dataclass
class Lives:
    """Worlds, what was composed of them, what became of them afterwards, and what was sent then."""

    worlds: list[World]
    later: list[World]
    composed: Found
    left: Found
    handed: list[Handed]
    messages: dict[tuple[str, str, date], Message]
    words: Counter[str]
    leaks: set[str]


@pytest.fixture(scope="module")
def lives(server):
    """10,000 worlds in one database, composed and sent by the login of the jobs."""
    maker = Maker(Random(44), 2)
    worlds = [maker.world(number) for number in range(WORLDS)]
    later = change(maker, worlds)
    database = server.create("installed")
    with psycopg.connect(server.conninfo(database), autocommit=True) as connection, psycopg.connect(server.jobs_conninfo(database), autocommit=True) as jobs:
        load(connection, worlds)
        yield live_through(connection, jobs, worlds, later, lambda period: jobs.execute("call app.compose_digests(%s)", [period]))
    server.drop(database)


def live_through(connection: psycopg.Connection, jobs: "psycopg.Connection | AsJobs", worlds: list[World], later: list[World] | None,
                 compose: Callable[[date], object]) -> Lives:
    """Composes worlds that are in the tables and, if they have a later, lets them change, and sends; the e-mails of the last month wait
    for another day, since each costs a while."""
    for period in MONTHS:
        compose(period)
    composed = {period: found(connection, period) for period in MONTHS}
    there, leaked = words(connection), leaks(connection)
    if later is None:
        return Lives(worlds, [], composed, composed, [], {}, there, leaked)
    overwrite(connection, worlds, later)
    put_off(connection, MONTHS[-1])
    handed = hand_over(jobs)
    left = {period: found(connection, period) for period in MONTHS}
    return Lives(worlds, later, composed, left, handed, messages(connection, handed), there, leaked | leaks(connection))


def badly_composed(lives: Lives) -> list[tuple]:
    """The digests that are not what the second reckoning says, with both: world, month, officer."""
    wrong = []
    for period in MONTHS:
        for world in lives.worlds:
            due, came = digests(world, period), lives.composed[period].get(world.organisation.id, {})
            if due != came:
                wrong += [(world.number, period, officer, due.get(officer), came.get(officer)) for officer in due.keys() | came.keys()
                          if due.get(officer) != came.get(officer)]
    return wrong


def badly_sent(lives: Lives) -> list[tuple]:
    """Likewise of the messages, and of what stays of the digests: `lives.composed` is taken as it is."""
    wrong = []
    for period in MONTHS[:-1]:
        for world in lives.later:
            firm = world.organisation
            now, left = digests(world, period), lives.left[period].get(firm.id, {})
            for officer, composed in lives.composed[period].get(firm.id, {}).items():
                due = composed if composed.reason else handed_over(composed, now.get(officer))
                if left.get(officer) != due:
                    wrong.append((world.number, period, officer, due, left.get(officer)))
                message = None if composed.reason else sent_to(due, world)
                if lives.messages.get((firm.id, officer, period)) != message:
                    wrong.append((world.number, period, officer, message, lives.messages.get((firm.id, officer, period))))
    return wrong


def sent_to(due: Digest, world: World) -> Message:
    """The e-mail that becomes of a digest when it is its turn."""
    if due.reason:
        return Message("withdrawn", due.officer_name, due.address)
    parts = sorted(((case, each.content) for case, each in due.entries.items() if each.content), key=lambda part: (part[1]["tenant"], part[0]))
    return Message("sent", due.officer_name, due.address, world.organisation.name, parts)


def test_each_digest_is_as_reckoned(lives):
    """For three months, each organisation and officer: goes out or why not, each case, each goal, session and note, word for word."""
    assert badly_composed(lives) == []
    assert sum(len(theirs) for of_month in lives.composed.values() for theirs in of_month.values()) > 3 * WORLDS


def test_what_is_handed_over_is_what_was_composed_and_is_allowed_now(lives):
    """After rights ended, words were corrected and records came and went; what is withdrawn stays with its reason and without its words."""
    assert badly_sent(lives) == []
    assert lives.left[MONTHS[-1]] == lives.composed[MONTHS[-1]]
    states = Counter((period == MONTHS[-1], message.state) for (_, _, period), message in lives.messages.items())
    assert states.keys() == {(False, "sent"), (False, "withdrawn"), (True, "waiting")} and min(states.values()) > WORLDS / 20


EVERY_REASON = {None, "plan", "account_disabled", "assignment_ended", "address_not_listed", "suppressed", "tenant_hidden", "nothing_to_report"}


def test_the_worlds_hold_what_they_are_about(lives):
    """Each reason is there often, of digests and of cases, before and after; so is each part of what is said, in months with either change of the clocks."""
    for of_months in (lives.composed, lives.left):
        for of_month in of_months.values():
            all_digests = [digest for theirs in of_month.values() for digest in theirs.values()]
            for rows in (all_digests, [entry for digest in all_digests for entry in digest.entries.values()]):
                reasons = Counter(row.reason for row in rows)
                assert reasons.keys() == EVERY_REASON and min(reasons.values()) > 50
            contents = [entry.content for digest in all_digests for entry in digest.entries.values() if entry.content]
            assert min(sum(len(content[part]) for content in contents) for part in ("goals", "sessions", "notes")) > 200
            assert min(sum(content[part] is shown for content in contents) for part in ("notes_are_shown", "all_sessions_are_shown") for shown in (False, True)) > 200


def test_no_word_that_may_not_be_said(lives):
    """Raw text search over digests, entries and outbox: only words that may be there, of the own organisation, of no hidden tenant; the
    others were in the records, often."""
    assert lives.leaks == set()
    unsaid = {"professional", "safeguarding", "cardname", "cardmail", "cardfirm", "cardrole", "phone", "outcome", "attendees", "summary", "description",
              "achieved", "closed", "stale", "inviter", "landlord", "address", "town", "clearer", "hidden"}
    assert lives.words.keys() == unsaid | MAY_BE_SAID | {"mail"}
    assert min(lives.words.values()) > 200


def test_no_such_word_in_an_e_mail(lives):
    """Neither twin of an e-mail says more than what was handed over, and both say all of it: of every twentieth, rendered as it goes out."""
    for it in lives.handed[::20]:
        world = int(it.organisation_name.split("_")[2])
        parts = [(case, json.loads(content)) for case, content in it.parts]
        e_mail = as_message(digest_mail.Digest(it.organisation_name, it.to_name, it.to_address, it.period, tuple(Part(*part) for part in parts)),
                            "keywork@example.org", "https://keywork.example.org")
        twins = [part.get_content() for part in e_mail.walk() if not part.is_multipart()]
        assert len(twins) == 2
        assert forbidden("\n".join([*map(str, e_mail.values()), *twins]), world, "e-mail") == set()
        assert all(set(TOKEN.findall(twin)) >= set(TOKEN.findall(str(parts))) for twin in twins)


# ---- small worlds, one after another ---------------------------------------------------------------------------------

class AsJobs:
    """Statements of the jobs' role in a transaction of the superuser, which can be taken back."""

    def __init__(self, connection: psycopg.Connection):
        self.connection = connection

    def execute(self, statement: str, values: list | tuple = ()) -> psycopg.Cursor:
        """Runs a statement."""
        self.connection.execute("set local role keywork_jobs")
        cursor = self.connection.execute(statement, values)
        self.connection.execute("reset role")
        return cursor


def live_here(connection: psycopg.Connection, worlds: list[World], later: list[World] | None) -> Lives:
    """The same in the transaction that there is."""
    jobs = AsJobs(connection)
    return live_through(connection, jobs, worlds, later, partial(compose, jobs))


@pytest.fixture(scope="module")
def own_database(each_server):
    """A connection of the superuser to a database without customers, on every server there is."""
    database = each_server.create("installed")
    with psycopg.connect(each_server.conninfo(database)) as connection:
        yield connection
    each_server.drop(database)


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(chance=st.randoms(use_true_random=False), size=st.integers(1, 3), count=st.integers(1, 3))
def test_small_worlds(own_database, chance, size, count):
    """The same for a few worlds by themselves: what hypothesis finds is as small as it gets."""
    maker = Maker(chance, size)
    worlds = [maker.world(number) for number in range(count)]
    later = change(maker, worlds)
    load(own_database, worlds)
    try:
        lived = live_here(own_database, worlds, later)
    finally:
        own_database.rollback()
    assert (badly_composed(lived), badly_sent(lived), lived.leaks) == ([], [], set())


# ---- the tests can fail ----------------------------------------------------------------------------------------------

#: What a careless hand could do to the rules: the function, what stands there, what would stand there instead; and whether the
#: digests are composed wrongly, sent wrongly, or hold words that no digest may.
MUTANTS = {
    "visibility ignored": ("digest_material", "n.stream = 'shared' and d.shows_notes", "n.stream = 'shared'", "composed"),
    "hidden shown where the setting says so": ("notes_are_visible_to_housing_officers", "'inherit'", "'inherit' or true", "composed"),
    "stream ignored": ("digest_material", "n.stream = 'shared' and ", "", "composed leaks"),
    "safeguarding told": ("digest_material", "n.stream = 'shared' and", "(n.stream = 'shared' or n.safeguarding) and", "composed leaks"),
    "hidden tenants told": ("digest_cases", "= 'hidden' then", "= 'nothing' then", "composed leaks"),
    "ended ignored of a case": ("digest_cases", "case when m.ended_at is not null then 'assignment_ended'", "case when false then ''", "composed"),
    "an ended assignment counts before a live one": ("digest_cases", "m.ended_at desc nulls first", "m.ended_at nulls last", "composed"),
    "the live assignment of anybody counts": ("digest_cases", "partition by m.organisation_id, m.user_id", "partition by m.organisation_id", "composed"),
    "ended long ago told": ("digest_cases", "or m.ended_at >= (select app.month_begins(of_period))", "or true", "composed"),
    "workers told": ("digest_cases", "and m.kind = 'housing_officer'", "", "composed"),
    "plan ignored": ("digest_cases", "when not f.has_support_cases", "when false", "composed"),
    "disabled ignored": ("digest_cases", "when u.disabled_at is not null", "when false", "composed"),
    "not listed ignored": ("digest_cases", "when l.address is null", "when false", "composed"),
    "listed in these capitals alone": ("digest_cases", "lower(l.address)", "l.address", "composed"),
    "listed by another organisation": ("digest_cases", "l.organisation_id = m.organisation_id and l.address", "l.address", "composed"),
    "suppressed ignored": ("digest_cases", "when s.address is not null", "when false", "composed"),
    "cleared ignored": ("digest_cases", " and s.cleared_at is null", "", "composed"),
    "suppressed by another organisation": ("digest_cases", "s.organisation_id = m.organisation_id and s.address", "s.address", "composed"),
    "context only ignored": ("digest_cases", "m.participation_mode = 'full'", "true", "composed"),
    "all sessions said to be shown": ("digest_material", "'all_sessions_are_shown', d.shows_sessions", "'all_sessions_are_shown', true", "composed"),
    "closed before the month told": ("digest_cases", "when c.closed_at < (select app.month_begins(of_period))", "when false", "composed"),
    "months by UTC": ("month_begins", "Europe/London", "UTC", "composed"),
    "the next month's first moment told": ("digest_material", "n.created_at < (select app.month_begins((", "n.created_at <= (select app.month_begins((", "composed"),
    "a session of the month's first moment left out": ("digest_material", "s.scheduled_at >= ", "s.scheduled_at > ", "composed"),
    "goals that are over told": ("digest_material", " and g.status = 'active'", "", "composed leaks"),
    "the oldest progress told": ("digest_material", "p.noted_at desc", "p.noted_at", "composed"),
    "missed sessions told": ("digest_material", "'delivered', 'scheduled'", "'delivered', 'scheduled', 'missed'", "composed"),
    "outcomes told": ("digest_material", "'status', s.status", "'status', s.status, 'outcome', s.outcome_note", "composed leaks"),
    "descriptions told": ("digest_material", "'title', g.title", "'title', g.title || g.description", "composed leaks"),
    "context told": ("digest_cases", "t.full_name, c.closed_at", "t.full_name || c.context_summary, c.closed_at", "composed leaks"),
    "the card's address taken": ("digest_cases", "u.full_name, u.email,", "u.full_name, coalesce(("
                                 "select min(k.email) from app.support_collaborators as k where k.organisation_id = m.organisation_id and k.user_id is null), u.email),", "composed leaks"),
    "not rechecked": ("claim_message", "why := app.refresh_digest(it.digest_id)", "why := null", "sent"),
    "rechecked for its reasons, not its words": ("refresh_digest",
                                                 "(j.final_reason is not null or j.content is distinct from e.content)", "j.final_reason is not null", "sent"),
    "what is new comes in": ("items_in_both", "where mine.item", "where true or mine.item", "sent leaks"),
    "what is gone stays in": ("refresh_digest", "case when j.final_reason is null then j.content end", "case when j.final_reason is null then e.content end", "sent"),
    "its words stay when a case goes": ("refresh_digest", "e.content is not null\n    ), judged", "e.content is not null and c.case_reason is null\n    ), judged", "sent"),
    "the address stays": ("refresh_digest", "set to_address = a.address, to_name = a.officer_name", "set to_name = a.officer_name", "sent"),
    "other officers' digests told": ("digest_to_send", "e.digest_id = of_digest",
                                    "e.organisation_id = (select d.organisation_id from app.digests as d where d.id = of_digest)", "sent"),
}


@pytest.fixture(scope="module")
def some_worlds(server):
    """A connection of the superuser to a database with 150 worlds, which are as they should be, and these worlds now and later."""
    maker = Maker(Random(45), 2, shared_in=2)
    worlds = [maker.world(number) for number in range(150)]
    later = change(maker, worlds)
    database = server.create("installed")
    with psycopg.connect(server.conninfo(database)) as connection:
        load(connection, worlds)
        connection.commit()
        lived = live_here(connection, worlds, later)
        connection.rollback()
        assert (badly_composed(lived), badly_sent(lived), lived.leaks) == ([], [], set())
        yield connection, worlds, later
        connection.rollback()
    server.drop(database)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_rule_is_found(some_worlds, mutant):
    """With the function changed, in a transaction that is taken back."""
    connection, worlds, later = some_worlds
    function, there, instead, expected = MUTANTS[mutant]
    text, = connection.execute("select pg_get_functiondef(p.oid) from pg_proc as p where p.pronamespace = 'app'::regnamespace and p.proname = %s", [function]).fetchone()
    assert text.count(there) == 1
    try:
        connection.execute(text.replace(there, instead).encode())
        lived = live_here(connection, worlds, later if "sent" in expected else None)
    finally:
        connection.rollback()
    came = {"composed": badly_composed(lived), "sent": badly_sent(lived), "leaks": lived.leaks}
    for what in expected.split():
        assert came[what]
