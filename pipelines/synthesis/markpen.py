"""Marks made by hand: ticks, circles around words, double strikes, seals, dirt."""

import cv2
import numpy as np
from PIL import Image, ImageDraw

from pipelines.forms.model import Box, MarkStyle
from pipelines.synthesis.fonts import has_glyph, load_font
from pipelines.synthesis.hand import Writer
from pipelines.synthesis.layout import Sheet
from pipelines.synthesis.pen import Blot, Ink, Points, draw_strokes, put_ink, resample, smooth

_TICKS = (
    [(0.05, 0.45), (0.35, 0.85), (1.05, -0.1)],
    [(0.1, 0.55), (0.4, 0.95), (0.6, 0.6), (1.25, -0.35)],
    [(-0.1, 0.4), (0.25, 0.9), (0.95, 0.1)],
    [(0.15, 0.3), (0.42, 0.8), (0.85, 0.15)],
)


def mark_option(
    sheet: Sheet, box: Box, style: MarkStyle, writer: Writer, rng: np.random.Generator
) -> None:
    """Choose an option: tick the box, circle the words, or fill the box."""
    if style is MarkStyle.TICK:
        draw_tick(sheet, box, writer, rng)
    elif style is MarkStyle.CIRCLE:
        draw_circle(sheet, box, writer, rng)
    else:
        _fill_box(sheet, box, writer, rng)


def draw_tick(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> None:
    """Tick a box of a few mm; some run over its edges."""
    style = int(rng.integers(len(_TICKS)))
    scale = 1.0 if writer.typed else rng.uniform(0.8, 1.35)
    points = np.array(_TICKS[0 if writer.typed else style], dtype=np.float64)
    if not writer.typed:
        points = points + rng.normal(0, 0.05, points.shape)
    size = np.array([box.width, box.height])
    placed = (points - 0.5) * size * scale + size / 2 + np.array([box.x, box.y])
    rounds = 1 if writer.typed else int(rng.integers(1, 5))
    _stroke(sheet, [placed], writer, rng, rounds=rounds, thick=1.15)


def draw_circle(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> None:
    """Circle words: never quite round or closed, sometimes too big or off the middle."""
    if writer.typed:
        turn, extent, offset = -np.pi / 2, 2 * np.pi, np.zeros(2)
        grow = np.array([1.0, 1.0])
    else:
        turn = rng.normal(-np.pi / 2, 0.5)
        extent = 2 * np.pi * rng.uniform(0.93, 1.1)
        if rng.random() < 0.06:
            extent *= 0.82
        grow = np.full(2, rng.uniform(0.98, 1.18)) * (1.25 if rng.random() < 0.08 else 1.0)
        grow = grow * rng.uniform(0.95, 1.06, 2)
        offset = rng.normal(0, 0.05, 2) * box.height
    at = np.linspace(0, extent, 48)
    # Long words get a flat oval that does not reach far over its ends.
    half = np.array([box.width / 2 * 0.98 + 0.35, box.height / 2 * 1.02 + 0.25]) * grow
    angle = turn + at if writer.typed else turn - at * (1 if rng.random() < 0.75 else -1)
    drift = 1 + (0 if writer.typed else rng.normal(0, 0.06)) * at / (2 * np.pi)
    wave = 1 + (0 if writer.typed else 0.03) * np.sin(2 * at + rng.uniform(0, 6))
    ring = np.stack([np.cos(angle) * half[0], np.sin(angle) * half[1]], 1)
    ring = ring * (drift * wave)[:, None]
    middle = np.array([box.x + box.width / 2, box.y + box.height / 2]) + offset
    _stroke(sheet, [ring + middle], writer, rng, rounds=2)


def draw_strike(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> None:
    """Cross out with a double line (二重線)."""
    gap = min(1.1, box.height * 0.22) * rng.uniform(0.8, 1.2)
    middle = box.y + box.height * rng.uniform(0.44, 0.56)
    lines = []
    for shift in (-gap / 2, gap / 2):
        start = np.array([box.x - rng.uniform(0.2, 1.0), middle + shift + rng.normal(0, 0.12)])
        end = np.array(
            [box.x + box.width + rng.uniform(0.2, 1.0), middle + shift + rng.normal(0, 0.2)]
        )
        bow = (start + end) / 2 + [0, rng.normal(0, 0.15)]
        lines.append(np.stack([start, bow, end]))
    _stroke(sheet, lines, writer, rng, rounds=2)


def draw_seal(
    sheet: Sheet,
    middle: tuple[float, float],
    size_mm: float,
    surname: str,
    rng: np.random.Generator,
    *,
    ink: Ink | None = None,
) -> None:
    """Stamp a round seal with a surname: tilted, unevenly inked, partly missing.

    `middle` is in mm, `size_mm` its diameter; the ink is red unless given.
    """
    pixels = max(24, round(sheet.px(size_mm))) * 3
    face = _seal_face(surname[:4], pixels, rng)
    turn = cv2.getRotationMatrix2D((pixels / 2, pixels / 2), float(rng.normal(0, 9)), 1.0)
    face = cv2.warpAffine(face, turn, (pixels, pixels))
    face = cv2.resize(face, (pixels // 3, pixels // 3), interpolation=cv2.INTER_AREA)
    worn = (face * _uneven(face.shape, rng)).astype(np.uint8)
    red = (int(rng.integers(190, 226)), int(rng.integers(30, 70)), int(rng.integers(35, 70)))
    half = worn.shape[0] / 2
    blot = Blot(coverage=worn, x=sheet.px(middle[0]) - half, y=sheet.px(middle[1]) - half)
    red_ink = Ink(colour=red, opacity=rng.uniform(0.7, 0.95), grain=0.18)
    put_ink(sheet.pixels, blot, ink or red_ink, rng)


def draw_dirt(sheet: Sheet, box: Box, rng: np.random.Generator) -> None:
    """Dirt in an empty box: specks, a smudge or a short stray line that nobody meant."""
    grey = int(rng.integers(60, 130))
    ink = Ink(colour=(grey, grey, grey), opacity=rng.uniform(0.5, 0.9), grain=0.25)
    strokes: list[Points] = []
    for _ in range(int(rng.integers(2, 6))):
        at = np.array([box.x, box.y]) + rng.uniform(0.1, 0.9, 2) * [box.width, box.height]
        strokes.append(sheet_points(sheet, at + rng.normal(0, 0.12, (3, 2))))
    if rng.random() < 0.5:
        at = np.array([box.x, box.y]) + rng.uniform(0.2, 0.7, 2) * [box.width, box.height]
        strokes.append(sheet_points(sheet, np.stack([at, at + rng.normal(0, 0.9, 2)])))
    blot = draw_strokes(strokes, max(1.0, sheet.px(0.22)), pressure=0.3, rng=rng)
    if blot is not None:
        put_ink(sheet.pixels, blot, ink, rng)


def sheet_points(sheet: Sheet, points_mm: Points) -> Points:
    """Points in mm as pixels of the sheet."""
    return points_mm * (sheet.dpi / 25.4)


def _stroke(
    sheet: Sheet,
    strokes_mm: list[Points],
    writer: Writer,
    rng: np.random.Generator,
    *,
    rounds: int,
    thick: float = 1.0,
) -> None:
    placed = [smooth(resample(sheet_points(sheet, s), 2.0), rounds * 2) for s in strokes_mm]
    width = max(0.28, writer.habits.pen_mm) * thick * sheet.dpi / 25.4
    pressure = 0.0 if writer.typed else writer.habits.pressure * 0.6
    blot = draw_strokes(placed, max(1.0, width), pressure=pressure, rng=rng)
    if blot is not None:
        put_ink(sheet.pixels, blot, writer.habits.ink, rng)


def _fill_box(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> None:
    rows = np.linspace(0.12, 0.88, 7)
    zigzag = np.array([(0.1 if i % 2 else 0.9, y) for i, y in enumerate(rows)])
    points = zigzag * [box.width, box.height] + [box.x, box.y]
    _stroke(sheet, [points], writer, rng, rounds=0, thick=1.8)


def _seal_face(surname: str, pixels: int, rng: np.random.Generator) -> np.ndarray:
    image = Image.new("L", (pixels, pixels))
    draw = ImageDraw.Draw(image)
    edge = max(3, round(pixels * 0.045))
    draw.ellipse((edge, edge, pixels - edge, pixels - edge), outline=255, width=edge)
    count = max(1, len(surname))
    em = round(pixels * min(0.62, 0.76 / count))
    wide = min(1.5, 0.55 / (em / pixels)) if count > 1 else 1.0
    font = "mincho" if rng.random() < 0.7 else "gothic"
    for i, char in enumerate(surname):
        if not has_glyph(font, char):
            continue
        tile = Image.new("L", (em, em))
        ImageDraw.Draw(tile).text(
            (em / 2, em / 2), char, fill=255, font=load_font(font, em), anchor="mm", stroke_width=1
        )
        tile = tile.resize((max(1, round(em * wide)), em))
        top = round(pixels / 2 - em * count / 2 + i * em)
        image.paste(tile, (round(pixels / 2 - tile.width / 2), top), tile)
    return np.asarray(image).copy()


def _uneven(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Coverage 0..1 that fades towards one side, with spots where no ink came off."""
    coarse = rng.random((6, 6)).astype(np.float32)
    cloud = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32) / max(shape)
    angle = rng.uniform(0, 2 * np.pi)
    side = np.cos(angle) * (columns - 0.5) + np.sin(angle) * (rows - 0.5)
    strength = rng.choice([0.2, 0.6, 1.3])
    faded = 1.15 - 0.5 * cloud - strength * np.clip(side, 0, 1)
    return np.asarray(np.clip(faded, 0.05, 1))
