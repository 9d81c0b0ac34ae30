"""Claims: one reviewer at a time has a document, and not for ever."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ocr_service.audit.chain import Subject, append
from ocr_service.auth.principal import Principal
from ocr_service.review.lifecycle import Event, next_state
from ocr_service.review.queue import effective_state, lock_document
from ocr_service.states import DocumentState
from ocr_service.storage.tables import DocumentRow
from pipelines.errors import CodedError, ErrorCode


def claim(
    session: Session,
    document_id: str,
    who: Principal,
    *,
    lasting: timedelta,
    now: datetime,
    take_over: bool = False,
) -> DocumentRow:
    """Take a document, or prolong one's own claim.

    A claim that ran out may be taken by anybody; a living one of another only by `take_over`.
    Raises DOCUMENT_UNKNOWN, DOCUMENT_STATE, DOCUMENT_CLAIMED.
    """
    row = lock_document(session, document_id)
    held = effective_state(row, now) == DocumentState.IN_REVIEW
    other = held and row.claimed_by != who.id
    if other and not take_over:
        raise CodedError(ErrorCode.DOCUMENT_CLAIMED, document_id)
    prolonged = held and not other
    before = row.claimed_by
    row.state = next_state(DocumentState(row.state), Event.CLAIM).value
    row.claimed_by = who.id
    row.claimed_until = now + lasting
    if not prolonged:
        touch(row, now)
        action = "document.taken_over" if other else "document.claimed"
        details = {"from": before} if other else {}
        append(session, who.actor, action, Subject("document", row.id), details, at=now)
    return row


def release(session: Session, document_id: str, who: Principal, *, now: datetime) -> DocumentRow:
    """Give a document back. Raises DOCUMENT_UNKNOWN, DOCUMENT_STATE, DOCUMENT_CLAIMED."""
    row = lock_document(session, document_id)
    state = next_state(DocumentState(row.state), Event.RELEASE)
    if row.claimed_by != who.id:
        raise CodedError(ErrorCode.DOCUMENT_CLAIMED, document_id)
    row.state = state.value
    row.claimed_by = row.claimed_until = None
    touch(row, now)
    append(session, who.actor, "document.released", Subject("document", row.id), at=now)
    return row


def demand_claim(row: DocumentRow, who: Principal) -> None:
    """Refuse unless `who` has the document in review (DOCUMENT_STATE, DOCUMENT_CLAIMED).

    A claim that ran out still counts for the one who had it, as long as nobody else took it.
    """
    if row.state != DocumentState.IN_REVIEW:
        raise CodedError(ErrorCode.DOCUMENT_STATE, f"not in review: {row.state}", state=row.state)
    if row.claimed_by != who.id:
        raise CodedError(ErrorCode.DOCUMENT_CLAIMED, row.id)


def touch(row: DocumentRow, now: datetime) -> None:
    """Count a change of the document."""
    row.version += 1
    row.updated_at = now
