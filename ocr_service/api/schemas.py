"""Bodies of the HTTP API (pydantic). OpenAPI and the UI's client are made from these."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ocr_service.states import CaseStatus, DecisionAction, DocumentState


class Body(BaseModel):
    """A body of the API: unknown names are errors."""

    model_config = ConfigDict(extra="forbid")


class ProblemBody(Body):
    """RFC 9457 problem with our stable `code`; `title` is Japanese for people to read."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str = ""
    request_id: str = ""
    field: str | None = None
    """Name of the field that is wrong (`decision.invalid`)."""


class QualityBody(Body):
    """Verdict on one page, for the scanning station."""

    page: int
    ok: bool
    reasons: list[str] = []
    messages: list[str] = []


class ReceiptBody(Body):
    """Answer to a posting: it is stored and will be read."""

    id: str
    batch_id: str
    state: DocumentState
    duplicate: bool = False
    page_count: int
    quality: list[QualityBody]
    case_id: str | None = None
    """The case that it was put into."""


class FormRef(Body):
    """A form by id and revision, with its title."""

    id: str
    revision: str
    title: str


class DocumentBody(Body):
    """One document as the queue shows it. No content."""

    id: str
    batch_id: str
    state: DocumentState
    version: int
    received_at: datetime
    updated_at: datetime
    station: str
    page_count: int
    form: FormRef | None = None
    category: str | None = None
    category_label: str | None = None
    category_by: str | None = None
    """Display name of the person who said what it is; null: nobody did, it is a suggestion."""
    fields_total: int = 0
    fields_doubtful: int = 0
    findings_error: int = 0
    findings_warning: int = 0
    claimed_by: str | None = None
    """Display name of the reviewer who holds it."""
    claimed_by_me: bool = False
    failure_code: str | None = None
    failure_message: str | None = None
    failure_retryable: bool | None = None
    suggestion_id: str | None = None
    quality: list[QualityBody] = []
    claimed_until: datetime | None = None
    awaits_second: bool = False
    """A first person confirmed (two-person form); another one must confirm too."""
    first_confirmed_by_me: bool = False
    case_id: str | None = None
    """The case that it is in."""
    case_status: CaseStatus | None = None
    stack_id: str | None = None
    """The file of several pages that it was posted in (`…/stack` shows it)."""
    pages: list[int] | None = None
    """Its pages of that file."""
    merged_into: str | None = None
    """The document that a person added its pages to."""


class DocumentList(Body):
    """A page of the queue; `next` continues it."""

    items: list[DocumentBody]
    next: str | None = None
    counts: dict[DocumentState, int]


class BoxBody(Body):
    """Pixels of the original scan, origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float


class AlternativeBody(Body):
    """Another reading of the same ink."""

    value: str
    confidence: float


class OptionBody(Body):
    """One option of a mark group."""

    value: str
    label: str


class FieldBody(Body):
    """One suggested value with its evidence, and what the form says about it."""

    name: str
    label: str
    kind: str
    value: str | None
    raw_text: str
    confidence: float
    state: Literal["read", "blank", "unreadable", "struck"]
    source: Literal["read", "derived", "blank"]
    box: BoxBody | None
    page: int
    doubtful: bool
    alternatives: list[AlternativeBody] = []
    section: str = ""
    row: int | None = None
    required: bool = False
    critical: bool = False
    sensitivity: Literal["public", "personal", "special", "number"] = "personal"
    masked: bool = False
    """`value` and `raw_text` are shown as `********1234`; `?unmask=reason` shows them whole."""
    options: list[OptionBody] = []
    """Mark groups only."""
    select: Literal["one", "many"] | None = None
    hint: str = ""
    correction_seal: bool | None = None
    """Whether a seal (訂正印) stands by what was struck out; null: nothing was, or no colours."""
    correction_fluid: bool | None = None
    """Whether it is written on correction fluid; null: nothing written, or the scan hides it."""


class PlaceBody(Body):
    """A place on one page of the scan."""

    page: int
    box: BoxBody


class FindingBody(Body):
    """Something to look at, with its rule and ground.

    `message` is Japanese; `message_en` and `message_easy` (やさしい日本語) say the same, null where
    a form's own rule knows no other wording. `places` are shown on the page: print that is
    not as on the form (`form.drift`), writing outside of the boxes (`page.writing_outside`).
    """

    rule: str
    kind: Literal["completeness", "plausibility", "quality", "rule_failed"]
    severity: Literal["error", "warning", "info"]
    fields: list[str]
    message: str
    message_en: str | None
    message_easy: str | None
    ground: str
    places: list[PlaceBody]
    documents: list[str]
    """Other documents that it speaks of (`applicant.again`)."""


class PageBody(Body):
    """One page: size of the original scan; turn it clockwise by `rotation` to show it upright."""

    number: int
    width: int
    height: int
    rotation: Literal[0, 90, 180, 270]
    form_page: int | None
    quality: QualityBody


class CategoryOptionBody(Body):
    """A candidate with its name of today; `score` is its probability, null where none is known.

    `selectable` is false for categories that nobody can choose: retired, merged, of a form only.
    """

    id: str
    title: str
    score: float | None
    selectable: bool


class CategoryBody(Body):
    """Category with the set of candidates that holds the truth; `options` tell more of each."""

    label: str
    title: str
    confidence: float
    candidates: list[str]
    options: list[CategoryOptionBody]


class SuggestionBody(Body):
    """What the service suggests; only a person's decision makes it a record."""

    id: str
    document_id: str
    created_at: datetime
    form: FormRef | None
    form_score: float
    category: CategoryBody
    fields: list[FieldBody]
    findings: list[FindingBody]
    pages: list[PageBody]
    versions: dict[str, str]
    seconds: float
    unmasked: bool = False


class DecisionRequest(Body):
    """A decision on exactly the suggestion that was shown (a stale one is refused with 409).

    `values` are the values that the reviewer changed, by field name (None empties a field);
    fields that are not named keep the suggested value. `reason` is required for return and reject.
    """

    suggestion_id: str
    action: DecisionAction
    values: dict[str, str | None] = {}
    reason: str = Field(default="", max_length=2000)


class DecisionBody(Body):
    """A decision that was made."""

    id: str
    document_id: str
    suggestion_id: str | None
    action: DecisionAction
    decided_by: str
    created_at: datetime
    reason: str
    values: dict[str, str | None]
    changed: list[str]
    state: DocumentState
    masked: list[str] = []
    """Names of the values that are shown masked."""


class FormPinRequest(Body):
    """Read the document again as this form."""

    form_id: str
    revision: str


class FormListBody(Body):
    """Forms that the service knows."""

    items: list[FormRef]
