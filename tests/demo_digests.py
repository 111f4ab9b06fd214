"""Digests to look at: what the demo's firms did in a month, in the form of app.digest_entries. Made without a database."""

import copy
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

from db.demo import COLUMNS, make_rows
from jobs.digest_mail import Digest, Part

LONDON = ZoneInfo("Europe/London")
MONTH = date(2026, 10, 1)
BASE_URL = "https://keywork.example.org"


@cache
def demo_rows() -> dict[str, list[dict]]:
    """The demo's rows as of the 1st of November 2026, each with its columns' names."""
    rows = make_rows(date(2026, 11, 1), datetime(2026, 11, 1, 7, tzinfo=LONDON))
    return {table: [dict(zip(COLUMNS[table].split(", "), row, strict=True)) for row in rows[table]] for table in COLUMNS}


def of_month(moment: datetime) -> bool:
    """Whether a moment is in the month that is told of."""
    return (moment.astimezone(LONDON).year, moment.astimezone(LONDON).month) == (MONTH.year, MONTH.month)


def under(case: dict, table: str) -> list[dict]:
    """The rows of a table that belong to a case."""
    return [row for row in demo_rows()[table] if row["case_id"] == case["id"]]


def entry(row: dict, at: str) -> dict:
    """A note or a progress entry, as content has it."""
    return {"id": str(row["id"]), "body": row["body"], "author": row["author_name"], "at": row[at].isoformat()}


def content(case: dict, *, notes_are_shown: bool) -> dict:
    """What a case has to say, as app.digest_material makes it."""
    progress = sorted(under(case, "app.support_goal_progress"), key=lambda row: row["noted_at"])
    latest = {row["goal_id"]: entry(row, "noted_at") for row in progress}
    return {
        "tenant": next(row["full_name"] for row in demo_rows()["app.tenants"] if row["id"] == case["tenant_id"]),
        "closed_at": case["closed_at"] and case["closed_at"].isoformat(),
        "notes_are_shown": notes_are_shown, "all_sessions_are_shown": True,
        "goals": [{"id": str(row["id"]), "title": row["title"], "target_date": row["target_date"] and row["target_date"].isoformat(), "progress": latest.get(row["id"])}
                  for row in under(case, "app.support_goals") if row["status"] == "active"],
        "sessions": [{"id": str(row["id"]), "at": row["scheduled_at"].isoformat(), "minutes": row["duration_minutes"], "type": row["type"], "status": row["status"]}
                     for row in sorted(under(case, "app.support_sessions"), key=lambda row: row["scheduled_at"])
                     if row["status"] in ("delivered", "scheduled") and of_month(row["scheduled_at"])],
        "notes": [entry(row, "created_at") for row in sorted(under(case, "app.support_notes"), key=lambda row: row["created_at"])
                  if notes_are_shown and row["stream"] == "shared" and of_month(row["created_at"])],
    }


def demo_digest(tenants: int, *, hidden: tuple[int, ...] = ()) -> Digest:
    """The month of so many tenants of the demo who have something to tell; the notes of those at the places `hidden` are not shown."""
    cases = [case for case in demo_rows()["app.support_cases"] if case["closed_at"] is None]
    telling = islice((case for case in cases if _tells(content(case, notes_are_shown=True))), tenants)
    parts = (Part(str(case["id"]), content(case, notes_are_shown=place not in hidden)) for place, case in enumerate(telling))
    return Digest("Harbour Homes", "Olu Adeyemi", "olu.adeyemi@council.example", MONTH, tuple(parts))


def closed(digest: Digest, place: int) -> Digest:
    """The same with one case closed in the month."""
    parts = copy.deepcopy(digest.parts)
    parts[place].content["closed_at"] = "2026-10-20T13:30:00+00:00"
    return replace(digest, parts=parts)


def _tells(content: dict) -> bool:
    return bool(content["goals"] or content["sessions"] or content["notes"])
