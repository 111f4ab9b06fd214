"""The destruction certificate of one retention run: what was destroyed, under which rule, and how that can be checked.

It says ids and counts, and no name of a tenant: it is kept when everything that it is about is gone.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.models_record import Destruction
from views.printing import Imprint, print_document
from views.words import count, listed

#: Table -> what one row of it is to people, in the order in which a certificate lists them: what is written about a tenant,
#: and what goes with the case itself.
CONTENT = {"support_notes": "note", "support_goals": "goal", "support_goal_progress": "progress entry", "support_sessions": "session", "support_documents": "document",
           "support_uploads": "file"}
RECORDS = CONTENT | {"support_collaborators": "team assignment", "legal_holds": "lifted legal hold", "support_cases": "case"}
#: Whose lines of the ledger say of which records the audit log's words were erased where the case itself stays.
COPIES = "audit_payloads"
RULES = {"case": "Case window", "safeguarding": "Safeguarding window"}
#: Longer lists take longer to lay out than anybody waits for; the ledger has them all.
MOST_LINES = 1000


@dataclass(frozen=True)
class Destroyed:
    """How many rows of one table went under one rule: a key of RECORDS or COPIES, a key of RULES."""

    table_name: str
    rule: str
    records: int


@dataclass(frozen=True)
class DestroyedCase:
    """What went from one case: records by table, under which rules, and whether the case itself went."""

    case_id: UUID
    records: Mapping[str, int]
    rules: tuple[str, ...]
    itself: bool

    @property
    def reference(self) -> str:
        """The first eight digits of its id, as the ledger shows it."""
        return str(self.case_id)[:8]

    @property
    def content(self) -> str:
        """'12 notes, 1 goal and 3 sessions'; the case itself has a column of its own."""
        return listed([count(self.records[table], noun) for table, noun in RECORDS.items() if table != "support_cases" and self.records.get(table)])

    @property
    def under(self) -> str:
        """'Case window', 'Safeguarding window' or 'Both windows'."""
        return "Both windows" if len(self.rules) == len(RULES) else RULES[self.rules[0]]


@dataclass(frozen=True)
class ChainHead:
    """The end of the chain of the organisation's audit log when the certificate was made (app.audit_head())."""

    sealed_rows: int
    hash: str
    sealed_at: datetime


@dataclass(frozen=True)
class Certificate:
    """One finished run. The windows are in years, as they were at the time; `asked_by` is None for the nightly run."""

    organisation: str
    run_id: UUID
    asked_by: str | None
    began_at: datetime
    finished_at: datetime
    case_years: int
    safeguarding_years: int
    totals: tuple[Destroyed, ...]
    cases: tuple[DestroyedCase, ...]
    ids_sha256: str
    chain_head: ChainHead | None
    printed_by: str
    printed_at: datetime

    @property
    def table(self) -> list[tuple[str, list[int]]]:
        """A line for each kind of record: its name, and how many went under each of RULES and altogether."""
        by_kind = {(each.table_name, each.rule): each.records for each in self.totals}
        lines = [(noun, [by_kind.get((table, rule), 0) for rule in RULES]) for table, noun in RECORDS.items()]
        return [(noun, [*numbers, sum(numbers)]) for noun, numbers in lines if any(numbers)]

    @property
    def records(self) -> int:
        """How many rows of CONTENT went: the number that the list of runs shows."""
        return sum(each.records for each in self.totals if each.table_name in CONTENT)

    @property
    def whole_cases(self) -> int:
        """How many cases went themselves."""
        return sum(case.itself for case in self.cases)

    @property
    def words_only(self) -> int:
        """How many cases lost nothing but what the audit log had kept of records that people had deleted before."""
        return sum(not case.content and not case.itself for case in self.cases)


def from_ledger(lines: Iterable[Destruction]) -> tuple[tuple[Destroyed, ...], tuple[DestroyedCase, ...], str]:
    """The totals, cases and `ids_sha256` of a certificate, from all lines that the ledger has of one run."""
    totals: Counter[tuple[str, str]] = Counter()
    by_case: dict[UUID, Counter[tuple[str, str]]] = {}
    ids: set[UUID] = set()
    for line in lines:
        kind = (line.table_name, line.rule)
        totals[kind] += len(line.row_ids)
        by_case.setdefault(line.case_id, Counter())[kind] += len(line.row_ids)
        ids.update(line.row_ids)
    cases = tuple(_destroyed(case_id, numbers) for case_id, numbers in by_case.items())
    return tuple(Destroyed(*kind, number) for kind, number in totals.items()), cases, sha256_of_ids(ids)


def _destroyed(case_id: UUID, numbers: Mapping[tuple[str, str], int]) -> DestroyedCase:
    records: Counter[str] = Counter()
    for (table, _), number in numbers.items():
        records[table] += number
    # What goes with the case itself is under the rule of cases always, whatever was the last to go from it.
    rules = {rule for table, rule in numbers if table in CONTENT} or {"case"}
    return DestroyedCase(case_id, records, tuple(rule for rule in RULES if rule in rules), "support_cases" in records)


def sha256_of_ids(ids: Iterable[UUID]) -> str:
    """SHA-256 in hex over the ids of records: sorted, each once, in small letters with hyphens, each followed by a line feed."""
    digest = hashlib.sha256()
    for each in sorted(set(ids)):
        digest.update(f"{each}\n".encode())
    return digest.hexdigest()


def certificate_pdf(certificate: Certificate) -> bytes:
    """The certificate as a PDF. Needs the application, but no request. Raises views.printing.PrintFailed."""
    imprint = Imprint(certificate.organisation, certificate.printed_by, certificate.printed_at)
    return print_document("print/certificate.html", imprint, certificate=certificate, rules=RULES,
                          cases=certificate.cases[:MOST_LINES])
