"""Notes written by hand on plain, ruled or squared paper: a look that is none of the known ones."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from pipelines.records import Pixels
from pipelines.synthesis.hand import Hand, Writer, make_writer
from pipelines.synthesis.pen import put_ink
from training.categories.vocabulary import sentences_of_no_office

TRAINING_HANDS = (Hand.STROKES, Hand.KILOJI)
EVALUATION_HANDS = (Hand.TOMOE, Hand.YUSEI, Hand.SETO)
_LONG = 842
_Rng = np.random.Generator


def draw_note(rng: _Rng, *, held_out: bool = False) -> Pixels:
    """Draw a note (RGB): one to three pieces of writing, level or upright."""
    page = _sheet(rng)
    writer = draw_writer(rng, held_out=held_out)
    sentences = sentences_of_no_office(held_out=held_out)
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        em = page.shape[0] * rng.uniform(0.022, 0.085)
        text = "".join(rng.choice(sentences, 3)).replace(" ", "")
        _write_piece(page, text, em, writer, rng)
    return page


def draw_writer(rng: _Rng, *, held_out: bool = False) -> Writer:
    """Draw somebody who writes, by one of the hands of training or of evaluation."""
    hands = EVALUATION_HANDS if held_out else TRAINING_HANDS
    return make_writer(hands[int(rng.integers(len(hands)))], int(rng.integers(1 << 31)))


def write_words(
    page: Pixels,
    text: Sequence[str],
    at: tuple[float, float],
    em: float,
    writer: Writer,
    rng: _Rng,
    *,
    upright: bool = False,
) -> None:
    """Write lines of `text` with characters of `em` pixels from `at` (x, y) on."""
    dpi = em * 25.4 / rng.uniform(2.5, 11)
    pitch = em * rng.uniform(1.15, 1.9)
    for number, line in enumerate(text):
        x, y = at[0], at[1]
        x, y = (x - number * pitch, y) if upright else (x, y + number * pitch)
        for char in line:
            glyph = writer.draw(char, em, dpi, rng)
            if glyph.blot is not None:
                blot = replace(glyph.blot, x=glyph.blot.x + x, y=glyph.blot.y + y)
                put_ink(page, blot, writer.habits.ink, rng)
            if upright:
                y += em * rng.uniform(0.95, 1.15)
            else:
                x += glyph.advance


def _write_piece(page: Pixels, text: str, em: float, writer: Writer, rng: _Rng) -> None:
    height, width = page.shape[:2]
    upright = rng.random() < 0.4
    room = (height if upright else width) * rng.uniform(0.35, 0.9)
    length = max(2, int(room / em))
    lines = [text[i : i + length] for i in range(0, len(text), length)]
    lines = lines[: int(rng.choice([1, 2, 3, 5, 9]))]
    if upright:
        at = (width * rng.uniform(0.4, 0.95) - em, height * rng.uniform(0.03, 0.35))
    else:
        at = (width * rng.uniform(0.03, 0.3), height * rng.uniform(0.03, 0.6))
    write_words(page, lines, at, em, writer, rng, upright=upright)


def _sheet(rng: _Rng) -> Pixels:
    """Paper of any shape: plain, ruled, squared, a page of a notebook."""
    width = int(_LONG * rng.uniform(0.6, 1.0))
    tint = np.clip(rng.integers(225, 256) - rng.integers(0, 14, 3), 0, 255)
    page = np.full((_LONG, width, 3), tint, np.uint8)
    dice = rng.random()
    pitch = int(rng.integers(16, 42))
    shade = tuple(int(c) for c in rng.integers(150, 225, 3))
    if dice > 0.5:
        for y in range(int(rng.integers(10, 90)), _LONG, pitch):
            cv2.line(page, (0, y), (width, y), shade, 1)
    if dice > 0.75:
        for x in range(int(rng.integers(5, 40)), width, pitch):
            cv2.line(page, (x, 0), (x, _LONG), shade, 1)
    elif dice > 0.68:
        for y in range(12, _LONG, int(rng.integers(24, 34))):
            cv2.circle(page, (int(width * 0.04), y), 5, (90, 90, 90), -1)
    return np.ascontiguousarray(np.rot90(page)) if rng.random() < 0.35 else page
