"""Closed sets the service speaks of: states, roles, decisions."""

from enum import StrEnum


class DocumentState(StrEnum):
    """Life of a document. `failed` keeps the original and a reason."""

    RECEIVED = "received"
    PROCESSING = "processing"
    AWAITING_REVIEW = "awaiting_review"
    IN_REVIEW = "in_review"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    REJECTED = "rejected"
    EXPORTED = "exported"
    FAILED = "failed"
    MERGED = "merged"
    """A person added its pages to another document of the same file."""


class Role(StrEnum):
    """What a person or key may do."""

    STATION = "station"
    REVIEWER = "reviewer"
    FORM_OWNER = "form_owner"
    AUDITOR = "auditor"
    ADMIN = "admin"


class DecisionAction(StrEnum):
    """What a reviewer may decide.

    Confirm (with or without corrections), return to the citizen for completion (不備返戻), or
    reject as not for this office.
    """

    CONFIRM = "confirm"
    RETURN = "return"
    REJECT = "reject"


class CaseStatus(StrEnum):
    """Where a case stands: something is missing, a person must look, or all is there."""

    INCOMPLETE = "incomplete"
    WAITING_REVIEW = "waiting_review"
    COMPLETE = "complete"
