"""The child process that makes one PDF: HTML on stdin, the PDF on stdout (`python -m views.renderer MEGABYTES SECONDS`).

Apart, because WeasyPrint ends the process where something is wrong with fonts, and takes what time and memory a document asks
for. It is started by views.printing alone, which knows what each exit status means.
"""

import re
import sys
import unicodedata
from pathlib import Path

from views.confinement import confine

STYLESHEET = Path(__file__).resolve().parent.parent / "static" / "print.css"
#: Exit statuses. Any other but 0, and every signal, is a crash.
ASKED_FOR_SOMETHING, LIBRARY_MISSING, TOO_LARGE = 3, 4, 5
#: Scripts that people call by other names than Unicode does.
SCRIPTS = {"Cjk": "Chinese characters", "Hiragana": "Japanese", "Katakana": "Japanese", "Hangul": "Korean", "Unknown": "an unknown script"}
#: A blank, and what keeps letters apart or together without being seen.
BETWEEN = " \u200b\u200c\u200d"

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
    """The PDF of a document, tagged for people who have it read to them. Raises FatalURLFetchingError where it asks for an address.

    Characters for which there is no font on this machine are put in words: boxes would say nothing to anybody who looks, and
    something else to whoever has the document read to them.
    """
    pdf, missing = _render(html)
    return _render(in_words(html, missing))[0] if missing else pdf


def _render(html: str) -> tuple[bytes, set[str]]:
    """The PDF, and the characters that became boxes in it."""
    fetcher = NothingFromOutside()
    options = {"stylesheets": [CSS(string=STYLESHEET.read_text(encoding="utf-8"), url_fetcher=fetcher)], "pdf_variant": "pdf/ua-1"}
    document = HTML(string=html, url_fetcher=fetcher).render(**options)
    pdf = document.write_pdf(**options)
    if fetcher.asked:
        raise FatalURLFetchingError
    return pdf, {chr(code) for font in document.fonts.values() for code in font.missing}


def in_words(text: str, missing: set[str]) -> str:
    """Text with words in the place of missing characters: '[slightly smiling face]', '[words in Arabic that cannot be printed]'."""
    # Bold or wide letters that are characters of their own, of which plain ones say the same.
    plain = {each: same for each in missing if (same := unicodedata.normalize("NFKC", each)).isascii() and same.isalnum()}
    letters = {each for each in missing - plain.keys() if unicodedata.category(each)[0] in "LMN"}
    named = {each: f"[{unicodedata.name(each, '').lower() or f'U+{ord(each):04X}'}]" for each in missing - plain.keys() - letters}
    if letters:
        # With what stands between the words of one language, and what joins their letters.
        letter = f"[{''.join(map(re.escape, sorted(letters)))}]"
        text = re.sub(f"{letter}(?:[{BETWEEN}]*{letter})*", _words_in, text)
    return text.translate(str.maketrans(plain | named))


def _words_in(letters: re.Match[str]) -> str:
    scripts = (unicodedata.name(each, "unknown").split()[0].capitalize() for each in letters[0] if each not in BETWEEN)
    return f"[words in {' and '.join(dict.fromkeys(SCRIPTS.get(each, each) for each in scripts))} that cannot be printed]"


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
