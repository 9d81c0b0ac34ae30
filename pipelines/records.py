"""The records that flow through the pipeline: frozen, keyword-only, without behaviour.

    bytes -> Page -> (identify + register | detect) -> Line / Mark -> Field -> Category
          -> Finding -> Suggestion -> Decision -> Export

A record never changes; a stage makes a new one. `BoundingBox` is always in pixels of the original
scan, origin top left, so that a value can be shown on the paper it came from whatever was done to
the page in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Image: height x width (grey) or height x width x 3 (RGB)."""
Matrix = NDArray[np.float64]
"""3 x 3 projective transform of column vectors (x, y, 1)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BoundingBox:
    """Axis-aligned box in pixels of the original scan: x0 <= x < x1, y0 <= y < y1."""

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if not (self.x0 < self.x1 and self.y0 < self.y1):
            raise ValueError(f"empty or inverted box: {self}")


@dataclass(frozen=True, kw_only=True, slots=True, weakref_slot=True, eq=False)
class Page:
    """One side of paper as pixels.

    `pixels` is H x W x 3 RGB, `dpi` theirs (from the file, or estimated from the size of A4).
    `to_scan` maps them to pixels of the original scan of `scan_width` x `scan_height`. `rotation`
    is what was turned so far, clockwise (0, 90, 180, 270): the original scan turned by it is
    upright. `damaged`: part of the file could not be read. `colourless`: its file has one channel.
    """

    number: int
    pixels: Pixels
    dpi: float
    to_scan: Matrix
    scan_width: int
    scan_height: int
    rotation: int = 0
    damaged: bool = False
    colourless: bool = False


class QualityReason(StrEnum):
    """Why a page should be scanned again."""

    BLANK = "blank"
    BLURRED = "blurred"
    DARK = "dark"
    OVEREXPOSED = "overexposed"
    LOW_RESOLUTION = "low_resolution"
    CUT_CORNER = "cut_corner"
    LOW_CONTRAST = "low_contrast"
    WRONG_SIDE = "wrong_side"
    DAMAGED = "damaged"
    COVERED = "covered"
    TWO_SHEETS = "two_sheets"
    NOT_PLACED = "not_placed"
    WAY_UP = "way_up"
    LOST_STROKES = "lost_strokes"
    STREAKS = "streaks"


@dataclass(frozen=True, kw_only=True, slots=True)
class QualityVerdict:
    """Answer for the scanning station about one page; the page is kept whatever it says.

    `ok` is False when a person should scan again. `measures` are the numbers behind the reasons.
    """

    page: int
    ok: bool
    reasons: tuple[QualityReason, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)

    def with_reason(self, reason: QualityReason) -> "QualityVerdict":
        """Give the verdict that says this, too."""
        if reason in self.reasons:
            return self
        return replace(self, ok=False, reasons=(*self.reasons, reason))


@dataclass(frozen=True, kw_only=True, slots=True)
class FormKey:
    """A form definition: its id and revision."""

    id: str
    revision: str


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Identification:
    """Which form page a scanned page is.

    `score` is 0..1: share of the form's print that was found where it should be. `method` is
    `qr`, `print` or `pinned`. `from_template` maps template pixels to page pixels (coarse, before
    registration refines it).
    """

    form: FormKey
    form_page: int
    score: float
    method: str
    from_template: Matrix


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RegisteredPage:
    """A scanned page warped onto the form's own coordinates.

    `grey` is its luminance, H x W template pixels at `dpi` (mm x dpi / 25.4); `colour` is RGB at
    half of that (H // 2 x W // 2 x 3), None when there are no colours. `to_scan` maps template
    pixels, moved by `shifts` (rows x columns x 2) if paper is bent, to the scan: see
    `geometry.place_in_scan`. `residual_mm` is the median distance of print from its place.
    """

    number: int
    form: FormKey
    form_page: int
    grey: Pixels
    colour: Pixels | None
    dpi: float
    to_scan: Matrix
    scan_width: int
    scan_height: int
    rotation: int
    score: float
    residual_mm: float
    edge: tuple[float, float, float] | None = None  # a x + b y > c lies beyond it
    shifts: NDArray[np.float32] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of text that was found and read. `confidence` is 0..1; `vertical` is 縦書き."""

    text: str
    confidence: float
    box: BoundingBox
    page: int
    vertical: bool = False


class MarkState(StrEnum):
    """What stands in the place of one option or seal."""

    EMPTY = "empty"
    MARKED = "marked"
    STRUCK = "struck"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """State of one option of a mark group (`option` is its value), or of one seal.

    `confidence` is 0..1 for `state`.
    """

    group: str
    option: str
    state: MarkState
    confidence: float
    box: BoundingBox
    page: int


class FieldState(StrEnum):
    """Blank, unreadable and struck out are different things and never confused."""

    READ = "read"
    BLANK = "blank"
    UNREADABLE = "unreadable"
    STRUCK = "struck"


class FieldSource(StrEnum):
    """Where a value comes from; `blank` of an `unreadable` field: only crumbs of ink are there."""

    READ = "read"
    DERIVED = "derived"
    BLANK = "blank"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """Another reading of the same ink."""

    value: str
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One value of the document with its evidence.

    `value` is normalised (date as YYYY-MM-DD, digits without hyphens, a mark group as the values
    of its marked options joined by ","); `raw_text` is what stands on the paper. `value` is None
    when nothing is written or nothing could be made of it. `doubtful` says that a person should
    look first. `correction_seal`: whether a seal (訂正印) stands by what was struck out; None where
    nothing was, or where the scan shows no colours. `correction_fluid`: whether the writing stands
    on correction fluid or tape; None where nothing is written, or the scan can't show it.
    """

    name: str
    label: str
    kind: str
    value: str | None
    raw_text: str
    confidence: float
    state: FieldState
    source: FieldSource
    box: BoundingBox | None
    page: int
    doubtful: bool = False
    alternatives: tuple[Alternative, ...] = ()
    correction_seal: bool | None = None
    correction_fluid: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryScore:
    """What kind of document it is.

    `label` is a category id or `unknown`; `confidence` is calibrated, 0..1; `candidates` is the
    set that holds the truth with the stated coverage (one element when it is sure). `scores` are
    the probabilities of the candidates, in their order; empty where none were worked out.
    """

    label: str
    confidence: float
    candidates: tuple[str, ...]
    scores: tuple[float, ...] = ()


class FindingKind(StrEnum):
    """What a finding is about."""

    COMPLETENESS = "completeness"
    PLAUSIBILITY = "plausibility"
    QUALITY = "quality"
    RULE_FAILED = "rule_failed"


class Severity(StrEnum):
    """`error`: cannot be accepted as it is; `warning`: look at it; `info`: good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something a reviewer should know, in plain Japanese, with its rule and its ground.

    `params` filled the message; `ground` is the ordinance or manual clause.
    """

    rule: str
    kind: FindingKind
    severity: Severity
    fields: tuple[str, ...]
    message: str
    ground: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class PageView:
    """Size of the original scan, its turn upright, its form page (None when no form claims it)."""

    number: int
    width: int
    height: int
    rotation: int
    form_page: int | None
    score: float
    quality: QualityVerdict

    def with_reason(self, reason: QualityReason) -> "PageView":
        """Give the view whose verdict says this, too."""
        return replace(self, quality=self.quality.with_reason(reason))


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """Everything the service thinks about one document; a person decides.

    `versions` names every model, form and program that took part. `timings`: seconds by stage.
    """

    form: FormKey | None
    form_score: float
    category: CategoryScore
    fields: tuple[Field, ...]
    findings: tuple[Finding, ...]
    pages: tuple[PageView, ...]
    lines: tuple[Line, ...]
    versions: Mapping[str, str]
    timings: Mapping[str, float]
