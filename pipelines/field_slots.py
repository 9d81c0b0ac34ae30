"""The boxes of a form to be read one by one, and the crops cut for them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from models.recogniser import Reading
from pipelines.field_combs import cut_comb
from pipelines.field_crops import Crop, cut_columns, cut_lines, narrowed
from pipelines.field_ink import BoxInk, PageInk, ink_of_box
from pipelines.field_strikes import find_strike
from pipelines.forms.model import Box, DatePart, FieldDefinition, FieldKind, FormDefinition
from pipelines.records import Mark, MarkState
from pipelines.repertoire import field_repertoire, part_repertoire

_FIGURES = frozenset(
    {
        FieldKind.POSTAL_CODE,
        FieldKind.PHONE,
        FieldKind.DIGITS,
        FieldKind.AMOUNT,
        FieldKind.MY_NUMBER,
        FieldKind.CORPORATE_NUMBER,
    }
)
_PROSE = frozenset({FieldKind.TEXT, FieldKind.MULTI_LINE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One box to read: of a whole field, or of one part of it."""

    part: DatePart | None
    box: Box
    cells: int
    lines: int
    vertical: bool
    repertoire: frozenset[str] | None
    figures: bool
    prose: bool = False
    """Free text, whose wording may decide what the ink leaves open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Crops of one slot, a line each from the top; `struck` are those under a double line.

    `cells` are the numbers of the comb cells that hold ink. `trace`: no writing was found, but
    what may be the crumbs of some. `unsure`: what is blank here may have been written, too faintly
    for the scan.
    """

    slot: Slot
    crops: tuple[Crop, ...]
    struck: tuple[Crop, ...] = ()
    cells: tuple[int, ...] = ()
    trace: bool = False
    unsure: bool = False

    @property
    def doubted(self) -> bool:
        """Whether the ink alone is reason to look: traces, or a cell left out between figures."""
        cells = self.cells
        gap = self.slot.figures and bool(cells) and len(cells) <= cells[-1] - cells[0]
        return self.trace or self.unsure or gap

    @property
    def blank(self) -> bool:
        """Whether nothing is written here, not even something struck out."""
        return not self.crops and not self.struck


@dataclass(frozen=True, slots=True)
class ReadCut:
    """A cut with a reading for each of its crops."""

    cut: Cut
    lines: tuple[Reading, ...]
    struck: tuple[Reading, ...]


def slots_of(field: FieldDefinition) -> Iterator[Slot]:
    """Boxes to read for `field`, in the order in which their texts are put together."""
    figures = field.kind in _FIGURES
    if not field.parts:
        yield Slot(
            part=None,
            box=field.box,
            cells=field.cells,
            lines=field.lines,
            vertical=field.vertical,
            repertoire=field_repertoire(field),
            figures=figures,
            prose=field.kind in _PROSE and not field.repertoire and not field.lexicon,
        )
    for part in field.parts:
        yield Slot(
            part=part.part,
            box=part.box,
            cells=part.cells,
            lines=1,
            vertical=field.vertical,
            repertoire=part_repertoire(field, part.part),
            figures=True,
        )


def marked_places(form: FormDefinition, marks: Sequence[Mark], form_page: int) -> list[Box]:
    """Boxes of the options and eras on this page of the form that carry a mark."""
    marked = {(m.group, m.option) for m in marks if m.state is not MarkState.EMPTY}
    eras = [
        era.box
        for field in form.fields
        if field.page == form_page
        for era in field.eras
        if (f"{field.name}.era", str(era.value)) in marked
    ]
    options = [
        option.box
        for group in form.marks
        if group.page == form_page
        for option in group.options
        if (group.name, option.value) in marked
    ]
    return eras + options


def cut_slot(
    page: PageInk,
    slot: Slot,
    guests: Sequence[Box] = (),
    also: Collection[int] = (),
    without: Collection[int] = (),
) -> Cut:
    """Cut the crops of one box from the ink of the page.

    `guests` are marked options, `also` strokes outside of the box that belong to it, `without`
    such in it that belong to another.
    """
    across = slot.box.width if slot.vertical else slot.box.height
    ink = ink_of_box(
        page, slot.box, line_mm=across / slot.lines, guests=guests, also=also, without=without
    )
    if ink.blank:
        return Cut(slot=slot, crops=(), trace=ink.trace)
    # 元 has two level strokes of its own.
    figures = slot.figures and slot.part is not DatePart.YEAR
    strike = find_strike(ink, page.px(1.0), figures=figures)
    if strike is None:
        crops, cells = _crops(ink, slot)
        return Cut(slot=slot, crops=crops, cells=cells)
    # What was written instead stands where there is room: not in the cells of the comb.
    crops = tuple(cut_lines(strike.rest, slot.lines))
    return Cut(slot=slot, crops=crops, struck=_crops(strike.struck, slot)[0])


def _crops(ink: BoxInk, slot: Slot) -> tuple[tuple[Crop, ...], tuple[int, ...]]:
    crops, cells = _upright_crops(ink, slot)
    return tuple(narrowed(c) for c in crops), cells


def _upright_crops(ink: BoxInk, slot: Slot) -> tuple[tuple[Crop, ...], tuple[int, ...]]:
    if slot.vertical:
        return tuple(cut_columns(ink, slot.lines)), ()
    if slot.cells > 1:
        crop, cells = cut_comb(ink, slot.cells)
        return (() if crop is None else (crop,)), cells
    return tuple(cut_lines(ink, slot.lines, figures=slot.figures)), ()
