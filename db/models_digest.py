"""Models of the digest, the outbox and the job ledger."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Moment, Workspace


class DigestRow(Workspace):
    """What became of one officer's digest of one month: a `reason` why there is none, or the `state` of its e-mail. How many tenants it tells
    of, and how many it leaves out."""

    __tablename__ = "digest_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    officer_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    officer_name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    period: Mapped[date] = mapped_column(Date)
    composed_at: Mapped[datetime] = mapped_column(Moment)
    reason: Mapped[str | None] = mapped_column(Text)
    erased_at: Mapped[datetime | None] = mapped_column(Moment)
    message_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    state: Mapped[str | None] = mapped_column(Text)
    state_at: Mapped[datetime | None] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    tenant_count: Mapped[int] = mapped_column(BigInteger)
    left_out_count: Mapped[int] = mapped_column(BigInteger)


class DigestPart(Workspace):
    """One case of a digest: what it says (as app.digest_entries.content), or why it is left out."""

    __tablename__ = "digest_page"
    digest_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    tenant_name: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    content: Mapped[dict | None] = mapped_column(JSONB)


class DigestOfficer(Workspace):
    """A housing officer who is, or was, on a team of the organisation's."""

    __tablename__ = "digest_officers"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    full_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)


class OutboxMessage(Workspace):
    """An e-mail on its way, or what became of it: of a digest of a month (`period`), or with a document. `error`: an HTTP status or a word of ours."""

    __tablename__ = "outbox_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    digest_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    period: Mapped[date | None] = mapped_column(Date)
    to_name: Mapped[str] = mapped_column(Text)
    to_address: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    state_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(Integer)
    next_attempt_at: Mapped[datetime] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    may_be_sent_again: Mapped[bool] = mapped_column(Boolean)
    may_have_arrived: Mapped[bool] = mapped_column(Boolean)
    may_be_given_up: Mapped[bool] = mapped_column(Boolean)
    is_suppressed: Mapped[bool] = mapped_column(Boolean)
    document_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    case_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    document_title: Mapped[str | None] = mapped_column(Text)


class SuppressedAddress(Workspace):
    """An address that nothing is sent to until an org-admin clears it."""

    __tablename__ = "suppressed_addresses"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    address: Mapped[str] = mapped_column(Text)
    because: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(Moment)
    cleared_at: Mapped[datetime | None] = mapped_column(Moment)
    cleared_by_name: Mapped[str | None] = mapped_column(Text)


class JobRow(Workspace):
    """A job with its newest line of the ledger; None throughout where it was never begun."""

    __tablename__ = "job_list"
    job: Mapped[str] = mapped_column(Text, primary_key=True)
    cadence: Mapped[str] = mapped_column(Text)
    period: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int | None] = mapped_column(Integer)
    began_at: Mapped[datetime | None] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(Text)
    counts: Mapped[dict] = mapped_column(JSONB)
    next_due_at: Mapped[datetime | None] = mapped_column(Moment)
    is_late: Mapped[bool] = mapped_column(Boolean)
    due_time: Mapped[str | None] = mapped_column(Text)


class JobRun(Workspace):
    """A line of the job ledger."""

    __tablename__ = "job_runs"
    job: Mapped[str] = mapped_column(Text, primary_key=True)
    period: Mapped[date] = mapped_column(Date, primary_key=True)
    status: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer)
    began_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    counts: Mapped[dict] = mapped_column(JSONB)
    error: Mapped[str | None] = mapped_column(Text)
