"""Making subject access bundles: broken off at any moment, by two services at once, while records are destroyed; and who gets them for how long.

Threats 20, 30, 33, 36, 58. What a bundle holds is in test_subject_held.py; here it holds what makes one quickly.
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
from tests.retention import faults, seal, sweep
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


# ---- retention -------------------------------------------------------------------------------------------------------

PAST = "update app.support_cases set opened_at = opened_at - interval '40 years', closed_at = closed_at - interval '30 years' where id = %s"
WORDS = "zwitschernder Zaunkoenig"


def about_eve(world):
    """A request about Eve, whose one case is closed and under a hold that is lifted; words of it everywhere that subject access keeps some: the request."""
    with world.acting("harbour_admin") as connection:
        connection.execute("select app.lift_hold(id, 'Over') from app.legal_holds where case_id = %s", [world.case["eve"]])
        request = connection.execute("insert into app.subject_access_requests (tenant_id, received_on, way, asked_by, asked_by_name) values (%s, current_date, 'email', 'representative', %s) returning id",
                                     [world.tenant["eve"], WORDS]).fetchone()[0]
        connection.execute("update app.subject_access_requests set extension_reason = %s where id = %s", [WORDS, request])
        connection.execute("insert into app.subject_access_pauses (request_id, began_on, why, reason) values (%s, current_date, 'identity', %s)", [request, WORDS])
        connection.execute("update app.subject_access_pauses set ended_on = current_date where request_id = %s", [request])
        gone = connection.execute("insert into app.subject_access_redactions (request_id, passage, because, note) values (%s, %s, 'crime', %s) returning id", [request, WORDS, WORDS]).fetchone()[0]
        connection.execute("delete from app.subject_access_redactions where id = %s", [gone])
        connection.execute("insert into app.subject_access_redactions (request_id, passage, because) values (%s, %s, 'crime')", [request, WORDS])
        connection.execute("insert into app.subject_access_redactions (request_id, case_id, item_table, item_id, because) values (%s, %s, 'support_cases', %s, 'crime')",
                           [request, world.case["eve"], str(world.case["eve"])])
    return request


def words_left(world) -> set[str]:
    """Where the words still stand."""
    with world.owner() as owner:
        return {table for table in ("subject_access_requests", "subject_access_pauses", "subject_access_redactions", "subject_access_chunks", "audit_payloads")
                if owner.execute(f"select exists (select from app.{table} as t where t::text like %s)", [f"%{WORDS}%"]).fetchone()[0]}


def test_a_bundle_goes_at_once_with_any_record_in_it(few):
    """Threat 30: what was made, what is being made, what was to be hidden, and what the history says of it; with the last case the names and reasons in the register. The register stays."""
    world, _ = few
    request = about_eve(world)
    bundle = asked(world, request)
    with jobs(world) as service:
        make_bundles(service, threading.Event())
    assert state_of(world, bundle)[0] == "ready" and state_of(world, bundle)[3] == 1
    assert words_left(world) == {"subject_access_requests", "subject_access_pauses", "subject_access_redactions", "audit_payloads"}
    again = asked(world, request)
    others = asked(world, world.request["gus"], "moor_admin")
    with psycopg.connect(world.conninfo) as connection:
        connection.execute(PAST, [world.case["eve"]])
        connection.execute("update app.support_notes set safeguarding_flagged_at = '1990-01-01' where case_id = %s and safeguarding", [world.case["eve"]])
    seal(world)
    with jobs(world) as service:
        assert service.execute("select attempt from app.claim_bundle() where bundle_id = %s", [again]).fetchone() == (1,)
        service.execute("select app.keep_chunk(%s, 1, 1, 'half of it')", [again])
        sweep(world)
        # Whoever was at it is told with the next piece.
        with pytest.raises(psycopg.Error) as refused:
            service.execute("select app.keep_chunk(%s, 1, 2, 'the rest')", [again])
    assert refused.value.sqlstate == "KW490"
    assert [state_of(world, each)[0::3] for each in (bundle, again)] == [("erased", 0), ("erased", 0)] and state_of(world, others)[0] == "waiting"
    assert words_left(world) == set()
    with world.owner() as owner:
        assert owner.execute("select received_on = current_date, extended_on = current_date, asked_by, asked_by_name, extension_reason, unhidden_at is not null, words_erased_at is not null"
                             " from app.subject_access_requests where id = %s", [request]).fetchone() == (True, True, "representative", None, None, True, True)
        assert owner.execute("select count(*), count(reason) from app.subject_access_pauses where request_id = %s", [request]).fetchone() == (1, 0)
        assert owner.execute("select count(*) from app.subject_access_redactions where request_id = %s", [request]).fetchone() == (0,)
        # Nothing of another organisation's.
        assert owner.execute("select count(*), count(r.asked_by_name) from app.subject_access_requests as r join app.subject_access_redactions as x on x.request_id = r.id"
                             " where r.organisation_id <> %s", [world.organisation["harbour"]]).fetchone() == (2, 2)
    seal(world)
    with psycopg.connect(world.conninfo) as connection:
        assert faults(connection) == []


def test_of_a_tenant_with_another_case_the_names_stay(few):
    """Ann's closed case goes, her open one stays: what was hidden everywhere or in the one that went goes, what was hidden in the other stays, and so do names and reasons. The bundle goes."""
    world, _ = few
    request, kept = world.request["ann"], world.redaction["ann"]
    with world.acting("harbour_admin") as connection:
        connection.execute("insert into app.subject_access_redactions (request_id, passage, because) values (%s, 'everywhere', 'crime')", [request])
        connection.execute("insert into app.subject_access_redactions (request_id, case_id, item_table, item_id, because) values (%s, %s, 'support_cases', %s, 'crime')",
                           [request, world.case["ann_before"], str(world.case["ann_before"])])
    with psycopg.connect(world.conninfo) as connection:
        connection.execute(PAST, [world.case["ann_before"]])
        connection.execute("update app.support_notes set safeguarding_flagged_at = '1990-01-01' where case_id = %s and safeguarding", [world.case["ann_before"]])
    sweep(world)
    assert state_of(world, world.bundle["ann"])[0::3] == ("erased", 0)
    with world.owner() as owner:
        assert owner.execute("select count(*) from app.support_cases where tenant_id = %s", [world.tenant["ann"]]).fetchone() == (1,)
        assert owner.execute("select id from app.subject_access_redactions where request_id = %s", [request]).fetchall() == [(kept,)]
        assert owner.execute("select asked_by_name, words_erased_at, unhidden_at is not null from app.subject_access_requests where id = %s", [request]).fetchone() == ("A Solicitor", None, True)


def test_bundles_go_after_30_days_and_when_the_request_is_closed(few):
    """By the daily job: neither a day early nor without the fact that it was made."""
    world, request = few
    with world.owner() as owner:
        owner.execute("update app.subject_access_bundles set made_at = now() - interval '29 days 22 hours' where id = %s", [world.bundle["ann"]])
        owner.execute("update app.subject_access_bundles set made_at = now() - interval '30 days 2 hours' where id = %s", [world.bundle["gus"]])
    with world.acting("small_admin") as connection:
        connection.execute("update app.subject_access_requests set outcome = 'answered', outcome_on = received_on where id = %s", [world.request["jon"]])
    with jobs(world) as service:
        assert service.execute("select bundles from app.erase_old_bundles()").fetchone() == (2,)
        assert service.execute("select bundles from app.erase_old_bundles()").fetchone() == (0,)
    assert [state_of(world, world.bundle[name])[0::3] for name in ("ann", "gus", "jon")] == [("ready", 1), ("erased", 0), ("erased", 0)]


# ---- who -------------------------------------------------------------------------------------------------------------

OF_A_REQUEST = [
    "select * from app.subject_access_items(%s)", "select * from app.subject_access_parts(%s)", "select app.record_subject_access_look(%s)",
    "select * from app.subject_access_list where id = %s", "update app.subject_access_requests set outcome = 'answered', outcome_on = '2020-01-01' where id = %s",
    "insert into app.subject_access_pauses (request_id, began_on, why) values (%s, '2999-01-01', 'identity')", "insert into app.subject_access_bundles (request_id) values (%s)",
    "insert into app.subject_access_redactions (request_id, passage, because) values (%s, 'words', 'crime')",
    "insert into app.subject_access_redactions (request_id, item_table, item_id, because) values (%s, 'x', 'y', 'crime')",
]
OF_A_BUNDLE = ["select app.bundle_chunk(%s, 1)", "select app.record_export('subject_access_bundle', null, %s)", "select * from app.subject_access_chunks where bundle_id = %s"]


@pytest.mark.parametrize("persona", ["harbour_admin", "small_admin", "quay_manager", "worker", "platform", "disabled_admin"])
def test_hidden_requests_answer_as_absent_ones(shared_world, persona):
    """Threat 6: of another organisation, or under any other hat, the same as one that is not there."""
    absent = "00000000-0000-4000-8000-000000000000"

    def said(statement, value):
        with shared_world.as_(persona) as connection:
            try:
                cursor = connection.execute(statement, [value])
                return "00000", cursor.fetchall() if cursor.description else cursor.rowcount
            except psycopg.Error as error:
                return error.sqlstate, error.diag.message_primary

    for statements, kind in ((OF_A_REQUEST, shared_world.request), (OF_A_BUNDLE, shared_world.bundle)):
        for statement in statements:
            hidden = said(statement, kind["gus"])
            assert hidden == said(statement, absent) and hidden[0] in ("00000", "42501", "KW404"), statement
            if hidden[0] == "00000":
                assert hidden[1] in ([], [(None,)], 0)


def test_with_the_plan_or_without(shared_world):
    """The org-admin of an organisation whose plan has no support cases sees no case of it, and all that is held of a tenant who asks."""
    with shared_world.as_("small_admin") as connection:
        assert connection.execute("select count(*) from app.support_notes").fetchone() == (0,)
        parts = dict(connection.execute("select part, items from app.subject_access_parts(%s)", [shared_world.request["jon"]]).fetchall())
        assert parts["notes"] == 4 and parts["documents"] > 2
        [notes] = connection.execute("select count(*) from app.subject_access_items(%s, 'notes') where content ->> 'stream' = 'professional'", [shared_world.request["jon"]]).fetchone()
        assert notes == 2 and connection.execute("select app.bundle_chunk(%s, 1)", [shared_world.bundle["jon"]]).fetchone()[0]


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
