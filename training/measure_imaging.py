"""Measure the imaging stages on synthetic scans of all built-in forms.

    python -m training.measure_imaging --seeds 2 --first-seed 9000

Prints, by degradation: pages identified as the right form, wrong form, refused; how far corners of
field boxes lie from the truth; mark groups and seals read right, wrong and left open; processor
milliseconds (median). `training.measure_marks` measures single options drawn in many manners.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable

import cv2
import numpy as np

from models.marks import MarkReader
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.template import Template, box_pixels, build_templates
from pipelines.geometry import box_in_scan
from pipelines.identify import TemplateIndex, build_index, identify_page
from pipelines.ink import subtract_blank
from pipelines.mark_fields import mark_fields
from pipelines.marks import read_marks
from pipelines.quality import assess_quality
from pipelines.records import Field, FieldState, Mark, Page, Pixels, RegisteredPage
from pipelines.register import register_page
from pipelines.second_sheet import shows_second_sheet
from pipelines.synthesis.synthesize import FilledScan, synthesize

CONDITIONS: dict[str, tuple[str, ...]] = {
    "clean": ("clean",),
    "skew": ("skew",),
    "perspective": ("perspective", "shadow"),
    "shadow": ("shadow",),
    "noise": ("noise",),
    "lowres": ("lowres",),
    "fax": ("fax", "skew"),
    "jpeg": ("jpeg",),
    "bleed": ("bleed",),
    "rotated": ("rotated", "skew"),
    "worst": ("perspective", "shadow", "noise", "lowres", "jpeg", "rotated"),
}


def main() -> int:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="scans a form and condition")
    parser.add_argument("--first-seed", type=int, default=9000)
    parser.add_argument("--conditions", nargs="*", default=list(CONDITIONS))
    options = parser.parse_args()
    cv2.setNumThreads(1)
    entries = FormLibrary.builtin().entries
    templates = {e.key.id: build_templates(e) for e in entries}
    index = build_index(t for group in templates.values() for t in group)
    reader = MarkReader.load()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    for name in options.conditions:
        _measure_condition(name, entries, templates, index, reader, seeds)
    return 0


def _measure_condition(
    name: str,
    entries: Iterable[FormEntry],
    templates: dict[str, tuple[Template, ...]],
    index: TemplateIndex,
    reader: MarkReader,
    seeds: Iterable[int],
) -> None:
    counts: Counter[str] = Counter()
    corners: list[float] = []
    seconds: dict[str, list[float]] = defaultdict(list)
    for entry in entries:
        for seed in seeds:
            scan = synthesize(entry, seed=seed, degradations=CONDITIONS[name])
            marks: list[Mark] = []
            for number, pixels in enumerate(scan.pages, start=1):
                template = templates[entry.key.id][number - 1]
                found = _one_page(page_of(number, pixels), template, index, counts, seconds, reader)
                if found is not None:
                    registered, page_marks = found
                    marks += page_marks
                    corners += _corner_errors(entry, registered, scan, number)
            _count_marks(mark_fields(entry.definition, marks), scan, counts, f"{name} {seed}")
    _print_condition(name, counts, corners, seconds)


def _one_page(
    page: Page,
    template: Template,
    index: TemplateIndex,
    counts: Counter[str],
    seconds: dict[str, list[float]],
    reader: MarkReader,
) -> tuple[RegisteredPage, tuple[Mark, ...]] | None:
    counts["pages"] += 1
    started = time.process_time()
    counts["quality_alarm"] += not assess_quality(page).ok
    seconds["quality"].append(time.process_time() - started)
    started = time.process_time()
    identified = identify_page(page, index)
    seconds["identify"].append(time.process_time() - started)
    if identified is None:
        counts["refused"] += 1
        return None
    if (identified.form, identified.form_page) != (template.key, template.form_page):
        counts["wrong_form"] += 1
        return None
    counts[f"by_{identified.method}"] += 1
    started = time.process_time()
    registered = register_page(page, template, identified)
    seconds["register"].append(time.process_time() - started)
    if registered is None:
        counts["unregistered"] += 1
        return None
    counts["second_sheet"] += shows_second_sheet(page, registered)
    started = time.process_time()
    ink = subtract_blank(registered, template)
    seconds["ink"].append(time.process_time() - started)
    started = time.process_time()
    marks = read_marks(registered, template, template.definition, ink, reader)
    seconds["marks"].append(time.process_time() - started)
    return registered, marks


def page_of(number: int, pixels: Pixels) -> Page:
    """Make a page of pixels that nobody has turned yet."""
    height, width = pixels.shape[:2]
    return Page(
        number=number,
        pixels=pixels,
        dpi=max(height, width) * 25.4 / 297,
        to_scan=np.eye(3),
        scan_width=width,
        scan_height=height,
    )


def _corner_errors(
    entry: FormEntry, registered: RegisteredPage, scan: FilledScan, number: int
) -> list[float]:
    """Largest distance in mm of a side of each field box from its true place."""
    truth = {t.name: t.box for t in scan.truth.fields if t.page == number}
    scale = 297 / max(registered.scan_width, registered.scan_height)
    errors = []
    for field in entry.definition.fields:
        if field.page == number:
            box = box_in_scan(registered, box_pixels(field.box))
            ours = np.array([box.x0, box.y0, box.x1, box.y1])
            errors.append(float(np.abs(ours - np.array(truth[field.name])).max() * scale))
    return errors


def _count_marks(
    fields: tuple[Field, ...], scan: FilledScan, counts: Counter[str], where: str
) -> None:
    by_name = {field.name: field for field in fields}
    for truth in scan.truth.fields:
        if truth.kind not in ("mark", "seal") or truth.name not in by_name:
            continue
        field = by_name[truth.name]
        right = (field.value or "") == (truth.value or "")
        if truth.state is FieldState.STRUCK:
            right = field.value is None
        counts[f"{truth.kind}s"] += 1
        if not right:
            counts[f"{truth.kind}_wrong" if not field.doubtful else f"{truth.kind}_open"] += 1
            if not field.doubtful:
                sys.stderr.write(
                    f"  {where} {scan.truth.form_id} {truth.name}: {truth.value} read {field.value}"
                    f" ({field.confidence:.2f})\n"
                )
        elif field.doubtful:
            counts[f"{truth.kind}_right_doubtful"] += 1


def _print_condition(
    name: str, counts: Counter[str], corners: list[float], seconds: dict[str, list[float]]
) -> None:
    at = np.percentile(corners, [50, 95, 100]) if corners else np.full(3, np.nan)
    times = " ".join(f"{k} {np.median(v) * 1000:.0f}" for k, v in seconds.items())
    sys.stdout.write(
        f"{name:12} pages {counts['pages']} (qr {counts['by_qr']}) wrong form"
        f" {counts['wrong_form']} refused {counts['refused']} unregistered"
        f" {counts['unregistered']} quality alarms {counts['quality_alarm']} second sheet"
        f" {counts['second_sheet']} | corner mm"
        f" {at[0]:.2f}/{at[1]:.2f}/{at[2]:.2f} | groups {counts['marks']} wrong"
        f" {counts['mark_wrong']} wrong+doubtful {counts['mark_open']} right+doubtful"
        f" {counts['mark_right_doubtful']} | seals {counts['seals']} wrong {counts['seal_wrong']}"
        f" wrong+doubtful {counts['seal_open']} right+doubtful {counts['seal_right_doubtful']}"
        f" | cpu ms {times}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
