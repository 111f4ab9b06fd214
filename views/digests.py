"""Digests: what became of each housing officer's, month by month, and what one said: /digests, for org-admins."""

from collections.abc import Sequence
from datetime import date

from flask import abort, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import ColumnElement, Select, func, or_, select

from db.models_digest import DigestPart, DigestRow, OutboxMessage
from views.choosing import Choosing
from views.digest_pages import OFFICERS, Case, email_page, parted
from views.digest_words import NOT_SENT, REASONS, STATES, Subject, as_code, first_of, from_code, state_of, told
from views.mends import Rows
from views.outbox import progress_of
from views.rows import find, session
from views.screen import Link, Screen, asked_page, here, pages_around
from views.searching import asked_search, holds
from views.sign_in import signed_in_person
from views.upgrade import upgrade_page
from views.words import count, inside, month

PAGE = 25
ON_ITS_WAY = ("waiting", "sending")
NOT_ARRIVED = ("filed", "bounced_for_now", "bounced", "failed", "unsure", "withdrawn")

#: Chips that narrow the list: `show` in the address -> words, which digests, and what is said of a month without such ones.
SHOWN: dict[str, tuple[str, ColumnElement[bool] | None, str]] = {
    "all": ("All", None, ""),
    "unsent": ("Not sent or not arrived", or_(DigestRow.reason.is_not(None), DigestRow.state.in_(NOT_ARRIVED)), "No digest of {month} failed to go out, or came back."),
    "waiting": ("On its way", DigestRow.reason.is_(None) & DigestRow.state.in_(ON_ITS_WAY), "No digest of {month} is on its way."),
}


class Digests(Choosing, Screen):
    """The list, one digest, and its e-mail."""

    side = "org_admin"
    route_base = "/digests"
    datamodel = Rows(DigestRow)
    offers = OFFICERS
    include_route_methods = {"list", "show", "email", "text", "choices"}

    @expose("")
    @has_access
    def list(self):
        """The digests of a month by the officers' names, the newest month unless another is asked for; or the upgrade page."""
        if not signed_in_person().has_support_cases:
            return upgrade_page(self, "support_cases")
        months = _months()
        chosen = from_code(request.args.get("month"), months) or (months[0] if months else None)
        show = request.args.get("show") if request.args.get("show") in SHOWN else "all"
        search, number = asked_search(), asked_page()
        query = select(DigestRow).where(DigestRow.period == chosen)
        if search:
            query = query.where(holds(DigestRow, ("officer_name", "address"), search))
        if SHOWN[show][1] is not None:
            query = query.where(SHOWN[show][1])
        rows = session().scalars(query.order_by(DigestRow.officer_name, DigestRow.id).offset((number - 1) * PAGE).limit(PAGE + 1)).all()
        for row in rows:
            row.url, row.badge, row.why = url_for("Digests.show", pk=row.id), state_of(row.reason, row.state), REASONS.get(row.reason)
            row.at = row.state_at or row.composed_at
        return self.render_template(
            "digests.html", rows=rows[:PAGE], pages=pages_around(number, len(rows) > PAGE), month=month(chosen) if chosen else None, chosen=chosen,
            summary=_summary(chosen), q=search, show=show, months=[(as_code(each), month(each), each == chosen) for each in months],
            chips=[Link(words, here(show=name if name != "all" else None, page=None), name == show) for name, (words, *_) in SHOWN.items()],
            none_shown=SHOWN[show][2].format(month=month(chosen)) if chosen else "",
            kept={name: value for name, value in (("month", chosen and as_code(chosen)), ("show", show if show != "all" else None)) if value},
            preview_url=url_for("DigestPreview.show"), more=[Link("Outbox", url_for("Outbox.list")), Link("Why did they not get it?", url_for("DigestWhy.show"))],
        )

    @expose("/<uuid:pk>")
    @has_access
    def show(self, pk):
        """One digest: what it said of whom, whom it left out and why, and what became of its e-mail."""
        digest, number = find(DigestRow, pk), asked_page()
        parts = session().scalars(_parts(digest).order_by(DigestPart.reason.is_not(None), DigestPart.tenant_name, DigestPart.case_id)
                                  .offset((number - 1) * PAGE).limit(PAGE + 1)).all()
        said_of, left_out = parted(_cases(parts[:PAGE]))
        message = find(OutboxMessage, digest.message_id) if digest.message_id else None
        about = Subject(digest.officer_name, month(digest.period), signed_in_person().organisation_name)
        became = told(digest.reason or digest.state, digest.composed_at if digest.reason else digest.state_at, about, is_org_admin=True)
        is_there = bool(digest.tenant_count) and digest.erased_at is None
        return self.render_template(
            "digest.html", officer_name=digest.officer_name, address=digest.address, month=about.month, badge=became.badge, became=became, digest=digest,
            told=said_of, left_out=left_out, pages=pages_around(number, len(parts) > PAGE), progress=progress_of(digest, message),
            email_url=url_for("Digests.email", pk=pk) if is_there else None, text_url=url_for("Digests.text", pk=pk),
            back=Link("Digests", url_for("Digests.list", month=as_code(digest.period))),
        )

    @expose("/<uuid:pk>/email")
    @has_access
    def email(self, pk):
        """Its e-mail as it looks."""
        return _email(pk, plain=False)

    @expose("/<uuid:pk>/text")
    @has_access
    def text(self, pk):
        """Its e-mail's plain text."""
        return _email(pk, plain=True)


def _months() -> list[date]:
    """The first days of the months from the newest that there are digests of to the oldest."""
    newest, oldest = session().execute(select(func.max(DigestRow.period), func.min(DigestRow.period))).one()
    if newest is None:
        return []
    return [first_of(newest, back) for back in range((newest.year - oldest.year) * 12 + newest.month - oldest.month + 1)]


def _summary(chosen: date | None) -> str:
    """How many digests of a month there are, and what became of them."""
    if chosen is None:
        return ""
    is_unsent = DigestRow.reason.is_not(None)
    counted = {(unsent, state): number for unsent, state, number in session().execute(
        select(is_unsent, DigestRow.state, func.count()).where(DigestRow.period == chosen).group_by(is_unsent, DigestRow.state))}
    numbers = {badge.word: sum(number for (unsent, its_state), number in counted.items() if not unsent and its_state == state) for state, badge in STATES.items()}
    numbers[NOT_SENT.word] = sum(number for (unsent, _), number in counted.items() if unsent)
    parts = [f"{number:,} {inside(word)}" for word, number in numbers.items() if number]
    return f"{count(sum(counted.values()), 'housing officer').capitalize()}: {', '.join(parts)}"


def _parts(digest: DigestRow) -> Select:
    return select(DigestPart).where(DigestPart.digest_id == digest.id)


def _cases(parts: Sequence[DigestPart]) -> list[Case]:
    return [Case(part.case_id, part.tenant_name, part.reason, part.content) for part in parts]


def _email(pk, *, plain: bool):
    digest = find(DigestRow, pk)
    if digest.erased_at is not None:
        abort(404)
    parts = session().scalars(_parts(digest).where(DigestPart.content.is_not(None)).order_by(DigestPart.content["tenant"].astext, DigestPart.case_id)).all()
    return email_page(digest.officer_name, digest.address, digest.period, _cases(parts), plain=plain)
