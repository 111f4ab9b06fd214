"""Every rule of the database has its sentence, and every sentence is one that a person can read."""

import re

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from db.identity import act_in_each_transaction
from views import sentences

CONSTRAINTS_AND_KEYS = """
    select conname from pg_constraint
    where connamespace in ('app'::regnamespace, 'vault'::regnamespace) and contype in ('c', 'u', 'x', 'f', 'p') and conparentid = 0
    union
    select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relnamespace in ('app'::regnamespace, 'vault'::regnamespace) and i.indisunique and not c.relispartition
"""

#: Primary keys of one generated id: met only by a form that was sent twice, which SENT_TWICE words.
GENERATED_KEYS = """
    select k.conname from pg_constraint k
    join pg_attribute a on a.attrelid = k.conrelid and k.conkey = array[a.attnum] and a.attname = 'id' and a.atttypid = 'uuid'::regtype
    where k.contype = 'p' and k.connamespace = 'app'::regnamespace
"""

#: Keys that nobody but the installation itself writes.
NEVER_MET = {"installation_pkey", "signing_keys_pkey", "links_pkey", "sign_in_tries_pkey"}


def names(world, query) -> set[str]:
    """The names that a catalogue query gives."""
    with world.owner() as owner:
        return {row[0] for row in owner.execute(query)}


def test_every_constraint_has_its_sentence(shared_world):
    """CHECK, unique, exclusion, foreign and primary keys, and unique indexes, of app and vault."""
    ruled = names(shared_world, CONSTRAINTS_AND_KEYS) - names(shared_world, GENERATED_KEYS) - NEVER_MET
    assert len(ruled) > 90
    assert ruled - set(sentences.CONSTRAINTS) == set()


def test_no_sentence_for_what_does_not_exist(shared_world):
    """A sentence whose constraint has gone or was renamed is a sentence that nobody will ever read."""
    assert set(sentences.CONSTRAINTS) - names(shared_world, CONSTRAINTS_AND_KEYS) == set()


def test_every_code_has_its_sentence(shared_world):
    """Both ways, for the KW codes that functions raise."""
    with shared_world.owner() as owner:
        sources = [row[0] for row in owner.execute("select prosrc from pg_proc where pronamespace = 'app'::regnamespace")]
    raised = {code for source in sources for code in re.findall(r"'(KW\d{3})'", source)}
    assert raised == {code for code in sentences.STATES if code.startswith("KW")}


#: Foreign keys that keep a row which some hat may delete.
KEEPING = """
    select k.conname from pg_constraint k
    where k.contype = 'f' and k.connamespace = 'app'::regnamespace and k.confdeltype = 'a'
      and exists (select from pg_class c, aclexplode(c.relacl) a where c.oid = k.confrelid and a.privilege_type = 'DELETE' and a.grantee <> c.relowner)
"""


def test_every_row_that_stays_says_why(shared_world):
    """Where somebody may delete rows, each foreign key that keeps one of them has its own sentence; and no other key has."""
    keeping = names(shared_world, KEEPING)
    assert {"properties_belong_to_a_landlord", "cases_are_of_a_tenant"} <= keeping
    assert set(sentences.STILL_USED) == keeping


def test_a_missing_sentence_is_noticed(world):
    """The walk above sees what is new: a CHECK added here has no sentence."""
    with world.owner() as owner:
        owner.execute("alter table app.tenants add constraint planted_rule check (full_name <> '')")
    assert names(world, CONSTRAINTS_AND_KEYS) - set(sentences.CONSTRAINTS) >= {"planted_rule"}


@pytest.mark.parametrize("name, said", [
    *((name, said) for name, (_, said) in sentences.CONSTRAINTS.items()),
    *((name, said) for name, (_, said, _) in sentences.STATES.items()), *sentences.STILL_USED.items(), ("SENT_TWICE", sentences.SENT_TWICE)])
def test_sentences_are_plain(name, said):
    """A capital, a full stop, no blame, no shouting, no word of the database's."""
    assert said[0].isupper() and said.endswith(".") and not said.endswith("..")
    assert "_" not in said and "!" not in said and "  " not in said
    assert not re.search(r"\b(invalid|error|illegal|constraint|null|violat\w*|database|SQL|row|column|UUID)\b", said, re.IGNORECASE)
    assert len(said) <= 120


def test_fields_are_columns(shared_world):
    """The field that a sentence stands by is a column of the table that the constraint is on, or a part of one ("column.key")."""
    with shared_world.owner() as owner:
        table_of = dict(owner.execute(
            "select conname, conrelid::regclass::text from pg_constraint where connamespace in ('app'::regnamespace, 'vault'::regnamespace)"
            " union all select c.relname, i.indrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indexrelid"
            " where c.relnamespace = 'app'::regnamespace").fetchall())
        columns = set(owner.execute("select attrelid::regclass::text, attname from pg_attribute where attnum > 0").fetchall())
    wrong = [(name, field) for name, (field, _) in sentences.CONSTRAINTS.items()
             if field is not None and (table_of[name], field.partition(".")[0]) not in columns]
    assert not wrong


SESSION = "insert into app.support_sessions (case_id, scheduled_at, type"
REFUSALS = [
    ("insert into app.support_notes (case_id, stream, body) values (:ann, 'shared', ' ')", "body", 409),
    ("insert into app.support_notes (case_id, stream, body) values (:ann, 'shared', repeat('x', 20001))", "body", 409),
    ("insert into app.support_notes (case_id, stream, body, safeguarding) values (:ann, 'shared', 'x', true)", "safeguarding", 409),
    ("insert into app.support_notes (case_id, stream, body) values (:eve, 'shared', 'x')", None, 409),
    ("insert into app.support_notes (case_id, stream, body) values (:gus, 'shared', 'x')", None, 404),
    (f"{SESSION}) values (:ann, '2024-02-30', 'appointment')", None, 400),
    (f"{SESSION}) values (:ann, 'soon', 'appointment')", None, 400),
    (f"{SESSION}, duration_minutes) values (:ann, now(), 'appointment', 3)", "duration_minutes", 409),
    (f"{SESSION}, duration_minutes) values (:ann, now(), 'appointment', 99999999999)", None, 400),
    ("insert into app.support_sessions (case_id, type) values (:ann, 'appointment')", "scheduled_at", 409),
    ("insert into app.support_cases (tenant_id) select tenant_id from app.support_cases where id = :ann", "tenant_id", 409),
    ("select app.close_case(:gus, 'died', true)", None, 404),
    ("delete from app.tenants where id = (select tenant_id from app.support_cases where id = :ann)", None, 409),
    ("insert into app.properties (landlord_id, address, town, postcode) values (:ann, '1 New Street', 'Leeds', 'LS1 1AA')", "landlord_id", 409),
    ("select 'x'::uuid", None, 400),
]


@pytest.mark.parametrize("statement, field, status", REFUSALS)
def test_refusals_are_worded(shared_world, statement, field, status):
    """What psycopg raises through SQLAlchemy is explained, with its field."""
    engine = create_engine(shared_world.server.urls(shared_world.database)[0])
    act_in_each_transaction(engine, lambda: shared_world.identity("harbour_admin"))
    wanted = {name: shared_world.case[name] for name in ("ann", "eve", "gus") if f":{name}" in statement}
    with pytest.raises(DBAPIError) as refused, engine.connect() as connection:
        connection.execute(text(statement.replace("'x'::uuid", "cast('x' as uuid)")), wanted)
    engine.dispose()
    said = sentences.explain(refused.value)
    assert said is not None and (said.field, said.status) == (field, status)
    assert said.hidden == (status == 404) and said.sentence.endswith(".")


def test_one_foreign_key_says_two_things(shared_world):
    """To whoever chooses a landlord who is not there, and to whoever removes one with properties."""
    engine = create_engine(shared_world.server.urls(shared_world.database)[0])
    act_in_each_transaction(engine, lambda: shared_world.identity("harbour_admin"))
    said = []
    for statement in ("insert into app.properties (landlord_id, address, town, postcode) values (:id, '1 New Street', 'Leeds', 'LS1 1AA')",
                      "DELETE FROM app.landlords WHERE id = :quay"):
        wanted = {"quay": shared_world.landlord["quay"]} if ":quay" in statement else {"id": shared_world.case["ann"]}
        with pytest.raises(DBAPIError) as refused, engine.connect() as connection:
            connection.execute(text(statement), wanted)
        assert refused.value.orig.diag.constraint_name == "properties_belong_to_a_landlord"
        said.append(sentences.explain(refused.value))
    engine.dispose()
    assert [(each.field, each.sentence) for each in said] == [
        ("landlord_id", "Choose one of your landlords."), (None, "A landlord with properties cannot be removed.")]


def test_a_fault_of_ours_is_not_worded(shared_world):
    """A missing table is for the log and the error page, not for a sentence by a field."""
    engine = create_engine(shared_world.server.urls(shared_world.database)[0])
    act_in_each_transaction(engine, lambda: shared_world.identity("harbour_admin"))
    with pytest.raises(DBAPIError) as fault, engine.connect() as connection:
        connection.execute(text("select * from app.nowhere"))
    engine.dispose()
    assert isinstance(fault.value.orig, psycopg.errors.UndefinedTable)
    assert sentences.explain(fault.value) is None
