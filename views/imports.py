"""Bringing in what a firm has in its former system: /imports, for its org-admins.

A file is read here into staged lines (views/import_reading.py), in one transaction; whether they are right, and writing them, is the
database's, which the jobs service calls (functions.sql, "Imports").
"""

import re
import uuid
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

from flask import Flask, Response, abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import cast, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from werkzeug.datastructures import FileStorage
from werkzeug.wsgi import FileWrapper
from wtforms import FileField

from db.models_imports import Import, ImportFault, ImportLine
from db.models_set_up import Organisation
from views.csv_out import csv_lines
from views.forms import Asked, Choice, Form, NewRow
from views.import_kinds import KINDS, guessed
from views.import_reading import MOST_BYTES, Fault, Line, Reading, Unreadable, read
from views.import_words import (
    DELIMITERS, ENCODINGS, LIVE, REFUSED, STATES, TONES, UNDER_WAY, has_done, kind_words, outcome, reason_of, will_do,
)
from views.mends import Rows
from views.rows import find, keep, only, run, session, step
from views.screen import Link, Screen, asked_page, pages_around
from views.sign_in import signed_in_person
from views.upgrade import require_support_cases, upgrade_page
from views.words import count

PAGE, FAULTS = 25, 50
#: Of a list of faults; more of it lies on the disk, in a file that has no name.
MOST_IN_MEMORY = 1_000_000
#: Files that are a little larger are told so at their field.
MOST_BYTES_SENT = MOST_BYTES + 20_000_000
#: Lines that go to the database at once. COPY would be the way for so many, but it refuses tables with policies; through a view with a
#: trigger it asks the policies for each line, and took the server 3.0 seconds for 20,000 lines, which this takes 0.3.
AT_ONCE, LETTERS_AT_ONCE = 1000, 1_000_000
STAGE = text("""insert into app.import_lines (organisation_id, import_id, line, cells)
    select :firm, :import, l.line, l.cells::text[] from unnest(cast(:lines as integer[]), cast(:cells as text[])) as l (line, cells)""")
FOUND = text("""insert into app.import_faults (organisation_id, import_id, line, place, code, said, of_reading)
    select :firm, :import, f.line, f.place, f.code, f.said, true
    from unnest(cast(:lines as integer[]), cast(:places as integer[]), cast(:codes as text[]), cast(:said as text[])) as f (line, place, code, said)""")
#: Of a file's lines, on the page where its columns are matched.
SHOWN_LINES = 3


class StreamedFile(Asked, FileField):
    """A file that may be large; `data` is the upload itself, to be read piece by piece."""

    def process_formdata(self, valuelist):
        """Finds the file. Raises ValueError with a sentence where none was chosen."""
        sent = request.files.get(self.name)
        self.data = sent if sent and sent.filename else None
        if self.data is None:
            raise ValueError("Choose a file.")


class NewImport(NewRow):
    kind = Choice("What does it hold?", required=True, choices=[(kind, kind_words(kind)) for kind in KINDS])
    file = StreamedFile("File", required=True, render_kw={"accept": ".csv,.txt,.tsv,text/csv,text/plain"},
                        description="A CSV file of up to 100 MB, with the names of its columns in the first line.")


class Imports(Screen):
    """The list of imports, and the steps of one: upload, columns, check, import."""

    side = "org_admin"
    route_base = "/imports"
    datamodel = Rows(Import)
    default_view = "list"
    include_route_methods = {"list", "new", "columns", "show", "faults", "apply", "discard"}

    @expose("")
    @has_access
    def list(self):
        """All imports, newest first; the upgrade page where the organisation's plan has no support cases."""
        if not signed_in_person().has_support_cases:
            return upgrade_page(self, "support_cases")
        number = asked_page()
        rows = session().scalars(select(Import).order_by(Import.created_at.desc(), Import.id).offset((number - 1) * PAGE).limit(PAGE + 1)).all()
        return self.render_template(
            "imports.html", rows=rows[:PAGE], pages=pages_around(number, len(rows) > PAGE), new_url=url_for("Imports.new"), url_of=_url,
            states=STATES, tones=TONES, kind_words=kind_words, outcome=outcome)

    @expose("/new", methods=["GET", "POST"])
    @has_access
    def new(self):
        """The upload."""
        require_support_cases()
        form = NewImport()
        if form.validate_on_submit() and self._stage(form):
            return redirect(url_for("Imports.columns", pk=form.id.data), 303)
        return self.form_page("Import a file", form, "Read the file", url_for("Imports.list"), template="import_new.html", back=_back(), kinds=KINDS,
                              kind_words=kind_words, lead="Nothing changes yet: next you say which column is which, then the file is checked, and only then you import it.")

    @staticmethod
    def _stage(form: NewImport) -> bool:
        if session().get(Import, form.id.data) is not None:
            # The answer got lost on the way, and the form came again.
            return True
        if form.kind.data not in KINDS:
            form.kind.errors = ["Choose what the file holds."]
            return False
        try:
            reading = read(form.file.data.stream)
            firm = only(select(Organisation.id))
            session().add(Import(
                id=form.id.data, kind=form.kind.data, file_name=_name(form.file.data), encoding=reading.encoding, delimiter=reading.delimiter, header=reading.header))
            session().flush()
            _keep_lines(firm, form.id.data, reading)
        except Unreadable as refused:
            session().rollback()
            form.file.errors = [*form.file.errors, refused.sentence]
            return False
        return keep(form)

    @expose("/<uuid:pk>/columns", methods=["GET", "POST"])
    @has_access
    def columns(self, pk):
        """Which column is which: guessed, chosen, remembered for the next file."""
        require_support_cases()
        this = _at_hand(pk, "uploaded", "checked")
        form = _columns_form(this)
        if form.validate_on_submit():
            chosen = {field: form[field].data for field in KINDS[this.kind].fields if form[field].data}
            if step(form, func.app.ask_for_import_check(pk, cast(chosen, JSONB))) is not None and keep(form):
                return redirect(_url(pk), 303)
        lines = session().scalars(select(ImportLine).where(ImportLine.import_id == pk).order_by(ImportLine.line).limit(SHOWN_LINES)).all()
        return self.form_page(
            "Which column is which?", form, "Check the file", _url(pk) if this.state == "checked" else url_for("Imports.list"),
            template="import_columns.html", back=_back(), this=this, lines=lines, lead=f"{_read_as(this)} {KINDS[this.kind].comes_after}", discard_url=url_for("Imports.discard", pk=pk))

    @expose("/<uuid:pk>")
    @has_access
    def show(self, pk):
        """How far it is: under way, checked with its faults or what it would do, or over."""
        require_support_cases()
        this = find(Import, pk)
        if this.state == "uploaded":
            return redirect(url_for("Imports.columns", pk=pk), 303)
        number = asked_page()
        found = session().scalars(
            select(ImportFault).where(ImportFault.import_id == pk).order_by(ImportFault.line, ImportFault.place, ImportFault.code)
            .offset((number - 1) * FAULTS).limit(FAULTS + 1)).all() if this.state == "checked" else []
        return self.render_template(
            "import.html", this=this, kind=KINDS[this.kind], kind_words=kind_words(this.kind), state=STATES[this.state],
            tone=TONES.get(this.state, "calm"), under_way=this.state in UNDER_WAY, live=this.state in LIVE, refused=REFUSED.get(this.error or ""),
            will_do=will_do(this) if this.state == "checked" else [], has_done=has_done(this) if this.state == "done" else [],
            faults=[_in_words(fault, this) for fault in found[:FAULTS]], pages=pages_around(number, len(found) > FAULTS), read_as=_read_as(this), back=_back(),
            columns_url=url_for("Imports.columns", pk=pk), faults_url=url_for("Imports.faults", pk=pk), apply_url=url_for("Imports.apply", pk=pk),
            discard_url=url_for("Imports.discard", pk=pk), new_url=url_for("Imports.new"))

    @expose("/<uuid:pk>/faults.csv")
    @has_access
    def faults(self, pk):
        """Every fault, as CSV."""
        require_support_cases()
        this = _at_hand(pk, "checked")
        query = select(ImportFault).where(ImportFault.import_id == pk).order_by(ImportFault.line, ImportFault.place, ImportFault.code)

        def rows() -> Iterator[tuple[object, ...]]:
            for fault in session().scalars(query.execution_options(yield_per=AT_ONCE)):
                words = _in_words(fault, this)
                yield words["line"], words["column"], words["reason"], words["said"]

        # There may be very many; and while somebody takes them over a slow line, nobody's connection is kept.
        made = SpooledTemporaryFile(max_size=MOST_IN_MEMORY)
        made.writelines(csv_lines(("Line", "Column", "What is wrong", "The cell begins with"), rows()))
        session().rollback()
        made.seek(0)
        return Response(FileWrapper(made), mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="import-faults-{str(pk)[:8]}.csv"'})

    @expose("/<uuid:pk>/apply", methods=["GET", "POST"])
    @has_access
    def apply(self, pk):
        """Asks, with what it would do, and hands the import to the jobs service."""
        require_support_cases()
        this = _at_hand(pk, "checked")
        if this.fault_count:
            abort(404)
        form, sentences, title = Form(), will_do(this), f"Import {kind_words(this.kind).lower()}?"
        if form.validate_on_submit() and step(form, func.app.ask_for_import(pk)) is not None and keep(form):
            return redirect(_url(pk), 303)
        sentences = [*sentences, "All of it is imported, or nothing. It is written down in the audit log as imported by you."]
        return self.confirm_page(title, sentences, "Import", _url(pk), form=form, quote=None, back=Link(this.file_name, _url(pk)), danger=False)

    @expose("/<uuid:pk>/discard", methods=["GET", "POST"])
    @has_access
    def discard(self, pk):
        """Asks, and gives the import up."""
        require_support_cases()
        this = _at_hand(pk, *LIVE)
        form, name = Form(), this.file_name
        if form.validate_on_submit() and step(form, func.app.discard_import(pk)) is not None and keep(form):
            flash("Given up. What was read of the file is deleted.", "success")
            return redirect(url_for("Imports.list"), 303)
        sentence = f"What was read of {name} is deleted, and nothing of it is imported. The file itself stays where you have it."
        return self.confirm_page("Give this import up?", [sentence], "Give up", _url(pk), form=form, quote=None, back=_back())


def _at_hand(pk: uuid.UUID, *states: str) -> Import:
    """The import, or 404 where the person sees none; where it is at another step by now, its page says so."""
    this = find(Import, pk)
    if this.state not in states:
        flash("This import is at another step by now.", "warning")
        abort(redirect(_url(pk), 303))
    return this


def _keep_lines(firm: uuid.UUID, pk: uuid.UUID, reading: Reading) -> None:
    """Stages what was read, in the transaction of the upload."""
    for several in _batches(reading.lines):
        lines = [each for each in several if isinstance(each, Line)]
        faults = [each for each in several if isinstance(each, Fault)]
        of = {"firm": firm, "import": pk}
        if lines:
            run(STAGE.bindparams(**of, lines=[each.number for each in lines], cells=[_array(each.cells) for each in lines]))
        if faults:
            run(FOUND.bindparams(
                **of, lines=[each.number for each in faults], places=[each.place for each in faults], codes=[each.code for each in faults], said=[each.said for each in faults]))


def _batches(read_lines: Iterator[Line | Fault]) -> Iterator[list[Line | Fault]]:
    """AT_ONCE of them, or as many as hold no more than LETTERS_AT_ONCE, so that memory stays flat whatever the cells hold."""
    batch: list[Line | Fault] = []
    letters = 0
    for each in read_lines:
        batch.append(each)
        letters += sum(map(len, each.cells)) if isinstance(each, Line) else 0
        if len(batch) >= AT_ONCE or letters >= LETTERS_AT_ONCE:
            yield batch
            batch, letters = [], 0
    if batch:
        yield batch


def _array(cells: list[str]) -> str:
    # As Postgres writes an array of texts: one value for each line is quicker to send than an array of arrays.
    return '{"' + '","'.join(cell.replace("\\", "\\\\").replace('"', '\\"') for cell in cells) + '"}'


def _name(file: FileStorage) -> str:
    """What the file is called, without folders and what one cannot see."""
    name = re.sub(r"[^\w\s.()&,'+-]", "", re.split(r"[\\/]", file.filename or "")[-1]).strip()
    return name[:200] or "file"


def _columns_form(this: Import) -> Form:
    """A choice of column for each field of the kind."""
    remembered = session().scalars(
        select(Import.mapping).where(Import.kind == this.kind, Import.mapping.is_not(None), Import.id != this.id)
        .order_by(Import.created_at.desc()).limit(1)).first()
    fields = KINDS[this.kind].fields
    optional = set(run(text("select field from app.import_fields() where kind = :kind and not required").bindparams(kind=this.kind)).scalars())
    choices = [("", "Not in this file"), *((name, name) for name in this.header)]
    made = type("Columns", (Form,), {
        name: Choice(field.label, required=name not in optional, choices=choices, description=field.hint) for name, field in fields.items()})
    return made(data=this.mapping or guessed(this.kind, this.header, remembered or {}))


def _in_words(fault: ImportFault, this: Import) -> dict[str, object]:
    column = this.header[fault.place - 1] if 0 < fault.place <= len(this.header) else ""
    field = next((name for name, of in (this.mapping or {}).items() if of == column), None)
    # Of a whole line, what is said stands in the reason.
    return {"line": fault.line, "column": column, "reason": reason_of(fault, this.kind, field), "said": fault.said if fault.place else ""}


def _read_as(this: Import) -> str:
    lines = f"{count(this.line_count, 'line')} of " if this.line_count is not None else ""
    looks = " Look whether letters with accents are right." if this.encoding == "windows-1252" else ""
    return f"{lines}{this.file_name}, read as {ENCODINGS[this.encoding]} with {DELIMITERS[this.delimiter]} between cells.{looks}"


def _url(pk: uuid.UUID) -> str:
    return url_for("Imports.show", pk=pk)


def _back() -> Link:
    return Link("Import", url_for("Imports.list"))


def register(app: Flask) -> None:
    """Lets the request that brings a file be larger than others. Before CSRF protection, which reads the form."""

    @app.before_request
    def make_room() -> None:
        if request.endpoint == "Imports.new":
            request.max_content_length = MOST_BYTES_SENT
