"""What is held about a tenant on paper: the readable half of a subject access bundle, in as many PDFs as it takes.

Laid out in the same confined child process as every PDF (views/renderer.py), which has no network and no files.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from views import words
from views.document_pdf import for_paper
from views.printing import Imprint, Limits, print_pdf
from views.subject_words import PARTS, Entry, Line

#: Characters of text in one PDF, and fields: some 30 to 50 pages, which take 3 to 5 seconds where the machine has nothing else to do.
MOST_CHARACTERS, MOST_FIELDS = 60_000, 600
#: A field that is longer goes on in the next PDF: nobody lays out half a million characters in one piece.
LONGEST_FIELD = 40_000
#: Nobody waits with a button pressed; the connection to the database is kept meanwhile, and ended by the server when it is idle for two minutes.
LIMITS = Limits(turn=5, seconds=90)


@dataclass(frozen=True)
class About:
    """What stands on every file of a bundle: whose it is, about whom, and for which request. `tenant` without what is hidden."""

    organisation: str
    tenant: str
    reference: str
    received_on: date
    made_by: str
    made_at: datetime


def environment() -> Environment:
    """The templates of bundles, with the filters that they use; whatever is put into one is escaped."""
    made = Environment(loader=FileSystemLoader(Path(__file__).resolve().parent.parent / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    for filter_ in (words.day, words.when_full, words.iso, words.paragraphs):
        made.filters[filter_.__name__] = filter_
    return made


def in_pdfs(entries: Sequence[tuple[str, Entry]]) -> list[list[tuple[str, Entry]]]:
    """(part, entry) pairs as they are parted into PDFs: each holds one entry at least, and no more than is laid out in seconds."""
    files: list[list[tuple[str, Entry]]] = []
    characters = fields = 0
    for part, entry in (piece for part, whole in entries for piece in _pieces(part, whole)):
        size = sum(len(line.words) + len(line.label) for line in entry.lines)
        if not files or characters + size > MOST_CHARACTERS or fields + len(entry.lines) > MOST_FIELDS:
            files.append([])
            characters = fields = 0
        files[-1].append((part, entry))
        characters += size
        fields += len(entry.lines) + 1
    return files


def _pieces(part: str, entry: Entry) -> Iterator[tuple[str, Entry]]:
    """An entry, or where it is too long for one PDF several that go on with one another."""
    lines: list[Line] = []
    characters = 0
    pieces = 0
    for line in entry.lines:
        for begin in range(0, max(len(line.words), 1), LONGEST_FIELD):
            piece = Line(line.label if begin == 0 else f"{line.label} (continued)", line.words[begin:begin + LONGEST_FIELD])
            if lines and characters + len(piece.words) > MOST_CHARACTERS:
                yield part, _piece(entry, lines, pieces)
                lines, characters, pieces = [], 0, pieces + 1
            lines.append(piece)
            characters += len(piece.words)
    yield part, _piece(entry, lines, pieces)


def _piece(entry: Entry, lines: list[Line], number: int) -> Entry:
    return replace(entry, title=f"{entry.title} (continued)" if number else entry.title, lines=tuple(lines))


def print_files(about: About, files: Sequence[Sequence[tuple[str, Entry]]], each: Callable[[int], None]) -> Iterator[bytes]:
    """The PDFs, one after another; `each` is told before each how many are done. Raises views.printing.PrintFailed."""
    template = environment().get_template("print/subject_access.html")
    imprint = Imprint(about.organisation, about.made_by, about.made_at)
    for number, entries in enumerate(files, start=1):
        each(number - 1)
        parts = [(PARTS[part][0], [_for_paper(entry) for _, entry in group]) for part, group in groupby(entries, key=lambda pair: pair[0])]
        yield print_pdf(template.render(
            imprint=imprint, title=f"What is held about {for_paper(about.tenant)}", tenant=for_paper(about.tenant), reference=about.reference, received_on=about.received_on,
            number=number, of=len(files), parts=parts), LIMITS)


def _for_paper(entry: Entry) -> Entry:
    return Entry(for_paper(entry.title), entry.moment, tuple(Line(for_paper(line.label), for_paper(line.words)) for line in entry.lines))
