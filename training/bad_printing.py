"""Blanks as a bad printer or copier makes them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.records import Pixels

PRINTINGS = ("good", "pale", "broken", "thick", "worn")
"""How the form itself is printed; pale, broken and worn are what a bad copier makes of it."""


def badly_printed(pixels: Pixels, printing: str, dpi: int, rng: np.random.Generator) -> Pixels:
    """Print a blank (RGB) badly: pale, with gaps in its lines, too thick, or worn."""
    paper = np.median(pixels[::8, ::8].reshape(-1, 3), axis=0).astype(np.float32)
    found = pixels
    if printing == "thick":
        wide = max(3, 2 * round(rng.uniform(0.08, 0.14) * dpi / 25.4) + 1)
        found = cv2.erode(found, np.ones((wide, wide), np.uint8))
    left = np.ones(pixels.shape[:2], np.float32)
    if printing in ("pale", "worn"):
        left *= rng.uniform(0.3, 0.6)
    if printing in ("broken", "worn"):
        left *= _gaps(pixels.shape[:2], dpi, rng)
    mixed = paper + (found.astype(np.float32) - paper) * left[..., None]
    return np.asarray(np.clip(mixed + 0.5, 0, 255), np.uint8)


def _gaps(shape: tuple[int, ...], dpi: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Share 0..1 of the print that is left, with gaps of some tenths of a mm."""
    size = dpi / 25.4 * rng.uniform(0.3, 0.7)
    coarse = rng.random((round(shape[0] / size), round(shape[1] / size))).astype(np.float32)
    fine = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    missing = rng.uniform(0.15, 0.3)
    return np.asarray(np.clip((fine - missing) / 0.15, 0, 1), np.float32)
