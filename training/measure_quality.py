"""Measure the verdict that a scanning station gets: faults told of, and good scans let through.

    python -m training.measure_quality --first-seed 692000 --seeds 1

First pages of the built-in forms, filled in, at 200 dpi. Prints for each fault of
`quality_faults.py` how many scans were tried, how many got a right verdict, and what was told;
then the same for ordinary scans in each condition, where any reason is a false alarm. With `--read`
every scan is read, too: the share of its written fields that are exact says what the fault does.
"""

import argparse
import sys
from collections import Counter
from dataclasses import replace
from datetime import date

import cv2
import numpy as np

from models.engines import load_engines
from pipelines.categorise import load_category_model
from pipelines.forms.load import FormLibrary
from pipelines.quality import assess_quality
from pipelines.reader import Reader, load_reader
from pipelines.records import Page, Pixels, QualityReason
from pipelines.run import read_document
from pipelines.synthesis.compare import compare
from pipelines.synthesis.degrade import Degradation, degrade
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.synthesize import FilledScan, synthesize
from training.measure_imaging import CONDITIONS
from training.quality_faults import FAULTS

_TODAY = date(2026, 11, 20)
_DPI = 200


def main() -> int:
    """Measure and print a line for each fault and condition."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=692_000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--read", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    reader = None
    if options.read:
        library, categories = FormLibrary.builtin(), load_category_model()
        reader = load_reader(library, load_engines(), categories, program="measure")
    counts: dict[str, Counter[str]] = {name: Counter() for name in (*FAULTS, *CONDITIONS)}
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        for entry in FormLibrary.builtin().entries:
            scan = synthesize(entry, seed=seed, dpi=_DPI)
            flat = scan.pages[0]
            for name, found in counts.items():
                rng = seeded(seed, "quality", name, entry.key.id)
                right: frozenset[QualityReason] = frozenset()
                if name in FAULTS:
                    spoil, right = FAULTS[name]
                    pixels = spoil(flat, _DPI, rng)
                else:
                    ways = tuple(Degradation(d) for d in CONDITIONS[name])
                    pixels = degrade(flat, ways, _DPI, rng)[0]
                page = _page(pixels, flat)
                _count(found, page, right)
                if reader is not None:
                    _count_fields(found, page, scan, reader)
    for name, found in counts.items():
        sys.stdout.write(_line(name, found))
    return 0


def _count(found: Counter[str], page: Page, right: frozenset[QualityReason]) -> None:
    reasons = set(assess_quality(page).reasons)
    found["tried"] += 1
    # Blur takes contrast, too: a reason beside a right one is no mistake of the station's.
    found["right"] += bool(reasons & right) if right else not reasons
    for reason in sorted(reasons):
        found[f"told {reason}"] += 1
    found["told nothing"] += not reasons


def _count_fields(found: Counter[str], page: Page, scan: FilledScan, reader: Reader) -> None:
    data = encode_scan([page.pixels], ScanFormat.PNG, dpi=page.dpi)
    read = read_document(data, reader=reader, today=_TODAY)
    first = replace(scan.truth, fields=tuple(f for f in scan.truth.fields if f.page == 1))
    for outcome in compare(read.fields, first).written:
        found["fields"] += 1
        found["exact"] += outcome.exact
        # A form that is not known is told of, with all that stands on it.
        found["silent"] += outcome.silent and read.form is not None


def _line(name: str, found: Counter[str]) -> str:
    told = ", ".join(f"{key[5:]} {n}" for key, n in found.items() if key.startswith("told ") and n)
    read = ""
    if fields := found["fields"]:
        read = f"exact {found['exact'] / fields:.1%} silent {found['silent']} of {fields}  "
    return f"{name:26} tried {found['tried']:4} right {found['right']:4}  {read}{told}\n"


def _page(pixels: Pixels, flat: Pixels) -> Page:
    """Give a page whose file says its resolution."""
    height, width = pixels.shape[:2]
    # All that changes the resolution changes the number of pixels; a border adds some.
    coarse = max(pixels.shape[:2]) < 0.9 * max(flat.shape[:2])
    dpi = _DPI * max(pixels.shape[:2]) / max(flat.shape[:2]) if coarse else float(_DPI)
    return Page(
        number=1, pixels=pixels, dpi=dpi, to_scan=np.eye(3), scan_width=width, scan_height=height
    )


if __name__ == "__main__":
    raise SystemExit(main())
