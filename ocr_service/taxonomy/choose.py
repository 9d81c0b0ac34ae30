"""What a person says a document is: chosen, taken back, and used as samples of a kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Subject, append, as_utc
from ocr_service.auth.principal import Principal
from ocr_service.review.queue import lock_document
from ocr_service.review.suggestions import load_suggestion
from ocr_service.states import DocumentState
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DocumentRow
from ocr_service.storage.tables_taxonomy import DocumentCategoryRow
from ocr_service.taxonomy.store import load_taxonomy
from pipelines.errors import CodedError, ErrorCode

_CLOSED = (DocumentState.EXPORTED, DocumentState.CONFIRMED, DocumentState.REJECTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A document of no known form that a person said is of a category."""

    document_id: str
    received_at: datetime
    page_count: int
    user_name: str


def choose_category(
    session: Session, document_id: str, category_id: str, who: Principal, *, now: datetime
) -> str | None:
    """Record what a person says a document is; gives what stood there before.

    Raises DOCUMENT_UNKNOWN, DOCUMENT_STATE (decided already), CATEGORY_UNKNOWN, CATEGORY_CHANGED
    (retired or merged).
    """
    document = _open_document(session, document_id)
    taxonomy = load_taxonomy(session)
    if taxonomy.get(category_id) is None:
        raise CodedError(ErrorCode.CATEGORY_UNKNOWN, category_id)
    if not taxonomy.may_be_chosen(category_id):
        raise CodedError(ErrorCode.CATEGORY_CHANGED, "retired or merged")
    before, row = document.category, session.get(DocumentCategoryRow, document_id)
    if row is None:
        row = DocumentCategoryRow(document_id=document_id, suggested=before)
        session.add(row)
    row.category_id, row.title = category_id, taxonomy.title(category_id)
    row.user_id, row.user_name, row.at = who.id, who.display_name, now
    document.category = category_id
    document.version += 1
    document.updated_at = now
    session.flush()
    details = {"before": before, "category": category_id}
    append(
        session, who.actor, "document.category", Subject("document", document_id), details, at=now
    )
    return before


def withdraw_choice(
    session: Session, objects: ObjectStore, document_id: str, who: Principal, *, now: datetime
) -> None:
    """Take back what people chose: the document has the category of its newest reading again.

    Raises DOCUMENT_UNKNOWN, DOCUMENT_STATE (decided already), CATEGORY_UNKNOWN (nobody chose one),
    STORAGE_DAMAGED.
    """
    document = _open_document(session, document_id)
    row = session.get(DocumentCategoryRow, document_id)
    if row is None:
        raise CodedError(ErrorCode.CATEGORY_UNKNOWN, "nobody chose one")
    before, document.category = row.category_id, row.suggested
    if document.suggestion_id is not None:
        # It may have been read again since.
        _, suggestion = load_suggestion(session, objects, document.suggestion_id)
        document.category = suggestion.category.label
    document.version += 1
    document.updated_at = now
    session.delete(row)
    session.flush()
    details = {"before": before, "category": document.category}
    subject = Subject("document", document_id)
    append(session, who.actor, "document.category_withdrawn", subject, details, at=now)


def chosen_samples(session: Session, category_id: str, *, limit: int = 50) -> Sequence[Sample]:
    """Documents of no known form that people said are of a category, the newest first."""
    family = load_taxonomy(session).family(category_id) or (category_id,)
    rows = session.execute(
        select(DocumentRow, DocumentCategoryRow.user_name)
        .join(DocumentCategoryRow, DocumentCategoryRow.document_id == DocumentRow.id)
        .where(
            DocumentCategoryRow.category_id.in_(family),
            DocumentRow.form_id.is_(None),
            DocumentRow.suggestion_id.is_not(None),
            DocumentRow.state.not_in((DocumentState.REJECTED.value, DocumentState.MERGED.value)),
        )
        .order_by(DocumentRow.id.desc())
        .limit(limit)
    )
    return [
        Sample(
            document_id=row.id,
            received_at=as_utc(row.received_at),
            page_count=row.page_count,
            user_name=name,
        )
        for row, name in rows
    ]


def _open_document(session: Session, document_id: str) -> DocumentRow:
    document = lock_document(session, document_id)
    if document.state in {state.value for state in _CLOSED}:
        raise CodedError(ErrorCode.DOCUMENT_STATE, document.state)
    return document
