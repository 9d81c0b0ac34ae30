"""Writing that was struck out with two lines (二重線), and what was written instead."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_ink import BoxInk
from pipelines.records import Pixels

_PAPER = 255
# Shortest strike as a multiple of the height of the writing. Kanji have parallel strokes of nearly
# their own width (王 言 三); figures have none.
_LENGTH_TEXT = 1.45
_LENGTH_FIGURES = 0.5
_NEAREST_MM, _FARTHEST_MM = 0.5, 3.2
_OVERLAP = 0.6


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Strike:
    """`struck` is the ink under the two lines, without them; `rest` is all other ink."""

    struck: BoxInk
    rest: BoxInk


def find_strike(ink: BoxInk, px_per_mm: float, *, figures: bool = False) -> Strike | None:
    """Find two long parallel level strokes with writing under them; None when there are none.

    `figures`: only digits are written here, so that shorter strokes are strikes already.
    """
    rows = np.flatnonzero(ink.mask.any(axis=1))
    if len(rows) == 0:
        return None
    height = min(rows[-1] - rows[0] + 1, ink.box[3] - ink.box[1])
    length = max((_LENGTH_FIGURES if figures else _LENGTH_TEXT) * height, 2.4 * px_per_mm)
    lines = _level_strokes(ink.mask, round(length))
    pair = _parallel(lines, px_per_mm)
    if pair is None:
        return None
    upper, lower = pair
    strokes = (upper.mask | lower.mask) & ink.mask
    span = (min(upper.x0, lower.x0), max(upper.x1, lower.x1))
    struck = _crossed(ink.mask & ~strokes, span, upper, lower)
    if struck is None:
        return None
    rest = ink.mask & ~strokes & ~struck
    return Strike(struck=_restored(ink, struck, strokes), rest=_cleared(ink, rest, px_per_mm))


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    x0: int
    x1: int
    y: float
    mask: NDArray[np.bool_]


def _level_strokes(mask: NDArray[np.bool_], length: int) -> list[_Level]:
    """Strokes that run level for `length` pixels, with the slope of a hand."""
    ink = mask.astype(np.uint8)
    # A stroke drawn by hand climbs: thicken by a pixel or two so that its steps join.
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    bridged = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8))
    runs = cv2.morphologyEx(bridged, cv2.MORPH_OPEN, np.ones((1, max(5, length // 3)), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(runs)
    found = []
    for number in range(1, len(stats)):
        x, _, width, height, area = stats[number].tolist()
        if width < length or height > 0.45 * width or area / width > 0.3 * length + 6:
            continue
        part = labels == number
        found.append(_Level(x, x + width, float(np.median(np.nonzero(part)[0])), part))
    return found


def _parallel(lines: list[_Level], px_per_mm: float) -> tuple[_Level, _Level] | None:
    ordered = sorted(lines, key=lambda line: line.y)
    best: tuple[float, _Level, _Level] | None = None
    for i, upper in enumerate(ordered):
        for lower in ordered[i + 1 :]:
            apart = (lower.y - upper.y) / px_per_mm
            if not _NEAREST_MM <= apart <= _FARTHEST_MM:
                continue
            common = min(upper.x1, lower.x1) - max(upper.x0, lower.x0)
            shorter = min(upper.x1 - upper.x0, lower.x1 - lower.x0)
            if common >= _OVERLAP * shorter and (best is None or common > best[0]):
                best = (float(common), upper, lower)
    return None if best is None else (best[1], best[2])


def _crossed(
    others: NDArray[np.bool_], span: tuple[int, int], upper: _Level, lower: _Level
) -> NDArray[np.bool_] | None:
    """Ink whose middle lies under the strike; None when nothing is crossed."""
    apart = lower.y - upper.y
    count, labels, _, centres = cv2.connectedComponentsWithStats(others.astype(np.uint8))
    middle = (upper.y + lower.y) / 2
    reach = max(2.0 * apart, 6.0)
    struck = np.zeros(count, bool)
    for number in range(1, count):
        x, y = centres[number]
        if span[0] - 2 <= x <= span[1] + 2 and abs(y - middle) <= reach:
            struck[number] = True
    mask = np.asarray(struck[labels])
    between = mask[round(upper.y) : round(lower.y) + 1]
    outside = int(mask.sum()) - int(between.sum())
    if between.sum() < 6 or outside < 6:
        return None
    return mask


def _restored(ink: BoxInk, struck: NDArray[np.bool_], strokes: NDArray[np.bool_]) -> BoxInk:
    """Join the strokes of the struck writing again where the lines ran."""
    joined = cv2.morphologyEx(struck.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 3), np.uint8))
    crossings = (joined > 0) & strokes
    return _part(ink, struck | crossings)


def _cleared(ink: BoxInk, rest: NDArray[np.bool_], px_per_mm: float) -> BoxInk:
    """Keep what is left, if it is more than crumbs of the lines."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(rest.astype(np.uint8))
    tall = stats[:, cv2.CC_STAT_HEIGHT] >= 0.9 * px_per_mm
    tall[0] = False
    return _part(ink, rest if tall.any() else np.zeros_like(rest))


def _part(ink: BoxInk, mask: NDArray[np.bool_]) -> BoxInk:
    near = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    grey: Pixels = np.where(near > 0, ink.grey, _PAPER).astype(np.uint8)
    return BoxInk(grey=grey, mask=mask, x=ink.x, y=ink.y, box=ink.box)
