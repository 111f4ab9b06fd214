"""Models of the record: the audit log, legal holds, and what retention destroys and will destroy."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Moment, Workspace, given


class AuditEntry(Workspace):
    """What happened, with what it said where that is still kept. `row_count`: of a purge, how many rows went; `row_name`: what the row
    is called now."""

    __tablename__ = "audit_trail"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    happened_at: Mapped[datetime] = mapped_column(Moment)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    case_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    tenant_name: Mapped[str | None] = mapped_column(Text)
    actor_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    actor_name: Mapped[str] = mapped_column(Text)
    actor_hat: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    table_name: Mapped[str] = mapped_column(Text)
    row_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    row_kind: Mapped[str | None] = mapped_column(Text)
    row_at: Mapped[datetime | None] = mapped_column(Moment)
    row_count: Mapped[int | None] = mapped_column(Integer)
    rule: Mapped[str | None] = mapped_column(Text)
    run_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    reason: Mapped[str | None] = mapped_column(Text)
    before: Mapped[dict | None] = mapped_column(JSONB)
    after: Mapped[dict | None] = mapped_column(JSONB)
    is_erased: Mapped[bool] = mapped_column(Boolean)
    is_withheld: Mapped[bool] = mapped_column(Boolean)
    row_name: Mapped[str | None] = mapped_column(Text)


class AuditPerson(Workspace):
    """Somebody whose actions an operator may look for."""

    __tablename__ = "audit_people"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    full_name: Mapped[str] = mapped_column(Text)


class LegalHold(Workspace):
    """A hold on a case, live until lifted_at. Who set and who lifted it, and when, is the database's to say."""

    __tablename__ = "legal_holds"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    landlord_id: Mapped[uuid.UUID] = given(Uuid)
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(Text)
    author_id: Mapped[uuid.UUID] = given(Uuid)
    author_name: Mapped[str] = given(Text)
    created_at: Mapped[datetime] = given(Moment)
    lifted_at: Mapped[datetime | None] = given(Moment)
    lifted_by_id: Mapped[uuid.UUID | None] = given(Uuid)
    lifted_by_name: Mapped[str | None] = given(Text)
    lift_reason: Mapped[str | None] = given(Text)


class ClosedCase(Workspace):
    """A closed case: when its records fall due, and when the last of them does; None under a legal hold."""

    __tablename__ = "closed_cases"
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    landlord_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    closed_at: Mapped[datetime] = mapped_column(Moment)
    windows: Mapped[dict] = mapped_column(JSONB)
    held: Mapped[bool] = mapped_column(Boolean)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    gone_at: Mapped[datetime | None] = mapped_column(Moment)


class CaseDueNow(Workspace):
    """A case in which a run of the sweep would destroy something now."""

    __tablename__ = "cases_due_now"
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    closed_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)


class RecordDue(Workspace):
    """A record of a closed case and from when on it is to be destroyed; None under a legal hold."""

    __tablename__ = "records_due"
    table_name: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    rule: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime | None] = mapped_column(Moment)


class ForecastLine(Workspace):
    """How many records of a closed case fall due then, or that the case goes; None under a legal hold. For sums: lines have no key."""

    __tablename__ = "forecast"
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    rule: Mapped[str] = mapped_column(Text, primary_key=True)
    due_at: Mapped[datetime | None] = mapped_column(Moment, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    records: Mapped[int] = mapped_column(Integer)
    cases: Mapped[int] = mapped_column(Integer)


class RetentionRun(Workspace):
    """A run of the sweep, with how many records and cases it destroyed. asked_by_name None: the daily sweep."""

    __tablename__ = "retention_run_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    asked_by_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    asked_by_name: Mapped[str | None] = mapped_column(Text)
    began_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    is_live: Mapped[bool] = mapped_column(Boolean)
    windows: Mapped[dict] = mapped_column(JSONB)
    record_count: Mapped[int] = mapped_column(Integer)
    case_count: Mapped[int] = mapped_column(Integer)


class Destruction(Workspace):
    """A line of the ledger: which rows of one table and case went, under which rule, when, by which run."""

    __tablename__ = "retention_ledger"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    happened_at: Mapped[datetime] = mapped_column(Moment)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    table_name: Mapped[str] = mapped_column(Text)
    row_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    row_count: Mapped[int] = mapped_column(Integer)
    rule: Mapped[str] = mapped_column(Text)
    run_id: Mapped[uuid.UUID] = mapped_column(Uuid)
