"""Rows of cases: finding, locking and reading them.

Locks are taken in one order, or two transactions wait for each other: documents, then cases, then
the audit chain; each kind in the order of its ids.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import as_utc
from ocr_service.cases.matching import compact
from ocr_service.cases.records import CaseDocument
from ocr_service.review.decision_body import load_decision
from ocr_service.review.suggestions import load_suggestion
from ocr_service.states import DocumentState
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DocumentRow
from ocr_service.storage.tables_cases import CaseDocumentRow, CaseRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FormDefinition
from pipelines.records import Field, FormKey, Suggestion

_log = structlog.get_logger(__name__)
_HEADING_LINES = 8
_DECIDED = (DocumentState.CONFIRMED, DocumentState.EXPORTED, DocumentState.RETURNED)
_Columns = Row[str, str, str | None, datetime, str | None, str | None, str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What a document says now: its suggestion, the values that count, the reason of a return."""

    form: FormDefinition | None
    suggestion: Suggestion | None
    values: dict[str, str | None]
    reason: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fields as they were suggested."""
        return self.suggestion.fields if self.suggestion else ()


def find_case(session: Session, case_id: str) -> CaseRow:
    """Find a case. Raises CASE_UNKNOWN."""
    row = session.get(CaseRow, case_id)
    if row is None:
        raise CodedError(ErrorCode.CASE_UNKNOWN, case_id)
    return row


def lock_cases(session: Session, ids: Collection[str]) -> dict[str, CaseRow]:
    """Take cases for the rest of the transaction. Raises CASE_UNKNOWN."""
    wanted = sorted(set(ids))
    rows = session.scalars(
        select(CaseRow)
        .where(CaseRow.id.in_(wanted))
        .order_by(CaseRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    found = {row.id: row for row in rows}
    for case_id in wanted:
        if case_id not in found:
            raise CodedError(ErrorCode.CASE_UNKNOWN, case_id)
    return found


def case_of(session: Session, document_id: str) -> str | None:
    """Id of the case that a document is in."""
    return session.scalar(
        select(CaseDocumentRow.case_id).where(CaseDocumentRow.document_id == document_id)
    )


def members(session: Session, case_id: str) -> Sequence[CaseDocumentRow]:
    """Documents of a case, the oldest first, as they are in the database now."""
    return session.scalars(
        select(CaseDocumentRow)
        .where(CaseDocumentRow.case_id == case_id)
        .order_by(CaseDocumentRow.document_id)
        .execution_options(populate_existing=True)
    ).all()


def load_documents(
    session: Session, objects: ObjectStore, forms: FormLibrary, case_id: str
) -> tuple[CaseDocument, ...]:
    """Documents of a case with what they say. Raises STORAGE_UNAVAILABLE.

    One whose content is damaged counts as not read: it must not stop the others.
    """
    session.flush()
    # Columns, not entities: what another transaction committed meanwhile must be seen.
    rows = session.execute(
        select(
            DocumentRow.id,
            DocumentRow.state,
            DocumentRow.category,
            DocumentRow.received_at,
            DocumentRow.suggestion_id,
            DocumentRow.decision_id,
            CaseDocumentRow.purpose,
        )
        .join(CaseDocumentRow, CaseDocumentRow.document_id == DocumentRow.id)
        .where(CaseDocumentRow.case_id == case_id)
        .order_by(DocumentRow.id)
    ).all()
    return tuple(_document(session, objects, forms, row) for row in rows)


def load_content(
    session: Session,
    objects: ObjectStore,
    forms: FormLibrary,
    *,
    state: DocumentState,
    suggestion_id: str | None,
    decision_id: str | None,
) -> Content:
    """Read what a document says: the decision when there is one, the suggestion before.

    The first of two confirmations is nobody's business yet. Raises STORAGE_DAMAGED.
    """
    if suggestion_id is None:
        return Content(form=None, suggestion=None, values={})
    _, suggestion = load_suggestion(session, objects, suggestion_id)
    values = {field.name: field.value for field in suggestion.fields}
    reason = ""
    if state in _DECIDED and decision_id is not None:
        _, record = load_decision(session, objects, decision_id)
        values, reason = record.values, record.reason
    return Content(
        form=definition(forms, suggestion.form),
        suggestion=suggestion,
        values=dict(values),
        reason=reason,
    )


def definition(forms: FormLibrary, key: FormKey | None) -> FormDefinition | None:
    """Definition of a form; None when there is none or the office no longer has it."""
    if key is None:
        return None
    try:
        return forms.get(key).definition
    except CodedError:
        return None


def _document(
    session: Session,
    objects: ObjectStore,
    forms: FormLibrary,
    row: _Columns,
) -> CaseDocument:
    state = DocumentState(row.state)
    try:
        content = load_content(
            session,
            objects,
            forms,
            state=state,
            suggestion_id=row.suggestion_id,
            decision_id=row.decision_id,
        )
    except CodedError as error:
        if error.code is not ErrorCode.STORAGE_DAMAGED:
            raise
        _log.error("case.document_damaged", document=row.id, detail=error.detail)
        content = Content(form=None, suggestion=None, values={})
    lines = content.suggestion.lines[:_HEADING_LINES] if content.suggestion else ()
    return CaseDocument(
        id=row.id,
        state=state,
        received_at=as_utc(row.received_at),
        form=content.form,
        category=row.category,
        purpose=row.purpose,
        values=content.values,
        heading=compact("\n".join(line.text for line in lines)),
    )
