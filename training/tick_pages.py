"""Pages of ticks with known truth: every manner of ticking, on good and on bad printing."""

from dataclasses import dataclass

import numpy as np

from pipelines.forms.load import FormEntry
from pipelines.forms.model import Box, MarkStyle
from pipelines.marks import option_groups
from pipelines.synthesis.degrade import degrade
from pipelines.synthesis.layout import Sheet
from pipelines.synthesis.markpen import draw_dirt, draw_strike, mark_option
from pipelines.synthesis.paper import draw_paper
from pipelines.synthesis.pen import Points
from pipelines.synthesis.seeding import seeded
from training.bad_printing import PRINTINGS, badly_printed
from training.mark_manners import (
    CHECKS,
    KEPT_OUT_TICKS,
    MarkPen,
    draw_glyph,
    single_strike,
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
from training.tick_shares import USUAL, Shares

_OTHERS = ("cross", "slash", "fill", "circle")
# How far the end of a tick may be from the box that it runs into.
_NEAR_MM = 4.5
_SHAPES = (
    ((0.05, 0.45), (0.35, 0.85), (1.05, -0.1)),
    ((0.1, 0.55), (0.4, 0.95), (0.6, 0.6), (1.25, -0.35)),
    ((0.2, 0.2), (0.35, 0.9), (0.9, 0.0)),
    ((0.0, 0.5), (0.3, 0.75), (0.45, 0.7), (1.1, 0.1)),
)
# Check glyphs as a pen draws them (レ, V), in units of the height of the box from its middle.
_PEN_CHECKS = (
    ((-0.3, -0.5), (-0.28, 0.4), (0.45, -0.15)),
    ((-0.25, -0.4), (-0.3, 0.35), (-0.15, 0.4), (0.4, -0.3)),
    ((-0.4, -0.45), (0.0, 0.45), (0.4, -0.45)),
    ((-0.3, -0.35), (-0.05, 0.4), (0.45, -0.5)),
)
Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TickedPage:
    """A page of ticks and how its form was printed."""

    page: MarkedPage
    printing: str


def ticked_page(
    entry: FormEntry,
    seed: int,
    condition: str,
    *,
    measuring: bool = False,
    shares: Shares = USUAL,
) -> TickedPage:
    """Tick about half of the boxes of a form of one page; the same arguments give the same page.

    `measuring` draws with a hand and with shapes of ticks that are never fitted on.
    """
    rng = seeded(seed, "ticks", entry.definition.id)
    writer = mark_writer(seed, rng, measuring=measuring, faint=shares.faint)
    dpi = 200 if rng.random() < 0.7 else 300
    printing = str(rng.choice(PRINTINGS, p=shares.printings))
    (paper,) = draw_paper(entry, dpi, rng)
    sheet = Sheet(pixels=badly_printed(paper, printing, dpi, rng), dpi=float(dpi))
    pen = MarkPen(sheet=sheet, writer=writer, rng=rng, measuring=measuring)
    truth, manner = _tick_all(pen, entry, shares)
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


def _tick_all(
    pen: MarkPen, entry: FormEntry, shares: Shares
) -> tuple[dict[Key, int], dict[Key, str]]:
    groups = list(option_groups(entry.definition, 1))
    boxes = {(group.name, option): box for group in groups for option, box in group.options}
    truth, manner = {}, {}
    page = _Page(pen=pen, shares=shares, style=groups[0].style, boxes=boxes, run_into=set())
    for key in boxes:
        truth[key], manner[key] = _draw(page, key)
    for key in page.run_into:
        if truth[key] == EMPTY:
            manner[key] = "empty, a tick runs in"
    return truth, manner


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Page:
    """What is ticked, by whom; boxes that a tick of another runs into are added to `run_into`."""

    pen: MarkPen
    shares: Shares
    style: MarkStyle
    boxes: dict[Key, Box]
    run_into: set[Key]


def _draw(page: _Page, key: Key) -> tuple[int, str]:
    """Draw a tick, seldom something else, or nothing; the truth and the manner."""
    pen, shares, box = page.pen, page.shares, page.boxes[key]
    rng = pen.rng
    chance, words = rng.random(), page.style is MarkStyle.CIRCLE
    if chance < (bound := shares.ticked):
        name = _tick(page, key)
        return (EMPTY if name == "empty" else MARKED), name
    if chance < (bound := bound + shares.other) and not words:
        name = _OTHERS[int(rng.integers(len(_OTHERS)))]
        if name in ("fill", "circle"):
            mark_option(pen.sheet, box, MarkStyle(name), pen.writer, rng)
        else:
            stroke(pen, strokes_of(name, rng), box)
        return (CROSSED if name == "cross" else MARKED), name
    if chance < (bound := bound + shares.struck):
        mark_option(pen.sheet, box, MarkStyle.TICK, pen.writer, rng)
        if shares.once and rng.random() < shares.once:
            single_strike(pen, box)
            return STRUCK, "struck_once"
        draw_strike(pen.sheet, box, pen.writer, rng)
        return STRUCK, "struck"
    if chance < bound + shares.dirt:
        draw_dirt(pen.sheet, box, rng)
        return EMPTY, "dirt"
    return EMPTY, "empty"


def _tick(page: _Page, key: Key) -> str:
    """Draw one tick; the manner."""
    pen, box, shares = page.pen, page.boxes[key], page.shares
    rng = pen.rng
    name = str(rng.choice(list(shares.manners), p=list(shares.manners.values())))
    if page.style is MarkStyle.CIRCLE:
        mark_option(pen.sheet, box, MarkStyle.TICK, pen.writer, rng)
        return "ticked_word"
    if name == "check_glyph":
        if shares.pen_checks and rng.random() < shares.pen_checks:
            return _pen_check(pen, box)
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
        others = {k: b for k, b in page.boxes.items() if k != key}
        beside = _beside(box, others, rng)
        if beside is None:
            shape[-1] += rng.uniform(0.3, 0.8) * np.array([1.0, -0.5])
            name = "long_tick"
        else:
            page.run_into.add(beside)
            shape[-1] = _into(box, others[beside], rng)
    stroke(pen, [shape], box, rounds=int(rng.integers(1, 5)))
    return name


def _pen_check(pen: MarkPen, box: Box) -> str:
    """Draw a check glyph with strokes: as wide in flat boxes, and seldom in the middle."""
    rng = pen.rng
    points = np.array(_PEN_CHECKS[int(rng.integers(len(_PEN_CHECKS)))], dtype=np.float64)
    points = points * rng.uniform(0.65, 1.25) + rng.normal(0, 0.06, points.shape)
    points = points * [box.height / box.width, 1.0] + 0.5 + rng.normal(0, 0.1, 2)
    stroke(pen, [points], box, rounds=int(rng.integers(0, 3)))
    return "check_glyph"


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
