"""The mapping of tables and views to models is the catalogue's, column by column."""

import pytest
from sqlalchemy import ARRAY, Boolean, Date, DateTime, Integer, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from db import models, models_digest, models_documents, models_imports, models_platform, models_record, models_reporting, models_requests, models_set_up
from db.identity import HATS

#: The mapped type that fits a column's type in the catalogue.
FITTING = {
    "uuid": Uuid, "text": Text, "boolean": Boolean, "integer": Integer, "smallint": SmallInteger, "bigint": Integer, "date": Date,
    "timestamp with time zone": DateTime, "jsonb": JSONB, "text[]": ARRAY, "uuid[]": ARRAY, "bytea": LargeBinary,
}
REPORTED = {mapper.local_table.name: mapper for mapper in models.Workspace.registry.mappers if mapper.local_table.schema == "reporting"}
MAPPED = {mapper.local_table.name: mapper for mapper in models.Workspace.registry.mappers if mapper.local_table.schema == "app"}


@pytest.fixture(scope="module")
def columns(shared_world):
    """(table, column) -> (type, may be null, has a default or is filled in) for everything in schema app."""
    with shared_world.owner() as owner:
        return {(table, column): (kind, nullable, filled) for table, column, kind, nullable, filled in owner.execute(
            """select c.relname, a.attname, format_type(a.atttypid, null), not a.attnotnull, a.atthasdef
               from pg_attribute a join pg_class c on c.oid = a.attrelid
               where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped""")}


def test_there_are_models():
    """Every table of a case and every view is mapped."""
    assert {"support_cases", "support_notes", "support_goals", "support_goal_progress", "support_sessions", "support_collaborators",
            "case_list", "case_workspace", "caseload", "note_feed", "session_list", "team_members", "tenants_without_case",
            "feature_offers", models_platform.PersonRow.__tablename__, models_set_up.TenantRow.__tablename__,
            models_record.AuditEntry.__tablename__, models_digest.DigestRow.__tablename__,
            models_documents.DocumentRow.__tablename__, models_requests.RequestRow.__tablename__,
            models_imports.Import.__tablename__} <= set(MAPPED)


def test_every_view_is_mapped(shared_world):
    """A view that no model reads is one that no screen reads."""
    with shared_world.owner() as owner:
        views = {row[0] for row in owner.execute("select viewname from pg_views where schemaname = 'app'")}
    assert views <= set(MAPPED)


def test_the_reporting_views_are_mapped_column_by_column(shared_world):
    """Each view of schema reporting with all its columns and fitting types; the dashboard reads them."""
    assert models_reporting.CaseFigures.__tablename__ in REPORTED
    found: dict[str, dict[str, str]] = {}
    with shared_world.owner() as owner:
        for view, column, kind in owner.execute("select c.relname, a.attname, format_type(a.atttypid, null) from pg_attribute a join pg_class c on c.oid = a.attrelid"
                                                " where c.relnamespace = 'reporting'::regnamespace and a.attnum > 0 order by a.attnum"):
            found.setdefault(view, {})[column] = kind
    assert {view: list(columns) for view, columns in found.items()} == {view: list(mapper.local_table.columns.keys()) for view, mapper in REPORTED.items()}
    for view, mapper in REPORTED.items():
        for column in mapper.local_table.columns:
            assert isinstance(column.type, FITTING[found[view][column.name]]), (view, column.name)


@pytest.mark.parametrize("table", sorted(MAPPED))
def test_columns_exist_and_types_fit(columns, table):
    """Each mapped column is there with a fitting type; nullability is compared for tables (views know none)."""
    for column in MAPPED[table].local_table.columns:
        assert (table, column.name) in columns, column.name
        kind, nullable, _ = columns[table, column.name]
        assert isinstance(column.type, FITTING[kind]), (column.name, kind)
        if isinstance(column.type, DateTime):
            assert column.type.timezone, f"{column.name} loses its time zone"
        if table in ("plans", "organisations") or table.startswith("support_"):
            assert column.nullable == nullable, column.name


@pytest.mark.parametrize("table", sorted(name for name in MAPPED if name.startswith("support_")))
def test_whole_tables_are_mapped(columns, table):
    """No column of a case's tables is left out of its model."""
    assert {column for name, column in columns if name == table} == set(MAPPED[table].local_table.columns.keys())


@pytest.mark.parametrize("table", sorted(MAPPED))
def test_mapped_columns_are_readable(shared_world, table):
    """A hat that may read a model's table at all may read each column that a plain select loads."""
    plain = [attribute.columns[0].name for attribute in MAPPED[table].column_attrs if not attribute.deferred]
    readers = 0
    with shared_world.owner() as owner:
        for hat in HATS:
            role = f"keywork_{hat}"
            if owner.execute("select has_any_column_privilege(%s, %s, 'select')", [role, f"app.{table}"]).fetchone()[0]:
                readers += 1
                unreadable = [name for name in plain if not owner.execute(
                    "select has_column_privilege(%s, %s, %s, 'select')", [role, f"app.{table}", name]).fetchone()[0]]
                assert not unreadable, hat
    assert readers


@pytest.mark.parametrize("table", sorted(name for name in MAPPED if name.startswith("support_")))
def test_inserts_name_only_columns_that_a_hat_may_write(shared_world, table):
    """A column that no hat may INSERT is `given` in the model, so that an INSERT leaves it out."""
    with shared_world.owner() as owner:
        writable = {name for (name,) in owner.execute(
            "select column_name from information_schema.column_privileges where table_schema = 'app' and table_name = %s"
            " and privilege_type = 'INSERT' and grantee in ('keywork_org_admin', 'keywork_collaborator')", [table])}
    mapped = {column.name for column in MAPPED[table].local_table.columns if column.server_default is None}
    assert mapped <= writable
