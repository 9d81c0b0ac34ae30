"""What is printed on a page that is an image: rules, boxes to tick, spots; in mm.

Shading is not told from shadow, so it says nothing here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.blank_faint import faint_rules
from pipelines.forms.blank_records import Area, Char, joined_rules, swap
from pipelines.forms.blank_signs import code_areas, outside
from pipelines.geometry import components, even_light, to_grey
from pipelines.records import Pixels

_INK = 180
"""Tone of even light below which a pixel is ink: thin rules are grey, shading is lighter."""
THICKEST = 1.6
_LONGEST_DASH = 6.0
_SHORTEST_DASH = 0.5
_DASHED = 14.0
"""Least length in mm of a dashed rule: strokes of characters make shorter rows by chance."""
_DASHES = 8
_DASH_END = 0.7
"""A dashed rule may end in a gap of this many mm."""
_HOLE = (1.3, 5.4)
_STROKE = 1.0
_SQUARE = 0.16
_BOX_CHARS = frozenset("□☐◻▢口ロ回囗")
_SQUARES = frozenset("日曰目田国囲図固四因困団園圏")
_PART = 1.8
"""A character this many times as high as a square holds it: 合, 言."""
_IN_WORDS = ("口座", "窓口", "人口", "入口", "出口", "口数", "口頭")


@dataclass(frozen=True, slots=True, eq=False)
class ImagePrint:
    """Rules as areas of no width or height; `boxes` to tick; `spots` of ink without a name.

    `codes` are the places of QR codes; what is in them is nothing else. `even` is the page in even
    light, `ink` what is dark of it (H x W, 0 or 255).
    """

    levels: list[Area]
    uprights: list[Area]
    boxes: list[Area]
    spots: list[Char]
    codes: list[Area]
    even: Pixels
    ink: NDArray[np.uint8]


def read_image(pixels: Pixels, dpi: float) -> ImagePrint:
    """Find what is printed on an image (H x W or H x W x 3) of a level page."""
    per_mm = dpi / 25.4
    even = even_light(to_grey(pixels), dpi)
    ink = _dark(even)
    codes = code_areas(ink, per_mm)
    levels, uprights = (outside(rules, codes) for rules in _all_rules(ink, per_mm))
    faint = faint_rules(even, per_mm, levels, uprights)
    levels, uprights = [*levels, *outside(faint[0], codes)], [*uprights, *outside(faint[1], codes)]
    boxes = outside(_boxes(ink, per_mm), codes)
    spots = list(_spots(ink, [*levels, *uprights], per_mm))
    return ImagePrint(levels, uprights, boxes, spots, codes, even, ink)


def page_ink(pixels: Pixels, dpi: float) -> NDArray[np.uint8]:
    """Ink of a page in even light, H x W, 0 or 255."""
    return _dark(even_light(to_grey(pixels), dpi))


def _dark(even: Pixels) -> NDArray[np.uint8]:
    return np.asarray(cv2.threshold(even, _INK - 1, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)


def rules_of_boxes(boxes: Iterable[Area]) -> tuple[list[Area], list[Area]]:
    """Sides of boxes: level ones and upright ones."""
    levels, uprights = [], []
    for box in boxes:
        levels += [Area(box.x0, y, box.x1, y) for y in (box.y0, box.y1)]
        uprights += [Area(x, box.y0, x, box.y1) for x in (box.x0, box.x1)]
    return levels, uprights


def parted_boxes(boxes: Sequence[Area], chars: Sequence[Char]) -> tuple[list[Area], list[Char]]:
    """Tell boxes to tick from characters that look like one (口, 日): both without the other."""
    line = sorted(chars, key=lambda c: (round(c.area.y0 / 2), c.area.x0))
    kept: list[Area] = []
    told: dict[int, Char | None] = {}
    for box in boxes:
        over = [i for i, char in enumerate(line) if _covers(box, char.area)]
        words = ["".join(c.text for c in line[max(i - 1, 0) : i + 2]) for i in over]
        if any(_has_square(line[i], box) for i in over):
            continue
        if any(word in around for around in words for word in _IN_WORDS):
            continue
        kept.append(box)
        told |= {i: _behind(line[i], box) for i in over}
    shown = [told.get(i, char) for i, char in enumerate(line)]
    return kept, [char for char in shown if char is not None]


def _has_square(char: Char, box: Area) -> bool:
    """Whether a square is part of a character; what it was read as says little of its shape."""
    part = char.text not in _BOX_CHARS and char.area.height > _PART * box.height
    return char.text in _SQUARES or part


def _behind(char: Char, box: Area) -> Char | None:
    """Give what stands behind a box that a character was read over; None: it is the box."""
    if char.text in _BOX_CHARS or char.area.x1 < box.x1 + 0.4 * box.width:
        return None
    return Char(char.text, Area(max(char.area.x0, box.x1 + 0.1), *_rest(char.area)))


def _rest(area: Area) -> tuple[float, float, float]:
    return area.y0, area.x1, area.y1


def _covers(box: Area, char: Area) -> bool:
    wide = min(box.x1, char.x1) - max(box.x0, char.x0)
    high = min(box.y1, char.y1) - max(box.y0, char.y0)
    return wide > 0.5 * min(box.width, char.width) and high > 0.4 * min(box.height, char.height)


def _all_rules(ink: NDArray[np.uint8], per_mm: float) -> tuple[list[Area], list[Area]]:
    """Level and upright rules of 4 mm or more, and dashed ones."""
    levels, uprights = long_strokes(ink, per_mm), long_strokes(ink.T, per_mm)
    # The last dash may touch a rule that crosses it.
    ruled = cv2.dilate(cv2.bitwise_or(levels, uprights.T), np.ones((3, 3), np.uint8))
    rest = np.asarray(cv2.subtract(ink, np.asarray(ruled, np.uint8)), np.uint8)
    return (
        [*solid_rules(levels, per_mm), *dashed_rules(rest, per_mm)],
        [swap(area) for area in (*solid_rules(uprights, per_mm), *dashed_rules(rest.T, per_mm))],
    )


def long_strokes(ink: NDArray[np.uint8], per_mm: float) -> NDArray[np.uint8]:
    """Level strokes of 4 mm or more, a pixel higher on both sides."""
    # A scanned line steps from row to row: thicken it before it is measured.
    thick = cv2.dilate(np.ascontiguousarray(ink), np.ones((3, 1), np.uint8))
    kernel = np.ones((1, round(4 * per_mm)), np.uint8)
    return np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, kernel), np.uint8)


def solid_rules(strokes: NDArray[np.uint8], per_mm: float) -> list[Area]:
    """Level rules of `strokes`, as areas without height."""
    return [flat(area) for area in pieces(strokes, per_mm) if area.height <= THICKEST]


def dashed_rules(rest: NDArray[np.uint8], per_mm: float) -> list[Area]:
    """Level rules that are dashed, of the ink without other rules."""
    dashes = [
        area
        for area in pieces(np.ascontiguousarray(rest), per_mm)
        if area.height < 0.6 and _SHORTEST_DASH < area.width < _LONGEST_DASH
    ]
    middles = [flat(area) for area in dashes]
    rows = joined_rules(middles, _DASHED)
    long = [row for row in rows if _count(row, middles) >= _DASHES]
    return [Area(row.x0 - _DASH_END, row.y0, row.x1 + _DASH_END, row.y0) for row in long]


def _count(row: Area, dashes: Iterable[Area]) -> int:
    return sum(abs(dash.y0 - row.y0) < 0.3 and row.x0 <= dash.x0 <= row.x1 for dash in dashes)


def flat(area: Area) -> Area:
    """Give the line in the middle of a level stroke."""
    middle = (area.y0 + area.y1) / 2
    return Area(area.x0, middle, area.x1, middle)


def pieces(mask: NDArray[np.uint8], per_mm: float) -> Iterator[Area]:
    """Boxes of connected ink, in mm."""
    _, _, stats, _ = components(np.asarray(mask, np.uint8))
    for x, y, w, h, _ in stats[1:].tolist():
        yield Area(x / per_mm, y / per_mm, (x + w) / per_mm, (y + h) / per_mm)


def _boxes(ink: NDArray[np.uint8], per_mm: float) -> Iterator[Area]:
    """Small squares that stand alone, thin and empty."""
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    outlines, tree = cv2.findContours(closed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return
    for outline, (_, _, _, parent) in zip(outlines, tree[0], strict=True):
        if parent < 0:
            continue
        x, y, w, h = cv2.boundingRect(outline)
        if not _HOLE[0] * per_mm <= min(w, h) <= max(w, h) <= _HOLE[1] * per_mm:
            continue
        px, py, pw, ph = cv2.boundingRect(outlines[parent])
        thin = max(pw - w, ph - h) < _STROKE * per_mm
        square = abs(pw - ph) < _SQUARE * pw
        full = cv2.contourArea(outline) > 0.8 * (w - 1) * (h - 1)
        whole = cv2.contourArea(outlines[parent]) > 0.88 * (pw - 1) * (ph - 1)
        # The corners of a code are squares, too, but not empty.
        empty = ink[y + h // 4 : y + h - h // 4, x + w // 4 : x + w - w // 4].mean() < 12
        if thin and square and full and whole and empty:
            yield Area(px / per_mm, py / per_mm, (px + pw) / per_mm, (py + ph) / per_mm)


def _spots(ink: NDArray[np.uint8], rules: Iterable[Area], per_mm: float) -> Iterator[Char]:
    """Ink of the size of a character, rules taken away."""
    # The strokes of a character are near each other.
    joined = cv2.dilate(without_rules(ink, rules, per_mm), np.ones((5, 5), np.uint8))
    for area in pieces(np.asarray(joined, np.uint8), per_mm):
        if 1.2 < area.height < 9 and area.width > 1:
            yield Char("", area)


def without_rules(
    ink: NDArray[np.uint8], rules: Iterable[Area], per_mm: float
) -> NDArray[np.uint8]:
    """Ink without what lies within half a millimetre of a rule."""
    rest = ink.copy()
    for rule in rules:
        x0, y0 = round((rule.x0 - 0.5) * per_mm), round((rule.y0 - 0.5) * per_mm)
        x1, y1 = round((rule.x1 + 0.5) * per_mm), round((rule.y1 + 0.5) * per_mm)
        rest[max(y0, 0) : y1 + 1, max(x0, 0) : x1 + 1] = 0
    return rest
