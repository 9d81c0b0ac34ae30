"""Routes of stations and the queue: post a document, see what became of it."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from ocr_service.api import examples
from ocr_service.api.present import document_body, quality_body
from ocr_service.api.problems import responses
from ocr_service.api.schemas import DocumentBody, DocumentList, ReceiptBody
from ocr_service.api.security import Guard
from ocr_service.api.services import Has, Services
from ocr_service.api.upload import Upload, receive_upload, safe_suffix
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.cases.grouping import NUMBER_PATTERN, Grouping, check_number
from ocr_service.intake.receive import Receipt
from ocr_service.review.queue import QueueFilter, count_states, find_document, list_documents
from ocr_service.states import DocumentState
from pipelines.errors import CodedError, ErrorCode

router = APIRouter(prefix="/v1/documents", tags=["documents"])
DocumentId = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$", description="書類のID")]
_ID = re.compile(r"[a-z0-9_]{1,40}")
_E = ErrorCode
_ACCESS = (_E.AUTH_REQUIRED, _E.AUTH_FAILED, _E.AUTH_FORBIDDEN, _E.REQUEST_INVALID)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "画像または PDF。そのまま（raw）か、multipart の `file`。",
        "content": {
            "application/octet-stream": _BINARY,
            "image/jpeg": _BINARY,
            "image/png": _BINARY,
            "image/tiff": _BINARY,
            "image/heic": _BINARY,
            "image/jp2": _BINARY,
            "application/pdf": _BINARY,
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "case": {"type": "string", "description": "案件番号"},
                        "batch": {"type": "string", "description": "続ける受付のID"},
                        "case_of_batch": {"type": "string", "enum": ["true", "false"]},
                    },
                }
            },
        },
    }
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where a document belongs, by the words of its station."""

    number: str | None
    batch: str | None
    by_batch: bool


@router.post(
    "",
    status_code=202,
    summary="書類を送る",
    response_model=ReceiptBody,
    openapi_extra=_BODY,
    responses={
        **examples.answer(202, examples.RECEIPT, "受け付けました。内容は暗号化して保管済みです。"),
        **responses(
            *_ACCESS,
            _E.AUTH_ORIGIN,
            _E.FILE_EMPTY,
            _E.FILE_TRUNCATED,
            _E.FILE_ENCRYPTED,
            _E.FILE_CORRUPT,
            _E.FILE_TOO_LARGE,
            _E.FILE_UNSUPPORTED,
            _E.IMAGE_TOO_LARGE,
            _E.IMAGE_TOO_SMALL,
            _E.PAGES_TOO_MANY,
            _E.IDEMPOTENCY_CONFLICT,
            _E.REQUEST_TIMEOUT,
            _E.SERVICE_BUSY,
            _E.STORAGE_FULL,
            _E.STORAGE_UNAVAILABLE,
        ),
    },
)
async def post_document(
    request: Request,
    response: Response,
    services: Has,
    who: Annotated[Principal, Depends(Guard(Permission.DOCUMENT_SUBMIT))],
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            pattern=r"^[!-~]+$",
            description="同じ送信を繰り返しても一度だけ受け付けるための鍵",
        ),
    ] = None,
    x_file_name: Annotated[
        str | None, Header(max_length=255, description="元のファイル名（拡張子だけを残します）")
    ] = None,
    x_case_number: Annotated[
        str | None, Header(max_length=40, pattern=NUMBER_PATTERN, description="`case` と同じ")
    ] = None,
    case: Annotated[
        str | None,
        Query(
            max_length=40,
            pattern=NUMBER_PATTERN,
            description="案件番号。同じ番号の書類は1つの案件になります",
        ),
    ] = None,
    batch: Annotated[
        str | None,
        Query(pattern=r"^[a-z0-9_]{1,40}$", description="続ける受付のID（`batch_id`）"),
    ] = None,
    case_of_batch: Annotated[
        bool | None, Query(description="この受付（batch）の書類を1つの案件にする")
    ] = None,
) -> ReceiptBody:
    """Post one document: raw body with its media type, or multipart with the part `file`.

    When this answers 202, the document is encrypted, on disk and queued for reading. The quality
    verdict says whether it should be scanned again. The same `Idempotency-Key` with the same bytes
    gives the first answer again (`duplicate`). `case`, `batch` and `case_of_batch` may stand in the
    query or be parts of the multipart body; `X-Case-Number` is the same as `case`.
    """
    limit = services.settings.upload_bytes
    with services.uploads.reserve(_announced(request, limit)):
        upload = await receive_upload(request, limit=limit)
        suffix = upload.suffix or safe_suffix(x_file_name)
        place = _place(upload.texts, (case, x_case_number), batch, case_of_batch)
        receipt = await run_in_threadpool(
            _receive, services, who, upload, suffix, idempotency_key, place
        )
    response.headers["Location"] = f"/v1/documents/{receipt.document_id}"
    return ReceiptBody(
        id=receipt.document_id,
        batch_id=receipt.batch_id,
        state=receipt.state,
        duplicate=receipt.duplicate,
        page_count=receipt.page_count,
        case_id=receipt.case_id,
        quality=[quality_body(verdict) for verdict in receipt.quality],
    )


@router.get(
    "",
    summary="書類の一覧",
    responses={**examples.answer(200, examples.DOCUMENTS, "一覧の1ページ"), **responses(*_ACCESS)},
)
def get_documents(
    services: Has,
    who: Annotated[Principal, Depends(Guard(Permission.DOCUMENT_LIST))],
    state: Annotated[list[DocumentState], Query(description="この状態の書類だけ")] = [],  # noqa: B006
    form: Annotated[str | None, Query(max_length=64, description="この様式の書類だけ")] = None,
    category: Annotated[str | None, Query(max_length=96, description="この分類だけ")] = None,
    mine: Annotated[bool, Query(description="自分が確認中の書類だけ")] = False,
    newest: Annotated[bool, Query(description="新しい順（既定は古い順）")] = False,
    cursor: Annotated[str | None, Query(pattern=r"^[a-z0-9_]{1,40}$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DocumentList:
    """List documents, oldest first. `counts` are of all states, for the form when one is given."""
    now = services.clock()
    wanted = QueueFilter(
        states=frozenset(state),
        form_id=form,
        category=category,
        mine=who.id if mine else None,
        newest_first=newest,
    )
    with services.database.reading() as session:
        items, following = list_documents(session, wanted, after=cursor, limit=limit, now=now)
        counts = count_states(session, now, form_id=form)
        bodies = [document_body(item, services.forms, who) for item in items]
    return DocumentList(items=bodies, next=following, counts=dict(counts))


@router.get(
    "/{document_id}",
    summary="書類の状態",
    responses={
        **examples.answer(200, examples.DOCUMENT, "書類の状態（内容は含みません）"),
        **responses(*_ACCESS, _E.DOCUMENT_UNKNOWN),
    },
)
def get_document(
    document_id: DocumentId,
    services: Has,
    who: Annotated[Principal, Depends(Guard(Permission.DOCUMENT_STATUS))],
) -> DocumentBody:
    """Say where a document stands. A station sees its own documents only."""
    with services.database.reading() as session:
        item = find_document(session, document_id, now=services.clock())
        if not who.may(Permission.DOCUMENT_LIST) and item.station != who.name:
            raise CodedError(ErrorCode.DOCUMENT_UNKNOWN, document_id)
        return document_body(item, services.forms, who)


def _place(
    texts: Mapping[str, str],
    numbers: tuple[str | None, ...],
    batch: str | None,
    by_batch: bool | None,
) -> _Place:
    """Put together what query, headers and parts of the body say. Raises REQUEST_INVALID."""
    number = _one("case", *numbers, texts.get("case"))
    continued = _one("batch", batch, texts.get("batch"))
    if continued is not None and not _ID.fullmatch(continued):
        raise CodedError(ErrorCode.REQUEST_INVALID, "batch: not an id")
    return _Place(
        number=None if number is None else check_number(number),
        batch=continued,
        by_batch=bool(by_batch) or texts.get("case_of_batch") == "true",
    )


def _one(name: str, *said: str | None) -> str | None:
    """Give what was said in any of the places. Raises REQUEST_INVALID for two different values."""
    values = {value for value in said if value}
    if len(values) > 1:
        raise CodedError(ErrorCode.REQUEST_INVALID, f"{name}: two different values")
    return values.pop() if values else None


def _announced(request: Request, limit: int) -> int:
    """Memory to set aside for a posting: what it announces, or the most there may be."""
    with suppress(ValueError):
        return min(limit, max(0, int(request.headers.get("content-length", ""))))
    return limit


def _receive(
    services: Services,
    who: Principal,
    upload: Upload,
    suffix: str | None,
    idempotency_key: str | None,
    place: _Place,
) -> Receipt:
    return services.intake.receive(
        upload.data,
        station=who.name,
        actor=who.actor,
        media_type=upload.media_type,
        suffix=suffix,
        idempotency_key=idempotency_key,
        batch_id=place.batch,
        grouping=Grouping(number=place.number, by_batch=place.by_batch),
    )
