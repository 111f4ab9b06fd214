"""Exports through a real server: files that are streamed, broken off, refused and written down (threats 20, 24, 51, 55)."""

import contextlib
import csv
import io
import re
import socket
import time
from pathlib import Path
from urllib.parse import urlencode

import httpx
import psycopg
import pytest
from pypdf import PdfReader

from tests.conftest import World
from tests.web.conftest import served
from tests.web.pages import Page
from tests.web.visitor import new_id
from views.export_csv import AT_ONCE, BUSY, FETCHED
from views.export_pdf import MOST_CHARACTERS, MOST_RECORDS

#: Notes of the long case: more than what the buffers take between a server and somebody who reads slowly.
MANY, LENGTH = 30_000, 800
OPERATORS, COLLABORATORS = "/support-cases/{case[ann]}/export", "/support/cases/{case[ann]}/export"
CSV = {"what": "notes", "file_type": "csv", "since": "", "until": ""}
#: Seconds after which a test about something that never comes gives up.
PATIENCE = 60
LAST_LINE = '"End of export: '
SHORT = {"since": "2024-02-01", "until": "2024-02-01"}


@pytest.fixture(scope="module")
def long(server, tmp_path_factory):
    """(a served console of the module's own with one case of very many notes, the numbers of its server processes)."""
    world = World(server, server.create("world"))
    with psycopg.connect(world.conninfo, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "insert into app.support_notes (organisation_id, landlord_id, case_id, stream, body, author_id, author_name, created_at)"
            " select c.organisation_id, c.landlord_id, c.id, 'shared', 'note ' || n || ' ' || repeat('x', %s), %s, 'Worker', timestamptz '2024-02-02' + n * interval '1 second'"
            " from app.support_cases as c, generate_series(1, %s) as n where c.id = %s", [LENGTH, world.user["worker"], MANY, world.case["ann"]])
        connection.execute("analyze app.support_notes")
    folder = tmp_path_factory.mktemp("long")
    with served(world, folder) as site:
        parent = int((folder / "gunicorn.pid").read_text())
        yield site, [int(each) for each in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    world.close()
    server.drop(world.database)


@contextlib.contextmanager
def stream(site, persona, path, **fields):
    """The answer to the form while it comes in."""
    visitor = site.visitor(persona)
    with visitor.client.stream("POST", site.at(path), data={"csrf_token": visitor.token(), **CSV, **fields}, timeout=PATIENCE) as answer:
        yield answer


def export(site, persona, path, **fields):
    """The whole answer to the form."""
    return site.visitor(persona).send(site.at(path), **{**CSV, **fields})


def rows_of(file):
    """The rows of a CSV file."""
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), strict=True))


def exported(site):
    """What the log says of exports: who, what and of which days, in the order of the lines."""
    return site.as_owner("select l.actor_name, l.row_kind, p.after ->> 'since', p.after ->> 'until' from app.audit_log as l"
                         " left join app.audit_payloads as p on p.audit_id = l.id where l.action = 'export' and l.table_name = 'support_cases' order by l.id")


def until_true(holds):
    """Waits for something that must come; fails where it does not."""
    limit = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < limit, "it never came"
        time.sleep(0.05)


def transactions(site, ask="count(*)"):
    """What is asked of the open transactions of the workspace login, as the superuser, who alone sees and ends those of others."""
    with psycopg.connect(site.world.conninfo) as connection:
        return connection.execute(f"select {ask} from pg_stat_activity where usename = 'keywork_app' and datname = current_database() and state <> 'idle'").fetchone()[0]


def at_rest(site):
    """Whether none is open."""
    return transactions(site) == 0


def peak_memory(processes):
    """The most memory that each process has had, in bytes."""
    return {process: int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())[1]) * 1024 for process in processes}


# ---- a long file -----------------------------------------------------------------------------------------------------


def test_a_long_file_is_whole_and_takes_no_memory(long):
    """Some 25 megabytes, each note once and in order, the last line with their number; the server's processes have grown by a small part of that."""
    site, processes = long
    for _ in range(6):
        assert export(site, "harbour_admin", OPERATORS, **SHORT).status_code == 200
    before = peak_memory(processes)
    with stream(site, "harbour_admin", OPERATORS) as answer:
        assert answer.status_code == 200 and answer.headers["transfer-encoding"] == "chunked"
        file = answer.read()
    grown = sum(peak_memory(processes).values()) - sum(before.values())
    rows = rows_of(file)
    assert len(file) > MANY * LENGTH and grown < len(file) / 4, (len(file), grown)
    assert [row[-1].split()[1] for row in rows[13:-1]] == [str(number) for number in range(1, MANY + 1)]
    assert rows[-1][0] == f"End of export: {MANY + 12:,} notes" and len(rows) == MANY + 14


def test_it_is_written_down_before_the_first_byte(long):
    """While the file is still under way the line is in the log, for everybody to see."""
    site, _ = long
    number = len(exported(site))
    with stream(site, "worker", COLLABORATORS, since="2024-02-01") as answer:
        pieces = answer.iter_raw()
        assert next(pieces) and exported(site)[number:] == [("Worker", "notes_csv", "2024-02-01", None)] and not at_rest(site)
    until_true(lambda: at_rest(site))


#: What somebody loses while they read: persona, address, the change, and the change back.
LOST = {
    "the assignment ends": ("worker", COLLABORATORS, "update app.support_collaborators set ended_at = {} where case_id = %(case)s and user_id = %(person)s", "now()", "null"),
    "the account is disabled": ("watcher", COLLABORATORS, "update app.users set disabled_at = {} where id = %(person)s", "now()", "null"),
    "notes are hidden from housing officers": (
        "officer_open", COLLABORATORS, "update app.organisations set support_notes_visible_to_housing_officer = {} where id = %(firm)s", "false", "true"),
    "the landlord is somebody else's": (
        "quay_manager", OPERATORS, "update app.property_manager_landlords set user_id = {} where landlord_id = %(landlord)s and user_id in (%(person)s, %(other)s)", "%(other)s", "%(person)s"),
    "the plan has no support cases": ("harbour_admin", OPERATORS, "update app.organisations set plan_code = {} where id = %(firm)s", "'business'", "'enterprise'"),
}  # fmt: skip


@pytest.mark.parametrize("loss", LOST)
def test_a_right_that_ends_breaks_the_file_off(long, loss):
    """Threat 20: whoever reads is told that the transfer broke off, and has no last line; what came until then is what they could see."""
    site, _ = long
    persona, path, change, lost, kept = LOST[loss]
    values = {"case": site.world.case["ann"], "person": site.world.personas[persona].user_id, "firm": site.world.organisation["harbour"],
              "landlord": site.world.landlord["quay"], "other": site.world.user["idle_manager"]}
    came = bytearray()
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"), stream(site, persona, path) as answer:
        assert answer.status_code == 200
        pieces = answer.iter_raw()
        came += next(pieces)
        site.as_owner(change.format(lost), **values)
        try:
            for piece in pieces:
                came += piece
        finally:
            site.as_owner(change.format(kept), **values)
    assert 0 < len(came) < MANY * LENGTH * 0.9 and LAST_LINE not in came.decode(errors="replace")
    until_true(lambda: at_rest(site))


def end_its_connection(site):
    """Ends the connection that a file is read over, as a restart of the database does."""
    assert transactions(site, "count(pg_terminate_backend(pid))") == 1


def test_a_database_that_goes_away_breaks_the_file_off(long):
    """The headers have gone out with 200 by then: the end of the transfer is missing, and the last line."""
    site, _ = long
    came = bytearray()
    with pytest.raises(httpx.RemoteProtocolError), stream(site, "harbour_admin", OPERATORS) as answer:
        pieces = answer.iter_raw()
        came += next(pieces)
        end_its_connection(site)
        for piece in pieces:
            came += piece
    assert came and LAST_LINE not in came.decode(errors="replace")
    assert export(site, "harbour_admin", OPERATORS, **SHORT).status_code == 200


@pytest.mark.parametrize("broken", [False, True])
def test_behind_an_old_proxy_the_last_line_tells(long, broken):
    """HTTP 1.0 knows no sign for the end of a transfer: what was broken off ends like what is whole, but for the last line."""
    site, _ = long
    visitor = site.visitor("harbour_admin")
    cookies = "; ".join(f"{each.name}={each.value}" for each in visitor.client.cookies.jar)
    form = urlencode({"csrf_token": visitor.token(), **CSV})
    host, port = site.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(f"POST {site.at(OPERATORS)} HTTP/1.0\r\nHost: {host}\r\nCookie: {cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                           f"Content-Length: {len(form)}\r\n\r\n{form}".encode())
        came = bytearray(connection.recv(1000))
        if broken:
            end_its_connection(site)
        while piece := connection.recv(1_000_000):
            came += piece
    head, _, file = bytes(came).partition(b"\r\n\r\n")
    assert b" 200 " in head.splitlines()[0] and b"chunked" not in head and file.startswith(b"\xef\xbb\xbf")
    assert (file.decode(errors="replace").splitlines()[-1].startswith(LAST_LINE)) != broken


def test_whoever_hangs_up_leaves_nothing_behind(long):
    """More often than there are places: each time the connection goes back, its transaction is over, and the place is free."""
    site, _ = long
    for _ in range(2 * AT_ONCE + 2):
        with stream(site, "harbour_admin", OPERATORS) as answer:
            # Kept: without its name the iterator would hang up at once.
            pieces = answer.iter_raw()
            assert next(pieces) and not at_rest(site)
        until_true(lambda: at_rest(site))
    answer = export(site, "harbour_admin", OPERATORS, **SHORT)
    assert answer.status_code == 200 and LAST_LINE in answer.text


def test_so_many_at_once_and_no_more(long):
    """Two processes with a few places each: somebody is asked to wait, with the form as it was, and nothing is written down for them; pages go on."""
    site, processes = long
    number = len(exported(site))
    with contextlib.ExitStack() as reading:
        answers = [reading.enter_context(stream(site, "harbour_admin", OPERATORS)) for _ in range(len(processes) * AT_ONCE + 1)]
        refused = [each for each in answers if each.status_code == 409]
        assert refused and {each.status_code for each in answers} == {200, 409}
        page = Page(refused[0].read().decode())
        assert BUSY in page.alerts and page.form_with("what").controls["what"].value == "notes"
        assert len(exported(site)) - number == len(answers) - len(refused)
        assert site.visitor("worker").get(site.at("/support/cases/{case[ann]}")).status_code == 200
    until_true(lambda: at_rest(site))


# ---- any file --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("persona", "path"), [("harbour_admin", OPERATORS), ("watcher", COLLABORATORS)])
@pytest.mark.parametrize("what", ["notes", "sessions"])
@pytest.mark.parametrize(("file_type", "kind"), [("csv", "text/csv; charset=utf-8"), ("pdf", "application/pdf")])
def test_a_file_is_private_and_named_after_nobody(site, persona, path, what, file_type, kind):
    """Threat 51: a download that no cache keeps; its name has no name of a person; one line of the log says who took what."""
    number = len(exported(site))
    answer = export(site, persona, path, what=what, file_type=file_type, since="2024-01-01")
    assert (answer.status_code, answer.headers["content-type"], answer.headers["cache-control"]) == (200, kind, "no-store")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert re.fullmatch(rf'attachment; filename="{what}-case-{str(site.world.case["ann"])[:8]}-\d{{4}}-\d\d-\d\d\.{file_type}"', answer.headers["content-disposition"])
    assert [line[1:] for line in exported(site)[number:]] == [(f"{what}_{file_type}", "2024-01-01", None)]


def test_a_menu_leads_there_from_every_tab(site):
    """For everybody with the case, open or closed; from the sessions with sessions chosen."""
    for persona, case in (("harbour_admin", "/support-cases/{case[ann]}"), ("quay_manager", "/support-cases/{case[ann_before]}"), ("harbour_admin", "/support-cases/{case[eve]}"),
                          ("worker", "/support/cases/{case[ann]}"), ("watcher", "/support/cases/{case[ann]}"), ("worker", "/support/cases/{case[eve]}")):
        for tab, chosen in (("/notes", "notes"), ("/sessions", "sessions")):
            page = site.visitor(persona).page(site.at(case + tab))
            link = next(attributes["href"] for tag, attributes in page.tags if tag == "a" and "/export" in attributes.get("href", ""))
            form = site.visitor(persona).page(link).form_with("what", "file_type", "since", "until")
            assert (form.controls["what"].value, form.controls["file_type"].value) == (chosen, "csv")


def test_the_form_says_what_a_file_would_hold(site):
    """In the words of who reads it, and that it is written down; nobody is told of what is kept from them."""
    said = {persona: site.visitor(persona).page(site.at(path)).text for persona, path in (
        ("harbour_admin", OPERATORS), ("worker", COLLABORATORS), ("watcher", COLLABORATORS), ("officer_shut", "/support/cases/{case[ben]}/export"))}
    assert all("is written down in the audit log" in each for each in said.values())
    assert "Shared notes, and Professional notes with their safeguarding flags: only for your firm's operators." in said["harbour_admin"]
    assert "Every Shared note of this case, and no Professional note." in said["harbour_admin"]
    assert "Every Shared note of this case." in said["worker"] and "Every session of this case." in said["worker"]
    assert "The sessions that you recorded." in said["watcher"] and "The Shared notes that you wrote." in said["officer_shut"]
    assert not any("rofessional" in said[persona] for persona in ("worker", "watcher", "officer_shut"))


def test_what_is_refused_leaves_no_line(site):
    """Wrong days, and what is on no list: the form again, nothing written (its fields are in tests/web/form_table.py)."""
    before = site.content()
    for wrong in ({"since": "2024-02-02", "until": "2024-02-01"}, {"what": "professional"}, {"file_type": "html"}, {"until": "yesterday"}):
        assert export(site, "worker", COLLABORATORS, **wrong).status_code == 409
    assert site.content() == before


def test_a_pdf_has_a_bound_and_says_what_to_do(long):
    """More records than it holds: refused with the way on, days kept, nothing written down; fewer days are printed whole."""
    site, _ = long
    before = exported(site)
    answer = export(site, "harbour_admin", OPERATORS, file_type="pdf", since="2024-02-01")
    page = Page(answer.text)
    assert answer.status_code == 409 and f"A PDF holds {MOST_RECORDS:,} records at most" in page.alerts and "Choose fewer days, or take a CSV file" in page.alerts
    form = page.form_with("since")
    assert (form.controls["since"].value, form.controls["file_type"].value) == ("2024-02-01", "pdf")
    assert exported(site) == before
    answer = export(site, "harbour_admin", OPERATORS, file_type="pdf", until="2024-02-01")
    assert answer.status_code == 200 and "12 notes" in PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()


def test_a_pdf_with_too_many_words_is_not_begun(site):
    """Few notes, each as long as may be."""
    with site.world.owner() as connection:
        connection.execute("insert into app.support_notes (case_id, stream, body, author_id, author_name) select %s, 'shared', repeat('word ', 4000), %s, 'Worker' from generate_series(1, %s)",
                           [site.world.case["hal"], site.world.user["two_hats"], MOST_CHARACTERS // 20_000 + 1])
    answer = export(site, "two_hats_admin", "/support-cases/{case[hal]}/export", file_type="pdf")
    assert answer.status_code == 409 and "more to read in these days than one PDF holds" in Page(answer.text).alerts


HARD = {
    "markup": "<script>alert(1)</script> <b>bold</b> <img src='http://127.0.0.1:9/x'> {{ 7*7 }} &amp; </div>",
    "formula": "=HYPERLINK(\"http://127.0.0.1:9/\")",
    "lines": "First.\nSecond.\n\nThird; \"quoted\", 'single'\ttab",
    "endless": "x" * 3000,
    "letters": "Siân Żółkiewska قابلت 🙂",
}  # fmt: skip


@pytest.mark.parametrize("kind", HARD)
def test_whatever_was_typed_is_text_in_both_files(site, kind):
    """Threats 55 to 57b: the same words in the CSV and on paper; no address is asked for, no cell begins with a formula."""
    its_id, text = new_id(), HARD[kind]
    site.as_owner("insert into app.support_notes (id, case_id, stream, body, author_id, author_name, created_at)"
                  " values (%(id)s, %(case)s, 'shared', %(body)s, %(user)s, '=Two Hats', '2024-06-20')", id=its_id, case=site.world.case["dan"], body=text, user=site.world.user["two_hats"])
    try:
        path, day = "/support-cases/{case[dan]}/export", {"since": "2024-06-20", "until": "2024-06-20"}
        heading, row, _ = rows_of(export(site, "harbour_admin", path, **day).content)
        assert (row[1], row[-1]) == ("'=Two Hats", f"'{text}" if kind == "formula" else text)
        answer = export(site, "harbour_admin", path, file_type="pdf", **day)
        assert answer.status_code == 200
        pages = PdfReader(io.BytesIO(answer.content)).pages
        # Without what stands at the foot of each page: the endless word goes over it.
        said = "".join("".join(page.extract_text().rsplit("Harbour Homes\nMade with", 1)[0] for page in pages).replace("\u200b", "").split())
        assert "".join(text.split("قابلت")[0].split()) in said and "1note" in said
    finally:
        site.forget("support_notes", its_id)


def test_more_than_one_fetch_was_needed():
    """So that the tests of what happens between two of them say something."""
    assert MANY > 10 * FETCHED
