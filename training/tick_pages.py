"""Pages of ticks with known truth: every manner of ticking, on good and on bad printing."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.load import FormEntry
from pipelines.forms.model import Box, MarkStyle
from pipelines.marks import option_groups
from pipelines.records import Pixels
from pipelines.synthesis.degrade import degrade
from pipelines.synthesis.layout import Sheet
from pipelines.synthesis.markpen import draw_dirt, draw_strike, mark_option
from pipelines.synthesis.paper import draw_paper
from pipelines.synthesis.pen import Points
from pipelines.synthesis.seeding import seeded
from training.mark_manners import (
    CHECKS,
    KEPT_OUT_TICKS,
    MarkPen,
    draw_glyph,
    stroke,
    strokes_of,
)
from training.mark_pages import (
    CONDITIONS,
    CROSSED,
    EMPTY,
    MARKED,
    STRUCK,
    MarkedPage,
    mark_writer,
)

PRINTINGS = ("good", "pale", "broken", "thick", "worn")
"""How the form itself is printed; pale, broken and worn are what a bad copier makes of it."""
_SHARES = (0.36, 0.16, 0.16, 0.16, 0.16)
_MANNERS = {
    "tick": 0.4,
    "check_glyph": 0.1,
    "small_tick": 0.1,
    "double_tick": 0.06,
    "large_tick": 0.12,
    "shifted_tick": 0.1,
    "touching_tick": 0.12,
}
_TICKED, _OTHER, _STRUCK, _DIRT = 0.5, 0.05, 0.02, 0.03
_OTHERS = ("cross", "slash", "fill", "circle")
# How far the end of a tick may be from the box that it runs into.
_NEAR_MM = 4.5
_SHAPES = (
    ((0.05, 0.45), (0.35, 0.85), (1.05, -0.1)),
    ((0.1, 0.55), (0.4, 0.95), (0.6, 0.6), (1.25, -0.35)),
    ((0.2, 0.2), (0.35, 0.9), (0.9, 0.0)),
    ((0.0, 0.5), (0.3, 0.75), (0.45, 0.7), (1.1, 0.1)),
)
Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TickedPage:
    """A page of ticks and how its form was printed."""

    page: MarkedPage
    printing: str


def ticked_page(
    entry: FormEntry, seed: int, condition: str, *, measuring: bool = False
) -> TickedPage:
    """Tick about half of the boxes of a form of one page; the same arguments give the same page.

    `measuring` draws with a hand and with shapes of ticks that are never fitted on.
    """
    rng = seeded(seed, "ticks", entry.definition.id)
    writer = mark_writer(seed, rng, measuring=measuring)
    dpi = 200 if rng.random() < 0.7 else 300
    printing = str(rng.choice(PRINTINGS, p=_SHARES))
    (paper,) = draw_paper(entry, dpi, rng)
    sheet = Sheet(pixels=badly_printed(paper, printing, dpi, rng), dpi=float(dpi))
    pen = MarkPen(sheet=sheet, writer=writer, rng=rng, measuring=measuring)
    truth, manner = _tick_all(pen, entry)
    degraded, moved = degrade(sheet.pixels, CONDITIONS[condition], dpi, rng)
    page = MarkedPage(
        form_page=1,
        pixels=degraded,
        dpi=float(dpi) * float(np.sqrt(abs(np.linalg.det(moved[:2, :2])))),
        matrix=moved @ np.diag([dpi / 200, dpi / 200, 1.0]),
        truth=truth,
        manner=manner,
        condition=condition,
    )
    return TickedPage(page=page, printing=printing)


def badly_printed(pixels: Pixels, printing: str, dpi: int, rng: np.random.Generator) -> Pixels:
    """Print a blank (RGB) badly: pale, with gaps in its lines, too thick, or worn."""
    paper = np.median(pixels[::8, ::8].reshape(-1, 3), axis=0).astype(np.float32)
    found = pixels
    if printing == "thick":
        wide = max(3, 2 * round(rng.uniform(0.08, 0.14) * dpi / 25.4) + 1)
        found = cv2.erode(found, np.ones((wide, wide), np.uint8))
    left = np.ones(pixels.shape[:2], np.float32)
    if printing in ("pale", "worn"):
        left *= rng.uniform(0.3, 0.6)
    if printing in ("broken", "worn"):
        left *= _gaps(pixels.shape[:2], dpi, rng)
    mixed = paper + (found.astype(np.float32) - paper) * left[..., None]
    return np.asarray(np.clip(mixed + 0.5, 0, 255), np.uint8)


def _gaps(shape: tuple[int, ...], dpi: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Share 0..1 of the print that is left, with gaps of some tenths of a mm."""
    size = dpi / 25.4 * rng.uniform(0.3, 0.7)
    coarse = rng.random((round(shape[0] / size), round(shape[1] / size))).astype(np.float32)
    fine = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    missing = rng.uniform(0.15, 0.3)
    return np.asarray(np.clip((fine - missing) / 0.15, 0, 1), np.float32)


def _tick_all(pen: MarkPen, entry: FormEntry) -> tuple[dict[Key, int], dict[Key, str]]:
    groups = list(option_groups(entry.definition, 1))
    boxes = {(group.name, option): box for group in groups for option, box in group.options}
    truth, manner = {}, {}
    run_into: set[Key] = set()
    for key, box in boxes.items():
        others = {k: b for k, b in boxes.items() if k != key}
        truth[key], manner[key] = _draw(pen, box, groups[0].style, others, run_into)
    for key in run_into:
        if truth[key] == EMPTY:
            manner[key] = "empty, a tick runs in"
    return truth, manner


def _draw(
    pen: MarkPen, box: Box, style: MarkStyle, others: dict[Key, Box], run_into: set[Key]
) -> tuple[int, str]:
    """Draw a tick, seldom something else, or nothing; the truth and the manner."""
    rng = pen.rng
    chance, words = rng.random(), style is MarkStyle.CIRCLE
    if chance < _TICKED:
        name = _tick(pen, box, style, others, run_into)
        return (EMPTY if name == "empty" else MARKED), name
    if chance < _TICKED + _OTHER and not words:
        name = _OTHERS[int(rng.integers(len(_OTHERS)))]
        if name in ("fill", "circle"):
            mark_option(pen.sheet, box, MarkStyle(name), pen.writer, rng)
        else:
            stroke(pen, strokes_of(name, rng), box)
        return (CROSSED if name == "cross" else MARKED), name
    if chance < _TICKED + _OTHER + _STRUCK:
        mark_option(pen.sheet, box, MarkStyle.TICK, pen.writer, rng)
        draw_strike(pen.sheet, box, pen.writer, rng)
        return STRUCK, "struck"
    if chance < _TICKED + _OTHER + _STRUCK + _DIRT:
        draw_dirt(pen.sheet, box, rng)
        return EMPTY, "dirt"
    return EMPTY, "empty"


def _tick(
    pen: MarkPen, box: Box, style: MarkStyle, others: dict[Key, Box], run_into: set[Key]
) -> str:
    """Draw one tick; the manner. Boxes that it runs into are added to `run_into`."""
    rng = pen.rng
    name = str(rng.choice(list(_MANNERS), p=list(_MANNERS.values())))
    if style is MarkStyle.CIRCLE:
        mark_option(pen.sheet, box, MarkStyle.TICK, pen.writer, rng)
        return "ticked_word"
    if name == "check_glyph":
        return draw_glyph(pen, box, CHECKS, name)
    if name in ("small_tick", "double_tick"):
        stroke(pen, strokes_of(name, rng), box)
        return name
    if name == "tick" and not (pen.measuring and rng.random() < 0.5):
        mark_option(pen.sheet, box, MarkStyle.TICK, pen.writer, rng)
        return name
    shape = _shape(pen)
    if name == "large_tick":
        shape = (shape - [0.4, 0.6]) * rng.uniform(1.35, 1.8) + [0.4, 0.6]
    elif name == "shifted_tick":
        shape = shape + rng.uniform(-0.35, 0.35, 2)
    elif name == "touching_tick":
        beside = _beside(box, others, rng)
        if beside is None:
            shape[-1] += rng.uniform(0.3, 0.8) * np.array([1.0, -0.5])
            name = "long_tick"
        else:
            run_into.add(beside)
            shape[-1] = _into(box, others[beside], rng)
    stroke(pen, [shape], box, rounds=int(rng.integers(1, 5)))
    return name


def _shape(pen: MarkPen) -> Points:
    rng = pen.rng
    kept_out = pen.measuring and rng.random() < 0.7
    shapes = KEPT_OUT_TICKS if kept_out else _SHAPES
    points = np.array(shapes[int(rng.integers(len(shapes)))], dtype=np.float64)
    return np.asarray(points + rng.normal(0, 0.05, points.shape))


def _beside(box: Box, others: dict[Key, Box], rng: np.random.Generator) -> Key | None:
    """Return a box to the right of `box`, or above it, that the end of a tick can run into."""
    near = []
    for key, other in others.items():
        right = other.x - box.x - box.width
        above = box.y - other.y - other.height
        level = abs(other.y - box.y) < 0.6 * box.height
        over = abs(other.x - box.x) < 0.6 * box.width
        if (level and 0 <= right <= _NEAR_MM) or (over and 0 <= above <= _NEAR_MM):
            near.append(key)
    return near[int(rng.integers(len(near)))] if near else None


def _into(box: Box, other: Box, rng: np.random.Generator) -> Points:
    """Give a point a little inside of `other`, at the side towards `box`, in units of `box`."""
    far = rng.uniform(0.05, 0.3)
    if other.x >= box.x + box.width:
        at = (other.x + far * other.width, other.y + rng.uniform(0.1, 0.6) * other.height)
    else:
        at = (
            other.x + rng.uniform(0.4, 0.9) * other.width,
            other.y + (1 - far) * other.height,
        )
    return np.array([(at[0] - box.x) / box.width, (at[1] - box.y) / box.height])
