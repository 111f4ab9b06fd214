"""Screens that keep a list of things: the list with its search, and forms that add, change and remove one.

A screen is a declaration: which rows, which columns, which forms. What somebody may do to a row is the database's to say.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import delete

from db.models import Workspace
from views.forms import Form
from views.mends import COUNT_CAP
from views.rows import find, keep, write
from views.screen import Link, Question, Screen, here
from views.searching import asked_search, contains


@dataclass(frozen=True)
class Column:
    """A column of a list: the row's attribute, its heading, and how a value is worded.

    `sorts`: the direction it is first sorted in, where people may sort by it. `under`: an attribute shown in small below.
    `none`: the words where there is no value. `link`: where they lead, besides the row's own link. `state`: shown as a badge.
    """

    name: str
    label: str
    words: Callable[[Any], str] = str
    sorts: str | None = None
    under: str | None = None
    none: str = ""
    link: Callable[[Workspace], str | None] | None = None
    state: bool = False

    def word(self, row: Workspace) -> str:
        """The value of a row in words."""
        value = getattr(row, self.name)
        return self.none if value is None else self.words(value)

    def url(self, row: Workspace) -> str | None:
        """Where the words of a row lead."""
        return self.link(row) if self.link else None


class Records(Screen):
    """Base of such a screen. The first column names the thing and leads to it."""

    #: The table that the forms write; the datamodel, what the list shows, is often a view over it.
    record: type[Workspace]
    #: Its key, which addresses hold.
    key = "id"
    #: One of them, in the singular: "property manager".
    noun: str
    columns: tuple[Column, ...]
    #: Columns that the search box looks into, and what it says.
    searched: tuple[str, ...] = ()
    search_label = "Search"
    #: Chips that narrow the list: `show` in the address -> (words, filters as Screen.rows() takes them). The first is the default.
    narrowed: dict[str, tuple[str, Sequence[tuple[str, type, object]]]] = {}
    list_title: str
    list_page = "list.html"
    list_lead = ""
    add_title: str
    add_label = ""
    edit_title: str
    empty_sentence: str
    #: What removing one means, in sentences.
    delete_sentences: tuple[str, ...] = ("This cannot be undone.",)
    include_route_methods = {"list", "add", "edit", "delete"}

    @property
    def sortable(self) -> dict[str, str]:
        """Columns that people may sort by, with the direction that comes first."""
        return {column.name: column.sorts for column in self.columns if column.sorts}

    @expose("")
    @has_access
    def list(self):
        """The list, by name unless asked otherwise."""
        search = asked_search()
        filters = [(self.searched[0], contains(*self.searched), search)] if search and self.searched else []
        count, rows, sort_links, pages = self.rows(*self.filters(), *filters)
        for row in rows:
            row.url = self.url_of(row)
            self.word(row)
        return self.render_template(
            self.list_page, title=self.list_title, lead=self.list_lead, columns=self.shown(), rows=rows, count=count,
            count_capped=count > COUNT_CAP, noun=self.noun, q=search, searched=bool(self.searched), search_label=self.search_label,
            chips=self.chips(), kept=self.kept(), sort_links=sort_links, pages=pages, empty_sentence=self.empty_sentence, add_label=self.add_label,
            add_url=self._url("add") if "add" in self.include_route_methods else None, **self.besides(),
        )

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        """The form for a new one."""
        form = self.form(self.add_form)
        if form.validate_on_submit():
            row = self.record()
            self.fill(row, form)
            if keep(form, row):
                return self.to_list(f"{self.noun.capitalize()} added.")
        return self.form_page(self.add_title, form, self.add_label, self._url("list"), back=self._back())

    @expose("/<uuid:pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        """The form that changes one."""
        row = find(self.record, pk)
        form = self.form(self.edit_form, row)
        if form.validate_on_submit():
            question = self.question(row, form)
            if question and not form.agreed.to(question.sentences):
                return self.ask(question, form, self._url("edit", pk=pk), self.back_from(pk))
            self.fill(row, form)
            if keep(form):
                return self.changed(pk)
        return self.form_page(
            self.heading(row), form, "Save", self.back_from(pk).url, back=self.back_from(pk), lead=self.lead(pk), actions=self.quiet_menu(pk),
        )

    @expose("/<uuid:pk>/delete", methods=["GET", "POST"])
    @has_access
    def delete(self, pk):
        """Removes one after saying what that means; what still hangs on it keeps it, and says so."""
        name = self.name_of(find(self.record, pk))
        form = Form()
        if form.validate_on_submit() and self.remove(pk, form):
            return self.to_list(f"{name} removed.")
        return self.confirm_page(
            f"Remove {name}?", list(self.delete_sentences), f"Remove {self.noun}", self._url("edit", pk=pk), form=form, quote=None, back=self._back(),
        )

    # ---- what a screen may say otherwise -----------------------------------------------------------------------------

    def shown(self) -> Sequence[Column]:
        """The columns of the list."""
        return self.columns

    def filters(self) -> Sequence[tuple[str, type, object]]:
        """Filters that the address asks for besides the search (see Screen.rows)."""
        return self.narrowed[self._shown()][1] if self.narrowed else []

    def chips(self) -> Sequence[Link]:
        """Links that switch those filters."""
        return [Link(words, here(show=name, page=None), name == self._shown()) for name, (words, _) in self.narrowed.items()]

    def kept(self) -> dict[str, str]:
        """What a search leaves in the address: the filter that is on, unless it is the first."""
        return {"show": self._shown()} if self._shown() != next(iter(self.narrowed), "") else {}

    def besides(self) -> dict[str, object]:
        """What else the page of the list (`list_page`) says."""
        return {}

    def url_of(self, row: Workspace) -> str | None:
        """Where the name of a row leads."""
        return self._url("edit", pk=getattr(row, self.key))

    def word(self, row: Workspace) -> None:
        """Gives a row of the list the words for columns that are none of its own."""

    def form(self, shown: type[Form], row: Workspace | None = None) -> Form:
        """The form for a new row or, filled in, for this one."""
        return shown(obj=row)

    def question(self, row: Workspace, form: Form) -> Question | None:
        """What is to be agreed to before these answers change this row; the form then has a field `agreed` (views.forms.Agreed)."""
        return None

    def heading(self, row: Workspace) -> str:
        """What stands above the form that changes one."""
        return self.edit_title

    def lead(self, pk: object) -> str:
        """A sentence below that heading."""
        return ""

    def back_from(self, pk: object) -> Link:
        """The page that this form leads back to."""
        return self._back()

    def changed(self, pk: object):
        """After a change was saved."""
        return self.to_list(f"{self.noun.capitalize()} changed.")

    def fill(self, row: Workspace, form: Form) -> None:
        """Takes the answers of a form into a row."""
        form.populate_obj(row)

    def name_of(self, row: Workspace) -> str:
        """What a row of `record` is called."""
        return getattr(row, self.columns[0].name)

    def quiet_menu(self, pk: uuid.UUID) -> Sequence[Link]:
        """The quiet menu of the form that changes one."""
        return [Link(f"Remove this {self.noun}", self._url("delete", pk=pk), danger=True)] if "delete" in self.include_route_methods else []

    def remove(self, pk: uuid.UUID, form: Form) -> bool:
        """Deletes the row; False where the database refuses, which the form then says. 404 where the person may not."""
        return write(form, delete(self.record).where(getattr(self.record, self.key) == pk))

    # ---- and what it need not ----------------------------------------------------------------------------------------

    def to_list(self, said: str):
        """After a change: a flash, and the list again."""
        flash(said, "success")
        return redirect(self._url("list"), 303)

    def _url(self, method: str, **arguments: object) -> str:
        return url_for(f"{self.endpoint}.{method}", **arguments)

    def _shown(self) -> str:
        asked = request.args.get("show")
        return asked if asked in self.narrowed else next(iter(self.narrowed), "")

    def _back(self) -> Link:
        return Link(self.list_title, self._url("list"))
