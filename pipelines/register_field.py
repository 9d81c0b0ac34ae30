"""What paper that is bent moves: a field of small shifts over a page, fitted to tracked points.

Paper is folded along lines and stretched along its way through a scanner, so that most of a shift
is the same for all of a row, or of a column, or grows along it. Such profiles are resolved every
few millimetres and may jump; a coarse smooth field takes up the rest.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import Points

_SPACING_MM = 22.0
_STIFFNESS = 2.0
_STEP_MM = 5.0
_EVENNESS = 3.0
_JUMP_PIXELS = 0.3
"""A step of a profile by more is taken for a jump, which costs by its size, not by its square."""
_OUTLIER_PIXELS = (3.0, 2.0, 1.0, 0.6)
"""Error at which a point is hardly trusted, round by round: what is bent must not look like that
before it is fitted."""
_MOST_PIXELS = 8.0
_FLAT_MM, _FLAT_SHARE = 0.08, 75
"""Paper of which so many percent of the points lie nearer to their places is flat."""
_Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ShiftField:
    """Shifts (x, y) at the nodes of a grid that spans the map: rows x columns x 2, map pixels."""

    nodes: NDArray[np.float32]
    width: int
    height: int

    def places(self, width: int, height: int, scale: float, step: int) -> NDArray[np.float64]:
        """Where pixels of a `scale` times larger image lie after their shift: rows x columns x 2.

        The pixels are the middles of squares of `step` pixels, with one square more on each side
        than `width` x `height` needs.
        """
        xs = (np.arange(-1, -(-width // step) + 1) + 0.5) * step - 0.5
        ys = (np.arange(-1, -(-height // step) + 1) + 0.5) * step - 0.5
        shifts = self._between(*np.meshgrid(xs / (width - 1), ys / (height - 1)))
        return np.asarray(np.dstack(np.meshgrid(xs, ys)) + scale * shifts.astype(np.float64))

    def shifts(self, points: Points) -> Points:
        """Shifts (N x 2) of map pixels."""
        across, down = (points / [self.width - 1, self.height - 1]).T[:, :, None]
        return np.asarray(self._between(across, down)[:, 0], np.float64)

    def _between(self, across: _Array, down: _Array) -> NDArray[np.float32]:
        """Shifts at shares (0..1, rows x columns) of the map's width and height."""
        rows, columns = self.nodes.shape[:2]
        # Linear ramps over whole rows and columns: the nodes lie at the very corners of the map.
        at_x = (np.clip(across, 0, 1) * (columns - 1)).astype(np.float32)
        at_y = (np.clip(down, 0, 1) * (rows - 1)).astype(np.float32)
        return np.asarray(cv2.remap(self.nodes, at_x, at_y, cv2.INTER_LINEAR))


def fit_shifts(
    expected: Points, found: Points, shape: tuple[int, ...], dpi: float
) -> ShiftField | None:
    """Fit a field to points (N x 2, map pixels); None for flat paper.

    Bends and jumps cost, and points that disagree count less.
    """
    shifts = found - expected
    lengths = np.linalg.norm(shifts, axis=1) * 25.4 / dpi
    if not len(lengths) or np.percentile(lengths, _FLAT_SHARE) < _FLAT_MM:
        return None
    height, width = shape[:2]
    parts = _Parts.over(width, height, dpi)
    weights, trust = parts.at(expected), np.ones(len(expected))
    solved = np.zeros((weights.shape[1], 2))
    for outlier in _OUTLIER_PIXELS:
        weighted = weights * trust[:, None]
        left = weights.T @ weighted + parts.cost(solved)
        solved = np.asarray(np.linalg.solve(left, weighted.T @ shifts), np.float64)
        error = np.linalg.norm(weights @ solved - shifts, axis=1)
        trust = 1.0 / (1.0 + (error / outlier) ** 2) ** 2
    nodes = parts.at(parts.places()) @ solved
    bounded = np.clip(nodes, -_MOST_PIXELS, _MOST_PIXELS).reshape(parts.rows, parts.columns, 2)
    return ShiftField(nodes=bounded.astype(np.float32), width=width, height=height)


def with_bend(
    field: ShiftField | None, bend: Callable[[Points], Points], shape: tuple[int, ...], dpi: float
) -> ShiftField:
    """Field over a map of `shape` with shifts by `bend` (N x 2 map pixels) on top."""
    height, width = shape[:2]
    parts = _Parts.over(width, height, dpi)
    shifts = bend(parts.places()).reshape(parts.rows, parts.columns, 2).astype(np.float32)
    nodes = shifts if field is None else field.nodes + shifts
    return ShiftField(nodes=nodes, width=width, height=height)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parts:
    """What a field is the sum of, in the order of the unknowns.

    A smooth one of `across` x `down` nodes, profiles of `rows` and of `columns`, and profiles that
    grow along the other direction.
    """

    width: int
    height: int
    across: int
    down: int
    rows: int
    columns: int

    @classmethod
    def over(cls, width: int, height: int, dpi: float) -> "_Parts":
        across, down, columns, rows = (
            max(3, round(size * 25.4 / dpi / spacing) + 1)
            for spacing in (_SPACING_MM, _STEP_MM)
            for size in (width, height)
        )
        return cls(width=width, height=height, across=across, down=down, rows=rows, columns=columns)

    def places(self) -> Points:
        """Where the nodes of a field lie: N x 2 map pixels, row by row."""
        xs = np.linspace(0, self.width - 1, self.columns)
        ys = np.linspace(0, self.height - 1, self.rows)
        return np.column_stack([each.ravel() for each in np.meshgrid(xs, ys)])

    def at(self, points: Points) -> _Array:
        """Weights of all unknowns at N points: N x unknowns."""
        x = np.clip(points[:, 0] / max(self.width - 1, 1), 0, 1)
        y = np.clip(points[:, 1] / max(self.height - 1, 1), 0, 1)
        smooth = _linear(y, self.down)[:, :, None] * _linear(x, self.across)[:, None]
        rows, columns = _linear(y, self.rows), _linear(x, self.columns)
        lean, tilt = (2 * x - 1)[:, None], (2 * y - 1)[:, None]
        return np.hstack([smooth.reshape(len(x), -1), rows, columns, rows * lean, columns * tilt])

    def cost(self, solved: _Array) -> _Array:
        """Quadratic form of what `solved` costs: bends, and steps by less the larger they are."""
        total = np.zeros((len(solved), len(solved)))
        own = self.across * self.down
        total[:own, :own] = _STIFFNESS * _bending(self.across, self.down)
        # So that what can be told by a profile is.
        total[np.arange(len(solved)), np.arange(len(solved))] += 0.01
        for size in (self.rows, self.columns, self.rows, self.columns):
            steps = np.diff(np.eye(size), axis=0)
            jumps = np.linalg.norm(np.diff(solved[own : own + size], axis=0), axis=1)
            dear = _EVENNESS / (1 + jumps / _JUMP_PIXELS)
            total[own : own + size, own : own + size] += (steps.T * dear) @ steps
            own += size
        return total


def _linear(share: _Array, count: int) -> _Array:
    """Weights of `count` even nodes at places from 0 to 1: N x count."""
    at = share * (count - 1)
    first = np.minimum(at.astype(int), count - 2)
    weights = np.zeros((len(share), count))
    own = np.arange(len(share))
    weights[own, first] = 1 - (at - first)
    weights[own, first + 1] = at - first
    return weights


@lru_cache(maxsize=16)
def _bending(columns: int, rows: int) -> _Array:
    """Sum of squared second differences along rows and columns, as a quadratic form."""
    index = np.arange(rows * columns).reshape(rows, columns)
    size = rows * columns
    total = np.zeros((size, size))
    for second in _seconds(index):
        total += np.outer(second, second)
    return total


def _seconds(index: NDArray[np.intp]) -> Iterable[_Array]:
    for lines in (index, index.T):
        for line in lines:
            for a, b, c in zip(line, line[1:], line[2:], strict=False):
                second = np.zeros(index.size)
                second[[a, b, c]] = (1.0, -2.0, 1.0)
                yield second
