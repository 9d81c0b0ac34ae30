"""Routes of cases: what belongs together, and changing that."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query
from sqlalchemy.orm import Session

from ocr_service.api import examples, examples_cases
from ocr_service.api.present_cases import case_detail, document_case, list_cases
from ocr_service.api.problems import responses
from ocr_service.api.routes_documents import DocumentId
from ocr_service.api.schemas_cases import (
    CaseDetailBody,
    CaseList,
    DismissRequest,
    DocumentCaseBody,
    MergeRequest,
    MoveRequest,
    OpenCaseRequest,
    PurposeRequest,
)
from ocr_service.api.security import Guard
from ocr_service.api.services import Has, Services
from ocr_service.audit.chain import Subject, append
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.cases.dismissals import DismissalDesk, Dismisser
from ocr_service.cases.membership import CaseDesk
from ocr_service.review.queue import find_document
from ocr_service.states import CaseStatus
from ocr_service.storage.tables_cases import CaseRow
from pipelines.errors import ErrorCode

router = APIRouter(prefix="/v1", tags=["cases"])
CaseId = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$", description="案件のID")]
Reviewer = Annotated[Principal, Depends(Guard(Permission.REVIEW, person=True))]
Viewer = Annotated[Principal, Depends(Guard(Permission.CONTENT_VIEW))]
_E = ErrorCode
_ERRORS = (
    _E.AUTH_REQUIRED,
    _E.AUTH_FAILED,
    _E.AUTH_FORBIDDEN,
    _E.REQUEST_INVALID,
    _E.STORAGE_UNAVAILABLE,
)
_CHANGING = (
    *_ERRORS,
    _E.AUTH_ORIGIN,
    _E.REQUEST_TOO_LARGE,
    _E.CASE_UNKNOWN,
    _E.CASE_CHANGED,
    _E.DOCUMENT_UNKNOWN,
    _E.STORAGE_FULL,
)
_DETAIL = examples.answer(200, examples_cases.DETAIL, "案件の今の状態")
_Change = Callable[[CaseDesk, Session], CaseRow]


@router.get(
    "/cases",
    summary="案件の一覧",
    responses={**examples.answer(200, examples_cases.CASES, "新しい順"), **responses(*_ERRORS)},
)
def get_cases(
    services: Has,
    _who: Annotated[Principal, Depends(Guard(Permission.DOCUMENT_LIST))],
    status: Annotated[CaseStatus | None, Query(description="この状態の案件だけ")] = None,
    cursor: Annotated[str | None, Query(pattern=r"^[a-z0-9_]{1,40}$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CaseList:
    """List cases that have documents, newest first."""
    with services.database.reading() as session:
        items, following = list_cases(session, status, after=cursor, limit=limit)
    return CaseList(items=items, next=following)


@router.get(
    "/cases/{case_id}",
    summary="案件の書類と足りないもの",
    responses={**_DETAIL, **responses(*_ERRORS, _E.CASE_UNKNOWN)},
)
def get_case(case_id: CaseId, services: Has, who: Viewer) -> CaseDetailBody:
    """Show the packet: documents, what main forms need, what may belong here, what was changed."""
    with services.database.reading() as session:
        body = case_detail(session, services, case_id, who)
    _audit_view(services, who, case_id)
    return body


@router.get(
    "/documents/{document_id}/case",
    summary="書類の案件",
    responses={
        **examples.answer(200, examples_cases.DOCUMENT_CASE, "書類の案件（なければ null）"),
        **responses(*_ERRORS, _E.DOCUMENT_UNKNOWN),
    },
)
def get_document_case(document_id: DocumentId, services: Has, who: Viewer) -> DocumentCaseBody:
    """Show the case of a document. Without one, `proposals` says which documents may go with it."""
    with services.database.reading() as session:
        find_document(session, document_id, now=services.clock())
        body = document_case(session, services, document_id, who)
    if body.case is not None:
        _audit_view(services, who, body.case.case.id)
    return body


@router.post(
    "/documents/{document_id}/dismissals",
    summary="提案された書類を別の人の件とする",
    status_code=201,
    responses={
        **examples.answer(201, examples_cases.DOCUMENT_CASE, "書類の案件（なければ null）"),
        **responses(*_CHANGING),
    },
)
def post_dismissal(
    document_id: DocumentId,
    services: Has,
    who: Reviewer,
    request: Annotated[DismissRequest, Body(examples=[examples_cases.DISMISS_REQUEST])],
) -> DocumentCaseBody:
    """Say that a proposed document does not belong to this one, nor to its case."""
    desk = DismissalDesk(now=services.clock)
    with services.database.transaction() as session:
        desk.dismiss(session, document_id, request.document, _dismisser(who))
        return document_case(session, services, document_id, who)


@router.delete(
    "/documents/{document_id}/dismissals/{dismissal_id}",
    summary="別の件としたことを取り消す",
    responses={
        **examples.answer(200, examples_cases.DOCUMENT_CASE, "書類の案件（なければ null）"),
        **responses(*_CHANGING),
    },
)
def delete_dismissal(
    document_id: DocumentId,
    dismissal_id: Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$")],
    services: Has,
    who: Reviewer,
) -> DocumentCaseBody:
    """Take a dismissal back: the document is proposed again. 409 when there is none."""
    desk = DismissalDesk(now=services.clock)
    with services.database.transaction() as session:
        desk.restore(session, document_id, dismissal_id, _dismisser(who))
        return document_case(session, services, document_id, who)


@router.post(
    "/cases",
    summary="案件を作る・分ける",
    status_code=201,
    responses={
        **examples.answer(201, examples_cases.DETAIL, "新しい案件"),
        **responses(*_CHANGING),
    },
)
def post_case(
    services: Has,
    who: Reviewer,
    request: Annotated[OpenCaseRequest, Body(examples=[examples_cases.OPEN_REQUEST])],
) -> CaseDetailBody:
    """Open a case of documents; they leave the cases that they are in (splitting)."""
    return _changed(
        services,
        who,
        lambda desk, session: desk.open(
            session, request.documents, who, number=request.number or None
        ),
    )


@router.post(
    "/cases/{case_id}/documents",
    summary="書類を案件に移す",
    responses={**_DETAIL, **responses(*_CHANGING)},
)
def post_case_documents(
    case_id: CaseId,
    services: Has,
    who: Reviewer,
    request: Annotated[MoveRequest, Body(examples=[examples_cases.MOVE_REQUEST])],
) -> CaseDetailBody:
    """Move documents into the case, from none or from another one."""
    return _changed(
        services, who, lambda desk, session: desk.move(session, case_id, request.documents, who)
    )


@router.delete(
    "/cases/{case_id}/documents/{document_id}",
    summary="書類を案件から外す",
    responses={**_DETAIL, **responses(*_CHANGING)},
)
def delete_case_document(
    case_id: CaseId, document_id: DocumentId, services: Has, who: Reviewer
) -> CaseDetailBody:
    """Take a document out of the case; it is in none then."""
    return _changed(
        services, who, lambda desk, session: desk.remove(session, case_id, document_id, who)
    )


@router.put(
    "/cases/{case_id}/documents/{document_id}/purpose",
    summary="書類が何であるかを決める",
    responses={**_DETAIL, **responses(*_CHANGING)},
)
def put_purpose(
    case_id: CaseId,
    document_id: DocumentId,
    services: Has,
    who: Reviewer,
    request: Annotated[PurposeRequest, Body(examples=[examples_cases.PURPOSE_REQUEST])],
) -> CaseDetailBody:
    """Say that a paper is a main form, one of the attachments needed, or neither."""
    return _changed(
        services,
        who,
        lambda desk, session: desk.set_purpose(session, case_id, document_id, request.purpose, who),
    )


@router.post(
    "/cases/{case_id}/merge",
    summary="ほかの案件をまとめる",
    responses={**_DETAIL, **responses(*_CHANGING)},
)
def post_merge(
    case_id: CaseId,
    services: Has,
    who: Reviewer,
    request: Annotated[MergeRequest, Body(examples=[examples_cases.MERGE_REQUEST])],
) -> CaseDetailBody:
    """Move all documents of another case here; what comes under its number comes here too."""
    return _changed(
        services, who, lambda desk, session: desk.merge(session, case_id, request.other, who)
    )


@router.post(
    "/cases/{case_id}/changes/{change_id}/undo",
    summary="案件の変更を元に戻す",
    responses={**_DETAIL, **responses(*_CHANGING)},
)
def post_undo(
    case_id: CaseId,
    change_id: Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$")],
    services: Has,
    who: Reviewer,
) -> CaseDetailBody:
    """Move back what a change moved. 409 when the documents are elsewhere by now."""
    return _changed(
        services, who, lambda desk, session: desk.undo(session, case_id, change_id, who)
    )


def _changed(services: Services, who: Principal, change: _Change) -> CaseDetailBody:
    desk = CaseDesk(services.cases, now=services.clock)
    with services.database.transaction() as session:
        row = change(desk, session)
        return case_detail(session, services, row.id, who)


def _dismisser(who: Principal) -> Dismisser:
    return Dismisser(actor=who.actor, id=who.id, name=who.display_name)


def _audit_view(services: Services, who: Principal, case_id: str) -> None:
    with services.database.transaction() as session:
        append(session, who.actor, "case.viewed", Subject("case", case_id), at=services.clock())
