"""The picture of one option, as the network of `models.marks` sees it.

Every option is brought to the same size: its box, and around it the reach of a circle or of a tick
that leaves the box. Beside the ink stand the print of the blank and the boxes of this option and of
its siblings, so that a loose circle can be told from the circle of a neighbour.
"""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from models.marks import HIGH, PLANES, WIDE
from pipelines.forms.model import MarkStyle
from pipelines.ink import Surplus
from pipelines.records import Pixels

Corners = tuple[float, float, float, float]

_AROUND_MM = 2.4
_REACH = 1.75
_BOXES = (MarkStyle.TICK, MarkStyle.FILL)
_NEUTRAL = 96


def option_pictures(
    style: MarkStyle,
    boxes: Sequence[Corners],
    ink: NDArray[np.bool_],
    surplus: Surplus,
    dpi: float,
) -> Pixels:
    """Pictures N x 6 x 48 x 64 of the N options of one group; `boxes` are in pixels of the page.

    Planes: darkness that the blank does not explain, print of the blank, ink, the box of the
    option, the boxes of its siblings, and whether options are boxes (255) or words (0).
    """
    pictures = np.empty((len(boxes), PLANES, HIGH, WIDE), np.uint8)
    for i, box in enumerate(boxes):
        window = _window(box, dpi)
        pictures[i, :3] = _seen(window, ink, surplus)
        pictures[i, 3] = _place(window, box)
        pictures[i, 4] = 0
        for k, other in enumerate(boxes):
            if k != i and _touches(window, other):
                np.maximum(pictures[i, 4], _place(window, other), out=pictures[i, 4])
        pictures[i, 5] = 255 if style in _BOXES else 0
    return pictures


@lru_cache(maxsize=2048)
def _window(box: Corners, dpi: float) -> tuple[int, int, int, int]:
    """Rows and columns (top, bottom, left, right) around a box; they may leave the page."""
    x0, y0, x1, y1 = box
    around = _AROUND_MM * dpi / 25.4
    across = max((x1 - x0) / 2 * _REACH, (x1 - x0) / 2 + around)
    down = max((y1 - y0) / 2 * _REACH, (y1 - y0) / 2 + around)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return round(y - down), round(y + down), round(x - across), round(x + across)


def _seen(
    window: tuple[int, int, int, int], ink: NDArray[np.bool_], surplus: Surplus
) -> NDArray[np.uint8]:
    top, bottom, left, right = window
    height, width = ink.shape
    rows = slice(max(0, top), min(bottom, height))
    columns = slice(max(0, left), min(right, width))
    mask = ink[rows, columns].view(np.uint8)
    layers = [surplus.darkness[rows, columns], surplus.print_darkness[rows, columns], mask * 255]
    merged = cv2.merge(layers)
    outside = (max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width))
    if any(outside):
        merged = cv2.copyMakeBorder(merged, *outside, cv2.BORDER_REPLICATE)
    small = cv2.resize(merged, (WIDE, HIGH), interpolation=cv2.INTER_AREA)
    # Half of the difference, so that lighter than expected has its place, too.
    extra = cv2.addWeighted(
        small[..., 0], 0.5, small[..., 1], -0.5 * surplus.gain, _NEUTRAL - 0.5 * surplus.paper
    )
    return np.stack([extra, small[..., 1], small[..., 2]])


def _touches(window: tuple[int, int, int, int], box: Corners) -> bool:
    top, bottom, left, right = window
    return box[0] < right and box[2] > left and box[1] < bottom and box[3] > top


@lru_cache(maxsize=4096)
def _place(window: tuple[int, int, int, int], box: Corners) -> NDArray[np.uint8]:
    """How much of each cell of the picture a box covers (0..255)."""
    top, bottom, left, right = window
    across = _covered(box[0] - left, box[2] - left, right - left, WIDE)
    down = _covered(box[1] - top, box[3] - top, bottom - top, HIGH)
    return np.round(255 * np.outer(down, across)).astype(np.uint8)


def _covered(start: float, end: float, length: int, cells: int) -> NDArray[np.float64]:
    first, last = start * cells / length, end * cells / length
    edges = np.arange(cells, dtype=np.float64)
    covered: NDArray[np.float64] = np.clip(
        np.minimum(edges + 1, last) - np.maximum(edges, first), 0, 1
    )
    return covered
