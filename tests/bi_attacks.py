"""What an attacker with a BI login tries: canaries in every text of both firms, and statements by what they go around."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
from psycopg import sql

from tests.reporting import VIEWS

#: Words that a reporting view shows to its own firm, and nothing else.
SHOWN = {"landlords.name", "properties.address", "properties.town", "support_sessions.author_name", "audit_log.table_name"}
TEXTS = """
    select c.table_name, c.column_name, c.udt_name from information_schema.columns as c join pg_tables as t on t.schemaname = 'app' and t.tablename = c.table_name
    where c.table_schema = 'app' and c.is_generated = 'NEVER' and c.udt_name in ('text', '_text', 'jsonb')
      and exists (select from information_schema.columns as o where o.table_schema = 'app' and o.table_name = c.table_name and o.column_name = 'organisation_id') order by 1, 2"""
PUT = {"text": "{words} || substr(md5(random()::text), 1, 8)", "_text": "array[{words}]", "jsonb": "jsonb_build_object('said', {words})"}


def canary(firm: str, column: str = "") -> str:
    """What stands in a column of a firm's: 'kanari harbour support_notes.body '."""
    return f"kanari {firm} {column} " if column else f"kanari {firm} "


def plant_canaries(world, firms: tuple[str, ...]) -> set[str]:
    """Puts one into each text, list of texts and jsonb column of these firms' tables where a constraint lets any words in; committed. The columns."""
    planted = set()
    with psycopg.connect(world.conninfo) as connection:
        connection.execute("set local session_replication_role = replica")
        for table, column, kind in connection.execute(TEXTS).fetchall():
            for firm in firms:
                words = sql.Literal(canary(firm, f"{table}.{column}"))
                try:
                    with connection.transaction():
                        changed = connection.execute(sql.SQL("update app.{} set {} = {} where organisation_id = {} and {} is not null").format(
                            sql.Identifier(table), sql.Identifier(column), sql.SQL(PUT[kind]).format(words=words), sql.Literal(world.organisation[firm]), sql.Identifier(column)))
                except psycopg.errors.CheckViolation:
                    continue
                if changed.rowcount:
                    planted.add(f"{firm} {table}.{column}")
    return planted


def ids_of_others(facts, organisation_id: UUID) -> set[str]:
    """Every id that a row of another organisation has, but those of people, who may work for several."""
    people = {row["id"] for row in facts["users"]}
    found = {value for table in facts.tables.values() for row in table if row.get("organisation_id", organisation_id) != organisation_id
             for value in row.values() if isinstance(value, UUID)}
    mine = {value for table in facts.tables.values() for row in table if row.get("organisation_id") == organisation_id for value in row.values() if isinstance(value, UUID)}
    # The installation's own log goes by zeros, which stand in the views' definitions as well.
    return {str(value) for value in found - mine - people - {UUID(int=0)}}


#: What makes, takes or changes something, or goes where a BI login has no business: every one is refused.
REFUSED = [
    # other people
    *(f"set role keywork_{role}" for role in ("owner", "app", "signin", "jobs", "org_admin", "property_manager", "collaborator", "platform_admin")),
    "set role keywork_super", "set session authorization keywork_super", "set session authorization {other}", "set role {other}",
    "grant {other} to {me}",
    "create role r", "alter role {me} superuser", "alter role {me} bypassrls", "alter role {other} password 'x'",
    # objects
    "create table t (n integer)", "create table reporting.t (n integer)", "create table public.t (n integer)", "create temporary table t (n integer)",
    "create temporary view v as select 1", "create view reporting.v as select 1", "create or replace view reporting.caseload as select 1",
    "create function pg_temp.f(text) returns boolean language plpgsql cost 0.0001 as $$ begin raise notice '%', $1; return true; end $$",
    "create function public.f() returns integer language sql as 'select 1'",
    "create function reporting.f() returns integer language sql as 'select 1'",
    "create schema s", "create extension dblink", "create extension postgres_fdw", "create server s foreign data wrapper w",
    "create language plperlu",
    "create operator reporting.=== (function = texteq, leftarg = text, rightarg = text)",
    "create aggregate reporting.a (text) (sfunc = textcat, stype = text)",
    "create publication p", "create subscription s connection '' publication p", "create event trigger e on ddl_command_end execute function app.f()",
    "create materialized view reporting.m as select 1", "create sequence reporting.s", "create type reporting.t as enum ('a')",
    "create statistics s on id, case_id from app.support_notes",
    # tables below
    *(f"select * from {name}" for name in (
    "app.support_notes", "app.tenants", "app.support_cases", "app.users", "app.audit_log", "app.audit_payloads", "app.digest_entries",
    "app.forecast", "app.closed_cases",
    "vault.bi_logins", "vault.signing_keys", "vault.audit_log_elsewhen", "fab.ab_user", "pg_statistic", "pg_statistic_ext_data", "pg_authid",
    "pg_largeobject", "pg_user_mapping",
        "pg_hba_file_rules", "pg_file_settings")),
    "select 'app.support_notes'::regclass", "select body from app.support_notes tablesample system (100)", "table app.support_notes",
    "select * from only app.support_notes",
    "select app.bi_organisation()", "select app.acting_as('any')", "select app.my_case_ids()", "select app.kept_texts()",
    "select app.verify_audit_log('00000000-0000-0000-0000-000000000000')",
    "select app.account_id('a@b.c', 0)", "select app.due_at(now(), now(), '{{}}', false)",
    "select last_value from vault.audit_ids", "select nextval('vault.audit_ids')", "begin; lock table app.support_notes",
    "begin; lock table reporting.caseload in access exclusive mode",
    # writing
    *(f"delete from reporting.{view}" for view in VIEWS), *(f"truncate reporting.{view}" for view in VIEWS),
    "insert into reporting.caseload (case_id) values (gen_random_uuid())", "update reporting.caseload set state = 'open'",
    "update reporting.activity set missed = 0",
    "merge into reporting.caseload as c using (select 1) as w on true when matched then delete", "insert into app.support_notes (body) values ('x')",
    "alter view reporting.caseload set (security_invoker = false)", "alter view reporting.caseload owner to {me}", "drop view reporting.caseload",
    "drop schema reporting cascade",
    "alter table app.support_notes disable row level security", "create policy p on app.support_notes using (true)",
    "comment on view reporting.caseload is 'x'",
    "analyze app.support_notes", "select * from reporting.caseload for update", "create index on app.support_notes (body)",
    # out of the database
    "copy (select 1) to program 'true'", "copy reporting.caseload to '/tmp/caseload'", "copy reporting.caseload from '/etc/passwd'",
    "select pg_read_file('/etc/hostname')",
    "select pg_read_binary_file('/etc/hostname')", "select pg_ls_dir('.')", "select pg_ls_logdir()", "select lo_import('/etc/hostname')",
    "select lo_from_bytea(0, 'kept')", "select lo_creat(-1)",
    "select pg_current_logfile()", "select pg_reload_conf()", "select pg_switch_wal()", "select pg_create_restore_point('x')",
    "select pg_create_logical_replication_slot('s', 'pgoutput')",
    "select pg_stat_reset()", "select pg_log_backend_memory_contexts(1)",
    # settings that would change what is shown or written down
    "set session_replication_role = replica", "set log_statement = 'none'", "set row_security = off; select * from reporting.caseload",
    "set log_min_messages = 'panic'",
    "set session_preload_libraries = 'x'", "load 'dblink'", "alter system set log_statement = 'none'",
    "alter database {database} set row_security = off",
    # xml and search functions that run SQL as text
    "select query_to_xml('select * from app.support_notes', true, true, '')", "select table_to_xml('app.support_notes', true, true, '')",
    "select schema_to_xml('app', true, true, '')",
    "select * from ts_stat('select to_tsvector(body) from app.support_notes')",
    "do $$ begin perform body from app.support_notes; end $$", "do $$ begin execute 'select 1 from app.tenants'; end $$",
    "prepare n as select body from app.support_notes", "declare c cursor with hold for select body from app.support_notes",
]

#: What is let through and must show nothing but one's own: each is carried out, and every value, notice and error that comes is searched.
SEARCHED = [
    # the views, by every way to read one
    *(f"select * from reporting.{view}" for view in VIEWS), *(f"copy (select * from reporting.{view}) to stdout" for view in VIEWS),
    *(f"select to_jsonb(v)::text from reporting.{view} as v" for view in VIEWS),
    *(f"explain (analyze, verbose, buffers, format json) select * from reporting.{view}" for view in VIEWS),
    *(f"select table_to_xml('reporting.{view}', true, false, '')" for view in VIEWS),
    "select * from reporting.caseload as a, reporting.caseload as b",
    "select * from reporting.caseload full join reporting.time_to_first_session using (case_id)",
    "declare c cursor with hold for select * from reporting.caseload; fetch all from c", "prepare p as select * from reporting.caseload; execute p",
    # functions that tell of what they are given, before a policy had its say (threats 8, 9)
    "select * from reporting.caseload where property_address::integer = 1", "select * from reporting.caseload where landlord_name::date is null",
    "select landlord_name::inet from reporting.caseload",
    "select * from reporting.caseload where 1 / (notes - notes) = 1",
    "select * from reporting.activity where 1 / (minutes_delivered - minutes_delivered) = 1",
    "select * from reporting.activity where worker_name::numeric > 0",
    "select * from reporting.caseload where case_id::text::integer = 1", "select * from reporting.caseload where case_id::text::bigint / 0 = 1",
    "select * from reporting.caseload where tenant_id::text::inet is null",
    "select * from reporting.caseload where closed_at > 'infinity'::timestamptz - interval '1 day' and substring(landlord_name from 1 for -1) = ''",
    "select * from reporting.goals_outcome where landlord_name::xml is document",
    "select * from reporting.audit_activity where (table_name)::regclass is not null",
    "select * from reporting.retention_forecast where rule::boolean",
    "select * from reporting.digest_delivery where outcome::jsonb is not null",
    "select * from reporting.caseload where set_config('app.seen', coalesce(current_setting('app.seen', true), '') || landlord_name, false) is null; select current_setting('app.seen')",
    "select * from reporting.caseload where pg_notify('seen', property_address) is null",
    "select * from reporting.caseload where property_address like '%' escape landlord_name",
    "select * from reporting.caseload where 'x' ~ (property_address || '(')",
    "select * from reporting.caseload order by landlord_name collate \"C\" using >",
    "select width_bucket(notes, 0, 0, 1) from reporting.caseload", "select chr(-notes::integer) from reporting.caseload",
    "select (array[1])[notes] / 0 from reporting.caseload",
    "do $$ declare r record; begin for r in select * from reporting.caseload loop raise notice '%', r; end loop; end $$",
    # settings
    *(f"set app.{name} = '{{other}}'; select * from reporting.caseload" for name in ("token", "organisation", "organisation_id", "bi_organisation",
    "user", "reason", "purging")),
    "select set_config('app.token', '{{foreign}}.org_admin.9999999999.' || repeat('0', 64), false); select * from reporting.caseload",
    "set role keywork_bi; select * from reporting.caseload",
    "set role none; reset role; reset session authorization; select * from reporting.caseload",
    "reset all; discard all; select * from reporting.caseload",
    "set search_path = app, vault, reporting; select * from caseload", "set default_transaction_read_only = off; select * from reporting.caseload",
    "set statement_timeout = 0; select * from reporting.caseload",
    "set transaction isolation level serializable; select * from reporting.caseload",
    "set plan_cache_mode = force_generic_plan; prepare q (text) as select * from reporting.caseload where landlord_name = $1; execute q ('Heath')",
    "set enable_seqscan = off; select * from reporting.activity",
    "set enable_indexscan = off; set enable_bitmapscan = off; select * from reporting.activity",
    "set max_parallel_workers_per_gather = 4; set parallel_setup_cost = 0; set min_parallel_table_scan_size = 0; select * from reporting.activity",
    "set debug_print_plan = on; set client_min_messages = debug5; select * from reporting.caseload",
    "alter role {me} set row_security = off; alter role {me} reset row_security",
    # the catalogue and the server's own views
    "select * from pg_stats", "select * from pg_stats_ext", "select * from pg_stats_ext_exprs", "select * from pg_stat_activity",
    "select * from pg_locks", "select * from pg_prepared_statements", "select * from pg_cursors",
    "select * from pg_policies", "select * from pg_views", "select * from pg_class", "select * from pg_attribute", "select * from pg_proc",
    "select * from pg_constraint", "select * from pg_index",
    "select * from pg_stat_user_tables", "select * from pg_stat_user_indexes", "select * from pg_stat_user_functions",
    "select * from pg_statio_all_tables", "select * from pg_roles",
    "select * from pg_database", "select * from pg_settings", "select * from pg_db_role_setting", "select * from pg_sequences",
    "select * from pg_largeobject_metadata", "select * from pg_seclabels",
    "select * from pg_description", "select * from pg_shdescription", "select * from pg_trigger", "select * from pg_rewrite",
    "select * from pg_default_acl", "select * from pg_stat_replication", "select * from pg_stat_ssl",
    *(f"select * from information_schema.{name}" for name in ("tables", "columns", "views", "view_column_usage", "column_privileges", "routines",
    "triggers", "check_constraints", "applicable_roles")),
    "select pg_get_viewdef('reporting.caseload'::regclass)",
    "select pg_get_functiondef(oid) from pg_proc where proname in ('bi_organisation', 'acting_as')",
    "select pg_sequence_last_value(oid) from pg_class where relkind = 'S'",
    "select database_to_xml(true, true, '')", "select schema_to_xml('reporting', true, true, '')",
    "select txid_current_snapshot(), pg_current_wal_lsn()",
    "listen seen; notify seen, 'x'", "select pg_advisory_lock(1), pg_advisory_unlock_all()",
]


def everything(connection: psycopg.Connection, statements: str) -> Iterator[str]:
    """All that comes of some statements: values of every result as text, what is copied out, notices, and the error with its details."""
    notices: list[str] = []
    connection.add_notice_handler(lambda diag: notices.append(f"{diag.message_primary} {diag.message_detail} {diag.message_hint} {diag.context}"))
    try:
        if statements.startswith("copy ("):
            with connection.cursor().copy(statements) as copy:
                yield from (bytes(block).decode() for block in copy)
        else:
            cursor = connection.execute(statements)
            while True:
                if cursor.description:
                    yield from (str(value) for row in cursor for value in row)
                if not cursor.nextset():
                    break
    except psycopg.Error as error:
        diag = error.diag
        yield f"{error} {diag.message_detail} {diag.message_hint} {diag.context} {diag.internal_query}"
    yield from (f"{note.channel} {note.payload}" for note in connection.notifies(timeout=0))
    yield from notices
