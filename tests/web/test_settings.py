"""A shorter time to keep records is asked about first, since nothing brings back what falls due by it."""

import pytest

from tests.web.pages import Page

CASE, SAFEGUARDING = "support_retention_years_case", "support_retention_years_safeguarding"
LOST = "A longer time later does not bring it back."


def kept(site) -> dict[str, int]:
    """Both windows of Harbour, as the owner reads them."""
    return site.as_owner("select support_retention_years from app.organisations where name = 'Harbour Homes'")[0][0]


@pytest.fixture(autouse=True)
def seven_and_twenty_five(site):
    """Every test begins with the default windows."""
    site.as_owner("update app.organisations set support_retention_years = default")
    assert kept(site) == {"case": 7, "safeguarding": 25}


@pytest.mark.parametrize(("windows", "said", "unsaid"), [
    ({CASE: "6"}, ["Closed cases will be kept for 6 years instead of 7."], "Safeguarding notes will"),
    ({SAFEGUARDING: "24"}, ["Safeguarding notes will be kept for 24 years instead of 25."], "Closed cases will"),
    ({CASE: "1", SAFEGUARDING: "24"}, ["Closed cases will be kept for 1 year instead of 7.", "Safeguarding notes will be kept for 24 years"], "None"),
    ({CASE: "6", SAFEGUARDING: "26"}, ["Closed cases will be kept for 6 years instead of 7."], "Safeguarding notes will")])
def test_shorter_is_asked_about_and_saved_once_agreed_to(site, windows, said, unsaid):
    """Which window, from what to what; until then nothing changes, and what else was typed goes along."""
    admin, before = site.visitor("harbour_admin"), site.content()
    asked = admin.post("/settings", housing_officer_emails="one@example.org\ntwo@example.org", **windows)
    page = Page(asked.text)
    assert asked.status_code == 409 and site.content() == before
    assert LOST in page.text and all(sentence in page.text for sentence in said) and unsaid not in page.text
    assert admin.fill(page.form_with("agreed"), "/settings").status_code == 303
    assert kept(site) == {"case": int(windows.get(CASE, 7)), "safeguarding": int(windows.get(SAFEGUARDING, 25))}
    assert site.as_owner("select housing_officer_emails from app.organisations where name = 'Harbour Homes'") == [(["one@example.org", "two@example.org"],)]


def test_longer_and_the_same_are_nobody_s_question(site):
    """Saved at once."""
    admin = site.visitor("harbour_admin")
    for windows in ({}, {CASE: "8"}, {SAFEGUARDING: "100"}):
        assert admin.post("/settings", **windows).status_code == 303
    assert kept(site) == {"case": 8, "safeguarding": 100}


def test_only_what_would_be_kept_is_asked_about(site):
    """A refusal comes first; the mended form is asked about all the same, and so is a number changed after agreeing."""
    admin = site.visitor("harbour_admin")
    refused = admin.post("/settings", **{CASE: "5", "housing_officer_emails": "nobody"})
    page = Page(refused.text)
    assert refused.status_code == 409 and "Give e-mail addresses" in page.alerts and LOST not in page.text
    asked = admin.fill(page.form_with(CASE), "/settings", housing_officer_emails="")
    assert asked.status_code == 409 and LOST in Page(asked.text).text
    form = Page(asked.text).form_with("agreed")
    for changed in ({CASE: "4"}, {"agreed": ""}, {"agreed": "y"}):
        answer = admin.fill(form, "/settings", **changed)
        assert answer.status_code == 409 and LOST in Page(answer.text).text and kept(site) == {"case": 7, "safeguarding": 25}
    site.as_owner("update app.organisations set support_retention_years = jsonb_build_object('case', 6, 'safeguarding', 25)")
    meanwhile = admin.fill(form, "/settings")
    assert meanwhile.status_code == 409 and "Closed cases will be kept for 5 years instead of 6." in Page(meanwhile.text).text


@pytest.mark.parametrize(("years", "told"), [
    # eve's case is under a legal hold: nothing of it is counted. ann_before: 2 Shared and 1 Professional note, 2 goals with an entry each, 4 sessions.
    ({CASE: "6"}, "Nothing falls due by it at once. What falls due later is deleted for good."),
    ({CASE: "3"}, "By it 11 records of 1 closed case are due at once and deleted for good."),
    ({CASE: "3", SAFEGUARDING: "4"}, "By it 12 records of 1 closed case are due at once and deleted for good, and 1 of the cases altogether.")])
def test_what_falls_due_at_once_is_counted_before(site, years, told):
    """Of the closed cases as they are now, by the windows that would be kept."""
    site.as_owner("update app.support_cases set opened_at = now() - interval '9 years', closed_at = now() - interval '5 years' where id = any (%(ids)s)",
                  ids=[site.world.case[case] for case in ("ann_before", "eve")])
    site.as_owner("update app.support_notes set safeguarding_flagged_at = now() - interval '6 years' where safeguarding and case_id = %(id)s", id=site.world.case["ann_before"])
    admin = site.visitor("harbour_admin")
    asked = Page(admin.post("/settings", **years).text)
    assert f"{told} {LOST}" in asked.text
    due = site.as_owner("select count(*), count(distinct case_id) from app.records_due where due_at <= now() and organisation_id = %(firm)s",
                        firm=site.world.organisation["harbour"])
    assert due == [(0, 0)] and admin.fill(asked.form_with("agreed"), "/settings").status_code == 303
    now_due = site.as_owner("select count(*) from app.records_due where due_at <= now() and organisation_id = %(firm)s"
                            " and table_name not in ('support_collaborators', 'legal_holds', 'support_cases')", firm=site.world.organisation["harbour"])
    assert str(now_due[0][0]) in told or (now_due, years) == ([(0,)], {CASE: "6"})


def test_a_firm_whose_plan_hides_its_cases_is_asked_without_figures(site):
    """They are not shown, and go all the same."""
    assert site.as_owner("select count(*) > 0 from app.support_cases where organisation_id = %(firm)s", firm=site.world.organisation["small"]) == [(True,)]
    asked = Page(site.visitor("small_admin").post("/settings", **{CASE: "1"}).text)
    assert f"What is older than that already falls due at once and is deleted for good. {LOST}" in asked.text
