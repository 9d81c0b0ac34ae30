"""Changing what is in use: forward through the gate, and back with one command."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.manifest import shipped_versions
from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.loop.registry import (
    activation_number,
    find_version,
    newest_evaluation,
    split,
    versions_in_use,
)
from ocr_service.storage.database import Database
from ocr_service.storage.tables_models import ModelActivationRow, ModelEvaluationRow
from pipelines.errors import CodedError, ErrorCode

PROMOTED, ROLLED_BACK = "promoted", "rolled_back"
_LOCK = "ocr-service/models"


def promote(
    database: Database, session: Session, candidate: str, by: Actor, *, at: datetime
) -> ModelActivationRow:
    """Use a candidate from the next document on, in every worker.

    Only when its newest evaluation passed and was against exactly what is in use now: another
    model that changed meanwhile makes it another comparison. Raises MODEL_UNKNOWN, MODEL_REFUSED.
    """
    database.lock_until_commit(session, _LOCK)
    name, version = split(candidate)
    find_version(session, name, version)
    active = versions_in_use(session)
    if active.get(name) == version:
        raise CodedError(ErrorCode.MODEL_REFUSED, f"{candidate} is in use already")
    judged = newest_evaluation(session, name, version)
    if judged is None:
        raise CodedError(ErrorCode.MODEL_REFUSED, f"{candidate} was not evaluated")
    if judged.against != active:
        raise CodedError(
            ErrorCode.MODEL_REFUSED, f"{judged.id} compared with other versions: evaluate again"
        )
    if not judged.passed:
        reasons = judged.report.get("reasons", [])
        told = ", ".join(str(r) for r in reasons) if isinstance(reasons, list) else ""
        raise CodedError(ErrorCode.MODEL_REFUSED, f"{judged.id}: {told}")
    return _activate(session, name, version, active.get(name), PROMOTED, by, at, judged)


def rollback(
    database: Database, session: Session, name: str, by: Actor, *, at: datetime
) -> ModelActivationRow:
    """Use again what was in use before the last promotion; needs no evaluation.

    Twice in a row goes back two promotions. Raises MODEL_UNKNOWN, MODEL_REFUSED when nothing was
    promoted that could be taken back.
    """
    database.lock_until_commit(session, _LOCK)
    rows = session.scalars(
        sa.select(ModelActivationRow)
        .where(ModelActivationRow.name == name)
        .order_by(ModelActivationRow.number)
    )
    standing: list[ModelActivationRow] = []
    for row in rows:
        if row.kind == PROMOTED:
            standing.append(row)
        elif standing:
            standing.pop()
    if not standing:
        if name not in shipped_versions():
            raise CodedError(ErrorCode.MODEL_UNKNOWN, "", model=name[:80])
        raise CodedError(ErrorCode.MODEL_REFUSED, f"{name}: nothing to take back")
    last = standing[-1]
    return _activate(session, name, last.previous, last.version, ROLLED_BACK, by, at, None)


def _activate(
    session: Session,
    name: str,
    version: str | None,
    previous: str | None,
    kind: str,
    by: Actor,
    at: datetime,
    judged: ModelEvaluationRow | None,
) -> ModelActivationRow:
    row = ModelActivationRow(
        number=activation_number(session) + 1,
        name=name,
        version=version,
        previous=previous,
        kind=kind,
        evaluation_id=judged.id if judged else None,
        actor=by.id,
        at=at,
    )
    session.add(row)
    session.flush()
    subject = Subject("model", f"{name}@{version or '-'}")
    details = {"previous": previous, "evaluation": row.evaluation_id, "number": row.number}
    append(session, by, f"model.{kind}", subject, details, at=at)
    return row
