"""What a database is made of, as text to compare: tables, rules, comments, owners, rights, and the roles of its cluster."""

import difflib
import os
import re
import subprocess

import psycopg

ROLES = ("select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconfig"
         " from pg_roles where rolname like 'keywork%' order by 1")
#: By whom a membership was given is left out: both kinds of installers may have.
MEMBERS = ("select distinct r.rolname, m.rolname, a.admin_option from pg_auth_members a join pg_roles r on r.oid = a.roleid"
           " join pg_roles m on m.oid = a.member where 'keywork' in (left(r.rolname, 7), left(m.rolname, 7)) order by 1, 2")
SETTINGS_HERE = ("select r.rolname, s.setconfig from pg_db_role_setting s join pg_roles r on r.oid = s.setrole"
                 " where s.setdatabase = (select oid from pg_database where datname = current_database()) order by 1")
DATABASE = "select datacl::text from pg_database where datname = current_database()"

#: pg_dump lists a policy's roles in no order of its own.
ROLE_LIST = re.compile(r" TO (keywork_\w+(?:, keywork_\w+)+) ")
#: What differs each time.
NOISE = ("\\restrict", "\\unrestrict", "-- Dumped")


def in_order(roles: re.Match) -> str:
    """The roles of a policy in the order of their names."""
    return f" TO {', '.join(sorted(roles[1].split(', ')))} "


def dump(server, conninfo: str) -> str:
    """The schema with comments, owners and rights, and the roles of the cluster, without what differs each time."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    made = subprocess.run([server.local.bindir / "pg_dump", "--schema-only", "--dbname", conninfo], capture_output=True, text=True,
                          check=True, timeout=60, env=environment).stdout
    lines = [ROLE_LIST.sub(in_order, line) for line in made.splitlines() if not line.startswith(NOISE)]
    with psycopg.connect(conninfo) as connection:
        facts = [str(row) for query in (ROLES, MEMBERS, SETTINGS_HERE, DATABASE) for row in connection.execute(query)]
    return "\n".join([*lines, *facts])


def difference(one: str, other: str) -> list[str]:
    """The lines in which two dumps differ, with - for the first one's and + for the second one's; their order counts."""
    return [line for line in difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=0)
            if line[:1] in "-+" and line[:3] not in ("---", "+++")]


def rows(conninfo: str) -> dict[str, list[dict]]:
    """Every row of every table of ours, by table, each table's in the order of their text."""
    with psycopg.connect(conninfo) as connection:
        tables = connection.execute("select schemaname || '.' || tablename from pg_tables"
                                    " where schemaname in ('app', 'vault', 'fab') order by 1").fetchall()
        return {table: [row for (row,) in connection.execute(f"select to_jsonb(t) from {table} as t order by t::text")]
                for (table,) in tables}


class Backup:
    """A dump of a world, and databases that it was restored into."""

    def __init__(self, world):
        self._server = world.server
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        with world.owner() as owner:
            #: The last number of the log that it holds.
            self.last = owner.execute("select max(id) from app.audit_log").fetchone()[0]
        self._dumped = subprocess.run([self._server.local.bindir / "pg_dump", "--dbname", world.conninfo], capture_output=True, check=True, timeout=60,
                                      env=self._environment).stdout
        self._made: list[str] = []

    def restore(self) -> str:
        """Restores it into a new database, as an operator would; returns its conninfo."""
        self._made.append(self._server.create())
        # Rights on a database itself are in no dump of it.
        self._server.let_in(self._made[-1])
        conninfo = self._server.conninfo(self._made[-1])
        subprocess.run([self._server.local.bindir / "psql", "-qX", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-d", conninfo], input=self._dumped, check=True,
                       timeout=60, env=self._environment)
        return conninfo

    def drop(self) -> None:
        """Drops the databases."""
        for name in self._made:
            self._server.drop(name)
