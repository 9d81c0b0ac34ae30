"""Filled synthetic scans: a form, a seed, a hand and degradations give pixels and their truth."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.forms.load import FormEntry
from pipelines.forms.model import Box, FormDefinition
from pipelines.records import FieldState, Matrix, Pixels
from pipelines.synthesis.conditions import expected_findings
from pipelines.synthesis.degrade import Degradation, degrade, move_box
from pipelines.synthesis.faults import apply_faults
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.filling import Filling, Written
from pipelines.synthesis.hand import Hand, Writer, make_writer
from pipelines.synthesis.layout import Sheet
from pipelines.synthesis.paper import draw_paper
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.truth import Truth, TruthField, TruthPage
from pipelines.synthesis.write import write_filling


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FilledScan:
    """A filled and scanned form: pages as H x W x 3 RGB at `dpi`, and what stands on them."""

    pages: tuple[Pixels, ...]
    dpi: float
    truth: Truth


def synthesize(
    entry: FormEntry,
    *,
    seed: int,
    hand: Hand | str = Hand.MIXED,
    degradations: Iterable[Degradation | str] = (Degradation.CLEAN,),
    faults: Iterable[str] = (),
    dpi: int | None = None,
    writer: Writer | None = None,
) -> FilledScan:
    """Fill in a form and scan it. The same arguments give the same bytes.

    `writer` writes in place of the one that `hand` and `seed` make.
    `dpi` is 200 or 300 by the seed unless given; `lowres` and `fax` change it. `faults` are
    names of `Fault`, or `fault:field`. Raises ValueError for unknown names of hands, degradations
    or faults, and for a fault that the named field does not allow.
    """
    names = tuple(Degradation(name) for name in degradations)
    form = entry.definition
    writer = writer or make_writer(hand, seed)
    filling = apply_faults(form, fill_form(form, writer, seed), faults, writer, seed)
    look = seeded(seed, "scan")
    used_dpi = dpi or (200 if look.random() < 0.7 else 300)
    blanks = draw_paper(entry, used_dpi, look)
    sheets = {
        number: Sheet(pixels=pixels, dpi=float(used_dpi))
        for number, pixels in enumerate(blanks, start=1)
    }
    write_filling(sheets, form, filling, writer, seed)
    pages: list[Pixels] = []
    matrices: dict[int, Matrix] = {}
    for number, sheet in sheets.items():
        pixels, matrix = degrade(sheet.pixels, names, used_dpi, seeded(seed, "degrade", number))
        pages.append(pixels)
        matrices[number] = matrix
    final = 150.0 if Degradation.LOWRES in names else float(used_dpi)
    final = 200.0 if Degradation.FAX in names else final
    truth = Truth(
        form_id=form.id,
        form_revision=form.revision,
        seed=seed,
        on=filling.on.isoformat(),
        hand=str(writer.hand),
        degradations=tuple(str(name) for name in names),
        faults=filling.faults,
        pages=tuple(
            TruthPage(number=i, width=p.shape[1], height=p.shape[0])
            for i, p in enumerate(pages, start=1)
        ),
        fields=tuple(_truth_fields(form, filling, matrices, used_dpi)),
        findings=expected_findings(form, filling),
    )
    return FilledScan(pages=tuple(pages), dpi=final, truth=truth)


def _truth_fields(
    form: FormDefinition,
    filling: Filling,
    matrices: dict[int, Matrix],
    dpi: int,
) -> list[TruthField]:
    def place(boxes: list[Box], page: int) -> tuple[float, float, float, float]:
        scale = dpi / 25.4
        x0, y0 = min(b.x for b in boxes) * scale, min(b.y for b in boxes) * scale
        x1 = max(b.x + b.width for b in boxes) * scale
        y1 = max(b.y + b.height for b in boxes) * scale
        return move_box(matrices[page], (x0, y0, x1, y1))

    rows = []
    for field in form.fields:
        written = filling.fields.get(field.name)
        rows.append(
            TruthField(
                name=field.name,
                kind=str(field.kind),
                value=written.value if written else None,
                text=_shown(written),
                state=_state(written),
                box=place([field.box], field.page),
                page=field.page,
            )
        )
    for group in form.marks:
        chosen = filling.marks.get(group.name, ())
        rows.append(
            TruthField(
                name=group.name,
                kind="mark",
                value=",".join(chosen) or None,
                text="・".join(o.label for o in group.options if o.value in chosen),
                state=FieldState.READ if chosen else FieldState.BLANK,
                box=place([option.box for option in group.options], group.page),
                page=group.page,
            )
        )
    for seal in form.seals:
        name = filling.seals.get(seal.name)
        rows.append(
            TruthField(
                name=seal.name,
                kind="seal",
                value="present" if name else None,
                text=name or "",
                state=FieldState.READ if name else FieldState.BLANK,
                box=place([seal.box], seal.page),
                page=seal.page,
            )
        )
    return rows


def _shown(written: Written | None) -> str:
    if written is None:
        return ""
    return written.text if written.value is not None or not written.struck else written.struck.text


def _state(written: Written | None) -> FieldState:
    if written is None:
        return FieldState.BLANK
    if written.value is None:
        # Ink that gives no value of its kind, as a 13th month, is no blank.
        return FieldState.STRUCK if written.struck else FieldState.UNREADABLE
    return FieldState.READ
