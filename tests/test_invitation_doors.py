"""Invitations: they open nothing before they are accepted and tell nothing of an account, and no hat picks their links."""

import hashlib
import re

import pytest
from psycopg import errors, sql

from db.identity import HATS
from tests.conftest import take_hat
from tests.doors import LOOK, USE
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
            user = connection.execute("select app.account_for(%s, 'As typed')", [email]).fetchone()[0]
            if invite == "team":
                connection.execute("insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, email)"
                                   " values (%s, %s, 'As typed', 'support_worker', 'full', %s)", [doors.world.case["dan"], user, email])
            else:
                connection.execute("insert into app.memberships (user_id, role, invited_name, invited_email)"
                                   " values (%s, 'property_manager', 'As typed', %s)", [user, email])
            new = [row for row in visible(connection) if row not in before]
            connection.rollback()
        seen[kind] = sorted(masked(row.replace(email, "address")) for row in new)
        assert len(seen[kind]) >= 2 and seen[kind] == seen["unknown"], kind


def visible(connection) -> list[str]:
    """Every row of every table and view of schema app that this transaction may read, as text."""
    names = connection.execute(
        "select c.oid::regclass::text from pg_class as c where relnamespace = 'app'::regnamespace and relkind in ('r', 'v')"
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
    """A row without what differs from one invitation to the next: ids, and the moment."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d [0-9:.+]+", "-", row)


# ---- who may not -----------------------------------------------------------------------------------------------------

DOORS = {
    "begin_password_try('worker@example.org', '203.0.113.1')", "sign_in_by_password(1, 1, 'hash')",
    "ask_for_link('worker@example.org', 'sign_in', %(hash)s, '203.0.113.1')",
    "link_to_assignment(%(member)s, %(hash)s)", "link_to_membership(%(organisation)s, %(user)s, %(hash)s)", "look_at_link(%(hash)s, '203.0.113.1')",
    "use_link(%(hash)s, '203.0.113.1')", "end_sign_in(%(user)s)", "may_set_password(%(user)s)", "set_password(%(user)s, 'hash')",
    "person_at_sign_in(1, %(user)s)", "count_try('password', %(hash)s, '203.0.113.1')", "begin_sign_in(%(user)s, 'link')", "good_links(%(hash)s)",
    "address_hash('worker@example.org')", "add_signing_key('planted', %(hash)s)", "appoint_platform_admin('worker@example.org', 'Worker', %(hash)s)",
    "installed_versions()",
}


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
            "select proname from pg_proc as p where pronamespace = 'app'::regnamespace and prorettype <> 'trigger'::regtype"
            " and not exists (select from aclexplode(proacl) as a where a.grantee::regrole::text in (select 'keywork_' || unnest(%s::text[])))",
            [list(HATS)])}
    assert {door.partition("(")[0] for door in DOORS} >= found and len(found) > 10
