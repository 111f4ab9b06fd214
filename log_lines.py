"""The form of our logs: one JSON object a line on stderr.

A line holds nothing that people typed and nothing about them. Of an error it has the classes and places in the code only,
because its text quotes values.
"""

import json
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from traceback import extract_tb

from config import SettingWrong

#: Our own events: constant words, and what else there is to say in fields of their own.
LOG = logging.getLogger("keywork")
#: The attribute of a record that carries those fields.
_FIELDS = "keywork_fields"
#: An error is followed this far back to what caused it. Of its calls the innermost are written, and all in code of ours.
MOST_CAUSES, INNERMOST = 5, 5
_HERE = Path(__file__).resolve().parent


def write(event: str, level: int = logging.INFO, *, error: BaseException | None = None, **fields: object) -> None:
    """Write one line. `event` is a constant and `fields` are codes and numbers: never what somebody typed.

    Of `error` the classes and places in the code are written, not its text.
    """
    LOG.log(level, event, exc_info=error, extra={_FIELDS: fields})


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Our own events with their fields; of a library's record the template without what belongs into it."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        } | self.context()
        if record.name == LOG.name:
            line |= {"event": record.msg, **getattr(record, _FIELDS, {})}
        else:
            # Text that comes without arguments may have had them put in before (gunicorn does, with the client's
            # address and header): where it was written says as much.
            template = record.msg if record.args and isinstance(record.msg, str) else None
            line |= {"event": "library", "logger": record.name, "template": template, "at": _place(record.pathname, record.lineno, record.funcName)}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = list(_described(record.exc_info[1]))
        return json.dumps(line)

    def context(self) -> dict[str, object]:
        """Fields of every line that is written now; none, where a process does one thing only."""
        return {}


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


def configure(form: JsonLines) -> None:
    """Send every logger of this process, its warnings and its uncaught errors as lines of this form to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(form)
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    LOG.setLevel(logging.INFO)
    logging.captureWarnings(True)
    # Each of these would print an error's text, or the arguments of a record.
    logging.raiseExceptions = False
    sys.excepthook = lambda _, error, __: write("uncaught error", logging.CRITICAL, error=error)
    threading.excepthook = lambda uncaught: write("uncaught error", logging.CRITICAL, error=uncaught.exc_value)
    sys.unraisablehook = lambda uncaught: write("uncaught error", logging.ERROR, error=uncaught.exc_value)
