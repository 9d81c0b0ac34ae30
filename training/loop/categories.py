"""Classifier from confirmed papers of no form: `python -m training.loop.categories DATASET`.

The weights in use stay; increments are added to them, fitted on three fifths of the papers together
with the bank of known kinds that comes with the model, so that no other kind is forgotten: softmax
regression with the weights in use as offset and a ridge on the increments (a Gaussian prior around
the old model). Only features that two papers of one category share get an increment. A fifth of the
papers refits the temperature and widens conformal sets; the last fifth is for the figures.
"""

import argparse
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.manifest import load_manifest, read_part
from pipelines.category_features import HEAD, SCHEME, WHOLE
from pipelines.category_kinds import Bank, decode_bank, load_bank
from pipelines.category_model import (
    MODEL,
    CategoryModel,
    load_text_model,
    save_category_model,
    softmax,
)
from training.loop.candidate import Candidate, write_version
from training.loop.dataset import is_check

LEAST_PAPERS, LEAST_OF_KIND = 20, 3
RIDGE = 0.5
"""Weight of the prior: larger leaves the model nearer to what it was."""
COVERAGE = 0.99
_TEMPERATURE_PRIOR = 50.0
"""The temperature in use counts as this many papers."""
_TEXT = HEAD + WHOLE
Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Papers:
    """Confirmed papers: N ids, their categories and features, by transformer version `lines`."""

    version: str
    documents: tuple[str, ...]
    bank: Bank
    lines: str = ""


def load_papers(folder: Path) -> Papers:
    """Read what `ocr-service examples categories` wrote. Raises OSError, ValueError."""
    data = (folder / "categories.npz").read_bytes()
    told = json.loads((folder / "categories.json").read_text("utf-8"))
    version = sha256(data).hexdigest()
    if told["version"] != version:
        raise ValueError("categories.npz is not the one that was exported")
    if told["scheme"] != SCHEME:
        raise ValueError("the papers are of other features")
    return Papers(
        version=version,
        documents=tuple(told["documents"]),
        bank=decode_bank(data),
        lines=str(told.get("lines", "")),
    )


def refit(model: CategoryModel, papers: Bank, known: Bank) -> CategoryModel:
    """Add increments that tell `papers` better without losing the `known` ones.

    All labels must be among those of the model.
    """
    truth = _numbers(model, [*papers.labels, *known.labels])
    wanted = _shared(papers)
    rows = np.concatenate([papers.columns(wanted), known.columns(wanted)]).astype(np.float64)
    offset = np.concatenate([logits_of(model, papers), logits_of(model, known)])
    kinds = len(model.labels)

    def loss(flat: Floats) -> tuple[float, Floats]:
        delta = flat.reshape(len(wanted) + 1, kinds)
        scores = (offset + rows @ delta[:-1] + delta[-1]) / model.temperature
        chances = softmax(scores)
        told = np.log(np.maximum(chances[np.arange(len(truth)), truth], 1e-300))
        chances[np.arange(len(truth)), truth] -= 1
        slope = chances / model.temperature
        gradient = np.concatenate([rows.T @ slope, slope.sum(axis=0)[None]]) + RIDGE * delta
        return float(-told.sum() + RIDGE / 2 * (delta**2).sum()), gradient.ravel()

    start = np.zeros((len(wanted) + 1) * kinds)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 60})
    delta = found.x.reshape(len(wanted) + 1, kinds)
    weights = model.weights.copy()
    weights[wanted] += delta[:-1].astype(np.float32)
    return replace(model, weights=weights, bias=model.bias + delta[-1].astype(np.float32))


def recalibrate(model: CategoryModel, papers: Bank) -> CategoryModel:
    """Temper on papers that were not fitted, and widen the sets of the kinds they are of."""
    if not papers.labels:
        return model
    truth, logits = _numbers(model, papers.labels), logits_of(model, papers)
    factors = np.geomspace(0.5, 2.0, 41)
    best = min(factors, key=lambda f: _loss(logits / (f * model.temperature), truth, float(f)))
    warm = replace(model, temperature=float(best * model.temperature))
    chances, thresholds = softmax(logits / warm.temperature), model.thresholds.copy()
    for label in np.unique(truth):
        scores = np.sort(1 - chances[truth == label, label])
        rank = min(int(np.ceil((len(scores) + 1) * COVERAGE)), len(scores))
        # Few papers may widen a set, never narrow it.
        thresholds[label] = max(thresholds[label], float(scores[rank - 1]))
    return replace(warm, thresholds=thresholds)


def make_candidate(
    papers: Papers, model: CategoryModel, known: Bank, *, bank: bytes, command: str
) -> Candidate:
    """Fit, calibrate and measure on parts of their own.

    Raises ValueError for too few papers, and for papers of another transformer than the model's.
    """
    if papers.lines != model.lines:
        stated = papers.lines or "none", model.lines or "none"
        raise ValueError("the papers are of transformer {}, the model is of {}".format(*stated))
    usable = [i for i, label in enumerate(papers.bank.labels) if label in model.labels]
    parts: dict[str, list[int]] = {"fit": [], "calibrate": [], "measure": []}
    for i in usable:
        parts[_part(papers.documents[i])].append(i)
    fit = _chosen(papers.bank, parts["fit"])
    if len(usable) < LEAST_PAPERS or not _often(fit.labels):
        raise ValueError(
            f"{len(usable)} papers of known kinds; {LEAST_PAPERS} are needed, "
            f"{LEAST_OF_KIND} of one kind"
        )
    made = recalibrate(refit(model, fit, known), _chosen(papers.bank, parts["calibrate"]))
    held = _chosen(papers.bank, parts["measure"])
    out = io.BytesIO()
    save_category_model(made, out)
    metrics: dict[str, float] = {"papers": len(usable), "other_kinds": len(papers.bank.labels)}
    metrics["other_kinds"] -= len(usable)
    metrics |= {f"held.{k}": v for k, v in _figures(model, made, held).items()}
    metrics |= {f"known.{k}": v for k, v in _figures(model, made, known).items()}
    return Candidate(
        name=MODEL,
        task="classification of documents by their text, from confirmed papers of no form",
        file="model.npz",
        data=out.getvalue(),
        parts={"bank.npz": bank},
        command=command,
        metrics=metrics,
        notes=(
            "`held` are confirmed papers that were neither fitted nor calibrated on; `known` the "
            "papers that come with the model, which were fitted on. Kinds that the office added "
            "have heads of their own (`ocr-service categories learn`) and are not in it."
        ),
    )


def logits_of(model: CategoryModel, papers: Bank) -> Floats:
    """Logits of all papers, N x K."""
    rows = [
        papers.values[a:b] @ model.weights[papers.indices[a:b]] + model.bias
        for a, b in zip(papers.starts[:-1], papers.starts[1:], strict=True)
    ]
    return np.array(rows, np.float64).reshape(len(rows), len(model.labels))


def _figures(before: CategoryModel, after: CategoryModel, papers: Bank) -> dict[str, float]:
    if not papers.labels:
        return {"papers": 0}
    found: dict[str, float] = {"papers": len(papers.labels)}
    for name, model in (("before", before), ("after", after)):
        truth = _numbers(model, papers.labels)
        chances = softmax(logits_of(model, papers) / model.temperature)
        sets = 1 - chances <= model.thresholds
        found[f"right_{name}"] = float((model.said(chances) == truth).mean())
        found[f"covered_{name}"] = float(sets[np.arange(len(truth)), truth].mean())
        found[f"set_{name}"] = float(sets.sum(axis=1).mean())
    return {key: round(value, 4) for key, value in found.items()}


def _loss(logits: Floats, truth: Numbers, factor: float) -> float:
    chances = softmax(logits)[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(chances, 1e-300)).sum()) + _TEMPERATURE_PRIOR * float(
        np.log(factor) ** 2
    )


def _part(document: str) -> str:
    if not is_check(document, 40):
        return "fit"
    return "calibrate" if is_check(f"calibrate/{document}", 50) else "measure"


def _often(labels: Sequence[str]) -> bool:
    return any(labels.count(label) >= LEAST_OF_KIND for label in set(labels))


def _shared(papers: Bank) -> Numbers:
    """Features of text that at least two papers of one category have."""
    found: set[int] = set()
    for label in set(papers.labels):
        own = [
            papers.indices[papers.starts[i] : papers.starts[i + 1]]
            for i, name in enumerate(papers.labels)
            if name == label
        ]
        indices, counts = np.unique(np.concatenate(own), return_counts=True)
        found.update(indices[(counts >= 2) & (indices < _TEXT)].tolist())
    return np.array(sorted(found), np.int64)


def _chosen(papers: Bank, rows: Sequence[int]) -> Bank:
    spans = [(papers.starts[i], papers.starts[i + 1]) for i in rows]
    return Bank(
        tuple(papers.labels[i] for i in rows),
        np.cumsum([0, *(b - a for a, b in spans)]),
        np.concatenate([np.zeros(0, np.int64), *(papers.indices[a:b] for a, b in spans)]),
        np.concatenate([np.zeros(0, np.float32), *(papers.values[a:b] for a, b in spans)]),
    )


def _numbers(model: CategoryModel, labels: Sequence[str]) -> Numbers:
    return np.array([model.labels.index(label) for label in labels], np.int64)


def main() -> int:
    """Write a candidate of `category_linear`."""
    parser = argparse.ArgumentParser(prog="python -m training.loop.categories")
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    papers = load_papers(options.dataset)
    bank = read_part(load_manifest(MODEL), "bank.npz")
    candidate = make_candidate(
        papers, load_text_model(), load_bank(), bank=bank, command="training.loop.categories"
    )
    size = f"{len(papers.documents)} confirmed papers of no form"
    path = write_version(candidate, papers.version, size, options.version, options.out)
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
