"""Which options of a page without a form are chosen: a tick in a square, a ring around words."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.blank_records import Area
from pipelines.geometry import components

_INNER = 0.2
"""Share of a square on each side that its own line may take."""
_TICKED = 0.055
_RING = (3.6, 75.0)
"""Least and most width of a ring in mm, and bounds of its height."""
_HIGH = (3.2, 15.0)
_ON_RING = 0.62
"""Share of the ink of a ring that lies about where an ellipse in its box would."""
_ROUND = 10
_FEWEST = 7
"""Of `_ROUND` directions, those in which a ring must have ink: it may stay open on one side."""


def tick_inks(ink: NDArray[np.uint8], squares: Sequence[Area], per_mm: float) -> list[float]:
    """Share of ink (H x W, 0 or 1) inside each square."""
    return [_share(ink, square, per_mm) for square in squares]


def ticked(
    ink: NDArray[np.uint8], squares: Sequence[Area], usual: Sequence[Area], per_mm: float
) -> list[bool]:
    """Whether each square holds a tick: more ink than the emptiest ones of the page (`usual`)."""
    inks = tick_inks(ink, usual, per_mm)
    base = float(np.percentile(inks, 25)) if inks else 0.0
    return [found > _TICKED + min(base, 0.1) for found in tick_inks(ink, squares, per_mm)]


def _share(ink: NDArray[np.uint8], area: Area, per_mm: float) -> float:
    dx, dy = _INNER * area.width, _INNER * area.height
    x0, y0 = round((area.x0 + dx) * per_mm), round((area.y0 + dy) * per_mm)
    x1, y1 = round((area.x1 - dx) * per_mm), round((area.y1 - dy) * per_mm)
    part = ink[max(y0, 0) : y1, max(x0, 0) : x1]
    return float(part.mean()) if part.size else 0.0


def find_rings(ink: NDArray[np.uint8], per_mm: float) -> tuple[tuple[Area, ...], NDArray[np.uint8]]:
    """Find what is drawn around words in `ink` (H x W, 0 or 1); also its strokes."""
    count, labels, stats, _ = components(ink)
    strokes = np.zeros_like(ink)
    rings = []
    least, most = (bound * per_mm for bound in _RING)
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    likely = (wide >= least) & (wide <= most) & (wide > 0.7 * high)
    likely &= (high >= _HIGH[0] * per_mm) & (high <= _HIGH[1] * per_mm)
    for number in np.flatnonzero(likely):
        if number == 0 or number >= count:
            continue
        x, y, w, h, _ = (int(v) for v in stats[number])
        own = labels[y : y + h, x : x + w] == number
        inner = ink[y + h // 4 : y + h - h // 4, x + w // 4 : x + w - w // 4]
        if not inner.any() or not _is_round(own):
            continue
        rings.append(Area(x / per_mm, y / per_mm, (x + w) / per_mm, (y + h) / per_mm))
        strokes[y : y + h, x : x + w][own] = 1
    return tuple(rings), strokes


def _is_round(own: NDArray[np.bool_]) -> bool:
    """Whether the ink of a piece lies along an ellipse, all around it."""
    height, width = own.shape
    ys, xs = np.nonzero(own)
    dx, dy = (xs + 0.5) / width * 2 - 1, (ys + 0.5) / height * 2 - 1
    far = np.hypot(dx, dy)
    on = (far > 0.74) & (far < 1.28)
    if on.mean() < _ON_RING:
        return False
    # Nothing of a letter beside the words lies along an ellipse all around them.
    angle = np.arctan2(dy[on], dx[on]) / (2 * np.pi) + 0.5
    return len(np.unique((angle * _ROUND).astype(int) % _ROUND)) >= _FEWEST


def ringed(rings: Sequence[Area], words: Sequence[Area]) -> list[bool]:
    """Whether a ring is drawn around each word: the nearest word that it holds the middle of."""
    chosen = [False] * len(words)
    for ring in rings:
        inside = [(_distance(ring, word), i) for i, word in enumerate(words) if _holds(ring, word)]
        if inside:
            chosen[min(inside)[1]] = True
    return chosen


def _holds(ring: Area, word: Area) -> bool:
    return ring.holds((word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2)


def _distance(a: Area, b: Area) -> float:
    return abs(a.x0 + a.x1 - b.x0 - b.x1) + abs(a.y0 + a.y1 - b.y0 - b.y1)
