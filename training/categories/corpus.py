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

from pipelines.category_features import FEATURES, Features, TextLine, document_features
from training.categories.documents import draw_foreign_paper, draw_paper, draw_stranger_paper
from training.categories.noise import misread
from training.categories.vocabulary import UNKNOWN, Kind, strangers

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
    kinds: Sequence[Kind], plan: Plan, seed: int, *, part: str = "fit", titles: str = "all"
) -> Corpus:
    """Draw papers, misread them, compute their features.

    `part` is `fit`, `calibrate` or `evaluate` and chooses the strangers. `titles`: `all`, `known`
    (all but every fourth) or `new` (only every fourth, where a kind has four).
    """
    rng = random.Random(seed)
    held_out = part == "evaluate"
    drawn = [
        (kind.label, draw_paper(_with(kind, titles), rng, held_out=held_out))
        for kind in kinds
        for _ in range(plan.each)
    ]
    matters = strangers(held_out=held_out)
    if not held_out:
        matters = [m for i, m in enumerate(matters) if (i % 4 == 3) == (part == "calibrate")]
    drawn += [
        (UNKNOWN, draw_stranger_paper(m, rng, held_out=held_out))
        for m in matters
        for _ in range(plan.stranger)
    ]
    drawn += [(UNKNOWN, draw_foreign_paper(rng, held_out=held_out)) for _ in range(plan.foreign)]
    read = [misread(paper.text_lines(), rng) for _, paper in drawn]
    return Corpus(tuple(label for label, _ in drawn), matrix(read))


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


def matrix(documents: Sequence[Sequence[TextLine]]) -> csr_matrix:
    """Features of many documents, N x FEATURES."""
    return stacked([document_features(lines) for lines in documents])


def stacked(rows: Sequence[Features]) -> csr_matrix:
    """Rows as one sparse matrix."""
    starts: NDArray[np.int64] = np.cumsum([0, *(len(row.indices) for row in rows)])
    return csr_matrix(
        (
            np.concatenate([row.values for row in rows]),
            np.concatenate([row.indices for row in rows]),
            starts,
        ),
        shape=(len(rows), FEATURES),
    )
