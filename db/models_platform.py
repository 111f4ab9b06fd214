"""What the platform-admin keeps, as models: organisations, accounts, and the price list (db/models.py says how to read them)."""

import uuid
from datetime import datetime

from sqlalchemy import ARRAY, Boolean, ForeignKey, Integer, SmallInteger, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.models import Moment, Workspace


# ---- organisations and people ---------------------------------------------------------------------------------------


class OrganisationRow(Workspace):
    """A line of the list of organisations."""

    __tablename__ = "organisation_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    plan_code: Mapped[str] = mapped_column(Text)
    plan_name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    operator_count: Mapped[int] = mapped_column(Integer)


class OperatorRow(Workspace):
    """Somebody who operates for an organisation, or is invited to; `id` is the person's."""

    __tablename__ = "operator_list"
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    full_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    is_disabled: Mapped[bool] = mapped_column(Boolean)
    is_waiting: Mapped[bool] = mapped_column(Boolean)
    invitation_expires_at: Mapped[datetime | None] = mapped_column(Moment)


class Account(Workspace):
    """An account, as the platform-admin changes it."""

    __tablename__ = "users"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column(Text)
    full_name: Mapped[str] = mapped_column(Text)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    is_platform_admin: Mapped[bool] = mapped_column(Boolean, deferred=True)


class PersonRow(Workspace):
    """A line of the list of people: what somebody is, and in how many organisations they support tenants."""

    __tablename__ = "people_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    full_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    operator_role: Mapped[str | None] = mapped_column(Text)
    is_operator: Mapped[bool] = mapped_column(Boolean)
    organisation_name: Mapped[str | None] = mapped_column(Text)
    is_platform_admin: Mapped[bool] = mapped_column(Boolean)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    is_disabled: Mapped[bool] = mapped_column(Boolean)
    support_worker_in: Mapped[int] = mapped_column(Integer)
    housing_officer_in: Mapped[int] = mapped_column(Integer)
    last_signed_in_at: Mapped[datetime | None] = mapped_column(Moment)


# ---- the price list ---------------------------------------------------------------------------------------------------


class Plan(Workspace):
    """A line of the price list with its gates, which are kept and removed with it."""

    __tablename__ = "plans"
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger)
    monthly_pounds: Mapped[int] = mapped_column(Integer)
    yearly_pounds: Mapped[int] = mapped_column(Integer)
    tenancies: Mapped[int] = mapped_column(Integer)
    users: Mapped[int | None] = mapped_column(Integer)
    gates: Mapped[list["FeatureGate"]] = relationship(cascade="all, delete-orphan")


class FeatureGate(Workspace):
    """That a plan includes a feature."""

    __tablename__ = "feature_gates"
    plan_code: Mapped[str] = mapped_column(Text, ForeignKey("app.plans.code"), primary_key=True)
    feature_key: Mapped[str] = mapped_column(Text, primary_key=True)


class Feature(Workspace):
    """What a plan can include."""

    __tablename__ = "features"
    feature_key: Mapped[str] = mapped_column(Text, primary_key=True)


class PlanRow(Workspace):
    """A line of the list of plans: what it includes and how many organisations are on it."""

    __tablename__ = "plan_list"
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(SmallInteger)
    monthly_pounds: Mapped[int] = mapped_column(Integer)
    yearly_pounds: Mapped[int] = mapped_column(Integer)
    tenancies: Mapped[int] = mapped_column(Integer)
    users: Mapped[int | None] = mapped_column(Integer)
    features: Mapped[list[str]] = mapped_column(ARRAY(Text))
    organisation_count: Mapped[int] = mapped_column(Integer)
