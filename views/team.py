"""Team tab: who works with the tenant, in which part, since when, and what each of them sees."""

from flask import abort, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select

from db.models import SupportCollaborator, TeamMember
from views.case import CaseTab, CollaboratorSide, OperatorSide
from views.forms import Choice, Form, Line, NewRow, OptionalLine, Radio
from views.inviting import menu_of, send_team_invitation, withdrawal, withdrawn
from views.mends import Rows
from views.rows import find, keep, session, step
from views.screen import Link, Question
from views.words import choices


INVITING = (
    "They get an e-mail with a link that signs them in once, within 7 days. It opens this case to them, until you end the assignment."
)


class NewCollaborator(NewRow):
    full_name = Line("Full name", required=True)
    email = Line("E-mail address", required=True, description="The invitation goes there, and they sign in with it.")
    kind = Radio("Who are they?", choices=choices("kind", only=("support_worker", "housing_officer")), default="support_worker")
    participation_mode = Radio(
        "Their part",
        choices=[
            ("full", "Full: reads and writes Shared notes, goals and sessions, and sees the team"),
            ("context_only", "Context only: reads Shared notes and goals, records sessions of their own"),
        ],
        default="full",
    )


class NewContactCard(NewRow):
    full_name = Line("Full name", required=True)
    kind = Choice("Who are they?", choices=choices("kind"), default="external_contact")
    works_for = OptionalLine("Organisation")
    role_label = OptionalLine("Role", description="For example: GP, social worker, mother.")
    email = OptionalLine("E-mail address")
    phone = OptionalLine("Telephone")


class Team(CaseTab):
    """Everybody on the case whom the acting person may see."""

    tab = "Team"
    template = "team.html"
    datamodel = Rows(SupportCollaborator)
    include_route_methods = {"show", "add", "add_card", "invite", "end"}

    @expose("/<uuid:case_id>/team")
    @has_access
    def show(self, case_id):
        """Live members first, earlier ones behind a fold."""
        case = self.case(case_id)
        members = session().scalars(
            select(TeamMember).where(TeamMember.case_id == case_id).order_by(TeamMember.assigned_at, TeamMember.full_name)
        ).all()
        for member in members:
            member.why = sees(member)
            at = {"case_id": case_id, "pk": member.id}
            gets_digests = self.side == "operator" and member.kind == "housing_officer" and member.has_account
            member.digest_url = url_for("DigestWhyOnCase.show", **at) if gets_digests else None
            member.menu = _menu(member, url_for(f"{self.endpoint}.end", **at), url_for(f"{self.endpoint}.invite", **at)) if member.may_end else []
        adds = case.may_manage and case.is_open
        return self.page(
            case,
            members=[member for member in members if member.ended_at is None],
            past=[member for member in members if member.ended_at is not None],
            operators_line=_operators_line(case),
            add_url=url_for(f"{self.endpoint}.add", case_id=case_id) if adds else None,
            add_card_url=url_for(f"{self.endpoint}.add_card", case_id=case_id) if adds else None,
        )

    @expose("/<uuid:case_id>/team/add", methods=["GET", "POST"])
    @has_access
    def add(self, case_id):
        """Invites a support worker or housing officer: an account if they have none, and a link by e-mail."""
        case = self._managed(case_id)
        form = NewCollaborator()
        if form.validate_on_submit():
            member = SupportCollaborator(case_id=case_id)
            form.populate_obj(member)
            if self._gets_account(form, member) and keep(form, member):
                send_team_invitation(form.id.data)
                return self.back_to(case_id, f"{form.full_name.data} is on the team. An invitation is on its way to {form.email.data}.")
            case = self.case(case_id)
        return self._adding("Invite a support worker", form, "Send invitation", case, lead=INVITING)

    @expose("/<uuid:case_id>/team/<uuid:pk>/invite", methods=["POST"])
    @has_access
    def invite(self, case_id, pk):
        """Sends a waiting invitation again; the link of the earlier e-mail is good no longer."""
        member = find(TeamMember, pk, case_id=case_id)
        name = member.full_name
        if step(None, func.app.invite_again(pk)) is not None and keep():
            send_team_invitation(pk)
            return self.back_to(case_id, f"A new invitation is on its way to {name}.")
        return redirect(url_for(f"{self.endpoint}.show", case_id=case_id), 303)

    @expose("/<uuid:case_id>/team/add-contact-card", methods=["GET", "POST"])
    @has_access
    def add_card(self, case_id):
        """Adds a contact card: somebody to reach, without an account."""
        case = self._managed(case_id)
        form = NewContactCard()
        if form.validate_on_submit():
            card = SupportCollaborator(case_id=case_id, participation_mode="reference_only", user_id=None)
            form.populate_obj(card)
            if keep(form, card):
                return self.back_to(case_id, f"Contact card for {form.full_name.data} added.")
            case = self.case(case_id)
        return self._adding("Add a contact card", form, "Add contact card", case, lead="Somebody to reach. They get no account and see nothing here.")

    @expose("/<uuid:case_id>/team/<uuid:pk>/end", methods=["GET", "POST"])
    @has_access
    def end(self, case_id, pk):
        """Ends an assignment after saying what that means."""
        member = find(TeamMember, pk, case_id=case_id)
        if not member.may_end:
            abort(404)
        name, has_account, waits = member.full_name, member.has_account, member.is_waiting
        form = Form()
        if form.validate_on_submit():
            if step(None, func.app.end_assignment(pk)) is not None and keep():
                ended = f"{name}'s assignment has ended." if has_account else f"{name}'s contact card was put away."
                return self.back_to(case_id, withdrawn(name) if waits else ended)
        if waits:
            asked = withdrawal(name, "The link in the e-mail stops working at once, and they can no longer see the case.")
        elif has_account:
            asked = Question(
                f"End {name}'s assignment?",
                [f"Ending this removes {name}'s access at once. The notes {name} wrote stay.", "To bring them back later, add them to the team again."],
                "End assignment",
            )
        else:
            asked = Question(f"Put away {name}'s contact card?", [f"{name}'s contact card moves to the earlier assignments."], "Put away")
        return self.confirm_page(
            asked.title, asked.sentences, asked.button, url_for(f"{self.endpoint}.show", case_id=case_id), quote=None, case=self.case(case_id),
        )

    def _managed(self, case_id):
        case = self.case(case_id)
        self.require(case.may_manage and case.is_open)
        return case

    def _adding(self, title: str, form, submit_label: str, case, **context: object):
        return self.form_page(title, form, submit_label, url_for(f"{self.endpoint}.show", case_id=case.id), case=case, **context)

    def _gets_account(self, form: NewCollaborator, member: SupportCollaborator) -> bool:
        """Finds or makes the account of the address that was typed; a refusal goes on the form."""
        account = step(form, func.app.account_for(form.email.data, form.full_name.data))
        if account is not None:
            member.user_id = account[0]
        return account is not None


def sees(member: TeamMember) -> str:
    """Why somebody can see the case and what of it, in a sentence."""
    if member.mode == "reference_only":
        return "A contact card: no account, sees nothing here."
    invited = f"Added by {member.invited_by_name}. "
    if not member.reads_shared_notes:
        notes = "no notes but their own"
    else:
        notes = "Shared notes"
    if member.mode == "full":
        return f"{invited}Sees {notes}, goals, sessions and the team; never Professional notes."
    return f"{invited}Sees {notes}, goals and the sessions they recorded; never Professional notes."


def _menu(member: TeamMember, end_url: str, invite_url: str) -> list[Link]:
    """What an operator may do to somebody on the team."""
    return menu_of(member.is_waiting, invite_url, end_url, "End assignment" if member.has_account else "Put away")


def _operators_line(case) -> str:
    if case.sees_whole_team:
        return f"{case.organisation_name}'s org-admins, and the property managers for this home, can see this case as well."
    return f"You take part with context only, so you see your own assignment here. {case.organisation_name}'s operators can tell you who else is on the team."


class OperatorTeam(OperatorSide, Team):
    """The team for operators, who add and end."""


class CollaboratorTeam(CollaboratorSide, Team):
    """The team for collaborators, without external contacts."""

    include_route_methods = {"show"}
