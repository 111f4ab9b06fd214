"""/healthz: whether Keywork can work, for whoever watches over the installation. No sign-in, no cookie, no secrets; codes, times and numbers only."""

import contextlib
import json
import logging
import selectors
import time
from collections.abc import Iterator

import psycopg
from flask import Flask, current_app
from psycopg.pq import DiagnosticField, ExecStatus
from sqlalchemy import Engine

import log_lines
from db import versions

#: A database that has not answered by then is not well, whatever it is doing.
PATIENCE_SECONDS = 3
VERSIONS = b"select schema_version, rules_version from app.installed_versions()"
JOBS = b"""
    select (select json_object_agg(j.job, json_build_object(
                'status', j.status, 'late', j.is_late, 'attempts', j.attempts, 'error', j.error,
                'began_at', j.began_at, 'done_at', j.done_at, 'due_at', j.next_due_at) order by j.job) from app.job_health() as j),
           (select json_build_object('waiting', o.waiting, 'oldest_seconds', extract(epoch from now() - o.oldest_waiting_at)::bigint, 'unsure', o.unsure)
            from app.outbox_health() as o)
"""
#: A database that does not know the question (its schema, its function, our right to it) was made by other rules.
_OTHER_RULES = {b"3F000", b"42883", b"42501"}


def register(app: Flask) -> None:
    """Adds the routes to an application whose engines exist already."""
    # Read once: what this process was started with, whatever is put in its folder later.
    expected = [version.encode() for version in versions.current_versions()]
    app.add_url_rule("/healthz", "healthz", lambda: healthz(expected))
    app.add_url_rule("/healthz/jobs", "healthz_jobs", lambda: healthz_jobs(expected))


def healthz(expected: list[bytes]):
    """200 when the database is well, else 503: a load balancer asks.

    {"database": "ok" | "unreachable", "schema": "current" | "other", "jobs": {name: ...}, "outbox": {...}}; without "schema" where the database
    did not answer, and without "jobs" and "outbox" where it did not answer that, or has other rules. Late jobs are a page's trouble no more than
    another's. `expected` are the versions that this code goes with (db.versions.current_versions).
    """
    parts = _parts(expected)
    return parts, 200 if parts.get("schema") == "current" else 503


def healthz_jobs(expected: list[bytes]):
    """The same answer, and 200 only when no job is late either: for a monitor that looks at nothing but the status."""
    parts = _parts(expected)
    return parts, 200 if "jobs" in parts and not any(job["late"] for job in parts["jobs"].values()) else 503


def _parts(expected: list[bytes]) -> dict[str, object]:
    parts: dict[str, object] = {"database": "unreachable"}
    try:
        with asking(current_app.extensions["sqlalchemy"].engines[None], PATIENCE_SECONDS) as answer_to:
            parts = {"database": "ok", "schema": "current" if answer_to(VERSIONS) == expected else "other"}
            if parts["schema"] == "current":
                jobs = answer_to(JOBS)
                parts |= {"jobs": json.loads(jobs[0]), "outbox": json.loads(jobs[1])} if jobs else {"schema": "other"}
    except (psycopg.Error, TimeoutError) as error:
        log_lines.write("database not well", logging.WARNING, error=error)
    return parts


@contextlib.contextmanager
def asking(engine: Engine, patience: float) -> Iterator[object]:
    """A function that takes a question and returns the row that a database answers, over a connection of its own; None where it has none.

    Of its own, because the pool's may all be waiting for the same database. It raises psycopg.Error when the database refuses, and
    TimeoutError when it has not said all of it after `patience` seconds: a server that hangs keeps no time limit of its own.
    """
    deadline = time.monotonic() + patience
    _, address = engine.dialect.create_connect_args(engine.url)
    # libpq knows no wait shorter than two seconds.
    connection = psycopg.connect(**address, connect_timeout=max(2, int(patience)), autocommit=True)
    with contextlib.closing(connection), selectors.DefaultSelector() as selector:
        wire = connection.pgconn
        selector.register(wire.socket, selectors.EVENT_READ)

        def answer_to(question: bytes) -> list[bytes | None] | None:
            wire.send_query(question)
            row = None
            # The last result is followed by none.
            while (result := _next_result(wire, selector, deadline)) is not None:
                row = _row(result)
            return row

        yield answer_to


def _next_result(wire, selector, deadline: float):
    while wire.is_busy():
        if not selector.select(max(0, deadline - time.monotonic())):
            raise TimeoutError
        wire.consume_input()
    return wire.get_result()


def _row(result) -> list[bytes | None] | None:
    if result.status != ExecStatus.TUPLES_OK:
        if result.error_field(DiagnosticField.SQLSTATE) in _OTHER_RULES:
            return None
        raise psycopg.OperationalError("another answer")
    return [result.get_value(0, column) for column in range(result.nfields)] if result.ntuples else None
