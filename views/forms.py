"""Form fields that read what people type, and a form that shows what the database refused.

Forms check little themselves: the constraints decide, and views/sentences.py words them.
"""

import uuid
from datetime import datetime

from flask import request
from flask_wtf import FlaskForm
from wtforms import (
    DateField, DateTimeLocalField, FileField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField,
)

from views.sentences import Refusal
from views.words import LONDON


#: The largest numbers that an integer and a smallint column hold.
LARGEST, LARGEST_SMALL = 2**31 - 1, 2**15 - 1


def _tidy(value: str | None) -> str | None:
    """Line ends as the database keeps them, and no blanks at the ends."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _or_nothing(value: str | None) -> str | None:
    return _tidy(value) or None


def _as_postcode(value: str | None) -> str | None:
    if not isinstance(value, str):
        return value
    letters = "".join(value.upper().split())
    return f"{letters[:-3]} {letters[-3:]}" if len(letters) > 3 else letters


def _as_agreed(sentences: list[str]) -> str:
    return " ".join(" ".join(sentences).split())


class Asked:
    """A field that says whether it must be filled in. The label shows it; the database, not the form, insists."""

    def __init__(self, label: str, *, required: bool = False, **options: object) -> None:
        super().__init__(label, **options)
        if required:
            self.flags.required = True


class Line(Asked, StringField):
    """One line of text."""

    def __init__(self, label: str, **options: object) -> None:
        super().__init__(label, filters=[_tidy], **options)


class OptionalLine(Asked, StringField):
    """One line of text that may stay empty, and is then nothing at all."""

    def __init__(self, label: str, **options: object) -> None:
        super().__init__(label, filters=[_or_nothing], **options)


class Postcode(Asked, StringField):
    """A postcode as people type it: `data` has its capitals and its blank, the form shows what was typed."""

    def __init__(self, label: str, **options: object) -> None:
        super().__init__(label, filters=[_as_postcode], **options)

    def _value(self):
        return self.raw_data[0] if self.raw_data else super()._value()


class Paragraphs(Asked, TextAreaField):
    """Text of several lines."""

    def __init__(self, label: str, *, rows: int = 5, **options: object) -> None:
        super().__init__(label, filters=[_tidy], render_kw={"rows": rows}, **options)


class OptionalParagraphs(Asked, TextAreaField):
    """Text of several lines that may stay empty, and is then nothing at all."""

    def __init__(self, label: str, *, rows: int = 5, **options: object) -> None:
        super().__init__(label, filters=[_or_nothing], render_kw={"rows": rows}, **options)


class Choice(Asked, SelectField):
    """One of a list. What is not on the list is for the database to refuse."""

    def __init__(self, label: str, **options: object) -> None:
        super().__init__(label, validate_choice=False, **options)


class Radio(Asked, RadioField):
    """One of a short list, all of it in view."""

    def __init__(self, label: str, **options: object) -> None:
        super().__init__(label, validate_choice=False, **options)


class Day(Asked, DateField):
    """A date that may stay empty."""

    def process_formdata(self, valuelist):
        """Reads the browser's yyyy-mm-dd. Raises ValueError with a sentence for anything else."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Give a date, with day, month and year.") from None


class LondonMoment(Asked, DateTimeLocalField):
    """A date and time as people in London say it; `data` carries that zone."""

    def process_formdata(self, valuelist):
        """Reads the browser's local date and time. Raises ValueError with a sentence for anything else."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None
        if self.data is None:
            raise ValueError("Give a date and a time.")
        self.data = self.data.replace(tzinfo=LONDON)

    def _value(self):
        if self.raw_data:
            return " ".join(self.raw_data)
        return self.data.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M") if isinstance(self.data, datetime) else ""


class WholeNumber(Asked, IntegerField):
    """A whole number, up to the largest one that its column holds."""

    def __init__(self, label: str, *, largest: int = LARGEST, **options: object) -> None:
        super().__init__(label, **options)
        self.largest = largest

    def process_formdata(self, valuelist):
        """Reads a whole number. Raises ValueError with a sentence for anything else."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Give a whole number.") from None
        if self.data is not None and abs(self.data) > self.largest:
            raise ValueError("Give a smaller number.")


class OptionalWholeNumber(WholeNumber):
    """A whole number that may stay empty, and is then nothing at all."""

    def process_formdata(self, valuelist):
        """Reads a whole number or nothing. Raises ValueError with a sentence for anything else."""
        if valuelist and not valuelist[0].strip():
            self.data = None
        else:
            super().process_formdata(valuelist)


class ChosenFile(Asked, FileField):
    """A file; `data` is its bytes. What it is called is not read."""

    def process_formdata(self, valuelist):
        """Reads the file. Raises ValueError with a sentence where none was chosen."""
        self.data = request.files[self.name].read() if self.name in request.files and request.files[self.name].filename else None
        if self.data is None:
            raise ValueError("Choose a file.")


class Agreed(HiddenField):
    """What somebody was told before they agreed, word for word; it comes back with their answer."""

    def populate_obj(self, obj, name):
        """Nothing: no row keeps it."""

    def to(self, sentences: list[str]) -> bool:
        """Whether these very sentences were shown."""
        return self.data == _as_agreed(sentences)

    def show(self, sentences: list[str]) -> None:
        """They are from now on."""
        self.data = _as_agreed(sentences)


class SentOnce(HiddenField):
    """The id of the row that this form will make, drawn when the form is shown.

    Sent again after a lost answer, the same id meets the primary key: a repeat writes nothing twice.
    """

    def __init__(self, **options: object) -> None:
        super().__init__(default=uuid.uuid4, **options)

    def process_formdata(self, valuelist):
        """Reads the uuid. Raises ValueError with a sentence for anything else."""
        try:
            self.data = uuid.UUID(valuelist[0]) if valuelist else uuid.uuid4()
        except ValueError:
            raise ValueError("Please load the page again.") from None


class Form(FlaskForm):
    """A form that keeps what was typed and shows the database's refusal beside the field it is about."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form, formdata):
            """What the request says as text, where nothing else is given: no field of text gets a file, or a list out of JSON. ChosenFile looks for its file itself."""
            given = formdata is None or hasattr(formdata, "getlist")
            return super().wrap_formdata(form, formdata) if given else (request.form or None) if request.method == "POST" else None

    def is_submitted(self) -> bool:
        """Whether the form was sent to be kept. A search in a choice (views/choosing.py) only asks for it back."""
        return super().is_submitted() and "find" not in request.form and not any(getattr(field, "asked_by_enter", False) for field in self)

    @property
    def brings_file(self) -> bool:
        """Whether it is to be sent as browsers send files."""
        return any(isinstance(field, FileField) for field in self)

    def when_not_there(self) -> Refusal | None:
        """What to say when the policies refuse what was chosen (views/choosing.py); None for a form without such a choice."""
        return next((field.when_not_there() for field in self if hasattr(field, "when_not_there")), None)

    def refuse(self, refusal: Refusal) -> None:
        """Puts a refusal by its field, or above the form when it is about none that the form has.

        A rule about one part of a column ("column.key") stands by the field column_key.
        """
        name = (refusal.field or "").replace(".", "_")
        if name in self._fields and not isinstance(self._fields[name], HiddenField):
            field = self._fields[name]
            field.errors = [*field.errors, refusal.sentence]
        else:
            self.form_errors = [*self.form_errors, refusal.sentence]


class NewRow(Form):
    """A form that makes a row."""

    id = SentOnce()
