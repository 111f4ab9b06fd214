"""Exports in the database: written down before anything is given, by whom, what and of which days, and nobody's words (spec 7)."""

import psycopg
import pytest

from tests.conftest import take_hat
from tests.rights import Facts, Oracle
from tests.world import PERSONAS, WRONG_HATS

CALL = "select app.record_case_export(%s, %s, %s, %s, %s)"
WHAT, FILE_TYPES = ("notes", "shared_notes", "sessions"), ("csv", "pdf")
EVERYBODY = PERSONAS | WRONG_HATS


@pytest.mark.parametrize("persona", EVERYBODY)
def test_everybody_takes_out_what_they_see_and_nobody_else_does(each_world, persona):
    """Every persona, every case: one line of the log, signed by them, where they see the case; KW404 (or no such door) and no line where not.

    Ended assignments, a plan without support cases and hats that somebody does not hold among them.
    """
    facts = Facts(each_world)
    oracle = Oracle(facts, EVERYBODY[persona])
    sees = 0
    for case in facts["support_cases"]:
        with each_world.as_(persona) as connection:
            try:
                connection.execute(CALL, [case["id"], "notes", "csv", None, None])
                came = True
            except psycopg.Error as error:
                assert error.sqlstate in ("KW404", "42501")
                came = False
            assert came == oracle.reads("support_cases", case)
            if came:
                sees += 1
                connection.execute("reset role")
                take_hat(connection, each_world.identity("moor_admin" if case["organisation_id"] == each_world.organisation["moor"] else "harbour_admin"))
                assert connection.execute("select actor_id, actor_hat, action, organisation_id, case_id, table_name, row_id, row_kind, payload_hash"
                                          " from app.audit_log order by id desc limit 1").fetchone() == (
                    EVERYBODY[persona].user_id, EVERYBODY[persona].hat, "export", case["organisation_id"], case["id"], "support_cases", case["id"], "notes_csv", None)
    assert sees == sum(oracle.reads("support_cases", case) for case in facts["support_cases"])


@pytest.mark.parametrize("file_type", FILE_TYPES)
@pytest.mark.parametrize("what", WHAT)
@pytest.mark.parametrize(("since", "until", "said"), [
    (None, None, None), ("2024-01-10", None, {"since": "2024-01-10"}), (None, "2024-01-10", {"until": "2024-01-10"}),
    ("2024-01-10", "2024-01-10", {"since": "2024-01-10", "until": "2024-01-10"}), ("0001-01-01", "9999-12-31", {"since": "0001-01-01", "until": "9999-12-31"})])
def test_what_and_which_days_are_kept(each_world, what, file_type, since, until, said):
    """As codes and days, in the log that org-admins read."""
    with each_world.as_("harbour_admin") as connection:
        connection.execute(CALL, [each_world.case["ann"], what, file_type, since, until])
        assert connection.execute("select row_kind, after, before, is_erased from app.audit_trail order by id desc limit 1").fetchone() == (
            f"{what}_{file_type}", said, None, False)


@pytest.mark.parametrize(("what", "file_type", "since", "until", "state", "field"), [
    ("notes", "csv", "2024-01-02", "2024-01-01", "KW482", "until"), ("notes", "csv", "9999-12-31", "0001-01-01", "KW482", "until"),
    *[(wrong, "csv", None, None, "KW483", "what") for wrong in ("ann_has_a_criminal_record", "", None, "professional_notes", "document_pdf")],
    *[("notes", wrong, None, None, "KW484", "file_type") for wrong in ("docx", "", None, "pdf; drop table")]])
def test_what_makes_no_sense_is_refused_by_its_field(each_world, what, file_type, since, until, state, field):
    """And nothing is written down: a fact is kept for good, and holds codes alone."""
    with each_world.as_("harbour_admin") as connection:
        before = connection.execute("select count(*) from app.audit_log").fetchone()
        with pytest.raises(psycopg.Error) as refused, connection.transaction():
            connection.execute(CALL, [each_world.case["ann"], what, file_type, since, until])
        assert (refused.value.sqlstate, refused.value.diag.column_name) == (state, field)
        assert connection.execute("select count(*) from app.audit_log").fetchone() == before


def test_the_days_of_an_export_are_sealed_with_it(fresh_world):
    """Threat 29: whoever alters which days were taken out is found, as with any other line."""
    with fresh_world.acting("worker") as worker:
        worker.execute(CALL, [fresh_world.case["ann"], "notes", "csv", "2024-01-01", None])
    with psycopg.connect(fresh_world.conninfo) as connection:
        # The world's own lines have hashes of their own making.
        firm = fresh_world.organisation["harbour"]
        connection.execute("select app.seal_audit_log(100000)")
        number = connection.execute("select max(id) from app.audit_log where action = 'export' and row_kind = 'notes_csv'").fetchone()[0]
        verify = "select audit_id from app.verify_audit_log(%s)"
        assert (number,) not in connection.execute(verify, [firm]).fetchall()
        connection.execute("set local session_replication_role = replica")
        connection.execute("update app.audit_payloads set after = '{\"since\": \"2024-06-01\"}' where audit_id = %s", [number])
        assert (number,) in connection.execute(verify, [firm]).fetchall()
