"""Every table of the service, for SQLite and PostgreSQL. Migrations are made from here.

Content (images, text, values) is never in a column in clear: it is in sealed objects. Columns hold
ids, states, counts and times (UTC).
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_Id = String(40)


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC, time zone aware on both databases (SQLite forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse moments without a zone; store UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone can't be stored")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_Time = UtcTime()


class Base(DeclarativeBase):
    """All tables of ours (those of DBOS are its own)."""

    metadata = MetaData(naming_convention=_NAMING)


class BatchRow(Base):
    """One posting of a station."""

    __tablename__ = "batches"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    station: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(_Time)


class DocumentRow(Base):
    """One form or attachment. `state` is a `DocumentState`; `version` counts every change."""

    __tablename__ = "documents"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id"))
    state: Mapped[str] = mapped_column(String(24), index=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    received_at: Mapped[datetime] = mapped_column(_Time, index=True)
    updated_at: Mapped[datetime] = mapped_column(_Time)
    file_name: Mapped[str | None] = mapped_column(String(40), nullable=True)
    """Suffix of the posted file name only; names of files may hold names of people."""
    media_type: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    page_count: Mapped[int] = mapped_column(Integer, default=0)
    original_object: Mapped[str] = mapped_column(ForeignKey("objects.id"))
    suggestion_id: Mapped[str | None] = mapped_column(_Id, nullable=True)
    decision_id: Mapped[str | None] = mapped_column(_Id, nullable=True)
    form_id: Mapped[str | None] = mapped_column(String(64), nullable=True, index=True)
    form_revision: Mapped[str | None] = mapped_column(String(32), nullable=True)
    category: Mapped[str | None] = mapped_column(String(96), nullable=True)
    fields_total: Mapped[int] = mapped_column(Integer, default=0)
    fields_doubtful: Mapped[int] = mapped_column(Integer, default=0)
    findings_error: Mapped[int] = mapped_column(Integer, default=0)
    findings_warning: Mapped[int] = mapped_column(Integer, default=0)
    claimed_by: Mapped[str | None] = mapped_column(_Id, nullable=True)
    claimed_until: Mapped[datetime | None] = mapped_column(_Time, nullable=True)
    failure_code: Mapped[str | None] = mapped_column(String(64), nullable=True)
    failure_retryable: Mapped[bool | None] = mapped_column(nullable=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    quality: Mapped[dict[str, object] | None] = mapped_column(JSON, nullable=True)
    """Verdicts of the pages; reasons and measures, no content."""
    stack_id: Mapped[str | None] = mapped_column(_Id, nullable=True, index=True)
    """The posted file of several pages that it is a part of (`StackRow`)."""
    pages: Mapped[list[int] | None] = mapped_column(JSON, nullable=True)
    """Its pages of the posted file, from 1; None: not read yet, or all of them."""
    cut_reason: Mapped[str | None] = mapped_column(String(24), nullable=True)
    """Why it begins where it begins (`CutReason`)."""
    merged_into: Mapped[str | None] = mapped_column(_Id, nullable=True)
    """The document that a person added its pages to."""


class StackRow(Base):
    """The pages of a posted file of several pages, of which one or more documents were made.

    `pages` holds for each page its number, its role (`PageRole`) and the form page it shows; no
    content. Which document has which of them is in `documents.pages`.
    """

    __tablename__ = "stacks"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id"))
    page_count: Mapped[int] = mapped_column(Integer)
    pages: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(_Time)


class ObjectRow(Base):
    """One sealed object (image, suggestion, decision, export file): where it is and its keys."""

    __tablename__ = "objects"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    kind: Mapped[str] = mapped_column(String(24))
    location: Mapped[str] = mapped_column(String(200))
    key_id: Mapped[str] = mapped_column(String(40))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(_Time)


class SuggestionRow(Base):
    """One suggestion; the body is a sealed object. A newer one never removes an older one."""

    __tablename__ = "suggestions"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    body_object: Mapped[str] = mapped_column(ForeignKey("objects.id"))
    pinned_form: Mapped[str | None] = mapped_column(String(100), nullable=True)
    versions: Mapped[dict[str, str]] = mapped_column(JSON)
    seconds: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(_Time)


class DecisionRow(Base):
    """What a person decided about one suggestion; the values are a sealed object."""

    __tablename__ = "decisions"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    suggestion_id: Mapped[str | None] = mapped_column(ForeignKey("suggestions.id"), nullable=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str] = mapped_column(String(16))
    body_object: Mapped[str] = mapped_column(ForeignKey("objects.id"))
    changed_fields: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(_Time)


class ExportRow(Base):
    """One export file; `state` is `ready` or `delivered`."""

    __tablename__ = "exports"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    form_id: Mapped[str] = mapped_column(String(64))
    form_revision: Mapped[str] = mapped_column(String(32))
    format: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16))
    document_count: Mapped[int] = mapped_column(Integer)
    body_object: Mapped[str] = mapped_column(ForeignKey("objects.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[str] = mapped_column(_Id)
    created_at: Mapped[datetime] = mapped_column(_Time)


class ExportItemRow(Base):
    """Outbox: a decision leaves exactly once, so `decision_id` is unique."""

    __tablename__ = "export_items"
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    export_id: Mapped[str | None] = mapped_column(ForeignKey("exports.id"), nullable=True)


class UserRow(Base):
    """A person. `roles` are names of `Role`."""

    __tablename__ = "users"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str | None] = mapped_column(String(200), nullable=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    disabled: Mapped[bool] = mapped_column(default=False)
    failed_attempts: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(_Time, nullable=True)
    created_at: Mapped[datetime] = mapped_column(_Time)


class SessionRow(Base):
    """A sign-in; only the SHA-256 of the cookie is kept."""

    __tablename__ = "sessions"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(_Time)
    expires_at: Mapped[datetime] = mapped_column(_Time)
    last_seen_at: Mapped[datetime] = mapped_column(_Time)


class SignInTokenRow(Base):
    """A one-time sign-in (printed by `make demo`, or handed out by an administrator)."""

    __tablename__ = "sign_in_tokens"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime] = mapped_column(_Time)
    used_at: Mapped[datetime | None] = mapped_column(_Time, nullable=True)


class ApiKeyRow(Base):
    """Key of a station or robot: prefix in clear, SHA-256 of the rest."""

    __tablename__ = "api_keys"
    prefix: Mapped[str] = mapped_column(String(16), primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(64), unique=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(_Time)
    revoked_at: Mapped[datetime | None] = mapped_column(_Time, nullable=True)
    last_used_at: Mapped[datetime | None] = mapped_column(_Time, nullable=True)


class IdempotencyRow(Base):
    """Answer already given for a key of a station."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("station", "key"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    station: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(200))
    request_sha256: Mapped[str] = mapped_column(String(64))
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    created_at: Mapped[datetime] = mapped_column(_Time)


class AuditRow(Base):
    """One event of the hash chain. Rows are never updated or deleted: triggers refuse it."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_subject", "subject_kind", "subject_id"),)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(_Time)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(48))
    subject_kind: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, object]] = mapped_column(JSON)
    """Ids, states and field names; never values."""
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class WorkerRow(Base):
    """Heartbeat of a worker process; the reaper takes over jobs of silent ones."""

    __tablename__ = "workers"
    executor_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    host: Mapped[str] = mapped_column(String(120))
    pid: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(_Time)
    heartbeat_at: Mapped[datetime] = mapped_column(_Time)


class LeaseRow(Base):
    """A right that one process at a time has until it expires (`ocr_service.jobs.lease`)."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(_Id)
    expires_at: Mapped[datetime] = mapped_column(_Time)
