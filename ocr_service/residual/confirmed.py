"""What people made of the suggestions of confirmed documents, and the estimate from it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.clock import Clock
from ocr_service.residual.estimate import Estimate, FieldOutcome, estimate, grouped
from ocr_service.review.decision_body import DecisionRecord, load_decision
from ocr_service.review.suggestions import load_suggestion
from ocr_service.states import DecisionAction, DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DecisionRow, DocumentRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormLibrary
from pipelines.records import Suggestion

NO_FORM = "-"
"""Name of the group of pages of no known form."""
_FIRST = date(1970, 1, 1)
_DONE = (DocumentState.CONFIRMED.value, DocumentState.EXPORTED.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Residual:
    """Estimates of a span of confirmed documents: of all, by form, and by kind of field.

    `damaged` are documents whose content could not be opened; `left_out` is how many older ones
    the limit cut off.
    """

    overall: Estimate
    by_form: dict[str, Estimate]
    by_kind: dict[str, Estimate]
    damaged: tuple[tuple[str, CodedError], ...]
    left_out: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ResidualStore:
    """What the estimate reads from and leaves its trace in."""

    database: Database
    objects: ObjectStore
    forms: FormLibrary
    clock: Clock
    time_zone: str


Progress = Callable[[list[str]], Iterable[str]]
"""Goes through the ids of the documents, showing how far it is."""


def estimate_residual(
    store: ResidualStore,
    by: Actor,
    *,
    accuracy: float,
    form: str | None = None,
    since: date | None = None,
    limit: int = 5000,
    progress: Progress = iter,
) -> Residual:
    """Estimate from the last `limit` confirmed documents, of one form or of all.

    `since` takes documents received from that day of the office on; `accuracy` is the wanted share
    of right values, within (0, 1). Every document that is opened is audited as viewed. Raises
    FORM_UNKNOWN for a form that this installation does not have, REQUEST_INVALID for an accuracy
    out of range, STORAGE_UNAVAILABLE.
    """
    if not 0 < accuracy < 1:
        raise CodedError(ErrorCode.REQUEST_INVALID, "accuracy: between 0 and 1")
    if form is not None:
        store.forms.find(form)
    ids = _chosen(store, form, since)
    outcomes: list[FieldOutcome] = []
    damaged: list[tuple[str, CodedError]] = []
    for document_id in progress(ids[:limit]):
        try:
            outcomes += _opened(store, document_id, by)
        except CodedError as error:
            if error.code is not ErrorCode.STORAGE_DAMAGED:
                raise
            damaged.append((document_id, error))
    _trace(store, form, min(len(ids), limit) - len(damaged), by)
    return Residual(
        overall=estimate(outcomes, accuracy=accuracy),
        by_form=grouped(outcomes, lambda each: each.form or NO_FORM, accuracy=accuracy),
        by_kind=grouped(outcomes, lambda each: each.kind, accuracy=accuracy),
        damaged=tuple(damaged),
        left_out=max(0, len(ids) - limit),
    )


def outcomes_of(
    document_id: str, suggestion: Suggestion, decision: DecisionRecord
) -> Sequence[FieldOutcome]:
    """Give what became of every field that was suggested: right when a person left it as it was."""
    changed = frozenset(decision.changed)
    return [
        FieldOutcome(
            document=document_id,
            form=decision.form_id,
            kind=field.kind,
            confidence=field.confidence,
            doubtful=field.doubtful,
            state=field.state,
            corrected=field.name in changed,
        )
        for field in suggestion.fields
    ]


def _opened(store: ResidualStore, document_id: str, by: Actor) -> Sequence[FieldOutcome]:
    with store.database.reading() as session:
        suggestion, decision = _judged(session, store.objects, document_id)
    details = {"decision": decision.decision_id, "why": "residual.estimated"}
    subject = Subject("document", document_id)
    with store.database.transaction() as session:
        append(session, by, "suggestion.viewed", subject, details, at=store.clock())
    return outcomes_of(document_id, suggestion, decision)


def _judged(
    session: Session, objects: ObjectStore, document_id: str
) -> tuple[Suggestion, DecisionRecord]:
    """Open the decision of a document and the suggestion it was about, which may be an older one.

    Raises STORAGE_DAMAGED.
    """
    row = session.get_one(DocumentRow, document_id)
    if row.decision_id is None:
        raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{document_id}: no decision")
    _, decision = load_decision(session, objects, row.decision_id)
    if decision.suggestion_id is None:
        raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{document_id}: no suggestion")
    _, suggestion = load_suggestion(session, objects, decision.suggestion_id)
    return suggestion, decision


def _chosen(store: ResidualStore, form: str | None, since: date | None) -> list[str]:
    query = (
        select(DocumentRow.id)
        .join(DecisionRow, DecisionRow.id == DocumentRow.decision_id)
        .where(DocumentRow.state.in_(_DONE), DecisionRow.action == DecisionAction.CONFIRM.value)
    )
    if form is not None:
        query = query.where(DocumentRow.form_id == form)
    if since is not None:
        # The first day of the calendar has no moment in UTC.
        start = datetime.combine(max(since, _FIRST), time(), ZoneInfo(store.time_zone))
        query = query.where(DocumentRow.received_at >= start)
    query = query.order_by(DocumentRow.received_at.desc(), DocumentRow.id.desc())
    with store.database.reading() as session:
        return list(session.scalars(query))


def _trace(store: ResidualStore, form: str | None, documents: int, by: Actor) -> None:
    subject = Subject("form", form or "all")
    details: dict[str, object] = {"documents": documents}
    with store.database.transaction() as session:
        append(session, by, "residual.estimated", subject, details, at=store.clock())
