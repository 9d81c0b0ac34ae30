"""Routes of exports: files of confirmed records."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from ocr_service.api import examples
from ocr_service.api.present import definition_of, export_body
from ocr_service.api.problems import responses
from ocr_service.api.schemas_office import ExportBody, ExportList, ExportRequest
from ocr_service.api.security import Guard
from ocr_service.api.services import Has
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.export.files import MEDIA_TYPES, media_type_of
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import FormKey

router = APIRouter(prefix="/v1/exports", tags=["exports"])
ExportId = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$")]
Exporter = Annotated[Principal, Depends(Guard(Permission.EXPORT))]
_E = ErrorCode
_ERRORS = (
    _E.AUTH_REQUIRED,
    _E.AUTH_FAILED,
    _E.AUTH_FORBIDDEN,
    _E.REQUEST_INVALID,
    _E.STORAGE_UNAVAILABLE,
)
_CHANGING = (*_ERRORS, _E.AUTH_ORIGIN, _E.REQUEST_TOO_LARGE)


@router.post(
    "",
    summary="確定した書類を出力する",
    status_code=201,
    responses={
        **examples.answer(201, examples.EXPORT, "出力ファイル"),
        **responses(*_CHANGING, _E.FORM_UNKNOWN, _E.EXPORT_EMPTY, _E.SERVICE_BUSY, _E.STORAGE_FULL),
    },
)
def post_export(
    response: Response,
    services: Has,
    who: Exporter,
    request: Annotated[
        ExportRequest, Body(examples=[{"form_id": "child-allowance-claim", "format": "csv"}])
    ],
) -> ExportBody:
    """Put all confirmed documents of a form that are in no file yet into one (at most 2000).

    Every decision leaves in exactly one file. Without `revision` the file holds the revision of
    the oldest waiting document; call again while `pending` of the list is not nought.
    """
    reason = request.unmask_reason.strip()
    if reason and not who.may(Permission.NUMBER_UNMASK):
        raise CodedError(ErrorCode.AUTH_FORBIDDEN, f"needs {Permission.NUMBER_UNMASK}")
    row = services.outbox.create(
        request.form_id, request.revision, request.format, who.actor, unmask=reason
    )
    response.headers["Location"] = f"/v1/exports/{row.id}/file"
    return export_body(row, services.forms)


@router.get(
    "",
    summary="出力ファイルの一覧",
    responses={**examples.answer(200, examples.EXPORTS, "新しい順"), **responses(*_ERRORS)},
)
def get_exports(
    services: Has,
    _who: Annotated[Principal, Depends(Guard(Permission.EXPORT_LIST))],
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ExportList:
    """List export files, newest first, and how many confirmed documents wait by form."""
    rows = services.outbox.list(limit=limit)
    items = [export_body(row, services.forms) for row in rows]
    return ExportList(items=items, pending=dict(services.outbox.pending()))


@router.get(
    "/{export_id}/file",
    summary="出力ファイルを受け取る",
    response_class=Response,
    responses={
        200: {
            "description": "ファイル（SHA-256 は `X-Content-SHA256` と一覧にあります）",
            "content": {
                media: {"schema": {"type": "string", "format": "binary"}}
                for media in MEDIA_TYPES.values()
            },
        },
        **responses(*_ERRORS, _E.EXPORT_UNKNOWN, _E.STORAGE_DAMAGED),
    },
)
def get_export_file(export_id: ExportId, services: Has, who: Exporter) -> Response:
    """Give the file; fetching it is audited."""
    row, data = services.outbox.fetch(export_id, who.actor)
    form = definition_of(services.forms, FormKey(id=row.form_id, revision=row.form_revision))
    name = f"{row.form_id}-{row.id}.{row.format}"
    return Response(
        data,
        headers={
            "Content-Type": media_type_of(row.format, form.export.encoding if form else "utf-8"),
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-SHA256": row.sha256,
        },
    )


@router.post(
    "/{export_id}/delivered",
    summary="業務システムへの引き渡しを記録する",
    responses={
        **examples.answer(200, {**examples.EXPORT, "state": "delivered"}, "引き渡し済み"),
        **responses(*_CHANGING, _E.EXPORT_UNKNOWN),
    },
)
def post_delivered(export_id: ExportId, services: Has, who: Exporter) -> ExportBody:
    """Note that the business system has taken the file; saying so twice does no harm."""
    return export_body(services.outbox.deliver(export_id, who.actor), services.forms)
