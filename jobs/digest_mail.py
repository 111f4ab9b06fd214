"""The digest as an e-mail: what app.digest_entries holds, as HTML that every mail program shows and a plain text that stands alone.

Who is told what is the database's; this words it. It tells of tenants by name, and so in two things it is unlike our other e-mails:
neither its subject nor its first lines, which a locked phone shows, name one.
"""

import re
import textwrap
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from jobs import envelope
from jobs.envelope import one_line
from views.words import clock, count, day, inside, label, lines_of_paragraphs, minutes, month, weekday

#: Gmail shows this much of an e-mail, and the rest in a page of its own: 102 KB, less what it writes into the HTML itself.
MOST_BYTES_SHOWN = 100_000
#: Of a plain text's lines, where words allow it.
WIDTH = 72
#: What programs take for the end of a line; and what nobody sees, but turns the direction of what follows or steers a terminal.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

#: The lines of each paragraph of what somebody wrote.
Text = list[list[str]]


@dataclass(frozen=True)
class Part:
    """What a digest says of one case: `content` is that of app.digest_entries."""

    case_id: str
    content: dict


@dataclass(frozen=True)
class Digest:
    """What one housing officer gets from one organisation about one month (its first day), tenant by tenant."""

    organisation: str
    officer_name: str
    address: str
    period: date
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class _Entry:
    """Something that somebody wrote: a note, or a goal's latest progress."""

    author: str
    day: str
    text: Text


@dataclass(frozen=True)
class _Goal:
    title: str
    target: str
    progress: _Entry | None


@dataclass(frozen=True)
class _Session:
    time: str
    what: str


@dataclass(frozen=True)
class _Tenant:
    """One tenant's section, in words. `notes` is None where the organisation does not show them; `own_sessions`: those of others are not shown."""

    name: str
    closed: str | None
    goals: list[_Goal]
    sessions: list[_Session]
    own_sessions: bool
    notes: list[_Entry] | None
    url: str

    @property
    def summary(self) -> str:
        """What there is, in numbers."""
        said = [count(len(self.goals), "goal"), count(len(self.sessions), "session") + " of yours" * self.own_sessions]
        said.append("notes not shown" if self.notes is None else count(len(self.notes), "note"))
        return ", ".join(said + ["case closed"] * bool(self.closed))


def subject(digest: Digest) -> str:
    """Whose digest of which month; no tenant's name."""
    return f"{one_line(digest.organisation)}: support digest for {month(digest.period)}"


def as_html(digest: Digest, base_url: str) -> str:
    """The HTML twin. One that Gmail will not show whole says so near its beginning."""
    page = _rendered("digest.html", digest, base_url)
    return page if len(page.encode()) <= MOST_BYTES_SHOWN else _rendered("digest.html", digest, base_url, is_long=True)


def as_text(digest: Digest, base_url: str) -> str:
    """The plain text twin: all that the HTML says. What people wrote is indented, so that no line of it passes for one of ours."""
    return _rendered("digest.txt", digest, base_url)


def as_message(digest: Digest, sent_from: str, base_url: str) -> EmailMessage:
    """The e-mail, from the organisation's name at the address that Keywork sends from."""
    return envelope.as_message(
        sender=f"{one_line(digest.organisation)} (Keywork)", sent_from=sent_from, to_name=one_line(digest.officer_name), to_address=digest.address,
        subject=subject(digest), text=as_text(digest, base_url), html=as_html(digest, base_url))


def _rendered(template: str, digest: Digest, base_url: str, *, is_long: bool = False) -> str:
    firm, tenants = one_line(digest.organisation), [_tenant(part, base_url) for part in digest.parts]
    return _TEMPLATES.get_template(template).render(
        subject=subject(digest), organisation=firm, officer=one_line(digest.officer_name), month=month(digest.period), tenants=tenants, is_long=is_long,
        lead=f"This is what {month(digest.period)} brought for {count(len(tenants), 'tenant')} of {firm} whose support you take part in as a housing officer: "
             f"their active goals with the latest progress, the sessions of the month, and its Shared notes where {firm} shows them to housing officers.",
        to_do="Nothing here needs an answer. The link under each tenant opens the case in Keywork, where you find the rest.",
        others_sessions="You take part in this support for context, so sessions that others recorded are not shown to you.",
        private="Confidential: for you alone. Please do not forward it.",
        why=f"You get this because {firm} lists your address, {one_line(digest.address)}, for its monthly digest, and you are on the support team of each of these tenants. "
            f"It ends when either does. If it should not come to you, ask {firm}.",
        bounds="It tells what you may see in Keywork and no more, as it stood when this was sent.",
        care="It is confidential: it tells about people who receive support. It must not be forwarded, nor shown to anybody else; please delete it when you "
             "no longer need it. Write about a tenant in Keywork, never in an answer to this e-mail.")


def _tenant(part: Part, base_url: str) -> _Tenant:
    content = part.content
    return _Tenant(
        one_line(content["tenant"]), day(_moment(content["closed_at"])) if content["closed_at"] else None,
        [_goal(each) for each in content["goals"]], [_session(each) for each in content["sessions"]],
        # One that an earlier release composed does not say.
        not content.get("all_sessions_are_shown", True),
        [_entry(each) for each in content["notes"]] if content["notes_are_shown"] else None,
        f"{base_url}/support/cases/{part.case_id}")


def _goal(goal: dict) -> _Goal:
    target = f"Target date {day(date.fromisoformat(goal['target_date']))}" if goal["target_date"] else "No target date"
    return _Goal(one_line(goal["title"]), target, _entry(goal["progress"]) if goal["progress"] else None)


def _session(session: dict) -> _Session:
    begins, lasts, status = _moment(session["at"]), session["minutes"], inside(label(session["status"], "session_status"))
    # The month is over when this is read, as a rule.
    outcome = ", no outcome recorded yet" if session["status"] == "scheduled" else ""
    return _Session(f"{weekday(begins)}, {clock(begins)} to {clock(begins + timedelta(minutes=lasts))}",
                    f"{label(session['type'], 'session_type')}, {minutes(lasts)}, {status}{outcome}")


def _entry(entry: dict) -> _Entry:
    text = _UNSEEN.sub("", _LINE_END.sub("\n", entry["body"]))
    return _Entry(one_line(entry["author"]), day(_moment(entry["at"])), lines_of_paragraphs(text))


def _moment(at: str) -> datetime:
    """A moment as jsonb holds it."""
    return datetime.fromisoformat(at)


def _fold(words: str, indent: int = 0, first: str = "") -> str:
    """Words in lines of the plain text's width, each indented; `first` stands in the indentation of the first one. Long words stay whole."""
    return textwrap.fill(words, WIDTH, initial_indent=first.ljust(indent), subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent.parent / "templates" / "mail"),
    autoescape=lambda name: name.endswith(".html"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
_TEMPLATES.filters |= {"fold": _fold, "count": count}
