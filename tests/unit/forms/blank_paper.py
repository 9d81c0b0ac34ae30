"""Blank PDFs drawn by hand, and drafts of them."""

import io
from collections.abc import Callable
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from pipelines.forms.model import Box, FormDefinition
from pipelines.forms.propose import propose_form

_FONTS = Path(__file__).parents[3] / "pipelines" / "fonts"
# Embedded: where a font is only named, what is seen depends on the fonts of the machine.
_FONT = "IPAexGothic"
pdfmetrics.registerFont(TTFont(_FONT, str(_FONTS / "ipaexg.ttf")))


class Paper:
    """An A4 page to draw on, in mm from the top left corner."""

    def __init__(self) -> None:
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=(210 * mm, 297 * mm))
        self.canvas.setFont(_FONT, 10)

    def box(self, x: float, y: float, width: float, height: float) -> None:
        self.canvas.rect(x * mm, (297 - y - height) * mm, width * mm, height * mm)

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.canvas.line(x0 * mm, (297 - y0) * mm, x1 * mm, (297 - y1) * mm)

    def text(self, x: float, y: float, words: str) -> None:
        self.canvas.drawString(x * mm, (297 - y) * mm, words)

    def pdf(self) -> bytes:
        self.canvas.save()
        return self.buffer.getvalue()


def draft_of(draw: Callable[[Paper], None]) -> FormDefinition:
    paper = Paper()
    draw(paper)
    return propose_form(paper.pdf(), id="test-form", title="試験様式").definition


def near(box: Box, x: float, y: float, width: float, height: float) -> bool:
    pairs = ((box.x, x), (box.y, y), (box.width, width), (box.height, height))
    return all(abs(a - b) < 1.5 for a, b in pairs)


def row(paper: Paper, label: str, y: float = 50) -> None:
    """A label cell, and a cell of 100 x 12 mm beside it."""
    paper.box(20, y, 40, 12)
    paper.box(60, y, 100, 12)
    paper.text(25, y + 7, label)
