"""Structured logs: one JSON object a line on stderr, and a reference that leads from an error page to its lines.

A line holds nothing that people typed and nothing about them: no path (it may be a secret link), no query, form, header,
cookie or address, and of an error its classes and places in the code only, because its text quotes values.
"""

import json
import logging
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from traceback import extract_tb

from flask import Flask, Response, g, has_request_context, request
from gunicorn.glogging import Logger as GunicornLogger

from config import SettingWrong

#: Our own events: constant words, and what else there is to say in fields of their own.
LOG = logging.getLogger("keywork")
#: The attribute of a record that carries those fields.
_FIELDS = "keywork_fields"
#: A method is the client's own word; any other than these is written as "other".
METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"}
#: An error is followed this far back to what caused it. Of its calls the innermost are written, and all in code of ours.
MOST_CAUSES, INNERMOST = 5, 5
_HERE = Path(__file__).resolve().parent.parent


def write(event: str, level: int = logging.INFO, *, error: BaseException | None = None, **fields: object) -> None:
    """Write one line. `event` is a constant and `fields` are codes and numbers: never what somebody typed.

    Of `error` the classes and places in the code are written, not its text.
    """
    LOG.log(level, event, exc_info=error, extra={_FIELDS: fields})


def request_id() -> str:
    """The reference of this request: on its error page, in X-Request-Id and in each of its lines. Never the client's."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(5)
    return g.request_id


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Our own events with their fields; of a library's record the template without what belongs into it."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if record.name == LOG.name:
            line |= {"event": record.msg, **getattr(record, _FIELDS, {})}
        else:
            # Text that comes without arguments may have had them put in before (gunicorn does, with the client's
            # address and header): where it was written says as much.
            template = record.msg if record.args and isinstance(record.msg, str) else None
            line |= {"event": "library", "logger": record.name, "template": template, "at": _place(record.pathname, record.lineno, record.funcName)}
        if has_request_context():
            line.setdefault("request_id", request_id())
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = list(_described(record.exc_info[1]))
        return json.dumps(line)


def _described(error: BaseException | None) -> Iterator[dict[str, object]]:
    """An error and what it came from, without a word of their texts."""
    for _ in range(MOST_CAUSES):
        if error is None:
            return
        calls = extract_tb(error.__traceback__)
        described: dict[str, object] = {
            "class": f"{type(error).__module__}.{type(error).__qualname__}",
            "frames": [_place(call.filename, call.lineno, call.name) for number, call in enumerate(calls, start=1)
                       if number > len(calls) - INNERMOST or _is_ours(Path(call.filename))],
        }
        if getattr(error, "sqlstate", None):
            described["sqlstate"] = error.sqlstate
        if isinstance(error, SettingWrong):
            # It says what to set, and names no value.
            described["text"] = str(error)
        yield described
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _place(file: str, line: int | None, function: str | None) -> str:
    """A place in the code; a file of ours from our folder on, another by its last three names."""
    path = Path(file)
    return f"{path.relative_to(_HERE) if _is_ours(path) else Path(*path.parts[-3:])}:{line} {function}"


def _is_ours(path: Path) -> bool:
    # The environment lies in our folder, and is not ours.
    return path.is_relative_to(_HERE) and "site-packages" not in path.parts


def configure() -> None:
    """Send every logger of this process, its warnings and its uncaught errors through JsonLines to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    LOG.setLevel(logging.INFO)
    logging.captureWarnings(True)
    # Each of these would print an error's text, or the arguments of a record.
    logging.raiseExceptions = False
    sys.excepthook = lambda _, error, __: write("uncaught error", logging.CRITICAL, error=error)
    threading.excepthook = lambda uncaught: write("uncaught error", logging.CRITICAL, error=uncaught.exc_value)
    sys.unraisablehook = lambda uncaught: write("uncaught error", logging.ERROR, error=uncaught.exc_value)


class ServerLog(GunicornLogger):
    """gunicorn's own lines in the same form: named by --logger-class, it sets up the logs of all its processes."""

    def setup(self, cfg) -> None:
        """Called by gunicorn at its start, before it makes its workers."""
        super().setup(cfg)
        configure()
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        # Straight to the logger, so that a record says which line of gunicorn's it is from and not that of a go-between.
        for each in ("critical", "error", "warning", "info", "debug", "exception"):
            setattr(self, each, getattr(self.error_log, each))


def register(app: Flask) -> None:
    """Gives each request of the application its reference and its line. To come first, so that its line is written last."""
    app.before_request(_begin)
    app.after_request(_end)
    # Stock: a text with the path in it, and the error's own text.
    app.log_exception = lambda failure: write("unhandled error", logging.ERROR, error=failure[1])


def _begin() -> None:
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = request_id()
    if request.endpoint != "static":
        identity = g.get("identity")
        write(
            "request",
            request_id=request_id(),
            method=request.method if request.method in METHODS else "other",
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            # A request that failed before anything could look at the clock has no time.
            milliseconds=round((time.perf_counter() - g.began) * 1000) if "began" in g else None,
            hat=identity.hat if identity else None,
        )
    return response
