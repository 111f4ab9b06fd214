"""What the pages about one digest share, sent or only looked at beforehand: its tenants as they are read, and its e-mail as it looks."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from flask import abort, current_app, request, url_for
from sqlalchemy import select

from db.models import CaseRow
from db.models_digest import DigestOfficer
from jobs.digest_mail import Digest, Part, as_html, as_text
from views.choosing import Catalogue, OneOf, Option
from views.digest_words import REASONS
from views.headers import EmailPage
from views.rows import session
from views.sign_in import signed_in_person


class OfficersByName(Catalogue):
    """Housing officers, some of whom have no address on their team's page."""

    def _read(self, query) -> list[Option]:
        return [Option(its_id, ", ".join(filter(None, labels))) for its_id, *labels in session().execute(query)]


OFFICERS = OfficersByName(DigestOfficer, ("full_name", "email"), "There is no housing officer on a team yet. Invite one on the Team tab of a case.")


def choice_of_officer() -> OneOf:
    """The field that chooses one of them; its script asks the list of digests."""
    return OneOf("Housing officer", of=OFFICERS, screen="Digests", sentence="Choose a housing officer from the list.", required=True)


def is_there(chosen: OneOf) -> bool:
    """Whether the person sees the housing officer that they chose; else the field says what to do (spec 8)."""
    if session().get(DigestOfficer, chosen.data):
        return True
    chosen.errors = [*chosen.errors, chosen.sentence]
    return False


def asked_officer() -> DigestOfficer:
    """The housing officer in the address, or 404 where the person sees no such one."""
    its_id = request.args.get("officer", type=uuid.UUID)
    return its_id and session().get(DigestOfficer, its_id) or abort(404)


class Told(NamedTuple):
    name: str
    case_url: str
    content: dict


class LeftOut(NamedTuple):
    name: str
    case_url: str
    why: str


@dataclass(frozen=True)
class Case:
    """One case of a digest, as the database tells it: what is said of it (`content`), or why nothing is."""

    id: uuid.UUID
    tenant_name: str | None
    reason: str | None
    content: dict | None

    @property
    def name(self) -> str:
        """The tenant's, as the digest has it."""
        return (self.content or {}).get("tenant") or self.tenant_name or "A tenant who is not there any more"


def parted(cases: Iterable[Case]) -> tuple[list[Told], list[LeftOut]]:
    """Whom a digest tells of, with moments to be read, and whom it leaves out."""
    cases = list(cases)
    return (
        [Told(case.name, _case_url(case.id), _readable(case.content)) for case in cases if case.reason is None],
        [LeftOut(case.name, _case_url(case.id), REASONS[case.reason]) for case in cases if case.reason is not None],
    )  # fmt: skip


def named(ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The tenants' names of these cases."""
    return dict(session().execute(select(CaseRow.id, CaseRow.tenant_name).where(CaseRow.id.in_(ids))).all()) if ids else {}


def email_page(officer_name: str, address: str, period: date, cases: Iterable[Case], *, plain: bool) -> EmailPage:
    """The e-mail as it looks, or its plain text, to be framed by a page of ours; 404 where it says nothing (any more)."""
    parts = tuple(Part(str(case.id), case.content) for case in cases if case.content is not None)
    if not parts:
        abort(404)
    digest = Digest(signed_in_person().organisation_name, officer_name, address, period, parts)
    base_url = current_app.config["BASE_URL"]
    return EmailPage(as_text(digest, base_url), mimetype="text/plain") if plain else EmailPage(as_html(digest, base_url), mimetype="text/html")


def _case_url(its_id: uuid.UUID) -> str:
    return url_for("OperatorNotes.workspace", case_id=its_id)


def _readable(content: dict | None) -> dict:
    """What a digest says of a case, its moments and days as such; nothing at all of one that was erased."""
    content = content or {}
    return {
        "closed_at": _moment(content.get("closed_at")), "notes_are_shown": content.get("notes_are_shown", False),
        "all_sessions_are_shown": content.get("all_sessions_are_shown", True), "is_erased": not content,
        "goals": [{
            "title": goal["title"], "target_date": date.fromisoformat(goal["target_date"]) if goal["target_date"] else None,
            "progress": goal["progress"] and {**goal["progress"], "at": _moment(goal["progress"]["at"])},
        } for goal in content.get("goals", [])],
        "sessions": [{**each, "at": _moment(each["at"])} for each in content.get("sessions", [])],
        "notes": [{**note, "at": _moment(note["at"])} for note in content.get("notes", [])],
    }  # fmt: skip


def _moment(given: str | None) -> datetime | None:
    return datetime.fromisoformat(given) if given else None
