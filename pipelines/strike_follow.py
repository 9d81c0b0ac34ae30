"""Following the dashes of broken lines: straight on, both ways, as far as there is ink."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import components

Mask = NDArray[np.bool_]

AHEAD_MM = 3.0
"""A line goes on while so much of the next millimetres of it is inked (half of them)."""
LEAST_MM, NEAREST_MM, THICKEST_MM = 3.5, 0.4, 0.6
"""Shortest line; lines nearer than the second are one; thicker than the third they are cut."""
# A dash of a line, and the gaps within it, in mm.
_DASH_MM, _BREAK_MM = 2.0, 0.5
_MOST_DASHES = 10
# Steepest line, and how far from it its ink may lie, in mm.
_SLOPE, _OFF_MM = 0.09, 0.2
_GOES_ON = 0.5
# Share of a line that is inked.
_INKED = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A straight line over columns x0 to x1 (exclusive): its row in each column of the window."""

    x0: int
    x1: int
    rows: NDArray[np.float64]
    inked: Mask
    thick: float

    def band(self, height: int, beside: float) -> Mask:
        """All within half its thickness and `beside` pixels of the line."""
        off = np.abs(np.arange(height)[:, None] - self.rows)
        held = off <= 0.5 * self.thick + beside
        held[:, : self.x0] = held[:, self.x1 :] = False
        return np.asarray(held)


def broken_lines(mask: Mask, px_per_mm: float) -> Iterator[Line]:
    """Long lines that go through the dashes of the mask, each once."""
    ink = mask.view(np.uint8)
    joined = cv2.morphologyEx(
        ink, cv2.MORPH_CLOSE, np.ones((1, 2 * round(_BREAK_MM * px_per_mm / 2) + 1), np.uint8)
    )
    dashes = cv2.morphologyEx(
        joined, cv2.MORPH_OPEN, np.ones((1, round(_DASH_MM * px_per_mm)), np.uint8)
    )
    _, labels, stats, _ = components(np.asarray(dashes, np.uint8))
    order = 1 + np.argsort(-stats[1:, cv2.CC_STAT_WIDTH])[:_MOST_DASHES]
    if len(order) < 2:
        return
    held = np.zeros((len(order), mask.shape[1]), bool)
    middle = np.zeros(held.shape)
    starts = np.zeros(len(order), np.intp)
    for n, number in enumerate(order.tolist()):
        x, y, width, height = stats[number, :4].tolist()
        dash = labels[y : y + height, x : x + width] == number
        rows = np.arange(y, y + height)[:, None]
        held[n, x : x + width] = True
        middle[n, x : x + width] = (dash * rows).sum(axis=0) / np.maximum(1, dash.sum(axis=0))
        starts[n] = x + width // 2
    found: list[Line] = []
    for line in _traced(mask, held, middle, starts, px_per_mm):
        if not any(_same(line, other, px_per_mm) for other in found):
            found.append(line)
            yield line


def _traced(
    mask: Mask, held: Mask, middle: NDArray[np.float64], starts: NDArray[np.intp], px_per_mm: float
) -> Iterator[Line]:
    """Follow the lines of several dashes both ways, all at once.

    `held` (dashes x W) are the columns of each, `middle` its rows there, `starts` a column of it.
    """
    reach = round(_OFF_MM * px_per_mm)
    offsets = np.arange(-reach, reach + 1)[:, None]
    across = np.arange(mask.shape[1])
    for bent in (False, False, True):
        rows = _along(held, middle, bent=bent)
        near = _beside(mask, rows, reach)
        inked: Mask = np.asarray(near.any(axis=1))
        first, last = _ends(held)
        number = np.arange(len(held))
        rise = np.abs(rows[number, last] - rows[number, first])
        x0, x1 = _reach(inked, starts, px_per_mm)
        held = inked & (across >= x0[:, None]) & (across < x1[:, None])
        begin, end = _ends(held)
        total = held.sum(axis=1)
        long = end - begin >= LEAST_MM * px_per_mm
        fits = (rise <= _SLOPE * (last - first)) & long & (total >= _INKED * (x1 - begin))
        left = np.flatnonzero(fits)
        if len(left) < 2:
            return
        held, rows, near, inked = held[left], rows[left], near[left], inked[left]
        starts = starts[left]
        middle = np.rint(rows) + (near * offsets).sum(axis=1) / np.maximum(1, near.sum(axis=1))
    thick = _beside(mask, rows, 2 * reach + 1).sum(axis=1)
    for n in range(len(held)):
        columns = np.flatnonzero(held[n])
        usual = min(float(np.median(thick[n, columns])), THICKEST_MM * px_per_mm)
        yield Line(int(columns[0]), int(columns[-1]) + 1, rows[n], inked[n], usual)


def _along(held: Mask, middle: NDArray[np.float64], *, bent: bool) -> NDArray[np.float64]:
    """Rows (lines x W) of the lines through `middle` at the columns that each has `held`."""
    across = np.arange(held.shape[1], dtype=np.float64)
    count = held.sum(axis=1)[:, None]
    off = across - (held * across).sum(axis=1)[:, None] / count
    mean = (held * middle).sum(axis=1)[:, None] / count
    spread = np.maximum(1.0, (held * off**2).sum(axis=1))[:, None]
    if not bent:
        return np.asarray(mean + (held * off * (middle - mean)).sum(axis=1)[:, None] / spread * off)
    # Beyond its last dashes a bent line is level, as far as anybody knows.
    first, last = (np.take_along_axis(off, end[:, None], axis=1) for end in _ends(held))
    x = np.clip(off, first, last)
    powers = (x / np.sqrt(spread / count))[..., None] ** np.arange(3)
    weighed = powers * held[..., None]
    normal = np.einsum("nwi,nwj->nij", weighed, powers)
    curve = np.linalg.solve(normal, np.einsum("nwi,nw->ni", weighed, middle)[..., None])
    return np.asarray((powers @ curve)[..., 0])


def _beside(mask: Mask, rows: NDArray[np.float64], reach: int) -> Mask:
    """Pixels of each column up to `reach` above and below lines: lines x (2 x reach + 1) x W."""
    at = np.rint(rows).astype(np.intp)[:, None] + np.arange(-reach, reach + 1)[:, None]
    inside = (at >= 0) & (at < len(mask))
    return np.asarray(mask[np.clip(at, 0, len(mask) - 1), np.arange(mask.shape[1])] & inside)


def _ends(held: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last column that is set in each row."""
    return held.argmax(axis=1), held.shape[1] - 1 - held[:, ::-1].argmax(axis=1)


def _reach(
    inked: Mask, starts: NDArray[np.intp], px_per_mm: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Columns over which each line goes on from its start: x0, x1 (exclusive)."""
    count, width = inked.shape
    ahead = max(3, round(AHEAD_MM * px_per_mm))
    total = np.zeros((count, width + 1 + 2 * ahead), np.intp)
    np.cumsum(inked, axis=1, out=total[:, ahead + 1 : ahead + 1 + width])
    total[:, ahead + 1 + width :] = total[:, [ahead + width]]
    # Whether a line stops at each column, seen from its left and from its right.
    stops = total[:, ahead:] - total[:, :-ahead] < _GOES_ON * ahead
    at = np.arange(stops.shape[1])
    right = stops & (at >= starts[:, None] + ahead)
    left = stops & (at <= starts[:, None])
    x1 = np.where(right.any(axis=1), right.argmax(axis=1) - ahead, width)
    x0 = np.where(left.any(axis=1), _ends(left)[1], 0)
    return np.maximum(0, x0 - ahead), np.minimum(width, x1 + ahead)


def _same(line: Line, other: Line, px_per_mm: float) -> bool:
    x0, x1 = max(line.x0, other.x0), min(line.x1, other.x1)
    if x1 <= x0:
        return False
    apart = np.abs(line.rows[x0:x1] - other.rows[x0:x1]).mean()
    return bool(apart < NEAREST_MM * px_per_mm)
