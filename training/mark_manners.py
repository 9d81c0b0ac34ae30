"""Manners in which people mark an option: as the form asks, and otherwise."""

from dataclasses import dataclass

import numpy as np

from pipelines.forms.model import Box, MarkStyle
from pipelines.synthesis.hand import Writer
from pipelines.synthesis.layout import Sheet
from pipelines.synthesis.markpen import mark_option, sheet_points
from pipelines.synthesis.pen import Blot, Points, draw_strokes, put_ink, resample, smooth

_USUAL = 0.5
_IN_BOXES = ("cross", "fill", "circle", "slash", "small_tick", "double_tick", "check_glyph")
_ON_WORDS = (
    "half",
    "loose",
    "inner",
    "touching",
    "tick",
    "cross",
    "double_ring",
    "ring_glyph",
)
CHECKS, _RINGS = "レV", "○〇"
KEPT_OUT_TICKS = (
    [(0.0, 0.6), (0.15, 0.5), (0.38, 0.92), (0.55, 0.35), (0.9, 0.05), (1.4, -0.1)],
    [(0.3, 0.35), (0.34, 0.8), (0.5, 0.78), (0.7, 0.3), (0.8, -0.2)],
)
"""Shapes of ticks that are drawn for measuring only."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MarkPen:
    """Who draws on which sheet. `measuring`: with shapes that were kept out of fitting."""

    sheet: Sheet
    writer: Writer
    rng: np.random.Generator
    measuring: bool = False


def draw_mark(pen: MarkPen, box: Box, style: MarkStyle, siblings: list[Box]) -> str:
    """Draw one mark, mostly in the manner that the form asks for; return the manner."""
    rng = pen.rng
    if rng.random() < _USUAL:
        if style is MarkStyle.TICK and pen.measuring and rng.random() < 0.5:
            shape = np.array(KEPT_OUT_TICKS[int(rng.integers(len(KEPT_OUT_TICKS)))])
            stroke(pen, [shape + rng.normal(0, 0.04, shape.shape)], box, rounds=4)
            return "tick"
        mark_option(pen.sheet, box, style, pen.writer, rng)
        return str(style)
    manners = _ON_WORDS if style is MarkStyle.CIRCLE else _IN_BOXES
    name = manners[int(rng.integers(len(manners)))]
    if name in ("fill", "circle", "tick"):
        mark_option(pen.sheet, box, MarkStyle(name), pen.writer, rng)
        return "circled_box" if name == "circle" else "ticked_word" if name == "tick" else name
    if name.endswith("glyph"):
        return draw_glyph(pen, box, CHECKS if name == "check_glyph" else _RINGS, name)
    if name == "touching" and siblings:
        _touching_ring(pen, box, siblings)
        return name
    name = "loose" if name == "touching" else name
    stroke(pen, strokes_of(name, rng), box)
    return name


def stroke(pen: MarkPen, strokes: list[Points], box: Box, *, rounds: int = 2) -> None:
    """Draw strokes given in units of `box` (0..1)."""
    placed = [
        smooth(
            resample(sheet_points(pen.sheet, s * [box.width, box.height] + [box.x, box.y]), 2.0),
            rounds,
        )
        for s in strokes
    ]
    habits = pen.writer.habits
    width = max(0.28, habits.pen_mm) * pen.sheet.dpi / 25.4
    blot = draw_strokes(placed, max(1.0, width), pressure=habits.pressure * 0.5, rng=pen.rng)
    if blot is not None:
        put_ink(pen.sheet.pixels, blot, habits.ink, pen.rng)


def single_strike(pen: MarkPen, box: Box) -> None:
    """Cross out with one line."""
    rng = pen.rng
    y = rng.uniform(0.4, 0.6)
    line = np.array([[-0.1, y], [0.5, y + rng.normal(0, 0.03)], [1.1, y + rng.normal(0, 0.06)]])
    stroke(pen, [line], box)


def draw_glyph(pen: MarkPen, box: Box, chars: str, name: str) -> str:
    """Write a character that serves as a mark, in the writer's own hand."""
    rng = pen.rng
    em = pen.sheet.px(box.height * rng.uniform(0.9, 1.4))
    char = chars[int(rng.integers(len(chars)))]
    if name == "ring_glyph":
        # Round words only: a character's circle does not stretch.
        em = pen.sheet.px(max(box.width, box.height) * rng.uniform(1.15, 1.4))
    blot = pen.writer.draw(char, em, pen.sheet.dpi, rng).blot
    if blot is None:
        return "empty"
    height, width = blot.coverage.shape
    middle = (box.x + box.width / 2, box.y + box.height / 2)
    off = rng.normal(0, 0.06, 2) * pen.sheet.px(box.height)
    placed = Blot(
        coverage=blot.coverage,
        x=pen.sheet.px(middle[0]) - width / 2 + off[0],
        y=pen.sheet.px(middle[1]) - height / 2 + off[1],
    )
    put_ink(pen.sheet.pixels, placed, pen.writer.habits.ink, rng)
    return name


def _touching_ring(pen: MarkPen, box: Box, siblings: list[Box]) -> None:
    """Draw a circle so wide that it runs into the words of the nearest sibling."""
    rng = pen.rng
    nearest = min(siblings, key=lambda other: _apart(box, other))
    into = rng.uniform(0.2, 0.32) * min(nearest.width, nearest.height)
    left, right = box.x - 0.6, box.x + box.width + 0.6
    top, bottom = box.y - 0.4, box.y + box.height + 0.4
    if nearest.x >= box.x + box.width:
        right = nearest.x + into
    elif nearest.x + nearest.width <= box.x:
        left = nearest.x + nearest.width - into
    elif nearest.y > box.y:
        bottom = nearest.y + into
    else:
        top = nearest.y + nearest.height - into
    around = Box(x=max(0.0, left), y=max(0.0, top), width=right - left, height=bottom - top)
    if around.width > 2.2 * box.width + 2:
        around = Box(x=box.x - 0.5, y=box.y - 0.5, width=box.width + 1, height=box.height + 1)
    stroke(pen, [_ring(1.0, rng.uniform(0.95, 1.06), rng)], around)


def _apart(a: Box, b: Box) -> float:
    return float(
        np.hypot(
            a.x + a.width / 2 - b.x - b.width / 2,
            a.y + a.height / 2 - b.y - b.height / 2,
        )
    )


def strokes_of(name: str, rng: np.random.Generator) -> list[Points]:
    """Strokes of a manner in units of the box (0..1)."""
    jitter = rng.normal(0, 0.05, (3, 2))
    if name == "cross":
        grow = rng.uniform(0.3, 0.6)
        return [
            np.array([[0.5 - grow, 0.5 - grow], [0.5, 0.5], [0.5 + grow, 0.5 + grow]]) + jitter,
            np.array([[0.5 + grow, 0.5 - grow], [0.5, 0.5], [0.5 - grow, 0.5 + grow]]) - jitter,
        ]
    if name == "slash":
        return [np.array([[0.9, 0.0], [0.5, 0.5], [0.1, 1.0]]) + jitter]
    tick = np.array([[0.25, 0.5], [0.42, 0.72], [0.75, 0.25]]) + jitter
    if name == "small_tick":
        return [tick]
    if name == "double_tick":
        return [tick * 1.4 - 0.2, tick * 1.4 - 0.2 + [rng.uniform(0.15, 0.3), 0.0]]
    turn = rng.uniform(0.62, 0.8) if name == "half" else rng.uniform(0.95, 1.08)
    if name == "double_ring":
        return [_ring(rng.uniform(0.95, 1.05), turn, rng), _ring(rng.uniform(1.15, 1.3), turn, rng)]
    grow = {"half": 1.0, "loose": rng.uniform(1.2, 1.45), "inner": rng.uniform(0.7, 0.85)}[name]
    return [_ring(grow, turn, rng)]


def _ring(grow: float, turn: float, rng: np.random.Generator) -> Points:
    start = rng.uniform(0, 2 * np.pi)
    at = np.linspace(start, start + turn * 2 * np.pi, 40)
    ring = np.stack([np.cos(at), np.sin(at)], 1) * (0.5 * grow + 0.03)
    return np.asarray(ring + 0.5 + rng.normal(0, 0.03, 2))
