"""The outbox: e-mails on their way, what became of the others, and what an org-admin decides about them: /outbox."""

from datetime import UTC, datetime

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func

from db.models_digest import DigestRow, OutboxMessage, SuppressedAddress
from views.digest_words import STATES, went_wrong
from views.forms import Form
from views.mends import COUNT_CAP, CappedRows
from views.rows import find, keep, step
from views.screen import Link, Screen, here
from views.searching import asked_search, contains
from views.upgrade import require_support_cases
from views.words import day, inside, month, when

#: Chips that narrow the list: `show` in the address -> words, and the states.
SHOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "all": ("All", ()),
    "undecided": ("Need you", ("unsure", "failed", "bounced_for_now", "bounced")),
    "waiting": ("On their way", ("waiting", "sending")),
    "sent": ("Sent", ("sent", "delivered")),
    "complained": ("Marked as spam", ("complained",)),
    "withdrawn": ("Withdrawn", ("withdrawn",)),
}
#: What became of e-mails with which nothing went wrong on our side.
BECAME = {
    "bounced_for_now": "The mail system there could not take it for the time being.",
    "bounced": "The mail system there did not take it.",
    "complained": "They, or their mail program, marked it as spam.",
    "filed": "Keywork is not set up to send e-mails, so it was written to a file on the server.",
    "withdrawn": "When its turn came, nothing of what it said might be said any more.",
}
#: Sent again from these, it may arrive twice, or go where nobody reads it: asked about first.
ASKED_FIRST = {
    "unsure": "Nobody knows whether it went out. Sent again, it may arrive twice.",
    "bounced_for_now": "It came back for now. Where the mail system there kept a copy, it may arrive twice.",
    "bounced": "It came back. Where a mail system only said so for a while, it may arrive twice.",
}


class In(BaseFilter):
    """Rows whose column holds one of these values."""

    name = "In"
    arg_name = "in"

    def apply(self, query, value):
        """Narrows `query` to them."""
        return query.filter(getattr(self.model, self.column_name).in_(value))


class Outbox(Screen):
    """The list, and the three things to decide about an e-mail."""

    side = "org_admin"
    route_base = "/outbox"
    datamodel = CappedRows(OutboxMessage)
    base_order = ("created_at", "desc")
    include_route_methods = {"list", "send_again", "arrived", "not_arrived"}

    @expose("")
    @has_access
    def list(self):
        """Newest first, narrowed by what the address says."""
        require_support_cases()
        show = request.args.get("show") if request.args.get("show") in SHOWN else "all"
        search = asked_search()
        filters = [("state", In, SHOWN[show][1])] if SHOWN[show][1] else []
        if search:
            filters.append(("to_name", contains("to_name", "to_address"), search))
        number, rows, _, pages = self.rows(*filters)
        for row in rows:
            row.url, row.what, row.badge = _page_of(row), _what(row), STATES[row.state]
            row.wrong, row.then, row.actions = what_became(row), next_try(row), actions_of(row)
        return self.render_template(
            "outbox.html", rows=rows, count=number, count_capped=number > COUNT_CAP, pages=pages, q=search, kept={"show": show} if show != "all" else {},
            chips=[Link(words, here(show=name if name != "all" else None, page=None), name == show) for name, (words, _) in SHOWN.items()],
            suppressed_url=url_for("Suppressed.list"), back=Link("Digests", url_for("Digests.list")),
        )

    @expose("/<uuid:pk>/send-again", methods=["GET", "POST"])
    @has_access
    def send_again(self, pk):
        """Has an e-mail sent once more, by somebody's decision; asks first where it may arrive twice."""
        message = _found(pk)
        if not message.may_be_sent_again and request.method == "GET":
            abort(404)
        name, noun, state, back = message.to_name, message.kind, message.state, _back(message)
        form = Form()
        if form.validate_on_submit() and step(form, func.app.retry_message(pk)) is not None and keep(form):
            flash(f"The e-mail to {name} goes out again within a few minutes.", "success")
            return redirect(back.url, 303)
        sentences = [ASKED_FIRST.get(state, "It goes out within a few minutes."), *([_why_not(message)] if message.is_suppressed else [])]
        return self.confirm_page(f"Send the {noun} to {name} again?", sentences, "Send again", back.url, form=form, quote=None, back=back, danger=False)

    @expose("/<uuid:pk>/arrived", methods=["GET", "POST"])
    @has_access
    def arrived(self, pk):
        """Takes an org-admin's word that an e-mail did arrive, after saying what that means."""
        message = _found(pk)
        return self._note(message, message.may_have_arrived, func.app.message_arrived(pk), "arrived",
                          f"Say so once {message.to_name} has told you. It is then kept as sent, also in the history of each tenant that it tells of, and is not sent again.")

    @expose("/<uuid:pk>/not-arrived", methods=["GET", "POST"])
    @has_access
    def not_arrived(self, pk):
        """Takes an org-admin's word that an e-mail never went, where it cannot go again."""
        message = _found(pk)
        return self._note(message, message.may_be_given_up, func.app.message_did_not_arrive(pk), "did not arrive",
                          f"Say so once {message.to_name} has told you, and has looked in their spam folder. It is then kept as withdrawn. It cannot go again:"
                          " what it said has been deleted, or may not be said any more.")

    def _note(self, message: OutboxMessage, may_be, decision, what: str, meaning: str):
        """Asks whether an e-mail arrived or did not, saying what that means, and takes the answer; 404 where nobody asks."""
        if not may_be and request.method == "GET":
            abort(404)
        name, back, form = message.to_name, _back(message), Form()
        if form.validate_on_submit() and step(form, decision) is not None and keep(form):
            flash(f"Noted: the e-mail to {name} {what}.", "success")
            return redirect(back.url, 303)
        question = "Did it arrive?" if what == "arrived" else "Did it not arrive?"
        return self.confirm_page(question, [meaning, "This cannot be undone."], f"It {what}", back.url, form=form, quote=None, back=back, danger=False)


class Suppressed(Screen):
    """Addresses that nothing is sent to, and clearing them."""

    side = "org_admin"
    route_base = "/outbox/suppressed"
    datamodel = CappedRows(SuppressedAddress)
    base_order = ("since", "desc")
    include_route_methods = {"list", "clear"}

    @expose("")
    @has_access
    def list(self):
        """Those that are suppressed, newest first; those that were cleared behind a chip."""
        require_support_cases()
        cleared = request.args.get("show") == "cleared"
        search = asked_search()
        filters = [("cleared_at", IsSet, cleared)] + ([("address", contains("address"), search)] if search else [])
        number, rows, _, pages = self.rows(*filters)
        for row in rows:
            row.clear_url = None if row.cleared_at else url_for("Suppressed.clear", pk=row.id)
        return self.render_template(
            "suppressed.html", rows=rows, count=number, count_capped=number > COUNT_CAP, pages=pages, q=search, kept={"show": "cleared"} if cleared else {},
            chips=[Link("Suppressed now", here(show=None, page=None), not cleared), Link("Cleared", here(show="cleared", page=None), cleared)],
            back=Link("Outbox", url_for("Outbox.list")),
        )

    @expose("/<uuid:pk>/clear", methods=["GET", "POST"])
    @has_access
    def clear(self, pk):
        """Has e-mails sent to an address again, after saying what that means."""
        this = find(SuppressedAddress, pk)
        if this.cleared_at is not None and request.method == "GET":
            abort(404)
        address, back = this.address, Link("Suppressed addresses", url_for("Suppressed.list"))
        because = ("An e-mail there came back" if this.because == "bounced" else "Its owner marked an e-mail as spam") + f" on {day(this.since)}."
        form = Form()
        if form.validate_on_submit() and step(form, func.app.clear_suppression(pk)) is not None and keep(form):
            flash(f"{address} is cleared: the next e-mail goes there.", "success")
            return redirect(back.url, 303)
        sentences = [f"{because} Clear it once you know that e-mails arrive there and are wanted.",
                     "E-mails then go there again from the next one on. One that came back can be sent again in the outbox. If it comes back once more, "
                     "the address is suppressed again."]
        return self.confirm_page(f"Send e-mails to {address} again?", sentences, "Clear the address", back.url, form=form, quote=None, back=back, danger=False)


class IsSet(BaseFilter):
    """Rows whose column holds something (True), or nothing (False)."""

    name = "Is set"
    arg_name = "set"

    def apply(self, query, value):
        """Narrows `query` to them."""
        column = getattr(self.model, self.column_name)
        return query.filter(column.is_not(None) if value else column.is_(None))


def actions_of(message: OutboxMessage, at: str | None = None) -> list[Link]:
    """What an org-admin may do about an e-mail; `at` says where they come from, and go back to. What needs no asking is a button."""
    actions = []
    if message.may_have_arrived:
        actions.append(Link("It arrived", url_for("Outbox.arrived", pk=message.id, at=at)))
    if message.may_be_given_up:
        actions.append(Link("It did not arrive", url_for("Outbox.not_arrived", pk=message.id, at=at)))
    if message.is_suppressed and message.state in ("bounced", "complained"):
        actions.append(Link("Clear the address", url_for("Suppressed.list", q=message.to_address)))
    if message.may_be_sent_again:
        actions.append(Link("Send again" if message.state != "waiting" else "Send now", url_for("Outbox.send_again", pk=message.id, at=at),
                            post=message.state not in ASKED_FIRST))
    return actions


def what_became(message: OutboxMessage) -> str:
    """What became of an e-mail, or what went wrong with it, in a sentence; nothing where its state says it all."""
    if message.state == "withdrawn" and message.error:
        return went_wrong(message.error)
    return BECAME.get(message.state) or went_wrong(message.error)


def next_try(message: OutboxMessage) -> str:
    """How often it was tried, and when it is tried next, for one that is on its way."""
    tried = f"Tried {message.attempts} times. " if message.attempts > 1 else "Tried once. " if message.attempts else ""
    if message.state == "waiting":
        is_due = message.next_attempt_at <= datetime.now(UTC)
        return f"{tried}{'Its turn comes within minutes.' if is_due else f'Next try {inside(when(message.next_attempt_at))}.'}"
    return tried.strip() if message.state in ("sending", "failed", "unsure") else ""


def progress_of(digest: DigestRow, message: OutboxMessage | None) -> dict[str, object]:
    """What happened to a digest so far, each with its moment; what went wrong, what comes next, and what may be done about it."""
    happened = [("Made", digest.composed_at)]
    if message is not None:
        if message.sent_at and message.state not in ("sent", "filed"):
            happened.append(("Sent", message.sent_at))
        if message.state != "waiting":
            happened.append((STATES[message.state].word, message.state_at))
    if digest.erased_at:
        happened.append(("What it said was deleted", digest.erased_at))
    return {
        "happened": happened, "wrong": went_wrong(message.error) if message else "", "then": next_try(message) if message else "",
        "actions": actions_of(message, "digest") if message else [],
    }


def _page_of(message: OutboxMessage) -> str:
    if message.kind == "document":
        return url_for("OperatorDocumentPage.show", case_id=message.case_id, pk=message.document_id)
    return url_for("Digests.show", pk=message.digest_id)


def _what(message: OutboxMessage) -> str:
    return message.document_title or "Document" if message.kind == "document" else f"Digest of {month(message.period)}"


def _found(pk) -> OutboxMessage:
    require_support_cases()
    return find(OutboxMessage, pk)


def _back(message: OutboxMessage) -> Link:
    if request.args.get("at") == "digest" and message.kind == "digest":
        return Link("Digest", url_for("Digests.show", pk=message.digest_id))
    return Link("Outbox", url_for("Outbox.list"))


def _why_not(message: OutboxMessage) -> str:
    return f"Nothing is sent to {message.to_address} at the moment: clear that address first."
