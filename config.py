"""Settings, all from the environment, and which screens each hat's menu offers.

Rights are not here: Postgres decides who may see and do what (db/rls.sql). What a hat may open below only spares people
doors that would show them nothing.
"""

import os
from typing import Mapping

CASE_TABS = "Notes|Goals|Sessions|Team|Documents"
#: The firm's own data, kept by its org-admins: screens by their names in the menu.
SET_UP = {"Landlords": "Landlords"}
#: What the platform-admin keeps: screens, which have the same names in the menu.
PLATFORM = "Organisations|Plans|People"

#: Hat -> what Flask-AppBuilder lets it open: (view, permission), both regular expressions.
FAB_ROLES = {
    "org_admin": [
        [rf"(Cases|CaseSteps|Operator({CASE_TABS})|{'|'.join(SET_UP)})$", "can_.*"],
        [rf"(Support cases|{'|'.join(SET_UP.values())})$", "menu_access"],
    ],
    "property_manager": [[rf"(Cases|CaseSteps|Operator({CASE_TABS}))$", "can_.*"], ["Support cases$", "menu_access"]],
    "collaborator": [[rf"(Caseload|Collaborator({CASE_TABS}))$", "can_.*"], ["Your tenants$", "menu_access"]],
    "platform_admin": [[f"({PLATFORM})$", "can_.*"], [f"({PLATFORM})$", "menu_access"]],
}

REQUIRED = ("KEYWORK_WORKSPACE_URL", "KEYWORK_SIGNIN_URL", "KEYWORK_SECRET_KEY", "KEYWORK_TOKEN_KEY")


class SettingMissing(RuntimeError):
    """A setting that the application cannot do without is not in the environment."""


def from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, object]:
    """The Flask configuration, read from environment variables (listed in the README).

    Raises SettingMissing naming every variable that is absent, and ValueError for a token key that is not hex.
    """
    absent = [name for name in REQUIRED if not environment.get(name)]
    if absent:
        raise SettingMissing("Set " + ", ".join(absent) + " in the environment.")
    # Session pooling of PgBouncer hands one server connection to many clients: no prepared statements on it.
    engine = {"connect_args": {"prepare_threshold": None}, "pool_pre_ping": True, "pool_size": 8, "max_overflow": 8}
    return {
        "APP_NAME": "Keywork",
        "SECRET_KEY": environment["KEYWORK_SECRET_KEY"],
        "TOKEN_KEY": bytes.fromhex(environment["KEYWORK_TOKEN_KEY"]),
        "DEMO": environment.get("KEYWORK_DEMO") == "1",
        # Two logins, two engines: sign-in reaches only the schema fab, the workspace only what its hat may see.
        "SQLALCHEMY_DATABASE_URI": environment["KEYWORK_SIGNIN_URL"],
        "SQLALCHEMY_BINDS": {"workspace": environment["KEYWORK_WORKSPACE_URL"]},
        "SQLALCHEMY_ENGINE_OPTIONS": engine,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # A note may be 20,000 characters; nothing else that people send is larger.
        "MAX_CONTENT_LENGTH": 1_000_000,
        "WTF_CSRF_ENABLED": True,
        # A note written over a long visit must not be refused because the page is old: the session bounds the token.
        "WTF_CSRF_TIME_LIMIT": None,
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
