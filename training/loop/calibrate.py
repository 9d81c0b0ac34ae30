"""Confidences by kind from confirmed documents: `python -m training.loop.calibrate DATASET`.

For every kind of field with enough values an isotonic curve (Zadrozny and Elkan 2002) leads from
the stated confidence to how often such values stood when people looked. The stated confidence is
kept as a prior, so that few values move it little. Of values that nobody was asked to look at only
mistakes that somebody noticed are known: there the curve may only fall, never rise.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.confidence import CRITICAL, SURE, curve
from pipelines.recalibrate import MODEL, KindCalibration, dump_calibration
from training.loop.candidate import Candidate, write_candidate
from training.loop.dataset import Dataset, Example, is_check, load_dataset

LEAST_FIELDS, LEAST_WRONG = 300, 8
_PRIOR = 60.0
"""Weight of the stated confidence, in values."""
_KNOTS = 12
_LEAST = 1e-3
Floats = NDArray[np.float64]


def fit_kinds(
    examples: Sequence[Example], *, accuracy: float | None = None
) -> dict[str, KindCalibration]:
    """Fit every kind that has enough values and enough mistakes.

    With `accuracy` the thresholds are the lowest ones above which that share of values stood.
    """
    found = {}
    for kind in sorted({example.kind for example in examples}):
        stated, right = columns([e for e in examples if e.kind == kind])
        if len(stated) < LEAST_FIELDS or (right < 1).sum() < LEAST_WRONG:
            continue
        found[kind] = _fit(stated, right, accuracy)
    return found


def columns(examples: Sequence[Example]) -> tuple[Floats, Floats]:
    """Stated confidences of values that were read, and 1.0 for those that stood."""
    read = [e for e in examples if e.state == "read" and e.source == "read" and e.suggested]
    stated = np.array([e.confidence for e in read], dtype=np.float64)
    return stated, np.array([float(not e.corrected) for e in read], dtype=np.float64)


def log_likelihood(confidence: Floats, right: Floats) -> float:
    """Mean log-likelihood of what stood, the measure that the gate compares confidences by."""
    within = np.clip(confidence, _LEAST, 1 - _LEAST)
    return float(np.where(right > 0, np.log(within), np.log(1 - within)).mean())


def applied(stated: Floats, known: KindCalibration) -> Floats:
    """Confidences after the curve."""
    return np.array([curve(known.stated, known.true, float(c)) for c in stated])


def _fit(stated: Floats, right: Floats, accuracy: float | None) -> KindCalibration:
    from sklearn.isotonic import IsotonicRegression

    knots = np.unique(np.quantile(stated, np.linspace(0, 1, _KNOTS)))
    weight = np.concatenate([np.ones(len(stated)), np.full(len(knots), _PRIOR / len(knots))])
    model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(
        np.concatenate([stated, knots]), np.concatenate([right, knots]), sample_weight=weight
    )
    points = np.unique(np.concatenate([knots, [0.0, SURE, CRITICAL, 1.0]]))
    true = np.clip(model.predict(points), _LEAST, 1 - _LEAST / 10)
    # Above the threshold nobody was asked to look: no correction is no proof.
    true = np.where(points >= SURE, np.minimum(true, points), true)
    true = np.maximum.accumulate(np.minimum.accumulate(true[::-1])[::-1])
    known = KindCalibration(
        stated=tuple(round(float(p), 6) for p in points),
        true=tuple(round(float(t), 6) for t in true),
    )
    if accuracy is None:
        return known
    sure = _threshold(applied(stated, known), right, accuracy)
    return KindCalibration(
        stated=known.stated, true=known.true, sure=sure, critical=max(sure, CRITICAL)
    )


def _threshold(confidence: Floats, right: Floats, accuracy: float) -> float:
    """Lowest confidence above which a share of `accuracy` stood; never below 0.9."""
    order = np.argsort(-confidence, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    reached = np.flatnonzero(shares >= accuracy)
    lowest = float(confidence[order][reached[-1]]) if len(reached) else 1.0
    return round(min(max(lowest, 0.9), 0.9999), 4)


def make_candidate(dataset: Dataset, *, accuracy: float | None, command: str) -> Candidate:
    """Fit on one part of the documents and measure on the other. Raises ValueError for too few."""
    fit = [e for e in dataset.examples if not is_check(e.document)]
    check = [e for e in dataset.examples if is_check(e.document)]
    known = fit_kinds(fit, accuracy=accuracy)
    if not known:
        raise ValueError(f"no kind has {LEAST_FIELDS} values and {LEAST_WRONG} mistakes")
    metrics: dict[str, float] = {}
    for kind, each in known.items():
        stated, right = columns([e for e in check if e.kind == kind])
        if not len(stated):
            continue
        metrics[f"{kind}.values"] = len(stated)
        metrics[f"{kind}.before"] = round(log_likelihood(stated, right), 5)
        metrics[f"{kind}.after"] = round(log_likelihood(applied(stated, each), right), 5)
    return Candidate(
        name=MODEL,
        task="confidence of values by kind of field, from confirmed documents",
        file="confidence.json",
        data=dump_calibration(known),
        command=command,
        metrics=metrics,
        notes=(
            "Figures are mean log-likelihoods (larger is better). Confirmed values that nobody was "
            "asked to look at may hide mistakes: above the threshold the curve only lowers."
        ),
    )


def main() -> int:
    """Write a candidate of `field_confidence`."""
    parser = argparse.ArgumentParser(prog="python -m training.loop.calibrate")
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--accuracy", type=float, help="wanted share of right unreviewed values")
    options = parser.parse_args()
    dataset = load_dataset(options.dataset)
    candidate = make_candidate(
        dataset, accuracy=options.accuracy, command="training.loop.calibrate"
    )
    sys.stdout.write(f"{write_candidate(candidate, dataset, options.version, options.out)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
