"""Tokens of the API: what they are worth, when they end, and what is none (threats 23, 25, 45, 46, 50 and 54)."""

import base64
import json
import time

import jwt
import pytest

from config import api_tokens, from_environment
from tests.servers import TOKEN_KEY
from tests.web.conftest import SECRET_KEY, environment_of
from tests.web.programs import RESOURCES, calling, program_of
from views.sign_in import TOO_OFTEN

ISSUER = "http://127.0.0.1:8080"
KEY = api_tokens(SECRET_KEY, ISSUER)["JWT_SECRET_KEY"]


@pytest.fixture(scope="module")
def worker(site):
    """A program of the worker's."""
    with program_of(site, "worker") as program:
        yield program


@pytest.fixture(autouse=True)
def fresh(site):
    """No try of another test counts."""
    site.as_owner("delete from vault.sign_in_tries")


def read(token: str) -> dict:
    """What a token says."""
    return jwt.decode(token, KEY, algorithms=["HS256"], audience="keywork-api", issuer=ISSUER)


def test_a_token_says_whose_sign_in_it_is_and_no_more(site, worker):
    """15 minutes and 8 hours, this installation, this use; no name, address, hat or right."""
    access, refresh = read(worker.tokens["access_token"]), read(worker.tokens["refresh_token"])
    assert (access["exp"] - access["iat"], refresh["exp"] - refresh["iat"]) == (15 * 60, 8 * 3600)
    assert set(access) == {"aud", "csrf", "exp", "fresh", "iat", "iss", "jti", "nbf", "sub", "type", "sign_in", "side"}
    assert (access["aud"], access["iss"], access["sign_in"]) == ("keywork-api", ISSUER, refresh["sign_in"])
    assert site.as_owner("select user_id, way, ended_at from app.sign_ins where id = %(id)s", id=access["sign_in"]) == [(site.world.user["worker"], "password", None)]


def altered(token: str, place: int) -> str:
    """The token with one letter in a part of it made another."""
    parts = token.split(".")
    parts[place] = parts[place][:10] + ("A" if parts[place][10] != "A" else "B") + parts[place][11:]
    return ".".join(parts)


def part(said: object) -> str:
    """A part of a token, encoded."""
    return base64.urlsafe_b64encode(said if isinstance(said, bytes) else json.dumps(said).encode()).decode().rstrip("=")


def forged(token: str) -> dict[str, str]:
    """Tokens that are none of ours, by what is wrong with them."""
    claims = read(token)
    public = "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAK\n-----END PUBLIC KEY-----"
    return {
        "no token": "x", "three parts of nothing": "..", "altered head": altered(token, 0), "altered claims": altered(token, 1), "altered signature": altered(token, 2),
        "cut off": token[:-5], "without its signature": token.rpartition(".")[0] + ".",
        "algorithm none": f"{part({'alg': 'none', 'typ': 'JWT'})}.{token.split('.')[1]}.",
        "algorithm none, signed": f"{part({'alg': 'none', 'typ': 'JWT'})}.{token.split('.')[1]}.{token.split('.')[2]}",
        "another algorithm": jwt.encode(claims, KEY, algorithm="HS512"), "another algorithm's name": f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{token.split('.')[1]}.{token.split('.')[2]}",
        "the key of cookies": jwt.encode(claims, SECRET_KEY, algorithm="HS256"), "the key of identities": jwt.encode(claims, TOKEN_KEY, algorithm="HS256"),
        "an empty key": f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{token.split('.')[1]}.{part(b'')}",
        "a key in its head": jwt.encode(claims, "planted" * 5, algorithm="HS256", headers={"jwk": {"kty": "oct", "k": part(b"planted" * 5)}, "kid": "../../dev/null", "x5u": public}),
        "expired": jwt.encode(claims | {"exp": int(time.time()) - 15}, KEY), "not yet": jwt.encode(claims | {"nbf": int(time.time()) + 600}, KEY),
        "of another installation": jwt.encode(claims | {"iss": "https://other.example"}, KEY), "for another use": jwt.encode(claims | {"aud": "other"}, KEY),
        "without an audience": jwt.encode({name: each for name, each in claims.items() if name != "aud"}, KEY),
        "of nobody's sign-in": jwt.encode(claims | {"sign_in": "3f0c6f2e-8a52-4a3e-9f3e-0f4c7f1d9a11"}, KEY), "somebody else's name on it": jwt.encode(claims | {"sub": "1"}, KEY),
        "to get others": jwt.encode(claims | {"type": "refresh"}, KEY),
        "brackets in its head": f"{part(b'[' * 5000)}.{token.split('.')[1]}.{token.split('.')[2]}", "brackets in its claims": f"{part({'alg': 'HS256'})}.{part(b'[' * 4000)}.x",
        "no letters of a token": "\xff.\xff.\xff", "very long": "a" * 6000 + ".b.c",
    }  # fmt: skip


def test_what_is_no_token_of_ours_opens_nothing(site, worker):
    """Threat 23: forged, altered, expired, of another algorithm, key, use or kind: 401 in one shape, whatever it was."""
    assert worker.call("GET", "cases").json()["count"] > 0
    answers = {}
    for name, token in forged(worker.tokens["access_token"]).items():
        answer = worker.client.get("/api/v1/cases", headers={"Authorization": b"Bearer " + token.encode("latin-1")})
        answers[name] = (answer.status_code, answer.json()["message"])
        assert answer.headers["www-authenticate"] == "Bearer"
    assert set(answers.values()) == {(401, "This token is no good, or no longer. Sign in again.")}, answers


@pytest.mark.parametrize("header", ["", "Bearer", "bearer {token}", "Basic d29ya2VyOng=", "{token}", "Bearer {token} x", "Token {token}", "Bearer: {token}"])
def test_a_header_that_is_none(site, worker, header):
    """Only `Bearer` and one token."""
    answer = worker.client.get("/api/v1/cases", headers={"Authorization": header.format(token=worker.tokens["access_token"])})
    assert answer.status_code == 401 and "ann" not in answer.text.lower()


def test_a_cookie_opens_nothing_and_changes_nothing(site):
    """Threat 50: signed in by a browser, no call goes without a token, with or without CSRF token; and with one, the token says who it is."""
    body = {"case_id": str(site.world.case["ann"]), "stream": "shared", "body": "planted"}
    with site.visited_by("harbour_admin") as visitor, program_of(site, "officer_open") as program:
        before = site.content()
        for headers in ({}, {"X-CSRFToken": visitor.token()}, {"Authorization": f"Bearer {dict(visitor.client.cookies)['keywork']}"}):
            for resource in ("cases", "notes"):
                assert visitor.client.get(f"/api/v1/{resource}", headers=headers).status_code == 401
            assert visitor.client.post("/api/v1/notes", json=body, headers=headers).status_code == 401
            assert visitor.client.delete(f"/api/v1/notes/{site.world.note['ann/shared/worker']}", headers=headers).status_code == 401
        assert site.content() == before
        bearer = {"Authorization": f"Bearer {program.tokens['access_token']}"}
        both, alone = visitor.client.get("/api/v1/cases", headers=bearer), program.call("GET", "cases")
        assert both.json() == alone.json() and "set-cookie" not in both.headers
        # The browser's session goes on, and is still the org-admin's.
        assert "Harbour Admin" in visitor.get("/support-cases").text
        # With a token alone a change needs no CSRF token.
        assert program.call("POST", "sessions", {"case_id": body["case_id"], "scheduled_at": "2030-01-01T10:00Z", "duration_minutes": 30, "type": "phone_call"}).status_code in (201, 404)


def test_a_token_opens_no_screen(site, worker):
    """The console goes by its cookie alone."""
    for headers in ({"Authorization": f"Bearer {worker.tokens['access_token']}"}, {"Cookie": f"keywork={worker.tokens['access_token']}; access_token_cookie={worker.tokens['access_token']}"}):
        assert worker.client.get("/support/tenants", headers=headers).status_code == 302
    cookie = {"Cookie": f"access_token_cookie={worker.tokens['access_token']}"}
    assert worker.client.get("/api/v1/cases", headers=cookie).status_code == 401
    assert worker.client.get(f"/api/v1/cases?jwt={worker.tokens['access_token']}").status_code == 401
    assert worker.client.get("/api/v1/cases", params={"access_token": worker.tokens["access_token"]}).status_code == 401


def test_a_refresh_token_gets_access_tokens_and_nothing_else(site):
    """It opens no resource; what it got does, for as long as the sign-in lasts."""
    with program_of(site, "worker") as program:
        refresh = program.tokens["refresh_token"]
        assert program.call("GET", "cases", token=refresh).status_code == 401
        assert program.call("POST", "security/refresh").status_code == 401
        got = program.call("POST", "security/refresh", token=refresh).json()
        assert set(got) == {"access_token"} and read(got["access_token"])["sign_in"] == read(refresh)["sign_in"]
        assert program.call("GET", "cases", token=got["access_token"]).json()["count"] > 0
        assert program.call("POST", "security/logout", token=got["access_token"]).status_code == 204
        for method, path, token in (("GET", "cases", got["access_token"]), ("GET", "cases", None), ("POST", "security/refresh", refresh), ("POST", "security/logout", None)):
            assert program.call(method, path, token=token).status_code == 401, path
        assert site.as_owner("select ended_at is not null from app.sign_ins where id = %(id)s", id=read(refresh)["sign_in"]) == [(True,)]


ENDS = {
    "disabled": ("quay_manager", "update app.users set disabled_at = now() where id = '{user[quay_manager]}'", "update app.users set disabled_at = null where id = '{user[quay_manager]}'", 401),
    "the sign-in is twelve hours old": ("worker", "update app.sign_ins set began_at = now() - interval '12 hours 1 second'", "select 1", 401),
    "no membership": ("heath_manager", "delete from app.memberships where user_id = '{user[heath_manager]}'", "select 1", 200),
    "a lower plan": ("moor_admin", "update app.organisations set plan_code = 'starter' where id = '{organisation[moor]}'",
                     "update app.organisations set plan_code = 'enterprise' where id = '{organisation[moor]}'", 200),
    "every assignment ended": ("officer_open", "update app.support_collaborators set ended_at = now() where user_id = '{user[officer_open]}'", "select 1", 200),
}  # fmt: skip


@pytest.mark.parametrize("why", ENDS)
def test_rights_that_end_are_gone_at_the_next_call(site, why):
    """Threat 54: the same token, from one call to the next."""
    persona, ends, again, status = ENDS[why]
    with program_of(site, persona) as program:
        assert program.call("GET", "cases").json()["count"] > 0 and program.call("GET", "notes").json()["count"] > 0
        site.as_owner(site.at(ends))
        try:
            for resource in RESOURCES:
                answer = program.call("GET", resource)
                # Whoever has no part any more, or none on the side that they chose, is told so; others see nothing.
                assert answer.status_code == status or (why == "no membership" and answer.status_code == 403), (resource, answer.text)
                assert not answer.json().get("ids")
            assert program.call("POST", "security/refresh", token=program.tokens["refresh_token"]).status_code == (401 if status == 401 else 200)
        finally:
            site.as_owner(site.at(again))


# ---- signing in ------------------------------------------------------------------------------------------------------


def test_the_eleventh_password_is_refused_here_and_on_the_page(site):
    """Threat 45: one count for both; the answer says when to come back."""
    email = site.world.personas["both_worker"].email
    with calling(site.address) as program, site.visited_by() as visitor:
        def tries(password):
            return program.call("POST", "security/login", {"username": email, "password": password})
        assert [tries("wrong").status_code for _ in range(5)] == [401] * 5
        assert [visitor.sign_in(email, "wrong").status_code for _ in range(5)] == [401] * 5
        locked = tries(site.world.password)
        assert (locked.status_code, locked.json()["message"], locked.headers["retry-after"]) == (429, TOO_OFTEN, "900")
        assert visitor.sign_in(email, site.world.password).status_code == 429
        site.as_owner("delete from vault.sign_in_tries")
        assert tries(site.world.password).status_code == 200


def test_known_and_unknown_addresses_answer_alike(site):
    """Threat 46: wrong, unknown, disabled and without a password: the same bytes; that it takes the same time, the door shows that both share."""
    answers = []
    with calling(site.address) as program:
        for email in ("WORKER@example.org ", "nobody", "disabled.admin@example.org"):
            for _ in range(11):
                answer = program.call("POST", "security/login", {"username": email, "password": "wrong"})
            site.as_owner("delete from vault.sign_in_tries")
            wrong = program.call("POST", "security/login", {"username": email, "password": "wrong"})
            answers.append([(each.status_code, each.text.replace(each.json()["reference"], "")) for each in (answer, wrong)])
            site.as_owner("delete from vault.sign_in_tries")
    assert all(each == answers[0] for each in answers) and [status for status, _ in answers[0]] == [429, 401]


@pytest.mark.parametrize(("body", "fields"), [
    ({}, "password username"), ({"username": "worker@example.org"}, "password"), ({"username": 1, "password": []}, "password username"),
    ({"username": "a\x00b", "password": "x"}, "username"), ({"username": "a", "password": "\ud800"}, "password"), ({"username": "a", "password": "x", "provider": "ldap"}, "provider"),
    ({"username": "a", "password": "x", "side": "platform_admin"}, "side"), ({"username": "a", "password": "x", "hat": "org_admin"}, "hat"), ({"username": "a", "password": "x", "refresh": 1}, "refresh"),
])  # fmt: skip
def test_a_sign_in_that_cannot_be_read(site, body, fields):
    """400, each field with its sentence; nothing is tried."""
    with calling(site.address) as program:
        answer = program.call("POST", "security/login", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 400 and sorted(error["field"] for error in answer.json()["errors"]) == fields.split()
    assert site.as_owner("select count(*) from vault.sign_in_tries") == [(0,)]


def test_the_key_is_another_than_that_of_cookies(shared_world):
    """Made of the same secret by a way of its own; another secret makes another."""
    settings = from_environment(environment_of(shared_world))
    assert settings["JWT_SECRET_KEY"] == KEY and len(bytes.fromhex(KEY)) == 32 and KEY not in (settings["SECRET_KEY"], settings["TOKEN_KEY"].hex())
    assert api_tokens(SECRET_KEY + "x", ISSUER)["JWT_SECRET_KEY"] != KEY
    assert settings["JWT_TOKEN_LOCATION"] == ["headers"] and settings["JWT_DECODE_ALGORITHMS"] == ["HS256"]
