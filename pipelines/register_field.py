"""A smooth field of small shifts over a page, fitted to tracked points with outliers."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import Points

_SPACING_MM = 22.0
_STIFFNESS = 2.0
_ROUNDS = 4
_OUTLIER_PIXELS = 0.6
_MOST_PIXELS = 8.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ShiftField:
    """Shifts (x, y) at the nodes of a grid that spans the map: rows x columns x 2, map pixels."""

    nodes: NDArray[np.float32]
    width: int
    height: int

    @property
    def largest(self) -> float:
        """Length of the largest shift in map pixels."""
        return float(np.linalg.norm(self.nodes, axis=2).max(initial=0))

    def places(self, width: int, height: int, scale: float, step: int) -> NDArray[np.float64]:
        """Where pixels of a `scale` times larger image lie after their shift: rows x columns x 2.

        The pixels are the middles of squares of `step` pixels, with one square more on each side
        than `width` x `height` needs.
        """
        xs = (np.arange(-1, -(-width // step) + 1) + 0.5) * step - 0.5
        ys = (np.arange(-1, -(-height // step) + 1) + 0.5) * step - 0.5
        rows, columns = self.nodes.shape[:2]
        # Linear ramps over whole rows and columns: the nodes lie at the very corners of the map.
        across = np.clip(xs / (width - 1), 0, 1) * (columns - 1)
        down = np.clip(ys / (height - 1), 0, 1) * (rows - 1)
        grid_x, grid_y = np.meshgrid(across.astype(np.float32), down.astype(np.float32))
        shifts = cv2.remap(self.nodes, grid_x, grid_y, cv2.INTER_LINEAR)
        return np.asarray(np.dstack(np.meshgrid(xs, ys)) + scale * shifts.astype(np.float64))


def fit_shifts(expected: Points, found: Points, shape: tuple[int, ...], dpi: float) -> ShiftField:
    """Fit a field to points (N x 2, map pixels); bends cost, points that disagree count less."""
    height, width = shape[:2]
    spacing = _SPACING_MM * dpi / 25.4
    columns, rows = max(3, round(width / spacing) + 1), max(3, round(height / spacing) + 1)
    weights = _bilinear(expected, width, height, columns, rows)
    bending = _bending(columns, rows)
    shifts = found - expected
    trust = np.ones(len(expected))
    nodes: NDArray[np.float64] = np.zeros((rows * columns, 2))
    for _ in range(_ROUNDS):
        weighted = weights * trust[:, None]
        left = weights.T @ weighted + _STIFFNESS * bending + 1e-3 * np.eye(rows * columns)
        nodes = np.asarray(np.linalg.solve(left, weighted.T @ shifts), np.float64)
        error = np.linalg.norm(weights @ nodes - shifts, axis=1)
        trust = 1.0 / (1.0 + (error / _OUTLIER_PIXELS) ** 2) ** 2
    bounded = np.clip(nodes, -_MOST_PIXELS, _MOST_PIXELS).reshape(rows, columns, 2)
    return ShiftField(nodes=bounded.astype(np.float32), width=width, height=height)


def _bilinear(
    points: Points, width: int, height: int, columns: int, rows: int
) -> NDArray[np.float64]:
    x = np.clip(points[:, 0] / max(width - 1, 1), 0, 1) * (columns - 1)
    y = np.clip(points[:, 1] / max(height - 1, 1), 0, 1) * (rows - 1)
    left = np.minimum(x.astype(int), columns - 2)
    top = np.minimum(y.astype(int), rows - 2)
    weights = np.zeros((len(points), rows * columns))
    own = np.arange(len(points))
    for right in (0, 1):
        for below in (0, 1):
            share = np.abs(1 - right - (x - left)) * np.abs(1 - below - (y - top))
            weights[own, (top + below) * columns + left + right] = share
    return weights


@lru_cache(maxsize=16)
def _bending(columns: int, rows: int) -> NDArray[np.float64]:
    """Sum of squared second differences along rows and columns, as a quadratic form."""
    index = np.arange(rows * columns).reshape(rows, columns)
    size = rows * columns
    total = np.zeros((size, size))
    for lines in (index, index.T):
        for line in lines:
            for a, b, c in zip(line, line[1:], line[2:], strict=False):
                second = np.zeros(size)
                second[[a, b, c]] = (1.0, -2.0, 1.0)
                total += np.outer(second, second)
    return total
