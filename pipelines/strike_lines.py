"""Taking the lines of a strike off the writing under them.

Where a line crosses a stroke the scan is darker than the line alone: dividing by the light that
the line lets through gives the stroke back, also one that runs along the line. A fax, or a scan
that shows all dark tones alike, has lost that; there strokes are drawn on from both sides.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_pixels import PAPER, as_grey, only_near
from pipelines.records import Pixels

Mask = NDArray[np.bool_]
Tones = NDArray[np.float32]

# Soft edge of a line on either side, and how far beyond its level part a line may run on.
_EDGE_PX = 1.5
_END_MM = 0.8
# Darkest tone that is told from a darker one, and what is looked at beside a line's own edge.
_DARKEST, _BESIDE_PX = 6, 2.5
# Share of the line's own light: what is lighter is no stroke; and where most crossings are lighter
# than the second, the scan does not show them.
_STROKE, _UNSEEN = 0.92, 0.9
_LEAST_CROSSED_PX = 10
# How far strokes are drawn on, and the tone from which that counts as ink.
_DRAWN_ON_PX, _DRAWN_INK = 4, 160
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
    for columns, middle, thickness in _followed(lines, px_per_mm):
        band[:, columns] |= np.abs(rows - middle) <= 0.5 * thickness + _EDGE_PX
    return band


def line_edges(
    lines: Sequence[Mask], px_per_mm: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], slice]:
    """Uppermost and lowermost row of the lines in each column under them, and these columns."""
    followed = list(_followed(lines, px_per_mm))
    under = slice(
        min(int(columns[0]) for columns, _, _ in followed),
        max(int(columns[-1]) for columns, _, _ in followed) + 1,
    )
    across = np.arange(under.start, under.stop)
    tops = [np.interp(across, c, middle - 0.5 * thick) for c, middle, thick in followed]
    bottoms = [np.interp(across, c, middle + 0.5 * thick) for c, middle, thick in followed]
    return np.min(tops, axis=0), np.max(bottoms, axis=0), under


def without_lines(
    grey: Pixels, ink: Mask, struck: Mask, lines: Sequence[Mask], px_per_mm: float
) -> tuple[Pixels, Mask]:
    """Take `lines` off the writing under them: its tones on white, and its mask.

    `grey` and `ink` (H x W) are all ink of the window, `struck` that of the struck row beside the
    lines' `line_band`.
    """
    band = line_band(lines, px_per_mm)
    tones = _line_tones(np.maximum(grey, np.uint8(_DARKEST)), lines, px_per_mm)
    share = np.maximum(grey, np.uint8(_DARKEST)) / (np.float32(PAPER) * tones)
    crossed = bridged(struck, band) & ink
    if _crossings_unseen(share, tones, crossed):
        drawn = cv2.inpaint(
            only_near(grey, struck), band.view(np.uint8), _DRAWN_ON_PX, cv2.INPAINT_TELEA
        )
        mask = struck | (band & ink & ((drawn < _DRAWN_INK) | crossed))
        return only_near(as_grey(drawn), mask), mask
    mask = struck | (band & ink & (share < _STROKE))
    lifted = np.where(band, np.clip(share, 0, 1) * PAPER, grey)
    return only_near(as_grey(lifted), mask), mask


def _crossings_unseen(share: Tones, tones: Tones, crossed: Mask) -> bool:
    """Whether the scan shows a line as dark where a stroke crosses it as elsewhere."""
    if np.count_nonzero(crossed) < _LEAST_CROSSED_PX:
        return False
    # At the soft edges of a line a stroke is seen on any scan.
    core = crossed & (tones <= np.percentile(tones[crossed], 40))
    return bool(np.median(share[core]) > _UNSEEN)


def _followed(
    lines: Sequence[Mask], px_per_mm: float
) -> Iterator[tuple[NDArray[np.int_], NDArray[np.float64], float]]:
    """Columns of each line with its ends, its middle in each of them, and how thick it is."""
    height, width = lines[0].shape
    rows = np.arange(height)[:, None]
    for line in lines:
        count = line.sum(axis=0)
        columns = np.flatnonzero(count)
        middle = (line * rows).sum(axis=0)[columns] / count[columns]
        end = round(_END_MM * px_per_mm)
        reached = np.arange(max(0, columns[0] - end), min(width, columns[-1] + end + 1))
        curve = np.polynomial.Polynomial.fit(columns, middle, 3)
        # A cubic runs wild beyond its points: from its ends on the line is level. Where a stroke
        # of a character runs along it, a line looks thicker than it is.
        followed = curve(np.clip(reached, columns[0], columns[-1]))
        yield reached, followed, float(np.median(count[columns]))


def _line_tones(grey: Pixels, lines: Sequence[Mask], px_per_mm: float) -> Tones:
    """Share of the light that the lines let through, for each pixel: 1 beside them.

    A line has the same profile over its whole length, which is that of most of its columns.
    """
    light = grey / np.float32(PAPER)
    tones = np.ones(grey.shape, np.float32)
    rows = np.arange(grey.shape[0])[:, None]
    for columns, middle, thickness in _followed(lines, px_per_mm):
        reach = 0.5 * thickness + _BESIDE_PX
        offsets = np.arange(-reach, reach + 0.5, 0.5)
        across = [
            cv2.remap(
                light,
                columns.astype(np.float32)[None],
                (middle + offset).astype(np.float32)[None],
                cv2.INTER_LINEAR,
            )
            for offset in offsets
        ]
        profile = np.median(np.concatenate(across), axis=1)
        # Beside the other line, or a row of hyphens, it would grow dark again.
        half = len(offsets) // 2
        profile[half:] = np.maximum.accumulate(profile[half:])
        profile[half::-1] = np.maximum.accumulate(profile[half::-1])
        profile = np.clip(profile / profile.max(), _DARKEST / PAPER, 1.0)
        beside = (rows - middle).ravel()
        of_line = np.interp(beside, offsets, profile, left=1.0, right=1.0)
        tones[:, columns] *= of_line.reshape(len(rows), -1).astype(np.float32)
    return np.maximum(tones, np.float32(_DARKEST / PAPER))


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
