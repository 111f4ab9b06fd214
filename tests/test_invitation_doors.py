"""Invitations: they open nothing before they are accepted and tell nothing of an account, and no hat picks their links."""

import hashlib
import re
import uuid

import psycopg
import pytest
from psycopg import errors, sql

from db.identity import HATS
from tests.conftest import take_hat
from tests.doors import DOORS, HOME, LOOK, PERSON, TO_ASSIGNMENT, TO_MEMBERSHIP, USE, new_hash
from tests.test_case_races import in_background, waits
from tests.test_link_doors import roles_of


def test_an_invitation_to_operate_opens_nothing_before_it_is_accepted(doors):
    """Signed in by another link, the invited person is no operator; by this one they are."""
    organisation, user, link = doors.invite_to_operate("harbour_admin", "nia@example.org")
    assert roles_of(doors, doors.ask(USE, hash=doors.link("nia@example.org"))) == (None, None)
    assert roles_of(doors, doors.ask(USE, hash=link)) == ("property_manager", "Harbour Homes")


def test_two_firms_invite_side_by_side_and_the_second_acceptance_keeps_its_link(doors):
    """The rule that answers has its sentence (tests/test_sentences.py); the person may leave the first firm and then accept."""
    harbour, user, first = doors.invite_to_operate("harbour_admin", "nia@example.org")
    moor, same, second = doors.invite_to_operate("moor_admin", "nia@example.org")
    assert user == same and harbour != moor
    assert roles_of(doors, doors.ask(USE, hash=first)) == ("property_manager", "Harbour Homes")
    with pytest.raises(errors.UniqueViolation) as refused:
        doors.connection.execute(USE, {"hash": second, "network": "203.0.113.1"})
    assert refused.value.diag.constraint_name == "one_organisation_for_each_operator"
    assert doors.ask(LOOK, hash=second).organisation_name == "Moor Homes"
    with doors.world.acting("harbour_admin") as connection:
        connection.execute("delete from app.memberships where user_id = %s", [user])
    assert roles_of(doors, doors.ask(USE, hash=second)) == ("property_manager", "Moor Homes")


def test_a_platform_admin_accepts_no_operator_role(doors):
    """KW432, and the link is kept: who runs the installation reads no case, by their own invitation neither. Nothing tells the firm."""
    user = doors.world.user["platform"]
    with doors.world.acting("platform") as connection:
        connection.execute("insert into app.memberships (user_id, organisation_id, role) values (%s, %s, 'org_admin')",
                           [user, doors.world.organisation["moor"]])
    link = new_hash()
    assert doors.ask(TO_MEMBERSHIP, organisation=doors.world.organisation["moor"], user=user, hash=link).role == "org_admin"
    assert doors.ask(USE, hash=link) == "KW432" and doors.ask(LOOK, hash=link).organisation_name == "Moor Homes"
    assert doors.as_owner("select accepted_at from app.memberships where user_id = %(user)s", user=user) == [(None,)]
    doors.as_owner("update app.users set is_platform_admin = false where id = %(user)s", user=user)
    assert roles_of(doors, doors.ask(USE, hash=link)) == ("org_admin", "Moor Homes")


def test_accepting_while_becoming_platform_admin_is_one_or_the_other(doors):
    """Whoever comes second waits, and is refused."""
    appoint = "update app.users set is_platform_admin = true where id = %s"
    _, user, link = doors.invite_to_operate("harbour_admin", "nia@example.org")
    with doors.world.owner() as owner:
        owner.execute(appoint, [user])
        assert doors.while_open(owner, USE, hash=link) == "KW432"
    doors.as_owner("update app.users set is_platform_admin = false where id = %(user)s", user=user)
    with psycopg.connect(doors.world.signin_conninfo) as accepting, doors.world.connect() as appointing:
        accepting.execute(USE, {"hash": link, "network": HOME})
        take_hat(appointing, doors.world.identity("platform"))
        thread, came = in_background(lambda: appointing.execute(appoint, [user]).rowcount)
        assert waits(doors.world, appointing.info.backend_pid)
        accepting.commit()
        thread.join(10)
    assert came == ["KW432"]


TELL = "select * from app.org_admins_to_tell(%(sign_in)s)"


def test_the_org_admins_are_told_who_joins(doors):
    """Every live org-admin but whoever joins, with the name, address and role of that account; nobody is told of another sign-in."""
    doors.as_owner("update app.memberships set role = 'org_admin' where user_id = %(user)s", user=doors.world.user["idle_manager"])
    _, _, link = doors.invite_to_operate("harbour_admin", "nia@example.org")
    used = doors.ask(USE, hash=link)
    with psycopg.connect(doors.world.signin_conninfo) as connection:
        told = connection.execute(TELL, {"sign_in": used.sign_in}).fetchall()
    joined = ("Harbour Homes", "Nia New", "nia@example.org", "property_manager")
    assert sorted(told) == [("Harbour Admin", "harbour.admin@example.org", *joined), ("Idle Manager", "idle.manager@example.org", *joined)]
    for other in (doors.signed_in_by_link("nia@example.org").sign_in, doors.signed_in_by_link("worker@example.org").sign_in, doors.world.user["worker"]):
        assert doors.ask(TELL, sign_in=other) is None


# ---- what inviting tells ---------------------------------------------------------------------------------------------

ADDRESSES = {"unknown": "nia@example.org", "known": "small.worker@example.org", "elsewhere an operator": "moor.admin@example.org",
             "disabled": "heath.manager@example.org", "invited elsewhere": "ingrid@example.org", "a platform-admin": "platform@example.org"}


@pytest.mark.parametrize("invite", ["team", "operate"])
def test_inviting_an_address_tells_nothing_of_an_account(doors, invite):
    """Threats 6 and 46: the same answers and the same visible rows for every address, but for ids and what was typed."""
    seen = {}
    doors.as_owner("update app.users set disabled_at = now() where email = %(email)s", email=ADDRESSES["disabled"])
    doors.invite_to_operate("moor_admin", ADDRESSES["invited elsewhere"])
    for kind, email in ADDRESSES.items():
        with doors.world.acting("harbour_admin") as connection:
            before = visible(connection)
            last = doors.as_owner("select last_value from vault.audit_ids")[0][0]
            user = connection.execute("select app.account_for(%s, 'As typed')", [email]).fetchone()[0]
            if invite == "team":
                connection.execute("insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, email)"
                                   " values (%s, %s, 'As typed', 'support_worker', 'full', %s)", [doors.world.case["dan"], user, email])
            else:
                connection.execute("insert into app.memberships (user_id, role, invited_name, invited_email)"
                                   " values (%s, 'property_manager', 'As typed', %s)", [user, email])
            # Numbers of the audit log, counted from where it stood: one that an account takes is missing for nobody.
            new = [re.sub(r"\b\d+\b", lambda number: f"+{int(number[0]) - last}" if last < int(number[0]) < last + 10 else number[0], row)
                   for row in visible(connection) if row not in before]
            transaction = connection.execute("select pg_current_xact_id()::text").fetchone()[0]
            connection.rollback()
        seen[kind] = sorted(masked(row.replace(email, "address").replace(f"({transaction},", "(-,")) for row in new)
        assert len(seen[kind]) >= 2 and seen[kind] == seen["unknown"], kind


def account_for(doors, email, name="As typed", persona="harbour_admin"):
    """The id that an operator is told, in a transaction that is rolled back."""
    with doors.world.as_(persona) as connection:
        return connection.execute("select app.account_for(%s, %s)", [email, name]).fetchone()[0]


def test_asking_twice_for_an_account_tells_nothing_either(doors):
    """Rolled back in between, the id is the same each time, whether or not there is an account, or was one that has moved on."""
    doors.invite_to_operate("moor_admin", ADDRESSES["invited elsewhere"])
    moved = doors.invite_to_operate("moor_admin", "was.here@example.org")[1]
    doors.as_owner("update app.users set email = 'is.here@example.org' where id = %(id)s", id=moved)
    for email in [*ADDRESSES.values(), "was.here@example.org", "is.here@example.org"]:
        told = account_for(doors, email)
        # Random ids have this shape too.
        assert (told.version, told.variant) == (4, uuid.RFC_4122) or told in {row["id"] for row in doors.world.rows("users")}
        assert told == account_for(doors, email, "Another name", "moor_admin")
    ids = {account_for(doors, email) for email in ("nia@example.org", "nina@example.org", "was.here@example.org", "is.here@example.org")}
    assert len(ids) == 4


def test_ids_of_accounts_are_of_this_installation(doors, fresh_world):
    """Nobody works them out: two installations give different ones, and no hat reads what they are made with."""
    told = account_for(doors, "nia@example.org")
    doors.as_owner("update app.installation set account_key = sha256(account_key)")
    assert told != account_for(doors, "nia@example.org")


def test_twenty_parallel_invitations_of_somebody_new_make_one_account(doors):
    """They wait for one another and all name it."""
    def invite():
        with doors.world.acting("harbour_admin") as connection:
            return connection.execute("select app.account_for('nia@example.org', 'Nia New')").fetchone()[0]

    told = doors.all_at_once([(invite, {})] * 20)
    assert len(set(told)) == 1 and doors.as_owner("select id from app.users where email = 'nia@example.org'") == [(told[0],)]


@pytest.mark.parametrize("first", ["assignment", "membership"])
def test_the_invitation_that_is_followed_names_a_new_account(doors, first):
    """Not the first that was written: no firm chooses by what name another one's people go. Afterwards the name stays."""
    name = "select full_name from app.users where email = 'nia@example.org'"
    _, assignment = doors.invite("moor_admin", "gus", "nia@example.org", "Nia of Moor")
    _, _, membership = doors.invite_to_operate("harbour_admin", "nia@example.org", "Nia of Harbour")
    links = {"Nia of Moor": assignment, "Nia of Harbour": membership}
    followed, other = links if first == "assignment" else reversed(links)
    assert [doors.ask(LOOK, hash=links[each]).full_name for each in links] == list(links)
    used = doors.ask(USE, hash=links[followed])
    assert doors.ask(PERSON, ab_user_id=used.ab_user_id, sign_in=used.sign_in).full_name == followed
    assert doors.ask(LOOK, hash=links[other]).full_name == followed and doors.ask(USE, hash=links[other])
    assert doors.as_owner(name) == [(followed,)]


@pytest.mark.parametrize("moment", ["infinity", "2001-01-01", "2090-01-01"])
def test_nobody_chooses_when_an_invitation_was_sent(doors, moment):
    """An operator's own statement stamps the moment it runs, or a link could be made at any time (threat 14)."""
    world = doors.world
    with world.acting("harbour_admin") as connection:
        for statement in ("update app.support_collaborators set invitation_sent_at = %s where id = %s returning invitation_sent_at = now()",
                          "update app.memberships set invitation_sent_at = %s where user_id = %s returning invitation_sent_at = now()"):
            row = world.collaborator["cora/invited"] if "collaborators" in statement else world.user["invited"]
            assert connection.execute(statement, [moment, row]).fetchall() == [(True,)]


# ---- how often -------------------------------------------------------------------------------------------------------

def team_again(doors, member, organisation, user):
    """Says once more that somebody is invited to a team; None or the SQLSTATE."""
    return refusal_of(doors, "select app.invite_again(%s)", [member])


def operate_again(doors, member, organisation, user):
    """The same for an operator's invitation."""
    return refusal_of(doors, "select app.invite_operator_again(%s, %s)", [organisation, user])


def operate_anew(doors, member, organisation, user):
    """Withdraws an operator's invitation and makes another."""
    refusal_of(doors, "delete from app.memberships where user_id = %s", [user])
    return refusal_of(doors, "insert into app.memberships (user_id, role, invited_name, invited_email)"
                             " values (%s, 'property_manager', 'Nia New', 'nia@example.org')", [user])


def team_anew(doors, member, organisation, user):
    """Ends a waiting assignment and makes another."""
    refusal_of(doors, "update app.support_collaborators set ended_at = now() where user_id = %s and ended_at is null", [user])
    return refusal_of(doors, "insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, email)"
                             " values (%s, %s, 'Nia New', 'support_worker', 'full', 'nia@example.org')", [doors.world.case["ann"], user])


def refusal_of(doors, statement, values):
    """The SQLSTATE with which an org-admin's statement is refused, or None; committed."""
    try:
        with doors.world.acting("harbour_admin") as connection:
            connection.execute(statement, values)
    except psycopg.Error as error:
        return error.sqlstate
    return None


@pytest.mark.parametrize("again", [team_again, operate_again, operate_anew, team_anew])
def test_an_invitation_is_sent_again_five_times_a_day(doors, again):
    """KW433 for the seventh e-mail within a day, withdrawn and made anew or not; another case or firm has a count of its own."""
    member, _ = doors.invite("harbour_admin", "ann", "nia@example.org")
    organisation, user, _ = doors.invite_to_operate("harbour_admin", "nia@example.org")
    assert [again(doors, member, organisation, user) for _ in range(7)] == [None] * 5 + ["KW433"] * 2
    assert doors.invite("harbour_admin", "ben", "nia@example.org") and doors.invite_to_operate("moor_admin", "nia@example.org")
    doors.as_owner("update vault.sign_in_tries set tried_at = tried_at - interval '1 day'")
    assert again(doors, member, organisation, user) is None


def test_parallel_repeats_are_counted_as_well(doors):
    """Fifteen at once: five more go out."""
    member, _ = doors.invite("harbour_admin", "ann", "nia@example.org")
    came = doors.all_at_once([(lambda: team_again(doors, member, None, None), {})] * 15)
    assert came.count(None) == 5 and came.count("KW433") == 10


def visible(connection) -> list[str]:
    """Every row of every table and view of schema app that this transaction may read, as text."""
    names = connection.execute(
        "select c.oid::regclass::text from pg_class as c where relnamespace = 'app'::regnamespace and relkind in ('r', 'p', 'v')"
        " and has_any_column_privilege(c.oid, 'select')").fetchall()
    rows = []
    for (name,) in names:
        columns = connection.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and has_column_privilege(attrelid, attnum, 'select')",
            [name]).fetchall()
        query = sql.SQL("select {}::text from {}").format(
            sql.SQL("row({})").format(sql.SQL(", ").join(sql.Identifier(column) for (column,) in columns)), sql.Identifier(*name.split(".")))
        rows += [f"{name} {row}" for (row,) in connection.execute(query)]
    return rows


def masked(row: str) -> str:
    """A row without what differs from one invitation to the next: ids, hashes, and the moment."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|x[0-9a-f]{32,}|\d{4}-\d\d-\d\d[ T][0-9:.+]+", "-", row)


# ---- who may not -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("hat", [*HATS, None])
def test_no_hat_makes_a_link_or_reads_what_signs_in(shared_world, hat):
    """An operator who invites somebody and picks the token would sign in as them: every door and table refuses, under every hat."""
    world = shared_world
    values = {"hash": hashlib.sha256(b"picked").digest(), "member": world.collaborator["cora/invited"],
              "organisation": world.organisation["harbour"], "user": world.user["worker"]}
    persona = {"org_admin": "harbour_admin", "property_manager": "quay_manager", "collaborator": "worker", "platform_admin": "platform"}.get(hat)
    with world.connect() as connection:
        if hat is not None:
            take_hat(connection, world.identity(persona))
        for attempt in [*(f"select * from app.{door}" for door in sorted(DOORS)), "select * from vault.links", "select * from vault.sign_in_tries",
                        "select * from vault.signing_keys", "select * from app.sign_ins", "select * from fab.ab_user", "set role keywork_signin",
                        "set role keywork_owner", "insert into vault.links (token_hash, purpose, user_id, expires_at) values (%(hash)s, 'sign_in', %(user)s, now())"]:
            with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
                connection.execute(attempt, values)


def test_the_doors_above_are_all_that_there_are(shared_world):
    """A function that the sign-in login or only the owner may call is attacked above, or is a trigger."""
    with shared_world.owner() as owner:
        found = {name for (name,) in owner.execute(
            "select proname from pg_proc as p where pronamespace = 'app'::regnamespace and prokind = 'f' and prorettype <> 'trigger'::regtype"
            " and not exists (select from aclexplode(proacl) as a where a.grantee::regrole::text in (select 'keywork_' || unnest(%s::text[])))",
            [list(HATS)])}
    assert {door.partition("(")[0] for door in DOORS} >= found and len(found) > 10
