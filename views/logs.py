"""What the server logs of requests: one line for each, and a reference that leads from an error page to its lines.

No line holds a path (it may be a secret link), a query, form, header, cookie or address.
"""

import logging
import secrets
import time

from flask import Flask, Response, g, has_request_context, request
from gunicorn.glogging import Logger as GunicornLogger

from log_lines import JsonLines, configure, write

#: A method is the client's own word; any other than these is written as "other".
METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"}


def request_id() -> str:
    """The reference of this request: on its error page, in X-Request-Id and in each of its lines. Never the client's."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(5)
    return g.request_id


class ServerLines(JsonLines):
    """Lines that name the request they were written in."""

    def context(self) -> dict[str, object]:
        """The request's reference, where there is a request."""
        return {"request_id": request_id()} if has_request_context() else {}


class ServerLog(GunicornLogger):
    """gunicorn's own lines in the same form: named by --logger-class, it sets up the logs of all its processes."""

    def setup(self, cfg) -> None:
        """Called by gunicorn at its start, before it makes its workers."""
        super().setup(cfg)
        configure(ServerLines())
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
