"""Signing in by password, and who somebody is once signed in."""

import re
from dataclasses import dataclass

from flask import current_app, flash, g, redirect, request, session
from flask_appbuilder import expose
from flask_appbuilder.baseviews import BaseView
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from sqlalchemy import text
from wtforms import EmailField, PasswordField

from views import words

#: Which hat each part of the console is used under; operators have one of two (their membership says which). "org_admin" is
#: the firm's own set-up, "operator" what both kinds of operators do.
SIDES = ("operator", "org_admin", "collaborator", "platform_admin")

#: A slash, no second one and no backslash after it, and nothing that is not printable ASCII.
PATH_OF_THIS_SITE = re.compile(r"/(?![/\\])[!-~]*")

_BEGIN = text("select app.begin_sign_in(:ab_user_id)")
_END = text("select app.end_sign_in(:sign_in)")
_PERSON = text("select * from app.person_at_sign_in(:ab_user_id, :sign_in)")


@dataclass(frozen=True)
class Person:
    """What app.person_at_sign_in() says of whoever is signed in."""

    user_id: str
    full_name: str
    email: str
    operator_role: str | None
    organisation_name: str | None
    plan_code: str | None
    has_support_cases: bool
    is_collaborator: bool
    is_platform_admin: bool

    @property
    def hats(self) -> list[str]:
        """The hats this person may wear, the one they land under first."""
        hats = [self.operator_role] if self.operator_role else []
        if self.is_platform_admin:
            hats.append("platform_admin")
        # Somebody with no other hat lands on a caseload, if an empty one.
        if self.is_collaborator or not hats:
            hats.append("collaborator")
        return hats

    def hat_on(self, side: str) -> str | None:
        """The hat under which this person uses one of SIDES, or None where they have none."""
        hat = self.operator_role if side == "operator" else side
        return hat if hat in self.hats else None


@dataclass(frozen=True)
class Role:
    """A hat in the form Flask-AppBuilder asks about: a name that config.FAB_ROLES knows."""

    name: str


class SignInForm(FlaskForm):
    username = EmailField("E-mail address", render_kw={"autocomplete": "username", "required": True})
    password = PasswordField("Password", render_kw={"autocomplete": "current-password", "required": True})


class SignIn(BaseView):
    """/login/ and /logout/: where Flask-AppBuilder expects them."""

    route_base = ""
    default_view = "login"

    @expose("/login/", methods=["GET", "POST"])
    def login(self):
        """The sign-in page; a POST with the right password signs in and goes where the person was heading."""
        if current_user.is_authenticated:
            return redirect(self._onward())
        form = SignInForm()
        status = 200
        if form.validate_on_submit():
            if self.appbuilder.sm.sign_in(form.username.data or "", form.password.data or ""):
                return redirect(self._onward(), 303)
            # One sentence for every reason: it tells nobody which addresses have an account (threat 46).
            form.password.errors = ["That e-mail address and password do not go together. Please try again."]
            status = 401
        return self.render_template("sign_in.html", form=form, demo_accounts=current_app.config["DEMO_ACCOUNTS"]), status

    def _onward(self) -> str:
        """Where the person was heading, if that is a plain path of this site (threat 47), else their first screen.

        Not Flask-AppBuilder's get_safe_redirect, which believes the Host header and lets line ends through.
        """
        heading_for = request.args.get("next", "")
        return heading_for if PATH_OF_THIS_SITE.fullmatch(heading_for) else self.appbuilder.get_url_for_index

    @expose("/logout/", methods=["POST"])
    def logout(self):
        """Signs out. A POST, so that no link or picture elsewhere can do it."""
        self.appbuilder.sm.sign_out()
        flash("You have signed out.", "success")
        return redirect(self.appbuilder.get_url_for_login, 303)


class Security(SecurityManager):
    """Flask-AppBuilder's sign-in over our own people: one account table, hats from memberships and assignments."""

    authdbview = SignIn

    def register_views(self) -> None:
        """Only the sign-in view: users and roles are not managed on Flask-AppBuilder's screens."""
        self.auth_view = self.appbuilder.add_view_no_menu(self.authdbview())

    def sign_in(self, email: str, password: str) -> bool:
        """Signs a person in by e-mail address and password; False, whatever the reason, when they do not go together."""
        # Postgres knows no text with a NUL in it, so nobody has such an address.
        user = None if "\x00" in email else self.auth_user_db(email.strip().lower(), password)
        begun = user and self.session.execute(_BEGIN, {"ab_user_id": user.id}).scalar()
        if not begun:
            return False
        self.session.commit()
        session["sign_in"] = str(begun)
        return login_user(user, remember=False)

    def sign_out(self) -> None:
        """Ends this sign-in, in the database as well: a copied cookie is worth nothing afterwards."""
        self.session.execute(_END, {"sign_in": session.pop("sign_in", None)})
        self.session.commit()
        logout_user()

    def load_user(self, pk):
        """The ab_user of this session with its Person as `.person`.

        None once they have signed out, after 12 hours, and once the account is disabled (threat 54).
        """
        user = super().load_user(pk)
        if user is None:
            return None
        row = self.session.execute(_PERSON, {"ab_user_id": user.id, "sign_in": session.get("sign_in")}).one_or_none()
        if row is None:
            return None
        user.person = Person(**{**row._mapping, "user_id": str(row.user_id)})
        return user

    def get_user_roles(self, user):
        """Roles are hats, and nobody has any before signing in: no table of roles to keep in step with ours."""
        return [Role(hat) for hat in user.person.hats] if user.is_authenticated else []

    def is_item_public(self, permission_name, view_name):
        """Nothing is public but the sign-in page, which asks for no permission."""
        return False


def hat_label(person: Person, hat: str | None) -> str:
    """The words for the hat somebody acts under, or the first they have."""
    return words.label(hat or person.hats[0], "hat")


def signed_in_person() -> Person | None:
    """Whoever is signed in, once for each request."""
    if "person" not in g:
        g.person = current_user.person if current_user.is_authenticated else None
    return g.person
