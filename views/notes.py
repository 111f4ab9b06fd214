"""Notes tab: two streams that are never mixed. Shared notes for the whole team, Professional ones for operators only."""

from flask import abort, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import delete, select, update
from wtforms import BooleanField

from db.models import CaseWorkspace, NoteEntry, SupportNote
from views.case import CaseTab, CollaboratorSide, OperatorSide
from views.forms import Form, NewRow, Paragraphs
from views.mends import Rows
from views.rows import find, keep, run, session
from views.screen import Link, asked_page, pages_around
from views.viewing import after_record
from views.words import count, when

PAGE = 30
STREAMS = {"shared": "Shared", "professional": "Professional"}


class NewSharedNote(NewRow):
    body = Paragraphs("Note", required=True, rows=4)


class NewProfessionalNote(NewSharedNote):
    safeguarding = BooleanField("Safeguarding", description="Kept for longer, and marked for everybody who reads it.")


class EditNote(Form):
    body = Paragraphs("Note", required=True, rows=10)


class Notes(CaseTab):
    """The tab that people open first: a case's own address shows it as well."""

    tab = "Notes"
    template = "notes.html"
    datamodel = Rows(SupportNote)
    include_route_methods = {"workspace", "show", "edit", "delete", "flag"}

    @expose("/<uuid:case_id>")
    @has_access
    def workspace(self, case_id):
        """The case's own address: its Shared notes."""
        return self.show(case_id)

    @expose("/<uuid:case_id>/notes", methods=["GET", "POST"])
    @expose("/<uuid:case_id>/notes/<any(shared, professional):stream>", methods=["GET", "POST"])
    @has_access
    def show(self, case_id, stream="shared"):
        """One stream, newest first, with the box to write in it."""
        case = self.case(case_id)
        professional = stream == "professional"
        if professional and not case.may_read_professional:
            abort(404)
        may_write = case.may_write_professional if professional else case.may_write
        form = self.offered(NewProfessionalNote if professional else NewSharedNote, may_write)
        if form and form.validate_on_submit():
            note = SupportNote(id=form.id.data, case_id=case_id, stream=stream, body=form.body.data)
            if professional:
                note.safeguarding = form.safeguarding.data
            if keep(form, note):
                return self.back_to(case_id, f"{STREAMS[stream]} note added.", stream=stream)
        return self._stream_page(case, stream, form)

    @expose("/<uuid:case_id>/notes/<uuid:pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, case_id, pk):
        """The words of one's own note."""
        entry = self._entry(case_id, pk, "may_edit")
        form = EditNote(obj=entry)
        stream = entry.stream
        if form.validate_on_submit():
            find(SupportNote, pk).body = form.body.data
            if keep(form):
                return self.back_to(case_id, f"{STREAMS[stream]} note changed.", stream=stream)
        return self._shown(case_id, stream, self.form_page(
            f"Edit {STREAMS[stream]} note", form, "Save note", self._url(case_id, stream), case=self.case(case_id), stream=stream
        ))

    @expose("/<uuid:case_id>/notes/<uuid:pk>/delete", methods=["GET", "POST"])
    @has_access
    def delete(self, case_id, pk):
        """Deletes a note after showing which."""
        entry = self._entry(case_id, pk, "may_delete")
        stream, name = entry.stream, f"{entry.author_name}'s {STREAMS[entry.stream]} note of {when(entry.created_at)}"
        form = Form()
        if form.validate_on_submit():
            gone = run(delete(SupportNote).where(SupportNote.id == pk, SupportNote.case_id == case_id))
            # A delete that a policy hides deletes nothing and raises nothing: never say that it worked.
            if not gone.rowcount:
                abort(404)
            if keep():
                return self.back_to(case_id, "Note deleted.", stream=stream)
        return self._shown(case_id, stream, self.confirm_page(
            "Delete this note?",
            [f"This deletes {name}. It cannot be undone.", "To move a note to the other stream, delete it and write it again there."],
            "Delete note", self._url(case_id, stream), quote=entry.body, quote_by=f"{entry.author_name}, {when(entry.created_at)}",
            case=self.case(case_id), stream=stream,
        ))

    @expose("/<uuid:case_id>/notes/<uuid:pk>/flag", methods=["GET", "POST"])
    @has_access
    def flag(self, case_id, pk):
        """Flags a Professional note for safeguarding, on a closed case too."""
        entry = self._entry(case_id, pk, "may_flag")
        form = Form()
        if form.validate_on_submit():
            flagged = run(update(SupportNote).where(SupportNote.id == pk, SupportNote.case_id == case_id).values(safeguarding=True))
            if not flagged.rowcount:
                abort(404)
            if keep():
                return self.back_to(case_id, "Note flagged for safeguarding.", stream="professional")
        return self._shown(case_id, "professional", self.confirm_page(
            "Flag this note for safeguarding?",
            ["It is marked for everybody who reads it, and kept for the longer safeguarding period, which runs from now "
             "or from the closing of the case, whichever is later.", "Taking a flag back later needs an org-admin and a reason."],
            "Flag for safeguarding", self._url(case_id, "professional"), quote=entry.body,
            quote_by=f"{entry.author_name}, {when(entry.created_at)}", case=self.case(case_id), stream="professional", danger=False,
        ))

    def _entry(self, case_id, pk, right: str) -> NoteEntry:
        entry = find(NoteEntry, pk, case_id=case_id)
        self.require(getattr(entry, right))
        return entry

    def _shown(self, case_id, stream: str, answer):
        """A page that quotes notes of a stream: those of the Professional one only once that is on the record."""
        return after_record(case_id, answer) if stream == "professional" else answer

    def _url(self, case_id, stream: str, **query: object) -> str:
        return url_for(f"{self.endpoint}.show", case_id=case_id, stream=stream, **query)

    def _stream_page(self, case: CaseWorkspace, stream: str, form):
        number = asked_page()
        entries = session().scalars(
            select(NoteEntry)
            .where(NoteEntry.case_id == case.id, NoteEntry.stream == stream)
            .order_by(NoteEntry.created_at.desc(), NoteEntry.id)
            .offset((number - 1) * PAGE)
            .limit(PAGE + 1)
        ).all()
        for entry in entries:
            for step, right in (("edit", entry.may_edit), ("delete", entry.may_delete), ("flag", entry.may_flag)):
                url = url_for(f"{self.endpoint}.{step}", case_id=case.id, pk=entry.id) if right else None
                setattr(entry, f"{step}_url", url)
            if entry.may_unflag:
                entry.flag_url = url_for("RetentionSteps.unflag", case_id=case.id, pk=entry.id)
        streams = [
            Link(words, self._url(case.id, name), name == stream)
            for name, words in STREAMS.items()
            if name == "shared" or case.may_read_professional
        ]
        return self._shown(case.id, stream, self.page(
            case, form, stream=stream, streams=streams, notes=entries[:PAGE], pages=pages_around(number, len(entries) > PAGE), form_url=self._url(case.id, stream),
            audience=_audience(case, stream), unreadable=_unreadable(case, stream),
        ))


def _audience(case: CaseWorkspace, stream: str) -> str:
    """Who will read what is written here, in a sentence."""
    if stream == "professional":
        return "Only your firm's operators. Never support workers, never housing officers, never the monthly digest."
    firm = f"{case.organisation_name}'s operators"
    if not case.sees_whole_team:
        return f"Shared: read by {firm} and the team around {case.tenant_name}."
    workers = f" and {count(case.live_support_workers, 'support worker')}" if case.live_support_workers else ""
    officers = count(case.live_housing_officers, "housing officer")
    if case.live_housing_officers and case.housing_officers_read_notes:
        return f"Shared: read by {firm}{workers}, and by {officers}, here and in the monthly digest."
    if case.live_housing_officers:
        return f"Shared: read by {firm}{workers}. Not by the {officers.split(' ', 1)[1]}: notes are hidden from them here."
    return f"Shared: read by {firm}{workers}."


def _unreadable(case: CaseWorkspace, stream: str) -> str | None:
    if stream == "shared" and not case.may_read_shared:
        own = " You see the ones you write yourself." if case.may_write else ""
        return f"{case.organisation_name} does not show notes about {case.tenant_name} to housing officers.{own}"
    return None


class OperatorNotes(OperatorSide, Notes):
    """Notes for operators."""


class CollaboratorNotes(CollaboratorSide, Notes):
    """Notes for collaborators: Shared only, because the database shows them no other."""

    include_route_methods = Notes.include_route_methods - {"flag"}
