"""Models of the reporting views (reporting.sql), which /dashboard reads and BI tools read as well: the columns are described there."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Integer, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Moment, Workspace

HERE = {"schema": "reporting"}


class CaseFigures(Workspace):
    """A case in numbers."""

    __tablename__ = "caseload"
    __table_args__ = HERE
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    property_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    property_address: Mapped[str] = mapped_column(Text)
    landlord_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    landlord_name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closing_reason: Mapped[str | None] = mapped_column(Text)
    support_workers: Mapped[int] = mapped_column(BigInteger)
    housing_officers: Mapped[int] = mapped_column(BigInteger)
    contact_cards: Mapped[int] = mapped_column(BigInteger)
    notes: Mapped[int] = mapped_column(BigInteger)
    active_goals: Mapped[int] = mapped_column(BigInteger)
    achieved_goals: Mapped[int] = mapped_column(BigInteger)
    sessions_delivered: Mapped[int] = mapped_column(BigInteger)
    sessions_missed: Mapped[int] = mapped_column(BigInteger)
    documents: Mapped[int] = mapped_column(BigInteger)
    last_note_at: Mapped[datetime | None] = mapped_column(Moment)
    last_contact_at: Mapped[datetime | None] = mapped_column(Moment)
    next_session_at: Mapped[datetime | None] = mapped_column(Moment)


class ActivityFigures(Workspace):
    """Sessions of one worker in one month."""

    __tablename__ = "activity"
    __table_args__ = HERE
    worker_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    worker_name: Mapped[str] = mapped_column(Text)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    scheduled: Mapped[int] = mapped_column(BigInteger)
    delivered: Mapped[int] = mapped_column(BigInteger)
    missed: Mapped[int] = mapped_column(BigInteger)
    cancelled: Mapped[int] = mapped_column(BigInteger)
    minutes_delivered: Mapped[int] = mapped_column(BigInteger)


class GoalFigures(Workspace):
    """What became of the goals of one landlord's tenants that were set in one month."""

    __tablename__ = "goals_outcome"
    __table_args__ = HERE
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    landlord_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    landlord_name: Mapped[str] = mapped_column(Text)
    goals_set: Mapped[int] = mapped_column(BigInteger)
    achieved: Mapped[int] = mapped_column(BigInteger)
    closed: Mapped[int] = mapped_column(BigInteger)
    active: Mapped[int] = mapped_column(BigInteger)
    active_past_target: Mapped[int] = mapped_column(BigInteger)


class FirstSession(Workspace):
    """How long a case waited for its first session."""

    __tablename__ = "time_to_first_session"
    __table_args__ = HERE
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    landlord_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    landlord_name: Mapped[str] = mapped_column(Text)
    opened_on: Mapped[date] = mapped_column(Date)
    first_session_on: Mapped[date | None] = mapped_column(Date)
    days: Mapped[int | None] = mapped_column(Integer)


class RetentionFigures(Workspace):
    """What falls due in one month under one rule."""

    __tablename__ = "retention_forecast"
    __table_args__ = HERE
    month: Mapped[date | None] = mapped_column(Date, primary_key=True)
    rule: Mapped[str] = mapped_column(Text, primary_key=True)
    records: Mapped[int] = mapped_column(BigInteger)
    cases: Mapped[int] = mapped_column(BigInteger)


class DigestFigures(Workspace):
    """How many digests about one month came to one end."""

    __tablename__ = "digest_delivery"
    __table_args__ = HERE
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    outcome: Mapped[str] = mapped_column(Text, primary_key=True)
    digests: Mapped[int] = mapped_column(BigInteger)


class AuditFigures(Workspace):
    """How much of one kind was done to one table on one day."""

    __tablename__ = "audit_activity"
    __table_args__ = HERE
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    table_name: Mapped[str] = mapped_column(Text, primary_key=True)
    events: Mapped[int] = mapped_column(BigInteger)
