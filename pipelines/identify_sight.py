"""The part of a page in sight: what the edge of another sheet, a tear or a cut leaves of it.

Words that are missing here and there on white paper speak against a form. Words of which none is
left beyond a straight line, while before it nearly all are there, say only that the page ends
there: it is judged by the part before the line, if that is enough.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.geometry import Edge, Points

_DIRECTIONS = 16
_STRAIGHT = 1.03
"""Preference for edges along the sides of the form, where sheets mostly lie: few words stand near
an edge to tell its direction."""
_MOST_POINTS = 2000
_LEAST_POINTS = 400
_BETWEEN = 0.65
"""Share of words alike between that of a part in sight (0.9 and more) and that of other forms."""
_LEAST_PART = 0.35
_LEAST_ALIKE = 0.86
_LEAST_LOST = 0.2
_MOST_LEFT = 0.1
_PART_WEIGHT = 0.75
"""What half a page proves against a whole one, and a little more for every word beyond that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """A part of a page: `edge` bounds it, `alike` is the share of its words that are there.

    `share` is the share of the template's words that lie in it.
    """

    edge: Edge
    alike: float
    share: float

    @property
    def score(self) -> float:
        """Share of words alike, lowered for what is out of sight."""
        return self.alike * (_PART_WEIGHT + (1 - _PART_WEIGHT) * self.share)


def find_sight(points: Points, alike: NDArray[np.bool_]) -> Sight | None:
    """Find the straight edge beyond which nothing of a template is left.

    `points` (N x 2) are places of words, `alike` says at which of them the page shows the word.
    None when the words before the best edge are too few or not all there, when hardly any lie
    beyond it, or when some of those are there: then it is no edge that hides them.
    """
    if len(points) < _LEAST_POINTS:
        return None
    step = max(1, len(points) // _MOST_POINTS)
    places, there = points[::step], alike[::step]
    angles = np.arange(_DIRECTIONS) * (2 * np.pi / _DIRECTIONS)
    normals = np.column_stack([np.cos(angles), np.sin(angles)])
    along = places @ normals.T
    order = np.argsort(along, axis=0)
    gained = np.cumsum(there[order] - _BETWEEN, axis=0)
    gained[:, :: _DIRECTIONS // 4] *= _STRAIGHT
    last, way = np.unravel_index(int(gained.argmax()), gained.shape)
    share = (int(last) + 1) / len(places)
    before = there[order[: last + 1, way]].mean()
    lost = 1 - share
    left = there[order[last + 1 :, way]].mean() if lost else 1.0
    if share < _LEAST_PART or before < _LEAST_ALIKE or lost < _LEAST_LOST or left > _MOST_LEFT:
        return None
    x, y = normals[way].tolist()
    limit = float(along[order[last, way], way])
    return Sight(edge=(x, y, limit), alike=float(before), share=share)
