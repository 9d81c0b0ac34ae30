"""The promotion gate: better on the gold set in what the model is for, worse in nothing.

The rule, in words: over all documents the candidate is better in its own measure (95% interval of
the difference above zero, and one-sided p < 0.05 by document), it is worse in no measure over all
documents (p < 0.05), and in no measure in any form or category (p < 0.05 after Holm's correction
over the groups of that measure, 1979: with thirty groups, noise alone looks worse in one or two).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ocr_service.loop.measures import Measure
from ocr_service.loop.statistics import Comparison, Pair, compare

LEAST_DOCUMENTS = 30
"""Fewer gold documents say too little about a model that reads all papers of an office."""
MOST_ODD = 0.01
"""Share of confirmed documents that a model of oddity may speak up on."""
ALPHA = 0.05
ALL = "all"
_OWN = {
    "confidence": Measure.CONFIDENCE,
    "oddity": Measure.CALM,
}
"""By the first word of a manifest's task; classifiers go by their name, all others by values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One gold document with its pairs; `groups` are those it counts in."""

    document: str
    groups: tuple[str, ...]
    pairs: Mapping[Measure, Pair]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of the table. `p_worse` of groups is corrected for their number."""

    measure: Measure
    group: str
    result: Comparison
    p_worse: float
    worse: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class GateReport:
    """The verdict and its table; `reasons` are codes that `docs/learning.md` explains."""

    own: Measure
    rows: tuple[Row, ...]
    documents: int
    reasons: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the candidate may be promoted."""
        return not self.reasons

    def body(self) -> dict[str, Any]:
        """Give the report as JSON can carry it: counts and shares only."""
        return {
            "own": self.own.value,
            "documents": self.documents,
            "passed": self.passed,
            "reasons": list(self.reasons),
            "rows": [
                {
                    "measure": row.measure.value,
                    "group": row.group,
                    **{k: _rounded(v) for k, v in asdict(row.result).items()},
                    "p_worse": _rounded(row.p_worse),
                    "worse": row.worse,
                }
                for row in self.rows
            ],
        }


def own_measure(name: str, task: str) -> Measure:
    """Measure that a model of this name and task must better."""
    if name.startswith("category_"):
        return Measure.CATEGORY
    words = task.split()
    return _OWN.get(words[0].strip(",.:") if words else "", Measure.VALUES)


def judge(documents: Sequence[Judged], own: Measure) -> GateReport:
    """Compare over all documents and by group, and say whether the candidate passes."""
    rows: list[Row] = []
    for measure in Measure:
        rows += _of_measure(documents, measure)
    reasons = [] if len(documents) >= LEAST_DOCUMENTS else ["gold.few"]
    overall = {row.measure: row.result for row in rows if row.group == ALL}
    reasons += _not_better(overall[own], own)
    reasons += [f"worse.{row.measure}.{row.group}" for row in rows if row.worse and _counts(row)]
    return GateReport(own=own, rows=tuple(rows), documents=len(documents), reasons=tuple(reasons))


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Correct p-values for their number (Holm 1979): step down, never falling."""
    corrected: dict[str, float] = {}
    reached = 0.0
    order = sorted(p_values, key=lambda name: p_values[name])
    for rank, name in enumerate(order):
        reached = max(reached, min(1.0, p_values[name] * (len(order) - rank)))
        corrected[name] = reached
    return corrected


def _not_better(result: Comparison, own: Measure) -> list[str]:
    if own is Measure.CALM:
        # Nobody marks what is odd: such a model can only be shown to disturb nobody.
        return [] if result.candidate >= 1 - MOST_ODD else ["odd.too_often"]
    if result.difference > 0 and result.low > 0 and result.p_better < ALPHA:
        return []
    return [f"not_better.{own}"]


def _counts(row: Row) -> bool:
    # A model that may speak up disturbs more than none: its share has a limit of its own.
    return row.measure is not Measure.CALM


def _of_measure(documents: Sequence[Judged], measure: Measure) -> Iterable[Row]:
    groups: dict[str, list[Pair]] = {ALL: []}
    for document in documents:
        pair = document.pairs[measure]
        for group in (ALL, *document.groups):
            groups.setdefault(group, []).append(pair)
    found = {group: compare(pairs) for group, pairs in groups.items()}
    corrected = holm({g: r.p_worse for g, r in found.items() if g != ALL})
    corrected[ALL] = found[ALL].p_worse
    for group in (ALL, *sorted(g for g in found if g != ALL)):
        result = found[group]
        worse = result.difference < 0 and corrected[group] < ALPHA
        yield Row(
            measure=measure, group=group, result=result, p_worse=corrected[group], worse=worse
        )


def _rounded(value: float) -> float | int:
    return value if isinstance(value, int) else round(value, 6)
