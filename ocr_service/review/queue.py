"""The queue: which documents stand where, and who has them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import as_utc
from ocr_service.states import CaseStatus, DecisionAction, DocumentState
from ocr_service.storage.tables import BatchRow, DecisionRow, DocumentRow, UserRow
from ocr_service.storage.tables_cases import CaseDocumentRow, CaseRow
from ocr_service.storage.tables_taxonomy import DocumentCategoryRow
from pipelines.errors import CodedError, ErrorCode

_Items = Select[DocumentRow, str, str | None, str | None, str | None, str | None, str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueFilter:
    """What to list; an empty set means all."""

    states: frozenset[DocumentState] = frozenset()
    form_id: str | None = None
    category: str | None = None
    mine: str | None = None
    """Id of a user: only what that person has claimed."""
    newest_first: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueItem:
    """One document with the names that belong to it; `state` sees through expired claims."""

    row: DocumentRow
    state: DocumentState
    station: str
    claimed_by: str | None
    claimant: str | None
    """Display name of the person in `claimed_by`."""
    first_confirmed_by: str | None
    """Id of the first of two persons, while the second is awaited."""
    case_id: str | None
    case_status: CaseStatus | None
    category_by: str | None
    """Display name of the person who chose its category."""


def effective_state(row: DocumentRow, now: datetime) -> DocumentState:
    """State of a document; one whose claim ran out waits for review again."""
    state = DocumentState(row.state)
    expired = row.claimed_until is None or as_utc(row.claimed_until) <= now
    if state == DocumentState.IN_REVIEW and expired:
        return DocumentState.AWAITING_REVIEW
    return state


def list_documents(
    session: Session, wanted: QueueFilter, *, after: str | None, limit: int, now: datetime
) -> tuple[list[QueueItem], str | None]:
    """One page of the queue, oldest first unless told otherwise, and the cursor of the next.

    `after` is the last id of the page before: ids sort by time.
    """
    query = _filtered(_items(), wanted, now)
    if after is not None:
        newer = DocumentRow.id < after if wanted.newest_first else DocumentRow.id > after
        query = query.where(newer)
    order = DocumentRow.id.desc() if wanted.newest_first else DocumentRow.id.asc()
    found = session.execute(query.order_by(order).limit(limit + 1)).all()
    items = [_item(*row, now=now) for row in found[:limit]]
    return items, items[-1].row.id if len(found) > limit else None


def count_states(
    session: Session, now: datetime, *, form_id: str | None = None
) -> Mapping[DocumentState, int]:
    """How many documents stand in each state, expired claims seen through."""
    state = case(
        (_expired(now), DocumentState.AWAITING_REVIEW.value), else_=DocumentRow.state
    ).label("effective")
    query = select(state, func.count()).group_by(state)
    if form_id is not None:
        query = query.where(DocumentRow.form_id == form_id)
    found = {DocumentState(name): int(count) for name, count in session.execute(query)}
    return {state: found.get(state, 0) for state in DocumentState}


def find_document(session: Session, document_id: str, *, now: datetime) -> QueueItem:
    """Find one document. Raises DOCUMENT_UNKNOWN."""
    found = session.execute(_items().where(DocumentRow.id == document_id)).first()
    if found is None:
        raise CodedError(ErrorCode.DOCUMENT_UNKNOWN, document_id)
    return _item(*found, now=now)


def lock_document(session: Session, document_id: str) -> DocumentRow:
    """Take a document for the rest of the transaction. Raises DOCUMENT_UNKNOWN."""
    row = session.scalar(
        select(DocumentRow)
        .where(DocumentRow.id == document_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise CodedError(ErrorCode.DOCUMENT_UNKNOWN, document_id)
    return row


def find_documents(session: Session, ids: Collection[str], *, now: datetime) -> list[QueueItem]:
    """Find several documents, in the order of their ids; unknown ids are left out."""
    query = _items().where(DocumentRow.id.in_(ids)).order_by(DocumentRow.id)
    return [_item(*row, now=now) for row in session.execute(query)]


def _items() -> _Items:
    # A decision of a document that is not decided yet is the first of two persons' confirmation.
    waiting = DocumentRow.state.in_(
        (DocumentState.AWAITING_REVIEW.value, DocumentState.IN_REVIEW.value)
    )
    return (
        select(
            DocumentRow,
            BatchRow.station,
            UserRow.display_name,
            DecisionRow.user_id,
            CaseRow.id,
            CaseRow.status,
            DocumentCategoryRow.user_name,
        )
        .join(BatchRow, BatchRow.id == DocumentRow.batch_id)
        .outerjoin(UserRow, UserRow.id == DocumentRow.claimed_by)
        .outerjoin(CaseDocumentRow, CaseDocumentRow.document_id == DocumentRow.id)
        .outerjoin(CaseRow, CaseRow.id == CaseDocumentRow.case_id)
        .outerjoin(DocumentCategoryRow, DocumentCategoryRow.document_id == DocumentRow.id)
        .outerjoin(
            DecisionRow,
            and_(
                DecisionRow.id == DocumentRow.decision_id,
                DecisionRow.suggestion_id == DocumentRow.suggestion_id,
                DecisionRow.action == DecisionAction.CONFIRM.value,
                waiting,
            ),
        )
    )


def _filtered(query: _Items, wanted: QueueFilter, now: datetime) -> _Items:
    if wanted.states:
        query = query.where(_in_states(wanted.states, now))
    if wanted.form_id is not None:
        query = query.where(DocumentRow.form_id == wanted.form_id)
    if wanted.category is not None:
        query = query.where(DocumentRow.category == wanted.category)
    if wanted.mine is not None:
        query = query.where(DocumentRow.claimed_by == wanted.mine)
    return query


def _expired(now: datetime) -> ColumnElement[bool]:
    return and_(
        DocumentRow.state == DocumentState.IN_REVIEW.value,
        or_(DocumentRow.claimed_until.is_(None), DocumentRow.claimed_until <= now),
    )


def _in_states(states: Collection[DocumentState], now: datetime) -> ColumnElement[bool]:
    expired = _expired(now)
    plain: Sequence[str] = [s.value for s in states]
    chosen = and_(DocumentRow.state.in_(plain), ~expired)
    return or_(chosen, expired) if DocumentState.AWAITING_REVIEW in states else chosen


def _item(
    row: DocumentRow,
    station: str,
    claimant: str | None,
    first: str | None,
    case_id: str | None,
    case_status: str | None,
    category_by: str | None,
    *,
    now: datetime,
) -> QueueItem:
    state = effective_state(row, now)
    held = state == DocumentState.IN_REVIEW
    return QueueItem(
        row=row,
        state=state,
        station=station,
        claimed_by=row.claimed_by if held else None,
        claimant=claimant if held else None,
        first_confirmed_by=first,
        case_id=case_id,
        case_status=CaseStatus(case_status) if case_status else None,
        category_by=category_by,
    )
