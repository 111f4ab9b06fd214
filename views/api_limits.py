"""How often programs may ask: 600 calls a minute for a person, 60 tokens that are no good from a network.

Postgres counts over all processes (app.take_calls). A process takes 20 calls of a person at once, so that most calls ask nothing, and
remembers until the minute is over that there are none left. What is counted is decided there, not here.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import TextClause, text

CALLS = text("select * from app.take_api_calls(:of)")
BAD_TOKENS = text("select * from app.take_bad_api_token(:of)")
#: Callers whose lots are remembered; strangers can come from any number of networks, and are then asked about again.
MOST_REMEMBERED = 10_000


@dataclass
class _Lot:
    """What is left of a caller's minute. `over`: Postgres has no more for this minute."""

    left: int
    until: float
    over: bool = False


class Limit:
    """One of the two limits, in one process. `ask(question, of=...)` asks Postgres and answers a row (taken, seconds_left)."""

    def __init__(self, question: TextClause) -> None:
        self._question = question
        self._lots: dict[object, _Lot] = {}
        self._lock = threading.Lock()

    def wait(self, of: object, ask: Callable[..., object]) -> float | None:
        """Counts a call; None where it may go on, else the seconds until it may."""
        now = time.monotonic()
        with self._lock:
            lot = self._lot(of, now)
            if lot.left:
                lot.left -= 1
                return None
            if lot.over:
                return lot.until - now
        # Not under the lock: others must not wait for this question. Two that ask at once have a lot each.
        answer = ask(self._question, of=of)
        with self._lock:
            lot = self._lot(of, now)
            lot.until = now + answer.seconds_left
            if not answer.taken:
                lot.over = True
                return answer.seconds_left
            lot.left += answer.taken - 1
        return None

    def _lot(self, of: object, now: float) -> _Lot:
        lot = self._lots.get(of)
        if lot is None or now >= lot.until:
            if len(self._lots) >= MOST_REMEMBERED:
                self._lots.clear()
            lot = self._lots[of] = _Lot(0, now)
        return lot
