"""Writing that left its box: given back to its field, or told of where that is not sure.

A stroke lies in the box that holds most of it. Strokes in no box, and not at an option, an era or
a seal, are free. From the writing of a box on, free strokes are joined that go on with it: in line
with it, or touching it. What is left over in groups goes to an empty box right beside it, when no
other box is nearly as near; else it is loose, and a person should see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_ink import PageInk
from pipelines.field_slots import Slot
from pipelines.forms.model import Box, DatePart
from pipelines.outside_strokes import (
    LEVEL,
    Sides,
    apart,
    around,
    box_of,
    cost_of,
    groups_of,
    grown,
    on_paper,
    sides_of,
    sides_of_strokes,
    within,
)
from pipelines.records import BoundingBox

# How far beyond its box writing is followed, and how far from an empty box a group may stand.
_FARTHEST_MM, _BESIDE_MM = 9.0, 6.5
# Another box is nearly as near when its gap is less than this many times, or mm, greater.
_RIVAL, _RIVAL_MM = 1.4, 1.2
# Boxes that share an edge; how far a stroke reaches into both when it lies in both; the gap to the
# next character that says that writing goes on.
_SHARED_MM, _INSIDE_MM, _NEXT_MM = 2.0, 1.0, 2.0
# A mark is drawn so far around its option; a seal is stamped so far beside its place.
_RING_MM, _SEAL_MM = 2.6, 6.0
# The smallest stroke that is looked at, and the smallest group that is writing.
_STROKE_MM, _TALL_MM, _GROUP_MM = 0.4, 1.5, 2.5
_LEAST_STROKES = 2
# An era written by hand before a year box.
_ERA_MM = 7.0
_MOST_STROKES = 600
_NONE, _ELSEWHERE = -1, -2


@dataclass(frozen=True, kw_only=True, slots=True)
class Stray:
    """Writing that belongs to no box for sure: `place` in mm of the form, `box` on the scan."""

    page: int
    form_page: int
    place: Box
    box: BoundingBox


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """What was found outside of the boxes.

    `taken` are numbers of strokes by index of the slot that they belong to. `unsure` are slots
    that were empty and took what stands beside them, and such that writing runs through from one
    into the other. `loose` are the places of all else.
    """

    taken: dict[int, frozenset[int]] = field(default_factory=dict)
    unsure: frozenset[int] = frozenset()
    loose: tuple[Box, ...] = ()


def writing_outside(
    page: PageInk, slots: Sequence[Slot], options: Sequence[Box], seals: Sequence[Box]
) -> Outside:
    """Find the writing of a page outside of its `slots`.

    `options` and `seals` are the places on the page where marks, seals and signatures stand.
    """
    boxes = sides_of([slot.box for slot in slots])
    strokes = sides_of_strokes(page)
    owner = _owners(page, slots)
    places = np.concatenate([grown(options, _RING_MM), grown(seals, _SEAL_MM)])
    longest = np.maximum(strokes[:, 2] - strokes[:, 0], strokes[:, 3] - strokes[:, 1])
    free = (owner == _NONE) & (longest >= _STROKE_MM) & ~page.behind
    free[0] = False
    free &= ~within(strokes, places) & on_paper(page, strokes)
    numbers = np.flatnonzero(free)
    unsure = _run_through(page, strokes, owner, boxes)
    if not len(numbers) or len(numbers) > _MOST_STROKES or not len(slots):
        return Outside(unsure=frozenset(unsure))
    joined = _joined(strokes, numbers, owner, boxes, [_may_take(slot) for slot in slots])
    taken = {n: set(np.flatnonzero(joined == n).tolist()) for n in range(len(slots))}
    written = set(owner[owner >= 0].tolist())
    loose = []
    for group in groups_of(strokes, numbers[joined[numbers] == _NONE]):
        place = around(strokes[group])
        if not _is_writing(strokes[group]) or _is_era(place, slots):
            continue
        slot = _empty_beside(place, slots, boxes, written)
        if slot is None:
            # On a noisy page crumbs in free space say nothing.
            loose += [] if page.noisy else [box_of(place)]
        else:
            taken[slot].update(group.tolist())
            unsure.add(slot)
    return Outside(
        taken={n: frozenset(held) for n, held in taken.items() if held},
        unsure=frozenset(unsure),
        loose=tuple(loose),
    )


def _run_through(page: PageInk, strokes: Sides, owner: NDArray[np.int_], boxes: Sides) -> set[int]:
    """Pairs of neighbouring boxes that writing runs through, as one set.

    A stroke lies well in both, or the writing of the left one goes on in the right one as the
    next character would.
    """
    found: set[int] = set()
    for one, box in enumerate(boxes):
        across, down = apart(boxes, box)
        beside = (np.maximum(across, down) <= _SHARED_MM) & (np.arange(len(boxes)) > one)
        for other in np.flatnonzero(beside).tolist():
            mine, others = np.flatnonzero(owner == one), np.flatnonzero(owner == other)
            crossing = [n for n in (*mine, *others) if _lies_in_both(strokes[n], box, boxes[other])]
            if crossing or _goes_on(strokes[mine], strokes[others], box, boxes[other]):
                found |= {one, other}
    return found


def _lies_in_both(stroke: NDArray[Any], one: NDArray[Any], other: NDArray[Any]) -> bool:
    for box in (one, other):
        low, high = np.maximum(stroke[:2], box[:2]), np.minimum(stroke[2:], box[2:])
        size = np.minimum(stroke[2:] - stroke[:2], _INSIDE_MM)
        if ((high - low) < size - 1e-6).any() or (high - low).max() < _INSIDE_MM:
            return False
    return True


def _goes_on(mine: Sides, others: Sides, one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether the writing in the left one of two boxes runs up to that in the right one."""
    if not len(mine) or not len(others):
        return False
    if one[0] > other[0]:
        mine, others, one, other = others, mine, other, one
    if one[2] > other[0] + _SHARED_MM:
        return False
    last, first = mine[np.argmax(mine[:, 2])], others[np.argmin(others[:, 0])]
    level = min(last[3], first[3]) - max(last[1], first[1])
    lower = min(last[3] - last[1], first[3] - first[1])
    return bool(first[0] - last[2] <= _NEXT_MM and level >= LEVEL * lower)


def _may_take(slot: Slot) -> bool:
    """Whether what stands outside can be read with the box: not in combs, nor parts of dates."""
    return slot.part is None and slot.cells <= 1 and not slot.vertical


def _owners(page: PageInk, slots: Sequence[Slot]) -> NDArray[np.int_]:
    """Index of the slot that holds most of each stroke."""
    area = page.strokes[:, cv2.CC_STAT_AREA]
    owner = np.full(len(area), _NONE)
    for index, slot in enumerate(slots):
        b = slot.box
        rows = slice(max(0, round(page.px(b.y))), round(page.px(b.y + b.height)))
        columns = slice(max(0, round(page.px(b.x))), round(page.px(b.x + b.width)))
        within = np.bincount(page.labels[rows, columns].ravel(), minlength=len(area))
        owner[within >= 0.5 * area] = index
    return owner


def _joined(
    strokes: Sides,
    numbers: NDArray[np.int_],
    owner: NDArray[np.int_],
    boxes: Sides,
    may_take: Sequence[bool],
) -> NDArray[np.int_]:
    """Slot that each free stroke goes on from, nearest first; what two slots claim goes to none."""
    joined = np.full(len(strokes), _NONE)
    cost = np.full((len(boxes), len(strokes)), np.inf)
    for stroke in np.flatnonzero(owner >= 0).tolist():
        slot = int(owner[stroke])
        cost[slot, numbers] = np.minimum(
            cost[slot, numbers], cost_of(strokes[numbers], strokes[stroke])
        )
    for slot, box in enumerate(boxes):
        across, down = apart(strokes, box)
        cost[slot, np.maximum(across, down) > _FARTHEST_MM] = np.inf
    while True:
        slot, stroke = divmod(int(np.argmin(cost)), len(strokes))
        best = cost[slot, stroke]
        if best > 1.0:
            return joined
        rivals = np.delete(cost[:, stroke], slot)
        cost[:, stroke] = np.inf
        claimed = bool(len(rivals)) and float(rivals.min()) <= max(_RIVAL * best, 0.1)
        if claimed or not may_take[slot]:
            joined[stroke] = _NONE if may_take[slot] else _ELSEWHERE
            if may_take[slot]:
                continue
        else:
            joined[stroke] = slot
        left = numbers[np.isfinite(cost[slot, numbers])]
        cost[slot, left] = np.minimum(cost[slot, left], cost_of(strokes[left], strokes[stroke]))


def _is_writing(strokes: Sides) -> bool:
    x0, y0, x1, y1 = around(strokes).tolist()
    tall, longest = y1 - y0, max(x1 - x0, y1 - y0)
    return len(strokes) >= _LEAST_STROKES and tall >= _TALL_MM and longest >= _GROUP_MM


def _is_era(place: NDArray[Any], slots: Sequence[Slot]) -> bool:
    """Whether a group stands right before a year, where people write the era."""
    for slot in slots:
        level = slot.box.y - 1 <= (place[1] + place[3]) / 2 <= slot.box.y + slot.box.height + 1
        before = slot.box.x - _ERA_MM <= place[0] and place[2] <= slot.box.x + 1.0
        if slot.part is DatePart.YEAR and level and before:
            return True
    return False


def _empty_beside(
    place: NDArray[Any], slots: Sequence[Slot], boxes: Sides, written: set[int]
) -> int | None:
    """Empty slot that a group stands beside, above or below, with no rival nearly as near."""
    across, down = apart(boxes, place)
    gaps = np.hypot(np.maximum(across, 0.0), np.maximum(down, 0.0))
    nearest = int(np.argmin(gaps))
    if nearest in written or not _may_take(slots[nearest]) or gaps[nearest] > _BESIDE_MM:
        return None
    if across[nearest] > 0 and down[nearest] > 0:
        return None
    # Higher than the box: two rows, or a drawing.
    if place[3] - place[1] > 1.3 * (boxes[nearest, 3] - boxes[nearest, 1]):
        return None
    others = np.delete(gaps, nearest)
    if len(others) and others.min() < max(_RIVAL * gaps[nearest], gaps[nearest] + _RIVAL_MM):
        return None
    return nearest
