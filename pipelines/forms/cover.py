"""Cover sheets: a page with a large QR code that separates documents in a stack of paper."""

import io
from collections.abc import Sequence

from reportlab.pdfgen.canvas import Canvas

from pipelines.forms.code import CoverCode, CoverKind, format_cover
from pipelines.forms.model import CodePlace
from pipelines.forms.render import draw_code
from pipelines.forms.render_ink import MM, Ink, text_width

_WIDTH, _HEIGHT = 210.0, 297.0
_CODE = CodePlace(x=65, y=96, size=80)
_TITLE = "仕切り紙"
_LEADS = {
    CoverKind.NEXT: ("ここから別の書類です。",),
    CoverKind.TOGETHER: ("この紙の後ろの書類は、", "次の仕切り紙まで1つの案件です。"),
    CoverKind.CASE: ("この紙の後ろの書類は、", "次の仕切り紙まで次の案件に入ります。"),
}
_NOTE = "書類の前に置いて、いっしょに読み取ってください。この紙は書類には含まれません。"


def render_cover(code: CoverCode, *, copies: int = 1) -> bytes:
    """PDF of a cover sheet (A4), so often as `copies` says; the same code gives the same bytes.

    Raises ValueError for a code that could not be read back.
    """
    out, text = io.BytesIO(), format_cover(code)
    canvas = Canvas(out, invariant=1, pageCompression=1, pagesize=(_WIDTH * MM, _HEIGHT * MM))
    canvas.setTitle(_TITLE)
    for _ in range(copies):
        ink = Ink(canvas, _HEIGHT)
        # A broad frame, so that the sheet is seen in a pile from the side.
        ink.rect(4, 4, _WIDTH - 8, _HEIGHT - 8, stroke=6)
        _middle(ink, [_TITLE], 44, 16.0)
        _middle(ink, _LEADS[code.kind], 66, 7.0)
        draw_code(ink, _CODE, text)
        if code.number is not None:
            _middle(ink, [code.number], 200, 12.0)
        _middle(ink, [_NOTE], 270, 4.2)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _middle(ink: Ink, lines: Sequence[str], y: float, size: float) -> None:
    for number, line in enumerate(lines):
        left = (_WIDTH - text_width(line, size, "gothic")) / 2
        ink.text(line, left, y + 1.6 * size * number, size, bold=size > 6)
