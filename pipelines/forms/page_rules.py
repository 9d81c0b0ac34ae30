"""Rules and squares of a page that is written on, and its ink without them; in mm.

Strokes of writing are as long as short rules: a rule ends on others, or is long.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.blank_image import THICKEST, dashed_rules, flat, long_strokes, page_ink
from pipelines.forms.blank_records import Area, swap
from pipelines.geometry import components, pieces
from pipelines.records import Pixels

_LONG = 13.0
_MEETS = 1.1
"""The ends of a shorter rule are this near to rules that cross it."""
_SIDE = 1.7
_SQUARE_SIDES = (2.2, 6.4)
_SQUARE = 0.16
_COVERED = 0.85
_BEFORE = 0.45
_BEHIND = 0.17
_TICK_SHARE = 0.45

Ink = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class PageRules:
    """Rules of a page, written on or not; `squares` may hold a tick.

    `ink` is H x W, 0 or 1; `free` the same without the strokes of rules.
    """

    levels: list[Area]
    uprights: list[Area]
    squares: list[Area]
    ink: Ink
    free: Ink


def read_rules(pixels: Pixels, dpi: float) -> PageRules:
    """Find the rules and the squares of a level page (H x W or H x W x 3)."""
    per_mm = dpi / 25.4
    ink = page_ink(pixels, dpi)
    level, upright = _strokes(ink, per_mm), _strokes(ink.T, per_mm)
    standing = [swap(area) for area in upright.areas]
    kept = _kept(level.areas, upright.areas), _kept(upright.areas, level.areas)
    free = cv2.subtract(ink, cv2.dilate(level.mask(kept[0]), np.ones((3, 3), np.uint8)))
    free = cv2.subtract(free, cv2.dilate(upright.mask(kept[1]).T, np.ones((3, 3), np.uint8)))
    free = np.asarray(free, np.uint8)
    levels = [level.areas[i] for i in kept[0]] + dashed_rules(free, per_mm)
    uprights = [standing[i] for i in kept[1]]
    uprights += [swap(area) for area in dashed_rules(free.T, per_mm)]
    squares = list(_squares(ink, free, per_mm))
    return PageRules(levels, uprights, squares, np.minimum(ink, 1), np.minimum(free, 1))


@dataclass(frozen=True, slots=True, eq=False)
class _Strokes:
    """Long strokes in one direction: lines in mm, the number of each, and where each one is."""

    areas: list[Area]
    numbers: list[int]
    labels: NDArray[np.integer[Any]]
    count: int

    def mask(self, kept: Sequence[int]) -> Ink:
        chosen = np.zeros(self.count, np.bool_)
        chosen[[self.numbers[i] for i in kept]] = True
        return 255 * pieces(self.labels, chosen)


def _strokes(ink: Ink, per_mm: float) -> _Strokes:
    strokes = long_strokes(ink, per_mm)
    count, labels, stats, _ = components(strokes)
    areas, numbers = [], []
    for number, (x, y, w, h, _) in enumerate(stats.tolist()):
        if number and h / per_mm <= THICKEST:
            box = Area(x / per_mm, y / per_mm, (x + w) / per_mm, (y + h) / per_mm)
            areas.append(flat(box))
            numbers.append(number)
    return _Strokes(areas, numbers, labels, count)


def _kept(areas: Sequence[Area], crossing: Sequence[Area]) -> list[int]:
    """Find the rules among level strokes; `crossing` are upright ones with x and y swapped.

    A short stroke that meets nothing but other short strokes may be part of a character.
    """
    if not areas:
        return []
    firm = np.array([(a.x0, a.x1, a.y0) for a in crossing if a.width > 6.0]).reshape(-1, 3)
    kept = []
    for index, area in enumerate(areas):
        if area.width >= _LONG:
            kept.append(index)
            continue
        # A crossing rule runs along y from its x0 to its x1, at x = its y0.
        spans = (firm[:, 0] - _MEETS < area.y0) & (area.y0 < firm[:, 1] + _MEETS)
        at = firm[spans, 2]
        if len(at) and all(np.abs(at - end).min() < _MEETS for end in (area.x0, area.x1)):
            kept.append(index)
    return kept


def _squares(ink: Ink, free: Ink, per_mm: float) -> Iterator[Area]:
    """Small squares of thin sides that stand alone in `free`, the ink less rules."""
    short = round(_SIDE * per_mm)
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, short), np.uint8))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((short, 1), np.uint8))
    sides = cv2.dilate(cv2.bitwise_or(level, upright), np.ones((3, 3), np.uint8))
    _, _, stats, _ = components(np.asarray(sides, np.uint8))
    least, most = (bound * per_mm for bound in _SQUARE_SIDES)
    for x, y, w, h, _ in stats[1:].tolist():
        if not least <= min(w, h) <= max(w, h) <= most or abs(w - h) > _SQUARE * max(w, h):
            continue
        band = max(round(0.14 * w), 2)
        part = sides[y : y + h, x : x + w] > 0
        edges = [part[:band].any(0), part[-band:].any(0), part[:, :band].any(1)]
        edges.append(part[:, -band:].any(1))
        if min(float(edge.mean()) for edge in edges) >= _COVERED and _is_alone(free, x, y, w, h):
            yield Area(x / per_mm, y / per_mm, (x + w) / per_mm, (y + h) / per_mm)


def _is_alone(free: Ink, x: int, y: int, w: int, h: int) -> bool:
    """Whether little ink stands close to a square: before it nothing, behind it at most a tick."""
    before, behind = round(_BEFORE * w), round(_BEHIND * w)
    left = free[y : y + h, max(x - before, 0) : max(x - 1, 1)]
    right = free[y : y + h, x + w + 1 : x + w + behind]
    return all(
        not part.size or float((part.max(axis=1) > 0).mean()) < _TICK_SHARE
        for part in (left, right)
    )
