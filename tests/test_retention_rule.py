"""When a record falls due: every corner of the rule as a case with its moments written out, and the rule against a second reckoning."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

LONDON = ZoneInfo("Europe/London")

#: What happens to a case of Harbour with a goal, a session, a document, a file, a Shared note and the Professional notes a and b; then when all that
#: is not flagged falls due, when a flagged note does ("a=..."), and when the case itself goes. Nothing: open. "held": never, as
#: things stand. Windows are 7 and 25 years unless a step changes them. The clocks of London go forward on the last Sunday of
#: March at 1:00 UTC, back on the last of October at 1:00 UTC; all year long they were an hour ahead from 1968 to 1971.
CASES = {
    # open, closed, reopened
    "open": ([], None, None),
    "closed": (["close 2024-01-10T12:00Z"], "2031-01-10T12:00Z", "2031-01-10T12:00Z"),
    "reopened": (["close 2024-01-10T12:00Z", "reopen"], None, None),
    "closed again": (["close 2024-01-10T12:00Z", "reopen", "close 2025-03-01T09:30Z"], "2032-03-01T09:30Z", "2032-03-01T09:30Z"),
    "closed a third time": (["close 2020-01-10T12:00Z", "reopen", "close 2021-01-10T12:00Z", "reopen", "close 2022-12-31T23:59:59Z"],
                            "2029-12-31T23:59:59Z", "2029-12-31T23:59:59Z"),
    "closed again and reopened": (["close 2024-01-10T12:00Z", "reopen", "close 2025-03-01T09:30Z", "reopen"], None, None),
    "closed long ago": (["close 2001-05-05T10:00Z"], "2008-05-05T10:00Z", "2008-05-05T10:00Z"),
    "to the microsecond": (["close 2024-01-10T12:00:00.000001Z"], "2031-01-10T12:00:00.000001Z", "2031-01-10T12:00:00.000001Z"),
    "new year's eve": (["close 2023-12-31T23:59:59.999999Z"], "2030-12-31T23:59:59.999999Z", "2030-12-31T23:59:59.999999Z"),
    # flags
    "flagged before closing": (["flag a 2023-06-01T10:00Z", "close 2024-01-10T12:00Z"], "2031-01-10T12:00Z", "a=2049-01-10T12:00Z"),
    "flagged after closing": (["close 2024-01-10T12:00Z", "flag a 2026-02-03T08:00Z"], "2031-01-10T12:00Z", "a=2051-02-03T08:00Z"),
    "flagged at the moment of closing": (["close 2024-01-10T12:00Z", "flag a 2024-01-10T12:00Z"], "2031-01-10T12:00Z", "a=2049-01-10T12:00Z"),
    "flagged on the last day": (["close 2024-01-10T12:00Z", "flag a 2031-01-10T11:59:59Z"], "2031-01-10T12:00Z", "a=2056-01-10T11:59:59Z"),
    "flagged while open": (["flag a 2023-06-01T10:00Z"], None, None),
    "flag taken back": (["flag a 2023-06-01T10:00Z", "close 2024-01-10T12:00Z", "unflag a"], "2031-01-10T12:00Z", "2031-01-10T12:00Z"),
    "flag taken back and set again": (["close 2024-01-10T12:00Z", "flag a 2024-02-01T10:00Z", "unflag a", "flag a 2027-02-01T10:00Z"],
                                      "2031-01-10T12:00Z", "a=2052-02-01T10:00Z"),
    "two flagged, one before and one after": (["flag a 2023-06-01T10:00Z", "close 2024-01-10T12:00Z", "flag b 2025-01-10T12:00Z"],
                                              "2031-01-10T12:00Z", "a=2049-01-10T12:00Z b=2050-01-10T12:00Z"),
    "two flagged before closing": (["flag a 2020-06-01T10:00Z", "flag b 2023-06-01T10:00Z", "close 2024-01-10T12:00Z"],
                                   "2031-01-10T12:00Z", "a=2049-01-10T12:00Z b=2049-01-10T12:00Z"),
    "two flagged, one taken back": (["close 2024-01-10T12:00Z", "flag a 2024-02-01T10:00Z", "flag b 2025-02-01T10:00Z", "unflag b"],
                                    "2031-01-10T12:00Z", "a=2049-02-01T10:00Z"),
    "flagged, then reopened": (["close 2024-01-10T12:00Z", "flag a 2024-02-01T10:00Z", "reopen"], None, None),
    "flagged between two closings": (["close 2020-01-10T12:00Z", "flag a 2021-02-01T10:00Z", "reopen", "close 2025-03-01T09:30Z"],
                                     "2032-03-01T09:30Z", "a=2050-03-01T09:30Z"),
    # windows
    "windows changed before closing": (["windows 3 10", "flag a 2023-06-01T10:00Z", "close 2024-01-10T12:00Z"], "2027-01-10T12:00Z", "a=2034-01-10T12:00Z"),
    "windows shortened after closing": (["close 2024-01-10T12:00Z", "flag a 2024-02-01T10:00Z", "windows 1 1"], "2025-01-10T12:00Z", "a=2025-02-01T10:00Z"),
    "windows lengthened after closing": (["close 2024-01-10T12:00Z", "flag a 2024-02-01T10:00Z", "windows 10 40"], "2034-01-10T12:00Z", "a=2064-02-01T10:00Z"),
    "windows changed and changed back": (["close 2024-01-10T12:00Z", "windows 1 2", "windows 7 25"], "2031-01-10T12:00Z", "2031-01-10T12:00Z"),
    "windows alike": (["windows 5 5", "flag a 2023-06-01T10:00Z", "close 2024-01-10T12:00Z"], "2029-01-10T12:00Z", "a=2029-01-10T12:00Z"),
    "a hundred years": (["windows 100 100", "close 2024-01-10T12:00Z", "flag a 2025-01-10T12:00Z"], "2124-01-10T12:00Z", "a=2125-01-10T12:00Z"),
    "one year": (["windows 1 100", "close 2024-01-10T12:00Z"], "2025-01-10T12:00Z", "2025-01-10T12:00Z"),
    # 29 February
    "29 February to a common year": (["close 2024-02-29T12:00Z"], "2031-03-01T12:00Z", "2031-03-01T12:00Z"),
    "29 February to a leap year": (["windows 4 8", "close 2024-02-29T12:00Z", "flag a 2024-02-29T18:00Z"], "2028-02-29T12:00Z", "a=2032-02-29T18:00Z"),
    "29 February, a minute before March": (["close 2024-02-29T23:59Z"], "2031-03-01T23:59Z", "2031-03-01T23:59Z"),
    "28 February before a leap year": (["windows 1 2", "close 2023-02-28T12:00Z"], "2024-02-28T12:00Z", "2024-02-28T12:00Z"),
    "29 February to 2100, no leap year": (["windows 76 100", "close 2024-02-29T12:00Z"], "2100-03-01T12:00Z", "2100-03-01T12:00Z"),
    "29 February 2000 to 2100": (["windows 100 100", "close 2000-02-29T12:00Z"], "2100-03-01T12:00Z", "2100-03-01T12:00Z"),
    "1 March after a leap day": (["close 2024-03-01T00:00Z"], "2031-03-01T00:00Z", "2031-03-01T00:00Z"),
    "flagged on 29 February": (["close 2024-01-10T12:00Z", "flag a 2028-02-29T07:00Z"], "2031-01-10T12:00Z", "a=2053-03-01T07:00Z"),
    # British Summer Time: the same time of the day by the clock of London
    "summer": (["close 2024-07-10T11:00Z"], "2031-07-10T11:00Z", "2031-07-10T11:00Z"),
    "29 March: still winter in 2025, summer in 2027": (["windows 2 3", "close 2025-03-29T12:00Z"], "2027-03-29T11:00Z", "2027-03-29T11:00Z"),
    "30 March: summer in 2025, still winter in 2030": (["windows 5 25", "close 2025-03-30T11:00Z"], "2030-03-30T12:00Z", "2030-03-30T12:00Z"),
    "28 October: winter in 2024, still summer in 2027": (["windows 3 25", "close 2024-10-28T12:00Z"], "2027-10-28T11:00Z", "2027-10-28T11:00Z"),
    "26 October: summer in 2024, winter in 2025": (["windows 1 25", "close 2024-10-26T11:00Z"], "2025-10-26T12:00Z", "2025-10-26T12:00Z"),
    "falls into the hour that the clocks skip: an hour later": (["windows 1 25", "close 2024-03-30T01:30Z"], "2025-03-30T01:30Z", "2025-03-30T01:30Z"),
    "falls on the moment when the clocks go forward": (["windows 1 25", "close 2024-03-30T01:00Z"], "2025-03-30T01:00Z", "2025-03-30T01:00Z"),
    "falls into the hour that comes twice: the later one": (["windows 1 25", "close 2024-10-26T00:30Z"], "2025-10-26T01:30Z", "2025-10-26T01:30Z"),
    "closed in the first of the two hours": (["close 2024-10-27T00:30Z"], "2031-10-27T01:30Z", "2031-10-27T01:30Z"),
    "closed in the second of the two hours": (["close 2024-10-27T01:30Z"], "2031-10-27T01:30Z", "2031-10-27T01:30Z"),
    "from one doubled hour into another": (["windows 6 25", "close 2019-10-27T00:30Z"], "2025-10-27T01:30Z", "2025-10-27T01:30Z"),
    "late in a summer evening, the next day by UTC in winter": (["windows 1 25", "close 2024-10-26T22:30Z"], "2025-10-26T23:30Z", "2025-10-26T23:30Z"),
    "closed in January 1970, an hour ahead": (["windows 30 30", "close 1970-01-10T11:00Z"], "2000-01-10T12:00Z", "2000-01-10T12:00Z"),
    # holds
    "held": (["close 2024-01-10T12:00Z", "hold"], "held", "held"),
    "held with a flag": (["flag a 2023-06-01T10:00Z", "close 2024-01-10T12:00Z", "hold"], "held", "a=held"),
    "hold lifted": (["close 2024-01-10T12:00Z", "hold", "lift"], "2031-01-10T12:00Z", "2031-01-10T12:00Z"),
    "held while open, then closed": (["hold", "close 2024-01-10T12:00Z"], "held", "held"),
    "held while open, lifted, closed": (["hold", "lift", "close 2024-01-10T12:00Z"], "2031-01-10T12:00Z", "2031-01-10T12:00Z"),
    "lifted and held again": (["close 2024-01-10T12:00Z", "hold", "lift", "hold"], "held", "held"),
    "twice held and lifted, flagged": (["close 2024-01-10T12:00Z", "hold", "lift", "flag a 2025-01-01T00:00Z", "hold", "lift"],
                                       "2031-01-10T12:00Z", "a=2050-01-01T00:00Z"),
    "held, reopened": (["close 2024-01-10T12:00Z", "hold", "reopen"], None, None),
    "another case held": (["close 2024-01-10T12:00Z", "hold elsewhere"], "2031-01-10T12:00Z", "2031-01-10T12:00Z"),
}

STEPS = {
    "close": "update app.support_cases set closed_at = %(moment)s, closing_reason = 'moved_on' where id = %(case)s",
    "reopen": "update app.support_cases set closed_at = null where id = %(case)s",
    "flag": "update app.support_notes set safeguarding = true, safeguarding_flagged_at = %(moment)s where body = %(note)s",
    "unflag": "update app.support_notes set safeguarding = false, safeguarding_flagged_at = null where body = %(note)s",
    "windows": "update app.organisations set support_retention_years = %(windows)s::jsonb where id = %(firm)s",
    "hold": "insert into app.legal_holds (case_id, reason, author_id, author_name) values (%(held)s, 'Asked for', %(user)s, 'Admin')",
    "lift": "update app.legal_holds set lifted_at = now(), lifted_by_name = 'Admin', lift_reason = 'Over' where case_id = %(case)s and lifted_at is null",
}


@pytest.fixture(scope="module")
def filled(each_world):
    """A world whose tenant Fay has a case with something of each kind in it."""
    with each_world.owner() as owner:
        values = {"case": owner.execute("insert into app.support_cases (tenant_id, opened_at) values (%s, '1960-01-01') returning id",
                                        [each_world.tenant["fay"]]).fetchone()[0], "user": each_world.user["harbour_admin"]}
        author = "%(case)s, %(user)s, 'Admin'"
        for stream, body in (("shared", "Plain"), ("professional", "a"), ("professional", "b")):
            owner.execute(f"insert into app.support_notes (case_id, author_id, author_name, stream, body) values ({author}, '{stream}', '{body}')", values)
        goal = owner.execute(f"insert into app.support_goals (case_id, author_id, author_name, title) values ({author}, 'Cook') returning id", values).fetchone()[0]
        owner.execute(f"insert into app.support_goal_progress (case_id, author_id, author_name, goal_id, body) values ({author}, %(goal)s, 'Soup')",
                      values | {"goal": goal})
        owner.execute(f"insert into app.support_sessions (case_id, author_id, author_name, scheduled_at, type) values ({author}, '2020-01-01', 'home_visit')", values)
        template = owner.execute("insert into app.document_templates (organisation_id, kind, name) select organisation_id, 'letter', 'Letter' from app.tenants where id = %s returning id",
                                 [each_world.tenant["fay"]]).fetchone()[0]
        wording = owner.execute("insert into app.document_template_versions (template_id, parts, author_name) values (%s, %s, 'Admin') returning id",
                                [template, Jsonb([{"id": str(template), "type": "text", "words": "Dear {{tenant}}"}])]).fetchone()[0]
        owner.execute(f"insert into app.support_documents (case_id, author_id, author_name, template_version_id, title) values ({author}, %(wording)s, 'Welcome')",
                      values | {"wording": wording})
        upload = owner.execute(f"insert into app.support_uploads (case_id, author_id, author_name, title) values ({author}, 'Passport') returning id", values).fetchone()[0]
        owner.execute("insert into app.support_upload_files (upload_id, media_type, bytes) values (%s, 'application/pdf', '%%PDF-')", [upload])
        owner.execute("insert into app.support_collaborators (case_id, full_name, kind, participation_mode, phone, invited_by_name)"
                      " values (%(case)s, 'Doctor', 'external_contact', 'reference_only', '0113 496 0000', 'Admin')", values)
    return each_world, values["case"]


def carry_out(connection, world, case, step: str) -> None:
    """One step of CASES, by the owner, whose moments no trigger stamps."""
    verb, *words = step.split()
    values = {"case": case, "held": world.case["dan"] if words == ["elsewhere"] else case, "user": world.user["harbour_admin"],
              "firm": world.organisation["harbour"], "moment": words[-1] if words else None, "note": words[0] if words else None}
    if verb == "windows":
        values["windows"] = f'{{"case": {words[0]}, "safeguarding": {words[1]}}}'
    assert connection.execute(STEPS[verb], values).rowcount == 1


def moment(text: str) -> datetime | None:
    """A moment of CASES."""
    return None if text == "held" else datetime.fromisoformat(text)


@pytest.mark.parametrize("name", CASES)
def test_due_dates(filled, name):
    """The forecast's view says for each record of the case what the table says."""
    world, case = filled
    steps, rest, last = CASES[name]
    with world.owner() as owner:
        for step in steps:
            carry_out(owner, world, case, step)
        came = {(table, body): (rule, due) for table, body, rule, due in owner.execute(
            "select d.table_name, n.body, d.rule, d.due_at from app.records_due as d left join app.support_notes as n on n.id = d.id"
            " where d.case_id = %s", [case])}
        holds = owner.execute("select count(*) from app.legal_holds where case_id = %s", [case]).fetchone()[0]
        owner.rollback()
    if rest is None:
        assert came == {}
        return
    flagged = dict(each.split("=") for each in last.split()) if "=" in last else {}
    ends = [moment(due) for due in flagged.values()] or [moment(last)]
    gone = None if None in ends else max(ends)
    expected = {("support_notes", body): ("safeguarding", moment(flagged[body])) if body in flagged else ("case", moment(rest)) for body in ("Plain", "a", "b")}
    expected |= {(table, None): ("case", moment(rest)) for table in ("support_goals", "support_goal_progress", "support_sessions", "support_documents", "support_uploads")}
    expected |= {(table, None): ("case", gone) for table in ("support_cases", "support_collaborators", *["legal_holds"][:holds])}
    assert came == expected


def years_later(then: datetime, years: int) -> datetime:
    """The last moment that the clocks of London show the same day and time so many years later, or would; 1 March for a 29 February."""
    wall = then.astimezone(LONDON).replace(tzinfo=None)
    if (wall.month, wall.day) == (2, 29) and not is_leap(wall.year + years):
        wall = wall.replace(month=3, day=1)
    wall = wall.replace(year=wall.year + years, tzinfo=LONDON)
    return max(wall.replace(fold=fold).astimezone(timezone.utc) for fold in (0, 1))


def is_leap(year: int) -> bool:
    """Whether a year has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def test_steps_of_people_move_the_dates(filled):
    """Closing, flagging, holding, lifting, taking a flag back, other windows, reopening: by the screens' own functions, from now on."""
    world, _ = filled
    case, note = world.case["dan"], world.note["dan/professional/two_hats"]
    due = ("select distinct table_name = 'support_notes' and id = %(note)s, due_at from app.records_due where case_id = %(case)s"
           " and table_name not in ('support_cases', 'support_collaborators', 'legal_holds') order by 1")
    with world.as_("harbour_admin") as admin:

        def dates() -> list:
            """When the rest falls due, and when the note that is flagged does."""
            return [row[1] for row in admin.execute(due, {"case": case, "note": note})]

        now = admin.execute("select now()").fetchone()[0]
        assert dates() == []
        admin.execute("select app.close_case(%s, 'moved_on', true)", [case])
        assert dates() == [years_later(now, 7)] * 2
        admin.execute("update app.support_notes set safeguarding = true where id = %s", [note])
        assert dates() == [years_later(now, 7), years_later(now, 25)]
        hold = admin.execute("insert into app.legal_holds (case_id, reason) values (%s, 'A claim') returning id", [case]).fetchone()[0]
        assert dates() == [None, None]
        admin.execute("select app.lift_hold(%s, 'Settled')", [hold])
        assert dates() == [years_later(now, 7), years_later(now, 25)]
        admin.execute("""update app.organisations set support_retention_years = '{"case": 1, "safeguarding": 100}'""")
        assert dates() == [years_later(now, 1), years_later(now, 100)]
        admin.execute("select app.remove_safeguarding_flag(%s, 'Flagged by mistake')", [note])
        assert dates() == [years_later(now, 1)] * 2
        admin.execute("select app.reopen_case(%s)", [case])
        assert dates() == []


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(timezone.utc))
#: Near a change of the clocks or a leap day, where it is hard.
HARD = st.builds(lambda year, day, minutes: datetime(year, *day, tzinfo=timezone.utc) + timedelta(minutes=minutes),
                 st.integers(1996, 2060), st.sampled_from([(2, 28), (3, 25), (10, 25)]), st.integers(0, 7 * 24 * 60))


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(closings=st.lists(st.one_of(HARD, MOMENTS), min_size=1, max_size=40, unique=True), years=st.integers(1, 100))
def test_the_rule_by_another_reckoning(filled, closings, years):
    """Never before the same day and time in London so many years later, never later than an hour after; and in the order of the closings by the clock."""
    world, _ = filled
    with world.owner() as owner:
        came = [row[0] for row in owner.execute(
            "select app.due_at(m, null, jsonb_build_object('case', %s::integer), false) from unnest(%s::timestamptz[]) with ordinality as c (m, n) order by n",
            [years, closings])]
    assert came == [years_later(closing, years) for closing in closings]
    assert all(due - closing > timedelta(days=365 * years - 1) for closing, due in zip(closings, came, strict=True))
    # Not by UTC: in the hour that comes twice the clock goes back, and so do the dates. 29 February may go the way of 1 March.
    in_order = sorted((closing.astimezone(LONDON).replace(tzinfo=None), due) for closing, due in zip(closings, came, strict=True)
                      if (closing.astimezone(LONDON).month, closing.astimezone(LONDON).day) != (2, 29))
    assert [due for _, due in in_order] == sorted(due for _, due in in_order)
