"""Write a text on one line: ink coverage, 96 pixels high, by pen strokes or by a font.

Every line has a writer of its own: slant, size, pitch, joining, pen; every character differs a
little from the last one of its kind. Spaces are gaps; furigana, cells and rules come with the line.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.recogniser.corpus import Text, TextKind
from training.recogniser.digits import draw_digit
from training.recogniser.fonts import EM, Font, Style, glyph, pick_font, style_for
from training.recogniser.variation import draw_shaper
from training.recogniser.writers import can_write, wild_writer

HEIGHT = 96
_MIDDLE = HEIGHT // 2
# A pen of 0.3 mm is 2.7 pixels where an em of 64 pixels is 7 mm.
_DPI = 232.0
_LONGEST = 1400
_FIGURES = frozenset({TextKind.FIGURES, TextKind.DATE})
_WITH_RUBY = frozenset({TextKind.KANJI_NAME, TextKind.RARE, TextKind.SENTENCE, TextKind.WORDS})
_KANA = "".join(map(chr, range(0x3042, 0x3094)))
_DIGITS = frozenset("0123456789")
_REAL_DIGITS = 0.6
"""Share of figures by a font whose digits are taken from real writers instead."""
_LYING = frozenset("ー〜―-()「」")
"""Characters that vertical writing turns."""
_HANGING = frozenset("。、")
_RUBY = 0.06
"""Share of lines with furigana above them, which are no part of the text."""

Coverage = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Composed:
    """Ink coverage (96 x W, 255 is full), the printed rules around it, and what it says.

    `text` holds a space where the gap is wide enough to be seen as one.
    """

    ink: Coverage
    rules: Coverage
    text: str
    printed: bool


@dataclass(slots=True)
class _Pen:
    """Where the next character goes, in pixels."""

    x: float
    y: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Layout:
    """How the characters of a line follow one another; lengths are shares of the em."""

    em: float
    slant: float
    aspect: float
    pitch: float
    wander: float
    drift: float
    cell: float
    """Width of the cell of each character; 0 where there are no cells."""
    by_ink: bool
    """Whether the next character follows the ink of the last one, not its em box."""
    gap: float
    column: bool = False
    """A column of vertical writing whose characters were set side by side to be read."""


_DRAWN = "drawn"


def compose(
    text: Text,
    fonts: Sequence[Font],
    rng: np.random.Generator,
    *,
    style: Style | str | None = _DRAWN,
) -> Composed:
    """Write `text` in `style` (None is by pen strokes; by default as its kind is written).

    Falls back to pen strokes when no font of the style has all of it.
    """
    if style == _DRAWN:
        style = style_for(text.kind, rng)
    font = pick_font(fonts, Style(style), text.text, rng) if style else None
    if font is None:
        text = dataclasses.replace(text, text="".join(c for c in text.text if can_write(c)))
    printed = font is not None and font.style is Style.PRINT
    layout = _draw_layout(text, printed, rng)
    ink = np.zeros((HEIGHT, _width_for(text.text, layout)), np.uint8)
    pen = _Pen(layout.em * rng.uniform(0.05, 0.5), _MIDDLE + rng.normal(0, 3))
    real = not printed and text.kind in _FIGURES and rng.random() < _REAL_DIGITS
    if font is None:
        end = _write_strokes(ink, text.text, layout, pen, rng)
    else:
        end = _write_font(ink, text.text, font, layout, pen, rng, real)
    if end > ink.shape[1]:
        # What ran over the edge is not there to be read.
        return Composed(ink, np.zeros_like(ink), "", printed)
    if rng.random() < _RUBY and not layout.cell and text.kind in _WITH_RUBY:
        _write_ruby(ink, fonts, layout, _Pen(pen.x, pen.y - 0.69 * layout.em), end, rng)
    right = int(min(ink.shape[1], end + layout.em * rng.uniform(0.05, 0.5)))
    ink = ink[:, : max(right, 8)]
    rules = _draw_cells(ink.shape, layout, pen, rng) if layout.cell else np.zeros_like(ink)
    said = text.text if layout.gap >= 0.4 or text.kind is TextKind.LATIN else _closed(text.text)
    if not printed:
        ink = _warp(ink, rng)
    return Composed(_weighted(ink, rng), rules, said, printed)


def _closed(text: str) -> str:
    return text.replace(" ", "")


def _draw_layout(text: Text, printed: bool, rng: np.random.Generator) -> _Layout:
    haste = 0.0 if printed else float(rng.beta(1.2, 2.2))
    figures = text.kind in _FIGURES
    cells = 0.16 if figures or text.kind is TextKind.KANA_NAME else 0.05
    column = not figures and text.kind is not TextKind.LATIN and rng.random() < 0.09
    in_cells = column or rng.random() < cells
    # Gaps between the two limits are neither seen as a space nor as none: they are not drawn.
    gap = rng.uniform(0.42, 1.1) if rng.random() < 0.75 else rng.uniform(0.05, 0.2)
    return _Layout(
        em=HEIGHT * rng.uniform(0.46, 0.9),
        slant=0.0 if printed else float(np.clip(rng.normal(0.03, 0.09), -0.22, 0.35)),
        aspect=rng.uniform(0.68, 1.12) if rng.random() < 0.8 else rng.uniform(0.5, 0.7),
        pitch=1.0 if printed and rng.random() < 0.6 else rng.uniform(0.86, 1.2),
        wander=0.0 if printed else 0.015 + 0.06 * haste,
        drift=0.0 if printed else rng.normal(0, 0.012),
        cell=rng.uniform(0.8, 1.35) if in_cells else 0.0,
        column=column,
        by_ink=not printed and not in_cells and rng.random() < 0.5,
        gap=gap,
    )


def _width_for(text: str, layout: _Layout) -> int:
    each = max(layout.cell, 1.45 * layout.pitch * layout.aspect + 0.1)
    return int(min(_LONGEST, (len(text) + 2.5) * each * layout.em))


def _write_font(
    ink: Coverage,
    text: str,
    font: Font,
    layout: _Layout,
    pen: _Pen,
    rng: np.random.Generator,
    real: bool,
) -> float:
    scale = layout.em / EM
    shaper = draw_shaper(font.style is Style.PRINT, rng)
    turn = 0.0
    x = pen.x
    for index, char in enumerate(text):
        if char == " ":
            x += layout.gap * layout.em
            continue
        file = font.file_of(char)
        drawn = glyph(file, char) if file else None
        if real and char in _DIGITS:
            drawn = draw_digit(char, rng)
        if drawn is None:
            continue
        part, left, top, advance = drawn
        part = shaper.shape(char, part, EM)
        if layout.column and char in _LYING:
            part = np.ascontiguousarray(np.rot90(part))
            left, top = (EM - part.shape[1]) // 2, -part.shape[0] // 2
        size = scale * (1 + rng.normal(0, layout.wander))
        turn = rng.normal(0, 1.2 * layout.wander)
        matrix = np.array([[layout.aspect * size, -layout.slant * size], [turn * size, size]])
        step = advance * layout.aspect * scale * layout.pitch
        if layout.cell:
            step = layout.cell * layout.em
            place = pen.x + (index + 0.5) * step - (left + part.shape[1] / 2) * matrix[0, 0]
        elif layout.by_ink:
            place = x - left * matrix[0, 0]
            gap = layout.em * max(0.02, rng.normal(0.11, 0.05)) * layout.pitch
            step = part.shape[1] * matrix[0, 0] + gap
        else:
            place = x
        height = pen.y + layout.drift * (x - pen.x) + rng.normal(0, layout.wander * layout.em)
        if layout.column and char in _HANGING:
            place, height = place + 0.45 * layout.em, height - 0.55 * layout.em
        _stamp(ink, part, matrix, (left, top), (place, height))
        x += step * (1 + rng.normal(0, layout.wander))
    return x


def _stamp(
    ink: Coverage,
    part: Coverage,
    matrix: NDArray[np.float64],
    corner: tuple[float, float],
    place: tuple[float, float],
) -> None:
    """Lay a glyph onto the line, transformed about the origin of its em box."""
    high, wide = part.shape
    ends = np.array([[0, 0], [wide, 0], [0, high], [wide, high]], float) + corner
    ends = ends @ matrix.T + place
    low = np.floor(ends.min(axis=0)).astype(int) - 1
    size = np.ceil(ends.max(axis=0)).astype(int) + 1 - low
    shift = matrix @ np.array(corner) + place - low
    moved = cv2.warpAffine(
        part, np.column_stack([matrix, shift]), (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR
    )
    _lay(ink, np.asarray(moved, np.uint8), int(low[0]), int(low[1]))


def _lay(ink: Coverage, part: Coverage, x: int, y: int) -> None:
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + part.shape[1], ink.shape[1]), min(y + part.shape[0], ink.shape[0])
    if x0 < x1 and y0 < y1:
        region = ink[y0:y1, x0:x1]
        np.maximum(region, part[y0 - y : y1 - y, x0 - x : x1 - x], out=region)


def _write_strokes(
    ink: Coverage, text: str, layout: _Layout, pen: _Pen, rng: np.random.Generator
) -> float:
    writer = wild_writer(layout.slant, layout.aspect, layout.wander, rng)
    x = pen.x
    for index, char in enumerate(text):
        drawn = writer.draw(char, layout.em, _DPI, rng)
        step = drawn.advance * layout.pitch
        if char == " ":
            x += layout.gap * layout.em
            continue
        place = x
        if layout.cell:
            step = layout.cell * layout.em
            place = pen.x + index * step + (step - drawn.advance) / 2
        if drawn.blot is not None:
            top = pen.y - layout.em / 2 + layout.drift * (x - pen.x)
            top += rng.normal(0, layout.wander * layout.em)
            if layout.by_ink:
                place = x - drawn.blot.x
                step = drawn.blot.coverage.shape[1] + layout.em * max(0.0, rng.normal(0.08, 0.05))
            part, left, high = drawn.blot.coverage, drawn.blot.x, drawn.blot.y
            if layout.column and char in _LYING:
                part = np.ascontiguousarray(np.rot90(part))
                left = (layout.em - part.shape[1]) / 2
                high = (layout.em - part.shape[0]) / 2
            elif layout.column and char in _HANGING:
                left, high = left + 0.45 * layout.em, high - 0.55 * layout.em
            _lay(ink, part, round(place + left), round(top + high))
        x += step
    return x


def _write_ruby(
    ink: Coverage,
    fonts: Sequence[Font],
    layout: _Layout,
    pen: _Pen,
    end: float,
    rng: np.random.Generator,
) -> None:
    """Write small kana above the line."""
    em = 0.36 * layout.em
    count = int((end - pen.x) / em * rng.uniform(0.5, 0.9))
    kana = "".join(_KANA[int(i)] for i in rng.integers(len(_KANA), size=max(1, count)))
    font = pick_font(fonts, Style.HAND, kana, rng) or pick_font(fonts, Style.PRINT, kana, rng)
    if font is not None:
        small = dataclasses.replace(layout, em=em, drift=0.0, by_ink=False, pitch=1.0)
        _write_font(ink, kana, font, small, pen, rng, real=False)


def _draw_cells(
    shape: tuple[int, ...], layout: _Layout, pen: _Pen, rng: np.random.Generator
) -> Coverage:
    """Draw the rules of the cells, where they were printed and left in."""
    rules = np.zeros(shape, np.uint8)
    if layout.column or rng.random() < 0.5:
        return rules
    step = layout.cell * layout.em
    tone, width = int(rng.integers(60, 230)), int(rng.integers(1, 4))
    at = pen.x
    while at < shape[1]:
        cv2.line(rules, (round(at), 0), (round(at), shape[0]), tone, width)
        at += step
    if rng.random() < 0.5:
        for y in (int(rng.integers(0, 8)), HEIGHT - int(rng.integers(1, 8))):
            cv2.line(rules, (0, y), (shape[1], y), tone, width)
    return rules


def _warp(ink: Coverage, rng: np.random.Generator) -> Coverage:
    """Bend the whole line by slow waves, as paper and arm do."""
    if rng.random() < 0.45:
        return ink
    high, wide = ink.shape
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
    for target, amount in ((columns, 2.2), (rows, 3.0)):
        length = rng.uniform(50, 260)
        angle, phase = rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi)
        wave = columns * np.float32(np.cos(angle)) + rows * np.float32(np.sin(angle))
        target += np.float32(rng.uniform(0, amount)) * np.sin(
            wave * np.float32(2 * np.pi / length) + np.float32(phase)
        )
    return np.asarray(cv2.remap(ink, columns, rows, cv2.INTER_LINEAR), np.uint8)


def _weighted(ink: Coverage, rng: np.random.Generator) -> Coverage:
    """Make all strokes a little heavier or lighter, at times."""
    chance = rng.random()
    if chance < 0.14:
        return np.asarray(cv2.dilate(ink, np.ones((2, 2), np.uint8)), np.uint8)
    if chance < 0.22:
        return np.asarray(cv2.erode(ink, np.ones((2, 2), np.uint8)), np.uint8)
    return ink
