"""Who operates for the firm, and the landlords that its property managers look after: /property-managers, for its org-admins."""

from uuid import UUID

from flask import flash, redirect
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import delete, select

from db.models_set_up import ColleagueRow, LandlordRow, ManagedLandlord, Membership
from views.choosing import Catalogue, Choosing, SeveralOf
from views.forms import Form
from views.inviting import InviteOperator, invite_operator, menu_of, send_again, send_operator_invitation, withdrawal, withdrawn
from views.mends import CappedRows
from views.records import Column, Records
from views.rows import keep, only, run, session, write
from views.screen import Link, Question
from views.words import day, inside, label, link_until

LANDLORDS = Catalogue(LandlordRow, ("name",), "There are no landlords yet. Add one first.")


def landlords_field() -> SeveralOf:
    """The landlords that somebody looks after."""
    return SeveralOf(
        "Landlords", of=LANDLORDS, screen="PropertyManagers", sentence="Choose from your landlords.",
        description="They see every tenant and case at the properties of these landlords, Professional notes too, and no others.",
    )


class NewPropertyManager(InviteOperator):
    landlord_ids = landlords_field()


class LookedAfter(Form):
    landlord_ids = landlords_field()


class PropertyManagers(Choosing, Records):
    """Property managers, invited by an org-admin; each sees the tenants of the landlords assigned to them, and no others. The list
    shows fellow org-admins as well, so that nobody joins unseen; they are the platform's to change."""

    side = "org_admin"
    route_base = "/property-managers"
    datamodel = CappedRows(ColleagueRow)
    record = Membership
    offers = LANDLORDS
    noun = "operator"
    list_title = "Operators"
    list_lead = ("Org-admins see and run everything of your organisation; whoever runs Keywork for you adds and removes them. "
                 "Property managers run cases for the tenants of the landlords you assign to them.")
    add_title, add_label = "Invite a property manager", "Invite a property manager"
    empty_sentence = "There are no property managers yet. Invite one and say which landlords they look after."
    base_order = ("full_name", "asc")
    searched = ("full_name", "email")
    search_label = "Name or e-mail address"
    columns = (
        Column("full_name", "Name", sorts="asc", under="email"),
        Column("role", "Role", lambda role: label(role, "hat")),
        Column("landlords", "Landlords"),
        Column("accepted_at", "Since", day, none="Invited"),
    )
    include_route_methods = {"list", "add", "edit", "invite", "delete", "choices"}

    def url_of(self, row):
        """Property managers can be changed here, org-admins not."""
        return super().url_of(row) if row.role == "property_manager" else None

    def word(self, row):
        """Whom the landlords are for, and whether some are missing."""
        row.landlords = row.landlord_names or ("None yet: they see no case" if row.role == "property_manager" else "All of them")

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        """Invites somebody: an account if they have none, a link by e-mail, and the landlords they will look after."""
        form = NewPropertyManager()
        if form.validate_on_submit() and (membership := invite_operator(form, "property_manager")):
            landlords = [ManagedLandlord(user_id=membership.user_id, landlord_id=each) for each in form.landlord_ids.data]
            if keep(form, membership, *landlords):
                send_operator_invitation(membership.organisation_id, membership.user_id)
                return self.to_list(f"An invitation is on its way to {form.invited_email.data}.")
        return self.form_page(self.add_title, form, "Send invitation", self._url("list"), back=self._back())

    @expose("/<uuid:pk>/edit", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        """Which landlords somebody looks after."""
        manager = self._manager(pk)
        name, lead = manager.full_name, _since(manager)
        now = session().scalars(select(ManagedLandlord.landlord_id).where(ManagedLandlord.user_id == pk)).all()
        form = LookedAfter(data={"landlord_ids": list(now)})
        if form.validate_on_submit():
            run(delete(ManagedLandlord).where(ManagedLandlord.user_id == pk, ManagedLandlord.landlord_id.not_in(form.landlord_ids.data)))
            added = [each for each in form.landlord_ids.data if each not in now]
            if keep(form, *(ManagedLandlord(user_id=pk, landlord_id=each) for each in added)):
                return self.to_list(f"{name}'s landlords changed.")
        return self.form_page(name, form, "Save", self._url("list"), back=self._back(), lead=lead, actions=self._menu(self._manager(pk)))

    @expose("/<uuid:pk>/invite", methods=["POST"])
    @has_access
    def invite(self, pk):
        """Sends a waiting invitation again; the link of the earlier e-mail is good no longer."""
        manager = self._manager(pk)
        name = manager.full_name
        if send_again(manager.organisation_id, pk):
            flash(f"A new invitation is on its way to {name}.", "success")
        return redirect(self._url("list"), 303)

    @expose("/<uuid:pk>/delete", methods=["GET", "POST"])
    @has_access
    def delete(self, pk):
        """Removes a property manager, or withdraws an invitation, after saying what that means."""
        manager = self._manager(pk)
        name, waits = manager.full_name, manager.is_waiting
        form = Form()
        if form.validate_on_submit() and write(form, delete(Membership).where(Membership.user_id == pk)):
            return self.to_list(withdrawn(name) if waits else f"{name} is no longer a property manager.")
        asked = withdrawal(name) if waits else Question(
            f"Remove {name}?",
            [f"{name} loses sight of every case at once. What {name} wrote stays.", "To bring them back later, invite them again."],
            "Remove property manager",
        )
        return self.confirm_page(asked.title, asked.sentences, asked.button, self._url("edit", pk=pk), form=form, quote=None, back=self._back())

    def _manager(self, pk: UUID) -> ColleagueRow:
        return only(select(ColleagueRow).where(ColleagueRow.id == pk, ColleagueRow.role == "property_manager"))

    def _menu(self, manager: ColleagueRow) -> list[Link]:
        return menu_of(manager.is_waiting, self._url("invite", pk=manager.id), self._url("delete", pk=manager.id), "Remove property manager")


def _since(manager: ColleagueRow) -> str:
    if not manager.is_waiting:
        return f"{manager.email}, property manager since {day(manager.accepted_at)}."
    link = f", {inside(link_until(manager.invitation_expires_at))}" if manager.invitation_expires_at else ""
    return f"{manager.email}, invited{link}."
