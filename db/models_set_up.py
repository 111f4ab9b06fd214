"""What operators set up, as models: their organisation, landlords, properties, tenants and property managers (db/models.py says
how to read them)."""

import uuid
from datetime import date, datetime

from sqlalchemy import ARRAY, Boolean, Date, FetchedValue, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Moment, Workspace, given


class Organisation(Workspace):
    """A customer firm: the columns that every hat may read, and the settings for whoever asks for them."""

    __tablename__ = "organisations"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(Text)
    plan_code: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = given(Moment, deferred=True)
    # Given: a new firm begins with the defaults of the database.
    support_retention_years: Mapped[dict[str, int]] = given(JSONB, deferred=True, deferred_group="settings")
    support_notes_visible_to_housing_officer: Mapped[bool] = given(Boolean, deferred=True, deferred_group="settings")
    housing_officer_emails: Mapped[list[str]] = given(ARRAY(Text), deferred=True, deferred_group="settings")


class Landlord(Workspace):
    __tablename__ = "landlords"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = given(Moment)


class Membership(Workspace):
    """Somebody's operator role in an organisation; it counts once they have accepted."""

    __tablename__ = "memberships"
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, server_default=FetchedValue())
    user_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    accepted_at: Mapped[datetime | None] = given(Moment)
    invitation_sent_at: Mapped[datetime | None] = given(Moment)
    invited_name: Mapped[str | None] = mapped_column(Text)
    invited_email: Mapped[str | None] = mapped_column(Text)


class ManagedLandlord(Workspace):
    """That a property manager looks after a landlord."""

    __tablename__ = "property_manager_landlords"
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, server_default=FetchedValue())
    user_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    landlord_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)


class ColleagueRow(Workspace):
    """Somebody who operates for the own organisation, or is invited to; `id` is the person's."""

    __tablename__ = "colleague_list"
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    is_waiting: Mapped[bool] = mapped_column(Boolean)
    full_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    invitation_expires_at: Mapped[datetime | None] = mapped_column(Moment)
    landlord_names: Mapped[str | None] = mapped_column(Text)


class LandlordRow(Workspace):
    """A line of the list of landlords."""

    __tablename__ = "landlord_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    property_count: Mapped[int] = mapped_column(Integer)
    tenant_count: Mapped[int] = mapped_column(Integer)


class Property(Workspace):
    """A home. Its landlord is read when somebody asks: collaborators may not."""

    __tablename__ = "properties"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    landlord_id: Mapped[uuid.UUID] = mapped_column(Uuid, deferred=True)
    address: Mapped[str] = mapped_column(Text)
    town: Mapped[str] = mapped_column(Text)
    postcode: Mapped[str] = mapped_column(Text)


class PropertyRow(Workspace):
    """A line of the list of properties."""

    __tablename__ = "property_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    town_and_postcode: Mapped[str] = mapped_column(Text)
    property_address: Mapped[str] = mapped_column(Text)
    landlord_name: Mapped[str] = mapped_column(Text)
    tenant_count: Mapped[int] = mapped_column(Integer)


class Tenant(Workspace):
    """A person who rents. Their date of birth is read when somebody asks: collaborators may not."""

    __tablename__ = "tenants"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    property_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    full_name: Mapped[str] = mapped_column(Text)
    date_of_birth: Mapped[date | None] = mapped_column(Date, deferred=True)
    housing_officer_note_visibility: Mapped[str] = mapped_column(Text)


class TenantRow(Workspace):
    """A line of the list of tenants."""

    __tablename__ = "tenant_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    full_name: Mapped[str] = mapped_column(Text)
    property_address: Mapped[str] = mapped_column(Text)
    note_visibility: Mapped[str] = mapped_column(Text)
    open_case_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    case_opened_at: Mapped[datetime | None] = mapped_column(Moment)
