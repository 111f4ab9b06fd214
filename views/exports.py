"""Taking notes or sessions of a case out of Keywork: as a CSV file or as a PDF, of some days or of all.

A file holds what its reader's own screens show, no more and no less. That it was taken is in the audit log before its first byte.
"""

from datetime import datetime

from flask import Response, abort, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from markupsafe import Markup

from db.models import CaseWorkspace, SupportCase
from views.case import CaseTab, CollaboratorSide, OperatorSide
from views.export_csv import BUSY, Busy, CsvFile, RightsEnded
from views.export_pdf import MOST_RECORDS, TooMuch, export_pdf
from views.export_rows import Asked, holding, is_less, records, rights
from views.forms import Day, Form, Radio
from views.mends import Rows
from views.printing import PrintFailed
from views.rows import keep, run, session, step
from views.sentences import Refusal
from views.sign_in import signed_in_person
from views.words import LONDON

FILE_TYPES = [("csv", "CSV, for a spreadsheet"), ("pdf", "PDF, to print or to hand on")]
#: What the page says of every file, whoever takes it.
TAKEN_OUT = (
    "Which file you took, of which days and when, is written down in the audit log.",
    "A copy that has left Keywork is yours to keep safe: retention deletes nothing of it.",
)


class ExportForm(Form):
    what = Radio("What", required=True)
    file_type = Radio("As", choices=FILE_TYPES, required=True)
    since = Day("First day", description="Leave a day empty to begin with the first record, or to go on to the last.")
    until = Day("Last day")


class Exports(CaseTab):
    """The form, and the file that it makes."""

    tab = ""
    default_view = "show"
    datamodel = Rows(SupportCase)
    include_route_methods = {"show"}

    @expose("/<uuid:case_id>/export", methods=["GET", "POST"])
    @has_access
    def show(self, case_id):
        """What to export; sent, the file itself. What was refused comes back by its field, with everything as it was."""
        case = self.case(case_id)
        # The transaction that it was read in ends before the file is made.
        session().expunge(case)
        offered = _offered(case)
        chosen = request.args.get("what")
        # Chosen on the page alone: what is sent without a choice is nothing that somebody asked for.
        form = ExportForm(data={"what": chosen if chosen in offered else "notes", "file_type": "csv"} if request.method == "GET" else None)
        form.what.choices = [(what, Markup("{}<small>{}</small>").format(words, holding(what, case))) for what, words in offered.items()]
        if form.validate_on_submit() and (file := self._file(case, form)) is not None:
            return file
        tab = "Sessions" if form.what.data == "sessions" else "Notes"
        return self.form_page(
            "Export", form, "Export", url_for(f"{self.prefix}{tab}.show", case_id=case_id), template="export.html", case=case, taken_out=TAKEN_OUT, otherwise="There is no file yet")

    def _file(self, case: CaseWorkspace, form: ExportForm) -> Response | None:
        """The file; None where there is none, which the form then says."""
        asked = Asked(case.id, form.what.data, form.since.data, form.until.data)
        # Judged first, since making a file takes a while. It is written down for good when there is something to give.
        if step(form, asked.written_down(form.file_type.data)) is None:
            return None
        try:
            return self._csv(case, asked) if form.file_type.data == "csv" else self._pdf(case, asked, form)
        except Busy:
            form.refuse(Refusal(None, BUSY, 503))
        except (TooMuch, PrintFailed) as failed:
            form.refuse(Refusal(None, failed.sentence, 409))
        return None

    def _csv(self, case: CaseWorkspace, asked: Asked) -> Response:
        session().rollback()
        try:
            return _download(CsvFile(asked, case), asked, "csv", "text/csv")
        except RightsEnded:
            abort(404)

    def _pdf(self, case: CaseWorkspace, asked: Asked, form: ExportForm) -> Response | None:
        before = run(rights(case.id)).one()
        found = run(records(asked).limit(MOST_RECORDS + 1)).all()
        # Printing takes a while, for which nobody's connection is kept; rights may have ended by its end.
        session().rollback()
        pdf = export_pdf(asked, case, found, signed_in_person().full_name, datetime.now(LONDON))
        if is_less(before, run(rights(case.id)).one_or_none()):
            abort(404)
        if step(form, asked.written_down("pdf")) is None or not keep(form):
            return None
        return _download(pdf, asked, "pdf", "application/pdf")


class OperatorExports(OperatorSide, Exports):
    """Exports for operators: of Shared notes alone too, since a file that holds both streams may go to few."""


class CollaboratorExports(CollaboratorSide, Exports):
    """Exports for collaborators."""


def _offered(case: CaseWorkspace) -> dict[str, str]:
    """What there is to choose from, by what is sent for it: the streams of notes that the person reads, and sessions."""
    if case.may_read_professional:
        return {"notes": "Shared and Professional notes", "shared_notes": "Shared notes only", "sessions": "Sessions"}
    return {"notes": "Shared notes", "sessions": "Sessions"}


def _download(content: object, asked: Asked, ending: str, mimetype: str) -> Response:
    """The answer that browsers keep as a file. Its name is ours, without anybody's: names of tenants stay out of download folders."""
    name = f"{asked.what.replace('_', '-')}-case-{str(asked.case_id)[:8]}-{datetime.now(LONDON):%Y-%m-%d}.{ending}"
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})
