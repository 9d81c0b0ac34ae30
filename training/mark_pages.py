"""Form pages with marks of many kinds and known truth, for fitting and measuring mark reading.

Marks come in the manner of the form (ticks, circles, filled boxes) and in manners that people use
all the same: crosses, half circles, circles around tick boxes, strokes, dots, loose circles. Beside
them stand empty options with dirt, struck options, and handwriting in the fields next to them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipelines.forms.load import FormEntry
from pipelines.forms.model import Box, MarkStyle
from pipelines.marks import OptionGroup, option_groups
from pipelines.records import Matrix, Pixels
from pipelines.synthesis.degrade import Degradation, degrade
from pipelines.synthesis.hand import Hand, Writer, make_writer
from pipelines.synthesis.layout import Sheet
from pipelines.synthesis.markpen import draw_dirt, draw_strike, mark_option, sheet_points
from pipelines.synthesis.paper import draw_paper
from pipelines.synthesis.pen import draw_strokes, put_ink, resample, smooth
from pipelines.synthesis.seeding import seeded

EMPTY, MARKED, STRUCK = 0, 1, 2
_DEGRADATIONS = (
    (),
    (Degradation.SKEW,),
    (Degradation.PERSPECTIVE, Degradation.SHADOW),
    (Degradation.NOISE, Degradation.JPEG),
    (Degradation.LOWRES,),
    (Degradation.FAX, Degradation.SKEW),
    (Degradation.BLEED, Degradation.SKEW, Degradation.JPEG),
    (Degradation.PERSPECTIVE, Degradation.LOWRES, Degradation.JPEG),
)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MarkedPage:
    """A page with marks: `pixels` RGB, `matrix` from template pixels (200 dpi) to its pixels.

    `truth` and `manner` are by (group, option): EMPTY, MARKED or STRUCK, and how it was drawn.
    """

    form_page: int
    pixels: Pixels
    dpi: float
    matrix: Matrix
    truth: dict[tuple[str, str], int]
    manner: dict[tuple[str, str], str]
    degradations: tuple[str, ...]


def marked_pages(entry: FormEntry, seed: int) -> Iterator[MarkedPage]:
    """Draw marks on every page of a form; the same arguments give the same pages."""
    rng = seeded(seed, "marks", entry.definition.id)
    hands = [hand for hand in Hand if not hand.startswith("typed")]
    writer = make_writer(hands[int(rng.integers(len(hands)))], seed)
    names = _DEGRADATIONS[int(rng.integers(len(_DEGRADATIONS)))]
    dpi = 200 if rng.random() < 0.7 else 300
    for number, pixels in enumerate(draw_paper(entry, dpi, rng), start=1):
        sheet = Sheet(pixels=pixels, dpi=float(dpi))
        truth: dict[tuple[str, str], int] = {}
        manner: dict[tuple[str, str], str] = {}
        _scrawl(sheet, entry, number, writer, rng)
        for group in option_groups(entry.definition, number):
            _mark_group(sheet, group, writer, rng, truth, manner)
        degraded, moved = degrade(sheet.pixels, names, dpi, rng)
        yield MarkedPage(
            form_page=number,
            pixels=degraded,
            dpi=float(dpi) * float(np.sqrt(abs(np.linalg.det(moved[:2, :2])))),
            matrix=moved @ np.diag([dpi / 200, dpi / 200, 1.0]),
            truth=truth,
            manner=manner,
            degradations=tuple(str(n) for n in names),
        )


def _mark_group(
    sheet: Sheet,
    group: OptionGroup,
    writer: Writer,
    rng: np.random.Generator,
    truth: dict[tuple[str, str], int],
    manner: dict[tuple[str, str], str],
) -> None:
    """Mark none, one or several options of a group, and sometimes strike one out again."""
    count = len(group.options)
    chosen = int(rng.choice([0, 1, 2], p=[0.38, 0.52, 0.10]))
    order = rng.permutation(count)
    struck = int(order[-1]) if count > 1 and chosen < count and rng.random() < 0.08 else -1
    for place, i in enumerate(order):
        option, box = group.options[int(i)]
        key = (group.name, option)
        truth[key], manner[key] = EMPTY, "empty"
        if int(i) == struck:
            if rng.random() < 0.7:
                mark_option(sheet, box, group.style, writer, rng)
            draw_strike(sheet, box, writer, rng)
            truth[key], manner[key] = STRUCK, "struck"
        elif place < chosen:
            truth[key], manner[key] = MARKED, _draw_mark(sheet, box, group.style, writer, rng)
        elif rng.random() < 0.06:
            draw_dirt(sheet, box, rng)
            manner[key] = "dirt"


def _draw_mark(
    sheet: Sheet, box: Box, style: MarkStyle, writer: Writer, rng: np.random.Generator
) -> str:
    """Draw one mark, mostly in the manner that the form asks for; return the manner."""
    if rng.random() < 0.6:
        mark_option(sheet, box, style, writer, rng)
        return str(style)
    usual = ["cross", "fill", "circle", "slash", "small_tick"]
    manners = usual if style is not MarkStyle.CIRCLE else ["half", "loose", "tick", "inner"]
    name = manners[int(rng.integers(len(manners)))]
    if name in ("fill", "circle", "tick"):
        mark_option(sheet, box, MarkStyle(name), writer, rng)
        return name
    _stroke(sheet, _strokes(name, rng), box, writer, rng)
    return name


def _strokes(name: str, rng: np.random.Generator) -> list[np.ndarray]:
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
    if name == "small_tick":
        return [np.array([[0.25, 0.5], [0.42, 0.72], [0.75, 0.25]]) + jitter]
    start = rng.uniform(0, 2 * np.pi)
    turn = rng.uniform(0.62, 0.8) if name == "half" else rng.uniform(0.95, 1.08)
    grow = {"half": 1.0, "loose": rng.uniform(1.2, 1.45), "inner": rng.uniform(0.7, 0.85)}[name]
    at = np.linspace(start, start + turn * 2 * np.pi, 40)
    ring = np.stack([np.cos(at), np.sin(at)], 1) * (0.5 * grow + 0.03)
    return [ring + 0.5 + rng.normal(0, 0.03, 2)]


def _stroke(
    sheet: Sheet,
    strokes: list[np.ndarray],
    box: Box,
    writer: Writer,
    rng: np.random.Generator,
) -> None:
    placed = [
        smooth(
            resample(sheet_points(sheet, s * [box.width, box.height] + [box.x, box.y]), 2.0),
            2,
        )
        for s in strokes
    ]
    width = max(0.28, writer.habits.pen_mm) * sheet.dpi / 25.4
    blot = draw_strokes(placed, max(1.0, width), pressure=writer.habits.pressure * 0.5, rng=rng)
    if blot is not None:
        put_ink(sheet.pixels, blot, writer.habits.ink, rng)


def _scrawl(
    sheet: Sheet, entry: FormEntry, number: int, writer: Writer, rng: np.random.Generator
) -> None:
    """Write something into the fields: strokes of the size of characters, some beyond the box."""
    for field in entry.definition.fields:
        if field.page != number or rng.random() < 0.35:
            continue
        boxes = [part.box for part in field.parts] or [field.box]
        for box in boxes:
            size = min(box.height, 7.0) * rng.uniform(0.55, 0.95)
            count = max(1, int(box.width / size * rng.uniform(0.2, 0.9)))
            x = box.x + rng.uniform(-0.4, 0.1) * size
            y = box.y + (box.height - size) * rng.uniform(0.2, 0.8)
            for k in range(min(count, 14)):
                cell = Box(x=max(0.0, x + k * size), y=max(0.0, y), width=size, height=size)
                strokes = [rng.uniform(0.1, 0.9, (3, 2)) for _ in range(int(rng.integers(1, 5)))]
                _stroke(sheet, strokes, cell, writer, rng)
