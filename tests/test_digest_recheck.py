"""Rights are checked when a digest is composed and again when it is handed over (spec 6): whatever changed between, what was composed
and may still be said goes out, in today's words, and nothing is added.
"""

from dataclasses import dataclass

import psycopg
import pytest

from tests import digests
from tests.digests import NAMES

EVERYTHING = "goal; mine held planned; own shared"

#: Changes that only these tests make.
FURTHER = {
    "note deleted": "delete from app.support_notes where id = {shared}", "note edited": "update app.support_notes set body = 'Put right' where id = {shared}",
    "note added": "insert into app.support_notes (case_id, stream, body, author_id, author_name, created_at) values (%(case)s, 'shared', 'New', %(worker)s, 'Worker', '2024-06-16')",
    "goal achieved": "update app.support_goals set status = 'achieved' where id = {goal}",
    "goal added": "insert into app.support_goals (case_id, title, author_id, author_name) values (%(case)s, 'New', %(worker)s, 'Worker')",
    "progress added": "insert into app.support_goal_progress (case_id, goal_id, body, author_id, author_name) values (%(case)s, {goal}, 'Newest step', %(worker)s, 'Worker')",
    "session missed": "update app.support_sessions set status = 'missed', outcome_note = null where id = {held}",
    "session put off": "update app.support_sessions set scheduled_at = '2024-07-01 10:00+01' where id = {planned}",
    "session added": "insert into app.support_sessions (case_id, scheduled_at, type, author_id, author_name) values (%(case)s, '2024-06-16', 'appointment', %(worker)s, 'Worker')",
    "tenant renamed": "update app.tenants set full_name = 'Tess Taylor' where id = %(tess)s",
    "officer renamed": "update app.users set full_name = 'Olive Oakes' where id = %(olive)s",
    "moved home": "update app.tenants set property_id = (select id from app.properties where landlord_id = (select landlord_id from app.tenants where id = %(tom)s) limit 1) where id = %(tess)s",
    "purged": "update app.support_cases set opened_at = '2001-01-01', closed_at = '2002-01-01', closing_reason = 'died' where id = %(case)s;"
              " update app.support_notes set safeguarding = false, safeguarding_flagged_at = null where case_id = %(case)s; select * from app.purge_batch(%(firm)s)",
}
digests.CHANGES.update(FURTHER)


@dataclass(frozen=True)
class Recheck:
    """What stood when it was composed (`first`) and what changed then; what goes out of Tess's part, and the reasons that stand there
    afterwards for the digest and for the part. `other`: what goes out of Tom's.
    """

    change: tuple[str, ...]
    said: str | None = EVERYTHING
    part: str | None = None
    digest: str | None = None
    first: tuple[str, ...] = ()
    other: str | None = None


def nothing_goes(reason: str, *change: str, first: tuple[str, ...] = ()) -> Recheck:
    """It is withdrawn, and says why."""
    return Recheck(change, None, reason, reason, first)


TOM = ("with Tom",)
RECHECKS = {
    "nothing changed": Recheck(()),
    # ---- her part
    "assignment ended": nothing_goes("assignment_ended", "ended after"),
    "assignment deleted": nothing_goes("assignment_ended", "never"),
    "ended and begun again": Recheck(("ended", "again")),
    "ended and begun again in context": Recheck(("ended", "again in context"), "goal; mine; own shared"),
    "in context by now": Recheck(("in context",), "goal; mine; own shared"),
    "in full by now: nothing is added": Recheck(("in full",), "goal; mine; own shared", first=("in context",)),
    "ended, on Tom's team": Recheck(("ended after",), None, "assignment_ended", first=TOM, other="his; ; "),
    # ---- visibility
    "tenant hidden": nothing_goes("tenant_hidden", "hidden"),
    "tenant hidden, on Tom's team": Recheck(("hidden",), None, "tenant_hidden", first=TOM, other="his; ; "),
    "tenant hidden, and Tom's goal achieved": Recheck(("hidden", "Tom has nothing"), None, "tenant_hidden", "nothing_to_report", first=TOM),
    "notes withdrawn": Recheck(("firm does not",), "goal; mine held planned; "),
    "notes shown by now: nothing is added": Recheck(("visible",), "goal; mine held planned; ", first=("firm does not",)),
    "notes withdrawn, of notes alone": nothing_goes("nothing_to_report", "firm does not", first=("no goal", "no session")),
    # ---- content
    "note deleted": Recheck(("note deleted",), "goal; mine held planned; own"),
    "note edited": Recheck(("note edited",)),
    "goal achieved": Recheck(("goal achieved",), "; mine held planned; own shared"),
    "session missed": Recheck(("session missed",), "goal; mine planned; own shared"),
    "session put off": Recheck(("session put off",), "goal; mine held; own shared"),
    "everything added": Recheck(("note added", "goal added", "session added", "progress added")),
    "all of it gone": nothing_goes("nothing_to_report", "empty"),
    "all of it gone and other things there": nothing_goes("nothing_to_report", "empty", "note added", "goal added", "session added"),
    "tenant renamed": Recheck(("tenant renamed",)),
    "moved to another landlord": Recheck(("moved home",)),
    "case closed": Recheck(("closed after",)),
    "purged by retention": Recheck(("purged",), None, None, "nothing_to_report"),
    "purged by retention, on Tom's team": Recheck(("purged",), None, first=TOM, other="his; ; "),
    # ---- the firm and the address
    "plan downgraded": nothing_goes("plan", "plan"),
    "account disabled": nothing_goes("account_disabled", "disabled"),
    "taken off the list": nothing_goes("address_not_listed", "unlisted"),
    "spelled in capitals by now": Recheck(("in capitals",)),
    "address changed": nothing_goes("address_not_listed", "another address"),
    "address changed to a listed one": Recheck(("another address", "another listed address")),
    "officer renamed": Recheck(("officer renamed",)),
    "suppressed": nothing_goes("suppressed", "suppressed"),
    "suppressed and cleared": Recheck(("suppressed", "cleared")),
    "suppressed by another firm": Recheck(("suppressed elsewhere",)),
    "disabled, hidden": Recheck(("disabled", "hidden"), None, "tenant_hidden", "account_disabled"),
}

#: What else goes out, in the words of today: the address, the officer's name, and what is under this path of Tess's part.
WORDS = {
    "note edited": "Put right", "everything added": "Newest step", "tenant renamed": "Tess Taylor", "case closed": "2024-07-10",
    "address changed to a listed one": "other@example.org", "officer renamed": "Olive Oakes",
}


@pytest.fixture(scope="module")
def told_world(each_world):
    """A world with Olive, Tess and Tom."""
    with psycopg.connect(each_world.conninfo) as connection:
        digests.set_up(connection)
    return each_world


def handed_over(connection) -> tuple[dict, str] | None:
    """What a courier gets of Olive's digest, by case, and all of its words; None where it gets nothing."""
    message = digests.claim(connection)
    if message is None:
        return None
    with digests.acting(connection, "keywork_jobs"):
        parts = connection.execute("select case_id, content from app.digest_to_send(%s)", [message.digest_id]).fetchall()
    return {"case" if case == NAMES["case"] else "other": digests.said_by(content) for case, content in parts}, f"{message} {parts}"


def holds(connection, name: str) -> None:
    """What goes out and what is recorded is what the table says."""
    wanted = RECHECKS[name]
    parts = {key: said for key, said in (("case", wanted.said), ("other", wanted.other)) if said is not None}
    came = handed_over(connection)
    assert (came and came[0]) == (parts or None)
    assert not parts or WORDS.get(name, "") in came[1]
    message = digests.message_of_olive(connection)
    assert message.state == ("sending" if parts else "withdrawn")
    reason, entries = digests.digest_of_olive(connection)
    assert reason == wanted.digest
    assert entries.get("case") == (None if "purged" in wanted.change else (wanted.part, wanted.said))
    # Where it goes, and to whom, is what the digest's own line says.
    assert connection.execute("select address, officer_name from app.digests where id = %s", [message.digest_id]).fetchone() == (message.to_address, message.to_name)


@pytest.mark.parametrize("name", RECHECKS)
def test_what_changed_before_it_is_handed_over(told_world, name):
    """What goes out, what is recorded, and the answer to whoever asks why they did not get it."""
    wanted = RECHECKS[name]
    with psycopg.connect(told_world.conninfo) as connection:
        digests.change(connection, *wanted.first)
        digests.compose(connection)
        assert digests.message_of_olive(connection).state == "waiting"
        digests.change(connection, *wanted.change)
        holds(connection, name)
        # Nobody asks without support cases, nor about somebody who never was, or is not any more, on any team.
        unasked = {"plan", "never", "purged"} & {*wanted.change} and "with Tom" not in wanted.first
        assert digests.answer(connection, told_world.identity("harbour_admin")) == ("KW404" if unasked else wanted.digest or "sending")
        connection.rollback()


@pytest.mark.parametrize("name, all_sessions", [("nothing changed", True), ("in context by now", False), ("in full by now: nothing is added", False)])
def test_whose_sessions_they_are_is_said_as_it_is(told_world, name, all_sessions):
    """Who takes part in context is told that others' sessions are not shown, and so is who did when it was composed: theirs do not come in."""
    with psycopg.connect(told_world.conninfo) as connection:
        digests.change(connection, *RECHECKS[name].first)
        digests.compose(connection)
        digests.change(connection, *RECHECKS[name].change)
        message = digests.claim(connection)
        with digests.acting(connection, "keywork_jobs"):
            [(content,)] = connection.execute("select content from app.digest_to_send(%s)", [message.digest_id]).fetchall()
        assert content["all_sessions_are_shown"] is all_sessions and ("held" in digests.said_by(content)) is all_sessions
        connection.rollback()


@pytest.mark.parametrize("name", RECHECKS)
def test_in_two_sessions(fresh_world, name):
    """Until the change is committed the old state holds, and from then on the new one. Nobody waits for the other: what a purge has, or somebody
    who moves the case to another landlord, is left for later.
    """
    wanted = RECHECKS[name]
    with psycopg.connect(fresh_world.conninfo) as courier, psycopg.connect(fresh_world.conninfo) as changing:
        digests.set_up(courier)
        digests.change(courier, *wanted.first)
        digests.compose(courier)
        courier.commit()
        before = digests.digest_of_olive(courier)
        courier.execute("set statement_timeout = '10s'")
        digests.change(changing, *wanted.change)
        if {"moved home", "purged"} & {*wanted.change}:
            assert handed_over(courier) is None
            if "moved home" in wanted.change:
                courier.execute("update app.outbox set next_attempt_at = now() where state = 'waiting'")
        else:
            assert handed_over(courier)[0] == {case: said for case, (_, said) in before[1].items()}
            message = digests.message_of_olive(courier)
            with digests.acting(courier, "keywork_jobs"):
                courier.execute("select app.message_was_not_sent(%s, 1, 'not_now', '429')", [message.id])
            courier.execute("update app.outbox set next_attempt_at = now() where id = %s", [message.id])
        assert digests.digest_of_olive(courier) == before
        courier.commit()
        changing.commit()
        holds(courier, name)
