"""The child process that makes one PDF: HTML on stdin, the PDF on stdout (`python -m views.renderer MEGABYTES SECONDS`).

Apart, because WeasyPrint ends the process where something is wrong with fonts, and takes what time and memory a document asks
for. It is started by views.printing alone, which knows what each exit status means.
"""

import resource
import sys
from pathlib import Path

STYLESHEET = Path(__file__).resolve().parent.parent / "static" / "print.css"
#: Exit statuses. Any other but 0, and every signal, is a crash.
ASKED_FOR_SOMETHING, LIBRARY_MISSING, TOO_LARGE = 3, 4, 5

try:
    from weasyprint import CSS, HTML
    from weasyprint.urls import FatalURLFetchingError, URLFetcher
except OSError:
    # Pango, or a library that it needs, is not on this machine.
    sys.exit(LIBRARY_MISSING)


class NothingFromOutside(URLFetcher):
    """Gives no address, not even one that holds its own content (data:): stylesheet and font come with the renderer."""

    def __init__(self) -> None:
        super().__init__(fail_on_errors=True)
        self.asked = False

    def fetch(self, url: str, headers: object = None) -> None:
        """Always raises ValueError, for which WeasyPrint gives up the document, or in an SVG goes on without."""
        self.asked = True
        raise ValueError("a document asks for nothing")


def render(html: str) -> bytes:
    """The PDF of a document, tagged for people who have it read to them. Raises FatalURLFetchingError where it asks for an address."""
    fetcher = NothingFromOutside()
    stylesheet = CSS(string=STYLESHEET.read_text(encoding="utf-8"), url_fetcher=fetcher)
    pdf = HTML(string=html, url_fetcher=fetcher).write_pdf(stylesheets=[stylesheet], pdf_variant="pdf/ua-1")
    if fetcher.asked:
        raise FatalURLFetchingError
    return pdf


def confine(megabytes: int, seconds: int) -> None:
    """Bounds this process for good: memory, processor time (should nobody be left to end it), no file written, no core dump."""
    bounds = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    # macOS knows this limit and refuses to set it.
    if sys.platform == "linux":
        bounds[resource.RLIMIT_AS] = megabytes * 1024 * 1024
    for bound, value in bounds.items():
        resource.setrlimit(bound, (value, value))


def main() -> int:
    """Renders stdin to stdout; the exit status."""
    megabytes, seconds = map(int, sys.argv[1:])
    confine(megabytes, seconds)
    try:
        pdf = render(sys.stdin.buffer.read().decode())
    except FatalURLFetchingError:
        return ASKED_FOR_SOMETHING
    except MemoryError:
        return TOO_LARGE
    sys.stdout.buffer.write(pdf)
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
