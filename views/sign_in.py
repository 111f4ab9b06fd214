"""Signing in by password, and who somebody is once signed in. Links are in views/links.py."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit
from uuid import UUID

from flask import current_app, flash, g, redirect, request, session, url_for
from flask_appbuilder import expose
from flask_appbuilder.baseviews import BaseView
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_login import current_user, login_user, logout_user
from sqlalchemy import Row, TextClause, text
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException
from werkzeug.security import check_password_hash, generate_password_hash
from wtforms import EmailField, PasswordField

from views import words
from views.forms import Form

#: Which hat each part of the console is used under; operators have one of two (their membership says which). "org_admin" is
#: the firm's own set-up, "operator" what both kinds of operators do.
SIDES = ("operator", "org_admin", "collaborator", "platform_admin")

#: A slash, no second one and no backslash after it, and nothing that is not printable ASCII.
PATH_OF_THIS_SITE = re.compile(r"/(?![/\\])[!-~]*")

_TRY = text("select * from app.begin_password_try(:email, :network)")
_BEGIN = text("select app.sign_in_by_password(:try_id, :ab_user_id, :compared_with)")
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


class SignInForm(Form):
    username = EmailField("E-mail address", render_kw={"autocomplete": "username", "required": True})
    password = PasswordField("Password", render_kw={"autocomplete": "current-password", "required": True})


class TooOften(Exception):
    """Somebody, or somebody's network, has tried too often (KW430)."""


#: For the eleventh try at a password: the lock ends by itself, and asking for a link is counted apart from it.
TOO_OFTEN = "Too many passwords were tried for this address, or from where you are. Wait 15 minutes, or ask for a link that signs you in."


def onward(fallback: str | None = None) -> str:
    """Where the person was heading (`next`), if that is a plain path of this site (threat 47), else `fallback` or their first screen.

    Not Flask-AppBuilder's get_safe_redirect, which believes the Host header and lets line ends through.
    """
    heading_for = request.args.get("next", "")
    return heading_for if PATH_OF_THIS_SITE.fullmatch(heading_for) else fallback or current_app.appbuilder.get_url_for_index


def onward_url(endpoint: str, **values: object) -> str:
    """The address of another step on the way in, which remembers where the person was heading."""
    heading_for = onward("")
    return url_for(endpoint, **values, **({"next": heading_for} if heading_for != current_app.appbuilder.get_url_for_index else {}))


def is_a_page(heading_for: str) -> bool:
    """Whether a path leads to a page of ours and holds no words of somebody's own before its query: for what is sent to others."""
    path = unquote(urlsplit(heading_for).path)
    try:
        endpoint, parts = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return len(heading_for) <= 200 and not endpoint.endswith("static") and not any(isinstance(each, str) for each in parts.values())


def network() -> str:
    """The address that a request comes from, for the limits on trying; one for all that come from nowhere that Postgres knows."""
    try:
        return str(ip_address((request.remote_addr or "").partition("%")[0]))
    except ValueError:
        return "0.0.0.0"


def storable(words_typed: str) -> str:
    """What was typed, with what Postgres cannot hold made another letter: nobody has such an address."""
    return words_typed.replace("\x00", "\ufffd")


class SignIn(BaseView):
    """/login/ and /logout/: where Flask-AppBuilder expects them."""

    route_base = ""
    default_view = "login"

    @expose("/login/", methods=["GET", "POST"])
    def login(self):
        """The sign-in page; a POST with the right password signs in and goes where the person was heading."""
        if current_user.is_authenticated:
            return redirect(onward())
        form = SignInForm()
        status = 200
        if form.validate_on_submit():
            try:
                if self.appbuilder.sm.sign_in(form.username.data or "", form.password.data or ""):
                    return redirect(onward(), 303)
                # One sentence for every reason: it tells nobody which addresses have an account (threat 46).
                form.password.errors = ["That e-mail address and password do not go together. Please try again."]
                status = 401
            except TooOften:
                form.password.errors = [TOO_OFTEN]
                status = 429
        return self.render_template(
            "sign_in.html", form=form, link_url=onward_url("Links.ask"), forgotten_url=onward_url("Links.forgotten"),
            demo_accounts=current_app.config["DEMO_ACCOUNTS"],
        ), status

    @expose("/logout/", methods=["POST"])
    def logout(self):
        """Signs out. A POST, so that no link or picture elsewhere can do it."""
        self.appbuilder.sm.sign_out()
        flash("You have signed out.", "success")
        return redirect(self.appbuilder.get_url_for_login, 303)


class Security(SecurityManager):
    """Flask-AppBuilder's sign-in over our own people: one account table, hats from memberships and assignments."""

    authdbview = SignIn

    def __init__(self, appbuilder) -> None:
        # Of a password that nobody knows, as costly to compare with as a real one. Made here: the first unknown address that
        # somebody tries must not take the time of two (threat 46).
        self._nobodys_hash = generate_password_hash(secrets.token_urlsafe(32), current_app.config["FAB_PASSWORD_HASH_METHOD"])
        super().__init__(appbuilder)

    def register_views(self) -> None:
        """Only the sign-in view: users and roles are not managed on Flask-AppBuilder's screens."""
        self.auth_view = self.appbuilder.add_view_no_menu(self.authdbview())

    def ask(self, question: TextClause, **values: object) -> Row | None:
        """Asks a door of the sign-in login and commits; its answer's only row, or None. Raises TooOften for KW430."""
        return next(iter(self.ask_all(question, **values)), None)

    def ask_all(self, question: TextClause, **values: object) -> Sequence[Row]:
        """The same for a door that answers any number of rows."""
        try:
            rows = self.session.execute(question, values).all()
            self.session.commit()
            return rows
        except DBAPIError as error:
            self.session.rollback()
            if getattr(error.orig, "sqlstate", None) == "KW430":
                raise TooOften from None
            raise

    def sign_in(self, email: str, password: str) -> bool:
        """Signs a person in by e-mail address and password; False, whatever the reason, when they do not go together. Raises as try_password."""
        begun = self.try_password(email, password)
        return begun is not None and self.begin(*begun)

    def try_password(self, email: str, password: str) -> tuple[UUID, int] | None:
        """The sign-in that an e-mail address and a password begin, and its account; None, whatever the reason, when they do not go together.

        Raises TooOften for the eleventh try in 15 minutes, whether or not anybody has the address.
        """
        tried = self.ask(_TRY, email=storable(email), network=network())
        # Hashed whether or not there is anything to compare with: both take the same time (threat 46).
        right = check_password_hash(tried.password_hash or self._nobodys_hash, password)
        if not right or tried.password_hash is None:
            return None
        begun = self.ask(_BEGIN, try_id=tried.try_id, ab_user_id=tried.ab_user_id, compared_with=tried.password_hash)[0]
        return None if begun is None else (begun, tried.ab_user_id)

    def begin(self, sign_in: UUID, ab_user_id: int) -> bool:
        """Makes this browser's session that of a sign-in which the database has begun."""
        session["sign_in"] = str(sign_in)
        return login_user(super().load_user(ab_user_id), remember=False)

    def sign_out(self) -> None:
        """Ends this sign-in, in the database as well: a copied cookie is worth nothing afterwards."""
        self.end(session.pop("sign_in", None))
        logout_user()

    def end(self, sign_in: UUID | str | None) -> None:
        """Ends a sign-in in the database."""
        self.session.execute(_END, {"sign_in": sign_in})
        self.session.commit()

    def load_user(self, pk):
        """The ab_user of this session with its Person as `.person`.

        None once they have signed out, after 12 hours, and once the account is disabled (threat 54).
        """
        user = super().load_user(pk)
        if user is None:
            return None
        user.person = self.person_at(user.id, session.get("sign_in"))
        return user if user.person else None

    def person_at(self, ab_user_id: int, sign_in: UUID | str | None) -> Person | None:
        """Whoever this sign-in is of; None once it is over, and for an account that is disabled or another's."""
        row = self.session.execute(_PERSON, {"ab_user_id": ab_user_id, "sign_in": sign_in}).one_or_none()
        return None if row is None else Person(**{**row._mapping, "user_id": str(row.user_id)})

    def _get_safe_user(self, user):
        """The account as load_user() gave it. Stock reads it again when it is in no session, without its person."""
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
