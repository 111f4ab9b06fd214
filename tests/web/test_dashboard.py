"""The dashboard shows what the reporting oracle counts for whoever looks, in tables that hold every number; and where there is nothing, says so."""

import re
import statistics
from collections import Counter
from datetime import date, datetime, timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reporting import LONDON, Figures
from tests.rights import Facts, Oracle
from tests.world import PERSONAS
from views import dashboard_figures as figures

#: Sections of a page: its id, heading and table, as the template writes them.
SECTION = re.compile(r'<section class="card" id="([\w-]+)".*?</section>', re.DOTALL)
ROW = re.compile(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>')
CELL = re.compile(r"<td>([\d,]+)</td>")
OF_EVERYBODY = ["caseload", "goals", "sessions", "first-sessions"]
OF_ORG_ADMINS = [*OF_EVERYBODY, "retention", "log", "digests"]

#: Sessions on both sides of where each of the last 13 months begins in London; a digest of last month and lines of the log of yesterday.
RECENT = """
    insert into app.support_sessions (case_id, scheduled_at, duration_minutes, type, status, author_id, author_name)
    select %(case)s, (date_trunc('month', now() at time zone 'Europe/London') - m * interval '1 month' + s * interval '1 minute') at time zone 'Europe/London',
           45, 'phone_call', 'missed', %(worker)s, 'Worker'
    from generate_series(0, 12) as m, generate_series(-1, 0) as s"""


@pytest.fixture(scope="module")
def shown(site):
    """A function that gives a persona's dashboard as {section: (its markup, {line: numbers})}; recent rows are planted in both firms."""
    with psycopg.connect(site.world.conninfo) as owner:
        owner.execute("set local role keywork_owner")
        for case in ("ann", "dan", "gus"):
            owner.execute(RECENT, {"case": site.world.case[case], "worker": site.world.user["worker"]})
            owner.execute("insert into app.support_sessions (case_id, scheduled_at, type, status, outcome_note, author_id, author_name)"
                          " select %s, now() - n * interval '1 hour', 'phone_call', 'delivered', 'Talked', %s, 'Worker' from generate_series(1, 3) as n", [site.world.case[case], site.world.user["worker"]])
        for firm in ("harbour", "moor"):
            owner.execute("insert into app.digests (organisation_id, officer_id, officer_name, address, period, reason) values (%s, %s, 'X', 'x@example.org',"
                          " (date_trunc('month', now() at time zone 'Europe/London') - interval '1 month')::date, 'plan')", [site.world.organisation[firm], site.world.user["watcher"]])
            owner.execute("insert into app.audit_log (organisation_id, actor_name, actor_hat, action, table_name, happened_at) select %s, 'X', 'org_admin', 'export', 'support_notes',"
                          " now() - interval '30 hours' from generate_series(1, 4)", [site.world.organisation[firm]])
        # Cases that wait, or waited, for their first session.
        for tenant, days in (("fay", 3), ("ida", 5)):
            (case,) = owner.execute("insert into app.support_cases (tenant_id, opened_at) values (%s, now() - interval '40 days') returning id", [site.world.tenant[tenant]]).fetchone()
            owner.execute("insert into app.support_sessions (case_id, scheduled_at, type, status, outcome_note, author_id, author_name) values (%s, now() - interval '40 days' + %s * interval '1 day',"
                          " 'phone_call', 'delivered', 'Talked', %s, 'W')", [case, days, site.world.user["worker"]])

    def look(persona: str) -> dict[str, tuple[str, dict[str, list[int]]]]:
        page = site.visitor(persona).get("/dashboard").text
        return {found[1]: (found[0], {label: [int(cell.replace(",", "")) for cell in CELL.findall(cells)] for label, cells in ROW.findall(found[0])}) for found in SECTION.finditer(page)}

    return look


@pytest.mark.parametrize("persona", ["harbour_admin", "moor_admin", "quay_manager", "heath_manager"])
def test_the_tables_hold_what_the_oracle_counts(site, shown, persona):
    """Threat 3: for org-admins their organisation, for property managers what is their landlords', line by line."""
    sections = shown(persona)
    facts, now = Facts(site.world), datetime.now(LONDON)
    its = Figures(facts, Oracle(facts, PERSONAS[persona]).reads, now)
    assert list(sections) == (OF_ORG_ADMINS if PERSONAS[persona].hat == "org_admin" else OF_EVERYBODY)

    by_landlord = Counter((row["landlord_name"], row["state"]) for row in its.caseload())
    assert sections["caseload"][1] == {name: [by_landlord[name, "open"], by_landlord[name, "closed"]] for name, _ in by_landlord}
    goals = {name: [sum(row[column] for row in its.goals_outcome() if row["landlord_name"] == name) for column in ("achieved", "active", "closed")] for name, _ in by_landlord}
    assert sections["goals"][1] == goals

    months = figures.months_around(now.date(), 11, 0)
    rows = its.activity()
    totals = {f"{month:%b %Y}": [sum(row[column] for row in rows if row["month"] == month) for column in ("delivered", "missed", "minutes_delivered")] for month in months}
    assert sections["sessions"][1] == {month: [delivered, missed, round(minutes / 60)] for month, (delivered, missed, minutes) in totals.items()}
    assert all(missed for _, missed, _ in totals.values()) and sum(delivered for delivered, *_ in totals.values()) >= 3

    waited = [row["days"] for row in its.time_to_first_session() if row["opened_on"] >= months[0]]
    assert sum(sum(numbers) for numbers in sections["first-sessions"][1].values()) == len(waited)
    if PERSONAS[persona].hat == "org_admin":
        words = "1 to 3 days" if persona == "harbour_admin" else "4 to 7 days"
        assert sections["first-sessions"][1][words] == [1] and "Half of them were seen within" in sections["first-sessions"][0]

        due = its.retention_forecast()
        ahead = figures.months_around(now.date(), 0, 11)
        mine = [row for row in due if row["month"] and row["month"] <= ahead[-1]]
        table = sections["retention"][1]
        assert [sum(numbers[column] for numbers in table.values()) for column in range(3)] == [
            sum(row["records"] for row in mine if row["rule"] == "case"), sum(row["records"] for row in mine if row["rule"] == "safeguarding"), sum(row["cases"] for row in mine)]
        assert next(iter(table)) == f"To {ahead[0]:%b %Y}" and len(table) == 12 if mine else "Nothing falls due" in sections["retention"][0]

        digests = sections["digests"][1]
        assert len(digests) == 6 and list(digests.values())[-1] == [0, 0, 0, 1]
        logged = Counter((row["day"], row["kind"]) for row in its.audit_activity() for _ in range(row["events"]))
        yesterday = (datetime.now(LONDON) - timedelta(hours=30)).date()
        assert sections["log"][1][f"{yesterday.day} {yesterday:%b}"][2] == logged[yesterday, "export"] == 4
        assert sum(sum(numbers) for numbers in sections["log"][1].values()) >= sum(number for (day, _), number in logged.items() if day == yesterday)


def test_where_there_is_nothing(site, shown):
    """A property manager without landlords reads that there is nothing yet; a firm without the plan is shown the plan."""
    sections = shown("idle_manager")
    assert list(sections) == OF_EVERYBODY and not any(numbers for _, numbers in sections.values())
    for section, sentence in (("caseload", "There is no case yet."), ("goals", "No goal has been set yet."), ("sessions", "No session of the last 12 months"), ("first-sessions", "No case has been opened since")):
        assert sentence in sections[section][0]
    assert shown("small_admin") == {} and "Enterprise" in site.visitor("small_admin").get("/dashboard").text


def test_scripts_belong_to_this_page_alone(site):
    """Two files of our own address, deferred, here and nowhere else; no inline script; the library says its version and brings its licence."""
    with site.visited_by("harbour_admin") as visitor:
        page, other = visitor.get("/dashboard").text, visitor.get("/support-cases").text
        assert re.findall(r'<script src="/static/([\w./-]+)(?:\?[^"]*)?" defer></script>', page) == ["keywork.js", "vendor/chart-4.6.1.umd.min.js", "dashboard.js"]
        assert page.count("<script") == 3 and "chart-4.6.1" not in other and "dashboard.js" not in other
        assert visitor.get("/static/vendor/chart-4.6.1.umd.min.js").text.startswith("/*!\n * Chart.js v4.6.1")
        assert "MIT License" in visitor.get("/static/vendor/chart-4.6.1-LICENSE.md").text


@given(st.dates(date(2000, 3, 1), date(2100, 1, 1)), st.integers(0, 30), st.integers(0, 30))
def test_months_follow_one_another(today, before, after):
    """Each begins the day after the one before ends; the month of today stands after `before` others."""
    months = figures.months_around(today, before, after)
    assert len(months) == before + 1 + after and months[before] == today.replace(day=1)
    assert all(one.day == 1 and (other - timedelta(days=1)).replace(day=1) == one for one, other in zip(months, months[1:], strict=False))


@given(st.lists(st.integers(0, 400), max_size=60))
def test_half_of_the_cases(days):
    """The number of days is the lower median."""
    assert figures.median(Counter(days)) == (statistics.median_low(days) if days else None)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.lists(st.integers(0, 50), min_size=3, max_size=3)), max_size=30))
def test_landlords_beyond_the_tenth_are_added_up(counted):
    """At most eleven lines, most first, and no number is lost."""
    lines = figures.by_landlord(counted)
    assert len(lines) == min(len(counted), figures.MOST_LANDLORDS + 1)
    assert [sum(column) for column in zip(*(line.numbers for line in lines), strict=True)] == ([sum(column) for column in zip(*(numbers for _, numbers in counted), strict=True)])
    first = [line.numbers[0] for line in lines[:figures.MOST_LANDLORDS]]
    assert first == sorted(first, reverse=True)
