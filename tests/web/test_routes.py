"""Which addresses there are, with which methods, for whom; and what every answer carries (threats 47, 48, 50, 51)."""

import re

import httpx
import pytest

from app import create_app
from config import from_environment
from tests.world import ident
from tests.web.conftest import environment_of
from tests.web.pages import Page
from tests.web.planted_templates import plant

GET, POST, BOTH = {"GET"}, {"POST"}, {"GET", "POST"}
CASE, ROW = "/<uuid:case_id>", "/<uuid:pk>"
STREAM = "/notes/<any(shared, professional):stream>"
ANYBODY, NOBODY_YET = "anybody", "who has not signed in"
#: Below /api/v1: a cookie opens nothing there. tests/web/test_api*.py show who does what.
BY_TOKEN = "whoever sends a bearer token"
OPERATORS, ORG_ADMINS, COLLABORATORS, PLATFORM = "org_admin property_manager", "org_admin", "collaborator", "platform_admin"
EVERY_HAT = f"{OPERATORS} {COLLABORATORS} {PLATFORM}"

#: Both sides' workspace, below their own prefix.
WORKSPACE = {
    CASE: GET, f"{CASE}/notes": BOTH, f"{CASE}{STREAM}": BOTH,
    f"{CASE}/notes{ROW}/edit": BOTH, f"{CASE}/notes{ROW}/delete": BOTH, f"{CASE}/notes{ROW}/flag": BOTH,
    f"{CASE}/goals": BOTH, f"{CASE}/goals{ROW}/edit": BOTH, f"{CASE}/goals{ROW}/progress": POST,
    f"{CASE}/sessions": BOTH, f"{CASE}/sessions{ROW}/edit": BOTH, f"{CASE}/sessions{ROW}/outcome": BOTH,
    f"{CASE}/team": GET, f"{CASE}/documents": GET, f"{CASE}/documents/new": BOTH,
    **{f"{CASE}/documents{ROW}{path}": methods for path, methods in {
        "": GET, "/edit": BOTH, "/pdf": GET, "/submit": POST, "/withdraw": BOTH, "/new-version": BOTH}.items()},
    f"{CASE}/export": BOTH,
    f"{CASE}/documents/files/new": BOTH, f"{CASE}/documents/files{ROW}": GET, f"{CASE}/documents/files{ROW}/remove": BOTH,
}  # fmt: skip
STEPS = {
    "/open": BOTH, "/choices": GET, f"{CASE}/summary": BOTH, f"{CASE}/close": BOTH, f"{CASE}/reopen": BOTH,
    f"{CASE}/team/add": BOTH, f"{CASE}/team/add-contact-card": BOTH, f"{CASE}/team{ROW}/end": BOTH,
    f"{CASE}/team{ROW}/invite": POST, f"{CASE}/history": GET,
    **{f"{CASE}/documents{ROW}/{step}": BOTH for step in ("approve", "return", "send", "hand-over")},
}  # fmt: skip
#: A list with forms, below its own address: what an org-admin sets up, one kind of row each.
RECORDS = {"": GET, "/add": BOTH, f"{ROW}/edit": BOTH, f"{ROW}/delete": BOTH}
#: Who operates for an organisation, below its page.
FIRM = "/organisations/<uuid:organisation_id>"
#: Every route there is: (methods, who may call it). A new one is decided on here first.
ROUTES = {
    "/": (GET, ANYBODY),
    "/static/<path:filename>": (GET, ANYBODY),
    "/healthz": (GET, ANYBODY),
    "/healthz/jobs": (GET, ANYBODY),
    "/webhooks/resend": (POST, ANYBODY),
    "/login/": (BOTH, ANYBODY),
    "/logout/": (POST, ANYBODY),
    "/login/link": (BOTH, ANYBODY),
    "/login/forgotten": (BOTH, ANYBODY),
    "/link/<token>": (BOTH, ANYBODY),
    "/password": (BOTH, EVERY_HAT),
    "/support-cases": (GET, OPERATORS),
    "/support/tenants": (GET, COLLABORATORS),
    "/assessments": (GET, OPERATORS),
    "/dashboard": (GET, OPERATORS),
    "/support/assessments": (GET, COLLABORATORS),
    **{f"/{kind}{path}": (methods, ORG_ADMINS) for kind in ("landlords", "properties", "tenants") for path, methods in RECORDS.items()},
    "/properties/choices": (GET, ORG_ADMINS),
    "/tenants/choices": (GET, ORG_ADMINS),
    "/audit": (GET, OPERATORS),
    "/audit/<int:pk>": (GET, OPERATORS),
    **{f"/audit/{what}{path}": (methods, OPERATORS) for what in ("case", "person") for path, methods in (("", BOTH), ("/choices", GET))},
    "/audit/check": (BOTH, ORG_ADMINS),
    "/settings": (BOTH, ORG_ADMINS),
    **{f"/imports{path}": (methods, ORG_ADMINS) for path, methods in {
        "": GET, "/new": BOTH, ROW: GET, f"{ROW}/columns": BOTH, f"{ROW}/faults.csv": GET, f"{ROW}/apply": BOTH, f"{ROW}/discard": BOTH}.items()},
    **{f"/digests{path}": (methods, ORG_ADMINS) for path, methods in {
        "": GET, "/choices": GET, "/preview": BOTH, "/preview/email": GET, "/preview/text": GET, "/why": BOTH, ROW: GET, f"{ROW}/email": GET, f"{ROW}/text": GET}.items()},
    **{f"/outbox{path}": (methods, ORG_ADMINS) for path, methods in {
        "": GET, f"{ROW}/arrived": BOTH, f"{ROW}/not-arrived": BOTH, f"{ROW}/send-again": BOTH, "/suppressed": GET, f"/suppressed{ROW}/clear": BOTH}.items()},
    **{f"/templates{path}": (methods, ORG_ADMINS) for path, methods in {
        "": GET, "/add": BOTH, "/starter-pack": POST, f"{ROW}/edit": BOTH, f"{ROW}/preview": POST, f"{ROW}/retire": POST, f"{ROW}/bring-back": POST,
        f"{ROW}/wordings": GET, f"{ROW}/wordings/<int:version>": GET}.items()},
    "/subject-access": (GET, ORG_ADMINS), "/subject-access/add": (BOTH, ORG_ADMINS), "/subject-access/choices": (GET, ORG_ADMINS),
    **{f"/subject-access{ROW}{path}": (methods, ORG_ADMINS) for path, methods in {
        "": GET, "/pause": BOTH, "/resume": BOTH, "/extend": BOTH, "/close": BOTH, "/files": BOTH, "/download": GET, "/items": GET, "/hide": BOTH, "/withhold": BOTH, "/hidden": GET,
        "/hidden/<uuid:redaction>/show": BOTH}.items()},
    f"/support-cases{CASE}/team{ROW}/digest": (GET, OPERATORS),
    **{f"/retention{path}": (methods, ORG_ADMINS) for path, methods in {
        "": GET, "/dry-run": GET, "/run": BOTH, f"/runs{ROW}": GET, f"/runs{ROW}/certificate": GET}.items()},
    **{f"/support-cases{CASE}{path}": (BOTH, ORG_ADMINS) for path in ("/hold", "/hold/lift", f"/notes{ROW}/unflag")},
    **{f"/property-managers{path}": (methods, ORG_ADMINS) for path, methods in {**RECORDS, "/choices": GET, f"{ROW}/invite": POST}.items()},
    "/collaborators": (GET, OPERATORS),
    "/collaborators/end": (BOTH, OPERATORS),
    **{f"/organisations{path}": (methods, PLATFORM) for path, methods in {**RECORDS, ROW: GET}.items() if not path.endswith("delete")},
    f"{FIRM}/invite": (BOTH, PLATFORM),
    f"{FIRM}/operators{ROW}/invite": (POST, PLATFORM),
    f"{FIRM}/operators{ROW}/remove": (BOTH, PLATFORM),
    **{f"/plans{path.replace('<uuid:pk>', '<pk>')}": (methods, PLATFORM) for path, methods in RECORDS.items()},
    "/jobs": (GET, PLATFORM),
    "/jobs/<name>": (GET, PLATFORM),
    "/people": (GET, PLATFORM),
    f"/people{ROW}/edit": (BOTH, PLATFORM),
    f"/people{ROW}/<any('disable', 'enable', 'make-platform-admin', 'end-platform-admin'):name>": (BOTH, PLATFORM),
    "/api/v1/openapi.json": (GET, ANYBODY),
    "/api/v1/docs": (GET, EVERY_HAT),
    **{f"/api/v1/security/{path}": (POST, BY_TOKEN) for path in ("login", "refresh", "logout")},
    **{f"/api/v1/{path}": (methods, BY_TOKEN) for path, methods in {
        "cases": GET, f"cases{ROW}": {"GET", "PUT"}, f"cases{ROW}/close": POST, f"cases{ROW}/reopen": POST, "notes": BOTH, f"notes{ROW}": {"GET", "PUT", "DELETE"},
        "goals": BOTH, f"goals{ROW}": {"GET", "PUT"}, "goal-progress": BOTH, f"goal-progress{ROW}": GET, "sessions": BOTH, f"sessions{ROW}": {"GET", "PUT"},
        "collaborators": GET, f"collaborators{ROW}": GET, f"collaborators{ROW}/end": POST, "documents": GET, f"documents{ROW}": GET}.items()},
    **{f"/support-cases{path}": (methods, OPERATORS) for path, methods in (WORKSPACE | STEPS).items()},
    **{f"/support/cases{path}": (methods, COLLABORATORS) for path, methods in WORKSPACE.items() if not path.endswith("/flag")},
}
VISITORS = {"org_admin": "harbour_admin", "property_manager": "quay_manager", "collaborator": "worker", "platform_admin": "platform"}
#: Where a signature of the sender's stands in the token's place: tests/web/test_webhook.py shows that nothing goes without it.
SIGNED = {"/webhooks/resend"}
PRIVATE = [rule for rule, (_, hats) in ROUTES.items() if hats not in (ANYBODY, BY_TOKEN)]


def address(site, rule: str) -> str:
    """A real address of this route: the case of Ann, a row of hers, her home, its landlord, herself."""
    set_up = {"/landlords": site.world.landlord["quay"], "/properties": site.world.property["quay_1"], "/tenants": site.world.tenant["ann"],
              "/property-managers": site.world.user["quay_manager"]}
    for start, its_id in set_up.items():
        if rule.startswith(start):
            return rule.replace("<uuid:pk>", str(its_id))
    if rule.startswith("/imports"):
        # One that can be applied, where the route needs it.
        site.as_owner("update app.imports set fault_count = %(faults)s where id = %(id)s and fault_count <> %(faults)s", faults=0 if rule.endswith("/apply") else 1, id=ident("import", "harbour"))
        return rule.replace("<uuid:pk>", str(ident("import", "harbour")))
    if rule.startswith("/subject-access"):
        # The clock of each stands still where it is to be started, and runs where it is to be stopped.
        site.as_owner("update app.subject_access_pauses set ended_on = case when %(stopped)s then null else began_on end where request_id = %(id)s",
                      stopped=not rule.endswith("/pause"), id=site.world.request["ann"])
        item = f"?item=tenants:{site.world.tenant['ann']}" if rule.endswith(("/hide", "/withhold")) else ""
        return rule.replace("<uuid:pk>", str(site.world.request["ann"])).replace("<uuid:redaction>", str(site.world.redaction["ann"])) + item
    if rule.startswith("/templates"):
        return rule.replace("<uuid:pk>", str(plant(site.world))).replace("<int:version>", "1")
    if rule == "/audit/<int:pk>":
        seen_by_both = "select max(id) from app.audit_log where table_name = 'support_notes' and action = 'insert' and case_id = %(case)s"
        return rule.replace("<int:pk>", str(site.as_owner(seen_by_both, case=site.world.case["ann"])[0][0]))
    if rule == "/jobs/<name>":
        return "/jobs/seal_audit_log"
    if rule.startswith("/link/"):
        return "/link/never-made"
    if rule.startswith("/digests/preview/"):
        return f"{rule}?officer={site.world.user['officer_open']}"
    if rule.startswith("/outbox"):
        # What somebody must decide about, and what they may clear.
        site.as_owner("update app.outbox set state = 'unsure', unanswered_since = now() where id = %(id)s and state <> 'unsure'", id=ident("message", "harbour/officer_open"))
        site.as_owner("update app.digests set reason = %(reason)s where id = %(id)s and reason is distinct from %(reason)s",
                      reason="plan" if rule.endswith("/not-arrived") else None, id=ident("digest", "harbour/officer_open"))
        site.as_owner("update app.suppressed_addresses set cleared_at = null, cleared_by_name = null where organisation_id = %(id)s and cleared_at is not null", id=site.world.organisation["harbour"])
        suppressed, = site.as_owner("select id from app.suppressed_addresses where organisation_id = %(id)s", id=site.world.organisation["harbour"])[0]
        return rule.replace("<uuid:pk>", str(suppressed if "suppressed" in rule else ident("message", "harbour/officer_open")))
    if rule.startswith("/digests"):
        return rule.replace("<uuid:pk>", str(ident("digest", "harbour/officer_open")))
    if rule.endswith("/team/<uuid:pk>/digest"):
        return rule.replace("<uuid:case_id>", str(site.world.case["ann"])).replace("<uuid:pk>", str(site.world.collaborator["ann/officer_open"]))
    if rule.startswith("/retention"):
        return rule.replace("<uuid:pk>", str(site.world.run["harbour"]))
    if rule.endswith(("/hold/lift", "/unflag")):
        # eve is under a hold, and a note of hers is flagged.
        return rule.replace("<uuid:case_id>", str(site.world.case["eve"])).replace("<uuid:pk>", str(site.world.note["eve/professional/disabled_admin!"]))
    if rule.startswith(FIRM):
        return rule.replace("<uuid:organisation_id>", str(site.world.organisation["small"])).replace("<uuid:pk>", str(site.world.user["small_manager"]))
    if rule.startswith(("/organisations", "/plans", "/people")):
        kind, name = ("organisation", "small") if rule.startswith("/organisations") else ("user", "gone")
        return re.sub("<any.*>", "disable", rule.replace("<uuid:pk>", str(getattr(site.world, kind)[name])).replace("<pk>", "business"))
    if "/documents/files/" in rule:
        upload = "ann/quay_manager/jpeg" if rule.startswith("/support-cases") else "ann/worker/pdf"
        return rule.replace("<uuid:case_id>", str(site.world.case["ann"])).replace("<uuid:pk>", str(site.world.upload[upload]))
    if "/documents/" in rule:
        state = "both_worker/submitted" if rule.endswith(("/approve", "/return")) else "worker/approved" if rule.endswith(("/pdf", "/send", "/hand-over", "/new-version")) else "worker/draft"
        return rule.replace("<uuid:case_id>", str(site.world.case["ann"])).replace("<uuid:pk>", str(site.world.document[f"ann/{state}"]))
    kind = "collaborator" if "/team/" in rule else "goal" if "/goals/" in rule else "session" if "/sessions/" in rule else "note"
    row = {"collaborator": "ann/watcher", "goal": "ann/active", "session": "ann/worker/next"}.get(
        kind, "ann/professional/quay_manager" if rule.endswith("flag") else
        "ann/shared/worker" if rule.startswith("/support/") else "ann/shared/quay_manager")
    return (rule.replace("<uuid:case_id>", str(site.world.case["ann"])).replace("<uuid:pk>", str(getattr(site.world, kind)[row]))
            .replace("<any(shared, professional):stream>", "shared"))


@pytest.mark.parametrize(("demo", "more"), [("0", {}), ("1", {"/demo/mail": GET})])
def test_the_url_map_holds_what_was_decided_on_and_nothing_else(shared_world, demo, more):
    """Threat 48: a snapshot; Flask-AppBuilder adds no route of its own, and the demo one page of its e-mails."""
    found: dict[str, set[str]] = {}
    for rule in create_app(from_environment(environment_of(shared_world) | {"KEYWORK_DEMO": demo})).url_map.iter_rules():
        found.setdefault(rule.rule, set()).update(rule.methods - {"HEAD", "OPTIONS"})
    assert found == {rule: methods for rule, (methods, _) in ROUTES.items()} | more


@pytest.mark.parametrize("rule", PRIVATE)
def test_nobody_gets_in_without_signing_in(site, rule):
    """Pages lead to the sign-in page with the way back; posts write nothing and lead there, or lack a token."""
    methods = ROUTES[rule][0]
    with site.visited_by() as stranger:
        for method in ("GET", "POST"):
            answer = stranger.client.request(method, address(site, rule))
            if method == "GET" and "GET" in methods:
                assert answer.status_code == 302
                assert answer.headers["location"].replace("%2F", "/").startswith(f"/login/?next={rule.split('<')[0]}")
            else:
                assert answer.status_code in (302, 400, 404, 405)
            assert "Ann" not in answer.text
        before = site.content()
        answer = stranger.send(address(site, rule), body="planted", title="planted")
        assert answer.status_code in (302, 404, 405) and site.content() == before


@pytest.mark.parametrize("rule", PRIVATE)
def test_each_hat_opens_its_own_routes_only(site, rule):
    """For every hat: 200 where ROUTES says so, 404 elsewhere; an ordinary GET everywhere."""
    methods, hats = ROUTES[rule]
    for hat, persona in VISITORS.items():
        answer = site.visitor(persona).get(address(site, rule))
        mine = hat in hats.split()
        if "GET" not in methods:
            assert answer.status_code == 405 or not mine and answer.status_code == 404, hat
        elif mine and rule in ("/password", "/collaborators/end"):
            # Only after signing in by a link; with nobody ticked.
            assert answer.headers["location"] == {"/password": "/login/forgotten", "/collaborators/end": "/collaborators"}[rule], hat
        elif rule.endswith("/reopen") or (rule.endswith(("/edit", "/delete")) and ("/notes/" in rule or "/documents/" in rule)):
            assert answer.status_code in ((200, 404) if mine else (404,)), hat
        else:
            assert answer.status_code == (200 if mine else 404), hat


@pytest.mark.parametrize("rule", [rule for rule, (methods, hats) in ROUTES.items() if "POST" in methods and rule not in SIGNED and hats != BY_TOKEN])
def test_every_post_needs_a_token(site, rule):
    """Threat 50: without one, with a wrong one, and with that of another session; nothing is written."""
    hat = ROUTES[rule][1].split()[0]
    visitor = site.visitor(VISITORS.get(hat, "worker"))
    other = site.visitor("moor_admin").token()
    # What it needs to be there, before anything is compared.
    address(site, rule)
    before = site.content()
    for fields in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": other}):
        answer = visitor.client.post(address(site, rule), data={"body": "planted", "title": "planted", **fields})
        assert answer.status_code == 400, fields
        at_the_door = rule.startswith("/login/") or rule == "/link/<token>"
        assert ("Please try once more" if at_the_door else "Please sign in again") in Page(answer.text).text
    assert site.content() == before
    assert visitor.get("/", follow_redirects=True).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_other_methods_are_not_there(site, method):
    """Only GET (with HEAD and OPTIONS) and POST."""
    for rule in ("/support/tenants", "/support/cases/<uuid:case_id>/notes", "/login/"):
        assert site.visitor("worker").client.request(method, address(site, rule)).status_code in (400, 405)


FOREIGN = [
    "//evil.example", "///evil.example", "////evil.example", "https:evil.example", "https://evil.example", "http:///evil.example",
    "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\\/evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "data:text/html,x", "%2F%2Fevil.example", "%5C%5Cevil.example", "/%5Cevil.example", "/%09/evil.example", "/\t/evil.example",
    "\t//evil.example", " //evil.example", "\n//evil.example", "/\n/evil.example", "/\r\nSet-Cookie:a=b", "//evil.example/support-cases",
    "https://127.0.0.1@evil.example", "http://[::1", "/support-cases\\@evil.example", "@evil.example", ".evil.example", "//", "\x00", "\x00//evil.example",
]  # fmt: skip


@pytest.mark.parametrize("heading_for", FOREIGN, ids=[ascii(each) for each in FOREIGN])
def test_signing_in_never_leads_elsewhere(site, heading_for):
    """Threat 47: whatever `next` says, as browsers read it (a backslash is a slash, tabs and line ends are nothing)."""
    visitor = site.visitor("worker")
    answer = visitor.get("/login/", params={"next": heading_for})
    assert answer.status_code in (302, 303, 400)
    location = answer.headers.get("location", "/")
    as_browsers_read = re.sub(r"[\t\r\n]", "", location).strip().replace("\\", "/")
    target = httpx.URL(site.address).join(as_browsers_read)
    assert not as_browsers_read.startswith("//"), location
    assert target.host == httpx.URL(site.address).host and target.scheme == "http", location
    assert not answer.headers.get("set-cookie", "").startswith("a=b")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1@evil.example", "evil.example/x"])
def test_a_foreign_host_header_comes_back_nowhere(site, host):
    """Threat 47: redirects and links stay relative, so that a forged header cannot send anybody elsewhere."""
    for visitor in (site.visitor("worker"), site.visitor("harbour_admin")):
        for path in ("/", "/login/", "/login/?next=//evil.example", "/support/tenants", "/support-cases", "/nothing"):
            answer = visitor.get(path, headers={"Host": host, "X-Forwarded-Host": "evil.example"})
            assert "evil.example" not in answer.text
            assert "evil" not in answer.headers.get("location", ""), path


PAGES = [
    (None, "/login/", 200), (None, "/", 302), (None, "/support-cases", 302), (None, "/nothing", 404), ("worker", "/support/tenants", 200),
    ("worker", "/support/cases/{case[ann]}", 200), ("worker", "/support/cases/{case[gus]}", 404), ("worker", "/nothing", 404),
    ("worker", "/logout/", 405), ("harbour_admin", "/support-cases", 200), ("harbour_admin", "/support-cases/{case[ann]}/notes/professional", 200),
    ("small_admin", "/support-cases", 200), ("platform", "/organisations", 200), ("platform", "/people", 200), ("worker", "/people", 404),
]  # fmt: skip


@pytest.mark.parametrize(("persona", "path", "status"), PAGES)
def test_every_answer_is_private_and_locked_down(site, persona, path, status):
    """Threats 51 and 52: no cache keeps it, no inline script runs in it, nothing frames it, no cookie is readable by scripts."""
    with site.visited_by(persona) as visitor:
        answer = visitor.get(site.at(path))
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    assert "unsafe" not in str(policy) and "*" not in str(policy)
    assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'" and policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'" and policy["base-uri"] == "'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for cookie in answer.headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie and re.search("SameSite=(Lax|Strict)", cookie), cookie
    for tag, attributes in Page(answer.text).tags:
        assert tag != "script" or attributes.get("src"), "an inline script"
        assert tag != "style" and "style" not in attributes and not any(name.startswith("on") for name in attributes), (tag, attributes)


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(site):
    """HttpOnly and SameSite on the cookie of a sign-in."""
    with site.visited_by() as visitor:
        answer = visitor.sign_in("worker@example.org", site.world.password)
    cookies = answer.headers.get_list("set-cookie")
    assert cookies and all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)


def test_static_files_may_be_kept(site):
    """The stylesheet and the script carry no personal data."""
    with site.visited_by() as visitor:
        for name in ("keywork.css", "keywork.js", "keywork.svg"):
            answer = visitor.get(f"/static/{name}")
            assert answer.status_code == 200 and "no-store" not in answer.headers["cache-control"]
        for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/", "/static/..%2fconfig.py"):
            assert visitor.get(path).status_code == 404


INTERNALS = re.compile(r"Traceback|psycopg|sqlalchemy|SELECT |INSERT |werkzeug|flask|gunicorn|Internal Server Error|\.py\b|keywork_(app|owner)", re.I)
BROKEN = [
    ("GET", "/nothing", {}, 404), ("GET", "/logout/", {}, 405), ("POST", "/logout/", {}, 400),
    ("GET", "/support/cases/x", {}, 404), ("POST", "/support/cases/{case[ann]}/notes/shared", {"csrf_token": "x"}, 400),
    ("POST", "/support/cases/{case[gus]}/notes/shared", {"csrf_token": "ok"}, 404),
    ("POST", "/support/cases/{case[ann]}/notes/shared", {"csrf_token": "ok", "body": "x" * 1_100_000}, 413),
    ("POST", "/login/", {}, 400),
]  # fmt: skip


@pytest.mark.parametrize("persona", [None, "worker"])
@pytest.mark.parametrize(("method", "path", "fields", "status"), BROKEN, ids=[f"{each[0]} {each[1]} {each[3]}" for each in BROKEN])
def test_error_pages_are_our_own_and_name_no_internals(site, persona, method, path, fields, status):
    """Every page that went wrong has the frame, a sentence and a way on; signed in or not."""
    with site.visited_by(persona) as visitor:
        fields = fields | ({"csrf_token": visitor.token()} if fields.get("csrf_token") == "ok" else {})
        answer = visitor.client.request(method, site.at(path), data=fields or None)
    if persona is None and answer.status_code == 302:
        assert answer.headers["location"].startswith("/login/")
        return
    page = Page(answer.text)
    assert answer.status_code == status
    assert "Go to the start page" in page.text and f"Code {status}" in page.text
    assert not INTERNALS.search(page.text) and "Server" not in page.text
