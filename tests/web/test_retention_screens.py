"""Retention on the screens: what they say is due is what a run then destroys, holds stop it, and org-admins alone see any of it."""

import re
from datetime import date, datetime

import psycopg
import pytest

from tests.packs import put_packs
from tests.web.pages import Page
from tests.web.visitor import new_id
from views.certificate import CONTENT
from views.forecast import arranged

SCREENS = ("/retention", "/retention/dry-run", "/retention/run", "/retention/runs/{run[harbour]}", "/retention/runs/{run[harbour]}/certificate")
STEPS = ("/support-cases/{case[ann]}/hold", "/support-cases/{case[eve]}/hold/lift",
         "/support-cases/{case[eve]}/notes/{note[eve/professional/disabled_admin!]}/unflag")
OTHERS = ("quay_manager", "worker", "platform", "small_admin", "moor_admin")


def sweep(site) -> None:
    """What the jobs service does, as its login."""
    with psycopg.connect(site.world.jobs_conninfo, autocommit=True) as connection:
        connection.execute("call app.sweep_retention_asked()")


def close(site, case: str, ago: str) -> None:
    """Closes a case so long ago, by the owner."""
    site.as_owner(f"update app.support_cases set opened_at = least(opened_at, now() - interval '{ago}' - interval '1 year'),"
                  f" closed_at = now() - interval '{ago}', closing_reason = 'moved_on' where id = %(id)s", id=site.world.case[case])


def hold(site, case: str) -> dict[str, object]:
    """The newest hold on a case, as the owner reads it."""
    rows = [row for row in site.world.rows("legal_holds") if row["case_id"] == site.world.case[case]]
    return max(rows, key=lambda row: row["created_at"])


def lines_of(markup: str) -> list[tuple[str, str]]:
    """(what goes, the case itself: "too" or "Stays") of each case in a list of cases, sorted."""
    return sorted(re.findall(r'data-label="What (?:goes|went)">([^<]+)<.*?data-label="The case itself">(?:Goes |Went )?(\w+)<', markup, re.S))


@pytest.fixture(autouse=True)
def as_it_was(site):
    """Each test begins with nothing due, ann_before's flag in place, and eve under a hold."""
    site.as_owner("update app.support_cases set closed_at = now() - interval '1 year' where closed_at is not null")
    site.as_owner("update app.support_notes set safeguarding = true, safeguarding_flagged_at = created_at where id = %(id)s",
                  id=site.world.note["ann_before/professional/quay_manager!"])
    assert "Nothing is past its time." in site.visitor("harbour_admin").page("/retention").text


# ---- who sees it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SCREENS)
def test_retention_is_the_org_admins(site, path):
    """In their own organisation, where the plan has support cases; a run of another firm is not there."""
    address = site.at(path)
    assert site.visitor("harbour_admin").get(address).status_code == 200
    for persona in OTHERS:
        answer = site.visitor(persona).get(address)
        expected = 200 if persona == "moor_admin" and "{run" not in path or (persona, path) == ("small_admin", "/retention") else 404
        assert answer.status_code == expected, persona
    assert "Enterprise" in site.visitor("small_admin").page("/retention").text
    assert "Retention" in site.visitor("harbour_admin").page("/support-cases").text
    for persona in ("quay_manager", "small_admin"):
        assert 'href="/retention"' not in site.visitor(persona).get("/support-cases").text


@pytest.mark.parametrize("path", STEPS)
def test_steps_are_the_org_admins(site, path):
    """Property managers find nothing at these addresses, by GET or POST, and nothing is written."""
    assert site.visitor("harbour_admin").get(site.at(path)).status_code == 200
    before = site.content()
    for persona in OTHERS:
        assert site.visitor(persona).get(site.at(path)).status_code == 404, persona
        assert site.visitor(persona).send(site.at(path), reason="planted", id=new_id()).status_code == 404, persona
    assert site.content() == before


def test_another_firms_figures_are_not_in_it(site):
    """Moor's hold and cases show to Moor's org-admins alone."""
    close(site, "gus", "8 years")
    try:
        moor, harbour = (site.visitor(persona).page("/retention/dry-run").text for persona in ("moor_admin", "harbour_admin"))
        assert "Gus Tenant" in moor and "Gus" not in harbour and "Nothing is past its time" in harbour
        moor, harbour = (site.visitor(persona).page("/retention").text for persona in ("moor_admin", "harbour_admin"))
        assert "Why ida is kept" in moor and "ida" not in harbour and "Why eve is kept" in harbour
    finally:
        site.as_owner("update app.support_cases set closed_at = null where id = %(id)s", id=site.world.case["gus"])


# ---- the forecast ----------------------------------------------------------------------------------------------------


def test_the_forecast_counts_what_falls_due(site):
    """dan in five months, cora in three years: records under each rule, and the case with its last record."""
    now = datetime.now().astimezone()
    put_packs(site.world, site.world.case["dan"])
    close(site, "dan", "6 years 7 months")
    close(site, "cora", "4 years")
    page = site.visitor("harbour_admin").page("/retention").text
    ((dan_due,), (cora_due,)) = site.as_owner(
        "select app.due_at(closed_at, null, '{\"case\": 7, \"safeguarding\": 25}', false) at time zone 'Europe/London' from app.support_cases"
        " where id = any (%(ids)s) order by closed_at", ids=[site.world.case["dan"], site.world.case["cora"]])
    # dan: 4 notes, 2 goals with an entry each, 4 sessions, 11 documents, 3 files. cora: 4 notes and 1 flagged, 2 goals, 2 entries, 6 sessions, 4 documents.
    assert now.year < cora_due.year
    assert f"{dan_due:%b %Y} 26 + 1 case" in page and f"{dan_due:%b %Y} 26 0 1" in page
    assert re.search(rf"{cora_due.year}(, rest)? 18 0 0", page), page
    assert "In the next 12 months 26 records fall due, and 1 case goes with the last of theirs." in page


def test_the_forecast_is_the_rule_row_by_row_added_up(site):
    """app.forecast asks once for each case what app.records_due says of each record: the same sums, held cases left out."""
    close(site, "dan", "3 years")
    close(site, "cora", "9 years")
    put_packs(site.world, site.world.case["dan"])
    kinds = tuple(CONTENT)
    added = site.as_owner(
        f"select case_id, rule, due_at, count(*) filter (where table_name in {kinds}), count(*) filter (where table_name = 'support_cases')"
        f" from app.records_due where table_name in {kinds} or table_name = 'support_cases' group by 1, 2, 3 order by 1, 2, 3")
    told = site.as_owner("select case_id, rule, due_at, sum(records), sum(cases) from app.forecast group by 1, 2, 3 order by 1, 2, 3")
    assert [line for line in told if line[3] or line[4]] == added
    assert {site.world.case["dan"], site.world.case["cora"]} <= {line[0] for line in added} and None in {line[2] for line in added}


def test_months_and_years_of_the_forecast():
    """Twelve months from this one; the year that they end in has a rest, unless they end with it; what is past stands apart."""
    def first(year: int, month: int) -> datetime:
        return datetime(year, month, 1)

    made = arranged([
        (first(2020, 3), True, "case", 5, 0), (first(2026, 11), True, "case", 0, 1), (first(2026, 11), False, "case", 7, 0),
        (first(2027, 10), False, "safeguarding", 2, 0), (first(2027, 11), False, "case", 3, 0), (first(2027, 12), False, "case", 0, 1),
        (first(2050, 1), False, "safeguarding", 4, 0), (first(2060, 1), False, "case", 0, 0)], date(2026, 11, 30))
    assert [span.label for span in made.months] == [
        "Nov 2026", "Dec 2026", "Jan 2027", "Feb 2027", "Mar 2027", "Apr 2027", "May 2027", "Jun 2027", "Jul 2027", "Aug 2027", "Sep 2027", "Oct 2027"]
    assert (made.now.words, made.months[0].words, made.months[1].words, made.months[-1].words) == ("5 + 1 case", "7", "none", "2")
    assert [(span.label, span.words) for span in made.years] == [("2027, rest", "3 + 1 case"), ("2050", "4")]
    assert made.year_ahead.total == 9 and made.months[0].widths == {"case": 100} and made.years[1].widths == {"safeguarding": 100}
    whole = arranged([(first(2027, 1), False, "case", 1, 0)], date(2026, 1, 1))
    assert [span.label for span in whole.years] == ["2027"] and whole.months[-1].label == "Dec 2026"
    assert [span.label for span in arranged([], date(2026, 12, 31)).months][:2] == ["Dec 2026", "Jan 2027"]


# ---- the dry run, and the run ----------------------------------------------------------------------------------------


def test_a_run_destroys_what_the_dry_run_said(site):
    """By the ids, by the figures, and case by case; asked for on the screen, done by the jobs login, certified."""
    put_packs(site.world, site.world.case["ben"], site.world.case["cora"])
    close(site, "ben", "8 years")
    close(site, "cora", "9 years")
    site.as_owner("update app.support_notes set safeguarding_flagged_at = now() - interval '2 years' where case_id = %(id)s and safeguarding", id=site.world.case["cora"])
    close(site, "eve", "10 years")
    admin = site.visitor("harbour_admin")
    said = admin.get("/retention/dry-run")
    page = Page(said.text)
    assert "Ben Tenant" in page.text and "Cora Tenant" in page.text and "Eve Tenant" not in page.text    # eve is under a hold
    expected = {str(row_id) for (row_id,) in site.as_owner(
        "select id from app.records_due where organisation_id = %(firm)s and due_at <= now()", firm=site.world.organisation["harbour"])}
    assert len(expected) > 30 and "11 documents and 2 files" in page.text and "Documents 21" in page.text and "Files 4" in page.text

    asked = admin.page("/retention/run")
    assert "21 documents, 4 files" in asked.text and "of 2 closed cases for good." in asked.text and "1 of them goes altogether" in asked.text and "cannot be undone" in asked.text
    answer = admin.fill(asked.form_with("agreed"), "/retention/run")
    assert answer.status_code == 303
    run = answer.headers["location"]
    waiting = admin.get(run)
    assert "Waiting for its turn" in waiting.text and "data-under-way" in waiting.text and "http-equiv" in waiting.text
    assert admin.get(f"{run}/certificate").status_code == 404
    assert admin.get("/retention/run").headers["location"] == run and "A run is under way" in admin.page("/retention").text

    sweep(site)
    done = admin.get(run)
    assert "Finished" in done.text and "data-under-way" not in done.text and "http-equiv" not in done.text
    assert "Asked for by Harbour Admin" in Page(done.text).text
    went = {str(row_id) for (row_ids,) in site.as_owner(
        "select row_ids from app.retention_ledger where run_id = %(run)s and table_name <> 'audit_payloads'", run=run.rsplit("/")[-1]) for row_id in row_ids}
    assert went == expected
    assert lines_of(done.text) == lines_of(said.text) and {each[1] for each in lines_of(said.text)} == {"too", "Stays"}
    text = Page(done.text).text
    assert str(site.world.case["ben"])[:8] in text and "Ben" not in text and "Cora" not in text
    assert admin.get(site.at("/support-cases/{case[ben]}")).status_code == 404
    assert site.visitor("moor_admin").get(run).status_code == 404 == site.visitor("moor_admin").get(f"{run}/certificate").status_code

    given = admin.get(f"{run}/certificate")
    assert given.status_code == 200 and given.content.startswith(b"%PDF-")
    assert given.headers["content-type"] == "application/pdf" and "attachment" in given.headers["content-disposition"]
    assert given.headers["cache-control"] == "no-store"
    assert site.as_owner("select actor_name, row_kind from app.audit_log where action = 'export' order by id desc limit 1") == [
        ("Harbour Admin", "destruction_certificate")]


def test_long_lists_come_in_pages(site):
    """Thirty cases with nothing left under them: on the dry run, longest due first, and on the page of the run."""
    site.as_owner("insert into app.support_cases (tenant_id, opened_at, closed_at, closing_reason)"
                  " select %(fay)s, now() - interval '20 years', now() - interval '9 years' - n * interval '1 day', 'moved_on' from generate_series(1, 30) as n",
                  fay=site.world.tenant["fay"])
    admin = site.visitor("harbour_admin")
    first, second = (admin.get(f"/retention/dry-run?page={number}") for number in (1, 2))
    assert [each.text.count("Nothing is left under it") for each in (first, second)] == [25, 5]
    assert "30 cases with nothing left under them are past their time. The next run deletes them for good." in admin.page("/retention").text
    assert "This deletes what is left of 30 closed cases for good." in admin.page("/retention/run").text
    run = admin.fill(admin.page("/retention/run").form_with("agreed"), "/retention/run").headers["location"]
    sweep(site)
    first, second = (set(re.findall("<code>([0-9a-f]{8})</code>", admin.get(f"{run}?page={number}").text)) for number in (1, 2))
    assert (len(first), len(second), len(first & second)) == (25, 5, 0)


def test_words_of_the_audit_log_alone_are_due_too(site):
    """A flagged note keeps the case, a deleted one left its words in the log: no record is due, and overview, dry run, question and run say what is."""
    ((case,),) = site.as_owner(
        "insert into app.support_cases (tenant_id, opened_at, closed_at, closing_reason)"
        " values (%(fay)s, now() - interval '20 years', now() - interval '9 years', 'moved_on') returning id", fay=site.world.tenant["fay"])
    written = dict(case=case, author=site.world.user["quay_manager"])
    site.as_owner("insert into app.support_notes (case_id, stream, body, safeguarding, safeguarding_flagged_at, author_id, author_name)"
                  " values (%(case)s, 'professional', 'Kept', true, now(), %(author)s, 'Q'), (%(case)s, 'shared', 'Deleted', false, null, %(author)s, 'Q')", **written)
    site.as_owner("delete from app.support_notes where case_id = %(case)s and not safeguarding", case=case)
    assert site.as_owner("select (select count(*) from app.cases_due_now), (select count(*) from app.records_due where due_at <= now())") == [(1, 0)]
    admin = site.visitor("harbour_admin")
    overview = admin.page("/retention").text
    assert "What the audit log keeps of deleted records of 1 closed case is past its time." in overview and "Nothing is past its time" not in overview
    said = admin.get("/retention/dry-run").text
    assert lines_of(said) == [("What the audit log keeps of its deleted records", "Stays")] and "Run now" in said
    asked = admin.page("/retention/run")
    assert "This deletes what the audit log keeps of deleted records of 1 closed case for good." in asked.text and "altogether" not in asked.text
    run = admin.fill(asked.form_with("agreed"), "/retention/run").headers["location"]
    sweep(site)
    assert lines_of(admin.get(run).text) == [("What the audit log had kept of its deleted records", "Stays")]
    assert admin.get(f"{run}/certificate").content.startswith(b"%PDF-") and "Nothing is past its time." in admin.page("/retention").text


def test_nothing_runs_unless_the_figures_were_agreed_to(site):
    """Without them, with others, and with those of a moment ago: asked again, and no run."""
    admin = site.visitor("harbour_admin")
    form = admin.page("/retention/run").form_with("agreed")
    close(site, "dan", "8 years")
    before = site.content()
    for answer in (admin.send("/retention/run"), admin.send("/retention/run", agreed="yes"), admin.fill(form, "/retention/run")):
        page = Page(answer.text)
        assert answer.status_code == 409 and "has changed meanwhile" in page.alerts and "of 1 closed case for good" in page.text
    assert site.content() == before


def test_a_run_that_finds_nothing_says_so(site):
    """It is on the record all the same."""
    admin = site.visitor("harbour_admin")
    asked = admin.page("/retention/run")
    assert "Nothing is due at this moment" in asked.text
    run = admin.fill(asked.form_with("agreed"), "/retention/run").headers["location"]
    sweep(site)
    assert "Nothing was due, so nothing was deleted." in admin.page(run).text


# ---- legal holds -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["ann", "dan"])
def test_a_hold_is_put_and_lifted_with_reasons(site, case):
    """On an open and on a closed case; org-admins see the band, property managers nothing of it; what is held is not due."""
    admin, workspace = site.visitor("harbour_admin"), site.at(f"/support-cases/{{case[{case}]}}")
    if case == "dan":
        close(site, case, "8 years")
        assert "Dan Tenant" in admin.page("/retention/dry-run").text
    assert "Put under legal hold" in admin.get(workspace).text and "Lift legal hold" not in admin.get(workspace).text
    assert admin.post(f"{workspace}/hold", reason="A claim\nof the sister").status_code == 303
    held = admin.get(workspace)
    assert "Under legal hold since" in held.text and "put there by Harbour Admin. Retention deletes nothing of it." in Page(held.text).text
    assert "Lift legal hold" in held.text and "Put under legal hold" not in held.text
    assert hold(site, case)["reason"] == "A claim\nof the sister" and "A claim of the sister" in admin.page("/retention").text
    assert "Dan Tenant" not in admin.page("/retention/dry-run").text
    if case == "ann":
        seen = site.visitor("quay_manager").get(workspace).text
        assert "Ann Tenant" in seen and "legal hold" not in seen.lower() and "hold" not in site.visitor("worker").get(site.at("/support/cases/{case[ann]}")).text
    assert admin.get(f"{workspace}/hold").status_code == 404
    assert "There is a legal hold on this case already." in Page(admin.send(f"{workspace}/hold", id=new_id(), reason="Again").text).alerts

    lifting = admin.page(f"{workspace}/hold/lift")
    assert "A claim of the sister" in lifting.text
    assert admin.fill(lifting.form_with("reason"), f"{workspace}/hold/lift", reason="Settled").status_code == 303
    assert (hold(site, case)["lift_reason"], hold(site, case)["lifted_by_name"]) == ("Settled", "Harbour Admin")
    assert "Under legal hold" not in admin.page(workspace).text and admin.get(f"{workspace}/hold/lift").status_code == 404
    late = admin.fill(lifting.form_with("reason"), f"{workspace}/hold/lift", reason="Settled twice")
    assert late.status_code == 409 and "has been lifted already" in Page(late.text).alerts and "Settled twice" in late.text
    if case == "dan":
        assert "Dan Tenant" in admin.page("/retention/dry-run").text


# ---- taking a flag back ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("case", "author", "ago", "said"), [
    ("ann", "harbour_admin!", None, "kept for 7 years after the case closes, like the rest of it, and no longer for 25 years"),
    ("ann_before", "quay_manager!", "2 years", "is deleted for good on {due}, with the rest of the case, instead of on {flagged}."),
    ("ann_before", "quay_manager!", "8 years", "due at once: tonight's run deletes it for good, instead of on {flagged}. Nothing brings it back"),
    ("eve", "disabled_admin!", "8 years", "kept for 7 years after the case closed, like the rest of it, and no longer for 25 years. While the legal hold is on this case, retention deletes nothing of it.")])
def test_a_flag_is_taken_back_after_saying_what_it_means(site, case, author, ago, said):
    """On open and closed cases, for a reason that the audit log keeps; the note is kept as long as the rest from then on."""
    admin, note = site.visitor("harbour_admin"), site.world.note[f"{case}/professional/{author}"]
    dates = {}
    if ago:
        close(site, case, ago)
        days = site.as_owner(
            "select app.due_at(c.closed_at, null, o.support_retention_years, false), app.due_at(c.closed_at, n.safeguarding_flagged_at, o.support_retention_years, false)"
            " from app.support_notes n join app.support_cases c on c.id = n.case_id join app.organisations o on o.id = c.organisation_id where n.id = %(id)s", id=note)
        dates = {name: f"{day.day} {day:%b %Y}" for name, day in zip(("due", "flagged"), (moment.astimezone() for moment in days[0]), strict=True)}
    workspace = site.at(f"/support-cases/{{case[{case}]}}/notes")
    step = f"{workspace}/{note}/unflag"
    assert step in admin.get(f"{workspace}/professional").text
    page = admin.page(step)
    assert said.format(**dates) in page.text and "professional note of" not in page.text
    assert admin.fill(page.form_with("reason"), step, reason="  Flagged by mistake ").status_code == 303
    assert site.as_owner("select safeguarding, safeguarding_flagged_at from app.support_notes where id = %(id)s", id=note) == [(False, None)]
    assert site.as_owner("select reason from app.audit_payloads where row_id = %(id)s order by audit_id desc limit 1", id=note) == [("Flagged by mistake",)]
    assert admin.get(step).status_code == 404 == admin.fill(page.form_with("reason"), step, reason="Again").status_code


def test_property_managers_are_offered_no_unflagging(site):
    """They see the flag, and no way to take it back."""
    page = site.visitor("quay_manager").get(site.at("/support-cases/{case[ann_before]}/notes/professional")).text
    assert "safeguarding-band" in page and "unflag" not in page and "Remove safeguarding flag" not in page


# ---- until when a closed case is kept --------------------------------------------------------------------------------


def test_a_closed_case_says_until_when_it_is_kept(site):
    """With and without flagged notes, before and after the first of them falls due; to org-admins alone."""
    admin = site.visitor("harbour_admin")

    def band(case: str) -> str:
        return admin.page(site.at(f"/support-cases/{{case[{case}]}}")).text

    close(site, "dan", "3 years")
    assert re.search(r"Its notes, goals, sessions, documents and files are deleted for good on \d+ \w+ \d{4}, and the case with them\.", band("dan"))
    close(site, "dan", "8 years")
    assert "It is past its time: tonight's run deletes it for good." in band("dan")
    close(site, "ann_before", "3 years")
    both = r"are deleted for good on \d+ \w+ \d{4}; notes flagged for safeguarding, and the case itself, on \d+ \w+ \d{4}\."
    assert re.search(both, band("ann_before"))
    seen = site.visitor("quay_manager").page(site.at("/support-cases/{case[ann_before]}")).text
    assert "It is read-only." in seen and "deleted for good" not in seen
    close(site, "ann_before", "8 years")
    assert "Whatever else it held is past its time; notes flagged for safeguarding, and the case itself, are deleted" in band("ann_before")
    assert "deleted for good" not in band("ann")
