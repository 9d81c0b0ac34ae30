"""A pen on paper: strokes to ink coverage, and ink onto the page."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.records import Pixels

_SUPER = 4
_SHIFT = 4

Points = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ink:
    """Colour of a pen or stamp: RGB, opacity 0..1, grain 0..1 (pencil, worn seal)."""

    colour: tuple[int, int, int]
    opacity: float = 0.95
    grain: float = 0.05


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Blot:
    """Ink coverage (uint8 H x W, 255 is full) whose top left corner lies at (x, y) pixels."""

    coverage: NDArray[np.uint8]
    x: float
    y: float


def draw_strokes(
    strokes: tuple[Points, ...] | list[Points],
    width: float,
    *,
    pressure: float,
    rng: np.random.Generator,
) -> Blot | None:
    """Draw polylines (N x 2 pixels each) with a pen of `width` pixels.

    `pressure` (0..1) is how much the line swells and tapers along a stroke. None when there is
    nothing to draw.
    """
    if not strokes:
        return None
    everything = np.concatenate(strokes)
    margin = width + 2
    low = np.floor(everything.min(axis=0) - margin)
    high = np.ceil(everything.max(axis=0) + margin)
    size = (high - low).astype(int)
    canvas = np.zeros((size[1] * _SUPER, size[0] * _SUPER), dtype=np.uint8)
    for stroke in strokes:
        _draw_stroke(canvas, (stroke - low) * _SUPER, width * _SUPER, pressure, rng)
    small = cv2.resize(canvas, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
    return Blot(coverage=small.astype(np.uint8), x=float(low[0]), y=float(low[1]))


def resample(points: Points, step: float) -> Points:
    """Put points along a polyline about `step` apart (first and last stay)."""
    if len(points) < 2:
        return points
    lengths = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    total = along[-1]
    if total <= 0:
        return points[:1]
    at = np.linspace(0, total, max(2, int(total / step) + 1))
    return np.stack([np.interp(at, along, points[:, 0]), np.interp(at, along, points[:, 1])], 1)


def smooth(points: Points, rounds: int) -> Points:
    """Round the corners of a polyline; its ends stay where they are."""
    for _ in range(rounds):
        if len(points) < 3:
            break
        middle = (points[:-2] + 2 * points[1:-1] + points[2:]) / 4
        points = np.concatenate([points[:1], middle, points[-1:]])
    return points


def put_ink(page: Pixels, blot: Blot, ink: Ink, rng: np.random.Generator) -> None:
    """Lay `blot` onto `page` (H x W x 3 RGB, changed in place). Ink darkens what lies below."""
    x, y = round(blot.x), round(blot.y)
    height, width = blot.coverage.shape
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + width, page.shape[1]), min(y + height, page.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    cover = blot.coverage[y0 - y : y1 - y, x0 - x : x1 - x].astype(np.float32) / 255
    if ink.grain > 0.01:
        cover = cover * _grain(cover.shape, ink.grain, rng)
    cover = cover * np.float32(ink.opacity)
    keep = 1 - cover[..., None] * (1 - np.array(ink.colour, dtype=np.float32) / 255)
    region = page[y0:y1, x0:x1]
    region[:] = (region * keep + 0.5).astype(np.uint8)


def _grain(shape: tuple[int, ...], grain: float, rng: np.random.Generator) -> NDArray[np.float32]:
    rough = rng.random((shape[0] + 1, shape[1] + 1), dtype=np.float32)
    # Neighbours are averaged: paper grain is coarser than one pixel.
    soft = (rough[:-1, :-1] + rough[1:, :-1] + rough[:-1, 1:] + rough[1:, 1:]) / 4
    return np.clip(1 - grain * 2.2 * soft, 0, 1).astype(np.float32)


def _draw_stroke(
    canvas: NDArray[np.uint8],
    points: Points,
    width: float,
    pressure: float,
    rng: np.random.Generator,
) -> None:
    if len(points) == 1:
        centre = tuple(round(float(v)) for v in points[0])
        cv2.circle(canvas, centre, max(1, round(width * 0.6)), 255, -1)
        return
    steps = len(points) - 1
    at = np.linspace(0, 1, steps)
    start, end = rng.uniform(-0.3, 0.25), rng.uniform(-1.0, 0.1)
    swell = 1 + pressure * (start * (1 - at) ** 3 + end * at**3 + rng.uniform(-0.2, 0.2))
    widths = np.maximum(1, np.round(width * swell)).astype(int)
    fixed = np.round(points * (1 << _SHIFT)).astype(np.int32)
    begin = 0
    for i in range(1, steps + 1):
        if i == steps or widths[i] != widths[begin]:
            piece = fixed[begin : i + 1].reshape(-1, 1, 2)
            cv2.polylines(canvas, [piece], False, 255, int(widths[begin]), cv2.LINE_8, shift=_SHIFT)
            begin = i
