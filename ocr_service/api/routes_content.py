"""Routes that show what a document says. Every look is audited; 個人番号 is masked."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from ocr_service.api import examples
from ocr_service.api.page_views import View
from ocr_service.api.present import decision_body, definition_of, suggestion_body
from ocr_service.api.problems import responses
from ocr_service.api.routes_documents import DocumentId
from ocr_service.api.schemas import DecisionBody, SuggestionBody
from ocr_service.api.security import Guard
from ocr_service.api.services import Has, Services
from ocr_service.audit.chain import Subject, append
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.review.decision_body import load_decision
from ocr_service.review.masking import number_names
from ocr_service.review.queue import find_document
from ocr_service.review.restack import documents_of
from ocr_service.review.suggestions import load_suggestion
from ocr_service.storage.tables import DocumentRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.model import FieldKind
from pipelines.records import Field, PageView, Suggestion

router = APIRouter(prefix="/v1/documents/{document_id}", tags=["content"])
_E = ErrorCode
_ERRORS = (
    _E.AUTH_REQUIRED,
    _E.AUTH_FAILED,
    _E.AUTH_FORBIDDEN,
    _E.REQUEST_INVALID,
    _E.DOCUMENT_UNKNOWN,
    _E.STORAGE_UNAVAILABLE,
    _E.STORAGE_DAMAGED,
)
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "JPEG",
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_PICTURE_ERRORS = (
    *_ERRORS,
    _E.REQUEST_NOT_FOUND,
    _E.FILE_CORRUPT,
    _E.READ_TIMEOUT,
    _E.READ_OUT_OF_MEMORY,
    _E.READ_CRASHED,
)
_REACH = 0.35
_DATE_REACH = 4.0
"""Dates show what stands before them too: the era to circle is beside the box of the figures."""
Viewer = Annotated[Principal, Depends(Guard(Permission.CONTENT_VIEW))]
Unmask = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=200,
        description="個人番号を伏せずに表示する理由（監査記録に残ります）",
    ),
]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A document with its newest suggestion, when it has one."""

    row: DocumentRow
    suggestion: Suggestion | None

    def page(self, number: int) -> PageView | None:
        pages = self.suggestion.pages if self.suggestion else ()
        return next((page for page in pages if page.number == number), None)


@router.get(
    "/suggestion",
    summary="読み取り結果の提案",
    responses={
        **examples.answer(200, examples.SUGGESTION, "最新の提案"),
        **responses(*_ERRORS, _E.DOCUMENT_STATE),
    },
)
def get_suggestion(
    document_id: DocumentId, services: Has, who: Viewer, unmask: Unmask = None
) -> SuggestionBody:
    """Show the newest suggestion with its evidence. 409 while there is none yet.

    In a case, what is said about attachments is what the case has of them now.
    """
    demand_unmask(who, unmask)
    with services.database.reading() as session:
        row = find_document(session, document_id, now=services.clock()).row
        if row.suggestion_id is None:
            raise CodedError(ErrorCode.DOCUMENT_STATE, "not read yet", state=row.state)
        stored, suggestion = load_suggestion(session, services.objects, row.suggestion_id)
        findings = services.cases.findings(session, document_id, suggestion.findings)
        suggestion = replace(suggestion, findings=findings)
        # Within the session: it knows what categories are called today.
        body = suggestion_body(stored, suggestion, services.forms, unmasked=unmask is not None)
    audit_view(services, who, "suggestion.viewed", document_id, unmask, suggestion=stored.id)
    return body


@router.get(
    "/pages/{number}/image",
    summary="ページの画像",
    response_class=Response,
    responses={**_PICTURE, **responses(*_PICTURE_ERRORS)},
)
def get_page_image(
    document_id: DocumentId,
    number: Annotated[int, Path(ge=1, le=10_000)],
    services: Has,
    who: Viewer,
    width: Annotated[int, Query(ge=64, le=4000, description="最大の幅（画素）")] = 1600,
    unmask: Unmask = None,
) -> Response:
    """Show a page of the original scan as it was posted (EXIF applied, not turned upright).

    All pages of the posted file can be seen, those of its other documents too: a wrong split shows
    only beside its neighbours. Fields of 個人番号 are painted over unless `unmask` gives a reason,
    whichever document has them.
    """
    demand_unmask(who, unmask)
    shown = _load(services, document_id, page=number)
    hidden = () if unmask else tuple(f.box for f in _numbers(services, shown, number) if f.box)
    view = View(document_id=shown.row.id, page=number, width=width, hidden=hidden)
    picture = services.views.render(view, lambda: _original(services, shown.row))
    audit_view(services, who, "page.viewed", shown.row.id, unmask, page=number)
    return _picture(picture)


@router.get(
    "/fields/{name}/crop",
    summary="項目の切り抜き画像",
    response_class=Response,
    responses={**_PICTURE, **responses(*_PICTURE_ERRORS, _E.DOCUMENT_STATE)},
)
def get_field_crop(
    document_id: DocumentId,
    name: Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,63}$")],
    services: Has,
    who: Viewer,
    unmask: Unmask = None,
) -> Response:
    """Show the place of one field, upright, with a margin. 404 when it has no place on the page."""
    demand_unmask(who, unmask)
    shown = _load(services, document_id)
    if shown.suggestion is None:
        raise CodedError(ErrorCode.DOCUMENT_STATE, "not read yet", state=shown.row.state)
    field = next((f for f in shown.suggestion.fields if f.name == name), None)
    if field is None or field.box is None:
        raise CodedError(ErrorCode.REQUEST_NOT_FOUND, f"no place of field {name}")
    page = shown.page(field.page)
    hidden = () if unmask else tuple(f.box for f in _numbers(services, shown, field.page) if f.box)
    view = View(
        document_id=document_id,
        page=field.page,
        box=field.box,
        rotation=page.rotation if page else 0,
        reach=_DATE_REACH if field.kind == FieldKind.DATE else _REACH,
        hidden=hidden,
    )
    picture = services.views.render(view, lambda: _original(services, shown.row))
    audit_view(services, who, "field.viewed", document_id, unmask, field=name)
    return _picture(picture)


@router.get(
    "/decision",
    summary="確認結果",
    responses={
        **examples.answer(200, examples.DECISION, "最後の決定"),
        **responses(*_ERRORS, _E.DOCUMENT_STATE),
    },
)
def get_decision(
    document_id: DocumentId, services: Has, who: Viewer, unmask: Unmask = None
) -> DecisionBody:
    """Show the newest decision. 409 while nothing was decided.

    The first confirmation of a two-person form is not shown: the second person reads afresh.
    """
    demand_unmask(who, unmask)
    with services.database.reading() as session:
        item = find_document(session, document_id, now=services.clock())
        row = item.row
        if row.decision_id is None or item.first_confirmed_by is not None:
            raise CodedError(ErrorCode.DOCUMENT_STATE, "not decided yet", state=row.state)
        _, record = load_decision(session, services.objects, row.decision_id)
    audit_view(services, who, "decision.viewed", document_id, unmask, decision=record.decision_id)
    return decision_body(record, item.state, unmasked=unmask is not None)


def demand_unmask(who: Principal, reason: str | None) -> None:
    """Refuse to show 個人番号 whole to those who may not see it (AUTH_FORBIDDEN)."""
    if reason is None:
        return
    if not reason.strip():
        raise CodedError(ErrorCode.REQUEST_INVALID, "unmask: a reason is needed")
    if not who.may(Permission.NUMBER_UNMASK):
        raise CodedError(ErrorCode.AUTH_FORBIDDEN, f"needs {Permission.NUMBER_UNMASK}")


def audit_view(
    services: Services,
    who: Principal,
    action: str,
    document_id: str,
    unmask: str | None,
    **details: object,
) -> None:
    """Record a look before its answer leaves."""
    if unmask is not None:
        details["unmask_reason"] = unmask.strip()
    with services.database.transaction() as session:
        subject = Subject("document", document_id)
        append(session, who.actor, action, subject, details, at=services.clock())


def _load(services: Services, document_id: str, *, page: int | None = None) -> _Shown:
    """Find the document, or that document of its file which `page` is of."""
    with services.database.reading() as session:
        row = find_document(session, document_id, now=services.clock()).row
        if page is not None and row.stack_id and page not in (row.pages or ()):
            others = documents_of(session, row.stack_id)
            row = next((other for other in others if page in (other.pages or ())), row)
        if row.suggestion_id is None:
            return _Shown(row, None)
        _, suggestion = load_suggestion(session, services.objects, row.suggestion_id)
        return _Shown(row, suggestion)


def _numbers(services: Services, shown: _Shown, page: int) -> list[Field]:
    if shown.suggestion is None:
        return []
    form = definition_of(services.forms, shown.suggestion.form)
    names = number_names(form, shown.suggestion.fields)
    return [f for f in shown.suggestion.fields if f.name in names and f.page == page]


def _original(services: Services, row: DocumentRow) -> bytes:
    with services.database.reading() as session:
        return services.objects.get(row.original_object, session)


def _picture(data: bytes) -> Response:
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})
