"""Routes of operators: is it alive, is it ready, how is it doing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from prometheus_client import generate_latest
from sqlalchemy import func, select

from ocr_service.api.metrics import MEDIA_TYPE
from ocr_service.api.problems import responses
from ocr_service.api.schemas_office import HealthBody
from ocr_service.api.security import Guard
from ocr_service.api.services import Has
from ocr_service.audit.chain import as_utc
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.review.queue import count_states
from ocr_service.states import DocumentState
from ocr_service.storage.migrate import is_current
from ocr_service.storage.tables import DocumentRow
from pipelines.errors import CodedError, ErrorCode

router = APIRouter(tags=["operations"])


@router.get("/healthz", summary="動作しているか")
def get_health() -> HealthBody:
    """Answer as long as the process serves requests."""
    return HealthBody(status="ok")


@router.get(
    "/readyz", summary="受け付けられるか", responses=responses(ErrorCode.STORAGE_UNAVAILABLE)
)
def get_ready(services: Has) -> HealthBody:
    """Answer 200 when the database is reachable and has the schema of this version."""
    if not is_current(services.database):
        raise CodedError(ErrorCode.STORAGE_UNAVAILABLE, "schema is not current: migrate")
    return HealthBody(status="ok")


@router.get(
    "/metrics",
    summary="Prometheus の指標",
    response_class=Response,
    responses={
        200: {"description": "指標", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **responses(
            ErrorCode.AUTH_REQUIRED,
            ErrorCode.AUTH_FAILED,
            ErrorCode.AUTH_FORBIDDEN,
            ErrorCode.STORAGE_UNAVAILABLE,
        ),
    },
)
def get_metrics(
    services: Has, _who: Annotated[Principal, Depends(Guard(Permission.METRICS_VIEW))]
) -> Response:
    """Give figures of requests and documents. Scrape with an API key of the role `auditor`."""
    now = services.clock()
    waiting = (DocumentState.RECEIVED.value, DocumentState.PROCESSING.value)
    with services.database.reading() as session:
        states = count_states(session, now)
        oldest = session.scalar(
            select(func.min(DocumentRow.received_at)).where(DocumentRow.state.in_(waiting))
        )
    age = (now - as_utc(oldest)).total_seconds() if oldest else 0.0
    pending = sum(services.outbox.pending().values())
    figures = services.metrics.render(states, pending, age)
    figures += generate_latest(services.intake.metrics.registry)
    return Response(figures + generate_latest(services.work.registry), media_type=MEDIA_TYPE)
