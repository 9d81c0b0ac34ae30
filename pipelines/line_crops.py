"""Crops of detected lines, horizontal as the recogniser wants them."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detector import TextRegion
from pipelines.line_columns import side_by_side
from pipelines.records import Pixels

# Taller than wide by this much is a column of characters; a single character is neither.
_VERTICAL = 1.5
_LONGEST = 24.0
"""Longest line in line heights that is read in one piece."""


def is_vertical(region: TextRegion) -> bool:
    """Whether the region is a column of text (縦書き)."""
    width, height = region_size(region)
    return height >= _VERTICAL * width


def region_size(region: TextRegion) -> tuple[float, float]:
    """Width and height of the region in pixels, along its own sides."""
    top_left, top_right, bottom_right, bottom_left = region.corners
    width = (_distance(top_left, top_right) + _distance(bottom_left, bottom_right)) / 2
    height = (_distance(top_left, bottom_left) + _distance(top_right, bottom_right)) / 2
    return width, height


def cut_region(pixels: Pixels, region: TextRegion) -> Pixels:
    """Cut the region out of the page, straightened: H x W x 3."""
    width, height = region_size(region)
    size = (max(1, round(width)), max(1, round(height)))
    corners = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(region.corners, corners)
    cut = cv2.warpPerspective(
        pixels, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cut, np.uint8)


def flow_column(crop: Pixels) -> Pixels:
    """Characters of a column of text set side by side, grey, dark on white."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY) if crop.ndim == 3 else crop
    mask = _ink(grey)
    if mask.mean() > 0.5:
        # White on black: the paper is always what there is more of.
        grey, mask = np.asarray(255 - grey, np.uint8), ~mask
    return side_by_side(np.asarray(grey, np.uint8), mask)


def pieces(crop: Pixels) -> list[Pixels]:
    """Cut a very long line where there is white, into pieces that are read well."""
    height, width = crop.shape[:2]
    if width <= _LONGEST * height:
        return [crop]
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY) if crop.ndim == 3 else crop
    ink = _ink(np.asarray(grey, np.uint8)).sum(axis=0)
    count = int(np.ceil(width / (_LONGEST * height)))
    cuts = [0]
    for i in range(1, count):
        expected = round(width * i / count)
        low, high = max(cuts[-1] + 1, expected - 2 * height), min(width - 1, expected + 2 * height)
        soft = cv2.blur(ink[low:high].astype(np.float32)[None], (max(1, height // 6), 1))[0]
        cuts.append(low + int(np.argmin(soft)))
    cuts.append(width)
    return [crop[:, a:b] for a, b in pairwise(cuts)]


def _ink(grey: Pixels) -> NDArray[np.bool_]:
    if min(grey.shape) < 2:
        return np.zeros(grey.shape, bool)
    level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return np.asarray(grey <= level)


def _distance(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    return float(np.hypot(*(a - b)))
