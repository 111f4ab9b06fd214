"""The CSV file of an export, sent while it is read: as much memory for a hundred thousand records as for a hundred.

All of it is one statement of one transaction, so one moment. What that means for who reads it, and for how one knows that a file is whole:

- The identity is judged when the transaction begins, and the limit of time is that of each fetch: a long file is cut off by neither.
- Rights are looked at again before each fetch. Where the person lost one meanwhile (an assignment that ended, an account that was
  disabled, notes that were hidden), the file is broken off there.
- A file that is broken off, for this or any other reason, ends without the closing sign of its transfer, which browsers and HTTP 1.1
  proxies tell from the end; and it lacks its last line, which says how many records there are.
"""

import contextlib
import logging
import threading
from collections.abc import Iterator, Sequence

from flask import current_app, request
from sqlalchemy import Row, select
from sqlalchemy.exc import DBAPIError

import log_lines
from db.models import CaseWorkspace
from views.csv_out import csv_lines
from views.export_rows import RECORDS, Asked, columns, is_less, records, rights
from views.words import count

#: Records that are fetched at once.
FETCHED = 500
#: How many files a server process sends at once, each with a thread and a connection of its own, and how long one waits for a turn.
AT_ONCE, TURN_SECONDS = 3, 5
#: How long whoever reads a file may take for one piece of it. No longer than the database waits for an idle transaction.
SEND_SECONDS = 60
BUSY = "Other exports are being made right now. Please try again in a moment."

_places = threading.BoundedSemaphore(AT_ONCE)


class Busy(Exception):
    """Every place was taken for as long as one waits for a turn."""


class RightsEnded(Exception):
    """The person lost a right to what the file holds while it was sent."""


class CsvFile:
    """The bytes of a file, once: to be iterated over by the web server, and closed by it, whole or not.

    Made in a request, as the person who acts there; the first piece is there at once, so that what goes wrong before it is
    answered like anything else. Raises Busy, RightsEnded, DBAPIError.
    """

    def __init__(self, asked: Asked, case: CaseWorkspace) -> None:
        self._asked = asked
        self._columns = columns(asked, case)
        self._resources = contextlib.ExitStack()
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        if not _places.acquire(timeout=TURN_SECONDS):
            raise Busy
        self._resources.callback(_places.release)
        if socket := request.environ.get("gunicorn.socket"):
            # gunicorn waits without end for whoever stops reading. It sets this back before the next request.
            socket.settimeout(SEND_SECONDS)
        self._connection = self._resources.enter_context(current_app.extensions["sqlalchemy"].engines["workspace"].connect())
        # Kept before the first byte; on this connection, for a request that waits for a second one may wait for ever.
        self._connection.execute(select(self._asked.written_down("csv")))
        self._connection.commit()
        self._rights = self._rights_now()
        if self._rights is None:
            raise RightsEnded
        self._found = self._connection.execution_options(yield_per=FETCHED).execute(records(self._asked))
        self._pieces = csv_lines([column.heading for column in self._columns], self._lines())
        self._first = [next(self._pieces)]

    def __iter__(self) -> Iterator[bytes]:
        try:
            if self._first:
                yield self._first.pop()
            yield from self._pieces
        except (DBAPIError, RightsEnded) as error:
            log_lines.write("an export was broken off", logging.ERROR, error=error)
            # The web server breaks the transfer off.
            raise
        finally:
            self.close()

    def close(self) -> None:
        """Gives the connection back, its transaction rolled back, and the place free. May be called again."""
        self._resources.close()

    def _lines(self) -> Iterator[Sequence[object]]:
        number = 0
        for some in self._found.partitions():
            if number and is_less(self._rights, self._rights_now()):
                raise RightsEnded
            number += len(some)
            yield from map(self._line, some)
        yield [f"End of export: {count(number, RECORDS[self._asked.what])}", *[""] * (len(self._columns) - 1)]

    def _line(self, record: Row) -> list[object]:
        return [column.cell(record) for column in self._columns]

    def _rights_now(self) -> Row | None:
        return self._connection.execute(rights(self._asked.case_id)).one_or_none()
