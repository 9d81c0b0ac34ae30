"""Pages on which some writing leaves its box, with its truth.

Some fields of a form are written so that their ink runs 0 to 6 mm over one edge of the box, or
stands beside or below the empty box. Everything else is filled as usual. Like people do, the pen
keeps off what is written already, and stays on the paper.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_slots import slots_of
from pipelines.forms.load import FormEntry
from pipelines.forms.model import Box, FieldDefinition, FieldKind, FormDefinition
from pipelines.records import Pixels
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.filling import Filling
from pipelines.synthesis.hand import Hand, Writer, make_writer
from pipelines.synthesis.layout import Sheet, usual_size, write_line
from pipelines.synthesis.paper import draw_paper
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.write import write_filling
from training.correction_pages import CorrectedPage, scanned_page
from training.mark_pages import CONDITIONS

SIDES = ("right", "left", "above", "below", "beside the box", "below the box")
_TEXTS = (FieldKind.KANJI_NAME, FieldKind.ADDRESS, FieldKind.TEXT, FieldKind.KANA_NAME)
_HANDS = (Hand.STROKES, Hand.TOMOE, Hand.KILOJI, Hand.SETO)
_OVER_MM = (0.0, 1.5, 3.0, 4.5, 6.0)
_A_PAGE = 3
# How often another side is tried where the pen would meet other writing; the edge of the paper.
_TRIES, _EDGE_MM = 8, 4.0
# Ink is so much darker than what was there. Shares of the writing that reach into another box, and
# that lie in it.
_INK, _REACHES, _WHOLE = 40, 0.02, 0.85


class Reach(StrEnum):
    """Where writing that left its box lies."""

    FREE = "free space"
    OPTIONS = "over options, seals"
    BLANK_BOX = "into a blank box"
    WRITTEN_BOX = "into a written box"
    WHOLE = "whole in another box"


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """Writing that left its box over `side` by `over` mm; `place` is that of its ink."""

    side: str
    over: float
    place: Box
    reach: Reach


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class OutsidePage:
    """A scan of page 1 of a form, its filling, and by field what left its box."""

    drawn: CorrectedPage
    filling: Filling
    left: dict[str, Left]


def outside_page(entry: FormEntry, seed: int, *, ordinary: bool = False) -> OutsidePage | None:
    """Fill and scan a form; None where none of its fields may leave its box.

    `ordinary`: nothing leaves its box.
    """
    form, rng = entry.definition, seeded(seed, "outside", entry.definition.id)
    writer = make_writer(_HANDS[int(rng.integers(len(_HANDS)))], seed)
    filling = fill_form(form, writer, seed)
    fields = [f for f in form.fields if _may_leave(f) and f.name in filling.fields]
    order = [fields[i] for i in rng.permutation(len(fields))][: 0 if ordinary else _A_PAGE]
    if not order and not ordinary:
        return None
    paper = draw_paper(entry, 200, rng)
    sheets = {n: Sheet(pixels=p.copy(), dpi=200.0) for n, p in enumerate(paper, start=1)}
    kept = {n: w for n, w in filling.fields.items() if n not in {f.name for f in order}}
    write_filling(sheets, form, replace(filling, fields=kept), writer, seed)
    held = _dark(paper[0], sheets[1].pixels) if order else None
    left = {}
    for field in order:
        assert held is not None
        found = _written(sheets[1], field, form, filling, writer, rng, held)
        if found is not None:
            left[field.name], ink = found
            held |= ink
    missing = {f.name for f in order} - left.keys()
    kept |= {n: w for n, w in filling.fields.items() if n in left}
    filling = replace(filling, fields=kept if missing else filling.fields)
    condition = list(CONDITIONS)[seed % len(CONDITIONS)]
    drawn = scanned_page(sheets[1], condition, filling, rng)
    return OutsidePage(drawn=drawn, filling=filling, left=left)


def gap(one: Box, other: Box) -> float:
    """Distance of two boxes in mm; 0 where they touch."""
    across = max(one.x - other.x - other.width, other.x - one.x - one.width, 0.0)
    down = max(one.y - other.y - other.height, other.y - one.y - one.height, 0.0)
    return float(np.hypot(across, down))


def _may_leave(field: FieldDefinition) -> bool:
    plain = field.cells <= 1 and field.lines == 1 and not field.vertical and not field.parts
    return field.page == 1 and field.kind in _TEXTS and plain and field.box.width > 20


def _written(
    sheet: Sheet,
    field: FieldDefinition,
    form: FormDefinition,
    filling: Filling,
    writer: Writer,
    rng: np.random.Generator,
    held: NDArray[np.bool_],
) -> tuple[Left, NDArray[np.bool_]] | None:
    """Write a value so that it leaves its box, clear of ink that is `held` already; its ink."""
    near = cv2.dilate(held.view(np.uint8), np.ones((5, 5), np.uint8)).view(np.bool_)
    edge = round(sheet.px(_EDGE_MM))
    near[:edge], near[-edge:], near[:, :edge], near[:, -edge:] = (True,) * 4
    for _ in range(_TRIES):
        trial = Sheet(pixels=sheet.pixels.copy(), dpi=sheet.dpi)
        side, over, place = _write(trial, field, filling, writer, rng)
        ink = _dark(sheet.pixels, trial.pixels)
        if not ink.any() or (ink & near).any():
            continue
        sheet.pixels[:] = trial.pixels
        reach = _reach(ink, sheet, field, form, filling)
        return Left(side=side, over=over, place=place, reach=reach), ink
    return None


def _dark(before: Pixels, after: Pixels) -> NDArray[np.bool_]:
    """Where ink was put on a page (RGB)."""
    return np.asarray((before.astype(np.int16) - after).max(axis=2) > _INK)


def _reach(
    ink: NDArray[np.bool_],
    sheet: Sheet,
    field: FieldDefinition,
    form: FormDefinition,
    filling: Filling,
) -> Reach:
    """Where the ink of a field lies."""
    total, reach = int(ink.sum()), Reach.FREE
    for box in _places(form):
        if _inside(ink, sheet, box) > _REACHES * total:
            reach = Reach.OPTIONS
    for other in form.fields:
        if other is field or other.page != 1:
            continue
        share = max(_inside(ink, sheet, slot.box) for slot in slots_of(other)) / total
        if share > _WHOLE:
            return Reach.WHOLE
        if share > _REACHES:
            written = other.name in filling.fields or reach is Reach.WRITTEN_BOX
            reach = Reach.WRITTEN_BOX if written else Reach.BLANK_BOX
    return reach


def _inside(ink: NDArray[np.bool_], sheet: Sheet, box: Box) -> int:
    rows = slice(round(sheet.px(box.y)), round(sheet.px(box.y + box.height)))
    columns = slice(round(sheet.px(box.x)), round(sheet.px(box.x + box.width)))
    return int(ink[rows, columns].sum())


def _places(form: FormDefinition) -> Iterator[Box]:
    """Places of eras, options and seals on page 1."""
    yield from (era.box for f in form.fields if f.page == 1 for era in f.eras)
    yield from (o.box for group in form.marks if group.page == 1 for o in group.options)
    yield from (seal.box for seal in form.seals if seal.page == 1)


def _write(
    sheet: Sheet, field: FieldDefinition, filling: Filling, writer: Writer, rng: np.random.Generator
) -> tuple[str, float, Box]:
    """Write a value so that it leaves its box: over which side, by how many mm, where."""
    side = SIDES[int(rng.integers(len(SIDES)))]
    over = _OVER_MM[int(rng.integers(len(_OVER_MM)))]
    box = field.box
    size = usual_size(box, writer)
    free = max(0.0, (box.height - size) / 2)
    away = {
        "right": (over + 1.4, 0.0),
        "left": (-over - 1.4, 0.0),
        "above": (0.0, -over - free),
        "below": (0.0, over + free),
        "beside the box": (box.width + over, 0.0),
        "below the box": (0.0, box.height - free + over),
    }[side]
    place = Box(
        x=max(2.0, box.x + away[0]), y=max(2.0, box.y + away[1]), width=box.width, height=box.height
    )
    align = "right" if side == "right" else "left"
    text = filling.fields[field.name].text
    ink = write_line(sheet, place, text, writer, rng, align=align, em_mm=size)
    return side, over, ink
