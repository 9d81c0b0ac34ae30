"""Field crops by writers nobody has seen: pen strokes, handwriting fonts, print.

Rows of text are written on sheets of A4, each row by a writer of its own; every sheet goes through
one degradation, and each row is cut out by its ink with a little paper around.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipelines.forms.model import Box
from pipelines.records import Pixels
from pipelines.synthesis.degrade import Degradation, degrade, move_box
from pipelines.synthesis.hand import Hand, make_writer
from pipelines.synthesis.layout import Sheet, write_line
from pipelines.synthesis.seeding import seeded
from training.benchmark.held_out import HeldOut, HeldOutFont
from training.benchmark.items import Corners, ItemSet, LineItem, Measure
from training.benchmark.texts import FIELD_TEXTS, PRINT_TEXTS, TextKind

_DEGRADATIONS = (
    Degradation.CLEAN,
    Degradation.JPEG,
    Degradation.NOISE,
    Degradation.SHADOW,
    Degradation.LOWRES,
    Degradation.FAX,
    Degradation.BLEED,
)
_DPI = 200
_SHEET_MM = (210.0, 297.0)
_ROWS, _PITCH_MM, _TOP_MM, _LEFT_MM, _BOX_MM = 22, 12.0, 14.0, 12.0, 9.0
_PAD = 0.2
_INK = 200
_WHITE = (251, 250, 247)

_Draw = Callable[[Sheet, Box, str, int, np.random.Generator], None]


def field_sets(count: int, held_out: HeldOut) -> Iterator[ItemSet]:
    """Make sets of `count` crops a hand: pen strokes, fonts, print, and every font kept out."""
    seed = held_out.first_seed
    yield ItemSet(
        name="pen_strokes",
        title="Pen strokes",
        provenance=f"KanjiVG and Tomoe strokes, a writer a line, seeds from {seed:,}",
        real=False,
        measure=Measure.EXACT,
        lines=_of_hands((Hand.STROKES, Hand.TOMOE), FIELD_TEXTS, count, seed),
        kinds_given=True,
    )
    yield ItemSet(
        name="fonts",
        title="Handwriting fonts and print",
        provenance=f"bundled fonts bent by a writer a line, seeds from {seed:,}; kept out of "
        f"training: {', '.join(sorted(held_out.hands)) or 'none'}",
        real=False,
        measure=Measure.EXACT,
        lines=_of_hands(
            (Hand.KILOJI, Hand.YUSEI, Hand.SETO, Hand.TYPED_MINCHO, Hand.TYPED_GOTHIC),
            FIELD_TEXTS,
            count,
            seed,
        ),
        kinds_given=True,
    )
    for font in held_out.fonts:
        yield _font_set(font, count, seed)


def print_set(count: int, held_out: HeldOut) -> ItemSet:
    """`count` lines of printed Japanese in each of the two print fonts."""
    return ItemSet(
        name="print_synthetic",
        title="Printed lines",
        provenance=f"IPAex Mincho and Gothic, degraded, seeds from {held_out.first_seed:,}",
        real=False,
        measure=Measure.CER,
        lines=_of_hands(
            (Hand.TYPED_MINCHO, Hand.TYPED_GOTHIC), PRINT_TEXTS, count, held_out.first_seed
        ),
    )


def _font_set(font: HeldOutFont, count: int, seed: int) -> ItemSet:
    name = f"font_{font.name}"
    missing = "" if font.file.is_file() else f"{font.file.name} is not there"
    kinds = {k: v for k, v in FIELD_TEXTS.items() if not font.kinds or k in font.kinds}
    lines = [] if missing else _rows(name, _type_with(font), kinds, count, seed)
    return ItemSet(
        name=name,
        title=f"Font kept out of training: {font.name}",
        provenance=f"{font.file.name} ({font.licence}), {font.hand}, seeds from {seed:,}",
        real=False,
        measure=Measure.EXACT,
        lines=lines,
        kinds_given=True,
        missing=missing,
    )


def _of_hands(
    hands: Sequence[Hand], kinds: Mapping[str, TextKind], count: int, seed: int
) -> list[LineItem]:
    return [item for hand in hands for item in _rows(str(hand), _hand_of(hand), kinds, count, seed)]


def _rows(
    hand: str, draw: _Draw, kinds: Mapping[str, TextKind], count: int, seed: int
) -> list[LineItem]:
    """`count` lines, as even as possible over kinds and degradations."""
    share = -(-count // len(_DEGRADATIONS))
    kind_of = cycle(kinds)
    items: list[LineItem] = []
    for at, degradation in enumerate(_DEGRADATIONS):
        numbers = range(at * share, min((at + 1) * share, count))
        for start in range(0, len(numbers), _ROWS):
            part = numbers[start : start + _ROWS]
            rows = [(seed + number, next(kind_of)) for number in part]
            items += _sheet(hand, draw, kinds, rows, degradation)
    return items


def _sheet(
    hand: str,
    draw: _Draw,
    kinds: Mapping[str, TextKind],
    rows: Sequence[tuple[int, str]],
    degradation: Degradation,
) -> list[LineItem]:
    size = tuple(round(mm * _DPI / 25.4) for mm in reversed(_SHEET_MM))
    pixels = np.empty((*size, 3), np.uint8)
    pixels[:] = _WHITE
    sheet = Sheet(pixels=pixels, dpi=float(_DPI))
    placed: list[tuple[int, str, str, Corners]] = []
    for i, (seed, kind) in enumerate(rows):
        rng = seeded(seed, "benchmark", hand, kind)
        text = kinds[kind].draw(rng)
        box = Box(x=_LEFT_MM, y=_TOP_MM + i * _PITCH_MM, width=kinds[kind].width_mm, height=_BOX_MM)
        draw(sheet, box, text, seed, rng)
        placed.append((seed, kind, text, _ink_box(sheet, box)))
    worse, matrix = degrade(
        pixels, (degradation,), _DPI, seeded(rows[0][0], "benchmark", hand, str(degradation))
    )
    return [
        LineItem(
            name=f"{hand}-{kind}-{seed}",
            pixels=cut(worse, move_box(matrix, corners)),
            truth=text,
            repertoire=kinds[kind].repertoire,
            tags={"kind": kind, "hand": hand, "degradation": str(degradation)},
        )
        for seed, kind, text, corners in placed
    ]


def cut(pixels: Pixels, corners: Corners) -> Pixels:
    """Cut a box out of a page, within the page; at least one pixel."""
    height, width = pixels.shape[:2]
    x0, y0 = (max(0, round(v)) for v in corners[:2])
    x1, y1 = min(width, round(corners[2])), min(height, round(corners[3]))
    x0, y0 = min(x0, width - 1), min(y0, height - 1)
    return np.ascontiguousarray(pixels[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)])


def _ink_box(sheet: Sheet, box: Box) -> Corners:
    """Box of the ink of one row in pixels with a little paper around."""
    middle = box.y + box.height / 2
    top, bottom = (round(sheet.px(middle + s * _PITCH_MM / 2)) for s in (-1, 1))
    ink = cv2.cvtColor(sheet.pixels[top:bottom], cv2.COLOR_RGB2GRAY) < _INK
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if len(rows) == 0:
        raise ValueError("nothing was written")
    # A flat stroke (一, ー) keeps some of the height of its line.
    tall = max(int(rows[-1] - rows[0]) + 1, round(sheet.px(0.35 * box.height)))
    centre = top + float(rows[0] + rows[-1] + 1) / 2
    pad = _PAD * tall
    return (
        float(columns[0]) - pad,
        max(float(top), centre - tall / 2 - pad),
        float(columns[-1]) + 1 + pad,
        min(float(bottom), centre + tall / 2 + pad),
    )


def _hand_of(hand: Hand) -> _Draw:
    def draw(sheet: Sheet, box: Box, text: str, seed: int, rng: np.random.Generator) -> None:
        write_line(sheet, box, text, make_writer(hand, seed), rng)

    return draw


def _type_with(font: HeldOutFont) -> _Draw:
    def draw(sheet: Sheet, box: Box, text: str, seed: int, rng: np.random.Generator) -> None:
        pixels = round(sheet.px(float(rng.uniform(3.4, 5.2))))
        face = ImageFont.truetype(str(font.file), pixels)
        room = sheet.px(box.width)
        wide = face.getlength(text)
        if wide > room:
            face = ImageFont.truetype(str(font.file), max(8, int(pixels * room / wide)))
        image = Image.fromarray(sheet.pixels)
        tone = int(rng.integers(15, 70))
        middle = (sheet.px(box.x), sheet.px(box.y + box.height / 2))
        ImageDraw.Draw(image).text(middle, text, fill=(tone,) * 3, font=face, anchor="lm")
        sheet.pixels[:] = np.asarray(image)

    return draw
