"""Routes of forms: which there are, their definitions, their blanks."""

import threading
from collections import OrderedDict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from ocr_service.api import examples
from ocr_service.api.present import form_ref_of
from ocr_service.api.problems import responses
from ocr_service.api.schemas import FormListBody
from ocr_service.api.security import Guard
from ocr_service.api.services import Has
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from pipelines.errors import ErrorCode
from pipelines.forms.load import FormEntry
from pipelines.forms.model import FORM_ID, FormDefinition
from pipelines.forms.render import render_blank
from pipelines.records import FormKey

router = APIRouter(prefix="/v1/forms", tags=["forms"])
FormId = Annotated[str, Path(pattern=FORM_ID)]
Revision = Annotated[str, Path(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$")]
Anybody = Annotated[Principal, Depends(Guard(Permission.FORM_VIEW))]
_E = ErrorCode
_ERRORS = (_E.AUTH_REQUIRED, _E.AUTH_FAILED, _E.AUTH_FORBIDDEN, _E.REQUEST_INVALID)


class BlankPdfs:
    """Blanks that were rendered lately; a definition always gives the same bytes."""

    def __init__(self, most: int = 16) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[FormKey, bytes] = OrderedDict()

    def get(self, entry: FormEntry) -> bytes:
        """PDF of the empty form, rendered by one thread at a time."""
        with self._lock:
            if entry.key not in self._kept:
                self._kept[entry.key] = render_blank(entry.definition, entry.directory)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(entry.key)
            return self._kept[entry.key]


@router.get(
    "",
    summary="様式の一覧",
    responses={**examples.answer(200, examples.FORMS, "様式"), **responses(*_ERRORS)},
)
def get_forms(services: Has, _who: Anybody) -> FormListBody:
    """List the forms that the service knows."""
    refs = [form_ref_of(entry.definition) for entry in services.forms.entries]
    return FormListBody(items=[ref for ref in refs if ref is not None])


@router.get(
    "/{form_id}/{revision}",
    summary="様式の定義",
    responses=responses(*_ERRORS, _E.FORM_UNKNOWN),
)
def get_form(form_id: FormId, revision: Revision, services: Has, _who: Anybody) -> FormDefinition:
    """Give the definition of a form: its pages, fields, marks, rules and export."""
    return services.forms.get(FormKey(id=form_id, revision=revision)).definition


@router.get(
    "/{form_id}/{revision}/blank.pdf",
    summary="様式の用紙",
    response_class=Response,
    responses={
        200: {
            "description": "PDF",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        },
        **responses(*_ERRORS, _E.FORM_UNKNOWN),
    },
)
def get_blank(
    form_id: FormId, revision: Revision, request: Request, services: Has, _who: Anybody
) -> Response:
    """Give the empty form as PDF."""
    entry = services.forms.get(FormKey(id=form_id, revision=revision))
    blanks: BlankPdfs = request.app.state.blanks
    name = f"{form_id}-{revision}.pdf"
    return Response(
        blanks.get(entry),
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
