"""Files of a case: signed scans of its documents, and what was received. Part of the Documents tab.

What a file is, is found out from its content (views/upload_check.py); who sees it, is the database's to say. Files are given as
downloads alone, under names that are made here: what a file was called may name anybody.
"""

import uuid

from flask import Flask, Response, abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import delete, func, select

from db.models import CaseWorkspace
from db.models_documents import DocumentRow, UploadFile, UploadRow, UploadTable
from views.case import CaseTab, CollaboratorSide, OperatorSide
from views.forms import ChosenFile, Day, Form, Line, NewRow
from views.mends import Rows
from views.rows import find, keep, session, step, write
from views.screen import Link
from views.upload_check import MOST_BYTES, NotAccepted, judge
from views.words import count

#: Media type -> how a file is called in a list.
TYPES = {
    "application/pdf": ("PDF", "pdf"), "image/png": ("PNG picture", "png"), "image/jpeg": ("JPEG picture", "jpg"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("Word document", "docx"),
}  # fmt: skip
#: The largest request that may bring a file: larger files than Keywork takes are told so at their field, up to here.
MOST_BYTES_SENT = 3 * MOST_BYTES
ACCEPT = ".pdf,.png,.jpg,.jpeg,.docx,application/pdf,image/png,image/jpeg"


class NewUpload(NewRow):
    title = Line("What is it?", required=True)
    received_on = Day("Received or signed on")
    file = ChosenFile("File", required=True, render_kw={"accept": ACCEPT},
                      description="A PDF, a PNG or JPEG picture, or a Word document (DOCX), up to 10 MB.")


class Uploads(CaseTab):
    """Adding a file, giving it out, and removing it."""

    tab = "Documents"
    default_view = "new"
    datamodel = Rows(UploadTable)
    include_route_methods = {"new", "download", "remove"}

    @expose("/<uuid:case_id>/documents/files/new", methods=["GET", "POST"])
    @has_access
    def new(self, case_id):
        """The form, for a file of the case or (`document` in the address) the signed copy of one of its documents."""
        case = self.case(case_id)
        self.require(case.may_write)
        document = _asked_document(case_id)
        form = NewUpload(data={"title": f"Signed: {document.title}"[:160] if document else ""})
        # Before the file is looked at: by then nobody may be left to read the document.
        lead = f"It is kept with {document.title}, and shows to everybody who reads that." if document else None
        if form.validate_on_submit() and self._add(form, case_id, document):
            return self._to_files(case_id, "File added.")
        return self.form_page("Add the signed copy" if document else "Add a file", form, "Add file", self._tab(case_id), case=self.case(case_id), lead=lead)

    def _add(self, form: NewUpload, case_id: uuid.UUID, document: DocumentRow | None) -> bool:
        if session().get(UploadRow, form.id.data) is not None:
            # The answer got lost on the way, and the form came again.
            return True
        document_id, file = document and document.id, form.file.data
        # Looking at it takes a while, for which nobody's connection is kept.
        session().rollback()
        try:
            accepted = judge(file)
        except NotAccepted as refused:
            form.file.errors = [*form.file.errors, refused.sentence]
            return False
        call = func.app.keep_upload(form.id.data, case_id, document_id, form.title.data, form.received_on.data, accepted.media_type, file[:accepted.length])
        return step(form, call) is not None and keep(form)

    @expose("/<uuid:case_id>/documents/files/<uuid:pk>")
    @has_access
    def download(self, case_id, pk):
        """The file as it came, as a download; that it was taken out is in the audit log."""
        this = find(UploadFile, pk, case_id=case_id)
        content, media_type = this.bytes, this.media_type
        if step(None, func.app.record_export("uploaded_file", case_id, pk)) is None or not keep():
            abort(409)
        name = f"file-{str(pk)[:8]}.{TYPES[media_type][1]}"
        return Response(content, mimetype=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    @expose("/<uuid:case_id>/documents/files/<uuid:pk>/remove", methods=["GET", "POST"])
    @has_access
    def remove(self, case_id, pk):
        """Asks first: a file that is gone does not come back."""
        this = find(UploadRow, pk, case_id=case_id)
        self.require(this.may_delete)
        form = Form()
        if form.validate_on_submit() and write(form, delete(UploadTable).where(UploadTable.id == pk)):
            return self._to_files(case_id, "File removed.")
        return self.confirm_page(
            "Remove this file?", [f"“{this.title}”, added by {this.author_name}, is deleted for good. That it was there, and who removed it, stays in the audit log."],
            "Remove file", self._tab(case_id), form=form, case=self.case(case_id), quote=None)

    def _tab(self, case_id: uuid.UUID, anchor: str | None = None) -> str:
        return url_for(f"{self.prefix}Documents.show", case_id=case_id, _anchor=anchor)

    def _to_files(self, case_id: uuid.UUID, said: str):
        flash(said, "success")
        return redirect(self._tab(case_id, "files"), 303)


class OperatorUploads(OperatorSide, Uploads):
    """Files for operators."""


class CollaboratorUploads(CollaboratorSide, Uploads):
    """Files for collaborators."""


def _asked_document(case_id: uuid.UUID) -> DocumentRow | None:
    """The document that the address names, or 404 where the person sees none in this case."""
    asked = request.args.get("document", type=uuid.UUID)
    return find(DocumentRow, asked, case_id=case_id) if asked else None


def files_of(case: CaseWorkspace, prefix: str, document_id: uuid.UUID | None = None) -> dict[str, object]:
    """What parts/files.html shows: the files of a case, newest first, or those that belong to one document; and the way to add one."""
    query = select(UploadRow).where(UploadRow.case_id == case.id).order_by(UploadRow.created_at.desc())
    files = session().scalars(query.where(UploadRow.document_id == document_id) if document_id else query).all()
    for file in files:
        file.url = url_for(f"{prefix}Uploads.download", case_id=case.id, pk=file.id)
        file.what = f"{TYPES[file.media_type][0]}, {size(file.size_bytes)}"
        file.actions = [Link("Remove", url_for(f"{prefix}Uploads.remove", case_id=case.id, pk=file.id), danger=True)] if file.may_delete else []
    return {"files": files, "new_file_url": url_for(f"{prefix}Uploads.new", case_id=case.id, document=document_id) if case.may_write else None}


def size(of_bytes: int) -> str:
    """'45 KB', '1.2 MB', '12 bytes'."""
    if of_bytes < 1000:
        return count(of_bytes, "byte")
    return f"{of_bytes / 1000:.0f} KB" if of_bytes < 999_500 else f"{of_bytes / 1_000_000:.1f} MB"


def register(app: Flask) -> None:
    """Lets requests that bring a file be larger than others. Before CSRF protection, which reads the form."""

    @app.before_request
    def make_room() -> None:
        if request.endpoint in ("OperatorUploads.new", "CollaboratorUploads.new"):
            request.max_content_length = MOST_BYTES_SENT
