"""Print that is not as the form says: signs of another revision of the paper.

A page may register well though a box was moved or a label changed: it is then read at the wrong
place. Each zone of the blank's print is looked for where the registered page should show it. How
much of its contrast is there is a regression of the page on the print: writing and seals on top
add to the page without taking from it. Of print that is new on the paper frames are looked for
(`drift_frames.py`): a box that no field reads. What seems to be out of sight may be the part below
a new row (`drift_moved.py`).
"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.drift_frames import added_frames
from pipelines.drift_moved import moved_part
from pipelines.drift_zones import ZONE_DPI, Corners, PrintZones, ZoneKind, fine_print, print_zones
from pipelines.forms.template import Template
from pipelines.geometry import Edge, before_edge, box_in_scan, resize_by, visible_share
from pipelines.ink import Ink
from pipelines.records import BoundingBox, Pixels, RegisteredPage

_LEAST_SHOWN = 0.5
"""Share of the contrast of its print that a zone shows, against the page's usual share."""
_LOOK_AGAIN = 0.8
_REACH = 2
_LEAST_ZONES = 5
_NEAR_MM = 6.0
_FAINTEST = 0.05
_FLAT = 30.0
"""Least variance of a zone: the grain of paper is nothing to correlate with."""

Values = NDArray[np.float32]


class DriftKind(StrEnum):
    """How the print of a page differs from its form."""

    MISSING = "missing"
    ADDED = "added"
    MOVED = "moved"


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftZone:
    """A place where print of the form is missing, a frame is new, or a part lies elsewhere.

    `corners` (x0, y0, x1, y1) are template pixels, `box` is the same on the original scan. `shown`
    is the share of the print's contrast that the page has there, about 1 where all is well.
    """

    page: int
    form_page: int
    corners: Corners
    box: BoundingBox
    shown: float
    kind: DriftKind = DriftKind.MISSING


def find_drift(registered: RegisteredPage, template: Template, ink: Ink) -> tuple[DriftZone, ...]:
    """Find what differs on the page: print that is missing, from the top, then the other kinds.

    Print may lie half a millimetre off. What the scan does not show is not missed. Red frames are
    stamps.
    """
    scale = registered.dpi / ZONE_DPI
    small, _ = resize_by(ink.darkness, 1 / scale)
    places = [(*place, DriftKind.MISSING) for place in _missing(registered, template, small)]
    for frame in _frames(small, template, ink):
        x0, y0, x1, y1 = (scale * value for value in frame)
        places.append(((x0, y0, x1, y1), 1.0, DriftKind.ADDED))
    part = moved_part(registered, template)
    if part is not None:
        places.append((part, 0.0, DriftKind.MOVED))
    return tuple(
        DriftZone(
            page=registered.number,
            form_page=registered.form_page,
            corners=corners,
            box=box_in_scan(registered, corners),
            shown=round(share, 3),
            kind=kind,
        )
        for corners, share, kind in places
    )


def _frames(small: Pixels, template: Template, ink: Ink) -> tuple[Corners, ...]:
    """Frames that are new on the page, but for those of red stamps (pixels of `small`)."""
    found = added_frames(small, template)
    if not found or not ink.red.any():
        return found
    red = cv2.resize(ink.red.astype(np.uint8), small.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return added_frames(np.where(red > 0, 0, small).astype(np.uint8), template)


def _missing(
    registered: RegisteredPage, template: Template, small: Pixels
) -> list[tuple[Corners, float]]:
    """Places (template pixels) whose print the page lacks, from the top, and how much is there."""
    scale = registered.dpi / ZONE_DPI
    zones = print_zones(template)
    if registered.edge is not None:
        zones = zones.only(_uncovered(zones, registered.edge, scale))
    if not len(zones.kinds):
        return []
    shown = _shown(small, zones)
    places: list[tuple[Corners, float]] = []
    for number in np.flatnonzero(shown < _LEAST_SHOWN):
        x0, y0, x1, y1 = (zones.corners[number] * scale).tolist()
        # What the scan does not show (cut paper) is not missed.
        if visible_share(registered, (x0, y0, x1, y1)) == 1.0:
            places.append(((x0, y0, x1, y1), float(shown[number])))
    return _joined(places, registered.dpi)


def _uncovered(zones: PrintZones, edge: Edge, scale: float) -> NDArray[np.bool_]:
    """Zones that lie before an edge; those beyond would pass for what the scan usually shows."""
    ends = (zones.corners[:, [x, y]] * scale for x in (0, 2) for y in (1, 3))
    before: NDArray[np.bool_] = np.all([before_edge(edge, each) for each in ends], axis=0)
    return before


def _shown(darkness: Pixels, zones: PrintZones) -> NDArray[np.float64]:
    """How much of its print each zone shows, against what this scan usually shows."""
    padded = cv2.copyMakeBorder(darkness, *[_REACH] * 4, cv2.BORDER_REPLICATE)
    pictures = np.stack([padded.astype(np.float32), fine_print(padded)])
    seen = _look(pictures, zones, 0, 0)
    slopes = _usual(_slopes(seen, zones), zones)
    tones = _usual(_sums(seen.darkness * zones.strokes, zones) / _counts(zones), zones)
    shown = _slopes(seen, zones) / slopes
    doubtful = shown < _LOOK_AGAIN
    if doubtful.any():
        few, steps = zones.only(doubtful), range(-_REACH, _REACH + 1)
        usual = (slopes[doubtful], tones[doubtful])
        moved = (_look(pictures, few, down, across) for down in steps for across in steps)
        shown[doubtful] = np.max([_best(look, few, *usual) for look in moved], axis=0)
    return np.asarray(shown, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """The page at the pixels of zones: its darkness, and what is compared with the print."""

    darkness: Values
    compared: Values


def _look(pictures: Values, zones: PrintZones, down: int, across: int) -> _Look:
    """Look at the page, moved by some pixels."""
    _, height, width = pictures.shape
    places = (zones.rows.astype(np.intp) + _REACH + down) * width
    places += zones.columns.astype(np.intp) + _REACH + across
    fine = np.repeat(zones.kinds == ZoneKind.WORDS, zones.sizes)
    values = pictures.ravel()
    return _Look(darkness=values[places], compared=values[places + fine * (height * width)])


def _best(look: _Look, zones: PrintZones, slopes: Values, tones: Values) -> Values:
    """Take the best of three views, each about 1 where all is well and 0 where print is missing.

    The slope falls for hair strokes on a soft scan, which correlate all the same. Both fall where
    a seal is so dark that the print under it adds nothing; but then its strokes are dark, too.
    """
    slope = _slopes(look, zones)
    spread = _sums(look.compared**2, zones) - _sums(look.compared, zones) ** 2 / zones.sizes
    alike = slope * np.sqrt(zones.power / np.maximum(spread, _FLAT * zones.sizes))
    tone = np.minimum(look.darkness * zones.strokes, np.repeat(tones, zones.sizes))
    there = _sums(tone, zones) / _counts(zones) / tones
    best: Values = np.max([slope / slopes, alike, 2 * there - 1], axis=0)
    return best


def _slopes(look: _Look, zones: PrintZones) -> Values:
    """Regress the page on the print: what was added on top does not change the slope."""
    return _sums(look.compared * zones.contrast, zones) / zones.power


def _counts(zones: PrintZones) -> Values:
    return _sums((zones.strokes > 0).astype(np.float32), zones)


def _sums(values: Values, zones: PrintZones) -> Values:
    sums: Values = np.add.reduceat(values, zones.starts)
    return sums


def _usual(found: Values, zones: PrintZones) -> Values:
    """Give what this scan shows where nothing is wrong: for each zone that of its kind."""
    by_kind = []
    for kind in ZoneKind:
        own = found[zones.kinds == kind]
        told = own if len(own) >= _LEAST_ZONES else found
        by_kind.append(max(float(np.median(told)), _FAINTEST))
    return np.array(by_kind, np.float32)[zones.kinds]


def _joined(places: list[tuple[Corners, float]], dpi: float) -> list[tuple[Corners, float]]:
    """Make one place of those that nearly touch; the least share counts."""
    near = _NEAR_MM * dpi / 25.4
    joined: list[tuple[Corners, float]] = []
    for corners, share in places:
        rest = []
        for other, least in joined:
            if _apart(corners, other) > near:
                rest.append((other, least))
                continue
            corners = (
                min(corners[0], other[0]),
                min(corners[1], other[1]),
                max(corners[2], other[2]),
                max(corners[3], other[3]),
            )
            share = min(share, least)
        joined = [*rest, (corners, share)]
    return sorted(joined, key=lambda place: (place[0][1], place[0][0]))


def _apart(a: Corners, b: Corners) -> float:
    """Distance of two boxes in pixels along the axis on which they are farther apart."""
    return max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3], 0.0)
