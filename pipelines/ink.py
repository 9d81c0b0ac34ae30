"""What was added to the blank form: pen, seals, stamps.

The page is made evenly lit, the darkness that the blank would show is taken away with some
leeway in place, and strokes that the print had cut in two are joined again.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.forms.template import Template
from pipelines.geometry import even_light, to_grey, transform_points
from pipelines.records import Pixels, RegisteredPage

_LEEWAY = 2
_MOST_LEEWAY = 4
_FAINTEST = 26.0
_MOST_LIMIT = 80.0
_NOISE_SIGMAS = 4.5
_PRINT = 48
_TRACE = 6
_SPECK_MM2 = 0.05
_RED_LEAD = 34
_COLOURED = 60
_BLOCK = 32
_RULE_PIXELS = 4
_RULE_MM = 6.0
_SLIVER = 4
_LEAST_SAMPLES = 150
_FIRST_STEP = 2


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Ink:
    """Ink added to a blank, in template pixels (H x W).

    `mask` is where it is, `strength` how much darker than paper (0 where there is none),
    `red` the part of it that is vermilion or red: seals and correction marks.
    """

    mask: NDArray[np.bool_]
    strength: Pixels
    red: NDArray[np.bool_]


def subtract_blank(registered: RegisteredPage, template: Template) -> Ink:
    """Find the ink that the blank does not have.

    Print may be misplaced by two pixels, on a scan of low resolution by more.
    """
    channels = cv2.split(registered.pixels)
    even = [even_light(channel, registered.dpi) for channel in channels]
    darkness: Pixels = 255 - cv2.cvtColor(cv2.merge(even), cv2.COLOR_RGB2GRAY)
    pixel = _scan_pixel(registered)
    leeway = min(_MOST_LEEWAY, _LEEWAY + round(max(0.0, pixel - 1.0)))
    blank = _blank_darkness(template, leeway, round(pixel, 1))
    limit = _limit(darkness, blank)
    # Tints and dotted rules let a pen show: only what is darker than they explain is ink.
    expected = cv2.LUT(blank, _tones(darkness, template))
    added = cv2.subtract(darkness, expected) > limit
    # Print is black or grey: what is coloured was added, even on top of print.
    highest, lowest = (f(f(even[0], even[1]), even[2]) for f in (cv2.max, cv2.min))
    added |= (cv2.subtract(highest, lowest) > _COLOURED) & (darkness > limit)
    red = _red(even, darkness, limit)
    zones = _zones(template, leeway, round(pixel, 1))
    joined = _join((added | red).astype(np.uint8), darkness > limit, zones, leeway)
    mask = _without_specks(joined, zones.printed, registered.dpi)
    return Ink(mask=mask, strength=np.where(mask, darkness, 0).astype(np.uint8), red=red & mask)


def surplus_darkness(registered: RegisteredPage, template: Template) -> NDArray[np.float32]:
    """How much darker (0..255, negative where lighter) each pixel is than the blank's print.

    A sum over an area tells of ink on top of print, which a mask has to leave out; a pixel by
    itself tells nothing near the edges of print.
    """
    grey = even_light(to_grey(registered.pixels), registered.dpi)
    darkness = 255.0 - grey.astype(np.float32)
    darkness -= float(np.median(darkness[::4, ::4]))
    pixel = round(_scan_pixel(registered), 1)
    expected = cv2.GaussianBlur(
        _print_darkness(template).astype(np.float32), (0, 0), 0.3 + 0.5 * pixel
    )
    size = (max(1, grey.shape[1] // _BLOCK), max(1, grey.shape[0] // _BLOCK))
    there, blank = (cv2.resize(m, size, interpolation=cv2.INTER_AREA) for m in (darkness, expected))
    printed = blank > 8
    gain = float(np.median(there[printed] / blank[printed])) if printed.any() else 1.0
    surplus: NDArray[np.float32] = darkness - np.float32(gain) * expected
    return surplus


@lru_cache(maxsize=32)
def _print_darkness(template: Template) -> Pixels:
    darkness: Pixels = 255 - even_light(template.grey, template.dpi)
    return darkness


@lru_cache(maxsize=32)
def _blank_darkness(template: Template, leeway: int, pixel: float) -> Pixels:
    """Darkest print within `leeway` of each pixel, as blurred as a scan of that pixel size."""
    size = 2 * leeway + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    blurred = cv2.GaussianBlur(_print_darkness(template), (0, 0), 0.3 + 0.5 * pixel)
    spread: Pixels = cv2.dilate(cv2.max(blurred, _print_darkness(template)), kernel)
    return spread


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Zones:
    """Print with its leeway, and where strokes may be joined across it in either direction."""

    printed: NDArray[np.bool_]
    downward: NDArray[np.bool_]
    sideways: NDArray[np.bool_]


@lru_cache(maxsize=16)
def _zones(template: Template, leeway: int, pixel: float) -> _Zones:
    blank = _blank_darkness(template, leeway, pixel)
    trace = blank > _TRACE
    dark = (_print_darkness(template) > _PRINT).astype(np.uint8)
    length = round(_RULE_MM * template.dpi / 25.4)
    spread = np.ones((2 * leeway + 3, 2 * leeway + 3), np.uint8)
    level, upright = (
        cv2.dilate(cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(size, np.uint8)), spread) > 0
        for size in ((1, length), (length, 1))
    )
    return _Zones(
        printed=blank > _PRINT,
        downward=trace & (~upright | level),
        sideways=trace & (~level | upright),
    )


def _scan_pixel(registered: RegisteredPage) -> float:
    """Size of a pixel of the scan in template pixels, in the middle of the page."""
    height, width = registered.pixels.shape[:2]
    middle = np.array([[width / 2, height / 2], [width / 2 + 10, height / 2]])
    start, end = transform_points(registered.to_scan, middle)
    return float(np.clip(10 / max(float(np.hypot(*(end - start))), 1e-6), 0.5, 4.0))


def _limit(darkness: Pixels, blank: Pixels) -> float:
    """Darkness from which paper is not paper any more: above its grain and faint shine-through."""
    paper = darkness[::4, ::4][blank[::4, ::4] < 8]
    if paper.size < 100:
        return _FAINTEST
    middle = float(np.median(paper))
    grain = 1.4826 * float(np.median(np.abs(paper.astype(np.float32) - middle)))
    return float(np.clip(middle + _NOISE_SIGMAS * grain + 14, _FAINTEST, _MOST_LIMIT))


def _tones(darkness: Pixels, template: Template) -> Pixels:
    """How dark this page shows print of each darkness of the template (table of 256).

    A fax shows a grey hairline as black as the title, a faint copy shows the title grey.
    """
    expected = _print_darkness(template)[::2, ::2]
    shown = cv2.dilate(darkness, np.ones((3, 3), np.uint8))[::2, ::2]
    # One histogram of both: rows are sixteen steps of the template's darkness.
    pairs = np.bincount(((expected & 0xF0).astype(np.int32) * 16 + shown).ravel(), minlength=4096)
    levels, tones = [0.0], [0.0]
    for step, counts in enumerate(pairs.reshape(16, 256)):
        total = int(counts.sum())
        if step >= _FIRST_STEP and total >= _LEAST_SAMPLES:
            levels.append(step * 16 + 8.0)
            tones.append(max(tones[-1], float(np.searchsorted(counts.cumsum(), 0.9 * total))))
    table = np.interp(np.arange(256), levels, tones) if len(levels) > 1 else np.arange(256)
    return np.clip(table, 0, 255).astype(np.uint8)


def _red(even: list[Pixels], darkness: Pixels, limit: float) -> NDArray[np.bool_]:
    lead = cv2.subtract(even[0], cv2.max(even[1], even[2]))
    red: NDArray[np.bool_] = (lead > _RED_LEAD) & (darkness > limit / 2)
    return red


def _join(added: Pixels, dark: NDArray[np.bool_], zones: _Zones, leeway: int) -> Pixels:
    """Give strokes back what lies under a rule: dark print with added ink on both sides of it.

    Joining runs across rules, never along them: two strokes beside each other stay two.
    """
    reach = 2 * leeway + _RULE_PIXELS + 4
    bridged = np.zeros(added.shape, dtype=bool)
    for size, zone in (((reach, 1), zones.downward), ((1, reach), zones.sideways)):
        closed = cv2.morphologyEx(added, cv2.MORPH_CLOSE, np.ones(size, np.uint8))
        bridged |= closed.astype(bool) & zone
    joined: Pixels = (added.astype(bool) | (bridged & dark)).astype(np.uint8)
    return joined


def _without_specks(ink: Pixels, printed: NDArray[np.bool_], dpi: float) -> NDArray[np.bool_]:
    """Drop dust, and the slivers that a thick rule leaves along its edges."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count <= 1:
        return np.zeros(ink.shape, dtype=bool)
    area = stats[:, cv2.CC_STAT_AREA]
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    beside = cv2.dilate(printed.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    hugging = np.bincount(labels[beside], minlength=count) > 0.8 * area
    thin = (sides.min(axis=1) <= _SLIVER) & (sides.max(axis=1) > 2 * _SLIVER)
    keep = (area >= _SPECK_MM2 * (dpi / 25.4) ** 2) & ~(hugging & thin)
    keep[0] = False
    mask: NDArray[np.bool_] = keep[labels]
    return mask
