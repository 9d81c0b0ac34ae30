"""Measure how often correction fluid is seen under writing.

    python -m training.measure_fluid --first-seed 541000 --seeds 8

One field a form is painted over with fluid 3 to 12 tones whiter than the paper and written on; all
other written fields stand on bare paper. Prints, by condition: seen, not seen, and where the scan
can't show it.
"""

import argparse
import sys
from collections import Counter, defaultdict

import cv2
import numpy as np

from pipelines.field_fluid import find_fluid
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import Box, FieldKind
from pipelines.forms.template import box_pixels
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.hand import Hand, make_writer
from pipelines.synthesis.layout import Sheet
from pipelines.synthesis.paper import draw_paper
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.write import write_filling
from training.correction_pages import scanned_page
from training.mark_cells.data import templates_of
from training.mark_pages import CONDITIONS, registered_marks

_TEXTS = (FieldKind.KANJI_NAME, FieldKind.ADDRESS, FieldKind.TEXT, FieldKind.KANA_NAME)
_HANDS = (Hand.STROKES, Hand.TOMOE, Hand.KILOJI, Hand.SETO)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=541_000)
    parser.add_argument("--seeds", type=int, default=8)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        for entry in FormLibrary.builtin().entries:
            _count(entry, seed, counts)
    for (name, kind), row in sorted(counts.items()):
        sys.stdout.write(f"{name:12} {kind:10} {dict(sorted(row.items()))}\n")
    return 0


def _count(entry: FormEntry, seed: int, counts: dict[tuple[str, str], Counter[str]]) -> None:
    form, rng = entry.definition, seeded(seed, "fluid", entry.definition.id)
    writer = make_writer(_HANDS[int(rng.integers(len(_HANDS)))], seed)
    filling = fill_form(form, writer, seed)
    condition = list(CONDITIONS)[seed % len(CONDITIONS)]
    fields = [
        f
        for f in form.fields
        if f.page == 1 and f.kind in _TEXTS and f.lines == 1 and f.name in filling.fields
    ]
    if not fields:
        return
    sheets = {
        n: Sheet(pixels=p, dpi=200.0) for n, p in enumerate(draw_paper(entry, 200, rng), start=1)
    }
    painted = fields[int(rng.integers(len(fields)))]
    _paint(sheets[1], painted.box, rng)
    write_filling(sheets, form, filling, writer, seed)
    drawn = scanned_page(sheets[1], condition, filling, rng)
    template = templates_of(entry)[0]
    registered = registered_marks(entry, template, drawn)
    if registered is None:
        return
    for field in fields:
        found = find_fluid(registered, template.grey, box_pixels(field.box))
        told = {True: "seen", False: "not seen", None: "not to be seen"}[found]
        kind = "fluid" if field is painted else "bare paper"
        counts[condition, kind][told] += 1


def _paint(sheet: Sheet, box: Box, rng: np.random.Generator) -> None:
    """Brush fluid over the first part of a box: a rounded patch, whiter, with an uneven edge."""
    mm = sheet.dpi / 25.4
    wide = min(box.width - 1.0, float(rng.uniform(12, 40))) * mm
    high = min(box.height - 0.6, float(rng.uniform(5, 8))) * mm
    x, y = (box.x + 0.5) * mm, (box.y + box.height / 2) * mm
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    square = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    square = np.sign(square) * np.abs(square) ** 0.35
    edge = square * [wide / 2, high / 2] * rng.uniform(0.94, 1.0, (40, 1)) + [x + wide / 2, y]
    mask = np.zeros(sheet.pixels.shape[:2], np.uint8)
    cv2.fillPoly(mask, [edge.astype(np.int32)], 255)
    paper = np.median(sheet.pixels[::8, ::8].reshape(-1, 3), axis=0)
    tone = np.clip(paper.max() + rng.uniform(3, 12), 0, 255)
    sheet.pixels[mask > 0] = np.uint8(tone)


if __name__ == "__main__":
    raise SystemExit(main())
