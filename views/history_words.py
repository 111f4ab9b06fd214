"""What happened, in words: one sentence for each line of the audit log, such as "Maya Patel deleted a Shared note of 3 Nov".

Data, by table and action; of a change, by the columns that changed, the first that fits. What the line said may be gone, or not
for this reader: then the sentence says less. A test walks every audited table and action.
"""

from db.models_record import AuditEntry
from views import history_documents, history_imports, history_requests
from views.history_events import EVENTS, decided, who
from views.history_fields import changed_labels
from views.history_terms import MOVED, Change, Phrase, Told, called, day_of, in_words, name_of, new_day, payload, with_article
from views.words import LABELS, inside, listed

STREAMS = {"shared": "Shared note", "professional": "Professional note"}


def _closed(entry: AuditEntry) -> str:
    reason = entry.after.get("closing_reason")
    return "closed the case" + (f" ({in_words(reason, 'closing_reason')})" if reason else "")


def _note(entry: AuditEntry) -> str:
    return f"a {STREAMS.get(entry.row_kind, 'note')}{day_of(entry)}"


def _wrote(entry: AuditEntry) -> str:
    flagged = " and flagged it for safeguarding" if payload(entry).get("safeguarding") else ""
    return f"wrote a {STREAMS.get(entry.row_kind, 'note')}{new_day(entry)}{flagged}"


def _goal(entry: AuditEntry) -> str:
    title = name_of(entry, "title")
    return f"the goal “{title}”" if title else f"a goal{day_of(entry)}"


def _on_goal(entry: AuditEntry) -> str:
    return f"“{entry.row_name}”" if entry.row_name else "a goal"


def _session(entry: AuditEntry) -> str:
    return with_article(inside(LABELS["session_type"].get(entry.row_kind, "session"))) + day_of(entry)


def _session_went(entry: AuditEntry) -> str:
    return f"recorded {_session(entry)} as {in_words(entry.after['status'], 'session_status')}"


def _goal_became(entry: AuditEntry) -> str:
    return f"marked {_goal(entry)} as {in_words(entry.after['status'], 'goal_status')}"


def _member_kind(entry: AuditEntry) -> str:
    return inside(LABELS["kind"].get(entry.row_kind, "collaborator"))


def _member(entry: AuditEntry) -> str:
    return name_of(entry, "full_name") or with_article(_member_kind(entry))


def _joined(entry: AuditEntry) -> str:
    said = payload(entry)
    if entry.row_kind == "external_contact" or said.get("participation_mode") == "reference_only":
        return f"added a contact card for {_member(entry)}"
    return f"invited {_member(entry)}" + (f" as {_member_kind(entry)}" if name_of(entry, "full_name") else "")


def _left(entry: AuditEntry) -> str:
    if entry.row_kind == "external_contact":
        return f"took {_member(entry)}'s contact card off the team"
    return f"ended {_member(entry)}'s assignment"


def _operator(entry: AuditEntry) -> str:
    return name_of(entry, "invited_name") or LABELS["a_hat"].get(entry.row_kind, "an operator")


def _became_operator(entry: AuditEntry) -> str:
    verb = "added" if payload(entry).get("accepted_at") else "invited"
    return f"{verb} {_operator(entry)} as {in_words(entry.row_kind, 'hat')}"


def _operator_left(entry: AuditEntry) -> str:
    waited = entry.before is not None and entry.before.get("accepted_at") is None
    return f"withdrew {_operator(entry)}'s invitation" if waited else f"removed {_operator(entry)}, {LABELS['a_hat'].get(entry.row_kind, 'an operator')}"


def _run(entry: AuditEntry) -> str:
    return f"the run{day_of(entry)}"


def _began_run(entry: AuditEntry) -> str:
    return "asked for a retention run" if entry.actor_id else "began a run"


def _address(entry: AuditEntry) -> str:
    return name_of(entry, "address") or "an address"


def _suppressed(entry: AuditEntry) -> str:
    why = {"bounced": " (an e-mail came back)", "complained": " (an e-mail was marked as spam)"}.get(entry.row_kind, "")
    return f"stopped e-mails to {_address(entry)}{why}"


INVITATIONS = (
    Change("invitation_sent_at", "sent {it}'s invitation again", to=True),
    # By disabling their account, or changing its address.
    Change("invitation_sent_at", "ended the link of {it}'s invitation", to=False),
)

TOLD: dict[str, Told] = {
    "support_cases": Told(
        lambda entry: "the case", lambda entry: f"opened the case{new_day(entry)}",
        (
            Change("closed_at", _closed, to=True),
            Change("closed_at", "reopened the case", to=False),
            Change("context_summary", "changed the summary"),
            MOVED,
        ),
    ),
    "support_notes": Told(
        _note, _wrote,
        (
            Change("safeguarding", "flagged {it} for safeguarding", to=True),
            Change("safeguarding", "took the safeguarding flag back from {it}", to=False),
            Change("body", "changed {it}"),
            MOVED,
        ),
    ),
    "support_goals": Told(_goal, "added {it}", (Change("status", _goal_became), MOVED)),
    "support_goal_progress": Told(
        lambda entry: f"progress on {_on_goal(entry)}{day_of(entry)}", lambda entry: f"noted progress on {_on_goal(entry)}{new_day(entry)}", (MOVED,),
    ),
    "support_sessions": Told(
        _session, "added {it}", (Change("status", _session_went), Change("scheduled_at", "moved {it} to another time"), MOVED)),
    "support_collaborators": Told(
        _member, _joined,
        (
            Change("ended_at", _left, to=True),
            Change("accepted_at", "accepted the invitation to the team", to=True),
            *INVITATIONS,
            MOVED,
        ),
    ),
    "legal_holds": Told(
        lambda entry: "the legal hold", "put the case under a legal hold", (Change("lifted_at", "lifted the legal hold"), MOVED)),
    "retention_runs": Told(_run, _began_run, (Change("finished_at", "finished {it}"),)),
    "suppressed_addresses": Told(
        _address, _suppressed,
        (Change("cleared_at", "had e-mails sent to {it} again", to=True), Change("cleared_at", _suppressed, to=False)),
    ),
    "bi_logins": Told(
        called("reporting login", "login"), "let {it} read the organisation's figures", delete="took {it} away, which reads no figures any more"),
    "tenants": Told(
        called("tenant", "full_name"), "added {it}",
        (
            Change("property_id", "moved {it} to another home"),
            Change("housing_officer_note_visibility", lambda entry: f"changed whether housing officers read Shared notes about {entry.row_name or 'a tenant'}"),
            MOVED,
        ),
        "removed {it}",
    ),
    "landlords": Told(called("landlord", "name"), "added {it}", delete="removed {it}"),
    "properties": Told(called("home", "address"), "added {it}", (Change("landlord_id", "gave {it} to another landlord"),), "removed {it}"),
    "property_manager_landlords": Told(
        _operator, "gave {it} a landlord to look after", delete="took a landlord away from {it}"),
    "memberships": Told(
        _operator, _became_operator,
        (
            Change("accepted_at", lambda entry: f"accepted the invitation to operate as {in_words(entry.row_kind, 'hat')}", to=True),
            *INVITATIONS,
            Change("role", "changed the role of {it}"),
        ),
        _operator_left,
    ),
    "organisations": Told(
        lambda entry: "the organisation", "added {it}",
        (
            Change("plan_code", "changed the plan of {it}", alone=True),
            Change("name", "changed the name of {it}", alone=True),
            Change("support_retention_years", "changed how long records are kept", alone=True),
            Change("support_notes_visible_to_housing_officer", "changed whether housing officers read Shared notes", alone=True),
            Change("housing_officer_emails", "changed the e-mail addresses of housing officers", alone=True),
        ),
    ),
    "users": Told(
        lambda entry: f"the account of {name_of(entry, 'full_name') or 'somebody'}", "added {it}",
        (Change("disabled_at", "disabled {it}", to=True), Change("disabled_at", "enabled {it}", to=False)),
    ),
    **history_documents.TOLD,
    **history_requests.TOLD,
    **history_imports.TOLD,
}  # fmt: skip

#: A table that is audited by hand, or a line that was altered.
ANYTHING = Told(lambda entry: "a record", "added {it}")


def _changed(entry: AuditEntry, told: Told) -> str:
    fitting = next((change.said for change in told.changes if change.fits(entry.after or {})), None)
    if fitting is not None:
        return _put(fitting, entry, told)
    labels = changed_labels(entry)
    return f"changed {told.it(entry)}" + (f": {listed([inside(each) for each in labels])}" if labels else "")


def _put(phrase: Phrase, entry: AuditEntry, told: Told) -> str:
    # Our own texts alone are searched for {it}: a name with braces in it is put in, never read.
    return phrase(entry) if callable(phrase) else phrase.replace("{it}", told.it(entry))


def deed(entry: AuditEntry) -> str:
    """What they did: 'deleted a Shared note of 3 Nov'."""
    if entry.action in EVENTS:
        return EVENTS[entry.action](entry)
    if entry.table_name == "outbox":
        return decided(entry)
    told = TOLD.get(entry.table_name, ANYTHING)
    if entry.action == "update":
        return _changed(entry, told)
    return _put(told.insert if entry.action == "insert" else told.delete, entry, told)


def sentence(entry: AuditEntry) -> str:
    """The line in words: who did what."""
    return f"{who(entry)} {deed(entry)}"


def because(entry: AuditEntry) -> str | None:
    """The reason where one was asked for, and the reader may see it."""
    after = entry.after or {}
    reasons = {"legal_holds": ("lift_reason", "reason"), "support_documents": ("step_reason",)}
    return entry.reason or next((after[column] for column in reasons.get(entry.table_name, ()) if after.get(column)), None)
