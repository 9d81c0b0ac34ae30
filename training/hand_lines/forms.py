"""Lines of filled forms as they are found on pages that no form claims, with what each column is.

Print beside boxes is smaller than lines that are drawn for themselves, and scanned with them.
"""

from collections.abc import Iterator

import numpy as np

from models.detector import Detector
from models.hands import STEP, prepared
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FormDefinition
from pipelines.geometry import grey_of, transform_points
from pipelines.keyvalue_chars import region_area
from pipelines.keyvalue_hands import line_crop
from pipelines.level_rules import lay_flat
from pipelines.records import FieldState, Page
from pipelines.synthesis.synthesize import synthesize
from pipelines.synthesis.truth import Truth
from pipelines.upright import LONG_SIDE
from training.form_variants import form_variants
from training.hand_lines.data import IGNORED, Sample
from training.keyvalue_pages import DPI, WAYS, pages_of

_NEAR = 3.0
_INK = 0.4


def form_lines(detector: Detector, *, seed: int, count: int, variants: int) -> Iterator[Sample]:
    """Lines of `count` scans of every built-in form and one of each of `variants` others.

    The ways of scanning take turns. Hands that type are left out: they print.
    """
    forms = [entry for _ in range(count) for entry in FormLibrary.builtin().entries]
    forms += form_variants(variants, seed + 500)
    ways = list(WAYS.values())
    for index, entry in enumerate(forms):
        way = ways[(index + index // 12) % len(ways)]
        scan = synthesize(entry, seed=seed + index, dpi=DPI, degradations=way)
        if scan.truth.hand.startswith("typed"):
            continue
        for page in pages_of(scan):
            yield from _page_lines(page, detector, entry.definition, scan.truth)


def _page_lines(
    page: Page, detector: Detector, form: FormDefinition, truth: Truth
) -> Iterator[Sample]:
    level = lay_flat(page)
    grey, per_mm = grey_of(level), level.dpi / 25.4
    for region in detector.find(level.pixels, long_side=LONG_SIDE):
        area = region_area(region, per_mm)
        crop = line_crop(grey, area, per_mm)
        if crop is None or area.height > 1.2 * area.width:
            continue
        picture = prepared(crop)
        steps = picture.shape[1] // STEP
        across = area.x0 + (np.arange(steps) + 0.5) / steps * area.width
        middles = np.column_stack([across, np.full(steps, (area.y0 + area.y1) / 2)]) * per_mm
        columns = _columns(transform_points(level.to_scan, middles), page.number, form, truth)
        inked = (picture.reshape(picture.shape[0], steps, STEP) > _INK).any(axis=(0, 2))
        columns[~inked] = IGNORED
        if (columns != IGNORED).any():
            yield Sample(picture, columns)


def _columns(points: np.ndarray, number: int, form: FormDefinition, truth: Truth) -> np.ndarray:
    """Tell what stands at points of the scan: 1 writing, 0 print, -1 marks, seals and units."""
    parted = {field.name for field in form.fields if field.parts}
    found = np.zeros(len(points), np.int8)
    for field in truth.fields:
        if field.page != number:
            continue
        x0, y0, x1, y1 = field.box
        low, high = np.array([x0, y0]) - _NEAR, np.array([x1, y1]) + _NEAR
        inside = ((points >= low) & (points <= high)).all(axis=1)
        if field.kind in ("mark", "seal") or field.name in parted:
            found[inside] = IGNORED
        elif field.state is not FieldState.BLANK:
            found[inside] = 1 if field.state is FieldState.READ else IGNORED
    return found
