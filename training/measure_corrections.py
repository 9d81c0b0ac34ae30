"""Measure seals, signatures, corrections, blank boxes and faint writing.

    python -m training.measure_corrections --first-seed 500000 --seeds 40 --read 6

Every form with a place for a seal or signature is drawn once a seed (`training.correction_pages`).
Prints what is found of seals (by manner), signatures, struck values and correction seals; boxes
that are blank and not found blank; boxes with writing found blank, by pen. The first `--read` seeds
are also read: text under a seal beside other text of the same kind, struck and surviving values.
"""

import argparse
import sys
from collections import Counter, defaultdict
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from models.engines import Engines, load_engines
from pipelines.field_cuts import cut_fields
from pipelines.field_ink import PageInk, sort_ink
from pipelines.field_seals import find_correction_seal
from pipelines.field_slots import Slot
from pipelines.fields import read_fields
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import Box, FieldDefinition
from pipelines.forms.template import Template, box_pixels
from pipelines.geometry import transform_points
from pipelines.ink import Ink, shows_colour, subtract_blank
from pipelines.marks import read_marks
from pipelines.records import BoundingBox, Mark, MarkState, RegisteredPage
from pipelines.synthesis.compare import fold
from pipelines.synthesis.filling import Written
from training.contact_sheet import save_crop
from training.correction_pages import CorrectedPage, corrected_pages
from training.mark_cells.data import templates_of
from training.mark_pages import registered_marks

Counts = dict[tuple[str, str], Counter[str]]
_FAR_MM = 3.0
_SPILL_MM = 1.0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=500_000)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--read", type=int, default=6, help="seeds that are also read")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--show-wrong", type=Path, help="folder for crops of what is not right")
    options = parser.parse_args()
    forms = [n for n, e in enumerate(FormLibrary.builtin().entries) if e.definition.seals]
    jobs = [
        (form, options.first_seed + i, i < options.read, options.show_wrong)
        for form in forms
        for i in range(options.seeds)
    ]
    total: Counts = defaultdict(Counter)
    with get_context("spawn").Pool(options.processes) as pool:
        for counts in pool.imap_unordered(_measured, jobs, chunksize=4):
            for key, row in counts.items():
                total[key].update({what: int(n) for what, n in row.items()})
    for (table, name), row in sorted(total.items()):
        count = row.pop("count")
        told = ", ".join(f"{what} {n} ({n / count:.2%})" for what, n in sorted(row.items()))
        sys.stdout.write(f"{table:18} {name:22} {count:6} {told}\n")
    return 0


def _measured(job: tuple[int, int, bool, Path | None]) -> Counts:
    number, seed, read, crops = job
    cv2.setNumThreads(1)
    entry = FormLibrary.builtin().entries[number]
    counts: Counts = defaultdict(Counter)
    for drawn in corrected_pages(entry, seed):
        template = templates_of(entry)[drawn.form_page - 1]
        registered = registered_marks(entry, template, drawn)
        if registered is None:
            counts["pages", "not registered"].update(count=1)
            continue
        page = _Page(entry, template, drawn, registered, counts, crops, seed)
        page.count_seals()
        page.count_boxes()
        if read:
            page.count_readings()
    return dict(counts)


def _overlap(box: Box, ink: Box) -> bool:
    """Whether writing in `ink` (mm), which a hand may leave by a millimetre, reaches into `box`."""
    return (
        box.x < ink.x + ink.width + _SPILL_MM
        and ink.x - _SPILL_MM < box.x + box.width
        and box.y < ink.y + ink.height + _SPILL_MM
        and ink.y - _SPILL_MM < box.y + box.height
    )


_ENGINES: list[Engines] = []


def _engines() -> Engines:
    if not _ENGINES:
        _ENGINES.append(load_engines())
    return _ENGINES[0]


class _Page:
    """One page with all that is found on it."""

    def __init__(
        self,
        entry: FormEntry,
        template: Template,
        drawn: CorrectedPage,
        registered: RegisteredPage,
        counts: Counts,
        crops: Path | None,
        seed: int,
    ) -> None:
        self.form, self.template, self.drawn = entry.definition, template, drawn
        self.registered, self.counts, self.crops, self.seed = registered, counts, crops, seed
        self.ink: Ink = subtract_blank(registered, template)
        self.marks = read_marks(registered, template, self.form, self.ink, _engines().marks)
        self.page: PageInk = sort_ink(registered, self.ink)

    def count_seals(self) -> None:
        """Seals by manner, with how far off their place is given; signatures."""
        held: dict[str, Mark] = {m.group: m for m in self.marks if m.option == "seal"}
        for name, (manner, box) in self.drawn.seals.items():
            mark, there = held[name], box is not None
            grey = "" if shows_colour(self.registered, self.ink) else " (no colour)"
            row = self.counts["seal", f"{manner}{grey}"]
            wanted = MarkState.MARKED if there else MarkState.EMPTY
            open_ = mark.state is MarkState.AMBIGUOUS
            wrong = not open_ and mark.state is not wanted
            row.update(count=1, wrong=wrong, open=open_)
            if box is not None and mark.state is MarkState.MARKED:
                row.update(place_off=self._off_mm(mark.box, box) > _FAR_MM)
            if wrong or open_:
                self._keep(f"seal-{manner}-{mark.state}-{name}", mark.box)
        for name, signed in self.drawn.signed.items():
            mark = held[name]
            open_ = mark.state is MarkState.AMBIGUOUS
            wrong = not open_ and (mark.state is MarkState.MARKED) != signed
            key = ("signature", f"{'signed' if signed else 'not signed'}, {self.drawn.pen}")
            self.counts[key].update(count=1, wrong=wrong, open=open_)
            if wrong or open_:
                self._keep(f"signature-{signed}-{mark.state}-{name}", mark.box)

    def count_boxes(self) -> None:
        """Blank boxes, writing by pen, strikes and correction seals."""
        fields = [f for f in self.form.fields if f.page == self.drawn.form_page]
        read = cut_fields(self.page, self.form, fields, self.marks, self.registered)
        for field, found in zip(fields, read, strict=True):
            if field.name in self.drawn.under_seal:
                continue
            written = self.drawn.filling.fields.get(field.name)
            cuts = [(cut.slot, cut) for cut in found]
            if written is not None and written.struck is not None:
                struck = [crop.bounds for _, cut in cuts for crop in cut.struck]
                self._count_strike(field, written, struck, any(cut.crops for _, cut in cuts))
                continue
            for slot, cut in cuts:
                self.counts["strike", "not struck"].update(count=1, wrong=bool(cut.struck))
                if cut.struck:
                    self._keep(f"falsely-struck-{field.name}", self._scan_box(slot.box))
                asked = cut.trace or cut.unsure
                self._count_box(field, slot, written, blank=cut.blank, trace=asked)

    def _count_box(
        self,
        field: FieldDefinition,
        slot: Slot,
        written: Written | None,
        *,
        blank: bool,
        trace: bool,
    ) -> None:
        if written is None:
            text = ""
        elif slot.part is not None:
            text = written.parts.get(slot.part, "") if written.parts else "?"
        else:
            text = written.text
        if text == "?":
            return
        if not text and any(_overlap(slot.box, end) for end in self.drawn.ends):
            # The name written across it is ink in this box, whatever the form says of it.
            self.counts["blank box", "a name runs in"].update(count=1, read=not blank)
            return
        names = [f"all, {self.drawn.pen}", f"{self.drawn.condition}"]
        if self.drawn.condition == "fax":
            names.append(f"fax, {self.drawn.pen}")
        if text:
            for name in names:
                # Where crumbs were seen, or strokes are lost, a person is asked: not in silence.
                self.counts["written box", name].update(
                    count=1, missed=blank and not trace, doubted=trace
                )
        else:
            for name in names:
                self.counts["blank box", name].update(
                    count=1, falsely_read=not blank, doubted=trace
                )
        if blank == bool(text) or trace:
            kind = "missed" if text else "falsely-read"
            self._keep(f"{kind}-{self.drawn.pen}-{field.name}", self._scan_box(slot.box))

    def _count_strike(
        self,
        field: FieldDefinition,
        written: Written,
        struck: list[tuple[float, float, float, float]],
        survives: bool,
    ) -> None:
        kind = "struck" if written.value is not None else "withdrawn"
        wrong = survives != (written.value is not None)
        row = self.counts["strike", f"{kind}, {self.drawn.pen}"]
        row.update(count=1, not_seen=not struck, survivor_wrong=bool(struck) and wrong)
        if not struck or wrong:
            self._keep(f"{kind}-{bool(struck)}-{survives}-{field.name}", self._scan_box(field.box))
        if not struck or not shows_colour(self.registered, self.ink):
            return
        sealed = find_correction_seal(self.ink, struck, self.registered.dpi)
        key = ("correction seal", "there" if written.sealed else "not there")
        self.counts[key].update(count=1, wrong=sealed != written.sealed)
        if sealed != written.sealed:
            self._keep(f"correction-{written.sealed}-{field.name}", self._scan_box(field.box))

    def count_readings(self) -> None:
        """Read what stands under a seal, what was struck, and other texts to compare with."""
        filled = self.drawn.filling.fields
        kinds = {f.kind for f in self.form.fields if f.name in self.drawn.under_seal}
        chosen = tuple(
            f
            for f in self.form.fields
            if f.name in filled and (filled[f.name].struck is not None or f.kind in kinds)
        )
        form = self.form.model_copy(update={"fields": chosen})
        engines = _engines()
        read = read_fields(
            self.registered,
            self.template,
            form,
            self.marks,
            self.ink,
            engines.recogniser,
            digits=engines.digits,
            wording=engines.wording,
        )
        for field in read:
            written = filled[field.name]
            right = fold(field.value) == fold(written.value)
            if written.struck is not None:
                old = field.alternatives[0].value if field.alternatives else None
                if written.value is not None:
                    self.counts["read", "surviving value"].update(count=1, exact=right)
                known = fold(old) == fold(written.struck.text)
                self.counts["read", "struck value"].update(count=1, exact=known)
            elif field.name in self.drawn.under_seal:
                self.counts["read", "text under a seal"].update(count=1, exact=right)
            else:
                self.counts["read", "text of the same kind"].update(count=1, exact=right)

    def _off_mm(self, found: BoundingBox, place: Box) -> float:
        """How far the middle of a found seal lies from the true one."""
        true = self._scan_box(place)
        scale = 25.4 / self.drawn.dpi
        x = (found.x0 + found.x1 - true.x0 - true.x1) / 2
        y = (found.y0 + found.y1 - true.y0 - true.y1) / 2
        return float(np.hypot(x, y)) * scale

    def _scan_box(self, box: Box) -> BoundingBox:
        x0, y0, x1, y1 = box_pixels(box)
        corners = transform_points(
            self.drawn.matrix, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        )
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        return BoundingBox(x0=float(left), y0=float(top), x1=float(right), y1=float(bottom))

    def _keep(self, name: str, box: BoundingBox) -> None:
        if self.crops is not None:
            stem = f"{name}-{self.drawn.condition}-{self.form.id}-{self.seed}"
            save_crop(self.crops / f"{stem}.png", self.drawn.pixels, box, around=0.3)


if __name__ == "__main__":
    raise SystemExit(main())
