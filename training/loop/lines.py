"""Lines of writing with what people confirmed, from examples exported with `--lines`.

Only fields that are one line of text for one value: names, kana, addresses, short texts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_crops import PAD
from pipelines.forms.kinds import FieldKind, Sensitivity
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FieldDefinition
from training.loop.dataset import Dataset

HEIGHT = 48
_KINDS = frozenset({FieldKind.KANJI_NAME, FieldKind.KANA_NAME, FieldKind.ADDRESS, FieldKind.TEXT})
_LEAST_CONTRAST = 40
_LEAST_INK, _SPECK = 12, 6
"""Pixels of ink that make a line, and of a component that is more than dust."""
_RULE = 0.6
"""A level run of ink over this share of a crop is a rule."""
_LONGEST = 1024
Pixels = NDArray[np.uint8]
Mask = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class OfficeLine:
    """One line, 48 x W grey (dark on white), and what it says."""

    pixels: Pixels
    text: str
    kind: str
    document: str
    corrected: bool


def office_lines(folder: Path, dataset: Dataset, library: FormLibrary) -> Iterator[OfficeLine]:
    """Give the usable lines of a data set, in its order. Raises OSError."""
    fields = usable_fields(library)
    for example in dataset.examples:
        key = example.form, example.revision, example.field
        if example.line is None or not example.confirmed or key not in fields:
            continue
        picture = cv2.imread(str(folder / example.line), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            raise OSError(f"{example.line}: cannot be read")
        pixels = as_high(np.asarray(picture, np.uint8))
        if pixels is not None:
            yield OfficeLine(
                pixels=pixels,
                text=example.confirmed.strip(),
                kind=example.kind,
                document=example.document,
                corrected=example.corrected,
            )


def cut_ink(picture: Pixels) -> Pixels | None:
    """Cut writing out of a sheet with nothing else on it but a frame; None where there is none.

    H x W x 3 or H x W pixels in, 48 x W grey out. For lines that are drawn: what an office scans
    is cut by the reader itself.
    """
    grey = picture.min(axis=2) if picture.ndim == 3 else picture
    paper, dark = float(np.percentile(grey, 90)), float(grey.min())
    if paper - dark < _LEAST_CONTRAST:
        return None
    even = np.clip(grey.astype(np.float32) * (255 / paper), 0, 255).astype(np.uint8)
    level = (255 * dark / paper + 255) / 2
    mask = np.asarray(even < level, np.uint8)
    rules = _rules(mask)
    mask = np.asarray(mask & ~(rules > 0), np.uint8)
    mask = _without_dust(mask)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if mask.sum() < _LEAST_INK:
        return None
    even[cv2.dilate(rules, np.ones((3, 3), np.uint8)) > 0] = 255
    pad = round(PAD * (rows[-1] - rows[0] + 1))
    framed = np.pad(even, pad, constant_values=255)
    cut = framed[rows[0] : rows[-1] + 2 * pad + 1, columns[0] : columns[-1] + 2 * pad + 1]
    return as_high(cut)


def as_high(cut: Pixels) -> Pixels | None:
    """Scale a line (H x W grey) to 48 pixels as the reader does; None where it is no line."""
    width = round(cut.shape[1] * HEIGHT / cut.shape[0])
    if not HEIGHT // 4 <= width <= _LONGEST:
        return None
    how = cv2.INTER_AREA if cut.shape[0] > HEIGHT else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(cut, (width, HEIGHT), interpolation=how), np.uint8)


def _rules(mask: Mask) -> Mask:
    """Level rules anywhere, upright ones near the ends: there a stroke could be one elsewhere."""
    high, wide = mask.shape
    level = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, max(3, round(_RULE * wide)))))
    upright = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((max(3, round(0.85 * high)), 1)))
    reach = min(round(0.4 * high), wide // 8)
    upright[:, reach : wide - reach] = 0
    return np.asarray(level | upright, np.uint8)


def _without_dust(mask: Mask) -> Mask:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    kept = stats[:, cv2.CC_STAT_AREA] >= _SPECK
    kept[0] = False
    return np.asarray(kept[labels], np.uint8)


def usable_fields(library: FormLibrary) -> dict[tuple[str, str, str], FieldDefinition]:
    """Fields that are one line of writing for one value, by form, revision and name."""
    return {
        (form.definition.id, form.definition.revision, field.name): field
        for form in library.entries
        for field in form.definition.fields
        if field.kind in _KINDS
        and field.sensitivity is not Sensitivity.NUMBER
        and field.cells == 1
        and field.lines == 1
        and not field.parts
        and not field.vertical
    }
