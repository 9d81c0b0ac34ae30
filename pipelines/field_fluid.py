"""Correction fluid and tape: patches whiter than the paper on which something is written.

It can be seen only where paper has a tone of its own on the scan. Scanners that make paper pure
white, and every fax, hide it; so does fluid of exactly the paper's tone.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.records import Pixels, RegisteredPage

Corners = tuple[float, float, float, float]

# From this tone on paper is as white as anything can be.
_WHITE = 252.5
# How much whiter than the paper around it, in tones and in spreads of the paper.
_WHITER, _SPREADS = 2.5, 4.0
# What is looked at around the writing, and the size of the smallest patch.
_AROUND_MM, _LEAST_MM2, _LEAST_SIDE_MM = 7.0, 14.0, 3.0
# Shares: of a patch's box that it fills, and of the patch that lies under the writing.
_FILLED, _UNDER = 0.55, 0.3
# Strokes are narrower than this; pixels of this size are compared.
_STROKE_MM, _CELL_MM = 0.7, 0.5
_FITS = 3


def find_fluid(registered: RegisteredPage, blank_grey: Pixels, place: Corners) -> bool | None:
    """Whether the writing at `place` (template pixels) stands on a patch whiter than the paper.

    `blank_grey` is the blank form, of the size of `registered.grey`. None where the scan hides it.
    The patch has to end on all sides within a few millimetres:
    what runs on is light, or other paper.
    """
    mm = registered.dpi / 25.4
    height, width = registered.grey.shape
    x0, y0, x1, y1 = place
    left, top = max(0, round(x0 - _AROUND_MM * mm)), max(0, round(y0 - _AROUND_MM * mm))
    right = min(width, round(x1 + _AROUND_MM * mm))
    bottom = min(height, round(y1 + _AROUND_MM * mm))
    cell = max(1, round(_CELL_MM * mm))
    if right - left < 4 * cell or bottom - top < 4 * cell:
        return None
    window = slice(top, bottom), slice(left, right)
    there, blank = (_paper_of(g[window], mm, cell) for g in (registered.grey, blank_grey))
    under = np.zeros(there.shape, bool)
    rows = slice(max(0, round((y0 - top) / cell)), round((y1 - top) / cell) + 1)
    under[rows, max(0, round((x0 - left) / cell)) : round((x1 - left) / cell) + 1] = True
    around = ~under & (blank > 250)
    if around.sum() < 40 or float(np.median(there[around])) >= _WHITE:
        return None
    over = there - _plane(there, around)
    spread = 1.4826 * float(np.median(np.abs(over[around])))
    # A tint that the blank has, or a box left white in it, is no patch.
    over[blank <= 250] = 0.0
    return _patch(over > max(_WHITER, _SPREADS * spread), under, mm / cell)


def _paper_of(grey: Pixels, mm: float, cell: int) -> NDArray[np.float64]:
    """Tones of the paper between strokes, a number a cell."""
    size = max(3, round(_STROKE_MM * mm))
    light = cv2.dilate(cv2.medianBlur(grey, 3), np.ones((size, size), np.uint8))
    cells = (max(1, grey.shape[1] // cell), max(1, grey.shape[0] // cell))
    return np.asarray(cv2.resize(light, cells, interpolation=cv2.INTER_AREA), np.float64)


def _plane(tones: NDArray[np.float64], at: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Tone of the paper everywhere: the plane through the cells `at` that agree with it."""
    height, width = tones.shape
    rows, columns = np.mgrid[:height, :width]
    plane = np.full(tones.shape, float(np.median(tones[at])))
    for _ in range(_FITS):
        off = np.abs(tones - plane)
        fair = at & (off <= max(_WHITER, 2 * float(np.median(off[at]))))
        ground = np.stack([rows[fair], columns[fair], np.ones(int(fair.sum()))], axis=1)
        slope, *_ = np.linalg.lstsq(ground.astype(np.float64), tones[fair], rcond=None)
        plane = np.asarray(slope[0] * rows + slope[1] * columns + slope[2])
    return plane


def _patch(white: NDArray[np.bool_], under: NDArray[np.bool_], cells_per_mm: float) -> bool:
    """Whether a compact patch of white lies under the writing and ends before the edge."""
    closed = cv2.morphologyEx(white.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    whole = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=4)
    for number in range(1, count):
        x, y, wide, high, area = stats[number].tolist()
        ends = x > 0 and y > 0 and x + wide < white.shape[1] and y + high < white.shape[0]
        sized = min(wide, high) >= _LEAST_SIDE_MM * cells_per_mm
        large = area >= _LEAST_MM2 * cells_per_mm**2 and area >= _FILLED * wide * high
        if ends and sized and large and under[labels == number].mean() >= _UNDER:
            return True
    return False
