"""The first person of an installation: appointed at the owner's prompt, let in by a link, once."""

import psycopg
import pytest

from db.appointing import appoint_platform_admin


def test_the_link_of_a_new_platform_admin_lets_them_in_once(site):
    """No account before; afterwards one that runs the installation and sees no case."""
    path = appoint_platform_admin(site.world.conninfo, " First@Example.org ", "First Person")
    with site.visited_by() as visitor, site.visited_by() as late:
        assert "First Person" in visitor.page(path).text
        answer = visitor.post(path)
        assert answer.status_code == 303
        assert visitor.get("/organisations").status_code == 200 and visitor.get("/people").status_code == 200
        assert visitor.get("/support-cases").status_code == 404 and visitor.get(site.at("/support-cases/{case[ann]}")).status_code == 404
        assert late.get(path).status_code == 404


def test_somebody_with_an_account_becomes_one(site):
    """Their account, name and other hats stay."""
    before = site.as_owner("select id, full_name, is_platform_admin from app.users where email = 'watcher@example.org'")
    appoint_platform_admin(site.world.conninfo, "watcher@example.org", "Another Name")
    after = site.as_owner("select id, full_name, is_platform_admin from app.users where email = 'watcher@example.org'")
    assert before == [(site.world.user["watcher"], "Watcher", False)] and after == [(*before[0][:2], True)]


@pytest.mark.parametrize(("email", "name"), [("nobody", "Name"), ("a@example.org", " "), ("a@example.org", "x" * 121)])
def test_what_is_no_address_or_name_appoints_nobody(site, email, name):
    """The constraints refuse it, and nothing is kept."""
    before = site.content()
    with pytest.raises(psycopg.errors.CheckViolation):
        appoint_platform_admin(site.world.conninfo, email, name)
    assert site.content() == before
