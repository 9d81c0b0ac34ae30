"""Boxes of which geometry alone can't say whether their writing is theirs, or all of it."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.outside_strokes import Sides, apart, around

# Writing that hangs over the upper or lower edge by so much, in several strokes of such a height
# and in so many of all, lies on the print between the boxes, and may be meant for another one. A
# line that rises or falls leaves its box with a few of its characters only.
_HANGS_MM, _TALL_MM, _SEVERAL, _MOST = 1.0, 1.2, 2, 0.4
# Writing that starts so far outside, and within reach of an empty box on its line.
_STARTS_MM, _WITHIN_MM = 2.0, 9.0
_LEVEL = 0.5


def displaced(
    strokes: Sides, held: NDArray[np.int_], boxes: Sides, may_take: Sequence[bool]
) -> Iterator[int]:
    """Find slots whose writing hangs over the upper or lower edge; `held` (N) has each one's."""
    tall = strokes[:, 3] - strokes[:, 1] >= _TALL_MM
    for slot, box in enumerate(boxes):
        mine = strokes[tall & (held == slot)]
        if may_take[slot] and len(mine):
            over = np.maximum(box[1] - mine[:, 1], mine[:, 3] - box[3])
            hanging = int((over >= _HANGS_MM).sum())
            if hanging >= max(_SEVERAL, _MOST * len(mine)):
                yield slot


def towards_empty(
    strokes: Sides,
    taken: NDArray[np.int_],
    slot: int,
    boxes: Sides,
    empty: Sequence[int],
) -> Iterator[int]:
    """Find empty slots on the line of `slot` that the strokes it has `taken` stand beside.

    Such writing may have begun outside of the empty box instead.
    """
    place, box = around(strokes[taken]), boxes[slot]
    for other in empty:
        left, right = (boxes[other], box) if boxes[other, 0] < box[0] else (box, boxes[other])
        out = box[0] - place[0] if right is box else place[2] - box[2]
        across, down = apart(boxes[[other]], place)
        level = -down[0] >= _LEVEL * min(place[3] - place[1], left[3] - left[1])
        if level and left[2] <= right[0] and out >= _STARTS_MM and across[0] <= _WITHIN_MM:
            yield other
