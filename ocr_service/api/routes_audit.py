"""Route of auditors: the chain of events."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from ocr_service.api import examples
from ocr_service.api.problems import responses
from ocr_service.api.schemas_office import AuditEventBody, AuditList
from ocr_service.api.security import Guard
from ocr_service.api.services import Has
from ocr_service.audit.chain import as_utc
from ocr_service.audit.query import AuditFilter, actor_names, list_events
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.storage.tables import AuditRow
from pipelines.errors import ErrorCode

router = APIRouter(prefix="/v1/audit", tags=["audit"])
_E = ErrorCode
_REFERENCE = r"^[a-z_]{1,24}:[A-Za-z0-9_.@-]{1,64}$"


@router.get(
    "",
    summary="監査記録",
    responses={
        **examples.answer(200, examples.AUDIT, "新しい順"),
        **responses(
            _E.AUTH_REQUIRED,
            _E.AUTH_FAILED,
            _E.AUTH_FORBIDDEN,
            _E.REQUEST_INVALID,
            _E.STORAGE_UNAVAILABLE,
        ),
    },
)
def get_audit(
    services: Has,
    _who: Annotated[Principal, Depends(Guard(Permission.AUDIT_VIEW))],
    subject: Annotated[
        str | None, Query(pattern=_REFERENCE, description="`document:doc_…` など")
    ] = None,
    actor: Annotated[str | None, Query(pattern=_REFERENCE, description="`user:…` など")] = None,
    action: Annotated[str | None, Query(pattern=r"^[a-z_.]{1,48}$")] = None,
    since: Annotated[AwareDatetime | None, Query(description="この時から")] = None,
    until: Annotated[AwareDatetime | None, Query(description="この時の前まで")] = None,
    cursor: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditList:
    """List events, newest first. `verified`: the hash chain is whole."""
    wanted = AuditFilter(
        subject=subject, actor=actor, action=action, since=_utc(since), until=_utc(until)
    )
    with services.database.reading() as session:
        rows, following = list_events(session, wanted, before=cursor, limit=limit)
        names = actor_names(session, rows)
        verified = services.chain.is_whole(session, now=services.clock())
    return AuditList(
        items=[_body(row, names.get((row.actor_kind, row.actor_id))) for row in rows],
        next=str(following) if following else None,
        verified=verified,
    )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else as_utc(moment)


def _body(row: AuditRow, name: str | None) -> AuditEventBody:
    return AuditEventBody(
        sequence=row.sequence,
        at=as_utc(row.at),
        actor=f"{row.actor_kind}:{row.actor_id}",
        actor_name=name,
        action=row.action,
        subject=f"{row.subject_kind}:{row.subject_id}",
        details=row.details,
    )
