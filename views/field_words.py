"""Columns of records in words: labels as on the forms, codes, times and numbers as people read them.

It reads nothing: the audit log's lines (views/history_fields.py) and subject access bundles, which the jobs make, are both worded here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from views import document_words, history_imports
from views.document_words import asked_by, said_by
from views.words import count, day, label, listed, minutes, when_full


@dataclass(frozen=True)
class Field:
    """A column in words. `of`: the table and column that say what an id stands for."""

    label: str
    words: Callable[[Any], str] = str
    of: tuple[str, str] | None = None


def _code(of: str) -> Callable[[str], str]:
    return lambda code: label(code, of)


def _moment(text: str) -> str:
    return when_full(datetime.fromisoformat(text))


def _day(text: str) -> str:
    return day(date.fromisoformat(text))


def _yes_or_no(value: bool) -> str:
    return "Yes" if value else "No"


def _hash(text: str) -> str:
    return text.removeprefix("\\x")


def _every(months: int) -> str:
    return f"Every {count(months, 'month')}" if months > 1 else "Every month"


def _years(windows: dict[str, int]) -> str:
    return f"Closed cases {count(windows['case'], 'year')}, safeguarding notes {count(windows['safeguarding'], 'year')}"


LANDLORD = Field("Landlord", of=("landlords", "name"))
AUTHOR = {"author_name": Field("By")}
FORMER = {"external_id": Field("Id in the former system")}
NOTED = Field("Written", _moment)
MADE = {"created_at": Field("Added", _moment)}
KIND = Field("Kind", document_words.KINDS.__getitem__)
REPEATS = Field("Repeats", _every)

#: Table -> column -> its words, in the order in which people read them.
FIELDS: dict[str, dict[str, Field]] = {
    "support_cases": {
        "context_summary": Field("Context summary"), "opened_at": Field("Opened", _moment), "closed_at": Field("Closed", _moment),
        "closing_reason": Field("Why is it being closed?", _code("closing_reason")), **FORMER, "landlord_id": LANDLORD,
    },
    "support_notes": {
        "body": Field("Note"), "safeguarding": Field("Safeguarding", _yes_or_no), "safeguarding_flagged_at": Field("Flagged", _moment),
        **AUTHOR, "created_at": NOTED, "edited_at": Field("Edited", _moment), **FORMER, "landlord_id": LANDLORD,
    },
    "support_goals": {
        "title": Field("What are we working towards?"), "description": Field("How will we get there?"), "target_date": Field("Target date", _day),
        "status": Field("State", _code("goal_status")), **AUTHOR, "created_at": NOTED, **FORMER, "landlord_id": LANDLORD,
    },
    "support_goal_progress": {"body": Field("What has changed?"), **AUTHOR, "noted_at": NOTED, "landlord_id": LANDLORD},
    "support_sessions": {
        "scheduled_at": Field("When", _moment), "duration_minutes": Field("Minutes", minutes), "type": Field("Type", _code("session_type")),
        "attendees": Field("Who takes part"), "status": Field("How did it go?", _code("session_status")), "outcome_note": Field("Outcome"),
        **AUTHOR, "created_at": NOTED, **FORMER, "landlord_id": LANDLORD,
    },
    "support_collaborators": {
        "full_name": Field("Full name"), "kind": Field("Who are they?", _code("kind")), "participation_mode": Field("Their part", _code("mode")),
        "works_for": Field("Organisation"), "role_label": Field("Role"), "email": Field("E-mail address"), "phone": Field("Telephone"),
        "invited_by_name": Field("Invited by"), "assigned_at": Field("Since", _moment), "invitation_sent_at": Field("Invitation sent", _moment),
        "accepted_at": Field("Invitation accepted", _moment), "ended_at": Field("Ended", _moment), "landlord_id": LANDLORD,
    },
    "legal_holds": {
        "reason": Field("Why it was set"), **AUTHOR, "created_at": Field("Set", _moment), "lifted_at": Field("Lifted", _moment),
        "lifted_by_name": Field("Lifted by"), "lift_reason": Field("Why it was lifted"), "landlord_id": LANDLORD,
    },
    "retention_runs": {
        "asked_by_name": Field("Asked for by"), "began_at": Field("Began", _moment), "finished_at": Field("Finished", _moment),
        "windows": Field("Records were kept for", _years),
    },
    "suppressed_addresses": {
        "address": Field("E-mail address"), "because": Field("Why nothing is sent there", _code("suppression")), "since": Field("Since", _moment),
        "cleared_at": Field("Sent to again", _moment), "cleared_by_name": Field("Cleared by"),
    },
    "bi_logins": {"login": Field("Login"), **MADE},
    "tenants": {
        "full_name": Field("Full name"), "date_of_birth": Field("Date of birth", _day), "property_id": Field("Property", of=("properties", "address")),
        "housing_officer_note_visibility": Field("Shared notes and housing officers", _code("note_visibility")), **FORMER, "landlord_id": LANDLORD, **MADE,
    },
    "landlords": {"name": Field("Name"), **MADE},
    "properties": {
        "address": Field("Number and street"), "town": Field("Town"), "postcode": Field("Postcode"), **FORMER, "landlord_id": LANDLORD, **MADE},
    "property_manager_landlords": {"landlord_id": LANDLORD, "assigned_at": Field("Since", _moment)},
    "memberships": {
        "invited_name": Field("Full name"), "invited_email": Field("E-mail address"), "role": Field("Role", _code("hat")), **MADE,
        "invitation_sent_at": Field("Invitation sent", _moment), "accepted_at": Field("Invitation accepted", _moment),
    },
    "organisations": {
        "name": Field("Name"), "plan_code": Field("Plan", str.capitalize), "support_retention_years": Field("Records are kept for", _years),
        "support_notes_visible_to_housing_officer": Field("Housing officers read Shared notes", _yes_or_no),
        "housing_officer_emails": Field("E-mail addresses of housing officers", listed), **MADE,
    },
    "users": {
        "full_name": Field("Full name"), "email": Field("E-mail address"), "is_platform_admin": Field("Platform-admin", _yes_or_no),
        "disabled_at": Field("Disabled", _moment), **MADE,
    },
    "document_templates": {
        "name": Field("Name"), "kind": KIND, "repeats_every_months": REPEATS, **MADE, "retired_at": Field("Retired", _moment),
    },
    "document_template_versions": {
        "template_id": Field("Template", of=("document_templates", "name")), "version": Field("Version"), "parts": Field("What it says and asks", asked_by), **AUTHOR, "created_at": NOTED,
    },
    "support_documents": {
        "title": Field("Title"), "kind": KIND, "template_id": Field("Made from", of=("document_templates", "name")), "version": Field("Version"),
        "state": Field("State", lambda state: document_words.STATES[state].word), "step_reason": Field("Why"), "answers": Field("Answers", lambda answers: count(len(answers), "answer")),
        "content": Field("What it says", said_by), "content_sha256": Field("SHA-256 of what it says", _hash), **AUTHOR, "created_at": Field("Begun", _moment),
        "submitted_at": Field("Handed in", _moment), "approved_at": Field("Approved", _moment), "approved_by_name": Field("Approved by"), "pdf_sha256": Field("SHA-256 of its PDF", _hash),
        "sent_at": Field("First sent", _moment), "repeats_every_months": REPEATS, "next_due_on": Field("The next one is due", _day), "landlord_id": LANDLORD,
    },
    "support_document_deliveries": {
        "document_id": Field("Document", of=("support_documents", "title")), "way": Field("How", {"email": "By e-mail", "by_hand": "By hand"}.__getitem__), "to_name": Field("To"),
        "to_address": Field("E-mail address"), "handed_over_on": Field("Handed over", _day), **AUTHOR, "created_at": MADE["created_at"], "landlord_id": LANDLORD,
    },
    "subject_access_requests": {
        "received_on": Field("Received on", _day), "way": Field("How it came", _code("request_way")), "asked_by": Field("Who asks", _code("request_by")),
        "asked_by_name": Field("Who asks for the tenant"), **AUTHOR, "created_at": MADE["created_at"], "extended_on": Field("Two more months taken", _day),
        "extension_reason": Field("Why it takes longer"), "outcome": Field("What became of it", _code("request_outcome")), "outcome_on": Field("On", _day),
        "outcome_reason": Field("Why"), "unhidden_at": Field("What was to be hidden was erased", _moment), "words_erased_at": Field("Names and reasons were erased", _moment),
        "landlord_id": LANDLORD,
    },
    "subject_access_pauses": {
        "began_on": Field("The clock stopped", _day), "ended_on": Field("It went on", _day), "why": Field("What was waited for", _code("pause")), "reason": Field("What was asked"),
        **AUTHOR, "created_at": MADE["created_at"],
    },
    "subject_access_redactions": {
        "item_table": Field("Where", lambda table: str(table).removeprefix("support_").replace("_", " ")), "passage": Field("Words"), "because": Field("Why", _code("redaction")),
        "note": Field("Note"), **AUTHOR, "created_at": MADE["created_at"],
    },
    "subject_access_bundles": {
        "state": Field("State", {"waiting": "Waiting", "making": "Being made", "ready": "Ready", "failed": "Not made", "erased": "Erased"}.__getitem__),
        **AUTHOR, "created_at": Field("Asked for", _moment), "made_at": Field("Made", _moment), "size_bytes": Field("Bytes", "{:,}".format), "sha256": Field("SHA-256", _hash),
        "error": Field("Code of the error"), "erased_at": Field("Erased", _moment),
    },
    "support_uploads": {
        "title": Field("Title"), "document_id": Field("Belongs to", of=("support_documents", "title")), "received_on": Field("Received", _day), **AUTHOR,
        "created_at": MADE["created_at"], "landlord_id": LANDLORD,
    },
    "imports": {**{column: Field(*said) for column, said in history_imports.FIELDS.items()}, **AUTHOR, "error": Field("Code of the error"), "created_at": Field("Uploaded", _moment)},
}  # fmt: skip

#: Columns that say nothing to people: the place of a row, whose words stand elsewhere on the page, and ids beside a name.
UNSAID = {
    "id", "organisation_id", "case_id", "tenant_id", "goal_id", "user_id", "author_id", "invited_by_id", "lifted_by_id", "asked_by_id", "ab_user_id",
    "stream", "template_version_id", "supersedes_id", "approved_by_id", "starter_key", "step", "revision", "changed_at",
    "request_id", "item_id", "attempts", "next_attempt_at", "done", "total", "delimiter", "state_at",
    # In no line of the log (app.imports).
    "header", "mapping",
}  # fmt: skip
#: Whose landlord is their own, and no copy of their home's.
OWN_LANDLORD = {"properties", "property_manager_landlords"}
#: Written by the database beside a change of something else, which is what people know it by.
BESIDE = {"edited_at", "safeguarding_flagged_at"}
