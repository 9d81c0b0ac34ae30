"""Whether a scan shows more than one sheet: its shape, and print beside the form it was taken for.

Two sheets that a feeder draws in at once make a scan that is too long, and two slips copied or laid
side by side make one in which only one is known: what stands on the other would be lost in silence.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import ink_drop, resize_by, shrunk, tone_at, transform_points
from pipelines.records import Page, Pixels, RegisteredPage

_LOOK_DPI = 75.0
_LONGEST, _TWO = 1.5, 2.9
"""Height by width: of one sheet (all of A and B have 1.41), and of two end to end at most."""
_LEAST_WIDE_MM = 170.0
"""Receipts and slips may be long."""
_SHEETS_MM = ((210.0, 297.0), (257.0, 364.0), (297.0, 420.0))
"""Width and length of A4, B4 and A3."""
_SAME_LENGTH, _LEAST_LEFT = 0.02, 0.85
"""Of a sheet cut at its sides: what its length may be off by, and the share of its width left."""
_LEAST_BESIDE = 0.08
_MARGIN_MM = 6.0
_EDGE_MM = 4.0
_INK_DROP = 40
_PAPER = 0.75
_SMALLEST_MM, _LARGEST_MM = 0.9, 12.0
_LEAST_CHARACTERS = 15


def too_long(width: float, height: float) -> bool:
    """Whether a scan of these mm, as the feeder drew it in, is longer than a sheet of its width.

    A sheet that the scan has cut at its sides still has its length.
    """
    cut = any(
        abs(height - long) <= _SAME_LENGTH * long and _LEAST_LEFT * wide <= width <= wide
        for wide, long in _SHEETS_MM
    )
    return width >= _LEAST_WIDE_MM and _LONGEST * width < height < _TWO * width and not cut


def shows_second_sheet(page: Page, registered: RegisteredPage) -> bool:
    """Whether characters stand on paper outside of the form that the page was registered on.

    What is darker than the form's paper (a desk) does not count. Nearly free where the form fills
    the scan.
    """
    small, to_small = shrunk(page, min(1.0, _LOOK_DPI / page.dpi), resize_by)
    dpi = min(page.dpi, _LOOK_DPI)
    form = _form(page, registered, to_small, dpi, small.shape)
    beside = form == 0
    edge = round(_EDGE_MM * dpi / 25.4)
    beside[:edge] = beside[-edge:] = beside[:, :edge] = beside[:, -edge:] = False
    if beside.mean() < _LEAST_BESIDE:
        return False
    drop = ink_drop(small, dpi)
    plain = cv2.add(small, drop)
    beside &= plain > _PAPER * tone_at(plain[form > 0], 0.5)
    return _characters(beside & (drop > _INK_DROP), dpi) >= _LEAST_CHARACTERS


def _form(
    page: Page,
    registered: RegisteredPage,
    to_small: NDArray[np.float64],
    dpi: float,
    shape: tuple[int, ...],
) -> Pixels:
    """Mask (1: there) of the form and some mm around it, in the small picture."""
    height, width = registered.grey.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    whole = to_small @ np.linalg.inv(page.to_scan) @ registered.to_scan
    quad = np.round(transform_points(whole, corners)).astype(np.int32)
    mask = cv2.fillConvexPoly(np.zeros(shape, np.uint8), quad, 1)
    reach = 2 * round(_MARGIN_MM * dpi / 25.4) + 1
    grown: Pixels = cv2.dilate(mask, np.ones((reach, reach), np.uint8))
    return grown


def _characters(ink: NDArray[np.bool_], dpi: float) -> int:
    """How many pieces of ink are as large as characters (or words run together)."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    high = stats[1:, cv2.CC_STAT_HEIGHT] * 25.4 / dpi
    return int(np.count_nonzero((high >= _SMALLEST_MM) & (high <= _LARGEST_MM)))
