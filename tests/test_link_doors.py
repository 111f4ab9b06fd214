"""Links that sign in: once, in time, for their person."""

import pytest

from tests.doors import ASK, LOOK, PERSON, TO_ASSIGNMENT, TO_MEMBERSHIP, TOO_OFTEN, TRY, USE, new_hash

KNOWN = "worker@example.org"
MAY_SET = "select app.may_set_password(%(sign_in)s)"
SET_PASSWORD = "select app.set_password(%(sign_in)s, %(hash)s)"
SIGN_INS = "select count(*) from app.sign_ins where user_id = (select id from app.users where email = %(email)s) and began_at > now() - interval '1 hour'"
AGE_LINKS = "update vault.links set expires_at = expires_at - %(span)s::interval where used_at is null"


# ---- once, in time, for its person -----------------------------------------------------------------------------------

def test_twenty_parallel_uses_of_an_invitation_sign_in_once(doors):
    """One answer of twenty; one sign-in; one account of Flask-AppBuilder for somebody who is new to Keywork."""
    _, link = doors.invite("harbour_admin", "ann", "nia@example.org")
    accounts = doors.as_owner("select count(*) from fab.ab_user")[0][0]
    answers = doors.at_once(20, USE, hash=link)
    # The later ones find it used; after ten of those, they have tried too often.
    used = [each for each in answers if each not in (None, TOO_OFTEN)]
    assert len(used) == 1 and used[0].purpose == "invitation" and used[0].case_id == doors.world.case["ann"]
    assert doors.as_owner(SIGN_INS, email="nia@example.org") == [(1,)]
    assert doors.as_owner("select count(*) from fab.ab_user") == [(accounts + 1,)]
    assert doors.ask(PERSON, ab_user_id=used[0].ab_user_id, sign_in=used[0].sign_in).email == "nia@example.org"


def test_two_links_of_somebody_new_used_at_once_make_one_account(doors):
    """Two firms invite the same new person, who opens both e-mails: two sign-ins of one account."""
    _, first = doors.invite("harbour_admin", "ann", "nia@example.org")
    _, second = doors.invite("moor_admin", "gus", "nia@example.org")
    used = doors.all_at_once([(USE, {"hash": first}), (USE, {"hash": second})])
    assert len({each.ab_user_id for each in used}) == 1 and len({each.sign_in for each in used}) == 2


@pytest.mark.parametrize(("purpose", "lifetime"), [("sign_in", "15 minutes"), ("password", "15 minutes"), ("invitation", "7 days")])
def test_a_link_is_good_to_the_second(doors, purpose, lifetime):
    """Until just before its time, and not at it."""
    links = [doors.invite("harbour_admin", case, "nia@example.org")[1] if purpose == "invitation" else doors.link(KNOWN, purpose)
             for case in ("ann", "ben")]
    # Ten seconds left for this test to run in.
    doors.as_owner(AGE_LINKS, span=lifetime)
    doors.as_owner(AGE_LINKS, span="-10 seconds")
    assert doors.ask(LOOK, hash=links[0]).purpose == purpose
    assert doors.ask(USE, hash=links[0]).sign_in
    doors.as_owner(AGE_LINKS, span="10 seconds")
    assert doors.ask(LOOK, hash=links[1]) is None and doors.ask(USE, hash=links[1]) is None


def test_a_link_signs_in_its_own_person_and_nobody_else(doors):
    """Ten people with a link each: each link leads to its own account, whatever the order."""
    people = ["worker", "both.worker", "watcher", "gone", "harbour.admin", "quay.manager", "platform", "two.hats", "officer.open", "moor.admin"]
    links = {f"{name}@example.org": doors.link(f"{name}@example.org") for name in people}
    for email, link in reversed(links.items()):
        used = doors.ask(USE, hash=link)
        assert doors.ask(PERSON, ab_user_id=used.ab_user_id, sign_in=used.sign_in).email == email
        assert doors.ask(USE, hash=link) is None


def end_assignment(doors, member):
    with doors.world.acting("harbour_admin") as connection:
        connection.execute("select app.end_assignment(%s)", [member])


def disable(doors, member):
    with doors.world.acting("platform") as connection:
        connection.execute("update app.users set disabled_at = now() where email = 'nia@example.org'")


def send_again(doors, member):
    with doors.world.acting("harbour_admin") as connection:
        connection.execute("select app.invite_again(%s)", [member])
    assert doors.ask(TO_ASSIGNMENT, collaborator=member, hash=new_hash())


def mend_the_address(doors, member):
    with doors.world.acting("platform") as connection:
        connection.execute("update app.users set email = 'nina@example.org' where email = 'nia@example.org'")


@pytest.mark.parametrize("what_happens", [end_assignment, disable, send_again, mend_the_address])
def test_an_invitation_is_good_no_longer(doors, what_happens):
    """After its assignment ended, its person was disabled, a newer one was sent, or the address turned out to be somebody else's."""
    member, link = doors.invite("harbour_admin", "ann", "nia@example.org")
    assert doors.ask(LOOK, hash=link).email == "nia@example.org"
    what_happens(doors, member)
    assert doors.ask(LOOK, hash=link) is None and doors.ask(USE, hash=link) is None
    assert doors.as_owner(SIGN_INS, email="nia@example.org") == [(0,)]


def test_an_invitation_to_operate_ends_with_its_withdrawal_or_a_newer_one(doors):
    """Deleted with the membership; renewed, the earlier one is good for nothing."""
    organisation, user, first = doors.invite_to_operate("harbour_admin", "nia@example.org")
    with doors.world.acting("harbour_admin") as connection:
        connection.execute("select app.invite_operator_again(%s, %s)", [organisation, user])
    second = new_hash()
    assert doors.ask(TO_MEMBERSHIP, organisation=organisation, user=user, hash=second).email == "nia@example.org"
    assert doors.ask(USE, hash=first) is None and doors.ask(LOOK, hash=second)
    with doors.world.acting("harbour_admin") as connection:
        assert connection.execute("delete from app.memberships where user_id = %s", [user]).rowcount == 1
    assert doors.ask(USE, hash=second) is None
    assert doors.ask(TO_MEMBERSHIP, organisation=organisation, user=user, hash=new_hash()) is None


def test_no_link_for_what_no_operator_has_just_asked_for(doors):
    """The door alone makes none: not for an old invitation, an accepted or ended assignment, a contact card."""
    world = doors.world
    members = [world.collaborator[name] for name in ("cora/invited", "ann/worker", "ann/gone", "ann/gp")]
    assert [doors.ask(TO_ASSIGNMENT, collaborator=each, hash=new_hash()) for each in members] == [None] * 4
    assert doors.ask(TO_MEMBERSHIP, organisation=world.organisation["harbour"], user=world.user["invited"], hash=new_hash()) is None
    with doors.world.acting("harbour_admin") as connection:
        connection.execute("select app.invite_again(%s)", [members[0]])
    assert doors.ask(TO_ASSIGNMENT, collaborator=members[0], hash=new_hash()).email == "invited@example.org"


# ---- at the same moment ----------------------------------------------------------------------------------------------

def roles_of(doors, used):
    """The operator role and organisation of whoever used a link."""
    person = doors.ask(PERSON, ab_user_id=used.ab_user_id, sign_in=used.sign_in)
    return person.operator_role, person.organisation_name


CHANGES = {
    "disabled": "update app.users set disabled_at = now() where email = 'nia@example.org'",
    "another address": "update app.users set email = 'nina@example.org' where email = 'nia@example.org'",
    "ended": "update app.support_collaborators set ended_at = now() where id = %(member)s",
    "withdrawn": "delete from vault.links where collaborator_id = %(member)s",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_link_used_while_it_ends_is_used_before_or_not_at_all(doors, change):
    """It waits for whoever changes its person or assignment; then it is none, or opens nothing. Never half a sign-in."""
    member, link = doors.invite("harbour_admin", "ann", "nia@example.org")
    with doors.world.owner() as owner:
        owner.execute(CHANGES[change], {"member": member})
        used = doors.while_open(owner, USE, hash=link)
    assert used is None or (change == "ended" and used.sign_in and roles_of(doors, used) == (None, None))
    assert doors.as_owner("select accepted_at from app.support_collaborators where id = %(id)s", id=member) == [(None,)]
    assert doors.as_owner("select count(*) from app.sign_ins as s join app.users as u on u.id = s.user_id where u.full_name = 'Nia New'") == [
        (1 if used else 0,)]


def test_accepting_an_invitation_while_it_is_withdrawn_is_no_deadlock(doors):
    """The org-admin takes it back at the moment of the click: one of the two comes first, and both are told so."""
    for _ in range(15):
        doors.as_owner("delete from vault.sign_in_tries")
        organisation, user, link = doors.invite_to_operate("harbour_admin", "nia@example.org")

        def withdraw(user=user):
            with doors.world.acting("harbour_admin") as connection:
                return connection.execute("delete from app.memberships where user_id = %s", [user]).rowcount

        used, withdrawn = doors.all_at_once([(USE, {"hash": link}), (withdraw, {})])
        assert withdrawn == 1 and (used is None or roles_of(doors, used) == (None, None))


def test_setting_a_password_while_another_link_is_used_is_no_deadlock(doors):
    """Both touch the same person, links, tries and sign-ins: in one order, so that one waits for the other."""
    for _ in range(15):
        doors.as_owner("delete from vault.sign_in_tries")
        signed_in = doors.signed_in_by_link(KNOWN)
        links = [doors.link(KNOWN, "password") for _ in range(2)]
        tried = doors.ask(TRY, email=KNOWN)
        answers = doors.all_at_once([
            (SET_PASSWORD, {"sign_in": signed_in.sign_in, "hash": "new"}), *[(USE, {"hash": link}) for link in links],
            ("select app.sign_in_by_password(%(try_id)s, %(ab_user_id)s, %(password_hash)s)", tried._asdict()),
            (TRY, {"email": KNOWN}), (ASK, {"email": KNOWN, "purpose": "sign_in", "hash": new_hash()})])
        assert not [each for each in answers if isinstance(each, str)]


@pytest.mark.parametrize("door", [TO_ASSIGNMENT, TO_MEMBERSHIP], ids=["team", "operate"])
def test_sent_again_at_once_one_link_is_left(doors, door):
    """Two presses of the button: two e-mails, and the link of one of them is good."""
    member, _ = doors.invite("harbour_admin", "ann", "nia@example.org")
    organisation, user, _ = doors.invite_to_operate("harbour_admin", "nia@example.org")
    values = {"collaborator": member, "organisation": organisation, "user": user}
    for _ in range(5):
        hashes = [new_hash() for _ in range(4)]
        sent = doors.all_at_once([(door, {**values, "hash": each}) for each in hashes])
        assert all(each.email == "nia@example.org" for each in sent)
        assert [bool(doors.ask(LOOK, hash=each)) for each in hashes].count(True) == 1


@pytest.mark.parametrize("door", [ASK, TO_ASSIGNMENT, TO_MEMBERSHIP], ids=["ask", "team", "operate"])
def test_no_link_outlives_a_disabling_that_it_met(doors, door):
    """It waits for whoever disables its person, and then is none: enabled again, nothing comes back to life (threat 54)."""
    member, _ = doors.invite("harbour_admin", "ann", "nia@example.org")
    organisation, user, _ = doors.invite_to_operate("harbour_admin", "nia@example.org")
    # Or it would wait for these.
    doors.as_owner("delete from vault.links")
    made = new_hash()
    with doors.world.owner() as owner:
        owner.execute(CHANGES["disabled"])
        doors.while_open(owner, door, hash=made, email="nia@example.org", purpose="sign_in", collaborator=member, organisation=organisation, user=user)
    doors.as_owner("update app.users set disabled_at = null where email = 'nia@example.org'")
    assert doors.ask(LOOK, hash=made) is None
    assert doors.ask(LOOK, hash=doors.link("nia@example.org")).email == "nia@example.org"


@pytest.mark.parametrize("change", ["disabled", "another address"])
def test_a_list_says_of_no_link_that_it_is_good_when_it_is_not(doors, change):
    """Waiting invitations no longer say since when, for the platform's change too; accepted and ended ones stay as they are."""
    member, _ = doors.invite("harbour_admin", "ann", "nia@example.org")
    doors.invite_to_operate("harbour_admin", "nia@example.org")
    ended, _ = doors.invite("harbour_admin", "ben", "nia@example.org")
    end_assignment(doors, ended)
    shown = ("select invitation_expires_at is not null from app.team_members where id = %s union all"
             " select invitation_expires_at is not null from app.colleague_list where email = 'nia@example.org'")
    with doors.world.acting("harbour_admin") as connection:
        assert connection.execute(shown, [member]).fetchall() == [(True,), (True,)]
    with doors.world.acting("platform") as connection:
        connection.execute(CHANGES[change])
    with doors.world.acting("harbour_admin") as connection:
        assert connection.execute(shown, [member]).fetchall() == [(False,), (False,)]
    assert doors.as_owner("select invitation_sent_at is not null from app.support_collaborators where id = %(id)s", id=ended) == [(True,)]


# ---- the password ----------------------------------------------------------------------------------------------------

def test_a_password_is_set_within_the_hour_after_a_link_and_ends_every_other_sign_in(doors):
    """KW431 after a password sign-in, after an hour, after signing out, for nobody's sign-in."""
    others = [doors.ask(USE, hash=doors.link(KNOWN)) for _ in range(2)]
    signed_in = doors.signed_in_by_link(KNOWN)
    waiting = doors.link(KNOWN)
    assert all(doors.ask(PERSON, ab_user_id=each.ab_user_id, sign_in=each.sign_in) for each in others)
    assert doors.ask(SET_PASSWORD, sign_in=signed_in.sign_in, hash="new") != "KW431"
    assert doors.ask(TRY, email=KNOWN).password_hash == "new"
    assert doors.ask(PERSON, ab_user_id=signed_in.ab_user_id, sign_in=signed_in.sign_in)
    assert not any(doors.ask(PERSON, ab_user_id=each.ab_user_id, sign_in=each.sign_in) for each in others)
    assert doors.ask(USE, hash=waiting) is None

    doors.as_owner("update app.sign_ins set began_at = began_at - interval '59 minutes 50 seconds'")
    assert doors.ask(MAY_SET, sign_in=signed_in.sign_in).may_set_password
    doors.as_owner("update app.sign_ins set began_at = began_at - interval '10 seconds'")
    by_password = doors.as_owner("insert into app.sign_ins (user_id) select user_id from app.sign_ins where id = %(id)s returning id", id=signed_in.sign_in)[0][0]
    ended = doors.signed_in_by_link("watcher@example.org").sign_in
    doors.as_owner("update app.sign_ins set ended_at = now() where id = %(id)s", id=ended)
    for sign_in in (signed_in.sign_in, by_password, ended, doors.world.user["worker"], None):
        assert not doors.ask(MAY_SET, sign_in=sign_in).may_set_password
        assert doors.ask(SET_PASSWORD, sign_in=sign_in, hash="planted") == "KW431"
    assert doors.as_owner("select count(*) from fab.ab_user where password = 'planted'") == [(0,)]
