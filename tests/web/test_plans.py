"""The platform-admin's price list: a plan is kept with its gates, says what it takes from whom, and stays while a firm is on it."""

import pytest

from tests.web.pages import Page
from tests.web.test_platform import HIDDEN, agree
from tests.web.test_rights_end import menu


@pytest.fixture
def platform(site):
    """A visitor with the platform-admin's hat."""
    return site.visitor("platform")


def test_a_plan_and_its_gates_are_kept_together(site, platform):
    """Added with a feature, changed, and refused without a trace of the gate when the plan itself is refused."""
    fields = {"name": "Charity", "code": "charity", "monthly_pounds": "10", "yearly_pounds": "100", "tenancies": "1200", "users": ""}
    assert platform.post("/plans/add", **fields, includes_support_cases=True).status_code == 303
    gates = "select count(*) from app.feature_gates where plan_code = 'charity'"
    assert site.as_owner(gates) == [(1,)]
    page = platform.page("/plans").text
    assert "Charity With support cases £10 a month £100 a year 1,200 tenancies any number of users 0" in page
    assert "Starter Free 5 tenancies 1 user" in page
    # Nobody is on it, so nobody is asked; but a refused change keeps the gate.
    assert platform.post("/plans/charity/edit", tenancies="0", includes_support_cases=False).status_code == 409
    assert site.as_owner(gates) == [(1,)]
    assert platform.post("/plans/charity/edit", users="3", includes_support_cases=False).status_code == 303
    assert site.as_owner(gates) == [(0,)]
    assert site.as_owner("select users from app.plans where code = 'charity'") == [(3,)]
    assert platform.post("/plans/charity/edit", includes_support_cases=True).status_code == 303
    assert platform.post("/plans/charity/delete").status_code == 303
    assert site.as_owner("select count(*) from app.plans where code = 'charity'") == [(0,)] == site.as_owner(gates)


def test_switching_a_feature_off_says_how_many_firms_lose_it(site, platform):
    """Two are on Enterprise; what was agreed to happens, and a switch brings it back."""
    before = site.content()
    asked = platform.post("/plans/enterprise/edit", includes_support_cases=False)
    assert asked.status_code == 409 and site.content() == before
    page = Page(asked.text)
    assert f"{HIDDEN} at the 2 organisations on Enterprise at once." in page.text and "switching it on again brings everything back" in page.text
    with site.visited_by("harbour_admin") as admin, site.visited_by("worker") as worker:
        case = site.at("/support/cases/{case[ann]}")
        assert "Support cases" in menu(admin) and worker.get(case).status_code == 200
        assert agree(platform, asked, "/plans/enterprise/edit").status_code == 303
        assert "Support cases" not in menu(admin) and worker.get(case).status_code == 404
        assert platform.post("/plans/enterprise/edit", includes_support_cases=True).status_code == 303
        assert "Support cases" in menu(admin) and worker.get(case).status_code == 200
    assert site.content() == before


def test_a_plan_in_use_is_not_removed(site, platform):
    """A sentence; the plan and its gates stay."""
    before = site.content()
    answer = platform.post("/plans/enterprise/delete")
    assert answer.status_code == 409 and "A plan with organisations on it cannot be removed." in Page(answer.text).alerts
    assert site.content() == before
