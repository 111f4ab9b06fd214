"""Notes of the API: /api/v1/notes, both streams. A look at Professional notes is written down before they are given (spec 7)."""

from flask import Response, abort
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name
from marshmallow import Schema
from sqlalchemy import delete, func, select

from db.models import NoteEntry, SupportCase, SupportNote
from views.api import Resource, acts_as_operator
from views.api_fields import Body, Code, Id, Moment, Words, YesNo, given
from views.mends import CappedRows
from views.rows import run, session

STREAMS = ("shared", "professional")


class Note(Schema):
    """A note, and what you may do with it."""

    id = given(Id, "The note.")
    case_id = given(Id, "The case it is on.")
    stream = given(Code, "Shared with the team, or Professional: for operators only.", STREAMS)
    body = given(Words, "What it says.")
    author_id = given(Id, "Who wrote it; null for somebody of a former system who has no account.", nullable=True)
    author_name = given(Words, "Their name, as it was then.")
    is_imported = given(YesNo, "Whether it came from a former system.")
    created_at = given(Moment, "When it was written.")
    edited_at = given(Moment, "When its words were changed last; null where they never were.", nullable=True)
    safeguarding = given(YesNo, "Whether it is flagged for safeguarding.")
    safeguarding_flagged_at = given(Moment, "Since when; null where it is not.", nullable=True)
    may_edit = given(YesNo, "Whether you may change its words.")
    may_delete = given(YesNo, "Whether you may delete it.")


class NewNote(Body):
    """A new note of the caller's."""

    id = Id("An id of your own making.")
    case_id = Id("The case it is on.", required=True)
    stream = Code("Shared with the team, or Professional: for operators only. It stays in its stream.", STREAMS, required=True)
    body = Words("What it says.", most=20_000, required=True)
    safeguarding = YesNo("Flags a Professional note for safeguarding: marked for everybody who reads it, and kept for longer.")


class NoteChange(Body):
    """What can be changed of a note."""

    body = Words("What it says; only its author changes that.", most=20_000)
    safeguarding = YesNo("True flags a Professional note for safeguarding, on a closed case too. Taking a flag back needs a reason, on the screens.")


class NoteApi(Resource):
    """Notes. Each answer that holds Professional ones is written in the audit log as a look at those of their case."""

    resource_name = "notes"
    openapi_spec_tag = "Notes"
    noun = "Note"
    datamodel = CappedRows(NoteEntry)
    record = SupportNote
    list_model_schema, add_model_schema, edit_model_schema = Note(), NewNote(), NoteChange()
    ordered = ("created_at",)
    filtered = ("case_id", "stream", "author_id", "safeguarding", "created_at")
    base_order = ("created_at", "desc")
    include_route_methods = {"get_list", "get", "post", "put", "delete"}

    @expose("/<uuid:pk>", methods=["DELETE"])
    @permission_name("delete")
    def delete(self, pk) -> Response:
        """Deletes a note: one's own, and for org-admins any Shared one. It cannot be undone."""
        # A delete that a policy hides deletes nothing and raises nothing.
        if not run(delete(SupportNote).where(SupportNote.id == pk)).rowcount:
            abort(404)
        session().commit()
        return Response(status=204)

    def about_to_show(self, rows, asked=None) -> None:
        """Writes down a look at the Professional notes of each case whose notes are in the answer, or of the one that was asked about: that it has none tells as well."""
        looked_at = {row.case_id for row in rows if row.stream == "professional"}
        asked_about = asked and asked.value_of("case_id")
        if asked_about and asked.value_of("stream") != "shared" and acts_as_operator() and session().get(SupportCase, asked_about):
            looked_at.add(asked_about)
        for case_id in sorted(looked_at):
            run(select(func.app.record_view(case_id)))
