"""Measure how surely a second sheet in a scan is told of.

    python -m training.measure_second_sheet --first-seed 690000 --seeds 2

The first page of every built-in form, filled in: alone; beside a page of another form; with the
upper half of another below it, as a feeder draws two sheets in at once. Prints, by condition, how
many of each were told of, and how many were not known as the form (there nothing can be told but by
the length of the scan).
"""

import argparse
import sys
from collections import Counter

import cv2
import numpy as np

from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.template import build_templates
from pipelines.identify import build_index, identify_page
from pipelines.quality import assess_quality
from pipelines.records import Pixels, QualityReason
from pipelines.register import register_page
from pipelines.second_sheet import shows_second_sheet
from pipelines.synthesis.degrade import Degradation, degrade
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.synthesize import synthesize
from training.measure_imaging import CONDITIONS, page_of

_DPI = 200
_GAP = 40
_PAPER = 250


def main() -> int:
    """Measure and print a line for each condition."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=690_000)
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    entries = FormLibrary.builtin().entries
    templates = {(t.key, t.form_page): t for e in entries for t in build_templates(e)}
    index = build_index(templates.values())
    for name, degradations in CONDITIONS.items():
        counts: Counter[str] = Counter()
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            for number, entry in enumerate(entries):
                other = entries[(number + 1 + seed) % len(entries)]
                ways = tuple(Degradation(d) for d in degradations)
                for kind, pixels in _scans(entry, other, seed).items():
                    rng = seeded(seed, "second sheet", name, entry.key.id)
                    page = page_of(1, degrade(pixels, ways, _DPI, rng)[0])
                    told = QualityReason.TWO_SHEETS in assess_quality(page).reasons
                    found = identify_page(page, index)
                    registered = None
                    if found is not None:
                        template = templates[found.form, found.form_page]
                        registered = register_page(page, template, found)
                    counts[f"{kind}, not known"] += registered is None
                    told |= registered is not None and shows_second_sheet(page, registered)
                    counts[kind] += 1
                    counts[f"{kind}, told"] += told
        line = " ".join(f"{key} {counts[key]}" for key in sorted(counts))
        sys.stdout.write(f"{name:12} {line}\n")
        sys.stdout.flush()
    return 0


def _scans(entry: FormEntry, other: FormEntry, seed: int) -> dict[str, Pixels]:
    first, second = (synthesize(e, seed=seed, dpi=_DPI).pages[0] for e in (entry, other))
    height, width = first.shape[:2]
    second = second[:height, :width]
    gap = np.full((height, _GAP, 3), _PAPER, np.uint8)
    beside = np.hstack([first, gap, _high(second, height)])
    return {"alone": first, "beside": beside, "behind": np.vstack([first, _wide(second, width)])}


def _high(pixels: Pixels, height: int) -> Pixels:
    low = max(0, height - len(pixels))
    return np.pad(pixels, ((0, low), (0, 0), (0, 0)), constant_values=_PAPER)


def _wide(pixels: Pixels, width: int) -> Pixels:
    right = max(0, width - pixels.shape[1])
    half = pixels[: len(pixels) // 2]
    return np.pad(half, ((0, 0), (0, right), (0, 0)), constant_values=_PAPER)


if __name__ == "__main__":
    raise SystemExit(main())
