"""Writing that left its box: given back to its field, or told of where that is not sure.

A stroke lies in the box that holds most of it. Strokes in no box, and not at an option, an era or
a seal, are free. From the writing of a box on, free strokes are joined that go on with it: in line
with it, or touching it. What is left over in groups goes to an empty box right beside it, when no
other box is nearly as near; else it is loose, and a person should see it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_ink import PageInk
from pipelines.field_slots import Slot
from pipelines.forms.model import Box, DatePart
from pipelines.outside_doubts import displaced, towards_empty
from pipelines.outside_joins import ELSEWHERE, NONE, PLACED_MM, join_strokes
from pipelines.outside_runs import Run, runs_through
from pipelines.outside_strokes import (
    Sides,
    apart,
    around,
    box_of,
    groups_of,
    grown,
    on_paper,
    sides_of,
    sides_of_strokes,
    within,
)
from pipelines.records import BoundingBox

# How far from an empty box a group may stand.
_BESIDE_MM = 6.5
# Another box is nearly as near when its gap is less than this many times, or mm, greater.
_RIVAL, _RIVAL_MM = 1.4, 1.2
# A mark is drawn so far around its option; a seal is stamped so far beside its place.
_RING_MM, _SEAL_MM = 2.6, 6.0
# The smallest stroke that is looked at, and the smallest group that is writing: of several
# strokes, or one that is a character.
_STROKE_MM, _TALL_MM, _GROUP_MM = 0.4, 1.5, 2.5
# A box with a stroke of this length is not empty.
_WRITTEN_MM = 1.2
_LEAST_STROKES = 2
# What is words for sure: several large strokes or many smaller ones, so tall and wide together.
_LARGE_MM, _SMALL_MM, _SMALL_STROKES, _WORD_TALL_MM, _WORD_MM = 2.0, 1.0, 5, 2.0, 5.0
# An era written by hand before a year box.
_ERA_MM = 7.0
_MOST_STROKES = 600


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

    `taken` are numbers of strokes by index of the slot that they belong to, `left_out` such that
    lie in a slot, but belong to another. `unsure` are slots that were empty and took what stands
    beside them, and such that writing runs through from one into the other. `loose` are the places
    of all else.
    """

    taken: dict[int, frozenset[int]] = field(default_factory=dict)
    left_out: dict[int, frozenset[int]] = field(default_factory=dict)
    unsure: frozenset[int] = frozenset()
    loose: tuple[Box, ...] = ()


def writing_outside(
    page: PageInk, slots: Sequence[Slot], options: Sequence[Box], seals: Sequence[Box]
) -> Outside:
    """Find the writing of a page outside of its `slots`.

    `options` are the marked options and eras on the page, `seals` the places of seals and
    signatures.
    """
    boxes = sides_of([slot.box for slot in slots])
    strokes = sides_of_strokes(page)
    inside = _inside(page, slots)
    owner = _owners(page, inside)
    longest = (strokes[:, 2:] - strokes[:, :2]).max(axis=1)
    looked_at = (longest >= _STROKE_MM) & ~page.behind
    looked_at[0] = False
    may_take = [_may_take(slot) for slot in slots]
    runs = list(runs_through(strokes, inside, looked_at, boxes, may_take))
    unsure = {box for run in runs for box in (run.one, run.other)}
    taken, left_out = _moved(runs, owner)
    places = np.concatenate([grown(options, _RING_MM), grown(seals, _SEAL_MM)])
    placed = within(strokes, places)
    free = looked_at & (owner == NONE) & on_paper(page, strokes)
    numbers = np.flatnonzero(free & (~placed | (longest <= PLACED_MM)))
    # So many are no writing.
    numbers = numbers[: len(numbers) if len(numbers) <= _MOST_STROKES else 0]
    loose: list[Box] = []
    if len(slots):
        joins = join_strokes(strokes, numbers, owner, boxes, may_take, placed)
        held = np.where(owner == NONE, joins.slot, owner)
        empty = sorted({*range(len(slots))} - set(held[longest >= _WRITTEN_MM].tolist()))
        unsure |= joins.doubted | set(displaced(strokes, held, boxes, may_take))
        unsure |= _take(
            joins.slot, strokes, boxes, [n for n in empty if may_take[n]], placed, taken
        )
        for place, group in _groups(page, strokes, numbers, joins.slot, places):
            if _is_era(place, slots):
                continue
            near = _empty_beside(place, slots, boxes, empty)
            if near is not None:
                taken[near].update(group.tolist())
                unsure.add(near)
            else:
                loose.append(box_of(place))
    return Outside(
        taken={n: frozenset(held) for n, held in taken.items() if held},
        left_out={n: frozenset(held) for n, held in left_out.items() if held},
        unsure=frozenset(unsure),
        loose=tuple(loose),
    )


def _take(
    joined: NDArray[np.int_],
    strokes: Sides,
    boxes: Sides,
    empty: Sequence[int],
    placed: NDArray[np.bool_],
    taken: dict[int, set[int]],
) -> set[int]:
    """Add what goes on from each slot to `taken`; slots of which this is not sure."""
    unsure: set[int] = set()
    for slot in set(joined[joined >= 0].tolist()):
        mine = np.flatnonzero(joined == slot)
        taken[slot].update(mine.tolist())
        before = set(towards_empty(strokes, mine, slot, boxes, empty))
        if before or placed[mine].any():
            unsure |= {slot, *before}
    return unsure


def _groups(
    page: PageInk,
    strokes: Sides,
    numbers: NDArray[np.int_],
    joined: NDArray[np.int_],
    places: Sides,
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.int_]]]:
    """Group strokes that are writing and go on from no box; the rectangle of each group."""
    placed = within(strokes, places)
    for group in groups_of(strokes, numbers[joined[numbers] == NONE]):
        # On a noisy page, and by marks and seals, there are crumbs and ends that say nothing.
        strict = page.noisy or placed[group].any()
        apart = group[~placed[group]]
        if not len(apart) or not (_is_words if strict else _is_writing)(strokes[group]):
            continue
        if placed[group].any() and not _is_large(strokes[apart]).any():
            continue
        yield around(strokes[group]), group
    for group in groups_of(strokes, numbers[joined[numbers] == ELSEWHERE]):
        if _is_words(strokes[group]):
            yield around(strokes[group]), group


def _moved(
    runs: Sequence[Run], owner: NDArray[np.int_]
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Strokes that go to the body of their run, and those left out elsewhere; sets `owner`."""
    taken: dict[int, set[int]] = defaultdict(set)
    left_out: dict[int, set[int]] = defaultdict(set)
    for run in runs:
        if run.body is None:
            continue
        other = run.one if run.body == run.other else run.other
        strokes = np.array(sorted(run.strokes))
        left_out[other] |= run.strokes
        taken[run.body].update(strokes[owner[strokes] != run.body].tolist())
        owner[strokes] = run.body
    return taken, left_out


def _may_take(slot: Slot) -> bool:
    """Whether what stands outside can be read with the box: not in combs, nor parts of dates."""
    return slot.part is None and slot.cells <= 1 and not slot.vertical


def _inside(page: PageInk, slots: Sequence[Slot]) -> NDArray[np.float64]:
    """How much of each stroke lies in the box of each slot, in pixels: slots x strokes."""
    held = np.zeros((len(slots), len(page.strokes)))
    for index, slot in enumerate(slots):
        b = slot.box
        rows = slice(max(0, round(page.px(b.y))), round(page.px(b.y + b.height)))
        columns = slice(max(0, round(page.px(b.x))), round(page.px(b.x + b.width)))
        held[index] = np.bincount(page.labels[rows, columns].ravel(), minlength=len(page.strokes))
    return held


def _owners(page: PageInk, inside: NDArray[np.float64]) -> NDArray[np.int_]:
    """Index of the slot that holds most of each stroke."""
    owner = np.full(len(page.strokes), NONE)
    for index, share in enumerate(inside):
        owner[share >= 0.5 * page.strokes[:, cv2.CC_STAT_AREA]] = index
    return owner


def _is_writing(strokes: Sides) -> bool:
    x0, y0, x1, y1 = around(strokes).tolist()
    tall, wide = y1 - y0, x1 - x0
    if len(strokes) < _LEAST_STROKES:
        return bool(tall >= _GROUP_MM and wide >= _TALL_MM)
    return bool(tall >= _TALL_MM and max(wide, tall) >= _GROUP_MM)


def _is_words(strokes: Sides) -> bool:
    """Whether strokes are writing beyond doubt, by their size."""
    x0, y0, x1, y1 = around(strokes).tolist()
    size = (strokes[:, 2:] - strokes[:, :2]).max(axis=1)
    many = _is_large(strokes).sum() >= _LEAST_STROKES or (size >= _SMALL_MM).sum() >= _SMALL_STROKES
    return bool(many and y1 - y0 >= _WORD_TALL_MM and x1 - x0 >= _WORD_MM)


def _is_large(strokes: Sides) -> NDArray[np.bool_]:
    return np.asarray((strokes[:, 2:] - strokes[:, :2]).max(axis=1) >= _LARGE_MM)


def _is_era(place: NDArray[Any], slots: Sequence[Slot]) -> bool:
    """Whether a group stands right before a year, where people write the era."""
    for slot in slots:
        level = slot.box.y - 1 <= (place[1] + place[3]) / 2 <= slot.box.y + slot.box.height + 1
        before = slot.box.x - _ERA_MM <= place[0] and place[2] <= slot.box.x + 1.0
        if slot.part is DatePart.YEAR and level and before:
            return True
    return False


def _empty_beside(
    place: NDArray[Any], slots: Sequence[Slot], boxes: Sides, empty: Sequence[int]
) -> int | None:
    """Empty slot that a group stands beside, above or below, with no rival nearly as near."""
    across, down = apart(boxes, place)
    gaps = np.hypot(np.maximum(across, 0.0), np.maximum(down, 0.0))
    nearest = int(np.argmin(gaps))
    if nearest not in empty or not _may_take(slots[nearest]) or gaps[nearest] > _BESIDE_MM:
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
