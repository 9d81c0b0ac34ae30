"""A sheet of a form that no definition knows, filled in: drawn with the lines read on it."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from models.detector import TextRegion
from pipelines.records import BoundingBox, Line, Page

DPI = 200
_MM = DPI / 25.4
_FONTS = Path(__file__).parents[1] / "pipelines" / "fonts"


class FilledSheet:
    """A5 paper to draw on, in mm from the top left corner; every text is a line that was read."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (round(148 * _MM), round(210 * _MM)), "white")
        self._draw = ImageDraw.Draw(self.image)
        self.lines: list[Line] = []
        self._regions: list[TextRegion] = []

    def cell(
        self, x: float, y: float, width: float, height: float, *, shaded: bool = False
    ) -> None:
        """A cell with rules all around."""
        box = [round(v * _MM) for v in (x, y, x + width, y + height)]
        self._draw.rectangle(box, outline="black", width=2, fill="#dcdcdc" if shaded else None)

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A straight rule."""
        self._draw.line([round(v * _MM) for v in (x0, y0, x1, y1)], fill="black", width=2)

    def ring(self, x: float, y: float, width: float, height: float) -> None:
        """A ring drawn with a pen."""
        box = [round(v * _MM) for v in (x, y, x + width, y + height)]
        self._draw.ellipse(box, outline="#202020", width=3)

    def square(self, x: float, y: float, *, ticked: bool = False) -> None:
        """A box to tick of 3.6 mm."""
        box = [round(v * _MM) for v in (x, y, x + 3.6, y + 3.6)]
        self._draw.rectangle(box, outline="black", width=2)
        if ticked:
            tick = [(x + 0.8, y + 1.6), (x + 1.6, y + 2.8), (x + 3.0, y + 0.8)]
            self._draw.line([(a * _MM, b * _MM) for a, b in tick], fill="#202020", width=3)

    def text(self, x: float, y: float, words: str, *, confidence: float = 0.97) -> None:
        """Print of 3.2 mm; `y` is its top."""
        self._put(x, y, words, "ipaexm.ttf", 3.2, confidence)

    def hand(self, x: float, y: float, words: str, *, confidence: float = 0.97) -> None:
        """Writing of 5 mm; `y` is its top."""
        self._put(x, y, words, "setofont.ttf", 5.0, confidence)

    def page(self) -> tuple[Page, tuple[TextRegion, ...], tuple[Line, ...]]:
        """The page as it is after reading."""
        height, width = self.image.height, self.image.width
        page = Page(
            number=1,
            pixels=np.asarray(self.image),
            dpi=DPI,
            to_scan=np.eye(3),
            scan_width=width,
            scan_height=height,
        )
        return page, tuple(self._regions), tuple(self.lines)

    def png(self) -> bytes:
        """The scan as a file."""
        out = io.BytesIO()
        self.image.save(out, "PNG", dpi=(DPI, DPI))
        return out.getvalue()

    def _put(
        self, x: float, y: float, words: str, font: str, size: float, confidence: float
    ) -> None:
        face = ImageFont.truetype(str(_FONTS / font), round(size * _MM))
        place = (round(x * _MM), round(y * _MM))
        self._draw.text(place, words, fill="#181818", font=face)
        x0, y0, x1, y1 = (float(v) for v in self._draw.textbbox(place, words, font=face))
        x0, y0, x1, y1 = x0 - 3, y0 - 3, x1 + 3, y1 + 3
        box = BoundingBox(x0=x0, y0=y0, x1=x1, y1=y1)
        self.lines.append(Line(text=words, confidence=confidence, box=box, page=1))
        corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
        self._regions.append(TextRegion(corners=corners, score=0.9))


def application() -> FilledSheet:
    """A small application: name, day of birth, sex, reason, number, signature on a line."""
    sheet = FilledSheet()
    sheet.text(50, 8, "資格変更届出書")
    for row, label in enumerate(("フリガナ", "氏名", "生年月日", "性別", "申請理由", "記号番号")):
        top = 20 + 14 * row
        sheet.cell(10, top, 30, 14, shaded=True)
        sheet.cell(40, top, 95, 14)
        sheet.text(14, top + 5, label)
    sheet.hand(45, 24, "ソウマ タクミ")
    sheet.hand(45, 38, "相馬 拓海")
    sheet.text(43, 53, "平成")
    for x, figure, unit in ((56, "8", "年"), (72, "11", "月"), (88, "30", "日")):
        sheet.hand(x, 51, figure)
        sheet.text(x + 9, 53, unit)
    sheet.text(46, 67, "男")
    sheet.text(54, 67, "・")
    sheet.text(60, 67, "女")
    sheet.ring(44, 64.6, 7.5, 8)
    sheet.square(44, 81, ticked=True)
    sheet.text(49, 81, "転入")
    sheet.square(66, 81)
    sheet.text(71, 81, "出生")
    for column in range(7):
        sheet.cell(44 + 6 * column, 92, 6, 9)
    for column, figure in enumerate("4096132"):
        sheet.hand(45.5 + 6 * column, 94, figure)
    return sheet
