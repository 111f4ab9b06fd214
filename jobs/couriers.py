"""Couriers take e-mails out of the house. One so far: files that any mail program opens."""

import os
import secrets
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import Protocol


class Courier(Protocol):
    """Somebody who delivers e-mails."""

    def deliver(self, message: EmailMessage) -> None:
        """Hands a message over. Raises OSError when it could not be."""


class EmlFolder:
    """Writes each message into a folder as an .eml file, readable by the server's own account alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, message: EmailMessage) -> None:
        """Writes one file, whole or not at all; names sort by time."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{time.time_ns():020}-{secrets.token_hex(4)}.eml"
        making = self.folder / f"{name}.making"
        # Only an address with other than ASCII letters before its @ needs the newer form (RFC 6532).
        policy = SMTP if message["To"].addresses[0].addr_spec.isascii() else SMTPUTF8
        with open(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(message.as_bytes(policy=policy))
        making.rename(self.folder / name)


class Postbox:
    """Where a request leaves its e-mails. They are written and handed over after the answer has gone, one after another.

    So how long an answer takes does not tell whether there was anybody to write to (threat 46). A server that ends delivers
    what was posted first.
    """

    def __init__(self, courier: Courier, complain: Callable[[BaseException], None]) -> None:
        self._courier = courier
        self._complain = complain
        self._clerk = ThreadPoolExecutor(1, thread_name_prefix="postbox")

    def post(self, compose: Callable[[], EmailMessage], *, wanted: bool = True) -> None:
        """Has a message written and delivered; one that is not `wanted` is written all the same and then dropped."""
        self._clerk.submit(self._work, compose, wanted).add_done_callback(self._look)

    def empty(self) -> None:
        """Returns once everything posted so far is delivered."""
        self._clerk.submit(lambda: None).result()

    def _work(self, compose: Callable[[], EmailMessage], wanted: bool) -> None:
        message = compose()
        if wanted:
            self._courier.deliver(message)

    def _look(self, done: Future) -> None:
        if (error := done.exception()) is not None:
            self._complain(error)
