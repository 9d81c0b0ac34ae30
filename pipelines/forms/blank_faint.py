"""Rules that are too faint or too broken to be whole strokes of ink: thin ones under noise.

The darkness along a direction is averaged: a thin rule stays, grain and small print fade. What
remains may still be a row of strokes of characters, so that a faint rule counts only when it ends
on rules that cross it. Of a comb the rules that are still missing are looked for where its other
rules promise them.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.blank_records import Area, swap
from pipelines.geometry import components
from pipelines.records import Pixels

_WIDEST = 1.4
"""Broader dark bands, in mm, are shading or shadow."""
_ALONG = 1.4
_DARK = 27
_SHORTEST = 4.0
_MEETS = 1.2
"""Both ends of a faint rule are this near, in mm, to rules that cross it."""
_SAME = 0.5
_LEAST = 1.0
_THICKEST = 1.6
_COMB = (3.5, 14.0)
"""Length of the rules of a comb."""
_PITCH = (3.0, 10.0)
_REGULAR = 0.12
_MOST_MISSING = 6
_PALE = 7
"""Tones by which a rule that is promised is darker than the grain."""

Dark = NDArray[np.uint8]


def faint_rules(
    even: Pixels, per_mm: float, levels: Sequence[Area], uprights: Sequence[Area]
) -> tuple[list[Area], list[Area]]:
    """Find level and upright rules beside the plain ones of a page in even light (H x W)."""
    dark = np.asarray(cv2.bitwise_not(even), np.uint8)
    across, down = (_averaged(d, per_mm) for d in (dark, np.ascontiguousarray(dark.T)))
    standing = [swap(area) for area in uprights]
    new = _unknown(_bands(across, per_mm), levels), _unknown(_bands(down, per_mm), standing)
    found: tuple[list[Area], list[Area]] = ([], [])
    # A rule may end on one that was itself too faint to be seen at first.
    for _ in range(2):
        crossing = [swap(area) for area in (*standing, *found[1])]
        level = list(_meeting(new[0], crossing, levels))
        crossing = [swap(area) for area in (*levels, *level)]
        found = level, list(_meeting(new[1], crossing, standing))
    promised = _promised([*standing, *found[1]], down, per_mm)
    return found[0], [swap(area) for area in (*found[1], *promised)]


def _averaged(dark: Dark, per_mm: float) -> Dark:
    """Darkness along level bands that are darker than what lies above and below them."""
    tall = np.ones((round(_WIDEST * per_mm) | 1, 1), np.uint8)
    thin = cv2.morphologyEx(dark, cv2.MORPH_TOPHAT, tall)
    return np.asarray(cv2.blur(thin, (round(_ALONG * per_mm) | 1, 1)), np.uint8)


def _bands(dark: Dark, per_mm: float) -> list[Area]:
    """Level rules of averaged darkness."""
    thick = cv2.dilate(np.asarray(dark > _DARK, np.uint8), np.ones((3, 1), np.uint8))
    kernel = np.ones((1, round(_SHORTEST * per_mm)), np.uint8)
    strokes = np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, kernel), np.uint8)
    _, _, stats, _ = components(strokes)
    found = []
    for x, y, w, h, _ in stats[1:].tolist():
        if h / per_mm <= _THICKEST:
            middle = (y + h / 2) / per_mm
            found.append(Area(x / per_mm, middle, (x + w) / per_mm, middle))
    return found


def _promised(rules: Sequence[Area], dark: Dark, per_mm: float) -> Iterator[Area]:
    """Find what is missing among level rules of one length at one distance under each other."""
    grain = float(np.median(dark[::5, ::7]))
    columns: list[list[Area]] = []
    for rule in sorted(rules, key=lambda a: (a.x0, a.y0)):
        if not _COMB[0] <= rule.width <= _COMB[1]:
            continue
        for column in columns:
            if max(abs(column[0].x0 - rule.x0), abs(column[0].x1 - rule.x1)) < _SAME + 0.3:
                column.append(rule)
                break
        else:
            columns.append([rule])
    for column in columns:
        places = sorted(column, key=lambda a: a.y0)
        gaps = [b.y0 - a.y0 for a, b in pairwise(places)]
        near = [gap for gap in gaps if _PITCH[0] <= gap <= _PITCH[1]]
        pitch = float(np.median([gap for gap in near if gap < 1.3 * min(near)])) if near else 0.0
        for (one, _), gap in zip(pairwise(places), gaps, strict=True):
            count = round(gap / pitch) if pitch else 0
            if not 2 <= count <= _MOST_MISSING or abs(gap / count - pitch) > _REGULAR * pitch:
                continue
            for number in range(1, count):
                y = one.y0 + number * gap / count
                rule = Area(one.x0, y, one.x1, y)
                if _darkness(rule, dark, per_mm) > grain + _PALE:
                    yield rule


def _darkness(rule: Area, dark: Dark, per_mm: float) -> float:
    """Darkness of a level rule in the paler one of its ends: strokes of characters end before."""
    y, x0, x1 = (round(at * per_mm) for at in (rule.y0, rule.x0 + 0.8, rule.x1 - 0.8))
    band = dark[max(y - 3, 0) : y + 4, max(x0, 0) : x1 + 1]
    end = band.shape[1] // 4
    return float(min(band[:, :end].mean(axis=1).max(), band[:, -end:].mean(axis=1).max()))


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
