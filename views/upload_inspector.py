"""The child process that reads one upload (`python -m views.upload_inspector KIND MEGABYTES SECONDS`): the file on stdin, a word on stdout.

Apart, because whoever wrote the file may have written it for the program that reads it. It is started by views.upload_check alone,
which knows what each word means.
"""

import sys
from collections.abc import Callable
from importlib import import_module

from views.confinement import confine
from views.upload_bounds import Refused

#: What is printed of a file in which nothing was found; behind it stands how many of its bytes are to be kept, where that is not all.
FINE = "fine"
#: For each kind of file, by its ending, what reads it. Only the libraries that it needs are brought along.
INSPECTORS = {
    "pdf": ("views.upload_pdf", "inspect"),
    "docx": ("views.upload_docx", "inspect"),
    "png": ("views.upload_pictures", "inspect_png"),
    "jpg": ("views.upload_pictures", "inspect_jpeg"),
}
#: A PDF may begin this far into a file, as many programs see it; the list of a ZIP ends this close to the end.
_PDF_WITHIN, _ZIP_WITHIN = 1024, 22 + 0xFFFF


def verdict(kind: str, inspect: Callable[[bytes], int | None], data: bytes) -> str:
    """FINE (with a number of bytes), or why the file is refused: a key of views.upload_check.SENTENCES."""
    try:
        if _is_two_in_one(kind, data):
            return "more"
        ends = inspect(data)
    except Refused as refused:
        return str(refused)
    except MemoryError:
        return "bomb"
    except Exception:  # Whatever a parser stumbles over, from struct.error to RecursionError: the file is not what it should be.
        return "damaged"
    return FINE if ends is None or ends == len(data) else f"{FINE} {ends}"


def _is_two_in_one(kind: str, data: bytes) -> bool:
    """Whether another program would take the file for a PDF or a ZIP. Either hides in a comment, where a picture has room for it."""
    is_pdf_too = kind != "pdf" and b"%PDF-" in data[:_PDF_WITHIN]
    is_zip_too = kind != "docx" and b"PK\5\6" in data[-_ZIP_WITHIN:] and b"PK\1\2" in data
    return is_pdf_too or is_zip_too


def main() -> None:
    """Prints the verdict on stdin."""
    kind, megabytes, seconds = sys.argv[1:]
    module, function = INSPECTORS[kind]
    inspect = getattr(import_module(module), function)
    confine(int(megabytes), int(seconds))
    sys.stdout.write(verdict(kind, inspect, sys.stdin.buffer.read()))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
