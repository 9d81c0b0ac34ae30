"""Numbers that tell what a document is about: character n-grams of its text and of its headings.

Everything is arithmetic on arrays of code points: a page takes a fraction of a millisecond. An
n-gram is hashed by multiplication (Dietzfelbinger et al., 1997); nothing of a text can be read
back from its features.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.records import Line

HEAD_BITS, WHOLE_BITS = 15, 14
HEAD, WHOLE = 1 << HEAD_BITS, 1 << WHOLE_BITS
LAYOUT_NAMES = (
    *("lines", "characters", "line_length", "latin", "digits", "kana", "kanji", "other"),
    *("vertical", "tallest", "sentences", "confidence"),
)
FEATURES = HEAD + WHOLE + len(LAYOUT_NAMES)
SCHEME = 2
"""Number of this way to make features: what was learnt by another one is of no use."""
_GRAMS = 3
_SEPARATOR = 10
_PROMINENT = 1.25
"""A line this much taller than the median is a heading."""
_LONGEST_HEADING = 40
_FADING = 5.0
"""Lines from the top after which a line counts 1/e as much as a heading."""
_LAYOUT_WEIGHT = 0.35
_HEAD_WEIGHT = 2.5
"""Length of the features of headings; those of all lines together have 1."""
_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93], dtype=np.uint64
)
_MIX = np.uint64(0x100000001B3)


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Sparse features of one document: sorted distinct `indices` below FEATURES, and `values`."""

    indices: NDArray[np.int64]
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line as the features see it: `size` is its height, `top` its upper edge, both in pixels."""

    text: str
    size: float
    top: float
    page: int = 1
    vertical: bool = False
    confidence: float = 1.0


def text_lines(lines: Sequence[Line]) -> list[TextLine]:
    """Lines of a document, without their places."""
    return [
        TextLine(
            line.text,
            line.box.x1 - line.box.x0 if line.vertical else line.box.y1 - line.box.y0,
            line.box.y0,
            line.page,
            line.vertical,
            line.confidence,
        )
        for line in lines
    ]


def fold_text(text: str) -> str:
    """Text as the classifier sees it: NFKC, without spaces, every digit the same."""
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"[0-9]", "0", folded)


def document_features(lines: Sequence[TextLine]) -> Features:
    """Features of a whole document.

    The headings weigh more than all lines together: a form of three pages has a thousand words
    that stand on any form, and one title.
    """
    folded = [fold_text(line.text) for line in lines]
    codes, owners = _code_points(folded)
    weights = heading_weights(lines)
    head = _grams(codes, weights[owners], HEAD_BITS)
    head = (head[0], head[1] * np.float32(_HEAD_WEIGHT))
    whole = _grams(codes, np.ones(len(codes), np.float32), WHOLE_BITS)
    layout = _layout(lines, folded, codes)
    indices = np.concatenate([head[0], whole[0] + HEAD, np.arange(len(layout)) + HEAD + WHOLE])
    return Features(indices, np.concatenate([head[1], whole[1], layout]))


def heading_weights(lines: Sequence[TextLine]) -> NDArray[np.float32]:
    """How much each line is a heading, 0..1: tall, and near the top of its page. Shape (lines,)."""
    if not lines:
        return np.zeros(0, np.float32)
    sizes = np.array([line.size for line in lines], np.float32)
    middle = max(float(np.median(sizes)), 1e-6)
    tall = np.clip((sizes / middle - 1) / 0.8, 0, 1)
    # More than a few tall lines are a poster or handwriting, where size tells nothing.
    if (sizes >= _PROMINENT * middle).mean() > 0.25 and len(lines) > 4:
        tall[:] = 0
    ranks = np.zeros(len(lines), np.float32)
    seen: dict[int, float] = {}
    for i, line in enumerate(lines):
        ranks[i] = seen.get(line.page, 0)
        seen[line.page] = float(ranks[i]) + 1
    near = np.exp(-ranks / _FADING)
    lengths = np.array([len(line.text) for line in lines])
    long = np.where(lengths > _LONGEST_HEADING, 0.2, 1.0)
    # Where one line stands out, those above it are stamps and numbers of forms.
    near *= 0.6 * (1 - 0.7 * float((tall * long).max()))
    weights: NDArray[np.float32] = (np.maximum(tall, near) * long).astype(np.float32)
    return weights


def _code_points(folded: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Code points of all lines with a separator after each, and the line that each is of."""
    text = "\n".join(folded) + "\n"
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    ends = np.cumsum([len(line) + 1 for line in folded])
    owners = np.searchsorted(ends, np.arange(len(codes)), side="right") if len(ends) else codes
    return (codes, owners.astype(np.int64)) if folded else (codes[:0], np.zeros(0, np.int64))


def _grams(
    codes: NDArray[np.uint64], weights: NDArray[np.float32], bits: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Hashed n-grams (1.._GRAMS) with the logarithm of their weighted counts, of length 1."""
    slots, amounts = [], []
    state = codes.copy()
    for n in range(_GRAMS):
        if n:
            if len(codes) <= n:
                break
            state = state[:-1] * _MIX + codes[n:]
        # An n-gram belongs to the line of its first character; a separator alone says nothing.
        kept = codes[: len(state)] != _SEPARATOR
        slots.append(((state * _MULTIPLIERS[n]) >> np.uint64(64 - bits))[kept].astype(np.int64))
        amounts.append(weights[: len(state)][kept])
    if not slots:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    sums = np.bincount(np.concatenate(slots), np.concatenate(amounts), 1 << bits)
    indices = np.flatnonzero(sums > 1e-3)
    values = np.log1p(sums[indices])
    length = max(float(np.sqrt((values**2).sum())), 1e-9)
    return indices, (values / length).astype(np.float32)


def _layout(
    lines: Sequence[TextLine], folded: Sequence[str], codes: NDArray[np.uint64]
) -> NDArray[np.float32]:
    """Measure the kind of writing, whatever it says; the order is that of LAYOUT_NAMES."""
    signs = codes[codes != _SEPARATOR]
    count = max(len(signs), 1)

    def share(*ranges: tuple[int, int]) -> float:
        return float(sum(((signs >= a) & (signs <= b)).sum() for a, b in ranges)) / count

    sizes = np.array([line.size for line in lines] or [1.0])
    lengths = np.array([len(text) for text in folded] or [0])
    values = (
        np.log1p(len(lines)) / 5,
        np.log1p(len(signs)) / 8,
        np.log1p(float(np.median(lengths))) / 4,
        share((0x41, 0x5A), (0x61, 0x7A)),
        share((0x30, 0x39)),
        share((0x3041, 0x309F)),
        share((0x4E00, 0x9FFF)),
        share((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x4DFF)),
        float(np.mean([line.vertical for line in lines])) if lines else 0.0,
        min(float(sizes.max() / max(float(np.median(sizes)), 1e-6)), 4.0) / 4,
        float((signs == ord("。")).sum()) / max(len(lines), 1),
        float(np.mean([line.confidence for line in lines])) if lines else 0.0,
    )
    return (_LAYOUT_WEIGHT * np.array(values)).astype(np.float32)
