"""Is a candidate better, on the same documents: paired tests that know fields share a paper.

A bad scan makes several wrong fields, so a document is the unit: intervals come from drawing
whole documents again (cluster bootstrap, Efron and Tibshirani 1993, percentiles), p-values from
turning the sign of whole documents (sign-flip permutation, Fisher 1935; exact up to 14 documents
that differ). McNemar's exact test on single fields stands beside them for who wants the textbook.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

_DRAWS = 4000
_SEED = 20261126
"""Draws are the same every time: an evaluation of the same documents says the same."""
_EXACT = 14
_TAIL = 0.025


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """One document: sums of a measure over its `items`, as in use and as the candidate has it.

    `gained` and `lost` are single items that only one of the two has right.
    """

    items: int
    active: float
    candidate: float
    gained: int = 0
    lost: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Paired comparison: means per item, their difference with its 95% interval, p-values.

    `p_better` and `p_worse` are one-sided, by document; `mcnemar` is two-sided, by item.
    """

    documents: int
    items: int
    active: float
    candidate: float
    difference: float
    low: float
    high: float
    p_better: float
    p_worse: float
    gained: int
    lost: int
    mcnemar: float


def compare(pairs: Sequence[Pair]) -> Comparison:
    """Compare over documents with at least one item; nothing to compare gives no difference."""
    pairs = [pair for pair in pairs if pair.items]
    items = np.array([p.items for p in pairs], dtype=np.float64)
    active = np.array([p.active for p in pairs], dtype=np.float64)
    candidate = np.array([p.candidate for p in pairs], dtype=np.float64)
    change = candidate - active
    total = float(items.sum())
    low, high = _interval(change, items)
    p_better, p_worse = _sign_flips(change)
    gained, lost = sum(p.gained for p in pairs), sum(p.lost for p in pairs)
    return Comparison(
        documents=len(pairs),
        items=int(total),
        active=float(active.sum()) / total if total else 0.0,
        candidate=float(candidate.sum()) / total if total else 0.0,
        difference=float(change.sum()) / total if total else 0.0,
        low=low,
        high=high,
        p_better=p_better,
        p_worse=p_worse,
        gained=gained,
        lost=lost,
        mcnemar=mcnemar(gained, lost),
    )


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided exact p-value that as many are gained as lost (McNemar 1947, binomial)."""
    from scipy.stats import binomtest

    if gained + lost == 0:
        return 1.0
    return float(binomtest(gained, gained + lost, 0.5).pvalue)


def _interval(change: NDArray[np.float64], items: NDArray[np.float64]) -> tuple[float, float]:
    if not change.any():
        return 0.0, 0.0
    generator = np.random.default_rng(_SEED)
    many = len(change)
    # How often each document is drawn: a matrix product instead of 4000 loops.
    drawn = generator.multinomial(many, np.full(many, 1 / many), size=_DRAWS).astype(np.float64)
    means = (drawn @ change) / (drawn @ items)
    low, high = np.quantile(means, (_TAIL, 1 - _TAIL))
    return float(low), float(high)


def _sign_flips(change: NDArray[np.float64]) -> tuple[float, float]:
    """One-sided p-values that the sum is so high, and so low, by chance of the signs."""
    moved = change[change != 0]
    if not len(moved):
        return 1.0, 1.0
    if len(moved) <= _EXACT:
        signs = np.array(list(product((-1.0, 1.0), repeat=len(moved))))
        extra = 0
    else:
        generator = np.random.default_rng(_SEED)
        signs = generator.choice((-1.0, 1.0), size=(_DRAWS, len(moved)))
        extra = 1
    sums, seen = signs @ moved, float(moved.sum())
    close = 1e-9 * max(1.0, abs(seen))
    count = len(sums) + extra
    better = (int((sums >= seen - close).sum()) + extra) / count
    worse = (int((sums <= seen + close).sum()) + extra) / count
    return better, worse
