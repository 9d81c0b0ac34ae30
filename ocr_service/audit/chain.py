"""The audit chain: every event carries the SHA-256 of itself and of the event before it.

Changing, removing or inserting an event breaks the chain at that place. Appends are serialised by
the database: an advisory lock on PostgreSQL, the one writer (BEGIN IMMEDIATE) on SQLite. Append
after the other locks of a transaction were taken, so that two transactions never wait crosswise.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from ocr_service.clock import utc_now
from ocr_service.storage.tables import AuditRow

GENESIS = "0" * 64
"""Hash before the first event."""
_ADVISORY_LOCK = 0x0C2A0D17
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: `kind` is `user`, `key`, `operator` (command line) or `system`."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What it was done to: `kind` such as `document`, `user`, `export`."""

    kind: str
    id: str


SYSTEM = Actor(kind="system", id="service")
"""Actor of work nobody asked for by hand (jobs)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainReport:
    """Result of walking the chain; `events` were walked, `head` is the hash of the last sound one.

    `first_bad_sequence` is where it first fails: the event was changed, or one before it is
    missing.
    """

    ok: bool
    first_bad_sequence: int | None
    events: int
    last_sequence: int
    head: str


def append(
    session: Session,
    actor: Actor,
    action: str,
    subject: Subject,
    details: Mapping[str, object] | None = None,
    *,
    at: datetime | None = None,
) -> AuditRow:
    """Add one event to the chain, within the transaction of `session`.

    `action` is `<what>.<verb>` (`document.confirmed`). `details` are ids, states, field names and
    counts that JSON can carry, never values of a document. `at` is now unless given.
    """
    _serialise(session)
    last = session.execute(
        select(AuditRow.sequence, AuditRow.hash).order_by(AuditRow.sequence.desc()).limit(1)
    ).first()
    previous = last.hash if last else GENESIS
    row = AuditRow(
        sequence=last.sequence + 1 if last else 1,
        at=at or utc_now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        subject_kind=subject.kind,
        subject_id=subject.id,
        details=json.loads(json.dumps(dict(details or {}), default=str)),
        previous_hash=previous,
    )
    row.hash = event_hash(row)
    session.add(row)
    session.flush()
    return row


def verify_chain(session: Session, *, after: int = 0, head: str = GENESIS) -> ChainReport:
    """Walk the chain from the event behind `after`, whose hash is `head`, to its end."""
    expected, events = after, 0
    rows = session.execute(
        select(AuditRow).where(AuditRow.sequence > after).order_by(AuditRow.sequence),
        execution_options={"yield_per": _BATCH, "populate_existing": True},
    ).scalars()
    for row in rows:
        expected += 1
        broken = (
            row.sequence != expected or row.previous_hash != head or row.hash != event_hash(row)
        )
        if broken:
            return ChainReport(
                ok=False,
                first_bad_sequence=row.sequence,
                events=events,
                last_sequence=expected - 1,
                head=head,
            )
        head = row.hash
        events += 1
    return ChainReport(
        ok=True, first_bad_sequence=None, events=events, last_sequence=expected, head=head
    )


def event_hash(row: AuditRow) -> str:
    """SHA-256 (hex) over the canonical JSON of an event and the hash before it."""
    body = {
        "sequence": row.sequence,
        "at": as_utc(row.at).isoformat(timespec="microseconds"),
        "actor_kind": row.actor_kind,
        "actor_id": row.actor_id,
        "action": row.action,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
        "details": row.details,
        "previous_hash": row.previous_hash,
    }
    return hashlib.sha256(canonical_json(body)).hexdigest()


def canonical_json(value: object) -> bytes:
    """Write a value as its one JSON text: sorted keys, no blanks, UTF-8."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def as_utc(moment: datetime) -> datetime:
    """Give the moment in UTC; SQLite gives times back without their zone, and they are UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _serialise(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
