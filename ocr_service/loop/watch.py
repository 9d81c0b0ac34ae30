"""Watching for changes of the stream: reads the figures, opens and closes alarms."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ocr_service.audit.chain import SYSTEM, Subject, append
from ocr_service.ids import new_id
from ocr_service.loop.changes import REFERENCE, WINDOW, Change, Seen, find_changes
from ocr_service.states import DecisionAction
from ocr_service.storage.tables import DecisionRow, DocumentRow
from ocr_service.storage.tables_models import DriftAlarmRow, ReadingFigureRow


def look(session: Session, *, at: datetime) -> list[Change]:
    """Test the newest documents and bring the alarms up to date; return everything tested.

    An alarm stays open as long as its test speaks; it closes by itself once the documents before
    the change have left the comparison. Opening and closing are audited.
    """
    changes = find_changes(_stream(session))
    open_ = {(row.signal, row.scope): row for row in open_alarms(session)}
    speaking = {(c.signal.value, c.scope): c for c in changes if c.alarm}
    for key, change in speaking.items():
        row = open_.get(key)
        if row is None:
            _open(session, change, at)
        else:
            row.seen_at, row.p_value, row.effect = at, change.p_value, change.effect
            row.now = change.now
    for key, row in open_.items():
        if key not in speaking:
            row.closed_at = at
            _audit(session, "alarm.closed", row, at)
    session.flush()
    return changes


def open_alarms(session: Session) -> Sequence[DriftAlarmRow]:
    """Alarms that stand, newest first."""
    return session.scalars(
        sa.select(DriftAlarmRow)
        .where(DriftAlarmRow.closed_at.is_(None))
        .order_by(DriftAlarmRow.opened_at.desc(), DriftAlarmRow.id)
    ).all()


def past_alarms(session: Session, limit: int = 50) -> Sequence[DriftAlarmRow]:
    """Alarms that were closed, newest first."""
    return session.scalars(
        sa.select(DriftAlarmRow)
        .where(DriftAlarmRow.closed_at.is_not(None))
        .order_by(DriftAlarmRow.closed_at.desc(), DriftAlarmRow.id)
        .limit(limit)
    ).all()


def _stream(session: Session) -> list[Seen]:
    """Return the newest readings, oldest first, with what people corrected where they confirmed."""
    rows = session.execute(
        sa.select(
            ReadingFigureRow.form_id,
            ReadingFigureRow.category,
            ReadingFigureRow.confidence,
            ReadingFigureRow.drift,
            DecisionRow.changed_fields,
            DocumentRow.fields_total,
        )
        .join(DocumentRow, DocumentRow.id == ReadingFigureRow.document_id)
        .outerjoin(
            DecisionRow,
            sa.and_(
                DecisionRow.id == DocumentRow.decision_id,
                DecisionRow.suggestion_id == ReadingFigureRow.suggestion_id,
                DecisionRow.action == DecisionAction.CONFIRM.value,
            ),
        )
        .order_by(ReadingFigureRow.at.desc(), ReadingFigureRow.suggestion_id.desc())
        .limit(WINDOW + REFERENCE)
    ).all()
    return [
        Seen(
            form=form,
            category=category,
            confidence=confidence,
            drift=drift,
            corrections=changed / total if changed is not None and total else None,
        )
        for form, category, confidence, drift, changed, total in reversed(rows)
    ]


def _open(session: Session, change: Change, at: datetime) -> None:
    row = DriftAlarmRow(
        id=new_id("alm"),
        signal=change.signal.value,
        scope=change.scope,
        p_value=change.p_value,
        effect=change.effect,
        before=change.before,
        now=change.now,
        opened_at=at,
        seen_at=at,
    )
    session.add(row)
    session.flush()
    _audit(session, "alarm.opened", row, at)


def _audit(session: Session, action: str, row: DriftAlarmRow, at: datetime) -> None:
    details = {"signal": row.signal, "scope": row.scope, "effect": round(row.effect, 4)}
    append(session, SYSTEM, action, Subject("alarm", row.id), details, at=at)
