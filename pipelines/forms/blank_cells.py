"""Cells of a blank page: areas that rules enclose, and lines to write on."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipelines.forms.blank_page import Area, BlankPage, Char, swap
from pipelines.geometry import components

_PER_MM = 8
_FULL = 0.88
"""Least share of its bounding box that an area must fill to be a cell."""
_SMALLEST = 1.6
_MISS = 1.3
"""Dashed rules end up to this many mm before the rule that they mean to meet."""
_MET = 0.4
_LINE_GAP = 0.75
"""Characters farther apart than this share of their height belong to different words."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that stand together on one line."""

    text: str
    area: Area
    chars: tuple[Char, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """An enclosed area and the words inside it, in reading order."""

    area: Area
    runs: tuple[Run, ...]
    shaded: bool

    @property
    def text(self) -> str:
        """All words together."""
        return "".join(run.text for run in self.runs)


def find_cells(page: BlankPage, enclosed: Sequence[Area] | None = None) -> tuple[Cell, ...]:
    """Cells from top to bottom, each with its words; frames of the whole page are none.

    `enclosed` are the areas that rules enclose, where `cell_areas` has found them already.
    """
    runs = find_runs(page.chars)
    areas = cell_areas(page) if enclosed is None else enclosed
    areas = sorted(areas, key=lambda a: a.width * a.height)
    owned: dict[Area, list[Run]] = {area: [] for area in areas}
    for run in runs:
        x, y = (run.area.x0 + run.area.x1) / 2, (run.area.y0 + run.area.y1) / 2
        owner = next((area for area in areas if area.holds(x, y)), None)
        if owner is not None:
            owned[owner].append(run)
    cells = [Cell(area, tuple(owned[area]), _shaded(area, page)) for area in areas]
    return tuple(sorted(cells, key=lambda c: (round(c.area.y0), c.area.x0)))


def find_underlines(page: BlankPage, cells: Sequence[Cell]) -> tuple[Area, ...]:
    """Level rules of 8 mm or more that are no side of a cell."""
    return tuple(
        rule
        for rule in page.levels
        if rule.width >= 8 and not any(_is_side(rule, cell.area) for cell in cells)
    )


def find_runs(chars: Sequence[Char]) -> tuple[Run, ...]:
    """Words of a page by lines; a wide gap parts words, as 年 and 月 around a place to write."""
    lines: list[list[Char]] = []
    for char in sorted(chars, key=lambda c: (c.area.y0 + c.area.y1, c.area.x0)):
        middle = (char.area.y0 + char.area.y1) / 2
        for line in lines[-4:]:
            first = line[0].area
            if abs((first.y0 + first.y1) / 2 - middle) < 0.3 * min(first.height, char.area.height):
                line.append(char)
                break
        else:
            lines.append([char])
    runs: list[Run] = []
    for line in lines:
        part: list[Char] = []
        for char in sorted(line, key=lambda c: c.area.x0):
            if part and char.area.x0 - part[-1].area.x1 > _LINE_GAP * char.area.height:
                runs.append(_run(part))
                part = []
            part.append(char)
        runs.append(_run(part))
    return tuple(runs)


def bounds(areas: Sequence[Area]) -> Area:
    """Smallest area around all."""
    return Area(
        min(a.x0 for a in areas),
        min(a.y0 for a in areas),
        max(a.x1 for a in areas),
        max(a.y1 for a in areas),
    )


def _run(chars: list[Char]) -> Run:
    text = "".join(char.text for char in chars)
    return Run(text, bounds([char.area for char in chars]), tuple(chars))


def cell_areas(page: BlankPage) -> tuple[Area, ...]:
    """Areas that rules enclose, in no order; frames of the whole page are none."""
    height, width = round(page.height * _PER_MM) + 1, round(page.width * _PER_MM) + 1
    free = np.full((height, width), 255, np.uint8)
    drawn = [_reaching(rule, page.uprights) for rule in page.levels]
    swapped = [swap(rule) for rule in page.levels]
    drawn += [swap(_reaching(swap(rule), swapped)) for rule in page.uprights]
    for rule in drawn:
        (x0, y0), (x1, y1) = (
            (round(x * _PER_MM), round(y * _PER_MM))
            for x, y in ((rule.x0, rule.y0), (rule.x1, rule.y1))
        )
        cv2.line(free, (x0, y0), (x1, y1), 0, 2)
    _, labels, stats, _ = components(free, connectivity=4)
    found = []
    for number, (x, y, w, h, _) in enumerate(stats.tolist()):
        if number == 0 or x == 0 or y == 0 or x + w >= width or y + h >= height:
            continue
        if min(w, h) < _SMALLEST * _PER_MM:
            continue
        piece = (labels[y : y + h, x : x + w] == number).astype(np.uint8)
        outlines, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        if max(cv2.contourArea(o) for o in outlines) < _FULL * (w - 1) * (h - 1):
            continue
        found.append(Area(x / _PER_MM, y / _PER_MM, (x + w) / _PER_MM, (y + h) / _PER_MM))
    return tuple(found)


def _reaching(rule: Area, crossing: Sequence[Area]) -> Area:
    """Give a level rule with its ends drawn on to upright ones that they hardly miss.

    An end that meets its upright stays there: a comb that nearly fills its cell is no part of it.
    """
    near = [other.x0 for other in crossing if other.y0 - _MISS < rule.y0 < other.y1 + _MISS]
    x0 = max([x for x in near if -_MISS < x - rule.x0 < _MET], default=rule.x0)
    x1 = min([x for x in near if -_MET < x - rule.x1 < _MISS], default=rule.x1)
    x0, x1 = min(x0, rule.x0), max(x1, rule.x1)
    return Area(x0 - 0.2, rule.y0, x1 + 0.2, rule.y0)


def _shaded(area: Area, page: BlankPage) -> bool:
    x, y = (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2
    return any(shade.holds(x, y) for shade in page.shades)


def _is_side(rule: Area, area: Area) -> bool:
    near = min(abs(rule.y0 - area.y0), abs(rule.y0 - area.y1)) < 0.7
    shared = min(rule.x1, area.x1) - max(rule.x0, area.x0)
    return near and shared > 0.5 * min(rule.width, area.width)
