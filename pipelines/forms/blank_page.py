"""What is printed on one page of a blank PDF: rules, shaded areas, circles, characters, in mm.

Rules come from the vectors of the page; a page that is an image gives them by its pixels. Its
characters are read where a reader is given, else they are spots of ink without a name.
"""

import ctypes
import math
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from pipelines.forms.blank_dots import LARGEST_DOT, dotted_rules
from pipelines.forms.blank_image import parted_boxes, read_image, rules_of_boxes, without_rules
from pipelines.forms.blank_records import LEVEL, Area, BlankPage, Char, joined_rules, swap
from pipelines.forms.blank_signs import (
    dots_and_dashes,
    readable,
    rings,
    sign_ink,
    without_arcs,
    without_strokes,
)
from pipelines.records import Pixels

__all__ = ["RASTER_DPI", "Area", "BlankPage", "Char", "ReadText", "read_blank_page", "swap"]

ReadText = Callable[[Pixels, float], Sequence[Char]]
"""Reads the characters of a picture (H x W x 3 RGB, dpi); their areas are in mm."""

_MM = 25.4 / 72
RASTER_DPI = 200
_THIN = 0.9
"""A filled shape less wide than this many mm is a rule."""
_SHORTEST_OF_DASHES = 5.0
"""Filled slivers that do not add up to this are no rule but a code, a logo, a letter."""
_DEEPEST = 6
_STRAIGHT = 0.33
"""Least share of each side that is straight in a box with round corners."""
_FEW = 6
"""Fewer rules than this on a page with an image: its frames are part of the image."""


_Stroke = tuple[tuple[float, float], tuple[float, float]]


@dataclass(slots=True)
class _Found:
    """Rules drawn as strokes, and as filled slivers: those may be dashes of a line."""

    levels: list[Area] = field(default_factory=list)
    uprights: list[Area] = field(default_factory=list)
    level_slivers: list[Area] = field(default_factory=list)
    upright_slivers: list[Area] = field(default_factory=list)
    dots: list[Area] = field(default_factory=list)
    shades: list[Area] = field(default_factory=list)
    circles: list[Area] = field(default_factory=list)


def read_blank_page(page: pypdfium2.PdfPage, read: ReadText | None = None) -> BlankPage:
    """Read what is printed on `page`; what lies outside the page is left out.

    `read` reads the characters of a page that is an image without a text layer.
    """
    width, height = (size * _MM for size in page.get_size())
    found = _Found()
    chars = list(_chars(page))
    image = False
    for item in page.get_objects(max_depth=_DEEPEST):
        image = image or item.type == pdfium.FPDF_PAGEOBJ_IMAGE
        if item.type == pdfium.FPDF_PAGEOBJ_PATH:
            _read_path(page, item, found)
    rules = (found.levels, found.uprights, found.level_slivers, found.upright_slivers)
    if image and sum(map(len, rules)) < _FEW:
        found = _Found()
        chars = _read_pixels(page, chars, read, found)
    dotted, dotted_uprights = dotted_rules(found.dots)
    found.levels, found.uprights = found.levels + dotted, found.uprights + dotted_uprights
    levels = joined_rules([*found.levels, *joined_rules(found.level_slivers, _SHORTEST_OF_DASHES)])
    upright = [swap(area) for area in found.uprights]
    slivers = [swap(area) for area in found.upright_slivers]
    uprights = [
        swap(area) for area in joined_rules([*upright, *joined_rules(slivers, _SHORTEST_OF_DASHES)])
    ]
    return BlankPage(
        width=width,
        height=height,
        levels=tuple(_within(levels, width, height)),
        uprights=tuple(_within(uprights, width, height)),
        shades=tuple(found.shades),
        circles=tuple(found.circles),
        chars=tuple(chars),
    )


def _read_pixels(
    page: pypdfium2.PdfPage, chars: list[Char], read: ReadText | None, found: _Found
) -> list[Char]:
    """Take rules and boxes from the picture of a page, and its characters if need be."""
    bitmap = page.render(scale=RASTER_DPI / 72, rev_byteorder=True)
    pixels = np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8, copy=True)
    bitmap.close()
    image, per_mm = read_image(pixels, RASTER_DPI), RASTER_DPI / 25.4
    if not chars:
        chars = list(read(pixels, RASTER_DPI)) if read is not None else image.spots
    chars = readable(chars, image.codes)
    found.levels, found.uprights = (
        without_strokes(rules, chars) for rules in (image.levels, image.uprights)
    )
    boxes, chars = parted_boxes(image.boxes, chars)
    levels, uprights = rules_of_boxes(boxes)
    found.levels, found.uprights = found.levels + levels, found.uprights + uprights
    if any(char.text for char in chars):
        signs = sign_ink(image.even)
        free = without_rules(signs, [*found.levels, *found.uprights], per_mm)
        found.circles = rings(image.ink, chars, per_mm)
        chars = without_arcs(chars, found.circles)
        chars += dots_and_dashes(signs, free, chars, per_mm)
    return chars


def _read_path(page: pypdfium2.PdfPage, item: pypdfium2.PdfObject, found: _Found) -> None:
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item.raw, mode, stroked)
    points, straight, bends = _points(page, item)
    if len(points) < 2:
        return
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    whole = Area(min(xs), min(ys), max(xs), max(ys))
    if mode.value and not stroked.value:
        _read_fill(item, whole, found)
        return
    if not stroked.value:
        return
    if mode.value:
        _read_fill(item, whole, found)
    if bends >= 4 and _is_box(whole, straight):
        straight = _sides(whole)
    elif (
        bends >= 4
        and abs(whole.width - whole.height) < 0.15 * whole.width
        and bends > len(points) / 3
    ):
        found.circles.append(whole)
        return
    for (x0, y0), (x1, y1) in straight:
        if abs(y1 - y0) < LEVEL and abs(x1 - x0) > LEVEL:
            found.levels.append(Area(min(x0, x1), (y0 + y1) / 2, max(x0, x1), (y0 + y1) / 2))
        elif abs(x1 - x0) < LEVEL and abs(y1 - y0) > LEVEL:
            found.uprights.append(Area((x0 + x1) / 2, min(y0, y1), (x0 + x1) / 2, max(y0, y1)))


def _is_box(whole: Area, straight: Sequence[_Stroke]) -> bool:
    """Whether a bent path is a rectangle with round corners: a good part of each side is straight.

    Its straight pieces must lie on its four sides, each for a third of it.
    """
    left = right = top = bottom = 0.0
    for (x0, y0), (x1, y1) in straight:
        left += abs(y1 - y0) * (max(x0, x1) - whole.x0 < LEVEL)
        right += abs(y1 - y0) * (whole.x1 - min(x0, x1) < LEVEL)
        top += abs(x1 - x0) * (max(y0, y1) - whole.y0 < LEVEL)
        bottom += abs(x1 - x0) * (whole.y1 - min(y0, y1) < LEVEL)
    upright, level = whole.height * _STRAIGHT, whole.width * _STRAIGHT
    return min(left, right) > upright and min(top, bottom) > level


def _sides(area: Area) -> list[_Stroke]:
    corners = [(area.x0, area.y0), (area.x1, area.y0), (area.x1, area.y1), (area.x0, area.y1)]
    return list(pairwise([*corners, corners[0]]))


def _read_fill(item: pypdfium2.PdfObject, area: Area, found: _Found) -> None:
    grey, opaque = _grey(item)
    if not opaque or grey > 0.985:
        return
    middle_x, middle_y = (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2
    if area.height < _THIN and area.width >= 2.5 * area.height:
        found.level_slivers.append(Area(area.x0, middle_y, area.x1, middle_y))
    elif area.width < _THIN and area.height >= 2.5 * area.width:
        found.upright_slivers.append(Area(middle_x, area.y0, middle_x, area.y1))
    elif max(area.width, area.height) <= LARGEST_DOT:
        found.dots.append(area)
    elif area.width > 3 and area.height > 3 and grey > 0.3:
        found.shades.append(area)


def _grey(item: pypdfium2.PdfObject) -> tuple[float, bool]:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(item.raw, red, green, blue, alpha):
        return 1.0, False
    return (red.value + green.value + blue.value) / 765, alpha.value > 0


def _points(
    page: pypdfium2.PdfPage, item: pypdfium2.PdfObject
) -> tuple[list[tuple[float, float]], list[_Stroke], int]:
    """Corners of a path on the page, in mm, its straight pieces, and how many bends it has."""
    matrix, container = item.get_matrix(), item.container
    while container is not None:
        matrix, container = matrix.multiply(container.get_matrix()), container.container
    points: list[tuple[float, float]] = []
    straight: list[_Stroke] = []
    start: tuple[float, float] | None = None
    bends = 0
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(pdfium.FPDFPath_CountSegments(item.raw)):
        segment = pdfium.FPDFPath_GetPathSegment(item.raw, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        point = _on_page(page, *matrix.on_point(x.value, y.value))
        bends += kind == pdfium.FPDF_SEGMENT_BEZIERTO
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO and points:
            straight.append((points[-1], point))
        points.append(point)
        if pdfium.FPDFPathSegment_GetClose(segment) and start is not None:
            straight.append((point, start))
            points.append(start)
    return points, straight, bends


def _on_page(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    """Point of the PDF in mm from the top left corner of the page as it is shown."""
    width, height = page.get_size()
    fine = 100
    device_x, device_y = ctypes.c_int(), ctypes.c_int()
    size = (math.ceil(width * fine), math.ceil(height * fine))
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, device_x, device_y)
    return device_x.value / fine * _MM, device_y.value / fine * _MM


def _within(rules: Iterable[Area], width: float, height: float) -> Iterator[Area]:
    for rule in rules:
        if rule.x1 > 0 and rule.y1 > 0 and rule.x0 < width and rule.y0 < height:
            yield Area(max(rule.x0, 0), max(rule.y0, 0), min(rule.x1, width), min(rule.y1, height))


def _chars(page: pypdfium2.PdfPage) -> Iterator[Char]:
    text = page.get_textpage()
    try:
        for index in range(text.count_chars()):
            words = unicodedata.normalize("NFKC", text.get_text_range(index, 1)).strip()
            if not words or not words.isprintable():
                continue
            left, bottom, right, top = text.get_charbox(index, loose=True)
            x0, y0 = _on_page(page, left, top)
            x1, y1 = _on_page(page, right, bottom)
            if x0 != x1 and y0 != y1:
                yield Char(words, Area(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    finally:
        text.close()
