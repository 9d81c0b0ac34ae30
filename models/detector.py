"""Finds text lines on a page with the PP-OCRv6 detector (differentiable binarisation)."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.manifest import Manifest, load_manifest, read_weights
from models.session import Backend, Run, open_session

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Points = NDArray[np.integer[Any] | np.floating[Any]]

MODEL = "ppocrv6_small_det"
_THRESHOLD = 0.3
_MIN_SCORE = 0.5
# The net marks the core of a line; the line itself is this much larger (area / perimeter).
_GROW = 1.6
_MIN_SIDE = 3
_GRID = 32
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


@dataclass(frozen=True, eq=False)
class TextRegion:
    """One line of text.

    `corners` is 4 x 2 float32 (x, y) in pixels of the page, clockwise from the top left one;
    `score` is 0..1.
    """

    corners: Floats
    score: float


class Detector:
    """The detector. Make one a process with `load`."""

    def __init__(self, run: Run, manifest: Manifest) -> None:
        self._run = run
        self.manifest = manifest

    @classmethod
    def load(
        cls,
        threads: int = 1,
        *,
        model: str = MODEL,
        version: str | None = None,
        backend: Backend = Backend.ONNXRUNTIME,
    ) -> "Detector":
        """Load a model of `models/artifacts`. Raises `ModelError` when missing or damaged."""
        manifest = load_manifest(model, version)
        weights = read_weights(manifest)
        run, _ = open_session(
            weights, model=model, threads=threads, backend=backend, keep_memory=False
        )
        return cls(run, manifest)

    def find(self, pixels: Pixels, *, long_side: int = 1280) -> list[TextRegion]:
        """Text lines of a page (H x W x 3 RGB), horizontal and vertical, in no order.

        `long_side` is the size in pixels to which a larger page is reduced; a page of A4 with
        8 point print wants 1280.
        """
        height, width = pixels.shape[:2]
        if min(height, width) < _MIN_SIDE:
            return []
        scale = min(1.0, long_side / max(height, width))
        size = tuple(max(_GRID, round(s * scale / _GRID) * _GRID) for s in (width, height))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.resize(pixels, size, interpolation=how)
        if small.ndim == 2:
            small = cv2.cvtColor(small, cv2.COLOR_GRAY2RGB)
        # The net was trained on BGR with the statistics in RGB order: kept as it was.
        batch = (small[:, :, ::-1].astype(np.float32) / 255 - _MEAN) / _DEVIATION
        core = self._run(np.ascontiguousarray(batch.transpose(2, 0, 1)[None]))[0, 0]
        ratio = np.array([width / size[0], height / size[1]], np.float32)
        return [
            TextRegion(_within(r.corners * ratio, width, height), r.score) for r in _regions(core)
        ]


def _regions(core: Floats) -> list[TextRegion]:
    found = []
    mask = (core > _THRESHOLD).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        (cx, cy), (w, h), angle = cv2.minAreaRect(contour)
        if min(w, h) < _MIN_SIDE:
            continue
        score = _score(core, contour)
        if score < _MIN_SCORE:
            continue
        grow = w * h * _GROW / (2 * (w + h)) * 2
        corners = cv2.boxPoints(((cx, cy), (w + grow, h + grow), angle))
        found.append(TextRegion(_clockwise(corners), score))
    return found


def _score(core: Floats, contour: Points) -> float:
    x, y, w, h = cv2.boundingRect(contour)
    inside = np.zeros((h, w), np.uint8)
    cv2.drawContours(inside, [contour - (x, y)], -1, 1, cv2.FILLED)
    return float(cv2.mean(core[y : y + h, x : x + w], inside)[0])


def _clockwise(corners: Points) -> Floats:
    """Order four corners: top left first, as seen on the page, then clockwise."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left = by_x[:2][np.argsort(by_x[:2, 1], kind="stable")]
    right = by_x[2:][np.argsort(by_x[2:, 1], kind="stable")]
    return np.array([left[0], right[0], right[1], left[1]], np.float32)


def _within(corners: Floats, width: int, height: int) -> Floats:
    limit = np.array([width, height], np.float32)
    return np.clip(corners, 0, limit).astype(np.float32)
