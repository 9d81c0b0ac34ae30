"""Looking things up in the audit record."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocr_service.storage.tables import AuditRow


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFilter:
    """What to list; `subject` and `actor` are `<kind>:<id>`."""

    subject: str | None = None
    actor: str | None = None
    action: str | None = None


def list_events(
    session: Session, wanted: AuditFilter, *, before: int | None, limit: int
) -> tuple[list[AuditRow], int | None]:
    """One page of events, newest first, and the `before` of the next page."""
    query = select(AuditRow)
    if wanted.subject is not None:
        kind, _, identity = wanted.subject.partition(":")
        query = query.where(AuditRow.subject_kind == kind, AuditRow.subject_id == identity)
    if wanted.actor is not None:
        kind, _, identity = wanted.actor.partition(":")
        query = query.where(AuditRow.actor_kind == kind, AuditRow.actor_id == identity)
    if wanted.action is not None:
        query = query.where(AuditRow.action == wanted.action)
    if before is not None:
        query = query.where(AuditRow.sequence < before)
    rows = list(session.scalars(query.order_by(AuditRow.sequence.desc()).limit(limit + 1)))
    return rows[:limit], rows[limit - 1].sequence if len(rows) > limit else None
