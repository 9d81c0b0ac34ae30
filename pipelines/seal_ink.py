"""Taking the ink of a red seal off the writing under it, by its colour.

Inks lie over each other like filters: their densities (logarithms of the light they let through)
add up. A seal takes most of the green light and little of the red, a pen about as much of both.
From the two densities of a pixel follow that of the seal and that of the pen.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_pixels import PAPER, as_grey
from pipelines.geometry import components
from pipelines.records import Pixels

# Darkest tone that is told from a darker one, and the density from which a pixel is of a seal.
_DARKEST, _SEAL_DENSITY, _LEAST_PX = 8, 0.25, 40
# The paper around a seal, in pixels of the colour picture, and which share of it is lighter.
_AROUND_PX, _PAPER_SHARE = 24, 85
# Most of a seal has nothing under it: its red density as a share of its green one is usual there.
_USUAL, _MOST_RED = 45, 0.5


def red_lamp(colour: Pixels, red: Pixels, grey: Pixels) -> Pixels:
    """Tones of the page (H x W of `grey`) where `red` is set, as if the seal were not there.

    `colour` is H' x W' x 3 RGB, of any resolution; `red` (H x W, 0 or 1) is where seals are. What
    is not red keeps its tone.
    """
    height, width = grey.shape
    rows, columns = colour.shape[:2]
    small = cv2.resize(red, (columns, rows), interpolation=cv2.INTER_NEAREST)
    lamp = grey.copy()
    _, _, places, _ = components(cv2.dilate(small, np.ones((9, 9), np.uint8)))
    for x, y, wide, high in places[1:, :4].tolist():
        near = (
            slice(max(0, y - _AROUND_PX), min(rows, y + high + _AROUND_PX)),
            slice(max(0, x - _AROUND_PX), min(columns, x + wide + _AROUND_PX)),
        )
        pen = _pen_tones(colour[near], small[near] > 0)
        if pen is None:
            continue
        at = tuple(
            slice(round(s.start * full / few), round(s.stop * full / few))
            for s, full, few in zip(near, (height, width), (rows, columns), strict=True)
        )
        window = grey[at]
        size = (pen.shape[1], pen.shape[0])
        lead = pen - cv2.resize(window, size, interpolation=cv2.INTER_AREA)
        # Strokes keep the sharpness of the grey picture.
        lifted = window + cv2.resize(lead, window.shape[::-1], interpolation=cv2.INTER_LINEAR)
        lamp[at] = np.where(red[at] > 0, as_grey(np.clip(lifted, 0, PAPER)), lamp[at])
    return lamp


def _pen_tones(colour: Pixels, red: NDArray[np.bool_]) -> NDArray[np.float32] | None:
    """Tones of the pen alone in a window; None where too little of a seal is seen."""
    shares = [np.maximum(colour[..., channel], _DARKEST) for channel in (0, 1)]
    paper = [max(64.0, float(np.percentile(share, _PAPER_SHARE))) for share in shares]
    in_red, in_green = (
        np.log(p / share.astype(np.float32)) for p, share in zip(paper, shares, strict=True)
    )
    seal = red & (in_green > _SEAL_DENSITY)
    if np.count_nonzero(seal) < _LEAST_PX:
        return None
    usual = float(np.percentile(in_red[seal] / in_green[seal], _USUAL))
    usual = float(np.clip(usual, 0.0, _MOST_RED))
    pen = np.maximum(in_red - usual * in_green, 0.0) / (1.0 - usual)
    return np.asarray(PAPER * np.exp(-pen), np.float32)
