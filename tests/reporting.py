"""What tests of reporting share: a world with rows at the edges of months, BI logins on it, and the views said a second time in plain Python."""

import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row

from db import bi_logins
from tests.conftest import World
from tests.rights import Facts

LONDON = ZoneInfo("Europe/London")
VIEWS = ("caseload", "activity", "goals_outcome", "time_to_first_session", "retention_forecast", "digest_delivery", "audit_activity")
#: What a property manager reads of them.
MANAGERS_VIEWS = VIEWS[:4]
#: Organisation -> name of its BI login. Small's plan has no support cases.
FIRMS = {"harbour": "Harbour Homes", "moor": "Moor Homes", "small": "Small Homes"}
#: Tables that the views read, beside those of tests.rights.Facts' own.
CONTENT = ("support_notes", "support_goals", "support_goal_progress", "support_sessions", "support_documents", "support_uploads")

#: Moments on both sides of where London's months begin, through two changes of the clocks, and in the hour that comes twice.
EDGES = [datetime(2024, month, 1, tzinfo=LONDON).astimezone(UTC) + timedelta(minutes=minutes) for month in range(2, 13) for minutes in (-1, 0)] + [
    datetime(2024, 3, 31, 0, 59, tzinfo=UTC), datetime(2024, 3, 31, 1, 0, tzinfo=UTC), datetime(2024, 10, 27, 0, 30, tzinfo=UTC), datetime(2024, 10, 27, 1, 30, tzinfo=UTC)]


def plant(world: World) -> None:
    """Sessions, goals, a case and lines of the log at the edges of months, in both firms; committed."""
    with psycopg.connect(world.conninfo) as owner:
        owner.execute("set local role keywork_owner")
        for firm, case, author in (("harbour", "ann", "worker"), ("harbour", "dan", "two_hats"), ("moor", "gus", "both_worker")):
            place = {"case": world.case[case], "author": world.user[author], "name": f"{author} of {firm}"}
            for number, moment in enumerate(EDGES):
                status = ("delivered", "missed", "cancelled", "scheduled")[number % 4]
                owner.execute("insert into app.support_sessions (case_id, scheduled_at, duration_minutes, type, status, outcome_note, author_id, author_name, created_at)"
                              " values (%(case)s, %(at)s, %(minutes)s, 'phone_call', %(status)s, case when %(status)s = 'delivered' then 'Talked' end, %(author)s, %(name)s, %(at)s)",
                              {**place, "at": moment, "minutes": 15 + number, "status": status})
                owner.execute("insert into app.support_goals (case_id, title, status, target_date, author_id, author_name, created_at)"
                              " values (%(case)s, 'At the edge', %(status)s, (now() at time zone 'Europe/London')::date + %(days)s, %(author)s, %(name)s, %(at)s)",
                              {**place, "at": moment, "status": ("active", "achieved", "closed")[number % 3], "days": number % 5 - 2})
        for firm, tenant in (("harbour", "fay"), ("moor", "ida")):
            # Opened in July by London's clocks, seen first on that day; another is to wait, over a change of the clocks; a third was seen before.
            for opened, seen in (("2024-06-30 23:30+00", "2024-06-30 23:45+00"), ("2024-10-26 12:00+00", "2024-10-27 23:59+00"), ("2024-05-10 12:00+00", "2024-05-01 12:00+00")):
                (case,) = owner.execute("insert into app.support_cases (tenant_id, opened_at, closed_at, closing_reason) values (%s, %s, '2024-12-01', 'moved_on') returning id",
                                        [world.tenant[tenant], opened]).fetchone()
                owner.execute("alter table app.support_sessions disable trigger sessions_of_a_closed_case_are_read_only")
                owner.execute("insert into app.support_sessions (case_id, scheduled_at, type, status, outcome_note, author_id, author_name)"
                              " values (%s, %s, 'appointment', 'delivered', 'Met', %s, 'Worker')", [case, seen, world.user["worker"]])
                owner.execute("alter table app.support_sessions enable trigger sessions_of_a_closed_case_are_read_only")
            # The last half hour of June in Greenwich is July in London; 29 February is followed by years without one.
            for opened, closed in (("2020-01-01", "2022-06-30 23:30+00"), ("2020-01-01", "2024-02-29 12:00+00"), ("2010-01-01", "2012-01-01")):
                owner.execute("insert into app.support_cases (tenant_id, opened_at, closed_at, closing_reason) values (%s, %s, %s, 'transferred')",
                              [world.tenant[tenant], opened, closed])
            for ago, action in (("26 months", "view"), ("24 months", "export"), ("24 months", "view"), ("1 day", "view")):
                owner.execute("insert into app.audit_log (organisation_id, actor_name, actor_hat, action, table_name, happened_at) values (%s, 'Somebody', 'org_admin', %s,"
                              " 'support_notes', now() - %s::interval)", [world.organisation[firm], action, ago])
            owner.execute("insert into app.audit_log (organisation_id, actor_name, actor_hat, action, table_name, happened_at) values (%s, 'Somebody', 'org_admin', 'view',"
                          " 'support_notes', date_trunc('month', now() - interval '8 months', 'Europe/London') - interval '1 second')", [world.organisation[firm]])


class Reported:
    """The hand-made world with planted rows, and a BI login for each firm on it."""

    def __init__(self, server):
        self.world = World(server, server.create("world"))
        plant(self.world)
        self.names = {firm: f"{firm}_{self.world.database}" for firm in FIRMS}
        self._passwords = {firm: bi_logins.make(self.world.conninfo, name, FIRMS[firm])[:2] for firm, name in self.names.items()}
        self.facts = Facts(self.world)

    def conninfo(self, firm: str) -> str:
        """How the BI login of a firm connects, with its own password."""
        login, password = self._passwords[firm]
        return self.world.server.local.conninfo(self.world.database, login, password)

    def url(self, firm: str) -> str:
        """The same as an address of SQLAlchemy's."""
        return self.world.server.local.sqlalchemy_url(self.world.database, *self._passwords[firm])

    def login(self, firm: str) -> str:
        """The login of a firm by name."""
        return self._passwords[firm][0]

    @contextlib.contextmanager
    def as_bi(self, firm: str) -> Iterator[psycopg.Connection]:
        """A connection of a firm's BI login, rolled back at the end."""
        with psycopg.connect(self.conninfo(firm)) as connection:
            yield connection
            connection.rollback()

    def close(self) -> None:
        """Drops the logins, which are the server's, and the database."""
        for name in self.names.values():
            with contextlib.suppress(bi_logins.NoSuchLogin):
                bi_logins.drop(self.world.conninfo, name)
        self.world.close()
        self.world.server.drop(self.world.database)


def rows_of(connection: psycopg.Connection, view: str) -> list[dict]:
    """Every row of a reporting view."""
    return connection.cursor(row_factory=dict_row).execute(f"select * from reporting.{view}").fetchall()


def comparable(rows: list[dict]) -> Counter:
    """Rows to compare, in no order."""
    return Counter(tuple(sorted(row.items())) for row in rows)


# ---- the views in Python ---------------------------------------------------------------------------------------------


def month_of(moment: datetime) -> date:
    """The first day of a moment's month in London."""
    return moment.astimezone(LONDON).date().replace(day=1)


def years_after(moment: datetime, years: int) -> datetime:
    """Retention's years, by London's calendar; 1 March after a 29 February where there is none."""
    local = moment.astimezone(LONDON).replace(tzinfo=None)
    try:
        later = local.replace(year=local.year + years)
    except ValueError:
        later = local.replace(year=local.year + years, month=3, day=1)
    return later.replace(tzinfo=LONDON)


class Figures:
    """What the views must show to somebody who sees the rows for which `sees(table, row)` is true, at the moment `now`."""

    def __init__(self, facts: Facts, sees: Callable[[str, dict], bool], now: datetime):
        self._facts, self._sees, self._now = facts, sees, now

    def _rows(self, table: str) -> list[dict]:
        return [row for row in self._facts[table] if self._sees(table, row)]

    def _by_case(self, table: str) -> dict:
        found = defaultdict(list)
        for row in self._rows(table):
            found[row["case_id"]].append(row)
        return found

    def _landlord(self, row: dict) -> dict:
        return {"landlord_id": row["landlord_id"], "landlord_name": self._facts.row(row["landlord_id"])["name"]}

    def caseload(self) -> list[dict]:
        """reporting.caseload."""
        content = {table: self._by_case(table) for table in (*CONTENT, "support_collaborators")}
        made = []
        for case in self._rows("support_cases"):
            home = self._facts.row(self._facts.row(case["tenant_id"])["property_id"])
            sessions, notes, goals = (content[table][case["id"]] for table in ("support_sessions", "support_notes", "support_goals"))
            team = [member for member in content["support_collaborators"][case["id"]] if member["ended_at"] is None]
            on = Counter("card" if member["user_id"] is None else member["kind"] for member in team)
            statuses, goal_states = Counter(row["status"] for row in sessions), Counter(row["status"] for row in goals)
            made.append({
                "case_id": case["id"], "tenant_id": case["tenant_id"], "property_id": home["id"], "property_address": f"{home['address']}, {home['town']} {home['postcode']}",
                **self._landlord(case), "state": "closed" if case["closed_at"] else "open", "opened_at": case["opened_at"], "closed_at": case["closed_at"],
                "closing_reason": case["closing_reason"], "support_workers": on["support_worker"], "housing_officers": on["housing_officer"], "contact_cards": on["card"],
                "notes": len(notes), "active_goals": goal_states["active"], "achieved_goals": goal_states["achieved"], "sessions_delivered": statuses["delivered"],
                "sessions_missed": statuses["missed"], "documents": sum(row["state"] in ("approved", "sent") for row in content["support_documents"][case["id"]]),
                "last_note_at": max((row["created_at"] for row in notes), default=None),
                "last_contact_at": max((row["scheduled_at"] for row in sessions if row["status"] == "delivered"), default=None),
                "next_session_at": min((row["scheduled_at"] for row in sessions if row["status"] == "scheduled" and row["scheduled_at"] >= self._now), default=None),
            })
        return made

    def activity(self) -> list[dict]:
        """reporting.activity."""
        groups = defaultdict(list)
        for row in self._rows("support_sessions"):
            groups[row["author_id"], month_of(row["scheduled_at"])].append(row)
        return [{
            "worker_id": worker, "worker_name": min(rows, key=lambda row: (-row["created_at"].timestamp(), row["id"].bytes))["author_name"], "month": month,
            **{status: sum(row["status"] == status for row in rows) for status in ("scheduled", "delivered", "missed", "cancelled")},
            "minutes_delivered": sum(row["duration_minutes"] for row in rows if row["status"] == "delivered"),
        } for (worker, month), rows in groups.items()]

    def goals_outcome(self) -> list[dict]:
        """reporting.goals_outcome."""
        today, groups = self._now.astimezone(LONDON).date(), defaultdict(list)
        for row in self._rows("support_goals"):
            groups[month_of(row["created_at"]), row["landlord_id"]].append(row)
        return [{
            "month": month, **self._landlord(rows[0]), "goals_set": len(rows), **{status: sum(row["status"] == status for row in rows) for status in ("achieved", "closed", "active")},
            "active_past_target": sum(row["status"] == "active" and row["target_date"] is not None and row["target_date"] < today for row in rows),
        } for (month, _), rows in groups.items()]

    def time_to_first_session(self) -> list[dict]:
        """reporting.time_to_first_session."""
        sessions, made = self._by_case("support_sessions"), []
        for case in self._rows("support_cases"):
            opened = case["opened_at"].astimezone(LONDON).date()
            first = min((row["scheduled_at"] for row in sessions[case["id"]] if row["status"] == "delivered"), default=None)
            seen = first and first.astimezone(LONDON).date()
            made.append({"case_id": case["id"], **self._landlord(case), "opened_on": opened, "first_session_on": seen, "days": max((seen - opened).days, 0) if seen else None})
        return made

    def retention_forecast(self) -> list[dict]:
        """reporting.retention_forecast."""
        records, cases = Counter(), Counter()
        for case in self._rows("support_cases"):
            if case["closed_at"] is None:
                continue
            years = self._facts.row(case["organisation_id"])["support_retention_years"]
            held = any(row["case_id"] == case["id"] and row["lifted_at"] is None for row in self._facts["legal_holds"])
            mine = [(table, row) for table in CONTENT for row in self._facts[table] if row["case_id"] == case["id"]]
            due = years_after(case["closed_at"], years["case"])
            last = due
            for table, row in mine:
                flagged = table == "support_notes" and row["safeguarding"]
                its = years_after(max(case["closed_at"], row["safeguarding_flagged_at"]), years["safeguarding"]) if flagged else due
                last = max(last, its)
                records[None if held else month_of(its), "safeguarding" if flagged else "case"] += 1
            cases[None if held else month_of(last), "case"] += 1
        return [{"month": month, "rule": rule, "records": records[month, rule], "cases": cases[month, rule]} for month, rule in records.keys() | cases.keys()]

    def digest_delivery(self) -> list[dict]:
        """reporting.digest_delivery."""
        states = {row["digest_id"]: row["state"] for row in self._facts["outbox"] if row["digest_id"]}
        counted = Counter((row["period"], row["reason"] or states[row["id"]]) for row in self._rows("digests"))
        return [{"month": month, "outcome": outcome, "digests": number} for (month, outcome), number in counted.items()]

    def audit_activity(self) -> list[dict]:
        """reporting.audit_activity."""
        months = self._now.astimezone(UTC)
        since = months.replace(year=months.year - 2 - (months.month == 1), month=(months.month - 2) % 12 + 1)
        counted = Counter((row["happened_at"].astimezone(LONDON).date(), row["action"], row["table_name"]) for row in self._rows("audit_log") if row["happened_at"] >= since)
        return [{"day": day, "kind": kind, "table_name": table, "events": number} for (day, kind, table), number in counted.items()]
