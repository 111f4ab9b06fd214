"""The outbox: each e-mail is claimed, written, handed to a courier and reported, one after another. And the folder of .eml files.

Which e-mail is due, for whom, what it may still say, and what follows from what a courier reports is the database's (db/functions.sql, The
outbox). A service that dies between two of these steps loses nothing: after two minutes the e-mail is anybody's again, under the same key.
"""

import contextlib
import logging
import re
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import psycopg
from psycopg.rows import namedtuple_row

from jobs import digest_mail, document_mail
from jobs.couriers import Courier, NotSent
from log_lines import write

#: A claim lasts two minutes (app.claim_message). Whoever did not get to hand over in half of that leaves it: stopped meanwhile, for a day say,
#: it would come when the provider has forgotten the key, and a second time.
MOST_SECONDS_UNTIL_HANDED_OVER = 60
#: A rest that the provider asks for is waited for here if it is short, else it is left to a later tick.
LONGEST_REST = 10
#: Files of the outbox; letters have other names.
_OF_OUTBOX = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.eml")
#: Nobody writes one file for this long: whoever was at it was killed.
ABANDONED_AFTER = 3600
FILES_AT_ONCE = 1000


class CouriersRefused(Exception):
    """The provider does not take our key or domain, or our folder cannot be written: no e-mail goes until somebody puts that right."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Mail:
    """How e-mails leave this installation: by which courier, from which address, with links to where; and where .eml files lie."""

    courier: Courier
    folder: Path
    sent_from: str
    base_url: str


class _Stopwatch:
    """How long ago it was made, by whichever clock went further: one stands still while a machine sleeps, the other may be set."""

    def __init__(self) -> None:
        self._began = time.monotonic(), time.time()

    def seconds(self) -> float:
        return max(time.monotonic() - self._began[0], time.time() - self._began[1])


def send_outbox(connection: psycopg.Connection, mail: Mail, ending: Event) -> dict[str, int]:
    """Hands over every e-mail that is due, until none is, the couriers are to wait, or the service is to end; returns how many were `sent` and `not_sent`.

    Raises CouriersRefused where none would go, as long as one waits.
    """
    counts: Counter[str] = Counter()
    while not ending.is_set():
        watch = _Stopwatch()
        claim = connection.cursor(row_factory=namedtuple_row).execute("select * from app.claim_message()").fetchone()
        if claim is None:
            break
        if claim.message_id is None:
            # It set a hundred others aside, and has let them go by now.
            continue
        failure, rest = _hand_over(connection, mail, claim, watch)
        counts["not_sent" if failure else "sent"] += 1
        if failure:
            write("an e-mail was not sent", logging.WARNING, outcome=failure.outcome, code=failure.code)
            connection.execute("select app.message_was_not_sent(%s, %s, %s, %s, %s)",
                               [claim.message_id, claim.attempt, failure.outcome, failure.code, failure.wait_seconds])
        if rest:
            connection.execute("select app.pause_couriers(%s, %s)", [rest, failure.code if failure and failure.is_about_us else None])
            if rest <= LONGEST_REST:
                ending.wait(rest)
    [code] = connection.execute("select app.couriers_refused()").fetchone()
    if code:
        raise CouriersRefused(code)
    return dict(counts)


def _hand_over(connection: psycopg.Connection, mail: Mail, claim, watch: _Stopwatch) -> tuple[NotSent | None, int]:
    """Writes and delivers a claimed e-mail, and reports it if it went; else returns why not. And for how long couriers are to rest."""
    told = _what_to_tell(connection, claim)
    try:
        message = told and (document_mail.as_message(told, mail.sent_from) if claim.kind == "document"
                            else digest_mail.as_message(told, mail.sent_from, mail.base_url))
    # A fault of ours in this one e-mail keeps no other. Nothing of it left the house, so nobody need decide anything: it is tried
    # again, for days, in which a mended release may come.
    except Exception as error:
        write("an e-mail could not be written", logging.ERROR, error=error)
        return NotSent("not_now", "not_written"), 0
    if watch.seconds() > MOST_SECONDS_UNTIL_HANDED_OVER:
        return NotSent("not_now", "too_late"), 0
    if message is None:
        # Erased since it was claimed. Nothing left the house; at its next turn the database says what becomes of it.
        return NotSent("not_now", "nothing_left"), 0
    try:
        receipt = mail.courier.deliver(message, claim.idempotency_key, str(claim.message_id))
    except NotSent as failure:
        return failure, failure.pause_seconds
    connection.execute("select app.message_was_sent(%s, %s)", [claim.message_id, receipt.provider_id])
    return None, receipt.rest_seconds


def _what_to_tell(connection: psycopg.Connection, claim) -> digest_mail.Digest | document_mail.Sent | None:
    """What a claimed e-mail says; None where nothing is left of it."""
    if claim.kind == "document":
        found = connection.cursor(row_factory=namedtuple_row).execute("select * from app.document_to_send(%s)", [claim.delivery_id]).fetchone()
        return found and document_mail.Sent(
            claim.organisation_name, claim.to_name, claim.to_address, found.kind, found.version, found.sent_by, bytes(found.pdf))
    parts = connection.execute("select case_id, content from app.digest_to_send(%s)", [claim.digest_id]).fetchall()
    return digest_mail.Digest(claim.organisation_name, claim.to_name, claim.to_address, claim.period,
                              tuple(digest_mail.Part(str(case_id), content) for case_id, content in parts)) if parts else None


def clear_mail_folder(connection: psycopg.Connection, mail: Mail) -> dict[str, int]:
    """Erases the .eml files of e-mails of which no copy may be kept any more, and what killed couriers left half-written; returns how many `files`.

    One that cannot be erased keeps no other; raises the last OSError at the end.
    """
    erased, trouble = 0, None
    if mail.folder.is_dir():
        for file in mail.folder.glob("*.making"):
            # Gone meanwhile: another service's folder, too.
            with contextlib.suppress(FileNotFoundError):
                if file.stat().st_mtime < time.time() - ABANDONED_AFTER:
                    file.unlink()
                    erased += 1
        for some in _in_lots(mail.folder):
            [gone] = connection.execute("select app.files_to_erase(%s)", [list(some)]).fetchone()
            for message_id in gone:
                try:
                    some[message_id].unlink(missing_ok=True)
                    erased += 1
                except OSError as error:
                    trouble = error
    if trouble:
        raise trouble
    return {"files": erased}


def _in_lots(folder: Path) -> Iterator[dict[uuid.UUID, Path]]:
    """The files of the outbox by their messages, some at a time."""
    lot: dict[uuid.UUID, Path] = {}
    for file in folder.iterdir():
        if match := _OF_OUTBOX.fullmatch(file.name):
            lot[uuid.UUID(match[1])] = file
            if len(lot) == FILES_AT_ONCE:
                yield lot
                lot = {}
    if lot:
        yield lot
