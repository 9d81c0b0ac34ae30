"""Asking for a document to be read again: after a failure, as another form, with newer models."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.clock import Clock, utc_now
from ocr_service.jobs.names import pin_text
from ocr_service.jobs.queue import JobQueue, open_queue
from ocr_service.settings import Settings
from ocr_service.states import DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.tables import DocumentRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import FormKey

_S = DocumentState
_BUSY = (_S.RECEIVED, _S.PROCESSING)
_DECIDED = (_S.CONFIRMED, _S.RETURNED, _S.REJECTED, _S.EXPORTED)


def request_reading(
    session: Session,
    queue: JobQueue,
    document_id: str,
    *,
    by: Actor,
    pinned: FormKey | None = None,
    clock: Clock = utc_now,
) -> str:
    """Queue another reading of a document within the caller's transaction; return the job's id.

    A failed or unreviewed document goes back to `received` (whoever held it loses it: the
    suggestion under their eyes gets old). A decided document keeps its state and its decision; it
    only gains a suggestion. Raises CodedError DOCUMENT_UNKNOWN, and DOCUMENT_STATE while it is
    being read already and when its pages were added to another document.
    """
    row = session.scalar(
        sa.select(DocumentRow)
        .where(DocumentRow.id == document_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise CodedError(ErrorCode.DOCUMENT_UNKNOWN, document_id)
    if row.state in _BUSY:
        raise CodedError(ErrorCode.DOCUMENT_STATE, "being read already", state=row.state)
    if row.state == _S.MERGED:
        raise CodedError(ErrorCode.DOCUMENT_STATE, "its pages are in another", state=row.state)
    decided = row.state in _DECIDED
    if not decided:
        row.state = _S.RECEIVED.value
        row.failure_code = row.failure_retryable = None
        row.claimed_by = row.claimed_until = None
    row.attempts = 0
    row.version += 1
    row.updated_at = clock()
    job_id = queue.enqueue(session, document_id, pinned=pinned, first_reading=False, once=decided)
    details = {"job": job_id, "pinned": pin_text(pinned), "state": row.state}
    append(session, by, "document.reread", Subject("document", document_id), details, at=clock())
    return job_id


def enqueue_reading(
    settings: Settings,
    database: Database,
    document_id: str,
    *,
    by: Actor,
    pinned: FormKey | None = None,
) -> str:
    """Do `request_reading` in a transaction and with a queue of its own (command line)."""
    with open_queue(settings) as queue, database.transaction() as session:
        return request_reading(session, queue, document_id, by=by, pinned=pinned)


def readable_documents(
    session: Session, *, state: DocumentState, form_id: str | None = None, limit: int = 100_000
) -> list[str]:
    """Ids of the documents in `state` (and of a form), oldest first, that may be read again."""
    if state in (*_BUSY, _S.MERGED):
        return []
    query = sa.select(DocumentRow.id).where(DocumentRow.state == state.value)
    if form_id is not None:
        query = query.where(DocumentRow.form_id == form_id)
    return list(session.scalars(query.order_by(DocumentRow.id).limit(limit)))
