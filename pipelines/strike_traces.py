"""Lines of a strike that are broken: a fax shows a light pen's line as a row of dashes.

What is left of such a line is told from the level strokes of characters by where it runs: straight
on through the white between the characters, and beyond the first and the last one. A pair of such
lines, side by side, with strokes that cross both of them, is a double strike.
"""

from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.strike_follow import (
    AHEAD_MM,
    LEAST_MM,
    NEAREST_MM,
    THICKEST_MM,
    Line,
    Mask,
    broken_lines,
)

# Share of a line that is inked where nothing else is.
_INKED_ALONE = 0.65
# Distance and lean of a pair in mm; over how much of the longer one both run.
_FARTHEST_MM, _LEAN_MM = 2.0, 0.9
_COMMON = 0.7
# Share of its columns with strokes that cross it.
_CROSSED = 0.06
# Where both lines are broken: share of the columns, length in mm, multiple of mere chance.
_COMMON_GAPS, _COMMON_MM, _NOT_BY_CHANCE = 0.05, 0.5, 2.5
# Where it runs alone counts from so many mm on; of a word, once the white between characters.
_RUN_MM, _WHITE_MM = 0.3, 0.85
# Least length in heights of a character: of any pair, of one through a word.
_LONGER, _WORD = 1.3, 2.0
_SOFT_PX, _ROW_MM = 1.5, 2.5
# So much more of a pair runs alone than is empty: 2.1 mm at least on all pages of tuning.
_LEAST_BARE_MM = 1.5


def traced_pair(mask: Mask, px_per_mm: float) -> list[Mask]:
    """Ink (H x W each) of two broken parallel lines through the writing of `mask`; else empty."""
    columns = np.flatnonzero(mask.any(axis=0))
    if not columns.size:
        return []
    # Lines are looked for as far ahead as they may go on.
    ahead = round(AHEAD_MM * px_per_mm)
    inked = slice(max(0, columns[0] - ahead), columns[-1] + ahead + 1)
    part = np.ascontiguousarray(mask[:, inked])
    if _bare_mm(part, px_per_mm) < _LEAST_BARE_MM:
        return []
    pair = _pair_of(part, px_per_mm)
    found = [np.zeros_like(mask) for _ in pair]
    for whole, line in zip(found, pair, strict=True):
        whole[:, inked] = line
    return found


def _pair_of(mask: Mask, px_per_mm: float) -> list[Mask]:
    lines = list(broken_lines(mask, px_per_mm))
    lines.sort(key=lambda line: float(line.rows[line.x0 : line.x1].mean()))
    for upper, lower in combinations(lines, 2):
        if _is_strike(mask, upper, lower, px_per_mm):
            return [mask & line.band(len(mask), 0.5) for line in (upper, lower)]
    return []


def _bare_mm(mask: Mask, px_per_mm: float) -> float:
    """How much wider columns that a pair runs through alone are than those without any ink.

    The first hold two thin strokes, one above the other, and nothing else near them. Lines run on
    through the white between characters: along them there are many of these, and few empty ones.
    """
    height, width = mask.shape
    # Columns after each other: each begins with a white pixel, so that no stroke runs on.
    padded = np.zeros((width, height + 1), np.int8)
    padded[:, 1:] = mask.T
    edges = np.diff(padded.ravel(), append=np.int8(0))
    starts, ends = np.flatnonzero(edges == 1) + 1, np.flatnonzero(edges == -1) + 1
    column, thin = starts // (height + 1), ends - starts <= THICKEST_MM * px_per_mm + 3.5
    gaps = np.where(np.diff(column) == 0, starts[1:] - ends[:-1], np.inf)
    around = np.concatenate([[np.inf], gaps, [np.inf]]) >= _ROW_MM * px_per_mm - 4.5
    apart = gaps + 0.5 * ((ends - starts)[1:] + (ends - starts)[:-1])
    near = (apart >= NEAREST_MM * px_per_mm - 4) & (apart <= _FARTHEST_MM * px_per_mm + 4)
    pairs = near & thin[:-1] & thin[1:] & around[:-2] & around[2:]
    more = np.bincount(column[:-1][pairs], minlength=width) - ~mask.any(axis=0)
    # Over as many columns as are best, but no fewer than a pair is long.
    total = np.concatenate([[0], np.cumsum(more)])
    least = round(LEAST_MM * px_per_mm)
    if width < least:
        return 0.0
    before = np.minimum.accumulate(total[: width + 1 - least])
    return float((total[least:] - before).max()) / px_per_mm


def _is_strike(mask: Mask, upper: Line, lower: Line, px_per_mm: float) -> bool:
    x0, x1 = max(upper.x0, lower.x0), min(upper.x1, lower.x1)
    longer = max(upper.x1 - upper.x0, lower.x1 - lower.x0)
    if x1 - x0 < max(LEAST_MM * px_per_mm, _COMMON * longer):
        return False
    apart = (lower.rows - upper.rows)[x0:x1] / px_per_mm
    if not NEAREST_MM <= apart.min() <= apart.max() <= _FARTHEST_MM or np.ptp(apart) > _LEAN_MM:
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
    upper: Line,
    lower: Line,
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
