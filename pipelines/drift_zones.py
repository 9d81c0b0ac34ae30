"""The print of a blank in small zones, each of which is looked for by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.template import Template
from pipelines.geometry import even_light, resize_by
from pipelines.records import Pixels

ZONE_DPI = 100.0
Corners = tuple[float, float, float, float]
"""A place on a page: x0, y0, x1, y1 in pixels."""
_DARK, _DARK_HALF = 48, 60
_RULE_MM = 6.0
_WORD_MM, _LONG_RULE_MM = 8.0, 10.0
_WORD_REACH = (5, 9)
_RULE_REACH = 3
_LEAST_INK_MM2 = 0.4
_FINE = 7
_STROKE = 0.6


class ZoneKind(IntEnum):
    """What is printed in a zone: words are compared by their strokes, rules by being there."""

    WORDS = 0
    RULE = 1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PrintZones:
    """Zones of a template at `ZONE_DPI`: Z of them with P pixels together.

    `rows` and `columns` (P) are the pixels, zone after zone, `starts` (Z) the first of each zone.
    `kinds` and `corners` (Z x 4, x0 y0 x1 y1) tell of the zones. `contrast` (P) is the darkness of
    the print at each pixel less its mean over the zone, `power` (Z) the sum of its squares.
    `strokes` (P) is 1 over the darkness of the print where the zone is darkest, else 0.
    """

    rows: NDArray[np.uint16]
    columns: NDArray[np.uint16]
    starts: NDArray[np.intp]
    kinds: NDArray[np.int8]
    corners: NDArray[np.float64]
    contrast: NDArray[np.float32]
    power: NDArray[np.float32]
    strokes: NDArray[np.float32]

    @property
    def sizes(self) -> NDArray[np.intp]:
        """Pixels of each zone."""
        return np.diff([*self.starts, len(self.rows)])

    def only(self, chosen: NDArray[np.bool_]) -> "PrintZones":
        """Give the zones that are `chosen` (Z)."""
        own = np.repeat(chosen, self.sizes)
        return PrintZones(
            rows=self.rows[own],
            columns=self.columns[own],
            starts=np.cumsum([0, *self.sizes[chosen][:-1]]),
            kinds=self.kinds[chosen],
            corners=self.corners[chosen],
            contrast=self.contrast[own],
            power=self.power[chosen],
            strokes=self.strokes[own],
        )


def fine_print(darkness: Pixels) -> NDArray[np.float32]:
    """Strokes without the grey that words are from afar: darkness less its mean around."""
    around = cv2.blur(darkness, (_FINE, _FINE))
    return np.asarray(cv2.subtract(darkness, around, dtype=cv2.CV_32F), np.float32)


@lru_cache(maxsize=256)
def print_zones(template: Template) -> PrintZones:
    """Zones of a template, made once."""
    dark: Pixels = cv2.bitwise_not(even_light(template.grey, template.dpi))
    small, _ = resize_by(dark, ZONE_DPI / template.dpi)
    words, level, upright = _sorted_print(dark, template.dpi, small.shape)
    pictures = {ZoneKind.WORDS: fine_print(small), ZoneKind.RULE: small.astype(np.float32)}
    spots = [
        *_cut(cv2.dilate(words, np.ones(_WORD_REACH, np.uint8)), ZoneKind.WORDS, _WORD_MM),
        *(_beside(spot, small.shape, down=_RULE_REACH) for spot in _cut_rules(level)),
        *(_beside(spot, small.shape, across=_RULE_REACH) for spot in _cut_rules(upright)),
    ]
    kept = [spot for spot in spots if _ink_mm2(small[spot.rows, spot.columns]) >= _LEAST_INK_MM2]
    return _stacked(kept, small, pictures)


@dataclass(frozen=True, slots=True, eq=False)
class _Spot:
    kind: ZoneKind
    rows: NDArray[np.uint16]
    columns: NDArray[np.uint16]


def _sorted_print(
    dark: Pixels, dpi: float, shape: tuple[int, ...]
) -> tuple[Pixels, Pixels, Pixels]:
    """Words, level and upright rules of the print as masks of the small picture."""
    ink = np.asarray(cv2.threshold(dark, _DARK, 255, cv2.THRESH_BINARY)[1], np.uint8)
    long = round(_RULE_MM * dpi / 25.4)
    level, upright = (
        cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(size, np.uint8))
        for size in ((1, long), (long, 1))
    )
    rules = cv2.dilate(cv2.max(level, upright), np.ones((3, 3), np.uint8))
    words = cv2.bitwise_and(ink, cv2.bitwise_not(rules))
    size = (shape[1], shape[0])
    halves = [cv2.resize(m, size, interpolation=cv2.INTER_AREA) for m in (words, level, upright)]
    first, second, third = ((m > _DARK_HALF).astype(np.uint8) for m in halves)
    return first, second, third


def _cut(mask: Pixels, kind: ZoneKind, longest_mm: float) -> Iterator[_Spot]:
    """Cut the pieces of a mask into zones of at most about `longest_mm`."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    longest = longest_mm * ZONE_DPI / 25.4
    for number in range(1, count):
        left, top, width, height = stats[number, :4].tolist()
        own = labels[top : top + height, left : left + width] == number
        across, down = max(1, round(width / longest)), max(1, round(height / longest))
        rows, columns = np.nonzero(own)
        part = rows * down // height * across + columns * across // width
        for each in np.unique(part):
            chosen = part == each
            places = (rows[chosen] + top, columns[chosen] + left)
            yield _Spot(kind, *(place.astype(np.uint16) for place in places))


def _cut_rules(mask: Pixels) -> Iterator[_Spot]:
    return _cut(mask, ZoneKind.RULE, _LONG_RULE_MM)


def _beside(spot: _Spot, shape: tuple[int, ...], *, down: int = 0, across: int = 0) -> _Spot:
    """Give a piece of a rule the paper on both sides of it, and nothing of its neighbours."""
    top, bottom = max(0, int(spot.rows.min()) - down), int(spot.rows.max()) + down + 1
    left, right = max(0, int(spot.columns.min()) - across), int(spot.columns.max()) + across + 1
    rows, columns = np.mgrid[top : min(bottom, shape[0]), left : min(right, shape[1])]
    return _Spot(spot.kind, *(m.ravel().astype(np.uint16) for m in (rows, columns)))


def _ink_mm2(darkness: Pixels) -> float:
    return float(darkness.sum()) / 255 / (ZONE_DPI / 25.4) ** 2


def _strokes(darkness: NDArray[np.uint8]) -> NDArray[np.float32]:
    dark = darkness >= _STROKE * float(darkness.max())
    return (dark / np.maximum(darkness, 1)).astype(np.float32)


def _stacked(
    spots: list[_Spot], small: Pixels, pictures: dict[ZoneKind, NDArray[np.float32]]
) -> PrintZones:
    sizes = [len(spot.rows) for spot in spots]
    none = np.zeros(0, np.uint16)
    contrasts = []
    for spot in spots:
        there = pictures[spot.kind][spot.rows, spot.columns]
        contrasts.append(there - there.mean())
    contrast = np.concatenate([np.zeros(0, np.float32), *contrasts]).astype(np.float32)
    return PrintZones(
        rows=np.concatenate([none, *(spot.rows for spot in spots)]),
        columns=np.concatenate([none, *(spot.columns for spot in spots)]),
        starts=np.cumsum([0, *sizes[:-1]]).astype(np.intp) if spots else np.zeros(0, np.intp),
        kinds=np.array([spot.kind for spot in spots], np.int8),
        corners=np.array(
            [
                [s.columns.min(), s.rows.min(), int(s.columns.max()) + 1, int(s.rows.max()) + 1]
                for s in spots
            ],
            np.float64,
        ).reshape(-1, 4),
        contrast=contrast,
        power=np.array([float((c**2).sum()) for c in contrasts], np.float32),
        strokes=np.concatenate(
            [np.zeros(0, np.float32), *(_strokes(small[s.rows, s.columns]) for s in spots)]
        ),
    )
