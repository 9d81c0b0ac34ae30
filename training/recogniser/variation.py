"""How the shape of a character differs from the font or the strokes it came from.

A writer bends every character in a way of their own and a little anew each time; parts of a kanji
shrink, grow and move against each other; the pen is thick or thin.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.synthesis.pen import Points

_GRID = 4
"""Points each way at which a shape is pushed; between them it follows smoothly."""
_FRESH = 0.35
"""How much of a push is new each time a character is written."""

Coverage = NDArray[np.uint8]
Field = NDArray[np.float32]


@dataclass(slots=True)
class Shaper:
    """Bends the glyphs of one line.

    `amount` is the push at a grid point, in em; `weight` how much thicker (> 0) or thinner the pen
    is, in shares of the edge's softness.
    """

    amount: float
    weight: float
    rng: np.random.Generator
    _own: dict[str, Field] = field(default_factory=dict)

    def shape(self, char: str, part: Coverage, em: float) -> Coverage:
        """Bend a glyph (H x W coverage drawn at `em` pixels); its size stays."""
        if self.amount < 0.004 and abs(self.weight) < 0.05:
            return part
        push = self._push(char) * np.float32(self.amount * em)
        high, wide = part.shape
        moved = cv2.resize(push, (wide, high), interpolation=cv2.INTER_CUBIC)
        rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
        bent = cv2.remap(part, columns + moved[..., 0], rows + moved[..., 1], cv2.INTER_LINEAR)
        return _weigh(np.asarray(bent, np.uint8), self.weight)

    def _push(self, char: str) -> Field:
        own = self._own.get(char)
        if own is None:
            own = self._own[char] = _draw_push(self.rng)
        fresh = _draw_push(self.rng)
        return np.asarray((1 - _FRESH) * own + _FRESH * fresh, np.float32)


def draw_shaper(printed: bool, rng: np.random.Generator) -> Shaper:
    """Draw how the glyphs of a line are bent; print is not bent."""
    if printed:
        return Shaper(0.0, 0.0, rng)
    amount = 0.0 if rng.random() < 0.15 else 0.07 * float(rng.beta(1.4, 2.0))
    weight = float(rng.normal(0, 0.5)) if rng.random() < 0.6 else 0.0
    return Shaper(amount, weight, rng)


def _draw_push(rng: np.random.Generator) -> Field:
    return rng.standard_normal((_GRID, _GRID, 2), dtype=np.float32)


def _weigh(part: Coverage, weight: float) -> Coverage:
    """Move the edge of the ink out (`weight` > 0) or in."""
    if abs(weight) < 0.05:
        return part
    soft = cv2.GaussianBlur(part, (0, 0), 1.6).astype(np.float32)
    level = 127.0 - 70.0 * float(np.clip(weight, -1, 1))
    return np.clip((soft - level) * 4 + 127, 0, 255).astype(np.uint8)


def rearrange(strokes: tuple[Points, ...], amount: float, rng: np.random.Generator) -> list[Points]:
    """Move and size the parts of a character against each other, and bend it as a whole.

    `strokes` are N x 2 in em. Strokes are in writing order, so that a cut between two of them
    parts most kanji as people see them. `amount` is a share of the em.
    """
    found = [np.array(s, float) for s in strokes]
    if len(found) >= 4:
        cut = int(rng.integers(2, len(found) - 1))
        for part in (found[:cut], found[cut:]):
            middle = np.concatenate(part).mean(axis=0)
            size = 1 + rng.normal(0, 1.6 * amount, 2)
            shift = rng.normal(0, 0.8 * amount, 2)
            for stroke in part:
                stroke[:] = (stroke - middle) * size + middle + shift
    push = rng.normal(0, amount, (_GRID, _GRID, 2))
    return [stroke + _at(push, stroke) for stroke in found]


def _at(push: NDArray[np.float64], points: Points) -> Points:
    """Bilinear value of the grid (over 0..1 each way) at each point (N x 2)."""
    place = np.clip(points, 0, 1) * (_GRID - 1)
    low = np.minimum(place.astype(int), _GRID - 2)
    x, y = (place - low).T[:, :, None]
    i, j = low.T
    top = push[j, i] * (1 - x) + push[j, i + 1] * x
    bottom = push[j + 1, i] * (1 - x) + push[j + 1, i + 1] * x
    return np.asarray(top * (1 - y) + bottom * y)
