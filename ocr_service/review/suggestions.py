"""Suggestions as reviewers get them: opened from their sealed objects."""

from sqlalchemy.orm import Session

from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.suggestion_codec import decode_suggestion
from ocr_service.storage.tables import SuggestionRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import Suggestion


def load_suggestion(
    session: Session, objects: ObjectStore, suggestion_id: str
) -> tuple[SuggestionRow, Suggestion]:
    """Load one suggestion. Raises STORAGE_DAMAGED when it is missing or was changed."""
    row = session.get(SuggestionRow, suggestion_id)
    if row is None:
        raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{suggestion_id}: no such suggestion")
    return row, decode_suggestion(objects.get(row.body_object, session))
