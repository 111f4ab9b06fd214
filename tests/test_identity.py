"""Who acts: tokens that cannot be forged, hats that cannot be borrowed. Threats 13, 22, 23, 25, 26 and 27."""

import hashlib
import hmac
import string
import time

import psycopg
import pytest
from psycopg import errors

from db.identity import HATS, TOKEN_LIFETIME, sign
from db.install import LOGINS
from tests.conftest import take_hat
from tests.servers import TOKEN_KEY

COUNT = "select count(*) from app.support_notes"

#: What an injected statement may try before it asks for rows (threats 22, 26).
BORROWINGS = [
    *(f"set role keywork_{hat}" for hat in HATS), *(f"set local role keywork_{hat}" for hat in HATS), "reset role", "set role none",
    "reset all", "reset session authorization", "set app.hat = 'org_admin'", "set app.organisation_id = 'any'", "set app.user_id = 'any'",
    "set app.is_admin = 'true'", "set search_path = app, vault, pg_catalog", "set role 'none'; set role keywork_org_admin",
    "savepoint s; set local role keywork_org_admin; release savepoint s", "set row_security = on",
    "select set_config('role', 'keywork_org_admin', false)",
]


def rows_seen(connection) -> set:
    """Ids of every row of the case tables that this transaction can read; a refusal is nothing seen."""
    seen = set()
    for table in ("support_cases", "support_notes", "support_sessions", "support_goals", "support_collaborators", "tenants", "users"):
        try:
            with connection.transaction():
                seen |= {row[0] for row in connection.execute(f"select id from app.{table}")}
        except psycopg.Error as error:
            assert error.sqlstate in ("42501", "KW001", "KW002")
    return seen


def refusal_of(world, token: str, role: str = "keywork_org_admin") -> str | None:
    """The SQLSTATE that counting notes with this token ends in, None when it is answered."""
    with world.connect() as connection:
        try:
            connection.execute("select set_config('app.token', %s, true), set_config('role', %s, true)", [token, role])
            connection.execute(COUNT)
        except psycopg.Error as error:
            return error.sqlstate
    return None


# ---- tokens ----------------------------------------------------------------------------------------------------------


#: Tries tokens, one a line, where the server is: one by one over the wire they take ten times as long.
TRY_EACH = """
    do $$ declare each text; begin
        foreach each in array string_to_array(current_setting('tried.tokens'), E'\\n') loop
            begin
                perform set_config('app.token', each, true);
                perform app.acting_as('any');
                raise exception 'taken: %', each;
            exception when sqlstate 'KW002' then
                null;
            end;
        end loop;
    end $$
"""


def assert_each_is_noticed(world, tokens: list[str]) -> None:
    """Every one is refused with KW002. Fails with the first that is not."""
    with world.connect() as connection:
        connection.execute("select set_config('role', 'keywork_org_admin', true), set_config('tried.tokens', %s, true)", ["\n".join(tokens)])
        connection.execute(TRY_EACH)


def test_every_altered_character_is_noticed(shared_world):
    """Threat 23: each character replaced by each other one of the alphabet of tokens, and some besides."""
    token = shared_world.identity("harbour_admin").token
    assert refusal_of(shared_world, token) is None
    with pytest.raises(psycopg.errors.RaiseException, match=f"taken: {token}"):
        assert_each_is_noticed(shared_world, [token])
    altered = [token[:place] + other + token[place + 1:] for place, letter in enumerate(token)
               for other in set(string.hexdigits + string.ascii_lowercase + ".-_ é%'") - {letter}]
    assert len(altered) > 4000
    assert_each_is_noticed(shared_world, altered)


def test_cut_grown_and_shuffled_tokens(shared_world):
    """Threat 23: shorter, longer, reordered, empty parts, other people's signatures."""
    token = shared_world.identity("harbour_admin").token
    other = shared_world.identity("moor_admin").token
    message, _, signature = token.rpartition(".")
    assert_each_is_noticed(shared_world, [token[:end] for end in range(1, len(token))] + [token[start:] for start in range(1, len(token))])
    altered = [token + " ", " " + token, token + "0", token + "." + signature, token.upper(), token * 2, "." * 10, "a" * 5000,
               f"{message}.{other.rpartition('.')[2]}", f"{other.rpartition('.')[0]}.{signature}", message + signature,
               f"{message}.{hashlib.sha256(message.encode()).hexdigest()}", f"{message}.{'0' * 64}", f"..{signature}",
               f"{message}.{hmac.new(b'', message.encode(), 'sha256').hexdigest()}"]
    assert {refusal_of(shared_world, each) for each in altered} == {"KW002"}


def test_absent_and_expired(shared_world):
    """KW001 without a token, KW003 once it has expired, against the transaction's start and not the statement's."""
    assert refusal_of(shared_world, "") == "KW001"
    old = shared_world.identity("harbour_admin", now=time.time() - TOKEN_LIFETIME - 2)
    assert refusal_of(shared_world, old.token) == "KW003"
    with shared_world.connect() as connection:
        take_hat(connection, shared_world.identity("harbour_admin", now=time.time() - TOKEN_LIFETIME + 1))
        connection.execute("select pg_sleep(2.5)")
        assert connection.execute(COUNT).fetchone()[0] > 0
        connection.rollback()
        take_hat(connection, shared_world.identity("harbour_admin", now=time.time() - TOKEN_LIFETIME - 1.5))
        with pytest.raises(psycopg.Error) as refusal:
            connection.execute(COUNT)
        assert refusal.value.sqlstate == "KW003"


def test_two_live_keys(world):
    """The key is changed without a stop: both are good until the old one goes; another key never is."""
    new_key = bytes(range(40))
    who = world.personas["harbour_admin"]
    new = sign(str(who.user_id), who.hat, new_key)
    assert refusal_of(world, new.token) == "KW002"
    with world.owner() as owner:
        owner.execute("select app.add_signing_key('next', %s)", [new_key])
    assert refusal_of(world, new.token) is None and refusal_of(world, world.identity("harbour_admin").token) is None
    with world.owner() as owner:
        owner.execute("delete from vault.signing_keys where key_id <> 'next'")
    assert refusal_of(world, new.token) is None and refusal_of(world, world.identity("harbour_admin").token) == "KW002"


@pytest.mark.parametrize("key, data, expected", [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    (b"\xaa" * 131, b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed"
                    b" before being used by the HMAC algorithm.", "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
])
def test_pads_are_those_of_rfc_4231(empty_database, key, data, expected):
    """app.add_signing_key() keeps such pads that two sha256() make the RFC's HMAC-SHA256."""
    with psycopg.connect(empty_database) as connection:
        connection.execute("set role keywork_owner")
        connection.execute("select app.add_signing_key('rfc', %s)", [key])
        made = connection.execute("select encode(sha256(outer_pad || sha256(inner_pad || %s)), 'hex') from vault.signing_keys"
                                  " where key_id = 'rfc'", [data]).fetchone()[0]
    assert made == expected == hmac.new(key, data, "sha256").hexdigest()


def test_signing_keys_are_the_owners(shared_world):
    """No hat and no login reads a key, adds one, or verifies a signature of its own choice."""
    statements = ["select inner_pad from vault.signing_keys", "insert into vault.signing_keys values ('x', '', '')",
                  "select app.add_signing_key('x', 'k')", "select count(*) from vault.signing_keys"]
    for address in (shared_world.app_conninfo, shared_world.signin_conninfo, shared_world.jobs_conninfo):
        for hat in (None, *HATS) if address == shared_world.app_conninfo else (None,):
            for statement in statements:
                with psycopg.connect(address) as connection:
                    if hat:
                        connection.execute(f"set local role keywork_{hat}")
                    with pytest.raises(errors.InsufficientPrivilege):
                        connection.execute(statement)


def test_the_token_stays_out_of_sight(world):
    """Threat 25: not in repr, not in a statement's text, not in the server's log, whatever it logs; nor in an error."""
    identity = world.identity("harbour_admin")
    assert identity.token not in repr(identity) and identity.token not in str(identity)
    secret = identity.token.rpartition(".")[2]
    with psycopg.connect(world.conninfo, autocommit=True) as connection:
        for setting in ("log_statement = 'all'", "log_min_duration_statement = 0", "log_error_verbosity = 'verbose'"):
            connection.execute(f"alter database {world.database} set {setting}")
    with world.connect() as connection:
        take_hat(connection, identity)
        connection.execute(COUNT)
        with psycopg.connect(world.conninfo) as watcher:
            texts = " ".join(row[0] for row in watcher.execute("select query from pg_stat_activity"))
        assert "app.support_notes" in texts and secret not in texts
        with pytest.raises(errors.DivisionByZero) as fault:
            connection.execute("select 1 / (select count(*) - count(*) from app.support_notes where app.a_person_acts())")
        assert secret not in str(fault.value) and secret not in str(fault.value.diag.context)
    log = world.server.log.read_text()
    assert "app.support_notes" in log and "division by zero" in log
    assert secret not in log


# ---- borrowed hats ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("persona", ["harbour_admin", "quay_manager", "worker", "officer_shut", "platform", "gone", "two_hats_worker"])
@pytest.mark.parametrize("borrowing", BORROWINGS)
def test_injected_statements_show_nobody_else(shared_world, persona, borrowing):
    """Threats 22 and 26: whatever role or setting an injected statement takes, no row of anyone else appears."""
    with shared_world.owner() as owner:
        assert owner.execute(COUNT).fetchone()[0] > 50
    with shared_world.as_(persona) as connection:
        own = rows_seen(connection)
    with shared_world.connect() as connection:
        take_hat(connection, shared_world.identity(persona))
        try:
            connection.execute(borrowing)
        except errors.InsufficientPrivilege:
            return
        assert rows_seen(connection) <= own | {shared_world.personas[persona].user_id}


def test_a_token_serves_its_own_hat_only(shared_world):
    """A token for one hat under the role of another shows nothing that it does not show under its own."""
    for persona in ("harbour_admin", "quay_manager", "worker"):
        with shared_world.as_(persona) as connection:
            own = rows_seen(connection)
        for hat in set(HATS) - {shared_world.personas[persona].hat}:
            with shared_world.connect() as connection:
                identity = shared_world.identity(persona)
                connection.execute("select set_config('app.token', %s, true), set_config('role', %s, true)",
                                   [identity.token, f"keywork_{hat}"])
                assert rows_seen(connection) < own


def test_prepared_statement_under_two_hats(shared_world):
    """Threat 13: one prepared statement through an invoker view answers each hat by its own policies."""
    expected = {}
    for persona in ("harbour_admin", "worker", "quay_manager", "gone"):
        with shared_world.as_(persona) as connection:
            expected[persona] = {row[0] for row in connection.execute("select id from app.note_feed")}
    assert len(expected["harbour_admin"]) > len(expected["worker"]) > len(expected["gone"]) == 0
    with shared_world.connect() as connection:
        take_hat(connection, shared_world.identity("harbour_admin"))
        connection.execute("prepare feed as select id from app.note_feed")
        for mode in ("auto", "force_generic_plan", "force_custom_plan"):
            for persona in [*expected, *reversed(expected)] * 3:
                connection.commit()
                take_hat(connection, shared_world.identity(persona))
                connection.execute(f"set local plan_cache_mode = {mode}")
                assert {row[0] for row in connection.execute("execute feed")} == expected[persona]


def test_logins_are_plain(shared_world):
    """Threat 27: no login owns anything, has an attribute or inherits; the workspace login reaches the hats, the others nothing."""
    with shared_world.owner() as owner:
        reach = {}
        for login in LOGINS:
            attributes = owner.execute("select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit"
                                       " from pg_roles where rolname = %s", [login]).fetchone()
            assert not any(attributes)
            reach[login] = {name for (name,) in owner.execute("select rolname from pg_roles where pg_has_role(%s, oid, 'member')", [login])}
    assert reach == {login: {login} for login in LOGINS} | {"keywork_app": {"keywork_app", *(f"keywork_{hat}" for hat in HATS)}}
    with shared_world.connect() as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(COUNT)


def test_sign_refuses_other_hats():
    """There are four hats; a fifth is a mistake of the caller's."""
    with pytest.raises(ValueError):
        sign("00000000-0000-0000-0000-000000000000", "owner", TOKEN_KEY)


def test_refused_rows_stay_out_of_the_log(world):
    """Where the owner's rights are used, a refusal quotes the whole row: the server's log gets the rule's name and no word of the row."""
    words = "a canary in a coal mine"
    with world.connect() as connection:
        take_hat(connection, world.identity("harbour_admin"))
        with pytest.raises(errors.CheckViolation) as refusal:
            connection.execute("select app.account_for(%s, 'Somebody')", [words])
        assert words in refusal.value.diag.message_detail
    log = world.server.log.read_text()
    assert "user_emails_look_like_addresses" in log and words not in log
