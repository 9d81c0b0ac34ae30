"""Form pages with marks of many kinds and known truth, for fitting and measuring mark reading.

Marks come in the manner of the form (ticks, circles, filled boxes) and in manners that people use
all the same (`mark_manners`). Beside them stand empty options with dirt, struck options, and
handwriting in the fields next to them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol

import numpy as np

from pipelines.contrast import with_contrast
from pipelines.forms.load import FormEntry
from pipelines.forms.model import Box
from pipelines.forms.template import Template
from pipelines.marks import OptionGroup, option_groups
from pipelines.quality import assess_quality
from pipelines.records import (
    Identification,
    Matrix,
    Page,
    Pixels,
    QualityReason,
    RegisteredPage,
)
from pipelines.register import register_page
from pipelines.synthesis.degrade import Degradation, degrade
from pipelines.synthesis.hand import Hand, Writer, make_writer
from pipelines.synthesis.layout import Sheet
from pipelines.synthesis.markpen import draw_dirt, draw_strike, mark_option
from pipelines.synthesis.paper import draw_paper
from pipelines.synthesis.seeding import seeded
from training.mark_manners import MarkPen, draw_mark, single_strike, stroke

EMPTY, MARKED, STRUCK, CROSSED = 0, 1, 2, 3
"""Truth of an option; the order is that of `models.marks.CLASSES`."""
CONDITIONS: Mapping[str, tuple[Degradation, ...]] = MappingProxyType(
    {
        "clean": (),
        "skew": (Degradation.SKEW,),
        "photo": (Degradation.PERSPECTIVE, Degradation.SHADOW),
        "noise": (Degradation.NOISE, Degradation.JPEG),
        "lowres": (Degradation.LOWRES,),
        "fax": (Degradation.FAX, Degradation.SKEW),
        "bleed": (Degradation.BLEED, Degradation.SKEW, Degradation.JPEG),
        "poor_photo": (Degradation.PERSPECTIVE, Degradation.LOWRES, Degradation.JPEG),
    }
)
_FIT_HANDS = (Hand.STROKES, Hand.TOMOE, Hand.KILOJI, Hand.YUSEI)
_MEASURE_HANDS = (Hand.SETO,)
FAINT_PENS = 0.1
"""Share of the writers whose pen is nearly dry."""
_CHOSEN = (0.2, 0.64, 0.16)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MarkedPage:
    """A page with marks: `pixels` RGB, `matrix` from template pixels (200 dpi) to its pixels.

    `truth` and `manner` are by (group, option): EMPTY, MARKED, STRUCK or CROSSED, and how it was
    drawn. `condition` is a name of `CONDITIONS`.
    """

    form_page: int
    pixels: Pixels
    dpi: float
    matrix: Matrix
    truth: dict[tuple[str, str], int]
    manner: dict[tuple[str, str], str]
    condition: str


def marked_pages(
    entry: FormEntry, seed: int, *, measuring: bool = False, condition: str | None = None
) -> Iterator[MarkedPage]:
    """Draw marks on every page of a form; the same arguments give the same pages.

    `measuring` draws with a hand and with shapes of ticks that are never fitted on. The condition
    is drawn by the seed unless it is given.
    """
    rng = seeded(seed, "marks", entry.definition.id)
    writer = mark_writer(seed, rng, measuring=measuring)
    drawn = list(CONDITIONS)[int(rng.integers(len(CONDITIONS)))]
    condition = condition or drawn
    dpi = 200 if rng.random() < 0.7 else 300
    for number, pixels in enumerate(draw_paper(entry, dpi, rng), start=1):
        sheet = Sheet(pixels=pixels, dpi=float(dpi))
        pen = MarkPen(sheet=sheet, writer=writer, rng=rng, measuring=measuring)
        truth: dict[tuple[str, str], int] = {}
        manner: dict[tuple[str, str], str] = {}
        _scrawl(pen, entry, number)
        for group in option_groups(entry.definition, number):
            _mark_group(pen, group, truth, manner)
        degraded, moved = degrade(sheet.pixels, CONDITIONS[condition], dpi, rng)
        yield MarkedPage(
            form_page=number,
            pixels=degraded,
            dpi=float(dpi) * float(np.sqrt(abs(np.linalg.det(moved[:2, :2])))),
            matrix=moved @ np.diag([dpi / 200, dpi / 200, 1.0]),
            truth=truth,
            manner=manner,
            condition=condition,
        )


def mark_writer(
    seed: int, rng: np.random.Generator, *, measuring: bool, faint: float = FAINT_PENS
) -> Writer:
    """Draw who marks a page: with a hand that is kept for measuring, or with one for fitting.

    `faint` is the share of pens that are nearly dry.
    """
    hands = _MEASURE_HANDS if measuring else _FIT_HANDS
    return _pen(make_writer(hands[int(rng.integers(len(hands)))], seed), rng, faint)


class DrawnPage(Protocol):
    """A page whose pose is known: `matrix` from template pixels (200 dpi) to its `pixels`."""

    @property
    def form_page(self) -> int: ...  # noqa: D102
    @property
    def pixels(self) -> Pixels: ...  # noqa: D102
    @property
    def dpi(self) -> float: ...  # noqa: D102
    @property
    def matrix(self) -> Matrix: ...  # noqa: D102


def registered_marks(
    entry: FormEntry, template: Template, drawn: DrawnPage
) -> RegisteredPage | None:
    """Register a drawn page from its known pose, toned as the reader tones pale pages before.

    None where the reader would give it up: it takes it for blank, or finds too little print.
    """
    height, width = drawn.pixels.shape[:2]
    page = Page(
        number=1,
        pixels=drawn.pixels,
        dpi=drawn.dpi,
        to_scan=np.eye(3),
        scan_width=width,
        scan_height=height,
    )
    verdict = assess_quality(page)
    if QualityReason.BLANK in verdict.reasons:
        return None
    page = with_contrast(page, verdict.measures["darkest"])
    pose = Identification(
        form=entry.key,
        form_page=drawn.form_page,
        score=1.0,
        method="pinned",
        from_template=drawn.matrix,
    )
    return register_page(page, template, pose)


def _pen(writer: Writer, rng: np.random.Generator, faint: float) -> Writer:
    """Give some writers a pen that is nearly dry."""
    if rng.random() >= faint:
        return writer
    ink = replace(writer.habits.ink, opacity=rng.uniform(0.4, 0.6))
    return replace(writer, habits=replace(writer.habits, ink=ink))


def _mark_group(
    pen: MarkPen,
    group: OptionGroup,
    truth: dict[tuple[str, str], int],
    manner: dict[tuple[str, str], str],
) -> None:
    """Mark none, one or several options of a group, and sometimes strike one out again."""
    rng, count = pen.rng, len(group.options)
    chosen = int(rng.choice([0, 1, 2], p=_CHOSEN))
    order = rng.permutation(count)
    struck = int(order[-1]) if count > 1 and chosen < count and rng.random() < 0.1 else -1
    for place, i in enumerate(order):
        option, box = group.options[int(i)]
        key = (group.name, option)
        truth[key], manner[key] = EMPTY, "empty"
        if int(i) == struck:
            truth[key], manner[key] = STRUCK, _strike(pen, group, box)
        elif place < chosen:
            others = [other for name, other in group.options if name != option]
            manner[key] = draw_mark(pen, box, group.style, others)
            truth[key] = {"empty": EMPTY, "cross": CROSSED}.get(manner[key], MARKED)
        elif rng.random() < 0.06:
            draw_dirt(pen.sheet, box, rng)
            manner[key] = "dirt"


def _strike(pen: MarkPen, group: OptionGroup, box: Box) -> str:
    if pen.rng.random() < 0.7:
        mark_option(pen.sheet, box, group.style, pen.writer, pen.rng)
    if pen.rng.random() < 0.15:
        single_strike(pen, box)
        return "struck_once"
    draw_strike(pen.sheet, box, pen.writer, pen.rng)
    return "struck"


def _scrawl(pen: MarkPen, entry: FormEntry, number: int) -> None:
    """Write something into the fields: strokes of the size of characters, some beyond the box."""
    rng = pen.rng
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
                stroke(pen, strokes, cell)
