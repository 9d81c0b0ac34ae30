"""Correction seals (訂正印): small red seals stamped on or beside what was struck out."""

from collections.abc import Sequence

import cv2
import numpy as np

from pipelines.geometry import components
from pipelines.ink import Ink

Corners = tuple[float, float, float, float]

_BESIDE_MM = (7.0, 4.5)
_JOIN_MM = 1.5
_SIDE_MM = (3.0, 13.0)
_LEAST_MM2 = 1.5


def find_correction_seal(ink: Ink, struck: Sequence[Corners], dpi: float) -> bool:
    """Whether a red seal stands on or beside the struck writing at `struck` (template pixels).

    Says nothing on a scan without colours: ask `shows_colour` first.
    """
    return any(_stands_by(ink, place, dpi / 25.4) for place in struck)


def _stands_by(ink: Ink, place: Corners, mm: float) -> bool:
    x0, y0, x1, y1 = place
    across, down = (reach * mm for reach in _BESIDE_MM)
    # A seal half in reach is seen whole.
    room = _SIDE_MM[1] * mm
    top, left = max(0, round(y0 - down - room)), max(0, round(x0 - across - room))
    bottom, right = round(y1 + down + room), round(x1 + across + room)
    red = ink.red[top:bottom, left:right].view(np.uint8)
    if np.count_nonzero(red) < _LEAST_MM2 * mm**2:
        return False
    kernel = np.ones((round(_JOIN_MM * mm),) * 2, np.uint8)
    count, labels, stats, centres = components(cv2.dilate(red, kernel))
    areas = np.bincount(labels[red > 0], minlength=count)
    for number in range(1, count):
        x, y = centres[number] + [left, top]
        sides = stats[number, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]] / mm
        near = x0 - across <= x <= x1 + across and y0 - down <= y <= y1 + down
        sized = _SIDE_MM[0] <= sides.min() and sides.max() <= _SIDE_MM[1]
        if near and sized and areas[number] >= _LEAST_MM2 * mm**2:
            return True
    return False
