"""Who operates for an organisation, on its page: the platform-admin invites its first org-admin here."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import delete

from db.models_platform import OperatorRow
from db.models_set_up import Membership, Organisation
from views.forms import Form, Radio
from views.inviting import InviteOperator, invite_operator, menu_of, send_again, send_operator_invitation, withdrawal, withdrawn
from views.mends import Rows
from views.rows import find, keep, write
from views.screen import Link, Question, Screen
from views.words import choices


class NewOperator(InviteOperator):
    role = Radio("What they will be", choices=choices("hat", only=("org_admin", "property_manager")), default="org_admin")


class Operators(Screen):
    """Below /organisations/<id>; the list itself stands on the organisation's page."""

    side = "platform_admin"
    route_base = "/organisations"
    datamodel = Rows(OperatorRow)
    default_view = "invite"
    include_route_methods = {"invite", "invite_again", "remove"}

    @expose("/<uuid:organisation_id>/invite", methods=["GET", "POST"])
    @has_access
    def invite(self, organisation_id):
        """Invites somebody to operate for the organisation."""
        organisation = find(Organisation, organisation_id)
        name = organisation.name
        form = NewOperator()
        if form.validate_on_submit() and (membership := invite_operator(form, form.role.data, organisation_id)):
            if keep(form, membership):
                send_operator_invitation(organisation_id, membership.user_id)
                return self._to_organisation(organisation_id, f"An invitation is on its way to {form.invited_email.data}.")
        back = Link(name, url_for("Organisations.show", pk=organisation_id))
        return self.form_page("Invite an operator", form, "Send invitation", back.url, back=back, lead=f"They work for {name} once they accept.")

    @expose("/<uuid:organisation_id>/operators/<uuid:pk>/invite", methods=["POST"])
    @has_access
    def invite_again(self, organisation_id, pk):
        """Sends a waiting invitation again; the link of the earlier e-mail is good no longer."""
        name = self._operator(organisation_id, pk).full_name
        if send_again(organisation_id, pk):
            return self._to_organisation(organisation_id, f"A new invitation is on its way to {name}.")
        return self._to_organisation(organisation_id)

    @expose("/<uuid:organisation_id>/operators/<uuid:pk>/remove", methods=["GET", "POST"])
    @has_access
    def remove(self, organisation_id, pk):
        """Takes the operator role from somebody, or withdraws an invitation, after saying what that means."""
        operator = self._operator(organisation_id, pk)
        name, waits = operator.full_name, operator.is_waiting
        organisation = find(Organisation, organisation_id).name
        form = Form()
        this = delete(Membership).where(Membership.organisation_id == organisation_id, Membership.user_id == pk)
        if form.validate_on_submit() and write(form, this):
            return self._to_organisation(organisation_id, withdrawn(name) if waits else f"{name} no longer works for {organisation}.")
        asked = withdrawal(name) if waits else Question(
            f"Remove {name} from {organisation}?",
            [f"{name} loses sight of everything of {organisation} at once. The account and what {name} wrote stay."], "Remove operator",
        )
        back = Link(organisation, url_for("Organisations.show", pk=organisation_id))
        return self.confirm_page(asked.title, asked.sentences, asked.button, back.url, form=form, quote=None, back=back)

    def _operator(self, organisation_id: UUID, pk: UUID) -> OperatorRow:
        return find(OperatorRow, (organisation_id, pk))

    def _to_organisation(self, organisation_id: UUID, said: str | None = None):
        if said:
            flash(said, "success")
        return redirect(url_for("Organisations.show", pk=organisation_id), 303)


def operator_menu(operator: OperatorRow) -> list[Link]:
    """What the platform-admin may do to somebody on an organisation's page."""
    at = {"organisation_id": operator.organisation_id, "pk": operator.id}
    return menu_of(operator.is_waiting, url_for("Operators.invite_again", **at), url_for("Operators.remove", **at), "Remove operator")
