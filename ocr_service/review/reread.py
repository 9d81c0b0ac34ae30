"""Reading a document again: after a failure, or as the form that a reviewer names."""

from datetime import datetime

from sqlalchemy.orm import Session

from ocr_service.auth.principal import Principal
from ocr_service.jobs.queue import JobQueue
from ocr_service.jobs.requests import request_reading
from ocr_service.review.lifecycle import Event, next_state
from ocr_service.review.queue import effective_state, lock_document
from ocr_service.states import DocumentState
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import FormKey


def retry(
    session: Session, jobs: JobQueue, document_id: str, who: Principal, *, now: datetime
) -> None:
    """Read a failed document once more, in the same transaction as its new job.

    Raises DOCUMENT_UNKNOWN, and DOCUMENT_STATE when it did not fail or can't succeed.
    """
    row = lock_document(session, document_id)
    next_state(DocumentState(row.state), Event.RETRY)
    if not row.failure_retryable:
        raise CodedError(ErrorCode.DOCUMENT_STATE, "reading it again can't succeed")
    request_reading(session, jobs, document_id, by=who.actor, clock=lambda: now)


def read_as(
    session: Session,
    jobs: JobQueue,
    document_id: str,
    form: FormKey,
    who: Principal,
    *,
    now: datetime,
) -> None:
    """Read a document as the form that a reviewer chose; a newer suggestion comes of it.

    Raises DOCUMENT_UNKNOWN, DOCUMENT_STATE, DOCUMENT_CLAIMED (another has it in review).
    """
    row = lock_document(session, document_id)
    if effective_state(row, now) == DocumentState.IN_REVIEW and row.claimed_by != who.id:
        raise CodedError(ErrorCode.DOCUMENT_CLAIMED, document_id)
    next_state(DocumentState(row.state), Event.REREAD)
    request_reading(session, jobs, document_id, by=who.actor, pinned=form, clock=lambda: now)
