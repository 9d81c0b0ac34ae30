"""Measure key-value extraction on unknown forms: `python -m training.measure_keyvalue --count 1`.

Filled synthetic scans of every built-in form are read line by line, as a page that no form claims,
and `extract_pairs` is asked for the pairs. The definition serves as truth only: a written field is
found when a pair holds its value (spaces and punctuation aside), and right when its label shares
half of the characters with the label of the definition. A pair is spurious when its value is that
of no written field. Fields in parts and combs are counted apart: lines of text hold them badly.
Seeds from 710000 on are for reports, others for tuning.
"""

import argparse
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np

from models.engines import Engines, load_engines
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import FormDefinition
from pipelines.keyvalue import extract_pairs
from pipelines.lines import read_lines
from pipelines.orient import straighten
from pipelines.records import Field, FieldState, Line, Page
from pipelines.synthesis.synthesize import FilledScan, synthesize
from pipelines.upright import turn_upright


def main() -> None:
    """Print a row for each form and one for all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="first seed")
    parser.add_argument("--count", type=int, default=1, help="scans a form")
    parser.add_argument("--forms", nargs="*", default=[])
    given = parser.parse_args()
    engines = load_engines()
    total: Counter[str] = Counter()
    for entry in FormLibrary.builtin().entries:
        if given.forms and entry.key.id not in given.forms:
            continue
        row: Counter[str] = Counter()
        for seed in range(given.seed, given.seed + given.count):
            row += _measured(entry, seed, engines)
        total += row
        _say(entry.key.id, row)
    _say("all", total)


def _measured(entry: FormEntry, seed: int, engines: Engines) -> Counter[str]:
    scan = synthesize(entry, seed=seed, dpi=200)
    lines = [line for page in _pages(scan) for line in _lines(page, engines)]
    pairs = extract_pairs(lines)
    return _judged(entry.definition, scan, pairs)


def _pages(scan: FilledScan) -> list[Page]:
    return [
        Page(
            number=number,
            pixels=pixels,
            dpi=scan.dpi,
            to_scan=np.eye(3),
            scan_width=pixels.shape[1],
            scan_height=pixels.shape[0],
        )
        for number, pixels in enumerate(scan.pages, start=1)
    ]


def _lines(page: Page, engines: Engines) -> tuple[Line, ...]:
    upright, regions = turn_upright(straighten(page), engines.detector, engines.recogniser)
    return read_lines(upright, regions, engines.recogniser)


def _judged(form: FormDefinition, scan: FilledScan, pairs: Sequence[Field]) -> Counter[str]:
    labels = {field.name: field.label for field in form.fields}
    plain = {f.name for f in form.fields if not f.parts and f.cells == 1}
    row = Counter(pairs=len(pairs))
    held: set[str] = set()
    for field in scan.truth.fields:
        if field.state is not FieldState.READ or field.name not in labels:
            continue
        group = "plain" if field.name in plain else "parted"
        row[group] += 1
        matching = [pair for pair in pairs if _same(pair, field.text, field.value)]
        held.update(pair.name for pair in matching)
        row[f"{group}_value"] += bool(matching)
        row[f"{group}_pair"] += any(_alike(p.label, labels[field.name]) for p in matching)
    row["spurious"] = len(pairs) - len(held)
    return row


def _same(pair: Field, text: str, value: str | None) -> bool:
    return _bare(pair.raw_text) == _bare(text) or (value is not None and pair.value == value)


def _alike(a: str, b: str) -> bool:
    a, b = _bare(a), _bare(b)
    shared = sum((Counter(a) & Counter(b)).values())
    return bool(a) and bool(b) and shared >= 0.5 * min(len(a), len(b))


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text))


def _say(name: str, row: Counter[str]) -> None:
    parts = [
        f"{group} {row[group]}: value {row[f'{group}_value'] / max(row[group], 1):.1%}, "
        f"with label {row[f'{group}_pair'] / max(row[group], 1):.1%}"
        for group in ("plain", "parted")
    ]
    precision = 1 - row["spurious"] / max(row["pairs"], 1)
    sys.stdout.write(f"{name}: {'; '.join(parts)}; pairs {row['pairs']}: right {precision:.1%}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
