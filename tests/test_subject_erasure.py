"""How subject access bundles and what was to be hidden in them go, and who gets them: nobody else, and nobody any more once a record in them is destroyed.

Threats 6, 30.
"""

import threading

import psycopg
import pytest

from jobs.bundles import make_bundles
from tests.retention import faults, seal, sweep
from tests.test_subject_bundles import asked, few, jobs, state_of  # noqa: F401  (few is a fixture)

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
