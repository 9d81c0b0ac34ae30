"""Tables of cases: documents that belong together. No content is in a column in clear."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from ocr_service.storage.tables import Base, UtcTime

_Id = String(40)
_Time = UtcTime()


class CaseRow(Base):
    """Documents that belong together. `status` is a `CaseStatus`, `version` counts every change."""

    __tablename__ = "cases"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    number: Mapped[str | None] = mapped_column(_Id, nullable=True, unique=True)
    """Number that the office gave it; never a name or a 個人番号."""
    batch_id: Mapped[str | None] = mapped_column(
        ForeignKey("batches.id"), nullable=True, unique=True
    )
    """The batch whose documents make it up, when its station said so."""
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("cases.id"), nullable=True)
    status: Mapped[str] = mapped_column(String(24), index=True)
    missing: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)
    opened_at: Mapped[datetime] = mapped_column(_Time)
    updated_at: Mapped[datetime] = mapped_column(_Time)


class CaseDocumentRow(Base):
    """A document is in one case at most. `purpose` is what a person says the paper is."""

    __tablename__ = "case_documents"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    origin: Mapped[str] = mapped_column(String(16))
    purpose: Mapped[str | None] = mapped_column(String(110), nullable=True)
    joined_at: Mapped[datetime] = mapped_column(_Time)


class CaseChangeRow(Base):
    """What a person changed in cases; `steps` are ids, so that it can be moved back."""

    __tablename__ = "case_changes"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    other_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id"), nullable=True, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    steps: Mapped[list[dict[str, str | None]]] = mapped_column(JSON)
    user_id: Mapped[str] = mapped_column(_Id)
    user_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(_Time)
    undone_by: Mapped[str | None] = mapped_column(_Id, nullable=True)


class CaseRequestRow(Base):
    """A request to complete (補正依頼); its text is a sealed object, a new one at every edit."""

    __tablename__ = "case_requests"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    body_object: Mapped[str] = mapped_column(ForeignKey("objects.id"))
    item_count: Mapped[int] = mapped_column(Integer)
    created_by: Mapped[str] = mapped_column(_Id)
    created_at: Mapped[datetime] = mapped_column(_Time)
    updated_at: Mapped[datetime] = mapped_column(_Time)


class PersonDigestRow(Base):
    """Keyed digests of the people on a document: equal ones propose that papers belong together."""

    __tablename__ = "person_digests"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    basis: Mapped[str] = mapped_column(String(16), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class ProposalDismissalRow(Base):
    """Two documents that a person said do not belong together; `first_id` is the smaller id.

    What one click dismissed has one `id`, and is taken back together.
    """

    __tablename__ = "proposal_dismissals"
    first_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    second_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True, index=True)
    id: Mapped[str] = mapped_column(_Id, index=True)
    other_id: Mapped[str] = mapped_column(_Id)
    """The one of the two that was proposed."""
    user_id: Mapped[str] = mapped_column(_Id)
    user_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(_Time)
