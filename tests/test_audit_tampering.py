"""Whoever reaches the tables as a superuser and switches the triggers off is named by the verifier, row by row (threat 29)."""

from dataclasses import dataclass

import psycopg
import pytest

from tests.retention import faults, seal

#: %(a)s and %(b)s are numbers of two rows of Harbour's log that are not neighbours, %(free)s one that a rollback left, and
#: %(last)s the last one. What was done, what the verifier says, and of which.
FORGERIES = {
    "facts altered: who": ("update app.audit_log set actor_name = 'Nobody' where id = %(a)s", [("altered", "a")]),
    "facts altered: what": ("update app.audit_log set action = 'insert', row_kind = 'shared' where id = %(a)s", [("altered", "a")]),
    "facts altered: when": ("update app.audit_log set happened_at = happened_at + interval '1 second' where id = %(a)s", [("altered", "a")]),
    "facts altered: where": ("update app.audit_log set case_id = gen_random_uuid() where id = %(a)s", [("altered", "a")]),
    "facts altered: two": ("update app.audit_log set actor_id = null, actor_name = 'x' where id in (%(a)s, %(b)s)", [("altered", "a"), ("altered", "b")]),
    "facts moved to another firm": ("update app.audit_log set organisation_id = app.installation_chain() where id = %(a)s", [("altered", "a")]),
    "facts moved to another month": ("update app.audit_log set happened_at = happened_at - interval '2 years' where id = %(a)s", [("altered", "a"), ("dated back", "a")]),
    "facts and payload altered to fit": (
        "update app.audit_payloads set after = '{}', salt = sha256('x')::bytea where false;"
        " update app.audit_payloads set after = '{\"body\": \"Nicer\"}' where audit_id = %(a)s;"
        " update app.audit_log as l set payload_hash = (select sha256(p.salt || convert_to(jsonb_build_array(p.reason, p.before, p.after)::text, 'UTF8'))"
        " from app.audit_payloads as p where p.audit_id = l.id) where id = %(a)s", [("altered", "a")]),
    "facts removed": ("delete from app.audit_log where id = %(a)s; delete from app.audit_payloads where audit_id = %(a)s", [("removed", "a")]),
    "facts removed, payload left": ("delete from app.audit_log where id = %(a)s", [("inserted", "a"), ("removed", "a")]),
    "facts and their seal removed": (
        "delete from app.audit_log where id = %(a)s; delete from app.audit_payloads where audit_id = %(a)s; delete from vault.audit_seals where audit_id = %(a)s",
        [("a seal is missing before this one", "after a")]),
    "two rows changed places": (
        "update app.audit_log set id = case id when %(a)s then %(b)s else %(a)s end where id in (%(a)s, %(b)s)", [("reordered", "a"), ("reordered", "b")]),
    "a row put in where one was rolled back": (
        "insert into app.audit_log (id, happened_at, organisation_id, actor_name, actor_hat, action, table_name)"
        " select %(free)s, happened_at, organisation_id, 'Nobody', 'owner', 'view', 'tenants' from app.audit_log where id = %(a)s", [("inserted", "free")]),
    "a row dated back": (
        "insert into app.audit_log (id, happened_at, organisation_id, actor_name, actor_hat, action, table_name)"
        " select %(last)s + 1, happened_at - interval '1 hour', organisation_id, 'Nobody', 'owner', 'view', 'tenants' from app.audit_log where id = %(a)s",
        [("inserted", "after last")]),
    "a second row of one number": (
        "insert into app.audit_log (id, happened_at, organisation_id, actor_name, actor_hat, action, table_name)"
        " select id, happened_at + interval '1 second', organisation_id, 'Nobody', 'owner', 'view', 'tenants' from app.audit_log where id = %(a)s", [("altered", "a")]),
    "a payload altered": ("update app.audit_payloads set after = '{\"body\": \"Nicer\"}' where audit_id = %(a)s", [("the payload was altered", "a")]),
    "a reason put in": ("update app.audit_payloads set reason = 'They asked me to' where audit_id = %(a)s", [("the payload was altered", "a")]),
    "a salt altered": ("update app.audit_payloads set salt = substr(sha256('x'), 1, 16) where audit_id = %(a)s", [("the payload was altered", "a")]),
    "a payload moved to another case": ("update app.audit_payloads set case_id = gen_random_uuid() where audit_id = %(a)s", [("the payload was altered", "a")]),
    "a payload moved to another firm": ("update app.audit_payloads set organisation_id = app.installation_chain() where audit_id = %(a)s", [("the payload was altered", "a")]),
    "a payload removed": ("delete from app.audit_payloads where audit_id = %(a)s", [("the payload was removed", "a")]),
    "two payloads changed places": (
        "update app.audit_payloads set audit_id = -1 where audit_id = %(a)s; update app.audit_payloads set audit_id = %(a)s where audit_id = %(b)s;"
        " update app.audit_payloads set audit_id = %(b)s where audit_id = -1", [("the payload was altered", "a"), ("the payload was altered", "b")]),
    "a payload without a row": (
        "insert into app.audit_payloads (audit_id, organisation_id, table_name, row_id, salt) select %(free)s, organisation_id, table_name, row_id, salt"
        " from app.audit_payloads where audit_id = %(a)s", [("inserted", "free")]),
    "a seal altered": ("update vault.audit_seals set hash = sha256('x') where audit_id = %(a)s", [("the seal was altered", "a"), ("the seal was altered", "after a")]),
    "the facts in a seal altered": ("update vault.audit_seals set facts_hash = sha256('x') where audit_id = %(a)s", [("altered", "a"), ("the seal was altered", "a")]),
    "a seal removed": ("delete from vault.audit_seals where audit_id = %(a)s", [("a seal is missing before this one", "after a"), ("inserted", "a")]),
    "two seals changed places": (
        "update vault.audit_seals set position = -position where audit_id in (%(a)s, %(b)s);"
        " update vault.audit_seals as s set position = (select -o.position from vault.audit_seals as o where o.audit_id in (%(a)s, %(b)s) and o.audit_id <> s.audit_id)"
        " where s.audit_id = %(a)s; update vault.audit_seals as s set position = %(place)s where s.audit_id = %(b)s",
        [("the seal was altered", each) for each in ("a", "after a", "b", "after b")]),
    "the end cut off": ("delete from app.audit_log where id = %(last)s; delete from app.audit_payloads where audit_id = %(last)s; delete from vault.audit_seals where audit_id = %(last)s",
                        [("the end of the chain was removed", None)]),
    "the head removed": ("delete from vault.audit_heads", [("the end of the chain was removed", None)] * 4),
}


@dataclass
class Sealed:
    """A world whose log is sealed to the end, and the head of Harbour's chain as it was printed."""

    connection: psycopg.Connection
    numbers: dict[str, int]
    printed: tuple

    def forge(self, statements: str) -> None:
        """Carries them out with the triggers off."""
        self.connection.execute("set session_replication_role = replica")
        for statement in statements.split(";"):
            self.connection.execute(statement, self.numbers)
        self.connection.execute("set session_replication_role = origin")


@pytest.fixture(scope="module")
def sealed_world(each_world):
    """A number that a rollback left in the middle, everything sealed and settled."""
    with each_world.owner() as owner:
        owner.execute("select nextval('vault.audit_ids')")
        owner.rollback()
        for name in ("Ann", "Ben", "Cora", "Dan"):
            owner.execute("update app.tenants set full_name = full_name || '.' where full_name like %s", [f"{name}%"])
    for _ in range(3):
        seal(each_world)
    return each_world


@pytest.fixture
def sealed(sealed_world):
    """In a transaction of a superuser, taken back at the end."""
    with psycopg.connect(sealed_world.conninfo) as connection:
        harbour = sealed_world.organisation["harbour"]
        ids = [row[0] for row in connection.execute("select id from app.audit_log where organisation_id = %s order by id", [harbour])]
        every = {row[0] for row in connection.execute("select id from app.audit_log")}
        # Updates of two tenants with a payload each; what comes after them in the chain; the last one.
        a, b, last = ids[-4], ids[-2], ids[-1]
        free = next(number for number in range(min(every), a) if number not in every)
        place = connection.execute("select position from vault.audit_seals where audit_id = %s", [a]).fetchone()[0]
        assert faults(connection) == []
        assert len(ids) > 100 and connection.execute("select count(*) from app.audit_payloads where audit_id = any (%s)", [[a, b, last]]).fetchone() == (3,)
        printed = (harbour, *connection.execute("select position, hash from vault.audit_heads where organisation_id = %s", [harbour]).fetchone())
        yield Sealed(connection, {"a": a, "b": b, "after a": ids[-3], "after b": last, "last": last, "after last": last + 1, "free": free, "place": place}, printed)
        connection.rollback()


@pytest.mark.parametrize("name", FORGERIES)
def test_forgeries_are_named(sealed, name):
    """Each fault once, with the row that it is about; and nothing of an honest row."""
    statements, expected = FORGERIES[name]
    sealed.forge(statements)
    assert sorted(faults(sealed.connection), key=str) == sorted(((problem, sealed.numbers[who] if who else None) for problem, who in expected), key=str)


SEAL_ANEW = ("delete from vault.audit_seals; delete from vault.audit_heads; update vault.audit_sealing set settled_to = 0, next_settled = 0, once_before = '0'")


@pytest.mark.parametrize("forgery, problem", [
    ("delete from app.audit_log where id = %(last)s; delete from app.audit_payloads where audit_id = %(last)s; delete from vault.audit_seals where audit_id = %(last)s;"
     " update vault.audit_heads as h set position = position - 1, hash = (select s.hash from vault.audit_seals as s where s.organisation_id = h.organisation_id"
     " and s.position = h.position - 1) where organisation_id = (select organisation_id from app.audit_log where id = %(a)s)", "cut off"),
    ("update app.audit_log set actor_name = 'Nobody' where id = %(a)s; " + SEAL_ANEW, "rewritten"),
    ("delete from app.audit_log where id = %(a)s; delete from app.audit_payloads where audit_id = %(a)s; " + SEAL_ANEW, "rewritten, shorter")])
def test_what_fits_together_does_not_fit_what_was_printed(sealed, forgery, problem):
    """A chain cut off with its head, or made anew, is whole in itself; the head on paper tells."""
    assert faults(sealed.connection, *sealed.printed) == []
    sealed.forge(forgery)
    sealed.connection.execute("select app.seal_audit_log()")
    assert faults(sealed.connection) == [], problem
    assert faults(sealed.connection, *sealed.printed) == [("the chain is not the one that was printed", None)]


def test_without_a_single_seal_every_row_is_suspect(sealed):
    """Whoever removes the seals and the heads has not removed what was settled."""
    sealed.forge("delete from vault.audit_seals; delete from vault.audit_heads")
    named = faults(sealed.connection)
    assert {problem for problem, _ in named} == {"inserted"}
    assert len(named) == sealed.connection.execute("select count(*) from app.audit_log where id <= (select settled_to from vault.audit_sealing)").fetchone()[0] > 200


def test_an_org_admin_checks_their_own_log(sealed_world):
    """By the screens' own function: nothing to name, no other firm's log, and no other hat."""
    with sealed_world.as_("harbour_admin") as admin:
        assert admin.execute("select * from app.verify_my_audit_log()").fetchall() == []
        position, head = admin.execute("select sealed_rows, hash from app.audit_head()").fetchone()
        assert position > 100 and len(head) == 64
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            admin.execute("select app.verify_audit_log(%s)", [sealed_world.organisation["moor"]])
    for persona in ("quay_manager", "worker", "platform"):
        with sealed_world.as_(persona) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from app.verify_my_audit_log()")
