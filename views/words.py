"""Codes, times and counts in the words people read. Times are shown in Europe/London."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup, escape

LONDON = ZoneInfo("Europe/London")

LABELS = {
    "kind": {"support_worker": "Support worker", "housing_officer": "Housing officer", "external_contact": "External contact"},
    "mode": {"full": "Full participation", "context_only": "Context only", "reference_only": "Contact card"},
    "session_type": {
        "appointment": "Appointment",
        "key_work_meeting": "Key-work meeting",
        "accompaniment": "Accompaniment",
        "home_visit": "Home visit",
        "phone_call": "Phone call",
        "group_session": "Group session",
    },
    "session_status": {"scheduled": "Scheduled", "delivered": "Delivered", "missed": "Missed", "cancelled": "Cancelled"},
    "goal_status": {"active": "Active", "achieved": "Achieved", "closed": "Closed"},
    "note_visibility": {"inherit": "As the organisation", "visible": "Visible", "hidden": "Hidden"},
    "closing_reason": {
        "moved_on": "Moved on",
        "support_no_longer_needed": "Support no longer needed",
        "transferred": "Transferred to another service",
        "disengaged": "Disengaged",
        "tenancy_ended": "Tenancy ended",
        "died": "Died",
        "opened_in_error": "Opened in error",
    },
    "hat": {
        "org_admin": "Org-admin",
        "property_manager": "Property manager",
        "collaborator": "Support worker or housing officer",
        "platform_admin": "Platform-admin",
    },
    #: In the middle of a sentence.
    "a_hat": {"org_admin": "an org-admin", "property_manager": "a property manager"},
    #: Who acts in the audit log: under a hat, or through no screen.
    "actor": {"sign_in": "", "job": "Scheduled job", "owner": "At the database"},
    #: What happens in the audit log.
    "event": {
        "insert": "Added",
        "update": "Changed",
        "delete": "Deleted",
        "purge": "Deleted for good by retention",
        "view": "Looked at",
        "export": "Taken out of Keywork",
        "sign_in": "Signed in",
    },
    "request_way": {"email": "By e-mail", "letter": "By letter", "phone": "By telephone", "in_person": "In person", "other": "In another way"},
    "request_by": {"tenant": "The tenant", "representative": "Somebody for the tenant"},
    "request_outcome": {"answered": "Answered", "refused": "Refused", "withdrawn": "Withdrawn"},
    "pause": {"identity": "Proof of who they are", "clarification": "What exactly they ask for"},
    #: Why something is left out of what a tenant is given.
    "redaction": {
        "third_party": "About somebody else",
        "legal_privilege": "Advice of a lawyer",
        "serious_harm": "Could cause serious harm to somebody's health",
        "crime": "Could hinder the prevention or detection of crime",
        "confidential_reference": "A confidential reference",
        "management_forecast": "Management planning or negotiations",
        "not_about_them": "Not about this person",
        "other": "Another exemption in the law",
    },
    "suppression": {"bounced": "An e-mail came back", "complained": "An e-mail was marked as spam"},
    "feature": {"support_cases": "Support cases"},
}


def label(code: str, of: str) -> str:
    """The words for a stored code of one kind (a key of LABELS). Raises KeyError for a code without words."""
    return LABELS[of][code]


def choices(of: str, *, only: tuple[str, ...] | None = None) -> list[tuple[str, str]]:
    """(code, words) pairs of one kind of code, in their order, for a select or radio field."""
    return [(code, words) for code, words in LABELS[of].items() if only is None or code in only]


def day(moment: date | datetime) -> str:
    """'3 Nov 2024', in London for a moment with a zone."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(LONDON).date()
    return f"{moment.day} {moment:%b %Y}"


def weekday(moment: datetime) -> str:
    """'Tue 3 Nov', in London."""
    local = moment.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b}"


def month(first: date) -> str:
    """'November 2026'."""
    return f"{first:%B %Y}"


def when(moment: datetime, now: datetime | None = None) -> str:
    """'Today 14:05', 'Yesterday 14:05', 'Tue 3 Nov, 14:05', and with its year when that is not this one."""
    local = moment.astimezone(LONDON)
    today = (now or datetime.now(LONDON)).astimezone(LONDON).date()
    if local.date() == today:
        return f"Today {local:%H:%M}"
    if local.date() == today - timedelta(days=1):
        return f"Yesterday {local:%H:%M}"
    if local.date() == today + timedelta(days=1):
        return f"Tomorrow {local:%H:%M}"
    if local.year == today.year:
        return f"{weekday(local)}, {local:%H:%M}"
    return f"{local.day} {local:%b %Y}, {local:%H:%M}"


def link_until(expires_at: datetime, now: datetime | None = None) -> str:
    """'Link good until 3 Nov 2024', and 'Link expired 3 Nov 2024' once it has."""
    return f"Link {'good until' if expires_at > (now or datetime.now(LONDON)) else 'expired'} {day(expires_at)}"


def clock(moment: datetime) -> str:
    """'14:05'."""
    return f"{moment.astimezone(LONDON):%H:%M}"


def when_full(moment: datetime) -> str:
    """'Tuesday 3 November 2026, 14:05 GMT'."""
    local = moment.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M} {local:%Z}"


def minutes(duration: int) -> str:
    """'45 min', '1 h', '1 h 30 min'."""
    hours, rest = divmod(duration, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part) or "0 min"


def plural(noun: str) -> str:
    """'open cases' of 'open case', 'people' of 'person'."""
    irregular = {"person": "people", "entry": "entries", "tenancy": "tenancies", "property": "properties", "address": "addresses"}
    first, _, last = noun.rpartition(" ")
    return f"{first} {irregular.get(last, last + 's')}".strip()


def count(number: int, noun: str) -> str:
    """'no open cases', '1 open case', '1,234 open cases': the noun is given in the singular."""
    return f"no {plural(noun)}" if number == 0 else f"{number:,} {noun if number == 1 else plural(noun)}"


def number(value: int) -> str:
    """'1,234'."""
    return f"{value:,}"


def listed(things: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join(part for part in (", ".join(things[:-1]), things[-1]) if part) if things else ""


def inside(words: str) -> str:
    """Words that begin a sentence, as they stand inside one: 'support cases' of 'Support cases'."""
    return words[:1].lower() + words[1:]


def price(pounds: int, span: str) -> str:
    """'£1,910 a year', 'free'."""
    return f"£{pounds:,} a {span}" if pounds else "free"


def lines_of_paragraphs(text: str) -> list[list[str]]:
    """The lines of each paragraph of a plain text: blank lines part paragraphs."""
    return [part.strip("\n").split("\n") for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def paragraphs(text: str) -> Markup:
    """Plain text as escaped paragraphs: blank lines part them, single line ends stay."""
    return Markup("").join(Markup("<p>{}</p>").format(Markup("<br>").join(map(escape, lines))) for lines in lines_of_paragraphs(text))


def iso(moment: date | datetime) -> str:
    """For the datetime attribute of <time>."""
    return moment.isoformat()


def register(app: Flask) -> None:
    """Makes these the templates' filters."""
    for words in (label, day, when, link_until, clock, when_full, minutes, count, plural, paragraphs, iso):
        app.jinja_env.filters[words.__name__] = words
