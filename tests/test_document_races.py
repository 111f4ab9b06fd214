"""Steps of documents at the same moment, on two connections; and any order of steps by anybody, against a model in Python."""

import uuid

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import world_documents
from tests.conftest import take_hat
from tests.test_case_races import in_background, waits
from tests.test_case_rules import one
from tests.test_document_life import FUNCTIONS, PDF, SEEN, judged, look
from tests.world import full_name, ident

IT = ident("document", "ann/both_worker/submitted")
RETURN = ("harbour_admin", FUNCTIONS["return"])
APPROVE = ("quay_manager", "select app.approve_document(%(it)s, %(seen)s, %(pdf)s)")
MOVE = ("harbour_admin", "update app.properties set landlord_id = %(dock)s where id = %(home)s")
CLOSE = ("quay_manager", "select app.close_case(%(case)s, 'moved_on', false)")
CHILDREN = ("support_cases", "support_documents", "support_document_events", "support_document_pdfs", "support_document_deliveries", "support_uploads",
            "support_upload_files")


def values(world, document=IT) -> dict:
    """What the statements are about; the content's hash is that of before."""
    with world.owner() as owner:
        seen = one(owner, "select coalesce(content_sha256, '\\x00') from app.support_documents where id = %s", document)
    return {"it": document, "seen": seen, "pdf": PDF, "new": uuid.uuid4(), "case": world.case["ann"], "dock": world.landlord["dock"],
            "home": world.property["quay_1"], "wording": world.wording["harbour/letter/1"]}


def race(world, first: tuple[str, str], second: tuple[str, str], about: dict, *, second_waits: bool = True) -> str | None:
    """How the second comes out, which begins while the first is not committed yet, and is committed where it works: None, or its SQLSTATE."""
    with world.connect() as one_of_them, world.connect() as other:
        for connection, (persona, _) in ((one_of_them, first), (other, second)):
            take_hat(connection, world.identity(persona))
        one_of_them.execute(first[1], about)
        thread, came = in_background(lambda: other.execute(second[1], about | {"new": uuid.uuid4()}) and None)
        assert waits(world, other.info.backend_pid) if second_waits else not thread.join(10)
        one_of_them.commit()
        thread.join(20)
        other.rollback() if came[0] else other.commit()
        return came[0]


def state(world, document=IT) -> str:
    """The state of a document, as the owner reads it."""
    with world.owner() as owner:
        return one(owner, "select state from app.support_documents where id = %s", document)


def test_returning_while_approving(world):
    """Whoever comes second is told that it has gone further; it is approved or returned, never both."""
    assert race(world, RETURN, APPROVE, values(world)) == "KW460"
    assert state(world) == "draft"
    with world.acting("both_worker") as connection:
        connection.execute(FUNCTIONS["submit"], {"it": IT})
    assert race(world, APPROVE, RETURN, values(world)) == "KW460"
    assert state(world) == "approved"


def test_approving_what_was_changed_meanwhile(world):
    """Returned, changed and submitted again in the meantime: the PDF says something else, so it approves nothing."""
    about = values(world)
    with world.connect() as first, world.connect() as second:
        take_hat(first, world.identity("harbour_admin"))
        first.execute(FUNCTIONS["return"], about)
        take_hat(first, world.identity("both_worker"))
        first.execute("update app.support_documents set title = 'Another' where id = %(it)s", about)
        first.execute(FUNCTIONS["submit"], about)
        take_hat(second, world.identity("quay_manager"))
        thread, came = in_background(lambda: second.execute(APPROVE[1], about))
        assert waits(world, second.info.backend_pid)
        first.commit()
        thread.join(20)
        second.rollback()
    assert came == ["KW467"] and state(world) == "submitted"
    with world.owner() as owner:
        assert not owner.execute("select 1 from app.support_document_pdfs where document_id = %s", [IT]).fetchone()


def test_two_at_once(world):
    """Two approvals, two new versions of the same document, two withdrawals: the second is told."""
    about = values(world)
    assert race(world, ("harbour_admin", APPROVE[1]), APPROVE, about) == "23505"
    with world.owner() as owner:
        assert one(owner, "select approved_by_id from app.support_documents where id = %s", IT) == world.user["harbour_admin"]
        assert one(owner, "select count(*) from app.support_document_events where document_id = %s and step = 'approve'", IT) == 1
    assert race(world, ("worker", FUNCTIONS["new version"]), ("both_worker", FUNCTIONS["new version"]), about) == "23505"
    assert race(world, ("harbour_admin", FUNCTIONS["withdraw"]), ("quay_manager", FUNCTIONS["withdraw"]), about) == "KW460"
    # Twice sent is sent twice, to whomever.
    sent = values(world, ident("document", "ann/worker/approved"))
    assert race(world, ("harbour_admin", FUNCTIONS["send"]), ("quay_manager", FUNCTIONS["hand_over"]), sent) is None
    with world.owner() as owner:
        assert one(owner, "select count(*) from app.support_document_deliveries where document_id = %s", sent["it"]) == 2


def test_a_new_version_while_the_old_one_is_withdrawn(world):
    """Whoever is second waits, and is told where it leads nowhere."""
    old = values(world, ident("document", "ann/worker/approved"))
    assert race(world, ("harbour_admin", FUNCTIONS["withdraw"]), ("worker", FUNCTIONS["new version"]), old) == "KW466"
    other = values(world, ident("document", "ann/gone/approved"))
    other["wording"] = world.wording["harbour/old/1"]
    assert race(world, ("worker", FUNCTIONS["new version"]), ("harbour_admin", FUNCTIONS["withdraw"]), other) is None
    assert state(world, other["it"]) == "withdrawn"


def test_an_assignment_that_ends_meanwhile(world):
    """In the middle of a transaction of theirs too: the draft stays as it is (threat 20)."""
    draft = values(world, ident("document", "ann/worker/draft"))
    with world.connect() as theirs:
        take_hat(theirs, world.identity("worker"))
        assert look(theirs, draft["it"])["state"] == "draft"
        with world.acting("harbour_admin") as operator:
            operator.execute("select app.end_assignment(%s)", [world.collaborator["ann/worker"]])
        with pytest.raises(psycopg.Error) as refused:
            theirs.execute(FUNCTIONS["submit"], draft)
        assert refused.value.sqlstate == "KW404"
    assert state(world, draft["it"]) == "draft"


def test_a_closing_meanwhile(world):
    """What is begun waits for the closing and is refused, or is there before it; a step that neither of them saw is as if taken before."""
    begin = ("worker", "insert into app.support_documents (case_id, template_version_id, title) values (%(case)s, %(wording)s, 'Racing')")
    keep = ("worker", "select app.keep_upload(%(new)s, %(case)s, null, 'Racing', null, 'application/pdf', %(pdf)s)")
    about = values(world, ident("document", "ann/worker/draft"))
    assert race(world, begin, CLOSE, about) is None
    with world.acting("harbour_admin") as connection:
        connection.execute("select app.reopen_case(%(case)s)", about)
    assert race(world, CLOSE, begin, about) == "KW410"
    with world.acting("harbour_admin") as connection:
        connection.execute("select app.reopen_case(%(case)s)", about)
    assert race(world, CLOSE, keep, about) == "KW410"
    with world.acting("harbour_admin") as connection:
        connection.execute("select app.reopen_case(%(case)s)", about)
    assert race(world, CLOSE, ("worker", FUNCTIONS["submit"]), about, second_waits=False) is None
    assert state(world, about["it"]) == "submitted"
    with world.connect() as connection:
        take_hat(connection, world.identity("harbour_admin"))
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(FUNCTIONS["return"], about)
        assert refused.value.sqlstate == "KW410"


def test_a_home_that_moves_to_another_landlord_amid_all(world):
    """Approving, sending, beginning, adding a file meanwhile, in both orders: everything of the case is along its landlord afterwards."""
    approve = ("harbour_admin", APPROVE[1])
    keep = ("worker", "select app.keep_upload(%(new)s, %(case)s, %(it)s, 'Racing', null, 'application/pdf', %(pdf)s)")
    about = values(world)
    back = ("harbour_admin", MOVE[1].replace("%(dock)s", f"'{world.landlord['quay']}'"))
    ready = values(world, ident("document", "ann/worker/approved"))
    steps = [(approve, about), (("harbour_admin", FUNCTIONS["send"]), ready), (("worker", FUNCTIONS["new version"]), ready), (keep, ready)]
    for number, (step, its_about) in enumerate(steps):
        if number % 2:
            assert race(world, MOVE, step, its_about) is None
        else:
            assert race(world, step, MOVE, its_about) is None
        with world.owner() as owner:
            for table in CHILDREN:
                column = "id" if table == "support_cases" else "case_id"
                assert owner.execute(f"select distinct landlord_id from app.{table} where {column} = %s", [world.case["ann"]]).fetchall() == [
                    (world.landlord["dock"],)], (table, step)
        with world.acting(back[0]) as connection:
            connection.execute(back[1], about)


# ---- nobody sheds their identity -------------------------------------------------------------------------------------


@pytest.mark.parametrize("shed", ["set_config('app.token', '', true)", "set_config('role', 'none', true)", "set_config('role', 'keywork_platform_admin', true)",
                                  "set_config('app.purging', 'yes', true)"], ids=["token", "role", "other role", "purging"])
@pytest.mark.parametrize("attempt", [
    "update app.support_documents set step = 'return', step_reason = left('x' || {shed}, 1) where id = %(mine)s",
    "update app.support_documents set title = 'Forged' || left({shed}, 0) where id = %(draft)s",
    "update app.support_documents set title = case when id = %(mine)s then title else 'Forged' || left({shed}, 0) end where id in (%(mine)s, %(draft)s)",
    "insert into app.support_document_pdfs (document_id, content_sha256, pdf) select %(mine)s, %(seen)s, %(pdf)s where length({shed}) >= 0",
    "insert into app.support_document_deliveries (document_id, way, to_name, handed_over_on) select %(mine)s, 'by_hand', 'Me', '2024-01-01' where length({shed}) >= 0",
    "insert into app.support_documents (case_id, template_version_id, title) select %(closed)s, %(wording)s, 'Late' where length({shed}) >= 0",
    "delete from app.support_uploads where id = %(late)s and length({shed}) >= 0",
], ids=["return", "another's draft", "half way", "approve", "deliver", "a closed case", "a file of a closed case"])
def test_nobody_sheds_their_identity_within_a_statement(shared_world, attempt, shed):
    """Rules that bind people bind them to the end of the statement, whatever setting it changes half way (threat 26)."""
    about = values(shared_world, ident("document", "ann/quay_manager/submitted")) | {
        "mine": ident("document", "ann/quay_manager/submitted"), "draft": ident("document", "ann/worker/draft"), "closed": shared_world.case["eve"],
        "late": ident("upload", "eve/worker/pdf")}
    persona = "harbour_admin" if "%(late)s" in attempt or "%(closed)s" in attempt else "quay_manager"
    with shared_world.as_(persona) as connection:
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(attempt.format(shed=shed), about)
        assert refused.value.sqlstate in ("KW001", "KW410", "KW460", "KW462", "KW463", "KW464", "42501")


# ---- any order of steps ----------------------------------------------------------------------------------------------

PARTS = {"harbour_admin": "operator", "quay_manager": "operator", "worker": "full", "both_worker": "full", "officer_open": "full"}
MOVES = st.tuples(st.sampled_from(sorted(PARTS)), st.sampled_from(["begin", "change", *FUNCTIONS]), st.integers(0, 3))


def expected(part: str, model: list[dict], place: int, person: str, step: str) -> str:
    """What the model says a move comes to: a state, or a code ("HIDDEN" as in `judged`)."""
    it = model[place]
    came = judged(part, it["state"], it["author"] == person, step) if step != "change" else "changed"
    if step == "change":
        seen = part == "operator" or it["author"] == person
        came = "no row" if not seen else "KW464" if it["state"] != "draft" else "changed" if it["author"] == person else "KW463"
    if step == "new version" and came == "draft" and any(each["of"] == place and each["state"] != "withdrawn" for each in model):
        came = "23505"
    return came


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(MOVES, max_size=18))
def test_any_walk_goes_as_the_model_says(shared_world, walk):
    """Whoever tries whatever with whichever document: each comes to what the model says, and each trail is a chain of allowed steps from its beginning."""
    model: list[dict] = []
    with shared_world.connect() as connection:
        for number, (person, step, which) in enumerate([("worker", "begin", 0), *walk]):
            take_hat(connection, shared_world.identity(person))
            new, place = uuid.uuid4(), which % max(1, len(model))
            about = {"it": model[place]["id"] if model else None, "new": new, "pdf": PDF, "case": ident("case", "ann")}
            if step == "begin":
                connection.execute("insert into app.support_documents (id, case_id, template_version_id, title, answers) values (%s, %s, %s, 'New', %s)", [
                    new, about["case"], ident("wording", "harbour/letter/1"), psycopg.types.json.Jsonb(world_documents.answers_of(ident, "harbour/letter"))])
                model.append({"id": new, "state": "draft", "author": person, "of": None})
                continue
            came = expected(PARTS[person], model, place, person, step)
            statement = FUNCTIONS.get(step, "update app.support_documents set title = title || '.' where id = %(it)s")
            try:
                with connection.transaction():
                    rows = connection.execute(statement, about).rowcount
                    assert came in ("changed", "draft", "submitted", "approved", "sent", "withdrawn") if rows else came == "no row", (number, person, step)
            except psycopg.Error as error:
                assert error.sqlstate == {"HIDDEN": "KW404"}.get(came, came), (number, person, step, model[place])
                continue
            if step == "new version":
                model.append({"id": new, "state": "draft", "author": person, "of": place})
            elif step != "change":
                model[place]["state"] = came
                old = model[place]["of"]
                if step == "approve" and old is not None and model[old]["state"] in ("approved", "sent"):
                    model[old]["state"] = "superseded"
        take_hat(connection, shared_world.identity("harbour_admin"))
        for each in model:
            row = look(connection, each["id"])
            assert (row["state"], row["approved_by_id"] != row["author_id"]) == (each["state"], True), each
            trail = connection.execute("select from_state, to_state from app.support_document_events where document_id = %s order by happened_at", [each["id"]]).fetchall()
            assert trail[0] == (None, "draft") and trail[-1][1] == each["state"]
            assert all(before[1] == after[0] for before, after in zip(trail, trail[1:]))
            assert (row["content"] is None) or row["content"]["author"] == full_name(each["author"])
        connection.rollback()


def test_what_approves_nothing(shared_world):
    """Another hash than that of what it says, or none; what is no PDF, or too large a one."""
    with shared_world.as_("harbour_admin") as connection:
        for seen, code in ((b"\0", "KW467"), (None, "23502")):
            with pytest.raises(psycopg.Error) as refused, connection.transaction():
                connection.execute("select app.approve_document(%s, %s, %s)", [IT, seen, PDF])
            assert refused.value.sqlstate == code
        for pdf in (b"", b"<html>", b"PK\x03\x04", b"%PDF" + b"x" * 10, b"%PDF-" + b"x" * 15_000_000):
            with pytest.raises(psycopg.errors.CheckViolation), connection.transaction():
                connection.execute(f"select app.approve_document(%(it)s, {SEEN}, %(pdf)s)", {"it": IT, "pdf": pdf})
