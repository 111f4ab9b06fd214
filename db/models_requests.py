"""Models of subject access: the register of requests, when a clock stood still, what is hidden, and the bundles (db/models.py says how to read them)."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, Integer, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Moment, Workspace, given


class SubjectRequest(Workspace):
    """A request in the register. Who entered it and when, and the day of an extension, is the database's to say."""

    __tablename__ = "subject_access_requests"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    landlord_id: Mapped[uuid.UUID] = given(Uuid)
    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    received_on: Mapped[date] = mapped_column(Date)
    way: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_by_name: Mapped[str | None] = mapped_column(Text)
    author_id: Mapped[uuid.UUID] = given(Uuid)
    author_name: Mapped[str] = given(Text)
    created_at: Mapped[datetime] = given(Moment)
    extended_on: Mapped[date | None] = given(Date)
    extension_reason: Mapped[str | None] = given(Text)
    outcome: Mapped[str | None] = given(Text)
    outcome_on: Mapped[date | None] = given(Date)
    outcome_reason: Mapped[str | None] = given(Text)
    unhidden_at: Mapped[datetime | None] = given(Moment)
    words_erased_at: Mapped[datetime | None] = given(Moment)


class RequestRow(Workspace):
    """A request with its state and the day on which it is due, as of today."""

    __tablename__ = "subject_access_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    tenant_name: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date] = mapped_column(Date)
    way: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_by_name: Mapped[str | None] = mapped_column(Text)
    author_name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    extended_on: Mapped[date | None] = mapped_column(Date)
    extension_reason: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    outcome_on: Mapped[date | None] = mapped_column(Date)
    outcome_reason: Mapped[str | None] = mapped_column(Text)
    unhidden_at: Mapped[datetime | None] = mapped_column(Moment)
    words_erased_at: Mapped[datetime | None] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(Text)
    is_open: Mapped[bool] = mapped_column(Boolean)
    pause_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    paused_since: Mapped[date | None] = mapped_column(Date)
    paused_why: Mapped[str | None] = mapped_column(Text)
    paused_days: Mapped[int] = mapped_column(Integer)
    first_due_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    days_left: Mapped[int] = mapped_column(Integer)
    is_beyond_calendar: Mapped[bool] = mapped_column(Boolean)
    may_be_extended: Mapped[bool] = mapped_column(Boolean)


class Pause(Workspace):
    """When the clock of a request stood still; ended_on None: it still does."""

    __tablename__ = "subject_access_pauses"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    request_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    began_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = given(Date)
    why: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    author_id: Mapped[uuid.UUID] = given(Uuid)
    author_name: Mapped[str] = given(Text)
    created_at: Mapped[datetime] = given(Moment)


class Redaction(Workspace):
    """Something that is hidden: a passage everywhere (item_table None) or in one item, or an item whole (passage None)."""

    __tablename__ = "subject_access_redactions"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    request_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    case_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    item_table: Mapped[str | None] = mapped_column(Text)
    item_id: Mapped[str | None] = mapped_column(Text)
    passage: Mapped[str | None] = mapped_column(Text)
    because: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    author_id: Mapped[uuid.UUID] = given(Uuid)
    author_name: Mapped[str] = given(Text)
    created_at: Mapped[datetime] = given(Moment)


class Bundle(Workspace):
    """One making of the files of a request, by the jobs service."""

    __tablename__ = "subject_access_bundles"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    request_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    state: Mapped[str] = given(Text)
    author_id: Mapped[uuid.UUID] = given(Uuid)
    author_name: Mapped[str] = given(Text)
    created_at: Mapped[datetime] = given(Moment)
    attempts: Mapped[int] = given(Integer)
    next_attempt_at: Mapped[datetime] = given(Moment)
    step: Mapped[str | None] = given(Text)
    done: Mapped[int] = given(Integer)
    total: Mapped[int] = given(Integer)
    made_at: Mapped[datetime | None] = given(Moment)
    size_bytes: Mapped[int | None] = given(BigInteger)
    sha256: Mapped[bytes | None] = given(LargeBinary)
    error: Mapped[str | None] = given(Text)
    erased_at: Mapped[datetime | None] = given(Moment)
