"""Measure the imaging stages on synthetic scans of all built-in forms.

    python -m training.measure_imaging --seeds 2 --first-seed 9000

Prints, by degradation: pages identified as the right form, wrong form, refused; how far corners of
field boxes lie from the truth; mark groups and seals read right, wrong and left open; processor
milliseconds (median). Then marks drawn in many manners (`training.mark_pages`): error rates by
manner. Uses no seed that `training.fit_marks` was fitted on.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.template import Template, box_pixels, build_templates
from pipelines.geometry import box_in_scan
from pipelines.identify import TemplateIndex, build_index, identify_page
from pipelines.ink import subtract_blank
from pipelines.mark_fields import mark_fields
from pipelines.marks import read_marks
from pipelines.quality import assess_quality
from pipelines.records import Field, FieldState, Mark, MarkState, Page, Pixels, RegisteredPage
from pipelines.register import register_page
from pipelines.synthesis.synthesize import FilledScan, synthesize
from training.fit_marks import registered_marks
from training.mark_pages import EMPTY, MARKED, STRUCK, marked_pages

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
_STATES = {EMPTY: MarkState.EMPTY, MARKED: MarkState.MARKED, STRUCK: MarkState.STRUCK}


def main() -> int:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="scans a form and condition")
    parser.add_argument("--first-seed", type=int, default=9000)
    parser.add_argument("--conditions", nargs="*", default=list(CONDITIONS))
    parser.add_argument("--mark-seeds", type=int, default=4, help="pages of drawn marks a form")
    parser.add_argument("--show-wrong", type=Path, help="folder for crops of wrong marks")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    entries = FormLibrary.builtin().entries
    templates = {e.key.id: build_templates(e) for e in entries}
    index = build_index(t for group in templates.values() for t in group)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    for name in options.conditions:
        _measure_condition(name, entries, templates, index, seeds)
    if options.mark_seeds:
        mark_seeds = range(options.first_seed, options.first_seed + options.mark_seeds)
        _measure_marks(entries, templates, mark_seeds, options.show_wrong)
    return 0


def _measure_condition(
    name: str,
    entries: Iterable[FormEntry],
    templates: dict[str, tuple[Template, ...]],
    index: TemplateIndex,
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
                found = _one_page(page_of(number, pixels), template, index, counts, seconds)
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
    started = time.process_time()
    ink = subtract_blank(registered, template)
    seconds["ink"].append(time.process_time() - started)
    started = time.process_time()
    marks = read_marks(registered, template, template.definition, ink)
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
        f" {counts['unregistered']} quality alarms {counts['quality_alarm']} | corner mm"
        f" {at[0]:.2f}/{at[1]:.2f}/{at[2]:.2f} | groups {counts['marks']} wrong"
        f" {counts['mark_wrong']} wrong+doubtful {counts['mark_open']} right+doubtful"
        f" {counts['mark_right_doubtful']} | seals {counts['seals']} wrong {counts['seal_wrong']}"
        f" wrong+doubtful {counts['seal_open']} right+doubtful {counts['seal_right_doubtful']}"
        f" | cpu ms {times}\n"
    )
    sys.stdout.flush()


def _measure_marks(
    entries: Iterable[FormEntry],
    templates: dict[str, tuple[Template, ...]],
    seeds: Iterable[int],
    crops: Path | None,
) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    confident: list[tuple[float, bool]] = []
    for entry in entries:
        for seed in seeds:
            for drawn in marked_pages(entry, seed):
                template = templates[entry.key.id][drawn.form_page - 1]
                registered = registered_marks(entry, template, drawn)
                if registered is None:
                    counts["(unregistered page)"]["count"] += 1
                    continue
                ink = subtract_blank(registered, template)
                for mark in read_marks(registered, template, entry.definition, ink):
                    key = (mark.group, mark.option)
                    if key not in drawn.truth:
                        continue
                    right = mark.state is _STATES[drawn.truth[key]]
                    row = counts[drawn.manner[key]]
                    row["count"] += 1
                    row["open"] += mark.state is MarkState.AMBIGUOUS
                    row["wrong"] += not right and mark.state is not MarkState.AMBIGUOUS
                    confident.append((mark.confidence, right))
                    if crops is not None and not right:
                        _save_crop(crops, entry, seed, mark, drawn.manner[key], drawn.pixels)
    total: Counter[str] = Counter()
    for manner, row in sorted(counts.items()):
        sys.stdout.write(
            f"mark {manner:12} {row['count']:6} wrong {row['wrong']:4} open {row['open']:4}\n"
        )
        total.update(row)
    sys.stdout.write(
        f"mark {'all':12} {total['count']:6} wrong {total['wrong']:4} open {total['open']:4}\n"
    )
    for low, high in ((0.0, 0.7), (0.7, 0.9), (0.9, 0.97), (0.97, 0.995), (0.995, 1.01)):
        held = [right for confidence, right in confident if low <= confidence < high]
        if held:
            sys.stdout.write(
                f"  confidence {low:.3f}..{high:.3f}: {len(held)} right {np.mean(held):.4f}\n"
            )


def _save_crop(
    folder: Path, entry: FormEntry, seed: int, mark: Mark, manner: str, pixels: Pixels
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    box = mark.box
    pad = 1.2 * max(box.x1 - box.x0, box.y1 - box.y0)
    rows = slice(max(0, round(box.y0 - pad)), round(box.y1 + pad))
    columns = slice(max(0, round(box.x0 - pad)), round(box.x1 + pad))
    name = f"{manner}-{mark.state}-{mark.confidence:.2f}-{entry.key.id}-{seed}-{mark.group}-{mark.option}.png"  # noqa: E501
    cv2.imwrite(str(folder / name), pixels[rows, columns, ::-1])


if __name__ == "__main__":
    raise SystemExit(main())
