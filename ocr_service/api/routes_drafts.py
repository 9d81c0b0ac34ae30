"""The route that makes the draft of a form from a document that no form claims."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from ocr_service.api.problems import responses
from ocr_service.api.routes_documents import DocumentId
from ocr_service.api.security import Guard
from ocr_service.api.services import Has
from ocr_service.audit.chain import Subject, append
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.clock import office_date
from ocr_service.review.queue import find_document
from ocr_service.review.suggestions import load_suggestion
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.model import FORM_ID

router = APIRouter(prefix="/v1/documents/{document_id}/form-draft", tags=["forms"])
Owner = Annotated[Principal, Depends(Guard(Permission.FORM_DRAFT, person=True))]
_E = ErrorCode
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "様式定義（YAML）と、記入を除いて描き直した用紙（PDF）のZIP",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_ERRORS = (
    _E.AUTH_REQUIRED,
    _E.AUTH_FAILED,
    _E.AUTH_FORBIDDEN,
    _E.REQUEST_INVALID,
    _E.DOCUMENT_UNKNOWN,
    _E.DOCUMENT_STATE,
    _E.FORM_INVALID,
    _E.FILE_CORRUPT,
    _E.READ_TIMEOUT,
    _E.READ_OUT_OF_MEMORY,
    _E.READ_CRASHED,
    _E.STORAGE_DAMAGED,
    _E.STORAGE_UNAVAILABLE,
)


@router.get(
    "",
    summary="様式のない書類から、新しい様式の下書きを作る",
    response_class=Response,
    responses={**_ZIP, **responses(*_ERRORS)},
)
def get_form_draft(
    document_id: DocumentId,
    services: Has,
    who: Owner,
    form_id: Annotated[str, Query(pattern=FORM_ID, description="新しい様式のID")] = "new-form",
    title: Annotated[
        str, Query(min_length=1, max_length=80, description="新しい様式の名前")
    ] = "新しい様式",
) -> Response:
    """Make the draft of a form definition from a document that no form claims.

    The background is drawn anew from rules and surely printed words, without a pixel of the page.
    An entry that is a usual word of forms may stay: the form owner checks. 409 when the document
    has a form, or was not read.
    """
    with services.database.reading() as session:
        row = find_document(session, document_id, now=services.clock()).row
        if row.suggestion_id is None:
            raise CodedError(ErrorCode.DOCUMENT_STATE, "not read yet", state=row.state)
        _, suggestion = load_suggestion(session, services.objects, row.suggestion_id)
        if suggestion.form is not None:
            raise CodedError(ErrorCode.DOCUMENT_STATE, "has a form", state=row.state)
        original = row.original_object

    def fetch() -> bytes:
        with services.database.reading() as session:
            return services.objects.get(original, session)

    today = office_date(services.clock(), services.settings.time_zone)
    packed = services.drafts.make(suggestion, fetch, id=form_id, title=title, today=today)
    with services.database.transaction() as session:
        subject = Subject("document", document_id)
        details = {"form": form_id}
        append(session, who.actor, "form.drafted", subject, details, at=services.clock())
    headers = {
        "Content-Disposition": f'attachment; filename="{form_id}@draft.zip"',
        "Cache-Control": "private, no-store",
    }
    return Response(packed, media_type="application/zip", headers=headers)
