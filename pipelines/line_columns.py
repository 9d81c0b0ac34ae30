"""A column of vertical writing set side by side, as the recogniser reads.

Characters that touch are parted, strokes that stand apart within a character are kept together,
full stops and commas come down from the corner they have in a column, brackets are turned up.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_pixels import PAPER, extent, window
from pipelines.records import Pixels

Mask = NDArray[np.bool_]

# Room between the characters, as a share of their size.
_GAP = 0.12
# Sizes in characters: what is lower than the first may be part of one, higher than the second is
# two; white that is not wider than the third may be within one.
_WHOLE, _HIGHEST, _LONGEST = 1.0, 1.15, 1.6
_LOW_COST, _HIGH_COST, _CUT_COST, _WHITE_COST = 0.5, 10.0, 1.2, 0.5
# Full stops and commas: height, width, and where their middle stands across the column at least.
_STOP_HIGH, _STOP_WIDE, _STOP_AT = 0.42, 0.45, 0.6
# Brackets: flat arcs, alike to both sides.
_ARC_FLAT, _ARC_WIDE, _ARC_DEPTH, _ARC_UNEVEN = 0.45, 0.5, 0.3, 0.3


def side_by_side(grey: Pixels, mask: Mask) -> Pixels:
    """Line of the characters of a column of text (`mask` is its ink), in reading order."""
    rows, columns = extent(mask)
    if rows is None or columns is None:
        return np.full((8, 8), PAPER, np.uint8)
    em = _size(mask, rows, columns)
    parts = [_set_upright(grey, mask, span, columns, em) for span in characters_down(mask, em)]
    tall = max(max(p.shape[0] for p, _ in parts), round(em))
    gap = max(1, round(_GAP * em))
    return np.hstack([_padded(part, tall, gap, low) for part, low in parts])


def characters_down(mask: Mask, em: float) -> list[tuple[int, int]]:
    """Start and end row of each character of a column whose characters are `em` pixels large."""
    ink = mask.sum(axis=1)
    found: list[tuple[int, int]] = []
    for runs in _between_stops(mask, _runs(ink > 0), em):
        found += (
            runs if len(runs) == 1 and runs[0][1] - runs[0][0] <= em else _parted(ink, runs, em)
        )
    return found


def _size(mask: Mask, rows: tuple[int, int], columns: tuple[int, int]) -> float:
    """Size of the characters: how wide the column is where it is widest; kana are smaller."""
    whole = max(columns[1] - columns[0], 4)
    if rows[1] - rows[0] < 3 * whole:
        return float(whole)
    widths = []
    for top in range(rows[0], rows[1], max(1, whole // 2)):
        _, across = extent(mask[top : top + whole])
        if across is not None:
            widths.append(across[1] - across[0])
    return float(np.clip(np.percentile(widths, 95), 0.8 * whole, whole))


def _runs(inked: Mask) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inked.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _between_stops(
    mask: Mask, runs: list[tuple[int, int]], em: float
) -> list[list[tuple[int, int]]]:
    """Group runs of ink; a full stop or comma is a group of its own."""
    groups: list[list[tuple[int, int]]] = [[]]
    for run in runs:
        if _is_stop(mask, run, em):
            groups += [[run], []]
        else:
            groups[-1].append(run)
    return [group for group in groups if group]


def _is_stop(mask: Mask, run: tuple[int, int], em: float) -> bool:
    _, whole = extent(mask)
    _, own = extent(mask[run[0] : run[1]])
    if whole is None or own is None:
        return False
    across = ((own[0] + own[1]) / 2 - whole[0]) / (whole[1] - whole[0])
    high, wide = run[1] - run[0], own[1] - own[0]
    return bool(
        0.08 * em <= high <= _STOP_HIGH * em and wide <= _STOP_WIDE * em and across >= _STOP_AT
    )


def _parted(
    ink: NDArray[np.integer], runs: list[tuple[int, int]], em: float
) -> list[tuple[int, int]]:
    """Best way to part rows of ink into characters (dynamic programming over places to cut)."""
    stroke = max(2.0, 0.06 * em)
    places = _places(ink, runs, em)
    best = [0.0] + [np.inf] * (len(places) - 1)
    before = [0] * len(places)
    for end in range(1, len(places)):
        through = min(1.5, float(places[end][2]) / stroke)
        for start in range(end - 1, -1, -1):
            top, bottom = places[start][1], places[end][0]
            size = (bottom - top) / em
            if size > 2 * _LONGEST and start < end - 1:
                break
            inner = sum(places[k][1] - places[k][0] for k in range(start + 1, end)) / em
            cost = _LOW_COST * max(0.0, _WHOLE - size) ** 2 + _WHITE_COST * inner**2
            cost += _HIGH_COST * max(0.0, size - _HIGHEST) ** 2 + _CUT_COST * through
            if best[start] + cost < best[end]:
                best[end], before[end] = best[start] + cost, start
    found = []
    at = len(places) - 1
    while at > 0:
        found.append((places[before[at]][1], places[at][0]))
        at = before[at]
    return found[::-1]


def _places(
    ink: NDArray[np.integer], runs: list[tuple[int, int]], em: float
) -> list[tuple[int, int, int]]:
    """Where a column may be cut: end of the ink before, start of the ink after, ink cut through."""
    places = [(runs[0][0], runs[0][0], 0)]
    for number, (start, end) in enumerate(runs):
        if end - start > _HIGHEST * em:
            places += [(row, row, int(ink[row])) for row in _thin_rows(ink, start, end, em)]
        after = runs[number + 1][0] if number + 1 < len(runs) else end
        places.append((end, after, 0))
    return places


def _thin_rows(ink: NDArray[np.integer], start: int, end: int, em: float) -> list[int]:
    """Rows of least ink around, at least a third of a character from the ends."""
    reach = max(2, round(0.18 * em))
    margin = round(0.35 * em)
    found: list[int] = []
    for row in range(start + margin, end - margin):
        near = ink[max(start, row - reach) : row + reach + 1]
        if ink[row] == near.min() and (not found or row - found[-1] > reach):
            found.append(row)
    return found


def _set_upright(
    grey: Pixels, mask: Mask, span: tuple[int, int], columns: tuple[int, int], em: float
) -> tuple[Pixels, bool]:
    """Picture of one character, and whether it belongs at the foot of the line."""
    top, bottom = span
    _, own = extent(mask[top:bottom])
    if own is not None and _is_stop(mask, span, em):
        return window(grey, own[0] - 1, top - 1, own[1] + 1, bottom + 1), True
    if own is not None and _is_bracket(mask[top:bottom, own[0] : own[1]], em):
        turned = window(grey, own[0] - 1, top - 1, own[1] + 1, bottom + 1)
        return np.ascontiguousarray(np.rot90(turned)), False
    return window(grey, columns[0] - 1, top - 1, columns[1] + 1, bottom + 1), False


def _is_bracket(part: Mask, em: float) -> bool:
    """Whether a flat piece of ink is an arc with ends alike, a bracket as a column has it."""
    high, wide = part.shape
    if high > _ARC_FLAT * wide or wide < _ARC_WIDE * em or high < 0.1 * em:
        return False
    inked = part.any(axis=0)
    if inked.mean() < 0.9:
        return False
    middles = np.array([np.flatnonzero(c).mean() for c in part.T[inked]]) / high
    ends = max(1, len(middles) // 8)
    left, right = middles[:ends].mean(), middles[-ends:].mean()
    third = len(middles) // 3
    centre = middles[third : 2 * third].mean() if third else 0.5
    deep = min(abs(left - centre), abs(right - centre))
    return bool(
        (left - centre) * (right - centre) > 0
        and deep >= _ARC_DEPTH
        and abs(left - right) <= _ARC_UNEVEN
    )


def _padded(part: Pixels, tall: int, gap: int, low: bool) -> Pixels:
    room = tall - part.shape[0]
    above = room if low else room // 2
    return np.asarray(
        cv2.copyMakeBorder(
            part, above + gap, room - above + gap, gap, gap, cv2.BORDER_CONSTANT, value=(PAPER,)
        ),
        np.uint8,
    )
