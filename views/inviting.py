"""Invitations: to a case's team, and to operate for an organisation. The operator's hat says that somebody is invited; only the
sign-in login can make the link, and only the e-mail holds it, so that nobody signs in as whom they invite.
"""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, text

from db.models_set_up import Membership
from views import letters
from views.forms import Form, Line
from views.links import Secret, ask
from views.rows import keep, step
from views.screen import Link, Question
from views.sentences import Refusal

_TO_ASSIGNMENT = text("select * from app.link_to_assignment(:collaborator, :hash)")
_TO_MEMBERSHIP = text("select * from app.link_to_membership(:organisation, :user, :hash)")


class InviteOperator(Form):
    invited_name = Line("Full name", required=True)
    invited_email = Line("E-mail address", required=True, description="The invitation goes there, and they sign in with it.")

    def refuse(self, refusal: Refusal) -> None:
        """What the account of this address may not be stands by the same fields."""
        super().refuse(replace(refusal, field={"email": "invited_email", "full_name": "invited_name"}.get(refusal.field, refusal.field)))


def invite_operator(form: InviteOperator, role: str, organisation_id: UUID | None = None) -> Membership | None:
    """An invitation to operate, with an account for the address if it has none, not yet kept; None where the database refused,
    which the form then says. Without an organisation it is that of the acting org-admin.
    """
    account = step(form, func.app.account_for(form.invited_email.data, form.invited_name.data))
    if account is None:
        return None
    place = {} if organisation_id is None else {"organisation_id": organisation_id}
    return Membership(user_id=account[0], role=role, invited_name=form.invited_name.data, invited_email=form.invited_email.data, **place)


def menu_of(waits: bool, again_url: str, end_url: str, end_label: str) -> list[Link]:
    """What may be done to somebody who was invited: send it again or withdraw it while it waits, and end it later."""
    if waits:
        return [Link("Send invitation again", again_url, post=True), Link("Withdraw invitation", end_url, danger=True)]
    return [Link(end_label, end_url, danger=True)]


def withdrawal(name: str, means: str = "The link in the e-mail stops working at once.") -> Question:
    """What is said before an invitation that waits is withdrawn."""
    return Question(f"Withdraw {name}'s invitation?", [means], "Withdraw invitation")


def withdrawn(name: str) -> str:
    """What is said once it is."""
    return f"{name}'s invitation was withdrawn."


def send_again(organisation_id: UUID, user_id: UUID) -> bool:
    """Sends a waiting invitation to operate once more; False, with a flash, where there is none."""
    if step(None, func.app.invite_operator_again(organisation_id, user_id)) is None or not keep():
        return False
    send_operator_invitation(organisation_id, user_id)
    return True


def send_team_invitation(collaborator_id: UUID) -> None:
    """Sends the invitation of a waiting assignment, which the acting operator has just made or renewed."""
    secret = Secret()
    to = ask(_TO_ASSIGNMENT, collaborator=collaborator_id, hash=secret.hash)
    if to is not None:
        letters.post(letters.team_invitation(
            to.full_name, to.email, secret.url(), organisation=to.organisation_name, inviter=to.inviter_name))


def send_operator_invitation(organisation_id: UUID, user_id: UUID) -> None:
    """Sends the invitation to operate that has just been made or renewed."""
    secret = Secret()
    to = ask(_TO_MEMBERSHIP, organisation=organisation_id, user=user_id, hash=secret.hash)
    if to is not None:
        letters.post(letters.operator_invitation(to.full_name, to.email, secret.url(), organisation=to.organisation_name, role=to.role))
