"""Who may do what, said a second time: the table of the specification as data, and an oracle in plain Python over it.

Shares nothing with the SQL. `Facts` holds every row as the owner sees it; `Oracle` answers for one persona what reading,
adding, changing or deleting a row must come to: "yes", "no" (hidden or refused), or the one error that must name why.
"""

from tests.world import Persona

YES, NO = "yes", "no"
CLOSED, NOT_AUTHOR, FLAGGED, ENDED, LIFTED = "KW410", "KW412", "KW417", "KW415", "KW441"
NOT_ITS_AUTHOR, FROZEN = "KW463", "KW464"
TAKEN, STILL_USED, BROKEN_RULE = "23505", "23503", "23514"
OUT_OF_USE, WITHOUT_FILE = "KW468", "KW481"

_OPERATOR_NOTES = {"read", "write own", "delete own", "flag"}
_OPERATOR_HEADER = {"read", "write", "open", "close", "reopen"}

#: The table of rights; "own" means rows that they wrote, "any" everybody's. A progress entry is corrected by its author.
PARTS = ("org_admin", "property_manager", "full", "context_only")
TABLE = {
    "header": (_OPERATOR_HEADER, _OPERATOR_HEADER, {"read"}, {"read"}),
    "shared": ({"read", "write own", "delete any"}, {"read", "write own", "delete own"}, {"read", "write own", "delete own"}, {"read"}),
    "professional": (_OPERATOR_NOTES, _OPERATOR_NOTES, set(), set()),
    "goals": ({"read", "write any"}, {"read", "write any"}, {"read", "write any"}, {"read"}),
    "progress": ({"read", "write own"}, {"read", "write own"}, {"read", "write own"}, {"read"}),
    "sessions": ({"read", "write any"}, {"read", "write any"}, {"read", "write any"}, {"read own", "write own"}),
    "team": ({"read", "invite", "end"}, {"read", "invite", "end"}, {"read without contacts"}, {"read own"}),
    "documents": ({"read", "write own", "deliver"}, {"read", "write own", "deliver"}, {"read approved", "write own"}, set()),
    # Files: scans show with their document.
    "files": ({"read", "write own", "delete any"}, {"read", "write own", "delete own"}, {"read with document", "write own", "delete own"}, set()),
}
#: States in which a document was approved once.
APPROVED = ("approved", "sent", "superseded")

CASE_TABLES = {"support_cases": "header", "support_goals": "goals", "support_goal_progress": "progress",
               "support_sessions": "sessions", "support_collaborators": "team"}

#: What is written down about changes, and what stops and runs retention.
RECORD = ("audit_log", "audit_payloads", "legal_holds", "retention_runs")

#: What was told to housing officers by e-mail: the jobs write it, org-admins read it. And what the jobs note of themselves.
TOLD, JOBS = ("digests", "digest_entries", "outbox", "suppressed_addresses"), ("jobs", "job_runs")

#: The document pack: what documents are made from; documents and what belongs to each.
MADE_FROM = ("document_templates", "document_template_versions")
OF_DOCUMENTS = ("support_document_events", "support_document_pdfs", "support_document_deliveries")
DOCUMENTS = ("support_documents", *OF_DOCUMENTS, "support_uploads", "support_upload_files")

#: Subject access: the org-admin's, whatever the plan; the jobs make bundles.
REQUESTS = ("subject_access_requests", "subject_access_pauses", "subject_access_redactions", "subject_access_bundles", "subject_access_chunks")

#: Files of a former system: the import, what was read of it, and what is wrong with it.
IMPORTS = ("imports", "import_lines", "import_faults")


class Facts:
    """Every row of the world, by table, with lookups by id."""

    def __init__(self, world):
        self.tables = {name: world.rows(name) for name in (
            "organisations", "users", "memberships", "landlords", "properties", "tenants", "property_manager_landlords",
            "support_cases", "support_collaborators", "support_notes", "support_goals", "support_goal_progress",
            "support_sessions", "plans", "features", "feature_gates", "installation", "sign_ins",
            *RECORD, *TOLD, *JOBS, *MADE_FROM, "document_transitions", *DOCUMENTS, *REQUESTS, *IMPORTS, "bank_holidays")}
        self._by_id = {row["id"]: row for rows in self.tables.values() for row in rows if "id" in row}

    def __getitem__(self, table: str) -> list[dict]:
        return self.tables[table]

    def row(self, row_id) -> dict:
        """The row with this id, whatever its table."""
        return self._by_id[row_id]

    def used(self, column: str, value) -> bool:
        """Whether any row points at this value by a column of this name."""
        return any(row.get(column) == value for rows in self.tables.values() for row in rows)

    def has_support_cases(self, organisation_id) -> bool:
        """Whether the organisation's plan includes support cases: only Enterprise does."""
        return self.row(organisation_id)["plan_code"] == "enterprise"

    def shows_notes_to_officers(self, case: dict) -> bool:
        """Effective visibility of a case's Shared notes to housing officers."""
        setting = self.row(case["tenant_id"])["housing_officer_note_visibility"]
        inherited = self.row(case["organisation_id"])["support_notes_visible_to_housing_officer"]
        return {"visible": True, "hidden": False, "inherit": inherited}[setting]


class Oracle:
    """What one persona may do in the world that `facts` describe."""

    def __init__(self, facts: Facts, persona: Persona):
        self.facts = facts
        self.me = persona.user_id
        self.person = facts.row(self.me)
        membership = next((m for m in facts["memberships"] if m["user_id"] == self.me and m["accepted_at"]), None)
        held = {"collaborator", membership and membership["role"], "platform_admin" if self.person["is_platform_admin"] else None}
        # A hat that they do not hold makes nobody of them, whoever signed the token.
        self.hat = persona.hat if self.person["disabled_at"] is None and persona.hat in held else None
        self.organisation = membership["organisation_id"] if membership and membership["role"] == self.hat else None
        self.landlords = {row["landlord_id"] for row in facts["property_manager_landlords"] if row["user_id"] == self.me}
        self.assignments = {row["case_id"]: row for row in facts["support_collaborators"]
                            if self.hat == "collaborator" and row["user_id"] == self.me and row["ended_at"] is None}
        self.platform = self.hat == "platform_admin"

    # ---- a persona's part in a case ----------------------------------------------------------------------------------

    def operates(self, place: dict) -> bool:
        """Whether a row with organisation_id and landlord_id lies on their operator side."""
        if self.organisation != place["organisation_id"]:
            return False
        return self.hat == "org_admin" or (self.hat == "property_manager" and place["landlord_id"] in self.landlords)

    def part(self, case: dict) -> str | None:
        """Their column of the table for this case; None when it is none of theirs."""
        if not self.facts.has_support_cases(case["organisation_id"]):
            return None
        if self.operates(case):
            return self.hat
        assignment = self.assignments.get(case["id"])
        return assignment["participation_mode"] if assignment else None

    def rights(self, line: str, case: dict) -> set[str]:
        """Their cell of the table."""
        part = self.part(case)
        return TABLE[line][PARTS.index(part)] if part else set()

    def _case(self, row: dict) -> dict:
        return self.facts.row(row["case_id"])

    def _is_mine(self, row: dict) -> bool:
        return row["author_id"] == self.me

    # ---- reading -----------------------------------------------------------------------------------------------------

    def reads(self, table: str, row: dict) -> bool:
        """Whether the row shows for them."""
        if table == "support_notes":
            return self._reads_note(row)
        if table == "support_cases":
            return "read" in self.rights("header", row)
        if table in CASE_TABLES:
            rights = self.rights(CASE_TABLES[table], self._case(row))
            if table == "support_collaborators":
                mine = row["user_id"] is not None and row["user_id"] == self.me
                return ("read" in rights or ("read without contacts" in rights and row["kind"] != "external_contact")
                        or (mine and bool(rights)))
            return "read" in rights or ("read own" in rights and self._is_mine(row))
        if table in DOCUMENTS:
            return self._reads_document(table, row)
        return self._reads_set_up(table, row)

    def _reads_document(self, table: str, row: dict) -> bool:
        if table == "support_document_deliveries":
            return "read" in self.rights("documents", self._case(row))
        if table in OF_DOCUMENTS:
            return self._reads_document("support_documents", self.facts.row(row["document_id"]))
        if table == "support_upload_files":
            return self._reads_document("support_uploads", self.facts.row(row["upload_id"]))
        if table == "support_uploads":
            rights = self.rights("files", self._case(row))
            scan = row["document_id"] is not None and self._reads_document("support_documents", self.facts.row(row["document_id"]))
            return "read" in rights or ("read with document" in rights and (scan or self._is_mine(row)))
        rights = self.rights("documents", self._case(row))
        return "read" in rights or ("read approved" in rights and (row["state"] in APPROVED or self._is_mine(row)))

    def _drafts_in(self, organisation_id) -> bool:
        """Whether they begin documents in some case of this organisation, or keep its templates."""
        if not self.facts.has_support_cases(organisation_id):
            return False
        full = {self.facts.row(case)["organisation_id"] for case, each in self.assignments.items() if each["participation_mode"] == "full"}
        return self.organisation == organisation_id or organisation_id in full

    def _reads_record(self, table: str, row: dict) -> bool:
        """Audit log, holds and runs: an org-admin's; property managers read the log of their cases and of themselves."""
        if self.organisation != row["organisation_id"]:
            return False
        about_cases = table in ("legal_holds", "retention_runs") or row["case_id"] is not None
        if self.hat == "org_admin":
            return not about_cases or self.facts.has_support_cases(row["organisation_id"])
        if self.hat != "property_manager" or table in ("legal_holds", "retention_runs"):
            return False
        theirs = row["case_id"] is not None and self.part(self.facts.row(row["case_id"])) is not None
        told = theirs and row["table_name"] != "legal_holds"
        if table == "audit_payloads":
            return told
        return told or (row["actor_id"] == self.me and (row["case_id"] is None or self.facts.has_support_cases(row["organisation_id"])))

    def _reads_note(self, note: dict) -> bool:
        case = self._case(note)
        if "read" not in self.rights(note["stream"], case):
            return False
        assignment = self.assignments.get(case["id"])
        if assignment is None or assignment["kind"] != "housing_officer" or self._is_mine(note):
            return True
        return self.facts.shows_notes_to_officers(case)

    def _my_cases(self) -> list[dict]:
        return [case for case in self.facts["support_cases"] if case["id"] in self.assignments and self.part(case)]

    def _reads_set_up(self, table: str, row: dict) -> bool:
        if table in RECORD:
            return self._reads_record(table, row)
        if table in REQUESTS:
            return self.sets_up(row["organisation_id"]) == YES
        if table == "bank_holidays":
            return self.hat == "org_admin" and self.organisation is not None
        if table in MADE_FROM:
            return self._drafts_in(row["organisation_id"])
        if table == "document_transitions":
            return self.hat in ("org_admin", "property_manager", "collaborator")
        if table in (*TOLD, *IMPORTS):
            return (self.hat == "org_admin" and self.organisation == row["organisation_id"]
                    and self.facts.has_support_cases(row["organisation_id"]))
        if table in ("plans", "feature_gates"):
            return self.hat is not None
        if table in ("installation", "sign_ins"):
            return False
        if table in ("features", *JOBS):
            return self.platform
        if table == "users":
            colleague = any(m["user_id"] == row["id"] and m["organisation_id"] == self.organisation and m["accepted_at"]
                            for m in self.facts["memberships"])
            return self.platform or colleague or (self.hat == "collaborator" and row["id"] == self.me)
        if table == "organisations":
            assigned = any(each["organisation_id"] == row["id"] for each in self.assignments.values())
            return self.platform or self.organisation == row["id"] or assigned
        if table == "memberships":
            own = self.organisation == row["organisation_id"]
            return self.platform or (own and (self.hat == "org_admin" or row["user_id"] == self.me))
        if table == "property_manager_landlords":
            return self.organisation == row["organisation_id"] and (self.hat == "org_admin" or row["user_id"] == self.me)
        if table == "landlords":
            return self.operates({"organisation_id": row["organisation_id"], "landlord_id": row["id"]})
        tenants = {case["tenant_id"] for case in self._my_cases()}
        if table == "tenants":
            return self.operates(row) or row["id"] in tenants
        if table == "properties":
            return self.operates(row) or any(t["property_id"] == row["id"] for t in self.facts["tenants"] if t["id"] in tenants)
        raise KeyError(table)

    # ---- writing -----------------------------------------------------------------------------------------------------

    def adds(self, line: str, case: dict) -> str:
        """What adding something to a case must come to; `line` is the table's ("team" means inviting)."""
        if not self.rights(line, case) & {"write own", "write any", "invite"}:
            return NO
        return CLOSED if case["closed_at"] else YES

    def scans(self, document: dict) -> str:
        """What adding a file as a scan of this document must come to."""
        return NO if not self._reads_document("support_documents", document) else self.adds("files", self._case(document))

    def begins(self, case: dict, template: dict) -> str:
        """What beginning a document from this template, in its newest wording, must come to."""
        came = self.adds("documents", case)
        if came == NO or template["organisation_id"] == case["organisation_id"]:
            return came if came == NO or template["retired_at"] is None else OUT_OF_USE
        return STILL_USED

    def keeps_templates(self, organisation_id) -> str:
        """What adding or rewording a template of an organisation must come to."""
        return self.asks_for_run(organisation_id)

    def opens(self, tenant: dict) -> str:
        """What opening a case for a tenant must come to."""
        if not self.operates(tenant) or not self.facts.has_support_cases(tenant["organisation_id"]):
            return NO
        cases = self.facts["support_cases"]
        return TAKEN if any(c["tenant_id"] == tenant["id"] and c["closed_at"] is None for c in cases) else YES

    def sets_up(self, organisation_id) -> str:
        """What adding, changing or deleting a landlord, property, tenant or assignment must come to."""
        return YES if self.hat == "org_admin" and self.organisation == organisation_id else NO

    def holds(self, case: dict) -> str:
        """What setting a legal hold on a case must come to."""
        if self.part(case) != "org_admin":
            return NO
        return TAKEN if any(h["case_id"] == case["id"] and h["lifted_at"] is None for h in self.facts["legal_holds"]) else YES

    def asks_for_run(self, organisation_id) -> str:
        """What asking for a run of the sweep must come to."""
        return YES if self.sets_up(organisation_id) == YES and self.facts.has_support_cases(organisation_id) else NO

    def brings_in(self, organisation_id) -> str:
        """What uploading a file to import, adding to it, or giving it up must come to."""
        return self.asks_for_run(organisation_id)

    def changes(self, table: str, row: dict) -> str:
        """What changing the content of a row must come to."""
        if table == "support_notes":
            return self._writes_note(row, "write")
        if table == "support_cases":
            return NO if "write" not in self.rights("header", row) else CLOSED if row["closed_at"] else YES
        if table == "support_collaborators":
            return NO if "end" not in self.rights("team", self._case(row)) else ENDED if row["ended_at"] else YES
        if table == "support_documents":
            return self._retitles(row)
        if table == "document_templates":
            return self.keeps_templates(row["organisation_id"])
        if table in CASE_TABLES:
            rights = self.rights(CASE_TABLES[table], self._case(row))
            if "write any" not in rights and not ("write own" in rights and self._is_mine(row)):
                return NO
            return CLOSED if self._case(row)["closed_at"] else YES
        if table == "organisations":
            return YES if self.platform or self.sets_up(row["id"]) == YES else NO
        if table in ("users", "memberships", "plans", "feature_gates"):
            return YES if self.platform else NO
        if table == "legal_holds":
            return NO if not self._reads_record(table, row) else LIFTED if row["lifted_at"] else YES
        if table in REQUESTS[2:]:
            return NO  # hidden or shown, made by the jobs
        if table == "imports":
            return self.brings_in(row["organisation_id"])
        if table in ("import_lines", "import_faults", *RECORD, *TOLD, *JOBS, "bank_holidays", "property_manager_landlords", "document_template_versions",
                     "document_transitions", *DOCUMENTS):
            return NO  # made (and deleted), never changed by hand
        return NO if table in ("installation", "sign_ins", "features") else self.sets_up(row["organisation_id"])

    def deletes(self, table: str, row: dict) -> str:
        """What deleting a row must come to."""
        if table == "support_notes":
            return self._writes_note(row, "delete")
        if table in ("landlords", "properties", "tenants", "property_manager_landlords"):
            column = {"landlords": "landlord_id", "properties": "property_id", "tenants": "tenant_id"}.get(table)
            if self.sets_up(row["organisation_id"]) == NO:
                return NO
            return STILL_USED if column and self.facts.used(column, row["id"]) else YES
        if table == "support_uploads":
            rights = self.rights("files", self._case(row))
            if "delete any" not in rights and not ("delete own" in rights and self._is_mine(row)):
                return NO
            return CLOSED if self._case(row)["closed_at"] else YES
        if table == "subject_access_redactions":
            return self.sets_up(row["organisation_id"])
        if table in (*RECORD, *TOLD, *JOBS, *MADE_FROM, *DOCUMENTS, *REQUESTS, *IMPORTS, "bank_holidays"):
            return NO
        if table == "plans":
            return NO if not self.platform else STILL_USED if self.facts.used("plan_code", row["code"]) else YES
        if table == "memberships" and row["role"] == "property_manager" and self.sets_up(row["organisation_id"]) == YES:
            return YES
        return YES if table in ("memberships", "feature_gates") and self.platform else NO

    def _retitles(self, document: dict) -> str:
        rights = self.rights("documents", self._case(document))
        if "read" not in rights and not ("write own" in rights and self._is_mine(document)):
            return NO
        if document["state"] != "draft":
            return FROZEN
        # An operator reaches every document to take its steps; that its words are not theirs, they are told.
        if not self._is_mine(document):
            return NOT_ITS_AUTHOR
        return CLOSED if self._case(document)["closed_at"] else YES

    def _writes_note(self, note: dict, verb: str) -> str:
        case = self._case(note)
        rights = self.rights(note["stream"], case)
        if f"{verb} any" not in rights and not (f"{verb} own" in rights and self._is_mine(note)):
            # An operator reaches any Professional note to flag it; that its text is not theirs, they are told.
            return NOT_AUTHOR if verb == "write" and "flag" in rights else NO
        if verb == "delete" and note["safeguarding"]:
            return FLAGGED
        return CLOSED if case["closed_at"] else YES

    def flags(self, note: dict) -> str:
        """What flagging a note for safeguarding must come to: operators, Professional notes, closed cases too."""
        if "flag" in self.rights(note["stream"], self._case(note)):
            return YES
        return BROKEN_RULE if self.hat != "collaborator" and self._writes_note(note, "write") != NO else NO

    def closes(self, case: dict) -> str:
        """What closing an open case, or reopening a closed one, must come to."""
        if "close" not in self.rights("header", case):
            return NO
        if case["closed_at"] is None:
            return YES
        others = [c for c in self.facts["support_cases"] if c["tenant_id"] == case["tenant_id"] and c["closed_at"] is None]
        return TAKEN if others else YES
