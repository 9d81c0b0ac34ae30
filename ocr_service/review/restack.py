"""Correcting how a posted stack was split: pages go to another document, and both are read anew.

Only documents that wait for review, are in review with the same person, or failed may change; what
was decided stays as it was decided.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Subject, append
from ocr_service.auth.principal import Principal
from ocr_service.cases.check import CaseChecker
from ocr_service.ids import new_id
from ocr_service.jobs.queue import JobQueue
from ocr_service.jobs.requests import request_reading
from ocr_service.jobs.suggested import part_of
from ocr_service.review.claims import touch
from ocr_service.review.lifecycle import Event, next_state
from ocr_service.review.queue import effective_state, lock_document
from ocr_service.states import DocumentState
from ocr_service.storage.tables import DocumentRow, StackRow
from ocr_service.storage.tables_cases import CaseDocumentRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.split import CutReason, PageRole


def documents_of(session: Session, stack_id: str) -> Sequence[DocumentRow]:
    """Documents that a stack consists of now, in the order of their first page."""
    rows = session.scalars(
        select(DocumentRow).where(
            DocumentRow.stack_id == stack_id, DocumentRow.state != DocumentState.MERGED.value
        )
    )
    return sorted(rows, key=lambda row: (row.pages or [0], row.id))


class StackDesk:
    """What a reviewer does with the pages of a stack; works within the caller's transaction."""

    def __init__(self, jobs: JobQueue, cases: CaseChecker, *, now: datetime) -> None:
        self._jobs = jobs
        self._cases = cases
        self._now = now

    def merge_previous(self, session: Session, document_id: str, who: Principal) -> DocumentRow:
        """Add the pages of a document to the one before it in its stack; return that one.

        Raises DOCUMENT_UNKNOWN, DOCUMENT_CLAIMED, DOCUMENT_STATE (also for the first of a stack).
        """
        previous_id = _previous(session, document_id)
        rows = {each: lock_document(session, each) for each in sorted((document_id, previous_id))}
        row, previous = rows[document_id], rows[previous_id]
        for each in (row, previous):
            self._demand_free(each, who)
        if _previous(session, document_id) != previous_id:
            raise CodedError(ErrorCode.DOCUMENT_STATE, "the stack has just been changed")
        self._hold(session, row, previous)
        row.state = next_state(DocumentState(row.state), Event.MERGE).value
        row.merged_into = previous.id
        row.claimed_by = row.claimed_until = None
        touch(row, self._now)
        self._set_pages(session, previous, [*(previous.pages or []), *(row.pages or [])], who)
        self._audit(session, "document.merged", row, who, into=previous.id)
        self._leave_case(session, row, who)
        return previous

    def cut_before(
        self, session: Session, document_id: str, page: int, who: Principal
    ) -> DocumentRow:
        """Make a document of its own of `page` (of the posted file) and what follows; return it.

        Raises DOCUMENT_UNKNOWN, DOCUMENT_CLAIMED, DOCUMENT_STATE, and REQUEST_INVALID when the page
        is not one of its later pages.
        """
        row = lock_document(session, document_id)
        self._demand_free(row, who)
        pages = self._pages(session, row)
        if page not in pages[1:]:
            raise CodedError(ErrorCode.REQUEST_INVALID, "not a later page of the document")
        self._hold(session, row)
        behind = [number for number in pages if number >= page]
        made = part_of(row, behind, CutReason.PERSON, self._now)
        session.add(made)
        session.flush()
        self._join_case_of(session, row, made)
        self._set_pages(session, row, [number for number in pages if number < page], who)
        job_id = self._jobs.enqueue(session, made.id, first_reading=False)
        details = {"from": row.id, "reason": made.cut_reason, "job": job_id}
        self._audit(session, "document.split_off", made, who, **details)
        self._cases.document_changed(session, made.id)
        return made

    def take_page(
        self, session: Session, document_id: str, page: int, who: Principal
    ) -> DocumentRow:
        """Add a page that belongs to no document (blank, cover sheet) to a document.

        Raises as `cut_before`; REQUEST_INVALID when the stack has no such page to give.
        """
        row = lock_document(session, document_id)
        self._demand_free(row, who)
        stack = session.get(StackRow, row.stack_id) if row.stack_id else None
        if stack is None:
            raise CodedError(ErrorCode.REQUEST_INVALID, "not a document of a stack")
        held = {n for each in documents_of(session, stack.id) for n in each.pages or ()}
        if page in held or page not in {each["number"] for each in stack.pages}:
            raise CodedError(ErrorCode.REQUEST_INVALID, "no page that belongs to no document")
        self._hold(session, row)
        self._set_pages(session, row, [*(row.pages or []), page], who)
        return row

    def _demand_free(self, row: DocumentRow, who: Principal) -> None:
        held = effective_state(row, self._now) == DocumentState.IN_REVIEW
        if held and row.claimed_by != who.id:
            raise CodedError(ErrorCode.DOCUMENT_CLAIMED, row.id)
        next_state(DocumentState(row.state), Event.REREAD)

    def _pages(self, session: Session, row: DocumentRow) -> list[int]:
        """Pages of a document; one that was read as a whole becomes a stack of one document."""
        if row.stack_id is None:
            numbers = list(range(1, row.page_count + 1))
            stack = StackRow(
                id=new_id("stk"),
                batch_id=row.batch_id,
                page_count=row.page_count,
                pages=[{"number": n, "role": PageRole.UNKNOWN.value} for n in numbers],
                created_at=self._now,
            )
            session.add(stack)
            session.flush()
            row.stack_id, row.pages, row.cut_reason = stack.id, numbers, CutReason.START.value
        return list(row.pages or [])

    def _hold(self, session: Session, *rows: DocumentRow) -> None:
        """Lock the cases of locked documents, before the audit chain is locked."""
        self._cases.hold_all(session, [row.id for row in rows])

    def _set_pages(
        self, session: Session, row: DocumentRow, pages: list[int], who: Principal
    ) -> None:
        before, row.pages = row.pages, sorted(pages)
        row.page_count = len(pages)
        session.flush()
        request_reading(session, self._jobs, row.id, by=who.actor, clock=lambda: self._now)
        self._audit(session, "document.regrouped", row, who, before=before)
        self._cases.document_changed(session, row.id)

    def _join_case_of(self, session: Session, row: DocumentRow, made: DocumentRow) -> None:
        own = session.get(CaseDocumentRow, row.id)
        if own is not None:
            session.add(
                CaseDocumentRow(
                    document_id=made.id,
                    case_id=own.case_id,
                    origin=own.origin,
                    joined_at=self._now,
                )
            )
            session.flush()

    def _leave_case(self, session: Session, row: DocumentRow, who: Principal) -> None:
        own = session.get(CaseDocumentRow, row.id)
        if own is None:
            return
        case_id = own.case_id
        session.delete(own)
        session.flush()
        self._cases.check(session, case_id)
        details = {"document": row.id, "into": row.merged_into}
        append(session, who.actor, "case.left", Subject("case", case_id), details, at=self._now)

    def _audit(
        self, session: Session, action: str, row: DocumentRow, who: Principal, **details: object
    ) -> None:
        session.flush()
        body = {"stack": row.stack_id, "pages": row.pages, **details}
        append(session, who.actor, action, Subject("document", row.id), body, at=self._now)


def _previous(session: Session, document_id: str) -> str:
    """Id of the document before another one in its stack. Raises DOCUMENT_UNKNOWN, DOCUMENT_STATE.

    Reads what is committed, and locks nothing.
    """
    columns = select(DocumentRow.id, DocumentRow.stack_id, DocumentRow.pages)
    own = session.execute(columns.where(DocumentRow.id == document_id)).first()
    if own is None:
        raise CodedError(ErrorCode.DOCUMENT_UNKNOWN, document_id)
    others = session.execute(
        columns.where(
            DocumentRow.stack_id == own.stack_id,
            DocumentRow.state != DocumentState.MERGED.value,
            DocumentRow.id != document_id,
        )
    ).all()
    mine = own.pages or [0]
    earlier = [other for other in others if (other.pages or [0])[0] < mine[0]]
    if not earlier:
        raise CodedError(ErrorCode.DOCUMENT_STATE, "the first document of its file")
    return str(max(earlier, key=lambda other: other.pages).id)
