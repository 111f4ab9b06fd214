"""PDFs: every printed document is made here, in a child process that has no way out (threat 56)."""

import logging
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from config import FOLDER
from log_lines import write
from views import confinement

#: How many documents a server process makes at once.
AT_ONCE = 2
#: The largest document that is begun, in bytes of HTML: some thousand pages, many more than the time allows for.
MOST_BYTES = 10_000_000
#: Exit statuses of views.renderer, which this process never imports: it would bring WeasyPrint along.
FAILURES = {
    3: ("it asked for an address", "This document could not be made: something in it leads to a place outside Keywork."),
    4: ("a library is missing", "Keywork cannot make PDFs on this machine yet, because a library is missing. Please tell whoever runs it."),
    5: ("too much memory", "This document is too large to be made in one piece."),
}
CRASHED = ("a crash", "This document could not be made. Please try again, and tell whoever runs Keywork if it happens once more.")
TOO_LONG = ("too much time", "This document took too long to make. Please try again in a while.")
TOO_LARGE = ("too many bytes", FAILURES[5][1])
BUSY = ("busy", "Other documents are being made right now. Please try again in a moment.")

_renderers = confinement.Children("views.renderer", AT_ONCE)
_FONTS = str(FOLDER / "static" / "fonts" / "fonts.conf")


class PrintFailed(Exception):
    """A document was not made. `sentence` is for the person; whoever runs Keywork finds the reason in the log."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(reason)
        self.sentence = sentence


@dataclass(frozen=True)
class Limits(confinement.Limits):
    """What one document may take. The seconds together are less than the minute after which a proxy answers by itself."""

    turn: float = 5
    seconds: float = 50
    megabytes: int = 1024


@dataclass(frozen=True)
class Imprint:
    """What stands on every page of a document: whose it is, who made it, and when."""

    organisation: str
    made_by: str
    made_at: datetime


def print_document(template: str, imprint: Imprint, limits: Limits = Limits(), **values: object) -> bytes:
    """The PDF of a template that extends print/base.html. Needs the application, but no request. Raises PrintFailed."""
    # Not through Flask's render_template: that would add who is signed in and their menu, for which it asks the database.
    return print_pdf(current_app.jinja_env.get_template(template).render(imprint=imprint, **values), limits)


def print_pdf(html: str, limits: Limits = Limits()) -> bytes:
    """The PDF of one HTML document, laid out by static/print.css.

    Raises PrintFailed when it asks for any address, when it takes too much time or memory, when too many others are being
    made, or when this machine cannot make PDFs.
    """
    given = html.encode()
    if len(given) > MOST_BYTES:
        raise _failed(*TOO_LARGE)
    try:
        status, pdf = _renderers.run(given, limits, FONTCONFIG_FILE=_FONTS)
    except confinement.Busy:
        raise _failed(*BUSY) from None
    except confinement.TooLong:
        raise _failed(*TOO_LONG) from None
    if status != 0 or not pdf.startswith(b"%PDF-"):
        raise _failed(*FAILURES.get(status, CRASHED), status=status)
    return pdf


def _failed(reason: str, sentence: str, **fields: object) -> PrintFailed:
    write("a document was not printed", logging.ERROR, reason=reason, **fields)
    return PrintFailed(reason, sentence)
