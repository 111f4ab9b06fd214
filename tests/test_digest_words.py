"""Every state, reason and answer of the digests, and every code that can stop an e-mail, has its words."""

import ast
import re
from pathlib import Path

import pytest
from resend.exceptions import ResendError

from jobs import couriers
from tests.test_couriers import ANSWERS as ANSWERS_OF_RESEND
from views import digest_words

JOBS = Path(couriers.__file__).parent
#: In what is said of a code without words, and nowhere else.
NO_WORDS = digest_words.went_wrong("nobody_knows_it").removesuffix("“nobody_knows_it”.")
#: Each error that Resend tells of in its documentation, for whatever it is asked.
ERRORS_OF_RESEND = (
    "application_error", "concurrent_idempotent_requests", "daily_quota_exceeded", "email_above_quota", "internal_server_error", "invalid_access",
    "invalid_api_key", "invalid_attachment", "invalid_from_address", "invalid_idempotency_key", "invalid_idempotent_request", "invalid_parameter",
    "invalid_permission", "invalid_region", "method_not_allowed", "missing_api_key", "missing_required_field", "missing_required_parameter",
    "monthly_quota_exceeded", "not_found", "rate_limit_exceeded", "resource_locked", "restricted_api_key", "security_error", "service_unavailable",
    "suspended_api_key", "validation_error",
)  # fmt: skip


def listed_in(world, constraint: str) -> set[str]:
    """What a CHECK allows."""
    with world.owner() as owner:
        rule = owner.execute("select pg_get_constraintdef(oid) from pg_constraint where conname = %s", [constraint]).fetchone()[0]
    return set(re.findall(r"'(\w+)'", rule))


def sources(world, pattern: str) -> list[str]:
    """The functions whose text matches."""
    with world.owner() as owner:
        return [source for source, in owner.execute("select prosrc from pg_proc where pronamespace = 'app'::regnamespace and prosrc ~ %s", [pattern])]


def test_every_state_and_reason_has_its_words(shared_world):
    """And no other has. `filed` is how app.told_state() calls what was sent to nobody."""
    assert listed_in(shared_world, "message_states_are_known") | {"filed"} == set(digest_words.STATES)
    assert listed_in(shared_world, "digest_reasons_are_known") | listed_in(shared_world, "entry_reasons_are_known") == set(digest_words.REASONS)


def test_every_answer_has_its_words(shared_world):
    """Of app.why_no_digest(): a reason, a state, or one of its own."""
    [source] = sources(shared_world, "not_composed")
    own = set(re.findall(r"return query select '(\w+)'|then '(not_\w+)'", source))
    found = {name for names in own for name in names if name}
    assert found >= {"not_on_team", "not_due", "before_digests", "not_composed"}
    assert found | set(digest_words.STATES) | set(digest_words.REASONS) == set(digest_words.ANSWERS)


# ---- codes of e-mails ------------------------------------------------------------------------------------------------


def of_the_database(world) -> set[str]:
    """Words that functions write into app.outbox.error."""
    found = {code for source in sources(world, "update app.outbox") for expression in re.findall(r"\berror = ([^\n]*)", source)
             for code in re.findall(r"(?:then|else|coalesce\(o\.error,) '(\w+)'", expression)}
    # What a document is withdrawn for goes there as it is.
    found |= {code for source in sources(world, "as v join app.support_documents as d on d.id = v.document_id\n    where v.id = of_delivery\n")
              for code in re.findall(r"then '(\w+)'", source)}
    assert {"no_answer", "rights_ended", "too_old", "provider_failed", "superseded", "suppressed", "plan"} <= found
    return found


def of_the_jobs() -> set[str]:
    """Words in the code of jobs/: what a NotSent is given, and what is put into a name for it."""
    found = set()
    for file in JOBS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NotSent":
                found |= results_in(node.args[1])
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("code", "refused"):
                found |= results_in(node.value)
    assert {"folder", "unreadable", "under_way", "key_was_used", "key_refused", "not_written", "too_late", "no_answer"} <= found
    return found


def results_in(expression: ast.expr) -> set[str]:
    """The texts that an expression may come to: of a condition both outcomes, not what it asks."""
    if isinstance(expression, ast.IfExp):
        return results_in(expression.body) | results_in(expression.orelse)
    return {expression.value} if isinstance(expression, ast.Constant) and isinstance(expression.value, str) else set()


def of_answers() -> set[str]:
    """What every status becomes with every error that Resend knows, in a request of ours or in another."""
    return {couriers._judged(ResendError(status, name, message, "")).code
            for status in range(100, 1000) for name in ERRORS_OF_RESEND for message in ("API key is invalid", "An error was found")}


def test_every_code_of_an_e_mail_has_its_words(shared_world):
    """Whoever puts it there: the database, the jobs service, or Resend with any answer that HTTP allows."""
    known = of_the_database(shared_world) | of_the_jobs() | of_answers() | {code for _, _, code, *_ in ANSWERS_OF_RESEND.values()}
    assert {code for code in known if digest_words.went_wrong(code).startswith(NO_WORDS)} == set()
    # And none of them is said of what nobody can come across.
    assert set(digest_words.ERRORS) <= known


def test_a_code_that_nobody_knows_is_said_as_it_is():
    """For whoever runs Keywork; nothing is said where nothing went wrong."""
    assert digest_words.went_wrong("ZX81") == f"{NO_WORDS}“ZX81”." and digest_words.went_wrong(None) == ""


@pytest.mark.parametrize("said", dict.fromkeys([*digest_words.ERRORS.values(), *map(digest_words.went_wrong, ("302", "499", "599", "ZX81"))]))
def test_sentences_are_plain(said):
    """A capital, a full stop, no shouting, no word that only programmers know."""
    assert said[0].isupper() and said.endswith(".") and "!" not in said and "  " not in said and "_" not in said
    assert not re.search(r"\b(invalid|error|illegal|null|HTTP|status|API|SQLSTATE)\b", said, re.IGNORECASE)
    assert len(said) <= 130
