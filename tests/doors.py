"""The doors of the sign-in login, called as the application calls them, and several calls at once."""

import hashlib
import itertools
import threading
from collections.abc import Callable

import psycopg
from psycopg.rows import namedtuple_row

HOME, ELSEWHERE = "203.0.113.1", "198.51.100.1"
TOO_OFTEN = "KW430"

TRY = "select * from app.begin_password_try(%(email)s, %(network)s)"
ASK = "select * from app.ask_for_link(%(email)s, %(purpose)s, %(hash)s, %(network)s)"
LOOK = "select * from app.look_at_link(%(hash)s, %(network)s)"
USE = "select * from app.use_link(%(hash)s, %(network)s)"
TO_ASSIGNMENT = "select * from app.link_to_assignment(%(collaborator)s, %(hash)s)"
TO_MEMBERSHIP = "select * from app.link_to_membership(%(organisation)s, %(user)s, %(hash)s)"
PERSON = "select * from app.person_at_sign_in(%(ab_user_id)s, %(sign_in)s)"

WAITING = "select true from pg_stat_activity where datname = %s and usename = 'keywork_signin' and wait_event_type = 'Lock'"

#: Every function that no hat may call, called: doors of logins, and what only the owner's functions use.
DOORS = {
    "begin_password_try('worker@example.org', '203.0.113.1')", "sign_in_by_password(1, 1, 'hash')",
    "ask_for_link('worker@example.org', 'sign_in', %(hash)s, '203.0.113.1')",
    "link_to_assignment(%(member)s, %(hash)s)", "link_to_membership(%(organisation)s, %(user)s, %(hash)s)", "look_at_link(%(hash)s, '203.0.113.1')",
    "use_link(%(hash)s, '203.0.113.1')", "end_sign_in(%(user)s)", "may_set_password(%(user)s)", "set_password(%(user)s, 'hash')",
    "person_at_sign_in(1, %(user)s)", "count_try('password', %(hash)s, '203.0.113.1')", "begin_sign_in(%(user)s, 'link')", "good_links(%(hash)s)",
    "address_hash('worker@example.org')", "add_signing_key('planted', %(hash)s)", "appoint_platform_admin('worker@example.org', 'Worker', %(hash)s)",
    "installed_versions()", "org_admins_to_tell(%(user)s)", "account_id('worker@example.org', 0)",
    "account_of('worker@example.org', 'Worker')",
    "neighbourhood('203.0.113.1')", "take_calls(%(hash)s, 1, 1)", "take_api_calls(1)", "take_bad_api_token('203.0.113.1')",
    "seal_audit_log()", "keep_head(%(organisation)s, 1, %(hash)s)", "chain_begins(%(organisation)s)", "next_link(%(hash)s, 1, %(hash)s)", "hash_of_facts('{}')",
    "verify_audit_log(%(organisation)s)", "installation_chain()", "who_acts(%(user)s)", "keep_audit_months()", "write_down_event('view', %(organisation)s, null, 'support_cases', null, 'x', null)", "organisations_to_sweep(false)", "purge_batch(%(organisation)s)", "run_under(%(organisation)s, '{}')",
    "purge_from('support_notes', 'true', 'case', '{}', null)", "purge_cases(null, '{}', '{}')", "erase_copies(null, '{}', '{}')", "couriers_refused()", "erase_told('{}')", "erase_recipients(null, '{}')", "write_decision_down(%(user)s, 'sent_again')", "kept_texts()", "replay_destructions('[]')",
    # jobs, the provider of e-mail, and what composes and hands over digests
    "begin_job('send_outbox', now())", "finish_job('send_outbox', '2024-07-01', '{}')", "fail_job('send_outbox', now(), null, 'x')", "job_health()",
    "month_begins('2024-07-01')", "digest_cases('{}', '{}', '2024-07-01')", "digest_material('{}', '{}', '2024-07-01')", "reason_of_all('{}')", "compose_chunk('2024-07-01')",
    "items_in_both('[]', '[]')", "refresh_digest(%(user)s)", "claim_message()", "digest_to_send(%(user)s)", "message_was_sent(%(user)s, null)", "write_message_down(%(user)s, true)",
    "message_was_not_sent(%(user)s, 1, 'refused', 'x')", "pause_couriers(1)", "files_to_erase('{}')", "erase_old_digests()",
    # subject access
    "held_items(%(user)s)", "claim_bundle()", "bundle_of(%(user)s, 1)", "bundle_items(%(user)s, 1)", "bundle_redactions(%(user)s, 1)",
    "bundle_file(%(user)s, 1, 'support_upload_files', %(user)s)", "bundle_progress(%(user)s, 1, 'reading', 0, 0)", "keep_chunk(%(user)s, 1, 1, %(hash)s)",
    "bundle_is_made(%(user)s, 1, 1, %(hash)s)", "bundle_was_not_made(%(user)s, 1, 'x')", "erase_old_bundles()", "erase_subject_access(null, '{}', '{}')",
    # imports
    "import_places(%(user)s)", "read_moment('2024-11-03')", "read_code('stream', 'shared')", "external_id_fault('x')", "last_record_of(%(user)s, %(user)s)", "content_to_import(%(user)s)",
    *(f"{kind}_to_import(%(user)s)" for kind in ("properties", "tenants", "cases", "notes", "goals", "sessions")), "find_import_faults(%(user)s)", "lock_for_import(%(user)s)",
    "write_import(%(user)s)", "carry_out_import(%(user)s)", "claim_import('{}')", "import_failed(%(user)s, 'x')", "erase_old_imports()",
    # documents
    "document_to_send(%(user)s)", "why_not_send(%(user)s)", "starter_templates()", "next_due_on(now(), 1)",
    # BI logins
    "bi_organisation()",
    "delivery_rank('sent')", "record_delivery('event', 'message', 'bounced', now())", "apply_deliveries('message')", "one_at_a_time('message')",
}

_numbers = itertools.count()


def new_hash() -> bytes:
    """The hash of a token that no other test has."""
    return hashlib.sha256(f"token {next(_numbers)}".encode()).digest()


class Doors:
    """One connection of the sign-in login over a world."""

    def __init__(self, world) -> None:
        self.world = world
        self.connection = psycopg.connect(world.signin_conninfo, autocommit=True, row_factory=namedtuple_row)

    def ask(self, door: str, **values: object):
        """The only row that a door answers, None for no row, or the SQLSTATE of its refusal; committed."""
        return answer(self.connection, door, {"network": HOME, **values})

    def at_once(self, number: int, door: str, **values: object) -> list:
        """The answers to the same call on so many connections at once."""
        return self.all_at_once([(door, values)] * number)

    def all_at_once(self, calls: list[tuple[str | Callable, dict]]) -> list:
        """The answers to these calls, each on a connection of its own, let go at the same moment. A call may be a function of ours too."""
        barrier = threading.Barrier(len(calls))
        answers: list = [None] * len(calls)

        def call(place: int) -> None:
            door, values = calls[place]
            if callable(door):
                barrier.wait(30)
                answers[place] = door(**values)
                return
            with psycopg.connect(self.world.signin_conninfo, autocommit=True, row_factory=namedtuple_row) as connection:
                barrier.wait(30)
                answers[place] = answer(connection, door, {"network": HOME, **values})

        threads = [threading.Thread(target=call, args=(place,)) for place in range(len(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def while_open(self, transaction: psycopg.Connection, door: str, **values: object):
        """The answer to a call made while a transaction is open, which commits once the call waits for it (or has not waited)."""
        answers: list = []
        calling = threading.Thread(target=lambda: answers.extend(self.at_once(1, door, **values)))
        calling.start()
        with psycopg.connect(self.world.conninfo, autocommit=True) as watching:
            while calling.is_alive() and not watching.execute(WAITING, [self.world.database]).fetchone():
                calling.join(0.01)
        transaction.commit()
        calling.join()
        return answers[0]

    def link(self, email: str, purpose: str = "sign_in") -> bytes:
        """The hash of a link that this address has asked for."""
        made = new_hash()
        assert self.ask(ASK, email=email, purpose=purpose, hash=made, network=ELSEWHERE).email == email.lower()
        return made

    def signed_in_by_link(self, email: str):
        """The sign-in of somebody who has just used a link: what app.use_link() answers."""
        return self.ask(USE, hash=self.link(email, "password"))

    def invite(self, persona: str, case: str, email: str, name: str = "Nia New"):
        """An operator puts an address on the team of a case: the assignment's id and its link's hash."""
        with self.world.acting(persona) as connection:
            user = connection.execute("select app.account_for(%s, %s)", [email, name]).fetchone()[0]
            member = connection.execute(
                "insert into app.support_collaborators (case_id, user_id, full_name, kind, participation_mode, email)"
                " values (%s, %s, %s, 'support_worker', 'full', %s) returning id", [self.world.case[case], user, name, email]).fetchone()[0]
        made = new_hash()
        sent = self.ask(TO_ASSIGNMENT, collaborator=member, hash=made)
        assert (sent.email, sent.full_name) == (email, name)
        return member, made

    def invite_to_operate(self, persona: str, email: str, name: str = "Nia New"):
        """An org-admin invites an address as property manager: the organisation, the account and the link's hash."""
        with self.world.acting(persona) as connection:
            user = connection.execute("select app.account_for(%s, %s)", [email, name]).fetchone()[0]
            organisation = connection.execute(
                "insert into app.memberships (user_id, role, invited_name, invited_email) values (%s, 'property_manager', %s, %s)"
                " returning organisation_id", [user, name, email]).fetchone()[0]
        made = new_hash()
        assert self.ask(TO_MEMBERSHIP, organisation=organisation, user=user, hash=made).email == email
        return organisation, user, made

    def as_owner(self, statement: str, **values: object) -> list[tuple]:
        """Runs a statement as keywork_owner, committed; its rows, if it has any."""
        with self.world.owner() as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """Closes the connection."""
        self.connection.close()


def answer(connection: psycopg.Connection, door: str, values: dict):
    """The only row of a call, None for no row, or the SQLSTATE of its refusal."""
    try:
        rows = connection.execute(door, values).fetchall()
    except psycopg.Error as error:
        return error.sqlstate
    assert len(rows) <= 1
    return rows[0] if rows else None
