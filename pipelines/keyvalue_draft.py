"""The blank of a form, drawn anew from a page that somebody has filled in.

Not a pixel of the page is taken over: rules, shaded cells and boxes to tick are drawn as lines, and
of the words only those that are surely print (`pipelines/forms/printed_words.py`) and stand in no
place to write. What is not sure is left out: a missing word is typed in by the form owner, a name
that stays would be somebody's. The result is a PDF with words in it, from which
`pipelines.forms.propose` makes a draft as from any other.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from models.detector import TextRegion
from models.engines import Engines
from models.hands import HandReader
from pipelines.decode import DecodeLimits, decode_pages
from pipelines.forms.blank_cells import Run, find_runs
from pipelines.forms.blank_records import Area, Char
from pipelines.forms.printed_words import surely_printed
from pipelines.forms.propose_places import find_places
from pipelines.forms.propose_records import PagePlaces
from pipelines.forms.render_ink import MM, registered_font
from pipelines.geometry import transform_points
from pipelines.keyvalue_page import PageLayout, read_layout
from pipelines.keyvalue_pairs import take_apart
from pipelines.keyvalue_tokens import Token
from pipelines.keyvalue_writing import KeyValueModel, load_model
from pipelines.level_rules import lay_flat
from pipelines.lines import read_lines
from pipelines.records import Line, Page
from pipelines.upright import turn_page, turn_upright

_RULE = 0.25
_SHADE = 0.88
_DOUBT = 0.2
"""A word that is written with this probability or more is left out."""
_BODY = 1.05


def upright_page(page: Page, rotation: int) -> Page:
    """Make a page level and upright again as its reading did; `rotation` is that of its view."""
    straight = lay_flat(page)
    return turn_page(straight, round((rotation - straight.rotation) / 90))


def regions_of(page: Page, lines: Sequence[Line]) -> tuple[TextRegion, ...]:
    """Regions of `page` (upright) where lines stand of which only boxes in the scan are known.

    The box around a line that slopes in the scan is higher than the line: its height is that of the
    line plus what its length climbs.
    """
    to_page = np.linalg.inv(page.to_scan).astype(np.float64)
    turn = to_page[:2, :2] / np.sqrt(abs(np.linalg.det(to_page[:2, :2])))
    # Of whole quarters of a turn nothing is left of one of the two.
    slope = float(min(abs(turn[0, 0]), abs(turn[0, 1])))
    regions = []
    for line in lines:
        box = line.box
        corners = np.array(
            [[x, y] for x, y in ((box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1))]
        )
        corners = np.vstack([corners, [[box.x0, box.y1]]])
        points = transform_points(to_page, corners)
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        # The box was grown by its slope twice: into the scan and back.
        climb = min(2 * slope * (y1 - y0 if line.vertical else x1 - x0), 0.7 * (y1 - y0))
        if line.vertical:
            x0, x1 = x0 + climb / 2, x1 - climb / 2
        else:
            y0, y1 = y0 + climb / 2, y1 - climb / 2
        quad = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
        regions.append(TextRegion(corners=quad, score=line.confidence))
    return tuple(regions)


def read_filled(
    data: bytes, engines: Engines, *, limits: DecodeLimits
) -> list[tuple[Page, tuple[Line, ...]]]:
    """Pages of a filled scan, level and upright, with their lines. Raises as `decode_pages`."""
    read = []
    for page in decode_pages(data, limits=limits):
        upright, regions = turn_upright(lay_flat(page), engines.detector, engines.recogniser)
        lines = read_lines(upright, regions, engines.recogniser, engines.wording)
        read.append((upright, lines))
    return read


def draw_blank(
    pages: Sequence[tuple[Page, Sequence[Line]]], hands: HandReader | None = None
) -> bytes:
    """PDF of the blank of `pages` (upright, each with the lines read on it), without writing."""
    fitted = load_model()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for page, lines in pages:
        layout = read_layout(page, regions_of(page, lines), lines, hands)
        canvas.setPageSize((layout.page.width * MM, layout.page.height * MM))
        _draw_page(canvas, layout, kept_words(layout, fitted))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def kept_words(layout: PageLayout, model: KeyValueModel) -> tuple[Run, ...]:
    """Words of a page that are surely print and stand in no place to write."""
    reading = take_apart(layout, model)
    sure = [
        token
        for token, chance in zip(reading.tokens, reading.chances, strict=True)
        if chance < _DOUBT
    ]
    chars = tuple(char for words in _phrases(sure) for char in words)
    blank = replace(reading.blank, chars=chars)
    places = _areas(find_places(blank, layout.cells))
    left = [char for char in chars if not any(_stands_in(char.area, area) for area in places)]
    # What is left of a word may be none.
    return tuple(run for run in find_runs(left) if surely_printed(run.text))


def _phrases(tokens: Sequence[Token]) -> Iterator[tuple[Char, ...]]:
    """Characters of the tokens, or of what stands together of them in a line, that are print."""
    for _, group in groupby(tokens, key=lambda token: (token.line, token.cell)):
        words = list(group)
        if surely_printed("".join(token.text for token in words)):
            yield tuple(char for token in words for char in token.chars)
        else:
            yield from (token.chars for token in words if surely_printed(token.text))


def _areas(places: PagePlaces) -> list[Area]:
    areas = [field.area for field in places.fields if not field.parts]
    return areas + [area for field in places.fields for _, area, _ in field.parts]


def _stands_in(own: Area, area: Area) -> bool:
    return area.holds((own.x0 + own.x1) / 2, (own.y0 + own.y1) / 2)


def _draw_page(canvas: Canvas, layout: PageLayout, words: Sequence[Run]) -> None:
    height = layout.page.height
    canvas.setFillGray(_SHADE)
    for area in layout.page.shades:
        canvas.rect(
            area.x0 * MM,
            (height - area.y1) * MM,
            area.width * MM,
            area.height * MM,
            stroke=0,
            fill=1,
        )
    canvas.setFillGray(0)
    canvas.setLineWidth(_RULE * MM)
    for rule in (*layout.page.levels, *layout.page.uprights):
        canvas.line(rule.x0 * MM, (height - rule.y0) * MM, rule.x1 * MM, (height - rule.y1) * MM)
    for run in words:
        _write(canvas, run, height)


def _write(canvas: Canvas, run: Run, page_height: float) -> None:
    """Set each character where it stands, in one size for the word."""
    size = float(np.median([char.area.height for char in run.chars])) * _BODY * MM
    font = registered_font("gothic")
    canvas.setFont(font, size)
    for char in run.chars:
        width = pdfmetrics.stringWidth(char.text, font, size)
        middle = (char.area.x0 + char.area.x1) / 2 * MM
        base = (page_height - (char.area.y0 + char.area.y1) / 2) * MM - 0.38 * size
        canvas.drawString(middle - width / 2, base, char.text)
