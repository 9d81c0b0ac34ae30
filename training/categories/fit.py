"""Fitting and calibration of the linear classifier: softmax by Adam, then conformal sets."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from pipelines.category_features import FEATURES
from pipelines.category_model import SURE, UNKNOWN, CategoryModel, softmax
from training.categories.corpus import Corpus

COVERAGE = 0.99
"""Share of the papers of each kind whose candidates hold the truth."""
_DECAYS = (0.9, 0.999)


def fit(
    corpus: Corpus, seed: int, *, epochs: int = 14, rate: float = 0.03, decay: float = 2e-6
) -> tuple[tuple[str, ...], NDArray[np.float32], NDArray[np.float32]]:
    """Softmax regression with weight decay: labels, weights (FEATURES x K) and bias (K)."""
    labels = tuple(sorted(set(corpus.labels)))
    truth = indices_of(corpus.labels, labels)
    rng = np.random.default_rng(seed)
    weights = np.zeros((FEATURES, len(labels)), np.float32)
    bias = np.zeros(len(labels), np.float32)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    batch, step = 512, 0
    steps = epochs * -(-len(truth) // batch)
    weighing = balance(truth, len(labels))
    for _ in range(epochs):
        order = rng.permutation(len(truth))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            some = corpus.features[rows]
            errors = softmax(some @ weights + bias)
            errors[np.arange(len(rows)), truth[rows]] -= 1
            errors *= (weighing[truth[rows]] / len(rows))[:, None]
            errors = errors.astype(np.float32)
            step += 1
            slope = np.asarray(some.T @ errors) + decay * weights
            first += (1 - _DECAYS[0]) * (slope - first)
            second += (1 - _DECAYS[1]) * (slope * slope - second)
            pace = rate * 0.5 * (1 + np.cos(np.pi * step / steps))
            scale = np.sqrt(1 - _DECAYS[1] ** step) / (1 - _DECAYS[0] ** step)
            weights -= (pace * scale) * first / (np.sqrt(second) + 1e-8)
            bias -= pace * errors.sum(0)
    return labels, weights, bias


def balance(truth: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """Weights by which rare kinds count half as much as if all were as frequent."""
    sizes = np.bincount(truth, minlength=count).astype(float)
    weights: NDArray[np.float64] = np.sqrt(sizes.mean() / np.maximum(sizes, 1))
    return weights


def calibrated(
    labels: tuple[str, ...],
    weights: NDArray[np.float32],
    bias: NDArray[np.float32],
    corpus: Corpus,
    version: str,
    *,
    lines: str = "",
) -> CategoryModel:
    """Calibrate on a corpus that was not fitted, and set the thresholds of every kind.

    Three numbers by likelihood: the temperature, what is added to the logit of `unknown` (papers of
    no kind are more frequent in training), and, with version `lines` of the transformer, the weight
    of its logits, which are further columns of the corpus.
    """
    truth = indices_of(corpus.labels, labels)
    own = np.asarray(corpus.features[:, :FEATURES] @ weights + bias, np.float64)
    further = np.zeros_like(own)
    if lines:
        further = np.asarray(corpus.features[:, FEATURES:].todense(), np.float64)
    unknown = np.array(labels) == UNKNOWN

    def logits(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = np.exp(numbers[0]) * own + numbers[1] * unknown
        return found + (np.exp(numbers[2]) * further if lines else 0)

    start = np.zeros(3 if lines else 2)
    found = minimize(lambda n: log_loss(logits(n), truth), start, method="Nelder-Mead").x
    temperature = float(np.exp(-found[0]))
    if lines:
        share = float(np.exp(found[2])) * temperature
        weights = np.concatenate([weights, np.eye(len(labels), dtype=np.float32) * share])
    return CategoryModel(
        version=version,
        labels=labels,
        weights=weights,
        bias=bias + (found[1] * temperature * unknown).astype(np.float32),
        temperature=temperature,
        thresholds=conformal(softmax(logits(found)), truth),
        lines=lines,
    )


def conformal(probabilities: NDArray[np.float64], truth: NDArray[np.int64]) -> NDArray[np.float64]:
    """Quantiles of 1 - p(truth) of each kind, with the finite-sample correction.

    None is below SURE: what is likelier than all others together is always a candidate.
    """
    thresholds = np.ones(probabilities.shape[1])
    for label in range(len(thresholds)):
        scores = np.sort(1 - probabilities[truth == label, label])
        rank = int(np.ceil((len(scores) + 1) * COVERAGE))
        # Too few papers to promise anything: always a candidate.
        thresholds[label] = max(scores[rank - 1], SURE) if rank <= len(scores) else 1.0
    return thresholds


def probabilities_of(model: CategoryModel, features: csr_matrix) -> NDArray[np.float64]:
    """Probabilities of many papers at once, N x K."""
    logits = np.asarray(features @ model.weights + model.bias, np.float64)
    return softmax(logits / model.temperature)


def indices_of(labels: Sequence[str], names: Sequence[str]) -> NDArray[np.int64]:
    """Find the number of each label in `names`."""
    numbers = {name: number for number, name in enumerate(names)}
    return np.array([numbers[label] for label in labels], np.int64)


def log_loss(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """Mean negative log-likelihood."""
    return float(-np.log(softmax(logits)[np.arange(len(truth)), truth] + 1e-12).mean())
