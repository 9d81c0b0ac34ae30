"""Looking things up in the audit record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocr_service.storage.tables import ApiKeyRow, AuditRow, UserRow


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFilter:
    """What to list; `subject` and `actor` are `<kind>:<id>`; `since` <= time < `until`."""

    subject: str | None = None
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


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
    if wanted.since is not None:
        query = query.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditRow.at < wanted.until)
    if before is not None:
        query = query.where(AuditRow.sequence < before)
    rows = list(session.scalars(query.order_by(AuditRow.sequence.desc()).limit(limit + 1)))
    return rows[:limit], rows[limit - 1].sequence if len(rows) > limit else None


def actor_names(session: Session, rows: Iterable[AuditRow]) -> Mapping[tuple[str, str], str]:
    """Names of the people and keys who acted, by kind and id; ids of others have none."""
    actors = {(row.actor_kind, row.actor_id) for row in rows}
    people = [identity for kind, identity in actors if kind == "user"]
    prefixes = [identity for kind, identity in actors if kind == "key"]
    users = session.scalars(select(UserRow).where(UserRow.id.in_(people)))
    keys = session.scalars(select(ApiKeyRow).where(ApiKeyRow.prefix.in_(prefixes)))
    return {
        **{("user", user.id): user.display_name for user in users},
        **{("key", key.prefix): key.name for key in keys},
    }
