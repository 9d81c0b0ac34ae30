"""Decisions: what a person says about exactly the suggestion that was shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ocr_service.audit.chain import Subject, append
from ocr_service.auth.principal import Principal
from ocr_service.ids import new_id
from ocr_service.review.claims import demand_claim, touch
from ocr_service.review.decision_body import DecisionRecord, load_decision
from ocr_service.review.lifecycle import EVENT_OF_ACTION, Event, next_state
from ocr_service.review.masking import number_names
from ocr_service.review.queue import lock_document
from ocr_service.review.suggestions import load_suggestion
from ocr_service.review.values import resolve_values
from ocr_service.states import DecisionAction, DocumentState
from ocr_service.storage.objects import ObjectKind, ObjectStore
from ocr_service.storage.tables import DecisionRow, DocumentRow, ExportItemRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FormDefinition
from pipelines.records import Suggestion

_PAST = {
    Event.CONFIRM: "document.confirmed",
    Event.FIRST_CONFIRM: "document.first_confirmed",
    Event.RETURN: "document.returned",
    Event.REJECT: "document.rejected",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the reviewer sent: `values` are only those that were changed."""

    suggestion_id: str
    action: DecisionAction
    values: Mapping[str, str | None]
    reason: str


def decide(
    session: Session,
    objects: ObjectStore,
    forms: FormLibrary,
    document_id: str,
    verdict: Verdict,
    who: Principal,
    *,
    now: datetime,
) -> DecisionRecord:
    """Record a decision, move the document on and fill the outbox, all in one transaction.

    On a two-person form the first confirmation puts the document back into the queue, and it is
    confirmed when a second person, who reads it afresh, comes to the same values; other values
    count as a new first confirmation. Raises DOCUMENT_UNKNOWN, DOCUMENT_STATE, DOCUMENT_CLAIMED,
    SUGGESTION_STALE, DECISION_INVALID (with the parameter `field`).
    """
    row = lock_document(session, document_id)
    demand_claim(row, who)
    if row.suggestion_id is None or row.suggestion_id != verdict.suggestion_id:
        raise CodedError(ErrorCode.SUGGESTION_STALE, document_id)
    if verdict.action != DecisionAction.CONFIRM and not verdict.reason.strip():
        raise CodedError(ErrorCode.DECISION_INVALID, "reason: required", field="reason")
    _, suggestion = load_suggestion(session, objects, row.suggestion_id)
    form = forms.get(suggestion.form).definition if suggestion.form else None
    record = _record(row, form, suggestion, verdict, who, now)
    event = _event(session, objects, row, form, record)
    _store(session, objects, row, record, event, now)
    append(
        session,
        who.actor,
        _PAST[event],
        Subject("document", row.id),
        {
            "decision": record.decision_id,
            "suggestion": record.suggestion_id,
            "changed": list(record.changed),
        },
        at=now,
    )
    return record


def _record(
    row: DocumentRow,
    form: FormDefinition | None,
    suggestion: Suggestion,
    verdict: Verdict,
    who: Principal,
    now: datetime,
) -> DecisionRecord:
    resolved = resolve_values(form, suggestion, verdict.values)
    return DecisionRecord(
        decision_id=new_id("dec"),
        document_id=row.id,
        suggestion_id=row.suggestion_id,
        form_id=form.id if form else None,
        form_revision=form.revision if form else None,
        action=verdict.action,
        user_id=who.id,
        user_name=who.display_name,
        decided_at=now.isoformat(timespec="microseconds"),
        reason=verdict.reason.strip(),
        before=resolved.before,
        values=resolved.values,
        changed=resolved.changed,
        masked=tuple(sorted(number_names(form, suggestion.fields))),
    )


def _event(
    session: Session,
    objects: ObjectStore,
    row: DocumentRow,
    form: FormDefinition | None,
    record: DecisionRecord,
) -> Event:
    """Find out what the decision means for the document: two-person forms need a second yes."""
    event = EVENT_OF_ACTION[record.action]
    if event != Event.CONFIRM or form is None or not form.two_person:
        return event
    if row.decision_id is None:
        return Event.FIRST_CONFIRM
    _, first = load_decision(session, objects, row.decision_id)
    if first.suggestion_id != record.suggestion_id or first.action != DecisionAction.CONFIRM:
        return Event.FIRST_CONFIRM
    if first.user_id == record.user_id:
        raise CodedError(ErrorCode.AUTH_FORBIDDEN, "a second person must confirm")
    return Event.CONFIRM if first.values == record.values else Event.FIRST_CONFIRM


def _store(
    session: Session,
    objects: ObjectStore,
    row: DocumentRow,
    record: DecisionRecord,
    event: Event,
    now: datetime,
) -> None:
    state = next_state(DocumentState(row.state), event)
    body = objects.put(ObjectKind.DECISION, record.model_dump_json().encode(), session)
    session.add(
        DecisionRow(
            id=record.decision_id,
            document_id=row.id,
            suggestion_id=record.suggestion_id,
            user_id=record.user_id,
            action=record.action.value,
            body_object=body,
            changed_fields=len(record.changed),
            created_at=now,
        )
    )
    session.flush()
    row.state = state.value
    row.decision_id = record.decision_id
    row.claimed_by = row.claimed_until = None
    touch(row, now)
    if event == Event.CONFIRM and record.form_id is not None:
        session.add(ExportItemRow(decision_id=record.decision_id, document_id=row.id))
        session.flush()
