"""Tables of the category taxonomy: what an office added or changed, and what people chose."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from ocr_service.storage.tables import Base, UtcTime

_Id = String(40)
_Category = String(96)
_Time = UtcTime()


class CategoryRow(Base):
    """A category that the office added or changed; the others stand as the program has them.

    `state` is a `CategoryState`. `head_object` is the sealed head of a kind that was learnt from
    `samples` papers.
    """

    __tablename__ = "categories"
    id: Mapped[str] = mapped_column(_Category, primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(16))
    merged_into: Mapped[str | None] = mapped_column(_Category, nullable=True)
    head_object: Mapped[str | None] = mapped_column(ForeignKey("objects.id"), nullable=True)
    samples: Mapped[int] = mapped_column(Integer, default=0)
    updated_at: Mapped[datetime] = mapped_column(_Time)


class CategoryChangeRow(Base):
    """What a person changed in the taxonomy: a category before (None: there was none) and after."""

    __tablename__ = "category_changes"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, unique=True)
    category_id: Mapped[str] = mapped_column(_Category, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    before: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True), nullable=True)
    after: Mapped[dict[str, object]] = mapped_column(JSON)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[str] = mapped_column(String(64))
    actor_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(_Time)
    undone_by: Mapped[str | None] = mapped_column(_Id, nullable=True)


class DocumentCategoryRow(Base):
    """The category that a person chose for a document, with its name at that time."""

    __tablename__ = "document_categories"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    category_id: Mapped[str] = mapped_column(_Category)
    title: Mapped[str] = mapped_column(String(80))
    suggested: Mapped[str | None] = mapped_column(_Category, nullable=True)
    user_id: Mapped[str] = mapped_column(_Id)
    user_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(_Time)
