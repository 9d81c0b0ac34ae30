"""Flatten the photograph of a page by its rules: level ones must run level, upright ones upright.

For pages whose sheet cannot be told from what it lies on, so that `straighten` could only turn
them. The rules of each direction meet in a vanishing point; leading both points to infinity along
the axes shows the page as from above, but for the ratio of its sides (Liebowitz and Zisserman,
"Metric rectification for perspective images of planes", 1998).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import even_light, grey_of, resize_by, transform_points
from pipelines.orient import resampled, straighten
from pipelines.records import Matrix, Page, Pixels

_LOOK_DPI = 100.0
_INK = 40
_SHORTEST_MM = 14.0
_MOST_SLANT = 14.0
_AGREES = 0.35
"""Degrees by which a rule may miss its vanishing point."""
_FEWEST = 8
_LEAST_MM = 700.0
"""Of the edges of rules by which a direction is known: more than two sides of an A4
sheet, which with the grain of the table they lie on could pass for rules of both directions."""
_MENDED = 0.12
"""Share of the length of all rules that must come to lie along the axes by it."""
_TRIES = 200
_MOST_GROWTH = 1.4

Segments = NDArray[np.float64]
"""N x 4: x0, y0, x1, y1, about the middle of the page, in heights of the page."""
Vector = NDArray[np.float64]


def lay_flat(page: Page) -> Page:
    """Level a page of no known form, and show a photograph of it as from above.

    `to_scan` and `rotation` of the result include what was done.
    """
    return flatten_by_rules(straighten(page))


def flatten_by_rules(page: Page) -> Page:
    """Give the page as from above when its rules show how it lies, else as it is.

    `page` is level within some degrees. `to_scan` of the result includes what was done.
    """
    small, step = resize_by(grey_of(page), min(1.0, _LOOK_DPI / page.dpi))
    height, width = small.shape
    look = min(page.dpi, _LOOK_DPI)
    middle = np.array([[1 / height, 0, -width / 2 / height], [0, 1 / height, -0.5], [0, 0, 1.0]])
    found = _segments(small, look / 25.4) @ np.kron(np.eye(2), middle[:2, :2].T)
    above = _from_above(found + np.tile(middle[:2, 2], 2), height * 25.4 / look)
    if above is None:
        return page
    place = middle @ step
    forth = np.linalg.inv(place) @ above @ place
    tall, wide = page.pixels.shape[:2]
    corners = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], float)
    # Beyond the horizon of the page nothing can be shown.
    if (np.column_stack([corners, np.ones(4)]) @ forth[2] <= 0.2 * forth[2, 2]).any():
        return page
    seen = transform_points(forth, corners)
    low, size = seen.min(axis=0), np.ptp(seen, axis=0)
    if (size > _MOST_GROWTH * np.array([wide, tall])).any():
        return page
    back = np.linalg.inv(forth) @ np.array([[1, 0, low[0]], [0, 1, low[1]], [0, 0, 1.0]])
    return resampled(page, back / back[2, 2], (round(size[0]), round(size[1])))


def _segments(grey: Pixels, per_mm: float) -> Segments:
    """Edges of rules in pixels: what is straight, and longer than a stroke of writing."""
    ink = even_light(grey, per_mm * 25.4) < 255 - _INK
    drawn = cv2.GaussianBlur(np.where(ink, 0, 255).astype(np.uint8), (3, 3), 0)
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE).detect(drawn)[0]
    if found is None:
        return np.empty((0, 4))
    segments = found.reshape(-1, 4).astype(np.float64)
    return np.asarray(segments[_lengths(segments) > _SHORTEST_MM * per_mm])


def _from_above(segments: Segments, height_mm: float) -> Matrix | None:
    """Where points go (both about the middle, in heights) as the rules say; None: as they are."""
    slants = np.degrees(np.arctan2(*(segments[:, 2:] - segments[:, :2]).T[::-1]))
    level = np.abs((slants + 90) % 180 - 90) < _MOST_SLANT
    upright = np.abs(slants % 180 - 90) < _MOST_SLANT
    rng = np.random.default_rng(0)
    across = _vanishing(segments[level], height_mm, rng)
    down = _vanishing(segments[upright], height_mm, rng)
    if across is None or down is None:
        return None
    mended = _agreeing(segments[level], across) - _agreeing(segments[level], np.array([1.0, 0, 0]))
    mended += _agreeing(segments[upright], down)
    mended -= _agreeing(segments[upright], np.array([0, 1.0, 0]))
    if mended < _MENDED * _lengths(segments[level | upright]).sum():
        return None
    horizon = np.cross(across, down)
    if abs(horizon[2]) < 1e-6:
        return None
    flat = np.array([[1, 0, 0], [0, 1, 0], horizon / horizon[2]])
    axes = np.column_stack([_direction(across, 0), _direction(down, 1)])
    turned = np.eye(3)
    turned[:2, :2] = np.linalg.inv(axes)
    return np.asarray(turned @ flat, np.float64)


def _vanishing(segments: Segments, height_mm: float, rng: np.random.Generator) -> Vector | None:
    """Find the point (homogeneous) that most of the length of `segments` runs to."""
    lengths = _lengths(segments)
    if len(segments) < _FEWEST:
        return None
    lines = _lines(segments)
    chance = lengths / lengths.sum()
    best: Vector | None = None
    most = 0.0
    for _ in range(_TRIES):
        one, other = rng.choice(len(lines), 2, p=chance)
        point = np.cross(lines[one], lines[other])
        held = _agreeing(segments, point) if point.any() else 0.0
        if held > most:
            best, most = point, held
    for _ in range(3):
        if best is None:
            return None
        near = _misses(segments, best) < _AGREES
        if near.sum() < _FEWEST or lengths[near].sum() * height_mm < _LEAST_MM:
            return None
        weighted = lines[near] * lengths[near, None]
        best = np.linalg.svd(weighted, full_matrices=False)[2][-1]
    return best


def _agreeing(segments: Segments, point: Vector) -> float:
    """Length of the segments that run to a point."""
    return float(_lengths(segments)[_misses(segments, point) < _AGREES].sum())


def _misses(segments: Segments, point: Vector) -> Vector:
    """Degrees between segments and the way from their middle to a homogeneous point."""
    middle = (segments[:, :2] + segments[:, 2:]) / 2
    way = point[:2] - middle * point[2]
    along = segments[:, 2:] - segments[:, :2]
    cross = along[:, 0] * way[:, 1] - along[:, 1] * way[:, 0]
    dot = (along * way).sum(axis=1)
    return np.asarray(np.degrees(np.arctan2(np.abs(cross), np.abs(dot))))


def _lines(segments: Segments) -> NDArray[np.float64]:
    """Homogeneous lines through segments, of unit normals."""
    ones = np.ones((len(segments), 1))
    lines = np.cross(np.hstack([segments[:, :2], ones]), np.hstack([segments[:, 2:], ones]))
    return np.asarray(lines / np.linalg.norm(lines[:, :2], axis=1, keepdims=True))


def _lengths(segments: Segments) -> Vector:
    return np.asarray(np.hypot(*(segments[:, 2:] - segments[:, :2]).T))


def _direction(point: Vector, axis: int) -> Vector:
    """Give the unit vector to a point at infinity, pointing along the axis and not against it."""
    way = point[:2] / np.linalg.norm(point[:2])
    return np.asarray(way * (1.0 if way[axis] > 0 else -1.0))
