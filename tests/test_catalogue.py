"""The catalogue itself: lints that find nothing, and each of them shown to be able to find something.

Threats 1, 2, 3, 4, 7, 15 and 21.
"""

import re
from pathlib import Path

import psycopg
import pytest

from tests.conftest import take_hat
from tests.lints import DEFINERS, LINTS

ROOT = Path(__file__).resolve().parent.parent
HEADER_CODE = re.compile(r"^--   (KW\d{3})  \S", re.MULTILINE)

CASE_TABLES = ("support_cases", "support_collaborators", "support_notes", "support_goals", "support_goal_progress", "support_sessions")


@pytest.fixture
def catalogue(each_world):
    """A superuser's connection to the catalogue, in a transaction that is rolled back; no schema is assumed in names."""
    with psycopg.connect(each_world.conninfo) as connection:
        connection.execute("set local search_path = ''")
        yield connection
        connection.rollback()


def offenders(connection, lint) -> list[str]:
    """What a lint names."""
    return sorted(row[0] for row in connection.execute(lint.query))


@pytest.mark.parametrize("name", LINTS)
def test_lint_finds_nothing(catalogue, name):
    """Nothing in the catalogue breaks this rule."""
    assert offenders(catalogue, LINTS[name]) == []


@pytest.mark.parametrize("name", LINTS)
def test_lint_can_find_something(catalogue, name):
    """A planted violation is named."""
    lint = LINTS[name]
    assert lint.offender not in offenders(catalogue, lint)
    catalogue.execute(lint.planted)
    assert lint.offender in offenders(catalogue, lint)


def test_definers_are_all_there(catalogue):
    """The list of SECURITY DEFINER functions names none that has gone."""
    found = {row[0] for row in catalogue.execute("select proname from pg_proc where prosecdef and pronamespace = 'app'::regnamespace")}
    assert found == set(DEFINERS)


def test_every_code_is_listed_and_raised(catalogue):
    """The catalogue of KW codes at the top of functions.sql is what the functions raise, both ways."""
    raised = {code for (source,) in catalogue.execute("select prosrc from pg_proc where pronamespace = 'app'::regnamespace")
              for code in re.findall(r"'(KW\d{3})'", source)}
    listed = HEADER_CODE.findall((ROOT / "db" / "functions.sql").read_text(encoding="utf-8"))
    assert len(listed) == len(set(listed)) and raised == set(listed)


@pytest.mark.parametrize("persona", ["harbour_admin", "quay_manager", "worker", "platform"])
def test_helpers_run_once_in_a_query(each_world, persona):
    """Threat 21: under each hat, the plan of each table calls helpers in InitPlans only, never in a row's condition."""
    tables = ["organisations", "users", "memberships", "landlords", "properties", "tenants", "property_manager_landlords", "plans",
              "feature_gates", *CASE_TABLES]
    planned = 0
    for table in tables:
        for statement in (f"select 1 from app.{table}", f"delete from app.{table}"):
            with each_world.as_(persona) as connection:
                try:
                    lines = [line for (line,) in connection.execute(f"explain (costs off) {statement}")]
                except psycopg.errors.InsufficientPrivilege:
                    continue
            planned += 1
            conditions = [line for line in lines if re.match(r"\s*(Filter|Index Cond|Recheck Cond|One-Time Filter|Join Filter):", line)]
            assert not [line for line in conditions if re.search(r"\b[a-z_]+\(", line.replace("ANY (", "").replace("AND (", ""))], lines
            assert any("InitPlan" in line for line in lines)
    assert planned >= (7 if persona == "platform" else 12)


@pytest.mark.parametrize("table", CASE_TABLES)
def test_walls_hold_beside_an_open_policy(each_world, table):
    """Threat 15: somebody adds `using (true)` for a hat, and still nobody reads another organisation's rows."""
    expected = {"harbour_admin": {"harbour"}, "quay_manager": {"harbour"}, "worker": {"harbour"}, "both_worker": {"harbour", "moor"}}
    total = {row["organisation_id"] for row in each_world.rows(table)}
    assert total == {each_world.organisation[name] for name in ("harbour", "moor", "small")}
    for persona, organisations in expected.items():
        with psycopg.connect(each_world.conninfo) as connection:
            connection.execute(f"create policy planted on app.{table} for all to keywork_org_admin, keywork_property_manager,"
                               " keywork_collaborator using (true)")
            take_hat(connection, each_world.identity(persona))
            seen = {row[0] for row in connection.execute(f"select distinct organisation_id from app.{table}")}
            connection.rollback()
        assert seen == {each_world.organisation[name] for name in organisations}, persona
