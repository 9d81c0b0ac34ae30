"""How the strokes of the words of a page look: of a hand, or of print (`models/hands.py`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.hands import HandReader
from pipelines.forms.blank_records import Area
from pipelines.geometry import grey_of
from pipelines.keyvalue_chars import PlacedLine
from pipelines.records import Page, Pixels

_MARGIN = 0.1
"""Of the height of a line above and below it: regions of text cut close."""
_MOST = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class HandLine:
    """Log odds of handwriting in equal steps along the `area` of a line."""

    area: Area
    odds: NDArray[np.float32]

    def along(self, area: Area) -> float:
        """Mean log odds (-6 to 6) of the part of the line where `area` is."""
        share = (np.array([area.x0, area.x1]) - self.area.x0) / max(self.area.width, 1e-6)
        low, high = np.clip(share, 0.0, 1.0)
        first = min(int(low * len(self.odds)), len(self.odds) - 1)
        last = max(round(float(high) * len(self.odds)), first + 1)
        return float(np.clip(self.odds[first:last].mean(), -_MOST, _MOST))


def line_hands(
    page: Page, lines: Sequence[PlacedLine], reader: HandReader
) -> Mapping[int, HandLine]:
    """Look at the level lines of an upright page; by the index of each."""
    grey, per_mm = grey_of(page), page.dpi / 25.4
    held, crops = [], []
    for placed in lines:
        crop = line_crop(grey, placed.area, per_mm)
        if not placed.line.vertical and crop is not None:
            held.append(placed)
            crops.append(crop)
    looks = zip(held, reader.odds(crops), strict=True)
    return {p.index: HandLine(p.area, odds) for p, odds in looks if len(odds)}


def line_crop(grey: Pixels, area: Area, per_mm: float) -> Pixels | None:
    """Cut what is looked at of a line from the page (H x W); None for what is too small to tell."""
    margin = _MARGIN * area.height
    y0, y1 = (round(v * per_mm) for v in (area.y0 - margin, area.y1 + margin))
    x0, x1 = round(area.x0 * per_mm), round(area.x1 * per_mm)
    crop = grey[max(y0, 0) : y1, max(x0, 0) : x1]
    return crop if min(crop.shape) >= 4 else None
