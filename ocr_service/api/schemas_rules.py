"""Bodies of trying rules: how many documents each flags, and which."""

from typing import Literal

from ocr_service.api.schemas import Body


class TrialFormBody(Body):
    """The changed form: its id and revision."""

    id: str
    revision: str


class RuleCountBody(Body):
    """Documents that a rule flags: today (`before`), with the changed form (`now`)."""

    rule: str
    before: int
    now: int
    new: int
    gone: int
    same: int


class TriedFindingBody(Body):
    """One finding of a trial."""

    rule: str
    severity: Literal["error", "warning", "info"]
    fields: list[str]
    message: str


class TriedDocumentBody(Body):
    """Findings of one document: only with the changed form, only with today's, with both."""

    id: str
    new: list[TriedFindingBody]
    gone: list[TriedFindingBody]
    same: list[TriedFindingBody]


class TrialBody(Body):
    """Result of a trial. `changes` is empty for those who may not see content."""

    form: TrialFormBody
    documents: int
    damaged: int
    rules: list[RuleCountBody]
    changes: list[TriedDocumentBody]
