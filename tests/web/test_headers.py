"""What every answer of every route carries, for http and https, each hat, pages and errors (threats 51 and 52)."""

import re
import uuid

import pytest
from flask import request
from werkzeug.routing import AnyConverter, PathConverter, UUIDConverter

from app import create_app
from config import REQUIRED, SettingMissing, SettingWrong, from_environment
from tests.conftest import World
from tests.web.conftest import environment_of
from tests.web.planted_templates import TEMPLATE, plant
from tests.web.visitor import token_in
from tests.world import ident

#: Exactly these on each answer; over https one more.
SNAPSHOT = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self';"
                               " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "accelerometer=(), autoplay=(), bluetooth=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(),"
                          " gamepad=(), geolocation=(), gyroscope=(), hid=(), identity-credentials-get=(), idle-detection=(), local-fonts=(),"
                          " magnetometer=(), microphone=(), midi=(), otp-credentials=(), payment=(), picture-in-picture=(),"
                          " publickey-credentials-create=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(),"
                          " storage-access=(), usb=(), web-share=(), window-management=(), xr-spatial-tracking=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}  # fmt: skip
HSTS = {"strict-transport-security": "max-age=63072000; includeSubDomains"}
#: What says something of this one answer; a header that is neither here nor in the snapshot was decided on by nobody.
OF_THE_ANSWER = {"content-type", "content-length", "location", "set-cookie", "vary", "allow", "x-request-id", "cache-control", "content-disposition",
                 "www-authenticate", "retry-after"}  # fmt: skip
OF_A_FILE = {"accept-ranges", "etag", "last-modified", "date"}
BASES = {"http": "http://127.0.0.1:8080", "https": "https://keywork.example.org"}
#: The demo is for one's own machine; its page of e-mails is a route like every other.
DEMO = {"http": "1", "https": "0"}
HATS = {None: None, "org_admin": "harbour_admin", "property_manager": "quay_manager", "collaborator": "worker", "platform_admin": "platform"}
NOBODYS = uuid.UUID("3f0c6f2e-8a52-4a3e-9f3e-0f4c7f1d9a11")


@pytest.fixture(scope="module", params=BASES)
def answering(request, server):
    """(scheme, the application with that base URL in this process, its world); tokens are asked for as they are for people."""
    world = World(server, server.create("world"))
    plant(world)
    app = create_app(from_environment(environment_of(world) | {"KEYWORK_BASE_URL": BASES[request.param], "KEYWORK_DEMO": DEMO[request.param]}))
    yield request.param, app, world
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()
    world.close()
    server.drop(world.database)


def client_of(scheme, app, world, persona):
    """A client of the application, signed in as a persona if one is named."""
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = scheme
    if persona:
        form = {"csrf_token": token_in(client.get("/login/", base_url=BASES[scheme]).text), "password": world.password,
                "username": world.personas[persona].email}
        assert client.post("/login/", data=form, base_url=BASES[scheme]).status_code == 303
    return client


def rows_of(world):
    """Part of a route -> the row that its id is of; the first that fits, and a note where none does."""
    return {
        "/subject-access/": world.request["ann"], "/imports/": ident("import", "harbour"), "/templates/": TEMPLATE, "/goals/": world.goal["ann/active"],
        "/sessions/": world.session["ann/worker/next"], "/team/": world.collaborator["ann/watcher"], "/runs/": world.run["harbour"],
        "/documents/files/": world.upload["ann/worker/pdf"], "/documents/": world.document["ann/worker/approved"],
    }  # fmt: skip


def addresses(rule, world):
    """Addresses of a route: one with real ids, one with ids that are nobody's; both the same where the route takes none."""
    row = next((row for part, row in rows_of(world).items() if part in rule.rule), world.note["ann/shared/worker"])
    for real in (True, False):
        values = {}
        for name in rule.arguments:
            converter = rule._converters[name]
            if isinstance(converter, UUIDConverter):
                values[name] = NOBODYS if not real else {"case_id": world.case["ann"], "redaction": world.redaction["ann"]}.get(name, row)
            elif isinstance(converter, AnyConverter):
                values[name] = sorted(converter.items)[0]
            elif isinstance(converter, PathConverter):
                values[name] = "keywork.css" if real else "nothing.css"
            elif rule.rule == "/jobs/<name>":
                values[name] = "seal_audit_log" if real else "nothing"
            else:
                values[name] = "1"
        yield rule.build(values)[1]


def faults_of(scheme, answer, is_file=False):
    """What is wrong with an answer's headers, in words."""
    expected = SNAPSHOT | (HSTS if scheme == "https" else {})
    found = {name.lower(): value for name, value in answer.headers.items()}
    faults = [f"{name}: {found.get(name)}" for name, value in expected.items() if found.get(name) != value]
    faults += [f"{name} was decided on by nobody" for name in found.keys() - expected.keys() - OF_THE_ANSWER - (OF_A_FILE if is_file else set())]
    if (found.get("cache-control") == "no-store") == is_file:
        faults.append(f"cache-control: {found.get('cache-control')}")
    if not re.fullmatch("[0-9a-f]{10}", found.get("x-request-id", "")):
        faults.append("no reference")
    for cookie in answer.headers.getlist("Set-Cookie"):
        name, _, attributes = cookie.partition("=")
        wanted = {"HttpOnly", "Path=/", "SameSite=Lax"} | ({"Secure"} if scheme == "https" else set())
        if name != ("__Host-keywork" if scheme == "https" else "keywork") or set(attributes.split("; ")[1:]) - {""} != wanted:
            faults.append(f"cookie {name}: {attributes.split(';', 1)[1]}")
    return faults


def test_every_route_answers_with_these_headers(answering):
    """The whole URL map, whoever asks: pages, redirects, refusals, and what is not there."""
    scheme, app, world = answering
    wrong, statuses, cookies = {}, set(), 0
    assert ("/demo/mail" in [rule.rule for rule in app.url_map.iter_rules()]) == (scheme == "http")
    for hat, persona in HATS.items():
        client = client_of(scheme, app, world, persona)
        asked = [(method, address, rule.endpoint == "static") for rule in app.url_map.iter_rules()
                 for address in dict.fromkeys(addresses(rule, world)) for method in ("GET", "POST")]
        asked += [("GET", "/nothing", False), ("GET", "/support-cases/%00", False), ("PUT", "/login/", False), ("OPTIONS", "/login/", False),
                  ("HEAD", "/login/", False)]
        for method, address, is_static in asked:
            answer = client.open(address, method=method, base_url=BASES[scheme])
            statuses.add(answer.status_code)
            cookies += len(answer.headers.getlist("Set-Cookie"))
            faults = faults_of(scheme, answer, is_file=is_static and answer.status_code == 200)
            if faults:
                wrong[f"{hat} {method} {address} {answer.status_code}"] = faults
    assert wrong == {}
    assert statuses >= {200, 302, 400, 404, 405} and cookies > 0


@pytest.mark.parametrize(("path", "options", "status"), [
    ("/login/", {"data": {"username": "x" * 1_100_000}}, 413),
    ("/login/", {"data": b"\xff\x00", "content_type": "multipart/form-data; boundary=x"}, 400),
])  # fmt: skip
def test_what_cannot_be_read_is_answered_alike(answering, path, options, status):
    """Too large, or no form at all."""
    scheme, app, world = answering
    answer = client_of(scheme, app, world, None).post(path, base_url=BASES[scheme], **options)
    assert answer.status_code == status and faults_of(scheme, answer) == []


def test_a_page_about_a_missing_file_is_no_static_file(answering):
    """It names whoever is signed in, so no cache keeps it."""
    scheme, app, world = answering
    answer = client_of(scheme, app, world, "worker").get("/static/nothing.css", base_url=BASES[scheme])
    assert answer.status_code == 404 and "worker@example.org" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_signing_in_over_https_makes_a_session(answering):
    """The cookie is taken back, the token holds, and no Referer is needed."""
    scheme, app, world = answering
    client = client_of(scheme, app, world, "worker")
    assert client.get("/support/tenants", base_url=BASES[scheme]).status_code == 200
    assert [cookie.key for cookie in client._cookies.values()] == ["__Host-keywork" if scheme == "https" else "keywork"]


def test_the_server_names_no_version(site):
    """gunicorn says its name and no more."""
    with site.visited_by() as visitor:
        for path in ("/login/", "/nothing", "/static/keywork.css"):
            answer = visitor.get(path)
            assert not re.search(r"\d", answer.headers.get("server", "")) and "x-powered-by" not in answer.headers


# ---- settings --------------------------------------------------------------------------------------------------------


@pytest.fixture
def settings(shared_world):
    """A function that reads settings: those that have no default, and some more."""
    needed = {name: value for name, value in environment_of(shared_world).items() if name in REQUIRED}
    return lambda **more: from_environment(needed | more)


def test_settings_that_nobody_gives_have_defaults(settings):
    """This machine, http, no proxy, e-mails in var/mail."""
    read = settings()
    assert (read["BASE_URL"], read["PROXIES"], read["MAIL_FROM"]) == ("http://127.0.0.1:8080", 0, "no-reply@127.0.0.1")
    assert read["MAIL_FOLDER"].parts[-2:] == ("var", "mail") and read["MAIL_FOLDER"].is_absolute()
    assert (read["SESSION_COOKIE_NAME"], read["SESSION_COOKIE_SECURE"]) == ("keywork", False)


@pytest.mark.parametrize(("given", "read"), [
    ("https://keywork.example.org/", "https://keywork.example.org"), ("HTTPS://Keywork.Example.org:8443", "https://keywork.example.org:8443"),
    ("http://localhost:9000", "http://localhost:9000"), ("http://[::1]:8080", "http://[::1]:8080"),
])  # fmt: skip
def test_base_urls_that_make_sense(settings, given, read):
    """As people write them, without the slash at the end."""
    assert settings(KEYWORK_BASE_URL=given)["BASE_URL"] == read


def test_e_mails_come_from_the_host_of_the_base_url(settings):
    """Unless somebody says otherwise."""
    assert settings(KEYWORK_BASE_URL="https://keywork.example.org:8443")["MAIL_FROM"] == "no-reply@keywork.example.org"
    assert settings(KEYWORK_MAIL_FROM="hello@example.org")["MAIL_FROM"] == "hello@example.org"


@pytest.mark.parametrize(("name", "value"), [
    *[("KEYWORK_BASE_URL", value) for value in (
        "keywork.example.org", "ftp://example.org", "javascript:alert(1)", "https://", "https:///x", "https://example.org/keywork",
        "https://example.org?x=secret", "https://example.org#x", "https://me:secret@example.org", "https://example.org:port",
        "https://example.org:99999", "https://exa mple.org", "https://example.org\r\nX: secret", "http://[secret", "http://example.org", "http://10.0.0.1")],
    *[("KEYWORK_PROXIES", value) for value in ("one", "-1", "1.5", "10", "²", " ")],
    *[("KEYWORK_TOKEN_KEY", value) for value in ("secret", "abc", "0x11")],
    *[("KEYWORK_MAIL_FROM", value) for value in ("secret", "a@b\r\nBcc: secret@example.org", "@")],
])  # fmt: skip
def test_settings_that_make_no_sense_are_refused(settings, name, value):
    """The sentence names the variable, and does not repeat what may be a secret."""
    with pytest.raises(SettingWrong) as refusal:
        settings(**{name: value})
    assert name in str(refusal.value) and "secret" not in str(refusal.value)


def test_settings_that_are_missing_are_all_named(settings):
    """One start says all of it."""
    with pytest.raises(SettingMissing, match="KEYWORK_WORKSPACE_URL, .*KEYWORK_TOKEN_KEY"):
        from_environment({})


# ---- proxies ---------------------------------------------------------------------------------------------------------


FORWARDED = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example",
             "X-Forwarded-Prefix": "/evil", "X-Forwarded-Port": "99"}  # fmt: skip


@pytest.mark.parametrize(("proxies", "address", "scheme"), [("0", "127.0.0.1", "http"), ("1", "203.0.113.9", "https"), ("2", "198.51.100.7", "http")])
def test_proxies_tell_the_address_and_the_scheme_and_nothing_else(shared_world, proxies, address, scheme):
    """As many entries are believed as there are proxies; the host is believed of nobody (threat 47)."""
    app = create_app(from_environment(environment_of(shared_world) | {"KEYWORK_PROXIES": proxies}))
    seen = []
    app.before_request(lambda: seen.append((request.remote_addr, request.scheme, request.host)))
    app.test_client().get("/login/", headers=FORWARDED, base_url="http://127.0.0.1:8080")
    assert seen == [(address, scheme, "127.0.0.1:8080")]


def test_gunicorn_believes_no_proxy_by_itself(site):
    """SCRIPT_NAME as a header would move every link and redirect elsewhere."""
    with site.visited_by() as visitor:
        for name in ("SCRIPT_NAME", "Script-Name", "X-Forwarded-Prefix", "PATH_INFO"):
            answer = visitor.get(f"{site.address}//evil.example/login/", headers={name: "//evil.example"})
            assert "evil.example" not in answer.text + answer.headers.get("location", ""), name
