"""Bodies of models, evaluations, shadow runs and alarms: versions, counts, shares. No content."""

from datetime import datetime
from typing import Any

from ocr_service.api.schemas import Body
from ocr_service.loop.registry import ModelVersion
from ocr_service.loop.shadow import ShadowReport
from ocr_service.storage.tables_models import (
    DriftAlarmRow,
    ModelActivationRow,
    ModelEvaluationRow,
)


class ModelVersionBody(Body):
    """One version of a model.

    `origin`: `shipped` or `office`. `passed`: its newest evaluation against what is in use today;
    null without one.
    """

    name: str
    version: str
    task: str
    origin: str
    active: bool
    passed: bool | None
    provenance: str
    metrics: dict[str, float]
    added_at: datetime | None


class GateRowBody(Body):
    """One line of an evaluation: a measure over all gold documents, or over those of a group.

    `low` and `high` are the 95% interval of the difference; `p_worse` of groups is corrected for
    their number.
    """

    measure: str
    group: str
    documents: int
    items: int
    active: float
    candidate: float
    difference: float
    low: float
    high: float
    p_better: float
    p_worse: float
    gained: int
    lost: int
    mcnemar: float
    worse: bool


class EvaluationBody(Body):
    """A comparison on the gold set; `reasons` say why it did not pass."""

    id: str
    name: str
    version: str
    against: dict[str, str]
    gold: str
    documents: int
    passed: bool
    own: str
    reasons: list[str]
    rows: list[GateRowBody]
    created_at: datetime


class ActivationBody(Body):
    """A change of what is in use; null is what the program ships, or nothing."""

    number: int
    name: str
    version: str | None
    previous: str | None
    kind: str
    at: datetime


class ShadowBody(Body):
    """A shadow run: counts of what the candidate said otherwise, and their sums by form."""

    candidate: str
    running: bool
    share: float
    documents: int
    failed: int
    total: dict[str, int]
    by_form: dict[str, dict[str, int]]
    seconds: float
    started_at: datetime


class AlarmBody(Body):
    """A change of the stream of documents; `before` and `now` are the figures behind it."""

    id: str
    signal: str
    scope: str
    effect: float
    p_value: float
    before: dict[str, float]
    now: dict[str, float]
    opened_at: datetime
    closed_at: datetime | None


class ModelsBody(Body):
    """Everything about models: versions, past changes, the shadow run, alarms."""

    versions: list[ModelVersionBody]
    evaluations: list[EvaluationBody]
    """The newest of every version of the office."""
    changes: list[ActivationBody]
    shadow: ShadowBody | None
    alarms: list[AlarmBody]
    past_alarms: list[AlarmBody]


def version_body(each: ModelVersion) -> ModelVersionBody:
    """Give one version."""
    return ModelVersionBody(
        name=each.name,
        version=each.version,
        task=each.task,
        origin=each.origin,
        active=each.active,
        passed=each.passed,
        provenance=each.provenance,
        metrics=dict(each.metrics),
        added_at=each.added_at,
    )


def evaluation_body(row: ModelEvaluationRow) -> EvaluationBody:
    """Give one evaluation with its table."""
    report: dict[str, Any] = row.report
    return EvaluationBody(
        id=row.id,
        name=row.name,
        version=row.version,
        against=row.against,
        gold=row.gold,
        documents=row.documents,
        passed=row.passed,
        own=str(report["own"]),
        reasons=[str(reason) for reason in report["reasons"]],
        rows=[GateRowBody.model_validate(each) for each in report["rows"]],
        created_at=row.created_at,
    )


def activation_body(row: ModelActivationRow) -> ActivationBody:
    """Give one change of what is in use."""
    return ActivationBody(
        number=row.number,
        name=row.name,
        version=row.version,
        previous=row.previous,
        kind=row.kind,
        at=row.at,
    )


def shadow_body(report: ShadowReport | None) -> ShadowBody | None:
    """Give a shadow run."""
    if report is None:
        return None
    return ShadowBody(
        candidate=f"{report.run.name}@{report.run.version}",
        running=report.run.ended_at is None,
        share=report.run.share,
        documents=report.documents,
        failed=report.failed,
        total=report.total,
        by_form=report.by_form,
        seconds=report.seconds,
        started_at=report.run.started_at,
    )


def alarm_body(row: DriftAlarmRow) -> AlarmBody:
    """Give one alarm."""
    return AlarmBody(
        id=row.id,
        signal=row.signal,
        scope=row.scope,
        effect=row.effect,
        p_value=row.p_value,
        before=row.before,
        now=row.now,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )
