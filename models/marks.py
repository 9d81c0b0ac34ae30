"""Judges options of a form by their pictures: empty, marked, struck out or crossed.

A small network of four convolutions. It sees what was added to the blank around one option, the
print of the blank, and where the box of the option and those of its siblings lie.
"""

import numpy as np
from numpy.typing import NDArray

from models.manifest import Manifest, load_manifest, read_weights
from models.session import Run, open_session

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

MODEL = "mark_cells"
PLANES, HIGH, WIDE = 6, 48, 64
"""Shape of a picture; `pipelines.mark_pictures` says what its planes are."""
CLASSES = ("empty", "marked", "struck", "crossed")


class MarkReader:
    """The network; make one a process with `load`."""

    def __init__(self, run: Run, manifest: Manifest) -> None:
        self._run = run
        self.manifest = manifest

    @classmethod
    def load(cls, threads: int = 1, *, version: str | None = None) -> "MarkReader":
        """Load the model of `models/artifacts`. Raises `ModelError`."""
        manifest = load_manifest(MODEL, version)
        run, _ = open_session(read_weights(manifest), model=MODEL, threads=threads)
        return cls(run, manifest)

    def judge(self, pictures: Pixels) -> Floats:
        """Probabilities N x 4 of `CLASSES` for N x 6 x 48 x 64 pictures of options."""
        if not len(pictures):
            return np.zeros((0, len(CLASSES)), np.float32)
        scores = self._run(pictures.astype(np.float32) / np.float32(255))
        powers = np.exp(scores - scores.max(1, keepdims=True))
        return np.asarray(powers / powers.sum(1, keepdims=True), np.float32)
