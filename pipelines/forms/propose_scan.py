"""A blank form as a scan or photograph: made level, set into a PDF, its print read."""

import io
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from models.detector import TextRegion
from models.engines import Engines
from models.recogniser import Reading
from pipelines.decode import DecodeLimits, decode_pages
from pipelines.forms.blank_image import read_image, without_rules
from pipelines.forms.blank_page import ReadText
from pipelines.forms.blank_records import Area, Char
from pipelines.geometry import even_light, to_grey
from pipelines.level_rules import lay_flat
from pipelines.line_crops import cut_region, flow_column, is_vertical
from pipelines.records import Page, Pixels
from pipelines.upright import LONG_SIDE, turn_upright

_INK = 180
_LEAST_CONFIDENCE = 0.3
_QUALITY = 88
_BODY = 1.12
"""Body of a character by the height of the ink of its line."""


def level_pages(data: bytes, engines: Engines, *, limits: DecodeLimits) -> list[Page]:
    """Pages of a scan as the blank of a form: level, upright, cut to the paper of a photograph.

    Raises `CodedError` for files that cannot be decoded.
    """
    pages = (lay_flat(page) for page in decode_pages(data, limits=limits))
    return [turn_upright(page, engines.detector, engines.recogniser)[0] for page in pages]


def pages_to_pdf(pages: Sequence[Page]) -> bytes:
    """Set each page into a PDF in the size that it has on paper."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for page in pages:
        height, width = (size * 72 / page.dpi for size in page.pixels.shape[:2])
        picture = io.BytesIO()
        Image.fromarray(page.pixels).save(picture, "JPEG", quality=_QUALITY)
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(picture), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def text_reader(engines: Engines) -> ReadText:
    """Reader of the printed characters of a level page, each with its place."""

    def read(pixels: Pixels, dpi: float) -> list[Char]:
        regions = engines.detector.find(pixels, long_side=LONG_SIDE)
        crops = [cut_region(pixels, region) for region in regions]
        upright = [is_vertical(region) for region in regions]
        crops = [flow_column(c) if u else c for c, u in zip(crops, upright, strict=True)]
        readings = engines.recogniser.read(crops, [None] * len(crops))
        ink = _text_ink(pixels, dpi)
        chars: list[Char] = []
        for region, reading, column in zip(regions, readings, upright, strict=True):
            if reading.characters and _sureness(reading) >= _LEAST_CONFIDENCE:
                place = _column if column else _placed
                chars += place(region, reading, ink, dpi / 25.4)
        return chars

    return read


def _sureness(reading: Reading) -> float:
    scores = [max(c.confidence, 1e-6) for c in reading.characters]
    return float(np.exp(np.mean(np.log(scores))))


def _text_ink(pixels: Pixels, dpi: float) -> NDArray[np.uint8]:
    image = read_image(pixels, dpi)
    ink = np.asarray(even_light(to_grey(pixels), dpi) < _INK, np.uint8)
    return without_rules(ink, [*image.levels, *image.uprights], dpi / 25.4)


def _placed(
    region: TextRegion, reading: Reading, ink: NDArray[np.uint8], per_mm: float
) -> list[Char]:
    """Characters of a line, each drawn in to its ink: the reader knows only about where it is."""
    low, high = region.corners.min(axis=0), region.corners.max(axis=0)
    x0, x1 = float(low[0]), float(high[0])
    top, bottom = max(int(low[1]), 0), int(high[1]) + 1
    rows = np.flatnonzero(ink[top:bottom, max(int(x0), 0) : int(x1) + 1].any(axis=1))
    if len(rows):
        top, bottom = top + int(rows[0]), top + int(rows[-1]) + 1
    height = bottom - top
    middles = [x0 + (c.start + c.end) / 2 * (x1 - x0) for c in reading.characters]
    edges = [x0, *((a + b) / 2 for a, b in pairwise(middles)), x1]
    chars = []
    for index, (char, middle) in enumerate(zip(reading.characters, middles, strict=True)):
        left = max(edges[index], middle - 0.7 * height, 0.0)
        right = min(edges[index + 1], middle + 0.7 * height)
        columns = np.flatnonzero(ink[top:bottom, int(left) : int(right) + 1].any(axis=0))
        if len(columns):
            left, right = int(left) + int(columns[0]), int(left) + int(columns[-1]) + 1
        if not char.text.isascii():
            # The body of a character is a square, wider than its ink.
            body = (_BODY * height - (right - left)) / 2
            left = min(left, max(left - body, edges[index]))
            right = max(right, min(right + body, edges[index + 1]))
        text = unicodedata.normalize("NFKC", char.text).strip()
        if text and right > left and height > 0:
            over = (_BODY - 1) / 2 * height
            y0, y1 = (top - over) / per_mm, (bottom + over) / per_mm
            area = Area(left / per_mm, max(y0, 0), right / per_mm, y1)
            chars.append(Char(text, area))
    return chars


def _column(
    region: TextRegion, reading: Reading, _ink: NDArray[np.uint8], per_mm: float
) -> list[Char]:
    """Characters of a column, one under the other."""
    (x0, y0), (x1, y1) = (region.corners.min(axis=0), region.corners.max(axis=0))
    texts = [unicodedata.normalize("NFKC", c.text).strip() for c in reading.characters]
    step = float(y1 - y0) / len(texts)
    return [
        Char(
            text,
            Area(
                float(x0) / per_mm,
                (float(y0) + index * step) / per_mm,
                float(x1) / per_mm,
                (float(y0) + (index + 1) * step) / per_mm,
            ),
        )
        for index, text in enumerate(texts)
        if text
    ]
