"""The fit behind `training.calibrate`: a logistic that keeps to sense, and a monotone curve."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression

from pipelines.confidence import AGAINST, ALL_GROUPS, FEATURES, curve

Floats = NDArray[np.float64]
_FOLDS = 5
# Weight of the pull of all weights to 0, and of a group's own slope and offset to those of all.
_RIDGE, _GROUP_RIDGE = 0.3, 3.0
# No single input says more than this (in log-odds for each unit of it).
_MOST = 3.0
# A step of the curve rests on so many values, and on so many more that follow the logistic.
_STEP, _PRIOR = 40, 8.0
_POINTS = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One read value: which document it is of, what spoke for it, and whether it was right."""

    document: str
    group: str
    inputs: tuple[float, ...]
    right: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """Confidence of one group: score = `bias` + `weights` x inputs, chance = curve at the score."""

    bias: float
    weights: tuple[float, ...]
    scores: tuple[float, ...]
    chances: tuple[float, ...]

    def confidence(self, inputs: Sequence[float]) -> float:
        """Probability that a value with these inputs is right."""
        score = self.bias + float(np.dot(self.weights, inputs))
        return curve(self.scores, self.chances, score)


def fit_groups(samples: Sequence[Sample]) -> dict[str, Fit]:
    """Fit all groups; those without samples get what all have in common."""
    inputs = np.array([s.inputs for s in samples])
    right = np.array([s.right for s in samples], float)
    bias, weights = _common(inputs, right)
    scores = bias + inputs @ weights
    groups = np.array([s.group for s in samples])
    own = {group: _own(scores[groups == group], right[groups == group]) for group in ALL_GROUPS}
    moved = np.array([own[g][0] * s + own[g][1] for g, s in zip(groups, scores, strict=True)])
    points, chances = _monotone(moved, right)
    return {
        group: Fit(
            bias=float(slope * bias + offset),
            weights=tuple(float(slope * weight) for weight in weights),
            scores=points,
            chances=chances,
        )
        for group, (slope, offset) in own.items()
    }


def left_out(samples: Sequence[Sample]) -> list[float]:
    """Confidence of every sample from a fit without its document and those of the same fold."""
    documents = sorted({s.document for s in samples})
    fold = {document: i % _FOLDS for i, document in enumerate(documents)}
    found = [0.0] * len(samples)
    for number in range(_FOLDS):
        fits = fit_groups([s for s in samples if fold[s.document] != number])
        for i, sample in enumerate(samples):
            if fold[sample.document] == number:
                found[i] = fits[sample.group].confidence(sample.inputs)
    return found


def _common(inputs: Floats, right: Floats) -> tuple[float, Floats]:
    """Logistic with weights of the sign that makes sense: bias and weights."""
    spread = np.maximum(inputs.std(0), 1e-6)
    scaled = inputs / spread

    def loss(parameters: Floats) -> tuple[float, Floats]:
        value, slope = _log_loss(parameters[0] + scaled @ parameters[1:], right)
        pull = _RIDGE * parameters.copy()
        pull[0] = 0.0
        gradient = np.concatenate([[slope.sum()], slope @ scaled]) + pull
        return value + 0.5 * float(pull @ parameters), gradient

    bounds: list[tuple[float | None, float | None]] = [(None, None)]
    for name, scale in zip(FEATURES, spread, strict=True):
        limit = _MOST * float(scale)
        bounds.append((-limit, 0.0) if name in AGAINST else (0.0, limit))
    start = np.zeros(inputs.shape[1] + 1)
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B")
    return float(found.x[0]), np.asarray(found.x[1:] / spread)


def _own(scores: Floats, right: Floats) -> tuple[float, float]:
    """Slope and offset of one group's scores, near to 1 and 0 where it has few mistakes."""

    def loss(parameters: Floats) -> tuple[float, Floats]:
        value, slope = _log_loss(parameters[0] * scores + parameters[1], right)
        away = parameters - np.array([1.0, 0.0])
        gradient = np.array([slope @ scores, slope.sum()]) + _GROUP_RIDGE * away
        return value + 0.5 * _GROUP_RIDGE * float(away @ away), gradient

    bounds = [(0.2, None), (None, None)]
    found = minimize(loss, np.array([1.0, 0.0]), jac=True, bounds=bounds, method="L-BFGS-B")
    return float(found.x[0]), float(found.x[1])


def _log_loss(scores: Floats, right: Floats) -> tuple[float, Floats]:
    signs = 2 * right - 1
    value = float(np.logaddexp(0, -signs * scores).sum())
    return value, _chance(scores) - right


def _monotone(scores: Floats, right: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Points of a rising curve from scores to the share of right values."""
    order = np.argsort(scores)
    count = max(min(_POINTS, len(order) // _STEP), 1)
    # Mistakes are rare: each step holds an equal share of them, not of the values.
    weight = np.cumsum(1 - right[order] + 4.0 / len(order))
    edges = np.searchsorted(weight, np.linspace(0, weight[-1], count + 1)[1:-1])
    parts = [part for part in np.split(order, edges) if len(part)]
    centres = np.array([scores[part].mean() for part in parts])
    expected = _chance(centres)
    shares = np.array(
        [
            (right[part].sum() + _PRIOR * chance) / (len(part) + _PRIOR)
            for part, chance in zip(parts, expected, strict=True)
        ]
    )
    weights = [len(part) for part in parts]
    rising = IsotonicRegression().fit(centres, shares, sample_weight=weights).predict(centres)
    return tuple(map(float, centres)), tuple(float(min(max(c, 0.001), 0.9995)) for c in rising)


def _chance(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -40, 40))))
