"""A request to complete as PDF: one A4 page, with readings above the words that have them."""

import io
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
from reportlab.pdfgen.canvas import Canvas

from ocr_service.cases.letter import Letter, RequestText
from ocr_service.export.values import wareki
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.render_ink import MM, Ink, missing_glyphs, text_width

_WIDTH, _HEIGHT = 210.0, 297.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 24.0, 186.0, 24.0, 280.0
_SIZES = (4.4, 4.1, 3.8, 3.5, 3.2, 2.9)
"""Type sizes in mm that are tried until the letter fits on its page."""
_PLAIN_LARGEST = 3.8
_RUBY = 0.5
_RUBIED = re.compile(r"(?:｜([^｜《》\n]+)|([々〆ヶ一-鿿]+))《([^《》\n]*)》")
_NOT_FIRST = frozenset("、。，．）」』】？！ー・々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ")
_NOT_LAST = frozenset("（「『【")
_GETA = "〓"
_PREVIEW_DPI = 110
# PDFium is not made for several threads.
_PDFIUM = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never broken: a character, or a word with its reading."""

    base: str
    ruby: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph: its units, indents of the first and the other lines in em, alignment."""

    text: str
    first: float = 0.0
    indent: float = 0.0
    align: str = "left"
    scale: float = 1.0
    after: float = 0.6
    bold: bool = False


def render_letter(text: RequestText, letter: Letter) -> bytes:
    """PDF of one wording; the same text gives the same bytes.

    Raises CASE_REQUEST_INVALID when it does not fit on one page.
    """
    easy = letter is text.easy
    blocks = tuple(_blocks(text, letter, easy=easy))
    for size in _SIZES:
        if not easy and size > _PLAIN_LARGEST:
            continue
        if _lay(None, blocks, size) <= _BOTTOM:
            return _drawn(letter.title, blocks, size)
    raise CodedError(
        ErrorCode.CASE_REQUEST_INVALID,
        "does not fit on one page",
        field="easy" if easy else "plain",
    )


def page_picture(pdf: bytes) -> bytes:
    """PNG of the page of a letter that `render_letter` made."""
    out = io.BytesIO()
    with _PDFIUM:
        document = pdfium.PdfDocument(pdf)
        try:
            picture = document[0].render(scale=_PREVIEW_DPI / 72).to_pil()
        finally:
            document.close()
    picture.convert("L").save(out, "PNG", optimize=True)
    return out.getvalue()


def _drawn(title: str, blocks: Sequence[_Block], size: float) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1, pageCompression=1, pagesize=(_WIDTH * MM, _HEIGHT * MM))
    canvas.setTitle("".join(unit.base for unit in _units(title)))
    _lay(Ink(canvas, _HEIGHT), blocks, size)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _blocks(text: RequestText, letter: Letter, *, easy: bool) -> Iterator[_Block]:
    yield _Block(text.reference, align="right", after=0)
    yield _Block(wareki(text.issued_on.isoformat()), align="right", after=1)
    for line in (text.recipient_postal_code, text.recipient_address):
        if line:
            yield _Block(line, after=0)
    name = text.recipient_name or "　" * 8
    yield _Block(f"{name}　様《さま》" if easy else f"{name}　様", scale=1.15, after=1.2)
    yield _Block(text.section, align="right", after=1.6)
    yield _Block(letter.title, align="center", scale=1.35, bold=True, after=1.4)
    if letter.opening:
        yield _Block(letter.opening, first=0 if easy else 1, after=1.2)
    for number, item in enumerate(letter.items, start=1):
        yield _Block(f"{number}　{item.text}", indent=1.5, after=0.1 if item.ground else 0.7)
        if item.ground:
            yield _Block(f"（根拠：{item.ground}）", first=1.8, indent=1.8, scale=0.85, after=0.7)
    if text.reply_by is not None:
        day = wareki(text.reply_by.isoformat())
        words = f"いつまで：{day}まで" if easy else f"提出期限　{day}"
        yield _Block(words, bold=True, after=1)
    if letter.closing:
        yield _Block(letter.closing, first=0 if easy else 1, after=1.2)
    yield _Block(f"担当《たんとう》：{text.section}" if easy else f"担当　{text.section}")


def _lay(ink: Ink | None, blocks: Sequence[_Block], size: float) -> float:
    """Set all blocks from the top; draw when there is an ink; return where they end in mm."""
    y = _TOP
    for block in blocks:
        em = size * block.scale
        for paragraph in block.text.split("\n"):
            for at, row in enumerate(_rows(paragraph, block, em)):
                rubied = any(unit.ruby for unit in row)
                y += em * (1.95 if rubied else 1.5)
                if ink is not None:
                    _draw_row(ink, row, _start(row, block, em, at == 0), y, em, bold=block.bold)
        y += block.after * size
    return y


def _rows(paragraph: str, block: _Block, em: float) -> Iterator[list[_Unit]]:
    row: list[_Unit] = []
    width = 0.0
    room = _RIGHT - _LEFT - block.first * em
    for unit in _units(paragraph):
        wide = _width(unit, em)
        if row and width + wide > room and unit.base not in _NOT_FIRST:
            carried = [row.pop()] if len(row) > 1 and row[-1].base in _NOT_LAST else []
            yield row
            # やさしい日本語 has spaces between its words: none begins a line.
            row = [*carried, unit] if unit.base != " " else carried
            width = sum(_width(each, em) for each in row)
            room = _RIGHT - _LEFT - block.indent * em
            continue
        row.append(unit)
        width += wide
    yield row


def _units(text: str) -> Iterator[_Unit]:
    at = 0
    for found in _RUBIED.finditer(text):
        yield from (_Unit(char) for char in text[at : found.start()])
        yield _Unit(found.group(1) or found.group(2), found.group(3))
        at = found.end()
    yield from (_Unit(char) for char in text[at:])


def _width(unit: _Unit, em: float) -> float:
    return max(text_width(unit.base, em), text_width(unit.ruby, em * _RUBY))


def _start(row: Sequence[_Unit], block: _Block, em: float, first: bool) -> float:
    width = sum(_width(unit, em) for unit in row)
    if block.align == "right":
        return _RIGHT - width
    if block.align == "center":
        return (_LEFT + _RIGHT - width) / 2
    return _LEFT + (block.first if first else block.indent) * em


def _draw_row(ink: Ink, row: Sequence[_Unit], x: float, y: float, em: float, *, bold: bool) -> None:
    for unit in row:
        wide = _width(unit, em)
        base = _printable(unit.base)
        ink.text(base, x + (wide - text_width(base, em)) / 2, y, em, bold=bold)
        if unit.ruby:
            ruby = _printable(unit.ruby)
            small = em * _RUBY
            ink.text(ruby, x + (wide - text_width(ruby, small)) / 2, y - em * 0.98, small)
        x += wide


def _printable(text: str) -> str:
    absent = missing_glyphs(text, "gothic")
    return "".join(_GETA if char in absent else char for char in text)
