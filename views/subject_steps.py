"""Steps of a subject access request: its clock, its files, and its end. What each may be is the database's to say."""

import uuid
from collections.abc import Iterator

from flask import Response, abort, flash, redirect, request, stream_with_context, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select

from db.models_requests import Bundle, Pause, Redaction, RequestRow, SubjectRequest
from views.forms import Agreed, Day, Form, NewRow, OptionalParagraphs, Paragraphs, Radio
from views.mends import Rows
from views.rows import find, keep, only, run, session, step
from views.screen import Link, Screen
from views.subject_access import today
from views.words import choices, count, day

STOPS = ("The month stands still from the day on which you asked until the day on which the answer came, and the request is due so many days later."
         " Stop it only where you cannot go on without the answer.")
EXTENDED = "You may take two more months where a request is complex, or where there are several of one person. Tell them so, and why, by {day}: until then it can be taken."
CLOSED = "Its files are deleted tonight. The request stays in the register, with its days."


class StopClock(NewRow):
    why = Radio("What do you wait for?", choices=choices("pause"), default="identity")
    began_on = Day("Asked on", required=True)
    reason = OptionalParagraphs("What did you ask?", rows=3)


class StartClock(Form):
    ended_on = Day("Answered on", required=True)


class Extend(Form):
    extension_reason = Paragraphs("Why does it take longer?", required=True, rows=4)


class Close(Form):
    outcome = Radio("What became of it?", choices=choices("request_outcome"), default="answered")
    outcome_on = Day("On", required=True)
    outcome_reason = OptionalParagraphs("Why?", rows=4, description="Asked for where it is refused: the person must be told, and that they can complain.")


class Make(NewRow):
    agreed = Agreed()


class SubjectSteps(Screen):
    """Below the address of a request."""

    side = "org_admin"
    route_base = "/subject-access"
    datamodel = Rows(SubjectRequest)
    default_view = "pause"
    include_route_methods = {"pause", "resume", "extend", "close", "make", "download"}

    @expose("/<uuid:pk>/pause", methods=["GET", "POST"])
    @has_access
    def pause(self, pk):
        """Stops the clock."""
        row = _open(pk)
        if row.pause_id and request.method == "GET":
            abort(404)
        form = StopClock(data={"began_on": today()})
        if form.validate_on_submit() and keep(form, Pause(id=form.id.data, request_id=pk, why=form.why.data, began_on=form.began_on.data, reason=form.reason.data)):
            return _back_to(pk, "The clock stands still.")
        return self._page("Stop the clock", form, "Stop the clock", row, lead=STOPS)

    @expose("/<uuid:pk>/resume", methods=["GET", "POST"])
    @has_access
    def resume(self, pk):
        """Starts it again."""
        row = _open(pk)
        if row.pause_id is None and request.method == "GET":
            abort(404)
        form = StartClock(data={"ended_on": today()})
        if form.validate_on_submit():
            if row.pause_id is None:
                form.form_errors = ["The clock runs already."]
            elif form.ended_on.data is None:
                form.ended_on.errors = [*form.ended_on.errors, "Give the day on which the answer came."]
            else:
                find(Pause, row.pause_id).ended_on = form.ended_on.data
                if keep(form):
                    return _back_to(pk, "The clock runs again.")
        return self._page("Start the clock again", form, "Start the clock", find(RequestRow, pk), lead="The request is due as many days later as the clock stood still.")

    @expose("/<uuid:pk>/extend", methods=["GET", "POST"])
    @has_access
    def extend(self, pk):
        """Takes two more months, once."""
        row = _open(pk)
        if not row.may_be_extended and request.method == "GET":
            abort(404)
        form, until = Extend(), row.first_due_on
        if form.validate_on_submit():
            find(SubjectRequest, pk).extension_reason = form.extension_reason.data
            if keep(form):
                return _back_to(pk, "Two more months are taken. Tell the person so.")
        return self._page("Take two more months", form, "Take two more months", find(RequestRow, pk), lead=EXTENDED.format(day=day(until)))

    @expose("/<uuid:pk>/close", methods=["GET", "POST"])
    @has_access
    def close(self, pk):
        """Notes that it was answered, refused or withdrawn."""
        row = _open(pk)
        form = Close(data={"outcome_on": today()})
        if form.validate_on_submit():
            closed = find(SubjectRequest, pk)
            closed.outcome, closed.outcome_on, closed.outcome_reason = form.outcome.data or "", form.outcome_on.data, form.outcome_reason.data
            if keep(form):
                return _back_to(pk, "The request is closed.")
        return self._page("Close the request", form, "Close the request", row if not form.is_submitted() else find(RequestRow, pk), lead=CLOSED)

    @expose("/<uuid:pk>/files", methods=["GET", "POST"])
    @has_access
    def make(self, pk):
        """Asks, with what is hidden as it is now, and hands the making to the jobs service."""
        row = _open(pk)
        form, url = Make(), url_for("SubjectAccess.show", pk=pk)
        sentences = _question(row)
        if form.validate_on_submit():
            if not form.agreed.to(sentences):
                form.form_errors = ["What is held or hidden has changed meanwhile. Please read the figures again."]
            elif keep(form, Bundle(id=form.id.data, request_id=pk)):
                return _back_to(pk, "The files are being made. You may leave this page.")
        form.agreed.show(sentences)
        return self.confirm_page("Make the files?", sentences, "Make the files", url, form=form, quote=None, danger=False, back=Link(row.tenant_name, url))

    @expose("/<uuid:pk>/download")
    @has_access
    def download(self, pk):
        """The files that are ready, as one ZIP. That they were taken out is in the audit log."""
        bundle = only(select(Bundle).where(Bundle.request_id == pk, Bundle.state == "ready"))
        its_id, length = bundle.id, bundle.size_bytes
        if step(None, func.app.record_export("subject_access_bundle", None, its_id)) is None or not keep():
            abort(409)
        name = f"subject-access-{str(pk)[:8]}.zip"
        return Response(stream_with_context(_pieces(its_id)), mimetype="application/zip",
                        headers={"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(length)})

    def _page(self, title: str, form: Form, button: str, row: RequestRow, lead: str):
        url = url_for("SubjectAccess.show", pk=row.id)
        return self.form_page(title, form, button, url, back=Link(row.tenant_name, url), lead=lead)


def _open(pk: uuid.UUID) -> RequestRow:
    """The request, or 404 for the page of a form about one that is closed; a form that was sent is the database's to refuse."""
    row = find(RequestRow, pk)
    if not row.is_open and request.method != "POST":
        abort(404)
    return row


def _back_to(pk: uuid.UUID, said: str):
    flash(said, "success")
    return redirect(url_for("SubjectAccess.show", pk=pk), 303)


def _pieces(bundle: uuid.UUID) -> Iterator[bytes]:
    """The bytes of a bundle; each piece is read in a transaction of its own, so that nobody's connection waits for a slow line, and rights that end end it."""
    number = 1
    while (piece := run(select(func.app.bundle_chunk(bundle, number))).scalar()) is not None:
        session().rollback()
        yield bytes(piece)
        number += 1
    session().rollback()


def _question(row: RequestRow) -> list[str]:
    """What is agreed to before files are made: how much is held, and what is left out."""
    items = run(select(func.sum(func.app.subject_access_parts(row.id).table_valued("part", "items").c["items"]))).scalar()
    hidden = session().execute(select(Redaction.passage).where(Redaction.request_id == row.id)).scalars().all()
    withheld, passages = sum(each is None for each in hidden), sum(each is not None for each in hidden)
    sentences = [f"This puts everything that is held about {row.tenant_name} into one file: {count(int(items), 'entry')}, with Professional notes and the files that were added."]
    if withheld or passages:
        sentences.append(f"{count(withheld, 'entry').capitalize()} and what copies {'it' if withheld == 1 else 'them'} will be withheld, and {count(passages, 'passage')} hidden.")
    else:
        sentences.append("Nothing is hidden or withheld. Look through all of it first: what is about somebody else may not be theirs to see.")
    if row.unhidden_at is not None:
        sentences.append("Retention deleted records of this tenant since the request came, and with them what you had hidden everywhere and there. Make sure that you have looked through it since.")
    return [*sentences, "While they are made, nothing can be hidden or shown again. Files that were made before are replaced."]
