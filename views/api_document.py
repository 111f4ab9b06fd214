"""Documents of the API, to be read: /api/v1/documents. Writing, approving and sending them is for the screens."""

from marshmallow import Schema, fields
from sqlalchemy import func, select

from db.models_documents import DocumentRow
from views.api import Resource
from views.api_fields import Code, Day, Id, Moment, Whole, Words, given
from views.document_words import KINDS, STATES
from views.forms import LARGEST
from views.mends import CappedRows
from views.rows import run


class DocumentLine(Schema):
    """A document in a list."""

    id = given(Id, "The document.")
    case_id = given(Id, "The case it is on.")
    kind = given(Code, "What kind it is.", KINDS)
    title = given(Words, "What it is called.")
    state = given(Code, "Where it stands.", STATES)
    version = given(Whole, "Which version it is, from 1.", 1, LARGEST)
    author_id = given(Id, "Who wrote it.")
    author_name = given(Words, "Their name, as it was then.")
    created_at = given(Moment, "When it was begun.")
    changed_at = given(Moment, "When it changed last.")
    submitted_at = given(Moment, "When it was handed in; null before.", nullable=True)
    approved_at = given(Moment, "When it was approved; null before.", nullable=True)
    approved_by_name = given(Words, "Who approved it; null before.", nullable=True)
    sent_at = given(Moment, "When it first went to somebody; null before.", nullable=True)
    next_due_on = given(Day, "Of a recurring assessment, by when the next one is due; null otherwise.", nullable=True)
    supersedes_id = given(Id, "The document that it takes the place of; null where it is the first.", nullable=True)
    superseded_by_id = given(Id, "The document that takes its place; null where there is none.", nullable=True)
    returned_because = given(Words, "Of a draft that came back, why; null otherwise.", nullable=True)


class Document(DocumentLine):
    """A document with what it says."""

    content = fields.Dict(required=True, metadata={
        "description": "What it says: its parts in their order, each with its type, its words and, of a question, the answer. Fixed once it was handed in."})


class DocumentApi(Resource):
    """Documents: operators read all of a case, collaborators in full participation approved ones and their own."""

    resource_name = "documents"
    openapi_spec_tag = "Documents"
    noun = "Document"
    datamodel = CappedRows(DocumentRow)
    list_model_schema, show_model_schema = DocumentLine(), Document()
    ordered = ("changed_at", "created_at")
    filtered = ("case_id", "state", "kind", "author_id", "changed_at", "next_due_on")
    base_order = ("changed_at", "desc")
    include_route_methods = {"get_list", "get"}

    def about_to_show(self, rows, asked=None) -> None:
        """Reads what one says; a list says it of none."""
        if asked is None:
            for row in rows:
                row.content = run(select(func.app.document_content(row.id))).scalar_one()
