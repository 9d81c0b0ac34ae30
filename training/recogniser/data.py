"""Batches of synthetic lines, the same for the same seed and number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipelines.synthesis.seeding import seeded
from training.recogniser.compose import Coverage, compose
from training.recogniser.corpus import Corpus, TextKind
from training.recogniser.fonts import Font
from training.recogniser.scan import HEIGHT, Pixels, scan_line

_BUCKET = 32
_STEP = 8


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A crop (48 x W grey), what it says, what kind of text it is, whether it is print."""

    pixels: Pixels
    text: str
    kind: TextKind
    printed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """N x 1 x 48 x W float32 (-1..1, padded with 0), the classes of all texts, their lengths."""

    pixels: NDArray[np.float32]
    classes: NDArray[np.int64]
    lengths: NDArray[np.int64]
    steps: NDArray[np.int64]


class Lines:
    """Draws lines: number `n` of seed `s` is always the same line."""

    def __init__(self, corpus: Corpus, fonts: Sequence[Font], longest: int) -> None:
        self._corpus = corpus
        self._fonts = fonts
        self._longest = longest

    def draw(self, *seed: int | str) -> Line:
        """Draw one line that fits the longest width and has room for its text."""
        for attempt in range(100):
            rng = seeded(*seed, attempt)
            text = self._corpus.draw(rng)
            line = compose(text, self._fonts, rng)
            if not line.text.strip() or not line.ink.any():
                continue
            pixels = scan_line(line, partial(self._other, rng), rng)
            said = line.text.strip()
            if pixels.shape[1] <= self._longest and _fits(said, pixels.shape[1]):
                return Line(pixels, said, text.kind, line.printed)
        raise RuntimeError("no line fits: the longest width is too small")

    def _other(self, rng: np.random.Generator) -> Coverage:
        return compose(self._corpus.draw(rng), self._fonts, rng).ink


def batches(
    lines: Lines, index: dict[str, int], seed: int, *, pixels: int, pool: int, start: int
) -> Iterator[Batch]:
    """Endless batches from pool number `start` on; lines of one pool are grouped by width."""
    number = start
    while True:
        drawn = [lines.draw(seed, "train", number, i) for i in range(pool)]
        drawn.sort(key=lambda line: line.pixels.shape[1])
        groups: list[list[Line]] = [[]]
        for line in drawn:
            width = bucket_of(line.pixels.shape[1])
            if groups[-1] and width * (len(groups[-1]) + 1) > pixels:
                groups.append([])
            groups[-1].append(line)
        for at in seeded(seed, "order", number).permutation(len(groups)):
            yield collate(groups[int(at)], index)
        number += 1


def collate(lines: Sequence[Line], index: dict[str, int]) -> Batch:
    """Pad lines to the bucket of the widest."""
    width = bucket_of(max(line.pixels.shape[1] for line in lines))
    pixels = np.zeros((len(lines), 1, HEIGHT, width), np.float32)
    for row, line in enumerate(lines):
        own = line.pixels.shape[1]
        pixels[row, 0, :, :own] = line.pixels.astype(np.float32) * (2 / 255) - 1
    classes = [[index[c] for c in line.text] for line in lines]
    return Batch(
        pixels,
        np.array([c for row in classes for c in row], np.int64),
        np.array([len(row) for row in classes], np.int64),
        np.array([-(-line.pixels.shape[1] // _STEP) for line in lines], np.int64),
    )


def bucket_of(width: int) -> int:
    """Width that a line is padded to in a batch."""
    return -(-width // _BUCKET) * _BUCKET


def _fits(text: str, width: int) -> bool:
    """CTC needs a step for every character and one between equal neighbours."""
    repeats = sum(a == b for a, b in pairwise(text))
    return len(text) + repeats <= width // _STEP - 1
