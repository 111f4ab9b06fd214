"""Base of our model views: lists by page and order, pages that hold one form, pages that ask before what cannot be undone."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request
from flask_appbuilder import ModelView

from views.forms import Form
from views.mends import COUNT_CAP, NoForm


@dataclass(frozen=True)
class Link:
    """A way on; `post`: a button that does something at once, where nothing needs asking."""

    label: str
    url: str
    current: bool = False
    danger: bool = False
    post: bool = False


@dataclass(frozen=True)
class Pages:
    number: int
    last: int | None
    previous_url: str | None
    next_url: str | None


@dataclass(frozen=True)
class SortLink:
    url: str
    direction: str | None


def asked_page() -> int:
    """The `page` of the address, from 1; what is not a sensible number is 1. Stock answers 500 to page=abc."""
    asked = request.args.get("page", "1")
    return min(int(asked), 10_000) if asked.isascii() and asked.isdigit() and int(asked) > 0 else 1


def here(**changes: object) -> str:
    """This address with some of its query changed; None takes a part away."""
    query = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    return request.path + ("?" + urlencode(kept) if kept else "")


def pages_around(number: int, more: bool, last: int | None = None) -> Pages:
    """Links from page `number` to the one before and, where there are `more` rows, the one after; `last` if it is known."""
    before = here(page=number - 1 if number > 2 else None) if number > 1 else None
    return Pages(number, last, before, here(page=number + 1) if more else None)


@dataclass(frozen=True)
class Question:
    """What a change does, or does to others, said before it is made: heading, sentences, and the button that agrees."""

    title: str
    sentences: list[str]
    button: str


class Screen(ModelView):
    """Base of our model views: no stock route, form or filter that the screen did not ask for.

    Stock ModelViews keep the filters of a request on the view object itself, which all threads share: four threads
    posting notes put 22 of 404 on the wrong case (upstream issue 2366). Nothing here writes to `self` in a request.
    """

    #: Under which hat the screen is used (views.sign_in.SIDES).
    side: str
    search_form = add_form = edit_form = NoForm
    page_size = 25
    #: column -> direction it is first sorted in
    sortable: dict[str, str] = {}

    def rows(self, *filters: tuple[str, type, object]) -> tuple[int, list, dict[str, SortLink], Pages]:
        """One page of the datamodel's rows that pass `filters` ((column, filter class, value)).

        Order and page come from the address, and only over `sortable` columns. Returns how many rows there are (capped),
        the rows, links that sort them, and links to the pages around.
        """
        active = self.datamodel.get_filters().add_filter_list(list(filters))
        column, direction = self.base_order
        if request.args.get("sort") in self.sortable:
            column = request.args["sort"]
            direction = request.args.get("way") if request.args.get("way") in ("asc", "desc") else self.sortable[column]
        number = asked_page()
        count, rows = self.datamodel.query(active, column, direction, page=number - 1, page_size=self.page_size)
        links = {
            name: SortLink(
                here(sort=name, way=("desc" if direction == "asc" else "asc") if name == column else first, page=None),
                direction if name == column else None,
            )
            for name, first in self.sortable.items()
        }
        last = None if count > COUNT_CAP else max(1, -(-count // self.page_size))
        more = len(rows) == self.page_size and (last is None or number < last)
        return count, rows, links, pages_around(number, more, last)

    def form_page(self, title: str, form: Form, submit_label: str, cancel_url: str, *, template: str = "form_page.html", **context: object):
        """A page that holds one form and a way back. `template`: one that extends form_page.html."""
        body = self.render_template(template, title=title, form=form, submit_label=submit_label, cancel_url=cancel_url, **context)
        return body, 409 if form.errors or form.form_errors else 200

    def confirm_page(
        self, title: str, sentences: list[str], submit_label: str, cancel_url: str, *, form: Form | None = None, **context: object
    ):
        """Asks before what cannot be undone, naming the thing. `form` is the one that was sent and refused, if any."""
        form = form or Form()
        body = self.render_template(
            "confirm.html", title=title, sentences=sentences, submit_label=submit_label, cancel_url=cancel_url,
            form=form, **{"danger": True, **context},
        )
        return body, 409 if form.errors or form.form_errors else 200

    def ask(self, question: Question, form: Form, cancel_url: str, back: Link, *, danger: bool = True):
        """The question before a change, with the answers of the form in it. Nothing is saved yet: 409."""
        form.agreed.show(question.sentences)
        page, _ = self.confirm_page(
            question.title, question.sentences, question.button, cancel_url, form=form, carried=True, quote=None, back=back, danger=danger)
        return page, 409
