"""The first person of an installation: appointed at the owner's prompt, let in by a link, once."""

import psycopg
import pytest

from db.appointing import appoint_platform_admin


def test_the_link_of_a_new_platform_admin_lets_them_in_once(site):
    """No account before; afterwards one that runs the installation and sees no case."""
    name, path = appoint_platform_admin(site.world.conninfo, " First@Example.org ", "First Person")
    assert name == "First Person"
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
    name, _ = appoint_platform_admin(site.world.conninfo, "watcher@example.org", "Another Name")
    assert name == "Watcher"
    after = site.as_owner("select id, full_name, is_platform_admin from app.users where email = 'watcher@example.org'")
    assert before == [(site.world.user["watcher"], "Watcher", False)] and after == [(*before[0][:2], True)]


def test_appointing_lets_a_disabled_person_in_again(site):
    """The way back where nobody is left to enable them: the link works, and what ended with their account stays ended."""
    with site.visited_by("worker") as before:
        assert before.get("/support/tenants").status_code == 200
        site.as_owner("update app.users set disabled_at = now() where email = 'worker@example.org'")
        _, path = appoint_platform_admin(site.world.conninfo, "worker@example.org", "Worker")
        with site.visited_by() as visitor:
            assert visitor.post(path).status_code == 303
            assert visitor.get("/people").status_code == 200
        assert before.get("/support/tenants").status_code == 302
    assert site.as_owner("select disabled_at from app.users where email = 'worker@example.org'") == [(None,)]


@pytest.mark.parametrize(("email", "name"), [("nobody", "Name"), ("a@example.org", " "), ("a@example.org", "x" * 121)])
def test_what_is_no_address_or_name_appoints_nobody(site, email, name):
    """The constraints refuse it, and nothing is kept."""
    before = site.content()
    with pytest.raises(psycopg.errors.CheckViolation):
        appoint_platform_admin(site.world.conninfo, email, name)
    assert site.content() == before
