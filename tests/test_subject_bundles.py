"""Making subject access bundles: whole, broken off at any moment, by two services at once, overtaken, and while somebody hides something.

Threats 33, 36, 58. What a bundle holds is in test_subject_held.py, how it goes in test_subject_erasure.py; here it holds what makes one quickly.
"""

import hashlib
import io
import json
import subprocess
import sys
import threading
import time
import zipfile

import psycopg
import pytest

from jobs import bundles
from jobs.bundles import make_bundles
from tests.retention import faults, seal
from tests.test_jobs import ROOT

ASK = "insert into app.subject_access_bundles (request_id) values (%s) returning id"
CLAIM = "select bundle_id, attempt from app.claim_bundle()"


def about_fay(world):
    """A request about Fay, of whom little more than her name is held: its id."""
    with world.acting("harbour_admin") as connection:
        return connection.execute("insert into app.subject_access_requests (tenant_id, received_on, way, asked_by) values (%s, '2024-06-03', 'letter', 'tenant') returning id",
                                  [world.tenant["fay"]]).fetchone()[0]


@pytest.fixture
def few(world):
    """The world, and a request of which files are quickly made."""
    return world, about_fay(world)


def jobs(world) -> psycopg.Connection:
    """A connection of the jobs service."""
    return psycopg.connect(world.jobs_conninfo, autocommit=True, prepare_threshold=None)


def asked(world, request, persona="harbour_admin"):
    with world.acting(persona) as connection:
        return connection.execute(ASK, [request]).fetchone()[0]


def state_of(world, bundle) -> tuple:
    """(state, attempts, error, pieces) of a bundle."""
    with world.owner() as owner:
        return owner.execute("select b.state, b.attempts, b.error, (select count(*) from app.subject_access_chunks as c where c.bundle_id = b.id) from app.subject_access_bundles as b where b.id = %s",
                             [bundle]).fetchone()


def test_one_is_made_and_given_out(few):
    """Whole, with its hash; each step of it is in the audit log, and so is who took it out. The one before goes when the next is there."""
    world, request = few
    first = asked(world, request)
    with jobs(world) as service:
        assert make_bundles(service, threading.Event()) == {"made": 1} and make_bundles(service, threading.Event()) == {}
    with world.acting("harbour_admin") as connection:
        [size, digest] = connection.execute("select size_bytes, sha256 from app.subject_access_bundles where id = %s", [first]).fetchone()
        content = connection.execute("select app.bundle_chunk(%s, 1)", [first]).fetchone()[0]
        connection.execute("select app.record_export('subject_access_bundle', null, %s)", [first])
        told = connection.execute("select action, after ->> 'state', row_kind, actor_hat, row_name from app.audit_trail where table_name = 'subject_access_bundles' and row_id = %s order by id", [first]).fetchall()
    assert len(content) == size and hashlib.sha256(content).digest() == digest
    assert told == [("insert", "waiting", None, "org_admin", "Fay Tenant"), ("update", "making", None, "job", "Fay Tenant"), ("update", "ready", None, "job", "Fay Tenant"),
                    ("export", None, "subject_access_bundle", "org_admin", "Fay Tenant")]
    second = asked(world, request)
    assert state_of(world, first)[0] == "ready"
    with jobs(world) as service:
        make_bundles(service, threading.Event())
    assert (state_of(world, first), state_of(world, second)) == (("erased", 1, None, 0), ("ready", 1, None, 1))
    seal(world)
    with psycopg.connect(world.conninfo) as connection:
        assert faults(connection) == []


def test_of_two_at_once_one_makes_it(few):
    """Threat 33: the other finds nothing to do; two requests at once are made by both."""
    world, request = few
    bundle = asked(world, request)
    with jobs(world) as one, jobs(world) as other:
        assert one.execute(CLAIM).fetchone() == (bundle, 1)
        assert other.execute(CLAIM).fetchone() is None
        second = asked(world, about_fay(world))
        assert other.execute(CLAIM).fetchone() == (second, 1)
    counts: list = []
    start = threading.Barrier(3)

    def service():
        with jobs(world) as connection:
            start.wait(30)
            counts.append(make_bundles(connection, threading.Event()))

    threads = [threading.Thread(target=service) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert sum(each.get("made", 0) for each in counts) == 2 and not any("not_made" in each for each in counts)
    assert [state_of(world, each)[:2] for each in (bundle, second)] == [("ready", 2), ("ready", 2)]


def test_one_that_was_killed_is_made_again(few, tmp_path):
    """Threat 58: `kill -9` in the middle of it, a piece of it kept already; the next service begins anew at once, and nothing of the first attempt is in it."""
    world, request = few
    bundle = asked(world, request)
    script = ("import sys, threading, psycopg\nfrom jobs import bundles, bundle_files\n"
              "def stop(*_):\n    print('reached', flush=True)\n    threading.Event().wait()\n"
              "bundle_files.PIECE = 100\nbundle_files._json = lambda contents: iter([b'x' * 5000, *iter(stop, None)])\n"
              "with psycopg.connect(sys.argv[1], autocommit=True, prepare_threshold=None) as connection:\n    bundles.make_bundles(connection, threading.Event())\n")
    process = subprocess.Popen([sys.executable, "-c", script, world.jobs_conninfo], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"reached\n"
    state, attempts, _, pieces = state_of(world, bundle)
    assert (state, attempts) == ("making", 1) and pieces > 3
    with world.as_("harbour_admin") as connection:
        # Nobody gets half of one.
        assert connection.execute("select app.bundle_chunk(%s, 1)", [bundle]).fetchone() == (None,)
        assert connection.execute("select state from app.subject_access_list where id = %s", [request]).fetchone() == ("being_made",)
    with jobs(world) as service:
        assert make_bundles(service, threading.Event()) == {}
        process.kill()
        process.wait(30)
        made, until = {}, time.monotonic() + 60
        while not made and time.monotonic() < until:
            # Until the server has seen that its connection is gone.
            made = make_bundles(service, threading.Event())
    assert made == {"made": 1} and state_of(world, bundle)[:2] == ("ready", 2)
    with world.as_("harbour_admin") as connection:
        content = connection.execute("select string_agg(bytes, '' order by number) from app.subject_access_chunks where bundle_id = %s", [bundle]).fetchone()[0]
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_an_attempt_that_was_overtaken_writes_nothing(few):
    """Each of its calls is refused: whatever a stopped service still sends (threat 36), the bundle is that of the attempt that is at it."""
    world, request = few
    bundle = asked(world, request)
    with jobs(world) as late:
        late.execute(CLAIM)
    with jobs(world) as service:
        assert service.execute(CLAIM).fetchone() == (bundle, 2)
        service.execute("select app.keep_chunk(%s, 2, 1, 'new')", [bundle])
        for call in ("bundle_items(%s, 1)", "bundle_redactions(%s, 1)", "bundle_file(%s, 1, 'support_upload_files', gen_random_uuid())", "bundle_progress(%s, 1, 'packing', 1, 1)",
                     "keep_chunk(%s, 1, 2, 'old')", "bundle_is_made(%s, 1, 3, sha256('new'))"):
            with jobs(world) as late, pytest.raises(psycopg.Error) as refused:
                late.execute(f"select * from app.{call}", [bundle])
            assert refused.value.sqlstate == "KW490", call
        with jobs(world) as late:
            late.execute("select app.bundle_was_not_made(%s, 1, 'late')", [bundle])
        assert state_of(world, bundle) == ("making", 2, None, 1)
        # Nor is one whole of which a piece is missing.
        for size in (2, 4):
            with pytest.raises(psycopg.Error) as refused:
                service.execute("select app.bundle_is_made(%s, 2, %s, sha256('new'))", [bundle, size])
            assert refused.value.sqlstate == "KW490"
        service.execute("select app.bundle_is_made(%s, 2, 3, sha256('new'))", [bundle])
    assert state_of(world, bundle) == ("ready", 2, None, 1)


def test_one_that_cannot_be_made_keeps_no_other_from_being_made(few, monkeypatch):
    """It is tried again after a while, five times; what went wrong is a code, and the others are made meanwhile."""
    world, request = few
    bundle = asked(world, request)
    with world.owner() as owner:
        owner.execute("update app.subject_access_bundles set created_at = created_at - interval '1 hour' where id = %s", [bundle])
    other = asked(world, about_fay(world))
    write = bundles.write_bundle

    def fails_for_fay(contents, **calls):
        if contents.about.reference == str(request)[:8]:
            raise ValueError("quotes what is held")
        return write(contents, **calls)

    monkeypatch.setattr(bundles, "write_bundle", fails_for_fay)
    with jobs(world) as service:
        assert make_bundles(service, threading.Event()) == {"made": 1, "not_made": 1}
        assert state_of(world, bundle) == ("waiting", 1, "ValueError", 0) and state_of(world, other)[0] == "ready"
        for attempt in range(2, 6):
            with world.owner() as owner:
                owner.execute("update app.subject_access_bundles set next_attempt_at = now() where id = %s", [bundle])
            assert make_bundles(service, threading.Event()) == {"not_made": 1}
            assert state_of(world, bundle)[1] == attempt
        assert state_of(world, bundle) == ("failed", 5, "ValueError", 0)
        assert make_bundles(service, threading.Event()) == {}
    # It may be asked for anew.
    assert asked(world, request) != bundle


def test_what_is_hidden_stays_while_files_are_made(few):
    """From the moment they are asked for until they are ready (KW488), for whoever comes at the same moment too; another set of files is not asked for."""
    world, request = few
    hide = "insert into app.subject_access_redactions (request_id, passage, because) values (%s, 'words', 'crime') returning id"
    with world.acting("harbour_admin") as connection:
        kept = connection.execute(hide, [request]).fetchone()[0]
    asked(world, request)
    for statement, value, code in ((hide, request, "KW488"), ("delete from app.subject_access_redactions where id = %s", kept, "KW488"), (ASK, request, "23505"),
                                   ("update app.subject_access_requests set outcome = 'withdrawn', outcome_on = current_date where id = %s", request, "KW488")):
        with world.as_("harbour_admin") as connection, pytest.raises(psycopg.Error) as refused:
            connection.execute(statement, [value])
        assert refused.value.sqlstate == code
    with jobs(world) as service:
        make_bundles(service, threading.Event())
    with world.connect() as asking:
        from_now_on = world.identity("harbour_admin")
        asking.execute("select set_config('app.token', %s, true), set_config('role', %s, true)", [from_now_on.token, from_now_on.role])
        asking.execute(ASK, [request])
        # Waits for who asks, and is refused when they have.
        answers: list = []

        def hides():
            try:
                with world.acting("harbour_admin") as connection:
                    connection.execute(hide, [request])
                answers.append("hidden")
            except psycopg.Error as error:
                answers.append(error.sqlstate)

        thread = threading.Thread(target=hides)
        thread.start()
        with psycopg.connect(world.conninfo, autocommit=True) as watching:
            until = time.monotonic() + 30
            while time.monotonic() < until and not watching.execute("select count(*) from pg_stat_activity where datname = %s and wait_event_type = 'Lock'", [world.database]).fetchone()[0]:
                time.sleep(0.02)
        asking.commit()
        thread.join(30)
    assert answers == ["KW488"]


def test_progress_is_not_on_the_record(few):
    """How far a bundle is changes all the time: the log tells of its states alone."""
    world, request = few
    bundle = asked(world, request)
    with jobs(world) as service:
        service.execute(CLAIM)
        for done in range(5):
            service.execute("select app.bundle_progress(%s, 1, 'printing', %s, 5)", [bundle, done])
    with world.owner() as owner:
        assert owner.execute("select count(*) from app.audit_log where row_id = %s", [bundle]).fetchone() == (2,)
    with world.as_("harbour_admin") as connection:
        assert connection.execute("select step, done, total from app.subject_access_bundles where id = %s", [bundle]).fetchone() == ("printing", 4, 5)


def test_what_is_made_twice_is_the_same(few):
    """But for the moment: the same files in the same order."""
    world, request = few
    names = []
    for _ in range(2):
        bundle = asked(world, request)
        with jobs(world) as service:
            make_bundles(service, threading.Event())
        with world.as_("harbour_admin") as connection:
            archive = zipfile.ZipFile(io.BytesIO(connection.execute("select app.bundle_chunk(%s, 1)", [bundle]).fetchone()[0]))
        names.append([*archive.namelist(), [each["id"] for each in json.loads(archive.read("data.json"))["items"] if each["part"] == "tenant"]])
    assert names[0] == names[1] and len(names[0]) > 5
