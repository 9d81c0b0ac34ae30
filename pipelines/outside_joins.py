"""Which free strokes go on from the writing of a box: in line with it, or touching it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.outside_strokes import Sides, apart, cost_of

NONE, ELSEWHERE = -1, -2
"""A stroke of no slot, and one that goes on from a comb or a date, which takes nothing."""
# How far beyond its box writing is followed.
_FARTHEST_MM = 9.0
# Another box claims a stroke, too, when it costs less than this many times as much; a stroke of
# this size makes both doubtful.
_RIVAL, _CLAIMED_MM = 1.4, 1.5
# By a mark or a seal strokes up to this size are joined, and only those so much nearer.
PLACED_MM = 6.0
_PLACED_DEARER = 2.5
# A stroke there that stands so near in line, and is as high as writing, may belong to it.
_PLACED_COST, _AS_HIGH = 1.2, (0.5, 1.5)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Joins:
    """`slot` (N): what each stroke goes on from, or NONE, or ELSEWHERE.

    `doubted` are slots of which nobody knows whether a stroke belongs to them.
    """

    slot: NDArray[np.int_]
    doubted: frozenset[int]


def join_strokes(
    strokes: Sides,
    numbers: NDArray[np.int_],
    owner: NDArray[np.int_],
    boxes: Sides,
    may_take: Sequence[bool],
    placed: NDArray[np.bool_],
) -> Joins:
    """Join the free strokes `numbers`, nearest first; what two slots claim goes to none.

    `owner` (N) is the slot that holds each stroke, or NONE. `placed` strokes stand by a mark or a
    seal: they must go on more closely.
    """
    cost = _first_costs(strokes, numbers, owner, boxes)
    doubted = _by_places(strokes, numbers, owner, cost, placed) & set(np.flatnonzero(may_take))
    dearer = np.where(placed, _PLACED_DEARER, 1.0)
    cost *= dearer
    longest = (strokes[:, 2:] - strokes[:, :2]).max(axis=1)
    joined = np.full(len(strokes), NONE)
    while True:
        slot, stroke = divmod(int(np.argmin(cost)), len(strokes))
        best = cost[slot, stroke]
        if best > 1.0:
            return Joins(slot=joined, doubted=frozenset(int(n) for n in doubted))
        rivals = cost[:, stroke] <= max(_RIVAL * best, 0.1)
        cost[:, stroke] = np.inf
        if not may_take[slot]:
            joined[stroke] = ELSEWHERE
        elif rivals.sum() > 1:
            if longest[stroke] >= _CLAIMED_MM:
                doubted |= set(np.flatnonzero(rivals & np.array(may_take)))
            continue
        else:
            joined[stroke] = slot
        left = numbers[np.isfinite(cost[slot, numbers])]
        onward = cost_of(strokes[left], strokes[stroke]) * dearer[left]
        cost[slot, left] = np.minimum(cost[slot, left], onward)


def _first_costs(
    strokes: Sides, numbers: NDArray[np.int_], owner: NDArray[np.int_], boxes: Sides
) -> NDArray[np.float64]:
    """How far each free stroke is from going on with the writing in each box: boxes x N."""
    cost = np.full((len(boxes), len(strokes)), np.inf)
    for stroke in np.flatnonzero(owner >= 0).tolist():
        slot = int(owner[stroke])
        cost[slot, numbers] = np.minimum(
            cost[slot, numbers], cost_of(strokes[numbers], strokes[stroke])
        )
    for slot, box in enumerate(boxes):
        across, down = apart(strokes, box)
        cost[slot, np.maximum(across, down) > _FARTHEST_MM] = np.inf
    return cost


def _by_places(
    strokes: Sides,
    numbers: NDArray[np.int_],
    owner: NDArray[np.int_],
    cost: NDArray[np.float64],
    placed: NDArray[np.bool_],
) -> set[np.int_]:
    """Slots whose writing may go on in the place of a mark or a seal."""
    found: set[np.int_] = set()
    high = strokes[:, 3] - strokes[:, 1]
    for stroke in numbers[placed[numbers]]:
        for slot in np.flatnonzero(cost[:, stroke] <= _PLACED_COST):
            usual = high[owner == slot].max()
            if _AS_HIGH[0] * usual <= high[stroke] <= _AS_HIGH[1] * usual:
                found.add(slot)
    return found
