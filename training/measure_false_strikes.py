"""Measure strikes seen where nothing is struck: level strokes, underlines, dashes.

    python -m training.measure_false_strikes --first-seed 500000 --seeds 8

Fields of one line are filled with characters full of level strokes (三 日 目 王 ニ ヨ) and with
dashes; some are underlined, once or twice, from 0.6 mm above the feet of the characters to 0.3 mm
below them. All forms, scanned in the ways of `CONDITIONS` below. Prints boxes and false strikes.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import date

import cv2
import numpy as np

from pipelines.field_cuts import cut_fields
from pipelines.field_ink import sort_ink
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import Box, FieldDefinition, FieldKind
from pipelines.ink import subtract_blank
from pipelines.synthesis.filling import Filling
from pipelines.synthesis.hand import Hand, Writer, make_writer
from pipelines.synthesis.layout import Sheet, write_line
from pipelines.synthesis.paper import draw_paper
from pipelines.synthesis.seeding import seeded
from training.correction_pages import PENS, scanned_page, with_pen
from training.mark_cells.data import templates_of
from training.mark_manners import MarkPen, stroke
from training.mark_pages import registered_marks

CONDITIONS = ("clean", "fax", "bleed", "lowres")
_HANDS = (Hand.STROKES, Hand.TOMOE, Hand.KILOJI, Hand.YUSEI, Hand.SETO)
_PENS = tuple(PENS)[:3]
_KANJI = "二三日目書王玉井正丁工土士干上下見言青妻者重口田由申量里車東京善美羊詩金春直真"
_KANA = "ニエーヨユコロヲミキチモラ"
_FIGURES = "0123456789-ー－5577"
_LETTERS: Mapping[FieldKind, str] = {
    FieldKind.KANA_NAME: _KANA,
    FieldKind.KANJI_NAME: _KANJI,
    FieldKind.ADDRESS: _KANJI,
    FieldKind.TEXT: _KANJI + _KANA,
}
_DAY = date(2026, 11, 26)
_EMPTY, _UNDERLINED, _TWICE = 0.25, 0.15, 0.08


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=500_000)
    parser.add_argument("--seeds", type=int, default=8)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    counts: Counter[tuple[str, str]] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        for entry in FormLibrary.builtin().entries:
            _measure(entry, seed, counts, wrong)
    for key, count in sorted(counts.items()):
        condition, what = key
        sys.stdout.write(f"{condition:8} {what:18} {count:6} struck {wrong[key]}\n")
    return 0


def _measure(
    entry: FormEntry, seed: int, counts: Counter[tuple[str, str]], wrong: Counter[tuple[str, str]]
) -> None:
    rng = seeded(seed, "false strikes", entry.definition.id)
    writer = make_writer(_HANDS[int(rng.integers(len(_HANDS)))], seed)
    writer = with_pen(writer, _PENS[int(rng.integers(len(_PENS)))], rng)
    sheet = Sheet(pixels=draw_paper(entry, 200, rng)[0], dpi=200.0)
    fields = [f for f in entry.definition.fields if f.page == 1]
    manner = {f.name: _fill(sheet, f, writer, rng) for f in fields}
    condition = CONDITIONS[int(rng.integers(len(CONDITIONS)))]
    drawn = scanned_page(sheet, condition, Filling(on=_DAY), rng)
    template = templates_of(entry)[0]
    registered = registered_marks(entry, template, drawn)
    if registered is None:
        counts[condition, "not registered"] += 1
        return
    page = sort_ink(registered, subtract_blank(registered, template))
    cuts = cut_fields(page, entry.definition, fields, (), registered)
    for field, found in zip(fields, cuts, strict=True):
        key = (condition, manner[field.name])
        counts[key] += len(found)
        wrong[key] += sum(bool(cut.struck) for cut in found)


def _fill(sheet: Sheet, field: FieldDefinition, writer: Writer, rng: np.random.Generator) -> str:
    """Write into a field, perhaps; says what is there."""
    box = field.box
    several = bool(field.parts) or field.cells > 1 or field.lines > 1 or field.vertical
    if several or box.width < 8 or rng.random() < _EMPTY:
        return "nothing written"
    letters = _LETTERS.get(field.kind, _FIGURES)
    height = min(box.height, 8.0) * rng.uniform(0.5, 1.0)
    count = int(np.clip(box.width / (0.8 * height) * rng.uniform(0.3, 0.9), 1, 14))
    text = "".join(letters[int(rng.integers(len(letters)))] for _ in range(count))
    line = Box(x=box.x, y=box.y + (box.height - height) / 2, width=box.width, height=height)
    ink = write_line(sheet, line, text, writer, rng, align="left")
    if rng.random() >= _UNDERLINED:
        return "level strokes"
    y = ink.y + ink.height + rng.uniform(-0.6, 0.3)
    ends = ink.x - rng.uniform(0, 0.8), ink.x + ink.width + rng.uniform(0, 0.8)
    under = np.array([[ends[0], y], [ends[1], y + rng.normal(0, 0.15)]])
    twice = rng.random() < _TWICE / _UNDERLINED
    lines = [under, np.add(under, (0.0, rng.uniform(0.8, 1.4)))] if twice else [under]
    whole = Box(x=0.0, y=0.0, width=1.0, height=1.0)
    stroke(MarkPen(sheet=sheet, writer=writer, rng=rng, measuring=False), lines, whole)
    return "underlined twice" if twice else "underlined"


if __name__ == "__main__":
    raise SystemExit(main())
