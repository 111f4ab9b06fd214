"""The housing officer digest by a second reckoning: what each officer of an organisation is told of a month, from plain rows.

Written from the specification alone, case by case and without SQL, so that it shares no thought with app.compose_digests. The rows
are those of tests/digest_rows.py. Moments are aware datetimes; a month is the calendar month in London.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

@dataclass
class Entry:
    """One case in a digest: what is said of it, or why nothing is."""

    reason: str | None = None
    content: dict | None = None


@dataclass
class Digest:
    """What becomes of one officer's digest; `reason` is None where it goes out, `whole` why the officer gets none whatever there is to say."""

    officer_name: str
    address: str
    reason: str | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    whole: str | None = field(default=None, compare=False)


@cache
def month(period: date) -> tuple[datetime, datetime]:
    """When a month begins and when the next one does, by the clocks of London."""
    following = period.replace(year=period.year + period.month // 12, month=period.month % 12 + 1)
    return tuple(datetime(day.year, day.month, 1, tzinfo=LONDON).astimezone(ZoneInfo("UTC")) for day in (period, following))


def digests(world, period: date) -> dict[str, Digest]:
    """Every officer who has, or had in the month or later, a part in a case of the organisation, and what becomes of their digest."""
    begins, _ = month(period)
    theirs: dict[str, list] = {}
    for part in world.team:
        if part.kind == "housing_officer" and part.user_id and (part.ended_at is None or part.ended_at >= begins):
            theirs.setdefault(part.user_id, []).append(part)
    return {officer: digest(world, period, world.people[officer], parts) for officer, parts in theirs.items()}


def digest(world, period: date, officer, parts: list) -> Digest:
    """What becomes of one officer's digest, whose parts in the cases are given."""
    cases = {case.id: case for case in world.cases}
    live = {part.case_id: part for part in parts if part.ended_at is None}
    made = Digest(officer.full_name, officer.email, whole=of_the_person(world, officer, bool(live)))
    for case_id in {part.case_id for part in parts}:
        made.entries[case_id] = entry(world, period, officer, cases[case_id], live.get(case_id), made.whole)
    made.reason = reason_of(made.whole, made.entries)
    return made


def reason_of(whole: str | None, entries: dict[str, Entry]) -> str | None:
    """Why a digest with these cases does not go out: of several reasons the one of most weight to whoever asks. None: it goes."""
    reasons = {each.reason for each in entries.values()}
    return None if None in reasons else whole or next(reason for reason in ("nothing_to_report", "tenant_hidden", "assignment_ended") if reason in reasons)


def handed_over(composed: Digest, now: Digest | None) -> Digest:
    """What becomes of a digest that was composed when it is its turn; `now` is the one that would be composed then (None: not even that).

    What was composed and may still be said, in today's words, to where the officer is reached today; nothing comes in.
    """
    left = {case: still_said(said, now and now.entries.get(case)) for case, said in composed.entries.items() if said.content}
    to = now or composed
    return Digest(to.officer_name, to.address, reason_of(now and now.whole, left), composed.entries | left)


def still_said(composed: Entry, now: Entry | None) -> Entry:
    """What is left of a case in a digest."""
    if now is None:
        return Entry("assignment_ended")
    if now.reason:
        return now
    left = {part: [item for item in now.content[part] if item["id"] in {each["id"] for each in composed.content[part]}] for part in ("goals", "sessions", "notes")}
    left["all_sessions_are_shown"] = now.content["all_sessions_are_shown"] and composed.content["all_sessions_are_shown"]
    return Entry(None, now.content | left) if left["goals"] or left["sessions"] or left["notes"] else Entry("nothing_to_report")


def of_the_person(world, officer, is_there: bool) -> str | None:
    """Why an officer gets no digest of this organisation at all, whatever there is to say."""
    if world.organisation.plan_code != "enterprise":
        return "plan"
    if officer.disabled_at is not None:
        return "account_disabled"
    if not is_there:
        return "assignment_ended"
    if officer.email.lower() not in [address.lower() for address in world.organisation.housing_officer_emails]:
        return "address_not_listed"
    if any(each.address == officer.email.lower() and each.cleared_at is None for each in world.suppressed):
        return "suppressed"
    return None


def entry(world, period: date, officer, case, part, whole: str | None) -> Entry:
    """What an officer is told of one case; `part` is their live part in it, None where there is none, `whole` why they get no digest at all."""
    begins, _ = month(period)
    tenant = next(tenant for tenant in world.tenants if tenant.id == case.tenant_id)
    if part is None:
        return Entry("assignment_ended")
    if tenant.housing_officer_note_visibility == "hidden":
        return Entry("tenant_hidden")
    if case.closed_at is not None and case.closed_at < begins:
        return Entry("nothing_to_report")
    if whole:
        return Entry(whole)
    said = content(world, period, officer, case, tenant, part)
    return Entry(None, said) if said["goals"] or said["sessions"] or said["notes"] else Entry("nothing_to_report")


def content(world, period: date, officer, case, tenant, part) -> dict:
    """All that may be said of a case: the active goals as they stand, the month's sessions, and its Shared notes where they may be seen."""
    begins, ends = month(period)
    shown = tenant.housing_officer_note_visibility == "visible" or (
        tenant.housing_officer_note_visibility == "inherit" and world.organisation.support_notes_visible_to_housing_officer)
    goals = [{"id": goal.id, "title": goal.title, "target_date": goal.target_date, "progress": latest(world, goal)}
             for goal in oldest_first(world.goals, case, "created_at") if goal.status == "active"]
    sessions = [{"id": each.id, "at": each.scheduled_at, "minutes": each.duration_minutes, "type": each.type, "status": each.status}
                for each in oldest_first(world.sessions, case, "scheduled_at")
                if each.status in ("delivered", "scheduled") and begins <= each.scheduled_at < ends
                and (part.participation_mode == "full" or each.author_id == officer.id)]
    notes = [{"id": note.id, "body": note.body, "author": note.author_name, "at": note.created_at}
             for note in oldest_first(world.notes, case, "created_at")
             if note.stream == "shared" and begins <= note.created_at < ends and shown]
    return {"tenant": tenant.full_name, "closed_at": case.closed_at, "notes_are_shown": shown,
            "all_sessions_are_shown": part.participation_mode == "full", "goals": goals, "sessions": sessions, "notes": notes}


def oldest_first(rows: list, case, moment: str) -> list:
    """The rows of a case by the given moment; those of one moment by their ids."""
    return sorted((row for row in rows if row.case_id == case.id), key=lambda row: (getattr(row, moment), row.id))


def latest(world, goal) -> dict | None:
    """The newest progress entry of a goal."""
    entries = [each for each in world.progress if each.goal_id == goal.id]
    if not entries:
        return None
    newest = max(entries, key=lambda each: each.noted_at)
    return {"body": newest.body, "author": newest.author_name, "at": newest.noted_at}
