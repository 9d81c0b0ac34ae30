"""Routes of reviewers: claim, release, decide, read again."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query
from sqlalchemy.orm import Session

from ocr_service.api import examples
from ocr_service.api.present import decision_body, document_body
from ocr_service.api.problems import responses
from ocr_service.api.routes_documents import DocumentId
from ocr_service.api.schemas import DecisionBody, DecisionRequest, DocumentBody, FormPinRequest
from ocr_service.api.security import Guard
from ocr_service.api.services import Has, Services
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.loop.examples import keep_example
from ocr_service.review.claims import claim, release
from ocr_service.review.decide import Verdict, decide
from ocr_service.review.queue import find_document, lock_document
from ocr_service.review.reread import read_as, retry
from pipelines.errors import ErrorCode
from pipelines.records import FormKey

router = APIRouter(prefix="/v1/documents/{document_id}", tags=["review"])
_E = ErrorCode
_ERRORS = (
    _E.AUTH_REQUIRED,
    _E.AUTH_FAILED,
    _E.AUTH_FORBIDDEN,
    _E.AUTH_ORIGIN,
    _E.REQUEST_INVALID,
    _E.REQUEST_TOO_LARGE,
    _E.DOCUMENT_UNKNOWN,
    _E.DOCUMENT_STATE,
    _E.STORAGE_UNAVAILABLE,
)
REVIEW_ERRORS = _ERRORS
_DOCUMENT = examples.answer(200, examples.DOCUMENT, "書類の新しい状態")
Reviewer = Annotated[Principal, Depends(Guard(Permission.REVIEW, person=True))]


@router.post(
    "/claim",
    summary="確認を始める",
    responses={**_DOCUMENT, **responses(*_ERRORS, _E.DOCUMENT_CLAIMED)},
)
def claim_document(
    document_id: DocumentId,
    services: Has,
    who: Reviewer,
    take_over: Annotated[bool, Query(description="他の人が確認中でも引き取る")] = False,
) -> DocumentBody:
    """Take a document, or prolong one's own claim. Claims run out after a while by themselves."""
    now = services.clock()
    lasting = timedelta(minutes=services.settings.claim_minutes)
    with services.database.transaction() as session:
        claim(session, document_id, who, lasting=lasting, now=now, take_over=take_over)
        return _document(session, services, document_id, who)


@router.post(
    "/release",
    summary="確認をやめて列に戻す",
    responses={**_DOCUMENT, **responses(*_ERRORS, _E.DOCUMENT_CLAIMED)},
)
def release_document(document_id: DocumentId, services: Has, who: Reviewer) -> DocumentBody:
    """Give a claimed document back to the queue."""
    with services.database.transaction() as session:
        release(session, document_id, who, now=services.clock())
        return _document(session, services, document_id, who)


@router.post(
    "/decision",
    summary="確定・返戻・却下する",
    responses={
        **examples.answer(200, examples.DECISION, "記録した決定"),
        **responses(
            *_ERRORS,
            _E.DOCUMENT_CLAIMED,
            _E.SUGGESTION_STALE,
            _E.DECISION_INVALID,
            _E.STORAGE_FULL,
        ),
    },
)
def post_decision(
    document_id: DocumentId,
    services: Has,
    who: Reviewer,
    request: Annotated[
        DecisionRequest,
        Body(
            openapi_examples={
                "confirm": {"summary": "訂正して確定", "value": examples.DECISION_REQUEST},
                "return": {"summary": "返戻", "value": examples.RETURN_REQUEST},
            }
        ),
    ],
) -> DecisionBody:
    """Decide on exactly the suggestion that was shown; a stale one is refused with 409.

    Values that are not named keep the suggested value; masked values that come back as they were
    shown stay what they were. On two-person forms the first confirmation answers with the state
    `awaiting_review`.
    """
    verdict = Verdict(
        suggestion_id=request.suggestion_id,
        action=request.action,
        values=request.values,
        reason=request.reason,
    )
    with services.database.transaction() as session:
        lock_document(session, document_id)
        services.cases.hold(session, document_id)
        record = decide(
            session,
            services.objects,
            services.forms,
            document_id,
            verdict,
            who,
            now=services.clock(),
        )
        services.cases.document_changed(session, document_id)
        _learn(session, services, document_id)
        state = find_document(session, document_id, now=services.clock()).state
    return decision_body(record, state, unmasked=False)


@router.post(
    "/form",
    summary="様式を指定して読み直す",
    status_code=202,
    responses={
        **examples.answer(202, examples.DOCUMENT, "読み直しを受け付けました"),
        **responses(*_ERRORS, _E.DOCUMENT_CLAIMED, _E.FORM_UNKNOWN),
    },
)
def pin_form(
    document_id: DocumentId, services: Has, who: Reviewer, request: FormPinRequest
) -> DocumentBody:
    """Read the document again as this form; a newer suggestion comes of it."""
    key = FormKey(id=request.form_id, revision=request.revision)
    services.forms.get(key)
    with services.database.transaction() as session:
        read_as(session, services.jobs, document_id, key, who, now=services.clock())
        return _document(session, services, document_id, who)


@router.post(
    "/retry",
    summary="失敗した書類を読み直す",
    status_code=202,
    responses={
        **examples.answer(202, examples.DOCUMENT, "読み直しを受け付けました"),
        **responses(*_ERRORS),
    },
)
def retry_document(
    document_id: DocumentId,
    services: Has,
    who: Annotated[Principal, Depends(Guard(Permission.RETRY))],
) -> DocumentBody:
    """Read a failed document once more. 409 when it did not fail or can't succeed."""
    with services.database.transaction() as session:
        retry(session, services.jobs, document_id, who, now=services.clock())
        return _document(session, services, document_id, who)


def _learn(session: Session, services: Services, document_id: str) -> None:
    """Keep what was confirmed as training examples where the office's retention rule says so."""
    settings, now = services.settings, services.clock()
    session.flush()
    keep_example(
        services.database,
        session,
        services.objects,
        settings,
        document_id,
        time_zone=settings.time_zone,
        now=now,
    )


def _document(
    session: Session, services: Services, document_id: str, who: Principal
) -> DocumentBody:
    session.flush()
    item = find_document(session, document_id, now=services.clock())
    return document_body(item, services.forms, who)
