"""/healthz: whether Keywork can work, for whoever watches over the installation. No sign-in, no cookie, no secrets."""

import contextlib
import logging
import selectors
import time

import psycopg
from flask import Flask, current_app
from psycopg.pq import ExecStatus
from sqlalchemy import Engine

from views import logs

#: A database that has not answered by then is not well, whatever it is doing.
PATIENCE_SECONDS = 3
_QUESTION = b"select 1"


def register(app: Flask) -> None:
    """Adds the route to an application whose engines exist already."""
    app.add_url_rule("/healthz", "healthz", healthz)


def healthz():
    """200 when every part is well, else 503; {"database": "ok" | "unreachable"}."""
    engine = current_app.extensions["sqlalchemy"].engines[None]
    try:
        ask(engine, PATIENCE_SECONDS)
        parts = {"database": "ok"}
    except (psycopg.Error, TimeoutError) as error:
        logs.write("database not well", logging.WARNING, error=error)
        parts = {"database": "unreachable"}
    return parts, 200 if parts == {"database": "ok"} else 503


def ask(engine: Engine, patience: float) -> list[bytes]:
    """The first row that a database answers to _QUESTION, over a connection of its own.

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
        if result is None or result.status != ExecStatus.TUPLES_OK:
            raise psycopg.OperationalError("no answer")
        return [result.get_value(0, column) for column in range(result.nfields)]
