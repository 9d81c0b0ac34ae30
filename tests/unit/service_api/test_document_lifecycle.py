from itertools import product

import pytest

from ocr_service.review.lifecycle import TRANSITIONS, Event, next_state
from ocr_service.states import DocumentState
from pipelines.errors import CodedError, ErrorCode


@pytest.mark.parametrize(("state", "event"), list(product(DocumentState, Event)))
def test_every_pair_is_either_in_the_table_or_refused(state, event):
    expected = TRANSITIONS.get((state, event))
    if expected is not None:
        assert next_state(state, event) == expected
        return
    with pytest.raises(CodedError) as refused:
        next_state(state, event)
    assert refused.value.code == ErrorCode.DOCUMENT_STATE
    assert refused.value.params["state"] == state.value


def test_only_a_claimed_document_is_decided():
    deciding = {Event.CONFIRM, Event.FIRST_CONFIRM, Event.RETURN, Event.REJECT}
    assert {s for s, e in TRANSITIONS if e in deciding} == {DocumentState.IN_REVIEW}


def test_decided_documents_never_come_back():
    ends = {DocumentState.RETURNED, DocumentState.REJECTED, DocumentState.EXPORTED}
    assert not [pair for pair in TRANSITIONS if pair[0] in ends]
    assert [e for s, e in TRANSITIONS if s == DocumentState.CONFIRMED] == [Event.EXPORT]


def test_every_state_can_be_reached():
    assert set(TRANSITIONS.values()) == set(DocumentState)
