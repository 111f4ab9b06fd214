"""The form that a document is filled in with: a field for each question of its template, by the question's type.

Which answers fit is the database's to say (app.answer_fits); its refusals name the question, and stand at its field.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import HiddenField, SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput, ListWidget

from views.document_words import decimal
from views.forms import Asked, Choice, Day, Form, Line, Paragraphs, Radio
from views.sentences import STATES

#: Digits that JSON and Python's numbers keep exactly as they were typed.
MOST_DIGITS = 15
#: As people write them: 12, -3, 7.50, 1,250, £7.50.
A_NUMBER = re.compile(r"-?£?\s?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
#: How a choice is left open: without it nobody could take an answer back.
LEFT_OPEN = ("", "Not answered")
#: More choices than these are a list that opens.
MOST_IN_VIEW = 8
YES_NO = {"yes": True, "no": False}
TO_BE_ANSWERED = STATES["KW479"][1]
A_SIGNATURE = "The full name of whoever signs, typed."


class Number(Asked, StringField):
    """A number with decimals, or nothing. A plain line: a browser's own number field forgets what it cannot read."""

    def process_formdata(self, valuelist):
        """Reads a number as people write it. Raises ValueError with a sentence for anything else."""
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        if not A_NUMBER.fullmatch(typed):
            raise ValueError(STATES["KW477"][1])
        number = Decimal(re.sub(r"[£,\s]", "", typed)).normalize()
        # Zeros at the end count as well: Python writes no number of some thousand digits.
        if len(number.as_tuple().digits) > MOST_DIGITS or number.adjusted() >= MOST_DIGITS:
            raise ValueError("Give a number with fewer digits.")
        self.data = int(number) if number == number.to_integral_value() else float(number)

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else decimal(self.data)


class Ticks(Asked, SelectMultipleField):
    """Any of a short list, all of it in view."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, **options: object) -> None:
        super().__init__(label, validate_choice=False, **options)


class Seen(HiddenField):
    """Which revision of the draft the page showed: what somebody saved since then is not written over."""

    def process_formdata(self, valuelist):
        """Reads the number. Raises ValueError with a sentence for anything else."""
        if not valuelist or not re.fullmatch(r"[1-9]\d{0,8}", valuelist[0]):
            raise ValueError("Please load the page again.")
        self.data = int(valuelist[0])


class Filling(Form):
    """What every such form has; the questions come from the template (filling_form)."""

    title = Line("Title", required=True)
    revision = Seen()


def _one_of(label: str, options: Sequence[str], **more: object):
    if len(options) > MOST_IN_VIEW:
        return Choice(label, choices=[LEFT_OPEN, *((each, each) for each in options)], **more)
    return Radio(label, choices=[*((each, each) for each in options), LEFT_OPEN], default="", **more)


#: Type of a question -> its field, from the part of the template.
FIELDS = {
    "short_text": lambda part, **more: Line(part["words"], **more),
    "long_text": lambda part, **more: Paragraphs(part["words"], **more),
    "date": lambda part, **more: Day(part["words"], **more),
    "number": lambda part, **more: Number(part["words"], render_kw={"inputmode": "decimal"}, **more),
    "choice": lambda part, **more: _one_of(part["words"], part["options"], **more),
    "choices": lambda part, **more: Ticks(part["words"], choices=[(each, each) for each in part["options"]], **more),
    "yes_no": lambda part, **more: Radio(part["words"], choices=[("yes", "Yes"), ("no", "No"), LEFT_OPEN], default="", **more),
    "signature": lambda part, **more: Line(part["words"], **{**more, "description": more["description"] or A_SIGNATURE}),
}  # fmt: skip


def field_of(part: Mapping[str, Any]) -> str:
    """The name of the field of a question, at which refusals about answers.<id> stand (Form.refuse)."""
    return f"answers_{part['id']}"


def questions(parts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The parts that ask for an answer."""
    return [part for part in parts if part["type"] in FIELDS]


def filling_form(parts: Sequence[Mapping[str, Any]], title: str, revision: int, **options: object) -> Filling:
    """The form for these parts (of a document's content, with `required`), filled in as far as they are answered."""
    fields = {field_of(part): FIELDS[part["type"]](part, description=part.get("hint", ""), required=part.get("required", False)) for part in questions(parts)}
    answers = {field_of(part): _shown(part["type"], part["answer"]) for part in questions(parts) if "answer" in part}
    return type("FillingIn", (Filling,), fields)(data={"title": title, "revision": revision, **answers}, **options)


def _shown(kind: str, answer: Any) -> Any:
    if kind == "date":
        return date.fromisoformat(answer)
    return ("yes" if answer else "no") if kind == "yes_no" else answer


def answers_in(form: Filling, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The answers as the database keeps them, by question; what is left open is not there."""
    typed = {part["id"]: _kept(part["type"], form[field_of(part)].data) for part in questions(parts)}
    return {each: answer for each, answer in typed.items() if answer not in (None, "", [])}


def _kept(kind: str, data: Any) -> Any:
    if kind == "date":
        return data and data.isoformat()
    # What is neither is for the database to refuse.
    return YES_NO.get(data, data) if kind == "yes_no" else data


def mark_open_questions(form: Filling, parts: Sequence[Mapping[str, Any]]) -> None:
    """Says at each question that must be answered and is not that it must: the database names the first one only."""
    answered = answers_in(form, parts)
    for part in questions(parts):
        field = form[field_of(part)]
        if part.get("required") and part["id"] not in answered and not field.errors:
            field.errors = [TO_BE_ANSWERED]


def as_uuid(typed: str | None) -> uuid.UUID | None:
    """The id in a text, or None where there is none."""
    try:
        return uuid.UUID(typed or "")
    except ValueError:
        return None
