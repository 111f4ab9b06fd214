"""The platform-admin in SQL: reads nothing of a case or of a firm's own data, and one live platform-admin always stays.

Threat 54, and spec 2: the platform-admin runs the installation and reads no case content.
"""

import psycopg
import pytest
from psycopg import errors, sql

from db.identity import HATS
from tests.conftest import take_hat
from tests.test_case_races import in_background, waits
from views.words import LABELS

#: What is a firm's own: all of it is there (the owner sees rows), none of it shows under this hat.
FIRMS_OWN = ("landlords", "properties", "tenants", "property_manager_landlords", "support_cases", "support_collaborators", "support_notes",
             "support_goals", "support_goal_progress", "support_sessions", "digests", "digest_entries", "outbox", "suppressed_addresses")
#: Everything that the hat may read; "*" is every column. What is added elsewhere is decided on here first.
READS = {
    "organisations": "id name plan_code created_at", "plans": "*", "features": "*", "feature_gates": "*", "feature_offers": "*", "users": "*",
    "memberships": "*", "organisation_list": "*", "operator_list": "*", "people_list": "*", "plan_list": "*",
    "jobs": "*", "job_runs": "*", "job_list": "*",
}
SETTINGS = ("support_retention_years", "support_notes_visible_to_housing_officer", "housing_officer_emails")

DISABLE = "update app.users set disabled_at = now() where id = %s"
DEMOTE = "update app.users set is_platform_admin = false where id = %s"


@pytest.fixture
def second(world):
    """The world with "worker" as a second platform-admin; returns their id."""
    with world.owner() as owner:
        owner.execute("update app.users set is_platform_admin = true where id = %s", [world.user["worker"]])
    return world.user["worker"]


def live_platform_admins(world) -> set:
    """Ids of those who can act under the hat now, as the owner reads them."""
    with world.owner() as owner:
        return {row[0] for row in owner.execute("select id from app.users where is_platform_admin and disabled_at is null")}


def refused(world, statement, *values, persona="platform") -> str:
    """The SQLSTATE with which the platform-admin's statement is refused."""
    with world.as_(persona, "platform_admin") as connection, pytest.raises(psycopg.Error) as refusal:
        connection.execute(statement, values)
    return refusal.value.sqlstate


# ---- what the hat reads ----------------------------------------------------------------------------------------------


def test_what_the_hat_reads_and_no_more(each_world):
    """Column by column over all tables and views of app and vault."""
    with each_world.owner() as owner:
        granted = owner.execute(
            """select c.relname, array_agg(a.attname::text) filter (where has_column_privilege('keywork_platform_admin', c.oid, a.attnum, 'select')),
                      array_agg(a.attname::text)
               from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
               where c.relnamespace in ('app'::regnamespace, 'vault'::regnamespace) and c.relkind in ('r', 'p', 'v') group by c.relname""").fetchall()
    read = {name: set(columns) for name, columns, _ in granted if columns}
    assert len(granted) > 30
    assert read == {name: set(every) if READS[name] == "*" else set(READS[name].split()) for name, _, every in granted if name in READS}


@pytest.mark.parametrize("relation", FIRMS_OWN)
def test_nothing_of_a_firm_shows(each_world, relation):
    """No row of a case, tenant, landlord or property, though there are some: refused, not merely empty."""
    assert each_world.rows(relation)
    with each_world.as_("platform") as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(sql.SQL("select 1 from app.{}").format(sql.Identifier(relation)))


@pytest.mark.parametrize("column", SETTINGS)
def test_no_setting_of_an_organisation_shows(each_world, column):
    """Every organisation by its name and plan; how it keeps and shares its notes is its org-admin's to read."""
    query = sql.SQL("select {} from app.organisations").format(sql.Identifier(column))
    with each_world.as_("platform") as connection:
        assert len(connection.execute("select id, name, plan_code, created_at from app.organisations").fetchall()) == 3
        for statement in (query, "select o from app.organisations as o", "select to_jsonb(o) from app.organisations as o"):
            with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement)
    with each_world.as_("harbour_admin") as connection:
        assert connection.execute(query).fetchall()


def test_what_is_known_of_somebodys_assignments(each_world):
    """In how many organisations, by kind, of live assignments only: a second case in the same firm does not show."""
    with each_world.as_("platform") as connection:
        known = {row[0]: row[1:] for row in connection.execute("select id, support_worker_in, housing_officer_in from app.people_list")}
    user = each_world.user
    assert known[user["worker"]] == (1, 0)          # live on three cases of Harbour
    assert known[user["both_worker"]] == (2, 0)     # ended on a third case, of Moor
    assert known[user["officer_context"]] == (0, 2)
    assert known[user["gone"]] == (0, 0) == known[user["harbour_admin"]]
    assert known[user["small_worker"]] == (1, 0)    # the firm's plan hides the cases, the account is no secret


@pytest.mark.parametrize("hat", [hat for hat in HATS if hat != "platform_admin"])
def test_other_hats_are_told_nothing_of_people(each_world, hat):
    """The two helpers are not theirs to call, and would answer nothing."""
    persona = {"org_admin": "harbour_admin", "property_manager": "quay_manager", "collaborator": "worker"}[hat]
    for call in ("app.organisations_supported_by(%s, 'support_worker')", "app.last_sign_in_of(%s)"):
        with each_world.as_(persona) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute(f"select {call}", [each_world.user["worker"]])
        with psycopg.connect(each_world.conninfo) as connection:
            connection.execute(f"grant execute on function app.organisations_supported_by(uuid, text), app.last_sign_in_of(uuid) to keywork_{hat}")
            take_hat(connection, each_world.identity(persona))
            assert connection.execute(f"select {call}", [each_world.user["worker"]]).fetchone() == (None,)
            connection.rollback()


# ---- the last one stays ----------------------------------------------------------------------------------------------


def test_nobody_disables_themselves(world, second):
    """KW420, with others there to do it; afterwards both are as they were."""
    assert refused(world, DISABLE, world.user["platform"]) == "KW420"
    assert live_platform_admins(world) == {world.user["platform"], second}


def test_the_last_one_stays(world):
    """KW421: not made an ordinary person, by itself or with everybody else in one statement; a disabled one does not count."""
    with world.owner() as owner:
        owner.execute("update app.users set is_platform_admin = true, disabled_at = now() where id = %s", [world.user["gone"]])
    assert refused(world, DEMOTE, world.user["platform"]) == "KW421"
    assert refused(world, "update app.users set is_platform_admin = false") == "KW421"
    assert live_platform_admins(world) == {world.user["platform"]}


def test_all_of_them_in_one_statement(world, second):
    """Each row is judged by what the statement has done so far: the second of two is refused, and so neither goes."""
    assert refused(world, "update app.users set is_platform_admin = false where is_platform_admin") == "KW421"
    assert live_platform_admins(world) == {world.user["platform"], second}


@pytest.mark.parametrize("statement", [DISABLE, DEMOTE])
def test_one_of_two_may_go(world, second, statement):
    """As long as another one is there; the moment of disabling is the transaction's, whatever was sent."""
    with world.as_("platform") as connection:
        assert connection.execute(statement, [second]).rowcount == 1
        connection.execute("update app.users set disabled_at = '2001-01-01' where id = %s", [world.user["gone"]])
        assert connection.execute("select disabled_at = now() from app.users where id = %s", [world.user["gone"]]).fetchone() == (True,)


@pytest.mark.usefixtures("second")
def test_whoever_gives_the_hat_away_may_do_so(world):
    """One's own hat is given up; the account stays."""
    with world.as_("platform") as connection:
        assert connection.execute(DEMOTE, [world.user["platform"]]).rowcount == 1


@pytest.mark.parametrize("mine", [DISABLE, DEMOTE])
@pytest.mark.parametrize("theirs", [DISABLE, DEMOTE])
def test_two_who_end_each_other_at_once(world, second, mine, theirs):
    """Whoever comes second waits, reads what the first has done, and is refused: one stays, without a deadlock."""
    with world.connect() as first, world.connect() as other:
        take_hat(first, world.identity("platform"))
        take_hat(other, world.identity("worker", "platform_admin"))
        first.execute(mine, [second])
        thread, came = in_background(lambda: other.execute(theirs, [world.user["platform"]]).rowcount)
        assert waits(world, other.info.backend_pid)
        first.commit()
        thread.join(10)
        other.rollback()
    assert came == ["KW421"]
    assert live_platform_admins(world) == {world.user["platform"]}


def test_a_dba_may_take_the_last_one_away(world):
    """The rule binds people: the owner's prompt can appoint the next one."""
    with world.owner() as owner:
        owner.execute(DISABLE, [world.user["platform"]])
    assert live_platform_admins(world) == set()


# ---- sign-ins --------------------------------------------------------------------------------------------------------


def test_disabling_ends_every_sign_in_of_that_person_for_good(world):
    """Enabled again, the old sessions stay ended; nobody else's are touched (threat 54)."""
    def lasting():
        with world.owner() as owner:
            return {row[0] for row in owner.execute("select user_id from app.sign_ins where ended_at is null")}

    before, gone = lasting(), world.user["worker"]
    assert gone in before and len(before) > 10
    with world.connect() as connection:
        take_hat(connection, world.identity("platform"))
        connection.execute(DISABLE, [gone])
        connection.execute("update app.users set disabled_at = null where id = %s", [gone])
        connection.commit()
    assert lasting() == before - {gone}


def test_every_feature_has_its_words(world):
    """The list of features is the database's; each is worded in views/words.py, and no words are there for none."""
    assert {row["feature_key"] for row in world.rows("features")} == set(LABELS["feature"])
    assert refused(world, "insert into app.feature_gates (plan_code, feature_key) values ('starter', 'everything')") == "23503"


# ---- nobody runs the installation and works for a firm ---------------------------------------------------------------

APPOINT = "update app.users set is_platform_admin = true where id = %s"


def test_no_operator_becomes_platform_admin(world):
    """KW432 for whoever operates for a firm, on the screens and at the owner's prompt; an invitation that waits is no obstacle."""
    for operator in ("harbour_admin", "quay_manager", "disabled_admin"):
        assert refused(world, APPOINT, world.user[operator]) == "KW432"
    with world.owner() as owner, pytest.raises(psycopg.Error) as refusal:
        owner.execute("select app.appoint_platform_admin('moor.admin@example.org', 'Moor Admin', sha256('token'))")
    assert refusal.value.sqlstate == "KW432"
    with world.as_("platform") as connection:
        assert connection.execute(APPOINT, [world.user["invited"]]).rowcount == 1


def test_no_platform_admin_becomes_a_member(world):
    """Not even by what an import or a DBA writes."""
    with world.owner() as owner:
        for statement in ("insert into app.memberships (user_id, organisation_id, role, accepted_at) values (%s, %s, 'org_admin', now())",
                          "update app.memberships set user_id = %s where organisation_id = %s and role = 'org_admin' and accepted_at is not null"):
            with pytest.raises(psycopg.Error) as refusal, owner.transaction():
                owner.execute(statement, [world.user["platform"], world.organisation["small"]])
            assert refusal.value.sqlstate == "KW432"
    assert not [row for row in world.rows("memberships") if row["user_id"] == world.user["platform"]]
