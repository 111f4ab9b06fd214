"""Digests and their e-mails in words: the states, why there was none, what went wrong on the way, and what to do about it.

The codes are the database's: constraints of app.digests and app.outbox, answers of app.why_no_digest(). A test walks them.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from views.words import LONDON, when


class Badge(NamedTuple):
    word: str
    tone: str = "calm"
    symbol: str | None = None


#: States of an e-mail as people are told of them (message_states_are_known, and app.told_state).
STATES = {
    "waiting": Badge("Waiting", "calm", "clock"),
    "sending": Badge("Being sent", "calm", "clock"),
    "sent": Badge("Sent", "good"),
    "filed": Badge("In a file", "attention"),
    "delivered": Badge("Delivered", "good", "check"),
    "bounced_for_now": Badge("Came back for now", "attention", "attention"),
    "bounced": Badge("Came back", "attention", "attention"),
    "complained": Badge("Marked as spam", "attention", "attention"),
    "failed": Badge("Refused", "attention", "attention"),
    "unsure": Badge("Unsure", "attention", "attention"),
    "withdrawn": Badge("Withdrawn"),
}
NOT_SENT = Badge("Not sent", "attention")

#: Why there is no digest, or a tenant is left out of one (digest_reasons_are_known, entry_reasons_are_known), in a few words.
REASONS = {
    "plan": "Plan without support cases",
    "account_disabled": "Account disabled",
    "assignment_ended": "Assignment ended",
    "address_not_listed": "Address not listed",
    "suppressed": "Suppressed after a bounce or a complaint",
    "tenant_hidden": "Tenant hidden",
    "nothing_to_report": "Nothing to report",
}

LOOK_INTO_IT = "Whoever runs Keywork must look into it."
DOES_NOT_KNOW_US = f"The e-mail service does not know Keywork. {LOOK_INTO_IT}"
WRONG_PLACE = f"What Keywork calls is not the e-mail service. {LOOK_INTO_IT}"
NOT_ACCEPTED = "The e-mail service did not accept it as it was."
NOT_READ = "Keywork cannot read what the e-mail service answered, so it may have gone out."
OWN_FAULT = "The e-mail service had a fault of its own."
#: What went wrong with an e-mail: words of ours and HTTP statuses (app.outbox.error).
ERRORS = {
    # Of the database.
    "no_answer": "The e-mail service did not answer, so it may have gone out.",
    "rights_ended": "It may have gone out. Nothing of it may be said any more, so it would not go again.",
    "too_old": "It waited for 90 days, and what it said has been deleted.",
    "nothing_left": "What it said was deleted before it went.",
    "superseded": "A newer version of the document was approved before this one went, so it did not go.",
    "suppressed": "An e-mail to this address had come back, or was marked as spam, before this one went, so it did not go.",
    "plan": "The plan had no support cases any more when its turn came, so it did not go.",
    "provider_failed": "The e-mail service took it, and could not pass it on.",
    # Of the jobs service.
    "not_written": f"Keywork could not put it together. {LOOK_INTO_IT}",
    "too_late": "Keywork was held up before it could hand it over.",
    "folder": f"Keywork cannot write into the folder that its e-mails go to. {LOOK_INTO_IT}",
    "unreadable": NOT_READ,
    "under_way": "The e-mail service was still at an earlier attempt, so it may have gone out.",
    "key_was_used": "The e-mail service had another wording of it already, which may have gone out.",
    "key_refused": DOES_NOT_KNOW_US,
    "sender_refused": f"The e-mail service does not take the address that Keywork sends from. {LOOK_INTO_IT}",
    "daily_quota_exceeded": "The e-mail service takes no more e-mails from Keywork today.",
    "monthly_quota_exceeded": f"The e-mail service takes no more e-mails from Keywork this month. {LOOK_INTO_IT}",
    # Statuses; others follow from their first digit.
    "401": DOES_NOT_KNOW_US,
    "402": f"The e-mail service wants something settled with it first. {LOOK_INTO_IT}",
    "403": f"The e-mail service does not let Keywork send. {LOOK_INTO_IT}",
    "404": WRONG_PLACE,
    "405": WRONG_PLACE,
    "408": "The e-mail service took too long to answer, so it may have gone out.",
    "413": "It is too long for the e-mail service.",
    "422": f"{NOT_ACCEPTED} Often the address is mistyped.",
    "425": "The e-mail service was not ready for it.",
    "429": "The e-mail service asked Keywork to wait.",
    "451": "The e-mail service took it for something unsafe.",
}


def went_wrong(code: str | None) -> str:
    """What went wrong, in a sentence; nothing where nothing did. A code without words is named for whoever runs Keywork."""
    if code is None:
        return ""
    if code in ERRORS:
        return ERRORS[code]
    if re.fullmatch(r"[1-9]\d\d", code):
        return {"4": NOT_ACCEPTED, "5": OWN_FAULT}.get(code[0], NOT_READ)
    return f"Something went wrong on the way. Whoever runs Keywork finds it under “{code}”."


def state_of(reason: str | None, state: str | None) -> Badge:
    """The badge of a digest: that it was not sent, or the state of its e-mail; once that has gone to its end, nothing is left of it."""
    return NOT_SENT if reason is not None or state is None else STATES[state]


def first_of(moment: date, back: int = 0) -> date:
    """The first day of the month that a day lies in, or of the one so many months before."""
    years, months = divmod(moment.year * 12 + moment.month - 1 - back, 12)
    return date(years, months + 1, 1)


def months(number: int, since: int = 0) -> list[date]:
    """The first days of so many months in London, newest first, from the one so many months ago; 0 is the one that is not over yet."""
    today = datetime.now(LONDON).date()
    return [first_of(today, since + back) for back in range(number)]


def as_code(of: date) -> str:
    """'2026-10', as it stands in addresses."""
    return f"{of:%Y-%m}"


def from_code(code: str | None, among: list[date]) -> date | None:
    """The one of some months that an address asks for, if it is one of them."""
    return next((each for each in among if as_code(each) == code), None)


# ---- why did they not get it? ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """Whom and what an answer is about; `tenant` where it is about one case, `firm` the organisation's name."""

    officer: str
    month: str
    firm: str
    tenant: str | None = None


@dataclass(frozen=True)
class Answer:
    """What became of a digest. The sentences hold the parts of a Subject, and {when}: `of_case` is said instead of `said` where it is
    about one case, `now` of one that is only looked at beforehand.

    `do` completes "You can ..." or "An org-admin can ..."; `place` is where that is done (views/why.py), `everybody` that every
    operator can. `besides` is said after that.
    """

    badge: Badge
    said: str
    of_case: str = ""
    now: str = ""
    do: str = ""
    place: str = ""
    everybody: bool = False
    besides: str = ""


NEXT_TIME = "The digest of {month} is not made again; the next one then goes out."
ASK_THEM = "If {officer} does not find it, it may lie in their spam folder."

#: Every answer of app.why_no_digest().
ANSWERS = {
    "plan": Answer(
        NOT_SENT, "When it was made, {when}, the plan of {firm} did not include support cases.",
        now="The plan of {firm} does not include support cases.",
        besides="Digests go out for as long as the plan includes them. Whoever runs Keywork can change the plan."),
    "account_disabled": Answer(
        NOT_SENT, "When it was made, {when}, the account of {officer} was disabled.",
        now="The account of {officer} is disabled.",
        besides="Whoever runs Keywork can enable it again."),
    "assignment_ended": Answer(
        NOT_SENT, "When it was made, {when}, all assignments of {officer} with {firm} had ended.",
        of_case="When it was made, {when}, the assignment of {officer} to {tenant} had ended.",
        now="All assignments of {officer} with {firm} have ended.",
        do="add them to the team again", place="team", everybody=True, besides=NEXT_TIME),
    "address_not_listed": Answer(
        NOT_SENT, "When it was made, {when}, the e-mail address of {officer} was not on the list of housing officers of {firm}.",
        now="The e-mail address of {officer} is not on the list of housing officers of {firm}.",
        do="add the address to the list", place="settings", besides=NEXT_TIME),
    "suppressed": Answer(
        NOT_SENT, "An earlier e-mail to {officer} came back, or was marked as spam. Since then nothing is sent to their address.",
        now="An earlier e-mail to {officer} came back, or was marked as spam. Since then nothing is sent to their address.",
        do="clear the address, once you know that e-mails arrive there", place="suppressed", besides=NEXT_TIME),
    "tenant_hidden": Answer(
        NOT_SENT, "When it was made, {when}, the tenants of {officer} were hidden from housing officers, so no digest tells of them.",
        of_case="When it was made, {when}, {tenant} was hidden from housing officers, so no digest tells of them.",
        now="The tenants of {officer} are hidden from housing officers, so no digest tells of them.",
        do="change that on the tenant's page", place="tenants", besides=NEXT_TIME),
    "nothing_to_report": Answer(
        NOT_SENT, "There was nothing to report in {month}: for none of the tenants of {officer} an active goal, a session or a Shared note that they may read.",
        of_case="There was nothing to report of {tenant} in {month}: no active goal, no session and no Shared note that {officer} may read.",
        now="There is nothing to report: for none of the tenants of {officer} an active goal, a session in {month} or a Shared note that they may read."),
    "not_on_team": Answer(
        NOT_SENT, "{officer} was on no team of {firm} in {month}.",
        of_case="{officer} was not on the team of {tenant} in {month}, or came to it after the digest was made.",
        now="{officer} was on no team of {firm} in {month}."),
    "not_due": Answer(Badge("Not due yet", "calm", "clock"), "The digest of {month} goes out {when}.", do="look at what it would say now", place="preview"),
    "before_digests": Answer(Badge("None made"), "Keywork began to make digests {when}. Those that were due before that were not made."),
    "not_composed": Answer(
        Badge("Late", "attention", "clock"), "The digest of {month} was due {when} and has not been made yet.",
        besides="It is made as soon as Keywork's scheduled jobs run. If it is not there in an hour, tell whoever runs Keywork."),
    "waiting": Answer(STATES["waiting"], "It is written and waits for its turn to be sent.", do="see when it is tried next", place="digest"),
    "sending": Answer(STATES["sending"], "It is being sent at this moment."),
    "sent": Answer(STATES["sent"], "It was sent {when}. Nobody has told yet whether it arrived.", besides=ASK_THEM),
    "filed": Answer(
        STATES["filed"], "It was written to a file on the server {when}, and went to nobody: Keywork is not set up to send e-mails.",
        besides="Whoever runs Keywork finds the file in its folder of e-mails, and can set up the sending of the next ones."),
    "delivered": Answer(STATES["delivered"], "It was delivered {when}.", besides=ASK_THEM),
    "bounced_for_now": Answer(
        STATES["bounced_for_now"], "It was sent, and came back {when}, only for the time being: the mailbox may be full. The next digest goes to that address all the same.",
        do="send it again", place="digest"),
    "bounced": Answer(
        STATES["bounced"], "It was sent, and came back {when}: the mailbox does not exist, or takes no e-mails. Nothing more is sent to that address.",
        do="clear the address and send it again, once you know that e-mails arrive there", place="digest"),
    "complained": Answer(
        STATES["complained"], "It arrived, and {when} {officer} or their mail program marked it as spam. Nothing more is sent to that address.",
        do="clear the address, once {officer} agrees", place="suppressed"),
    "failed": Answer(STATES["failed"], "The e-mail service refused it {when}.", do="see why, and send it again", place="digest"),
    "unsure": Answer(
        STATES["unsure"], "Nobody knows whether it went out: the e-mail service did not say.",
        do="ask {officer} whether it arrived, and then decide what becomes of it", place="digest"),
    "withdrawn": Answer(STATES["withdrawn"], "When its turn came, {when}, nothing of what it said might be said any more."),
}


class Told(NamedTuple):
    badge: Badge
    sentence: str
    do: str
    place: str
    besides: str


def told(code: str, happened_at: datetime, about: Subject, *, is_org_admin: bool) -> Told:
    """An answer of app.why_no_digest() as an operator reads it. `place` is empty where they cannot go there themselves."""
    answer = ANSWERS[code]
    parts = {**vars(about), "when": _inside(when(happened_at))}
    may = is_org_admin or answer.everybody
    do = f"{'You' if may else 'An org-admin'} can {answer.do.format(**parts)}." if answer.do else ""
    said = (about.tenant and answer.of_case) or answer.said
    return Told(answer.badge, said.format(**parts), do, answer.place if may else "", answer.besides.format(**parts))


def told_before(code: str, about: Subject) -> Told:
    """Why a digest would not go out now, as an org-admin reads it."""
    answer = ANSWERS[code]
    do = f"You can {answer.do.format(**vars(about))}." if answer.do else ""
    return Told(answer.badge, answer.now.format(**vars(about)), do, answer.place, "")


def _inside(moment: str) -> str:
    """'today at 14:05' of 'Today 14:05', 'on Tue 3 Nov, 14:05' of 'Tue 3 Nov, 14:05'."""
    first, _, rest = moment.partition(" ")
    return f"{first.lower()} at {rest}" if first in ("Today", "Yesterday", "Tomorrow") else f"on {moment}"
