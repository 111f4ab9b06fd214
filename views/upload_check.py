"""Uploads are judged by what is in them, never by their name or by what a browser says of them (threat 57).

A child process that has nothing to lose reads the file (upload_inspector.py). A file that is accepted is of one kind to every program,
is readable to its end, does nothing by itself, and unpacks to a size that is bounded; what a phone put behind a photo is cut off. It is still somebody else's: it is to be
handed out as a download, with the media type that is said here and no sniffing. What a camera writes into a picture, such as the
place where it was taken, and comments in it stay: they are data of the picture's, and nothing runs them.
"""

import logging
import re
from dataclasses import dataclass, replace

from views import confinement, logs
from views.upload_inspector import FINE

MOST_BYTES = 10_000_000
#: How many files a server process looks at at once.
AT_ONCE = 2
#: The seconds together: an answer comes within ten, whatever was uploaded.
LIMITS = confinement.Limits(turn=2, seconds=7, megabytes=1024)


@dataclass(frozen=True)
class Accepted:
    """What a file is, and how many of its bytes are it: phones put films and further pictures behind a photo. None: all."""

    media_type: str
    extension: str
    length: int | None = None


#: What each kind begins with.
KINDS = {
    b"%PDF-": Accepted("application/pdf", "pdf"),
    b"PK\3\4": Accepted("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    b"\x89PNG\r\n\x1a\n": Accepted("image/png", "png"),
    b"\xff\xd8\xff": Accepted("image/jpeg", "jpg"),
}
#: Why a file is not accepted, and what the person reads.
SENTENCES = {
    "empty": "There is nothing in this file. Please see whether it opens on your device, and choose it again.",
    "size": "This file is larger than 10 MB. Please make it smaller, or share it out over several files.",
    "type": "Keywork takes PDF, Word (.docx), JPEG and PNG files, and this is something else. Please save it as a PDF and choose that.",
    "damaged": "Keywork cannot read this file to its end. Please open it, save it as a PDF and choose that.",
    "more": "There is something else in this file behind what it shows. Please open it, save it as a PDF and choose that.",
    "pixels": "This picture has more than 50 megapixels. Please save it in a smaller size and choose that.",
    "animated": "This picture moves. Please choose one that stands still.",
    "pages": "This PDF has more than 500 pages. Please share it out over several files.",
    "locked": "This file is protected, by a password or against changes. Please save it without protection and choose that.",
    "acts": "This PDF does more than show its pages: it has a script, a film or the like. Please print it into a new PDF and choose that.",
    "carries": "There are other files inside this one. Please save it as a PDF without them, and choose each of them by itself.",
    "macros": "This Word document has macros in it. Please save it as a PDF and choose that.",
    "fetches": "This Word document needs what is kept elsewhere, such as a template or a picture. Please save it as a PDF and choose that.",
    "bomb": "This file becomes far too large when it is opened. Please save it as a PDF, in a smaller size, and choose that.",
    "slow": "Looking through this file takes too long. Please save it as a PDF, in a smaller size, and choose that.",
    "busy": "Other files are being looked at right now. Please try again in a moment.",
    "crash": "Keywork could not look at this file. Please try again, and tell whoever runs Keywork if it happens once more.",
}

_FINE = re.compile(rf"{FINE}(?: ([1-9][0-9]{{0,7}}))?")
_inspectors = confinement.Children("views.upload_inspector", AT_ONCE)


class NotAccepted(Exception):
    """A file is not taken. `sentence` tells the person why and what to do; the exception's text is a key of SENTENCES."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.sentence = SENTENCES[reason]


def judge(data: bytes, limits: confinement.Limits = LIMITS) -> Accepted:
    """What an uploaded file is. Raises NotAccepted for a file that Keywork does not take, or could not look at."""
    kind = next((kind for head, kind in KINDS.items() if data.startswith(head)), None)
    reason, length = _look(data, kind, limits)
    if reason is None:
        return replace(kind, length=length)
    # Nothing of the file and nothing about it but this word. Somebody has to see to a crash.
    logs.write("an upload was not accepted", logging.ERROR if reason == "crash" else logging.INFO, reason=reason)
    raise NotAccepted(reason)


def _look(data: bytes, kind: Accepted | None, limits: confinement.Limits) -> tuple[str | None, int | None]:
    """Why a file is refused, or how many of its bytes are to be kept."""
    if not data:
        return "empty", None
    if len(data) > MOST_BYTES:
        return "size", None
    if kind is None:
        return "type", None
    try:
        status, answer = _inspectors.run(data, limits, kind.extension)
    except confinement.Busy:
        return "busy", None
    except confinement.TooLong:
        return "slow", None
    word = answer.decode("ascii", "replace") if status == 0 else "crash"
    if fine := _FINE.fullmatch(word):
        return None, int(fine[1]) if fine[1] else None
    # A child that was taken over can say what it likes: that is all it can do.
    return word if word in SENTENCES else "crash", None
