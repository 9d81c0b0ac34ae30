"""Tells handwriting from print along a line, with a small network that sees strokes, not words."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.manifest import Manifest, load_manifest, read_weights
from models.session import Run, open_session

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

MODEL = "hand_lines"
HEIGHT = 32
STEP = 4
"""Pixels of width that each answer stands for."""
_BUCKET = 64
_WIDEST = 1024
_BATCH = 24
_LEAST_CONTRAST = 24.0


class HandReader:
    """The network; make one a process with `load`."""

    def __init__(self, run: Run, manifest: Manifest) -> None:
        self._run = run
        self.manifest = manifest

    @classmethod
    def load(cls, threads: int = 1, *, version: str | None = None) -> "HandReader":
        """Load the model of `models/artifacts`. Raises `ModelError`."""
        manifest = load_manifest(MODEL, version)
        run, _ = open_session(read_weights(manifest), model=MODEL, threads=threads)
        return cls(run, manifest)

    def odds(self, lines: Sequence[Pixels]) -> list[Floats]:
        """Log odds of handwriting along each line (H x W grey, dark on light).

        One for every four columns of the line at a height of 32; of a line longer than 1024 there,
        no more than the first 1024.
        """
        pictures = [prepared(line) for line in lines]
        order = sorted(range(len(pictures)), key=lambda i: pictures[i].shape[1])
        found: list[Floats] = [np.zeros(0, np.float32)] * len(pictures)
        for start in range(0, len(order), _BATCH):
            held = order[start : start + _BATCH]
            width = -(-max(pictures[i].shape[1] for i in held) // _BUCKET) * _BUCKET
            batch = np.zeros((len(held), 1, HEIGHT, width), np.float32)
            for row, i in enumerate(held):
                batch[row, 0, :, : pictures[i].shape[1]] = pictures[i]
            answers = self._run(batch)
            for row, i in enumerate(held):
                found[i] = np.asarray(answers[row, : pictures[i].shape[1] // STEP], np.float32)
        return found


def prepared(line: Pixels) -> Floats:
    """Give a line as the network sees it: 32 x W (a multiple of 4), 0 paper .. 1 ink."""
    high, wide = line.shape
    width = min(max(round(wide * HEIGHT / max(high, 1)), STEP), _WIDEST)
    how = cv2.INTER_AREA if high > HEIGHT else cv2.INTER_LINEAR
    ink = levelled(np.asarray(cv2.resize(line, (width, HEIGHT), interpolation=how), np.uint8))
    return np.pad(ink, ((0, 0), (0, -width % STEP)))


def levelled(grey: Pixels) -> Floats:
    """Ink (0 .. 1) of a grey picture, its paper and its darkest strokes taken as they are there."""
    paper, ink = np.percentile(grey, (80, 1))
    share = (paper - grey.astype(np.float32)) / max(float(paper - ink), _LEAST_CONTRAST)
    return np.asarray(np.clip(share, 0, 1), np.float32)
