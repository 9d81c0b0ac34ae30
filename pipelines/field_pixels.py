"""Small things done to the pixels of crops."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import tone_at
from pipelines.records import Pixels

PAPER = 255


def extent(mask: NDArray[np.bool_]) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """First and last-plus-one row and column with ink."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) == 0:
        return None, None
    return (int(rows[0]), int(rows[-1]) + 1), (int(columns[0]), int(columns[-1]) + 1)


def window(grey: Pixels, x0: float, y0: float, x1: float, y1: float) -> Pixels:
    """Cut a rectangle; what lies outside is paper."""
    left, top, right, bottom = round(x0), round(y0), round(x1), round(y1)
    height, width = grey.shape
    part = grey[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    return as_grey(
        cv2.copyMakeBorder(
            part,
            max(0, -top),
            max(0, bottom - height),
            max(0, -left),
            max(0, right - width),
            cv2.BORDER_CONSTANT,
            value=(PAPER,),
        )
    )


def only_near(grey: Pixels, mask: NDArray[np.bool_] | Pixels) -> Pixels:
    """Keep the ink of `mask` with its soft edge of a pixel; all else becomes paper."""
    near = cv2.dilate(mask.view(np.uint8), np.ones((3, 3), np.uint8))
    away = cv2.threshold(near, 0, 255, cv2.THRESH_BINARY_INV)[1]
    return np.asarray(cv2.bitwise_or(grey, away), np.uint8)


def contrast(crop: Pixels) -> Pixels:
    """Stretch so that the darkest ink is nearly black: pencils and faint pens read as ink."""
    dark = crop[crop < 200]
    if len(dark) < 4:
        return crop
    low = tone_at(dark, 0.1)
    if low < 60:
        return crop
    scale = (255 - 40) / (255 - low)
    return as_grey(np.clip(255 - (255 - crop.astype(np.float32)) * scale, 0, 255))


def as_grey(values: Any) -> Pixels:
    """Array of any numbers as pixels."""
    return np.asarray(values).astype(np.uint8)
