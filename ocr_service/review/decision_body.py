"""The sealed body of a decision: who decided what, with every value before and after."""

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.orm import Session

from ocr_service.states import DecisionAction
from ocr_service.storage.objects import ObjectStore
from ocr_service.storage.tables import DecisionRow
from pipelines.errors import CodedError, ErrorCode


class DecisionRecord(BaseModel):
    """What a person decided, whole enough to be read without any other row.

    `masked` names the values that are shown masked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int = 1
    decision_id: str
    document_id: str
    suggestion_id: str | None
    form_id: str | None
    form_revision: str | None
    action: DecisionAction
    user_id: str
    user_name: str
    decided_at: str
    reason: str
    before: dict[str, str | None]
    values: dict[str, str | None]
    changed: tuple[str, ...]
    masked: tuple[str, ...]


def load_decision(
    session: Session, objects: ObjectStore, decision_id: str
) -> tuple[DecisionRow, DecisionRecord]:
    """Load one decision. Raises STORAGE_DAMAGED when it is missing or was changed."""
    row = session.get(DecisionRow, decision_id)
    if row is None:
        raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{decision_id}: no such decision")
    try:
        record = DecisionRecord.model_validate_json(objects.get(row.body_object, session))
    except ValidationError:
        raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{decision_id}: not understood") from None
    if record.decision_id != row.id or record.document_id != row.document_id:
        raise CodedError(ErrorCode.STORAGE_DAMAGED, f"{decision_id}: body of another decision")
    return row, record
