"""Bring the print of paper that curves as a whole onto its template, and say whether that worked.

The polynomial of `bend` takes up what a camera sees of the curve; the field of `register_field`
takes up what that leaves.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pipelines.bend import flat_part, follow_far, view_bent, view_shifted
from pipelines.geometry import Points, transform_points
from pipelines.identify_print import PrintMap
from pipelines.records import Matrix, Pixels
from pipelines.register_field import ShiftField, fit_shifts, with_bend

_CURVED_MM = 0.75
"""Shift from which bent paper is looked at as curved: where it bends most, corners of the print
were not followed, then. (Tuned: curved paper that came out wrong without shifted by 0.8 and more.)
"""
_ROUNDS = 3
_REACH_MM = 2.5
_IN_PLACE_MM, _MOST_GAP_MM = 0.25, 30.0
"""Of curved paper every corner of the print must have one so near to its own place not farther off
than that: where none is, print and boxes may lie anywhere. (Tuned: pages that were right within
0.15 mm had gaps up to 29 mm, wrong ones from 34.)"""


def is_curved(field: ShiftField | None, blank: PrintMap) -> bool:
    """Whether paper may bend more than the field that was fitted to it says."""
    if field is None:
        return False
    return float(np.abs(field.nodes).max()) * 25.4 / blank.dpi > _CURVED_MM


def place_curved(source: Pixels, blank: PrintMap, pose: Matrix) -> tuple[Matrix, ShiftField] | None:
    """Homography of the print map to the page (grey), and the field on top of it.

    `pose` is a first guess of the homography. None when too little of the print is followed.
    """
    view = view_bent(source, blank, pose, exact=True)
    better = None if view is None else flat_part(view.expected, view.found)
    if view is None or better is None:
        return None
    back = np.asarray(np.linalg.inv(better), np.float64)

    def shifts(points: Points) -> Points:
        return transform_points(back, points + view.bend.shifts(points)) - points

    pose = pose @ better
    corners = blank.corners.reshape(-1, 2).astype(np.float64)
    expected, found = view.expected, transform_points(back, view.found)
    for _ in range(_ROUNDS):
        field = _field(expected, found, shifts, blank)
        # What could not be brought near enough to be followed before now is.
        seen = view_shifted(source, blank, pose, field.shifts)
        there, good = follow_far(seen, blank, _REACH_MM)
        grown = int(good.sum()) > len(expected)
        expected, found = corners[good], there[good] + field.shifts(there[good])
        if not grown:
            break
    return pose, _field(expected, found, shifts, blank)


def well_placed(seen: Pixels, blank: PrintMap, shown: NDArray[np.bool_]) -> bool:
    """Whether print is in its place all over a registered page (grey, as on the print map).

    `shown` says which corners of the print can be in sight at all.
    """
    _, good = follow_far(seen, blank, _IN_PLACE_MM)
    if not good.any():
        return False
    corners = blank.corners.reshape(-1, 2).astype(np.float64)
    gaps = np.linalg.norm(corners[shown, None] - corners[None, good], axis=2).min(axis=1)
    return bool(gaps.max(initial=0.0) * 25.4 / blank.dpi <= _MOST_GAP_MM)


def _field(
    expected: Points, found: Points, shifts: Callable[[Points], Points], blank: PrintMap
) -> ShiftField:
    rest = fit_shifts(expected, found - shifts(expected), blank.grey.shape, blank.dpi)
    return with_bend(rest, shifts, blank.grey.shape, blank.dpi)
