"""What the server writes about requests: enough to find an error by its reference, and not one word of people's."""

import contextlib
import json
import logging
import os
import re
import socket
import sys

import pytest
from flask import request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import log_lines
from app import create_app
from config import from_environment
from db.local import web_server
from tests.conftest import World
from tests.web.conftest import environment_of, free_port, served
from tests.web.programs import program_of
from tests.web.visitor import new_id
from views import logs

#: In everything that tests send here, and nowhere else.
CANARY = "kanarienvogel"
REFERENCE = re.compile(r"Code (\d+), reference ([0-9a-f]{10})")


@contextlib.contextmanager
def stderr_into(path):
    """Sends this process's stderr into a file, for children to inherit."""
    kept = os.dup(2)
    with open(path, "wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@pytest.fixture(scope="module")
def listened(server, tmp_path_factory):
    """(a served console, a function that gives everything the server has written)."""
    folder = tmp_path_factory.mktemp("logs")
    world = World(server, server.create("world"))
    with contextlib.ExitStack() as stack:
        with stderr_into(folder / "stderr"):
            running = stack.enter_context(served(world, folder))
        yield running, (folder / "stderr").read_text
    world.close()
    server.drop(world.database)


def lines(text):
    """Each line, read as the JSON object it has to be."""
    return [json.loads(line) for line in text.splitlines()]


def test_an_ordinary_request_is_one_line(listened):
    """Its reference, method, route, status, time and hat, and nothing else: no path, no query."""
    site, output = listened
    with site.visited_by("worker") as visitor:
        answer = visitor.get(site.at("/support/cases/{case[ann]}/notes?q=" + CANARY))
    [line] = [line for line in lines(output()) if line.get("request_id") == answer.headers["x-request-id"]]
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    assert isinstance(line.pop("milliseconds"), int)
    assert line == {"level": "info", "event": "request", "request_id": answer.headers["x-request-id"], "method": "GET",
                    "route": "/support/cases/<uuid:case_id>/notes", "status": 200, "hat": "collaborator"}
    assert str(site.world.case["ann"]) not in output()


def test_a_program_leaves_no_token_and_nothing_that_it_sent(listened):
    """Threat 25: of calls of the API as of pages, the route, status and hat."""
    site, output = listened
    with program_of(site, "worker") as program:
        program.call("POST", "notes", {"case_id": str(site.world.case["ann"]), "stream": "shared", "body": CANARY})
        program.call("POST", "notes", {CANARY: CANARY})
        program.call("GET", "notes", params={"q": f"(filters:!((col:stream,opr:eq,value:{CANARY})))"})
        forged = program.call("GET", "notes", token=program.tokens["access_token"] + CANARY)
    site.as_owner("delete from app.support_notes where body = %(body)s", body=CANARY)
    told = {(line["route"], line["method"], line["status"], line["hat"]) for line in lines(output()) if line.get("route", "").startswith("/api/")}
    assert told == {("/api/v1/security/login", "POST", 200, None), ("/api/v1/notes", "POST", 201, "collaborator"), ("/api/v1/notes", "POST", 400, "collaborator"),
                    ("/api/v1/notes", "GET", 400, "collaborator"), ("/api/v1/notes", "GET", 401, None)} and forged.status_code == 401
    for secret in (CANARY, site.world.password, *program.tokens.values(), program.tokens["access_token"].rpartition(".")[2], str(site.world.case["ann"])):
        assert secret not in output()


def test_a_static_file_needs_no_line(listened):
    """A page brings three of them along."""
    site, output = listened
    with site.visited_by() as visitor:
        answer = visitor.get("/static/keywork.css")
    assert answer.headers["x-request-id"] not in output()


def send_what_is_not_there(site, visitor):
    """In path, query, header and cookie."""
    visitor.client.cookies.set("keywork", CANARY)
    return visitor.get(f"/{CANARY}", params={CANARY: CANARY}, headers={"X-Request-Id": CANARY, "User-Agent": CANARY, "Referer": f"http://{CANARY}/"})


def send_a_form_without_a_token(site, visitor):
    """A refused form."""
    return visitor.client.post("/login/", data={"username": f"{CANARY}@example.org", "password": CANARY})


def send_another_method(site, visitor):
    """A method is the client's word as well."""
    return visitor.client.request(CANARY.upper(), "/login/")


def send_too_much(site, visitor):
    """Refused before anybody reads it."""
    return visitor.client.post("/login/", data={"username": CANARY * 100_000})


def send_what_breaks_an_unknown_rule(site, visitor):
    """A check without its sentence: Postgres answers with the whole row."""
    site.as_owner(f"alter table app.support_notes add constraint planted check (body not like '%%{CANARY}%%')")
    address = site.at("/support/cases/{case[ann]}/notes/shared")
    return visitor.send(address, id=new_id(), body=f"About {CANARY}")


def send_what_is_there_already(site, visitor):
    """A unique index without its sentence: Postgres answers with the key."""
    site.as_owner("create unique index planted on app.support_goals (title)")
    address = site.at("/support/cases/{case[ann]}/goals")
    assert visitor.send(address, id=new_id(), title=CANARY, description="").status_code == 303
    return visitor.send(address, id=new_id(), title=CANARY, description=CANARY)


def ask_a_broken_table(site, visitor):
    """The statement fails, with its values beside it."""
    site.as_owner("alter table app.support_sessions rename column attendees to planted")
    return visitor.send(site.at("/support/cases/{case[ann]}/sessions"), id=new_id(), scheduled_at="2030-05-01T10:30", duration_minutes="45",
                        type="phone_call", attendees=CANARY)


@pytest.mark.parametrize(("provoke", "persona", "status", "event"), [
    (send_what_is_not_there, None, 404, None), (send_a_form_without_a_token, None, 400, None), (send_another_method, None, 405, None),
    (send_too_much, None, 413, None), (send_what_breaks_an_unknown_rule, "worker", 500, "psycopg.errors.CheckViolation"),
    (send_what_is_there_already, "worker", 500, "psycopg.errors.UniqueViolation"),
    (ask_a_broken_table, "worker", 500, "psycopg.errors.UndefinedColumn"),
])  # fmt: skip
def test_an_error_is_found_by_its_reference_and_tells_nothing(listened, provoke, persona, status, event):
    """The reference of the page is in the answer's header and in the log; no word of what was sent is anywhere in the output."""
    site, output = listened
    with site.visited_by(persona) as visitor:
        answer = provoke(site, visitor)
    assert answer.status_code == status, answer.text
    [(code, reference)] = REFERENCE.findall(answer.text)
    assert (code, reference) == (str(status), answer.headers["x-request-id"])
    found = [line for line in lines(output()) if line.get("request_id") == reference]
    assert [line["status"] for line in found if line["event"] == "request"] == [status]
    if event:
        [line] = [line for line in found if line["event"] == "database error"]
        assert event in [each["class"] for each in line["error"]]
        assert any(frame.startswith("views/") for each in line["error"] for frame in each["frames"])
    assert CANARY not in output().lower() and "worker@" not in output()


def test_a_refused_sign_in_names_nobody(listened):
    """The address that somebody tried is not written down."""
    site, output = listened
    with site.visited_by() as visitor:
        answer = visitor.sign_in(f"{CANARY}@example.org", CANARY)
    assert answer.status_code == 401 and answer.headers["x-request-id"] in output()
    assert CANARY not in output().lower()


@pytest.mark.parametrize("said", [
    f"GET / HTTP/1.1\r\nHost: x\r\n{CANARY} {CANARY}: x\r\n\r\n", f"GET /{CANARY} HTTP/9.{CANARY}\r\n\r\n",
    f"{CANARY}\r\n\r\n", f"POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: {CANARY}\r\n\r\n",
])  # fmt: skip
def test_what_is_no_request_is_not_quoted(listened, said):
    """gunicorn refuses it before the application sees it, and would write the client's address and words."""
    site, output = listened
    host, port = site.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(said.encode())
        assert wire.recv(100).startswith(b"HTTP/1.1 40")
    assert any(line["event"] == "library" and line["logger"] == "gunicorn.error" for line in lines(output()))
    assert CANARY not in output().lower() and "127.0.0.1" not in output()


def test_a_start_that_fails_says_which_setting(shared_world, tmp_path):
    """The one text of an error that is written: it was made to be read, and quotes no value."""
    environment = environment_of(shared_world) | {"KEYWORK_PROXIES": CANARY}
    with stderr_into(tmp_path / "stderr"):
        process = web_server.start(free_port(tmp_path), environment, tmp_path / "gunicorn.pid")
    assert process.wait(60) != 0
    output = (tmp_path / "stderr").read_text()
    # gunicorn itself prints the text of what kept it from starting, on a line of its own.
    line, *_ = [line for line in lines("\n".join(re.findall(r"^\{.*", output, re.M))) if "error" in line]
    assert "KEYWORK_PROXIES must be" in line["error"][0]["text"] and line["at"].startswith("site-packages/gunicorn/arbiter.py")
    assert CANARY not in output


def test_the_text_of_an_error_quotes_no_value(console):
    """No line holds that text, and others may print it: over either login it names the statement alone, and no token (threat 25)."""
    with console.app.app_context():
        engines = console.app.extensions["sqlalchemy"].engines
        assert len(engines) == 2
        for engine in engines.values():
            with engine.connect() as connection, pytest.raises(DBAPIError) as refused:
                connection.execute(text("select 1 / 0 where cast(:said as text) <> ''"), {"said": CANARY})
            assert "division by zero" in str(refused.value) and CANARY not in str(refused.value)


# ---- the form of a line ----------------------------------------------------------------------------------------------


@pytest.fixture
def written():
    """The lines that loggers of this process write during the test."""
    found = []

    class Keep(logging.Handler):
        def emit(self, record):
            found.append(logs.ServerLines().format(record))

    keep = Keep()
    loggers = [log_lines.LOG, logging.getLogger("some.library")]
    levels = [each.level for each in loggers]
    for each in loggers:
        each.addHandler(keep)
        each.setLevel(logging.DEBUG)
    yield found
    for each, level in zip(loggers, levels, strict=True):
        each.removeHandler(keep)
        each.setLevel(level)


def test_a_librarys_record_keeps_its_template_only(written):
    """Arguments are left out; text without arguments may have them in it already."""
    library = logging.getLogger("some.library")
    library.warning("cannot read %s of %r", CANARY, {CANARY: 1})
    library.warning(f"cannot read {CANARY}")
    library.warning(ValueError(CANARY))
    templates = [json.loads(line)["template"] for line in written]
    assert templates == ["cannot read %s of %r", None, None]
    assert all(json.loads(line)["at"].startswith("tests/web/test_logs.py:") for line in written)
    assert CANARY not in "".join(written)


def test_an_error_is_its_classes_and_places(written):
    """Down to what caused it, without a text; groups, notes and endless chains included."""
    def fail():
        try:
            {}[CANARY]
        except KeyError as cause:
            error = ValueError(CANARY)
            error.add_note(CANARY)
            raise error from cause

    try:
        fail()
    except ValueError as error:
        logging.getLogger("some.library").exception(error)
        log_lines.write("planted", logging.ERROR, error=error, code=7)
    for line in map(json.loads, written):
        assert [each["class"] for each in line["error"]] == ["builtins.ValueError", "builtins.KeyError"]
        assert line["error"][1]["frames"][0].startswith("tests/web/test_logs.py:") and line["error"][1]["frames"][0].endswith(" fail")
    assert json.loads(written[1])["code"] == 7
    assert CANARY not in "".join(written)


def test_a_fault_of_ours_has_a_page_and_a_line(written, shared_world):
    """An error that nobody foresaw, in a view and before one is reached."""
    app = create_app(from_environment(environment_of(shared_world)))

    @app.route("/planted/<word>")
    def planted(word):
        raise RuntimeError(word)

    @app.before_request
    def before_everything():
        if "early" in request.args:
            raise RuntimeError(CANARY)

    answers = [app.test_client().get(f"/planted/{CANARY}?{CANARY}"), app.test_client().get(f"/login/?early={CANARY}")]
    for answer in answers:
        [(code, reference)] = REFERENCE.findall(answer.text)
        assert (answer.status_code, code, reference) == (500, "500", answer.headers["X-Request-Id"])
        [line] = [line for line in map(json.loads, written) if line["event"] == "unhandled error" and line["request_id"] == reference]
        assert line["error"][0]["class"] == "builtins.RuntimeError"
    assert CANARY not in "".join(written)


def test_nothing_of_the_process_goes_around_the_lines(capfd):
    """Warnings, faults in threads and in logging itself: in a process of their own, all of stderr is lines."""
    code = (
        "import logging, threading, warnings\nfrom log_lines import JsonLines, configure\nconfigure(JsonLines())\n"
        f"word = '{CANARY}'\nwarnings.warn(word)\n"
        "def fail():\n    raise ValueError(word)\n"
        "thread = threading.Thread(target=fail)\nthread.start()\nthread.join()\n"
        "class Bad:\n    def __del__(self):\n        raise ValueError(word)\nBad()\n"
        "logging.error('%d', word)\nlogging.getLogger('sqlalchemy.engine').info('not asked for')\nfail()\n"
    )
    status = os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", code])
    found = lines(capfd.readouterr().err)
    assert status == 1 and [line["event"] for line in found] == ["library", "uncaught error", "uncaught error", "library", "uncaught error"]
    assert CANARY not in json.dumps(found)
