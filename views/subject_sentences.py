"""What people read when the database refuses something about a subject access request. Part of views/sentences.py, which explains the form."""

NOT_BY_HAND = "Bundles are made by Keywork alone."

CONSTRAINTS: dict[str, tuple[str | None, str]] = {
    "requests_come_in_a_known_way": ("way", "Choose how the request came from the list."),
    "requests_are_asked_by_somebody": ("asked_by", "Say whether the tenant asked, or somebody for them."),
    "representatives_are_named": ("asked_by_name", "Give the name of whoever asks for the tenant, up to 120 characters; leave it empty for the tenant."),
    "request_days_are_plausible": ("received_on", "Give a date after 25 May 2018."),
    "extensions_say_why": ("extension_reason", "Say why it takes longer: the person must be told."),
    "extension_reasons_fit": ("extension_reason", "Keep the reason under 1,000 characters."),
    "request_outcomes_are_known": ("outcome", "Choose from the list what became of the request."),
    "request_outcomes_have_their_day": ("outcome_on", "Give the day, not before the request came."),
    "refusals_say_why": ("outcome_reason", "Say why the request is refused: the person must be told."),
    "outcome_reasons_fit": ("outcome_reason", "Keep the reason under 1,000 characters."),
    "requests_in_their_organisation": (None, "This request exists already."),
    "requests_are_about_a_tenant": ("tenant_id", "Choose one of your tenants."),
    "subject_access_requests_author_id_fkey": (None, "There is no such account."),
    "pauses_wait_for_something_known": ("why", "Choose from the list what is waited for."),
    "pauses_end_after_they_begin": ("ended_on", "Give a day that is not before the one on which you asked."),
    "pause_reasons_fit": ("reason", "Keep the reason under 1,000 characters."),
    "pauses_are_of_a_request": (None, "There is no such request."),
    "one_live_pause_for_each_request": (None, "The clock stands still already."),
    "subject_access_pauses_author_id_fkey": (None, "There is no such account."),
    "redactions_have_a_known_reason": ("because", "Choose a reason from the list."),
    "redactions_are_of_a_passage_or_an_item": ("passage", "Give the words that are to be hidden."),
    "hidden_passages_are_2_to_500_characters": ("passage", "Give the words that are to be hidden: 2 to 500 characters."),
    "redaction_notes_fit": ("note", "Keep the note under 1,000 characters."),
    "redactions_are_of_a_request": (None, "There is no such request."),
    "items_are_withheld_once": (None, "This is withheld already."),
    "subject_access_redactions_author_id_fkey": (None, "There is no such account."),
    "one_bundle_at_a_time": (None, "The files are being made already."),
    "bundles_are_of_a_request": (None, "There is no such request."),
    "bundles_in_their_organisation": (None, NOT_BY_HAND),
    "subject_access_bundles_author_id_fkey": (None, "There is no such account."),
    "bundle_states_are_known": (None, NOT_BY_HAND),
    "bundle_steps_are_known": (None, NOT_BY_HAND),
    "bundle_errors_are_codes": (None, NOT_BY_HAND),
    "bundle_hashes_are_sha256": (None, NOT_BY_HAND),
    "ready_bundles_say_what_they_are": (None, NOT_BY_HAND),
    "subject_access_chunks_pkey": (None, NOT_BY_HAND),
    "chunks_fit": (None, NOT_BY_HAND),
    "chunks_are_of_a_bundle": (None, NOT_BY_HAND),
    "bank_holidays_pkey": (None, "This day is in the calendar already."),
    "bank_holiday_names_are_filled": ("name", "Give the holiday a name of up to 60 characters."),
}

#: Foreign key -> why a row that others still point at by it stays.
STILL_USED: dict[str, str] = {
    "requests_are_about_a_tenant": "A tenant with a subject access request in the register cannot be removed.",
}

STATES: dict[str, tuple[str | None, str, int]] = {
    "KW485": (None, "That day is still to come.", 409),
    "KW486": ("extension_reason", "A request is extended once, and by the day on which it is due without that.", 409),
    "KW487": (None, "This request is closed already.", 409),
    "KW488": (None, "The files are being made. Please wait until they are ready, then change what is hidden.", 409),
    "KW489": (None, "Give a day between the request and today, after any earlier stop of the clock.", 409),
    "KW490": (None, "These files are made by somebody else by now, or were erased.", 409),
}
