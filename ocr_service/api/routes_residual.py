"""Route of those who watch the figures: how many wrong values slip by."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from ocr_service.api import examples
from ocr_service.api.examples_residual import RESIDUAL
from ocr_service.api.problems import responses
from ocr_service.api.schemas_residual import ResidualBody, residual_body
from ocr_service.api.security import Guard
from ocr_service.api.services import Has
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.residual.confirmed import ResidualStore, estimate_residual
from pipelines.errors import ErrorCode

router = APIRouter(prefix="/v1/residual", tags=["operations"])
_E = ErrorCode


@router.get(
    "",
    summary="確認しない項目に残る誤りの見込み",
    responses={
        **examples.answer(200, RESIDUAL, "全体、様式ごと、項目の種類ごとの見込み"),
        **responses(
            _E.AUTH_REQUIRED,
            _E.AUTH_FAILED,
            _E.AUTH_FORBIDDEN,
            _E.REQUEST_INVALID,
            _E.FORM_UNKNOWN,
            _E.STORAGE_UNAVAILABLE,
        ),
    },
)
def get_residual(
    services: Has,
    who: Annotated[Principal, Depends(Guard(Permission.METRICS_VIEW, person=True))],
    form: Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,64}$", description="様式")] = None,
    since: Annotated[date | None, Query(description="この日から後に受け付けた文書")] = None,
    accuracy: Annotated[
        float, Query(gt=0, lt=1, description="確認しない項目に求める正しさ")
    ] = 0.999,
    limit: Annotated[int, Query(ge=1, le=2000, description="新しいものから何件まで")] = 500,
) -> ResidualBody:
    """Estimate from the last confirmed documents how many unreviewed values are wrong.

    Counts and shares only. Every document that was opened for it is audited.
    """
    store = ResidualStore(
        database=services.database,
        objects=services.objects,
        forms=services.forms,
        clock=services.clock,
        time_zone=services.settings.time_zone,
    )
    found = estimate_residual(
        store, who.actor, accuracy=accuracy, form=form, since=since, limit=limit
    )
    return residual_body(found)
