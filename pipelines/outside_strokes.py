"""Strokes by their rectangles: how far apart they are, and which go on with each other."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.field_ink import PageInk
from pipelines.forms.model import Box

Sides = NDArray[np.float64]
"""N x 4: x0, y0, x1, y1 in mm."""

# Gap to the next character of a line, and to the next part of the same character, in mm.
_IN_LINE_MM, _TOUCHING_MM = 3.0, 0.9
# The same for strokes of the same words.
_WORD_MM, SAME_MM = 1.6, 0.4
# Share of the lower one's height that two strokes of one line have in common.
LEVEL = 0.3
_EDGE_MM, _LONGEST_MM = 3.0, 40.0


def sides_of_strokes(page: PageInk) -> Sides:
    """Rectangles of all strokes of a page, by number."""
    columns = [cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP] * 2
    strokes = page.strokes[:, columns].astype(np.float64)
    strokes[:, 2:] += page.strokes[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    return np.asarray(strokes / page.px(1.0))


def sides_of(boxes: Sequence[Box]) -> Sides:
    """Give boxes of the form as an array."""
    found = [(b.x, b.y, b.x + b.width, b.y + b.height) for b in boxes]
    return np.array(found, np.float64).reshape(-1, 4)


def grown(boxes: Sequence[Box], by: float) -> Sides:
    """Give boxes of the form that are larger by some mm on every side."""
    return np.asarray(sides_of(boxes) + np.array([-by, -by, by, by]))


def within(strokes: Sides, places: Sides) -> NDArray[np.bool_]:
    """Whether the middle of a stroke lies in any of the places."""
    x, y = (strokes[:, 0] + strokes[:, 2]) / 2, (strokes[:, 1] + strokes[:, 3]) / 2
    held = np.zeros(len(strokes), bool)
    for x0, y0, x1, y1 in places:
        held |= (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
    return held


def on_paper(page: PageInk, strokes: Sides) -> NDArray[np.bool_]:
    """Whether a stroke keeps away from the edges, where a photo shows what lies under the paper."""
    height, width = (size / page.px(1.0) for size in page.labels.shape)
    away = (strokes[:, :2] > _EDGE_MM).all(axis=1)
    away &= (strokes[:, 2] < width - _EDGE_MM) & (strokes[:, 3] < height - _EDGE_MM)
    return np.asarray(away & ((strokes[:, 2:] - strokes[:, :2]).max(axis=1) <= _LONGEST_MM))


def apart(strokes: Sides, one: NDArray[Any]) -> tuple[Sides, Sides]:
    """Gaps across and down from `one` to each of the strokes; below 0 where they overlap."""
    across = np.maximum(strokes[:, 0] - one[2], one[0] - strokes[:, 2])
    down = np.maximum(strokes[:, 1] - one[3], one[1] - strokes[:, 3])
    return across, down


def cost_of(strokes: Sides, one: NDArray[Any]) -> Sides:
    """How far each stroke is from going on with `one`: up to 1 it does."""
    across, down = apart(strokes, one)
    lower = np.minimum(strokes[:, 3] - strokes[:, 1], one[3] - one[1])
    level = -down >= LEVEL * lower
    in_line = np.maximum(across, 0.0) / _IN_LINE_MM
    touching = np.hypot(np.maximum(across, 0.0), np.maximum(down, 0.0)) / _TOUCHING_MM
    return np.asarray(np.where(level, np.minimum(in_line, touching), touching))


def within_reach(
    strokes: Sides, one: NDArray[Any], *, touching_mm: float = SAME_MM
) -> NDArray[np.bool_]:
    """Whether strokes go on with `one` so closely that they are of the same words."""
    across, down = apart(strokes, one)
    lower = np.minimum(strokes[:, 3] - strokes[:, 1], one[3] - one[1])
    level = -down >= LEVEL * lower
    touching = np.hypot(np.maximum(across, 0.0), np.maximum(down, 0.0)) <= touching_mm
    return np.asarray((level & (across <= _WORD_MM)) | touching)


def groups_of(strokes: Sides, numbers: NDArray[np.int_]) -> list[NDArray[np.int_]]:
    """Strokes that go on with each other."""
    left, groups = set(numbers.tolist()), []
    while left:
        group, ends = [], [left.pop()]
        while ends:
            one = ends.pop()
            group.append(one)
            rest = np.array(sorted(left), int)
            if len(rest):
                near = rest[cost_of(strokes[rest], strokes[one]) <= 1.0].tolist()
                left.difference_update(near)
                ends.extend(near)
        groups.append(np.array(sorted(group)))
    return groups


def around(strokes: Sides) -> NDArray[np.float64]:
    """Give the rectangle around strokes: x0, y0, x1, y1."""
    return np.concatenate([strokes[:, :2].min(axis=0), strokes[:, 2:].max(axis=0)])


def box_of(place: NDArray[Any]) -> Box:
    """Give a rectangle as a box of the form."""
    x0, y0, x1, y1 = place.tolist()
    return Box(x=x0, y=y0, width=x1 - x0, height=y1 - y0)
