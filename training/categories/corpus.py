"""Corpora of made-up papers as features: for fitting, for calibration, for evaluation.

Each comes from seeds of its own. Papers of no kind: strangers' forms and papers of no office; for
calibration some matters that fitting has not seen, for evaluation the matters kept for it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models.line_classifier import LineClassifier
from pipelines.category_features import FEATURES, Features, TextLine
from pipelines.category_lines import features_with_lines
from training.categories.documents import draw_foreign_paper, draw_paper, draw_stranger_paper
from training.categories.noise import misread
from training.categories.vocabulary import (
    UNKNOWN,
    Kind,
    Stranger,
    development_strangers,
    strangers,
)

EVALUATION_SEEDS = 500_000
"""Evaluation draws its papers from seeds from here on; nothing is tuned on them."""


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """N papers: their kinds and features (N x FEATURES)."""

    labels: tuple[str, ...]
    features: csr_matrix


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How many papers: of each kind, of each stranger, of no office."""

    each: int
    stranger: int
    foreign: int


def make_corpus(
    kinds: Sequence[Kind],
    plan: Plan,
    seed: int,
    *,
    part: str = "fit",
    titles: str = "all",
    model: LineClassifier | None = None,
) -> Corpus:
    """Draw papers, misread them, compute their features, with those of `model` where it is given.

    `part` is `fit`, `calibrate`, `develop` or `evaluate` and chooses the strangers. `titles`:
    `all`, `known` (all but every fourth) or `new` (only every fourth, where a kind has four).
    """
    drawn = draw_documents(kinds, plan, seed, part=part, titles=titles)
    return Corpus(tuple(label for label, _ in drawn), matrix([lines for _, lines in drawn], model))


def draw_documents(
    kinds: Sequence[Kind], plan: Plan, seed: int, *, part: str = "fit", titles: str = "all"
) -> list[tuple[str, list[TextLine]]]:
    """Kinds and misread lines of the papers of a corpus."""
    rng = random.Random(seed)
    held_out = part == "evaluate"
    drawn = [
        (kind.label, draw_paper(_with(kind, titles), rng, held_out=held_out))
        for kind in kinds
        for _ in range(plan.each)
    ]
    drawn += [
        (UNKNOWN, draw_stranger_paper(m, rng, held_out=held_out))
        for m in _matters(part)
        for _ in range(plan.stranger)
    ]
    drawn += [(UNKNOWN, draw_foreign_paper(rng, held_out=held_out)) for _ in range(plan.foreign)]
    return [(label, misread(paper.text_lines(), rng)) for label, paper in drawn]


def _matters(part: str) -> list[Stranger]:
    if part == "develop":
        return development_strangers()
    matters = strangers(held_out=part == "evaluate")
    if part == "evaluate":
        return matters
    return [m for i, m in enumerate(matters) if (i % 4 == 3) == (part == "calibrate")]


def _with(kind: Kind, titles: str) -> Kind:
    if titles == "all" or len(kind.titles) < 4:
        return kind
    chosen = tuple(t for i, t in enumerate(kind.titles) if (i % 4 == 3) == (titles == "new"))
    return Kind(
        label=kind.label,
        style=kind.style,
        titles=chosen,
        words=kind.words,
        siblings=kind.siblings,
        sentences=kind.sentences,
    )


def matrix(
    documents: Sequence[Sequence[TextLine]], model: LineClassifier | None = None
) -> csr_matrix:
    """Features of many documents, N x FEATURES; with `model` its logits are further columns."""
    return stacked(
        [features_with_lines(lines, model) for lines in documents],
        FEATURES + len(model.labels if model else ()),
    )


def stacked(rows: Sequence[Features], columns: int = FEATURES) -> csr_matrix:
    """Rows as one sparse matrix of so many columns."""
    starts: NDArray[np.int64] = np.cumsum([0, *(len(row.indices) for row in rows)])
    return csr_matrix(
        (
            np.concatenate([row.values for row in rows]),
            np.concatenate([row.indices for row in rows]),
            starts,
        ),
        shape=(len(rows), columns),
    )
