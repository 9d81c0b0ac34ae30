"""Lines of a strike that are broken: a fax shows a light pen's line as a row of dashes.

What is left of such a line is told from the level strokes of characters by where it runs: straight
on through the white between the characters, and beyond the first and the last one. A pair of such
lines, side by side, with strokes that cross both of them, is a double strike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

# A dash of a line, and the gaps within it, in mm.
_DASH_MM, _BREAK_MM = 2.0, 0.5
_MOST_DASHES = 10
# Steepest line, and how far from it its ink may lie, in mm.
_SLOPE, _OFF_MM = 0.09, 0.2
# A line goes on while so much of the next millimetres of it is inked.
_AHEAD_MM, _GOES_ON = 3.0, 0.5
# Shares of a line that are inked: in all, and where nothing else is.
_INKED, _INKED_ALONE = 0.6, 0.65
# Length, distance and lean of a pair in mm; over how much of the longer one both run.
_LEAST_MM = 3.5
_NEAREST_MM, _FARTHEST_MM, _LEAN_MM = 0.4, 2.0, 0.9
_COMMON = 0.7
# Share of its columns with strokes that cross it.
_CROSSED = 0.06
# Where both lines are broken: share of the columns, length in mm, multiple of mere chance.
_COMMON_GAPS, _COMMON_MM, _NOT_BY_CHANCE = 0.05, 0.5, 2.5
# Where it runs alone counts from so many mm on; of a word, once the white between characters.
_RUN_MM, _WHITE_MM = 0.3, 0.85
# Least length in heights of a character: of any pair, of one through a word.
_LONGER, _WORD = 1.3, 2.0
_SOFT_PX, _ROW_MM, _THICKEST_MM = 1.5, 2.5, 0.6


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
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


def traced_pair(mask: Mask, px_per_mm: float) -> list[Mask]:
    """Ink (H x W each) of two broken parallel lines through the writing of `mask`; else empty."""
    lines = list(_lines(mask, px_per_mm))
    lines.sort(key=lambda line: float(line.rows[line.x0 : line.x1].mean()))
    for upper, lower in combinations(lines, 2):
        if _is_strike(mask, upper, lower, px_per_mm):
            return [mask & line.band(len(mask), 0.5) for line in (upper, lower)]
    return []


def _lines(mask: Mask, px_per_mm: float) -> Iterator[_Line]:
    """Long lines that go through the dashes of the mask, each once."""
    ink = mask.view(np.uint8)
    joined = cv2.morphologyEx(
        ink, cv2.MORPH_CLOSE, np.ones((1, 2 * round(_BREAK_MM * px_per_mm / 2) + 1), np.uint8)
    )
    dashes = cv2.morphologyEx(
        joined, cv2.MORPH_OPEN, np.ones((1, round(_DASH_MM * px_per_mm)), np.uint8)
    )
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dashes, connectivity=8)
    order = 1 + np.argsort(-stats[1:, cv2.CC_STAT_WIDTH])[:_MOST_DASHES]
    found: list[_Line] = []
    for number in order.tolist():
        x, y, width, height = stats[number, :4].tolist()
        dash = labels[y : y + height, x : x + width] == number
        line = _traced(mask, dash, (x, y), px_per_mm)
        if line is not None and not any(_same(line, other, px_per_mm) for other in found):
            found.append(line)
            yield line


def _traced(mask: Mask, dash: Mask, corner: tuple[int, int], px_per_mm: float) -> _Line | None:
    """Follow the line of a dash, whose picture stands at `corner`, both ways."""
    columns = np.arange(dash.shape[1])
    middle = (dash * np.arange(len(dash))[:, None]).sum(axis=0) / np.maximum(1, dash.sum(axis=0))
    columns, middle = columns + corner[0], np.asarray(middle + corner[1], np.float64)
    start = corner[0] + dash.shape[1] // 2
    across = np.arange(mask.shape[1])
    reach = round(_OFF_MM * px_per_mm)
    for bent in (False, False, True):
        rows = _along(columns, middle, across, bent=bent)
        if abs(float(rows[columns[-1]] - rows[columns[0]])) > _SLOPE * np.ptp(columns):
            return None
        near = _beside(mask, rows, reach)
        inked = np.asarray(near.any(axis=0))
        x0, x1 = _reach(inked, start, px_per_mm)
        columns = x0 + np.flatnonzero(inked[x0:x1])
        if np.ptp(columns) < _LEAST_MM * px_per_mm or inked[columns[0] : x1].mean() < _INKED:
            return None
        offsets = np.arange(-reach, reach + 1)[:, None]
        middle = np.rint(rows[columns]) + (
            (near * offsets).sum(axis=0)[columns] / near.sum(axis=0)[columns]
        )
    x0, x1 = int(columns[0]), int(columns[-1]) + 1
    around = _beside(mask, rows, 2 * reach + 1)
    thick = float(np.median(around.sum(axis=0)[columns]))
    return _Line(x0, x1, rows, inked, min(thick, _THICKEST_MM * px_per_mm))


def _along(
    columns: NDArray[np.intp],
    middle: NDArray[np.float64],
    across: NDArray[np.intp],
    *,
    bent: bool,
) -> NDArray[np.float64]:
    """Rows of a line through (`columns`, `middle`) at the columns `across`."""
    if bent:
        curve = np.polynomial.Polynomial.fit(columns, middle, 2)
        # Beyond its last dashes a bent line is level, as far as anybody knows.
        return np.asarray(curve(np.clip(across, columns[0], columns[-1])), np.float64)
    off = columns - columns.mean()
    slope = float((off * (middle - middle.mean())).sum() / max(1.0, float((off**2).sum())))
    return np.asarray(middle.mean() + slope * (across - columns.mean()), np.float64)


def _beside(mask: Mask, rows: NDArray[np.float64], reach: int) -> Mask:
    """Pixels of each column up to `reach` above and below a line: (2 x reach + 1) x W."""
    at = np.rint(rows).astype(np.intp) + np.arange(-reach, reach + 1)[:, None]
    inside = (at >= 0) & (at < len(mask))
    return np.asarray(mask[np.clip(at, 0, len(mask) - 1), np.arange(mask.shape[1])] & inside)


def _reach(inked: Mask, start: int, px_per_mm: float) -> tuple[int, int]:
    """Columns over which a line goes on from `start`."""
    ahead = max(3, round(_AHEAD_MM * px_per_mm))
    total = np.pad(np.concatenate([[0], np.cumsum(inked)]), ahead, "edge")
    # Whether the line stops at each column, seen from its left and from its right.
    stops = total[ahead:] - total[:-ahead] < _GOES_ON * ahead
    right = np.flatnonzero(stops[start + ahead :])
    left = np.flatnonzero(stops[: start + 1])
    x1 = start + int(right[0]) if right.size else len(inked)
    x0 = int(left[-1]) if left.size else 0
    return max(0, x0 - ahead), min(len(inked), x1 + ahead)


def _same(line: _Line, other: _Line, px_per_mm: float) -> bool:
    x0, x1 = max(line.x0, other.x0), min(line.x1, other.x1)
    if x1 <= x0:
        return False
    apart = np.abs(line.rows[x0:x1] - other.rows[x0:x1]).mean()
    return bool(apart < _NEAREST_MM * px_per_mm)


def _is_strike(mask: Mask, upper: _Line, lower: _Line, px_per_mm: float) -> bool:
    x0, x1 = max(upper.x0, lower.x0), min(upper.x1, lower.x1)
    longer = max(upper.x1 - upper.x0, lower.x1 - lower.x0)
    if x1 - x0 < max(_LEAST_MM * px_per_mm, _COMMON * longer):
        return False
    apart = (lower.rows - upper.rows)[x0:x1] / px_per_mm
    if not _NEAREST_MM <= apart.min() <= apart.max() <= _FARTHEST_MM or np.ptp(apart) > _LEAN_MM:
        return False
    height = len(mask)
    others = mask & ~(upper.band(height, _SOFT_PX) | lower.band(height, _SOFT_PX))
    rows = np.arange(height)[:, None]
    reach = _ROW_MM * px_per_mm
    beside = others & (rows >= upper.rows - reach) & (rows <= lower.rows + reach)
    part = beside[:, x0:x1]
    crossing = _crossing(part, upper.rows[x0:x1], lower.rows[x0:x1], upper, lower)
    if crossing < _CROSSED * (x1 - x0):
        return False
    inked = np.stack([upper.inked[x0:x1], lower.inked[x0:x1]])
    return _runs_alone(beside, inked, x0, (x1 - x0) / max(1.0, _row_height(part)), px_per_mm)


def _runs_alone(beside: Mask, inked: Mask, x0: int, length: float, px_per_mm: float) -> bool:
    """Whether a pair runs on where nothing else is written.

    `inked` (2 x W) are the columns of the lines from `x0` on, `length` theirs in heights of the
    characters: the fewer, the more has to be seen of them beside the characters.
    """
    alone = ~_spread(np.asarray(beside.any(axis=0)), 1)[x0 : x0 + inked.shape[1]]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], alone, [False]]).astype(np.int8)))
    runs = [slice(a, b) for a, b in edges.reshape(-1, 2) if b - a >= _RUN_MM * px_per_mm]
    if (
        not runs
        or _gaps_agree(inked[:, alone], px_per_mm)
        or inked[:, alone].mean(axis=1).min() < _INKED_ALONE
    ):
        return False
    longest = max(run.stop - run.start for run in runs)
    if length >= _WORD:
        return len(runs) > 1 and longest >= _WHITE_MM * px_per_mm
    ends = [run.start == 0 or run.stop == len(alone) for run in runs]
    return length >= _LONGER and any(ends) and (sum(ends) == 2 or len(runs) > 2)


def _gaps_agree(inked: Mask, px_per_mm: float) -> bool:
    """Whether two lines break off in the same places: so do the strokes of 井 beside another 井."""
    neither = ~inked.any(axis=0)
    upper, lower = 1 - inked.mean(axis=1)
    if np.count_nonzero(neither) < _COMMON_MM * px_per_mm:
        return False
    return float(neither.mean()) > max(_COMMON_GAPS, _NOT_BY_CHANCE * float(upper * lower))


def _crossing(
    part: Mask,
    top: NDArray[np.float64],
    bottom: NDArray[np.float64],
    upper: _Line,
    lower: _Line,
) -> int:
    """Count columns in which strokes reach the pair from above and from below."""
    rows = np.arange(len(part))[:, None]
    edge = _SOFT_PX + 2.5
    over = part & (rows < top) & (rows >= top - 0.5 * upper.thick - edge)
    under = part & (rows > bottom) & (rows <= bottom + 0.5 * lower.thick + edge)
    lean = round(0.5 * float((bottom - top).mean())) + 1
    return int(np.count_nonzero(over.any(axis=0) & _spread(np.asarray(under.any(axis=0)), lean)))


def _spread(columns: Mask, reach: int) -> Mask:
    """Columns within `reach` of those that are set."""
    kernel = np.ones((1, 2 * reach + 1), np.uint8)
    spread: Mask = np.asarray(cv2.dilate(columns.astype(np.uint8)[None], kernel), np.uint8)[0] > 0
    return spread


def _row_height(part: Mask) -> float:
    """Height of the characters beside the lines, in pixels."""
    inked = part.any(axis=0)
    if not inked.any():
        return 0.0
    columns = np.flatnonzero(inked)
    first = part.argmax(axis=0)[columns]
    last = len(part) - part[::-1].argmax(axis=0)[columns]
    return float(np.percentile(last, 80) - np.percentile(first, 20))
