"""What an item of what is held says without what is hidden in it: in its words as the page shows them, and in the values that these words are made of.

A day is kept as '1990-02-03' and read as '3 Feb 1990', a code as its label, true as 'Yes'. Whoever hides words writes them as they read, and the files of
a bundle have the values too: so both are searched. A value whose words hold what is hidden goes whole; of a text that reads as it stands, the words alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from views.document_words import QUESTIONS, WORDS, legible, long_day
from views.subject_redaction import MARKS, Item, folded, is_key, mark, redacted_value, segments
from views.subject_words import ARROW, NOT_ANSWERED, NOTHING, Said, entry_of, said_by_title
from views.words import LONDON, day, when_full

Passages = Sequence[tuple[str, str]]


def content_shown(item: Item, passages: Passages) -> dict[str, Any]:
    """The content of an item with a mark in the place of what is hidden (Hidden.passages). Not for one that is withheld."""
    if not passages:
        return item.content
    content = _without_days(item.content, passages)
    for said in [*said_by_title(item.table, item.content), *(each for line in entry_of(item).lines for each in line.of)]:
        if because := _hidden_in(said.words, passages):
            value = _at(item.content, said.path)
            if not _reads_as_it_stands(value, said.words):
                _put(content, said.path, mark(because))
    # What is made of several values, or what a value reads as with a part of it gone.
    for words, of in _read(item, content):
        if because := _hidden_in(_without_ours(words), passages):
            for said in of:
                _put(content, said.path, mark(because))
    return content


def moment_hidden(item: Item, passages: Passages) -> str | None:
    """Why the moment in the heading of an item is hidden, or None where it is not."""
    return next(filter(None, (_hidden_in(words, passages) for words in _moment_words(item.moment))), None) if item.moment else None


def left_over(item: Item, content: Mapping[str, Any] | None, passages: Passages) -> bool:
    """Whether something that is hidden stands in what is shown of an item after all: in its words, or in a value. By other means than content_shown().

    `content` None: it is withheld, and its heading says its moment alone.
    """
    if not passages:
        return False
    said = _moment_words(item.moment) if item.moment else []
    if content is not None:
        said += [*map(_without_marks, texts(content)), *(_without_ours(words) for words, _ in _read(item, content))]
    return any(sought in folded(text) for text in said if not is_key(text) for sought, _ in passages)


def marks_made(before: Any, after: Any) -> Iterator[str]:
    """The reason of each mark that stands in a content now and did not before."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in before:
            yield from marks_made(before[name], after[name])
    elif isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
        for one, other in zip(before, after, strict=True):
            yield from marks_made(one, other)
    elif before != after:
        for because in MARKS:
            yield from [because] * (str(after).count(mark(because)) - str(before).count(mark(because)))


def texts(value: Any) -> Iterator[str]:
    """Every text and number in a value of JSON, as text; not of what kind a question is."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if not _is_kind_of_question(name, value):
                yield from texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from texts(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _read(item: Item, content: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Said]]]:
    """What people read of an item, with the values that it is made of. Not its labels: they are ours, or texts of the content."""
    for said in said_by_title(item.table, content):
        yield said.words, [said]
    for line in entry_of(item, content).lines:
        yield line.words, line.of


def _hidden_in(words: str, passages: Passages) -> str | None:
    return None if is_key(words) else next((piece.because for piece in segments(words, passages) if piece.because), None)


def _without_marks(text: str) -> str:
    for because in MARKS:
        text = text.replace(mark(because), "\ufffc")
    return text


def _without_ours(text: str) -> str:
    for ours in (NOTHING, NOT_ANSWERED, ARROW):
        text = text.replace(ours, "\ufffc")
    return _without_marks(text)


def _reads_as_it_stands(value: Any, words: str) -> bool:
    """Whether a value's words are its own: then those that are hidden are taken out of it, and the rest stays."""
    if isinstance(value, list):
        return all(isinstance(each, str) for each in value)
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and legible(str(value)) == words


def _without_days(value: Any, passages: Passages) -> Any:
    """A value of JSON without what is hidden, days and moments among it however they may be worded: a PDF has them at length, a list in short."""
    if isinstance(value, Mapping):
        return {name: each if _is_kind_of_question(name, value) else _without_days(each, passages) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_days(each, passages) for each in value]
    because = next(filter(None, (_hidden_in(words, passages) for words in _day_words(value))), None) if isinstance(value, str) else None
    return mark(because) if because else redacted_value(value, passages)


def _is_kind_of_question(name: str, inside: Mapping[str, Any]) -> bool:
    """Whether a field is the kind of a part of a document: a code of ours that tells how its answer reads, and that nobody reads ('yes_no')."""
    return name == "type" and "words" in inside and inside[name] in (*QUESTIONS, *WORDS)


def _day_words(text: str) -> list[str]:
    # Whatever else begins with a number is no day, and fromisoformat() takes more than the database writes.
    if len(text) < 10 or len(text) > 40 or text[4:5] != "-" or text[7:8] != "-":
        return []
    try:
        if len(text) == 10:
            found = date.fromisoformat(text)
            return [day(found), long_day(found)]
        return _moment_words(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return []


def _moment_words(moment: datetime) -> list[str]:
    return [when_full(moment), day(moment), long_day(moment.astimezone(LONDON).date())]


def _at(content: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return None
    return content


def _put(content: Any, path: Sequence[str | int], value: str) -> None:
    """Puts a value where a path leads, if it leads to one."""
    inside = _at(content, path[:-1])
    if isinstance(inside, dict) and inside.get(path[-1]) is not None or isinstance(inside, list) and isinstance(path[-1], int) and path[-1] < len(inside):
        inside[path[-1]] = value
