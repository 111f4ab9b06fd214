"""/healthz: whether Keywork can work, for whoever watches over the installation. No sign-in, no cookie, no secrets."""

import contextlib
import logging
import selectors
import time

import psycopg
from flask import Flask, current_app
from psycopg.pq import DiagnosticField, ExecStatus
from sqlalchemy import Engine

import log_lines
from db import install

#: A database that has not answered by then is not well, whatever it is doing.
PATIENCE_SECONDS = 3
_QUESTION = b"select schema_version, rules_version from app.installed_versions()"
#: A database that does not know the question (its schema, its function, our right to it) was made by other rules.
_OTHER_RULES = {b"3F000", b"42883", b"42501"}


def register(app: Flask) -> None:
    """Adds the route to an application whose engines exist already."""
    # Read once: what this process was started with, whatever is put in its folder later.
    expected = [version.encode() for version in install.current_versions()]
    app.add_url_rule("/healthz", "healthz", lambda: healthz(expected))


def healthz(expected: list[bytes]):
    """200 when every part is well, else 503.

    {"database": "ok" | "unreachable", "schema": "current" | "other"}; without "schema" where the database did not answer.
    `expected` are the versions that this code goes with (db.install.current_versions).
    """
    try:
        carried = ask(current_app.extensions["sqlalchemy"].engines[None], PATIENCE_SECONDS)
        parts = {"database": "ok", "schema": "current" if carried == expected else "other"}
    except (psycopg.Error, TimeoutError) as error:
        log_lines.write("database not well", logging.WARNING, error=error)
        parts = {"database": "unreachable"}
    return parts, 200 if parts.get("schema") == "current" else 503


def ask(engine: Engine, patience: float) -> list[bytes | None] | None:
    """The row that a database answers to _QUESTION, over a connection of its own; None where it has none.

    Of its own, because the pool's may all be waiting for the same database. Raises psycopg.Error when it refuses, and
    TimeoutError when it has said nothing after `patience` seconds: a server that hangs keeps no time limit of its own.
    """
    deadline = time.monotonic() + patience
    _, address = engine.dialect.create_connect_args(engine.url)
    # libpq knows no wait shorter than two seconds.
    connection = psycopg.connect(**address, connect_timeout=max(2, int(patience)), autocommit=True)
    with contextlib.closing(connection), selectors.DefaultSelector() as selector:
        wire = connection.pgconn
        selector.register(wire.socket, selectors.EVENT_READ)
        wire.send_query(_QUESTION)
        while wire.is_busy():
            if not selector.select(max(0, deadline - time.monotonic())):
                raise TimeoutError
            wire.consume_input()
        result = wire.get_result()
        if result is None:
            raise psycopg.OperationalError("no answer")
        if result.status != ExecStatus.TUPLES_OK:
            if result.error_field(DiagnosticField.SQLSTATE) in _OTHER_RULES:
                return None
            raise psycopg.OperationalError("another answer")
        return [result.get_value(0, column) for column in range(result.nfields)] if result.ntuples else None
