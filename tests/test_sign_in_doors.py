"""Limits on signing in, kept in Postgres (threats 45 and 46): so they hold over any number of processes."""

import hashlib

import pytest

from tests.doors import ASK, ELSEWHERE, LOOK, TOO_OFTEN, TRY, USE, new_hash

KNOWN, UNKNOWN, DISABLED = "worker@example.org", "nobody@example.org", "disabled.admin@example.org"
BEGIN = "select app.sign_in_by_password(%(try_id)s, %(ab_user_id)s, %(checked)s) as sign_in"
SET_PASSWORD = "select app.set_password(%(sign_in)s, %(hash)s)"
MOVE_TRIES = "update vault.sign_in_tries set tried_at = tried_at - %(span)s::interval"


def begin(doors, tried):
    """Begins the sign-in of a try whose password was right; its id, or None."""
    return doors.ask(BEGIN, try_id=tried.try_id, ab_user_id=tried.ab_user_id, checked=tried.password_hash).sign_in


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN, DISABLED])
def test_the_eleventh_try_is_refused_for_whatever_address(doors, email):
    """Ten answers and then KW430, alike for an account, for none and for a disabled one; other addresses go on."""
    answers = [doors.ask(TRY, email=email) for _ in range(12)]
    assert [each == TOO_OFTEN for each in answers] == [False] * 10 + [True] * 2
    assert {(each.ab_user_id is None, each.password_hash is None) for each in answers[:10]} == {(email != KNOWN,) * 2}
    assert doors.ask(TRY, email="both.worker@example.org").password_hash
    assert doors.ask(TRY, email=email, network=ELSEWHERE) == TOO_OFTEN


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN, DISABLED])
def test_thirty_parallel_tries_are_ten_tries(doors, email):
    """Each finds the places that the others have taken: never an eleventh."""
    answers = doors.at_once(30, TRY, email=email)
    assert sum(each != TOO_OFTEN for each in answers) == 10 and answers.count(TOO_OFTEN) == 20
    assert doors.as_owner("select count(*) from vault.sign_in_tries") == [(10,)]


def test_one_address_in_any_spelling_is_one_address(doors):
    """Capitals and blanks around it make no other address, neither to sign in nor to count."""
    spellings = [KNOWN, KNOWN.upper(), f"  {KNOWN} ", KNOWN.title()]
    answers = [doors.ask(TRY, email=spellings[n % 4]) for n in range(11)]
    assert len({each.password_hash for each in answers[:10]}) == 1 and answers[0].password_hash
    assert answers[10] == TOO_OFTEN


def test_a_lock_ends_by_itself_and_refused_tries_do_not_prolong_it(doors):
    """Fifteen minutes after the ten tries, whatever was tried in between."""
    for _ in range(10):
        doors.ask(TRY, email=KNOWN)
    doors.as_owner(MOVE_TRIES, span="14 minutes 50 seconds")
    assert [doors.ask(TRY, email=KNOWN) for _ in range(20)] == [TOO_OFTEN] * 20
    doors.as_owner(MOVE_TRIES, span="10 seconds")
    assert doors.ask(TRY, email=KNOWN).password_hash


def test_the_right_password_forgets_the_tries(doors):
    """Nine slips and a success, over and over: nobody is locked out. Others keep their count."""
    for _ in range(3):
        doors.ask(TRY, email=UNKNOWN)
        tries = [doors.ask(TRY, email=KNOWN) for _ in range(9)]
        assert begin(doors, tries[-1])
    subjects = doors.as_owner("select subject, count(*) from vault.sign_in_tries group by 1")
    assert subjects == [(hashlib.sha256(UNKNOWN.encode()).digest(), 3)]


def test_what_strangers_type_is_kept_by_nobody(doors):
    """The table of tries holds no address, only its hash."""
    doors.ask(TRY, email="mistyped.password.here")
    kept = str(doors.as_owner("select t::text, encode(subject, 'escape') from vault.sign_in_tries as t"))
    assert "mistyped" not in kept and hashlib.sha256(b"mistyped.password.here").hexdigest() in kept


def test_tries_of_yesterday_are_thrown_away(doors):
    """The next try clears them: the table stays small."""
    for _ in range(5):
        doors.ask(TRY, email=KNOWN)
    doors.as_owner(MOVE_TRIES, span="24 hours 1 second")
    doors.ask(TRY, email=UNKNOWN)
    assert doors.as_owner("select count(*) from vault.sign_in_tries") == [(1,)]


WAYS = [
    (TRY, lambda n: {"email": f"guess{n}@example.org"}, 100),
    (ASK, lambda n: {"email": f"guess{n}@example.org", "purpose": "sign_in", "hash": new_hash()}, 50),
    (LOOK, lambda n: {"hash": new_hash()}, 50),
    (USE, lambda n: {"hash": new_hash()}, 50),
]


@pytest.mark.parametrize(("door", "values", "most"), WAYS, ids=["password", "ask", "look", "use"])
def test_a_network_is_limited_over_all_addresses(doors, door, values, most):
    """One guess each at many addresses, or at many links, ends as well; other networks go on."""
    answers = [doors.ask(door, **values(n)) for n in range(most + 2)]
    assert [each == TOO_OFTEN for each in answers] == [False] * most + [True] * 2
    assert doors.ask(door, **values(0), network=ELSEWHERE) != TOO_OFTEN


@pytest.mark.parametrize(("mine", "theirs", "one_network"), [
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
    ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ("192.0.2.1", "192.0.2.2", False),
    # An IPv4 address as a socket for both kinds writes it.
    ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ("::ffff:192.0.2.1", "192.0.2.1", True),
])
def test_an_ipv6_customer_is_one_network_and_an_ipv4_address_is_one(doors, mine, theirs, one_network):
    """A /64 counts as one: each customer has that many addresses to try from. IPv4 addresses never count together."""
    for n in range(100):
        doors.ask(TRY, email=f"guess{n}@example.org", network=mine)
    assert doors.ask(TRY, email="one.more@example.org", network=mine) == TOO_OFTEN
    assert (doors.ask(TRY, email="one.more@example.org", network=theirs) == TOO_OFTEN) == one_network


@pytest.mark.parametrize(("door", "values", "most"), WAYS, ids=["password", "ask", "look", "use"])
def test_parallel_tries_of_a_network_are_counted_as_well(doors, door, values, most):
    """At different addresses, each finds the places that the others have taken."""
    assert not [n for n in range(most - 2) if doors.ask(door, **values(n)) == TOO_OFTEN]
    answers = doors.all_at_once([(door, values(most + n)) for n in range(20)])
    assert answers.count(TOO_OFTEN) == 18


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN, DISABLED])
def test_no_stranger_keeps_anybody_from_asking_for_a_link(doors, email):
    """Five an hour for an address from one network, twenty from all together: a mailbox is not filled either."""
    def asked(network):
        return doors.ask(ASK, email=email, purpose="sign_in", hash=new_hash(), network=network)

    for n in range(1, 5):
        assert [asked(f"198.51.100.{n}") == TOO_OFTEN for _ in range(7)] == [False] * 5 + [True] * 2
        if n < 4:
            doors.as_owner("delete from vault.sign_in_tries where network = '203.0.113.1'")
            assert asked("203.0.113.1") != TOO_OFTEN
            doors.as_owner("delete from vault.sign_in_tries where network = '203.0.113.1'")
    assert asked("203.0.113.1") == TOO_OFTEN
    doors.as_owner(MOVE_TRIES, span="1 hour")
    assert asked("203.0.113.1") != TOO_OFTEN


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN, DISABLED])
def test_the_sixth_question_for_a_link_is_refused(doors, email):
    """Five an hour for each address from one network, parallel ones too, whether or not anybody has it."""
    calls = [(ASK, {"email": email, "purpose": "sign_in", "hash": new_hash()}) for _ in range(20)]
    answers = doors.all_at_once(calls)
    assert answers.count(TOO_OFTEN) == 15
    assert {each.email for each in answers if each != TOO_OFTEN} == {KNOWN if email == KNOWN else None}
    # The same work for everybody: a row is kept for nobody as well.
    assert doors.as_owner("select count(*) from vault.links") == [(5,)]
    doors.as_owner(MOVE_TRIES, span="1 hour")
    assert doors.ask(ASK, email=email, purpose="sign_in", hash=new_hash()) != TOO_OFTEN


def test_no_lock_keeps_a_good_link_from_working(doors):
    """An address locked by somebody's guesses, asked for too often, from a network that tried many links."""
    good = doors.link(KNOWN)
    for n in range(51):
        doors.ask(TRY, email=KNOWN)
        doors.ask(ASK, email=KNOWN, purpose="sign_in", hash=new_hash())
        doors.ask(LOOK, hash=new_hash())
    assert [doors.ask(door, email=KNOWN, hash=new_hash(), purpose="sign_in") for door in (TRY, ASK, LOOK, USE)] == [TOO_OFTEN] * 4
    assert doors.ask(LOOK, hash=good).email == KNOWN
    assert doors.ask(USE, hash=good).sign_in


def test_a_link_that_was_used_forgets_the_tries_at_its_address(doors):
    """Whoever has the mailbox is no stranger to it: both counts begin again. Others keep theirs."""
    good = doors.link(KNOWN)
    for _ in range(10):
        doors.ask(TRY, email=KNOWN)
        doors.ask(ASK, email=KNOWN, purpose="sign_in", hash=new_hash())
    doors.ask(TRY, email=UNKNOWN)
    assert doors.ask(TRY, email=KNOWN) == doors.ask(ASK, email=KNOWN, purpose="sign_in", hash=new_hash()) == TOO_OFTEN
    assert doors.ask(USE, hash=good).sign_in
    assert doors.as_owner("select way, subject from vault.sign_in_tries") == [("password", hashlib.sha256(UNKNOWN.encode()).digest())]
    assert doors.ask(TRY, email=KNOWN).password_hash and doors.ask(ASK, email=KNOWN, purpose="sign_in", hash=new_hash()).email == KNOWN


def test_setting_a_password_ends_the_lock_on_it(doors):
    """Whoever was locked out by a stranger's guesses has a way back at once."""
    for _ in range(10):
        doors.ask(TRY, email=KNOWN)
    assert doors.ask(TRY, email=KNOWN) == TOO_OFTEN
    doors.ask(SET_PASSWORD, sign_in=doors.signed_in_by_link(KNOWN).sign_in, hash="new")
    assert doors.ask(TRY, email=KNOWN).password_hash == "new"


def test_a_password_that_was_replaced_meanwhile_signs_nobody_in(doors):
    """Compared with the old hash before the new one was set: whoever knew the old password is out."""
    tried = doors.ask(TRY, email=KNOWN)
    doors.ask(SET_PASSWORD, sign_in=doors.signed_in_by_link(KNOWN).sign_in, hash="new")
    assert begin(doors, tried) is None
    assert begin(doors, doors.ask(TRY, email=KNOWN))


def test_nobody_signs_in_while_they_are_being_disabled(doors):
    """The sign-in waits for the disabling and then is none; enabling brings none back (threat 54)."""
    tried = doors.ask(TRY, email=KNOWN)
    with doors.world.owner() as disabling:
        disabling.execute("update app.users set disabled_at = now() where email = %s", [KNOWN])
        begun = doors.while_open(disabling, BEGIN, try_id=tried.try_id, ab_user_id=tried.ab_user_id, checked=tried.password_hash)
    assert begun.sign_in is None
    assert doors.ask(TRY, email=KNOWN).password_hash is None
    doors.as_owner("update app.users set disabled_at = null where email = %(email)s", email=KNOWN)
    assert doors.as_owner("select count(*) from app.sign_ins where began_at > '2025-01-01' and ended_at is null") == [(0,)]
    assert begin(doors, doors.ask(TRY, email=KNOWN))
