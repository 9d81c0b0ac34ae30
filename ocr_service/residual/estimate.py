"""How many wrong values are expected where nobody is asked to look, from confirmed documents.

Two estimates stand side by side. The calibrated confidences say it before anybody looked: the sum
of 1 - confidence. What people corrected says it afterwards, but only as far as people looked: a
wrong value that looked sure and that nobody noticed counts as right here. So corrections are a
lower bound, and the larger of the two estimates is the one to plan with.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ocr_service.residual.intervals import Expected, Share, share_by_document, sum_of_chances
from pipelines.confidence import CRITICAL
from pipelines.records import FieldState

LEAST_DOCUMENTS, LEAST_FIELDS = 30, 300
"""Below either there are too few confirmations to tell: not a single error among 300 fields still
leaves up to one in a hundred."""
EDGES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0)
_MOST_POINTS = 60
_ALWAYS = (FieldState.UNREADABLE, FieldState.STRUCK)


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldOutcome:
    """What was suggested for one field of a confirmed document, and whether a person changed it.

    `form` is None on pages of no known form; `confidence` is 0..1.
    """

    document: str
    form: str | None
    kind: str
    confidence: float
    doubtful: bool
    state: FieldState
    corrected: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """Fields whose confidence is in [`low`, `high`), the last one with its end.

    `confidence` is their mean.
    """

    low: float
    high: float
    confidence: float
    corrected: Share


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """What happens when only fields of at least `threshold` go unreviewed.

    `reviewed` is the share of all fields that people are then asked to look at, 0..1; `expected`
    and `corrected` are of the others.
    """

    threshold: float
    reviewed: float
    unreviewed: int
    expected: float
    corrected: Share

    @property
    def risk(self) -> float:
        """Share wrong of the unreviewed, by the estimate that says more."""
        return max(self.expected, self.corrected.count) / self.unreviewed


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The lowest threshold that reaches `accuracy`; `point` is None when none does.

    `proven`: even the upper end of the interval of what was corrected is within it.
    """

    accuracy: float
    point: Point | None

    @property
    def proven(self) -> bool:
        """Whether the corrections alone show it, whatever the confidences say."""
        return self.point is not None and self.point.corrected.high <= 1 - self.accuracy


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """Figures of a set of confirmed documents.

    `sure` are corrections among fields that nobody was asked to look at, `doubtful` among the
    others; `blank` of the sure ones were taken for empty. The rest is None or empty when there are
    too few confirmations to tell.
    """

    documents: int
    sure: Share
    doubtful: Share
    blank: int
    by_confidence: Expected | None = None
    by_corrections: Expected | None = None
    bins: tuple[Bin, ...] = ()
    curve: tuple[Point, ...] = ()
    target: Target | None = None

    @property
    def fields(self) -> int:
        """All fields that were suggested."""
        return self.sure.of + self.doubtful.of

    @property
    def enough(self) -> bool:
        """Whether there are enough confirmations to tell."""
        return self.documents >= LEAST_DOCUMENTS and self.sure.of >= LEAST_FIELDS

    @property
    def larger(self) -> Expected | None:
        """The estimate to plan with."""
        if self.by_confidence is None or self.by_corrections is None:
            return None
        return max(self.by_confidence, self.by_corrections, key=lambda each: each.wrong)

    @property
    def agrees(self) -> bool:
        """Whether the intervals of both estimates have something in common."""
        told, seen = self.by_confidence, self.by_corrections
        return told is None or seen is None or (told.low <= seen.high and seen.low <= told.high)


def estimate(outcomes: Sequence[FieldOutcome], *, accuracy: float) -> Estimate:
    """Estimate the wrong fields among the sure ones, and the threshold that reaches `accuracy`.

    `accuracy` is the wanted share of right values among those that go unreviewed, within (0, 1).
    """
    facts = _Facts.of(outcomes)
    sure = ~facts.doubtful
    seen = facts.corrected_among(sure)
    counts = Estimate(
        documents=len(np.unique(facts.documents)),
        sure=seen,
        doubtful=facts.corrected_among(facts.doubtful),
        blank=sum(not o.doubtful and o.state is FieldState.BLANK for o in outcomes),
    )
    if not counts.enough:
        return counts
    thresholds = _thresholds(facts)
    return replace(
        counts,
        by_confidence=sum_of_chances(1 - facts.confidence[sure]),
        by_corrections=Expected(
            wrong=float(seen.count), low=seen.low * seen.of, high=seen.high * seen.of
        ),
        bins=_bins(facts),
        curve=tuple(_point(facts, each) for each in _thinned(thresholds)),
        target=_target(facts, thresholds, accuracy),
    )


def grouped(
    outcomes: Iterable[FieldOutcome], key: Callable[[FieldOutcome], str], *, accuracy: float
) -> dict[str, Estimate]:
    """Estimate group by group, in the order of their names."""
    groups: dict[str, list[FieldOutcome]] = {}
    for outcome in outcomes:
        groups.setdefault(key(outcome), []).append(outcome)
    return {name: estimate(groups[name], accuracy=accuracy) for name in sorted(groups)}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Facts:
    """The outcomes as columns. `always`: reviewed at every threshold."""

    documents: NDArray[np.intp]
    confidence: NDArray[np.float64]
    doubtful: NDArray[np.bool_]
    corrected: NDArray[np.bool_]
    always: NDArray[np.bool_]

    @classmethod
    def of(cls, outcomes: Sequence[FieldOutcome]) -> "_Facts":
        names = [o.document for o in outcomes]
        confidence = np.array([o.confidence for o in outcomes], dtype=np.float64)
        doubtful = np.array([o.doubtful for o in outcomes], dtype=np.bool_)
        unread = np.array([o.state in _ALWAYS for o in outcomes], dtype=np.bool_)
        return cls(
            documents=np.unique(names, return_inverse=True)[1].astype(np.intp),
            confidence=confidence,
            doubtful=doubtful,
            corrected=np.array([o.corrected for o in outcomes], dtype=np.bool_),
            # Doubtful in spite of the highest threshold there is: for another reason than that.
            always=unread | (doubtful & (confidence >= CRITICAL)),
        )

    def corrected_among(self, chosen: NDArray[np.bool_]) -> Share:
        return share_by_document(self.documents[chosen], self.corrected[chosen])


def _bins(facts: _Facts) -> tuple[Bin, ...]:
    which = np.clip(np.searchsorted(EDGES, facts.confidence, side="right") - 1, 0, len(EDGES) - 2)
    bins = []
    for number, (low, high) in enumerate(pairwise(EDGES)):
        chosen = which == number
        if chosen.any():
            mean, share = float(facts.confidence[chosen].mean()), facts.corrected_among(chosen)
            bins.append(Bin(low=low, high=high, confidence=mean, corrected=share))
    return tuple(bins)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Thresholds:
    """By threshold, highest first: how many go unreviewed, and how many of them are wrong."""

    value: NDArray[np.float64]
    unreviewed: NDArray[np.intp]
    wrong: NDArray[np.float64]


def _thresholds(facts: _Facts) -> _Thresholds:
    open_ = ~facts.always
    order = np.argsort(-facts.confidence[open_], kind="stable")
    confidence = facts.confidence[open_][order]
    # The last field of each confidence: equal ones are taken together.
    last = np.flatnonzero(np.append(np.diff(confidence) < 0, len(confidence) > 0))
    told = np.cumsum(1 - confidence)[last]
    seen = np.cumsum(facts.corrected[open_][order])[last]
    return _Thresholds(value=confidence[last], unreviewed=last + 1, wrong=np.maximum(told, seen))


def _thinned(thresholds: _Thresholds) -> list[float]:
    """Thresholds of the curve: evenly spread over the share reviewed."""
    if not len(thresholds.value):
        return []
    ends = np.linspace(thresholds.unreviewed[0], thresholds.unreviewed[-1], _MOST_POINTS)
    chosen = np.unique(np.searchsorted(thresholds.unreviewed, ends))
    return [float(value) for value in thresholds.value[chosen]]


def _point(facts: _Facts, threshold: float) -> Point:
    passed = ~facts.always & (facts.confidence >= threshold)
    return Point(
        threshold=threshold,
        reviewed=1 - float(passed.mean()),
        unreviewed=int(passed.sum()),
        expected=float((1 - facts.confidence[passed]).sum()),
        corrected=facts.corrected_among(passed),
    )


def _target(facts: _Facts, thresholds: _Thresholds, accuracy: float) -> Target:
    # A sum of many decimals: a hair over is not over.
    reached = thresholds.wrong <= (1 - accuracy) * thresholds.unreviewed + 1e-9
    reached &= thresholds.unreviewed >= LEAST_FIELDS
    found = np.flatnonzero(reached)
    point = _point(facts, float(thresholds.value[found[-1]])) if len(found) else None
    return Target(accuracy=accuracy, point=point)
