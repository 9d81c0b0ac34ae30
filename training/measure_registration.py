"""Measure how level pages are made and how exactly forms are registered, by condition.

    python -m training.measure_registration --seeds 1 --first-seed 630000

For every built-in form, filled in: pages scanned, fed askew, faxed, photographed, folded,
stretched, and photographed while they curve. Prints by condition: pages refused, pages whose way up
came out wrong, the distance in mm of every corner of every field box in the original scan from its
true place (median, 99th percentile, largest), the same for the print as it lies on the registered
page (what is read there), and processor milliseconds a page of each step (median, one thread). Then
letters of no form, askew and sideways: degrees that are left after straightening. Seeds 620000 and
up were not used for tuning.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import cv2
import numpy as np

from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.template import Template, build_templates
from pipelines.geometry import Points, place_in_scan, transform_points
from pipelines.identify import TemplateIndex, build_index, identify_page
from pipelines.orient import straighten
from pipelines.quality import assess_quality
from pipelines.records import Matrix, Pixels, RegisteredPage
from pipelines.register import register_page
from pipelines.register_shifts import print_shifts
from pipelines.synthesis.curved import photograph_curved
from pipelines.synthesis.degrade import Degradation, degrade
from pipelines.synthesis.seeding import seeded
from pipelines.synthesis.synthesize import synthesize
from training.identification_pages import letter
from training.measure_imaging import page_of

_DPI = 200
_MM = 25.4 / _DPI
_D = Degradation
Place = Callable[[Points], Points]
"""Where points of the flat page (pixels) lie on the scan."""
Scan = Callable[[Pixels, np.random.Generator], tuple[Pixels, Place]]


@dataclass(slots=True)
class _Tally:
    pages: int = 0
    refused: int = 0
    wrong_way: int = 0
    corners: list[float] = field(default_factory=list)
    print: list[float] = field(default_factory=list)
    ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def main() -> int:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="scans a form and condition")
    parser.add_argument("--first-seed", type=int, default=630_000)
    parser.add_argument("--conditions", nargs="*", default=list(CONDITIONS))
    parser.add_argument("--letters", type=int, default=40, help="pages of no form")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    entries = FormLibrary.builtin().entries
    templates = {e.key.id: build_templates(e) for e in entries}
    index = build_index(t for group in templates.values() for t in group)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    for name in options.conditions:
        tally = _Tally()
        for entry in entries:
            for seed in seeds:
                _measure(entry, templates[entry.key.id], index, name, seed, tally)
        _print(name, tally)
    _measure_letters(options.letters, options.first_seed)
    return 0


def _measure(
    entry: FormEntry,
    templates: Iterable[Template],
    index: TemplateIndex,
    name: str,
    seed: int,
    tally: _Tally,
) -> None:
    filled = synthesize(entry, seed=seed, dpi=_DPI).pages
    for template, flat in zip(templates, filled, strict=True):
        pixels, place = CONDITIONS[name](flat, seeded(seed, name, template.form_page))
        registered = _register(pixels, template, index, tally)
        tally.pages += 1
        if registered is None:
            tally.refused += 1
            continue
        corners = _corners(template)
        if len(corners):
            found = place_in_scan(registered, corners)
            off = np.linalg.norm(found - place(corners), axis=1) * _MM
            # Half of a sheet the wrong way is some hundred mm, not a bad corner.
            tally.wrong_way += bool(np.median(off) > 50)
            tally.corners += off.tolist()
        shifts = print_shifts(registered, template)
        moved = np.linalg.norm(shifts.found - shifts.expected, axis=1)
        tally.print += (moved * 25.4 / template.dpi).tolist()


def _register(
    pixels: Pixels, template: Template, index: TemplateIndex, tally: _Tally
) -> RegisteredPage | None:
    page = page_of(1, pixels)
    started = time.process_time()
    assess_quality(page)
    judged = time.process_time()
    found = identify_page(page, index)
    identified = time.process_time()
    tally.ms["quality"].append(1000 * (judged - started))
    tally.ms["identify"].append(1000 * (identified - judged))
    if found is None or (found.form, found.form_page) != (template.key, template.form_page):
        return None
    registered = register_page(page, template, found)
    tally.ms["register"].append(1000 * (time.process_time() - identified))
    return registered


def _corners(template: Template) -> Points:
    """Corners of all field boxes of the page, in template pixels (200 dpi, as the flat page)."""
    boxes = [f.box for f in template.definition.fields if f.page == template.form_page]
    points = [
        (x, y)
        for box in boxes
        for x in (box.x, box.x + box.width)
        for y in (box.y, box.y + box.height)
    ]
    return np.array(points, np.float64).reshape(-1, 2) * template.dpi / 25.4


def _degraded(*names: Degradation) -> Scan:
    def scan(pixels: Pixels, rng: np.random.Generator) -> tuple[Pixels, Place]:
        made, matrix = degrade(pixels, names, _DPI, rng)
        return made, lambda points: transform_points(matrix, points)

    return scan


def _curved(pixels: Pixels, rng: np.random.Generator) -> tuple[Pixels, Place]:
    """Photograph a page that curves: rolled up, or of an opened booklet."""
    seen, bent = photograph_curved(pixels, _DPI, rng)
    made, matrix = degrade(seen, (_D.NOISE, _D.JPEG), _DPI, rng)
    return made, lambda points: transform_points(matrix, bent(points))


def _bent(bend: Callable[[Points, np.random.Generator, tuple[int, int]], Points]) -> Scan:
    """Scan paper whose points `bend` moves; then skew and noise, as of any scan."""

    def scan(pixels: Pixels, rng: np.random.Generator) -> tuple[Pixels, Place]:
        height, width = pixels.shape[:2]
        seed = int(rng.integers(1 << 30))
        rows, columns = np.mgrid[0 : height : height / 60, 0 : width : width / 60]
        grid = np.column_stack([columns.ravel(), rows.ravel()])
        # Where a pixel of the bent page comes from: small moves, so the move there serves here.
        shift = bend(grid, np.random.default_rng(seed), (width, height)) - grid
        fields = [
            cv2.resize(part.reshape(rows.shape).astype(np.float32), (width, height))
            for part in shift.T
        ]
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
        bent = cv2.remap(
            pixels, xs - fields[0], ys - fields[1], cv2.INTER_LINEAR, borderValue=(250, 250, 250)
        )
        made, matrix = degrade(np.asarray(bent, np.uint8), (_D.SKEW, _D.NOISE, _D.JPEG), _DPI, rng)

        def place(points: Points) -> Points:
            moved = bend(points, np.random.default_rng(seed), (width, height))
            return transform_points(matrix, moved)

        return made, place

    return scan


def _fold(points: Points, rng: np.random.Generator, size: tuple[int, int]) -> Points:
    """Shorten the page at one or two folds across: up to 1 mm is swallowed, one side leans."""
    moved = points.copy()
    for _ in range(int(rng.integers(1, 3))):
        at, swallowed = rng.uniform(0.25, 0.75) * size[1], rng.uniform(0.3, 1.0) / _MM
        behind = 1 / (1 + np.exp(-(points[:, 1] - at) / (2 / _MM)))
        moved[:, 1] -= swallowed * behind
        moved[:, 0] += rng.uniform(-0.5, 0.5) / _MM * behind
    return moved


def _stretch(points: Points, rng: np.random.Generator, size: tuple[int, int]) -> Points:
    """Let the feed slip: length changes along the page by up to 0.4%, in waves."""
    along = points[:, 1] / size[1]
    waves = rng.uniform(0.2, 0.6) / _MM * np.sin(2 * np.pi * (along * rng.uniform(1, 2)))
    moved = points.copy()
    moved[:, 1] += waves + rng.uniform(-0.004, 0.004) * size[1] * along
    return moved


CONDITIONS: dict[str, Scan] = {
    "scanned": _degraded(_D.NOISE, _D.JPEG),
    "skewed": _degraded(_D.SKEW, _D.NOISE, _D.JPEG),
    "upside_down": _degraded(_D.SKEW, _D.NOISE, _D.JPEG, _D.ROTATED),
    "faxed": _degraded(_D.SKEW, _D.FAX),
    "photographed": _degraded(_D.PERSPECTIVE, _D.SHADOW, _D.NOISE, _D.JPEG),
    "folded": _bent(_fold),
    "stretched": _bent(_stretch),
    "curved": _curved,
}


def _print(name: str, tally: _Tally) -> None:
    corners = np.percentile(tally.corners or [np.nan], [50, 99, 100])
    shown = np.percentile(tally.print or [np.nan], [50, 99])
    times = " ".join(f"{step} {np.median(taken):.0f}" for step, taken in tally.ms.items())
    sys.stdout.write(
        f"{name:13} pages {tally.pages} refused {tally.refused} wrong way {tally.wrong_way}"
        f" | box corners {len(tally.corners)} mm {corners[0]:.2f} p99 {corners[1]:.2f}"
        f" max {corners[2]:.2f} | print on the registered page mm {shown[0]:.2f}"
        f" p99 {shown[1]:.2f} | cpu ms {times}\n"
    )
    sys.stdout.flush()


def _measure_letters(count: int, first_seed: int) -> None:
    left, taken = [], []
    for seed in range(first_seed, first_seed + count):
        rng = seeded(seed, "letter")
        pixels, matrix = degrade(letter(rng), (_D.SKEW, _D.NOISE, _D.JPEG), _DPI, rng)
        page = page_of(1, pixels)
        started = time.process_time()
        straight = straighten(page)
        taken.append(1000 * (time.process_time() - started))
        left.append(_slope_left(matrix, straight.to_scan))
    if left:
        at = np.percentile(left, [50, 95, 100])
        sys.stdout.write(
            f"letters {count}: degrees left median {at[0]:.3f} p95 {at[1]:.3f} max {at[2]:.3f},"
            f" over 0.1: {sum(each > 0.1 for each in left)} | cpu ms {np.median(taken):.0f}\n"
        )


def _slope_left(matrix: Matrix, to_scan: Matrix) -> float:
    """Degrees between lines of text and the rows (or columns) of the straightened page."""
    ends = transform_points(
        np.asarray(np.linalg.inv(to_scan) @ matrix, np.float64),
        np.array([[300.0, 1000], [1300, 1000]]),
    )
    angle = float(np.degrees(np.arctan2(*(ends[1] - ends[0])[::-1])))
    return abs((angle + 45) % 90 - 45)


if __name__ == "__main__":
    raise SystemExit(main())
