"""The values of a document as they stand: what was read, with what a person confirmed over it."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from ocr_service.review.decision_body import load_decision
from ocr_service.review.suggestions import load_suggestion
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DocumentRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import Field, FieldState


def standing_fields(
    session: Session, objects: ObjectStore, document: DocumentRow
) -> tuple[Field, ...]:
    """Open the fields of a document with its decision, if there is one, laid over them.

    Raises STORAGE_DAMAGED.
    """
    if document.suggestion_id is None:
        raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{document.id}: no suggestion")
    _, suggestion = load_suggestion(session, objects, document.suggestion_id)
    if document.decision_id is None:
        return suggestion.fields
    _, decision = load_decision(session, objects, document.decision_id)
    return tuple(_confirmed(field, decision.values) for field in suggestion.fields)


def _confirmed(field: Field, values: Mapping[str, str | None]) -> Field:
    if field.name not in values:
        return field
    value = values[field.name]
    if value == field.value:
        # A person has looked: what is still odd about the ink is odd on the paper.
        return replace(field, doubtful=False)
    state = FieldState.READ if value is not None else FieldState.BLANK
    return replace(field, value=value, raw_text=value or "", state=state, doubtful=False)
