"""Bodies of cases: the packet, its changes, requests to complete."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from ocr_service.api.schemas import Body, DocumentBody, FormRef
from ocr_service.cases.letter import RequestText
from ocr_service.states import CaseStatus

DocumentIdText = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]


class CaseBody(Body):
    """One case as lists show it. No content."""

    id: str
    number: str | None
    status: CaseStatus
    missing: int
    """Papers that must still come."""
    version: int
    document_count: int
    opened_at: datetime
    updated_at: datetime


class CaseList(Body):
    """A page of cases, newest first; `next` continues it."""

    items: list[CaseBody]
    next: str | None = None


class CaseDocumentBody(Body):
    """A document of a case and the part that it plays there."""

    document: DocumentBody
    origin: Literal["number", "batch", "person"]
    part: Literal["main", "attachment", "other", "unread", "failed", "returned", "rejected"]
    purpose: str | None
    """What a person said the paper is: `main`, `other`, the `key` of a need; null: found out."""
    replaced: bool = False
    """Returned, and the same paper came again."""


class NeedBody(Body):
    """A paper that a main form names, and what became of it."""

    key: str
    main: str
    main_form: FormRef
    number: int
    label: str
    ground: str
    conditional: bool
    """Needed because of what is written on the form, not always."""
    state: Literal["present", "likely", "missing", "unclear", "not_needed"]
    documents: list[str]
    match: Literal["person", "form", "title", "kind"] | None


class ProposalBody(Body):
    """A document that speaks of the same person and may belong here."""

    document: DocumentBody
    case_id: str | None
    case_number: str | None
    bases: list[Literal["name_birth", "number"]]


class DismissalBody(Body):
    """A document that a person said does not belong here; it is not proposed any more."""

    id: str
    document: DocumentBody
    by: str
    at: datetime


class DismissRequest(Body):
    """The document that does not belong to the document, nor to its case."""

    document: DocumentIdText


class CaseChangeBody(Body):
    """What a person changed; `undone` changes were moved back."""

    id: str
    kind: Literal["move", "split", "merge", "remove", "purpose", "undo"]
    by: str
    at: datetime
    documents: list[str]
    undone: bool


class CaseRequestRef(Body):
    """A request to complete, without its text."""

    id: str
    version: int
    item_count: int
    created_at: datetime
    updated_at: datetime


class CaseDetailBody(Body):
    """A case with its documents, what they need, and what may belong to it."""

    case: CaseBody
    documents: list[CaseDocumentBody]
    needs: list[NeedBody]
    proposals: list[ProposalBody]
    dismissed: list[DismissalBody]
    changes: list[CaseChangeBody]
    requests: list[CaseRequestRef]


class DocumentCaseBody(Body):
    """The case of a document, null when it is in none; `proposals` are for that then.

    So are `dismissed`.
    """

    case: CaseDetailBody | None
    proposals: list[ProposalBody]
    dismissed: list[DismissalBody]


class OpenCaseRequest(Body):
    """Open a case of these documents; they leave the cases that they are in."""

    documents: list[DocumentIdText] = Field(min_length=1, max_length=200)
    number: str | None = Field(default=None, max_length=40)


class MoveRequest(Body):
    """Move these documents into the case."""

    documents: list[DocumentIdText] = Field(min_length=1, max_length=200)


class MergeRequest(Body):
    """Move all documents of the other case here."""

    other: str = Field(pattern=r"^[a-z0-9_]{1,40}$")


class PurposeRequest(Body):
    """Say what a paper is; null leaves it to the program again."""

    purpose: str | None = Field(
        pattern=r"^(main|other|[a-z][a-z0-9-]{1,63}@[0-9A-Za-z.-]{1,32}#[0-9]{1,3})$"
    )


class CaseRequestBody(Body):
    """A request to complete with its text. It is never sent by the service."""

    id: str
    case_id: str
    version: int
    created_at: datetime
    updated_at: datetime
    text: RequestText


class CaseRequestEdit(Body):
    """The text in place of that of `version` (409 when there is a newer one)."""

    version: int = Field(ge=1)
    text: RequestText
