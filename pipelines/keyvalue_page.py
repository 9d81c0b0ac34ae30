"""What stands on a page that no form claims: rules, cells, squares, shading and read characters.

The rules and cells are those that drafts of forms are made from (`pipelines/forms/blank_*.py`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models.detector import TextRegion
from models.hands import HandReader
from pipelines.forms.blank_cells import cell_areas
from pipelines.forms.blank_image import rules_of_boxes
from pipelines.forms.blank_records import Area, BlankPage, swap
from pipelines.forms.page_rules import PageRules, read_rules
from pipelines.forms.propose_combs import COMB_WIDEST
from pipelines.geometry import grey_of, resize_by, transform_points
from pipelines.keyvalue_chars import LineChar, PlacedLine, line_chars, place_lines
from pipelines.keyvalue_hands import HandLine, line_hands
from pipelines.keyvalue_marks import find_rings, tick_inks
from pipelines.records import BoundingBox, Line, Matrix, Page, Pixels

_DPI = 150.0
_SHADED = 0.965
"""A cell is shaded when its paper is darker than that of a cell near it by this factor."""
_NEAR = 45.0
_SIGNED = re.compile("(?!口座|口数|日本|日程|日数|日曜|日祝|回数)[日口ロ□☐回▢図区].")
"""What an empty box before the words of an option is read as."""
_TICK_REACH = 0.9
_COMB_RULE = 0.4
_STROKE_IN_DAY = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class PageLayout:
    """A level page in mm. `page.chars` are `LineChar`, written and printed alike.

    `cells` are areas that rules enclose; `squares` boxes to tick, ticked or not; `rings` are drawn
    around words. `ink` (H x W, 0 or 1) has `per_mm` pixels a mm, `text_ink` is the same less rules,
    squares and rings, `grey` its tones. `to_scan` leads from mm to pixels of the original scan.
    `hands` tell of lines (by index) how their strokes look, where somebody looked.
    """

    page: BlankPage
    number: int
    lines: tuple[PlacedLine, ...]
    cells: tuple[Area, ...]
    squares: tuple[Area, ...]
    rings: tuple[Area, ...]
    ink: NDArray[np.uint8]
    text_ink: NDArray[np.uint8]
    grey: Pixels
    per_mm: float
    to_scan: Matrix
    scan_size: tuple[int, int]
    hands: Mapping[int, HandLine] = field(default_factory=dict)

    def chars(self) -> tuple[LineChar, ...]:
        """All characters, by line."""
        return tuple(char for char in self.page.chars if isinstance(char, LineChar))

    def scan_box(self, area: Area) -> BoundingBox:
        """Box of the original scan around an area of the page."""
        corners = [(x, y) for x in (area.x0, area.x1) for y in (area.y0, area.y1)]
        points = transform_points(self.to_scan, np.array(corners))
        limit = np.array(self.scan_size, float)
        low = np.clip(points.min(axis=0), 0, limit - 1)
        high = np.maximum(np.clip(points.max(axis=0), 0, limit), low + 1)
        return BoundingBox(x0=float(low[0]), y0=float(low[1]), x1=float(high[0]), y1=float(high[1]))


def read_layout(
    page: Page,
    regions: Sequence[TextRegion],
    lines: Sequence[Line],
    hands: HandReader | None = None,
) -> PageLayout:
    """Find what stands on `page` (upright); `lines` were read from its `regions`.

    With `hands` it is also seen whether strokes look like handwriting.
    """
    placed = place_lines(page, regions, lines)
    grey, step = resize_by(grey_of(page), min(1.0, _DPI / page.dpi))
    per_mm = page.dpi / 25.4 * grey.shape[1] / page.pixels.shape[1]
    height, width = grey.shape[:2]
    rules = read_rules(grey, per_mm * 25.4)
    squares = tuple(s for s in rules.squares if not _is_day(s, placed, rules.ink, per_mm))
    loose = rules.free.copy()
    for square in squares:
        # A tick in its box is something in a ring, too.
        _clear(loose, square, 0.4, per_mm)
    rings, strokes = find_rings(loose, per_mm)
    text_ink = rules.free * (1 - strokes)
    for square in squares:
        _clear(text_ink, square, _TICK_REACH, per_mm)
    chars = tuple(line_chars(tuple(_unboxed(placed, squares)), text_ink, per_mm))
    blank = _blank(rules, squares, rings, chars, (width / per_mm, height / per_mm))
    cells = tuple(area for area in cell_areas(blank) if not _within(area, rings))
    cells = tuple(_parted_combs(cells))
    scale = np.diag([per_mm, per_mm, 1.0])
    return PageLayout(
        page=replace(blank, shades=tuple(_shades(cells, grey, per_mm))),
        number=page.number,
        lines=placed,
        cells=cells,
        squares=squares,
        rings=rings,
        ink=rules.ink,
        text_ink=text_ink,
        grey=grey,
        per_mm=per_mm,
        to_scan=page.to_scan @ np.linalg.inv(step) @ scale,
        scan_size=(page.scan_width, page.scan_height),
        hands={} if hands is None else line_hands(page, placed, hands),
    )


def _blank(
    rules: PageRules,
    squares: Sequence[Area],
    rings: Sequence[Area],
    chars: tuple[LineChar, ...],
    size: tuple[float, float],
) -> BlankPage:
    levels, uprights = rules_of_boxes(squares)
    levels += [rule for rule in rules.levels if not _within(rule, rings)]
    uprights += [swap(r) for r in map(swap, rules.uprights) if not _within(r, map(swap, rings))]
    return BlankPage(
        width=size[0],
        height=size[1],
        levels=tuple(levels),
        uprights=tuple(uprights),
        shades=(),
        circles=(),
        chars=chars,
    )


def _is_day(
    square: Area, lines: Sequence[PlacedLine], ink: NDArray[np.uint8], per_mm: float
) -> bool:
    """Whether a square is the word 日 behind the place of a day, which has a stroke in it."""
    if tick_inks(ink, [square], per_mm)[0] < _STROKE_IN_DAY:
        return False
    return any(p.line.text in ("日", "月日") and _stands_in(square, p.area) for p in lines)


def _unboxed(lines: Sequence[PlacedLine], squares: Sequence[Area]) -> Iterator[PlacedLine]:
    """Lines without the signs that their boxes were read as."""
    for placed in lines:
        count = sum(_stands_in(square, placed.area) for square in squares)
        # Inside a line the sign of a box parts the options.
        words = (re.sub("[□☐▢]", " ", placed.line.text) if count else placed.line.text).split(" ")
        signed = [bool(_SIGNED.match(word)) for word in words]
        signed = [s and sum(signed[: i + 1]) <= count for i, s in enumerate(signed)]
        if not count:
            yield placed
            continue
        bare = (w[1:] if s else w for w, s in zip(words, signed, strict=True))
        text = " ".join(word for word in bare if word)
        yield replace(placed, line=replace(placed.line, text=text)) if text else placed


def _parted_combs(cells: Sequence[Area]) -> Iterator[Area]:
    """Cells, those of combs whose rule between them is written over set apart again."""
    narrow = [area for area in cells if area.width <= COMB_WIDEST and area.height >= 4]
    for area in cells:
        beside = [
            other.width
            for other in narrow
            if abs(other.y0 - area.y0) < 0.5
            and abs(other.y1 - area.y1) < 0.5
            and min(abs(other.x1 - area.x0), abs(other.x0 - area.x1)) < 0.9
        ]
        width = min(beside, default=area.width) + _COMB_RULE
        count = round((area.width + _COMB_RULE) / width)
        if 1 < count <= 6 and abs((area.width + _COMB_RULE) / width - count) < 0.12 * count:
            step = (area.width + _COMB_RULE) / count
            for i in range(count):
                left = area.x0 + i * step
                yield Area(left, area.y0, left + step - _COMB_RULE, area.y1)
        else:
            yield area


def _clear(ink: NDArray[np.uint8], square: Area, right: float, per_mm: float) -> None:
    grown = (square.x0 - 0.4, square.y0 - 0.4, square.x1 + right, square.y1 + 0.4)
    x0, y0, x1, y1 = (max(round(v * per_mm), 0) for v in grown)
    ink[y0:y1, x0:x1] = 0


def _within(area: Area, rings: Iterable[Area]) -> bool:
    """Whether an area, or a level rule, is the inside or a part of a ring."""
    x, y = (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2
    return any(ring.holds(x, y) and area.width < ring.width for ring in rings)


def _stands_in(square: Area, area: Area) -> bool:
    x, y = (square.x0 + square.x1) / 2, (square.y0 + square.y1) / 2
    return area.y0 < y < area.y1 and area.x0 - 0.5 < x < area.x1


def _shades(cells: Sequence[Area], grey: Pixels, per_mm: float) -> Iterator[Area]:
    """Cells whose paper is darker than that of the lightest cell near them."""
    tones = []
    for area in cells:
        inner = (area.x0 + 0.6, area.y0 + 0.6, area.x1 - 0.6, area.y1 - 0.6)
        x0, y0, x1, y1 = (round(v * per_mm) for v in inner)
        part = grey[y0:y1:2, x0:x1:2]
        tones.append(float(np.percentile(part, 70)) if part.size else 0.0)
    if not cells:
        return
    middles = np.array([((a.x0 + a.x1) / 2, (a.y0 + a.y1) / 2) for a in cells])
    tone = np.array(tones)
    for index, area in enumerate(cells):
        near = np.abs(middles - middles[index]).max(axis=1) < _NEAR
        if tone[index] < _SHADED * tone[near].max():
            yield area
