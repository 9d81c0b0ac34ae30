"""A kind of document that the office adds: one blank and some samples, nothing else is retrained.

A head of its own stands beside the classifier: logistic regression of the new kind against papers
of all known kinds (the bank that comes with the model). Its odds are added to those of the others,
so that the known kinds keep their order among themselves. Only features that two of the samples
share are kept: what stands on one paper only, such as a name, leaves no trace in the head.
"""

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError, ModelProblem
from models.manifest import load_manifest, read_part
from pipelines.category_features import (
    HEAD,
    SCHEME,
    WHOLE,
    Features,
    TextLine,
    document_features,
)
from pipelines.category_model import MODEL, NO_ARRAYS
from pipelines.records import CategoryScore

LEAST_SAMPLES = 3
"""Papers (the blank is one) from which a kind can be learnt."""
_VARIANTS = 8
_STEEP = 8.0
_NEGATIVE_QUANTILE = 0.995
_MIDDLE = 0.4
_SHOWN = 0.1
_SETTLED = 0.98
_TEXT = HEAD + WHOLE


class KindTooAlike(Exception):
    """The samples cannot be told from papers of known kinds; `like` are those they resemble."""

    def __init__(self, like: Sequence[str]) -> None:
        super().__init__(", ".join(like))
        self.like = tuple(like)


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """Papers of known kinds and of none: N labels, and features as compressed sparse rows."""

    labels: tuple[str, ...]
    starts: NDArray[np.int64]
    indices: NDArray[np.int64]
    values: NDArray[np.float32]

    def columns(self, wanted: NDArray[np.int64]) -> NDArray[np.float32]:
        """Those features of all papers, N x len(wanted); `wanted` is sorted."""
        return _columns(self.starts, self.indices, self.values, wanted)


@dataclass(frozen=True, slots=True, eq=False)
class KindHead:
    """The head of one added kind: p = 1 / (1 + exp(-(features . weights + bias)))."""

    label: str
    indices: NDArray[np.int64]
    weights: NDArray[np.float32]
    bias: float

    def odds(self, features: Features) -> float:
        """How much likelier the paper is of this kind than of any other."""
        common, here, there = np.intersect1d(
            self.indices, features.indices, assume_unique=True, return_indices=True
        )
        logit = (
            float(self.weights[here] @ features.values[there]) + self.bias if len(common) else -30.0
        )
        return float(np.exp(np.clip(logit, -30, 30)))


def learn_kind(label: str, papers: Sequence[Sequence[TextLine]], bank: Bank) -> KindHead:
    """Learn a kind from the lines of a blank and of samples (about a second).

    Raises ValueError for fewer than LEAST_SAMPLES papers with text, `KindTooAlike` when they
    cannot be told from known kinds.
    """
    papers = [paper for paper in papers if paper]
    if len(papers) < LEAST_SAMPLES:
        raise ValueError(f"{len(papers)} papers with text, {LEAST_SAMPLES} are needed")
    rng = random.Random(0)
    groups = [
        [
            document_features(paper),
            *(document_features(_varied(paper, rng)) for _ in range(_VARIANTS)),
        ]
        for paper in papers
    ]
    wanted = _shared([group[0] for group in groups])
    if not len(wanted):
        raise KindTooAlike(())
    others = bank.columns(wanted)
    samples = [_rows(group, wanted) for group in groups]
    # Each paper is judged by a head that has not seen it: what the head will do on the next one.
    unseen = []
    for left_out in range(len(samples)):
        weights, bias = _fit([s for i, s in enumerate(samples) if i != left_out], others)
        unseen.append(float(samples[left_out][0] @ weights + bias))
    weights, bias = _fit(samples, others)
    logits = others @ weights + bias
    low = float(np.quantile(logits, _NEGATIVE_QUANTILE))
    high = float(np.median(unseen))
    if high <= low + 0.5:
        nearest = np.argsort(-logits)[:20]
        raise KindTooAlike(tuple(dict.fromkeys(bank.labels[i] for i in nearest))[:3])
    steep = _STEEP / (high - low)
    middle = low + _MIDDLE * (high - low)
    return KindHead(label, wanted, (steep * weights).astype(np.float32), steep * (bias - middle))


def with_kinds(
    score: CategoryScore, lines: Sequence[TextLine], heads: Sequence[KindHead]
) -> CategoryScore:
    """Category when kinds were added; `score` is what the classifier says without them."""
    if not heads or not lines:
        return score
    features = document_features(lines)
    odds = {head.label: head.odds(features) for head in heads}
    total = 1 + sum(odds.values())
    shares = {label: value / total for label, value in odds.items()}
    best = max(shares, key=lambda label: shares[label])
    rest = score.confidence / total
    added = tuple(sorted((n for n, p in shares.items() if p >= _SHOWN), key=lambda n: -shares[n]))
    kept = score.candidates if sum(shares.values()) < _SETTLED else ()
    new = tuple(shares[label] for label in added)
    old = tuple(each / total for each in score.scores) if kept else ()
    known = len(old) == len(kept)
    if shares[best] > rest:
        return CategoryScore(
            label=best,
            confidence=shares[best],
            candidates=(*added, *kept),
            scores=(*new, *old) if known else (),
        )
    return replace(
        score,
        confidence=rest,
        candidates=(*kept, *added),
        scores=(*old, *new) if known else (),
    )


def load_bank(version: str | None = None) -> Bank:
    """Papers that come with the classifier. Raises `models.errors.ModelError`."""
    manifest = load_manifest(MODEL, version)
    try:
        return decode_bank(read_part(manifest, "bank.npz"))
    except NO_ARRAYS as error:
        raise ModelError(ModelProblem.DAMAGED, MODEL, f"bank: {error}") from error


def encode_bank(bank: Bank) -> bytes:
    """Write papers as plain arrays (npz, no pickle)."""
    out = io.BytesIO()
    np.savez_compressed(
        out,
        labels=np.array(bank.labels, dtype=np.str_),
        starts=bank.starts.astype(np.int64),
        indices=bank.indices.astype(np.uint32),
        values=bank.values.astype(np.float32),
    )
    return out.getvalue()


def decode_bank(data: bytes) -> Bank:
    """Read papers. Raises one of NO_ARRAYS for what is none."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return Bank(
            tuple(str(label) for label in arrays["labels"]),
            arrays["starts"].astype(np.int64),
            arrays["indices"].astype(np.int64),
            arrays["values"].astype(np.float32),
        )


def encode_head(head: KindHead) -> bytes:
    """Write a head as plain arrays (npz, no pickle)."""
    out = io.BytesIO()
    np.savez_compressed(
        out,
        label=np.array(head.label),
        indices=head.indices.astype(np.uint32),
        weights=head.weights,
        bias=np.array(head.bias),
        scheme=np.array(SCHEME),
    )
    return out.getvalue()


def decode_head(data: bytes) -> KindHead:
    """Read a head. Raises ValueError for what is none, or is of other features."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            head = KindHead(
                str(arrays["label"]),
                arrays["indices"].astype(np.int64),
                arrays["weights"].astype(np.float32),
                float(arrays["bias"]),
            )
            scheme = int(arrays["scheme"])
    except NO_ARRAYS as error:
        raise ValueError(f"no head of a kind: {error}") from error
    if scheme != SCHEME or len(head.indices) != len(head.weights):
        raise ValueError("the head is of other features")
    return head


def _varied(paper: Sequence[TextLine], rng: random.Random) -> list[TextLine]:
    """Read the same paper once more: lines lost, characters misread, heights uneven."""
    lost, wrong = rng.uniform(0, 0.25), rng.uniform(0, 0.06)
    return [
        replace(
            line,
            text="".join("〓" if rng.random() < wrong else sign for sign in line.text),
            size=line.size * rng.uniform(0.85, 1.2),
        )
        for line in paper
        if rng.random() >= lost
    ]


def _shared(papers: Sequence[Features]) -> NDArray[np.int64]:
    """Features of text that at least two papers have."""
    found, counts = np.unique(np.concatenate([p.indices for p in papers]), return_counts=True)
    shared: NDArray[np.int64] = found[(counts >= 2) & (found < _TEXT)]
    return shared


def _rows(group: Sequence[Features], wanted: NDArray[np.int64]) -> NDArray[np.float32]:
    starts = np.cumsum([0, *(len(f.indices) for f in group)])
    indices = np.concatenate([f.indices for f in group])
    values = np.concatenate([f.values for f in group])
    return _columns(starts, indices, values, wanted)


def _columns(
    starts: NDArray[np.int64],
    indices: NDArray[np.int64],
    values: NDArray[np.float32],
    wanted: NDArray[np.int64],
) -> NDArray[np.float32]:
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    places = np.minimum(np.searchsorted(wanted, indices), len(wanted) - 1)
    hit = wanted[places] == indices
    out = np.zeros((len(starts) - 1, len(wanted)), np.float32)
    out[rows[hit], places[hit]] = values[hit]
    return out


def _fit(
    samples: Sequence[NDArray[np.float32]], others: NDArray[np.float32]
) -> tuple[NDArray[np.float64], float]:
    """Logistic regression of the samples against the others, both sides of the same weight."""
    # Imported when a kind is learnt: reading a page needs none of it.
    from sklearn.linear_model import LogisticRegression

    rows = np.concatenate([*samples, others])
    truth = np.concatenate([np.ones(sum(len(s) for s in samples)), np.zeros(len(others))])
    model = LogisticRegression(C=20.0, class_weight="balanced", max_iter=200)
    model.fit(rows, truth)
    return model.coef_[0], float(model.intercept_[0])
