"""The sweep when something is in its way: a case that cannot be destroyed, and windows that change under a run."""

import psycopg
import pytest

from tests.test_case_rules import one

#: What a table of somebody else's, hung onto ours by hand, may do.
STUBBORN = """
create function public.stubborn() returns trigger language plpgsql as
    $$ begin if old.case_id = '{case}' then raise exception 'not this one'; end if; return old; end $$;
create trigger stubborn before delete on app.support_notes for each row execute function public.stubborn();
"""


def close_long_ago(world, *cases: str) -> None:
    """Cases that are due under every window but the longest, without a flagged note or a hold."""
    ids = [world.case[case] for case in cases]
    with world.owner() as owner:
        owner.execute("update app.support_notes set safeguarding = false, safeguarding_flagged_at = null where case_id = any (%s)", [ids])
        owner.execute("update app.legal_holds set lifted_at = now(), lifted_by_name = 'Somebody', lift_reason = 'Over' where lifted_at is null and case_id = any (%s)", [ids])
        owner.execute("update app.support_cases set opened_at = '2009-01-01', closed_at = '2010-01-01', closing_reason = 'moved_on' where id = any (%s)", [ids])


def sweep(world) -> None:
    """A run of the sweep as the jobs service makes it."""
    with psycopg.connect(world.conninfo, autocommit=True) as connection:
        connection.execute("set session authorization keywork_jobs")
        connection.execute("call app.sweep_retention(0)")


def left(world, *cases: str) -> set[str]:
    """Which of these cases are there."""
    there = {row["id"] for row in world.rows("support_cases")}
    return {case for case in cases if world.case[case] in there}


def test_a_case_that_cannot_be_destroyed_keeps_no_other(world):
    """The others of its organisation go, its own records stay whole, the caller hears of it, and the next sweep takes it once it can."""
    due = ("ann_before", "cora", "dan", "gus")
    close_long_ago(world, *due)
    with psycopg.connect(world.conninfo, autocommit=True) as superuser:
        superuser.execute(STUBBORN.format(case=world.case["cora"]))
    before = [row["id"] for row in world.rows("support_notes") if row["case_id"] == world.case["cora"]]
    with pytest.raises(psycopg.Error) as refused:
        sweep(world)
    assert refused.value.sqlstate == "KW442"
    assert left(world, *due) == {"cora"}
    assert before and [row["id"] for row in world.rows("support_notes") if row["case_id"] == world.case["cora"]] == before
    assert f"could not destroy case {world.case['cora']}" in world.server.log.read_text()
    with world.owner() as owner:
        assert one(owner, "select count(*) from app.retention_ledger where case_id = %s", world.case["cora"]) == 0
        assert one(owner, "select count(*) from app.retention_runs where finished_at is null") == 0
    with psycopg.connect(world.conninfo, autocommit=True) as superuser:
        superuser.execute("drop trigger stubborn on app.support_notes")
    sweep(world)
    assert left(world, *due) == set()


def test_a_run_destroys_under_the_windows_that_it_states(world):
    """Asked for under one setting and made under another, it states the other; begun under one and gone on with under another, it is two."""
    close_long_ago(world, "ann_before", "cora")
    harbour = world.organisation["harbour"]

    def keep(case: int, safeguarding: int) -> None:
        with world.owner() as owner:
            owner.execute("update app.organisations set support_retention_years = jsonb_build_object('case', %s::int, 'safeguarding', %s::int) where id = %s",
                          [case, safeguarding, harbour])

    with world.acting("harbour_admin") as connection:
        connection.execute("select app.ask_for_run()")
    keep(9, 30)
    with psycopg.connect(world.conninfo, autocommit=True) as connection:
        connection.execute("set session authorization keywork_jobs")
        # One case of the two, as if it were killed then.
        assert one(connection, "select taken from app.purge_batch(%s, 1)", harbour) == 1
    keep(8, 20)
    sweep(world)
    assert left(world, "ann_before", "cora") == set()
    runs = {row["id"]: row for row in world.rows("retention_runs") if row["organisation_id"] == harbour}
    with world.owner() as owner:
        swept = owner.execute("select run_id, array_agg(distinct case_id) from app.retention_ledger where organisation_id = %s group by run_id", [harbour]).fetchall()
    assert sorted((runs[run]["windows"]["case"], len(cases), runs[run]["asked_by_name"]) for run, cases in swept) == [
        (8, 1, None), (9, 1, "Harbour Admin")]
    assert all(row["finished_at"] for row in runs.values())
