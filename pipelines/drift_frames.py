"""Printed frames on a page that its form does not have: a box that another revision added.

Pens and hand stamps draw lines, too; printed ones are told by being straight, thin, and level with
the print of the form, and by meeting at corners. One side of a frame may lie on print of the form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.drift_zones import ZONE_DPI, Corners
from pipelines.forms.template import Template
from pipelines.geometry import components, resize_by
from pipelines.records import Pixels

_DARK = 30
"""Darkness (0..255) of a hairline, half of it between two pixels of 100 dpi."""
_LEVEL_MM, _UPRIGHT_MM = 12.0, 4.0
_THICK_MM = 1.4
_MOST_SLOPE = 0.008
"""Half a degree. A stamp set by hand rarely lies that level."""
_ROUGH = 0.25
"""Pixels that the middle of a printed rule strays from a straight line, in the median."""
_STEP = 0.5
"""Pixels by which a short rule may rise in all: no slope can be told from less."""
_END = 3
_ALIKE = 0.6
"""Share of the longer of two sides along which the shorter runs; writing may touch an end."""
_MEET_MM = 1.3
_PRINT_MM = 0.8
_PIXELS = ZONE_DPI / 25.4


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rule:
    """A straight rule in pixels: it lies `at` across, and runs from `start` to `end` along."""

    at: float
    start: float
    end: float


def added_frames(darkness: Pixels, template: Template) -> tuple[Corners, ...]:
    """Find frames that the form does not print (x0, y0, x1, y1 in pixels of `ZONE_DPI`).

    `darkness` (H x W) is that of the registered page against its paper.
    """
    added: Pixels = np.where(_near_print(template), 0, darkness).astype(np.uint8)
    levels = list(_rules(added, _LEVEL_MM))
    if not levels:
        return ()
    uprights = list(_rules(np.ascontiguousarray(added.T), _UPRIGHT_MM))
    return _apart([*_frames(levels, uprights), *_turned(_frames(uprights, levels))])


@lru_cache(maxsize=256)
def _near_print(template: Template) -> NDArray[np.bool_]:
    """Where a form prints something, and beside it: thick print would leave rules."""
    small, _ = resize_by(template.grey, ZONE_DPI / template.dpi)
    reach = 2 * round(_PRINT_MM * _PIXELS) + 1
    printed = (small < 255 - _DARK).astype(np.uint8)
    near: NDArray[np.bool_] = cv2.dilate(printed, np.ones((reach, reach), np.uint8)) > 0
    return near


def _rules(darkness: Pixels, least_mm: float) -> Iterator[_Rule]:
    """Level rules of a picture."""
    long = round(least_mm * _PIXELS)
    ink = (darkness > _DARK).astype(np.uint8)
    whole = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8))
    # A rule that is not quite level lies in several rows, in each for a part of its length.
    runs = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, long // 2), np.uint8))
    count, _, stats, _ = components(runs)
    thick = _THICK_MM * _PIXELS
    for x, y, wide, high, _ in stats[1:count]:
        if wide >= long and high <= thick:
            # At its ends other rules draw the middle away.
            inner = slice(x + _END, x + wide - _END)
            rule = _straight(darkness[max(0, y - 2) : y + high + 2, inner])
            if rule is not None:
                yield _Rule(at=max(0, y - 2) + rule, start=float(x), end=float(x + wide))


def _straight(strip: Pixels) -> float | None:
    """Row in which the only rule of a strip lies; None when it is not straight and level."""
    weights = np.where(strip > _DARK, strip, 0).astype(np.float64)
    total = weights.sum(axis=0)
    there = total > 0
    if there.mean() < 0.8:
        return None
    rows = np.arange(len(strip))[:, None]
    middle = (weights * rows).sum(axis=0)[there] / total[there]
    along = np.flatnonzero(there).astype(np.float64)
    slope, offset = np.polyfit(along, middle, 1)
    left = middle - (slope * along + offset)
    # Writing that touches the rule draws its middle away here and there.
    bent = float(np.median(np.abs(left))) > _ROUGH
    if bent or abs(slope) > max(_MOST_SLOPE, _STEP / len(middle)):
        return None
    return float(offset + slope * along.mean())


def _frames(levels: list[_Rule], uprights: list[_Rule]) -> Iterator[Corners]:
    """Two level rules that end at an upright one, which ends at them: three sides of a frame."""
    near = _MEET_MM * _PIXELS
    for upright in uprights:
        ends = [
            [
                rule
                for rule in levels
                if abs(rule.at - end) <= near
                and min(abs(rule.start - upright.at), abs(rule.end - upright.at)) <= near
            ]
            for end in (upright.start, upright.end)
        ]
        for above in ends[0]:
            for below in ends[1]:
                start, end = max(above.start, below.start), min(above.end, below.end)
                longest = max(above.end - above.start, below.end - below.start)
                if below is not above and end - start >= _ALIKE * longest:
                    yield start, above.at, end, below.at


def _turned(frames: Iterator[Corners]) -> Iterator[Corners]:
    return ((y0, x0, y1, x1) for x0, y0, x1, y1 in frames)


def _apart(frames: list[Corners]) -> tuple[Corners, ...]:
    """Give each place once: the sides of one frame find it several times."""
    found: list[Corners] = []
    for frame in sorted(frames, key=_size, reverse=True):
        if not any(_overlap(frame, other) for other in found):
            found.append(frame)
    return tuple(found)


def _size(frame: Corners) -> float:
    return (frame[2] - frame[0]) * (frame[3] - frame[1])


def _overlap(a: Corners, b: Corners) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
