"""What people read when the database refuses: one sentence for each constraint, unique index and error of our own.

The database decides, this module words it. A test walks the catalogue and fails for a rule without its sentence.
"""

from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, OperationalError

from views import document_sentences, import_sentences, subject_sentences

#: The audit log is written with the change, or the change is not made.
NOT_WRITTEN_DOWN = "That could not be kept on the record, so it was not done. Please try again."
#: Digests, the outbox and the job ledger are kept by the jobs.
NOT_BY_HAND = "Keywork keeps this by itself, so it was not changed. Please try again."

#: Constraint or unique index -> (form field it is about, or None for the whole form; what to do). A field is the column of
#: its name; "column.key" is one part of a column that holds several.
CONSTRAINTS: dict[str, tuple[str | None, str]] = document_sentences.CONSTRAINTS | import_sentences.CONSTRAINTS | subject_sentences.CONSTRAINTS | {
    # installation, keys, price list: only operators of the installation meet these
    "installation_has_one_row": (None, "Keywork is installed here already."),
    "pads_fill_one_block": (None, "That signing key does not have the right length."),
    "plan_codes_are_plain_words": ("code", "Use small letters only for the code of a plan."),
    "plan_names_are_filled": ("name", "Give the plan a name of up to 120 characters."),
    "plan_names_are_unique": ("name", "There is a plan with this name already."),
    "plan_monthly_prices_are_not_negative": ("monthly_pounds", "A price cannot be below zero."),
    "plan_yearly_prices_are_not_negative": ("yearly_pounds", "A price cannot be below zero."),
    "plans_allow_a_tenancy": ("tenancies", "Allow at least one tenancy."),
    "plans_allow_a_user": ("users", "Allow at least one user, or leave it empty for any number."),
    "plan_positions_are_positive": ("position", "Count the places from 1."),
    "plan_positions_are_unique": ("position", "Another plan stands in this place already. Choose another."),
    "plans_pkey": ("code", "There is a plan with this code already."),
    "feature_keys_are_plain_words": ("feature_key", "Use small letters and underscores only for a feature."),
    "features_pkey": ("feature_key", "Keywork knows this feature already."),
    "feature_gates_pkey": ("feature_key", "Somebody switched a feature of this plan on meanwhile. Look at the plan again."),
    "feature_gates_plan_code_fkey": ("plan_code", "Choose a plan from the list."),
    "feature_gates_feature_key_fkey": ("feature_key", "Choose a feature from the list."),
    # people
    "user_emails_are_lower_case": ("email", "Write the e-mail address in small letters."),
    "user_emails_look_like_addresses": ("email", "Give an e-mail address, such as name@example.org."),
    "user_names_are_filled": ("full_name", "Give a name of up to 120 characters."),
    "user_emails_are_unique": ("email", "Somebody has an account with this e-mail address already."),
    "users_have_one_sign_in_each": ("email", "This sign-in belongs to somebody else already."),
    "membership_roles_are_operator_roles": ("role", "Choose org-admin or property manager."),
    "memberships_pkey": ("invited_email", "This person works for the organisation already, or has been invited to."),
    "one_organisation_for_each_operator": ("user_id", "You work for another organisation already, and an account can work for one only."),
    "invited_operators_have_a_name": ("invited_name", "Give their full name, up to 120 characters."),
    "invited_operators_have_an_address": ("invited_email", "Give an e-mail address, such as name@example.org."),
    "sign_ins_end_after_they_begin": (None, "A sign-in cannot end before it began."),
    "sign_ins_user_id_fkey": (None, "There is no such account."),
    "people_sign_in_by_password_or_link": (None, "Sign in by password or by a link."),
    "sign_in_ways_are_known": (None, "Sign in by password or by a link."),
    "tried_subjects_are_sha256": (None, "That could not be read. Please try again."),
    "callers_are_sha256": (None, "That could not be read. Please try again."),
    "api_calls_pkey": (None, "That could not be read. Please try again."),
    "link_hashes_are_sha256": (None, "That could not be read. Please try again."),
    "link_purposes_are_known": (None, "That could not be read. Please try again."),
    "links_are_used_in_time": (None, "This link has expired. Ask for a new one."),
    "operator_links_are_of_a_membership": (None, "This invitation has been withdrawn."),
    "links_user_id_fkey": (None, "There is no such account."),
    "link_hashes_are_unique": (None, "That did not work. Please ask for another link."),
    "memberships_user_id_fkey": ("user_id", "Choose a person from the list."),
    "memberships_organisation_id_fkey": ("organisation_id", "Choose an organisation from the list."),
    # organisations
    "organisation_names_are_filled": ("name", "Give a name of up to 160 characters."),
    "organisation_names_are_unique": ("name", "There is an organisation with this name already."),
    "organisations_plan_code_fkey": ("plan_code", "Choose a plan from the list."),
    "retention_windows_are_case_and_safeguarding": (
        "support_retention_years", "Give both windows: one for cases and one for safeguarding notes."),
    "case_window_is_1_to_100_whole_years": ("support_retention_years.case", "Give whole years, from 1 to 100."),
    "safeguarding_window_is_1_to_100_whole_years": ("support_retention_years.safeguarding", "Give whole years, from 1 to 100."),
    "safeguarding_window_is_not_the_shorter": (
        "support_retention_years.safeguarding", "Keep safeguarding notes at least as long as cases."),
    "housing_officer_emails_look_like_addresses": (
        "housing_officer_emails", "Give e-mail addresses, such as name@example.org, one on each line."),
    # landlords, properties, tenants
    "landlord_names_are_filled": ("name", "Give a name of up to 160 characters."),
    "landlord_names_are_unique_in_an_organisation": ("name", "You have a landlord with this name already."),
    "landlords_in_their_organisation": (None, "This landlord exists already."),
    "landlords_organisation_id_fkey": (None, "Choose an organisation from the list."),
    "property_manager_landlords_pkey": ("landlord_id", "This landlord is assigned to them already."),
    "assigned_managers_are_members": ("user_id", "Choose one of your property managers."),
    "assigned_landlords_are_of_the_organisation": ("landlord_id", "Choose one of your landlords."),
    "property_addresses_are_filled": ("address", "Give the number and street, up to 200 characters."),
    "property_towns_are_filled": ("town", "Give the town, up to 100 characters."),
    "postcodes_are_british": ("postcode", "Give a British postcode, such as LS6 2AB."),
    "properties_are_unique_in_an_organisation": ("address", "You have a property at this address already."),
    "properties_in_their_organisation": (None, "This property exists already."),
    "properties_belong_to_a_landlord": ("landlord_id", "Choose one of your landlords."),
    "tenant_names_are_filled": ("full_name", "Give the tenant's name, up to 120 characters."),
    "tenant_birthdays_are_plausible": ("date_of_birth", "Give a date of birth after 1900."),
    "tenants_are_born_already": ("date_of_birth", "Give a date of birth that is not in the future."),
    "note_visibility_is_inherit_visible_or_hidden": (
        "housing_officer_note_visibility", "Choose as the organisation, visible, or hidden."),
    "tenants_in_their_organisation": (None, "This tenant exists already."),
    "tenants_live_at_a_property": ("property_id", "Choose one of your properties."),
    # cases
    "context_summaries_fit": ("context_summary", "Keep the summary under 4,000 characters."),
    "closed_cases_have_a_reason": ("closing_reason", "Choose why the case is being closed."),
    "closing_reasons_are_known": ("closing_reason", "Choose a reason from the list."),
    "cases_close_after_they_open": ("closed_at", "A case cannot close before it opened."),
    "cases_in_their_organisation": (None, "This case exists already."),
    "cases_are_of_a_tenant": ("tenant_id", "Choose one of your tenants."),
    "one_open_case_for_each_tenant": ("tenant_id", "This tenant has an open case already. Work on that one, or close it first."),
    # the outbox takes documents
    "messages_carry_what_their_kind_says": (None, NOT_BY_HAND),
    "messages_carry_a_document": (None, NOT_BY_HAND),
    # team
    "collaborator_names_are_filled": ("full_name", "Give their full name, up to 120 characters."),
    "collaborator_kinds_are_known": ("kind", "Choose who they are from the list."),
    "participation_modes_are_known": ("participation_mode", "Choose their part in the case from the list."),
    "contact_cards_have_no_account": ("participation_mode", "A contact card has no account; everybody else signs in with one."),
    "external_contacts_are_contact_cards": ("kind", "An external contact can only have a contact card."),
    "contact_cards_say_how_to_reach_them": ("email", "Give an e-mail address or a telephone number."),
    "collaborator_emails_look_like_addresses": ("email", "Give an e-mail address, such as name@example.org."),
    "collaborator_phones_look_like_numbers": ("phone", "Give a telephone number: digits, blanks and brackets only."),
    "contact_card_organisations_fit": ("works_for", "Keep the organisation under 120 characters."),
    "contact_card_roles_fit": ("role_label", "Keep the role under 120 characters."),
    "assignments_end_after_they_begin": ("ended_at", "An assignment cannot end before it began."),
    "one_live_assignment_for_each_person": ("email", "They are on this team already."),
    "collaborators_are_on_a_case": (None, "There is no such case."),
    "support_collaborators_user_id_fkey": ("email", "There is no such account."),
    "support_collaborators_invited_by_id_fkey": (None, "There is no such account."),
    # notes
    "note_streams_are_shared_or_professional": ("stream", "A note is either Shared or Professional."),
    "note_bodies_are_filled": ("body", "Write the note first."),
    "note_bodies_fit": ("body", "Keep a note under 20,000 characters. Please split it in two."),
    "safeguarding_notes_are_professional": ("safeguarding", "Only a Professional note can be flagged for safeguarding."),
    "safeguarding_has_its_moment": ("safeguarding", "The moment of a safeguarding flag cannot be given by hand."),
    "notes_are_on_a_case": (None, "There is no such case."),
    "support_notes_author_id_fkey": (None, "There is no such account."),
    # goals
    "goal_titles_are_filled": ("title", "Give the goal a title of up to 160 characters."),
    "goal_descriptions_fit": ("description", "Keep the description under 4,000 characters."),
    "goal_statuses_are_known": ("status", "Choose active, achieved or closed."),
    "goal_target_dates_are_plausible": ("target_date", "Give a target date between 2000 and 2100."),
    "goals_in_their_case": (None, "This goal exists already."),
    "goals_are_on_a_case": (None, "There is no such case."),
    "support_goals_author_id_fkey": (None, "There is no such account."),
    "progress_entries_are_filled": ("body", "Write what has changed, in up to 4,000 characters."),
    "progress_is_on_a_goal_of_the_case": (None, "There is no such goal."),
    "support_goal_progress_author_id_fkey": (None, "There is no such account."),
    # sessions
    "session_times_are_plausible": ("scheduled_at", "Give a date between 2000 and 2100."),
    "sessions_last_5_minutes_to_12_hours": ("duration_minutes", "Give a duration from 5 to 720 minutes."),
    "session_types_are_known": ("type", "Choose a type from the list."),
    "session_statuses_are_known": ("status", "Choose delivered, missed or cancelled."),
    "session_attendees_fit": ("attendees", "Keep the list of people under 300 characters."),
    "outcome_notes_fit": ("outcome_note", "Keep the outcome under 8,000 characters."),
    "delivered_sessions_have_an_outcome": ("outcome_note", "Write what came out of the session."),
    "scheduled_sessions_have_no_outcome_yet": ("outcome_note", "Say first whether it was delivered, missed or cancelled."),
    "sessions_are_on_a_case": (None, "There is no such case."),
    "support_sessions_author_id_fkey": (None, "There is no such account."),
    # the audit log, which nobody writes by hand
    "audit_actors_are_hats_or_logins": (None, NOT_WRITTEN_DOWN),
    "audit_actions_are_known": (None, NOT_WRITTEN_DOWN),
    "audit_kinds_are_codes": (None, NOT_WRITTEN_DOWN),
    "audit_hashes_are_sha256": (None, NOT_WRITTEN_DOWN),
    "audit_salts_are_16_bytes": (None, NOT_WRITTEN_DOWN),
    "purges_say_what_rule_and_run": (None, NOT_WRITTEN_DOWN),
    "purge_rules_are_known": (None, NOT_WRITTEN_DOWN),
    "audit_log_pkey": (None, NOT_WRITTEN_DOWN),
    "audit_payloads_pkey": (None, NOT_WRITTEN_DOWN),
    "audit_seals_pkey": (None, NOT_WRITTEN_DOWN),
    "audit_heads_pkey": (None, NOT_WRITTEN_DOWN),
    "audit_rows_are_sealed_once": (None, NOT_WRITTEN_DOWN),
    "seal_hashes_are_sha256": (None, NOT_WRITTEN_DOWN),
    "audit_sealing_has_one_row": (None, NOT_WRITTEN_DOWN),
    "audit_sealing_pkey": (None, NOT_WRITTEN_DOWN),
    "audit_reasons_fit": ("reason", "Give the reason in up to 1,000 characters."),
    # retention
    "hold_reasons_are_filled": ("reason", "Say why, in up to 1,000 characters."),
    "lift_reasons_are_filled": ("reason", "Say why, in up to 1,000 characters."),
    "lifted_holds_say_who_and_why": ("reason", "Say why the hold is lifted."),
    "holds_are_lifted_after_they_were_set": (None, "A hold cannot be lifted before it was set."),
    "holds_are_on_a_case": (None, "There is no such case."),
    "one_live_hold_for_each_case": (None, "There is a legal hold on this case already."),
    "legal_holds_author_id_fkey": (None, "There is no such account."),
    "legal_holds_lifted_by_id_fkey": (None, "There is no such account."),
    "runs_finish_after_they_begin": (None, "A run cannot finish before it began."),
    "one_live_run_for_each_organisation": (None, "A run is under way already."),
    "retention_runs_organisation_id_fkey": (None, "Choose an organisation from the list."),
    "retention_runs_asked_by_id_fkey": (None, "There is no such account."),
    # digests, the outbox and the job ledger, which nobody writes by hand
    "job_names_are_plain_words": (None, NOT_BY_HAND),
    "job_cadences_are_known": (None, NOT_BY_HAND),
    "dated_jobs_have_their_time": (None, NOT_BY_HAND),
    "job_runs_pkey": (None, NOT_BY_HAND),
    "job_statuses_are_known": (None, NOT_BY_HAND),
    "job_attempts_count_from_1": (None, NOT_BY_HAND),
    "job_errors_are_codes": (None, NOT_BY_HAND),
    "failed_jobs_say_why": (None, NOT_BY_HAND),
    "one_digest_for_each_officer_and_month": (None, NOT_BY_HAND),
    "digests_in_their_organisation": (None, NOT_BY_HAND),
    "digests_are_of_a_calendar_month": (None, NOT_BY_HAND),
    "digest_reasons_are_known": (None, NOT_BY_HAND),
    "digest_entries_pkey": (None, NOT_BY_HAND),
    "entry_reasons_are_known": (None, NOT_BY_HAND),
    "entries_left_out_say_nothing": (None, NOT_BY_HAND),
    "entries_are_of_a_digest": (None, NOT_BY_HAND),
    "entries_are_of_a_case": (None, NOT_BY_HAND),
    "message_kinds_are_known": (None, NOT_BY_HAND),
    "message_states_are_known": (None, NOT_BY_HAND),
    "messages_are_kept_once": (None, NOT_BY_HAND),
    "provider_ids_are_unique": (None, NOT_BY_HAND),
    "message_errors_are_codes": (None, NOT_BY_HAND),
    "sent_messages_have_their_moment": (None, NOT_BY_HAND),
    "messages_carry_a_digest": (None, NOT_BY_HAND),
    "suppressed_addresses_are_lower_case": (None, NOT_BY_HAND),
    "suppressions_have_a_known_cause": (None, NOT_BY_HAND),
    "cleared_addresses_say_by_whom": (None, NOT_BY_HAND),
    "one_suppression_for_each_address": (None, NOT_BY_HAND),
    "delivery_events_are_known": (None, NOT_BY_HAND),
    "couriers_have_one_row": (None, NOT_BY_HAND),
    "refusals_are_codes": (None, NOT_BY_HAND),
    "jobs_pkey": (None, NOT_BY_HAND),
    "digests_organisation_id_fkey": (None, NOT_BY_HAND),
    "digests_officer_id_fkey": (None, NOT_BY_HAND),
    "outbox_organisation_id_fkey": (None, NOT_BY_HAND),
    "suppressed_addresses_organisation_id_fkey": (None, NOT_BY_HAND),
    "job_runs_job_fkey": (None, NOT_BY_HAND),
    "delivery_events_pkey": (None, NOT_BY_HAND),
    "couriers_pkey": (None, NOT_BY_HAND),
    "bi_logins_pkey": (None, NOT_BY_HAND),
    "bi_logins_are_bound_once": (None, NOT_BY_HAND),
    "bi_logins_are_plain_words": (None, NOT_BY_HAND),
    "bi_logins_organisation_id_fkey": (None, NOT_BY_HAND),
}

#: Foreign key -> why a row that others still point at by it stays.
STILL_USED: dict[str, str] = subject_sentences.STILL_USED | {
    "properties_belong_to_a_landlord": "A landlord with properties cannot be removed.",
    "tenants_live_at_a_property": "A property with tenants cannot be removed.",
    "cases_are_of_a_tenant": "A tenant with a case, open or closed, cannot be removed.",
    "organisations_plan_code_fkey": "A plan with organisations on it cannot be removed.",
}

#: A row with this id is there already: the form was sent twice.
SENT_TWICE = "This has been saved already. Please load the page again."

#: Errors of our own (functions.sql, first lines) and of Postgres that a person can meet: (field, sentence, HTTP status).
STATES: dict[str, tuple[str | None, str, int]] = document_sentences.STATES | import_sentences.STATES | subject_sentences.STATES | {
    "KW001": (None, "Please sign in again.", 401),
    "KW002": (None, "Please sign in again.", 401),
    "KW003": (None, "That took too long. Please try again.", 503),
    "KW404": (None, "There is nothing here that you can see.", 404),
    "KW410": (None, "This case is closed, so it takes nothing new. Reopen it first.", 409),
    "KW411": ("stream", "A note stays in its stream. Delete it and write it again in the other one.", 409),
    "KW412": ("body", "Only its author can change the words of a note.", 409),
    "KW413": ("reason", "Only an org-admin takes a safeguarding flag back, and says why.", 409),
    "KW414": (None, "The moment a case closed cannot be changed.", 409),
    "KW415": (None, "This assignment has ended already.", 409),
    "KW416": ("status", "This session has not begun yet. Record how it went afterwards, or cancel it.", 409),
    "KW417": (None, "A note flagged for safeguarding cannot be deleted.", 409),
    "KW420": (None, "You cannot disable your own account. Ask another platform-admin.", 409),
    "KW421": (None, "They are the only platform-admin left. Make somebody else one first.", 409),
    "KW430": (None, "That was too often. Please wait a while, then try again.", 429),
    "KW431": (None, "Ask for a new link to set a password, and use it within the hour.", 409),
    "KW432": (None, "An account either runs this installation or works for an organisation. Use another e-mail address for one of them.", 409),
    "KW433": (None, "They have had six e-mails about this within a day. Please wait until tomorrow.", 409),
    "KW440": (None, "The audit log is only ever added to.", 409),
    "KW442": (None, "A case could not be deleted. The others were.", 409),
    "KW441": (None, "This hold has been lifted already.", 409),
    "KW450": (None, "Two clocks differ. Nothing is deleted until they are set right.", 503),
    "KW451": (None, "E-mails to this address came back, or were marked as spam, so nothing is sent there. Clear the address first.", 409),
    "KW482": ("until", "Choose a last day that is not before the first one.", 409),
    "KW483": ("what", "Choose what to export from the list.", 409),
    "KW484": ("file_type", "Choose CSV or PDF.", 409),
    # The same character inside an answer, which is JSON.
    "22P05": (None, "There is a character in your text that cannot be stored. Please retype that part.", 400),
    "22021": (None, "There is a character in your text that cannot be stored. Please retype that part.", 400),
    "22001": (None, "One of the texts is too long.", 400),
    "22003": (None, "One of the numbers is too large.", 400),
    "22007": (None, "One of the dates could not be read.", 400),
    "22008": (None, "One of the dates does not exist.", 400),
    "22P02": (None, "One of the answers could not be read.", 400),
    "40001": (None, "Somebody changed this at the same moment. Please try again.", 503),
    "40P01": (None, "Somebody changed this at the same moment. Please try again.", 503),
    "55P03": (None, "Somebody is changing this right now. Please try again.", 503),
    "57014": (None, "That took too long. Please try again.", 503),
}

#: "You may not": the same answer as for what does not exist.
HIDDEN = {"42501", "KW404"}


@dataclass(frozen=True)
class Refusal:
    """A refusal in words: the field it is about (None for the whole form), the sentence, and an HTTP status."""

    field: str | None
    sentence: str
    status: int
    hidden: bool = False
    sent_twice: bool = False


def explain(error: DBAPIError) -> Refusal | None:
    """Words a database error for a person, or None for one that no person should meet (a fault of ours)."""
    diagnosis = getattr(error.orig, "diag", None)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        # psycopg itself refuses NUL before the server sees it; a lost connection has no state either.
        if "NUL" in str(error.orig):
            return Refusal(*STATES["22021"])
        lost = error.connection_invalidated or isinstance(error, OperationalError)
        return Refusal(None, "Keywork cannot reach its records just now. Please try again.", 503) if lost else None
    if state in HIDDEN:
        return Refusal(None, STATES["KW404"][1], 404, hidden=True)
    if state in STATES:
        field, sentence, status = STATES[state]
        # Rules about one part of many say which one it is: "parts.3.words", "answers.<id>".
        return Refusal(diagnosis.column_name or field, sentence, status)
    constraint = diagnosis.constraint_name
    # The same foreign key speaks when a row points at nothing and when one that is pointed at should go.
    if state == "23503" and constraint in STILL_USED and (error.statement or "").lstrip().upper().startswith("DELETE"):
        return Refusal(None, STILL_USED[constraint], 409)
    if constraint in CONSTRAINTS:
        return Refusal(*CONSTRAINTS[constraint], status=409)
    if state == "23505" and constraint and constraint.endswith("_pkey"):
        return Refusal(None, SENT_TWICE, 409, sent_twice=True)
    if state == "23502":
        return Refusal(diagnosis.column_name, "Please fill this in.", 409)
    return None
