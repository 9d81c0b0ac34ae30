"""Reading the taxonomy and its history from the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from ocr_service.storage.tables import DocumentRow, SuggestionRow
from ocr_service.storage.tables_taxonomy import (
    CategoryChangeRow,
    CategoryRow,
    DocumentCategoryRow,
)
from ocr_service.taxonomy.records import Category, CategoryState, Taxonomy
from pipelines.reference.categories import category_titles

_CACHE = "taxonomy"


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What a person said a document is: the id and name of then, the name of today."""

    document_id: str
    category_id: str
    title_then: str
    title: str
    suggested: str | None
    user_name: str
    at: datetime


def load_taxonomy(session: Session) -> Taxonomy:
    """Load the taxonomy as it stands."""
    return Taxonomy(category_of(row) for row in session.scalars(select(CategoryRow)))


def category_of(row: CategoryRow) -> Category:
    """Give a stored category."""
    return Category(
        id=row.id,
        title=row.title,
        state=CategoryState(row.state),
        merged_into=row.merged_into,
        builtin=row.id in category_titles(),
        samples=row.samples,
    )


def load_changes(session: Session, *, limit: int = 200) -> Sequence[CategoryChangeRow]:
    """Load changes of the taxonomy, the last one first."""
    query = select(CategoryChangeRow).order_by(CategoryChangeRow.sequence.desc()).limit(limit)
    return session.scalars(query).all()


def load_chosen(session: Session, document_id: str) -> Chosen | None:
    """Load what a person chose for a document, if anybody did."""
    row = session.get(DocumentCategoryRow, document_id)
    if row is None:
        return None
    return Chosen(
        document_id=row.document_id,
        category_id=row.category_id,
        title_then=row.title,
        title=load_taxonomy(session).title(row.category_id),
        suggested=row.suggested,
        user_name=row.user_name,
        at=row.at,
    )


def title_today(row: DocumentRow | SuggestionRow, category_id: str) -> str:
    """Name of a category today, as the session of `row` knows it."""
    return taxonomy_of(row).title(category_id)


def taxonomy_of(row: DocumentRow | SuggestionRow) -> Taxonomy:
    """Taxonomy as the session of `row` knows it, loaded once a session; without one the shipped."""
    session = object_session(row)
    if session is None:
        return Taxonomy()
    if _CACHE not in session.info:
        session.info[_CACHE] = load_taxonomy(session)
    taxonomy: Taxonomy = session.info[_CACHE]
    return taxonomy


def keep_choice(session: Session, document_id: str) -> None:
    """Let what a person chose stand after a new reading (within its transaction)."""
    chosen = session.get(DocumentCategoryRow, document_id)
    row = session.get(DocumentRow, document_id)
    if chosen is not None and row is not None:
        row.category = chosen.category_id
