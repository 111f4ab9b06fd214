"""Subject access bundles: each is claimed, read, made and kept, piece by piece, while its request's page shows how far it is.

Who may ask for one, what is held and what is hidden is the database's (db/functions.sql, Subject access). A service that dies in the middle
leaves nothing that counts: the next one begins with the next attempt, and whatever the dead one still sends is refused.
"""

import logging
from datetime import datetime
from threading import Event

import psycopg
from psycopg.rows import namedtuple_row

from jobs.bundle_files import Contents, write_bundle
from jobs.bundle_paper import About
from log_lines import write
from views.subject_redaction import Hidden, Hiding, Item, redacted
from views.words import LONDON

#: This attempt no longer makes the bundle: somebody else does, or what it was made of was destroyed (KW490).
OVERTAKEN = "KW490"


class _Ending(Exception):
    """The service is told to end."""


def make_bundles(connection: psycopg.Connection, ending: Event) -> dict[str, int]:
    """Makes every bundle that is asked for, until none is or the service is to end; returns how many were `made` and `not_made`.

    A bundle that cannot be made keeps no other from being made; it is tried again after a while, five times at most. Raises psycopg.Error where
    the database is at fault.
    """
    counts = {"made": 0, "not_made": 0}
    while not ending.is_set():
        claim = connection.cursor(row_factory=namedtuple_row).execute("select * from app.claim_bundle()").fetchone()
        if claim is None:
            break
        try:
            _make(connection, claim, ending)
            counts["made"] += 1
        except _Ending:
            # Let go with the connection, and made by whoever comes next.
            break
        except psycopg.OperationalError:
            raise
        # A fault in this one bundle: its text may quote what is held, so its class is all that is told.
        except Exception as error:
            code = getattr(error, "sqlstate", None) or type(error).__name__
            counts["not_made"] += 1
            if code != OVERTAKEN:
                write("a bundle was not made", logging.ERROR, error=error, code=code)
            connection.execute("select app.bundle_was_not_made(%s, %s, %s)", [claim.bundle_id, claim.attempt, code])
    return {name: number for name, number in counts.items() if number}


def _make(connection: psycopg.Connection, claim, ending: Event) -> None:
    attempt = [claim.bundle_id, claim.attempt]

    def ask(statement: str, *values: object):
        if ending.is_set():
            raise _Ending
        return connection.execute(statement, [*attempt, *values])

    hidden = Hidden([Hiding(*row) for row in ask("select item_table, item_id, passage, because from app.bundle_redactions(%s, %s)")])
    items = [Item(*row) for row in ask("select part, table_name, item_id, case_id, moment, about, content from app.bundle_items(%s, %s)")]
    tables = connection.execute("select table_name, part, why from app.subject_access_tables()").fetchall()
    # These names stand on every file: without what is hidden in them, too.
    person = next(item for item in items if item.table == "tenants")
    everywhere = hidden.everywhere()
    about = About(redacted(claim.organisation_name, everywhere), redacted(claim.tenant_name, hidden.passages(person)), claim.reference, claim.received_on,
                  redacted(claim.asked_for_by, everywhere), datetime.now(LONDON))

    def tell(step: str, done: int, total: int) -> None:
        ask("select app.bundle_progress(%s, %s, %s, %s, %s)", step, done, total)

    size, sha256 = write_bundle(
        Contents.of(about, items, hidden, tables, tell),
        keep=lambda number, piece: ask("select app.keep_chunk(%s, %s, %s, %s)", number, piece),
        fetch=lambda table, its_id: ask("select app.bundle_file(%s, %s, %s, %s)", table, its_id).fetchone()[0],
        tell=tell)
    ask("select app.bundle_is_made(%s, %s, %s, %s)", size, sha256)
