"""Taking the lines of a strike off the writing under them."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

# Soft edge of a line on either side, and how far beyond its level part a line may run on.
_EDGE_PX = 1.5
_END_MM = 0.8
# What stands higher or lower than this beside the struck row is another row, in mm.
_ROW_MM = 4.0
# Share of a row's height by which a loose dot may stand above or below it.
_LOOSE = 0.15


def line_band(lines: Sequence[Mask], px_per_mm: float) -> Mask:
    """Everything that the level strokes `lines` (H x W each) cover, with soft edges and ends.

    A hand draws its lines slightly bent: each is followed by a cubic through its middle.
    """
    height, width = lines[0].shape
    band = np.zeros((height, width), bool)
    rows = np.arange(height)[:, None]
    for line in lines:
        count = line.sum(axis=0)
        columns = np.flatnonzero(count)
        middle = (line * rows).sum(axis=0)[columns] / count[columns]
        # Where a stroke of a character runs along it, a line looks thicker than it is.
        half = 0.5 * float(np.median(count[columns])) + _EDGE_PX
        end = round(_END_MM * px_per_mm)
        reached = np.arange(max(0, columns[0] - end), min(width, columns[-1] + end + 1))
        curve = np.polynomial.Polynomial.fit(columns, middle, 3)
        # A cubic runs wild beyond its points: from its ends on the line is level.
        followed = curve(np.clip(reached, columns[0], columns[-1]))
        band[:, reached] |= np.abs(rows - followed) <= half
    return band


def row_of(others: Mask, band: Mask, columns: tuple[int, int], px_per_mm: float) -> Mask:
    """Ink of `others` (without the lines) that belongs to the row that the lines cross.

    `columns` are the first and the last one under the lines. The row is as high as the strokes
    that the lines touch; what was written instead stands above or below it.
    """
    count, labels, stats, centres = cv2.connectedComponentsWithStats(others.astype(np.uint8))
    touched = np.bincount(
        labels[cv2.dilate(band.view(np.uint8), np.ones((5, 3), np.uint8)) > 0], minlength=count
    )
    inside = (centres[:, 0] >= columns[0] - px_per_mm) & (centres[:, 0] <= columns[1] + px_per_mm)
    inside[0] = False
    crossed = inside & (touched > 0)
    if not crossed.any():
        return np.zeros_like(others)
    under = np.flatnonzero(band[:, columns[0] : columns[1]].any(axis=1))
    farthest = under[0] - _ROW_MM * px_per_mm, under[-1] + _ROW_MM * px_per_mm
    tops = stats[:, cv2.CC_STAT_TOP]
    bottoms = tops + stats[:, cv2.CC_STAT_HEIGHT]
    top = max(farthest[0], float(tops[crossed].min()))
    bottom = min(farthest[1], float(bottoms[crossed].max()))
    loose = _LOOSE * (bottom - top)
    level = (centres[:, 1] >= top - loose) & (centres[:, 1] <= bottom + loose)
    return np.asarray((inside & level)[labels])


def bridged(struck: Mask, band: Mask) -> Mask:
    """Ink under the lines that joins struck strokes on both sides of them.

    Strokes go on straight: downwards or leaning either way, never along the lines.
    """
    inked = band.any(axis=0)
    if not inked.any():
        return np.zeros_like(band)
    edges = np.diff(np.pad(band[:, inked].astype(np.int8), ((1, 1), (0, 0))), axis=0)
    starts, ends = np.nonzero(edges.T == 1)[1], np.nonzero(edges.T == -1)[1]
    # Columns where two lines have run into one are the highest, and rare.
    reach = int(np.percentile(ends - starts, 75)) + 2
    joined = np.zeros_like(band)
    for lean in (-0.5, 0.0, 0.5):
        kernel = np.zeros((reach, 2 * round(reach / 2) + 1), np.uint8)
        middle = kernel.shape[1] // 2
        shift = round(lean * reach / 2)
        cv2.line(kernel, (middle - shift, 0), (middle + shift, reach - 1), 1, 1)
        joined |= cv2.morphologyEx(struck.view(np.uint8), cv2.MORPH_CLOSE, kernel) > 0
    return joined & band
