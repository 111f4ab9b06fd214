"""The postbox of the web server: e-mails of requests are written and handed over after the answer has gone."""

import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from email.message import EmailMessage

from jobs.couriers import Courier, NotSent

#: After how many seconds a letter that did not go is tried again, and again; and no more once it is this old: a link lives for 15 minutes.
AGAIN_AFTER, OLDEST = (5, 30, 120, 300), 600


class Postbox:
    """Where a request leaves its e-mails. They are written and handed over after the answer has gone, one after another.

    So how long an answer takes does not tell whether there was anybody to write to (threat 46). A server that ends delivers
    what was posted first.

    A letter that a courier could not hand over is tried again a few times, under one key, so that it arrives once. It waits in memory
    alone: its link opens an account, and neither the database nor a disk ever holds more of a link than its hash. One that is lost,
    because the server ended or the trouble lasted, is told of in the log, and whoever misses it asks for another.
    """

    def __init__(self, courier: Courier, complain: Callable[[BaseException], None], again_after: tuple[float, ...] = AGAIN_AFTER) -> None:
        self._courier = courier
        self._complain = complain
        self._again_after = again_after
        self._clerk = ThreadPoolExecutor(1, thread_name_prefix="postbox")

    def post(self, compose: Callable[[], EmailMessage], *, wanted: bool = True) -> None:
        """Has a message written and delivered; one that is not `wanted` is written all the same and then dropped."""
        self._hand_to_clerk(self._write, compose, wanted)

    def empty(self) -> None:
        """Returns once everything posted so far is delivered, or waits for another attempt."""
        self._clerk.submit(lambda: None).result()

    def _write(self, compose: Callable[[], EmailMessage], wanted: bool) -> None:
        message = compose()
        if wanted:
            self._deliver(message, str(uuid.uuid4()), time.monotonic(), self._again_after)

    def _deliver(self, message: EmailMessage, key: str, posted_at: float, again_after: tuple[float, ...]) -> None:
        try:
            self._courier.deliver(message, key)
        except NotSent as failure:
            if failure.outcome in ("not_now", "no_answer") and again_after:
                wait = max(again_after[0], failure.wait_seconds)
                if time.monotonic() + wait < posted_at + OLDEST:
                    timer = threading.Timer(wait, self._try_again, [message, key, posted_at, again_after[1:]])
                    # A server that ends does not wait for it.
                    timer.daemon = True
                    timer.start()
            raise

    def _try_again(self, *letter) -> None:
        try:
            self._hand_to_clerk(self._deliver, *letter)
        except RuntimeError as error:
            # The server ends just now.
            self._complain(error)

    def _hand_to_clerk(self, work: Callable[..., None], *arguments) -> None:
        self._clerk.submit(work, *arguments).add_done_callback(self._look)

    def _look(self, done: Future) -> None:
        if (error := done.exception()) is not None:
            self._complain(error)
