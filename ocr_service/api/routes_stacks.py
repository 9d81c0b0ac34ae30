"""Routes about posted stacks: how a file was split into documents, and correcting it."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends
from sqlalchemy.orm import Session

from ocr_service.api import examples_stacks as examples
from ocr_service.api.examples import DOCUMENT, answer
from ocr_service.api.present import document_body, form_ref
from ocr_service.api.problems import responses
from ocr_service.api.routes_documents import DocumentId
from ocr_service.api.routes_review import REVIEW_ERRORS, Reviewer
from ocr_service.api.schemas import DocumentBody
from ocr_service.api.schemas_stacks import (
    StackBody,
    StackChangeRequest,
    StackDocumentBody,
    StackPageBody,
)
from ocr_service.api.security import Guard
from ocr_service.api.services import Has, Services
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.review.queue import find_document
from ocr_service.review.restack import StackDesk, documents_of
from ocr_service.states import DocumentState
from ocr_service.storage.tables import DocumentRow, StackRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.split import PageRole

router = APIRouter(prefix="/v1/documents/{document_id}/stack", tags=["review"])
_E = ErrorCode


@router.get(
    "",
    summary="同じファイルの書類とページ",
    responses={
        **answer(200, examples.STACK, "どのページがどの書類か"),
        **responses(
            _E.AUTH_REQUIRED,
            _E.AUTH_FAILED,
            _E.AUTH_FORBIDDEN,
            _E.REQUEST_INVALID,
            _E.DOCUMENT_UNKNOWN,
        ),
    },
)
def get_stack(
    document_id: DocumentId,
    services: Has,
    who: Annotated[Principal, Depends(Guard(Permission.DOCUMENT_STATUS))],
) -> StackBody:
    """Say which documents the posted file holds, page by page. No content."""
    with services.database.reading() as session:
        item = find_document(session, document_id, now=services.clock())
        if not who.may(Permission.DOCUMENT_LIST) and item.station != who.name:
            raise CodedError(ErrorCode.DOCUMENT_UNKNOWN, document_id)
        return _stack_body(session, services, item.row)


@router.post(
    "",
    summary="書類の区切りを直す",
    status_code=202,
    responses={
        **answer(202, DOCUMENT, "直した書類（読み直しを受け付けました）"),
        **responses(*REVIEW_ERRORS, _E.DOCUMENT_CLAIMED),
    },
)
def change_stack(
    document_id: DocumentId,
    services: Has,
    who: Reviewer,
    request: Annotated[StackChangeRequest, Body(openapi_examples=examples.CHANGES)],
) -> DocumentBody:
    """Merge with the document before, cut before a page, or take a page in; documents read anew.

    Answers with the document that the pages are in now. 409 when a document concerned was decided,
    is being read, or is in review with another person.
    """
    with services.database.transaction() as session:
        desk = StackDesk(services.jobs, services.cases, now=services.clock())
        if request.action == "merge_previous":
            row = desk.merge_previous(session, document_id, who)
        elif request.page is None:
            raise CodedError(ErrorCode.REQUEST_INVALID, "page: is needed")
        elif request.action == "cut_before":
            row = desk.cut_before(session, document_id, request.page, who)
        else:
            row = desk.take_page(session, document_id, request.page, who)
        session.flush()
        item = find_document(session, row.id, now=services.clock())
        return document_body(item, services.forms, who)


def _stack_body(session: Session, services: Services, row: DocumentRow) -> StackBody:
    stack = session.get(StackRow, row.stack_id) if row.stack_id else None
    rows = [row] if stack is None else documents_of(session, stack.id)
    documents = [_document_body(services, each) for each in rows]
    owner = {number: each.id for each in documents for number in each.pages}
    if stack is None:
        numbers = documents[0].pages
        pages: list[dict[str, object]] = [
            {"number": n, "role": PageRole.UNKNOWN.value} for n in numbers
        ]
    else:
        pages = stack.pages
    return StackBody(
        id=None if stack is None else stack.id,
        page_count=len(pages),
        pages=[_page_body(services, page, owner) for page in pages],
        documents=documents,
    )


def _document_body(services: Services, row: DocumentRow) -> StackDocumentBody:
    pages = row.pages if row.pages is not None else list(range(1, row.page_count + 1))
    return StackDocumentBody.model_validate(
        {
            "id": row.id,
            "pages": pages,
            "reason": row.cut_reason,
            "state": DocumentState(row.state),
            "form": form_ref(services.forms, row.form_id, row.form_revision),
        }
    )


def _page_body(services: Services, page: dict[str, object], owner: dict[int, str]) -> StackPageBody:
    form, revision = page.get("form"), page.get("revision")
    known = isinstance(form, str) and isinstance(revision, str)
    return StackPageBody.model_validate(
        {
            "number": page["number"],
            "role": page["role"],
            "form": form_ref(services.forms, str(form), str(revision)) if known else None,
            "form_page": page.get("form_page"),
            "document_id": owner.get(int(str(page["number"]))),
        }
    )
