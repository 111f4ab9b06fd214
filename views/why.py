"""Why did they not get it? What became of one housing officer's digest of one month, and what to do about it: for org-admins at
/digests/why, and for every operator on the Team tab of a case. The database answers; views/digest_words.py has the words.
"""

import uuid
from datetime import date

from flask import redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select

from db.models import SupportCollaborator
from db.models_digest import DigestOfficer, DigestRow
from views.case import CaseTab
from views.digest_pages import asked_officer, choice_of_officer, is_there
from views.digest_words import Subject, Told, as_code, from_code, months, told
from views.forms import Choice, Form
from views.frame import acting_identity
from views.mends import Rows
from views.rows import find, run, session
from views.screen import Link, Screen
from views.sign_in import signed_in_person
from views.upgrade import require_support_cases
from views.words import month

#: How many months can be asked about, the one before this first; and this one, which is not over.
MONTHS = 12

#: Where something is done about it (Answer.place): what the link says.
PLACES = {
    "team": "Go to the team", "settings": "Go to the list of addresses", "suppressed": "Go to suppressed addresses",
    "tenants": "Go to the hidden tenants", "preview": "Preview it", "digest": "Go to this digest",
}  # fmt: skip


class ChosenDigest(Form):
    chosen = choice_of_officer()
    month = Choice("Month", required=True)


class DigestWhy(Screen):
    """For any housing officer of the organisation."""

    side = "org_admin"
    route_base = "/digests/why"
    datamodel = Rows(DigestOfficer)
    default_view = "show"
    include_route_methods = {"show"}

    @expose("", methods=["GET", "POST"])
    @has_access
    def show(self):
        """Sent, the choice leads to the same address with it, which shows the answer."""
        require_support_cases()
        if request.method == "GET" and "officer" in request.args:
            officer = asked_officer()
            about = Subject(officer.full_name, month(_asked_month()), signed_in_person().organisation_name)
            return self.render_template(
                "why.html", case=None, hidden={"officer": officer.id}, back=Link("Another housing officer", url_for("DigestWhy.show", month=as_code(_asked_month()))),
                **_answer(about, officer.id))
        form = ChosenDigest(data={"month": as_code(_asked_month())})
        form.month.choices = _offered()
        if form.validate_on_submit() and is_there(form.chosen):
            return redirect(url_for("DigestWhy.show", officer=form.chosen.data, month=form.month.data), 303)
        return self.form_page(
            "Why did they not get it?", form, "Show", url_for("Digests.list"), back=Link("Digests", url_for("Digests.list")),
            lead="What became of the digest of a housing officer, and what to do about it.")


class DigestWhyOnCase(CaseTab):
    """For a housing officer who is, or was, on a case's team, and about this case alone."""

    tab = ""
    side = "operator"
    route_base = "/support-cases"
    prefix = "Operator"
    datamodel = Rows(SupportCollaborator)
    include_route_methods = {"show"}

    @expose("/<uuid:case_id>/team/<uuid:pk>/digest")
    @has_access
    def show(self, case_id, pk):
        """The answer for the month in the address, the last one unless another is asked for."""
        case = self.case(case_id)
        member = find(SupportCollaborator, pk, case_id=case_id, kind="housing_officer")
        self.require(member.user_id is not None)
        about = Subject(member.full_name, month(_asked_month()), case.organisation_name, case.tenant_name)
        back = Link(f"{case.tenant_name}: team", url_for("OperatorTeam.show", case_id=case_id))
        return self.render_template("why.html", case=case, hidden={}, back=back, **_answer(about, member.user_id, case_id))


def _offered() -> list[tuple[str, str]]:
    this, *past = months(MONTHS + 1)
    return [(as_code(each), month(each)) for each in past] + [(as_code(this), f"{month(this)}, so far")]


def _asked_month() -> date:
    """The month in the address, the one before this unless it is one of those offered."""
    among = months(MONTHS + 1)
    return from_code(request.args.get("month"), among) or among[1]


def _answer(about: Subject, officer_id: uuid.UUID, case_id: uuid.UUID | None = None) -> dict[str, object]:
    """What the page says: the answer in words, the way to what may be done, and for an org-admin to the digest itself."""
    chosen = _asked_month()
    answer = run(select(func.app.why_no_digest(officer_id, chosen, case_id).table_valued("answer", "happened_at"))).one()
    is_org_admin = acting_identity().hat == "org_admin"
    became = told(answer.answer, answer.happened_at, about, is_org_admin=is_org_admin)
    # Read under the hat of whoever asks: the table is the org-admin's.
    digest_id = session().scalar(select(DigestRow.id).where(DigestRow.officer_id == officer_id, DigestRow.period == chosen)) if is_org_admin else None
    digest_url = url_for("Digests.show", pk=digest_id) if digest_id else None
    way = _way(became, about, officer_id, case_id, digest_url)
    return {"became": became, "about": about, "way": way, "digest_url": digest_url if way is None or way.url != digest_url else None,
            "months": _offered(), "chosen": as_code(chosen)}


def _way(became: Told, about: Subject, officer_id: uuid.UUID, case_id: uuid.UUID | None, digest_url: str | None) -> Link | None:
    url = {
        "": lambda: None,
        "team": lambda: url_for("OperatorTeam.show", case_id=case_id) if case_id else url_for("Collaborators.list", show="all", q=about.officer),
        "settings": lambda: url_for("Settings.edit", _anchor="housing_officer_emails"),
        "suppressed": lambda: url_for("Suppressed.list"),
        "tenants": lambda: url_for("Tenants.list", show="hidden", q=about.tenant),
        "preview": lambda: url_for("DigestPreview.show", officer=officer_id, month=as_code(_asked_month())),
        "digest": lambda: digest_url,
    }[became.place]()
    return Link(PLACES[became.place], url) if url else None
