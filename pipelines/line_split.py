"""Lines of a box of free text, told apart by their ink: as written, not as ruled.

People write more lines than there are rules, or fewer; lines rise and fall, and the strokes of one
reach into the next. The slope that all lines share is taken off first; then white between rows
parts lines, and every stroke goes to the line in which most of it lies.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import components
from pipelines.records import Pixels

# Slopes (rows a column) that are tried, and how much sharper the rows must become by one.
_STEEPEST, _SLOPE_STEP, _SHARPER = 0.09, 0.005, 1.03
# Only what is wider than this many lines are high shows a slope.
_LEAST_WIDE = 4.0
_BIN = 8
# Between two lines there is less ink than this share of what the thinner one has.
_VALLEY = 0.45
# Of a character's size: what is lower is no line of its own, unless it stands too far off.
_LOW, _ONE_LINE = 0.5, 1.3
# A stroke is parted between two lines when it is higher than a character and this far in both.
_TALL, _INTO, _SEAM = 1.15, 0.3, 0.25
# Furigana: how high at most beside its text and how far off, in heights of the text; how wide at
# least, in its own heights; how far it may leave the text, in characters.
_RUBY_HEIGHT, _RUBY_GAP, _RUBY_WIDE, _RUBY_OUT = 0.62, 0.75, 2.0, 0.6
_TEXT_HEIGHT = 0.55

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class LineMask:
    """Ink of one line (H x W), its slope in rows a column, and whether it is furigana."""

    mask: Mask
    slope: float
    ruby: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Pixels of ink with their rows as they are without the slope; `sums` is rows x bins."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    level: NDArray[np.intp]
    sums: NDArray[np.float64]
    slope: float
    lift: float


def split_mask(mask: Mask, pitch: float) -> list[LineMask]:
    """Part the ink (H x W) of a box into its lines from the top.

    `pitch` is how high a line is expected to be, in pixels.
    """
    if not mask.any():
        return []
    count, labels, stats, _ = components(mask.view(np.uint8))
    em = _character(stats[1:], pitch)
    ink = _level(mask, pitch)
    cuts = _cuts(ink.sums, em)
    if not cuts:
        return [LineMask(mask, ink.slope, False)]
    line_of = _shares(ink, labels, count, cuts, em)
    parts = []
    for number in range(len(cuts) + 1):
        own = line_of == number
        if own.any():
            part = np.zeros_like(mask)
            part[ink.rows[own], ink.columns[own]] = True
            parts.append(part)
    ruby = _ruby(parts, ink.slope, em)
    return [LineMask(p, ink.slope, r) for p, r in zip(parts, ruby, strict=True)]


def level(pixels: Pixels, slope: float, paper: int) -> Pixels:
    """Take the slope of a line off its picture (H x W), which grows by what it needs."""
    height, width = pixels.shape
    fall = slope * width
    grown = height + int(np.ceil(abs(fall)))
    matrix = np.array([[1.0, 0.0, 0.0], [-slope, 1.0, max(fall, 0.0)]])
    moved = cv2.warpAffine(
        pixels, matrix, (width, grown), flags=cv2.INTER_LINEAR, borderValue=(paper,)
    )
    return np.asarray(moved, np.uint8)


def _character(stats: NDArray[np.int32], pitch: float) -> float:
    """Size of the characters in pixels: that of the larger strokes."""
    sizes = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    usual = sizes[(sizes < 1.5 * pitch) & (sizes > 0.15 * pitch)]
    if len(usual) == 0:
        return 0.7 * pitch
    return float(np.clip(np.percentile(usual, 85), 0.35 * pitch, pitch))


def _level(mask: Mask, pitch: float) -> _Rows:
    rows, columns = np.nonzero(mask)
    wide = columns.max() - columns.min()
    slope = 0.0
    if wide > _LEAST_WIDE * pitch:
        some = slice(None, None, max(1, len(rows) // 20_000))
        sharp = {0.0: _sharpness(rows[some], columns[some], 0.0, pitch)}
        for step in np.arange(-_STEEPEST, _STEEPEST + 1e-9, _SLOPE_STEP):
            sharp[float(step)] = _sharpness(rows[some], columns[some], float(step), pitch)
        best = max(sharp, key=lambda s: sharp[s])
        slope = best if sharp[best] > _SHARPER * sharp[0.0] else 0.0
    lifted = rows - slope * (columns - columns.min())
    lift = float(lifted.min())
    flat = np.round(lifted - lift).astype(np.intp)
    bins = columns // _BIN
    across = int(bins.max()) + 1
    sums = np.bincount(flat * across + bins, minlength=(int(flat.max()) + 1) * across)
    return _Rows(rows, columns, flat, sums.reshape(-1, across).astype(float), slope, lift)


def _sharpness(
    rows: NDArray[np.intp], columns: NDArray[np.intp], slope: float, pitch: float
) -> float:
    flat = rows - slope * columns
    profile = np.bincount(np.round(flat - flat.min()).astype(np.intp)).astype(float)
    return float((_smooth(profile, max(1, round(0.06 * pitch))) ** 2).sum())


def _smooth(profile: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    window = np.ones(2 * reach + 1) / (2 * reach + 1)
    return np.convolve(profile, window, mode="full")[reach : reach + len(profile)]


def _cuts(sums: NDArray[np.float64], em: float) -> list[int]:
    """Rows at which one line ends and the next begins."""
    reach = max(1, round(0.07 * em))
    profile = _smooth(sums.sum(axis=1), reach)
    cuts = _valleys(profile)
    while cuts:
        ratios = [_ratio(sums, cuts, i) for i in range(len(cuts))]
        worst = int(np.argmax(ratios))
        if ratios[worst] <= _VALLEY:
            break
        del cuts[worst]
    return _without_low(profile, cuts, em)


def _valleys(profile: NDArray[np.float64]) -> list[int]:
    """Middles of the local minima between the first and the last ink."""
    steps = np.sign(np.diff(profile))
    found = []
    falling_at: int | None = None
    for i, step in enumerate(steps):
        if step < 0:
            falling_at = i + 1
        elif step > 0 and falling_at is not None:
            found.append((falling_at + i) // 2)
            falling_at = None
    return found


def _ratio(sums: NDArray[np.float64], cuts: list[int], at: int) -> float:
    """Ink at a cut as a share of that of the thinner of its lines, where both have some."""
    edges = [0, *cuts, len(sums)]
    above, below = sums[edges[at] : cuts[at]], sums[cuts[at] : edges[at + 2]]
    wide = [np.flatnonzero(part.any(axis=0)) for part in (above, below)]
    if min(len(w) for w in wide) == 0:
        return 1.0
    low, high = max(w[0] for w in wide), min(w[-1] for w in wide) + 1
    if low >= high:
        return 0.0
    profile = _smooth(sums[edges[at] : edges[at + 2], low:high].sum(axis=1), 1)
    middle = cuts[at] - edges[at]
    least = min(profile[:middle].max(initial=0.0), profile[middle:].max(initial=0.0))
    return float(profile[middle] / least) if least > 0 else 1.0


def _without_low(profile: NDArray[np.float64], cuts: list[int], em: float) -> list[int]:
    """Drop cuts that leave something lower than a line beside what it belongs to."""
    cuts = list(cuts)
    while cuts:
        extents = _extents(profile, cuts)
        drop: tuple[float, int] | None = None
        for i in range(len(cuts)):
            first, second = extents[i], extents[i + 1]
            low = min(first[1] - first[0], second[1] - second[0]) < _LOW * em
            gap = second[0] - first[1]
            fits = second[1] - first[0] <= _ONE_LINE * em
            if low and fits and (drop is None or gap < drop[0]):
                drop = (gap, i)
        if drop is None:
            return cuts
        del cuts[drop[1]]
    return cuts


def _extents(profile: NDArray[np.float64], cuts: list[int]) -> list[tuple[int, int]]:
    edges = [0, *cuts, len(profile)]
    found = []
    for start, end in pairwise(edges):
        part = profile[start:end]
        inked = np.flatnonzero(part > 0.05 * part.max(initial=0.0))
        found.append(
            (start + int(inked[0]), start + int(inked[-1]) + 1) if len(inked) else (start, start)
        )
    return found


def _shares(
    ink: _Rows, labels: NDArray[np.integer], count: int, cuts: list[int], em: float
) -> NDArray[np.intp]:
    """Give each pixel of ink the number of its line."""
    number = labels[ink.rows, ink.columns].astype(np.intp)
    top, bottom = np.full(count, 1 << 30), np.full(count, -1)
    np.minimum.at(top, number, ink.level)
    np.maximum.at(bottom, number, ink.level)
    area = np.bincount(number, minlength=count)
    centre = np.bincount(number, ink.level, minlength=count) / np.maximum(area, 1)
    line_of = np.searchsorted(cuts, centre)[number]
    for stroke in np.flatnonzero(bottom - top > _TALL * em):
        own = number == stroke
        levels = ink.level[own]
        parted = [
            _seam(levels, cut, em)
            for cut in cuts
            if cut - top[stroke] > _INTO * em and bottom[stroke] - cut > _INTO * em
        ]
        if parted:
            first = int(np.searchsorted(cuts, top[stroke] + _INTO * em))
            line_of[own] = first + np.searchsorted(parted, levels)
    return np.asarray(line_of, np.intp)


def _seam(levels: NDArray[np.intp], cut: int, em: float) -> int:
    """Row near a cut at which least ink of a stroke is cut through."""
    reach = max(1, round(_SEAM * em))
    rows = np.arange(cut - reach, cut + reach + 1)
    ink = np.array([np.count_nonzero(levels == row) for row in rows], float)
    return int(rows[np.argmin(ink + 2.0 * np.abs(rows - cut) / reach)])


def _ruby(parts: list[Mask], slope: float, em: float) -> list[bool]:
    """Which lines are furigana of the line after them."""
    spans = [_span(part, slope) for part in parts]
    found = [False] * len(parts)
    for i in range(len(parts) - 1):
        (top, bottom, left, right), base = spans[i], spans[i + 1]
        high = base[1] - base[0]
        own = bottom - top
        gap = base[0] - bottom
        apart = i == 0 or gap < top - spans[i - 1][1]
        low = own <= _RUBY_HEIGHT * high and high >= _TEXT_HEIGHT * em
        within = left >= base[2] - _RUBY_OUT * em and right <= base[3] + _RUBY_OUT * em
        near = gap <= _RUBY_GAP * high and apart
        found[i] = near and low and within and right - left >= _RUBY_WIDE * own
    return found


def _span(part: Mask, slope: float) -> tuple[float, float, float, float]:
    """Rows (without the slope, outliers aside) and columns of a line."""
    rows, columns = np.nonzero(part)
    flat = rows - slope * columns
    top, bottom = np.percentile(flat, (3, 97))
    return float(top), float(bottom), float(columns.min()), float(columns.max())
