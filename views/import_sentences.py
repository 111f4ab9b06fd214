"""What people read when the database refuses something about imports, or about what came in by one. Part of views/sentences.py, which explains the form."""

#: Files that are brought in are checked before anything is written: these are met by nobody who uses the screens.
NOT_LIKE_THAT = "That could not be imported. Please try again."
#: Ids of a former system come in by an import alone.
ONE_LINE_ID = "Give an id of up to 100 characters that one can see."

CONSTRAINTS: dict[str, tuple[str | None, str]] = {
    **{f"{noun}_external_ids_are_printable": ("external_id", ONE_LINE_ID) for noun in ("property", "tenant", "case", "note", "goal", "session")},
    **{f"{name}_by_external_id": ("external_id", "Something with this id was imported already.") for name in ("properties", "tenants", "cases", "notes", "goals", "sessions")},
    **{f"{noun}_authors_have_an_account_or_are_imported": (None, "There is no such account.") for noun in ("note", "goal", "session")},
    "imports_organisation_id_fkey": (None, "There is no such organisation."),
    "imports_author_id_fkey": (None, "There is no such account."),
    "imports_asked_by_id_fkey": (None, "There is no such account."),
    "import_kinds_are_known": ("kind", "Choose what the file holds."),
    "import_states_are_known": (None, NOT_LIKE_THAT),
    "import_file_names_fit": (None, "Give the file a name of up to 200 characters."),
    "import_encodings_are_known": (None, NOT_LIKE_THAT),
    "import_delimiters_are_known": (None, NOT_LIKE_THAT),
    "import_headers_fit": (None, NOT_LIKE_THAT),
    "import_mappings_go": (None, "An import that is over keeps no columns, but those of one that was done."),
    "import_errors_are_codes": (None, NOT_LIKE_THAT),
    "imports_in_their_organisation": (None, NOT_LIKE_THAT),
    "import_lines_pkey": (None, NOT_LIKE_THAT),
    "import_lines_are_counted": (None, NOT_LIKE_THAT),
    "import_lines_are_of_an_import": (None, NOT_LIKE_THAT),
    "import_faults_pkey": (None, NOT_LIKE_THAT),
    "import_fault_codes_are_plain_words": (None, NOT_LIKE_THAT),
    "import_faults_quote_little": (None, NOT_LIKE_THAT),
    "import_faults_are_of_an_import": (None, NOT_LIKE_THAT),
    "import_work_pkey": (None, NOT_LIKE_THAT),
    "import_work_import_id_fkey": (None, NOT_LIKE_THAT),
    "import_attempts_count_from_1": (None, NOT_LIKE_THAT),
}

STATES: dict[str, tuple[str | None, str, int]] = {
    "KW495": (None, "This import is at another step by now. Please load the page again.", 409),
    "KW496": (None, "Choose where this stands in the file. It cannot be left out.", 409),
    "KW497": (None, "Choose something that is in the file, and nothing twice.", 409),
    "KW498": (None, "There is something to put right in the file first, or nothing in it to import.", 409),
    "KW499": (None, NOT_LIKE_THAT, 409),
}
