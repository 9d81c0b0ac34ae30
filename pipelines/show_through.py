"""Strokes of the other side of the sheet, which shine through the paper.

The evening of light and the limit of `pipelines.ink` leave out most of them. What is left of
strong ones differs from writing in two ways together: it is weak beside the page's own ink, and
soft, because the light is scattered on its way through the paper. Either alone is no proof: a
faint pen is weak, a photo is soft. That it is mirrored helps nothing before it is read, and the
other page is not at hand where it is a document of its own.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import tone_at
from pipelines.records import Pixels

# Mean darkness of a stroke as a share of the page's own ink, and slope of its edges, for its
# darkness, as a share of that of strokes of the page's own ink.
_WEAK, _SOFT = 0.5, 0.5
# How many strokes of the page's own ink say how sharp the scan is.
_SAMPLE = 60
_AROUND = 4


def shines_through(
    darkness: Pixels, labels: NDArray[np.integer[Any]], strokes: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Which connected strokes come from the other side: a flag a row of `strokes`.

    `darkness` (H x W) is how much darker than paper each pixel is, `labels` has the number of
    the stroke of each pixel (0 for none), `strokes` x, y, width, height, area a number. A page on
    which nothing but the other side is seen has no ink of its own to compare with: none is left
    out there.
    """
    through = np.zeros(len(strokes), bool)
    places = np.flatnonzero(labels)
    if places.size == 0:
        return through
    numbers, dark = labels.ravel()[places], darkness.ravel()[places]
    own = tone_at(dark, 0.9)
    count = np.maximum(np.bincount(numbers, minlength=len(strokes)), 1)
    mean = np.bincount(numbers, weights=dark, minlength=len(strokes)) / count
    weak = mean < _WEAK * own
    weak[0] = False
    if not weak.any():
        return through
    usual = np.flatnonzero(~weak)[1:]
    largest = usual[np.argsort(strokes[usual, cv2.CC_STAT_AREA])[::-1][:_SAMPLE]]
    if largest.size == 0:
        return through
    sharp = float(np.median([_sharpness(darkness, labels, strokes, n) for n in largest.tolist()]))
    for number in np.flatnonzero(weak).tolist():
        through[number] = _sharpness(darkness, labels, strokes, number) < _SOFT * sharp
    return through


def _sharpness(
    darkness: Pixels,
    labels: NDArray[np.integer[Any]],
    strokes: NDArray[np.int32],
    number: int,
) -> float:
    """Slope of the edges of a stroke, as a share of its darkness a pixel."""
    x, y, width, height = strokes[number, :4].tolist()
    top, left = max(0, y - _AROUND), max(0, x - _AROUND)
    around = slice(top, y + height + _AROUND), slice(left, x + width + _AROUND)
    even = cv2.GaussianBlur(darkness[around], (0, 0), 1.0)
    slopes = (cv2.Sobel(even, cv2.CV_32F, *way, scale=1 / 8) for way in ((1, 0), (0, 1)))
    part = labels[around] == number
    slope = cv2.magnitude(*slopes)[part]
    # Print close by makes the edge on that side steep: half of the stroke is away from it.
    return float(np.median(slope)) / max(1.0, float(even[part].mean()))
