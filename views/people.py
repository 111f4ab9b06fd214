"""Everybody with an account, for the platform-admin: /people. What somebody is and in how many firms, never which tenants."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import abort, current_app, flash, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, update

from db.models_platform import Account, PersonRow
from views import letters
from views.forms import Form, Line
from views.mends import CappedRows
from views.records import Column, Records
from views.rows import find, write
from views.screen import Link
from views.sign_in import signed_in_person
from views.words import count, day, inside, label, when


class EditPerson(Form):
    full_name = Line("Full name", required=True)
    email = Line("E-mail address", required=True, description="They sign in with this address.")


@dataclass(frozen=True)
class Step:
    """Something that is done to an account after asking; sentences and heading name the person as {name}."""

    label: str
    title: str
    sentences: tuple[str, ...]
    said: str
    values: Mapping[str, object]
    #: To whom it can be done.
    fits: Callable[[PersonRow], bool]
    danger: bool = True


STEPS = {
    "disable": Step(
        "Disable account", "Disable {name}'s account?",
        ("{name} is signed out with their next click, and cannot sign in until the account is enabled again.",
         "What {name} wrote stays, and so do their role and their assignments."),
        "{name}'s account is disabled.", {"disabled_at": func.now()}, lambda person: not person.is_disabled,
    ),
    "enable": Step(
        "Enable account", "Enable {name}'s account again?", ("{name} can sign in again, with the role and the assignments they have now.",),
        "{name}'s account is enabled.", {"disabled_at": None}, lambda person: person.is_disabled, danger=False,
    ),
    "make-platform-admin": Step(
        "Make platform-admin", "Make {name} a platform-admin?",
        ("{name} will see and change every organisation, plan and account here, yours too.", "It opens no case, and no firm's own settings."),
        "{name} is a platform-admin now.", {"is_platform_admin": True},
        lambda person: not person.is_platform_admin and not person.is_operator, danger=False,
    ),
    "end-platform-admin": Step(
        "End platform-admin", "End {name}'s time as platform-admin?",
        ("{name} no longer sees organisations, plans and accounts here, from their next click on.", "Whatever else {name} is stays as it is."),
        "{name} is no longer a platform-admin.", {"is_platform_admin": False}, lambda person: person.is_platform_admin,
    ),
}  # fmt: skip


class People(Records):
    """Accounts. People are added by inviting them, and never removed: what they wrote names them."""

    side = "platform_admin"
    route_base = "/people"
    datamodel = CappedRows(PersonRow)
    record = Account
    include_route_methods = {"list", "edit", "step"}
    noun = "person"
    list_title = "People"
    list_lead = "Everybody with an account. People get one by being invited."
    empty_sentence = "Nobody has an account yet."
    edit_form = EditPerson
    base_order = ("full_name", "asc")
    searched = ("full_name", "email")
    search_label = "Name or e-mail"
    narrowed = {
        "all": ("All", ()),
        "operators": ("Operators", (("is_operator", FilterEqual, True),)),
        "platform": ("Platform-admins", (("is_platform_admin", FilterEqual, True),)),
        "disabled": ("Disabled", (("is_disabled", FilterEqual, True),)),
    }
    columns = (
        Column("full_name", "Name", sorts="asc", under="email"),
        Column("roles", "What they are"),
        Column("last_seen", "Last signed in"),
        Column("state", "State", state=True),
    )

    @expose("/<uuid:pk>/<any('disable', 'enable', 'make-platform-admin', 'end-platform-admin'):name>", methods=["GET", "POST"])
    @has_access
    def step(self, pk, name):
        """One of STEPS, after saying what it means."""
        step, person = STEPS[name], find(PersonRow, pk)
        if not step.fits(person):
            abort(404)
        called, form = person.full_name, Form()
        statement = update(Account).where(Account.id == pk).values(step.values).execution_options(synchronize_session=False)
        if form.validate_on_submit() and write(form, statement):
            return self._after(pk, name, step.said.format(name=called))
        return self.confirm_page(
            step.title.format(name=called), [sentence.format(name=called) for sentence in step.sentences], step.label,
            self._url("edit", pk=pk), form=form, danger=step.danger, quote=None, back=self.back_from(pk),
        )

    def word(self, row):
        """What somebody is, and when they were last here."""
        row.roles = roles(row)
        row.last_seen = when(row.last_signed_in_at) if row.last_signed_in_at else "Never"
        row.state = "Disabled" if row.is_disabled else ""

    def heading(self, row):
        """Whose account it is."""
        return row.full_name

    def lead(self, pk):
        """What they are, and whether they can sign in."""
        person = find(PersonRow, pk)
        disabled = f" Disabled since {day(person.disabled_at)}." if person.is_disabled else ""
        return f"{roles(person)}.{disabled}"

    def quiet_menu(self, pk: uuid.UUID):
        """The steps that fit, without those against oneself that would be refused."""
        person, myself = find(PersonRow, pk), str(pk) == signed_in_person().user_id
        return [Link(step.label, self._url("step", pk=pk, name=name), danger=step.danger)
                for name, step in STEPS.items() if step.fits(person) and not (myself and name == "disable")]

    def fill(self, row, form):
        """Addresses are kept in small letters."""
        row.earlier = row.full_name, row.email
        super().fill(row, form)
        row.email = row.email.lower()

    def changed(self, pk):
        """Back to the list. Whose address was changed is told at the old one."""
        account = find(Account, pk)
        name, address = account.earlier
        if address != account.email:
            letters.post(letters.address_changed(name, address, current_app.config["BASE_URL"] + url_for("SignIn.login")))
        return self.to_list("Changes saved.")

    def _after(self, pk, name, said: str):
        flash(said, "success")
        # Whoever gave the hat away has no page here any more.
        leaves = name == "end-platform-admin" and str(pk) == signed_in_person().user_id
        return redirect(url_for("Home.index") if leaves else self._url("edit", pk=pk), 303)


def roles(person: PersonRow) -> str:
    """What somebody is, in words: 'Org-admin of Saltmarsh Support, support worker in 2 organisations'."""
    are = [f"{label(person.operator_role, 'hat')} of {person.organisation_name}"] if person.operator_role else []
    if person.is_platform_admin:
        are.append(label("platform_admin", "hat"))
    for kind, organisations in (("support_worker", person.support_worker_in), ("housing_officer", person.housing_officer_in)):
        if organisations:
            are.append(f"{label(kind, 'kind')} in {count(organisations, 'organisation')}")
    first, *others = are or ["No role at the moment"]
    return ", ".join([first, *map(inside, others)])
