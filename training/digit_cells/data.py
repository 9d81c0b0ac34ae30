"""Single cells with a digit, and cells with something else, as the pipeline cuts them.

Digits are those of real people (the training part of MNIST), of pen writers and of the fonts that
the lines are trained with; "something else" are kana, kanji and letters, dashes, bits of digits
and pairs of them. Every cell is bent, inked, scanned and cut anew each time it is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS, SIDE, centred
from training.recogniser.digits import real_digits
from training.recogniser.fonts import EM, Font, Style, glyph, load_fonts
from training.recogniser.writers import wild_writer

OTHER = len(DIGITS)
_CANVAS = 3 * EM // 2
_DPI = 232.0
_NEAR_INK = 30
# Shares of the sources: real digits, fonts, pen strokes, anything else.
_REAL, _FONT, _PEN = 0.66, 0.12, 0.08
# Nothing that a digit may look like: no フ, ろ, O, b.
_ELSE = "アイウエオカキケサシスセソタチツテトナニヌネハヒヘホマミムメモヤユヨラリルレロン"
_ELSE += "あいうえおかきくけさしすせそたちつてとはひふへほまみむめもやゆよらりれわん"
_ELSE += "年月日元一二三四五六七八九十円番号無-ー・AEFHKMNPRTUVWXYadefhknt"

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Draws cells. `held_out` real digits of each class are never drawn for training."""

    fonts: tuple[Font, ...]
    held_out: int

    def batch(
        self, count: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """`count` pictures (N x 1 x 28 x 28) with their classes (10 is anything else)."""
        drawn = [self._draw(rng) for _ in range(count)]
        pictures = np.stack([centred(scanned(ink, rng)) for ink, _ in drawn])[:, None]
        return pictures, np.array([c for _, c in drawn], np.int64)

    def _draw(self, rng: np.random.Generator) -> tuple[Pixels, int]:
        chance = rng.random()
        digit = int(rng.integers(len(DIGITS)))
        if chance < _REAL:
            pictures = real_digits()[digit]
            return real(pictures[int(rng.integers(self.held_out, len(pictures)))], rng), digit
        if chance < _REAL + _FONT:
            return self._written(DIGITS[digit], rng), digit
        if chance < _REAL + _FONT + _PEN:
            return _penned(DIGITS[digit], rng), digit
        return self._other(rng), OTHER

    def _written(self, char: str, rng: np.random.Generator) -> Pixels:
        for index in rng.permutation(len(self.fonts)):
            file = self.fonts[int(index)].file_of(char)
            drawn = glyph(file, char) if file else None
            if drawn is not None:
                return _on_canvas(drawn[0])
        return _penned(char, rng)

    def _other(self, rng: np.random.Generator) -> Pixels:
        chance = rng.random()
        if chance < 0.6:
            char = _ELSE[int(rng.integers(len(_ELSE)))]
            return self._written(char, rng) if rng.random() < 0.6 else _penned(char, rng)
        if chance < 0.75:
            return _pair(rng)
        if chance < 0.9:
            return _bit(rng)
        return _blot(rng)


def make_cells(held_out: int) -> Cells:
    """Open fonts and digits. Raises FileNotFoundError: run `make train-assets`."""
    real_digits()
    wanted = (Style.LATIN_HAND, Style.HAND, Style.PRINT)
    return Cells(tuple(f for f in load_fonts() if f.style in wanted), held_out)


def held_out_cells(count: int, rng: np.random.Generator) -> tuple[list[Pixels], list[int]]:
    """Scan the first `count` real digits of each class, which nobody trains on."""
    pictures, classes = [], []
    for digit, known in enumerate(real_digits()):
        for picture in known[:count]:
            pictures.append(scanned(real(picture, rng), rng))
            classes.append(digit)
    return pictures, classes


def real(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Ink (255) of a digit of MNIST with the hard edge of a pen, on the canvas."""
    scale = EM / 26
    large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    sharp = np.clip((large.astype(np.float32) - rng.uniform(40, 120)) * 2.6, 0, 255)
    return _on_canvas(sharp.astype(np.uint8))


def scanned(ink: Pixels, rng: np.random.Generator) -> Pixels:
    """Cell (grey, dark on white) of ink on the canvas: bent, thick or thin, blurred, noisy."""
    turn = np.radians(rng.normal(0, 6))
    shear, aspect = rng.normal(0.02, 0.12), rng.uniform(0.62, 1.12)
    size = rng.uniform(0.45, 1.0)
    matrix = size * np.array(
        [
            [aspect * np.cos(turn), -np.sin(turn) - shear],
            [aspect * np.sin(turn), np.cos(turn)],
        ]
    )
    middle = np.array([_CANVAS / 2, _CANVAS / 2])
    shift = middle - matrix @ middle
    bent = cv2.warpAffine(_waved(ink, rng), np.column_stack([matrix, shift]), (_CANVAS, _CANVAS))
    if rng.random() < 0.3:
        kernel = np.ones((2, 2), np.uint8)
        bent = cv2.dilate(bent, kernel) if rng.random() < 0.6 else cv2.erode(bent, kernel)
    grey = 255 - bent.astype(np.float32) * rng.uniform(0.5, 1.0)
    if rng.random() < 0.7:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.3, 2.2))
    if rng.random() < 0.4:
        grey += rng.normal(0, rng.uniform(2, 16), grey.shape)
    if rng.random() < 0.08:
        # A bit of the comb's rule that stayed.
        x = int(rng.integers(_CANVAS))
        grey[:, x : x + 1] = np.minimum(grey[:, x : x + 1], rng.uniform(40, 160))
    # The pipeline leaves nothing but the ink and what is next to it.
    grey[cv2.dilate(bent, np.ones((5, 5), np.uint8)) < _NEAR_INK] = 255
    darkest = float(grey.min())
    grey = 255 - (255 - grey) * (255 / max(255 - darkest, 60.0))
    return np.clip(grey, 0, 255).astype(np.uint8)


def _waved(ink: Pixels, rng: np.random.Generator) -> Pixels:
    if rng.random() < 0.4:
        return ink
    rows, columns = np.mgrid[0:_CANVAS, 0:_CANVAS].astype(np.float32)
    for target in (rows, columns):
        length, phase = rng.uniform(40, 140), rng.uniform(0, 2 * np.pi)
        along = columns if rng.random() < 0.5 else rows
        target += np.float32(rng.uniform(0, 2.6)) * np.sin(
            along * np.float32(2 * np.pi / length) + np.float32(phase)
        )
    return np.asarray(cv2.remap(ink, columns, rows, cv2.INTER_LINEAR), np.uint8)


def _on_canvas(part: Pixels) -> Pixels:
    canvas = np.zeros((_CANVAS, _CANVAS), np.uint8)
    part = part[:_CANVAS, :_CANVAS]
    y, x = (_CANVAS - part.shape[0]) // 2, (_CANVAS - part.shape[1]) // 2
    canvas[y : y + part.shape[0], x : x + part.shape[1]] = part
    return canvas


def _penned(char: str, rng: np.random.Generator) -> Pixels:
    writer = wild_writer(float(rng.normal(0.03, 0.09)), float(rng.uniform(0.7, 1.1)), 0.05, rng)
    drawn = writer.draw(char, float(EM), _DPI, rng).blot
    return _on_canvas(drawn.coverage) if drawn is not None else np.zeros((_CANVAS,) * 2, np.uint8)


def _pair(rng: np.random.Generator) -> Pixels:
    """Two digits in one cell."""
    canvas = np.zeros((_CANVAS, _CANVAS), np.uint8)
    for side in (-1, 1):
        known = real_digits()[int(rng.integers(10))]
        one = real(known[int(rng.integers(len(known)))], rng)
        moved = np.roll(one, side * int(rng.integers(16, 24)), axis=1)
        canvas = np.maximum(canvas, moved)
    return canvas


def _bit(rng: np.random.Generator) -> Pixels:
    """Draw a stroke or dot of something larger."""
    canvas = np.zeros((_CANVAS, _CANVAS), np.uint8)
    middle = np.array([_CANVAS // 2, _CANVAS // 2])
    points = middle + rng.normal(0, rng.uniform(3, 18), (int(rng.integers(1, 4)), 2))
    level = rng.random() < 0.5
    if level:
        points[:, 1] = points[0, 1] + rng.normal(0, 2, len(points))
    ends = [tuple(int(v) for v in p) for p in points]
    for a, b in zip(ends, [*ends[1:], ends[-1]], strict=True):
        cv2.line(canvas, a, b, 255, int(rng.integers(2, 7)))
    return canvas


def _blot(rng: np.random.Generator) -> Pixels:
    """Scribble."""
    canvas = np.zeros((_CANVAS, _CANVAS), np.uint8)
    points = rng.normal(_CANVAS / 2, 14, (int(rng.integers(6, 16)), 2)).astype(np.int32)
    cv2.polylines(canvas, [points], False, 255, int(rng.integers(2, 6)))
    return canvas


def pictures(cells: Sequence[Pixels]) -> NDArray[np.float32]:
    """N x 1 x 28 x 28 of cells."""
    return np.stack([centred(c) for c in cells]).reshape(-1, 1, SIDE, SIDE)
