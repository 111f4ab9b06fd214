"""What a file of each kind brings, in words: its fields, what each must look like, and by which names of columns one is guessed.

Which fields there are, and which must be there, is the database's to say (app.import_fields); a test compares the two.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from views.words import LABELS, listed

#: In which order cases and what is in them come.
CLOSINGS_LAST = ("Bring their tenants first. A closed case takes nothing new: leave the closing out at first, bring notes, goals and sessions,"
                 " then this file again with it.")
WHEN = "A day, such as 03/11/2024 or 2024-11-03, with or without a time; days come first."


@dataclass(frozen=True)
class Field:
    """A field: its words, what a cell of it must say, and other names that former systems have for it (small letters and digits alone)."""

    label: str
    hint: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of file: what one row is called, what the file must be preceded by, and its fields in the order of the form."""

    noun: str
    comes_after: str
    fields: dict[str, Field]


def _codes(of: str) -> str:
    return f"One of: {listed(list(LABELS[of].values()))}."


def _id(noun: str) -> Field:
    return Field("Its id", f"What the former system calls the {noun}: the same in every file, and no two alike.",
                 ("id", "externalid", "ref", "reference", "number", f"{noun}id", f"{noun}ref"))


CASE = Field("Case", "The id that the case has in the file of cases.", ("caseid", "caseref", "casereference", "casenumber", "supportcase"))
AUTHOR = Field("Written by", "The e-mail address of somebody who works here, or the name of somebody who does not.",
               ("author", "writtenby", "createdby", "worker", "staff", "user", "recordedby"))

KINDS: dict[str, Kind] = {
    "properties": Kind("property", "The landlords must be in Keywork already.", {
        "external_id": _id("property"),
        "landlord": Field("Landlord", "The landlord's name, as it stands under Landlords.", ("landlordname", "owner", "client")),
        "address": Field("Number and street", "Up to 200 characters.", ("address1", "addressline1", "street", "propertyaddress")),
        "town": Field("Town", "Up to 100 characters.", ("city", "addressline2", "posttown")),
        "postcode": Field("Postcode", "A British postcode.", ("postalcode", "zip", "pc")),
    }),
    "tenants": Kind("tenant", "Bring their properties first.", {
        "external_id": _id("tenant"),
        "property": Field("Property", "The id that the home has in the file of properties.", ("propertyid", "propertyref", "home", "unit", "unitid")),
        "full_name": Field("Full name", "Up to 120 characters.", ("name", "tenantname", "tenant", "clientname", "resident")),
        "date_of_birth": Field("Date of birth", "A day, such as 03/11/1980 or 1980-11-03; days come first.", ("dob", "birthdate", "born", "birthday")),
        "note_visibility": Field("Shared notes and housing officers", _codes("note_visibility"), ("housingofficernotevisibility", "visibility")),
    }),
    "cases": Kind("case", CLOSINGS_LAST, {
        "external_id": _id("case"),
        "tenant": Field("Tenant", "The id that the tenant has in the file of tenants.",
                        ("tenantid", "tenantref", "client", "clientid", "resident", "residentid")),
        "opened_at": Field("Opened", WHEN, ("opened", "openedon", "openeddate", "dateopened", "startdate", "started", "start", "referraldate")),
        "context_summary": Field("Context summary", "Up to 4,000 characters.", ("summary", "context", "background", "description")),
        "closed_at": Field("Closed", f"{WHEN} Retention counts from here.", ("closed", "closedon", "closeddate", "dateclosed", "enddate", "ended", "end")),
        "closing_reason": Field("Why it was closed", _codes("closing_reason"), ("reason", "closurereason", "reasonclosed", "outcome")),
    }),
    "notes": Kind("note", "Bring their cases first.", {
        "external_id": _id("note"), "case": CASE,
        "stream": Field("Stream", "Shared or Professional.", ("notestream", "type", "notetype", "visibility", "category")),
        "body": Field("Note", "Up to 20,000 characters.", ("note", "notes", "text", "notetext", "content", "details", "entry")),
        "author": AUTHOR,
        "created_at": Field("Written", WHEN, ("created", "createdon", "date", "datetime", "written", "notedate", "datecreated", "when")),
        "safeguarding": Field("Safeguarding", "Yes or no; yes on Professional notes alone.", ("safeguardingflag", "issafeguarding", "flagged")),
    }),
    "goals": Kind("goal", "Bring their cases first.", {
        "external_id": _id("goal"), "case": CASE,
        "title": Field("Goal", "Up to 160 characters.", ("goal", "name", "goaltitle", "aim", "objective")),
        "description": Field("How it is reached", "Up to 4,000 characters.", ("details", "plan", "actions", "notes", "how")),
        "target_date": Field("Target date", "A day, such as 03/11/2024 or 2024-11-03; days come first.", ("target", "due", "duedate", "reviewdate")),
        "status": Field("State", f"{_codes('goal_status')} Without it, a goal is active.", ("state", "goalstatus")),
        "author": AUTHOR,
        "created_at": Field("Set", WHEN, ("created", "createdon", "date", "set", "seton", "datecreated", "startdate")),
    }),
    "sessions": Kind("session", "Bring their cases first.", {
        "external_id": _id("session"), "case": CASE,
        "scheduled_at": Field("When", f"{WHEN} It may lie ahead where the session is scheduled or cancelled.",
                              ("scheduled", "date", "datetime", "sessiondate", "when", "start", "starts", "appointmentdate")),
        "duration_minutes": Field("Minutes", "5 to 720; without it, 60.", ("duration", "minutes", "mins", "length")),
        "type": Field("Type", _codes("session_type"), ("sessiontype", "kind", "category", "contacttype")),
        "attendees": Field("Who took part", "Up to 300 characters.", ("attendance", "present", "participants", "who")),
        "status": Field("How it went", _codes("session_status"), ("state", "sessionstatus", "attended")),
        "outcome_note": Field("Outcome", "Up to 8,000 characters. Delivered sessions have one, scheduled ones do not.",
                              ("outcome", "notes", "note", "summary", "details", "result")),
        "author": AUTHOR,
    }),
}  # fmt: skip

#: Field of a kind -> the codes that a cell of it may say (a key of LABELS), for what was probably meant.
CODES = {"note_visibility": "note_visibility", "closing_reason": "closing_reason", "type": "session_type",
         ("goals", "status"): "goal_status", ("sessions", "status"): "session_status"}


def choices_of(kind: str, field: str) -> list[str]:
    """What a cell of this field may say, in words; empty where it is no choice."""
    if field == "stream":
        return ["Shared", "Professional"]
    of = CODES.get((kind, field)) or CODES.get(field)
    return list(LABELS[of].values()) if of else []


def guessed(kind: str, header: Sequence[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """{field: name of a column}: as it was for the last file where the names are the same, else by name. No column twice."""
    taken = {field: column for field, column in remembered.items() if column in header and field in KINDS[kind].fields}
    names = {_plain(column): column for column in reversed(header) if column not in taken.values()}
    for field, words in KINDS[kind].fields.items():
        if field in taken:
            continue
        # First what is called as here, then as elsewhere.
        found = next((name for name in (_plain(field), _plain(words.label), *words.names) if name in names), None)
        if found:
            taken[field] = names.pop(found)
    return taken


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
