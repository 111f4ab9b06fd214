"""Models of the document pack: templates, documents with their trail and deliveries, uploads."""

import uuid
from datetime import date, datetime

from sqlalchemy import Boolean, Date, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Moment, Signed, Workspace, given


class DocumentTemplate(Workspace):
    """What an organisation's documents are made from; `retired_at`: makes no new ones."""

    __tablename__ = "document_templates"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    repeats_every_months: Mapped[int | None] = mapped_column(Integer)
    starter_key: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = given(Moment)
    retired_at: Mapped[datetime | None] = given(Moment)


class TemplateVersion(Workspace):
    """One wording of a template, never changed. `parts`: as the column's comment in db/schema.sql says."""

    __tablename__ = "document_template_versions"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    template_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    version: Mapped[int] = given(Integer)
    parts: Mapped[list] = mapped_column(JSONB)
    author_id: Mapped[uuid.UUID | None] = given(Uuid)
    author_name: Mapped[str] = given(Text)
    created_at: Mapped[datetime] = given(Moment)


class TemplateRow(Workspace):
    """A template in its newest wording."""

    __tablename__ = "template_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    repeats_every_months: Mapped[int | None] = mapped_column(Integer)
    retired_at: Mapped[datetime | None] = mapped_column(Moment)
    version_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    version: Mapped[int] = mapped_column(Integer)
    parts: Mapped[list] = mapped_column(JSONB)
    worded_at: Mapped[datetime] = mapped_column(Moment)
    author_name: Mapped[str] = mapped_column(Text)


class KeptTemplate(Workspace):
    """A template as the org-admin's list shows it."""

    __tablename__ = "document_template_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    repeats_every_months: Mapped[int | None] = mapped_column(Integer)
    retired_at: Mapped[datetime | None] = mapped_column(Moment)
    is_live: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer)
    worded_at: Mapped[datetime] = mapped_column(Moment)
    author_name: Mapped[str] = mapped_column(Text)
    question_count: Mapped[int] = mapped_column(Integer)


class SupportDocument(Signed, Workspace):
    """A document. Title and answers are its author's to change while it is a draft; all else follows from the steps taken with it."""

    __tablename__ = "support_documents"
    template_version_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    template_id: Mapped[uuid.UUID] = given(Uuid)
    kind: Mapped[str] = given(Text)
    title: Mapped[str] = mapped_column(Text)
    answers: Mapped[dict] = given(JSONB)
    revision: Mapped[int] = given(Integer)
    state: Mapped[str] = given(Text)
    step: Mapped[str | None] = given(Text)
    step_reason: Mapped[str | None] = given(Text)
    content: Mapped[dict | None] = given(JSONB)
    content_sha256: Mapped[bytes | None] = given(LargeBinary)
    version: Mapped[int] = given(Integer)
    supersedes_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = given(Moment)
    changed_at: Mapped[datetime] = given(Moment)
    submitted_at: Mapped[datetime | None] = given(Moment)
    approved_at: Mapped[datetime | None] = given(Moment)
    approved_by_id: Mapped[uuid.UUID | None] = given(Uuid)
    approved_by_name: Mapped[str | None] = given(Text)
    pdf_sha256: Mapped[bytes | None] = given(LargeBinary)
    sent_at: Mapped[datetime | None] = given(Moment)
    repeats_every_months: Mapped[int | None] = given(Integer)
    next_due_on: Mapped[date | None] = given(Date)


class DocumentRow(Workspace):
    """A document of a case, with the steps that the acting person may take."""

    __tablename__ = "document_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    revision: Mapped[int] = mapped_column(Integer)
    author_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    author_name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    approved_by_name: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    next_due_on: Mapped[date | None] = mapped_column(Date)
    supersedes_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    content_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    pdf_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    template_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    template_version_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    returned_because: Mapped[str | None] = mapped_column(Text)
    step_reason: Mapped[str | None] = mapped_column(Text)
    steps: Mapped[list[str]] = mapped_column(ARRAY(Text))
    may_edit: Mapped[bool] = mapped_column(Boolean)
    may_have_new_version: Mapped[bool] = mapped_column(Boolean)
    superseded_by_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)


class DocumentEvent(Workspace):
    """A step of a document: who, when, from, to, why. `from_state` None: it was begun."""

    __tablename__ = "support_document_events"
    id: Mapped[uuid.UUID] = given(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    landlord_id: Mapped[uuid.UUID] = given(Uuid)
    case_id: Mapped[uuid.UUID] = given(Uuid)
    document_id: Mapped[uuid.UUID] = given(Uuid)
    step: Mapped[str] = given(Text)
    from_state: Mapped[str | None] = given(Text)
    to_state: Mapped[str] = given(Text)
    actor_id: Mapped[uuid.UUID | None] = given(Uuid)
    actor_name: Mapped[str] = given(Text)
    happened_at: Mapped[datetime] = given(Moment)
    reason: Mapped[str | None] = given(Text)


class DocumentPdf(Workspace):
    """The PDF that was fixed when a document was approved."""

    __tablename__ = "support_document_pdfs"
    document_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    landlord_id: Mapped[uuid.UUID] = given(Uuid)
    case_id: Mapped[uuid.UUID] = given(Uuid)
    content_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[bytes] = given(LargeBinary)
    made_at: Mapped[datetime] = given(Moment)


class DeliveryRow(Workspace):
    """To whom a document went (`way`: email or by_hand), and what became of the e-mail."""

    __tablename__ = "delivery_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    document_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    way: Mapped[str] = mapped_column(Text)
    to_name: Mapped[str] = mapped_column(Text)
    to_address: Mapped[str | None] = mapped_column(Text)
    handed_over_on: Mapped[date | None] = mapped_column(Date)
    author_name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str | None] = mapped_column(Text)
    state_at: Mapped[datetime | None] = mapped_column(Moment)


class AssessmentDue(Workspace):
    """A recurring assessment of an open case, and by which day the next one is due."""

    __tablename__ = "assessments_due"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    template_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    title: Mapped[str] = mapped_column(Text)
    next_due_on: Mapped[date] = mapped_column(Date)
    approved_at: Mapped[datetime] = mapped_column(Moment)
    tenant_name: Mapped[str | None] = mapped_column(Text)
    property_address: Mapped[str | None] = mapped_column(Text)
    is_overdue: Mapped[bool] = mapped_column(Boolean)
    is_under_way: Mapped[bool] = mapped_column(Boolean)


class UploadTable(Signed, Workspace):
    """A file of a case; made by app.keep_upload() together with its bytes."""

    __tablename__ = "support_uploads"
    document_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    title: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = given(Moment)


class UploadRow(Workspace):
    """A file of a case, without its bytes; `document_title`: of the document whose signed scan it is."""

    __tablename__ = "upload_list"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    document_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    document_title: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date | None] = mapped_column(Date)
    author_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    author_name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    media_type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    may_delete: Mapped[bool] = mapped_column(Boolean)


class UploadFile(Workspace):
    """The file itself, as it came."""

    __tablename__ = "support_upload_files"
    upload_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    landlord_id: Mapped[uuid.UUID] = given(Uuid)
    case_id: Mapped[uuid.UUID] = given(Uuid)
    media_type: Mapped[str] = mapped_column(Text)
    bytes: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[bytes] = given(LargeBinary)
    size_bytes: Mapped[int] = given(Integer)
