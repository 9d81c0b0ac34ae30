"""Where the characters of read lines stand: in mm on the level page, drawn in to their ink.

The reader of lines says what stands in a line, not where each character does. Ink with gaps
between it says it nearly as well: the words of a line are dealt out over its pieces of ink.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.detector import TextRegion
from pipelines.forms.blank_records import Area, Char
from pipelines.geometry import transform_points
from pipelines.records import Line, Matrix, Page

_GAP = 0.28
"""White wider than this share of the height of a line parts pieces of ink."""
_NARROW = 0.55
"""Width of a Latin letter or a figure by that of a kanji."""
_THIN = 0.25
_LOWEST = 0.3
"""Less ink than this share of the line's height says nothing about where a character stands."""


@dataclass(frozen=True, slots=True)
class LineChar(Char):
    """A character of a read line: `line` is its index, `spaced` whether a space comes before."""

    line: int
    spaced: bool


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line with its place on the level page, in mm."""

    line: Line
    area: Area
    index: int


def place_lines(
    page: Page, regions: Sequence[TextRegion], lines: Sequence[Line]
) -> tuple[PlacedLine, ...]:
    """Find for each line the detected region (pixels of `page`) it was read from.

    A line's own box is in the original scan, where a skewed line is as high as its page is wide.
    """
    if not regions:
        return ()
    boxes = np.array([_scan_box(region, page.to_scan) for region in regions])
    placed = []
    per_mm = page.dpi / 25.4
    for index, line in enumerate(lines):
        own = np.array([line.box.x0, line.box.y0, line.box.x1, line.box.y1])
        region = regions[int(np.abs(boxes - own).sum(axis=1).argmin())]
        area = region_area(region, per_mm, vertical=line.vertical)
        placed.append(PlacedLine(line, area, index))
    return tuple(placed)


def region_area(region: TextRegion, per_mm: float, *, vertical: bool = False) -> Area:
    """Place in mm of a region (pixels of a level page); one that slopes is as high as its side."""
    (x0, y0), (x1, y1) = region.corners.min(axis=0), region.corners.max(axis=0)
    slope = abs(float(region.corners[1][1] - region.corners[0][1]))
    slope = 0.0 if vertical else min(slope, 0.5 * float(y1 - y0))
    return Area(x0 / per_mm, (y0 + slope / 2) / per_mm, x1 / per_mm, (y1 - slope / 2) / per_mm)


def line_chars(
    lines: Sequence[PlacedLine], ink: NDArray[np.uint8], per_mm: float
) -> Iterator[LineChar]:
    """Give the characters of all lines; `ink` (H x W, 0 or more) is that of the page less rules."""
    for placed in lines:
        chars, spaced = _characters(placed.line.text)
        if not chars:
            continue
        areas = (
            _down(placed.area, len(chars))
            if placed.line.vertical
            else _along(placed.area, chars, spaced, ink, per_mm)
        )
        for text, space, area in zip(chars, spaced, areas, strict=True):
            yield LineChar(text, area, placed.index, space)


def _scan_box(region: TextRegion, to_scan: Matrix) -> tuple[float, float, float, float]:
    points = transform_points(to_scan, region.corners)
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _characters(text: str) -> tuple[list[str], list[bool]]:
    chars: list[str] = []
    spaced: list[bool] = []
    space = False
    for char in unicodedata.normalize("NFKC", text):
        if char.isspace():
            space = True
            continue
        chars.append(char)
        spaced.append(space and len(chars) > 1)
        space = False
    return chars, spaced


def _down(area: Area, count: int) -> list[Area]:
    step = area.height / count
    return [
        Area(area.x0, area.y0 + i * step, area.x1, area.y0 + (i + 1) * step) for i in range(count)
    ]


def _along(
    area: Area, chars: Sequence[str], spaced: Sequence[bool], ink: NDArray[np.uint8], per_mm: float
) -> list[Area]:
    top, bottom, groups = _pieces(area, ink, per_mm)
    if not groups:
        groups = [(area.x0, area.x1)]
    ends = _dealt(chars, spaced, groups, bottom - top)
    areas: list[Area] = []
    start = 0
    for (x0, x1), end in zip(groups, ends, strict=True):
        weights = [_width(char) for char in chars[start:end]]
        share = np.concatenate([[0.0], np.cumsum(weights)])
        edges = x0 + (x1 - x0) * share / max(share[-1], 1e-6)
        for char, (left, right) in zip(chars[start:end], pairwise(edges.tolist()), strict=True):
            rows = _rows(ink, (left, right), (top, bottom), per_mm) if _is_tall(char) else None
            upper, lower = rows or (top, bottom)
            areas.append(Area(left, upper, right, lower))
        start = end
    return areas


def _is_tall(char: str) -> bool:
    return char.isalnum() and char not in "一ー"


def _rows(
    ink: NDArray[np.uint8], across: tuple[float, float], down: tuple[float, float], per_mm: float
) -> tuple[float, float] | None:
    """Top and bottom of the ink of one character; None where there is too little of it."""
    x0, x1 = (int(v * per_mm) for v in across)
    y0, y1 = int(down[0] * per_mm), int(down[1] * per_mm) + 1
    found = np.flatnonzero(ink[max(y0, 0) : y1, max(x0, 0) : x1 + 1].any(axis=1))
    if not len(found) or (found[-1] - found[0] + 1) < _LOWEST * (y1 - y0):
        return None
    return (y0 + int(found[0])) / per_mm, (y0 + int(found[-1]) + 1) / per_mm


def _pieces(
    area: Area, ink: NDArray[np.uint8], per_mm: float
) -> tuple[float, float, list[tuple[float, float]]]:
    """Top and bottom of the ink of a line, and its pieces along the line, in mm."""
    x0, y0 = max(int(area.x0 * per_mm), 0), max(int(area.y0 * per_mm), 0)
    crop = ink[y0 : int(area.y1 * per_mm) + 1, x0 : int(area.x1 * per_mm) + 1]
    if not crop.any():
        return area.y0, area.y1, []
    rows = np.flatnonzero(crop.any(axis=1))
    top, bottom = (y0 + rows[0]) / per_mm, (y0 + rows[-1] + 1) / per_mm
    if bottom - top < 0.5 * area.height:
        top, bottom = area.y0, area.y1
    filled = np.flatnonzero(crop.any(axis=0))
    gap = max(_GAP * (bottom - top) * per_mm, 2)
    breaks = np.flatnonzero(np.diff(filled) > gap)
    starts = filled[np.concatenate([[0], breaks + 1])]
    stops = filled[np.concatenate([breaks, [len(filled) - 1]])] + 1
    pieces = zip(starts.tolist(), stops.tolist(), strict=True)
    return top, bottom, [((x0 + a) / per_mm, (x0 + b) / per_mm) for a, b in pieces]


def _dealt(
    chars: Sequence[str],
    spaced: Sequence[bool],
    groups: list[tuple[float, float]],
    height: float,
) -> list[int]:
    """Give for each piece of ink the index after its last character; pieces may stay empty.

    The characters of each piece are about as wide together as it is; a piece begins where a space
    was read, or where figures and other characters meet.
    """
    count = len(chars)
    if len(groups) == 1:
        return [count]
    reached = np.concatenate([[0.0], np.cumsum([_width(char) for char in chars])])
    gains = np.zeros(count + 1)
    for index in range(1, count):
        gains[index] = 1.0 * spaced[index] + 0.8 * _changes(chars[index - 1], chars[index])
    widths = np.array([x1 - x0 for x0, x1 in groups]) / max(height, 0.1)
    widths *= reached[-1] / widths.sum() if widths.sum() > 0 else 1.0
    # costs[j]: least cost of the pieces so far when they hold the first j characters.
    costs = np.full(count + 1, np.inf)
    costs[0] = 0.0
    choices: list[NDArray[np.intp]] = []
    held = reached[None, :] - reached[:, None]
    later = held < -1e-9
    for width in widths:
        step = np.where(later, np.inf, np.abs(held - width) - gains[None, :])
        # An empty piece is a speck, a stroke of a character set apart, a sign that was not read.
        step[np.arange(count + 1), np.arange(count + 1)] = min(width, 0.4) + 0.15
        total = costs[:, None] + step
        choices.append(total.argmin(axis=0))
        costs = total.min(axis=0)
    ends = [count]
    for choice in reversed(choices[1:]):
        ends.append(int(choice[ends[-1]]))
    return ends[::-1]


def _width(char: str) -> float:
    """Usual width of the ink of a character by the height of a kanji."""
    if char in "1iIl|!.,:;・'":
        return _THIN
    return _NARROW if char.isascii() else 0.9


def _changes(before: str, after: str) -> bool:
    return before.isdigit() != after.isdigit()
