"""Signing in by password, and who somebody is once signed in."""

from dataclasses import dataclass

from flask import current_app, flash, g, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.baseviews import BaseView
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.utils.base import get_safe_redirect
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from sqlalchemy import text
from wtforms import EmailField, PasswordField

from views import words

#: Which hat each part of the console is used under; operators have one of two (their membership says which).
SIDES = ("operator", "collaborator", "platform_admin")

_PERSON = text("select * from app.person_at_sign_in(:ab_user_id)")


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
            user = self.appbuilder.sm.auth_user_db((form.username.data or "").strip().lower(), form.password.data)
            if user and self.appbuilder.sm.load_user(user.id):
                login_user(user, remember=False)
                return redirect(self._onward(), 303)
            # One sentence for every reason: it tells nobody which addresses have an account (threat 46).
            form.password.errors = ["That e-mail address and password do not go together. Please try again."]
            status = 401
        return self.render_template("sign_in.html", form=form, demo_accounts=current_app.config["DEMO_ACCOUNTS"]), status

    def _onward(self) -> str:
        """Where the person was heading, if that is on this site (threat 47), else the first screen of theirs."""
        heading_for = request.args.get("next")
        return get_safe_redirect(heading_for) if heading_for else self.appbuilder.get_url_for_index

    @expose("/logout/", methods=["POST"])
    def logout(self):
        """Signs out. A POST, so that no link or picture elsewhere can do it."""
        logout_user()
        flash("You have signed out.", "success")
        return redirect(self.appbuilder.get_url_for_login, 303)


class Security(SecurityManager):
    """Flask-AppBuilder's sign-in over our own people: one account table, hats from memberships and assignments."""

    authdbview = SignIn

    def register_views(self) -> None:
        """Only the sign-in view: users and roles are not managed on Flask-AppBuilder's screens."""
        self.auth_view = self.appbuilder.add_view_no_menu(self.authdbview())

    def load_user(self, pk):
        """The signed-in ab_user with its Person as `.person`, or None once the account is disabled (threat 54)."""
        user = super().load_user(pk)
        if user is None:
            return None
        row = self.session.execute(_PERSON, {"ab_user_id": user.id}).one_or_none()
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
