"""Paper that curves as a whole: a sheet that was rolled up, a page of an opened booklet.

Seen by a camera, its print lies millimetres off any homography, but smoothly so: a polynomial over
the page takes it up. It is found by following corners of the print, each round from where the one
before has brought them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import Points, even_light
from pipelines.identify_print import PrintMap, PrintScore, follow, score_seen
from pipelines.records import Matrix, Pixels

_REACH_MM = {2: 4.0, 3: 3.0, 4: 2.5, 5: 2.5, 6: 2.0}
"""How far corners may lie from where the rounds before have brought them, by degree of the
polynomial: few corners are found at first, and a low one is all that they can tell."""
_QUICK, _EXACT = (2, 3, 4, 5), (2, 3, 4, 5, 6, 6, 6, 6, 6)
_MIXED = 4
"""Total degree of terms of both ways; higher ones are of a profile, which paper bends along."""
_OUTLIER_PIXELS = (6.0, 3.0, 1.5, 1.0)
_LEAST_CORNERS = 24
_MOST_MM = 12.0
_GRID = 8
"""Map pixels between places that are computed; between them the paper is straight."""
_Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Bend:
    """Shifts over a map of `width` x `height` pixels: a polynomial (terms x 2) of `degree`."""

    terms: _Array
    degree: int
    width: int
    height: int

    def shifts(self, points: Points) -> Points:
        """Shifts (N x 2) of map pixels."""
        return np.asarray(self._powers(points, self.degree) @ self.terms)

    def _powers(self, points: Points, degree: int) -> _Array:
        """Weights of all terms at N points: N x terms, of coordinates from -1 to 1."""
        x = 2 * points[:, 0] / self.width - 1
        y = 2 * points[:, 1] / self.height - 1
        pairs = [
            (i, j)
            for i in range(degree + 1)
            for j in range(degree + 1)
            if i + j <= min(degree, _MIXED)
            or min(i, j) == 0
            or (min(i, j) == 1 and degree > _MIXED)
        ]
        return np.column_stack([x**i * y**j for i, j in pairs])

    def fitted(self, expected: Points, moved: Points, degree: int) -> "Bend":
        """Fit shifts to points; those that disagree with most count little."""
        weights = self._powers(expected, degree)
        trust = np.ones(len(expected))
        terms = np.zeros((weights.shape[1], 2))
        for outlier in _OUTLIER_PIXELS:
            weighted = weights * trust[:, None]
            left = weights.T @ weighted + 0.02 * np.eye(weights.shape[1])
            terms = np.asarray(np.linalg.solve(left, weighted.T @ moved))
            error = np.linalg.norm(weights @ terms - moved, axis=1)
            trust = 1.0 / (1.0 + (error / outlier) ** 2) ** 2
        return Bend(terms=terms, degree=degree, width=self.width, height=self.height)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BentView:
    """The page as on the print map, and the corners of the print that were followed on the way.

    `expected` are their places on the map, `found` where the page shows them before it is bent
    (map pixels).
    """

    seen: Pixels
    bend: Bend
    expected: Points
    found: Points


def score_bent(page: Pixels, blank: PrintMap, pose: Matrix) -> PrintScore | None:
    """Score as `score_print` does, but for paper that curves; the pose is the best homography.

    None when it can't be told, or when only a part of such a page is in sight.
    """
    view = view_bent(page, blank, pose @ np.linalg.inv(blank.from_template), exact=False)
    if view is None:
        return None
    better = flat_part(view.expected, view.found)
    if better is None:
        return None
    score = score_seen(view.seen, blank)
    if score.edge is not None:
        return None
    return replace(
        score, pose=pose @ np.linalg.inv(blank.from_template) @ better @ blank.from_template
    )


def flat_part(expected: Points, found: Points) -> Matrix | None:
    """Homography that comes nearest to all moves of points (each N x 2)."""
    nearest, _ = cv2.findHomography(expected, found, 0)
    return None if nearest is None else np.asarray(nearest, np.float64)


def view_bent(source: Pixels, blank: PrintMap, pose: Matrix, *, exact: bool) -> BentView | None:
    """See the page (grey, `pose` leads from map pixels to its pixels) as if it lay flat.

    None when too few corners are followed, or when they are farther off than paper bends.
    """
    height, width = blank.grey.shape
    bend = Bend(terms=np.zeros((1, 2)), degree=0, width=width, height=height)
    corners = blank.corners.reshape(-1, 2).astype(np.float64)
    if len(corners) < _LEAST_CORNERS:
        return None
    seen = view_shifted(source, blank, pose, bend.shifts)
    expected = found = corners
    for degree in _EXACT if exact else _QUICK:
        there, good = follow_far(seen, blank, _REACH_MM[degree])
        if good.sum() < _LEAST_CORNERS:
            return None
        if degree == bend.degree and good.sum() <= len(expected):
            break
        expected, found = corners[good], there[good] + bend.shifts(there[good])
        bend = bend.fitted(expected, found - expected, degree)
        if np.abs(bend.shifts(corners)).max() > _MOST_MM * blank.dpi / 25.4:
            return None
        seen = view_shifted(source, blank, pose, bend.shifts)
    return BentView(seen=seen, bend=bend, expected=expected, found=found)


def follow_far(seen: Pixels, blank: PrintMap, reach_mm: float) -> tuple[Points, NDArray[np.bool_]]:
    """Where a view of the page shows all corners of the print, and which were found for certain.

    What is not found nearby is looked for farther away, however few that are: where paper bends
    most they are all that tells it.
    """
    lit = even_light(seen, blank.dpi)
    there, sure = follow(lit, blank, blank.corners, nearby=True)
    lost = np.flatnonzero(~sure)
    if len(lost):
        there[lost], sure[lost] = follow(lit, blank, np.ascontiguousarray(blank.corners[lost]))
    moved = np.linalg.norm(there - blank.corners.reshape(-1, 2), axis=1)
    return there, sure & (moved < reach_mm * blank.dpi / 25.4)


def view_shifted(
    source: Pixels, blank: PrintMap, pose: Matrix, shifts: Callable[[Points], Points]
) -> Pixels:
    """See the page on the print map: every place of the map shifted, then led through `pose`."""
    height, width = blank.grey.shape
    xs = (np.arange(-1, -(-width // _GRID) + 1) + 0.5) * _GRID - 0.5
    ys = (np.arange(-1, -(-height // _GRID) + 1) + 0.5) * _GRID - 0.5
    grid = np.dstack(np.meshgrid(xs, ys))
    places = grid + shifts(grid.reshape(-1, 2)).reshape(grid.shape)
    mapped = cv2.perspectiveTransform(places, pose).astype(np.float32)
    fine = cv2.resize(mapped, None, fx=_GRID, fy=_GRID, interpolation=cv2.INTER_LINEAR)
    fine = fine[_GRID : _GRID + height, _GRID : _GRID + width]
    return np.asarray(cv2.remap(source, fine, None, cv2.INTER_LINEAR, borderValue=255), np.uint8)
