"""Settings, all from the environment, and which screens each hat's menu offers.

Rights are not here: Postgres decides who may see and do what (db/rls.sql). What a hat may open below only spares people
doors that would show them nothing.
"""

import base64
import binascii
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

CASE_TABS = "Notes|Goals|Sessions|Team|Documents|DocumentPage|DocumentFilling|DocumentSteps|Uploads|Exports"
#: The firm's own data, kept by its org-admins: screens by their names in the menu.
SET_UP = {
    "Tenants": "Tenants", "Properties": "Properties", "Landlords": "Landlords", "PropertyManagers": "Operators", "Digests": "Digests",
    "Templates": "Templates", "Retention": "Retention", "SubjectAccess": "Subject access", "Imports": "Import", "Settings": "Settings",
}  # fmt: skip
#: What both kinds of operators use.
CASES = f"Cases|Dashboard|CaseSteps|CaseHistory|Collaborators|Audit|AuditOfCase|AuditOfPerson|DigestWhyOnCase|OperatorAssessments|Operator({CASE_TABS})"
CASES_MENU = "Support cases|Dashboard|Collaborators|Audit log"
#: What the platform-admin keeps: screens, which have the same names in the menu.
PLATFORM = "Organisations|Plans|People|Jobs"

#: What programs use, under every hat that has cases (views/api.py).
API = "(Case|Note|Goal|Progress|Session|Collaborator|Document)Api"

#: Hat -> what Flask-AppBuilder lets it open: (view, permission), both regular expressions.
FAB_ROLES = {
    "org_admin": [
        [rf"({CASES}|{API}|AuditCheck|RetentionSteps|DigestPreview|DigestWhy|Outbox|Suppressed|TemplateEditor|TemplateWordings|SubjectSteps|SubjectItems|{'|'.join(SET_UP)})$", "can_.*"],
        [rf"({CASES_MENU}|{'|'.join(SET_UP.values())})$", "menu_access"],
    ],
    "property_manager": [[rf"({CASES}|{API})$", "can_.*"], [rf"({CASES_MENU})$", "menu_access"]],
    "collaborator": [[rf"(Caseload|CollaboratorAssessments|{API}|Collaborator({CASE_TABS}))$", "can_.*"], ["Your tenants$", "menu_access"]],
    "platform_admin": [[f"({PLATFORM}|Operators)$", "can_.*"], [f"({PLATFORM})$", "menu_access"]],
}

FOLDER = Path(__file__).resolve().parent
DEFAULT_BASE_URL = "http://127.0.0.1:8080"
REQUIRED = ("KEYWORK_WORKSPACE_URL", "KEYWORK_SIGNIN_URL", "KEYWORK_SECRET_KEY", "KEYWORK_TOKEN_KEY")
#: In bytes; the database refuses shorter ones as well (app.add_signing_key).
SHORTEST_TOKEN_KEY = 32

#: In bytes. Resend's have 24; an empty one would let anybody sign.
SHORTEST_WEBHOOK_SECRET = 16

#: Each proxy adds one entry to X-Forwarded-For; nobody has more of them one behind the other.
MOST_PROXIES = 9


class SettingWrong(RuntimeError):
    """A setting makes no sense. The text names the variable and what it must be, never its value: it may be a secret."""


class SettingMissing(SettingWrong):
    """A setting that the application cannot do without is not in the environment."""


@dataclass(frozen=True)
class MailSettings:
    """How e-mails leave, for the web server and for the jobs: through Resend where there is a key of it, else into files in a folder."""

    base_url: str
    sent_from: str
    folder: Path
    resend_key: str | None = field(repr=False)


def base_url_of(environment: Mapping[str, str]) -> str:
    """The address people type (KEYWORK_BASE_URL), without a slash at its end. Raises SettingWrong."""
    given = environment.get("KEYWORK_BASE_URL") or DEFAULT_BASE_URL
    try:
        parts = urlsplit(given)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or not given.isascii() or not given.isprintable() or " " in given or parts.scheme not in ("http", "https"):
        raise SettingWrong("KEYWORK_BASE_URL must be an address such as https://keywork.example.org.")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingWrong("KEYWORK_BASE_URL must be a scheme and a host (with a port where needed), and nothing after them.")
    if parts.scheme == "http" and not _is_this_machine(host):
        raise SettingWrong("KEYWORK_BASE_URL must begin with https://; http:// is for this machine only (127.0.0.1, localhost).")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def proxies_of(environment: Mapping[str, str]) -> int:
    """How many proxies stand before the server (KEYWORK_PROXIES). Raises SettingWrong."""
    given = environment.get("KEYWORK_PROXIES") or "0"
    if not (given.isascii() and given.isdigit() and len(given) == 1):
        raise SettingWrong(f"KEYWORK_PROXIES must be a number from 0 to {MOST_PROXIES}: how many proxies stand before Keywork.")
    return int(given)


def mail_from_of(environment: Mapping[str, str], base_url: str) -> str:
    """Whom e-mails are from (KEYWORK_MAIL_FROM), by default no-reply at the host of the base URL. Raises SettingWrong."""
    given = environment.get("KEYWORK_MAIL_FROM") or f"no-reply@{urlsplit(base_url).hostname}"
    if not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", given):
        raise SettingWrong("KEYWORK_MAIL_FROM must be an e-mail address, such as no-reply@example.org.")
    return given


def mail_settings(environment: Mapping[str, str]) -> MailSettings:
    """How e-mails leave (KEYWORK_BASE_URL, KEYWORK_MAIL_FROM, KEYWORK_MAIL_FOLDER, KEYWORK_RESEND_KEY). Raises SettingWrong.

    The demo has no key, whatever the environment says: its people and their addresses are made up.
    """
    base_url = base_url_of(environment)
    key = environment.get("KEYWORK_RESEND_KEY") or None
    if key and not re.fullmatch(r"[!-~]+", key):
        raise SettingWrong("KEYWORK_RESEND_KEY must be a key as Resend gives it (re_...), without blanks or line ends.")
    # Read by the SDK itself; the key and the e-mails go there.
    if not re.match(r"https://|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?/", f"{environment.get('RESEND_API_URL') or 'https://'}/"):
        raise SettingWrong("RESEND_API_URL must begin with https://; http:// is for this machine only (127.0.0.1, localhost).")
    return MailSettings(
        base_url, mail_from_of(environment, base_url), Path(environment.get("KEYWORK_MAIL_FOLDER") or FOLDER / "var" / "mail"),
        None if environment.get("KEYWORK_DEMO") == "1" else key)


def token_key_of(environment: Mapping[str, str]) -> bytes:
    """The key that signs identity tokens (KEYWORK_TOKEN_KEY). Raises SettingWrong when it is not 32 bytes or more in hex."""
    try:
        key = bytes.fromhex(environment["KEYWORK_TOKEN_KEY"])
    except ValueError:
        key = b""
    if len(key) < SHORTEST_TOKEN_KEY:
        raise SettingWrong(f"KEYWORK_TOKEN_KEY must be {2 * SHORTEST_TOKEN_KEY} hex digits or more.")
    return key


def api_tokens(secret_key: str, base_url: str) -> dict[str, object]:
    """How the tokens of the API are signed and read (Flask-JWT-Extended's settings).

    Their key is made of the one that signs cookies, by a way of its own (HMAC-SHA256 of a name): neither can stand in for the other.
    """
    return {
        "JWT_SECRET_KEY": hmac.new(secret_key.encode(), b"keywork: tokens of the API", sha256).hexdigest(),
        # One algorithm, whatever a token says of itself; this installation, this use.
        "JWT_ALGORITHM": "HS256", "JWT_DECODE_ALGORITHMS": ["HS256"],
        "JWT_ENCODE_ISSUER": base_url, "JWT_DECODE_ISSUER": base_url,
        "JWT_ENCODE_AUDIENCE": "keywork-api", "JWT_DECODE_AUDIENCE": "keywork-api",
        # In the header Authorization alone: cookies are sent without being asked, and addresses are written into logs.
        "JWT_TOKEN_LOCATION": ["headers"],
        "JWT_ACCESS_TOKEN_EXPIRES": timedelta(minutes=15), "JWT_REFRESH_TOKEN_EXPIRES": timedelta(hours=8),
        # Clocks of several servers differ a little.
        "JWT_DECODE_LEEWAY": timedelta(seconds=10),
    }  # fmt: skip


def webhook_secrets_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """What Resend signs its news with (KEYWORK_RESEND_WEBHOOK_SECRET): one, or while it is changed both, with a blank between.

    None where it is not set. Raises SettingWrong for what is no such secret.
    """
    given = (environment.get("KEYWORK_RESEND_WEBHOOK_SECRET") or "").split()
    for secret in given:
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            key = b""
        if not secret.startswith("whsec_") or len(key) < SHORTEST_WEBHOOK_SECRET:
            raise SettingWrong("KEYWORK_RESEND_WEBHOOK_SECRET must be a signing secret of Resend's, which begins with whsec_ (two, with a blank between, while it is changed).")
    return tuple(given)


def from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, object]:
    """The Flask configuration, read from environment variables (listed in the README).

    Raises SettingMissing naming every variable that is absent, and SettingWrong for one that makes no sense.
    """
    absent = [name for name in REQUIRED if not environment.get(name)]
    if absent:
        raise SettingMissing("Set " + ", ".join(absent) + " in the environment.")
    mail = mail_settings(environment)
    is_https = mail.base_url.startswith("https://")
    # PgBouncer's transaction mode hands one server connection to many clients: no prepared statements on it.
    engine = {"connect_args": {"prepare_threshold": None}, "pool_pre_ping": True, "pool_size": 8, "max_overflow": 8,
              # The values of a statement are people's words: not in the text of an error.
              "hide_parameters": True}
    return {
        "APP_NAME": "Keywork",
        "SECRET_KEY": environment["KEYWORK_SECRET_KEY"],
        "TOKEN_KEY": token_key_of(environment),
        "BASE_URL": mail.base_url,
        "PROXIES": proxies_of(environment),
        # E-mails: the key they are sent with, where they are written without one, and whom they are from.
        "RESEND_KEY": mail.resend_key,
        "MAIL_FOLDER": mail.folder,
        "MAIL_FROM": mail.sent_from,
        # Without one, nobody's news of e-mails are listened to.
        "WEBHOOK_SECRETS": webhook_secrets_of(environment),
        **api_tokens(environment["KEYWORK_SECRET_KEY"], mail.base_url),
        "DEMO": environment.get("KEYWORK_DEMO") == "1",
        # Two logins, two engines: sign-in reaches only the schema fab, the workspace only what its hat may see.
        "SQLALCHEMY_DATABASE_URI": environment["KEYWORK_SIGNIN_URL"],
        "SQLALCHEMY_BINDS": {"workspace": {"url": environment["KEYWORK_WORKSPACE_URL"], **engine}},
        # Of the sign-in engine alone: what belongs to another stands in SQLALCHEMY_BINDS.
        "SQLALCHEMY_ENGINE_OPTIONS": engine,
        # Browsers take a cookie called __Host-... only from this very host, over https, for all of it (threat 52).
        "SESSION_COOKIE_NAME": "__Host-keywork" if is_https else "keywork",
        "SESSION_COOKIE_SECURE": is_https,
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # A note may be 20,000 characters; nothing else that people send is larger.
        "MAX_CONTENT_LENGTH": 1_000_000,
        "WTF_CSRF_ENABLED": True,
        # A note written over a long visit must not be refused because the page is old: the session bounds the token.
        "WTF_CSRF_TIME_LIMIT": None,
        # It would compare the Referer with the Host header, which proxies change and nobody vouches for (threat 47).
        "WTF_CSRF_SSL_STRICT": False,
        # How passwords are hashed, and what an unknown address costs: both at the library's full cost.
        "FAB_PASSWORD_HASH_METHOD": "scrypt",
        "FAB_BASE_TEMPLATE": "base.html",
        "FAB_ROLES": FAB_ROLES,
        # The owner makes the tables (db/install.py); the application login could not.
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        # Read by Flask-AppBuilder's menu and API managers: no route that nobody decided on (threat 48).
        "FAB_ADD_MENU_API": False,
        "FAB_ADD_OPENAPI_VIEWS": False,
        "RATELIMIT_ENABLED": False,
        "BABEL_DEFAULT_LOCALE": "en",
        "LANGUAGES": {},
    }
