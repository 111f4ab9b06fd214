"""Signing in and out: one answer for every wrong try, a landing page and a menu for everybody."""

import re
import uuid

import pytest

from tests.web.pages import Page
from tests.web.test_rights_end import menu
from tests.web.test_rights_on_screens import masked

REFUSED = "That e-mail address and password do not go together. Please try again."
WRONG = [
    ("harbour.admin@example.org", "wrong"),
    ("nobody@example.org", "seven grey herons"),
    ("nobody@example.org", "wrong"),
    ("harbour.admin@example.org", ""),
    ("harbour.admin@example.org", " seven grey herons "),
    ("harbour.admin@example.org", "Seven grey herons"),
    ("disabled.admin@example.org", "seven grey herons"),
    ("disabled.admin@example.org", "wrong"),
    ("", ""),
    ("", "seven grey herons"),
    ("' or true--", "' or true--"),
    ("harbour.admin@example.org\x00", "seven grey herons"),
    ("harbour.admin@example.org", "seven\x00 grey herons"),
    ("harbour.admin@example.org", "\x00"),
    ("\x00", "\x00"),
    ("harbour%admin@example.org", "seven grey herons"),
    ("a" * 5000 + "@example.org", "b" * 5000),
    ("hârbour.admin@example.org", "seven grey herons 🦢"),
]
SET_UP = "Tenants Properties Landlords Operators"
LANDINGS = {
    "harbour_admin": ("/support-cases", f"Support cases Dashboard {SET_UP} Collaborators Digests Templates Audit log Retention Subject access Import Settings"),
    "small_admin": ("/support-cases", f"{SET_UP} Audit log Subject access Settings"),
    "quay_manager": ("/support-cases", "Support cases Dashboard Collaborators Audit log"),
    "idle_manager": ("/support-cases", "Support cases Dashboard Collaborators Audit log"),
    "two_hats_admin": ("/support-cases", f"Support cases Dashboard Your tenants {SET_UP} Collaborators Digests Templates Audit log Retention Subject access Import Settings"),
    "worker": ("/support/tenants", "Your tenants"),
    "officer_shut": ("/support/tenants", "Your tenants"),
    "gone": ("/support/tenants", "Your tenants"),
    "platform": ("/organisations", "Organisations Plans People Jobs"),
}


@pytest.mark.parametrize(("email", "password"), WRONG, ids=[ascii(f"{email} {password}")[:60] for email, password in WRONG])
def test_every_wrong_try_gets_the_same_answer(site, email, password):
    """Threat 46: status, sentence and page alike, but for the address that was typed, which is kept; never the password."""
    with site.visited_by() as visitor:
        answer = visitor.sign_in(email, password)
        # An address that nobody has tried: none of these is near the limit (tests/web/test_limits.py).
        reference = visitor.sign_in(f"{uuid.uuid4()}@example.org", "wrong")
    assert answer.status_code == reference.status_code == 401
    page = Page(answer.text)
    control = page.form_with("password").controls["password"]
    assert REFUSED in page.error_of(control) and control.value == ""

    def bare(answer):
        return re.sub(r'(name="username"[^>]*value=)"[^"]*"', r'\1""', masked(answer.text))

    assert bare(answer) == bare(reference)
    assert site.visitor("worker").get("/support/tenants").status_code == 200


@pytest.mark.parametrize("persona", LANDINGS)
def test_everybody_lands_on_their_first_screen_with_their_menu(site, persona):
    """Where `/` leads after signing in, and what the menu offers."""
    landing, entries = LANDINGS[persona]
    visitor = site.visitor(persona)
    answer = visitor.get("/", follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, landing)
    assert menu(visitor) == entries
    assert visitor.get("/login/").headers["location"] == "/"


@pytest.mark.parametrize("email", ["HARBOUR.ADMIN@EXAMPLE.ORG", "  Harbour.Admin@example.org "])
def test_an_address_may_be_typed_in_capitals_and_with_blanks(site, email):
    """Addresses are stored in small letters; people do not always write them so."""
    with site.visited_by() as visitor:
        assert visitor.sign_in(email, site.world.password).status_code == 303
        assert visitor.get("/support-cases").status_code == 200


def test_signing_in_leads_to_where_one_was_heading(site):
    """The asked-for page, with its query, after the sign-in page in between."""
    with site.visited_by() as visitor:
        asked = visitor.get("/support-cases?state=closed&q=eve")
        assert asked.status_code == 302
        page = visitor.page(asked.headers["location"])
        answer = visitor.client.post(asked.headers["location"], data={
            **{name: each.value for name, each in page.form_with("password").controls.items()},
            "username": "harbour.admin@example.org", "password": site.world.password})
        assert answer.status_code == 303
        assert "Eve Tenant" in visitor.page(answer.headers["location"]).text


def test_signing_out_is_a_post(site):
    """No link or picture elsewhere signs anybody out, and afterwards pages lead to the sign-in page."""
    with site.visited_by("worker") as visitor:
        assert visitor.get("/logout/").status_code == 405
        assert visitor.client.post("/logout/").status_code == 400
        assert visitor.get("/support/tenants").status_code == 200
        answer = visitor.send("/logout/")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login/")
        assert visitor.get("/support/tenants").status_code == 302
        after = visitor.get("/support/tenants", follow_redirects=True).text
        assert "Ann Tenant" not in after
        assert "You have signed out." in after


def test_the_cookie_of_a_session_that_was_signed_out_is_worth_nothing(site):
    """Somebody who copied the cookie beforehand cannot go on with it."""
    with site.visited_by("worker") as visitor, site.visited_by() as thief:
        kept = dict(visitor.client.cookies)
        visitor.send("/logout/")
        thief.client.cookies.update(kept)
        assert thief.get("/support/tenants").status_code == 302


def test_a_new_session_begins_at_sign_in(site):
    """A cookie planted before signing in (session fixation) is not the one of the signed-in session."""
    with site.visited_by() as visitor, site.visited_by() as thief:
        visitor.token()
        planted = dict(visitor.client.cookies)
        assert visitor.sign_in("worker@example.org", site.world.password).status_code == 303
        thief.client.cookies.update(planted)
        assert thief.get("/support/tenants").status_code == 302


def test_an_altered_or_foreign_cookie_is_nobody(site):
    """The session is signed: changed by a letter, or signed with another key, it is worth nothing."""
    with site.visited_by("worker") as visitor, site.visited_by() as thief:
        name, value = next(iter(dict(visitor.client.cookies).items()))
        for forged in (value[:-9] + ("a" if value[-9] != "a" else "b") + value[-8:], "." + value, "eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.bbbbbbbb", ""):
            thief.client.cookies.set(name, forged)
            assert thief.get("/support/tenants").status_code == 302
            thief.client.cookies.clear()


def test_the_demo_accounts_are_on_no_page_unless_asked_for(site):
    """KEYWORK_DEMO is off here: the sign-in page names nobody."""
    with site.visited_by() as visitor:
        assert "Demo accounts" not in visitor.page("/login/").text
