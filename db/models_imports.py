"""Models of imports: files that org-admins bring in, what was read of them, and what is wrong with them."""

import uuid
from datetime import datetime

from sqlalchemy import Boolean, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Moment, Workspace, given


class Import(Workspace):
    """A file of one kind. `mapping` is {field: name of a column}; the numbers are those of the latest check, and of an import that is done what it did."""

    __tablename__ = "imports"
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = given(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    encoding: Mapped[str] = mapped_column(Text)
    delimiter: Mapped[str] = mapped_column(Text)
    header: Mapped[list[str]] = mapped_column(ARRAY(Text))
    line_count: Mapped[int | None] = given(Integer)
    mapping: Mapped[dict[str, str] | None] = given(JSONB)
    state: Mapped[str] = given(Text)
    fault_count: Mapped[int | None] = given(Integer)
    to_add: Mapped[int | None] = given(Integer)
    already_here: Mapped[int | None] = given(Integer)
    to_close: Mapped[int | None] = given(Integer)
    due_at_once: Mapped[int | None] = given(Integer)
    error: Mapped[str | None] = given(Text)
    author_id: Mapped[uuid.UUID | None] = given(Uuid)
    author_name: Mapped[str] = given(Text)
    asked_by_id: Mapped[uuid.UUID | None] = given(Uuid)
    asked_by_name: Mapped[str | None] = given(Text)
    created_at: Mapped[datetime] = given(Moment)
    state_at: Mapped[datetime] = given(Moment)


class ImportLine(Workspace):
    """A staged line of a file; `line` as spreadsheets count."""

    __tablename__ = "import_lines"
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    import_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    cells: Mapped[list[str]] = mapped_column(ARRAY(Text))


class ImportFault(Workspace):
    """Why a file cannot be brought in: the line, the number of the column (0: the line as a whole), a code, and how the cell begins."""

    __tablename__ = "import_faults"
    organisation_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    import_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    said: Mapped[str | None] = mapped_column(Text)
    hint: Mapped[str | None] = mapped_column(Text)
    of_reading: Mapped[bool] = mapped_column(Boolean)
