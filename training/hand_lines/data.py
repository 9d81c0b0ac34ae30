"""Lines of print and of hand, alone and side by side, with what each column is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from models.hands import HEIGHT, STEP, levelled
from pipelines.synthesis.seeding import seeded
from training.recogniser.compose import Coverage, compose
from training.recogniser.corpus import Corpus
from training.recogniser.fonts import Font, Style
from training.recogniser.scan import scan_line

Pixels = NDArray[np.uint8]
_STYLES = (Style.PRINT, Style.HAND, Style.BRUSH, Style.LATIN_HAND, None)
_CHANCES = (0.5, 0.22, 0.03, 0.05, 0.2)
"""How often lines are made so; None is by pen strokes."""
_MIXED = 0.4
_WIDEST = 512
IGNORED = -1


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A line (32 x W, 0 paper .. 1 ink) and its columns by fours: 1 hand, 0 print, -1 neither."""

    pixels: NDArray[np.float32]
    columns: NDArray[np.int8]


class HandLines:
    """Draws samples: number `n` of seed `s` is always the same."""

    def __init__(self, corpus: Corpus, fonts: Sequence[Font]) -> None:
        self._corpus = corpus
        self._fonts = fonts

    def draw(self, *seed: int | str, styles: Sequence[Style | None] = ()) -> Sample:
        """Draw one sample; of `styles` when given, else as often as in training."""
        rng = seeded(*seed)
        count = 1 + int(rng.random() < _MIXED) + int(rng.random() < _MIXED / 3)
        parts = [self._part(rng, styles) for _ in range(count)]
        return _sample(parts, rng)

    def _part(
        self, rng: np.random.Generator, styles: Sequence[Style | None]
    ) -> tuple[Pixels, bool]:
        while True:
            index = rng.integers(len(styles)) if styles else rng.choice(len(_STYLES), p=_CHANCES)
            style = (styles or _STYLES)[int(index)]
            line = compose(self._corpus.draw(rng), self._fonts, rng, style=style)
            if line.text.strip() and line.ink.any():
                return scan_line(line, partial(self._other, rng), rng), not line.printed

    def _other(self, rng: np.random.Generator) -> Coverage:
        return compose(self._corpus.draw(rng), self._fonts, rng).ink


def _sample(parts: Sequence[tuple[Pixels, bool]], rng: np.random.Generator) -> Sample:
    """Set parts side by side on one paper, each of its own size."""
    pictures, columns = [], []
    for pixels, by_hand in parts:
        # Print beside writing is often smaller, seldom larger.
        scale = float(np.exp(rng.uniform(-0.6, 0.0))) if len(parts) > 1 else 1.0
        high = min(max(round(HEIGHT * scale), 12), HEIGHT)
        wide = max(round(pixels.shape[1] * high / pixels.shape[0]), 4)
        small = cv2.resize(pixels, (wide, high), interpolation=cv2.INTER_AREA)
        ink = levelled(np.asarray(small, np.uint8))
        picture = np.zeros((HEIGHT, wide), np.float32)
        top = int(rng.integers(HEIGHT - high + 1)) if rng.random() < 0.5 else (HEIGHT - high) // 2
        picture[top : top + high] = ink[:, :wide]
        gap = np.zeros((HEIGHT, int(rng.integers(0, 24))), np.float32)
        pictures += [picture, gap]
        inked = (picture > 0.4).any(axis=0)
        columns += [np.where(inked, int(by_hand), IGNORED), np.full(gap.shape[1], IGNORED)]
    picture, truth = np.hstack(pictures)[:, :_WIDEST], np.concatenate(columns)[:_WIDEST]
    short = -len(truth) % STEP
    picture = np.pad(picture, ((0, 0), (0, short)))
    truth = np.pad(truth, (0, short), constant_values=IGNORED).reshape(-1, STEP)
    return Sample(picture, np.asarray(truth.max(axis=1), np.int8))
