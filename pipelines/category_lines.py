"""Lines as a small transformer sees them (`models.line_classifier`): text, place and height.

A line is hashed n-grams of what it says and five numbers of where it stands and how tall it is.
Nothing of a text can be read back from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.line_classifier import LineClassifier
from pipelines.category_features import (
    FEATURES,
    Features,
    TextLine,
    document_features,
    fold_text,
    heading_weights,
)

GRAM_BITS = 15
GRAMS = 1 << GRAM_BITS
PLACES = (24, 17, 16, 4, 12)
"""How many values each number of a line has: order, height, place, page, length."""
LONGEST = 112
"""Lines of a document that are looked at: the most prominent ones, in their order."""
_MULTIPLIERS = np.array(
    [0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3], dtype=np.uint64
)
_MIX = np.uint64(0x100000001B3)
_SEPARATOR = 10


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """A document of L lines: n-grams of all, where those of each begin (L), places (L x 5)."""

    grams: NDArray[np.int64]
    starts: NDArray[np.int64]
    places: NDArray[np.int64]


def features_with_lines(lines: Sequence[TextLine], model: LineClassifier | None) -> Features:
    """Features of a document, with the logits of the transformer behind them where there is one."""
    features = document_features(lines)
    if model is None:
        return features
    tokens = line_tokens(lines)
    logits = model.logits(tokens.grams, tokens.starts, tokens.places)
    return Features(
        np.concatenate([features.indices, FEATURES + np.arange(len(logits))]),
        np.concatenate([features.values, logits]),
    )


def line_tokens(lines: Sequence[TextLine]) -> Tokens:
    """Tokens of a document; lines without text are left out."""
    kept = [line for line in lines if fold_text(line.text)]
    if len(kept) > LONGEST:
        chosen = np.sort(np.argsort(-heading_weights(kept), kind="stable")[:LONGEST])
        kept = [kept[i] for i in chosen]
    folded = [fold_text(line.text) for line in kept]
    if not kept:
        none = np.zeros(0, np.int64)
        return Tokens(none, none, np.zeros((0, len(PLACES)), np.int64))
    grams, starts = _grams(folded)
    return Tokens(grams, starts, _places(kept, folded))


def _grams(folded: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """N-grams (1 to 3) with one separator before and after each line, and where lines begin."""
    text = "\n" + "\n".join(folded) + "\n"
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    cuts = codes == _SEPARATOR
    owners = np.cumsum(cuts) - 1
    # An n-gram may begin or end with a separator, but not reach into the next line.
    inside = (~cuts, ~(cuts[:-1] & cuts[1:]), ~cuts[1:-1])
    state, slots, lines = codes.copy(), [], []
    for n, good in enumerate(inside):
        if n:
            state = state[:-1] * _MIX + codes[n:]
        slots.append(((state * _MULTIPLIERS[n]) >> np.uint64(64 - GRAM_BITS))[good])
        lines.append(owners[: len(state)][good])
    order = np.argsort(np.concatenate(lines), kind="stable")
    starts = np.searchsorted(np.concatenate(lines)[order], np.arange(len(folded)))
    return np.concatenate(slots)[order].astype(np.int64), starts.astype(np.int64)


def _places(lines: Sequence[TextLine], folded: Sequence[str]) -> NDArray[np.int64]:
    """Numbers of PLACES for every line, L x 5."""
    sizes = np.array([line.size for line in lines])
    height = np.log2(np.maximum(sizes, 1) / max(float(np.median(sizes)), 1.0))
    tops = np.array([line.top for line in lines])
    pages = np.array([line.page for line in lines])
    ranks = np.zeros(len(lines), int)
    place = np.zeros(len(lines))
    for page in np.unique(pages):
        on = pages == page
        ranks[on] = np.arange(on.sum())
        low, high = tops[on].min(), tops[on].max()
        place[on] = (tops[on] - low) / max(high - low, 1.0)
    lengths = np.array([len(text) for text in folded])
    columns = (
        np.where(ranks < 12, ranks, 12 + (ranks - 12) // 8),
        np.round(height * 5) + 8,
        place * PLACES[2],
        pages - 1,
        np.log2(lengths + 1) * 1.8,
    )
    limits = np.array(PLACES) - 1
    return np.clip(np.stack(columns, 1).astype(np.int64), 0, limits)
