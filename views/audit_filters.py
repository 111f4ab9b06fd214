"""What narrows the audit log: one case, one person, a kind of event, days. All of it stands in the address."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from flask import redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import ColumnElement, Select, select

from db.models import CaseRow
from db.models_record import AuditEntry, AuditPerson
from views.choosing import Catalogue, Choosing, OneOf, Option
from views.forms import Form
from views.mends import Rows
from views.rows import session
from views.screen import Link, Screen, here
from views.words import LABELS, LONDON, day

#: Parts of the address; a page of the list is none of them.
PARTS = ("case", "person", "event", "since", "until")


class CasesByName(Catalogue):
    """Cases with when they were opened: a tenant may have had several."""

    def _options(self) -> Select:
        return super()._options().add_columns(CaseRow.opened_at)

    def _read(self, query: Select) -> list[Option]:
        return [Option(its_id, f"{', '.join(labels)}, opened {day(opened_at)}") for its_id, *labels, opened_at in session().execute(query)]


class PeopleByName(Catalogue):
    """People, by the name that the log has for them where they work for and with the firm no longer."""

    def named(self, ids: list[UUID]) -> list[Option]:
        """Those of these people whom the reader finds, here or in the log."""
        found = super().named(ids)
        there = {each.id for each in found}
        return found + [Option(each, name) for each in ids if each not in there and (name := self._in_the_log(each))]

    def _in_the_log(self, person: UUID) -> str | None:
        newest = select(AuditEntry.actor_name).where(AuditEntry.actor_id == person).order_by(AuditEntry.happened_at.desc()).limit(1)
        return session().scalar(newest)


CASES = CasesByName(CaseRow, ("tenant_name", "property_address"), "There are no cases yet.")
PEOPLE = PeopleByName(AuditPerson, ("full_name",), "There is nobody yet.")


@dataclass(frozen=True)
class Narrowed:
    """What the address asks for; what makes no sense there is not asked for."""

    case: UUID | None
    person: UUID | None
    event: str | None
    since: date | None
    until: date | None

    @classmethod
    def asked(cls) -> "Narrowed":
        """As the address of this request has it."""
        event = request.args.get("event")
        return cls(
            request.args.get("case", type=UUID), request.args.get("person", type=UUID), event if event in LABELS["event"] else None,
            request.args.get("since", type=date.fromisoformat), request.args.get("until", type=date.fromisoformat),
        )  # fmt: skip

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a line must fulfil. Days are those of London, the last one whole."""
        asked = []
        if self.case:
            asked.append(AuditEntry.case_id == self.case)
        if self.person:
            asked.append(AuditEntry.actor_id == self.person)
        if self.event:
            asked.append(AuditEntry.action == self.event)
        if self.since:
            asked.append(AuditEntry.happened_at >= _midnight(self.since))
        if self.until and self.until < date.max:
            asked.append(AuditEntry.happened_at < _midnight(self.until + timedelta(days=1)))
        return asked

    def chips(self) -> list[Link]:
        """The case and the person that the list is narrowed to, each a way out of it; where there is none, a way to choose one."""
        return [
            self._chip("case", self.case, CASES, "Case", "AuditOfCase"),
            self._chip("person", self.person, PEOPLE, "Person", "AuditOfPerson"),
        ]

    def _chip(self, part: str, asked: UUID | None, of: Catalogue, word: str, screen: str) -> Link:
        if asked is None:
            return Link(f"{word}: all", url_for(f"{screen}.show", **kept()))
        named = of.named([asked])
        return Link(f"{word}: {named[0].label if named else 'one that has gone, or that you cannot see'}", here(**{part: None, "older": None}), current=True)


def _midnight(of: date) -> datetime:
    return datetime.combine(of, time(), LONDON)


def kept() -> dict[str, str]:
    """The parts of this address that narrow the list."""
    return {name: value for name, value in request.args.to_dict().items() if name in PARTS}


class OneOfMany(Choosing, Screen):
    """Base of the two pages that choose one of many: a form that leads back to the list, which then stays narrowed to it."""

    side = "operator"
    default_view = "show"
    include_route_methods = {"show", "choices"}
    heading: str
    part: str
    chosen_form: type[Form]

    @expose("", methods=["GET", "POST"])
    @has_access
    def show(self):
        """The choice, and the list narrowed by it. What else the list was narrowed to stays in the address."""
        form = self.chosen_form(data={"chosen": request.args.get(self.part, type=UUID)})
        if form.validate_on_submit():
            return redirect(url_for("Audit.list", **{**kept(), self.part: form.chosen.data}), 303)
        back = Link("Audit log", url_for("Audit.list", **kept()))
        return self.form_page(self.heading, form, "Show", back.url, back=back)


class ChosenCase(Form):
    chosen = OneOf("Case", of=CASES, screen="AuditOfCase", sentence="Choose one of your cases.", required=True)


class ChosenPerson(Form):
    chosen = OneOf("Person", of=PEOPLE, screen="AuditOfPerson", sentence="Choose somebody from the list.", required=True)


class AuditOfCase(OneOfMany):
    """Which case the audit log is narrowed to."""

    route_base = "/audit/case"
    datamodel = Rows(CaseRow)
    offers = CASES
    heading, part, chosen_form = "The audit log of one case", "case", ChosenCase


class AuditOfPerson(OneOfMany):
    """Whose actions the audit log is narrowed to."""

    route_base = "/audit/person"
    datamodel = Rows(AuditPerson)
    offers = PEOPLE
    heading, part, chosen_form = "What one person did", "person", ChosenPerson
