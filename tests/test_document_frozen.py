"""What was submitted, approved and sent stays as it is: by every hat, every login, the owner, and by every kind of statement.

What still could change it is said at the end: whoever may switch triggers off, and so is the owner or a superuser.
"""

import psycopg
import pytest
from psycopg import errors, sql

from tests.conftest import take_hat
from tests.test_case_rules import one, refusal
from tests.test_document_life import look
from tests.world import ident

#: One document in each state that is fixed.
FIXED = {"submitted": "ann/both_worker/submitted", "approved": "ann/worker/approved", "sent": "ann/both_worker/sent", "withdrawn": "ann/worker/withdrawn",
         "superseded": "ann/harbour_admin/superseded"}
#: Table -> the column by which its rows belong to a document, and the code of the owner's refusal.
TABLES = {"support_documents": ("id", "KW464"), "support_document_events": ("document_id", "KW469"), "support_document_pdfs": ("document_id", "KW469"),
          "support_document_deliveries": ("document_id", "KW469")}
PEOPLE = ("harbour_admin", "quay_manager", "worker", "both_worker", "officer_open", "watcher", "moor_admin", "platform")

#: Type -> an expression that differs from whatever stands in the column.
OTHERWISE = {"text": "coalesce({}, '') || 'x'", "uuid": "gen_random_uuid()", "jsonb": "'{{\"forged\": true}}'", "timestamp with time zone": "'2001-01-01'",
             "integer": "coalesce({}, 0) + 1", "bytea": "'\\x255044462d'", "date": "'2001-01-01'"}


@pytest.fixture(scope="module")
def columns(shared_world):
    """Table -> [(column, an expression that differs from it, whether it is generated)]."""
    with shared_world.owner() as owner:
        return {table: [(name, OTHERWISE[kind].format(name), generated) for name, kind, generated in owner.execute(
            "select attname, format_type(atttypid, null), attgenerated <> '' from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped",
            [f"app.{table}"])] for table in TABLES}


def statements(columns, table: str) -> list[tuple[str, str, str]]:
    """(what, statement on the rows of a document, the code of the owner's refusal)."""
    key, code = TABLES[table]
    listed = ", ".join(name for name, _, generated in columns[table] if not generated)
    conflict = "document_id" if table == "support_document_pdfs" else "id"
    text = {"support_documents": "title", "support_document_events": "step", "support_document_pdfs": "pdf", "support_document_deliveries": "to_name"}[table]
    # Its events are in the way of a document's removal: they stay.
    made = [("delete", f"delete from app.{table} where {key} = %(it)s", "KW469"),
            ("merge update", f"merge into app.{table} as t using (select %(it)s::uuid as id) as w on t.{key} = w.id when matched then update set {text} = '\\x00'", code),
            ("merge delete", f"merge into app.{table} as t using (select %(it)s::uuid as id) as w on t.{key} = w.id when matched then delete", "KW469"),
            ("on conflict", f"insert into app.{table} ({listed}) select {listed} from app.{table} where {key} = %(it)s"
                            f" on conflict ({conflict}) do update set {text} = '\\x00'", code)]
    for name, otherwise, generated in columns[table]:
        expected = ("428C9" if generated else "KW460" if table == "support_documents" and name in ("step", "step_reason")
                    else "23503" if name == "landlord_id" else code)
        made.append((name, f"update app.{table} set {name} = {otherwise if not generated else chr(39) * 2} where {key} = %(it)s", expected))
    return made


@pytest.mark.parametrize("table", TABLES)
def test_the_owner_changes_nothing(shared_world, columns, table):
    """Each column by UPDATE, by MERGE, by ON CONFLICT; rows by DELETE: refused with the code that says why."""
    wrong = []
    with shared_world.owner() as owner:
        for state, name in FIXED.items():
            values = {"it": ident("document", name)}
            if not owner.execute(f"select 1 from app.{table} where {TABLES[table][0]} = %(it)s", values).fetchone():
                assert (table, state) in {("support_document_pdfs", "submitted"), ("support_document_pdfs", "withdrawn"),
                                          *(("support_document_deliveries", each) for each in FIXED if each != "sent")}
                continue
            for what, statement, expected in statements(columns, table):
                came = refusal(owner, statement, values)
                if (table, state) == ("support_documents", "superseded") and "delete" in what:
                    expected = "23503"  # its successor points at it
                if came != expected:
                    wrong.append((state, what, "came", came, "expected", expected))
        owner.rollback()
    assert not wrong


@pytest.mark.parametrize("who", [*PEOPLE, "signin", "jobs"])
def test_nobody_else_changes_anything(shared_world, columns, who):
    """Every hat, and the two other logins: refused, or no row reached."""
    wrong = []
    address = {"signin": shared_world.signin_conninfo, "jobs": shared_world.jobs_conninfo}.get(who, shared_world.app_conninfo)
    with psycopg.connect(address) as connection:
        if address == shared_world.app_conninfo:
            take_hat(connection, shared_world.identity(who))
        for table in TABLES:
            for what, statement, _ in statements(columns, table):
                for name in FIXED.values():
                    connection.execute("savepoint trying")
                    try:
                        if connection.execute(statement, {"it": ident("document", name)}).rowcount:
                            wrong.append((table, what, name))
                    except psycopg.Error as error:
                        assert error.sqlstate in ("42501", "428C9", "KW460", "KW461", "KW462", "KW463", "KW464", "KW469"), (error.sqlstate, statement)
                    connection.execute("rollback to savepoint trying")
            # Nor does it help to say that one is retention.
            connection.execute("savepoint trying")
            connection.execute("set local app.purging = 'yes'")
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(f"delete from app.{table}")
            connection.execute("rollback to savepoint trying")
            with pytest.raises((errors.InsufficientPrivilege, errors.FeatureNotSupported)), connection.cursor().copy(f"copy app.{table} from stdin") as copy:
                copy.write("")
            connection.execute("rollback to savepoint trying")
        connection.rollback()
    assert not wrong


@pytest.mark.parametrize("statement", [
    *(f"truncate app.{table}" for table in TABLES), *(f"truncate app.{table} cascade" for table in (*TABLES, "support_cases", "document_template_versions", "organisations")),
    "update app.document_list set title = 'x'", "update app.delivery_list set to_name = 'x'", "update app.template_list set parts = '[]'",
    "delete from app.document_list", "delete from app.template_list"])
def test_whole_tables_and_views(shared_world, statement):
    """For the owner too: no table of these is emptied, alone or along with another, and nothing is changed through a view."""
    with shared_world.owner() as owner:
        expected = ("55000",) if "_list" in statement else ("KW469",) if "cascade" in statement else ("KW469", "0A000")
        assert refusal(owner, statement) in expected
        owner.rollback()


def test_copy_puts_nothing_in_its_place(shared_world):
    """COPY only ever adds: a row with the id of one that is there is refused, for the owner too."""
    with shared_world.owner() as owner:
        document = ident("document", FIXED["sent"])
        for table, key in (("support_document_events", "document_id"), ("support_document_deliveries", "document_id"), ("support_documents", "id")):
            row = owner.execute(f"select * from app.{table} where {key} = %s limit 1", [document])
            names = [column.name for column in row.description]
            with pytest.raises(errors.UniqueViolation), owner.transaction():
                with owner.cursor().copy(sql.SQL("copy app.{} from stdin").format(sql.Identifier(table))) as copy:
                    copy.write_row([psycopg.types.json.Jsonb(each) if name in ("answers", "content") else each for name, each in zip(names, row.fetchone())])
        owner.rollback()


def test_a_return_thaws_for_the_author_alone(shared_world):
    """Title and answers are theirs again, a change at a time; what is submitted then is what they say by then."""
    document, question = ident("document", FIXED["submitted"]), shared_world.part["harbour/agreement/wishes"]
    change = "update app.support_documents set title = 'Mine', answers = answers || jsonb_build_object(%s::text, 'To sing') where id = %s"
    with shared_world.as_("both_worker") as connection:
        assert refusal(connection, change, [question, document]) == "KW464"
        take_hat(connection, shared_world.identity("harbour_admin"))
        before = look(connection, document)
        connection.execute("select app.return_document(%s, 'Sing')", [document])
        for persona, expected in (("harbour_admin", "KW463"), ("quay_manager", "KW463"), ("worker", None), ("officer_open", None)):
            take_hat(connection, shared_world.identity(persona))
            assert refusal(connection, change, [question, document]) == expected, persona
        assert connection.execute(change, [question, document]).rowcount == 0
        take_hat(connection, shared_world.identity("both_worker"))
        revision = one(connection, "select revision from app.support_documents where id = %s", document)
        for seen, expected in ((revision - 1, "KW467"), (revision + 1, "KW467"), (revision, None)):
            assert refusal(connection, "update app.support_documents set title = 'Other', revision = %s where id = %s", [seen, document]) == expected
        connection.execute(change, [question, document])
        assert one(connection, "select revision from app.support_documents where id = %s", document) == revision + 1
        # Counting alone, or by hand, counts nothing.
        connection.execute("update app.support_documents set revision = 99 where id = %s", [document])
        assert one(connection, "select revision from app.support_documents where id = %s", document) == revision + 1
        connection.execute("select app.submit_document(%s)", [document])
        after = look(connection, document)
        assert (before["content"]["title"], after["content"]["title"]) == ("Document ann/both_worker/submitted", "Mine")
        assert {part["answer"] for part in after["content"]["parts"] if part["id"] == str(question)} == {"To sing"}
        assert after["content_sha256"] != before["content_sha256"]


def test_what_was_submitted_keeps_the_names_of_its_day(shared_world):
    """Tenant, home, firm and author are renamed afterwards: a draft says the new names, whatever was submitted the old ones."""
    says = "select app.document_content(%s)"
    fixed = [ident("document", name) for name in FIXED.values()]
    draft = ident("document", "ann/harbour_admin/draft")
    with psycopg.connect(shared_world.conninfo) as connection:
        before = [one(connection, says, each) for each in (*fixed, draft)]
        connection.execute("update app.tenants set full_name = '{{organisation}} Smith' where id = %s", [shared_world.tenant["ann"]])
        connection.execute("update app.properties set address = '99 New Road' where id = %s", [shared_world.property["quay_1"]])
        connection.execute("update app.organisations set name = 'Renamed Homes' where id = %s", [shared_world.organisation["harbour"]])
        connection.execute("update app.users set full_name = 'Somebody Else'")
        after = [one(connection, says, each) for each in (*fixed, draft)]
        assert after[:-1] == before[:-1] and after[-1] != before[-1]
        assert (after[-1]["tenant"], after[-1]["property"], after[-1]["organisation"]) == ("{{organisation}} Smith", "99 New Road, Leeds LS6 2AB", "Renamed Homes")
        # In one pass: what a name looks like is not filled in again.
        assert after[-1]["parts"][0]["words"] == "Dear {{organisation}} Smith,"
        connection.rollback()


def test_what_still_could(shared_world):
    """Said, not hidden: the owner, whom no login can become, and superusers switch triggers off, or say that they are retention. Words and
    hash still have to fit, and the PDF's own hash is the server's to count."""
    document = ident("document", FIXED["approved"])
    with psycopg.connect(shared_world.conninfo) as connection:
        connection.execute("set session_replication_role = replica")
        assert refusal(connection, "update app.support_documents set content = content || '{\"tenant\": \"Forged\"}' where id = %s", [document]) == "23514"
        assert refusal(connection, "update app.support_documents set title = 'Forged' where id = %s", [document]) is None
        connection.execute("update app.support_document_pdfs set pdf = pdf || 'Forged' where document_id = %s", [document])
        assert one(connection, "select d.pdf_sha256 = f.sha256 from app.support_documents as d join app.support_document_pdfs as f on f.document_id = d.id"
                               " where d.id = %s", document) is False
        connection.rollback()
        connection.execute("set role keywork_owner")
        assert refusal(connection, "delete from app.support_document_events where document_id = %s", [document]) == "KW469"
        connection.execute("set local app.purging = 'yes'")
        assert refusal(connection, "delete from app.support_document_events where document_id = %s", [document]) is None
        connection.rollback()
