"""Invitations from the operator's form to the landing: of somebody new, of somebody with an account, sent again, withdrawn."""

import re

from tests.mail import letters, link_in, next_letter
from tests.web.pages import Page
from tests.web.test_links import GOOD, NO_LONGER, asked_link

TEAM = "/support-cases/{case[ann]}/team"


def invited_link(site, to, step, persona="harbour_admin", **fields):
    """The path of the link in the e-mail that an operator's step sends."""
    there = len(letters(site.mail, to))
    assert site.visitor(persona).post(site.at(step), **fields).status_code == 303
    return link_in(next_letter(site.mail, to, after=there))


def invite(site, email, name="Nia New"):
    """An invitation to Ann's team."""
    return invited_link(site, email, f"{TEAM}/add", full_name=name, email=email, kind="support_worker", participation_mode="full")


def member(site, email):
    """The id of the live assignment of an address."""
    return site.as_owner("select id from app.support_collaborators where email = %(email)s and ended_at is null", email=email)[0][0]


def test_a_link_of_an_ended_assignment_is_no_longer_good(site):
    """Withdrawn on the Team tab; and sent again, the first e-mail's link is good for nothing."""
    first = invite(site, "nia.ended@example.org")
    row = member(site, "nia.ended@example.org")
    second = invited_link(site, "nia.ended@example.org", f"{TEAM}/{row}/invite", page=site.at(TEAM))
    with site.visited_by() as visitor:
        assert visitor.get(first).status_code == 404 and visitor.send(first).status_code == 404
        assert "Harbour Homes has invited Nia New (nia.ended@example.org)." in visitor.page(second).text
        admin = site.visitor("harbour_admin")
        assert "stops working at once, and they can no longer see the case." in admin.page(site.at(f"{TEAM}/{row}/end")).text
        assert admin.post(site.at(f"{TEAM}/{row}/end")).status_code == 303
        assert "Nia New's invitation was withdrawn." in admin.page(site.at(TEAM)).text
        assert NO_LONGER in visitor.get(second).text and visitor.send(second).status_code == 404
        assert visitor.get("/support/tenants").status_code == 302


def test_an_expired_link_is_called_expired(site):
    """On the page of the organisation, of the property manager and of the team; sent again it is good."""
    places = (("platform", "/organisations/{organisation[harbour]}"), ("harbour_admin", "/property-managers/{user[invited]}/edit"),
              ("harbour_admin", "/support-cases/{case[cora]}/team"))
    site.as_owner("update app.support_collaborators set invitation_sent_at = '2024-01-01' where id = %(id)s", id=site.world.collaborator["cora/invited"])

    def said():
        return [re.findall(r"link (?:good until|expired) [\w ]+ 20\d\d", site.visitor(persona).page(site.at(place)).text, re.I) for persona, place in places]

    assert said() == [["Link expired 8 Jan 2024"], ["link expired 8 Jan 2024"], ["Link expired 8 Jan 2024"]]
    assert site.visitor("harbour_admin").send(site.at("/property-managers/{user[invited]}/invite")).status_code == 303
    assert [words[:15].lower() for [words] in said()] == ["link good until", "link good until", "link expired 8 "]


def test_an_invitation_of_somebody_new_end_to_end(site):
    """E-mail, acceptance, password; then that one tenant and no other, and in by the password from then on."""
    with site.visited_by() as visitor:
        link = invite(site, "nia@example.org")
        assert "Invited" in site.visitor("harbour_admin").page(site.at(TEAM)).text
        answer = visitor.post(link)
        case = site.at("/support/cases/{case[ann]}")
        assert answer.status_code == 303 and answer.headers["location"] == f"/password?next={case}"
        for wrong, sentence in (("short", "Use at least 12 characters"), ("password1234", "among the first that people try"),
                                ("nia@example.org", "among the first that people try"), ("x" * 201, "Use at most 200 characters")):
            refused = visitor.post(answer.headers["location"], password=wrong)
            page = Page(refused.text)
            control = page.form_with("password").controls["password"]
            assert refused.status_code == 409 and sentence in page.error_of(control) and control.value == ""
        done = visitor.post(answer.headers["location"], password=GOOD)
        assert (done.status_code, done.headers["location"]) == (303, case)
        assert "Ann Tenant" in visitor.page(case).text
        load = visitor.page("/support/tenants").text
        assert "Ann Tenant" in load and not [name for name in ("Ben", "Cora", "Dan", "Gus") if f"{name} Tenant" in load]
        assert visitor.get(site.at("/support/cases/{case[ben]}")).status_code == 404 and visitor.get("/support-cases").status_code == 404
    with site.visited_by() as visitor:
        assert visitor.sign_in("nia@example.org", GOOD).status_code == 303
        assert "Ann Tenant" in visitor.page("/support/tenants").text


def test_somebody_with_an_account_accepts_and_keeps_their_password(site):
    """No page about a password: straight to the case that they were invited to."""
    link = invite(site, "small.worker@example.org", "Small Worker")
    with site.visited_by() as visitor:
        answer = visitor.post(link)
        assert (answer.status_code, answer.headers["location"]) == (303, site.at("/support/cases/{case[ann]}"))
    with site.visited_by() as visitor:
        assert visitor.sign_in("small.worker@example.org", site.world.password).status_code == 303


def test_a_property_manager_accepts_one_firm_and_keeps_the_link_of_the_other(site):
    """Nothing opens before; the second firm's link answers with its sentence, and works once the first firm has let go."""
    email, fields = "nia.manager@example.org", {"invited_name": "Nia New", "invited_email": "nia.manager@example.org"}
    first = invited_link(site, email, "/property-managers/add", landlord_ids=str(site.world.landlord["quay"]), **fields)
    second = invited_link(site, email, "/property-managers/add", persona="moor_admin", landlord_ids=str(site.world.landlord["heath"]), **fields)
    with site.visited_by() as visitor:
        visitor.post(asked_link(site, email))
        assert visitor.get("/support-cases").status_code == 404
        assert visitor.post(first).headers["location"].startswith("/password")
        cases = visitor.page("/support-cases").text
        assert "Ann Tenant" in cases and "Dan Tenant" not in cases and "Gus Tenant" not in cases
        refused = visitor.send(second)
        page = Page(refused.text)
        assert refused.status_code == 409 and "You work for another organisation already" in page.text
        assert re.search("reference [0-9a-f]{10}", page.text) and "Ann Tenant" in visitor.page("/support-cases").text
        user = site.as_owner("select id from app.users where email = %(email)s", email=email)[0][0]
        assert site.visitor("harbour_admin").post(f"/property-managers/{user}/delete").status_code == 303
        assert visitor.get("/support-cases").status_code == 404
        assert visitor.send(second).status_code == 303
        cases = visitor.page("/support-cases").text
        assert "Gus Tenant" in cases and "Ann Tenant" not in cases


def test_nobody_joins_a_firm_unseen(site):
    """Invited by the platform: the live org-admins are told by e-mail, and see who it is in their list, where they change only property managers."""
    email, admin = "joan@example.org", "moor.admin@example.org"
    link = invited_link(site, email, "/organisations/{organisation[moor]}/invite", persona="platform",
                        invited_name="Joan Old", invited_email=email, role="org_admin")
    listed = site.visitor("moor_admin").page("/property-managers")
    assert "Joan Old joan@example.org Org-admin All of them Invited" in listed.text
    there = {each: len(letters(site.mail, each)) for each in (admin, "two.hats@example.org", "harbour.admin@example.org", email)}
    with site.visited_by() as visitor:
        assert visitor.post(link).status_code == 303
    letter = next_letter(site.mail, admin, after=there[admin])
    assert letter["Subject"] == "Joan Old now works for Moor Homes in Keywork"
    assert "Joan Old (joan@example.org) has accepted" in letter.get_body(("plain",)).get_content().replace("\n", " ")
    assert "as an org-admin" in letter.get_body(("plain",)).get_content().replace("\n", " ")
    next_letter(site.mail, "two.hats@example.org", after=there["two.hats@example.org"])
    assert [len(letters(site.mail, each)) for each in ("harbour.admin@example.org", email)] == [there["harbour.admin@example.org"], there[email]]
    page = site.visitor("moor_admin").page("/property-managers")
    ways = [attributes["href"] for tag, attributes in page.tags if tag == "a" and "/edit" in attributes.get("href", "")]
    assert ways and not [each for each in ways for admin in ("moor_admin", "two_hats") if str(site.world.user[admin]) in each]
    for step in ("edit", "delete"):
        assert site.visitor("moor_admin").get(site.at(f"/property-managers/{{user[two_hats]}}/{step}")).status_code == 404
        assert site.visitor("moor_admin").get(site.at(f"/property-managers/{{user[heath_manager]}}/{step}")).status_code == 200


def test_a_platform_admin_is_told_why_an_invitation_cannot_be_accepted(site):
    """In a sentence, with the link kept; and the page of an operator's account offers no way to make them one."""
    link = invited_link(site, "platform@example.org", "/organisations/{organisation[small]}/invite", persona="platform",
                        invited_name="Platform", invited_email="platform@example.org", role="org_admin")
    with site.visited_by("platform") as visitor:
        assert "An account either runs this installation or works for an organisation." in visitor.send(link).text
        assert visitor.get("/support-cases").status_code == 404 and visitor.get("/organisations").status_code == 200
        assert "Small Homes has invited Platform" in visitor.page(link).text
        step = "/people/{{user[{}]}}/make-platform-admin"
        assert visitor.get(site.at(step.format("gone"))).status_code == 200
        assert visitor.get(site.at(step.format("quay_manager"))).status_code == 404 == visitor.send(site.at(step.format("quay_manager"))).status_code


def test_no_e_mail_names_a_tenant(site):
    """A mailbox is no place for who receives support: none of the case's words, in any letter that this module had sent."""
    invite(site, "nia.canary@example.org")
    words = site.as_owner("""
        select full_name from app.tenants union select address from app.properties union select postcode from app.properties
        union select context_summary from app.support_cases union select body from app.support_notes union select title from app.support_goals
        union select body from app.support_goal_progress union select outcome_note from app.support_sessions where outcome_note is not null""")
    sent = letters(site.mail)
    assert len(words) > 30 and len([each for each in sent if "invites you" in each["Subject"]]) >= 1
    for letter in sent:
        whole = " ".join([str(letter["Subject"]), *(letter.get_body((twin,)).get_content() for twin in ("plain", "html"))])
        assert not [word for (word,) in words if word in whole]
        assert str(site.world.case["ann"]) not in whole
