"""Life of a document as a table: which event leads from which state to which."""

from enum import StrEnum

from ocr_service.states import DecisionAction, DocumentState
from pipelines.errors import CodedError, ErrorCode

_S = DocumentState


class Event(StrEnum):
    """What can happen to a document."""

    START = "start"
    READ = "read"
    FAIL = "fail"
    RETRY = "retry"
    REREAD = "reread"
    CLAIM = "claim"
    RELEASE = "release"
    FIRST_CONFIRM = "first_confirm"
    """The first of two persons confirmed."""
    CONFIRM = "confirm"
    RETURN = "return"
    REJECT = "reject"
    EXPORT = "export"
    MERGE = "merge"


TRANSITIONS: dict[tuple[DocumentState, Event], DocumentState] = {
    (_S.RECEIVED, Event.START): _S.PROCESSING,
    (_S.RECEIVED, Event.FAIL): _S.FAILED,
    # A job that was taken over from a dead worker starts again.
    (_S.PROCESSING, Event.START): _S.PROCESSING,
    (_S.PROCESSING, Event.READ): _S.AWAITING_REVIEW,
    (_S.PROCESSING, Event.FAIL): _S.FAILED,
    (_S.FAILED, Event.RETRY): _S.RECEIVED,
    (_S.FAILED, Event.REREAD): _S.RECEIVED,
    (_S.FAILED, Event.MERGE): _S.MERGED,
    (_S.AWAITING_REVIEW, Event.REREAD): _S.RECEIVED,
    (_S.AWAITING_REVIEW, Event.MERGE): _S.MERGED,
    (_S.AWAITING_REVIEW, Event.CLAIM): _S.IN_REVIEW,
    (_S.IN_REVIEW, Event.CLAIM): _S.IN_REVIEW,
    (_S.IN_REVIEW, Event.RELEASE): _S.AWAITING_REVIEW,
    (_S.IN_REVIEW, Event.REREAD): _S.RECEIVED,
    (_S.IN_REVIEW, Event.MERGE): _S.MERGED,
    (_S.IN_REVIEW, Event.FIRST_CONFIRM): _S.AWAITING_REVIEW,
    (_S.IN_REVIEW, Event.CONFIRM): _S.CONFIRMED,
    (_S.IN_REVIEW, Event.RETURN): _S.RETURNED,
    (_S.IN_REVIEW, Event.REJECT): _S.REJECTED,
    (_S.CONFIRMED, Event.EXPORT): _S.EXPORTED,
}

EVENT_OF_ACTION = {
    DecisionAction.CONFIRM: Event.CONFIRM,
    DecisionAction.RETURN: Event.RETURN,
    DecisionAction.REJECT: Event.REJECT,
}


def next_state(state: DocumentState, event: Event) -> DocumentState:
    """State after `event`. Raises DOCUMENT_STATE when it can't happen in this state."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise CodedError(
            ErrorCode.DOCUMENT_STATE, f"{event} in state {state}", state=state.value
        ) from None
