"""Subject access: the register of requests at /subject-access, and the page of each, for org-admins; with support cases in the plan or without."""

import uuid
from datetime import date, datetime

from flask import flash, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select

from db.models_requests import Bundle, Pause, Redaction, RequestRow, SubjectRequest
from db.models_set_up import TenantRow
from views.choosing import Catalogue, Choosing, OneOf
from views.digest_words import Badge
from views.forms import Choice, Day, NewRow, OptionalLine, Radio
from views.mends import CappedRows
from views.records import Column, Records
from views.rows import find, keep, run, session
from views.screen import Link
from views.subject_words import PARTS
from views.uploads import size
from views.words import LONDON, choices, count, day, inside, label

TENANTS = Catalogue(TenantRow, ("full_name", "property_address"), "There are no tenants yet.")

STATES = {
    "open": Badge("Open", "attention", "clock"), "waiting": Badge("Clock stopped"), "being_made": Badge("Being made", "attention", "clock"),
    "ready": Badge("Files ready", "good", "check"), "answered": Badge("Answered", "good", "check"), "refused": Badge("Refused"), "withdrawn": Badge("Withdrawn"),
}  # fmt: skip
OVERDUE = Badge("Overdue", "danger", "attention")
STEPS = {None: "Waiting for its turn", "reading": "Reading what is held", "printing": "Printing", "packing": "Packing files"}
#: Of the files of the newest bundle, what went wrong by the code that is kept.
WENT_WRONG = {
    "PrintFailed": "A part of it could not be printed.", "Gone": "A file was removed while they were made.", "LeftSomething": "Some words that you hid could not be taken out.",
    "too_often": "It was broken off several times.",
}  # fmt: skip


class NewRequest(NewRow):
    tenant_id = OneOf("Tenant", of=TENANTS, screen="SubjectAccess", sentence="Choose one of your tenants.", required=True)
    received_on = Day("Received on", required=True, description="The day on which it came, a working day or not. The month in which it is to be answered begins with it.")
    way = Choice("How did it come?", choices=choices("request_way"), required=True)
    asked_by = Radio("Who asks?", choices=choices("request_by"), default="tenant")
    asked_by_name = OptionalLine("Name of whoever asks for the tenant", description="A solicitor, a relative or an adviser. Make sure that the tenant has agreed.")


def today() -> date:
    """The day in London."""
    return datetime.now(LONDON).date()


def badge_of(row: RequestRow) -> Badge:
    """The state of a request; that it is overdue counts more."""
    return OVERDUE if is_overdue(row) else STATES[row.state]


def is_overdue(row: RequestRow) -> bool:
    """Whether the day on which it was due has gone, and its clock runs."""
    return row.is_open and row.pause_id is None and row.days_left < 0


def time_left(row: RequestRow) -> str:
    """'Due tomorrow', 'Overdue by 3 days', 'The clock has stood still since 3 Nov 2026'; of a closed one what became of it."""
    if not row.is_open:
        return f"{label(row.outcome, 'request_outcome')} on {day(row.outcome_on)}"
    if row.pause_id is not None:
        return f"The clock has stood still since {day(row.paused_since)}"
    if row.days_left < 0:
        return f"Overdue by {count(-row.days_left, 'day')}"
    return {0: "Due today", 1: "Due tomorrow"}.get(row.days_left, f"Due in {count(row.days_left, 'day')}")


class SubjectAccess(Choosing, Records):
    """What is due next comes first."""

    side = "org_admin"
    route_base = "/subject-access"
    datamodel = CappedRows(RequestRow)
    record = SubjectRequest
    offers = TENANTS
    include_route_methods = {"list", "add", "show", "choices"}
    noun = "request"
    list_title = "Subject access"
    list_lead = "A tenant may ask to see everything that you hold about them. The law gives you a month."
    list_page = "subject_requests.html"
    add_title, add_label = "Enter a request", "Enter request"
    add_form = NewRequest
    empty_sentence = "No tenant has asked to see what you hold about them. Enter the first request on the day on which it comes."
    base_order = ("due_on", "asc")
    searched = ("tenant_name",)
    search_label = "Tenant"
    columns = (Column("tenant_name", "Tenant"), Column("received_on", "Received", day, sorts="desc"), Column("due_on", "Due", day, sorts="asc"), Column("state", "State"))
    narrowed = {
        "open": ("Open", [("is_open", FilterEqual, True)]),
        "closed": ("Closed", [("is_open", FilterEqual, False)]),
        "all": ("All", []),
    }

    @expose("/<uuid:pk>")
    @has_access
    def show(self, pk):
        """One request: until when it is to be answered, what is held and hidden, and its files."""
        row = find(RequestRow, pk)
        parts = dict(run(select(func.app.subject_access_parts(pk).table_valued("part", "items"))).all())
        hidden = session().scalars(select(Redaction).where(Redaction.request_id == pk)).all()
        pauses = session().scalars(select(Pause).where(Pause.request_id == pk).order_by(Pause.began_on, Pause.created_at)).all()
        bundle = session().scalars(select(Bundle).where(Bundle.request_id == pk).order_by(Bundle.created_at.desc(), Bundle.id).limit(1)).one_or_none()
        ready = session().scalars(select(Bundle).where(Bundle.request_id == pk, Bundle.state == "ready")).one_or_none()
        return self.render_template(
            "subject_request.html", request_row=row, badge=badge_of(row), overdue=is_overdue(row), time_left=time_left(row), pauses=pauses, back=self._back(),
            parts=[(words, parts[part]) for part, (words, _) in PARTS.items() if part in parts], items=sum(parts.values()), withheld=sum(each.passage is None for each in hidden),
            passages=sum(each.passage is not None for each in hidden), bundle=bundle, ready=ready, size=size, progress=progress_of(bundle), wrong=went_wrong(bundle),
            items_url=url_for("SubjectItems.look", pk=pk), hidden_url=url_for("SubjectItems.hidden", pk=pk), make_url=url_for("SubjectSteps.make", pk=pk),
            download_url=url_for("SubjectSteps.download", pk=pk), actions=actions_of(row), why=lambda pause: inside(label(pause.why, "pause")))

    def besides(self):
        """Words for each line."""
        return {"badge_of": badge_of, "time_left": time_left}

    def url_of(self, row):
        """To the page of the request."""
        return self._url("show", pk=row.id)

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        """The form for a new one; then its page."""
        form = NewRequest(data={"received_on": today()})
        if form.validate_on_submit():
            request = SubjectRequest(id=form.id.data, tenant_id=form.tenant_id.data, received_on=form.received_on.data, way=form.way.data,
                                     asked_by=form.asked_by.data, asked_by_name=form.asked_by_name.data)
            if keep(form, request):
                flash("Request entered.", "success")
                return redirect(self._url("show", pk=form.id.data), 303)
        return self.form_page(self.add_title, form, self.add_label, self._url("list"), back=self._back())


def progress_of(bundle: Bundle | None) -> str | None:
    """How far files are that are being made; None where none are."""
    if bundle is None or bundle.state not in ("waiting", "making"):
        return None
    words = STEPS[bundle.step if bundle.state == "making" else None]
    return f"{words}: {bundle.done} of {bundle.total}" if bundle.state == "making" and bundle.total else words


def went_wrong(bundle: Bundle | None) -> str | None:
    """Why the newest files could not be made; None where they were, or may yet be."""
    if bundle is None or bundle.state != "failed":
        return None
    return WENT_WRONG.get(bundle.error, "Something went wrong on the way. Whoever runs Keywork finds it in the log.")


def actions_of(row: RequestRow) -> list[Link]:
    """The quiet menu of a request that is open."""
    if not row.is_open:
        return []
    clock = Link("Start the clock again", _step("resume", row.id)) if row.pause_id else Link("Stop the clock", _step("pause", row.id))
    extend = [Link("Take two more months", _step("extend", row.id))] if row.may_be_extended else []
    return [clock, *extend, Link("Close the request", _step("close", row.id), danger=True)]


def _step(name: str, pk: uuid.UUID) -> str:
    return url_for(f"SubjectSteps.{name}", pk=pk)
