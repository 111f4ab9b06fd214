"""The sweep meets somebody: who comes first, who waits, and what is left of what either wrote."""

import psycopg
import pytest

from tests.conftest import take_hat
from tests.retention import as_job, sweep
from tests.test_case_races import in_background, waits

#: The locks that one sweeper waits for.
WAITING = "select true from pg_locks as l join pg_stat_activity as a using (pid) where a.usename = 'keywork_jobs' and a.datname = current_database() and not l.granted"


@pytest.fixture
def due_world(fresh_world):
    """Everything closed is due but what is held: in Harbour ann_before; in Moor, without its hold, ida. Ida's team waits for two who are invited."""
    with psycopg.connect(fresh_world.conninfo) as connection:
        connection.execute("update app.organisations set support_retention_years = '{\"case\": 1, \"safeguarding\": 1}'")
        connection.execute("delete from app.legal_holds where case_id = %s", [fresh_world.case["ida"]])
        connection.execute("update app.support_collaborators set ended_at = null, accepted_at = null where case_id in (%s, %s)",
                           [fresh_world.case["ida"], fresh_world.case["ann_before"]])
    return fresh_world


def sweeping(world):
    """A sweep in the background that has come to wait for somebody: its thread, and what it raised."""
    thread, came = in_background(lambda: sweep(world))
    with psycopg.connect(world.conninfo, autocommit=True) as watching:
        while thread.is_alive() and not watching.execute(WAITING).fetchone():
            thread.join(0.01)
    assert thread.is_alive()
    return thread, came


def is_there(world, case: str) -> bool:
    """Whether the case is still there."""
    with world.owner() as owner:
        return owner.execute("select exists (select from app.support_cases where id = %s)", [world.case[case]]).fetchone()[0]


def test_what_is_written_of_a_team_meanwhile_goes_with_it(due_world):
    """Somebody ends an assignment of a case while it is being destroyed: waited for, and no word of it stays in the log."""
    case = due_world.case["ida"]
    with due_world.connect() as person:
        take_hat(person, due_world.identity("moor_admin"))
        assert person.execute("update app.support_collaborators set ended_at = now() where case_id = %s and ended_at is null", [case]).rowcount > 0
        thread, came = sweeping(due_world)
        person.commit()
        thread.join(30)
    assert came == [None]
    with due_world.owner() as owner:
        assert owner.execute("select count(*) from app.audit_log where case_id = %s and action = 'update' and actor_hat = 'org_admin'", [case]).fetchone()[0] > 0
        assert owner.execute("select count(*) from app.audit_payloads where case_id = %s", [case]).fetchone() == (0,)
    assert not is_there(due_world, "ida")


@pytest.mark.parametrize("first", [0, 1])
def test_nobody_meets_a_deadlock_over_assignments(due_world, first):
    """Somebody changes both assignments of a due case one after the other, in the order of their ids, as signing in does: the sweep waits, whichever they have."""
    with due_world.owner() as owner:
        members = [row[0] for row in owner.execute("select id from app.support_collaborators where case_id = %s order by id", [due_world.case["ann_before"]])]
    assert len(members) == 2
    with psycopg.connect(due_world.conninfo) as person:
        take = "update app.support_collaborators set accepted_at = now() where id = %s"
        person.execute(take, [members[first]])
        thread, came = sweeping(due_world)
        for member in members[first + 1:]:
            person.execute(take, [member])
        person.commit()
        thread.join(30)
    assert came == [None]
    assert not is_there(due_world, "ann_before")


def test_a_link_that_is_being_used_is_not_waited_for(due_world):
    """Whoever uses an invitation's link holds it and then takes their assignment; the sweep, which has the assignment, takes no link that somebody holds."""
    member = due_world.collaborator["ida/both_worker"]
    with psycopg.connect(due_world.conninfo) as person:
        person.execute("insert into vault.links (token_hash, purpose, collaborator_id, expires_at) values (sha256('x'), 'invitation', %s, now() + interval '1 day')", [member])
        person.commit()
        person.execute("select from vault.links where collaborator_id = %s for update", [member])
        sweep(due_world)
        person.execute("update app.support_collaborators set accepted_at = now() where id = %s", [member])
        person.commit()
    assert not is_there(due_world, "ida")


@pytest.mark.parametrize("step, refusal", [
    ("insert into app.legal_holds (case_id, reason) values (%(case)s, 'A claim')", "42501"),
    ("select app.reopen_case(%(case)s)", "KW404"),
    ("update app.support_notes set safeguarding = true where case_id = %(case)s and stream = 'professional'", None)],
    ids=["hold", "reopen", "flag"])
def test_whoever_comes_first(due_world, step, refusal):
    """A hold, a reopening or a flag that is there when the sweep comes keeps the case; one that comes during a batch finds it gone."""
    case = due_world.case["ida"]
    with due_world.connect() as person:
        take_hat(person, due_world.identity("moor_admin"))
        person.execute(step, {"case": case})
        thread, came = sweeping(due_world)
        person.commit()
        thread.join(30)
    assert came == [None] and is_there(due_world, "ida")

    with due_world.owner() as owner:
        owner.execute("delete from app.legal_holds where case_id = %s", [case])
        owner.execute("update app.support_cases set closed_at = '2010-01-01', opened_at = '2009-01-01', closing_reason = 'died' where id = %s", [case])
        owner.execute("update app.support_notes set safeguarding = false, safeguarding_flagged_at = null where case_id = %s", [case])
    with psycopg.connect(due_world.jobs_conninfo) as job, due_world.connect() as person:
        assert job.execute("select taken from app.purge_batch(%s)", [due_world.organisation["moor"]]).fetchone() == (1,)
        take_hat(person, due_world.identity("moor_admin"))
        thread, came = in_background(lambda: person.execute(step, {"case": case}).rowcount)
        waited = waits(due_world, person.info.backend_pid)
        job.commit()
        thread.join(30)
        person.rollback()
    # A flag finds no note to wait for where the case had none left.
    assert came == [refusal] if refusal else came == [0]
    assert (waited or not refusal) and not is_there(due_world, "ida")


def test_a_case_that_stays_locked_stops_its_own_organisation_alone(due_world):
    """Somebody's forgotten transaction: the other organisations are swept, the job says that it failed, and the next sweep goes on with the run."""
    with psycopg.connect(due_world.conninfo) as forgotten:
        for case in ("ann_before", "ida"):
            forgotten.execute("select from app.support_cases where id = %s for update", [due_world.case[case]])
        with psycopg.connect(due_world.jobs_conninfo, autocommit=True) as job:
            job.execute("set lock_timeout = '300ms'")
            forgotten.execute("delete from app.legal_holds where case_id = %s", [due_world.case["joe"]])
            forgotten.commit()
            forgotten.execute("select from app.support_cases where id = any (%s) for update", [[due_world.case["ann_before"], due_world.case["ida"]]])
            with pytest.raises(psycopg.errors.LockNotAvailable):
                job.execute("call app.sweep_retention(0)")
        assert not is_there(due_world, "joe")
        assert is_there(due_world, "ida") and is_there(due_world, "ann_before")
    sweep(due_world)
    assert not is_there(due_world, "ida") and not is_there(due_world, "ann_before")


def test_a_run_that_was_asked_for(due_world):
    """Asked for twice it is one run, named after who asked; only that organisation is swept, and the run is finished."""
    runs = []
    for persona in ("moor_admin", "moor_admin", "two_hats_admin"):
        with due_world.acting(persona) as admin:
            runs.append(admin.execute("select app.ask_for_run()").fetchone()[0])
    assert len(set(runs)) == 1
    with due_world.as_("harbour_admin") as admin:
        assert admin.execute("select count(*) from app.retention_runs where id = %s", [runs[0]]).fetchone() == (0,)
    as_job(due_world, "call app.sweep_retention_asked()")
    assert not is_there(due_world, "ida") and is_there(due_world, "ann_before")
    with due_world.as_("moor_admin") as admin:
        assert admin.execute("select asked_by_name, finished_at is not null, windows, case_count from app.retention_run_list where id = %s", [runs[0]]).fetchone() == (
            "Moor Admin", True, {"case": 1, "safeguarding": 1}, 1)
    as_job(due_world, "call app.sweep_retention_asked()")
    assert is_there(due_world, "ann_before")


def test_a_hold_is_lifted_by_whoever_waited(fresh_world):
    """The transaction that lifts it may have begun before it was set."""
    case = fresh_world.case["ann"]
    with fresh_world.acting("harbour_admin") as lifting:
        with fresh_world.acting("harbour_admin") as setting:
            hold = setting.execute("insert into app.legal_holds (case_id, reason) values (%s, 'A claim') returning id", [case]).fetchone()[0]
        lifting.execute("select app.lift_hold(%s, 'Settled')", [hold])
    with fresh_world.owner() as owner:
        assert owner.execute("select lifted_at = created_at from app.legal_holds where id = %s", [hold]).fetchone() == (True,)
