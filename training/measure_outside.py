"""Measure writing that leaves its box: read with its field, taken by another, or told of.

    python -m training.measure_outside --first-seed 552000 --seeds 8

Some fields of every form are written so that their ink runs 0 to 6 mm over one edge of the box, or
stands beside or below the empty box. Everything else is filled as usual. Prints, by side and by
how far: values read exactly, of the others those that a person is asked about (doubtful, or a
place of writing outside of the boxes is told) and those wrong in silence; and of the boxes beside
them those falsely read, apart by whether the ink reaches into another box.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np

from models.engines import Engines, load_engines
from pipelines.field_slots import slots_of
from pipelines.fields import read_fields
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import Box, FieldDefinition, FieldKind, FormDefinition
from pipelines.ink import subtract_blank
from pipelines.marks import read_marks
from pipelines.outside import Stray
from pipelines.records import Field
from pipelines.synthesis.compare import fold
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.filling import Filling
from pipelines.synthesis.hand import Hand, Writer, make_writer
from pipelines.synthesis.layout import Sheet, usual_size, write_line
from pipelines.synthesis.paper import draw_paper
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.write import write_filling
from training.correction_pages import scanned_page
from training.mark_cells.data import templates_of
from training.mark_pages import CONDITIONS, registered_marks

_TEXTS = (FieldKind.KANJI_NAME, FieldKind.ADDRESS, FieldKind.TEXT, FieldKind.KANA_NAME)
_HANDS = (Hand.STROKES, Hand.TOMOE, Hand.KILOJI, Hand.SETO)
_SIDES = ("right", "left", "above", "below", "beside the box", "below the box")
_OVER_MM = (0.0, 1.5, 3.0, 4.5, 6.0)
_BESIDE_MM = 10.0
_A_PAGE = 3


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=552_000)
    parser.add_argument("--seeds", type=int, default=8)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    engines = load_engines()
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        for entry in FormLibrary.builtin().entries:
            _measure(entry, seed, engines, counts)
    for (table, name), row in sorted(counts.items()):
        count = row.pop("count")
        told = ", ".join(f"{what} {n} ({n / count:.1%})" for what, n in sorted(row.items()) if n)
        sys.stdout.write(f"{table:16} {name:18} {count:5} {told}\n")
    return 0


def _measure(
    entry: FormEntry, seed: int, engines: Engines, counts: dict[tuple[str, str], Counter[str]]
) -> None:
    form, rng = entry.definition, seeded(seed, "outside", entry.definition.id)
    writer = make_writer(_HANDS[int(rng.integers(len(_HANDS)))], seed)
    filling = fill_form(form, writer, seed)
    fields = [f for f in form.fields if _may_leave(f) and f.name in filling.fields]
    order = [fields[i] for i in rng.permutation(len(fields))][:_A_PAGE]
    if not order:
        return
    paper = draw_paper(entry, 200, rng)
    sheets = {n: Sheet(pixels=p, dpi=200.0) for n, p in enumerate(paper, start=1)}
    kept = {n: w for n, w in filling.fields.items() if n not in {f.name for f in order}}
    write_filling(sheets, form, replace(filling, fields=kept), writer, seed)
    placed = {f.name: _write(sheets[1], f, filling, writer, rng) for f in order}
    condition = list(CONDITIONS)[seed % len(CONDITIONS)]
    drawn = scanned_page(sheets[1], condition, filling, rng)
    template = templates_of(entry)[0]
    registered = registered_marks(entry, template, drawn)
    if registered is None:
        return
    ink = subtract_blank(registered, template)
    marks = read_marks(registered, template, form, ink, engines.marks)
    strays: list[Stray] = []
    read = read_fields(
        registered, template, form, marks, ink, engines.recogniser,
        digits=engines.digits, wording=engines.wording, strays=strays.append,
    )  # fmt: skip
    found = {field.name: field for field in read}
    for field in order:
        side, over, place = placed[field.name]
        into = any(_gap(place, box) <= 0.3 for box in _other_boxes(form, field))
        told = any(_gap(place, stray.place) <= 1.0 for stray in strays)
        got, true = found[field.name], filling.fields[field.name].value
        names = (
            ("into another" if into else "free", f"{side}, {over:.1f} mm"),
            ("into another" if into else "free", "all"),
        )
        row = _outcome(got, true, told=told)
        for name in names:
            counts[name].update(row)
        _count_beside(form, field, placed, found, filling, counts[names[1][0] + " box", "beside"])
    told_of = sum(all(_gap(s.place, p) > 1.0 for _, _, p in placed.values()) for s in strays)
    counts["pages", "told of elsewhere"].update(count=1, places=told_of, pages=told_of > 0)


def _may_leave(field: FieldDefinition) -> bool:
    plain = field.cells <= 1 and field.lines == 1 and not field.vertical and not field.parts
    return field.page == 1 and field.kind in _TEXTS and plain and field.box.width > 20


def _write(
    sheet: Sheet, field: FieldDefinition, filling: Filling, writer: Writer, rng: np.random.Generator
) -> tuple[str, float, Box]:
    """Write a value so that it leaves its box; the side, how far, and where its ink lies."""
    side = _SIDES[int(rng.integers(len(_SIDES)))]
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


def _other_boxes(form: FormDefinition, field: FieldDefinition) -> Iterator[Box]:
    for other in form.fields:
        if other is not field and other.page == 1:
            yield from (slot.box for slot in slots_of(other))
            yield from (era.box for era in other.eras)
    for group in form.marks:
        yield from (o.box for o in group.options if group.page == 1)
    yield from (seal.box for seal in form.seals if seal.page == 1)


def _gap(one: Box, other: Box) -> float:
    across = max(one.x - other.x - other.width, other.x - one.x - one.width, 0.0)
    down = max(one.y - other.y - other.height, other.y - one.y - one.height, 0.0)
    return float(np.hypot(across, down))


def _outcome(got: Field, true: str | None, *, told: bool) -> dict[str, int]:
    right = fold(got.value) == fold(true)
    asked = got.doubtful or told
    return {
        "count": 1,
        "exact": int(right),
        "asked": int(not right and asked),
        "silent": int(not right and not asked),
    }


def _count_beside(
    form: FormDefinition,
    field: FieldDefinition,
    placed: dict[str, tuple[str, float, Box]],
    found: dict[str, Field],
    filling: Filling,
    row: Counter[str],
) -> None:
    """Count the boxes beside the writing: what is wrong with them in silence, or doubted."""
    place = placed[field.name][2]
    for other in form.fields:
        if other.name in placed or other.page != 1 or _gap(place, other.box) > _BESIDE_MM:
            continue
        written = filling.fields.get(other.name)
        got = found[other.name]
        if written is None:
            taken = got.value is not None or got.doubtful
            row.update(count=1, taken=taken, silent=taken and not got.doubtful)
        else:
            wrong = fold(got.value) != fold(written.value)
            row.update(count=1, misread=wrong, silent=wrong and not got.doubtful)


if __name__ == "__main__":
    raise SystemExit(main())
