"""A form field for one row, or several rows, of many: a short list to choose from, with a search box above it.

No page loads a table: the chosen ones are shown, and at most MOST_OFFERED more. Without a script the Search button, or Enter in
the search box, sends the form and gets it back with the rows that match; with one (static/keywork.js) typing asks `choices` on the same screen. Which
rows there are to choose from, and whether a forged id is one of them, is the database's to say.
"""

import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from flask import jsonify, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import Select, select
from wtforms.fields.choices import Choice, SelectFieldBase
from wtforms.widgets import CheckboxInput, ListWidget, RadioInput

from db.models import Workspace
from views.forms import Asked
from views.rows import session
from views.searching import asked_search, holds
from views.sentences import Refusal

#: Rows offered at once besides the chosen ones; a longer list is searched, not scrolled.
MOST_OFFERED = 20


class Option(NamedTuple):
    id: uuid.UUID
    label: str


@dataclass(frozen=True)
class Catalogue:
    """Rows that one may choose from: those of a table or view with an `id`, as the person who acts sees them.

    `labels`: the columns that say which one it is, which a search looks into; the first gives the order.
    `none`: what is said where there is none at all.
    """

    model: type[Workspace]
    labels: tuple[str, ...]
    none: str

    def matching(self, words: str, most: int) -> list[Option]:
        """The first rows that hold the words, or simply the first ones without any."""
        query = self._options().order_by(getattr(self.model, self.labels[0]), self.model.id).limit(most)
        return self._read(query.where(holds(self.model, self.labels, words)) if words else query)

    def named(self, ids: list[uuid.UUID]) -> list[Option]:
        """Those of these rows that are there for the person who acts."""
        return self._read(self._options().where(self.model.id.in_(ids)).order_by(getattr(self.model, self.labels[0]))) if ids else []

    def _options(self) -> Select:
        return select(self.model.id, *(getattr(self.model, label) for label in self.labels))

    def _read(self, query: Select) -> list[Option]:
        return [Option(its_id, ", ".join(labels)) for its_id, *labels in session().execute(query)]


class ChoosingList(ListWidget):
    """Tells the template (parts/forms.html) what the field is asked with."""


class Remote(Asked, SelectFieldBase):
    """Base of the two fields. `sentence` is said where nothing was chosen, or what is not there for the person who acts.

    `screen` is the endpoint of a screen with the route of Choosing, without its method: "Properties".
    """

    widget = ChoosingList(prefix_label=False)
    kind: str

    def __init__(self, label: str, *, of: Catalogue, screen: str, sentence: str, **options: object) -> None:
        super().__init__(label, **options)
        self.of, self.screen, self.sentence = of, screen, sentence

    @property
    def chosen(self) -> list[uuid.UUID]:
        """The ids in `data`."""
        raise NotImplementedError

    @property
    def choices_url(self) -> str:
        """Where the script asks."""
        return url_for(f"{self.screen}.choices")

    @property
    def search_name(self) -> str:
        """The name of the search box."""
        return f"{self.name}-q"

    @cached_property
    def words(self) -> str:
        """What was typed into the search box."""
        return asked_search(self.search_name)

    @property
    def asked_by_enter(self) -> bool:
        """Whether Enter sent the form with other words in the search box than it came with: that is a search, as by the button."""
        return "enter" in request.form and self.words != asked_search(f"{self.search_name}-was")

    @cached_property
    def options(self) -> list[Option]:
        """The chosen rows first, then those that match. Read when the page is made: what was refused before is over then."""
        chosen = self.of.named(self.chosen)
        ids = {each.id for each in chosen}
        return chosen + [each for each in self._found[:MOST_OFFERED] if each.id not in ids]

    @cached_property
    def found_sentence(self) -> str:
        """How many rows match, as static/keywork.js says it too."""
        if len(self._found) > MOST_OFFERED:
            return f"The first {MOST_OFFERED}. Search to find others."
        if self._found:
            return f"{len(self._found)} found"
        return f"Nothing matches “{self.words}”." if self.words else self.of.none

    @cached_property
    def _found(self) -> list[Option]:
        return self.of.matching(self.words, MOST_OFFERED + 1)

    def iter_choices(self):
        """The options, the chosen ones marked."""
        for each in self.options:
            yield Choice(str(each.id), each.label, each.id in self.chosen, {})

    def when_not_there(self) -> Refusal:
        """The refusal of an id that is nobody's, or somebody else's: the same words for both."""
        return Refusal(self.name, self.sentence, 409)

    def _read(self, values: list[str]) -> list[uuid.UUID]:
        try:
            return [uuid.UUID(value) for value in values]
        except ValueError:
            raise ValueError(self.sentence) from None


class OneOf(Remote):
    """One row; `data` is its id."""

    kind = "radio"
    option_widget = RadioInput()

    @property
    def chosen(self) -> list[uuid.UUID]:
        """The id in `data`, if there is one."""
        return [self.data] if self.data else []

    def process_formdata(self, valuelist):
        """Reads the id. Raises ValueError with the field's sentence when none was chosen."""
        self.data = None
        if not valuelist:
            raise ValueError(self.sentence)
        self.data = self._read(valuelist[:1])[0]


class SeveralOf(Remote):
    """Any number of rows; `data` is the list of their ids, each once."""

    kind = "checkbox"
    option_widget = CheckboxInput()

    @property
    def chosen(self) -> list[uuid.UUID]:
        """The ids in `data`."""
        return self.data or []

    def process_formdata(self, valuelist):
        """Reads the ids. Raises ValueError with the field's sentence for what is no id."""
        self.data = []
        self.data = list(dict.fromkeys(self._read(valuelist)))


class Choosing:
    """Mixin of a screen whose form holds such a field: the route that its script asks."""

    #: The rows that the field offers.
    offers: Catalogue

    @expose("/choices")
    @has_access
    def choices(self):
        """The rows that match what was typed, at most MOST_OFFERED, as [{"id": ..., "label": ...}]."""
        return jsonify([{"id": str(each.id), "label": each.label} for each in self.offers.matching(asked_search(), MOST_OFFERED)])
