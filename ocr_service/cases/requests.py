"""Requests to complete (補正依頼): drafted from what is missing, edited by a person, sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.cases.letter import (
    Letter,
    Point,
    Recipient,
    RequestText,
    demand_no_number,
    draft,
    finding_points,
    missing_point,
    reason_point,
    recipient_of,
)
from ocr_service.cases.letter_pdf import render_letter
from ocr_service.cases.records import Packet
from ocr_service.cases.store import Content, find_case, load_content, lock_cases
from ocr_service.clock import Clock, office_date
from ocr_service.ids import new_id
from ocr_service.review.categories import category_title
from ocr_service.review.masking import number_names
from ocr_service.settings import Settings
from ocr_service.states import DocumentState
from ocr_service.storage.objects import ObjectKind, ObjectStore
from ocr_service.storage.tables import DocumentRow
from ocr_service.storage.tables_cases import CaseDocumentRow, CaseRequestRow
from pipelines.check import check_fields
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormLibrary
from pipelines.records import Field, FieldState, Finding

_CONFIRMED = (DocumentState.CONFIRMED, DocumentState.EXPORTED)
_SILENT = (DocumentState.REJECTED, DocumentState.FAILED, *_CONFIRMED)
"""Documents of which nothing is asked: confirmed ones are right, the others are not of the case."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredRequest:
    """A request with its row."""

    row: CaseRequestRow
    text: RequestText


class RequestDesk:
    """Drafts, edits and prints requests; works within the caller's transaction."""

    def __init__(
        self, settings: Settings, objects: ObjectStore, forms: FormLibrary, clock: Clock
    ) -> None:
        self._settings = settings
        self._objects = objects
        self._forms = forms
        self._clock = clock

    def draft(self, session: Session, case_id: str, packet: Packet, by: Actor) -> StoredRequest:
        """Draft a request of what the case lacks, and keep it.

        Raises CASE_UNKNOWN, CASE_REQUEST_INVALID (nothing to ask for, or too much for one page).
        """
        case = lock_cases(session, [case_id])[case_id]
        contents = self._contents(session, case_id)
        points = self._points(packet, contents)
        count = session.scalar(
            select(func.count())
            .select_from(CaseRequestRow)
            .where(CaseRequestRow.case_id == case_id)
        )
        text = draft(
            points,
            titles=self._titles(packet, contents),
            recipient=self._recipient(packet, contents),
            section=self._section(packet, contents),
            reference=f"{case.number or case.id[-8:]}-{(count or 0) + 1}",
            issued_on=self._today(),
        )
        _demand_printable(demand_no_number(text))
        now = self._clock()
        row = CaseRequestRow(
            id=new_id("req"),
            case_id=case_id,
            version=1,
            body_object=self._seal(session, text),
            item_count=len(text.plain.items),
            created_by=by.id,
            created_at=now,
            updated_at=now,
        )
        session.add(row)
        session.flush()
        self._audit(session, row, "drafted", by)
        return StoredRequest(row=row, text=text)

    def edit(
        self,
        session: Session,
        case_id: str,
        request_id: str,
        text: RequestText,
        *,
        version: int,
        by: Actor,
    ) -> StoredRequest:
        """Replace the text of a request; the older wording stays sealed beside it.

        Raises CASE_UNKNOWN, CASE_CHANGED (another version than `version`), CASE_REQUEST_INVALID.
        """
        _demand_printable(demand_no_number(text))
        lock_cases(session, [case_id])
        row = self._row(session, case_id, request_id)
        if row.version != version:
            raise CodedError(ErrorCode.CASE_CHANGED, request_id)
        row.body_object = self._seal(session, text)
        row.version += 1
        row.item_count = len(text.plain.items)
        row.updated_at = self._clock()
        session.flush()
        self._audit(session, row, "edited", by)
        return StoredRequest(row=row, text=text)

    def get(self, session: Session, case_id: str, request_id: str) -> StoredRequest:
        """Load a request. Raises CASE_UNKNOWN, STORAGE_DAMAGED."""
        row = self._row(session, case_id, request_id)
        data = self._objects.get(row.body_object, session)
        try:
            return StoredRequest(row=row, text=RequestText.model_validate_json(data))
        except ValidationError:
            raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{request_id}: not understood") from None

    def listed(self, session: Session, case_id: str) -> Sequence[CaseRequestRow]:
        """List the requests of a case, newest first."""
        return session.scalars(
            select(CaseRequestRow)
            .where(CaseRequestRow.case_id == case_id)
            .order_by(CaseRequestRow.id.desc())
        ).all()

    def _row(self, session: Session, case_id: str, request_id: str) -> CaseRequestRow:
        find_case(session, case_id)
        row = session.get(CaseRequestRow, request_id, populate_existing=True)
        if row is None or row.case_id != case_id:
            raise CodedError(ErrorCode.CASE_UNKNOWN, request_id)
        return row

    def _contents(self, session: Session, case_id: str) -> dict[str, tuple[DocumentRow, Content]]:
        rows = session.scalars(
            select(DocumentRow)
            .join(CaseDocumentRow, CaseDocumentRow.document_id == DocumentRow.id)
            .where(CaseDocumentRow.case_id == case_id)
            .order_by(DocumentRow.id)
        ).all()
        return {
            row.id: (
                row,
                load_content(
                    session,
                    self._objects,
                    self._forms,
                    state=DocumentState(row.state),
                    suggestion_id=row.suggestion_id,
                    decision_id=row.decision_id,
                ),
            )
            for row in rows
        }

    def _points(
        self, packet: Packet, contents: dict[str, tuple[DocumentRow, Content]]
    ) -> list[Point]:
        points = [missing_point(need) for need in packet.missing]
        for document_id, (row, content) in contents.items():
            if DocumentState(row.state) in _SILENT or document_id in packet.replaced:
                continue
            if content.reason:
                points.append(reason_point(content.reason))
            hidden = number_names(content.form, content.fields)
            points += finding_points(self._findings(row, content), content.form, hidden=hidden)
        return points

    def _findings(self, row: DocumentRow, content: Content) -> Sequence[Finding]:
        """Give the findings that still hold: a person's corrections may have settled some."""
        if content.suggestion is None:
            return ()
        if content.form is None or row.state != DocumentState.RETURNED:
            return content.suggestion.findings
        fields = [_corrected(field, content) for field in content.fields]
        return check_fields(fields, content.form, today=self._today())

    def _titles(
        self, packet: Packet, contents: dict[str, tuple[DocumentRow, Content]]
    ) -> list[str]:
        wanted = (*packet.mains, *packet.returned)
        found = [contents[d][1].form for d in wanted if d in contents]
        titles = [form.title for form in found if form is not None]
        return list(dict.fromkeys(titles))

    def _recipient(
        self, packet: Packet, contents: dict[str, tuple[DocumentRow, Content]]
    ) -> Recipient:
        for document_id in (*packet.mains, *packet.returned):
            row, content = contents[document_id]
            confirmed = DocumentState(row.state) in (*_CONFIRMED, DocumentState.RETURNED)
            found = recipient_of(content, confirmed=confirmed)
            if found.name:
                return found
        return Recipient()

    def _section(self, packet: Packet, contents: dict[str, tuple[DocumentRow, Content]]) -> str:
        office = self._settings.case_office
        for document_id in (*packet.mains, *packet.returned):
            form = contents[document_id][1].form
            if form is not None:
                return f"{office} {category_title(form.operation.value)}担当"
        return office

    def _seal(self, session: Session, text: RequestText) -> str:
        return self._objects.put(ObjectKind.REQUEST, text.model_dump_json().encode(), session)

    def _today(self) -> date:
        return office_date(self._clock(), self._settings.time_zone)

    def _audit(self, session: Session, row: CaseRequestRow, verb: str, by: Actor) -> None:
        details = {"request": row.id, "version": row.version, "items": row.item_count}
        subject = Subject("case", row.case_id)
        append(session, by, f"case.request_{verb}", subject, details, at=row.updated_at)


def letter_of(text: RequestText, *, easy: bool) -> Letter:
    """Give one of the two wordings."""
    return text.easy if easy else text.plain


def _demand_printable(text: RequestText) -> None:
    for letter in (text.plain, text.easy):
        render_letter(text, letter)


def _corrected(field: Field, content: Content) -> Field:
    value = content.values.get(field.name)
    if value == field.value:
        # A person has looked at it and left it as it is.
        return replace(field, doubtful=False)
    state = FieldState.READ if value else FieldState.BLANK
    return replace(field, value=value, raw_text=value or "", state=state, doubtful=False)
