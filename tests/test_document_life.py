"""The life of a document: every step, by everybody, from every state, by function and by direct statement.

What each must come to is said a second time here, as a table in Python. A reference only contact has no account, so no line either.
"""

import hashlib
import uuid
from datetime import date

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.exc import DBAPIError

from tests import world_documents
from tests.conftest import take_hat
from tests.rights import APPROVED
from tests.test_case_rules import one, refusal
from tests.world import PERSONAS, Writer, full_name, ident
from views.sentences import explain

#: (step, from) -> to, who may: "author", "operators", "others" (operators, never the author), "author or operators".
LIFE = {
    ("submit", "draft"): ("submitted", "author"),
    ("return", "submitted"): ("draft", "others"),
    ("withdraw", "draft"): ("withdrawn", "author or operators"),
    ("withdraw", "submitted"): ("withdrawn", "author"),
    ("withdraw", "approved"): ("withdrawn", "operators"),
    ("approve", "submitted"): ("approved", "others"),
    ("send", "approved"): ("sent", "operators"), ("send", "sent"): ("sent", "operators"),
    ("hand_over", "approved"): ("sent", "operators"), ("hand_over", "sent"): ("sent", "operators"),
}
STATES = ("draft", "submitted", "approved", "sent", "withdrawn", "superseded")

#: How each refusal begins when a person is told.
SENTENCES = {
    "KW410": "This case is closed", "KW460": "Somebody has taken this document further", "KW461": "Only your firm's operators",
    "KW462": "Somebody else has to look at", "KW463": "Only the person who began", "KW466": "Only an approved or sent document",
    "23505": "Somebody approved this document", "HIDDEN": "There is nothing here that you can see",
}

#: Role -> (persona, case, what they are in it). None: it is none of theirs.
ROLES = {
    "org-admin": ("harbour_admin", "ann", "operator"),
    "property manager": ("quay_manager", "ann", "operator"),
    "property manager, another landlord's tenant": ("quay_manager", "dan", None),
    "property manager without landlords": ("idle_manager", "ann", None),
    "support worker in full": ("worker", "ann", "full"),
    "housing officer in full": ("officer_open", "ann", "full"),
    "support worker in context only": ("watcher", "ann", None),
    "housing officer in context only": ("officer_context", "ann", None),
    "assignment ended": ("gone", "ann", None),
    "org-admin of another organisation": ("moor_admin", "ann", None),
    "org-admin whose plan has no cases": ("small_admin", "jon", None),
    "disabled org-admin": ("disabled_admin", "ann", None),
    "platform-admin": ("platform", "ann", None),
    "worker whose token says org-admin": ("worker_as_admin", "ann", None),
}
#: Whoever wrote the documents that are not one's own.
SOMEBODY = {"ann": "both_worker", "dan": "two_hats", "jon": "small_worker"}

SEEN = "coalesce((select d.content_sha256 from app.support_documents as d where d.id = %(it)s), '\\x00')"
FUNCTIONS = {
    "submit": "select app.submit_document(%(it)s)",
    "return": "select app.return_document(%(it)s, 'Why not')",
    "withdraw": "select app.withdraw_document(%(it)s, 'Why not')",
    "approve": f"select app.approve_document(%(it)s, {SEEN}, %(pdf)s)",
    "send": "select app.send_document(%(it)s, %(new)s, 'Pat', 'pat@example.net')",
    "hand_over": "select app.hand_over_document(%(it)s, %(new)s, 'Pat', '2024-01-05')",
    "new version": "select app.new_version_of(%(it)s, %(new)s)",
}
STATEMENTS = {
    "submit": "update app.support_documents set step = 'submit' where id = %(it)s",
    "return": "update app.support_documents set step = 'return', step_reason = 'Why not' where id = %(it)s",
    "withdraw": "update app.support_documents set step = 'withdraw', step_reason = 'Why not' where id = %(it)s",
    "approve": f"insert into app.support_document_pdfs (document_id, content_sha256, pdf) values (%(it)s, {SEEN}, %(pdf)s)",
    "send": "insert into app.support_document_deliveries (id, document_id, way, to_name, to_address) values (%(new)s, %(it)s, 'email', 'Pat', 'pat@example.net')",
    "hand_over": "insert into app.support_document_deliveries (id, document_id, way, to_name, handed_over_on) values (%(new)s, %(it)s, 'by_hand', 'Pat', '2024-01-05')",
    "new version": "insert into app.support_documents (id, case_id, template_version_id, title, supersedes_id)"
                   " values (%(new)s, %(case)s, %(wording)s, 'Again', %(it)s)",
}
#: Steps that follow from something else, set by hand all the same.
BY_HAND = ("approve", "send", "hand_over", "supersede")
PDF = b"%PDF-1.7\nas it was seen"


@pytest.fixture(scope="module")
def staged(shared_world):
    """The world with a document in every state by every author above: (case, author, state) -> id."""
    ids = {}
    with psycopg.connect(shared_world.conninfo) as connection:
        connection.execute("set role keywork_owner")
        documents = world_documents.Documents(Writer(connection), ident, full_name)
        firms = {"ann": "harbour", "dan": "harbour", "jon": "small"}
        with world_documents.put_in_as_history(connection):
            for persona, case, _ in ROLES.values():
                for author in (shared_world.personas[persona].user, SOMEBODY[case]):
                    for state in STATES:
                        if (case, author, state) not in ids:
                            name = documents.document(
                                case, author, state, f"{firms[case]}/letter", begun=date(2024, 9, 2), name=f"{case}/{author}/{state}/staged",
                                approver=next(who for who in world_documents.APPROVERS[firms[case]] if who != author))
                            ids[case, author, state] = ident("document", name)
    return ids


def judged(part: str | None, state: str, mine: bool, step: str) -> str:
    """What a step comes to by function, in an open case: the state that it leads to, or how it is refused."""
    if part is None or (part == "full" and not mine and state not in APPROVED):
        return "HIDDEN"
    if step == "new version":
        return "draft" if state in ("approved", "sent") else "KW466"
    if step == "supersede" and state in ("approved", "sent"):
        return "KW460" if part == "operator" else "KW461"
    if (step, state) not in LIFE:
        return "KW460"
    leads_to, who = LIFE[step, state]
    if part != "operator" and who in ("operators", "others"):
        return "KW461"
    if who == "others" and mine:
        return "KW462"
    return "KW463" if who == "author" and not mine else leads_to


def stated(part: str | None, state: str, mine: bool, step: str) -> str:
    """The same by direct statement: the table's rights come before the step's."""
    if part == "full" and step in ("approve", "send", "hand_over"):
        return "HIDDEN"  # collaborators add neither PDFs nor deliveries
    if part == "full" and step in ("submit", "return", "withdraw") and not mine:
        return "HIDDEN"  # nor do they change another's document
    if part == "operator" and step == "approve" and state in APPROVED:
        return "23505"  # there is its PDF
    return judged(part, state, mine, step)


TRY = sql.SQL("savepoint trying; {}; rollback to savepoint trying; release savepoint trying")


def came_to(connection, statement: str, values: dict) -> tuple[str, str | None]:
    """How a statement is refused and the sentence about it; undone. No row is HIDDEN; what passes is "passed"."""
    cursor = psycopg.ClientCursor(connection)
    try:
        cursor.execute(TRY.format(sql.SQL(statement)), values)
    except psycopg.Error as error:
        connection.execute("rollback to savepoint trying; release savepoint trying")
        said = explain(DBAPIError(statement, None, error))
        assert said is not None, error
        return "HIDDEN" if said.hidden else error.sqlstate, said.sentence
    cursor.nextset()
    return ("passed" if cursor.rowcount else "HIDDEN"), None


AFTERWARDS = """
    select d.state, d.content, d.content_sha256, d.submitted_at = now() as submitted_now, d.submitted_at, d.approved_at = now() as approved_now, d.approved_by_id,
           d.approved_by_name, d.pdf_sha256, d.sent_at, d.sent_at = now() as sent_now, d.author_id, d.version, d.supersedes_id, d.step_reason, f.pdf, d.title,
           (select count(*) from app.support_document_events as e where e.document_id = d.id) as events, e.step, e.from_state, e.to_state, e.actor_id, e.actor_name,
           e.reason, e.happened_at >= now() as just_now
    from app.support_documents as d
    left join app.support_document_pdfs as f on f.document_id = d.id
    left join lateral (select * from app.support_document_events as e where e.document_id = d.id order by e.happened_at desc limit 1) as e on true
    where d.id = %s"""


def look(connection, document) -> dict:
    """A document with its newest event, as the acting person sees it."""
    return connection.cursor(row_factory=psycopg.rows.dict_row).execute(AFTERWARDS, [document]).fetchone()


def check(step: str, before: dict, after: dict, persona, new: dict | None) -> None:
    """That a step left what it must: the state, its stamps, what stays, and one line of the trail."""
    if step == "new version":
        assert after == before
        assert (new["state"], new["version"], new["supersedes_id"], new["author_id"], new["content"]) == ("draft", 2, before["id"], persona.user_id, None)
        assert (new["step"], new["from_state"], new["to_state"], new["actor_id"], new["events"]) == ("begin", None, "draft", persona.user_id, 1)
        return
    assert after["events"] == before["events"] + 1 and after["just_now"]
    assert (after["step"], after["from_state"], after["to_state"]) == (step, before["state"], after["state"])
    assert (after["actor_id"], after["actor_name"]) == (persona.user_id, full_name(persona.user))
    assert after["reason"] == after["step_reason"] == ("Why not" if step in ("return", "withdraw") else None)
    content = {"submit": after["content"], "return": None}.get(step, before["content"])
    assert after["content"] == content and (step != "submit" or (content["title"], content["author"]) == (before["title"], full_name(persona.user)))
    assert (after["submitted_now"], after["submitted_at"]) == {"submit": (True, after["submitted_at"]), "return": (None, None)}.get(
        step, (before["submitted_now"], before["submitted_at"]))
    if step == "approve":
        assert after["approved_now"] and (after["approved_by_id"], after["approved_by_name"]) == (persona.user_id, full_name(persona.user))
        assert after["pdf"] == PDF and after["pdf_sha256"] == hashlib.sha256(PDF).digest()
    else:
        assert [after[key] for key in ("approved_by_id", "pdf", "pdf_sha256")] == [before[key] for key in ("approved_by_id", "pdf", "pdf_sha256")]
    if step in ("send", "hand_over"):
        # The first time is the moment that counts.
        assert after["sent_at"] == before["sent_at"] if before["state"] == "sent" else after["sent_now"]
    else:
        assert after["sent_at"] == before["sent_at"]


@pytest.mark.parametrize("role", ROLES)
def test_every_step_by_everybody_from_every_state(shared_world, staged, role):
    """Allowed ones work and leave what they must; every other one is refused, with its code and its sentence. In a closed case none works."""
    name, case, part = ROLES[role]
    persona = shared_world.personas[name]
    wrong = []
    with shared_world.as_(name) as connection:
        for (of_case, author, state), document in staged.items():
            if of_case != case or author not in (persona.user, SOMEBODY[case]):
                continue
            mine = author == persona.user
            values = {"it": document, "new": uuid.uuid4(), "pdf": PDF, "case": ident("case", case),
                      "wording": ident("wording", f"{'small' if case == 'jon' else 'harbour'}/letter/1")}
            for ways, expect in ((FUNCTIONS, judged), (STATEMENTS, stated)):
                for step, statement in ways.items():
                    expected = expect(part, state, mine, step)
                    if expected in STATES:
                        with connection.transaction(force_rollback=True):
                            before = look(connection, document)
                            connection.execute(statement, values)
                            after = look(connection, document)
                            assert step == "new version" or after["state"] == expected, (author, state, step)
                            check(step, before | {"id": document}, after | ({"id": document} if step == "new version" else {}), persona,
                                  look(connection, values["new"]))
                        continue
                    came, said = came_to(connection, statement, values)
                    if came != expected or (said is not None and not said.startswith(SENTENCES[expected])):
                        wrong.append((author, state, step, ways is FUNCTIONS, "came", came, said, "expected", expected))
            for step in BY_HAND:
                expected = judged(part, state, mine, step)
                expected = "HIDDEN" if part == "full" and not mine else "KW460" if expected in STATES else expected
                came, said = came_to(connection, f"update app.support_documents set step = '{step}' where id = %(it)s", values)
                if came != expected or (said is not None and not said.startswith(SENTENCES[expected])):
                    wrong.append((author, state, step, "by hand", "came", came, said, "expected", expected))
            # Which buttons are drawn: what would work.
            drawn = connection.execute("select steps, may_edit, may_have_new_version from app.document_list where id = %s", [document]).fetchone() if part else None
            if drawn:
                works = {step for step in FUNCTIONS if judged(part, state, mine, step) in STATES}
                assert (set(drawn[0]), drawn[1], drawn[2]) == (works - {"new version"}, mine and state == "draft", "new version" in works)
            else:
                assert judged(part, state, mine, "submit") == "HIDDEN"
    assert not wrong


@pytest.mark.parametrize("role", [role for role, (_, _, part) in ROLES.items() if part])
def test_no_step_in_a_closed_case(shared_world, staged, role):
    """Whoever could take it is told that the case is closed; everybody else what they are told anyway."""
    name, case, part = ROLES[role]
    user = shared_world.personas[name].user
    wrong = []
    with psycopg.connect(shared_world.conninfo) as owner:
        # Closed by the superuser, and looked at by the person in the same transaction, which nobody else sees.
        owner.execute("update app.support_cases set closed_at = now(), closing_reason = 'died' where id = %s", [ident("case", case)])
        owner.execute("set session authorization keywork_app")
        take_hat(owner, shared_world.identity(name))
        for (of_case, author, state), document in staged.items():
            if of_case != case or author not in (user, SOMEBODY[case]):
                continue
            for step, statement in FUNCTIONS.items():
                expected = judged(part, state, author == user, step)
                came, said = came_to(owner, statement, {"it": document, "new": uuid.uuid4(), "pdf": PDF})
                if (came, bool(said)) != ("KW410" if expected in STATES else expected, True):
                    wrong.append((author, state, step, "came", came, said, "expected", expected))
            drawn = owner.execute("select steps, may_edit, may_have_new_version from app.document_list where id = %s", [document]).fetchone()
            assert drawn in (None, ([], False, False))
        owner.rollback()
    assert not wrong


def test_nobody_without_a_token(shared_world, staged):
    """The workspace login by itself, under each hat without a token, and the two other logins: no step, by any way."""
    document = staged["ann", "worker", "draft"]
    values = {"it": document, "new": uuid.uuid4(), "pdf": PDF, "case": ident("case", "ann"), "wording": ident("wording", "harbour/letter/1")}
    hats = [None, *sorted({f"keywork_{persona.hat}" for persona in PERSONAS.values()})]
    for address, roles in ((shared_world.app_conninfo, hats), (shared_world.signin_conninfo, [None]), (shared_world.jobs_conninfo, [None])):
        with psycopg.connect(address) as connection:
            for role in roles:
                for statement in (*FUNCTIONS.values(), *STATEMENTS.values()):
                    with pytest.raises(psycopg.Error) as refused, connection.transaction():
                        if role:
                            connection.execute(f"set local role {role}")
                        connection.execute(statement, values)
                    assert refused.value.sqlstate in ("42501", "KW001"), (role, statement)


# ---- reasons ---------------------------------------------------------------------------------------------------------


def test_a_reason_is_given_with_its_step(shared_world, staged):
    """Where a step asks for one, blanks are none; and no statement passes off the reason of an earlier step, or rewrites it."""
    approved, submitted = staged["ann", "both_worker", "approved"], staged["ann", "both_worker", "submitted"]
    with shared_world.as_("harbour_admin") as connection:
        for because in (None, "", " \t\n"):
            assert refusal(connection, "select app.return_document(%s, %s)", [submitted, because]) == "KW465"
            assert refusal(connection, "select app.withdraw_document(%s, %s)", [approved, because]) == "KW465"
        assert refusal(connection, "select app.return_document(%s, repeat('x', 1001))", [submitted]) == "23514"
        for document in (submitted, approved, staged["ann", "both_worker", "withdrawn"], staged["ann", "both_worker", "draft"]):
            assert refusal(connection, "update app.support_documents set step_reason = 'Forged' where id = %s", [document]) == "KW460"
        connection.execute("select app.return_document(%s, 'Say more')", [submitted])
        take_hat(connection, shared_world.identity("both_worker"))
        assert refusal(connection, "update app.support_documents set step_reason = 'Forged' where id = %s", [submitted]) == "KW460"
        connection.execute("update app.support_documents set step = 'submit' where id = %s", [submitted])
        assert (look(connection, submitted)["reason"], look(connection, submitted)["step_reason"]) == (None, None)
        take_hat(connection, shared_world.identity("harbour_admin"))
        assert refusal(connection, "update app.support_documents set step = 'return' where id = %s", [submitted]) == "KW465"


def test_a_required_question_is_answered_first(shared_world):
    """KW479 names the first one without an answer, in the order on paper."""
    with shared_world.as_("worker") as connection:
        connection.execute("insert into app.support_documents (id, case_id, template_version_id, title) values (%s, %s, %s, 'New')",
                           [shared_world.document["new"], shared_world.case["ann"], shared_world.wording["harbour/agreement/2"]])
        for label, answer in (("name", '"Me"'), ("agreed", "false"), (None, None)):
            try:
                with connection.transaction():
                    connection.execute("select app.submit_document(%s)", [shared_world.document["new"]])
                assert label is None
            except psycopg.Error as error:
                key = str(shared_world.part[f"harbour/agreement/{label}"])
                assert (error.sqlstate, explain(DBAPIError("", None, error)).field) == ("KW479", f"answers.{key}")
                connection.execute("update app.support_documents set answers = answers || jsonb_build_object(%s::text, %s::jsonb) where id = %s",
                                   [key, answer, shared_world.document["new"]])
        assert look(connection, shared_world.document["new"])["state"] == "submitted"


# ---- four eyes -------------------------------------------------------------------------------------------------------


def test_four_eyes_under_two_hats(shared_world):
    """Written as a collaborator, approved as an org-admin: the person is the same, so it is refused, whatever the way."""
    case, document = shared_world.case["gus"], shared_world.document["two eyes"]
    with psycopg.connect(shared_world.conninfo) as connection:
        connection.execute(
            "insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, invited_by_name, accepted_at)"
            " values (%s, %s, 'Two Hats', 'support_worker', 'full', 'Somebody', now())", [case, shared_world.user["two_hats"]])
        connection.execute("set session authorization keywork_app")
        take_hat(connection, shared_world.identity("two_hats_worker"))
        connection.execute("insert into app.support_documents (id, case_id, template_version_id, title, answers) values (%s, %s, %s, 'New', %s)",
                           [document, case, shared_world.wording["moor/review/1"], f'{{"{shared_world.part["moor/review/well"]}": true}}'])
        connection.execute("select app.submit_document(%s)", [document])
        values = {"it": document, "pdf": PDF, "new": uuid.uuid4()}
        take_hat(connection, shared_world.identity("two_hats_admin"))
        for step, statement in (*FUNCTIONS.items(), *STATEMENTS.items()):
            if step in ("approve", "return"):
                assert came_to(connection, statement, values)[0] == "KW462", statement
        # Withdrawing one's own is no approval.
        assert came_to(connection, FUNCTIONS["withdraw"], values)[0] == "passed"
        take_hat(connection, shared_world.identity("moor_admin"))
        connection.execute(FUNCTIONS["approve"], values)
        assert look(connection, document)["approved_by_id"] == shared_world.user["moor_admin"]
        connection.rollback()


def test_four_eyes_hold_for_the_owner(shared_world, staged):
    """A CHECK says it too; and nobody approves without a person: the owner's own PDF changes no state."""
    with shared_world.owner() as owner:
        for state in STATES:
            row = staged["ann", "worker", state]
            with pytest.raises(psycopg.errors.CheckViolation) as refused, owner.transaction():
                owner.execute(
                    "insert into app.support_documents (case_id, template_version_id, title, state, content, content_sha256, author_id, author_name, submitted_at,"
                    " approved_at, approved_by_id, approved_by_name, pdf_sha256) select case_id, template_version_id, title, 'approved', c.said,"
                    " sha256(convert_to(c.said::text, 'UTF8')), author_id, author_name, now(), now(), author_id, author_name, '\\x00'"
                    " from app.support_documents, (select '{}'::jsonb as said) as c where id = %s", [row])
            assert refused.value.diag.constraint_name == "approvers_are_not_the_author"
        assert refusal(owner, STATEMENTS["approve"] .replace("%(it)s", "%s").replace("%(pdf)s", "%s"),
                       [staged["ann", "worker", "submitted"]] * 2 + [PDF]) == "23514"


# ---- new versions ----------------------------------------------------------------------------------------------------


def test_the_approval_of_a_new_version_supersedes(shared_world, staged):
    """Nothing before it does; what was answered is carried over; the trail of the old one says who; there is one successor at a time."""
    old, new, again = staged["ann", "both_worker", "sent"], shared_world.document["second"], shared_world.document["third"]
    with shared_world.as_("worker") as connection:
        connection.execute("select app.new_version_of(%s, %s)", [old, new])
        assert one(connection, "select answers from app.support_documents where id = %s", new) == world_documents.answers_of(ident, "harbour/letter")
        for persona in ("worker", "harbour_admin"):
            take_hat(connection, shared_world.identity(persona))
            with pytest.raises(psycopg.errors.UniqueViolation) as refused, connection.transaction():
                connection.execute("select app.new_version_of(%s, %s)", [old, again])
            assert refused.value.diag.constraint_name == "one_new_version_at_a_time"
        take_hat(connection, shared_world.identity("worker"))
        connection.execute("select app.withdraw_document(%s)", [new])
        connection.execute("select app.new_version_of(%s, %s)", [old, again])
        connection.execute("select app.submit_document(%s)", [again])
        assert look(connection, old)["state"] == "sent"
        take_hat(connection, shared_world.identity("quay_manager"))
        connection.execute(FUNCTIONS["approve"], {"it": again, "pdf": PDF})
        was = look(connection, old)
        assert (was["state"], was["step"], was["from_state"], was["actor_id"]) == ("superseded", "supersede", "sent", shared_world.user["quay_manager"])
        assert (look(connection, again)["state"], look(connection, again)["version"]) == ("approved", 2)
        assert refusal(connection, "select app.new_version_of(%s, %s)", [old, uuid.uuid4()]) == "KW466"
        # The chain goes on from the newest.
        connection.execute("select app.new_version_of(%s, %s)", [again, shared_world.document["fourth"]])
        assert look(connection, shared_world.document["fourth"])["version"] == 3


def test_a_new_version_of_one_that_was_withdrawn_meanwhile(shared_world, staged):
    """It is approved all the same, and the old one stays withdrawn."""
    old, new = staged["ann", "both_worker", "approved"], shared_world.document["second"]
    with shared_world.as_("worker") as connection:
        connection.execute("select app.new_version_of(%s, %s)", [old, new])
        connection.execute("select app.submit_document(%s)", [new])
        take_hat(connection, shared_world.identity("harbour_admin"))
        connection.execute("select app.withdraw_document(%s, 'A mistake')", [old])
        connection.execute(FUNCTIONS["approve"], {"it": new, "pdf": PDF})
        assert (look(connection, old)["state"], look(connection, new)["state"]) == ("withdrawn", "approved")


@pytest.mark.parametrize("change", ["another case", "another template", "an older wording"])
def test_what_is_no_new_version(shared_world, staged, change):
    """A version is of the same case and template, in its newest wording."""
    values = {"case": shared_world.case["ann"], "wording": shared_world.wording["harbour/letter/1"], "it": staged["ann", "both_worker", "sent"], "new": uuid.uuid4()}
    values |= {"another case": {"case": shared_world.case["ben"]}, "another template": {"wording": shared_world.wording["harbour/review/1"]},
               "an older wording": {"wording": shared_world.wording["harbour/agreement/1"]}}[change]
    with shared_world.as_("harbour_admin") as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute(STATEMENTS["new version"], values)
    assert refused.value.sqlstate == {"another case": "23503", "another template": "KW466", "an older wording": "KW468"}[change]


def test_sending(shared_world, staged):
    """Each delivery is an e-mail of its own or a day; to suppressed addresses none goes; nothing is handed over on a day to come; twice is once."""
    document = staged["ann", "worker", "approved"]
    with shared_world.as_("harbour_admin") as connection:
        values = {"it": document, "new": uuid.uuid4()}
        connection.execute(FUNCTIONS["send"], values)
        with pytest.raises(psycopg.errors.UniqueViolation) as refused, connection.transaction():
            connection.execute(FUNCTIONS["send"], values)
        assert explain(DBAPIError("", None, refused.value)).sent_twice
        connection.execute(FUNCTIONS["hand_over"], values | {"new": uuid.uuid4()})
        connection.execute(FUNCTIONS["send"], values | {"new": uuid.uuid4()})
        assert connection.execute("select o.state, o.kind, count(*) from app.outbox as o join app.support_document_deliveries as v on v.id = o.delivery_id"
                                  " where v.document_id = %s group by 1, 2", [document]).fetchall() == [("waiting", "document", 2)]
        assert one(connection, "select count(*) from app.support_document_events where document_id = %s and step in ('send', 'hand_over')", document) == 3
        for day, expected in (("infinity", "KW480"), ("2090-01-01", "KW480"), ("1999-12-31", "23514"), ("-infinity", "23514"), (None, "23514")):
            assert refusal(connection, "select app.hand_over_document(%s, %s, 'Pat', %s)", [document, uuid.uuid4(), day]) == expected, day
        for name, address in ((" ", "pat@example.net"), ("x" * 121, "pat@example.net"), ("Pat", "pat"), ("Pat", "a@b.c, d@e.f"), ("Pat", None), ("Pat", f"{'x' * 250}@b.cd")):
            assert refusal(connection, "select app.send_document(%s, %s, %s, %s)", [document, uuid.uuid4(), name, address]) == "23514", (name, address)
    with psycopg.connect(shared_world.conninfo) as connection:
        connection.execute("insert into app.suppressed_addresses (organisation_id, address, because) values (%s, 'pat@example.net', 'bounced')",
                           [shared_world.organisation["harbour"]])
        connection.execute("set session authorization keywork_app")
        take_hat(connection, shared_world.identity("harbour_admin"))
        for address in ("pat@example.net", "Pat@Example.NET"):
            assert refusal(connection, "select app.send_document(%s, %s, 'Pat', %s)", [document, uuid.uuid4(), address]) == "KW451"
        connection.execute(FUNCTIONS["hand_over"], values)
        connection.rollback()


# ---- files -----------------------------------------------------------------------------------------------------------

KEEP = "select app.keep_upload(%(new)s, %(case)s, %(it)s, %(title)s, %(day)s, %(kind)s, %(file)s)"
JPEG = {"kind": "image/jpeg", "file": b"\xff\xd8\xff\xe0"}


@pytest.mark.parametrize("change, code", [
    ({}, None), ({"day": None}, None), (JPEG, None), ({"it": None}, None), ({"title": " "}, "23514"), ({"title": "x" * 161}, "23514"), ({"title": None}, "23502"),
    *(({"day": day}, "23514") for day in ("1999-12-31", "2101-01-01", "infinity", "-infinity")),
    ({"kind": "text/html"}, "23514"), ({"kind": "image/png"}, "23514"), ({"kind": "image/svg+xml", "file": b"<svg>"}, "23514"), ({"kind": None}, "23502"),
    (JPEG | {"file": b"%PDF-1.7"}, "23514"), ({"file": b""}, "23514"), ({"file": None}, "23502"), ({"file": b"%PDF-" + b"x" * 9_999_995}, None),
    ({"file": b"%PDF-" + b"x" * 9_999_996}, "23514"), ({"case": ident("case", "ben")}, "23503"), ({"new": ident("upload", "ann/worker/pdf")}, "23505")],
    ids=lambda value: str(value)[:40])
def test_files(shared_world, staged, change, code):
    """What a file may be, by its first bytes and its size; a scan is of a document of its case; each refusal has its sentence."""
    values = {"new": uuid.uuid4(), "case": ident("case", "ann"), "it": staged["ann", "worker", "sent"], "title": "Scan", "day": "2024-02-01",
              "kind": "application/pdf", "file": PDF} | change
    with shared_world.as_("harbour_admin") as connection:
        came, said = came_to(connection, KEEP, values)
    assert (came, said is not None) == (code or "passed", code is not None)


def test_a_file_stays_as_it_came(shared_world):
    """It goes with its upload, which whoever may removes; nobody changes it, the owner included; and no upload comes without one."""
    upload = shared_world.upload["ann/worker/pdf"]
    with shared_world.owner() as owner:
        for change in ("bytes = bytes || 'x'", "media_type = 'image/png'", "upload_id = gen_random_uuid()"):
            assert refusal(owner, f"update app.support_upload_files set {change} where upload_id = %s", [upload]) == "KW469"
    with shared_world.as_("worker") as connection:
        assert refusal(connection, "delete from app.support_upload_files where upload_id = %s", [upload]) == "42501"
        assert connection.execute("delete from app.support_uploads where id = %s", [upload]).rowcount == 1
        assert one(connection, "select count(*) from app.support_upload_files where upload_id = %s", upload) == 0
        connection.execute("insert into app.support_uploads (case_id, title) values (%s, 'Nothing')", [shared_world.case["ann"]])
        with pytest.raises(psycopg.Error) as refused:
            connection.execute("set constraints all immediate")
        assert refused.value.sqlstate == "KW481"
