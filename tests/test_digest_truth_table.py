"""Who is told what in a digest, as a table: what stands differently, what comes of it, and the answer to "why did they not get it?" (spec 6)."""

import itertools
from dataclasses import dataclass

import psycopg
import pytest

from tests import digests
from tests.digests import ITEMS, MONTH, NAMES

EVERYTHING = "goal; mine held planned; own shared"
NO_NOTES = "goal; mine held planned; "
HERS = "goal; mine; own shared"
HERS_NO_NOTES = "goal; mine; "
HIS = "his; ; "


@dataclass(frozen=True)
class Cell:
    """`changes` of tests/digests.py; the recorded reason of the digest and of Tess's part, and what that tells; what an org-admin is
    answered about Olive, and about Tess's case, which its property manager is told as well.
    """

    changes: tuple[str, ...]
    digest: str | None = None
    part: str | None = None
    said: str | None = None
    answer: str = "waiting"
    of_case: str = "waiting"


def told(said: str, *changes: str) -> Cell:
    """It goes out, and says so."""
    return Cell(changes, said=said)


def not_told(reason: str, *changes: str) -> Cell:
    """None goes out, for the same reason whoever asks."""
    return Cell(changes, reason, reason, None, reason, reason)


def left_out(reason: str, *changes: str) -> Cell:
    """It goes out about Tom alone."""
    return Cell(changes, None, reason, None, "waiting", reason)


#: No digest is recorded at all.
NONE = "no digest"

CELLS = {
    "as it should be": told(EVERYTHING),
    # ---- the organisation's setting x the tenant's own, full and in context
    "firm shows, inherit": told(EVERYTHING, "firm shows", "inherit"),
    "firm shows, visible": told(EVERYTHING, "firm shows", "visible"),
    "firm shows, hidden": not_told("tenant_hidden", "firm shows", "hidden"),
    "firm does not, inherit": told(NO_NOTES, "firm does not", "inherit"),
    "firm does not, visible": told(EVERYTHING, "firm does not", "visible"),
    "firm does not, hidden": not_told("tenant_hidden", "firm does not", "hidden"),
    "in context, firm shows, inherit": told(HERS, "in context", "firm shows", "inherit"),
    "in context, firm shows, visible": told(HERS, "in context", "firm shows", "visible"),
    "in context, firm shows, hidden": not_told("tenant_hidden", "in context", "firm shows", "hidden"),
    "in context, firm does not, inherit": told(HERS_NO_NOTES, "in context", "firm does not", "inherit"),
    "in context, firm does not, visible": told(HERS, "in context", "firm does not", "visible"),
    "in context, firm does not, hidden": not_told("tenant_hidden", "in context", "firm does not", "hidden"),
    # ---- her part
    "a card with her address": Cell(("as a card",), NONE, answer="KW404", of_case="KW404"),
    "a support worker": Cell(("as a worker",), NONE, answer="KW404", of_case="KW404"),
    "never on the team": Cell(("never",), NONE, answer="KW404", of_case="KW404"),
    "on Tom's team alone": Cell(("never", "with Tom"), answer="waiting", of_case="KW404"),
    "ended before the month": Cell(("ended long ago",), NONE, answer="not_on_team", of_case="not_on_team"),
    "ended before the month, on Tom's team": Cell(("ended long ago", "with Tom"), answer="waiting", of_case="not_on_team"),
    "ended at its first moment": not_told("assignment_ended", "ended at its start"),
    "ended in the month": not_told("assignment_ended", "ended"),
    "ended after it": not_told("assignment_ended", "ended after"),
    "ended, on Tom's team": left_out("assignment_ended", "ended", "with Tom"),
    "both ended": not_told("assignment_ended", "ended", "with Tom", "Tom leaves"),
    "ended and begun again": told(EVERYTHING, "ended", "again"),
    "ended long ago and begun again": told(EVERYTHING, "ended long ago", "again"),
    "ended and begun again in context": told(HERS, "ended", "again in context"),
    "in context, ended, begun again in full": told(EVERYTHING, "in context", "ended", "again"),
    # ---- the address
    "listed in capitals and twice": told(EVERYTHING, "in capitals"),
    "not listed": not_told("address_not_listed", "unlisted"),
    "listed by another firm": not_told("address_not_listed", "unlisted", "listed elsewhere"),
    "another address": not_told("address_not_listed", "another address"),
    "another address, listed in capitals": told(EVERYTHING, "another address", "another listed address"),
    "suppressed": not_told("suppressed", "suppressed"),
    "suppressed, listed in capitals": not_told("suppressed", "in capitals", "suppressed"),
    "suppressed and cleared": told(EVERYTHING, "suppressed", "cleared"),
    "suppressed by another firm": told(EVERYTHING, "suppressed elsewhere"),
    "another address than the suppressed one": told(EVERYTHING, "suppressed", "another address", "another listed address"),
    # ---- the account, the plan: once it is in the plan again, whoever asks hears why
    "account disabled": not_told("account_disabled", "disabled"),
    "plan": Cell(("plan",), "plan", "plan", None, "KW404", "KW404"),
    # ---- the month and the case
    "hidden, on Tom's team": left_out("tenant_hidden", "hidden", "with Tom"),
    "empty": not_told("nothing_to_report", "empty"),
    "empty, on Tom's team": left_out("nothing_to_report", "empty", "with Tom"),
    "hidden, and Tom has nothing": Cell(("hidden", "with Tom", "Tom has nothing"), "nothing_to_report", "tenant_hidden", None, "nothing_to_report", "tenant_hidden"),
    "ended, and Tom has nothing": Cell(("ended", "with Tom", "Tom has nothing"), "nothing_to_report", "assignment_ended", None, "nothing_to_report", "assignment_ended"),
    "a goal alone": told("goal; ; ", "no session", "no note"),
    "a session alone": told("; mine held planned; ", "no goal", "no note"),
    "notes alone": told("; ; own shared", "no goal", "no session"),
    "notes alone, not shown": not_told("nothing_to_report", "no goal", "no session", "firm does not"),
    "others' sessions alone, in context": told("; mine; ", "in context", "no goal", "no note"),
    "closed before the month": not_told("nothing_to_report", "closed long ago"),
    "closed before the month, on Tom's team": left_out("nothing_to_report", "closed long ago", "with Tom"),
    "closed at its first moment": told(EVERYTHING, "closed at its start"),
    "closed in the month": told(EVERYTHING, "closed"),
    "closed after it": told(EVERYTHING, "closed after"),
    "closed before the month and reopened": told(EVERYTHING, "closed long ago", "reopened"),
}


@pytest.fixture(scope="module")
def told_world(each_world):
    """A world with Olive, Tess and Tom."""
    with psycopg.connect(each_world.conninfo) as connection:
        digests.set_up(connection)
    return each_world


@pytest.fixture
def scene(told_world):
    """A transaction of the superuser there, rolled back at the end."""
    with psycopg.connect(told_world.conninfo) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize("name", CELLS)
def test_the_table(told_world, scene, name):
    """What is told, what is recorded, and what each who asks is answered."""
    cell = CELLS[name]
    digests.change(scene, *cell.changes)
    digests.compose(scene)
    came = digests.digest_of_olive(scene)
    others = "with Tom" in cell.changes and "Tom leaves" not in cell.changes
    if cell.digest == NONE:
        assert came is None
    else:
        reason, parts = came
        part = parts.get("case")
        assert (reason, part or (None, None)) == (cell.digest, (cell.part, cell.said))
        if others and "Tom has nothing" not in cell.changes:
            assert parts["other"] == (None, HIS)
    message = digests.message_of_olive(scene)
    assert (message is not None) == (came is not None and cell.digest is None)
    ask = {persona: digests.answer(scene, told_world.identity(persona), NAMES["case"]) for persona in ("harbour_admin", "quay_manager", "idle_manager", "worker", "moor_admin", "heath_manager")}
    assert ask == {"harbour_admin": cell.of_case, "quay_manager": cell.of_case, "idle_manager": "KW404", "worker": "42501", "moor_admin": "KW404", "heath_manager": "KW404"}
    ask = {persona: digests.answer(scene, told_world.identity(persona)) for persona in ("harbour_admin", "quay_manager", "worker", "moor_admin")}
    assert ask == {"harbour_admin": cell.answer, "quay_manager": "KW404", "worker": "42501", "moor_admin": "KW404"}


def test_a_plan_that_is_bought_again_answers_for_the_time_without(told_world, scene):
    """Without support cases nobody asks; afterwards the reason stands there."""
    digests.change(scene, "plan")
    digests.compose(scene)
    scene.execute("update app.organisations set plan_code = 'enterprise' where id = %s", [NAMES["firm"]])
    assert digests.answer(scene, told_world.identity("harbour_admin")) == "plan"
    assert digests.answer(scene, told_world.identity("quay_manager"), NAMES["case"]) == "plan"


#: What may stand in the way, the first of them is recorded.
PRECEDENCE = {"plan": "plan", "disabled": "account_disabled", "ended": "assignment_ended", "unlisted": "address_not_listed", "suppressed": "suppressed",
              "hidden": "tenant_hidden", "empty": "nothing_to_report"}


def test_of_several_reasons_the_first_is_recorded(scene):
    """All 128 of what stands in the way together."""
    came = {}
    for wanted in itertools.product((False, True), repeat=len(PRECEDENCE)):
        names = tuple(itertools.compress(PRECEDENCE, wanted))
        with scene.transaction(force_rollback=True):
            digests.change(scene, *names)
            digests.compose(scene)
            came[names] = digests.digest_of_olive(scene)[0]
    assert came == {names: next((PRECEDENCE[name] for name in names), None) for names in came} and len(came) == 128


# ---- the edges of the month ------------------------------------------------------------------------------------------

#: month: its first moment, the last of it, in UTC; June lies in summer time, in March and October the clocks change.
EDGES = {
    "2024-06-01": ("2024-05-31 23:00:00", "2024-06-30 22:59:59.999999"), "2024-03-01": ("2024-03-01 00:00:00", "2024-03-31 22:59:59.999999"),
    "2024-10-01": ("2024-09-30 23:00:00", "2024-10-31 23:59:59.999999"), "2024-12-01": ("2024-12-01 00:00:00", "2024-12-31 23:59:59.999999"),
    "2024-02-01": ("2024-02-01 00:00:00", "2024-02-29 23:59:59.999999"),
}
#: Past the edge by a microsecond.
OUTSIDE = {
    "2024-06-01": ("2024-05-31 22:59:59.999999", "2024-06-30 23:00:00"), "2024-03-01": ("2024-02-29 23:59:59.999999", "2024-03-31 23:00:00"),
    "2024-10-01": ("2024-09-30 22:59:59.999999", "2024-11-01 00:00:00"), "2024-12-01": ("2024-11-30 23:59:59.999999", "2025-01-01 00:00:00"),
    "2024-02-01": ("2024-01-31 23:59:59.999999", "2024-03-01 00:00:00"),
}


@pytest.mark.parametrize("month", EDGES)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_the_edges_of_the_month(scene, month, zone):
    """Notes and sessions of its first and of its last microsecond by London's clock, none just outside, whatever the connection's clock."""
    scene.execute("select set_config('timezone', %s, true)", [zone])
    for edges, said in ((EDGES, "goal; held planned; own shared"), (OUTSIDE, "goal; ; ")):
        with scene.transaction(force_rollback=True):
            digests.change(scene, "no session", "no note")
            for item, note, at in (("held", "own", edges[month][0]), ("planned", "shared", edges[month][1])):
                scene.execute("insert into app.support_sessions (id, case_id, scheduled_at, type, author_id, author_name) values (%s, %s, %s, 'appointment', %s, 'Worker')",
                              [ITEMS[item], NAMES["case"], digests.moment(at), NAMES["worker"]])
                scene.execute("insert into app.support_notes (id, case_id, stream, body, author_id, author_name, created_at) values (%s, %s, 'shared', 'At the edge', %s, 'Worker', %s)",
                              [ITEMS[note], NAMES["case"], NAMES["worker"], digests.moment(at)])
            digests.compose(scene, month)
            assert digests.digest_of_olive(scene, month) == (None, {"case": (None, said)})


@pytest.mark.parametrize("month", EDGES)
def test_the_edges_for_whoever_left_and_what_was_closed(scene, month):
    """An assignment that ended, a case that closed, at its first moment is of the month; a microsecond before it is not."""
    for at, left, closed in ((EDGES[month][0], ("assignment_ended", {"case": ("assignment_ended", None)}), None), (OUTSIDE[month][0], None, "nothing_to_report")):
        with scene.transaction(force_rollback=True):
            scene.execute("update app.support_collaborators set ended_at = %s where id = %s", [digests.moment(at), NAMES["on_tess"]])
            digests.compose(scene, month)
            assert digests.digest_of_olive(scene, month) == left
        with scene.transaction(force_rollback=True):
            scene.execute("update app.support_cases set closed_at = %s, closing_reason = 'died' where id = %s", [digests.moment(at), NAMES["case"]])
            digests.compose(scene, month)
            assert digests.digest_of_olive(scene, month)[0] == closed


# ---- what it says, whole ---------------------------------------------------------------------------------------------


def test_what_a_part_says(scene):
    """To the letter: the latest progress though it is of a later month, nothing of outcomes and attendees, items by time."""
    digests.compose(scene)
    [(content,)] = scene.execute("select content from app.digest_entries where case_id = %s and digest_id in (select id from app.digests where period = %s)",
                                 [NAMES["case"], MONTH]).fetchall()
    item = {name: str(row_id) for name, row_id in ITEMS.items()}
    assert content == {
        "tenant": "Tess Tenant", "closed_at": None, "notes_are_shown": True, "all_sessions_are_shown": True,
        "goals": [{"id": item["goal"], "title": "Rent paid", "target_date": "2024-09-01",
                   "progress": {"body": "Latest step", "author": "Olive", "at": "2024-07-02T00:00:00+00:00"}}],
        "sessions": [{"id": item["mine"], "at": "2024-06-05T09:00:00+00:00", "minutes": 30, "type": "phone_call", "status": "delivered"},
                     {"id": item["held"], "at": "2024-06-10T09:00:00+00:00", "minutes": 45, "type": "home_visit", "status": "delivered"},
                     {"id": item["planned"], "at": "2024-06-20T09:00:00+00:00", "minutes": 60, "type": "appointment", "status": "scheduled"}],
        "notes": [{"id": item["own"], "body": "A note of hers", "author": "Olive", "at": "2024-06-14T11:00:00+00:00"},
                  {"id": item["shared"], "body": "A shared note", "author": "Worker", "at": "2024-06-15T11:00:00+00:00"}]}
    message = digests.message_of_olive(scene)
    assert (message.to_name, message.to_address, message.state) == ("Olive Officer", "olive@example.org", "waiting")
    assert message.dedup_key == f"digest/{NAMES['firm']}/{NAMES['olive']}/2024-06"


def test_before_it_is_composed(told_world, scene):
    """Not due yet, from before Keywork sent any, or left undone by the jobs; and nobody hears of an officer who is none of theirs."""
    admin, months = told_world.identity("harbour_admin"), ("2024-06-01", "2023-11-01", "2090-01-01")
    assert [digests.answer(scene, admin, month=month) for month in months] == ["not_composed", "before_digests", "not_due"]
    assert [digests.answer(scene, told_world.identity("moor_admin"), month=month) for month in months] == ["KW404"] * 3
    scene.execute("insert into app.job_runs (job, period, status, finished_at) values ('compose_digests', %s, 'done', now())", [MONTH])
    assert digests.answer(scene, admin) == "not_on_team"


def test_composing_again_changes_nothing(scene):
    """Whatever has changed since: one digest for each officer, organisation and month, whatever runs twice."""
    assert digests.compose(scene) > 0
    digests.change(scene, "hidden")
    scene.execute("delete from app.job_runs where period = %s", [MONTH])
    assert digests.compose(scene) == 0
    assert digests.digest_of_olive(scene) == (None, {"case": (None, EVERYTHING)})
