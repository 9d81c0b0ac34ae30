"""Routes of requests to complete (補正依頼). The service drafts and prints; people send."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Response

from ocr_service.api import examples, examples_cases
from ocr_service.api.present_cases import request_body
from ocr_service.api.problems import responses
from ocr_service.api.routes_cases import CaseId, Reviewer, Viewer
from ocr_service.api.schemas_cases import CaseRequestBody, CaseRequestEdit
from ocr_service.api.services import Has, Services
from ocr_service.audit.chain import Subject, append
from ocr_service.auth.principal import Principal
from ocr_service.cases.letter_pdf import page_picture, render_letter
from ocr_service.cases.requests import StoredRequest, letter_of
from pipelines.errors import ErrorCode

router = APIRouter(prefix="/v1/cases/{case_id}/requests", tags=["cases"])
RequestId = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$", description="補正依頼のID")]
_E = ErrorCode
_ERRORS = (
    _E.AUTH_REQUIRED,
    _E.AUTH_FAILED,
    _E.AUTH_FORBIDDEN,
    _E.REQUEST_INVALID,
    _E.CASE_UNKNOWN,
    _E.STORAGE_DAMAGED,
    _E.STORAGE_UNAVAILABLE,
)
_CHANGING = (
    *_ERRORS,
    _E.AUTH_ORIGIN,
    _E.REQUEST_TOO_LARGE,
    _E.CASE_REQUEST_INVALID,
    _E.STORAGE_FULL,
)


class Wording(StrEnum):
    """The two wordings of a request."""

    PLAIN = "plain"
    EASY = "easy"


Words = Annotated[Wording, Query(description="`plain` は通常の文、`easy` は やさしい日本語")]


def _file(media: str) -> dict[int | str, dict[str, Any]]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"description": "A4 1枚", "content": {media: binary}}}


@router.post(
    "",
    summary="補正依頼の案を作る",
    status_code=201,
    responses={
        **examples.answer(201, examples_cases.REQUEST, "保存した案"),
        **responses(*_CHANGING),
    },
)
def post_request(case_id: CaseId, services: Has, who: Reviewer) -> CaseRequestBody:
    """Draft a request: what is missing, what the citizen can mend, and why.

    422 when there is nothing to ask for. Nothing is sent.
    """
    with services.database.transaction() as session:
        packet = services.cases.packet(session, case_id)
        stored = services.requests.draft(session, case_id, packet, who.actor)
        return request_body(stored)


@router.get(
    "/{request_id}",
    summary="補正依頼の文",
    responses={
        **examples.answer(200, examples_cases.REQUEST, "補正依頼"),
        **responses(*_ERRORS),
    },
)
def get_request(
    case_id: CaseId, request_id: RequestId, services: Has, who: Viewer
) -> CaseRequestBody:
    """Show the text of a request; looking is audited."""
    return request_body(_viewed(services, who, case_id, request_id, "viewed"))


@router.put(
    "/{request_id}",
    summary="補正依頼の文を直す",
    responses={
        **examples.answer(200, examples_cases.REQUEST, "保存した補正依頼"),
        **responses(*_CHANGING, _E.CASE_CHANGED),
    },
)
def put_request(
    case_id: CaseId,
    request_id: RequestId,
    services: Has,
    who: Reviewer,
    request: Annotated[CaseRequestEdit, Body(examples=[examples_cases.REQUEST_EDIT])],
) -> CaseRequestBody:
    """Keep an edited text. 409 when somebody else edited it meanwhile.

    A 個人番号 in the text, and more than fits on one page, are refused.
    """
    with services.database.transaction() as session:
        stored = services.requests.edit(
            session, case_id, request_id, request.text, version=request.version, by=who.actor
        )
        return request_body(stored)


@router.get(
    "/{request_id}/pdf",
    summary="補正依頼の PDF",
    response_class=Response,
    responses={**_file("application/pdf"), **responses(*_ERRORS)},
)
def get_request_pdf(
    case_id: CaseId,
    request_id: RequestId,
    services: Has,
    who: Viewer,
    wording: Words = Wording.PLAIN,
) -> Response:
    """Give one wording on an A4 page, for a person to send; fetching it is audited."""
    stored = _viewed(services, who, case_id, request_id, "printed", wording=wording.value)
    name = f"request-{stored.row.id}-{wording.value}.pdf"
    return Response(
        _pdf(stored, wording),
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get(
    "/{request_id}/image",
    summary="補正依頼の見本の画像",
    response_class=Response,
    responses={**_file("image/png"), **responses(*_ERRORS)},
)
def get_request_image(
    case_id: CaseId,
    request_id: RequestId,
    services: Has,
    who: Viewer,
    wording: Words = Wording.PLAIN,
) -> Response:
    """Show one wording as it is printed; looking is audited."""
    stored = _viewed(services, who, case_id, request_id, "viewed", wording=wording.value)
    return Response(page_picture(_pdf(stored, wording)), media_type="image/png")


def _pdf(stored: StoredRequest, wording: Wording) -> bytes:
    return render_letter(stored.text, letter_of(stored.text, easy=wording is Wording.EASY))


def _viewed(
    services: Services,
    who: Principal,
    case_id: str,
    request_id: str,
    verb: str,
    **details: object,
) -> StoredRequest:
    with services.database.transaction() as session:
        stored = services.requests.get(session, case_id, request_id)
        found = {"request": request_id, "version": stored.row.version, **details}
        subject = Subject("case", case_id)
        append(session, who.actor, f"case.request_{verb}", subject, found, at=services.clock())
    return stored
