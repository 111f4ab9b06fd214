"""What a digest would say if it went out now: /digests/preview, for org-admins."""

from collections.abc import Sequence

from flask import abort, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import Row, func, select
from sqlalchemy.exc import DBAPIError

from db.models_digest import DigestOfficer
from views.digest_pages import Case, asked_officer, choice_of_officer, email_page, is_there, named, parted
from views.digest_words import NOT_SENT, Badge, Subject, as_code, from_code, months, told_before
from views.forms import Form, Radio
from views.mends import Rows
from views.rows import run, session
from views.screen import Link, Screen, asked_page, here, pages_around
from views.sentences import explain
from views.sign_in import signed_in_person
from views.upgrade import require_support_cases
from views.words import month

PAGE = 25
WOULD_GO = Badge("Would be sent", "good")


class ChosenDigest(Form):
    chosen = choice_of_officer()
    month = Radio("Month")


class DigestPreview(Screen):
    """The choice of an officer and a month, and what they would get."""

    side = "org_admin"
    route_base = "/digests/preview"
    datamodel = Rows(DigestOfficer)
    default_view = "show"
    include_route_methods = {"show", "email", "text"}

    @expose("", methods=["GET", "POST"])
    @has_access
    def show(self):
        """Sent, the choice leads to the same address with it, which shows the digest."""
        require_support_cases()
        if request.method == "GET" and "officer" in request.args:
            return self._digest()
        form = ChosenDigest(data={"month": as_code(_asked_month())})
        form.month.choices = [(as_code(each), words) for each, words in _offered()]
        if form.validate_on_submit() and is_there(form.chosen):
            return redirect(url_for("DigestPreview.show", officer=form.chosen.data, month=form.month.data), 303)
        return self.form_page(
            "Preview a digest", form, "Show", url_for("Digests.list"), back=Link("Digests", url_for("Digests.list")),
            lead="What would go out now, to whom, and what would be left out. Nothing is sent by looking.")

    def _digest(self):
        officer, chosen, number = asked_officer(), _asked_month(), asked_page()
        cases, rows = _previewed(officer, chosen)
        said_of, left_out = parted(cases[(number - 1) * PAGE:number * PAGE])
        about = Subject(rows[0].officer_name if rows else officer.full_name, month(chosen), signed_in_person().organisation_name)
        code = rows[0].reason if rows else "not_on_team"
        became = told_before(code, about) if code else None
        at = {"officer": officer.id, "month": as_code(chosen)}
        return self.render_template(
            "digest.html", officer_name=about.officer, address=rows[0].address if rows else officer.email, month=about.month,
            badge=NOT_SENT if code else WOULD_GO, became=became, digest=None, told=said_of, left_out=left_out,
            pages=pages_around(number, len(cases) > number * PAGE), progress=None, email_url=None if code else url_for("DigestPreview.email", **at),
            text_url=url_for("DigestPreview.text", **at), back=Link("Another housing officer", url_for("DigestPreview.show", month=as_code(chosen))),
            chips=[Link(words, here(month=as_code(each), page=None), each == chosen) for each, words in _offered()])

    @expose("/email")
    @has_access
    def email(self):
        """The e-mail as it would look."""
        return _email(plain=False)

    @expose("/text")
    @has_access
    def text(self):
        """Its plain text."""
        return _email(plain=True)


def _offered():
    this, last = months(2)
    return [(this, f"{month(this)}, so far"), (last, month(last))]


def _asked_month():
    among = months(2)
    return from_code(request.args.get("month"), among) or among[1]


def _previewed(officer: DigestOfficer, chosen) -> tuple[list[Case], Sequence[Row]]:
    """What the database would have the digest say now; nothing where they were on no team in that month."""
    call = func.app.preview_digest(officer.id, chosen).table_valued("officer_name", "address", "reason", "case_id", "case_reason", "content")
    try:
        rows = run(select(call)).all()
    except DBAPIError as error:
        refusal = explain(error)
        if refusal is None or not refusal.hidden:
            raise
        session().rollback()
        return [], []
    names = named([row.case_id for row in rows if row.content is None])
    cases = [Case(row.case_id, names.get(row.case_id), row.case_reason, row.content) for row in rows]
    return sorted(cases, key=lambda case: (case.reason is not None, case.name, str(case.id))), rows


def _email(*, plain: bool):
    require_support_cases()
    officer, chosen = asked_officer(), _asked_month()
    cases, rows = _previewed(officer, chosen)
    if not rows or rows[0].reason:
        abort(404)
    return email_page(rows[0].officer_name, rows[0].address, chosen, cases, plain=plain)
