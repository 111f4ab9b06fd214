"""What is held about a tenant, item by item: an org-admin looks through it and hides what is not the tenant's to see. No record is changed."""

import uuid
from dataclasses import dataclass, replace

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import delete, func, select

from db.models_requests import Redaction, RequestRow, SubjectRequest
from views.forms import Choice, Form, NewRow, OptionalParagraphs, Paragraphs, Radio
from views.mends import Rows
from views.rows import find, keep, run, session, write
from views.screen import Link, Screen, asked_page, here, pages_around
from views.subject_redaction import Hidden, Hiding, Item, Segment, mark, segments
from views.subject_shown import moment_hidden
from views.subject_words import PARTS, Entry, entry_of, reason_words, title_of
from views.words import choices, day, lines_of_paragraphs

PAGE = 25
#: More than these are found in the record itself.
MOST_HIDDEN = 500
COLUMNS = ("part", "table_name", "item_id", "case_id", "moment", "about", "content", "total")
WHOLE = {
    "support_document_pdfs": "Nobody can hide words inside a PDF. Where words of its document are hidden, the PDF is withheld by itself, and the text above stands for it.",
    "support_upload_files": "Nobody can hide words inside a file: it is given as it is, or withheld. Open it on the case and look before you decide. A scan of a document goes as the document's PDF does.",
}
NOTE = "For your firm alone: it is in no file."
WITHHELD = "It is left out of every file, and so is what copies it: what the history and digests say of it, and of a document its PDF, its scans and to whom it went."
HIDE = "Write the words as they stand there. They are found whatever their capitals, blanks and accents are, and in copies of this entry too: in its history, and in digests that quoted it."


class Hide(NewRow):
    passage = Paragraphs("Words to hide", required=True, rows=2)
    scope = Radio("Where?", choices=[("item", "In this entry, and in what copies it"), ("everywhere", "In every entry")], default="item")
    because = Choice("Why?", choices=choices("redaction"), required=True)
    note = OptionalParagraphs("Note", rows=3, description=NOTE)


class Withhold(NewRow):
    because = Choice("Why?", choices=choices("redaction"), required=True)
    note = OptionalParagraphs("Note", rows=3, description=NOTE)


@dataclass(frozen=True)
class Looked:
    """An item on the page: in words, each text in pieces of which some are hidden; why it is withheld, if it is."""

    entry: Entry
    lines: list[tuple[str, list[list[list[Segment]]]]]
    withheld: str | None
    hint: str | None
    professional: bool
    hide_url: str
    withhold_url: str


class SubjectItems(Screen):
    """Below the address of a request."""

    side = "org_admin"
    route_base = "/subject-access"
    datamodel = Rows(SubjectRequest)
    default_view = "look"
    include_route_methods = {"look", "hide", "withhold", "hidden", "reveal"}

    @expose("/<uuid:pk>/items")
    @has_access
    def look(self, pk):
        """A page of what is held, each item whole. That somebody looked is written down before it is shown."""
        row, number = find(RequestRow, pk), asked_page()
        part = request.args.get("part") if request.args.get("part") in PARTS else None
        counted = dict(run(select(func.app.subject_access_parts(pk).table_valued("part", "items"))).all())
        found = _items(pk, part=part, skipped=(number - 1) * PAGE)
        hidden = hidden_of(pk)
        looked = [_looked(item, hidden, pk) for item, _ in found]
        total = found[0][1] if found else 0
        page = self.render_template(
            "subject_items.html", request_row=row, looked=looked, mark=mark, reason_words=reason_words, back=_back(row), making=row.state == "being_made",
            chips=[Link("All", here(part=None, page=None), part is None), *(
                Link(f"{words} ({counted[name]:,})", here(part=name, page=None), part == name) for name, (words, _) in PARTS.items() if name in counted)],
            part_words=PARTS[part][1] if part else None, pages=pages_around(number, number * PAGE < total, max(1, -(-total // PAGE))), hidden_url=url_for("SubjectItems.hidden", pk=pk))
        run(select(func.app.record_subject_access_look(pk)))
        session().commit()
        return page

    @expose("/<uuid:pk>/hide", methods=["GET", "POST"])
    @has_access
    def hide(self, pk):
        """Hides words in one item and what copies it, or everywhere."""
        row, item = find(RequestRow, pk), _asked_item(pk)
        form = Hide()
        if form.validate_on_submit():
            everywhere = form.scope.data == "everywhere"
            place = {} if everywhere else {"case_id": item.case_id, "item_table": item.table, "item_id": item.id}
            if keep(form, Redaction(id=form.id.data, request_id=pk, passage=form.passage.data, because=form.because.data, note=form.note.data, **place)):
                sought = Hidden([Hiding(None, None, form.passage.data, form.because.data)]).everywhere()
                there = any(piece.because for line in entry_of(item).lines for piece in segments(line.words, sought))
                return _to_items(pk, item, "Hidden." if there or everywhere else "Kept, but these words do not stand in this entry. Please look whether they are spelt so.",
                                 "success" if there or everywhere else "warning")
        return self._page("Hide words", form, "Hide", row, item, HIDE)

    @expose("/<uuid:pk>/withhold", methods=["GET", "POST"])
    @has_access
    def withhold(self, pk):
        """Withholds one item whole, with what copies it."""
        row, item = find(RequestRow, pk), _asked_item(pk)
        form = Withhold()
        if form.validate_on_submit() and keep(form, Redaction(
                id=form.id.data, request_id=pk, case_id=item.case_id, item_table=item.table, item_id=item.id, because=form.because.data, note=form.note.data)):
            return _to_items(pk, item, "Withheld.")
        return self._page("Withhold this entry", form, "Withhold", row, item, WITHHELD)

    @expose("/<uuid:pk>/hidden")
    @has_access
    def hidden(self, pk):
        """Everything that is hidden or withheld, and the way to show it again."""
        row = find(RequestRow, pk)
        rows = session().scalars(select(Redaction).where(Redaction.request_id == pk).order_by(Redaction.created_at.desc(), Redaction.id).limit(MOST_HIDDEN)).all()
        return self.render_template(
            "subject_hidden.html", request_row=row, rows=rows, back=_back(row), reason_words=reason_words, where=_where, may_change=row.is_open and row.state != "being_made",
            reveal_url=lambda each: url_for("SubjectItems.reveal", pk=pk, redaction=each.id), items_url=url_for("SubjectItems.look", pk=pk))

    @expose("/<uuid:pk>/hidden/<uuid:redaction>/show", methods=["GET", "POST"])
    @has_access
    def reveal(self, pk, redaction):
        """Shows something again, after asking."""
        row, this = find(RequestRow, pk), find(Redaction, redaction, request_id=pk)
        form, url = Form(), url_for("SubjectItems.hidden", pk=pk)
        passage, where, writer, at = this.passage, _where(this), this.author_name, this.created_at
        if form.validate_on_submit() and write(form, delete(Redaction).where(Redaction.id == redaction)):
            flash("Shown again.", "success")
            return redirect(url, 303)
        what = "The words below are" if passage else "This entry is"
        return self.confirm_page(f"Show {'these words' if passage else 'this entry'} again?", [f"{what} in the next files that are made. {where}, hidden by {writer} on {day(at)}."],
                                 "Show again", url, form=form, quote=passage, quote_by=where, danger=False, back=Link(row.tenant_name, url))

    def _page(self, title: str, form: Form, button: str, row: RequestRow, item: Item, lead: str):
        url = url_for("SubjectItems.look", pk=row.id, part=item.part)
        page = self.form_page(title, form, button, url, template="subject_hide.html", back=Link("What is held", url), lead=lead, entry=entry_of(item))
        # The entry stands above the form, a Professional note perhaps.
        run(select(func.app.record_subject_access_look(row.id)))
        session().commit()
        return page


def hidden_of(pk: uuid.UUID) -> Hidden:
    """What is hidden of a request."""
    return Hidden([Hiding(*each) for each in session().execute(
        select(Redaction.item_table, Redaction.item_id, Redaction.passage, Redaction.because).where(Redaction.request_id == pk).order_by(Redaction.created_at, Redaction.id))])


def _items(pk: uuid.UUID, part: str | None = None, item: str | None = None, skipped: int = 0) -> list[tuple[Item, int]]:
    asked = func.app.subject_access_items(pk, part, item, skipped, PAGE).table_valued(*COLUMNS)
    return [(Item(*each[:5], tuple(each[5]), each[6]), each[7]) for each in run(select(asked))]


def _asked_item(pk: uuid.UUID) -> Item:
    """The item that the address names, or 404."""
    found = _items(pk, item=request.args.get("item", ""))
    return found[0][0] if found else abort(404)


def _looked(item: Item, hidden: Hidden, pk: uuid.UUID) -> Looked:
    passages, entry = hidden.passages(item), entry_of(item)
    if because := moment_hidden(item, passages):
        entry = replace(entry, moment=mark(because))
    lines = [(line.label, [[segments(text, passages) for text in paragraph] for paragraph in lines_of_paragraphs(line.words)]) for line in entry.lines]
    return Looked(entry, lines, hidden.withheld(item), WHOLE.get(item.table), _is_professional(item),
                  url_for("SubjectItems.hide", pk=pk, item=item.key), url_for("SubjectItems.withhold", pk=pk, item=item.key))


def _is_professional(item: Item) -> bool:
    """Whether it is a Professional note, or what the history says of one."""
    return item.content.get("stream", item.content.get("row_kind")) == "professional"


def _where(this: Redaction) -> str:
    if this.item_table is None:
        return "In every entry"
    return f"In one entry: {title_of(Item('', this.item_table, this.item_id, None, None, (), {})).lower()}"


def _to_items(pk: uuid.UUID, item: Item, said: str, tone: str = "success"):
    flash(said, tone)
    return redirect(url_for("SubjectItems.look", pk=pk, part=item.part), 303)


def _back(row: RequestRow) -> Link:
    return Link(row.tenant_name, url_for("SubjectAccess.show", pk=row.id))
