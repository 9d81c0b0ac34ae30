"""Drawing on a PDF page in millimetres from the top left corner."""

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from pipelines.forms.model import (
    PrintedCircle,
    PrintedLine,
    PrintedRect,
    PrintedText,
)

MM = 72 / 25.4
"""Points in a millimetre."""

_FONTS = {"mincho": "ipaexm.ttf", "gothic": "ipaexg.ttf"}
_FOLDER = Path(__file__).resolve().parent.parent / "fonts"
_TURNED = frozenset("ー－―…‥～〜（）「」『』【】〔〕()-=＝:：;")
_RAISED = frozenset("、。，．")
_ASCENT = 0.88
"""Top of the em box above the baseline, in em, of both fonts."""


class Ink:
    """A canvas whose unit is the millimetre and whose origin is the top left corner."""

    def __init__(self, canvas: Canvas, page_height: float) -> None:
        self._canvas = canvas
        self._height = page_height

    def line(
        self, x0: float, y0: float, x1: float, y1: float, width: float, *, dashed: bool = False
    ) -> None:
        """Draw a straight rule of `width` mm."""
        self._pen(width, dashed)
        self._canvas.line(x0 * MM, self._y(y0), x1 * MM, self._y(y1))

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        stroke: float,
        fill: float | None = None,
        radius: float = 0,
    ) -> None:
        """Draw a frame; `stroke` 0 has no outline, `fill` is grey 0 (black) .. 1 (white)."""
        self._pen(stroke, False)
        if fill is not None:
            self._canvas.setFillGray(fill)
        size = (x * MM, self._y(y + height), width * MM, height * MM)
        drawn = {"stroke": int(stroke > 0), "fill": int(fill is not None)}
        if radius > 0:
            self._canvas.roundRect(*size, radius * MM, **drawn)
        else:
            self._canvas.rect(*size, **drawn)
        self._canvas.setFillGray(0)

    def ellipse(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        stroke: float,
        *,
        dashed: bool = False,
    ) -> None:
        """Draw an ellipse in the rectangle given."""
        self._pen(stroke, dashed)
        box = (x * MM, self._y(y + height), (x + width) * MM, self._y(y))
        self._canvas.ellipse(*box, stroke=1, fill=0)

    def text(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        *,
        font: str = "gothic",
        bold: bool = False,
        spacing: float = 0,
        turn: bool = False,
    ) -> None:
        """One line, left end of its baseline at (x, y); `turn` sets it clockwise downwards."""
        pen = self._canvas.beginText()
        pen.setFont(registered_font(font), size * MM)
        if turn:
            pen.setTextTransform(0, -1, 1, 0, x * MM, self._y(y))
        else:
            pen.setTextOrigin(x * MM, self._y(y))
        if spacing:
            pen.setCharSpace(spacing * MM)
        if bold:
            # Fill and outline: the fonts have one weight only.
            self._canvas.setLineWidth(size * MM * 0.035)
            self._canvas.setDash()
            pen.setTextRenderMode(2)
        pen.textOut(text)
        if bold:
            pen.setTextRenderMode(0)
        if spacing:
            pen.setCharSpace(0)
        self._canvas.drawText(pen)

    def _pen(self, width: float, dashed: bool) -> None:
        self._canvas.setLineWidth(width * MM)
        self._canvas.setStrokeGray(0)
        self._canvas.setDash([1.2 * MM, 0.8 * MM] if dashed else [])

    def _y(self, y: float) -> float:
        return (self._height - y) * MM


def text_width(text: str, size: float, font: str = "gothic", spacing: float = 0) -> float:
    """Width in mm of one line of type `size` mm high."""
    width = float(pdfmetrics.stringWidth(text, registered_font(font), size))
    return width + spacing * max(0, len(text) - 1)


def missing_glyphs(text: str, font: str) -> frozenset[str]:
    """Characters of `text` that the font cannot print."""
    face = pdfmetrics.getFont(registered_font(font)).face
    return frozenset(c for c in text if c != "\n" and ord(c) not in face.charToGlyph)


def draw_printed(ink: Ink, item: PrintedText | PrintedLine | PrintedRect | PrintedCircle) -> None:
    """Draw one printed element of a page."""
    match item:
        case PrintedText():
            _draw_text(ink, item)
        case PrintedLine():
            ink.line(item.x0, item.y0, item.x1, item.y1, item.width, dashed=item.dashed)
        case PrintedRect():
            ink.rect(
                item.x,
                item.y,
                item.width,
                item.height,
                stroke=item.stroke,
                fill=item.fill,
                radius=item.radius,
            )
        case PrintedCircle():
            left, top, side = item.x - item.radius, item.y - item.radius, 2 * item.radius
            ink.ellipse(left, top, side, side, item.stroke, dashed=item.dashed)


def _draw_text(ink: Ink, item: PrintedText) -> None:
    if item.vertical:
        _draw_vertical(ink, item)
        return
    shift = {"left": 0.0, "center": 0.5, "right": 1.0}[item.align]
    for i, line in enumerate(item.text.split("\n")):
        width = text_width(line, item.size, item.font, item.spacing)
        ink.text(
            line,
            item.x - shift * width,
            item.y + i * item.size * item.leading,
            item.size,
            font=item.font,
            bold=item.bold,
            spacing=item.spacing,
        )


def _draw_vertical(ink: Ink, item: PrintedText) -> None:
    size = item.size
    for column, line in enumerate(item.text.split("\n")):
        middle = item.x - column * size * item.leading
        y = item.y
        for char in line:
            if char in _TURNED:
                # Turned clockwise about the middle of its cell: brackets and long vowel marks.
                width = text_width(char, size, item.font)
                place = (middle - (_ASCENT - 0.5) * size, y + (size - width) / 2)
                ink.text(char, *place, size, font=item.font, bold=item.bold, turn=True)
            else:
                lift = 0.55 * size if char in _RAISED else 0.0
                x = middle - text_width(char, size, item.font) / 2 + lift
                ink.text(char, x, y + _ASCENT * size - lift, size, font=item.font, bold=item.bold)
            y += size + item.spacing


@cache
def registered_font(name: str) -> str:
    """Register one of our fonts with reportlab once; returns its name there."""
    registered = f"ocr-service-{name}"
    pdfmetrics.registerFont(TTFont(registered, str(_FOLDER / _FONTS[name])))
    return registered
