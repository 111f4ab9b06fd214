"""Single-use links: asking for one, following one, and the password that one may choose afterwards. Invitations: views/inviting.py."""

from dataclasses import dataclass, field
from uuid import UUID

from flask import current_app, flash, redirect, session, url_for
from flask_appbuilder import expose
from flask_appbuilder.baseviews import BaseView
from flask_login import current_user
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from werkzeug.security import generate_password_hash
from wtforms import EmailField, PasswordField

from db.link_tokens import hash_of, new_token
from views import letters, logs
from views.forms import Form
from views.passwords import weakness
from views.sentences import explain
from views.sign_in import TooOften, is_a_page, network, onward, onward_url, signed_in_person, storable

_ASK = text("select * from app.ask_for_link(:email, :purpose, :hash, :network)")
_LOOK = text("select * from app.look_at_link(:hash, :network)")
_USE = text("select * from app.use_link(:hash, :network)")
_TELL = text("select * from app.org_admins_to_tell(:sign_in)")
_MAY_SET_PASSWORD = text("select app.may_set_password(:sign_in)")
_SET_PASSWORD = text("select app.set_password(:sign_in, :hash)")

ASKED_TOO_OFTEN = "That was too often. Please wait an hour before you ask for another link."
FOLLOWED_TOO_OFTEN = "Many links that are no longer good were opened from here. Please wait 15 minutes. A good one works all the same."
#: Purpose -> the words of the page that asks for such a link.
ASKING = {
    "sign_in": ("Sign in by a link", "We send you an e-mail with a link that signs you in. You need no password for it.", letters.sign_in_link),
    "password": ("Choose a new password", "We send you an e-mail with a link. It leads to a page where you choose a new password.", letters.password_link),
}


@dataclass(frozen=True)
class Secret:
    """A new link's token, which only the e-mail holds, and the hash that the database keeps."""

    token: str = field(default_factory=new_token, repr=False)

    @property
    def hash(self) -> bytes:
        """SHA-256 of the token."""
        return hash_of(self.token)

    def url(self) -> str:
        """The whole address of the link, as people outside write it; it remembers where they were heading, if that is a page of ours:
        anybody may ask for a link to anybody's mailbox, and write what they like after `next`."""
        way = onward_url if is_a_page(onward("")) else url_for
        return current_app.config["BASE_URL"] + way("Links.follow", token=self.token)


def ask(question, **values: object) -> Row | None:
    """Asks a door of the sign-in login; see Security.ask."""
    return current_app.appbuilder.sm.ask(question, **values)


class AskForm(Form):
    email = EmailField("E-mail address", render_kw={"autocomplete": "username", "required": True})


class PasswordForm(Form):
    password = PasswordField(
        "New password", description="At least 12 characters. Three words that have nothing to do with each other are good and easy to keep.",
        render_kw={"autocomplete": "new-password", "required": True},
    )


class Links(BaseView):
    route_base = ""
    default_view = "ask"

    @expose("/login/link", methods=["GET", "POST"])
    def ask(self):
        """The page that asks for a link to sign in."""
        return self._asking("sign_in")

    @expose("/login/forgotten", methods=["GET", "POST"])
    def forgotten(self):
        """The page that asks for a link to choose a new password."""
        return self._asking("password")

    def _asking(self, purpose: str):
        title, lead, letter = ASKING[purpose]
        form = AskForm()
        status, sent = 200, False
        if form.validate_on_submit():
            typed = storable(form.email.data or "").strip()
            secret = Secret()
            try:
                to = ask(_ASK, email=typed, purpose=purpose, hash=secret.hash, network=network())
                # The same page, words and work for everybody (threat 46): who is unknown gets a letter written that is not sent.
                letters.post(letter(to.full_name or "Nobody", to.email or "nobody@example.org", secret.url()), wanted=to.email is not None)
                sent = True
            except TooOften:
                form.email.errors = [ASKED_TOO_OFTEN]
                status = 429
        return self.render_template(
            "ask_for_link.html", title=title, lead=lead, form=form, sent=sent, back_url=onward_url("SignIn.login"),
        ), status

    @expose("/link/<token>", methods=["GET", "POST"])
    def follow(self, token):
        """What a link is for and for whom, and a button that uses it: programs that scan mail follow links, and press none."""
        try:
            return self._follow(hash_of(token))
        except TooOften:
            return self.render_template("error.html", code=429, heading="That was too often", sentence=FOLLOWED_TOO_OFTEN,
                                        reference=logs.request_id()), 429

    def _follow(self, hashed: bytes):
        form = Form()
        if form.validate_on_submit():
            return self._use(hashed)
        link = ask(_LOOK, hash=hashed, network=network())
        if link is None:
            return self._no_good()
        person = signed_in_person()
        return self.render_template(
            "follow_link.html", form=form, link=link, signed_in_as=person.full_name if person and person.email != link.email else None)

    def _use(self, hashed: bytes):
        try:
            used = ask(_USE, hash=hashed, network=network())
        except DBAPIError as error:
            refusal = explain(error)
            if refusal is None or refusal.status != 409:
                raise
            return self.render_template("error.html", code=409, heading="This invitation cannot be accepted", sentence=refusal.sentence,
                                        reference=logs.request_id()), 409
        if used is None:
            return self._no_good()
        if current_user.is_authenticated:
            self.appbuilder.sm.sign_out()
        self.appbuilder.sm.begin(used.sign_in, used.ab_user_id)
        if used.purpose == "invitation":
            self._tell_org_admins(used.sign_in)
        case_url = url_for("CollaboratorNotes.workspace", case_id=used.case_id) if used.case_id else None
        there = onward(case_url)
        if used.purpose == "password" or (used.purpose == "invitation" and current_user.password is None):
            return redirect(url_for("Links.password", next=there), 303)
        return redirect(there, 303)

    def _tell_org_admins(self, sign_in: UUID) -> None:
        url = current_app.config["BASE_URL"] + url_for("PropertyManagers.list")
        for to in self.appbuilder.sm.ask_all(_TELL, sign_in=sign_in):
            letters.post(letters.operator_joined(
                to.full_name, to.email, url, organisation=to.organisation_name, name=to.joined_name, address=to.joined_email, role=to.joined_role))

    def _no_good(self):
        return self.render_template("link_no_good.html", ask_url=url_for("Links.ask")), 404

    @expose("/password", methods=["GET", "POST"])
    def password(self):
        """Chooses a password, within the hour after signing in by a link; anybody else asks for such a link first."""
        person = signed_in_person()
        if person is None:
            return redirect(url_for("SignIn.login", next=url_for("Links.password")))
        if not ask(_MAY_SET_PASSWORD, sign_in=session.get("sign_in"))[0]:
            return redirect(url_for("Links.forgotten"))
        form = PasswordForm()
        if form.validate_on_submit():
            if wrong := weakness(form.password.data or "", person.full_name, person.email):
                form.password.errors = [wrong]
            else:
                hashed = generate_password_hash(form.password.data, current_app.config["FAB_PASSWORD_HASH_METHOD"])
                ask(_SET_PASSWORD, sign_in=session.get("sign_in"), hash=hashed)
                flash("Your password is set. You can sign in with it from now on.", "success")
                return redirect(onward(), 303)
        body = self.render_template("password.html", form=form, onward=onward(), is_new=current_user.password is None)
        return body, 409 if form.errors else 200
