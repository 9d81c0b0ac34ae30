"""Figures of a classifier on papers that it has not seen, with intervals."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

from pipelines.category_model import UNKNOWN, CategoryModel
from training.benchmark.metrics import wilson
from training.categories.fit import indices_of, probabilities_of

_BINS = 10
_DRAWS = 400


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Papers with what the classifier made of them: N probabilities of K labels."""

    model: CategoryModel
    truth: NDArray[np.int64]
    probabilities: NDArray[np.float64]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which papers are of a kind that the classifier knows."""
        found: NDArray[np.bool_] = self.truth != self.model.labels.index(UNKNOWN)
        return found

    @property
    def said(self) -> NDArray[np.int64]:
        """Which label is said of each paper."""
        return self.model.said(self.probabilities)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Where the likeliest label is the true one."""
        found: NDArray[np.bool_] = self.said == self.truth
        return found

    @property
    def strangeness(self) -> NDArray[np.float64]:
        """How little a paper is like any known kind: 1 - the likeliest known one."""
        known = [i for i, label in enumerate(self.model.labels) if label != UNKNOWN]
        found: NDArray[np.float64] = 1 - self.probabilities[:, known].max(1)
        return found


def judge(model: CategoryModel, labels: Sequence[str], features: csr_matrix) -> Judged:
    """Classify papers of known truth."""
    return Judged(
        model=model,
        truth=indices_of(labels, model.labels),
        probabilities=probabilities_of(model, features),
    )


def share(right: NDArray[np.bool_]) -> str:
    """Write a share with its 95% interval (Wilson)."""
    count, of = int(right.sum()), len(right)
    if not of:
        return "none"
    low, high = wilson(count, of)
    return f"{count / of:.2%} ({low:.2%} to {high:.2%}; {count} of {of})"


def figures(judged: Judged) -> Mapping[str, str]:
    """Top-1, coverage, mean set, AUROC of the unknown, calibration error."""
    known, model = judged.known, judged.model
    sets = 1 - judged.probabilities <= model.thresholds
    covered = sets[np.arange(len(judged.truth)), judged.truth]
    found = {
        "top-1, known kinds": share(judged.right[known]),
        "truth among candidates, known kinds": share(covered[known]),
        "mean candidates, known kinds": f"{np.maximum(sets[known].sum(1), 1).mean():.3f}",
        "empty sets, known kinds": share(sets[known].sum(1) == 0),
        "expected calibration error": f"{calibration_error(judged):.4f}",
    }
    if known.all() or not known.any():
        return found
    strange, low, high = auroc(judged)
    found["unknown said to be unknown"] = share(judged.right[~known])
    found["AUROC of unknown"] = f"{strange:.4f} ({low:.4f} to {high:.4f})"
    return found


def auroc(judged: Judged) -> tuple[float, float, float]:
    """Area under the curve of `strangeness` with its bootstrap interval (95%)."""
    unknown, scores = ~judged.known, judged.strangeness
    rng, draws = np.random.default_rng(0), []
    for _ in range(_DRAWS):
        rows = rng.integers(0, len(scores), len(scores))
        if unknown[rows].any() and not unknown[rows].all():
            draws.append(roc_auc_score(unknown[rows], scores[rows]))
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(roc_auc_score(unknown, scores)), float(low), float(high)


def reliability(judged: Judged) -> list[tuple[float, float, int]]:
    """Confidence, share of right ones and count, in ten bins of confidence."""
    confidence = judged.model.confidence(judged.probabilities)
    bins = np.clip((confidence * _BINS).astype(int), 0, _BINS - 1)
    return [
        (
            float(confidence[bins == b].mean()),
            float(judged.right[bins == b].mean()),
            int((bins == b).sum()),
        )
        for b in range(_BINS)
        if (bins == b).any()
    ]


def calibration_error(judged: Judged) -> float:
    """Mean distance of confidence and share of right ones, weighted by count."""
    found = reliability(judged)
    total = sum(count for _, _, count in found)
    return sum(abs(c - r) * n for c, r, n in found) / max(total, 1)


def isotonic_error(fitted: Judged, judged: Judged) -> float:
    """Calibration error when the confidence goes through a curve that `fitted` papers gave."""
    own = fitted.model.confidence(fitted.probabilities)
    curve = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(own, fitted.right)
    found = curve.predict(judged.model.confidence(judged.probabilities))
    bins = np.clip((found * _BINS).astype(int), 0, _BINS - 1)
    gaps = [
        abs(found[bins == b].mean() - judged.right[bins == b].mean()) * (bins == b).sum()
        for b in range(_BINS)
        if (bins == b).any()
    ]
    return float(sum(gaps) / len(found))


def confusions(judged: Judged) -> list[tuple[str, str, int]]:
    """Truth, what was said instead, how often; the most frequent first."""
    labels, said = judged.model.labels, judged.said
    pairs = zip(judged.truth, said, strict=True)
    counts = Counter((labels[a], labels[b]) for a, b in pairs if a != b)
    return [(a, b, n) for (a, b), n in counts.most_common()]
