"""Training examples: what was suggested and what a person confirmed, field by field.

Only of forms for which the office's retention rule says so (`example_forms`), and for
`example_days`; never of gold documents. A 個人番号 is not in them: fields that are masked are left
out, and so is any text that holds one. The examples of a document are one sealed object; an
example that ends takes its key along.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.orm import Session

from ocr_service.audit.chain import SYSTEM, Subject, append, as_utc
from ocr_service.cases.people import match_key
from ocr_service.clock import office_date
from ocr_service.ids import new_id
from ocr_service.loop.applicants import applicant_keys
from ocr_service.loop.gold import is_gold
from ocr_service.review.decision_body import DecisionRecord, load_decision
from ocr_service.review.masking import holds_my_number, number_names
from ocr_service.review.suggestions import load_suggestion
from ocr_service.states import DecisionAction, DocumentState
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectKind, ObjectStore
from ocr_service.storage.tables import DecisionRow, DocumentRow
from ocr_service.storage.tables_models import TrainingExampleRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import Field, Suggestion

_FORMAT = 1
_LONG_DIGITS = re.compile(r"(?:\d[\s\-−ー]?){11,}\d")
_DONE = (DocumentState.CONFIRMED.value, DocumentState.EXPORTED.value)


class Retention(Protocol):
    """The settings that say what may be kept, and for how long."""

    @property
    def example_forms(self) -> str:
        """Form ids joined by commas, `*` for all, empty for none."""

    @property
    def example_days(self) -> int:
        """Days an example is kept."""

    @property
    def gold_percent(self) -> int:
        """Share of documents that are kept aside."""


class FieldExample(BaseModel):
    """One field: the crop's place, what was suggested, and what a person confirmed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    kind: str
    page: int
    box: tuple[float, float, float, float] | None
    raw_text: str
    suggested: str | None
    confirmed: str | None
    state: str
    source: str
    confidence: float
    doubtful: bool
    corrected: bool


class TrainingExample(BaseModel):
    """All fields of one confirmed document; `by` is the id of the person, never a name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int = _FORMAT
    document_id: str
    decision_id: str
    form_id: str
    form_revision: str
    versions: dict[str, str]
    received_on: str
    decided_at: str
    by: str
    rotations: dict[int, int]
    people: tuple[str, ...] | None = None
    """Keyed digests of whom it is about (`applicants.py`); None: made before they were kept."""
    hidden: dict[int, list[tuple[float, float, float, float]]]
    """Boxes of 個人番号 by page: painted over in every crop."""
    fields: tuple[FieldExample, ...]


def may_keep(retention: Retention, form_id: str | None) -> bool:
    """Whether the retention rule lets confirmed documents of a form become examples."""
    allowed = retention.example_forms
    return form_id is not None and (allowed == "*" or form_id in allowed.split(","))


def keep_example(
    database: Database,
    session: Session,
    objects: ObjectStore,
    retention: Retention,
    document_id: str,
    *,
    time_zone: str,
    now: datetime,
) -> TrainingExampleRow | None:
    """Make the examples of a document that was just confirmed, in its transaction.

    None when it is not confirmed, when the retention rule does not allow it, when the document is
    gold, or when they are there already.
    """
    row = session.get(DocumentRow, document_id)
    if row is None or row.state not in _DONE or row.decision_id is None:
        return None
    if not may_keep(retention, row.form_id) or is_gold(row.sha256, retention.gold_percent):
        return None
    if _of_decision(session, row.decision_id) is not None:
        return None
    decided, decision = load_decision(session, objects, row.decision_id)
    if decision.action != DecisionAction.CONFIRM or decision.suggestion_id is None:
        return None
    if decision.form_id is None or not may_keep(retention, decision.form_id):
        return None
    _, suggestion = load_suggestion(session, objects, decision.suggestion_id)
    received_on = office_date(as_utc(row.received_at), time_zone).isoformat()
    people = applicant_keys(
        match_key(database, objects, session), suggestion.fields, decision.values
    )
    example = example_of(suggestion, decision, received_on=received_on, people=people)
    ends = decided.created_at + timedelta(days=retention.example_days)
    kept = _row(example, objects.put(ObjectKind.EXAMPLE, _body(example), session), now, ends)
    session.add(kept)
    session.flush()
    subject = Subject("document", document_id)
    append(session, SYSTEM, "example.kept", subject, {"example": kept.id}, at=now)
    return kept


def _row(
    example: TrainingExample, body_object: str, now: datetime, ends: datetime
) -> TrainingExampleRow:
    return TrainingExampleRow(
        id=new_id("exm"),
        decision_id=example.decision_id,
        document_id=example.document_id,
        form_id=example.form_id,
        form_revision=example.form_revision,
        fields=len(example.fields),
        corrected=sum(field.corrected for field in example.fields),
        body_object=body_object,
        created_at=now,
        expires_at=ends,
    )


def _body(example: TrainingExample) -> bytes:
    return example.model_dump_json().encode()


def example_of(
    suggestion: Suggestion,
    decision: DecisionRecord,
    *,
    received_on: str,
    people: tuple[str, ...] | None = None,
) -> TrainingExample:
    """Make the examples of one decision, without any 個人番号."""
    secret = number_names(None, suggestion.fields) | set(decision.masked)
    hidden: dict[int, list[tuple[float, float, float, float]]] = {}
    for field in suggestion.fields:
        if field.name in secret and field.box is not None:
            hidden.setdefault(field.page, []).append(_box(field) or (0, 0, 1, 1))
    told = [f for f in suggestion.fields if f.name in decision.values and f.name not in secret]
    return TrainingExample(
        document_id=decision.document_id,
        decision_id=decision.decision_id,
        form_id=decision.form_id or "",
        form_revision=decision.form_revision or "",
        versions=dict(suggestion.versions),
        received_on=received_on,
        decided_at=decision.decided_at,
        by=decision.user_id,
        people=people,
        rotations={page.number: page.rotation for page in suggestion.pages},
        hidden=hidden,
        fields=tuple(
            _example(field, decision) for field in told if not _tells_number(field, decision)
        ),
    )


def load_example(
    objects: ObjectStore, row: TrainingExampleRow, session: Session
) -> TrainingExample:
    """Open the examples of one document. Raises STORAGE_DAMAGED."""
    try:
        example = TrainingExample.model_validate_json(objects.get(row.body_object, session))
    except ValidationError:
        raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{row.id}: not understood") from None
    if example.decision_id != row.decision_id:
        raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{row.id}: body of another example")
    return example


def confirmed_without_example(session: Session) -> list[str]:
    """Ids of confirmed documents that have no examples yet, oldest first."""
    return list(
        session.scalars(
            sa.select(DocumentRow.id)
            .join(DecisionRow, DecisionRow.id == DocumentRow.decision_id)
            .outerjoin(TrainingExampleRow, TrainingExampleRow.decision_id == DecisionRow.id)
            .where(
                DocumentRow.state.in_(_DONE),
                DecisionRow.action == DecisionAction.CONFIRM.value,
                TrainingExampleRow.id.is_(None),
            )
            .order_by(DocumentRow.id)
        )
    )


def live_examples(
    session: Session, retention: Retention, now: datetime
) -> list[TrainingExampleRow]:
    """Examples that have not ended and may still be kept, in the order of their ids."""
    rows = session.scalars(
        sa.select(TrainingExampleRow)
        .where(TrainingExampleRow.expires_at > now)
        .order_by(TrainingExampleRow.id)
    )
    return [row for row in rows if may_keep(retention, row.form_id)]


def forget_examples(
    session: Session, objects: ObjectStore, retention: Retention, now: datetime
) -> int:
    """Delete what ended and what the retention rule no longer allows; return how many."""
    rows = session.scalars(sa.select(TrainingExampleRow)).all()
    gone = [r for r in rows if r.expires_at <= now or not may_keep(retention, r.form_id)]
    for row in gone:
        session.delete(row)
    session.flush()
    for row in gone:
        objects.forget(row.body_object, session)
    if gone:
        details = {"examples": len(gone)}
        append(session, SYSTEM, "example.forgotten", Subject("form", "all"), details, at=now)
    return len(gone)


def _of_decision(session: Session, decision_id: str) -> TrainingExampleRow | None:
    return session.scalar(
        sa.select(TrainingExampleRow).where(TrainingExampleRow.decision_id == decision_id)
    )


def _example(field: Field, decision: DecisionRecord) -> FieldExample:
    return FieldExample(
        field=field.name,
        kind=field.kind,
        page=field.page,
        box=_box(field),
        raw_text=field.raw_text,
        suggested=field.value,
        confirmed=decision.values[field.name],
        state=field.state.value,
        source=field.source.value,
        confidence=field.confidence,
        doubtful=field.doubtful,
        corrected=field.name in decision.changed,
    )


def _tells_number(field: Field, decision: DecisionRecord) -> bool:
    texts: Iterable[str | None] = (field.value, field.raw_text, decision.values[field.name])
    return any(
        holds_my_number(text) or any(holds_my_number(run) for run in _runs(text)) for text in texts
    )


def _runs(text: str | None) -> list[str]:
    """Every twelve digits in a row, across blanks and hyphens."""
    found = []
    for run in _LONG_DIGITS.findall(text or ""):
        digits = re.sub(r"\D", "", run)
        found += [digits[at : at + 12] for at in range(len(digits) - 11)]
    return found


def _box(field: Field) -> tuple[float, float, float, float] | None:
    box = field.box
    return (box.x0, box.y0, box.x1, box.y1) if box is not None else None
