"""A shorter time to keep records is asked about first, since nothing brings back what falls due by it."""

import pytest

from tests.web.pages import Page

CASE, SAFEGUARDING = "support_retention_years_case", "support_retention_years_safeguarding"
LOST = "is deleted for good. A longer time later does not bring it back."


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
