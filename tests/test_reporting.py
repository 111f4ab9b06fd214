"""The reporting views show what an oracle in plain Python counts from the rows of one's own, to BI logins and to operators (threats 3, 13, 22)."""

import psycopg
import pytest
from psycopg import errors

from tests.conftest import take_hat
from tests.reporting import EDGES, FIRMS, MANAGERS_VIEWS, VIEWS, Figures, Reported, comparable, month_of, rows_of
from tests.rights import Oracle
from tests.world import PERSONAS, WRONG_HATS


@pytest.fixture(scope="module")
def reported(each_server):
    """One world with BI logins for the module, on every server there is; tests commit nothing in it but bindings that they put back."""
    made = Reported(each_server)
    yield made
    made.close()


def figures_of_firm(reported: Reported, firm: str, now) -> Figures:
    """What a firm's BI login must see."""
    its_id = reported.world.organisation[firm]
    return Figures(reported.facts, lambda table, row: row["organisation_id"] == its_id and reported.facts.has_support_cases(its_id), now)


@pytest.mark.parametrize("firm", ["harbour", "moor"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_bi_login_sees_its_firms_figures(reported, firm, view):
    """Threat 3: each row as the oracle counts it, none besides, and there are rows of both firms to see."""
    with reported.as_bi(firm) as connection:
        (now,) = connection.execute("select now()").fetchone()
        expected = getattr(figures_of_firm(reported, firm, now), view)()
        assert comparable(rows_of(connection, view)) == comparable(expected)
        assert len(expected) >= 3 or view == "digest_delivery" and expected


def test_the_rows_that_others_must_not_see_are_there(reported):
    """As the owner, each view holds more than any one firm's; the firm without the plan, which has cases, is shown none."""
    assert any(row["organisation_id"] == reported.world.organisation["small"] for row in reported.facts["support_cases"])
    with reported.world.owner() as owner:
        for view in VIEWS:
            everything = comparable(rows_of(owner, view))
            seen = {}
            for firm in FIRMS:
                with reported.as_bi(firm) as connection:
                    seen[firm] = comparable(rows_of(connection, view))
            assert seen["harbour"] and seen["moor"] and not seen["small"], view
            assert everything not in seen.values(), view


@pytest.mark.parametrize("persona", PERSONAS | WRONG_HATS)
def test_operators_see_what_is_theirs(reported, persona):
    """Org-admins everything of their organisation, property managers what belongs to their landlords and no retention, digest or log; nobody else anything."""
    oracle = Oracle(reported.facts, (PERSONAS | WRONG_HATS)[persona])
    hat = (PERSONAS | WRONG_HATS)[persona].hat
    granted = {"org_admin": VIEWS, "property_manager": MANAGERS_VIEWS}.get(hat, ())
    with reported.world.as_(persona) as connection:
        (now,) = connection.execute("select now()").fetchone()
        figures = Figures(reported.facts, oracle.reads, now)
        for view in VIEWS:
            if view not in granted:
                with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
                    rows_of(connection, view)
                continue
            assert comparable(rows_of(connection, view)) == comparable(getattr(figures, view)()), view
    if persona in ("harbour_admin", "quay_manager", "moor_admin", "heath_manager"):
        assert all(getattr(figures, view)() for view in granted)


def test_the_planted_rows_lie_on_both_sides_of_a_month(reported):
    """Otherwise the comparisons above would say nothing about London's months: by UTC, sessions of the summer would be a month earlier."""
    months = {month_of(moment) for moment in EDGES}
    assert len(months) == 12 and sum(month_of(moment) != moment.date().replace(day=1) for moment in EDGES) >= 6
    with reported.as_bi("moor") as connection:
        waits = sorted(row["days"] for row in rows_of(connection, "time_to_first_session") if row["days"] is not None)
        assert waits[:2] == [0, 0] and 1 in waits
        assert {row["month"] for row in rows_of(connection, "retention_forecast")} >= {month_of(EDGES[0]).replace(year=2029, month=7), None}


def test_a_removed_or_unbound_login_sees_nothing(reported):
    """The row of vault.bi_logins is all there is: without it, or with a plan that ends, the next statement of a session sees nothing."""
    login = reported.login("harbour")
    with psycopg.connect(reported.conninfo("harbour"), autocommit=True) as connection, psycopg.connect(reported.world.conninfo, autocommit=True) as owner:
        assert all(rows_of(connection, view) for view in VIEWS)
        for taken, given in (
            ("update vault.bi_logins set login = 'bi_nobody' where login = %(login)s", "update vault.bi_logins set login = %(login)s where login = 'bi_nobody'"),
            ("update app.organisations set plan_code = 'business' where name = 'Harbour Homes'", "update app.organisations set plan_code = 'enterprise' where name = 'Harbour Homes'"),
        ):
            try:
                owner.execute(taken, {"login": login})
                assert [view for view in VIEWS if rows_of(connection, view)] == [], taken
            finally:
                owner.execute(given, {"login": login})
            assert all(rows_of(connection, view) for view in VIEWS)


def test_a_plan_that_is_kept_is_asked_for_whom_it_runs(reported):
    """Threat 13: one prepared statement over an invoker view, run under three hats in one session, shows each what is theirs."""
    with reported.world.connect() as connection:
        seen = {}
        for persona in ("harbour_admin", "moor_admin", "quay_manager", "harbour_admin"):
            take_hat(connection, reported.world.identity(persona))
            seen[persona] = set(connection.execute("select landlord_name from reporting.caseload", prepare=True).fetchall())
            connection.commit()
    assert seen == {"harbour_admin": {("Quay",), ("Dock",)}, "moor_admin": {("Heath",), ("Fell",)}, "quay_manager": {("Quay",)}}


def test_bi_logins_are_granted_what_the_views_read_and_no_column_more(reported):
    """Column by column, as the views depend on them; and functions: those that views and policies call."""
    read = """
        with recursive views as (
            select oid from pg_class where relnamespace = 'reporting'::regnamespace
            union select d.refobjid from views as v join pg_rewrite as r on r.ev_class = v.oid join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
                join pg_class as c on c.oid = d.refobjid and d.refclassid = 'pg_class'::regclass and c.relkind = 'v' and c.oid <> v.oid)
        select distinct d.refobjid::regclass::text, a.attname::text
        from views as v join pg_rewrite as r on r.ev_class = v.oid join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
        join pg_class as c on c.oid = d.refobjid and c.relkind in ('r', 'p') join pg_attribute as a on a.attrelid = c.oid and a.attnum = d.refobjsubid and a.attnum > 0"""
    with reported.world.owner() as owner:
        used = set(owner.execute(read))
        granted = set(owner.execute("select a.attrelid::regclass::text, a.attname::text from pg_attribute as a, aclexplode(a.attacl) as g where g.grantee = 'keywork_bi'::regrole"))
        whole = {name for (name,) in owner.execute("select c.oid::regclass::text from pg_class as c, aclexplode(c.relacl) as g where g.grantee = 'keywork_bi'::regrole")}
        called = {name for (name,) in owner.execute("select p.proname::text from pg_proc as p, aclexplode(p.proacl) as g where g.grantee = 'keywork_bi'::regrole")}
    assert len(used) > 40 and granted == used
    assert whole == {f"reporting.{view}" for view in VIEWS} | {"app.forecast", "app.closed_cases"}
    assert called == {"bi_organisation", "due_at", "told_state"}
