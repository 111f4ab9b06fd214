"""What is hidden of what is held about a tenant: exactly the words that an org-admin named, wherever they stand in an item and in its copies.

The rows of app.subject_access_redactions say what; this finds it. Here and not in SQL, because letters must be compared in one way on every
server, whatever its locale: without regard to capitals, to how an accented letter is stored, to kinds of blanks, hyphens and apostrophes, and
to characters that nobody sees. The page on which somebody looks through the record and the job that makes the files both ask here.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

#: Why something is left out, as it reads in its place.
MARKS = {
    "third_party": "third party", "legal_privilege": "legal privilege", "serious_harm": "serious harm", "crime": "crime", "confidential_reference": "confidential reference",
    "management_forecast": "management planning", "not_about_them": "not about this person", "other": "exemption",
}  # fmt: skip
#: Signs that stand for one another.
_ALIKE = str.maketrans({**dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032`\u00b4", "'"), **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
                        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u02d7", "-")})
#: Characters that are not seen: they part no word. (Variation selectors and joiners among them.)
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]")
_BLANKS = re.compile(r"\s+")
#: Keys of rows: nobody's words, and what ties the files together.
_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?")


class Segment(NamedTuple):
    """A piece of a text; `because`: why it is hidden (a key of MARKS), or None."""

    text: str
    because: str | None


def is_key(text: str) -> bool:
    """Whether a text is the key of a row, which stays as it is."""
    return _KEY.fullmatch(text) is not None


def mark(because: str) -> str:
    """What stands in the place of something hidden: '[redacted: third party]'."""
    return f"[redacted: {MARKS[because]}]"


def _letters(text: str) -> str:
    """Letters as they are compared, before blanks are looked at."""
    # An acute or grave accent that stands alone becomes a blank with a mark in NFKD, so signs are made alike first.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.translate(_ALIKE)).casefold()).translate(_ALIKE)
    return _UNSEEN.sub("", folded)


def folded(text: str) -> str:
    """A text as it is compared with others."""
    return _BLANKS.sub(" ", _letters(text))


@lru_cache(maxsize=65_536)
def _begins(letter: str) -> bool:
    """Whether a letter stands by itself, rather than being a mark of the one before."""
    return not unicodedata.combining(unicodedata.normalize("NFKD", letter)[0])


@lru_cache(maxsize=65_536)
def _letters_of(cluster: str) -> str:
    """_letters() of one letter with its marks: a language has few, and a record very many of each."""
    return _letters(cluster)


def _clusters(text: str) -> Iterable[tuple[int, int]]:
    """(begin, end) of each letter with the marks that belong to it."""
    begin = 0
    for place, letter in enumerate(text):
        if place and _begins(letter):
            yield begin, place
            begin = place
    if text:
        yield begin, len(text)


def _mapped(text: str) -> tuple[str, list[tuple[int, int]]]:
    """folded(text), and for each character of that the letters of the text that it comes from."""
    made: list[str] = []
    origin: list[tuple[int, int]] = []
    for begin, end in _clusters(text):
        for character in _letters_of(text[begin:end]):
            if character.isspace():
                if made and made[-1] == " ":
                    continue
                character = " "
            made.append(character)
            origin.append((begin, end))
    return "".join(made), origin


def segments(text: str, passages: Sequence[tuple[str, str]]) -> list[Segment]:
    """A text in pieces, those hidden among them; `passages`: (folded and stripped words, why). Where several overlap they are one, with the reason of the first."""
    compared = folded(text)
    found = [(words, because) for words, because in passages if words in compared]
    if not found:
        return [Segment(text, None)]
    compared, origin = _mapped(text)
    ranges = []
    for words, because in found:
        place = compared.find(words)
        while place >= 0:
            ranges.append((origin[place][0], origin[place + len(words) - 1][1], because))
            place = compared.find(words, place + 1)
    pieces, done = [], 0
    for begin, end, because in _merged(sorted(ranges, key=lambda each: (each[0], -each[1]))):
        if begin > done:
            pieces.append(Segment(text[done:begin], None))
        pieces.append(Segment(text[begin:end], because))
        done = end
    return [*pieces, Segment(text[done:], None)] if done < len(text) else pieces


def _merged(ranges: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    merged: list[tuple[int, int, str]] = []
    for begin, end, because in ranges:
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]), merged[-1][2])
        else:
            merged.append((begin, end, because))
    return merged


def redacted(text: str, passages: Sequence[tuple[str, str]]) -> str:
    """A text with '[redacted: ...]' in the place of what is hidden."""
    return "".join(mark(piece.because) if piece.because else piece.text for piece in segments(text, passages))


def redacted_value(value: Any, passages: Sequence[tuple[str, str]]) -> Any:
    """A value of JSON with that in every text and number in it. Keys of rows and names of fields stay."""
    if not passages or value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {key: redacted_value(each, passages) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [redacted_value(each, passages) for each in value]
    text = str(value)
    if is_key(text):
        return value
    shown = redacted(text, passages)
    return value if shown == text else shown


@dataclass(frozen=True)
class Item:
    """One row of what is held (app.held_items): `about` are the keys of items that it copies or belongs to."""

    part: str
    table: str
    id: str
    case_id: Any
    moment: Any
    about: tuple[str, ...]
    content: dict[str, Any]

    @property
    def key(self) -> str:
        """What names it: 'support_notes:...'."""
        return f"{self.table}:{self.id}"


class Hiding(NamedTuple):
    """A row of app.subject_access_redactions."""

    item_table: str | None
    item_id: str | None
    passage: str | None
    because: str


@dataclass(frozen=True)
class Hidden:
    """All that is hidden of one request."""

    rows: Sequence[Hiding] = field(default_factory=tuple)

    @cached_property
    def _withheld(self) -> dict[str, str]:
        return {f"{row.item_table}:{row.item_id}": row.because for row in self.rows if row.passage is None}

    @cached_property
    def _passages(self) -> dict[str | None, list[tuple[str, str]]]:
        found: dict[str | None, list[tuple[str, str]]] = {}
        for row in self.rows:
            if row.passage is not None:
                words = folded(row.passage).strip()
                # Nothing but characters that nobody sees stands nowhere.
                if words:
                    found.setdefault(f"{row.item_table}:{row.item_id}" if row.item_table else None, []).append((words, row.because))
        return found

    def withheld(self, item: Item) -> str | None:
        """Why an item is left out whole, itself or with the one that it copies or belongs to; None where it is not."""
        return next((self._withheld[key] for key in (item.key, *item.about) if key in self._withheld), None)

    def passages(self, item: Item) -> list[tuple[str, str]]:
        """What is hidden in an item: everywhere, in it, or in one that it copies or belongs to."""
        return [each for key in (None, item.key, *item.about) for each in self._passages.get(key, ())]

    def everywhere(self) -> list[tuple[str, str]]:
        """What is hidden wherever it stands."""
        return list(self._passages.get(None, ()))
