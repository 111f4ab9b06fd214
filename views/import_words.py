"""Imports in words: what is wrong with a line, how far a file is, and what bringing it in does."""

import difflib

from db.models_imports import Import, ImportFault
from views.import_kinds import KINDS, choices_of
from views.words import count, listed, plural

#: Code of a fault -> why, with {said} for how the cell begins and {hint} for the line that it is about. A sentence each.
REASONS = {
    # of the line as a whole
    "cells_few": "The line has {said} cells. Perhaps a line end inside a cell is not in quotation marks.",
    "cells_many": "The line has {said} cells. Perhaps a comma inside a cell is not in quotation marks.",
    "quotes": "The quotation marks in this line do not fit together.",
    # of any cell
    "nul": "The cell holds a character that cannot be kept.",
    "encoding": "Something in the cell is not in the encoding of the rest of the file.",
    "control": "The cell holds a control character, which nobody can see.",
    "turned": "The cell holds a hidden character that turns the direction of text.",
    "empty": "It must be filled in.",
    "long": "It is too long.",
    # ids and what they name
    "doubled": "Line {hint} has the same id.",
    "unprintable": "An id is one line of characters that one can see.",
    "unknown": "There is none of this name or id here.",
    "closed": "This case is closed, so it takes nothing new.",
    "open_already": "This tenant has an open case already.",
    "open_doubled": "Line {hint} opens a case for the same tenant.",
    "home_is_here": "This home is here already, without this id.",
    "home_doubled": "Line {hint} is the same home.",
    "nobody": "Nobody who works or worked here has this e-mail address. Give the name instead.",
    # days and times
    "date": "Keywork cannot read this as a day. Write it as 03/11/2024 or 2024-11-03.",
    "month_first": "There is no such month. Days come before months here.",
    "no_such_day": "There is no such day.",
    "clocks_skip": "There was no such time: the clocks went forward over it.",
    "future": "This lies in the future.",
    "out_of_range": "Give a day between 2000 and 2099.",
    "before_case": "This is before the case was opened.",
    "before_opening": "This is before the case was opened.",
    "before_records": "Something was written, done or changed in the case after this, or it was reopened.",
    # choices and numbers
    "not_a_choice": "This is none of the choices.",
    "not_yes_or_no": "Write yes or no.",
    "shared": "Only Professional notes can be flagged for safeguarding.",
    "not_a_number": "Write a whole number of minutes.",
    "duration": "A session lasts 5 minutes to 12 hours.",
    "no_outcome": "A delivered session needs its outcome.",
    "outcome_too_early": "A scheduled session has no outcome yet.",
    "postcode": "This is no British postcode.",
}
STATES = {
    "uploaded": "Columns to match", "checking": "Being checked", "checked": "Checked", "applying": "Being imported", "done": "Imported",
    "discarded": "Given up", "expired": "Expired", "refused": "Refused", "failed": "Not done",
}
TONES = {"uploaded": "attention", "checking": "attention", "checked": "attention", "applying": "attention", "done": "good"}
LIVE = ("uploaded", "checking", "checked", "applying")
UNDER_WAY = ("checking", "applying")
ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "windows-1252": "Windows-1252"}
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
REFUSED = {
    "rights": "Whoever asked for it was no longer an org-admin of your organisation by then. Nothing was imported.",
    "plan": "Your organisation's plan had no support cases by then. Nothing was imported.",
}


def kind_words(kind: str) -> str:
    """'Properties'."""
    return plural(KINDS[kind].noun).capitalize()


def reason_of(fault: ImportFault, kind: str, field: str | None) -> str:
    """Why this line cannot be brought in, and what was probably meant."""
    said = REASONS.get(fault.code, "Keywork cannot take this.").format(said=fault.said, hint=fault.hint)
    if fault.code == "not_a_choice" and field:
        choices = choices_of(kind, field)
        near = difflib.get_close_matches((fault.said or "").casefold(), [each.casefold() for each in choices], 1, 0.6)
        meant = next((each for each in choices if near and each.casefold() == near[0]), None)
        return f"{said} Did you mean “{meant}”?" if meant else f"{said} They are {listed(choices)}."
    return said


def will_do(this: Import) -> list[str]:
    """What bringing a checked file in would do, a sentence each."""
    told = [f"{_many(this.to_add, this)} will be added."] if this.to_add or not this.to_close else []
    if this.to_close:
        told.append(f"{count(this.to_close, 'open case').capitalize()} will be closed.")
    if this.already_here:
        by, left = ("its id", "it is") if this.already_here == 1 else ("their ids", "they are")
        told.append(f"{_many(this.already_here, this)} {'is' if this.already_here == 1 else 'are'} here already, by {by}, and left as {left}.")
    return [*told, *_due(this)]


def has_done(this: Import) -> list[str]:
    """What an import that is done did, a sentence each."""
    told = [f"{_many(this.to_add, this)} {'was' if this.to_add == 1 else 'were'} added."]
    if this.to_close:
        told.append(f"{count(this.to_close, 'case').capitalize()} {'was' if this.to_close == 1 else 'were'} closed.")
    if this.already_here:
        told.append(f"{_many(this.already_here, this)} {'was' if this.already_here == 1 else 'were'} here already.")
    return [*told, *_due(this)]


def _many(number: int, this: Import) -> str:
    return count(number, KINDS[this.kind].noun).capitalize()


def _due(this: Import) -> list[str]:
    if not this.due_at_once:
        return []
    them = "it" if this.due_at_once == 1 else "them"
    return [f"{count(this.due_at_once, 'case').capitalize()} closed so long ago that retention deletes {them}, with all that is in {them}, in its next nightly run."]


def outcome(this: Import) -> str:
    """In a list: what became of it, in a few words."""
    if this.state == "done":
        numbers = ((this.to_add, "added"), (this.to_close, "closed"), (this.already_here, "here already"))
        return listed([f"{number:,} {what}" for number, what in numbers if number or what == "added"])
    if this.state == "checked":
        return count(this.fault_count, "fault").capitalize() if this.fault_count else f"{this.to_add + this.to_close:,} ready to import"
    return ""


