"""Rights that end in the middle of a transaction, and transactions that end with nobody. Threats 20 and 24."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from db.identity import act_in_each_transaction
from tests.conftest import take_hat

COUNT = "select count(*) from app.support_notes"

# ---- rights taken away -----------------------------------------------------------------------------------------------


TAKEN_AWAY = {
    "worker": "update app.support_collaborators set ended_at = now() where user_id = %s and ended_at is null",
    "officer_open": "update app.support_collaborators set ended_at = now() where user_id = %s and ended_at is null",
    "harbour_admin": "update app.users set disabled_at = now() where id = %s",
    "watcher": "update app.users set disabled_at = now() where id = %s",
    "moor_admin": "delete from app.memberships where user_id = %s",
    "heath_manager": "delete from app.property_manager_landlords where user_id = %s",
}


@pytest.mark.parametrize("persona", TAKEN_AWAY)
def test_taken_away_in_the_middle_of_a_transaction(world, persona):
    """Threat 20: the next statement of an open transaction shows nothing, and writes nothing."""
    who = world.personas[persona].user_id
    with world.connect() as connection:
        take_hat(connection, world.identity(persona))
        assert connection.execute(COUNT).fetchone()[0] > 0
        with world.owner() as owner:
            owner.execute(TAKEN_AWAY[persona], [who])
        assert connection.execute(COUNT).fetchone()[0] == 0
        assert connection.execute("select count(*) from app.support_cases").fetchone()[0] == 0
        assert connection.execute("update app.support_notes set body = 'Too late'").rowcount == 0
        assert connection.execute("delete from app.support_notes").rowcount == 0


def test_platform_admin_no_longer(world):
    """Threat 20: a platform-admin who is one no longer runs nothing, though their token still names the hat."""
    with world.as_("platform") as connection:
        assert connection.execute("select count(*) from app.organisations").fetchone()[0] == 3
    with world.owner() as owner:
        owner.execute("update app.users set is_platform_admin = false where id = %s", [world.user["platform"]])
    with world.as_("platform") as connection:
        assert connection.execute("select count(*) from app.organisations").fetchone()[0] == 0


def test_plan_without_the_feature(world):
    """A downgrade hides every case from everybody at once, an upgrade brings all of it back, and nothing is deleted."""
    personas = ("harbour_admin", "quay_manager", "worker", "officer_open")

    def seen():
        answers = {}
        for persona in personas:
            with world.as_(persona) as connection:
                answers[persona] = {(table, *row) for table in ("support_cases", "support_notes", "support_goals", "support_sessions",
                                                                "support_goal_progress", "support_collaborators")
                                    for row in connection.execute(f"select id, organisation_id from app.{table}")}
        return answers

    before = seen()
    harbour = world.organisation["harbour"]
    assert all(before.values())
    for plan, expected in (("business", {}), ("enterprise", before)):
        with world.owner() as owner:
            owner.execute("update app.organisations set plan_code = %s where id = %s", [plan, harbour])
        for persona, rows in seen().items():
            assert rows == (expected.get(persona) or {row for row in before[persona] if row[2] != harbour})


# ---- the pool --------------------------------------------------------------------------------------------------------


@pytest.fixture
def pool(shared_world):
    """(engine with one connection, the list whose only element is who acts in the next transaction)."""
    engine = create_engine(shared_world.server.urls(shared_world.database)[0], pool_size=1, max_overflow=0,
                           connect_args={"prepare_threshold": None})
    who = [shared_world.identity("harbour_admin")]
    act_in_each_transaction(engine, lambda: who[0])
    yield engine, who
    engine.dispose()


def use_and_commit(engine):
    """A transaction that ends well."""
    with engine.begin() as connection:
        connection.execute(text("select 1"))


def use_and_roll_back(engine):
    """A transaction that is given up."""
    with engine.connect() as connection:
        connection.execute(text(COUNT))
        connection.rollback()


def use_a_savepoint(engine):
    """A savepoint released, one rolled back, then a commit."""
    with engine.begin() as connection:
        with connection.begin_nested():
            connection.execute(text(COUNT))
        nested = connection.begin_nested()
        nested.rollback()


def fail(engine):
    """A statement that the database refuses."""
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("select 1 / 0"))


def time_out(engine):
    """A statement that runs out of time."""
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("set local statement_timeout = 20"))
        connection.execute(text("select pg_sleep(5)"))


def leave_things_behind(engine):
    """An injected statement that sets its role and token for the session, and commits."""
    with engine.begin() as connection:
        connection.execute(text("select set_config('app.token', current_setting('app.token'), false),"
                                " set_config('role', 'keywork_org_admin', false)"))


@pytest.mark.parametrize("use", [use_and_commit, use_and_roll_back, use_a_savepoint, fail, time_out, leave_things_behind])
def test_the_next_checkout_is_nobody(pool, use):
    """Threat 24: the one connection of the pool, used by somebody, is nobody's at the next checkout."""
    engine, who = pool
    with engine.connect() as connection:
        assert connection.execute(text(COUNT)).scalar() > 0
        backend = connection.execute(text("select pg_backend_pid()")).scalar()
    use(engine)
    who[0] = None
    with engine.connect() as connection:
        assert connection.execute(text("select pg_backend_pid()")).scalar() == backend
        assert connection.execute(text("select current_user, nullif(current_setting('app.token', true), '')")).one() == ("keywork_app", None)
    with engine.connect() as connection, pytest.raises(DBAPIError) as refusal:
        connection.execute(text(COUNT))
    assert refusal.value.orig.sqlstate == "42501"


def test_the_next_person_is_themselves(pool, shared_world):
    """Threat 24: people take turns on one connection, and each sees their own rows only."""
    engine, who = pool
    expected = {}
    for persona in ("harbour_admin", "worker", "moor_admin", "gone"):
        with shared_world.as_(persona) as connection:
            expected[persona] = {row[0] for row in connection.execute("select id from app.support_notes")}
    for persona in [*expected, *reversed(expected)] * 3:
        who[0] = shared_world.identity(persona)
        with engine.begin() as connection:
            assert {row[0] for row in connection.execute(text("select id from app.support_notes"))} == expected[persona]
