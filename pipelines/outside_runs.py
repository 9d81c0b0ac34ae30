"""Writing that runs through the border of two boxes: which box it belongs to.

Where a stroke lies well in both, or the writing of one box goes on in the next as the next
character would, the strokes that go on with it are one run. It belongs to the box that holds its
body; the other one is judged without it. What lies in both about evenly stays where it is. A
person is asked about both boxes in any case.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.outside_strokes import LEVEL, SAME_MM, Sides, apart, within_reach

# Boxes that share an edge, and how far a stroke reaches into both when it lies in both: less will
# do where one of them holds nothing else.
_SHARED_MM, _INSIDE_MM, _INSIDE_BLANK_MM = 2.0, 1.0, 0.7
# Several strokes that reach over the border of a box that holds nothing else need less, still.
_SEVERAL, _SEVERAL_MM = 2, 0.45
# How far writing hangs over the edge of its box when it may be meant for the empty one beside it,
# and the smallest stroke that counts.
_HANGS_MM, _TALL_MM = 0.7, 1.2
# The gap to the next character that says that writing goes on; how near to the border both
# characters stand when one of them is not where writing starts or ends.
_NEXT_MM, _AT_BORDER_MM = 2.0, 0.8
# A run belongs to the box that holds this share of its ink.
_BODY = 0.65


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Writing through the border of the boxes `one` and `other` (indices of slots).

    `body` is the box that it belongs to, if any; `strokes` are all of its strokes.
    """

    one: int
    other: int
    body: int | None
    strokes: frozenset[int]


def runs_through(
    strokes: Sides,
    inside: NDArray[np.float64],
    looked_at: NDArray[np.bool_],
    boxes: Sides,
    may_take: Sequence[bool],
) -> Iterator[Run]:
    """Find the runs of a page.

    `strokes` (N) are of the whole page, `inside` (boxes x N) says how much ink of each lies in
    each box, `looked_at` (N) which of them may be writing, `may_take` which boxes can be read with
    what stands outside.
    """
    owner = _owners(inside)
    owner[~looked_at] = -1
    for one, box in enumerate(boxes):
        across, down = apart(boxes, box)
        beside = (np.maximum(across, down) <= _SHARED_MM) & (np.arange(len(boxes)) > one)
        for other in np.flatnonzero(beside).tolist():
            ours = np.flatnonzero((owner == one) | (owner == other))
            crossing = _crossing(strokes, ours, owner, box, boxes[other])
            seeds = crossing or _going_on(strokes, owner, (one, other), boxes)
            if not seeds:
                if _hangs_over(strokes, owner, (one, other), boxes):
                    yield Run(one=one, other=other, body=None, strokes=frozenset())
                continue
            moves = bool(crossing) or _at_border(strokes[seeds], box, boxes[other])
            run = sorted(_run(strokes, ours, seeds))
            held = inside[[one, other]][:, run].sum(axis=1)
            body = (one, other)[int(np.argmax(held))]
            sure = moves and held.max() >= _BODY * held.sum() and may_take[body]
            yield Run(one=one, other=other, body=body if sure else None, strokes=frozenset(run))


def _owners(inside: NDArray[np.float64]) -> NDArray[np.int_]:
    """Box that holds most of each stroke within boxes; -1 where none does."""
    if not len(inside):
        return np.full(inside.shape[1], -1)
    return np.where(inside.max(axis=0) > 0, inside.argmax(axis=0), -1)


def _crossing(
    strokes: Sides,
    ours: NDArray[np.int_],
    owner: NDArray[np.int_],
    one: NDArray[Any],
    other: NDArray[Any],
) -> list[int]:
    """Strokes that lie well in both boxes."""
    found = [n for n in ours.tolist() if _lies_in_both(strokes[n], one, other, _SEVERAL_MM)]
    if not found:
        return []
    # Lines of two boxes may touch: only what stands in line with these is theirs.
    run = _run(strokes, ours, found, touching_mm=0.0)
    owners = owner[sorted(run)].tolist()
    body = max(set(owners), key=owners.count)
    rest = [n for n in ours[_tall(strokes[ours])].tolist() if n not in run and owner[n] != body]
    least = _INSIDE_MM
    if not rest:
        # The other box holds nothing but this.
        least = _SEVERAL_MM if len(found) >= _SEVERAL else _INSIDE_BLANK_MM
    return [n for n in found if _lies_in_both(strokes[n], one, other, least)]


def _lies_in_both(
    stroke: NDArray[Any], one: NDArray[Any], other: NDArray[Any], least: float
) -> bool:
    for box in (one, other):
        low, high = np.maximum(stroke[:2], box[:2]), np.minimum(stroke[2:], box[2:])
        size = np.minimum(stroke[2:] - stroke[:2], least)
        if ((high - low) < size - 1e-6).any() or (high - low).max() < least:
            return False
    return True


def _going_on(
    strokes: Sides, owner: NDArray[np.int_], pair: tuple[int, int], boxes: Sides
) -> list[int]:
    """Last stroke of the left one of two boxes and the first of the right one, if they go on."""
    left, right = sorted(pair, key=lambda n: float(boxes[n, 0]))
    mine, others = np.flatnonzero(owner == left), np.flatnonzero(owner == right)
    if not len(mine) or not len(others) or boxes[left, 2] > boxes[right, 0] + _SHARED_MM:
        return []
    last = int(mine[np.argmax(strokes[mine, 2])])
    first = int(others[np.argmin(strokes[others, 0])])
    level = min(strokes[last, 3], strokes[first, 3]) - max(strokes[last, 1], strokes[first, 1])
    lower = min(strokes[last, 3] - strokes[last, 1], strokes[first, 3] - strokes[first, 1])
    near = strokes[first, 0] - strokes[last, 2] <= _NEXT_MM
    return [last, first] if near and level >= LEVEL * lower else []


def _hangs_over(
    strokes: Sides, owner: NDArray[np.int_], pair: tuple[int, int], boxes: Sides
) -> bool:
    """Whether the writing of one of two boxes hangs over its edge towards the other, empty one."""
    upper, lower = sorted(pair, key=lambda n: float(boxes[n, 1]))
    high, low = (owner == upper) & _tall(strokes), (owner == lower) & _tall(strokes)
    if boxes[upper, 3] > boxes[lower, 1] + _SHARED_MM or high.any() == low.any():
        return False
    over = strokes[high, 3] - boxes[upper, 3] if high.any() else boxes[lower, 1] - strokes[low, 1]
    return int((over >= _HANGS_MM).sum()) >= _SEVERAL


def _tall(strokes: Sides) -> NDArray[np.bool_]:
    return np.asarray(strokes[:, 3] - strokes[:, 1] >= _TALL_MM)


def _at_border(seeds: Sides, one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether the last and the first stroke stand at the border, where writing seldom does."""
    left, right = (one, other) if one[0] <= other[0] else (other, one)
    return bool(left[2] - seeds[0, 2] <= _AT_BORDER_MM and seeds[1, 0] - right[0] <= _AT_BORDER_MM)


def _run(
    strokes: Sides, ours: NDArray[np.int_], seeds: Sequence[int], *, touching_mm: float = SAME_MM
) -> set[int]:
    """Strokes among `ours` that go on with the seeds."""
    run, ends = set(seeds), list(seeds)
    while ends:
        one = ends.pop()
        rest = np.array([n for n in ours.tolist() if n not in run], int)
        if not len(rest):
            break
        near = rest[within_reach(strokes[rest], strokes[one], touching_mm=touching_mm)].tolist()
        run.update(near)
        ends.extend(near)
    return run
