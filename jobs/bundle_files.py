"""The files of a subject access bundle, and the ZIP that holds them: written piece by piece, in one order, and never to a disk of ours.

What is hidden is taken out of each item first (views/subject_redaction.py), and every file is made of what is left.
"""

import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from jobs.bundle_paper import About, environment, in_pdfs, print_files
from views.csv_out import csv_lines
from views.subject_redaction import MARKS, Hidden, Item, mark
from views.subject_shown import content_shown, left_over, marks_made, moment_hidden
from views.subject_words import NOUNS, PARTS, Entry, entry_of, reason_words, short_day, title_of

#: Bytes in one piece as it is kept in the database.
PIECE = 1_000_000
#: Items after which it is told how far the reading is: the server would take us for gone otherwise (jobs.clock.IDLE_SECONDS).
TOLD_EACH = 200
EXTENSIONS = {
    "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}  # fmt: skip
PDFS, FILES, DOCUMENTS, UPLOADS = "support_document_pdfs", "support_upload_files", "support_documents", "support_uploads"


class LeftSomething(Exception):
    """A passage that is hidden everywhere stands in a file all the same: a fault of ours, and no bundle is made. Says no word of it."""


class Gone(Exception):
    """A file of a document or an upload went while the bundle was made: it is to be made anew."""


class Pieces(io.RawIOBase):
    """Takes bytes as a file that only goes forward, and hands them on in pieces of PIECE bytes; counts and hashes them."""

    def __init__(self, keep: Callable[[int, bytes], None]) -> None:
        super().__init__()
        self._keep, self._waiting, self._number = keep, bytearray(), 0
        self._hash, self.size = hashlib.sha256(), 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, given) -> int:
        """Takes some bytes; returns how many."""
        taken = bytes(given)
        self._hash.update(taken)
        self.size += len(taken)
        self._waiting += taken
        while len(self._waiting) >= PIECE:
            self._hand_on(PIECE)
        return len(taken)

    def finish(self) -> bytes:
        """Hands the rest on; the SHA-256 of all of it."""
        if self._waiting:
            self._hand_on(len(self._waiting))
        return self._hash.digest()

    def _hand_on(self, length: int) -> None:
        self._number += 1
        self._keep(self._number, bytes(self._waiting[:length]))
        del self._waiting[:length]


@dataclass(frozen=True)
class Shown:
    """An item as the bundle has it: `content` None, and why, where it is withheld. `places`: in how many places words of it are hidden, by the reason."""

    item: Item
    content: Mapping[str, Any] | None
    because: str | None
    places: Mapping[str, int]


@dataclass
class Contents:
    """What a bundle holds, made of the items and of what is hidden of them."""

    about: About
    shown: list[Shown]
    tables: Sequence[tuple[str, str | None, str | None]]

    @classmethod
    def of(cls, about: About, items: Sequence[Item], hidden: Hidden, tables: Sequence[tuple[str, str | None, str | None]], tell: Callable[[str, int, int], None]) -> "Contents":
        """Hides what is to be hidden, and looks once more; `tell` hears how far it is. Raises LeftSomething."""
        _look_once_more(about, hidden)
        shown = []
        for number, item in enumerate(items):
            if number % TOLD_EACH == 0:
                tell("reading", number, len(items))
            because = hidden.withheld(item)
            passages = hidden.passages(item)
            content = None if because else content_shown(item, passages)
            # Its heading, the index and data.json have its moment besides.
            headed = replace(item, moment=None) if moment_hidden(item, passages) else item
            if left_over(headed, content, passages):
                raise LeftSomething
            shown.append(Shown(headed, content, because, Counter(marks_made(item.content, content)) if content is not None else {}))
        return cls(about, shown, tables)._with_files_judged()

    def _with_files_judged(self) -> "Contents":
        """A PDF, and a scan of a document, say what the document says, and nobody can hide words in them: with words hidden in it they are left out whole."""
        changed = {each.item.id: next(iter(each.places)) for each in self.shown if each.item.table == DOCUMENTS and each.places}
        document_of = {each.item.id: each.item.content.get("document_id") for each in self.shown if each.item.table == UPLOADS}
        judged = []
        for each in self.shown:
            document = each.item.id if each.item.table == PDFS else document_of.get(each.item.id) if each.item.table == FILES else None
            why = changed.get(document)
            judged.append(Shown(each.item, None, why, {}) if why and each.because is None else each)
        self.shown = judged
        return self

    def places(self) -> Counter[str]:
        """In how many places words are hidden, by the reason."""
        return sum((Counter(each.places) for each in self.shown if each.content is not None), Counter())

    def entries(self) -> list[tuple[str, Entry]]:
        """(part, entry) for everything that is not withheld, and for what is that it is."""
        return [(each.item.part, _withheld_entry(each) if each.content is None else entry_of(each.item, each.content)) for each in self.shown]

    def rows(self) -> list[dict[str, Any]]:
        """The items as data.json has them."""
        return [_row(each) for each in self.shown]

    def files(self) -> list[tuple[str, str, str]]:
        """(name in the ZIP, table, id) of each PDF and upload that is given as it is."""
        named = []
        titles = {each.item.id: each.content for each in self.shown if each.item.table == DOCUMENTS and each.content}
        for each in self.shown:
            if each.content is None:
                continue
            if each.item.table == PDFS:
                said = titles.get(each.item.id) or {}
                version = said.get("version")
                named.append((f"documents/document-{each.item.id}-version-{version if isinstance(version, int) else 1}.pdf", PDFS, each.item.id))
            elif each.item.table == FILES:
                named.append((f"files/file-{each.item.id}.{EXTENSIONS.get(each.item.content['media_type'], 'bin')}", FILES, each.item.id))
        return sorted(named)


def _withheld_entry(each: Shown) -> Entry:
    return replace(entry_of(each.item, {}), title=f"{title_of(each.item)} {mark(each.because)}", lines=())


def _row(each: Shown) -> dict[str, Any]:
    head = {"part": each.item.part, "table": each.item.table, "id": each.item.id, "case_id": str(each.item.case_id) if each.item.case_id else None,
            "moment": each.item.moment.isoformat() if each.item.moment else None}
    return {**head, "withheld": MARKS[each.because]} if each.content is None else {**head, "content": each.content}


def write_bundle(contents: Contents, keep: Callable[[int, bytes], None], fetch: Callable[[str, str], bytes | None], tell: Callable[[str, int, int], None]) -> tuple[int, bytes]:
    """Makes every file and packs it; returns the size and the SHA-256 of the ZIP.

    `keep` takes each piece with its number from 1, `fetch` gives the bytes of a PDF or upload, `tell` hears how far it is.
    Raises views.printing.PrintFailed, Gone, and what the three raise.
    """
    papers = in_pdfs(contents.entries())
    files = contents.files()
    tables = sorted({each.item.table for each in contents.shown if each.content is not None})
    pieces = Pieces(keep)
    moment = contents.about.made_at
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED) as archive:
        paper_names = ["readable.pdf"] if len(papers) == 1 else [f"readable-{number:03}-of-{len(papers):03}.pdf" for number in range(1, len(papers) + 1)]
        names = [(name, "Everything to read, in order" if len(papers) == 1 else "Everything to read, in order, in several files") for name in paper_names]
        names += [("data.json", "The same for programs")] + [(f"csv/{table}.csv", f"For spreadsheets: {NOUNS[table][:1].lower()}{NOUNS[table][1:]}") for table in tables]
        names += [(name, "A document as it was approved" if table == PDFS else "A file as it came") for name, table, _ in files]
        _put(archive, "index.html", moment, _index(contents, names).encode())
        for name, pdf in zip(paper_names, print_files(contents.about, papers, lambda done: tell("printing", done, len(papers))), strict=True):
            _put(archive, name, moment, pdf, stored=True)
        tell("packing", 0, len(files))
        _put(archive, "data.json", moment, *_json(contents))
        for table in tables:
            _put(archive, f"csv/{table}.csv", moment, *_csv(contents, table))
        for number, (name, table, its_id) in enumerate(files):
            tell("packing", number, len(files))
            found = fetch(table, its_id)
            if found is None:
                raise Gone
            _put(archive, name, moment, found, stored=True)
    return pieces.size, pieces.finish()


def _put(archive: zipfile.ZipFile, name: str, moment: datetime, *parts: bytes, stored: bool = False) -> None:
    info = zipfile.ZipInfo(name, moment.timetuple()[:6])
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    # A file of whoever unpacks it, and nobody else's.
    info.external_attr = 0o600 << 16
    with archive.open(info, "w") as file:
        for part in parts:
            file.write(part)


def _look_once_more(about: About, hidden: Hidden) -> None:
    """No name that stands on every file holds what is hidden everywhere. What items say is looked at as each is read."""
    names = {"organisation": about.organisation, "tenant": about.tenant, "reference": about.reference, "made_by": about.made_by}
    if left_over(Item("", "", "", None, None, (), {}), names, hidden.everywhere()):
        raise LeftSomething


def _json(contents: Contents) -> Iterator[bytes]:
    about = contents.about
    head = {"organisation": about.organisation, "tenant": about.tenant, "reference": about.reference, "received_on": about.received_on.isoformat(), "made_at": about.made_at.isoformat(),
            "made_by": about.made_by, "tables_left_out": {name: why for name, part, why in contents.tables if part is None}}
    yield (json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "items": [\n').encode()
    for number, row in enumerate(contents.rows()):
        yield ((",\n" if number else "") + json.dumps(row, ensure_ascii=False)).encode()
    yield b"\n]}\n"


def _csv(contents: Contents, table: str) -> Iterator[bytes]:
    rows = [each for each in contents.shown if each.item.table == table]
    columns = list(dict.fromkeys(name for each in rows if each.content is not None for name in each.content))
    return csv_lines(["id", "withheld", *columns], (
        [each.item.id, MARKS[each.because] if each.because else "", *(_cell((each.content or {}).get(name)) for name in columns)] for each in rows))


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (Mapping, list)) else value


def _index(contents: Contents, names: Sequence[tuple[str, str]]) -> str:
    about, numbers = contents.about, Counter(each.item.part for each in contents.shown)
    withheld = [(title_of(each.item), short_day(each.item), reason_words(each.because)) for each in contents.shown if each.because]
    return environment().get_template("bundle/index.html").render(
        organisation=about.organisation, tenant=about.tenant, received_on=about.received_on, reference=about.reference, made_by=about.made_by, made_at=about.made_at, files=names,
        parts=[(words, numbers[part], what) for part, (words, what) in PARTS.items() if numbers[part]],
        passages=[(mark(because), reason_words(because), number) for because, number in sorted(contents.places().items())], withheld=withheld,
        besides=[(name, why) for name, part, why in contents.tables if part is None])
