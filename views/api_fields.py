"""Fields of what the API takes and gives, each with its words: what it means, and what is said when it cannot be read.

They read, and no more: what may stand in a field is the database's to decide. Bounds here are for the OpenAPI document alone.
"""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timezone

from marshmallow import RAISE, Schema, ValidationError, fields

from views.sentences import STATES

#: A character that cannot be stored: NUL, and halves of a pair, which JSON can write.
NOT_STORED = STATES["22021"][1]
NEEDED = "Please fill this in."


class Body(Schema):
    """Base of what programs send: fields that are not there are refused, not passed over."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "There is no such field here.", "type": "Send an object with fields by their names."}


class _Field(fields.Field):
    #: What is said of a value that is none.
    unread = "That could not be read."

    def __init__(self, description: str, **options: object) -> None:
        metadata = {"description": description, **options.pop("metadata", {})}
        super().__init__(metadata=metadata, error_messages={"required": NEEDED, "null": NEEDED, "validator_failed": self.unread}, **options)

    def _deserialize(self, value, attr, data, **kwargs):
        try:
            return self.read(value)
        except (TypeError, ValueError, OverflowError):
            raise ValidationError(self.unread) from None

    def read(self, value: object) -> object:
        """The value that was sent, as it is kept. Raises TypeError or ValueError for what it is not."""
        raise NotImplementedError


class Id(_Field, fields.UUID):
    """A UUID."""

    unread = "That is no id. Ids look like 3f0c6f2e-8a52-4a3e-9f3e-0f4c7f1d9a11."

    def read(self, value):
        """As text with its hyphens, in whatever capitals."""
        found = uuid.UUID(value) if isinstance(value, str) else None
        if found is None or str(found) != value.lower():
            raise ValueError
        return found


class Words(_Field, fields.String):
    """Text, with its line ends as the database keeps them and no blanks at its ends. `most`: characters that fit.

    With `emptied`, nothing stands for no text at all; `exact` is kept as it was sent.
    """

    unread = "Send text."

    def __init__(self, description: str, *, most: int | None = None, emptied: bool = False, exact: bool = False, **options: object) -> None:
        self._emptied, self._exact = emptied, exact
        super().__init__(description, metadata={"maxLength": most} if most else {}, **options)

    def read(self, value):
        """Refuses what cannot be stored."""
        if not isinstance(value, str):
            raise TypeError
        if self._exact:
            return storable(value)
        return storable(value.replace("\r\n", "\n").strip()) or (None if self._emptied else "")


class Code(_Field, fields.String):
    """One of a few words."""

    def __init__(self, description: str, codes: Iterable[str], **options: object) -> None:
        self._codes = tuple(codes)
        self.unread = f"Send one of these: {', '.join(self._codes)}."
        super().__init__(description, metadata={"enum": [*self._codes, *([None] if options.get("allow_none") else [])]}, **options)

    def read(self, value):
        """One of the codes."""
        if value not in self._codes:
            raise ValueError
        return value


class Whole(_Field, fields.Integer):
    """A whole number from `least` to `most`; with `capped`, more than that stands for `most`."""

    def __init__(self, description: str, least: int, most: int, *, capped: bool = False, **options: object) -> None:
        self._least, self._most, self._capped = least, most, capped
        self.unread = f"Send a whole number, {least} or more." if capped else f"Send a whole number from {least} to {most}."
        super().__init__(description, metadata={"minimum": least, **({} if capped else {"maximum": most})}, **options)

    def read(self, value):
        """A number as JSON writes whole ones."""
        if type(value) is not int or value < self._least:
            raise ValueError
        if value > self._most and not self._capped:
            raise ValueError
        return min(value, self._most)


class YesNo(_Field, fields.Boolean):
    """True or false, and nothing that stands for them."""

    unread = "Send true or false."

    def read(self, value):
        """As it is."""
        if not isinstance(value, bool):
            raise TypeError
        return value


class Moment(_Field, fields.DateTime):
    """A moment: ISO 8601 with its offset from UTC. Given in UTC."""

    unread = "Send a moment with its offset, such as 2026-11-03T14:05:00Z or 2026-07-03T14:05:00+01:00."

    def read(self, value):
        """A time without its offset would be read in a zone that nobody named."""
        found = datetime.fromisoformat(value)
        if found.tzinfo is None or len(value) < 16:
            raise ValueError
        return found.astimezone(timezone.utc)

    def _serialize(self, value, attr, obj, **kwargs):
        return None if value is None else value.astimezone(timezone.utc).isoformat()


class Day(_Field, fields.Date):
    """A day: 2026-11-03."""

    unread = "Send a day such as 2026-11-03."

    def read(self, value):
        """As ISO 8601 writes it with hyphens."""
        found = date.fromisoformat(value)
        if found.isoformat() != value:
            raise ValueError
        return found


def storable(words: str) -> str:
    """Text that Postgres can hold. Raises ValidationError for other text."""
    if "\x00" in words or any("\ud800" <= each <= "\udfff" for each in words):
        raise ValidationError(NOT_STORED)
    return words


#: A field of these answers is always there; its value may be null where the description says when.
def given(field: type[_Field], description: str, *arguments: object, nullable: bool = False) -> _Field:
    """A field of an answer."""
    return field(description, *arguments, required=True, allow_none=nullable)
