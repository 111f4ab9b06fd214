"""Documents in words: their kinds, states and steps, and what a person reads of their parts and answers.

The codes are the database's. What a document says is read here once, for the screen and for paper, so that both say the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from views.digest_words import Badge
from views.words import listed

KINDS = {
    "letter": "Letter",
    "agreement": "Agreement",
    "acknowledgement": "Acknowledgement",
    "intake_assessment": "Intake assessment",
    "recurring_assessment": "Recurring assessment",
    "event_form": "Event form",
    "session_log": "Session log",
    "checklist": "Checklist",
    "reference": "Reference",
}

STATES = {
    "draft": Badge("Draft"),
    "submitted": Badge("Waiting for approval", "attention", "clock"),
    "approved": Badge("Approved", "good", "check"),
    "sent": Badge("Sent", "good", "check"),
    "withdrawn": Badge("Withdrawn"),
    "superseded": Badge("Replaced by a newer version"),
}


class Step(NamedTuple):
    """`button` is what somebody presses, `done` what the trail says of it."""

    button: str
    done: str


STEPS = {
    "begin": Step("Write a document", "Begun"),
    "submit": Step("Hand in for approval", "Handed in for approval"),
    "return": Step("Return to the author", "Returned to the author"),
    "withdraw": Step("Withdraw", "Withdrawn"),
    "approve": Step("Approve", "Approved"),
    "send": Step("Send by e-mail", "Sent by e-mail"),
    "hand_over": Step("Record a handover", "Handed over"),
    "supersede": Step("Write a new version", "Replaced by a newer version"),
}

#: What a template says by itself, and what it asks.
WORDS = {"heading": "Heading", "text": "Text"}
QUESTIONS = {
    "short_text": "One line",
    "long_text": "Longer text",
    "date": "Date",
    "number": "Number",
    "choice": "One choice",
    "choices": "Several choices",
    "yes_no": "Yes or no",
    "signature": "Signature",
}

#: What turns the words around it about and is nothing by itself. Copied telephone numbers bring it along; and it would show
#: words in another order than they are stored in, approved and hashed.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
NO_CHARACTERS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
#: Accents above and below one letter. Where there are very many they run over the lines around it.
MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
TOO_MANY_MARKS = re.compile(f"({MARKS}{{4}}){MARKS}+")


def legible(text: str) -> str:
    """Text as it is shown: nothing in it turns other words about, runs over them, or is no character at all ('\ufffd')."""
    return TOO_MANY_MARKS.sub("\\1\ufffd", NO_CHARACTERS.sub("\ufffd", LINE_ENDS.sub("\n", TURNS.sub("", text))))


def long_day(day: date) -> str:
    """'3 November 2026'."""
    return f"{day.day} {day:%B} {day.year}"


def decimal(number: float | Decimal) -> str:
    """'12.5', '1000', '0.07': as it was typed, without zeros that say nothing, and never with an exponent."""
    words = f"{Decimal(str(number)):f}"
    words = words.rstrip("0").rstrip(".") if "." in words else words
    return "0" if words == "-0" else words


def answer_words(kind: str, answer: Any) -> tuple[str, ...]:
    """What a person reads of an answer to a kind of question (a key of QUESTIONS): several for several choices, none for none."""
    if answer is None or answer == [] or (isinstance(answer, str) and not legible(answer).strip()):
        return ()
    if kind == "date":
        return (long_day(date.fromisoformat(answer)),)
    if kind == "number":
        return (decimal(answer),)
    if kind == "yes_no":
        return ("Yes" if answer else "No",)
    if kind == "choices":
        return tuple(map(legible, answer))
    return (legible(answer),)


@dataclass(frozen=True)
class Question:
    """One question with its answer: none, one, or several choices."""

    words: str
    answers: tuple[str, ...]
    signature: bool


@dataclass(frozen=True)
class Block:
    """What stands together on a page: a heading, words, or questions that follow one another."""

    heading: str = ""
    text: str = ""
    questions: tuple[Question, ...] = ()


#: Kinds that are written to somebody: a question that nobody answered says nothing to them. A record says that it was not answered.
SAYS_WHAT_IS_ANSWERED = ("letter", "agreement", "reference")


def blocks(parts: Sequence[Mapping[str, Any]], kind: str | None = None) -> list[Block]:
    """The parts of a document of a kind as they are read, in their order. Hints are for whoever fills it in, and not among them.

    A place to sign always is: it may be signed on paper.
    """
    made = []
    if kind in SAYS_WHAT_IS_ANSWERED:
        parts = [part for part in parts if part["type"] in (*WORDS, "signature") or answer_words(part["type"], part.get("answer"))]
    for said, group in groupby(parts, key=lambda part: part["type"] if part["type"] in WORDS else ""):
        if said:
            made += [Block(**{said: legible(part["words"])}) for part in group]
        else:
            made.append(Block(questions=tuple(_question(part) for part in group)))
    return made


def _question(part: Mapping[str, Any]) -> Question:
    return Question(legible(part["words"]), answer_words(part["type"], part.get("answer")), part["type"] == "signature")


#: Said of what somebody stored past the database's rules.
UNREADABLE = "Something that is no document of Keywork's"


def said_by(content: Any) -> str:
    """What a document says: its title, then each part, questions with what was answered."""
    try:
        return "\n\n".join([legible(content["title"]), *(_part(part) for part in content["parts"])])
    except (KeyError, TypeError, ValueError, AttributeError):
        return UNREADABLE


def _part(part: Mapping[str, Any]) -> str:
    if part["type"] in WORDS:
        return legible(part["words"])
    return f"{legible(part['words'])}\n{listed(answer_words(part['type'], part.get('answer'))) or 'Not answered'}"


def asked_by(parts: Any) -> str:
    """What a template says and asks."""
    try:
        return "\n\n".join(_asked(part) for part in parts)
    except (KeyError, TypeError, ValueError, AttributeError):
        return UNREADABLE


def _asked(part: Mapping[str, Any]) -> str:
    words = legible(part["words"])
    if part["type"] in WORDS:
        return words
    choices = f": {listed(list(map(legible, part['options'])))}" if part.get("options") else ""
    must = ", must be answered" if part.get("required") else ""
    hint = [legible(part["hint"])] if part.get("hint") else []
    return "\n".join([words, f"{QUESTIONS[part['type']]}{choices}{must}", *hint])
