"""Intervals at 95%: of a share counted by document, and of a sum of unequal chances."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_TAIL = 0.025
"""Left out at either end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """`count` of `of`, with the interval `low`..`high` of the rate behind it (0..1)."""

    count: int
    of: int
    low: float
    high: float

    @property
    def rate(self) -> float:
        """Observed rate; 0 of nothing."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """An expected number of fields with its interval `low`..`high`."""

    wrong: float
    low: float
    high: float


def share_by_document(documents: NDArray[np.intp], hits: NDArray[np.bool_]) -> Share:
    """Share of fields that are hits, with an interval that knows which fields share a paper.

    `documents` are the numbers of the documents of the fields. One bad scan makes several wrong
    fields, so they are not as many independent trials as they look: the interval of Clopper and
    Pearson is taken for the number of fields divided by the design effect (Korn and Graubard 1998),
    never for more than there are.
    """
    count, of = int(hits.sum()), len(hits)
    effect = _design_effect(documents, hits)
    low, high = clopper_pearson(count / effect, of / effect)
    return Share(count=count, of=of, low=low, high=high)


def clopper_pearson(count: float, of: float) -> tuple[float, float]:
    """Interval of Clopper and Pearson of `count` of `of`; (0, 1) for no trial.

    Neither needs to be a whole number.
    """
    from scipy.special import betaincinv

    if of <= 0:
        return 0.0, 1.0
    low = float(betaincinv(count, of - count + 1, _TAIL)) if count > 0 else 0.0
    high = float(betaincinv(count + 1, of - count, 1 - _TAIL)) if count < of else 1.0
    return low, high


def sum_of_chances(chances: NDArray[np.float64]) -> Expected:
    """How many of independent events of these chances (0..1) happen: Poisson binomial.

    The distribution comes from its characteristic function, cut where nothing is left of it.
    """
    mean = float(chances.sum())
    spread = float(np.sqrt((chances * (1 - chances)).sum()))
    size = min(len(chances), int(mean + 12 * spread + 30)) + 1
    turns = np.exp(2j * np.pi * np.arange(size) / size)
    transform = np.ones(size, dtype=np.complex128)
    # Confidences are stored with four digits: many are equal.
    for chance, many in zip(*np.unique(chances, return_counts=True), strict=True):
        transform *= (1 - chance + chance * turns) ** many
    reached = np.cumsum(np.fft.fft(transform).real / size)
    low, high = (
        min(int(np.searchsorted(reached, level)), size - 1) for level in (_TAIL, 1 - _TAIL)
    )
    return Expected(wrong=mean, low=float(low), high=float(high))


def _design_effect(documents: NDArray[np.intp], hits: NDArray[np.bool_]) -> float:
    """Variance of the rate by whole documents, against that of as many single fields; >= 1."""
    if not len(hits):
        return 1.0
    _, which = np.unique(documents, return_inverse=True)
    fields = np.bincount(which)
    rate, many = float(hits.mean()), len(fields)
    plain = rate * (1 - rate) * len(hits)
    if plain == 0 or many < 2:
        return 1.0
    found = np.bincount(which, weights=hits)
    clustered = many / (many - 1) * float(((found - rate * fields) ** 2).sum())
    return max(1.0, clustered / plain)
