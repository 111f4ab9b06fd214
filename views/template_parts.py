"""The parts of a template while somebody words them: as a form holds them, and as the database keeps them.

A form without a script can do all of it: each operation ("up:3") is a button that sends the form and gets it back changed.
Nothing is saved by that, and whether the parts are good ones is the database's to say.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB

from views.document_words import blocks
from views.rows import run

#: Kinds of parts as people choose them, those that say something before those that ask.
SAYING = {"heading": "Heading", "text": "Text"}
ASKING = {
    "short_text": "One line", "long_text": "Longer text", "date": "Date", "number": "Number", "choice": "One choice", "choices": "Several choices",
    "yes_no": "Yes or no", "signature": "Signature",
}  # fmt: skip
WITH_OPTIONS = ("choice", "choices")
#: What fills itself in when a document is written: the field, what its button says, and what it becomes.
MERGE_FIELDS = (
    ("{{tenant}}", "Tenant", "the tenant's name"),
    ("{{property}}", "Home", "address, town and postcode of their home"),
    ("{{organisation}}", "Organisation", "the name of your organisation"),
    ("{{date}}", "Date", "the day on which the document is handed in"),
    ("{{case_opened}}", "Case opened", "the day on which the support case was opened"),
    ("{{author}}", "Author", "the name of whoever writes the document"),
)
#: The database takes no more (KW470).
MOST_PARTS = 100
FULL = f"A template has {MOST_PARTS} parts at most. Remove one first."

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SENT = re.compile(r"parts-(\d{1,6})-type")
_DO = re.compile(r"(up|down|add|remove):(\d{1,3})|back|preview")


def new_id() -> str:
    """The id of a new part: answers are found by it, in later wordings too."""
    return str(uuid.uuid4())


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


@dataclass
class Part:
    """One part as its fields hold it; `options`: one on each line. `errors`: sentences by field. `focus`: the control that somebody goes on with."""

    id: str
    type: str = "text"
    words: str = ""
    hint: str = ""
    options: str = ""
    required: bool = False
    errors: dict[str, list[str]] = field(default_factory=dict)
    focus: str = ""

    @classmethod
    def kept(cls, part: Mapping[str, Any]) -> "Part":
        """A part of a wording that is there."""
        return cls(part["id"], part["type"], part["words"], part.get("hint", ""), "\n".join(part.get("options", [])), part.get("required", False))

    @classmethod
    def sent(cls, form: Mapping[str, str], prefix: str) -> "Part":
        """A part as it was typed; one without an id of its own gets one."""
        its_id, kind = form.get(f"{prefix}id", ""), form.get(f"{prefix}type", "")
        return cls(its_id if _ID.fullmatch(its_id) else new_id(), kind if kind in SAYING | ASKING else "text", *(
            form.get(f"{prefix}{name}", "") for name in ("words", "hint", "options")), f"{prefix}required" in form)

    @property
    def rows(self) -> int:
        """How many lines its words take at first, where a browser does not see to that."""
        return min(12, 1 + self.words.count("\n") + len(self.words) // 70) if self.type == "text" else 1

    @property
    def asks(self) -> bool:
        """Whether it is a question."""
        return self.type in ASKING

    def as_json(self) -> dict[str, Any]:
        """As the database keeps it: what does not belong to its type is left out, and only text has lines."""
        words = _tidy(self.words)
        made: dict[str, Any] = {"id": self.id, "type": self.type, "words": words if self.type == "text" else " ".join(words.split())}
        if self.asks and _tidy(self.hint):
            made["hint"] = " ".join(self.hint.split())
        if self.type in WITH_OPTIONS:
            made["options"] = [each.strip() for each in _tidy(self.options).split("\n") if each.strip()]
        if self.asks and self.required:
            made["required"] = True
        return made


class Parts:
    """The parts of one form in their order, and the part that was removed last, which can be put back."""

    def __init__(self, parts: list[Part], removed: Part | None = None, removed_at: int = 0) -> None:
        self.parts, self.removed, self.removed_at = parts, removed, removed_at
        self.sentence = ""

    @classmethod
    def kept(cls, parts: list[Mapping[str, Any]]) -> "Parts":
        """Those of a wording that is there."""
        return cls([Part.kept(part) for part in parts])

    @classmethod
    def sent(cls, form: Mapping[str, str]) -> "Parts":
        """Those that were typed, each with an id that no other has."""
        places = sorted(int(found[1]) for name in form if (found := _SENT.fullmatch(name)))
        parts: dict[str, Part] = {}
        # One more than there may be, so that the database says so; a forged form with thousands makes no page of thousands.
        for place in places[:MOST_PARTS + 1]:
            part = Part.sent(form, f"parts-{place}-")
            if part.id in parts:
                part.id = new_id()
            parts[part.id] = part
        removed = Part.sent(form, "removed-") if "removed-id" in form else None
        at = form.get("removed-at", "")
        return cls(list(parts.values()), removed, int(at) if re.fullmatch(r"\d{1,3}", at) else 0)

    def as_json(self) -> list[dict[str, Any]]:
        """All of them as the database keeps them."""
        return [part.as_json() for part in self.parts]

    def do(self, asked: str) -> None:
        """What a button asks for; nothing where there is no such part."""
        found = _DO.fullmatch(asked)
        if not found or found[1] is None:
            if asked == "back":
                self._put_back()
            return
        verb, at = found[1], int(found[2])
        if verb == "add":
            self._add(min(at, len(self.parts)))
        elif at < len(self.parts):
            {"up": self._swap, "down": self._swap, "remove": self._remove}[verb](at, verb)

    def _add(self, at: int) -> None:
        if len(self.parts) >= MOST_PARTS:
            self.sentence = FULL
            return
        above = self.parts[at - 1] if 0 < at else None
        self.parts.insert(at, Part(new_id(), above.type if above and above.type != "heading" else "text", focus="words"))

    def _swap(self, at: int, verb: str) -> None:
        other = at - 1 if verb == "up" else at + 1
        if 0 <= other < len(self.parts):
            self.parts[at], self.parts[other] = self.parts[other], self.parts[at]
            self.parts[other].focus = verb

    def _remove(self, at: int, _verb: str) -> None:
        self.removed, self.removed_at = self.parts.pop(at), at

    def _put_back(self) -> None:
        if self.removed is None:
            return
        if len(self.parts) >= MOST_PARTS:
            self.sentence = FULL
            return
        self.parts.insert(min(self.removed_at, len(self.parts)), replace(self.removed, id=self._free(self.removed.id), focus="words"))
        self.removed = None

    def _free(self, its_id: str) -> str:
        return new_id() if any(part.id == its_id for part in self.parts) else its_id


#: How a question looks once it is answered, where there is nothing to choose from.
EXAMPLES = {"short_text": "An answer in a few words", "long_text": "An answer in as many words as it takes.", "number": 12, "yes_no": True}


def preview_of(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """What a document of these parts would say, complete or not, with an invented tenant and invented answers.

    For templates/parts/template_preview.html.
    """
    readable = [{key: _without_nul(value) for key, value in part.items()} for part in parts]
    content = run(select(func.app.preview_of_template(cast(readable, JSONB)))).scalar_one()
    for part in content["parts"] or []:
        options = part.get("options") or []
        examples = EXAMPLES | {
            "date": content["dated"], "signature": content["tenant"], "choice": options[0] if options else None, "choices": options[:2]}
        if examples.get(part["type"]):
            part["answer"] = examples[part["type"]]
    return {"organisation": content["organisation"], "blocks": blocks(content["parts"] or [])}


def _without_nul(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nul(each) for each in value]
    return value.replace("\x00", "") if isinstance(value, str) else value
