"""From cases and packets to the bodies of the API."""

from collections.abc import Collection, Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ocr_service.api.present import document_body, form_ref_of
from ocr_service.api.schemas_cases import (
    CaseBody,
    CaseChangeBody,
    CaseDetailBody,
    CaseDocumentBody,
    CaseRequestBody,
    CaseRequestRef,
    DismissalBody,
    DocumentCaseBody,
    NeedBody,
    ProposalBody,
)
from ocr_service.api.services import Services
from ocr_service.audit.chain import as_utc
from ocr_service.auth.principal import Principal
from ocr_service.cases.dismissals import list_dismissals
from ocr_service.cases.membership import changes_of
from ocr_service.cases.people import Proposal
from ocr_service.cases.records import Need, Packet
from ocr_service.cases.requests import StoredRequest
from ocr_service.cases.store import case_of, definition, find_case, members
from ocr_service.review.queue import QueueItem, find_documents
from ocr_service.states import CaseStatus, DocumentState
from ocr_service.storage.tables_cases import CaseChangeRow, CaseDocumentRow, CaseRow
from pipelines.records import FormKey

_PARTS = {
    DocumentState.RECEIVED: "unread",
    DocumentState.PROCESSING: "unread",
    DocumentState.FAILED: "failed",
    DocumentState.RETURNED: "returned",
    DocumentState.REJECTED: "rejected",
}


def case_body(row: CaseRow, document_count: int) -> CaseBody:
    """One case as lists show it."""
    return CaseBody(
        id=row.id,
        number=row.number,
        status=CaseStatus(row.status),
        missing=row.missing,
        version=row.version,
        document_count=document_count,
        opened_at=as_utc(row.opened_at),
        updated_at=as_utc(row.updated_at),
    )


def list_cases(
    session: Session, status: CaseStatus | None, *, after: str | None, limit: int
) -> tuple[list[CaseBody], str | None]:
    """List cases that have documents, newest first, and give the cursor of the next page."""
    counts = (
        select(CaseDocumentRow.case_id, func.count().label("documents"))
        .group_by(CaseDocumentRow.case_id)
        .subquery()
    )
    query = select(CaseRow, counts.c.documents).join(counts, counts.c.case_id == CaseRow.id)
    if status is not None:
        query = query.where(CaseRow.status == status.value)
    if after is not None:
        query = query.where(CaseRow.id < after)
    found = session.execute(query.order_by(CaseRow.id.desc()).limit(limit + 1)).all()
    bodies = [case_body(row, count) for row, count in found[:limit]]
    return bodies, bodies[-1].id if len(found) > limit else None


def case_detail(
    session: Session, services: Services, case_id: str, who: Principal
) -> CaseDetailBody:
    """Show a case as it stands now. Raises CASE_UNKNOWN."""
    row = find_case(session, case_id)
    rows = {member.document_id: member for member in members(session, case_id)}
    packet = services.cases.packet(session, case_id)
    items = find_documents(session, list(rows), now=services.clock())
    forms = {item.row.id: item for item in items}
    proposals = services.cases.people.proposals(session, list(rows), case_id=case_id)
    return CaseDetailBody(
        case=case_body(row, len(rows)),
        documents=[_document(services, item, rows[item.row.id], packet, who) for item in items],
        needs=[_need(services, need, forms[need.main]) for need in packet.needs],
        proposals=proposal_bodies(session, services, proposals, who),
        dismissed=dismissal_bodies(session, services, list(rows), who),
        changes=[_change(change) for change in changes_of(session, case_id)],
        requests=[
            CaseRequestRef(
                id=request.id,
                version=request.version,
                item_count=request.item_count,
                created_at=as_utc(request.created_at),
                updated_at=as_utc(request.updated_at),
            )
            for request in services.requests.listed(session, case_id)
        ],
    )


def proposal_bodies(
    session: Session, services: Services, proposals: Iterable[Proposal], who: Principal
) -> list[ProposalBody]:
    """Show proposals with their documents, in their order."""
    known = {proposal.document_id: proposal for proposal in proposals}
    cases = {p.case_id for p in known.values() if p.case_id is not None}
    rows = session.execute(select(CaseRow.id, CaseRow.number).where(CaseRow.id.in_(cases)))
    numbers = {case_id: number for case_id, number in rows}
    items = find_documents(session, list(known), now=services.clock())
    return [
        ProposalBody(
            document=document_body(item, services.forms, who),
            case_id=item.case_id,
            case_number=numbers.get(item.case_id) if item.case_id else None,
            bases=[basis.value for basis in known[item.row.id].bases],
        )
        for item in reversed(items)
    ]


def document_case(
    session: Session, services: Services, document_id: str, who: Principal
) -> DocumentCaseBody:
    """Show the case of a document; without one, what may go with it."""
    case_id = case_of(session, document_id)
    if case_id is not None:
        detail = case_detail(session, services, case_id, who)
        return DocumentCaseBody(case=detail, proposals=[], dismissed=[])
    found = services.cases.people.proposals(session, [document_id], case_id=None)
    return DocumentCaseBody(
        case=None,
        proposals=proposal_bodies(session, services, found, who),
        dismissed=dismissal_bodies(session, services, [document_id], who),
    )


def dismissal_bodies(
    session: Session, services: Services, documents: Collection[str], who: Principal
) -> list[DismissalBody]:
    """Show what was dismissed for `documents`, the newest first."""
    found = list_dismissals(session, documents)
    items = find_documents(session, [each.document_id for each in found], now=services.clock())
    known = {item.row.id: document_body(item, services.forms, who) for item in items}
    return [
        DismissalBody(id=each.id, document=known[each.document_id], by=each.user_name, at=each.at)
        for each in found
        if each.document_id in known
    ]


def request_body(stored: StoredRequest) -> CaseRequestBody:
    """Show a request to complete."""
    row = stored.row
    return CaseRequestBody(
        id=row.id,
        case_id=row.case_id,
        version=row.version,
        created_at=as_utc(row.created_at),
        updated_at=as_utc(row.updated_at),
        text=stored.text,
    )


def _document(
    services: Services, item: QueueItem, member: CaseDocumentRow, packet: Packet, who: Principal
) -> CaseDocumentBody:
    document_id = item.row.id
    part = _PARTS.get(DocumentState(item.row.state))
    if part is None:
        used = any(document_id in need.documents for need in packet.needs)
        part = "main" if document_id in packet.mains else "attachment" if used else "other"
    return CaseDocumentBody.model_validate(
        {
            "document": document_body(item, services.forms, who),
            "origin": member.origin,
            "part": part,
            "purpose": member.purpose,
            "replaced": document_id in packet.replaced,
        }
    )


def _need(services: Services, need: Need, main: QueueItem) -> NeedBody:
    assert main.row.form_id is not None and main.row.form_revision is not None
    key = FormKey(id=main.row.form_id, revision=main.row.form_revision)
    form = form_ref_of(definition(services.forms, key))
    assert form is not None
    return NeedBody(
        key=need.key,
        main=need.main,
        main_form=form,
        number=need.number,
        label=need.label,
        ground=need.ground,
        conditional=need.conditional,
        state=need.state.value,
        documents=list(need.documents),
        match=need.match.value if need.match else None,
    )


def _change(row: CaseChangeRow) -> CaseChangeBody:
    return CaseChangeBody.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "by": row.user_name,
            "at": as_utc(row.at),
            "documents": [str(step["document"]) for step in row.steps],
            "undone": row.undone_by is not None,
        }
    )
