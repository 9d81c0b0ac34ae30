"""What is printed on one page of a blank PDF: rules, shaded areas, circles, characters, in mm.

Rules come from the vectors of the page; a page that is an image gives them by its pixels, and its
characters are spots of ink without a name.
"""

import ctypes
import math
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

_MM = 25.4 / 72
_RASTER_DPI = 200
_THIN = 0.9
"""A filled shape less wide than this many mm is a rule."""
_LEVEL = 0.25
_DASH_GAP = 1.3
_SHORTEST = 1.8
_SHORTEST_OF_DASHES = 5.0
"""Filled slivers that do not add up to this are no rule but a code, a logo, a letter."""
_DEEPEST = 6
_FEW = 6
"""Fewer rules than this on a page with an image: its frames are part of the image."""


@dataclass(frozen=True, slots=True)
class Area:
    """Rectangle in mm from the top left corner of the page."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Width in mm."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height in mm."""
        return self.y1 - self.y0

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1


@dataclass(frozen=True, slots=True)
class Char:
    """One printed character and its place; `text` is empty for ink that nobody has read."""

    text: str
    area: Area


@dataclass(frozen=True, slots=True)
class BlankPage:
    """Print of one page. Rules are areas of no width or no height."""

    width: float
    height: float
    levels: tuple[Area, ...]
    uprights: tuple[Area, ...]
    shades: tuple[Area, ...]
    circles: tuple[Area, ...]
    chars: tuple[Char, ...]


@dataclass(slots=True)
class _Found:
    """Rules drawn as strokes, and as filled slivers: those may be dashes of a line."""

    levels: list[Area] = field(default_factory=list)
    uprights: list[Area] = field(default_factory=list)
    level_slivers: list[Area] = field(default_factory=list)
    upright_slivers: list[Area] = field(default_factory=list)
    shades: list[Area] = field(default_factory=list)
    circles: list[Area] = field(default_factory=list)


def read_blank_page(page: pypdfium2.PdfPage) -> BlankPage:
    """Read what is printed on `page`; what lies outside the page is left out."""
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
        found.levels, found.uprights, spots = _raster_print(page)
        chars = chars or spots
    levels = _joined([*found.levels, *_joined(found.level_slivers, _SHORTEST_OF_DASHES)])
    upright = [swap(area) for area in found.uprights]
    slivers = [swap(area) for area in found.upright_slivers]
    uprights = [swap(area) for area in _joined([*upright, *_joined(slivers, _SHORTEST_OF_DASHES)])]
    return BlankPage(
        width=width,
        height=height,
        levels=tuple(_within(levels, width, height)),
        uprights=tuple(_within(uprights, width, height)),
        shades=tuple(found.shades),
        circles=tuple(found.circles),
        chars=tuple(chars),
    )


def swap(area: Area) -> Area:
    """Give the area with x and y exchanged."""
    return Area(area.y0, area.x0, area.y1, area.x1)


def _read_path(page: pypdfium2.PdfPage, item: pypdfium2.PdfObject, found: _Found) -> None:
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item.raw, mode, stroked)
    points, bends = _points(page, item)
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
    if (
        bends >= 4
        and abs(whole.width - whole.height) < 0.15 * whole.width
        and bends > len(points) / 3
    ):
        found.circles.append(whole)
        return
    for (x0, y0), (x1, y1) in pairwise(points):
        if abs(y1 - y0) < _LEVEL and abs(x1 - x0) > _LEVEL:
            found.levels.append(Area(min(x0, x1), (y0 + y1) / 2, max(x0, x1), (y0 + y1) / 2))
        elif abs(x1 - x0) < _LEVEL and abs(y1 - y0) > _LEVEL:
            found.uprights.append(Area((x0 + x1) / 2, min(y0, y1), (x0 + x1) / 2, max(y0, y1)))


def _read_fill(item: pypdfium2.PdfObject, area: Area, found: _Found) -> None:
    grey, opaque = _grey(item)
    if not opaque or grey > 0.985:
        return
    middle_x, middle_y = (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2
    if area.height < _THIN and area.width >= 2.5 * area.height:
        found.level_slivers.append(Area(area.x0, middle_y, area.x1, middle_y))
    elif area.width < _THIN and area.height >= 2.5 * area.width:
        found.upright_slivers.append(Area(middle_x, area.y0, middle_x, area.y1))
    elif area.width > 3 and area.height > 3 and grey > 0.3:
        found.shades.append(area)


def _grey(item: pypdfium2.PdfObject) -> tuple[float, bool]:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(item.raw, red, green, blue, alpha):
        return 1.0, False
    return (red.value + green.value + blue.value) / 765, alpha.value > 0


def _points(
    page: pypdfium2.PdfPage, item: pypdfium2.PdfObject
) -> tuple[list[tuple[float, float]], int]:
    """Corners of a path on the page, in mm, and how many ends of bends are among them."""
    matrix, container = item.get_matrix(), item.container
    while container is not None:
        matrix, container = matrix.multiply(container.get_matrix()), container.container
    points: list[tuple[float, float]] = []
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
        points.append(point)
        if pdfium.FPDFPathSegment_GetClose(segment) and start is not None:
            points.append(start)
    return points, bends


def _on_page(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    """Point of the PDF in mm from the top left corner of the page as it is shown."""
    width, height = page.get_size()
    fine = 100
    device_x, device_y = ctypes.c_int(), ctypes.c_int()
    size = (math.ceil(width * fine), math.ceil(height * fine))
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, device_x, device_y)
    return device_x.value / fine * _MM, device_y.value / fine * _MM


def _joined(rules: Iterable[Area], shortest: float = _SHORTEST) -> list[Area]:
    """Level rules, with the dashes of a line made one."""
    result: list[Area] = []
    rows: list[list[Area]] = []
    for rule in sorted(rules, key=lambda a: (a.y0, a.x0)):
        if rows and rule.y0 - rows[-1][0].y0 < _LEVEL:
            rows[-1].append(rule)
        else:
            rows.append([rule])
    for row in rows:
        merged: list[Area] = []
        for rule in sorted(row, key=lambda a: a.x0):
            last = merged[-1] if merged else None
            if last is not None and rule.x0 - last.x1 < _DASH_GAP:
                merged[-1] = Area(last.x0, last.y0, max(last.x1, rule.x1), last.y0)
            else:
                merged.append(rule)
        result += [rule for rule in merged if rule.width >= shortest]
    return result


def _within(rules: Iterable[Area], width: float, height: float) -> Iterator[Area]:
    for rule in rules:
        if rule.x1 > 0 and rule.y1 > 0 and rule.x0 < width and rule.y0 < height:
            yield Area(max(rule.x0, 0), max(rule.y0, 0), min(rule.x1, width), min(rule.y1, height))


def _raster_print(page: pypdfium2.PdfPage) -> tuple[list[Area], list[Area], list[Char]]:
    """Level and upright rules of an image, and what else is printed, spot by spot."""
    bitmap = page.render(scale=_RASTER_DPI / 72, grayscale=True)
    grey = np.array(bitmap.to_numpy(), dtype=np.uint8, copy=True)
    bitmap.close()
    grey = grey.reshape(grey.shape[0], grey.shape[1])
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    found = np.asarray(ink, np.uint8)
    levels = _long_runs(found)
    uprights = [swap(area) for area in _long_runs(found.T.copy())]
    return levels, uprights, list(_spots(found, [*levels, *uprights]))


def _spots(ink: NDArray[np.uint8], rules: Iterable[Area]) -> Iterator[Char]:
    """Ink of the size of a character, rules taken away."""
    per_mm = _RASTER_DPI / 25.4
    rest = ink.copy()
    for rule in rules:
        x0, y0 = round((rule.x0 - 0.5) * per_mm), round((rule.y0 - 0.5) * per_mm)
        x1, y1 = round((rule.x1 + 0.5) * per_mm), round((rule.y1 + 0.5) * per_mm)
        rest[max(y0, 0) : y1 + 1, max(x0, 0) : x1 + 1] = 0
    # The strokes of a character are near each other.
    joined = cv2.dilate(rest, np.ones((5, 5), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, np.uint8))
    for x, y, w, h, _ in stats[1:].tolist():
        area = Area(x / per_mm, y / per_mm, (x + w) / per_mm, (y + h) / per_mm)
        if 1.2 < area.height < 9 and area.width > 1:
            yield Char("", area)


def _long_runs(ink: NDArray[np.uint8]) -> list[Area]:
    """Level lines of 4 mm or more among the ink."""
    per_mm = _RASTER_DPI / 25.4
    # A scanned line steps from row to row: thicken it before it is measured.
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    opened = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, round(4 * per_mm)), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(opened)
    return [
        Area(x / per_mm, (y + h / 2) / per_mm, (x + w) / per_mm, (y + h / 2) / per_mm)
        for x, y, w, h, _ in stats[1:].tolist()
        if h <= 1.6 * per_mm
    ]


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
