"""Suggestions as they are kept: sealed JSON of the pipeline's record."""

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import SuggestionRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import Suggestion

_ADAPTER = TypeAdapter(Suggestion)


def encode_suggestion(suggestion: Suggestion) -> bytes:
    """Write a suggestion as JSON (UTF-8)."""
    return _ADAPTER.dump_json(suggestion)


def decode_suggestion(data: bytes) -> Suggestion:
    """Read what `encode_suggestion` wrote. Raises STORAGE_DAMAGED."""
    try:
        return _ADAPTER.validate_json(data)
    except ValidationError:
        raise CodedError(ErrorCode.STORAGE_DAMAGED, "suggestion is not understood") from None


def load_suggestion(
    session: Session, objects: ObjectStore, suggestion_id: str
) -> tuple[SuggestionRow, Suggestion]:
    """Load one suggestion. Raises STORAGE_DAMAGED when it is missing or was changed."""
    row = session.get(SuggestionRow, suggestion_id)
    if row is None:
        raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{suggestion_id}: no such suggestion")
    return row, decode_suggestion(objects.get(row.body_object, session))
