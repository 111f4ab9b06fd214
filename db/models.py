"""Tables and views of the schema `app` as SQLAlchemy models, routed to the workspace engine.

The database is the source: a test compares every model with the catalogue. Columns that the database fills in (place,
author, times) are `given`: an INSERT leaves them out, because no hat is granted to write them.
"""

import uuid
from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Boolean, Date, DateTime, FetchedValue, Integer, MetaData, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column


def given(kind: type, **options: object) -> Mapped:
    """A column that only the database writes."""
    return mapped_column(kind, server_default=FetchedValue(), **options)


class Workspace(Model):
    """Base of everything in the schema `app`; Flask-SQLAlchemy sends it to the workspace engine by its metadata."""

    __abstract__ = True
    metadata = MetaData(schema="app", info={"bind_key": "workspace"})
    # Values the database gave are read when somebody asks, not by a RETURNING on every write.
    __mapper_args__ = {"eager_defaults": False}


Moment = DateTime(timezone=True)


class InCase:
    """What every row of a case carries: its place, who signed it."""

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    landlord_id: Mapped[uuid.UUID] = given(Uuid)
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid)


class Signed(InCase):
    """A row of a case with its author; the name is kept as it was when the row was written."""

    author_id: Mapped[uuid.UUID] = given(Uuid)
    author_name: Mapped[str] = given(Text)


class Brought(InCase):
    """A row of a case that may have come from a former system: with the id that it had there (external_id), and perhaps without an account of its author."""

    author_id: Mapped[uuid.UUID | None] = given(Uuid)
    author_name: Mapped[str] = given(Text)
    external_id: Mapped[str | None] = given(Text)

    @property
    def is_imported(self) -> bool:
        """Whether it came from a former system."""
        return self.external_id is not None


# ---- a case and what is in it ----------------------------------------------------------------------------------------


class SupportCase(Workspace):
    __tablename__ = "support_cases"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    landlord_id: Mapped[uuid.UUID] = given(Uuid)
    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    context_summary: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = given(Moment)
    closed_at: Mapped[datetime | None] = given(Moment)
    closing_reason: Mapped[str | None] = given(Text)
    external_id: Mapped[str | None] = given(Text)


class SupportNote(Brought, Workspace):
    __tablename__ = "support_notes"
    stream: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    # Given: collaborators are not granted the column, and leave it out.
    safeguarding: Mapped[bool] = given(Boolean)
    safeguarding_flagged_at: Mapped[datetime | None] = given(Moment)
    created_at: Mapped[datetime] = given(Moment)
    edited_at: Mapped[datetime | None] = given(Moment)


class SupportGoal(Brought, Workspace):
    __tablename__ = "support_goals"
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    target_date: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = given(Text)
    created_at: Mapped[datetime] = given(Moment)


class GoalProgress(Signed, Workspace):
    __tablename__ = "support_goal_progress"
    goal_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    body: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime] = given(Moment)


class SupportSession(Brought, Workspace):
    __tablename__ = "support_sessions"
    scheduled_at: Mapped[datetime] = mapped_column(Moment)
    duration_minutes: Mapped[int] = mapped_column(Integer)
    type: Mapped[str] = mapped_column(Text)
    attendees: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = given(Text)
    outcome_note: Mapped[str | None] = given(Text)
    created_at: Mapped[datetime] = given(Moment)


class SupportCollaborator(InCase, Workspace):
    __tablename__ = "support_collaborators"
    user_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    full_name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    participation_mode: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    works_for: Mapped[str | None] = mapped_column(Text)
    role_label: Mapped[str | None] = mapped_column(Text)
    invited_by_id: Mapped[uuid.UUID | None] = given(Uuid)
    invited_by_name: Mapped[str] = given(Text)
    assigned_at: Mapped[datetime] = given(Moment)
    ended_at: Mapped[datetime | None] = given(Moment)
    invitation_sent_at: Mapped[datetime | None] = given(Moment)
    accepted_at: Mapped[datetime | None] = given(Moment)


# ---- what the screens read (views.sql) -------------------------------------------------------------------------------


class CaseRow(Workspace):
    """A line of the operators' list of cases."""

    __tablename__ = "case_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    tenant_name: Mapped[str] = mapped_column(Text)
    property_address: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closing_reason: Mapped[str | None] = mapped_column(Text)
    is_open: Mapped[bool] = mapped_column(Boolean)
    last_note_at: Mapped[datetime | None] = mapped_column(Moment)
    team_count: Mapped[int] = mapped_column(Integer)
    assessment_due_on: Mapped[date | None] = mapped_column(Date)


class TenantWithoutCase(Workspace):
    """A tenant for whom a case can be opened."""

    __tablename__ = "tenants_without_case"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    full_name: Mapped[str] = mapped_column(Text)
    property_address: Mapped[str] = mapped_column(Text)


class CaseloadRow(Workspace):
    """A line of a collaborator's caseload."""

    __tablename__ = "caseload"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    tenant_name: Mapped[str] = mapped_column(Text)
    property_address: Mapped[str] = mapped_column(Text)
    organisation_name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    assigned_at: Mapped[datetime] = mapped_column(Moment)
    is_open: Mapped[bool] = mapped_column(Boolean)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    last_note_at: Mapped[datetime | None] = mapped_column(Moment)
    next_session_at: Mapped[datetime | None] = mapped_column(Moment)
    assessment_due_on: Mapped[date | None] = mapped_column(Date)


class CaseWorkspace(Workspace):
    """Header of one case and what the acting person may do in it."""

    __tablename__ = "case_workspace"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    tenant_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    tenant_name: Mapped[str] = mapped_column(Text)
    property_address: Mapped[str] = mapped_column(Text)
    organisation_name: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closing_reason: Mapped[str | None] = mapped_column(Text)
    context_summary: Mapped[str] = mapped_column(Text)
    is_open: Mapped[bool] = mapped_column(Boolean)
    may_manage: Mapped[bool] = mapped_column(Boolean)
    may_write: Mapped[bool] = mapped_column(Boolean)
    may_write_professional: Mapped[bool] = mapped_column(Boolean)
    may_read_professional: Mapped[bool] = mapped_column(Boolean)
    may_record_sessions: Mapped[bool] = mapped_column(Boolean)
    may_read_shared: Mapped[bool] = mapped_column(Boolean)
    sees_whole_team: Mapped[bool] = mapped_column(Boolean)
    housing_officers_read_notes: Mapped[bool] = mapped_column(Boolean)
    live_support_workers: Mapped[int] = mapped_column(Integer)
    live_housing_officers: Mapped[int] = mapped_column(Integer)
    may_read_documents: Mapped[bool] = mapped_column(Boolean)


class NoteEntry(Workspace):
    """A note with what the acting person may do to it."""

    __tablename__ = "note_feed"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    stream: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    author_name: Mapped[str] = mapped_column(Text)
    is_imported: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(Moment)
    edited_at: Mapped[datetime | None] = mapped_column(Moment)
    safeguarding: Mapped[bool] = mapped_column(Boolean)
    safeguarding_flagged_at: Mapped[datetime | None] = mapped_column(Moment)
    may_edit: Mapped[bool] = mapped_column(Boolean)
    may_delete: Mapped[bool] = mapped_column(Boolean)
    may_flag: Mapped[bool] = mapped_column(Boolean)
    may_unflag: Mapped[bool] = mapped_column(Boolean)


class SessionRow(Workspace):
    """A session with its end and whether its outcome is still to be recorded."""

    __tablename__ = "session_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    scheduled_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    duration_minutes: Mapped[int] = mapped_column(Integer)
    type: Mapped[str] = mapped_column(Text)
    attendees: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    outcome_note: Mapped[str | None] = mapped_column(Text)
    author_name: Mapped[str] = mapped_column(Text)
    is_imported: Mapped[bool] = mapped_column(Boolean)
    is_upcoming: Mapped[bool] = mapped_column(Boolean)
    needs_outcome: Mapped[bool] = mapped_column(Boolean)


class TeamMember(Workspace):
    """A collaborator or contact card on a case's team, live or ended."""

    __tablename__ = "team_members"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    full_name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    works_for: Mapped[str | None] = mapped_column(Text)
    role_label: Mapped[str | None] = mapped_column(Text)
    invited_by_name: Mapped[str] = mapped_column(Text)
    assigned_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    has_account: Mapped[bool] = mapped_column(Boolean)
    is_me: Mapped[bool] = mapped_column(Boolean)
    reads_shared_notes: Mapped[bool] = mapped_column(Boolean)
    may_end: Mapped[bool] = mapped_column(Boolean)
    invitation_sent_at: Mapped[datetime | None] = mapped_column(Moment)
    invitation_expires_at: Mapped[datetime | None] = mapped_column(Moment)
    is_waiting: Mapped[bool] = mapped_column(Boolean)


class CollaboratorRow(Workspace):
    """A line of the list of everybody on the teams of all cases."""

    __tablename__ = "collaborator_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    full_name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    reach: Mapped[str | None] = mapped_column(Text)
    tenant_name: Mapped[str] = mapped_column(Text)
    property_address: Mapped[str] = mapped_column(Text)
    assigned_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    is_live: Mapped[bool] = mapped_column(Boolean)
    has_account: Mapped[bool] = mapped_column(Boolean)
    is_waiting: Mapped[bool] = mapped_column(Boolean)


class FeatureOffer(Workspace):
    """The first plan that includes a feature. Prices in whole pounds; users None = unlimited."""

    __tablename__ = "feature_offers"
    feature_key: Mapped[str] = mapped_column(Text, primary_key=True)
    plan_code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    monthly_pounds: Mapped[int] = mapped_column(Integer)
    yearly_pounds: Mapped[int] = mapped_column(Integer)
    tenancies: Mapped[int] = mapped_column(Integer)
    users: Mapped[int | None] = mapped_column(Integer)
