"""Writing that was struck out (二重線), and what was written instead."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_ink import BoxInk
from pipelines.geometry import components
from pipelines.records import Pixels
from pipelines.strike_lines import line_band, line_edges, row_of, without_lines
from pipelines.strike_traces import traced_pair

_PAPER = 255
# Shortest strike as a multiple of the height of the writing: no character has a level stroke of
# that length. Over a single figure two shorter parallel ones are meant, too.
_LENGTH = 2.0
_LENGTH_OF_PAIR = 0.85
_LENGTH_OF_SINGLE = 3.0
# A short word or number in a field of any text: the two lines are longer than any character is
# wide, and run over all that is written.
_LENGTH_OF_SHORT, _LEAST_OF_SHORT_MM, _SHORT_WHOLE = 1.15, 3.5, 0.85
_OVER_MM = 0.1
# Two lines that are long for their own row: no character alone is so wide.
_LEAST_OF_ROW_MM = 7.0
_LEAST_MM, _LEAST_OF_PAIR_MM = 4.5, 3.0
_NEAREST_MM, _FARTHEST_MM = 0.4, 3.0
_THICKEST_MM = 2.4
_MERGED_MM, _STRAIGHT_MM = 0.7, 0.16
# Between small characters a scan is grey, and the mask of their ink one block: a strike is at
# least this share as dark as the darkest ink.
_DARK = 0.35
# Share of a strike's length along which there must be writing above it, and below it.
_CROSSED = 0.25
# Two lines may leave less of it outside of them when they run through the middle of the row: as
# deep on one side as this share of the other one. A single one may cut off the feet alone, so that
# it has to run about there, too.
_BARELY_CROSSED, _WELL_WITHIN, _MIDDLE = 0.1, 0.5, 0.33
# What is written instead is so tall somewhere, and its strokes are longer than crumbs but for dots,
# which stand as near to them as the third.
_TALL_MM, _CRUMB_MM, _DOT_MM = 0.9, 1.3, 1.0
# An underline may cut the feet of characters by so much.
_FEET_MM = 0.2


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Strike:
    """`struck` is the ink under the strike, without the lines; `rest` is all other ink."""

    struck: BoxInk
    rest: BoxInk


def find_strike(ink: BoxInk, px_per_mm: float, *, figures: bool = False) -> Strike | None:
    """Find long level strokes drawn through writing; None when there are none.

    A double line is the rule, a single one is taken, too. `figures`: only digits are written
    here, so that two parallel strokes the width of a figure are a strike already.
    """
    if ink.blank:
        return None
    core = _core(ink)
    height = min(_tallest(core), ink.box[3] - ink.box[1])
    if height < 1:
        return None
    least = max(_LENGTH * height, _LEAST_MM * px_per_mm)
    shorter = max(_LENGTH_OF_PAIR * height, _LEAST_OF_PAIR_MM * px_per_mm) if figures else least
    levels = _level_strokes(core, min(least, shorter), px_per_mm, 0.8 if figures else 0.55)
    long = [level for level in levels if level.x1 - level.x0 >= least]
    columns = np.flatnonzero(ink.mask.any(axis=0))
    # Of a number all figures are struck, of a text perhaps only the first words.
    whole = 0.65 * (columns[-1] - columns[0] + 1) if figures else 0.0
    lines = _pair(levels if figures else long, px_per_mm, whole)
    if not lines:
        # Two lines that have run into one, or a single one too long for strokes that happen to
        # meet from one character to the next.
        lines = [
            level
            for level in long
            if level.thickness >= _MERGED_MM * px_per_mm
            or level.x1 - level.x0 >= _LENGTH_OF_SINGLE * height
        ]
    lines = lines or _short_pair(core, height, px_per_mm) or _pair_of_row(core, px_per_mm)
    masks = [line.mask for line in lines]
    if not masks or not _runs_through(ink, masks, px_per_mm, barely=_BARELY_CROSSED):
        # Level strokes of neighbours may lie in line: these must cross as much as any.
        masks = traced_pair(core, px_per_mm)
        if not masks or not _runs_through(ink, masks, px_per_mm):
            return None
    band = line_band(masks, px_per_mm)
    others = ink.mask & ~band
    under = np.flatnonzero(np.logical_or.reduce(masks).any(axis=0))
    ends = int(under[0]), int(under[-1]) + 1
    struck = row_of(others, band, ends, px_per_mm)
    grey, mask = without_lines(ink.grey, ink.mask, struck, masks, px_per_mm)
    return Strike(
        struck=replace(ink, grey=grey, mask=mask),
        rest=_cleared(ink, others & ~struck, ends, px_per_mm),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    x0: int
    x1: int
    y: float
    thickness: float
    mask: NDArray[np.bool_]


def _tallest(mask: NDArray[np.bool_]) -> int:
    """Height of the tallest row of writing: what stands above or below is another row."""
    inked = np.concatenate([[0], mask.any(axis=1).astype(np.int8), [0]])
    edges = np.flatnonzero(np.diff(inked))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def _core(ink: BoxInk) -> NDArray[np.bool_]:
    """Ink that is dark for this box."""
    darkness = _PAPER - ink.grey.astype(np.int16)
    darkest = float(np.percentile(darkness[ink.mask], 90))
    return ink.mask & (darkness >= _DARK * darkest)


def _level_strokes(
    mask: NDArray[np.bool_], least: float, px_per_mm: float, level: float
) -> list[_Level]:
    """Find strokes that run level for `least` pixels, with the slope of a hand.

    Runs shorter than the share `level` of it belong to the characters between the lines.
    """
    shortest = max(9, round(level * least))
    if _longest_run(mask) < shortest:
        return []
    kernel = np.ones((1, shortest), np.uint8)
    runs = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    # Steps of a slanting stroke lie on neighbouring rows; a hair's breadth may be missing.
    joined = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    _, labels, stats, _ = components(np.asarray(joined, np.uint8))
    found = []
    for number in range(1, len(stats)):
        x, _, width, height, area = stats[number].tolist()
        if width < least or height > 0.3 * width or area / width > _THICKEST_MM * px_per_mm:
            continue
        part = labels == number
        if _bend(part[:, x : x + width]) <= _STRAIGHT_MM * px_per_mm:
            middle = float(np.median(np.nonzero(part)[0]))
            found.append(_Level(x, x + width, middle, area / width, part))
    return found


def _longest_run(mask: NDArray[np.bool_]) -> int:
    """Count the pixels of the longest level run: ordinary writing has none as long as a strike."""
    rows = np.flatnonzero(mask.any(axis=1))
    padded = np.zeros((len(rows), mask.shape[1] + 1), np.int8)
    padded[:, 1:] = mask[rows]
    edges = np.diff(padded.ravel(), append=np.int8(0))
    runs = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    return int(runs.max()) if runs.size else 0


def _bend(stroke: NDArray[np.bool_]) -> float:
    """Distance in pixels (root mean square) of a stroke's middle from a straight line."""
    rows = np.arange(stroke.shape[0])[:, None]
    count = stroke.sum(axis=0)
    columns = np.flatnonzero(count)
    middle = (stroke * rows).sum(axis=0)[columns] / count[columns]
    slope, start = np.polyfit(columns, middle, 1)
    return float(np.sqrt(np.mean((middle - slope * columns - start) ** 2)))


def _pair(levels: list[_Level], px_per_mm: float, least: float) -> list[_Level]:
    """Two parallel strokes side by side over most of their length, and over `least` pixels."""
    return next(_pairs(levels, px_per_mm, least), [])


def _pairs(levels: list[_Level], px_per_mm: float, least: float) -> Iterator[list[_Level]]:
    ordered = sorted(levels, key=lambda level: level.y)
    for upper, lower in combinations(ordered, 2):
        common = min(upper.x1, lower.x1) - max(upper.x0, lower.x0)
        longer = max(upper.x1 - upper.x0, lower.x1 - lower.x0)
        apart = (lower.y - upper.y) / px_per_mm
        if _NEAREST_MM <= apart <= _FARTHEST_MM and common >= max(0.7 * longer, least):
            yield [upper, lower]


def _short_pair(core: NDArray[np.bool_], height: float, px_per_mm: float) -> list[_Level]:
    """Find two lines through all of a short word; none of its characters has two that long."""
    columns = np.flatnonzero(core.any(axis=0))
    extent = columns[-1] - columns[0] + 1
    least = max(_LENGTH_OF_SHORT * height, _LEAST_OF_SHORT_MM * px_per_mm, _SHORT_WHOLE * extent)
    if extent < least:
        return []
    lines = _pair(_level_strokes(core, least, px_per_mm, 0.55), px_per_mm, least)
    if not lines:
        return []
    # The level strokes of 妻 or 青 end within the character, or its other strokes reach as far.
    rest = core & ~line_band([line.mask for line in lines], px_per_mm)
    under = np.flatnonzero(rest.any(axis=0))
    beyond = _OVER_MM * px_per_mm
    inside = len(under) > 0 and all(
        line.x0 + beyond <= under[0] and under[-1] <= line.x1 - beyond for line in lines
    )
    return lines if inside else []


def _pair_of_row(core: NDArray[np.bool_], px_per_mm: float) -> list[_Level]:
    """Find two lines that are long for the row that they cross.

    Other rows in the box, which may run into this one, say nothing of its height.
    """
    least = _LEAST_OF_ROW_MM * px_per_mm
    levels = _level_strokes(core, least, px_per_mm, 0.8)
    for lines in _pairs(levels, px_per_mm, least):
        band = line_band([line.mask for line in lines], px_per_mm)
        ends = min(line.x0 for line in lines), max(line.x1 for line in lines)
        rows = np.flatnonzero(row_of(core & ~band, band, ends, px_per_mm).any(axis=1))
        length = min(line.x1 - line.x0 for line in lines)
        if len(rows) and length >= _LENGTH * (rows[-1] - rows[0] + 1):
            return lines
    return []


def _runs_through(
    ink: BoxInk, masks: list[NDArray[np.bool_]], px_per_mm: float, *, barely: float = _CROSSED
) -> bool:
    """Whether there is writing on both sides of the lines, spread over their length.

    An underline has none below it, or only the feet of some characters. Of two lines through the
    middle of the row `barely` is enough.
    """
    band = line_band(masks, px_per_mm)
    others = ink.mask & ~band
    upper, lower, columns = line_edges(masks, px_per_mm)
    rows = np.arange(len(others))[:, None]
    reach, near = 2.5 * px_per_mm, _FEET_MM * px_per_mm
    part = others[:, columns]
    above = part & (rows < upper - near) & (rows >= upper - reach)
    below = part & (rows > lower + near) & (rows <= lower + reach)
    spread = 0.6 * px_per_mm
    crossed = min(_covered(above, spread), _covered(below, spread))
    if crossed < (_CROSSED if len(masks) == 1 else barely):
        return False
    if len(masks) > 1 and crossed >= _CROSSED:
        return True
    row = row_of(others, band, (columns.start, columns.stop), px_per_mm)[:, columns]
    off = (rows - 0.5 * (upper + lower))[row]
    high, deep = -np.percentile(off, (5, 95)) * (1, -1) if off.size else (0.0, 0.0)
    return bool(min(high, deep) >= (_MIDDLE if len(masks) == 1 else _WELL_WITHIN) * max(high, deep))


def _covered(part: NDArray[np.bool_], spread: float) -> float:
    """Share of columns with ink within `spread` pixels."""
    columns = np.asarray(part.any(axis=0)).astype(np.uint8)[None]
    if columns.size == 0:
        return 0.0
    return float(cv2.dilate(columns, np.ones((1, 2 * round(spread) + 1), np.uint8)).mean())


def _cleared(
    ink: BoxInk, rest: NDArray[np.bool_], ends: tuple[int, int], px_per_mm: float
) -> BoxInk:
    """Keep what is left, if it is more than crumbs of the lines, which reach over columns `ends`.

    Beside other writing crumbs between it and the strike go, too: ends of lines, rims of a seal.
    """
    _, labels, stats, centres = components(rest.view(np.uint8))
    if not (stats[1:, cv2.CC_STAT_HEIGHT] >= _TALL_MM * px_per_mm).any():
        return _part(ink, np.zeros_like(rest))
    large = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) >= _CRUMB_MM * px_per_mm
    large[0] = False
    kept = large.copy()
    left, top = stats[large, cv2.CC_STAT_LEFT], stats[large, cv2.CC_STAT_TOP]
    right = left + stats[large, cv2.CC_STAT_WIDTH]
    bottom = top + stats[large, cv2.CC_STAT_HEIGHT]
    for number in (1 + np.flatnonzero(~large[1:])).tolist():
        x, y = centres[number]
        row = (top - _DOT_MM * px_per_mm <= y) & (y <= bottom + _DOT_MM * px_per_mm)
        if row.any():
            first, last = left[row].min(), right[row].max()
            # The dots of シ and ド stand nearer to their own strokes.
            before = ends[0] < first and x < first - _DOT_MM * px_per_mm
            after = ends[1] > last and x > last + _DOT_MM * px_per_mm
            kept[number] = not (before or after)
    if not large.any():
        kept[1:] = True
    return _part(ink, kept[labels])


def _part(ink: BoxInk, mask: NDArray[np.bool_]) -> BoxInk:
    near = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    grey: Pixels = np.where(near > 0, ink.grey, _PAPER).astype(np.uint8)
    return BoxInk(grey=grey, mask=mask, x=ink.x, y=ink.y, box=ink.box)
