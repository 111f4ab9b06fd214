"""Which passwords will do, and that judging one costs little whatever it is made of."""

import random
import sys

import pytest

from views.passwords import LONGEST, SHORTEST, TOO_COMMON, TOO_LONG, TOO_SHORT, weakness

WEAK = {
    "": TOO_SHORT, "Tr0ub4dor&3": TOO_SHORT, "x" * (LONGEST + 1): TOO_LONG, "🦢" * (SHORTEST - 1): TOO_SHORT,
    "passwordpassword": TOO_COMMON, "Password1234!": TOO_COMMON, "qwertyuiop123": TOO_COMMON, "123456789012": TOO_COMMON, "aaaaaaaaaaaaaaaa": TOO_COMMON,
    "niamh.oconnell": TOO_COMMON, "oconnell-niamh": TOO_COMMON, "niamh@harbourhomes": TOO_COMMON, "keyworkkeywork": TOO_COMMON, " " * 12: TOO_COMMON,
}


@pytest.mark.parametrize("password", WEAK, ids=[ascii(each)[:30] for each in WEAK])
def test_a_weak_password_is_refused_in_a_sentence(password):
    """Short, long, common, repeated, or made of one's own names."""
    assert weakness(password, "Niamh O'Connell", "niamh.oconnell@harbourhomes.example") == WEAK[password]


@pytest.mark.parametrize("password", ["three seven grey herons", "correcthorsebatterystaple", "lamp-Tuesday-otter", "ночь улица фонарь аптека",
                                      "🦢🐟🔑🏠🌧️☕🍞🧣🚲🌲📚🪴🕯️", "zsY7#kq0-Vp2m", "x7!" * 60, "a" * 150 + "lamp-Tuesday-otter"])
def test_no_rules_about_signs(password):
    """Words will do, in any alphabet; so will long ones. What is long and all alike will not."""
    expected = TOO_COMMON if password.startswith(("x7!", "aaa")) else None
    assert weakness(password, "Niamh O'Connell", "niamh.oconnell@harbourhomes.example") == expected


def test_judging_a_hostile_password_is_little_work():
    """Signs that stand for letters in many ways, and names of many parts: counted in calls, as time would depend on the machine."""
    rng = random.Random(1)
    signs = "4@8({[<369361!|1|7057%2$5+x"
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += 1

    for hostile in (signs * 8, *("".join(rng.choice(signs) for _ in range(LONGEST)) for _ in range(3))):
        sys.setprofile(count)
        try:
            weakness(hostile[:LONGEST], "4@ 8( {[ <3 " * 10, "a.b.c.d." * 30 + "@example.org")
        finally:
            sys.setprofile(None)
    assert 1_000 < calls < 3_000_000
