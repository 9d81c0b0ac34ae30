"""Rules that are too faint or too broken to be whole strokes of ink: thin ones under noise.

The darkness along a direction is averaged: a thin rule stays, grain and small print fade. What
remains may still be a row of strokes of characters, so that a faint rule counts only when it ends
on rules that cross it.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.blank_records import Area, swap
from pipelines.geometry import components
from pipelines.records import Pixels

_WIDEST = 1.4
"""Broader dark bands, in mm, are shading or shadow."""
_ALONG = 1.4
_DARK = 30
_SHORTEST = 4.0
_MEETS = 1.2
"""Both ends of a faint rule are this near, in mm, to rules that cross it."""
_SAME = 0.5
_LEAST = 2.5
_THICKEST = 1.6


def faint_rules(
    even: Pixels, per_mm: float, levels: Sequence[Area], uprights: Sequence[Area]
) -> tuple[list[Area], list[Area]]:
    """Find level and upright rules beside the plain ones of a page in even light (H x W)."""
    dark = cv2.bitwise_not(even)
    standing = [swap(area) for area in uprights]
    across = _unknown(_candidates(dark, per_mm), levels)
    down = _unknown(_candidates(np.asarray(cv2.transpose(dark), np.uint8), per_mm), standing)
    found: tuple[list[Area], list[Area]] = ([], [])
    # A rule may end on one that was itself too faint to be seen at first.
    for _ in range(2):
        crossing = [swap(area) for area in (*standing, *found[1])]
        found = list(_meeting(across, crossing, levels)), found[1]
        crossing = [swap(area) for area in (*levels, *found[0])]
        found = found[0], list(_meeting(down, crossing, standing))
    return found[0], [swap(area) for area in found[1]]


def _candidates(dark: NDArray[np.uint8], per_mm: float) -> list[Area]:
    """Level bands that are darker than what lies above and below them."""
    tall = np.ones((round(_WIDEST * per_mm) | 1, 1), np.uint8)
    thin = cv2.morphologyEx(dark, cv2.MORPH_TOPHAT, tall)
    mean = cv2.blur(thin, (round(_ALONG * per_mm) | 1, 1))
    mask = np.asarray(mean > _DARK, np.uint8)
    thick = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    kernel = np.ones((1, round(_SHORTEST * per_mm)), np.uint8)
    strokes = np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, kernel), np.uint8)
    _, _, stats, _ = components(strokes)
    found = []
    for x, y, w, h, _ in stats[1:].tolist():
        if h / per_mm <= _THICKEST:
            middle = (y + h / 2) / per_mm
            found.append(Area(x / per_mm, middle, (x + w) / per_mm, middle))
    return found


def _unknown(candidates: Sequence[Area], known: Sequence[Area]) -> list[Area]:
    """Parts of the candidates that plain rules leave out."""
    found = []
    for area in candidates:
        start = area.x0
        same = sorted((k.x0, k.x1) for k in known if abs(k.y0 - area.y0) < _SAME)
        for x0, x1 in [*same, (area.x1, area.x1)]:
            if x0 - start > _LEAST:
                found.append(Area(start, area.y0, min(x0, area.x1), area.y0))
            start = max(start, x1)
            if start >= area.x1:
                break
    return found


def _meeting(
    candidates: Sequence[Area], crossing: Sequence[Area], known: Sequence[Area]
) -> Iterator[Area]:
    """Give the candidates whose ends meet `crossing` rules or go on in `known` ones."""
    bars = np.array([(a.x0, a.y0, a.y1) for a in crossing]).reshape(-1, 3)
    for area in candidates:
        at = bars[(bars[:, 1] - _MEETS < area.y0) & (area.y0 < bars[:, 2] + _MEETS), 0]
        same = [end for k in known if abs(k.y0 - area.y0) < _SAME for end in (k.x0, k.x1)]
        at = np.concatenate([at, same])
        if not len(at):
            continue
        ends = [float(at[np.abs(at - end).argmin()]) for end in (area.x0, area.x1)]
        misses = max(abs(ends[0] - area.x0), abs(ends[1] - area.x1))
        if ends[1] - ends[0] > _LEAST and misses < _MEETS:
            yield Area(ends[0], area.y0, ends[1], area.y0)
