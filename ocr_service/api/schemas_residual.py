"""Bodies of the expected residual error: counts and shares, no values and no documents."""

from pydantic import ConfigDict

from ocr_service.api.schemas import Body
from ocr_service.residual.confirmed import Residual
from ocr_service.residual.estimate import LEAST_DOCUMENTS, LEAST_FIELDS, Estimate

CAVEAT = (
    "訂正されなかった項目を正しいものとして数えています。確認の対象にならなかった項目の誤りは、"
    "誰も気づかなければ数に入りません。訂正の数は下限です。"
)
"""What the corrections can't show."""


class _Figures(Body):
    model_config = ConfigDict(from_attributes=True)


class ShareBody(_Figures):
    """`count` of `of`; `low` and `high` are the 95% interval of the rate, 0..1."""

    count: int
    of: int
    rate: float
    low: float
    high: float


class ExpectedBody(_Figures):
    """Expected number of wrong fields, with its 95% interval."""

    wrong: float
    low: float
    high: float


class ConfidenceBinBody(_Figures):
    """Fields of a confidence from `low` to below `high`; `confidence` is their mean."""

    low: float
    high: float
    confidence: float
    corrected: ShareBody


class ThresholdBody(_Figures):
    """What happens when only fields of at least `threshold` go unreviewed.

    `reviewed` is the share of all fields to look at; `expected` (by confidence) and `corrected`
    are wrong fields among the others.
    """

    threshold: float
    reviewed: float
    unreviewed: int
    expected: float
    corrected: ShareBody


class TargetBody(_Figures):
    """The lowest threshold that reaches `accuracy`, if one does.

    `proven`: the upper end of the interval of the corrections is within it too.
    """

    accuracy: float
    proven: bool
    point: ThresholdBody | None


class GroupBody(_Figures):
    """Estimate of one group of fields; null where there are too few confirmations to tell.

    `sure` and `doubtful`: corrections among fields that nobody was asked to look at, and the
    others. `agrees`: the intervals of both estimates have something in common.
    """

    documents: int
    fields: int
    enough: bool
    sure: ShareBody
    doubtful: ShareBody
    blank: int
    """Sure fields that were taken for empty."""
    by_confidence: ExpectedBody | None
    by_corrections: ExpectedBody | None
    larger: ExpectedBody | None
    agrees: bool
    target: TargetBody | None


class EstimateBody(GroupBody):
    """Estimate of all fields, with how right confidences were and what other thresholds do."""

    bins: list[ConfidenceBinBody]
    curve: list[ThresholdBody]


class ResidualBody(Body):
    """Expected wrong fields among the unreviewed ones of confirmed documents."""

    caveat: str
    least_documents: int
    least_fields: int
    overall: EstimateBody
    by_form: dict[str, GroupBody]
    """By form id; `-` are pages of no known form."""
    by_kind: dict[str, GroupBody]
    damaged: int
    left_out: int
    """Older documents beyond the limit."""


def residual_body(residual: Residual) -> ResidualBody:
    """Give an estimate as JSON can carry it."""
    return ResidualBody(
        caveat=CAVEAT,
        least_documents=LEAST_DOCUMENTS,
        least_fields=LEAST_FIELDS,
        overall=EstimateBody.model_validate(residual.overall),
        by_form=_groups(residual.by_form),
        by_kind=_groups(residual.by_kind),
        damaged=len(residual.damaged),
        left_out=residual.left_out,
    )


def _groups(found: dict[str, Estimate]) -> dict[str, GroupBody]:
    return {name: GroupBody.model_validate(each) for name, each in found.items()}
