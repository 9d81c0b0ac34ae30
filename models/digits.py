"""Reads single handwritten digits, each cut from its cell of a comb, with a small network.

The recogniser of lines has seen few real digits; this one has seen those of 500 people, and knows
"no digit" as an answer of its own. The two err in different places: together they err least.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.manifest import Manifest, load_manifest, read_weights
from models.session import Run, open_session

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

MODEL = "digit_cells"
DIGITS = "0123456789"
SIDE = 28
_INK_SIDE = 20
_LEAST_INK = 60


class DigitReader:
    """The network; make one a process with `load`."""

    def __init__(self, run: Run, manifest: Manifest) -> None:
        self._run = run
        self.manifest = manifest

    @classmethod
    def load(cls, threads: int = 1, *, version: str | None = None) -> "DigitReader":
        """Load the model of `models/artifacts`. Raises `ModelError`."""
        manifest = load_manifest(MODEL, version)
        run, _ = open_session(read_weights(manifest), model=MODEL, threads=threads)
        return cls(run, manifest)

    def read(self, cells: Sequence[Pixels]) -> Floats:
        """Probabilities N x 11 of 0 to 9 and of anything else, for N cells (H x W grey, dark ink).

        An empty cell is anything else.
        """
        if not cells:
            return np.zeros((0, len(DIGITS) + 1), np.float32)
        batch = np.stack([centred(cell) for cell in cells])[:, None]
        logits = self._run(batch)
        powers = np.exp(logits - logits.max(1, keepdims=True))
        return np.asarray(powers / powers.sum(1, keepdims=True), np.float32)


def centred(cell: Pixels) -> Floats:
    """28 x 28 picture (0 paper .. 1 ink) of a cell's ink, its longer side 20 pixels, centred."""
    ink = 255 - cell
    rows = np.flatnonzero((ink > _LEAST_INK).any(axis=1))
    columns = np.flatnonzero((ink > _LEAST_INK).any(axis=0))
    picture = np.zeros((SIDE, SIDE), np.float32)
    if len(rows) == 0:
        return picture
    part = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    high, wide = part.shape
    scale = _INK_SIDE / max(high, wide)
    size = (max(1, round(wide * scale)), max(1, round(high * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(part, size, interpolation=how).astype(np.float32) / 255
    y, x = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    picture[y : y + size[1], x : x + size[0]] = small / max(float(small.max()), 1e-6)
    return picture
