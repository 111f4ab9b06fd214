"""Links from the e-mail to the landing: asking, looking, using, the password afterwards. Invitations are in test_invitations.py."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.mail import letters, link_in, next_letter
from tests.web.pages import Page
from tests.web.test_rights_on_screens import masked
from tests.web.test_routes import FOREIGN
from tests.web.visitor import visiting

NO_LONGER = "This link is no longer good"
OFFICER = "officer.open@example.org"
GOOD = "three seven grey herons"


def ask(site, email, *, path="/login/link"):
    """Asks for a link as a stranger; the page that answers."""
    with site.visited_by() as stranger:
        answer = stranger.post(path, email=email)
    assert answer.status_code == 200
    return Page(answer.text).text


def asked_link(site, email, **options):
    """The path of the link in the e-mail that somebody asked for."""
    there = len(letters(site.mail, email))
    ask(site, email, **options)
    return link_in(next_letter(site.mail, email, after=there))


def sign_ins(site, email):
    """How often somebody has signed in since this world was made."""
    return site.as_owner("select count(*) from app.sign_ins as s join app.users as u on u.id = s.user_id"
                         " where u.email = %(email)s and s.began_at > '2025-01-01'", email=email)[0][0]


def test_asking_looking_and_one_button(site):
    """The e-mail's link leads to a page with a button; looking uses nothing up, HEAD neither; the button signs in once."""
    link = asked_link(site, "both.worker@example.org")
    before = sign_ins(site, "both.worker@example.org")
    with site.visited_by() as visitor:
        for _ in range(3):
            assert visitor.client.head(link).status_code == 200
            page = visitor.page(link)
            assert "This link is for Both Worker (both.worker@example.org)." in page.text
        assert sign_ins(site, "both.worker@example.org") == before and visitor.get("/support/tenants").status_code == 302
        answer = visitor.post(link)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert "Ann Tenant" in visitor.page("/support/tenants").text
    assert sign_ins(site, "both.worker@example.org") == before + 1
    with site.visited_by() as late:
        assert NO_LONGER in late.get(link).text and late.send(link).status_code == 404
        assert late.get("/support/tenants").status_code == 302


@pytest.mark.parametrize("path", ["/login/link", "/login/forgotten"])
@pytest.mark.parametrize("email", ["nobody@example.org", "disabled.admin@example.org", "", "nonsense", "a\x00b@example.org", "müller@example.org"],
                         ids=ascii)
def test_the_answer_is_the_same_for_everybody(site, path, email):
    """Threat 46: page and status for an address that nobody has, one that is disabled, one that is none; only the known get a letter."""
    site.as_owner("delete from vault.sign_in_tries")
    there = len(letters(site.mail, OFFICER))
    known = ask(site, OFFICER, path=path)
    next_letter(site.mail, OFFICER, after=there)
    before = len(letters(site.mail))
    assert ask(site, email, path=path) == known and "If there is an account with this address" in known
    # A later letter has arrived, so that an earlier one to somebody unknown, or to nobody, would have as well.
    asked_link(site, OFFICER, path=path)
    assert len(letters(site.mail)) == before + 1
    live = {address for (address,) in site.as_owner("select email from app.users where disabled_at is null")}
    assert {letter["To"].addresses[0].addr_spec for letter in letters(site.mail)} <= live


@pytest.mark.parametrize("path", ["/link/", "/link/x", "/link/" + "x" * 43, "/link/" + "x" * 3000, "/link/%00", "/link/%ff", "/link/..%2f", "/link/é",
                                  "/link/%F0%9F%A6%A2", "/link/x%0d%0aSet-Cookie:a=b"])
def test_a_garbled_link_gets_the_page_of_a_used_one(site, path):
    """The same 404 page, on GET and on the button's POST; the address alone, without a token, is nothing at all."""
    site.as_owner("delete from vault.sign_in_tries")
    with site.visited_by() as visitor:
        reference = visitor.get("/link/never-made")
        answers = [visitor.get(path), visitor.send(path)]
    for answer in answers:
        assert answer.status_code == 404 and "set-cookie: a" not in str(answer.headers).lower()
        assert path == "/link/" or masked(answer.text) == masked(reference.text)


def test_the_fifty_first_dead_link_is_a_page_and_a_good_one_still_works(site):
    """429 in words and not an error of ours; the limit is on links that are none."""
    site.as_owner("delete from vault.sign_in_tries")
    link = asked_link(site, "watcher@example.org")
    with site.visited_by() as visitor:
        answers = [visitor.get(f"/link/dead{n}") for n in range(52)]
        assert [each.status_code for each in answers] == [404] * 50 + [429] * 2
        page = Page(answers[-1].text)
        assert "Please wait 15 minutes. A good one works all the same." in page.text and re.search("reference [0-9a-f]{10}", page.text)
        assert visitor.send("/link/dead").status_code == 429
        assert visitor.post(link).status_code == 303 and visitor.get("/support/tenants").status_code == 200
    site.as_owner("delete from vault.sign_in_tries")


def test_twenty_parallel_clicks_sign_in_once(site):
    """Over both workers of the server: one browser is in, nineteen read that the link is no longer good."""
    link = asked_link(site, "quay.manager@example.org")
    before = sign_ins(site, "quay.manager@example.org")

    def click(_):
        with visiting(site.address) as visitor:
            visitor.token(link)
            yield
            answer = visitor.send(link)
            yield answer.status_code, visitor.get("/support-cases").status_code

    clicks = [click(n) for n in range(20)]
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(next, clicks))
        came = sorted(pool.map(next, clicks))
    assert came[0] == (303, 200) and {status for status, _ in came[1:]} <= {404, 429} and {page for _, page in came[1:]} == {302}
    assert sign_ins(site, "quay.manager@example.org") == before + 1
    site.as_owner("delete from vault.sign_in_tries")


def test_where_somebody_was_heading_is_kept_by_the_link(site):
    """`next` goes from the sign-in page into the e-mail and on; nothing that is no path of this site does (threat 47)."""
    heading_for = site.at("/support/cases/{case[gus]}/goals?page=1")
    with site.visited_by() as visitor:
        page = visitor.page(visitor.get(heading_for).headers["location"])
        ways = [attributes["href"] for tag, attributes in page.tags if tag == "a" and "/login/link" in attributes.get("href", "")]
        there = len(letters(site.mail, "officer.shut@example.org"))
        assert visitor.post(ways[0], email="officer.shut@example.org").status_code == 200
        link = link_in(next_letter(site.mail, "officer.shut@example.org", after=there))
        answer = visitor.post(link)
        assert (answer.status_code, answer.headers["location"]) == (303, heading_for)
        assert "Gus Tenant" in visitor.page(heading_for).text


@pytest.mark.parametrize(("heading_for", "kept"), [
    ("/support/tenants", True), ("/support-cases?state=closed&q=eve", True), ("/password", True),
    ("/your-account-is-suspended", False), ("/support/tenants/call-0900-123456", False), ("/link/your-account-is-suspended", False),
    ("/static/your-account-is-suspended", False), ("/static/appbuilder/your-account-is-suspended", False), ("/logout/", False),
    ("/support-cases?q=" + "your+account+is+suspended+" * 8, False),
])
def test_an_e_mail_holds_no_words_of_whoever_asked_for_it(site, heading_for, kept):
    """Anybody may ask for a link to anybody's mailbox: where it leads is a page of ours, and no letter to its reader."""
    site.as_owner("delete from vault.sign_in_tries")
    there = len(letters(site.mail, "gone@example.org"))
    with site.visited_by() as visitor:
        form = visitor.page("/login/link").form_with("email")
        assert visitor.client.post("/login/link", params={"next": heading_for}, data={
            "csrf_token": form.controls["csrf_token"].value, "email": "gone@example.org"}).status_code == 200
    link = httpx.URL(link_in(next_letter(site.mail, "gone@example.org", after=there)))
    assert link.params.get("next") == (heading_for if kept else None)


@pytest.mark.parametrize("heading_for", FOREIGN[::3], ids=ascii)
def test_a_link_never_leads_elsewhere(site, heading_for):
    """Threat 47: put into the link's own address, as anybody can, or into the page that asks for it."""
    site.as_owner("delete from vault.sign_in_tries")
    there = len(letters(site.mail, "gone@example.org"))
    with site.visited_by() as visitor:
        form = visitor.page("/login/link").form_with("email")
        answer = visitor.client.post("/login/link", params={"next": heading_for}, headers={"X-Forwarded-Host": "evil.example"},
                                     data={"csrf_token": form.controls["csrf_token"].value, "email": "gone@example.org"})
        assert answer.status_code == 200
        letter = next_letter(site.mail, "gone@example.org", after=there)
        assert set(re.findall(r"https?://[^/\s\"<>]*/\w+", letter.get_body(("plain",)).get_content())) == {"http://127.0.0.1:8080/link"}
        answer = visitor.client.post(link_in(letter).partition("?")[0], params={"next": heading_for}, data={"csrf_token": visitor.token()})
        as_browsers_read = re.sub(r"[\t\r\n]", "", answer.headers["location"]).strip().replace("\\", "/")
        assert answer.status_code == 303 and re.match("/(?!/)", as_browsers_read)
        assert httpx.URL(site.address).join(as_browsers_read).host == httpx.URL(site.address).host


def test_the_button_needs_a_token(site):
    """Threat 50: no page elsewhere signs anybody in (or in as somebody else)."""
    link = asked_link(site, "two.hats@example.org")
    before = sign_ins(site, "two.hats@example.org")
    with site.visited_by("worker") as visitor:
        for fields in ({}, {"csrf_token": "x"}):
            assert visitor.client.post(link, data=fields).status_code == 400
        assert "Ann Tenant" in visitor.page("/support/tenants").text and sign_ins(site, "two.hats@example.org") == before
        assert "You are signed in as Worker. Going on signs you out first." in visitor.page(link).text
        kept = dict(visitor.client.cookies)
        assert visitor.post(link).status_code == 303
        assert "Dan Tenant" in visitor.page("/support/tenants").text and "Ann Tenant" not in visitor.page("/support/tenants").text
    with site.visited_by() as thief:
        thief.client.cookies.update(kept)
        assert thief.get("/support/tenants").status_code == 302


@pytest.mark.parametrize("path", ["/login/?next=/support/tenants", "/login/link", "/login/forgotten", "{link}"])
def test_a_page_open_too_long_is_loaded_again(site, path):
    """The cookie is gone, or another one: words for somebody who has never signed in, and a way back to the same page, where the button works."""
    path = path.format(link=asked_link(site, "small.worker@example.org") if path == "{link}" else "")
    with site.visited_by() as visitor:
        form = visitor.page(path).form_with("csrf_token")
        visitor.client.cookies.clear()
        answer = visitor.fill(form, path)
        page = Page(answer.text)
        assert answer.status_code == 400 and "load the page again, and press the button once more." in page.text and "away" not in page.text
        [again] = [attributes["href"] for tag, attributes in page.tags if tag == "a" and attributes.get("href", "/") not in ("/", "#main")]
        assert again == path
        fields = {"username": "small.worker@example.org", "password": site.world.password} if "next=" in path else {}
        assert visitor.post(again, **fields).status_code == (200 if path.startswith("/login/") and not fields else 303)


def test_the_token_is_in_the_e_mail_alone(site):
    """Threat 25: in no table, not in the server's log; the database holds its hash."""
    link = asked_link(site, "moor.admin@example.org")
    token = link.removeprefix("/link/").partition("?")[0]
    with site.visited_by() as visitor:
        visitor.get(link)
        assert visitor.post(link).status_code == 303
    tables = [name for (name,) in site.as_owner("select schemaname || '.' || tablename from pg_tables where schemaname in ('app', 'vault', 'fab')")]
    with site.world.owner() as owner:
        owner.execute("reset role")
        everything = {name: str(owner.execute(f"select t::text from {name} as t").fetchall()) for name in tables}
    assert "moor.admin@example.org" in everything["app.users"] and len(token) >= 40
    for written in (token, token.encode().hex()):
        assert not [name for name, rows in everything.items() if written in rows]
        assert written not in site.world.server.log.read_text(errors="replace")


def test_a_new_password_ends_every_other_session(site):
    """Set within the hour after a link; whoever was in elsewhere, or knows the old one, is out."""
    with site.visited_by("officer_context") as elsewhere, site.visited_by() as visitor:
        assert elsewhere.get("/support/tenants").status_code == 200
        assert elsewhere.get("/password").headers["location"] == "/login/forgotten"
        answer = visitor.post(asked_link(site, "officer.context@example.org", path="/login/forgotten"))
        assert answer.headers["location"].startswith("/password")
        assert "takes the place of your old one" in visitor.page("/password").text
        assert elsewhere.send("/password", password=GOOD).status_code == 302
        assert visitor.post("/password", password=GOOD).status_code == 303
        assert elsewhere.get("/support/tenants").status_code == 302
        assert visitor.get("/support/tenants").status_code == 200
    with site.visited_by() as visitor:
        assert visitor.sign_in("officer.context@example.org", site.world.password).status_code == 401
        assert visitor.sign_in("officer.context@example.org", GOOD).status_code == 303
